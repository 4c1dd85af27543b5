//! Prints HCL as `terraform fmt` leaves it: two spaces a level, `=` of neighbouring lines below each other.

use std::fmt::Write as _;

use super::{Attribute, Block, Body, Expr, Item, Node, Part};
use crate::ir::Origin;
use crate::output::doc::Text;
use crate::output::printed::{Printed, is_special};
use crate::output::rule;

/// One level of nesting.
const STEP: usize = 2;
/// What stands in one line has at most so many characters.
const WIDTH: usize = 110;

/// Prints a document below a comment.
pub fn print(header: &[Text], body: &Body, out: &mut Printed) {
    let origin = Origin::rule(rule::HEADER);
    for line in header {
        out.text.push_str("# ");
        push_comment(&mut out.text, line);
        out.end_line(origin);
    }
    if !header.is_empty() && !body.items.is_empty() {
        out.end_line(origin);
    }
    let mut printer = Printer { out, scratch: Vec::new() };
    printer.body(body, 0, origin);
}

struct Printer<'a> {
    out: &'a mut Printed,
    /// Values of neighbouring lines, printed before the column of their `=` is known; buffers are used again.
    scratch: Vec<String>,
}

/// An attribute of an item, or a field of an object.
struct Line<'a> {
    name: &'a str,
    value: &'a Node,
}

