//! Load balancers: whether what one environment asks of each can stand side by side on it.

use std::collections::BTreeMap;

use super::{Place, ports};
use crate::diag::{Diagnostic, code};
use crate::ir::Origin;
use crate::ir::component::{Component, DeliveryStrategy, Port};
use crate::plan::infrastructure::templates::Transport;

/// Target groups on one load balancer: a hundred, less some for redirects and defaults.
const MOST_GROUPS: usize = 90;

/// What only one port can have.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Way<'a> {
    /// A host label and a path prefix without `/` at its end.
    Path(Option<&'a str>, &'a str),
    /// A listener of an edge.
    Listener(&'a str, u16, Transport),
}

/// Checks all load balancers of an environment.
pub(super) fn check(place: &Place<'_>, problems: &mut Vec<Diagnostic>) {
    let mut ways: BTreeMap<Way<'_>, (&Component, Origin)> = BTreeMap::new();
    let mut groups: BTreeMap<&str, (usize, Origin)> = BTreeMap::new();
    for deployment in &place.environment.deployments {
        let component = place.system.component(deployment.component);
        for port in component.ports.iter().filter(|port| port.public.value) {
            let place_of_port = port.path.as_ref().map_or(port.origin, |path| path.origin);
            if let Some((other, first)) = ways.insert(way(port), (component, place_of_port)) {
                problems.push(taken_twice(place, port, component, place_of_port, other, first));
            }
            let (count, last) = groups.entry(port.edge.as_str()).or_insert((0, port.origin));
            *count += if runs_two_versions(component) { 2 } else { 1 };
            *last = port.origin;
        }
    }
    for (edge, (count, last)) in groups {
        if count > MOST_GROUPS {
            problems.push(
                Diagnostic::new(
                    code::CANNOT_EXPRESS,
                    last,
                    format!(
                        "the edge `{edge}` would need {count} target groups in `{}`, and has room for {MOST_GROUPS}",
                        place.environment.name
                    ),
                    "the last of its public ports",
                )
                .note("a port takes two groups where its component has the strategy `canary` or `blue_green`")
                .help("give some of the public ports another `edge`: each edge is a load balancer of its own"),
            );
        }
    }
}

fn way(port: &Port) -> Way<'_> {
    if ports::is_routed(port) {
        let prefix = port.path.as_ref().map_or("/", |path| path.as_str());
        Way::Path(port.host.as_ref().map(|host| host.as_str()), prefix.trim_end_matches('/'))
    } else {
        Way::Listener(port.edge.as_str(), port.service_port.0, ports::transport(port).value)
    }
}

fn runs_two_versions(component: &Component) -> bool {
    component.delivery.as_ref().is_some_and(|delivery| !matches!(delivery.strategy, DeliveryStrategy::Rolling { .. }))
}

fn taken_twice(
    place: &Place<'_>,
    port: &Port,
    component: &Component,
    second: Origin,
    other: &Component,
    first: Origin,
) -> Diagnostic {
    let what = match way(port) {
        Way::Path(Some(host), path) => format!("the path `{path}/` of the host `{host}`"),
        Way::Path(None, path) => format!("the path `{path}/` of the domain"),
        Way::Listener(edge, port, transport) => format!("the {transport} port {port} of the edge `{edge}`"),
    };
    Diagnostic::new(
        code::CONFLICT,
        second,
        format!("{what} leads to `{}` and to `{}` in `{}`", other.name, component.name, place.environment.name),
        "taken here again",
    )
    .label(first, "taken here first")
    .help(match way(port) {
        Way::Path(..) => "give one of them another `path` or `host`",
        Way::Listener(..) => "give one of them another `service_port` or `edge`",
    })
}
