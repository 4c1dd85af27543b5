//! G101: can one replica's end be the component's end?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::Tier;
use crate::ir::component::Replicas;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a service or worker of tier `critical` or `standard` that can run with a single replica in production.
    ///
    /// # Why it matters
    /// One replica is away whenever its node is replaced, its zone fails or a new version starts. Two are the least that
    /// can lose one and still answer.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     scaling: {min: 1, max: 10, target: {cpu: 70}}
    /// ```
    ///
    /// # How to fix
    /// Ask for two replicas at least, for production alone where other environments can do with one:
    /// ```yaml
    /// environments:
    ///   - name: production
    ///     components:
    ///       checkout: {scaling: {min: 2, max: 10, target: {cpu: 70}}}
    /// ```
    /// Or say `tier: internal` where an interruption is acceptable.
    "G101" "single-replica-in-production", phase 1, role "infrastructure-engineer", waived by "the system's owner",
    level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in context.production() {
        for deployment in &environment.deployments {
            let component = context.system.component(deployment.component);
            if !component.is_long_running()
                || component.tier.value == Tier::Internal
                || deployment.replicas.min().value >= 2
            {
                continue;
            }
            let count = deployment.replicas.min();
            let (what, help) = match &deployment.replicas {
                Replicas::Fixed(_) => ("runs with", "write `replicas: 2`".to_owned()),
                Replicas::Scaled(scaling) => {
                    ("can shrink to", format!("write `min: 2` (`max` is {})", scaling.max.value))
                }
            };
            let plural = if count.value == 1 { "replica" } else { "replicas" };
            findings
                .add(
                    Diagnostic::new(
                        CODE,
                        if count.origin.is_written() { count.origin } else { deployment.origin },
                        format!(
                            "`{}` {what} {} {plural} in `{}`, it needs 2",
                            component.name, count.value, environment.name
                        ),
                        format!("{} {plural}", count.value),
                    )
                    .label(component.tier_place(), format!("tier {} asks for 2 or more", component.tier))
                    .help(help),
                )
                .component(&component.name)
                .environment(&environment.name);
        }
    }
}
