//! Datastores and the secrets in which components find them.

use std::collections::HashMap;

use super::{Id, KmsKey, LogGroup, Pattern, Ref, Role, SecurityGroup, resources};
use crate::ir::Traced;
use crate::ir::value::PortNumber;

/// The datastores of an environment, by kind.
#[derive(Clone, Debug, Default)]
pub struct Datastores {
    /// PostgreSQL and MySQL.
    pub databases: Vec<DbInstance>,
    /// MongoDB.
    pub document_clusters: Vec<DocumentCluster>,
    /// Redis and Valkey.
    pub caches: Vec<ReplicationGroup>,
    /// Kafka.
    pub kafka: Vec<MskCluster>,
    /// RabbitMQ.
    pub brokers: Vec<MqBroker>,
    /// Queues; dead-letter queues stand before the queues that they serve.
    pub queues: Vec<Queue>,
    /// Topics.
    pub topics: Vec<Topic>,
    /// Buckets.
    pub buckets: Vec<Bucket>,
    /// Secrets.
    pub secrets: Vec<Secret>,
}

/// What a secret holds the address or the credentials of.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Holder<'a> {
    Database(&'a DbInstance),
    Documents(&'a DocumentCluster),
    Cache(&'a ReplicationGroup),
    Kafka(&'a MskCluster),
    Broker(&'a MqBroker),
    Queue(&'a Queue),
    Topic(&'a Topic),
    Bucket(&'a Bucket),
}

impl Datastores {
    /// Datastores by the ids of their secrets.
    #[must_use]
    pub fn holders(&self) -> HashMap<&Id, Holder<'_>> {
        let own = self.databases.iter().map(|one| (&one.secret.id, Holder::Database(one)));
        let own = own.chain(self.document_clusters.iter().map(|one| (&one.secret.id, Holder::Documents(one))));
        let own = own.chain(self.caches.iter().map(|one| (&one.secret.id, Holder::Cache(one))));
        let own = own.chain(self.kafka.iter().map(|one| (&one.secret.id, Holder::Kafka(one))));
        let own = own.chain(self.brokers.iter().map(|one| (&one.secret.id, Holder::Broker(one))));
        let own = own.chain(self.queues.iter().filter_map(|one| Some((&one.secret.as_ref()?.id, Holder::Queue(one)))));
        let own = own.chain(self.topics.iter().filter_map(|one| Some((&one.secret.as_ref()?.id, Holder::Topic(one)))));
        own.chain(self.buckets.iter().filter_map(|one| Some((&one.secret.as_ref()?.id, Holder::Bucket(one))))).collect()
    }
}

resources! {
    /// A PostgreSQL or MySQL instance. Its subnet group spans the data subnets; it has a parameter group of its own.
    pub struct DbInstance {
        /// Its name.
        name: Traced<String>,
        /// `postgres` or `mysql`.
        engine: Traced<String>,
        /// The version that it is made with.
        version: Traced<String>,
        /// The release line of the version, whose patches the service installs by itself: what is held to is this.
        release: Traced<String>,
        /// The family of its parameter group.
        family: Traced<String>,
        /// Parameters: name, value.
        parameters: Vec<DbParameter>,
        /// The class.
        class: Traced<String>,
        /// Storage in GiB.
        storage_gib: Traced<u32>,
        /// Up to which it grows by itself.
        max_storage_gib: Traced<u32>,
        /// The kind of storage.
        storage_type: Traced<String>,
        /// Whether it outlives the loss of a zone.
        multi_az: Traced<bool>,
        /// The database that is made with it.
        database: Traced<String>,
        /// The user that is made with it.
        username: Traced<String>,
        /// The port.
        port: Traced<PortNumber>,
        /// Days that automatic backups are kept.
        backup_days: Traced<u32>,
        /// Whether it can't be deleted, and leaves a last snapshot where it is.
        protected: Traced<bool>,
        /// Seconds from one measurement of the operating system to the next.
        monitoring_interval: Traced<u32>,
        /// Which role writes the measurements.
        monitoring_role: Ref<Role>,
        /// Whether queries are measured; not every class can.
        performance_insights: Traced<bool>,
        /// Logs that are kept in log groups.
        log_exports: Vec<Traced<String>>,
        /// Whether it can be reached from outside.
        public: Traced<bool>,
        /// Its security group.
        security_group: Ref<SecurityGroup>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Where its address and credentials are kept.
        secret: Ref<Secret>,
    }

    /// A DocumentDB cluster.
    pub struct DocumentCluster {
        /// Its name.
        name: Traced<String>,
        /// The version.
        version: Traced<String>,
        /// The family of its parameter group.
        family: Traced<String>,
        /// Parameters.
        parameters: Vec<DbParameter>,
        /// The class of its instances.
        class: Traced<String>,
        /// How many instances.
        instances: Traced<u32>,
        /// The user that is made with it.
        username: Traced<String>,
        /// The port.
        port: Traced<PortNumber>,
        /// Days that automatic backups are kept.
        backup_days: Traced<u32>,
        /// Whether it can't be deleted, and leaves a last snapshot where it is.
        protected: Traced<bool>,
        /// Logs that are kept in log groups.
        log_exports: Vec<Traced<String>>,
        /// Its security group.
        security_group: Ref<SecurityGroup>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Where its address and credentials are kept.
        secret: Ref<Secret>,
    }

    /// A Redis or Valkey replication group: one primary and its replicas.
    pub struct ReplicationGroup {
        /// Its name.
        name: Traced<String>,
        /// What it is for.
        description: Traced<String>,
        /// `redis` or `valkey`.
        engine: Traced<String>,
        /// The version.
        version: Traced<String>,
        /// The family of its parameter group.
        family: Traced<String>,
        /// Parameters.
        parameters: Vec<DbParameter>,
        /// The class of its nodes.
        node_type: Traced<String>,
        /// How many nodes.
        nodes: Traced<u32>,
        /// The port.
        port: Traced<PortNumber>,
        /// Days that snapshots are kept.
        snapshot_days: Traced<u32>,
        /// Its security group.
        security_group: Ref<SecurityGroup>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Where it logs slow commands.
        log_group: Ref<LogGroup>,
        /// Where its address and credentials are kept.
        secret: Ref<Secret>,
    }

    /// A Kafka cluster: TLS, and IAM for who may do what.
    pub struct MskCluster {
        /// Its name.
        name: Traced<String>,
        /// The version.
        version: Traced<String>,
        /// The class of its brokers.
        instance_type: Traced<String>,
        /// Brokers in all; a multiple of the zones that they stand in.
        brokers: Traced<u32>,
        /// In how many zones.
        zones: Traced<u32>,
        /// Storage of a broker in GiB.
        storage_gib: Traced<u32>,
        /// Server properties.
        properties: Vec<DbParameter>,
        /// Its security group.
        security_group: Ref<SecurityGroup>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Where brokers log.
        log_group: Ref<LogGroup>,
        /// Where its brokers' addresses are kept.
        secret: Ref<Secret>,
    }

    /// A RabbitMQ broker, or a cluster of three.
    pub struct MqBroker {
        /// Its name.
        name: Traced<String>,
        /// The version.
        version: Traced<String>,
        /// The class.
        instance_type: Traced<String>,
        /// Whether it is a cluster over several zones.
        clustered: Traced<bool>,
        /// The user that is made with it.
        username: Traced<String>,
        /// The port.
        port: Traced<PortNumber>,
        /// Its security group.
        security_group: Ref<SecurityGroup>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Where its address and credentials are kept.
        secret: Ref<Secret>,
    }

    /// A queue. Only those who speak TLS may use it.
    pub struct Queue {
        /// Its name, `.fifo` included.
        name: Traced<String>,
        /// Whether messages keep their order.
        fifo: Traced<bool>,
        /// Seconds that a message is hidden once taken.
        visibility_timeout: Traced<u32>,
        /// Seconds that messages are kept.
        retention: Traced<u32>,
        /// Where a message goes that was taken so often in vain.
        dead_letters: Option<(Ref<Queue>, Traced<u32>)>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Where its address is kept; none of a dead-letter queue.
        secret: Option<Ref<Secret>>,
    }

    /// A topic. Only those who speak TLS may use it.
    pub struct Topic {
        /// Its name, `.fifo` included.
        name: Traced<String>,
        /// Whether messages keep their order.
        fifo: Traced<bool>,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Addresses that are told by mail.
        mail: Vec<Traced<String>>,
        /// The service that publishes to it, where one does: `cloudwatch.amazonaws.com`.
        publisher: Option<Traced<String>>,
        /// Where its address is kept; none of a topic of the environment's own.
        secret: Option<Ref<Secret>>,
    }

    /// A bucket. It is never public, and only those who speak TLS may use it.
    pub struct Bucket {
        /// Its name up to the account and region, which make it unique in the world.
        name: Traced<String>,
        /// What it is for.
        purpose: BucketPurpose,
        /// Whether old versions of objects are kept.
        versioned: Traced<bool>,
        /// Days that old versions are kept.
        old_version_days: Option<Traced<u32>>,
        /// Days after which objects move to cold storage.
        cold_days: Option<Traced<u32>>,
        /// Days after which objects move to the archive.
        archive_days: Option<Traced<u32>>,
        /// Days after which objects go.
        delete_days: Option<Traced<u32>>,
        /// Days after which an upload that was not finished goes.
        abort_days: Traced<u32>,
        /// What encrypts it; none: the cloud's own key, because the service that writes takes no other.
        key: Option<Ref<KmsKey>>,
        /// Where requests to it are logged; none of the bucket that logs go to.
        access_logs: Option<Ref<Bucket>>,
        /// Whether it stays, whatever is in it.
        protected: Traced<bool>,
        /// Where its name is kept.
        secret: Option<Ref<Secret>>,
        /// Services of this account that write logs into it.
        log_writers: Vec<LogWriter>,
        /// The service that serves its files to everybody.
        served_by: Option<Traced<String>>,
    }

    /// A secret in the secret store.
    pub struct Secret {
        /// Its path.
        name: Traced<String>,
        /// What it is for.
        description: Traced<String>,
        /// What stands in it.
        content: SecretContent,
        /// What encrypts it.
        key: Ref<KmsKey>,
        /// Days for which it can be brought back.
        recovery_days: Traced<u32>,
    }
}

/// A parameter of an engine.
#[derive(Clone, Debug)]
pub struct DbParameter {
    /// Its name.
    pub name: Traced<String>,
    /// Its value.
    pub value: Traced<String>,
    /// Whether it counts only after a restart.
    pub pending_reboot: bool,
}

/// What a bucket is for: which services may write to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BucketPurpose {
    /// Objects of components.
    Objects,
    /// Logs of load balancers and buckets.
    AccessLogs,
    /// Logs of distributions, which are still delivered by ACL.
    CdnLogs,
    /// The audit trail.
    Trail,
    /// Files of a website.
    Website,
    /// Terraform's state.
    State,
    /// Templates of CloudFormation that are too large for a call.
    Templates,
}

/// What a service that writes logs may do with a bucket.
#[derive(Clone, Debug)]
pub struct LogWriter {
    /// What the statement is called.
    pub sid: Traced<String>,
    /// The service.
    pub service: Traced<String>,
    /// What it does.
    pub action: Traced<String>,
    /// Below which path of the bucket; none where it is of the bucket itself.
    pub below: Option<Pattern>,
}

/// What stands in a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretContent {
    /// JSON with `host`, `port`, `database` where there is one, `username`, and a `password` that is made with it.
    Credentials {
        /// The user.
        username: Traced<String>,
        /// The database.
        database: Option<Traced<String>>,
        /// Characters of the password.
        length: Traced<u32>,
    },
    /// JSON with one key: `brokers`, `url`, `arn` or `name` of a datastore without credentials.
    Address(Traced<String>),
    /// The connection text of a datastore, put together from another secret: ECS injects keys as they are.
    Connection {
        /// The secret with the keys.
        of: Ref<Secret>,
        /// Text with `{key}` for keys.
        format: Traced<String>,
    },
    /// Nothing: a person or another system fills it in.
    Declared,
}
