//! The decisions of the infrastructure plan, by systems as a user would write them.
#![allow(clippy::unwrap_used)]

use camino::{Utf8Path, Utf8PathBuf};
use pathc::diag::Diagnostic;
use pathc::input;
use pathc::plan::Plans;
use pathc::plan::aws::graph::{Cluster, Compared, Counted, DimensionValue, Kind};
use pathc::plan::infrastructure::environments::{EnvironmentPlan, WorkloadPlan};
use pathc::plan::infrastructure::scaling::ComponentScaling;
use pathc::plan::infrastructure::templates::ComponentTemplate;
use pathc::spec::Specs;

const MANIFEST: &str = "system: shop\n";
const ARTIFACTS: &str = "\
components:
  - name: web
    kind: service
    ports: [{name: http, port: 8080, public: true}, {name: metrics, port: 9090}]
    metrics: {port: metrics}
    env: {LOG: info, ORDERS_DB_USER: web, CACHE: {from: cache.url}}
    secrets: [TOKEN, {name: CERTIFICATE, path: /etc/web/certificate.pem}, {name: SHARED, from: shared/token}]
    depends_on: [orders-db, web, api, cache, pay]
  - name: api
    kind: service
    ports: [{name: grpc, port: 9000, protocol: grpc, service_port: 80}, {name: metrics, port: 9090}]
    metrics: {port: metrics}
    depends_on: [{name: jobs, access: produce}]
  - {name: sweep, kind: cronjob, schedule: '0 3 * * *'}
";
const DEPENDENCIES: &str = "\
datastores:
  - {name: orders-db, kind: postgres}
  - {name: cache, kind: redis}
  - {name: jobs, kind: queue}
external:
  - {name: pay, host: pay.example}
";
const BUILD: &str = "registry: {url: ghcr.io/acme, auth: github}\n";
const PACKAGES: &str = "\
packages:
  - {component: web, version: 1.2.0, digest: 'sha256:1111111111111111111111111111111111111111111111111111111111111111'}
  - {component: api, version: 3.4.5}
deployments:
  - {component: web, resources: {cpu: 500m, memory: 512Mi}, scaling: {min: 2, max: 4, target: {requests_per_second: 100}}}
  - {component: api, resources: {cpu: 250m, memory: 256Mi}}
  - {component: sweep, resources: {cpu: 100m, memory: 128Mi}}
environments:
  - {name: staging, kind: staging, region: eu-west-1}
  - name: production
    kind: production
    promotes_from: staging
    region: eu-west-1
    account: '012345678901'
    domain: shop.example
    availability_zones: 3
    cidr: 10.30.0.0/16
    external: {pay: {port: 8443}}
";

/// A repository that a test changes.
struct Repository {
    files: Vec<(&'static str, String)>,
}

impl Repository {
    fn new() -> Repository {
        let files = [
            ("pathc.yaml", MANIFEST),
            ("path/implementation_artifacts.yaml", ARTIFACTS),
            ("path/dependency_specifications.yaml", DEPENDENCIES),
            ("path/build_configurations.yaml", BUILD),
            ("path/deployment_packages.yaml", PACKAGES),
        ];
        Repository { files: files.map(|(path, text)| (path, text.to_owned())).to_vec() }
    }

    /// The same with `from` written as `to` in the one file that has it.
    fn with(mut self, from: &str, to: &str) -> Repository {
        let mut files: Vec<&mut String> =
            self.files.iter_mut().map(|(_, text)| text).filter(|text| text.contains(from)).collect();
        assert_eq!(files.len(), 1, "`{from}` stands in {} files", files.len());
        *files[0] = files[0].replacen(from, to, 1);
        self
    }

    fn plan(&self) -> (Plans, Vec<Diagnostic>) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        std::fs::create_dir(root.join("path")).unwrap();
        for (path, text) in &self.files {
            std::fs::write(root.join(path), text).unwrap();
        }
        plan(&root)
    }

    fn planned(&self) -> Plans {
        let (plans, problems) = self.plan();
        assert!(problems.is_empty(), "{problems:#?}");
        plans
    }

    /// The code and message of the one thing that can't be planned.
    fn refused(&self) -> (&'static str, String) {
        let (_, problems) = self.plan();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(!problems[0].labels.is_empty() && !problems[0].help.is_empty(), "{problems:#?}");
        (problems[0].code.as_str(), problems[0].message.clone())
    }
}

