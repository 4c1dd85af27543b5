//! Queues, topics and buckets, with the policies that ask for TLS.

use super::module::{Module, block, file_of};
use super::place::{Place, arn, identifier, joined};
use crate::ir::{Origin, Traced};
use crate::output::hcl::{Block, Body, Node, Part};
use crate::plan::aws::graph::{Bucket, BucketPurpose, Datastores, Id, Queue, Topic};

pub(super) fn print(stores: &Datastores, place: Place<'_>, module: &mut Module) {
    for queue in &stores.queues {
        self::queue(queue, place, module);
    }
    for topic in &stores.topics {
        self::topic(topic, place, module);
    }
    for bucket in &stores.buckets {
        self::bucket(bucket, place, "data.tf", module);
    }
}

/// A statement that refuses what is not asked by TLS.
fn refuses_plaintext(actions: &'static str, resources: Vec<Node>, origin: Origin) -> Block {
    let principals = Body::default()
        .with("type", Node::text("AWS", origin))
        .with("identifiers", Node::list([Node::text("*", origin)], origin));
    let condition = Body::default()
        .with("test", Node::text("Bool", origin))
        .with("variable", Node::text("aws:SecureTransport", origin))
        .with("values", Node::list([Node::text("false", origin)], origin));
    let body = Body::default()
        .with("sid", Node::text("RefusePlaintext", origin))
        .with("effect", Node::text("Deny", origin))
        .with("actions", Node::list([Node::text(actions, origin)], origin))
        .with("resources", Node::list(resources, origin))
        .block(Block::new("principals", principals, origin))
        .block(Block::new("condition", condition, origin));
    Block::new("statement", body, origin).keyed("RefusePlaintext")
}

fn queue(queue: &Queue, place: Place<'_>, module: &mut Module) {
    let origin = queue.origin;
    let file = file_of(&queue.owner, "data.tf");
    let name = identifier(queue.id.as_str());
    let mut body = Body::default().with("name", place.text(&queue.name));
    if queue.fifo.value {
        body = body
            .with("fifo_queue", Node::flag(&queue.fifo))
            .with("content_based_deduplication", Node::code("true", queue.fifo.origin));
    }
    body = body
        .with("visibility_timeout_seconds", Node::number(&queue.visibility_timeout))
        .with("message_retention_seconds", Node::number(&queue.retention))
        .with("receive_wait_time_seconds", Node::code("20", origin))
        .with("kms_master_key_id", arn(&queue.key, origin));
    if let Some((dead, times)) = &queue.dead_letters {
        let fields =
            vec![("deadLetterTargetArn".into(), arn(dead, origin)), ("maxReceiveCount".into(), Node::number(times))];
        body = body.gap().with("redrive_policy", Node::call("jsonencode", vec![Node::object(fields, origin)], origin));
    }
    module.resource(&file, "aws_sqs_queue", &queue.id, body, origin);
    let own = Node::code(format!("aws_sqs_queue.{name}.arn"), origin);
    let document = Body::default().block(refuses_plaintext("sqs:*", vec![own], origin));
    let policy = format!("queue-{}", queue.id);
    module.data(&file, "aws_iam_policy_document", &policy, document, origin);
    module.resource(
        &file,
        "aws_sqs_queue_policy",
        &queue.id,
        Body::default()
            .with("queue_url", Node::code(format!("aws_sqs_queue.{name}.url"), origin))
            .with("policy", Node::code(format!("data.aws_iam_policy_document.{}.json", identifier(&policy)), origin)),
        origin,
    );
}

pub(super) fn topic(topic: &Topic, place: Place<'_>, module: &mut Module) {
    let origin = topic.origin;
    let file = file_of(&topic.owner, "alarms.tf");
    let name = identifier(topic.id.as_str());
    let mut body = Body::default().with("name", place.text(&topic.name));
    if topic.fifo.value {
        body = body
            .with("fifo_topic", Node::flag(&topic.fifo))
            .with("content_based_deduplication", Node::code("true", topic.fifo.origin));
    }
    body = body.with("kms_master_key_id", arn(&topic.key, origin));
    module.resource(&file, "aws_sns_topic", &topic.id, body, origin);
    let own = || Node::code(format!("aws_sns_topic.{name}.arn"), origin);
    let mut document = Body::default().block(refuses_plaintext("sns:Publish", vec![own()], origin));
    if let Some(publisher) = &topic.publisher {
        let principals = Body::default()
            .with("type", Node::text("Service", origin))
            .with("identifiers", Node::list([Node::traced(publisher)], origin));
        let body = Body::default()
            .with("sid", Node::text("Publish", origin))
            .with("actions", Node::list([Node::text("sns:Publish", origin)], origin))
            .with("resources", Node::list([own()], origin))
            .block(Block::new("principals", principals, origin))
            .block(super::identity::source_account(origin));
        document = document.block(Block::new("statement", body, origin).keyed("Publish"));
    }
    let policy = format!("topic-{}", topic.id);
    module.data(&file, "aws_iam_policy_document", &policy, document, origin);
    module.resource(
        &file,
        "aws_sns_topic_policy",
        &topic.id,
        Body::default()
            .with("arn", own())
            .with("policy", Node::code(format!("data.aws_iam_policy_document.{}.json", identifier(&policy)), origin)),
        origin,
    );
    for (number, mail) in topic.mail.iter().enumerate() {
        let id = if number == 0 { topic.id.clone() } else { Id::made(&format!("{}-{}", topic.id, number + 1)) };
        module.resource(
            &file,
            "aws_sns_topic_subscription",
            &id,
            Body::default()
                .with("topic_arn", own())
                .with("protocol", Node::text("email", mail.origin))
                .with("endpoint", Node::traced(mail)),
            mail.origin,
        );
    }
}

