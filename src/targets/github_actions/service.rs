//! The datastores of a suite, as containers beside its job.

use crate::ir::Origin;
use crate::ir::choice::DatastoreKind;
use crate::output::doc::{Doc, Map};
use crate::plan::pipeline::configurations::{ServicePlan, SuiteJob};

use super::expression::shell_word;
use super::pipelines::Pipelines;
use super::setup::lines;
use super::step::Step;
use super::{rules, script};

/// Queues, topics and buckets, which one emulator has all of.
pub(super) const fn is_emulated(service: &ServicePlan) -> bool {
    matches!(service.kind.value, DatastoreKind::Queue | DatastoreKind::Topic | DatastoreKind::Bucket)
}

/// The containers, by name.
pub(super) fn services(pipelines: Pipelines<'_>, suite: &SuiteJob) -> Option<Map> {
    let mut services = Map::new(Origin::rule(rules::SERVICE));
    let mut emulated = false;
    for service in &suite.services {
        // One emulator stands in for all that it has.
        if is_emulated(service) && std::mem::replace(&mut emulated, true) {
            continue;
        }
        services.put(service.name.to_string(), container(pipelines, service));
    }
    (!services.is_empty()).then_some(services)
}

fn container(pipelines: Pipelines<'_>, service: &ServicePlan) -> Map {
    let spec = pipelines.spec;
    let container = spec.container(service.kind.value);
    let version = service.version.as_ref().map(|version| version.value.as_str());
    let image = match container.image(version) {
        Some(image) => Doc::text(format!("{}@{}", image.name, image.digest), image.digest.origin),
        // `check` has said that no digest is known.
        None => Doc::text(format!("{}:{}", service.kind, version.unwrap_or_default()), service.origin),
    };
    let filled = |text: &str| {
        text.replace("{database}", service.resource.as_str())
            .replace("{port}", &service.port.to_string())
            .replace("{host_port}", &service.host_port.to_string())
    };
    let mut environment = Map::new(service.origin);
    for (name, value) in &container.environment {
        environment.put(name.value.clone(), Doc::text(filled(value), value.origin));
    }
    let options = format!(
        "--health-cmd {} --health-interval {} --health-timeout {} --health-retries {}",
        shell_word(&filled(&container.health)),
        spec.health_interval,
        spec.health_timeout,
        spec.health_retries
    );
    let port = Doc::text(format!("{}:{}", service.host_port, service.port), service.host_port.origin);
    Map::new(service.origin)
        .with("image", image)
        .with_some("env", (!environment.is_empty()).then_some(environment))
        .with("ports", Doc::list([port], service.host_port.origin))
        .with("options", Doc::text(options, container.health.origin))
}

/// Makes the queues, topics and buckets of a suite: an emulator begins empty.
pub(super) fn resources(pipelines: Pipelines<'_>, suite: &SuiteJob) -> Option<Step> {
    let emulated = || suite.services.iter().filter(|service| is_emulated(service));
    let first = emulated().next()?;
    let resources = emulated().map(|service| format!("{} {}", service.kind, service.resource));
    let step =
        Step::script(pipelines, "Make queues, topics and buckets", script::CREATE_TEST_RESOURCES, rules::SERVICE);
    Some(step.env("RESOURCES", lines(resources, first.origin)))
}
