//! Databases, caches, streams and brokers, with the secrets in which components find them.

use std::collections::HashMap;

use super::module::{Module, block, file_of};
use super::network::port;
use super::objects;
use super::place::{Place, arn, id, identifier, joined};
use crate::ir::{Origin, Traced};
use crate::output::hcl::{Block, Body, Node, Part};
use crate::plan::aws::graph::{
    Datastores, DbInstance, DbParameter, DocumentCluster, Holder, Id, MqBroker, MskCluster, Owner, Ref,
    ReplicationGroup, Secret, SecretContent, SecurityGroup,
};

/// What is looked up by a secret.
struct Stores<'a> {
    holders: HashMap<&'a Id, Holder<'a>>,
    secrets: HashMap<&'a Id, &'a Secret>,
}

pub(super) fn print(datastores: &Datastores, place: Place<'_>, module: &mut Module) {
    let secrets = datastores.secrets.iter().map(|secret| (&secret.id, secret)).collect();
    let stores = &Stores { holders: datastores.holders(), secrets };

    if !datastores.databases.is_empty() || !datastores.document_clusters.is_empty() || !datastores.caches.is_empty() {
        subnet_groups(datastores, module);
    }
    for database in &datastores.databases {
        relational(database, stores, place, module);
    }
    for cluster in &datastores.document_clusters {
        documents(cluster, stores, place, module);
    }
    for cache in &datastores.caches {
        self::cache(cache, stores, place, module);
    }
    for cluster in &datastores.kafka {
        kafka(cluster, place, module);
    }
    for broker in &datastores.brokers {
        self::broker(broker, stores, place, module);
    }
    objects::print(datastores, place, module);
    for secret in &datastores.secrets {
        self::secret(secret, stores, place, module);
    }
}

/// One group of subnets for all databases, and one for all caches.
fn subnet_groups(stores: &Datastores, module: &mut Module) {
    let file = "network.tf";
    let first = stores.databases.first().map(|it| it.origin);
    let first = first.or(stores.document_clusters.first().map(|it| it.origin));
    let main = Id::made("main");
    if let Some(origin) = first {
        let body = Body::default()
            .with("name", Node::code("local.name", origin))
            .with("description", Node::text("Data subnets", origin))
            .with("subnet_ids", Node::code("local.data_subnet_ids", origin));
        module.resource(file, "aws_db_subnet_group", &main, body, origin);
    }
    if let Some(origin) = stores.caches.first().map(|it| it.origin) {
        let body = Body::default()
            .with("name", Node::code("local.name", origin))
            .with("description", Node::text("Data subnets", origin))
            .with("subnet_ids", Node::code("local.data_subnet_ids", origin));
        module.resource(file, "aws_elasticache_subnet_group", &main, body, origin);
    }
}

/// A password that is never in the state.
fn password(name: &Id, owner: &Owner, length: &Traced<u32>, origin: Origin, module: &mut Module) {
    let body = Body::default()
        .with("password_length", Node::number(length))
        .with("exclude_punctuation", Node::code("true", origin));
    let file = file_of(owner, "secrets.tf");
    let kind = "aws_secretsmanager_random_password";
    module.add(&file, block("ephemeral", kind, identifier(name.as_str()), body, origin));
}

/// A password that an argument without a write-only form takes: the provider keeps it in the state, which is encrypted.
fn kept_password(name: &Id, owner: &Owner, length: &Traced<u32>, origin: Origin, module: &mut Module) {
    let body = Body::default()
        .comment("The argument that takes it has no write-only form: it stands in the (encrypted) state.", origin)
        .with("password_length", Node::number(length))
        .with("exclude_punctuation", Node::code("true", origin));
    let file = file_of(owner, "secrets.tf");
    module.data(&file, "aws_secretsmanager_random_password", name.as_str(), body, origin);
}

fn length(stores: &Stores<'_>, secret: &Ref<Secret>) -> Option<Traced<u32>> {
    match &stores.secrets.get(&secret.id)?.content {
        SecretContent::Credentials { length, .. } => Some(*length),
        _ => None,
    }
}

fn ephemeral(name: &Id) -> String {
    format!("ephemeral.aws_secretsmanager_random_password.{}.random_password", identifier(name.as_str()))
}

