//! Datastores: what is told about them in each environment, and their dashboards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::alerts::{Draft, component_dashboard, dashboard_uid, datastore_dashboard, document, subject};
use super::datastore_watches::{Watch, further, of, titles};
use super::layout::{Draft as Panel, place};
use super::subject::Subject;
use super::traffic::{KnownRequests, Traffic, deployed};
use super::{CHAPTER, overview, resource};
use crate::ir::choice::EnvironmentKind;
use crate::ir::component::DependencyKind;
use crate::ir::datastore::Datastore;
use crate::ir::value::Text;
use crate::ir::{ComponentId, Environment, Origin, System, Traced};
use crate::plan::folded::FoldedList;
use crate::plan::monitoring::alerting::{AlertKind, AlertPlan, AlertSubject, Comparison};
use crate::plan::monitoring::dashboards::{
    DashboardKind, DashboardLink, DashboardPlan, PanelKind, PanelState, PanelUnit,
};
use crate::plan::monitoring::promql::quoted;
use crate::plan::monitoring::rules;
use crate::spec::Specs;

/// The alerts of all environments, each in the order of the input.
pub(super) fn alerts(system: &System, specs: &Specs, shown: &BTreeSet<&str>) -> Vec<AlertPlan> {
    let exported = specs.prometheus.exported_in(system.runtime.value);
    let mut alerts = Vec::new();
    for environment in &system.environments {
        for datastore in &environment.datastores {
            let resource = resource(system, environment, datastore.first_name().as_str());
            let about = Arc::new(told(system, environment, datastore, &resource, shown));
            for watch in of(datastore, &resource, None) {
                let is_asked = exported.contains(watch.metric);
                // No alarm of the cloud compares a value with what it was.
                if !is_asked && watch.kind == AlertKind::ObjectsLost {
                    continue;
                }
                alerts.push(alert(system, environment, datastore, Arc::clone(&about), watch, is_asked));
            }
        }
    }
    alerts
}

/// What alerts are about a datastore of an environment.
fn told(
    system: &System,
    environment: &Environment,
    datastore: &Datastore,
    resource: &str,
    shown: &BTreeSet<&str>,
) -> AlertSubject {
    let name = &datastore.name;
    let dashboard = if shown.contains(name.as_str()) {
        datastore_dashboard(system, name)
    } else {
        dashboard_uid(system, "overview")
    };
    let mut about = AlertSubject {
        datastore: Some(name.clone()),
        resource: Some(name.with(resource.to_owned())),
        team: system.owner.as_ref().map(|owner| owner.team.clone()),
        environments: vec![environment.name.clone()],
        ..subject(Origin::rule(rules::ALERT_KIND), dashboard)
    };
    about.document.value = document(&about);
    about
}

fn alert(
    system: &System,
    environment: &Environment,
    datastore: &Datastore,
    about: Arc<AlertSubject>,
    watch: Watch,
    is_asked: bool,
) -> AlertPlan {
    let name = &datastore.name;
    let id = format!("{}/{name}/{}", environment.name, watch.kind);
    let draft = Draft::of(about, id, watch.kind).severity(watch.severity).origin(datastore.origin).limit(
        watch.limit,
        watch.comparison,
        watch.rule,
    );
    // Where no exporter tells, the cloud's own alarms do.
    let draft = if is_asked {
        draft.when(watch.expression, Some(watch.hold), watch.rule)
    } else {
        draft.hold(Some(watch.hold), watch.rule)
    };
    draft.says(system, format!("{name}: {}", watch.kind.help()), watch.advice)
}

/// The datastores that have a dashboard.
pub(super) fn shown<'a>(system: &'a System, specs: &Specs) -> BTreeSet<&'a str> {
    let exported = specs.prometheus.exported_in(system.runtime.value);
    let is_shown = |datastore: &&Datastore| of(datastore, "", None).any(|watch| exported.contains(watch.metric));
    let everywhere = system.environments.iter().flat_map(|environment| &environment.datastores);
    everywhere.filter(is_shown).map(|datastore| datastore.name.as_str()).collect()
}

