//! Queues, topics and buckets.

use super::identity::{below, key_arn, policy, service_may, tls_only};
use super::rules;
use super::template::{Keep, Template, bucket_name, splice};
use super::value::{Sub, attribute, flow, reference, text, whole};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{Attribute, Bucket, BucketPurpose, Kind, LogWriter, Queue, Topic};

/// A queue that refuses plaintext.
pub(super) fn queue(template: &mut Template<'_>, queue: &Queue) {
    let origin = queue.origin;
    let id = template.logical(Kind::Queue, &queue.id);
    let mut properties = Map::new(origin)
        .with("QueueName", text(&queue.name))
        .with("KmsMasterKeyId", key_arn(template, &queue.key, origin))
        .with("MessageRetentionPeriod", whole(&queue.retention))
        .with("VisibilityTimeout", whole(&queue.visibility_timeout))
        .integer("ReceiveMessageWaitTimeSeconds", 20);
    if queue.fifo.value {
        properties.put("FifoQueue", Doc::Bool(true, queue.fifo.origin));
        properties.put("ContentBasedDeduplication", Doc::Bool(true, queue.fifo.origin));
    }
    if let Some((dead, times)) = &queue.dead_letters {
        let redrive = Map::new(times.origin)
            .with("deadLetterTargetArn", template.of(dead, Attribute::Arn, times.origin))
            .with("maxReceiveCount", whole(times));
        properties.put("RedrivePolicy", redrive);
    }
    template.add(id.clone(), "AWS::SQS::Queue", Keep::Retain, properties);
    let secure = Origin::rule(rules::SECURE_TRANSPORT);
    let document = policy([tls_only("sqs:*", vec![attribute(&id, "Arn", secure)])], secure);
    let properties = Map::new(secure)
        .with("Queues", Doc::list([reference(id.clone(), secure)], secure))
        .with("PolicyDocument", document);
    template.add(format!("{id}Policy"), "AWS::SQS::QueuePolicy", Keep::No, properties);
}

/// A topic that refuses plaintext.
pub(super) fn topic(template: &mut Template<'_>, topic: &Topic) {
    let origin = topic.origin;
    let id = template.logical(Kind::Topic, &topic.id);
    let mut properties = Map::new(origin)
        .with("TopicName", text(&topic.name))
        .with("KmsMasterKeyId", key_arn(template, &topic.key, origin));
    if topic.fifo.value {
        properties.put("FifoTopic", Doc::Bool(true, topic.fifo.origin));
        properties.put("ContentBasedDeduplication", Doc::Bool(true, topic.fifo.origin));
    }
    template.add(id.clone(), "AWS::SNS::Topic", Keep::Retain, properties);
    let secure = Origin::rule(rules::SECURE_TRANSPORT);
    let mut statements = vec![tls_only("sns:Publish", vec![reference(id.clone(), secure)])];
    if let Some(publisher) = &topic.publisher {
        let to = reference(id.clone(), publisher.origin);
        statements.push({
            let publish = |word: &'static str| Doc::text(word, publisher.origin);
            service_may(publish("Publish"), text(publisher), publish("sns:Publish"), to, publisher.origin)
        });
    }
    let properties = Map::new(secure)
        .with("Topics", Doc::list([reference(id.clone(), secure)], secure))
        .with("PolicyDocument", policy(statements, secure));
    template.add(format!("{id}Policy"), "AWS::SNS::TopicPolicy", Keep::No, properties);
    for (index, mail) in topic.mail.iter().enumerate() {
        let subscription = Map::new(mail.origin)
            .with("TopicArn", reference(id.clone(), mail.origin))
            .text("Protocol", "email")
            .with("Endpoint", text(mail));
        template.add(format!("{id}Mail{}", index + 1), "AWS::SNS::Subscription", Keep::No, subscription);
    }
}

