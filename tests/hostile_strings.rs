//! A value never becomes syntax: every text of the language is replaced by hostile ones, and every generated file is read
//! back with the reader of its language. It must have the same structure as with a harmless text, and where the text
//! stands as a value, it must be the same text.
//!
//! Which fields hold texts, the language itself says; a field that no system here has fails the test.

mod folder;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use pathc::diag::{Severity, Sink};
use pathc::gates::{self, Settings};
use pathc::input::DOCUMENTS;
use pathc::ir::choice::Level;
use pathc::ir::value::Time;
use pathc::output::provenance;
use pathc::output::resource::{self, FILE};
use pathc::source::shape::{JsonType, RecordShape, ScalarShape, Shape};
use promql_parser::parser::Expr;
use promql_parser::util::{ExprVisitor, walk_expr};
use pulldown_cmark::{Event, Tag};
use serde_json::Value;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Texts that some language takes for more than a text.
const HOSTILE: &[&str] = &[
    "'\"`$(id)`\"'; rm -rf / && echo",
    "${x} $${y} %{if z}%%{w} ${{ secrets.TOKEN }} ${AWS::Region}",
    "[[environment]] $environment ${environment:text} $__rate_interval",
    "{{ .Values.x }} {{ $labels.y }} {{`z`}} {% raw %} {# c #}",
    "a: b # c - d, [e] {f} &g *h !i |j >k %m ?n",
    "]]> <!-- <script>alert(1)</script> --> **b** [l](u) | c |",
    "back\\slash \\n \\\" \\u0000 \\",
    "\u{202e}right \u{2028}line \u{feff}mark",
    "first\nsecond: third\n---\n- fourth\ttab",
    " no ",
];

/// What the storefront lacks to have every text of the language.
const ADDED: &[(&str, &str, &str)] = &[
    (
        "pathc.yaml",
        "compliance: [soc2]",
        "compliance: [soc2]\ntargets:\n  path: {}\n  kubernetes: {}\n  terraform: {}\n  cloudformation: {}\n  prometheus: {}\n  \
         grafana: {}\n  operations: {}\n  github-actions: {install: cargo install pathc}",
    ),
    (
        "path/implementation_artifacts.yaml",
        "    env: {LOG_LEVEL: info}\n",
        "    owner: {team: front, contact: front@acme.example, oncall: {slack: front}}\n    command: [serve]\n    \
         args: [fast]\n    env: {LOG_LEVEL: info, DATABASE: {from: checkout.host}}\n    \
         files: [{path: /etc/web/note, content: note}]\n    secrets: [{name: TOKEN, from: shared/token}]\n    \
         init: [{name: prepare, command: [prepare]}]\n",
    ),
    (
        "path/implementation_artifacts.yaml",
        "      liveness: {http: /livez, port: http, period: 10s}\n",
        "      liveness:\n        http: /livez\n        port: http\n        headers: {X-Probe: plain}\n",
    ),
    (
        "path/implementation_artifacts.yaml",
        "      liveness: {tcp: 50051}\n",
        "      liveness:\n        exec: [probe, now]\n",
    ),
    (
        "path/implementation_artifacts.yaml",
        "    path: services/catalog\n",
        "    path: services/catalog\n    owner: {team: stock, contact: stock@acme.example, oncall: {email: stock@acme.example}}\n",
    ),
    (
        "path/implementation_artifacts.yaml",
        "    path: services/order-worker\n",
        "    path: services/order-worker\n    owner: {team: orders, contact: orders@acme.example, oncall: {opsgenie: orders}}\n",
    ),
    (
        "path/implementation_artifacts.yaml",
        "    schedule: \"15 2 * * *\"\n",
        "    schedule: \"15 2 * * *\"\n    timezone: Europe/Dublin\n",
    ),
    (
        "path/build_configurations.yaml",
        "    image: {context: apps/web}\n",
        "    image: {context: apps/web, target: final, build_args: {FLAVOUR: plain}}\n    env: {CI_FLAVOUR: plain}\n    \
         matrix: {FLAVOUR: [plain, fancy]}\n    \
         commands: {setup: npm ci, lint: npm run lint, build: npm run build, package: npm pack}\n",
    ),
    (
        "path/deployment_packages.yaml",
        "    domain: staging.shop.acme.example\n",
        "    domain: staging.shop.acme.example\n    cluster: shared\n    runner: ubuntu-24.04\n    zone_id: Z0123456789ABC\n    \
         account: \"123456789012\"\n    registry: {url: ghcr.io/acme-staging}\n",
    ),
    (
        "path/deployment_packages.yaml",
        "    scaling: {min: 2, max: 8, target: {cpu: 75}}",
        "    scaling: {min: 2, max: 8, target: {metric: {name: catalog_items_total, per_replica: 5}}}",
    ),
    (
        "path/deployment_packages.yaml",
        "    - {after: 15m, notify: commerce-leads}",
        "    - {after: 15m, notify: commerce-leads}\n  incidents: {severities: [{name: grave, respond_within: 15m}]}",
    ),
    (
        "path/implementation_artifacts.yaml",
        "    metrics: {port: metrics}\n",
        "    metrics:\n      port: metrics\n      custom:\n        - name: catalog_items_total\n          type: counter\n          help: Items.\n",
    ),
    (
        "path/refactoring_log.yaml",
        "    commit: 9b1d2e3\n",
        "    commit: 9b1d2e3\n    released: 2.4.1\n    approved_by: lead@acme.example\n",
    ),
    (
        "path/dependency_specifications.yaml",
        "deny: [AGPL-3.0-only, GPL-3.0-only]",
        "deny: [AGPL-3.0-only], allow: [MIT, ISC, Apache-2.0, BSD-3-Clause]",
    ),
    (
        "path/dependency_specifications.yaml",
        "backup: {retention: 14d, point_in_time: true}",
        "backup: {retention: 14d, point_in_time: true, cross_region: eu-central-1}",
    ),
    (
        "path/test_results.yaml",
        "  - {suite: catalog-unit, passed: 240, duration: 22s}",
        "  - {suite: catalog-unit, passed: 240, failed: 1, duration: 22s, failures: [{test: one, message: broke, location: here}]}",
    ),
];

