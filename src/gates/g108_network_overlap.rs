//! G108: do the address ranges fit beside each other?

use crate::diag::Diagnostic;
use crate::gate;

use crate::plan::infrastructure::SMALLEST_NETWORK as SMALLEST;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies two environments whose address ranges overlap, and a range that is too small: for its subnets, or for the replicas
    /// that may run in it, each of which has an address.
    ///
    /// # Why it matters
    /// Ranges that overlap can never be connected: no peering, no shared VPN, no migration from one to the other. A network can't
    /// grow once something stands in it.
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
    too_small(context, findings);
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

fn too_small(context: &Context<'_>, findings: &mut Findings) {
    let places = &context.plans.infrastructure.environments.environments;
    for (environment, place) in context.system.environments.iter().zip(places) {
        let range = place.network.cidr;
        if range.prefix > SMALLEST {
            let found = Diagnostic::new(
                CODE,
                range.origin,
                format!("`{range}` is too small for the subnets of `{}`", environment.name),
                format!("2^{} addresses for {} zones", 32 - range.prefix, environment.availability_zones),
            )
            .help(format!("write a range from /16 to /{SMALLEST}"));
            findings.add(found).environment(&environment.name);
            continue;
        }
        // What runs on a cluster that is there already has that one's addresses.
        let subnets = &place.network.private;
        let Some(subnet) = subnets.first().filter(|_| environment.cluster.is_none()) else { continue };
        let each = 1_u64 << (32 - subnet.prefix);
        let (room, pods) = (each * subnets.len() as u64, u64::from(place.quota.pods.value));
        if pods > room {
            let found = Diagnostic::new(
                CODE,
                range.origin,
                format!("`{range}` is too small for what may run in `{}`", environment.name),
                format!("{} subnets x {each} addresses = {room} < {pods} replicas with headroom", subnets.len()),
            )
            .help("write a larger range, of /16 at most, or run fewer replicas");
            findings.add(found).environment(&environment.name);
        }
    }
}
