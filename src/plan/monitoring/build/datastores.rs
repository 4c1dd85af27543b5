//! Datastores: what is told about them in each environment, and their dashboards.

use std::collections::{BTreeMap, BTreeSet};

use super::alerts::{Draft, datastore_dashboard};
use super::datastore_watches::{Watch, of};
use super::layout::{Draft as Panel, place};
use super::{overview, resource};
use crate::ir::datastore::Datastore;
use crate::ir::{Environment, System, Traced};
use crate::plan::monitoring::alerting::{AlertPlan, Comparison};
use crate::plan::monitoring::dashboards::{DashboardKind, DashboardPlan, PanelKind, PanelState};
use crate::plan::monitoring::rules;
use crate::spec::Specs;

/// The alerts of all environments, each in the order of the input.
pub(super) fn alerts(system: &System, specs: &Specs) -> Vec<AlertPlan> {
    let exported = specs.prometheus.exported_in(system.runtime.value);
    let mut alerts = Vec::new();
    for environment in &system.environments {
        for datastore in &environment.datastores {
            let resource = resource(system, environment, datastore.name.as_str());
            for watch in of(datastore, &resource) {
                let is_asked = exported.contains(watch.metric);
                alerts.push(alert(system, environment, datastore, &resource, watch, is_asked));
            }
        }
    }
    alerts
}

fn alert(
    system: &System,
    environment: &Environment,
    datastore: &Datastore,
    resource: &str,
    watch: Watch,
    is_asked: bool,
) -> AlertPlan {
    let name = &datastore.name;
    let id = format!("{}/{name}/{}", environment.name, watch.kind);
    let draft = Draft::new(system, id, watch.kind, datastore_dashboard(system, name))
        .team(system.owner.as_ref())
        .severity(watch.severity)
        .about(|plan| {
            plan.origin = datastore.origin;
            plan.datastore = Some(name.clone());
            plan.resource = Some(name.with(resource.to_owned()));
            plan.environments = vec![environment.name.clone()];
        })
        .limit(watch.limit, watch.comparison, watch.rule);
    // Where no exporter tells, the cloud's own alarms do.
    let draft = if is_asked {
        draft.when(watch.expression, Some(watch.hold), watch.rule)
    } else {
        draft.hold(Some(watch.hold), watch.rule)
    };
    draft.says(format!("{name}: {}", watch.kind.help()), watch.advice)
}

/// The datastores that have a dashboard.
pub(super) fn shown<'a>(system: &'a System, specs: &Specs) -> BTreeSet<&'a str> {
    let exported = specs.prometheus.exported_in(system.runtime.value);
    let is_shown = |datastore: &&Datastore| of(datastore, "").iter().any(|watch| exported.contains(watch.metric));
    let everywhere = system.environments.iter().flat_map(|environment| &environment.datastores);
    everywhere.filter(is_shown).map(|datastore| datastore.name.as_str()).collect()
}

/// One dashboard a datastore that is watched, with a line for each environment.
pub(super) fn dashboards(system: &System, specs: &Specs) -> Vec<DashboardPlan> {
    let exported = specs.prometheus.exported_in(system.runtime.value);
    let mut places: BTreeMap<&str, Vec<(&Environment, &Datastore)>> = BTreeMap::new();
    for environment in &system.environments {
        for datastore in &environment.datastores {
            places.entry(datastore.name.as_str()).or_default().push((environment, datastore));
        }
    }
    let dashboard =
        |datastore: &Datastore| self::dashboard(system, datastore, places.get(datastore.name.as_str())?, &exported);
    system.datastores.iter().filter_map(dashboard).collect()
}

fn dashboard(
    system: &System,
    datastore: &Datastore,
    places: &[(&Environment, &Datastore)],
    exported: &BTreeSet<&str>,
) -> Option<DashboardPlan> {
    let mut panels: Vec<Panel> = Vec::new();
    let mut titles: Vec<&str> = Vec::new();
    for watch in of(datastore, "") {
        if titles.contains(&watch.title) || !exported.contains(watch.metric) {
            continue;
        }
        titles.push(watch.title);
        let mut panel = Panel::new(watch.title, PanelKind::Timeseries, watch.unit);
        for (environment, here) in places {
            let resource = resource(system, environment, datastore.name.as_str());
            if let Some(watch) = of(here, &resource).into_iter().find(|here| here.kind == watch.kind) {
                panel = panel.query(watch.shown, environment.name.to_string());
            }
        }
        // A panel turns bad above its limit.
        if watch.comparison == Comparison::Above {
            panel = panel.states(&[(watch.limit, PanelState::Bad)]);
        }
        panels.push(panel);
    }
    panels.retain(Panel::has_queries);
    if panels.is_empty() {
        return None;
    }
    Some(DashboardPlan {
        origin: datastore.origin,
        uid: datastore_dashboard(system, &datastore.name),
        title: datastore.name.with(format!("{} / {}", system.name, datastore.name)),
        kind: Traced::by_rule(DashboardKind::Datastore, rules::PANEL),
        description: datastore.kind.with(format!("{} of {}, by environment.", datastore.kind.help(), system.name)),
        component: None,
        datastore: Some(datastore.name.clone()),
        variables: Vec::new(),
        links: vec![overview::link(system)],
        deployments: None,
        rows: place(vec![("Saturation".to_owned(), panels)]),
        edges: Vec::new(),
    })
}
