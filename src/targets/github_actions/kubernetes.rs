//! The steps that change what runs in a cluster.

use crate::ir::Origin;
use crate::output::doc::Doc;
use crate::plan::pipeline::workflows::RolloutStep;

use super::cloud::Place;
use super::deployment::rollout_line;
use super::expression::{shell_word, user};
use super::setup::lines;
use super::step::Step;
use super::{rules, script};

/// The folder of an environment's manifests.
fn folder(place: Place<'_>, part: &str) -> String {
    format!("{}/{}/{part}", place.pipelines.folder("kubernetes"), place.name())
}

fn with_namespace(place: Place<'_>, step: Step) -> Step {
    match place.environment() {
        Some(environment) => step.env("NAMESPACE", user(&environment.namespace)),
        None => step,
    }
}

/// Installs what the cluster has to have, then what all workloads share.
pub(super) fn platform(place: Place<'_>) -> Vec<Step> {
    let charts = format!("{}/platform/{}", place.pipelines.folder("kubernetes"), place.name());
    let install = Step::script(place.pipelines, "Install the platform", script::INSTALL_PLATFORM, rules::DEPLOY)
        .variable("FOLDER", charts)
        .variable("PARAMETER", place.parameters());
    let mut steps =
        vec![install, Step::run("Apply what all workloads share", applied(&folder(place, "base")), rules::DEPLOY)];
    // The managed stack loads rules and dashboards as objects of the cluster.
    if place.pipelines.plans.infrastructure.templates.platform.prometheus_managed.value {
        if let Some(folder) = place.pipelines.folder_if_any("prometheus") {
            let apply = applied(&format!("{folder}/{}", place.name()));
            steps.push(Step::run("Apply rules and routes of alerts", apply, rules::DEPLOY));
        }
        if let Some(folder) = place.pipelines.folder_if_any("grafana") {
            steps.push(Step::run("Apply dashboards", applied(folder), rules::DEPLOY));
        }
    }
    steps
}

fn applied(folder: &str) -> String {
    format!("kubectl apply --server-side --force-conflicts --kustomize {}", shell_word(folder))
}

/// Changes stored data.
pub(super) fn migrate(place: Place<'_>) -> Option<Step> {
    let step = Step::script(place.pipelines, "Migrate", script::MIGRATE_KUBERNETES, rules::DEPLOY);
    Some(with_namespace(place, step.variable("FOLDER", folder(place, "migrations"))))
}

/// Replaces the versions.
pub(super) fn roll_out(place: Place<'_>) -> Vec<Step> {
    let steps = &place.workflow.rollouts;
    let step = Step::script(place.pipelines, "Roll out", script::ROLL_OUT_KUBERNETES, rules::DEPLOY)
        .id("roll-out")
        .variable("FOLDER", folder(place, "workloads"))
        .env("ROLLOUTS", rollouts(place, steps.iter()));
    vec![with_suites(place, with_namespace(place, step), steps)]
}

/// Brings the versions of the commit in `COMMIT` back.
pub(super) fn roll_back(place: Place<'_>, name: &'static str) -> Step {
    let order = place.workflow.rollback.order.iter();
    let steps = order.filter_map(|name| place.workflow.rollouts.iter().find(|step| step.component == *name));
    let step = Step::script(place.pipelines, name, script::ROLL_BACK_KUBERNETES, rules::ROLLBACK)
        .variable("FOLDER", folder(place, "workloads"))
        .env("ROLLOUTS", rollouts(place, steps));
    with_namespace(place, step)
}

fn rollouts<'a>(place: Place<'_>, steps: impl Iterator<Item = &'a RolloutStep>) -> Doc {
    lines(steps.map(rollout_line), place.workflow.rollouts.first().map_or(place.workflow.origin, |step| step.origin))
}

/// The commands of suites that have to pass before a switch.
fn with_suites(place: Place<'_>, mut step: Step, rollouts: &[RolloutStep]) -> Step {
    for suite in rollouts.iter().filter_map(|rollout| rollout.verify.as_ref()) {
        let known = place.workflow.verifications.iter().find(|known| known.suite == *suite);
        let variable = format!("SUITE_{}", suite.as_str().to_uppercase().replace('-', "_"));
        step = match known {
            Some(known) => step.env(variable, user(&known.command)),
            None => step.env(variable, Doc::text("false", Origin::rule(rules::DEPLOY))),
        };
    }
    step
}
