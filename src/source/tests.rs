//! The reader as a whole: a text in, values with exact places or problems out.

use std::fmt::Write as _;
use std::time::Duration;

use proptest::prelude::*;

use super::yaml::{self, DEPTH_LIMIT, NodeKind, PROBLEM_LIMIT, Tree};
use super::{Decode, Decoder, FileId, FileKind, Problem, ProblemKind, SourceFile, Sources, Table, Traced};
use crate::record;

record! {
    /// A dish.
    pub struct Dish as "dish" {
        /// What it is called.
        name: Traced<String>, required;
        /// How many it is for.
        portions: Traced<u16>, default "2";
        /// Whether it is hot.
        hot: Traced<bool>, optional;
        /// What is in it.
        parts: Vec<Traced<String>>, many;
        /// What it is eaten with.
        beside: Table<String, Traced<u16>>, many;
    }
}

/// Reads a text as a value; all problems of tree and decoder together, each with the text that it marks.
fn read<T: Decode>(text: &str) -> (Option<T>, Vec<Problem>, Sources) {
    let mut sources = Sources::default();
    let (tree, mut problems) = yaml::parse(FileId(0), text);
    let id = sources.add("a.yaml".into(), text.to_owned(), FileKind::Input, tree);
    let mut decoder = Decoder::new(id, sources.file(id));
    let value = decoder.document();
    problems.extend(decoder.finish());
    (value, problems, sources)
}

/// Kind and marked text of each problem.
fn found<T: Decode>(text: &str) -> Vec<(ProblemKind, String, String)> {
    let (_, problems, sources) = read::<T>(text);
    problems.into_iter().map(|problem| (problem.kind, sources.text(problem.span).to_owned(), problem.message)).collect()
}

fn marked(text: &str, tree: &Tree, node: u32) -> String {
    let (start, end) = tree.node_range(node).unwrap();
    text[start as usize..end as usize].to_owned()
}

/// The texts of all nodes that can be reached, outer before inner.
fn outline(text: &str, tree: &Tree, node: u32, out: &mut Vec<String>) {
    out.push(marked(text, tree, node));
    for child in tree.list(node).unwrap_or_default() {
        outline(text, tree, *child, out);
    }
    for (key, value) in tree.entries(node).into_iter().flatten() {
        outline(text, tree, key, out);
        outline(text, tree, value, out);
    }
}

#[test]
fn spans_are_exact() {
    let cases: &[(&str, &[&str])] = &[
        ("a: |\n  one\n  two\nb: 1\n", &["a: |\n  one\n  two\nb: 1", "a", "one\n  two", "b", "1"]),
        ("a: |-\r\n  one\r\n  two\r\n\r\n", &["a: |-\r\n  one\r\n  two", "a", "one\r\n  two"]),
        ("a: \"x\r\n  y\"\r\nb: 'z'\r\n", &["a: \"x\r\n  y\"\r\nb: 'z'", "a", "\"x\r\n  y\"", "b", "'z'"]),
        (
            "a:\n  - x\n  - y: {q: 1}\n# tail\nb: [1, 2]   # c\n",
            &[
                "a:\n  - x\n  - y: {q: 1}\n# tail\nb: [1, 2]",
                "a",
                "- x\n  - y: {q: 1}",
                "x",
                "y: {q: 1}",
                "y",
                "{q: 1}",
                "q",
                "1",
                "b",
                "[1, 2]",
                "1",
                "2",
            ],
        ),
        ("- é: ü\n- 😀: [ä, ö]\n", &["- é: ü\n- 😀: [ä, ö]", "é: ü", "é", "ü", "😀: [ä, ö]", "😀", "[ä, ö]", "ä", "ö"]),
        ("\u{feff}a: é\r\n", &["a: é", "a", "é"]),
        ("a: &x !!str 1\nb: *x\n", &["a: &x !!str 1\nb: *x", "a", "1", "b", "*x"]),
    ];
    for (text, expected) in cases {
        let (tree, problems) = yaml::parse(FileId(0), text);
        assert_eq!(problems, [], "{text:?}");
        let mut out = Vec::new();
        outline(text, &tree, tree.root().unwrap(), &mut out);
        assert_eq!(out, *expected, "{text:?}");
    }
}

