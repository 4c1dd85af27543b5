//! ECS: the cluster, task definitions, services, schedules, scaling.

use super::identity::key_arn;
use super::rules;
use super::template::{Keep, Template};
use super::value::{Sub, decimal, flow, reference, text, whole};
use crate::ir::choice::Protocol;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{
    Attribute, Container, EcsCluster, EcsService, Kind, ScalableTarget, ScalingPolicy, Schedule, SecretSource,
    ServiceNamespace, TaskDefinition, TrackedMeasure,
};

/// The cluster, and what its services run on.
pub(super) fn cluster(template: &mut Template<'_>, cluster: &EcsCluster) {
    let origin = cluster.origin;
    let id = template.logical(Kind::EcsCluster, &cluster.id);
    let insights = Map::new(origin).text("Name", "containerInsights").with("Value", text(&cluster.container_insights));
    let sessions =
        Map::new(origin).text("Logging", "OVERRIDE").with("KmsKeyId", key_arn(template, &cluster.key, origin)).with(
            "LogConfiguration",
            Map::new(origin)
                .bool("CloudWatchEncryptionEnabled", true)
                .with("CloudWatchLogGroupName", template.of(&cluster.log_group, Attribute::Name, origin)),
        );
    let configuration = Map::new(origin).with("ExecuteCommandConfiguration", sessions);
    let properties = Map::new(origin)
        .with("ClusterName", text(&cluster.name))
        .with("ClusterSettings", Doc::list([insights.into()], origin))
        .with("Configuration", configuration);
    template.add(id.clone(), "AWS::ECS::Cluster", Keep::No, properties);
    let strategy = Map::new(origin).with("CapacityProvider", text(&cluster.capacity_provider)).integer("Weight", 1);
    let properties = Map::new(origin)
        .with("Cluster", reference(id.clone(), origin))
        .with("CapacityProviders", flow([text(&cluster.capacity_provider)], origin))
        .with("DefaultCapacityProviderStrategy", Doc::list([strategy.into()], origin));
    template.add(format!("{id}Capacity"), "AWS::ECS::ClusterCapacityProviderAssociations", Keep::No, properties);
}

/// Where components find each other.
pub(super) fn namespace(template: &mut Template<'_>, namespace: &ServiceNamespace) {
    let origin = namespace.origin;
    let properties =
        Map::new(origin).with("Name", text(&namespace.name)).with("Vpc", template.of_network("vpc", origin));
    template.add(
        template.logical(Kind::ServiceNamespace, &namespace.id),
        "AWS::ServiceDiscovery::PrivateDnsNamespace",
        Keep::No,
        properties,
    );
    template.tell(namespace);
}

/// What a task is.
pub(super) fn task(template: &mut Template<'_>, task: &TaskDefinition) {
    let origin = task.origin;
    let containers: Vec<Doc> = task.containers.iter().map(|one| container(template, one).into()).collect();
    let platform =
        Map::new(origin).text("OperatingSystemFamily", "LINUX").with("CpuArchitecture", text(&task.architecture));
    let mut properties = Map::new(origin)
        .with("Family", text(&task.name))
        .with("Cpu", Doc::text(task.cpu.value.to_string(), task.cpu.origin))
        .with("Memory", Doc::text(task.memory.value.to_string(), task.memory.origin))
        .text("NetworkMode", "awsvpc")
        .with("RequiresCompatibilities", flow([Doc::text("FARGATE", origin)], origin))
        .with("RuntimePlatform", platform)
        .with("ExecutionRoleArn", template.of(&task.execution_role, Attribute::Arn, origin))
        .with("TaskRoleArn", template.of(&task.task_role, Attribute::Arn, origin))
        .with("ContainerDefinitions", Doc::list(containers, origin));
    if !task.volumes.is_empty() {
        let volumes = task.volumes.iter().map(|name| Map::new(name.origin).with("Name", text(name)).into());
        properties.put("Volumes", Doc::list(volumes.collect::<Vec<Doc>>(), origin));
    }
    if let Some(size) = &task.ephemeral_gib {
        properties.put("EphemeralStorage", Map::new(size.origin).with("SizeInGiB", whole(size)));
    }
    // A rollback needs the revision before.
    template.add(
        template.logical(Kind::TaskDefinition, &task.id),
        "AWS::ECS::TaskDefinition",
        Keep::Retain,
        properties,
    );
}

