//! Builds the resource graph, environment by environment. Total: what can't be built is a diagnostic, never a panic.

mod account;
mod alarms;
mod balancing;
mod check;
mod data;
mod ecs;
mod eks;
mod identity;
mod network;
mod observability;
mod operations;
mod secrets;
mod website;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::graph::{
    Alarm, BackupPlan, BackupVault, Balancing, Datastores, EventRule, Id, KmsKey, LogGroup, Owner, Parameter, Ref,
    Role, Secret, SecurityGroup, SecurityGroupRule,
};
use super::{AwsEnvironment, AwsPlan, names, rules};
use crate::diag::{Diagnostic, code};
use crate::ir::choice::{Domain, EnvironmentKind, Runtime};
use crate::ir::{Origin, Rule, Traced};
use crate::plan::infrastructure::InfrastructurePlan;
use crate::plan::infrastructure::environments::{DatastorePlan, EnvironmentPlan, WorkloadPlan};
use crate::plan::infrastructure::scaling::{ComponentScaling, EnvironmentScaling};
use crate::plan::infrastructure::templates::{ComponentTemplate, SystemTemplate};
use crate::plan::monitoring::MonitoringPlan;
use crate::plan::names::{hashed, shorten};
use crate::plan::pipeline::PipelinePlan;
use crate::plan::pipeline::workflows::DeploymentWorkflow;
use crate::spec::Specs;
use crate::spec::aws::NameKind;

/// Decides what stands on AWS. What can't be decided is a diagnostic; the graph is then not complete.
#[must_use]
pub fn plan(
    infrastructure: &InfrastructurePlan,
    monitoring: &MonitoringPlan,
    pipeline: &PipelinePlan,
    specs: &Specs,
) -> (AwsPlan, Vec<Diagnostic>) {
    let whole = Whole::new(infrastructure, monitoring, pipeline, specs);
    let parts: Vec<(AwsEnvironment, check::Taken, Vec<Diagnostic>)> =
        infrastructure.environments.environments.par_iter().map(|environment| whole.environment(environment)).collect();
    let mut problems = Vec::new();
    let mut environments = Vec::new();
    let mut taken = Vec::new();
    for (environment, names, found) in parts {
        environments.push(environment);
        taken.push(names);
        problems.extend(found);
    }
    problems.extend(check::across(&environments, &taken));
    let accounts = account::plan(&whole, &mut problems);
    // What is wrong in the same way in several environments is wrong once.
    let mut said = BTreeSet::new();
    problems.retain(|problem| said.insert((problem.code, problem.message.clone())));
    (AwsPlan { accounts, environments }, problems)
}

/// All that the graph is a function of.
struct Whole<'a> {
    infrastructure: &'a InfrastructurePlan,
    monitoring: &'a MonitoringPlan,
    pipeline: &'a PipelinePlan,
    specs: &'a Specs,
    system: &'a SystemTemplate,
    components: HashMap<&'a str, &'a ComponentTemplate>,
}

impl<'a> Whole<'a> {
    fn new(
        infrastructure: &'a InfrastructurePlan,
        monitoring: &'a MonitoringPlan,
        pipeline: &'a PipelinePlan,
        specs: &'a Specs,
    ) -> Whole<'a> {
        let components = &infrastructure.templates.components;
        Whole {
            infrastructure,
            monitoring,
            pipeline,
            specs,
            system: &infrastructure.templates.system,
            components: components.iter().map(|component| (component.name.as_str(), component)).collect(),
        }
    }

    fn environment(&'a self, environment: &'a EnvironmentPlan) -> (AwsEnvironment, check::Taken, Vec<Diagnostic>) {
        let scaling = self.infrastructure.scaling.environments.iter();
        let workflows = self.pipeline.workflows.environments.iter();
        let scaling = scaling.into_iter().find(|scaling| scaling.environment.value == environment.name.value);
        let known = Known::new(self, environment, scaling);
        let place = Place {
            whole: self,
            environment,
            known: &known,
            workflow: workflows.into_iter().find(|workflow| workflow.environment.value == environment.name.value),
        };
        let mut draft = Draft::default();
        let zones = network::zones(place, &mut draft);
        identity::keys(place, &mut draft);
        secrets::plan(place, &mut draft);
        data::plan(place, &mut draft);
        observability::plan(place, &mut draft);
        let cluster = match self.system.runtime.value {
            Runtime::Kubernetes => eks::plan(place, &mut draft),
            Runtime::Ecs => ecs::plan(place, &mut draft),
        };
        website::plan(place, &mut draft);
        balancing::finish(place, &mut draft);
        operations::plan(place, &mut draft);
        alarms::plan(place, self.monitoring, &mut draft);
        let network = network::plan(place, zones, &mut draft);
        let taken = check::names(place, &network, &cluster, &mut draft);
        draft.shrink();
        let environment = AwsEnvironment {
            name: environment.name.clone(),
            first_names: known.first_names.clone(),
            origin: environment.origin,
            region: environment.region.clone(),
            account: environment.account.clone(),
            tags: tags(self.system, environment),
            network,
            keys: draft.keys,
            roles: draft.roles,
            cluster,
            balancing: draft.balancing,
            datastores: draft.datastores,
            log_groups: draft.log_groups,
            alarm_topic: draft.alarm_topic,
            event_rules: draft.event_rules,
            alarms: draft.alarms,
            backup_vaults: draft.backup_vaults,
            backup_plans: draft.backup_plans,
            parameters: draft.parameters,
        };
        (environment, taken, draft.problems)
    }
}

