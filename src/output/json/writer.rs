//! Writes a JSON document as it goes, without a tree: for files that are large, or many.

use std::sync::OnceLock;

use super::STEP;
use crate::ir::Origin;
use crate::ir::value::{Decimal, push_number};
use crate::output::printed::{Printed, push_double_quoted};

/// Entries or elements that are the same wherever they stand. They are written once and copied from then on, by all threads.
/// None of them has a text that is looked at beside the text.
#[derive(Debug, Default)]
pub struct Constant(OnceLock<(Place, String)>);

/// What the form of an entry depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// None in a line with others.
    indent: Option<usize>,
    is_first: bool,
}

/// A document of which the beginning is written.
pub struct Writer<'a> {
    out: &'a mut Printed,
    indent: usize,
    /// Whether something around stands in one line.
    one_line: bool,
    /// Whether nothing stands in the collection yet.
    is_first: bool,
    /// What ends the line that is being written: its last value, or the bracket that it opens with.
    last: Origin,
    scratch: String,
}

impl<'a> Writer<'a> {
    /// Writes a document that is a mapping.
    pub fn document(out: &'a mut Printed, origin: Origin, entries: impl FnOnce(&mut Self)) {
        let mut writer = Writer {
            out,
            indent: 0,
            one_line: false,
            is_first: true,
            last: origin,
            scratch: String::with_capacity(512),
        };
        writer.collection(['{', '}'], false, origin, entries);
        writer.out.end_line(origin);
    }

    /// Writes what is the same wherever it stands; `write` makes it the first time, in another place than then, and where
    /// somebody asks for origins.
    pub fn constant(&mut self, constant: &Constant, write: impl FnOnce(&mut Self)) {
        let place = Place { indent: (!self.one_line).then_some(self.indent), is_first: self.is_first };
        if self.out.line_origins.is_some() {
            return write(self);
        }
        if let Some((known, text)) = constant.0.get()
            && *known == place
        {
            self.out.text.push_str(text);
            self.is_first = false;
            return;
        }
        let start = self.out.text.len();
        write(self);
        if let Some(text) = self.out.text.get(start..) {
            // Another thread may have been faster: it has written the same, or stands elsewhere.
            constant.0.get_or_init(|| (place, text.to_owned()));
        }
    }

    /// An entry with a text.
    pub fn text(&mut self, key: &'static str, text: &str, origin: Origin) {
        self.key(key);
        self.out.watch(key, text);
        self.value(origin, |out| push_double_quoted(out, text));
    }

    /// An entry with a text that is made here: `make` adds it at the end of what it is given, which is empty.
    pub fn made(&mut self, key: &'static str, origin: Origin, make: impl FnOnce(&mut String)) {
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        make(&mut text);
        self.text(key, &text, origin);
        self.scratch = text;
    }

    /// An entry with a whole number.
    pub fn integer(&mut self, key: &'static str, number: impl Into<i64>, origin: Origin) {
        self.key(key);
        let number = number.into();
        self.value(origin, |out| push_integer(out, number));
    }

    /// An entry with an exact decimal number.
    pub fn number(&mut self, key: &'static str, number: Decimal, origin: Origin) {
        self.key(key);
        self.value(origin, |out| number.push_to(out));
    }

    /// An entry with `true` or `false`.
    pub fn bool(&mut self, key: &'static str, value: bool, origin: Origin) {
        self.key(key);
        self.value(origin, |out| out.push_str(if value { "true" } else { "false" }));
    }

    /// An entry with nothing.
    pub fn null(&mut self, key: &'static str, origin: Origin) {
        self.key(key);
        self.value(origin, |out| out.push_str("null"));
    }

    /// An entry with a mapping.
    pub fn map(&mut self, key: &'static str, origin: Origin, entries: impl FnOnce(&mut Self)) {
        self.key(key);
        self.collection(['{', '}'], false, origin, entries);
    }

    /// An entry with a mapping whose key is not known before.
    pub fn text_of(&mut self, key: &str, text: &str, origin: Origin) {
        self.separate();
        push_double_quoted(&mut self.out.text, key);
        self.out.text.push_str(": ");
        self.value(origin, |out| push_double_quoted(out, text));
    }

    /// An entry with a whole number whose key is not known before.
    pub fn integer_of(&mut self, key: &str, number: impl Into<i64>, origin: Origin) {
        self.separate();
        push_double_quoted(&mut self.out.text, key);
        self.out.text.push_str(": ");
        let number = number.into();
        self.value(origin, |out| push_integer(out, number));
    }

    /// An entry with a mapping in one line.
    pub fn inline(&mut self, key: &'static str, origin: Origin, entries: impl FnOnce(&mut Self)) {
        self.key(key);
        self.collection(['{', '}'], true, origin, entries);
    }

    /// An entry with a list.
    pub fn list(&mut self, key: &'static str, origin: Origin, elements: impl FnOnce(&mut Self)) {
        self.key(key);
        self.collection(['[', ']'], false, origin, elements);
    }

    /// An entry with a list in one line.
    pub fn inline_list(&mut self, key: &'static str, origin: Origin, elements: impl FnOnce(&mut Self)) {
        self.key(key);
        self.collection(['[', ']'], true, origin, elements);
    }

    /// An element that is a mapping.
    pub fn element(&mut self, origin: Origin, entries: impl FnOnce(&mut Self)) {
        self.separate();
        self.collection(['{', '}'], false, origin, entries);
    }

    /// An element that is a mapping in one line.
    pub fn element_inline(&mut self, origin: Origin, entries: impl FnOnce(&mut Self)) {
        self.separate();
        self.collection(['{', '}'], true, origin, entries);
    }

    /// An element that is a text.
    pub fn element_text(&mut self, text: &str, origin: Origin) {
        self.separate();
        self.value(origin, |out| push_double_quoted(out, text));
    }

    /// Keys are words of ours, so that none needs an escape.
    fn key(&mut self, key: &'static str) {
        self.separate();
        self.out.text.push('"');
        self.out.text.push_str(key);
        self.out.text.push_str("\": ");
    }

    fn value(&mut self, origin: Origin, write: impl FnOnce(&mut String)) {
        if self.one_line {
            self.out.beside(origin);
        }
        write(&mut self.out.text);
        self.last = origin;
    }

    fn collection(&mut self, brackets: [char; 2], one_line: bool, origin: Origin, write: impl FnOnce(&mut Self)) {
        if self.one_line {
            self.out.beside(origin);
        }
        self.out.enter(origin);
        self.out.text.push(brackets[0]);
        let around = self.one_line;
        self.one_line |= one_line;
        self.indent += STEP;
        self.is_first = true;
        self.last = origin;
        write(self);
        self.indent -= STEP;
        self.out.leave();
        if !self.is_first && !self.one_line {
            self.out.next_line(false, self.last, self.indent);
        }
        self.out.text.push(brackets[1]);
        self.one_line = around;
        self.is_first = false;
        self.last = origin;
    }

    /// Goes on from the bracket, or from the value before, to where the next value stands.
    fn separate(&mut self) {
        let is_first = std::mem::replace(&mut self.is_first, false);
        if !self.one_line {
            self.out.next_line(!is_first, self.last, self.indent);
        } else if !is_first {
            self.out.text.push_str(", ");
        }
    }
}

fn push_integer(out: &mut String, number: i64) {
    if number < 0 {
        out.push('-');
    }
    push_number(out, number.unsigned_abs());
}
