//! Redis and Valkey.

use super::{class, credentials, data_key, id, name, owner, parameter, port, secret, security_group, version};
use crate::plan::aws::build::{Draft, Place, observability, word};
use crate::plan::aws::graph::ReplicationGroup;
use crate::plan::aws::rules;
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::spec::aws::{Family, NameKind};

/// The user that every server has.
const USER: &str = "default";

pub(super) fn plan(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) {
    let Some((engine, version)) = version(place, datastore, draft) else { return };
    let secret = secret(place, datastore, credentials(USER, None), draft);
    let days = datastore.backup_retention.map_or(0, |retention| retention.value.whole_seconds().div_ceil(86_400));
    let most = u64::from(place.specs().aws.datastore_limits.backup_retention_days_max.value);
    let origin = datastore.backup_retention.map_or(datastore.origin, |retention| retention.origin);
    let tls = engine.tls_parameter.iter().map(|tls| parameter(&tls.name, &tls.value, false));
    let made = ReplicationGroup {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: name(place, datastore, NameKind::ReplicationGroup),
        description: word(format!("{} of {}", datastore.name, place.prefix()), rules::DESCRIPTION),
        engine: engine.name.clone(),
        family: engine.parameter_family(&version).unwrap_or_else(|| version.clone()),
        version,
        parameters: tls.collect(),
        node_type: class(place, datastore, Family::ElastiCache, draft),
        nodes: datastore.high_availability.with(if datastore.high_availability.value { 2 } else { 1 }),
        port: port(datastore),
        snapshot_days: crate::ir::Traced::new(u32::try_from(days.min(most)).unwrap_or_default(), origin),
        security_group: security_group(place, datastore, draft),
        key: data_key(),
        log_group: observability::add(place, draft, datastore.name.as_str(), owner(datastore), datastore.origin),
        secret,
    };
    draft.datastores.caches.push(made);
}
