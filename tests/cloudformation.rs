//! Stacks of CloudFormation: under every limit at a thousand components, each reading what earlier ones told, and none
//! losing a resource to another as the system grows.

#![allow(clippy::unwrap_used)]

mod folder;
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
    /// Type of each parameter, and whether it has a default.
    parameters: BTreeMap<String, (String, bool)>,
    /// Parameters of Systems Manager that it makes, with `${Environment}`.
    told: BTreeSet<String>,
    description: usize,
    /// Parameters that an environment may leave empty, which leaves a property out.
    optional: BTreeSet<String>,
}

/// One stack of an environment or account.
struct Stack {
    wave: u64,
    template: String,
    /// What is given to the template.
    parameters: BTreeMap<String, String>,
    /// What the deployment looks up and hands over.
    looked_up: BTreeSet<String>,
}

/// A system's templates by path, and the stacks of each folder in the order of their deployment.
#[derive(Default)]
struct Stacks {
    templates: BTreeMap<String, Template>,
    orders: BTreeMap<String, Vec<Stack>>,
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
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for file in (target.emit)(compilation.checked.as_ref().unwrap(), specs).0.iter() {
        let mut printed = Printed::default();
        file.job.print(&mut printed);
        texts.insert(file.path.to_string(), printed.text);
    }
    for (path, text) in &texts {
        if let Some(folder) = path.strip_suffix("stacks.json") {
            let list: serde_json::Value = serde_json::from_str(text).unwrap();
            let mut order = Vec::new();
            for listed in list["stacks"].as_array().unwrap() {
                let (name, stack) = one(folder, listed, &texts);
                // Each account has a stack of the same name.
                let first = stacks.names.insert(name.clone(), stack.template.clone());
                assert!(first.is_none() || !folder.starts_with("environments/"), "two stacks are called {name}");
                order.push(stack);
            }
            assert!(order.is_sorted_by_key(|stack: &Stack| stack.wave), "{path}");
            stacks.orders.insert(folder.to_owned(), order);
        } else if path.ends_with(".yaml") {
            stacks.templates.insert(path.clone(), template(text));
        }
    }
    check(specs, &stacks);
    stacks
}

/// A stack of a list, with its name.
fn one(folder: &str, listed: &serde_json::Value, texts: &BTreeMap<String, String>) -> (String, Stack) {
    let template = listed["template"].as_str().unwrap();
    let template = match template.strip_prefix("../../") {
        Some(shared) => shared.to_owned(),
        None => format!("{folder}{template}"),
    };
    let parameters = listed["parameters"].as_str().map(|path| {
        let given: serde_json::Value = serde_json::from_str(&texts[&format!("{folder}{path}")]).unwrap();
        let given = given["Parameters"].as_object().unwrap().iter();
        given.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
    });
    let mut looked_up = BTreeSet::new();
    for key in ["hosted_zones", "parameters_of_other_regions"] {
        looked_up.extend(listed[key].as_object().into_iter().flat_map(|map| map.keys().cloned()));
    }
    if listed["existing_cluster"].is_string() {
        looked_up.extend(["ExistingVpc", "ExistingSubnets", "ExistingSecurityGroup"].map(str::to_owned));
    }
    let wave = listed["wave"].as_u64().unwrap();
    let stack = Stack { wave, template, parameters: parameters.unwrap_or_default(), looked_up };
    (listed["name"].as_str().unwrap().to_owned(), stack)
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
                template.told.insert(entry.trim_start_matches("Name: ").trim_start_matches("!Sub ").to_owned());
            }
            "Conditions" => {
                template.optional.extend(entry.split(':').next().unwrap().strip_prefix("Has").map(str::to_owned));
            }
            "Parameters" if line.starts_with("    Type: ") => {
                let kind = entry.trim_start_matches("Type: ").to_owned();
                template.parameters.insert(id.clone(), (kind, false));
            }
            "Parameters" if line.starts_with("    Default: ") => template.parameters.get_mut(&id).unwrap().1 = true,
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
        let environment = folder.trim_start_matches("environments/").trim_end_matches('/');
        let mut told: BTreeMap<String, u64> = BTreeMap::new();
        for stack in order {
            let names = stacks.templates[&stack.template].told.iter();
            told.extend(names.map(|name| (name.replace("${Environment}", environment), stack.wave)));
        }
        for Stack { wave, template, parameters, looked_up } in order {
            let asked = &stacks.templates[template].parameters;
            for (name, (kind, has_default)) in asked {
                let given = parameters.get(name);
                let is_known = given.is_some() || *has_default || looked_up.contains(name);
                assert!(is_known, "{folder} gives no {name} to {template}");
                if kind.starts_with("AWS::SSM::Parameter::Value") {
                    let earlier = told.get(given.unwrap()).is_some_and(|told| told < wave);
                    assert!(earlier, "{template} reads {given:?}, which no stack of an earlier wave of {folder} tells");
                }
            }
            for name in parameters.keys().chain(looked_up) {
                assert!(asked.contains_key(name), "{folder} gives {name} to {template}, which does not ask");
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
    folder::copy(std::path::Path::new("fixtures/pass").join(fixture).as_path(), copy.path()).unwrap();
    for (file, from, to) in changes {
        let path = copy.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }
    copy
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

#[test]
fn what_an_environment_lacks_is_said_to_be_nothing() {
    let stacks = stacks(Utf8Path::new("fixtures/pass/gazette"), |_, _| {});
    let mut optional = 0;
    for (folder, order) in stacks.orders.iter().filter(|(folder, _)| folder.starts_with("environments/")) {
        for stack in order {
            let conditional = &stacks.templates[&stack.template].optional;
            optional += conditional.len();
            for name in conditional {
                assert!(stack.parameters.contains_key(name), "{folder}: {name} would keep its last value");
            }
        }
    }
    assert!(optional > 0);
}

#[test]
fn what_differs_between_environments_is_a_parameter() {
    let stacks = stacks(Utf8Path::new("fixtures/pass/courier"), |_, _| {});
    let of = |environment: &str, template: &str| {
        let order = &stacks.orders[&format!("environments/{environment}/")];
        order.iter().find(|stack| stack.template == template).unwrap().parameters.clone()
    };
    let database = "templates/datastores/parcels-db.yaml";
    let kinds = &stacks.templates[database].parameters;
    for (name, kind, staging, production) in [
        ("Environment", "String", "staging", "production"),
        ("DBInstanceClass", "String", "db.t4g.small", "db.m7g.large"),
        ("AllocatedStorage", "Number", "20", "100"),
        ("MultiAZ", "String", "false", "true"),
        (
            "DataKeyArn",
            "AWS::SSM::Parameter::Value<String>",
            "/courier/staging/stacks/network/data-key-arn",
            "/courier/production/stacks/network/data-key-arn",
        ),
    ] {
        assert_eq!(kinds[name].0, kind, "{name}");
        assert_eq!(of("staging", database)[name], staging);
        assert_eq!(of("production", database)[name], production);
    }
}
