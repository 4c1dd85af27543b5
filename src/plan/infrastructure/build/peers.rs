//! What a component is told of those that it calls: each name and each place of a secret is made once for all who ask.

use std::collections::HashMap;
use std::sync::Arc;

use super::Place;
use crate::ir::choice::{DatastoreKind, Protocol};
use crate::ir::component::{Attribute, Component, Dependency, DependencyKind, Port};
use crate::ir::datastore::{Datastore, External};
use crate::ir::value::{PortNumber, Text, VariableName};
use crate::ir::{System, Traced};
use crate::plan::infrastructure::environments::{DatastorePlan, SecretPlacePlan, SecretReferencePlan};
use crate::plan::infrastructure::rules;
use crate::plan::infrastructure::templates::dependency_variable;

/// The names of the variables by which peers are told, by the peer's name; the same in all environments.
pub(super) struct Names<'a>(HashMap<&'a str, Vec<(Attribute, VariableName)>>);

impl<'a> Names<'a> {
    pub(super) fn of_system(system: &'a System) -> Names<'a> {
        let called = |name: &'a str, attributes: &[Attribute]| {
            let named = |attribute: &Attribute| (*attribute, dependency_variable(name, attribute.as_str()));
            (name, attributes.iter().map(named).collect())
        };
        let components = system.components.iter().filter(|component| !component.ports.is_empty());
        let components = components.map(|component| called(component.name.as_str(), Attribute::OF_SERVICES));
        let externals = system.externals.iter().map(|it| called(it.name.as_str(), Attribute::OF_SERVICES));
        let datastores =
            system.datastores.iter().map(|it| called(it.name.as_str(), Attribute::of_datastore(it.kind.value)));
        Names(components.chain(externals).chain(datastores).collect())
    }

    pub(super) fn of(&self, peer: &str, attribute: Attribute) -> VariableName {
        let known = self.0.get(peer).and_then(|names| names.iter().find(|(known, _)| *known == attribute));
        known.map_or_else(|| dependency_variable(peer, attribute.as_str()), |(_, name)| name.clone())
    }
}

/// The places of what datastores of an environment tell, by the datastore's name.
pub(super) struct Secrets<'a>(HashMap<&'a str, Vec<(Attribute, Arc<SecretPlacePlan>)>>);

impl<'a> Secrets<'a> {
    pub(super) fn of(datastores: &'a [DatastorePlan]) -> Secrets<'a> {
        let told = |datastore: &'a DatastorePlan| {
            let kind = datastore.kind.value;
            let place = |attribute: &Attribute| (*attribute, Arc::new(place(&datastore.secret, kind, *attribute)));
            (datastore.name.as_str(), Attribute::of_datastore(kind).iter().map(place).collect())
        };
        Secrets(datastores.iter().map(told).collect())
    }
}

/// What a dependency tells: a text, or a place in its secret.
pub(super) enum Told {
    Text(Traced<Text>),
    Secret(SecretReferencePlan),
}

/// What a dependency is in one environment.
pub(super) enum Peer<'a> {
    Component(&'a Component, &'a Port),
    External(&'a External),
    /// A datastore, and the places of what it tells.
    Datastore(&'a Datastore, &'a [(Attribute, Arc<SecretPlacePlan>)]),
}

impl<'a> Peer<'a> {
    /// The other end; none where it does not run in this environment, or takes no requests.
    pub(super) fn of(place: &Place<'a>, secrets: &'a Secrets<'_>, dependency: &Dependency) -> Option<Peer<'a>> {
        let name = dependency.name.as_str();
        match dependency.kind {
            DependencyKind::Component => {
                let (id, called) = place.system.component_named(name)?;
                place.environment.deployment(id)?;
                let port = match &dependency.port {
                    Some(port) => called.port(port.as_str()),
                    None => called.main_port(),
                }?;
                Some(Peer::Component(called, port))
            }
            DependencyKind::External => place.environment.external(name).map(Peer::External),
            DependencyKind::Datastore => {
                Some(Peer::Datastore(place.environment.datastore(name)?, secrets.0.get(name)?))
            }
        }
    }

    pub(super) fn attributes(&self) -> &'static [Attribute] {
        match self {
            Peer::Component(..) | Peer::External(_) => Attribute::OF_SERVICES,
            Peer::Datastore(datastore, _) => Attribute::of_datastore(datastore.kind.value),
        }
    }

