//! G604: has it become slower?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{Domain, Level};

use super::expectation;
use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Warns where p95 or p99 of a performance result is more than 10 % worse than its `baseline`; denies for components of the
    /// domain `realtime`, but at stage `commit`. Warns where the domain is `realtime` and a performance result has no baseline.
    ///
    /// # Why it matters
    /// Nobody notices one per cent a week, until the objective is missed and nobody knows by which change.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// suites:
    ///   - {suite: load, passed: 1, performance: {p95: 140ms, baseline: {p95: 120ms}}}
    /// ```
    ///
    /// # How to fix
    /// Look at what changed since the baseline, or accept it by recording a new baseline. Where there is none, record
    /// that of the release that runs: `baseline: {p95: 120ms, p99: 180ms}`.
    "G604" "latency-regression", phase 6, role "monitoring-analyst", waived by "the head of operations", level Warn, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    without_baseline(context, findings);
    for result in &context.system.results {
        let Some((performance, baseline)) =
            result.performance.as_ref().and_then(|it| Some((it, it.baseline.as_ref()?)))
        else {
            continue;
        };
        let components = context.components_of(result);
        let realtime = components
            .iter()
            .filter_map(|name| context.system.component_named(name.as_str()))
            .any(|(_, component)| component.domain.value == Domain::Realtime);
        for (what, now, before) in [("p95", performance.p95, baseline.p95), ("p99", performance.p99, baseline.p99)] {
            let (Some(now), Some(before)) = (now, before) else { continue };
            // now > before x 1.1, without leaving whole numbers.
            if now.milliseconds * 10 <= before.milliseconds * 11 {
                continue;
            }
            let percent = (now.milliseconds as f64 / before.milliseconds.max(1) as f64 - 1.0) * 100.0;
            let found = Diagnostic::new(
                CODE,
                now.origin,
                format!("{what} of `{}` is {now}, {percent:.1} % above its baseline of {before}", result.suite),
                format!("measured {now}"),
            )
            .label(before.origin, "the baseline; 10 % more is allowed")
            .help("look at what changed since the baseline, or record a new one");
            let finding = findings.add(found);
            if let [component] = components {
                finding.component(component);
            }
            if realtime {
                finding.diagnostic.level = Level::Deny;
            }
        }
    }
}

/// A performance result of a realtime component that nothing is compared with: its domain expects that it is.
fn without_baseline(context: &Context<'_>, findings: &mut Findings) {
    for result in &context.system.results {
        let Some(performance) = result.performance.as_ref().filter(|performance| performance.baseline.is_none()) else {
            continue;
        };
        let realtime = context
            .components_of(result)
            .iter()
            .filter_map(|name| context.system.component_named(name.as_str()))
            .find(|(_, component)| expectation::chosen(&component.domain) == Some(Domain::Realtime));
        if let Some((_, component)) = realtime {
            let name = &component.name;
            let message =
                format!("the result of `{}` has no baseline: `{name}` may become slower unseen", result.suite);
            let found = Diagnostic::new(CODE, performance.origin, message, "compared with nothing")
                .label(component.domain.origin, "domain `realtime` expects it")
                .help("add `baseline: {p95: …, p99: …}` with what the last release measured");
            findings.add(found).component(name).warn();
        }
    }
}
