//! The infrastructure plan: what runs, where it runs, and how much of it.

mod build;
pub mod environments;
mod index;
pub mod rules;
pub mod scaling;
pub mod templates;

use std::sync::OnceLock;

pub use build::{SMALLEST_NETWORK, plan};
pub use environments::EnvironmentConfigurations;
pub use scaling::ScalingPolicies;
pub use templates::InfrastructureTemplates;

/// The infrastructure plan: three of the nine deliverables.
#[derive(Clone, Debug)]
pub struct InfrastructurePlan {
    /// What runs, the same in every environment.
    pub templates: InfrastructureTemplates,
    /// What differs between environments.
    pub environments: EnvironmentConfigurations,
    /// How much runs.
    pub scaling: ScalingPolicies,
    index: OnceLock<index::Index>,
}

impl InfrastructurePlan {
    /// The plan of its three deliverables.
    #[must_use]
    pub const fn new(
        templates: InfrastructureTemplates,
        environments: EnvironmentConfigurations,
        scaling: ScalingPolicies,
    ) -> InfrastructurePlan {
        InfrastructurePlan { templates, environments, scaling, index: OnceLock::new() }
    }
}
