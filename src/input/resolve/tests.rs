//! Defaults, profiles, overrides and fragments, on small systems that are written down here.

use std::fs;

use camino::Utf8Path;

use crate::input::read;
use crate::ir::choice::{Access, RollbackTrigger};
use crate::ir::component::{DeliveryStrategy, Replicas, Variable};
use crate::ir::{System, Traced};
use crate::profile;
use crate::source::origin::OriginKind;
use crate::source::{Rule, Sources};

/// Reads a system from its manifest and documents.
fn read_files(files: &[(&str, &str)]) -> (Option<System>, Sources, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let input = read(Utf8Path::from_path(folder.path()).unwrap());
    let found = input.diagnostics.iter().map(|found| format!("{} {}", found.code.as_str(), found.message)).collect();
    (input.system, input.sources, found)
}

fn system(files: &[(&str, &str)]) -> System {
    let (system, _, found) = read_files(files);
    assert_eq!(found, [""; 0]);
    system.unwrap()
}

fn rule<T>(value: &Traced<T>) -> Option<Rule> {
    match value.origin.kind() {
        OriginKind::Rule(rule) => Some(rule),
        _ => None,
    }
}

const COMPONENTS: &str = "path/implementation_artifacts.yaml";
const DEPLOYMENTS: &str = "path/deployment_packages.yaml";
const DEPENDENCIES: &str = "path/dependency_specifications.yaml";

const GATEWAY: &str = "
components:
  - name: gateway
    kind: service
    ports:
      - {name: http, port: 8080, public: true}
      - {name: mqtt, port: 1883, protocol: mqtt, public: true}
    metrics: {}
";
const GATEWAY_RUN: &str = "
deployments:
  - component: gateway
    resources: {cpu: 500m, memory: 256Mi}
    slos:
      - {name: fast, objective: 99, indicator: {latency: 200ms}}
environments:
  - {name: production, kind: production, region: eu-west-1}
";

fn gateway(domain: &str) -> System {
    let manifest = format!("system: iot\ndomain: {domain}\n");
    system(&[("pathc.yaml", &manifest), (COMPONENTS, GATEWAY), (DEPLOYMENTS, GATEWAY_RUN)])
}

#[test]
fn the_protocol_profile_drains_long_and_keeps_silent_connections() {
    let system = gateway("protocol");
    let gateway = &system.components[0];
    assert_eq!(gateway.drain.to_string(), "5m");
    assert_eq!(rule(&gateway.drain), Some(profile::rules::PROTOCOL_DRAIN));
    let mqtt = gateway.port("mqtt").unwrap();
    assert_eq!(mqtt.idle_timeout.unwrap().to_string(), "1h");
    assert_eq!(mqtt.service_port.to_string(), "8883");
    assert!(gateway.port("http").unwrap().idle_timeout.is_none());
    assert_eq!(gateway_of("business").drain.to_string(), "30s");
}

fn gateway_of(domain: &str) -> crate::ir::Component {
    gateway(domain).components.remove(0)
}

#[test]
fn the_realtime_profile_fixes_cpu_and_takes_small_steps() {
    let gateway = gateway_of("realtime");
    let delivery = gateway.delivery.unwrap();
    let limit = delivery.resources.cpu_limit.unwrap();
    assert_eq!(limit.to_string(), "500m");
    assert_eq!(rule(&limit), Some(profile::rules::REALTIME_CPU));
    let DeliveryStrategy::Canary { steps, analysis, .. } = delivery.strategy else { panic!("no canary") };
    assert_eq!(steps.first().unwrap().weight.to_string(), "5");
    let judged = analysis.unwrap().latency_p99.unwrap();
    assert_eq!(judged.to_string(), "200ms");
    assert!(judged.origin.is_written());

    let business = gateway_of("business").delivery.unwrap();
    assert!(business.resources.cpu_limit.is_none());
    assert!(matches!(business.strategy, DeliveryStrategy::Rolling { .. }));
    assert_eq!(business.resources.memory_limit.unwrap().to_string(), "256Mi");
}

