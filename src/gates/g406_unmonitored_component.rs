//! G406: would anybody see it fail?

use std::collections::BTreeSet;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Traced;
use crate::ir::choice::{ComponentKind, DatastoreKind};
use crate::ir::value::Name;
use crate::plan::monitoring::alerting::AlertKind;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a deployed component or a datastore in production that has neither metrics nor an alert. Websites, topics and
    /// buckets are spared: the cloud runs them, and what they do is seen in the components that use them.
    ///
    /// # Why it matters
    /// What nothing watches is found broken by its users.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// runtime: ecs   # where nothing tells of a component from outside
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: importer, kind: job}   # no `metrics`
    /// ```
    ///
    /// # How to fix
    /// Add `metrics: {port: …}` to the component. For a datastore that nothing can watch, ask for a waiver.
    "G406" "unmonitored-component", phase 4, role "monitoring-analyst", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let monitoring = &context.plans.monitoring;
    let mut watched: BTreeSet<&str> = BTreeSet::new();
    for alert in &monitoring.alerting.alerts {
        // Where no cluster counts the runs of a job, its alert is a wish.
        let is_job = |name: &Traced<Name>| {
            context
                .system
                .component_named(name.as_str())
                .is_some_and(|(_, found)| found.kind.value == ComponentKind::Job)
        };
        let is_wish = alert.kind.value == AlertKind::RunFailed && alert.expression.is_none();
        if is_wish && alert.component.as_ref().is_some_and(is_job) {
            continue;
        }
        watched.extend(alert.component.iter().chain(&alert.datastore).map(|name| name.as_str()));
    }
    watched.extend(monitoring.configurations.catalogue.iter().map(|metrics| metrics.component.as_str()));
    for exporter in &monitoring.configurations.exporters {
        watched.extend(exporter.datastores.iter().map(|name| name.as_str()));
    }
    for environment in context.production() {
        for deployment in &environment.deployments {
            let component = context.system.component(deployment.component);
            if component.kind.value == ComponentKind::Website || watched.contains(component.name.as_str()) {
                continue;
            }
            let found = Diagnostic::new(
                CODE,
                component.name.origin,
                format!("nothing watches the {} `{}` in `{}`", component.kind, component.name, environment.name),
                "no metrics and no alert",
            )
            .help("add `metrics: {port: …}` to it");
            findings.add(found).component(&component.name).environment(&environment.name);
        }
        for datastore in &environment.datastores {
            let spared = matches!(datastore.kind.value, DatastoreKind::Topic | DatastoreKind::Bucket);
            if spared || watched.contains(datastore.name.as_str()) {
                continue;
            }
            let found = Diagnostic::new(
                CODE,
                datastore.name.origin,
                format!("nothing watches the {} `{}` in `{}`", datastore.kind, datastore.name, environment.name),
                "no metrics and no alert",
            )
            .help("ask for a waiver that says who looks at it instead");
            findings.add(found).environment(&environment.name);
        }
    }
}
