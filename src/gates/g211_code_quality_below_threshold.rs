//! G211: can the next person change it?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::value::{Decimal, Name};
use crate::ir::{Origin, Traced};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a component whose complexity, duplication, lint errors, maintainability or mutation score is out of the bounds of
    /// `thresholds`. The mutation score of `quality_gates` counts where `thresholds` names none. Warns where a system builds
    /// components and has no code quality metrics at all.
    ///
    /// # Why it matters
    /// Code that nobody can read is code that nobody dares to mend at night.
    ///
    /// # Example
    /// ```yaml
    /// # path/code_quality_metrics.yaml
    /// components:
    ///   - {component: checkout, complexity: {max: 41}}
    /// thresholds: {complexity_max: 20}
    /// ```
    ///
    /// # How to fix
    /// Split the function, remove the copy, mend the lint. The message names what was measured and what is allowed.
    "G211" "code-quality-below-threshold", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    if let Some(component) = context.unproven("code_quality_metrics") {
        let message = "there are no code quality metrics: nothing tells how hard the code is to change, and what its analysis found";
        let found = Diagnostic::new(CODE, component.name.origin, message, "and other deployed components")
            .help("write `code_quality_metrics.yaml`, or let `ci.yml` write it");
        findings.add(found).warn();
    }
    let limits = context.system.quality_thresholds.as_ref();
    let gates = context.system.quality_gates.as_ref();
    let least_mutants =
        limits.and_then(|limits| limits.mutation_score).or_else(|| gates.and_then(|gates| gates.mutation_score));
    for row in &context.system.quality {
        let name = &row.component;
        if let Some(measured) = row.complexity.as_ref().and_then(|complexity| complexity.max) {
            let limit = bound(limits.map(|limits| limits.complexity_max), 20);
            judge(findings, name, "complexity", "", measured, limit, Side::AtMost);
        }
        if let Some(measured) = row.duplication {
            let limit = bound(limits.map(|limits| limits.duplication.map(|percent| percent.0)), 5);
            judge(findings, name, "duplication", " %", measured.map(|percent| percent.0), limit, Side::AtMost);
        }
        if let Some(lint) = &row.lint {
            let whole = |count: u64| Decimal::whole(i64::try_from(count).unwrap_or(i64::MAX / 1000));
            let limit = bound(limits.map(|limits| limits.lint_errors.map(whole)), 0);
            judge(findings, name, "number of lint errors", "", lint.errors.map(whole), limit, Side::AtMost);
        }
        if let (Some(measured), Some(limit)) = (row.maintainability, limits.and_then(|limits| limits.maintainability)) {
            let limit = (limit.value.0, Some(limit.origin));
            judge(findings, name, "maintainability", "", measured.map(|percent| percent.0), limit, Side::AtLeast);
        }
        if let (Some(measured), Some(limit)) = (row.mutation_score, least_mutants) {
            let limit = (limit.value.0, Some(limit.origin));
            judge(findings, name, "mutation score", " %", measured.map(|percent| percent.0), limit, Side::AtLeast);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    AtMost,
    AtLeast,
}

/// A limit and where it is written, or the language's default.
fn bound(written: Option<Traced<Decimal>>, default: i64) -> (Decimal, Option<Origin>) {
    written.map_or((Decimal::whole(default), None), |limit| {
        (limit.value, limit.origin.is_written().then_some(limit.origin))
    })
}

fn judge(
    findings: &mut Findings,
    name: &Traced<Name>,
    what: &str,
    unit: &str,
    measured: Traced<Decimal>,
    (limit, place): (Decimal, Option<Origin>),
    side: Side,
) {
    let (good, rule) = match side {
        Side::AtMost => (measured.value <= limit, "at most"),
        Side::AtLeast => (measured.value >= limit, "at least"),
    };
    if good {
        return;
    }
    let mut found = Diagnostic::new(
        CODE,
        measured.origin,
        format!("the {what} of `{name}` is {measured}{unit}, {rule} {limit}{unit} is allowed"),
        format!("measured {measured}{unit}"),
    );
    if let Some(place) = place {
        found = found.label(place, format!("{rule} {limit}{unit}"));
    }
    findings.add(found.help("mend the code, or ask for a waiver")).component(name);
}
