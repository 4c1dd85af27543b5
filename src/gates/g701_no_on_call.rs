//! G701: who gets up?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::Tier;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a critical component without an owner, or whose owner has no on-call route.
    ///
    /// # Why it matters
    /// An alert that reaches nobody is a log line.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// owner: {team: commerce}   # and a component of tier critical
    /// ```
    ///
    /// # How to fix
    /// Name the route: `owner: {team: commerce, oncall: {pagerduty: commerce-primary}}`.
    "G701" "no-on-call", phase 7, role "all roles", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        if component.tier.value != Tier::Critical {
            continue;
        }
        let found = match &component.owner {
            None => Diagnostic::new(
                CODE,
                component.name.origin,
                format!("the critical component `{}` has no owner", component.name),
                "nobody answers for it",
            )
            .help("add `owner: {team: …, oncall: {pagerduty: …}}` here or in pathc.yaml"),
            Some(owner) if owner.oncall.is_none() => Diagnostic::new(
                CODE,
                owner.team.origin,
                format!(
                    "the team `{}` of the critical component `{}` has no on-call route",
                    owner.team, component.name
                ),
                "nobody is called",
            )
            .label(component.tier_place(), "critical")
            .help("add `oncall: {pagerduty: …}`, or `opsgenie`, `slack` or `email`"),
            Some(_) => continue,
        };
        findings.add(found).component(&component.name);
    }
}
