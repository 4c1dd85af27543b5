//! The dashboards of the system as a whole: the overview with its dependencies, and all objectives.

use std::collections::BTreeSet;

use super::alerts::dashboard_uid;
use super::layout::{Draft, place};
use crate::ir::choice::{EnvironmentKind, Runtime};
use crate::ir::component::{Component, DependencyKind};
use crate::ir::value::{Decimal, Name};
use crate::ir::{Environment, Origin, System, Traced};
use crate::plan::monitoring::configurations::ObjectivePlan;
use crate::plan::monitoring::dashboards::{
    DashboardKind, DashboardLink, DashboardPlan, DashboardVariable, EdgePlan, PanelKind, PanelState, PanelUnit,
    VariableValue,
};
use crate::plan::monitoring::indicator::{Controller, RequestMetrics, controller};
use crate::plan::monitoring::promql::{SELECTOR, WINDOW, fill, quoted, select};
use crate::plan::monitoring::rules;
use crate::source::Scalar;
use crate::spec::Specs;

/// The link to the overview.
pub(super) fn link(system: &System) -> DashboardLink {
    DashboardLink {
        origin: system.origin,
        title: Traced::by_rule("Overview".to_owned(), rules::PANEL),
        dashboard: Some(dashboard_uid(system, "overview")),
        url: None,
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
        value: match system.runtime.value {
            Runtime::Kubernetes => environment.namespace.with(environment.namespace.to_string()),
            Runtime::Ecs => environment.name.with(environment.name.to_string()),
        },
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

fn environments(system: &System) -> Vec<DashboardVariable> {
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

/// Traffic, errors and replicas of all components, and who calls whom.
pub(super) fn system(system: &System, specs: &Specs) -> DashboardPlan {
    let deployed: Vec<&Component> = system.components.iter().filter(|component| component.is_deployed()).collect();
    let runbooks = system.operations.as_ref().and_then(|operations| operations.runbooks.as_ref());
    let mut links = vec![DashboardLink {
        origin: system.origin,
        title: Traced::by_rule("Objectives".to_owned(), rules::PANEL),
        dashboard: Some(dashboard_uid(system, "objectives")),
        url: None,
    }];
    links.extend(runbooks.map(|url| DashboardLink {
        origin: url.origin,
        title: Traced::by_rule("Runbooks".to_owned(), rules::PANEL),
        dashboard: None,
        url: Some(url.clone()),
    }));
    let panels = traffic(&deployed, specs);
    let edges = edges(&deployed);
    let graph = Draft::new("Who calls whom", PanelKind::Graph, PanelUnit::Count).size(24, 14);
    let graph = if edges.is_empty() { Vec::new() } else { vec![graph] };
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
        rows: place(vec![("Components".to_owned(), panels), ("Dependencies".to_owned(), graph)]),
        edges,
    }
}

/// One line a component, by as few queries as there are names of counters.
fn traffic(deployed: &[&Component], specs: &Specs) -> Vec<Draft> {
    let panel = |title: &str, unit: PanelUnit| Draft::new(title, PanelKind::Table, unit).size(8, 10);
    let rate = |series: &str| format!("sum by (job) (rate({series}[{WINDOW}]))");
    let (mut requests, mut errors) = (panel("Requests", PanelUnit::Requests), panel("Errors", PanelUnit::Ratio));
    let (mut counted, mut failed) = (BTreeSet::new(), BTreeSet::new());
    for metrics in deployed.iter().filter_map(|component| RequestMetrics::of(component, specs)) {
        let all = rate(&select(&metrics.requests, &[SELECTOR]));
        if let Some(series) = metrics.failed_series(SELECTOR)
            && failed.insert(series.clone())
        {
            errors = errors.query(format!("{} / ({all} > 0)", rate(&series)), "{{job}}");
        }
        if counted.insert(metrics.requests.value) {
            requests = requests.query(all, "{{job}}");
        }
    }
    let up = format!("count by (job) ({} == 1)", select("up", &[SELECTOR]));
    let replicas = panel("Replicas that answer", PanelUnit::Count).query(up, "{{job}}");
    if counted.is_empty() { Vec::new() } else { vec![requests, errors, replicas] }
}

fn edges(deployed: &[&Component]) -> Vec<EdgePlan> {
    deployed
        .iter()
        .flat_map(|component| {
            let others = component
                .depends_on
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Component || dependency.name != component.name);
            others.map(|dependency| EdgePlan {
                origin: dependency.origin,
                from: component.name.clone(),
                to: dependency.name.clone(),
                critical: dependency.critical,
            })
        })
        .collect()
}

/// All objectives: what is left of each budget, and how fast it burns.
pub(super) fn objectives(system: &System, objectives: &[ObjectivePlan]) -> DashboardPlan {
    let mut rows: Vec<(String, Vec<Draft>)> = Vec::new();
    for objective in objectives {
        let panels = objective_panels(objective);
        match rows.last_mut().filter(|(title, _)| *title == objective.component.as_str()) {
            Some((_, row)) => row.extend(panels),
            None => rows.push((objective.component.to_string(), panels)),
        }
    }
    DashboardPlan {
        origin: system.origin,
        uid: dashboard_uid(system, "objectives"),
        title: system.name.with(format!("{} / objectives", system.name)),
        kind: Traced::by_rule(DashboardKind::Objectives, rules::PANEL),
        description: Traced::by_rule(
            "What is left of each error budget, and how fast it burns.".to_owned(),
            rules::PANEL,
        ),
        component: None,
        datastore: None,
        variables: environments(system),
        links: vec![link(system)],
        deployments: deployments(system, None),
        rows: place(rows),
        edges: Vec::new(),
    }
}

/// What was reached over the period, and how fast the budget burns now.
pub(super) fn objective_panels(objective: &ObjectivePlan) -> Vec<Draft> {
    let goal = objective.objective.value.0.shift(2);
    let over_period = fill(&objective.error_ratio, &objective.period.write(), SELECTOR);
    let burn = format!("({}) / {}", objective.error_ratio, objective.error_budget);
    let even = Decimal::whole(1);
    let page = objective.burn_windows.first().map(|window| (window.factor.value, PanelState::Bad));
    let mut states = vec![(even, PanelState::Warning)];
    states.extend(page.filter(|(factor, _)| *factor > even));
    vec![
        Draft::new(format!("{} over {}", objective.name, objective.period), PanelKind::Stat, PanelUnit::Ratio)
            .query(format!("1 - ({over_period})"), objective.name.as_str())
            .about(format!("{} % is the objective.", objective.objective))
            .states_from_bad(&[(goal, PanelState::Good)])
            .size(6, 8),
        Draft::new(format!("{} burn rate", objective.name), PanelKind::Timeseries, PanelUnit::Count)
            .query(burn, "burn rate")
            .about("1 spends the error budget evenly over the period.")
            .states(&states)
            .size(18, 8),
    ]
}
