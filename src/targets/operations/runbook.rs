//! Runbooks: for each alert what it means, what usually causes it, what it looks at, and what to do.

use std::borrow::Cow;

use super::documents::{INCIDENTS, RECOVERY};
use super::environment::environment;
use super::place::{Place, relative};
use super::{Document, rules};
use crate::ir::choice::Runtime;
use crate::ir::value::Name;
use crate::ir::{Origin, Traced};
use crate::plan::infrastructure::environments::EnvironmentPlan;
use crate::plan::infrastructure::templates::{ComponentTemplate, StrategyKind, WorkloadForm};
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::configurations::MonitoredEnvironment;
use crate::plan::monitoring::promql::fill;
use crate::spec::prometheus::AlertSeverity;
use crate::targets::shared::template::{Data, Values};

/// The range that a query is shown over.
const WINDOW: &str = "5m";

/// All runbooks.
pub(super) fn documents<'a>(place: &Place<'a>) -> Vec<Document<'a>> {
    let documents = place.documents().iter().enumerate();
    documents
        .map(|(number, (path, _))| {
            let place = place.clone();
            Document {
                path: (*path).to_owned(),
                template: "runbook.md",
                data: Box::new(move || {
                    let (path, alerts) = &place.documents()[number];
                    data(&place, path, alerts)
                }),
                parts: None,
            }
        })
        .collect()
}

fn data(place: &Place<'_>, path: &str, alerts: &[&AlertPlan]) -> Data {
    let names = alerts.iter().flat_map(|alert| &alert.environments).map(|name| name.as_str());
    let environments = place.environments(names);
    let subject = alerts.first().and_then(|alert| alert.component.as_ref().or(alert.datastore.as_ref()));
    let component = subject.and_then(|name| place.component(name.as_str()));
    let users = subject.map_or(&[][..], |name| place.users(name.as_str()));
    let linked = |name: &Traced<_>| linked(place, path, name);
    let needs = component.map_or(&[][..], |component| &component.calls);
    let needs = needs.iter().filter(|peer| subject.is_some_and(|own| *own != peer.name));
    // Alerts of one component mostly name the same ones.
    let mut dependencies = Dependencies { place, path, known: Vec::new() };
    let other = |document| Traced::by_rule(relative(path, document), rules::LINK);
    place
        .data()
        .data("subject", about(place, alerts))
        .list("environments", environments.iter().filter_map(|plan| environment(place, plan, alerts)))
        .list("needs", needs.map(|peer| linked(&peer.name).flag("critical", peer.critical.value)))
        .list("callers", users.iter().map(|user| linked(&user.name)))
        .address("incident_plan", Some(&other(INCIDENTS)))
        .address("recovery_plan", Some(&other(RECOVERY)))
        .list("alerts", alerts_by_section(alerts).into_iter().map(|alerts| alert(place, &mut dependencies, &alerts)))
        .data("rollback", rollback(place, subject))
        .word("own_undo", component.map_or("", |component| own_undo(place, component)))
}

/// The beginning of the command by which a cluster takes a component alone back; empty where it has none.
fn own_undo(place: &Place<'_>, component: &ComponentTemplate) -> &'static str {
    if place.system().runtime.value != Runtime::Kubernetes {
        return "";
    }
    let strategy = component.strategy.as_ref().map(|strategy| strategy.kind.value);
    match (component.form.value, strategy) {
        (WorkloadForm::Replicated, Some(StrategyKind::Canary | StrategyKind::BlueGreen)) => {
            "kubectl argo rollouts undo "
        }
        (WorkloadForm::Replicated, _) => "kubectl rollout undo deployment/",
        (WorkloadForm::Stateful, _) => "kubectl rollout undo statefulset/",
        _ => "",
    }
}

/// What the document is about, and who answers for it.
fn about(place: &Place<'_>, alerts: &[&AlertPlan]) -> Data {
    let system = place.system();
    let first = alerts.first();
    let component = first.and_then(|alert| alert.component.as_ref()).and_then(|name| place.component(name.as_str()));
    let owner = component.and_then(|component| component.owner.as_ref()).or(system.owner.as_ref());
    let name = first.and_then(|alert| alert.component.as_ref().or(alert.datastore.as_ref())).unwrap_or(&system.name);
    let kind = match first.map(|alert| (&alert.component, &alert.datastore)) {
        Some((Some(_), _)) => "component",
        Some((None, Some(_))) => "datastore",
        _ => "system",
    };
    let dashboard = first.map(|alert| &alert.dashboard);
    let grafana = place.plans.infrastructure.templates.platform.grafana_url.as_ref();
    let address = dashboard.zip(grafana).map(|(uid, url)| url.with(format!("{}/d/{uid}", url.trim_end_matches('/'))));
    Data::new()
        .prose("name", name)
        .name("plain_name", name)
        .word("kind", kind)
        .flag("is_scheduled", component.is_some_and(|component| component.form.value == WorkloadForm::Scheduled))
        .flag("runs_to_end", component.is_some_and(|component| component.form.value.runs_to_end()))
        .prose_some("description", component.and_then(|component| component.description.as_ref()))
        .prose_some("team", owner.map(|owner| &owner.team))
        .prose_some("contact", owner.and_then(|owner| owner.contact.as_ref()))
        .prose_some("oncall_service", owner.and_then(|owner| owner.oncall_service.as_ref()))
        .prose_some("oncall_target", owner.and_then(|owner| owner.oncall_target.as_ref()))
        .code_some("dashboard", dashboard)
        .address("dashboard_url", address.as_ref())
}

/// The alerts of each section: those of a datastore stand once, for all environments.
fn alerts_by_section<'a>(alerts: &[&'a AlertPlan]) -> Vec<Vec<&'a AlertPlan>> {
    let mut sections: Vec<Vec<&AlertPlan>> = Vec::new();
    for alert in alerts {
        match sections.iter_mut().find(|section| section.iter().all(|other| other.rule.section == alert.rule.section)) {
            Some(section) => section.push(alert),
            None => sections.push(vec![alert]),
        }
    }
    sections
}

