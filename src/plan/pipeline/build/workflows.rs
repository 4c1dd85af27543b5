//! How a release reaches each environment, and how it is taken back.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::Sources;
use super::suites::pipeline_of;
use super::{or_root, rules, suites, waves};
use crate::diag::{Diagnostic, code};
use crate::ir::choice::{Domain, EnvironmentKind, RegistryAuth, Runtime, SuiteStage};
use crate::ir::component::{Component, DeliveryStrategy};
use crate::ir::evidence::{Drill, Refactoring};
use crate::ir::ownership::Oncall;
use crate::ir::testing::Suite;
use crate::ir::value::{Duration, Text};
use crate::ir::{Environment, Origin, Rule, System, Traced};
use crate::plan::infrastructure::templates::{StrategyKind, WorkloadForm};
use crate::plan::pipeline::configurations::PipelineKind;
use crate::plan::pipeline::workflows::{
    ChangePlan, DeployStep, DeploymentWorkflow, DrillPlan, MigrationStep, ReleaseWindow, RequiredSecret, RollbackPlan,
    RolloutStep, VerificationStep,
};

/// The environments in the order of promotion.
pub(super) fn plan(system: &System, sources: &Sources<'_>, problems: &mut Vec<Diagnostic>) -> Vec<DeploymentWorkflow> {
    let migrations = migrations(system);
    let order = promotion(&system.environments);
    order.into_iter().map(|environment| workflow(system, sources, environment, &migrations, problems)).collect()
}

/// Each environment after the one that it promotes from, else as in the input. In a circle nobody comes first: the gates
/// say so, and the order is that of the input.
fn promotion(environments: &[Environment]) -> Vec<&Environment> {
    let mut order: Vec<&Environment> = Vec::new();
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    let known: BTreeSet<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
    loop {
        let before = order.len();
        for environment in environments {
            let source = environment.promotes_from.as_ref().map(|source| source.as_str());
            let is_due = source.is_none_or(|source| placed.contains(source) || !known.contains(source));
            if is_due && placed.insert(environment.name.as_str()) {
                order.push(environment);
            }
        }
        if order.len() == before {
            order.extend(environments.iter().filter(|environment| !placed.contains(environment.name.as_str())));
            return order;
        }
    }
}

fn workflow(
    system: &System,
    sources: &Sources<'_>,
    environment: &Environment,
    migrations: &[MigrationStep],
    problems: &mut Vec<Diagnostic>,
) -> DeploymentWorkflow {
    let rollouts: Vec<RolloutStep> = waves::order(system, environment)
        .into_iter()
        .filter_map(|(id, wave)| rollout(system.component(id), wave))
        .collect();
    let here: BTreeSet<&str> =
        environment.deployments.iter().map(|deployment| system.component(deployment.component).name.as_str()).collect();
    let migrations: Vec<MigrationStep> =
        migrations.iter().filter(|step| here.contains(step.component.as_str())).cloned().collect();
    let verifications = verifications(system, sources, environment);
    let secrets = secrets(system, environment);
    let window = environment.deployment_window.as_ref();
    let approvals = environment.approvals.as_ref();
    let only_if = |is_needed: bool| is_needed.then_some(rules::STEPS);
    let is_production = environment.kind.value == EnvironmentKind::Production;
    let is_told = is_production && system.domain.value == Domain::Business;
    DeploymentWorkflow {
        origin: environment.origin,
        environment: environment.name.clone(),
        kind: environment.kind,
        promotes_from: environment.promotes_from.clone(),
        reviewers: approvals.map(|approvals| approvals.reviewers.clone()).unwrap_or_default(),
        wait: approvals.and_then(|approvals| approvals.wait),
        window: window.map(|window| ReleaseWindow {
            origin: window.origin,
            days: window.days.iter().map(|day| day.with(day.as_str().to_owned())).collect(),
            from: window.from,
            to: window.to,
            timezone: window.timezone.clone(),
        }),
        runner: environment.runner.clone(),
        region: environment.region.clone(),
        account: environment.account.clone(),
        oidc_subject: oidc_subject(system, environment, problems),
        steps: steps(&[
            (DeployStep::CheckWindow, window.map(|_| rules::STEPS)),
            (DeployStep::CheckGates, Some(rules::STEPS)),
            (DeployStep::ShowPlan, Some(rules::STEPS)),
            (DeployStep::Provision, Some(rules::STEPS)),
            (DeployStep::InstallPlatform, only_if(system.runtime.value == Runtime::Kubernetes)),
            (DeployStep::CheckSecrets, only_if(!secrets.is_empty())),
            (DeployStep::NotifyUsers, is_told.then_some(rules::NOTICE)),
            (DeployStep::Migrate, only_if(!migrations.is_empty())),
            (DeployStep::RollOut, Some(rules::STEPS)),
            (DeployStep::Verify, only_if(!verifications.is_empty())),
            (DeployStep::Mark, Some(rules::STEPS)),
        ]),
        rollback: rollback(&rollouts, &migrations, &verifications),
        secrets,
        migrations,
        rollouts,
        verifications,
    }
}

