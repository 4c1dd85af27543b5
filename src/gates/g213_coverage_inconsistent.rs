//! G213: does the evidence agree with itself?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::evidence::Measure;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies coverage that counts more covered than there is, a result whose failures are more than it says failed, and a history
    /// with more successes than attempts.
    ///
    /// # Why it matters
    /// Numbers that contradict themselves were made by a broken tool or by hand. Neither carries a release.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_coverage_report.yaml
    /// components:
    ///   - {component: checkout, line: {covered: 210, total: 200}}
    /// ```
    ///
    /// # How to fix
    /// Have the tool write the report again, and look at what merges reports if it stays so.
    "G213" "coverage-inconsistent", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for row in &context.system.coverage {
        for (what, measure) in
            [("lines", Some(&row.line)), ("branches", row.branch.as_ref()), ("functions", row.function.as_ref())]
        {
            if let Some(Measure::Counted { covered, total }) = measure.map(|measure| measure.value)
                && covered.value > total.value
            {
                let found = Diagnostic::new(
                    CODE,
                    covered.origin,
                    format!("`{}` has {covered} covered {what} of {total}", row.component),
                    "more than there are",
                )
                .label(total.origin, format!("all {what}"))
                .help("have the tool write the report again");
                findings.add(found).component(&row.component);
            }
        }
    }
    for result in &context.system.results {
        if result.failures.len() as u64 > result.failed.value {
            let found = Diagnostic::new(
                CODE,
                if result.failed.origin.is_written() { result.failed.origin } else { result.suite.origin },
                format!(
                    "the result of `{}` says that {} failed, and lists {} failures",
                    result.suite,
                    result.failed,
                    result.failures.len()
                ),
                format!("{} failed", result.failed),
            )
            .label(result.failures[0].test.origin, "the first of the listed ones")
            .help("have the runner write the result again");
            findings.add(found);
        }
    }
    let history = context.system.history.as_ref();
    let attempts = [
        history.and_then(|history| history.builds.as_ref()).map(|builds| ("builds", builds.succeeded, builds.total)),
        history
            .and_then(|history| history.deployments.as_ref())
            .map(|made| ("deployments", made.succeeded, made.total)),
    ];
    for (what, succeeded, total) in
        attempts.into_iter().flatten().filter(|(_, succeeded, total)| succeeded.value > total.value)
    {
        findings.add(
            Diagnostic::new(
                CODE,
                succeeded.origin,
                format!("{succeeded} of {total} {what} succeeded"),
                "more than there were",
            )
            .label(total.origin, "all of them")
            .help("correct the history"),
        );
    }
}
