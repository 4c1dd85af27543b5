//! G504: does anybody look for weaknesses?

use crate::diag::Diagnostic;
use crate::gate;
use crate::source::decode::list_of;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a system with deployed components whose `scans` lack one of `static`, `dependencies`, `containers` and `secrets`, or
    /// say `none` there.
    ///
    /// # Why it matters
    /// Each of the four sees what the others can't: mistakes in the code, holes in packages, holes in the image, and keys in the
    /// history.
    ///
    /// # Example
    /// ```yaml
    /// # path/build_configurations.yaml
    /// scans: {static: codeql, dependencies: osv-scanner, containers: none}
    /// ```
    ///
    /// # How to fix
    /// Name a tool for each: `scans: {static: codeql, dependencies: osv-scanner, containers: trivy, secrets: gitleaks}`.
    "G504" "scan-missing", phase 5, role "infrastructure-engineer", waived by "the head of security", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(deployed) = context.system.components.iter().find(|component| component.is_deployed()) else { return };
    let scans = context.system.scans.as_ref();
    let kinds = [
        ("static", scans.and_then(|scans| scans.r#static.as_ref()), "codeql"),
        ("dependencies", scans.and_then(|scans| scans.dependencies.as_ref()), "osv-scanner"),
        ("containers", scans.and_then(|scans| scans.containers.as_ref()), "trivy"),
        ("secrets", scans.and_then(|scans| scans.secrets.as_ref()), "gitleaks"),
    ];
    let missing: Vec<_> =
        kinds.into_iter().filter(|(_, tool, _)| tool.is_none_or(|tool| tool.value == "none")).collect();
    let Some(first) = missing.first() else { return };
    let names: Vec<&str> = missing.iter().map(|(kind, ..)| *kind).collect();
    let place =
        first.1.map(|tool| tool.origin).or_else(|| scans.map(|scans| scans.origin)).unwrap_or(deployed.name.origin);
    let example: Vec<String> = missing.iter().map(|(kind, _, tool)| format!("{kind}: {tool}")).collect();
    findings.add(
        Diagnostic::new(CODE, place, format!("no tool scans {}", list_of(&names)), "nobody looks")
            .help(format!("name one under `scans` in build_configurations.yaml, such as `{}`", example.join(", "))),
    );
}
