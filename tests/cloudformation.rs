//! Stacks of CloudFormation: under every limit at a thousand components, each reading what earlier ones told, and none
//! losing a resource to another as the system grows.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../benches/generator/mod.rs"]
mod generator;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::Utf8Path;
use generator::Options;
use pathc::diag::Sink;
use pathc::gates::Settings;
use pathc::ir::value::Time;
use pathc::output::Printed;
use pathc::spec::Specs;

/// The moment that dates are judged at: 2026-11-23T12:00:00Z.
const NOW: Time = Time { seconds: 1_795_435_200 };

/// What of a template counts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Template {
    bytes: usize,
    /// Kind by logical id.
    resources: BTreeMap<String, String>,
    /// The parameter of Systems Manager that is read, by the template's own name.
    parameters: BTreeMap<String, Option<String>>,
    told: BTreeSet<String>,
    description: usize,
}

/// A system's templates by path, and those of each folder in the order of their deployment, with their waves.
#[derive(Default)]
struct Stacks {
    templates: BTreeMap<String, Template>,
    orders: BTreeMap<String, Vec<(u64, String)>>,
    /// The path of the template by the stack's name.
    names: BTreeMap<String, String>,
}

/// The system in a folder, printed.
fn stacks(root: &Utf8Path, check: impl FnOnce(&Specs, &Stacks)) -> Stacks {
    let mut found = Sink::default();
    let settings = Settings { generating: true, ..Settings::release(NOW) };
    let compilation = pathc::compile(root, &settings, &mut found);
    assert!(!found.denies(), "{:?}", found.iter().next());
    let specs = compilation.specs.as_ref().unwrap();
    let target = pathc::targets::by_name("cloudformation").unwrap();
    let mut stacks = Stacks::default();
    for file in (target.emit)(compilation.checked.as_ref().unwrap(), specs).0.files {
        let mut printed = Printed::default();
        file.job.print(&mut printed);
        let path = file.path.to_string();
        if let Some(folder) = path.strip_suffix("stacks.json") {
            let list: serde_json::Value = serde_json::from_str(&printed.text).unwrap();
            let listed = list["stacks"].as_array().unwrap().iter();
            let order = listed.map(|stack| {
                let template = format!("{folder}{}", stack["template"].as_str().unwrap());
                let name = stack["name"].as_str().unwrap().to_owned();
                // Each account has a stack of the same name.
                let first = stacks.names.insert(name.clone(), template.clone());
                assert!(first.is_none() || !folder.starts_with("environments/"), "two stacks are called {name}");
                (stack["wave"].as_u64().unwrap(), template)
            });
            let order: Vec<(u64, String)> = order.collect();
            assert!(order.is_sorted_by_key(|(wave, _)| *wave), "{path}");
            stacks.orders.insert(folder.to_owned(), order);
        } else if path.ends_with(".yaml") {
            stacks.templates.insert(path, template(&printed.text));
        }
    }
    check(specs, &stacks);
    stacks
}

/// Reads a template by its lines, as the printer lays them out.
fn template(text: &str) -> Template {
    let mut template = Template { bytes: text.len(), ..Template::default() };
    let (mut section, mut id, mut tells) = ("", String::new(), false);
    for line in text.lines() {
        let entry = line.trim_start();
        match line.len() - entry.len() {
            0 => section = line.split(':').next().unwrap(),
            2 => id = entry.trim_end_matches(':').to_owned(),
            _ => {}
        }
        if let Some(text) = line.strip_prefix("Description: ") {
            template.description = text.len();
        }
        match section {
            "Resources" if line.starts_with("    Type: ") => {
                let kind = entry.trim_start_matches("Type: ").to_owned();
                tells = kind == "AWS::SSM::Parameter";
                assert!(template.resources.insert(id.clone(), kind).is_none(), "{id} twice");
            }
            "Resources" if tells && line.starts_with("      Name: ") => {
                template.told.insert(entry.trim_start_matches("Name: ").to_owned());
            }
            "Parameters" if line.starts_with("    Type: ") => {
                template.parameters.insert(id.clone(), None);
            }
            "Parameters" if line.starts_with("    Default: /") => {
                template.parameters.insert(id.clone(), Some(entry.trim_start_matches("Default: ").to_owned()));
            }
            _ => {}
        }
    }
    assert!(!template.resources.is_empty(), "{text}");
    template
}

/// A generated system for a runtime, with images in the cloud's own registry.
fn generated(count: usize, runtime: &str, check: impl FnOnce(&Specs, &Stacks)) -> Stacks {
    let folder = tempfile::tempdir().unwrap();
    generator::write_system(folder.path(), &Options { count, objectives: 1 }).unwrap();
    let change = |name: &str, from: &str, to: &str| {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    };
    // Each replica has an address of its own: so many want a third zone, which is of no interest here.
    change("pathc.yaml", "budget:", "levels: {G108: warn}\nbudget:");
    if runtime == "ecs" {
        let ecs = "runtime: ecs\nplatform: {prometheus: {url: \"https://prometheus.example\"}}\n";
        change("pathc.yaml", "runtime: kubernetes\n", ecs);
    }
    stacks(Utf8Path::from_path(folder.path()).unwrap(), check)
}

