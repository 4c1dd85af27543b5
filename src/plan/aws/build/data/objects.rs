//! Queues, topics and buckets.

use super::{address, data_key, id, owner, protected, secret};
use crate::ir::value::Duration;
use crate::ir::{Origin, Traced};
use crate::plan::aws::build::{Draft, Place, by, word};
use crate::plan::aws::graph::{Bucket, BucketPurpose, Id, LogWriter, Owner, Pattern, Queue, Ref, Topic};
use crate::plan::aws::rules;
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::spec::Specs;
use crate::spec::aws::{NameKind, Principal};

/// The bucket of access logs.
pub(in crate::plan::aws::build) const ACCESS_LOGS: &str = "access-logs";

/// The bucket that logs of distributions go to.
pub(in crate::plan::aws::build) const CDN_LOGS: &str = "cdn-logs";
/// `-` and an account's number, which make a bucket's name unique in the world.
const ACCOUNT: usize = 13;
/// What the end of a queue that keeps its order is called.
const FIFO: &str = ".fifo";

pub(super) fn queue(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) {
    let name = datastore.name.as_str();
    let limits = &place.specs().aws.limits.sqs;
    let most = limits.retention_seconds_max.value;
    let dead = Queue {
        id: Id::made(&format!("{name}-dead-letters")),
        origin: Origin::rule(rules::DEAD_LETTERS),
        owner: owner(datastore),
        name: ordered(place, &format!("{name}-dead-letters"), NameKind::Queue, datastore.fifo.value),
        fifo: datastore.fifo,
        visibility_timeout: by(30, rules::DEAD_LETTERS),
        retention: by(most, rules::DEAD_LETTERS),
        dead_letters: None,
        key: data_key(),
        secret: None,
    };
    let times = datastore.dead_letter_after.unwrap_or(by(5, rules::DEAD_LETTERS));
    let seconds = |asked: Option<Traced<Duration>>, default: u32, most: u32| match asked {
        Some(asked) => asked.with(u32::try_from(asked.value.whole_seconds()).unwrap_or(most).min(most)),
        None => by(default, rules::QUEUE_DEFAULTS),
    };
    for (asked, most, what) in [
        (datastore.retention, most, "keeps messages"),
        (datastore.visibility_timeout, limits.visibility_timeout_seconds_max.value, "hides a message"),
    ] {
        if let Some(asked) = asked.filter(|asked| asked.value.whole_seconds() > u64::from(most)) {
            let message =
                format!("`{name}` {what} for {asked}, and SQS for at most {}", Duration::seconds(u64::from(most)));
            draft.cannot(asked.origin, message, "longer than a queue can", "write a shorter time");
        }
    }
    let queue = Queue {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: ordered(place, name, NameKind::Queue, datastore.fifo.value),
        fifo: datastore.fifo,
        visibility_timeout: seconds(datastore.visibility_timeout, 30, limits.visibility_timeout_seconds_max.value),
        retention: seconds(datastore.retention, 345_600, most),
        dead_letters: Some((dead.reference(), times)),
        key: data_key(),
        secret: Some(secret(place, datastore, address("url"), draft)),
    };
    draft.datastores.queues.extend([dead, queue]);
}

pub(super) fn topic(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) {
    let topic = Topic {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: ordered(place, datastore.name.as_str(), NameKind::Topic, datastore.fifo.value),
        fifo: datastore.fifo,
        key: data_key(),
        mail: Vec::new(),
        publisher: None,
        secret: Some(secret(place, datastore, address("arn"), draft)),
    };
    draft.datastores.topics.push(topic);
}

/// A name that ends in `.fifo` where order is kept.
fn ordered(place: Place<'_>, below: &str, kind: NameKind, fifo: bool) -> Traced<String> {
    if !fifo {
        return place.named(kind, below);
    }
    let name = place.shortened(below, place.specs().aws.name_rule(kind).max.saturating_sub(FIFO.len()));
    word(format!("{name}{FIFO}"), rules::NAME)
}

/// A bucket's name up to the account's number.
pub(in crate::plan::aws::build) fn bucket_name(place: Place<'_>, below: &str) -> Traced<String> {
    word(place.shortened(below, place.specs().aws.name_rule(NameKind::Bucket).max.saturating_sub(ACCOUNT)), rules::NAME)
}

