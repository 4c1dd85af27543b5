//! Writes a document as it goes, without a tree: for files that are large, or many.
//!
//! What is written is what [`super::print`] prints of the same tree, and a value can't become syntax here either.

use std::ops::Range;

use super::{Block, Dialect, Form, Printer, STEP, block, form, form_inside, is_word};
use crate::ir::Origin;
use crate::output::doc::{Doc, Map, Text};
use crate::output::printed::{Printed, Shared};
use crate::output::rule;

/// A document of which the beginning is written.
pub struct Writer<'a> {
    printer: Printer<'a>,
    indent: usize,
    line: Line,
    scratch: String,
}

/// How far the line is that is being written.
#[derive(Clone, Copy)]
enum Line {
    /// Nothing stands in it.
    Fresh,
    /// A dash: the first entry goes on in it.
    Dash(Origin),
    /// The key of a collection: its first entry or element ends the line.
    Key(Origin),
}

/// An entry of a mapping in one line: its key, its text, and where that comes from.
type Inline<'t> = (&'static str, &'t str, Origin);

/// Entries that were written once, and can be written again where they stand as deep.
#[derive(Default)]
pub struct Again(Option<Written>);

struct Written {
    /// None within a line.
    indent: Option<usize>,
    text: Range<usize>,
    watched: Range<usize>,
}

