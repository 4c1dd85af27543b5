//! Objectives: what they are measured by, and when their budgets burn too fast.

use std::sync::Arc;

use super::Subject;
use super::burn::Budget;
use crate::diag::{Diagnostic, code};
use crate::ir::Traced;
use crate::ir::choice::Domain;
use crate::ir::delivery::{Indicator, Slo};
use crate::ir::value::{Decimal, Duration, Text};
use crate::plan::monitoring::configurations::{IndicatorKind, ObjectivePlan};
use crate::plan::monitoring::indicator::Unmeasurable;
use crate::plan::monitoring::rules;

/// The objectives of one component. What can't be measured is a diagnostic.
pub(super) fn plan(subject: &Subject<'_>, retention: Duration, problems: &mut Vec<Diagnostic>) -> Vec<ObjectivePlan> {
    let slos = subject.component.delivery.as_ref().map_or(&[][..], |delivery| &delivery.slos);
    slos.iter().filter_map(|slo| objective(subject, slo, retention, problems)).collect()
}

fn objective(
    subject: &Subject<'_>,
    slo: &Slo,
    retention: Duration,
    problems: &mut Vec<Diagnostic>,
) -> Option<ObjectivePlan> {
    let component = subject.component;
    let measure = match subject.measured.service_level(&slo.indicator) {
        Ok(measure) => measure,
        // What can't be read is left out here, and denied by G407.
        Err(Unmeasurable::Refused(_)) => return None,
        Err(Unmeasurable::NoMetric) => {
            problems.push(unmeasured(subject, slo));
            return None;
        }
    };
    let error_budget = Decimal::whole(100).minus(slo.objective.value.0).shift(2);
    if error_budget == Decimal::whole(0) {
        problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                slo.objective.origin,
                format!("the objective `{}` of `{}` leaves no error budget", slo.name, component.name),
                "every event must be good",
            )
            .help("choose an objective below 100, such as `99.99`"),
        );
        return None;
    }
    let budget = Budget {
        errors: error_budget,
        period: slo.window.value,
        retention,
        gravest: subject.gravest(),
        counts_events: measure.events.is_some(),
        is_urgent: component.domain.value == Domain::Realtime,
    };
    let (burn_windows, dropped_windows) = budget.windows(&subject.specs.prometheus);
    let (indicator, latency) = match &slo.indicator.value {
        Indicator::Availability => (IndicatorKind::Availability, None),
        Indicator::Latency(limit) => (IndicatorKind::Latency, Some(*limit)),
        Indicator::Ratio(_) => (IndicatorKind::Ratio, None),
        Indicator::Freshness(_) => (IndicatorKind::Freshness, None),
    };
    Some(ObjectivePlan {
        origin: slo.origin,
        id: Traced::by_rule([component.name.as_str(), "/", slo.name.as_str()].concat().into(), rules::OBJECTIVE_ID),
        sloth_id: Traced::by_rule(
            [component.name.as_str(), "-", slo.name.as_str()].concat().into(),
            rules::OBJECTIVE_ID,
        ),
        component: component.name.clone(),
        name: slo.name.clone(),
        indicator: slo.indicator.with(indicator),
        objective: slo.objective,
        error_budget: Traced::by_rule(error_budget, rules::ERROR_BUDGET),
        period: slo.window,
        latency,
        error_ratio: measure.error_ratio.map(Text::from),
        events: measure.events.map(|events| events.map(Text::from)),
        dependencies: subject.critical_dependencies().cloned().collect(),
        burn_windows: Arc::new(burn_windows),
        dropped_windows,
    })
}

fn unmeasured(subject: &Subject<'_>, slo: &Slo) -> Diagnostic {
    let (component, name) = (&subject.component.name, &slo.name);
    let needed = match &slo.indicator.value {
        Indicator::Availability => "metrics: {port: …, requests: …, errors: …}",
        _ => "metrics: {port: …, duration: …}",
    };
    Diagnostic::new(
        code::CANNOT_EXPRESS,
        slo.indicator.origin,
        format!("`{component}` has nothing to measure `{name}` by"),
        "this indicator needs a metric",
    )
    .label(subject.component.origin, "this component")
    .help(format!("add `{needed}` to the component, or use another indicator"))
    .judged_by("G403", Some(component), None)
}
