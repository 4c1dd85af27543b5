//! Places made exact: a label points at bytes that somebody wrote, or says which rule or default holds instead.

use camino::Utf8Path;

use super::Context;
use crate::diag::Diagnostic;
use crate::source::Place;
use crate::source::decode::{default_field, with_article};
use crate::source::origin::OriginKind;
use crate::source::{Origin, Position, Span};

/// A place in a file, in bytes and as people count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact<'a> {
    /// Path relative to the manifest's folder.
    pub path: &'a Utf8Path,
    /// The bytes.
    pub span: Span,
    /// The first character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}

impl<'a> Context<'a> {
    /// The bytes that a place names, where somebody wrote them.
    pub(super) fn span(&self, place: Place) -> Option<Span> {
        self.sources.exact(place)
    }

    /// A place with its path, lines and columns.
    pub(super) fn exact(&self, place: Place) -> Option<Exact<'a>> {
        let span = self.span(place)?;
        let file = self.sources.file(span.file);
        Some(Exact { path: &file.path, span, start: file.position(span.start), end: file.position(span.end) })
    }

    /// The exact place that a finding is about: its primary label, or the first that has one.
    pub(super) fn primary(&self, diagnostic: &Diagnostic) -> Option<Exact<'a>> {
        diagnostic.primary_first().find_map(|label| self.exact(label.place))
    }

    /// What holds where nobody wrote anything: the rule or the default that an origin names.
    #[must_use]
    pub fn unwritten(&self, origin: Origin) -> Option<String> {
        match origin.kind() {
            OriginKind::Node(_) => None,
            OriginKind::FieldDefault { .. } => {
                let (record, field) = default_field(origin, self.records)?;
                Some(format!("the default of `{field}` in {}", with_article(record)))
            }
            OriginKind::Rule(rule) => {
                let entry = self.rules.iter().flat_map(|table| table.iter()).find(|entry| entry.rule == rule)?;
                Some(format!("{} (rule `{}`)", entry.text, entry.name))
            }
        }
    }
}
