//! Logs, alarms, backups, what the pipeline is told.

use super::identity::key_arn;
use super::rules;
use super::template::{Keep, Template};
use super::value::{decimal, pair, reference, text, whole};
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{
    Alarm, Attribute, BackupPlan, BackupVault, Counted, DimensionValue, EventRule, Kind, LogGroup, Parameter,
};

/// A group of logs.
pub(super) fn log_group(template: &mut Template<'_>, group: &LogGroup) {
    let origin = group.origin;
    let properties = Map::new(origin)
        .with("LogGroupName", text(&group.name))
        .with("RetentionInDays", whole(&group.retention_days))
        .with("KmsKeyId", key_arn(template, &group.key, origin));
    template.add(template.logical(Kind::LogGroup, &group.id), "AWS::Logs::LogGroup", Keep::Retain, properties);
}

/// What counts the tasks of a family.
pub(super) fn event_rule(template: &mut Template<'_>, rule: &EventRule) {
    let origin = rule.origin;
    let one = |word: &'static str| Doc::list([Doc::text(word, origin)], origin);
    let not_zero = Map::new(origin).with("anything-but", Doc::list([Doc::Integer(0, origin)], origin));
    let failed =
        Map::new(origin).with("containers", Map::new(origin).with("exitCode", Doc::list([not_zero.into()], origin)));
    let not_started = Map::new(origin).with("stopCode", one("TaskFailedToStart"));
    let mut detail = Map::new(origin)
        .with("clusterArn", Doc::list([template.of(&rule.cluster, Attribute::Arn, origin)], origin))
        .with("group", Doc::list([text(&rule.group)], origin));
    if rule.counts == Counted::Failed {
        detail.put("lastStatus", one("STOPPED"));
        detail.put("$or", Doc::list([failed.into(), not_started.into()], origin));
    }
    let pattern = Map::new(origin)
        .with("source", one("aws.ecs"))
        .with("detail-type", one("ECS Task State Change"))
        .with("detail", detail);
    let properties = Map::new(origin)
        .with("Name", text(&rule.name))
        .with("Description", text(&rule.description))
        .with("EventPattern", pattern);
    template.add(template.logical(Kind::EventRule, &rule.id), "AWS::Events::Rule", Keep::No, properties);
}

/// An alarm.
pub(super) fn alarm(template: &mut Template<'_>, alarm: &Alarm) {
    let origin = alarm.origin;
    let metric = &alarm.metric;
    let dimensions: Vec<Doc> = metric
        .dimensions
        .iter()
        .map(|(name, value)| {
            let value = match value {
                DimensionValue::Known(value) => text(value),
                DimensionValue::Of(of) => {
                    let what = match of.kind {
                        Kind::LoadBalancer | Kind::TargetGroup => Attribute::ArnSuffix,
                        Kind::Certificate => Attribute::Arn,
                        _ => Attribute::Name,
                    };
                    template.any(of.kind, &of.id, what, name.origin)
                }
            };
            pair("Name", "Value", text(name), value, name.origin)
        })
        .collect();
    let mut properties = Map::new(origin)
        .with("AlarmName", text(&alarm.name))
        .with("AlarmDescription", text(&alarm.description))
        .with("ComparisonOperator", text(&alarm.comparison))
        .with("Threshold", decimal(&alarm.threshold))
        .with("EvaluationPeriods", whole(&alarm.periods))
        .with("DatapointsToAlarm", whole(&alarm.bad_periods))
        .with("TreatMissingData", text(&alarm.missing));
    match &metric.whole {
        None => {
            properties.put("Namespace", text(&metric.namespace));
            properties.put("MetricName", text(&metric.name));
            let key = if metric.statistic.value.starts_with('p') { "ExtendedStatistic" } else { "Statistic" };
            properties.put(key, text(&metric.statistic));
            properties.put("Period", whole(&alarm.period));
            if !dimensions.is_empty() {
                properties.put("Dimensions", Doc::list(dimensions, origin));
            }
        }
        Some(of) => {
            let stat = |id: &'static str, name: &crate::ir::Traced<String>, how: &crate::ir::Traced<String>| -> Doc {
                let what = Map::new(origin)
                    .with("Namespace", text(&metric.namespace))
                    .with("MetricName", text(name))
                    .with("Dimensions", Doc::list(dimensions.clone(), origin));
                let stat =
                    Map::new(origin).with("Metric", what).with("Period", whole(&alarm.period)).with("Stat", text(how));
                Map::new(origin).text("Id", id).with("MetricStat", stat).bool("ReturnData", false).into()
            };
            let (id, label, expression) = of.compared.id_label_and_expression();
            let compared = Map::new(origin)
                .text("Id", id)
                .text("Label", label)
                .text("Expression", expression)
                .bool("ReturnData", true);
            let metrics = [
                stat("part", &metric.name, &metric.statistic),
                stat("whole", &of.name, &of.statistic),
                compared.into(),
            ];
            properties.put("Metrics", Doc::list(metrics, origin));
        }
    }
    if let Some(topic) = &alarm.topic {
        let told = Origin::rule(rules::ALARM);
        let topic = template.of(topic, Attribute::Arn, told);
        properties.put("AlarmActions", Doc::list([topic.clone()], told));
        properties.put("OKActions", Doc::list([topic], told));
    }
    template.add(template.logical(Kind::Alarm, &alarm.id), "AWS::CloudWatch::Alarm", Keep::No, properties);
}

