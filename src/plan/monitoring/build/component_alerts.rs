//! What somebody is told about a component: its budgets, its replicas, its runs.

use std::sync::Arc;

use super::alerts::{Draft, in_capitals};
use super::schedule::longest_pause;
use super::subject::Subject;
use crate::ir::choice::{ComponentKind, EnvironmentKind};
use crate::ir::component::Replicas;
use crate::ir::value::{Decimal, Duration, Text};
use crate::ir::{Deployment, Origin, Rule, System, Traced};
use crate::plan::monitoring::alerting::{AlertKind, AlertPlan};
use crate::plan::monitoring::configurations::{IndicatorKind, ObjectivePlan};
use crate::plan::monitoring::indicator::{Controller, controller, pods_of};
use crate::plan::monitoring::promql::{SELECTOR, equals, literal, quoted, select};
use crate::plan::monitoring::rules;
use crate::spec::prometheus::AlertSeverity;

/// All alerts of one component; none where it runs nowhere.
pub(super) fn plan(subject: &Subject<'_>, objectives: &[ObjectivePlan]) -> Vec<AlertPlan> {
    if subject.environments.is_empty() {
        return Vec::new();
    }
    let mut alerts: Vec<AlertPlan> = objectives.iter().flat_map(|objective| budget_burns(subject, objective)).collect();
    match subject.component.kind.value {
        ComponentKind::Service | ComponentKind::Worker => {
            alerts.extend(replicas(subject));
            alerts.extend(resources(subject));
            alerts.extend(requests(subject, objectives));
        }
        ComponentKind::Cronjob | ComponentKind::Job => alerts.extend(runs(subject)),
        ComponentKind::Website | ComponentKind::Library => {}
    }
    alerts
}

fn draft(subject: &Subject<'_>, kind: AlertKind, id: &str) -> Draft {
    let component = subject.component;
    let id = [component.name.as_str(), "/", id].concat();
    Draft::of(Arc::clone(&subject.about), id, kind).origin(component.origin)
}

/// An alert of a kind that a component has once.
fn once(subject: &Subject<'_>, kind: AlertKind) -> Draft {
    draft(subject, kind, kind.as_str())
}

/// One alert a severity: its windows are joined by "or".
fn budget_burns(subject: &Subject<'_>, objective: &ObjectivePlan) -> Vec<AlertPlan> {
    // All severities say the same.
    let description: Text = format!(
        "{} % of all events are to be good over {}; at this pace the error budget is gone before the period is. {}",
        objective.objective,
        objective.period,
        dependency_note(subject)
    )
    .into();
    AlertSeverity::ALL
        .iter()
        .filter_map(|severity| {
            let window = objective.burn_windows.iter().find(|window| window.severity.value == *severity)?;
            let id = format!("{}-{}-{severity}", AlertKind::BudgetBurn, objective.name);
            let alert = draft(subject, AlertKind::BudgetBurn, &id)
                .severity(window.severity)
                .origin(objective.origin)
                .with(|rule| {
                    rule.objective = Some(objective.id.with(objective.id.value.clone().into()));
                    // Each objective has a name of its own, so that a test tells its alerts from those of another.
                    rule.name.value = in_capitals(&format!("{}-{}", objective.name, AlertKind::BudgetBurn)).into();
                    // Page and ticket differ in their windows alone: one runbook is both.
                    rule.section.value = format!("{}-{}", AlertKind::BudgetBurn, objective.name).into();
                })
                .says(
                    subject.system,
                    format!("{}: the error budget of {} burns too fast", subject.component.name, objective.name),
                    description.clone(),
                );
            Some(alert)
        })
        .collect()
}

/// Where else to look, in a sentence.
fn dependency_note(subject: &Subject<'_>) -> String {
    let mut causes = String::new();
    subject.about.push_causes(&mut causes);
    causes
}

fn outage(subject: &Subject<'_>) -> Traced<AlertSeverity> {
    subject.gravest()
}

