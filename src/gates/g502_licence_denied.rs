//! G502: may it be used so?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Traced;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a package whose licence is denied by the policy, or that is not among the allowed ones. Case does not matter. Of an
    /// SPDX expression either side of `OR` will do, and both of `AND` must.
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
            let named = |one: &Traced<String>, name: &str| one.value.eq_ignore_ascii_case(name);
            let denied = |name: &str| policy.deny.iter().find(|denied| named(denied, name));
            let allowed =
                |name: &str| policy.allow.is_empty() || policy.allow.iter().any(|allowed| named(allowed, name));
            if may_be_taken(&licence.value, &|name| denied(name).is_none() && allowed(name)) {
                continue;
            }
            let denied = names(&licence.value).find_map(denied);
            let mut found = Diagnostic::new(
                CODE,
                licence.origin,
                format!("`{}` uses {count} {packages} under the licence `{licence}`", row.component),
                if denied.is_some() { "denied" } else { "not allowed" },
            );
            if let Some(denied) = denied {
                found = found.label(denied.origin, "denied here");
            } else if let Some(first) = policy.allow.first() {
                found = found.label(first.origin, "only these are allowed");
            }
            findings.add(found.help(replace)).component(&row.component);
        }
    }
}

/// The licences of an SPDX expression; what follows `WITH` is an exception to one.
fn names(expression: &str) -> impl Iterator<Item = &str> {
    let words = expression.split(|character: char| character.is_whitespace() || matches!(character, '(' | ')'));
    let mut exception = false;
    words.filter(|word| !word.is_empty()).filter(move |word| {
        let behind_with = std::mem::replace(&mut exception, *word == "WITH");
        !behind_with && !matches!(*word, "OR" | "AND" | "WITH")
    })
}

/// Whether somebody may use what stands under an SPDX expression, where `good` tells it of one licence. `AND` binds closer than
/// `OR`; what has brackets is taken where each licence is good.
fn may_be_taken(expression: &str, good: &dyn Fn(&str) -> bool) -> bool {
    if expression.contains(['(', ')']) {
        return names(expression).all(good);
    }
    expression.split(" OR ").any(|side| names(side).all(good))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_side_of_or_will_do_and_both_of_and_must() {
        let good = |name: &str| name == "MIT" || name == "Apache-2.0";
        for (expression, taken) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("GPL-3.0-only OR MIT", true),
            ("GPL-3.0-only AND MIT", false),
            ("MIT AND Apache-2.0 OR GPL-3.0-only", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("(MIT OR GPL-3.0-only) AND Apache-2.0", false),
        ] {
            assert_eq!(may_be_taken(expression, &good), taken, "{expression}");
        }
    }
}
