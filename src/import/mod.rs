//! Evidence from the reports that test runners, coverage tools, scanners and inventories already write.
//!
//! A reader per format turns the bytes of a report into [`Evidence`]; [`share`] divides it among the components that it is
//! about; [`rows`] says what an input states of it; [`place`] finds where that stands and edits the text in place, so that
//! comments and layout stay. Reports are hostile: no entity is expanded, nesting is bounded, and what can't be read is a
//! [`Fault`] with its place, never a panic.

mod cobertura;
mod cyclonedx;
mod go_cover;
mod jacoco;
mod json;
mod junit;
mod lcov;
pub mod package;
pub mod place;
pub mod rows;
mod sarif;
pub mod share;
mod spdx;
mod text;
mod xml;

use std::collections::BTreeMap;

/// A format of reports.
#[derive(Clone, Copy)]
pub struct Format {
    /// What the command line calls it.
    pub name: &'static str,
    /// What it brings, in a few words.
    pub brings: &'static str,
    /// Reads a report.
    pub read: fn(&[u8]) -> Result<Evidence, Fault>,
}

/// All formats.
pub const FORMATS: &[Format] = &[
    Format { name: "junit", brings: "test results (JUnit XML)", read: junit::read },
    Format { name: "cobertura", brings: "coverage (Cobertura XML)", read: cobertura::read },
    Format { name: "lcov", brings: "coverage (LCOV tracefile)", read: lcov::read },
    Format { name: "jacoco", brings: "coverage (JaCoCo XML)", read: jacoco::read },
    Format { name: "go-cover", brings: "coverage (Go's cover profile)", read: go_cover::read },
    Format { name: "sarif", brings: "findings of scans (SARIF 2.1.0)", read: sarif::read },
    Format { name: "cyclonedx", brings: "packages and vulnerabilities (CycloneDX JSON or XML)", read: cyclonedx::read },
    Format { name: "spdx", brings: "packages (SPDX 2 JSON or tag-value)", read: spdx::read },
    Format { name: "package", brings: "packages that a release has pushed (JSON)", read: package::read },
];

/// A format by its name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Why a report is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which it was noticed, where one can be named.
    pub at: Option<usize>,
    /// What is wrong, lower case, with the report as its subject.
    pub message: String,
}

impl Fault {
    fn new(message: impl Into<String>) -> Fault {
        Fault { at: None, message: message.into() }
    }

    fn at(at: usize, message: impl Into<String>) -> Fault {
        Fault { at: Some(at), message: message.into() }
    }
}

/// What a report says.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Tests that ran.
    Tests(Tests),
    /// What of the code they ran.
    Coverage(Coverage),
    /// What a scan found.
    Findings(Vec<Finding>),
    /// What a component is made of.
    Packages(Packages),
    /// Packages that were pushed.
    Released(Vec<package::Released>),
}

/// Tests that ran.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tests {
    /// Tests that passed, those that did so only when repeated among them.
    pub passed: u64,
    /// Tests that failed, by a failure or an error.
    pub failed: u64,
    /// Tests that were skipped.
    pub skipped: u64,
    /// Tests that passed only when repeated.
    pub flaky: u64,
    /// The time of all tests together, in milliseconds.
    pub milliseconds: u64,
    /// The failed tests.
    pub failures: Vec<FailedTest>,
}

impl Tests {
    /// Adds the tests of another report.
    pub fn join(&mut self, other: Tests) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.skipped = self.skipped.saturating_add(other.skipped);
        self.flaky = self.flaky.saturating_add(other.flaky);
        self.milliseconds = self.milliseconds.saturating_add(other.milliseconds);
        self.failures.extend(other.failures);
    }
}

/// A failed test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedTest {
    /// Its name, behind that of its class.
    pub test: String,
    /// What it said, in a line.
    pub message: Option<String>,
    /// Where it stands: `FILE:LINE`.
    pub location: Option<String>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those that are covered.
    pub covered: u64,
    /// All.
    pub total: u64,
}

impl Count {
    /// Adds one.
    fn add(&mut self, covered: bool) {
        self.covered += u64::from(covered);
        self.total += 1;
    }

    /// Adds many.
    fn join(&mut self, other: Count) {
        self.covered = self.covered.saturating_add(other.covered);
        self.total = self.total.saturating_add(other.total);
    }
}

/// Lines, branches and functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Lines; statements where a tool counts those.
    pub lines: Count,
    /// Branches; none where the tool counts none.
    pub branches: Count,
    /// Functions; none where the tool counts none.
    pub functions: Count,
}

impl Covered {
    fn join(&mut self, other: Covered) {
        self.lines.join(other.lines);
        self.branches.join(other.branches);
        self.functions.join(other.functions);
    }
}

/// What of the code ran.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// By the file's path as the report has it, with `/`.
    pub files: BTreeMap<String, Covered>,
    /// What the report says of all together, where it lists no files.
    pub overall: Option<Overall>,
}

/// Coverage as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Overall {
    /// Counted.
    Counted(Covered),
    /// A share of lines from 0 to 1, and nothing else.
    Rate(f64),
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// To be mended some time.
    Low,
    /// To be mended soon.
    Medium,
    /// To be mended now.
    High,
    /// To be mended before all else.
    Critical,
}

impl Severity {
    /// The word of the input language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// By a CVSS base score, as CVSS 3.1 and 4.0 divide them (section 5 and 6 of FIRST's specifications). 0.0 is none.
    fn of_score(score: f64) -> Option<Severity> {
        match score {
            score if score >= 9.0 => Some(Severity::Critical),
            score if score >= 7.0 => Some(Severity::High),
            score if score >= 4.0 => Some(Severity::Medium),
            score if score > 0.0 => Some(Severity::Low),
            _ => None,
        }
    }
}

/// One finding of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file that it is in, with `/`.
    pub file: Option<String>,
}

/// What a component is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packages {
    /// All packages.
    pub total: u64,
    /// Those that the component names itself; none where the report does not tell.
    pub direct: Option<u64>,
    /// How many packages have each licence.
    pub licenses: BTreeMap<String, u64>,
    /// What is known to be wrong.
    pub vulnerabilities: Vec<Vulnerability>,
}

impl Packages {
    /// Adds the packages of another bill.
    pub fn join(&mut self, other: Packages) {
        self.total = self.total.saturating_add(other.total);
        self.direct = match (self.direct, other.direct) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        for (licence, packages) in other.licenses {
            *self.licenses.entry(licence).or_default() += packages;
        }
        self.vulnerabilities.extend(other.vulnerabilities);
    }
}

/// A known vulnerability of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vulnerability {
    /// Its identifier.
    pub id: String,
    /// The package.
    pub package: String,
    /// How bad it is.
    pub severity: Severity,
    /// When it became known: `YYYY-MM-DD`.
    pub published: Option<String>,
}

#[cfg(test)]
mod tests;
