//! Who is told of a page that is not over in time.
//!
//! Prometheus does not know whether somebody has answered; it knows whether the page is still on.

use super::alerts::{Draft, dashboard_uid};
use super::routing::{named, receiver_name, teams, told_by};
use crate::ir::choice::EnvironmentKind;
use crate::ir::ownership::Oncall;
use crate::ir::value::Name;
use crate::ir::{Environment, System, Traced};
use crate::plan::monitoring::alerting::{AlertKind, AlertPlan, EscalationPlan, ReceiverPlan};
use crate::plan::monitoring::promql::{quoted, select};
use crate::plan::monitoring::rules;
use crate::spec::prometheus::AlertSeverity;

/// The steps, in the order of the input.
pub(super) fn steps(system: &System) -> Vec<EscalationPlan> {
    let steps = system.operations.iter().flat_map(|operations| &operations.escalation);
    steps
        .map(|step| EscalationPlan {
            origin: step.origin,
            after: step.after,
            notify: step.notify.clone(),
            severity: Traced::by_rule(AlertSeverity::Page, rules::ESCALATION),
            receiver: receiver(system, &step.notify),
            alerts: productions(system)
                .map(|environment| Traced::by_rule(id(environment, &step.notify), rules::ESCALATION))
                .collect(),
        })
        .collect()
}

fn productions(system: &System) -> impl Iterator<Item = &Environment> {
    system.environments.iter().filter(|environment| environment.kind.value == EnvironmentKind::Production)
}

fn id(environment: &Environment, notify: &str) -> String {
    format!("{}/{}", environment.name, named(notify, AlertKind::Escalated.as_str()))
}

/// The receiver of a step: a team's, where it has that name.
fn receiver(system: &System, notify: &str) -> Traced<Name> {
    match teams(system).get(notify) {
        Some(owner) => receiver_name(owner, AlertSeverity::Page),
        None => named(notify, AlertKind::Escalated.as_str()),
    }
}

/// The receivers of steps that name no team.
pub(super) fn receivers(system: &System) -> Vec<ReceiverPlan> {
    let teams = teams(system);
    let steps = system.operations.iter().flat_map(|operations| &operations.escalation);
    let strangers = steps.filter(|step| !teams.contains_key(step.notify.as_str()));
    strangers
        .map(|step| {
            let way = if step.notify.contains('@') {
                Some(Oncall::Email(step.notify.clone()))
            } else {
                let own = system.owner.as_ref().and_then(|owner| owner.oncall.as_ref());
                own.filter(|own| !matches!(own, Oncall::Email(_))).map(|own| own.to(step.notify.clone()))
            };
            told_by(step.origin, receiver(system, &step.notify), step.notify.clone(), way)
        })
        .collect()
}

/// One alert a step and environment of production, which is on while a page has been on for so long.
pub(super) fn alerts(system: &System) -> Vec<AlertPlan> {
    let steps = system.operations.iter().flat_map(|operations| &operations.escalation);
    let mut alerts = Vec::new();
    for step in steps {
        for environment in productions(system) {
            let pages = select(
                "ALERTS",
                &[
                    "alertstate=\"firing\"",
                    "severity=\"page\"",
                    "kind!=\"escalated\"",
                    &format!("system={}", quoted(system.name.as_str())),
                    &format!("environment={}", quoted(environment.name.as_str())),
                ],
            );
            let alert =
                Draft::new(id(environment, &step.notify), AlertKind::Escalated, dashboard_uid(system, "overview"))
                    .team(system.owner.as_ref())
                    .severity(Traced::by_rule(AlertSeverity::Page, rules::ESCALATION))
                    .origin(step.origin)
                    .about(|about| about.environments = vec![environment.name.clone()])
                    .when(
                        format!("max by (component, datastore, slo) ({pages}) > 0"),
                        Some(step.after.value),
                        rules::ESCALATION,
                    )
                    .says(
                        system,
                        format!("a page of {} in {} is not over after {}", system.name, environment.name, step.after),
                        "Ask who works on it, and help: what was paged first says what is wrong.",
                    );
            alerts.push(alert);
        }
    }
    alerts
}
