//! The datastores that a suite is given, and the variables by which it finds them.

use super::changes::Sources;
use super::rules;
use crate::ir::Traced;
use crate::ir::choice::DatastoreKind;
use crate::ir::component::Attribute;
use crate::ir::datastore::Datastore;
use crate::ir::testing::Suite;
use crate::ir::value::{PortNumber, VariableName};
use crate::plan::infrastructure::templates::dependency_variable;
use crate::plan::pipeline::configurations::{ServicePlan, TestVariable};
use crate::spec::Specs;

/// What the user and the password of a test datastore are.
const TEST: &str = "test";
/// The account that emulators of the cloud stand in for.
const TEST_ACCOUNT: &str = "000000000000";
/// The region that emulators of the cloud are asked in.
const TEST_REGION: &str = "us-east-1";
const EMULATOR_PORT: PortNumber = PortNumber(4566);

/// The datastores of a suite, in its order.
pub(super) fn plan(sources: &Sources<'_>, suite: &Suite, specs: &Specs) -> Vec<ServicePlan> {
    let mut services: Vec<ServicePlan> = Vec::new();
    for name in &suite.needs {
        let Some(datastore) = sources.datastore(name.as_str()) else { continue };
        let port = if datastore.is_in_network() {
            specs.platform.plain_port(datastore.kind.value)
        } else {
            Traced::by_rule(EMULATOR_PORT, rules::CLOUD_EMULATOR)
        };
        let host_port = if datastore.is_in_network() { free_port(port.value, &services) } else { port.value };
        services.push(ServicePlan {
            origin: name.origin,
            name: datastore.name.clone(),
            kind: datastore.kind,
            version: datastore.version.clone(),
            port,
            host_port: Traced::by_rule(host_port, rules::SERVICE_PORT),
            resource: Traced::by_rule(resource(datastore), rules::TEST_VARIABLES),
            variables: variables(datastore, host_port),
        });
    }
    services
}

/// The first port from this one on that no other service of the suite has.
fn free_port(wanted: PortNumber, services: &[ServicePlan]) -> PortNumber {
    let is_taken = |port: u16| services.iter().any(|service| service.host_port.value.0 == port);
    let mut port = wanted.0;
    while is_taken(port) && port < u16::MAX {
        port += 1;
    }
    PortNumber(port)
}

/// The variables of a datastore, as a component that depends on it has them.
fn variables(datastore: &Datastore, port: PortNumber) -> Vec<TestVariable> {
    let variable = |name: VariableName, value: String| TestVariable {
        origin: datastore.origin,
        name: Traced::by_rule(name, rules::TEST_VARIABLES),
        value: Traced::by_rule(value, rules::TEST_VARIABLES),
    };
    let name = datastore.name.as_str();
    let attributes = Attribute::of_datastore(datastore.kind.value).iter();
    let mut variables: Vec<TestVariable> = attributes
        .map(|attribute| variable(dependency_variable(name, attribute.as_str()), value(datastore, *attribute, port)))
        .collect();
    if !datastore.is_in_network() {
        // The variables by which the cloud's own libraries are told of an emulator, and by which they sign in to it.
        for (name, value) in [
            ("AWS_ENDPOINT_URL", format!("http://localhost:{port}")),
            ("AWS_REGION", TEST_REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", TEST.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", TEST.to_owned()),
        ] {
            variables.push(variable(VariableName::made(name), value));
        }
    }
    variables
}

fn value(datastore: &Datastore, attribute: Attribute, port: PortNumber) -> String {
    let name = datastore.name.as_str();
    match attribute {
        Attribute::Host => "localhost".to_owned(),
        Attribute::Port => port.to_string(),
        Attribute::User | Attribute::Password => TEST.to_owned(),
        Attribute::Database => database(name),
        Attribute::Brokers => format!("localhost:{port}"),
        Attribute::Arn => format!("arn:aws:sns:{TEST_REGION}:{TEST_ACCOUNT}:{name}"),
        Attribute::Name => name.to_owned(),
        Attribute::Url => url(datastore, port),
    }
}

fn url(datastore: &Datastore, port: PortNumber) -> String {
    let name = datastore.name.as_str();
    let server = format!("{TEST}:{TEST}@localhost:{port}");
    match datastore.kind.value {
        DatastoreKind::Postgres => format!("postgres://{server}/{}?sslmode=disable", database(name)),
        DatastoreKind::Mysql => format!("mysql://{server}/{}", database(name)),
        DatastoreKind::Mongodb => format!("mongodb://{server}/{}?authSource=admin", database(name)),
        DatastoreKind::Redis => format!("redis://localhost:{port}"),
        DatastoreKind::Rabbitmq => format!("amqp://{server}"),
        DatastoreKind::Queue => format!("http://localhost:{port}/{TEST_ACCOUNT}/{name}"),
        DatastoreKind::Kafka | DatastoreKind::Topic | DatastoreKind::Bucket => format!("http://localhost:{port}"),
    }
}

/// What the datastore is called in its own container.
fn resource(datastore: &Datastore) -> String {
    let name = datastore.name.as_str();
    if datastore.is_in_network() { database(name) } else { name.to_owned() }
}

/// A database's name takes no `-` without quotes.
fn database(name: &str) -> String {
    name.replace('-', "_")
}