/// One dashboard a datastore that is watched, for the environment that the viewer chooses.
pub(super) fn dashboards(
    system: &System,
    specs: &Specs,
    requests: &KnownRequests<'_>,
    alerts: &[AlertPlan],
) -> FoldedList<DashboardPlan> {
    let exported = specs.prometheus.exported_in(system.runtime.value);
    let mut places: BTreeMap<&str, Vec<(&Environment, &Datastore)>> = BTreeMap::new();
    for environment in &system.environments {
        for datastore in &environment.datastores {
            places.entry(datastore.name.as_str()).or_default().push((environment, datastore));
        }
    }
    let mut users: BTreeMap<&str, Vec<ComponentId>> = BTreeMap::new();
    for (id, component) in deployed(system) {
        for needed in component.depends_on.iter().filter(|needed| needed.kind == DependencyKind::Datastore) {
            users.entry(needed.name.as_str()).or_default().push(id);
        }
    }
    let mut alerts_of: BTreeMap<&str, Vec<&AlertPlan>> = BTreeMap::new();
    for alert in alerts {
        if let Some(name) = &alert.datastore {
            alerts_of.entry(name.as_str()).or_default().push(alert);
        }
    }
    let none = Vec::new();
    let dashboard = |datastore: &Datastore| {
        let name = datastore.name.as_str();
        let (places, users) = (places.get(name)?, users.get(name).unwrap_or(&none));
        let own = Shown { system, requests, exported, places, users };
        own.dashboard(datastore, alerts_of.get(name).map_or(&[], Vec::as_slice))
    };
    let chapters: Vec<FoldedList<DashboardPlan>> =
        system.datastores.par_chunks(CHAPTER).map(|chapter| chapter.iter().filter_map(dashboard).collect()).collect();
    let mut dashboards = FoldedList::default();
    chapters.into_iter().for_each(|chapter| dashboards.append(chapter));
    dashboards
}

/// One datastore with all that its dashboard follows from.
struct Shown<'a> {
    system: &'a System,
    requests: &'a KnownRequests<'a>,
    exported: &'a BTreeSet<String>,
    places: &'a [(&'a Environment, &'a Datastore)],
    users: &'a [ComponentId],
}

impl Shown<'_> {
    fn dashboard(&self, datastore: &Datastore, alerts: &[&AlertPlan]) -> Option<DashboardPlan> {
        let (system, name) = (self.system, &datastore.name);
        // Limits are those of production, where there is one.
        let (_, most_important) = most_important(self.places)?;
        let panels = panels(system, most_important, self.exported, alerts, None);
        if panels.is_empty() {
            return None;
        }
        let matcher = format!("datastore={}", quoted(name.as_str()));
        let mut links = vec![overview::link(system)];
        links.extend(self.users.iter().map(|user| system.component(*user)).map(|component| DashboardLink {
            origin: component.origin,
            title: component.name.with(Text::new(component.name.as_str())),
            dashboard: Some(component_dashboard(system, &component.name)),
            url: None,
            kind: None,
        }));
        let users = Traffic::of_some(self.users.iter().copied(), self.requests).errors().map(|errors| {
            Panel::new("Errors of what uses it", PanelKind::Timeseries, PanelUnit::Ratio)
                .query(errors, "{{job}}")
                .states(&overview::ERROR_STATES)
                .size(24, 8)
        });
        let firing = overview::firing(system, &["alertname", "severity"], &matcher).size(24, 5);
        Some(DashboardPlan {
            origin: datastore.origin,
            uid: datastore_dashboard(system, name),
            title: name.with(format!("{} / {name}", system.name)),
            kind: Traced::by_rule(DashboardKind::Datastore, rules::PANEL),
            description: datastore.kind.with(format!("{} of {}.", datastore.kind.help(), system.name)),
            component: None,
            datastore: Some(name.clone()),
            variables: vec![overview::environment_variable(system, self.places.iter().map(|(place, _)| *place))],
            links,
            deployments: overview::deployments(system, None),
            rows: place(vec![
                ("Now".into(), vec![firing]),
                ("Saturation".into(), panels),
                ("Who uses it".into(), users.into_iter().collect()),
            ]),
            nodes: Vec::new(),
            edges: Vec::new(),
        })
    }
}

