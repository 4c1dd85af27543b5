//! G401: is it said how good it must be?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{ComponentKind, Tier};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a service of tier `critical` or `standard` without a service level objective.
    ///
    /// # Why it matters
    /// Without an objective every alert is a matter of taste: nobody knows whether to get up.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - {component: checkout, resources: {cpu: 250m, memory: 256Mi}}
    /// ```
    ///
    /// # How to fix
    /// State one: `slos: [{name: availability, objective: 99.5, indicator: availability}]`, or say `tier: internal`.
    "G401" "no-slo", phase 4, role "monitoring-analyst", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        let none = component.delivery.as_ref().is_none_or(|delivery| delivery.slos.is_empty());
        if component.kind.value == ComponentKind::Service && component.tier.value != Tier::Internal && none {
            let found = Diagnostic::new(
                CODE,
                component.name.origin,
                format!("the {} service `{}` has no objective", component.tier, component.name),
                "how good must it be?",
            )
            .help("add `slos: [{name: availability, objective: 99.5, indicator: availability}]` to its deployment");
            findings.add(found).component(&component.name);
        }
    }
}
