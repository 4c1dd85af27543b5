//! What a component is told of those that it calls: what they tell all alike is made and held once.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Place, images};
use crate::ir::choice::{DatastoreKind, Protocol};
use crate::ir::component::{Attribute, Component, Dependency, DependencyKind, Port, Variable};
use crate::ir::datastore::{Datastore, External};
use crate::ir::value::{PortNumber, Text, VariableName};
use crate::ir::{System, Traced};
use crate::plan::infrastructure::environments::{DatastorePlan, ImagePlan, SecretReferencePlan, ToldVariable};
use crate::plan::infrastructure::rules;
use crate::plan::infrastructure::templates::dependency_variable;
use crate::source::Apart;
use crate::spec::Specs;

/// What peers tell one after the other, each by a variable that bears the peer's name.
type Told = Vec<(Attribute, Arc<ToldVariable>)>;

/// Variables that say the same in all environments, by the name of the component.
pub(super) struct Known<'a> {
    /// What a component's main port tells those who call it.
    told: HashMap<&'a str, Told>,
    /// A component's own, in their order; none where it does not say a text.
    own: HashMap<&'a str, Vec<Option<Arc<ToldVariable>>>>,
    /// What runs of a component in the first environment.
    images: HashMap<&'a str, Arc<ImagePlan>>,
}

impl<'a> Known<'a> {
    pub(super) fn of_system(system: &'a System, specs: &'a Specs) -> Known<'a> {
        let told = |component: &'a Component| {
            let (name, port) = (component.name.as_str(), component.main_port()?);
            let told = Attribute::OF_SERVICES
                .iter()
                .filter_map(|attribute| Some((*attribute, of_component(component, port, *attribute)?)));
            Some((name, told.map(|(attribute, said)| (attribute, Arc::new(said.of(name, attribute)))).collect()))
        };
        let own = |component: &'a Component| {
            let own = component.env.iter().map(|(name, variable)| match variable {
                Variable::Text(text) => Some(Arc::new(Said::text(text.clone()).named(name.clone()))),
                Variable::From { .. } => None,
            });
            (component.name.as_str(), own.collect())
        };
        let first = system.environments.first().map(|environment| Place { system, environment, specs });
        let image = |component: &'a Component| {
            // What is wrong with it is told of each environment.
            let image = images::plan(first.as_ref()?, component, &mut Vec::new())?;
            Some((component.name.as_str(), Arc::new(image)))
        };
        Known {
            images: system.components.iter().filter_map(image).collect(),
            told: system.components.iter().filter_map(told).collect(),
            own: system.components.iter().map(own).collect(),
        }
    }

    /// What runs of a component; most run the same in all environments.
    pub(super) fn image(&self, component: &str, image: ImagePlan) -> Arc<ImagePlan> {
        let is_same = |known: &&Arc<ImagePlan>| {
            let said = |image: &ImagePlan| (image.origin, image.reference.origin);
            said(known) == said(&image) && known.reference.value == image.reference.value
        };
        self.images.get(component).filter(is_same).cloned().unwrap_or_else(|| Arc::new(image))
    }

    /// A variable of a component's own, by its place among them.
    pub(super) fn own(
        &self,
        component: &str,
        place: usize,
        name: &Traced<VariableName>,
        text: &Traced<Text>,
    ) -> Arc<ToldVariable> {
        let known = self.own.get(component).and_then(|own| own.get(place)?.as_ref());
        // An environment may say something else.
        let is_same = |known: &&Arc<ToldVariable>| {
            let value = known.value.as_ref().map(|value| (value.origin, &value.value));
            known.name == *name && known.name.origin == name.origin && value == Some((text.origin, &text.value))
        };
        let known = known.filter(is_same).map(Arc::clone);
        known.unwrap_or_else(|| Arc::new(Said::text(text.clone()).named(name.clone())))
    }
}

/// What datastores of an environment tell, by the datastore's name.
pub(super) struct Secrets<'a>(HashMap<&'a str, Told>);

impl<'a> Secrets<'a> {
    pub(super) fn of(datastores: &'a [DatastorePlan]) -> Secrets<'a> {
        let told = |datastore: &'a DatastorePlan| {
            let (name, kind) = (datastore.name.as_str(), datastore.kind.value);
            let told = |attribute: &Attribute| {
                let secret = reference(&datastore.secret, kind, *attribute);
                let said = Said { value: None, secret: Some(secret.into()) };
                (*attribute, Arc::new(said.of(name, *attribute)))
            };
            (name, Attribute::of_datastore(kind).iter().map(told).collect())
        };
        Secrets(datastores.iter().map(told).collect())
    }
}

