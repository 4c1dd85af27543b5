//! Address ranges: one for each environment, split into subnets that stay where they are when zones are added.

use crate::diag::{Diagnostic, code};
use crate::ir::value::AddressRange;
use crate::ir::{Environment, Origin, Traced};
use crate::plan::infrastructure::environments::NetworkPlan;
use crate::plan::infrastructure::rules;

/// The largest network of a cloud, by its prefix.
const LARGEST: u8 = 16;

/// The smallest one whose subnets are large enough for a cloud, by its prefix.
pub const SMALLEST: u8 = 20;

/// Zones that the layout has room for.
const MOST_ZONES: u32 = 8;

/// The networks of all environments, none overlapping one that pathc chose.
pub(super) fn plan(environments: &[Environment], problems: &mut Vec<Diagnostic>) -> Vec<NetworkPlan> {
    let mut taken: Vec<AddressRange> =
        environments.iter().filter_map(|environment| Some(environment.cidr.as_ref()?.value)).collect();
    environments
        .iter()
        .map(|environment| {
            let range = environment.cidr.unwrap_or_else(|| {
                let range = free_range(environment.name.as_str(), &taken);
                taken.push(range);
                Traced::by_rule(range, rules::NETWORK)
            });
            split(environment, range, problems)
        })
        .collect()
}

/// A /16 below 10.0.0.0/8, by the name, so that an environment keeps its range when others come and go.
fn free_range(name: &str, taken: &[AddressRange]) -> AddressRange {
    /// Where Kubernetes' services live on EKS.
    const SERVICES: u32 = 100;
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let range = |second: u32| AddressRange { first: (10 << 24) | (second << 16), prefix: 16 };
    (0..256)
        .map(|step| (hash + step) % 256)
        .filter(|second| *second != SERVICES)
        .map(range)
        .find(|range| !taken.iter().any(|other| other.overlaps(*range)))
        .unwrap_or_else(|| range(hash % 256))
}

fn split(environment: &Environment, range: Traced<AddressRange>, problems: &mut Vec<Diagnostic>) -> NetworkPlan {
    let zones = environment.availability_zones.value;
    if !(LARGEST..=SMALLEST).contains(&range.prefix) {
        let found = Diagnostic::new(
            code::NO_ADDRESS_SPACE,
            range.origin,
            format!("`{}` can't be split into subnets", range.value),
            format!("the network of `{}`", environment.name),
        )
        .help("write a range from /16 to /20: a cloud network is no larger, and its subnets no smaller");
        problems.push(match range.prefix > SMALLEST {
            true => found.judged_by("G108", None, Some(&environment.name)),
            false => found,
        });
    } else if zones > MOST_ZONES {
        problems.push(
            Diagnostic::new(
                code::NO_ADDRESS_SPACE,
                environment.availability_zones.origin,
                format!("`{}` spans {zones} zones, and its network has room for {MOST_ZONES}", environment.name),
                "too many zones",
            )
            .help(format!("write at most {MOST_ZONES}")),
        );
    }
    let parts = |bits: u8, from: u32| {
        (0..zones.min(MOST_ZONES))
            .filter_map(|zone| range.part(range.prefix.saturating_add(bits), from + zone))
            .map(|part| Traced::by_rule(part, rules::SUBNETS))
            .collect()
    };
    NetworkPlan {
        origin: Origin::rule(rules::SUBNETS),
        cidr: range,
        private: parts(4, 0),
        public: parts(8, 128),
        data: parts(8, 160),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Scalar;

    fn range(text: &str) -> AddressRange {
        AddressRange::read(text).unwrap()
    }

    #[test]
    fn a_range_depends_on_the_name_alone_while_it_is_free() {
        let alone = free_range("production", &[]);
        assert_eq!(alone, free_range("production", &[free_range("staging", &[])]));
        assert!(!alone.overlaps(free_range("production", &[alone])));
    }

    #[test]
    fn the_range_of_cluster_services_is_never_taken() {
        let all_but_two: Vec<AddressRange> = (0..256)
            .filter(|second| ![100, 101].contains(second))
            .map(|second| AddressRange { first: (10 << 24) | (second << 16), prefix: 16 })
            .collect();
        assert_eq!(free_range("production", &all_but_two), range("10.101.0.0/16"));
    }
}
