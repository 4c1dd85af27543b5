//! What a reader of YAML stumbles over, in words that say what to write instead.
//!
//! The parser knows the grammar rule that failed; the text around the place tells what the user most probably meant.

use granit_parser::ErrorKind;

use crate::source::{FileId, Problem, ProblemKind, Span};

/// The problem that an error of the parser at a byte stands for; `open` is the innermost bracket that is not closed.
pub(super) fn problem(file: FileId, source: &str, kind: &ErrorKind, at: usize, open: Option<u32>) -> Problem {
    let (start, end) = visible(source, at);
    let mut place = Span { file, start, end };
    if matches!(kind, ErrorKind::RecursionLimitExceeded) {
        return too_deep(place);
    }
    let before = line_before(source, at);
    let (message, label, help) = match kind {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => {
            // The error is found at what follows the tab.
            if let Some(tab) = before.rfind('\t') {
                place.start = (at - before.len() + tab) as u32;
                place.end = place.start + 1;
            }
            words("a tab stands where only spaces may", "a tab", "indent with spaces")
        }
        ErrorKind::MappingValueNotAllowed => second_colon(source, at, before),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => words(
            "this line has no `:`",
            "expected `KEY: VALUE`",
            "write a `:` and a space after the key; a text of several lines belongs in quotes, or below a `|`",
        ),
        ErrorKind::ExpectedBlockMappingKey if before.trim().is_empty() => words(
            "the indentation of this line fits no mapping above it",
            "indented unlike its neighbours",
            "give all keys of one mapping the same number of spaces",
        ),
        ErrorKind::ExpectedBlockMappingKey if matches!(before.trim(), "-" | ":") => words(
            format!("expected a key, found `{}`", before.trim()),
            "expected `KEY: VALUE`",
            "a list stands below its key: indent it, or give it a key of its own",
        ),
        ErrorKind::ExpectedBlockMappingKey => {
            words("something follows a value that has ended", "unexpected text", "put the whole value into quotes")
        }
        ErrorKind::ExpectedBlockSequenceEntry => words(
            "expected an entry of the list above",
            "expected `- `",
            "begin each entry with `- `, at the same indentation; the list ends where the indentation does",
        ),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            let quote = if source[at..].starts_with('\'') { '\'' } else { '"' };
            words("the quote is never closed", "opened here", format!("add the closing `{quote}`"))
        }
        ErrorKind::UnclosedFlowCollection { open } => words(
            format!("the bracket `{open}` is never closed"),
            "opened here",
            format!("add the closing `{}`", close(*open)),
        ),
        ErrorKind::MismatchedFlowCollectionEnd { open, close: found } => words(
            format!("the bracket `{open}` is closed by `{found}`"),
            "opened here",
            format!("close it by `{}`", close(*open)),
        ),
        ErrorKind::MisplacedFlowCollectionEnd => {
            words("this bracket closes nothing", "no bracket is open", "remove it, or put the text into quotes")
        }
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => words(
            "a `,` or the closing bracket is missing before this",
            "unexpected here",
            "close the bracket, or separate the entries by `,`",
        ),
        ErrorKind::UnexpectedCharacter { character: '`' } => {
            words("a text can't begin with a backtick", "reserved character", "put the text into quotes")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            words(format!("a text can't begin with `{character}`"), "reserved character", "put the text into quotes")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => words(
            "text follows the closing quote",
            "after the quote",
            "write `''` for a quote inside of single quotes, or put the whole value into double quotes",
        ),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => words(
            "text follows the closing quote",
            "after the quote",
            "write `\\\"` for a quote inside of double quotes, or put the whole value into single quotes",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed => words(
            "a list can't begin on the line of its key",
            "list entry",
            "begin it on the next line, or write `[…]`",
        ),
        ErrorKind::MappingKeyNotAllowed => {
            words("a text can't begin with `? `", "reserved indicator", "put the text into quotes")
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => words(
            "this text in double quotes has an escape that YAML does not know",
            "holds the escape",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        ErrorKind::InvalidQuotedScalarIndent => words(
            "a line of this quoted text is indented less than its key",
            "a line of the text",
            "indent it, or close the quote before it",
        ),
        ErrorKind::MissingAnchorOrAliasName => words(
            format!("`{}` has no name after it", &source[start as usize..end as usize]),
            "no name",
            "put the text into quotes",
        ),
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => words(
            "after `|` or `>` only `+`, `-` and a digit may stand",
            "begins a text of several lines",
            "begin the text on the next line, or put it into quotes",
        ),
        ErrorKind::InvalidBlockScalarIndent => words(
            "this line is indented less than the text above it",
            "wrongly indented",
            "indent all lines of the text alike",
        ),
        ErrorKind::InvalidMappingValueWhitespace | ErrorKind::InvalidBlockEntryWhitespace => {
            words("a space is missing before this", "no space", "write a space after `:` and `-`")
        }
        ErrorKind::CommentNotSeparated | ErrorKind::ExpectedWhitespace => words(
            "a space is missing before the comment",
            "no space",
            "write a space before `#`, or put the text into quotes",
        ),
        ErrorKind::BomInsideDocument => {
            words("a byte order mark stands inside of the text", "invisible character", "remove it")
        }
        ErrorKind::InvalidIndentation => words(
            "the indentation of this line fits nothing above it",
            "wrongly indented",
            "give neighbours the same number of spaces",
        ),
        other => words(
            format!("this is not valid YAML: {}", lower_first(&other.to_string())),
            "the reader stopped here",
            "check the indentation, quotes and brackets of this line and the one before it",
        ),
    };
    let problem = Problem::new(ProblemKind::Syntax, place, message, label).help(help);
    match open {
        Some(open) if open < place.start => {
            problem.related(Span { file, start: open, end: open + 1 }, "in this bracket")
        }
        _ => problem,
    }
}

/// The problem of a text that is nested too deep.
pub(super) fn too_deep(place: Span) -> Problem {
    let message = format!("the file is nested deeper than {} levels", super::DEPTH_LIMIT);
    Problem::new(ProblemKind::TooDeep, place, message, "the limit is reached here")
        .help("no part of the language is nested that deep: look for a bracket that is not closed")
}

/// A range of one visible character at a byte, or before it where a line or the text ends, so that a mark can be drawn.
pub(super) fn visible(source: &str, at: usize) -> (u32, u32) {
    let mut start = at.min(source.len());
    while !source.is_char_boundary(start) {
        start -= 1;
    }
    if let Some(found) = source[start..].chars().next().filter(|found| !found.is_whitespace()) {
        return (start as u32, (start + found.len_utf8()) as u32);
    }
    let rest = source[..start].trim_end();
    let length = rest.chars().next_back().map_or(0, char::len_utf8);
    ((rest.len() - length) as u32, rest.len() as u32)
}

fn words(message: impl Into<String>, label: &'static str, help: impl Into<String>) -> (String, &'static str, String) {
    (message.into(), label, help.into())
}

/// The `:` at a byte begins a value where none may begin.
fn second_colon(source: &str, at: usize, before: &str) -> (String, &'static str, String) {
    if before.contains(": ") {
        return words(
            "a second `:` stands in one line",
            "begins another value",
            "put the value into quotes, or begin the mapping on the next line",
        );
    }
    let above = source[..at - before.len()].lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if above.contains(':') {
        words(
            "this line is indented as a part of the value above, which has ended",
            "unexpected key",
            "give the key the indentation of its neighbours, or leave the value of the line above empty",
        )
    } else {
        words("the line above has no `:`", "unexpected key", "write a `:` and a space after the key of the line above")
    }
}

/// What stands in the line of a byte before it.
fn line_before(source: &str, at: usize) -> &str {
    let before = source.get(..at).unwrap_or_default();
    &before[before.rfind('\n').map_or(0, |line_end| line_end + 1)..]
}

const fn close(open: char) -> char {
    if open == '[' { ']' } else { '}' }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::yaml;

    /// Each text, what of it is marked, the message, and a part of the help.
    const CASES: &[(&str, &str, &str, &str)] = &[
        ("a:\n\tb: 1\n", "\t", "a tab stands where only spaces may", "spaces"),
        ("a: 1\n  b: 2\n", ":", "this line is indented as a part of the value above, which has ended", "indentation"),
        ("a: b: c\n", ":", "a second `:` stands in one line", "quotes"),
        ("a\nb: 1\n", ":", "the line above has no `:`", "line above"),
        ("a: 1\nb\nc: 2\n", "b", "this line has no `:`", "`:` and a space"),
        ("a:\n  b: 1\n c: 2\n", "c", "the indentation of this line fits no mapping above it", "same number of spaces"),
        ("a: 1\n- b\n", "b", "expected a key, found `-`", "below its key"),
        ("a: &x &y z\n", "&", "something follows a value that has ended", "quotes"),
        ("- a\nb: 1\n", "b", "expected an entry of the list above", "`- `"),
        ("a: \"x\nb: 1\n", "\"", "the quote is never closed", "`\"`"),
        ("a: 'x\nb: 1\n", "'", "the quote is never closed", "`'`"),
        ("a: \"\n", "\"", "the quote is never closed", "`\"`"),
        ("a: [\n", "[", "the bracket `[` is never closed", "`]`"),
        ("a: {\r\n", "{", "the bracket `{` is never closed", "`}`"),
        ("a: [1, 2}\n", "[", "the bracket `[` is closed by `}`", "`]`"),
        ("[a, b]]\n", "]", "this bracket closes nothing", "remove it"),
        ("a: }\n", "}", "this bracket closes nothing", "quotes"),
        ("a: [1, 2\nb: 3\n", ":", "a `,` or the closing bracket is missing before this", "close the bracket"),
        ("a: {b: 1\nc: 2\n", ":", "a `,` or the closing bracket is missing before this", "close the bracket"),
        ("a: @x\n", "@", "a text can't begin with `@`", "quotes"),
        ("é: ü\na: `x`\n", "`", "a text can't begin with a backtick", "quotes"),
        ("a: 'it's'\n", "s", "text follows the closing quote", "`''`"),
        ("a: \"x\" y\n", "y", "text follows the closing quote", "single quotes"),
        ("key: - a\n", "-", "a list can't begin on the line of its key", "next line"),
        ("a: ? b\n", "?", "a text can't begin with `? `", "quotes"),
        ("a: \"\\q\"\n", "\"", "this text in double quotes has an escape that YAML does not know", "`\\\\`"),
        ("a: *\n", "*", "`*` has no name after it", "quotes"),
        ("a: |x\n  y\n", "|", "after `|` or `>` only `+`, `-` and a digit may stand", "next line"),
        ("a: \u{feff}b\n", "\u{feff}", "a byte order mark stands inside of the text", "remove"),
        ("%FOO\n", "O", "this is not valid YAML: did not find expected <document start>", "indentation"),
    ];

    #[test]
    fn says_what_to_write_instead() {
        for (text, marked, message, help) in CASES {
            let (tree, problems) = yaml::parse(FileId(0), text);
            let [problem] = &problems[..] else { panic!("{text:?}: {problems:?}") };
            assert_eq!(problem.message, *message, "{text:?}");
            assert_eq!(&text[problem.span.start as usize..problem.span.end as usize], *marked, "{text:?}");
            assert!(problem.help.as_ref().is_some_and(|found| found.contains(help)), "{text:?}: {:?}", problem.help);
            assert!(!tree.is_complete());
        }
    }

    #[test]
    fn shows_the_bracket_that_is_open() {
        let (_, problems) = yaml::parse(FileId(0), "x: 1\na: [1, 2\nb: 3\n");
        assert_eq!(problems[0].related[0].0, Span { file: FileId(0), start: 8, end: 9 });
    }
}
