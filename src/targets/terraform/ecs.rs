//! ECS: the cluster, task definitions, services, schedules and scaling.

use super::data::ignore;
use super::existing;
use super::module::{Module, file_of};
use super::network::{named, port};
use super::place::{Place, arn, id, identifier, of};
use crate::ir::choice::Protocol;
use crate::ir::{Origin, Traced};
use crate::output::doc::Text;
use crate::output::hcl::{Block, Body, Expr, Node, Part};
use crate::plan::aws::graph::{
    Attribute, Container, Ecs, EcsCluster, EcsService, ScalableTarget, ScalingPolicy, Schedule, SecretSource,
    ServiceNamespace, TaskDefinition, TaskPurpose, TrackedMeasure,
};

const FILE: &str = "cluster.tf";

pub(super) fn print(ecs: &Ecs, place: Place<'_>, module: &mut Module) {
    if ecs.cluster.exists.value {
        existing::cluster("aws_ecs_cluster", "cluster_name", &ecs.cluster.name, module);
    } else {
        cluster(&ecs.cluster, place, module);
    }
    namespace(&ecs.namespace, place, module);
    for definition in &ecs.task_definitions {
        task_definition(definition, place, module);
    }
    for service in &ecs.services {
        self::service(service, ecs, place, module);
    }
    for schedule in &ecs.schedules {
        self::schedule(schedule, ecs, place, module);
    }
    for target in &ecs.scalable_targets {
        scalable_target(target, module);
    }
    for policy in &ecs.scaling_policies {
        scaling_policy(policy, place, module);
    }
}

fn cluster(cluster: &EcsCluster, place: Place<'_>, module: &mut Module) {
    let origin = cluster.origin;
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let logs = Body::default()
        .with("cloud_watch_encryption_enabled", Node::code("true", origin))
        .with("cloud_watch_log_group_name", of(&cluster.log_group, Attribute::Name, origin));
    let execute = Body::default()
        .with("kms_key_id", arn(&cluster.key, origin))
        .with("logging", Node::text("OVERRIDE", origin))
        .block(block("log_configuration", logs));
    module.resource(
        FILE,
        "aws_ecs_cluster",
        &cluster.id,
        Body::default()
            .with("name", place.text(&cluster.name))
            .block(block(
                "setting",
                Body::default()
                    .with("name", Node::text("containerInsights", origin))
                    .with("value", Node::traced(&cluster.container_insights)),
            ))
            .block(block("configuration", Body::default().block(block("execute_command_configuration", execute)))),
        origin,
    );
    let provider = &cluster.capacity_provider;
    module.resource(
        FILE,
        "aws_ecs_cluster_capacity_providers",
        &cluster.id,
        Body::default()
            .with("cluster_name", of(&cluster.reference(), Attribute::Name, origin))
            .with("capacity_providers", Node::list([Node::traced(provider)], provider.origin))
            .block(block(
                "default_capacity_provider_strategy",
                Body::default()
                    .with("capacity_provider", Node::traced(provider))
                    .with("weight", Node::code("1", origin)),
            )),
        origin,
    );
}

fn namespace(namespace: &ServiceNamespace, place: Place<'_>, module: &mut Module) {
    module.resource(
        FILE,
        "aws_service_discovery_private_dns_namespace",
        &namespace.id,
        Body::default()
            .with("name", place.text(&namespace.name))
            .with("description", Node::code("\"Components of ${local.name}\"", namespace.origin))
            .with("vpc", Node::code("aws_vpc.main.id", namespace.origin)),
        namespace.origin,
    );
}