/// A bucket with all that makes it safe; `shared` is the file of one that belongs to nobody alone.
pub(super) fn bucket(bucket: &Bucket, place: Place<'_>, shared: &str, module: &mut Module) {
    let origin = bucket.origin;
    let file = file_of(&bucket.owner, if is_for_logs(bucket) { "access_logs.tf" } else { shared });
    let name = identifier(bucket.id.as_str());
    let own = || Node::code(format!("aws_s3_bucket.{name}.id"), origin);
    let yes = || Node::code("true", origin);
    let named = Traced::new(format!("{}-", bucket.name), bucket.name.origin);
    let mut parts = match place.text(&named).expr {
        crate::output::hcl::Expr::Text(text) => vec![crate::output::hcl::Part::Text(text)],
        crate::output::hcl::Expr::Template(parts) => parts,
        _ => Vec::new(),
    };
    parts.push(crate::output::hcl::Part::Code("local.account_id".into()));
    let body = Body::default()
        .with("bucket", Node::new(super::place::joined(parts), bucket.name.origin))
        .with("force_destroy", Node::flag(&bucket.protected.map(|protected| !protected)));
    module.resource(&file, "aws_s3_bucket", &bucket.id, body, origin);
    let mut part = |kind: &'static str, body: Body| {
        let head = Body { items: Vec::new() }.with("bucket", own());
        let mut items = head.items;
        items.extend(body.items);
        module.add(&file, block("resource", kind, name.clone(), Body { items }, origin));
    };
    part(
        "aws_s3_bucket_public_access_block",
        Body::default()
            .gap()
            .with("block_public_acls", yes())
            .with("block_public_policy", yes())
            .with("ignore_public_acls", yes())
            .with("restrict_public_buckets", yes()),
    );
    let ownership =
        if bucket.purpose == BucketPurpose::CdnLogs { "BucketOwnerPreferred" } else { "BucketOwnerEnforced" };
    part(
        "aws_s3_bucket_ownership_controls",
        Body::default().block(Block::new(
            "rule",
            Body::default().with("object_ownership", Node::text(ownership, origin)),
            origin,
        )),
    );
    let status = if bucket.versioned.value { "Enabled" } else { "Suspended" };
    part(
        "aws_s3_bucket_versioning",
        Body::default().block(Block::new(
            "versioning_configuration",
            Body::default().with("status", Node::text(status, bucket.versioned.origin)),
            origin,
        )),
    );
    let by_default = match &bucket.key {
        Some(key) => Body::default()
            .with("sse_algorithm", Node::text("aws:kms", origin))
            .with("kms_master_key_id", arn(key, origin)),
        None => Body::default().with("sse_algorithm", Node::text("AES256", origin)),
    };
    let rule = Body::default();
    let rule = if bucket.key.is_some() { rule.with("bucket_key_enabled", yes()) } else { rule };
    part(
        "aws_s3_bucket_server_side_encryption_configuration",
        Body::default().block(Block::new(
            "rule",
            rule.block(Block::new("apply_server_side_encryption_by_default", by_default, origin)),
            origin,
        )),
    );
    part("aws_s3_bucket_lifecycle_configuration", lifecycle(bucket, &name));
    if let Some(logs) = &bucket.access_logs {
        part(
            "aws_s3_bucket_logging",
            Body::default()
                .with("target_bucket", super::place::id(logs, origin))
                .with("target_prefix", Node::text(format!("s3/{}/", bucket.id), origin))
                .gap()
                .with(
                    "depends_on",
                    Node::list(
                        [Node::code(format!("aws_s3_bucket_policy.{}", identifier(logs.id.as_str())), origin)],
                        origin,
                    ),
                ),
        );
    }
    policy(bucket, place, &file, &name, module);
}

fn is_for_logs(bucket: &Bucket) -> bool {
    matches!(bucket.purpose, BucketPurpose::AccessLogs | BucketPurpose::CdnLogs)
}

