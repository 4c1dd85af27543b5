//! The steps that change what runs on ECS.

use crate::ir::Origin;
use crate::output::doc::{Doc, Text};

use crate::plan::aws::AwsEnvironment;
use crate::plan::aws::graph::{Cluster, Ecs, EcsService, Owner, Resource, TaskPurpose};
use crate::plan::infrastructure::templates::StrategyKind;

use super::cloud::Place;
use super::expression::user;
use super::setup::lines;
use super::step::Step;
use super::{rules, script};

/// What stands in the cloud for an environment.
fn graph(place: Place<'_>) -> Option<(&AwsEnvironment, &Ecs)> {
    let environments = &place.pipelines.plans.aws.environments;
    let environment = environments.iter().find(|known| known.name == place.workflow.environment)?;
    match &environment.cluster {
        Cluster::Ecs(ecs) => Some((environment, ecs)),
        Cluster::Eks(_) => None,
    }
}

fn with_cluster(place: Place<'_>, step: Step) -> Step {
    match place.environment() {
        Some(environment) => step.env("CLUSTER", user(&environment.cluster)),
        None => step,
    }
}

/// The component that a resource belongs to.
fn component(owner: &Owner) -> Option<&str> {
    match owner {
        Owner::Component(name) => Some(name.as_str()),
        _ => None,
    }
}

/// `COMPONENT SERVICE` of what serves, in the order of going back.
fn services(place: Place<'_>) -> Doc {
    let origin = Origin::rule(rules::DEPLOY);
    let Some((_, ecs)) = graph(place) else { return lines([], origin) };
    let serving = |name: &str| {
        let mut services = ecs.services.iter().filter(|service| service.beside.is_none());
        services.find(|service| component(service.owner()) == Some(name))
    };
    let order = place.workflow.rollback.order.iter();
    lines(order.filter_map(|name| Some(format!("{name} {}", serving(name.as_str())?.name))), origin)
}

/// Finds what runs, before anything changes.
pub(super) fn hold(place: Place<'_>) -> Step {
    let step = Step::script(place.pipelines, "Hold the versions that run", script::HOLD_VERSIONS_ECS, rules::DEPLOY);
    with_cluster(place, step.id("held").env("SERVICES", services(place)))
}

/// Runs what has to end before versions are replaced.
fn run(place: Place<'_>, name: &'static str, purpose: &TaskPurpose) -> Option<Step> {
    let (_, ecs) = graph(place)?;
    let tasks = ecs.task_definitions.iter().filter(|task| task.purpose == *purpose);
    let tasks: Vec<String> =
        tasks.filter_map(|task| Some(format!("{} {}", task.name, component(task.owner())?))).collect();
    if tasks.is_empty() {
        return None;
    }
    let step = Step::script(place.pipelines, name, script::RUN_TASKS_ECS, rules::DEPLOY)
        .variable("PARAMETER", place.parameters())
        .env("TASKS", lines(tasks, Origin::rule(rules::DEPLOY)));
    Some(with_cluster(place, step))
}

/// Changes stored data.
pub(super) fn migrate(place: Place<'_>) -> Option<Step> {
    run(place, "Migrate", &TaskPurpose::Migration)
}

/// Replaces the versions: those beside first, then, by the infrastructure, those that serve.
pub(super) fn roll_out(place: Place<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = run(place, "Run jobs", &TaskPurpose::OnDeploy).into_iter().collect();
    steps.push(beside(place, "Roll out", false).id("roll-out"));
    steps.push(place.provision("Replace the versions that serve"));
    steps.push(beside(place, "Let the new versions serve alone", true));
    steps
}

