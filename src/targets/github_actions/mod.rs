//! The `github-actions` target: workflows that build, prove, release, promote and roll back, and the scripts that they call.
//!
//! One module prints one workflow, or one kind of step; nothing here decides: it prints the pipeline plan.

mod check;
mod cloud;
mod deployment;
mod drift;
mod ecs;
mod evidence;
mod expression;
mod integration;
mod job;
mod kubernetes;
mod labels;
mod pipelines;
mod release;
mod rollback;
pub mod rules;
mod scan;
mod script;
mod service;
mod setup;
mod step;
mod updates;
mod verification;

use crate::diag::Diagnostic;
use crate::gates::Checked;
use crate::ir::choice::{Provisioner, Runtime};
use crate::output::Files;
use crate::plan::pipeline::workflows::DeployStep;
use crate::spec::Specs;
use crate::targets::shared::code_owners;

use integration::Integration;
use pipelines::Pipelines;
use script::Script;
use updates::Updates;

/// What a manifest calls the target.
pub const NAME: &str = "github-actions";
/// The folder in which GitHub looks for workflows.
pub const FOLDER: &str = ".github";
/// The folder of the workflows below it.
pub const WORKFLOWS: &str = "workflows";

/// The scripts that integration calls.
const INTEGRATION: &[Script] = &[
    script::CHANGES,
    script::COLLECT_EVIDENCE,
    script::IMPORT_EVIDENCE,
    script::CHECK_CANDIDATE,
    script::REQUIRE_JOBS,
    script::CREATE_TEST_RESOURCES,
];

/// The scripts that releases call, beside those of integration.
const RELEASE: &[Script] = &[script::WRITE_PACKAGE, script::PROPOSE_RELEASE];

/// The scripts that deployments call, whatever the runtime.
const DEPLOYMENT: &[Script] =
    &[script::CHECK_WINDOW, script::CHECK_SECRETS, script::FIND_RELEASE, script::MARK_RELEASE];

/// The scripts by which Terraform provisions.
const TERRAFORM: &[Script] = &[script::SHOW_PLAN, script::APPLY_TERRAFORM];

/// The scripts that change what runs in a cluster.
const KUBERNETES: &[Script] =
    &[script::INSTALL_PLATFORM, script::MIGRATE_KUBERNETES, script::ROLL_OUT_KUBERNETES, script::ROLL_BACK_KUBERNETES];

/// The scripts that change what runs on ECS.
const ECS: &[Script] = &[script::HOLD_VERSIONS_ECS, script::RUN_TASKS_ECS, script::ROLL_OUT_ECS, script::ROLL_BACK_ECS];

/// Makes the workflows.
pub fn emit<'a>(checked: &'a Checked, specs: &'a Specs) -> (Files<'a>, Vec<Diagnostic>) {
    let pipelines = Pipelines { plans: checked.plans(), spec: &specs.github_actions, aws: &specs.aws };
    let mut files = Files::default();
    let plans = checked.plans();
    let mut problems = check::problems(pipelines);
    if !plans.pipeline.configurations.code_owners.is_empty() {
        let (job, wrong) = code_owners::job(plans, specs);
        files.add("CODEOWNERS", job);
        problems.extend(wrong);
    }
    let integration = Integration::new(pipelines);
    files.add_in_parts(format!("{WORKFLOWS}/ci.yml"), move |index, out| integration.write_part(index, out));
    script::add(pipelines, INTEGRATION, &mut files);
    pipelines.add("release.yml", move || release::workflow(pipelines), &mut files);
    script::add(pipelines, RELEASE, &mut files);
    if !pipelines.workflows().environments.is_empty() {
        pipelines.add("rollback.yml", move || rollback::workflow(pipelines), &mut files);
        pipelines.add("drift.yml", move || drift::workflow(pipelines), &mut files);
        pipelines.add("deploy.yml", move || deployment::workflow(pipelines), &mut files);
        script::add(pipelines, DEPLOYMENT, &mut files);
        let mut steps = pipelines.workflows().environments.iter().flat_map(|workflow| &workflow.steps);
        if steps.any(|step| step.value == DeployStep::NotifyUsers) {
            script::add(pipelines, &[script::NOTIFY_USERS], &mut files);
        }
        if pipelines.is_on(Runtime::Kubernetes) {
            script::add(pipelines, KUBERNETES, &mut files);
        } else {
            script::add(pipelines, ECS, &mut files);
        }
        if pipelines.workflows().provisioner.value == Provisioner::Terraform {
            script::add(pipelines, TERRAFORM, &mut files);
        }
    }
    if !labels::own(pipelines).is_empty() {
        files.add("actionlint.yaml", move || labels::content(pipelines));
    }
    if let Some(updates) = Updates::new(pipelines) {
        files.add_in_parts("dependabot.yml", move |index, out| updates.write_part(index, out));
    }
    (files, problems)
}
