//! Logs, alarms, backups, and what the pipeline is told.

use super::module::{Module, block, file_of};
use super::objects;
use super::place::{Place, arn, identifier, of};
use crate::output::hcl::{Block, Body, Expr, Node};
use crate::plan::aws::AwsEnvironment;
use crate::plan::aws::graph::{
    Alarm, Attribute, BackupPlan, BackupVault, Counted, DimensionValue, EventRule, Kind, LogGroup, Parameter,
};

pub(super) fn print(environment: &AwsEnvironment, place: Place<'_>, module: &mut Module) {
    for group in &environment.log_groups {
        log_group(group, place, module);
    }
    if let Some(topic) = &environment.alarm_topic {
        objects::topic(topic, place, module);
    }
    for rule in &environment.event_rules {
        event_rule(rule, place, module);
    }
    for alarm in &environment.alarms {
        self::alarm(alarm, place, module);
    }
    for vault in &environment.backup_vaults {
        self::vault(vault, place, module);
    }
    for plan in &environment.backup_plans {
        backup_plan(plan, place, module);
    }
    for parameter in &environment.parameters {
        self::parameter(parameter, place, module);
    }
}

pub(super) fn log_group(group: &LogGroup, place: Place<'_>, module: &mut Module) {
    let origin = group.origin;
    module.resource(
        &file_of(&group.owner, "logs.tf"),
        "aws_cloudwatch_log_group",
        &group.id,
        Body::default()
            .with("name", place.text(&group.name))
            .with("retention_in_days", Node::number(&group.retention_days))
            .with("kms_key_id", arn(&group.key, origin)),
        origin,
    );
}

/// What counts the tasks of a family.
fn event_rule(rule: &EventRule, place: Place<'_>, module: &mut Module) {
    let origin = rule.origin;
    let one = |word: &'static str| Node::list([Node::text(word, origin)], origin);
    let object = |fields: Vec<(&'static str, Node)>| {
        Node::object(fields.into_iter().map(|(key, node)| (key.into(), node)).collect(), origin)
    };
    let not_zero = object(vec![("anything-but", Node::list([Node::code("0", origin)], origin))]);
    let failed = object(vec![("containers", object(vec![("exitCode", Node::list([not_zero], origin))]))]);
    let not_started = object(vec![("stopCode", one("TaskFailedToStart"))]);
    let mut detail = vec![
        ("clusterArn", Node::list([arn(&rule.cluster, origin)], origin)),
        ("group", Node::list([place.text(&rule.group)], origin)),
    ];
    if rule.counts == Counted::Failed {
        detail.push(("lastStatus", one("STOPPED")));
        detail.push(("$or", Node::list([failed, not_started], origin)));
    }
    let pattern = object(vec![
        ("source", one("aws.ecs")),
        ("detail-type", one("ECS Task State Change")),
        ("detail", object(detail)),
    ]);
    module.resource(
        &file_of(&rule.owner, "alarms.tf"),
        "aws_cloudwatch_event_rule",
        &rule.id,
        Body::default()
            .with("name", place.text(&rule.name))
            .with("description", place.text(&rule.description))
            .with("event_pattern", Node::call("jsonencode", vec![pattern], origin)),
        origin,
    );
}

