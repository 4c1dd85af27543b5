//! The lines that a finding is about, cut from their files and made fit for a terminal.
//!
//! A finding may point into several files, and the graphical handler knows one text. So the lines of all its places are
//! laid out one window after the other in one text of our own, whose windows know their file and lines. On the way tabs
//! become spaces, long lines are cut around their label, and secrets become dots.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::Context;
use super::text::{one_line, visible};
use crate::diag::Label;
use crate::diag::credential;
use crate::diag::diagnostic::primary_first;
use crate::source::{SourceFile, Span};

/// Lines shown around the one with a label.
const AROUND: u32 = 1;
/// What a secret is shown as; its length would say something about it.
const SECRET: &str = "***";
/// Stays in the text of a file, and is nothing to see.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The lines of one finding, and where its labels lie in them.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    text: String,
    windows: Vec<Window>,
    /// The labels, in the order of the text.
    pub(super) labels: Vec<Shown>,
}

/// A label as it is drawn.
#[derive(Debug)]
pub(super) struct Shown {
    /// Where, in the excerpt's text.
    pub(super) span: LabeledSpan,
    /// Whether it is the place that is wrong.
    pub(super) primary: bool,
    line: u32,
    column: u32,
}

/// Lines of one file that stand together.
#[derive(Debug)]
struct Window {
    path: String,
    start: usize,
    end: usize,
    first_line: u32,
    lines: usize,
}

/// A label that was found, before it is drawn.
struct Wanted<'a> {
    span: Span,
    line: u32,
    column: u32,
    text: &'a str,
    primary: bool,
}

impl Excerpt {
    /// Cuts the lines of a finding, none wider than `width`; what lies in `secrets` is not shown.
    pub(super) fn new(labels: &[Label], context: &Context<'_>, secrets: &[Span], width: usize) -> Excerpt {
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        for label in primary_first(labels) {
            let Some(place) = context.exact(label.place) else { continue };
            wanted.push(Wanted {
                span: place.span,
                line: place.start.line,
                column: place.start.column,
                text: &label.text,
                primary: label.primary,
            });
        }
        let mut excerpt = Excerpt::default();
        // The file of the primary place comes first, the others in the order of their labels.
        while let Some(first) = wanted.first() {
            let id = first.span.file;
            let (mut here, rest): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|label| label.span.file == id);
            wanted = rest;
            here.sort_by_key(|label| (label.span.start, label.span.end));
            let mut windows: Vec<&[Wanted<'_>]> = Vec::new();
            let mut here = here.as_slice();
            while let Some(label) = here.first() {
                let mut last = label.line;
                let near = |label: &&Wanted<'_>| {
                    let joins = label.line <= last + 2 * AROUND + 1;
                    last = last.max(label.line);
                    joins
                };
                let (window, later) = here.split_at(here.iter().take_while(near).count());
                windows.push(window);
                here = later;
            }
            // What is wrong is seen first, whatever its line.
            windows.sort_by_key(|window| !window.iter().any(|label| label.primary));
            for window in windows {
                excerpt.add_window(context.sources.file(id), window, secrets, width);
            }
        }
        excerpt
    }

    fn add_window(&mut self, file: &SourceFile, labels: &[Wanted<'_>], secrets: &[Span], width: usize) {
        let (Some(first), Some(last)) = (labels.first(), labels.last()) else { return };
        let is_blank = |number: u32| {
            file.line(number).is_none_or(|(from, to)| file.text[from as usize..to as usize].trim().is_empty())
        };
        // Blank lines at the edges say nothing.
        let from = first.line.saturating_sub(AROUND).max(1);
        let from = if from < first.line && is_blank(from) { first.line } else { from };
        let to = if is_blank(last.line + AROUND) { last.line } else { last.line + AROUND };

        let start = self.text.len();
        for number in from..=to {
            let (begin, end) = file.line(number).unwrap_or((file.text.len() as u32, file.text.len() as u32));
            let line = file.text.get(begin as usize..end as usize).unwrap_or_default();
            let on_line: Vec<&Wanted<'_>> = labels.iter().filter(|label| label.line == number).collect();
            let focus = on_line.iter().min_by_key(|label| !label.primary).map_or(0, |label| label.span.start - begin);
            let hidden: Vec<(usize, usize)> = secrets
                .iter()
                .filter(|secret| labels.iter().any(|label| label.span.file == secret.file))
                .filter(|secret| secret.start < end && secret.end > begin)
                .map(|secret| (secret.start.saturating_sub(begin) as usize, (secret.end.min(end) - begin) as usize))
                // What looks like a credential is hidden also where no gate has judged it yet.
                .chain(credential::hidden_near(line, focus as usize))
                .collect();
            let cut = Cut::new(line, focus as usize, &hidden, width);
            let line_start = self.text.len();
            self.text.push_str(&cut.text);
            for label in on_line {
                // A place of many lines is shown where it starts.
                let (left, right) = (
                    (label.span.start - begin) as usize,
                    (label.span.end.min(end).max(label.span.start) - begin) as usize,
                );
                let (left, right) = (cut.place(left), cut.place(right));
                // A place without text needs something to point at.
                while self.text.len() < line_start + left + 1 {
                    self.text.push(' ');
                }
                let length = right.saturating_sub(left).max(next_length(&self.text[line_start + left..]));
                let text = Some(one_line(label.text)).filter(|text| !text.is_empty());
                let offset = line_start + left;
                let span = if label.primary {
                    LabeledSpan::new_primary_with_span(text, (offset, length))
                } else {
                    LabeledSpan::new_with_span(text, (offset, length))
                };
                self.labels.push(Shown { span, primary: label.primary, line: label.line, column: label.column });
            }
            self.text.push('\n');
        }
        self.windows.push(Window {
            path: one_line(file.path.as_str()),
            start,
            end: self.text.len(),
            first_line: from,
            lines: (to - from + 1) as usize,
        });
    }
}

