//! Network policies: nothing passes by default; then what is called, who calls, and who watches.

use super::labels::{Identity, match_component, stated};
use super::place::{Place, Workload};
use super::pod::Pods;
use super::{container, ingress, load_balancer, rules};
use crate::ir::choice::{DatastoreKind, IngressController, Protocol};
use crate::ir::value::{AddressRange, PortNumber};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::environments::ExternalPlan;
use crate::plan::infrastructure::templates::{
    MigrationTemplate, PeerKind, PeerPortTemplate, PeerTemplate, PortTemplate, PublicPortTemplate, Transport,
};
use crate::spec::kubernetes::{Kind, NamespacePeer};
use crate::targets::shared::value::{by, port};

/// The namespace that the nginx ingress controller is installed in by its own instructions.
const NGINX_NAMESPACE: &str = "ingress-nginx";

/// What a component may reach and who may reach it.
pub(super) fn of_workload(pods: &Pods<'_>) -> Map {
    let workload = pods.workload();
    let mut ingress = callers(workload);
    ingress.extend(outside(workload));
    ingress.extend(scraping(workload));
    policy(&pods.identity, workload.name(), workload.component.origin, ingress, egress(workload))
}

/// What a migration may reach. Nobody reaches it.
pub(super) fn of_migration(pods: &Pods<'_>, migration: &MigrationTemplate) -> Map {
    policy(&pods.identity, migration.name.as_str(), migration.origin, Vec::new(), egress(pods.workload()))
}

/// Nothing passes, in either direction.
pub(super) fn default_deny(place: Place<'_>) -> Map {
    let origin = Origin::rule(rules::DEFAULT_DENY);
    let spec = Map::new(origin).with("podSelector", empty(origin)).with("policyTypes", both(origin));
    place.object(Kind::NetworkPolicy, "default-deny", origin).with("spec", spec)
}

/// Every pod may ask for names.
pub(super) fn allow_dns(place: Place<'_>) -> Map {
    let origin = Origin::rule(rules::ALLOW_DNS);
    let network = &place.spec.network;
    let rule = Map::new(origin)
        .with("to", Doc::list([namespace_peer(&network.dns, origin).into()], origin))
        .with("ports", stated_ports(&network.dns_ports, origin));
    let spec = Map::new(origin)
        .with("podSelector", empty(origin))
        .with("policyTypes", Doc::list([Doc::text("Egress", origin)], origin))
        .with("egress", Doc::list([rule.into()], origin));
    place.object(Kind::NetworkPolicy, "allow-dns", origin).with("spec", spec)
}

fn policy(identity: &Identity<'_>, name: &str, origin: Origin, ingress: Vec<Doc>, egress: Vec<Doc>) -> Map {
    let list = |rules: Vec<Doc>| (!rules.is_empty()).then(|| Doc::list(rules, origin));
    let spec = Map::new(origin)
        .with("podSelector", identity.match_labels())
        .with("policyTypes", both(Origin::rule(rules::DEFAULT_DENY)))
        .with_some("ingress", list(ingress))
        .with_some("egress", list(egress));
    identity.object(Kind::NetworkPolicy, name.to_owned(), origin).with("spec", spec)
}

fn both(origin: Origin) -> Doc {
    Doc::list(["Ingress", "Egress"].map(|direction| Doc::text(direction, origin)), origin)
}

/// Every pod of the namespace.
fn empty(origin: Origin) -> Doc {
    let mut map = Map::new(origin);
    map.style = crate::output::Style::Flow;
    map.into()
}

/// Components that call this one, where they run here too.
fn callers(workload: Workload<'_>) -> Vec<Doc> {
    let callers = workload.component.called_by.iter().filter_map(|caller| {
        let peer = workload.place.workload(caller.name.as_str())?;
        let from = Map::new(caller.origin).with("podSelector", match_component(peer));
        let rule = Map::new(caller.origin)
            .with("from", Doc::list([from.into()], caller.origin))
            .with_some("ports", peer_ports(&caller.ports, caller.origin));
        Some(rule.into())
    });
    callers.collect()
}