/// Whether replicas are there, ready, and as many as they should be.
fn replicas(subject: &Subject<'_>) -> Vec<AlertPlan> {
    let name = &subject.component.name;
    let mut alerts = Vec::new();
    if subject.component.metrics.is_some() {
        // Without a cluster that counts who is ready, this is how an outage is told.
        let (hold, rule) = if subject.is_in_cluster() {
            (Duration::minutes(5), rules::ABSENT_HOLD)
        } else {
            (unready_hold(subject), rules::UNREADY_HOLD)
        };
        alerts.push(
            once(subject, AlertKind::Absent)
                .severity(outage(subject))
                .when(["absent(", &select("up", &[&subject.own]), " == 1)"].concat(), Some(hold), rule)
                .says(
                    subject.system,
                    format!("{name}: no replica answers when it is asked for metrics"),
                    format!("Either nothing runs, or nothing reaches it. {}", dependency_note(subject)),
                ),
        );
    }
    if !subject.is_in_cluster() {
        alerts.extend(told_by_cloud(subject));
        return alerts;
    }
    if let Some(ready) = subject.measured.ready_replicas() {
        alerts.push(
            once(subject, AlertKind::Unready)
                .severity(outage(subject))
                .when([&ready, " < 1"].concat(), Some(unready_hold(subject)), rules::UNREADY_HOLD)
                .below(Decimal::whole(1), rules::UNREADY_HOLD)
                .says(
                    subject.system,
                    format!("{name}: no replica can take requests"),
                    format!(
                        "All replicas fail their readiness check or have not started. {}",
                        dependency_note(subject)
                    ),
                ),
        );
    }
    alerts.push(
        once(subject, AlertKind::ReplicasMissing)
            .when([&missing_replicas(subject), " > 0"].concat(), Some(Duration::minutes(15)), rules::MISSING_HOLD)
            .above(Decimal::whole(0), rules::MISSING_HOLD)
            .says(
                subject.system,
                format!("{name}: fewer replicas can take requests than should"),
                "A replica does not start, fails its readiness check, or finds no room on a node.",
            ),
    );
    if let Some(maximum) = at_maximum(subject) {
        alerts.push(maximum);
    }
    alerts
}

/// How long no replica may be ready: longer than a restart where there may be one replica alone.
fn unready_hold(subject: &Subject<'_>) -> Duration {
    let least = |deployment: &Deployment| match &deployment.replicas {
        Replicas::Scaled(scaling) => scaling.min.value,
        Replicas::Fixed(count) => count.value,
    };
    let production = subject.environments.iter().filter(|place| place.kind.value == EnvironmentKind::Production);
    let least = production.filter_map(|place| place.deployment(subject.id)).map(least).min();
    Duration::minutes(if least.is_some_and(|least| least >= 2) { 1 } else { 5 })
}

/// What only the cloud's own alarms can tell, where no cluster tells it: no expression, and limits in their units.
fn told_by_cloud(subject: &Subject<'_>) -> Vec<AlertPlan> {
    let name = &subject.component.name;
    let minutes = |minutes| Some(Duration::minutes(minutes));
    let mut alerts = Vec::new();
    // Replicas that don't run don't answer: who is told of that by Prometheus isn't told once more by the cloud.
    if subject.component.metrics.is_none() || !has_target(subject.system, "prometheus") {
        alerts.push(
            once(subject, AlertKind::Unready)
                .severity(outage(subject))
                .hold(Some(unready_hold(subject)), rules::UNREADY_HOLD)
                .below(Decimal::whole(1), rules::UNREADY_HOLD)
                .says(
                    subject.system,
                    format!("{name}: no replica can take requests"),
                    format!("All replicas fail their health check or have not started. {}", dependency_note(subject)),
                ),
        );
    }
    alerts.extend([
        once(subject, AlertKind::ReplicasMissing)
            .hold(minutes(15), rules::MISSING_HOLD)
            .above(Decimal::whole(0), rules::MISSING_HOLD)
            .says(
                subject.system,
                format!("{name}: fewer replicas can take requests than should"),
                "A replica does not start, or fails its health check.",
            ),
        once(subject, AlertKind::Throttled)
            .hold(minutes(15), rules::CPU_LIMIT)
            .above(Decimal::whole(90), rules::CPU_LIMIT)
            .says(
                subject.system,
                format!("{name}: replicas have no CPU left"),
                "Ask for more CPU, or run more replicas.",
            ),
        once(subject, AlertKind::MemoryNearLimit)
            .hold(minutes(15), rules::MEMORY_LIMIT)
            .above(Decimal::whole(90), rules::MEMORY_LIMIT)
            .says(
                subject.system,
                format!("{name}: a replica is about to reach its memory limit"),
                "At its limit it is ended. Ask for more memory, or look for what keeps it.",
            ),
    ]);
    let most = subject.deployments().filter_map(|deployment| match &deployment.replicas {
        Replicas::Scaled(scaling) => Some(scaling.max.value),
        Replicas::Fixed(_) => None,
    });
    if let Some(most) = most.max() {
        alerts.push(
            once(subject, AlertKind::AtMaximum)
                .hold(minutes(30), rules::MAXIMUM_HOLD)
                .above(Decimal::whole(i64::from(most) - 1), rules::MAXIMUM_HOLD)
                .says(subject.system, format!("{name}: scaling has reached the most replicas that it may start"),
                    "The load is higher than planned for, or a replica takes less than it did. Compare with the declared capacity.",
                ),
        );
    }
    alerts
}

