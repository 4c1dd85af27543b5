//! Who is told: receivers and routes by team, escalation, and what is kept quiet meanwhile.

use indexmap::IndexMap;

use super::escalation;
use crate::ir::component::DependencyKind;
use crate::ir::ownership::{Oncall, Owner};
use crate::ir::value::{Duration, Name};
use crate::ir::{Origin, Rule, System, Traced};
use crate::plan::monitoring::alerting::{
    AlertKind, IncidentSeverityPlan, InhibitionPlan, LabelPlan, MutePlan, ReceiverPlan, RoutePlan,
};
use crate::plan::monitoring::rules;
use crate::spec::prometheus::AlertSeverity;

/// Two receivers a team: one for pages and one for tickets; then those of the escalation that are no team.
pub(super) fn receivers(system: &System) -> Vec<ReceiverPlan> {
    let teams = teams(system);
    let of_team =
        |owner: &&Owner| AlertSeverity::ALL.iter().map(|severity| receiver(owner, *severity)).collect::<Vec<_>>();
    let mut receivers: Vec<ReceiverPlan> = teams.values().flat_map(of_team).collect();
    for receiver in escalation::receivers(system) {
        if !receivers.iter().any(|known| known.name == receiver.name) {
            receivers.push(receiver);
        }
    }
    receivers
}

/// The routes to them.
pub(super) fn routes(system: &System) -> Vec<RoutePlan> {
    let teams = teams(system);
    teams.values().flat_map(|owner| AlertSeverity::ALL.iter().map(|severity| route(owner, *severity))).collect()
}

/// The teams in the order of their first mention. Where one is described twice, the first that names an on-call route
/// is it.
pub(super) fn teams(system: &System) -> IndexMap<&str, &Owner> {
    let mut teams: IndexMap<&str, &Owner> = IndexMap::new();
    let owners = system.components.iter().filter(|component| component.is_deployed());
    for owner in system.owner.iter().chain(owners.filter_map(|component| component.owner.as_ref())) {
        let known = teams.entry(owner.team.as_str()).or_insert(owner);
        if known.oncall.is_none() && owner.oncall.is_some() {
            *known = owner;
        }
    }
    teams
}

fn receiver(owner: &Owner, severity: AlertSeverity) -> ReceiverPlan {
    let contact = owner.contact.clone().filter(|contact| contact.contains('@')).map(Oncall::Email);
    let way = match severity {
        AlertSeverity::Page => owner.oncall.clone().or(contact),
        AlertSeverity::Ticket => contact.or_else(|| owner.oncall.clone()),
    };
    told_by(owner.origin, receiver_name(owner, severity), owner.team.clone(), way)
}

/// A receiver that is told in a way, if in any.
pub(super) fn told_by(origin: Origin, name: Traced<Name>, team: Traced<String>, way: Option<Oncall>) -> ReceiverPlan {
    let secret = way.as_ref().filter(|way| !matches!(way, Oncall::Email(_)));
    ReceiverPlan {
        origin,
        name,
        team,
        service: way.as_ref().map(|way| way.target().with(way.key().to_owned())),
        target: way.as_ref().map(|way| way.target().clone()),
        secret: secret.map(|_| Traced::by_rule("oncall".to_owned(), rules::RECEIVER_SECRET)),
        secret_property: secret.map(|way| way.target().clone()),
    }
}

/// `TEAM-page`.
pub(super) fn receiver_name(owner: &Owner, severity: AlertSeverity) -> Traced<Name> {
    named(&owner.team, severity.as_str())
}

/// `TEXT-ending`: what is lost of the text becomes a hash.
pub(super) fn named(team: &str, severity: &str) -> Traced<Name> {
    const LONGEST: usize = 48;
    let mut label = String::new();
    for character in team.chars() {
        if character.is_ascii_alphanumeric() {
            label.push(character.to_ascii_lowercase());
        } else if !label.is_empty() && !label.ends_with('-') {
            label.push('-');
        }
    }
    label.truncate(LONGEST);
    let label = label.trim_end_matches('-');
    let name = if label == team {
        format!("{label}-{severity}")
    } else {
        let hash = blake3::hash(team.as_bytes()).to_hex();
        let prefix = if label.is_empty() { "team" } else { label };
        format!("{prefix}-{}-{severity}", &hash[..6])
    };
    Traced::by_rule(Name::made(&name), rules::RECEIVER)
}

fn route(owner: &Owner, severity: AlertSeverity) -> RoutePlan {
    let (wait, interval, repeat, rule) = match severity {
        AlertSeverity::Page => (Duration::seconds(30), Duration::minutes(5), Duration::hours(4), rules::ROUTE_PAGE),
        AlertSeverity::Ticket => (Duration::minutes(5), Duration::minutes(30), Duration::days(1), rules::ROUTE_TICKET),
    };
    let group = ["environment", "component", "datastore"];
    RoutePlan {
        origin: owner.origin,
        team: owner.team.clone(),
        severity: Traced::by_rule(severity, rules::RECEIVER),
        receiver: receiver_name(owner, severity),
        group_by: group.iter().map(|label| Traced::by_rule((*label).to_owned(), rules::ROUTE_GROUP)).collect(),
        group_wait: Traced::by_rule(wait, rule),
        group_interval: Traced::by_rule(interval, rule),
        repeat_interval: Traced::by_rule(repeat, rule),
    }
}

