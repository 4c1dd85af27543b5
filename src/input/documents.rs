//! The documents of the language: the one list that reading, schemas and the reference go by; and how a document is
//! found and joined from its fragments.

use camino::Utf8PathBuf;
use rayon::prelude::*;

use crate::source::decode::nearest;
use crate::source::{
    Decode, Decoder, Entry, FileId, FileKind, Origin, Presence, Problem, ProblemKind, RecordShape, Repository, Shape,
    Sources, Span,
};

use super::build_configurations::BuildConfigurations;
use super::code_quality_metrics::CodeQualityMetrics;
use super::dependency_specifications::DependencySpecifications;
use super::deployment_packages::DeploymentPackages;
use super::implementation_artifacts::ImplementationArtifacts;
use super::manifest::Manifest;
use super::refactoring_log::RefactoringLog;
use super::test_coverage_report::TestCoverageReport;
use super::test_results::TestResults;
use super::test_specifications::TestSpecifications;

/// What is known of a document before it is read.
#[derive(Debug)]
pub struct DocumentShape {
    /// Its name without `.yaml`.
    pub name: &'static str,
    /// The name of its file; a folder of fragments has the document's name.
    pub file: &'static str,
    /// Whether nothing compiles without it.
    pub required: bool,
    /// Its documentation.
    pub doc: &'static str,
    /// The form of its content.
    pub shape: fn() -> Shape,
}

/// Keys that hold for the rows of their own fragment, so that each fragment may have them.
const OF_EACH_FRAGMENT: &[&str] = &["tool", "commit", "generated_at"];

/// A document that may be written in fragments.
pub(super) trait Document: Decode + Send {
    /// Gives the rows what their own fragment says of all of them.
    fn settle(&mut self) {}

    /// Puts the lists of the next fragment behind its own, and takes over the keys that only that one has.
    fn join(&mut self, fragment: Self);
}

/// A document as it was read.
pub(super) struct Read<D> {
    /// The document, joined; none where there is no file of it, or none that can be understood.
    pub(super) document: Option<D>,
    /// Its files, in path order.
    pub(super) files: Vec<FileId>,
    /// Whether all that is written in it is known: no file was missing or broken.
    pub(super) complete: bool,
}

macro_rules! documents {
    ($($field:ident: $type:ty, required $required:literal;)*) => {
        /// All documents: the manifest, then the nine.
        pub static DOCUMENTS: &[DocumentShape] = &[
            DocumentShape {
                name: "pathc",
                file: crate::source::load::MANIFEST,
                required: true,
                doc: Manifest::SHAPE.doc,
                shape: <Manifest as Decode>::shape,
            },
            $(DocumentShape {
                name: stringify!($field),
                file: concat!(stringify!($field), ".yaml"),
                required: $required,
                doc: <$type>::SHAPE.doc,
                shape: <$type as Decode>::shape,
            },)*
        ];

        /// The nine documents as they were read.
        pub(super) struct Documents {
            $(pub(super) $field: Read<$type>,)*
        }

        impl Documents {
            /// Reads the files that were found, all in parallel.
            pub(super) fn decode(sources: &Sources, found: &[Found]) -> (Documents, Vec<Problem>) {
                $(let mut $field = None;)*
                rayon::scope(|scope| {
                    $({
                        let slot = &mut $field;
                        scope.spawn(move |_| {
                            let found = found.iter().find(|found| found.shape.name == stringify!($field));
                            *slot = Some(read::<$type>(sources, found, &<$type>::SHAPE));
                        });
                    })*
                });
                let mut problems = Vec::new();
                $(let $field = take($field, &mut problems);)*
                (Documents { $($field),* }, problems)
            }

            /// The names and first files of those that are there.
            pub(super) fn present(&self) -> impl Iterator<Item = (&'static str, FileId)> {
                [$((stringify!($field), self.$field.files.first().copied())),*]
                    .into_iter()
                    .filter_map(|(name, file)| file.map(|file| (name, file)))
            }
        }
    };
}