/// No load balancer reads requests that arrive encrypted for it to pass on: a canary by default would not compile.
#[test]
fn no_small_steps_by_default_where_requests_cannot_be_shared_out() {
    let components = GATEWAY.replace("port: 8080,", "port: 8080, protocol: https,");
    let manifest = "system: iot\ndomain: realtime\n";
    let mut system = system(&[("pathc.yaml", manifest), (COMPONENTS, &components), (DEPLOYMENTS, GATEWAY_RUN)]);
    let delivery = system.components.remove(0).delivery.unwrap();
    assert!(matches!(delivery.strategy, DeliveryStrategy::Rolling { .. }));
}

#[test]
fn what_takes_a_version_back_is_what_can_be_judged() {
    let on: Vec<RollbackTrigger> =
        gateway_of("business").delivery.unwrap().rollback.on.iter().map(|trigger| trigger.value).collect();
    assert_eq!(on, [RollbackTrigger::Health, RollbackTrigger::Latency, RollbackTrigger::SloBurn]);
}

#[test]
fn the_business_profile_keeps_records_and_the_input_wins() {
    let stores = "
datastores:
  - {name: orders, kind: postgres}
  - {name: scratch, kind: postgres, high_availability: false, rebuildable: true}
  - {name: invoices, kind: bucket}
  - {name: mails, kind: queue}
";
    let files = |domain| [("pathc.yaml", domain), (COMPONENTS, "components: []"), (DEPLOYMENTS, "deployments: []")];
    let mut business = files("system: shop").to_vec();
    business.push((DEPENDENCIES, stores));
    let system_of = |files: &[(&str, &str)]| system(files).datastores;
    let found = system_of(&business);
    assert!(found[0].high_availability.value && !found[1].high_availability.value && !found[3].high_availability.value);
    assert_eq!(rule(&found[0].high_availability), Some(profile::rules::BUSINESS_HIGH_AVAILABILITY));
    assert_eq!(found[0].backup.as_ref().unwrap().retention.unwrap().to_string(), "7d");
    assert!(found[1].backup.is_none());
    assert!(found[2].versioned.value);

    let mut data = files("system: shop\ndomain: data").to_vec();
    data.push((DEPENDENCIES, stores));
    let found = system_of(&data);
    assert!(!found[0].high_availability.value && found[0].backup.is_none() && !found[2].versioned.value);
    assert_eq!(found[3].dead_letter_after.unwrap().value, 5);
    assert_eq!(found[2].lifecycle.as_ref().unwrap().cold_after.unwrap().to_string(), "30d");
}

#[test]
fn an_environment_merges_mappings_and_replaces_the_rest() {
    let components = "
components:
  - name: api
    kind: service
    env: {MODE: live, REGION: eu, TRACE: on}
    secrets: [TOKEN, KEY]
  - {name: tool, kind: worker}
";
    let run = "
deployments:
  - {component: api, resources: {cpu: 1, memory: 1Gi, memory_limit: 2Gi}, scaling: {min: 2, max: 8, target: {cpu: 70}}}
environments:
  - name: staging
    kind: staging
    region: eu-west-1
    components:
      api: {env: {MODE: test, TRACE: null, EXTRA: yes}, secrets: [TOKEN], replicas: 1, resources: {memory: 512Mi}}
      tool: {enabled: false}
    datastores:
      db: {size: {memory: 2Gi}, backup: {retention: 1d}}
";
    let stores = "
datastores:
  - {name: db, kind: postgres, size: {cpu: 2, memory: 8Gi}, backup: {retention: 14d, point_in_time: false}}
";
    let system =
        system(&[("pathc.yaml", "system: shop"), (COMPONENTS, components), (DEPLOYMENTS, run), (DEPENDENCIES, stores)]);
    let staging = system.environment("staging").unwrap();
    assert_eq!(staging.namespace.to_string(), "shop-staging");
    assert_eq!(staging.deployments.len(), 1);
    let api = &staging.deployments[0];
    let text = |value: &Variable| match value {
        Variable::Text(text) => text.to_string(),
        Variable::From { .. } => String::new(),
    };
    let env: Vec<String> = api.env.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    assert_eq!(env, ["MODE=test", "REGION=eu", "EXTRA=yes"]);
    assert_eq!(api.secrets.len(), 1);
    assert!(matches!(&api.replicas, Replicas::Fixed(count) if count.value == 1));
    assert_eq!(api.resources.cpu.unwrap().to_string(), "1");
    assert_eq!(api.resources.memory.unwrap().to_string(), "512Mi");
    assert_eq!(api.resources.memory_limit.unwrap().to_string(), "2Gi");
    let db = staging.datastore("db").unwrap();
    let size = db.size.as_ref().unwrap();
    assert_eq!((size.cpu.unwrap().to_string(), size.memory.unwrap().to_string()), ("2".to_owned(), "2Gi".to_owned()));
    let backup = db.backup.as_ref().unwrap();
    assert_eq!(backup.retention.unwrap().to_string(), "1d");
    assert!(!backup.point_in_time.unwrap().value);
}

