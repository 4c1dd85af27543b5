//! Prints documents as YAML that people would write, and that readers of YAML 1.1 and of YAML 1.2 read alike.
//!
//! A text stands plain where every reader takes it for that text, as a block of lines where that is exact, else in
//! quotes; it is never folded. A value can't become syntax.

mod writer;

use std::fmt::Write as _;

use memchr::memchr2_iter;

pub use writer::{Again, Flow, Writer};

use super::doc::{Doc, Entry, Map, Style, Text};
use super::printed::{Printed, is_special, marks, push_double_quoted};
use super::rule;
use crate::ir::Origin;

/// Who reads the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Any reader.
    #[default]
    Any,
    /// GitHub Actions, which reads the top-level key `on` as a text: everybody writes it without quotes.
    Workflow,
}

/// Prints documents below a comment.
pub fn print(header: &[Text], documents: &[Doc], dialect: Dialect, out: &mut Printed) {
    let mut printer = Printer { out, dialect };
    for line in header {
        printer.comment(line, 0, Origin::rule(rule::HEADER));
    }
    for (index, document) in documents.iter().enumerate() {
        if index > 0 {
            printer.out.text.push_str("---");
            printer.out.end_line(document.origin());
        }
        printer.document(document);
    }
}

/// A value within one line, as it stands in a text that somebody wrote.
#[must_use]
pub fn inline(value: &Doc) -> String {
    let mut out = Printed::default();
    Printer { out: &mut out, dialect: Dialect::Any }.inside(value);
    out.text
}

/// One level of nesting.
const STEP: usize = 2;

struct Printer<'a> {
    out: &'a mut Printed,
    dialect: Dialect,
}

