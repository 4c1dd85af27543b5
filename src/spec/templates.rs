//! The wording of documents: templates that are built in, and the user's own in their place.
//!
//! A template is a file of `templates/TARGET/`. A file of the same name below `templates/TARGET/` in the folder of the
//! inputs is taken instead; it may extend the one that it replaces. Targets render them (`targets::shared::template`).

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};

use crate::diag::{Diagnostic, code};
use crate::source::decode::{list_of, nearest};
use crate::source::scalar::shown;
use crate::source::yaml::Tree;
use crate::source::{FileId, FileKind, Origin, Repository, Sources, Span};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The folder of templates, in this repository and below the folder of the inputs.
pub const FOLDER: &str = "templates";

/// The target whose templates a user may replace. What the others have there are scripts, which belong to what calls them.
const REPLACEABLE: &str = "operations";

/// The most bytes that a template may have.
const SIZE_LIMIT: u64 = 256 << 10;

/// All templates, by `TARGET/NAME`.
#[derive(Debug, Default)]
pub struct Templates {
    built_in: BTreeMap<String, Template>,
    own: BTreeMap<String, Template>,
}

/// One template.
#[derive(Debug)]
pub struct Template {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub origin: Origin,
    /// Its file.
    pub file: FileId,
}

impl Templates {
    /// The templates that are built in; their files are added to `sources`.
    #[must_use]
    pub fn built_in(sources: &mut Sources) -> Templates {
        let mut files = Vec::new();
        collect(&BUILT_IN, &mut files);
        files.sort_unstable();
        let built_in = files.into_iter().map(|(name, text)| {
            let path = Utf8Path::new(FOLDER).join(name);
            (name.to_owned(), Template::add(sources, path, text.to_owned(), FileKind::Spec))
        });
        Templates { built_in: built_in.collect(), own: BTreeMap::new() }
    }

    /// Reads the user's own templates. What can't be taken is a finding.
    pub fn read_own(&mut self, root: &Utf8Path, inputs: &Utf8Path, sources: &mut Sources) -> Vec<Diagnostic> {
        let Ok(repository) = Repository::at(root) else { return Vec::new() };
        let mut problems = Vec::new();
        let folder = inputs.join(FOLDER);
        let own = folder.join(REPLACEABLE);
        let found = repository.files(&folder).and_then(|found| Ok((found, repository.files(&own)?)));
        let files = match found {
            // What isn't a folder of templates is told as a whole.
            Ok((found, files)) => found.into_iter().filter(|path| *path != own).chain(files),
            Err(refusal) => return vec![refused(refusal.message, refusal.help)],
        };
        for path in files {
            let name = path.strip_prefix(&folder).map_or_else(|_| path.to_string(), ToString::to_string);
            if target_of(&name) != Some(REPLACEABLE) || !self.built_in.contains_key(&name) {
                problems.push(self.unknown(&path, &name));
                continue;
            }
            match repository.read_text(&path, SIZE_LIMIT) {
                Ok(text) => {
                    let template = Template::add(sources, path, text, FileKind::Input);
                    self.own.insert(name, template);
                }
                Err(refusal) => problems.push(refused(refusal.message, refusal.help)),
            }
        }
        problems
    }

    fn unknown(&self, path: &Utf8Path, name: &str) -> Diagnostic {
        let file = name.rsplit('/').next().unwrap_or(name);
        let known: Vec<&str> = self.built_in_of(REPLACEABLE).map(|(known, _)| known).collect();
        let help = if target_of(name) != Some(REPLACEABLE) {
            format!("only templates of the target `{REPLACEABLE}` can be replaced, below `{FOLDER}/{REPLACEABLE}/`")
        } else if let Some(near) = nearest(file, known.iter().copied()) {
            format!("did you mean `{near}`?")
        } else {
            format!("there are {}", list_of(&known))
        };
        refused(format!("`{}` takes the place of no template", shown(path.as_str())), Some(help))
    }

    /// The templates of a target by their names, each with whether it is the user's own.
    pub fn of<'a>(&'a self, target: &'a str) -> impl Iterator<Item = (&'a str, &'a Template, bool)> {
        let in_target = move |name: &'a str| name.strip_prefix(target)?.strip_prefix('/');
        self.built_in.iter().filter_map(move |(name, template)| {
            let short = in_target(name)?;
            let own = self.own.get(name);
            Some((short, own.unwrap_or(template), own.is_some()))
        })
    }

    /// The templates of a target that are built in, also where the user has one in their place.
    pub fn built_in_of<'a>(&'a self, target: &'a str) -> impl Iterator<Item = (&'a str, &'a Template)> {
        let in_target = move |name: &'a str| name.strip_prefix(target)?.strip_prefix('/');
        self.built_in.iter().filter_map(move |(name, template)| Some((in_target(name)?, template)))
    }
}

impl Template {
    fn add(sources: &mut Sources, path: Utf8PathBuf, text: String, kind: FileKind) -> Template {
        let tree = Tree::of_lines(FileId(0), &text);
        let file = sources.add(path, text.clone(), kind, tree);
        Template { text, origin: Origin::node(sources.file(file).node_base), file }
    }

    /// The place of a line, counted from 1.
    #[must_use]
    pub fn line(&self, line: usize) -> Span {
        let start = self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let rest = self.text.get(start..).unwrap_or_default();
        let end = start + rest.find('\n').unwrap_or(rest.len());
        let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span { file: self.file, start: at(start), end: at(end) }
    }
}

/// The target that a template is of.
fn target_of(name: &str) -> Option<&str> {
    Some(name.split_once('/')?.0)
}

fn refused(message: String, help: Option<String>) -> Diagnostic {
    let problem = Diagnostic::without_place(code::BAD_TEMPLATE, message);
    match help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

fn collect(folder: &Dir<'static>, files: &mut Vec<(&'static str, &'static str)>) {
    for file in folder.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            files.push((path, text));
        }
    }
    folder.dirs().for_each(|below| collect(below, files));
}
