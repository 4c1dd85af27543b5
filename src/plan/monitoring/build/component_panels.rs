//! The panels of a component's dashboard. Each links to the runbooks of the alerts that watch what it shows.

use super::layout::Draft;
use super::subject::Subject;
use crate::ir::choice::{ComponentKind, Domain, MetricType};
use crate::ir::component::Replicas;
use crate::ir::value::Decimal;
use crate::plan::monitoring::alerting::{AlertKind, AlertPlan};
use crate::plan::monitoring::configurations::{IndicatorKind, ObjectivePlan};
use crate::plan::monitoring::dashboards::{PanelKind, PanelState, PanelUnit};
use crate::plan::monitoring::indicator::{Controller, RequestMetrics, controller, pods_of, seconds};
use crate::plan::monitoring::promql::{SELECTOR, WINDOW, literal, quoted, select};
use crate::spec::prometheus::AlertSeverity;

/// The label matcher of the instances that the viewer has chosen.
const INSTANCES: &str = "instance=~\"$instance\"";

/// The alerts of some kinds.
fn of_kinds<'a>(alerts: &'a [AlertPlan], kinds: &'a [AlertKind]) -> impl Iterator<Item = &'a AlertPlan> {
    alerts.iter().filter(|alert| kinds.contains(&alert.rule.kind.value))
}

/// Whether callers are served, in numbers.
pub(super) fn numbers(subject: &Subject<'_>, objectives: &[ObjectivePlan]) -> Vec<Draft> {
    let own = subject.own.as_str();
    let stat = |title: &'static str, unit| Draft::new(title, PanelKind::Stat, unit).size(4, 5);
    let mut numbers = Vec::new();
    if let Some(requests) = &subject.measured.requests {
        numbers.push(stat("Requests now", PanelUnit::Requests).query(requests.request_rate(own, WINDOW), "requests"));
        if let Some(ratio) = requests.error_ratio(own, WINDOW) {
            let ratio = stat("Errors now", PanelUnit::Ratio).query(ratio, "errors");
            let availability = objectives.iter().find(|known| known.indicator.value == IndicatorKind::Availability);
            let states = availability.map_or_else(|| super::overview::ERROR_STATES.to_vec(), error_states);
            numbers.push(ratio.states(&states));
        }
        if let Some(slow) = requests.duration_quantile("0.99", own, WINDOW) {
            let limit = objectives.iter().find_map(|objective| objective.latency);
            let states = limit.map(|limit| vec![(seconds(limit.value), PanelState::Bad)]).unwrap_or_default();
            numbers.push(stat("p99 now", PanelUnit::Seconds).query(slow, "p99").states(&states));
        }
    }
    if let Some(ready) = subject.measured.ready_replicas() {
        let one = [(Decimal::whole(1), PanelState::Good)];
        numbers.push(stat("Ready replicas", PanelUnit::Count).query(ready, "ready").states_from_bad(&one));
    }
    numbers
}

/// Rate, errors and durations.
pub(super) fn requests(subject: &Subject<'_>, objectives: &[ObjectivePlan], alerts: &[AlertPlan]) -> Vec<Draft> {
    let Some(requests) = &subject.measured.requests else { return Vec::new() };
    let own = subject.own.as_str();
    let title = if subject.component.domain.value == Domain::Data { "Processed" } else { "Requests" };
    let mut panels = vec![
        Draft::new(title, PanelKind::Timeseries, PanelUnit::Requests)
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
                .runbooks(of_kinds(alerts, &[AlertKind::Failing]))
                .size(8, 8),
        );
    }
    if requests.duration.is_some() {
        panels.push(durations(subject, requests, objectives).size(8, 8));
    }
    let by_instance = select(requests.requests, &[own, INSTANCES]);
    panels.push(
        Draft::new(format!("{title} by instance"), PanelKind::Timeseries, PanelUnit::Requests)
            .query(["sum by (instance) (rate(", &by_instance, "[", WINDOW, "]))"].concat(), "{{instance}}"),
    );
    panels.extend(jitter(subject, requests));
    panels
}

