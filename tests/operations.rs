//! Documents of operations: what leads somewhere does, what a user wrote is text, and templates may be replaced.
#![allow(clippy::unwrap_used)]

mod folder;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use pathc::gates::Settings;
use pathc::ir::choice::Level;
use pathc::ir::value::Time;
use pathc::output::Printed;
use pathc::source::Scalar;
use pathc::{diag::Sink, gates};

fn fixtures() -> Vec<Utf8PathBuf> {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass");
    let mut systems: Vec<Utf8PathBuf> =
        folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path()).filter(|path| path.is_dir()).collect();
    systems.sort();
    systems
}

fn storefront() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass/storefront")
}

/// A compiled system and its documents, by path below the target's folder.
struct Documents {
    texts: BTreeMap<String, String>,
    problems: Vec<String>,
    /// Identifier, document, section and runbook of each alert.
    alerts: Vec<[String; 4]>,
}

fn documents(root: &Utf8Path) -> Documents {
    let levels = gates::ALL.iter().map(|gate| (gate.code.as_str().to_owned(), Level::Allow)).collect();
    let settings = Settings { levels, ..Settings::release(Time::read("2026-11-25T12:00:00Z").unwrap()) };
    let mut found = Sink::default();
    let compilation = pathc::compile(root, &settings, &mut found);
    let mut texts = BTreeMap::new();
    for generated in pathc::generate(&compilation, &["operations".to_owned()], &mut found) {
        for file in generated.files.iter() {
            let mut printed = Printed::default();
            file.job.print(&mut printed);
            let path = file.path.strip_prefix("infra/operations").unwrap_or(file.path);
            texts.insert(path.to_string(), printed.text);
        }
    }
    let problems = found.ordered(&compilation.sources);
    let problems = problems.iter().map(|problem| format!("{} {}", problem.code.as_str(), problem.message)).collect();
    let plans = compilation.checked.as_ref().map(|checked| &checked.plans().monitoring.alerting.alerts);
    let alerts = plans.into_iter().flatten().map(|alert| {
        let runbook = alert.runbook().as_ref().map(|url| url.to_string()).unwrap_or_default();
        [alert.id().to_string(), alert.document.to_string(), alert.rule.section.to_string(), runbook]
    });
    Documents { texts, problems, alerts: alerts.collect() }
}

/// The anchors of a document's headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    headings.map(|heading| heading.to_lowercase().replace(' ', "-")).collect()
}

/// The targets of the links in a text, code left out.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](").filter(|_| !fenced) {
            let (link, after) = after.split_once(')').unwrap();
            links.push(link.to_owned());
            rest = after;
        }
    }
    links
}

fn resolved(from: &str, link: &str) -> String {
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for part in link.split('/') {
        if part == ".." {
            folders.pop();
        } else {
            folders.push(part);
        }
    }
    folders.join("/")
}

#[test]
fn every_alert_has_a_section_and_every_link_leads_there() {
    for system in fixtures() {
        let Documents { texts, problems, alerts } = documents(&system);
        assert!(problems.is_empty(), "{system}: {problems:#?}");
        assert!(!alerts.is_empty(), "{system}");
        for [id, document, section, runbook] in &alerts {
            let text = texts.get(document).unwrap_or_else(|| panic!("{system}: {id} has no {document}"));
            assert!(anchors(text).contains(section), "{system}: {document} has no section {section}");
            // An alert leads to what is generated, or to the user's own.
            if let Some((_, generated)) = runbook.split_once("/blob/") {
                assert!(generated.ends_with(&format!("{document}#{section}")), "{system}: {runbook}");
            }
        }
        for (path, text) in &texts {
            for link in links(text).iter().filter(|link| !link.contains("://")) {
                let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = if file.is_empty() { path.clone() } else { resolved(path, file) };
                let there = texts.get(&target).unwrap_or_else(|| panic!("{system}: {path} leads to {target}"));
                assert!(anchor.is_empty() || anchors(there).contains(anchor), "{system}: {path} leads to {link}");
            }
            assert!(!text.contains("\n\n\n") && text.ends_with('\n') && !text.ends_with("\n\n"), "{system}: {path}");
            assert!(!text.contains(" \n"), "{system}: {path} has blanks at the end of a line");
        }
    }
}

#[test]
fn the_runbook_of_the_storefronts_critical_component_is_printed_so() {
    let texts = documents(&storefront()).texts;
    insta::assert_snapshot!("runbook", texts["runbooks/components/checkout.md"]);
    insta::assert_snapshot!("disaster_recovery", texts["disaster-recovery.md"]);
    insta::assert_snapshot!("incident_response", texts["incident-response.md"]);
    insta::assert_snapshot!("release_notes", texts["release-notes.md"]);
}

