//! G402: would anybody be told?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::delivery::Indicator;
use crate::ir::value::{Decimal, Duration};
use crate::plan::monitoring::configurations::{DroppedReason, DroppedWindowPlan, ObjectivePlan};
use crate::plan::monitoring::promql;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies an objective none of whose alerts can fire, and warns where one of them can't. An alert fires while the budget of
    /// the objective burns faster than its factor; it can't where even a full outage burns more slowly, where metrics are kept for
    /// less time than its window, where the objective itself is judged over less time, where `good` and `total` of a ratio are
    /// the same or the wrong way round, and where the metric of a freshness holds milliseconds by its name, which are always
    /// younger than any age in seconds. It warns too where metrics are kept for less time than the objective is judged over.
    ///
    /// # Why it matters
    /// An alert that can't fire looks like health. It is found out during the outage that it was made for.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// operations: {retention: {metrics: 1d}}   # and the slowest alert looks back over 3d
    /// ```
    ///
    /// # How to fix
    /// Keep metrics at least as long as the message says, or choose an objective that a full outage can miss.
    "G402" "alert-cannot-fire", phase 4, role "monitoring-analyst", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let monitoring = &context.plans.monitoring.configurations;
    for objective in &monitoring.objectives {
        constant(context, objective, findings);
        let short_kept =
            objective.dropped_windows.iter().filter(|window| too_long(window)).map(|window| window.long.value);
        let uncounted = (objective.period.value > monitoring.retention.value).then_some(objective.period.value);
        let longest = short_kept.chain(uncounted).max();
        if objective.dropped_windows.is_empty() && uncounted.is_none() {
            continue;
        }
        let silent = objective.burn_windows.is_empty();
        let (message, label) = if objective.dropped_windows.is_empty() {
            let message = format!("the budget of `{}` can't be counted over {}", objective.id, objective.period);
            (message, "judged over this time")
        } else if silent {
            (format!("no alert of the objective `{}` can fire", objective.id), "nobody is told when it is missed")
        } else {
            let count = objective.dropped_windows.len();
            let alerts = if count == 1 { "alert" } else { "alerts" };
            (format!("{count} {alerts} of the objective `{}` can't fire", objective.id), "left out")
        };
        let retention = monitoring.retention;
        let (place, label) = match longest {
            Some(_) if retention.origin.is_written() => (retention.origin, format!("metrics are kept for {retention}")),
            _ => (objective.objective.origin, label.to_owned()),
        };
        let mut found = Diagnostic::new(CODE, place, message, label);
        if place != objective.objective.origin {
            found = found.label(objective.objective.origin, "this objective");
        }
        for window in &objective.dropped_windows {
            found = found.note(reason(objective, window, retention.value));
        }
        if uncounted.is_some() {
            let kept = monitoring.retention;
            found = found.note(format!("the budget of {}: metrics are kept for {kept}", objective.period));
        }
        found = found.help(match longest {
            Some(longest) => format!("write `operations: {{retention: {{metrics: {longest}}}}}` or more"),
            None if objective.objective.0 < Decimal::whole(1) => {
                format!("percents are from 0 to 100: `{}`?", objective.objective.0.times(Decimal::whole(100)))
            }
            None => "choose a higher objective, or one that is judged over more time".to_owned(),
        });
        let finding = findings.add(found).component(&objective.component);
        if !silent {
            finding.warn();
        }
    }
}

/// A ratio whose events are always good, or never: no error ratio moves.
fn constant(context: &Context<'_>, objective: &ObjectivePlan, findings: &mut Findings) {
    let component = context.system.component_named(objective.component.as_str()).map(|(_, component)| component);
    let slos = component.and_then(|component| component.delivery.as_ref()).map_or(&[][..], |delivery| &delivery.slos);
    let Some(slo) = slos.iter().find(|slo| slo.name == objective.name) else { return };
    let silent = |origin, label: &str| {
        let message = format!("no alert of the objective `{}` can fire", objective.id);
        Diagnostic::new(CODE, origin, message, label.to_owned())
    };
    let found = match &slo.indicator.value {
        Indicator::Ratio(ratio) if promql::are_equal(&ratio.good, &ratio.total) => {
            silent(ratio.good.origin, "every event is good")
                .label(ratio.total.origin, "these are the same events")
                .help("let `good` select fewer of them, such as `{outcome=\"ok\"}`")
        }
        Indicator::Ratio(ratio) if promql::is_part(&ratio.total, &ratio.good) => {
            silent(ratio.good.origin, "more events are good than there are")
                .label(ratio.total.origin, "these are some of them")
                .help("let `total` select all events, and `good` fewer of them")
        }
        Indicator::Freshness(freshness) if is_finer_than_seconds(&freshness.metric) => {
            silent(freshness.metric.origin, "no seconds, by its name")
                .help("expose Unix seconds, as in `last_success_timestamp_seconds`")
        }
        _ => return,
    };
    findings.add(found).component(&objective.component);
}

/// Whether a metric counts smaller parts of time, as its name says.
fn is_finer_than_seconds(metric: &str) -> bool {
    let unit = metric.rsplit('_').next().unwrap_or_default();
    ["ms", "msec", "millis", "milliseconds", "us", "micros", "microseconds", "ns", "nanos", "nanoseconds"]
        .contains(&unit)
}

fn too_long(window: &DroppedWindowPlan) -> bool {
    window.reason.value == DroppedReason::LongerThanRetention
}

fn reason(objective: &ObjectivePlan, window: &DroppedWindowPlan, retention: Duration) -> String {
    let DroppedWindowPlan { severity, long, factor, .. } = window;
    match window.reason.value {
        DroppedReason::CannotFire => format!(
            "{severity} over {long}: {factor} x {} = {}, and no error ratio is above 1",
            objective.error_budget,
            factor.times(objective.error_budget.value)
        ),
        DroppedReason::LongerThanRetention => format!("{severity} over {long}: metrics are kept for {retention}"),
        DroppedReason::LongerThanPeriod => {
            format!("{severity} over {long}: the objective is judged over {}", objective.period)
        }
    }
}
