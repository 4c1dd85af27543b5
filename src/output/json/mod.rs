//! Prints a document as JSON: two spaces a level, one entry a line, or all in one line where the style says so.

mod writer;

use std::fmt::Write as _;

pub use writer::{Constant, Writer};

use super::doc::{Doc, Style};
use super::printed::{Printed, push_double_quoted};

/// Prints a document. Comments have no place in JSON and are left out.
pub fn print(document: &Doc, out: &mut Printed) {
    value(document, 0, false, out);
    out.end_line(document.origin());
}

/// One level of nesting.
const STEP: usize = 2;

/// Prints a value. `one_line`: something around it stands in one line.
fn value(document: &Doc, indent: usize, one_line: bool, out: &mut Printed) {
    if one_line {
        out.beside(document.origin());
    }
    match document {
        Doc::Null(_) => out.text.push_str("null"),
        Doc::Bool(value, _) => out.text.push_str(if *value { "true" } else { "false" }),
        // Writing into a string can't fail.
        Doc::Integer(value, _) => drop(write!(out.text, "{value}")),
        Doc::Number(value, _) => drop(write!(out.text, "{value}")),
        Doc::Text(text, _) => push_double_quoted(&mut out.text, text),
        Doc::Tagged(_, tagged) => value(tagged, indent, one_line, out),
        Doc::List(elements, style, _) => {
            let one_line = one_line || *style == Style::Flow || elements.is_empty();
            out.enter(document.origin());
            out.text.push('[');
            for (index, element) in elements.iter().enumerate() {
                let before = index.checked_sub(1).map(|before| &elements[before]);
                separate(document, before, indent, one_line, out);
                value(element, indent + STEP, one_line, out);
            }
            out.leave();
            close(']', elements.last(), indent, one_line, out);
        }
        Doc::Map(map) => {
            let one_line = one_line || map.style == Style::Flow || map.is_empty();
            out.enter(document.origin());
            out.text.push('{');
            for (index, entry) in map.entries.iter().enumerate() {
                let before = index.checked_sub(1).map(|before| &map.entries[before].value);
                separate(document, before, indent, one_line, out);
                push_double_quoted(&mut out.text, &entry.key);
                out.text.push_str(": ");
                value(&entry.value, indent + STEP, one_line, out);
            }
            out.leave();
            close('}', map.entries.last().map(|entry| &entry.value), indent, one_line, out);
        }
    }
}

/// Goes on from the bracket, or from the value before, to where the next value stands.
fn separate(around: &Doc, before: Option<&Doc>, indent: usize, one_line: bool, out: &mut Printed) {
    if before.is_some() {
        out.text.push(',');
    }
    if !one_line {
        // The line that ends here is the bracket's or the value's before.
        out.end_line(before.unwrap_or(around).origin());
        out.indent(indent + STEP);
    } else if before.is_some() {
        out.text.push(' ');
    }
}

fn close(bracket: char, last: Option<&Doc>, indent: usize, one_line: bool, out: &mut Printed) {
    if let Some(last) = last
        && !one_line
    {
        out.end_line(last.origin());
        out.indent(indent);
    }
    out.text.push(bracket);
}
