//! G503: did static analysis find too much?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::{Origin, Traced};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a component with more static-analysis findings of a severity than `thresholds.findings` allows; by default none that
    /// are critical or high.
    ///
    /// # Why it matters
    /// Each finding is a place where somebody else's input may decide what the program does.
    ///
    /// # Example
    /// ```yaml
    /// # path/code_quality_metrics.yaml
    /// components:
    ///   - {component: checkout, findings: {critical: 1}}
    /// ```
    ///
    /// # How to fix
    /// Mend the findings. A false one is dismissed in the tool that found it, with a reason.
    "G503" "findings-above-threshold", phase 5, role "infrastructure-engineer", waived by "the head of security", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let limits = context.system.quality_thresholds.as_ref().and_then(|limits| limits.findings.as_ref());
    for row in &context.system.quality {
        let Some(found) = &row.findings else { continue };
        let severities = [
            ("critical", found.critical, limits.map_or(Some((0, None)), |limits| Some(place(limits.critical)))),
            ("high", found.high, limits.map_or(Some((0, None)), |limits| Some(place(limits.high)))),
            ("medium", found.medium, limits.and_then(|limits| limits.medium.map(place))),
            ("low", found.low, limits.and_then(|limits| limits.low.map(place))),
        ];
        for (severity, count, limit) in severities {
            let Some((limit, written)) = limit.filter(|(limit, _)| count.value > *limit) else { continue };
            let noun = if count.value == 1 { "finding" } else { "findings" };
            let mut diagnostic = Diagnostic::new(
                CODE,
                count.origin,
                format!("`{}` has {count} {severity} {noun}, at most {limit} allowed", row.component),
                format!("{count} {severity}"),
            );
            if let Some(written) = written {
                diagnostic = diagnostic.label(written, format!("at most {limit}"));
            }
            findings
                .add(diagnostic.help("mend them; dismiss a false one in the tool that found it"))
                .component(&row.component);
        }
    }
}

fn place(limit: Traced<u64>) -> (u64, Option<Origin>) {
    (limit.value, limit.origin.is_written().then_some(limit.origin))
}
