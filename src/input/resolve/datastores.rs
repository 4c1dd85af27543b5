//! Datastores, before and after an environment changes them.

use std::collections::HashMap;

use crate::ir::Traced;
use crate::ir::choice::{DatastoreKind, Domain};
use crate::ir::datastore::{Backup, Datastore, DatastoreSize, Lifecycle};
use crate::ir::value::Name;
use crate::profile::{self, Profile};
use crate::source::Origin;

use super::Resolver;
use super::kinds::{has_instances, is_database};
use crate::diag::{Diagnostic, code};
use crate::input::dependency_specifications::DatastoreInput;
use crate::input::deployment_packages::DatastoreOverride;
use crate::input::rules;

impl Resolver<'_> {
    /// A former name still stands in the cloud, so that nothing else may be called so.
    pub(super) fn check_former_names(&mut self, input: &DatastoreInput, all: &[DatastoreInput]) {
        for former in &input.renamed_from {
            let taken = self.names.taken(former.as_str());
            let twice = all
                .iter()
                .filter(|other| !std::ptr::eq(*other, input))
                .flat_map(|other| &other.renamed_from)
                .find(|other| other.value == former.value && other.origin > former.origin)
                .map(|other| ("other former name", other.origin));
            let Some((what, place)) = taken.or(twice) else { continue };
            self.report(
                Diagnostic::new(
                    code::DUPLICATE_NAME,
                    former.origin,
                    format!("`{}` was called `{former}`, and keeps that name in the cloud", input.name),
                    "the former name",
                )
                .label(place, format!("the {what}"))
                .help("give the other one a name that was never used"),
            );
        }
    }
}

/// The places of datastores by their names.
pub(super) fn index(datastores: &[Datastore]) -> HashMap<Name, usize> {
    // Of two with one name, which is an error, the first is meant.
    datastores.iter().enumerate().rev().map(|(place, datastore)| (datastore.name.value.clone(), place)).collect()
}

/// A datastore with every default in its place; the override of an environment wins over the input.
pub(super) fn datastore(input: &DatastoreInput, change: Option<&DatastoreOverride>, domain: Domain) -> Datastore {
    let profile = profile::of(domain);
    let kind = input.kind.value;
    let changed = |own: fn(&DatastoreOverride) -> Option<Traced<bool>>| change.and_then(own);
    let high_availability = changed(|change| change.high_availability)
        .or(input.high_availability)
        .or(profile.high_availability.filter(|_| has_instances(kind)))
        .unwrap_or(Traced::by_rule(false, rules::NO_HIGH_AVAILABILITY));
    Datastore {
        origin: input.origin,
        name: input.name.clone(),
        renamed_from: input.renamed_from.clone(),
        kind: input.kind,
        version: input.version.clone(),
        size: size(input.size.as_ref(), change.and_then(|change| change.size.as_ref())),
        high_availability,
        max_connections: change.and_then(|change| change.max_connections).or(input.max_connections),
        encrypted: input.encrypted,
        public: input.public,
        backup: backup(input, change.and_then(|change| change.backup.as_ref()), profile),
        retention: input.retention,
        fifo: input.fifo.unwrap_or(Traced::by_rule(false, rules::NOT_FIFO)),
        versioned: input
            .versioned
            .or(profile.versioned.filter(|_| kind == DatastoreKind::Bucket && !input.rebuildable.value))
            .unwrap_or(Traced::by_rule(false, rules::NOT_VERSIONED)),
        rebuildable: input.rebuildable,
        recovery: input.recovery.clone(),
        visibility_timeout: input.visibility_timeout,
        dead_letter_after: input
            .dead_letter_after
            .or(profile.dead_letter_after.filter(|_| kind == DatastoreKind::Queue)),
        lifecycle: lifecycle(input, profile),
    }
}

fn size(input: Option<&DatastoreSize>, change: Option<&DatastoreSize>) -> Option<DatastoreSize> {
    match (input, change) {
        (Some(input), Some(change)) => Some(DatastoreSize {
            origin: change.origin,
            cpu: change.cpu.or(input.cpu),
            memory: change.memory.or(input.memory),
            storage: change.storage.or(input.storage),
        }),
        (input, change) => change.or(input).cloned(),
    }
}

fn backup(input: &DatastoreInput, change: Option<&Backup>, profile: &Profile) -> Option<Backup> {
    let by_profile = profile.backup.as_ref().filter(|_| is_database(input.kind.value) && !input.rebuildable.value);
    let given = change.or(input.backup.as_ref());
    let origin = given.map(|backup| backup.origin).or_else(|| by_profile.map(|backup| Origin::rule(backup.rule)))?;
    let written = || change.into_iter().chain(&input.backup);
    Some(Backup {
        origin,
        retention: written()
            .find_map(|backup| backup.retention)
            .or_else(|| by_profile.map(|backup| Traced::by_rule(backup.retention, backup.rule))),
        point_in_time: written()
            .find_map(|backup| backup.point_in_time)
            .or_else(|| by_profile.map(|backup| Traced::by_rule(backup.point_in_time, backup.rule))),
        cross_region: written().find_map(|backup| backup.cross_region.clone()),
    })
}

fn lifecycle(input: &DatastoreInput, profile: &Profile) -> Option<Lifecycle> {
    let by_profile = profile.lifecycle.as_ref().filter(|_| input.kind.value == DatastoreKind::Bucket);
    input.lifecycle.clone().or_else(|| {
        let lifecycle = by_profile?;
        Some(Lifecycle {
            origin: Origin::rule(lifecycle.rule),
            cold_after: Some(Traced::by_rule(lifecycle.cold_after, lifecycle.rule)),
            archive_after: Some(Traced::by_rule(lifecycle.archive_after, lifecycle.rule)),
            delete_after: None,
        })
    })
}
