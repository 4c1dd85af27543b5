//! The dashboard of a component: what is wrong now, what was promised, what it does, what it runs on, what it needs.

use std::collections::BTreeSet;

use super::alerts::{component_dashboard, datastore_dashboard};
use super::component_panels as panels;
use super::graph::{self, Graph};
use super::layout::{Draft, place};
use super::subject::Subject;
use super::traffic::{Traffic, needed};
use super::{budgets, datastores, overview};
use crate::ir::Traced;
use crate::ir::component::DependencyKind;
use crate::ir::value::Text;
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::configurations::ObjectivePlan;
use crate::plan::monitoring::dashboards::{
    DashboardKind, DashboardLink, DashboardPlan, DashboardVariable, NodeKind, PanelKind, PanelUnit,
};
use crate::plan::monitoring::promql::{quoted, select};
use crate::plan::monitoring::rules;

/// The most callers that a component's graph shows; the rest would make its boxes too small to read.
const MOST_CALLERS: usize = 12;

/// The dashboard of one component.
pub(super) fn plan(subject: &Subject<'_>, objectives: &[ObjectivePlan], alerts: &[AlertPlan]) -> DashboardPlan {
    let component = subject.component;
    let graph = neighbours(subject);
    let needs = needs(subject, graph.as_ref());
    let (nodes, edges) = graph.map(|graph| (graph.nodes, graph.edges)).unwrap_or_default();
    let budgets = objectives.iter().flat_map(|objective| budgets::panels(subject.system, objective, alerts));
    let mut rows: Vec<(Text, Vec<Draft>)> = vec![
        ("Now".into(), now(subject, objectives, alerts)),
        ("Objectives".into(), budgets.collect()),
        ("Requests".into(), panels::requests(subject, objectives, alerts)),
        ("Runs".into(), panels::runs(subject, alerts)),
        ("Connections".into(), panels::connections(subject, alerts)),
        ("Data".into(), panels::data(subject)),
        ("Saturation".into(), panels::saturation(subject, alerts)),
        ("What it needs".into(), needs),
        ("Own metrics".into(), panels::own_metrics(subject)),
    ];
    lead_to_all(&mut rows, alerts);
    DashboardPlan {
        origin: component.origin,
        uid: subject.about.dashboard.clone(),
        title: component.name.with(format!("{} / {}", subject.system.name, component.name)),
        kind: Traced::by_rule(DashboardKind::Component, rules::PANEL),
        description: component.description.clone().unwrap_or_else(|| {
            Traced::by_rule(format!("{} of {}.", component.name, subject.system.name), rules::PANEL)
        }),
        component: Some(component.name.clone()),
        datastore: None,
        variables: variables(subject),
        links: links(subject),
        deployments: overview::deployments(subject.system, Some(component)),
        rows: place(rows),
        nodes,
        edges,
    }
}

fn variables(subject: &Subject<'_>) -> Vec<DashboardVariable> {
    let mut variables = vec![overview::environment_variable(subject.system, subject.environments.iter().copied())];
    if subject.measured.requests.is_some() {
        let text = |text: &str| Traced::by_rule(text.to_owned(), rules::VARIABLES);
        variables.push(DashboardVariable {
            origin: subject.component.origin,
            name: text("instance"),
            values: Vec::new(),
            label: Some(text("instance")),
            series: Some(text(&select("up", &[&subject.own]))),
            multiple: Traced::by_rule(true, rules::VARIABLES),
        });
    }
    variables
}

/// The overview, and the dashboards of what the component needs.
fn links(subject: &Subject<'_>) -> Vec<DashboardLink> {
    let mut links = vec![overview::link(subject.system), overview::all_components(subject.system)];
    for dependency in &subject.component.depends_on {
        let dashboard = match dependency.kind {
            DependencyKind::Component if dependency.name != subject.component.name => {
                component_dashboard(subject.system, &dependency.name)
            }
            DependencyKind::Datastore if subject.shown_datastores.contains(dependency.name.as_str()) => {
                datastore_dashboard(subject.system, &dependency.name)
            }
            _ => continue,
        };
        links.push(DashboardLink {
            origin: dependency.origin,
            title: dependency.name.with(Text::new(dependency.name.as_str())),
            dashboard: Some(dashboard),
            url: None,
            kind: None,
        });
    }
    links
}

