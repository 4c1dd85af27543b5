//! How a job reaches an environment: its role in the cloud, its infrastructure, its cluster.

use crate::ir::Origin;
use crate::ir::choice::Provisioner;
use crate::output::doc::Doc;
use crate::plan::aws::names;
use crate::plan::infrastructure::environments::EnvironmentPlan;
use crate::plan::pipeline::workflows::DeploymentWorkflow;
use crate::spec::github_actions::{ActionName, ToolName};

use super::expression::{shell_word, user};
use super::pipelines::Pipelines;
use super::step::Step;
use super::{rules, script};

/// Seconds for which a deployment stays signed in: a canary's pauses outlive the usual hour. Its role allows as much.
const SESSION: i64 = 14_400;

/// An environment as its jobs reach it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) pipelines: Pipelines<'a>,
    pub(super) workflow: &'a DeploymentWorkflow,
}

impl<'a> Place<'a> {
    /// All environments, in the order of promotion.
    pub(super) fn all(pipelines: Pipelines<'a>) -> impl DoubleEndedIterator<Item = Place<'a>> {
        pipelines.workflows().environments.iter().map(move |workflow| Place { pipelines, workflow })
    }

    pub(super) fn name(self) -> &'a str {
        self.workflow.environment.as_str()
    }

    pub(super) fn system(self) -> &'a str {
        self.pipelines.configurations().system.as_str()
    }

    /// The environment's own plan.
    pub(super) fn environment(self) -> Option<&'a EnvironmentPlan> {
        let environments = &self.pipelines.plans.infrastructure.environments.environments;
        environments.iter().find(|known| known.name == self.workflow.environment)
    }

    /// The account's number, or the variable that has it.
    fn account(self) -> Doc {
        match &self.workflow.account {
            Some(account) => user(account),
            None => Doc::text(
                format!("${{{{ vars.AWS_ACCOUNT_ID_{} }}}}", self.name().to_uppercase().replace('-', "_")),
                self.workflow.environment.origin,
            ),
        }
    }

    fn role(self, name: &str) -> Doc {
        let region = self.pipelines.aws.regions.get(self.workflow.region.as_str());
        let partition = region.map_or("aws", |region| region.partition.as_str());
        let Doc::Text(account, origin) = self.account() else { return self.account() };
        Doc::text(format!("arn:{partition}:iam::{account}:role/{name}"), origin)
    }

    fn sign_in(self, role: Doc) -> Step {
        Step::uses(self.pipelines, "Sign in to the cloud", ActionName::AwsCredentials, rules::CLOUD_ROLE)
            .with("role-to-assume", role)
            .with("aws-region", user(&self.workflow.region))
            .with("mask-aws-account-id", Doc::Bool(true, Origin::rule(rules::CLOUD_ROLE)))
    }

    /// Signs in with the role that may change the environment.
    pub(super) fn sign_in_to_deploy(self) -> Step {
        self.sign_in(self.role(&names::deploy_role(self.system(), self.name())))
            .with("role-duration-seconds", Doc::Integer(SESSION, Origin::rule(rules::CLOUD_ROLE)))
    }

    /// Signs in with the role that may only look.
    pub(super) fn sign_in_to_plan(self) -> Step {
        self.sign_in(self.role(&names::plan_role(self.system(), self.name())))
    }

    /// Signs in with another role of the account.
    pub(super) fn sign_in_as(self, role: &str) -> Step {
        self.sign_in(self.role(role))
    }

    /// The tools that provision.
    pub(super) fn provisioner(self) -> Option<Step> {
        if self.pipelines.workflows().provisioner.value != Provisioner::Terraform {
            return None;
        }
        let version = self.pipelines.spec.tool(ToolName::Terraform);
        let step = Step::uses(self.pipelines, "Set up Terraform", ActionName::SetupTerraform, rules::SET_UP);
        Some(step.with("terraform_version", Doc::traced(version)).flag("terraform_wrapper", false))
    }

    /// Says where Terraform's root and its state are.
    fn with_root(self, step: Step) -> Step {
        let root = format!("{}/environments/{}", self.pipelines.folder("terraform"), self.name());
        let step = step.variable("ROOT", root);
        // A root that knows its account names its bucket itself.
        if self.workflow.account.is_some() {
            return step;
        }
        let Doc::Text(account, origin) = self.account() else { return step };
        step.env("BUCKET", Doc::text(names::state_bucket(self.system(), &account), origin))
    }

    fn is_terraform(self) -> bool {
        self.pipelines.workflows().provisioner.value == Provisioner::Terraform
    }

    /// The command that deploys the stacks of the environment.
    fn stacks(self, option: &str) -> String {
        let script = format!("{}/deploy.sh", self.pipelines.folder("cloudformation"));
        format!("bash {} {option}environments/{}", shell_word(&script), self.name())
    }

    /// Shows what would change.
    pub(super) fn show_plan(self, drift: bool) -> Step {
        let (name, rule) =
            if drift { ("Compare with what runs", rules::DRIFT) } else { ("Show the plan", rules::PLAN) };
        if !self.is_terraform() {
            return Step::run(name, self.stacks(if drift { "--drift " } else { "--plan " }), rule);
        }
        let step = self.with_root(Step::script(self.pipelines, name, script::SHOW_PLAN, rule));
        if drift { step.variable("NO_DRIFT", "true") } else { step }
    }

    /// Makes what was planned.
    pub(super) fn provision(self, name: &'static str) -> Step {
        if !self.is_terraform() {
            return Step::run(name, self.stacks(""), rules::DEPLOY);
        }
        self.with_root(Step::script(self.pipelines, name, script::APPLY_TERRAFORM, rules::DEPLOY))
    }

    /// What the names of the infrastructure's parameters begin with.
    pub(super) fn parameters(self) -> String {
        names::parameter(self.system(), self.name(), "")
    }
}
