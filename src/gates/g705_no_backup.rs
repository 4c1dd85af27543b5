//! G705: can the data come back?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::DatastoreKind;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a stateful datastore in production without a backup: postgres, mysql, mongodb and buckets, unless `rebuildable`. A
    /// versioned bucket counts as backed up.
    ///
    /// # Why it matters
    /// Disks fail, and people delete the wrong table.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// domain: realtime   # `business` backs up each datastore unless it says otherwise
    /// # path/dependency_specifications.yaml
    /// datastores:
    ///   - {name: orders-db, kind: postgres, version: "16"}
    /// ```
    ///
    /// # How to fix
    /// Add `backup: {retention: 14d, point_in_time: true}`, or say `rebuildable: true` where all of it can be made again.
    "G705" "no-backup", phase 7, role "all roles", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in context.production() {
        for datastore in environment.datastores.iter().filter(|datastore| datastore.is_stateful()) {
            let versioned = datastore.kind.value == DatastoreKind::Bucket && datastore.versioned.value;
            if datastore.backup.is_some() || versioned {
                continue;
            }
            let bucket = datastore.kind.value == DatastoreKind::Bucket;
            let found = Diagnostic::new(
                CODE,
                datastore.name.origin,
                format!("the {} `{}` has no backup in `{}`", datastore.kind, datastore.name, environment.name),
                "can't come back",
            )
            .label(environment.name.origin, "production")
            .help(if bucket {
                "write `versioned: true`"
            } else {
                "add `backup: {retention: 14d, point_in_time: true}`"
            })
            .help("or say `rebuildable: true` where all of it can be made again");
            findings.add(found).environment(&environment.name);
        }
    }
}