fn plan(root: &Utf8Path) -> (Plans, Vec<Diagnostic>) {
    let mut input = input::read(root);
    assert!(input.diagnostics.is_empty(), "{:#?}", input.diagnostics);
    let (specs, problems) = Specs::load(&mut input.sources);
    assert!(problems.is_empty(), "{problems:#?}");
    pathc::plan::plan(&input.system.unwrap(), &specs.unwrap())
}

fn component<'a>(plans: &'a Plans, name: &str) -> &'a ComponentTemplate {
    let mut components = plans.infrastructure.templates.components.iter();
    components.find(|component| component.name.as_str() == name).unwrap()
}

fn environment<'a>(plans: &'a Plans, name: &str) -> &'a EnvironmentPlan {
    let mut environments = plans.infrastructure.environments.environments.iter();
    environments.find(|environment| environment.name.as_str() == name).unwrap()
}

fn workload<'a>(plans: &'a Plans, of: &str, name: &str) -> &'a WorkloadPlan {
    environment(plans, of).workloads.iter().find(|workload| workload.component.as_str() == name).unwrap()
}

fn scaling<'a>(plans: &'a Plans, of: &str, name: &str) -> &'a ComponentScaling {
    let mut environments = plans.infrastructure.scaling.environments.iter();
    let environment = environments.find(|environment| environment.environment.as_str() == of).unwrap();
    environment.components.iter().find(|scaling| scaling.component.as_str() == name).unwrap()
}

/// The variables of a workload: `NAME=text`, or `NAME<path.property` and `NAME<path:format` from a secret.
fn variables(workload: &WorkloadPlan) -> Vec<String> {
    let text = |variable: &pathc::plan::infrastructure::environments::VariablePlan| {
        let name = &variable.name;
        match (&variable.value, &variable.secret) {
            (Some(value), None) => format!("{name}={value}"),
            (None, Some(secret)) => {
                let property = secret.property.as_ref().map_or_else(String::new, |property| format!(".{property}"));
                let format = secret.format.as_ref().map_or_else(String::new, |format| format!(":{format}"));
                format!("{name}<{}{property}{format}", secret.store_path)
            }
            _ => panic!("`{name}` has a text and a secret, or neither"),
        }
    };
    workload.variables.iter().map(text).collect()
}

#[test]
fn variables_are_the_components_own_then_its_secrets_then_what_dependencies_tell() {
    let plans = Repository::new().planned();
    let own = [
        "LOG=info",
        "ORDERS_DB_USER=web",
        "CACHE<shop/production/cache:rediss://{username}:{password}@{host}:{port}",
        "TOKEN<shop/production/web/TOKEN",
        "SHARED<shared/token",
    ];
    let orders_db = [
        "ORDERS_DB_HOST<shop/production/orders-db.host",
        "ORDERS_DB_PORT<shop/production/orders-db.port",
        "ORDERS_DB_URL<shop/production/orders-db:\
         postgres://{username}:{password}@{host}:{port}/{database}?sslmode=require",
        "ORDERS_DB_DATABASE<shop/production/orders-db.database",
        "ORDERS_DB_PASSWORD<shop/production/orders-db.password",
    ];
    let services = [
        "WEB_HOST=web",
        "WEB_PORT=8080",
        "WEB_URL=http://web:8080",
        "API_HOST=api",
        "API_PORT=80",
        "API_URL=dns:///api:80",
        "CACHE_HOST<shop/production/cache.host",
        "CACHE_PORT<shop/production/cache.port",
        "CACHE_URL<shop/production/cache:rediss://{username}:{password}@{host}:{port}",
        "CACHE_USER<shop/production/cache.username",
        "CACHE_PASSWORD<shop/production/cache.password",
        "PAY_HOST=pay.example",
        "PAY_PORT=8443",
        "PAY_URL=https://pay.example:8443",
    ];
    let web = workload(&plans, "production", "web");
    assert_eq!(variables(web), [&own[..], &orders_db[..], &services[..]].concat());
    assert_eq!(web.secret_files[0].store_path.value, "shop/production/web/CERTIFICATE");
    assert_eq!(variables(workload(&plans, "staging", "web")).last().unwrap(), "PAY_URL=https://pay.example");
    assert_eq!(variables(workload(&plans, "staging", "api")), ["JOBS_URL<shop/staging/jobs.url"]);
}

