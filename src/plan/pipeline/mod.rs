//! The pipeline plan: how components are built and proved, and how a release reaches each environment.

pub mod automation;
mod build;
pub mod configurations;
pub mod rules;
pub mod workflows;

pub use automation::BuildAutomation;
pub use build::plan;
pub use configurations::PipelineConfigurations;
pub use workflows::DeploymentWorkflows;

/// The pipeline plan: three of the nine deliverables.
#[derive(Clone, Debug)]
pub struct PipelinePlan {
    /// What starts a pipeline, what it builds and tests, and what it proves.
    pub configurations: PipelineConfigurations,
    /// How each component becomes a package.
    pub automation: BuildAutomation,
    /// How a release reaches each environment, and how it is taken back.
    pub workflows: DeploymentWorkflows,
}

#[cfg(test)]
mod tests;
