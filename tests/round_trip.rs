//! The deliverables are the plans: what is read back from them builds the same bytes in every target.
#![allow(clippy::unwrap_used)]

use camino::{Utf8Path, Utf8PathBuf};
use pathc::input;
use pathc::output::{Content, Printed};
use pathc::plan::{self, DELIVERABLES, Plans};
use pathc::source::yaml::parse;
use pathc::source::{FileId, FileKind, Sources};
use pathc::spec::Specs;

fn systems() -> Vec<Utf8PathBuf> {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass");
    let mut systems: Vec<Utf8PathBuf> =
        folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path()).filter(|path| path.is_dir()).collect();
    systems.sort();
    assert!(!systems.is_empty());
    systems
}

fn plan_of(root: &Utf8Path) -> (Plans, Specs) {
    let mut input = input::read(root);
    assert!(input.diagnostics.is_empty(), "{root}: {:#?}", input.diagnostics);
    let (specs, problems) = Specs::load(&mut input.sources);
    assert!(problems.is_empty(), "{problems:#?}");
    let specs = specs.unwrap();
    let (plans, problems) = plan::plan(&input.system.unwrap(), &specs);
    assert!(problems.is_empty(), "{root}: {problems:#?}");
    (plans, specs)
}

/// The documents as text, by name.
fn written(plans: &Plans) -> Vec<(&'static str, String)> {
    let text = |content: &Content| {
        let mut printed = Printed::default();
        content.print(&mut printed);
        printed.text
    };
    DELIVERABLES
        .iter()
        .map(|deliverable| (deliverable.name, text(&Content::yaml(Vec::new(), vec![(deliverable.encode)(plans)]))))
        .collect()
}

fn read_back(documents: &[(&'static str, String)]) -> Plans {
    let mut sources = Sources::default();
    for (name, text) in documents {
        let (tree, problems) = parse(FileId(0), text);
        assert!(problems.is_empty(), "{name}: {problems:#?}");
        sources.add(Utf8PathBuf::from(format!("{name}.yaml")), text.clone(), FileKind::Plan, tree);
    }
    plan::read(&sources).unwrap()
}

#[test]
fn deliverables_say_all_that_the_plans_say() {
    for root in systems() {
        let (plans, _) = plan_of(&root);
        let documents = written(&plans);
        assert_eq!(documents, written(&read_back(&documents)), "{root}");
    }
}

#[test]
fn a_document_with_an_unknown_key_is_refused() {
    let (plans, _) = plan_of(&systems()[0]);
    let mut documents = written(&plans);
    documents[0].1.push_str("colour: blue\n");
    let mut sources = Sources::default();
    for (name, text) in &documents {
        let (tree, _) = parse(FileId(0), text);
        sources.add(Utf8PathBuf::from(format!("{name}.yaml")), text.clone(), FileKind::Plan, tree);
    }
    let problems = plan::read(&sources).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].message.contains("`colour`"), "{problems:#?}");
}
