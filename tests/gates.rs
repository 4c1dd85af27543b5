//! Each gate can fail and pass, and says what a person can act on.
//!
//! `fixtures/base/` is a small system without findings. A case `fixtures/fail/GNNN-slug/` holds the files that differ from
//! it; laid over it, they make exactly the finding of `expected.txt`. With the files of its `neighbour/` on top the same
//! system passes. `UPDATE_EXPECT=1` writes what is found now, to be read before it is committed.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use pathc::diag::render::{Look, render};
use pathc::diag::{Code, Context, Diagnostic, Format, Severity, code};
use pathc::gates::{self, Gate, Settings, Stage};
use pathc::input::Input;
use pathc::ir::choice::{Domain, Level};
use pathc::ir::value::Time;
use pathc::source::{RecordShape, Scalar, Sources};
use pathc::spec::Specs;
use pathc::{input, output, plan, profile};
use tempfile::TempDir;

/// The moment that all fixtures are judged at.
const NOW: &str = "2026-11-23T12:00:00Z";

fn fixtures() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// What is said about the system of a folder at a release.
struct Said {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    passed: bool,
}

fn judge(root: &Utf8Path) -> Said {
    judge_by(root, &settings(NOW))
}

/// A check of a release at a moment.
fn settings(now: &str) -> Settings {
    let now = Time::read(now).unwrap_or_else(|_| panic!("`{now}` is a time"));
    Settings::release(now)
}

fn judge_by(root: &Utf8Path, settings: &Settings) -> Said {
    let Input { system, mut sources, mut diagnostics, .. } = input::read(root);
    let (specs, problems) = Specs::load(&mut sources);
    diagnostics.extend(problems);
    let mut passed = false;
    if let (Some(system), Some(specs)) = (&system, &specs) {
        let (plans, problems) = plan::plan(system, specs);
        diagnostics.extend(problems);
        let judgement = gates::check(system, plans, settings);
        diagnostics.extend(judgement.diagnostics);
        passed = judgement.checked.is_some();
    }
    Said { sources, diagnostics, passed }
}

impl Said {
    /// As people read it.
    fn text(&self) -> String {
        let gates = gates::ALL.iter().map(|gate| gate.code);
        let mut codes: Vec<Code> =
            [code::LANGUAGE, code::OUTPUT, code::TARGET].into_iter().flatten().copied().chain(gates).collect();
        codes.sort();
        let rules =
            [input::rules::TABLE, profile::rules::TABLE, plan::infrastructure::rules::TABLE, output::rule::TABLE];
        let mut records: Vec<&'static RecordShape> = Vec::new();
        for document in input::DOCUMENTS {
            (document.shape)().visit_records(&mut records);
        }
        let context = Context { sources: &self.sources, codes: &codes, rules: &rules, records: &records };
        render(Format::Human, &self.diagnostics, &context, Look::PLAIN)
    }
}

/// The codes of findings, each with what it is to the run.
fn codes(said: &Said) -> Vec<String> {
    said.diagnostics.iter().map(|found| format!("{} {}", found.severity(), found.code.as_str())).collect()
}

/// A system that a gate has something to say about.
struct Case {
    gate: &'static Gate,
    folder: Utf8PathBuf,
}

/// The cases of all gates: `GNNN-slug/`, and `GNNN-slug-variant/` where a gate can fail in several ways.
fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = fixtures()
        .join("fail")
        .read_dir_utf8()
        .unwrap()
        .map(|entry| entry.unwrap().into_path())
        .filter(|folder| folder.file_name().unwrap().starts_with('G'))
        .map(|folder| {
            let name = folder.file_name().unwrap();
            let is_of = |gate: &Gate| name.starts_with(&format!("{}-{}", gate.code.as_str(), gate.code.slug()));
            let gate = gates::ALL.iter().find(|gate| is_of(gate)).unwrap_or_else(|| panic!("{name} is of no gate"));
            Case { gate, folder }
        })
        .collect();
    cases.sort_by(|left, right| left.folder.cmp(&right.folder));
    cases
}

/// A folder with the files of all layers, the later ones over the earlier ones.
fn laid_over(layers: &[&Utf8Path]) -> TempDir {
    let whole = TempDir::new().unwrap();
    for layer in layers {
        lay(layer, Utf8Path::from_path(whole.path()).unwrap());
    }
    whole
}

