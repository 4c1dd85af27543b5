//! G606: is the peak known?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{ComponentKind, Tier};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Warns about a critical service without a declared peak.
    ///
    /// # Why it matters
    /// What was never said can't be checked: neither the scaling nor the load test has a number to meet.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - {component: checkout, replicas: 3}   # tier critical, no capacity
    /// ```
    ///
    /// # How to fix
    /// Declare it: `capacity: {requests_per_second_per_replica: 180, peak_requests_per_second: 900}`.
    "G606" "capacity-unplanned", phase 6, role "monitoring-analyst", waived by "the head of operations", level Warn, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        let planned = component
            .delivery
            .as_ref()
            .and_then(|delivery| delivery.capacity.as_ref())
            .is_some_and(|capacity| capacity.peak_requests_per_second.is_some());
        if component.kind.value == ComponentKind::Service && component.tier.value == Tier::Critical && !planned {
            let found = Diagnostic::new(
                CODE,
                component.name.origin,
                format!("the critical service `{}` has no declared peak", component.name),
                "how much must it take?",
            )
            .help("add `capacity: {peak_requests_per_second: …}` to its deployment");
            findings.add(found).component(&component.name);
        }
    }
}
