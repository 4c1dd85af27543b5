//! Variables and secrets of one component in one environment, in the order in which the component sees them: its own with
//! the environment's changes, its secrets, then what its dependencies tell about themselves.

use super::{Place, datastores};
use crate::diag::{Diagnostic, code};
use crate::ir::Traced;
use crate::ir::choice::{DatastoreKind, Protocol};
use crate::ir::component::{Attribute, Component, Dependency, DependencyKind, Port, Secret, Variable};
use crate::ir::datastore::{Datastore, External};
use crate::ir::environment::Deployment;
use crate::ir::value::{Name, PortNumber, Text, VariableName};
use crate::plan::infrastructure::environments::{SecretFilePlan, SecretReferencePlan, VariablePlan};
use crate::plan::infrastructure::rules;
use crate::plan::infrastructure::templates::dependency_variable;
use crate::source::Apart;

/// The variables of a component, in order.
pub(super) fn plan(
    place: &Place<'_>,
    component: &Component,
    deployment: &Deployment,
    problems: &mut Vec<Diagnostic>,
) -> Vec<VariablePlan> {
    let peers: Vec<(&Dependency, Option<Peer<'_>>)> =
        component.depends_on.iter().map(|dependency| (dependency, Peer::of(place, dependency))).collect();
    let mut variables: Vec<VariablePlan> = Vec::new();
    for (name, variable) in deployment.env.iter() {
        match variable {
            Variable::Text(text) => variables.push(with_text(name.clone(), text.with(text.value.clone().into()))),
            Variable::From { dependency, attribute } => {
                let told = peers
                    .iter()
                    .find(|(known, _)| known.name == *dependency)
                    .and_then(|(known, peer)| peer.as_ref()?.tell(known, *attribute));
                match told {
                    Some(told) => variables.push(told.named(name.clone())),
                    None => problems.push(no_such_peer(place, component, dependency, *attribute)),
                }
            }
        }
    }
    for secret in deployment.secrets.iter().filter(|secret| secret.path.is_none()) {
        variables.push(VariablePlan {
            origin: secret.origin,
            name: secret.name.clone(),
            value: None,
            secret: Some(Apart::from(SecretReferencePlan {
                origin: secret.origin,
                store_path: store_path(place, component, secret),
                property: None,
                format: None,
            })),
        });
    }
    for (dependency, peer) in &peers {
        let Some(peer) = peer else { continue };
        for attribute in peer.attributes() {
            let name = dependency_variable(dependency.name.as_str(), attribute.as_str());
            if variables.iter().any(|known| known.name.value == name) {
                continue;
            }
            if let Some(told) = peer.tell(dependency, *attribute) {
                variables.push(told.named(Traced::by_rule(name, rules::DEPENDENCY_VARIABLE)));
            }
        }
    }
    variables
}

/// The secrets of a component that are files.
pub(super) fn secret_files(place: &Place<'_>, component: &Component, deployment: &Deployment) -> Vec<SecretFilePlan> {
    deployment
        .secrets
        .iter()
        .filter_map(|secret| {
            Some(SecretFilePlan {
                origin: secret.origin,
                name: secret.name.clone(),
                store_path: store_path(place, component, secret),
                mount: secret.path.clone()?,
            })
        })
        .collect()
}

fn store_path(place: &Place<'_>, component: &Component, secret: &Secret) -> Traced<Text> {
    match &secret.from {
        Some(from) => from.with(from.value.clone().into()),
        None => Traced::by_rule(place.secret_path(&format!("{}/{}", component.name, secret.name)), rules::SECRET_PATH),
    }
}

/// What a dependency tells: a text, or a place in its secret.
enum Told {
    Text(Traced<Text>),
    Secret(SecretReferencePlan),
}

impl Told {
    fn named(self, name: Traced<VariableName>) -> VariablePlan {
        match self {
            Told::Text(text) => with_text(name, text),
            Told::Secret(secret) => {
                VariablePlan { origin: secret.origin, name, value: None, secret: Some(secret.into()) }
            }
        }
    }
}

fn with_text(name: Traced<VariableName>, text: Traced<Text>) -> VariablePlan {
    VariablePlan { origin: name.origin, name, value: Some(text), secret: None }
}

/// What a dependency is in one environment.
enum Peer<'a> {
    Component(&'a Component, &'a Port),
    External(&'a External),
    /// A datastore, and where its secret is.
    Datastore(&'a Datastore, Traced<Text>),
}

impl<'a> Peer<'a> {
    /// The other end; none where it does not run in this environment, or takes no requests.
    fn of(place: &Place<'a>, dependency: &Dependency) -> Option<Peer<'a>> {
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
                let datastore = place.environment.datastore(name)?;
                Some(Peer::Datastore(datastore, datastores::secret(place, datastore)))
            }
        }
    }

    fn attributes(&self) -> &'static [Attribute] {
        match self {
            Peer::Component(..) | Peer::External(_) => Attribute::OF_SERVICES,
            Peer::Datastore(datastore, _) => Attribute::of_datastore(datastore.kind.value),
        }
    }

    fn tell(&self, dependency: &Dependency, attribute: Attribute) -> Option<Told> {
        match self {
            Peer::Component(called, port) => of_component(called, port, attribute).map(Told::Text),
            Peer::External(external) => of_external(external, attribute).map(Told::Text),
            Peer::Datastore(datastore, path) => of_datastore(path, dependency, datastore, attribute).map(Told::Secret),
        }
    }
}

