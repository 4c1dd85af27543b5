//! Services: how many tasks, how they are replaced, how they are found, and the service beside for a new version.

use super::{Parts, has_beside, is_called, is_in_mesh, scaling, task};
use crate::ir::choice::RollbackTrigger;
use crate::ir::value::CountOrPercent;
use crate::ir::{Origin, Traced};
use crate::plan::aws::build::balancing::{self, Entrance};
use crate::plan::aws::build::{Draft, Place, Workload, by, observability};
use crate::plan::aws::graph::{EcsService, Id, Ref, ServiceAlias, ServiceTarget, TaskPurpose};
use crate::plan::aws::{names, rules};
use crate::plan::infrastructure::templates::{StrategyKind, Transport, WorkloadForm};
use crate::spec::aws::NameKind;

pub(super) fn plan(place: Place<'_>, workload: Workload<'_>, draft: &mut Draft, parts: &mut Parts) {
    refused(workload, draft);
    let Some(task_definition) = task::define(place, workload, TaskPurpose::Service, draft, parts) else { return };
    let name = workload.name();
    let component = workload.component;
    let entrances = balancing::entrances(place, workload, draft);
    let scaling = workload.scaling;
    let min = scaling.map_or(Traced::new(1, workload.plan.origin), |scaling| scaling.min);
    let (minimum_healthy, maximum) = shares(workload, min.value);
    let stable = |entrances: &[Entrance]| -> Vec<ServiceTarget> {
        entrances.iter().map(|entrance| entrance.target.clone()).collect()
    };
    let automatic = component.rollback.as_ref().map(|rollback| rollback.automatic);
    let service = EcsService {
        id: Id::made(name),
        origin: workload.plan.origin,
        owner: workload.owner(),
        name: place.named(NameKind::EcsService, name),
        cluster: Ref::named(super::CLUSTER),
        task_definition: task_definition.clone(),
        desired: min,
        scales: scaling.is_some_and(|scaling| scaling.policy.is_some()),
        security_group: Ref::named(name),
        targets: stable(&entrances),
        minimum_healthy,
        maximum,
        grace: grace(workload, &entrances),
        circuit_breaker: automatic.unwrap_or(by(true, rules::CIRCUIT_BREAKER)),
        alarms: judging_alarms(place, workload, &entrances, "", draft),
        aliases: aliases(workload),
        is_client: is_in_mesh(place, workload),
        discovery: component.metrics.as_ref().map(|metrics| metrics.port_name.with(name.to_owned())),
        beside: None,
        log_group: observability::of_component(workload),
    };
    let next = has_beside(workload).then(|| next(place, workload, &service, &entrances, draft)).flatten();
    scaling::plan(place, workload, &service, &entrances, draft, parts);
    parts.services.push(service);
    parts.services.extend(next);
}

/// The service beside: at rest without a task; a deployment starts it on the new revision.
fn next(
    place: Place<'_>,
    workload: Workload<'_>,
    service: &EcsService,
    entrances: &[Entrance],
    draft: &mut Draft,
) -> Option<EcsService> {
    let strategy = workload.component.strategy.as_ref()?;
    let targets: Vec<ServiceTarget> = entrances.iter().filter_map(|entrance| entrance.beside.clone()).collect();
    if targets.is_empty() {
        draft.cannot(
            strategy.kind.origin,
            format!("`{}` has no port that a load balancer routes, so that no share of requests can be sent to a new version", workload.name()),
            "asks for two versions beside each other",
            "use the strategy `rolling`, make a port public, or run the system on `kubernetes`",
        );
        return None;
    }
    let name = names::beside(workload.name());
    // The deployment itself looks at them while it shifts requests.
    judging_alarms(place, workload, entrances, "-next", draft);
    Some(EcsService {
        id: Id::made(&name),
        origin: strategy.origin,
        name: place.named(NameKind::EcsService, &name),
        desired: by(0, rules::BESIDE),
        scales: true,
        targets,
        alarms: Vec::new(),
        // Others call the stable version alone.
        aliases: Vec::new(),
        // A name of the name space is one service's.
        discovery: None,
        beside: Some(service.reference()),
        ..service.clone()
    })
}

