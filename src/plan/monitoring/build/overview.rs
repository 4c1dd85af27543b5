//! The dashboard of the system as a whole, and what all dashboards share: variables, links, marks of deployments.

use super::alerts::{component_dashboard, component_dashboard_prefix, dashboard_uid};
use super::graph::{self, MOST_NODES};
use super::layout::{Draft, place};
use super::traffic::{KnownRequests, Traffic, deployed};
use crate::ir::choice::{EnvironmentKind, Runtime};
use crate::ir::component::{Component, DependencyKind};
use crate::ir::value::{Decimal, Name, Text};
use crate::ir::{ComponentId, Environment, Origin, System, Traced};
use crate::plan::monitoring::alerting::{AlertKind, AlertPlan};
use crate::plan::monitoring::dashboards::{
    DashboardKind, DashboardLink, DashboardPlan, DashboardVariable, EdgePlan, NodeKind, PanelKind, PanelState,
    PanelUnit, VariableValue,
};
use crate::plan::monitoring::indicator::{Controller, controller};
use crate::plan::monitoring::promql::{SELECTOR, quoted, select};
use crate::plan::monitoring::rules;
use crate::spec::Specs;

/// From which share of failed requests on somebody should look, and from which on act, where no objective says so.
pub(super) const ERROR_STATES: [(Decimal, PanelState); 2] =
    [(Decimal::new(1, 2), PanelState::Warning), (Decimal::new(5, 2), PanelState::Bad)];

/// The most lines of one panel that a person can still tell apart.
pub(super) const MOST_LINES: usize = 20;

/// The link to the overview.
pub(super) fn link(system: &System) -> DashboardLink {
    DashboardLink {
        origin: system.origin,
        title: Traced::by_rule("Overview".into(), rules::PANEL),
        dashboard: Some(dashboard_uid(system, "overview")),
        url: None,
        kind: None,
    }
}

/// The links to all dashboards of components.
pub(super) fn all_components(system: &System) -> DashboardLink {
    DashboardLink {
        origin: system.origin,
        title: Traced::by_rule("Components".into(), rules::PANEL),
        dashboard: None,
        url: None,
        kind: Some(Traced::by_rule(DashboardKind::Component, rules::PANEL)),
    }
}

/// The links to all dashboards of datastores.
fn all_datastores(system: &System) -> DashboardLink {
    DashboardLink {
        title: Traced::by_rule("Datastores".into(), rules::PANEL),
        kind: Some(Traced::by_rule(DashboardKind::Datastore, rules::PANEL)),
        ..all_components(system)
    }
}

/// What `$selector` stands for in a dashboard.
pub(super) fn selector(system: &System) -> Traced<String> {
    let label = match system.runtime.value {
        Runtime::Kubernetes => "namespace",
        Runtime::Ecs => "environment",
    };
    Traced::by_rule(format!("{label}=\"$environment\""), rules::VARIABLES)
}

/// What stands for an environment in the expressions of dashboards: what its series are told apart by.
pub(super) fn variable_value(system: &System, environment: &Environment) -> Traced<String> {
    match system.runtime.value {
        Runtime::Kubernetes => environment.namespace.with(environment.namespace.to_string()),
        Runtime::Ecs => environment.name.with(environment.name.to_string()),
    }
}

/// The choice of an environment; production first, since that is what people ask about.
pub(super) fn environment_variable<'a>(
    system: &System,
    environments: impl Iterator<Item = &'a Environment>,
) -> DashboardVariable {
    let mut environments: Vec<&Environment> = environments.collect();
    environments.sort_by_key(|environment| environment.kind.value != EnvironmentKind::Production);
    let value = |environment: &&Environment| VariableValue {
        origin: environment.origin,
        text: environment.name.with(environment.name.to_string()),
        value: variable_value(system, environment),
    };
    DashboardVariable {
        origin: Origin::rule(rules::VARIABLES),
        name: Traced::by_rule("environment".to_owned(), rules::VARIABLES),
        values: environments.iter().map(value).collect(),
        label: None,
        series: None,
        multiple: Traced::by_rule(false, rules::VARIABLES),
    }
}

