//! The ways in of components on ECS: load balancers by edge and layer, listeners, rules, target groups, names.

use super::{Draft, Place, Workload, by, word};
use crate::diag::{Diagnostic, code};
use crate::ir::choice::{Protocol, Tls};
use crate::ir::value::{Decimal, HostName, PortNumber};
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{
    Alarm, AlarmMetric, AnyRef, Certificate, Compared, DimensionValue, Direction, DnsRecord, DnsZone, Id, Layer,
    Listener, ListenerDefault, ListenerRule, LoadBalancer, Owner, Peer, RecordTarget, Ref, SecurityGroup,
    SecurityGroupRule, ServiceTarget, TargetGroup, TargetHealth, WebAcl, Whole,
};
use crate::plan::aws::rules;
use crate::plan::infrastructure::environments::RoutePlan;
use crate::plan::infrastructure::templates::{
    PortTemplate, ProbeKind, ProbeTemplate, PublicPortTemplate, Transport, WorkloadForm,
};
use crate::source::Scalar;
use crate::spec::aws::NameKind;

use super::network::{anywhere, rule};

/// The certificate of an environment.
const CERTIFICATE: &str = "main";
/// The number of rules above which longer prefixes are tried first.
const PRIORITY: u32 = 40_000;

/// A way in to a component.
pub(super) struct Entrance {
    /// The load balancer.
    pub(super) balancer: Ref<LoadBalancer>,
    /// Whether requests are routed, and so counted.
    pub(super) routed: bool,
    /// Where the component's tasks register.
    pub(super) target: ServiceTarget,
    /// Where those of a new version do.
    pub(super) beside: Option<ServiceTarget>,
}

/// Makes the ways in of a component, with the load balancers that they need.
pub(super) fn entrances(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft) -> Vec<Entrance> {
    let mut found = Vec::new();
    for port in &workload.component.ports {
        let Some(public) = &port.public else { continue };
        let routes: Vec<&RoutePlan> =
            workload.plan.routes.iter().filter(|route| route.port.value == port.name.value).collect();
        if public.routed.value {
            found.push(routed(place, workload, port, public, &routes, draft));
        } else {
            found.extend(passed(place, workload, port, public, &routes, draft));
        }
    }
    found
}

/// Requests by host and path: the edge's application load balancer.
fn routed(
    place: Place<'_>,
    workload: Workload<'_>,
    port: &PortTemplate,
    public: &PublicPortTemplate,
    routes: &[&RoutePlan],
    draft: &mut Draft,
) -> Entrance {
    let tls = public.tls.value == Tls::Terminate && routes.iter().any(|route| route.host.is_some());
    let balancer = balancer(place, public, Layer::Application, draft);
    let listener = if tls {
        certify(place, routes, draft);
        listener_of(&balancer, 80, "HTTP", None, ListenerDefault::Redirect, draft);
        open(&balancer, PortNumber(80), Transport::Tcp, draft);
        let policy = place.specs().aws.words.tls_policy.clone();
        let tls = Some((Ref::named(CERTIFICATE), policy));
        open(&balancer, PortNumber(443), Transport::Tcp, draft);
        listener_of(&balancer, 443, "HTTPS", tls, ListenerDefault::NotFound, draft)
    } else {
        open(&balancer, PortNumber(80), Transport::Tcp, draft);
        listener_of(&balancer, 80, "HTTP", None, ListenerDefault::NotFound, draft)
    };
    let group = target_group(place, workload, port, Layer::Application, "", draft);
    let next = super::ecs::has_beside(workload)
        .then(|| target_group(place, workload, port, Layer::Application, "-next", draft));
    for (number, route) in routes.iter().enumerate() {
        listener_rule(place, workload, port, route, number, &listener, (&group, next.as_ref()), draft);
    }
    admit(workload, port, &balancer, draft);
    if let Some(health) = health_port(draft, &group) {
        admit_health(workload, health, &balancer, draft);
    }
    let target = |group: Ref<TargetGroup>| ServiceTarget { group, listener: listener.clone(), port: port.port };
    Entrance { balancer, routed: true, target: target(group), beside: next.map(target) }
}