/// What ECS can't express.
fn refused(workload: Workload<'_>, draft: &mut Draft) {
    let component = workload.component;
    let kept = component.volumes.iter().find(|volume| volume.persistent.value);
    if let (WorkloadForm::Stateful, Some(volume)) = (component.form.value, kept) {
        draft.cannot(
            volume.persistent.origin,
            format!(
                "tasks of `{}` have no identity, so that none finds its volume `{}` again",
                workload.name(),
                volume.name
            ),
            "asks for storage that stays",
            "keep the data in a bucket or a database, or run the system on `kubernetes`",
        );
    }
    let called = component.ports.iter().find(|port| {
        port.transport.value == Transport::Udp
            && component.called_by.iter().any(|caller| caller.ports.iter().any(|called| called.port == port.port))
    });
    if let Some(port) = called {
        draft.cannot(
            port.protocol.origin,
            format!(
                "others call port `{}` of `{}` by UDP, and Service Connect carries TCP alone",
                port.name,
                workload.name()
            ),
            "is called within the system",
            "use TCP between components, or run the system on `kubernetes`",
        );
    }
}

/// The least and the largest share of tasks while they are replaced, in percent.
fn shares(workload: Workload<'_>, desired: u32) -> (Traced<u32>, Traced<u32>) {
    let strategy = workload.component.strategy.as_ref();
    let percent = |value: &CountOrPercent| match value {
        CountOrPercent::Count(count) => (u64::from(*count) * 100).div_ceil(u64::from(desired.max(1))),
        CountOrPercent::Percent(percent) => u64::from(*percent),
    };
    let surge = strategy.and_then(|strategy| strategy.max_surge.as_ref());
    let away = strategy.and_then(|strategy| strategy.max_unavailable.as_ref());
    let capped = |value: u64, most: u64| u32::try_from(value.min(most)).unwrap_or(100);
    let minimum = match away {
        Some(away) => away.with(100 - capped(percent(&away.value), 100)),
        None => by(100, rules::SHARES),
    };
    let maximum = match surge {
        Some(surge) => surge.with(100 + capped(percent(&surge.value), 100)),
        None => by(200, rules::SHARES),
    };
    (minimum, maximum)
}

/// How long a task may take to start before the load balancer's opinion counts.
fn grace(workload: Workload<'_>, entrances: &[Entrance]) -> Option<Traced<u32>> {
    if entrances.is_empty() {
        return None;
    }
    match &workload.component.startup {
        Some(probe) => {
            let failures = u64::from(probe.failures.value);
            let longest = probe.period.value.whole_seconds() * failures;
            Some(probe.failures.with(u32::try_from(longest).unwrap_or(u32::MAX).max(30)))
        }
        None => Some(by(60, rules::GRACE)),
    }
}

/// The names by which others call the component, on the ports that they use.
fn aliases(workload: Workload<'_>) -> Vec<ServiceAlias> {
    if !is_called(workload) {
        return Vec::new();
    }
    let component = workload.component;
    let called = component.ports.iter().filter(|port| {
        port.transport.value == Transport::Tcp
            && component.called_by.iter().any(|caller| caller.ports.iter().any(|called| called.port == port.port))
    });
    called
        .enumerate()
        .map(|(number, port)| {
            let own =
                if number == 0 { workload.name().to_owned() } else { format!("{}-{}", workload.name(), port.name) };
            ServiceAlias {
                port_name: port.name.with(port.name.to_string()),
                dns_name: component.name.with(component.name.to_string()),
                port: port.service_port,
                // Names for scraping stand in the same name space.
                discovery_name: Traced::new(format!("{own}-connect"), Origin::rule(rules::NAMESPACE)),
            }
        })
        .collect()
}

/// The alarms by which a deployment goes back by itself: those of the declared triggers, where a load balancer counts.
fn judging_alarms(
    place: Place<'_>,
    workload: Workload<'_>,
    entrances: &[Entrance],
    suffix: &str,
    draft: &mut Draft,
) -> Vec<Ref<crate::plan::aws::graph::Alarm>> {
    let component = workload.component;
    let canary = component.strategy.as_ref().is_some_and(|strategy| strategy.kind.value != StrategyKind::Rolling);
    let triggers = component.rollback.iter().flat_map(|rollback| &rollback.triggers);
    let triggers: Vec<RollbackTrigger> = triggers.map(|trigger| trigger.value).collect();
    let watches = |wanted: RollbackTrigger| triggers.contains(&wanted) || (canary && !suffix.is_empty());
    let mut alarms = Vec::new();
    let Some(entrance) = entrances.iter().find(|entrance| entrance.routed) else { return alarms };
    let group = if suffix.is_empty() { Some(&entrance.target) } else { entrance.beside.as_ref() };
    let Some(target) = group else { return alarms };
    if watches(RollbackTrigger::ErrorRate) || watches(RollbackTrigger::SloBurn) {
        alarms.push(balancing::error_alarm(place, workload, entrance, &target.group, suffix, draft));
    }
    if watches(RollbackTrigger::Latency) {
        alarms.push(balancing::latency_alarm(place, workload, entrance, &target.group, suffix, draft));
    }
    alarms
}
