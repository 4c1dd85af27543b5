//! Terraform: blocks with attributes.

use std::ops::Range;

use camino::Utf8Path;
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};

use super::{FILE, Field, Lines, Part, Resource, join};

/// Reads a text; nothing where it can't be read.
pub(super) fn read(path: &Utf8Path, text: &str) -> Option<Vec<Resource>> {
    let body = hcl_edit::parser::parse_body(text).ok()?;
    let reader = Reader { text, lines: Lines::of(Part { text, lines_before: 0, bytes_before: 0 }) };
    let mut resources = Vec::new();
    let mut loose = Resource { kind: FILE.to_owned(), name: path.to_string(), line: 1, fields: Vec::new() };
    for structure in &body {
        match structure {
            Structure::Attribute(attribute) => {
                reader.expression(attribute.key.as_str(), &attribute.value, &mut loose.fields)
            }
            Structure::Block(block) => resources.push(reader.block(path, block)),
        }
    }
    if !loose.fields.is_empty() {
        resources.push(loose);
    }
    Some(resources)
}

struct Reader<'a> {
    text: &'a str,
    lines: Lines<'a>,
}

fn label(label: &BlockLabel) -> String {
    label.as_str().to_owned()
}

impl Reader<'_> {
    fn block(&self, path: &Utf8Path, block: &Block) -> Resource {
        let (kind, name) = match (block.ident.as_str(), &block.labels[..]) {
            ("resource", [kind, name]) => (label(kind), label(name)),
            ("data", [kind, name]) => (format!("data.{}", label(kind)), label(name)),
            (ident, []) => (ident.to_owned(), path.file_name().unwrap_or_default().to_owned()),
            (ident, labels) => (ident.to_owned(), labels.iter().map(label).collect::<Vec<_>>().join(".")),
        };
        let mut fields = Vec::new();
        self.body("", &block.body, &mut fields);
        let line = block.span().map_or(1, |span| self.lines.at(span.start));
        Resource { kind, name, line, fields }
    }

    fn body(&self, path: &str, body: &Body, fields: &mut Vec<Field>) {
        let blocks: Vec<&Block> = body.iter().filter_map(Structure::as_block).collect();
        let mut counted: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    self.expression(&join(path, attribute.key.as_str()), &attribute.value, fields);
                }
                Structure::Block(block) => {
                    let ident = block.ident.as_str();
                    let mut inner = join(path, ident);
                    if !block.labels.is_empty() {
                        inner.push_str(&format!("[{}]", block.labels.iter().map(label).collect::<Vec<_>>().join(".")));
                    } else if blocks.iter().filter(|other| other.ident.as_str() == ident).count() > 1 {
                        let number = counted.entry(ident).or_default();
                        inner.push_str(&format!("[{number}]"));
                        *number += 1;
                    }
                    self.body(&inner, &block.body, fields);
                }
            }
        }
    }

    fn expression(&self, path: &str, value: &Expression, fields: &mut Vec<Field>) {
        match value {
            Expression::Object(object) if !object.is_empty() => {
                for (key, value) in object {
                    let key = match key {
                        ObjectKey::Ident(ident) => ident.as_str().to_owned(),
                        ObjectKey::Expression(Expression::String(text)) => text.as_str().to_owned(),
                        ObjectKey::Expression(other) => self.source(other.span()).to_owned(),
                    };
                    self.expression(&join(path, &key), value.expr(), fields);
                }
            }
            Expression::Array(array) if array.iter().any(|element| matches!(element, Expression::Object(_))) => {
                for (index, element) in array.iter().enumerate() {
                    self.expression(&format!("{path}[{index}]"), element, fields);
                }
            }
            Expression::String(text) => fields.push(self.field(path, value.span(), text.as_str().to_owned())),
            other => {
                let source = self.source(other.span());
                let text = source.split_whitespace().collect::<Vec<_>>().join(" ");
                fields.push(self.field(path, other.span(), text));
            }
        }
    }

    fn source(&self, span: Option<Range<usize>>) -> &str {
        span.and_then(|span| self.text.get(span)).unwrap_or_default().trim()
    }

    fn field(&self, path: &str, span: Option<Range<usize>>, value: String) -> Field {
        self.lines.field(path, span.unwrap_or_default(), value)
    }
}