/// Load balancers, on the ports that are public and those that they ask for health.
fn outside(workload: Workload<'_>) -> Vec<Doc> {
    let subnets = || ranges(&workload.place.environment.network.public);
    let origin = Origin::rule(rules::LOAD_BALANCER_SUBNETS);
    let mut allowed: Vec<Doc> = Vec::new();
    for (planned, public) in workload.public_ports() {
        let mut allow = |from: Vec<Doc>, ports: Vec<Doc>| {
            if !from.is_empty() && !ports.is_empty() {
                let rule = Map::new(public.origin).with("from", Doc::list(from, origin));
                allowed.push(rule.with("ports", Doc::list(ports, public.origin)).into());
            }
        };
        let sent = port_rule(port(&planned.port), container::transport(&planned.transport), planned.origin);
        let asked = asked(workload, planned, public);
        match (public.routed.value, workload.place.platform.ingress.value) {
            (true, IngressController::Nginx) => allow(vec![nginx()], vec![sent]),
            // A network load balancer hands UDP on with the caller's own address.
            (false, _) if planned.transport.value == Transport::Udp => {
                allow(anywhere(workload.place), vec![sent]);
                allow(subnets(), asked.into_iter().collect());
            }
            _ => allow(subnets(), [Some(sent), asked].into_iter().flatten().collect()),
        }
    }
    allowed
}

/// The port that a load balancer asks for health, where that is another than the one that it sends to.
fn asked(workload: Workload<'_>, planned: &PortTemplate, public: &PublicPortTemplate) -> Option<Doc> {
    let asked = if public.routed.value {
        ingress::health_probe(workload, planned).and_then(|probe| probe.port.as_ref())
    } else {
        load_balancer::health_port(workload, planned)
    };
    let same =
        |asked: &&Traced<PortNumber>| asked.value == planned.port.value && planned.transport.value == Transport::Tcp;
    let asked = asked.filter(|asked| !same(asked))?;
    Some(port_rule(port(asked), Doc::text("TCP", asked.origin), asked.origin))
}

/// Prometheus, on the port of the metrics.
fn scraping(workload: Workload<'_>) -> Option<Doc> {
    let metrics = workload.component.metrics.as_ref()?;
    let origin = Origin::rule(rules::SCRAPING);
    let monitoring = namespace_peer(&workload.place.spec.network.monitoring, origin);
    let rule = Map::new(metrics.origin)
        .with("from", Doc::list([monitoring.into()], origin))
        .with("ports", Doc::list([port_rule(port(&metrics.port), Doc::text("TCP", origin), metrics.origin)], origin));
    Some(rule.into())
}

/// What a component may reach.
fn egress(workload: Workload<'_>) -> Vec<Doc> {
    let place = workload.place;
    let mut allowed: Vec<Doc> = workload.component.calls.iter().flat_map(|peer| called(place, peer)).collect();
    if workload.component.calls.iter().any(|peer| identified(place, peer)) {
        allowed.push(identity_agent(place));
    }
    allowed
}

/// Whether a peer asks who calls: the cloud's own endpoints, and kafka.
fn identified(place: Place<'_>, peer: &PeerTemplate) -> bool {
    let kafka = || place.datastore(peer.name.as_str()).is_some_and(|store| store.kind.value == DatastoreKind::Kafka);
    match peer.kind.value {
        PeerKind::Endpoint => true,
        PeerKind::Datastore => kafka(),
        PeerKind::Component | PeerKind::External => false,
    }
}

fn called(place: Place<'_>, peer: &PeerTemplate) -> Option<Doc> {
    let (to, ports) = match peer.kind.value {
        PeerKind::Component => {
            let called = place.workload(peer.name.as_str())?;
            let to = Map::new(peer.origin).with("podSelector", called.identity().match_labels());
            (vec![to.into()], peer_ports(&peer.ports, peer.origin))
        }
        PeerKind::Datastore => {
            let datastore = place.datastore(peer.name.as_str())?;
            let subnets = ranges(&place.environment.network.data);
            let listens = datastore.port.as_ref()?;
            (subnets, Some(one_port(listens, "TCP", peer.origin)))
        }
        PeerKind::Endpoint => {
            // The endpoint is reached in the private subnets, or, where there is none there, under public addresses.
            let mut to = ranges(&place.environment.network.private);
            to.extend(public_addresses(place));
            let https = Traced::by_rule(PortNumber(443), rules::ENDPOINTS);
            let listens = place.datastore(peer.name.as_str()).and_then(|datastore| datastore.port.as_ref());
            (to, Some(one_port(listens.unwrap_or(&https), "TCP", peer.origin)))
        }
        PeerKind::External => {
            let external = place.external(peer.name.as_str())?;
            (external_addresses(place, external), Some(one_port(&external.port, carries(external), external.origin)))
        }
    };
    let rule = Map::new(peer.origin).with("to", Doc::list(to, peer.origin)).with_some("ports", ports);
    Some(rule.into())
}