/// What fires, and the numbers that say at a glance whether callers are served.
fn now(subject: &Subject<'_>, objectives: &[ObjectivePlan], alerts: &[AlertPlan]) -> Vec<Draft> {
    if alerts.is_empty() {
        return Vec::new();
    }
    let own = format!("component={}", quoted(subject.component.name.as_str()));
    let mut now = panels::numbers(subject, objectives);
    now.push(overview::firing(subject.system, &["alertname", "severity"], &own).size(8, 5));
    now
}

/// Lets the panel of what fires lead to the runbooks that no other panel leads to: what only the cloud knows has none.
fn lead_to_all(rows: &mut [(Text, Vec<Draft>)], alerts: &[AlertPlan]) {
    let linked: BTreeSet<&str> = rows.iter().flat_map(|(_, drafts)| drafts).flat_map(Draft::addresses).collect();
    let is_left =
        |alert: &&AlertPlan| alert.runbook().as_ref().is_some_and(|url| !linked.contains(url.to_text().as_ref()));
    let left: Vec<&AlertPlan> = alerts.iter().filter(is_left).collect();
    let firing = rows.first_mut().and_then(|(_, now)| now.pop());
    if let (Some(firing), Some((_, now))) = (firing, rows.first_mut()) {
        now.push(firing.runbooks(left));
    }
}

/// Who calls it and whom it calls.
fn neighbours(subject: &Subject<'_>) -> Option<Graph> {
    let component = subject.component;
    let mut nodes = Vec::new();
    let mut edges = Vec::new();
    for caller in subject.callers.iter().take(MOST_CALLERS).map(|caller| subject.system.component(*caller)) {
        overview::add_node(&mut nodes, &caller.name, NodeKind::Component);
        let calls = caller.depends_on.iter().filter(|needed| needed.name == component.name).take(1);
        edges.extend(calls.map(|dependency| overview::edge(caller, dependency)));
    }
    overview::add_node(&mut nodes, &component.name, NodeKind::Component);
    for dependency in component.depends_on.iter().filter(|needed| needed.name != component.name) {
        overview::add_node(&mut nodes, &dependency.name, overview::node_kind(dependency.kind));
        edges.push(overview::edge(component, dependency));
    }
    (!edges.is_empty()).then(|| graph::place(nodes, edges))
}

/// The graph, what fails and is slow of the components that it calls, and its datastores.
fn needs(subject: &Subject<'_>, graph: Option<&Graph>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let needed = needed(subject);
    if let Some(graph) = graph {
        let shown = subject.callers.iter().take(MOST_CALLERS).chain([&subject.id]).chain(&needed).copied();
        drafts.push(overview::drawing(graph, &Traffic::of_some(shown, subject.requests), 24));
    }
    let called = Traffic::of_some(needed.into_iter(), subject.requests);
    if let Some(errors) = called.errors() {
        drafts.push(
            Draft::new("Errors of what it calls", PanelKind::Timeseries, PanelUnit::Ratio)
                .query(errors, "{{job}}")
                .states(&overview::ERROR_STATES)
                .about("Of all requests to them, whoever sends them."),
        );
    }
    if let Some(durations) = called.durations() {
        drafts.push(
            Draft::new("Durations p99 of what it calls", PanelKind::Timeseries, PanelUnit::Seconds)
                .query(durations, "{{job}}")
                .about("Of all requests to them, whoever sends them."),
        );
    }
    drafts.extend(datastores::headlines(subject));
    drafts
}
