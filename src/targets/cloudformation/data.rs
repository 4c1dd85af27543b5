//! Databases, caches, streams and brokers, and the secrets in which components find them.

use super::rules;
use super::template::{Keep, Scope, Template, by};
use super::value::{Sub, attribute, call, reference, text, whole};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{
    Attribute, DbInstance, DbParameter, DocumentCluster, Kind, MqBroker, MskCluster, Ref, ReplicationGroup, Secret,
    SecretContent,
};

/// Characters that a URL would write otherwise.
const NOT_IN_A_URL: &str = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~";

fn parameters(parameters: &[DbParameter], origin: Origin) -> Map {
    let mut map = Map::new(origin);
    for parameter in parameters {
        map.put(parameter.name.value.clone(), text(&parameter.value));
    }
    map
}

/// `{{resolve:secretsmanager:…}}` of a key of a secret of this stack.
fn resolved(scope: &Scope<'_>, secret: &Ref<Secret>, key: &str, origin: Origin) -> Doc {
    resolve_into(scope, Sub::default(), secret, key).doc(origin)
}

fn resolve_into(scope: &Scope<'_>, sub: Sub, secret: &Ref<Secret>, key: &str) -> Sub {
    sub.text("{{resolve:secretsmanager:")
        .of(&scope.logical(Kind::Secret, &secret.id))
        .text(":SecretString:")
        .text(key)
        .text("}}")
}

fn groups(template: &Template<'_>, group: &Ref<crate::plan::aws::graph::SecurityGroup>, origin: Origin) -> Doc {
    Doc::list([template.of(group, Attribute::Id, origin)], origin)
}

fn key(template: &Template<'_>, key: &Ref<crate::plan::aws::graph::KmsKey>, origin: Origin) -> Doc {
    template.of(key, Attribute::Arn, origin)
}

/// A PostgreSQL or MySQL instance with its subnet group, parameter group and secret.
pub(super) fn database(template: &mut Template<'_>, database: &DbInstance) {
    let origin = database.origin;
    let practice = Origin::rule(rules::DATABASE);
    let id = template.logical(Kind::DbInstance, &database.id);
    let subnets = Map::new(origin)
        .with("DBSubnetGroupName", text(&database.name))
        .with("DBSubnetGroupDescription", Doc::text(format!("Subnets of {}", database.name), origin))
        .with("SubnetIds", template.subnets("data", origin));
    template.add(format!("{id}Subnets"), "AWS::RDS::DBSubnetGroup", Keep::No, subnets);
    let group = Map::new(origin)
        .with("Description", Doc::text(format!("Parameters of {}", database.name), origin))
        .with("Family", text(&database.family))
        .with("Parameters", parameters(&database.parameters, origin));
    template.add(format!("{id}Parameters"), "AWS::RDS::DBParameterGroup", Keep::No, group);
    let mut properties = Map::new(origin)
        .with("DBInstanceIdentifier", text(&database.name))
        .with("Engine", text(&database.engine))
        .with("EngineVersion", text(&database.version))
        .with("DBInstanceClass", text(&database.class))
        .with("AllocatedStorage", Doc::text(database.storage_gib.to_string(), database.storage_gib.origin))
        .with("MaxAllocatedStorage", whole(&database.max_storage_gib))
        .with("StorageType", text(&database.storage_type))
        .with("StorageEncrypted", Doc::Bool(true, practice))
        .with("KmsKeyId", key(template, &database.key, origin))
        .with("MultiAZ", Doc::Bool(database.multi_az.value, database.multi_az.origin))
        .with("DBName", text(&database.database))
        .with("MasterUsername", text(&database.username))
        .with(
            "MasterUserPassword",
            resolved(template.scope, &database.secret, "password", Origin::rule(rules::PASSWORD)),
        )
        .with("Port", Doc::text(database.port.value.0.to_string(), database.port.origin))
        .with("DBSubnetGroupName", reference(format!("{id}Subnets"), origin))
        .with("DBParameterGroupName", reference(format!("{id}Parameters"), origin))
        .with("VPCSecurityGroups", groups(template, &database.security_group, origin))
        .with("PubliclyAccessible", Doc::Bool(database.public.value, database.public.origin))
        .with("EnableIAMDatabaseAuthentication", Doc::Bool(true, practice))
        .with("AutoMinorVersionUpgrade", Doc::Bool(true, practice))
        .with("BackupRetentionPeriod", whole(&database.backup_days))
        .with("CopyTagsToSnapshot", Doc::Bool(true, practice))
        .with("DeletionProtection", Doc::Bool(database.protected.value, database.protected.origin))
        .with("MonitoringInterval", whole(&database.monitoring_interval))
        .with("MonitoringRoleArn", template.of(&database.monitoring_role, Attribute::Arn, origin));
    if database.performance_insights.value {
        properties.put("EnablePerformanceInsights", Doc::Bool(true, database.performance_insights.origin));
        properties.put("PerformanceInsightsKMSKeyId", key(template, &database.key, origin));
    }
    if !database.log_exports.is_empty() {
        properties.put("EnableCloudwatchLogsExports", Doc::list(database.log_exports.iter().map(text), origin));
    }
    template.add(id.clone(), "AWS::RDS::DBInstance", Keep::Snapshot, properties);
    attach(template, &database.secret, "AWS::RDS::DBInstance", &id, origin);
}

