//! G202: do the tests pass?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::value::Decimal;
use crate::source::scalar::shown;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a blocking suite that has failures, or whose pass rate is below `quality_gates.pass_rate`. Failures below a pass rate
    /// of less than 100 are allowed where the rate says so.
    ///
    /// # Why it matters
    /// A failing test is a known defect. Shipping it is a decision, and decisions are written down as waivers.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// suites:
    ///   - suite: unit
    ///     passed: 811
    ///     failed: 1
    ///     failures: [{test: "cart::totals::rounds_half_up", message: "left: 10.01, right: 10.02"}]
    /// ```
    ///
    /// # How to fix
    /// Mend the test or the code, and run the suite again. A suite that may fail says `blocking: false`.
    "G202" "tests-failing", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let required = context.system.quality_gates.as_ref().map(|gates| gates.pass_rate);
    let needed = required.map_or(Decimal::whole(100), |rate| rate.0);
    for result in &context.system.results {
        let Some(suite) = context.suite(&result.suite) else { continue };
        let run = result.passed.value + result.failed.value;
        if !suite.blocking.value || run == 0 {
            continue;
        }
        let whole = |count: u64| Decimal::whole(i64::try_from(count).unwrap_or(i64::MAX / 1000));
        let rate = whole(result.passed.value).times(Decimal::whole(100)).over(whole(run));
        if rate >= needed {
            continue;
        }
        let tests = if result.failed.value == 1 { "test" } else { "tests" };
        let mut found = Diagnostic::new(
            CODE,
            result.failed.origin,
            format!(
                "{} {tests} of the suite `{}` failed: {} of {run} passed, {needed} % must",
                result.failed.value, result.suite, result.passed.value
            ),
            format!("{} failed", result.failed.value),
        );
        found = match required {
            Some(rate) if rate.origin.is_written() => found.label(rate.origin, "required here"),
            _ => found.label(suite.name.origin, "this suite is blocking"),
        };
        for failure in result.failures.iter().take(3) {
            let message =
                failure.message.as_ref().map_or_else(String::new, |message| format!(": {}", shown(&message.value)));
            let at = failure.location.as_ref().map_or_else(String::new, |place| format!(" ({})", shown(&place.value)));
            found = found.note(format!("`{}`{at}{message}", shown(&failure.test.value)));
        }
        if result.failures.len() > 3 {
            found = found.note(format!("and {} more", result.failures.len() - 3));
        }
        let finding = findings.add(found.help(format!("mend the {tests} and run the suite again")));
        if let Some(component) = &result.component {
            finding.component(component);
        }
        if let Some(environment) = &suite.environment {
            finding.environment(environment);
        }
    }
}
