//! Ingresses: how requests come in from outside, one for each public port, joined to one load balancer for each edge.

use super::place::{Place, Workload};
use super::pod::Pods;
use super::rules;
use crate::ir::Origin;
use crate::ir::choice::{IngressController, Protocol, Tls};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::environments::RoutePlan;
use crate::plan::infrastructure::templates::{
    PortTemplate, ProbeKind, ProbeTemplate, PublicPortTemplate, StrategyKind,
};
use crate::spec::kubernetes::{Alb, Kind};
use crate::targets::shared::names;
use crate::targets::shared::value::{by, whole_seconds};

/// The gRPC method that answers whether a server is well.
const GRPC_HEALTH: &str = "/grpc.health.v1.Health/Check";

/// The Ingresses of a component.
pub(super) fn ingresses(pods: &Pods<'_>) -> Vec<Doc> {
    let workload = pods.workload();
    workload
        .public_ports()
        .filter(|(planned, public)| public.routed.value && workload.routes(planned).next().is_some())
        .map(|(planned, public)| ingress(pods, planned, public).into())
        .collect()
}

/// The Ingress of a port.
pub(super) fn name(workload: Workload<'_>, planned: &PortTemplate) -> String {
    workload.named(Kind::Ingress, planned.name.as_str())
}

fn ingress(pods: &Pods<'_>, planned: &PortTemplate, public: &PublicPortTemplate) -> Map {
    let workload = pods.workload();
    let place = workload.place;
    let (class, annotations) = match place.platform.ingress.value {
        IngressController::Alb => (&place.spec.alb.class, alb(workload, planned, public)),
        IngressController::Nginx => (&place.spec.nginx.class, nginx(workload, planned, public)),
    };
    let routes: Vec<&RoutePlan> = workload.routes(planned).collect();
    let mut hosts: Vec<&RoutePlan> = Vec::new();
    for route in &routes {
        if !hosts.iter().any(|known| known.host == route.host) {
            hosts.push(route);
        }
    }
    let rules = hosts.iter().map(|first| {
        let paths = routes.iter().filter(|route| route.host == first.host).map(|route| {
            let path = Map::new(route.origin)
                .with("path", Doc::traced(&route.prefix))
                .with("pathType", Doc::text("Prefix", Origin::rule(rules::PREFIX)))
                .with("backend", backend(workload, planned));
            Doc::from(path)
        });
        let http = Map::new(first.origin).with("paths", Doc::list(paths, first.origin));
        let rule = Map::new(first.origin).with_some("host", first.host.as_ref().map(Doc::traced)).with("http", http);
        Doc::from(rule)
    });
    let named: Vec<Doc> = hosts.iter().filter_map(|route| route.host.as_ref()).map(Doc::traced).collect();
    let tls = (public.tls.value == Tls::Terminate && !named.is_empty()).then(|| {
        let entry = Map::new(public.tls.origin).with("hosts", Doc::list(named, public.tls.origin));
        Doc::list([entry.into()], public.tls.origin)
    });
    let spec = Map::new(public.origin)
        .with("ingressClassName", Doc::traced(class))
        .with_some("tls", tls)
        .with("rules", Doc::list(rules, public.origin));
    let object = pods.identity.annotated(Kind::Ingress, name(workload, planned), public.origin, annotations);
    object.with("spec", spec)
}

/// Where requests go: to the Service, or to the action in which the controller of a Rollout keeps the weights.
fn backend(workload: Workload<'_>, planned: &PortTemplate) -> Map {
    let strategy = workload.strategy().filter(|_| workload.kind() == Kind::Rollout);
    let weighted = strategy.filter(|strategy| {
        strategy.kind.value == StrategyKind::Canary
            && strategy.router_port.as_ref().is_some_and(|router| router.value == planned.name.value)
            && workload.place.platform.ingress.value == IngressController::Alb
    });
    let port = match weighted {
        Some(_) => by(rules::TRAFFIC_ROUTING).with("name", Doc::traced(&workload.place.spec.alb.use_annotation)),
        None => Map::new(planned.origin).with("name", Doc::traced(&planned.name)),
    };
    let service = Map::new(planned.origin).with("name", Doc::traced(&workload.component.name)).with("port", port);
    Map::new(planned.origin).with("service", service)
}

