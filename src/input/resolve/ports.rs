//! Ports with their defaults, and the ways to name one.

use crate::diag::{Diagnostic, code};
use crate::ir::choice::{Protocol, Tls};
use crate::ir::component::{Port, PortRef};
use crate::ir::value::PortNumber;
use crate::ir::{Origin, Traced};
use crate::profile::Profiles;
use crate::source::decode::{list_of, nearest};

use super::Resolver;
use crate::input::form::PortKey;
use crate::input::implementation_artifacts::{ComponentInput, PortInput};
use crate::input::rules;

/// The registered port of MQTT over TLS.
const MQTT_TLS: PortNumber = PortNumber(8883);
const HTTPS: PortNumber = PortNumber(443);

/// Whether requests are routed by host and path.
pub(super) const fn is_routed(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::Http | Protocol::Https | Protocol::Grpc | Protocol::Websocket)
}

impl Resolver<'_> {
    /// The ports of a component, each default in its place.
    pub(super) fn ports(&mut self, input: &ComponentInput, profiles: Profiles) -> Vec<Port> {
        let owner = &input.name;
        self.unique(
            input.ports.iter().map(|port| (port.name.as_str(), port.name.origin)),
            |name| format!("`{owner}` has two ports called `{name}`"),
            "rename one of them",
        );
        let transport = |port: &PortInput| port.protocol.value == Protocol::Udp;
        self.unique(
            input.ports.iter().map(|port| ((port.port.value, transport(port)), port.port.origin)),
            |(number, _)| format!("`{owner}` has two ports with the number {number}"),
            "one process can listen on a number once: change or remove one of them",
        );
        let ports: Vec<Port> = input.ports.iter().map(|port| self.port(port, profiles)).collect();
        let udp = |port: &Port| port.protocol.value == Protocol::Udp;
        let called: Vec<_> = ports.iter().filter(|port| port.service_port.value != port.port.value).collect();
        if !called.is_empty() {
            self.unique(
                ports.iter().map(|port| ((port.service_port.value, udp(port)), port.service_port.origin)),
                |(number, _)| format!("`{owner}` is called on {number} for two ports"),
                "give one of them another `service_port`",
            );
        }
        ports
    }

    fn port(&mut self, input: &PortInput, profiles: Profiles) -> Port {
        let protocol = input.protocol;
        let tls = input.tls.unwrap_or_else(|| match (input.public.value, protocol.value) {
            (true, Protocol::Udp) => Traced::by_rule(Tls::None, rules::TLS_NOT_OVER_UDP),
            (true, _) => Traced::by_rule(Tls::Terminate, rules::TLS_TERMINATE),
            (false, Protocol::Https) => Traced::by_rule(Tls::Passthrough, rules::TLS_IN_COMPONENT),
            (false, _) => Traced::by_rule(Tls::None, rules::TLS_NONE),
        });
        if protocol.value == Protocol::Udp && tls.value == Tls::Terminate {
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    tls.origin,
                    "a load balancer can't end TLS on a `udp` port",
                    "ends TLS at the load balancer",
                )
                .label(protocol.origin, "speaks UDP")
                .help("write `tls: passthrough` for DTLS in the component, or `tls: none`"),
            );
        }
        if let Some(path) = input.path.as_ref().filter(|_| !is_routed(protocol.value)) {
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    path.origin,
                    format!("`{protocol}` ports have no path"),
                    "nothing can be routed by it",
                )
                .label(protocol.origin, format!("`{}` speaks {protocol}", input.name))
                .help("remove `path`: only `http`, `https`, `grpc` and `websocket` are routed by path"),
            );
        }
        let service_port = input.service_port.unwrap_or(match (input.public.value, protocol.value, tls.value) {
            (true, Protocol::Https, _) => Traced::by_rule(HTTPS, rules::HTTPS_PORT),
            (true, Protocol::Mqtt, Tls::Terminate | Tls::Passthrough) => {
                Traced::by_rule(MQTT_TLS, rules::MQTT_TLS_PORT)
            }
            _ => input.port,
        });
        let long_lived = matches!(protocol.value, Protocol::Tcp | Protocol::Mqtt | Protocol::Websocket);
        let idle_timeout = input.idle_timeout.or_else(|| {
            if input.public.value && long_lived { profiles.find(|profile| profile.idle_timeout) } else { None }
        });
        Port {
            origin: input.origin,
            name: input.name.clone(),
            port: input.port,
            service_port,
            protocol,
            public: input.public,
            path: input.path.clone(),
            host: input.host.clone(),
            edge: input.edge.clone(),
            tls,
            idle_timeout,
        }
    }

    /// The port that a key names; reported where it names none.
    pub(super) fn port_ref(&mut self, owner: &ComponentInput, key: &Traced<PortKey>) -> Option<PortRef> {
        let found = match &key.value {
            PortKey::Name(name) => owner.ports.iter().find(|port| port.name.value == *name),
            PortKey::Number(number) => owner.ports.iter().find(|port| port.port.value == *number),
        };
        if let Some(port) = found {
            let by_name = matches!(key.value, PortKey::Name(_));
            return Some(PortRef { name: port.name.value.clone(), number: port.port, by_name });
        }
        if !self.knows_all_ports(owner) {
            return None;
        }
        let names: Vec<&str> = owner.ports.iter().map(|port| port.name.as_str()).collect();
        let diagnostic = match &key.value {
            PortKey::Name(name) => Diagnostic::new(
                code::UNRESOLVED_NAME,
                key.origin,
                format!("`{}` has no port called `{name}`", owner.name),
                "not a port of this component",
            ),
            PortKey::Number(number) => Diagnostic::new(
                code::UNRESOLVED_NAME,
                key.origin,
                format!("`{}` listens on no port {number}", owner.name),
                "not a port of this component",
            ),
        };
        let near = match &key.value {
            PortKey::Name(name) => nearest(name.as_str(), names.iter().copied()),
            PortKey::Number(_) => None,
        };
        let diagnostic = match owner.ports.first() {
            Some(port) => diagnostic.label(port.name.origin, "its ports stand here"),
            None => diagnostic.label(owner.name.origin, "it has no `ports` at all"),
        };
        let help = match (near, &key.value) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, PortKey::Number(number)) => {
                format!("add `{{name: …, port: {number}}}` to its `ports`, or name one of {}", known(&names))
            }
            (None, PortKey::Name(_)) => format!("name one of {}", known(&names)),
        };
        self.report(diagnostic.help(help));
        None
    }

    /// Whether every port that is written could be read: one that could not may be the one that is looked for.
    fn knows_all_ports(&self, owner: &ComponentInput) -> bool {
        self.sources.written_elements(owner.origin, "ports").is_none_or(|written| written == owner.ports.len())
    }

    /// The port that is asked by HTTP where none is named: the first `http` port, else the first that speaks HTTP otherwise.
    pub(super) fn first_http_port(owner: &ComponentInput) -> Option<PortRef> {
        let speaks = |protocols: &'static [Protocol]| {
            owner.ports.iter().find(move |port| protocols.contains(&port.protocol.value))
        };
        let port = speaks(&[Protocol::Http]).or_else(|| speaks(&[Protocol::Https, Protocol::Websocket]))?;
        Some(PortRef { name: port.name.value.clone(), number: port.port, by_name: true })
    }

    /// Reports that a port is needed and none that speaks HTTP is there.
    pub(super) fn no_http_port(&mut self, owner: &ComponentInput, place: Origin, what: &str) {
        if !self.knows_all_ports(owner) {
            return;
        }
        let diagnostic = Diagnostic::new(
            code::MISSING_KEY,
            place,
            format!("{what} of `{}` needs an http port, and it has none", owner.name),
            "asks by HTTP",
        );
        let diagnostic = match owner.ports.first() {
            Some(port) => diagnostic.label(port.name.origin, "none of these ports speaks HTTP"),
            None => diagnostic.label(owner.name.origin, "it has no `ports` at all"),
        };
        self.report(diagnostic.help("add `{name: http, port: …}` to its `ports`, or name the `port` to ask"));
    }
}

fn known(names: &[&str]) -> String {
    if names.is_empty() { "its `ports` once it has some".to_owned() } else { list_of(names) }
}
