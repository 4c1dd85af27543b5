//! What a target returns: an ordered list of paths, each with the job that makes its content.

use std::sync::Arc;

use camino::Utf8Path;
use memchr::memchr2;

use super::doc::{Doc, Text};
use super::folders::normal;
use super::hcl::{self, Body};
use super::printed::Printed;
use super::yaml::Dialect;
use super::{json, yaml};
use crate::ir::Origin;
use crate::ir::value::Text as Shared;

/// One file that is to be written.
#[derive(Clone, Copy)]
pub struct File<'f, 'a> {
    /// Path below the target's folder, and below the output folder once it is [`Generated`]; with `/`.
    pub path: &'f Utf8Path,
    /// The environment that the file is for, where it is for one.
    pub environment: Option<&'f str>,
    /// Makes the content.
    pub job: &'f Job<'a>,
}

/// Makes the content of a file; runs on any thread, at any time, and always makes the same. `'a`: what it borrows from
/// the plans.
pub enum Job<'a> {
    /// Makes it as a whole.
    Whole(Box<dyn Fn() -> Content + Send + Sync + 'a>),
    /// Gives away what was made before, and is asked for it first: from then on nobody holds it.
    Held(Box<dyn Fn() -> Content + Send + Sync + 'a>),
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
            Job::Whole(job) | Job::Held(job) => {
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
    /// All paths, one behind the other: there are thousands, and texts of their own would take twice the memory.
    paths: String,
    environments: Vec<Shared>,
    files: Vec<Held<'a>>,
}

/// A file, without the texts that are held together with those of all.
struct Held<'a> {
    /// Where its path ends; it begins where that of the file before does.
    path_end: usize,
    environment: Option<u32>,
    job: Job<'a>,
}

impl<'a> Files<'a> {
    /// Adds a file; `environment`: the one that it is for, where it is for one.
    pub fn push(&mut self, environment: Option<&str>, path: impl AsRef<Utf8Path>, job: Job<'a>) {
        self.paths.push_str(path.as_ref().as_str());
        let environment = environment.and_then(|name| {
            let known = self.environments.iter().position(|known| known == name).unwrap_or_else(|| {
                self.environments.push(Shared::new(name));
                self.environments.len() - 1
            });
            u32::try_from(known).ok()
        });
        self.files.push(Held { path_end: self.paths.len(), environment, job });
    }

    /// Adds a file that is for no environment alone.
    pub fn add(&mut self, path: impl AsRef<Utf8Path>, job: impl Fn() -> Content + Send + Sync + 'a) {
        self.push(None, path, Job::whole(job));
    }

    /// Adds a file that is written as it goes; `environment`: the one that it is for, where it is for one.
    pub fn add_streamed(
        &mut self,
        environment: Option<&str>,
        path: impl AsRef<Utf8Path>,
        job: impl Fn(&mut Printed) + Send + Sync + 'a,
    ) {
        self.push(environment, path, Job::Streamed(Box::new(job)));
    }

    /// Adds a file that is for no environment alone, whose content is held until it is printed.
    pub fn add_held(&mut self, path: impl AsRef<Utf8Path>, job: impl Fn() -> Content + Send + Sync + 'a) {
        self.push(None, path, Job::Held(Box::new(job)));
    }

    /// Adds a file that is for no environment alone, and is written part by part.
    pub fn add_in_parts(
        &mut self,
        path: impl AsRef<Utf8Path>,
        job: impl Fn(usize, &mut Printed) -> bool + Send + Sync + 'a,
    ) {
        self.push(None, path, Job::Parts(Box::new(job)));
    }

    /// Adds a file of one environment.
    pub fn add_for(
        &mut self,
        environment: impl AsRef<str>,
        path: impl AsRef<Utf8Path>,
        job: impl Fn() -> Content + Send + Sync + 'a,
    ) {
        self.push(Some(environment.as_ref()), path, Job::whole(job));
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A file by its number, from 0.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<File<'_, 'a>> {
        let held = self.files.get(number)?;
        let start = number.checked_sub(1).map_or(0, |before| self.files[before].path_end);
        let environment = held.environment.and_then(|known| self.environments.get(known as usize));
        let path = Utf8Path::new(self.paths.get(start..held.path_end)?);
        Some(File { path, environment: environment.map(Shared::as_str), job: &held.job })
    }

    /// All files, in order.
    pub fn iter(&self) -> impl Iterator<Item = File<'_, 'a>> {
        (0..self.len()).map_while(|number| self.get(number))
    }

    /// The same files with paths below a folder around the target's.
    fn below(mut self, folder: &Utf8Path) -> Files<'a> {
        let room = self.paths.len() + self.len() * (folder.as_str().len() + 1);
        let mut paths = String::with_capacity(room);
        let ends: Vec<usize> = self
            .iter()
            .map(|file| {
                paths.push_str(normal(folder.join(file.path)).as_str());
                paths.len()
            })
            .collect();
        for (held, end) in self.files.iter_mut().zip(ends) {
            held.path_end = end;
        }
        self.paths = paths;
        self.files.shrink_to_fit();
        self
    }
}

/// The files of one target.
pub struct Generated<'a> {
    /// The name of the target.
    pub target: String,
    /// The files, with their paths below the output folder.
    pub files: Files<'a>,
}

impl<'a> Generated<'a> {
    /// The files of a target that go to a folder below the output folder; an empty one where it is the same.
    #[must_use]
    pub fn new(target: &str, out: &Utf8Path, files: Files<'a>) -> Generated<'a> {
        Generated { target: target.to_owned(), files: files.below(out) }
    }
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
