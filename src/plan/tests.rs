//! Records of plans survive being written and read back, whatever stands in them.

use std::sync::Arc;

use camino::Utf8PathBuf;
use proptest::prelude::*;

use super::infrastructure::environments::{SecretReferencePlan, ToldVariable, VariablePlan};
use super::infrastructure::scaling::{ScalingMeasure, ScalingPolicy};
use super::infrastructure::templates::{HeaderTemplate, MeasureTemplate};
use super::{DELIVERABLES, Encode, read};
use crate::ir::value::{Decimal, Duration, Name, VariableName};
use crate::ir::{Origin, Rule, Traced};
use crate::output::{Content, Doc, Printed};
use crate::source::schema::json_schema;
use crate::source::yaml::parse;
use crate::source::{Apart, Decode, Decoder, FileId, FileKind, Sources};
use crate::spec::Specs;

fn specs() -> Specs {
    Specs::load(&mut Sources::default()).0.unwrap()
}

fn traced<T>(value: T) -> Traced<T> {
    Traced::by_rule(value, Rule(0))
}

const ORIGIN: Origin = Origin::rule(Rule(0));

/// Prints a document, and reads it as a `T`.
fn read_back<T: Decode>(doc: Doc) -> T {
    let mut printed = Printed::default();
    Content::yaml(Vec::new(), vec![doc]).print(&mut printed);
    let (tree, problems) = parse(FileId(0), &printed.text);
    assert!(problems.is_empty(), "{problems:?}\n{}", printed.text);
    let mut sources = Sources::default();
    let id = sources.add(Utf8PathBuf::from("plan.yaml"), printed.text.clone(), FileKind::Plan, tree);
    let mut decoder = Decoder::new(id, sources.file(id));
    let value = decoder.document();
    let problems = decoder.finish();
    assert!(problems.is_empty(), "{problems:?}\n{}", printed.text);
    value.unwrap()
}

/// Texts that YAML, numbers and quoting could trip over, and any others. None has a NUL: no input can hold one.
fn hostile() -> impl Strategy<Value = String> {
    let known = [
        "",
        " ",
        "no",
        "~",
        "null",
        "1e3",
        "0777",
        "012345678901",
        "12:30",
        "- a",
        "a: b",
        "# a",
        "'",
        "\"",
        "\\",
        "${a}",
        "{{ a }}",
        "a\n",
        "\na",
        "a\n\n",
        " a",
        "a ",
        "\ta",
        "\r\n",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "<<",
        "=",
        "2026-11-20",
        "|",
        ">",
        "%",
        "@",
        "`",
        "&a",
        "*a",
        "!a",
        "---",
        "...",
        "? a",
        "[",
        "]",
        "{",
        "}",
        ",",
    ];
    // A text with a NUL is refused where it is read.
    let any = any::<String>().prop_map(|text| text.replace('\0', ""));
    prop_oneof![proptest::sample::select(known.map(str::to_owned).to_vec()), any]
}

proptest! {
    #[test]
    fn texts_come_back(value in hostile(), path in hostile(), format in proptest::option::of(hostile())) {
        let variable = VariablePlan {
            origin: ORIGIN,
            told: Arc::new(ToldVariable {
                origin: ORIGIN,
                name: traced(VariableName::made("A")),
                value: Some(traced(value.into())),
                secret: Some(Apart::from(SecretReferencePlan {
                    origin: ORIGIN,
                    store_path: traced(path.into()),
                    property: None,
                    format: format.map(|format| traced(format.into())),
                })),
            }),
        };
        let again: VariablePlan = read_back(variable.encode(ORIGIN));
        prop_assert_eq!(&again.value, &variable.value);
        let (before, after) = (variable.secret.clone().unwrap(), again.secret.clone().unwrap());
        prop_assert_eq!((&before.store_path, &before.format), (&after.store_path, &after.format));
        prop_assert!(after.property.is_none());
    }

    #[test]
    fn numbers_come_back(units in any::<i64>().prop_map(|units| units / 10), scale in 0u8..=18, seconds in 0u64..10_000_000) {
        let policy = ScalingPolicy {
            origin: ORIGIN,
            measure: traced(ScalingMeasure::Requests),
            target: traced(Decimal::new(units, scale)),
            cooldown: traced(Duration::seconds(seconds)),
            query: None,
            datastore: None,
            topic: None,
            group: None,
        };
        let again: ScalingPolicy = read_back(policy.encode(ORIGIN));
        prop_assert_eq!((again.target, again.cooldown), (policy.target, policy.cooldown));
    }
}

