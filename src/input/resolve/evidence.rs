//! Suites, requirements and evidence: who is named, and what stands twice.
//!
//! A result or a coverage row that names an unknown suite or component is a gate's matter: evidence may be of more than
//! the system.

use crate::ir::evidence::{CoverageRow, Drill, PackageRow, QualityRow, Refactoring, SuiteResult};
use crate::ir::testing::{QualityGates, Requirement, Suite};

use super::Resolver;
use super::names::Space;

impl Resolver<'_> {
    /// Suites, requirements and gates.
    pub(super) fn check_testing(
        &mut self,
        suites: &[Suite],
        requirements: &[Requirement],
        gates: Option<&QualityGates>,
    ) {
        for suite in suites {
            for component in suite.components() {
                self.expect(Space::Component, component);
            }
            for datastore in &suite.needs {
                self.expect(Space::Datastore, datastore);
            }
            if let Some(environment) = &suite.environment {
                self.expect(Space::Environment, environment);
            }
            for requirement in &suite.specification {
                self.expect(Space::Requirement, requirement);
            }
            self.unique(
                suite.components().iter().map(|name| (name.as_str(), name.origin)),
                |name| format!("the suite `{}` names the component `{name}` twice", suite.name),
                "keep one of the two",
            );
        }
        for component in requirements.iter().filter_map(|requirement| requirement.component.as_ref()) {
            self.expect(Space::Component, component);
        }
        let limits = gates.and_then(|gates| gates.coverage.as_ref()).map(|coverage| &coverage.components);
        for (component, _) in limits.into_iter().flat_map(|limits| limits.iter()) {
            self.expect(Space::Component, component);
        }
    }

    /// Coverage and results: one row for each thing that was measured.
    pub(super) fn check_results(&mut self, coverage: &[CoverageRow], results: &[SuiteResult], drills: &[Drill]) {
        self.unique(
            coverage.iter().map(|row| (row.component.as_str(), row.component.origin)),
            |name| format!("`{name}` has two coverage rows"),
            "keep the row of the newest run",
        );
        self.unique(
            results
                .iter()
                .map(|row| ((row.suite.as_str(), row.component.as_ref().map(|name| name.as_str())), row.suite.origin)),
            |(suite, component)| match component {
                Some(component) => format!("the suite `{suite}` has two results for `{component}`"),
                None => format!("the suite `{suite}` has two results"),
            },
            "keep the result of the newest run, or name the `component` of each",
        );
        for drill in drills {
            self.expect(Space::Environment, &drill.environment);
            if let Some(component) = &drill.component {
                self.expect(Space::Component, component);
            }
            if let Some(datastore) = &drill.datastore {
                self.expect(Space::Datastore, datastore);
            }
        }
    }

    /// Code quality and refactorings.
    pub(super) fn check_code(&mut self, quality: &[QualityRow], refactorings: &[Refactoring]) {
        for row in quality {
            self.expect(Space::Component, &row.component);
        }
        self.unique(
            quality.iter().map(|row| (row.component.as_str(), row.component.origin)),
            |name| format!("`{name}` has two quality rows"),
            "keep the row of the newest run",
        );
        for entry in refactorings {
            self.expect(Space::Component, &entry.component);
        }
        self.unique(
            refactorings.iter().map(|entry| (entry.id.value.as_str(), entry.id.origin)),
            |id| format!("two refactorings are called `{id}`"),
            "give one of them another `id`",
        );
    }

    /// The packages that components are made of.
    pub(super) fn check_packages(&mut self, packages: &[PackageRow]) {
        for row in packages {
            self.expect(Space::Component, &row.component);
        }
        self.unique(
            packages.iter().map(|row| (row.component.as_str(), row.component.origin)),
            |name| format!("`{name}` has two package rows"),
            "keep one of the two",
        );
    }
}