/// The steps that a rule asks for.
fn steps(steps: &[(DeployStep, Option<Rule>)]) -> Vec<Traced<DeployStep>> {
    steps.iter().filter_map(|(step, rule)| Some(Traced::by_rule(*step, (*rule)?))).collect()
}

/// The subject of the token that the pipeline of this environment signs in to the cloud with.
fn oidc_subject(system: &System, environment: &Environment, problems: &mut Vec<Diagnostic>) -> Option<Traced<String>> {
    let repository = system.repository.as_ref()?;
    let parts: Vec<&str> = repository.split('/').collect();
    let [_, owner, name] = parts.as_slice() else {
        problems.push(
            Diagnostic::new(
                code::CANNOT_EXPRESS,
                repository.origin,
                format!("`{repository}` names no owner and repository"),
                "the pipelines' identity is bound to it",
            )
            .help("write `github.com/OWNER/NAME`"),
        );
        return None;
    };
    let subject = match &environment.github_ids {
        Some(ids) => format!("repo:{owner}@{}/{name}@{}:environment:{}", ids.owner, ids.repository, environment.name),
        None => format!("repo:{owner}/{name}:environment:{}", environment.name),
    };
    Some(Traced::by_rule(subject, rules::OIDC_SUBJECT))
}

/// What releases changed and will change.
pub(super) fn changes(system: &System) -> Vec<ChangePlan> {
    let change = |entry: &Refactoring| ChangePlan {
        origin: entry.origin,
        id: entry.id.clone(),
        date: entry.date,
        component: entry.component.clone(),
        kind: entry.kind,
        summary: entry.summary.clone(),
        breaking: entry.breaking,
        migration: entry.migration.as_ref().map(|migration| migration.run.clone()),
        reversible: entry
            .migration
            .as_ref()
            .map_or_else(|| Traced::by_rule(true, rules::NO_MIGRATION), |migration| migration.reversible),
        commit: entry.commit.clone(),
        released: entry.released.clone(),
        approved_by: entry.approved_by.clone(),
    };
    system.refactorings.iter().map(change).collect()
}

/// What was rehearsed.
pub(super) fn drills(system: &System) -> Vec<DrillPlan> {
    let drill = |drill: &Drill| DrillPlan {
        origin: drill.origin,
        kind: drill.kind,
        environment: drill.environment.clone(),
        subject: drill.component.clone().or_else(|| drill.datastore.clone()),
        date: drill.date,
        passed: drill.passed,
        recovery_time: drill.recovery_time,
        data_loss: drill.data_loss,
    };
    system.drills.iter().map(drill).collect()
}

/// All changes of stored data, in the order of the log; a component's equal commands once.
fn migrations(system: &System) -> Vec<MigrationStep> {
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let unreleased = system.refactorings.iter().filter(|entry| entry.released.is_none());
    unreleased
        .filter_map(|entry| {
            let migration = entry.migration.as_ref()?;
            seen.insert((entry.component.as_str(), migration.run.as_str())).then(|| MigrationStep {
                origin: entry.origin,
                component: entry.component.clone(),
                refactoring: entry.id.clone(),
                run: migration.run.clone(),
                reversible: migration.reversible,
                online: migration.online,
            })
        })
        .collect()
}

/// What is replaced. A job that a person starts is none of a deployment's steps.
fn rollout(component: &Component, wave: u32) -> Option<RolloutStep> {
    let form = WorkloadForm::of(component);
    if form == WorkloadForm::Manual {
        return None;
    }
    let delivery = component.delivery.as_ref()?;
    let runs_on = component.is_long_running();
    let (strategy, verify) = match &delivery.strategy {
        DeliveryStrategy::Rolling { origin, .. } => (Traced::new(StrategyKind::Rolling, *origin), None),
        DeliveryStrategy::Canary { origin, .. } => (Traced::new(StrategyKind::Canary, *origin), None),
        DeliveryStrategy::BlueGreen(blue_green) => {
            (Traced::new(StrategyKind::BlueGreen, blue_green.origin), blue_green.verify.clone())
        }
    };
    let no_rollback = Traced::by_rule(false, rules::NO_ROLLBACK);
    Some(RolloutStep {
        origin: component.origin,
        component: component.name.clone(),
        form: Traced::by_rule(form, rules::FORM),
        wave: Traced::by_rule(wave, rules::WAVES),
        strategy: runs_on.then_some(strategy),
        verify: verify.filter(|_| runs_on),
        automatic_rollback: if runs_on { delivery.rollback.automatic } else { no_rollback },
        triggers: if runs_on { delivery.rollback.on.clone() } else { Vec::new() },
        watch: delivery.rollback.window.filter(|_| runs_on),
        deadline: deadline(&delivery.strategy),
    })
}

