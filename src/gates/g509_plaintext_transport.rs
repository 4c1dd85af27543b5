//! G509: can somebody read along?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{Framework, Protocol, Tls};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a public port without TLS where a framework under `compliance` asks that data is protected on its way.
    ///
    /// # Why it matters
    /// Between a user and the load balancer lie networks of people that nobody chose.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// compliance: [pci-dss]
    /// # path/implementation_artifacts.yaml
    /// components:
    ///   - {name: gateway, kind: service, ports: [{name: mqtt, port: 1883, protocol: mqtt, public: true, tls: none}]}
    /// ```
    ///
    /// # How to fix
    /// Remove `tls: none`: TLS ends at the load balancer by default. Write `tls: passthrough` where the component ends it itself.
    "G509" "plaintext-transport", phase 5, role "infrastructure-engineer", waived by "the head of compliance", level Deny,
    evidence Written
}

/// The clause that protects data on its way.
fn clause(framework: Framework) -> &'static str {
    match framework {
        Framework::Soc2 => "SOC 2 CC6.7",
        Framework::Iso27001 => "ISO 27001 A.8.24",
        Framework::Hipaa => "HIPAA 164.312(e)(1)",
        Framework::PciDss => "PCI DSS 4.2.1",
        Framework::Gdpr => "GDPR 32(1)(a)",
    }
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(framework) = context.system.compliance.first() else { return };
    let clauses: Vec<&str> = context.system.compliance.iter().map(|framework| clause(framework.value)).collect();
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        for port in component.ports.iter().filter(|port| port.public.value && port.tls.value == Tls::None) {
            // A port that speaks TLS itself is plain only in name; UDP has no TLS to end.
            if matches!(port.protocol.value, Protocol::Https | Protocol::Udp) {
                continue;
            }
            let place = if port.tls.origin.is_written() { port.tls.origin } else { port.name.origin };
            let found = Diagnostic::new(
                CODE,
                place,
                format!("the public port `{}` of `{}` takes plain text", port.name, component.name),
                "not encrypted on its way",
            )
            .label(framework.origin, format!("{} forbids it", clauses.join(", ")))
            .help("remove `tls: none`, or write `tls: passthrough` where the component ends TLS itself");
            findings.add(found).component(&component.name);
        }
    }
}
