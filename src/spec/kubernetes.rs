//! The facts about Kubernetes and its controllers that manifests are printed with, looked up once.

use super::{Fact, SpecFile};
use crate::ir::value::Size;
use crate::source::{Origin, Scalar, Traced};

/// Everything that the Kubernetes target reads of its spec.
#[derive(Debug)]
pub struct KubernetesSpec {
    api_versions: Vec<Traced<String>>,
    /// Name limits.
    pub limits: NameLimits,
    /// The Pod Security level of a system's namespaces.
    pub pod_security: PodSecurity,
    /// Capabilities that every container drops.
    pub drop_capabilities: Vec<Traced<String>>,
    /// The load balancer of Ingresses.
    pub alb: Alb,
    /// Labels of a namespace by which a pod is ready once the load balancer sends it requests.
    pub readiness_gate: Vec<(Traced<String>, Traced<String>)>,
    /// The load balancer of Services.
    pub nlb: Nlb,
    /// The annotation by which a Service gets its host.
    pub hostname_annotation: Traced<String>,
    /// The nginx ingress controller.
    pub nginx: Nginx,
    /// Progressive delivery.
    pub rollouts: Rollouts,
    /// Secrets from the cloud's store.
    pub external_secrets: ExternalSecrets,
    /// Scaling by events.
    pub keda: Keda,
    /// Addresses and labels that network policies name.
    pub network: Network,
    /// The class of persistent volumes.
    pub storage_class: StorageClass,
    /// Parameters of the storage class.
    pub storage_parameters: Vec<(Traced<String>, Traced<String>)>,
    /// What is written where the plan says nothing.
    pub defaults: Defaults,
    /// What a container may write outside of its volumes.
    pub ephemeral: Ephemeral,
    /// Over what replicas are spread.
    pub topology_spread: Vec<SpreadFacts>,
    /// How fast scaling goes up and down.
    pub scale_up: ScalingFacts,
    /// How fast scaling goes down.
    pub scale_down: ScalingFacts,
    /// Priorities by tier.
    pub priorities: Vec<PriorityFacts>,
    /// Charts that can be installed.
    pub charts: Vec<Chart>,
    parts: Vec<(String, Vec<String>)>,
}

/// A fact that has to be there: a stand-in and a T002 where it is not.
fn fact<T: Scalar + Default>(spec: &mut SpecFile<'_>, path: &str) -> Traced<T> {
    let keys: Vec<&str> = path.split('.').collect();
    spec.scalar(&keys)
}

