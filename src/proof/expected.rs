//! What the plans say, as it is looked up while files are seen.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use super::aws::Alarms;
use super::metric;
use super::text::digests;
use crate::ir::value::Duration;
use crate::output::Printed;
use crate::plan::aws::graph::{Alarm, Cluster};
use crate::plan::infrastructure::environments::DatastorePlan;
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::configurations::ObjectivePlan;
use crate::plan::{DELIVERABLES, Plans};

/// The alerts of the plan by their identifiers. Most identifiers are put together of a name and what all components share:
/// they are found by that name, so that none has to be held.
pub(super) struct PlannedAlerts<'a> {
    whole: HashMap<&'a str, &'a AlertPlan>,
    by_name: HashMap<&'a str, Vec<&'a AlertPlan>>,
}

impl<'a> PlannedAlerts<'a> {
    fn of(alerts: &'a [AlertPlan]) -> PlannedAlerts<'a> {
        let mut planned = PlannedAlerts { whole: HashMap::new(), by_name: HashMap::new() };
        for alert in alerts {
            match (alert.id().whole(), alert.named()) {
                (None, Some(name)) => planned.by_name.entry(name.as_str()).or_default().push(alert),
                (id, _) => {
                    planned.whole.extend(id.map(|id| (id, alert)));
                }
            }
        }
        planned
    }

    /// The alert with an identifier.
    pub(super) fn get(&self, id: &str) -> Option<&'a AlertPlan> {
        let of_name = |name: &str| self.by_name.get(name)?.iter().copied().find(|alert| alert.id().is(id));
        self.whole.get(id).copied().or_else(|| id.split('/').find_map(of_name))
    }
}

/// What the plans say.
pub(super) struct Expected<'a> {
    plans: &'a Plans,
    facts: &'a [(&'a str, &'a str)],
    pub(super) system: &'a str,
    /// Environments by their names.
    pub(super) environments: BTreeMap<&'a str, OfEnvironment<'a>>,
    /// Components by their names.
    pub(super) components: HashMap<&'a str, OfComponent<'a>>,
    /// Alerts by their numbers.
    pub(super) alerts: PlannedAlerts<'a>,
    /// Who may be the roles of pipelines.
    pub(super) trusted: super::trust::Trusted,
    /// The branch that is deployed.
    pub(super) main_branch: &'a str,
    /// Objectives by their numbers.
    pub(super) objectives: HashMap<&'a str, &'a ObjectivePlan>,
    metrics: OnceLock<HashSet<Cow<'a, str>>>,
    /// Words of the target specs that may be names of metrics.
    words: OnceLock<HashSet<&'a str>>,
    /// The plans as text, made only where something was found that no list knows.
    everything: OnceLock<String>,
}

/// What the plans say of an environment.
#[derive(Default)]
pub(super) struct OfEnvironment<'a> {
    /// Digests of the packages that run in it, as 64 digits.
    pub(super) digests: HashSet<&'a str>,
    /// Paths of its secrets.
    pub(super) secrets: HashSet<Cow<'a, str>>,
    /// The least and the most replicas of each component.
    pub(super) bounds: HashMap<&'a str, (u32, u32)>,
    /// The version of each datastore's engine, by what the cloud calls it.
    pub(super) versions: HashMap<&'a str, &'a str>,
    /// The alarms of the cloud.
    pub(super) alarms: Alarms<'a>,
    /// The paths that target groups ask for health at, by their names.
    pub(super) health: HashMap<&'a str, &'a str>,
    /// Components without an image.
    waiting: Vec<&'a str>,
    /// Names that the cloud gives the addresses of replicas for scraping.
    pub(super) scraped: HashSet<String>,
}

/// What the plans say of a component.
#[derive(Default)]
pub(super) struct OfComponent<'a> {
    /// The ports that it listens on.
    pub(super) ports: BTreeSet<u16>,
    /// The paths that its health is asked at.
    pub(super) paths: BTreeSet<&'a str>,
}

