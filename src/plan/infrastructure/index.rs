//! Where things stand in the plan, by name: each component asks for its peers in each environment.

use std::collections::HashMap;
use std::num::NonZeroU32;

use super::InfrastructurePlan;
use super::environments::{EnvironmentPlan, WorkloadPlan};
use super::scaling::ComponentScaling;
use super::templates::ComponentTemplate;
use crate::ir::Traced;
use crate::ir::value::Name;

/// The places of what is looked up: of components by name, of all else by the component's place, since there is one for each
/// component in each environment.
#[derive(Clone, Debug)]
pub(super) struct Index {
    components: HashMap<Name, u32>,
    environments: HashMap<Name, InEnvironment>,
}

#[derive(Clone, Debug)]
struct InEnvironment {
    workloads: Places,
    /// The place of the environment's scaling, and those of its components.
    scaling: Option<(usize, Places)>,
}

/// Where each component stands in a list that may lack some, in the order of the templates.
#[derive(Clone, Debug)]
struct Places(Box<[Option<NonZeroU32>]>);

impl Places {
    fn of<'a>(components: &HashMap<Name, u32>, names: impl Iterator<Item = &'a Traced<Name>>) -> Places {
        let mut places = vec![None; components.len()].into_boxed_slice();
        for (name, number) in names.zip(1..) {
            if let Some(component) = components.get(name.as_str()) {
                places[*component as usize] = NonZeroU32::new(number);
            }
        }
        Places(places)
    }

    fn get(&self, component: u32) -> Option<usize> {
        Some(self.0.get(component as usize)?.as_ref()?.get() as usize - 1)
    }
}

impl Index {
    fn of(plan: &InfrastructurePlan) -> Index {
        let components = plan.templates.components.iter().zip(0..);
        let components = components.map(|(component, number)| (component.name.value.clone(), number)).collect();
        let environments = plan.environments.environments.iter().map(|environment| {
            let scaling = plan.scaling.environments.iter().enumerate().find_map(|(place, scaling)| {
                let names = scaling.components.iter().map(|component| &component.component);
                (scaling.environment == environment.name).then(|| (place, Places::of(&components, names)))
            });
            let names = environment.workloads.iter().map(|workload| &workload.component);
            let workloads = Places::of(&components, names);
            (environment.name.value.clone(), InEnvironment { workloads, scaling })
        });
        let environments = environments.collect();
        Index { components, environments }
    }

    fn component(&self, name: &str) -> Option<u32> {
        self.components.get(name).copied()
    }
}

impl InfrastructurePlan {
    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }

    /// A component by its name.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&ComponentTemplate> {
        self.templates.components.get(self.index().component(name)? as usize)
    }

    /// What runs of a component in an environment.
    #[must_use]
    pub fn workload<'a>(&self, environment: &'a EnvironmentPlan, name: &str) -> Option<&'a WorkloadPlan> {
        let known = self.index().environments.get(environment.name.as_str())?;
        environment.workloads.get(known.workloads.get(self.index().component(name)?)?)
    }

    /// How a component is scaled in an environment.
    #[must_use]
    pub fn scaling_of(&self, environment: &EnvironmentPlan, name: &str) -> Option<&ComponentScaling> {
        let (place, components) = self.index().environments.get(environment.name.as_str())?.scaling.as_ref()?;
        let component = components.get(self.index().component(name)?)?;
        self.scaling.environments.get(*place)?.components.get(component)
    }
}
