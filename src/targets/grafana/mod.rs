//! The `grafana` target: dashboards, and the files that provision them.
//!
//! `dashboards/` holds one JSON file a dashboard of the plan, `provisioning/` what Grafana reads at its start, and
//! `kustomization.yaml` the same dashboards as ConfigMaps, where a cluster has the platform's Grafana. Nothing here
//! decides: rows, panels, queries and their places are the plan's.

mod canvas;
mod constants;
mod dashboard;
mod panel;
mod provisioning;
pub mod rules;
mod table;
mod text;

use std::sync::Arc;

use self::constants::Constants;
use self::provisioning::Provisioning;
use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::output::Files;
use crate::plan::Plans;
use crate::plan::monitoring::dashboards::{DashboardHead, DashboardKind};
use crate::spec::{GrafanaSpec, Specs};

/// Makes the dashboards of a system.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let (plans, spec) = (checked.plans(), &specs.grafana);
    let constants = Arc::new(Constants::default());
    let mut files = Files::default();
    let dashboards = &plans.monitoring.dashboards.dashboards;
    for (index, head) in dashboards.heads().enumerate() {
        let constants = Arc::clone(&constants);
        files.add_streamed(None, path(head), move |out| {
            if let Some(plan) = dashboards.get(index) {
                dashboard::document(Place { plans, spec, constants: &constants }, &plan, out);
            }
        });
    }
    // The chart that brings a cluster its Grafana.
    let stack = specs.kubernetes.part("monitoring").next();
    provisioning::files(Provisioning { plans, spec, stack }, &mut files);
    (files, Vec::new())
}

/// All that a dashboard is printed from.
#[derive(Clone, Copy)]
struct Place<'a> {
    plans: &'a Plans,
    spec: &'a GrafanaSpec,
    constants: &'a Constants,
}

/// Where a dashboard stands below the target's folder.
fn path(dashboard: &DashboardHead) -> String {
    match (dashboard.kind, &dashboard.about) {
        (DashboardKind::Component, Some(name)) => format!("dashboards/components/{name}.json"),
        (DashboardKind::Datastore, Some(name)) => format!("dashboards/datastores/{name}.json"),
        (kind, _) => format!("dashboards/{kind}.json"),
    }
}

#[cfg(test)]
mod tests;
