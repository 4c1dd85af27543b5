//! Printed text, and for each of its lines where it comes from.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use memchr::memchr2;

use crate::ir::Origin;

/// A text while it is printed. One buffer serves many files: [`Printed::clear`] keeps its memory.
#[derive(Debug, Default)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// Where each line comes from; only kept where somebody asks, since most runs don't.
    pub line_origins: Option<LineOrigins>,
    /// What a streamed document says of what is looked at beside the text; only kept where somebody looks.
    pub watched: Option<Watched>,
    /// What an earlier file holds that a later one may hold, too.
    pub(super) kept: Option<Kept>,
}

/// The bytes of a buffer that are kept for the next text: what only the largest take is given back.
const ROOM: usize = 1 << 18;

/// What several documents hold alike, told from all else that this process prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared(usize);

impl Shared {
    /// Another one than all before.
    #[must_use]
    pub fn another() -> Shared {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Shared(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Whole lines of a document that stand in another one, too.
#[derive(Debug)]
pub(super) struct Kept {
    what: Shared,
    indent: usize,
    text: String,
}

/// Keys of streamed documents whose texts are looked at: rules, alerts and queries.
const WATCHED: [&str; 4] = ["record", "alert", "expr", "for"];

/// Entries of streamed documents with one of the keys that are looked at, in order.
#[derive(Debug, Default)]
pub struct Watched {
    texts: String,
    entries: Vec<(&'static str, Range<usize>)>,
    /// Whether there are lines that an earlier document has, whose entries are not repeated.
    copied: bool,
}

impl Watched {
    /// Keys and texts in order.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.entries.iter().map(|(key, range)| (*key, self.texts.get(range.clone()).unwrap_or_default()))
    }

    /// Whether the document states rules or queries.
    #[must_use]
    pub fn has_any(&self) -> bool {
        self.copied || !self.entries.is_empty()
    }

    /// Adds an entry at the end, if its key is one that is looked at.
    pub fn add(&mut self, key: &'static str, text: &str) {
        if WATCHED.contains(&key) {
            let start = self.texts.len();
            self.texts.push_str(text);
            self.entries.push((key, start..self.texts.len()));
        }
    }

    fn clear(&mut self) {
        self.texts.clear();
        self.texts.shrink_to(ROOM);
        self.entries.clear();
        self.copied = false;
        self.entries.shrink_to(ROOM / size_of::<(&str, Range<usize>)>());
    }
}

/// Where the lines of a text come from.
#[derive(Debug, Default)]
pub struct LineOrigins {
    lines: Vec<Line>,
    /// What stands in a line beside what ends it, line after line.
    beside: Vec<Origin>,
    /// The nodes around what is being printed, outer before inner.
    around: Vec<Origin>,
    /// The byte at which the line that is being printed begins.
    start: usize,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    origin: Origin,
    /// Where the line's part of `beside` ends.
    beside: usize,
    within: Option<Origin>,
}

impl LineOrigins {
    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// All that a line, counted from 1, comes from, each once: first the node that the line is of, then the values beside
    /// it. Nothing where there is no such line.
    #[must_use]
    pub fn of(&self, line: usize) -> Vec<Origin> {
        let Some(index) = line.checked_sub(1) else { return Vec::new() };
        let Some(found) = self.lines.get(index) else { return Vec::new() };
        let from = index.checked_sub(1).map_or(0, |before| self.lines[before].beside);
        let mut origins = vec![found.origin];
        for origin in &self.beside[from..found.beside] {
            if !origins.contains(origin) {
                origins.push(*origin);
            }
        }
        origins
    }

    /// The innermost node around a line that somebody wrote, where the line itself is by a rule: what asked for it.
    #[must_use]
    pub fn within(&self, line: usize) -> Option<Origin> {
        self.lines.get(line.checked_sub(1)?)?.within
    }

    /// The origin of the node that each line is of.
    pub fn first(&self) -> impl Iterator<Item = Origin> {
        self.lines.iter().map(|line| line.origin)
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.beside.clear();
        self.around.clear();
        self.start = 0;
    }

    fn end_line(&mut self, origin: Origin) {
        let within = || self.around.iter().rev().find(|around| around.is_written()).copied();
        let within = if origin.is_written() { None } else { within() };
        self.lines.push(Line { origin, beside: self.beside.len(), within });
    }
}

impl Printed {
    /// An empty text whose lines' origins are kept.
    #[must_use]
    pub fn with_origins() -> Printed {
        Printed { line_origins: Some(LineOrigins::default()), ..Printed::default() }
    }

    /// An empty text, beside which is kept what is looked at.
    #[must_use]
    pub fn watched() -> Printed {
        Printed { watched: Some(Watched::default()), ..Printed::default() }
    }

    /// Empties the text.
    pub fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(ROOM);
        if let Some(lines) = &mut self.line_origins {
            lines.clear();
        }
        if let Some(watched) = &mut self.watched {
            watched.clear();
        }
    }

    /// Keeps an entry of a streamed document, where somebody looks.
    pub(super) fn watch(&mut self, key: &'static str, text: &str) {
        if let Some(watched) = &mut self.watched {
            watched.add(key, text);
        }
    }

    /// Keeps an entry of a streamed document whose text ends what is printed, where somebody looks.
    pub(super) fn watch_from(&mut self, key: &'static str, start: usize) {
        if let Some(watched) = &mut self.watched {
            watched.add(key, self.text.get(start..).unwrap_or_default());
        }
    }

    /// How many entries are kept.
    pub(super) fn watched_len(&self) -> usize {
        self.watched.as_ref().map_or(0, |watched| watched.entries.len())
    }

    /// Keeps entries once more.
    pub(super) fn watch_again(&mut self, range: Range<usize>) {
        if let Some(watched) = &mut self.watched {
            watched.entries.extend_from_within(range);
        }
    }

    /// Keeps the lines from a place on, which stand so deep, for a later file.
    pub(super) fn keep(&mut self, what: Shared, indent: usize, text_from: usize) {
        // One buffer serves all that is kept.
        let mut kept = self.kept.take().unwrap_or_else(|| Kept { what, indent, text: String::new() });
        (kept.what, kept.indent) = (what, indent);
        kept.text.clear();
        kept.text.push_str(self.text.get(text_from..).unwrap_or_default());
        self.kept = Some(kept);
    }

    /// Writes the lines that were kept, if they are these. They never stand less deep than they were written.
    pub(super) fn write_kept(&mut self, what: Shared, indent: usize) -> bool {
        let Some(kept) = self.kept.take_if(|kept| kept.what == what && kept.indent <= indent) else { return false };
        let deeper = indent - kept.indent;
        self.text.reserve(kept.text.len() + kept.text.len() / 8);
        for line in kept.text.split_inclusive('\n') {
            if line != "\n" {
                self.indent(deeper);
            }
            self.text.push_str(line);
        }
        self.kept = Some(kept);
        // What these lines say was looked at when they were written.
        if let Some(watched) = &mut self.watched {
            watched.copied = true;
        }
        true
    }

    /// Ends a line and says where it comes from.
    pub(super) fn end_line(&mut self, origin: Origin) {
        self.text.push('\n');
        if let Some(lines) = &mut self.line_origins {
            // A value may have lines of its own.
            let text = self.text.get(lines.start..).unwrap_or_default();
            for _ in 0..text.bytes().filter(|byte| *byte == b'\n').count() {
                lines.end_line(origin);
            }
            lines.start = self.text.len();
        }
    }

    /// Ends a line, behind a comma where one is asked for, says where it comes from, and begins the next.
    pub(super) fn next_line(&mut self, comma: bool, origin: Origin, indent: usize) {
        const BREAK: &str = ",\n                                                                ";
        match BREAK.get(usize::from(!comma)..indent + 2) {
            // Nearly all lines go by one copy.
            Some(text) if self.line_origins.is_none() => self.text.push_str(text),
            _ => {
                self.text.push_str(if comma { "," } else { "" });
                self.end_line(origin);
                self.indent(indent);
            }
        }
    }

    /// Says that the line that is being printed comes from here, too.
    pub(super) fn beside(&mut self, origin: Origin) {
        if let Some(lines) = &mut self.line_origins {
            lines.beside.push(origin);
        }
    }

    /// Says that what is printed from here on is inside of a node, until it is left.
    pub(super) fn enter(&mut self, origin: Origin) {
        if let Some(lines) = &mut self.line_origins {
            lines.around.push(origin);
        }
    }

    /// Ends the innermost node.
    pub(super) fn leave(&mut self) {
        if let Some(lines) = &mut self.line_origins {
            lines.around.pop();
        }
    }

    /// Adds a text of any number of lines that all come from one place. A last line without an end counts as a line.
    pub(super) fn push_lines(&mut self, text: &str, origin: Origin) {
        self.text.push_str(text);
        if let Some(lines) = &mut self.line_origins {
            text.lines().for_each(|_| lines.end_line(origin));
            lines.start = self.text.len();
        }
    }

    /// Adds spaces at the start of a line.
    pub(super) fn indent(&mut self, mut width: usize) {
        const SPACES: &str = "                                                                ";
        while width > SPACES.len() {
            self.text.push_str(SPACES);
            width -= SPACES.len();
        }
        self.text.push_str(&SPACES[..width]);
    }
}

/// Whether a character would be invisible, break a line, reorder what is read, or be refused by a reader.
///
/// `\n` and `\t` count too; a printer that has a form for them asks for them first.
pub(super) fn is_special(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// All bits together that `mark` gives the bytes of a text. Many bytes are looked at at once and none decides alone, which
/// processors do many times as fast as a search that may end anywhere; nearly all texts have nothing to be found. A `mark`
/// that chooses between constants is faster than one that calculates.
#[inline]
pub(crate) fn marks(text: &str, mark: impl Fn(u8) -> u8 + Copy) -> u8 {
    const WIDE: usize = 32;
    let bytes = text.as_bytes();
    match bytes.len() {
        0..4 => all_marks(bytes, mark),
        4..8 => ends::<4>(bytes, mark),
        8..16 => ends::<8>(bytes, mark),
        16..WIDE => ends::<16>(bytes, mark),
        // Of the last ones some may be looked at twice.
        _ => all_marks(bytes.as_chunks::<WIDE>().0.as_flattened(), mark) | ends::<WIDE>(bytes, mark),
    }
}

#[inline]
fn all_marks(bytes: &[u8], mark: impl Fn(u8) -> u8) -> u8 {
    let mut all = 0;
    for byte in bytes {
        all |= mark(*byte);
    }
    all
}

/// Of the first so many bytes and of the last so many.
#[inline]
fn ends<const N: usize>(bytes: &[u8], mark: impl Fn(u8) -> u8) -> u8 {
    let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) else { return 0 };
    let mut all = 0;
    for byte in first {
        all |= mark(*byte);
    }
    for byte in last {
        all |= mark(*byte);
    }
    all
}

/// A quote or a backslash.
const QUOTE: u8 = 1;
/// What is no printable ASCII.
const ODD: u8 = 2;

/// Writes a text between double quotes with the escapes that JSON and YAML share.
pub(super) fn push_double_quoted(out: &mut String, text: &str) {
    let is_odd = |byte: u8| byte.wrapping_sub(b' ') >= 0x5f;
    let is_quote = |byte: u8| (byte == b'"') | (byte == b'\\');
    let found = marks(text, |byte| if is_odd(byte) { ODD } else { 0 } | if is_quote(byte) { QUOTE } else { 0 });
    out.push('"');
    if found == 0 {
        out.push_str(text);
        out.push('"');
        return;
    }
    if found == QUOTE {
        // An expression: nothing but quotes.
        let mut rest = text;
        while let Some(at) = memchr2(b'"', b'\\', rest.as_bytes()) {
            out.push_str(&rest[..at]);
            out.push('\\');
            out.push_str(&rest[at..=at]);
            rest = &rest[at + 1..];
        }
        out.push_str(rest);
        out.push('"');
        return;
    }
    // Runs of ordinary characters are copied whole.
    let mut start = 0;
    for (at, character) in text.char_indices() {
        let escape = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ if is_special(character) => "",
            _ => continue,
        };
        out.push_str(&text[start..at]);
        if escape.is_empty() {
            // Special characters lie in the basic plane, so that four digits hold them.
            out.push_str("\\u");
            let code = u32::from(character);
            out.extend([12, 8, 4, 0].map(|shift| char::from_digit((code >> shift) & 0xf, 16).unwrap_or('0')));
        } else {
            out.push_str(escape);
        }
        start = at + character.len_utf8();
    }
    out.push_str(&text[start..]);
    out.push('"');
}