macro_rules! facts {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $type:ident at $base:literal {
            $($(#[doc = $field_doc:literal])* $field:ident : $kind:ty = $path:literal;)*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $type {
            $($(#[doc = $field_doc])* pub $field: Traced<$kind>,)*
        }

        impl $type {
            fn read(spec: &mut SpecFile<'_>) -> Self {
                $type { $($field: fact(spec, concat!($base, ".", $path)),)* }
            }
        }
    )*};
}

macro_rules! kinds {
    ($($kind:ident),* $(,)?) => {
        /// A kind of object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum Kind { $($kind),* }

        impl Kind {
            /// All kinds, in the order of the declaration.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// The name of the kind.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$kind => stringify!($kind)),* }
            }
        }
    };
}

kinds!(
    Namespace,
    ServiceAccount,
    ConfigMap,
    Service,
    ResourceQuota,
    LimitRange,
    Deployment,
    StatefulSet,
    CronJob,
    Job,
    HorizontalPodAutoscaler,
    PodDisruptionBudget,
    NetworkPolicy,
    Ingress,
    PriorityClass,
    StorageClass,
    ServiceMonitor,
    PodMonitor,
    PrometheusRule,
    ExternalSecret,
    SecretStore,
    Rollout,
    AnalysisTemplate,
    ScaledObject,
    TriggerAuthentication,
    Kustomization,
);

facts! {
    /// How many characters a name may have.
    pub struct NameLimits at "name_limits" {
        /// An object's.
        object: u32 = "object.max";
        /// A Service's.
        service: u32 = "service.max";
        /// A Deployment's or Rollout's.
        workload: u32 = "workload.max";
        /// A StatefulSet's.
        stateful_set: u32 = "statefulset.max";
        /// A CronJob's.
        cron_job: u32 = "cronjob.max";
        /// A Job's.
        job: u32 = "job.max";
        /// A container port's.
        port: u32 = "port.max";
        /// A volume's.
        volume: u32 = "volume.max";
        /// A label's value.
        label_value: u32 = "label_value.max";
        /// All of a ConfigMap's data, in bytes.
        config_map_bytes: u32 = "configmap.max_bytes";
    }

    /// The Pod Security level and how a namespace states it.
    pub struct PodSecurity at "pod_security" {
        /// The level.
        level: String = "level";
        /// The level that is enforced where a component runs as root.
        level_with_root: String = "level_with_root";
        /// The version of the level.
        version: String = "version";
        /// Label: refused.
        enforce: String = "labels.enforce";
        /// Label: the version that is refused by.
        enforce_version: String = "labels.enforce_version";
        /// Label: warned of.
        warn: String = "labels.warn";
        /// Label: the version that is warned by.
        warn_version: String = "labels.warn_version";
        /// Label: recorded.
        audit: String = "labels.audit";
        /// Label: the version that is recorded by.
        audit_version: String = "labels.audit_version";
        /// The seccomp profile.
        seccomp_profile: String = "seccomp_profile";
        /// Whether a process may gain privileges.
        allow_privilege_escalation: bool = "allow_privilege_escalation";
        /// Whether root is refused.
        run_as_non_root: bool = "run_as_non_root";
    }

    /// The application load balancer: annotations of an Ingress, attributes and their values.
    pub struct Alb at "ingress.alb" {
        /// The ingress class.
        class: String = "class";
        /// Annotation: the balancer that Ingresses share.
        group_name: String = "annotations.group_name.name";
        /// How long the shared name may be.
        group_name_max: u32 = "annotations.group_name.max";
        /// Annotation: when the rules of an Ingress are tried.
        group_order: String = "annotations.group_order.name";
        /// The first.
        group_order_min: u32 = "annotations.group_order.min";
        /// The last.
        group_order_max: u32 = "annotations.group_order.max_value";
        /// Annotation: the balancer's name.
        load_balancer_name: String = "annotations.load_balancer_name.name";
        /// How long the balancer's name may be.
        load_balancer_name_max: u32 = "annotations.load_balancer_name.max";
        /// Annotation: whether it stands in the public network.
        scheme: String = "annotations.scheme.name";
        /// Annotation: how it reaches pods.
        target_type: String = "annotations.target_type.name";
        /// Annotation: what it listens on.
        listen_ports: String = "annotations.listen_ports.name";
        /// Annotation: the port that plain requests are sent to.
        ssl_redirect: String = "annotations.ssl_redirect.name";
        /// Annotation: the TLS policy.
        ssl_policy: String = "annotations.ssl_policy.name";
        /// Annotation: attributes of the balancer.
        load_balancer_attributes: String = "annotations.load_balancer_attributes.name";
        /// Annotation: attributes of the target group.
        target_group_attributes: String = "annotations.target_group_attributes.name";
        /// Annotation: the protocol to the pods.
        backend_protocol: String = "annotations.backend_protocol.name";
        /// Annotation: the version of the protocol to the pods.
        backend_protocol_version: String = "annotations.backend_protocol_version.name";
        /// Annotation: the port that is asked for health.
        healthcheck_port: String = "annotations.healthcheck_port.name";
        /// Annotation: the protocol that health is asked by.
        healthcheck_protocol: String = "annotations.healthcheck_protocol.name";
        /// Annotation: the path that is asked for health.
        healthcheck_path: String = "annotations.healthcheck_path.name";
        /// Annotation: how often health is asked for.
        healthcheck_interval: String = "annotations.healthcheck_interval_seconds.name";
        /// Annotation: how long an answer may take.
        healthcheck_timeout: String = "annotations.healthcheck_timeout_seconds.name";
        /// Annotation: answers until a target is healthy.
        healthy_threshold: String = "annotations.healthy_threshold_count.name";
        /// Annotation: failures until a target is unhealthy.
        unhealthy_threshold: String = "annotations.unhealthy_threshold_count.name";
        /// Annotation: the codes of a healthy answer.
        success_codes: String = "annotations.success_codes.name";
        /// The port name of a backend that an annotation defines.
        use_annotation: String = "use_annotation_port_name";
        /// Balancer attribute: whether it can be deleted.
        deletion_protection: String = "load_balancer_attributes.deletion_protection";
        /// Balancer attribute: whether malformed headers are dropped.
        drop_invalid_headers: String = "load_balancer_attributes.drop_invalid_headers";
        /// Balancer attribute: what is done about requests that two parsers read differently.
        desync_mitigation: String = "load_balancer_attributes.desync_mitigation";
        /// Balancer attribute: how long a connection may be idle.
        idle_timeout: String = "load_balancer_attributes.idle_timeout_seconds";
        /// Target group attribute: how long a leaving target keeps its requests.
        deregistration_delay: String = "target_group_attributes.deregistration_delay_seconds.name";
        /// The longest such time.
        deregistration_delay_max: u32 = "target_group_attributes.deregistration_delay_seconds.max_value";
        /// Value: how pods are reached.
        target_type_value: String = "defaults.target_type";
        /// Value: what is listened on.
        listen_ports_value: String = "defaults.listen_ports";
        /// Value: where plain requests are sent to.
        ssl_redirect_value: String = "defaults.ssl_redirect";
        /// Value: the TLS policy.
        ssl_policy_value: String = "defaults.ssl_policy";
        /// Value: seconds between health checks.
        healthcheck_interval_value: String = "defaults.healthcheck_interval_seconds";
        /// Value: seconds that a health check may take.
        healthcheck_timeout_value: String = "defaults.healthcheck_timeout_seconds";
        /// Value: answers until healthy.
        healthy_threshold_value: String = "defaults.healthy_threshold_count";
        /// Value: failures until unhealthy.
        unhealthy_threshold_value: String = "defaults.unhealthy_threshold_count";
        /// Value: healthy codes of HTTP.
        success_codes_http: String = "defaults.success_codes_http";
        /// Value: healthy codes of gRPC.
        success_codes_grpc: String = "defaults.success_codes_grpc";
        /// Value: seconds that a connection may be idle.
        idle_timeout_value: u32 = "defaults.idle_timeout_seconds";
        /// Value: whether malformed headers are dropped.
        drop_invalid_headers_value: bool = "defaults.drop_invalid_headers";
        /// Value: what is done about ambiguous requests.
        desync_mitigation_value: String = "defaults.desync_mitigation";
    }

    /// The network load balancer: annotations of a Service, attributes and their values.
    pub struct Nlb at "ingress.nlb" {
        /// The load balancer class.
        class: String = "load_balancer_class";
        /// The Service's type.
        service_type: String = "service_type";
        /// Annotation: how it reaches pods.
        target_type: String = "annotations.target_type.name";
        /// Annotation: the balancer's name.
        load_balancer_name: String = "annotations.load_balancer_name.name";
        /// How long the balancer's name may be.
        load_balancer_name_max: u32 = "annotations.load_balancer_name.max";
        /// Annotation: whether it stands in the public network.
        scheme: String = "annotations.scheme.name";
        /// Annotation: the certificate.
        ssl_cert: String = "annotations.ssl_cert.name";
        /// Annotation: the ports with TLS.
        ssl_ports: String = "annotations.ssl_ports.name";
        /// Annotation: the TLS policy.
        ssl_policy: String = "annotations.ssl_policy.name";
        /// Annotation: the protocol to the pods.
        backend_protocol: String = "annotations.backend_protocol.name";
        /// Annotation: the port that is asked for health.
        healthcheck_port: String = "annotations.healthcheck_port.name";
        /// Annotation: the protocol that health is asked by.
        healthcheck_protocol: String = "annotations.healthcheck_protocol.name";
        /// Annotation: the path that is asked for health.
        healthcheck_path: String = "annotations.healthcheck_path.name";
        /// Annotation: how often health is asked for.
        healthcheck_interval: String = "annotations.healthcheck_interval.name";
        /// Annotation: how long an answer may take.
        healthcheck_timeout: String = "annotations.healthcheck_timeout.name";
        /// Annotation: answers until a target is healthy.
        healthy_threshold: String = "annotations.healthy_threshold.name";
        /// Annotation: failures until a target is unhealthy.
        unhealthy_threshold: String = "annotations.unhealthy_threshold.name";
        /// Annotation: attributes of the target group.
        target_group_attributes: String = "annotations.target_group_attributes.name";
        /// Annotation: attributes of the balancer.
        load_balancer_attributes: String = "annotations.load_balancer_attributes.name";
        /// Balancer attribute: whether it can be deleted.
        deletion_protection: String = "load_balancer_attributes.deletion_protection";
        /// Balancer attribute: whether it crosses zones.
        cross_zone: String = "load_balancer_attributes.cross_zone";
        /// Annotation: attributes of a listener, before its protocol and port.
        listener_attributes: String = "annotations.listener_attributes.name";
        /// Listener attribute: how long a connection over TCP may be idle.
        tcp_idle_timeout: String = "listener_attributes.tcp_idle_timeout_seconds.name";
        /// The shortest such time.
        tcp_idle_timeout_min: u32 = "listener_attributes.tcp_idle_timeout_seconds.min";
        /// The longest such time.
        tcp_idle_timeout_max: u32 = "listener_attributes.tcp_idle_timeout_seconds.max_value";
        /// Target group attribute: how long a leaving target keeps its connections.
        deregistration_delay: String = "target_group_attributes.deregistration_delay_seconds.name";
        /// The longest such time.
        deregistration_delay_max: u32 = "target_group_attributes.deregistration_delay_seconds.max_value";
        /// Value: how pods are reached.
        target_type_value: String = "defaults.target_type";
        /// Value: the TLS policy.
        ssl_policy_value: String = "defaults.ssl_policy";
        /// Value: the protocol to the pods.
        backend_protocol_value: String = "defaults.backend_protocol";
        /// Value: seconds between health checks.
        healthcheck_interval_value: String = "defaults.healthcheck_interval";
        /// Value: seconds that a health check may take.
        healthcheck_timeout_value: String = "defaults.healthcheck_timeout";
        /// Value: answers until healthy.
        healthy_threshold_value: String = "defaults.healthy_threshold";
        /// Value: failures until unhealthy.
        unhealthy_threshold_value: String = "defaults.unhealthy_threshold";
        /// Value: whether it crosses zones.
        cross_zone_value: bool = "defaults.cross_zone";
    }

    /// The nginx ingress controller.
    pub struct Nginx at "ingress.nginx" {
        /// The ingress class.
        class: String = "class";
        /// Annotation: plain requests are sent to TLS.
        ssl_redirect: String = "annotations.ssl_redirect.name";
        /// Annotation: the protocol to the pods.
        backend_protocol: String = "annotations.backend_protocol.name";
    }

    /// Field names of Argo Rollouts.
    pub struct Rollouts at "argo_rollouts" {
        /// The field that names the Ingress.
        ingress: String = "traffic_routing_alb.ingress.field";
        /// The field that names the Service whose action is written.
        root_service: String = "traffic_routing_alb.root_service.field";
        /// The field that names the Service's port.
        service_port: String = "traffic_routing_alb.service_port.field";
    }

    /// External Secrets with AWS Secrets Manager.
    pub struct ExternalSecrets at "external_secrets" {
        /// The name of the store.
        store: String = "store.name";
        /// The service that keeps secrets.
        service: String = "provider.service.value";
        /// How often secrets are read again.
        refresh_interval: String = "refresh_interval";
        /// Who owns the Secret.
        creation_policy: String = "defaults.creation_policy";
        /// What happens when a secret goes.
        deletion_policy: String = "defaults.deletion_policy";
        /// When secrets are read again.
        refresh_policy: String = "defaults.refresh_policy";
    }

    /// KEDA's scalers.
    pub struct Keda at "keda" {
        /// The scaler of queues.
        sqs: String = "scalers.aws_sqs.type";
        /// The queue's address.
        sqs_queue_url: String = "scalers.aws_sqs.metadata.queue_url.field";
        /// The queue's region.
        sqs_region: String = "scalers.aws_sqs.metadata.region.field";
        /// Messages a replica.
        sqs_target: String = "scalers.aws_sqs.metadata.target.field";
        /// The scaler of kafka lag.
        kafka: String = "scalers.kafka.type";
        /// The brokers.
        kafka_servers: String = "scalers.kafka.metadata.bootstrap_servers.field";
        /// The consumer group.
        kafka_group: String = "scalers.kafka.metadata.consumer_group.field";
        /// The topic.
        kafka_topic: String = "scalers.kafka.metadata.topic.field";
        /// Messages behind, a replica.
        kafka_target: String = "scalers.kafka.metadata.target.field";
        /// How the brokers are signed in to.
        kafka_sasl: String = "scalers.kafka.metadata.sasl.field";
        /// The value for roles of the cloud.
        kafka_sasl_value: String = "scalers.kafka.msk_iam.sasl";
        /// Where the token comes from.
        kafka_token_provider: String = "scalers.kafka.metadata.sasl_token_provider.field";
        /// The value for roles of the cloud.
        kafka_token_provider_value: String = "scalers.kafka.msk_iam.saslTokenProvider";
        /// Whether by TLS.
        kafka_tls: String = "scalers.kafka.metadata.tls.field";
        /// The value for roles of the cloud.
        kafka_tls_value: String = "scalers.kafka.msk_iam.tls";
        /// The brokers' region.
        kafka_region: String = "scalers.kafka.metadata.region.field";
        /// The scaler of a monitoring system's answers.
        prometheus: String = "scalers.prometheus.type";
        /// The monitoring system's address.
        prometheus_server: String = "scalers.prometheus.metadata.server.field";
        /// What it is asked.
        prometheus_query: String = "scalers.prometheus.metadata.query.field";
        /// The value a replica.
        prometheus_target: String = "scalers.prometheus.metadata.target.field";
        /// What an empty answer means.
        prometheus_ignore_null: String = "scalers.prometheus.metadata.ignore_null_values.field";
        /// The value of it.
        prometheus_ignore_null_value: String = "defaults.ignore_null_values";
        /// The provider of identities.
        identity_provider: String = "trigger_authentication.pod_identity.provider.value";
        /// Seconds between measurements.
        polling_interval: u32 = "defaults.polling_interval";
        /// Failed measurements until the fallback holds.
        fallback_threshold: u32 = "defaults.fallback.failure_threshold";
        /// What the fallback does.
        fallback_behavior: String = "defaults.fallback.behavior";
    }

    /// The class of persistent volumes.
    pub struct StorageClass at "storage_class" {
        /// Its name.
        name: String = "name";
        /// Who makes the volumes.
        provisioner: String = "provisioner";
        /// When a volume is made.
        binding_mode: String = "volume_binding_mode";
        /// What happens to a volume that is given back.
        reclaim_policy: String = "reclaim_policy";
        /// Whether a volume can grow.
        allow_expansion: bool = "allow_volume_expansion";
        /// How a volume is mounted.
        access_mode: String = "access_mode";
    }

    /// What is written where the plan says nothing.
    pub struct Defaults at "defaults" {
        /// Whether pods that are not ready may be evicted.
        eviction_policy: String = "pod_disruption_budget.unhealthy_pod_eviction_policy";
        /// How many old versions are kept.
        revision_history: u32 = "deployment.revision_history_limit";
        /// Seconds until a rollout that does not go on has failed.
        progress_deadline: u32 = "deployment.progress_deadline_seconds";
        /// Seconds that a replica must be ready before it counts.
        min_ready: u32 = "deployment.min_ready_seconds";
        /// How many old versions of a StatefulSet are kept.
        stateful_history: u32 = "statefulset.revision_history_limit";
        /// The order in which stateful replicas start.
        pod_management: String = "statefulset.pod_management_policy";
        /// What happens to storage when the StatefulSet goes.
        claims_when_deleted: String = "statefulset.retain_claims_when_deleted";
        /// What happens to storage when there are fewer replicas.
        claims_when_scaled: String = "statefulset.retain_claims_when_scaled";
        /// Seconds that a finished job is kept.
        job_ttl: u32 = "job.ttl_seconds_after_finished";
        /// Seconds that a finished migration is kept.
        migration_ttl: u32 = "migration_job.ttl_seconds_after_finished";
        /// How often a failed migration is tried again.
        migration_backoff: u32 = "migration_job.backoff_limit";
        /// Seconds that a migration may take.
        migration_deadline: u32 = "migration_job.active_deadline_seconds";
        /// Seconds that a run may start late.
        starting_deadline: u32 = "cronjob.starting_deadline_seconds";
        /// How many successful runs are kept.
        successful_history: u32 = "cronjob.successful_jobs_history_limit";
        /// How many failed runs are kept.
        failed_history: u32 = "cronjob.failed_jobs_history_limit";
        /// Seconds that a finished run is kept.
        cron_job_ttl: u32 = "cronjob.ttl_seconds_after_finished";
        /// Where programs write temporary files.
        tmp_path: String = "tmp_volume.path";
        /// When volumes are given to the group.
        fs_group_change: String = "fs_group_change_policy";
        /// How callers of a Service find replicas of their own zone.
        near_traffic_distribution: String = "near_traffic_distribution";
        /// When an image by digest is pulled.
        image_pull_policy: String = "image_pull_policy";
        /// Whether every Service becomes a variable.
        service_links: bool = "enable_service_links";
        /// Whether pods may call the cluster's API.
        mount_token: bool = "automount_service_account_token";
        /// CPU of a container that asks for none.
        request_cpu: String = "limit_range.default_request.cpu";
        /// Memory of a container that asks for none.
        request_memory: String = "limit_range.default_request.memory";
        /// Memory at most of a container that states none.
        limit_memory: String = "limit_range.default_limit.memory";
    }
}

/// What a container may write outside of its volumes.
#[derive(Debug)]
pub struct Ephemeral {
    /// What it asks for.
    pub request: Traced<Size>,
    /// What it may use at most.
    pub limit: Traced<Size>,
    /// The size of the volume for temporary files.
    pub tmp: Traced<Size>,
}

/// Over what replicas are spread.
#[derive(Debug)]
pub struct SpreadFacts {
    /// The node label.
    pub key: Traced<String>,
    /// How uneven it may be.
    pub max_skew: Traced<u32>,
    /// What happens when it can't be had.
    pub when_unsatisfiable: Traced<String>,
}

/// How fast scaling goes in one direction.
#[derive(Debug)]
pub struct ScalingFacts {
    /// Seconds that it looks back.
    pub stabilization: Traced<u32>,
    /// Which policy counts.
    pub select: Traced<String>,
    /// The policies: type, value, seconds.
    pub policies: Vec<(Traced<String>, Traced<u32>, Traced<u32>)>,
}

/// The priority of a tier.
#[derive(Debug)]
pub struct PriorityFacts {
    /// The tier.
    pub tier: String,
    /// The end of its name.
    pub suffix: Traced<String>,
    /// Its value.
    pub value: Traced<u32>,
    /// Whether it may push others out.
    pub preemption: Traced<String>,
}

/// Addresses and labels that network policies name.
#[derive(Debug)]
pub struct Network {
    /// The namespace of DNS.
    pub dns: NamespacePeer,
    /// Ports of DNS: number and protocol.
    pub dns_ports: Vec<(Traced<u32>, Traced<String>)>,
    /// The agent that hands out identities.
    pub identity_agent: Vec<Traced<String>>,
    /// Its ports.
    pub identity_ports: Vec<(Traced<u32>, Traced<String>)>,
    /// Every address.
    pub everything: Vec<Traced<String>>,
    /// Addresses that nobody outside has.
    pub private: Vec<Traced<String>>,
    /// Who scrapes.
    pub monitoring: NamespacePeer,
}

/// Pods of a namespace, by labels.
#[derive(Debug)]
pub struct NamespacePeer {
    /// Labels of the namespace.
    pub namespace: Vec<(Traced<String>, Traced<String>)>,
    /// Labels of the pods.
    pub pods: Vec<(Traced<String>, Traced<String>)>,
}

/// A chart that can be installed.
#[derive(Debug)]
pub struct Chart {
    /// What the spec calls it.
    pub part: String,
    /// Where it is had.
    pub repository: Traced<String>,
    /// The chart's name.
    pub chart: Traced<String>,
    /// The release's name.
    pub release: Traced<String>,
    /// The pinned version.
    pub version: Traced<String>,
    /// Where it goes.
    pub namespace: Traced<String>,
    /// The strictest Pod Security level that its namespace bears, where that is known.
    pub pod_security: Option<Traced<String>>,
    /// Values for production: a path in the chart's values, and the value there.
    pub values: Vec<(Traced<String>, Value)>,
}

/// A value as a spec states it.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text.
    Text(Traced<String>),
    /// A whole number.
    Integer(Traced<i64>),
    /// `true` or `false`.
    Bool(Traced<bool>),
    /// A list.
    List(Vec<Value>, Origin),
    /// A mapping.
    Map(Vec<(String, Value)>, Origin),
}

