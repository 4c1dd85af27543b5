//! Probes: which port is asked, and how.

use crate::diag::{Diagnostic, code};
use crate::ir::choice::Protocol;
use crate::ir::component::{Health, PortRef, Probe, ProbeCheck};
use crate::source::decode::list_of;

use super::Resolver;
use crate::input::implementation_artifacts::{ComponentInput, ProbeInput};

impl Resolver<'_> {
    /// The probes of a component.
    pub(super) fn health(&mut self, owner: &ComponentInput) -> Health {
        let Some(input) = &owner.health else { return Health::default() };
        let mut probe =
            |probe: &Option<ProbeInput>, name| probe.as_ref().and_then(|probe| self.probe(owner, probe, name));
        Health {
            liveness: probe(&input.liveness, "liveness"),
            readiness: probe(&input.readiness, "readiness"),
            startup: probe(&input.startup, "startup"),
        }
    }

    fn probe(&mut self, owner: &ComponentInput, input: &ProbeInput, name: &str) -> Option<Probe> {
        Some(Probe {
            origin: input.origin,
            check: self.probe_check(owner, input, name)?,
            period: input.period,
            timeout: input.timeout,
            failures: input.failures,
            delay: input.delay,
            headers: input.headers.entries.clone(),
        })
    }

    fn probe_check(&mut self, owner: &ComponentInput, input: &ProbeInput, name: &str) -> Option<ProbeCheck> {
        let given: Vec<&str> = [
            ("http", input.http.is_some()),
            ("grpc", input.grpc.is_some()),
            ("tcp", input.tcp.is_some()),
            ("exec", input.exec.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, given)| given.then_some(key))
        .collect();
        if given.len() != 1 {
            let message = if given.is_empty() {
                format!("the {name} probe of `{}` does not say how to ask", owner.name)
            } else {
                format!("the {name} probe of `{}` asks in {} ways: {}", owner.name, given.len(), list_of(&given))
            };
            self.report(
                Diagnostic::new(code::CONFLICT, input.origin, message, "a probe asks in exactly one way")
                    .help("keep one of `http`, `grpc`, `tcp` and `exec`"),
            );
            return None;
        }
        let stray = input.port.as_ref().map(|port| ("port", port.origin));
        let stray = stray.or_else(|| input.headers.iter().next().map(|(key, _)| ("headers", key.origin)));
        if let Some((key, origin)) = stray.filter(|_| input.http.is_none()) {
            self.report(
                Diagnostic::new(
                    code::CONFLICT,
                    origin,
                    format!("`{key}` is for HTTP probes, and this one asks by `{}`", given[0]),
                    format!("`{key}` of the {name} probe"),
                )
                .help(if key == "port" {
                    format!("write the port as `{}: PORT`", given[0])
                } else {
                    "remove `headers`, or ask by `http`".to_owned()
                }),
            );
        }
        if let Some(path) = &input.http {
            let port = match &input.port {
                Some(key) => self.port_ref(owner, key)?,
                None => match Self::first_http_port(owner) {
                    Some(port) => port,
                    None => {
                        self.no_http_port(owner, path.origin, &format!("the {name} probe"));
                        return None;
                    }
                },
            };
            let tls = speaks(owner, &port, Protocol::Https);
            return Some(ProbeCheck::Http { path: path.clone(), port, tls });
        }
        if let Some(key) = &input.grpc {
            return self.port_ref(owner, key).map(ProbeCheck::Grpc);
        }
        if let Some(key) = &input.tcp {
            return self.port_ref(owner, key).map(ProbeCheck::Tcp);
        }
        let command = input.exec.clone().unwrap_or_default();
        if command.is_empty() {
            self.report(
                Diagnostic::new(
                    code::MISSING_KEY,
                    input.origin,
                    format!("the {name} probe of `{}` has an empty command", owner.name),
                    "`exec` is empty",
                )
                .help("write the command as a list: `exec: [/bin/check, --quick]`"),
            );
            return None;
        }
        Some(ProbeCheck::Exec(command))
    }
}

fn speaks(owner: &ComponentInput, port: &PortRef, protocol: Protocol) -> bool {
    owner.ports.iter().any(|known| known.name.value == port.name && known.protocol.value == protocol)
}
