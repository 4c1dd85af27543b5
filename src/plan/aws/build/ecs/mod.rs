//! ECS on Fargate: a task definition for each component and migration, services, schedules and what scales them.

mod container;
mod scaling;
pub(super) mod schedule;
mod service;
mod task;

use super::identity::DATA;
use super::network::{anywhere, rule};
use super::{Draft, Place, Workload, word};
use crate::ir::choice::Protocol;
use crate::ir::value::PortNumber;
use crate::ir::{Origin, Traced};
use crate::plan::aws::graph::{
    Cluster, Direction, Ecs, EcsCluster, EcsService, Id, Owner, Peer, Ref, ScalableTarget, ScalingPolicy, Schedule,
    SecurityGroup, SecurityGroupRule, ServiceNamespace, TaskDefinition,
};
use crate::plan::aws::rules;
use crate::plan::infrastructure::templates::{PeerKind, PeerTemplate, StrategyKind, Transport, WorkloadForm};
use crate::spec::aws::NameKind;

pub(super) const CLUSTER: &str = "main";

/// What runs on the cluster, while it grows.
#[derive(Default)]
struct Parts {
    task_definitions: Vec<TaskDefinition>,
    services: Vec<EcsService>,
    schedules: Vec<Schedule>,
    scalable_targets: Vec<ScalableTarget>,
    scaling_policies: Vec<ScalingPolicy>,
}

pub(super) fn plan(place: Place<'_>, draft: &mut Draft) -> Cluster {
    let environment = place.environment;
    let words = &place.specs().aws.words;
    let origin = Origin::rule(rules::ECS);
    let cluster = EcsCluster {
        id: Id::made(CLUSTER),
        origin,
        owner: Owner::Platform,
        exists: environment.cluster_exists,
        name: environment.cluster.clone(),
        container_insights: if place.is_production() {
            words.insights_production.clone()
        } else {
            words.insights_other.clone()
        },
        capacity_provider: words.capacity_provider.clone(),
        log_group: Ref::named(super::observability::SESSIONS),
        key: Ref::named(DATA),
    };
    let mut parts = Parts::default();
    let running = || place.workloads().filter(|it| it.component.form.value != WorkloadForm::Static);
    // Groups first: rules name those of other components.
    for workload in running() {
        draft.group(security_group(place, workload));
    }
    for workload in running() {
        connections(place, workload, draft);
    }
    for workload in running() {
        match workload.component.form.value {
            WorkloadForm::Replicated | WorkloadForm::Stateful => service::plan(place, workload, draft, &mut parts),
            WorkloadForm::Scheduled => schedule::plan(place, workload, draft, &mut parts),
            WorkloadForm::OnDeploy | WorkloadForm::Manual => task::once(place, workload, draft, &mut parts),
            WorkloadForm::Static => {}
        }
        task::migrations(place, workload, draft, &mut parts);
    }
    Cluster::Ecs(Box::new(Ecs {
        cluster,
        namespace: ServiceNamespace {
            id: Id::made(CLUSTER),
            origin,
            owner: Owner::Platform,
            name: word(format!("{}.internal", place.prefix()), rules::NAMESPACE),
        },
        task_definitions: parts.task_definitions,
        services: parts.services,
        schedules: parts.schedules,
        scalable_targets: parts.scalable_targets,
        scaling_policies: parts.scaling_policies,
    }))
}

/// Whether a component is built for arm64, which costs less.
pub(super) fn builds_for_arm(place: Place<'_>, component: &str) -> bool {
    let builds = &place.whole.pipeline.automation.builds;
    let build = builds.iter().find(|build| build.component.as_str() == component);
    let image = build.and_then(|build| build.image.as_ref());
    image.is_some_and(|image| image.platforms.iter().any(|platform| platform.value.ends_with("arm64")))
}

fn security_group(place: Place<'_>, workload: Workload<'_>) -> SecurityGroup {
    SecurityGroup {
        id: Id::made(workload.name()),
        origin: workload.plan.origin,
        owner: workload.owner(),
        name: place.named(NameKind::SecurityGroup, workload.name()),
        description: word(format!("Tasks of {}", workload.name()), rules::SECURITY_GROUP),
        rules: Vec::new(),
    }
}

