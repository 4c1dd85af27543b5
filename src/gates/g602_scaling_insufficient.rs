//! G602: can it grow to its peak?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::component::Replicas;
use crate::ir::value::Decimal;
use crate::source::Fix;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a component whose most replicas together take less than its declared peak.
    ///
    /// # Why it matters
    /// The peak comes whether there is room for it or not.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     scaling: {min: 2, max: 4, target: {cpu: 70}}
    ///     capacity: {requests_per_second_per_replica: 180, peak_requests_per_second: 900}
    /// ```
    ///
    /// # How to fix
    /// Raise `max` to what the message names, or make each replica faster.
    "G602" "scaling-insufficient", phase 6, role "monitoring-analyst", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in context.production() {
        for deployment in &environment.deployments {
            let component = context.system.component(deployment.component);
            let capacity = component.delivery.as_ref().and_then(|delivery| delivery.capacity.as_ref());
            let Some((each, peak)) = capacity.and_then(|capacity| {
                Some((capacity.requests_per_second_per_replica?, capacity.peak_requests_per_second?))
            }) else {
                continue;
            };
            let max = deployment.replicas.max();
            let together = each.times(Decimal::whole(i64::from(max.value)));
            if together >= peak.value || each.value == Decimal::whole(0) {
                continue;
            }
            let needed = (peak.as_f64() / each.as_f64()).ceil() as u64;
            let place = if max.origin.is_written() { max.origin } else { deployment.origin };
            let found = Diagnostic::new(
                CODE,
                place,
                format!(
                    "`{}` can't grow to its peak in `{}`: {} replicas x {each} requests/s = {together} < {peak} requests/s",
                    component.name, environment.name, max.value
                ),
                format!("at most {} replicas", max.value),
            )
            .label(each.origin, "each takes so many")
            .label(peak.origin, "the peak")
            .help(match &deployment.replicas {
                Replicas::Scaled(_) => format!("write `max: {needed}`"),
                Replicas::Fixed(_) => format!("write `replicas: {needed}`"),
            });
            // More replicas cost money: a person decides.
            let fix = max.origin.is_written().then(|| Fix::suggested(max.origin, needed.to_string()));
            findings.add(found.fix(fix)).component(&component.name).environment(&environment.name);
        }
    }
}
