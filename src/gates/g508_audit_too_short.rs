//! G508: are audit records kept long enough?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::Framework;
use crate::ir::value::Duration;

use super::controls::label;
use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a retention of audit records below what a chosen framework asks for: 12 months for PCI DSS (10.5.1), six years for HIPAA
    /// (164.316(b)(2)(i)). SOC 2 and ISO 27001 prescribe no number: 12 months, the period of an audit, stand in for it. GDPR
    /// sets no minimum.
    ///
    /// # Why it matters
    /// A break-in is found after months. Then the records of its first day are the only ones that matter.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// compliance: [pci-dss]
    /// # path/deployment_packages.yaml
    /// operations: {retention: {audit: 90d}}
    /// ```
    ///
    /// # How to fix
    /// Write `audit: 365d`, or what the message asks for, under `operations.retention`.
    "G508" "audit-too-short", phase 5, role "infrastructure-engineer", waived by "the head of compliance", level Deny,
    evidence Written
}

/// The language's default of `retention.audit`.
const DEFAULT: Duration = Duration::days(365);

/// The least, and where it is written; none where the framework sets no minimum.
fn least(framework: Framework) -> Option<(Duration, &'static str)> {
    match framework {
        Framework::PciDss => Some((Duration::days(365), "PCI DSS v4.0.1, 10.5.1: at least 12 months")),
        Framework::Hipaa => Some((
            Duration::days(2192),
            "45 CFR 164.316(b)(2)(i): six years for documentation, which audit records are read as",
        )),
        Framework::Soc2 => {
            Some((Duration::days(365), "SOC 2 CC7.2 prescribes no number: 12 months, the period of an audit"))
        }
        Framework::Iso27001 => Some((
            Duration::days(365),
            "ISO/IEC 27001:2022 A.8.15 prescribes no number: 12 months, the period of an audit",
        )),
        Framework::Gdpr => None,
    }
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let retention = context.system.operations.as_ref().and_then(|operations| operations.retention.as_ref());
    let audit = retention.map(|retention| retention.audit);
    let kept = audit.map_or(DEFAULT, |audit| audit.value);
    for framework in &context.system.compliance {
        let Some((least, source)) = least(framework.value).filter(|(least, _)| kept < *least) else { continue };
        let message = format!("audit records are kept for {kept}, {} asks for {least}", label(framework.value));
        let found = match audit.filter(|audit| audit.origin.is_written()) {
            Some(audit) => Diagnostic::new(CODE, audit.origin, message, format!("{kept}"))
                .label(framework.origin, format!("{least} at least")),
            None => Diagnostic::new(CODE, framework.origin, message, format!("{kept} by default, {least} at least")),
        };
        findings.add(found.help(format!("write `operations: {{retention: {{audit: {least}}}}}` or more")).note(source));
    }
}
