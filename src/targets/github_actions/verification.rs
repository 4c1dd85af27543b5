//! The suites that prove a deployment.

use crate::ir::Origin;
use crate::output::doc::Doc;
use crate::plan::pipeline::configurations::Program;
use crate::plan::pipeline::workflows::VerificationStep;
use crate::spec::github_actions::ActionName;

use super::cloud::Place;
use super::expression::literal;
use super::job::minutes;
use super::rules;
use super::setup::Tool;
use super::step::Step;

/// What a suite must not find: it runs what the repository says, and needs no rights in the cloud.
const CREDENTIALS: &[&str] = &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// Sets up what the suites need, then runs them one after the other.
pub(super) fn steps(place: Place<'_>) -> Vec<Step> {
    let verifications = &place.workflow.verifications;
    let mut steps = Vec::new();
    // Two suites of one component need its tools once.
    let mut known = Vec::new();
    for tool in verifications.iter().flat_map(|suite| &suite.tools) {
        if !known.contains(&(tool.tool, &tool.toolchain, &tool.working_directory)) {
            known.push((tool.tool, &tool.toolchain, &tool.working_directory));
            let tool = Tool::of_suite(tool);
            steps.extend(tool.language(place.pipelines));
            steps.extend(tool.fetch());
        }
    }
    steps.extend(programs(place, verifications.iter().flat_map(|suite| &suite.programs).map(|program| program.value)));
    steps.extend(verifications.iter().map(|suite| step(place, suite)));
    steps
}

/// Sets up programs, each once.
pub(super) fn programs(place: Place<'_>, programs: impl Iterator<Item = Program>) -> Vec<Step> {
    let mut known: Vec<Program> = programs.collect();
    known.sort();
    known.dedup();
    known.into_iter().map(|program| set_up(place.pipelines, program)).collect()
}

pub(super) fn set_up(pipelines: super::pipelines::Pipelines<'_>, program: Program) -> Step {
    match program {
        Program::K6 => Step::uses(pipelines, "Set up k6", ActionName::SetupK6, rules::SET_UP),
        // The action knows one version of each program, with its digest: its own pin pins them.
        Program::Nextest | Program::LlvmCov => {
            let name = format!("Set up {program}");
            Step::uses(pipelines, name, ActionName::InstallRust, rules::SET_UP).set("tool", program.as_str())
        }
    }
}

fn step(place: Place<'_>, suite: &VerificationStep) -> Step {
    let mut step = Step::command(format!("Verify with {}", suite.suite), &suite.command, rules::DEPLOY)
        .timeout(Doc::Integer(minutes(&suite.timeout), suite.timeout.origin))
        .goes_on(!suite.blocking.value)
        .folder(&suite.working_directory)
        .variable("ENVIRONMENT", place.name().to_owned());
    if let Some(domain) = place.environment().and_then(|environment| environment.domain.as_ref()) {
        step = step.env("BASE_URL", Doc::text(format!("https://{}", literal(&domain.to_string())), domain.origin));
    }
    for name in CREDENTIALS {
        step = step.env(*name, Doc::text("", Origin::rule(rules::DEPLOY)));
    }
    step
}
