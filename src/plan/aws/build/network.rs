//! The network: zones, subnets, ways out, endpoints, and the security groups that belong to it.

use super::{Draft, Place, by, word};
use crate::diag::{Diagnostic, code};
use crate::ir::choice::Runtime;
use crate::ir::value::{AddressRange, PortNumber};
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{
    Direction, Endpoint, FlowLog, Id, Network, Owner, Peer, Ref, SecurityGroup, SecurityGroupRule, Vpc, Zone,
};
use crate::plan::aws::{names, rules};
use crate::plan::infrastructure::templates::Transport;
use crate::spec::aws::NameKind;

/// Zones that clusters, load balancers and databases ask for at least.
const LEAST_ZONES: usize = 2;

/// The zones of an environment. One that asks for a single zone has subnets in a second one, where nothing has to run.
pub(super) fn zones(place: Place<'_>, draft: &mut Draft) -> Vec<Zone> {
    let environment = place.environment;
    let regions = &place.specs().aws.regions;
    let Some(region) = regions.get(&environment.region.value) else {
        draft.problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                environment.region.origin,
                format!("AWS has no region `{}`", environment.region),
                format!("the region of `{}`", environment.name),
            )
            .help("name a region such as `eu-west-1`; regions that are newer than pathc's spec are not known to it"),
        );
        return Vec::new();
    };
    let wanted = environment.availability_zones.value as usize;
    if region.zones.len() < wanted {
        draft.problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                environment.availability_zones.origin,
                format!(
                    "`{}` has {} zones, and `{}` asks for {wanted}",
                    environment.region,
                    region.zones.len(),
                    environment.name
                ),
                "more zones than there are",
            )
            .label(environment.region.origin, "this region")
            .help(format!("write at most {}, or choose another region", region.zones.len())),
        );
    }
    let network = &environment.network;
    let part = |known: &[Traced<AddressRange>], index: usize, bits: u8, from: u32| {
        let further = || {
            let prefix = network.cidr.prefix.saturating_add(bits);
            let part = network.cidr.part(prefix, from + u32::try_from(index).ok()?)?;
            Some(by(part, rules::SECOND_ZONE))
        };
        known.get(index).copied().or_else(further)
    };
    region
        .zones
        .iter()
        .take(wanted.max(LEAST_ZONES))
        .enumerate()
        .filter_map(|(index, zone)| {
            Some(Zone {
                name: zone.clone(),
                public: part(&network.public, index, 8, 128)?,
                private: part(&network.private, index, 4, 0)?,
                data: part(&network.data, index, 8, 160)?,
            })
        })
        .collect()
}

pub(super) fn plan(place: Place<'_>, zones: Vec<Zone>, draft: &mut Draft) -> Network {
    let environment = place.environment;
    let words = &place.specs().aws.words;
    let on_kubernetes = place.whole.system.runtime.value == Runtime::Kubernetes;
    let gateway = words.gateway_endpoints.iter().map(|service| (service, true));
    let interface = words.interface_endpoints.iter().map(|service| (service, false));
    // Interfaces cost by the hour and zone; without them the same requests leave by NAT.
    let own = place.environment.cluster_exists.with(place.has_own_network());
    let endpoints = gateway.chain(interface.filter(|_| place.is_production())).map(|(service, gateway)| Endpoint {
        id: Id::made(&service.value.replace('.', "-")),
        origin: service.origin,
        owner: Owner::Network,
        service: service.clone(),
        gateway: by(gateway, rules::ENDPOINTS),
    });
    let endpoints: Vec<Endpoint> = endpoints.filter(|_| own.value).collect();
    if endpoints.iter().any(|endpoint| !endpoint.gateway.value) {
        let group = draft.group(SecurityGroup {
            id: Id::made("endpoints"),
            origin: Origin::rule(rules::ENDPOINTS),
            owner: Owner::Network,
            name: place.named(NameKind::SecurityGroup, "endpoints"),
            description: word("Private ways to services of AWS", rules::ENDPOINTS),
            rules: Vec::new(),
        });
        let https = PortNumber(443);
        draft.rule(
            &group,
            ingress(
                "https",
                environment.network.cidr,
                https,
                "HTTPS from within the network",
                Origin::rule(rules::ENDPOINTS),
            ),
        );
    }
    Network {
        own,
        vpc: Vpc {
            id: Id::made("main"),
            origin: environment.network.origin,
            owner: Owner::Network,
            name: word(place.prefix(), rules::NAME),
            cidr: environment.network.cidr,
            kubernetes_cluster: on_kubernetes.then(|| environment.cluster.clone()),
        },
        zones: if own.value { zones } else { Vec::new() },
        nat_per_zone: by(place.is_production() && own.value, rules::NAT),
        flow_log: FlowLog {
            id: Id::made("main"),
            origin: Origin::rule(rules::FLOW_LOG),
            owner: Owner::Network,
            log_group: Ref::named("flow-logs"),
            role: Ref::named("flow-logs"),
            interval: by(if place.is_production() { 60 } else { 600 }, rules::FLOW_LOG),
        },
        endpoints,
        security_groups: std::mem::take(&mut draft.security_groups),
    }
}

/// A rule that lets addresses in on one port.
pub(super) fn ingress(
    id: &str,
    range: Traced<AddressRange>,
    port: PortNumber,
    description: &str,
    origin: Origin,
) -> SecurityGroupRule {
    let port = Traced::new(port, origin);
    rule(id, Direction::Ingress, Peer::Range(range), Some((port, port)), description, origin)
}

/// A rule over TCP.
pub(super) fn rule(
    id: &str,
    direction: Direction,
    peer: Peer,
    ports: Option<(Traced<PortNumber>, Traced<PortNumber>)>,
    description: &str,
    origin: Origin,
) -> SecurityGroupRule {
    SecurityGroupRule {
        id: Id::made(id),
        origin,
        direction,
        peer,
        ports,
        transport: Transport::Tcp,
        description: Traced::new(description.to_owned(), origin),
    }
}

/// Any address.
pub(super) fn anywhere(origin: Origin) -> Traced<AddressRange> {
    Traced::new(AddressRange { first: 0, prefix: 0 }, origin)
}

/// The log group's name of a part of the environment.
pub(super) fn log_name(place: Place<'_>, part: &str) -> Traced<String> {
    let part = place.first_called(part);
    word(names::log_group(place.whole.system.name.as_str(), place.environment.name.as_str(), &part), rules::NAME)
}