impl<'a> Writer<'a> {
    /// A document below a comment.
    pub fn new(header: &[Text], out: &'a mut Printed) -> Writer<'a> {
        Writer::of(Dialect::Any, header, out)
    }

    /// A workflow of GitHub Actions below a comment.
    pub fn workflow(header: &[Text], out: &'a mut Printed) -> Writer<'a> {
        Writer::of(Dialect::Workflow, header, out)
    }

    fn of(dialect: Dialect, header: &[Text], out: &'a mut Printed) -> Writer<'a> {
        let mut printer = Printer { out, dialect };
        for line in header {
            printer.comment(line, 0, Origin::rule(rule::HEADER));
        }
        Writer { printer, indent: 0, line: Line::Fresh, scratch: String::with_capacity(1024) }
    }

    /// A part of a document: entries of the outermost mapping, which has this origin.
    pub fn part<T>(origin: Origin, out: &'a mut Printed, write: impl FnOnce(&mut Self) -> T) -> T {
        let mut writer = Writer::new(&[], out);
        writer.printer.out.enter(origin);
        let done = write(&mut writer);
        writer.printer.out.leave();
        done
    }

    /// One element of an entry with a list whose elements are written apart, one after the other.
    pub fn element_apart(&mut self, key: &'static str, origin: Origin, index: usize, element: impl FnOnce(&mut Self)) {
        if index == 0 {
            self.key(key);
            self.line = Line::Key(origin);
        }
        self.indent += STEP;
        element(self);
        self.indent -= STEP;
    }

    /// Some entries of an entry with a mapping whose entries are written apart, one after the other.
    pub fn entries_apart(&mut self, key: &'static str, origin: Origin, first: bool, entries: impl FnOnce(&mut Self)) {
        if first {
            self.key(key);
            self.line = Line::Key(origin);
        }
        self.indent += STEP;
        self.printer.out.enter(origin);
        entries(self);
        self.printer.out.leave();
        self.indent -= STEP;
    }

    /// An entry with a text.
    pub fn text(&mut self, key: &'static str, text: &str, origin: Origin) {
        self.key(key);
        self.printer.out.watch(key, text);
        self.printer.out.text.push(' ');
        self.value(text, origin);
    }

    /// An entry with a text that is made here: `make` adds it at the end of what it is given, which is empty.
    pub fn made(&mut self, key: &'static str, origin: Origin, make: impl FnOnce(&mut String)) {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        make(&mut text);
        self.text(key, &text, origin);
        self.scratch = text;
    }

    /// An entry with a text that is made here of numbers, units and words of our own: the caller knows that it is plain.
    pub fn plain(&mut self, key: &'static str, origin: Origin, make: impl FnOnce(&mut String)) {
        self.key(key);
        let out = &mut *self.printer.out;
        out.text.push(' ');
        let start = out.text.len();
        make(&mut out.text);
        debug_assert!(form(&out.text[start..]) == Form::Plain, "{} is not plain", &out.text[start..]);
        out.watch_from(key, start);
        out.beside(origin);
        out.end_line(origin);
    }

    /// An entry with a mapping.
    pub fn map(&mut self, key: &'static str, origin: Origin, entries: impl FnOnce(&mut Self)) {
        self.key(key);
        self.inside(Line::Key(origin), |writer| {
            writer.printer.out.enter(origin);
            entries(writer);
            writer.printer.out.leave();
        });
        self.close(" {}");
    }

    /// An entry with a list.
    pub fn list(&mut self, key: &'static str, origin: Origin, elements: impl FnOnce(&mut Self)) {
        self.key(key);
        self.inside(Line::Key(origin), elements);
        self.close(" []");
    }

    /// An element that is a mapping.
    pub fn element(&mut self, origin: Origin, entries: impl FnOnce(&mut Self)) {
        self.begin();
        self.printer.out.text.push_str("- ");
        self.inside(Line::Dash(origin), |writer| {
            writer.printer.out.enter(origin);
            entries(writer);
            writer.printer.out.leave();
        });
        self.close("{}");
    }

    /// An element that is a text.
    pub fn element_text(&mut self, text: &str, origin: Origin) {
        self.begin();
        self.printer.out.text.push_str("- ");
        self.value(text, origin);
    }

    /// An element that is any value.
    pub fn element_doc(&mut self, value: &Doc) {
        self.end_key();
        self.printer.elements(std::slice::from_ref(value), self.indent, false);
    }

    /// An entry with any value.
    pub fn doc(&mut self, key: &'static str, value: &Doc) {
        self.key(key);
        let indent = self.indent + STEP;
        match block(value) {
            Some(Block::Map(map)) => {
                self.printer.out.end_line(value.origin());
                self.printer.entries(map, indent, false);
            }
            Some(Block::List(elements)) => {
                self.printer.out.end_line(value.origin());
                self.printer.elements(elements, indent, false);
            }
            None => {
                self.printer.out.text.push(' ');
                self.printer.leaf(value, None, indent);
            }
        }
    }

    /// All entries of a mapping; the first one begins a line.
    pub fn entries(&mut self, map: &Map) {
        debug_assert!(!matches!(self.line, Line::Dash(_)), "behind a dash a line has begun");
        self.end_key();
        self.printer.entries(map, self.indent, false);
    }

    /// An entry with a mapping of texts in one line.
    pub fn inline(&mut self, key: &'static str, origin: Origin, entries: impl FnOnce(&mut Flow<'_, 'a>)) {
        self.key(key);
        self.flow(origin, entries);
    }

    /// An element that is a mapping of texts in one line.
    pub fn element_inline<'t>(&mut self, origin: Origin, entries: impl IntoIterator<Item = Inline<'t>>) {
        self.begin();
        self.printer.out.text.push('-');
        self.flow(origin, |flow| entries.into_iter().for_each(|(key, text, origin)| flow.text(key, text, origin)));
    }

    fn flow(&mut self, origin: Origin, entries: impl FnOnce(&mut Flow<'_, 'a>)) {
        self.printer.out.beside(origin);
        self.printer.out.text.push_str(" {");
        entries(&mut Flow { writer: self, is_first: true });
        self.printer.out.text.push('}');
        self.printer.out.end_line(origin);
    }

    /// Writes entries, or copies them where they were written before. The first one of them begins a line.
    pub fn again(&mut self, again: &mut Again, entries: impl FnOnce(&mut Self)) {
        // Who asks for origins gets them from the entries themselves, and behind a dash no line begins.
        if self.has_origins() || matches!(self.line, Line::Dash(_)) {
            return entries(self);
        }
        // The line of the key around ends here, and is no part of what is copied.
        self.end_key();
        match &again.0 {
            Some(written) if written.indent == Some(self.indent) => {
                self.printer.out.text.extend_from_within(written.text.clone());
                self.printer.out.watch_again(written.watched.clone());
            }
            _ => {
                let (start, watched) = (self.printer.out.text.len(), self.printer.out.watched_len());
                entries(self);
                let text = start..self.printer.out.text.len();
                let watched = watched..self.printer.out.watched_len();
                again.0 = Some(Written { indent: Some(self.indent), text, watched });
            }
        }
    }

    /// Writes entries that several documents hold, or copies them from an earlier one where this buffer has held it last. The
    /// earlier one must not have them deeper.
    pub fn shared(&mut self, what: Shared, entries: impl FnOnce(&mut Self)) {
        if self.has_origins() || matches!(self.line, Line::Dash(_)) {
            return entries(self);
        }
        self.end_key();
        if !self.printer.out.write_kept(what, self.indent) {
            let start = self.printer.out.text.len();
            entries(self);
            self.printer.out.keep(what, self.indent, start);
        }
    }

    fn has_origins(&self) -> bool {
        self.printer.out.line_origins.is_some()
    }

    fn value(&mut self, text: &str, origin: Origin) {
        match form(text) {
            Form::Literal => self.printer.literal(text, self.indent + STEP, origin),
            form => {
                self.printer.out.beside(origin);
                self.printer.quoted(text, form);
                self.printer.out.end_line(origin);
            }
        }
    }

    fn key(&mut self, key: &'static str) {
        self.begin();
        if is_word(key) {
            self.printer.quoted(key, Form::Single);
        } else {
            debug_assert!(form(key) == Form::Plain, "{key} is no plain key");
            self.printer.out.text.push_str(key);
        }
        self.printer.out.text.push(':');
    }

    /// Goes to where an entry or an element stands.
    fn begin(&mut self) {
        match self.line {
            Line::Dash(_) => self.line = Line::Fresh,
            Line::Key(_) => {
                self.end_key();
                self.printer.out.indent(self.indent);
            }
            Line::Fresh => self.printer.out.indent(self.indent),
        }
    }

    fn end_key(&mut self) {
        if let Line::Key(origin) = self.line {
            self.printer.out.end_line(origin);
            self.line = Line::Fresh;
        }
    }

    fn inside(&mut self, line: Line, write: impl FnOnce(&mut Self)) {
        self.line = line;
        self.indent += STEP;
        write(self);
        self.indent -= STEP;
    }

    /// Ends a collection; `empty` is written where nothing stands in it.
    fn close(&mut self, empty: &str) {
        if let Line::Key(origin) | Line::Dash(origin) = self.line {
            self.printer.out.beside(origin);
            self.printer.out.text.push_str(empty);
            self.printer.out.end_line(origin);
            self.line = Line::Fresh;
        }
    }
}

/// A mapping of texts in one line.
pub struct Flow<'w, 'a> {
    writer: &'w mut Writer<'a>,
    is_first: bool,
}

impl Flow<'_, '_> {
    /// An entry with a text.
    pub fn text(&mut self, key: &'static str, text: &str, origin: Origin) {
        let printer = &mut self.writer.printer;
        if !self.is_first {
            printer.out.text.push_str(", ");
        }
        self.is_first = false;
        printer.out.text.push_str(key);
        printer.out.text.push_str(": ");
        printer.out.beside(origin);
        printer.quoted(text, form_inside(text));
    }

    /// Writes entries, or copies them where they were written before. They are not the first.
    pub fn again(&mut self, again: &mut Again, entries: impl FnOnce(&mut Self)) {
        if self.writer.has_origins() || self.is_first {
            return entries(self);
        }
        match &again.0 {
            Some(Written { indent: None, text, .. }) => {
                self.writer.printer.out.text.extend_from_within(text.clone());
            }
            _ => {
                let start = self.writer.printer.out.text.len();
                entries(self);
                let text = start..self.writer.printer.out.text.len();
                again.0 = Some(Written { indent: None, text, watched: 0..0 });
            }
        }
    }
}