/// Texts that have rules of their own, so that none of the hostile ones is taken: names and addresses of others, queries,
/// versions, times, tools.
const REFUSED: &[Field] = &[
    ("address", "url"),
    ("backup", "cross_region"),
    ("branches", "main"),
    ("branches", "release"),
    ("component", "schedule"),
    ("custom metric", "labels"),
    ("custom metric", "name"),
    ("datastore", "version"),
    ("dependency", "topic"),
    ("environment", "account"),
    ("environment", "cluster"),
    ("environment", "region"),
    ("environment registry", "url"),
    ("freshness indicator", "metric"),
    ("init step", "image"),
    ("manifest", "repository"),
    ("manifest", "targets"),
    ("metrics", "duration"),
    ("metrics", "errors"),
    ("metrics", "requests"),
    ("operations", "runbooks"),
    ("package", "image"),
    ("ratio indicator", "good"),
    ("ratio indicator", "total"),
    ("registry", "url"),
    ("scaling metric", "name"),
    ("scans", "containers"),
    ("scans", "dependencies"),
    ("scans", "dynamic"),
    ("scans", "infrastructure"),
    ("scans", "secrets"),
    ("scans", "static"),
    ("variable source", "from"),
    ("waiver", "gate"),
];

/// A field of the language that holds a text: the record, and its key.
type Field = (&'static str, &'static str);

/// One text of one input.
#[derive(Clone, Debug)]
struct Place {
    field: Field,
    file: Utf8PathBuf,
    path: String,
    bytes: Range<usize>,
}

/// Whether the language takes any text for it, as far as its form goes.
fn is_text(shape: &ScalarShape) -> bool {
    shape.pattern.is_none() && matches!(shape.json, JsonType::Text | JsonType::AnyScalar) && shape.name == "text"
}

fn holds_text(shape: &Shape) -> bool {
    match shape {
        Shape::Scalar(scalar) => is_text(scalar),
        Shape::List(inner) => holds_text(inner),
        Shape::Table { value, .. } => holds_text(value),
        Shape::OneOf(all) => all.iter().any(holds_text),
        _ => false,
    }
}

