//! G304: has going back ever been tried?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::DrillKind;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Warns where a production environment has no passed rollback drill within the last 90 days.
    ///
    /// # Why it matters
    /// A way back that was never walked is a hope. The first rollback should not be the one at night.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// drills:
    ///   - {kind: rollback, environment: production, date: 2026-06-01, passed: true}   # too long ago
    /// ```
    ///
    /// # How to fix
    /// Deploy the last release, go back to the one before it by the rollback workflow, and record the drill:
    /// ```yaml
    ///   - {kind: rollback, environment: production, date: 2026-11-20, passed: true, recovery_time: 4m}
    /// ```
    "G304" "rollback-untested", phase 3, role "deployment-specialist", waived by "the head of operations",
    level Warn, evidence Tested
}

/// How old the last drill may be, in days.
const MOST_DAYS: u64 = 90;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in context.production() {
        let last = context.last_drill(DrillKind::Rollback, &environment.name, |_| true);
        let name = &environment.name;
        let finding = match last.been {
            None => findings.add(
                last.explain(Diagnostic::new(
                    CODE,
                    name.origin,
                    format!("no rollback drill has passed in `{name}`"),
                    "nobody knows the way back",
                ))
                .help(format!("go back one release in `{name}` and record it under `drills` in test_results.yaml")),
            ),
            Some(drill) if context.days_since(drill.date.value) > MOST_DAYS => {
                let age = context.days_since(drill.date.value);
                findings.add(
                    Diagnostic::new(
                        CODE,
                        drill.date.origin,
                        format!(
                            "the last rollback drill in `{name}` is {age} days old, at most {MOST_DAYS} are allowed"
                        ),
                        format!("{age} days ago"),
                    )
                    .label(name.origin, "of this environment")
                    .help("repeat the drill and record its date in test_results.yaml"),
                )
            }
            Some(_) => continue,
        };
        finding.environment(&name.value).by_clock = last.been.is_some() || last.to_come.is_some();
    }
}
