//! What a target returns: an ordered list of paths, each with the job that makes its content.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use memchr::memchr2;

use super::doc::{Doc, Text};
use super::hcl::{self, Body};
use super::printed::Printed;
use super::yaml::Dialect;
use super::{json, yaml};
use crate::ir::Origin;
use crate::ir::value::Text as Shared;

/// One file that is to be written.
pub struct File<'a> {
    /// Path below the target's folder, with `/`.
    pub path: Utf8PathBuf,
    /// The environment that the file is for, where it is for one.
    pub environment: Option<Shared>,
    /// Makes the content.
    pub job: Job<'a>,
}

/// Makes the content of a file; runs on any thread, at any time, and always makes the same. `'a`: what it borrows from
/// the plans.
pub enum Job<'a> {
    /// Makes it as a whole.
    Whole(Box<dyn Fn() -> Content + Send + Sync + 'a>),
    /// Writes it as it goes, which saves what is large the making of a tree.
    Streamed(Box<dyn Fn(&mut Printed) + Send + Sync + 'a>),
    /// Writes it part by part, so that never all of it is held.
    Parts(PartJob<'a>),
}

/// Writes one part of a file by its number, from 0; each ends with a line. False where there are not so many.
pub type PartJob<'a> = Box<dyn Fn(usize, &mut Printed) -> bool + Send + Sync + 'a>;

impl<'a> Job<'a> {
    /// A job that makes a content as a whole.
    pub fn whole(job: impl Fn() -> Content + Send + Sync + 'a) -> Job<'a> {
        Job::Whole(Box::new(job))
    }

    /// Prints the content at the end of a buffer. Returns it where it was made as a whole.
    pub fn print(&self, out: &mut Printed) -> Option<Content> {
        match self {
            Job::Whole(job) => {
                let content = job();
                content.print(out);
                Some(content)
            }
            Job::Streamed(job) => {
                job(out);
                None
            }
            Job::Parts(job) => {
                (0..).take_while(|index| job(*index, out)).for_each(drop);
                None
            }
        }
    }
}

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
    /// HCL below a header comment.
    Hcl {
        /// Lines of the comment at the top, without `#`.
        header: Vec<Text>,
        /// What stands in the file; shared, since a job may run more than once.
        body: Arc<Body>,
    },
    /// One JSON document.
    Json(Doc),
    /// Text as it is.
    Text(String, Origin),
    /// Text by a template, with values in it.
    Filled(Filled),
}

/// A text that a template made of values.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// The template.
    pub origin: Origin,
    /// The values: the line that each stands in, counted from 0, ascending, and where it comes from.
    pub values: Vec<(usize, Origin)>,
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
            Content::Hcl { header, body } => hcl::print(header, body, out),
            Content::Json(document) => json::print(document, out),
            Content::Text(text, origin) => out.push_lines(text, *origin),
            Content::Filled(filled) => filled.print(out),
        }
    }
}

impl Filled {
    fn print(&self, out: &mut Printed) {
        if out.line_origins.is_none() {
            out.push_lines(&self.text, self.origin);
            return;
        }
        let mut values = self.values.iter().peekable();
        for (index, line) in self.text.lines().enumerate() {
            while let Some((_, origin)) = values.next_if(|(line, _)| *line <= index) {
                out.beside(*origin);
            }
            out.text.push_str(line);
            out.end_line(self.origin);
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
    /// Adds a file that is for no environment alone.
    pub fn add(&mut self, path: impl Into<Utf8PathBuf>, job: impl Fn() -> Content + Send + Sync + 'a) {
        self.files.push(File { path: path.into(), environment: None, job: Job::whole(job) });
    }

    /// Adds a file that is written as it goes; `environment`: the one that it is for, where it is for one.
    pub fn add_streamed(
        &mut self,
        environment: Option<&str>,
        path: impl Into<Utf8PathBuf>,
        job: impl Fn(&mut Printed) + Send + Sync + 'a,
    ) {
        let environment = environment.map(Shared::new);
        self.files.push(File { path: path.into(), environment, job: Job::Streamed(Box::new(job)) });
    }

    /// Adds a file that is for no environment alone, and is written part by part.
    pub fn add_in_parts(
        &mut self,
        path: impl Into<Utf8PathBuf>,
        job: impl Fn(usize, &mut Printed) -> bool + Send + Sync + 'a,
    ) {
        self.files.push(File { path: path.into(), environment: None, job: Job::Parts(Box::new(job)) });
    }

    /// Adds a file of one environment.
    pub fn add_for(
        &mut self,
        environment: impl AsRef<str>,
        path: impl Into<Utf8PathBuf>,
        job: impl Fn() -> Content + Send + Sync + 'a,
    ) {
        let environment = Some(Shared::new(environment.as_ref()));
        self.files.push(File { path: path.into(), environment, job: Job::whole(job) });
    }
}

/// The files of one target and the folder that they go to.
pub struct Generated<'a> {
    /// The name of the target.
    pub target: String,
    /// The target's folder below the output folder; empty where it is the same.
    pub out: Utf8PathBuf,
    /// The files.
    pub files: Files<'a>,
}

/// Why a path is no path below a folder, as the end of a sentence.
#[must_use]
pub fn flaw_of_path(path: &Utf8Path) -> Option<&'static str> {
    if path.as_str().is_empty() || path.as_str().ends_with('/') {
        return Some("names no file");
    }
    if memchr2(b'\0', b'\\', path.as_str().as_bytes()).is_some() {
        return Some("has a character that no path may have");
    }
    path.as_str().split('/').enumerate().find_map(|(index, name)| match name {
        "" if index == 0 => Some("is not relative"),
        ".." => Some("leads out of the folder with `..`"),
        name if name.eq_ignore_ascii_case(".git") => Some("leads into the folder of Git"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_folder_pass() {
        for good in ["a", "a/b.yaml", ".github/workflows/ci.yml", "a..b/..c", ".gitignore"] {
            assert_eq!(flaw_of_path(good.into()), None, "{good}");
        }
        for bad in ["", "/a", "..", "../a", "a/../../b", "a/..", "a/", ".git/config", "a/.GIT/x", "a\0b", "a\\b"] {
            assert!(flaw_of_path(bad.into()).is_some(), "{bad}");
        }
    }
}
