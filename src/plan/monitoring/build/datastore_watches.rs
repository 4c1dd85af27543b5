//! What each kind of datastore is watched by: a table.

use crate::ir::choice::DatastoreKind;
use crate::ir::datastore::Datastore;
use crate::ir::value::{Decimal, Duration};
use crate::ir::{Rule, Traced};
use crate::plan::monitoring::alerting::{AlertKind, Comparison};
use crate::plan::monitoring::dashboards::PanelUnit;
use crate::plan::monitoring::promql::{literal, quoted, select};
use crate::plan::monitoring::rules;
use crate::spec::prometheus::AlertSeverity;

/// One value of a kind of datastore.
struct Watched {
    kind: AlertKind,
    title: &'static str,
    unit: PanelUnit,
    metric: &'static str,
    limit: i64,
    rule: Rule,
    advice: &'static str,
}

/// What to do about a datastore that tells nothing.
const STOPPED: &str = "Look at its state and its events in the cloud: it was stopped, fails over, or was removed. What needs it fails meanwhile.";
/// The exporter's own counter: where it grows, the exporter asks the cloud.
const ASKED: &str = "yace_cloudwatch_requests_total";

const RELATIONAL: &[Watched] = &[
    Watched {
        kind: AlertKind::DatastoreCpu,
        title: "CPU in use",
        unit: PanelUnit::Percent,
        metric: "aws_rds_cpuutilization_average",
        limit: 80,
        rule: rules::DATASTORE_CPU_LIMIT,
        advice: "Look for slow queries, or take a larger size.",
    },
    Watched {
        kind: AlertKind::DatastoreAbsent,
        title: "CPU in use",
        unit: PanelUnit::Percent,
        metric: "aws_rds_cpuutilization_average",
        limit: 0,
        rule: rules::DATASTORE_ABSENT,
        advice: STOPPED,
    },
    Watched {
        kind: AlertKind::DatastoreStorage,
        title: "Free storage",
        unit: PanelUnit::Bytes,
        metric: "aws_rds_free_storage_space_minimum",
        limit: 0,
        rule: rules::DATASTORE_STORAGE_LIMIT,
        advice: "Raise its storage, or remove what is not needed.",
    },
    Watched {
        kind: AlertKind::DatastoreConnections,
        title: "Connections",
        unit: PanelUnit::Count,
        metric: "aws_rds_database_connections_maximum",
        limit: 0,
        rule: rules::DATASTORE_CONNECTION_LIMIT,
        advice: "Lower the connections of each replica, or raise max_connections.",
    },
];
const DOCUMENTS: &[Watched] = &[
    Watched {
        kind: AlertKind::DatastoreCpu,
        title: "CPU in use",
        unit: PanelUnit::Percent,
        metric: "aws_docdb_cpuutilization_average",
        limit: 80,
        rule: rules::DATASTORE_CPU_LIMIT,
        advice: "Look for slow queries and missing indexes, or take a larger size.",
    },
    Watched {
        kind: AlertKind::DatastoreAbsent,
        title: "CPU in use",
        unit: PanelUnit::Percent,
        metric: "aws_docdb_cpuutilization_average",
        limit: 0,
        rule: rules::DATASTORE_ABSENT,
        advice: STOPPED,
    },
    Watched {
        kind: AlertKind::DatastoreConnections,
        title: "Connections",
        unit: PanelUnit::Count,
        metric: "aws_docdb_database_connections_maximum",
        limit: 0,
        rule: rules::DATASTORE_CONNECTION_LIMIT,
        advice: "Lower the connections of each replica, or take a larger size.",
    },
];
const TOPIC: &[Watched] = &[Watched {
    kind: AlertKind::DeliveriesFailing,
    title: "Deliveries that failed",
    unit: PanelUnit::Count,
    metric: "aws_sns_number_of_notifications_failed_sum",
    limit: 0,
    rule: rules::DELIVERY_LIMIT,
    advice: "A subscriber refuses what it is sent: look at its errors, and at who may send to it.",
}];
const BUCKET: &[Watched] = &[Watched {
    kind: AlertKind::ObjectsLost,
    title: "Objects",
    unit: PanelUnit::Count,
    metric: "aws_s3_number_of_objects_average",
    limit: 0,
    rule: rules::OBJECTS_LOST,
    advice: "Somebody or something has removed them. Old versions are kept for a while: find out what removed them before they go as well.",
}];
const REDIS: &[Watched] = &[
    Watched {
        kind: AlertKind::DatastoreMemory,
        title: "Memory in use",
        unit: PanelUnit::Percent,
        metric: "aws_elasticache_database_memory_usage_percentage_maximum",
        limit: 85,
        rule: rules::DATASTORE_MEMORY_LIMIT,
        advice: "Raise its memory, or let keys end sooner.",
    },
    Watched {
        kind: AlertKind::DatastoreEvictions,
        title: "Keys thrown away",
        unit: PanelUnit::Count,
        metric: "aws_elasticache_evictions_sum",
        limit: 0,
        rule: rules::EVICTION_LIMIT,
        advice: "Raise its memory: what is thrown away is asked for again.",
    },
    Watched {
        kind: AlertKind::DatastoreCpu,
        title: "CPU in use",
        unit: PanelUnit::Percent,
        metric: "aws_elasticache_engine_cpuutilization_average",
        limit: 80,
        rule: rules::DATASTORE_CPU_LIMIT,
        advice: "Look for slow commands, or take a larger size.",
    },
    Watched {
        kind: AlertKind::DatastoreAbsent,
        title: "CPU in use",
        unit: PanelUnit::Percent,
        metric: "aws_elasticache_engine_cpuutilization_average",
        limit: 0,
        rule: rules::DATASTORE_ABSENT,
        advice: STOPPED,
    },
];
const KAFKA: &[Watched] = &[
    Watched {
        kind: AlertKind::DatastoreStorage,
        title: "Storage in use",
        unit: PanelUnit::Percent,
        metric: "aws_kafka_kafka_data_logs_disk_used_maximum",
        limit: 85,
        rule: rules::DATASTORE_STORAGE_LIMIT,
        advice: "Raise its storage, or keep messages for less time.",
    },
    Watched {
        kind: AlertKind::UnderReplicated,
        title: "Partitions without all copies",
        unit: PanelUnit::Count,
        metric: "aws_kafka_under_replicated_partitions_maximum",
        limit: 0,
        rule: rules::REPLICA_LIMIT,
        advice: "A broker is away or too slow: look at its CPU and storage.",
    },
    Watched {
        kind: AlertKind::ConsumerLag,
        title: "Messages behind",
        unit: PanelUnit::Count,
        metric: "aws_kafka_max_offset_lag_maximum",
        limit: 10_000,
        rule: rules::LAG_LIMIT,
        advice: "The consumers are too few or too slow: look at their errors and at their scaling.",
    },
];
const RABBITMQ: &[Watched] = &[Watched {
    kind: AlertKind::ConsumerLag,
    title: "Messages that wait",
    unit: PanelUnit::Count,
    metric: "aws_amazonmq_message_count_maximum",
    limit: 10_000,
    rule: rules::LAG_LIMIT,
    advice: "The consumers are too few or too slow: look at their errors and at their scaling.",
}];
const QUEUE: &[Watched] = &[
    Watched {
        kind: AlertKind::QueueStalled,
        title: "Age of the oldest message",
        unit: PanelUnit::Seconds,
        metric: "aws_sqs_approximate_age_of_oldest_message_maximum",
        limit: 900,
        rule: rules::QUEUE_AGE_LIMIT,
        advice: "The consumers are too few or too slow: look at their errors and at their scaling.",
    },
    Watched {
        kind: AlertKind::QueueExpiring,
        title: "Age of the oldest message",
        unit: PanelUnit::Seconds,
        metric: "aws_sqs_approximate_age_of_oldest_message_maximum",
        limit: 0,
        rule: rules::QUEUE_AGE_LIMIT,
        advice: "Messages go when the retention ends: raise it, or take them by hand.",
    },
];