fn alarm(alarm: &Alarm, place: Place<'_>, module: &mut Module) {
    let origin = alarm.origin;
    let metric = &alarm.metric;
    let dimensions = || {
        let fields = metric.dimensions.iter().map(|(name, value)| {
            let node = match value {
                DimensionValue::Known(text) => place.text(text),
                DimensionValue::Of(reference) => {
                    let attribute = match reference.kind {
                        Kind::LoadBalancer | Kind::TargetGroup => Attribute::ArnSuffix,
                        Kind::Certificate => Attribute::Arn,
                        Kind::DbInstance => Attribute::Id,
                        _ => Attribute::Name,
                    };
                    let code = match reference.kind {
                        Kind::DbInstance => format!("aws_db_instance.{}.identifier", identifier(reference.id.as_str())),
                        Kind::DocumentCluster => {
                            format!("aws_docdb_cluster.{}.cluster_identifier", identifier(reference.id.as_str()))
                        }
                        Kind::MqBroker => format!("aws_mq_broker.{}.broker_name", identifier(reference.id.as_str())),
                        kind => super::place::traversal(kind, &reference.id, attribute),
                    };
                    Node::code(code, origin)
                }
            };
            (name.value.clone().into(), node)
        });
        Node::object(fields.collect(), origin)
    };
    let mut body = Body::default()
        .with("alarm_name", place.text(&alarm.name))
        .with("alarm_description", place.text(&alarm.description))
        .with("comparison_operator", Node::traced(&alarm.comparison))
        .with("threshold", Node::new(Expr::Number(alarm.threshold.value), alarm.threshold.origin))
        .with("evaluation_periods", Node::number(&alarm.periods))
        .with("datapoints_to_alarm", Node::number(&alarm.bad_periods))
        .with("treat_missing_data", Node::traced(&alarm.missing));
    if let Some(topic) = &alarm.topic {
        let to = || Node::list([arn(topic, origin)], origin);
        body = body.with("alarm_actions", to()).with("ok_actions", to());
    }
    body = match &metric.whole {
        None => {
            let percentile = metric.statistic.starts_with('p');
            let name = if percentile { "extended_statistic" } else { "statistic" };
            body.gap()
                .with("namespace", Node::traced(&metric.namespace))
                .with("metric_name", Node::traced(&metric.name))
                .with(name, Node::traced(&metric.statistic))
                .with("period", Node::number(&alarm.period))
                .gap()
                .with("dimensions", dimensions())
        }
        Some(of) => {
            let query = |id: &'static str, name: &crate::ir::Traced<String>, statistic: &crate::ir::Traced<String>| {
                let inner = Body::default()
                    .with("namespace", Node::traced(&metric.namespace))
                    .with("metric_name", Node::traced(name))
                    .with("stat", Node::traced(statistic))
                    .with("period", Node::number(&alarm.period))
                    .gap()
                    .with("dimensions", dimensions());
                Block::new(
                    "metric_query",
                    Body::default().with("id", Node::text(id, origin)).block(Block::new("metric", inner, origin)),
                    origin,
                )
                .keyed(id)
            };
            let (id, label, expression) = of.compared.id_label_and_expression();
            let compared = Body::default()
                .with("id", Node::text(id, origin))
                .with("label", Node::text(label, origin))
                .with("expression", Node::text(expression, origin))
                .with("return_data", Node::code("true", origin));
            body.block(query("part", &metric.name, &metric.statistic))
                .block(query("whole", &of.name, &of.statistic))
                .block(Block::new("metric_query", compared, origin).keyed(id))
        }
    };
    module.resource(&file_of(&alarm.owner, "alarms.tf"), "aws_cloudwatch_metric_alarm", &alarm.id, body, origin);
}

fn vault(vault: &BackupVault, place: Place<'_>, module: &mut Module) {
    let origin = vault.origin;
    let mut body = Body::default();
    if vault.region.is_some() {
        body = body.with("provider", Node::code("aws.copy", origin)).gap();
    }
    body = body.with("name", place.text(&vault.name));
    // A key does not leave its region: copies are encrypted with the other region's own.
    if vault.region.is_none() {
        body = body.with("kms_key_arn", arn(&vault.key, origin));
    }
    module.resource("backups.tf", "aws_backup_vault", &vault.id, body, origin);
}

fn backup_plan(plan: &BackupPlan, place: Place<'_>, module: &mut Module) {
    let origin = plan.origin;
    let block_of = |kind: &'static str, body: Body| Block::new(kind, body, origin);
    let lifecycle = || block_of("lifecycle", Body::default().with("delete_after", Node::number(&plan.retention_days)));
    let mut rule = Body::default()
        .with("rule_name", Node::text("scheduled", origin))
        .with("target_vault_name", of(&plan.vault, Attribute::Name, origin))
        .with("schedule", Node::traced(&plan.schedule))
        .with("enable_continuous_backup", Node::flag(&plan.continuous))
        .block(lifecycle());
    if let Some(copy) = &plan.copy_to {
        rule = rule.block(block_of(
            "copy_action",
            Body::default().with("destination_vault_arn", arn(copy, origin)).block(lifecycle()),
        ));
    }
    module.resource(
        "backups.tf",
        "aws_backup_plan",
        &plan.id,
        Body::default().with("name", place.text(&plan.name)).block(block_of("rule", rule)),
        origin,
    );
    let name = identifier(plan.id.as_str());
    module.add(
        "backups.tf",
        block(
            "resource",
            "aws_backup_selection",
            name.clone(),
            Body::default()
                .with("name", place.text(&plan.name))
                .with("plan_id", Node::code(format!("aws_backup_plan.{name}.id"), origin))
                .with("iam_role_arn", arn(&plan.role, origin))
                .with("resources", Node::list(plan.resources.iter().map(|it| place.pattern(it)), origin)),
            origin,
        ),
    );
}

fn parameter(parameter: &Parameter, place: Place<'_>, module: &mut Module) {
    let origin = parameter.origin;
    module.resource(
        "outputs.tf",
        "aws_ssm_parameter",
        &parameter.id,
        Body::default()
            .with("name", place.text(&parameter.name))
            .with("description", place.text(&parameter.description))
            .with("type", Node::text("String", origin))
            .with("value", place.pattern(&parameter.value)),
        origin,
    );
    module.add(
        "outputs.tf",
        Block::labelled(
            "output",
            [identifier(parameter.id.as_str())],
            Body::default()
                .with("description", place.text(&parameter.description))
                .with("value", place.pattern(&parameter.value)),
            origin,
        ),
    );
}
