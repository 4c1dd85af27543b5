//! Components: what is built, deployed and called, with every default in its place.

use super::building::Package;
use super::choice::{
    Access, ComponentKind, Concurrency, DatastoreKind, Domain, HistogramForm, LogFormat, MetricType, Protocol,
    RollbackTrigger, Tier, Tls, Trigger,
};
use super::delivery::{Analysis, BlueGreen, CanaryStep, Capacity, Scaling, Slo};
use super::ownership::Owner;
use super::value::{
    ContainerPath, CountOrPercent, Cpu, Decimal, Duration, Name, PortNumber, RepositoryPath, Size, Text, UrlPath,
    VariableName,
};
use super::{Origin, Table, Traced};

/// One part of the system.
#[derive(Clone, Debug)]
pub struct Component {
    /// The entry in the input.
    pub origin: Origin,
    /// What it is called.
    pub name: Traced<Name>,
    /// What it is.
    pub kind: Traced<ComponentKind>,
    /// The language that it is written in.
    pub language: Option<Traced<String>>,
    /// Where its source is.
    pub path: Option<Traced<RepositoryPath>>,
    /// In a sentence.
    pub description: Option<Traced<String>>,
    /// Who answers for it: its own owner, else the system's.
    pub owner: Option<Owner>,
    /// The profile that set its defaults: its own domain, else the system's.
    pub domain: Traced<Domain>,
    /// How much it matters.
    pub tier: Traced<Tier>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// Its probes.
    pub health: Health,
    /// The command; none: the image's own.
    pub command: Vec<Traced<String>>,
    /// The arguments; none: the image's own.
    pub args: Vec<Traced<String>>,
    /// Variables, in the order written; an environment may change them.
    pub env: Table<VariableName, Variable>,
    /// Secrets, in the order written; an environment may list others instead.
    pub secrets: Vec<Secret>,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// Configuration files.
    pub files: Vec<ConfigurationFile>,
    /// Steps that must end before it starts.
    pub init: Vec<InitStep>,
    /// What it needs.
    pub depends_on: Vec<Dependency>,
    /// What it tells about itself.
    pub metrics: Option<Metrics>,
    /// Whether it sends traces by OTLP.
    pub otlp: Traced<bool>,
    /// The form of its log lines.
    pub log_format: Traced<LogFormat>,
    /// How long it may take to finish what it began.
    pub drain: Traced<Duration>,
    /// When it runs, as cron text.
    pub schedule: Option<Traced<String>>,
    /// The time zone of the schedule.
    pub timezone: Traced<String>,
    /// What happens when the last run is still going.
    pub concurrency: Traced<Concurrency>,
    /// After how long a run is ended.
    pub timeout: Traced<Duration>,
    /// How often a failed run is tried again.
    pub retries: Traced<u32>,
    /// What starts a job.
    pub trigger: Traced<Trigger>,
    /// The user that it runs as.
    pub run_as: Traced<u32>,
    /// Whether it may write to its image's files.
    pub writable_root: Traced<bool>,
    /// How it is run; none for a library.
    pub delivery: Option<Delivery>,
    /// The version that is released; none before the first.
    pub package: Option<Package>,
}

impl Component {
    /// Whether anything runs somewhere.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        self.delivery.is_some() && self.kind.value != ComponentKind::Library
    }

    /// Whether it runs all the time: a service or a worker.
    #[must_use]
    pub fn is_long_running(&self) -> bool {
        matches!(self.kind.value, ComponentKind::Service | ComponentKind::Worker)
    }

    /// Whether it keeps identity and storage.
    #[must_use]
    pub fn is_stateful(&self) -> bool {
        self.volumes.iter().any(|volume| volume.persistent.value)
    }

    /// Whether nothing but metrics is asked on a port: no caller means it when it names the component alone.
    #[must_use]
    pub fn serves_only_metrics(&self, port: &Port) -> bool {
        let asked = self.metrics.as_ref().is_some_and(|metrics| metrics.port.name == port.name.value);
        let first = self.ports.first().is_some_and(|first| first.name == port.name);
        asked && !port.public.value && (!first || port.name.as_str() == "metrics")
    }

    /// The port that is meant where a caller names none: the first that serves more than metrics.
    #[must_use]
    pub fn main_port(&self) -> Option<&Port> {
        self.ports.iter().find(|port| !self.serves_only_metrics(port))
    }

    /// Where its tier is written, or its name where the tier is the default.
    #[must_use]
    pub fn tier_place(&self) -> Origin {
        if self.tier.origin.is_written() { self.tier.origin } else { self.name.origin }
    }

    /// A port by its name.
    #[must_use]
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|port| port.name.as_str() == name)
    }
}

