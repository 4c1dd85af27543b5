//! Each form over the places that are hard to show: two files, CRLF, tabs, wide characters, long lines, no text at all.

use camino::Utf8PathBuf;

use super::*;
use crate::diag::code;
use crate::ir::Origin;
use crate::source::{FileId, FileKind, Rule, Span, yaml};

const RULES: &[RuleEntry] =
    &[RuleEntry { rule: Rule(7), name: "default-port", text: "a service without ports listens on 8080" }];

struct Files(Sources);

impl Files {
    fn new(files: &[(&str, &str)]) -> Files {
        let mut sources = Sources::default();
        for (path, text) in files {
            let (tree, _) = yaml::parse(FileId(0), text);
            sources.add(Utf8PathBuf::from(*path), (*text).to_owned(), FileKind::Input, tree);
        }
        Files(sources)
    }

    /// The span of the `nth` occurrence of a text in a file.
    fn find(&self, file: u32, needle: &str, nth: usize) -> Span {
        let (start, _) = self.0.file(FileId(file)).text.match_indices(needle).nth(nth).unwrap();
        Span { file: FileId(file), start: start as u32, end: (start + needle.len()) as u32 }
    }

    fn render(&self, format: Format, diagnostics: &[Diagnostic]) -> String {
        self.render_as(format, diagnostics, Look { width: 80, ..Look::PLAIN })
    }

    fn render_as(&self, format: Format, diagnostics: &[Diagnostic], look: Look) -> String {
        let context = Context { sources: &self.0, codes: code::LANGUAGE, rules: &[RULES], records: &[] };
        render(format, diagnostics, &context, look)
    }
}

const COVERAGE: &str = "tool: tarpaulin\ncomponents:\n  - component: checkout\n    line: 71.4\n    branch: 60\n";
const GATES: &str = "quality_gates:\n  coverage:\n    line: 90\n";

fn two_files() -> (Files, Diagnostic) {
    let files = Files::new(&[("path/test_coverage_report.yaml", COVERAGE), ("path/test_specifications.yaml", GATES)]);
    let diagnostic = Diagnostic::new(
        code::CONFLICT,
        files.find(0, "71.4", 0),
        "line coverage of `checkout` is 71.4 %, its gate asks for 90 %",
        "measured 71.4 %",
    )
    .label(files.find(1, "90", 0), "required here")
    .help("raise coverage, or ask for a waiver");
    (files, diagnostic)
}

#[test]
fn a_finding_in_two_files_is_one_report() {
    let (files, diagnostic) = two_files();
    insta::assert_snapshot!(files.render(Format::Human, std::slice::from_ref(&diagnostic)));
    insta::assert_snapshot!("two_files_short", files.render(Format::Short, std::slice::from_ref(&diagnostic)));
    insta::assert_snapshot!("two_files_json", files.render(Format::Json, std::slice::from_ref(&diagnostic)));
    insta::assert_snapshot!("two_files_github", files.render(Format::Github, std::slice::from_ref(&diagnostic)));
}

#[test]
fn a_terminal_gets_lines_and_colours() {
    let (files, diagnostic) = two_files();
    let look = Look { color: true, unicode: true, width: 80 };
    insta::assert_snapshot!(files.render_as(Format::Human, &[diagnostic], look).replace('\u{1b}', "^"));
}

#[test]
fn sarif_has_a_rule_for_each_code_and_a_result_for_each_finding() {
    let (files, diagnostic) = two_files();
    let mut log: serde_json::Value = serde_json::from_str(&files.render(Format::Sarif, &[diagnostic])).unwrap();
    let run = &mut log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), code::LANGUAGE.len());
    assert!(rules.iter().all(|rule| !rule["help"]["markdown"].as_str().unwrap().is_empty()));
    let index = run["results"][0]["ruleIndex"].as_u64().unwrap();
    assert_eq!(rules[index as usize]["id"], run["results"][0]["ruleId"]);
    insta::assert_snapshot!(format!("{:#}", run["results"]));
}

#[test]
fn labels_of_one_file_share_a_window_where_they_are_near() {
    let text = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\nh: 8\ni: 9\na: 10\n";
    let files = Files::new(&[("pathc.yaml", text)]);
    let diagnostic = Diagnostic::new(code::DUPLICATE_KEY, files.find(0, "a", 1), "the key `a` stands twice", "again")
        .label(files.find(0, "a", 0), "first here")
        .label(files.find(0, "c", 0), "near the first");
    insta::assert_snapshot!(files.render(Format::Human, &[diagnostic]));
}