fn stays_under_every_limit(specs: &Specs, stacks: &Stacks) {
    let limits = &specs.aws.limits.cloudformation;
    for (path, template) in &stacks.templates {
        let within = |what: &str, has: usize, most: u32| {
            assert!(has <= usize::try_from(most).unwrap(), "{path}: {has} {what}, of {most} at most");
        };
        within("resources", template.resources.len(), limits.resources.value);
        within("parameters", template.parameters.len(), limits.parameters.value);
        within("bytes", template.bytes, limits.template_bytes_s3.value);
        within("bytes of description", template.description, limits.description_bytes.value);
        for id in template.resources.keys().chain(template.parameters.keys()) {
            within("characters of a logical id", id.len(), limits.logical_id_characters.value);
        }
    }
}

fn reads_what_is_told(stacks: &Stacks) {
    for (folder, order) in &stacks.orders {
        let told_by = |path: &String| stacks.templates[path].told.iter();
        let told: BTreeMap<&String, u64> =
            order.iter().flat_map(|(wave, path)| told_by(path).map(|name| (name, *wave))).collect();
        for (wave, path) in order {
            for name in stacks.templates[path].parameters.values().flatten() {
                let earlier = told.get(name).is_some_and(|told| told < wave);
                assert!(earlier, "{path} reads {name}, which no stack of an earlier wave of {folder} tells");
            }
        }
    }
}

#[test]
fn a_thousand_components_stay_under_every_limit() {
    for runtime in ["ecs", "kubernetes"] {
        reads_what_is_told(&generated(1000, runtime, stays_under_every_limit));
    }
}

#[test]
fn every_stack_reads_what_an_earlier_one_told() {
    let mut judged = 0;
    for case in fs::read_dir("fixtures/pass").unwrap() {
        let case = case.unwrap().path();
        let stacks = stacks(Utf8Path::from_path(&case).unwrap(), stays_under_every_limit);
        reads_what_is_told(&stacks);
        judged += stacks.templates.len();
    }
    assert!(judged > 0);
}

#[test]
fn growth_moves_no_resource() {
    for runtime in ["ecs", "kubernetes"] {
        let (small, large) = (generated(20, runtime, |_, _| {}), generated(31, runtime, |_, _| {}));
        for (path, template) in &small.templates {
            let grown = &large.templates[path];
            for (id, kind) in &template.resources {
                assert_eq!(grown.resources.get(id), Some(kind), "{path}: {id}");
            }
        }
        assert!(small.templates.len() < large.templates.len());
    }
}

/// A copy of a fixture, with other texts in its inputs.
fn changed(fixture: &str, changes: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(std::path::Path::new("fixtures/pass").join(fixture).as_path(), copy.path());
    for (file, from, to) in changes {
        let path = copy.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }
    copy
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_datastore_with_another_name_is_the_same_stack_with_the_same_resources() {
    let before = stacks(Utf8Path::new("fixtures/pass/courier"), |_, _| {});
    let specifications = "path/dependency_specifications.yaml";
    let mut changes = Vec::new();
    for (from, to) in [("parcels-db", "ledger"), ("parcel-events", "events"), ("receipts-archive", "vault")] {
        for file in fs::read_dir("fixtures/pass/courier/path").unwrap() {
            let path = file.unwrap().path();
            if fs::read_to_string(&path).unwrap().contains(from) {
                let file = format!("path/{}", path.file_name().unwrap().to_str().unwrap());
                changes.push((file, from.to_owned(), to.to_owned()));
            }
        }
    }
    for (name, entry) in [
        ("name: ledger\n", "name: ledger\n    renamed_from: [parcels-db]\n"),
        ("name: events,", "name: events, renamed_from: [parcel-events],"),
        ("name: vault,", "name: vault, renamed_from: [receipts-archive, old-vault],"),
    ] {
        changes.push((specifications.to_owned(), name.to_owned(), entry.to_owned()));
    }
    let changes: Vec<(&str, &str, &str)> =
        changes.iter().map(|(file, from, to)| (file.as_str(), from.as_str(), to.as_str())).collect();
    let copy = changed("courier", &changes);
    let after = stacks(Utf8Path::from_path(copy.path()).unwrap(), |_, _| {});
    let names = |stacks: &Stacks| stacks.names.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after));
    for (name, path) in &before.names {
        let (old, new) = (&before.templates[path], &after.templates[&after.names[name]]);
        assert_eq!(old.resources, new.resources, "{name}");
        assert_eq!(old.told, new.told, "{name}");
        assert_eq!(old.parameters, new.parameters, "{name}");
    }
}

#[test]
fn what_is_called_as_a_shared_stack_has_one_of_its_own() {
    let changes = [
        ("path/implementation_artifacts.yaml", "  - name: receipts\n", "  - name: network\n"),
        ("path/deployment_packages.yaml", "component: receipts", "component: network"),
        ("path/build_configurations.yaml", "component: receipts", "component: network"),
        ("path/test_specifications.yaml", "component: receipts", "component: network"),
        ("path/test_coverage_report.yaml", "component: receipts", "component: network"),
    ];
    let copy = changed("courier", &changes);
    let stacks = stacks(Utf8Path::from_path(copy.path()).unwrap(), |_, _| {});
    assert!(stacks.names.contains_key("courier-staging-network"), "{:?}", stacks.names);
    assert!(stacks.names.contains_key("courier-staging-Network"), "{:?}", stacks.names);
}

#[test]
fn two_hyphens_in_a_row_are_left_out_of_names_that_may_not_have_them() {
    let copy = changed("courier", &[("pathc.yaml", "system: courier\n", "system: cou--rier\n")]);
    let stacks = stacks(Utf8Path::from_path(copy.path()).unwrap(), |_, _| {});
    assert!(stacks.names.contains_key("cou--rier-staging-parcels-db"), "{:?}", stacks.names);
}