fn kept(name: &Id) -> String {
    format!("data.aws_secretsmanager_random_password.{}.random_password", identifier(name.as_str()))
}

fn parameters(parameters: &[DbParameter], with_method: bool) -> Vec<Block> {
    parameters
        .iter()
        .map(|parameter| {
            let body = Body::default()
                .with("name", Node::traced(&parameter.name))
                .with("value", Node::traced(&parameter.value));
            let method = if parameter.pending_reboot { "pending-reboot" } else { "immediate" };
            let body =
                if with_method { body.with("apply_method", Node::text(method, parameter.value.origin)) } else { body };
            Block::new("parameter", body, parameter.value.origin).keyed(parameter.name.value.clone())
        })
        .collect()
}

fn groups(group: &Ref<SecurityGroup>, origin: Origin) -> Node {
    Node::list([id(group, origin)], origin)
}

fn relational(database: &DbInstance, stores: &Stores<'_>, place: Place<'_>, module: &mut Module) {
    let origin = database.origin;
    let file = file_of(&database.owner, "data.tf");
    let name = identifier(database.id.as_str());
    let yes = || Node::code("true", origin);
    if let Some(length) = length(stores, &database.secret) {
        password(&database.id, &database.owner, &length, origin, module);
    }
    let group = Body::default()
        .with("name", place.text(&database.name))
        .with("family", Node::traced(&database.family))
        .with("description", place.text(&database.name.with(format!("Parameters of {}", database.name))))
        .blocks(parameters(&database.parameters, true));
    module.resource(&file, "aws_db_parameter_group", &database.id, group, origin);
    let exports = database.log_exports.iter().map(Node::traced);
    let body = Body::default()
        .with("identifier", place.text(&database.name))
        .with("engine", Node::traced(&database.engine))
        .with("engine_version", Node::traced(&database.release))
        .with("instance_class", Node::traced(&database.class))
        .with("multi_az", Node::flag(&database.multi_az))
        .gap()
        .with("db_name", Node::traced(&database.database))
        .with("username", Node::traced(&database.username))
        .with("password_wo", Node::code(ephemeral(&database.id), origin))
        .with("password_wo_version", Node::code("var.password_version", origin))
        .with("port", port(&database.port))
        .with("iam_database_authentication_enabled", yes())
        .gap()
        .with("allocated_storage", Node::number(&database.storage_gib))
        .with("max_allocated_storage", Node::number(&database.max_storage_gib))
        .with("storage_type", Node::traced(&database.storage_type))
        .with("storage_encrypted", yes())
        .with("kms_key_id", arn(&database.key, origin))
        .gap()
        .with("db_subnet_group_name", Node::code("aws_db_subnet_group.main.name", origin))
        .with("vpc_security_group_ids", groups(&database.security_group, origin))
        .with("publicly_accessible", Node::flag(&database.public))
        .with("parameter_group_name", Node::code(format!("aws_db_parameter_group.{name}.name"), origin))
        .gap()
        .with("backup_retention_period", Node::number(&database.backup_days))
        .with("copy_tags_to_snapshot", yes())
        .with("deletion_protection", Node::flag(&database.protected))
        .with("delete_automated_backups", Node::flag(&database.protected.map(|protected| !protected)))
        .with("skip_final_snapshot", Node::flag(&database.protected.map(|protected| !protected)))
        .with("final_snapshot_identifier", Node::code(format!("\"${{local.name}}-{}-final\"", database.id), origin))
        .with("auto_minor_version_upgrade", yes())
        .gap()
        .with("enabled_cloudwatch_logs_exports", Node::list(exports, origin))
        .with("monitoring_interval", Node::number(&database.monitoring_interval))
        .with("monitoring_role_arn", arn(&database.monitoring_role, origin))
        .with("performance_insights_enabled", Node::flag(&database.performance_insights));
    let body = if database.performance_insights.value {
        body.with("performance_insights_kms_key_id", arn(&database.key, origin))
    } else {
        body
    };
    module.resource(&file, "aws_db_instance", &database.id, body, origin);
}

