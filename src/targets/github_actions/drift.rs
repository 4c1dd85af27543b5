//! `drift.yml`: looks for what was changed by hand, in the repository and in the cloud.

use crate::ir::Origin;
use crate::output::doc::{Doc, Map};
use crate::plan::pipeline::configurations::PipelineKind;

use super::cloud::Place;
use super::job::Job;
use super::pipelines::{Pipelines, concurrency, defaults};
use super::step::checkout;
use super::{evidence, rules};

/// The document.
pub(super) fn workflow(pipelines: Pipelines<'_>) -> Doc {
    let dispatch = Map::new(Origin::rule(rules::TRIGGERS));
    let mut document = pipelines.head("Drift", PipelineKind::Drift, dispatch, &[]);
    if let Some(template) = pipelines.template(PipelineKind::Drift) {
        document.put("concurrency", concurrency("drift", &template.supersedes));
    }
    let mut jobs = Map::new(Origin::rule(rules::WORKFLOW));
    evidence::fresh(pipelines).put_into(&mut jobs);
    for place in Place::all(pipelines) {
        job(place).put_into(&mut jobs);
    }
    document.with("defaults", defaults()).with("jobs", jobs).into()
}

fn job(place: Place<'_>) -> Job {
    let name = place.name();
    Job::new(place.pipelines, format!("drift-{name}"), format!("Drift of {name}"), 30, rules::DRIFT)
        .runner(&place.workflow.runner)
        .may("contents", "read", "to check out")
        .may("id-token", "write", "to sign in to the cloud with a role that may only look")
        .step(checkout(place.pipelines))
        .step(place.sign_in_to_plan())
        .steps(place.provisioner())
        .step(place.show_plan(true))
}
