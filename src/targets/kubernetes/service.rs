//! Services: how a component is called, inside of the cluster and through a network load balancer.

use super::container::transport;
use super::place::Workload;
use super::pod::Pods;
use super::{load_balancer, rules};
use crate::ir::Origin;
use crate::ir::choice::Protocol;
use crate::output::doc::Text;
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::{PortTemplate, StrategyKind};
use crate::spec::kubernetes::Kind;
use crate::targets::shared::value::port;

/// The Services of a component; none without a port.
pub(super) fn services(pods: &Pods<'_>) -> Vec<Doc> {
    let workload = pods.workload();
    let mut services: Vec<Doc> = Vec::new();
    if !workload.component.ports.is_empty() {
        services.push(service(pods, workload.name().to_owned(), workload.component.origin).into());
        let beside = beside(workload);
        services.extend(beside.map(|name| service(pods, name, Origin::rule(rules::SERVICE_BESIDE)).into()));
    }
    if workload.kind() == Kind::StatefulSet {
        services.push(headless(pods).into());
    }
    services.extend(load_balancer::services(pods));
    services
}

/// The Service of a new version that stands beside the old one. Where replicas and not requests are shifted, one Service
/// reaches both.
pub(super) fn beside(workload: Workload<'_>) -> Option<String> {
    let strategy = workload.strategy().filter(|_| workload.kind() == Kind::Rollout)?;
    match strategy.kind.value {
        StrategyKind::Canary if strategy.router_port.is_some() => Some(canary_name(workload)),
        StrategyKind::BlueGreen => Some(preview_name(workload)),
        StrategyKind::Canary | StrategyKind::Rolling => None,
    }
}

/// The Service of the version that is tried out.
pub(super) fn canary_name(workload: Workload<'_>) -> String {
    workload.named(Kind::Service, "canary")
}

/// The Service of the version that waits for the switch.
pub(super) fn preview_name(workload: Workload<'_>) -> String {
    workload.named(Kind::Service, "preview")
}

/// The Service that gives each stateful replica a name.
pub(super) fn headless_name(workload: Workload<'_>) -> String {
    workload.named(Kind::Service, "headless")
}

fn service(pods: &Pods<'_>, name: impl Into<Text>, origin: Origin) -> Map {
    let workload = pods.workload();
    let ports = workload.component.ports.iter().map(|port| Doc::from(service_port(port)));
    let near = workload.scaling.and_then(|scaling| scaling.zone_affinity).filter(|near| near.value);
    let distribution = &workload.place.spec.defaults.near_traffic_distribution;
    let spec = Map::new(origin)
        .with("type", Doc::text("ClusterIP", Origin::rule(rules::CLUSTER_IP)))
        .with_some("trafficDistribution", near.map(|near| Doc::text(distribution.value.clone(), near.origin)))
        .with("selector", pods.identity.selector())
        .with("ports", Doc::list(ports, workload.component.origin));
    pods.identity.object(Kind::Service, name, origin).with("spec", spec)
}

fn headless(pods: &Pods<'_>) -> Map {
    let workload = pods.workload();
    let origin = Origin::rule(rules::HEADLESS);
    let ports = workload.component.ports.iter().map(|port| Doc::from(service_port(port)));
    let ports = (!workload.component.ports.is_empty()).then(|| Doc::list(ports, workload.component.origin));
    let spec = Map::new(origin)
        .text("clusterIP", "None")
        .bool("publishNotReadyAddresses", true)
        .with("selector", pods.identity.selector())
        .with_some("ports", ports);
    pods.identity.object(Kind::Service, headless_name(workload), origin).with("spec", spec)
}

/// A port as a Service has it.
pub(super) fn service_port(planned: &PortTemplate) -> Map {
    Map::new(planned.origin)
        .with("name", Doc::traced(&planned.name))
        .with("port", port(&planned.service_port))
        .with("targetPort", port(&planned.port))
        .with("protocol", transport(&planned.transport))
        .with_some("appProtocol", application_protocol(planned))
}

/// What is spoken, by the names that Kubernetes and IANA give it; nothing where the transport says all.
fn application_protocol(planned: &PortTemplate) -> Option<Doc> {
    let word = match planned.protocol.value {
        Protocol::Http => "http",
        Protocol::Https => "https",
        Protocol::Grpc => "kubernetes.io/h2c",
        Protocol::Websocket => "kubernetes.io/ws",
        Protocol::Mqtt => "mqtt",
        Protocol::Tcp | Protocol::Udp => return None,
    };
    Some(Doc::text(word, planned.protocol.origin))
}
