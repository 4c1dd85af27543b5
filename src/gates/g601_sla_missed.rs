//! G601: does the load test keep what is promised?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Component;
use crate::ir::delivery::{Indicator, Slo};
use crate::ir::evidence::Performance;
use crate::ir::value::Decimal;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a performance result that breaks the latency or availability objective of its component, or that ran at a lower load
    /// than the declared peak. A latency objective of 99 is proved by p99, one of 95 by p95, one of 99.9 by p99.9; others are
    /// skipped, and `pathc check` says so.
    ///
    /// # Why it matters
    /// An objective that the load test misses is missed in production too, by more.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// suites:
    ///   - {suite: load, passed: 1, performance: {requests_per_second: 500, p99: 410ms, error_rate: 0.5}}
    /// # checkout promises 99 % within 300ms, 99.9 % without error, and a peak of 900 requests/s
    /// ```
    ///
    /// # How to fix
    /// Make it faster, give it more replicas, or promise what it can keep; and run the test at the peak.
    "G601" "sla-missed", phase 6, role "monitoring-analyst", waived by "the head of operations", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for result in &context.system.results {
        let Some(performance) = &result.performance else { continue };
        for name in context.components_of(result) {
            let Some((_, component)) = context.system.component_named(name.as_str()) else { continue };
            let Some(delivery) = &component.delivery else { continue };
            let peak = delivery.capacity.as_ref().and_then(|capacity| capacity.peak_requests_per_second);
            if let (Some(reached), Some(peak)) = (performance.requests_per_second, peak)
                && reached.value < peak.value
            {
                let found = Diagnostic::new(
                    CODE,
                    reached.origin,
                    format!("`{}` was tested at {reached} requests/s, its peak is {peak}", component.name),
                    format!("reached {reached}"),
                )
                .label(peak.origin, "the peak")
                .help(format!("run `{}` at {peak} requests/s or more", result.suite));
                findings.add(found).component(&component.name);
            }
            for slo in &delivery.slos {
                objective(findings, component, performance, slo);
            }
        }
    }
}

fn objective(findings: &mut Findings, component: &Component, performance: &Performance, slo: &Slo) {
    match &slo.indicator.value {
        Indicator::Latency(limit) => {
            let (quantile, measured) = if slo.objective.0 == Decimal::whole(99) {
                ("p99", performance.p99)
            } else if slo.objective.0 == Decimal::whole(95) {
                ("p95", performance.p95)
            } else if slo.objective.0 == Decimal::new(999, 1) {
                ("p99.9", performance.p999)
            } else {
                let message = format!(
                    "`{}` of `{}`: no measured percentile proves an objective of {} %, only 95, 99 and 99.9",
                    slo.name, component.name, slo.objective
                );
                findings.skip(CODE, message);
                return;
            };
            if measured.is_none() {
                findings.skip(
                    CODE,
                    format!("`{}` of `{}`: the load test measured no {quantile}", slo.name, component.name),
                );
            }
            let Some(measured) = measured.filter(|measured| measured.value > limit.value) else { return };
            let found = Diagnostic::new(
                CODE,
                measured.origin,
                format!(
                    "{quantile} of `{}` is {measured}, its objective is {} % within {limit}",
                    component.name, slo.objective
                ),
                format!("measured {measured}"),
            )
            .label(limit.origin, "promised here")
            .help("make it faster, or promise what it can keep");
            findings.add(found).component(&component.name);
        }
        Indicator::Availability => {
            let allowed = Decimal::whole(100).minus(slo.objective.0);
            let Some(measured) = performance.error_rate.filter(|measured| measured.0 > allowed) else { return };
            let found = Diagnostic::new(
                CODE,
                measured.origin,
                format!(
                    "{measured} % of the requests to `{}` failed, its objective allows {allowed} %",
                    component.name
                ),
                format!("measured {measured} %"),
            )
            .label(slo.objective.origin, format!("100 % - {} % = {allowed} %", slo.objective))
            .help("mend what fails under load, or promise what it can keep");
            findings.add(found).component(&component.name);
        }
        Indicator::Ratio(_) | Indicator::Freshness(_) => {}
    }
}