impl KubernetesSpec {
    /// Looks all facts up; what is missing is recorded.
    pub fn read(spec: &mut SpecFile<'_>) -> KubernetesSpec {
        let api_versions =
            Kind::ALL.iter().map(|kind| spec.text(&["api_versions", kind.as_str(), "api_version"])).collect();
        KubernetesSpec {
            api_versions,
            limits: NameLimits::read(spec),
            pod_security: PodSecurity::read(spec),
            drop_capabilities: spec.texts(&["pod_security", "drop_capabilities"]),
            alb: Alb::read(spec),
            readiness_gate: labels(spec, "ingress.alb.readiness_gate_label"),
            nlb: Nlb::read(spec),
            hostname_annotation: spec.text(&["charts", "external_dns", "annotations", "hostname"]),
            nginx: Nginx::read(spec),
            rollouts: Rollouts::read(spec),
            external_secrets: ExternalSecrets::read(spec),
            keda: Keda::read(spec),
            network: Network::read(spec),
            storage_class: StorageClass::read(spec),
            storage_parameters: labels(spec, "storage_class.parameters"),
            defaults: Defaults::read(spec),
            ephemeral: Ephemeral {
                request: size(spec, "defaults.ephemeral_storage.request"),
                limit: size(spec, "defaults.ephemeral_storage.limit"),
                tmp: size(spec, "defaults.tmp_volume.size"),
            },
            topology_spread: spread(spec),
            scale_up: scaling(spec, "defaults.hpa_behavior.scale_up"),
            scale_down: scaling(spec, "defaults.hpa_behavior.scale_down"),
            priorities: priorities(spec),
            charts: charts(spec),
            parts: parts(spec),
        }
    }

