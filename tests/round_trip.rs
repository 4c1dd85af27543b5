//! The deliverables are the plans: what is read back from them builds the same bytes in every target.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use pathc::gates::{self, Settings, Stage};
use pathc::input;
use pathc::ir::System;
use pathc::ir::choice::Level;
use pathc::ir::value::Time;
use pathc::output::{Content, File, Printed};
use pathc::plan::{self, DELIVERABLES, Plans};
use pathc::source::yaml::parse;
use pathc::source::{FileId, FileKind, Scalar, Sources};
use pathc::spec::Specs;
use pathc::targets;

fn systems() -> Vec<Utf8PathBuf> {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass");
    let mut systems: Vec<Utf8PathBuf> =
        folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path()).filter(|path| path.is_dir()).collect();
    systems.sort();
    assert!(!systems.is_empty());
    systems
}

struct Planned {
    system: System,
    specs: Specs,
    plans: Plans,
}

fn planned(root: &Utf8Path) -> Planned {
    let mut input = input::read(root);
    assert!(input.diagnostics.is_empty(), "{root}: {:#?}", input.diagnostics);
    let (specs, problems) = Specs::load(&mut input.sources);
    assert!(problems.is_empty(), "{problems:#?}");
    let (system, specs) = (input.system.unwrap(), specs.unwrap());
    let (plans, problems) = plan::plan(&system, &specs);
    assert!(problems.is_empty(), "{root}: {problems:#?}");
    Planned { system, specs, plans }
}

fn text(content: &Content) -> String {
    let mut printed = Printed::default();
    content.print(&mut printed);
    printed.text
}

fn printed(file: File<'_, '_>) -> String {
    let mut printed = Printed::default();
    file.job.print(&mut printed);
    printed.text
}

/// The files of every target, by path.
fn generated(system: &System, specs: &Specs, plans: Plans) -> BTreeMap<Utf8PathBuf, String> {
    let now = Time::read("2026-11-23T12:00:00Z").unwrap();
    // What the gates say of these systems is no matter here.
    let levels = gates::ALL.iter().map(|gate| (gate.code.as_str().to_owned(), Level::Allow)).collect();
    let settings = Settings { stage: Stage::Commit, levels, generating: true, ..Settings::release(now) };
    let checked = gates::check(system, plans, Vec::new(), &settings).checked.unwrap();
    let mut generated = BTreeMap::new();
    for target in targets::ALL {
        let (files, problems) = (target.emit)(&checked, specs);
        assert!(problems.is_empty(), "{}: {problems:#?}", target.name);
        assert!(!files.is_empty(), "{}", target.name);
        generated.extend(files.iter().map(|file| (Utf8Path::new(target.name).join(file.path), printed(file))));
    }
    generated
}

/// The documents as text, by name.
fn written(plans: &Plans) -> Vec<(&'static str, String)> {
    DELIVERABLES
        .iter()
        .map(|deliverable| (deliverable.name, text(&Content::yaml(Vec::new(), vec![(deliverable.encode)(plans)]))))
        .collect()
}

fn read_back(documents: &[(&'static str, String)], specs: &Specs) -> Plans {
    let mut sources = Sources::default();
    for (name, text) in documents {
        let (tree, problems) = parse(FileId(0), text);
        assert!(problems.is_empty(), "{name}: {problems:#?}");
        sources.add(Utf8PathBuf::from(format!("{name}.yaml")), text.clone(), FileKind::Plan, tree);
    }
    plan::read(&sources, specs).unwrap()
}

#[test]
fn every_target_makes_the_same_of_plans_that_were_read_back() {
    for root in systems() {
        let Planned { system, specs, plans } = planned(&root);
        let again = read_back(&written(&plans), &specs);
        let (before, after) = (generated(&system, &specs, plans), generated(&system, &specs, again));
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{root}");
        for (path, text) in &before {
            assert_eq!(text, &after[path], "{root}: {path}");
        }
    }
}

#[test]
fn a_document_with_an_unknown_key_is_refused() {
    let Planned { plans, specs, .. } = planned(&systems()[0]);
    let mut documents = written(&plans);
    documents[0].1.push_str("colour: blue\n");
    let mut sources = Sources::default();
    for (name, text) in &documents {
        let (tree, _) = parse(FileId(0), text);
        sources.add(Utf8PathBuf::from(format!("{name}.yaml")), text.clone(), FileKind::Plan, tree);
    }
    let problems = plan::read(&sources, &specs).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].message.contains("`colour`"), "{problems:#?}");
}