fn task_definition(definition: &TaskDefinition, place: Place<'_>, module: &mut Module) {
    let origin = definition.origin;
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let containers = definition.containers.iter().map(|it| container(it, place));
    let mut body = Body::default()
        .with("family", place.text(&definition.name))
        .with("requires_compatibilities", Node::list([Node::text("FARGATE", origin)], origin))
        .with("network_mode", Node::text("awsvpc", origin))
        .with("cpu", Node::number(&definition.cpu))
        .with("memory", Node::number(&definition.memory))
        .with("execution_role_arn", arn(&definition.execution_role, origin))
        .with("task_role_arn", arn(&definition.task_role, origin))
        .comment("Earlier revisions stay: a rollback needs them.", origin)
        .with("skip_destroy", Node::code("true", origin))
        .gap()
        .with("container_definitions", Node::call("jsonencode", vec![Node::list(containers, origin)], origin));
    for volume in &definition.volumes {
        body = body.block(
            Block::new("volume", Body::default().with("name", Node::traced(volume)), volume.origin)
                .keyed(volume.value.clone()),
        );
    }
    if let Some(size) = &definition.ephemeral_gib {
        body = body.block(Block::new(
            "ephemeral_storage",
            Body::default().with("size_in_gib", Node::number(size)),
            size.origin,
        ));
    }
    body = body.block(block(
        "runtime_platform",
        Body::default()
            .with("operating_system_family", Node::text("LINUX", origin))
            .with("cpu_architecture", Node::traced(&definition.architecture)),
    ));
    let tag = match definition.purpose {
        TaskPurpose::Migration => Some("migration"),
        TaskPurpose::OnDeploy => Some("on-deploy"),
        TaskPurpose::Manual => Some("manual"),
        TaskPurpose::Service | TaskPurpose::Schedule => None,
    };
    if let Some(tag) = tag {
        body = body.gap().with("tags", named(vec![("Purpose", Node::text(tag, origin))], origin));
    }
    module.resource(&file_of(&definition.owner, FILE), "aws_ecs_task_definition", &definition.id, body, origin);
}

/// A container as the API of ECS writes it, defaults included: what the API adds would look like drift.
fn container(container: &Container, place: Place<'_>) -> Node {
    let origin = container.origin;
    let mut fields: Vec<(Text, Node)> = Vec::new();
    let texts = |all: &[Traced<String>]| Node::list(all.iter().map(|it| place.text(it)), origin);
    fields.push(("name".into(), Node::traced(&container.name)));
    fields.push(("image".into(), Node::traced(&container.image)));
    fields.push(("essential".into(), Node::new(Expr::Bool(container.essential), origin)));
    if let Some(secret) = &container.pull_secret {
        fields
            .push(("repositoryCredentials".into(), named(vec![("credentialsParameter", arn(secret, origin))], origin)));
    }
    if !container.entry_point.is_empty() {
        fields.push(("entryPoint".into(), texts(&container.entry_point)));
    }
    if !container.command.is_empty() {
        fields.push(("command".into(), texts(&container.command)));
    }
    for (name, value) in
        [("cpu", &container.cpu), ("memoryReservation", &container.memory), ("memory", &container.memory_limit)]
    {
        if let Some(value) = value {
            fields.push((name.into(), Node::number(value)));
        }
    }
    if !container.environment.is_empty() {
        let all = container.environment.iter().map(|(name, value)| {
            named(vec![("name", Node::traced(name)), ("value", place.pattern(value))], name.origin)
        });
        fields.push(("environment".into(), Node::list(all, origin)));
    }
    if !container.secrets.is_empty() {
        let all = container.secrets.iter().map(|secret| {
            let from = secret_source(&secret.secret, secret.key.as_ref(), secret.name.origin);
            named(vec![("name", Node::traced(&secret.name)), ("valueFrom", from)], secret.name.origin)
        });
        fields.push(("secrets".into(), Node::list(all, origin)));
    }
    if !container.ports.is_empty() {
        let all = container.ports.iter().map(|it| {
            let udp = it.protocol.value == Protocol::Udp;
            let mut port_fields = vec![
                ("name", Node::traced(&it.name)),
                ("containerPort", port(&it.port)),
                ("hostPort", port(&it.port)),
                ("protocol", Node::text(if udp { "udp" } else { "tcp" }, it.protocol.origin)),
            ];
            let spoken = match it.protocol.value {
                Protocol::Http | Protocol::Websocket => Some("http"),
                Protocol::Grpc => Some("grpc"),
                Protocol::Https | Protocol::Tcp | Protocol::Mqtt | Protocol::Udp => None,
            };
            if let Some(spoken) = spoken {
                port_fields.push(("appProtocol", Node::text(spoken, it.protocol.origin)));
            }
            named(port_fields, it.port.origin)
        });
        fields.push(("portMappings".into(), Node::list(all, origin)));
    }
    if !container.mounts.is_empty() {
        let all = container.mounts.iter().map(|mount| {
            named(
                vec![
                    ("sourceVolume", Node::traced(&mount.volume)),
                    ("containerPath", Node::traced(&mount.path)),
                    ("readOnly", Node::flag(&mount.read_only)),
                ],
                mount.path.origin,
            )
        });
        fields.push(("mountPoints".into(), Node::list(all, origin)));
    }
    if let Some(health) = &container.health {
        let mut check = vec![
            ("command", texts(&health.command)),
            ("interval", Node::number(&health.interval)),
            ("timeout", Node::number(&health.timeout)),
            ("retries", Node::number(&health.retries)),
        ];
        if let Some(start) = &health.start_period {
            check.push(("startPeriod", Node::number(start)));
        }
        fields.push(("healthCheck".into(), named(check, origin)));
    }
    if let Some(user) = &container.user {
        fields.push(("user".into(), Node::traced(user)));
    }
    fields.push(("readonlyRootFilesystem".into(), Node::flag(&container.read_only_root)));
    let drop = named(vec![("drop", texts(&container.drop))], origin);
    fields.push((
        "linuxParameters".into(),
        named(vec![("initProcessEnabled", Node::code("true", origin)), ("capabilities", drop)], origin),
    ));
    if let Some(timeout) = &container.stop_timeout {
        fields.push(("stopTimeout".into(), Node::number(timeout)));
    }
    if !container.after.is_empty() {
        let all = container.after.iter().map(|name| {
            named(
                vec![("containerName", Node::traced(name)), ("condition", Node::text("SUCCESS", name.origin))],
                name.origin,
            )
        });
        fields.push(("dependsOn".into(), Node::list(all, origin)));
    }
    let options = logs(of(&container.log_group, Attribute::Name, origin), &container.name, origin);
    fields.push((
        "logConfiguration".into(),
        named(vec![("logDriver", Node::text("awslogs", origin)), ("options", options)], origin),
    ));
    Node::object(fields, origin)
}

