//! What is computed from many values, and from which: such a value names its rule, and here stands what the rule looks at.

use crate::ir::choice::Domain;
use crate::ir::component::{Component, Replicas, Resources};
use crate::ir::datastore::Datastore;
use crate::ir::delivery::Slo;
use crate::ir::environment::Environment;
use crate::ir::{Origin, Rule, System, Traced};

use super::{aws, infrastructure, monitoring};

/// Where a computed value stands: what is known of it narrows what it comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// The environment, where it is of one.
    pub environment: Option<&'a str>,
    /// The component or datastore, where it is of one.
    pub about: Option<&'a str>,
    /// The objective, where it is of one: its entry in the input.
    pub objective: Option<Origin>,
}

impl Place<'_> {
    fn is_about(&self, name: &str) -> bool {
        self.about.is_none_or(|about| about == name)
    }
}

/// A rule that computes from many values, and what it looks at.
struct Computed {
    rule: Rule,
    looks_at: LooksAt,
}

enum LooksAt {
    /// Values of an environment.
    Environment(fn(&System, &Environment, &Place<'_>) -> Vec<Origin>),
    /// Values of an objective.
    Objective(fn(&Component, &Slo) -> Vec<Origin>),
}

use LooksAt::{Environment as Of, Objective as OfObjective};

const COMPUTED: &[Computed] = &[
    Computed { rule: infrastructure::rules::QUOTA, looks_at: Of(|_, environment, _| replicas(environment)) },
    Computed { rule: infrastructure::rules::SPREAD, looks_at: Of(spread) },
    Computed { rule: infrastructure::rules::ZONE_AFFINITY, looks_at: Of(affinity) },
    Computed { rule: aws::rules::NODES, looks_at: Of(nodes) },
    Computed { rule: aws::rules::ESTIMATE, looks_at: Of(|_, environment, _| all(environment)) },
    Computed { rule: aws::rules::STEADY_CPU, looks_at: Of(steady_cpu) },
    Computed { rule: aws::rules::STORAGE_GROWTH, looks_at: Of(storage) },
    Computed { rule: aws::rules::PROTECTED, looks_at: Of(protected) },
    Computed { rule: aws::rules::NAT, looks_at: Of(kind_and_zones) },
    Computed { rule: aws::rules::FLOW_LOG, looks_at: Of(|_, environment, _| vec![environment.kind.origin]) },
    Computed { rule: monitoring::rules::DATASTORE_CONNECTION_LIMIT, looks_at: Of(connections) },
    Computed { rule: monitoring::rules::DATASTORE_STORAGE_LIMIT, looks_at: Of(storage) },
    Computed { rule: monitoring::rules::QUEUE_AGE_LIMIT, looks_at: Of(retention) },
    Computed { rule: monitoring::rules::ERROR_BUDGET, looks_at: OfObjective(|_, slo| vec![slo.objective.origin]) },
    Computed { rule: monitoring::rules::BURN_FACTOR, looks_at: OfObjective(|_, slo| vec![slo.window.origin]) },
    Computed { rule: monitoring::rules::BURN_THRESHOLD, looks_at: OfObjective(budget) },
    Computed { rule: monitoring::rules::LEAST_EVENTS, looks_at: OfObjective(budget) },
    Computed { rule: monitoring::rules::WINDOW_DROPPED, looks_at: OfObjective(budget) },
    Computed {
        rule: monitoring::rules::FAST_BURN,
        looks_at: OfObjective(|component, _| vec![component.domain.origin]),
    },
];

/// The rules that compute from many values.
#[must_use]
pub fn rules() -> Vec<Rule> {
    COMPUTED.iter().map(|computed| computed.rule).collect()
}

/// Whether a rule computes from an objective.
#[must_use]
pub fn is_of_objective(rule: Rule) -> bool {
    COMPUTED.iter().any(|computed| computed.rule == rule && matches!(computed.looks_at, OfObjective(_)))
}

/// The objective that a value is a part of, where it is of one: its entry in the input.
#[must_use]
pub fn objective_of(origin: Origin, system: &System) -> Option<Origin> {
    let is_part = |slo: &Slo| {
        [slo.origin, slo.name.origin, slo.objective.origin, slo.indicator.origin].contains(&origin)
            || slo.window.origin == origin
    };
    objectives(system).find(|(_, slo)| is_part(slo)).map(|(_, slo)| slo.origin)
}

/// The values that a rule computes from at a place; nothing where it computes from none, or from the value alone that it
/// names.
#[must_use]
pub fn sources(rule: Rule, place: &Place<'_>, system: &System) -> Vec<Origin> {
    let Some(computed) = COMPUTED.iter().find(|computed| computed.rule == rule) else { return Vec::new() };
    let mut found: Vec<Origin> = match computed.looks_at {
        Of(looks_at) => {
            let is_asked = |one: &&Environment| place.environment.is_none_or(|name| one.name.as_str() == name);
            system.environments.iter().filter(is_asked).flat_map(|one| looks_at(system, one, place)).collect()
        }
        OfObjective(looks_at) => objectives(system)
            .filter(|(component, slo)| match place.objective {
                Some(entry) => slo.origin == entry,
                None => place.is_about(component.name.as_str()),
            })
            .flat_map(|(component, slo)| looks_at(component, slo))
            .collect(),
    };
    found.sort_unstable();
    found.dedup();
    found
}

fn objectives(system: &System) -> impl Iterator<Item = (&Component, &Slo)> {
    system.components.iter().flat_map(|component| {
        let slos = component.delivery.as_ref().map_or(&[][..], |delivery| &delivery.slos);
        slos.iter().map(move |slo| (component, slo))
    })
}

fn budget(_: &Component, slo: &Slo) -> Vec<Origin> {
    vec![slo.objective.origin, slo.window.origin]
}

fn origin<T>(value: &Option<Traced<T>>) -> impl Iterator<Item = Origin> {
    value.as_ref().map(|value| value.origin).into_iter()
}

/// How many replicas there are, and what each asks for.
fn replicas(environment: &Environment) -> Vec<Origin> {
    let mut found = Vec::new();
    for deployment in &environment.deployments {
        let Resources { cpu, memory, memory_limit, .. } = &deployment.resources;
        found.extend(origin(cpu).chain(origin(memory)).chain(origin(memory_limit)));
        match &deployment.replicas {
            Replicas::Fixed(count) => found.push(count.origin),
            Replicas::Scaled(scaling) => found.extend([scaling.min.origin, scaling.max.origin]),
        }
    }
    found
}

/// What nodes hold, over which zones, and whether their CPU may be credit.
fn nodes(system: &System, environment: &Environment, _: &Place<'_>) -> Vec<Origin> {
    let mut found = replicas(environment);
    found.extend([environment.availability_zones.origin, environment.kind.origin]);
    found.extend(realtime(system, environment).map(|component| component.domain.origin));
    found
}

/// The components of the domain `realtime` that run in an environment.
fn realtime<'s>(system: &'s System, environment: &'s Environment) -> impl Iterator<Item = &'s Component> {
    let components = environment.deployments.iter().map(|deployment| system.component(deployment.component));
    components.filter(|component| component.domain.value == Domain::Realtime)
}

/// Whose domain keeps a datastore off credit, and how large it is.
fn steady_cpu(system: &System, environment: &Environment, place: &Place<'_>) -> Vec<Origin> {
    let mut found: Vec<Origin> =
        if system.domain.value == Domain::Realtime { vec![system.domain.origin] } else { Vec::new() };
    let datastores: Vec<&Datastore> = datastores(environment, place).collect();
    let calls = |component: &&Component| {
        let names = component.depends_on.iter().map(|dependency| dependency.name.as_str());
        names.into_iter().any(|name| datastores.iter().any(|datastore| datastore.name.as_str() == name))
    };
    found.extend(realtime(system, environment).filter(calls).map(|component| component.domain.origin));
    let sizes = datastores.iter().filter_map(|datastore| datastore.size.as_ref());
    found.extend(sizes.flat_map(|size| origin(&size.cpu).chain(origin(&size.memory))));
    found
}

fn datastores<'e>(environment: &'e Environment, place: &Place<'e>) -> impl Iterator<Item = &'e Datastore> {
    let place = *place;
    environment.datastores.iter().filter(move |datastore| place.is_about(datastore.name.as_str()))
}

fn storage(_: &System, environment: &Environment, place: &Place<'_>) -> Vec<Origin> {
    let sizes = datastores(environment, place).filter_map(|datastore| datastore.size.as_ref());
    sizes.flat_map(|size| origin(&size.storage)).collect()
}

fn connections(_: &System, environment: &Environment, place: &Place<'_>) -> Vec<Origin> {
    datastores(environment, place).flat_map(|datastore| origin(&datastore.max_connections)).collect()
}

fn retention(_: &System, environment: &Environment, place: &Place<'_>) -> Vec<Origin> {
    datastores(environment, place).flat_map(|datastore| origin(&datastore.retention)).collect()
}

fn protected(_: &System, environment: &Environment, place: &Place<'_>) -> Vec<Origin> {
    let rebuildable = datastores(environment, place).map(|datastore| datastore.rebuildable.origin);
    std::iter::once(environment.kind.origin).chain(rebuildable).collect()
}

fn kind_and_zones(_: &System, environment: &Environment, _: &Place<'_>) -> Vec<Origin> {
    vec![environment.kind.origin, environment.availability_zones.origin]
}

fn spread(system: &System, environment: &Environment, place: &Place<'_>) -> Vec<Origin> {
    let components = environment.deployments.iter().map(|deployment| system.component(deployment.component));
    let tiers =
        components.filter(|component| place.is_about(component.name.as_str())).map(|component| component.tier.origin);
    tiers.chain([environment.kind.origin, environment.availability_zones.origin]).collect()
}

fn affinity(system: &System, environment: &Environment, place: &Place<'_>) -> Vec<Origin> {
    let components = realtime(system, environment).filter(|component| place.is_about(component.name.as_str()));
    components.map(|component| component.domain.origin).chain([environment.availability_zones.origin]).collect()
}

/// All that has a price.
fn all(environment: &Environment) -> Vec<Origin> {
    let mut found = replicas(environment);
    found.push(environment.availability_zones.origin);
    for datastore in &environment.datastores {
        found.push(datastore.high_availability.origin);
        if let Some(size) = &datastore.size {
            found.extend(origin(&size.cpu).chain(origin(&size.memory)).chain(origin(&size.storage)));
        }
    }
    found
}