#[test]
fn values_have_no_carriage_return() {
    let text = "name: \"a\r\n  b\"\r\nparts:\r\n  - |\r\n    x\r\n    y\r\n  - >-\r\n    p\r\n    q\r\n  - plain\r\n    text\r\n";
    let (dish, problems, _) = read::<Dish>(text);
    assert_eq!(problems, []);
    let dish = dish.unwrap();
    assert_eq!(dish.name.value, "a b");
    assert_eq!(dish.parts.iter().map(|part| part.as_str()).collect::<Vec<_>>(), ["x\ny\n", "p q", "plain text"]);
}

#[test]
fn scalars_keep_their_source_text() {
    let (dish, problems, sources) =
        read::<Dish>("name: 1.260\nportions: 012\nhot: True\nparts: [4e10000, ~x, 'a''b', \"\\u00e9\"]\n");
    assert_eq!(problems, []);
    let dish = dish.unwrap();
    assert_eq!((dish.name.as_str(), dish.portions.value, dish.hot.unwrap().value), ("1.260", 12, true));
    assert_eq!(dish.parts.iter().map(|part| part.as_str()).collect::<Vec<_>>(), ["4e10000", "~x", "a'b", "é"]);
    assert_eq!(sources.text(sources.span(dish.parts[2].origin).unwrap()), "'a''b'");
}

/// A text, and of each problem its kind, what it marks and its message.
type Mistakes<'a> = (&'a str, &'a [(ProblemKind, &'a str, &'a str)]);

