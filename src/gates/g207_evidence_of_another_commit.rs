//! G207: was this code tested, or other code?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Traced;
use crate::ir::value::{Commit, Name};

use super::gate::{Context, Findings, OtherCommit};

gate! {
    /// # What it does
    /// Denies coverage, results and quality of a component that are of another commit than its package. `same_commit: false` in
    /// `quality_gates` turns it off. Results of suites with an `environment` warn, but in `pathc check --env` of the next one. With
    /// `--commit`, the packages of what is not released yet are read as of that commit.
    ///
    /// # Why it matters
    /// The commit between the tested one and the released one is the one with the mistake.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_coverage_report.yaml
    /// commit: 9b1d2e3
    /// # path/deployment_packages.yaml
    /// packages: [{component: checkout, version: 2.4.1, commit: 4f2c1ab}]
    /// ```
    ///
    /// # How to fix
    /// Test the commit that is released: `ci.yml` runs on it and writes its evidence.
    "G207" "evidence-of-another-commit", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for row in &context.system.coverage {
        judge(context, findings, "coverage", &row.component, row.commit.as_ref(), false);
    }
    for row in &context.system.quality {
        judge(context, findings, "code quality", &row.component, row.commit.as_ref(), false);
    }
    for result in &context.system.results {
        let Some(suite) = context.suite(&result.suite) else { continue };
        let elsewhere = suite.environment.as_ref().is_some_and(|environment| !context.must_have_proved(environment));
        let what = format!("result of the suite `{}`", result.suite);
        for component in context.components_of(result) {
            judge(context, findings, &what, component, result.commit.as_ref(), elsewhere);
        }
    }
}

fn judge(
    context: &Context<'_>,
    findings: &mut Findings,
    what: &str,
    name: &Traced<Name>,
    tested: Option<&Traced<Commit>>,
    elsewhere: bool,
) {
    let Some(tested) = tested else { return };
    let found = match context.other_commit(name, Some(tested)) {
        Some(OtherCommit::Candidate(candidate)) => Diagnostic::new(
            CODE,
            tested.origin,
            format!("the {what} of `{name}` is of commit `{}`, the candidate is `{}`", short(tested), short(candidate)),
            "this was measured",
        )
        .help("run the tests on the candidate, and import what they say"),
        Some(OtherCommit::Package(built)) => Diagnostic::new(
            CODE,
            tested.origin,
            format!("the {what} of `{name}` is of commit `{}`, its package of `{}`", short(tested), short(built)),
            "this was measured",
        )
        .label(built.origin, "this is released")
        .help("run the tests on the commit that is released"),
        None => return,
    };
    let finding = findings.add(found).component(name);
    if elsewhere {
        finding.warn();
    }
}

fn short(commit: &Commit) -> &str {
    commit.as_str().get(..12).unwrap_or(commit.as_str())
}