/// Every field of the language that holds a text.
fn fields() -> BTreeSet<Field> {
    let mut records: Vec<&'static RecordShape> = Vec::new();
    for document in DOCUMENTS {
        (document.shape)().visit_records(&mut records);
    }
    let fields = records.into_iter().flat_map(|record| record.fields.iter().map(move |field| (record, field)));
    fields.filter(|(_, field)| holds_text(&(field.shape)())).map(|(record, field)| (record.name, field.name)).collect()
}

/// The keys of a path, and `[]` for an element.
fn keys(path: &str) -> Vec<String> {
    let (mut found, mut depth, mut key) = (Vec::new(), 0, String::new());
    for character in path.chars() {
        match character {
            '[' | ']' => {
                depth += if character == '[' { 1 } else { -1 };
                if depth == 1 && character == '[' {
                    found.extend(Some(std::mem::take(&mut key)).filter(|key| !key.is_empty()));
                    found.push("[]".to_owned());
                }
            }
            '.' if depth == 0 => found.extend(Some(std::mem::take(&mut key)).filter(|key| !key.is_empty())),
            _ if depth == 0 => key.push(character),
            _ => {}
        }
    }
    found.extend(Some(key).filter(|key| !key.is_empty()));
    found.into_iter().map(|key| key.trim_matches('`').to_owned()).collect()
}

/// The field that a value is of, where it holds a text.
fn field_at(shape: &Shape, keys: &[String], of: Option<Field>) -> Option<Field> {
    match (shape, keys) {
        (Shape::Scalar(scalar), []) => of.filter(|_| is_text(scalar)),
        (Shape::List(inner), [first, rest @ ..]) if first == "[]" => field_at(inner, rest, of),
        (Shape::Table { value, .. }, [_, rest @ ..]) => field_at(value, rest, of),
        (Shape::Record(record), []) => {
            let shorthand = record.fields.iter().find(|field| Some(field.name) == record.shorthand)?;
            field_at(&(shorthand.shape)(), &[], Some((record.name, shorthand.name)))
        }
        (Shape::Record(record), [first, rest @ ..]) => {
            let field = record.fields.iter().find(|field| field.name == first)?;
            field_at(&(field.shape)(), rest, Some((record.name, field.name)))
        }
        (Shape::OneOf(all), keys) => all.iter().find_map(|shape| field_at(shape, keys, of)),
        _ => None,
    }
}

fn settings() -> Settings {
    Settings {
        levels: gates::ALL.iter().map(|gate| (gate.code.as_str().to_owned(), Level::Warn)).collect(),
        ..Settings::release(Time { seconds: 1_795_435_200 })
    }
}

/// A system that can be changed.
struct System {
    folder: tempfile::TempDir,
    texts: Vec<(Utf8PathBuf, String)>,
}

impl System {
    fn new(name: &str) -> Outcome<System> {
        let folder = tempfile::tempdir()?;
        folder::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name), folder.path())?;
        let root = Utf8Path::from_path(folder.path()).ok_or("not UTF-8")?.to_owned();
        let mut paths = vec![Utf8PathBuf::from("pathc.yaml")];
        paths.extend(
            root.join("path").read_dir_utf8()?.flatten().map(|entry| Utf8Path::new("path").join(entry.file_name())),
        );
        paths.sort();
        let texts = paths.into_iter().filter(|path| path.extension() == Some("yaml"));
        let texts = texts.map(|path| Ok((path.clone(), fs::read_to_string(root.join(&path))?)));
        Ok(System { texts: texts.collect::<Outcome<_>>()?, folder })
    }

    /// Adds what a fixture lacks.
    fn with(mut self, added: &[(&str, &str, &str)]) -> System {
        for (file, from, to) in added {
            let text = self.texts.iter_mut().find(|(path, _)| path == file).map(|(_, text)| text);
            let text = text.unwrap_or_else(|| panic!("there is no {file}"));
            assert!(text.contains(from), "{file} has no `{from}`");
            *text = text.replacen(from, to, 1);
        }
        self
    }

    fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("checked when it was made")
    }

    /// What stands at a place.
    fn text_of(&self, place: &Place) -> &str {
        let text = self.texts.iter().find(|(file, _)| *file == place.file).map_or("", |(_, text)| text);
        text[place.bytes.clone()].trim_matches(['"', '\''])
    }

    /// The line of a place, from 1: the inputs are changed within lines alone.
    fn line_of(&self, place: &Place) -> u32 {
        let text = self.texts.iter().find(|(file, _)| *file == place.file).map_or("", |(_, text)| text);
        u32::try_from(text[..place.bytes.start].matches('\n').count() + 1).unwrap_or(u32::MAX)
    }

    /// All values that the language takes any text for; elements of lists of texts one by one.
    fn places(&self) -> Vec<Place> {
        let mut found = Vec::new();
        for (file, text) in &self.texts {
            let document = DOCUMENTS.iter().find(|document| Some(document.name) == file.file_stem());
            let Some(shape) = document.map(|document| (document.shape)()) else { continue };
            for value in resource::fields(text).unwrap_or_default() {
                let place = |field, bytes| Place { field, file: file.clone(), path: value.path.clone(), bytes };
                if let Some(field) = field_at(&shape, &keys(&value.path), None) {
                    found.push(place(field, value.start..value.end));
                } else if let Some(field) = field_at(&shape, &[keys(&value.path), vec!["[]".to_owned()]].concat(), None)
                {
                    found.extend(elements(text, value.start..value.end).map(|bytes| place(field, bytes)));
                }
            }
        }
        found
    }
}