pub(super) fn bucket(place: Place<'_>, datastore: &DatastorePlan, draft: &mut Draft) {
    let days = |time: Option<Traced<Duration>>| {
        time.map(|time| time.with(u32::try_from(time.value.whole_seconds().div_ceil(86_400)).unwrap_or(u32::MAX)))
    };
    let bucket = Bucket {
        id: id(datastore),
        origin: datastore.origin,
        owner: owner(datastore),
        name: bucket_name(place, datastore.name.as_str()),
        purpose: BucketPurpose::Objects,
        versioned: datastore.versioned,
        old_version_days: match days(datastore.backup_retention) {
            Some(days) => Some(days),
            None => datastore.versioned.value.then_some(by(90, rules::OLD_VERSIONS)),
        },
        cold_days: days(datastore.cold_after),
        archive_days: days(datastore.archive_after),
        delete_days: days(datastore.delete_after),
        abort_days: by(7, rules::ABORT_UPLOADS),
        key: Some(data_key()),
        access_logs: Some(Ref::named(ACCESS_LOGS)),
        protected: protected(place, datastore),
        secret: Some(secret(place, datastore, address("name"), draft)),
        log_writers: Vec::new(),
        served_by: None,
    };
    draft.datastores.buckets.push(bucket);
}

/// The bucket that logs of requests go to. Load balancers can't write with a key of one's own.
pub(super) fn access_logs(place: Place<'_>, draft: &mut Draft) {
    draft.datastores.buckets.push(logs(place, ACCESS_LOGS, BucketPurpose::AccessLogs));
}

/// The bucket that logs of distributions go to: the only one with ACLs, because they are delivered by one.
pub(in crate::plan::aws::build) fn cdn_logs(place: Place<'_>) -> Bucket {
    logs(place, CDN_LOGS, BucketPurpose::CdnLogs)
}

fn logs(place: Place<'_>, id: &'static str, purpose: BucketPurpose) -> Bucket {
    let kept = &place.whole.system.log_retention;
    let days = u32::try_from(kept.value.whole_seconds().div_ceil(86_400)).unwrap_or(u32::MAX);
    Bucket {
        id: Id::made(id),
        origin: Origin::rule(rules::ACCESS_LOGS),
        owner: Owner::Network,
        name: bucket_name(place, id),
        purpose,
        versioned: by(true, rules::ACCESS_LOGS),
        old_version_days: Some(by(7, rules::ACCESS_LOGS)),
        cold_days: None,
        archive_days: None,
        delete_days: Some(kept.with(days)),
        abort_days: by(7, rules::ABORT_UPLOADS),
        key: None,
        access_logs: None,
        protected: by(place.is_production(), rules::PROTECTED),
        secret: None,
        log_writers: log_writers(purpose, place.specs()),
        served_by: None,
    }
}

/// Services that write logs into a bucket, each for this account alone.
pub(in crate::plan::aws::build) fn log_writers(purpose: BucketPurpose, specs: &Specs) -> Vec<LogWriter> {
    let writer = |sid: &str, service: Principal, action: &str, below: Option<&str>| LogWriter {
        sid: word(sid, rules::LOG_WRITERS),
        service: specs.aws.principal(service).clone(),
        action: word(action, rules::LOG_WRITERS),
        below: below.map(|path| Pattern::read(path, Origin::rule(rules::LOG_WRITERS))),
    };
    const DELIVERED: Option<&str> = Some("*/AWSLogs/<ACCOUNT>/*");
    match purpose {
        BucketPurpose::AccessLogs => vec![
            writer("BucketLogs", Principal::S3Logs, "s3:PutObject", Some("*")),
            writer("LoadBalancerLogs", Principal::LoadBalancerLogs, "s3:PutObject", DELIVERED),
            writer("NetworkLogs", Principal::LogDelivery, "s3:PutObject", DELIVERED),
            writer("NetworkLogsCheck", Principal::LogDelivery, "s3:GetBucketAcl", None),
        ],
        BucketPurpose::Trail => vec![
            writer("TrailCheck", Principal::CloudTrail, "s3:GetBucketAcl", None),
            writer("Trail", Principal::CloudTrail, "s3:PutObject", Some("AWSLogs/<ACCOUNT>/*")),
        ],
        BucketPurpose::Objects
        | BucketPurpose::CdnLogs
        | BucketPurpose::Website
        | BucketPurpose::State
        | BucketPurpose::Templates => Vec::new(),
    }
}
