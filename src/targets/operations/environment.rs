//! An environment as runbooks tell it: nearly always the same, so that its values are made once.

use std::collections::BTreeMap;

use super::{place::Place, rules};
use crate::ir::Traced;
use crate::plan::Plans;
use crate::plan::aws::graph::Cluster;
use crate::plan::infrastructure::environments::{DatastorePlan, EnvironmentPlan};
use crate::plan::monitoring::alerting::AlertPlan;
use crate::targets::shared::template::{Data, Values};

/// What is looked up in an environment.
pub(super) struct OfEnvironment<'a> {
    /// Names of resources by component.
    log_groups: BTreeMap<&'a str, &'a Traced<String>>,
    task_definitions: BTreeMap<&'a str, &'a Traced<String>>,
    schedules: BTreeMap<&'a str, &'a Traced<String>>,
    datastores: BTreeMap<&'a str, &'a DatastorePlan>,
    /// The values where nothing is only of one component or datastore.
    data: Data,
    /// The same, complete.
    values: Values,
}

impl<'a> OfEnvironment<'a> {
    pub(super) fn new(plan: &'a EnvironmentPlan, plans: &'a Plans) -> OfEnvironment<'a> {
        let graph = plans.aws.environments.iter().find(|graph| graph.name.value == plan.name.value);
        let ecs = graph.and_then(|graph| match &graph.cluster {
            Cluster::Ecs(ecs) => Some(ecs),
            Cluster::Eks(_) => None,
        });
        let groups = graph.iter().flat_map(|graph| &graph.log_groups).map(|group| (group.id.as_str(), &group.name));
        let tasks = ecs.iter().flat_map(|ecs| &ecs.task_definitions).map(|task| (task.id.as_str(), &task.name));
        let schedules = ecs.iter().flat_map(|ecs| &ecs.schedules).map(|plan| (plan.id.as_str(), &plan.name));
        let none = Traced::by_rule(String::new(), rules::LINK);
        let data = Data::new()
            .prose("name", &plan.name)
            .name("plain_name", &plan.name)
            .code("namespace", &plan.namespace)
            .name("namespace_name", &plan.namespace)
            .code("cluster", &plan.cluster)
            .shell("cluster_name", &plan.cluster)
            .code("region", &plan.region)
            .shell("region_name", &plan.region)
            .shell("log_group", &none)
            .shell("family", &none)
            .shell("schedule", &none)
            .code_some::<String>("resource", None);
        OfEnvironment {
            // The first of a name counts.
            log_groups: groups.rev().collect(),
            task_definitions: tasks.rev().collect(),
            schedules: schedules.rev().collect(),
            datastores: plan.datastores.iter().rev().map(|store| (store.name.as_str(), store)).collect(),
            values: data.clone().into(),
            data,
        }
    }
}

/// An environment in the runbook of some alerts.
pub(super) fn environment(place: &Place<'_>, plan: &EnvironmentPlan, alerts: &[&AlertPlan]) -> Option<Values> {
    let known = place.environment(plan.name.as_str())?;
    let component = alerts.iter().find_map(|alert| alert.component.as_ref()).map(|name| name.as_str());
    let datastore = alerts.iter().find_map(|alert| alert.datastore.as_ref()).map(|name| name.as_str());
    let of_component =
        |names: &BTreeMap<&str, &Traced<String>>| component.and_then(|name| names.get(name).copied().cloned());
    let named = [
        ("log_group", of_component(&known.log_groups)),
        ("family", of_component(&known.task_definitions)),
        ("schedule", of_component(&known.schedules)),
    ];
    let store = datastore.and_then(|name| known.datastores.get(name));
    if store.is_none() && named.iter().all(|(_, name)| name.is_none()) {
        return Some(known.values.clone());
    }
    let data = known.data.clone().code_some("resource", store.map(|store| &store.resource));
    let data = named.into_iter().fold(data, |data, (key, name)| match name {
        Some(name) => data.shell(key, &name),
        None => data,
    });
    Some(data.into())
}
