//! Tool-neutral decisions: the three plans, which are the nine deliverables.
//!
//! A plan makes every choice and a target makes none. Each record is declared once, by `plan_record!`, and so has a type,
//! a writer, a reader and a schema that can't disagree: a plan that was written and read back builds the same bytes in
//! every target.

pub mod aws;
pub mod computed;
pub mod deliverables;
pub mod encode;
pub mod folded;
pub mod infrastructure;
pub mod monitoring;
pub mod names;
pub mod pipeline;

pub use deliverables::{DELIVERABLES, Deliverable, read};
pub use encode::Encode;

use crate::diag::Diagnostic;
use crate::ir::System;
use crate::spec::Specs;

/// The version of the deliverables' schema. It grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// Every decision: the three plans, and what follows from them on the cloud.
#[derive(Clone, Debug)]
pub struct Plans {
    /// What runs, where, and how much of it.
    pub infrastructure: infrastructure::InfrastructurePlan,
    /// What is measured, when somebody is told, and what is shown.
    pub monitoring: monitoring::MonitoringPlan,
    /// How components are built and proved, and how a release reaches each environment.
    pub pipeline: pipeline::PipelinePlan,
    /// What stands on AWS: a function of the three plans.
    pub aws: aws::AwsPlan,
}

/// Makes every decision. What can't be decided is a diagnostic.
#[must_use]
pub fn plan(system: &System, specs: &Specs) -> (Plans, Vec<Diagnostic>) {
    // None of the three looks at another.
    let (first, (of_monitoring, of_pipeline)) = rayon::join(
        || infrastructure::plan(system, specs),
        || rayon::join(|| monitoring::plan(system, specs), || pipeline::plan(system, specs)),
    );
    let ((mut infrastructure, mut problems), (monitoring, found)) = (first, of_monitoring);
    problems.extend(found);
    let (pipeline, found) = of_pipeline;
    problems.extend(found);
    let (aws, found) = aws::plan(&infrastructure, &monitoring, &pipeline, specs);
    if aws::is_asked_for(system) {
        problems.extend(found);
        for (place, aws) in infrastructure.environments.environments.iter_mut().zip(&aws.environments) {
            place.estimate = aws::estimate(aws, &specs.aws);
        }
    }
    (Plans { infrastructure, monitoring, pipeline, aws }, problems)
}

#[cfg(test)]
mod tests;
