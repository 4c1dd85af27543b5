//! G203: was every suite run?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::SuiteStage;
use crate::ir::testing::Suite;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a blocking suite of stage `build` that has no result. A suite with an `environment` warns: its result comes from
    /// there, later. `pathc check --env production` denies it too, and those of all other stages, where production is promoted
    /// from that environment.
    ///
    /// # Why it matters
    /// A suite that did not run proves nothing, and nobody sees that it is missing.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_specifications.yaml
    /// suites:
    ///   - {name: contract, kind: contract, component: checkout, run: npm run contract}
    /// # path/test_results.yaml has no row for `contract`
    /// ```
    ///
    /// # How to fix
    /// Run the suite and record its result; `ci.yml` does both.
    "G203" "suite-without-result", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let missing: Vec<_> = context
        .system
        .suites
        .iter()
        .filter(|suite| suite.blocking.value && (suite.stage().value == SuiteStage::Build || due(context, suite)))
        .filter(|suite| context.results(suite).is_empty())
        .collect();
    for suite in missing {
        let found = Diagnostic::new(
            CODE,
            suite.name.origin,
            format!("the blocking suite `{}` has no result", suite.name),
            "specified here, never run",
        )
        .help(format!("run it and add `- {{suite: {}, passed: …}}` to `test_results.yaml`", suite.name));
        let finding = findings.add(found);
        if let [component] = suite.components() {
            finding.component(component);
        }
        if let Some(environment) = &suite.environment {
            finding.environment(environment);
            if !due(context, suite) {
                finding.warn();
            }
        }
    }
}

/// Whether what a suite proves in its environment is asked for now.
fn due(context: &Context<'_>, suite: &Suite) -> bool {
    suite.environment.as_ref().is_some_and(|environment| context.must_have_proved(environment))
}