/// Adds host and port to a secret once its database is there.
fn attach(template: &mut Template<'_>, secret: &Ref<Secret>, kind: &'static str, target: &str, origin: Origin) {
    let secret = template.logical(Kind::Secret, &secret.id);
    let properties = Map::new(origin)
        .with("SecretId", reference(secret.clone(), origin))
        .text("TargetType", kind)
        .with("TargetId", reference(target.to_owned(), origin));
    template.add(format!("{secret}Attachment"), "AWS::SecretsManager::SecretTargetAttachment", Keep::No, properties);
}

/// A DocumentDB cluster with its instances.
pub(super) fn document_cluster(template: &mut Template<'_>, cluster: &DocumentCluster) {
    let origin = cluster.origin;
    let practice = Origin::rule(rules::DATABASE);
    let id = template.logical(Kind::DocumentCluster, &cluster.id);
    let subnets = Map::new(origin)
        .with("DBSubnetGroupName", text(&cluster.name))
        .with("DBSubnetGroupDescription", Doc::text(format!("Subnets of {}", cluster.name), origin))
        .with("SubnetIds", template.subnets("data", origin));
    template.add(format!("{id}Subnets"), "AWS::DocDB::DBSubnetGroup", Keep::No, subnets);
    let group = Map::new(origin)
        .with("Name", text(&cluster.name))
        .with("Description", Doc::text(format!("Parameters of {}", cluster.name), origin))
        .with("Family", text(&cluster.family))
        .with("Parameters", parameters(&cluster.parameters, origin));
    template.add(format!("{id}Parameters"), "AWS::DocDB::DBClusterParameterGroup", Keep::No, group);
    let mut properties = Map::new(origin)
        .with("DBClusterIdentifier", text(&cluster.name))
        .with("EngineVersion", text(&cluster.version))
        .with("MasterUsername", text(&cluster.username))
        .with(
            "MasterUserPassword",
            resolved(template.scope, &cluster.secret, "password", Origin::rule(rules::PASSWORD)),
        )
        .with("Port", Doc::Integer(i64::from(cluster.port.value.0), cluster.port.origin))
        .with("DBSubnetGroupName", reference(format!("{id}Subnets"), origin))
        .with("DBClusterParameterGroupName", reference(format!("{id}Parameters"), origin))
        .with("VpcSecurityGroupIds", groups(template, &cluster.security_group, origin))
        .with("StorageEncrypted", Doc::Bool(true, practice))
        .with("KmsKeyId", key(template, &cluster.key, origin))
        .with("BackupRetentionPeriod", whole(&cluster.backup_days))
        .with("CopyTagsToSnapshot", Doc::Bool(true, practice))
        .with("DeletionProtection", Doc::Bool(cluster.protected.value, cluster.protected.origin));
    if !cluster.log_exports.is_empty() {
        properties.put("EnableCloudwatchLogsExports", Doc::list(cluster.log_exports.iter().map(text), origin));
    }
    template.add(id.clone(), "AWS::DocDB::DBCluster", Keep::Snapshot, properties);
    // The data is the cluster's, whatever instances there are.
    for number in 1..=cluster.instances.value {
        let instance = Map::new(cluster.instances.origin)
            .with("DBInstanceIdentifier", Doc::text(format!("{}-{number}", cluster.name), origin))
            .with("DBClusterIdentifier", reference(id.clone(), origin))
            .with("DBInstanceClass", text(&cluster.class))
            .with("AutoMinorVersionUpgrade", Doc::Bool(true, practice));
        template.add(format!("{id}Instance{number}"), "AWS::DocDB::DBInstance", Keep::Delete, instance);
    }
    attach(template, &cluster.secret, "AWS::DocDB::DBCluster", &id, origin);
}

