//! G105: is the data safe from whoever holds the disk?

use crate::diag::Diagnostic;
use crate::gate;
use crate::source::Fix;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a datastore whose encryption at rest is off.
    ///
    /// # Why it matters
    /// Disks, snapshots and backups travel. Encryption costs nothing here, and most engines can't turn it on later
    /// without moving all data.
    ///
    /// # Example
    /// ```yaml
    /// # path/dependency_specifications.yaml
    /// datastores:
    ///   - {name: orders-db, kind: postgres, encrypted: false}
    /// ```
    ///
    /// # How to fix
    /// Remove `encrypted: false`: encryption is on by default.
    "G105" "unencrypted-datastore", phase 1, role "infrastructure-engineer", waived by "the head of security", level Deny,
    evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for datastore in context.system.datastores.iter().filter(|datastore| !datastore.encrypted.value) {
        findings.add(
            Diagnostic::new(
                CODE,
                datastore.encrypted.origin,
                format!("the {} `{}` is not encrypted at rest", datastore.kind, datastore.name),
                "encryption is turned off",
            )
            .help("remove `encrypted: false`")
            .fix(Some(Fix::suggested(datastore.encrypted.origin, "true"))),
        );
    }
}
