//! What several documents look up: who answers for what, where runbooks stand, what environments are called.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::environment::OfEnvironment;
use super::rules;
use crate::ir::choice::EnvironmentKind;
use crate::ir::{Origin, Traced};
use crate::plan::Plans;
use crate::plan::infrastructure::environments::EnvironmentPlan;
use crate::plan::infrastructure::templates::{ComponentTemplate, SystemTemplate};
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::configurations::{BurnWindowPlan, MonitoredEnvironment, ObjectivePlan};
use crate::plan::pipeline::workflows::{ChangePlan, RolloutStep};
use crate::targets::shared::header::header;
use crate::targets::shared::template::{Data, Values};

/// The plans, and what is looked up in them again and again.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) plans: &'a Plans,
    index: Arc<Index<'a>>,
}

#[derive(Default)]
struct Index<'a> {
    /// Documents of runbooks with their alerts, in the order of the plan.
    documents: Vec<(&'a str, Vec<&'a AlertPlan>)>,
    document_of: BTreeMap<&'a str, &'a str>,
    components: BTreeMap<&'a str, &'a ComponentTemplate>,
    users: BTreeMap<&'a str, Vec<&'a ComponentTemplate>>,
    objectives: BTreeMap<&'a str, &'a ObjectivePlan>,
    /// How each component is rolled out where that is decided first.
    rollouts: BTreeMap<&'a str, &'a RolloutStep>,
    /// Changes of data that no release has carried yet and that can't be taken back, by component.
    irreversible: BTreeMap<&'a str, Vec<&'a ChangePlan>>,
    /// By name.
    environments: BTreeMap<&'a str, OfEnvironment<'a>>,
    /// Each watched environment, by its name alone.
    named: Vec<Values>,
    /// The values that every document has.
    data: Data,
    /// Burn windows by where their list is held: objectives share it.
    windows: BTreeMap<usize, Values>,
}

impl<'a> Place<'a> {
    pub(super) fn new(plans: &'a Plans) -> Place<'a> {
        let mut index = Index::default();
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for alert in &plans.monitoring.alerting.alerts {
            let document = alert.document.as_str();
            let number = *numbers.entry(document).or_insert_with(|| {
                index.documents.push((document, Vec::new()));
                index.documents.len() - 1
            });
            index.documents[number].1.push(alert);
            if let Some(subject) = alert.component.as_ref().or(alert.datastore.as_ref()) {
                index.document_of.insert(subject.as_str(), document);
            }
        }
        for component in &plans.infrastructure.templates.components {
            index.components.insert(component.name.as_str(), component);
            for peer in component.calls.iter().filter(|peer| peer.name != component.name) {
                index.users.entry(peer.name.as_str()).or_default().push(component);
            }
        }
        let objectives = plans.monitoring.configurations.objectives.iter();
        index.objectives.extend(objectives.map(|objective| (objective.id.as_str(), objective)));
        for change in &plans.pipeline.workflows.changes {
            if !change.reversible.value && change.released.is_none() {
                index.irreversible.entry(change.component.as_str()).or_default().push(change);
            }
        }
        for step in plans.pipeline.workflows.environments.iter().flat_map(|environment| &environment.rollouts) {
            index.rollouts.entry(step.component.as_str()).or_insert(step);
        }
        let environments = plans.infrastructure.environments.environments.iter();
        index.environments = environments.map(|plan| (plan.name.as_str(), OfEnvironment::new(plan, plans))).collect();
        let named = plans.monitoring.configurations.environments.iter();
        index.named = named.map(|watched| Data::new().prose("name", &watched.name).into()).collect();
        for objective in &plans.monitoring.configurations.objectives {
            let windows = &objective.burn_windows;
            index
                .windows
                .entry(Arc::as_ptr(windows).addr())
                .or_insert_with(|| Values::list(windows.iter().map(window)));
        }
        index.data = common(&plans.infrastructure.templates.system);
        Place { plans, index: Arc::new(index) }
    }

    pub(super) fn system(&self) -> &'a SystemTemplate {
        &self.plans.infrastructure.templates.system
    }

    /// The documents of runbooks with their alerts.
    pub(super) fn documents(&self) -> &[(&'a str, Vec<&'a AlertPlan>)] {
        &self.index.documents
    }

