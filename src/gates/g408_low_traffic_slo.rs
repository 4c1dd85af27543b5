//! G408: is one failure an incident?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::value::Decimal;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Warns where, even at the declared peak, the fastest alert of an objective sees so few requests that a single failed one is
    /// above its threshold.
    ///
    /// # Why it matters
    /// Such an alert tells of one request, and not of the service. pathc keeps it quiet below that traffic, so that it tells nothing.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: catalog
    ///     capacity: {peak_requests_per_second: 0.01}
    ///     slos: [{name: availability, objective: 99.9, indicator: availability}]
    /// ```
    ///
    /// # How to fix
    /// Choose a lower objective or a longer window, or add requests of your own that ask all the time.
    "G408" "low-traffic-slo", phase 4, role "monitoring-analyst", waived by "the system's owner", level Warn, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for objective in &context.plans.monitoring.configurations.objectives {
        let component = context.system.component_named(objective.component.as_str()).map(|(_, component)| component);
        let capacity = component.and_then(|component| component.delivery.as_ref()?.capacity.as_ref());
        let Some(peak) = capacity.and_then(|capacity| capacity.peak_requests_per_second) else { continue };
        let Some(window) = objective.burn_windows.first() else { continue };
        let Some(least) = window.least_events else { continue };
        let seconds = Decimal::whole(i64::try_from(window.long.whole_seconds()).unwrap_or(i64::MAX / 1000));
        let events = peak.times(seconds);
        if events >= Decimal::whole(i64::try_from(least.value).unwrap_or(i64::MAX / 1000)) {
            continue;
        }
        let found = Diagnostic::new(
            CODE,
            objective.objective.origin,
            format!(
                "at its peak `{}` has {events} requests in {}, and one failed request is above what `{}` allows",
                objective.component, window.long, objective.name
            ),
            format!("the fastest alert needs {least} requests in {}", window.long),
        )
        .label(peak.origin, format!("{peak} requests/s x {seconds} s = {events} requests"))
        .note(format!(
            "1 / {least} is the threshold: {} x {} = {}",
            window.factor, objective.error_budget, window.threshold
        ))
        .help("choose a lower objective, or add requests that ask all the time");
        findings.add(found).component(&objective.component);
    }
}
