//! Who calls whom, and on which ports: what network rules and security groups follow from.

use std::collections::BTreeMap;

use super::ports;
use crate::ir::component::{Dependency, DependencyKind, Port};
use crate::ir::value::Name;
use crate::ir::{System, Traced};
use crate::plan::infrastructure::templates::{
    CallerTemplate, ComponentTemplate, PeerKind, PeerPortTemplate, PeerTemplate, Transport,
};
use crate::spec::Specs;

/// The other end of a dependency. A component that never runs is no peer.
pub(super) fn peer(system: &System, dependency: &Dependency, specs: &Specs) -> Option<PeerTemplate> {
    let (kind, ports) = match dependency.kind {
        DependencyKind::Component => {
            let (_, component) = system.component_named(dependency.name.as_str()).filter(|(_, it)| it.is_deployed())?;
            let called = component.ports.iter().filter(|port| match &dependency.port {
                Some(name) => port.name == *name,
                None => !component.serves_only_metrics(port),
            });
            (PeerKind::Component, called.map(component_port).collect())
        }
        DependencyKind::Datastore => {
            let datastore = system.datastore_named(dependency.name.as_str())?;
            let kind = if datastore.is_in_network() { PeerKind::Datastore } else { PeerKind::Endpoint };
            let port = PeerPortTemplate {
                origin: datastore.origin,
                port: specs.platform.datastore_port(datastore.kind.value),
                transport: datastore.kind.with(Transport::Tcp),
            };
            (kind, vec![port])
        }
        // Its host and port are the environment's to say.
        DependencyKind::External => (PeerKind::External, Vec::new()),
    };
    Some(PeerTemplate {
        origin: dependency.origin,
        name: dependency.name.clone(),
        kind: Traced::new(kind, dependency.origin),
        critical: dependency.critical,
        access: dependency.access,
        ports,
        topic: dependency.topic.clone(),
        group: dependency.group.clone(),
    })
}

fn component_port(port: &Port) -> PeerPortTemplate {
    PeerPortTemplate { origin: port.origin, port: port.port, transport: ports::transport(port) }
}

/// Tells each component who calls it, callers in the order of the input.
pub(super) fn reverse(components: &mut [ComponentTemplate]) {
    let calls: Vec<(Name, CallerTemplate)> = components
        .iter()
        .flat_map(|caller| {
            caller.calls.iter().filter(|peer| peer.kind.value == PeerKind::Component).map(|peer| {
                let caller = CallerTemplate {
                    origin: peer.origin,
                    name: Traced::new(caller.name.value.clone(), peer.origin),
                    ports: peer.ports.clone(),
                };
                (peer.name.value.clone(), caller)
            })
        })
        .collect();
    let numbers: BTreeMap<Name, usize> =
        components.iter().enumerate().map(|(number, component)| (component.name.value.clone(), number)).collect();
    for (called, caller) in calls {
        let Some(number) = numbers.get(&called) else { continue };
        let component = &mut components[*number];
        match component.called_by.iter_mut().find(|known| known.name == caller.name) {
            Some(known) => {
                for port in caller.ports {
                    if !known.ports.iter().any(|known| (known.port, known.transport) == (port.port, port.transport)) {
                        known.ports.push(port);
                    }
                }
            }
            None => component.called_by.push(caller),
        }
    }
}