fn container(template: &Template<'_>, container: &Container) -> Map {
    let origin = container.origin;
    let practice = Origin::rule(rules::CONTAINER);
    let mut map = Map::new(origin)
        .with("Name", text(&container.name))
        .with("Image", text(&container.image))
        .with("Essential", Doc::Bool(container.essential, origin));
    if let Some(secret) = &container.pull_secret {
        let credentials = Map::new(origin).with("CredentialsParameter", template.of(secret, Attribute::Arn, origin));
        map.put("RepositoryCredentials", credentials);
    }
    let texts = |values: &[Traced<String>]| Doc::list(values.iter().map(text), origin);
    if !container.entry_point.is_empty() {
        map.put("EntryPoint", texts(&container.entry_point));
    }
    if !container.command.is_empty() {
        map.put("Command", texts(&container.command));
    }
    if !container.environment.is_empty() {
        let variables = container.environment.iter().map(|(name, value)| {
            Doc::from(Map::new(name.origin).with("Name", text(name)).with("Value", template.pattern(value)))
        });
        map.put("Environment", Doc::list(variables.collect::<Vec<_>>(), origin));
    }
    if !container.secrets.is_empty() {
        let secrets = container.secrets.iter().map(|secret| {
            let arn = match &secret.secret {
                SecretSource::Own(own) => template.of(own, Attribute::Arn, secret.name.origin),
                SecretSource::Existing(name) => {
                    super::value::arn("secretsmanager", true, true, &format!("secret:{name}"), name.origin)
                }
            };
            let value = match &secret.key {
                None => arn,
                Some(key) => super::template::splice(Sub::default(), &arn).text(&format!(":{key}::")).doc(key.origin),
            };
            Doc::from(Map::new(secret.name.origin).with("Name", text(&secret.name)).with("ValueFrom", value))
        });
        map.put("Secrets", Doc::list(secrets.collect::<Vec<_>>(), origin));
    }
    if !container.ports.is_empty() {
        let ports = container.ports.iter().map(|port| {
            let number = Doc::Integer(i64::from(port.port.value.0), port.port.origin);
            let mut map = Map::new(port.name.origin)
                .with("Name", text(&port.name))
                .with("ContainerPort", number)
                .text("Protocol", if port.protocol.value == Protocol::Udp { "udp" } else { "tcp" });
            let spoken = match port.protocol.value {
                Protocol::Http | Protocol::Websocket => Some("http"),
                Protocol::Grpc => Some("grpc"),
                _ => None,
            };
            if let Some(spoken) = spoken {
                map.put("AppProtocol", Doc::text(spoken, port.protocol.origin));
            }
            Doc::from(map)
        });
        map.put("PortMappings", Doc::list(ports.collect::<Vec<_>>(), origin));
    }
    if !container.mounts.is_empty() {
        let mounts = container.mounts.iter().map(|mount| {
            Doc::from(
                Map::new(mount.volume.origin)
                    .with("SourceVolume", text(&mount.volume))
                    .with("ContainerPath", text(&mount.path))
                    .with("ReadOnly", Doc::Bool(mount.read_only.value, mount.read_only.origin)),
            )
        });
        map.put("MountPoints", Doc::list(mounts.collect::<Vec<_>>(), origin));
    }
    if let Some(health) = &container.health {
        let mut asked = Map::new(origin)
            .with("Command", texts(&health.command))
            .with("Interval", whole(&health.interval))
            .with("Timeout", whole(&health.timeout))
            .with("Retries", whole(&health.retries));
        if let Some(start) = &health.start_period {
            asked.put("StartPeriod", whole(start));
        }
        map.put("HealthCheck", asked);
    }
    if let Some(user) = &container.user {
        map.put("User", text(user));
    }
    map.put("ReadonlyRootFilesystem", Doc::Bool(container.read_only_root.value, container.read_only_root.origin));
    for (key, value) in [
        ("Cpu", &container.cpu),
        ("MemoryReservation", &container.memory),
        ("Memory", &container.memory_limit),
        ("StopTimeout", &container.stop_timeout),
    ] {
        if let Some(value) = value {
            map.put(key, whole(value));
        }
    }
    if !container.after.is_empty() {
        let before = container.after.iter().map(|name| {
            Doc::from(Map::new(name.origin).with("ContainerName", text(name)).text("Condition", "SUCCESS"))
        });
        map.put("DependsOn", Doc::list(before.collect::<Vec<_>>(), origin));
    }
    if !container.drop.is_empty() {
        let drop = Map::new(origin).with("Drop", flow(container.drop.iter().map(text), origin));
        map.put("LinuxParameters", Map::new(origin).with("Capabilities", drop).bool("InitProcessEnabled", true));
    } else {
        map.put("LinuxParameters", Map::new(practice).bool("InitProcessEnabled", true));
    }
    map.with("LogConfiguration", log_configuration(template, &container.log_group, container.name.as_str(), practice))
}