/// The elements of a list in one line.
fn elements(text: &str, list: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let inner = &text[list.clone()];
    let inner = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or_default();
    let mut at = list.start + 1;
    let mut found = Vec::new();
    for part in inner.split(',') {
        let start = at + part.len() - part.trim_start().len();
        found.push(start..start + part.trim().len());
        at += part.len() + 1;
    }
    found.into_iter().filter(|range| !range.is_empty())
}

/// A text that no language takes for anything else, and that is no name; known again wherever it stands.
fn marker(index: usize) -> String {
    format!("m{index:04}z text")
}

/// A generated file, read back by the reader of its language.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    target: String,
    path: Utf8PathBuf,
    /// The keys, without what elements are called.
    structure: Vec<String>,
    /// The texts, each with its keys.
    values: Vec<(String, String)>,
}

impl System {
    /// Writes the inputs with some texts replaced.
    fn write(&self, replaced: &[(&Place, String)]) -> Outcome {
        for (file, text) in &self.texts {
            let mut here: Vec<_> = replaced.iter().filter(|(place, _)| place.file == *file).collect();
            here.sort_by_key(|(place, _)| std::cmp::Reverse(place.bytes.start));
            let mut text = text.clone();
            for (place, new) in here {
                text.replace_range(place.bytes.clone(), &quoted(new)?);
            }
            fs::write(self.root().join(file), text)?;
        }
        Ok(())
    }

    /// What every target makes of the inputs as they stand, or where the inputs are wrong.
    fn generated(&self) -> Outcome<Generated> {
        let mut found = Sink::default();
        let compilation = pathc::compile(self.root(), &settings(), &mut found);
        let generated = pathc::generate(&compilation, &[], &mut found);
        if found.denies() || compilation.checked.is_none() {
            let denied = found.ordered(&compilation.sources).into_iter();
            let denied = denied.filter(|diagnostic| diagnostic.severity() == Severity::Error);
            let sources = &compilation.sources;
            let wrong = denied.map(|diagnostic| Wrong {
                message: diagnostic.message.clone(),
                places: diagnostic
                    .labels
                    .iter()
                    .chain(&diagnostic.also)
                    .filter_map(|label| sources.exact(label.place))
                    .map(|span| (sources.file(span.file).path.clone(), sources.position(span.file, span.start).line))
                    .collect(),
            });
            return Ok(Err(wrong.collect()));
        }
        let pages = provenance::pages(&generated);
        let read = pages.iter().map(|page| read(page.target, &page.path, &page.text));
        Ok(Ok(read.collect::<Outcome<_>>()?))
    }
}

/// What every target makes of a system, or what is wrong with it.
type Generated = Result<Vec<Read>, Vec<Wrong>>;

/// Places, each with the number of its text.
type Numbered<'p> = Vec<(usize, &'p Place)>;

/// A finding of the language.
#[derive(Debug)]
struct Wrong {
    message: String,
    places: Vec<(Utf8PathBuf, u32)>,
}

