//! What decides how many replicas run: Kubernetes by what they use, KEDA by what waits for them.

use super::place::Workload;
use super::pod::Pods;
use super::{rules, workload};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::environments::VariablePlan;
use crate::plan::infrastructure::scaling::{ScalingMeasure, ScalingPolicy};
use crate::plan::infrastructure::templates::dependency_variable;
use crate::spec::kubernetes::{Kind, ScalingFacts};
use crate::targets::shared::value::{by, number, seconds};

/// The autoscaler of a component, where its number of replicas is not fixed.
pub(super) fn autoscaler(pods: &Pods<'_>) -> Vec<Doc> {
    let workload = pods.workload();
    let Some(scaling) = workload.scaling else { return Vec::new() };
    let Some(policy) = &scaling.policy else { return Vec::new() };
    match policy.measure.value {
        ScalingMeasure::Cpu | ScalingMeasure::Memory => {
            let resource = Doc::traced(&policy.measure);
            let target = Map::new(policy.origin).with("type", Doc::text("Utilization", policy.measure.origin)).with(
                "averageUtilization",
                Doc::Integer(policy.target.value.as_f64().round() as i64, policy.target.origin),
            );
            let metric = Map::new(policy.origin)
                .text("type", "Resource")
                .with("resource", Map::new(policy.origin).with("name", resource).with("target", target));
            let spec = Map::new(scaling.origin)
                .with("scaleTargetRef", target_of(workload))
                .with("minReplicas", number(&scaling.min))
                .with("maxReplicas", number(&scaling.max))
                .with("metrics", Doc::list([metric.into()], policy.origin))
                .with("behavior", behavior(workload, policy));
            vec![workload::object(pods, Kind::HorizontalPodAutoscaler).with("spec", spec).into()]
        }
        ScalingMeasure::Requests | ScalingMeasure::Queue | ScalingMeasure::Lag | ScalingMeasure::Metric => {
            scaled_object(pods, policy)
        }
    }
}

fn target_of(workload: Workload<'_>) -> Map {
    workload.place.head(workload.kind(), workload.component.origin).with("name", Doc::traced(&workload.component.name))
}

/// Up at once, down slowly.
fn behavior(workload: Workload<'_>, policy: &ScalingPolicy) -> Map {
    let spec = workload.place.spec;
    let direction = |facts: &ScalingFacts, stabilization: Doc| {
        let policies = facts.policies.iter().map(|(kind, value, period)| {
            let policy = by(rules::SCALING_BEHAVIOUR)
                .with("type", Doc::traced(kind))
                .with("value", number(value))
                .with("periodSeconds", number(period));
            Doc::from(policy)
        });
        by(rules::SCALING_BEHAVIOUR)
            .with("stabilizationWindowSeconds", stabilization)
            .with("selectPolicy", Doc::traced(&facts.select))
            .with("policies", Doc::list(policies, Origin::rule(rules::SCALING_BEHAVIOUR)))
    };
    by(rules::SCALING_BEHAVIOUR)
        .with("scaleDown", direction(&spec.scale_down, seconds(&policy.cooldown)))
        .with("scaleUp", direction(&spec.scale_up, number(&spec.scale_up.stabilization)))
}