/// Starts the versions beside and lets them take over; `ends`: ends them, now that others serve.
fn beside(place: Place<'_>, name: &'static str, ends: bool) -> Step {
    let origin = Origin::rule(rules::DEPLOY);
    let mut beside = Vec::new();
    let mut steps = Vec::new();
    let mut step = Step::script(place.pipelines, name, script::ROLL_OUT_ECS, rules::DEPLOY);
    if let Some((environment, ecs)) = graph(place) {
        for next in &ecs.services {
            let Some(stable) = next.beside.as_ref().and_then(|id| ecs.services.iter().find(|known| known.id == id.id))
            else {
                continue;
            };
            let Some(name) = component(next.owner()) else { continue };
            let rollout = place.workflow.rollouts.iter().find(|step| step.component.as_str() == name);
            let suite = rollout.and_then(|rollout| rollout.verify.as_ref());
            beside.push(format!(
                "{name} {} {} {} {} {}",
                stable.name,
                next.name,
                family(ecs, next),
                suite.map_or("-", |suite| suite.as_str()),
                routes(environment, next).join(",")
            ));
            steps.extend(weights(place, name));
            if let (Some(suite), false) = (suite, ends) {
                let known = place.workflow.verifications.iter().find(|known| known.suite == *suite);
                let variable = format!("SUITE_{}", suite.as_str().to_uppercase().replace('-', "_"));
                let command = known.map_or_else(|| Doc::text("false", origin), |known| user(&known.command));
                step = step.env(Text::Owned(variable), command);
            }
        }
    }
    let step = step.variable("PARAMETER", place.parameters()).env("BESIDE", lines(beside, origin));
    let step = if ends { step.variable("FINISH", "true") } else { step.env("STEPS", lines(steps, origin)) };
    with_cluster(place, step)
}

fn family<'a>(ecs: &'a Ecs, service: &EcsService) -> &'a str {
    let task = ecs.task_definitions.iter().find(|task| task.id == service.task_definition.id);
    task.map_or("-", |task| task.name.as_str())
}

/// `RULE:GROUP:NEXT_GROUP` of each rule whose requests a service takes over.
fn routes(environment: &AwsEnvironment, next: &EcsService) -> Vec<String> {
    let rules = environment.balancing.rules.iter().filter_map(|rule| {
        let group = rule.beside.as_ref()?;
        let is_own = next.targets.iter().any(|target| target.group == *group);
        is_own.then(|| format!("{}:{}:{}", rule.id.as_str(), rule.target.id.as_str(), group.id.as_str()))
    });
    rules.collect()
}

/// `COMPONENT WEIGHT SECONDS` of each step.
fn weights(place: Place<'_>, name: &str) -> Vec<String> {
    let components = &place.pipelines.plans.infrastructure.templates.components;
    let strategy =
        components.iter().find(|known| known.name.as_str() == name).and_then(|known| known.strategy.as_ref());
    let Some(strategy) = strategy else { return Vec::new() };
    match strategy.kind.value {
        StrategyKind::Canary => {
            let pause = |step: &crate::plan::infrastructure::templates::CanaryStepTemplate| {
                step.pause.as_ref().map_or(0, |pause| pause.whole_seconds())
            };
            strategy.steps.iter().map(|step| format!("{name} {} {}", step.weight, pause(step))).collect()
        }
        _ => {
            let bake = strategy.bake.as_ref().map_or(0, |bake| bake.whole_seconds());
            vec![format!("{name} 100 {bake}")]
        }
    }
}

/// Brings the versions that ran before back, those of the commit in `COMMIT` where nothing was held.
pub(super) fn roll_back(place: Place<'_>, name: &'static str) -> Vec<Step> {
    let plans = format!("{}/infrastructure_automation/environment_configurations.yaml", place.pipelines.folder("path"));
    let step = Step::script(place.pipelines, name, script::ROLL_BACK_ECS, rules::ROLLBACK)
        .variable("ENVIRONMENT", place.name().to_owned())
        .variable("PLANS", plans)
        .env("SERVICES", services(place));
    let alone = beside(place, "Let the versions that serve take all requests", true);
    vec![with_cluster(place, step), alone]
}