/// Connections as they are: the edge's network load balancer, a listener a port.
fn passed(
    place: Place<'_>,
    workload: Workload<'_>,
    port: &PortTemplate,
    public: &PublicPortTemplate,
    routes: &[&RoutePlan],
    draft: &mut Draft,
) -> Option<Entrance> {
    let udp = port.transport.value == Transport::Udp;
    let ends_tls = public.tls.value == Tls::Terminate && !udp;
    let has_host = routes.iter().any(|route| route.host.is_some());
    if ends_tls && !has_host {
        draft.cannot(
            public.tls.origin,
            format!(
                "TLS of port `{}` of `{}` ends at the load balancer, which has no name to prove",
                port.name,
                workload.name()
            ),
            "no certificate without a host",
            "give the environment a `domain`, or say `tls: passthrough` or `tls: none`",
        );
        return None;
    }
    let balancer = balancer(place, public, Layer::Network, draft);
    if ends_tls {
        certify(place, routes, draft);
    }
    let protocol = if udp {
        "UDP"
    } else if ends_tls {
        "TLS"
    } else {
        "TCP"
    };
    let group = target_group(place, workload, port, Layer::Network, "", draft);
    let tls = ends_tls.then(|| (Ref::named(CERTIFICATE), place.specs().aws.words.tls_policy.clone()));
    let number = port.service_port.value;
    let id = format!("{}-{}", balancer.id, number);
    if let Some(known) = draft.balancing.listeners.iter().find(|listener| listener.id.as_str() == id) {
        draft.problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                port.service_port.origin,
                format!("two ports on the edge `{}` ask for {number}", public.edge),
                format!("`{}` of `{}`", port.name, workload.name()),
            )
            .label(known.port.origin, "the other one")
            .help("give one of them another `service_port`, or another `edge`"),
        );
        return None;
    }
    let listener = Listener {
        id: Id::made(&id),
        origin: public.origin,
        owner: workload.owner(),
        balancer: balancer.clone(),
        port: port.service_port,
        protocol: port.protocol.with(protocol.to_owned()),
        tls,
        idle_timeout: idle_timeout(place, workload, port, public, draft),
        default: ListenerDefault::Forward(group.clone()),
    };
    let reference = listener.reference();
    draft.balancing.listeners.push(listener);
    open(&balancer, number, port.transport.value, draft);
    admit(workload, port, &balancer, draft);
    if let Some(health) = health_port(draft, &group) {
        admit_health(workload, health, &balancer, draft);
    }
    names_of(place, routes, &balancer, draft);
    let target = ServiceTarget { group, listener: reference, port: port.port };
    Some(Entrance { balancer, routed: false, target, beside: None })
}

/// How long a connection that is passed on may be silent, where that can be chosen.
fn idle_timeout(
    place: Place<'_>,
    workload: Workload<'_>,
    port: &PortTemplate,
    public: &PublicPortTemplate,
    draft: &mut Draft,
) -> Option<Traced<u32>> {
    let stated = public.idle_timeout.as_ref()?;
    let asked = super::ecs::seconds(stated);
    let limits = &place.specs().aws.limits.load_balancer;
    let udp = port.transport.value == Transport::Udp;
    let chosen = !udp && public.tls.value != Tls::Terminate;
    let most = match chosen {
        true => limits.tcp_idle_seconds_max.value,
        false if udp => limits.udp_idle_seconds.value,
        false => limits.tls_idle_seconds.value,
    };
    if asked.value > most {
        let (tcp, name) = (limits.tcp_idle_seconds_max.value, workload.name());
        let help = if chosen || udp {
            format!("ask for `{most}s` or less, and let clients send something more often")
        } else {
            format!(
                "leave `idle_timeout` out and let clients send something more often, or say `tls: passthrough`: then a \
                 connection may be silent for `{tcp}s`"
            )
        };
        draft.cannot(
            asked.origin,
            format!(
                "the load balancer of port `{}` of `{name}` forgets a connection after {most}s of silence",
                port.name
            ),
            format!("asks for {stated}"),
            help,
        );
    }
    chosen.then(|| asked.map(|seconds| seconds.clamp(limits.tcp_idle_seconds_min.value, most)))
}

fn edge_id(edge: &str, layer: Layer) -> String {
    match layer {
        Layer::Application => edge.to_owned(),
        Layer::Network => format!("{edge}-network"),
    }
}

