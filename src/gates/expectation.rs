//! What a domain profile expects of the evidence, beyond its defaults. Only a domain that somebody chose expects anything, and
//! what is missing warns.

use crate::ir::choice::{ComponentKind, Domain, SuiteKind, SuiteStage};
use crate::ir::testing::Suite;
use crate::ir::{Component, Environment, Traced};

use super::gate::Context;

/// The domain that somebody chose for a component, or for the system.
pub(super) fn chosen(domain: &Traced<Domain>) -> Option<Domain> {
    domain.origin.is_written().then_some(domain.value)
}

/// Whether the domain of a component expects that the version of its model or schema is recorded, and nothing does so: no
/// variable of the component or its build, and no label of its metrics.
pub(super) fn lacks_version(context: &Context<'_>, component: &Component) -> bool {
    let makes = matches!(component.kind.value, ComponentKind::Worker | ComponentKind::Cronjob | ComponentKind::Job);
    if !makes || chosen(&component.domain) != Some(Domain::Data) {
        return false;
    }
    let names = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["model_version", "schema_version"].iter().any(|ending| name.ends_with(ending))
    };
    let build = context.build(component);
    let arguments = build.and_then(|build| build.image.as_ref()).map(|image| &image.build_args);
    let built = build.map(|build| &build.env).into_iter().chain(arguments);
    let labels = component.metrics.iter().flat_map(|metrics| &metrics.custom).flat_map(|metric| &metric.labels);
    let everywhere = component.env.iter().any(|(name, _)| names(name.as_str()))
        || built.flat_map(|table| table.iter()).any(|(name, _)| names(name.as_str()))
        || labels.into_iter().any(|label| names(label.as_str()));
    let Some((id, _)) = context.system.component_named(component.name.as_str()) else { return false };
    let somewhere = |environment: &Environment| {
        let own = environment.deployment(id);
        own.is_some_and(|deployment| !deployment.env.iter().any(|(name, _)| names(name.as_str())))
    };
    !everywhere && (context.system.environments.is_empty() || context.system.environments.iter().any(somewhere))
}

/// A suite that a domain expects of a component.
pub(super) struct ExpectedSuite {
    /// What it is called in a sentence, without an article.
    pub(super) what: &'static str,
    /// Why it is missed.
    pub(super) why: &'static str,
    /// How it is written.
    pub(super) help: &'static str,
    meets: fn(&Suite) -> bool,
}

static CONTRACT: ExpectedSuite = ExpectedSuite {
    what: "suite of kind `contract`",
    why: "its protocol is not checked",
    help: "`kind: contract`",
    meets: |suite| suite.kind.value == SuiteKind::Contract,
};
static PERFORMANCE: ExpectedSuite = ExpectedSuite {
    what: "suite of kind `performance`",
    why: "nobody knows how much it carries",
    help: "`kind: performance`",
    meets: |suite| suite.kind.value == SuiteKind::Performance,
};
static DATA_QUALITY: ExpectedSuite = ExpectedSuite {
    what: "suite of stage `release` for the quality of its data",
    why: "nobody looks at what it makes",
    help: "`stage: release`",
    meets: |suite| suite.stage().value == SuiteStage::Release && suite.kind.value != SuiteKind::Performance,
};

/// The suites that the domain of a component expects, and that are not there.
pub(super) fn missing_suites(context: &Context<'_>, component: &Component) -> Vec<&'static ExpectedSuite> {
    let expected: &[&'static ExpectedSuite] = match (chosen(&component.domain), component.kind.value) {
        (Some(Domain::Protocol), ComponentKind::Service) => &[&CONTRACT, &PERFORMANCE],
        (Some(Domain::Realtime), ComponentKind::Service) => &[&PERFORMANCE],
        (Some(Domain::Data), ComponentKind::Worker | ComponentKind::Cronjob | ComponentKind::Job) => &[&DATA_QUALITY],
        _ => &[],
    };
    let of_all = || context.system.suites.iter().filter(|suite| suite.components().is_empty());
    let there = |expected: &ExpectedSuite| {
        context.suites_of(component).iter().copied().chain(of_all()).any(|suite| (expected.meets)(suite))
    };
    expected.iter().copied().filter(|expected| !there(expected)).collect()
}
