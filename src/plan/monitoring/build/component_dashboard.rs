//! The dashboard of a component: requests, errors, durations; what it runs on; what it needs.

use super::alerts::{component_dashboard, datastore_dashboard};
use super::layout::{Draft, place};
use super::overview;
use super::subject::Subject;
use crate::ir::Traced;
use crate::ir::choice::{ComponentKind, Domain};
use crate::ir::component::DependencyKind;
use crate::ir::value::Decimal;
use crate::plan::monitoring::configurations::{IndicatorKind, ObjectivePlan};
use crate::plan::monitoring::dashboards::{
    DashboardKind, DashboardLink, DashboardPlan, DashboardVariable, PanelKind, PanelState, PanelUnit,
};
use crate::plan::monitoring::indicator::{RequestMetrics, seconds};
use crate::plan::monitoring::promql::{SELECTOR, WINDOW, quoted, select};
use crate::plan::monitoring::rules;
use crate::spec::prometheus::AlertSeverity;

/// The label matcher of the instances that the viewer has chosen.
const INSTANCES: &str = "instance=~\"$instance\"";

/// The dashboard of one component.
pub(super) fn plan(subject: &Subject<'_>, objectives: &[ObjectivePlan]) -> DashboardPlan {
    let component = subject.component;
    let rows = vec![
        ("Objectives".to_owned(), objectives.iter().flat_map(overview::objective_panels).collect()),
        ("Requests".to_owned(), requests(subject, objectives)),
        ("Runs".to_owned(), runs(subject)),
        ("Connections".to_owned(), connections(subject)),
        ("Saturation".to_owned(), saturation(subject)),
        ("Own metrics".to_owned(), own_metrics(subject)),
    ];
    DashboardPlan {
        origin: component.origin,
        uid: component_dashboard(subject.system, &component.name),
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
        edges: Vec::new(),
    }
}

fn variables(subject: &Subject<'_>) -> Vec<DashboardVariable> {
    let mut variables = vec![overview::environment_variable(subject.system, subject.environments.iter().copied())];
    if subject.component.metrics.is_some() {
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
    let mut links = vec![overview::link(subject.system)];
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
            title: dependency.name.with(dependency.name.to_string()),
            dashboard: Some(dashboard),
            url: None,
        });
    }
    links
}

/// Rate, errors and durations.
fn requests(subject: &Subject<'_>, objectives: &[ObjectivePlan]) -> Vec<Draft> {
    let Some(requests) = &subject.measured.requests else { return Vec::new() };
    let own = subject.own.as_str();
    let mut panels = vec![
        Draft::new("Requests", PanelKind::Timeseries, PanelUnit::Requests)
            .query(requests.request_rate(own, WINDOW), "all")
            .query_some(requests.error_rate(own, WINDOW), "failed")
            .size(8, 8),
    ];
    if let Some(ratio) = requests.error_ratio(own, WINDOW) {
        let availability = objectives.iter().find(|known| known.indicator.value == IndicatorKind::Availability);
        panels.push(
            Draft::new("Errors", PanelKind::Timeseries, PanelUnit::Ratio)
                .query(ratio, "failed of all")
                .states(&availability.map(error_states).unwrap_or_default())
                .size(8, 8),
        );
    }
    if requests.duration.is_some() {
        panels.push(durations(subject, requests, objectives).size(8, 8));
    }
    let by_instance = select(&requests.requests, &[own, INSTANCES]);
    panels.push(
        Draft::new("Requests by instance", PanelKind::Timeseries, PanelUnit::Requests)
            .query(format!("sum by (instance) (rate({by_instance}[{WINDOW}]))"), "{{instance}}")
            .size(12, 8),
    );
    if subject.component.domain.value == Domain::Realtime {
        let quantile = |quantile: &str| requests.duration_quantile(quantile, own, WINDOW);
        if let (Some(slow), Some(usual)) = (quantile("0.99"), quantile("0.5")) {
            panels.push(
                Draft::new("Jitter", PanelKind::Timeseries, PanelUnit::Seconds)
                    .query(format!("{slow} - {usual}"), "p99 - p50")
                    .about("How much slower a slow request is than a usual one."),
            );
        }
    }
    panels
}

fn durations(subject: &Subject<'_>, requests: &RequestMetrics, objectives: &[ObjectivePlan]) -> Draft {
    let mut quantiles = vec![("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")];
    if subject.component.domain.value == Domain::Realtime {
        quantiles.push(("0.999", "p99.9"));
    }
    let mut panel = Draft::new("Durations", PanelKind::Timeseries, PanelUnit::Seconds);
    for (quantile, legend) in quantiles {
        panel = panel.query_some(requests.duration_quantile(quantile, &subject.own, WINDOW), legend);
    }
    let limit = objectives.iter().find_map(|objective| objective.latency);
    panel.states(&limit.map(|limit| vec![(seconds(limit.value), PanelState::Bad)]).unwrap_or_default())
}