/// The length of the first character.
fn next_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        // A range over two windows is none: the handler then draws each window on its own.
        let window = self
            .windows
            .iter()
            .find(|window| window.start <= start && end <= window.end)
            .ok_or(MietteError::OutOfBounds)?;
        let data = &self.text.as_bytes()[window.start..window.end];
        let whole = SourceSpan::from((window.start, window.end - window.start));
        // Asked for no lines around, the handler wants to know where the label is, for the head of the window.
        let label = self.labels.iter().find(|label| label.span.inner() == span).filter(|_| before == 0 && after == 0);
        let (line, column) = label.map_or((window.first_line, 1), |label| (label.line, label.column));
        Ok(Box::new(MietteSpanContents::new_named(
            window.path.clone(),
            data,
            whole,
            line as usize - 1,
            column as usize - 1,
            window.lines,
        )))
    }
}

/// A line as it is shown, and where its bytes went.
struct Cut {
    text: String,
    /// Byte of the line and byte of the text, for each piece that was kept, ascending.
    places: Vec<(usize, usize)>,
}

impl Cut {
    /// Cuts a line to `width` around the byte `focus`.
    fn new(line: &str, focus: usize, hidden: &[(usize, usize)], width: usize) -> Cut {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let focus = floor(line, focus);
        // A third of the width before the focus, the rest behind it; a label near the start moves nothing.
        let lead = line[..focus].char_indices().rev().take(width).map(|(at, _)| at).collect::<Vec<_>>();
        let from = if lead.len() < width * 2 / 3 { 0 } else { lead[width / 3] };
        let mut cut = Cut { text: String::new(), places: Vec::new() };
        if from > 0 {
            cut.text.push_str("...");
        }
        let mut columns = cut.text.len();
        let mut at = from;
        while let Some(character) = line[at..].chars().next() {
            cut.places.push((at, cut.text.len()));
            if character == BYTE_ORDER_MARK {
                at += character.len_utf8();
                continue;
            }
            if columns >= width {
                cut.text.push_str("...");
                return cut;
            }
            if let Some((_, end)) = hidden.iter().find(|(start, end)| (*start..*end).contains(&at)) {
                cut.text.push_str(SECRET);
                columns += SECRET.len();
                at = floor(line, *end).max(at + character.len_utf8());
                continue;
            }
            if character == '\t' {
                cut.text.push_str("    ");
                columns += 4;
            } else {
                cut.text.push(visible(character));
                columns += 1;
            }
            at += character.len_utf8();
        }
        cut.places.push((line.len(), cut.text.len()));
        cut
    }

    /// Where a byte of the line went; what was cut away is at the edge.
    fn place(&self, byte: usize) -> usize {
        let index = self.places.partition_point(|(from, _)| *from < byte);
        self.places.get(index).or(self.places.last()).map_or(0, |(_, to)| *to)
    }
}

/// The nearest start of a character at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_moves_what_follows() {
        let cut = Cut::new("\tname: web\r", 1, &[], 80);
        assert_eq!(cut.text, "    name: web");
        assert_eq!(cut.place(1), 4);
    }

    #[test]
    fn a_long_line_is_cut_around_its_label() {
        let line = format!("{}here{}", "a".repeat(500), "b".repeat(500));
        let cut = Cut::new(&line, 500, &[], 60);
        assert!(cut.text.chars().count() <= 66, "{}", cut.text);
        assert_eq!(&cut.text[cut.place(500)..cut.place(504)], "here");
    }

    #[test]
    fn a_secret_shows_neither_text_nor_length() {
        let cut = Cut::new("token: ghp_1234567890", 7, &[(7, 21)], 80);
        assert_eq!(cut.text, "token: ***");
        assert_eq!((cut.place(7), cut.place(21)), (7, 10));
    }
}