/// Where backups are kept.
pub(super) fn vault(template: &mut Template<'_>, vault: &BackupVault) {
    let origin = vault.origin;
    let mut properties = Map::new(origin).with("BackupVaultName", text(&vault.name));
    // A key does not leave its region: copies are encrypted with the other region's own.
    if vault.region.is_none() {
        properties.put("EncryptionKeyArn", key_arn(template, &vault.key, origin));
    }
    template.add(template.logical(Kind::BackupVault, &vault.id), "AWS::Backup::BackupVault", Keep::Retain, properties);
}

/// When what is backed up.
pub(super) fn backup(template: &mut Template<'_>, plan: &BackupPlan) {
    let origin = plan.origin;
    let practice = Origin::rule(rules::BACKUP);
    let id = template.logical(Kind::BackupPlan, &plan.id);
    let mut rule = Map::new(origin)
        .text("RuleName", "scheduled")
        .with("TargetBackupVault", template.of(&plan.vault, Attribute::Name, origin))
        .with("ScheduleExpression", text(&plan.schedule))
        .with("EnableContinuousBackup", Doc::Bool(plan.continuous.value, plan.continuous.origin))
        .with("Lifecycle", Map::new(origin).with("DeleteAfterDays", whole(&plan.retention_days)));
    if let Some(copy) = &plan.copy_to {
        let to = Map::new(origin)
            .with("DestinationBackupVaultArn", template.vault_elsewhere(copy, origin))
            .with("Lifecycle", Map::new(origin).with("DeleteAfterDays", whole(&plan.retention_days)));
        rule.put("CopyActions", Doc::list([to.into()], origin));
    }
    let planned = Map::new(origin)
        .with("BackupPlanName", text(&plan.name))
        .with("BackupPlanRule", Doc::list([rule.into()], origin));
    template.add(id.clone(), "AWS::Backup::BackupPlan", Keep::No, Map::new(origin).with("BackupPlan", planned));
    let selection = Map::new(practice)
        .with("SelectionName", text(&plan.name))
        .with("IamRoleArn", template.of(&plan.role, Attribute::Arn, origin))
        .with(
            "Resources",
            Doc::list(plan.resources.iter().map(|arn| template.pattern(arn)).collect::<Vec<_>>(), origin),
        );
    let properties =
        Map::new(practice).with("BackupPlanId", reference(id.clone(), practice)).with("BackupSelection", selection);
    template.add(format!("{id}Selection"), "AWS::Backup::BackupSelection", Keep::No, properties);
}

/// What the pipeline is told.
pub(super) fn parameter(template: &mut Template<'_>, parameter: &Parameter) {
    let properties = Map::new(parameter.origin)
        .with("Name", text(&parameter.name))
        .with("Description", text(&parameter.description))
        .text("Type", "String")
        .with("Value", template.pattern(&parameter.value));
    template.add(template.logical(Kind::Parameter, &parameter.id), "AWS::SSM::Parameter", Keep::No, properties);
}