/// Whether a target is generated.
fn has_target(system: &System, target: &str) -> bool {
    system.targets.as_ref().is_none_or(|choices| choices.iter().any(|choice| choice.name.value == target))
}

/// How many replicas are wanted and can't take requests.
fn missing_replicas(subject: &Subject<'_>) -> String {
    let name = subject.component.name.as_str();
    let labelled =
        |metric: &str, label: &str| ["sum(", &select(metric, &[SELECTOR, &equals(label, name)]), ")"].concat();
    match controller(subject.component) {
        Controller::Deployment => labelled("kube_deployment_status_replicas_unavailable", "deployment"),
        Controller::StatefulSet => format!(
            "{} - {}",
            labelled("kube_statefulset_replicas", "statefulset"),
            labelled("kube_statefulset_status_replicas_ready", "statefulset")
        ),
        Controller::Rollout => {
            format!("sum({})", select("kube_pod_status_ready", &[SELECTOR, "condition=\"false\"", &pods_of(name)]))
        }
    }
}

fn at_maximum(subject: &Subject<'_>) -> Option<AlertPlan> {
    let is_scaled = subject.deployments().any(|deployment| matches!(deployment.replicas, Replicas::Scaled(_)));
    if !is_scaled {
        return None;
    }
    // Scaling by events keeps an autoscaler of its own, with a prefix.
    let name = ["(keda-hpa-)?", &literal(subject.component.name.as_str())].concat();
    let scaler = ["horizontalpodautoscaler=~", &quoted(&name)].concat();
    let of = |metric: &str| select(metric, &[SELECTOR, &scaler]);
    let now = of("kube_horizontalpodautoscaler_status_current_replicas");
    let most = of("kube_horizontalpodautoscaler_spec_max_replicas");
    let expression = ["sum(", &now, ") >= sum(", &most, ")"].concat();
    Some(once(subject, AlertKind::AtMaximum).when(expression, Some(Duration::minutes(30)), rules::MAXIMUM_HOLD).says(
        subject.system,
        format!("{}: scaling has reached the most replicas that it may start", subject.component.name),
        "The load is higher than planned for, or a replica takes less than it did. Compare with the declared capacity.",
    ))
}

/// How much something has grown within 15 minutes, over all containers.
fn increase(subject: &Subject<'_>, metric: &str) -> String {
    ["sum(increase(", &subject.container(metric, ""), "[15m]))"].concat()
}

/// Whether replicas have what they need of CPU, memory and storage.
fn resources(subject: &Subject<'_>) -> Vec<AlertPlan> {
    let name = &subject.component.name;
    if !subject.is_in_cluster() {
        return Vec::new();
    }
    let mut alerts = vec![
        limit(
            subject,
            AlertKind::Restarts,
            &increase(subject, "kube_pod_container_status_restarts_total"),
            Decimal::whole(3),
            None,
            rules::RESTART_LIMIT,
        )
        .says(
            subject.system,
            format!("{name}: replicas restart again and again"),
            "Look at why the last one ended: its exit code, its liveness check, its memory.",
        ),
        limit(
            subject,
            AlertKind::OutOfMemory,
            &increase(subject, "container_oom_events_total"),
            Decimal::whole(0),
            None,
            rules::OOM_LIMIT,
        )
        .says(
            subject.system,
            format!("{name}: a replica was ended because it took too much memory"),
            "Raise the memory limit, or look for what keeps memory.",
        ),
    ];
    if subject.deployments().any(|deployment| deployment.resources.cpu_limit.is_some()) {
        let throttled = increase(subject, "container_cpu_cfs_throttled_periods_total");
        let share = [&throttled, " / ", &increase(subject, "container_cpu_cfs_periods_total")].concat();
        alerts.push(
            limit(subject, AlertKind::Throttled, &share, Decimal::new(25, 2), Some(15), rules::THROTTLE_LIMIT).says(
                subject.system,
                format!("{name}: replicas wait for CPU that their limit withholds"),
                "Raise the CPU limit, or run more replicas.",
            ),
        );
    }
    if subject.deployments().any(|deployment| deployment.resources.memory_limit.is_some()) {
        let used = subject.container("container_memory_working_set_bytes", "");
        let limits = subject.container("kube_pod_container_resource_limits", "resource=\"memory\"");
        let share = ["max(", &used, " / on (namespace, pod, container) ", &limits, ")"].concat();
        alerts.push(
            limit(subject, AlertKind::MemoryNearLimit, &share, Decimal::new(9, 1), Some(15), rules::MEMORY_LIMIT).says(
                subject.system,
                format!("{name}: a replica is about to reach its memory limit"),
                "At its limit it is ended. Raise the limit, or look for what keeps memory.",
            ),
        );
    }
    alerts.extend(volumes(subject));
    alerts
}

