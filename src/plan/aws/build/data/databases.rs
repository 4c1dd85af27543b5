//! PostgreSQL, MySQL and MongoDB.

use super::{
    USER, backup_days, class, credentials, data_key, id, name, owner, parameter, port, protected, secret,
    security_group, storage, version,
};
use crate::ir::Traced;
use crate::ir::choice::DatastoreKind;
use crate::plan::aws::build::identity::{managed, service_role};
use crate::plan::aws::build::{Draft, Place, by, word};
use crate::plan::aws::graph::{DbInstance, DbParameter, DocumentCluster, Owner, Ref};
use crate::plan::aws::rules;
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::spec::aws::{Engine, Family, ManagedPolicy, NameKind, Principal};

/// The role by which RDS writes what its hosts measure.
const MONITORING: &str = "rds-monitoring";

pub(super) fn relational(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) {
    let Some((engine, version)) = version(place, datastore, draft) else { return };
    let kind = datastore.kind.value;
    monitoring_role(place, draft);
    let database = database(place, datastore, draft);
    let secret = secret(place, datastore, credentials(USER, Some(database.clone())), draft);
    let class = class(place, datastore, Family::Rds, draft);
    let limits = &place.specs().aws.datastore_limits;
    let storage_gib = storage(datastore, limits.rds_storage, draft);
    let most = limits.rds_storage.1.value;
    let memory = place.specs().aws.classes.named(Family::Rds, &class).map_or(0, |class| class.memory.bytes);
    let made = DbInstance {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: name(place, datastore, NameKind::DbInstance),
        engine: engine.name.clone(),
        family: family(engine, &version),
        release: version.with(engine.line(&version)),
        version,
        parameters: parameters(place, datastore, engine),
        class,
        storage_gib,
        max_storage_gib: Traced::by_rule(storage_gib.value.saturating_mul(2).clamp(100, most), rules::STORAGE_GROWTH),
        storage_type: place.specs().aws.words.storage_type.clone(),
        multi_az: datastore.high_availability,
        database,
        username: word(USER, rules::CREDENTIALS),
        port: port(datastore),
        backup_days: backup_days(place, datastore),
        protected: protected(place, datastore),
        monitoring_interval: by(60, rules::MONITORING),
        monitoring_role: Ref::named(MONITORING),
        // The small classes of MySQL have no memory left for it.
        performance_insights: by(kind == DatastoreKind::Postgres || memory >= 4 << 30, rules::PERFORMANCE_INSIGHTS),
        log_exports: engine.log_exports.clone(),
        public: datastore.public,
        security_group: security_group(place, datastore, draft),
        key: data_key(),
        secret,
    };
    draft.datastores.databases.push(made);
}

pub(super) fn documents(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) {
    let Some((engine, version)) = version(place, datastore, draft) else { return };
    let database = database(place, datastore, draft);
    let secret = secret(place, datastore, credentials(USER, Some(database)), draft);
    let instances = if datastore.high_availability.value { 2 } else { 1 };
    let made = DocumentCluster {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: name(place, datastore, NameKind::DbCluster),
        family: family(engine, &version),
        version,
        parameters: parameters(place, datastore, engine),
        class: class(place, datastore, Family::DocumentDb, draft),
        instances: datastore.high_availability.with(instances),
        username: word(USER, rules::CREDENTIALS),
        port: port(datastore),
        backup_days: backup_days(place, datastore),
        protected: protected(place, datastore),
        log_exports: engine.log_exports.clone(),
        security_group: security_group(place, datastore, draft),
        key: data_key(),
        secret,
    };
    draft.datastores.document_clusters.push(made);
}

fn family(engine: &Engine, version: &Traced<String>) -> Traced<String> {
    engine.parameter_family(version).unwrap_or_else(|| version.clone())
}

fn parameters(place: Place<'_>, datastore: &DatastorePlan, engine: &Engine) -> Vec<DbParameter> {
    let words = &place.specs().aws.words;
    let kind = datastore.kind.value;
    let mut all: Vec<DbParameter> = Vec::new();
    if let Some(tls) = &engine.tls_parameter {
        all.push(parameter(&tls.name, &tls.value, kind == DatastoreKind::Mongodb));
    }
    for (name, value) in words.parameters(kind) {
        all.push(parameter(name, value, kind == DatastoreKind::Mongodb));
    }
    if let (Some(name), Some(count)) = (words.connections_parameter(kind), &datastore.max_connections) {
        all.push(parameter(name, &count.map(|count| count.to_string()), true));
    }
    all
}

/// The database is called as the datastore, in the characters of SQL.
fn database(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) -> Traced<String> {
    let first = datastore.renamed_from.first().unwrap_or(&datastore.name);
    let name = first.as_str().replace('-', "_");
    let rule = place.specs().aws.name_rule(NameKind::DbName);
    if !rule.accepts(&name) {
        draft.problems.push(
            crate::diag::Diagnostic::new(
                crate::diag::code::NAME_OVER_LIMIT,
                first.origin,
                format!("`{name}` is no name of a database"),
                "the database is called as the datastore",
            )
            .help(format!("begin it with a letter, and write at most {} characters", rule.max)),
        );
    }
    Traced::new(name, first.origin)
}

fn monitoring_role(place: Place<'_>, draft: &mut Draft) {
    if draft.roles.iter().any(|role| role.id.as_str() == MONITORING) {
        return;
    }
    let aws = &place.specs().aws;
    let principal = aws.principal(Principal::RdsMonitoring);
    let mut role =
        service_role(place, MONITORING, Owner::Network, "Writes what hosts of databases measure", principal, true);
    role.managed.push(managed(aws.managed_policy(ManagedPolicy::RdsMonitoring)));
    draft.roles.push(role);
}
