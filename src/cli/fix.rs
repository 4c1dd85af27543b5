//! `pathc check --fix`: applies the edits that are sure, reads again, and goes on until nothing is left to apply.

use camino::Utf8Path;

use super::failure::Failure;
use super::report::count;
use crate::Compilation;
use crate::diag::{Severity, Sink};
use crate::gates::Settings;
use crate::source::edit::{Repair, Taken};
use crate::source::save::Saved;
use crate::source::{FileKind, Fix, Repository, Safety};

/// How often inputs are read again: mending one stage shows what the next one finds.
const ROUNDS: usize = 10;

/// A run and what was mended before it.
pub(super) struct Fixed {
    /// The run on the mended inputs.
    pub(super) compilation: Compilation,
    /// What it found.
    pub(super) found: Sink,
    /// How many findings were mended.
    pub(super) findings: usize,
    /// What was done to which file: verbs and the rest of their lines.
    pub(super) lines: Vec<(&'static str, String)>,
}

/// Mends what is sure, then judges what is left.
pub(super) fn run(root: &Utf8Path, settings: &Settings) -> Result<Fixed, Failure> {
    let repository = Repository::at(root).map_err(|error| Failure::new(format!("can't open `{root}`: {error}")))?;
    let (mut findings, mut lines) = (0, Vec::new());
    for _ in 0..ROUNDS {
        let (compilation, found) = judge(root, settings);
        let (repair, mended) = collect(&compilation, &found);
        let texts = repair.texts(&compilation.sources);
        if texts.is_empty() {
            return Ok(Fixed { compilation, found, findings, lines });
        }
        for (id, text) in texts {
            let file = compilation.sources.file(id);
            let of_file = mended.iter().filter(|fix| file_of(fix, &compilation) == Some(id)).count();
            let saved = repository.save(&file.path, Some(&file.text), &text);
            match saved? {
                Saved::Yes => {
                    findings += of_file;
                    lines.push(("Fixed", format!("{} in {}", count(of_file, "finding"), file.path)));
                }
                Saved::ChangedMeanwhile => {
                    lines.push(("Skipped", format!("{}: it changed while it was read", file.path)));
                }
            }
        }
    }
    let (compilation, found) = judge(root, settings);
    Ok(Fixed { compilation, found, findings, lines })
}

/// Reads and judges everything, as a check does.
pub(super) fn judge(root: &Utf8Path, settings: &Settings) -> (Compilation, Sink) {
    let mut found = Sink::default();
    let compilation = crate::compile(root, settings, &mut found);
    // What a target can't express stands in the way of a build, so a check finds it too.
    drop(crate::generate(&compilation, &[], &mut found));
    (compilation, found)
}

/// The fixes that go together, and those of them that were taken.
fn collect<'f>(compilation: &Compilation, found: &'f Sink) -> (Repair, Vec<&'f Fix>) {
    let sources = &compilation.sources;
    let of_inputs = |fix: &Fix| {
        let kind = |edit: &crate::source::Edit| sources.exact(edit.place).map(|span| sources.file(span.file).kind);
        fix.edits.iter().all(|edit| kind(edit) == Some(FileKind::Input))
    };
    let mut repair = Repair::default();
    let mut taken = Vec::new();
    for diagnostic in found.iter().filter(|diagnostic| diagnostic.severity() != Severity::Waived) {
        if let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.safety == Safety::Safe && of_inputs(fix))
            && repair.offer(fix, sources) != Taken::No
        {
            taken.push(fix);
        }
    }
    (repair, taken)
}

/// The file that a fix is counted for: that of its first edit.
fn file_of(fix: &Fix, compilation: &Compilation) -> Option<crate::source::FileId> {
    let edit = fix.edits.first()?;
    compilation.sources.exact(edit.place).map(|span| span.file)
}