    /// The version of the API that a kind belongs to.
    #[must_use]
    pub fn api_version(&self, kind: Kind) -> &Traced<String> {
        &self.api_versions[kind as usize]
    }

    /// The charts that stand behind a part of the platform, in the order of installing.
    pub fn part(&self, name: &str) -> impl Iterator<Item = &Chart> {
        let charts = self.parts.iter().find(|(part, _)| part == name).map_or(&[][..], |(_, charts)| charts);
        charts.iter().filter_map(|wanted| self.charts.iter().find(|chart| chart.part == *wanted))
    }
}

impl Network {
    fn read(spec: &mut SpecFile<'_>) -> Network {
        let peer = |spec: &mut SpecFile<'_>, of: &str| NamespacePeer {
            namespace: labels(spec, &format!("network.{of}.namespace_labels")),
            pods: labels(spec, &format!("network.{of}.pod_labels")),
        };
        Network {
            dns: peer(spec, "dns"),
            dns_ports: ports(spec, "network.dns.ports"),
            identity_agent: spec.texts(&["network", "pod_identity_agent", "cidrs_ipv4"]),
            identity_ports: ports(spec, "network.pod_identity_agent.ports"),
            everything: spec.texts(&["network", "everything", "cidrs_ipv4"]),
            private: spec.texts(&["network", "private_ranges", "cidrs_ipv4"]),
            monitoring: peer(spec, "monitoring"),
        }
    }
}