/// One port.
#[derive(Clone, Debug)]
pub struct Port {
    /// The entry in the input.
    pub origin: Origin,
    /// What it is called.
    pub name: Traced<Name>,
    /// What the component listens on.
    pub port: Traced<PortNumber>,
    /// What others call it on.
    pub service_port: Traced<PortNumber>,
    /// What is spoken.
    pub protocol: Traced<Protocol>,
    /// Whether it can be reached from outside.
    pub public: Traced<bool>,
    /// Requests below this path.
    pub path: Option<Traced<UrlPath>>,
    /// The label below the environment's domain.
    pub host: Option<Traced<Name>>,
    /// The load balancer.
    pub edge: Traced<Name>,
    /// Where TLS ends.
    pub tls: Traced<Tls>,
    /// How long a connection may be idle.
    pub idle_timeout: Option<Traced<Duration>>,
}

impl Port {
    /// Whether a load balancer can share requests to it out between two versions.
    #[must_use]
    pub fn is_shared_out(&self) -> bool {
        let readable = matches!(self.protocol.value, Protocol::Http | Protocol::Grpc | Protocol::Websocket);
        self.public.value && readable && self.tls.value != Tls::Passthrough
    }
}

/// The probes of a component.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Whether it lives.
    pub liveness: Option<Probe>,
    /// Whether it can take requests.
    pub readiness: Option<Probe>,
    /// Whether it has started.
    pub startup: Option<Probe>,
}

/// A port as it was written: by name or by number; resolved to both.
#[derive(Clone, Debug)]
pub struct PortRef {
    /// The port's name.
    pub name: Name,
    /// The port's number.
    pub number: Traced<PortNumber>,
    /// Whether the user gave the name.
    pub by_name: bool,
}

/// How a probe asks.
#[derive(Clone, Debug)]
pub enum ProbeCheck {
    /// An HTTP request.
    Http {
        /// The path.
        path: Traced<UrlPath>,
        /// The port.
        port: PortRef,
        /// Whether by TLS.
        tls: bool,
    },
    /// A gRPC health check.
    Grpc(PortRef),
    /// A TCP connection.
    Tcp(PortRef),
    /// A command in the container.
    Exec(Vec<Traced<String>>),
}

/// One probe.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The entry in the input.
    pub origin: Origin,
    /// How it asks.
    pub check: ProbeCheck,
    /// How often.
    pub period: Traced<Duration>,
    /// How long it waits for an answer.
    pub timeout: Traced<Duration>,
    /// After how many failures it has failed.
    pub failures: Traced<u32>,
    /// How long it waits before the first.
    pub delay: Option<Traced<Duration>>,
    /// Headers of an HTTP request.
    pub headers: Vec<(Traced<String>, Traced<String>)>,
}

/// The value of a variable.
#[derive(Clone, Debug)]
pub enum Variable {
    /// A text.
    Text(Traced<Text>),
    /// An attribute of a dependency.
    From {
        /// The dependency.
        dependency: Traced<Name>,
        /// Its attribute.
        attribute: Attribute,
    },
}

/// What a dependency tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// Where it is.
    Host,
    /// What it listens on.
    Port,
    /// All in one.
    Url,
    /// The database's name.
    Database,
    /// The user.
    User,
    /// The password.
    Password,
    /// Kafka's brokers.
    Brokers,
    /// The topic's resource name.
    Arn,
    /// The bucket's name.
    Name,
}