/// On every runtime a component answers to its own name.
fn of_component(called: &Component, port: &Port, attribute: Attribute) -> Option<Traced<Text>> {
    let host = called.name.as_str();
    match attribute {
        Attribute::Host => Some(called.name.with(host.to_owned().into())),
        Attribute::Port => Some(port.service_port.map(|number| number.to_string().into())),
        Attribute::Url => Some(port.protocol.map(|protocol| url(protocol, host, port.service_port.value))),
        _ => None,
    }
}

fn of_external(external: &External, attribute: Attribute) -> Option<Traced<Text>> {
    match attribute {
        Attribute::Host => Some(external.host.with(external.host.to_string().into())),
        Attribute::Port => Some(external.port.map(|number| number.to_string().into())),
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
        Protocol::Grpc => return format!("dns:///{host}:{port}").into(),
        Protocol::Tcp => return format!("tcp://{host}:{port}").into(),
        Protocol::Udp => return format!("udp://{host}:{port}").into(),
    };
    if port.0 == usual { format!("{scheme}://{host}").into() } else { format!("{scheme}://{host}:{port}").into() }
}

/// All that a datastore tells is in its secret: where it is becomes known when it is made.
fn of_datastore(
    path: &Traced<Text>,
    dependency: &Dependency,
    datastore: &Datastore,
    attribute: Attribute,
) -> Option<SecretReferencePlan> {
    let kind = datastore.kind.value;
    if !Attribute::of_datastore(kind).contains(&attribute) {
        return None;
    }
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
    Some(SecretReferencePlan {
        origin: dependency.origin,
        store_path: path.clone(),
        property: property.map(by_rule),
        format: format.map(by_rule),
    })
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

fn no_such_peer(
    place: &Place<'_>,
    component: &Component,
    dependency: &Traced<Name>,
    attribute: Attribute,
) -> Diagnostic {
    Diagnostic::new(
        code::NO_SUCH_PEER,
        dependency.origin,
        format!(
            "`{dependency}` has no `{}` for `{}` in `{}`",
            attribute.as_str(),
            component.name,
            place.environment.name
        ),
        "asked for here",
    )
    .help(format!(
        "enable `{dependency}` in this environment and give it a port that takes requests, or override the variable"
    ))
    .judged_by("G311", Some(&component.name), Some(&place.environment.name))
}
