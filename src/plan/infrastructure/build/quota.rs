//! What all replicas of an environment may ask for together.

use super::Place;
use crate::ir::choice::{ComponentKind, Concurrency};
use crate::ir::component::{Component, DeliveryStrategy};
use crate::ir::environment::Deployment;
use crate::ir::value::{CountOrPercent, Cpu, Size};
use crate::ir::{Origin, Traced};
use crate::plan::infrastructure::environments::QuotaPlan;
use crate::plan::infrastructure::rules;

/// Requests and limits, summed up.
#[derive(Clone, Copy, Default)]
struct Demand {
    millicores: u64,
    memory: u64,
    memory_limit: u64,
    pods: u64,
}

impl Demand {
    fn add(&mut self, one: Demand, times: u64) {
        self.millicores += one.millicores * times;
        self.memory += one.memory * times;
        self.memory_limit += one.memory_limit * times;
        self.pods += one.pods * times;
    }

    fn with_headroom(self, percent: u64) -> Demand {
        let more = |value: u64| (value * (100 + percent)).div_ceil(100);
        Demand {
            millicores: more(self.millicores),
            memory: more(self.memory),
            memory_limit: more(self.memory_limit),
            pods: more(self.pods),
        }
    }

    fn max(self, other: Demand) -> Demand {
        Demand {
            millicores: self.millicores.max(other.millicores),
            memory: self.memory.max(other.memory),
            memory_limit: self.memory_limit.max(other.memory_limit),
            pods: self.pods.max(other.pods),
        }
    }
}

pub(super) fn plan(place: &Place<'_>) -> QuotaPlan {
    let mut at_maximum = Demand::default();
    let mut with_rollouts = Demand::default();
    for deployment in &place.environment.deployments {
        let component = place.system.component(deployment.component);
        if component.kind.value == ComponentKind::Website {
            continue; // Nothing of it runs in the cluster.
        }
        let replica = replica(place, deployment);
        let (most, more) = replicas(component, deployment);
        let migrations = place.system.pending_migrations(component.name.as_str()).count() as u64;
        at_maximum.add(replica, most);
        with_rollouts.add(replica, most + more + migrations);
    }
    let headroom = u64::from(place.specs.platform.quota_headroom.value);
    let demand = at_maximum.with_headroom(headroom).max(with_rollouts);
    QuotaPlan {
        origin: Origin::rule(rules::QUOTA),
        cpu: Traced::by_rule(Cpu { millicores: demand.millicores.next_multiple_of(1000) }, rules::QUOTA),
        memory: Traced::by_rule(Size { bytes: demand.memory.next_multiple_of(1 << 30) }, rules::QUOTA),
        memory_limit: Traced::by_rule(Size { bytes: demand.memory_limit.next_multiple_of(1 << 30) }, rules::QUOTA),
        pods: Traced::by_rule(u32::try_from(demand.pods).unwrap_or(u32::MAX), rules::QUOTA),
    }
}

/// What one replica asks for: its own requests, else what the cluster gives to a container that asks for none.
fn replica(place: &Place<'_>, deployment: &Deployment) -> Demand {
    let (asked, defaults) = (&deployment.resources, &place.specs.platform);
    let memory_limit = asked.memory_limit.or(asked.memory).unwrap_or(defaults.default_memory_limit);
    Demand {
        millicores: asked.cpu.unwrap_or(defaults.default_cpu).millicores,
        // A container that states its limit alone asks for as much.
        memory: asked.memory.or(asked.memory_limit).unwrap_or(defaults.default_memory).bytes,
        memory_limit: memory_limit.bytes,
        pods: 1,
    }
}

/// The most replicas that run, and how many more while a new version replaces the old one.
fn replicas(component: &Component, deployment: &Deployment) -> (u64, u64) {
    if !component.is_long_running() {
        // The run that is going, and the next one where both may.
        return (1, u64::from(component.concurrency.value == Concurrency::Allow));
    }
    let most = u64::from(deployment.replicas.max().value);
    let more = match component.delivery.as_ref().map(|delivery| &delivery.strategy) {
        None => 0,
        Some(_) if component.is_stateful() => 0, // Each replica is replaced in its place.
        Some(DeliveryStrategy::Rolling { max_surge, .. }) => match max_surge.value {
            CountOrPercent::Count(count) => u64::from(count),
            CountOrPercent::Percent(percent) => (most * u64::from(percent)).div_ceil(100),
        },
        Some(DeliveryStrategy::Canary { .. } | DeliveryStrategy::BlueGreen(_)) => most,
    };
    (most, more)
}
