//! G108: do the address ranges fit beside each other?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies two environments whose address ranges overlap, and a range that is too small for what runs in it: each zone needs
    /// room for load balancers, components and datastores.
    ///
    /// # Why it matters
    /// Ranges that overlap can never be connected: no peering, no shared VPN, no migration from one to the other. A range that is
    /// too small can't be grown without moving everything.
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

/// The longest prefix that still holds three subnets a zone with room for their load balancers and replicas.
const LONGEST_PREFIX: u8 = 20;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environments = &context.system.environments;
    for (index, environment) in environments.iter().enumerate() {
        let Some(range) = environment.cidr else { continue };
        if range.value.prefix > LONGEST_PREFIX {
            let found = Diagnostic::new(
                CODE,
                range.origin,
                format!("the address range {range} of `{}` is too small for subnets in each zone", environment.name),
                format!("a /{}", range.value.prefix),
            )
            .help(format!("use a /{LONGEST_PREFIX} or larger, at best a /16"));
            findings.add(found).environment(&environment.name);
        }
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