#[test]
fn what_a_user_wrote_is_text() {
    let scratch = tempfile::tempdir().unwrap();
    folder::copy(storefront().as_std_path(), scratch.path()).unwrap();
    let root = Utf8Path::from_path(scratch.path()).unwrap();
    let hostile =
        r##"<img src=x onerror=alert(1)> [a](javascript:b) `c` | d {{ e }} {% f %} ![g](h) # i ${environment}"##;
    let change = |file: &str, from: &str, to: &str| {
        let path = root.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    let quoted = format!("'{hostile}'");
    change("path/refactoring_log.yaml", "Add an idempotency key to payments.", &quoted);
    change("path/deployment_packages.yaml", "notify: commerce-leads", &format!("notify: {quoted}"));
    change("pathc.yaml", "team: commerce", &format!("team: {quoted}"));
    let Documents { texts, problems, .. } = documents(root);
    assert!(problems.is_empty(), "{problems:#?}");
    let mut shown = 0;
    for (path, text) in &texts {
        let text = text.lines().filter(|line| !line.starts_with("<!--")).collect::<Vec<_>>().join("\n");
        for raw in ["<img", "[a](javascript", "{{ e", "{% f", "![g]", "${environment}", " | d "] {
            assert!(!text.contains(raw), "{path} has {raw}");
        }
        shown += text.matches("&#60;img").count();
    }
    assert!(shown >= 3, "the texts are there, as text");
}

fn build(root: &Path, targets: &[&str]) -> (bool, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_pathc"))
        .arg("-C")
        .arg(root)
        .arg("build")
        .args(targets.iter().flat_map(|target| ["--target", target]))
        .args(["--now", "2026-11-25T12:00:00Z", "--message-format", "short"])
        .output()
        .unwrap();
    (ran.status.success(), String::from_utf8(ran.stderr).unwrap())
}

#[test]
fn a_user_may_word_a_document_otherwise() {
    let scratch = tempfile::tempdir().unwrap();
    folder::copy(storefront().as_std_path(), scratch.path()).unwrap();
    let folder = scratch.path().join("path/templates/operations");
    fs::create_dir_all(&folder).unwrap();
    let template = "{% extends \"built-in/runbook.md\" %}{% block first %}Call {{ subject.team }}.\n{% endblock %}";
    fs::write(folder.join("runbook.md"), template).unwrap();
    let (built, said) = build(scratch.path(), &["operations"]);
    assert!(built, "{said}");
    let runbook = fs::read_to_string(scratch.path().join("infra/operations/runbooks/components/checkout.md")).unwrap();
    assert!(runbook.contains("Call commerce.\n") && !runbook.contains("## First"), "{runbook}");
    assert!(runbook.contains("## Roll back"), "{runbook}");
}

#[test]
fn a_template_with_a_gap_writes_nothing() {
    for (template, words) in [
        ("# {{ subject.nmae }}\n", "runbook.md:1:"),
        ("one\n{% if %}\n", "runbook.md:2:"),
        ("{% include \"../../pathc.yaml\" %}", "runbook.md"),
        ("{{ get_env(name=\"HOME\") }}", "runbook.md"),
        ("{% for a in range(end=9000) %}{% for b in range(end=9000) %}xxxxxxxx{% endfor %}{% endfor %}", "MiB"),
    ] {
        let scratch = tempfile::tempdir().unwrap();
        folder::copy(storefront().as_std_path(), scratch.path()).unwrap();
        let folder = scratch.path().join("path/templates/operations");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("runbook.md"), template).unwrap();
        let (built, said) = build(scratch.path(), &["operations"]);
        assert!(!built && said.contains("T007") && said.contains(words), "{template}: {said}");
        assert!(!scratch.path().join("infra/operations").exists(), "{template}");
    }
}

#[test]
fn a_list_of_owners_with_a_gap_writes_nothing() {
    for (template, words) in [("# {{ nmae }}\n", "CODEOWNERS:1:"), ("one\n{% if %}\n", "CODEOWNERS:2:")] {
        let scratch = tempfile::tempdir().unwrap();
        folder::copy(storefront().as_std_path(), scratch.path()).unwrap();
        let folder = scratch.path().join("path/templates/operations");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("CODEOWNERS"), template).unwrap();
        for targets in [&["operations", "github-actions"][..], &["github-actions"]] {
            let (built, said) = build(scratch.path(), targets);
            assert!(!built && said.matches("T007").count() == 1 && said.contains(words), "{template}: {said}");
            assert!(!scratch.path().join(".github").exists(), "{template}");
        }
    }
}

#[test]
fn every_kind_of_alert_has_causes() {
    let causes =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/operations/causes.md")).unwrap();
    for kind in pathc::plan::monitoring::alerting::AlertKind::ALL {
        assert!(causes.contains(&format!("alert.kind == \"{kind}\"")), "{kind}");
    }
}
