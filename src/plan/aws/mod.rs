//! The AWS plan: one resource graph an environment and one an account, decided once for Terraform and CloudFormation.
//!
//! It is a function of the three plans and the target specs alone, so that plans which were read back give the same.

mod build;
mod estimate;
pub mod graph;
pub mod names;
pub mod rules;

pub use build::plan;
pub use estimate::estimate;

use crate::ir::value::Name;
use crate::ir::{Origin, System, Traced};

use graph::{
    Alarm, BackupPlan, BackupVault, Balancing, Bucket, Budget, Cluster, Datastores, EventRule, KmsKey, LogGroup,
    Network, OidcProvider, Parameter, Repository, Role, Topic, Trail,
};

/// All that stands on AWS.
#[derive(Clone, Debug, Default)]
pub struct AwsPlan {
    /// Each account, in the order in which environments name them.
    pub accounts: Vec<AwsAccount>,
    /// Each environment, in the order of the input.
    pub environments: Vec<AwsEnvironment>,
}

/// Whether a target that prints the graph is among those of a system.
#[must_use]
pub fn is_asked_for(system: &System) -> bool {
    const TARGETS: [&str; 2] = ["terraform", "cloudformation"];
    system
        .targets
        .as_ref()
        .is_none_or(|targets| targets.iter().any(|choice| TARGETS.contains(&choice.name.value.as_str())))
}

/// What an account has once, whatever runs in it.
#[derive(Clone, Debug)]
pub struct AwsAccount {
    /// Its number; none: the account that the pipeline signs in to.
    pub number: Option<Traced<String>>,
    /// The region that its resources stand in: of its first environment.
    pub region: Traced<String>,
    /// Its environments.
    pub environments: Vec<Name>,
    /// Where Terraform's state is kept.
    pub state: StateStore,
    /// Where CloudFormation reads templates that are too large for a call.
    pub templates: Bucket,
    /// The provider of the pipeline's identity; none without a repository.
    pub provider: Option<OidcProvider>,
    /// The pipeline's roles, and those of the account's own services.
    pub roles: Vec<Role>,
    /// Images.
    pub repositories: Vec<Repository>,
    /// The audit trail.
    pub trail: Trail,
    /// The buckets of the trail.
    pub buckets: Vec<Bucket>,
    /// Keys.
    pub keys: Vec<KmsKey>,
    /// Logs.
    pub log_groups: Vec<LogGroup>,
    /// Budgets: of the system, of environments.
    pub budgets: Vec<Budget>,
}

/// Where Terraform's state is kept.
#[derive(Clone, Debug)]
pub struct StateStore {
    /// The bucket.
    pub bucket: Bucket,
    /// Its key.
    pub key: KmsKey,
}

/// One environment.
#[derive(Clone, Debug)]
pub struct AwsEnvironment {
    /// What it is called.
    pub name: Traced<Name>,
    /// What its datastores were called at first.
    pub first_names: names::FirstNames,
    /// Why it is there.
    pub origin: Origin,
    /// Its region.
    pub region: Traced<String>,
    /// Its account; none: the account that the pipeline signs in to.
    pub account: Option<Traced<String>>,
    /// Tags of all that it has.
    pub tags: Vec<(Traced<String>, Traced<String>)>,
    /// Its network.
    pub network: Network,
    /// Keys.
    pub keys: Vec<KmsKey>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Where components run.
    pub cluster: Cluster,
    /// The ways in.
    pub balancing: Balancing,
    /// Datastores, secrets and buckets, those of the environment itself included.
    pub datastores: Datastores,
    /// Logs.
    pub log_groups: Vec<LogGroup>,
    /// What counts tasks that failed.
    pub event_rules: Vec<EventRule>,
    /// The topic of alarms.
    pub alarm_topic: Option<Topic>,
    /// Alarms.
    pub alarms: Vec<Alarm>,
    /// Where backups are kept.
    pub backup_vaults: Vec<BackupVault>,
    /// What is backed up.
    pub backup_plans: Vec<BackupPlan>,
    /// What it tells the pipeline.
    pub parameters: Vec<Parameter>,
}
