//! `deploy.yml`: brings a release to one environment after the other.

use crate::ir::choice::Runtime;
use crate::ir::{Origin, Traced};
use crate::output::doc::{Doc, Map};
use crate::plan::pipeline::configurations::PipelineKind;
use crate::plan::pipeline::workflows::{DeployStep, RolloutStep};
use crate::spec::github_actions::{ActionName, ToolName};

use super::cloud::Place;
use super::expression::user;
use super::job::{Job, minutes};
use super::pipelines::{Pipelines, defaults, one_after_the_other};
use super::setup::{self, lines};
use super::step::{Step, checkout, checkout_history};
use super::{ecs, kubernetes, rules, scan, script, verification};

/// Minutes that infrastructure may take to be made: a database of several zones takes most of them.
const PROVISIONING: i64 = 60;

/// The document.
pub(super) fn workflow(pipelines: Pipelines<'_>) -> Doc {
    let dispatch = Map::new(Origin::rule(rules::TRIGGERS));
    let document = pipelines.head("Deploy", PipelineKind::Deployment, dispatch, &[]);
    let mut jobs = Map::new(Origin::rule(rules::WORKFLOW));
    for place in Place::all(pipelines) {
        plan(place).put_into(&mut jobs);
        deploy(place).put_into(&mut jobs);
        if let Some(scan) = scan::of_environment(place) {
            scan.needs(&[deploy_job(place.name()).as_str()]).put_into(&mut jobs);
        }
    }
    document.with("defaults", defaults()).with("jobs", jobs).into()
}

fn plan_job(environment: &str) -> String {
    format!("plan-{environment}")
}

fn deploy_job(environment: &str) -> String {
    format!("deploy-{environment}")
}

/// Runs the gates and shows what would change, before anybody is asked to approve it.
fn plan(place: Place<'_>) -> Job {
    let pipelines = place.pipelines;
    let name = place.name();
    let gates = format!("pathc check --env {name} --message-format github");
    let mut job = Job::new(pipelines, plan_job(name), format!("Plan {name}"), 30, rules::PLAN)
        .runner(&place.workflow.runner)
        .may("contents", "read", "to check out")
        .may("id-token", "write", "to sign in to the cloud with a role that may only look")
        .concurrency(one_after_the_other(format!("plan-{name}")));
    if let Some(earlier) = &place.workflow.promotes_from {
        job = job.needs(&[deploy_job(earlier.as_str()).as_str()]);
    }
    job.step(checkout(pipelines))
        .steps(setup::pathc(pipelines, false))
        .step(Step::run("Check the gates", gates, rules::PLAN))
        .step(Step::run("Check the generated files", "pathc build --check --message-format github", rules::PLAN))
        .step(place.sign_in_to_plan())
        .steps(place.provisioner())
        .step(place.show_plan(false))
}

/// The GitHub environment, which asks its reviewers and waits.
pub(super) fn environment(place: Place<'_>) -> Doc {
    let name = &place.workflow.environment;
    match place.environment().and_then(|environment| environment.domain.as_ref()) {
        Some(domain) => {
            let url = Doc::text(format!("https://{domain}"), domain.origin);
            Map::new(name.origin).with("name", Doc::traced(name)).with("url", url).into()
        }
        None => Doc::traced(name),
    }
}