fn log_configuration(
    template: &Template<'_>,
    group: &crate::plan::aws::graph::Ref<crate::plan::aws::graph::LogGroup>,
    prefix: &str,
    origin: Origin,
) -> Map {
    let options = Map::new(origin)
        .with("awslogs-group", template.of(group, Attribute::Name, origin))
        .with("awslogs-region", reference("AWS::Region", origin))
        .with("awslogs-stream-prefix", Doc::text(prefix.to_owned(), origin));
    Map::new(origin).text("LogDriver", "awslogs").with("Options", options)
}

fn in_private_subnets(
    template: &Template<'_>,
    group: &crate::plan::aws::graph::Ref<crate::plan::aws::graph::SecurityGroup>,
    origin: Origin,
) -> Map {
    let practice = Origin::rule(rules::SERVICE);
    let network = Map::new(origin)
        .with("AssignPublicIp", Doc::text("DISABLED", practice))
        .with("SecurityGroups", Doc::list([template.of(group, Attribute::Id, origin)], origin))
        .with("Subnets", template.subnets("private", origin));
    Map::new(origin).with("AwsvpcConfiguration", network)
}

/// A component that runs all the time.
pub(super) fn service(template: &mut Template<'_>, service: &EcsService, capacity: &Traced<String>) {
    let origin = service.origin;
    let practice = Origin::rule(rules::SERVICE);
    let id = template.logical(Kind::EcsService, &service.id);
    let mut deployment = Map::new(practice)
        .with("MinimumHealthyPercent", whole(&service.minimum_healthy))
        .with("MaximumPercent", whole(&service.maximum));
    let goes_back = &service.circuit_breaker;
    let breaker = Map::new(goes_back.origin).bool("Enable", true).bool("Rollback", goes_back.value);
    deployment.put("DeploymentCircuitBreaker", breaker);
    if !service.alarms.is_empty() {
        let names = service.alarms.iter().map(|alarm| template.of(alarm, Attribute::Name, origin));
        let alarms = Map::new(origin)
            .with("AlarmNames", Doc::list(names.collect::<Vec<_>>(), origin))
            .bool("Enable", true)
            .bool("Rollback", true);
        deployment.put("Alarms", alarms);
    }
    let strategy = Map::new(capacity.origin).with("CapacityProvider", text(capacity)).integer("Weight", 1);
    let newest = template.of(&service.task_definition, Attribute::Arn, origin);
    // The service beside is what a deployment tries the newest one on.
    let definition = if service.beside.is_some() { newest } else { template.held(newest) };
    let mut properties = Map::new(origin)
        .with("ServiceName", text(&service.name))
        .with("Cluster", template.of(&service.cluster, Attribute::Id, origin))
        .with("TaskDefinition", definition)
        .with("CapacityProviderStrategy", Doc::list([strategy.into()], origin))
        .with("DeploymentConfiguration", deployment)
        .with("NetworkConfiguration", in_private_subnets(template, &service.security_group, origin))
        .text("PropagateTags", "SERVICE")
        .bool("EnableECSManagedTags", true);
    // Where something else sets the number of tasks, an update must not set it back.
    if !service.scales {
        properties.put("DesiredCount", whole(&service.desired));
    }
    if let Some(grace) = &service.grace {
        properties.put("HealthCheckGracePeriodSeconds", whole(grace));
    }
    let mut after = Vec::new();
    if !service.targets.is_empty() {
        let name = template.container_of(&service.task_definition);
        let targets = service.targets.iter().map(|target| {
            Doc::from(
                Map::new(target.port.origin)
                    .with("ContainerName", Doc::text(name.clone(), origin))
                    .with("ContainerPort", Doc::Integer(i64::from(target.port.value.0), target.port.origin))
                    .with("TargetGroupArn", template.of(&target.group, Attribute::Arn, target.port.origin)),
            )
        });
        properties.put("LoadBalancers", Doc::list(targets.collect::<Vec<_>>(), origin));
        after = template.rules_of(&service.targets);
    }
    if service.is_client || !service.aliases.is_empty() {
        let mut connect = Map::new(origin)
            .bool("Enabled", true)
            .with("Namespace", template.namespace(origin))
            .with("LogConfiguration", log_configuration(template, &service.log_group, "connect", practice));
        if !service.aliases.is_empty() {
            let names = service.aliases.iter().map(|alias| {
                let client = Map::new(alias.dns_name.origin)
                    .with("DnsName", text(&alias.dns_name))
                    .with("Port", Doc::Integer(i64::from(alias.port.value.0), alias.port.origin));
                Doc::from(
                    Map::new(alias.port_name.origin)
                        .with("PortName", text(&alias.port_name))
                        .with("DiscoveryName", text(&alias.discovery_name))
                        .with("ClientAliases", Doc::list([client.into()], alias.dns_name.origin)),
                )
            });
            connect.put("Services", Doc::list(names.collect::<Vec<_>>(), origin));
        }
        properties.put("ServiceConnectConfiguration", connect);
    }
    if let Some(name) = &service.discovery {
        let dns = Map::new(name.origin)
            .with(
                "DnsRecords",
                Doc::list([Map::new(name.origin).text("Type", "A").text("TTL", "10").into()], name.origin),
            )
            .text("RoutingPolicy", "MULTIVALUE");
        let found = Map::new(name.origin)
            .with("Name", text(name))
            .with("NamespaceId", template.namespace_id(origin))
            .with("DnsConfig", dns);
        template.add(format!("{id}Discovery"), "AWS::ServiceDiscovery::Service", Keep::No, found);
        let registry = Map::new(name.origin)
            .with("RegistryArn", super::value::attribute(&format!("{id}Discovery"), "Arn", name.origin));
        properties.put("ServiceRegistries", Doc::list([registry.into()], name.origin));
    }
    template.add_after(id, "AWS::ECS::Service", Keep::No, &after, properties, origin);
}