fn balancer(place: Place<'_>, public: &PublicPortTemplate, layer: Layer, draft: &mut Draft) -> Ref<LoadBalancer> {
    let id = edge_id(public.edge.as_str(), layer);
    let asked = public.idle_timeout.as_ref().map(super::ecs::seconds);
    if let Some(known) = draft.balancing.load_balancers.iter_mut().find(|known| known.id.as_str() == id) {
        // The longest that a port of the edge asks for.
        if let (Some(known), Some(asked)) = (&mut known.idle_timeout, asked)
            && asked.value > known.value
        {
            *known = asked;
        }
        return known.reference();
    }
    // An edge that nobody names is explained by the port that needs it.
    let origin = if public.edge.origin.is_written() { public.edge.origin } else { public.origin };
    let security_group = draft.group(SecurityGroup {
        id: Id::made(&format!("edge-{id}")),
        origin,
        owner: Owner::Platform,
        name: place.named(NameKind::SecurityGroup, &format!("edge-{id}")),
        description: word(format!("The load balancer of {}", public.edge), rules::SECURITY_GROUP),
        rules: Vec::new(),
    });
    let words = &place.specs().aws.words;
    let guarded = layer == Layer::Application && place.is_production();
    if guarded && draft.balancing.web_acls.is_empty() {
        draft.balancing.web_acls.push(WebAcl {
            id: Id::made("main"),
            origin: Origin::rule(rules::WEB_ACL),
            owner: Owner::Platform,
            name: place.named(NameKind::WebAcl, "main"),
            rule_groups: words.web_acl_rule_groups.clone(),
            rate_limit: words.web_acl_rate,
        });
    }
    let balancer = LoadBalancer {
        id: Id::made(&id),
        origin,
        owner: Owner::Platform,
        name: place.named(NameKind::LoadBalancer, &id),
        layer,
        security_group,
        idle_timeout: (layer == Layer::Application).then(|| asked.unwrap_or(by(60, rules::IDLE_TIMEOUT))),
        deletion_protection: by(place.is_production(), rules::PROTECTED),
        access_logs: Ref::named("access-logs"),
        web_acl: guarded.then(|| Ref::named("main")),
    };
    let reference = balancer.reference();
    draft.balancing.load_balancers.push(balancer);
    reference
}

fn listener_of(
    balancer: &Ref<LoadBalancer>,
    port: u16,
    protocol: &str,
    tls: Option<(Ref<Certificate>, Traced<String>)>,
    default: ListenerDefault,
    draft: &mut Draft,
) -> Ref<Listener> {
    let id = format!("{}-{}", balancer.id, protocol.to_ascii_lowercase());
    if let Some(known) = draft.balancing.listeners.iter_mut().find(|known| known.id.as_str() == id) {
        // One port with TLS turns the plain listener of its edge into a redirect.
        if matches!(default, ListenerDefault::Redirect) {
            known.default = default;
        }
        return known.reference();
    }
    let listener = Listener {
        id: Id::made(&id),
        origin: Origin::rule(rules::LISTENER),
        owner: Owner::Platform,
        balancer: balancer.clone(),
        port: by(PortNumber(port), rules::LISTENER),
        protocol: word(protocol, rules::LISTENER),
        tls,
        idle_timeout: None,
        default,
    };
    let reference = listener.reference();
    draft.balancing.listeners.push(listener);
    reference
}

/// Lets anybody in to a load balancer's port.
fn open(balancer: &Ref<LoadBalancer>, port: PortNumber, transport: Transport, draft: &mut Draft) {
    let origin = Origin::rule(rules::SECURITY_GROUP);
    let group = Ref::named(&format!("edge-{}", balancer.id));
    let port = Traced::new(port, origin);
    let id = format!("port-{port}");
    let anybody =
        rule(&id, Direction::Ingress, Peer::Range(anywhere(origin)), Some((port, port)), "From anywhere", origin);
    draft.rule(&group, SecurityGroupRule { transport, ..anybody });
}

/// Lets a load balancer through to a component's port.
fn admit(workload: Workload<'_>, port: &PortTemplate, balancer: &Ref<LoadBalancer>, draft: &mut Draft) {
    between(workload, port.name.as_str(), port.port, port.transport.value, balancer, draft);
}

