//! Builds the pipeline plan of a system. Total: what can't be planned is a diagnostic, never a panic.

mod automation;
mod changes;
mod commands;
mod folders;
mod owners;
mod services;
mod suites;
mod triggers;
mod waves;
mod workflows;

use super::{BuildAutomation, DeploymentWorkflows, PipelineConfigurations, PipelinePlan, rules};
use crate::diag::Diagnostic;
use crate::ir::value::RepositoryPath;
use crate::ir::{System, Traced};
use crate::plan::{Encode, SCHEMA_VERSION};
use crate::spec::Specs;

/// Decides how components are built and proved, and how a release reaches each environment.
#[must_use]
pub fn plan(system: &System, specs: &Specs) -> (PipelinePlan, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let sources = changes::Sources::of(system);
    let mut plan = PipelinePlan {
        configurations: PipelineConfigurations {
            origin: system.origin,
            path: deliverable("pipeline_configurations"),
            version: version(),
            system: system.name.clone(),
            repository: system.repository.clone(),
            inputs: system.inputs.clone(),
            main_branch: system.branches.main.clone(),
            release_tags: system.branches.release.clone(),
            install: triggers::install(system),
            pipelines: triggers::pipelines(system, &mut problems),
            builds: suites::builds(system, &sources),
            suites: suites::suites(system, &sources, specs),
            scans: suites::scans(system),
            evidence: suites::evidence(system),
            updates: triggers::updates(system),
            code_owners: owners::plan(system),
        },
        automation: BuildAutomation {
            origin: system.origin,
            path: deliverable("build_automation"),
            version: version(),
            registry: automation::registry(system),
            supply_chain: automation::supply_chain(system),
            builds: system.builds.iter().map(|build| automation::build(system, build)).collect(),
        },
        workflows: DeploymentWorkflows {
            origin: system.origin,
            path: deliverable("deployment_workflows"),
            version: version(),
            runtime: system.runtime,
            provisioner: system.provisioner,
            folders: folders::plan(system),
            environments: workflows::plan(system, &sources, &mut problems),
            changes: workflows::changes(system),
            drills: workflows::drills(system),
        },
    };
    plan.configurations.shrink();
    plan.automation.shrink();
    plan.workflows.shrink();
    (plan, problems)
}

fn deliverable(name: &str) -> Traced<String> {
    Traced::by_rule(name.to_owned(), rules::DELIVERABLE)
}

fn version() -> Traced<u32> {
    Traced::by_rule(SCHEMA_VERSION, rules::DELIVERABLE)
}

/// A path that is given, else the repository's root.
fn or_root(path: Option<&Traced<RepositoryPath>>) -> Traced<RepositoryPath> {
    path.cloned().unwrap_or_else(root)
}

/// The repository's root.
fn root() -> Traced<RepositoryPath> {
    Traced::by_rule(RepositoryPath::root(), rules::REPOSITORY_ROOT)
}
