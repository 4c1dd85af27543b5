//! Reading a repository: manifest first, for it names the folder of the others; then all others at once; then `resolve`.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diag::{Diagnostic, code};
use crate::ir::System;
use crate::ir::value::RepositoryPath;
use crate::source::load::MANIFEST;
use crate::source::{Decoder, FileId, FileKind, Presence, Problem, Repository, Scalar, SourceFile, Sources, Span};

use super::documents::{self, Documents, Folder};
use super::manifest::Manifest;
use super::resolve;

/// What was read.
pub struct Input {
    /// The system; none where anything is wrong.
    pub system: Option<System>,
    /// The folder of the nine documents, from the root.
    pub folder: Utf8PathBuf,
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
            return Input { system: None, folder: default_folder(), sources, diagnostics };
        }
    };
    let loaded = repository.load(&mut sources, &[(Utf8PathBuf::from(MANIFEST), FileKind::Input)]);
    let mut problems = loaded.problems;
    let Some(file) = loaded.files.first().copied() else {
        return Input {
            system: None,
            folder: default_folder(),
            sources,
            diagnostics: problems.into_iter().map(Diagnostic::from).collect(),
        };
    };
    let manifest = decode_manifest(&sources, file, &mut problems);
    let folder = inputs_folder(sources.file(file), file);
    let found = documents::load(&repository, &mut sources, &folder, &mut problems);
    let (documents, wrong) = Documents::decode(&sources, &found);
    problems.extend(wrong);
    let whole = problems.is_empty();
    let mut diagnostics: Vec<Diagnostic> = problems.into_iter().map(Diagnostic::from).collect();
    let (system, unresolved) = resolve::resolve(&sources, &repository, manifest, documents);
    diagnostics.extend(unresolved);
    sort(&sources, &mut diagnostics);
    let system = system.filter(|_| whole && diagnostics.is_empty());
    Input { system, folder: folder.path, sources, diagnostics }
}

fn decode_manifest(sources: &Sources, file: FileId, problems: &mut Vec<Problem>) -> Option<Manifest> {
    let source = sources.file(file);
    if source.tree().root().is_none() && !source.tree().is_complete() {
        return None;
    }
    let mut decoder = Decoder::new(file, source);
    let manifest = decoder.document();
    problems.extend(decoder.finish());
    manifest
}

/// The folder of the nine documents: read from the tree, so that a manifest with mistakes still leads to the mistakes of
/// the others.
fn inputs_folder(source: &SourceFile, file: FileId) -> Folder {
    let place = |node| Span { file, ..source.tree().span(node) };
    let written = |wanted: &str| {
        let mut entries = source.tree().root().and_then(|root| source.tree().entries(root))?;
        let is_wanted = |key| source.tree().scalar(&source.text, key).is_some_and(|(key, _)| key == wanted);
        let (key, value) = entries.find(|(key, _)| is_wanted(*key))?;
        let (text, _) = source.tree().scalar(&source.text, value)?;
        Some((place(key), place(value), text))
    };
    if let Some((_, span, text)) = written("inputs")
        && let Ok(path) = RepositoryPath::read(text)
    {
        let label = "the inputs are looked for in this folder".to_owned();
        // The root itself is no part of a path below it.
        let path = if path.as_str() == "." { Utf8PathBuf::new() } else { Utf8PathBuf::from(path.as_str()) };
        return Folder { path, span, label };
    }
    let path = default_folder();
    let span = written("system").map_or(Span { file, start: 0, end: 0 }, |(_, span, _)| span);
    let label = format!("the inputs of this system are looked for in `{path}/`, because it has no `inputs`");
    Folder { path, span, label }
}

fn default_folder() -> Utf8PathBuf {
    let field = Manifest::SHAPE.fields.iter().find(|field| field.name == "inputs");
    match field.map(|field| field.presence) {
        Some(Presence::Default(text)) => Utf8PathBuf::from(text),
        _ => Utf8PathBuf::from("."),
    }
}

/// Puts findings in the order of files and lines; those without a place come first.
fn sort(sources: &Sources, diagnostics: &mut [Diagnostic]) {
    use crate::source::Place;
    diagnostics.sort_by_cached_key(|diagnostic| {
        let place = diagnostic.labels.first().and_then(|label| match label.place {
            Place::Span(span) => Some(span),
            Place::Origin(origin) => sources.span(origin),
        });
        (place, diagnostic.code, diagnostic.message.clone())
    });
}