/// What a rollout itself causes waits until the deployment window closes; a page never does.
pub(super) fn mutes(system: &System) -> Vec<MutePlan> {
    let with_window = system.environments.iter().filter(|environment| environment.deployment_window.is_some());
    with_window
        .map(|environment| MutePlan {
            origin: environment.deployment_window.as_ref().map_or(environment.origin, |window| window.origin),
            environment: environment.name.clone(),
            kinds: vec![Traced::by_rule(AlertKind::ReplicasMissing, rules::MUTE_ROLLOUT)],
            severity: Traced::by_rule(AlertSeverity::Ticket, rules::MUTE_ROLLOUT),
        })
        .collect()
}

/// How incidents are ranked: as the input says, else by what alerts ask for.
pub(super) fn severities(system: &System) -> Vec<IncidentSeverityPlan> {
    let stated = system.operations.iter().filter_map(|operations| operations.incidents.as_ref());
    let stated: Vec<IncidentSeverityPlan> = stated
        .flat_map(|incidents| &incidents.severities)
        .map(|severity| IncidentSeverityPlan {
            origin: severity.origin,
            name: severity.name.clone(),
            meaning: None,
            respond_within: severity.respond_within,
        })
        .collect();
    if !stated.is_empty() {
        return stated;
    }
    let first = escalation::steps(system).first().map(|step| step.after);
    let severity = |name: &str, meaning: &str, within: Traced<Duration>| IncidentSeverityPlan {
        origin: Origin::rule(rules::INCIDENT_SEVERITIES),
        name: Traced::by_rule(name.to_owned(), rules::INCIDENT_SEVERITIES),
        meaning: Some(Traced::by_rule(meaning.to_owned(), rules::INCIDENT_SEVERITIES)),
        respond_within: Some(within),
    };
    let by_rule = |within| Traced::by_rule(within, rules::INCIDENT_SEVERITIES);
    vec![
        severity(
            "page",
            "callers are not served, data is lost, or an error budget burns so fast that it will be gone within days",
            first.unwrap_or_else(|| by_rule(Duration::minutes(15))),
        ),
        severity("ticket", "something is degraded, or will be: callers are still served", by_rule(Duration::days(3))),
    ]
}

/// One outage is one page: what follows from it is kept quiet.
pub(super) fn inhibitions(system: &System) -> Vec<InhibitionPlan> {
    let outages = [AlertKind::Absent, AlertKind::Unready];
    let mut inhibitions = vec![
        Inhibition {
            reason: "the component is out: what else is wrong with it follows",
            source: vec![("kind", words(&outages))],
            target: vec![("kind", words(&[AlertKind::BudgetBurn, AlertKind::ReplicasMissing, AlertKind::Restarts]))],
            equal: &["environment", "component"],
            rule: rules::INHIBIT_OUTAGE,
            origin: Origin::rule(rules::INHIBIT_OUTAGE),
        }
        .plan(),
        Inhibition {
            reason: "the same budget pages already",
            source: vec![
                ("kind", words(&[AlertKind::BudgetBurn])),
                ("severity", vec![AlertSeverity::Page.to_string()]),
            ],
            target: vec![
                ("kind", words(&[AlertKind::BudgetBurn])),
                ("severity", vec![AlertSeverity::Ticket.to_string()]),
            ],
            equal: &["environment", "component", "slo"],
            rule: rules::INHIBIT_TICKET,
            origin: Origin::rule(rules::INHIBIT_TICKET),
        }
        .plan(),
    ];
    for component in system.components.iter().filter(|component| component.is_deployed()) {
        for dependency in &component.depends_on {
            let is_other = dependency.name != component.name && dependency.kind == DependencyKind::Component;
            if !is_other || !dependency.critical.value {
                continue;
            }
            let inhibition = Inhibition {
                reason: "a critical dependency is out: the budgets of what needs it follow",
                source: vec![("component", vec![dependency.name.to_string()]), ("kind", words(&outages))],
                target: vec![
                    ("component", vec![component.name.to_string()]),
                    ("kind", words(&[AlertKind::BudgetBurn, AlertKind::Failing])),
                ],
                equal: &["environment"],
                rule: rules::INHIBIT_DEPENDENCY,
                origin: dependency.origin,
            };
            inhibitions.push(inhibition.plan());
        }
    }
    inhibitions
}

fn words(kinds: &[AlertKind]) -> Vec<String> {
    kinds.iter().map(ToString::to_string).collect()
}

struct Inhibition {
    reason: &'static str,
    source: Vec<(&'static str, Vec<String>)>,
    target: Vec<(&'static str, Vec<String>)>,
    equal: &'static [&'static str],
    rule: Rule,
    origin: Origin,
}

impl Inhibition {
    fn plan(self) -> InhibitionPlan {
        let text = |text: String| Traced::by_rule(text, self.rule);
        let labels = |labels: Vec<(&str, Vec<String>)>| {
            let plan = |(label, values): (&str, Vec<String>)| LabelPlan {
                origin: self.origin,
                label: text(label.to_owned()),
                values: values.into_iter().map(text).collect(),
            };
            labels.into_iter().map(plan).collect()
        };
        InhibitionPlan {
            origin: self.origin,
            reason: text(self.reason.to_owned()),
            source: labels(self.source),
            target: labels(self.target),
            equal: self.equal.iter().map(|label| text((*label).to_owned())).collect(),
        }
    }
}