/// A Redis or Valkey replication group. Its password stands in a secret of its own, because the secret that components
/// read can only be written when the host is known.
pub(super) fn cache(template: &mut Template<'_>, cache: &ReplicationGroup) {
    let origin = cache.origin;
    let practice = Origin::rule(rules::CACHE);
    let id = template.logical(Kind::ReplicationGroup, &cache.id);
    let subnets = Map::new(origin)
        .with("CacheSubnetGroupName", text(&cache.name))
        .with("Description", Doc::text(format!("Subnets of {}", cache.name), origin))
        .with("SubnetIds", template.subnets("data", origin));
    template.add(format!("{id}Subnets"), "AWS::ElastiCache::SubnetGroup", Keep::No, subnets);
    let group = Map::new(origin)
        .with("CacheParameterGroupFamily", text(&cache.family))
        .with("Description", Doc::text(format!("Parameters of {}", cache.name), origin))
        .with("Properties", parameters(&cache.parameters, origin));
    template.add(format!("{id}Parameters"), "AWS::ElastiCache::ParameterGroup", Keep::No, group);
    let destination = Map::new(origin).with(
        "CloudWatchLogsDetails",
        Map::new(origin).with("LogGroup", template.of(&cache.log_group, Attribute::Name, origin)),
    );
    let slow = Map::new(origin)
        .text("LogType", "slow-log")
        .text("LogFormat", "json")
        .text("DestinationType", "cloudwatch-logs")
        .with("DestinationDetails", destination);
    let several = cache.nodes.value > 1;
    let properties = Map::new(origin)
        .with("ReplicationGroupId", text(&cache.name))
        .with("ReplicationGroupDescription", text(&cache.description))
        .with("Engine", text(&cache.engine))
        .with("EngineVersion", text(&cache.version))
        .with("CacheNodeType", text(&cache.node_type))
        .with("NumCacheClusters", whole(&cache.nodes))
        .with("AutomaticFailoverEnabled", Doc::Bool(several, cache.nodes.origin))
        .with("MultiAZEnabled", Doc::Bool(several, cache.nodes.origin))
        .with("Port", Doc::Integer(i64::from(cache.port.value.0), cache.port.origin))
        .with("CacheSubnetGroupName", reference(format!("{id}Subnets"), origin))
        .with("CacheParameterGroupName", reference(format!("{id}Parameters"), origin))
        .with("SecurityGroupIds", groups(template, &cache.security_group, origin))
        .with("AtRestEncryptionEnabled", Doc::Bool(true, practice))
        .with("KmsKeyId", key(template, &cache.key, origin))
        .with("TransitEncryptionEnabled", Doc::Bool(true, practice))
        .with("AuthToken", password_of(template.scope, &cache.secret, Origin::rule(rules::PASSWORD)))
        .with("AutoMinorVersionUpgrade", Doc::Bool(true, practice))
        .with("SnapshotRetentionLimit", whole(&cache.snapshot_days))
        .with("LogDeliveryConfigurations", Doc::list([slow.into()], origin));
    template.add(id, "AWS::ElastiCache::ReplicationGroup", Keep::Snapshot, properties);
}

/// The logical id of the secret with nothing but a password.
fn password_id(scope: &Scope<'_>, secret: &Ref<Secret>) -> String {
    format!("{}Password", scope.logical(Kind::Secret, &secret.id))
}

fn password_of(scope: &Scope<'_>, secret: &Ref<Secret>, origin: Origin) -> Doc {
    let id = password_id(scope, secret);
    Sub::default().text("{{resolve:secretsmanager:").of(&id).text(":SecretString:password}}").doc(origin)
}

