//! `implementation_artifacts.yaml`: the components, what they listen on, need and tell.

use crate::ir::choice::{
    Access, ComponentKind, Concurrency, Domain, HistogramForm, LogFormat, MetricType, Protocol, Tier, Tls, Trigger,
};
use crate::ir::ownership::Owner;
use crate::ir::value::{
    ContainerPath, Decimal, Duration, Name, PortNumber, RepositoryPath, Size, Text, UrlPath, VariableName,
};
use crate::record;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Problem, ProblemKind, Shape, Table, Traced};

use super::documents::Document;
use super::form::PortKey;

record! {
    /// The components of the system.
    pub struct ImplementationArtifacts as "implementation artifacts" {
        /// The components.
        components: Vec<ComponentInput>, many;
    }
}

record! {
    /// One part of the system.
    pub struct ComponentInput as "component" {
        /// What it is called. No datastore may have the same name.
        name: Traced<Name>, required;
        /// What it is. A `library` is never deployed: it only brings evidence.
        kind: Traced<ComponentKind>, required;
        /// The language that it is written in.
        language: Traced<String>, optional;
        /// Where its source lies, from the repository's root.
        path: Traced<RepositoryPath>, optional;
        /// What it does, in a sentence.
        description: Traced<String>, optional;
        /// Who answers for it; by default the manifest's owner.
        owner: Owner, optional;
        /// The domain profile of this component; by default the manifest's.
        domain: Traced<Domain>, optional;
        /// How much it matters: availability defaults and the severity of alerts.
        tier: Traced<Tier>, default "standard";
        /// What it listens on.
        ports: Vec<PortInput>, many;
        /// How one asks whether it is well: services and workers.
        health: HealthInput, optional;
        /// The command, instead of the image's own.
        command: Vec<Traced<String>>, many;
        /// The arguments, instead of the image's own.
        args: Vec<Traced<String>>, many;
        /// Environment variables: text, or an attribute of a dependency.
        env: Table<VariableName, VariableInput>, many;
        /// Secrets, by name or with their place.
        secrets: Vec<SecretInput>, many;
        /// Volumes. Each is scratch space unless it is `persistent`.
        volumes: Vec<VolumeInput>, many;
        /// Configuration files that are put into the container.
        files: Vec<FileInput>, many;
        /// Steps that must end before the component starts, in order.
        init: Vec<InitInput>, many;
        /// What it needs: components, datastores and external services, by name or with more. A component that names
        /// itself lets its replicas reach each other.
        depends_on: Vec<DependencyInput>, many;
        /// What it tells about itself in numbers.
        metrics: MetricsInput, optional;
        /// What it tells about single requests.
        traces: TracesInput, optional;
        /// What it tells in words.
        logs: LogsInput, optional;
        /// How long it may take to finish what it began: grace period and deregistration delay. By default 30s, with the
        /// domain `protocol` 5m.
        drain: Traced<Duration>, optional;
        /// When it runs, as five cron fields: cronjobs.
        schedule: Traced<String>, optional;
        /// The time zone of the schedule.
        timezone: Traced<String>, default "UTC";
        /// What happens when a run is due while the last one still runs.
        concurrency: Traced<Concurrency>, default "forbid";
        /// After how long a run is ended: cronjobs and jobs.
        timeout: Traced<Duration>, default "1h";
        /// How often a failed run is tried again: cronjobs and jobs.
        retries: Traced<u32>, default "0";
        /// What starts it: jobs.
        trigger: Traced<Trigger>, default "manual";
        /// The number of the user that it runs as.
        run_as: Traced<u32>, default "10001";
        /// Whether it may write to the files of its image.
        writable_root: Traced<bool>, default "false";
    }
}

record! {
    /// One port of a component.
    pub struct PortInput as "port" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What the component listens on.
        port: Traced<PortNumber>, required;
        /// What others call it on; by default `port`, for a public `https` port 443, for public `mqtt` with TLS 8883.
        service_port: Traced<PortNumber>, optional;
        /// What is spoken.
        protocol: Traced<Protocol>, default "http";
        /// Whether it can be reached from outside, through a load balancer.
        public: Traced<bool>, default "false";
        /// Requests below this path come here; the longest one wins, and it is not stripped. By default `/`.
        path: Traced<UrlPath>, optional;
        /// A label below the environment's domain; by default the domain itself.
        host: Traced<Name>, optional;
        /// The load balancer: public ports of one edge share one.
        edge: Traced<Name>, default "main";
        /// Where TLS ends; by default `terminate` where the port is public.
        tls: Traced<Tls>, optional;
        /// How long a connection may be idle; by default the load balancer's own time, with the domain `protocol` 1h.
        idle_timeout: Traced<Duration>, optional;
    }
}

record! {
    /// How one asks whether a component is well.
    pub struct HealthInput as "health" {
        /// Whether it lives: it is started anew where not.
        liveness: ProbeInput, optional;
        /// Whether it can take requests.
        readiness: ProbeInput, optional;
        /// Whether it has started: the others wait for it.
        startup: ProbeInput, optional;
    }
}

record! {
    /// A probe: exactly one of `http`, `grpc`, `tcp` and `exec`. A bare path asks by HTTP on the first http port.
    pub struct ProbeInput as "probe" {
        /// The path of an HTTP request.
        http: Traced<UrlPath>, optional;
        /// The port of the HTTP request, by name or number; by default the first http port.
        port: Traced<PortKey>, optional;
        /// The port of a gRPC health check, by name or number.
        grpc: Traced<PortKey>, optional;
        /// The port of a TCP connection, by name or number.
        tcp: Traced<PortKey>, optional;
        /// A command in the container.
        exec: Vec<Traced<String>>, optional;
        /// How often it asks.
        period: Traced<Duration>, default "10s";
        /// How long it waits for an answer.
        timeout: Traced<Duration>, default "1s";
        /// After how many failures in a row it has failed.
        failures: Traced<u32>, default "3";
        /// How long it waits before it asks first.
        delay: Traced<Duration>, optional;
        /// Headers of the HTTP request.
        headers: Table<String, Traced<String>>, many;
    }
    shorthand http
}