/// A node that has to be there.
fn node<'a>(spec: &mut SpecFile<'a>, path: &str, expected: &str) -> Option<Fact<'a>> {
    let keys: Vec<&str> = path.split('.').collect();
    let found = spec.find(&keys);
    if found.is_none() {
        spec.missing(&keys, expected);
    }
    found
}

fn size(spec: &mut SpecFile<'_>, path: &str) -> Traced<Size> {
    let found = node(spec, path, "size");
    match found.and_then(Fact::scalar) {
        Some(size) => size,
        None => Traced::new(Size { bytes: 0 }, found.map_or(Origin::node(0), Fact::origin)),
    }
}

fn labels(spec: &mut SpecFile<'_>, path: &str) -> Vec<(Traced<String>, Traced<String>)> {
    let entries = node(spec, path, "mapping").into_iter().flat_map(Fact::entries);
    entries.filter_map(|(key, value)| Some((key.map(str::to_owned), value.scalar()?))).collect()
}

fn ports(spec: &mut SpecFile<'_>, path: &str) -> Vec<(Traced<u32>, Traced<String>)> {
    let elements = node(spec, path, "list").into_iter().flat_map(Fact::elements);
    elements.filter_map(|port| Some((port.get("port")?.scalar()?, port.get("protocol")?.scalar()?))).collect()
}

