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
use self::traffic::{KnownRequests, deployed};
use super::alerting::AlertPlan;
use super::configurations::{BurnWindowPlan, ComponentMetrics, ObjectivePlan, ScrapeJob};
use super::dashboards::{DashboardLink, DashboardPlan};
use super::phrase::Patterns;
use super::{AlertingRules, DashboardDefinitions, MonitoringConfigurations, MonitoringPlan, rules};
use crate::diag::Diagnostic;
use crate::ir::value::Duration;
use crate::ir::{ComponentId, Environment, System, Traced};
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
    let requests = KnownRequests::new(system, specs);
    let shown_datastores = datastores::shown(system, specs);
    let deployed: Vec<ComponentId> = deployed(system).map(|(id, _)| id).collect();
    // Dashboards are the largest part of the plan: each is folded as soon as it is made, and what it took is used again.
    let chapters: Vec<(Vec<ComponentPart>, FoldedList<DashboardPlan>)> = deployed
        .par_chunks(CHAPTER)
        .map(|chapter| {
            let (mut parts, mut patterns) = (Vec::with_capacity(chapter.len()), Patterns::default());
            let dashboard = |id: &ComponentId| {
                let (environments, callers) = (&places[id.0 as usize], &callers[id.0 as usize]);
                let subject = Subject::new(system, *id, environments, specs, &shown_datastores, callers, &requests);
                let (mut part, dashboard) = ComponentPart::of(&subject, retention.value);
                patterns.share(&mut part.alerts);
                part.shrink();
                parts.push(part);
                dashboard
            };
            let dashboards = chapter.iter().filter_map(dashboard).collect();
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
    let of_components_alone = &alerts[..first_of_datastores];
    let of_datastores_alone = &alerts[first_of_datastores..first_of_system];
    let of_whole = || {
        let overview = overview::system(system, specs, &requests, &alerts[first_of_datastores..], has_objectives);
        // Where nothing has an objective there is nothing to show of them.
        let objectives = has_objectives.then(|| budgets::dashboard(system, &joined.objectives, of_components_alone));
        [overview].into_iter().chain(objectives).collect::<FoldedList<DashboardPlan>>()
    };
    let ((mut dashboards, inhibitions), of_datastores) = rayon::join(
        || (of_whole(), routing::inhibitions(system, &alerts)),
        || datastores::dashboards(system, specs, &requests, of_datastores_alone),
    );
    let is_all_there = of_components.len() == deployed.len() && of_datastores.len() == shown_datastores.len();
    dashboards.append(of_components);
    dashboards.append(of_datastores);
    if !is_all_there {
        dashboards = lead_to_what_is_there(dashboards);
    }

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
            inhibitions,
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
    problems: Vec<Diagnostic>,
}

impl ComponentPart {
    /// What a component adds, and its dashboard.
    fn of(subject: &Subject<'_>, retention: Duration) -> (ComponentPart, Option<DashboardPlan>) {
        let mut problems = Vec::new();
        let objectives = objectives::plan(subject, retention, &mut problems);
        let alerts = component_alerts::plan(subject, &objectives);
        let dashboard = component_dashboard::plan(subject, &objectives, &alerts);
        // A website's files measure nothing and alarm nobody: a page about them would be empty.
        let shows_anything = !dashboard.rows.is_empty() || !alerts.is_empty();
        let part = ComponentPart {
            scrape_job: catalogue::scrape_job(subject.component, subject.system.runtime.value),
            metrics: catalogue::metrics(subject),
            alerts,
            objectives,
            problems,
        };
        (part, shows_anything.then_some(dashboard))
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
fn lead_to_what_is_there(dashboards: FoldedList<DashboardPlan>) -> FoldedList<DashboardPlan> {
    let there: HashSet<&str> = dashboards.heads().map(|head| head.uid.as_str()).collect();
    let leads = |link: &DashboardLink| link.dashboard.as_ref().is_none_or(|uid| there.contains(uid.as_str()));
    let kept = |mut dashboard: DashboardPlan| {
        dashboard.links.retain(leads);
        dashboard
    };
    dashboards.iter().map(kept).collect()
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
fn callers(system: &System) -> Vec<Vec<ComponentId>> {
    let mut callers: Vec<Vec<ComponentId>> = vec![Vec::new(); system.components.len()];
    for (id, component) in deployed(system) {
        for needed in component.depends_on.iter().filter(|needed| needed.name != component.name) {
            if let Some((called, _)) = system.component_named(needed.name.as_str()) {
                callers[called.0 as usize].push(id);
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