/// The values that a kind is watched by; none where the cloud tells nothing that a person could act on.
const fn watched(kind: DatastoreKind) -> &'static [Watched] {
    match kind {
        DatastoreKind::Postgres | DatastoreKind::Mysql => RELATIONAL,
        DatastoreKind::Redis => REDIS,
        DatastoreKind::Kafka => KAFKA,
        DatastoreKind::Rabbitmq => RABBITMQ,
        DatastoreKind::Queue => QUEUE,
        DatastoreKind::Mongodb => DOCUMENTS,
        DatastoreKind::Topic => TOPIC,
        DatastoreKind::Bucket => BUCKET,
    }
}

/// One value of one datastore in one environment.
pub(super) struct Watch {
    pub(super) kind: AlertKind,
    /// What a panel calls it.
    pub(super) title: &'static str,
    pub(super) unit: PanelUnit,
    /// The cloud's metric, as an exporter calls it.
    pub(super) metric: &'static str,
    /// PromQL of the value as it is.
    pub(super) shown: String,
    /// PromQL that has a value while it is bad.
    pub(super) expression: String,
    pub(super) limit: Decimal,
    pub(super) comparison: Comparison,
    pub(super) hold: Duration,
    pub(super) severity: Traced<AlertSeverity>,
    pub(super) rule: Rule,
    pub(super) advice: &'static str,
}

