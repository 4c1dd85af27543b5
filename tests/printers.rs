//! What is printed reads back as what was meant: by our own reader, by a reader of YAML 1.1, and by a reader of JSON.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use pathc::ir::{Origin, Rule};
use pathc::output::doc::{Entry, Notes};
use pathc::output::{Content, Doc, Map, Printed, Style};
use pathc::source::FileId;
use pathc::source::yaml::{NodeId, NodeKind, Tree, parse};
use proptest::prelude::*;
use serde_json::Value;

const ORIGIN: Origin = Origin::rule(Rule(0));

/// Texts that some reader takes for something else, or that some printer breaks.
const HOSTILE: &[&str] = &[
    "",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    " x",
    "x ",
    "\tx",
    "x\t",
    "a\tb",
    "y",
    "n",
    "Y",
    "yes",
    "No",
    "NO",
    "on",
    "ON",
    "Off",
    "true",
    "False",
    "null",
    "Null",
    "~",
    "nan",
    ".nan",
    ".NaN",
    ".inf",
    "-.inf",
    "+.INF",
    "inf",
    "1e3",
    "1E3",
    "1e-3",
    "1.5e+3",
    "0777",
    "0o17",
    "0x1F",
    "0b11",
    "-0x1f",
    "+1",
    "-1",
    "1.",
    ".5",
    "-.5",
    "1_000",
    "685_230.15",
    "1,000",
    "12:30",
    "1:20:30",
    "190:20:30",
    "1:20:30.5",
    "2020-01-01",
    "2020-01-01T10:00:00Z",
    "2001-12-14 21:59:43",
    "2001-12-14t21:59:43.10-05:00",
    "=",
    "==",
    "=x",
    "<<",
    "<",
    "a: b",
    "a:",
    ":a",
    ":",
    "a :b",
    "a:b",
    "a #b",
    "a#b",
    "#c",
    "# c",
    "-",
    "- x",
    "--",
    "---",
    "--- x",
    "---x",
    "-v",
    "--verbose",
    "--port=8080",
    "-1x",
    "-.x",
    "...",
    "... x",
    "..",
    ".",
    ".github",
    "? x",
    "?",
    "?x",
    "*",
    "*a",
    "*.example.com",
    "&a",
    "!x",
    "!!str x",
    "%d",
    "%YAML",
    "@x",
    "`x`",
    "|",
    "|-",
    ">",
    ">-",
    "'",
    "''",
    "it's",
    "'quoted'",
    "\"",
    "\"quoted\"",
    "a\"b",
    "\\",
    "a\\nb",
    "{",
    "}",
    "{a",
    "a}",
    "{{ x }}",
    "a {{ x }}",
    "{% x %}",
    "${x}",
    "${{ github.ref }}",
    "[",
    "[a]",
    "a]",
    ",",
    "a, b",
    "a,b",
    "é",
    "日本語",
    "🚀",
    "👩‍👩‍👧",
    "a\u{85}b",
    "a\u{a0}",
    "\u{a0}",
    "a\u{2028}b",
    "a\u{2029}b",
    "\u{feff}x",
    "x\u{feff}",
    "a\u{202e}b",
    "\0",
    "a\u{1}b",
    "\u{7f}",
    "\u{9f}",
    "\u{1b}[31m",
    "\u{fffe}",
    "\u{ffff}",
    "\u{fffd}",
    "a\rb",
    "\r",
    "a\r\nb\r\n",
    "a\n",
    "a\nb",
    "a\nb\n",
    "a\nb\n\n",
    "a\n\nb",
    "\na",
    "\n\na\n",
    " a\nb",
    "  a\n b\n",
    "\n a\n",
    "\ta\nb",
    "a\n\tb\n",
    "a\n \nb",
    "a\n  \n",
    "a\n ",
    " \na",
    "  \n\n a",
    "a \nb ",
    "# a\n# b\n",
    "- a\n- b\n",
    "a: b\nc: d\n",
    "---\na\n",
    "...\n",
    "a\n---\nb\n",
    "a\n\u{85}b",
    "a\n\u{2028}",
    "a\n\0",
    "|\na",
    "a\n...\n",
    "#!/bin/sh\nset -eu\nif true; then\n  echo 'yes' # no\nfi\n",
    "%a\nb",
    "1.2.3",
    "10.0.0.1",
    "10.0.0.0/16",
    "1.2",
    "8080",
    "0",
    "7d",
    "1h",
    "500m",
    "1Gi",
    "1e3m",
    "v1",
    "4e10",
    "1234567e8",
    "arn:aws:s3:::b",
    "http://a/b?c=d#e",
    "node_exporter:up",
    "job:x:rate5m",
    "sum(rate(x{a=\"b\"}[5m])) by (c) > 0.1",
    "a,",
    "x!",
    "a&b",
    "a*b",
    "a|b",
    "a>b",
    "a%b",
    "a@b",
    "0.0.0.0:8080",
    "[::1]:80",
    "::",
    "1:",
    "+",
    "+a",
    "0x",
    "0xg",
    "1x",
    "_1",
    "1_",
    "._",
    "Infinity",
    "y ",
    "no: no",
    "undefined",
    "None",
    "0o8",
    "08",
    "09",
    "1 2",
    "2020-1-1",
    "20:00-21:00",
];