/// The choice among all environments.
pub(super) fn environments(system: &System) -> Vec<DashboardVariable> {
    vec![environment_variable(system, system.environments.iter())]
}

/// When something was deployed: the cluster counts the changes of each workload.
pub(super) fn deployments(system: &System, component: Option<&Component>) -> Option<Traced<String>> {
    if system.runtime.value != Runtime::Kubernetes {
        return None;
    }
    let changes = |metric: &str, matcher: &str| format!("changes({}[2m]) > 0", select(metric, &[SELECTOR, matcher]));
    let exactly = |label: &str, name: &Name| format!("{label}={}", quoted(name.as_str()));
    let expression = match component.map(|component| (component, controller(component))) {
        None => changes("kube_deployment_status_observed_generation", ""),
        Some((component, Controller::Deployment)) => {
            changes("kube_deployment_status_observed_generation", &exactly("deployment", &component.name))
        }
        Some((component, Controller::StatefulSet)) => {
            changes("kube_statefulset_status_replicas_updated", &exactly("statefulset", &component.name))
        }
        // A new version has a ReplicaSet of its own.
        Some((component, Controller::Rollout)) => {
            let owner = format!("owner_kind=\"Rollout\",{}", exactly("owner_name", &component.name));
            let sets =
                |offset: &str| format!("count({}{offset})", select("kube_replicaset_owner", &[SELECTOR, &owner]));
            format!("{} > {}", sets(""), sets(" offset 2m"))
        }
    };
    Some(Traced::by_rule(expression, rules::DEPLOYMENT_MARKS))
}

