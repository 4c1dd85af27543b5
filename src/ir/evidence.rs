//! What was measured: coverage, results, quality, drills, refactorings. Read as they stand; gates judge them.

use crate::record;
use crate::source::decode::decode_scalar;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Shape, Table, Traced};

use super::choice::{DrillKind, RefactoringKind, Severity, TestState};
use super::value::{Commit, Date, Decimal, Duration, Name, Percent, Time};

/// A share of something: as a percent, or counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// A percent as reported.
    Percent(Percent),
    /// So many of so many.
    Counted {
        /// How many were covered.
        covered: Traced<u64>,
        /// How many there are.
        total: Traced<u64>,
    },
}

record! {
    /// How much of something is covered, counted.
    pub struct CountedMeasure as "counted measure" {
        /// How many were covered.
        covered: Traced<u64>, required;
        /// How many there are.
        total: Traced<u64>, required;
    }
}

impl Measure {
    /// The percent, exact to 12 places; nothing to cover is all covered.
    #[must_use]
    pub fn percent(&self) -> Decimal {
        match self {
            Measure::Percent(percent) => percent.0,
            Measure::Counted { total, .. } if total.value == 0 => Decimal::whole(100),
            Measure::Counted { covered, total } => {
                let whole = |count: u64| Decimal::whole(i64::try_from(count).unwrap_or(i64::MAX / 1000));
                whole(covered.value).times(Decimal::whole(100)).over(whole(total.value))
            }
        }
    }
}

impl Decode for Measure {
    fn shape() -> Shape {
        Shape::OneOf(vec![Percent::shape(), CountedMeasure::shape()])
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        if decoder.scalar(node).is_some() {
            decode_scalar(decoder, node).map(Measure::Percent)
        } else {
            CountedMeasure::decode(decoder, node)
                .map(|counted| Measure::Counted { covered: counted.covered, total: counted.total })
        }
    }
}