/// How evenly requests are answered, where that is what matters.
fn jitter(subject: &Subject<'_>, requests: &RequestMetrics) -> Option<Draft> {
    if subject.component.domain.value != Domain::Realtime {
        return None;
    }
    let quantile = |quantile: &str| requests.duration_quantile(quantile, &subject.own, WINDOW);
    let (slow, usual) = (quantile("0.99")?, quantile("0.5")?);
    Some(
        Draft::new("Jitter", PanelKind::Timeseries, PanelUnit::Seconds)
            .query(format!("{slow} - {usual}"), "p99 - p50")
            .about("How much slower a slow request is than a usual one."),
    )
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
    let page = objective.shown_window().filter(|window| window.severity.value == AlertSeverity::Page);
    let even = objective.error_budget.value;
    let mut states = vec![(even, PanelState::Warning)];
    states.extend(page.map(|window| (window.threshold.value, PanelState::Bad)).filter(|(limit, _)| *limit > even));
    states
}

/// When it ran, for what runs to its end.
pub(super) fn runs(subject: &Subject<'_>, alerts: &[AlertPlan]) -> Vec<Draft> {
    let is_run = matches!(subject.component.kind.value, ComponentKind::Cronjob | ComponentKind::Job);
    if !is_run || !subject.is_in_cluster() {
        return Vec::new();
    }
    let name = subject.component.name.as_str();
    let jobs = format!("job_name=~{}", quoted(&format!("{}(-[0-9a-f]+)?", literal(name))));
    let failed = select("kube_job_failed", &[SELECTOR, "condition=\"true\"", &jobs]);
    let started = select("kube_job_status_start_time", &[SELECTOR, &jobs]);
    let active = select("kube_job_status_active", &[SELECTOR, &jobs]);
    let one = [(Decimal::whole(1), PanelState::Bad)];
    let mut panels = vec![
        Draft::new("Failed runs that are kept", PanelKind::Stat, PanelUnit::Count)
            .query(format!("sum({failed})"), "failed")
            .states(&one)
            .runbooks(of_kinds(alerts, &[AlertKind::RunFailed]))
            .size(6, 4),
        Draft::new("Running now", PanelKind::Stat, PanelUnit::Count)
            .query(format!("sum({active})"), "running")
            .size(6, 4),
    ];
    if subject.component.kind.value == ComponentKind::Cronjob {
        let cronjob = format!("cronjob={}", quoted(name));
        let since = |metric: &str| format!("time() - max({})", select(metric, &[SELECTOR, &cronjob]));
        panels.push(
            Draft::new("Since the last success", PanelKind::Stat, PanelUnit::Seconds)
                .query(since("kube_cronjob_status_last_successful_time"), "since")
                .size(6, 4),
        );
        panels.push(
            Draft::new("Since the last start", PanelKind::Stat, PanelUnit::Seconds)
                .query(since("kube_cronjob_status_last_schedule_time"), "since")
                .runbooks(of_kinds(alerts, &[AlertKind::RunMissed, AlertKind::ScheduleOff]))
                .size(6, 4),
        );
    } else {
        panels.push(
            Draft::new("Since the last start", PanelKind::Stat, PanelUnit::Seconds)
                .query(format!("time() - max({started})"), "since")
                .size(6, 4),
        );
    }
    panels
}

/// Open and lost connections, where the protocol keeps them.
pub(super) fn connections(subject: &Subject<'_>, alerts: &[AlertPlan]) -> Vec<Draft> {
    let Some(requests) = &subject.measured.requests else { return Vec::new() };
    let rate = |metric: &str| format!("sum(rate({}[{WINDOW}]))", select(metric, &[&subject.own]));
    let mut panels = Vec::new();
    if let Some(open) = requests.extra("connections_open") {
        panels.push(
            Draft::new("Open connections", PanelKind::Timeseries, PanelUnit::Count)
                .query(format!("sum({})", select(open, &[&subject.own])), "open")
                .size(8, 8),
        );
    }
    let opened = requests.extra("connections_opened").map(|metric| rate(metric));
    let mut lost = Draft::new("Opened and lost connections", PanelKind::Timeseries, PanelUnit::PerSecond)
        .query_some(opened, "opened")
        .runbooks(of_kinds(alerts, &[AlertKind::ConnectionsDropped, AlertKind::HandshakesFailing]))
        .size(8, 8);
    for (role, legend) in [("connections_dropped", "dropped"), ("handshake_errors", "handshake failed")] {
        if let Some(metric) = requests.extra(role) {
            lost = lost.query(rate(metric), legend);
        }
    }
    if lost.has_queries() {
        panels.push(lost);
    }
    if subject.component.domain.value == Domain::Protocol {
        panels.extend(throughput(subject));
    }
    panels
}

