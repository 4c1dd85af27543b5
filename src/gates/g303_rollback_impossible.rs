//! G303: can it be taken back?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies automatic rollback for a component with an unreleased migration that is irreversible.
    ///
    /// # Why it matters
    /// The old version would start on data that it does not understand: the rollback makes the outage, at night, by itself.
    ///
    /// # Example
    /// ```yaml
    /// # path/refactoring_log.yaml
    /// entries:
    ///   - id: R-50
    ///     component: checkout
    ///     migration: {run: drop-old-columns, reversible: false}
    /// ```
    ///
    /// # How to fix
    /// Split the change: first a release that works with both forms, later one that removes the old form. Or write
    /// `rollback: {automatic: false}` for this release.
    "G303" "rollback-impossible", phase 3, role "deployment-specialist", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in &context.system.components {
        let Some(delivery) = &component.delivery else { continue };
        if !delivery.rollback.automatic.value || !component.is_long_running() {
            continue;
        }
        for entry in context.system.pending_migrations(component.name.as_str()) {
            let Some(migration) = entry.migration.as_ref().filter(|migration| !migration.reversible.value) else {
                continue;
            };
            let automatic = delivery.rollback.automatic.origin;
            let mut found = Diagnostic::new(
                CODE,
                migration.reversible.origin,
                format!(
                    "`{}` rolls back by itself, but its migration `{}` can't be taken back",
                    component.name, entry.id
                ),
                "irreversible",
            );
            found = if automatic.is_written() {
                found.label(automatic, "automatic here")
            } else {
                found.label(component.name.origin, "rolls back by default")
            };
            findings
                .add(found.help("split the migration, or write `rollback: {automatic: false}` for this release"))
                .component(&component.name);
        }
    }
}