/// A task that runs by a schedule.
pub(super) fn schedule(template: &mut Template<'_>, schedule: &Schedule) {
    let origin = schedule.origin;
    let newest = template.of(&schedule.task_definition, Attribute::Arn, origin);
    let ecs = Map::new(origin)
        .with("TaskDefinitionArn", template.held(newest))
        .text("LaunchType", "FARGATE")
        .with("NetworkConfiguration", in_private_subnets(template, &schedule.security_group, origin))
        .text("PropagateTags", "TASK_DEFINITION");
    let target = Map::new(origin)
        .with("Arn", template.of(&schedule.cluster, Attribute::Arn, origin))
        .with("RoleArn", template.of(&schedule.role, Attribute::Arn, origin))
        .with("EcsParameters", ecs)
        .with("RetryPolicy", Map::new(origin).with("MaximumRetryAttempts", whole(&schedule.retries)))
        .with(
            "DeadLetterConfig",
            Map::new(origin).with("Arn", template.of(&schedule.dead_letters, Attribute::Arn, origin)),
        );
    let properties = Map::new(origin)
        .with("Name", text(&schedule.name))
        .with("ScheduleExpression", text(&schedule.expression))
        .with("ScheduleExpressionTimezone", text(&schedule.timezone))
        .with("FlexibleTimeWindow", Map::new(origin).text("Mode", "OFF"))
        .with("KmsKeyArn", key_arn(template, &schedule.key, origin))
        .with("Target", target);
    template.add(template.logical(Kind::Schedule, &schedule.id), "AWS::Scheduler::Schedule", Keep::No, properties);
}

/// A service whose number of tasks changes.
pub(super) fn scalable_target(template: &mut Template<'_>, target: &ScalableTarget) {
    let origin = target.origin;
    let cluster = template.of(&target.cluster, Attribute::Name, origin);
    let service = template.of(&target.service, Attribute::Name, origin);
    let resource = super::template::splice(Sub::default().text("service/"), &cluster).text("/");
    let properties = Map::new(origin)
        .text("ServiceNamespace", "ecs")
        .text("ScalableDimension", "ecs:service:DesiredCount")
        .with("ResourceId", super::template::splice(resource, &service).doc(origin))
        .with("MinCapacity", whole(&target.min))
        .with("MaxCapacity", whole(&target.max));
    let id = template.logical(Kind::ScalableTarget, &target.id);
    template.add(id, "AWS::ApplicationAutoScaling::ScalableTarget", Keep::No, properties);
}

