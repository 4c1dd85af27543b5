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