fn admit_health(workload: Workload<'_>, port: Traced<PortNumber>, balancer: &Ref<LoadBalancer>, draft: &mut Draft) {
    between(workload, &format!("health-{port}"), port, Transport::Tcp, balancer, draft);
}

fn between(
    workload: Workload<'_>,
    what: &str,
    port: Traced<PortNumber>,
    transport: Transport,
    balancer: &Ref<LoadBalancer>,
    draft: &mut Draft,
) {
    let edge = Ref::<SecurityGroup>::named(&format!("edge-{}", balancer.id));
    let own = Ref::<SecurityGroup>::named(workload.name());
    let ports = Some((port, port));
    let to = format!("To {}", workload.name());
    let out = rule(
        &format!("{}-{what}", workload.name()),
        Direction::Egress,
        Peer::Group(own.clone()),
        ports,
        &to,
        port.origin,
    );
    draft.rule(&edge, SecurityGroupRule { transport, ..out });
    let from = format!("From the load balancer {}", balancer.id);
    let into =
        rule(&format!("edge-{}-{what}", balancer.id), Direction::Ingress, Peer::Group(edge), ports, &from, port.origin);
    draft.rule(&own, SecurityGroupRule { transport, ..into });
}

fn target_group(
    place: Place<'_>,
    workload: Workload<'_>,
    port: &PortTemplate,
    layer: Layer,
    suffix: &str,
    draft: &mut Draft,
) -> Ref<TargetGroup> {
    let id = format!("{}-{}{suffix}", workload.name(), port.name);
    let (protocol, version) = match (layer, port.protocol.value) {
        (Layer::Application, Protocol::Https) => ("HTTPS", Some("HTTP1")),
        (Layer::Application, Protocol::Grpc) => ("HTTP", Some("GRPC")),
        (Layer::Application, _) => ("HTTP", Some("HTTP1")),
        (Layer::Network, Protocol::Udp) => ("UDP", None),
        (Layer::Network, _) => ("TCP", None),
    };
    let group = TargetGroup {
        id: Id::made(&id),
        origin: port.origin,
        owner: workload.owner(),
        name: place.named(NameKind::TargetGroup, &id),
        port: port.port,
        protocol: port.protocol.with(protocol.to_owned()),
        version: version.map(|version| port.protocol.with(version.to_owned())),
        drain: super::ecs::seconds(&workload.component.drain).map(|seconds| seconds.min(3600)),
        health: health(workload, port, layer),
    };
    let reference = group.reference();
    draft.balancing.target_groups.push(group);
    reference
}

fn health_port(draft: &Draft, group: &Ref<TargetGroup>) -> Option<Traced<PortNumber>> {
    draft.balancing.target_groups.iter().find(|known| known.id == group.id)?.health.port
}

/// How the load balancer asks for health: as the readiness probe does, where it can.
fn health(workload: Workload<'_>, port: &PortTemplate, layer: Layer) -> TargetHealth {
    let component = workload.component;
    let grpc = port.protocol.value == Protocol::Grpc && layer == Layer::Application;
    let fits = |probe: &&ProbeTemplate| match probe.kind.value {
        ProbeKind::Http => !grpc && probe.url_path.is_some(),
        ProbeKind::Grpc => grpc,
        _ => false,
    };
    let probe = [&component.readiness, &component.liveness].into_iter().flatten().find(fits);
    let origin = probe.map_or(port.origin, |probe| probe.origin);
    let rule = |number: u32| by(number, rules::TARGET_HEALTH);
    let period =
        probe.map_or(rule(10), |probe| super::ecs::seconds(&probe.period).map(|seconds| seconds.clamp(5, 300)));
    let timeout = probe
        .map_or(rule(5), |probe| super::ecs::seconds(&probe.timeout).map(|seconds| seconds.clamp(2, 120)))
        .map(|seconds| seconds.min(period.value.saturating_sub(1).max(2)));
    let own = probe.and_then(|probe| probe.port).filter(|own| own.value != port.port.value);
    let (protocol, path, codes) = match probe {
        Some(probe) if grpc => (
            port.protocol.with("HTTP".to_owned()),
            Some(Traced::new("/grpc.health.v1.Health/Check".to_owned(), probe.origin)),
            Some("0"),
        ),
        Some(probe) => {
            let protocol = if probe.tls.value { "HTTPS" } else { "HTTP" };
            let path = probe.url_path.as_ref().map(|path| path.with(path.write().into_owned()));
            (probe.kind.with(protocol.to_owned()), path, Some("200-299"))
        }
        None if layer == Layer::Network => (word("TCP", rules::TARGET_HEALTH), None, None),
        // A server without a health service says that it does not know the method.
        None if grpc => (word("HTTP", rules::TARGET_HEALTH), None, Some("0-99")),
        None => (word("HTTP", rules::TARGET_HEALTH), Some(word("/", rules::TARGET_HEALTH)), Some("200-399")),
    };
    TargetHealth {
        origin,
        protocol,
        port: own,
        path,
        codes: codes.map(|codes| word(codes, rules::TARGET_HEALTH)),
        interval: period,
        timeout,
        healthy: rule(2),
        unhealthy: probe.map_or(rule(3), |probe| probe.failures.map(|failures| failures.clamp(2, 10))),
    }
}