fn logs(group: Node, prefix: &str, origin: Origin) -> Node {
    let fields: Vec<(Text, Node)> = vec![
        ("awslogs-group".into(), group),
        ("awslogs-region".into(), Node::code("var.region", origin)),
        ("awslogs-stream-prefix".into(), Node::text(prefix.to_owned(), origin)),
    ];
    Node::object(fields, origin)
}

/// The ARN of a secret, with the key in its JSON; one that somebody else made is found by its name.
fn secret_source(source: &SecretSource, key: Option<&Traced<String>>, origin: Origin) -> Node {
    let tail = key.map(|key| format!(":{key}::"));
    match source {
        SecretSource::Own(secret) => {
            let code = super::place::traversal(crate::plan::aws::graph::Kind::Secret, &secret.id, Attribute::Arn);
            match tail {
                None => Node::code(code, origin),
                Some(tail) => {
                    Node::new(super::place::joined(vec![Part::Code(code.into()), Part::Text(tail.into())]), origin)
                }
            }
        }
        SecretSource::Existing(name) => {
            let parts = vec![
                Part::Text("arn:".into()),
                Part::Code("local.partition".into()),
                Part::Text(":secretsmanager:".into()),
                Part::Code("var.region".into()),
                Part::Text(":".into()),
                Part::Code("local.account_id".into()),
                Part::Text(format!(":secret:{name}{}", tail.unwrap_or_default()).into()),
            ];
            Node::new(super::place::joined(parts), name.origin)
        }
    }
}

fn network_configuration(group: Node, origin: Origin) -> Block {
    Block::new(
        "network_configuration",
        Body::default()
            .with("subnets", Node::code("local.private_subnet_ids", origin))
            .with("security_groups", Node::list([group], origin))
            .with("assign_public_ip", Node::code("false", origin)),
        origin,
    )
}