/// A Kafka cluster.
pub(super) fn kafka(template: &mut Template<'_>, cluster: &MskCluster) {
    let origin = cluster.origin;
    let practice = Origin::rule(rules::BROKER);
    let id = template.logical(Kind::MskCluster, &cluster.id);
    let on = |value: bool| Doc::Bool(value, practice);
    let mut server = String::new();
    for property in &cluster.properties {
        server.push_str(&format!("{}={}\n", property.name, property.value));
    }
    let configuration = Map::new(origin)
        .with("Name", text(&cluster.name))
        .with("KafkaVersionsList", Doc::list([text(&cluster.version)], origin))
        .with("ServerProperties", Doc::text(server, origin));
    template.add(format!("{id}Configuration"), "AWS::MSK::Configuration", Keep::No, configuration);
    let subnets = template.subnets("data", origin);
    let count = cluster.zones.value;
    let chosen =
        (0..count).map(|index| call("Select", [Doc::Integer(i64::from(index), origin), subnets.clone()], origin));
    let storage =
        Map::new(origin).with("EBSStorageInfo", Map::new(origin).with("VolumeSize", whole(&cluster.storage_gib)));
    let nodes = Map::new(origin)
        .with("InstanceType", text(&cluster.instance_type))
        .with("ClientSubnets", Doc::list(chosen.collect::<Vec<_>>(), origin))
        .with("SecurityGroups", groups(template, &cluster.security_group, origin))
        .with("StorageInfo", storage);
    let logs = Map::new(origin)
        .with("Enabled", on(true))
        .with("LogGroup", template.of(&cluster.log_group, Attribute::Name, origin));
    let in_transit = Map::new(practice).text("ClientBroker", "TLS").with("InCluster", on(true));
    let at_rest = Map::new(practice).with("DataVolumeKMSKeyId", key(template, &cluster.key, origin));
    let properties = Map::new(origin)
        .with("ClusterName", text(&cluster.name))
        .with("KafkaVersion", text(&cluster.version))
        .with("NumberOfBrokerNodes", whole(&cluster.brokers))
        .with("BrokerNodeGroupInfo", nodes)
        .with(
            "ConfigurationInfo",
            Map::new(origin)
                .with("Arn", attribute(&format!("{id}Configuration"), "Arn", origin))
                .integer("Revision", 1),
        )
        .with(
            "EncryptionInfo",
            Map::new(practice).with("EncryptionAtRest", at_rest).with("EncryptionInTransit", in_transit),
        )
        .with(
            "ClientAuthentication",
            Map::new(practice)
                .with("Sasl", Map::new(practice).with("Iam", Map::new(practice).with("Enabled", on(true)))),
        )
        .text("EnhancedMonitoring", "PER_TOPIC_PER_BROKER")
        .with("LoggingInfo", Map::new(origin).with("BrokerLogs", Map::new(origin).with("CloudWatchLogs", logs)));
    template.add(id, "AWS::MSK::Cluster", Keep::Retain, properties);
    template.tell(cluster);
}

/// A RabbitMQ broker.
pub(super) fn broker(template: &mut Template<'_>, broker: &MqBroker) {
    let origin = broker.origin;
    let practice = Origin::rule(rules::BROKER);
    let id = template.logical(Kind::MqBroker, &broker.id);
    let subnets = template.subnets("data", origin);
    let subnets =
        if broker.clustered.value { subnets } else { Doc::list([super::network::first(subnets, origin)], origin) };
    let user = Map::new(origin)
        .with("Username", text(&broker.username))
        .with("Password", password_of(template.scope, &broker.secret, Origin::rule(rules::PASSWORD)));
    let encryption =
        Map::new(practice).with("KmsKeyId", key(template, &broker.key, origin)).bool("UseAwsOwnedKey", false);
    let mode = if broker.clustered.value { "CLUSTER_MULTI_AZ" } else { "SINGLE_INSTANCE" };
    let properties = Map::new(origin)
        .with("BrokerName", text(&broker.name))
        .text("EngineType", "RABBITMQ")
        .with("EngineVersion", text(&broker.version))
        .with("HostInstanceType", text(&broker.instance_type))
        .with("DeploymentMode", Doc::text(mode, broker.clustered.origin))
        .with("SubnetIds", subnets)
        .with("SecurityGroups", groups(template, &broker.security_group, origin))
        .with("PubliclyAccessible", Doc::Bool(false, practice))
        .with("AutoMinorVersionUpgrade", Doc::Bool(true, practice))
        .with("EncryptionOptions", encryption)
        .with("Logs", Map::new(practice).bool("General", true))
        .with("Users", Doc::list([user.into()], origin));
    template.add(id, "AWS::AmazonMQ::Broker", Keep::Retain, properties);
}