fn deploy(place: Place<'_>) -> Job {
    let pipelines = place.pipelines;
    let workflow = place.workflow;
    let name = place.name();
    let verifications: i64 = workflow.verifications.iter().map(|suite| minutes(&suite.timeout)).sum();
    let rollouts: i64 = workflow.rollouts.iter().map(|step| minutes(&step.deadline)).sum();
    let migrations = 30 * i64::try_from(workflow.migrations.len()).unwrap_or(12);
    let most = i64::from(pipelines.spec.job_timeout_minutes.value);
    let timeout = (PROVISIONING + verifications + rollouts + migrations).min(most);
    let mut job = Job::new(pipelines, deploy_job(name), format!("Deploy to {name}"), timeout, rules::DEPLOY)
        .needs(&[plan_job(name).as_str()])
        .runner(&workflow.runner)
        .may("contents", "read", "to check out")
        .may("id-token", "write", "to sign in to the cloud with the role of this environment")
        .may("deployments", "write", "to record which commit runs")
        .environment(environment(place))
        .concurrency(one_after_the_other(format!("deploy-{name}")))
        .step(checkout_history(pipelines));
    for step in &workflow.steps {
        job = job.steps(steps(place, step.value));
    }
    job.steps(rollback(place))
}

/// The steps of a step of the plan.
fn steps(place: Place<'_>, step: DeployStep) -> Vec<Step> {
    let pipelines = place.pipelines;
    match step {
        DeployStep::CheckWindow => window(place).into_iter().collect(),
        // Both run in a job of their own, before anybody approves.
        DeployStep::CheckGates | DeployStep::ShowPlan => Vec::new(),
        DeployStep::Provision => {
            let mut steps = vec![find_release(place, "github.sha"), place.sign_in_to_deploy()];
            steps.extend(place.provisioner());
            let provision = place.provision("Make the infrastructure");
            if pipelines.is_on(Runtime::Kubernetes) {
                steps.push(provision);
            } else {
                steps.push(ecs::hold(place));
                steps.push(provision.variable("HELD", "${{ steps.held.outputs.held }}"));
            }
            steps
        }
        DeployStep::InstallPlatform => {
            let mut steps = cluster(place);
            steps.extend(kubernetes::platform(place));
            steps
        }
        DeployStep::CheckSecrets => vec![secrets(place)],
        DeployStep::NotifyUsers => vec![notify_users(place)],
        DeployStep::Migrate if pipelines.is_on(Runtime::Kubernetes) => kubernetes::migrate(place).into_iter().collect(),
        DeployStep::Migrate => ecs::migrate(place).into_iter().collect(),
        DeployStep::RollOut if pipelines.is_on(Runtime::Kubernetes) => kubernetes::roll_out(place),
        DeployStep::RollOut => ecs::roll_out(place),
        DeployStep::Verify => verification::steps(place),
        DeployStep::Mark => vec![mark(pipelines, place, "${{ github.sha }}")],
    }
}

/// Stops outside of the deployment window.
fn window(place: Place<'_>) -> Option<Step> {
    let window = place.workflow.window.as_ref()?;
    let days: Vec<&str> = window.days.iter().map(|day| day.value.as_str()).collect();
    let step = Step::script(place.pipelines, "Check the deployment window", script::CHECK_WINDOW, rules::DEPLOY)
        .env("DAYS", Doc::text(days.join(" "), window.days.first().map_or(window.origin, |day| day.origin)))
        .env("FROM", user(&window.from))
        .env("TO", user(&window.to))
        .env("TIMEZONE", user(&window.timezone));
    Some(step)
}

/// Finds what ran before, to which a failed deployment goes back.
pub(super) fn find_release(place: Place<'_>, commit: &str) -> Step {
    Step::script(place.pipelines, "Find the earlier release", script::FIND_RELEASE, rules::ROLLBACK)
        .id("earlier")
        .variable("ENVIRONMENT", place.name().to_owned())
        .variable("COMMIT", format!("${{{{ {commit} }}}}"))
        .variable("GH_TOKEN", "${{ github.token }}")
}