fn service(service: &EcsService, ecs: &Ecs, place: Place<'_>, module: &mut Module) {
    let origin = service.origin;
    let file = file_of(&service.owner, FILE);
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let definition = super::place::traversal(
        crate::plan::aws::graph::Kind::TaskDefinition,
        &service.task_definition.id,
        Attribute::Arn,
    );
    let component = service.task_definition.id.as_str();
    let held = match service.beside {
        Some(_) => definition,
        None => format!("lookup(var.held_task_definitions, \"{component}\", {definition})"),
    };
    let mut body = Body::default()
        .with("name", place.text(&service.name))
        .with("cluster", arn(&service.cluster, origin))
        .with("task_definition", Node::code(held, origin))
        .with("desired_count", Node::number(&service.desired))
        .with("platform_version", Node::text("LATEST", origin))
        .with("propagate_tags", Node::text("SERVICE", origin))
        .with("enable_ecs_managed_tags", Node::code("true", origin))
        .gap()
        .with("deployment_minimum_healthy_percent", Node::number(&service.minimum_healthy))
        .with("deployment_maximum_percent", Node::number(&service.maximum))
        .with_some("health_check_grace_period_seconds", service.grace.as_ref().map(Node::number));
    body = body
        .block(block(
            "capacity_provider_strategy",
            Body::default()
                .with("capacity_provider", Node::traced(&ecs.cluster.capacity_provider))
                .with("weight", Node::code("1", origin)),
        ))
        .block(block(
            "deployment_circuit_breaker",
            Body::default()
                .with("enable", Node::code("true", origin))
                .with("rollback", Node::flag(&service.circuit_breaker)),
        ));
    if !service.alarms.is_empty() {
        let names = service.alarms.iter().map(|alarm| {
            Node::code(format!("aws_cloudwatch_metric_alarm.{}.alarm_name", identifier(alarm.id.as_str())), origin)
        });
        body = body.block(block(
            "alarms",
            Body::default()
                .with("alarm_names", Node::list(names, origin))
                .with("enable", Node::code("true", origin))
                .with("rollback", Node::flag(&service.circuit_breaker)),
        ));
    }
    for target in &service.targets {
        body = body.block(
            block(
                "load_balancer",
                Body::default()
                    .with("target_group_arn", arn(&target.group, origin))
                    .with("container_name", Node::text(component.to_owned(), origin))
                    .with("container_port", port(&target.port)),
            )
            .keyed(target.group.id.to_string()),
        );
    }
    body = body.block(network_configuration(id(&service.security_group, origin), origin));
    body = connect(service, body, origin);
    if service.discovery.is_some() {
        let registry = format!("aws_service_discovery_service.{}.arn", identifier(service.id.as_str()));
        body =
            body.block(block("service_registries", Body::default().with("registry_arn", Node::code(registry, origin))));
        discovery(service, &file, module);
    }
    if service.beside.is_some() {
        body = body.block(ignore(
            &["desired_count", "task_definition"],
            "A deployment starts it on the new revision, and ends it.",
            origin,
        ));
    } else if service.scales {
        body = body.block(ignore(&["desired_count"], "Scaling sets the number of tasks.", origin));
    }
    let listeners: Vec<Node> = service
        .targets
        .iter()
        .map(|target| Node::code(format!("aws_lb_listener.{}", identifier(target.listener.id.as_str())), origin))
        .collect();
    if !listeners.is_empty() {
        let mut once: Vec<Node> = Vec::new();
        for listener in listeners {
            if !once.iter().any(|known| known.says_the_same(&listener)) {
                once.push(listener);
            }
        }
        body = body.gap().with("depends_on", Node::list(once, origin));
    }
    module.resource(&file, "aws_ecs_service", &service.id, body, origin);
}

/// How the service is called by its name, and calls others.
fn connect(service: &EcsService, body: Body, origin: Origin) -> Body {
    if service.aliases.is_empty() && !service.is_client {
        return body;
    }
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let group = of(&service.log_group, Attribute::Name, origin);
    let mut inner = Body::default()
        .with("enabled", Node::code("true", origin))
        .with("namespace", Node::code("aws_service_discovery_private_dns_namespace.main.arn", origin))
        .block(block(
            "log_configuration",
            Body::default()
                .with("log_driver", Node::text("awslogs", origin))
                .gap()
                .with("options", logs(group, "connect", origin)),
        ));
    for alias in &service.aliases {
        let client = Body::default().with("dns_name", Node::traced(&alias.dns_name)).with("port", port(&alias.port));
        inner = inner.block(
            Block::new(
                "service",
                Body::default()
                    .with("port_name", Node::traced(&alias.port_name))
                    .with("discovery_name", Node::traced(&alias.discovery_name))
                    .block(block("client_alias", client)),
                alias.port_name.origin,
            )
            .keyed(alias.port_name.value.clone()),
        );
    }
    body.block(block("service_connect_configuration", inner))
}