#[allow(clippy::too_many_arguments)]
fn listener_rule(
    place: Place<'_>,
    workload: Workload<'_>,
    port: &PortTemplate,
    route: &RoutePlan,
    number: usize,
    listener: &Ref<Listener>,
    (group, next): (&Ref<TargetGroup>, Option<&Ref<TargetGroup>>),
    draft: &mut Draft,
) {
    let prefix = route.prefix.write().into_owned();
    let same = draft.balancing.rules.iter().find(|known| {
        known.listener == *listener
            && known.host.as_ref().map(|host| &host.value) == route.host.as_ref().map(|host| &host.value)
            && known.paths.first().map_or("/", |path| path.value.as_str()) == prefix
    });
    if let Some(known) = same {
        let place = known.paths.first().map_or(known.origin, |path| path.origin);
        draft.problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                route.prefix.origin,
                format!("two components take the requests for `{}{prefix}`", shown(route.host.as_ref())),
                format!("port `{}` of `{}`", port.name, workload.name()),
            )
            .label(place, "the other one")
            .help("give one of them another `path` or `host`, or another `edge`"),
        );
        return;
    }
    let paths = match prefix.as_str() {
        "/" => Vec::new(),
        path => {
            let below = format!("{}/*", path.trim_end_matches('/'));
            vec![route.prefix.with(path.to_owned()), route.prefix.with(below)]
        }
    };
    let id = if number == 0 {
        format!("{}-{}", workload.name(), port.name)
    } else {
        format!("{}-{}-{}", workload.name(), port.name, number + 1)
    };
    let label = route.host.as_ref().map_or_else(String::new, |host| record_id(place, host.as_str()));
    let priority = priority(listener, &prefix, &label, draft);
    draft.balancing.rules.push(ListenerRule {
        id: Id::made(&id),
        origin: route.origin,
        owner: workload.owner(),
        listener: listener.clone(),
        priority: by(priority, rules::PRIORITY),
        host: route.host.clone(),
        paths,
        target: group.clone(),
        beside: next.cloned(),
    });
    let balancer = balancer_of(listener, draft);
    if let Some(balancer) = balancer {
        names_of(place, &[route], &balancer, draft);
    }
}

fn shown(host: Option<&Traced<HostName>>) -> String {
    host.map_or_else(String::new, ToString::to_string)
}

fn balancer_of(listener: &Ref<Listener>, draft: &Draft) -> Option<Ref<LoadBalancer>> {
    let known = draft.balancing.listeners.iter().find(|known| known.id == listener.id)?;
    Some(known.balancer.clone())
}

/// The longer a prefix, the earlier it is tried. Among those of one length the number follows from the host's label and the
/// path alone, so that no rule moves when others come, and that it is the same in all environments.
fn priority(listener: &Ref<Listener>, prefix: &str, label: &str, draft: &Draft) -> u32 {
    const BAND: u32 = 600;
    let length = u32::try_from(prefix.len()).unwrap_or(u32::MAX).min(PRIORITY / BAND - 1);
    let first = PRIORITY - length * BAND;
    let text = format!("{label}{prefix}");
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let taken = |number: u32| {
        draft.balancing.rules.iter().any(|known| known.listener == *listener && known.priority.value == number)
    };
    (0..BAND).map(|step| first + (hash.wrapping_add(step)) % BAND).find(|number| !taken(*number)).unwrap_or(first)
}