impl Printer<'_> {
    fn document(&mut self, document: &Doc) {
        match block(document) {
            Some(Block::Map(map)) => self.entries(map, 0, false),
            Some(Block::List(elements)) => self.elements(elements, 0, false),
            None => {
                // A block of lines at the root would have no indentation to stand at.
                self.flow(document);
                self.out.end_line(document.origin());
            }
        }
    }

    /// The entries of a mapping. `started`: the line of the first one has begun, and its comment stands above.
    fn entries(&mut self, map: &Map, indent: usize, started: bool) {
        self.out.enter(map.origin);
        for (index, entry) in map.entries.iter().enumerate() {
            let Entry { key, value, .. } = entry;
            if !started || index > 0 {
                if let Some(comment) = entry.comment() {
                    self.comment(comment, indent, value.origin());
                }
                self.out.indent(indent);
            }
            self.key(key, indent, value.origin());
            match block(value) {
                Some(Block::Map(map)) => {
                    self.out.end_line(value.origin());
                    self.entries(map, indent + STEP, false);
                }
                Some(Block::List(elements)) => {
                    self.out.end_line(value.origin());
                    self.elements(elements, indent + STEP, false);
                }
                None => {
                    self.out.text.push(' ');
                    self.leaf(value, entry.remark(), indent + STEP);
                }
            }
        }
        self.out.leave();
    }

    /// The elements of a list; `started` as for entries.
    fn elements(&mut self, elements: &[Doc], indent: usize, started: bool) {
        for (index, element) in elements.iter().enumerate() {
            if !started || index > 0 {
                if let Some(entry) = first_entry(element)
                    && let Some(comment) = entry.comment()
                {
                    self.comment(comment, indent, entry.value.origin());
                }
                self.out.indent(indent);
            }
            self.out.text.push_str("- ");
            match block(element) {
                Some(Block::Map(map)) => self.entries(map, indent + STEP, true),
                Some(Block::List(elements)) => self.elements(elements, indent + STEP, true),
                None => self.leaf(element, None, indent + STEP),
            }
        }
    }

    fn comment(&mut self, comment: &str, indent: usize, origin: Origin) {
        for line in comment.lines() {
            self.out.indent(indent);
            self.out.text.push('#');
            if !line.is_empty() {
                self.out.text.push(' ');
                // What ends a line for some reader would end the comment.
                self.out.text.extend(line.chars().map(|found| if is_special(found) { ' ' } else { found }));
            }
            self.out.end_line(origin);
        }
    }

    fn key(&mut self, key: &str, indent: usize, origin: Origin) {
        let form = form(key);
        if self.dialect == Dialect::Workflow && indent == 0 && key == "on" {
            self.out.text.push_str("on");
        } else if is_long(key, form) {
            self.out.text.push_str("? ");
            self.quoted(key, form);
            self.out.end_line(origin);
            self.out.indent(indent);
        } else {
            self.quoted(key, form);
        }
        self.out.text.push(':');
    }

    /// What stands in the line of its key or dash; `indent` is where a block of lines would begin.
    fn leaf(&mut self, value: &Doc, remark: Option<&str>, indent: usize) {
        match value {
            Doc::Text(text, origin) if form(text) == Form::Literal => self.literal(text, indent, *origin),
            _ => {
                self.flow(value);
                if let Some(remark) = remark {
                    self.out.text.push_str(" # ");
                    self.out.text.extend(remark.chars().map(|found| if is_special(found) { ' ' } else { found }));
                }
                self.out.end_line(value.origin());
            }
        }
    }

    /// Lines as they are, each behind its indentation.
    fn literal(&mut self, text: &str, indent: usize, origin: Origin) {
        self.out.text.push('|');
        if text.trim_start_matches('\n').starts_with([' ', '\t']) {
            // Readers would take the space for indentation.
            self.out.text.push('2');
        }
        let body = text.trim_end_matches('\n');
        match text.len() - body.len() {
            0 => self.out.text.push('-'),
            1 => {}
            _ => self.out.text.push('+'),
        }
        self.out.end_line(origin);
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.out.indent(indent);
                self.out.text.push_str(line);
            }
            self.out.end_line(origin);
        }
    }

    /// A value within one line.
    fn flow(&mut self, value: &Doc) {
        self.out.beside(value.origin());
        match value {
            Doc::Null(_) => self.out.text.push_str("null"),
            Doc::Bool(value, _) => self.out.text.push_str(if *value { "true" } else { "false" }),
            // Writing into a string can't fail.
            Doc::Integer(value, _) => drop(write!(self.out.text, "{value}")),
            Doc::Number(value, _) => drop(write!(self.out.text, "{value}")),
            Doc::Text(text, _) => self.quoted(text, form(text)),
            Doc::Tagged(tag, value) => {
                self.tag(tag);
                self.flow(value);
            }
            Doc::List(elements, ..) => {
                self.out.text.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.out.text.push_str(", ");
                    }
                    self.inside(element);
                }
                self.out.text.push(']');
            }
            Doc::Map(map) => {
                self.out.text.push('{');
                for (index, entry) in map.entries.iter().enumerate() {
                    if index > 0 {
                        self.out.text.push_str(", ");
                    }
                    let form = form_inside(&entry.key);
                    if is_long(&entry.key, form) {
                        self.out.text.push_str("? ");
                    }
                    self.quoted(&entry.key, form);
                    self.out.text.push_str(": ");
                    self.inside(&entry.value);
                }
                self.out.text.push('}');
            }
        }
    }

    fn inside(&mut self, value: &Doc) {
        match value {
            Doc::Text(text, origin) => {
                self.out.beside(*origin);
                self.quoted(text, form_inside(text));
            }
            Doc::Tagged(tag, value) => {
                self.tag(tag);
                self.inside(value);
            }
            _ => self.flow(value),
        }
    }

    fn tag(&mut self, tag: &str) {
        self.out.text.push('!');
        self.out.text.push_str(tag);
        self.out.text.push(' ');
    }

    fn quoted(&mut self, text: &str, form: Form) {
        let out = &mut self.out.text;
        match form {
            Form::Plain => out.push_str(text),
            Form::Single if marks(text, |byte| if byte == b'\'' { 1 } else { 0 }) == 0 => {
                out.push('\'');
                out.push_str(text);
                out.push('\'');
            }
            Form::Single => {
                out.push('\'');
                for (index, part) in text.split('\'').enumerate() {
                    if index > 0 {
                        out.push_str("''");
                    }
                    out.push_str(part);
                }
                out.push('\'');
            }
            Form::Double | Form::Literal => push_double_quoted(out, text),
        }
    }
}

/// A collection that takes lines of its own.
enum Block<'a> {
    Map(&'a Map),
    List(&'a [Doc]),
}

fn block(value: &Doc) -> Option<Block<'_>> {
    match value {
        Doc::Map(map) if map.style == Style::Block && !map.is_empty() => Some(Block::Map(map)),
        Doc::List(elements, Style::Block, _) if !elements.is_empty() => Some(Block::List(elements)),
        _ => None,
    }
}

/// The entry that stands in the line in which an element of a list begins.
fn first_entry(element: &Doc) -> Option<&Entry> {
    match block(element)? {
        Block::Map(map) => map.entries.first(),
        Block::List(elements) => first_entry(elements.first()?),
    }
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it is.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes, with escapes.
    Double,
    /// As a block of lines; as a key, and within one line, in double quotes.
    Literal,
}

