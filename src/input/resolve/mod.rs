//! `resolve`: references across files, defaults, overrides. The sole builder of [`System`].
//!
//! A value comes from the environment's override, else the input, else the component's domain, else the manifest's
//! domain, else its kind, else a rule. What was not understood is left out here and was reported before.

mod addresses;
mod building;
mod components;
mod datastores;
mod delivery;
mod dependencies;
mod environments;
mod evidence;
mod health;
mod kinds;
mod metrics;
mod names;
mod objectives;
mod ports;
mod schedule;
mod settings;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;

use crate::diag::Diagnostic;
use crate::ir::building::{Branches, Package, SupplyChain};
use crate::ir::choice::{Domain, Runtime};
use crate::ir::component::Component;
use crate::ir::environment::ComponentId;
use crate::ir::evidence::{DependencyPolicy, FindingLimits, QualityThresholds, VulnerabilityPolicy};
use crate::ir::ownership::{Operations, Retention};
use crate::ir::system::Document;
use crate::ir::testing::{CoverageGates, QualityGates};
use crate::ir::{System, Traced};
use crate::profile::Profiles;
use crate::source::Place;
use crate::source::{Origin, Repository, Rule, Sources, Span};

use super::dependency_specifications::DatastoreInput;
use super::deployment_packages::DeploymentInput;
use super::documents::{Documents, root_origin};
use super::implementation_artifacts::ComponentInput;
use super::manifest::Manifest;
use super::rules;
use environments::Base;
use names::Names;

/// Collects what is wrong while the system is built.
struct Resolver<'a> {
    sources: &'a Sources,
    repository: &'a Repository,
    names: Names<'a>,
    diagnostics: Vec<Diagnostic>,
    /// By name space: the finding that it defines nothing.
    undefined: [Option<usize>; 6],
}

/// What was read, by name.
struct Inputs<'a> {
    runtime: Runtime,
    components: HashMap<&'a str, &'a ComponentInput>,
    datastores: HashMap<&'a str, &'a DatastoreInput>,
    datastores_in_order: &'a [DatastoreInput],
    deployments: HashMap<&'a str, &'a DeploymentInput>,
}

impl Resolver<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The place of a part of a scalar's text; the whole scalar where the source has escapes.
    fn part(&self, origin: Origin, text: &str, part: Range<usize>) -> Place {
        let Some(span) = self.sources.span(origin) else { return origin.into() };
        let Some(at) = self.sources.text(span).find(text) else { return span.into() };
        let start = span.start + (at + part.start) as u32;
        Span { file: span.file, start, end: start + part.len() as u32 }.into()
    }
}

/// Builds the system. It is whole only where nothing is reported, here or before.
pub(super) fn resolve(
    sources: &Sources,
    repository: &Repository,
    manifest: Option<Manifest>,
    documents: Documents,
) -> (Option<System>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let names = Names::collect(sources, &documents, &mut diagnostics);
    let mut resolver = Resolver { sources, repository, names, diagnostics, undefined: [None; 6] };
    let system = resolver.system(manifest, documents);
    (system, resolver.diagnostics)
}

