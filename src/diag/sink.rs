//! Collects what the stages find, so that one run reports everything, in the order in which people read their files.

use crate::ir::choice::Level;
use crate::source::{Sources, Span};

use super::{Diagnostic, Severity};

/// The findings of a run.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
}

impl Sink {
    /// Takes what a stage found. What is allowed is not kept.
    pub fn extend(&mut self, found: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(found.into_iter().filter(|diagnostic| diagnostic.level != Level::Allow));
    }

    /// Whether something denies: what stands between two stages.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many findings of a severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count()
    }

    /// The findings in the order of finding.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter()
    }

    /// The findings in file and line order; those without a place come last.
    #[must_use]
    pub fn ordered(&self, sources: &Sources) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.clone();
        diagnostics.iter_mut().for_each(|diagnostic| diagnostic.redact(sources));
        diagnostics.sort_by_cached_key(|diagnostic| {
            let span: Option<Span> = diagnostic.primary_first().find_map(|label| sources.exact(label.place));
            (span.is_none(), span, diagnostic.code)
        });
        diagnostics
    }
}
