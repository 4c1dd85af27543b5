//! Migrations: a Job for each, with all that it needs, so that it can run before the new version is there.

use super::network_policy;
use super::place::{Place, Workload};
use super::pod::Pods;
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::MigrationTemplate;
use crate::spec::kubernetes::Kind;
use crate::targets::shared::digest::digest;
use crate::targets::shared::names;
use crate::targets::shared::value::number;

/// The components of an environment that have migrations.
pub(super) fn migrating<'a>(place: Place<'a>) -> impl Iterator<Item = Workload<'a>> {
    place.workloads().filter(|workload| !workload.migrations().is_empty())
}

/// What the migrations of a component share.
pub(super) fn shared(workload: Workload<'_>) -> Vec<Doc> {
    workload
        .migrations()
        .first()
        .map(|migration| {
            let mut pods = Pods::of_migration(workload, migration);
            // What they share is called as the component.
            pods.identity = workload.identity();
            pods.needs()
        })
        .unwrap_or_default()
}

/// The Job of a migration, and what it may reach.
pub(super) fn job(workload: Workload<'_>, migration: &MigrationTemplate) -> Vec<Doc> {
    let pods = Pods::of_migration(workload, migration);
    let defaults = &workload.place.spec.defaults;
    let spec = Map::new(migration.origin)
        .with("activeDeadlineSeconds", number(&defaults.migration_deadline))
        .with("backoffLimit", number(&defaults.migration_backoff))
        .with("ttlSecondsAfterFinished", number(&defaults.migration_ttl))
        .with("template", pods.template(None));
    let spec = Doc::from(spec);
    let name = format!("{}-{}", migration.name, digest(&spec));
    let name = names::shorten(&name, workload.place.spec.limits.job.value);
    let job = pods.identity.object(Kind::Job, name, migration.origin).with("spec", spec);
    vec![network_policy::of_migration(&pods, migration).into(), job.into()]
}