impl Resolver<'_> {
    fn system(&mut self, manifest: Option<Manifest>, documents: Documents) -> Option<System> {
        let present = documents
            .present()
            .map(|(name, file)| Document { name, origin: root_origin(self.sources, file) })
            .collect();
        let testing = documents.test_specifications.document;
        let (suites, requirements, quality_gates) = testing
            .map(|document| (document.suites, document.requirements, document.quality_gates))
            .unwrap_or_default();
        let coverage = documents.test_coverage_report.document.map(|document| document.components).unwrap_or_default();
        let (results, drills, history) = documents
            .test_results
            .document
            .map(|document| (document.suites, document.drills, document.history))
            .unwrap_or_default();
        let components = documents.implementation_artifacts.document.map(|document| document.components);
        let components = components.unwrap_or_default();
        let (quality, quality_thresholds) = documents
            .code_quality_metrics
            .document
            .map(|document| (document.components, document.thresholds))
            .unwrap_or_default();
        let refactorings = documents.refactoring_log.document.map(|document| document.entries).unwrap_or_default();
        let building = documents.build_configurations.document;
        let (registry, builds, scans, supply_chain, branches) = building
            .map(|document| {
                (document.registry, document.builds, document.scans, document.supply_chain, document.branches)
            })
            .unwrap_or_default();
        let (datastores, packages, policy, externals) = documents
            .dependency_specifications
            .document
            .map(|document| (document.datastores, document.packages, document.policy, document.external))
            .unwrap_or_default();
        let (released, deployments, environments, operations) = documents
            .deployment_packages
            .document
            .map(|document| (document.packages, document.deployments, document.environments, document.operations))
            .unwrap_or_default();

        self.check_testing(&suites, &requirements, quality_gates.as_ref());
        self.check_results(&coverage, &results, &drills);
        self.check_code(&quality, &refactorings);
        self.check_packages(&packages);
        self.check_builds(&builds, &packages);
        self.check_deployments(&released, &deployments);
        for url in operations.iter().filter_map(|operations| operations.runbooks.as_ref()) {
            self.check_url(url);
        }
        if let Some(registry) = &registry {
            self.check_registry(&registry.url);
        }
        if let Some(manifest) = &manifest {
            self.check_manifest(manifest);
        }

        let domain = manifest.as_ref().map(|manifest| manifest.domain);
        let domain = domain.unwrap_or(Traced::by_rule(Domain::Business, rules::NO_MANIFEST));
        let owner = manifest.as_ref().and_then(|manifest| manifest.owner.as_ref());
        let inputs = Inputs {
            runtime: manifest.as_ref().map_or(Runtime::Kubernetes, |manifest| manifest.runtime.value),
            components: components.iter().map(|component| (component.name.as_str(), component)).collect(),
            datastores: datastores.iter().map(|datastore| (datastore.name.as_str(), datastore)).collect(),
            datastores_in_order: &datastores,
            deployments: deployments.iter().map(|deployment| (deployment.component.as_str(), deployment)).collect(),
        };
        for datastore in &datastores {
            self.check_datastore_kind(datastore);
            self.check_former_names(datastore, &datastores);
        }
        let mut released: HashMap<_, Package> =
            released.into_iter().map(|package| (package.component.value.clone(), package)).collect();
        let mut resolved: Vec<Component> = Vec::with_capacity(components.len());
        for input in &components {
            let mut component = self.component(input, &inputs, domain, owner);
            let profiles = Profiles::new(component.domain.value, domain.value);
            let deployment = inputs.deployments.get(component.name.as_str()).copied();
            component.delivery = self.delivery(&component, deployment, profiles, &inputs);
            component.package = released.remove(&component.name.value);
            resolved.push(component);
        }
        let base = Base {
            system: manifest.as_ref().map(|manifest| &manifest.system.value),
            domain: domain.value,
            components: &resolved,
            externals: &externals,
        };
        let environments: Vec<_> =
            environments.iter().map(|environment| self.environment(environment, base, &inputs)).collect();

        let of_system: Vec<_> =
            datastores.iter().map(|known| datastores::datastore(known, None, domain.value)).collect();

        let manifest = manifest?;
        let index = |(index, component): (usize, &Component)| {
            (component.name.value.clone(), ComponentId(u32::try_from(index).unwrap_or(u32::MAX)))
        };
        Some(System {
            origin: manifest.origin,
            name: manifest.system,
            description: manifest.description,
            domain,
            repository: manifest.repository,
            inputs: manifest.inputs,
            owner: manifest.owner,
            cloud: manifest.cloud,
            runtime: manifest.runtime,
            provisioner: manifest.provisioner,
            platform: settings::platform(manifest.platform)?,
            targets: manifest.targets.map(settings::targets),
            compliance: manifest.compliance,
            budget: manifest.budget,
            levels: manifest.levels,
            waivers: manifest.waivers,
            component_index: resolved.iter().enumerate().map(index).collect(),
            datastore_index: datastores::index(&of_system),
            datastores: of_system,
            components: resolved,
            externals,
            suites,
            requirements,
            quality_gates: Some(with_coverage(quality_gates)?),
            coverage,
            results,
            drills,
            history,
            quality,
            quality_thresholds: Some(with_findings(quality_thresholds)?),
            refactorings,
            registry,
            builds,
            scans,
            supply_chain: Some(or_absent(supply_chain, SupplyChain::absent, rules::SUPPLY_CHAIN)?),
            branches: or_absent(branches, Branches::absent, rules::BRANCHES)?,
            packages,
            dependency_policy: Some(with_vulnerabilities(policy)?),
            environments,
            operations: Some(with_retention(operations)?),
            documents: present,
        })
    }
}

/// A record as written, else with every default in its place.
fn or_absent<T>(written: Option<T>, absent: fn(Origin) -> Option<T>, rule: Rule) -> Option<T> {
    written.or_else(|| absent(Origin::rule(rule)))
}

fn with_coverage(gates: Option<QualityGates>) -> Option<QualityGates> {
    let mut gates = or_absent(gates, QualityGates::absent, rules::QUALITY_GATES)?;
    gates.coverage = or_absent(gates.coverage, CoverageGates::absent, rules::QUALITY_GATES);
    Some(gates)
}

fn with_findings(thresholds: Option<QualityThresholds>) -> Option<QualityThresholds> {
    let mut thresholds = or_absent(thresholds, QualityThresholds::absent, rules::QUALITY_THRESHOLDS)?;
    thresholds.findings = or_absent(thresholds.findings, FindingLimits::absent, rules::QUALITY_THRESHOLDS);
    Some(thresholds)
}

fn with_vulnerabilities(policy: Option<DependencyPolicy>) -> Option<DependencyPolicy> {
    let mut policy = or_absent(policy, DependencyPolicy::absent, rules::DEPENDENCY_POLICY)?;
    policy.vulnerabilities = or_absent(policy.vulnerabilities, VulnerabilityPolicy::absent, rules::DEPENDENCY_POLICY);
    Some(policy)
}

fn with_retention(operations: Option<Operations>) -> Option<Operations> {
    let mut operations = or_absent(operations, Operations::absent, rules::OPERATIONS)?;
    operations.retention = or_absent(operations.retention, Retention::absent, rules::OPERATIONS);
    Some(operations)
}
