//! G302: is it certain what runs?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::ComponentKind;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a deployed component without a package, and a package without a digest.
    ///
    /// # Why it matters
    /// A tag can be moved. Only a digest says that what was tested is what runs.
    ///
    /// # Example
    /// ```yaml
    /// # path/deployment_packages.yaml
    /// packages:
    ///   - {component: checkout, version: 2.4.1}
    /// ```
    ///
    /// # How to fix
    /// Let `release.yml` build it: it writes the digest. By hand: `digest: "sha256:…"` as the registry names it.
    "G302" "unpinned-image", phase 3, role "deployment-specialist", waived by "the system's owner", level Deny, evidence Released
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for component in context.system.components.iter().filter(|component| component.is_deployed()) {
        if component.kind.value == ComponentKind::Website {
            continue;
        }
        let found = match &component.package {
            None => Diagnostic::new(
                CODE,
                component.name.origin,
                format!("`{}` has no package", component.name),
                "nothing was built to run",
            )
            .help("release it, or add its package to `deployment_packages.yaml`"),
            Some(package) if package.digest.is_none() => Diagnostic::new(
                CODE,
                package.version.origin,
                format!("the package of `{}` has no digest", component.name),
                "a tag that can be moved",
            )
            .help("add `digest: \"sha256:…\"`"),
            Some(_) => continue,
        };
        findings.add(found).component(&component.name);
    }
}