#[test]
fn windows_line_ends_tabs_and_wide_characters_keep_labels_under_their_text() {
    let files =
        Files::new(&[("path/a b.yaml", "name: web\r\ntitle:\t\"caf\u{e9} \u{65e5}\u{672c}\" # x\r\nowner: me\r\n")]);
    let place = files.find(0, "\u{65e5}\u{672c}", 0);
    let diagnostic = Diagnostic::new(code::BAD_VALUE, place, "this is not a name", "expected a name");
    insta::assert_snapshot!(files.render(Format::Human, std::slice::from_ref(&diagnostic)));
    insta::assert_snapshot!("wide_short", files.render(Format::Short, &[diagnostic]));
}

#[test]
fn a_long_line_is_cut() {
    let text = format!("a: 1\nlist: [{}here, {}]\n", "'x', ".repeat(500), "'y', ".repeat(500));
    let files = Files::new(&[("pathc.yaml", &text)]);
    let diagnostic = Diagnostic::new(code::BAD_VALUE, files.find(0, "here", 0), "this is not a name", "not a name");
    let human = files.render(Format::Human, &[diagnostic]);
    assert!(human.lines().all(|line| line.chars().count() <= 80), "{human}");
    insta::assert_snapshot!(human);
}

#[test]
fn an_empty_file_has_a_place() {
    let files = Files::new(&[("pathc.yaml", "")]);
    let place = Span { file: FileId(0), start: 0, end: 0 };
    let diagnostic = Diagnostic::new(code::WRONG_TYPE, place, "the file is empty", "nothing stands here");
    insta::assert_snapshot!(files.render(Format::Human, &[diagnostic]));
}

#[test]
fn a_place_past_the_end_is_the_end() {
    let files = Files::new(&[("pathc.yaml", "system: web\n")]);
    let place = Span { file: FileId(0), start: 12, end: 40 };
    let diagnostic = Diagnostic::new(code::SYNTAX, place, "this is not valid YAML", "the reader stopped here");
    insta::assert_snapshot!(files.render(Format::Human, &[diagnostic]));
}

#[test]
fn a_place_of_many_lines_is_shown_where_it_starts() {
    let (files, _) = two_files();
    let place = files.find(0, "component: checkout\n    line: 71.4\n    branch: 60\n", 0);
    let diagnostic = Diagnostic::new(code::MISSING_KEY, place, "a coverage row needs `function`", "in this row");
    insta::assert_snapshot!(files.render(Format::Human, &[diagnostic]));
}

#[test]
fn what_nobody_wrote_names_its_rule() {
    let (files, _) = two_files();
    let diagnostic = Diagnostic::new(code::CONFLICT, files.find(0, "71.4", 0), "too little", "measured")
        .label(Origin::rule(Rule(7)), "the port")
        .help("add:\n  ports:\n    - {name: http, port: 8080}");
    insta::assert_snapshot!(files.render(Format::Human, &[diagnostic]));
    let nowhere =
        Diagnostic::without_place(code::MISSING_FILE, "no `pathc.yaml` here or above").help("run `pathc init`");
    insta::assert_snapshot!("nowhere_human", files.render(Format::Human, std::slice::from_ref(&nowhere)));
    insta::assert_snapshot!("nowhere_short", files.render(Format::Short, std::slice::from_ref(&nowhere)));
    insta::assert_snapshot!("nowhere_json", files.render(Format::Json, &[nowhere]));
}

#[test]
fn a_secret_is_hidden_in_every_excerpt() {
    let files = Files::new(&[("pathc.yaml", "env:\n  TOKEN: ghp_16C7e42F292c6912E7\n  PORT: x\n")]);
    let secret =
        Diagnostic::new(code::CONFLICT, files.find(0, "ghp_16C7e42F292c6912E7", 0), "a credential", "here").sensitive();
    let neighbour = Diagnostic::new(code::BAD_VALUE, files.find(0, "x", 0), "not a port", "expected a port");
    for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github] {
        let text = files.render(format, &[secret.clone(), neighbour.clone()]);
        assert!(!text.contains("ghp_") && !text.contains("16C7"), "{text}");
    }
    insta::assert_snapshot!(files.render(Format::Human, &[secret, neighbour]));
}

#[test]
fn what_a_user_wrote_can_not_forge_a_line() {
    let (files, _) = two_files();
    let message = "unknown key `a\n::error::forged\u{1b}[2J`";
    let diagnostic = Diagnostic::new(code::UNKNOWN_KEY, files.find(0, "tool", 0), message, "here\nand there");
    for format in [Format::Human, Format::Short, Format::Json, Format::Github] {
        let text = files.render(format, std::slice::from_ref(&diagnostic));
        assert!(!text.contains('\u{1b}') && !text.lines().any(|line| line.starts_with("::error::")), "{text}");
    }
}