#[test]
fn a_variable_of_what_does_not_run_there_is_refused() {
    let repository = Repository::new()
        .with("env: {LOG: info,", "env: {API: {from: api.host}, LOG: info,")
        .with("cidr: 10.30.0.0/16", "components: {api: {enabled: false}}");
    let (code, message) = repository.refused();
    assert_eq!(code, "T006");
    assert_eq!(message, "`api` has no `host` for `web` in `production`");
}

#[test]
fn an_image_is_a_digest_where_there_is_one() {
    let plans = Repository::new().planned();
    let image = |name| workload(&plans, "production", name).image.as_ref().map(|image| image.reference.value.clone());
    assert_eq!(image("web").unwrap(), format!("ghcr.io/acme/web@sha256:{}", "1".repeat(64)));
    assert_eq!(image("api").unwrap(), "ghcr.io/acme/api:3.4.5");
    assert_eq!(image("sweep"), None, "nothing was packed yet");
    let pull_secret = environment(&plans, "staging").pull_secret.as_ref().unwrap();
    assert_eq!(pull_secret.value, "shop/staging/registry");
}

#[test]
fn a_cloud_registry_is_that_of_the_environments_account() {
    let aws = |url: &str| Repository::new().with("ghcr.io/acme, auth: github", &format!("{url}, auth: aws"));
    let reference = |repository: Repository, of: &str| {
        let plans = repository.planned();
        assert!(environment(&plans, of).pull_secret.is_none());
        workload(&plans, of, "api").image.as_ref().unwrap().reference.value.clone()
    };
    let host = "999999999999.dkr.ecr.us-east-1.amazonaws.com";
    let own = "012345678901.dkr.ecr.eu-west-1.amazonaws.com";
    assert_eq!(reference(aws(&format!("{host}/shop")), "production"), format!("{own}/shop/api:3.4.5"));
    assert_eq!(reference(aws(host), "production"), format!("{own}/api:3.4.5"));
    assert_eq!(reference(aws(host), "staging"), format!("{host}/api:3.4.5"));
    let staging = |repository: Repository| {
        repository.with("region: eu-west-1}", "region: eu-west-1, registry: {url: local:5000}}")
    };
    assert_eq!(reference(staging(aws("shop")), "production"), format!("{own}/shop/api:3.4.5"));
    assert_eq!(reference(staging(aws("shop")), "staging"), "local:5000/api:3.4.5");

    let (_, problems) = aws("shop").plan();
    assert!(problems.iter().all(|problem| problem.code.as_str() == "T005"), "{problems:#?}");
    assert_eq!(problems[0].message, "`staging` has no `account`, in which its images would be kept");
}

#[test]
fn an_image_without_a_registry_is_refused_once_for_each_component() {
    let repository = Repository::new().with(BUILD, "branches: {main: trunk}\n");
    let (_, problems) = repository.plan();
    let found: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.message.as_str())).collect();
    let expected = [
        ("T005", "nothing says where the image of `web` is kept"),
        ("T005", "nothing says where the image of `api` is kept"),
    ];
    assert_eq!(found, expected, "and not again for each environment");
}

#[test]
fn callers_are_the_reverse_of_calls() {
    let plans = Repository::new().planned();
    let web = component(&plans, "web");
    let ports = |ports: &[pathc::plan::infrastructure::templates::PeerPortTemplate]| -> Vec<u16> {
        ports.iter().map(|port| port.port.0).collect()
    };
    let calls: Vec<(&str, Vec<u16>)> = web.calls.iter().map(|peer| (peer.name.as_str(), ports(&peer.ports))).collect();
    let expected =
        [("orders-db", vec![5432]), ("web", vec![8080]), ("api", vec![9000]), ("cache", vec![6379]), ("pay", vec![])];
    assert_eq!(calls, expected, "metrics are no port that a caller means");
    assert_eq!(web.called_by.len(), 1, "its own replicas");
    let api = component(&plans, "api");
    assert_eq!((api.called_by[0].name.as_str(), ports(&api.called_by[0].ports)), ("web", vec![9000]));
}

#[test]
fn subnets_stay_where_they_are_when_a_zone_is_added() {
    let networks = |repository: Repository| {
        let plans = repository.planned();
        let network = &environment(&plans, "production").network;
        let text = |ranges: &[pathc::ir::Traced<pathc::ir::value::AddressRange>]| -> Vec<String> {
            ranges.iter().map(ToString::to_string).collect()
        };
        (text(&network.public), text(&network.private), text(&network.data))
    };
    let three = networks(Repository::new());
    assert_eq!(three.0, ["10.30.128.0/24", "10.30.129.0/24", "10.30.130.0/24"]);
    assert_eq!(three.1, ["10.30.0.0/20", "10.30.16.0/20", "10.30.32.0/20"]);
    assert_eq!(three.2, ["10.30.160.0/24", "10.30.161.0/24", "10.30.162.0/24"]);
    let two = networks(Repository::new().with("availability_zones: 3", "availability_zones: 2"));
    assert_eq!((&three.0[..2], &three.1[..2], &three.2[..2]), (&two.0[..], &two.1[..], &two.2[..]));
}

