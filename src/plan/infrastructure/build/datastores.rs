//! Datastores and external services of one environment.

use super::Place;
use crate::ir::datastore::{Datastore, External};
use crate::ir::value::Text;
use crate::ir::{Origin, Traced};
use crate::plan::infrastructure::environments::{DatastorePlan, ExternalPlan};
use crate::plan::infrastructure::rules;

pub(super) fn plan(place: &Place<'_>, datastore: &Datastore) -> DatastorePlan {
    let (size, backup, lifecycle) = (&datastore.size, &datastore.backup, &datastore.lifecycle);
    let recovery = datastore.recovery.as_ref();
    let everywhere = place.system.operations.as_ref().and_then(|operations| operations.recovery.as_ref());
    let first = datastore.first_name();
    DatastorePlan {
        origin: datastore.origin,
        name: datastore.name.clone(),
        renamed_from: datastore.renamed_from.clone(),
        resource: Traced {
            value: format!("{}-{}-{first}", place.system.name, place.environment.name),
            origin: Origin::rule(rules::RESOURCE_NAME),
        },
        kind: datastore.kind,
        version: datastore.version.clone(),
        port: datastore.is_in_network().then(|| place.specs.platform.datastore_port(datastore.kind.value)),
        cpu: size.as_ref().and_then(|size| size.cpu),
        memory: size.as_ref().and_then(|size| size.memory),
        storage: size.as_ref().and_then(|size| size.storage),
        high_availability: datastore.high_availability,
        max_connections: datastore.max_connections,
        encrypted: datastore.encrypted,
        public: datastore.public,
        backup_retention: backup.as_ref().and_then(|backup| backup.retention),
        point_in_time: backup
            .as_ref()
            .and_then(|backup| backup.point_in_time)
            .unwrap_or(Traced::by_rule(false, rules::NO_POINT_IN_TIME)),
        backup_region: backup.as_ref().and_then(|backup| backup.cross_region.clone()),
        retention: datastore.retention,
        fifo: datastore.fifo,
        versioned: datastore.versioned,
        stateful: datastore.kind.with(datastore.is_stateful()),
        rebuildable: datastore.rebuildable,
        visibility_timeout: datastore.visibility_timeout,
        dead_letter_after: datastore.dead_letter_after,
        cold_after: lifecycle.as_ref().and_then(|lifecycle| lifecycle.cold_after),
        archive_after: lifecycle.as_ref().and_then(|lifecycle| lifecycle.archive_after),
        delete_after: lifecycle.as_ref().and_then(|lifecycle| lifecycle.delete_after),
        secret: secret(place, datastore),
        recovery_time: recovery.and_then(|own| own.rto).or(everywhere.and_then(|all| all.rto)),
        recovery_point: recovery.and_then(|own| own.rpo).or(everywhere.and_then(|all| all.rpo)),
    }
}

/// The path of the secret with a datastore's address and credentials.
pub(super) fn secret(place: &Place<'_>, datastore: &Datastore) -> Traced<Text> {
    Traced { value: place.secret_path(datastore.first_name().as_str()), origin: Origin::rule(rules::DATASTORE_SECRET) }
}

pub(super) fn external(external: &External) -> ExternalPlan {
    ExternalPlan {
        origin: external.origin,
        name: external.name.clone(),
        host: external.host.clone(),
        port: external.port,
        protocol: external.protocol,
        objective: external.objective,
    }
}