/// A bucket with its policy.
pub(super) fn bucket(template: &mut Template<'_>, bucket: &Bucket, more: Vec<Map>) {
    let origin = bucket.origin;
    let id = template.logical(Kind::Bucket, &bucket.id);
    let blocked = Origin::rule(rules::PUBLIC_ACCESS);
    let encryption = match &bucket.key {
        Some(key) => {
            Map::new(origin).text("SSEAlgorithm", "aws:kms").with("KMSMasterKeyID", key_arn(template, key, origin))
        }
        None => Map::new(origin).text("SSEAlgorithm", "AES256"),
    };
    let mut rule = Map::new(origin).with("ServerSideEncryptionByDefault", encryption);
    if bucket.key.is_some() {
        rule.put("BucketKeyEnabled", Doc::Bool(true, origin));
    }
    let encryption = Map::new(origin).with("ServerSideEncryptionConfiguration", Doc::list([rule.into()], origin));
    let mut block = Map::new(blocked);
    for key in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
        block.put(key, Doc::Bool(true, blocked));
    }
    // Logs of distributions are still delivered by ACL.
    let ownership =
        if bucket.purpose == BucketPurpose::CdnLogs { "BucketOwnerPreferred" } else { "BucketOwnerEnforced" };
    let ownership = Map::new(blocked).text("ObjectOwnership", ownership);
    let mut properties = Map::new(origin)
        .with("BucketName", bucket_name(&bucket.name).doc(bucket.name.origin))
        .with("BucketEncryption", encryption)
        .with("PublicAccessBlockConfiguration", block)
        .with("OwnershipControls", Map::new(blocked).with("Rules", Doc::list([ownership.into()], blocked)));
    if bucket.versioned.value {
        let status = Map::new(bucket.versioned.origin).text("Status", "Enabled");
        properties.put("VersioningConfiguration", status);
    }
    properties.put("LifecycleConfiguration", lifecycle(bucket));
    if let Some(logs) = &bucket.access_logs {
        let to = Map::new(origin)
            .with("DestinationBucketName", template.of(logs, Attribute::Name, origin))
            .with("LogFilePrefix", Doc::text(format!("s3/{}/", bucket.id), origin));
        properties.put("LoggingConfiguration", to);
    }
    template.add(id.clone(), "AWS::S3::Bucket", Keep::Retain, properties);
    let secure = Origin::rule(rules::SECURE_TRANSPORT);
    let everything = vec![attribute(&id, "Arn", secure), below(&id, "/*", secure)];
    let mut statements = vec![tls_only("s3:*", everything)];
    statements.extend(more);
    let properties = Map::new(secure)
        .with("Bucket", reference(id.clone(), secure))
        .with("PolicyDocument", policy(statements, secure));
    template.add(format!("{id}Policy"), "AWS::S3::BucketPolicy", Keep::No, properties);
}

fn lifecycle(bucket: &Bucket) -> Map {
    let abort = Map::new(bucket.abort_days.origin).with("DaysAfterInitiation", whole(&bucket.abort_days));
    let mut rules = vec![
        Map::new(bucket.abort_days.origin)
            .text("Id", "unfinished-uploads")
            .text("Status", "Enabled")
            .with("AbortIncompleteMultipartUpload", abort),
    ];
    if let Some(days) = &bucket.old_version_days {
        let gone = Map::new(days.origin).with("NoncurrentDays", whole(days));
        rules.push(
            Map::new(days.origin)
                .text("Id", "old-versions")
                .text("Status", "Enabled")
                .with("NoncurrentVersionExpiration", gone),
        );
    }
    let moves: Vec<Doc> = [("STANDARD_IA", &bucket.cold_days), ("GLACIER", &bucket.archive_days)]
        .into_iter()
        .filter_map(|(class, days)| {
            let days = days.as_ref()?;
            Some(Map::new(days.origin).text("StorageClass", class).with("TransitionInDays", whole(days)).into())
        })
        .collect();
    if !moves.is_empty() || bucket.delete_days.is_some() {
        let mut ages = Map::new(bucket.origin).text("Id", "age").text("Status", "Enabled");
        if !moves.is_empty() {
            ages.put("Transitions", Doc::list(moves, bucket.origin));
        }
        if let Some(days) = &bucket.delete_days {
            ages.put("ExpirationInDays", whole(days));
        }
        rules.push(ages);
    }
    Map::new(bucket.origin).with("Rules", Doc::list(rules.into_iter().map(Doc::from), bucket.origin))
}

/// What services that write logs may do with a bucket.
pub(super) fn log_writers(template: &Template<'_>, bucket: &Bucket) -> Vec<Map> {
    let id = template.logical(Kind::Bucket, &bucket.id);
    let may = |writer: &LogWriter| {
        let resource = match &writer.below {
            Some(path) => {
                let own = Sub::default().of(&format!("{id}.Arn")).text("/");
                splice(own, &template.pattern(path)).doc(path.origin)
            }
            None => attribute(&id, "Arn", bucket.origin),
        };
        service_may(text(&writer.sid), text(&writer.service), text(&writer.action), resource, bucket.origin)
    };
    bucket.log_writers.iter().map(may).collect()
}

/// What a distribution may read of its bucket.
pub(super) fn distribution_reads(bucket: &str, service: &Traced<String>, distribution: &str, origin: Origin) -> Map {
    let condition = Map::new(origin).with(
        "AWS:SourceArn",
        super::value::Sub::default()
            .text("arn:")
            .of("AWS::Partition")
            .text(":cloudfront::")
            .of("AWS::AccountId")
            .text(":distribution/")
            .of(distribution)
            .doc(origin),
    );
    Map::new(origin)
        .text("Sid", "Distribution")
        .text("Effect", "Allow")
        .with("Principal", Map::new(service.origin).with("Service", text(service)))
        .text("Action", "s3:GetObject")
        .with("Resource", below(bucket, "/*", origin))
        .with("Condition", Map::new(origin).with("StringEquals", condition))
}

/// Several words on one line.
pub(super) fn words(words: &[&'static str], origin: Origin) -> Doc {
    flow(words.iter().map(|word| Doc::text(*word, origin)), origin)
}