/// What a datastore is watched by where the cloud calls it `resource`; of one title alone where it is given.
pub(super) fn of(datastore: &Datastore, resource: &str, only: Option<&str>) -> impl Iterator<Item = Watch> {
    let asked =
        watched(datastore.kind.value).iter().filter(move |watched| only.is_none_or(|title| title == watched.title));
    asked.filter_map(move |watched| watch(datastore, resource, watched))
}

/// What is shown of a kind of datastore: titles, each with the cloud's metric, in the order of the panels.
pub(super) fn titles(kind: DatastoreKind) -> impl Iterator<Item = (&'static str, &'static str)> {
    let watched = watched(kind).iter().map(|watched| (watched.title, watched.metric));
    watched.chain(further_of(kind).iter().map(|further| (further.title, further.metric)))
}

fn watch(datastore: &Datastore, resource: &str, watched: &Watched) -> Option<Watch> {
    const DEFAULT_RETENTION: Duration = Duration::days(4);
    let series = select(watched.metric, &[&matcher(datastore, resource)]);
    let is_least = watched.kind == AlertKind::DatastoreStorage && watched.unit == PanelUnit::Bytes;
    let shown = format!("{}({series})", if is_least { "min" } else { "max" });
    let mut limit = Decimal::whole(watched.limit);
    let mut severity = Traced::by_rule(AlertSeverity::Ticket, rules::DEGRADED);
    let mut expression = None;
    let mut hold = Duration::minutes(15);
    let mut comparison = Comparison::Above;
    match (watched.kind, datastore.kind.value) {
        (AlertKind::DatastoreAbsent, _) => {
            // Where the exporter itself is gone, all datastores would be.
            let asked = select(ASKED, &[]);
            expression = Some(format!("absent({series} >= 0) and on () sum(rate({asked}[15m])) > 0"));
            comparison = Comparison::Below;
            // The cloud's values come some minutes late already.
            hold = Duration::minutes(5);
            severity = Traced::by_rule(AlertSeverity::Page, rules::OUTAGE);
        }
        (AlertKind::DatastoreConnections, _) => {
            // Without a declared number nobody can say how many are left.
            let most = datastore.max_connections.as_ref()?.value;
            limit = Decimal::whole(i64::try_from(most).ok()?).times(Decimal::new(8, 1));
        }
        (AlertKind::DatastoreStorage, DatastoreKind::Postgres | DatastoreKind::Mysql) => {
            expression = Some(format!("min(predict_linear({series}[6h], 345600)) < 0"));
            // An alarm of the cloud knows no trend: a tenth of what there is, in bytes, and of 20 GiB where nothing is said.
            let stated = datastore.size.as_ref().and_then(|size| size.storage);
            let storage = stated.map_or(20 << 30, |storage| storage.bytes);
            limit = Decimal::whole(i64::try_from(storage / 10).ok()?);
            comparison = Comparison::Below;
        }
        (AlertKind::ObjectsLost, _) => {
            // What can be made again is removed at will.
            if datastore.rebuildable.value {
                return None;
            }
            expression = Some(format!("{shown} < 0.5 * max(max_over_time({series}[2d]))"));
            hold = Duration::hours(1);
            comparison = Comparison::Below;
        }
        (AlertKind::QueueExpiring, _) => {
            let retention = datastore.retention.map_or(DEFAULT_RETENTION, |retention| retention.value);
            limit = Decimal::whole(i64::try_from(retention.whole_seconds() / 2).ok()?);
            severity = Traced::by_rule(AlertSeverity::Page, rules::DATA_LOSS);
        }
        _ => {}
    }
    Some(Watch {
        kind: watched.kind,
        title: watched.title,
        unit: watched.unit,
        metric: watched.metric,
        expression: expression.unwrap_or_else(|| format!("{shown} > {limit}")),
        shown,
        limit,
        comparison,
        hold,
        severity,
        rule: watched.rule,
        advice: watched.advice,
    })
}