/// A text in quotes, as YAML reads it, in one line.
fn quoted(text: &str) -> Outcome<String> {
    let quoted = serde_json::to_string(text)?;
    let escape = |character: char| match character {
        '\u{2028}' | '\u{202e}' | '\u{feff}' => format!("\\u{:04x}", u32::from(character)),
        other => other.to_string(),
    };
    Ok(quoted.chars().map(escape).collect())
}

fn read(target: &str, path: &Utf8Path, text: &str) -> Outcome<Read> {
    let wrong = |what: &dyn std::fmt::Display| format!("{path} can't be read back: {what}");
    let (mut structure, mut values) = (Vec::new(), Vec::new());
    match path.extension().unwrap_or_default() {
        "json" => {
            walk_json(&serde_json::from_str(text).map_err(|error| wrong(&error))?, "", &mut structure, &mut values)
        }
        "tf" | "hcl" => {
            let body: hcl::Body = hcl::parse(text).map_err(|error| wrong(&error))?;
            walk_hcl(&body, "", &mut structure, &mut values)?;
        }
        "md" => {
            for event in pulldown_cmark::Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES) {
                match event {
                    Event::Text(text) | Event::Code(text) => values.push((String::new(), text.into_string())),
                    Event::SoftBreak | Event::HardBreak => {}
                    Event::Start(Tag::Link { .. }) => structure.push("link".to_owned()),
                    other => structure.push(format!("{other:?}")),
                }
            }
        }
        "sh" => structure.push(shell(text)?),
        "yaml" | "yml" => {
            let resources = resource::read(path, text);
            let is_text = |resource: &resource::Resource| resource.fields.iter().any(|field| field.path.is_empty());
            if resources.iter().any(|resource| resource.kind == FILE && is_text(resource)) {
                return Err(wrong(&"it is no YAML").into());
            }
            for field in resources.into_iter().flat_map(|resource| commands(resource.fields)) {
                let path = keys(&field.path).join(".");
                structure.push(path.clone());
                values.push((path, field.value));
            }
        }
        _ => values.extend(text.lines().map(|line| (String::new(), line.to_owned()))),
    }
    Ok(Read { target: target.to_owned(), path: path.to_owned(), structure, values })
}

/// A command in which an expression would be evaluated goes through a variable: then it is that which is run.
fn commands(mut fields: Vec<resource::Field>) -> Vec<resource::Field> {
    const VARIABLE: &str = ".env.COMMAND";
    let given: BTreeMap<String, String> = fields
        .iter()
        .filter_map(|field| Some((field.path.strip_suffix(VARIABLE)?.to_owned() + ".run", field.value.clone())))
        .collect();
    fields.retain(|field| !field.path.ends_with(VARIABLE));
    for field in &mut fields {
        if let Some(command) = given.get(&field.path) {
            field.value.clone_from(command);
        }
    }
    fields
}

fn walk_json(value: &Value, path: &str, structure: &mut Vec<String>, values: &mut Vec<(String, String)>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                walk_json(value, &format!("{path}.{key}"), structure, values);
            }
        }
        Value::Array(elements) => {
            structure.push(format!("{path} has {}", elements.len()));
            for element in elements {
                walk_json(element, &format!("{path}[]"), structure, values);
            }
        }
        Value::String(text) => {
            structure.push(path.to_owned());
            values.push((path.to_owned(), text.clone()));
        }
        other => structure.push(format!("{path} is {other}")),
    }
}

fn walk_hcl(body: &hcl::Body, path: &str, structure: &mut Vec<String>, values: &mut Vec<(String, String)>) -> Outcome {
    for one in body.iter() {
        match one {
            hcl::Structure::Attribute(attribute) => {
                walk_expression(attribute.expr(), &format!("{path}.{}", attribute.key()), structure, values)?;
            }
            hcl::Structure::Block(block) => {
                // What a resource is called is made of texts, too.
                let kind = block.labels().first().map_or("", hcl::BlockLabel::as_str);
                let path = format!("{path}.{}[{kind}]", block.identifier());
                structure.push(path.clone());
                walk_hcl(block.body(), &path, structure, values)?;
            }
        }
    }
    Ok(())
}

