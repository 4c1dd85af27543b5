//! `rollback.yml`: brings an environment back to any earlier release, by hand.

use crate::ir::Origin;
use crate::ir::choice::Runtime;
use crate::output::doc::{Doc, Map};
use crate::plan::pipeline::configurations::PipelineKind;
use crate::plan::pipeline::workflows::DeployStep;

use super::cloud::Place;
use super::deployment::{cluster, environment, find_release, mark};
use super::expression::quoted;
use super::job::{Job, minutes};
use super::pipelines::{Pipelines, defaults, one_after_the_other};
use super::step::checkout_history;
use super::{ecs, kubernetes, rules, verification};

/// The document.
pub(super) fn workflow(pipelines: Pipelines<'_>) -> Doc {
    let origin = Origin::rule(rules::TRIGGERS);
    let names = Place::all(pipelines).map(|place| Doc::traced(&place.workflow.environment));
    let environment = Map::new(origin)
        .text("description", "Environment to bring back")
        .bool("required", true)
        .text("type", "choice")
        .with("options", Doc::list(names, origin));
    let release = Map::new(origin)
        .text("description", "Tag or commit that ran there before; empty: the one before")
        .bool("required", false)
        .text("type", "string");
    let inputs = Map::new(origin).with("environment", environment).with("release", release);
    let dispatch = Map::new(origin).with("inputs", inputs);
    let document = pipelines.head("Roll back", PipelineKind::Rollback, dispatch, &[]);
    let mut jobs = Map::new(Origin::rule(rules::WORKFLOW));
    for place in Place::all(pipelines) {
        job(place).put_into(&mut jobs);
    }
    document.with("defaults", defaults()).with("jobs", jobs).into()
}

fn job(place: Place<'_>) -> Job {
    let pipelines = place.pipelines;
    let workflow = place.workflow;
    let name = place.name();
    let rollouts: i64 = workflow.rollouts.iter().map(|step| minutes(&step.deadline)).sum();
    let verifications: i64 = workflow.verifications.iter().map(|suite| minutes(&suite.timeout)).sum();
    let timeout = (15 + rollouts + verifications).min(i64::from(pipelines.spec.job_timeout_minutes.value));
    let mut job =
        Job::new(pipelines, format!("roll-back-{name}"), format!("Roll back {name}"), timeout, rules::ROLLBACK)
            .when(format!("inputs.environment == {}", quoted(name)))
            .runner(&workflow.runner)
            .may("contents", "read", "to check out")
            .may("id-token", "write", "to sign in to the cloud with the role of this environment")
            .may("deployments", "write", "to record which commit runs")
            .environment(environment(place))
            // Nothing is deployed to an environment while it goes back.
            .concurrency(one_after_the_other(format!("deploy-{name}")))
            .step(checkout_history(pipelines))
            .step(find_release(place, "github.sha").variable("COMMIT", "").variable("RELEASE", "${{ inputs.release }}"))
            .step(place.sign_in_to_deploy());
    for step in &workflow.rollback.steps {
        job = match step.value {
            DeployStep::RollOut if pipelines.is_on(Runtime::Kubernetes) => {
                let back = kubernetes::roll_back(place, "Bring the release back");
                job.steps(cluster(place)).step(back.variable("COMMIT", "${{ steps.earlier.outputs.commit }}"))
            }
            DeployStep::RollOut => {
                let mut steps = ecs::roll_back(place, "Bring the release back");
                if let Some(step) = steps.first_mut() {
                    *step = step.clone().variable("COMMIT", "${{ steps.earlier.outputs.commit }}");
                }
                job.steps(steps)
            }
            DeployStep::Verify => job.steps(verification::steps(place)),
            DeployStep::Mark => job.step(mark(pipelines, place, "${{ steps.earlier.outputs.commit }}")),
            _ => job,
        };
    }
    job
}
