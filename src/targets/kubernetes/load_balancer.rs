//! Network load balancers, for public ports that no requests are routed by: a Service for each edge of a component.

use super::ingress::balancer_name;
use super::place::{Place, Workload};
use super::pod::Pods;
use super::{rules, service};
use crate::ir::choice::Tls;
use crate::ir::value::PortNumber;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::{PortTemplate, ProbeKind, ProbeTemplate, PublicPortTemplate, Transport};
use crate::spec::kubernetes::{Kind, Nlb};
use crate::targets::shared::value::{by, whole_seconds};

/// What the certificate is called among the infrastructure's outputs.
pub(super) const CERTIFICATE: &str = "CERTIFICATE_ARN";

/// A public port behind a network load balancer.
type Public<'a> = (&'a PortTemplate, &'a PublicPortTemplate);

/// The edges of a component, each with its ports.
fn edges(workload: Workload<'_>) -> Vec<(&str, Vec<Public<'_>>)> {
    let mut edges: Vec<(&str, Vec<Public<'_>>)> = Vec::new();
    for (port, public) in workload.public_ports().filter(|(_, public)| !public.routed.value) {
        let edge = public.edge.as_str();
        match edges.iter_mut().find(|(known, _)| *known == edge) {
            Some((_, ports)) => ports.push((port, public)),
            None => edges.push((edge, vec![(port, public)])),
        }
    }
    edges
}

/// The names of the Services of a component's edges.
pub(super) fn names(workload: Workload<'_>) -> Vec<String> {
    edges(workload).iter().map(|(edge, _)| workload.named(Kind::Service, edge)).collect()
}

/// The Services of an environment whose load balancer needs a certificate.
pub(super) fn certified(place: Place<'_>) -> Vec<String> {
    let workloads = place.workloads().filter(|workload| workload.is_replicated());
    workloads
        .flat_map(|workload| {
            edges(workload)
                .into_iter()
                .filter(|(_, ports)| ports.iter().any(terminates))
                .map(move |(edge, _)| workload.named(Kind::Service, edge))
        })
        .collect()
}

fn terminates((port, public): &Public<'_>) -> bool {
    public.tls.value == Tls::Terminate && port.transport.value == Transport::Tcp
}

/// The Services.
pub(super) fn services(pods: &Pods<'_>) -> Vec<Doc> {
    edges(pods.workload()).iter().map(|(edge, ports)| balancer(pods, edge, ports).into()).collect()
}

fn balancer(pods: &Pods<'_>, edge: &str, ports: &[Public<'_>]) -> Map {
    let workload = pods.workload();
    let facts = &workload.place.spec.nlb;
    let origin = ports.first().map_or(workload.component.origin, |(_, public)| public.origin);
    let listed = ports.iter().map(|(port, _)| Doc::from(service::service_port(port)));
    let spec = Map::new(origin)
        .with("type", Doc::traced(&facts.service_type))
        .with("loadBalancerClass", Doc::traced(&facts.class))
        .with("allocateLoadBalancerNodePorts", Doc::Bool(false, Origin::rule(rules::NO_NODE_PORTS)))
        .with("selector", pods.identity.selector())
        .with("ports", Doc::list(listed, workload.component.origin));
    let annotations = annotations(workload, edge, ports);
    pods.identity.annotated(Kind::Service, workload.named(Kind::Service, edge), origin, annotations).with("spec", spec)
}

