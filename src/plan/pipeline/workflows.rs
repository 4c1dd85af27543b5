//! `deployment_workflows`: how a release reaches each environment, and how it is taken back.

use crate::ir::Traced;
use crate::ir::choice::{
    DrillKind, EnvironmentKind, Provisioner, RefactoringKind, RollbackTrigger, Runtime, SuiteKind,
};
use crate::ir::value::{Commit, Date, Duration, Name, RepositoryPath, Text, TimeOfDay, VariableName};
use crate::plan::infrastructure::templates::{StrategyKind, WorkloadForm};
use crate::plan::pipeline::configurations::{Program, ToolPlan};
use crate::{choice, plan_record};

choice! {
    /// One step of a deployment.
    pub enum DeployStep as "deployment step" {
        CheckWindow = "check-window": "stop outside of the deployment window",
        CheckGates = "check-gates": "run the gates on this environment",
        ShowPlan = "show-plan": "show what the provisioner would change",
        Provision = "provision": "let the provisioner make infrastructure",
        InstallPlatform = "install-platform": "install the managed parts of the cluster",
        CheckSecrets = "check-secrets": "stop where a declared secret is not set",
        NotifyUsers = "notify-users": "tell the users that a release begins",
        Migrate = "migrate": "change stored data, before any new version runs",
        RollOut = "roll-out": "replace the versions, wave after wave",
        Verify = "verify": "run the suites on what was deployed",
        Mark = "mark": "mark the deployment for dashboards",
    }
}