/// Bytes in and out, as the cluster counts them for each pod.
fn throughput(subject: &Subject<'_>) -> Option<Draft> {
    if !subject.is_in_cluster() {
        return None;
    }
    let name = subject.component.name.as_str();
    let pods = match controller(subject.component) {
        Controller::StatefulSet => format!("pod=~{}", quoted(&format!("{}-[0-9]+", literal(name)))),
        Controller::Deployment | Controller::Rollout => pods_of(name),
    };
    let rate = |metric: &str| format!("sum(rate({}[{WINDOW}]))", select(metric, &[SELECTOR, &pods]));
    Some(
        Draft::new("Throughput", PanelKind::Timeseries, PanelUnit::BytesPerSecond)
            .query(rate("container_network_receive_bytes_total"), "received")
            .query(rate("container_network_transmit_bytes_total"), "sent")
            .size(8, 8),
    )
}

/// How new and how whole the results are, for what makes data.
pub(super) fn data(subject: &Subject<'_>) -> Vec<Draft> {
    use crate::ir::delivery::Indicator;
    let slos = subject.component.delivery.as_ref().map_or(&[][..], |delivery| &delivery.slos);
    let mut panels = Vec::new();
    for slo in slos {
        if let Indicator::Freshness(freshness) = &slo.indicator.value {
            let newest = select(&freshness.metric, &[&subject.own]);
            let oldest = (seconds(freshness.max_age.value), PanelState::Bad);
            panels.push(
                Draft::new(
                    format!("Age of the newest result ({})", slo.name),
                    PanelKind::Timeseries,
                    PanelUnit::Seconds,
                )
                .query(format!("time() - max({newest})"), "age")
                .states(&[oldest]),
            );
        }
    }
    if subject.component.domain.value == Domain::Data
        && let Some(requests) = &subject.measured.requests
        && let Some(ratio) = requests.error_ratio(&subject.own, WINDOW)
    {
        panels.push(
            Draft::new("Completeness", PanelKind::Timeseries, PanelUnit::Ratio)
                .query(format!("1 - ({ratio})"), "processed well, of all")
                .about("The share of what came in that was processed without an error."),
        );
    }
    panels
}

/// CPU, memory, replicas, volumes, where the cluster tells; elsewhere how many answer.
pub(super) fn saturation(subject: &Subject<'_>, alerts: &[AlertPlan]) -> Vec<Draft> {
    if subject.component.kind.value == ComponentKind::Website {
        return Vec::new();
    }
    let of_replicas =
        [AlertKind::Absent, AlertKind::Unready, AlertKind::ReplicasMissing, AlertKind::AtMaximum, AlertKind::Restarts];
    let runs = matches!(subject.component.kind.value, ComponentKind::Cronjob | ComponentKind::Job);
    let title = if runs { "Restarts" } else { "Replicas" };
    let replicas = Draft::new(title, PanelKind::Timeseries, PanelUnit::Count)
        .query_some(subject.measured.ready_replicas(), "ready")
        .runbooks(of_kinds(alerts, &of_replicas))
        .size(8, 8);
    if !subject.is_in_cluster() {
        return if replicas.has_queries() { vec![replicas] } else { Vec::new() };
    }
    let most = |metric: &str, of: &str| ["max(", &subject.container(metric, of), ")"].concat();
    let limit = |of: &str| most("kube_pod_container_resource_limits", of);
    let request = |of: &str| most("kube_pod_container_resource_requests", of);
    let (of_cpu, of_memory) = ("resource=\"cpu\"", "resource=\"memory\"");
    let cpu = subject.container("container_cpu_usage_seconds_total", "");
    let restarts = subject.container("kube_pod_container_status_restarts_total", "");
    let mut panels = vec![
        Draft::new("CPU", PanelKind::Timeseries, PanelUnit::Cores)
            .query(["max(rate(", &cpu, "[", WINDOW, "]))"].concat(), "busiest replica")
            .query(request(of_cpu), "request")
            .query(limit(of_cpu), "limit")
            .runbooks(of_kinds(alerts, &[AlertKind::Throttled]))
            .size(8, 8),
        Draft::new("Memory", PanelKind::Timeseries, PanelUnit::Bytes)
            .query(most("container_memory_working_set_bytes", ""), "largest replica")
            .query(request(of_memory), "request")
            .query(limit(of_memory), "limit")
            .runbooks(of_kinds(alerts, &[AlertKind::OutOfMemory, AlertKind::MemoryNearLimit]))
            .size(8, 8),
        replicas
            .query_some(most_replicas(subject), "at most")
            .query(["sum(increase(", &restarts, "[15m]))"].concat(), "restarts in 15m"),
    ];
    panels.extend(throttled(subject));
    panels.extend(volumes(subject, alerts));
    panels
}