fn spread(spec: &mut SpecFile<'_>) -> Vec<SpreadFacts> {
    let elements = node(spec, "defaults.topology_spread", "list").into_iter().flat_map(Fact::elements);
    elements
        .filter_map(|element| {
            Some(SpreadFacts {
                key: element.get("key")?.scalar()?,
                max_skew: element.get("max_skew")?.scalar()?,
                when_unsatisfiable: element.get("when_unsatisfiable")?.scalar()?,
            })
        })
        .collect()
}

fn scaling(spec: &mut SpecFile<'_>, path: &str) -> ScalingFacts {
    let policies = node(spec, &format!("{path}.policies"), "list").into_iter().flat_map(Fact::elements);
    let policies = policies
        .filter_map(|policy| {
            Some((
                policy.get("type")?.scalar()?,
                policy.get("value")?.scalar()?,
                policy.get("period_seconds")?.scalar()?,
            ))
        })
        .collect();
    ScalingFacts {
        stabilization: fact(spec, &format!("{path}.stabilization_window_seconds")),
        select: fact(spec, &format!("{path}.select_policy")),
        policies,
    }
}

fn priorities(spec: &mut SpecFile<'_>) -> Vec<PriorityFacts> {
    let entries = node(spec, "defaults.priority_classes", "mapping").into_iter().flat_map(Fact::entries);
    entries
        .filter_map(|(tier, facts)| {
            Some(PriorityFacts {
                tier: tier.value.to_owned(),
                suffix: facts.get("name_suffix")?.scalar()?,
                value: facts.get("value")?.scalar()?,
                preemption: facts.get("preemption_policy")?.scalar()?,
            })
        })
        .collect()
}