fn lifecycle(bucket: &Bucket, _: &str) -> Body {
    let origin = bucket.origin;
    let rule = |id: &'static str, body: Body, why: Origin| {
        let head = Body::default().with("id", Node::text(id, why)).with("status", Node::text("Enabled", why));
        let mut items = head.block(Block::new("filter", Body::default(), why)).items;
        items.extend(body.items);
        Block::new("rule", Body { items }, why).keyed(id)
    };
    let days = |kind: &'static str, name: &'static str, days: &Traced<u32>, class: Option<&'static str>| {
        let body = Body::default().with(name, Node::number(days));
        let body = body.with_some("storage_class", class.map(|class| Node::text(class, days.origin)));
        Block::new(kind, body, days.origin).keyed(class.unwrap_or(kind))
    };
    let abort = days("abort_incomplete_multipart_upload", "days_after_initiation", &bucket.abort_days, None);
    let mut body =
        Body::default().block(rule("unfinished-uploads", Body::default().block(abort), bucket.abort_days.origin));
    if let Some(kept) = &bucket.old_version_days {
        let expire = days("noncurrent_version_expiration", "noncurrent_days", kept, None);
        body = body.block(rule("old-versions", Body::default().block(expire), kept.origin));
    }
    let steps: Vec<Block> = [
        bucket.cold_days.as_ref().map(|it| days("transition", "days", it, Some("STANDARD_IA"))),
        bucket.archive_days.as_ref().map(|it| days("transition", "days", it, Some("GLACIER"))),
        bucket.delete_days.as_ref().map(|it| days("expiration", "days", it, None)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(why) = bucket.cold_days.or(bucket.archive_days).or(bucket.delete_days) {
        body = body.block(rule("age", Body::default().blocks(steps), why.origin));
    }
    let depends = Node::list(
        [Node::code(format!("aws_s3_bucket_versioning.{}", identifier(bucket.id.as_str())), origin)],
        origin,
    );
    body.gap().with("depends_on", depends)
}

fn policy(bucket: &Bucket, place: Place<'_>, file: &str, name: &str, module: &mut Module) {
    let origin = bucket.origin;
    let own = || Node::code(format!("aws_s3_bucket.{name}.arn"), origin);
    let below = |path: &str| Node::code(format!("\"${{aws_s3_bucket.{name}.arn}}/{path}\""), origin);
    let mut document = Body::default().block(refuses_plaintext("s3:*", vec![own(), below("*")], origin));
    let arn = || Part::Code(format!("aws_s3_bucket.{name}.arn").into());
    for writer in &bucket.log_writers {
        let resource = match &writer.below {
            Some(path) => {
                let mut parts = vec![arn(), Part::Text("/".into())];
                parts.extend(place.pieces(path));
                Node::new(joined(parts), path.origin)
            }
            None => own(),
        };
        let principals = Body::default()
            .with("type", Node::text("Service", origin))
            .with("identifiers", Node::list([Node::traced(&writer.service)], origin));
        let body = Body::default()
            .with("sid", Node::traced(&writer.sid))
            .with("actions", Node::list([Node::traced(&writer.action)], origin))
            .with("resources", Node::list([resource], origin))
            .block(Block::new("principals", principals, origin))
            .block(super::identity::source_account(origin));
        document = document.block(Block::new("statement", body, origin).keyed(writer.sid.value.clone()));
    }
    if let Some(service) = &bucket.served_by {
        let principals = Body::default()
            .with("type", Node::text("Service", origin))
            .with("identifiers", Node::list([Node::traced(service)], origin));
        let only = Body::default()
            .with("test", Node::text("StringEquals", origin))
            .with("variable", Node::text("aws:SourceArn", origin))
            .with(
                "values",
                Node::list([Node::code(format!("aws_cloudfront_distribution.{name}.arn"), origin)], origin),
            );
        let body = Body::default()
            .with("sid", Node::text("Distribution", origin))
            .with("actions", Node::list([Node::text("s3:GetObject", origin)], origin))
            .with("resources", Node::list([below("*")], origin))
            .block(Block::new("principals", principals, origin))
            .block(Block::new("condition", only, origin));
        document = document.block(Block::new("statement", body, origin).keyed("Distribution"));
    }
    let policy = format!("bucket-{}", bucket.id);
    module.data(file, "aws_iam_policy_document", &policy, document, origin);
    module.add(
        file,
        block(
            "resource",
            "aws_s3_bucket_policy",
            name.to_owned(),
            Body::default()
                .with("bucket", Node::code(format!("aws_s3_bucket.{name}.id"), origin))
                .with(
                    "policy",
                    Node::code(format!("data.aws_iam_policy_document.{}.json", identifier(&policy)), origin),
                )
                .gap()
                .with(
                    "depends_on",
                    Node::list([Node::code(format!("aws_s3_bucket_public_access_block.{name}"), origin)], origin),
                ),
            origin,
        ),
    );
}
