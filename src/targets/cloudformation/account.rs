//! What an account has once: the audit trail, images, budgets, who the pipeline is.

use super::identity::key_arn;
use super::rules;
use super::stack::Stack;
use super::template::{Keep, Layer, Template};
use super::value::{attribute, decimal, text, whole};
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{Attribute, Budget, Kind, Repository, Trail};

/// The template of an account.
pub(super) fn template(layer: Layer, stack: Stack<'_>, system: &str) -> Doc {
    let description = match stack {
        Stack::Templates => format!("Where templates of {system} are put that are too large for a call"),
        _ => format!("What an account of {system} has once"),
    };
    Map::new(Origin::rule(rules::TEMPLATE))
        .text("AWSTemplateFormatVersion", "2010-09-09")
        .with("Description", Doc::text(description, Origin::rule(rules::DESCRIPTION)))
        .with("Resources", layer.resources)
        .into()
}

/// The audit trail.
pub(super) fn trail(template: &mut Template<'_>, trail: &Trail) {
    let origin = trail.origin;
    let practice = Origin::rule(rules::TRAIL);
    let group = template.logical(Kind::LogGroup, &trail.log_group.id);
    let properties = Map::new(origin)
        .with("TrailName", text(&trail.name))
        .with("S3BucketName", template.of(&trail.bucket, Attribute::Name, origin))
        .with("KMSKeyId", key_arn(template, &trail.key, origin))
        .with("CloudWatchLogsLogGroupArn", attribute(&group, "Arn", origin))
        .with("CloudWatchLogsRoleArn", template.of(&trail.role, Attribute::Arn, origin))
        .with("IsLogging", Doc::Bool(true, practice))
        .with("IsMultiRegionTrail", Doc::Bool(true, practice))
        .with("IncludeGlobalServiceEvents", Doc::Bool(true, practice))
        .with("EnableLogFileValidation", Doc::Bool(true, practice));
    let after = [format!("{}Policy", template.logical(Kind::Bucket, &trail.bucket.id))];
    template.add_after(
        template.logical(Kind::Trail, &trail.id),
        "AWS::CloudTrail::Trail",
        Keep::No,
        &after,
        properties,
        origin,
    );
}

/// A monthly budget.
pub(super) fn budget(template: &mut Template<'_>, budget: &Budget) {
    let origin = budget.origin;
    let mut data = Map::new(origin)
        .with("BudgetName", text(&budget.name))
        .text("BudgetType", "COST")
        .text("TimeUnit", "MONTHLY")
        .with("BudgetLimit", Map::new(origin).with("Amount", decimal(&budget.monthly_usd)).text("Unit", "USD"));
    if let Some((key, value)) = &budget.tag {
        let tag = Doc::text(format!("user:{key}${value}"), key.origin);
        data.put("CostFilters", Map::new(origin).with("TagKeyValue", Doc::list([tag], origin)));
    }
    let mut properties = Map::new(origin).with("Budget", data);
    if !budget.mail.is_empty() {
        let practice = Origin::rule(rules::BUDGET);
        let told = |kind: &'static str, percent: &crate::ir::Traced<u32>| -> Doc {
            let when = Map::new(percent.origin)
                .text("NotificationType", kind)
                .text("ComparisonOperator", "GREATER_THAN")
                .with("Threshold", whole(percent))
                .text("ThresholdType", "PERCENTAGE");
            let who = budget.mail.iter().map(|mail| {
                Doc::from(Map::new(mail.origin).text("SubscriptionType", "EMAIL").with("Address", text(mail)))
            });
            Map::new(practice)
                .with("Notification", when)
                .with("Subscribers", Doc::list(who.collect::<Vec<_>>(), practice))
                .into()
        };
        let actual = budget.actual_percent.iter().map(|percent| told("ACTUAL", percent));
        let forecast = budget.forecast_percent.iter().map(|percent| told("FORECASTED", percent));
        let all = Doc::list(actual.chain(forecast).collect::<Vec<_>>(), practice);
        properties.put("NotificationsWithSubscribers", all);
    }
    template.add(template.logical(Kind::Budget, &budget.id), "AWS::Budgets::Budget", Keep::No, properties);
}

/// Images of a component.
pub(super) fn repository(template: &mut Template<'_>, repository: &Repository) {
    let origin = repository.origin;
    let practice = Origin::rule(rules::IMAGES);
    let days = repository.untagged_days.value;
    let lifecycle = format!(
        "{{\"rules\": [{{\"rulePriority\": 1, \"description\": \"Images without a tag\", \"selection\": {{\"tagStatus\": \"untagged\", \"countType\": \"sinceImagePushed\", \"countUnit\": \"days\", \"countNumber\": {days}}}, \"action\": {{\"type\": \"expire\"}}}}]}}"
    );
    let encryption =
        Map::new(origin).text("EncryptionType", "KMS").with("KmsKey", key_arn(template, &repository.key, origin));
    let mut properties = Map::new(origin)
        .with("RepositoryName", text(&repository.name))
        .with("ImageTagMutability", Doc::text("IMMUTABLE", practice))
        .with("ImageScanningConfiguration", Map::new(practice).bool("ScanOnPush", true))
        .with("EncryptionConfiguration", encryption)
        .with("LifecyclePolicy", Map::new(practice).with("LifecyclePolicyText", Doc::text(lifecycle, practice)));
    if !repository.pullers.is_empty() {
        let who = Doc::list(repository.pullers.iter().map(|arn| template.pattern(arn)).collect::<Vec<_>>(), origin);
        let actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
        let pull = Map::new(practice)
            .text("Sid", "Pull")
            .text("Effect", "Allow")
            .with("Principal", Map::new(practice).with("AWS", who))
            .with("Action", Doc::list(actions.map(|action| Doc::text(action, practice)), practice));
        properties.put("RepositoryPolicyText", super::identity::policy([pull], practice));
    }
    template.add(template.logical(Kind::Repository, &repository.id), "AWS::ECR::Repository", Keep::Retain, properties);
}
