//! The examples that `pathc explain` shows of gates: each is written in the language, and each yields the finding of its gate
//! once it is laid over a whole system.
#![allow(clippy::unwrap_used)]

mod walk;

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8Path;
use pathc::diag::Severity;
use pathc::gates;
use pathc::source::FileId;
use pathc::source::yaml::{self, NodeId, Tree};

use walk::{Said, fixtures, judge, laid_over};

const MANIFEST: &str = "pathc.yaml";
const ARTIFACTS: &str = "path/implementation_artifacts.yaml";
const DEPENDENCIES: &str = "path/dependency_specifications.yaml";
const PACKAGES: &str = "path/deployment_packages.yaml";
const REFACTORINGS: &str = "path/refactoring_log.yaml";

/// What an example says in words or leaves out, as inputs, by file. A key with `null` is taken away.
const BESIDES: &[(&str, &[(&str, &str)])] = &[
    (
        "G303",
        &[(REFACTORINGS, "entries: [{id: R-50, date: 2026-11-20, kind: schema-change, summary: No old columns.}]")],
    ),
    ("G304", &[(MANIFEST, "waivers: []")]),
    ("G306", &[(ARTIFACTS, "components: [{name: checkout, metrics: null}]")]),
    ("G310", &[(REFACTORINGS, "entries: [{id: R-51, date: 2026-11-20, summary: Prices are in cents.}]")]),
    ("G406", &[(MANIFEST, "platform: {prometheus: {url: https://prometheus.acme.example}}")]),
    ("G605", &[(DEPENDENCIES, "datastores: [{name: mails-queue, kind: queue}]")]),
    ("G701", &[(ARTIFACTS, "components: [{name: checkout, owner: null}]")]),
    ("G702", &[(MANIFEST, "repository: null"), (PACKAGES, "operations: {runbooks: null}")]),
];

/// Gates that find what a record lacks: the example's is all that there is.
const WHOLE: &[&str] = &["G210", "G302", "G308", "G401", "G606", "G705"];

/// Keys whose value is one choice, so that another one takes its place as a whole.
const CHOICES: &[&str] = &["target", "strategy", "owner", "backup"];

