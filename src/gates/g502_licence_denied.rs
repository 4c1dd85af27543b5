//! G502: may it be used so?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a package whose licence is denied by the policy, or that is not among the allowed ones.
    ///
    /// # Why it matters
    /// A licence is a contract. Some ask for the whole source in return.
    ///
    /// # Example
    /// ```yaml
    /// # path/dependency_specifications.yaml
    /// policy: {licenses: {deny: [AGPL-3.0-only]}}
    /// packages:
    ///   - {component: web, licenses: {MIT: 590, AGPL-3.0-only: 1}}
    /// ```
    ///
    /// # How to fix
    /// Replace the package, buy another licence, or have the policy changed by whoever owns it.
    "G502" "licence-denied", phase 5, role "infrastructure-engineer", waived by "the legal department", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(policy) = context.system.dependency_policy.as_ref().and_then(|policy| policy.licenses.as_ref()) else {
        return;
    };
    for row in &context.system.packages {
        for (licence, count) in row.licenses.iter() {
            let (packages, replace) = if count.value == 1 {
                ("package", "replace it, or have the policy changed by whoever owns it")
            } else {
                ("packages", "replace them, or have the policy changed by whoever owns it")
            };
            let denied = policy.deny.iter().find(|denied| denied.value == licence.value);
            let mut found = Diagnostic::new(
                CODE,
                licence.origin,
                format!("`{}` uses {count} {packages} under the licence `{licence}`", row.component),
                if denied.is_some() { "denied" } else { "not allowed" },
            );
            if let Some(denied) = denied {
                found = found.label(denied.origin, "denied here");
            } else if let Some(first) = policy.allow.first()
                && !policy.allow.iter().any(|allowed| allowed.value == licence.value)
            {
                found = found.label(first.origin, "only these are allowed");
            } else {
                continue;
            }
            findings.add(found.help(replace)).component(&row.component);
        }
    }
}
