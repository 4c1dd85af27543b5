//! G305: can the rollout be carried out?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::Protocol;
use crate::ir::component::DeliveryStrategy;
use crate::ir::delivery::{Analysis, CanaryStep};
use crate::ir::value::Decimal;
use crate::ir::{Component, Origin};
use crate::source::decode::nearest;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a canary whose weights do not increase to 100, or with a pause that is shorter than the analysis interval; a canary
    /// without a traffic router whose weights the replicas can't express; and a blue-green strategy whose `verify` suite is unknown.
    /// A traffic router is a public http, grpc or websocket port.
    ///
    /// # Why it matters
    /// Without a router a weight is a share of replicas: 10 % of 3 replicas is no replica, or a third of all requests. A pause that
    /// ends before the first measurement proves nothing.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: order-worker
    ///     replicas: 3
    ///     strategy: {canary: {steps: [{weight: 10, pause: 5m}, {weight: 100}]}}
    /// ```
    ///
    /// # How to fix
    /// Let weights increase, the last being 100; pause at least one interval; and without a router use weights that the replicas
    /// can express, such as 34 and 67 of three.
    "G305" "strategy-unsatisfiable", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in &context.system.components {
        let Some(delivery) = &component.delivery else { continue };
        match &delivery.strategy {
            DeliveryStrategy::Canary { steps, analysis, origin } => {
                weights(findings, component, steps, *origin);
                if let Some(analysis) = analysis {
                    pauses(findings, component, steps, analysis);
                }
                if !has_router(component) {
                    replicas(context, findings, component, steps);
                }
            }
            DeliveryStrategy::BlueGreen(strategy) => {
                if let Some(suite) = strategy.verify.as_ref().filter(|suite| context.suite(&suite.value).is_none()) {
                    let names = context.system.suites.iter().map(|suite| suite.name.as_str());
                    let help = nearest(suite.as_str(), names).map_or_else(
                        || "specify it in test_specifications.yaml".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    let found = Diagnostic::new(
                        CODE,
                        suite.origin,
                        format!("the suite `{suite}` that verifies `{}` is not specified", component.name),
                        "no such suite",
                    )
                    .help(help);
                    findings.add(found).component(&component.name);
                }
            }
            DeliveryStrategy::Rolling { .. } => {}
        }
    }
}

/// Whether a load balancer can shift its requests by weight.
fn has_router(component: &Component) -> bool {
    use Protocol::{Grpc, Http, Https, Websocket};
    component
        .ports
        .iter()
        .any(|port| port.public.value && matches!(port.protocol.value, Http | Https | Grpc | Websocket))
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
        .help("add the step `{weight: 100}`");
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

/// Without a router a weight is a share of replicas: each must be a whole number of those that run at least.
fn replicas(context: &Context<'_>, findings: &mut Findings, component: &Component, steps: &[CanaryStep]) {
    let Some((id, _)) = context.system.component_named(component.name.as_str()) else { return };
    for environment in context.production() {
        let Some(count) = environment.deployment(id).map(|deployment| deployment.replicas.min()) else { continue };
        for step in steps {
            // Half a percent either way is rounding, not another share.
            let share = step.weight.0.as_f64() / 100.0 * f64::from(count.value);
            if (share - share.round()).abs() <= 0.005 * f64::from(count.value).max(1.0) + 1e-9 && share.round() >= 1.0 {
                continue;
            }
            let shares: Vec<String> =
                (1..=count.value.min(5)).map(|part| format!("{}", (100 * part).div_ceil(count.value))).collect();
            let found = Diagnostic::new(
                CODE,
                step.weight.origin,
                format!(
                    "{} % of the {count} replicas of `{}` is no whole number, and no router splits its requests",
                    step.weight, component.name
                ),
                format!("{share:.1} replicas"),
            )
            .label(
                if count.origin.is_written() { count.origin } else { component.name.origin },
                format!("{count} replicas at least"),
            )
            .help(format!("use weights that {count} replicas can express: {}", shares.join(", ")));
            findings.add(found).component(&component.name).environment(&environment.name);
        }
    }
}