/// Whether an edge of an environment ends TLS: some route on it has a host that a certificate can name.
pub(super) fn has_tls(place: Place<'_>, edge: &str) -> bool {
    place.routed().any(|workload| {
        workload.public_ports().any(|(planned, public)| {
            public.edge.as_str() == edge
                && public.routed.value
                && public.tls.value == Tls::Terminate
                && workload.routes(planned).any(|route| route.host.is_some())
        })
    })
}

/// Seconds that a connection to an edge may be idle: the longest that a port of it asks for.
fn idle_timeout(place: Place<'_>, edge: &str) -> i64 {
    let asked = place.routed().flat_map(|workload| {
        let ports = workload.public_ports().filter(|(_, public)| public.edge.as_str() == edge && public.routed.value);
        ports.filter_map(|(_, public)| public.idle_timeout.as_ref().map(whole_seconds)).collect::<Vec<_>>()
    });
    asked.max().unwrap_or(i64::from(place.spec.alb.idle_timeout_value.value))
}

/// The name of an edge's load balancer, the same in all Ingresses of the edge.
pub(super) fn balancer_name(place: Place<'_>, edge: &str, max: u32) -> String {
    names::shorten(&format!("{}-{edge}", place.instance()), max)
}

fn alb(workload: Workload<'_>, planned: &PortTemplate, public: &PublicPortTemplate) -> Map {
    let place = workload.place;
    let facts = &place.spec.alb;
    let edge = public.edge.as_str();
    let group = names::shorten(&format!("{}-{edge}", place.instance()), facts.group_name_max.value);
    let balancer = balancer_name(place, edge, facts.load_balancer_name_max.value);
    let attributes = [
        (&facts.deletion_protection.value, place.is_production().to_string()),
        (&facts.desync_mitigation.value, facts.desync_mitigation_value.to_string()),
        (&facts.drop_invalid_headers.value, facts.drop_invalid_headers_value.to_string()),
        (&facts.idle_timeout.value, idle_timeout(place, edge).to_string()),
    ];
    let attributes: Vec<String> = attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let drain = whole_seconds(&workload.component.drain).min(i64::from(facts.deregistration_delay_max.value));
    let delay = format!("{}={drain}", facts.deregistration_delay.value);
    let (protocol, version) = match planned.protocol.value {
        Protocol::Grpc => ("HTTP", "GRPC"),
        Protocol::Https => ("HTTPS", "HTTP1"),
        _ => ("HTTP", "HTTP1"),
    };
    let mut map = by(rules::LOAD_BALANCER)
        .with(facts.group_name.value.clone(), Doc::text(group, public.edge.origin))
        .with(facts.load_balancer_name.value.clone(), Doc::text(balancer, public.edge.origin))
        .with(facts.group_order.value.clone(), order(workload, planned))
        .text(facts.scheme.value.clone(), "internet-facing")
        .with(facts.target_type.value.clone(), Doc::traced(&facts.target_type_value));
    if has_tls(place, edge) {
        map = map
            .with(facts.listen_ports.value.clone(), Doc::traced(&facts.listen_ports_value))
            .with(facts.ssl_redirect.value.clone(), Doc::traced(&facts.ssl_redirect_value))
            .with(facts.ssl_policy.value.clone(), Doc::traced(&facts.ssl_policy_value));
    } else {
        map.put(facts.listen_ports.value.clone(), Doc::text(r#"[{"HTTP": 80}]"#, Origin::rule(rules::NO_CERTIFICATE)));
    }
    let map = map
        .text(facts.load_balancer_attributes.value.clone(), attributes.join(","))
        .with(facts.target_group_attributes.value.clone(), Doc::text(delay, workload.component.drain.origin))
        .with(facts.backend_protocol.value.clone(), Doc::text(protocol, planned.protocol.origin))
        .with(facts.backend_protocol_version.value.clone(), Doc::text(version, planned.protocol.origin));
    health(map, workload, planned, facts)
}

/// The controller goes by this number, and not by the path, from one Ingress to the next: the longer a prefix, the earlier
/// it is tried. A number that depends on nothing else moves no rule of another component.
fn order(workload: Workload<'_>, planned: &PortTemplate) -> Doc {
    let range = (workload.place.spec.alb.group_order_min.value, workload.place.spec.alb.group_order_max.value);
    let longest = workload.routes(planned).map(|route| route.prefix.as_str().len()).max().unwrap_or_default();
    let order = range.1.saturating_sub(u32::try_from(longest).unwrap_or(u32::MAX)).max(range.0);
    Doc::text(order.to_string(), Origin::rule(rules::LONGEST_PREFIX))
}

/// The probe by which a load balancer that routes requests can ask for health: one that speaks as the port does.
pub(super) fn health_probe<'a>(workload: Workload<'a>, planned: &PortTemplate) -> Option<&'a ProbeTemplate> {
    let component = workload.component;
    let fits = |probe: &&ProbeTemplate| match planned.protocol.value {
        Protocol::Grpc => probe.kind.value == ProbeKind::Grpc,
        _ => probe.kind.value == ProbeKind::Http && probe.url_path.is_some(),
    };
    [&component.readiness, &component.liveness].into_iter().flatten().find(fits)
}

