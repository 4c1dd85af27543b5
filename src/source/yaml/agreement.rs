//! The quick reader and the library agree: on every file here, on what is made of them by small changes, and on texts
//! that are put together from the signs that YAML knows.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::build::Builder;
use super::{FileId, parse_by_library, plain};

/// Whether the quick reader takes a text. What it takes must be what the library makes of it, place for place.
fn takes(text: &str) -> bool {
    let mut builder = Builder::new(FileId(0), text);
    if plain::read(text, &mut builder).is_none() {
        return false;
    }
    let (by_library, by_plain) = (parse_by_library(FileId(0), text), builder.finish());
    assert!(by_library == by_plain, "{text}\n{text:?}\nthe library: {by_library:#?}\nthe quick reader: {by_plain:#?}");
    true
}

/// All YAML files below a folder of this project, with their texts.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_file_is_read_alike() {
    let files = files("fixtures");
    let quick = files.iter().filter(|(_, text)| takes(text)).count();
    assert!(quick * 10 > files.len() * 8, "only {quick} of {} files are read quickly", files.len());
}

/// Inputs as people write them: falling back here would be slow, and nobody would notice.
#[test]
fn inputs_and_facts_are_plain() {
    for (path, text) in files("fixtures/pass/storefront").iter().chain(&files("fixtures/base")).chain(&files("targets"))
    {
        assert!(takes(text), "{} is not read quickly", path.display());
    }
}

#[test]
fn takes_each_plain_form() {
    for text in [
        "a: 1",
        "a:",
        "- a\n- - b\n  - c\n-\n- d:\n    e: f\n  g: -1\n",
        "a:\n- b\n- c: d\n  e: f\nq: # comment\n  # another\n  r\n",
        "a: {b: c, d: [e, {f: g}], h: , i: 'j k', \"l\": \"m\", }\nn: [ ]\no: {}\n",
        "a: [\n    b, # comment\n    c\n  ]\nd:\n  e: {\n    f: g,\n  }\n",
        "{\n  \"a\": 1,\n  \"b\": [true, null]\n}\n",
        "a: 'it''s'\nb: \"x \\\"y\\\" \\\\ \\n\"\n'c': http://d:80/e#f\ng: h, [i] {j}:k\nl: --m\n",
        "a: |\n  b\n    c\n\n  d\n\ne: |-\n  f\ng: >\n  h\n  i\nj: >-\n  k\n",
        "é: ü – “x”\n",
        "a: 1\na: 2\n",
    ] {
        assert!(takes(text), "{text:?}");
    }
}

#[test]
fn leaves_the_rest_to_the_library() {
    for text in [
        "",
        "# a\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !b c\n",
        "a: 1\n---\nb: 2\n",
        "? a\n",
        "a: b\n  c\n",
        "a: \"b\n  c\"\n",
        "a: 1\r\n",
        "a:\tb\n",
        "\u{feff}a: 1\n",
        "[a: b]\n",
        "{a}\n",
        "{\"a\":1}\n",
        "a: 1\n  b: 2\n",
        "a: b: c\n",
        "- a\nb: 1\n",
        "a: - b\n",
        "[a]: b\n",
        "a: [b]c\n",
        "a: |+\n  b\n",
        "a: |2\n   b\n",
        "a: \"\\u0041\"\n",
        "a: [b\n",
        "a: }\n",
        "%a\n",
        "a: @b\n",
        "a:\n  b\n c\n",
        "...\n",
        "a: [1, , 2]\n",
    ] {
        assert!(!takes(text), "{text:?}");
    }
}