impl Printer<'_> {
    fn body(&mut self, body: &Body, indent: usize, around: Origin) {
        let items = &body.items;
        let mut at = 0;
        while at < items.len() {
            match &items[at] {
                Item::Attribute(_) => {
                    let end = items[at..].iter().position(|item| !matches!(item, Item::Attribute(_)));
                    let end = end.map_or(items.len(), |length| at + length);
                    let lines = items[at..end].iter().filter_map(|item| match item {
                        Item::Attribute(Attribute { name, value }) => Some(Line { name, value }),
                        _ => None,
                    });
                    self.lines(&lines.collect::<Vec<_>>(), indent, Key::Bare);
                    at = end;
                    continue;
                }
                Item::Block(block) => {
                    // A comment belongs to what follows it, and has its own empty line above.
                    let first = at == 0 || matches!(items[at - 1], Item::Comment(..) | Item::Gap);
                    if !first {
                        self.out.end_line(around);
                    }
                    self.block(block, indent);
                    if matches!(items.get(at + 1), Some(Item::Attribute(_) | Item::Comment(..))) {
                        self.out.end_line(around);
                    }
                }
                Item::Comment(text, origin) => {
                    if at > 0 && matches!(items[at - 1], Item::Attribute(_)) {
                        self.out.end_line(*origin);
                    }
                    self.out.indent(indent);
                    self.out.text.push_str("# ");
                    push_comment(&mut self.out.text, text);
                    self.out.end_line(*origin);
                }
                Item::Gap => {
                    // At the start and at the end nothing is told apart.
                    if at > 0 && at + 1 < items.len() {
                        self.out.end_line(around);
                    }
                }
            }
            at += 1;
        }
    }

    fn block(&mut self, block: &Block, indent: usize) {
        self.out.enter(block.origin);
        self.out.indent(indent);
        self.out.text.push_str(&block.kind);
        for label in &block.labels {
            self.out.text.push(' ');
            push_text(&mut self.out.text, label);
        }
        if block.body.items.is_empty() {
            self.out.text.push_str(" {}");
        } else {
            self.out.text.push_str(" {");
            self.out.end_line(block.origin);
            self.body(&block.body, indent + STEP, block.origin);
            self.out.indent(indent);
            self.out.text.push('}');
        }
        self.out.end_line(block.origin);
        self.out.leave();
    }

    /// Neighbouring lines: those whose value stands in the line itself have their `=` below each other.
    fn lines(&mut self, lines: &[Line<'_>], indent: usize, key: Key) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut at = 0;
        while at < lines.len() {
            // The chain of lines that each hold their whole value.
            let mut used = 0;
            let mut widest = 0;
            while let Some(line) = lines.get(at + used) {
                if scratch.len() == used {
                    scratch.push(String::new());
                }
                let text = &mut scratch[used];
                text.clear();
                let width = key.width(line.name);
                if !in_line(line.value, text, WIDTH.saturating_sub(indent + width + 3), true) {
                    if has_lines(line.value) {
                        break;
                    }
                    text.clear();
                    in_line(line.value, text, usize::MAX, false);
                }
                widest = widest.max(width);
                used += 1;
            }
            for (line, text) in lines[at..at + used].iter().zip(&scratch) {
                self.out.indent(indent);
                key.push(&mut self.out.text, line.name);
                self.out.indent(widest - key.width(line.name));
                self.out.text.push_str(" = ");
                self.out.text.push_str(text);
                self.beside(line.value);
                self.out.end_line(line.value.origin);
            }
            at += used;
            if let Some(line) = lines.get(at) {
                self.scratch = std::mem::take(&mut scratch);
                self.out.indent(indent);
                key.push(&mut self.out.text, line.name);
                self.out.text.push_str(" = ");
                self.value(line.value, indent);
                self.out.end_line(line.value.origin);
                scratch = std::mem::take(&mut self.scratch);
                at += 1;
            }
        }
        self.scratch = scratch;
    }

    /// What an expression in one line holds comes from all of its nodes.
    fn beside(&mut self, node: &Node) {
        if self.out.line_origins.is_none() {
            return;
        }
        match &node.expr {
            Expr::Call(call) => call.arguments.iter().for_each(|node| self.beside(node)),
            Expr::List(nodes) => nodes.iter().for_each(|node| self.beside(node)),
            Expr::Object(fields) => fields.iter().for_each(|(_, node)| self.beside(node)),
            Expr::Conditional(nodes) => nodes.iter().for_each(|node| self.beside(node)),
            _ => self.out.beside(node.origin),
        }
    }

    /// A value that does not stand in one line; without the end of its last line.
    fn value(&mut self, node: &Node, indent: usize) {
        match &node.expr {
            Expr::List(elements) if !elements.is_empty() => {
                self.out.enter(node.origin);
                self.out.text.push('[');
                self.out.end_line(node.origin);
                self.elements(elements, indent + STEP);
                self.out.indent(indent);
                self.out.text.push(']');
                self.out.leave();
            }
            Expr::Object(fields) if !fields.is_empty() => {
                self.out.enter(node.origin);
                self.out.text.push('{');
                self.out.end_line(node.origin);
                let lines: Vec<Line<'_>> = fields.iter().map(|(name, value)| Line { name, value }).collect();
                self.lines(&lines, indent + STEP, Key::Field);
                self.out.indent(indent);
                self.out.text.push('}');
                self.out.leave();
            }
            Expr::Call(call) if !call.arguments.is_empty() => {
                self.out.text.push_str(call.name);
                self.out.text.push('(');
                if let [only] = call.arguments.as_slice() {
                    self.value(only, indent);
                } else {
                    self.out.end_line(node.origin);
                    self.elements(&call.arguments, indent + STEP);
                    self.out.indent(indent);
                }
                self.out.text.push(')');
            }
            Expr::Code(code) if code.contains('\n') => {
                for (number, line) in code.split('\n').enumerate() {
                    if number > 0 {
                        self.out.end_line(node.origin);
                    }
                    self.out.text.push_str(line);
                }
            }
            Expr::Conditional(nodes) => {
                let [condition, yes, no] = &**nodes;
                let mut text = String::new();
                in_line(condition, &mut text, usize::MAX, false);
                self.out.text.push_str(&text);
                self.out.text.push_str(" ? ");
                self.value(yes, indent);
                self.out.text.push_str(" : ");
                self.value(no, indent);
            }
            _ => {
                let mut text = String::new();
                in_line(node, &mut text, usize::MAX, false);
                self.beside(node);
                self.out.text.push_str(&text);
            }
        }
    }

    /// One element a line.
    fn elements(&mut self, elements: &[Node], indent: usize) {
        let mut text = String::new();
        for element in elements {
            self.out.indent(indent);
            text.clear();
            if in_line(element, &mut text, WIDTH.saturating_sub(indent + 1), false) {
                self.beside(element);
                self.out.text.push_str(&text);
            } else {
                self.value(element, indent);
            }
            self.out.text.push(',');
            self.out.end_line(element.origin);
        }
    }
}

/// What stands before a `=`.
#[derive(Clone, Copy)]
enum Key {
    /// The name of an attribute.
    Bare,
    /// The key of an object, in quotes where it is no identifier.
    Field,
}

impl Key {
    fn width(self, name: &str) -> usize {
        match self {
            Key::Bare => name.len(),
            Key::Field if is_identifier(name) => name.len(),
            Key::Field => {
                let mut text = String::new();
                push_text(&mut text, name);
                text.chars().count()
            }
        }
    }

    fn push(self, out: &mut String, name: &str) {
        match self {
            Key::Field if !is_identifier(name) => push_text(out, name),
            _ => out.push_str(name),
        }
    }
}

/// Whether a key stands without quotes: what every reader takes for a name, and no keyword.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && !matches!(name, "for" | "true" | "false" | "null")
}

