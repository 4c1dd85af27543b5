//! G201: is enough of the code run by tests?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Traced;
use crate::ir::evidence::Measure;
use crate::ir::value::{Decimal, Name, Percent};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a component whose line, branch or function coverage is below its gate, and a deployed component with a build that
    /// has no coverage row at all.
    ///
    /// # Why it matters
    /// Code that no test runs is code that production tests.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_specifications.yaml
    /// quality_gates: {coverage: {line: 90}}
    /// # path/test_coverage_report.yaml
    /// components:
    ///   - {component: checkout, line: 71.4}
    /// ```
    ///
    /// # How to fix
    /// Test what is not covered. The message names how many lines are missing where the report has counts. To lower the gate for
    /// one component, write `quality_gates: {coverage: {components: {checkout: {line: 70}}}}`.
    "G201" "coverage-below-gate", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let gates = context.system.quality_gates.as_ref().and_then(|gates| gates.coverage.as_ref());
    for row in &context.system.coverage {
        let own = gates.and_then(|gates| gates.components.get(row.component.as_str()));
        let line = own.and_then(|own| own.line).or_else(|| gates.map(|gates| gates.line));
        let branch = own.and_then(|own| own.branch).or_else(|| gates.and_then(|gates| gates.branch));
        let function = own.and_then(|own| own.function).or_else(|| gates.and_then(|gates| gates.function));
        judge(findings, &row.component, "line", Some(&row.line), line);
        judge(findings, &row.component, "branch", row.branch.as_ref(), branch);
        judge(findings, &row.component, "function", row.function.as_ref(), function);
    }
    if let Some(component) = context.unproven("test_coverage_report") {
        findings.add(
            Diagnostic::new(
                CODE,
                component.name.origin,
                "there is no coverage report: nothing proves what the tests run",
                "and other deployed components",
            )
            .help("write `test_coverage_report.yaml`, or let `ci.yml` write it"),
        );
        return;
    }
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        let Some(build) = context.build(component) else { continue };
        if context.coverage(component).is_none() {
            let found = Diagnostic::new(
                CODE,
                component.name.origin,
                format!("`{}` has no coverage row", component.name),
                "nothing says how much of it the tests run",
            )
            .label(build.component.origin, "it is built here")
            .help("add its row to `test_coverage_report.yaml`");
            findings.add(found).component(&component.name);
        }
    }
}

fn judge(
    findings: &mut Findings,
    name: &Traced<Name>,
    what: &str,
    measured: Option<&Traced<Measure>>,
    required: Option<Traced<Percent>>,
) {
    let Some(required) = required else { return };
    let Some(measured) = measured else {
        let found = Diagnostic::new(
            CODE,
            name.origin,
            format!("the {what} coverage of `{name}` was not measured, its gate asks for {required} %"),
            format!("no `{what}` in this row"),
        )
        .label(required.origin, "required here")
        .help(format!("report `{what}`, or remove its gate"));
        findings.add(found).component(name);
        return;
    };
    let percent = measured.percent();
    if percent >= required.0 {
        return;
    }
    let shown = rounded_down(percent);
    let mut found = Diagnostic::new(
        CODE,
        measured.origin,
        format!("{what} coverage of `{name}` is {shown} %, its gate asks for {required} %"),
        format!("measured {shown} %"),
    )
    .label(required.origin, "required here");
    found = match measured.value {
        Measure::Counted { covered, total } => {
            let needed =
                Decimal::whole(i64::try_from(total.value).unwrap_or(i64::MAX / 1000)).times(required.0).shift(2);
            let missing = (needed.as_f64().ceil() as u64).saturating_sub(covered.value);
            found.help(format!("cover {missing} more of the {} {}, or ask for a waiver", total.value, plural(what)))
        }
        Measure::Percent(_) if percent > Decimal::whole(0) && percent < Decimal::whole(1) => {
            found.help(format!("percents are from 0 to 100: `{}`?", percent.times(Decimal::whole(100))))
        }
        Measure::Percent(_) => found.help("raise coverage, or ask for a waiver"),
    };
    findings.add(found).component(name);
}

/// One decimal place, never rounded up to the gate that it misses.
fn rounded_down(percent: Decimal) -> Decimal {
    Decimal::new((percent.as_f64() * 10.0).floor() as i64, 1)
}

fn plural(what: &str) -> &'static str {
    match what {
        "line" => "lines",
        "branch" => "branches",
        _ => "functions",
    }
}
