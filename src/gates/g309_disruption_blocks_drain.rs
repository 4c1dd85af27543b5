//! G309: can a node be emptied?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::component::{Delivery, DeliveryStrategy};
use crate::ir::value::CountOrPercent;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a rolling strategy that allows no replica to move: `max_surge` 0 with `max_unavailable` 0.
    ///
    /// # Why it matters
    /// Neither a new replica may start first nor an old one stop first: the rollout waits for ever.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// deployments:
    ///   - component: checkout
    ///     strategy: {rolling: {max_surge: 0, max_unavailable: 0}}
    /// ```
    ///
    /// # How to fix
    /// Write `max_surge: 1`.
    "G309" "disruption-blocks-drain", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let nothing = |value: CountOrPercent| matches!(value, CountOrPercent::Count(0) | CountOrPercent::Percent(0));
    for component in &context.system.components {
        if let Some(Delivery { strategy: DeliveryStrategy::Rolling { max_surge, max_unavailable, .. }, .. }) =
            &component.delivery
            && nothing(max_surge.value)
            && nothing(max_unavailable.value)
        {
            let found = Diagnostic::new(
                CODE,
                max_surge.origin,
                format!("the rolling strategy of `{}` allows no replica to move", component.name),
                "no replica above the number wanted",
            )
            .label(max_unavailable.origin, "and none below")
            .help("write `max_surge: 1`");
            findings.add(found).component(&component.name);
        }
    }
}
