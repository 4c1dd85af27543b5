//! G305: can the rollout be carried out?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::component::{Delivery, DeliveryStrategy};
use crate::ir::delivery::{Analysis, CanaryStep};
use crate::ir::value::Decimal;
use crate::ir::{Component, Origin};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a canary whose weights do not increase to 100, or with a pause that is shorter than the analysis interval; weights
    /// that the replicas can't express, where no public http, grpc or websocket port shares the requests; a blue-green strategy
    /// whose `verify` suite is unknown; and both beside an unreleased migration that is not `online`: the old version goes on
    /// meanwhile, on data that is no longer its own.
    ///
    /// # Why it matters
    /// A step that takes less than the one before it sends users back and forth between versions. A pause that ends before the
    /// first measurement proves nothing.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     strategy: {canary: {steps: [{weight: 50, pause: 30s}, {weight: 20}], analysis: {error_rate: 1, interval: 1m}}}
    /// ```
    ///
    /// # How to fix
    /// Let weights increase, the last being 100, and pause at least one interval. Make the migration one that the old version can
    /// live with, and say so (`online: true`), or deploy this release with `strategy: rolling`.
    "G305" "strategy-unsatisfiable", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in &context.system.components {
        let Some(delivery) = &component.delivery else { continue };
        offline(context, findings, component, delivery);
        match &delivery.strategy {
            DeliveryStrategy::Canary { steps, analysis, origin } => {
                weights(findings, component, steps, *origin);
                if let Some(analysis) = analysis {
                    pauses(findings, component, steps, analysis);
                }
            }
            DeliveryStrategy::BlueGreen(strategy) => {
                if let Some(suite) = strategy.verify.as_ref().filter(|suite| context.suite(&suite.value).is_none()) {
                    let names = context.system.suites.iter().map(|suite| suite.name.as_str());
                    let found = Diagnostic::new(
                        CODE,
                        suite.origin,
                        format!("the suite `{suite}` that verifies `{}` is not specified", component.name),
                        "no such suite",
                    )
                    .did_you_mean(suite, names, || "specify it in `test_specifications.yaml`".to_owned());
                    findings.add(found).component(&component.name);
                }
            }
            DeliveryStrategy::Rolling { .. } => {}
        }
    }
}

/// A migration that the old version can't live with, while a strategy keeps it alive.
fn offline(context: &Context<'_>, findings: &mut Findings, component: &Component, delivery: &Delivery) {
    let (what, place) = match &delivery.strategy {
        DeliveryStrategy::Rolling { .. } => return,
        DeliveryStrategy::Canary { origin, .. } => ("canary", *origin),
        DeliveryStrategy::BlueGreen(strategy) => ("blue-green strategy", strategy.origin),
    };
    for entry in context.system.pending_migrations(component.name.as_str()) {
        let Some(migration) = entry.migration.as_ref().filter(|migration| !migration.online.value) else { continue };
        let at = if migration.online.origin.is_written() { migration.online.origin } else { migration.origin };
        let found = Diagnostic::new(
            CODE,
            at,
            format!(
                "the {what} of `{}` keeps the old version beside the migration `{}`, which is not online",
                component.name, entry.id
            ),
            "the old version can't go on",
        );
        let found = if place.is_written() { found.label(place, "both versions run here") } else { found };
        findings
            .add(found.help(
                "write `online: true` where the old version can live with it, or `strategy: rolling` for this release",
            ))
            .component(&component.name);
    }
}

fn weights(findings: &mut Findings, component: &Component, steps: &[CanaryStep], origin: Origin) {
    for pair in steps.windows(2) {
        if pair[1].weight.value <= pair[0].weight.value {
            let found = Diagnostic::new(
                CODE,
                pair[1].weight.origin,
                format!("the canary of `{}` goes from {} % to {} %", component.name, pair[0].weight, pair[1].weight),
                "not more than before",
            )
            .label(pair[0].weight.origin, "the step before")
            .help("let each step take more than the one before it");
            findings.add(found).component(&component.name);
        }
    }
    let last = steps.last().map(|step| step.weight);
    if last.is_none_or(|weight| weight.value.0 != Decimal::whole(100)) {
        let place = last.map_or(origin, |weight| weight.origin);
        let ends = last.map_or_else(|| "has no steps".to_owned(), |weight| format!("ends at {weight} %"));
        let found = Diagnostic::new(
            CODE,
            place,
            format!("the canary of `{}` {ends}", component.name),
            "the last step takes all requests",
        )
        .help("let the last step be `{weight: 100}`");
        findings.add(found).component(&component.name);
    }
}

fn pauses(findings: &mut Findings, component: &Component, steps: &[CanaryStep], analysis: &Analysis) {
    for pause in steps.iter().filter_map(|step| step.pause).filter(|pause| pause.value < analysis.interval.value) {
        let mut found = Diagnostic::new(
            CODE,
            pause.origin,
            format!(
                "the canary of `{}` pauses for {pause}, and is measured every {}",
                component.name, analysis.interval
            ),
            "over before it is measured",
        );
        if analysis.interval.origin.is_written() {
            found = found.label(analysis.interval.origin, "measured so often");
        }
        findings.add(found.help(format!("pause for {} at least", analysis.interval))).component(&component.name);
    }
}