fn documents(cluster: &DocumentCluster, stores: &Stores<'_>, place: Place<'_>, module: &mut Module) {
    let origin = cluster.origin;
    let file = file_of(&cluster.owner, "data.tf");
    let name = identifier(cluster.id.as_str());
    if let Some(length) = length(stores, &cluster.secret) {
        password(&cluster.id, &cluster.owner, &length, origin, module);
    }
    let group = Body::default()
        .with("name", place.text(&cluster.name))
        .with("family", Node::traced(&cluster.family))
        .with("description", place.text(&cluster.name.with(format!("Parameters of {}", cluster.name))))
        .blocks(parameters(&cluster.parameters, true));
    module.resource(&file, "aws_docdb_cluster_parameter_group", &cluster.id, group, origin);
    let unprotected = Node::flag(&cluster.protected.map(|protected| !protected));
    let body = Body::default()
        .with("cluster_identifier", place.text(&cluster.name))
        .with("engine", Node::text("docdb", origin))
        .with("engine_version", Node::traced(&cluster.version))
        .gap()
        .with("master_username", Node::traced(&cluster.username))
        .with("master_password_wo", Node::code(ephemeral(&cluster.id), origin))
        .with("master_password_wo_version", Node::code("var.password_version", origin))
        .with("port", port(&cluster.port))
        .gap()
        .with("storage_encrypted", Node::code("true", origin))
        .with("kms_key_id", arn(&cluster.key, origin))
        .gap()
        .with("db_subnet_group_name", Node::code("aws_db_subnet_group.main.name", origin))
        .with("vpc_security_group_ids", groups(&cluster.security_group, origin))
        .with(
            "db_cluster_parameter_group_name",
            Node::code(format!("aws_docdb_cluster_parameter_group.{name}.name"), origin),
        )
        .gap()
        .with("backup_retention_period", Node::number(&cluster.backup_days))
        .with("deletion_protection", Node::flag(&cluster.protected))
        .with("skip_final_snapshot", unprotected)
        .with("final_snapshot_identifier", Node::code(format!("\"${{local.name}}-{}-final\"", cluster.id), origin))
        .with("enabled_cloudwatch_logs_exports", Node::list(cluster.log_exports.iter().map(Node::traced), origin));
    module.resource(&file, "aws_docdb_cluster", &cluster.id, body, origin);
    let body = Body::default()
        .with("count", Node::number(&cluster.instances))
        .gap()
        .with(
            "identifier",
            Node::code(format!("\"${{aws_docdb_cluster.{name}.cluster_identifier}}-${{count.index + 1}}\""), origin),
        )
        .with("cluster_identifier", Node::code(format!("aws_docdb_cluster.{name}.id"), origin))
        .with("instance_class", Node::traced(&cluster.class))
        .with("auto_minor_version_upgrade", Node::code("true", origin))
        .with("copy_tags_to_snapshot", Node::code("true", origin));
    module.resource(&file, "aws_docdb_cluster_instance", &cluster.id, body, origin);
}