/// What fires now, of all or of what the further matchers name.
pub(super) fn firing(system: &System, by: &[&'static str], further: &str) -> Draft {
    let own = format!("system={}", quoted(system.name.as_str()));
    let alerts = select("ALERTS", &["alertstate=\"firing\"", &own, "environment=\"$environment_text\"", further]);
    Draft::new("Alerts that fire", PanelKind::Table, PanelUnit::Count).about("Nothing here is good.").labels(by).column(
        format!("count by ({}) ({alerts})", by.join(", ")),
        "Series",
        PanelUnit::Count,
        &[],
    )
}

/// Traffic, errors and replicas of all components, and who calls whom.
pub(super) fn system(
    system: &System,
    specs: &Specs,
    requests: &KnownRequests<'_>,
    alerts: &[AlertPlan],
    has_objectives: bool,
) -> DashboardPlan {
    let (ids, deployed): (Vec<ComponentId>, Vec<&Component>) = deployed(system).unzip();
    let runbooks = system.operations.as_ref().and_then(|operations| operations.runbooks.as_ref());
    let objectives = DashboardLink {
        origin: system.origin,
        title: Traced::by_rule("Objectives".into(), rules::PANEL),
        dashboard: Some(dashboard_uid(system, "objectives")),
        url: None,
        kind: None,
    };
    let mut links: Vec<DashboardLink> = has_objectives.then_some(objectives).into_iter().collect();
    links.push(all_components(system));
    links.push(all_datastores(system));
    links.extend(runbooks.map(|url| DashboardLink {
        origin: url.origin,
        title: Traced::by_rule("Runbooks".into(), rules::PANEL),
        dashboard: None,
        url: Some(url.with(Text::new(url))),
        kind: None,
    }));
    let traffic = Traffic::of_all(ids.into_iter(), requests);
    let graph = whole_graph(&deployed);
    let drawn = graph.as_ref().map(|graph| drawing(graph, &traffic, 24));
    let (nodes, edges) = graph.map(|graph| (graph.nodes, graph.edges)).unwrap_or_default();
    let certificates = certificates(specs, system, alerts);
    let nodes_of_cluster = nodes_of_cluster(alerts);
    // What has no panel is known by its alert alone.
    let uid = dashboard_uid(system, "overview");
    let has_panel = |alert: &&AlertPlan| match alert.rule.kind.value {
        AlertKind::CertificateExpiring => certificates.is_some(),
        kind => ABOUT_NODES.contains(&kind) && nodes_of_cluster.is_some(),
    };
    let others = alerts.iter().filter(|alert| alert.dashboard == uid && !has_panel(alert));
    let firing = firing(system, &["alertname", "severity", "component", "datastore"], "").runbooks(others);
    let mut now = vec![firing.size(24, 6)];
    now.extend(certificates);
    now.extend(nodes_of_cluster);
    DashboardPlan {
        origin: system.origin,
        uid: dashboard_uid(system, "overview"),
        title: system.name.with(format!("{} / overview", system.name)),
        kind: Traced::by_rule(DashboardKind::Overview, rules::PANEL),
        description: system
            .description
            .clone()
            .unwrap_or_else(|| Traced::by_rule(format!("All components of {}.", system.name), rules::PANEL)),
        component: None,
        datastore: None,
        variables: environments(system),
        links,
        deployments: deployments(system, None),
        rows: place(vec![
            ("Now".into(), now),
            ("Dependencies".into(), drawn.into_iter().collect()),
            ("Components".into(), components(system, &traffic, &deployed)),
            ("Traffic".into(), lines(&traffic, deployed.len())),
        ]),
        nodes,
        edges,
    }
}

/// What the identifiers of all components' dashboards begin with; none where one had to be shortened.
fn component_prefix(system: &System, deployed: &[&Component]) -> Option<Traced<String>> {
    let prefix = component_dashboard_prefix(system);
    let is_whole = |component: &&Component| {
        component_dashboard(system, &component.name).value == format!("{prefix}{}", component.name)
    };
    deployed.iter().all(is_whole).then(|| Traced::by_rule(prefix, rules::DASHBOARD_UID))
}

/// One line a component.
fn components(system: &System, traffic: &Traffic, deployed: &[&Component]) -> Vec<Draft> {
    let Some(requests) = traffic.requests() else { return Vec::new() };
    let mut table = Draft::new("Components", PanelKind::Table, PanelUnit::Count).labels(&["job"]).column(
        requests,
        "Requests",
        PanelUnit::Requests,
        &[],
    );
    if let Some(errors) = traffic.errors() {
        table = table.column(errors, "Errors", PanelUnit::Ratio, &ERROR_STATES);
    }
    if let Some(durations) = traffic.durations() {
        table = table.column(durations, "p99", PanelUnit::Seconds, &[]);
    }
    let up = format!("count by (job) ({} == 1)", select("up", &[SELECTOR]));
    let lines = u32::try_from(deployed.len()).unwrap_or(u32::MAX).saturating_add(3);
    let table = table.leads_to(component_prefix(system, deployed));
    vec![table.column(up, "Replicas that answer", PanelUnit::Count, &[]).size(24, lines.clamp(6, 20))]
}

/// Errors and durations over time.
fn lines(traffic: &Traffic, components: usize) -> Vec<Draft> {
    let panel = |title: &'static str, unit, expression: Option<String>| {
        let expression = expression?;
        let draft = Draft::new(title, PanelKind::Timeseries, unit).size(8, 8);
        // Where nobody could tell the lines apart, the highest are shown.
        Some(if components > MOST_LINES {
            draft
                .about(format!("The {MOST_LINES} highest."))
                .query(format!("topk({MOST_LINES}, {expression})"), "{{job}}")
        } else {
            draft.query(expression, "{{job}}")
        })
    };
    let errors = panel("Errors", PanelUnit::Ratio, traffic.errors()).map(|panel| panel.states(&ERROR_STATES));
    let requests = panel("Requests", PanelUnit::Requests, traffic.requests());
    let durations = panel("Durations p99", PanelUnit::Seconds, traffic.durations());
    [requests, errors, durations].into_iter().flatten().collect()
}