/// One section.
fn alert<'a>(place: &Place<'_>, dependencies: &mut Dependencies<'a>, alerts: &[&'a AlertPlan]) -> Data {
    let Some(first) = alerts.first() else { return Data::new() };
    let names = alerts.iter().flat_map(|alert| &alert.environments);
    let shown = place.environments(names.map(|name| name.as_str())).into_iter().next();
    let query = shown.and_then(|shown| query(place, alerts, shown));
    let objective = first.objective().and_then(|id| place.objective(&id.to_text()));
    let indicator = objective.map(|objective| objective.indicator.value);
    // Those of its sibling of the other severity, too.
    let windows = objective.and_then(|objective| place.windows(objective)).cloned();
    let windows = windows.unwrap_or_else(|| Values::list([] as [Data; 0]));
    let data = Data::new()
        .prose("section", &first.rule.section)
        .flag("of_kubelet", first.rule.section.ends_with("-kubelet"))
        .flag("of_cloudwatch", first.rule.section.ends_with("-cloudwatch-exporter"))
        .word("kind", first.rule.kind.value.as_str())
        .word("indicator", indicator.map_or("", |indicator| indicator.as_str()))
        .list("pages", told(place, alerts, AlertSeverity::Page))
        .list("tickets", told(place, alerts, AlertSeverity::Ticket))
        .data("windows", windows)
        .prose("summary", &first.summary())
        .prose("description", &first.description())
        .prose_some("hold", first.rule.hold.as_ref())
        .list("dependencies", first.dependencies.iter().map(|name| dependencies.linked(name)))
        .prose_some("query_environment", shown.map(|shown| &shown.name));
    match query {
        Some(query) => data.block("query", &query, "promql"),
        None => data.prose_some::<String>("query", None),
    }
}

/// The environments in which an alert asks for so much.
fn told<'p>(place: &'p Place<'_>, alerts: &[&AlertPlan], severity: AlertSeverity) -> impl Iterator<Item = &'p Values> {
    let is_told = move |(environment, _): &(&MonitoredEnvironment, &Values)| {
        alerts.iter().any(|alert| {
            alert.environments.contains(&environment.name)
                && environment.severity(alert.rule.severity).value == severity
        })
    };
    place.watched().filter(is_told).map(|(_, named)| named)
}

/// What the alert looks at in an environment.
fn query(place: &Place<'_>, alerts: &[&AlertPlan], shown: &EnvironmentPlan) -> Option<Traced<String>> {
    let monitoring = &place.plans.monitoring.configurations;
    let selector = &monitoring.environments.iter().find(|known| known.name == shown.name)?.selector;
    let alert = alerts.iter().find(|alert| alert.environments.contains(&shown.name))?;
    let objective = alert.objective().and_then(|id| place.objective(&id.to_text()));
    let expression = match objective {
        Some(objective) => Cow::Borrowed(objective.error_ratio.as_str()),
        None => alert.expression().as_ref()?.to_text(),
    };
    Some(Traced::new(fill(&expression, WINDOW, selector), Origin::rule(rules::QUERY)))
}

/// What alerts of one document name as what else may be the cause.
struct Dependencies<'d> {
    place: &'d Place<'d>,
    path: &'d str,
    known: Vec<(&'d Traced<Name>, Values)>,
}

impl<'d> Dependencies<'d> {
    fn linked(&mut self, name: &'d Traced<Name>) -> Values {
        let is_same = |(known, _): &&(&Traced<Name>, Values)| known.origin == name.origin && known.value == name.value;
        if let Some((_, values)) = self.known.iter().find(is_same) {
            return values.clone();
        }
        let values = Values::from(linked(self.place, self.path, name));
        self.known.push((name, values.clone()));
        values
    }
}

/// A component or datastore, and the way to its runbook.
fn linked(place: &Place<'_>, path: &str, name: &Traced<Name>) -> Data {
    Data::new().prose("name", name).address("link", place.link(path, name).as_ref())
}

/// How the version before comes back.
fn rollback(place: &Place<'_>, subject: Option<&Traced<impl std::fmt::Display>>) -> Data {
    let name = subject.map(ToString::to_string).unwrap_or_default();
    let step = place.rollout(&name);
    Data::new()
        .flag("automatic", step.is_some_and(|step| step.automatic_rollback.value))
        .proses("triggers", step.iter().flat_map(|step| &step.triggers))
        .prose_some("window", step.and_then(|step| step.watch.as_ref()))
        .proses("irreversible", place.irreversible(&name).iter().map(|change| &change.id))
}
