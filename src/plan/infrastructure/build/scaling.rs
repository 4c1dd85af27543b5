//! How much runs of each component in one environment, and how much of it may be away at once.

use super::Place;
use crate::diag::{Diagnostic, code};
use crate::ir::choice::{DatastoreKind, Domain, EnvironmentKind, Tier};
use crate::ir::component::{Component, Replicas};
use crate::ir::delivery::{QueueDepth, Scaling, ScalingTarget};
use crate::ir::environment::Deployment;
use crate::ir::value::{Decimal, Percent};
use crate::ir::{Origin, Traced};
use crate::plan::infrastructure::rules;
use crate::plan::infrastructure::scaling::{ComponentScaling, EnvironmentScaling, ScalingMeasure, ScalingPolicy};
use crate::plan::monitoring::indicator::{RequestMetrics, labels};
use crate::plan::monitoring::promql::select;

/// The range over which a rate is taken for scaling: long enough for two scrapes to miss, short enough to follow.
const WINDOW: &str = "2m";

pub(super) fn plan(place: &Place<'_>, problems: &mut Vec<Diagnostic>) -> EnvironmentScaling {
    let environment = place.environment;
    EnvironmentScaling {
        origin: environment.origin,
        environment: environment.name.clone(),
        components: environment
            .deployments
            .iter()
            .map(|deployment| (place.system.component(deployment.component), deployment))
            .filter(|(component, _)| component.is_long_running())
            .map(|(component, deployment)| scaling(place, component, deployment, problems))
            .collect(),
    }
}

fn scaling(
    place: &Place<'_>,
    component: &Component,
    deployment: &Deployment,
    problems: &mut Vec<Diagnostic>,
) -> ComponentScaling {
    let min = deployment.replicas.min();
    let zones = place.environment.availability_zones.value;
    let in_production = place.environment.kind.value == EnvironmentKind::Production;
    let is_near = component.domain.value == Domain::Realtime && zones > 1 && min.value > 1;
    let spread = match component.tier.value {
        _ if is_near => Traced::by_rule(in_production, rules::ZONE_AFFINITY),
        tier => Traced::by_rule(tier == Tier::Critical && in_production && zones > 1, rules::SPREAD),
    };
    ComponentScaling {
        origin: deployment.origin,
        component: component.name.clone(),
        min,
        max: deployment.replicas.max(),
        policy: match &deployment.replicas {
            Replicas::Fixed(_) => None,
            Replicas::Scaled(scaling) => policy(place, component, scaling, problems),
        },
        max_unavailable: (min.value >= 2).then_some(place.specs.platform.max_unavailable),
        spread_required: spread,
        zone_affinity: is_near.then_some(Traced::by_rule(true, rules::ZONE_AFFINITY)),
    }
}

fn policy(
    place: &Place<'_>,
    component: &Component,
    scaling: &Scaling,
    problems: &mut Vec<Diagnostic>,
) -> Option<ScalingPolicy> {
    let selector = labels(place.environment.namespace.as_str(), component.name.as_str());
    let by_query = |query: String| Some(Traced { value: query, origin: Origin::rule(rules::SCALING_QUERY) });
    let policy = |measure: ScalingMeasure, target: Traced<Decimal>| ScalingPolicy {
        origin: scaling.origin,
        measure: target.with(measure),
        target,
        cooldown: scaling.cooldown.unwrap_or(place.specs.platform.cooldown),
        query: None,
        datastore: None,
        topic: None,
        group: None,
    };
    let percent = |percent: &Traced<Percent>| percent.map(|percent| percent.0);
    match &scaling.target {
        ScalingTarget::Cpu(target) => Some(policy(ScalingMeasure::Cpu, percent(target))),
        ScalingTarget::Memory(target) => Some(policy(ScalingMeasure::Memory, percent(target))),
        ScalingTarget::RequestsPerSecond(target) => {
            let Some(metrics) = RequestMetrics::of(component, place.specs) else {
                problems.push(
                    Diagnostic::new(
                        code::CANNOT_EXPRESS,
                        target.origin,
                        format!("`{}` scales by its requests and does not count them", component.name),
                        "requests a second",
                    )
                    .label(component.origin, "this component has no `metrics`")
                    .help("add `metrics: {port: …}` to the component, or scale by `cpu`")
                    .judged_by("G605", Some(&component.name), Some(&place.environment.name)),
                );
                return None;
            };
            let query = by_query(metrics.request_rate(&selector, WINDOW));
            Some(ScalingPolicy { query, ..policy(ScalingMeasure::Requests, *target) })
        }
        ScalingTarget::Metric(metric) => {
            let query = by_query(format!("sum({})", select(&metric.name, &[&selector])));
            Some(ScalingPolicy { query, ..policy(ScalingMeasure::Metric, metric.per_replica) })
        }
        ScalingTarget::QueueDepth(depth) => queue(place, component, depth, policy, problems),
    }
}

/// By the messages that wait. Of a kafka topic these are what the component's own consumer group is behind.
fn queue(
    place: &Place<'_>,
    component: &Component,
    depth: &QueueDepth,
    policy: impl Fn(ScalingMeasure, Traced<Decimal>) -> ScalingPolicy,
    problems: &mut Vec<Diagnostic>,
) -> Option<ScalingPolicy> {
    let Some(datastore) = place.environment.datastore(depth.queue.as_str()) else {
        problems.push(
            Diagnostic::new(
                code::NO_SUCH_PEER,
                depth.queue.origin,
                format!("`{}` does not run in `{}`", depth.queue, place.environment.name),
                format!("`{}` scales by it", component.name),
            )
            .help("enable the datastore in this environment, or scale the component by something else there"),
        );
        return None;
    };
    let consumed = component.depends_on.iter().find(|dependency| dependency.name == depth.queue);
    let topic = consumed.and_then(|dependency| dependency.topic.clone());
    let group = consumed.and_then(|dependency| dependency.group.clone());
    let measure = match datastore.kind.value {
        DatastoreKind::Kafka if group.is_none() => {
            problems.push(
                Diagnostic::new(
                    code::CANNOT_EXPRESS,
                    depth.queue.origin,
                    format!("`{}` scales by the lag of a consumer group that it does not name", component.name),
                    "the lag of this",
                )
                .help(format!("add `group:` to its dependency on `{}`", depth.queue)),
            );
            return None;
        }
        DatastoreKind::Kafka => ScalingMeasure::Lag,
        _ => ScalingMeasure::Queue,
    };
    let datastore = Some(depth.queue.clone());
    Some(ScalingPolicy { datastore, topic, group, ..policy(measure, depth.per_replica) })
}
