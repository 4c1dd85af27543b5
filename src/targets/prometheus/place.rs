//! One environment of the system, as rules are written for it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::output::Doc;
use crate::plan::Plans;
use crate::plan::infrastructure::environments::EnvironmentPlan;
use crate::plan::infrastructure::templates::{PlatformTemplate, SystemTemplate};
use crate::plan::monitoring::alerting::{AlertPlan, oncall_secret};
use crate::plan::monitoring::configurations::{MonitoredEnvironment, MonitoringConfigurations, ObjectivePlan};
use crate::plan::monitoring::recordings::Recorded;
use crate::spec::Specs;
use crate::spec::kubernetes::Chart;

/// An environment with all that is printed for it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) plans: &'a Plans,
    pub(super) specs: &'a Specs,
    pub(super) environment: &'a MonitoredEnvironment,
}

impl<'a> Place<'a> {
    /// The environments in the order of the input.
    pub(super) fn all(plans: &'a Plans, specs: &'a Specs) -> impl Iterator<Item = Place<'a>> {
        let environments = plans.monitoring.configurations.environments.iter();
        environments.map(move |environment| Place { plans, specs, environment })
    }

    pub(super) fn system(self) -> &'a SystemTemplate {
        &self.plans.infrastructure.templates.system
    }

    pub(super) fn platform(self) -> &'a PlatformTemplate {
        &self.plans.infrastructure.templates.platform
    }

    pub(super) fn monitoring(self) -> &'a MonitoringConfigurations {
        &self.plans.monitoring.configurations
    }

    /// The namespace of what runs here.
    pub(super) fn namespace(self) -> Option<Doc> {
        self.infrastructure().map(|environment| Doc::traced(&environment.namespace))
    }

    /// The environment as the infrastructure sees it.
    pub(super) fn infrastructure(self) -> Option<&'a EnvironmentPlan> {
        let environments = &self.plans.infrastructure.environments.environments;
        environments.iter().find(|environment| environment.name == self.environment.name)
    }

    /// The name of a subject as people read it. Names begin with a letter or a digit.
    pub(super) fn shown<'n>(self, subject: &'n str) -> &'n str
    where
        'a: 'n,
    {
        if subject == WHOLE { self.system().name.as_str() } else { subject }
    }

    /// The secret that holds the keys of receivers.
    pub(super) fn oncall_secret(self) -> String {
        oncall_secret(&self.monitoring().system, &self.environment.name)
    }

    /// The chart of the managed stack.
    pub(super) fn stack(self) -> Option<&'a Chart> {
        self.specs.kubernetes.part(MONITORING).find(|chart| chart.part == STACK)
    }
}

/// The part of the platform that measures, and the chart of it that holds Prometheus and Alertmanager.
const MONITORING: &str = "monitoring";
const STACK: &str = "kube_prometheus_stack";

/// As many objectives as stand in one file.
const FEW_OBJECTIVES: usize = 4;

/// What rules are about: a component, a datastore, or the system as a whole.
#[derive(Default)]
pub(super) struct Subject<'a> {
    pub(super) objectives: Vec<&'a ObjectivePlan>,
    pub(super) alerts: Vec<&'a AlertPlan>,
}

/// The name that stands for the system as a whole: no component and no datastore can have it.
pub(super) const WHOLE: &str = "_system";

impl<'a> Subject<'a> {
    /// Everything that has rules, by its name, in the order of the plan. Where a component has many objectives each stands by
    /// itself, as `COMPONENT.OBJECTIVE`: a test evaluates all rules of its file.
    pub(super) fn all(plans: &'a Plans) -> IndexMap<Cow<'a, str>, Subject<'a>> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for objective in &plans.monitoring.configurations.objectives {
            *counts.entry(objective.component.as_str()).or_default() += 1;
        }
        let has_many = |component: &str| counts.get(component).is_some_and(|count| *count > FEW_OBJECTIVES);
        let mut subjects: IndexMap<Cow<'_, str>, Subject<'_>> = IndexMap::new();
        let mut apart: HashMap<&str, Cow<'_, str>> = HashMap::new();
        for objective in &plans.monitoring.configurations.objectives {
            let component = objective.component.as_str();
            let name = if has_many(component) {
                let name: Cow<'_, str> = Cow::Owned(format!("{component}.{}", objective.name));
                apart.insert(&objective.id, name.clone());
                name
            } else {
                Cow::Borrowed(component)
            };
            subjects.entry(name).or_default().objectives.push(objective);
        }
        for alert in &plans.monitoring.alerting.alerts {
            let about = alert.component.as_ref().or(alert.datastore.as_ref());
            let objective = alert.objective().filter(|_| !apart.is_empty());
            let name = objective.and_then(|id| apart.get(&*id.to_text()).cloned());
            let name = name.unwrap_or(Cow::Borrowed(about.map_or(WHOLE, |name| name.as_str())));
            subjects.entry(name).or_default().alerts.push(alert);
        }
        subjects
    }

    /// What of it is there in an environment, whose components are given.
    pub(super) fn in_environment(
        &self,
        environment: &MonitoredEnvironment,
        components: &HashSet<&str>,
    ) -> Option<Subject<'a>> {
        let is_there = |objective: &&&ObjectivePlan| components.contains(objective.component.as_str());
        let objectives: Vec<&ObjectivePlan> = self.objectives.iter().filter(is_there).copied().collect();
        let is_told = |alert: &&&AlertPlan| {
            let asks = alert.expression().is_some()
                || alert.objective().is_some_and(|id| objectives.iter().any(|objective| id.is(&objective.id)));
            asks && alert.environments.contains(&environment.name)
        };
        let alerts: Vec<&AlertPlan> = self.alerts.iter().filter(is_told).copied().collect();
        (!objectives.is_empty() || !alerts.is_empty()).then_some(Subject { objectives, alerts })
    }

    /// Its objectives as they are recorded.
    pub(super) fn recorded(&self, place: Place<'a>) -> Recordeds<'a> {
        let recorded = |objective: &&'a ObjectivePlan| Recorded::new(place.monitoring(), objective, place.environment);
        Recordeds(self.objectives.iter().map(recorded).collect())
    }
}

/// The objectives of one subject as they are recorded in an environment.
pub(super) struct Recordeds<'a>(pub(super) Vec<Recorded<'a>>);

impl<'a> Recordeds<'a> {
    /// The objective that an alert watches.
    pub(super) fn of(&self, alert: &AlertPlan) -> Option<&Recorded<'a>> {
        let id = alert.objective()?;
        self.0.iter().find(|recorded| id.is(&recorded.objective.id))
    }
}
