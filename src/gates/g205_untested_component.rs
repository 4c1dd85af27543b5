//! G205: is it tested at all?

use crate::diag::Diagnostic;
use crate::gate;

use super::expectation;
use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a deployed component without a blocking suite of its own. A suite of the whole system does not count: it can't say
    /// which part is broken. Warns where the chosen domain expects a suite that is not there: `contract` and `performance` of a
    /// service of domain `protocol`, `performance` of `realtime`, and one of stage `release` for what `data` makes.
    ///
    /// # Why it matters
    /// What has no test of its own is found broken by its callers.
    ///
    /// # Example
    /// ```yaml
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: mailer, kind: worker}
    /// # no suite names `mailer`
    /// ```
    ///
    /// # How to fix
    /// Add a suite: `- {name: mailer-unit, kind: unit, component: mailer, run: cargo test -p mailer}`. For what a
    /// domain expects, give a suite that `kind`, or `stage: release`.
    "G205" "untested-component", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        for expected in expectation::missing_suites(context, component) {
            let message = format!("`{}` has no {}", component.name, expected.what);
            let found = Diagnostic::new(CODE, component.name.origin, message, expected.why)
                .label(component.domain.origin, format!("domain `{}` expects it", component.domain))
                .help(format!("add a suite with `component: {}` and {}", component.name, expected.help));
            findings.add(found).component(&component.name).warn();
        }
        let suites = context.suites_of(component);
        if suites.iter().any(|suite| suite.blocking.value) {
            continue;
        }
        let mut found = Diagnostic::new(
            CODE,
            component.name.origin,
            format!("`{}` has no blocking suite of its own", component.name),
            "deployed, but not tested",
        );
        found = match suites.first() {
            Some(suite) => {
                found.label(suite.blocking.origin, "this one does not block").help("let it block, or add another")
            }
            None => {
                found.help(format!("add a suite with `component: {}` to `test_specifications.yaml`", component.name))
            }
        };
        findings.add(found).component(&component.name);
    }
}
