//! The shape of the crate: who may import whom, how files begin, how long they are, where facts may stand.
//!
//! Each rule is a function from a source text to what is wrong with it, so that a bad sample proves that it can fail.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms whose items it may name. A room may always name its own.
const IMPORTS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("ir", &["source"]),
    ("diag", &["source", "ir"]),
    ("output", &["source", "ir", "diag"]),
    ("spec", &["source", "ir", "diag"]),
    ("profile", &["source", "ir"]),
    ("input", &["source", "ir", "diag", "profile"]),
    ("plan", &["source", "ir", "diag", "spec", "output"]),
    ("gates", &["source", "ir", "diag", "spec", "plan"]),
    ("targets", &["source", "ir", "diag", "spec", "plan", "gates", "output"]),
    ("proof", &["source", "ir", "diag", "plan", "output"]),
    ("import", &["source", "ir", "diag", "output"]),
    ("diff", &["source", "ir", "diag", "spec", "output"]),
];

/// What targets may name of `gates`: the proof, and nothing that judges.
const TARGETS_OF_GATES: &[&str] = &["Checked"];

/// The longest a file may be.
const LINE_LIMIT: usize = 900;

/// A source file below `src/`.
struct File {
    /// Path below `src/`, with `/`.
    path: String,
    text: String,
}

impl File {
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// The room of a target, for a file in one: `kubernetes` of `targets/kubernetes/service.rs`.
    fn target(&self) -> Option<&str> {
        let (target, _) = self.path.strip_prefix("targets/")?.split_once('/')?;
        Some(target)
    }

    /// The text without comments and without its tests, which may name what they like.
    fn code(&self) -> String {
        let text = self.text.split("\nmod tests {").next().unwrap_or_default();
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    }
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 50, "the walk finds too little: {}", files.len());
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path: PathBuf = entry.expect("src is readable").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("below src").to_string_lossy().replace('\\', "/");
            files.push(File { path: name, text: fs::read_to_string(&path).expect("a source is text") });
        }
    }
}

/// The rooms that a text names behind `crate::`, each with the item behind the room.
fn named(code: &str) -> Vec<(String, String)> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        // `use crate::{ir::X, source::Y}` names each room of the list.
        let parts: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').map(str::trim).collect(),
            None => vec![rest],
        };
        for part in parts {
            let room = word(part);
            let item = part[room.len()..].strip_prefix("::").map(word).unwrap_or_default();
            found.push((room, item));
        }
    }
    found
}

/// What a file names that its room must not.
fn bad_imports(file: &File) -> Vec<String> {
    // Tests may go the whole way to what they test.
    if file.path.ends_with("/tests.rs") || file.path.contains("/tests/") {
        return Vec::new();
    }
    let Some((_, allowed)) = IMPORTS.iter().find(|(room, _)| *room == file.room()) else { return Vec::new() };
    let rooms: Vec<&str> = IMPORTS.iter().map(|(room, _)| *room).chain(["cli"]).collect();
    let mut bad = Vec::new();
    for (room, item) in named(&file.code()) {
        if !rooms.contains(&room.as_str()) || room == file.room() && room != "targets" {
            continue;
        }
        let ok = match room.as_str() {
            // A target names its own room and what two rooms truly share.
            "targets" => {
                file.target().is_none_or(|target| item == target || item == "shared") && file.room() == "targets"
            }
            "gates" if file.room() == "targets" => TARGETS_OF_GATES.contains(&item.as_str()),
            other => allowed.contains(&other),
        };
        if !ok {
            bad.push(format!("{}: names `crate::{room}::{item}`", file.path));
        }
    }
    bad
}

/// Whether a file begins by saying what it is.
fn bad_head(file: &File) -> Option<String> {
    (!file.text.starts_with("//! ")).then(|| format!("{}: does not begin with `//!`", file.path))
}

fn bad_length(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > LINE_LIMIT).then(|| format!("{}: {lines} lines, at most {LINE_LIMIT}", file.path))
}

/// What the entry of a target lacks: it asks for the proof, and returns files.
fn bad_shape(file: &File) -> Option<String> {
    let code: String = file.code().split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((_, rest)) = code.split_once("pub fn emit") else {
        return Some(format!("{}: no `pub fn emit`", file.path));
    };
    let signature = rest.split('{').next().unwrap_or_default();
    let missing = ["Checked", "Files"].into_iter().find(|name| !signature.contains(name))?;
    Some(format!("{}: `emit` has no `{missing}`: {signature}", file.path))
}

/// Facts about the outside world that stand in code instead of a target spec.
fn facts(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    // The documentation of codes shows what people write.
    if file.path.starts_with("diag/code/") {
        return found;
    }
    for literal in literals(&file.code()) {
        let what = if is_commit(&literal) {
            "a commit"
        } else if is_api_version(&literal) {
            "an API version"
        } else if is_instance_type(&literal) {
            "an instance type"
        } else {
            continue;
        };
        found.push(format!("{}: `{literal}` is {what}: it belongs into targets/*.yaml", file.path));
    }
    found
}

