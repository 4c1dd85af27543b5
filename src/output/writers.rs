//! Writers and printers of the same tree make the same bytes, and know the same origins.

use proptest::prelude::*;

use super::doc::{Doc, Map, Style};
use super::printed::{Printed, Shared, Watched};
use super::{json, yaml};
use crate::source::{Origin, Rule};

const KEYS: [&str; 5] = ["alert", "expr", "labels", "for", "aKey"];

/// A tree that both can make: keys are ours, and a list in a list does not occur.
fn value() -> impl Strategy<Value = Doc> {
    let origin =
        || prop_oneof![(0..40u16).prop_map(|rule| Origin::rule(Rule(rule))), (0..40u32).prop_map(Origin::node)];
    let text = (any::<String>(), origin()).prop_map(|(text, origin)| Doc::text(text, origin));
    let entries = move |inner: BoxedStrategy<Doc>| {
        (proptest::collection::vec((0..KEYS.len(), inner), 0..4), origin(), any::<bool>()).prop_map(
            |(entries, origin, is_block)| {
                let mut map = Map::new(origin);
                // YAML writes a mapping of texts in one line, and no other.
                let texts = entries.iter().all(|(_, value)| matches!(value, Doc::Text(..)));
                map.style = if is_block || !texts { Style::Block } else { Style::Flow };
                entries.into_iter().for_each(|(key, value)| map.put(KEYS[key], value));
                Doc::from(map)
            },
        )
    };
    text.prop_recursive(4, 32, 4, move |inner| {
        let map = entries(inner.boxed());
        let elements = proptest::collection::vec(map.clone(), 0..4);
        prop_oneof![map, (elements, origin()).prop_map(|(elements, origin)| Doc::list(elements, origin))]
    })
}

fn entry_of(key: &str) -> &'static str {
    KEYS.into_iter().find(|known| *known == key).unwrap()
}

fn texts(map: &Map) -> impl Iterator<Item = (&'static str, &str, Origin)> {
    map.entries.iter().filter_map(|entry| match &entry.value {
        Doc::Text(text, origin) => Some((entry_of(&entry.key), &**text, *origin)),
        _ => None,
    })
}

fn as_yaml(writer: &mut yaml::Writer<'_>, map: &Map) {
    for entry in &map.entries {
        let key = entry_of(&entry.key);
        match &entry.value {
            Doc::Text(text, origin) => writer.text(key, text, *origin),
            Doc::Map(map) if map.style == Style::Flow => writer.inline(key, map.origin, |flow| {
                texts(map).for_each(|(key, text, origin)| flow.text(key, text, origin));
            }),
            Doc::Map(map) => writer.map(key, map.origin, |writer| as_yaml(writer, map)),
            Doc::List(elements, _, origin) => writer.list(key, *origin, |writer| {
                for element in elements {
                    match element {
                        Doc::Map(map) if map.style == Style::Flow => writer.element_inline(map.origin, texts(map)),
                        Doc::Map(map) => writer.element(map.origin, |writer| as_yaml(writer, map)),
                        Doc::Text(text, origin) => writer.element_text(text, *origin),
                        _ => unreachable!("no such element is made"),
                    }
                }
            }),
            other => writer.doc(key, other),
        }
    }
}

fn as_json(writer: &mut json::Writer<'_>, map: &Map) {
    for entry in &map.entries {
        let key = entry_of(&entry.key);
        match &entry.value {
            Doc::Text(text, origin) => writer.text(key, text, *origin),
            Doc::Map(map) if map.style == Style::Flow => writer.inline(key, map.origin, |writer| as_json(writer, map)),
            Doc::Map(map) => writer.map(key, map.origin, |writer| as_json(writer, map)),
            Doc::List(elements, _, origin) => writer.list(key, *origin, |writer| {
                for element in elements {
                    match element {
                        Doc::Map(map) if map.style == Style::Flow => {
                            writer.element_inline(map.origin, |writer| as_json(writer, map));
                        }
                        Doc::Map(map) => writer.element(map.origin, |writer| as_json(writer, map)),
                        Doc::Text(text, origin) => writer.element_text(text, *origin),
                        _ => unreachable!("no such element is made"),
                    }
                }
            }),
            _ => unreachable!("no such value is made"),
        }
    }
}