documents! {
    test_specifications: TestSpecifications, required false;
    test_coverage_report: TestCoverageReport, required false;
    test_results: TestResults, required false;
    implementation_artifacts: ImplementationArtifacts, required true;
    code_quality_metrics: CodeQualityMetrics, required false;
    refactoring_log: RefactoringLog, required false;
    build_configurations: BuildConfigurations, required false;
    dependency_specifications: DependencySpecifications, required false;
    deployment_packages: DeploymentPackages, required true;
}

/// Where the files of one document are.
pub(super) struct Found {
    shape: &'static DocumentShape,
    files: Vec<FileId>,
    complete: bool,
}

/// The folder of the nine documents, and the place of the manifest that speaks of it.
pub(super) struct Folder {
    pub(super) path: Utf8PathBuf,
    pub(super) span: Span,
    pub(super) label: String,
}

impl Folder {
    fn problem(&self, kind: ProblemKind, message: String) -> Problem {
        Problem::new(kind, self.span, message, self.label.clone())
    }
}

/// Finds and loads the nine documents.
pub(super) fn load(
    repository: &Repository,
    sources: &mut Sources,
    folder: &Folder,
    problems: &mut Vec<Problem>,
) -> Vec<Found> {
    let mut requests = Vec::new();
    let mut paths: Vec<(&DocumentShape, usize, bool)> = Vec::new();
    let mut conflicts = Vec::new();
    for shape in DOCUMENTS.iter().skip(1) {
        let file = folder.path.join(shape.file);
        let fragments = folder.path.join(shape.name);
        let before = requests.len();
        let mut complete = true;
        match (repository.entry(&file), repository.entry(&fragments)) {
            (Entry::Absent, Entry::Folder) => match repository.fragments(&fragments) {
                Ok(found) if found.is_empty() => {
                    complete = false;
                    let message = format!("the folder `{fragments}/` holds no fragment");
                    let problem = folder.problem(ProblemKind::MissingFile, message);
                    problems.push(problem.help("put a `*.yaml` file into it, or remove it"));
                }
                Ok(found) => requests.extend(found.into_iter().map(|path| (path, FileKind::Input))),
                Err(refusal) => {
                    complete = false;
                    problems.push(refusal.at(folder.span, folder.label.clone()));
                }
            },
            (Entry::Absent, _) => {
                complete = !shape.required;
                problems.extend(absent(repository, shape, folder));
            }
            (_, both) => {
                requests.push((file, FileKind::Input));
                if both == Entry::Folder {
                    conflicts.push((before, fragments));
                }
            }
        }
        paths.push((shape, requests.len() - before, complete));
    }
    let missing: Vec<&DocumentShape> =
        paths.iter().filter(|(_, count, _)| *count == 0).map(|(shape, ..)| *shape).collect();
    problems.extend(misspelt(repository, &missing, folder));
    let loaded = repository.load(sources, &requests);
    problems.extend(loaded.problems);
    problems.extend(conflicts.into_iter().map(|(index, fragments)| file_and_folder(loaded.files[index], &fragments)));
    let mut files = loaded.files.into_iter();
    paths
        .into_iter()
        .map(|(shape, count, complete)| {
            let files: Vec<FileId> = files.by_ref().take(count).collect();
            let complete = complete && files.iter().all(|file| sources.file(*file).tree().is_complete());
            Found { shape, files, complete }
        })
        .collect()
}

/// What to say where neither file nor folder is there.
fn absent(repository: &Repository, shape: &DocumentShape, folder: &Folder) -> Option<Problem> {
    let path = folder.path.join(shape.file);
    let other = path.with_extension("yml");
    if repository.entry(&other) != Entry::Absent {
        let problem = folder.problem(ProblemKind::MissingFile, format!("`{other}` would not be read"));
        return Some(problem.help(format!("rename it to `{path}`")));
    }
    if !shape.required {
        return None;
    }
    let problem = folder.problem(ProblemKind::MissingFile, format!("`{path}` is not there"));
    let purpose = shape.doc.trim().split([':', '.', ',']).next().unwrap_or_default().to_lowercase();
    Some(problem.help(format!("write it ({purpose}), or a folder `{}/` of fragments", folder.path.join(shape.name))))
}

