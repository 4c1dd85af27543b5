//! Where things stand in the plan, by name: each component asks for its peers in each environment.

use std::collections::HashMap;

use super::InfrastructurePlan;
use super::environments::{EnvironmentPlan, WorkloadPlan};
use super::scaling::ComponentScaling;
use super::templates::ComponentTemplate;
use crate::ir::Traced;
use crate::ir::value::Name;

type Places = HashMap<Name, usize>;

/// The places of what is looked up.
#[derive(Clone, Debug)]
pub(super) struct Index {
    components: Places,
    environments: HashMap<Name, InEnvironment>,
}

#[derive(Clone, Debug)]
struct InEnvironment {
    workloads: Places,
    /// The place of the environment's scaling, and those of its components.
    scaling: Option<(usize, Places)>,
}

fn places<'a>(names: impl Iterator<Item = &'a Traced<Name>>) -> Places {
    names.enumerate().map(|(place, name)| (name.value.clone(), place)).collect()
}

impl Index {
    fn of(plan: &InfrastructurePlan) -> Index {
        let environments = plan.environments.environments.iter().map(|environment| {
            let scaling = plan.scaling.environments.iter().enumerate().find_map(|(place, scaling)| {
                let components = || places(scaling.components.iter().map(|component| &component.component));
                (scaling.environment == environment.name).then(|| (place, components()))
            });
            let workloads = places(environment.workloads.iter().map(|workload| &workload.component));
            (environment.name.value.clone(), InEnvironment { workloads, scaling })
        });
        Index {
            components: places(plan.templates.components.iter().map(|component| &component.name)),
            environments: environments.collect(),
        }
    }
}

impl InfrastructurePlan {
    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }

    /// A component by its name.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&ComponentTemplate> {
        self.templates.components.get(*self.index().components.get(name)?)
    }

    /// What runs of a component in an environment.
    #[must_use]
    pub fn workload<'a>(&self, environment: &'a EnvironmentPlan, name: &str) -> Option<&'a WorkloadPlan> {
        let known = self.index().environments.get(environment.name.as_str())?;
        environment.workloads.get(*known.workloads.get(name)?)
    }

    /// How a component is scaled in an environment.
    #[must_use]
    pub fn scaling_of(&self, environment: &EnvironmentPlan, name: &str) -> Option<&ComponentScaling> {
        let (place, components) = self.index().environments.get(environment.name.as_str())?.scaling.as_ref()?;
        self.scaling.environments.get(*place)?.components.get(*components.get(name)?)
    }
}