/// The addresses of a service's tasks in the DNS of the network, for scraping.
fn discovery(service: &EcsService, file: &str, module: &mut Module) {
    let Some(name) = &service.discovery else { return };
    let origin = name.origin;
    let record = Body::default().with("type", Node::text("A", origin)).with("ttl", Node::code("10", origin));
    let dns = Body::default()
        .with("namespace_id", Node::code("aws_service_discovery_private_dns_namespace.main.id", origin))
        .with("routing_policy", Node::text("MULTIVALUE", origin))
        .block(Block::new("dns_records", record, origin));
    module.resource(
        file,
        "aws_service_discovery_service",
        &service.id,
        Body::default().with("name", Node::traced(name)).block(Block::new("dns_config", dns, origin)),
        origin,
    );
}

fn schedule(schedule: &Schedule, ecs: &Ecs, place: Place<'_>, module: &mut Module) {
    let origin = schedule.origin;
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let definition = super::place::traversal(
        crate::plan::aws::graph::Kind::TaskDefinition,
        &schedule.task_definition.id,
        Attribute::Arn,
    );
    let held = format!("lookup(var.held_task_definitions, \"{}\", {definition})", schedule.task_definition.id);
    let parameters = Body::default()
        .with("task_definition_arn", Node::code(held, origin))
        .with("task_count", Node::code("1", origin))
        .with("propagate_tags", Node::text("TASK_DEFINITION", origin))
        .block(block(
            "capacity_provider_strategy",
            Body::default()
                .with("capacity_provider", Node::traced(&ecs.cluster.capacity_provider))
                .with("weight", Node::code("1", origin)),
        ))
        .block(network_configuration(id(&schedule.security_group, origin), origin));
    let target = Body::default()
        .with("arn", arn(&schedule.cluster, origin))
        .with("role_arn", arn(&schedule.role, origin))
        .block(block("dead_letter_config", Body::default().with("arn", arn(&schedule.dead_letters, origin))))
        .block(block("ecs_parameters", parameters))
        .block(block("retry_policy", Body::default().with("maximum_retry_attempts", Node::number(&schedule.retries))));
    module.resource(
        &file_of(&schedule.owner, FILE),
        "aws_scheduler_schedule",
        &schedule.id,
        Body::default()
            .with("name", place.text(&schedule.name))
            .with("schedule_expression", Node::traced(&schedule.expression))
            .with("schedule_expression_timezone", Node::traced(&schedule.timezone))
            .with("kms_key_arn", arn(&schedule.key, origin))
            .block(block("flexible_time_window", Body::default().with("mode", Node::text("OFF", origin))))
            .block(block("target", target)),
        origin,
    );
}

fn scalable_target(target: &ScalableTarget, module: &mut Module) {
    let origin = target.origin;
    let service = identifier(target.service.id.as_str());
    let cluster = identifier(target.cluster.id.as_str());
    module.resource(
        &file_of(&target.owner, FILE),
        "aws_appautoscaling_target",
        &target.id,
        Body::default()
            .with("service_namespace", Node::text("ecs", origin))
            .with("scalable_dimension", Node::text("ecs:service:DesiredCount", origin))
            .with(
                "resource_id",
                Node::code(
                    format!("\"service/${{aws_ecs_cluster.{cluster}.name}}/${{aws_ecs_service.{service}.name}}\""),
                    origin,
                ),
            )
            .with("min_capacity", Node::number(&target.min))
            .with("max_capacity", Node::number(&target.max)),
        origin,
    );
}

