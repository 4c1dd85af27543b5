//! The lines that differ, in the form that `git diff` prints and `git apply` reads.

use camino::Utf8Path;
use similar::{ChangeTag, TextDiff};

use super::Version;

/// A part of the text, for who colours it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The names of a file.
    Head,
    /// Where lines stand.
    Place,
    /// A line that is gone.
    Removed,
    /// A line that is new.
    Added,
    /// A line that is the same.
    Same,
}

/// The lines that differ, file by file. `paint`: how a line is shown; it has no line end.
#[must_use]
pub fn unified(old: &Version, new: &Version, paint: &dyn Fn(Part, &str) -> String) -> String {
    let paths: std::collections::BTreeSet<_> = old.files.keys().chain(new.files.keys()).collect();
    let mut out = String::new();
    for path in paths {
        let text = |version: &Version| version.files.get(path).map(|file| file.text.clone());
        let (before, after) = (text(old), text(new));
        if before != after {
            file(path, before.as_deref(), after.as_deref(), paint, &mut out);
        }
    }
    out
}

fn file(path: &Utf8Path, old: Option<&str>, new: Option<&str>, paint: &dyn Fn(Part, &str) -> String, out: &mut String) {
    let mut push = |part: Part, line: &str| {
        out.push_str(&paint(part, line));
        out.push('\n');
    };
    push(Part::Head, &format!("diff --git a/{path} b/{path}"));
    match (old, new) {
        (None, _) => push(Part::Head, "new file mode 100644"),
        (_, None) => push(Part::Head, "deleted file mode 100644"),
        _ => {}
    }
    let side =
        |is_there: bool, prefix: &str| if is_there { format!("{prefix}/{path}") } else { "/dev/null".to_owned() };
    push(Part::Head, &format!("--- {}", side(old.is_some(), "a")));
    push(Part::Head, &format!("+++ {}", side(new.is_some(), "b")));
    let diff = TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default());
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        push(Part::Place, hunk.header().to_string().trim_end());
        for change in hunk.iter_changes() {
            let (sign, part) = match change.tag() {
                ChangeTag::Delete => ('-', Part::Removed),
                ChangeTag::Insert => ('+', Part::Added),
                ChangeTag::Equal => (' ', Part::Same),
            };
            push(part, &format!("{sign}{}", change.value().strip_suffix('\n').unwrap_or(change.value())));
            if change.missing_newline() {
                push(Part::Same, "\\ No newline at end of file");
            }
        }
    }
}
