//! The documents of the system as a whole: incidents, disasters, releases, owners.

use indexmap::IndexMap;

use super::place::Place;
use super::{Document, Parts, rules};
use crate::ir::Traced;
use crate::ir::choice::DatastoreKind;
use crate::ir::value::Text;
use crate::plan::infrastructure::environments::{DatastorePlan, EnvironmentPlan};
use crate::plan::monitoring::alerting::{AlertPlan, ReceiverPlan};
use crate::plan::pipeline::workflows::ChangePlan;
use crate::spec::prometheus::AlertSeverity;
use crate::targets::shared::template::Data;

/// How what was lost comes back.
pub(super) const RECOVERY: &str = "disaster-recovery.md";
/// The plan for incidents.
pub(super) const INCIDENTS: &str = "incident-response.md";

/// How many documents of runbooks are told at once.
const TOLD_AT_ONCE: usize = 16;

/// All of them.
pub(super) fn all<'a>(place: &Place<'a>) -> Vec<Document<'a>> {
    let document = |path: &str, template: &'static str, data: fn(&Place<'_>) -> Data| {
        let place = place.clone();
        Document { path: path.to_owned(), template, data: Box::new(move || data(&place)), parts: None }
    };
    let whole = |place: &Place<'_>| runbook_links(place, incidents(place), place.documents());
    let incidents = document(INCIDENTS, "incident-response.md", whole);
    vec![
        Document { parts: Some(incidents_in_parts(place.clone())), ..incidents },
        document(RECOVERY, "disaster-recovery.md", recovery),
        document("release-notes.md", "release-notes.md", releases),
    ]
}

