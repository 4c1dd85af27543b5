//! Controls of compliance frameworks, as data: what each clause asks for, how it is checked, and where that is written.
//!
//! A control that a framework puts into numbers has the framework's number; where it prescribes none, the row names the
//! practice that stands in for it. To add a control: one row in [`ALL`] and a case `fixtures/fail/G507-control-missing-…/`.

mod checks;

use crate::ir::choice::Framework;

use super::gate::Context;
pub(super) use checks::Check;

/// One control.
pub(super) struct Control {
    /// The framework.
    pub(super) framework: Framework,
    /// The clause, as the framework numbers it.
    pub(super) clause: &'static str,
    /// What it asks for, in a sentence's end: `data at rest is encrypted`.
    pub(super) asks: &'static str,
    /// Where it is written, and what is read into it where it leaves a number open.
    pub(super) source: &'static str,
    /// What is looked at.
    pub(super) check: Check,
}

/// What a framework is called in a sentence.
pub(super) const fn label(framework: Framework) -> &'static str {
    match framework {
        Framework::Soc2 => "SOC 2",
        Framework::Iso27001 => "ISO 27001",
        Framework::Hipaa => "HIPAA",
        Framework::PciDss => "PCI DSS",
        Framework::Gdpr => "GDPR",
    }
}

const SOC2: &str = "AICPA Trust Services Criteria, TSP section 100 (2017, points of focus 2022)";
const SOC2_YEARLY: &str =
    "AICPA Trust Services Criteria, TSP section 100; it prescribes no interval, a year is the period of an audit";
const ISO: &str = "ISO/IEC 27001:2022, annex A";
const HIPAA: &str = "45 CFR part 164, subpart C";
const HIPAA_YEARLY: &str = "45 CFR part 164, subpart C; it says periodically, a year is the usual reading";
const PCI: &str = "PCI DSS v4.0.1";
const GDPR: &str = "Regulation (EU) 2016/679";
const GDPR_YEARLY: &str = "Regulation (EU) 2016/679; it says regularly, a year is the usual reading";

macro_rules! controls {
    ($($framework:ident $clause:literal $asks:literal, $check:ident, $source:ident;)*) => {
        /// All controls, by framework and clause.
        pub(super) const ALL: &[Control] = &[$(Control {
            framework: Framework::$framework,
            clause: $clause,
            asks: $asks,
            source: $source,
            check: checks::$check,
        }),*];
    };
}

controls! {
    Soc2 "CC6.1" "data at rest is encrypted", ENCRYPTED, SOC2;
    Soc2 "CC7.1" "new vulnerabilities are looked for", SCANNED, SOC2;
    Soc2 "CC7.4" "somebody responds to incidents", ANSWERED, SOC2;
    Soc2 "CC8.1" "changes are authorised before they are made", APPROVED, SOC2;
    Soc2 "A1.2" "data is backed up", BACKED_UP, SOC2;
    Soc2 "A1.3" "recovery is tested", RESTORED, SOC2_YEARLY;
    Iso27001 "A.5.24" "somebody responds to incidents", ANSWERED, ISO;
    Iso27001 "A.8.8" "technical vulnerabilities are looked for", SCANNED, ISO;
    Iso27001 "A.8.13" "data is backed up", BACKED_UP, ISO;
    Iso27001 "A.8.14" "facilities are redundant", REDUNDANT, ISO;
    Iso27001 "A.8.24" "data at rest is encrypted", ENCRYPTED, ISO;
    Iso27001 "A.8.32" "changes are authorised before they are made", APPROVED, ISO;
    Hipaa "164.308(a)(6)(ii)" "somebody responds to incidents", ANSWERED, HIPAA;
    Hipaa "164.308(a)(7)(ii)(A)" "data is backed up", BACKED_UP, HIPAA;
    Hipaa "164.308(a)(7)(ii)(D)" "recovery is tested", RESTORED, HIPAA_YEARLY;
    Hipaa "164.312(a)(2)(iv)" "data at rest is encrypted", ENCRYPTED, HIPAA;
    PciDss "3.5.1" "stored account data is unreadable", ENCRYPTED, PCI;
    PciDss "6.3.2" "software has an inventory of its parts", INVENTORIED, PCI;
    PciDss "6.3.3" "critical vulnerabilities are patched within a month", PATCHED, PCI;
    PciDss "6.5.1" "changes are approved before they are made", APPROVED, PCI;
    PciDss "11.3.1" "vulnerabilities are scanned for", SCANNED, PCI;
    PciDss "12.10.3" "somebody is available at any time to respond to incidents", ANSWERED, PCI;
    Gdpr "32(1)(a)" "personal data is encrypted", ENCRYPTED, GDPR;
    Gdpr "32(1)(b)" "systems are resilient", REDUNDANT, GDPR;
    Gdpr "32(1)(c)" "data can be brought back in time", BACKED_UP, GDPR;
    Gdpr "32(1)(d)" "measures are tested regularly", RESTORED, GDPR_YEARLY;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `cc6-1`, as the folder of its case names it.
    fn slug(control: &Control) -> String {
        let clause: String = control
            .clause
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let parts: Vec<&str> = clause.split('-').filter(|part| !part.is_empty()).collect();
        format!("G507-control-missing-{}-{}", control.framework, parts.join("-"))
    }

    #[test]
    fn each_control_has_a_case_that_misses_it_alone() {
        for control in ALL {
            let path = format!("{}/fixtures/fail/{}/expected.txt", env!("CARGO_MANIFEST_DIR"), slug(control));
            let said = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{path} is not there"));
            assert_eq!(said.matches("[G507 ").count(), 1, "{path}");
            assert!(said.contains(&format!("{} {}", label(control.framework), control.clause)), "{path}");
        }
    }
}