#[test]
fn each_mistake_has_its_kind_and_place() {
    use ProblemKind::*;
    let cases: &[Mistakes<'_>] = &[
        ("", &[(WrongType, "", "the file is empty")]),
        ("# only a comment\n", &[(WrongType, "", "the file is empty")]),
        ("---\n", &[(WrongType, "", "expected a mapping, found nothing")]),
        ("{}\n", &[(MissingKey, "{}", "a dish needs `name`")]),
        ("nam: a\n", &[(MissingKey, "nam", "a dish needs `name`"), (UnknownKey, "nam", "unknown key `nam` in a dish")]),
        ("name: a\nx-mine: {b: [1]}\n", &[]),
        ("name: a\nname: b\n", &[(DuplicateKey, "name", "the key `name` stands twice in one mapping")]),
        ("name: a\n\"name\": b\n", &[(DuplicateKey, "\"name\"", "the key `name` stands twice in one mapping")]),
        ("name: [a]\n", &[(WrongType, "[a]", "expected text, found a list")]),
        ("name: ~\n", &[(MissingKey, "~", "`name` of a dish has no value")]),
        ("name: a\nportions: \"2\"\n", &[(WrongType, "\"2\"", "expected a whole number, found the text `2`")]),
        ("name: a\nportions: many\n", &[(WrongType, "many", "expected a whole number, found `many`")]),
        ("name: a\nportions: 99999\n", &[(BadValue, "99999", "`99999` is too large")]),
        ("name: a\nhot: yes\n", &[(WrongType, "yes", "expected `true` or `false`, found `yes`")]),
        ("name: a\nparts: b\n", &[(WrongType, "b", "expected a list, found `b`")]),
        ("name: a\nparts: [b, ~]\n", &[(WrongType, "~", "expected a value, found nothing")]),
        ("name: a\nparts: ~\nportions:\n", &[]),
        ("name:a\nhot:true\n", &[(WrongType, "name:a\nhot:true", "expected a mapping, found `name:a hot:true`")]),
        ("name: a\n? [b]\n: c\n", &[(WrongType, "[b]", "expected a key, found a list")]),
        ("name: {{ a }}\n", &[(WrongType, "{{ a }}", "expected text, found a mapping")]),
        ("name: !secret a\n", &[(BadReference, "a", "the tag `!secret` is not known here")]),
        (
            "name: a\nparts: !set {b}\n",
            &[
                (BadReference, "{", "the tag `!set` is not known here"),
                (WrongType, "{b}", "expected a list, found a mapping"),
            ],
        ),
        (
            "name: *a\n",
            &[
                (BadReference, "*a", "no anchor `&a` stands above this alias"),
                (MissingKey, "*a", "`name` of a dish has no value"),
            ],
        ),
        (
            "name: a\nparts: &p [*p]\n",
            &[
                (BadReference, "*p", "the alias `*p` stands inside of what it names"),
                (WrongType, "*p", "expected a value, found nothing"),
            ],
        ),
        ("name: a\n---\nname: b\n", &[(Syntax, "---", "a second document starts here")]),
        ("name: a\n...\nname: b\n", &[(Syntax, "n", "a second document starts here")]),
        ("name: \"a\\0\"\n", &[(NotText, "\"a\\0\"", "a NUL can't stand in a text")]),
        ("name: a\nportions: 1\n<<: 5\n", &[(BadReference, "5", "expected a mapping to merge, found `5`")]),
        (
            "name: a\n<<: {hot: true}\n<<: {portions: 1}\n",
            &[(DuplicateKey, "<<", "the key `<<` stands twice in one mapping")],
        ),
        // What an error cuts off is not called missing.
        ("portions: 1\nparts: [\n", &[(Syntax, "[", "the bracket `[` is never closed")]),
    ];
    for (text, expected) in cases {
        let found = found::<Dish>(text);
        let expected: Vec<_> =
            expected.iter().map(|(kind, at, message)| (*kind, (*at).to_owned(), (*message).to_owned())).collect();
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn the_nearest_merge_wins() {
    let text = "base: &base {hot: true, portions: 1}\nother: &other {<<: *base, portions: 3, name: x}\n";
    let cases = [
        ("{<<: *base, name: a}", 1),
        ("{<<: *base, name: a, portions: 9}", 9),
        ("{<<: [*other, *base], name: a}", 3),
        ("{<<: [*base, *other]}", 1),
        ("{<<: {<<: *other, portions: 4}}", 4),
        ("{<<: [{<<: *other}, {portions: 7}]}", 3),
    ];
    for (dish, portions) in cases {
        let text = format!("{text}dish: {dish}\n");
        let (tree, problems) = yaml::parse(FileId(0), &text);
        assert_eq!(problems, []);
        let mut sources = Sources::default();
        let id = sources.add("a.yaml".into(), text.clone(), FileKind::Input, tree);
        let file = sources.file(id);
        let (_, node) = file.tree().entries(file.tree().root().unwrap()).unwrap().last().unwrap();
        let mut decoder = Decoder::new(id, file);
        let dish = Dish::decode(&mut decoder, node).unwrap();
        assert_eq!(decoder.finish(), [], "{text}");
        assert_eq!((dish.portions.value, dish.hot.unwrap().value), (portions, true), "{text}");
    }
}

#[test]
fn deep_nesting_is_refused_at_once() {
    let flow = "[".repeat(20_000);
    let braces = "{a: ".repeat(20_000);
    let mut block = String::new();
    for level in 0..200 {
        let _ = writeln!(block, "{}a:", " ".repeat(level));
    }
    let dashes = "- ".repeat(20_000);
    for text in [flow, braces, block, dashes] {
        let (tree, problems) = yaml::parse(FileId(0), &text);
        let kinds: Vec<_> = problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, [ProblemKind::TooDeep], "{}", &text[..20]);
        assert!(!tree.is_complete());
    }
    let text = format!("{}{}", "[".repeat(DEPTH_LIMIT), "]".repeat(DEPTH_LIMIT));
    assert_eq!(yaml::parse(FileId(0), &text).1, []);
}

#[test]
fn aliases_are_read_again_only_so_often() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..7 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(text, "a{level}: &a{level} [{aliases}]");
    }
    type Deep = Vec<Vec<Vec<Vec<Vec<Vec<Vec<String>>>>>>>;
    let (tree, problems) = yaml::parse(FileId(0), &text);
    assert_eq!(problems, []);
    let mut sources = Sources::default();
    let id = sources.add("a.yaml".into(), text, FileKind::Input, tree);
    let file = sources.file(id);
    let (_, node) = file.tree().entries(file.tree().root().unwrap()).unwrap().last().unwrap();
    let mut decoder = Decoder::new(id, file);
    let _ = Deep::decode(&mut decoder, node);
    let messages: Vec<_> = decoder.finish().into_iter().map(|problem| problem.message).collect();
    assert_eq!(messages, ["aliases make this file too large"]);
}

#[test]
fn a_file_full_of_mistakes_ends() {
    let mut text = String::new();
    for number in 0..50_000 {
        let _ = writeln!(text, "portion{number}: 1");
    }
    let found = found::<Dish>(&text);
    assert_eq!(found.len(), PROBLEM_LIMIT + 1);
    assert_eq!(found[PROBLEM_LIMIT].2, "more than 1000 problems in this file");
    let twice = "a: 1\n".repeat(50_000);
    assert_eq!(yaml::parse(FileId(0), &twice).1.len(), PROBLEM_LIMIT);
}