    pub(super) fn tell(&self, dependency: &Dependency, attribute: Attribute) -> Option<Told> {
        match self {
            Peer::Component(called, port) => of_component(called, port, attribute).map(Told::Text),
            Peer::External(external) => of_external(external, attribute).map(Told::Text),
            // All that a datastore tells is in its secret: where it is becomes known when it is made.
            Peer::Datastore(_, places) => {
                let (_, place) = places.iter().find(|(known, _)| *known == attribute)?;
                Some(Told::Secret(SecretReferencePlan { origin: dependency.origin, place: Arc::clone(place) }))
            }
        }
    }
}

/// On every runtime a component answers to its own name.
fn of_component(called: &Component, port: &Port, attribute: Attribute) -> Option<Traced<Text>> {
    let host = called.name.as_str();
    match attribute {
        Attribute::Host => Some(called.name.as_ref().map(Text::from)),
        Attribute::Port => Some(port.service_port.map(|number| Text::format(format_args!("{number}")))),
        Attribute::Url => Some(port.protocol.map(|protocol| url(protocol, host, port.service_port.value))),
        _ => None,
    }
}

fn of_external(external: &External, attribute: Attribute) -> Option<Traced<Text>> {
    match attribute {
        Attribute::Host => Some(external.host.with(external.host.to_string().into())),
        Attribute::Port => Some(external.port.map(|number| Text::format(format_args!("{number}")))),
        Attribute::Url => {
            let host = external.host.as_str();
            Some(external.host.with(url(external.protocol.value, host, external.port.value)))
        }
        _ => None,
    }
}

/// The address as one text. gRPC has no scheme of its own: `dns:///host:port` is what its libraries call a target.
fn url(protocol: Protocol, host: &str, port: PortNumber) -> Text {
    let (scheme, usual) = match protocol {
        Protocol::Http => ("http", 80),
        Protocol::Https => ("https", 443),
        Protocol::Websocket => ("ws", 80),
        Protocol::Mqtt => ("mqtt", 1883),
        Protocol::Grpc => return Text::format(format_args!("dns:///{host}:{port}")),
        Protocol::Tcp => return Text::format(format_args!("tcp://{host}:{port}")),
        Protocol::Udp => return Text::format(format_args!("udp://{host}:{port}")),
    };
    if port.0 == usual {
        Text::format(format_args!("{scheme}://{host}"))
    } else {
        Text::format(format_args!("{scheme}://{host}:{port}"))
    }
}

/// The place of what a datastore tells.
fn place(path: &Traced<Text>, kind: DatastoreKind, attribute: Attribute) -> SecretPlacePlan {
    let (property, format) = match attribute {
        Attribute::Url => match connection(kind) {
            Some(format) => (None, Some(format)),
            None => (Some("url"), None),
        },
        // The word that the cloud's own secrets have.
        Attribute::User => (Some("username"), None),
        _ => (Some(attribute.as_str()), None),
    };
    let by_rule = |text: &'static str| Traced::by_rule(Text::known(text), rules::DATASTORE_SECRET);
    SecretPlacePlan {
        origin: path.origin,
        store_path: path.clone(),
        property: property.map(by_rule),
        format: format.map(by_rule),
    }
}

/// The connection text of a datastore with credentials. TLS is asked for in each.
const fn connection(kind: DatastoreKind) -> Option<&'static str> {
    match kind {
        DatastoreKind::Postgres => Some("postgres://{username}:{password}@{host}:{port}/{database}?sslmode=require"),
        DatastoreKind::Mysql => Some("mysql://{username}:{password}@{host}:{port}/{database}?ssl-mode=REQUIRED"),
        DatastoreKind::Mongodb => {
            // DocumentDB takes no retried writes.
            Some("mongodb://{username}:{password}@{host}:{port}/{database}?tls=true&retryWrites=false")
        }
        DatastoreKind::Redis => Some("rediss://{username}:{password}@{host}:{port}"),
        DatastoreKind::Rabbitmq => Some("amqps://{username}:{password}@{host}:{port}"),
        DatastoreKind::Kafka | DatastoreKind::Queue | DatastoreKind::Topic | DatastoreKind::Bucket => None,
    }
}
