//! Target specs: dated facts about the outside world, in `targets/*.yaml`.
//!
//! They are read by the same YAML tree as the inputs, so that a fact has an origin like any other value. Each typed spec
//! looks its facts up once, when it is loaded; a fact that is missing is a T002, never a panic.

pub mod file;

pub use file::{Fact, SpecFile};

use camino::Utf8PathBuf;

use crate::diag::Diagnostic;
use crate::source::yaml::parse;
use crate::source::{FileId, FileKind, Sources};

/// The specs that are built in, by name.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("kubernetes", include_str!("../../targets/kubernetes.yaml")),
    ("prometheus", include_str!("../../targets/prometheus.yaml")),
];

/// All specs of a run.
#[derive(Debug)]
pub struct Specs {}

impl Specs {
    /// Reads all built-in specs into `sources`.
    pub fn load(sources: &mut Sources) -> (Option<Specs>, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let mut ids: Vec<FileId> = Vec::new();
        for (name, text) in BUILT_IN {
            let (tree, found) = parse(FileId(0), text);
            let path = Utf8PathBuf::from(format!("targets/{name}.yaml"));
            let id = sources.add(path, (*text).to_owned(), FileKind::Spec, tree);
            problems.extend(found.into_iter().map(|mut problem| {
                problem.span.file = id;
                Diagnostic::from(problem)
            }));
            ids.push(id);
        }
        (problems.is_empty().then_some(Specs {}), problems)
    }
}