fn cache(cache: &ReplicationGroup, stores: &Stores<'_>, place: Place<'_>, module: &mut Module) {
    let origin = cache.origin;
    let file = file_of(&cache.owner, "data.tf");
    let name = identifier(cache.id.as_str());
    if let Some(length) = length(stores, &cache.secret) {
        kept_password(&cache.id, &cache.owner, &length, origin, module);
    }
    let several = Node::flag(&cache.nodes.map(|nodes| nodes > 1));
    let group = Body::default()
        .with("name", place.text(&cache.name))
        .with("family", Node::traced(&cache.family))
        .with("description", place.text(&cache.name.with(format!("Parameters of {}", cache.name))))
        .blocks(parameters(&cache.parameters, false));
    module.resource(&file, "aws_elasticache_parameter_group", &cache.id, group, origin);
    let log = Body::default()
        .with("destination", super::place::of(&cache.log_group, crate::plan::aws::graph::Attribute::Name, origin))
        .with("destination_type", Node::text("cloudwatch-logs", origin))
        .with("log_format", Node::text("json", origin))
        .with("log_type", Node::text("slow-log", origin));
    let body = Body::default()
        .with("replication_group_id", place.text(&cache.name))
        .with("description", place.text(&cache.description))
        .with("engine", Node::traced(&cache.engine))
        .with("engine_version", Node::traced(&cache.version))
        .with("node_type", Node::traced(&cache.node_type))
        .with("num_cache_clusters", Node::number(&cache.nodes))
        .with("automatic_failover_enabled", several.clone())
        .with("multi_az_enabled", several)
        .with("port", port(&cache.port))
        .gap()
        .with("parameter_group_name", Node::code(format!("aws_elasticache_parameter_group.{name}.name"), origin))
        .with("subnet_group_name", Node::code("aws_elasticache_subnet_group.main.name", origin))
        .with("security_group_ids", groups(&cache.security_group, origin))
        .gap()
        .with("at_rest_encryption_enabled", Node::code("true", origin))
        .with("transit_encryption_enabled", Node::code("true", origin))
        .with("kms_key_id", arn(&cache.key, origin))
        .with("auth_token", Node::code(kept(&cache.id), origin))
        .gap()
        .with("snapshot_retention_limit", Node::number(&cache.snapshot_days))
        .with("auto_minor_version_upgrade", Node::code("true", origin))
        .block(Block::new("log_delivery_configuration", log, origin))
        .block(ignore(&["auth_token"], "Each plan makes another password; the first one stays.", origin));
    module.resource(&file, "aws_elasticache_replication_group", &cache.id, body, origin);
}