/// By what a service scales.
pub(super) fn scaling_policy(template: &mut Template<'_>, policy: &ScalingPolicy) {
    let origin = policy.origin;
    let mut tracking = Map::new(origin).with("TargetValue", decimal(&policy.value));
    let predefined = |kind: &'static str| Map::new(origin).text("PredefinedMetricType", kind);
    let key = "PredefinedMetricSpecification";
    match &policy.measure {
        TrackedMeasure::Cpu => tracking.put(key, predefined("ECSServiceAverageCPUUtilization")),
        TrackedMeasure::Memory => tracking.put(key, predefined("ECSServiceAverageMemoryUtilization")),
        TrackedMeasure::Requests(balancer, group) => {
            let balancer = template.of(balancer, Attribute::ArnSuffix, origin);
            let group = template.of(group, Attribute::ArnSuffix, origin);
            let label = super::template::splice(Sub::default(), &balancer).text("/");
            let label = super::template::splice(label, &group).doc(origin);
            tracking.put(key, predefined("ALBRequestCountPerTarget").with("ResourceLabel", label));
        }
        TrackedMeasure::Backlog(queue, service) => {
            let waiting = metric(
                "waiting",
                stat(
                    "AWS/SQS",
                    "ApproximateNumberOfMessagesVisible",
                    "Sum",
                    vec![("QueueName", template.of(queue, Attribute::Name, origin))],
                    origin,
                ),
                origin,
            );
            tracking.put("CustomizedMetricSpecification", by_tasks(template, waiting, service, origin));
        }
        TrackedMeasure::Lag(cluster, topic, group, service) => {
            let dimensions = vec![
                ("Cluster Name", template.of(cluster, Attribute::Name, origin)),
                ("Consumer Group", text(group)),
                ("Topic", text(topic)),
            ];
            let waiting = metric("waiting", stat("AWS/Kafka", "SumOffsetLag", "Maximum", dimensions, origin), origin);
            tracking.put("CustomizedMetricSpecification", by_tasks(template, waiting, service, origin));
        }
    }
    tracking.put("ScaleOutCooldown", whole(&policy.scale_out));
    tracking.put("ScaleInCooldown", whole(&policy.scale_in));
    let properties = Map::new(origin)
        .with("PolicyName", text(&policy.name))
        .text("PolicyType", "TargetTrackingScaling")
        .with("ScalingTargetId", reference(template.logical(Kind::ScalableTarget, &policy.target.id), origin))
        .with("TargetTrackingScalingPolicyConfiguration", tracking);
    let id = template.logical(Kind::ScalingPolicy, &policy.id);
    template.add(id, "AWS::ApplicationAutoScaling::ScalingPolicy", Keep::No, properties);
}

/// What waits, a running task.
fn by_tasks(
    template: &Template<'_>,
    waiting: Map,
    service: &crate::plan::aws::graph::Ref<EcsService>,
    origin: Origin,
) -> Map {
    let dimensions = vec![
        ("ClusterName", template.cluster_name(origin)),
        ("ServiceName", template.of(service, Attribute::Name, origin)),
    ];
    let running =
        metric("tasks", stat("ECS/ContainerInsights", "RunningTaskCount", "Average", dimensions, origin), origin);
    let ratio = Map::new(origin)
        .text("Id", "per_task")
        .text("Label", "Waiting a task")
        .text("Expression", "FILL(waiting, 0) / IF(FILL(tasks, 1) < 1, 1, FILL(tasks, 1))")
        .bool("ReturnData", true);
    Map::new(origin).with("Metrics", Doc::list([waiting.into(), running.into(), ratio.into()], origin))
}

fn metric(id: &'static str, stat: Map, origin: Origin) -> Map {
    Map::new(origin).text("Id", id).with("MetricStat", stat).bool("ReturnData", false)
}

fn stat(
    namespace: &'static str,
    name: &'static str,
    how: &'static str,
    dimensions: Vec<(&'static str, Doc)>,
    origin: Origin,
) -> Map {
    let dimensions = dimensions
        .into_iter()
        .map(|(name, value)| super::value::pair("Name", "Value", Doc::text(name, origin), value, origin));
    let metric = Map::new(origin)
        .text("Namespace", namespace)
        .text("MetricName", name)
        .with("Dimensions", Doc::list(dimensions.collect::<Vec<_>>(), origin));
    Map::new(origin).with("Metric", metric).text("Stat", how)
}
