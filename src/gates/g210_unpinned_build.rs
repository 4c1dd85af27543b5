//! G210: does the same source make the same package?

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::choice::BuildTool;

use super::expectation;
use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies a build without a toolchain version, and one without a lockfile where its tool takes one. Warns where the chosen domain
    /// is `data` and a worker, cronjob or job records the version of neither its model nor its schema: as a variable
    /// `MODEL_VERSION` or `SCHEMA_VERSION` of the component or its build, or as a label of one of its metrics.
    ///
    /// # Why it matters
    /// What is not pinned changes by itself: the same commit builds another package tomorrow, and nobody can say what differs.
    ///
    /// # Example
    /// ```yaml
    /// # path/build_configurations.yaml
    /// builds:
    ///   - {component: checkout, tool: cargo}
    /// ```
    ///
    /// # How to fix
    /// Write the versions that you use: `toolchain: "1.95.0"` and `lockfile: Cargo.lock`, and commit the lockfile. For what makes
    /// data, say by what: `env: {MODEL_VERSION: "2026.10"}`.
    "G210" "unpinned-build", phase 2, role "pipeline-architect", waived by "the head of quality", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    without_version(context, findings);
    for build in &context.system.builds {
        let tool = build.tool.value;
        // `make` builds anything: what it needs is in the image or the file itself.
        if tool == BuildTool::Make {
            continue;
        }
        if build.toolchain.is_none() {
            let found = Diagnostic::new(
                CODE,
                build.tool.origin,
                format!("the build of `{}` has no toolchain version", build.component),
                "any version of the toolchain",
            )
            .help("add `toolchain: …` with the version that you use");
            findings.add(found).component(&build.component);
        }
        if build.lockfile.is_none() && !matches!(tool, BuildTool::Maven | BuildTool::Gradle | BuildTool::Pip) {
            let found = Diagnostic::new(
                CODE,
                build.tool.origin,
                format!("the build of `{}` has no lockfile", build.component),
                format!("{tool} would choose versions by itself"),
            )
            .help(format!("add `lockfile: {}`", usual_lockfile(tool)));
            findings.add(found).component(&build.component);
        }
    }
}

/// What makes data, and does not say by which model or in which schema: its domain expects that it does.
fn without_version(context: &Context<'_>, findings: &mut Findings) {
    let deployed = context.system.components.iter().filter(|component| component.is_deployed());
    for component in deployed.filter(|component| expectation::lacks_version(context, component)) {
        let name = &component.name;
        let message = format!("`{name}` records the version of neither its model nor its schema");
        let found = Diagnostic::new(CODE, name.origin, message, "nobody can say what made its data")
            .label(component.domain.origin, "domain `data` expects it")
            .help("add `env: {MODEL_VERSION: …}` or `env: {SCHEMA_VERSION: …}` to it, or such a label to a metric of its own");
        findings.add(found).component(name).warn();
    }
}

fn usual_lockfile(tool: BuildTool) -> &'static str {
    match tool {
        BuildTool::Cargo => "Cargo.lock",
        BuildTool::Npm => "package-lock.json",
        BuildTool::Pnpm => "pnpm-lock.yaml",
        BuildTool::Yarn => "yarn.lock",
        BuildTool::Go => "go.sum",
        BuildTool::Poetry => "poetry.lock",
        BuildTool::Uv => "uv.lock",
        BuildTool::Dotnet => "packages.lock.json",
        BuildTool::Maven | BuildTool::Gradle | BuildTool::Pip | BuildTool::Make => "…",
    }
}
