//! What all gates share: levels, waivers, stages, the clock, the table and the documentation.
//!
//! The cases of each gate are walked by `tests/fixtures.rs`.
#![allow(clippy::unwrap_used)]

mod walk;

use std::fs;
use std::path::Path;

use camino::Utf8Path;
use pathc::diag::Severity;
use pathc::gates::{self, Settings, Stage, reads};
use pathc::ir::choice::{Domain, Level};
use pathc::output::resource;
use pathc::source::{FileKind, Place};
use tempfile::TempDir;

use walk::{NOW, Said, fixtures, judge, judge_by, judge_layers, laid_over, settings};

/// The codes of findings, each with what it is to the run.
fn codes(said: &Said) -> Vec<String> {
    said.diagnostics.iter().map(|found| format!("{} {}", found.severity(), found.code.as_str())).collect()
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
    let unsigned = laid_over(&[&fixtures().join("base"), &fixtures().join("fail/G506-unsigned-package")]).unwrap();
    let untested = laid_over(&[&fixtures().join("base"), &fixtures().join("fail/G203-suite-without-result")]).unwrap();
    let undrilled =
        laid_over(&[&fixtures().join("base"), &fixtures().join("fail/G507-control-missing-soc2-a1-3")]).unwrap();
    let passes = |folder: &TempDir, stage: Stage| {
        judge_by(Utf8Path::from_path(folder.path()).unwrap(), &Settings { stage, ..settings(NOW) }).passed
    };
    let stages = [Stage::Commit, Stage::Candidate, Stage::Release];
    assert_eq!(stages.map(|stage| passes(&untested, stage)), [true, false, false]);
    assert_eq!(stages.map(|stage| passes(&undrilled, stage)), [true, false, false]);
    assert_eq!(stages.map(|stage| passes(&unsigned, stage)), [true, true, false]);
}

#[test]
fn a_credential_is_never_shown() {
    let folder = fixtures().join("fail/G505-plaintext-secret");
    let said = judge_layers(&[&fixtures().join("base"), &folder]).unwrap();
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

/// Evidence that a whole system lacks is told once, by the gate that would judge it; at a commit it is still to come.
#[test]
fn a_document_of_evidence_that_is_not_there_is_told() {
    for (document, code) in
        [("test_coverage_report", "G201"), ("test_results", "G203"), ("code_quality_metrics", "G211")]
    {
        let system = laid_over(&[&fixtures().join("base")]).unwrap();
        let root = Utf8Path::from_path(system.path()).unwrap();
        fs::remove_file(root.join("path").join(format!("{document}.yaml"))).unwrap();
        let said = judge(root);
        // What no pipeline measures is no reason to stop a first release.
        let level = if code == "G211" { "warning" } else { "error" };
        assert!(codes(&said).contains(&format!("{level} {code}")), "{document}: {:?}", codes(&said));
        assert_eq!(said.passed, level == "warning", "{document}");
        let commit = judge_by(root, &Settings { stage: Stage::Commit, ..settings(NOW) });
        assert!(commit.passed && codes(&commit).contains(&format!("warning {code}")), "{document}: {}", commit.text());
    }
}

/// What has no number is not judged, and the run says so; it is no finding.
#[test]
fn what_could_not_be_judged_is_said_and_denies_nothing() {
    let said = judge(&fixtures().join("pass/storefront"));
    let told: Vec<String> =
        said.skipped.iter().map(|skipped| format!("{} {}", skipped.code, skipped.message)).collect();
    assert_eq!(told, ["G603 connections to `catalog-db`: it has no `max_connections`"]);
}

/// What a finding points at is what its gate is said to look at, so that `pathc explain INPUT:LINE` names it.
#[test]
fn what_a_finding_points_at_is_what_its_gate_reads() {
    let mut unread: Vec<String> = Vec::new();
    for case in walk::cases("fail").iter().filter(|case| walk::name(case).starts_with('G')) {
        let said = judge_layers(&[&fixtures().join("base"), case]).unwrap();
        for found in said.diagnostics.iter().filter(|found| found.code.as_str().starts_with('G')) {
            for label in found.everywhere() {
                let span = match label.place {
                    Place::Span(span) => Some(span),
                    Place::Origin(origin) => said.sources.span(origin),
                };
                let Some(span) = span else { continue };
                let file = said.sources.file(span.file);
                if file.kind != FileKind::Input {
                    continue;
                }
                let document = reads::document_of(&file.path).unwrap_or_else(|| panic!("{}", file.path));
                let fields = resource::fields(&file.text).unwrap_or_default();
                let (start, end) = (span.start as usize, span.end as usize);
                let pointed = fields.iter().filter(|field| field.start < end.max(start + 1) && start < field.end);
                let paths: Vec<&str> = pointed.map(|field| field.path.as_str()).collect();
                let reads = paths.iter().any(|path| reads::judged_by(document, path).contains(&found.code.as_str()));
                // A whole mapping is pointed at for what it lacks.
                if !reads && paths.len() == 1 {
                    unread.push(format!("{} {document} {}", found.code.as_str(), paths.join(" ")));
                }
            }
        }
    }
    unread.sort();
    unread.dedup();
    assert!(unread.is_empty(), "{}", unread.join("\n"));
}
