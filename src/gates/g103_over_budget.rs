//! G103: can the budget pay for it?

use std::cmp::Reverse;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::value::Decimal;
use crate::plan::infrastructure::environments::{EstimatePlan, EstimatedResource};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies an environment, or a system, whose estimated cost of a month is above its budget. The estimate counts what runs
    /// on AWS while nothing has scaled up, by resource, at the prices of a dated sheet in the target spec. A region without
    /// prices is estimated by the sheet's reference region; what has no price is listed, not guessed. The deliverable
    /// `environment_configurations` holds the whole of it.
    ///
    /// # Why it matters
    /// A bill comes a month late. What a change costs is known when it is written, and whoever has to pay decides then.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// environments:
    ///   - {name: production, kind: production, region: us-east-1, budget: {monthly_usd: 100}}
    /// ```
    ///
    /// # How to fix
    /// Ask for less where the estimate says it costs most: fewer zones, smaller datastores, lower `min`. Or have the budget
    /// raised by whoever pays.
    "G103" "over-budget", phase 1, role "infrastructure-engineer", waived by "whoever pays", level Deny, evidence Written
}

/// How many resources a message names: those that cost most.
const NAMED: usize = 8;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let places = &context.plans.infrastructure.environments.environments;
    for place in places {
        let (Some(budget), Some(estimate)) = (place.monthly_usd, &place.estimate) else { continue };
        if estimate.monthly_usd.value <= budget.value {
            continue;
        }
        let message = format!(
            "`{}` costs an estimated {} USD a month, its budget is {} USD",
            place.name,
            whole(estimate.monthly_usd.value),
            budget
        );
        let found = Diagnostic::new(CODE, budget.origin, message, "not enough");
        let found = explained(found, estimate, budget.value);
        let from = if estimate.prices_of.value == place.region.value {
            format!("prices of `{}`, the youngest of {}", estimate.prices_of, estimate.as_of)
        } else {
            format!(
                "the sheet has no prices of `{}`: estimated by those of `{}`, the youngest of {}",
                place.region, estimate.prices_of, estimate.as_of
            )
        };
        findings.add(found.note(from)).environment(&place.name);
    }
    let Some(budget) = &context.system.budget else { return };
    let estimates: Vec<(&str, &EstimatePlan)> =
        places.iter().filter_map(|place| Some((place.name.as_str(), place.estimate.as_ref()?))).collect();
    let total = estimates.iter().fold(Decimal::whole(0), |sum, (_, one)| sum.plus(one.monthly_usd.value));
    if total > budget.monthly_usd.value {
        // To the cent: rounded parts would not add up to a rounded total.
        let each: Vec<String> =
            estimates.iter().map(|(name, one)| format!("{name} {}", one.monthly_usd.value)).collect();
        let message = format!(
            "the system costs an estimated {} USD a month, its budget is {} USD",
            whole(total),
            budget.monthly_usd
        );
        let found = Diagnostic::new(CODE, budget.monthly_usd.origin, message, "not enough")
            .help(format!("ask for less, or have the budget raised to {} USD", whole(total)))
            .note(format!("{} = {total} USD", each.join(" + ")));
        findings.add(found);
    }
}

/// With what costs most, where the prices come from, and what has none.
fn explained(found: Diagnostic, estimate: &EstimatePlan, budget: Decimal) -> Diagnostic {
    let mut priced: Vec<(&EstimatedResource, Decimal)> =
        estimate.resources.iter().filter_map(|one| Some((one, one.monthly_usd.as_ref()?.value))).collect();
    // Ties stay in the order of the plan.
    priced.sort_by_key(|(_, usd)| Reverse(*usd));
    let mut lines: Vec<String> = priced
        .iter()
        .take(NAMED)
        .map(|(one, usd)| format!("{} USD: {} ({} x {})", whole(*usd), one.name, one.count, one.kind))
        .collect();
    if priced.len() > NAMED {
        let rest = priced[NAMED..].iter().fold(Decimal::whole(0), |sum, (_, usd)| sum.plus(*usd));
        lines.push(format!("{} USD: {} more", whole(rest), priced.len() - NAMED));
    }
    let over = estimate.monthly_usd.value.minus(budget);
    let mut found = found.help(format!(
        "ask for {} USD less where it costs most, or have the budget raised to {} USD",
        whole(over),
        whole(estimate.monthly_usd.value)
    ));
    for line in lines {
        found = found.note(line);
    }
    let unknown: Vec<&str> =
        estimate.resources.iter().filter(|one| one.monthly_usd.is_none()).map(|one| one.name.as_str()).collect();
    if unknown.is_empty() { found } else { found.note(format!("not counted, without a price: {}", unknown.join(", "))) }
}

/// Whole dollars, rounded up: a budget that was raised to it holds.
fn whole(usd: Decimal) -> i64 {
    usd.as_f64().ceil() as i64
}
