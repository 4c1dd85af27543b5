//! Findings as text, for people and for machines: five forms of one ordered list.
//!
//! `place` makes places exact, `excerpt` cuts the source lines that a finding is about, and each form has a file of its
//! own. A renderer returns text and never prints: who calls it decides the stream.

mod excerpt;
mod github;
mod human;
mod json;
mod place;
mod sarif;
mod short;
#[cfg(test)]
mod tests;
mod text;

use crate::source::{RecordShape, RuleEntry, Sources};

use super::{Code, Diagnostic};

pub use human::excerpts;
pub use json::{Counts, Summary, summary};

/// The form of diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With source excerpts, for a terminal.
    Human,
    /// One line each, as compilers and editors have it.
    Short,
    /// One JSON object a line.
    Json,
    /// One SARIF 2.1.0 document.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// What a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether text is coloured.
    pub color: bool,
    /// Whether lines are drawn with more than ASCII.
    pub unicode: bool,
    /// How many columns there are.
    pub width: usize,
}

impl Look {
    /// What every place that text goes to can show: no colour, ASCII, 100 columns.
    pub const PLAIN: Look = Look { color: false, unicode: false, width: 100 };
}

/// What places and codes refer to.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The files of the run.
    pub sources: &'a Sources,
    /// Every code there is, in order.
    pub codes: &'a [Code],
    /// The rules of every room.
    pub rules: &'a [&'a [RuleEntry]],
    /// Every record whose fields have defaults.
    pub records: &'a [&'static RecordShape],
}

/// Renders findings in their order. The text is empty where there is nothing to say, but for SARIF, which is a document
/// even then.
#[must_use]
pub fn render(format: Format, diagnostics: &[Diagnostic], context: &Context<'_>, look: Look) -> String {
    match format {
        Format::Human => human::render(diagnostics, context, look),
        Format::Short => each(diagnostics, |diagnostic| short::line(diagnostic, context)),
        Format::Json => each(diagnostics, |diagnostic| json::line(diagnostic, context)),
        Format::Sarif => sarif::document(diagnostics, context),
        Format::Github => each(diagnostics, |diagnostic| github::command(diagnostic, context)),
    }
}

/// A text as one line of a terminal: nothing in it can move the cursor or reorder what is read.
#[must_use]
pub fn line(line: &str) -> String {
    text::one_line(line)
}

/// One line for each finding.
fn each(diagnostics: &[Diagnostic], line: impl Fn(&Diagnostic) -> String) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&line(diagnostic));
        text.push('\n');
    }
    text
}