/// The texts in double quotes of a code.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // The character literal `'"'` opens no text.
            '\'' if characters.peek() == Some(&'"') => {
                characters.next();
            }
            '"' => {
                let mut literal = String::new();
                while let Some(next) = characters.next() {
                    match next {
                        '"' => break,
                        '\\' => {
                            characters.next();
                        }
                        other => literal.push(other),
                    }
                }
                found.push(literal);
            }
            _ => {}
        }
    }
    found
}

fn is_commit(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        word.len() == 40
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            // One character over and over is an example, not a commit.
            && word.bytes().collect::<std::collections::BTreeSet<_>>().len() > 2
    })
}

/// `apps/v1`, `networking.k8s.io/v1`, `v1beta1`.
fn is_api_version(text: &str) -> bool {
    let version = text.rsplit('/').next().unwrap_or_default();
    let group = text.strip_suffix(version).unwrap_or_default().trim_end_matches('/');
    let Some(rest) = version.strip_prefix('v') else { return false };
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = digits.len() < rest.len();
    let known = digits.is_empty() || digits.starts_with("alpha") || digits.starts_with("beta");
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    numbered && known && (!group.is_empty() && group.chars().all(lower) && !group.starts_with('.') || digits.len() > 4)
}

/// `t3.small`, `db.m6i.large`, `cache.r7g.xlarge`.
fn is_instance_type(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let [.., family, size] = parts[..] else { return false };
    let sized = ["nano", "micro", "small", "medium", "large"].contains(&size) || size.ends_with("xlarge");
    sized && family.chars().any(|c| c.is_ascii_digit()) && family.len() <= 8
}

fn check(rule: impl Fn(&File) -> Vec<String>) {
    let bad: Vec<String> = sources().iter().flat_map(rule).collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn rooms_import_what_the_table_allows() {
    check(bad_imports);
}

#[test]
fn every_room_is_in_the_table() {
    for file in sources() {
        let room = file.room();
        let known = ["lib", "main", "cli"].contains(&room) || IMPORTS.iter().any(|(known, _)| *known == room);
        assert!(known, "{}: the room `{room}` is not in the import table", file.path);
    }
}

#[test]
fn every_file_begins_by_saying_what_it_is() {
    check(|file| bad_head(file).into_iter().collect());
}

#[test]
fn no_file_is_too_long() {
    check(|file| bad_length(file).into_iter().collect());
}

#[test]
fn facts_stand_in_target_specs() {
    check(facts);
}

#[test]
fn every_target_has_the_same_shape() {
    let files = sources();
    let rooms: std::collections::BTreeSet<&str> =
        files.iter().filter_map(File::target).filter(|room| *room != "shared").collect();
    assert!(!rooms.is_empty(), "the walk finds no target");
    for room in rooms {
        let entry = format!("targets/{room}/mod.rs");
        let Some(file) = files.iter().find(|file| file.path == entry) else { panic!("{entry} is missing") };
        assert_eq!(bad_shape(file), None);
    }
}

#[test]
fn each_rule_finds_a_bad_sample() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let imports = |path: &str, text: &str| bad_imports(&file(path, text)).len();
    assert_eq!(imports("source/span.rs", "use crate::ir::System;"), 1);
    assert_eq!(imports("plan/mod.rs", "use crate::{ir::System, gates::Checked};"), 1);
    assert_eq!(imports("targets/kubernetes/mod.rs", "use crate::targets::terraform::x;"), 1);
    assert_eq!(imports("targets/kubernetes/mod.rs", "use crate::targets::{kubernetes, shared};"), 1);
    assert_eq!(imports("targets/kubernetes/mod.rs", "use crate::targets::shared::name;"), 0);
    assert_eq!(imports("targets/kubernetes/mod.rs", "use crate::gates::engine::check;"), 1);
    assert_eq!(imports("targets/kubernetes/mod.rs", "use crate::gates::Checked;"), 0);
    assert_eq!(imports("ir/value.rs", "// crate::cli\nuse crate::source::Span;"), 0);

    let shape = |text: &str| bad_shape(&file("targets/x/mod.rs", text)).is_some();
    assert!(shape("pub fn print() {}"));
    assert!(shape("pub fn emit(plans: &Plans) -> Files {}"));
    assert!(shape("pub fn emit(checked: &Checked) -> String {}"));
    assert!(!shape("pub fn emit(checked: &Checked) -> (Files, Vec<Diagnostic>) {}"));

    assert!(bad_head(&file("x.rs", "use a;\n")).is_some());
    assert!(bad_length(&file("x.rs", &"\n".repeat(LINE_LIMIT + 1))).is_some());

    let facts = |text: &str| facts(&file("targets/kubernetes/mod.rs", text)).len();
    assert_eq!(facts(r#"x("apps/v1")"#), 1);
    assert_eq!(facts(r#"x("keda.sh/v1alpha1")"#), 1);
    assert_eq!(facts(r#"x("actions/checkout@0123456789abcdef0123456789abcdef01234567")"#), 1);
    assert_eq!(facts(r#"x("t3.small", "db.m6i.2xlarge")"#), 2);
    assert_eq!(facts(r#"x("v1.2.3", "small", "pathc.example", "/v1", "path/v")"#), 0);
}
