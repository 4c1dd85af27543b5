//! The order of a rollout: what a component needs critically is replaced before it.

use crate::ir::component::DependencyKind;
use crate::ir::{ComponentId, Environment, System};

/// What runs in an environment, with its wave, in the order of the rollout: by wave, then as in the input.
///
/// Each component comes one wave after the last of those that it needs. What needs each other in a circle has no such
/// order: it comes last, all at once. The gates say that there is a circle.
pub(super) fn order(system: &System, environment: &Environment) -> Vec<(ComponentId, u32)> {
    let here: Vec<ComponentId> = environment.deployments.iter().map(|deployment| deployment.component).collect();
    // What runs is in the order of the system.
    let place_of = |id: &ComponentId| here.binary_search(id).ok();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); here.len()];
    let mut missing: Vec<u32> = vec![0; here.len()];
    for (place, id) in here.iter().enumerate() {
        for dependency in &system.component(*id).depends_on {
            let is_needed = dependency.kind == DependencyKind::Component && dependency.critical.value;
            let needed = system.component_index.get(dependency.name.as_str()).and_then(place_of);
            if let (true, Some(needed)) = (is_needed && dependency.name != system.component(*id).name, needed) {
                dependents[needed].push(place);
                missing[place] += 1;
            }
        }
    }
    let mut waves: Vec<Option<u32>> = vec![None; here.len()];
    let mut ready: Vec<usize> = (0..here.len()).filter(|place| missing[*place] == 0).collect();
    let mut wave = 1;
    while !ready.is_empty() {
        let mut next = Vec::new();
        for place in ready {
            waves[place] = Some(wave);
            for dependent in &dependents[place] {
                missing[*dependent] -= 1;
                if missing[*dependent] == 0 {
                    next.push(*dependent);
                }
            }
        }
        ready = next;
        wave += 1;
    }
    let mut order: Vec<(ComponentId, u32)> =
        here.iter().zip(waves).map(|(id, found)| (*id, found.unwrap_or(wave))).collect();
    order.sort_by_key(|(id, wave)| (*wave, *id));
    order
}