fn scaled_object(pods: &Pods<'_>, policy: &ScalingPolicy) -> Vec<Doc> {
    let workload = pods.workload();
    let Some(scaling) = workload.scaling else { return Vec::new() };
    let facts = &workload.place.spec.keda;
    let identified = matches!(policy.measure.value, ScalingMeasure::Queue | ScalingMeasure::Lag);
    let mut docs = Vec::new();
    let mut trigger = trigger(workload, policy);
    if identified {
        let name = Doc::traced(&workload.component.name);
        let identity = by(rules::SCALER_IDENTITY).with("provider", Doc::traced(&facts.identity_provider));
        let spec = by(rules::SCALER_IDENTITY).with("podIdentity", identity);
        docs.push(workload::object(pods, Kind::TriggerAuthentication).with("spec", spec).into());
        trigger.put("authenticationRef", by(rules::SCALER_IDENTITY).with("name", name));
    }
    let fallback = by(rules::SCALER_FALLBACK)
        .with("failureThreshold", number(&facts.fallback_threshold))
        .with("replicas", number(&scaling.min))
        .with("behavior", Doc::traced(&facts.fallback_behavior));
    let horizontal = by(rules::SCALING_BEHAVIOUR).with("behavior", behavior(workload, policy));
    let spec = Map::new(scaling.origin)
        .with("scaleTargetRef", target_of(workload))
        .with("pollingInterval", number(&facts.polling_interval))
        .with("minReplicaCount", number(&scaling.min))
        .with("maxReplicaCount", number(&scaling.max))
        .with("fallback", fallback)
        .with("advanced", by(rules::SCALING_BEHAVIOUR).with("horizontalPodAutoscalerConfig", horizontal))
        .with("triggers", Doc::list([trigger.into()], policy.origin));
    docs.push(workload::object(pods, Kind::ScaledObject).with("spec", spec).into());
    docs
}

fn trigger(workload: Workload<'_>, policy: &ScalingPolicy) -> Map {
    let facts = &workload.place.spec.keda;
    let region = &workload.place.environment.region;
    let target = Doc::text(policy.target.to_string(), policy.target.origin);
    let map = Map::new(policy.origin);
    let (kind, metadata) = match policy.measure.value {
        ScalingMeasure::Queue => {
            let metadata = from_variable(map, &facts.sqs_queue_url, queue_variable(workload, policy));
            let metadata = metadata
                .with(facts.sqs_region.value.clone(), Doc::traced(region))
                .with(facts.sqs_target.value.clone(), target);
            (&facts.sqs, metadata)
        }
        ScalingMeasure::Lag => {
            let metadata = from_variable(map, &facts.kafka_servers, queue_variable(workload, policy));
            let metadata = metadata
                .with_some(facts.kafka_group.value.clone(), policy.group.as_ref().map(Doc::traced))
                .with_some(facts.kafka_topic.value.clone(), policy.topic.as_ref().map(Doc::traced))
                .with(facts.kafka_target.value.clone(), target)
                .with(facts.kafka_sasl.value.clone(), Doc::traced(&facts.kafka_sasl_value))
                .with(facts.kafka_token_provider.value.clone(), Doc::traced(&facts.kafka_token_provider_value))
                .with(facts.kafka_tls.value.clone(), Doc::traced(&facts.kafka_tls_value))
                .with(facts.kafka_region.value.clone(), Doc::traced(region));
            (&facts.kafka, metadata)
        }
        _ => {
            let metadata = map
                .with(facts.prometheus_server.value.clone(), Doc::traced(&workload.place.platform.prometheus_url))
                .with_some(facts.prometheus_query.value.clone(), policy.query.as_ref().map(Doc::traced))
                .with(facts.prometheus_target.value.clone(), target)
                .with(facts.prometheus_ignore_null.value.clone(), Doc::traced(&facts.prometheus_ignore_null_value));
            (&facts.prometheus, metadata)
        }
    };
    Map::new(policy.origin).with("type", Doc::traced(kind)).with("metadata", metadata)
}

/// KEDA reads a field named `FIELDFromEnv` from the variables of the component itself.
fn from_variable(map: Map, field: &Traced<String>, variable: Option<&VariablePlan>) -> Map {
    map.with_some(format!("{}FromEnv", field.value), variable.map(|variable| Doc::traced(&variable.name)))
}

/// The component's variable that holds the address of what its replicas are counted by.
pub(super) fn queue_variable<'a>(workload: Workload<'a>, policy: &ScalingPolicy) -> Option<&'a VariablePlan> {
    let attribute = match policy.measure.value {
        ScalingMeasure::Queue => "url",
        ScalingMeasure::Lag => "brokers",
        _ => return None,
    };
    let name = dependency_variable(policy.datastore.as_ref()?.as_str(), attribute);
    workload.plan.variables.iter().find(|variable| variable.name.value == name)
}
