//! G507: is every control of the chosen frameworks met?

use crate::diag::Diagnostic;
use crate::gate;

use super::controls::{self, label};
use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a system that does not meet a control of a framework under `compliance`. One finding a control, with the framework's own
    /// clause. Only what can be seen in the inputs is checked: controls over people and offices are not. A control over drills warns
    /// at stage `commit`. The reference of the gates lists every control with what is checked and its source.
    ///
    /// # Why it matters
    /// An audit asks for each control by its number. What is missing is cheaper to mend before the auditor finds it.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// compliance: [pci-dss]
    /// # path/dependency_specifications.yaml
    /// policy: {vulnerabilities: {grace: {critical: 60d}}}   # 6.3.3 allows a month
    /// ```
    ///
    /// # How to fix
    /// Do what the message says. Where another measure stands in for the control, have it waived, with that measure as the reason.
    "G507" "control-missing", phase 5, role "infrastructure-engineer", waived by "the head of compliance", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for framework in &context.system.compliance {
        for control in controls::ALL.iter().filter(|control| control.framework == framework.value) {
            let Some(shortfall) = (control.check.look)(context) else { continue };
            let clause = format!("{} {}", label(framework.value), control.clause);
            let mut found = if shortfall.place.is_written() {
                Diagnostic::new(CODE, shortfall.place, format!("{clause} asks that {}", control.asks), shortfall.wrong)
                    .label(framework.origin, "chosen here")
            } else {
                let message = format!("{clause} asks that {}: {}", control.asks, shortfall.wrong);
                Diagnostic::new(CODE, framework.origin, message, "chosen here")
            };
            found = found.help(shortfall.help).note(control.source);
            let finding = findings.add(found).made_by(shortfall.evidence);
            finding.by_clock = shortfall.by_clock;
        }
    }
}