fn annotations(workload: Workload<'_>, edge: &str, ports: &[Public<'_>]) -> Map {
    let place = workload.place;
    let facts = &place.spec.nlb;
    let name = balancer_name(place, &format!("{}-{edge}", workload.name()), facts.load_balancer_name_max.value);
    let mut hosts: Vec<&str> = Vec::new();
    for host in ports.iter().flat_map(|(port, _)| workload.routes(port)).filter_map(|route| route.host.as_ref()) {
        if !hosts.contains(&host.as_str()) {
            hosts.push(host.as_str());
        }
    }
    let drain = whole_seconds(&workload.component.drain).min(i64::from(facts.deregistration_delay_max.value));
    let delay = format!("{}={drain}", facts.deregistration_delay.value);
    let attributes = format!(
        "{}={},{}={}",
        facts.deletion_protection.value,
        place.is_production(),
        facts.cross_zone.value,
        facts.cross_zone_value.value
    );
    let mut map = by(rules::NETWORK_LOAD_BALANCER)
        .text(facts.load_balancer_name.value.clone(), name)
        .text(facts.scheme.value.clone(), "internet-facing")
        .with(facts.target_type.value.clone(), Doc::traced(&facts.target_type_value));
    if !hosts.is_empty() {
        map = map.text(place.spec.hostname_annotation.value.clone(), hosts.join(","));
    }
    let tls: Vec<String> =
        ports.iter().filter(|port| terminates(port)).map(|(port, _)| port.service_port.value.to_string()).collect();
    if !tls.is_empty() {
        let unset = format!("arn:aws:acm:{}:unset:certificate/unset", place.environment.region);
        map = map
            .with(facts.ssl_cert.value.clone(), Doc::text(unset, Origin::rule(rules::INFRASTRUCTURE_OUTPUTS)))
            .text(facts.ssl_ports.value.clone(), tls.join(","))
            .with(facts.ssl_policy.value.clone(), Doc::traced(&facts.ssl_policy_value))
            .with(facts.backend_protocol.value.clone(), Doc::traced(&facts.backend_protocol_value));
    }
    // Where TLS ends at the balancer, or over UDP, the time can't be chosen.
    for (port, public) in ports.iter().filter(|port| port.0.transport.value == Transport::Tcp && !terminates(port)) {
        let Some(timeout) = &public.idle_timeout else { continue };
        let (least, most) = (facts.tcp_idle_timeout_min.value, facts.tcp_idle_timeout_max.value);
        let seconds = whole_seconds(timeout).clamp(i64::from(least), i64::from(most));
        let name = format!("{}.TCP-{}", facts.listener_attributes, port.service_port);
        map.put(name, Doc::text(format!("{}={seconds}", facts.tcp_idle_timeout), timeout.origin));
    }
    let map = map
        .text(facts.load_balancer_attributes.value.clone(), attributes)
        .with(facts.target_group_attributes.value.clone(), Doc::text(delay, workload.component.drain.origin));
    health(map, workload, ports, facts)
}

/// The port that the load balancer asks for health, where it is another than the one that it sends to: that of an HTTP
/// readiness probe, or for UDP, which can't be asked, any TCP port.
pub(super) fn health_port<'a>(workload: Workload<'a>, public: &PortTemplate) -> Option<&'a Traced<PortNumber>> {
    if let Some(probe) = http_readiness(workload) {
        return probe.port.as_ref();
    }
    let udp = public.transport.value == Transport::Udp;
    let tcp = workload.component.ports.iter().find(|port| port.transport.value == Transport::Tcp);
    tcp.filter(|_| udp).map(|port| &port.port)
}

fn http_readiness(workload: Workload<'_>) -> Option<&ProbeTemplate> {
    let readiness = workload.component.readiness.as_ref();
    readiness.filter(|probe| probe.kind.value == ProbeKind::Http && probe.url_path.is_some())
}

/// How the load balancer asks for health: over HTTP where Kubernetes does, else by a connection.
fn health(mut map: Map, workload: Workload<'_>, ports: &[Public<'_>], facts: &Nlb) -> Map {
    let origin = Origin::rule(rules::NETWORK_LOAD_BALANCER);
    let probe = http_readiness(workload);
    let protocol = match probe {
        Some(probe) if probe.tls.value => Doc::text("https", probe.kind.origin),
        Some(probe) => Doc::text("http", probe.kind.origin),
        None => Doc::text("tcp", origin),
    };
    map.put(facts.healthcheck_protocol.value.clone(), protocol);
    let asked = ports.iter().find_map(|(port, _)| health_port(workload, port));
    map.put(facts.healthcheck_port.value.clone(), asked.map_or(Doc::text("traffic-port", origin), Doc::traced));
    if let Some(path) = probe.and_then(|probe| probe.url_path.as_ref()) {
        map.put(facts.healthcheck_path.value.clone(), Doc::traced(path));
    }
    map.with(facts.healthcheck_interval.value.clone(), Doc::traced(&facts.healthcheck_interval_value))
        .with(facts.healthcheck_timeout.value.clone(), Doc::traced(&facts.healthcheck_timeout_value))
        .with(facts.healthy_threshold.value.clone(), Doc::traced(&facts.healthy_threshold_value))
        .with(facts.unhealthy_threshold.value.clone(), Doc::traced(&facts.unhealthy_threshold_value))
}
