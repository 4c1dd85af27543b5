//! G702: does the alert say what to do?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies alerts that name no runbook: there is neither `operations.runbooks` nor a repository that generated runbooks could
    /// stand in.
    ///
    /// # Why it matters
    /// At night nobody remembers what the alert meant, and the one who wrote it is asleep.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// system: shop   # no `repository`, and no `runbooks` under `operations`
    /// ```
    ///
    /// # How to fix
    /// Write `repository: github.com/OWNER/NAME`, or `operations: {runbooks: https://runbooks.acme.example}`.
    "G702" "no-runbook", phase 7, role "all roles", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let alerts = &context.plans.monitoring.alerting.alerts;
    let mut without = alerts.iter().filter(|alert| alert.runbook().is_none());
    let Some(first) = without.next() else { return };
    let count = 1 + without.count();
    let place = context.system.operations.as_ref().map_or(context.system.name.origin, |operations| operations.origin);
    let alerts = if count == 1 { "alert has" } else { "alerts have" };
    findings.add(
        Diagnostic::new(CODE, place, format!("{count} {alerts} no runbook"), format!("`{}` is the first", first.id()))
            .help("add `runbooks: https://…` to `operations` in deployment_packages.yaml")
            .help("or write `repository: github.com/OWNER/NAME` in pathc.yaml"),
    );
}