/// The text, and each line's origins.
type Shown = (String, Vec<(Vec<Origin>, Option<Origin>)>);

fn shown(printed: Printed) -> Shown {
    let origins = printed.line_origins.unwrap_or_default();
    let lines = (1..=origins.len()).map(|line| (origins.of(line), origins.within(line))).collect();
    (printed.text, lines)
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_printed(value in value(), asked in any::<bool>()) {
        let mut map = Map::new(Origin::rule(Rule(3)));
        map.put("labels", value.clone());
        map.put("aKey", value);
        let buffer = || if asked { Printed::with_origins() } else { Printed::default() };

        let (mut printed, mut written) = (buffer(), buffer());
        yaml::print(&["a comment".into()], &[map.clone().into()], yaml::Dialect::Any, &mut printed);
        as_yaml(&mut yaml::Writer::new(&["a comment".into()], &mut written), &map);
        // The root is entered by who prints a tree: nothing is in it that somebody else wrote.
        prop_assert_eq!(shown(printed), shown(written));

        let (mut printed, mut written) = (buffer(), buffer());
        json::print(&map.clone().into(), &mut printed);
        json::Writer::document(&mut written, map.origin, |writer| as_json(writer, &map));
        prop_assert_eq!(shown(printed), shown(written));
    }
}

#[test]
fn what_is_written_again_is_the_same() {
    let origin = Origin::rule(Rule(1));
    let write = |out: &mut Printed| {
        let mut writer = yaml::Writer::new(&[], out);
        let mut again = yaml::Again::default();
        writer.list("rules", origin, |writer| {
            for name in ["a", "b"] {
                writer.element(origin, |writer| {
                    writer.text("record", name, origin);
                    writer.map("labels", origin, |writer| {
                        writer.again(&mut again, |writer| writer.text("job", "x: y", origin));
                    });
                });
            }
        });
        writer.map("labels", origin, |writer| writer.again(&mut again, |writer| writer.text("job", "x: y", origin)));
    };
    let expected = "rules:\n  - record: a\n    labels:\n      job: 'x: y'\n  - record: b\n    labels:\n      job: 'x: \
                    y'\nlabels:\n  job: 'x: y'\n";
    for mut out in [Printed::default(), Printed::with_origins()] {
        write(&mut out);
        assert_eq!(out.text, expected);
    }
}

#[test]
fn what_documents_share_is_the_same_in_each() {
    let origin = Origin::rule(Rule(1));
    let shared = Shared::another();
    let rules = |writer: &mut yaml::Writer<'_>, name: &str| {
        writer.list("groups", origin, |writer| {
            writer.element(origin, |writer| {
                writer.text("record", name, origin);
                writer.text("expr", "a\n\nb", origin);
            });
        });
    };
    let in_object = |out: &mut Printed, shared: Shared, name: &str| {
        let mut writer = yaml::Writer::new(&[], out);
        writer.map("spec", origin, |writer| writer.shared(shared, |writer| rules(writer, name)));
    };
    let watched = |out: &Printed| -> Vec<(&'static str, String)> {
        out.watched.iter().flat_map(Watched::entries).map(|(key, text)| (key, text.to_owned())).collect()
    };
    for mut out in [Printed::watched(), Printed::with_origins()] {
        let mut writer = yaml::Writer::new(&[], &mut out);
        writer.shared(shared, |writer| rules(writer, "a"));
        let alone = watched(&out);
        assert_eq!(out.text, "groups:\n  - record: a\n    expr: |-\n      a\n\n      b\n");
        out.clear();
        in_object(&mut out, shared, "a");
        let expected = "spec:\n  groups:\n    - record: a\n      expr: |-\n        a\n\n        b\n";
        assert_eq!(out.text, expected);
        // They were looked at already.
        assert!(watched(&out).is_empty(), "{alone:?}");
        assert!(out.watched.as_ref().is_none_or(Watched::has_any));
        out.clear();
        in_object(&mut out, Shared::another(), "b");
        assert_eq!(out.text, expected.replace("record: a", "record: b"));
    }
}
