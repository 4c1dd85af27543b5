//! The whole plan of the storefront: what one would expect of it, and what must hold of any.

use camino::Utf8Path;

use super::configurations::{ChangeFilter, PipelineKind, ScanKind};
use super::workflows::{DeployStep, DeploymentWorkflow};
use super::{PipelinePlan, plan};
use crate::ir::value::{Name, PortNumber};
use crate::ir::{System, Traced};
use crate::plan::Encode;
use crate::source::Sources;
use crate::spec::Specs;

fn system(fixture: &str) -> System {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass").join(fixture);
    crate::input::read(&root).system.unwrap()
}

fn specs() -> Specs {
    Specs::load(&mut Sources::default()).0.unwrap()
}

fn planned(system: &System) -> PipelinePlan {
    let (plan, problems) = plan(system, &specs());
    assert!(problems.is_empty(), "{problems:?}");
    plan
}

fn names<T: std::fmt::Display>(values: &[Traced<T>]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn places(filter: &ChangeFilter) -> (Vec<String>, Vec<String>) {
    (names(&filter.folders), names(&filter.files))
}

fn production(plan: &PipelinePlan) -> &DeploymentWorkflow {
    plan.workflows.environments.iter().find(|place| place.environment.as_str() == "production").unwrap()
}

fn waves(workflow: &DeploymentWorkflow) -> Vec<(String, u32)> {
    workflow.rollouts.iter().map(|step| (step.component.to_string(), step.wave.value)).collect()
}

fn pairs(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
    expected.iter().map(|(name, wave)| ((*name).to_owned(), *wave)).collect()
}

#[test]
fn what_changes_a_component_builds_it() {
    let plan = planned(&system("storefront"));
    let job = |name: &str| {
        let job = plan.configurations.builds.iter().find(|job| job.component.as_str() == name).unwrap();
        assert!(!job.changes.always.value);
        places(&job.changes)
    };
    // The library of the same lockfile is part of what is built.
    assert_eq!(
        job("checkout"),
        (vec!["libs/money".to_owned(), "services/checkout".to_owned()], vec!["Cargo.lock".to_owned()])
    );
    // A lockfile in the component's own folder is said by the folder.
    assert_eq!(job("catalog"), (vec!["services/catalog".to_owned()], Vec::new()));

    let suite = |name: &str| plan.configurations.suites.iter().find(|suite| suite.name.as_str() == name).unwrap();
    let (folders, _) = places(&suite("integration").changes);
    assert_eq!(folders, ["libs/money", "services/catalog", "services/checkout", "services/order-worker"]);
    // Parts that are tested alone call nobody.
    let (folders, _) = places(&suite("unit").changes);
    assert_eq!(folders, ["libs/money", "services/checkout", "services/order-worker"]);
}

#[test]
fn merging_the_packages_of_a_release_starts_its_deployment() {
    let plan = planned(&system("storefront"));
    let deployment =
        plan.configurations.pipelines.iter().find(|known| known.kind.value == PipelineKind::Deployment).unwrap();
    let push = &deployment.triggers[0];
    assert_eq!(push.pattern.as_ref().unwrap().value, "main");
    assert_eq!(names(&push.paths), ["path/deployment_packages", "path/deployment_packages.yaml"]);
}

#[test]
fn a_component_without_a_folder_is_always_built() {
    let mut system = system("storefront");
    let (id, _) = system.component_named("web").unwrap();
    system.components[id.0 as usize].path = None;
    let build = system.builds.iter_mut().find(|build| build.component.as_str() == "web").unwrap();
    build.working_directory = None;
    build.image = None;
    let plan = planned(&system);
    let job = plan.configurations.builds.iter().find(|job| job.component.as_str() == "web").unwrap();
    assert!(job.changes.always.value);
    assert_eq!(places(&job.changes), (Vec::new(), Vec::new()));
}

#[test]
fn suites_find_their_datastores() {
    let plan = planned(&system("storefront"));
    let integration = plan.configurations.suites.iter().find(|suite| suite.name.as_str() == "integration").unwrap();
    let variables: Vec<(&str, &str)> = integration
        .services
        .iter()
        .flat_map(|service| &service.variables)
        .map(|variable| (variable.name.as_str(), variable.value.as_str()))
        .collect();
    assert!(variables.contains(&("ORDERS_DB_URL", "postgres://test:test@localhost:5432/orders_db?sslmode=disable")));
    assert!(variables.contains(&("ORDERS_QUEUE_URL", "http://localhost:4566/000000000000/orders-queue")));
    assert!(variables.contains(&("AWS_ENDPOINT_URL", "http://localhost:4566")));
    assert_eq!(integration.tools.len(), 1, "two components of one workspace need one tool");
}

#[test]
fn two_datastores_of_a_kind_have_ports_of_their_own() {
    let mut system = system("storefront");
    let suite = system.suites.iter_mut().find(|suite| suite.name.as_str() == "integration").unwrap();
    let second = suite.needs[0].with(Name::made("catalog-db"));
    suite.needs.push(second);
    let plan = planned(&system);
    let integration = plan.configurations.suites.iter().find(|suite| suite.name.as_str() == "integration").unwrap();
    let ports: Vec<(PortNumber, PortNumber)> =
        integration.services.iter().map(|service| (service.port.value, service.host_port.value)).collect();
    assert_eq!(ports[0], (PortNumber(5432), PortNumber(5432)));
    assert_eq!(ports[2], (PortNumber(5432), PortNumber(5433)));
}

#[test]
fn every_suite_runs_somewhere_and_once_an_environment() {
    for fixture in ["storefront", "opentelemetry-demo"] {
        let system = system(fixture);
        let plan = planned(&system);
        for suite in &system.suites {
            let in_ci = plan.configurations.suites.iter().filter(|job| job.name == suite.name).count();
            let deployed: Vec<usize> = plan
                .workflows
                .environments
                .iter()
                .map(|place| place.verifications.iter().filter(|step| step.suite == suite.name).count())
                .collect();
            assert!(deployed.iter().all(|times| *times <= 1), "{}", suite.name);
            assert_eq!(in_ci, usize::from(deployed.iter().all(|times| *times == 0)), "{}", suite.name);
        }
    }
}

#[test]
fn commands_are_the_tools_own_unless_given() {
    let plan = planned(&system("storefront"));
    let build = |name: &str| plan.automation.builds.iter().find(|build| build.component.as_str() == name).unwrap();
    let catalog = build("catalog");
    assert_eq!(catalog.setup.as_ref().unwrap().value, "go mod download");
    assert_eq!(catalog.working_directory.value.as_str(), "services/catalog");
    let image = catalog.image.as_ref().unwrap();
    assert_eq!(image.dockerfile.value.as_str(), "services/catalog/Dockerfile");
    assert_eq!(image.repository.as_ref().unwrap().value, "ghcr.io/acme/catalog");
    assert_eq!(names(&image.platforms), ["linux/amd64"]);
    assert_eq!(names(&build("checkout").image.as_ref().unwrap().platforms), ["linux/amd64", "linux/arm64"]);
    assert!(build("money").image.is_none());
}

#[test]
fn pip_is_told_its_lockfile_from_where_it_runs() {
    let mut system = system("storefront");
    let build = system.builds.iter_mut().find(|build| build.component.as_str() == "nightly-report").unwrap();
    build.tool.value = crate::ir::choice::BuildTool::Pip;
    let setup = |system: &System| {
        let plan = planned(system);
        let build = plan.automation.builds.iter().find(|build| build.component.as_str() == "nightly-report");
        build.unwrap().setup.as_ref().unwrap().value.clone()
    };
    assert_eq!(setup(&system), "pip install --requirement uv.lock");
    let build = system.builds.iter_mut().find(|build| build.component.as_str() == "nightly-report").unwrap();
    build.lockfile.as_mut().unwrap().value = crate::source::Scalar::read("locks/all of it.txt").unwrap();
    assert_eq!(setup(&system), "pip install --requirement '../../locks/all of it.txt'");
}

#[test]
fn a_release_reaches_production_after_staging() {
    let plan = planned(&system("storefront"));
    let order: Vec<String> = plan.workflows.environments.iter().map(|place| place.environment.to_string()).collect();
    assert_eq!(order, ["staging", "production"]);
    let production = production(&plan);
    assert_eq!(names(&production.reviewers), ["acme/release-managers"]);
    assert_eq!(production.oidc_subject.as_ref().unwrap().value, "repo:acme/storefront:environment:production");
    let steps: Vec<DeployStep> = production.steps.iter().map(|step| step.value).collect();
    assert_eq!(
        steps,
        [
            DeployStep::CheckWindow,
            DeployStep::CheckGates,
            DeployStep::ShowPlan,
            DeployStep::Provision,
            DeployStep::InstallPlatform,
            DeployStep::CheckSecrets,
            DeployStep::NotifyUsers,
            DeployStep::Migrate,
            DeployStep::RollOut,
            DeployStep::Verify,
            DeployStep::Mark,
        ]
    );
    let secrets: Vec<String> = production.secrets.iter().map(|secret| secret.store_path.to_string()).collect();
    let expected =
        ["checkout/STRIPE_API_KEY", "oncall", "registry"].map(|name| format!("storefront/production/{name}"));
    assert_eq!(secrets, expected);
    assert_eq!(production.migrations.len(), 1);
    assert_eq!(production.migrations[0].run.value, "sqlx migrate run");
    let staging = &plan.workflows.environments[0];
    let suites: Vec<String> = staging.verifications.iter().map(|step| step.suite.to_string()).collect();
    assert_eq!(suites, ["smoke", "storefront-e2e", "load"]);
    assert!(!staging.steps.iter().any(|step| step.value == DeployStep::CheckWindow));
}

#[test]
fn what_is_needed_critically_is_replaced_first() {
    let mut system = system("storefront");
    // `checkout` needs `catalog`, but not critically; `web` needs both.
    let expected = pairs(&[("checkout", 1), ("catalog", 1), ("order-worker", 1), ("nightly-report", 1), ("web", 2)]);
    assert_eq!(waves(production(&planned(&system))), expected);
    let (id, checkout) = system.component_named("checkout").unwrap();
    let place = checkout.depends_on.iter().position(|known| known.name.as_str() == "catalog").unwrap();
    system.components[id.0 as usize].depends_on[place].critical.value = true;
    let plan = planned(&system);
    let expected = pairs(&[("catalog", 1), ("order-worker", 1), ("nightly-report", 1), ("checkout", 2), ("web", 3)]);
    assert_eq!(waves(production(&plan)), expected);
    assert_eq!(names(&production(&plan).rollback.order), ["web", "checkout", "order-worker", "catalog"]);
}

#[test]
fn a_circle_comes_last_and_nothing_is_lost() {
    let mut system = system("storefront");
    let (web, _) = system.component_named("web").unwrap();
    let (catalog, _) = system.component_named("catalog").unwrap();
    let mut needed = system.components[web.0 as usize].depends_on[0].clone();
    needed.name.value = Name::made("web");
    system.components[catalog.0 as usize].depends_on.push(needed);
    let plan = planned(&system);
    let expected = pairs(&[("checkout", 1), ("order-worker", 1), ("nightly-report", 1), ("web", 2), ("catalog", 2)]);
    assert_eq!(waves(production(&plan)), expected);
}

#[test]
fn data_that_is_changed_for_good_does_not_go_back_alone() {
    let mut system = system("storefront");
    assert!(production(&planned(&system)).rollback.automatic.value);
    system.refactorings[0].migration.as_mut().unwrap().reversible.value = false;
    let plan = planned(&system);
    assert!(!production(&plan).rollback.automatic.value);
    assert_eq!(names(&production(&plan).rollback.irreversible), ["R-41"]);
}

#[test]
fn newer_repositories_have_newer_subjects() {
    let mut system = system("storefront");
    let origin = system.origin;
    for environment in &mut system.environments {
        let number = |value| Traced::new(value, origin);
        environment.github_ids = Some(crate::ir::environment::GithubIds { owner: number(7), repository: number(9) });
    }
    assert_eq!(
        production(&planned(&system)).oidc_subject.as_ref().unwrap().value,
        "repo:acme@7/storefront@9:environment:production"
    );
}

#[test]
fn each_scan_has_its_place() {
    let plan = planned(&system("storefront"));
    let scans: Vec<(ScanKind, &str, PipelineKind)> = plan
        .configurations
        .scans
        .iter()
        .map(|scan| (scan.kind.value, scan.tool.as_str(), scan.pipeline.value))
        .collect();
    assert_eq!(scans.len(), 6);
    assert!(scans.contains(&(ScanKind::Containers, "trivy", PipelineKind::Release)));
    assert!(scans.contains(&(ScanKind::Dynamic, "zap", PipelineKind::Deployment)));
    let evidence: Vec<String> =
        plan.configurations.evidence.iter().map(|import| format!("{} {}", import.suite, import.form)).collect();
    assert_eq!(evidence, ["unit junit", "unit lcov", "catalog-unit go-cover", "web-unit junit", "web-unit cobertura"]);
}

#[test]
fn planning_twice_gives_the_same() {
    let (system, specs) = (system("storefront"), specs());
    let documents = || {
        let (plan, _) = plan(&system, &specs);
        let origin = system.origin;
        let docs = [plan.configurations.encode(origin), plan.automation.encode(origin), plan.workflows.encode(origin)];
        format!("{docs:?}")
    };
    assert_eq!(documents(), documents());
}
