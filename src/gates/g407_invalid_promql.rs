//! G407: can Prometheus read what the user wrote, and does it mean anything?

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Component;
use crate::ir::choice::MetricType;
use crate::ir::delivery::{Indicator, RatioIndicator, Slo};
use crate::plan::monitoring::promql::{self, Shape};
use crate::source::Traced;
use crate::source::scalar::shown;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies PromQL that does not parse, in `metrics.errors` and in the `good` and `total` of a ratio, and a ratio that compares
    /// what can't be compared: a value that is no instant vector, two vectors with different labels, the growth of a gauge.
    ///
    /// # Why it matters
    /// Prometheus refuses a file of rules in which one expression is wrong, with all the rules that are right. Two vectors without
    /// labels in common have no series in common: their ratio has no value, and what has no value never alerts.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: order-worker
    ///     slos:
    ///       - name: success
    ///         objective: 99
    ///         indicator:
    ///           ratio:
    ///             good: 'sum by (queue) (rate(jobs_done_total[$window]))'
    ///             total: 'sum(rate(jobs_total[$window]))'
    /// ```
    ///
    /// # How to fix
    /// Correct the expression as the message says. `sum(…)` on both sides is nearly always what is meant.
    "G407" "invalid-promql", phase 4, role "monitoring-analyst", waived by "", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in &context.system.components {
        let errors = component.metrics.as_ref().and_then(|metrics| metrics.errors.as_ref());
        if let Some(errors) = errors
            && let Err(refused) = promql::matchers(errors)
        {
            let found = Diagnostic::new(
                CODE,
                errors.origin,
                format!("`metrics.errors` of `{}` {}", component.name, refused.0),
                "these label matchers",
            )
            .help("write label matchers without braces, such as `code=~\"5..\"`");
            findings.add(found).component(&component.name);
        }
        for slo in component.delivery.iter().flat_map(|delivery| &delivery.slos) {
            if let Indicator::Ratio(ratio) = &slo.indicator.value {
                of_ratio(context, component, slo, ratio, findings);
            }
        }
    }
}

fn of_ratio(context: &Context<'_>, component: &Component, slo: &Slo, ratio: &RatioIndicator, findings: &mut Findings) {
    let mut read = |part: &str, text: &Traced<String>| match promql::shape(text) {
        Ok(shape) => Some(shape),
        Err(refused) => {
            let message = format!("`{part}` of `{}` of `{}` {}", slo.name, component.name, refused.0);
            let found = Diagnostic::new(CODE, text.origin, message, "this expression")
                .help("write PromQL over `[$window]`, such as `sum(rate(orders_total[$window]))`");
            findings.add(found).component(&component.name);
            None
        }
    };
    let (good, total) = (read("good", &ratio.good), read("total", &ratio.total));
    let kinds = kinds(context, component);
    for (part, text, shape) in [("good", &ratio.good, &good), ("total", &ratio.total, &total)] {
        let Some(shape) = shape else { continue };
        let whose = format!("`{part}` of `{}` of `{}`", slo.name, component.name);
        if shape.kind != "instant vector" {
            let message = format!("{whose} is a {}, and a ratio is of two instant vectors", shape.kind);
            let found = Diagnostic::new(CODE, text.origin, message, "no instant vector")
                .help("write a sum over series, such as `sum(rate(orders_total[$window]))`");
            findings.add(found).component(&component.name);
        }
        if let Some(gauge) = shape.grown.iter().find(|metric| kinds.get(metric.as_str()) == Some(&MetricType::Gauge)) {
            let message = format!("{whose} asks how fast `{}` grows, which is a gauge", shown(gauge));
            let found = Diagnostic::new(CODE, text.origin, message, "`rate` and `increase` are for counters")
                .help("count what happens by a counter, or compare the gauge itself, such as `avg_over_time`");
            findings.add(found).component(&component.name);
        }
    }
    if let (Some(good), Some(total)) = (good, total)
        && let (Some(left), Some(right)) = (&good.labels, &total.labels)
        && left != right
    {
        let message = format!(
            "`good` of `{}` of `{}` has {}, `total` has {}: no series of one meets one of the other",
            slo.name,
            component.name,
            labels(&good),
            labels(&total)
        );
        let found = Diagnostic::new(CODE, ratio.good.origin, message, labels(&good))
            .label(ratio.total.origin, labels(&total))
            .help("keep the same labels on both sides, or none: `sum(…)`");
        findings.add(found).component(&component.name);
    }
}

fn labels(shape: &Shape) -> String {
    match &shape.labels {
        Some(labels) if labels.is_empty() => "no labels".to_owned(),
        Some(labels) => {
            let names: Vec<String> = labels.iter().map(|label| format!("`{}`", shown(label))).collect();
            format!("the labels {}", names.join(", "))
        }
        None => "its series' labels".to_owned(),
    }
}

/// The types of the metrics that a component declares.
fn kinds<'a>(context: &'a Context<'_>, component: &Component) -> BTreeMap<&'a str, MetricType> {
    let monitoring = &context.plans.monitoring.configurations;
    let own = monitoring.catalogue.iter().find(|metrics| metrics.component == component.name);
    own.into_iter().flat_map(|own| &own.metrics).map(|metric| (metric.name.as_str(), metric.kind.value)).collect()
}
