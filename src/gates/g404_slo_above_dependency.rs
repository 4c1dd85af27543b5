//! G404: can it be better than what it needs?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::component::DependencyKind;
use crate::ir::delivery::{Indicator, Slo};
use crate::ir::value::{Decimal, Name, Percent};
use crate::ir::{Component, Traced};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies an availability objective above the product of the objectives of those critical dependencies that declare one.
    ///
    /// # Why it matters
    /// A chain is up only when each link is: what a component can't do without bounds what it can promise.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - {component: web, slos: [{name: availability, objective: 99.95, indicator: availability}]}
    ///   - {component: checkout, slos: [{name: availability, objective: 99.9, indicator: availability}]}
    /// # and web depends on checkout
    /// ```
    ///
    /// # How to fix
    /// Promise what the arithmetic in the message allows, raise the dependency's objective, or do without it for a while and write
    /// `critical: false`.
    "G404" "slo-above-dependency", phase 4, role "monitoring-analyst", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in &context.system.components {
        let Some(own) = availability(component).max_by_key(|slo| slo.objective.0) else { continue };
        let mut terms: Vec<(&Name, Traced<Percent>)> = Vec::new();
        for dependency in component
            .depends_on
            .iter()
            .filter(|dependency| dependency.critical.value && dependency.name != component.name)
        {
            let objective = match dependency.kind {
                DependencyKind::Component => {
                    context.system.component_named(dependency.name.as_str()).and_then(|(_, other)| {
                        availability(other).map(|slo| slo.objective).max_by_key(|objective| objective.0)
                    })
                }
                DependencyKind::External => context
                    .system
                    .externals
                    .iter()
                    .find(|external| external.name == dependency.name)
                    .and_then(|external| external.objective),
                DependencyKind::Datastore => None,
            };
            terms.extend(objective.map(|objective| (&dependency.name.value, objective)));
        }
        if terms.is_empty() {
            continue;
        }
        let product =
            terms.iter().fold(Decimal::whole(1), |product, (_, objective)| product.times(objective.0.shift(2)));
        let ceiling = product.times(Decimal::whole(100));
        if own.objective.0 <= ceiling {
            continue;
        }
        let shown = rounded_down(ceiling);
        let product: Vec<String> = terms.iter().map(|(name, objective)| format!("{objective} % of `{name}`")).collect();
        let mut found = Diagnostic::new(
            CODE,
            own.objective.origin,
            format!("`{}` promises {} %, more than its critical dependencies allow", component.name, own.objective),
            format!("at most {shown} %"),
        );
        for (name, objective) in &terms {
            found = found.label(objective.origin, format!("`{name}` promises {objective} %"));
        }
        let found = found
            .note(format!("{} = {shown} % < {} %", product.join(" x "), own.objective))
            .help(format!("promise {shown} % or less, or write `critical: false` on what it can do without"));
        findings.add(found).component(&component.name);
    }
}

/// What a component promises of its availability; over several windows, several times.
fn availability(component: &Component) -> impl Iterator<Item = &Slo> {
    let slos = component.delivery.as_ref().map_or(&[][..], |delivery| &delivery.slos);
    slos.iter().filter(|slo| matches!(slo.indicator.value, Indicator::Availability))
}

/// Three places, never rounded up to what it misses.
fn rounded_down(percent: Decimal) -> Decimal {
    Decimal::new((percent.as_f64() * 1000.0 + 1e-6).floor() as i64, 3)
}
