//! G706: does every waiver still hold, and for something?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::value::Date;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a release where a waiver's date has passed. Warns about a waiver that lets nothing pass.
    ///
    /// # Why it matters
    /// A waiver is a person's decision for a while. When its time is over, the person decides again, or the finding is
    /// mended; a waiver that nobody needs hides the next finding.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// waivers:
    ///   - {gate: G304, reason: Drill is booked., approved_by: ops@acme.example, expires: 2026-01-15}
    /// ```
    ///
    /// # How to fix
    /// Mend the finding and remove the waiver, or have it approved again with a later date.
    "G706" "waiver-expired", phase 7, role "all roles", waived by "", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for waiver in &context.system.waivers {
        if context.now >= (Date { days: waiver.expires.days + 1 }).start() {
            findings
                .add(
                    Diagnostic::new(
                        CODE,
                        waiver.expires.origin,
                        format!(
                            "the waiver of {} by `{}` has expired on {}",
                            waiver.gate, waiver.approved_by, waiver.expires
                        ),
                        "this day has passed",
                    )
                    .label(waiver.gate.origin, "what it let pass")
                    .help("mend the finding and remove the waiver, or have it approved again"),
                )
                .by_clock();
        }
    }
}

/// Waivers that let nothing pass; known only once all other gates have run.
pub(super) fn check_unused(context: &Context<'_>, used: &[bool], findings: &mut Findings) {
    for (waiver, used) in context.system.waivers.iter().zip(used) {
        let Some(gate) = super::by_code(&waiver.gate.value).filter(|_| !used) else { continue };
        let message = format!("the waiver of {} lets nothing pass", waiver.gate);
        let found = if gate.waived_by.is_none() {
            Diagnostic::new(CODE, waiver.gate.origin, message, "nobody may waive it")
                .help("mend the finding, and remove the waiver")
        } else {
            Diagnostic::new(CODE, waiver.gate.origin, message, "no finding needs it")
        };
        let system = context.system;
        let components = || system.components.iter().map(|component| component.name.as_str());
        let environments = || system.environments.iter().map(|environment| environment.name.as_str());
        let stranger = waiver.component.as_ref().filter(|name| !components().any(|known| known == name.as_str()));
        let elsewhere = waiver.environment.as_ref().filter(|name| !environments().any(|known| known == name.as_str()));
        let otherwise = || "remove it".to_owned();
        let found = match (stranger, elsewhere) {
            (Some(name), _) => {
                found.label(name.origin, "there is no such component").did_you_mean(name, components(), otherwise)
            }
            (None, Some(name)) => {
                found.label(name.origin, "there is no such environment").did_you_mean(name, environments(), otherwise)
            }
            (None, None) if gate.waived_by.is_some() => found.help("remove it"),
            (None, None) => found,
        };
        findings.add(found).warn();
    }
}