/// What an error ratio means: a budget that burns evenly is gone at the period's end; a page says that it burns fast.
fn error_states(objective: &ObjectivePlan) -> Vec<(Decimal, PanelState)> {
    let page = objective.burn_windows.iter().find(|window| window.severity.value == AlertSeverity::Page);
    let mut states = vec![(objective.error_budget.value, PanelState::Warning)];
    states.extend(page.map(|window| (window.threshold.value, PanelState::Bad)));
    states
}

/// When it ran, for what runs to its end.
fn runs(subject: &Subject<'_>) -> Vec<Draft> {
    if subject.component.kind.value != ComponentKind::Cronjob || !subject.is_in_cluster() {
        return Vec::new();
    }
    let cronjob = format!("cronjob={}", quoted(subject.component.name.as_str()));
    let since = |metric: &str| format!("time() - max({})", select(metric, &[SELECTOR, &cronjob]));
    vec![
        Draft::new("Since the last success", PanelKind::Stat, PanelUnit::Seconds)
            .query(since("kube_cronjob_status_last_successful_time"), "since")
            .size(6, 4),
        Draft::new("Since the last start", PanelKind::Stat, PanelUnit::Seconds)
            .query(since("kube_cronjob_status_last_schedule_time"), "since")
            .size(6, 4),
    ]
}

/// Open and lost connections, where the protocol keeps them.
fn connections(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(requests) = &subject.measured.requests else { return Vec::new() };
    let mut panels = Vec::new();
    if let Some(open) = requests.extra("connections_open") {
        panels.push(
            Draft::new("Open connections", PanelKind::Timeseries, PanelUnit::Count)
                .query(format!("sum({})", select(open, &[&subject.own])), "open"),
        );
    }
    let mut lost = Draft::new("Lost connections", PanelKind::Timeseries, PanelUnit::Requests);
    for (role, legend) in [("connections_dropped", "dropped"), ("handshake_errors", "handshake failed")] {
        if let Some(metric) = requests.extra(role) {
            lost = lost.query(format!("sum(rate({}[{WINDOW}]))", select(metric, &[&subject.own])), legend);
        }
    }
    if lost.has_queries() {
        panels.push(lost);
    }
    panels
}

/// CPU, memory, replicas and restarts, where the cluster tells.
fn saturation(subject: &Subject<'_>) -> Vec<Draft> {
    let mut panels = Vec::new();
    if subject.is_in_cluster() && subject.component.kind.value != ComponentKind::Website {
        let limit = |resource: &str| {
            let of = format!("resource=\"{resource}\"");
            format!("max({})", subject.container("kube_pod_container_resource_limits", &of))
        };
        let cpu = subject.container("container_cpu_usage_seconds_total", "");
        let memory = subject.container("container_memory_working_set_bytes", "");
        panels.push(
            Draft::new("CPU", PanelKind::Timeseries, PanelUnit::Cores)
                .query(format!("max(rate({cpu}[{WINDOW}]))"), "busiest replica")
                .query(limit("cpu"), "limit")
                .size(8, 8),
        );
        panels.push(
            Draft::new("Memory", PanelKind::Timeseries, PanelUnit::Bytes)
                .query(format!("max({memory})"), "largest replica")
                .query(limit("memory"), "limit")
                .size(8, 8),
        );
        let restarts = subject.container("kube_pod_container_status_restarts_total", "");
        panels.push(
            Draft::new("Replicas", PanelKind::Timeseries, PanelUnit::Count)
                .query_some(subject.measured.ready_replicas(), "ready")
                .query(format!("sum(increase({restarts}[15m]))"), "restarts in 15m")
                .size(8, 8),
        );
    }
    panels
}

/// The metrics that the component declares beside those of its requests.
fn own_metrics(subject: &Subject<'_>) -> Vec<Draft> {
    use crate::ir::choice::MetricType;
    let custom = subject.component.metrics.iter().flat_map(|metrics| &metrics.custom);
    custom
        .map(|metric| {
            let series = select(&metric.name, &[&subject.own]);
            let (expression, unit) = match metric.kind.value {
                MetricType::Counter => (format!("sum(rate({series}[{WINDOW}]))"), PanelUnit::Requests),
                MetricType::Gauge => (format!("sum({series})"), PanelUnit::Count),
                MetricType::Histogram | MetricType::Summary => {
                    let count = select(&format!("{}_count", metric.name), &[&subject.own]);
                    (format!("sum(rate({count}[{WINDOW}]))"), PanelUnit::Requests)
                }
            };
            let panel = Draft::new(metric.name.value.clone(), PanelKind::Timeseries, unit)
                .query(expression, metric.name.value.clone())
                .size(8, 8);
            match &metric.help {
                Some(help) => panel.about(help.value.clone()),
                None => panel,
            }
        })
        .collect()
}
