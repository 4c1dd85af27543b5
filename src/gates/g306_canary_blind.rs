//! G306: does the rollout see what it does?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Component;
use crate::ir::choice::{MetricType, RollbackTrigger};
use crate::ir::component::DeliveryStrategy;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a canary that is judged by a metric, and an automatic rollback that is triggered by one, on a component that exposes no
    /// metrics; and `slo-burn` without an objective.
    ///
    /// # Why it matters
    /// A rollout that can't measure can't stop: it sends every user to the broken version, in careful steps.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     rollback: {automatic: true, on: [error-rate]}   # and checkout has no `metrics`
    /// ```
    ///
    /// # How to fix
    /// Add `metrics: {port: metrics}` to the component, for `slo-burn` an objective under `slos` too, or judge it by `health` alone.
    "G306" "canary-blind", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in &context.system.components {
        let Some(delivery) = &component.delivery else { continue };
        if component.metrics.is_none()
            && let DeliveryStrategy::Canary { analysis: Some(analysis), .. } = &delivery.strategy
        {
            let judges =
                [analysis.error_rate.map(|rate| rate.origin), analysis.latency_p99.map(|latency| latency.origin)];
            if let Some(place) = judges.into_iter().flatten().next() {
                let found = Diagnostic::new(
                    CODE,
                    place,
                    format!("the canary of `{}` is judged by a metric, and it exposes none", component.name),
                    "can't be measured",
                )
                .label(component.name.origin, "no `metrics` here")
                .help("add `metrics: {port: …}` to the component");
                findings.add(found).component(&component.name);
            }
        }
        if !delivery.rollback.automatic.value {
            continue;
        }
        for trigger in delivery.rollback.on.iter().filter(|trigger| trigger.origin.is_written()) {
            let (blind, lacks, help) = match trigger.value {
                RollbackTrigger::Health => (false, "", ""),
                RollbackTrigger::SloBurn => {
                    (delivery.slos.is_empty(), "has no objective", "add `slos` to the deployment, or remove `slo-burn`")
                }
                RollbackTrigger::Latency if component.metrics.is_some() && !measures_duration(context, component) => (
                    true,
                    "measures no duration",
                    "add `metrics: {duration: …}` to the component, or write `on: [health]`",
                ),
                RollbackTrigger::ErrorRate | RollbackTrigger::Latency => (
                    component.metrics.is_none(),
                    "exposes no metrics",
                    "add `metrics: {port: …}` to the component, or write `on: [health]`",
                ),
            };
            if blind {
                let found = Diagnostic::new(
                    CODE,
                    trigger.origin,
                    format!("`{}` rolls back by `{trigger}`, and {lacks}", component.name),
                    "can't be measured",
                )
                .label(component.name.origin, "this component")
                .help(help);
                findings.add(found).component(&component.name);
            }
        }
    }
}

/// Whether a component tells how long its requests take.
fn measures_duration(context: &Context<'_>, component: &Component) -> bool {
    let catalogue = &context.plans.monitoring.configurations.catalogue;
    let own = catalogue.iter().find(|metrics| metrics.component == component.name);
    own.is_some_and(|own| own.metrics.iter().any(|metric| metric.kind.value == MetricType::Histogram))
}
