//! Edits to inputs: byte for byte by span, so that comments and layout stay as somebody wrote them.
//!
//! A [`Fix`] is all of its edits or none. [`Repair`] collects the fixes of a run, leaves out those that touch what another
//! one changes, and says what each file becomes.

use std::collections::BTreeMap;

use super::{FileId, Place, Sources, Span};

/// How sure an edit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// The meaning is what the user wrote.
    Safe,
    /// A person should look.
    Suggested,
}

/// Edits that mend a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// How sure they are.
    pub safety: Safety,
    /// The edits, none overlapping.
    pub edits: Vec<Edit>,
}

/// One edit: what stands at a place becomes another text.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// What is replaced; an empty span: an insertion.
    pub place: Place,
    /// The new text.
    pub insert: String,
}

impl Fix {
    /// One edit.
    #[must_use]
    pub fn new(safety: Safety, place: impl Into<Place>, insert: impl Into<String>) -> Fix {
        Fix { safety, edits: vec![Edit { place: place.into(), insert: insert.into() }] }
    }

    /// One edit whose meaning is what the user wrote.
    #[must_use]
    pub fn safe(place: impl Into<Place>, insert: impl Into<String>) -> Fix {
        Fix::new(Safety::Safe, place, insert)
    }

    /// One edit that a person should look at.
    #[must_use]
    pub fn suggested(place: impl Into<Place>, insert: impl Into<String>) -> Fix {
        Fix::new(Safety::Suggested, place, insert)
    }
}

/// What became of a fix that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It takes part.
    Yes,
    /// The same edits take part already.
    Known,
    /// It touches what another one changes, or what nobody wrote.
    No,
}

/// The fixes of a run that go together.
#[derive(Debug, Default)]
pub struct Repair {
    edits: BTreeMap<FileId, Vec<(Span, String)>>,
}

impl Repair {
    /// Adds a fix, unless it touches what another one changes.
    pub fn offer(&mut self, fix: &Fix, sources: &Sources) -> Taken {
        let exact = |edit: &Edit| Some((sources.exact(edit.place)?, edit.insert.clone()));
        let Some(edits) = fix.edits.iter().map(exact).collect::<Option<Vec<_>>>() else { return Taken::No };
        self.take(edits)
    }

    fn take(&mut self, edits: Vec<(Span, String)>) -> Taken {
        let others = |span: Span| self.edits.get(&span.file).map_or(&[][..], Vec::as_slice);
        if edits.iter().all(|edit| others(edit.0).contains(edit)) {
            return Taken::Known;
        }
        if edits.iter().any(|(span, _)| others(*span).iter().any(|(other, _)| overlap(*span, *other))) {
            return Taken::No;
        }
        for edit in edits {
            self.edits.entry(edit.0.file).or_default().push(edit);
        }
        Taken::Yes
    }

    /// The files that change, each with its new text.
    #[must_use]
    pub fn texts(&self, sources: &Sources) -> Vec<(FileId, String)> {
        let files = self.edits.iter();
        files.filter_map(|(file, edits)| Some((*file, applied(&sources.file(*file).text, edits)?))).collect()
    }
}

/// Whether two edits touch. Two insertions at one place do: their order would be ours.
fn overlap(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end || one.start == other.start
}

/// A text with edits applied that don't overlap; nothing where one of them is not of this text.
#[must_use]
pub fn applied(text: &str, edits: &[(Span, String)]) -> Option<String> {
    let mut edits: Vec<&(Span, String)> = edits.iter().collect();
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (span, insert) in edits {
        out.push_str(text.get(at..span.start as usize)?);
        out.push_str(insert);
        text.get(span.start as usize..span.end as usize)?;
        at = span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, insert: &str) -> (Span, String) {
        (Span { file: FileId(0), start, end }, insert.to_owned())
    }

    #[test]
    fn edits_change_what_they_name_and_nothing_else() {
        let edits = [edit(6, 7, "G"), edit(0, 1, "bb"), edit(3, 3, "!")];
        assert_eq!(applied("abc # größer", &edits).as_deref(), Some("bbbc! # Größer"));
        assert_eq!(applied("abc", &[edit(2, 9, "x")]), None);
        assert_eq!(applied("ö", &[edit(1, 2, "x")]), None);
    }

    #[test]
    fn a_fix_is_taken_whole_or_not_at_all() {
        let mut repair = Repair::default();
        assert_eq!(repair.take(vec![edit(0, 3, "a"), edit(9, 9, "b")]), Taken::Yes);
        assert_eq!(repair.take(vec![edit(0, 3, "a")]), Taken::Known);
        assert_eq!(repair.take(vec![edit(4, 5, "c"), edit(2, 4, "d")]), Taken::No);
        assert_eq!(repair.take(vec![edit(9, 9, "e")]), Taken::No);
        assert_eq!(repair.take(vec![edit(3, 5, "f")]), Taken::Yes);
        assert_eq!(repair.edits[&FileId(0)].len(), 3);
    }
}