/// How long a rollout may take: its pauses, and a quarter of an hour for replicas to come up.
fn deadline(strategy: &DeliveryStrategy) -> Traced<Duration> {
    let pauses: u64 = match strategy {
        DeliveryStrategy::Rolling { .. } => 0,
        DeliveryStrategy::Canary { steps, .. } => {
            steps.iter().filter_map(|step| step.pause.as_ref()).map(|pause| pause.whole_seconds()).sum()
        }
        DeliveryStrategy::BlueGreen(blue_green) => blue_green.bake.as_ref().map_or(0, |bake| bake.whole_seconds()),
    };
    Traced::by_rule(Duration::seconds(pauses + Duration::minutes(15).whole_seconds()), rules::ROLLOUT_DEADLINE)
}

/// The suites that prove a deployment: those of this environment, then those that follow every deployment.
fn verifications(system: &System, sources: &Sources<'_>, environment: &Environment) -> Vec<VerificationStep> {
    let is_here = |suite: &&Suite| match &suite.environment {
        Some(place) => place.value == environment.name.value,
        None => suite.stage().value == SuiteStage::PostDeploy,
    };
    let deployed = system.suites.iter().filter(|suite| pipeline_of(suite) == PipelineKind::Deployment);
    let mut chosen: Vec<_> = deployed.filter(is_here).collect();
    // What answers at all is found out first: it is quick, and nothing else can pass where it fails.
    chosen.sort_by_key(|suite| suite.stage().value != SuiteStage::PostDeploy);
    chosen
        .into_iter()
        .map(|suite| VerificationStep {
            origin: suite.origin,
            suite: suite.name.clone(),
            kind: suite.kind,
            tools: suites::tools(suite, sources),
            programs: suites::programs(suite),
            command: suite.run.clone(),
            working_directory: or_root(suite.working_directory.as_ref()),
            timeout: suite.timeout,
            blocking: suite.blocking,
        })
        .collect()
}

/// Every secret that somebody must set, each path once.
fn secrets(system: &System, environment: &Environment) -> Vec<RequiredSecret> {
    let base = format!("{}/{}", system.name, environment.name);
    let mut secrets: BTreeMap<Text, RequiredSecret> = BTreeMap::new();
    for deployment in &environment.deployments {
        let component = system.component(deployment.component);
        for secret in &deployment.secrets {
            let path = match &secret.from {
                Some(from) => from.with(from.to_string().into()),
                None => {
                    let path = Text::format(format_args!("{base}/{}/{}", component.name, secret.name));
                    Traced::by_rule(path, rules::SECRET_PATH)
                }
            };
            secrets.entry(path.value.clone()).or_insert_with(|| RequiredSecret {
                origin: secret.origin,
                store_path: path,
                component: Some(component.name.clone()),
                name: Some(secret.name.clone()),
            });
        }
    }
    let mut whole = |below: &str, rule| {
        let path = Traced::by_rule(Text::format(format_args!("{base}/{below}")), rule);
        secrets.entry(path.value.clone()).or_insert_with(|| RequiredSecret {
            origin: environment.origin,
            store_path: path,
            component: None,
            name: None,
        });
    };
    let auth = system.registry.as_ref().and_then(|registry| registry.auth).map(|auth| auth.value);
    if matches!(auth, Some(RegistryAuth::Basic | RegistryAuth::Github)) {
        whole("registry", rules::PULL_SECRET);
    }
    let owners = system.components.iter().filter_map(|component| component.owner.as_ref()).chain(&system.owner);
    let mut routes = owners.filter_map(|owner| owner.oncall.as_ref());
    // An e-mail needs no key.
    if routes.any(|route| !matches!(route, Oncall::Email(_))) {
        whole("oncall", rules::ONCALL_SECRET);
    }
    secrets.into_values().collect()
}

fn rollback(
    rollouts: &[RolloutStep],
    migrations: &[MigrationStep],
    verifications: &[VerificationStep],
) -> RollbackPlan {
    let going_back: Vec<&RolloutStep> = rollouts.iter().rev().filter(|step| step.strategy.is_some()).collect();
    let irreversible: Vec<Traced<String>> = migrations
        .iter()
        .filter(|step| !step.reversible.value)
        .map(|step| Traced::by_rule(step.refactoring.value.clone(), rules::IRREVERSIBLE))
        .collect();
    let forbidden = going_back.iter().find(|step| !step.automatic_rollback.value);
    let automatic = match forbidden {
        Some(step) => step.automatic_rollback,
        None => Traced::by_rule(irreversible.is_empty(), rules::ROLLBACK_AUTOMATIC),
    };
    RollbackPlan {
        origin: Origin::rule(rules::ROLLBACK_ORDER),
        automatic,
        order: going_back
            .iter()
            .map(|step| Traced::by_rule(step.component.value.clone(), rules::ROLLBACK_ORDER))
            .collect(),
        irreversible,
        steps: steps(&[
            (DeployStep::RollOut, Some(rules::STEPS)),
            (DeployStep::Verify, (!verifications.is_empty()).then_some(rules::STEPS)),
            (DeployStep::Mark, Some(rules::STEPS)),
        ]),
    }
}
