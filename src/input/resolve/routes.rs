//! What reaches public ports from outside: hosts and paths, listeners, and how much one load balancer takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, code};
use crate::ir::choice::Protocol;
use crate::ir::component::{Component, DeliveryStrategy, Port};
use crate::ir::environment::Environment;

use super::Resolver;
use super::ports::is_routed;

/// Rules that one load balancer takes for requests: the last ten of its hundred are kept for redirects and the like.
const PORTS_OF_AN_EDGE: usize = 90;

impl Resolver<'_> {
    /// Reports routes that are taken twice in an environment, and edges with too many ports.
    pub(super) fn check_routes(&mut self, components: &[Component], environments: &[Environment]) {
        let mut reported = BTreeSet::new();
        for environment in environments {
            let running: Vec<&Component> =
                environment.deployments.iter().map(|deployment| &components[deployment.component.0 as usize]).collect();
            self.check_hosts(&running, &mut reported);
        }
        self.check_edges(components);
    }

    fn check_hosts<'c>(
        &mut self,
        running: &[&'c Component],
        reported: &mut BTreeSet<(&'c str, &'c str, &'c str, &'c str)>,
    ) {
        let mut routes: BTreeMap<(&str, &str), (&Component, &Port)> = BTreeMap::new();
        let mut listeners: BTreeMap<(&str, u16, bool), (&Component, &Port)> = BTreeMap::new();
        for (component, port) in public_ports(running) {
            let host = port.host.as_ref().map_or("", |host| host.as_str());
            let edge = port.edge.as_str();
            let earlier = if is_routed(port.protocol.value) {
                let path = port.path.as_ref().map_or("/", |path| path.as_str());
                let path = if path == "/" { path } else { path.trim_end_matches('/') };
                insert(&mut routes, (host, path), (component, port))
            } else {
                let udp = port.protocol.value == Protocol::Udp;
                insert(&mut listeners, (edge, port.service_port.0, udp), (component, port))
            };
            let Some((other, first)) = earlier else { continue };
            if !reported.insert((component.name.as_str(), port.name.as_str(), other.name.as_str(), first.name.as_str()))
            {
                continue;
            }
            let diagnostic = if is_routed(port.protocol.value) {
                let path = port.path.as_ref().map_or("/", |path| path.as_str());
                let host = if host.is_empty() { "the domain itself".to_owned() } else { format!("host `{host}`") };
                Diagnostic::new(
                    code::CONFLICT,
                    port.path.as_ref().map_or(port.name.origin, |path| path.origin),
                    format!("`{}` and `{}` both take `{path}` on {host}", other.name, component.name),
                    format!("port `{}` of `{}`", port.name, component.name),
                )
                .help("give one of them another `path` or `host`")
            } else {
                Diagnostic::new(
                    code::CONFLICT,
                    port.service_port.origin,
                    format!(
                        "`{}` and `{}` both listen on {} of edge `{edge}`",
                        other.name, component.name, port.service_port
                    ),
                    format!("port `{}` of `{}`", port.name, component.name),
                )
                .help("give one of them another `service_port` or `edge`")
            };
            let first_place = first.path.as_ref().map_or(first.name.origin, |path| path.origin);
            self.report(diagnostic.label(first_place, format!("port `{}` of `{}`", first.name, other.name)));
        }
    }

    fn check_edges(&mut self, components: &[Component]) {
        let all: Vec<&Component> = components.iter().collect();
        let mut edges: BTreeMap<&str, usize> = BTreeMap::new();
        for (component, port) in public_ports(&all) {
            // A canary and a blue-green release need a second group of targets for the new version.
            let doubled = component
                .delivery
                .as_ref()
                .is_some_and(|delivery| !matches!(delivery.strategy, DeliveryStrategy::Rolling { .. }));
            let groups = if doubled { 2 } else { 1 };
            let taken = edges.entry(port.edge.as_str()).or_default();
            let before = *taken;
            *taken += groups;
            if before <= PORTS_OF_AN_EDGE && *taken > PORTS_OF_AN_EDGE {
                self.report(
                    Diagnostic::new(
                        code::CONFLICT,
                        port.name.origin,
                        format!("edge `{}` has more public ports than one load balancer takes", port.edge),
                        "one too many",
                    )
                    .help("give some ports another `edge`: each edge is a load balancer of its own")
                    .note(format!(
                        "one load balancer takes {PORTS_OF_AN_EDGE} public ports, or half as many where a canary or \
                         blue-green release needs two groups of targets for each"
                    )),
                );
            }
        }
    }
}

fn public_ports<'c>(components: &[&'c Component]) -> impl Iterator<Item = (&'c Component, &'c Port)> {
    components
        .iter()
        .flat_map(|component| component.ports.iter().map(move |port| (*component, port)))
        .filter(|(_, port)| port.public.value)
}

/// What stands under a key already; else the value is put there.
fn insert<K: Ord, V: Copy>(map: &mut BTreeMap<K, V>, key: K, value: V) -> Option<V> {
    match map.entry(key) {
        std::collections::btree_map::Entry::Occupied(entry) => Some(*entry.get()),
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(value);
            None
        }
    }
}
