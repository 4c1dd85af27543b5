//! The roots that a person applies: the store of the state, and what an account has once.

use super::identity;
use super::module::{Module, block};
use super::objects;
use super::operations::log_group;
use super::place::{Place, arn, identifier};
use super::rules;
use crate::ir::{Origin, Traced};
use crate::output::hcl::{Block, Body, Node};
use crate::plan::aws::AwsAccount;
use crate::plan::aws::graph::{Budget, Repository, Trail};

const PLACE: Place<'static> = Place { prefix: None, path: None, domain: None };

/// The store of the state: the bucket and its key.
pub(super) fn bootstrap(account: &AwsAccount) -> Module {
    let mut module = Module::default();
    head(account, &mut module);
    identity::keys(std::slice::from_ref(&account.state.key), PLACE, &mut module);
    objects::bucket(&account.state.bucket, PLACE, "main.tf", &mut module);
    let origin = account.state.bucket.origin;
    module.add(
        "outputs.tf",
        Block::labelled(
            "output",
            ["state_bucket"],
            Body::default()
                .with(
                    "description",
                    Node::text("The bucket of the state, for the backends of the other roots.", origin),
                )
                .with("value", Node::code("aws_s3_bucket.state.bucket", origin)),
            origin,
        ),
    );
    module
}

/// What an account has once.
pub(super) fn account(account: &AwsAccount) -> Module {
    let mut module = Module::default();
    head(account, &mut module);
    if let Some(provider) = &account.provider {
        let origin = provider.origin;
        module.resource(
            "identity.tf",
            "aws_iam_openid_connect_provider",
            &provider.id,
            Body::default()
                .with("url", Node::traced(&provider.url))
                .with("client_id_list", Node::list([Node::traced(&provider.audience)], origin)),
            origin,
        );
        let url = format!("aws_iam_openid_connect_provider.{}.url", identifier(provider.id.as_str()));
        let host = Body::default().with("oidc_host", Node::code(format!("trimprefix({url}, \"https://\")"), origin));
        module.add("identity.tf", Block::new("locals", host, origin));
    }
    identity::roles(&account.roles, PLACE, &mut module);
    identity::keys(&account.keys, PLACE, &mut module);
    for bucket in &account.buckets {
        objects::bucket(bucket, PLACE, "trail.tf", &mut module);
    }
    for group in &account.log_groups {
        log_group(group, PLACE, &mut module);
    }
    trail(&account.trail, &mut module);
    for repository in &account.repositories {
        self::repository(repository, &mut module);
    }
    for budget in &account.budgets {
        self::budget(budget, &mut module);
    }
    for role in &account.roles {
        let pipeline = matches!(role.trust, crate::plan::aws::graph::Trust::Pipeline { .. });
        if pipeline {
            let output = Body::default()
                .with("description", Node::traced(&role.description))
                .with("value", arn(&role.reference(), role.origin));
            let name = format!("role_{}", identifier(role.id.as_str()));
            module.add("outputs.tf", Block::labelled("output", [name], output, role.origin));
        }
    }
    module
}

/// The account and its region.
fn head(account: &AwsAccount, module: &mut Module) {
    let origin = Origin::rule(rules::ROOT);
    identities(module, "main.tf", origin);
    let validation = Body::default()
        .with("condition", Node::code("can(regex(\"^[a-z]{2}(-[a-z]+)+-[0-9]$\", var.region))", origin))
        .with("error_message", Node::text("A region is written like `eu-west-1`.", origin));
    let body = Body::default()
        .with("description", Node::text("The region of what the account has once.", origin))
        .with("type", Node::code("string", origin))
        .with("default", Node::traced(&account.region))
        .block(Block::new("validation", validation, origin));
    module.add("variables.tf", Block::labelled("variable", ["region"], body, origin));
}

/// Who signs in: the account and the partition.
pub(super) fn identities(module: &mut Module, file: &str, origin: Origin) {
    module.add(file, block("data", "aws_caller_identity", "current".to_owned(), Body::default(), origin));
    module.add(file, block("data", "aws_partition", "current".to_owned(), Body::default(), origin));
    let body = Body::default()
        .with("account_id", Node::code("data.aws_caller_identity.current.account_id", origin))
        .with("partition", Node::code("data.aws_partition.current.partition", origin));
    module.add(file, Block::new("locals", body, origin));
}

fn trail(trail: &Trail, module: &mut Module) {
    let origin = trail.origin;
    let yes = || Node::code("true", origin);
    let group = format!("\"${{aws_cloudwatch_log_group.{}.arn}}:*\"", identifier(trail.log_group.id.as_str()));
    module.resource(
        "trail.tf",
        "aws_cloudtrail",
        &trail.id,
        Body::default()
            .with("name", Node::traced(&trail.name))
            .with("s3_bucket_name", super::place::id(&trail.bucket, origin))
            .with("kms_key_id", arn(&trail.key, origin))
            .with("is_multi_region_trail", yes())
            .with("include_global_service_events", yes())
            .with("enable_log_file_validation", yes())
            .with("cloud_watch_logs_group_arn", Node::code(group, origin))
            .with("cloud_watch_logs_role_arn", arn(&trail.role, origin))
            .gap()
            .with(
                "depends_on",
                Node::list(
                    [
                        Node::code(format!("aws_s3_bucket_policy.{}", identifier(trail.bucket.id.as_str())), origin),
                        Node::code(format!("aws_iam_role_policy.{}", identifier(trail.role.id.as_str())), origin),
                    ],
                    origin,
                ),
            ),
        origin,
    );
}