fn volumes(subject: &Subject<'_>) -> Vec<AlertPlan> {
    let component = subject.component;
    let persistent = component.volumes.iter().filter(|volume| volume.persistent.value);
    persistent
        .map(|volume| {
            // A StatefulSet names the claim of each replica so.
            let claims = format!("{}-{}-[0-9]+", literal(volume.name.as_str()), literal(component.name.as_str()));
            let of = |metric: &str| select(metric, &[SELECTOR, &format!("persistentvolumeclaim=~{}", quoted(&claims))]);
            let share = format!(
                "min({} / {})",
                of("kubelet_volume_stats_available_bytes"),
                of("kubelet_volume_stats_capacity_bytes")
            );
            let limit = Decimal::new(1, 1);
            draft(subject, AlertKind::VolumeFilling, &format!("{}-{}", AlertKind::VolumeFilling, volume.name))
                .when(format!("{share} < {limit}"), Some(Duration::minutes(15)), rules::VOLUME_LIMIT)
                .below(limit, rules::VOLUME_LIMIT)
                .origin(volume.origin)
                .says(
                    subject.system,
                    format!("{}: the volume {} is nearly full", component.name, volume.name),
                    "Remove what is not needed, or raise its size.",
                )
        })
        .collect()
}

/// A value that is compared with a limit.
fn beyond(value: &str, comparison: &str, limit: Decimal) -> String {
    // The number itself is short.
    let mut expression = String::with_capacity(value.len() + comparison.len() + 12);
    expression.push_str(value);
    expression.push_str(comparison);
    limit.push_to(&mut expression);
    expression
}

/// An alert that is on while a value is above a limit.
fn limit(
    subject: &Subject<'_>,
    kind: AlertKind,
    value: &str,
    limit: Decimal,
    minutes: Option<u64>,
    rule: Rule,
) -> Draft {
    once(subject, kind).when(beyond(value, " > ", limit), minutes.map(Duration::minutes), rule).above(limit, rule)
}

/// Whether requests fail, where no objective watches them, and connections hold.
fn requests(subject: &Subject<'_>, objectives: &[ObjectivePlan]) -> Vec<AlertPlan> {
    const WINDOW: &str = "5m";
    let name = &subject.component.name;
    let mut alerts = Vec::new();
    let Some(requests) = &subject.measured.requests else { return alerts };
    let is_watched = objectives
        .iter()
        .any(|objective| matches!(objective.indicator.value, IndicatorKind::Availability | IndicatorKind::Ratio));
    let limit_of = Decimal::new(5, 2);
    if let (false, Some(ratio)) = (is_watched, requests.error_ratio(&subject.own, WINDOW)) {
        alerts.push(limit(subject, AlertKind::Failing, &ratio, limit_of, Some(15), rules::FAILING_LIMIT).says(
            subject.system,
            format!("{name}: too many requests fail"),
            format!("No objective says how many may: write one. {}", dependency_note(subject)),
        ));
    }
    let rate = |metric: &str| ["sum(rate(", &select(metric, &[&subject.own]), "[", WINDOW, "]))"].concat();
    let opened = requests.extra("connections_opened");
    let roles = [
        (AlertKind::ConnectionsDropped, "connections_dropped", "connections are dropped"),
        (AlertKind::HandshakesFailing, "handshake_errors", "connections fail before they are open"),
    ];
    for (kind, role, what) in roles {
        if let (Some(opened), Some(lost)) = (opened, requests.extra(role)) {
            let share = format!("{} / ({} > 0)", rate(lost), rate(opened));
            alerts.push(limit(subject, kind, &share, limit_of, Some(10), rules::DROP_LIMIT).says(
                subject.system,
                format!("{name}: too many {what}"),
                "Look at the load balancer's idle timeout, at certificates, and at what was deployed last.",
            ));
        }
    }
    alerts
}

