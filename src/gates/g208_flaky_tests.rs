//! G208: do the tests say the same each time?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::value::Decimal;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Warns about a suite with more flaky or skipped tests than `flaky_rate` and `skipped_rate` allow.
    ///
    /// # Why it matters
    /// A flaky test teaches people to press the button again, and then they press it for the real failure too. A skipped test is a
    /// promise that nobody checks.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_results.yaml
    /// suites:
    ///   - {suite: e2e, passed: 90, flaky: 10}
    /// ```
    ///
    /// # How to fix
    /// Find what the flaky tests wait for or share, and mend it; run the skipped ones or remove them.
    "G208" "flaky-tests", phase 2, role "pipeline-architect", waived by "the head of quality", level Warn, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let gates = context.system.quality_gates.as_ref();
    let whole = |count: u64| Decimal::whole(i64::try_from(count).unwrap_or(i64::MAX / 1000));
    for result in &context.system.results {
        let all = result.passed.value + result.failed.value + result.skipped.value;
        let kinds = [
            ("flaky", &result.flaky, gates.map(|gates| gates.flaky_rate), 1),
            ("skipped", &result.skipped, gates.map(|gates| gates.skipped_rate), 5),
        ];
        for (what, count, limit, default) in kinds {
            if all == 0 || count.value == 0 {
                continue;
            }
            let allowed = limit.map_or(Decimal::whole(default), |limit| limit.0);
            let rate = whole(count.value).times(Decimal::whole(100)).over(whole(all));
            if rate <= allowed {
                continue;
            }
            let mut found = Diagnostic::new(
                CODE,
                count.origin,
                format!(
                    "{} of {all} tests of `{}` are {what}: {:.2} %, at most {allowed} % may be",
                    count.value,
                    result.suite,
                    rate.as_f64()
                ),
                format!("{} {what}", count.value),
            );
            if let Some(limit) = limit.filter(|limit| limit.origin.is_written()) {
                found = found.label(limit.origin, "allowed here");
            }
            findings.add(found.help(format!("mend the {what} tests, or take them out of the suite")));
        }
    }
}