fn most_important<'a>(places: &[(&'a Environment, &'a Datastore)]) -> Option<(&'a Environment, &'a Datastore)> {
    let is_production = |(place, _): &&(&Environment, &Datastore)| place.kind.value == EnvironmentKind::Production;
    places.iter().find(is_production).or_else(|| places.first()).copied()
}

/// What the cloud calls a datastore, whichever environment the viewer chooses.
fn chosen_resource(system: &System, datastore: &str) -> String {
    format!("{}-{CHOSEN_STANDIN}-{datastore}", system.name)
}

/// A part of a name that no environment has: names have no `_`.
const CHOSEN_STANDIN: &str = "__environment__";

/// What is told of a datastore, with the runbooks of the alerts that watch it; of one title alone where it is given.
fn panels(
    system: &System,
    datastore: &Datastore,
    exported: &BTreeSet<String>,
    alerts: &[&AlertPlan],
    only: Option<&str>,
) -> Vec<Panel> {
    const WIDTH: u32 = 12;
    let resource = chosen_resource(system, datastore.first_name().as_str());
    let chosen = |expression: String| expression.replace(CHOSEN_STANDIN, "$environment_text");
    let mut titles: Vec<&str> = Vec::new();
    let mut panels: Vec<Panel> = Vec::new();
    let watches: Vec<Watch> = of(datastore, &resource, only).collect();
    for watch in &watches {
        if titles.contains(&watch.title) || !exported.contains(watch.metric) {
            continue;
        }
        titles.push(watch.title);
        // Several alerts may watch one value.
        let kinds: Vec<_> = watches.iter().filter(|other| other.title == watch.title).map(|other| other.kind).collect();
        let legend = match watch.comparison {
            _ if watch.kind == AlertKind::ObjectsLost => "objects",
            Comparison::Above => "highest",
            Comparison::Below => "lowest",
        };
        let panel = Panel::new(watch.title, PanelKind::Timeseries, watch.unit)
            .query(chosen(watch.shown.clone()), legend)
            .runbooks(alerts.iter().copied().filter(|alert| kinds.contains(&alert.rule.kind.value)))
            .size(WIDTH, 8);
        let panel = match watch.comparison {
            Comparison::Above => panel.states(&[(watch.limit, PanelState::Bad)]),
            Comparison::Below => panel.states_from_bad(&[(watch.limit, PanelState::Good)]),
        };
        panels.push(panel);
    }
    for further in further(datastore, &resource, only).filter(|further| exported.contains(further.metric)) {
        panels.push(
            Panel::new(further.title, PanelKind::Timeseries, further.unit)
                .query(chosen(further.expression), further.legend)
                .size(WIDTH, 8),
        );
    }
    panels
}

/// Whether a title is that of how far consumers are behind.
fn is_lag(title: &str) -> bool {
    ["Messages behind", "Messages that wait"].contains(&title)
}

/// The first value of each datastore that a component needs.
pub(super) fn headlines(subject: &Subject<'_>) -> Vec<Panel> {
    let exported = subject.specs.prometheus.exported_in(subject.system.runtime.value);
    let needed = subject.component.depends_on.iter();
    let names = needed.filter(|needed| needed.kind == DependencyKind::Datastore).map(|needed| needed.name.as_str());
    names
        .filter(|name| subject.shown_datastores.contains(name))
        .filter_map(|name| {
            let environments = subject.environments.iter().copied();
            let places: Vec<_> = environments.filter_map(|place| Some((place, place.datastore(name)?))).collect();
            let (_, datastore) = most_important(&places)?;
            let shown = titles(datastore.kind.value).filter(|(_, metric)| exported.contains(*metric));
            let shown: Vec<&str> = shown.map(|(title, _)| title).collect();
            // Of what is consumed the lag says most, of the others the CPU. No other panel is made.
            let lag = shown.iter().filter(|title| is_lag(title));
            let mut firsts = lag
                .chain(&shown)
                .filter_map(|title| panels(subject.system, datastore, exported, &[], Some(title)).into_iter().next());
            Some(firsts.next()?.titled(|title| format!("{name}: {title}")))
        })
        .collect()
}