/// Whether runs begin in time and end well.
fn runs(subject: &Subject<'_>) -> Vec<AlertPlan> {
    let component = subject.component;
    let name = component.name.as_str();
    if !subject.is_in_cluster() {
        let alert = once(subject, AlertKind::RunFailed)
            .hold(None, rules::RUN_LIMIT)
            .above(Decimal::whole(0), rules::RUN_LIMIT)
            .says(
                subject.system,
                format!("{name}: a run has failed"),
                format!("Read its log, then start it again by hand. {}", dependency_note(subject)),
            );
        let missed = once(subject, AlertKind::RunMissed)
            .hold(None, rules::RUN_LIMIT)
            .above(Decimal::whole(0), rules::RUN_LIMIT)
            .origin(component.schedule.as_ref().map_or(component.origin, |cron| cron.origin))
            .says(
                subject.system,
                format!("{name}: a run is due and could not be started"),
                "The scheduler has given up: the message in the queue of missed runs says why. Start the run by hand, then \
                 empty the queue.",
            );
        let is_scheduled = component.kind.value == ComponentKind::Cronjob;
        return std::iter::once(alert).chain(is_scheduled.then_some(missed)).chain(schedule_off(subject)).collect();
    }
    // The jobs of a cronjob end in the minute they are for, those of a deployment in a digest.
    let jobs = format!("job_name=~{}", quoted(&format!("{}(-[0-9a-f]+)?", literal(name))));
    let failed = format!("max({})", select("kube_job_failed", &[SELECTOR, "condition=\"true\"", &jobs]));
    let mut alerts =
        vec![limit(subject, AlertKind::RunFailed, &failed, Decimal::whole(0), None, rules::RUN_LIMIT).says(
            subject.system,
            format!("{name}: a run has failed"),
            format!(
                "Its last try has failed too. Read its log, then start it again by hand. {}",
                dependency_note(subject)
            ),
        )];
    if component.kind.value == ComponentKind::Cronjob {
        let cronjob = equals("cronjob", name);
        let late = format!(
            "(time() - max({})) and on () (max({}) == 0)",
            select("kube_cronjob_next_schedule_time", &[SELECTOR, &cronjob]),
            select("kube_cronjob_spec_suspend", &[SELECTOR, &cronjob])
        );
        let origin = component.schedule.as_ref().map_or(component.origin, |cron| cron.origin);
        alerts.push(missed(subject, &late, origin).says(
            subject.system,
            format!("{name}: a run is due and has not begun"),
            "The last run may still be going, or the schedule can't be kept: look at the cronjob's events.",
        ));
        alerts.extend(schedule_off(subject));
    }
    alerts
}

/// Whether a schedule is turned off. A cluster says so; the cloud alone shows that no run has begun for longer than the
/// schedule ever pauses, which no alarm looks back over where that is more than a week.
fn schedule_off(subject: &Subject<'_>) -> Option<AlertPlan> {
    const FARTHEST: Duration = Duration::days(7);
    let component = subject.component;
    let cron = component.schedule.as_ref()?;
    let clocks_change = if component.timezone.as_str() == "UTC" { 0 } else { 60 };
    let minutes = longest_pause(cron)?.whole_seconds().div_ceil(60) + 10 + clocks_change;
    // What looks back over days counts hours.
    let missed = Duration::minutes(if minutes > 24 * 60 { minutes.next_multiple_of(60) } else { minutes });
    let draft = once(subject, AlertKind::ScheduleOff).origin(cron.origin);
    let name = &component.name;
    if subject.is_in_cluster() {
        let cronjob = equals("cronjob", name.as_str());
        let off = format!("max({}) > 0", select("kube_cronjob_spec_suspend", &[SELECTOR, &cronjob]));
        let hold = missed.min(Duration::days(1));
        let alert = draft.when(off, Some(hold), rules::SCHEDULE_OFF).above(Decimal::whole(0), rules::SCHEDULE_OFF);
        return Some(alert.says(
            subject.system,
            format!("{name}: the schedule is turned off"),
            "Somebody has suspended the cronjob: no run begins until it is turned on again.",
        ));
    }
    (missed <= FARTHEST).then(|| {
        draft.hold(Some(missed), rules::SCHEDULE_OFF).below(Decimal::whole(1), rules::SCHEDULE_OFF).says(
            subject.system,
            format!("{name}: no run has begun for longer than its schedule ever pauses"),
            "The schedule is turned off or gone, or it was made a short while ago and its first run is not due yet.",
        )
    })
}

fn missed(subject: &Subject<'_>, late: &str, origin: Origin) -> Draft {
    let seconds = Decimal::whole(600);
    once(subject, AlertKind::RunMissed)
        .when(format!("({late}) > {seconds}"), None, rules::RUN_LIMIT)
        .above(seconds, rules::RUN_LIMIT)
        .origin(origin)
}
