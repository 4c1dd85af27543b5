//! G506: is it certain who made it?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::{ComponentKind, Tier};

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a package of a critical component, or of any component where a compliance framework is chosen, that lacks its
    /// signature, bill of materials or provenance.
    ///
    /// # Why it matters
    /// A signature says who built it, provenance from what, and the bill of materials what is in it: the first question on the day
    /// of the next big vulnerability.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// packages:
    ///   - {component: checkout, version: 2.4.1, signed: false}   # and checkout has `tier: critical`
    /// ```
    ///
    /// # How to fix
    /// Let `release.yml` make them: `supply_chain: {sbom: cyclonedx, sign: cosign, provenance: slsa}`.
    "G506" "unsigned-package", phase 5, role "infrastructure-engineer", waived by "the head of security", level Deny, evidence Released
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let framework = context.system.compliance.first();
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        // A website is files behind a CDN: there is no image to sign.
        let Some(package) = component.package.as_ref().filter(|_| component.kind.value != ComponentKind::Website)
        else {
            continue;
        };
        let critical = component.tier.value == Tier::Critical;
        if !critical && framework.is_none() {
            continue;
        }
        let parts = [
            ("a signature", package.signed),
            ("a bill of materials", package.sbom),
            ("provenance", package.provenance),
        ];
        let missing: Vec<_> = parts.into_iter().filter(|(_, there)| !there.value).collect();
        let Some((_, first)) = missing.first() else { continue };
        let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
        let place = if first.origin.is_written() { first.origin } else { package.component.origin };
        let mut found = Diagnostic::new(
            CODE,
            place,
            format!("the package of `{}` has no {}", component.name, names.join(" and no ").replace("a ", "")),
            "not proved",
        );
        found = match framework {
            Some(framework) if !critical => found.label(framework.origin, format!("{framework} asks for it")),
            _ => found.label(component.tier_place(), "critical"),
        };
        findings
            .add(
                found.help(
                    "write `supply_chain: {sbom: cyclonedx, sign: cosign, provenance: slsa}` and release it again",
                ),
            )
            .component(&component.name);
    }
}
