//! One generated file beside what lies at its place: is it the same, is it ours to write, or is it somebody's?

use camino::Utf8Path;
use similar::TextDiff;

use super::digest::{Digest, is_workflow};
use super::folder::{Folder, Found, Refused};
use crate::diag::Diagnostic;
use crate::diag::code::{EDITED_BY_HAND, IN_THE_WAY, NOT_OURS};
use crate::source::pins::pins;

/// What a file on disk is to the file that a build makes.
pub(super) enum Verdict {
    /// The same.
    Same,
    /// Nothing is there.
    Absent,
    /// As it was generated before, and no longer what a build makes.
    Outdated,
    /// Somebody's: the finding says whose, and `force` turns it into an outdated one.
    Foreign(Box<Diagnostic>),
    /// Nothing that a file could replace.
    InTheWay(Box<Diagnostic>),
}

/// Compares what lies at a path with a new text. `known`: the digest that the lock knows of the path. `repinned`: the pins of actions are
/// not those of the last build.
pub(super) fn compare(
    folder: &Folder<'_>,
    path: &Utf8Path,
    known: Option<Digest>,
    new: (&str, Digest),
    repinned: bool,
    buffer: &mut Vec<u8>,
) -> Result<Verdict, Refused> {
    let (text, digest) = new;
    Ok(match folder.read(path, buffer)? {
        Found::Absent => Verdict::Absent,
        Found::File if *buffer == text.as_bytes() => Verdict::Same,
        Found::File => {
            let found = Digest::of_file(path, buffer);
            // A newer pin was read as an input, so that it is in the text: what differs was made older, or another commit.
            let other_pins = is_workflow(path) && pins(text) != pins(&String::from_utf8_lossy(buffer));
            match known {
                Some(known) if other_pins && !repinned && found == known => {
                    Verdict::Foreign(edited(path, text, buffer, known == digest).into())
                }
                _ if found == digest => {
                    if other_pins {
                        Verdict::Outdated
                    } else {
                        Verdict::Same
                    }
                }
                Some(known) if found == known => Verdict::Outdated,
                Some(known) => Verdict::Foreign(edited(path, text, buffer, known == digest).into()),
                None => Verdict::Foreign(not_ours(path).into()),
            }
        }
        found => Verdict::InTheWay(in_the_way(path, found).into()),
    })
}

/// What a file that is no longer generated is to the digest that the lock knows of it.
pub(super) fn leftover(
    folder: &Folder<'_>,
    path: &Utf8Path,
    known: Digest,
    buffer: &mut Vec<u8>,
) -> Result<Verdict, Refused> {
    Ok(match folder.read(path, buffer)? {
        Found::Absent => Verdict::Absent,
        Found::File if Digest::of_file(path, buffer) == known => Verdict::Outdated,
        Found::File => {
            let message = format!("`{path}` is no longer generated, and was edited by hand");
            Verdict::Foreign(
                Diagnostic::without_place(EDITED_BY_HAND, message)
                    .help("keep what you need of it elsewhere, then remove it or build with `--force`")
                    .into(),
            )
        }
        found => Verdict::InTheWay(in_the_way(path, found).into()),
    })
}

/// Something that is no file stands where a file belongs, or no folder where a folder does.
pub(super) fn in_the_way(path: &Utf8Path, found: Found) -> Diagnostic {
    let what = match found {
        Found::Folder => "a folder",
        Found::Link => "a symbolic link",
        Found::File => "a file",
        Found::Absent | Found::Other => "something that is neither file nor folder",
    };
    let belongs = if found == Found::File { "a folder is needed" } else { "a file is to be written" };
    Diagnostic::without_place(IN_THE_WAY, format!("`{path}` is {what}, where {belongs}"))
        .help("move it away, or let the target write elsewhere with its `out`")
}

fn not_ours(path: &Utf8Path) -> Diagnostic {
    Diagnostic::without_place(NOT_OURS, format!("`{path}` is there already, and pathc did not write it"))
        .help("move it away, or let the target write elsewhere with its `out`")
        .help("to replace it, build with `--force`")
}

fn edited(path: &Utf8Path, new: &str, found: &[u8], same_inputs: bool) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(EDITED_BY_HAND, format!("`{path}` was edited by hand"));
    match std::str::from_utf8(found) {
        Ok(found) => {
            let title = if same_inputs { "the edit" } else { "the edit, and what has changed in the inputs since" };
            diagnostic = diagnostic.note(format!("{title}:\n{}", difference(new, found)));
        }
        Err(_) => diagnostic = diagnostic.note("what stands there now is no text"),
    }
    diagnostic.help("make the change in the inputs instead").help("to drop the edit, build with `--force`")
}

/// The lines that differ, each behind `-` or `+`, as many as people read.
fn difference(old: &str, new: &str) -> String {
    const LINES: usize = 20;
    // A comparison costs lines times edits: past this size, nobody edited by hand.
    const LIMIT: usize = 1 << 20;
    if old.len().max(new.len()) > LIMIT {
        return "too large to show".to_owned();
    }
    // Line ends are no edit.
    let (old, new) = (old.replace("\r\n", "\n"), new.replace("\r\n", "\n"));
    let text = TextDiff::from_lines(&old, &new).unified_diff().context_radius(1).to_string();
    let mut lines: Vec<&str> = text.lines().collect();
    let more = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    let mut shown = lines.join("\n");
    if more > 0 {
        shown.push_str(&format!("\n… and {more} more lines"));
    }
    shown
}

/// What a line of a file on disk is to what a build makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOf {
    /// The line with this number, from 1.
    Same(usize),
    /// None: somebody edited it, or the inputs have changed.
    Other,
    /// The file has only so many lines.
    Beyond(usize),
}

/// The line of a new text that a line of a file, counted from 1, is. Line ends make no difference.
#[must_use]
pub fn line_of(found: &str, new: &str, line: usize) -> LineOf {
    let (old, new): (Vec<&str>, Vec<&str>) = (found.lines().collect(), new.lines().collect());
    if line > old.len() {
        return LineOf::Beyond(old.len());
    }
    if old == new {
        return LineOf::Same(line);
    }
    let edits = similar::capture_diff_slices(similar::Algorithm::Myers, &old, &new);
    let same = edits.iter().find_map(|edit| match *edit {
        similar::DiffOp::Equal { old_index, new_index, len } if (old_index..old_index + len).contains(&(line - 1)) => {
            Some(new_index + (line - 1 - old_index) + 1)
        }
        _ => None,
    });
    same.map_or(LineOf::Other, LineOf::Same)
}