fn scaling_policy(policy: &ScalingPolicy, place: Place<'_>, module: &mut Module) {
    let origin = policy.origin;
    let target = format!("aws_appautoscaling_target.{}", identifier(policy.target.id.as_str()));
    let code = |text: String| Node::code(text, origin);
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let predefined = |kind: &'static str, label: Option<String>| {
        let body = Body::default()
            .with("predefined_metric_type", Node::text(kind, origin))
            .with_some("resource_label", label.map(code));
        block("predefined_metric_specification", body)
    };
    let measured = match &policy.measure {
        TrackedMeasure::Cpu => predefined("ECSServiceAverageCPUUtilization", None),
        TrackedMeasure::Memory => predefined("ECSServiceAverageMemoryUtilization", None),
        TrackedMeasure::Requests(balancer, group) => {
            let label = format!(
                "\"${{aws_lb.{}.arn_suffix}}/${{aws_lb_target_group.{}.arn_suffix}}\"",
                identifier(balancer.id.as_str()),
                identifier(group.id.as_str())
            );
            predefined("ALBRequestCountPerTarget", Some(label))
        }
        TrackedMeasure::Backlog(queue, service) => {
            let dimension = ("QueueName", format!("aws_sqs_queue.{}.name", identifier(queue.id.as_str())));
            custom("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Sum", vec![dimension], service.id.as_str(), origin)
        }
        TrackedMeasure::Lag(cluster, topic, group, service) => {
            let name = format!("aws_msk_cluster.{}.cluster_name", identifier(cluster.id.as_str()));
            let dimensions = vec![("Cluster Name", name), ("Consumer Group", quoted(group)), ("Topic", quoted(topic))];
            custom("AWS/Kafka", "SumOffsetLag", "Maximum", dimensions, service.id.as_str(), origin)
        }
    };
    let configuration = Body::default()
        .with("target_value", Node::new(Expr::Number(policy.value.value), policy.value.origin))
        .with("scale_out_cooldown", Node::number(&policy.scale_out))
        .with("scale_in_cooldown", Node::number(&policy.scale_in))
        .block(measured);
    module.resource(
        &file_of(&policy.owner, FILE),
        "aws_appautoscaling_policy",
        &policy.id,
        Body::default()
            .with("name", place.text(&policy.name))
            .with("policy_type", Node::text("TargetTrackingScaling", origin))
            .with("service_namespace", code(format!("{target}.service_namespace")))
            .with("scalable_dimension", code(format!("{target}.scalable_dimension")))
            .with("resource_id", code(format!("{target}.resource_id")))
            .block(block("target_tracking_scaling_policy_configuration", configuration)),
        origin,
    );
}

/// A text of the input as code: letters of other alphabets and signs can't stand in a name of kafka.
fn quoted(text: &Traced<String>) -> String {
    let clean: String = text.chars().filter(|it| it.is_ascii_alphanumeric() || "._-".contains(*it)).collect();
    format!("\"{clean}\"")
}

/// What waits, divided by the tasks that run.
fn custom(
    namespace: &'static str,
    metric: &'static str,
    statistic: &'static str,
    dimensions: Vec<(&'static str, String)>,
    service: &str,
    origin: Origin,
) -> Block {
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let text = |text: &'static str| Node::text(text, origin);
    let stat = |name: &'static str,
                namespace: &'static str,
                dimensions: Vec<(&'static str, String)>,
                statistic: &'static str| {
        let mut metric = Body::default().with("metric_name", text(name)).with("namespace", text(namespace));
        for (name, value) in dimensions {
            let body = Body::default().with("name", text(name)).with("value", Node::code(value, origin));
            metric = metric.block(block("dimensions", body).keyed(name));
        }
        block("metric_stat", Body::default().with("stat", text(statistic)).block(block("metric", metric)))
    };
    let cluster = ("ClusterName", "aws_ecs_cluster.main.name".to_owned());
    let own = ("ServiceName", format!("aws_ecs_service.{}.name", identifier(service)));
    let hidden = |id: &'static str, body: Block| {
        block(
            "metrics",
            Body::default().with("id", text(id)).with("return_data", Node::code("false", origin)).block(body),
        )
        .keyed(id)
    };
    let result = Body::default()
        .with("id", text("per_task"))
        .with("label", text("Waiting a task"))
        .with("expression", text("FILL(waiting, 0) / IF(FILL(tasks, 1) < 1, 1, FILL(tasks, 1))"))
        .with("return_data", Node::code("true", origin));
    block(
        "customized_metric_specification",
        Body::default()
            .block(hidden("waiting", stat(metric, namespace, dimensions, statistic)))
            .block(hidden("tasks", stat("RunningTaskCount", "ECS/ContainerInsights", vec![cluster, own], "Average")))
            .block(block("metrics", result).keyed("per_task")),
    )
}