/// All that differs between two documents is one text, so that a failure names it.
fn with_everywhere(text: &str) -> Doc {
    let value = || Doc::text(text.to_owned(), ORIGIN);
    let flow = |doc: Doc| match doc {
        Doc::List(elements, _, origin) => Doc::List(elements, Style::Flow, origin),
        Doc::Map(map) => Doc::Map(Map { style: Style::Flow, ..map }),
        other => other,
    };
    let commented = |key: String, value: Doc| Entry {
        key: key.into(),
        value,
        notes: Some(Box::new(Notes { comment: Some(text.to_owned().into()), remark: Some(text.to_owned().into()) })),
    };
    let mut outer = Map::new(ORIGIN)
        .with("value", value())
        .with("list", Doc::list([value(), Doc::list([value(), value()], ORIGIN), value()], ORIGIN))
        .with("keys", Map::new(ORIGIN).with(text.to_owned(), Doc::Bool(true, ORIGIN)).with("after", value()))
        .with("keyed", Doc::list([Map::new(ORIGIN).with(text.to_owned(), value()).with("z", value()).into()], ORIGIN))
        .with("flow", flow(Doc::list([value(), value()], ORIGIN)))
        .with("flow_map", flow(Map::new(ORIGIN).with(text.to_owned(), value()).with("after", value()).into()))
        .with("last", value());
    let inner = Map { entries: vec![commented("inner".to_owned(), value())], style: Style::Block, origin: ORIGIN };
    outer.entries.push(commented("commented".to_owned(), Doc::list([Doc::list([inner.into()], ORIGIN)], ORIGIN)));
    if outer.get(text).is_none() {
        outer.put(text.to_owned(), value());
    }
    outer.into()
}

/// What a reader has to find.
fn expected(doc: &Doc) -> Value {
    match doc {
        Doc::Null(_) => Value::Null,
        Doc::Bool(value, _) => Value::Bool(*value),
        Doc::Integer(value, _) => Value::from(*value),
        Doc::Number(value, _) => serde_json::from_str(&value.to_string()).unwrap(),
        Doc::Text(text, _) => Value::String(text.to_string()),
        Doc::List(elements, ..) => elements.iter().map(expected).collect(),
        Doc::Tagged(_, value) => expected(value),
        Doc::Map(map) => map.entries.iter().map(|entry| (entry.key.to_string(), expected(&entry.value))).collect(),
    }
}

/// What our own reader finds; what it reads as plain is typed as YAML 1.2 types it.
fn found(tree: &Tree, source: &str, node: NodeId) -> Value {
    match tree.kind(node) {
        NodeKind::Null => Value::Null,
        NodeKind::List(..) => tree.list(node).unwrap().iter().map(|element| found(tree, source, *element)).collect(),
        NodeKind::Mapping(..) => tree
            .entries(node)
            .unwrap()
            .map(|(key, value)| (tree.scalar(source, key).unwrap().0.to_owned(), found(tree, source, value)))
            .collect(),
        NodeKind::Scalar(..) | NodeKind::Alias(_) => match tree.scalar(source, node).unwrap() {
            ("true", true) => Value::Bool(true),
            ("false", true) => Value::Bool(false),
            (text, true) => match serde_json::from_str::<serde_json::Number>(text) {
                Ok(number) => Value::Number(number),
                Err(_) => Value::String(text.to_owned()),
            },
            (text, false) => Value::String(text.to_owned()),
        },
    }
}

fn print(content: &Content) -> Printed {
    let mut printed = Printed::with_origins();
    content.print(&mut printed);
    printed
}

fn yaml(doc: &Doc) -> String {
    let header = vec!["made by\na test\u{2028}x: [".into()];
    print(&Content::yaml(header, vec![doc.clone()])).text
}

