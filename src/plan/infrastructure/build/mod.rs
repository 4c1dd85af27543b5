//! Builds the infrastructure plan of a system. Total: what can't be planned is a diagnostic, never a panic.
//!
//! Templates are planned a component at a time and environments one at a time, in parallel; results and diagnostics are
//! joined in the order of the input.

mod component;
mod connections;
mod datastores;
mod environment;
mod images;
mod network;
mod peers;
mod ports;
mod quota;
mod scaling;
mod strategy;
mod system;
mod variables;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::{EnvironmentConfigurations, InfrastructurePlan, InfrastructureTemplates, ScalingPolicies, rules};
use crate::diag::Diagnostic;
use crate::ir::value::Text;
use crate::ir::{Environment, Origin, System, Traced};
use crate::plan::{Encode, SCHEMA_VERSION};
use crate::spec::Specs;

pub use network::SMALLEST as SMALLEST_NETWORK;

/// Decides what runs, where it runs, and how much of it.
#[must_use]
pub fn plan(system: &System, specs: &Specs) -> (InfrastructurePlan, Vec<Diagnostic>) {
    let mut problems = Vec::new();

    let owner = system.owner.as_ref().map(|owner| Arc::new(system::owner(owner)));
    let mut components = joined(
        system.components.par_iter().filter(|component| component.is_deployed()).map(|component| {
            let mut problems = Vec::new();
            (component::template(system, component, owner.as_ref(), specs, &mut problems), problems)
        }),
        &mut problems,
    );
    connections::reverse(&mut components);

    let known = peers::Known::of_system(system, specs);
    let networks = network::plan(&system.environments, &mut problems);
    let environments = joined(
        system.environments.par_iter().zip(networks).map(|(environment, network)| {
            let place = Place { system, environment, specs };
            let mut problems = Vec::new();
            (environment::plan(&place, &known, network, &mut problems), problems)
        }),
        &mut problems,
    );
    let policies = joined(
        system.environments.par_iter().map(|environment| {
            let place = Place { system, environment, specs };
            let mut problems = Vec::new();
            (scaling::plan(&place, &mut problems), problems)
        }),
        &mut problems,
    );

    let plan = InfrastructurePlan::new(
        InfrastructureTemplates {
            origin: system.origin,
            path: deliverable("infrastructure_templates"),
            version: version(),
            system: system::template(system, owner),
            platform: system::platform(system, specs, &mut problems),
            registry: system::registry(system),
            components,
        },
        EnvironmentConfigurations {
            origin: system.origin,
            path: deliverable("environment_configurations"),
            version: version(),
            environments,
        },
        ScalingPolicies {
            origin: system.origin,
            path: deliverable("scaling_policies"),
            version: version(),
            environments: policies,
        },
    );
    // What is wrong in the same way in several environments is wrong once.
    let mut said = BTreeSet::new();
    problems.retain(|problem| said.insert((problem.code, problem.message.clone())));
    (plan, problems)
}

/// Where a decision is made: the system as one environment sees it.
#[derive(Clone, Copy)]
struct Place<'a> {
    system: &'a System,
    environment: &'a Environment,
    specs: &'a Specs,
}

impl Place<'_> {
    /// A path in the secret store: `SYSTEM/ENVIRONMENT/…`.
    fn secret_path(&self, below: impl std::fmt::Display) -> Text {
        Text::format(format_args!("{}/{}/{below}", self.system.name, self.environment.name))
    }
}

fn deliverable(name: &str) -> Traced<String> {
    Traced { value: name.to_owned(), origin: Origin::rule(rules::DELIVERABLE) }
}

fn version() -> Traced<u32> {
    Traced::by_rule(SCHEMA_VERSION, rules::DELIVERABLE)
}

/// The results in order; the problems of each, in the same order, go to `problems`.
fn joined<T: Encode + Send>(
    parts: impl ParallelIterator<Item = (T, Vec<Diagnostic>)>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<T> {
    let parts: Vec<(T, Vec<Diagnostic>)> = parts.collect();
    parts
        .into_iter()
        .map(|(mut part, found)| {
            problems.extend(found);
            part.shrink();
            part
        })
        .collect()
}
