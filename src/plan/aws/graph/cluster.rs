//! Where components run: EKS with its nodes, or ECS on Fargate with its services.

use super::{
    KmsKey, Listener, LoadBalancer, LogGroup, Pattern, Queue, Ref, Role, Secret, SecurityGroup, TargetGroup, resources,
};
use crate::ir::choice::Protocol;
use crate::ir::value::{Decimal, PortNumber};
use crate::ir::{Origin, Traced};

/// Where components run.
#[derive(Clone, Debug)]
pub enum Cluster {
    /// Kubernetes.
    Eks(Box<Eks>),
    /// ECS on Fargate.
    Ecs(Box<Ecs>),
}

/// A Kubernetes cluster and all that it takes.
#[derive(Clone, Debug)]
pub struct Eks {
    /// The cluster.
    pub cluster: EksCluster,
    /// Its nodes.
    pub node_groups: Vec<NodeGroup>,
    /// What EKS installs.
    pub add_ons: Vec<AddOn>,
    /// Which ServiceAccount has which role.
    pub pod_identities: Vec<PodIdentity>,
    /// Who may use it.
    pub access_entries: Vec<AccessEntry>,
}

/// ECS: the cluster and what runs on it.
#[derive(Clone, Debug)]
pub struct Ecs {
    /// The cluster.
    pub cluster: EcsCluster,
    /// Where components find each other.
    pub namespace: ServiceNamespace,
    /// Task definitions: of services, schedules, jobs and migrations.
    pub task_definitions: Vec<TaskDefinition>,
    /// What runs all the time.
    pub services: Vec<EcsService>,
    /// What runs by a schedule.
    pub schedules: Vec<Schedule>,
    /// What scales.
    pub scalable_targets: Vec<ScalableTarget>,
    /// By what it scales.
    pub scaling_policies: Vec<ScalingPolicy>,
}