fn lay(layer: &Utf8Path, over: &Utf8Path) {
    for entry in layer.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let target = over.join(entry.file_name());
        match entry.file_name() {
            "neighbour" | "expected.txt" | "README.md" => {}
            _ if entry.path().is_dir() => {
                fs::create_dir_all(&target).unwrap();
                lay(entry.path(), &target);
            }
            _ => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

fn judge_layers(layers: &[&Utf8Path]) -> Said {
    let whole = laid_over(layers);
    judge(Utf8Path::from_path(whole.path()).unwrap())
}

#[test]
fn the_base_of_the_cases_has_no_finding() {
    let said = judge(&fixtures().join("base"));
    assert!(said.passed && said.diagnostics.is_empty(), "{}", said.text());
}

#[test]
fn every_gate_has_a_case() {
    let cases = cases();
    let without: Vec<&str> = gates::ALL
        .iter()
        .filter(|gate| !cases.iter().any(|case| case.gate.code == gate.code))
        .map(|gate| gate.code.as_str())
        .collect();
    assert_eq!(without, [""; 0], "these gates have no case in fixtures/fail/");
}

#[test]
fn each_case_has_the_findings_of_its_gate_and_no_others() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    let mut wrong = String::new();
    for case in cases() {
        let said = judge_layers(&[&fixtures().join("base"), &case.folder]);
        let text = said.text();
        let name = case.folder.file_name().unwrap();
        if said.diagnostics.is_empty() || said.diagnostics.iter().any(|found| found.code != case.gate.code) {
            writeln!(wrong, "==== {name} finds {:?}\n{text}", codes(&said)).unwrap();
            continue;
        }
        let denies = said.diagnostics.iter().any(|found| found.severity() == Severity::Error);
        assert_eq!(said.passed, !denies, "{name}");
        let expected = case.folder.join("expected.txt");
        if update {
            fs::write(&expected, &text).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != text {
            writeln!(wrong, "==== {name} is not as its expected.txt says:\n{text}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nUPDATE_EXPECT=1 writes what is found now");
}

#[test]
fn each_neighbour_passes() {
    let mut wrong = String::new();
    for case in cases() {
        let said = judge_layers(&[&fixtures().join("base"), &case.folder, &case.folder.join("neighbour")]);
        if !said.diagnostics.is_empty() {
            writeln!(wrong, "==== the neighbour of {}\n{}", case.folder.file_name().unwrap(), said.text()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_storefront_is_clean_but_for_its_waiver() {
    let said = judge(&fixtures().join("pass/storefront"));
    assert_eq!(codes(&said), ["waived G304"], "{}", said.text());
    assert!(said.passed);
    let text = said.text();
    assert!(text.contains("waived by head-of-ops@acme.example until 2027-01-15: First rollback drill"), "{text}");
}

/// A whole system of each domain stands among the passing ones, so that every judge sees what its profile decides.
#[test]
fn each_domain_has_a_system_without_findings() {
    let systems = [
        (Domain::Protocol, "telemetry-broker"),
        (Domain::Business, "storefront"),
        (Domain::Data, "river-gauges"),
        (Domain::Realtime, "ad-bidding"),
    ];
    assert_eq!(systems.map(|(domain, _)| domain).as_slice(), Domain::ALL);
    for (domain, name) in systems {
        let manifest = fs::read_to_string(fixtures().join("pass").join(name).join("pathc.yaml")).unwrap();
        assert!(manifest.contains(&format!("\ndomain: {domain}\n")), "{name}");
        let said = judge(&fixtures().join("pass").join(name));
        let found = said.diagnostics.iter().filter(|found| found.severity() != Severity::Waived).count();
        assert!(said.passed && found == 0, "{}", said.text());
    }
}

/// The waiver of the storefront holds through 2027-01-15.
#[test]
fn an_expired_waiver_denies_in_a_check_and_warns_in_a_build() {
    let storefront = fixtures().join("pass/storefront");
    let last = judge_by(&storefront, &settings("2027-01-15T23:59:59Z"));
    assert!(codes(&last).contains(&"waived G304".to_owned()), "{}", last.text());
    let over = judge_by(&storefront, &settings("2027-01-16T00:00:00Z"));
    assert!(!over.passed);
    for expected in ["warning G304", "error G706"] {
        assert!(codes(&over).contains(&expected.to_owned()), "{expected} in {}", over.text());
    }
    let build = judge_by(&storefront, &Settings { generating: true, ..settings("2027-01-16T00:00:00Z") });
    assert!(build.passed, "{}", build.text());
    for expected in ["waived G304", "warning G706"] {
        assert!(codes(&build).contains(&expected.to_owned()), "{expected} in {}", build.text());
    }
}

#[test]
fn a_level_of_the_command_line_beats_the_manifest_and_the_last_one_holds() {
    let demo = fixtures().join("pass/opentelemetry-demo");
    let levels = |levels: &[(&str, Level)]| Settings {
        levels: levels.iter().map(|(code, level)| ((*code).to_owned(), *level)).collect(),
        ..settings(NOW)
    };
    let allowed = judge_by(&demo, &levels(&[]));
    assert!(allowed.passed && !codes(&allowed).iter().any(|code| code.ends_with("G401")), "{:?}", codes(&allowed));
    let denied = judge_by(&demo, &levels(&[("G401", Level::Warn), ("G401", Level::Deny)]));
    assert!(!denied.passed && codes(&denied).contains(&"error G401".to_owned()), "{:?}", codes(&denied));
    let warned = judge_by(&demo, &levels(&[("G401", Level::Deny), ("G401", Level::Warn)]));
    assert!(warned.passed && codes(&warned).contains(&"warning G401".to_owned()), "{:?}", codes(&warned));
}

#[test]
fn evidence_that_a_later_stage_makes_warns_before_it() {
    let unsigned = laid_over(&[&fixtures().join("base"), &fixtures().join("fail/G506-unsigned-package")]);
    let untested = laid_over(&[&fixtures().join("base"), &fixtures().join("fail/G203-suite-without-result")]);
    let passes = |folder: &TempDir, stage: Stage| {
        judge_by(Utf8Path::from_path(folder.path()).unwrap(), &Settings { stage, ..settings(NOW) }).passed
    };
    let stages = [Stage::Commit, Stage::Candidate, Stage::Release];
    assert_eq!(stages.map(|stage| passes(&untested, stage)), [true, false, false]);
    assert_eq!(stages.map(|stage| passes(&unsigned, stage)), [true, true, false]);
}

#[test]
fn a_credential_is_never_shown() {
    let folder = fixtures().join("fail/G505-plaintext-secret");
    let said = judge_layers(&[&fixtures().join("base"), &folder]);
    let text = fs::read_to_string(folder.join("path/implementation_artifacts/api.yaml")).unwrap();
    let value = text.split("PAYMENT_API_KEY: ").nth(1).unwrap().split('}').next().unwrap();
    assert!(value.len() > 10 && !said.text().contains(value), "{}", said.text());
}

#[test]
fn the_opentelemetry_demo_passes_by_the_levels_that_it_states() {
    let said = judge(&fixtures().join("pass/opentelemetry-demo"));
    assert!(said.passed, "{}", said.text());
    assert!(said.diagnostics.iter().all(|found| found.severity() == Severity::Warning), "{}", said.text());
}

#[test]
fn the_table_is_in_order_and_its_files_agree() {
    let known: Vec<String> = gates::ALL
        .iter()
        .map(|gate| format!("{}_{}.rs", gate.code.as_str(), gate.code.slug()).to_lowercase())
        .collect();
    assert!(known.is_sorted(), "{known:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gates");
    let is_gate = |name: &str| name.starts_with('g') && name.as_bytes()[1].is_ascii_digit();
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace('_', "-").replacen('-', "_", 1))
        .filter(|name| is_gate(name))
        .collect();
    files.sort();
    assert_eq!(files, known);
    for gate in gates::ALL {
        let phase = gate.code.0.phase.unwrap();
        assert_eq!(gate.code.as_str().as_bytes()[1] - b'0', phase, "{}", gate.code.as_str());
    }
}

#[test]
fn every_gate_documents_what_why_an_example_and_how_to_fix() {
    const SECTIONS: &[&str] = &["# What it does", "# Why it matters", "# Example", "# How to fix"];
    for gate in gates::ALL {
        let doc = gate.code.0.doc;
        assert_eq!(headings(doc), SECTIONS, "{}", gate.code.as_str());
        assert!(doc.contains("```yaml"), "{} shows no example", gate.code.as_str());
        assert!(doc.lines().all(|line| line.chars().count() <= 130), "{} has an overlong line", gate.code.as_str());
    }
}

/// The headings of a documentation; what looks like one within an example is a comment.
fn headings(doc: &str) -> Vec<&str> {
    let mut within = false;
    let mut found = Vec::new();
    for line in doc.lines().map(str::trim) {
        within ^= line.starts_with("```");
        if !within && line.starts_with("# ") {
            found.push(line);
        }
    }
    found
}
