//! Reading a repository: manifest first, for it names the folder of the others; then all others at once; then `resolve`.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diag::{Diagnostic, code};
use crate::ir::System;
use crate::source::load::MANIFEST;
use crate::source::{Decoder, FileId, FileKind, Problem, Repository, Scalar, SourceFile, Sources, Span};

use super::documents::{self, Documents};
use super::manifest::Manifest;
use super::resolve;

/// What was read.
pub struct Input {
    /// The system; none where anything is wrong.
    pub system: Option<System>,
    /// All files, for the places of findings and origins.
    pub sources: Sources,
    /// What is wrong, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the system of the repository with this root.
#[must_use]
pub fn read(root: &Utf8Path) -> Input {
    let mut sources = Sources::default();
    let repository = match Repository::at(root) {
        Ok(repository) => repository,
        Err(error) => {
            let message = format!("can't open the folder `{root}`: {}", error.kind());
            let diagnostics = vec![Diagnostic::without_place(code::UNREADABLE, message)];
            return Input { system: None, sources, diagnostics };
        }
    };
    let loaded = repository.load(&mut sources, &[(Utf8PathBuf::from(MANIFEST), FileKind::Input)]);
    let mut problems = loaded.problems;
    let Some(file) = loaded.files.first().copied() else {
        return Input { system: None, sources, diagnostics: problems.into_iter().map(Diagnostic::from).collect() };
    };
    let manifest = decode_manifest(&sources, file, &mut problems);
    let (folder, mention) = inputs_folder(sources.file(file), file);
    let found = documents::load(&repository, &mut sources, &folder, mention, &mut problems);
    let (documents, wrong) = Documents::decode(&sources, &found);
    problems.extend(wrong);
    let whole = problems.is_empty();
    let mut diagnostics: Vec<Diagnostic> = problems.into_iter().map(Diagnostic::from).collect();
    let (system, unresolved) = resolve::resolve(&sources, &repository, manifest, documents);
    diagnostics.extend(unresolved);
    sort(&sources, &mut diagnostics);
    Input { system: system.filter(|_| whole && diagnostics.is_empty()), sources, diagnostics }
}

fn decode_manifest(sources: &Sources, file: FileId, problems: &mut Vec<Problem>) -> Option<Manifest> {
    let source = sources.file(file);
    if source.tree.root().is_none() && !source.tree.is_complete() {
        return None;
    }
    let mut decoder = Decoder::new(file, source);
    let manifest = decoder.document();
    problems.extend(decoder.finish());
    manifest
}

/// The folder of the nine documents and the place that names it: read from the tree, so that a manifest with mistakes
/// still leads to the mistakes of the others.
fn inputs_folder(source: &SourceFile, file: FileId) -> (Utf8PathBuf, Span) {
    let mut folder = Utf8PathBuf::from("path");
    let mut mention = Span { file, start: 0, end: 0 };
    let entries = source.tree.root().and_then(|root| source.tree.entries(root));
    for (key, value) in entries.into_iter().flatten() {
        let Some((text, _)) = source.tree.scalar(&source.text, value) else { continue };
        match source.tree.scalar(&source.text, key).map(|(key, _)| key) {
            Some("system") if mention.end == 0 => mention = Span { file, ..source.tree.span(value) },
            Some("inputs") => {
                if let Ok(path) = crate::ir::value::RepositoryPath::read(text) {
                    folder = Utf8PathBuf::from(path.as_str());
                    mention = Span { file, ..source.tree.span(value) };
                }
            }
            _ => {}
        }
    }
    (folder, mention)
}

/// Puts findings in the order of files and lines; those without a place come first.
fn sort(sources: &Sources, diagnostics: &mut [Diagnostic]) {
    use crate::diag::diagnostic::Place;
    diagnostics.sort_by_cached_key(|diagnostic| {
        let place = diagnostic.labels.first().and_then(|label| match label.place {
            Place::Span(span) => Some(span),
            Place::Origin(origin) => sources.span(origin),
        });
        (place, diagnostic.code, diagnostic.message.clone())
    });
}
