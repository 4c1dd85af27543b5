//! Environments, and what runs in each once its overrides have been applied.

use std::collections::HashMap;

use super::choice::EnvironmentKind;
use super::component::{Replicas, Resources, Secret, Variable};
use super::datastore::{Datastore, External};
use super::delivery::{Approvals, DeploymentWindow};
use super::ownership::Budget;
use super::value::{AddressRange, HostName, Name, VariableName};
use super::{Origin, Table, Traced};

/// The number of a component in its system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(pub u32);

/// One environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The entry in the input.
    pub origin: Origin,
    /// What it is called.
    pub name: Traced<Name>,
    /// What it is for.
    pub kind: Traced<EnvironmentKind>,
    /// Where a release comes from.
    pub promotes_from: Option<Traced<Name>>,
    /// The cloud's region.
    pub region: Traced<String>,
    /// The cloud's account.
    pub account: Option<Traced<String>>,
    /// A cluster that exists; none: one is made.
    pub cluster: Option<Traced<String>>,
    /// The namespace; by default `SYSTEM-ENVIRONMENT`, shortened to fit.
    pub namespace: Traced<Name>,
    /// The domain that hosts lie below.
    pub domain: Option<Traced<HostName>>,
    /// The DNS zone; none: looked up.
    pub zone_id: Option<Traced<String>>,
    /// The machine that pipelines run on.
    pub runner: Traced<String>,
    /// The numbers of the repository, for newer OIDC subjects.
    pub github_ids: Option<GithubIds>,
    /// How many zones it spans.
    pub availability_zones: Traced<u32>,
    /// Its address range.
    pub cidr: Option<Traced<AddressRange>>,
    /// Who must agree.
    pub approvals: Option<Approvals>,
    /// When deployments may run.
    pub deployment_window: Option<DeploymentWindow>,
    /// Another registry than the system's.
    pub registry: Option<Traced<String>>,
    /// What may be spent.
    pub budget: Option<Budget>,
    /// What runs in it: each component that is deployed and enabled, in the order of the system.
    pub deployments: Vec<Deployment>,
    /// Its datastores: each that is enabled, in the order of the system.
    pub datastores: Vec<Datastore>,
    /// Its datastores by name: their places in `datastores`.
    pub datastore_index: HashMap<Name, usize>,
    /// The external services as it reaches them.
    pub externals: Vec<External>,
}

/// The numbers of a repository.
#[derive(Clone, Debug)]
pub struct GithubIds {
    /// The owner's number.
    pub owner: Traced<u64>,
    /// The repository's number.
    pub repository: Traced<u64>,
}

/// One component in one environment, with the environment's overrides.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The component.
    pub component: ComponentId,
    /// The override in the environment, else the entry of the component's delivery.
    pub origin: Origin,
    /// What a replica asks for.
    pub resources: Resources,
    /// How many replicas.
    pub replicas: Replicas,
    /// Variables: the component's, then the environment's.
    pub env: Table<VariableName, Variable>,
    /// Secrets: the environment's where it lists any, else the component's.
    pub secrets: Vec<Secret>,
}

impl Environment {
    /// A datastore of this environment by its name.
    #[must_use]
    pub fn datastore(&self, name: &str) -> Option<&Datastore> {
        self.datastores.get(*self.datastore_index.get(name)?)
    }

    /// An external service by its name.
    #[must_use]
    pub fn external(&self, name: &str) -> Option<&External> {
        self.externals.iter().find(|external| external.name.as_str() == name)
    }

    /// What runs of a component.
    #[must_use]
    pub fn deployment(&self, component: ComponentId) -> Option<&Deployment> {
        self.deployments
            .binary_search_by_key(&component, |deployment| deployment.component)
            .ok()
            .map(|index| &self.deployments[index])
    }
}