resources! {
    /// A Kubernetes cluster. Who may use it is said by access entries alone.
    pub struct EksCluster {
        /// Whether it exists: only its name counts then, and it has neither nodes nor add-ons here.
        exists: Traced<bool>,
        /// Its name.
        name: Traced<String>,
        /// The minor version of Kubernetes.
        version: Traced<String>,
        /// What it runs as.
        role: Ref<Role>,
        /// Whether its endpoint can be reached from outside the network, by those whom IAM lets in.
        public_endpoint: Traced<bool>,
        /// Logs of the control plane that are kept.
        log_types: Vec<Traced<String>>,
        /// Where they are kept.
        log_group: Ref<LogGroup>,
        /// What encrypts its Secrets.
        key: Ref<KmsKey>,
        /// Addresses of its Services.
        service_cidr: Traced<String>,
    }

    /// Nodes of one size. Their metadata service asks for a token, their disks are encrypted with the account's own key: the
    /// service that starts nodes may use no other without a policy of its own.
    pub struct NodeGroup {
        /// Its name.
        name: Traced<String>,
        /// The cluster.
        cluster: Ref<EksCluster>,
        /// What nodes run as.
        role: Ref<Role>,
        /// The size of a node.
        instance_type: Traced<String>,
        /// The image of a node.
        ami_type: Traced<String>,
        /// The disk of a node, in GiB.
        disk_gib: Traced<u32>,
        /// Nodes at least.
        min: Traced<u32>,
        /// Nodes at most.
        max: Traced<u32>,
        /// Nodes that may be away at once while they are replaced.
        max_unavailable: Traced<u32>,
    }

    /// What EKS itself installs.
    pub struct AddOn {
        /// Its name.
        name: Traced<String>,
        /// The cluster.
        cluster: Ref<EksCluster>,
        /// Its version.
        version: Traced<String>,
        /// Its configuration: keys and texts.
        configuration: Vec<(Traced<String>, Traced<String>)>,
        /// The ServiceAccount and role of its pods, where they ask AWS for something.
        identity: Option<(Traced<String>, Ref<Role>)>,
        /// Whether its pods need nodes: it is made after them.
        after_nodes: bool,
    }

    /// A ServiceAccount that has a role.
    pub struct PodIdentity {
        /// The cluster.
        cluster: Ref<EksCluster>,
        /// The namespace.
        namespace: Traced<String>,
        /// The ServiceAccount.
        service_account: Traced<String>,
        /// The role.
        role: Ref<Role>,
    }

    /// Who may use a cluster.
    pub struct AccessEntry {
        /// The cluster.
        cluster: Ref<EksCluster>,
        /// The ARN of the role that may.
        principal: Pattern,
        /// The ARN of the access policy.
        policy: Pattern,
    }

    /// An ECS cluster on Fargate.
    pub struct EcsCluster {
        /// Whether it exists: only its name counts then.
        exists: Traced<bool>,
        /// Its name.
        name: Traced<String>,
        /// `enhanced`, `enabled` or `disabled`.
        container_insights: Traced<String>,
        /// The capacity provider of services.
        capacity_provider: Traced<String>,
        /// Where sessions inside of containers are recorded.
        log_group: Ref<LogGroup>,
        /// What encrypts sessions and scratch space.
        key: Ref<KmsKey>,
    }

    /// The private DNS name space below which components find each other and are scraped.
    pub struct ServiceNamespace {
        /// Its name.
        name: Traced<String>,
    }

    /// What a task is. A new revision never removes the old one: a rollback needs it.
    pub struct TaskDefinition {
        /// The family.
        name: Traced<String>,
        /// CPU units, 1,024 a core.
        cpu: Traced<u32>,
        /// Memory in MiB.
        memory: Traced<u32>,
        /// `ARM64` or `X86_64`.
        architecture: Traced<String>,
        /// What ECS runs as while it starts the task.
        execution_role: Ref<Role>,
        /// What its containers run as.
        task_role: Ref<Role>,
        /// Its containers; the component's own is the last.
        containers: Vec<Container>,
        /// Scratch volumes.
        volumes: Vec<Traced<String>>,
        /// Scratch space in GiB, where more than is always there is asked for.
        ephemeral_gib: Option<Traced<u32>>,
        /// What it is run as: a service, a schedule, or once.
        purpose: TaskPurpose,
    }

    /// A component that runs all the time. Where it scales, the number of tasks is scaling's to say.
    pub struct EcsService {
        /// Its name.
        name: Traced<String>,
        /// The cluster.
        cluster: Ref<EcsCluster>,
        /// What it runs.
        task_definition: Ref<TaskDefinition>,
        /// How many tasks.
        desired: Traced<u32>,
        /// Whether something else sets the number of tasks.
        scales: bool,
        /// Its security group.
        security_group: Ref<SecurityGroup>,
        /// Target groups that it registers at.
        targets: Vec<ServiceTarget>,
        /// The least share of healthy tasks while it is replaced, in percent.
        minimum_healthy: Traced<u32>,
        /// The largest share of tasks while it is replaced, in percent.
        maximum: Traced<u32>,
        /// Seconds for which the load balancer's health check does not count after a start.
        grace: Option<Traced<u32>>,
        /// Whether a deployment that fails goes back by itself.
        circuit_breaker: Traced<bool>,
        /// Alarms that take a deployment back.
        alarms: Vec<Ref<super::Alarm>>,
        /// Names by which others call it.
        aliases: Vec<ServiceAlias>,
        /// Whether it calls others by their names.
        is_client: bool,
        /// Whether its tasks' addresses are in the DNS of the name space, for scraping.
        discovery: Option<Traced<String>>,
        /// Whether it is the service beside another one, at rest without a task, which a deployment starts, scales and ends.
        beside: Option<Ref<EcsService>>,
        /// Where the proxy that stands beside its tasks logs.
        log_group: Ref<LogGroup>,
    }

    /// A task that runs by a schedule.
    pub struct Schedule {
        /// Its name.
        name: Traced<String>,
        /// When, as EventBridge writes it.
        expression: Traced<String>,
        /// The time zone.
        timezone: Traced<String>,
        /// How often a start that failed is tried again.
        retries: Traced<u32>,
        /// Where starts go that failed for good.
        dead_letters: Ref<Queue>,
        /// The cluster.
        cluster: Ref<EcsCluster>,
        /// What it runs.
        task_definition: Ref<TaskDefinition>,
        /// Its security group.
        security_group: Ref<SecurityGroup>,
        /// What the scheduler runs as.
        role: Ref<Role>,
        /// What encrypts it.
        key: Ref<KmsKey>,
    }

    /// A service whose number of tasks changes.
    pub struct ScalableTarget {
        /// The service.
        service: Ref<EcsService>,
        /// The cluster.
        cluster: Ref<EcsCluster>,
        /// At least.
        min: Traced<u32>,
        /// At most.
        max: Traced<u32>,
    }

    /// By what a service scales.
    pub struct ScalingPolicy {
        /// Its name.
        name: Traced<String>,
        /// What it scales.
        target: Ref<ScalableTarget>,
        /// What is measured.
        measure: TrackedMeasure,
        /// The value that is held.
        value: Traced<Decimal>,
        /// Seconds to wait before tasks are added.
        scale_out: Traced<u32>,
        /// Seconds to wait before tasks are taken away.
        scale_in: Traced<u32>,
    }
}

/// What a task definition is run as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskPurpose {
    /// A service.
    Service,
    /// By a schedule.
    Schedule,
    /// Once with each deployment, after the migrations and before services are replaced.
    OnDeploy,
    /// Once, when a person starts it.
    Manual,
    /// Once before the new version runs: a migration.
    Migration,
}

