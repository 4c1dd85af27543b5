//! G209: is every requirement proved?

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::testing::{Requirement, Suite};
use crate::source::scalar::shown;

use super::gate::{Context, Finding, Findings};

gate! {
    /// # What it does
    /// Denies a requirement that no suite specifies, or whose suites have not all passed. Where those suites run in an
    /// environment, missing results warn; `pathc check --env` of the next environment denies them.
    ///
    /// # Why it matters
    /// A requirement without a proof is a hope, and the users find out.
    ///
    /// # Example
    /// ```yaml
    /// # path/test_specifications.yaml
    /// requirements:
    ///   - {id: REQ-7, title: A refund reaches the card it came from.}
    /// # no suite has `specification: [REQ-7]`
    /// ```
    ///
    /// # How to fix
    /// Name the requirement in the `specification` of the suite that proves it, and let that suite pass.
    "G209" "requirement-unproven", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Tested
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut proofs: BTreeMap<&str, Vec<&Suite>> = BTreeMap::new();
    for suite in &context.system.suites {
        for id in &suite.specification {
            proofs.entry(id.as_str()).or_default().push(suite);
        }
    }
    for requirement in &context.system.requirements {
        let Some(suites) = proofs.get(requirement.id.as_str()) else {
            let found = Diagnostic::new(
                CODE,
                requirement.id.origin,
                format!("no suite proves `{}`: {}", requirement.id, shown(&requirement.title.value)),
                "never named by a suite",
            )
            .help(format!("add `specification: [{}]` to the suite that proves it", requirement.id));
            about(findings.add(found), requirement);
            continue;
        };
        for suite in suites {
            let results = context.results(suite);
            let failed = results.iter().find(|result| result.failed.value > 0);
            if let Some(result) = failed {
                let found = Diagnostic::new(
                    CODE,
                    requirement.id.origin,
                    format!("`{}` is not proved: its suite `{}` has failed", requirement.id, suite.name),
                    shown(&requirement.title.value),
                )
                .label(result.failed.origin, format!("{} failed here", result.failed))
                .help("mend the failing tests");
                about(findings.add(found), requirement);
            } else if results.is_empty() {
                let found = Diagnostic::new(
                    CODE,
                    requirement.id.origin,
                    format!("`{}` is not proved: its suite `{}` has no result", requirement.id, suite.name),
                    shown(&requirement.title.value),
                )
                .label(suite.name.origin, "never run")
                .help("run the suite and record its result");
                let finding = about(findings.add(found), requirement);
                if let Some(environment) = &suite.environment {
                    finding.environment(environment);
                    if !context.must_have_proved(environment) {
                        finding.warn();
                    }
                }
            }
        }
    }
}

fn about<'f>(finding: &'f mut Finding, requirement: &Requirement) -> &'f mut Finding {
    match &requirement.component {
        Some(component) => finding.component(component),
        None => finding,
    }
}