/// A text of signs and words, mostly such as the quick reader takes.
fn signs() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        8 => prop_oneof![Just("a"), Just("b"), Just("12"), Just("é"), Just("null"), Just("a b"), Just("\"q\""), Just("'s'")],
        8 => prop_oneof![Just(": "), Just(":\n"), Just("- "), Just("-\n"), Just("\n"), Just("\n  "), Just("\n    "), Just("a: ")],
        4 => prop_oneof![Just("["), Just("]"), Just("{"), Just("}"), Just(", "), Just(","), Just("{a: "), Just("[b, "), Just("\n]"), Just(",\n  ")],
        2 => prop_oneof![Just(" "), Just("  "), Just("\n "), Just("\n\n"), Just(" # c\n"), Just("#"), Just("# c\n"), Just("\\")],
        2 => prop_oneof![Just("|\n  "), Just(">\n  "), Just("|-\n  "), Just(">-\n   "), Just("'"), Just("\""), Just("''"), Just("\\\"")],
        1 => prop_oneof![Just("&a "), Just("*a"), Just("!t "), Just("? "), Just("---\n"), Just("..."), Just("\t"), Just("%"), Just("~")],
    ];
    proptest::collection::vec(sign, 0..24).prop_map(|signs| signs.concat())
}

/// A value of lists and mappings, written in one of the styles.
fn written() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-c-]{1,3}",
        "-?[0-9]{1,2}",
        "[a-c]: ?[a-c]?",
        "[a-c] [#a-c][a-c-]",
        Just(String::new()),
        "'[a-c #:]{0,3}'",
        "\"[a-c #:,]{0,3}\"",
        "\\[[a-c]?(, [a-c]){0,2}\\]",
        "\\{([a-c]: [a-c], ?){0,2}\\}",
        "\\[ ?\n {0,4}[a-c]?(,\n? {0,4}[a-c]){0,2},?\n {0,4}\\]",
        "\\|-?\n {7,9}[a-c]( [a-c])?\n {7,10}[a-c]?",
        ">-?\n {8}[a-c]( [a-c])?\n {8}[a-c]?",
    ];
    let line = (
        "(  ){0,3} ?",
        prop_oneof!["", "- ", "- - "],
        prop_oneof![3 => "[a-e]: ", 1 => "[a-e]:", 1 => Just(String::new())],
        leaf,
        prop_oneof![5 => "", 1 => " # c", 1 => "\n", 1 => " "],
    )
        .prop_map(|(indent, dash, key, leaf, end)| format!("{indent}{dash}{key}{leaf}{end}\n"));
    proptest::collection::vec(line, 1..8).prop_map(|lines| lines.concat())
}

/// A file of the fixtures with a few signs put in, taken out or moved.
fn changed() -> impl Strategy<Value = String> {
    let texts: Vec<String> = files("fixtures/pass").into_iter().map(|(_, text)| text).collect();
    let sign = prop_oneof![
        Just(""),
        Just(" "),
        Just("  "),
        Just("\n"),
        Just(":"),
        Just(": "),
        Just("- "),
        Just("#"),
        Just(" #"),
        Just("'"),
        Just("\""),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(","),
        Just("\n  "),
        Just("|\n"),
        Just("x"),
        Just("-"),
        Just("\\"),
        Just("?"),
    ];
    let change = (any::<prop::sample::Index>(), 0_usize..3, sign);
    (prop::sample::select(texts), any::<prop::sample::Index>(), proptest::collection::vec(change, 1..4)).prop_map(
        |(text, from, changes)| {
            // A part of some lines, so that a change is likely to matter.
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let first = from.index(lines.len());
            let mut text = lines[first..lines.len().min(first + 12)].concat();
            for (place, remove, sign) in changes {
                let mut start = place.index(text.len() + 1);
                while !text.is_char_boundary(start) {
                    start -= 1;
                }
                let end = text[start..].char_indices().nth(remove).map_or(text.len(), |(at, _)| start + at);
                text.replace_range(start..end, sign);
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_signs_are_read_alike(text in signs()) {
        takes(&text);
    }

    #[test]
    fn any_value_is_read_alike(text in written()) {
        takes(&text);
    }

    #[test]
    fn any_change_is_read_alike(text in changed()) {
        takes(&text);
    }
}