impl Attribute {
    /// What a component and an external service tell about themselves.
    pub const OF_SERVICES: &'static [Attribute] = &[Attribute::Host, Attribute::Port, Attribute::Url];

    /// What a datastore of this kind tells about itself.
    #[must_use]
    pub const fn of_datastore(kind: DatastoreKind) -> &'static [Attribute] {
        use Attribute::{Arn, Brokers, Database, Host, Name, Password, Port, Url, User};
        match kind {
            DatastoreKind::Postgres | DatastoreKind::Mysql | DatastoreKind::Mongodb => {
                &[Host, Port, Url, Database, User, Password]
            }
            DatastoreKind::Redis | DatastoreKind::Rabbitmq => &[Host, Port, Url, User, Password],
            DatastoreKind::Kafka => &[Brokers],
            DatastoreKind::Queue => &[Url],
            DatastoreKind::Topic => &[Arn],
            DatastoreKind::Bucket => &[Name],
        }
    }

    /// All, in the order of the reference.
    pub const ALL: &'static [Attribute] = &[
        Attribute::Host,
        Attribute::Port,
        Attribute::Url,
        Attribute::Database,
        Attribute::User,
        Attribute::Password,
        Attribute::Brokers,
        Attribute::Arn,
        Attribute::Name,
    ];

    /// The word in the language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Attribute::Host => "host",
            Attribute::Port => "port",
            Attribute::Url => "url",
            Attribute::Database => "database",
            Attribute::User => "user",
            Attribute::Password => "password",
            Attribute::Brokers => "brokers",
            Attribute::Arn => "arn",
            Attribute::Name => "name",
        }
    }
}

/// One secret.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The entry in the input.
    pub origin: Origin,
    /// The variable, or the file's name.
    pub name: Traced<VariableName>,
    /// The path in the secret store, where it differs from `SYSTEM/ENVIRONMENT/COMPONENT/NAME`.
    pub from: Option<Traced<String>>,
    /// Where it is mounted as a file.
    pub path: Option<Traced<ContainerPath>>,
}

/// One volume.
#[derive(Clone, Debug)]
pub struct Volume {
    /// The entry in the input.
    pub origin: Origin,
    /// What it is called.
    pub name: Traced<Name>,
    /// Where it is mounted.
    pub path: Traced<ContainerPath>,
    /// How much it holds.
    pub size: Option<Traced<Size>>,
    /// Whether it outlives the replica.
    pub persistent: Traced<bool>,
}

/// One configuration file.
#[derive(Clone, Debug)]
pub struct ConfigurationFile {
    /// The entry in the input.
    pub origin: Origin,
    /// Where it lies in the container.
    pub path: Traced<ContainerPath>,
    /// What stands in it.
    pub content: Traced<String>,
    /// The file of the repository that it was read from.
    pub source: Option<Traced<RepositoryPath>>,
}

/// One step before the start.
#[derive(Clone, Debug)]
pub struct InitStep {
    /// The entry in the input.
    pub origin: Origin,
    /// What it is called.
    pub name: Traced<Name>,
    /// Its image; none: the component's own.
    pub image: Option<Traced<String>>,
    /// The command.
    pub command: Vec<Traced<String>>,
}

/// What a dependency is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    /// Another component, or the component itself.
    Component,
    /// A datastore.
    Datastore,
    /// An external service.
    External,
}

/// One dependency.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The entry in the input.
    pub origin: Origin,
    /// What is needed.
    pub name: Traced<Name>,
    /// What it is.
    pub kind: DependencyKind,
    /// Whether nothing works without it.
    pub critical: Traced<bool>,
    /// The port that is called; none: all of them.
    pub port: Option<Traced<Name>>,
    /// What is done with it.
    pub access: Traced<Access>,
    /// The kafka topic.
    pub topic: Option<Traced<String>>,
    /// The kafka consumer group.
    pub group: Option<Traced<String>>,
}

