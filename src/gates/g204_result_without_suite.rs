//! G204: does every result belong to something?

use crate::diag::Diagnostic;
use crate::gate;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Warns about a result of a suite that nothing specifies, and about coverage of a component that does not exist.
    ///
    /// # Why it matters
    /// A result that nobody asked for is either a suite that was renamed, whose specification now has no result, or noise.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// suites:
    ///   - {suite: unti, passed: 812}
    /// ```
    ///
    /// # How to fix
    /// Specify the suite in `test_specifications.yaml`, correct the name, or remove the row.
    "G204" "result-without-suite", phase 2, role "pipeline-architect", waived by "the head of quality", level Warn, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let suites = || context.system.suites.iter().map(|suite| suite.name.as_str());
    for result in context.system.results.iter().filter(|result| context.suite(&result.suite).is_none()) {
        let message = format!("no suite `{}` is specified", result.suite);
        let found = Diagnostic::new(CODE, result.suite.origin, message, "a result of nothing");
        findings.add(found.did_you_mean(&result.suite, suites(), || {
            "specify it in `test_specifications.yaml`, or remove the row".to_owned()
        }));
    }
    for row in &context.system.coverage {
        if context.system.component_named(row.component.as_str()).is_none() {
            let names = context.system.components.iter().map(|component| component.name.as_str());
            let message = format!("there is no component `{}`", row.component);
            let found = Diagnostic::new(CODE, row.component.origin, message, "coverage of nothing");
            findings.add(found.did_you_mean(&row.component, names, || "remove the row".to_owned()));
        }
    }
}
