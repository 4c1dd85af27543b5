//! `infrastructure_templates`: the system, its platform and its components, the same in every environment.

use std::sync::Arc;

use crate::ir::Traced;
use crate::ir::choice::{
    Access, Cloud, ComponentKind, Concurrency, Domain, Framework, HistogramForm, IngressController, Installed,
    LogFormat, Protocol, Provisioner, RegistryAuth, RollbackTrigger, Runtime, Tier, Tls, Trigger,
};
use crate::ir::component::Component;
use crate::ir::value::{
    ContainerPath, CountOrPercent, Decimal, Duration, Name, Percent, PortNumber, Size, UrlPath, VariableName,
};
use crate::source::Apart;
use crate::{choice, plan_record};

choice! {
    /// How a component runs.
    pub enum WorkloadForm as "workload form" {
        Replicated = "replicated": "replicas that are alike",
        Stateful = "stateful": "replicas with an identity and storage of their own",
        Scheduled = "scheduled": "runs by a schedule",
        OnDeploy = "on-deploy": "runs to its end with each deployment",
        Manual = "manual": "runs to its end when a person starts it",
        Static = "static": "files behind a CDN",
    }
}
impl WorkloadForm {
    /// Whether it runs to its end, and is gone then.
    #[must_use]
    pub const fn runs_to_end(self) -> bool {
        matches!(self, WorkloadForm::Scheduled | WorkloadForm::OnDeploy | WorkloadForm::Manual)
    }

    /// How a component runs: by its kind.
    #[must_use]
    pub fn of(component: &Component) -> WorkloadForm {
        match component.kind.value {
            ComponentKind::Service | ComponentKind::Worker if component.is_stateful() => WorkloadForm::Stateful,
            ComponentKind::Service | ComponentKind::Worker => WorkloadForm::Replicated,
            ComponentKind::Cronjob => WorkloadForm::Scheduled,
            ComponentKind::Job if component.trigger.value == Trigger::Deploy => WorkloadForm::OnDeploy,
            ComponentKind::Job => WorkloadForm::Manual,
            // A library is not deployed, and so never asked about.
            ComponentKind::Website | ComponentKind::Library => WorkloadForm::Static,
        }
    }
}

choice! {
    /// What carries a protocol.
    pub enum Transport as "transport" { Tcp = "tcp": "TCP", Udp = "udp": "UDP" }
}
choice! {
    /// What stands at the other end of a connection.
    pub enum PeerKind as "peer kind" {
        Component = "component": "a component of the system",
        Datastore = "datastore": "a datastore in the environment's network",
        Endpoint = "endpoint": "a datastore behind the cloud's own endpoint",
        External = "external": "a service that somebody else runs",
    }
}
choice! {
    /// How a new version replaces the old one.
    pub enum StrategyKind as "strategy kind" {
        Rolling = "rolling": "replicas are replaced one after the other",
        Canary = "canary": "the new version takes over step by step",
        BlueGreen = "blue-green": "the new version beside the old one, then a switch",
    }
}
choice! {
    /// How a probe asks.
    pub enum ProbeKind as "probe kind" {
        Http = "http": "an HTTP request", Grpc = "grpc": "a gRPC health check",
        Tcp = "tcp": "a TCP connection", Exec = "exec": "a command in the container",
    }
}

