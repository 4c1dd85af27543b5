//! Who is told: receivers and routes by team, escalation, and what is kept quiet meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::escalation;
use crate::ir::component::{Component, DependencyKind};
use crate::ir::ownership::{Oncall, Owner};
use crate::ir::value::{Duration, Name};
use crate::ir::{Origin, Rule, System, Traced};
use crate::plan::monitoring::alerting::{
    AlertKind, AlertPlan, IncidentSeverityPlan, InhibitionPlan, LabelPlan, MutePlan, ReceiverPlan, RoutePlan,
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

/// A component without a single replica.
const OUTAGES: &[AlertKind] = &[AlertKind::Absent, AlertKind::Unready];
/// What is wrong with requests.
const REQUESTS: &[AlertKind] =
    &[AlertKind::BudgetBurn, AlertKind::Failing, AlertKind::ConnectionsDropped, AlertKind::HandshakesFailing];
/// What is wrong with replicas while none of them serves.
const REPLICAS: &[AlertKind] = &[
    AlertKind::ReplicasMissing,
    AlertKind::Restarts,
    AlertKind::OutOfMemory,
    AlertKind::Throttled,
    AlertKind::MemoryNearLimit,
    AlertKind::AtMaximum,
];

/// One outage is one page: what follows from it is kept quiet.
pub(super) fn inhibitions(system: &System, alerts: &[AlertPlan]) -> Vec<InhibitionPlan> {
    let mut inhibitions = of_one_component();
    inhibitions.extend(of_nodes(system, alerts));
    inhibitions.extend(of_dependencies(system, alerts));
    inhibitions
}

/// Where one fault shows in several alerts about the same component or datastore.
fn of_one_component() -> Vec<InhibitionPlan> {
    let same = &["environment", "component"];
    let symptom = |reason, source: AlertKind, target: &[AlertKind], equal| {
        Inhibition {
            reason,
            source: vec![("kind", words(&[source]))],
            target: vec![("kind", words(target))],
            equal,
            rule: rules::INHIBIT_SYMPTOM,
            origin: Origin::rule(rules::INHIBIT_SYMPTOM),
        }
        .plan()
    };
    let of_severity = |severity: AlertSeverity| {
        vec![("kind", words(&[AlertKind::BudgetBurn])), ("severity", vec![severity.to_string()])]
    };
    vec![
        Inhibition {
            reason: "the component is out: what else is wrong with it follows",
            source: vec![("kind", words(OUTAGES))],
            target: vec![("kind", words(&[REQUESTS, REPLICAS].concat()))],
            equal: same,
            rule: rules::INHIBIT_OUTAGE,
            origin: Origin::rule(rules::INHIBIT_OUTAGE),
        }
        .plan(),
        symptom("no replica is ready: none answers for its metrics", AlertKind::Unready, &[AlertKind::Absent], same),
        Inhibition {
            reason: "the same budget pages already",
            source: of_severity(AlertSeverity::Page),
            target: of_severity(AlertSeverity::Ticket),
            equal: &["environment", "component", "slo"],
            rule: rules::INHIBIT_TICKET,
            origin: Origin::rule(rules::INHIBIT_TICKET),
        }
        .plan(),
        symptom(
            "memory is why they restart",
            AlertKind::OutOfMemory,
            &[AlertKind::MemoryNearLimit, AlertKind::Restarts, AlertKind::ReplicasMissing],
            same,
        ),
        symptom("what restarts is missing meanwhile", AlertKind::Restarts, &[AlertKind::ReplicasMissing], same),
        symptom(
            "the messages that will be lost are those that wait",
            AlertKind::QueueExpiring,
            &[AlertKind::QueueStalled],
            &["environment", "datastore"],
        ),
    ]
}

/// Where the nodes are lost, and with them what ran there.
fn of_nodes(system: &System, alerts: &[AlertPlan]) -> Vec<InhibitionPlan> {
    if !alerts.iter().any(|alert| alert.rule.kind.value == AlertKind::NodesLost) {
        return Vec::new();
    }
    let origin = Origin::rule(rules::INHIBIT_NODES);
    let quiet = |reason, target| {
        let source = vec![("kind", words(&[AlertKind::NodesLost]))];
        Inhibition { reason, source, target, equal: &["environment"], rule: rules::INHIBIT_NODES, origin }.plan()
    };
    let runs = |component: &&Component| component.is_deployed() && component.is_long_running();
    let components: Vec<String> =
        system.components.iter().filter(runs).map(|component| component.name.to_string()).collect();
    let kinds = [OUTAGES, REQUESTS, REPLICAS, &[AlertKind::NodeUnready]].concat();
    let mut inhibitions = vec![quiet("the nodes are lost: what ran on them is out", vec![("kind", words(&kinds))])];
    // A page that was kept quiet lasts, too; the escalation of the nodes' own page names no component.
    if !components.is_empty() {
        let target = vec![("component", components), ("kind", words(&[AlertKind::Escalated]))];
        inhibitions.push(quiet("the nodes are lost: their page is the one that is escalated", target));
    }
    inhibitions
}

/// Where what is needed fails, and what needs it with it.
fn of_dependencies(system: &System, alerts: &[AlertPlan]) -> Vec<InhibitionPlan> {
    let is_told =
        |alert: &&AlertPlan| alert.rule.kind.value == AlertKind::DatastoreAbsent && alert.expression().is_some();
    let told: BTreeSet<&str> =
        alerts.iter().filter(is_told).filter_map(|alert| Some(alert.datastore.as_ref()?.as_str())).collect();
    // What is needed: who needs it, each with the line that says so.
    let mut needed: IndexMap<(&str, DependencyKind), Vec<&Traced<Name>>> = IndexMap::new();
    let mut lines: Vec<Origin> = Vec::new();
    for component in system.components.iter().filter(|component| component.is_deployed()) {
        for dependency in component.depends_on.iter().filter(|dependency| dependency.critical.value) {
            if dependency.name != component.name && dependency.kind != DependencyKind::External {
                let users = needed.entry((dependency.name.as_str(), dependency.kind)).or_insert_with(|| {
                    lines.push(dependency.origin);
                    Vec::new()
                });
                users.push(&component.name);
            }
        }
    }
    let ordered = in_order(system);
    let mut inhibitions = Vec::new();
    for (((name, kind), users), origin) in needed.into_iter().zip(lines) {
        let users: Vec<String> = users.into_iter().map(ToString::to_string).collect();
        let target = |kinds: &[AlertKind]| vec![("component", users.clone()), ("kind", words(kinds))];
        if kind == DependencyKind::Datastore {
            if !told.contains(name) {
                continue;
            }
            // Whoever waits for it in its readiness check is not ready either.
            let kinds = [&[AlertKind::Unready, AlertKind::Escalated][..], REQUESTS, REPLICAS].concat();
            inhibitions.push(Inhibition {
                reason: "a datastore is out: what can't work without it fails",
                source: vec![("datastore", vec![name.to_owned()]), ("kind", words(&[AlertKind::DatastoreAbsent]))],
                target: target(&kinds),
                equal: &["environment"],
                rule: rules::INHIBIT_DATASTORE,
                origin,
            });
            continue;
        }
        let source = |kinds: &[AlertKind]| vec![("component", vec![name.to_owned()]), ("kind", words(kinds))];
        // Two that need each other would keep each other quiet.
        let is_ordered = ordered.contains(name) && users.iter().all(|user| ordered.contains(user.as_str()));
        // A page that was kept quiet lasts, too: its escalation follows that of the page that was told.
        let escalated: &[AlertKind] = if is_ordered { &[AlertKind::Escalated] } else { &[] };
        inhibitions.push(Inhibition {
            reason: "a critical dependency is out: the budgets of what needs it follow",
            source: source(&[OUTAGES, escalated].concat()),
            target: target(&[&[AlertKind::BudgetBurn, AlertKind::Failing], escalated].concat()),
            equal: &["environment"],
            rule: rules::INHIBIT_DEPENDENCY,
            origin,
        });
        if is_ordered {
            let mut burns = source(&[AlertKind::BudgetBurn]);
            burns.push(("severity", vec![AlertSeverity::Page.to_string()]));
            inhibitions.push(Inhibition {
                reason: "the budget of a critical dependency burns: the budgets of what needs it follow",
                source: burns,
                target: target(&[AlertKind::BudgetBurn, AlertKind::Failing]),
                equal: &["environment"],
                rule: rules::INHIBIT_DEPENDENCY,
                origin,
            });
        }
    }
    inhibitions.into_iter().map(Inhibition::plan).collect()
}

/// The components that are in no circle of critical dependencies, and need none that is.
fn in_order(system: &System) -> BTreeSet<&str> {
    let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for component in &system.components {
        let name = component.name.as_str();
        let needs = component.depends_on.iter().filter(|needed| needed.critical.value && needed.name != component.name);
        let needs = needs.filter(|needed| needed.kind == DependencyKind::Component);
        let count = needs.map(|needed| users.entry(needed.name.as_str()).or_default().push(name)).count();
        waits.insert(name, count);
    }
    let mut free: Vec<&str> = waits.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    let mut ordered = BTreeSet::new();
    while let Some(name) = free.pop() {
        ordered.insert(name);
        for user in users.get(name).into_iter().flatten() {
            if let Some(count) = waits.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    free.push(user);
                }
            }
        }
    }
    ordered
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
