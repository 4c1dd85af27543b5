//! The JSON Schemas agree with the reader: they accept what it accepts, and refuse the wrong keys and types it refuses.
//!
//! The judge is Python's `jsonschema`, an implementation that knows nothing of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use camino::Utf8PathBuf;
use pathc::input::{
    DOCUMENTS, DocumentShape, build_configurations::BuildConfigurations, code_quality_metrics::CodeQualityMetrics,
    dependency_specifications::DependencySpecifications, deployment_packages::DeploymentPackages,
    implementation_artifacts::ImplementationArtifacts, manifest::Manifest, refactoring_log::RefactoringLog,
    test_coverage_report::TestCoverageReport, test_results::TestResults, test_specifications::TestSpecifications,
};
use pathc::plan::DELIVERABLES;
use pathc::source::origin::record_hash;
use pathc::source::schema::json_schema;
use pathc::source::yaml::{self, NodeId, Tree};
use pathc::source::{Decode, Decoder, FileId, FileKind, Presence, Problem, ProblemKind, Shape, Sources};
use serde_json::{Map, Number, Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const JUDGE: &str = "
import json, sys
from jsonschema import Draft202012Validator
out = []
for case in json.load(sys.stdin):
    Draft202012Validator.check_schema(case['schema'])
    judge = Draft202012Validator(case['schema'])
    out.append([next((e.json_path + ': ' + e.message for e in judge.iter_errors(i)), None) for i in case['instances']])
json.dump(out, sys.stdout)
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the judge is there; where nothing may be skipped, that it is is taken for granted.
fn judge_is_there(test: &str) -> io::Result<bool> {
    let there = env::var_os("PATHC_NO_SKIP").is_some_and(|value| value == "1")
        || Command::new("python3").args(["-c", "import jsonschema"]).output().is_ok_and(|done| done.status.success());
    if !there {
        writeln!(io::stderr(), "skipped: {test}: python3 with jsonschema is not installed")?;
    }
    Ok(there)
}

/// For each schema and each of its instances: why it is refused, if it is.
fn judge(cases: &[(Value, Vec<Value>)]) -> Result<Vec<Vec<Option<String>>>, Box<dyn std::error::Error>> {
    let cases: Vec<Value> =
        cases.iter().map(|(schema, instances)| json!({"schema": schema, "instances": instances})).collect();
    let mut child = Command::new("python3").args(["-c", JUDGE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().ok_or("no standard input")?;
    let bytes = serde_json::to_vec(&cases)?;
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let done = child.wait_with_output()?;
    assert!(done.status.success(), "the judge failed");
    writer.join().map_err(|_| "the writer failed")??;
    Ok(serde_json::from_slice(&done.stdout)?)
}

/// What the reader says of a text, as the document of a name.
fn problems(document: &str, text: &str) -> Vec<Problem> {
    fn read<T: Decode>(text: &str) -> Vec<Problem> {
        let (tree, mut problems) = yaml::parse(FileId(0), text);
        let mut sources = Sources::default();
        let id = sources.add(Utf8PathBuf::from("a.yaml"), text.to_owned(), FileKind::Input, tree);
        let mut decoder = Decoder::new(id, sources.file(id));
        let _ = decoder.document::<T>();
        problems.extend(decoder.finish());
        problems
    }
    match document {
        "pathc" => read::<Manifest>(text),
        "test_specifications" => read::<TestSpecifications>(text),
        "test_coverage_report" => read::<TestCoverageReport>(text),
        "test_results" => read::<TestResults>(text),
        "implementation_artifacts" => read::<ImplementationArtifacts>(text),
        "code_quality_metrics" => read::<CodeQualityMetrics>(text),
        "refactoring_log" => read::<RefactoringLog>(text),
        "build_configurations" => read::<BuildConfigurations>(text),
        "dependency_specifications" => read::<DependencySpecifications>(text),
        "deployment_packages" => read::<DeploymentPackages>(text),
        other => panic!("`{other}` has no reader here"),
    }
}

/// A text as the JSON that a YAML 1.2 loader makes of it.
fn loaded(text: &str) -> Value {
    let (tree, problems) = yaml::parse(FileId(0), text);
    assert_eq!(problems, []);
    tree.root().map_or(Value::Null, |root| value(&tree, text, root))
}

fn value(tree: &Tree, text: &str, node: NodeId) -> Value {
    if let Some(list) = tree.list(node) {
        return list.iter().map(|element| value(tree, text, *element)).collect();
    }
    if let Some(entries) = tree.entries(node) {
        let mut out = Map::new();
        for (key, element) in entries {
            let name = tree.scalar(text, key).map_or("null", |(name, _)| name);
            let element = value(tree, text, element);
            match (name, element) {
                ("<<", Value::Object(merged)) => {
                    for (name, element) in merged {
                        out.entry(name).or_insert(element);
                    }
                }
                (name, element) => drop(out.insert(name.to_owned(), element)),
            }
        }
        return Value::Object(out);
    }
    match tree.scalar(text, node) {
        None => Value::Null,
        Some(("true" | "True" | "TRUE", true)) => json!(true),
        Some(("false" | "False" | "FALSE", true)) => json!(false),
        Some((word, true)) if word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => {
            match (word.parse::<i64>(), word.parse::<f64>().ok().and_then(Number::from_f64)) {
                (Ok(number), _) => json!(number),
                (_, Some(number)) => Value::Number(number),
                _ => json!(word),
            }
        }
        Some((word, _)) => json!(word),
    }
}

fn schemas() -> BTreeMap<&'static str, Value> {
    let inputs = DOCUMENTS.iter().map(|document| (document.name, document.doc, document.shape));
    inputs.map(|(name, doc, shape)| (name, json_schema(name, doc, &shape()))).collect()
}

/// The documents of a system, each with its name and text.
fn documents(system: &Path) -> Vec<(&'static str, String)> {
    let read = |document: &DocumentShape| {
        let folder = if document.name == "pathc" { system.to_owned() } else { system.join("path") };
        Some((document.name, fs::read_to_string(folder.join(document.file)).ok()?))
    };
    DOCUMENTS.iter().filter_map(read).collect()
}

#[test]
fn schemas_accept_every_system_that_passes() -> Outcome {
    if !judge_is_there("schemas_accept_every_system_that_passes")? {
        return Ok(());
    }
    let schemas = schemas();
    let mut documents = Vec::new();
    for system in fs::read_dir(root().join("fixtures/pass"))? {
        documents.extend(self::documents(&system?.path()));
    }
    let seen: BTreeSet<&str> = documents.iter().map(|(name, _)| *name).collect();
    assert_eq!(seen.len(), DOCUMENTS.len(), "a document that no system of fixtures/pass has");
    let cases: Vec<_> = documents.iter().map(|(name, text)| (schemas[name].clone(), vec![loaded(text)])).collect();
    for ((name, _), refused) in documents.iter().zip(judge(&cases)?) {
        assert_eq!(refused, [None], "{name}");
    }
    Ok(())
}

#[test]
fn schemas_accept_the_deliverables_that_are_built() -> Outcome {
    if !judge_is_there("schemas_accept_the_deliverables_that_are_built")? {
        return Ok(());
    }
    let out = tempfile::tempdir()?;
    let done = Command::new(env!("CARGO_BIN_EXE_pathc"))
        .arg("-C")
        .arg(root().join("fixtures/pass/storefront"))
        .args(["build", "--target", "path", "--now", "2026-11-20T12:00:00Z", "--out"])
        .arg(out.path())
        .output()?;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut cases = Vec::new();
    for deliverable in DELIVERABLES {
        let path = find(out.path(), &format!("{}.yaml", deliverable.name))?.ok_or(deliverable.name)?;
        let schema = json_schema(deliverable.name, deliverable.doc, &(deliverable.shape)());
        cases.push((schema, vec![loaded(&fs::read_to_string(path)?)]));
    }
    for (deliverable, refused) in DELIVERABLES.iter().zip(judge(&cases)?) {
        assert_eq!(refused, [None], "{}", deliverable.name);
    }
    Ok(())
}

/// The file with a name, anywhere below a folder.
fn find(folder: &Path, name: &str) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Some(found) = find(&path, name)? {
                return Ok(Some(found));
            }
        } else if path.ends_with(name) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[test]
fn schemas_refuse_the_keys_and_types_that_the_reader_refuses() -> Outcome {
    if !judge_is_there("schemas_refuse_the_keys_and_types_that_the_reader_refuses")? {
        return Ok(());
    }
    let schemas = schemas();
    let mut cases = Vec::new();
    let mut expected = Vec::new();
    // One system that has every document is enough: the judge takes milliseconds for each mutant.
    for (name, text) in documents(&root().join("fixtures/pass/storefront")) {
        let mut mutants = Vec::new();
        mutate(&loaded(&text), "", &mut BTreeSet::new(), &mut |place, mutant| mutants.push((place, mutant)));
        let verdicts: Vec<_> = mutants
            .iter()
            .map(|(place, mutant)| {
                let problems = problems(name, &mutant.to_string());
                // The reader knows more than a schema can say; of keys and types both must say the same.
                let refused = problems.iter().any(|problem| {
                    matches!(problem.kind, ProblemKind::UnknownKey | ProblemKind::WrongType | ProblemKind::MissingKey)
                });
                (name, place.clone(), refused, problems.is_empty())
            })
            .collect();
        cases.push((schemas[name].clone(), mutants.into_iter().map(|(_, mutant)| mutant).collect()));
        expected.push(verdicts);
    }
    let mut refused = 0;
    for (verdicts, found) in expected.into_iter().zip(judge(&cases)?) {
        for ((document, place, must_refuse, must_accept), found) in verdicts.into_iter().zip(found) {
            refused += usize::from(must_refuse);
            assert!(found.is_some() || !must_refuse, "the schema of {document} accepts {place}");
            assert!(found.is_none() || !must_accept, "the schema of {document} refuses {place}: {found:?}");
        }
    }
    assert!(refused > 300, "only {refused} documents were wrong");
    Ok(())
}

/// Calls `visit` with the whole value changed in one place, once for each kind of place: an unknown key, a list where a
/// value stands, a text, a number, a boolean, nothing.
fn mutate(whole: &Value, pointer: &str, seen: &mut BTreeSet<String>, visit: &mut impl FnMut(String, Value)) {
    let Some(here) = whole.pointer(pointer) else { return };
    // The entries of one list are all alike.
    let kind: String = pointer
        .split('/')
        .map(|part| if part.parse::<usize>().is_ok() { "*" } else { part })
        .collect::<Vec<_>>()
        .join("/");
    if seen.insert(kind) {
        let changes: &[Value] = match here {
            Value::Object(_) => &[json!("word"), json!([[]]), Value::Null],
            Value::Array(_) => &[json!("word"), json!({"word": [[]]}), Value::Null],
            _ => &[json!([[]]), json!({"word": [[]]}), json!(7), json!(true), Value::Null],
        };
        for change in changes {
            let mut mutant = whole.clone();
            if let Some(place) = mutant.pointer_mut(pointer) {
                *place = change.clone();
                visit(format!("{change} at `{pointer}`"), mutant);
            }
        }
        if here.is_object() {
            for key in ["nonsense-key", "x-mine"] {
                let mut mutant = whole.clone();
                if let Some(Value::Object(place)) = mutant.pointer_mut(pointer) {
                    place.insert(key.to_owned(), json!({"a": [1]}));
                    visit(format!("`{key}` at `{pointer}`"), mutant);
                }
            }
        }
    }
    match here {
        Value::Object(entries) => {
            for key in entries.keys() {
                let key = key.replace('~', "~0").replace('/', "~1");
                mutate(whole, &format!("{pointer}/{key}"), seen, visit);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                // The neighbours say nothing, and cost the judge time.
                let mut alone = whole.clone();
                if let Some(place) = alone.pointer_mut(pointer) {
                    *place = json!([element]);
                    mutate(&alone, &format!("{pointer}/0"), seen, visit);
                }
            }
        }
        _ => {}
    }
}

/// The forms of all documents, read or written.
fn shapes() -> impl Iterator<Item = fn() -> Shape> {
    DOCUMENTS.iter().map(|document| document.shape).chain(DELIVERABLES.iter().map(|plan| plan.shape))
}

#[test]
fn every_default_is_a_value_of_its_field() -> Outcome {
    if !judge_is_there("every_default_is_a_value_of_its_field")? {
        return Ok(());
    }
    let mut records = Vec::new();
    shapes().for_each(|shape| shape().visit_records(&mut records));
    let mut fields = Vec::new();
    let mut cases = Vec::new();
    for record in records {
        let schema = json_schema(record.name, record.doc, &Shape::Record(record));
        for field in record.fields {
            if let Presence::Default(text) = field.presence {
                fields.push(format!("`{}` of `{}`", field.name, record.name));
                let default = schema["properties"][field.name]["default"].clone();
                let printed = default.to_string();
                assert!(default == json!(text) || printed == text, "{default} is not `{text}`");
                cases.push((json_schema(field.name, field.doc, &(field.shape)()), vec![default]));
            }
        }
    }
    assert!(cases.len() > 50, "only {} defaults were found", cases.len());
    for (field, refused) in fields.into_iter().zip(judge(&cases)?) {
        assert_eq!(refused, [None], "{field}");
    }
    Ok(())
}

#[test]
fn no_two_records_share_a_name() {
    let mut records = Vec::new();
    for shape in shapes() {
        // A record is known by its name: a second one with the same name would be passed over, so fields are compared.
        let mut found = Vec::new();
        shape().visit_records(&mut found);
        for record in found {
            let fields: Vec<_> = record.fields.iter().map(|field| (field.name, field.doc)).collect();
            records.push((record.name, fields));
        }
    }
    let mut by_name = BTreeMap::new();
    let mut by_hash = BTreeMap::new();
    for (name, fields) in records {
        assert_eq!(*by_name.entry(name).or_insert_with(|| fields.clone()), fields, "two records are called `{name}`");
        assert_eq!(*by_hash.entry(record_hash(name)).or_insert(name), name, "two records have the same hash");
    }
}
