//! What a target returns: an ordered list of paths, each with the job that makes its content.

use camino::Utf8PathBuf;

use super::doc::{Doc, Text};
use super::printed::Printed;
use super::yaml::Dialect;
use super::{json, yaml};
use crate::ir::Origin;

/// One file that is to be written.
pub struct File<'a> {
    /// Path below the output folder, with `/`.
    pub path: Utf8PathBuf,
    /// Makes the content; runs on any thread, at any time, and always makes the same.
    pub job: Job<'a>,
}

/// Makes the content of a file. `'a`: what it borrows from the plans.
pub type Job<'a> = Box<dyn Fn() -> Content + Send + Sync + 'a>;

/// The content of a file.
#[derive(Clone, Debug)]
pub enum Content {
    /// YAML documents below a header comment; see [`Content::yaml`] and [`Content::workflow`].
    Yaml {
        /// Lines of the comment at the top, without `#`.
        header: Vec<Text>,
        /// The documents.
        documents: Vec<Doc>,
        /// Who reads them.
        dialect: Dialect,
    },
    /// One JSON document.
    Json(Doc),
    /// Text as it is.
    Text(String, Origin),
}

impl Content {
    /// YAML documents below a header comment.
    #[must_use]
    pub fn yaml(header: Vec<Text>, documents: Vec<Doc>) -> Content {
        Content::Yaml { header, documents, dialect: Dialect::Any }
    }

    /// A GitHub Actions workflow below a header comment.
    #[must_use]
    pub fn workflow(header: Vec<Text>, document: Doc) -> Content {
        Content::Yaml { header, documents: vec![document], dialect: Dialect::Workflow }
    }

    /// Prints the content at the end of a buffer.
    pub fn print(&self, out: &mut Printed) {
        match self {
            Content::Yaml { header, documents, dialect } => yaml::print(header, documents, *dialect, out),
            Content::Json(document) => json::print(document, out),
            Content::Text(text, origin) => out.push_lines(text, *origin),
        }
    }
}

/// The files of a target, in order.
#[derive(Default)]
pub struct Files<'a> {
    /// The files.
    pub files: Vec<File<'a>>,
}

impl<'a> Files<'a> {
    /// Adds a file at the end.
    pub fn add(&mut self, path: impl Into<Utf8PathBuf>, job: impl Fn() -> Content + Send + Sync + 'a) {
        self.files.push(File { path: path.into(), job: Box::new(job) });
    }
}