fn walk_expression(
    of: &hcl::Expression,
    path: &str,
    structure: &mut Vec<String>,
    values: &mut Vec<(String, String)>,
) -> Outcome {
    match of {
        hcl::Expression::String(text) => {
            structure.push(path.to_owned());
            values.push((path.to_owned(), text.clone()));
        }
        hcl::Expression::TemplateExpr(template) => {
            // What is evaluated is structure; what is not is text.
            let mut text = String::new();
            for element in hcl::Template::from_expr(template)?.elements() {
                match element {
                    hcl::template::Element::Literal(literal) => text.push_str(literal),
                    _ => structure.push(format!("{path} evaluates")),
                }
            }
            structure.push(path.to_owned());
            values.push((path.to_owned(), text));
        }
        hcl::Expression::Array(elements) => {
            structure.push(format!("{path} has {}", elements.len()));
            for element in elements {
                walk_expression(element, &format!("{path}[]"), structure, values)?;
            }
        }
        hcl::Expression::Object(entries) => {
            for (key, value) in entries {
                walk_expression(value, &format!("{path}.{key}"), structure, values)?;
            }
        }
        hcl::Expression::FuncCall(call) => {
            structure.push(format!("{path} calls {:?} with {}", call.name, call.args.len()));
            for argument in &call.args {
                walk_expression(argument, &format!("{path}()"), structure, values)?;
            }
        }
        hcl::Expression::Bool(_) | hcl::Expression::Number(_) | hcl::Expression::Null => {
            structure.push(format!("{path} is {of:?}"));
        }
        hcl::Expression::Traversal(traversal) => {
            structure.push(format!("{path} refers by {} steps", traversal.operators.len()));
        }
        _ => structure.push(format!("{path} is evaluated")),
    }
    Ok(())
}