/// Whether an expression that does not fit into one line has a form of several.
fn has_lines(node: &Node) -> bool {
    match &node.expr {
        Expr::List(elements) => !elements.is_empty(),
        Expr::Object(fields) => !fields.is_empty(),
        Expr::Call(call) => match call.arguments.as_slice() {
            [] => false,
            [only] => has_lines(only),
            _ => true,
        },
        Expr::Conditional(nodes) => nodes[1..].iter().any(has_lines),
        Expr::Code(code) => code.contains('\n'),
        _ => false,
    }
}

/// Writes an expression that fits into one line of at most `room` characters; `false` where it does not. `top`: it is the
/// whole value of a name, where an object of several fields has lines of its own.
fn in_line(node: &Node, out: &mut String, room: usize, top: bool) -> bool {
    let start = out.len();
    // A budget of bytes: never less than the characters that will be seen.
    let fits = |out: &String| out.len() - start <= room;
    match &node.expr {
        Expr::Null => out.push_str("null"),
        Expr::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Expr::Integer(number) => drop(write!(out, "{number}")),
        Expr::Number(number) => drop(write!(out, "{number}")),
        // These have no other form, however long they are.
        Expr::Text(text) => {
            push_text(out, text);
            return true;
        }
        Expr::Template(parts) => {
            push_template(out, parts);
            return true;
        }
        Expr::Code(code) => {
            out.push_str(code);
            return room == usize::MAX || !code.contains('\n');
        }
        Expr::Call(call) => {
            if top
                && matches!(call.arguments.as_slice(), [Node { expr: Expr::Object(fields), .. }] if !fields.is_empty())
            {
                return false;
            }
            out.push_str(call.name);
            out.push('(');
            if !separated(&call.arguments, out, room) {
                return false;
            }
            out.push(')');
        }
        Expr::List(elements) => {
            out.push('[');
            if elements.iter().any(|element| matches!(&element.expr, Expr::Object(fields) if fields.len() > 1)) {
                return false;
            }
            if !separated(elements, out, room) {
                return false;
            }
            out.push(']');
        }
        Expr::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Expr::Object(fields) => {
            if top || fields.len() > 4 {
                return false;
            }
            out.push_str("{ ");
            for (index, (name, value)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                Key::Field.push(out, name);
                out.push_str(" = ");
                if !in_line(value, out, room, false) || !fits(out) {
                    return false;
                }
            }
            out.push_str(" }");
        }
        Expr::Conditional(nodes) => {
            let [condition, yes, no] = &**nodes;
            for (before, node) in [("", condition), (" ? ", yes), (" : ", no)] {
                out.push_str(before);
                if !in_line(node, out, room, false) || !fits(out) {
                    return false;
                }
            }
        }
    }
    fits(out)
}

fn separated(nodes: &[Node], out: &mut String, room: usize) -> bool {
    let start = out.len();
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        if !in_line(node, out, room, false) || out.len() - start > room {
            return false;
        }
    }
    true
}

/// Writes a text between double quotes; nothing in it is syntax.
fn push_text(out: &mut String, text: &str) {
    out.push('"');
    push_escaped(out, text);
    out.push('"');
}

fn push_template(out: &mut String, parts: &[Part]) {
    out.push('"');
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => {
                // A sign before an expression would turn it into text.
                let sign = matches!(parts.get(index + 1), Some(Part::Code(_)))
                    .then(|| text.chars().next_back().filter(|last| matches!(last, '$' | '%')))
                    .flatten();
                match sign {
                    Some(sign) => {
                        push_escaped(out, &text[..text.len() - 1]);
                        let _ = write!(out, "${{\"{sign}\"}}");
                    }
                    None => push_escaped(out, text),
                }
            }
            Part::Code(code) => {
                out.push_str("${");
                out.push_str(code);
                out.push('}');
            }
        }
    }
    out.push('"');
}

fn push_escaped(out: &mut String, text: &str) {
    let bytes = text.as_bytes();
    // Runs of ordinary characters are copied whole.
    let mut start = 0;
    for (at, character) in text.char_indices() {
        let escape = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '$' if bytes.get(at + 1) == Some(&b'{') => "$$",
            '%' if bytes.get(at + 1) == Some(&b'{') => "%%",
            _ if is_special(character) => "",
            _ => continue,
        };
        out.push_str(&text[start..at]);
        if escape.is_empty() {
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        } else {
            out.push_str(escape);
        }
        start = at + character.len_utf8();
    }
    out.push_str(&text[start..]);
}

/// A comment has one line, and nothing that ends it.
fn push_comment(out: &mut String, text: &str) {
    out.extend(text.chars().map(|character| if is_special(character) { ' ' } else { character }));
    let length = out.trim_end_matches(' ').len();
    out.truncate(length);
}