/// A host's label below the environment's domain, so that every environment calls the record alike.
pub(super) fn record_id(place: Place<'_>, host: &str) -> String {
    let domain = place.environment.domain.as_ref().map(|domain| domain.as_str());
    let label = match domain.and_then(|domain| host.strip_suffix(domain)) {
        Some("") => "domain",
        Some(label) => label.trim_end_matches('.'),
        None => host,
    };
    label.replace(['.', '_'], "-")
}

/// A name for each host, once.
fn names_of(place: Place<'_>, routes: &[&RoutePlan], balancer: &Ref<LoadBalancer>, draft: &mut Draft) {
    for host in routes.iter().filter_map(|route| route.host.as_ref()) {
        if draft.balancing.records.iter().any(|known| known.host.value == host.value) {
            continue;
        }
        draft.balancing.records.push(DnsRecord {
            id: Id::made(&record_id(place, host.as_str())),
            origin: host.origin,
            owner: Owner::Platform,
            host: host.clone(),
            target: RecordTarget::LoadBalancer(balancer.clone()),
        });
    }
}

/// Adds hosts to the environment's certificate.
fn certify(place: Place<'_>, routes: &[&RoutePlan], draft: &mut Draft) {
    let hosts = routes.iter().filter_map(|route| route.host.as_ref());
    for host in hosts {
        certify_host(place, host, draft);
    }
}

fn certify_host(place: Place<'_>, host: &Traced<HostName>, draft: &mut Draft) {
    let domain = place.environment.domain.as_ref().unwrap_or(host);
    if draft.balancing.certificates.iter().all(|certificate| certificate.for_cdn) {
        draft.balancing.certificates.push(Certificate {
            id: Id::made(CERTIFICATE),
            origin: domain.origin,
            owner: Owner::Platform,
            domain: domain.clone(),
            names: Vec::new(),
            for_cdn: false,
        });
    }
    let own = draft.balancing.certificates.iter_mut().find(|certificate| !certificate.for_cdn);
    let Some(certificate) = own else { return };
    let known = certificate.domain.value == host.value || certificate.names.iter().any(|name| name.value == host.value);
    if !known {
        certificate.names.push(host.clone());
    }
}

/// The zone, the certificate where an Ingress makes the balancer, and what one load balancer holds.
pub(super) fn finish(place: Place<'_>, draft: &mut Draft) {
    if !place.is_ecs() {
        for workload in place.workloads().filter(|it| it.component.form.value != WorkloadForm::Static) {
            for port in &workload.component.ports {
                let Some(public) = &port.public else { continue };
                if !public.routed.value {
                    idle_timeout(place, workload, port, public, draft);
                }
                if public.tls.value == Tls::Terminate {
                    let routes = workload.plan.routes.iter().filter(|route| route.port.value == port.name.value);
                    for host in routes.filter_map(|route| route.host.as_ref()) {
                        certify_host(place, host, draft);
                    }
                }
            }
        }
    }
    if let Some(domain) = &place.environment.domain
        && (!draft.balancing.records.is_empty() || !draft.balancing.certificates.is_empty())
    {
        draft.balancing.zone = Some(DnsZone { domain: domain.clone(), id: place.environment.zone_id.clone() });
    }
    limits(place, draft);
}

/// What one load balancer holds.
fn limits(place: Place<'_>, draft: &mut Draft) {
    let limits = &place.specs().aws.limits.load_balancer;
    let mut found = Vec::new();
    for balancer in &draft.balancing.load_balancers {
        let of_balancer = |listener: &Ref<Listener>| {
            draft.balancing.listeners.iter().any(|known| known.id == listener.id && known.balancer.id == balancer.id)
        };
        let rules = draft.balancing.rules.iter().filter(|rule| of_balancer(&rule.listener));
        let groups = rules.clone().map(|rule| 1 + u32::from(rule.beside.is_some())).sum::<u32>();
        let most = limits.target_groups.value.min(limits.rules.value).saturating_mul(9) / 10;
        if groups > most {
            found.push((balancer.origin, groups, most, balancer.id.clone()));
        }
    }
    for (origin, groups, most, id) in found {
        draft.cannot(
            origin,
            format!(
                "the edge `{id}` of `{}` needs {groups} target groups, and one load balancer holds {most}",
                place.environment.name
            ),
            "this edge has too many public ports",
            "give some of the ports another `edge`; a canary or blue-green component counts twice",
        );
    }
    let names = draft.balancing.certificates.iter().map(|it| it.names.len() + 1).max().unwrap_or_default();
    let most = 10;
    if names > most {
        let origin = draft.balancing.certificates[0].origin;
        let message = format!("`{}` has {names} hosts, and a certificate holds {most}", place.environment.name);
        draft.cannot(origin, message, "hosts below this domain", "use fewer hosts, and paths below them");
    }
}