#[test]
fn an_environment_without_a_range_gets_one_that_no_other_has() {
    let plans = Repository::new().planned();
    let chosen = environment(&plans, "staging").network.cidr.value;
    assert_eq!(chosen.prefix, 16);
    assert!(!chosen.overlaps(environment(&plans, "production").network.cidr.value));
    let moved = Repository::new().with("10.30.0.0/16", &chosen.to_string()).planned();
    assert!(!environment(&moved, "staging").network.cidr.overlaps(chosen));
}

#[test]
fn a_range_that_no_cloud_has_is_refused() {
    let (code, message) = Repository::new().with("10.30.0.0/16", "10.0.0.0/8").refused();
    assert_eq!((code, message.as_str()), ("T004", "`10.0.0.0/8` can't be split into subnets"));
}

#[test]
fn a_quota_holds_the_maximum_with_headroom_or_every_rollout_at_once() {
    let quota = |repository: Repository| {
        let plans = repository.planned();
        let quota = &environment(&plans, "staging").quota;
        format!("{} {} {} {}", quota.cpu, quota.memory, quota.memory_limit, quota.pods)
    };
    // web 4 x 500m, api 250m, sweep 100m; one half more.
    assert_eq!(quota(Repository::new()), "4 4Gi 4Gi 9");
    let website = Repository::new()
        .with("  - {name: sweep,", "  - {name: pages, kind: website}\n  - {name: sweep,")
        .with("  - {component: sweep,", "  - {component: pages}\n  - {component: sweep,");
    assert_eq!(quota(website), "4 4Gi 4Gi 9", "files behind a CDN take nothing");
    // Blue-green: eight of web and two of api beside sweep.
    let blue_green = Repository::new().with(
        "resources: {cpu: 500m, memory: 512Mi}",
        "strategy: {blue_green: {}}, resources: {cpu: 500m, memory: 512Mi}",
    );
    assert_eq!(quota(blue_green), "5 5Gi 5Gi 11");
}

#[test]
fn scaling_by_requests_asks_for_the_components_own() {
    let plans = Repository::new().planned();
    let web = scaling(&plans, "production", "web");
    let policy = web.policy.as_ref().unwrap();
    assert_eq!(
        policy.query.as_ref().unwrap().value,
        "sum(rate(http_requests_total{namespace=\"shop-production\",job=\"web\"}[2m]))"
    );
    assert!(web.max_unavailable.is_some());
    assert!(scaling(&plans, "production", "api").max_unavailable.is_none(), "its only replica may not be taken");

    let blind = Repository::new().with("    metrics: {port: metrics}\n    env", "    env");
    assert_eq!(blind.refused(), ("T001", "`web` scales by its requests and does not count them".to_owned()));
}

#[test]
fn a_critical_component_must_spread_over_zones_in_production_only() {
    let plans = Repository::new().with("name: web\n", "name: web\n    tier: critical\n").planned();
    assert!(scaling(&plans, "production", "web").spread_required.value);
    assert!(!scaling(&plans, "staging", "web").spread_required.value);
    assert!(!scaling(&plans, "production", "api").spread_required.value);
}

const CANARY: &str =
    "strategy: {canary: {steps: [{weight: 25}, {weight: 100}], analysis: {error_rate: 0.5, latency_p99: 250ms}}}";

#[test]
fn a_canary_is_judged_by_the_components_own_series() {
    let repository = Repository::new().with("resources: {cpu: 500m,", &format!("{CANARY}, resources: {{cpu: 500m,"));
    let plans = repository.planned();
    let strategy = component(&plans, "web").strategy.as_ref().unwrap();
    assert_eq!(strategy.router_port.as_ref().unwrap().as_str(), "http");
    let measures: Vec<(String, String)> = strategy
        .analysis
        .as_ref()
        .unwrap()
        .measures
        .iter()
        .map(|measure| (measure.query.value.clone(), measure.at_most.to_string()))
        .collect();
    let expected = [
        (
            "100 * (sum(rate(http_requests_total{job=\"web\",$selector,code=~\"5..\"}[$window])) or vector(0)) / \
             (sum(rate(http_requests_total{job=\"web\",$selector}[$window])) > 0) or vector(0)",
            "0.5",
        ),
        (
            "histogram_quantile(0.99, sum by (le) \
             (rate(http_request_duration_seconds_bucket{job=\"web\",$selector}[$window]))) >= 0 or vector(0)",
            "0.25",
        ),
    ];
    assert_eq!(measures, expected.map(|(query, limit)| (query.to_owned(), limit.to_owned())));
}

