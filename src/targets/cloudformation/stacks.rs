//! The list of stacks, and what an update may not do to them.

use super::place::Place;
use super::stack::Stack;
use super::value::text;
use super::{parameters_of, path_of, ruled, rules, said};
use crate::output::doc::Style;
use crate::output::{Doc, Map};

/// The stacks in the order in which they are deployed.
pub(super) fn list(place: &Place<'_>) -> Doc {
    let origin = ruled(rules::STACKS);
    let stacks = place.stacks().iter().map(|(wave, stack)| one(place, *wave, *stack).into());
    let bucket = crate::plan::aws::names::template_bucket_base(place.system());
    let bucket = said(bucket, rules::TEMPLATES);
    Map::new(origin)
        .with("template_bucket", bucket)
        .with("stacks", Doc::list(stacks.collect::<Vec<Doc>>(), origin))
        .into()
}

fn one<'a>(place: &Place<'a>, wave: usize, stack: Stack<'a>) -> Map {
    let origin = ruled(rules::STACKS);
    let protected = ruled(rules::PROTECTED);
    let of_account = matches!(stack, Stack::Templates | Stack::Account);
    let template = if of_account { path_of(stack) } else { format!("../../templates/{}", path_of(stack)) };
    let parameters = (!of_account).then(|| Doc::text(parameters_of(stack).into_string(), origin));
    let mut map = Map::new(origin)
        .with("name", Doc::text(place.stack_name(stack), origin))
        .with("template", Doc::text(template, origin))
        .with_some("parameters", parameters)
        .with("wave", Doc::Integer(i64::try_from(wave).unwrap_or(i64::MAX), origin))
        .with("region", text(place.region_of(stack)))
        .with("stack_policy", said("stack-policy.json", rules::STACK_POLICY))
        .with("termination_protection", Doc::Bool(!matches!(stack, Stack::Component(_)), protected));
    let mut tags = Map { style: Style::Flow, ..Map::new(origin) };
    for (key, value) in place.tags {
        tags.put(key.value.clone(), Doc::text(value.value.clone(), value.origin));
    }
    map.put("tags", tags);
    // What the deployment looks up and hands over as a parameter.
    let zone = place.zone_lookup(stack);
    if let Some(domain) = zone {
        let looked_up = Map { style: Style::Flow, ..Map::new(domain.origin) };
        let looked_up =
            looked_up.with(super::balancing::ZONE_PARAMETER, Doc::text(domain.value.to_string(), domain.origin));
        map.put("hosted_zones", looked_up);
    }
    let handed = place.handed(stack);
    if !handed.is_empty() {
        let from = place.region_of(Stack::Certificates);
        let mut parameters = Map { style: Style::Flow, ..Map::new(from.origin) };
        for (parameter, name) in handed {
            let value = Map { style: Style::Flow, ..Map::new(from.origin) };
            let value = value.with("region", text(from)).with("name", said(name, rules::HANDED));
            parameters.put(parameter, value);
        }
        map.put("parameters_of_other_regions", parameters);
    }
    if let Some(cluster) = place.existing_cluster(stack) {
        map.put("existing_cluster", text(cluster));
    }
    let brokers = place.brokers(stack);
    if !brokers.is_empty() {
        let mut secrets = Map { style: Style::Flow, ..Map::new(ruled(rules::BROKERS)) };
        for (secret, parameter) in brokers {
            secrets.put(secret.value.clone(), said(parameter, rules::BROKERS));
        }
        map.put("secrets_with_brokers", secrets);
    }
    if let Some(component) = place.held(stack) {
        map.put("held_task_definition", said(component.to_owned(), rules::HELD));
    }
    map
}

/// An update may change everything, but neither replace nor delete what holds data.
pub(super) fn policy() -> Doc {
    let origin = ruled(rules::STACK_POLICY);
    let statement = |effect: &'static str, actions: Doc| {
        Map::new(origin).text("Effect", effect).text("Principal", "*").with("Action", actions).text("Resource", "*")
    };
    const DATA: [&str; 11] = [
        "AWS::RDS::DBInstance",
        "AWS::DocDB::DBCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::MSK::Cluster",
        "AWS::AmazonMQ::Broker",
        "AWS::SQS::Queue",
        "AWS::SNS::Topic",
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
        "AWS::SecretsManager::Secret",
        "AWS::ECR::Repository",
    ];
    let kinds = Map::new(origin).with("ResourceType", Doc::list(DATA.map(|kind| Doc::text(kind, origin)), origin));
    let forbidden = Doc::list(["Update:Replace", "Update:Delete"].map(|action| Doc::text(action, origin)), origin);
    let statements = [
        Doc::from(statement("Allow", Doc::text("Update:*", origin))),
        statement("Deny", forbidden).with("Condition", Map::new(origin).with("StringEquals", kinds)).into(),
    ];
    Map::new(origin).with("Statement", Doc::list(statements, origin)).into()
}