/// The alarm on failed requests that a deployment is judged by.
pub(super) fn error_alarm(
    place: Place<'_>,
    workload: Workload<'_>,
    entrance: &Entrance,
    group: &Ref<TargetGroup>,
    suffix: &str,
    draft: &mut Draft,
) -> Ref<Alarm> {
    let analysis = workload.component.strategy.as_ref().and_then(|strategy| strategy.analysis.as_ref());
    let measure = |name: &str| {
        let measures = analysis.iter().flat_map(|analysis| &analysis.measures);
        measures.into_iter().find(|measure| measure.name.as_str().contains(name)).map(|measure| measure.at_most)
    };
    let limit = measure("error").unwrap_or(by(Decimal::whole(5), rules::JUDGING_ALARM));
    push_alarm(
        place,
        workload,
        entrance,
        group,
        &format!("{}{suffix}-errors", workload.name()),
        ("Too many requests of {} fail", "HTTPCode_Target_5XX_Count", "Sum"),
        Some(("RequestCount", "Sum")),
        limit,
        draft,
    )
}

/// The alarm on slow requests that a deployment is judged by.
pub(super) fn latency_alarm(
    place: Place<'_>,
    workload: Workload<'_>,
    entrance: &Entrance,
    group: &Ref<TargetGroup>,
    suffix: &str,
    draft: &mut Draft,
) -> Ref<Alarm> {
    let analysis = workload.component.strategy.as_ref().and_then(|strategy| strategy.analysis.as_ref());
    let measures = analysis.iter().flat_map(|analysis| &analysis.measures);
    let limit = measures.into_iter().find(|measure| measure.name.as_str().contains("latency"));
    let limit = limit.map_or(by(Decimal::whole(1), rules::JUDGING_ALARM), |measure| measure.at_most);
    push_alarm(
        place,
        workload,
        entrance,
        group,
        &format!("{}{suffix}-latency", workload.name()),
        ("Requests of {} are slow", "TargetResponseTime", "p99"),
        None,
        limit,
        draft,
    )
}

#[allow(clippy::too_many_arguments)]
fn push_alarm(
    place: Place<'_>,
    workload: Workload<'_>,
    entrance: &Entrance,
    group: &Ref<TargetGroup>,
    id: &str,
    (description, metric, statistic): (&str, &str, &str),
    percent_of: Option<(&str, &str)>,
    threshold: Traced<Decimal>,
    draft: &mut Draft,
) -> Ref<Alarm> {
    let said = |text: &str| word(text, rules::JUDGING_ALARM);
    let alarm = Alarm {
        id: Id::made(id),
        origin: Origin::rule(rules::JUDGING_ALARM),
        owner: workload.owner(),
        name: place.named(NameKind::Alarm, id),
        description: word(description.replace("{}", workload.name()), rules::JUDGING_ALARM),
        metric: AlarmMetric {
            namespace: said("AWS/ApplicationELB"),
            name: said(metric),
            statistic: said(statistic),
            dimensions: vec![
                (said("LoadBalancer"), DimensionValue::Of(AnyRef::from(&entrance.balancer))),
                (said("TargetGroup"), DimensionValue::Of(AnyRef::from(group))),
            ],
            whole: percent_of.map(|(name, statistic)| Whole {
                name: said(name),
                statistic: said(statistic),
                compared: Compared::Percent,
            }),
        },
        comparison: said("GreaterThanThreshold"),
        threshold,
        period: by(60, rules::JUDGING_ALARM),
        periods: by(3, rules::JUDGING_ALARM),
        bad_periods: by(2, rules::JUDGING_ALARM),
        missing: said("notBreaching"),
        topic: None,
    };
    let reference = alarm.reference();
    draft.alarms.push(alarm);
    reference
}
