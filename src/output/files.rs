//! What a target returns: an ordered list of paths, each with the job that makes its content.

use camino::Utf8PathBuf;

use super::Doc;
use super::doc::Text;

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
pub enum Content {
    /// YAML documents below a header comment.
    Yaml {
        /// Lines of the comment at the top, without `#`.
        header: Vec<Text>,
        /// The documents.
        documents: Vec<Doc>,
    },
    /// One JSON document.
    Json(Doc),
    /// Text as it is.
    Text(String, crate::ir::Origin),
}

/// The files of a target, in order.
#[derive(Default)]
pub struct Files<'a> {
    /// The files.
    pub files: Vec<File<'a>>,
}