fn carries(external: &ExternalPlan) -> &'static str {
    if external.protocol.value == Protocol::Udp { "UDP" } else { "TCP" }
}

/// Where an external service may be: outside, in another namespace of the cluster, or in a private network, by its name.
fn external_addresses(place: Place<'_>, external: &ExternalPlan) -> Vec<Doc> {
    let host = external.host.as_str();
    let cluster = [".svc", ".svc.cluster.local"];
    if !host.contains('.') || cluster.iter().any(|end| host.ends_with(end)) {
        let origin = Origin::rule(rules::EXTERNAL_IN_CLUSTER);
        return vec![Map::new(origin).with("namespaceSelector", empty(origin)).into()];
    }
    let private = [".internal", ".local", ".lan", ".corp", ".home.arpa"];
    let address = host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_private());
    if address || private.iter().any(|end| host.ends_with(end)) {
        return place.spec.network.private.iter().map(|range| block(Doc::traced(range), None)).collect();
    }
    public_addresses(place)
}

/// Every address but those that nobody outside has.
fn public_addresses(place: Place<'_>) -> Vec<Doc> {
    let network = &place.spec.network;
    let origin = Origin::rule(rules::OUTSIDE_ONLY);
    let but = || Doc::list(network.private.iter().map(Doc::traced), origin);
    network.everything.iter().map(|range| block(Doc::traced(range), Some(but()))).collect()
}

fn anywhere(place: Place<'_>) -> Vec<Doc> {
    place.spec.network.everything.iter().map(|range| block(Doc::traced(range), None)).collect()
}

/// The agent on the pod's own node that hands out its identity.
fn identity_agent(place: Place<'_>) -> Doc {
    let origin = Origin::rule(rules::IDENTITY_AGENT);
    let to = place.spec.network.identity_agent.iter().map(|range| block(Doc::traced(range), None));
    Map::new(origin)
        .with("to", Doc::list(to, origin))
        .with("ports", stated_ports(&place.spec.network.identity_ports, origin))
        .into()
}

fn ranges(ranges: &[Traced<AddressRange>]) -> Vec<Doc> {
    ranges.iter().map(|range| block(Doc::traced(range), None)).collect()
}

fn block(range: Doc, but: Option<Doc>) -> Doc {
    let origin = range.origin();
    Map::new(origin).with("ipBlock", Map::new(origin).with("cidr", range).with_some("except", but)).into()
}

fn nginx() -> Doc {
    let labels = by(rules::NGINX_NAMESPACE).text("kubernetes.io/metadata.name", NGINX_NAMESPACE);
    let selector = by(rules::NGINX_NAMESPACE).with("matchLabels", labels);
    by(rules::NGINX_NAMESPACE).with("namespaceSelector", selector).into()
}

fn namespace_peer(peer: &NamespacePeer, origin: Origin) -> Map {
    let labels = |labels| Map::new(origin).with("matchLabels", stated(labels, origin));
    Map::new(origin).with("namespaceSelector", labels(&peer.namespace)).with("podSelector", labels(&peer.pods))
}

fn peer_ports(ports: &[PeerPortTemplate], origin: Origin) -> Option<Doc> {
    let rules = ports.iter().map(|one| port_rule(port(&one.port), container::transport(&one.transport), one.origin));
    (!ports.is_empty()).then(|| Doc::list(rules, origin))
}

fn one_port(number: &Traced<PortNumber>, protocol: &'static str, origin: Origin) -> Doc {
    Doc::list([port_rule(port(number), Doc::text(protocol, number.origin), number.origin)], origin)
}

fn stated_ports(ports: &[(Traced<u32>, Traced<String>)], origin: Origin) -> Doc {
    let rules = ports.iter().map(|(number, protocol)| {
        port_rule(crate::targets::shared::value::number(number), Doc::traced(protocol), origin)
    });
    Doc::list(rules, origin)
}

fn port_rule(number: Doc, protocol: Doc, origin: Origin) -> Doc {
    Map::new(origin).with("protocol", protocol).with("port", number).into()
}