/// Charts whose version is known: one that is not can't be installed.
fn charts(spec: &mut SpecFile<'_>) -> Vec<Chart> {
    let entries = node(spec, "charts", "mapping").into_iter().flat_map(Fact::entries);
    entries
        .filter_map(|(part, facts)| {
            let text = |key: &str| facts.get(key).filter(|fact| !fact.is_null()).and_then(Fact::scalar::<String>);
            let values = facts.get("values").into_iter().flat_map(Fact::entries);
            Some(Chart {
                part: part.value.to_owned(),
                repository: text("repository")?,
                chart: text("chart")?,
                release: text("release").or_else(|| text("chart"))?,
                version: text("version")?,
                namespace: text("namespace")?,
                pod_security: facts.get("pod_security").and_then(|level| level.get("level")).and_then(Fact::scalar),
                values: values.map(|(path, value)| (path.map(str::to_owned), stated(value))).collect(),
            })
        })
        .collect()
}

fn parts(spec: &mut SpecFile<'_>) -> Vec<(String, Vec<String>)> {
    let entries = node(spec, "platform_parts", "mapping").into_iter().flat_map(Fact::entries);
    entries
        .map(|(part, charts)| {
            let charts = charts.elements().filter_map(|chart| chart.text().map(|text| text.value.to_owned()));
            (part.value.to_owned(), charts.collect())
        })
        .collect()
}

/// A value as it is stated.
fn stated(fact: Fact<'_>) -> Value {
    let origin = fact.origin();
    let Some(text) = fact.text() else {
        let entries: Vec<_> = fact.entries().map(|(key, value)| (key.value.to_owned(), stated(value))).collect();
        return if entries.is_empty() {
            Value::List(fact.elements().map(stated).collect(), origin)
        } else {
            Value::Map(entries, origin)
        };
    };
    if fact.is_plain() {
        if let Some(flag) = fact.scalar::<bool>() {
            return Value::Bool(flag);
        }
        if let Ok(number) = text.value.parse::<i64>() {
            return Value::Integer(Traced::new(number, origin));
        }
    }
    Value::Text(text.map(str::to_owned))
}