/// The tools by which a cluster is reached.
pub(super) fn cluster(place: Place<'_>) -> Vec<Step> {
    let pipelines = place.pipelines;
    let tool = |name: &'static str, action, tool: ToolName| {
        Step::uses(pipelines, name, action, rules::SET_UP).with("version", Doc::traced(pipelines.spec.tool(tool)))
    };
    let connect = Step::run("Connect to the cluster", "aws eks update-kubeconfig --name \"$CLUSTER\"", rules::DEPLOY);
    let connect = match place.environment() {
        Some(environment) => connect.env("CLUSTER", user(&environment.cluster)),
        None => connect,
    };
    vec![
        tool("Set up kubectl", ActionName::SetupKubectl, ToolName::Kubectl),
        tool("Set up Helm", ActionName::SetupHelm, ToolName::Helm),
        connect,
    ]
}

fn secrets(place: Place<'_>) -> Step {
    let names = place.workflow.secrets.iter().map(|secret| secret.store_path.to_string());
    let origin = place.workflow.secrets.first().map_or(place.workflow.origin, |secret| secret.store_path.origin);
    Step::script(place.pipelines, "Check the secrets", script::CHECK_SECRETS, rules::DEPLOY)
        .env("SECRETS", lines(names, origin))
}

/// Tells those who use the system that a release begins, where somebody listens.
fn notify_users(place: Place<'_>) -> Step {
    let pipelines = place.pipelines;
    let step = Step::script(pipelines, "Tell the users", script::NOTIFY_USERS, rules::DEPLOY)
        .variable("SYSTEM", place.system().to_owned())
        .variable("ENVIRONMENT", place.name().to_owned())
        .variable("COMMIT", "${{ github.sha }}")
        .variable("NOTICE_URL", "${{ secrets.USER_NOTICE_URL }}");
    match pipelines.folder_if_any("operations") {
        Some(folder) => step.variable("NOTES", format!("{folder}/release-notes.md")),
        None => step,
    }
}

/// Records what runs now.
pub(super) fn mark(pipelines: Pipelines<'_>, place: Place<'_>, commit: &'static str) -> Step {
    let step = Step::script(pipelines, "Mark the deployment", script::MARK_RELEASE, rules::DEPLOY)
        .variable("SYSTEM", place.system().to_owned())
        .variable("ENVIRONMENT", place.name().to_owned())
        .variable("COMMIT", commit)
        .variable("GH_TOKEN", "${{ github.token }}");
    match &pipelines.plans.infrastructure.templates.platform.grafana_url {
        Some(url) => step.env("GRAFANA_URL", user(url)).variable("GRAFANA_TOKEN", "${{ secrets.GRAFANA_TOKEN }}"),
        None => step,
    }
}

/// Lines for the scripts that replace versions: `WAVE FORM STRATEGY SECONDS SUITE COMPONENT`.
pub(super) fn rollout_line(step: &RolloutStep) -> String {
    let strategy = step.strategy.as_ref().map_or("-", |strategy| strategy.value.as_str());
    let suite = step.verify.as_ref().map_or("-", |suite| suite.as_str());
    let seconds = step.deadline.whole_seconds();
    format!("{} {} {strategy} {seconds} {suite} {}", step.wave, step.form, step.component)
}

/// Takes a failed deployment back, where nothing forbids that.
fn rollback(place: Place<'_>) -> Vec<Step> {
    let automatic: &Traced<bool> = &place.workflow.rollback.automatic;
    if !automatic.value {
        return Vec::new();
    }
    // What failed before the first new version has changed no version.
    let failed = "failure() && steps.roll-out.outcome != 'skipped'";
    let earlier = "${{ steps.earlier.outputs.commit }}";
    let steps = match place.pipelines.workflows().runtime.value {
        Runtime::Kubernetes => {
            vec![kubernetes::roll_back(place, "Take the deployment back").variable("COMMIT", earlier)]
        }
        Runtime::Ecs => {
            let held = "${{ steps.held.outputs.held }}";
            let mut steps = ecs::roll_back(place, "Take the deployment back");
            if let Some(step) = steps.first_mut() {
                *step = step.clone().variable("HELD", held).variable("COMMIT", earlier);
            }
            steps
        }
    };
    steps.into_iter().map(|step| step.when(failed)).collect()
}