/// Tags of all that an environment has.
fn tags(system: &SystemTemplate, environment: &EnvironmentPlan) -> Vec<(Traced<String>, Traced<String>)> {
    let key = |key: &str| by(key.to_owned(), rules::TAGS);
    vec![
        (key("System"), system.name.with(system.name.to_string())),
        (key("Environment"), environment.name.with(environment.name.to_string())),
        (key("ManagedBy"), by("pathc".to_owned(), rules::TAGS)),
    ]
}

/// A value that a rule sets.
fn by<T>(value: T, rule: Rule) -> Traced<T> {
    Traced::by_rule(value, rule)
}

/// A text that a rule sets.
fn word(text: impl Into<String>, rule: Rule) -> Traced<String> {
    Traced::new(text.into(), Origin::rule(rule))
}

/// What runs and what is kept in an environment, by name.
struct Known<'a> {
    workloads: Vec<Workload<'a>>,
    by_component: HashMap<&'a str, usize>,
    datastores: HashMap<&'a str, &'a DatastorePlan>,
    first_names: names::FirstNames,
}

impl<'a> Known<'a> {
    fn new(whole: &'a Whole<'a>, environment: &'a EnvironmentPlan, scaling: Option<&'a EnvironmentScaling>) -> Self {
        let scaling: HashMap<&str, &ComponentScaling> =
            scaling.iter().flat_map(|scaling| &scaling.components).map(|one| (one.component.as_str(), one)).collect();
        let workload = |plan: &'a WorkloadPlan| {
            let name = plan.component.as_str();
            Some(Workload { component: whole.components.get(name)?, plan, scaling: scaling.get(name).copied() })
        };
        let workloads: Vec<Workload<'a>> = environment.workloads.iter().filter_map(workload).collect();
        let by_component =
            workloads.iter().enumerate().map(|(index, one)| (one.plan.component.as_str(), index)).collect();
        let datastores = environment.datastores.iter().map(|datastore| (datastore.name.as_str(), datastore)).collect();
        let renamed = environment
            .datastores
            .iter()
            .filter_map(|datastore| Some((datastore.name.as_str(), datastore.renamed_from.first()?.as_str())));
        let all = environment.datastores.iter().map(|datastore| datastore.name.as_str());
        let all = all.chain(environment.workloads.iter().map(|workload| workload.component.as_str()));
        let first_names = names::FirstNames::new(renamed, all);
        Known { workloads, by_component, datastores, first_names }
    }
}

/// Where a decision is made: the system as one environment has it.
#[derive(Clone, Copy)]
struct Place<'a> {
    whole: &'a Whole<'a>,
    environment: &'a EnvironmentPlan,
    known: &'a Known<'a>,
    workflow: Option<&'a DeploymentWorkflow>,
}

/// A component as one environment has it.
#[derive(Clone, Copy)]
struct Workload<'a> {
    component: &'a ComponentTemplate,
    plan: &'a WorkloadPlan,
    scaling: Option<&'a ComponentScaling>,
}

impl Workload<'_> {
    fn name(&self) -> &str {
        self.component.name.as_str()
    }

    fn owner(&self) -> Owner {
        Owner::Component(self.component.name.value.clone())
    }
}