#[test]
fn without_a_router_a_canary_takes_whole_replicas() {
    let canary = |replicas: u32| {
        Repository::new()
            .with("resources: {cpu: 250m,", &format!("replicas: {replicas}, {CANARY}, resources: {{cpu: 250m,"))
            .plan()
            .1
    };
    assert!(canary(4).is_empty());
    let messages: Vec<String> = canary(3).into_iter().map(|problem| problem.message).collect();
    let expected = |of| format!("25 % of 3 replicas in `{of}` is no whole number of replicas");
    assert_eq!(messages, [expected("staging"), expected("production")]);
}

#[test]
fn what_keeps_storage_is_replaced_in_its_place() {
    let repository = Repository::new()
        .with(
            "    ports: [{name: grpc",
            "    volumes: [{name: data, path: /data, size: 1Gi, persistent: true}]\n    ports: [{name: grpc",
        )
        .with("resources: {cpu: 250m,", "strategy: {blue_green: {}}, resources: {cpu: 250m,");
    let (code, message) = repository.refused();
    assert_eq!(code, "T001");
    assert_eq!(message, "`api` keeps storage, and two versions of it can't run side by side");
}

#[test]
fn what_answers_to_nobody_does_not_linger() {
    let plans = Repository::new().planned();
    let linger = |name| component(&plans, name).linger.to_string();
    assert_eq!((linger("web"), linger("api"), linger("sweep")), ("15s".to_owned(), "5s".to_owned(), "0s".to_owned()));
}

#[test]
fn runs_on_ecs_are_told_of_by_alarms() {
    let plans = Repository::new()
        .with("system: shop\n", "system: shop\nruntime: ecs\nplatform: {prometheus: {url: 'https://prometheus.example'}}\n")
        .with("  - {component: api, version: 3.4.5}\n", "  - {component: api, version: 3.4.5}\n  - {component: sweep, version: 1.0.0, digest: 'sha256:2222222222222222222222222222222222222222222222222222222222222222'}\n")
        .plan()
        .0;
    let production = plans.aws.environments.iter().find(|place| place.name.as_str() == "production").unwrap();
    let rule = &production.event_rules[0];
    assert_eq!(rule.name.as_str(), "shop-production-sweep-failed");
    let Cluster::Ecs(ecs) = &production.cluster else { panic!("not on ECS") };
    let families = ecs.task_definitions.iter().map(|task| format!("family:{}", task.name));
    assert!(families.collect::<Vec<_>>().contains(&rule.group.value), "{}", rule.group);
    let of = |id: &str| production.alarms.iter().find(|alarm| alarm.id.as_str() == id).unwrap();
    let (failed, missed) = (of("sweep-run-failed"), of("sweep-run-missed"));
    for (alarm, kind, id) in [(failed, Kind::EventRule, "sweep-failed"), (missed, Kind::Queue, "sweep-missed")] {
        let [(_, DimensionValue::Of(counted))] = alarm.metric.dimensions.as_slice() else { panic!("{alarm:?}") };
        assert_eq!((counted.kind, counted.id.as_str()), (kind, id));
        assert!(alarm.topic.is_some() && alarm.missing.as_str() == "notBreaching");
    }
    // A schedule that is turned off raises nothing: that no run has begun is told.
    let off = of("sweep-schedule-off");
    let [(_, DimensionValue::Of(counted))] = off.metric.dimensions.as_slice() else { panic!("{off:?}") };
    assert_eq!((counted.kind, counted.id.as_str()), (Kind::EventRule, "sweep-begun"));
    let counts = |id: &str| production.event_rules.iter().find(|rule| rule.id.as_str() == id).unwrap().counts;
    assert_eq!((counts("sweep-failed"), counts("sweep-begun")), (Counted::Failed, Counted::Begun));
    assert_eq!(
        (off.missing.as_str(), off.comparison.as_str(), off.threshold.to_string()),
        ("breaching", "LessThanThreshold", "1".to_owned())
    );
    assert_eq!((off.period.value, off.periods.value, off.bad_periods.value), (3600, 25, 25));
    // A certificate has a value twice a day.
    let certificate = production.alarms.iter().find(|alarm| alarm.metric.name.as_str() == "DaysToExpiry").unwrap();
    assert_eq!((certificate.period.value, certificate.periods.value), (86_400, 1));
    assert_eq!(
        (certificate.comparison.as_str(), certificate.threshold.to_string()),
        ("LessThanThreshold", "21".to_owned())
    );
    // One that waits is told of once.
    assert!(production.alarms.iter().all(|alarm| alarm.id.as_str() != "sweep-missed-waiting"));
}

