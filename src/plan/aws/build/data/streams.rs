//! Kafka and RabbitMQ.

use super::{
    USER, address, class, credentials, data_key, id, name, owner, parameter, port, secret, security_group, storage,
    version,
};
use crate::plan::aws::build::{Draft, Place, by, observability, word};
use crate::plan::aws::graph::{MqBroker, MskCluster};
use crate::plan::aws::rules;
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::spec::aws::{Family, NameKind};

/// Zones that the brokers of a cluster stand in: as many copies as there are.
const MOST_ZONES: u32 = 3;

pub(super) fn kafka(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) {
    let Some((_, version)) = version(place, datastore, draft) else { return };
    let secret = secret(place, datastore, address("brokers"), draft);
    let spanned = place.environment.availability_zones.value.max(2);
    let zones = if datastore.high_availability.value { spanned.min(MOST_ZONES) } else { 2 };
    let words = &place.specs().aws.words;
    // With two brokers there are two copies, and one of them has to do while the other is replaced.
    let copies = |name: &str, value: &str| match name {
        "default.replication.factor" => zones.to_string(),
        "min.insync.replicas" => (zones - 1).to_string(),
        _ => value.to_owned(),
    };
    let properties = words.parameters(datastore.kind.value).iter();
    let made = MskCluster {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: name(place, datastore, NameKind::MskCluster),
        version,
        instance_type: class(place, datastore, Family::Msk, draft),
        brokers: datastore.high_availability.with(zones),
        zones: by(zones, rules::KAFKA_ZONES),
        storage_gib: storage(datastore, place.specs().aws.datastore_limits.msk_storage, draft),
        properties: properties.map(|(name, value)| parameter(name, &value.with(copies(name, value)), false)).collect(),
        security_group: security_group(place, datastore, draft),
        key: data_key(),
        log_group: observability::add(place, draft, datastore.name.as_str(), owner(datastore), datastore.origin),
        secret,
    };
    draft.datastores.kafka.push(made);
}

pub(super) fn rabbitmq(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) {
    let Some((_, version)) = version(place, datastore, draft) else { return };
    let secret = secret(place, datastore, credentials(USER, None), draft);
    let made = MqBroker {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: name(place, datastore, NameKind::MqBroker),
        version,
        instance_type: class(place, datastore, Family::AmazonMq, draft),
        clustered: datastore.high_availability,
        username: word(USER, rules::CREDENTIALS),
        port: port(datastore),
        security_group: security_group(place, datastore, draft),
        key: data_key(),
        secret,
    };
    draft.datastores.brokers.push(made);
}