/// How many replicas scaling may start, where it is scaled.
fn most_replicas(subject: &Subject<'_>) -> Option<String> {
    subject.deployments().find(|deployment| matches!(deployment.replicas, Replicas::Scaled(_)))?;
    // Scaling by events keeps an autoscaler of its own, with a prefix.
    let name = ["(keda-hpa-)?", &literal(subject.component.name.as_str())].concat();
    let scaler = ["horizontalpodautoscaler=~", &quoted(&name)].concat();
    let most = select("kube_horizontalpodautoscaler_spec_max_replicas", &[SELECTOR, &scaler]);
    Some(["max(", &most, ")"].concat())
}

/// How long replicas wait for CPU, where a limit withholds it.
fn throttled(subject: &Subject<'_>) -> Option<Draft> {
    subject.deployments().find(|deployment| deployment.resources.cpu_limit.is_some())?;
    let periods = |metric: &str| format!("sum(rate({}[{WINDOW}]))", subject.container(metric, ""));
    let share = format!(
        "{} / {}",
        periods("container_cpu_cfs_throttled_periods_total"),
        periods("container_cpu_cfs_periods_total")
    );
    let limit = [(Decimal::new(25, 2), PanelState::Bad)];
    Some(
        Draft::new("CPU withheld", PanelKind::Timeseries, PanelUnit::Ratio)
            .query(share, "of all periods")
            .states(&limit),
    )
}

/// How full each persistent volume is.
fn volumes(subject: &Subject<'_>, alerts: &[AlertPlan]) -> Vec<Draft> {
    let component = subject.component;
    let persistent = component.volumes.iter().filter(|volume| volume.persistent.value);
    persistent
        .map(|volume| {
            // A StatefulSet names the claim of each replica so.
            let claims = format!("{}-{}-[0-9]+", literal(volume.name.as_str()), literal(component.name.as_str()));
            let of = |metric: &str| select(metric, &[SELECTOR, &format!("persistentvolumeclaim=~{}", quoted(&claims))]);
            let id = format!("{}/{}-{}", component.name, AlertKind::VolumeFilling, volume.name);
            Draft::new(format!("Volume {}", volume.name), PanelKind::Timeseries, PanelUnit::Ratio)
                .query(
                    format!(
                        "1 - {} / {}",
                        of("kubelet_volume_stats_available_bytes"),
                        of("kubelet_volume_stats_capacity_bytes")
                    ),
                    "{{persistentvolumeclaim}}",
                )
                .states(&[(Decimal::new(9, 1), PanelState::Bad)])
                .runbooks(alerts.iter().filter(|alert| alert.id().is(&id)))
        })
        .collect()
}

/// The metrics that the component declares beside those of its requests.
pub(super) fn own_metrics(subject: &Subject<'_>) -> Vec<Draft> {
    let custom = subject.component.metrics.iter().flat_map(|metrics| &metrics.custom);
    custom
        .map(|metric| {
            let series = select(&metric.name, &[&subject.own]);
            let (expression, unit) = match metric.kind.value {
                MetricType::Counter => (format!("sum(rate({series}[{WINDOW}]))"), PanelUnit::PerSecond),
                MetricType::Gauge => (format!("sum({series})"), PanelUnit::Count),
                MetricType::Histogram | MetricType::Summary => {
                    let count = select(&format!("{}_count", metric.name), &[&subject.own]);
                    (format!("sum(rate({count}[{WINDOW}]))"), PanelUnit::PerSecond)
                }
            };
            let panel = Draft::new(metric.name.value.clone(), PanelKind::Timeseries, unit)
                .query(expression, "all replicas")
                .size(8, 8);
            match &metric.help {
                Some(help) => panel.about(help.value.clone()),
                None => panel,
            }
        })
        .collect()
}