record! {
    /// The attribute of a dependency that a variable is set from.
    pub struct FromInput as "variable source" {
        /// `NAME.ATTRIBUTE`. Attributes: `host`, `port`, `url`; databases also `database`, `user`, `password`; kafka
        /// `brokers`; queue `url`; topic `arn`; bucket `name`.
        from: Traced<String>, required;
    }
}

/// The value of a variable: a text, or the attribute of a dependency.
#[derive(Clone, Debug)]
pub enum VariableInput {
    /// A text.
    Text(Traced<Text>),
    /// `NAME.ATTRIBUTE`.
    From(Traced<String>),
}

impl Decode for VariableInput {
    fn shape() -> Shape {
        Shape::OneOf(vec![String::shape(), FromInput::shape()])
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        if decoder.scalar(node).is_some() {
            Traced::decode(decoder, node).map(VariableInput::Text)
        } else if decoder.tree().list(node).is_some() {
            let span = decoder.span(node);
            decoder.problem(
                Problem::new(ProblemKind::WrongType, span, "a variable can't hold a list", "expected text")
                    .help("write one text, or `{from: NAME.ATTRIBUTE}`"),
            );
            None
        } else {
            FromInput::decode(decoder, node).map(|input| VariableInput::From(input.from))
        }
    }
}

record! {
    /// A secret of a component.
    pub struct SecretInput as "secret" {
        /// The variable that holds it, or with `path` the name of its file.
        name: Traced<VariableName>, required;
        /// Its path in the secret store; by default `SYSTEM/ENVIRONMENT/COMPONENT/NAME`.
        from: Traced<String>, optional;
        /// Where it is mounted as a file, instead of a variable.
        path: Traced<ContainerPath>, optional;
    }
    shorthand name
}

record! {
    /// A volume of a component.
    pub struct VolumeInput as "volume" {
        /// What it is called.
        name: Traced<Name>, required;
        /// Where it is mounted.
        path: Traced<ContainerPath>, required;
        /// How much it holds. A persistent one needs it.
        size: Traced<Size>, optional;
        /// Whether it outlives the replica. The component then keeps identity and storage.
        persistent: Traced<bool>, default "false";
    }
}

record! {
    /// A configuration file: exactly one of `content` and `source`.
    pub struct FileInput as "configuration file" {
        /// Where it lies in the container.
        path: Traced<ContainerPath>, required;
        /// What stands in it.
        content: Traced<String>, optional;
        /// The file of the repository that it is read from, from the repository's root.
        source: Traced<RepositoryPath>, optional;
    }
}

record! {
    /// A step that must end before a component starts.
    pub struct InitInput as "init step" {
        /// What it is called.
        name: Traced<Name>, required;
        /// Its image; by default the component's own.
        image: Traced<String>, optional;
        /// The command.
        command: Vec<Traced<String>>, required;
    }
}

record! {
    /// Something that a component needs.
    pub struct DependencyInput as "dependency" {
        /// What is needed: a component, a datastore or an external service.
        name: Traced<Name>, required;
        /// Whether nothing works without it.
        critical: Traced<bool>, default "true";
        /// The port of the other component that is called; by default all of them.
        port: Traced<PortKey>, optional;
        /// What is done with it: for `queue`, `topic` and `kafka` it must be written, else `write`, which includes reading.
        access: Traced<Access>, optional;
        /// The kafka topic.
        topic: Traced<String>, optional;
        /// The kafka consumer group.
        group: Traced<String>, optional;
    }
    shorthand name
}

record! {
    /// The metrics of a component, in the text format of Prometheus.
    pub struct MetricsInput as "metrics" {
        /// The port that is asked, by name or number; by default the one that is called `metrics`, else the first http
        /// port.
        port: Traced<PortKey>, optional;
        /// The path that is asked.
        path: Traced<UrlPath>, default "/metrics";
        /// The counter of requests; by default the usual one of the protocol.
        requests: Traced<String>, optional;
        /// The label selector that picks failed requests, without braces: `code=~"5.."`. By default the usual one of the
        /// protocol.
        errors: Traced<String>, optional;
        /// The histogram of durations; by default the usual one of the protocol.
        duration: Traced<String>, optional;
        /// The edges of its buckets in seconds; by default those of the client libraries.
        buckets: Vec<Traced<Decimal>>, many;
        /// The form of the histogram.
        histogram: Traced<HistogramForm>, default "classic";
        /// Metrics of the component's own.
        custom: Vec<CustomMetricInput>, many;
    }
}

record! {
    /// A metric of a component's own.
    pub struct CustomMetricInput as "custom metric" {
        /// What it is called.
        name: Traced<String>, required;
        /// Its type.
        r#type: Traced<MetricType>, required;
        /// The labels of its series.
        labels: Vec<Traced<String>>, many;
        /// What it counts, in a sentence.
        help: Traced<String>, optional;
    }
}

record! {
    /// The traces of a component.
    pub struct TracesInput as "traces" {
        /// Whether it sends traces by OTLP.
        otlp: Traced<bool>, default "false";
    }
}

record! {
    /// The logs of a component.
    pub struct LogsInput as "logs" {
        /// The form of its lines.
        format: Traced<LogFormat>, default "json";
    }
}

impl Document for ImplementationArtifacts {
    fn join(&mut self, fragment: Self) {
        self.components.extend(fragment.components);
    }
}