/// When the next certificate ends.
fn certificates(specs: &Specs, system: &System, alerts: &[AlertPlan]) -> Option<Draft> {
    const METRIC: &str = "aws_certificatemanager_days_to_expiry_minimum";
    let of_kind = |alert: &&AlertPlan| alert.rule.kind.value == AlertKind::CertificateExpiring;
    let alert = alerts.iter().find(of_kind)?;
    if !specs.prometheus.exported_in(system.runtime.value).contains(METRIC) {
        return None;
    }
    let limit = alert.rule.threshold.as_ref().map(|limit| (limit.value, PanelState::Good));
    let panel = Draft::new("Days until a certificate ends", PanelKind::Stat, PanelUnit::Count)
        .query(format!("min({METRIC})"), "days")
        .states_from_bad(limit.as_slice())
        .runbooks(std::iter::once(alert));
    Some(panel.size(6, 4))
}

/// What is told of nodes.
const ABOUT_NODES: [AlertKind; 3] = [AlertKind::NodesLost, AlertKind::NodeUnready, AlertKind::NodePressure];

/// How many nodes take work, of a cluster that is watched.
fn nodes_of_cluster(alerts: &[AlertPlan]) -> Option<Draft> {
    let about: Vec<&AlertPlan> = alerts.iter().filter(|alert| ABOUT_NODES.contains(&alert.rule.kind.value)).collect();
    let condition = |matchers: &str| select("kube_node_status_condition", &[matchers]);
    let ready = condition("condition=\"Ready\",status=\"true\"");
    let pressed = condition("condition=~\"DiskPressure|MemoryPressure|PIDPressure\",status=\"true\"");
    let panel = Draft::new("Nodes of the cluster", PanelKind::Timeseries, PanelUnit::Count)
        .query(format!("count({ready})"), "all")
        .query(format!("sum({ready})"), "ready")
        .query(format!("sum({pressed})"), "under pressure")
        .runbooks(about.iter().copied());
    (!about.is_empty()).then(|| panel.size(12, 8))
}

/// The panel of a graph: boxes are coloured by what fails.
pub(super) fn drawing(graph: &graph::Graph, traffic: &Traffic, width: u32) -> Draft {
    let height = u32::try_from(graph.tallest).unwrap_or(u32::MAX).saturating_mul(2).saturating_add(2);
    Draft::new("Who calls whom", PanelKind::Graph, PanelUnit::Ratio)
        .about("Coloured by the share of requests that fail. A thick arrow is a dependency that nothing works without.")
        .query_some(traffic.errors(), "{{job}}")
        .states(&ERROR_STATES)
        .size(width, height.clamp(8, 30))
}

/// The whole graph, where a person can still read it.
fn whole_graph(deployed: &[&Component]) -> Option<graph::Graph> {
    if deployed.len() > MOST_NODES {
        return None;
    }
    let mut nodes: Vec<(Traced<Name>, NodeKind)> = Vec::new();
    let mut edges = Vec::new();
    for component in deployed {
        add_node(&mut nodes, &component.name, NodeKind::Component);
    }
    for component in deployed {
        for dependency in component.depends_on.iter().filter(|needed| needed.name != component.name) {
            add_node(&mut nodes, &dependency.name, node_kind(dependency.kind));
            edges.push(edge(component, dependency));
        }
        if nodes.len() > MOST_NODES {
            return None;
        }
    }
    (!edges.is_empty()).then(|| graph::place(nodes, edges))
}

pub(super) fn add_node(nodes: &mut Vec<(Traced<Name>, NodeKind)>, name: &Traced<Name>, kind: NodeKind) {
    if !nodes.iter().any(|(known, _)| known == name) {
        nodes.push((name.clone(), kind));
    }
}

pub(super) const fn node_kind(kind: DependencyKind) -> NodeKind {
    match kind {
        DependencyKind::Component => NodeKind::Component,
        DependencyKind::Datastore => NodeKind::Datastore,
        DependencyKind::External => NodeKind::External,
    }
}

pub(super) fn edge(component: &Component, dependency: &crate::ir::component::Dependency) -> EdgePlan {
    EdgePlan {
        origin: dependency.origin,
        from: component.name.clone(),
        to: dependency.name.clone(),
        critical: dependency.critical,
    }
}
