//! G308: does a release pass where it should?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Environment;
use crate::ir::choice::EnvironmentKind;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a cycle of `promotes_from`, a production whose chain holds no staging environment, and a production that nobody has
    /// to approve.
    ///
    /// # Why it matters
    /// Production is the wrong place to try something for the first time, and the wrong thing to change by accident.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// environments:
    ///   - {name: production, kind: production, region: eu-west-1}
    /// ```
    ///
    /// # How to fix
    /// Add a staging environment, write `promotes_from: staging` on production, and name who approves:
    /// `approvals: {reviewers: [acme/release-managers]}`.
    "G308" "promotion-broken", phase 3, role "deployment-specialist", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for environment in &context.system.environments {
        let mut chain = vec![environment];
        while let Some(next) = chain
            .last()
            .and_then(|last| last.promotes_from.as_ref())
            .and_then(|name| context.system.environment(name.as_str()))
        {
            if next.name == environment.name {
                cycle(findings, &chain);
                break;
            }
            if chain.iter().any(|known| known.name == next.name) {
                break;
            }
            chain.push(next);
        }
        if environment.kind.value != EnvironmentKind::Production {
            continue;
        }
        let name = &environment.name;
        if !chain.iter().any(|step| step.kind.value == EnvironmentKind::Staging) {
            let place = environment.promotes_from.as_ref().map_or(name.origin, |from| from.origin);
            let found = Diagnostic::new(
                CODE,
                place,
                format!("a release reaches `{name}` without a staging environment"),
                "nothing proves it before",
            )
            .help("add an environment of kind `staging`, and write `promotes_from` with its name");
            findings.add(found).environment(name);
        }
        if environment.approvals.as_ref().is_none_or(|approvals| approvals.reviewers.is_empty()) {
            let place = environment.approvals.as_ref().map_or(name.origin, |approvals| approvals.origin);
            let found =
                Diagnostic::new(CODE, place, format!("nobody has to approve a release to `{name}`"), "no reviewer")
                    .help("add `approvals: {reviewers: [ORG/TEAM]}`");
            findings.add(found).environment(name);
        }
    }
}

/// Reports a cycle once, at the environment that comes first in the input.
fn cycle(findings: &mut Findings, chain: &[&Environment]) {
    let first = chain[0];
    if chain.iter().any(|step| step.name.origin < first.name.origin) {
        return;
    }
    let Some(from) = &first.promotes_from else { return };
    let path: Vec<String> = chain.iter().chain([&first]).map(|step| format!("`{}`", step.name)).collect();
    let found = Diagnostic::new(
        CODE,
        from.origin,
        format!("promotion goes in a circle: {}", path.join(" from ")),
        "comes back to itself",
    )
    .help("remove `promotes_from` where releases enter");
    findings.add(found).environment(&first.name);
}