plan_record! {
    /// What runs, the same in every environment.
    pub struct InfrastructureTemplates as "infrastructure templates" {
        /// The name of this deliverable: `infrastructure_templates`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// The system.
        system: SystemTemplate, required;
        /// What the cluster has.
        platform: PlatformTemplate, required;
        /// Where images are kept.
        registry: RegistryTemplate, optional;
        /// The components that run, in the order of the input.
        components: Vec<ComponentTemplate>, many;
    }

    /// The system as a whole.
    pub struct SystemTemplate as "system template" {
        /// What it is called; the prefix of every generated resource.
        name: Traced<Name>, required;
        /// In a sentence.
        description: Traced<String>, optional;
        /// Its domain.
        domain: Traced<Domain>, required;
        /// `github.com/OWNER/NAME`.
        repository: Traced<String>, optional;
        /// Who answers for it.
        owner: Arc<OwnerTemplate>, optional;
        /// The cloud.
        cloud: Traced<Cloud>, required;
        /// Where components run.
        runtime: Traced<Runtime>, required;
        /// Which infrastructure target the pipelines apply.
        provisioner: Traced<Provisioner>, required;
        /// The frameworks to comply with.
        compliance: Vec<Traced<Framework>>, many;
        /// The folder of the nine inputs, for headers.
        inputs: Traced<String>, required;
        /// How long log lines are kept.
        log_retention: Traced<Duration>, required;
        /// How long audit records are kept.
        audit_retention: Traced<Duration>, required;
        /// What may be spent a month, in US dollars.
        monthly_usd: Traced<Decimal>, optional;
    }

    /// Who answers for something.
    pub struct OwnerTemplate as "owner template" {
        /// The team.
        team: Traced<String>, required;
        /// How to reach it.
        contact: Traced<String>, optional;
        /// The service that pages it: `pagerduty`, `opsgenie`, `slack` or `email`.
        oncall_service: Traced<String>, optional;
        /// The name that the service knows.
        oncall_target: Traced<String>, optional;
    }

    /// What the cluster has.
    pub struct PlatformTemplate as "platform template" {
        /// What makes load balancers.
        ingress: Traced<IngressController>, required;
        /// Who installs what rolls canaries and blue-green versions out.
        rollouts: Traced<Installed>, required;
        /// Who installs what scales by events.
        keda: Traced<Installed>, required;
        /// Who installs what brings secrets into the cluster.
        external_secrets: Traced<Installed>, required;
        /// The address of the Prometheus that analyses ask.
        prometheus_url: Traced<String>, required;
        /// Whether that Prometheus is installed with the platform.
        prometheus_managed: Traced<bool>, required;
        /// The address of an Alertmanager that exists.
        alertmanager_url: Traced<String>, optional;
        /// The address of a Grafana that exists.
        grafana_url: Traced<String>, optional;
    }

    /// Where images are kept.
    pub struct RegistryTemplate as "registry template" {
        /// Its address without a scheme.
        url: Traced<String>, required;
        /// How it is signed in to.
        auth: Traced<RegistryAuth>, optional;
    }

    /// One component that runs.
    pub struct ComponentTemplate as "component template" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What it is.
        kind: Traced<ComponentKind>, required;
        /// How it runs.
        form: Traced<WorkloadForm>, required;
        /// How much it matters.
        tier: Traced<Tier>, required;
        /// The profile that set its defaults.
        domain: Traced<Domain>, required;
        /// In a sentence.
        description: Traced<String>, optional;
        /// The language that it is written in.
        language: Traced<String>, optional;
        /// Who answers for it.
        owner: Arc<OwnerTemplate>, optional;
        /// Its ports.
        ports: Vec<PortTemplate>, many;
        /// Whether it lives.
        liveness: ProbeTemplate, optional;
        /// Whether it can take requests.
        readiness: ProbeTemplate, optional;
        /// Whether it has started.
        startup: Apart<ProbeTemplate>, optional;
        /// The command; none: the image's own.
        command: Vec<Traced<String>>, many;
        /// The arguments; none: the image's own.
        arguments: Vec<Traced<String>>, many;
        /// Volumes.
        volumes: Vec<VolumeTemplate>, many;
        /// Configuration files.
        files: Vec<FileTemplate>, many;
        /// Steps that must end before it starts.
        init: Vec<InitTemplate>, many;
        /// Whom it calls.
        calls: Vec<PeerTemplate>, many;
        /// Who calls it.
        called_by: Vec<CallerTemplate>, many;
        /// Where its metrics are asked for.
        metrics: MetricsTemplate, optional;
        /// Whether it sends traces by OTLP.
        otlp: Traced<bool>, required;
        /// The form of its log lines.
        log_format: Traced<LogFormat>, required;
        /// How long it may take to finish what it began.
        drain: Traced<Duration>, required;
        /// How long it still takes requests after it was told to stop, until all callers know.
        linger: Traced<Duration>, required;
        /// When it runs.
        schedule: Apart<ScheduleTemplate>, optional;
        /// The user that it runs as.
        run_as: Traced<u32>, required;
        /// Whether it may write to its image's files.
        writable_root: Traced<bool>, required;
        /// How a new version replaces the old one.
        strategy: StrategyTemplate, optional;
        /// When a new version is taken back.
        rollback: RollbackTemplate, optional;
        /// Jobs that change stored data before a new version runs, in order.
        migrations: Vec<MigrationTemplate>, many;
    }

    /// One port.
    pub struct PortTemplate as "port template" {
        /// What it is called.
        name: Traced<Name>, required;
        /// What the component listens on.
        port: Traced<PortNumber>, required;
        /// What others call it on.
        service_port: Traced<PortNumber>, required;
        /// What is spoken.
        protocol: Traced<Protocol>, required;
        /// What carries it.
        transport: Traced<Transport>, required;
        /// How it is reached from outside; none: it is not.
        public: PublicPortTemplate, optional;
    }

    /// How a port is reached from outside.
    pub struct PublicPortTemplate as "public port template" {
        /// The load balancer.
        edge: Traced<Name>, required;
        /// Whether the load balancer routes by host and path.
        routed: Traced<bool>, required;
        /// The label below the environment's domain; none: the domain itself.
        host: Traced<Name>, optional;
        /// The path prefix.
        prefix: Traced<UrlPath>, required;
        /// Where TLS ends.
        tls: Traced<Tls>, required;
        /// How long a connection may be idle.
        idle_timeout: Traced<Duration>, optional;
    }

    /// One probe.
    pub struct ProbeTemplate as "probe template" {
        /// How it asks.
        kind: Traced<ProbeKind>, required;
        /// The port's number.
        port: Traced<PortNumber>, optional;
        /// The port's name, where the user gave the name.
        port_name: Traced<Name>, optional;
        /// The path of an HTTP request.
        url_path: Traced<UrlPath>, optional;
        /// Whether by TLS.
        tls: Traced<bool>, default "false";
        /// The command.
        command: Vec<Traced<String>>, many;
        /// Headers of an HTTP request.
        headers: Vec<HeaderTemplate>, many;
        /// How often.
        period: Traced<Duration>, required;
        /// How long it waits for an answer.
        timeout: Traced<Duration>, required;
        /// After how many failures it has failed.
        failures: Traced<u32>, required;
        /// How long it waits before the first.
        delay: Traced<Duration>, optional;
    }

    /// One header of an HTTP request.
    pub struct HeaderTemplate as "header template" {
        /// Its name.
        name: Traced<String>, required;
        /// Its value.
        value: Traced<String>, required;
    }

    /// One volume.
    pub struct VolumeTemplate as "volume template" {
        /// What it is called.
        name: Traced<Name>, required;
        /// Where it is mounted.
        mount: Traced<ContainerPath>, required;
        /// How much it holds.
        size: Traced<Size>, required;
        /// Whether it outlives the replica.
        persistent: Traced<bool>, required;
    }

    /// One configuration file.
    pub struct FileTemplate as "file template" {
        /// Where it lies in the container.
        mount: Traced<ContainerPath>, required;
        /// What stands in it.
        content: Traced<String>, required;
    }

    /// One step before the start.
    pub struct InitTemplate as "init step template" {
        /// What it is called.
        name: Traced<Name>, required;
        /// Its image; none: the component's own.
        image: Traced<String>, optional;
        /// The command.
        command: Vec<Traced<String>>, many;
    }

    /// Whom a component calls.
    pub struct PeerTemplate as "peer template" {
        /// The name of the component, datastore or external service.
        name: Traced<Name>, required;
        /// What it is.
        kind: Traced<PeerKind>, required;
        /// Whether nothing works without it.
        critical: Traced<bool>, required;
        /// What is done with it.
        access: Traced<Access>, required;
        /// The ports that are called: what a component listens on, or its kind's port of a datastore. None for an external
        /// service, whose port is the environment's to say.
        ports: Vec<PeerPortTemplate>, many;
        /// The kafka topic.
        topic: Traced<String>, optional;
        /// The kafka consumer group.
        group: Traced<String>, optional;
    }

    /// A port of a peer.
    pub struct PeerPortTemplate as "peer port template" {
        /// What the peer listens on.
        port: Traced<PortNumber>, required;
        /// What carries it.
        transport: Traced<Transport>, required;
    }

    /// Who calls a component.
    pub struct CallerTemplate as "caller template" {
        /// The calling component.
        name: Traced<Name>, required;
        /// The ports that it calls: what the component listens on.
        ports: Vec<PeerPortTemplate>, many;
    }

    /// Where metrics are asked for.
    pub struct MetricsTemplate as "metrics template" {
        /// The port's name.
        port_name: Traced<Name>, required;
        /// The port's number.
        port: Traced<PortNumber>, required;
        /// The path.
        url_path: Traced<UrlPath>, required;
        /// The form of its histograms.
        histogram: Traced<HistogramForm>, required;
    }

    /// When a component runs.
    pub struct ScheduleTemplate as "schedule template" {
        /// Cron text; none for a job.
        cron: Traced<String>, optional;
        /// The time zone of the text.
        timezone: Traced<String>, required;
        /// What happens when the last run is still going.
        concurrency: Traced<Concurrency>, required;
        /// After how long a run is ended.
        timeout: Traced<Duration>, required;
        /// How often a failed run is tried again.
        retries: Traced<u32>, required;
        /// What starts a job.
        trigger: Traced<Trigger>, required;
    }

    /// How a new version replaces the old one.
    pub struct StrategyTemplate as "strategy template" {
        /// How.
        kind: Traced<StrategyKind>, required;
        /// Rolling: replicas above the number wanted.
        max_surge: Traced<CountOrPercent>, optional;
        /// Rolling: replicas below the number wanted.
        max_unavailable: Traced<CountOrPercent>, optional;
        /// Canary: the steps.
        steps: Vec<CanaryStepTemplate>, many;
        /// What the new version is judged by.
        analysis: AnalysisTemplate, optional;
        /// Blue-green: the suite that must pass before the switch.
        verify: Traced<Name>, optional;
        /// Blue-green: how long the old version stays after the switch.
        bake: Traced<Duration>, optional;
        /// The port whose requests are shifted; none: replicas are.
        router_port: Traced<Name>, optional;
    }

    /// One step of a canary.
    pub struct CanaryStepTemplate as "canary step template" {
        /// Share of requests that the new version takes, in percent.
        weight: Traced<Percent>, required;
        /// How long it stays so.
        pause: Traced<Duration>, optional;
    }

    /// What a new version is judged by.
    pub struct AnalysisTemplate as "analysis plan" {
        /// How often.
        interval: Traced<Duration>, required;
        /// What is measured.
        measures: Vec<MeasureTemplate>, many;
    }

    /// One measure of an analysis.
    pub struct MeasureTemplate as "analysis measure" {
        /// What it is called.
        name: Traced<Name>, required;
        /// PromQL over the component's own series, with `$window` for the range and `$selector` for the labels that name
        /// the environment and the new version.
        query: Traced<String>, required;
        /// The highest value that passes.
        at_most: Traced<Decimal>, required;
        /// How many failures take the version back.
        failure_limit: Traced<u32>, required;
    }

    /// When a new version is taken back.
    pub struct RollbackTemplate as "rollback template" {
        /// Whether nobody is asked.
        automatic: Traced<bool>, required;
        /// What starts it.
        triggers: Vec<Traced<RollbackTrigger>>, many;
        /// How long after a deployment it is watched.
        window: Traced<Duration>, optional;
    }

    /// A job that changes stored data before a new version runs.
    pub struct MigrationTemplate as "migration template" {
        /// The refactoring that brings it.
        refactoring: Traced<String>, required;
        /// A name for the job, unique in the system.
        name: Traced<Name>, required;
        /// In a sentence.
        summary: Traced<String>, required;
        /// The command, run by a shell in the component's image.
        run: Traced<String>, required;
        /// Whether it can be taken back.
        reversible: Traced<bool>, required;
        /// Whether the old version can go on meanwhile.
        online: Traced<bool>, required;
    }
}

/// The variable that an attribute of a dependency sets: `orders-db` and `URL` give `ORDERS_DB_URL`.
#[must_use]
pub fn dependency_variable(dependency: &str, attribute: &str) -> VariableName {
    let text: String = format!("{dependency}_{attribute}")
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' })
        .collect();
    // A name may begin with a digit, a variable may not.
    let text = if text.starts_with(|first: char| first.is_ascii_digit()) { format!("_{text}") } else { text };
    VariableName::made(&text)
}
