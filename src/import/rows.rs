//! What an input document states of imported evidence: one row of one list.

use super::package::Released;
use super::share::{Measured, Tally};
use super::{Count, FailedTest, Packages, Tests};
use crate::ir::Origin;
use crate::ir::value::{Decimal, Time};
use crate::output::doc::Style;
use crate::output::{Doc, Map};

crate::rules! { room 12;
    REPORT = "imported": "`pathc import` read it from a report";
}

/// One row of a document.
#[derive(Clone, Debug)]
pub struct Row {
    /// The document's name without `.yaml`.
    pub document: &'static str,
    /// The list that the row stands in.
    pub list: &'static str,
    /// The keys that say which row it is, with their values. A value that is none must not be there.
    pub identity: Vec<(&'static str, Option<String>)>,
    /// What the row states. A value that is none is taken out: the report no longer says it.
    pub fields: Vec<(&'static str, Option<Doc>)>,
    /// Keys of the document, written where the document begins with this row.
    pub head: Vec<(&'static str, Doc)>,
}

/// When and of what the evidence is.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The commit.
    pub commit: String,
    /// The moment.
    pub generated_at: Time,
    /// The tool, where it was named.
    pub tool: Option<String>,
}

fn origin() -> Origin {
    Origin::rule(REPORT)
}

/// A text of a report, within one line and readable: test runners write what terminals understand.
fn text(text: impl Into<String>) -> Doc {
    let mut text: String = text.into();
    if text.contains(char::is_control) {
        text = text.replace(char::is_control, " ");
    }
    Doc::text(text, origin())
}

fn number(number: u64) -> Doc {
    Doc::Integer(i64::try_from(number).unwrap_or(i64::MAX), origin())
}

fn inline() -> Map {
    Map { style: Style::Flow, ..Map::new(origin()) }
}

impl Stamp {
    fn fields(&self) -> [(&'static str, Option<Doc>); 2] {
        [("commit", Some(text(&*self.commit))), ("generated_at", Some(text(self.generated_at.to_string())))]
    }

    fn head(&self) -> Vec<(&'static str, Doc)> {
        let tool = self.tool.as_deref().map(|tool| ("tool", text(tool)));
        let stamp = self.fields().into_iter().filter_map(|(key, value)| Some((key, value?)));
        tool.into_iter().chain(stamp).collect()
    }
}

/// The result of a suite. `component`: where the suite is of several.
#[must_use]
pub fn of_tests(tests: &Tests, suite: &str, component: Option<&str>, stamp: &Stamp) -> Row {
    let failures = tests.failures.iter().map(failure);
    let mut fields = vec![
        ("passed", Some(number(tests.passed))),
        ("failed", Some(number(tests.failed))),
        ("skipped", Some(number(tests.skipped))),
        ("flaky", Some(number(tests.flaky))),
        ("duration", (tests.milliseconds > 0).then(|| text(duration(tests.milliseconds)))),
        ("failures", (!tests.failures.is_empty()).then(|| Doc::List(failures.collect(), Style::Flow, origin()))),
    ];
    fields.extend(stamp.fields());
    Row {
        document: "test_results",
        list: "suites",
        identity: vec![("suite", Some(suite.to_owned())), ("component", component.map(str::to_owned))],
        fields,
        // The tool of a document is of coverage and quality alone.
        head: Stamp { tool: None, ..stamp.clone() }.head(),
    }
}

fn failure(failed: &FailedTest) -> Doc {
    inline()
        .with("test", text(&*failed.test))
        .with_some("message", failed.message.as_deref().map(text))
        .with_some("location", failed.location.as_deref().map(text))
        .into()
}

/// Whole seconds, or milliseconds where a second says too little.
fn duration(milliseconds: u64) -> String {
    if milliseconds >= 10_000 { format!("{}s", (milliseconds + 500) / 1000) } else { format!("{milliseconds}ms") }
}

/// The coverage of a component.
#[must_use]
pub fn of_coverage(measured: Measured, component: &str, stamp: &Stamp) -> Row {
    let (lines, branches, functions) = match measured {
        Measured::Counted(covered) => (Some(count(covered.lines)), some(covered.branches), some(covered.functions)),
        Measured::Rate(rate) => {
            // Hundredths of a percent, rounded down: evidence is never made better.
            let percent = Decimal::new((rate * 10_000.0).floor() as i64, 2);
            (Some(Doc::Number(percent, origin())), None, None)
        }
    };
    let mut fields = vec![("line", lines), ("branch", branches), ("function", functions)];
    fields.extend(stamp.fields());
    Row {
        document: "test_coverage_report",
        list: "components",
        identity: vec![("component", Some(component.to_owned()))],
        fields,
        head: stamp.head(),
    }
}

fn count(count: Count) -> Doc {
    inline().with("covered", number(count.covered)).with("total", number(count.total)).into()
}

/// A count where the tool counts such things at all.
fn some(counted: Count) -> Option<Doc> {
    (counted.total > 0).then(|| count(counted))
}

/// The findings of a component.
#[must_use]
pub fn of_findings(tally: Tally, component: &str, stamp: &Stamp) -> Row {
    let findings = inline()
        .with("critical", number(tally.critical))
        .with("high", number(tally.high))
        .with("medium", number(tally.medium))
        .with("low", number(tally.low));
    let mut fields = vec![("findings", Some(findings.into()))];
    fields.extend(stamp.fields());
    Row {
        document: "code_quality_metrics",
        list: "components",
        identity: vec![("component", Some(component.to_owned()))],
        fields,
        head: stamp.head(),
    }
}

/// The packages of a component.
#[must_use]
pub fn of_packages(packages: &Packages, component: &str) -> Row {
    let licences = packages
        .licenses
        .iter()
        .fold(inline(), |map, (licence, packages)| map.with(licence.clone(), number(*packages)));
    let vulnerabilities = packages.vulnerabilities.iter().map(|known| {
        Doc::from(
            inline()
                .with("id", text(&*known.id))
                .with("package", text(&*known.package))
                .with("severity", text(known.severity.word()))
                .with_some("published", known.published.as_deref().map(text)),
        )
    });
    let vulnerabilities = Doc::List(vulnerabilities.collect(), Style::Flow, origin());
    let direct = packages.direct.map(|direct| direct.min(packages.total));
    let fields = vec![
        ("direct", direct.map(number)),
        ("transitive", direct.map(|direct| number(packages.total - direct))),
        ("licenses", (!packages.licenses.is_empty()).then(|| licences.into())),
        ("vulnerabilities", (!packages.vulnerabilities.is_empty()).then_some(vulnerabilities)),
    ];
    Row {
        document: "dependency_specifications",
        list: "packages",
        identity: vec![("component", Some(component.to_owned()))],
        fields,
        head: Vec::new(),
    }
}

/// A package that was pushed.
#[must_use]
pub fn of_release(released: &Released) -> Row {
    let flag = |value| Some(Doc::Bool(value, origin()));
    let fields = vec![
        ("version", Some(text(&*released.version))),
        ("digest", Some(text(&*released.digest))),
        ("commit", Some(text(&*released.commit))),
        ("built_at", Some(text(&*released.built_at))),
        ("sbom", flag(released.sbom)),
        ("signed", flag(released.signed)),
        ("provenance", flag(released.provenance)),
    ];
    Row {
        document: "deployment_packages",
        list: "packages",
        identity: vec![("component", Some(released.component.clone()))],
        fields,
        head: Vec::new(),
    }
}