/// What a variable says: a text, or a place in a secret.
pub(super) struct Said {
    pub(super) value: Option<Traced<Text>>,
    pub(super) secret: Option<Apart<SecretReferencePlan>>,
}

impl Said {
    fn text(text: Traced<Text>) -> Said {
        Said { value: Some(text), secret: None }
    }

    /// By a variable of this name.
    pub(super) fn named(self, name: Traced<VariableName>) -> ToldVariable {
        ToldVariable { origin: name.origin, name, value: self.value, secret: self.secret }
    }

    /// By the variable that bears the peer's name.
    fn of(self, peer: &str, attribute: Attribute) -> ToldVariable {
        self.named(Traced::by_rule(dependency_variable(peer, attribute.as_str()), rules::DEPENDENCY_VARIABLE))
    }
}

/// What a dependency is in one environment.
pub(super) enum Peer<'a> {
    /// A component, the port that is called, and what it tells where that is its main port.
    Component(&'a Component, &'a Port, Option<&'a Told>),
    External(&'a External),
    /// A datastore, and what it tells.
    Datastore(&'a Datastore, &'a Told),
}

impl<'a> Peer<'a> {
    /// The other end; none where it does not run in this environment, or takes no requests.
    pub(super) fn of(
        place: &Place<'a>,
        known: &'a Known<'_>,
        secrets: &'a Secrets<'_>,
        dependency: &Dependency,
    ) -> Option<Peer<'a>> {
        let name = dependency.name.as_str();
        match dependency.kind {
            DependencyKind::Component => {
                let (id, called) = place.system.component_named(name)?;
                place.environment.deployment(id)?;
                let port = match &dependency.port {
                    Some(port) => called.port(port.as_str()),
                    None => called.main_port(),
                }?;
                let told =
                    known.told.get(name).filter(|_| called.main_port().is_some_and(|main| std::ptr::eq(main, port)));
                Some(Peer::Component(called, port, told))
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

    /// What it says.
    pub(super) fn say(&self, attribute: Attribute) -> Option<Said> {
        match self {
            Peer::Component(called, port, _) => of_component(called, port, attribute),
            Peer::External(external) => of_external(external, attribute),
            // All that a datastore tells is in its secret: where it is becomes known when it is made.
            Peer::Datastore(_, told) => {
                let (_, told) = told.iter().find(|(known, _)| *known == attribute)?;
                Some(Said { value: None, secret: told.secret.clone() })
            }
        }
    }

    /// What it says by the variable that bears its name.
    pub(super) fn tell(&self, dependency: &Dependency, attribute: Attribute) -> Option<Arc<ToldVariable>> {
        match self {
            Peer::Component(.., Some(told)) | Peer::Datastore(_, told) => {
                told.iter().find(|(known, _)| *known == attribute).map(|(_, told)| Arc::clone(told))
            }
            Peer::Component(..) | Peer::External(_) => {
                Some(Arc::new(self.say(attribute)?.of(dependency.name.as_str(), attribute)))
            }
        }
    }
}

/// On every runtime a component answers to its own name.
fn of_component(called: &Component, port: &Port, attribute: Attribute) -> Option<Said> {
    let host = called.name.as_str();
    let said = match attribute {
        Attribute::Host => Some(called.name.as_ref().map(Text::from)),
        Attribute::Port => Some(port.service_port.map(|number| Text::format(format_args!("{number}")))),
        Attribute::Url => Some(port.protocol.map(|protocol| url(protocol, host, port.service_port.value))),
        _ => None,
    };
    said.map(Said::text)
}

fn of_external(external: &External, attribute: Attribute) -> Option<Said> {
    let said = match attribute {
        Attribute::Host => Some(external.host.with(external.host.to_string().into())),
        Attribute::Port => Some(external.port.map(|number| Text::format(format_args!("{number}")))),
        Attribute::Url => {
            let host = external.host.as_str();
            Some(external.host.with(url(external.protocol.value, host, external.port.value)))
        }
        _ => None,
    };
    said.map(Said::text)
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

/// Where what a datastore tells stands.
fn reference(path: &Traced<Text>, kind: DatastoreKind, attribute: Attribute) -> SecretReferencePlan {
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
    SecretReferencePlan {
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