/// Both ends of each connection of a component: out of its own group, into that of whom it calls.
fn connections(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft) {
    let own = Ref::<SecurityGroup>::named(workload.name());
    let https = Traced::by_rule(PortNumber(443), rules::SECURITY_GROUP);
    let origin = Origin::rule(rules::SECURITY_GROUP);
    draft.rule(
        &own,
        rule(
            "https",
            Direction::Egress,
            Peer::Range(anywhere(origin)),
            Some((https, https)),
            "Images, secrets, logs and services of AWS",
            origin,
        ),
    );
    for call in &workload.component.calls {
        match call.kind.value {
            PeerKind::Component if place.has_component(call.name.as_str()) => {
                for (number, port) in call.ports.iter().enumerate() {
                    let other = Ref::<SecurityGroup>::named(call.name.as_str());
                    let ports = Some((port.port, port.port));
                    let to = connection(call, number, Direction::Egress, Peer::Group(other.clone()), ports);
                    draft.rule(&own, SecurityGroupRule { transport: port.transport.value, ..to });
                    let from = SecurityGroupRule {
                        id: Id::made(&numbered(workload.name(), number)),
                        direction: Direction::Ingress,
                        peer: Peer::Group(own.clone()),
                        description: Traced::new(format!("From {}", workload.name()), call.origin),
                        transport: port.transport.value,
                        ..connection(call, number, Direction::Ingress, Peer::Group(own.clone()), ports)
                    };
                    draft.rule(&other, from);
                }
            }
            PeerKind::Datastore => {
                let Some(datastore) = place.datastore(call.name.as_str()) else { continue };
                let Some(port) = datastore.port else { continue };
                let other = Peer::Group(Ref::named(call.name.as_str()));
                draft.rule(&own, connection(call, 0, Direction::Egress, other, Some((port, port))));
            }
            PeerKind::External => {
                let external = place.environment.externals.iter().find(|it| it.name.value == call.name.value);
                // HTTPS is open anyway.
                let Some(external) = external.filter(|external| external.port.value != https.value) else { continue };
                let port = external.port;
                let out =
                    connection(call, 0, Direction::Egress, Peer::Range(anywhere(call.origin)), Some((port, port)));
                let udp = external.protocol.value == Protocol::Udp;
                draft.rule(
                    &own,
                    SecurityGroupRule { transport: if udp { Transport::Udp } else { Transport::Tcp }, ..out },
                );
            }
            _ => {}
        }
    }
}

fn numbered(name: &str, number: usize) -> String {
    if number == 0 { name.to_owned() } else { format!("{name}-{}", number + 1) }
}

fn connection(
    call: &PeerTemplate,
    number: usize,
    direction: Direction,
    peer: Peer,
    ports: Option<(Traced<PortNumber>, Traced<PortNumber>)>,
) -> SecurityGroupRule {
    let id = numbered(call.name.as_str(), number);
    rule(&id, direction, peer, ports, &format!("To {}", call.name), call.origin)
}

/// Whether a new version stands beside the old one before it takes over.
pub(super) fn has_beside(workload: Workload<'_>) -> bool {
    let strategy = workload.component.strategy.as_ref();
    strategy.is_some_and(|strategy| strategy.kind.value != StrategyKind::Rolling)
}

/// A whole number of seconds.
pub(super) fn seconds(duration: &Traced<crate::ir::value::Duration>) -> Traced<u32> {
    duration.with(u32::try_from(duration.value.whole_seconds()).unwrap_or(u32::MAX))
}

/// Whether tasks' traffic goes through the proxy by which components find each other.
fn is_in_mesh(place: Place<'_>, workload: Workload<'_>) -> bool {
    let calls = workload
        .component
        .calls
        .iter()
        .any(|call| call.kind.value == PeerKind::Component && place.has_component(call.name.as_str()));
    calls || is_called(workload)
}

fn is_called(workload: Workload<'_>) -> bool {
    !workload.component.called_by.is_empty()
}
