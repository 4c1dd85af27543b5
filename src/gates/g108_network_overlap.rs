//! G108: do the address ranges fit beside each other?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies two environments whose address ranges overlap. A range that is too small for what runs in it can't be planned at
    /// all: that is T004.
    ///
    /// # Why it matters
    /// Ranges that overlap can never be connected: no peering, no shared VPN, no migration from one to the other.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// environments:
    ///   - {name: staging, kind: staging, region: eu-west-1, cidr: 10.20.0.0/16}
    ///   - {name: production, kind: production, region: eu-west-1, cidr: 10.20.128.0/17}
    /// ```
    ///
    /// # How to fix
    /// Give each environment a /16 of its own, such as `10.20.0.0/16` and `10.30.0.0/16`.
    "G108" "network-overlap", phase 1, role "infrastructure-engineer", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environments = &context.system.environments;
    for (index, environment) in environments.iter().enumerate() {
        let Some(range) = environment.cidr else { continue };
        for earlier in &environments[..index] {
            let Some(other) = earlier.cidr else { continue };
            // Environments on one existing cluster share its network on purpose.
            let shared = environment.cluster.is_some() && environment.cluster == earlier.cluster;
            if !shared && range.value.overlaps(other.value) {
                let found = Diagnostic::new(
                    CODE,
                    range.origin,
                    format!("the address ranges of `{}` and `{}` overlap", environment.name, earlier.name),
                    format!("{range} of `{}`", environment.name),
                )
                .label(other.origin, format!("{other} of `{}`", earlier.name))
                .help("give each environment a range of its own, such as `10.20.0.0/16` and `10.30.0.0/16`");
                findings.add(found).environment(&environment.name);
            }
        }
    }
}
