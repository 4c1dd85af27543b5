//! Logs: a group for each component and each part of the environment. The topic of alarms and the alarms.

use super::identity::{ALARMS, LOGS, service_role, writes_logs};
use super::network::log_name;
use super::{Draft, Place, Workload, by};
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{Id, LogGroup, Owner, Pattern, Ref, Topic};
use crate::plan::aws::rules;
use crate::plan::infrastructure::templates::WorkloadForm;
use crate::spec::aws::{NameKind, Principal};

pub(super) fn plan(place: Place<'_>, draft: &mut Draft) {
    if place.has_own_network() {
        flow_logs(place, draft);
    }
    if place.is_ecs() {
        if !place.environment.cluster_exists.value {
            add(place, draft, SESSIONS, Owner::Platform, Origin::rule(rules::LOG_GROUP));
        }
        for workload in place.workloads().filter(|workload| workload.component.form.value != WorkloadForm::Static) {
            add(place, draft, workload.name(), workload.owner(), workload.plan.origin);
        }
    }
    alarm_topic(place, draft);
}

/// Sessions in containers, by ECS Exec. No datastore or component is likely to be called so.
pub(super) const SESSIONS: &str = "command-sessions";

/// The record of connections, and who writes it.
fn flow_logs(place: Place<'_>, draft: &mut Draft) {
    let flow_logs = group(place, "flow-logs", Owner::Network);
    let mut role = service_role(
        place,
        "flow-logs",
        Owner::Network,
        "Writes the record of connections",
        place.specs().aws.principal(Principal::FlowLogs),
        true,
    );
    role.statements.push(writes_logs(place, &flow_logs, "flow_logs", rules::FLOW_LOG));
    // To look for groups is of no group.
    let origin = Origin::rule(rules::FLOW_LOG);
    let find = place.specs().aws.words.actions("find_logs");
    role.statements.push(super::identity::statement("Find", find, vec![Pattern::read("*", origin)], origin));
    draft.roles.push(role);
    add(place, draft, "flow-logs", Owner::Network, Origin::rule(rules::FLOW_LOG));
}

/// A reference to a log group by the part of the environment that it belongs to.
pub(super) fn group(_: Place<'_>, part: &str, _: Owner) -> Ref<LogGroup> {
    Ref::named(part)
}

/// The log group of a component.
pub(super) fn of_component(workload: Workload<'_>) -> Ref<LogGroup> {
    Ref::named(workload.name())
}

pub(super) fn add(place: Place<'_>, draft: &mut Draft, part: &str, owner: Owner, origin: Origin) -> Ref<LogGroup> {
    add_named(place, draft, part, log_name(place, part), owner, origin)
}

/// A log group whose name a service of the cloud prescribes.
pub(super) fn add_named(
    place: Place<'_>,
    draft: &mut Draft,
    id: &str,
    name: Traced<String>,
    owner: Owner,
    origin: Origin,
) -> Ref<LogGroup> {
    let group = LogGroup { id: Id::made(id), origin, owner, name, retention_days: days(place), key: Ref::named(LOGS) };
    let reference = group.reference();
    draft.log_groups.push(group);
    reference
}

fn days(place: Place<'_>) -> Traced<u32> {
    let kept = &place.whole.system.log_retention;
    let asked = kept.value.whole_seconds().div_ceil(86_400);
    let days = place.specs().aws.log_retention(asked).map_or(30, |days| days.value);
    kept.with(days)
}

fn alarm_topic(place: Place<'_>, draft: &mut Draft) {
    let owner = place.whole.system.owner.as_ref();
    let contact = owner.and_then(|owner| owner.contact.as_ref()).filter(|contact| contact.value.contains('@'));
    draft.alarm_topic = Some(Topic {
        id: Id::made("alarms"),
        origin: Origin::rule(rules::ALARM_TOPIC),
        owner: Owner::Platform,
        name: place.named(NameKind::Topic, "alarms"),
        fifo: by(false, rules::ALARM_TOPIC),
        key: Ref::named(ALARMS),
        mail: contact.cloned().into_iter().collect(),
        publisher: Some(place.specs().aws.principal(Principal::CloudWatch).clone()),
        secret: None,
    });
}
