//! Findings for people: the message, the lines of every file that it is about, then what to do.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};
use owo_colors::{OwoColorize, Style};

use super::excerpt::Excerpt;
use super::text::{fold, one_line};
use super::{Context, Look};
use crate::diag::{Diagnostic, Label, Severity};
use crate::source::{Place, Span};

/// So many places of similar findings are told; machines get them all.
const PLACES: usize = 3;

pub(super) fn render(diagnostics: &[Diagnostic], context: &Context<'_>, look: Look) -> String {
    // A secret is hidden in every excerpt, also in that of another finding beside it.
    let secrets: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.sensitive)
        .flat_map(|diagnostic| diagnostic.everywhere().filter_map(|label| context.span(label.place)))
        .collect();
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&report(diagnostic, context, &secrets, look));
        text.push('\n');
    }
    text
}

fn report(diagnostic: &Diagnostic, context: &Context<'_>, secrets: &[Span], look: Look) -> String {
    let severity = diagnostic.severity();
    let color = match severity {
        Severity::Error => Style::new().red().bold(),
        Severity::Warning => Style::new().yellow().bold(),
        Severity::Waived => Style::new().green().bold(),
    };
    let head = format!("{severity}[{} {}]:", diagnostic.code.as_str(), diagnostic.code.slug());
    let mut text = draw(&head, color, &diagnostic.message, &diagnostic.labels, (context, secrets), look);
    push_footers(&mut text, footers(diagnostic, context), look);
    text
}

/// Places that are no finding: a message, the lines, and what holds where nobody wrote anything. What lies in `secrets`
/// is not shown.
#[must_use]
pub fn excerpts(
    head: &str,
    message: &str,
    labels: &[Label],
    notes: &[String],
    (context, secrets): (&Context<'_>, &[Span]),
    look: Look,
) -> String {
    let mut text = draw(head, Style::new().cyan().bold(), message, labels, (context, secrets), look);
    let unwritten = unwritten(labels, context).map(|text| ("note", text));
    push_footers(&mut text, unwritten.chain(notes.iter().map(|note| ("note", note.clone()))), look);
    text
}

/// The head and the lines.
fn draw(
    head: &str,
    color: Style,
    message: &str,
    labels: &[Label],
    (context, secrets): (&Context<'_>, &[Span]),
    look: Look,
) -> String {
    // Line numbers and frame take the rest of the width.
    let excerpt = Excerpt::new(labels, context, secrets, look.width.saturating_sub(12).max(20));
    let handler = GraphicalReportHandler::new_themed(theme(head, color, &excerpt, look))
        .with_width(look.width)
        .with_context_lines(1)
        .with_wrap_lines(false)
        .without_syntax_highlighting()
        .with_urls(false);
    let shown = Report { message: one_line(message), excerpt };
    let mut text = String::new();
    if handler.render_report(&mut text, &shown).is_err() {
        // The excerpt alone is lost: what is wrong is still said.
        text = shown.message;
    }
    // The handler indents its head; ours is flush left, as compilers have it.
    let mut text = text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

fn push_footers(text: &mut String, footers: impl IntoIterator<Item = (&'static str, String)>, look: Look) {
    for (kind, body) in footers {
        let body = fold(&body, look.width, "  help: ".len());
        text.push_str(&format!("  {} {body}\n", paint(&format!("{kind}:"), Style::new().cyan().bold(), look)));
    }
}

/// What holds where labels point at nothing that somebody wrote.
fn unwritten<'a>(labels: &'a [Label], context: &'a Context<'_>) -> impl Iterator<Item = String> + 'a {
    labels.iter().filter_map(|label| {
        let Place::Origin(origin) = label.place else { return None };
        Some(format!("{}: {}", label.text, context.unwritten(origin)?))
    })
}

/// What stands below the excerpt.
fn footers(diagnostic: &Diagnostic, context: &Context<'_>) -> Vec<(&'static str, String)> {
    let mut footers: Vec<(&'static str, String)> = Vec::new();
    footers.extend(diagnostic.help.iter().map(|help| ("help", help.clone())));
    footers.extend(unwritten(&diagnostic.labels, context).map(|text| ("note", text)));
    footers.extend(elsewhere(diagnostic, context).map(|text| ("note", text)));
    footers.extend(diagnostic.notes.iter().map(|note| ("note", note.clone())));
    if let Some(waived) = &diagnostic.waived {
        let text = format!("waived by {} until {}: {}", waived.approved_by, waived.expires, waived.reason);
        footers.push(("note", text));
    }
    footers
}

/// Where similar findings are: the first few places.
fn elsewhere(diagnostic: &Diagnostic, context: &Context<'_>) -> Option<String> {
    let places = diagnostic.also.iter().filter(|label| label.primary).filter_map(|label| context.exact(label.place));
    let places: Vec<String> =
        places.map(|place| format!("{}:{}:{}", place.path, place.start.line, place.start.column)).collect();
    let (shown, left) = places.split_at(places.len().min(PLACES));
    let rest = if left.is_empty() { String::new() } else { format!(" and {} more places", left.len()) };
    (!shown.is_empty()).then(|| format!("also at {}{rest}", shown.join(", ")))
}

fn paint(text: &str, style: Style, look: Look) -> String {
    if look.color { text.style(style).to_string() } else { text.to_owned() }
}

/// The handler's characters and colours for one finding: its head is the code, its primary label is red.
fn theme(head: &str, color: Style, excerpt: &Excerpt, look: Look) -> GraphicalTheme {
    let mut characters = if look.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    characters.error = head.to_owned();
    let styles = if look.color {
        let mut styles = ThemeStyles::ansi();
        styles.error = color;
        styles.link = Style::new().cyan();
        let other = Style::new().blue().bold();
        styles.highlights = excerpt.labels.iter().map(|label| if label.primary { color } else { other }).collect();
        if styles.highlights.is_empty() {
            styles.highlights.push(color);
        }
        styles
    } else {
        ThemeStyles::none()
    };
    GraphicalTheme { characters, styles }
}

/// A finding as the graphical handler takes it.
#[derive(Debug)]
struct Report {
    message: String,
    excerpt: Excerpt,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.excerpt.labels.is_empty()).then_some(&self.excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels.iter().map(|label| label.span.clone())))
    }
}