/// A value that is shown and that nobody is told of: what it means depends on the others.
struct Further {
    title: &'static str,
    unit: PanelUnit,
    metric: &'static str,
    /// How the nodes of one datastore are taken together.
    over: &'static str,
}

const fn shown(title: &'static str, unit: PanelUnit, metric: &'static str, over: &'static str) -> Further {
    Further { title, unit, metric, over }
}

const RELATIONAL_FURTHER: &[Further] = &[
    shown("Free memory", PanelUnit::Bytes, "aws_rds_freeable_memory_minimum", "min"),
    shown("Requests that wait for the disk", PanelUnit::Count, "aws_rds_disk_queue_depth_average", "max"),
    shown("Replica lag", PanelUnit::Seconds, "aws_rds_replica_lag_maximum", "max"),
];
const DOCUMENTS_FURTHER: &[Further] = &[
    shown("Free memory", PanelUnit::Bytes, "aws_docdb_freeable_memory_minimum", "min"),
    shown("Requests that wait for the disk", PanelUnit::Count, "aws_docdb_disk_queue_depth_average", "max"),
    shown("Storage in use", PanelUnit::Bytes, "aws_docdb_volume_bytes_used_maximum", "max"),
];
const TOPIC_FURTHER: &[Further] = &[
    shown("Messages in each interval", PanelUnit::Count, "aws_sns_number_of_messages_published_sum", "sum"),
    shown("Deliveries in each interval", PanelUnit::Count, "aws_sns_number_of_notifications_delivered_sum", "sum"),
];
const REDIS_FURTHER: &[Further] = &[
    shown("Connections", PanelUnit::Count, "aws_elasticache_curr_connections_maximum", "max"),
    shown("Replica lag", PanelUnit::Seconds, "aws_elasticache_replication_lag_maximum", "max"),
];
const KAFKA_FURTHER: &[Further] = &[shown("CPU in use", PanelUnit::Percent, "aws_kafka_cpu_user_average", "max")];
const RABBITMQ_FURTHER: &[Further] = &[
    shown("Memory in use", PanelUnit::Bytes, "aws_amazonmq_rabbit_mqmem_used_maximum", "max"),
    shown("Connections", PanelUnit::Count, "aws_amazonmq_connection_count_maximum", "max"),
];
const BUCKET_FURTHER: &[Further] = &[shown("Size", PanelUnit::Bytes, "aws_s3_bucket_size_bytes_average", "sum")];
const QUEUE_FURTHER: &[Further] = &[
    shown("Messages that wait", PanelUnit::Count, "aws_sqs_approximate_number_of_messages_visible_maximum", "max"),
    shown("Messages taken in each interval", PanelUnit::Count, "aws_sqs_number_of_messages_deleted_sum", "sum"),
];

