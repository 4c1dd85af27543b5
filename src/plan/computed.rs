//! What is computed from many values, and from which: such a value names its rule, and here stands what the rule looks at.

use crate::ir::component::{Replicas, Resources};
use crate::ir::environment::Environment;
use crate::ir::{Origin, Rule, System, Traced};

/// A rule that computes from many values, and what it looks at in an environment.
struct Computed {
    rule: Rule,
    looks_at: fn(&Environment) -> Vec<Origin>,
}

const COMPUTED: &[Computed] = &[
    Computed { rule: super::infrastructure::rules::QUOTA, looks_at: replicas },
    Computed { rule: super::aws::rules::NODES, looks_at: replicas },
    Computed { rule: super::aws::rules::ESTIMATE, looks_at: all },
];

/// The rules that compute from many values.
#[must_use]
pub fn rules() -> Vec<Rule> {
    COMPUTED.iter().map(|computed| computed.rule).collect()
}

/// The values that a rule computes from, in an environment or in all; nothing where it computes from none, or from the
/// value alone that it names.
#[must_use]
pub fn sources(rule: Rule, environment: Option<&str>, system: &System) -> Vec<Origin> {
    let Some(computed) = COMPUTED.iter().find(|computed| computed.rule == rule) else { return Vec::new() };
    let is_asked = |place: &&Environment| environment.is_none_or(|name| place.name.as_str() == name);
    let mut found: Vec<Origin> = system.environments.iter().filter(is_asked).flat_map(computed.looks_at).collect();
    found.sort_unstable();
    found.dedup();
    found
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
