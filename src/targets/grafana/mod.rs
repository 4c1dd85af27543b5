//! The `grafana` target: dashboards, and the files that provision them.
//!
//! `dashboards/` holds one JSON file a dashboard of the plan, `provisioning/` what Grafana reads at its start, and
//! `kustomization.yaml` the same dashboards as ConfigMaps, where a cluster has the platform's Grafana. Nothing here
//! decides: rows, panels, queries and their places are the plan's.

mod canvas;
mod dashboard;
mod panel;
mod provisioning;
pub mod rules;
mod table;
mod text;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::output::Files;
use crate::plan::Plans;
use crate::plan::monitoring::dashboards::{DashboardHead, DashboardKind};
use crate::spec::kubernetes::Chart;
use crate::spec::{GrafanaSpec, Specs};

/// Makes the dashboards of a system.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    // The chart that brings a cluster its Grafana.
    let stack = specs.kubernetes.part("monitoring").next();
    let place = Place { plans: checked.plans(), spec: &specs.grafana, stack };
    let mut files = Files::default();
    let dashboards = &place.plans.monitoring.dashboards.dashboards;
    for (index, head) in dashboards.heads().enumerate() {
        files.add_streamed(None, path(head), move |out| {
            if let Some(plan) = dashboards.get(index) {
                dashboard::document(place, &plan, out);
            }
        });
    }
    provisioning::files(place, &mut files);
    (files, Vec::new())
}

/// All that a dashboard is printed from.
#[derive(Clone, Copy)]
struct Place<'a> {
    plans: &'a Plans,
    spec: &'a GrafanaSpec,
    stack: Option<&'a Chart>,
}

/// Where a dashboard stands below the target's folder.
fn path(dashboard: &DashboardHead) -> String {
    match (dashboard.kind, &dashboard.about) {
        (DashboardKind::Component, Some(name)) => format!("dashboards/components/{name}.json"),
        (DashboardKind::Datastore, Some(name)) => format!("dashboards/datastores/{name}.json"),
        (kind, _) => format!("dashboards/{kind}.json"),
    }
}