/// One container of a task.
#[derive(Clone, Debug)]
pub struct Container {
    /// Why it is there.
    pub origin: Origin,
    /// Its name.
    pub name: Traced<String>,
    /// Its image.
    pub image: Traced<String>,
    /// The secret with which its image is pulled.
    pub pull_secret: Option<Ref<Secret>>,
    /// Whether the task ends with it.
    pub essential: bool,
    /// What it starts, where not the image's own.
    pub entry_point: Vec<Traced<String>>,
    /// Arguments.
    pub command: Vec<Traced<String>>,
    /// Variables.
    pub environment: Vec<(Traced<String>, Pattern)>,
    /// Variables from secrets: name, secret, key in its JSON.
    pub secrets: Vec<ContainerSecret>,
    /// Ports: name, number, what is spoken.
    pub ports: Vec<ContainerPort>,
    /// Mounted volumes: volume, path, read-only.
    pub mounts: Vec<Mount>,
    /// A command that tells its health.
    pub health: Option<ContainerHealth>,
    /// The user.
    pub user: Option<Traced<String>>,
    /// Whether its image's files can't be written.
    pub read_only_root: Traced<bool>,
    /// CPU units of it alone.
    pub cpu: Option<Traced<u32>>,
    /// Memory in MiB that is set aside for it.
    pub memory: Option<Traced<u32>>,
    /// Memory in MiB that it may use at most.
    pub memory_limit: Option<Traced<u32>>,
    /// Seconds from the signal to stop to the end.
    pub stop_timeout: Option<Traced<u32>>,
    /// Containers that must have ended well before.
    pub after: Vec<Traced<String>>,
    /// Where it logs.
    pub log_group: Ref<LogGroup>,
    /// Capabilities that it drops.
    pub drop: Vec<Traced<String>>,
}

/// A variable from a secret.
#[derive(Clone, Debug)]
pub struct ContainerSecret {
    /// The variable.
    pub name: Traced<String>,
    /// The secret: one of the graph, or one that somebody else made, by its path.
    pub secret: SecretSource,
    /// The key in the secret's JSON; none: the whole.
    pub key: Option<Traced<String>>,
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A secret of this graph.
    Own(Ref<Secret>),
    /// A secret that exists, by its name.
    Existing(Traced<String>),
}

/// A port of a container.
#[derive(Clone, Debug)]
pub struct ContainerPort {
    /// Its name, where others call it by a name.
    pub name: Traced<String>,
    /// The number.
    pub port: Traced<PortNumber>,
    /// What is spoken.
    pub protocol: Traced<Protocol>,
}

/// A mounted volume.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The volume.
    pub volume: Traced<String>,
    /// Where.
    pub path: Traced<String>,
    /// Whether it can't be written.
    pub read_only: Traced<bool>,
}

/// A command that tells a container's health.
#[derive(Clone, Debug)]
pub struct ContainerHealth {
    /// The command with its arguments.
    pub command: Vec<Traced<String>>,
    /// Seconds from one to the next.
    pub interval: Traced<u32>,
    /// Seconds to wait for an answer.
    pub timeout: Traced<u32>,
    /// After how many failures it has failed.
    pub retries: Traced<u32>,
    /// Seconds before failures count.
    pub start_period: Option<Traced<u32>>,
}

/// A target group that a service registers at.
#[derive(Clone, Debug)]
pub struct ServiceTarget {
    /// The target group.
    pub group: Ref<TargetGroup>,
    /// The listener that must be there before.
    pub listener: Ref<Listener>,
    /// The container's port.
    pub port: Traced<PortNumber>,
}

/// A name by which others call a service.
#[derive(Clone, Debug)]
pub struct ServiceAlias {
    /// The name of the container's port.
    pub port_name: Traced<String>,
    /// The name in DNS.
    pub dns_name: Traced<String>,
    /// The port that callers use.
    pub port: Traced<PortNumber>,
    /// The name in the name space, unique there.
    pub discovery_name: Traced<String>,
}

/// What scaling holds at a value.
#[derive(Clone, Debug)]
pub enum TrackedMeasure {
    /// CPU in use, in percent.
    Cpu,
    /// Memory in use, in percent.
    Memory,
    /// Requests a minute and task, by the load balancer.
    Requests(Ref<LoadBalancer>, Ref<TargetGroup>),
    /// Messages that wait in a queue, a task.
    Backlog(Ref<Queue>, Ref<EcsService>),
    /// Messages that a consumer group is behind on a kafka topic, a task: cluster, topic, group.
    Lag(Ref<super::MskCluster>, Traced<String>, Traced<String>, Ref<EcsService>),
}