/// The inputs in the example of a gate, by file: what stands below a comment that names one.
fn example_of(doc: &str) -> Vec<(String, String)> {
    let example = doc.split("# Example").nth(1).and_then(|rest| rest.split("# How to fix").next()).unwrap_or_default();
    let fenced = example.split("```").nth(1).unwrap_or_default();
    let mut files: Vec<(String, String)> = Vec::new();
    for line in fenced.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let named = line.strip_prefix("# ").filter(|rest| rest.ends_with(".yaml") && !rest.contains(' '));
        match (named, files.last_mut()) {
            (Some(name), _) => files.push((name.to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    files
}

/// What an input says, without comments and layout.
#[derive(Clone, Debug)]
enum Value {
    Nothing,
    /// As it is written, quotes and all.
    Scalar(String),
    List(Vec<Value>),
    Mapping(Vec<(String, Value)>),
}

impl Value {
    fn read(text: &str) -> Value {
        let (tree, problems) = yaml::parse(FileId(0), text);
        assert!(problems.is_empty(), "{text}");
        tree.root().map_or(Value::Nothing, |root| Value::of(&tree, text, root))
    }

    fn of(tree: &Tree, text: &str, id: NodeId) -> Value {
        if let Some(entries) = tree.entries(id) {
            let name = |key| tree.scalar(text, key).map(|(key, _)| key.to_owned()).unwrap_or_default();
            return Value::Mapping(entries.map(|(key, value)| (name(key), Value::of(tree, text, value))).collect());
        }
        if let Some(elements) = tree.list(id) {
            return Value::List(elements.iter().map(|element| Value::of(tree, text, *element)).collect());
        }
        match tree.scalar(text, id) {
            // A text is quoted; what may be a number, a switch or a time is left as it is.
            Some((scalar, true)) if !scalar.contains([' ', ',', '[', ']', '{', '}', '"']) => {
                Value::Scalar(scalar.to_owned())
            }
            Some((scalar, _)) => Value::Scalar(serde_json::Value::from(scalar).to_string()),
            None => Value::Nothing,
        }
    }

    fn text(&self) -> String {
        let all = |parts: Vec<String>| parts.join(", ");
        match self {
            Value::Nothing => "null".to_owned(),
            Value::Scalar(scalar) => scalar.clone(),
            Value::List(elements) => format!("[{}]", all(elements.iter().map(Value::text).collect())),
            Value::Mapping(entries) => {
                let entry = |(key, value): &(String, Value)| {
                    format!("{}: {}", serde_json::Value::from(key.as_str()), value.text())
                };
                format!("{{{}}}", all(entries.iter().map(entry).collect()))
            }
        }
    }

    /// What a record of a list is told from the others by: the value of its first key.
    fn identity(&self) -> Option<(&str, String)> {
        const NAMES: &[&str] = &["name", "component", "suite", "id", "gate", "kind", "date"];
        match self {
            Value::Mapping(entries) => {
                let (key, value) = entries.iter().find(|(key, _)| NAMES.contains(&key.as_str()))?;
                Some((key, value.text()))
            }
            _ => None,
        }
    }

    /// Lays another value over this one: mappings key by key, lists of records record by record, all else as a whole.
    fn lay(&mut self, over: Value, whole: bool) {
        match (self, over) {
            (Value::Mapping(entries), Value::Mapping(others)) => {
                for (key, value) in others {
                    match entries.iter().position(|(known, _)| *known == key) {
                        Some(at) if matches!(value, Value::Nothing) => drop(entries.remove(at)),
                        Some(at) if CHOICES.contains(&key.as_str()) => entries[at].1 = value,
                        Some(at) => entries[at].1.lay(value, whole),
                        None => entries.push((key, value)),
                    }
                }
            }
            (Value::List(elements), Value::List(others)) if others.iter().any(|other| other.identity().is_some()) => {
                for other in others {
                    match elements.iter().position(|known| known.identity() == other.identity()) {
                        Some(at) if whole => elements[at] = other,
                        Some(at) => elements[at].lay(other, whole),
                        None => elements.push(other),
                    }
                }
            }
            (value, other) => *value = other,
        }
    }
}

/// What is said of the storefront with inputs laid over its own.
fn storefront_with(layers: &[(String, String)], whole: bool) -> Said {
    let system = laid_over(&[&fixtures().join("pass/storefront")]).unwrap();
    let root = Utf8Path::from_path(system.path()).unwrap();
    for (name, text) in layers {
        let path = root.join(name);
        let mut input = Value::read(&fs::read_to_string(&path).unwrap());
        input.lay(Value::read(text), whole);
        fs::write(path, input.text()).unwrap();
    }
    judge(root)
}

#[test]
fn a_laid_over_input_is_still_the_same_system() {
    let names = ["pathc.yaml", "path/deployment_packages.yaml", "path/test_results.yaml"];
    let said = storefront_with(&names.map(|name| (name.to_owned(), "{}\n".to_owned())), false);
    assert!(said.passed && said.diagnostics.len() == 1, "{}", said.text());
}

/// An example shows what is wrong: its gate finds it, whatever else is then wrong too.
#[test]
fn each_example_yields_its_finding() {
    let besides: BTreeMap<&str, &[(&str, &str)]> = BESIDES.iter().copied().collect();
    let mut silent = String::new();
    for gate in gates::ALL {
        let code = gate.code.as_str();
        let mut layers = example_of(gate.code.0.doc);
        let of_words = besides.get(code).into_iter().copied().flatten();
        layers.extend(of_words.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        let said = storefront_with(&layers, WHOLE.contains(&code));
        let found =
            |found: &&pathc::diag::Diagnostic| found.code.as_str() == code && found.severity() != Severity::Waived;
        if said.diagnostics.iter().find(found).is_none() {
            silent.push_str(&format!("{code}:\n{}\n", said.text()));
        }
    }
    assert!(silent.is_empty(), "{silent}");
}

/// An example shows what is wrong, and is otherwise what a user may write: keys, types and units are the language's.
#[test]
fn examples_are_written_in_the_language() {
    const MALFORMED: &[&str] = &["E001", "E002", "E003", "E005", "E006"];
    let mut files = 0;
    for gate in gates::ALL {
        let scratch = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(scratch.path()).unwrap();
        fs::create_dir(root.join("path")).unwrap();
        for document in ["implementation_artifacts", "deployment_packages"] {
            fs::write(root.join(format!("path/{document}.yaml")), "{}\n").unwrap();
        }
        fs::write(root.join("pathc.yaml"), "system: shop\n").unwrap();
        for (name, text) in example_of(gate.code.0.doc) {
            let system = if name == "pathc.yaml" && !text.contains("system:") { "system: shop\n" } else { "" };
            fs::write(root.join(&name), format!("{system}{text}")).unwrap();
            files += 1;
        }
        let said = judge(root);
        let malformed: Vec<&str> = said
            .diagnostics
            .iter()
            .filter(|found| MALFORMED.contains(&found.code.as_str()))
            .map(|found| found.message.as_str())
            .collect();
        assert_eq!(malformed, [""; 0], "the example of {}", gate.code.as_str());
    }
    assert!(files > gates::ALL.len(), "{files}");
}