/// What a plan leaves as it is.
pub(super) fn ignore(attributes: &[&'static str], why: &'static str, origin: Origin) -> Block {
    let list = Node::list(attributes.iter().map(|attribute| Node::code(*attribute, origin)), origin);
    Block::new("lifecycle", Body::default().comment(why, origin).with("ignore_changes", list), origin)
}

fn kafka(cluster: &MskCluster, place: Place<'_>, module: &mut Module) {
    let origin = cluster.origin;
    let file = file_of(&cluster.owner, "data.tf");
    let name = identifier(cluster.id.as_str());
    let properties: Vec<Part> =
        cluster.properties.iter().map(|it| Part::Text(format!("{} = {}\n", it.name, it.value).into())).collect();
    let version = Node::list([Node::traced(&cluster.version)], origin);
    let configuration = Body::default()
        .with("name", place.text(&cluster.name))
        .with("kafka_versions", version)
        .with("server_properties", Node::new(joined(properties), origin))
        .gap()
        .block(Block::new(
            "lifecycle",
            Body::default().with("create_before_destroy", Node::code("true", origin)),
            origin,
        ));
    module.resource(&file, "aws_msk_configuration", &cluster.id, configuration, origin);
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let yes = || Node::code("true", origin);
    let storage = block("ebs_storage_info", Body::default().with("volume_size", Node::number(&cluster.storage_gib)));
    let nodes = Body::default()
        .with("instance_type", Node::traced(&cluster.instance_type))
        .with(
            "client_subnets",
            Node::call(
                "slice",
                vec![
                    Node::code("local.data_subnet_ids", origin),
                    Node::code("0", origin),
                    Node::number(&cluster.zones),
                ],
                origin,
            ),
        )
        .with("security_groups", groups(&cluster.security_group, origin))
        .block(block("storage_info", Body::default().block(storage)));
    let logs = Body::default()
        .with("enabled", yes())
        .with("log_group", super::place::of(&cluster.log_group, crate::plan::aws::graph::Attribute::Name, origin));
    let transit = Body::default().with("client_broker", Node::text("TLS", origin)).with("in_cluster", yes());
    let exporters = Body::default()
        .block(block("jmx_exporter", Body::default().with("enabled_in_broker", yes())))
        .block(block("node_exporter", Body::default().with("enabled_in_broker", yes())));
    let body = Body::default()
        .with("cluster_name", place.text(&cluster.name))
        .with("kafka_version", Node::traced(&cluster.version))
        .with("number_of_broker_nodes", Node::number(&cluster.brokers))
        .with("enhanced_monitoring", Node::text("PER_TOPIC_PER_BROKER", origin))
        .block(block("broker_node_group_info", nodes))
        .block(block(
            "configuration_info",
            Body::default()
                .with("arn", Node::code(format!("aws_msk_configuration.{name}.arn"), origin))
                .with("revision", Node::code(format!("aws_msk_configuration.{name}.latest_revision"), origin)),
        ))
        .block(block(
            "client_authentication",
            Body::default()
                .with("unauthenticated", Node::code("false", origin))
                .block(block("sasl", Body::default().with("iam", yes()))),
        ))
        .block(block(
            "encryption_info",
            Body::default()
                .with("encryption_at_rest_kms_key_arn", arn(&cluster.key, origin))
                .block(block("encryption_in_transit", transit)),
        ))
        .block(block(
            "logging_info",
            Body::default().block(block("broker_logs", Body::default().block(block("cloudwatch_logs", logs)))),
        ))
        .block(block("open_monitoring", Body::default().block(block("prometheus", exporters))));
    module.resource(&file, "aws_msk_cluster", &cluster.id, body, origin);
}

fn broker(broker: &MqBroker, stores: &Stores<'_>, place: Place<'_>, module: &mut Module) {
    let origin = broker.origin;
    let file = file_of(&broker.owner, "data.tf");
    if let Some(length) = length(stores, &broker.secret) {
        kept_password(&broker.id, &broker.owner, &length, origin, module);
    }
    let (mode, subnets) = if broker.clustered.value {
        ("CLUSTER_MULTI_AZ", "local.data_subnet_ids")
    } else {
        ("SINGLE_INSTANCE", "slice(local.data_subnet_ids, 0, 1)")
    };
    let block = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let body = Body::default()
        .with("broker_name", place.text(&broker.name))
        .with("engine_type", Node::text("RabbitMQ", origin))
        .with("engine_version", Node::traced(&broker.version))
        .with("host_instance_type", Node::traced(&broker.instance_type))
        .with("deployment_mode", Node::text(mode, broker.clustered.origin))
        .gap()
        .with("subnet_ids", Node::code(subnets, broker.clustered.origin))
        .with("security_groups", groups(&broker.security_group, origin))
        .with("publicly_accessible", Node::code("false", origin))
        .with("auto_minor_version_upgrade", Node::code("true", origin))
        .block(block(
            "encryption_options",
            Body::default()
                .with("use_aws_owned_key", Node::code("false", origin))
                .with("kms_key_id", arn(&broker.key, origin)),
        ))
        .block(block("logs", Body::default().with("general", Node::code("true", origin))))
        .block(block(
            "user",
            Body::default()
                .with("username", Node::traced(&broker.username))
                .with("password", Node::code(kept(&broker.id), origin)),
        ))
        .block(ignore(&["user"], "Each plan makes another password; the first one stays.", origin));
    module.resource(&file, "aws_mq_broker", &broker.id, body, origin);
}

fn secret(secret: &Secret, stores: &Stores<'_>, place: Place<'_>, module: &mut Module) {
    let origin = secret.origin;
    let file = file_of(&secret.owner, "secrets.tf");
    module.resource(
        &file,
        "aws_secretsmanager_secret",
        &secret.id,
        Body::default()
            .with("name", place.text(&secret.name))
            .with("description", place.text(&secret.description))
            .with("kms_key_id", arn(&secret.key, origin))
            .with("recovery_window_in_days", Node::number(&secret.recovery_days)),
        origin,
    );
    let name = identifier(secret.id.as_str());
    let head = || Body::default().with("secret_id", Node::code(format!("aws_secretsmanager_secret.{name}.id"), origin));
    let body = match &secret.content {
        SecretContent::Declared => return,
        SecretContent::Address(key) => {
            let Some(value) = address(stores, &secret.reference(), &key.value) else { return };
            let object = Node::object(vec![(key.value.clone().into(), Node::code(value, origin))], origin);
            head().with("secret_string", Node::call("jsonencode", vec![object], origin))
        }
        SecretContent::Credentials { database, .. } => {
            let Some(keys) = credentials(stores, &secret.reference()) else { return };
            let fields = keys.into_iter().filter(|(key, _)| *key != "database" || database.is_some());
            let fields = fields.map(|(key, value)| (key.into(), Node::new(joined(vec![value]), origin))).collect();
            head()
                .with("secret_string_wo", Node::call("jsonencode", vec![Node::object(fields, origin)], origin))
                .with("secret_string_wo_version", Node::code("var.password_version", origin))
        }
        SecretContent::Connection { of, format } => {
            let Some(keys) = credentials(stores, of) else { return };
            let text = Node::new(joined(filled(&format.value, &keys)), format.origin);
            head()
                .with("secret_string_wo", text)
                .with("secret_string_wo_version", Node::code("var.password_version", origin))
        }
    };
    module.resource(&file, "aws_secretsmanager_secret_version", &secret.id, body, origin);
}

/// A format with `{key}` for each key.
fn filled(format: &str, keys: &[(&'static str, Part)]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some((at, key, part)) = keys
        .iter()
        .filter_map(|(key, part)| Some((rest.find(&format!("{{{key}}}"))?, *key, part)))
        .min_by_key(|(at, ..)| *at)
    {
        parts.push(Part::Text(rest[..at].to_owned().into()));
        parts.push(part.clone());
        rest = &rest[at + key.len() + 2..];
    }
    parts.push(Part::Text(rest.to_owned().into()));
    parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
    parts
}

/// What a datastore without credentials tells about itself.
fn address(stores: &Stores<'_>, secret: &Ref<Secret>, key: &str) -> Option<String> {
    let by = |kind: &str, id: &Id, attribute: &str| Some(format!("{kind}.{}.{attribute}", identifier(id.as_str())));
    match (key, stores.holders.get(&secret.id)?) {
        ("url", Holder::Queue(it)) => by("aws_sqs_queue", &it.id, "url"),
        ("arn", Holder::Topic(it)) => by("aws_sns_topic", &it.id, "arn"),
        ("name", Holder::Bucket(it)) => by("aws_s3_bucket", &it.id, "bucket"),
        ("brokers", Holder::Kafka(it)) => by("aws_msk_cluster", &it.id, "bootstrap_brokers_sasl_iam"),
        _ => None,
    }
}

/// The keys of a secret with credentials.
fn credentials(stores: &Stores<'_>, secret: &Ref<Secret>) -> Option<Vec<(&'static str, Part)>> {
    let code = |text: String| Part::Code(text.into());
    let text = |text: &str| Part::Text(text.to_owned().into());
    match stores.holders.get(&secret.id)? {
        Holder::Database(it) => {
            let name = format!("aws_db_instance.{}", identifier(it.id.as_str()));
            Some(vec![
                ("host", code(format!("{name}.address"))),
                ("port", code(format!("{name}.port"))),
                ("database", code(format!("{name}.db_name"))),
                ("username", code(format!("{name}.username"))),
                ("password", code(ephemeral(&it.id))),
            ])
        }
        Holder::Documents(it) => {
            let name = format!("aws_docdb_cluster.{}", identifier(it.id.as_str()));
            let database = stores.secrets.get(&secret.id).and_then(|known| match &known.content {
                SecretContent::Credentials { database, .. } => database.as_ref().map(|database| database.value.clone()),
                _ => None,
            });
            Some(vec![
                ("host", code(format!("{name}.endpoint"))),
                ("port", code(format!("{name}.port"))),
                ("database", text(&database.unwrap_or_default())),
                ("username", code(format!("{name}.master_username"))),
                ("password", code(ephemeral(&it.id))),
            ])
        }
        Holder::Cache(it) => {
            let name = format!("aws_elasticache_replication_group.{}", identifier(it.id.as_str()));
            Some(vec![
                ("host", code(format!("{name}.primary_endpoint_address"))),
                ("port", code(format!("{name}.port"))),
                ("username", text("default")),
                ("password", code(kept(&it.id))),
            ])
        }
        Holder::Broker(it) => {
            let name = format!("aws_mq_broker.{}", identifier(it.id.as_str()));
            Some(vec![
                ("host", code(format!("regex(\"://([^:/]+)\", {name}.instances[0].endpoints[0])[0]"))),
                ("port", text(&it.port.to_string())),
                ("username", text(&it.username)),
                ("password", code(kept(&it.id))),
            ])
        }
        Holder::Kafka(_) | Holder::Queue(_) | Holder::Topic(_) | Holder::Bucket(_) => None,
    }
}