const fn further_of(kind: DatastoreKind) -> &'static [Further] {
    match kind {
        DatastoreKind::Postgres | DatastoreKind::Mysql => RELATIONAL_FURTHER,
        DatastoreKind::Redis => REDIS_FURTHER,
        DatastoreKind::Kafka => KAFKA_FURTHER,
        DatastoreKind::Rabbitmq => RABBITMQ_FURTHER,
        DatastoreKind::Queue => QUEUE_FURTHER,
        DatastoreKind::Mongodb => DOCUMENTS_FURTHER,
        DatastoreKind::Topic => TOPIC_FURTHER,
        DatastoreKind::Bucket => BUCKET_FURTHER,
    }
}

/// One further value of one datastore.
pub(super) struct FurtherValue {
    pub(super) title: &'static str,
    pub(super) unit: PanelUnit,
    /// The cloud's metric, as an exporter calls it.
    pub(super) metric: &'static str,
    pub(super) legend: &'static str,
    /// PromQL of the value.
    pub(super) expression: String,
}

/// What else is shown of a datastore where the cloud calls it `resource`; of one title alone where it is given.
pub(super) fn further(datastore: &Datastore, resource: &str, only: Option<&str>) -> impl Iterator<Item = FurtherValue> {
    let value = move |further: &Further| FurtherValue {
        title: further.title,
        unit: further.unit,
        metric: further.metric,
        legend: further.over,
        expression: format!("{}({})", further.over, select(further.metric, &[&matcher(datastore, resource)])),
    };
    let asked = further_of(datastore.kind.value).iter();
    asked.filter(move |further| only.is_none_or(|title| title == further.title)).map(value)
}

/// The matcher of a resource's series, by the dimension that the cloud knows its kind by.
fn matcher(datastore: &Datastore, resource: &str) -> String {
    let exactly = |dimension: &str, name: &str| format!("dimension_{dimension}={}", quoted(name));
    match datastore.kind.value {
        // Each node has the group's name and a number.
        DatastoreKind::Redis => {
            format!("dimension_CacheClusterId=~{}", quoted(&format!("{}-[0-9]+", literal(resource))))
        }
        DatastoreKind::Kafka => exactly("Cluster_Name", resource),
        DatastoreKind::Rabbitmq => exactly("Broker", resource),
        // Its name is its own in the world by the account's number behind it.
        DatastoreKind::Bucket => {
            format!("dimension_BucketName=~{}", quoted(&format!("{}(-[0-9]{{12}})?", literal(resource))))
        }
        DatastoreKind::Mongodb => exactly("DBClusterIdentifier", resource),
        DatastoreKind::Topic if datastore.fifo.value => exactly("TopicName", &format!("{resource}.fifo")),
        DatastoreKind::Topic => exactly("TopicName", resource),
        DatastoreKind::Queue if datastore.fifo.value => exactly("QueueName", &format!("{resource}.fifo")),
        DatastoreKind::Queue => exactly("QueueName", resource),
        _ => exactly("DBInstanceIdentifier", resource),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::spec::Specs;

    #[test]
    fn every_metric_is_one_that_an_exporter_has() {
        let (specs, _) = Specs::load(&mut Sources::default());
        let spec = specs.unwrap().prometheus;
        for kind in DatastoreKind::ALL {
            for watched in watched(*kind) {
                assert!(spec.is_exported(watched.metric), "{}", watched.metric);
            }
            assert!(spec.is_exported(ASKED));
            for further in further_of(*kind) {
                assert!(spec.is_exported(further.metric), "{}", further.metric);
            }
        }
    }
}