plan_record! {
    /// How a release reaches each environment, and how it is taken back.
    pub struct DeploymentWorkflows as "deployment workflows" {
        /// The name of this deliverable: `deployment_workflows`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// Where components run.
        runtime: Traced<Runtime>, required;
        /// Which infrastructure target is applied.
        provisioner: Traced<Provisioner>, required;
        /// Where what is applied lies.
        folders: Vec<TargetFolder>, many;
        /// The environments in the order of promotion.
        environments: Vec<DeploymentWorkflow>, many;
        /// What releases changed and will change, in the order of the log.
        changes: Vec<ChangePlan>, many;
        /// What was rehearsed, in the order of the input.
        drills: Vec<DrillPlan>, many;
    }

    /// One change, for the notes of a release.
    pub struct ChangePlan as "change plan" {
        /// What it is called.
        id: Traced<String>, required;
        /// When it was made.
        date: Traced<Date>, required;
        /// The component that changed.
        component: Traced<Name>, required;
        /// What changed.
        kind: Traced<RefactoringKind>, required;
        /// In a sentence.
        summary: Traced<String>, required;
        /// Whether others must change with it.
        breaking: Traced<bool>, required;
        /// The command that changes stored data.
        migration: Traced<String>, optional;
        /// Whether that can be taken back; true where no data is changed.
        reversible: Traced<bool>, required;
        /// The commit.
        commit: Traced<Commit>, optional;
        /// The version that carried it; none: the next will.
        released: Traced<String>, optional;
        /// Who approved it.
        approved_by: Traced<String>, optional;
    }

    /// What was rehearsed.
    pub struct DrillPlan as "drill plan" {
        /// What was exercised.
        kind: Traced<DrillKind>, required;
        /// Where.
        environment: Traced<Name>, required;
        /// The component or datastore; none: the environment as a whole.
        subject: Traced<Name>, optional;
        /// When.
        date: Traced<Date>, required;
        /// Whether it went well.
        passed: Traced<bool>, required;
        /// How long it took until all was well again.
        recovery_time: Traced<Duration>, optional;
        /// How much was lost, as time.
        data_loss: Traced<Duration>, optional;
    }

    /// Where a target's files lie.
    pub struct TargetFolder as "target folder" {
        /// The target.
        target: Traced<String>, required;
        /// Its folder, from the repository's root.
        folder: Traced<RepositoryPath>, required;
    }

    /// How a release reaches one environment.
    pub struct DeploymentWorkflow as "deployment workflow" {
        /// The environment.
        environment: Traced<Name>, required;
        /// What it is for.
        kind: Traced<EnvironmentKind>, required;
        /// The environment that must have the release first.
        promotes_from: Traced<Name>, optional;
        /// Who must agree: `ORG/TEAM` or a user.
        reviewers: Vec<Traced<String>>, many;
        /// How long it waits after they agreed.
        wait: Traced<Duration>, optional;
        /// When it may run, if not at any time.
        window: ReleaseWindow, optional;
        /// The machine that it runs on.
        runner: Traced<String>, required;
        /// The cloud's region.
        region: Traced<String>, required;
        /// The cloud's account.
        account: Traced<String>, optional;
        /// The subject of the identity that may act in the account; none without a repository.
        oidc_subject: Traced<String>, optional;
        /// What is done, in order.
        steps: Vec<Traced<DeployStep>>, many;
        /// Secrets that must be set before.
        secrets: Vec<RequiredSecret>, many;
        /// Changes of stored data, in order.
        migrations: Vec<MigrationStep>, many;
        /// What is replaced, in order; what has the same wave is replaced at once.
        rollouts: Vec<RolloutStep>, many;
        /// Suites that prove the deployment, in order.
        verifications: Vec<VerificationStep>, many;
        /// What is done when a step after the first new version fails.
        rollback: RollbackPlan, required;
    }

    /// When a release may be deployed.
    pub struct ReleaseWindow as "release window" {
        /// The days, `mon` to `sun`; none: all.
        days: Vec<Traced<String>>, many;
        /// From this time of day.
        from: Traced<TimeOfDay>, required;
        /// To this time of day.
        to: Traced<TimeOfDay>, required;
        /// The time zone that the times are in.
        timezone: Traced<String>, required;
    }

    /// A secret that must be set.
    pub struct RequiredSecret as "required secret" {
        /// Its path in the secret store.
        store_path: Traced<Text>, required;
        /// The component that needs it; none: the environment as a whole.
        component: Traced<Name>, optional;
        /// The variable or file that it becomes.
        name: Traced<VariableName>, optional;
    }

    /// A change of stored data.
    pub struct MigrationStep as "migration step" {
        /// The component whose image runs it.
        component: Traced<Name>, required;
        /// The refactoring that brings it.
        refactoring: Traced<String>, required;
        /// The command, run by a shell.
        run: Traced<String>, required;
        /// Whether it can be taken back.
        reversible: Traced<bool>, required;
        /// Whether the old version can go on meanwhile.
        online: Traced<bool>, required;
    }

    /// What is replaced.
    pub struct RolloutStep as "rollout step" {
        /// The component.
        component: Traced<Name>, required;
        /// How it runs.
        form: Traced<WorkloadForm>, required;
        /// After all of the waves below; what it needs critically is in one of them.
        wave: Traced<u32>, required;
        /// How a new version replaces the old one.
        strategy: Traced<StrategyKind>, optional;
        /// The suite that must pass before the switch of a blue-green strategy.
        verify: Traced<Name>, optional;
        /// Whether a bad version is taken back without asking anybody.
        automatic_rollback: Traced<bool>, required;
        /// What takes it back.
        triggers: Vec<Traced<RollbackTrigger>>, many;
        /// How long it is watched.
        watch: Traced<Duration>, optional;
        /// After how long it counts as failed.
        deadline: Traced<Duration>, required;
    }

    /// A suite that proves the deployment.
    pub struct VerificationStep as "verification step" {
        /// The suite.
        suite: Traced<Name>, required;
        /// What it proves.
        kind: Traced<SuiteKind>, required;
        /// The tools that it needs.
        tools: Vec<ToolPlan>, many;
        /// Further programs that its command names.
        programs: Vec<Traced<Program>>, many;
        /// The command, run by a shell.
        command: Traced<Text>, required;
        /// Where the command runs.
        working_directory: Traced<RepositoryPath>, required;
        /// After how long it is ended.
        timeout: Traced<Duration>, required;
        /// Whether its failure takes the release back.
        blocking: Traced<bool>, required;
    }

    /// How an environment goes back to its earlier release.
    pub struct RollbackPlan as "rollback plan" {
        /// Whether a failed deployment is taken back without asking anybody.
        automatic: Traced<bool>, required;
        /// What goes back, in order: the last to be replaced first.
        order: Vec<Traced<Name>>, many;
        /// Refactorings whose change of data can't be taken back: only a person may decide then.
        irreversible: Vec<Traced<String>>, many;
        /// What is done, in order.
        steps: Vec<Traced<DeployStep>>, many;
    }
}