/// Files that are named almost like a document that is not there: nobody would read them, and nobody would notice.
fn misspelt(repository: &Repository, missing: &[&DocumentShape], folder: &Folder) -> Vec<Problem> {
    if missing.is_empty() {
        return Vec::new();
    }
    let names = repository.file_names(&folder.path);
    let yaml = names.iter().filter_map(|name| {
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
        DOCUMENTS.iter().all(|shape| shape.name != stem).then_some((name, stem))
    });
    yaml.filter_map(|(name, stem)| {
        let near = nearest(stem, missing.iter().map(|shape| shape.name))?;
        let path = folder.path.join(name);
        let problem = folder.problem(ProblemKind::MissingFile, format!("`{path}` would not be read"));
        Some(problem.help(format!("did you mean `{}`? rename it", folder.path.join(format!("{near}.yaml")))))
    })
    .collect()
}

fn file_and_folder(file: FileId, fragments: &Utf8PathBuf) -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        Span { file, start: 0, end: 0 },
        format!("both this file and the folder `{fragments}/` are there"),
        "this file",
    )
    .help("keep one of the two: move this file into the folder, or join the fragments into it")
}

fn take<D>(slot: Option<(Read<D>, Vec<Problem>)>, problems: &mut Vec<Problem>) -> Read<D> {
    match slot {
        Some((read, found)) => {
            problems.extend(found);
            read
        }
        None => Read { document: None, files: Vec::new(), complete: false },
    }
}

fn read<D: Document>(sources: &Sources, found: Option<&Found>, shape: &RecordShape) -> (Read<D>, Vec<Problem>) {
    let (files, complete) = found.map_or((&[][..], true), |found| (&found.files[..], found.complete));
    let mut problems = single_keys(sources, files, shape);
    let fragments: Vec<(Option<D>, Vec<Problem>)> =
        files.par_iter().map(|file| read_fragment(sources, *file)).collect();
    let mut joined: Option<D> = None;
    for (fragment, found) in fragments {
        problems.extend(found);
        let Some(mut fragment) = fragment else { continue };
        fragment.settle();
        match &mut joined {
            Some(document) => document.join(fragment),
            None => joined = Some(fragment),
        }
    }
    (Read { document: joined, files: files.to_vec(), complete }, problems)
}

fn read_fragment<D: Decode>(sources: &Sources, file: FileId) -> (Option<D>, Vec<Problem>) {
    let source = sources.file(file);
    if source.tree().root().is_none() && !source.tree().is_complete() {
        return (None, Vec::new());
    }
    let mut decoder = Decoder::new(file, source);
    let document = decoder.document();
    (document, decoder.finish())
}

/// Reports the keys that stand in several fragments and are neither lists nor said of their own fragment alone.
fn single_keys(sources: &Sources, files: &[FileId], shape: &RecordShape) -> Vec<Problem> {
    let mut problems = Vec::new();
    if files.len() < 2 {
        return problems;
    }
    let single = |name: &str| {
        let field = shape.fields.iter().find(|field| field.name == name);
        field.is_some_and(|field| field.presence != Presence::Many) && !OF_EACH_FRAGMENT.contains(&name)
    };
    let mut first: Vec<(&str, Span)> = Vec::new();
    for file in files {
        let source = sources.file(*file);
        let entries = source.tree().root().and_then(|root| source.tree().entries(root));
        for (key, _) in entries.into_iter().flatten() {
            let Some((name, _)) = source.tree().scalar(&source.text, key).filter(|(name, _)| single(name)) else {
                continue;
            };
            let span = Span { file: *file, ..source.tree().span(key) };
            match first.iter().find(|(known, _)| *known == name) {
                Some((_, known)) if known.file != *file => problems.push(
                    Problem::new(
                        ProblemKind::Conflict,
                        span,
                        format!("`{name}` stands in two fragments of one document"),
                        "and here",
                    )
                    .related(*known, "here")
                    .help("keep one of the two: only lists are joined"),
                ),
                Some(_) => {}
                None => first.push((name, span)),
            }
        }
    }
    problems
}

/// The root of a file, as an origin.
pub(super) fn root_origin(sources: &Sources, file: FileId) -> Origin {
    let source = sources.file(file);
    Origin::node(source.node_base + source.tree().root().unwrap_or_default())
}