/// How the load balancer asks for health: as Kubernetes does, where it can.
fn health(mut map: Map, workload: Workload<'_>, planned: &PortTemplate, facts: &Alb) -> Map {
    let grpc = planned.protocol.value == Protocol::Grpc;
    let probe = health_probe(workload, planned);
    if let Some(probe) = probe {
        if let Some(port) = probe.port.as_ref().filter(|port| port.value != planned.port.value) {
            map.put(facts.healthcheck_port.value.clone(), Doc::traced(port));
        }
        let path = match &probe.url_path {
            Some(path) if !grpc => Doc::traced(path),
            _ => Doc::text(GRPC_HEALTH, Origin::rule(rules::LOAD_BALANCER_HEALTH)),
        };
        map.put(facts.healthcheck_path.value.clone(), path);
        if probe.tls.value {
            map.put(facts.healthcheck_protocol.value.clone(), Doc::text("HTTPS", probe.tls.origin));
        }
    }
    // Without a health service a gRPC server answers that it knows no such method: the controller's own default.
    if !grpc {
        map.put(facts.success_codes.value.clone(), Doc::traced(&facts.success_codes_http));
    } else if probe.is_some() {
        map.put(facts.success_codes.value.clone(), Doc::traced(&facts.success_codes_grpc));
    }
    map.with(facts.healthcheck_interval.value.clone(), Doc::traced(&facts.healthcheck_interval_value))
        .with(facts.healthcheck_timeout.value.clone(), Doc::traced(&facts.healthcheck_timeout_value))
        .with(facts.healthy_threshold.value.clone(), Doc::traced(&facts.healthy_threshold_value))
        .with(facts.unhealthy_threshold.value.clone(), Doc::traced(&facts.unhealthy_threshold_value))
}

fn nginx(workload: Workload<'_>, planned: &PortTemplate, public: &PublicPortTemplate) -> Map {
    let facts = &workload.place.spec.nginx;
    let protocol = match planned.protocol.value {
        Protocol::Grpc => "GRPC",
        Protocol::Https => "HTTPS",
        _ => "HTTP",
    };
    let redirect = public.tls.value == Tls::Terminate && has_tls(workload.place, public.edge.as_str());
    by(rules::LOAD_BALANCER)
        .with(facts.ssl_redirect.value.clone(), Doc::text(redirect.to_string(), public.tls.origin))
        .with(facts.backend_protocol.value.clone(), Doc::text(protocol, planned.protocol.origin))
}