#[test]
fn a_value_that_was_read_back_knows_its_place_there() {
    let header = HeaderTemplate { origin: ORIGIN, name: traced("Host".to_owned()), value: traced("a".to_owned()) };
    let again: HeaderTemplate = read_back(header.encode(ORIGIN));
    assert!(again.name.origin.is_written() && again.value.origin.is_written());
    assert_ne!(again.name.origin, again.value.origin);
}

#[test]
fn a_measure_keeps_its_order_of_keys() {
    let measure = MeasureTemplate {
        origin: ORIGIN,
        name: traced(Name::made("error-rate")),
        query: traced("sum(a{$selector}[$window])".to_owned()),
        at_most: traced(Decimal::new(5, 1)),
        failure_limit: traced(2),
    };
    let Doc::Map(map) = measure.encode(ORIGIN) else { panic!("a record is a mapping") };
    let keys: Vec<&str> = map.entries.iter().map(|entry| &*entry.key).collect();
    assert_eq!(keys, ["name", "query", "at_most", "failure_limit"]);
}

#[test]
fn what_is_missing_is_told_for_every_deliverable() {
    let problems = read(&Sources::default(), &specs()).unwrap_err();
    assert_eq!(problems.len(), DELIVERABLES.len());
    for (problem, deliverable) in problems.iter().zip(DELIVERABLES) {
        assert!(problem.message.contains(deliverable.name), "{}", problem.message);
    }
}

#[test]
fn a_document_must_say_what_it_is_and_say_it_alone() {
    let mut sources = Sources::default();
    for (name, text) in [
        ("a.yaml", "path: scaling_policies\nversion: 1\nenvironments: []\n"),
        ("b.yaml", "path: scaling_policies\nversion: 1\nenvironments: []\n"),
        ("c.yaml", "path: scaling_policy\n"),
        ("d.yaml", "[]\n"),
    ] {
        let (tree, _) = parse(FileId(0), text);
        sources.add(Utf8PathBuf::from(name), text.to_owned(), FileKind::Plan, tree);
    }
    let problems = read(&sources, &specs()).unwrap_err();
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).take(3).collect();
    assert_eq!(
        messages,
        [
            "the deliverable `scaling_policies` is there twice",
            "`scaling_policy` is no deliverable",
            "`` is no deliverable",
        ]
    );
}

#[test]
fn another_version_is_refused() {
    let mut sources = Sources::default();
    let text = "path: scaling_policies\nversion: 99\nenvironments: []\n";
    let (tree, _) = parse(FileId(0), text);
    sources.add(Utf8PathBuf::from("scaling_policies.yaml"), text.to_owned(), FileKind::Plan, tree);
    let problems = read(&sources, &specs()).unwrap_err();
    assert!(problems.iter().any(|problem| problem.message == "`scaling_policies` is of another version of the schema"));
}

#[test]
fn every_deliverable_has_a_schema_that_requires_its_name() {
    for deliverable in DELIVERABLES {
        let schema = json_schema(deliverable.name, deliverable.doc, &(deliverable.shape)());
        let required = schema["required"].as_array().unwrap();
        assert!(required.iter().any(|key| key == "path"), "{}", deliverable.name);
    }
}