/// What bash says of a script without running it: nothing, where it is one.
fn shell(script: &str) -> Outcome<String> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("script.sh");
    fs::write(&file, script)?;
    let output = Command::new("bash").arg("-n").arg(&file).output()?;
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Tries the places with texts; returns those of which the language takes the text.
fn accepted<'p>(
    system: &System,
    places: &[(usize, &'p Place)],
    text: impl Fn(usize) -> String,
    otherwise: impl Fn(usize) -> Option<String>,
) -> Outcome<(Numbered<'p>, Vec<Read>)> {
    let mut taken: BTreeSet<usize> = places.iter().map(|(index, _)| *index).collect();
    let tried = |taken: &BTreeSet<usize>| -> Outcome<Generated> {
        let texts = places.iter().filter_map(|(index, place)| {
            let text = if taken.contains(index) { Some(text(*index)) } else { otherwise(*index) };
            Some((*place, text?))
        });
        system.write(&texts.collect::<Vec<_>>())?;
        system.generated()
    };
    loop {
        let wrong = match tried(&taken)? {
            Ok(read) => {
                let taken = places.iter().filter(|(index, _)| taken.contains(index));
                return Ok((taken.copied().collect(), read));
            }
            Err(wrong) => wrong,
        };
        let is_wrong = |place: &Place| {
            let line = system.line_of(place);
            wrong.iter().any(|wrong| wrong.places.iter().any(|(file, at)| *file == place.file && *at == line))
        };
        // A text that is refused in one place is refused in all.
        let mut refused: BTreeSet<usize> =
            places.iter().filter(|(_, place)| is_wrong(place)).map(|(index, _)| *index).collect();
        refused.retain(|index| taken.contains(index));
        if refused.is_empty() {
            refused.insert(culprit(&taken, &wrong, &tried)?);
        }
        taken.retain(|index| !refused.contains(index));
    }
}

/// The text that a finding about another place is due to, by halves.
fn culprit(
    taken: &BTreeSet<usize>,
    wrong: &[Wrong],
    tried: &dyn Fn(&BTreeSet<usize>) -> Outcome<Generated>,
) -> Outcome<usize> {
    let message = &wrong.first().ok_or("refused without a finding")?.message;
    let mut candidates: Vec<usize> = taken.iter().copied().collect();
    while candidates.len() > 1 {
        let half = candidates.split_off(candidates.len() / 2);
        let without: BTreeSet<usize> = taken.iter().copied().filter(|index| !half.contains(index)).collect();
        let is_due = match tried(&without)? {
            Ok(_) => true,
            Err(wrong) => wrong.iter().all(|wrong| wrong.message != *message),
        };
        if is_due {
            candidates = half;
        }
    }
    candidates.first().copied().ok_or_else(|| format!("refused whatever the texts are: {wrong:#?}").into())
}

#[test]
fn a_hostile_text_stays_a_text_in_every_target() -> Outcome {
    let mut taken: BTreeSet<Field> = BTreeSet::new();
    let mut exact: BTreeMap<String, usize> = BTreeMap::new();
    for system in
        [System::new("pass/storefront")?.with(ADDED), System::new("pass/courier")?, System::new("pass/fleet")?]
    {
        let places = system.places();
        // What is written in several places is one text: a name, and what refers to it.
        let texts: Vec<&str> = places.iter().map(|place| system.text_of(place)).collect();
        let first = |text: &str| texts.iter().position(|known| *known == text).unwrap_or_default();
        let all: Vec<(usize, &Place)> = texts.iter().map(|text| first(text)).zip(&places).collect();
        let (free, before) = accepted(&system, &all, marker, |_| None)?;
        for hostile in HOSTILE {
            let text = |index: usize| format!("{}{hostile}", marker(index));
            let (free, after) = accepted(&system, &free, text, |index| Some(marker(index)))?;
            taken.extend(free.iter().map(|(_, place)| place.field));
            compare(hostile, &before, &after, &free, &mut exact)?;
        }
    }
    for target in ["cloudformation", "github-actions", "kubernetes", "path", "prometheus", "terraform"] {
        assert!(exact.get(target).is_some_and(|times| *times > 40), "{target}: too few texts stand alone: {exact:?}");
    }
    let refused: BTreeSet<Field> = fields().difference(&taken).copied().collect();
    assert_eq!(refused, REFUSED.iter().copied().collect(), "which fields take no hostile text");
    Ok(())
}

/// What a system makes of a value that it evaluates, where it leaves nothing to evaluate; else nothing.
fn evaluated(target: &str, path: &str, text: &str) -> Option<String> {
    let undone = |escaped: &str, opener: &str| {
        let left = text.replace(escaped, "");
        (!left.contains(opener)).then(|| text.replace(escaped, opener))
    };
    match target {
        // `$$` in variables and commands of containers is `$`; references `$(NAME)` are the language's own.
        "kubernetes" if path.contains("ontainers.[].env.") => Some(text.replace("$$", "$")),
        // Labels and annotations of rules are templates, and so is what receivers are told.
        "prometheus" if path.contains("_configs.") => undone("{{ \"{{\" }}", "{{"),
        "prometheus" if path.split('.').any(|key| ["labels", "annotations"].contains(&key)) => {
            undone("{{ \"{{\" }}", "{{")
        }
        // A property of a secret is a path, in which a backslash takes a character as it is.
        "prometheus" | "kubernetes" if path.ends_with("remoteRef.property") => Some(unescaped(text)),
        // What a panel says of itself is Markdown, in which variables are put first.
        "grafana" if path.ends_with("panels[].description") => (!text.contains('$')).then(|| rendered(text)),
        "github-actions" => undone("${{ '${{' }}", "${{"),
        _ => Some(text.to_owned()),
    }
}

/// What is read of Markdown.
fn rendered(text: &str) -> String {
    let mut out = String::new();
    for event in pulldown_cmark::Parser::new(text) {
        match event {
            Event::Text(text) => out.push_str(&text),
            Event::SoftBreak => out.push('\n'),
            Event::Start(Tag::Paragraph) | Event::End(_) => {}
            other => out.push_str(&format!("{other:?}")),
        }
    }
    out
}

/// A text in which a backslash takes the next character as it is.
fn unescaped(text: &str) -> String {
    let mut characters = text.chars();
    let mut out = String::new();
    while let Some(character) = characters.next() {
        out.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    out
}

/// The files have the same structure, and a value that was a marker alone is the marker with the hostile text.
fn compare(
    hostile: &str,
    before: &[Read],
    after: &[Read],
    free: &[(usize, &Place)],
    exact: &mut BTreeMap<String, usize>,
) -> Outcome {
    let paths = |read: &[Read]| read.iter().map(|read| read.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(before), paths(after), "{hostile:?}: other files");
    let markers: BTreeMap<String, &Place> = free.iter().map(|(index, place)| (marker(*index), *place)).collect();
    for (old, new) in before.iter().zip(after) {
        let (path, target) = (&new.path, new.target.as_str());
        for (old, new) in old.structure.iter().zip(&new.structure) {
            assert_eq!(old, new, "{hostile:?}: {path} has another structure");
        }
        assert_eq!(old.structure.len(), new.structure.len(), "{hostile:?}: {path} has another structure");
        if path.extension() == Some("md") {
            continue;
        }
        for ((_, old), (keys, new)) in old.values.iter().zip(&new.values) {
            if let Some(place) = markers.get(old) {
                let what = format!("{path}: {} of {}", place.path, place.file);
                let expected = format!("{old}{hostile}");
                // Markdown makes one space of all white space.
                let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                let is_same = evaluated(target, keys, new)
                    .is_some_and(|new| new == expected || target == "grafana" && squeezed(&new) == squeezed(&expected));
                assert!(is_same, "{what}, as {keys}\n  expected {expected:?}\n     found {new:?}");
                *exact.entry(target.to_owned()).or_default() += 1;
            }
        }
    }
    Ok(())
}

/// The values that the matchers of a query compare with.
#[derive(Default)]
struct Compared(Vec<String>);

impl ExprVisitor for Compared {
    type Error = String;

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool, String> {
        let selector = match expression {
            Expr::VectorSelector(selector) => selector,
            Expr::MatrixSelector(matrix) => &matrix.vs,
            _ => return Ok(true),
        };
        self.0.extend(selector.matchers.matchers.iter().map(|matcher| matcher.value.clone()));
        Ok(true)
    }
}

/// The variables that dashboards have, and something that each may stand for.
const VARIABLES: &[(&str, &str)] = &[
    ("${environment:text}", "production"),
    ("$__rate_interval", "5m"),
    ("$__interval", "5m"),
    ("$__range", "1h"),
    ("$environment", "production"),
    ("$instance", ".*"),
];

#[test]
fn a_hostile_text_in_a_query_stays_what_is_compared_with() -> Outcome {
    let system = System::new("pass/storefront")?;
    let good = "sum(rate(orders_processed_total{outcome=\"ok\"}[$window]))";
    let places = system.places();
    let place = places.iter().find(|place| system.text_of(place) == good).ok_or("no such query")?;
    for hostile in HOSTILE {
        let compared = hostile.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
        let query = good.replace("\"ok\"", &format!("\"{compared}\""));
        system.write(&[(place, query)])?;
        let read = system.generated()?.map_err(|wrong| format!("{hostile:?}: {wrong:#?}"))?;
        let mut seen = 0;
        for (path, (keys, text)) in read
            .iter()
            .filter(|read| read.target == "prometheus")
            .flat_map(|read| read.values.iter().map(|value| (&read.path, value)))
            .filter(|(_, (keys, _))| keys.split('.').next_back() == Some("expr"))
        {
            let query =
                promql_parser::parser::parse(text).map_err(|wrong| format!("{path}: {keys}: {wrong}: {text}"))?;
            let mut compared = Compared::default();
            walk_expr(&mut compared, &query)?;
            seen += compared.0.iter().filter(|value| *value == hostile).count();
        }
        assert!(seen > 10, "{hostile:?} is compared with {seen} times");
        let mut shown = 0;
        for (keys, text) in read.iter().filter(|read| read.target == "grafana").flat_map(|read| &read.values) {
            if keys.split('.').next_back() != Some("expr") {
                continue;
            }
            // What Grafana puts in is ours alone.
            let filled = VARIABLES.iter().fold(text.clone(), |text, (variable, value)| text.replace(variable, value));
            assert!(!filled.contains('$') && !filled.contains("[["), "{hostile:?}: {keys}: {text}");
            let query = promql_parser::parser::parse(&filled).map_err(|wrong| format!("{keys}: {wrong}: {text}"))?;
            let mut compared = Compared::default();
            walk_expr(&mut compared, &query)?;
            shown += compared.0.iter().filter(|value| *value == hostile).count();
        }
        assert!(shown > 0, "{hostile:?} is in no query of a dashboard");
    }
    Ok(())
}
