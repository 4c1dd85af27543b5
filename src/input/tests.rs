//! Whole repositories, read from fixtures.

use camino::Utf8Path;

use super::{Input, read};
use crate::diag::Diagnostic;
use crate::ir::choice::Tls;
use crate::ir::component::{DeliveryStrategy, Replicas};
use crate::source::origin::OriginKind;

fn fixture(name: &str) -> Input {
    read(&Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name))
}

fn shown(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|found| format!("{} {}", found.code.as_str(), found.message)).collect()
}

#[test]
fn the_storefront_resolves() {
    let input = fixture("pass/storefront");
    assert_eq!(shown(&input.diagnostics), [""; 0]);
    let system = input.system.unwrap();
    assert_eq!(system.components.len(), 6);
    assert_eq!(system.environments.len(), 2);
    assert_eq!(system.documents.len(), 9);
}

#[test]
fn the_opentelemetry_demo_resolves() {
    let input = fixture("pass/opentelemetry-demo");
    assert_eq!(shown(&input.diagnostics), [""; 0]);
    let flagd = input.system.as_ref().unwrap().component_named("flagd").unwrap().1;
    assert!(flagd.files[0].content.contains("\"flags\""));
}

#[test]
fn overrides_replace_scaling_and_merge_variables() {
    let input = fixture("pass/storefront");
    let system = input.system.unwrap();
    let (id, checkout) = system.component_named("checkout").unwrap();
    let staging = system.environment("staging").unwrap().deployment(id).unwrap();
    let Replicas::Scaled(scaling) = &staging.replicas else { panic!("not scaled") };
    assert_eq!((scaling.min.value, scaling.max.value), (1, 4));
    assert_eq!(staging.env.len(), 1);
    assert_eq!(staging.resources.memory, checkout.delivery.as_ref().unwrap().resources.memory);
    let database = system.environment("staging").unwrap().datastore("orders-db").unwrap();
    assert!(!database.high_availability.value);
    assert!(system.environment("production").unwrap().datastore("orders-db").unwrap().high_availability.value);
}

#[test]
fn defaults_name_their_rule_and_copies_their_source() {
    let input = fixture("pass/storefront");
    let system = input.system.unwrap();
    let web = system.component_named("web").unwrap().1;
    let port = &web.ports[0];
    assert_eq!(port.tls.value, Tls::Terminate);
    assert!(matches!(port.tls.origin.kind(), OriginKind::Rule(_)));
    assert_eq!(port.service_port.origin, port.port.origin);
    let report = system.component_named("nightly-report").unwrap().1.delivery.as_ref().unwrap();
    assert!(matches!(report.strategy, DeliveryStrategy::Rolling { .. }));
    let catalog = system.environment("production").unwrap().datastore("catalog-db").unwrap();
    assert!(catalog.backup.as_ref().unwrap().retention.unwrap().origin.is_written());
}

/// A copy of the storefront in which single lines can be taken out.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    const FILES: [&'static str; 4] = [
        "pathc.yaml",
        "path/implementation_artifacts.yaml",
        "path/deployment_packages.yaml",
        "path/dependency_specifications.yaml",
    ];

    fn new() -> Copy {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("path")).unwrap();
        let copy = Copy { folder };
        for file in Copy::FILES {
            copy.write(file, &Copy::original(file));
        }
        copy
    }

    fn original(file: &str) -> String {
        std::fs::read_to_string(format!("{}/fixtures/pass/storefront/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join(file), text).unwrap();
    }

    fn read(&self) -> Input {
        read(Utf8Path::from_path(self.folder.path()).unwrap())
    }
}

#[test]
fn evidence_may_be_absent() {
    let input = Copy::new().read();
    assert_eq!(shown(&input.diagnostics), [""; 0]);
    let system = input.system.unwrap();
    assert!(!system.has_document("test_results"));
    let gates = system.quality_gates.unwrap();
    assert_eq!(gates.coverage.unwrap().line.to_string(), "90");
    assert_eq!(gates.pass_rate.to_string(), "100");
    assert_eq!(system.operations.unwrap().retention.unwrap().metrics.to_string(), "45d");
}

#[test]
fn without_any_one_line_there_is_a_system_or_a_reason() {
    let copy = Copy::new();
    for file in Copy::FILES {
        let text = Copy::original(file);
        let lines: Vec<&str> = text.lines().collect();
        for gone in 0..lines.len() {
            let rest: Vec<&str> =
                lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| *line).collect();
            copy.write(file, &(rest.join("\n") + "\n"));
            let input = copy.read();
            let what = format!("{file} without line {}: {}", gone + 1, lines[gone]);
            assert_eq!(input.system.is_some(), input.diagnostics.is_empty(), "{what}");
            let places: Vec<_> = input.diagnostics.iter().map(|found| &found.labels).collect();
            assert!(places.iter().all(|labels| !labels.is_empty()), "{what}");
        }
        copy.write(file, &text);
    }
}

#[test]
fn a_text_that_is_cut_short_hides_no_definition() {
    let copy = Copy::new();
    let text = Copy::original("path/implementation_artifacts.yaml");
    let cut = text.find("  - name: catalog\n").unwrap();
    copy.write("path/implementation_artifacts.yaml", &format!("{}  - [", &text[..cut]));
    let found = copy.read().diagnostics;
    assert!(found.iter().any(|found| found.code == crate::diag::code::SYNTAX));
    assert!(found.iter().all(|found| found.code != crate::diag::code::UNRESOLVED_NAME), "{:?}", shown(&found));
}

#[test]
fn of_many_unresolved_names_only_the_first_get_a_guess() {
    let copy = Copy::new();
    let components: String = (0..1000).map(|at| format!("  - {{name: service-{at}, kind: worker}}\n")).collect();
    let deployments: String = (0..300).map(|at| format!("  - {{component: servise-{at}}}\n")).collect();
    copy.write("path/implementation_artifacts.yaml", &format!("components:\n{components}"));
    copy.write("path/deployment_packages.yaml", &format!("deployments:\n{deployments}"));
    copy.write("path/dependency_specifications.yaml", "datastores: []\n");
    let found = copy.read().diagnostics;
    let unresolved: Vec<&Diagnostic> =
        found.iter().filter(|found| found.code == crate::diag::code::UNRESOLVED_NAME).collect();
    assert_eq!(unresolved.len(), 300);
    assert_eq!(unresolved[0].help, ["did you mean `service-0`?"]);
    assert!(unresolved[299].help.is_empty());
}