fn form(text: &str) -> Form {
    let bytes = text.as_bytes();
    const ODD: u8 = 1;
    const LINE_END: u8 = 2;
    const MARK: u8 = 4;
    let found = marks(text, |byte| {
        let is_line_end = byte == b'\n';
        let odd = if (byte.wrapping_sub(b' ') >= 0x5f) & !is_line_end { ODD } else { 0 };
        let mark = if (byte == b':') | (byte == b'#') { MARK } else { 0 };
        odd | mark | if is_line_end { LINE_END } else { 0 }
    });
    let (is_odd, lines, has_marks) = (found & ODD != 0, found & LINE_END != 0, found & MARK != 0);
    let mut plain = !lines;
    if is_odd {
        if text.chars().any(|found| is_special(found) && !matches!(found, '\n' | '\t')) {
            return Form::Double;
        }
        // A space that does not look like one has to be seen to be part of the text.
        plain &= !text.chars().any(|found| found.is_whitespace() && !found.is_ascii());
    }
    if lines {
        return if text.bytes().all(|byte| byte.is_ascii_whitespace()) { Form::Double } else { Form::Literal };
    }
    if is_odd && bytes.contains(&b'\t') {
        return Form::Double;
    }
    if has_marks {
        plain &= !memchr2_iter(b':', b'#', bytes).any(|at| match bytes[at] {
            b':' => matches!(bytes.get(at + 1), None | Some(b' ')),
            _ => at == 0 || bytes[at - 1] == b' ',
        });
    }
    if plain && is_plain(text) { Form::Plain } else { Form::Single }
}

/// Whether a text within one line, without a mark in its midst, stands without quotes.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    starts_and_ends_plain(bytes) && !is_word(text) && !is_numeric(bytes)
}

/// The form between brackets, where more characters are syntax.
fn form_inside(text: &str) -> Form {
    // What has none of the other characters is looked at once.
    if marks(text, |byte| if is_plain_inside(byte) { 0 } else { 1 }) == 0 {
        return if is_plain(text) { Form::Plain } else { Form::Single };
    }
    match form(text) {
        Form::Plain => Form::Single,
        form => form,
    }
}

fn is_plain_inside(byte: u8) -> bool {
    // Of the signs `-./` stand before the digits.
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    is_letter | (byte.wrapping_sub(b'-') < 13) | (byte == b'_') | (byte == b'+')
}

/// Whether a key may be too long for the line of its colon: readers look ahead 1,024 characters.
fn is_long(key: &str, form: Form) -> bool {
    let widest = match form {
        Form::Plain => 1,
        Form::Single => 2,
        Form::Double | Form::Literal => 6,
    };
    key.len() * widest > 1_000
}

/// What begins something else than a plain text.
static SYNTAX: [bool; 256] = set(b" ?:,[]{}#&*!|>'\"%@`=");
/// What begins a word that is no text to some reader.
static WORD: [bool; 256] = set(b"yYnNoOtTfF~<");
/// What may stand in a number, a time or a date.
static NUMBER: [bool; 256] = set(b"0123456789_.,:+- eEoObBtTzZiInNfFaA");

const fn set(bytes: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        set[bytes[at] as usize] = true;
        at += 1;
    }
    set
}

fn starts_and_ends_plain(bytes: &[u8]) -> bool {
    let start = match bytes {
        [] | [b'-'] => false,
        // Options of commands: `-v`, `--verbose`. Not a dash that could begin a number, a list or a document.
        [b'-', b'-', letter, ..] | [b'-', letter, ..] => letter.is_ascii_alphabetic(),
        [b'.', b'.', b'.', ..] => false,
        [first, ..] => !SYNTAX[usize::from(*first)],
    };
    start && bytes.last() != Some(&b' ')
}

/// Words that are not texts to some reader.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<"];
    text.len() <= 5
        && text.as_bytes().first().is_some_and(|first| WORD[usize::from(*first)])
        && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether some reader could see a number, a time or a date: integers in bases 2, 8, 10, 16 and 60 with separators,
/// floats with exponents, `.inf`, `.nan`, timestamps.
fn is_numeric(bytes: &[u8]) -> bool {
    let Some(b'0'..=b'9' | b'+' | b'-' | b'.') = bytes.first() else { return false };
    if bytes.iter().any(|byte| matches!(byte, b'x' | b'X')) {
        return bytes.iter().all(|byte| byte.is_ascii_hexdigit() || b"xX_+-".contains(byte));
    }
    // Three numbers with dots between them are a version, four are an address: no reader knows better.
    let versions = bytes.iter().filter(|byte| **byte == b'.').count() >= 2
        && bytes.split(|byte| *byte == b'.').all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit));
    !versions && bytes.iter().all(|byte| NUMBER[usize::from(*byte)])
}