    pub(super) fn component(&self, name: &str) -> Option<&'a ComponentTemplate> {
        self.index.components.get(name).copied()
    }

    /// The components that need something.
    pub(super) fn users(&self, name: &str) -> &[&'a ComponentTemplate] {
        self.index.users.get(name).map_or(&[], Vec::as_slice)
    }

    /// An objective by its identifier.
    pub(super) fn objective(&self, id: &str) -> Option<&'a ObjectivePlan> {
        self.index.objectives.get(id).copied()
    }

    /// How a component is rolled out in the first environment that it is deployed to.
    pub(super) fn rollout(&self, component: &str) -> Option<&'a RolloutStep> {
        self.index.rollouts.get(component).copied()
    }

    /// The environments that an alert is watched in, production first.
    pub(super) fn environments<'n>(&self, names: impl Iterator<Item = &'n str> + Clone) -> Vec<&'a EnvironmentPlan> {
        let all = self.plans.infrastructure.environments.environments.iter();
        let mut found: Vec<&EnvironmentPlan> =
            all.filter(|place| names.clone().any(|name| name == place.name.as_str())).collect();
        found.sort_by_key(|place| place.kind.value != EnvironmentKind::Production);
        found
    }

    /// The path from one document to the runbook of a component or datastore.
    pub(super) fn link(&self, from: &str, name: &Traced<impl std::fmt::Display>) -> Option<Traced<String>> {
        let to = self.index.document_of.get(name.value.to_string().as_str())?;
        Some(Traced::new(relative(from, to), Origin::rule(rules::LINK)))
    }

    /// What is looked up in an environment.
    pub(super) fn environment(&self, name: &str) -> Option<&OfEnvironment<'a>> {
        self.index.environments.get(name)
    }

    /// Changes of a component's data that can't be taken back, and that no release has carried yet.
    pub(super) fn irreversible(&self, component: &str) -> &[&'a ChangePlan] {
        self.index.irreversible.get(component).map_or(&[], Vec::as_slice)
    }

    /// The environments that are watched, each with its name as a value.
    pub(super) fn watched(&self) -> impl Iterator<Item = (&'a MonitoredEnvironment, &Values)> {
        self.plans.monitoring.configurations.environments.iter().zip(&self.index.named)
    }

    /// The burn windows of an objective.
    pub(super) fn windows(&self, objective: &ObjectivePlan) -> Option<&Values> {
        self.index.windows.get(&Arc::as_ptr(&objective.burn_windows).addr())
    }

    /// The values that every document has.
    pub(super) fn data(&self) -> Data {
        self.index.data.clone()
    }
}

/// The values that every document of a system has.
fn common(system: &SystemTemplate) -> Data {
    let lines = header(system).into_iter().map(|line| system.name.with(line.into_owned()));
    let lines: Vec<Traced<String>> = lines.collect();
    Data::new().comments("header", &lines).prose("system", &system.name).word("runtime", system.runtime.value.as_str())
}

fn window(plan: &BurnWindowPlan) -> Data {
    Data::new()
        .prose("severity", &plan.severity)
        .prose("threshold", &plan.threshold)
        .prose("factor", &plan.factor)
        .prose("long", &plan.long)
        .prose("short", &plan.short)
}

/// The path from a document to another, both below the target's folder.
pub(super) fn relative(from: &str, to: &str) -> String {
    // Where the last folder that both lie in ends.
    let mut common = 0;
    for (at, _) in from.match_indices('/') {
        if to.get(..=at) != from.get(..=at) {
            break;
        }
        common = at + 1;
    }
    let ups = from[common..].matches('/').count();
    format!("{}{}", "../".repeat(ups), &to[common..])
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_lead_from_one_document_to_another() {
        assert_eq!(relative("runbooks/components/a.md", "runbooks/components/b.md"), "b.md");
        assert_eq!(relative("runbooks/components/a.md", "runbooks/datastores/b.md"), "../datastores/b.md");
        assert_eq!(relative("runbooks/components/a.md", "incident-response.md"), "../../incident-response.md");
        assert_eq!(relative("incident-response.md", "runbooks/system.md"), "runbooks/system.md");
    }
}