/// The links to the runbooks end the plan for incidents, and are nearly all of it in a large system.
fn incidents_in_parts(place: Place<'_>) -> Parts<'_> {
    let data = move |number: usize| match number.checked_sub(1) {
        None => Some(runbook_links(&place, incidents(&place), &[])),
        Some(number) => {
            place.documents().chunks(TOLD_AT_ONCE).nth(number).map(|told| runbook_links(&place, Data::new(), told))
        }
    };
    Parts { first: "incident-response.md", further: "runbook-links.md", data: Box::new(data) }
}

fn incidents(place: &Place<'_>) -> Data {
    let alerting = &place.plans.monitoring.alerting;
    let severities = alerting.severities.iter().map(|severity| {
        Data::new()
            .prose("name", &severity.name)
            .prose_some("meaning", severity.meaning.as_ref())
            .prose_some("respond_within", severity.respond_within.as_ref())
    });
    let escalation = alerting.escalation.iter().map(|step| {
        let receiver = alerting.receivers.iter().find(|receiver| receiver.name == step.receiver);
        Data::new()
            .prose("after", &step.after)
            .prose("notify", &step.notify)
            .prose_some("target", receiver.and_then(|receiver| receiver.target.as_ref()))
            .prose_some("service", receiver.and_then(|receiver| receiver.service.as_ref()))
    });
    let environments = place.plans.pipeline.workflows.environments.iter().map(|environment| {
        let rollback = &environment.rollback;
        Data::new()
            .prose("name", &environment.environment)
            .flag("automatic", rollback.automatic.value)
            .proses("order", &rollback.order)
            .proses("irreversible", &rollback.irreversible)
    });
    place
        .data()
        .list("severities", severities)
        .list("teams", teams(place))
        .list("escalation", escalation)
        .list("environments", environments)
}

/// Adds documents of runbooks, each with its sections.
fn runbook_links(place: &Place<'_>, data: Data, documents: &[(&str, Vec<&AlertPlan>)]) -> Data {
    let documents = documents.iter().map(|(path, alerts)| {
        let about = alerts.first().and_then(|alert| alert.component.as_ref().or(alert.datastore.as_ref()));
        let link = Traced::by_rule((*path).to_owned(), rules::LINK);
        let mut sections: Vec<&Traced<Text>> = alerts.iter().map(|alert| &alert.rule.section).collect();
        sections.sort_unstable();
        sections.dedup();
        let sections = sections.into_iter().map(|section| {
            let link = Traced::by_rule(format!("{path}#{section}"), rules::LINK);
            Data::new().prose("name", section).address("link", Some(&link))
        });
        Data::new()
            .prose("name", about.unwrap_or(&place.system().name))
            .address("link", Some(&link))
            .list("sections", sections)
    });
    data.list("documents", documents)
}

/// A team, and by its name each thing that it answers for.
type Team<'a> = (&'a Traced<String>, IndexMap<&'a str, Traced<String>>);

/// Each team with what it answers for and how it is told.
fn teams(place: &Place<'_>) -> Vec<Data> {
    let alerting = &place.plans.monitoring.alerting;
    let mut teams: IndexMap<&str, Team<'_>> = IndexMap::new();
    // Who is only escalated to has receivers and no route: that is no team that answers for something.
    for route in &alerting.routes {
        teams.entry(route.team.as_str()).or_insert((&route.team, IndexMap::new()));
    }
    for alert in &alerting.alerts {
        let subject = alert.component.as_ref().or(alert.datastore.as_ref()).unwrap_or(&place.system().name);
        let known = alert.team.as_ref().and_then(|team| teams.get_mut(team.as_str()));
        if let Some((_, subjects)) = known {
            subjects.entry(subject.as_str()).or_insert_with(|| subject.with(subject.to_string()));
        }
    }
    let receiver = |team: &str, severity: AlertSeverity| -> Option<&ReceiverPlan> {
        let route =
            alerting.routes.iter().find(|route| route.team.as_str() == team && route.severity.value == severity)?;
        alerting.receivers.iter().find(|receiver| receiver.name == route.receiver)
    };
    let data = |(name, (team, subjects)): (&str, Team<'_>)| {
        let (page, ticket) = (receiver(name, AlertSeverity::Page), receiver(name, AlertSeverity::Ticket));
        Data::new()
            .prose("name", team)
            .proses("subjects", subjects.values())
            .prose_some("page", page.and_then(|page| page.target.as_ref()))
            .prose_some("page_service", page.and_then(|page| page.service.as_ref()))
            .prose_some("ticket", ticket.and_then(|ticket| ticket.target.as_ref()))
            .prose_some("ticket_service", ticket.and_then(|ticket| ticket.service.as_ref()))
    };
    teams.into_iter().map(data).collect()
}

fn recovery(place: &Place<'_>) -> Data {
    let environments = place.plans.infrastructure.environments.environments.iter().map(|environment| {
        let copied = environment.datastores.iter().filter(|store| store.backup_region.is_some());
        environment_data(environment)
            .list("datastores", environment.datastores.iter().map(datastore))
            .proses("copies", copied.map(|store| &store.name))
    });
    let drills = place.plans.pipeline.workflows.drills.iter().map(|drill| {
        Data::new()
            .prose("date", &drill.date)
            .prose("kind", &drill.kind)
            .prose("environment", &drill.environment)
            .prose_some("subject", drill.subject.as_ref())
            .flag("passed", drill.passed.value)
            .prose_some("recovery_time", drill.recovery_time.as_ref())
            .prose_some("data_loss", drill.data_loss.as_ref())
    });
    place.data().list("environments", environments).list("drills", drills)
}

fn environment_data(plan: &EnvironmentPlan) -> Data {
    Data::new()
        .prose("name", &plan.name)
        .prose("kind", &plan.kind)
        .code("region", &plan.region)
        .shell("region_name", &plan.region)
        .prose("zones", &plan.availability_zones)
        .code_some("account", plan.account.as_ref())
}

fn datastore(plan: &DatastorePlan) -> Data {
    use DatastoreKind::{Bucket, Mysql, Postgres, Queue, Redis, Topic};
    let kind = plan.kind.value;
    Data::new()
        .prose("name", &plan.name)
        .prose("kind", &plan.kind)
        .shell("resource", &plan.resource)
        .flag("is_relational", matches!(kind, Postgres | Mysql))
        .flag("is_bucket", kind == Bucket)
        // The cloud keeps these in several zones without being asked.
        .flag("is_regional", matches!(kind, Bucket | Queue | Topic))
        .flag("is_cache", kind == Redis)
        .prose_some("rto", plan.recovery_time.as_ref())
        .prose_some("rpo", plan.recovery_point.as_ref())
        .prose_some("backup", plan.backup_retention.as_ref())
        .flag("versioned", plan.versioned.value)
        .flag("stateful", plan.stateful.value)
        .flag("rebuildable", plan.rebuildable.value)
        .flag("point_in_time", plan.point_in_time.value)
        .code_some("copied_to", plan.backup_region.as_ref())
        .flag("highly_available", plan.high_availability.value)
}

/// The changes by the release that carried them: what the next will carry first, then the newest.
fn releases(place: &Place<'_>) -> Data {
    let mut releases: IndexMap<Option<&str>, Vec<&ChangePlan>> = IndexMap::new();
    for change in place.plans.pipeline.workflows.changes.iter().rev() {
        let version = change.released.as_ref().map(|version| version.as_str());
        releases.entry(version).or_default().push(change);
    }
    if let Some(unreleased) = releases.shift_remove(&None) {
        releases.shift_insert(0, None, unreleased);
    }
    let data = |changes: &Vec<&ChangePlan>| {
        let version = changes.first().and_then(|change| change.released.as_ref());
        Data::new().prose_some("version", version).list("changes", changes.iter().map(|change| self::change(change)))
    };
    place.data().list("releases", releases.values().map(data))
}

fn change(plan: &ChangePlan) -> Data {
    Data::new()
        .prose("id", &plan.id)
        .prose("date", &plan.date)
        .code("component", &plan.component)
        .prose("kind", &plan.kind)
        .prose("summary", &plan.summary)
        .flag("breaking", plan.breaking.value)
        .code_some("migration", plan.migration.as_ref())
        .flag("reversible", plan.reversible.value)
        .code_some("commit", plan.commit.as_ref())
        .prose_some("approved_by", plan.approved_by.as_ref())
}