#[test]
fn many_comments_and_long_lines_are_fine() {
    let text = format!("{}name: {}\n{}", "# c\n".repeat(500), "long ".repeat(100_000), "# c\n".repeat(500));
    let (dish, problems, _) = read::<Dish>(&text);
    assert_eq!(problems, []);
    assert_eq!(dish.unwrap().name.len(), 499_999);
    let parts = vec!["é"; 200_000].join(", ");
    let (dish, problems, _) = read::<Dish>(&format!("{{name: a, parts: [{parts}]}}"));
    assert_eq!(problems, []);
    assert_eq!(dish.unwrap().parts.len(), 200_000);
}

/// Four times the size takes about four times as long: anything quadratic would take sixteen times.
#[test]
fn cost_grows_with_length() {
    /// CPU time of this thread: what else the machine does is not counted.
    fn now() -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
    }
    fn time(count: usize) -> Duration {
        let mut text = "name: a\nbeside:\n".to_owned();
        for number in 0..count {
            let _ = writeln!(text, "  key-{number}: {}", number % 1000);
        }
        let start = now();
        let (dish, problems, _) = read::<Dish>(&text);
        let elapsed = now() - start;
        assert_eq!((problems.len(), dish.unwrap().beside.len()), (0, count));
        elapsed
    }
    // The least of three: caches are shared with others.
    let least = |count| (0..3).map(|_| time(count)).min().unwrap();
    let (small, large) = (least(20_000), least(80_000));
    assert!(large < small * 9, "{small:?} and {large:?}");
}

/// All spans lie inside of the text, between characters, and a child lies in its parent or is an alias.
fn check_spans(text: &str, file: &SourceFile, problems: &[Problem]) {
    for node in 0..file.tree().len() as u32 {
        let (start, end) = file.tree().node_range(node).unwrap();
        assert!(text.get(start as usize..end as usize).is_some(), "{node}: {start}..{end} of {text:?}");
    }
    for problem in problems {
        let spans = std::iter::once(problem.span).chain(problem.related.iter().map(|(span, _)| *span));
        for span in spans {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{problem:?} of {text:?}");
        }
    }
}

/// A scalar that is written in one piece reads alone as the same value.
fn check_scalars(text: &str, tree: &Tree) {
    for node in 0..tree.len() as u32 {
        let NodeKind::Scalar(..) = tree.kind(node) else { continue };
        let (start, end) = tree.node_range(node).unwrap();
        let written = &text[start as usize..end as usize];
        let Some((value, plain)) = tree.scalar(text, node) else { continue };
        if written.contains(['\n', '\r']) || written.starts_with('*') || (!plain && !written.starts_with(['"', '\''])) {
            continue;
        }
        let (alone, problems) = yaml::parse(FileId(0), written);
        let Some(root) = alone.root() else { panic!("{written:?} of {text:?}: {problems:?}") };
        if let NodeKind::Scalar(..) = alone.kind(root) {
            assert_eq!(alone.scalar(written, root).unwrap().0, value, "{written:?} of {text:?}");
        }
    }
}

fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-c]",
        Just("name".to_owned()),
        Just("parts".to_owned()),
        Just(": ".to_owned()),
        Just("- ".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n  ".to_owned()),
        Just("\n    ".to_owned()),
        Just(" ".to_owned()),
        Just("\t".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("<<: ".to_owned()),
        Just("|\n  ".to_owned()),
        Just(">-\n  ".to_owned()),
        Just("é😀".to_owned()),
        Just("---\n".to_owned()),
        Just(" # c".to_owned()),
        Just("\u{feff}".to_owned()),
        "[\\[\\]{},:'\"?!%@`\\\\0-9~]",
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_text_makes_the_reader_panic(text in prop_oneof![yaml_like(), "\\PC{0,60}", any::<String>()]) {
        let (_, problems, sources) = read::<Dish>(&text);
        let file = sources.file(FileId(0));
        check_spans(&text, file, &problems);
        if problems.is_empty() {
            check_scalars(&text, file.tree());
        }
        for (_, file) in sources.iter() {
            for byte in 0..=text.len() as u32 + 1 {
                let position = file.position(byte);
                prop_assert!(position.line >= 1 && position.column >= 1);
            }
        }
    }

    #[test]
    fn any_bytes_are_text_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let length = bytes.len();
        match super::text::utf8(bytes).and_then(|text| super::text::printable(&text).map(|()| text)) {
            Ok(text) => {
                let (_, problems, sources) = read::<Dish>(&text);
                check_spans(&text, sources.file(FileId(0)), &problems);
            }
            Err(wrong) => {
                prop_assert_eq!(wrong.shown.len(), length);
                prop_assert!(wrong.shown.get(wrong.start..wrong.end).is_some());
            }
        }
    }
}