impl<'a> Expected<'a> {
    pub(super) fn of(plans: &'a Plans, facts: &'a [(&'a str, &'a str)]) -> Expected<'a> {
        let (templates, monitoring) = (&plans.infrastructure.templates, &plans.monitoring);
        let mut environments: BTreeMap<&str, OfEnvironment<'_>> = BTreeMap::new();
        for plan in &plans.infrastructure.environments.environments {
            let environment = environments.entry(plan.name.as_str()).or_default();
            let mut secret = |path: &'a str| {
                environment.secrets.insert(Cow::Borrowed(path));
            };
            plan.datastores.iter().for_each(|datastore| secret(&datastore.secret));
            plan.pull_secret.iter().for_each(|path| secret(path));
            for workload in &plan.workloads {
                let variables = workload.variables.iter().filter_map(|variable| variable.secret.as_ref());
                variables.for_each(|variable| secret(&variable.store_path));
                workload.secret_files.iter().for_each(|file| secret(&file.store_path));
            }
            let version = |datastore: &'a DatastorePlan| {
                Some((datastore.resource.as_str(), datastore.version.as_ref()?.as_str()))
            };
            environment.versions.extend(plan.datastores.iter().filter_map(version));
            let below = |name: &str| Cow::Owned(format!("{}/{}/{name}", templates.system.name, plan.name));
            let receivers = monitoring.alerting.receivers.iter();
            environment.secrets.extend(receivers.filter_map(|receiver| Some(below(receiver.secret.as_ref()?))));
            for workload in &plan.workloads {
                let image = workload.image.as_ref();
                if image.is_none() {
                    environment.waiting.push(workload.component.as_str());
                }
                environment.digests.extend(image.into_iter().flat_map(|image| digests(&image.reference)));
            }
        }
        for plan in &plans.infrastructure.scaling.environments {
            let environment = environments.entry(plan.environment.as_str()).or_default();
            let bounds = plan
                .components
                .iter()
                .map(|scaling| (scaling.component.as_str(), (scaling.min.value, scaling.max.value)));
            environment.bounds.extend(bounds);
        }
        for graph in &plans.aws.environments {
            let environment = environments.entry(graph.name.as_str()).or_default();
            let alarm = |alarm: &'a Alarm| (alarm.name.as_str(), (alarm.threshold.value, alarm.metric.name.as_str()));
            environment.alarms.extend(graph.alarms.iter().map(alarm));
            if let Cluster::Ecs(ecs) = &graph.cluster {
                let made = ecs.services.iter().filter_map(|service| service.discovery.as_ref());
                let zone = &ecs.namespace.name;
                environment.scraped.extend(made.map(|name| format!("{name}.{zone}")));
                // What has no image yet gets its service, and its name, with its first release.
                let waiting = environment.waiting.iter().map(|name| format!("{name}.{zone}"));
                environment.scraped.extend(waiting);
            }
            let groups = graph.balancing.target_groups.iter();
            environment
                .health
                .extend(groups.filter_map(|group| Some((group.name.as_str(), group.health.path.as_ref()?.as_str()))));
        }
        let component = |plan: &'a crate::plan::infrastructure::templates::ComponentTemplate| {
            let probes = [&plan.liveness, &plan.readiness].into_iter().flatten().chain(plan.startup.as_deref());
            let of_component = OfComponent {
                ports: plan.ports.iter().map(|port| port.port.value.0).collect(),
                paths: probes.filter_map(|probe| probe.url_path.as_ref()).map(|path| path.as_str()).collect(),
            };
            (plan.name.as_str(), of_component)
        };
        Expected {
            plans,
            facts,
            system: templates.system.name.as_str(),
            environments,
            components: templates.components.iter().map(component).collect(),
            alerts: PlannedAlerts::of(&monitoring.alerting.alerts),
            objectives: monitoring.configurations.objectives.iter().map(|plan| (plan.id.as_str(), plan)).collect(),
            trusted: super::trust::planned(plans),
            main_branch: plans.pipeline.configurations.main_branch.as_str(),
            metrics: OnceLock::new(),
            words: OnceLock::new(),
            everything: OnceLock::new(),
        }
    }

    /// Whether the plan exposes a metric, or a fact says that something does. What rules record is told by the rules.
    pub(super) fn has_metric(&self, name: &str) -> bool {
        let words = || self.facts.iter().flat_map(|(_, text)| words(text)).collect();
        self.metrics.get_or_init(|| self.exposed()).contains(name) || self.words.get_or_init(words).contains(name)
    }

    /// Whether a text stands somewhere in the plans or in a target spec.
    pub(super) fn is_known(&self, text: &str) -> bool {
        self.is_fact(text) || self.everything.get_or_init(|| self.printed()).contains(text)
    }

    fn is_fact(&self, text: &str) -> bool {
        self.facts.iter().any(|(_, facts)| facts.contains(text))
    }

    fn exposed(&self) -> HashSet<Cow<'a, str>> {
        let monitoring = &self.plans.monitoring;
        let mut names: HashSet<Cow<'_, str>> = ["up", "ALERTS", "ALERTS_FOR_STATE"].map(Cow::Borrowed).into();
        for component in &monitoring.configurations.catalogue {
            for metric in &component.metrics {
                let name = metric.name.value.as_str();
                if names.insert(Cow::Borrowed(name)) {
                    // As a histogram is exposed.
                    names.extend(["bucket", "sum", "count"].map(|part| Cow::Owned(format!("{name}_{part}"))));
                }
            }
        }
        for exporter in &monitoring.configurations.exporters {
            names.extend(exporter.metrics.iter().map(|metric| Cow::Borrowed(metric.value.as_str())));
        }
        let mut scratch = String::new();
        for expression in monitoring.alerting.alerts.iter().filter_map(AlertPlan::expression) {
            for name in metric::names(expression.text(&mut scratch)) {
                if !names.contains(name) {
                    names.insert(Cow::Owned(name.to_owned()));
                }
            }
        }
        let mut asked = |expression: &'a str| names.extend(metric::names(expression).map(Cow::Borrowed));
        for objective in &monitoring.configurations.objectives {
            objective.events.iter().chain([&objective.error_ratio]).for_each(|text| asked(text));
        }
        names
    }

    fn printed(&self) -> String {
        let mut printed = Printed::default();
        for deliverable in DELIVERABLES {
            (0..).take_while(|index| (deliverable.write_part)(self.plans, *index, &mut printed)).for_each(drop);
        }
        printed.text
    }
}

/// The words of a text that have the form of a metric's name.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':').filter(|word| word.contains('_'))
}

/// A duration as rules write it.
pub(super) fn shown(duration: &Duration) -> String {
    duration.to_string()
}
