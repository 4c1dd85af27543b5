//! The monitoring plan: what is measured, when somebody is told, and what is shown.

pub mod alerting;
mod build;
pub mod configurations;
pub mod dashboards;
pub mod indicator;
pub mod phrase;
pub mod promql;
pub mod recordings;
pub mod rules;
pub mod trial;

pub use alerting::AlertingRules;
pub use build::plan;
pub use configurations::MonitoringConfigurations;
pub use dashboards::DashboardDefinitions;

/// The monitoring plan: three of the nine deliverables.
#[derive(Clone, Debug)]
pub struct MonitoringPlan {
    /// What is measured, and what it must reach.
    pub configurations: MonitoringConfigurations,
    /// What somebody is told.
    pub alerting: AlertingRules,
    /// What is shown.
    pub dashboards: DashboardDefinitions,
}

#[cfg(test)]
mod tests;
