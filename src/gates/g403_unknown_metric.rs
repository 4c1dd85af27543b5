//! G403: does anybody expose what is measured?

use std::collections::BTreeSet;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Component;
use crate::ir::choice::MetricType;
use crate::ir::delivery::{Indicator, Slo};
use crate::ir::value::{Decimal, Duration};
use crate::plan::monitoring::configurations::{ComponentMetrics, MetricPlan};
use crate::plan::monitoring::{promql, recordings};
use crate::source::decode::nearest;
use crate::source::scalar::shown;
use crate::source::{Origin, Traced};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies an objective over a metric that no component and no exporter of the system exposes, one of a component that exposes
    /// nothing to measure it by, and a latency objective that is no edge of the histogram's `buckets`.
    ///
    /// # Why it matters
    /// A series that does not exist has no value, and what has no value never alerts. Requests below a limit can only be counted
    /// where the limit is an edge of a bucket.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: checkout, kind: service, metrics: {port: metrics, buckets: [0.1, 0.5, 1]}}
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - {component: checkout, slos: [{name: quick, objective: 99, indicator: {latency: 300ms}}]}
    /// ```
    ///
    /// # How to fix
    /// Declare the metric under `metrics.custom` of the component that exposes it, correct its name, or choose a limit that is an
    /// edge, as the message lists them.
    "G403" "unknown-metric", phase 4, role "monitoring-analyst", waived by "the system's owner", level Deny, evidence Written
}

/// What Prometheus itself knows of everything that it asks for metrics, and of its alerts.
const OWN: [&str; 7] = [
    "ALERTS",
    "ALERTS_FOR_STATE",
    "scrape_duration_seconds",
    "scrape_samples_post_metric_relabeling",
    "scrape_samples_scraped",
    "scrape_series_added",
    "up",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    let monitoring = &context.plans.monitoring.configurations;
    let mut known: BTreeSet<String> = OWN.iter().map(|name| (*name).to_owned()).collect();
    for metric in monitoring.catalogue.iter().flat_map(|component| &component.metrics) {
        known.extend(series(metric));
    }
    known.extend(monitoring.exporters.iter().flat_map(|exporter| &exporter.metrics).map(|name| name.value.clone()));
    for component in &context.system.components {
        let Some(delivery) = &component.delivery else { continue };
        for slo in &delivery.slos {
            match &slo.indicator.value {
                Indicator::Ratio(ratio) => {
                    let (good, total) = (unknown_of(&ratio.good, &known), unknown_of(&ratio.total, &known));
                    for metric in &good {
                        let also = total.contains(metric).then_some(ratio.total.origin);
                        unknown(findings, component, slo, (&ratio.good, also), metric, &known);
                    }
                    for metric in total.difference(&good) {
                        unknown(findings, component, slo, (&ratio.total, None), metric, &known);
                    }
                }
                Indicator::Freshness(freshness) if !known.contains(freshness.metric.as_str()) => {
                    unknown(findings, component, slo, (&freshness.metric, None), &freshness.metric, &known);
                }
                Indicator::Latency(limit) => {
                    let own = monitoring.catalogue.iter().find(|metrics| metrics.component == component.name);
                    edge(findings, component, slo, limit, own);
                }
                Indicator::Availability | Indicator::Freshness(_) => {}
            }
        }
    }
}

/// The names that the series of a metric have.
fn series(metric: &MetricPlan) -> Vec<String> {
    let endings: &[&str] = match metric.kind.value {
        MetricType::Counter | MetricType::Gauge => &[""],
        MetricType::Histogram => &["", "_bucket", "_sum", "_count"],
        MetricType::Summary => &["", "_sum", "_count"],
    };
    endings.iter().map(|ending| format!("{}{ending}", metric.name)).collect()
}

/// The metrics of an expression that nothing exposes. What does not parse is G407's.
fn unknown_of(expression: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    let mut metrics = promql::metrics(expression).unwrap_or_default();
    metrics.retain(|metric| !known.contains(metric) && !recordings::is_recorded(metric));
    metrics
}

fn unknown(
    findings: &mut Findings,
    component: &Component,
    slo: &Slo,
    (place, also): (&Traced<String>, Option<Origin>),
    metric: &str,
    known: &BTreeSet<String>,
) {
    let metric = shown(metric);
    let help = nearest(&metric, known.iter().map(String::as_str)).map_or_else(
        || format!("declare it: `metrics: {{custom: [{{name: {metric}, type: counter}}]}}` of the component that exposes it"),
        |near| format!("did you mean `{near}`?"),
    );
    let found = Diagnostic::new(
        CODE,
        place.origin,
        format!("`{}` of `{}` is measured by `{metric}`, which nothing exposes", slo.name, component.name),
        "no such metric",
    )
    .help(help);
    let found = match also {
        Some(also) => found.label(also, "nor here"),
        None => found,
    };
    findings.add(found).component(&component.name);
}

/// Whether requests below a limit can be counted.
fn edge(
    findings: &mut Findings,
    component: &Component,
    slo: &Slo,
    limit: &Traced<Duration>,
    own: Option<&ComponentMetrics>,
) {
    let histogram = own.and_then(|own| own.metrics.iter().find(|metric| !metric.buckets.is_empty()));
    let Some(edges) = histogram.map(|histogram| &histogram.buckets) else { return };
    let seconds = Decimal::new(i64::try_from(limit.milliseconds).unwrap_or(i64::MAX), 3);
    if edges.iter().any(|edge| edge.value == seconds) {
        return;
    }
    let below = edges.iter().filter(|edge| edge.value < seconds).map(|edge| edge.value).max();
    let above = edges.iter().filter(|edge| edge.value > seconds).map(|edge| edge.value).min();
    let near: Vec<String> = below.into_iter().chain(above).map(|edge| format!("{edge} s")).collect();
    let mut found = Diagnostic::new(
        CODE,
        limit.origin,
        format!("the limit of `{}` of `{}` is {limit}, which is no edge of its buckets", slo.name, component.name),
        format!("{seconds} s"),
    );
    if let Some(edge) = component.metrics.as_ref().and_then(|metrics| metrics.buckets.first()) {
        found = found.label(edge.origin, "the first of the buckets' edges");
    }
    let found = found
        .help(format!("choose {}, or add {seconds} to `metrics: {{buckets: […]}}`", near.join(" or ")))
        .note("requests within a limit are counted by the bucket that ends there");
    findings.add(found).component(&component.name);
}
