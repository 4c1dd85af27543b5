//! What scales a service: the share of CPU or memory in use, requests a task, or messages that wait.

use super::Parts;
use crate::ir::Traced;
use crate::ir::choice::DatastoreKind;
use crate::ir::value::Decimal;
use crate::plan::aws::build::balancing::Entrance;
use crate::plan::aws::build::{Draft, Place, Workload, by};
use crate::plan::aws::graph::{EcsService, Id, Ref, ScalableTarget, ScalingPolicy, TrackedMeasure};
use crate::plan::aws::rules;
use crate::plan::infrastructure::scaling::{ScalingMeasure, ScalingPolicy as Wanted};
use crate::spec::aws::NameKind;

pub(super) fn plan(
    place: Place<'_>,
    workload: Workload<'_>,
    service: &EcsService,
    entrances: &[Entrance],
    draft: &mut Draft,
    parts: &mut Parts,
) {
    let Some(scaling) = workload.scaling else { return };
    let Some(wanted) = &scaling.policy else { return };
    let Some((measure, value)) = measure(place, workload, wanted, service, entrances, draft) else { return };
    let target = ScalableTarget {
        id: Id::made(workload.name()),
        origin: scaling.origin,
        owner: workload.owner(),
        service: service.reference(),
        cluster: service.cluster.clone(),
        min: scaling.min,
        max: scaling.max,
    };
    let cooldown = super::seconds(&wanted.cooldown);
    parts.scaling_policies.push(ScalingPolicy {
        id: Id::made(workload.name()),
        origin: wanted.origin,
        owner: workload.owner(),
        name: place.named(NameKind::EcsService, &format!("{}-{}", workload.name(), wanted.measure.as_str())),
        target: target.reference(),
        measure,
        value,
        scale_out: by(60, rules::SCALE_OUT),
        scale_in: cooldown,
    });
    parts.scalable_targets.push(target);
}

fn measure(
    place: Place<'_>,
    workload: Workload<'_>,
    wanted: &Wanted,
    service: &EcsService,
    entrances: &[Entrance],
    draft: &mut Draft,
) -> Option<(TrackedMeasure, Traced<Decimal>)> {
    let name = workload.name();
    let refuse = |draft: &mut Draft, message: String, help: &str| {
        draft.cannot(wanted.measure.origin, message, "scales by this", help);
        None
    };
    let measure = match wanted.measure.value {
        ScalingMeasure::Cpu => TrackedMeasure::Cpu,
        ScalingMeasure::Memory => TrackedMeasure::Memory,
        ScalingMeasure::Requests => {
            let Some(entrance) = entrances.iter().find(|entrance| entrance.routed) else {
                let message = format!("nobody counts the requests of `{name}`: no load balancer routes them");
                return refuse(
                    draft,
                    message,
                    "scale by `cpu`, make the port public, or run the system on `kubernetes`",
                );
            };
            // The load balancer counts by the minute.
            let minute = wanted.target.map(|target| times(target, 60));
            return Some((TrackedMeasure::Requests(entrance.balancer.clone(), entrance.target.group.clone()), minute));
        }
        ScalingMeasure::Queue => {
            let datastore = wanted.datastore.as_ref()?;
            match place.datastore(datastore.as_str())?.kind.value {
                DatastoreKind::Queue => TrackedMeasure::Backlog(Ref::named(datastore.as_str()), service.reference()),
                kind => {
                    let message = format!(
                        "`{name}` scales by what waits in a {}, which CloudWatch does not count so",
                        kind.as_str()
                    );
                    return refuse(draft, message, "scale by `cpu`, or run the system on `kubernetes`");
                }
            }
        }
        ScalingMeasure::Lag => {
            let (datastore, topic, group) = (wanted.datastore.as_ref()?, wanted.topic.as_ref(), wanted.group.as_ref()?);
            let Some(topic) = topic else {
                let message = format!("`{name}` scales by the lag of a topic that it does not name");
                return refuse(draft, message, "add `topic:` to its dependency");
            };
            TrackedMeasure::Lag(Ref::named(datastore.as_str()), topic.clone(), group.clone(), service.reference())
        }
        ScalingMeasure::Metric => {
            let message = format!("`{name}` scales by a metric of its own, which CloudWatch does not have");
            return refuse(draft, message, "scale by `cpu` or `queue_depth`, or run the system on `kubernetes`");
        }
    };
    Some((measure, wanted.target))
}

fn times(value: Decimal, factor: i64) -> Decimal {
    value.times(Decimal::whole(factor))
}
