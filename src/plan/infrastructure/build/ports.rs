//! Ports, probes, and how long a component answers after it was told to stop.

use crate::ir::Traced;
use crate::ir::choice::{Protocol, Tls};
use crate::ir::component::{Component, Port, Probe, ProbeCheck};
use crate::ir::value::{Duration, UrlPath};
use crate::plan::infrastructure::rules;
use crate::plan::infrastructure::templates::{
    HeaderTemplate, PortTemplate, ProbeKind, ProbeTemplate, PublicPortTemplate, Transport,
};

pub(super) fn template(port: &Port) -> PortTemplate {
    PortTemplate {
        origin: port.origin,
        name: port.name.clone(),
        port: port.port,
        service_port: port.service_port,
        protocol: port.protocol,
        transport: transport(port),
        public: port.public.value.then(|| PublicPortTemplate {
            origin: port.origin,
            edge: port.edge.clone(),
            routed: Traced::by_rule(is_routed(port), rules::ROUTED),
            host: port.host.clone(),
            prefix: prefix(port),
            tls: port.tls,
            idle_timeout: port.idle_timeout.filter(|timeout| timeout.origin.is_written() || is_kept(port)),
        }),
    }
}

pub(super) fn transport(port: &Port) -> Traced<Transport> {
    port.protocol.map(|protocol| match protocol {
        Protocol::Udp => Transport::Udp,
        _ => Transport::Tcp,
    })
}

/// Whether a load balancer reads the requests, and so can send them by host and path.
pub(super) fn is_routed(port: &Port) -> bool {
    let readable =
        matches!(port.protocol.value, Protocol::Http | Protocol::Https | Protocol::Grpc | Protocol::Websocket);
    readable && port.tls.value != Tls::Passthrough
}

/// Whether what stands before a public port can keep a silent connection for as long as is wanted: not where it ends TLS of
/// connections that it can't read, and not over UDP. A default gives way there; who asks for it is told.
fn is_kept(port: &Port) -> bool {
    is_routed(port) || port.tls.value != Tls::Terminate && port.protocol.value != Protocol::Udp
}

/// The path prefix of a public port.
pub(super) fn prefix(port: &Port) -> Traced<UrlPath> {
    port.path.clone().unwrap_or_else(|| Traced::by_rule(UrlPath::root(), rules::ANY_PATH))
}

pub(super) fn probe(probe: &Probe) -> ProbeTemplate {
    let (kind, port, url_path, tls, command) = match &probe.check {
        ProbeCheck::Http { path, port, tls } => (ProbeKind::Http, Some(port), Some(path.clone()), *tls, &[][..]),
        ProbeCheck::Grpc(port) => (ProbeKind::Grpc, Some(port), None, false, &[][..]),
        ProbeCheck::Tcp(port) => (ProbeKind::Tcp, Some(port), None, false, &[][..]),
        ProbeCheck::Exec(command) => (ProbeKind::Exec, None, None, false, &command[..]),
    };
    ProbeTemplate {
        origin: probe.origin,
        kind: Traced::new(kind, probe.origin),
        port: port.map(|port| port.number),
        port_name: port.filter(|port| port.by_name).map(|port| port.number.with(port.name.clone())),
        url_path,
        tls: Traced::new(tls, probe.origin),
        command: command.to_vec(),
        headers: probe.headers.iter().map(header).collect(),
        period: probe.period,
        timeout: probe.timeout,
        failures: probe.failures,
        delay: probe.delay,
    }
}

fn header((name, value): &(Traced<String>, Traced<String>)) -> HeaderTemplate {
    HeaderTemplate { origin: name.origin, name: name.clone(), value: value.clone() }
}

/// How long a component still answers after it was told to stop.
pub(super) fn linger(component: &Component) -> Traced<Duration> {
    if component.ports.iter().any(|port| port.public.value) {
        Traced::by_rule(Duration::seconds(15), rules::LINGER_PUBLIC)
    } else if component.ports.is_empty() {
        Traced::by_rule(Duration::seconds(0), rules::NO_LINGER)
    } else {
        Traced::by_rule(Duration::seconds(5), rules::LINGER)
    }
}
