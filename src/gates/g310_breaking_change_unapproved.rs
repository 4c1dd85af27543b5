//! G310: did somebody agree to break callers?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::TestState;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies an unreleased breaking refactoring that nobody approved, or whose tests were not green before and after.
    ///
    /// # Why it matters
    /// A breaking change is a decision about other people's time. Tests that were red before prove nothing after.
    ///
    /// # Example
    /// ```yaml
    /// # path/refactoring_log.yaml
    /// entries:
    ///   - {id: R-51, component: checkout, kind: interface-change, breaking: true, tests: {before: pass, after: fail}}
    /// ```
    ///
    /// # How to fix
    /// Have it approved (`approved_by: …`), and record green tests before and after.
    "G310" "breaking-change-unapproved", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for entry in context.system.refactorings.iter().filter(|entry| entry.breaking.value && entry.released.is_none()) {
        if entry.approved_by.is_none() {
            let found = Diagnostic::new(
                CODE,
                entry.breaking.origin,
                format!("nobody has approved the breaking change `{}` of `{}`", entry.id, entry.component),
                "breaks callers",
            )
            .help("add `approved_by: …`");
            findings.add(found).component(&entry.component);
        }
        let states = [
            ("before", entry.tests.as_ref().and_then(|tests| tests.before)),
            ("after", entry.tests.as_ref().and_then(|tests| tests.after)),
        ];
        for (when, state) in states {
            let red = match state {
                Some(state) if state.value == TestState::Pass => continue,
                Some(state) => (state.origin, "red"),
                None => (entry.id.origin, "not recorded"),
            };
            let found = Diagnostic::new(
                CODE,
                red.0,
                format!("the tests {when} the breaking change `{}` of `{}` are {}", entry.id, entry.component, red.1),
                red.1,
            )
            .help("record `tests: {before: pass, after: pass}` once they are green");
            findings.add(found).component(&entry.component);
        }
    }
}
