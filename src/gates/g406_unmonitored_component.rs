//! G406: would anybody see it fail?

use std::collections::BTreeSet;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{ComponentKind, DatastoreKind};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a deployed component or a datastore in production that has neither metrics nor an alert. Websites, topics and
    /// buckets are spared: the cloud runs them, and what they do is seen in the components that use them. An alert that only
    /// an alarm of the cloud can tell counts where the targets make alarms.
    ///
    /// # Why it matters
    /// What nothing watches is found broken by its users.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// runtime: ecs   # where nothing but the cloud's own alarms tells of a component from outside
    /// targets: [github-actions, prometheus]   # and nothing makes them
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: importer, kind: job}   # no `metrics`
    /// ```
    ///
    /// # How to fix
    /// Add `metrics: {port: …}` to the component, or name `terraform` or `cloudformation` among `targets`. For a datastore that
    /// nothing can watch, ask for a waiver.
    "G406" "unmonitored-component", phase 4, role "monitoring-analyst", waived by "the head of operations", level Deny, evidence Written
}

const MAKE_ALARMS: &str = "list `terraform` or `cloudformation` among `targets`: their alarms watch it";

fn check(context: &Context<'_>, findings: &mut Findings) {
    let monitoring = &context.plans.monitoring;
    let mut watched: BTreeSet<&str> = BTreeSet::new();
    // What only the cloud's own alarms tell is a wish where no target makes them.
    let written = context.system.targets.as_deref();
    let makes_alarms = written.is_none_or(|targets| {
        targets.iter().any(|target| matches!(target.name.as_str(), "terraform" | "cloudformation"))
    });
    for alert in &monitoring.alerting.alerts {
        let is_wish = alert.expression().is_none() && alert.objective().is_none() && !makes_alarms;
        if is_wish {
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
            .help(if makes_alarms { "add `metrics: {port: …}` to it" } else { MAKE_ALARMS });
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
            .help(if makes_alarms {
                "ask for a waiver that says who looks at it instead"
            } else {
                MAKE_ALARMS
            });
            findings.add(found).environment(&environment.name);
        }
    }
}