#[test]
fn rows_keep_the_commit_of_their_own_fragment() {
    let fragment = |commit, component| {
        format!(
            "commit: {commit}\ngenerated_at: 2026-11-20T10:00:00Z\ncomponents: [{{component: {component}, line: 90}}]\n"
        )
    };
    let (one, two) = (fragment("aaaaaaa", "api"), fragment("bbbbbbb", "web"));
    let system = system(&[
        ("pathc.yaml", "system: shop\ninputs: docs/inputs\n"),
        ("docs/inputs/implementation_artifacts/web.yaml", "components: [{name: web, kind: library}]"),
        ("docs/inputs/implementation_artifacts/api.yaml", "components: [{name: api, kind: library}]"),
        ("docs/inputs/deployment_packages.yaml", "packages: []"),
        ("docs/inputs/test_coverage_report/1.yaml", &one),
        ("docs/inputs/test_coverage_report/2.yaml", &two),
    ]);
    let names: Vec<&str> = system.components.iter().map(|component| component.name.as_str()).collect();
    assert_eq!(names, ["api", "web"]);
    let commits: Vec<String> =
        system.coverage.iter().filter_map(|row| row.commit.as_ref().map(ToString::to_string)).collect();
    assert_eq!(commits, ["aaaaaaa", "bbbbbbb"]);
}

#[test]
fn a_near_name_is_offered_as_an_edit() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("pathc.yaml", "system: shop\ninputs: .\n"),
        ("implementation_artifacts.yaml", "components: [{name: checkout, kind: worker}]\n"),
        ("deployment_packages.yaml", "deployments: [{component: \"chekout\"}]\n"),
    ] {
        fs::write(folder.path().join(path), text).unwrap();
    }
    let input = read(Utf8Path::from_path(folder.path()).unwrap());
    let [found] = &input.diagnostics[..] else { panic!("{}", input.diagnostics.len()) };
    let edit = &found.fix.as_ref().unwrap().edits[0];
    let span = input.sources.exact(edit.place).unwrap();
    assert_eq!((input.sources.text(span), edit.insert.as_str()), ("\"chekout\"", "checkout"));
    assert_eq!(input.sources.file(span.file).path, "deployment_packages.yaml");
}

#[test]
fn a_dependency_is_written_to_unless_it_says_otherwise() {
    let components = "
components:
  - {name: api, kind: service, depends_on: [db, {name: db, access: read}, {name: bus, access: produce, topic: orders}]}
";
    let stores = "datastores: [{name: db, kind: postgres}, {name: bus, kind: kafka}]";
    let system = system(&[
        ("pathc.yaml", "system: shop"),
        (COMPONENTS, components),
        (DEPLOYMENTS, "deployments: []"),
        (DEPENDENCIES, stores),
    ]);
    let access: Vec<Access> = system.components[0].depends_on.iter().map(|needed| needed.access.value).collect();
    assert_eq!(access, [Access::Write, Access::Read, Access::Produce]);
}

#[test]
fn mistakes_of_all_files_are_reported_in_one_run_in_their_order() {
    let (system, _, found) = read_files(&[
        ("pathc.yaml", "domain: busines\n"),
        (COMPONENTS, "components:\n  - {name: api, kind: service, drain: 30}\n  - {name: web, kind: sevice}\n"),
        (DEPLOYMENTS, "deployments:\n  - {component: web}\n  - {component: wbe}\n"),
        (DEPENDENCIES, "datastores: [{name: db, kind: postgres, size: {memory: 4GB}}]"),
    ]);
    assert!(system.is_none());
    assert_eq!(
        found,
        [
            "E008 a manifest needs `system`",
            "E006 `busines` is not a domain",
            "E006 `30` has no unit",
            "E006 `sevice` is not a component kind",
            "E006 `4GB` is not a size",
            "E007 no component is called `wbe`",
        ]
    );
}
