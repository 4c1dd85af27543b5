//! `deployment_packages.yaml`: which versions run where, how many, and how they are replaced.

use crate::ir::building::Package;
use crate::ir::choice::EnvironmentKind;
use crate::ir::datastore::{Backup, DatastoreSize};
use crate::ir::delivery::{Approvals, Capacity, DeploymentWindow, Resources, Rollback, Scaling, Slo, Strategy};
use crate::ir::ownership::{Budget, Operations};
use crate::ir::value::{AddressRange, HostName, Name, PortNumber, VariableName};
use crate::record;
use crate::source::{Table, Traced};

use super::documents::Document;
use super::form::Nullable;
use super::implementation_artifacts::{SecretInput, VariableInput};

record! {
    /// Which versions run where, how many of each, how they are replaced, and how the system is operated.
    pub struct DeploymentPackages as "deployment packages" {
        /// The version of each component that is released.
        packages: Vec<Package>, many;
        /// How each component is run. One without an entry runs with the defaults.
        deployments: Vec<DeploymentInput>, many;
        /// The environments.
        environments: Vec<EnvironmentInput>, many;
        /// How the system is operated.
        operations: Operations, optional;
    }
}

record! {
    /// How one component is run.
    pub struct DeploymentInput as "deployment" {
        /// The component.
        component: Traced<Name>, required;
        /// What a replica asks for and may use.
        resources: Resources, optional;
        /// How many replicas run; with neither `replicas` nor `scaling`: 1.
        replicas: Traced<u32>, optional;
        /// How many replicas run, by load; instead of `replicas`.
        scaling: Scaling, optional;
        /// How a new version replaces the old one; by default `rolling`, with one replica more and none less.
        strategy: Traced<Strategy>, optional;
        /// When a new version is taken back.
        rollback: Rollback, optional;
        /// What a replica can take, and what the component must take.
        capacity: Capacity, optional;
        /// The service level objectives.
        slos: Vec<Slo>, many;
    }
}

record! {
    /// A place that the system runs in.
    pub struct EnvironmentInput as "environment" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What it is for.
        kind: Traced<EnvironmentKind>, required;
        /// The environment that a release is promoted from.
        promotes_from: Traced<Name>, optional;
        /// The cloud's region.
        region: Traced<String>, required;
        /// The cloud's account.
        account: Traced<String>, optional;
        /// A cluster that exists; by default one is made.
        cluster: Traced<String>, optional;
        /// The namespace; by default `SYSTEM-ENVIRONMENT`.
        namespace: Traced<Name>, optional;
        /// The domain that the hosts of ports lie below.
        domain: Traced<HostName>, optional;
        /// The DNS zone of the domain; by default the nearest parent zone is looked up.
        zone_id: Traced<String>, optional;
        /// The machine that its pipelines run on.
        runner: Traced<String>, default "ubuntu-24.04";
        /// The numbers of the repository and its owner, for the pipelines' identity in newer repositories.
        github_ids: GithubIdsInput, optional;
        /// How many zones it spans; by default 2, in production 3.
        availability_zones: Traced<u32>, optional;
        /// Its address range, such as `10.20.0.0/16`.
        cidr: Traced<AddressRange>, optional;
        /// Who must agree before a deployment.
        approvals: Approvals, optional;
        /// When deployments may run; by default always.
        deployment_window: DeploymentWindow, optional;
        /// What is different for single components. Mappings merge by key, lists and scalars replace.
        components: Table<Name, Nullable<ComponentOverride>>, many;
        /// What is different for single datastores.
        datastores: Table<Name, Nullable<DatastoreOverride>>, many;
        /// What is different for single external services.
        external: Table<Name, Nullable<ExternalOverride>>, many;
        /// Another registry than the system's.
        registry: EnvironmentRegistry, optional;
        /// What the environment may cost.
        budget: Budget, optional;
    }
}

record! {
    /// The numbers by which GitHub knows a repository and its owner.
    pub struct GithubIdsInput as "repository numbers" {
        /// The owner's number.
        owner: Traced<u64>, required;
        /// The repository's number.
        repository: Traced<u64>, required;
    }
}

record! {
    /// What is different for one component in one environment.
    pub struct ComponentOverride as "component override" {
        /// Whether it runs in this environment.
        enabled: Traced<bool>, default "true";
        /// Variables: each is added or replaced, and `NAME: null` removes one.
        env: Table<VariableName, Nullable<VariableInput>>, many;
        /// Secrets, instead of the component's.
        secrets: Vec<SecretInput>, optional;
        /// How many replicas run, instead of the component's `replicas` or `scaling`.
        replicas: Traced<u32>, optional;
        /// How many replicas run by load, instead of the component's `replicas` or `scaling`.
        scaling: Scaling, optional;
        /// What a replica asks for, key by key.
        resources: Resources, optional;
    }
}

record! {
    /// What is different for one datastore in one environment.
    pub struct DatastoreOverride as "datastore override" {
        /// Whether it exists in this environment.
        enabled: Traced<bool>, default "true";
        /// What it asks for, key by key.
        size: DatastoreSize, optional;
        /// How many connections it takes at most.
        max_connections: Traced<u64>, optional;
        /// Whether it outlives the loss of a zone.
        high_availability: Traced<bool>, optional;
        /// How it is backed up, key by key.
        backup: Backup, optional;
    }
}

record! {
    /// How one external service is reached from one environment.
    pub struct ExternalOverride as "external override" {
        /// Where it is.
        host: Traced<HostName>, optional;
        /// What it listens on.
        port: Traced<PortNumber>, optional;
    }
}

record! {
    /// The registry of one environment.
    pub struct EnvironmentRegistry as "environment registry" {
        /// Its address without a scheme, such as `ghcr.io/acme`.
        url: Traced<String>, required;
    }
}

impl Document for DeploymentPackages {
    fn join(&mut self, fragment: Self) {
        self.packages.extend(fragment.packages);
        self.deployments.extend(fragment.deployments);
        self.environments.extend(fragment.environments);
        self.operations = self.operations.take().or(fragment.operations);
    }
}