/// What a secret of the contract holds, and where it comes from.
pub(super) fn secret(template: &mut Template<'_>, secret: &Secret, of: Source<'_>) {
    let origin = secret.origin;
    let id = template.logical(Kind::Secret, &secret.id);
    let mut properties = Map::new(origin)
        .with("Name", text(&secret.name))
        .with("Description", text(&secret.description))
        .with("KmsKeyId", key(template, &secret.key, origin));
    match (&secret.content, of) {
        (SecretContent::Credentials { username, database, length }, Source::Attached) => {
            let generate = generated(username, database.as_ref(), length);
            properties.put("GenerateSecretString", generate);
        }
        (
            SecretContent::Credentials { username, database, length },
            Source::Cache(host, port) | Source::Broker(host, port),
        ) => {
            let own = password_id(template.scope, &secret.reference());
            let password = by(rules::PASSWORD)
                .with("Name", Doc::text(format!("{}/password", secret.name), secret.name.origin))
                .with("Description", Doc::text(format!("The password of {}", secret.name), secret.description.origin))
                .with("KmsKeyId", key(template, &secret.key, origin))
                .with("GenerateSecretString", generated(username, None, length));
            template.add(own.clone(), "AWS::SecretsManager::Secret", Keep::Retain, password);
            let mut sub = Sub::default().text("{\"host\": \"");
            sub = super::template::splice(sub, &host);
            sub = sub.text(&format!("\", \"port\": {port}, "));
            if let Some(database) = database {
                sub = sub.text(&format!("\"database\": {}, ", json(database)));
            }
            sub = sub.text(&format!("\"username\": {}, \"password\": \"", json(username)));
            sub = sub.text("{{resolve:secretsmanager:").of(&own).text(":SecretString:password}}\"}");
            properties.put("SecretString", sub.doc(Origin::rule(rules::PASSWORD)));
        }
        (SecretContent::Address(name), Source::Address(value)) => {
            let sub = Sub::default().text(&format!("{{\"{name}\": \""));
            properties.put("SecretString", super::template::splice(sub, &value).text("\"}").doc(name.origin));
        }
        (SecretContent::Connection { of, format }, _) => {
            let mut sub = Sub::default();
            let mut rest = format.value.as_str();
            while let Some((before, after)) = rest.split_once('{') {
                let (word, behind) = after.split_once('}').unwrap_or((after, ""));
                sub = resolve_into(template.scope, sub.text(before), of, word);
                rest = behind;
            }
            properties.put("SecretString", sub.text(rest).doc(format.origin));
        }
        _ => {}
    }
    let after: Vec<String> = match &secret.content {
        // Host and port stand in the other secret once its database is there.
        SecretContent::Connection { of, .. } if template.is_attached(of) => {
            vec![format!("{}Attachment", template.logical(Kind::Secret, &of.id))]
        }
        _ => Vec::new(),
    };
    template.add_after(id, "AWS::SecretsManager::Secret", Keep::Retain, &after, properties, origin);
    template.tell(secret);
}

fn json(text: &Traced<String>) -> String {
    serde_json::Value::from(text.value.as_str()).to_string()
}

fn generated(username: &Traced<String>, database: Option<&Traced<String>>, length: &Traced<u32>) -> Map {
    let password = Origin::rule(rules::PASSWORD);
    let database = database.map(|name| format!(", \"database\": {}", json(name))).unwrap_or_default();
    by(rules::PASSWORD)
        .with(
            "SecretStringTemplate",
            Doc::text(format!("{{\"username\": {}{database}}}", json(username)), username.origin),
        )
        .text("GenerateStringKey", "password")
        .with("PasswordLength", whole(length))
        .with("ExcludeCharacters", Doc::text(NOT_IN_A_URL, password))
}

/// Where a secret's content comes from.
#[derive(Debug)]
pub(super) enum Source<'a> {
    /// Host and port are added by CloudFormation once the database is there.
    Attached,
    /// Of a cache: its host and port.
    Cache(Doc, &'a Traced<crate::ir::value::PortNumber>),
    /// Of a broker: its host and port.
    Broker(Doc, &'a Traced<crate::ir::value::PortNumber>),
    /// An address.
    Address(Doc),
    /// Another secret, or nobody yet.
    None,
}

/// The host of a broker: of its first endpoint, `amqps://HOST:PORT`.
pub(super) fn broker_host(id: &str, origin: Origin) -> Doc {
    let endpoint = super::network::first(attribute(id, "AmqpEndpoints", origin), origin);
    let authority =
        call("Select", [Doc::Integer(2, origin), call("Split", [Doc::text("/", origin), endpoint], origin)], origin);
    call("Select", [Doc::Integer(0, origin), call("Split", [Doc::text(":", origin), authority], origin)], origin)
}
