//! The whole system: manifest and nine documents, resolved.

use std::collections::HashMap;

use super::building::{Branches, Build, Registry, Scans, SupplyChain};
use super::choice::{Cloud, Domain, Framework, IngressController, Installed, Level, Provisioner, Runtime};
use super::component::Component;
use super::datastore::{Datastore, External};
use super::environment::{ComponentId, Environment};
use super::evidence::{
    CoverageRow, DependencyPolicy, Drill, History, PackageRow, QualityRow, QualityThresholds, Refactoring, SuiteResult,
};
use super::ownership::{Budget, Operations, Owner, Waiver};
use super::testing::{QualityGates, Requirement, Suite};
use super::value::{Name, RepositoryPath};
use super::{Origin, Table, Traced};

/// What is compiled.
#[derive(Clone, Debug)]
pub struct System {
    /// The manifest.
    pub origin: Origin,
    /// What the system is called.
    pub name: Traced<Name>,
    /// In a sentence.
    pub description: Option<Traced<String>>,
    /// The profile of datastores and of components without their own.
    pub domain: Traced<Domain>,
    /// `github.com/OWNER/NAME`.
    pub repository: Option<Traced<String>>,
    /// The folder of the nine inputs.
    pub inputs: Traced<RepositoryPath>,
    /// Who answers where a component names nobody.
    pub owner: Option<Owner>,
    /// The cloud.
    pub cloud: Traced<Cloud>,
    /// Where components run.
    pub runtime: Traced<Runtime>,
    /// Which infrastructure target the pipelines apply.
    pub provisioner: Traced<Provisioner>,
    /// What the cluster has.
    pub platform: Platform,
    /// The targets that were asked for; none: all that runtime and cloud call for.
    pub targets: Option<Vec<TargetChoice>>,
    /// The frameworks to comply with.
    pub compliance: Vec<Traced<Framework>>,
    /// What may be spent.
    pub budget: Option<Budget>,
    /// Levels of codes.
    pub levels: Table<String, Traced<Level>>,
    /// Findings that people let pass.
    pub waivers: Vec<Waiver>,
    /// The components, in the order of the input.
    pub components: Vec<Component>,
    /// The datastores before an environment changes them.
    pub datastores: Vec<Datastore>,
    /// External services before an environment changes them.
    pub externals: Vec<External>,
    /// Suites.
    pub suites: Vec<Suite>,
    /// Requirements.
    pub requirements: Vec<Requirement>,
    /// What the evidence must reach; after resolving always there, with every default.
    pub quality_gates: Option<QualityGates>,
    /// Coverage; each row has its own or its file's commit and time.
    pub coverage: Vec<CoverageRow>,
    /// Results; each row has its own or its file's commit and time.
    pub results: Vec<SuiteResult>,
    /// Drills.
    pub drills: Vec<Drill>,
    /// How the last weeks went.
    pub history: Option<History>,
    /// Code quality; each row has its own or its file's commit and time.
    pub quality: Vec<QualityRow>,
    /// What code must reach; after resolving always there, with every default.
    pub quality_thresholds: Option<QualityThresholds>,
    /// Refactorings, in the order of the log.
    pub refactorings: Vec<Refactoring>,
    /// Where images are kept.
    pub registry: Option<Registry>,
    /// Builds.
    pub builds: Vec<Build>,
    /// The tools that look for weaknesses.
    pub scans: Option<Scans>,
    /// What proves where packages come from; after resolving always there, with every default.
    pub supply_chain: Option<SupplyChain>,
    /// Branches and tags.
    pub branches: Branches,
    /// The packages that components are made of.
    pub packages: Vec<PackageRow>,
    /// What dependencies must keep to; after resolving always there, with every default.
    pub dependency_policy: Option<DependencyPolicy>,
    /// Environments, in the order of the input.
    pub environments: Vec<Environment>,
    /// How the system is run; after resolving always there, with every default.
    pub operations: Option<Operations>,
    /// Which of the nine documents were there.
    pub documents: Vec<Document>,
    /// Components by name.
    pub component_index: HashMap<Name, ComponentId>,
    /// Datastores by name: their places in `datastores`.
    pub datastore_index: HashMap<Name, usize>,
}

/// A document that was there.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its name without `.yaml`: `test_results`.
    pub name: &'static str,
    /// Its root, or that of its first fragment.
    pub origin: Origin,
}

/// What the cluster has.
#[derive(Clone, Debug)]
pub struct Platform {
    /// What makes load balancers.
    pub ingress: Traced<IngressController>,
    /// Who installs Argo Rollouts; none: managed where the spec pins it.
    pub rollouts: Option<Traced<Installed>>,
    /// Who installs KEDA.
    pub keda: Option<Traced<Installed>>,
    /// Who installs External Secrets.
    pub external_secrets: Option<Traced<Installed>>,
    /// The address of a Prometheus that exists.
    pub prometheus_url: Option<Traced<String>>,
    /// The address of an Alertmanager that exists.
    pub alertmanager_url: Option<Traced<String>>,
    /// The address of a Grafana that exists.
    pub grafana_url: Option<Traced<String>>,
}

/// A target that was asked for.
#[derive(Clone, Debug)]
pub struct TargetChoice {
    /// Its name.
    pub name: Traced<String>,
    /// Where its files go.
    pub out: Option<Traced<RepositoryPath>>,
    /// How a pipeline installs pathc.
    pub install: Option<Traced<String>>,
}

impl System {
    /// A component by its number.
    #[must_use]
    pub fn component(&self, id: ComponentId) -> &Component {
        &self.components[id.0 as usize]
    }

    /// A component by its name.
    #[must_use]
    pub fn component_named(&self, name: &str) -> Option<(ComponentId, &Component)> {
        let id = *self.component_index.get(name)?;
        Some((id, self.component(id)))
    }

    /// A datastore by its name.
    #[must_use]
    pub fn datastore_named(&self, name: &str) -> Option<&Datastore> {
        self.datastores.get(*self.datastore_index.get(name)?)
    }

    /// An environment by its name.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.as_str() == name)
    }

    /// The environments in the order in which a release comes to them; where its ways part, in the order of the input.
    #[must_use]
    pub fn in_promotion_order(&self) -> Vec<&Environment> {
        let passed = |environment: &Environment| {
            let mut next = environment.promotes_from.as_ref();
            // A circle of promotions is a gate's finding.
            let mut passed = 0;
            while let Some(from) = next.filter(|_| passed < self.environments.len()) {
                passed += 1;
                next = self.environment(from.as_str()).and_then(|environment| environment.promotes_from.as_ref());
            }
            passed
        };
        let mut environments: Vec<&Environment> = self.environments.iter().collect();
        environments.sort_by_key(|environment| passed(environment));
        environments
    }

    /// Whether a document was there.
    #[must_use]
    pub fn has_document(&self, name: &str) -> bool {
        self.documents.iter().any(|document| document.name == name)
    }

    /// The refactorings of a component that are not released and bring a migration, in the order of the log, each
    /// command once.
    pub fn pending_migrations(&self, component: &str) -> impl Iterator<Item = &Refactoring> {
        let mut seen: Vec<&str> = Vec::new();
        let found: Vec<&Refactoring> = self
            .refactorings
            .iter()
            .filter(|entry| entry.component.as_str() == component && entry.released.is_none())
            .filter(|entry| match &entry.migration {
                Some(migration) if !seen.contains(&migration.run.as_str()) => {
                    seen.push(&migration.run.value);
                    true
                }
                _ => false,
            })
            .collect();
        found.into_iter()
    }
}