fn repository(repository: &Repository, module: &mut Module) {
    let origin = repository.origin;
    let name = identifier(repository.id.as_str());
    let encryption = Body::default()
        .with("encryption_type", Node::text("KMS", origin))
        .with("kms_key", arn(&repository.key, origin));
    let scanning = Body::default().with("scan_on_push", Node::code("true", origin));
    module.resource(
        "registry.tf",
        "aws_ecr_repository",
        &repository.id,
        Body::default()
            .with("name", Node::traced(&repository.name))
            .with("image_tag_mutability", Node::text("IMMUTABLE", origin))
            .block(Block::new("encryption_configuration", encryption, origin))
            .block(Block::new("image_scanning_configuration", scanning, origin)),
        origin,
    );
    let pair = |key: &'static str, value: Node| (key.into(), value);
    let selection = Node::object(
        vec![
            pair("tagStatus", Node::text("untagged", origin)),
            pair("countType", Node::text("sinceImagePushed", origin)),
            pair("countUnit", Node::text("days", origin)),
            pair("countNumber", Node::number(&repository.untagged_days)),
        ],
        origin,
    );
    let rule = Node::object(
        vec![
            pair("rulePriority", Node::code("1", origin)),
            pair("description", Node::text("Images without a tag go", origin)),
            pair("selection", selection),
            pair("action", Node::object(vec![pair("type", Node::text("expire", origin))], origin)),
        ],
        origin,
    );
    let policy = Node::object(vec![pair("rules", Node::list([rule], origin))], origin);
    module.resource(
        "registry.tf",
        "aws_ecr_lifecycle_policy",
        &repository.id,
        Body::default()
            .with("repository", Node::code(format!("aws_ecr_repository.{name}.name"), origin))
            .with("policy", Node::call("jsonencode", vec![policy], origin)),
        origin,
    );
    if repository.pullers.is_empty() {
        return;
    }
    let principals = Body::default()
        .with("type", Node::text("AWS", origin))
        .with("identifiers", Node::list(repository.pullers.iter().map(|it| PLACE.pattern(it)), origin));
    let actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    let statement = Body::default()
        .with("sid", Node::text("Pull", origin))
        .with("actions", Node::list(actions.map(|action| Node::text(action, origin)), origin))
        .block(Block::new("principals", principals, origin));
    let document = Body::default().block(Block::new("statement", statement, origin));
    let policy = format!("repository_{name}");
    module.data("registry.tf", "aws_iam_policy_document", &policy, document, origin);
    module.resource(
        "registry.tf",
        "aws_ecr_repository_policy",
        &repository.id,
        Body::default()
            .with("repository", Node::code(format!("aws_ecr_repository.{name}.name"), origin))
            .with("policy", Node::code(format!("data.aws_iam_policy_document.{policy}.json"), origin)),
        origin,
    );
}

fn budget(budget: &Budget, module: &mut Module) {
    let origin = budget.origin;
    let mut body = Body::default()
        .with("name", Node::traced(&budget.name))
        .with("budget_type", Node::text("COST", origin))
        .with("limit_amount", Node::traced(&budget.monthly_usd))
        .with("limit_unit", Node::text("USD", origin))
        .with("time_unit", Node::text("MONTHLY", origin));
    if let Some((key, value)) = &budget.tag {
        let filter = Body::default()
            .with("name", Node::text("TagKeyValue", origin))
            .with("values", Node::list([Node::text(format!("user:{key}${value}"), value.origin)], value.origin));
        body = body.block(Block::new("cost_filter", filter, value.origin));
    }
    if !budget.mail.is_empty() {
        let notification = |percent: &Traced<u32>, kind: &'static str| {
            let inner = Body::default()
                .with("comparison_operator", Node::text("GREATER_THAN", origin))
                .with("notification_type", Node::text(kind, origin))
                .with("threshold", Node::number(percent))
                .with("threshold_type", Node::text("PERCENTAGE", origin))
                .with("subscriber_email_addresses", Node::list(budget.mail.iter().map(Node::traced), origin));
            Block::new("notification", inner, percent.origin)
        };
        body = body
            .blocks(budget.actual_percent.iter().map(|percent| notification(percent, "ACTUAL")))
            .blocks(budget.forecast_percent.iter().map(|percent| notification(percent, "FORECASTED")));
    }
    module.resource("budgets.tf", "aws_budgets_budget", &budget.id, body, origin);
}
