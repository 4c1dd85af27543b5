//! G212: does the build work when it should?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Warns where fewer than 95 % of the builds in `history` succeeded.
    ///
    /// # Why it matters
    /// When every tenth build fails for no reason, a hotfix fails too.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// history: {builds: {total: 100, succeeded: 88}}
    /// ```
    ///
    /// # How to fix
    /// Look for what the failed builds share: a registry that is slow, a test that waits, a runner that is full.
    "G212" "build-unreliable", phase 2, role "pipeline-architect", waived by "the head of quality", level Warn, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(builds) = context.system.history.as_ref().and_then(|history| history.builds.as_ref()) else { return };
    let (total, good) = (builds.total.value, builds.succeeded.value);
    // good / total < 95 / 100, without leaving whole numbers.
    if total > 0 && u128::from(good) * 100 < u128::from(total) * 95 {
        findings.add(
            Diagnostic::new(
                CODE,
                builds.succeeded.origin,
                format!("{good} of {total} builds succeeded: {:.1} %, 95 % should", good as f64 * 100.0 / total as f64),
                format!("{} failed", total.saturating_sub(good)),
            )
            .label(builds.total.origin, "of these")
            .help("find what the failed builds share"),
        );
    }
}