record! {
    /// The coverage of one component.
    pub struct CoverageRow as "coverage row" {
        /// The component that was measured.
        component: Traced<Name>, required;
        /// Covered lines.
        line: Traced<Measure>, required;
        /// Covered branches.
        branch: Traced<Measure>, optional;
        /// Covered functions.
        function: Traced<Measure>, optional;
        /// The commit that was measured, where it differs from the file's.
        commit: Traced<Commit>, optional;
        /// When it was measured, where it differs from the file's.
        generated_at: Traced<Time>, optional;
    }
}
record! {
    /// One failed test.
    pub struct Failure as "failure" {
        /// The test's name.
        test: Traced<String>, required;
        /// What it said.
        message: Traced<String>, optional;
        /// Where it stands.
        location: Traced<String>, optional;
    }
}
record! {
    /// Latencies that earlier runs reached.
    pub struct Latencies as "baseline" {
        /// Median.
        p50: Traced<Duration>, optional;
        /// 95th percentile.
        p95: Traced<Duration>, optional;
        /// 99th percentile.
        p99: Traced<Duration>, optional;
        /// 99.9th percentile.
        p999: Traced<Duration>, optional;
    }
}
record! {
    /// What a performance suite measured.
    pub struct Performance as "performance result" {
        /// Requests a second that were reached.
        requests_per_second: Traced<Decimal>, optional;
        /// Median latency.
        p50: Traced<Duration>, optional;
        /// 95th percentile of latency.
        p95: Traced<Duration>, optional;
        /// 99th percentile of latency.
        p99: Traced<Duration>, optional;
        /// 99.9th percentile of latency.
        p999: Traced<Duration>, optional;
        /// Failed requests, in percent.
        error_rate: Traced<Percent>, optional;
        /// How long the load lasted.
        duration: Traced<Duration>, optional;
        /// How many replicas took the load.
        replicas: Traced<u32>, optional;
        /// What earlier runs reached.
        baseline: Latencies, optional;
    }
}
record! {
    /// The result of one suite.
    pub struct SuiteResult as "suite result" {
        /// The suite that ran.
        suite: Traced<Name>, required;
        /// The component it ran for, where the suite is of several.
        component: Traced<Name>, optional;
        /// The commit that was tested, where it differs from the file's.
        commit: Traced<Commit>, optional;
        /// When it ran, where it differs from the file's.
        generated_at: Traced<Time>, optional;
        /// How many tests passed.
        passed: Traced<u64>, required;
        /// How many tests failed.
        failed: Traced<u64>, default "0";
        /// How many tests were skipped.
        skipped: Traced<u64>, default "0";
        /// How many tests passed only when repeated.
        flaky: Traced<u64>, default "0";
        /// How long it took.
        duration: Traced<Duration>, optional;
        /// The failed tests.
        failures: Vec<Failure>, many;
        /// What a performance suite measured.
        performance: Performance, optional;
    }
}
record! {
    /// An exercise of an emergency.
    pub struct Drill as "drill" {
        /// What was exercised.
        kind: Traced<DrillKind>, required;
        /// Where.
        environment: Traced<Name>, required;
        /// The component that was exercised.
        component: Traced<Name>, optional;
        /// The datastore that was exercised.
        datastore: Traced<Name>, optional;
        /// When.
        date: Traced<Date>, required;
        /// Whether it went well.
        passed: Traced<bool>, required;
        /// How long it took until all was well again.
        recovery_time: Traced<Duration>, optional;
        /// How much was lost, as time.
        data_loss: Traced<Duration>, optional;
    }
}
record! {
    /// Builds that were run.
    pub struct BuildHistory as "build history" {
        /// All builds.
        total: Traced<u64>, required;
        /// Builds that succeeded.
        succeeded: Traced<u64>, required;
    }
}
record! {
    /// Deployments that were made.
    pub struct DeploymentHistory as "deployment history" {
        /// All deployments.
        total: Traced<u64>, required;
        /// Deployments that succeeded.
        succeeded: Traced<u64>, required;
        /// Deployments that were taken back.
        rolled_back: Traced<u64>, default "0";
    }
}
record! {
    /// How the last weeks went.
    pub struct History as "history" {
        /// Builds.
        builds: BuildHistory, optional;
        /// Deployments.
        deployments: DeploymentHistory, optional;
        /// From commit to production.
        lead_time: Traced<Duration>, optional;
        /// From failure to recovery.
        time_to_restore: Traced<Duration>, optional;
        /// The time that the numbers are of.
        window: Traced<Duration>, optional;
    }
}
record! {
    /// Cyclomatic complexity of functions.
    pub struct Complexity as "complexity" {
        /// The worst function.
        max: Traced<Decimal>, optional;
        /// The mean.
        mean: Traced<Decimal>, optional;
    }
}
record! {
    /// What the linter said.
    pub struct Lint as "lint result" {
        /// Errors.
        errors: Traced<u64>, default "0";
        /// Warnings.
        warnings: Traced<u64>, default "0";
    }
}
record! {
    /// Findings of static analysis by severity.
    pub struct Findings as "findings" {
        /// Critical ones.
        critical: Traced<u64>, default "0";
        /// High ones.
        high: Traced<u64>, default "0";
        /// Medium ones.
        medium: Traced<u64>, default "0";
        /// Low ones.
        low: Traced<u64>, default "0";
    }
}
record! {
    /// The quality of one component's code.
    pub struct QualityRow as "quality row" {
        /// The component that was measured.
        component: Traced<Name>, required;
        /// Cyclomatic complexity.
        complexity: Complexity, optional;
        /// Duplicated lines, in percent.
        duplication: Traced<Percent>, optional;
        /// What the linter said.
        lint: Lint, optional;
        /// Maintainability index, 0 to 100.
        maintainability: Traced<Percent>, optional;
        /// Mutants that the tests caught, in percent.
        mutation_score: Traced<Percent>, optional;
        /// Public items with documentation, in percent.
        documentation: Traced<Percent>, optional;
        /// Findings of static analysis.
        findings: Findings, optional;
        /// The commit that was measured, where it differs from the file's.
        commit: Traced<Commit>, optional;
        /// When it was measured, where it differs from the file's.
        generated_at: Traced<Time>, optional;
    }
}
record! {
    /// How many findings are allowed by severity.
    pub struct FindingLimits as "finding limits" {
        /// Critical ones.
        critical: Traced<u64>, default "0";
        /// High ones.
        high: Traced<u64>, default "0";
        /// Medium ones; no limit where absent.
        medium: Traced<u64>, optional;
        /// Low ones; no limit where absent.
        low: Traced<u64>, optional;
    }
}
record! {
    /// What code must reach.
    pub struct QualityThresholds as "quality thresholds" {
        /// Highest complexity of a function.
        complexity_max: Traced<Decimal>, default "20";
        /// Highest share of duplicated lines, in percent.
        duplication: Traced<Percent>, default "5";
        /// Highest number of lint errors.
        lint_errors: Traced<u64>, default "0";
        /// Lowest maintainability index.
        maintainability: Traced<Percent>, optional;
        /// Lowest mutation score, in percent.
        mutation_score: Traced<Percent>, optional;
        /// Findings that are allowed.
        findings: FindingLimits, optional;
    }
}
record! {
    /// A job that changes stored data before a new version runs.
    pub struct Migration as "migration" {
        /// The command, run by a shell in the component's image.
        run: Traced<String>, required;
        /// Whether it can be taken back.
        reversible: Traced<bool>, required;
        /// Whether the old version can go on meanwhile.
        online: Traced<bool>, default "false";
    }
}
record! {
    /// How the tests stood before and after.
    pub struct TestsAround as "test states" {
        /// Before the change.
        before: Traced<TestState>, optional;
        /// After the change.
        after: Traced<TestState>, optional;
    }
}
record! {
    /// One change of structure.
    pub struct Refactoring as "refactoring" {
        /// What it is called.
        id: Traced<String>, required;
        /// When it was made.
        date: Traced<Date>, required;
        /// The component that changed.
        component: Traced<Name>, required;
        /// What changed.
        kind: Traced<RefactoringKind>, required;
        /// In a sentence.
        summary: Traced<String>, required;
        /// Whether others must change with it.
        breaking: Traced<bool>, default "false";
        /// A job that runs before the new version.
        migration: Migration, optional;
        /// How the tests stood.
        tests: TestsAround, optional;
        /// The commit.
        commit: Traced<Commit>, optional;
        /// The version that carried it; absent: not yet released.
        released: Traced<String>, optional;
        /// Who approved it.
        approved_by: Traced<String>, optional;
    }
}
record! {
    /// A known vulnerability of a package.
    pub struct Vulnerability as "vulnerability" {
        /// Its identifier.
        id: Traced<String>, required;
        /// The package.
        package: Traced<String>, required;
        /// How bad it is.
        severity: Traced<Severity>, required;
        /// The version without it.
        fixed_in: Traced<String>, optional;
        /// When it became known.
        published: Traced<Date>, optional;
    }
}
record! {
    /// The packages that a component is made of.
    pub struct PackageRow as "package row" {
        /// The component.
        component: Traced<Name>, required;
        /// The file that names the direct packages.
        manifest: Traced<super::value::RepositoryPath>, optional;
        /// The file that pins all packages.
        lockfile: Traced<super::value::RepositoryPath>, optional;
        /// How many are named.
        direct: Traced<u64>, optional;
        /// How many come with them.
        transitive: Traced<u64>, optional;
        /// How many have a newer version.
        outdated: Traced<u64>, optional;
        /// How many packages have each licence.
        licenses: Table<String, Traced<u64>>, many;
        /// What is known to be wrong.
        vulnerabilities: Vec<Vulnerability>, many;
    }
}
record! {
    /// Which licences may be used.
    pub struct LicencePolicy as "licence policy" {
        /// Never these.
        deny: Vec<Traced<String>>, many;
        /// Only these, where there are any.
        allow: Vec<Traced<String>>, many;
    }
}
record! {
    /// How long a vulnerability may wait.
    pub struct VulnerabilityGrace as "grace" {
        /// Critical ones.
        critical: Traced<Duration>, optional;
        /// High ones.
        high: Traced<Duration>, optional;
        /// Medium ones.
        medium: Traced<Duration>, optional;
    }
}
record! {
    /// Which vulnerabilities may be shipped.
    pub struct VulnerabilityPolicy as "vulnerability policy" {
        /// The worst that may stay.
        max_severity: Traced<Severity>, default "medium";
        /// How long worse ones may wait.
        grace: VulnerabilityGrace, optional;
    }
}
record! {
    /// What dependencies must keep to.
    pub struct DependencyPolicy as "dependency policy" {
        /// Licences.
        licenses: LicencePolicy, optional;
        /// Vulnerabilities.
        vulnerabilities: VulnerabilityPolicy, optional;
        /// How many outdated packages a component may have.
        max_outdated: Traced<u64>, optional;
    }
}
