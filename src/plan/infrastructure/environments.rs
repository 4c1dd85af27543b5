//! `environment_configurations`: where the system runs, and what differs there.

use std::sync::Arc;

use crate::ir::Traced;
use crate::ir::choice::{DatastoreKind, EnvironmentKind, Protocol};
use crate::ir::value::{
    AddressRange, ContainerPath, Cpu, Decimal, Digest, Duration, HostName, Name, Percent, PortNumber, Size, Text,
    UrlPath, VariableName,
};
use crate::plan_record;
use crate::source::Apart;

plan_record! {
    /// Where the system runs.
    pub struct EnvironmentConfigurations as "environment configurations" {
        /// The name of this deliverable: `environment_configurations`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// The environments, in the order of the input.
        environments: Vec<EnvironmentPlan>, many;
    }

    /// One environment.
    pub struct EnvironmentPlan as "environment plan" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What it is for.
        kind: Traced<EnvironmentKind>, required;
        /// Where a release comes from.
        promotes_from: Traced<Name>, optional;
        /// The cloud's region.
        region: Traced<String>, required;
        /// The cloud's account.
        account: Traced<String>, optional;
        /// The cluster's name.
        cluster: Traced<String>, required;
        /// Whether the cluster exists already.
        cluster_exists: Traced<bool>, required;
        /// The namespace of its workloads.
        namespace: Traced<Name>, required;
        /// The domain that hosts lie below.
        domain: Traced<HostName>, optional;
        /// The DNS zone; none: looked up.
        zone_id: Traced<String>, optional;
        /// How many zones it spans.
        availability_zones: Traced<u32>, required;
        /// Its address range and its parts.
        network: NetworkPlan, required;
        /// Where images are pulled from, where that needs a secret.
        pull_secret: Traced<String>, optional;
        /// What all replicas may ask for together.
        quota: QuotaPlan, required;
        /// Its datastores.
        datastores: Vec<DatastorePlan>, many;
        /// The external services as it reaches them.
        externals: Vec<ExternalPlan>, many;
        /// What runs in it, in the order of the system.
        workloads: Vec<WorkloadPlan>, many;
        /// What may be spent a month, in US dollars.
        monthly_usd: Traced<Decimal>, optional;
        /// What it is estimated to cost; none where it does not run on AWS.
        estimate: EstimatePlan, optional;
    }

    /// What an environment is estimated to cost while nothing has scaled up.
    pub struct EstimatePlan as "estimate" {
        /// US dollars a month, for all that has a price.
        monthly_usd: Traced<Decimal>, required;
        /// The day of the youngest price of the sheet.
        as_of: Traced<String>, required;
        /// The region whose prices were taken.
        prices_of: Traced<String>, required;
        /// By resource.
        resources: Vec<EstimatedResource>, many;
    }

    /// What one resource is estimated to cost.
    pub struct EstimatedResource as "estimated resource" {
        /// What it is called.
        name: Traced<String>, required;
        /// What it is.
        kind: Traced<String>, required;
        /// How many there are.
        count: Traced<u32>, required;
        /// US dollars a month for all of them; none: no price is known before it is used.
        monthly_usd: Traced<Decimal>, optional;
    }

    /// The address range of an environment and its parts, one of each kind a zone.
    pub struct NetworkPlan as "network plan" {
        /// The whole range.
        cidr: Traced<AddressRange>, required;
        /// Subnets that load balancers stand in.
        public: Vec<Traced<AddressRange>>, many;
        /// Subnets that components run in.
        private: Vec<Traced<AddressRange>>, many;
        /// Subnets that datastores stand in.
        data: Vec<Traced<AddressRange>>, many;
    }

    /// What all replicas of an environment may ask for together, with room to replace them.
    pub struct QuotaPlan as "quota plan" {
        /// CPU that may be set aside.
        cpu: Traced<Cpu>, required;
        /// Memory that may be set aside.
        memory: Traced<Size>, required;
        /// Memory that may be used at most.
        memory_limit: Traced<Size>, required;
        /// Replicas and jobs.
        pods: Traced<u32>, required;
    }

    /// One datastore.
    pub struct DatastorePlan as "datastore plan" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What it was called before, oldest first.
        renamed_from: Vec<Traced<Name>>, many;
        /// What the cloud calls it: `SYSTEM-ENVIRONMENT-NAME`, by the first name that it had.
        resource: Traced<String>, required;
        /// What it is.
        kind: Traced<DatastoreKind>, required;
        /// Its version.
        version: Traced<String>, optional;
        /// What it listens on; none behind the cloud's own endpoint.
        port: Traced<PortNumber>, optional;
        /// CPU that it asks for.
        cpu: Traced<Cpu>, optional;
        /// Memory that it asks for.
        memory: Traced<Size>, optional;
        /// Storage that it asks for.
        storage: Traced<Size>, optional;
        /// Whether it outlives the loss of a zone.
        high_availability: Traced<bool>, required;
        /// How many connections it takes.
        max_connections: Traced<u64>, optional;
        /// Whether it is encrypted at rest.
        encrypted: Traced<bool>, required;
        /// Whether it can be reached from outside.
        public: Traced<bool>, required;
        /// How long backups are kept; none: no backup.
        backup_retention: Traced<Duration>, optional;
        /// Whether any moment of the retention can be brought back.
        point_in_time: Traced<bool>, required;
        /// The region that backups are copied to.
        backup_region: Traced<String>, optional;
        /// How long messages are kept.
        retention: Traced<Duration>, optional;
        /// Whether messages keep their order.
        fifo: Traced<bool>, required;
        /// Whether old versions of objects are kept.
        versioned: Traced<bool>, required;
        /// Whether it keeps what is nowhere else, so that it must be brought back after a disaster.
        stateful: Traced<bool>, required;
        /// Whether it can be made again from elsewhere.
        rebuildable: Traced<bool>, required;
        /// How long a message is hidden from others once taken.
        visibility_timeout: Traced<Duration>, optional;
        /// After how many failed takes a message goes to the dead letters.
        dead_letter_after: Traced<u32>, optional;
        /// When objects move to cold storage.
        cold_after: Traced<Duration>, optional;
        /// When objects move to the archive.
        archive_after: Traced<Duration>, optional;
        /// When objects go.
        delete_after: Traced<Duration>, optional;
        /// The path of its secret: JSON with the keys that its kind has of `host`, `port`, `database`, `username` and
        /// `password`; `brokers` of kafka, `url` of a queue, `arn` of a topic, `name` of a bucket.
        secret: Traced<Text>, required;
        /// Until it works again after a disaster.
        recovery_time: Traced<Duration>, optional;
        /// How much may be lost, as time.
        recovery_point: Traced<Duration>, optional;
    }

    /// One external service.
    pub struct ExternalPlan as "external service plan" {
        /// What it is called.
        name: Traced<Name>, required;
        /// Where it is.
        host: Traced<HostName>, required;
        /// What it listens on.
        port: Traced<PortNumber>, required;
        /// What is spoken.
        protocol: Traced<Protocol>, required;
        /// What it promises, in percent.
        objective: Traced<Percent>, optional;
    }

    /// One component in one environment.
    pub struct WorkloadPlan as "workload plan" {
        /// The component.
        component: Traced<Name>, required;
        /// What runs; none before the first release: pipelines and infrastructure, but no workload.
        image: Arc<ImagePlan>, optional;
        /// CPU that a replica sets aside.
        cpu: Traced<Cpu>, optional;
        /// Memory that a replica sets aside.
        memory: Traced<Size>, optional;
        /// CPU that a replica may use at most.
        cpu_limit: Traced<Cpu>, optional;
        /// Memory that a replica may use at most.
        memory_limit: Traced<Size>, optional;
        /// Variables, in order: the component's, the environment's, then those of its dependencies.
        variables: Vec<VariablePlan>, many;
        /// Secrets that are mounted as files.
        secret_files: Vec<SecretFilePlan>, many;
        /// The hosts and paths that reach it from outside.
        routes: Vec<RoutePlan>, many;
        /// The version of the model that it works with, where what runs is to say so.
        model_version: Traced<String>, optional;
        /// The version of the schema that it works with, where what runs is to say so.
        schema_version: Traced<String>, optional;
    }

    /// What runs.
    pub struct ImagePlan as "image plan" {
        /// `IMAGE@DIGEST`, or `IMAGE:VERSION` without a digest.
        reference: Traced<String>, required;
        /// The version.
        version: Traced<String>, required;
        /// The digest.
        digest: Traced<Digest>, optional;
    }

    /// One variable: with a text, or from a secret.
    pub struct VariablePlan as "variable plan" {}
    sharing told: ToldVariable

    /// What a variable is called and says. What a peer tells is held once for all who call it.
    pub struct ToldVariable as "told variable" {
        /// Its name.
        name: Traced<VariableName>, required;
        /// Its text.
        value: Traced<Text>, optional;
        /// The secret that it comes from.
        secret: Apart<SecretReferencePlan>, optional;
    }

    /// Where a variable's secret text comes from.
    pub struct SecretReferencePlan as "secret reference" {
        /// The path in the secret store.
        store_path: Traced<Text>, required;
        /// The key in the secret's JSON; none: the whole secret.
        property: Traced<Text>, optional;
        /// A text with `{key}` for each key of the secret's JSON that belongs there, as it stands: the credentials that the
        /// infrastructure makes have no character that a URL would write otherwise.
        format: Traced<Text>, optional;
    }

    /// One secret that is mounted as a file.
    pub struct SecretFilePlan as "secret file plan" {
        /// Its name.
        name: Traced<VariableName>, required;
        /// The path in the secret store.
        store_path: Traced<Text>, required;
        /// Where it is mounted.
        mount: Traced<ContainerPath>, required;
    }

    /// One way in from outside.
    pub struct RoutePlan as "route plan" {
        /// The port's name.
        port: Traced<Name>, required;
        /// The load balancer.
        edge: Traced<Name>, required;
        /// The host; none: any.
        host: Traced<HostName>, optional;
        /// The path prefix.
        prefix: Traced<UrlPath>, required;
    }
}