impl<'a> Place<'a> {
    fn specs(self) -> &'a Specs {
        self.whole.specs
    }

    fn prefix(self) -> String {
        names::prefix(self.whole.system.name.as_str(), self.environment.name.as_str())
    }

    /// `SYSTEM/ENVIRONMENT/…`.
    fn path(self, below: &str) -> String {
        format!("{}/{}/{below}", self.whole.system.name, self.environment.name)
    }

    /// `SYSTEM-ENVIRONMENT-…`, as long as a kind of name may be.
    fn named(self, kind: NameKind, below: &str) -> Traced<String> {
        let rule = self.specs().aws.name_rule(kind);
        let name = self.shortened(below, rule.max);
        if !rule.no_double_hyphen || !name.contains("--") {
            return word(name, rules::NAME);
        }
        // A hash keeps `a--b` and `a-b` apart.
        let mut readable = name.clone();
        while readable.contains("--") {
            readable = readable.replace("--", "-");
        }
        word(hashed(&readable, &name, rule.max), rules::NAME)
    }

    /// `SYSTEM-ENVIRONMENT-…` in at most so many characters.
    fn shortened(self, below: &str, max: usize) -> String {
        let name = format!("{}-{}", self.prefix(), self.first_called(below));
        shorten(&name, u32::try_from(max).unwrap_or(u32::MAX))
    }

    /// What a name is in the cloud.
    fn first_called(self, below: &str) -> Cow<'_, str> {
        Cow::Owned(self.known.first_names.of(below).into_owned())
    }

    fn is_production(self) -> bool {
        self.environment.kind.value == EnvironmentKind::Production
    }

    /// Whether the CPU of what some workloads use may never be credit: one of them is in the domain `realtime`, or the
    /// system is.
    fn steady(self, uses: impl Fn(Workload<'a>) -> bool) -> bool {
        let is_asked = |workload: Workload<'a>| workload.component.domain.value == Domain::Realtime && uses(workload);
        self.whole.system.domain.value == Domain::Realtime || self.workloads().any(is_asked)
    }

    /// Whether the network is made: a cluster of Kubernetes that exists stands in one.
    fn has_own_network(self) -> bool {
        self.is_ecs() || !self.environment.cluster_exists.value
    }

    fn is_ecs(self) -> bool {
        self.whole.system.runtime.value == Runtime::Ecs
    }

    /// What runs, in the order of the system.
    fn workloads(self) -> impl Iterator<Item = Workload<'a>> {
        self.known.workloads.iter().copied()
    }

    /// A component of a name, where it runs.
    fn workload(self, component: &str) -> Option<Workload<'a>> {
        self.known.by_component.get(component).map(|index| self.known.workloads[*index])
    }

    fn datastore(self, name: &str) -> Option<&'a DatastorePlan> {
        self.known.datastores.get(name).copied()
    }

    fn has_component(self, name: &str) -> bool {
        self.known.by_component.contains_key(name)
    }
}

/// The graph of an environment while it grows.
#[derive(Default)]
struct Draft {
    security_groups: Vec<SecurityGroup>,
    keys: Vec<KmsKey>,
    roles: Vec<Role>,
    log_groups: Vec<LogGroup>,
    datastores: Datastores,
    balancing: Balancing,
    alarm_topic: Option<super::graph::Topic>,
    event_rules: Vec<EventRule>,
    alarms: Vec<Alarm>,
    backup_vaults: Vec<BackupVault>,
    backup_plans: Vec<BackupPlan>,
    parameters: Vec<Parameter>,
    problems: Vec<Diagnostic>,
    groups: HashMap<Id, usize>,
    secrets: secrets::Secrets,
}

impl Draft {
    /// Gives back the room that the longer lists were to grow into: what is drafted lives as long as the run.
    fn shrink(&mut self) {
        self.security_groups.shrink_to_fit();
        self.roles.shrink_to_fit();
        self.log_groups.shrink_to_fit();
        self.event_rules.shrink_to_fit();
        self.alarms.shrink_to_fit();
        self.parameters.shrink_to_fit();
        let Datastores { databases, document_clusters, caches, queues, secrets, .. } = &mut self.datastores;
        databases.shrink_to_fit();
        document_clusters.shrink_to_fit();
        caches.shrink_to_fit();
        queues.shrink_to_fit();
        secrets.shrink_to_fit();
    }

    /// Adds a security group.
    fn group(&mut self, group: SecurityGroup) -> Ref<SecurityGroup> {
        let reference = group.reference();
        self.groups.insert(group.id.clone(), self.security_groups.len());
        self.security_groups.push(group);
        reference
    }

    /// Adds a secret.
    fn secret(&mut self, secret: Secret) -> Ref<Secret> {
        self.secrets.learn(&secret);
        let reference = secret.reference();
        self.datastores.secrets.push(secret);
        reference
    }

    /// Adds a rule to a security group.
    fn rule(&mut self, group: &Ref<SecurityGroup>, rule: SecurityGroupRule) {
        let Some(index) = self.groups.get(&group.id) else { return };
        let rules = &mut self.security_groups[*index].rules;
        if !rules.iter().any(|known| known.id == rule.id && known.direction == rule.direction) {
            rules.push(rule);
        }
    }

    fn cannot(&mut self, origin: Origin, message: String, label: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Diagnostic::new(code::CANNOT_EXPRESS, origin, message, label).help(help));
    }
}