fn reads_back(doc: &Doc) -> Result<(), String> {
    let text = yaml(doc);
    let (tree, problems) = parse(FileId(0), &text);
    let expected = expected(doc);
    // Our reader takes no NUL, so that no input holds one; other readers do.
    if !text.contains("\\u0000") {
        if !problems.is_empty() {
            return Err(format!("{problems:?}\n{text}"));
        }
        let found = found(&tree, &text, tree.root().unwrap());
        if found != expected {
            return Err(format!("found {found:#}\nexpected {expected:#}\n{text}"));
        }
    }
    let json = print(&Content::Json(doc.clone()));
    let found: Value = serde_json::from_str(&json.text).map_err(|error| format!("{error}\n{}", json.text))?;
    if found != expected {
        return Err(format!("found {found:#}\nexpected {expected:#}\n{}", json.text));
    }
    let lines = json.line_origins.map(|lines| lines.len());
    if lines != Some(json.text.lines().count()) {
        return Err(format!("{lines:?} origins for the lines of\n{}", json.text));
    }
    Ok(())
}

/// Gives all documents to one process of a reader of YAML 1.1; `None` where it is not installed.
fn read_by_yaml_1_1(documents: &[String]) -> Option<Vec<Value>> {
    const READER: &str = "
import json, sys, yaml
def read(text):
    try:
        return {'ok': yaml.safe_load(text)}
    except Exception as error:
        return {'error': str(error)}
sys.stdout.write(json.dumps([read(text) for text in json.load(sys.stdin)], default=repr))
";
    if !Command::new("python3").args(["-c", "import yaml"]).stderr(Stdio::null()).status().is_ok_and(|s| s.success()) {
        return None;
    }
    let mut reader =
        Command::new("python3").args(["-c", READER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input = serde_json::to_vec(documents).unwrap();
    let mut stdin = reader.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = reader.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    texts.extend(["a".repeat(5_000), "a b ".repeat(2_000), "é\n".repeat(1_000), "-".repeat(1_100), "'".repeat(999)]);
    texts.push("\u{1}".repeat(300));
    // Every short mixture of what is syntax somewhere.
    let pieces = ["a", "1", " ", "\n", ":", "#", "-", "'", "\"", "\t", ".", "{", "?", "e"];
    for first in pieces {
        for second in pieces {
            texts.push(format!("{first}{second}"));
            texts.extend(pieces.iter().map(|third| format!("{first}{second}{third}")));
        }
    }
    texts
}

#[test]
fn hostile_texts_read_back_by_our_reader_and_as_json() {
    let wrong: Vec<_> = hostile_texts()
        .into_iter()
        .filter_map(|text| reads_back(&with_everywhere(&text)).err().map(|error| format!("{text:?}: {error}")))
        .collect();
    assert!(wrong.is_empty(), "{} wrong, first: {}", wrong.len(), wrong[0]);
}

#[test]
fn hostile_texts_read_back_by_a_reader_of_yaml_1_1() {
    let docs: Vec<Doc> = hostile_texts().iter().map(|text| with_everywhere(text)).collect();
    let texts: Vec<String> = docs.iter().map(yaml).collect();
    let Some(found) = read_by_yaml_1_1(&texts) else {
        eprintln!("skipped: python3 has no module `yaml`");
        return;
    };
    for ((doc, text), found) in docs.iter().zip(&texts).zip(found) {
        assert_eq!(found.get("ok"), Some(&expected(doc)), "{found}\n{text}");
    }
}

#[test]
fn several_documents_stand_in_one_file() {
    let content = Content::yaml(
        vec!["generated".into()],
        vec![
            Map::new(ORIGIN).text("kind", "Service").text("text", "a\n\n").into(),
            Map::new(ORIGIN).text("kind", "Deployment").into(),
        ],
    );
    assert_eq!(print(&content).text, "# generated\nkind: Service\ntext: |+\n  a\n\n---\nkind: Deployment\n");
}

#[test]
fn layout_is_what_a_person_would_write() {
    let mut container = Map::new(ORIGIN)
        .text("name", "web")
        .with("args", Doc::list([Doc::text("--port=8080", ORIGIN), Doc::text("yes", ORIGIN)], ORIGIN))
        .with("env", Doc::list([], ORIGIN))
        .with("labels", Map::new(ORIGIN))
        .text("script", "set -eu\n\necho done\n");
    container.entries[0].notes().comment = Some("the one that serves\n\nall".into());
    let limits = Map { style: Style::Flow, ..Map::new(ORIGIN).text("cpu", "500m").text("memory", "a, b") };
    let document = Map::new(ORIGIN)
        .with("containers", Doc::list([container.into()], ORIGIN))
        .with("limits", limits)
        .integer("on", -3)
        .with("ratio", Doc::Number(pathc::ir::value::Decimal::new(125, 2), ORIGIN))
        .with("nothing", Doc::Null(ORIGIN));
    let printed = print(&Content::yaml(vec![], vec![document.clone().into()]));
    assert_eq!(
        printed.text,
        "containers:
  # the one that serves
  #
  # all
  - name: web
    args:
      - --port=8080
      - 'yes'
    env: []
    labels: {}
    script: |
      set -eu

      echo done
limits: {cpu: 500m, memory: 'a, b'}
'on': -3
ratio: 1.25
nothing: null
"
    );
    let workflow = print(&Content::workflow(vec![], document.into())).text;
    assert!(workflow.contains("\non: -3\n"), "{workflow}");
}

#[test]
fn each_line_knows_where_it_comes_from() {
    let origin = |number: u16| Origin::rule(Rule(number));
    let list = Doc::list([Doc::text("a\nb", origin(2)), Map::new(origin(3)).text("k", "v").into()], origin(1));
    let document = Map::new(origin(0)).with("list", list).integer("count", 1);
    let printed = print(&Content::yaml(vec![], vec![document.clone().into()]));
    assert_eq!(printed.text, "list:\n  - |-\n    a\n    b\n  - k: v\ncount: 1\n");
    assert_eq!(printed.line_origins.unwrap().first().collect::<Vec<_>>(), [1, 2, 2, 2, 3, 0].map(origin));
    let json = print(&Content::Json(document.into()));
    assert_eq!(
        json.text,
        "{\n  \"list\": [\n    \"a\\nb\",\n    {\n      \"k\": \"v\"\n    }\n  ],\n  \"count\": 1\n}\n"
    );
    assert_eq!(json.line_origins.unwrap().first().collect::<Vec<_>>(), [0, 1, 2, 3, 3, 3, 1, 0, 0].map(origin));
}

fn any_text() -> impl Strategy<Value = String> {
    let hostile = proptest::sample::select(HOSTILE).prop_map(str::to_owned);
    prop_oneof![
        hostile.clone(),
        any::<String>(),
        "[ -~\n\t]{0,20}",
        "[0-9a-fxeTZ_.:+ -]{1,12}",
        (hostile.clone(), hostile).prop_map(|(first, second)| first + &second),
    ]
}

fn any_doc() -> impl Strategy<Value = Doc> {
    let style = || prop_oneof![3 => Just(Style::Block), 1 => Just(Style::Flow)];
    let leaf = prop_oneof![
        Just(Doc::Null(ORIGIN)),
        any::<bool>().prop_map(|value| Doc::Bool(value, ORIGIN)),
        any::<i64>().prop_map(|value| Doc::Integer(value, ORIGIN)),
        any_text().prop_map(|text| Doc::text(text, ORIGIN)),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let list = (proptest::collection::vec(inner.clone(), 0..5), style())
            .prop_map(|(elements, style)| Doc::List(elements, style, ORIGIN));
        let entries = proptest::collection::vec((any_text(), inner, proptest::option::of(any_text())), 0..5);
        let map = (entries, style()).prop_map(|(entries, style)| {
            let mut map = Map { style, ..Map::new(ORIGIN) };
            for (key, value, comment) in entries {
                if map.get(&key).is_none() {
                    let remark = comment.clone().map(Into::into);
                    let notes = Notes { comment: comment.map(Into::into), remark };
                    map.entries.push(Entry { key: key.into(), value, notes: Some(Box::new(notes)) });
                }
            }
            Doc::Map(map)
        });
        prop_oneof![list, map]
    })
}

proptest! {
    #[test]
    fn any_document_reads_back(doc in any_doc()) {
        if let Err(error) = reads_back(&doc) {
            prop_assert!(false, "{}", error);
        }
    }

    #[test]
    fn any_document_has_an_origin_for_each_line(doc in any_doc()) {
        let printed = print(&Content::yaml(vec!["x".into()], vec![doc.clone(), doc]));
        prop_assert_eq!(printed.line_origins.map(|lines| lines.len()), Some(printed.text.lines().count()));
    }
}

#[test]
fn any_document_reads_back_by_a_reader_of_yaml_1_1() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let docs: Vec<Doc> = (0..1_000).map(|_| any_doc().new_tree(&mut runner).unwrap().current()).collect();
    let texts: Vec<String> = docs.iter().map(yaml).collect();
    let Some(found) = read_by_yaml_1_1(&texts) else {
        eprintln!("skipped: python3 has no module `yaml`");
        return;
    };
    for ((doc, text), found) in docs.iter().zip(&texts).zip(found) {
        assert_eq!(found.get("ok"), Some(&expected(doc)), "{found}\n{text}");
    }
}
