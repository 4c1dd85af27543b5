//! What must be proved: suites, requirements, gates on coverage.

use crate::record;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Shape, Table, Traced};

use super::choice::{CoverageFormat, SuiteKind, SuiteStage};
use super::value::{Duration, Name, Percent, RepositoryPath, Text};

/// A name, or a list of them.
#[derive(Clone, Debug, Default)]
pub struct Names(pub Vec<Traced<Name>>);

impl Decode for Names {
    fn shape() -> Shape {
        Shape::OneOf(vec![Name::shape(), Vec::<Name>::shape()])
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        if decoder.scalar(node).is_some() {
            Traced::decode(decoder, node).map(|name| Names(vec![name]))
        } else {
            Vec::decode(decoder, node).map(Names)
        }
    }
}

record! {
    /// Where a suite's coverage report lies.
    pub struct CoverageReport as "coverage report" {
        /// Its form.
        format: Traced<CoverageFormat>, required;
        /// Its path or glob, from the repository's root.
        path: Traced<RepositoryPath>, required;
    }
}
record! {
    /// The reports that a suite writes.
    pub struct Reports as "reports" {
        /// JUnit XML: a path or glob, from the repository's root.
        junit: Traced<RepositoryPath>, optional;
        /// Coverage.
        coverage: CoverageReport, optional;
    }
}
record! {
    /// A set of tests that one command runs.
    pub struct Suite as "suite" {
        /// What the suite is called.
        name: Traced<Name>, required;
        /// What it proves.
        kind: Traced<SuiteKind>, required;
        /// The component or components that it tests; absent: the whole system.
        component: Names, optional;
        /// The command, run by a shell.
        run: Traced<Text>, required;
        /// Where the command runs, from the repository's root.
        working_directory: Traced<RepositoryPath>, optional;
        /// After how long it is ended.
        timeout: Traced<Duration>, default "15m";
        /// The datastores that it is given.
        needs: Vec<Traced<Name>>, many;
        /// When it runs; by default what its kind calls for.
        stage: Traced<SuiteStage>, optional;
        /// The environment that it runs against.
        environment: Traced<Name>, optional;
        /// Whether its failure stops a release.
        blocking: Traced<bool>, default "true";
        /// The reports that it writes.
        reports: Reports, optional;
        /// The requirements that it proves.
        specification: Vec<Traced<String>>, many;
    }
}

impl Suite {
    /// When it runs: as written, else by its kind.
    #[must_use]
    pub fn stage(&self) -> Traced<SuiteStage> {
        self.stage.unwrap_or_else(|| {
            self.kind.with(match self.kind.value {
                SuiteKind::Unit | SuiteKind::Integration | SuiteKind::Contract | SuiteKind::Security => {
                    SuiteStage::Build
                }
                SuiteKind::E2e | SuiteKind::Performance => SuiteStage::Release,
                SuiteKind::Smoke => SuiteStage::PostDeploy,
            })
        })
    }

    /// The components that it tests; none: the whole system.
    #[must_use]
    pub fn components(&self) -> &[Traced<Name>] {
        self.component.as_ref().map_or(&[], |names| &names.0)
    }
}

record! {
    /// Something that the system must do.
    pub struct Requirement as "requirement" {
        /// What it is called.
        id: Traced<String>, required;
        /// In a sentence.
        title: Traced<String>, required;
        /// The component that does it.
        component: Traced<Name>, optional;
    }
}
record! {
    /// The coverage that a component must reach.
    pub struct CoverageGate as "coverage gate" {
        /// Lines, in percent.
        line: Traced<Percent>, optional;
        /// Branches, in percent.
        branch: Traced<Percent>, optional;
        /// Functions, in percent.
        function: Traced<Percent>, optional;
    }
}
record! {
    /// The coverage that components must reach.
    pub struct CoverageGates as "coverage gates" {
        /// Lines, in percent.
        line: Traced<Percent>, default "90";
        /// Branches, in percent.
        branch: Traced<Percent>, optional;
        /// Functions, in percent.
        function: Traced<Percent>, optional;
        /// Other limits for single components.
        components: Table<Name, CoverageGate>, many;
    }
}
record! {
    /// What the evidence must reach.
    pub struct QualityGates as "quality gates" {
        /// Coverage.
        coverage: CoverageGates, optional;
        /// Tests that must pass, in percent.
        pass_rate: Traced<Percent>, default "100";
        /// Tests that may be flaky, in percent.
        flaky_rate: Traced<Percent>, default "1";
        /// Tests that may be skipped, in percent.
        skipped_rate: Traced<Percent>, default "5";
        /// Mutants that must be caught, in percent.
        mutation_score: Traced<Percent>, optional;
        /// How old evidence may be.
        max_age: Traced<Duration>, default "7d";
        /// Whether evidence must be of the package's commit.
        same_commit: Traced<bool>, default "true";
    }
}
