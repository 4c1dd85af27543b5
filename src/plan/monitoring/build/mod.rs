//! Builds the monitoring plan of a system. Total: what can't be planned is a diagnostic, never a panic.
//!
//! Components are planned one at a time, in parallel; results and diagnostics are joined in the order of the input.

mod alerts;
mod budgets;
mod burn;
mod catalogue;
mod cluster_alerts;
mod component_alerts;
mod component_dashboard;
mod component_panels;
mod datastore_watches;
mod datastores;
mod escalation;
mod graph;
mod layout;
mod objectives;
mod overview;
mod routing;
mod schedule;
mod subject;
mod traffic;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use rayon::prelude::*;

use self::subject::Subject;
use super::alerting::AlertPlan;
use super::configurations::{BurnWindowPlan, ComponentMetrics, ObjectivePlan, ScrapeJob};
use super::dashboards::{DashboardLink, DashboardPlan};
use super::phrase::Patterns;
use super::{AlertingRules, DashboardDefinitions, MonitoringConfigurations, MonitoringPlan, rules};
use crate::diag::Diagnostic;
use crate::ir::component::Component;
use crate::ir::value::Duration;
use crate::ir::{Environment, System, Traced};
use crate::plan::folded::FoldedList;
use crate::plan::{Encode, SCHEMA_VERSION};
use crate::spec::Specs;

/// Components whose dashboards share what they have alike.
const CHAPTER: usize = 64;

/// Decides what is measured, when somebody is told, and what is shown.
#[must_use]
pub fn plan(system: &System, specs: &Specs) -> (MonitoringPlan, Vec<Diagnostic>) {
    let retention = retention(system);
    let places = environments_by_component(system);
    let callers = callers(system);
    let shown_datastores = datastores::shown(system, specs);
    let deployed: Vec<_> = system
        .components
        .iter()
        .zip(&places)
        .zip(&callers)
        .filter(|((component, _), _)| component.is_deployed())
        .collect();
    // Dashboards are the largest part of the plan: they are folded as soon as those of a chapter are made.
    let chapters: Vec<(Vec<ComponentPart>, FoldedList<DashboardPlan>)> = deployed
        .par_chunks(CHAPTER)
        .map(|chapter| {
            let part = |((component, environments), callers): &((&'_ _, &'_ Vec<_>), &'_ Vec<_>)| {
                let subject = Subject::new(system, component, environments, specs, &shown_datastores, callers);
                ComponentPart::of(&subject, retention.value)
            };
            let mut parts: Vec<ComponentPart> = chapter.par_iter().map(part).collect();
            let dashboards = parts.iter_mut().filter_map(|part| part.dashboard.take()).collect();
            Patterns::default().share(parts.iter_mut().flat_map(|part| &mut part.alerts));
            (parts, dashboards)
        })
        .collect();

    let mut of_datastores = datastores::alerts(system, specs, &shown_datastores);
    Patterns::default().share(&mut of_datastores);
    let mut of_system = alerts::of_system(system, specs);
    of_system.extend(cluster_alerts::alerts(system, specs));
    of_system.extend(escalation::alerts(system));

    let mut joined = Joined::default();
    let parts = || chapters.iter().flat_map(|(parts, _)| parts);
    let alerts_of_parts: usize = parts().map(|part| part.alerts.len()).sum();
    joined.alerts.reserve_exact(alerts_of_parts + of_datastores.len() + of_system.len());
    joined.objectives.reserve(parts().map(|part| part.objectives.len()).sum());
    let mut of_components = FoldedList::default();
    for (parts, dashboards) in chapters {
        parts.into_iter().for_each(|part| joined.add(part));
        of_components.append(dashboards);
    }
    let mut alerts = joined.alerts;
    let first_of_datastores = alerts.len();
    alerts.extend(of_datastores);
    let first_of_system = alerts.len();
    alerts.extend(of_system);

    let has_objectives = !joined.objectives.is_empty();
    let mut first = vec![overview::system(system, specs, &alerts[first_of_datastores..], has_objectives)];
    // Where nothing has an objective there is nothing to show of them.
    if has_objectives {
        first.push(budgets::dashboard(system, &joined.objectives, &alerts[..first_of_datastores]));
    }
    let last = datastores::dashboards(system, specs, &alerts[first_of_datastores..first_of_system]);
    let is_all_there = of_components.len() == deployed.len() && last.len() == shown_datastores.len();
    let dashboards = if is_all_there {
        let mut dashboards: FoldedList<DashboardPlan> = first.into_iter().collect();
        dashboards.append(of_components);
        dashboards.append(last.into_iter().collect());
        dashboards
    } else {
        lead_to_what_is_there(first.into_iter().chain(of_components.iter()).chain(last).collect())
    };

    let plan = MonitoringPlan {
        configurations: MonitoringConfigurations {
            origin: system.origin,
            path: deliverable("monitoring_configurations"),
            version: version(),
            system: system.name.clone(),
            retention,
            environments: system.environments.iter().map(|place| catalogue::environment(system, place)).collect(),
            scrape_jobs: joined.scrape_jobs,
            catalogue: joined.metrics,
            exporters: catalogue::exporters(system, specs),
            objectives: joined.objectives,
        },
        alerting: AlertingRules {
            origin: system.origin,
            path: deliverable("alerting_rules"),
            version: version(),
            receivers: routing::receivers(system),
            routes: routing::routes(system),
            escalation: escalation::steps(system),
            severities: routing::severities(system),
            inhibitions: routing::inhibitions(system, &alerts),
            mutes: routing::mutes(system),
            alerts,
        },
        dashboards: DashboardDefinitions {
            origin: system.origin,
            path: deliverable("dashboard_definitions"),
            version: version(),
            selector: overview::selector(system),
            dashboards,
        },
    };
    (plan, joined.problems)
}