/// An alarm looks back over a day in short periods, over a week in hours, and no farther.
#[test]
fn a_schedule_that_is_off_is_told_of_where_an_alarm_can_look_back_so_far() {
    let looks_back = |cron: &str| {
        let schedule = format!("schedule: '{cron}'");
        let plans = Repository::new()
            .with("system: shop\n", "system: shop\nruntime: ecs\nplatform: {prometheus: {url: 'https://prometheus.example'}}\n")
            .with("  - {component: api, version: 3.4.5}\n", "  - {component: api, version: 3.4.5}\n  - {component: sweep, version: 1.0.0, digest: 'sha256:2222222222222222222222222222222222222222222222222222222222222222'}\n")
            .with("schedule: '0 3 * * *'", &schedule)
            .plan()
            .0;
        let production = plans.aws.environments.iter().find(|place| place.name.as_str() == "production").unwrap();
        let alarm = production.alarms.iter().find(|alarm| alarm.id.as_str() == "sweep-schedule-off");
        alarm.map(|alarm| (alarm.period.value, alarm.periods.value))
    };
    assert_eq!(looks_back("*/5 * * * *"), Some((300, 3)));
    assert_eq!(looks_back("0 */12 * * *"), Some((300, 146)));
    assert_eq!(looks_back("0 6 * * mon-fri"), Some((3600, 73)));
    assert_eq!(looks_back("0 6 * * mon"), None);
}

/// As many tasks as run are no alarm; only those that are missing are.
#[test]
fn missing_replicas_on_ecs_are_those_that_should_run_and_do_not() {
    let ecs = "system: shop\nruntime: ecs\nplatform: {prometheus: {url: 'https://prometheus.example'}}\n";
    let plans = Repository::new().with("system: shop\n", ecs).plan().0;
    let production = plans.aws.environments.iter().find(|place| place.name.as_str() == "production").unwrap();
    let alarm = production.alarms.iter().find(|alarm| alarm.id.as_str() == "web-replicas-missing").unwrap();
    let whole = alarm.metric.whole.as_ref().unwrap();
    assert_eq!((alarm.metric.name.as_str(), whole.name.as_str()), ("RunningTaskCount", "DesiredTaskCount"));
    assert_eq!(whole.compared, Compared::Missing);
    assert_eq!(alarm.threshold.to_string(), "0");
}

/// The page of one would keep the other's quiet, and both would be silent.
#[test]
fn what_needs_each_other_does_not_keep_each_other_quiet() {
    let burns = |plans: &Plans| {
        let quiet = plans.monitoring.alerting.inhibitions.iter().filter(|plan| plan.reason.contains("the budget of a"));
        quiet.flat_map(|plan| plan.source[0].values.iter().map(ToString::to_string)).collect::<Vec<String>>()
    };
    assert_eq!(burns(&Repository::new().planned()), ["api"]);
    let circle = Repository::new()
        .with("depends_on: [{name: jobs, access: produce}]", "depends_on: [{name: jobs, access: produce}, web]");
    assert_eq!(burns(&circle.plan().0), [""; 0]);
}

#[test]
fn a_port_of_https_is_asked_for_metrics_by_tls() {
    let by_tls = |plans: &Plans| {
        let jobs = plans.monitoring.configurations.scrape_jobs.iter();
        jobs.filter(|job| job.tls.value).map(|job| job.component.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(by_tls(&Repository::new().planned()), [""; 0]);
    let secure = Repository::new().with(
        "public: true}, {name: metrics, port: 9090}]",
        "public: true}, {name: metrics, port: 9090, protocol: https}]",
    );
    assert_eq!(by_tls(&secure.planned()), ["web"]);
}