/// What a component tells about itself.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// The entry in the input.
    pub origin: Origin,
    /// The port that is asked.
    pub port: PortRef,
    /// The path that is asked.
    pub path: Traced<UrlPath>,
    /// The counter of requests; none: the protocol's usual one, by the monitoring spec.
    pub requests: Option<Traced<String>>,
    /// The label selector of failed requests.
    pub errors: Option<Traced<String>>,
    /// The histogram of durations.
    pub duration: Option<Traced<String>>,
    /// The edges of the histogram's buckets in seconds; none: the client libraries' usual ones.
    pub buckets: Vec<Traced<Decimal>>,
    /// The form of the histogram.
    pub histogram: Traced<HistogramForm>,
    /// Metrics of the component's own.
    pub custom: Vec<CustomMetric>,
}

/// One metric of a component's own.
#[derive(Clone, Debug)]
pub struct CustomMetric {
    /// The entry in the input.
    pub origin: Origin,
    /// What it is called.
    pub name: Traced<String>,
    /// Its type.
    pub kind: Traced<MetricType>,
    /// Its labels.
    pub labels: Vec<Traced<String>>,
    /// What it counts.
    pub help: Option<Traced<String>>,
}

/// How a component is run, before an environment changes it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The entry in the input.
    pub origin: Origin,
    /// What a replica asks for.
    pub resources: Resources,
    /// How many replicas.
    pub replicas: Replicas,
    /// How a new version replaces the old one.
    pub strategy: DeliveryStrategy,
    /// When a new version is taken back.
    pub rollback: Rollback,
    /// What it can take and must take.
    pub capacity: Option<Capacity>,
    /// Its objectives.
    pub slos: Vec<Slo>,
}

/// What a replica asks for and may use, with defaults.
#[derive(Clone, Debug)]
pub struct Resources {
    /// CPU that is set aside.
    pub cpu: Option<Traced<Cpu>>,
    /// Memory that is set aside.
    pub memory: Option<Traced<Size>>,
    /// CPU that it may use at most.
    pub cpu_limit: Option<Traced<Cpu>>,
    /// Memory that it may use at most.
    pub memory_limit: Option<Traced<Size>>,
}

/// How many replicas run.
#[derive(Clone, Debug)]
pub enum Replicas {
    /// Always so many.
    Fixed(Traced<u32>),
    /// As many as the load needs.
    Scaled(Scaling),
}

impl Replicas {
    /// The fewest that may run.
    #[must_use]
    pub fn min(&self) -> Traced<u32> {
        match self {
            Replicas::Fixed(count) => *count,
            Replicas::Scaled(scaling) => scaling.min,
        }
    }

    /// The most that may run.
    #[must_use]
    pub fn max(&self) -> Traced<u32> {
        match self {
            Replicas::Fixed(count) => *count,
            Replicas::Scaled(scaling) => scaling.max,
        }
    }
}

/// How a new version replaces the old one, with defaults.
#[derive(Clone, Debug)]
pub enum DeliveryStrategy {
    /// Replicas are replaced one after the other.
    Rolling {
        /// Where it was written, or the rule.
        origin: Origin,
        /// Replicas above the number wanted.
        max_surge: Traced<CountOrPercent>,
        /// Replicas below the number wanted.
        max_unavailable: Traced<CountOrPercent>,
    },
    /// A new version takes over step by step.
    Canary {
        /// Where it was written, or the rule.
        origin: Origin,
        /// The steps.
        steps: Vec<CanaryStep>,
        /// What it is judged by.
        analysis: Option<Analysis>,
    },
    /// A new version beside the old one, then a switch.
    BlueGreen(BlueGreen),
}

/// When a new version is taken back, with defaults.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// Where it was written, or the rule.
    pub origin: Origin,
    /// Whether nobody is asked.
    pub automatic: Traced<bool>,
    /// What starts it.
    pub on: Vec<Traced<RollbackTrigger>>,
    /// How long after a deployment it is watched.
    pub window: Option<Traced<Duration>>,
}