/// What one component adds to the plan.
struct ComponentPart {
    scrape_job: Option<ScrapeJob>,
    metrics: Option<ComponentMetrics>,
    objectives: Vec<ObjectivePlan>,
    alerts: Vec<AlertPlan>,
    dashboard: Option<DashboardPlan>,
    problems: Vec<Diagnostic>,
}

impl ComponentPart {
    fn of(subject: &Subject<'_>, retention: Duration) -> ComponentPart {
        let mut problems = Vec::new();
        let objectives = objectives::plan(subject, retention, &mut problems);
        let alerts = component_alerts::plan(subject, &objectives);
        let dashboard = component_dashboard::plan(subject, &objectives, &alerts);
        // A website's files measure nothing and alarm nobody: a page about them would be empty.
        let shows_anything = !dashboard.rows.is_empty() || !alerts.is_empty();
        let mut part = ComponentPart {
            scrape_job: catalogue::scrape_job(subject.component, subject.system.runtime.value),
            metrics: catalogue::metrics(subject),
            dashboard: shows_anything.then_some(dashboard),
            alerts,
            objectives,
            problems,
        };
        part.shrink();
        part
    }

    /// Gives back memory that was set aside for more, before the next component takes some.
    fn shrink(&mut self) {
        self.scrape_job.shrink();
        self.metrics.shrink();
        self.objectives.shrink();
        self.alerts.shrink();
    }
}

/// What all components add to the plan, in the order of the input.
#[derive(Default)]
struct Joined {
    scrape_jobs: Vec<ScrapeJob>,
    metrics: Vec<ComponentMetrics>,
    objectives: Vec<ObjectivePlan>,
    alerts: Vec<AlertPlan>,
    problems: Vec<Diagnostic>,
    windows: UsualWindows,
}

/// The burn windows of objectives. Most objectives of a system are one of a few numbers, over the same period.
#[derive(Default)]
struct UsualWindows(VecDeque<Arc<Vec<BurnWindowPlan>>>);

impl UsualWindows {
    /// As many as are compared with the next one.
    const MOST: usize = 16;

    /// The objective with windows that it shares with those before.
    fn shared(&mut self, mut objective: ObjectivePlan) -> ObjectivePlan {
        let own = &objective.burn_windows;
        let is_same = |known: &&Arc<Vec<BurnWindowPlan>>| {
            known.len() == own.len() && known.iter().zip(own.iter()).all(|(known, own)| known.is_same(own))
        };
        match self.0.iter().find(is_same) {
            Some(known) => objective.burn_windows = Arc::clone(known),
            None => {
                self.0.truncate(UsualWindows::MOST - 1);
                self.0.push_front(Arc::clone(own));
            }
        }
        objective
    }
}

/// Links lead to dashboards that there are.
fn lead_to_what_is_there(mut dashboards: Vec<DashboardPlan>) -> FoldedList<DashboardPlan> {
    let there: HashSet<String> = dashboards.iter().map(|dashboard| dashboard.uid.value.clone()).collect();
    let leads = |link: &DashboardLink| link.dashboard.as_ref().is_none_or(|uid| there.contains(&uid.value));
    dashboards.iter_mut().for_each(|dashboard| dashboard.links.retain(leads));
    dashboards.into_iter().collect()
}

impl Joined {
    fn add(&mut self, part: ComponentPart) {
        self.scrape_jobs.extend(part.scrape_job);
        self.metrics.extend(part.metrics);
        self.objectives.extend(part.objectives.into_iter().map(|objective| self.windows.shared(objective)));
        self.alerts.extend(part.alerts);
        self.problems.extend(part.problems);
    }
}

/// The environments that each component runs in, by the component's number.
fn environments_by_component(system: &System) -> Vec<Vec<&Environment>> {
    let mut places = vec![Vec::new(); system.components.len()];
    for environment in &system.environments {
        for deployment in &environment.deployments {
            places[deployment.component.0 as usize].push(environment);
        }
    }
    places
}

/// The components that need each component, by its number.
fn callers(system: &System) -> Vec<Vec<&Component>> {
    let mut callers: Vec<Vec<&Component>> = vec![Vec::new(); system.components.len()];
    for component in system.components.iter().filter(|component| component.is_deployed()) {
        for needed in component.depends_on.iter().filter(|needed| needed.name != component.name) {
            if let Some((id, _)) = system.component_named(needed.name.as_str()) {
                callers[id.0 as usize].push(component);
            }
        }
    }
    callers
}

fn retention(system: &System) -> Traced<Duration> {
    let stated = system.operations.as_ref().and_then(|operations| operations.retention.as_ref());
    stated.map_or(Traced::by_rule(Duration::days(45), rules::RETENTION), |retention| retention.metrics)
}

/// What the cloud calls a datastore of an environment.
fn resource(system: &System, environment: &Environment, datastore: &str) -> String {
    format!("{}-{}-{datastore}", system.name, environment.name)
}

fn deliverable(name: &str) -> Traced<String> {
    Traced::by_rule(name.to_owned(), rules::DELIVERABLE)
}

fn version() -> Traced<u32> {
    Traced::by_rule(SCHEMA_VERSION, rules::DELIVERABLE)
}
