//! The files that take part in a build, once their paths are known to be good.

use std::collections::{HashMap, HashSet};

use camino::Utf8Path;

use super::commit::STAGING;
use super::digest::Digest;
use super::disk::Request;
use super::files::{File, Generated, Job, flaw_of_path};
use super::lock::{LOCK, RowToBe};
use crate::diag::Diagnostic;
use crate::diag::code::{OUTSIDE_OUTPUT, SAME_PATH};

/// A file that takes part.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    generated: &'a Generated<'a>,
    file: File<'a, 'a>,
}

impl<'a> Wanted<'a> {
    pub(super) fn path(self) -> &'a Utf8Path {
        self.file.path
    }

    pub(super) fn target(self) -> &'a str {
        &self.generated.target
    }

    pub(super) fn environment(self) -> Option<&'a str> {
        self.file.environment
    }

    pub(super) fn job(self) -> &'a Job<'a> {
        self.file.job
    }

    /// Its row in the lock.
    pub(super) fn row(self, digest: Digest) -> RowToBe<'a> {
        RowToBe { path: self.path(), target: self.target(), environment: self.environment(), digest }
    }
}

/// The files that take part, in order.
#[derive(Default)]
pub(super) struct AllWanted<'a> {
    targets: &'a [Generated<'a>],
    /// By the number of their target, and that among its files.
    numbers: Vec<(u32, u32)>,
}

impl<'a> AllWanted<'a> {
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// A file by its number.
    pub(super) fn get(&self, number: usize) -> Option<Wanted<'a>> {
        let (target, file) = self.numbers.get(number)?;
        let generated = self.targets.get(*target as usize)?;
        Some(Wanted { generated, file: generated.files.get(*file as usize)? })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Wanted<'a>> {
        (0..self.len()).map_while(|number| self.get(number))
    }
}

/// The files that take part, once the paths of all are known to be good.
pub(super) fn wanted<'a>(request: &Request<'a>, diagnostics: &mut Vec<Diagnostic>) -> AllWanted<'a> {
    let targets = request.targets;
    let numbers = (0u32..).zip(targets).flat_map(|(target, generated)| {
        let files = 0..u32::try_from(generated.files.len()).unwrap_or(u32::MAX);
        files.map(move |file| (target, file))
    });
    let mut all = AllWanted { targets, numbers: numbers.collect() };
    let (before, mut sound) = (diagnostics.len(), Vec::with_capacity(all.len()));
    for wanted in all.iter() {
        match flaw_of_path(wanted.path()) {
            Some(flaw) => {
                let message = format!("the path `{}` of target `{}` {flaw}", wanted.path(), wanted.target());
                let outside = Diagnostic::without_place(OUTSIDE_OUTPUT, message);
                diagnostics.push(outside.help("set the target's `out` to another folder"));
            }
            None => sound.push(wanted),
        }
    }
    collisions(&sound, diagnostics);
    if diagnostics.len() == before {
        let takes_part = |wanted: &Wanted<'_>| request.selection.includes(wanted.target(), wanted.environment());
        let mut wanted = sound.iter();
        all.numbers.retain(|_| wanted.next().is_some_and(takes_part));
    }
    all
}

/// Files that would lie at the same path, or where another one needs a folder.
fn collisions(all: &[Wanted<'_>], diagnostics: &mut Vec<Diagnostic>) {
    // Some file systems don't tell cases apart.
    let folded = |path: &Utf8Path| {
        let is_folded = path.as_str().bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if is_folded { None } else { Some(path.as_str().to_lowercase()) }
    };
    let lower: Vec<Option<String>> = all.iter().map(|wanted| folded(wanted.path())).collect();
    let paths =
        || all.iter().zip(&lower).map(|(wanted, lower)| (wanted, lower.as_deref().unwrap_or(wanted.path().as_str())));
    let mut known: HashMap<&str, &Wanted<'_>> = HashMap::with_capacity(all.len());
    for (wanted, folded) in paths() {
        if folded == LOCK || folded.starts_with(STAGING) {
            diagnostics.push(same_path(wanted, "pathc's own"));
        } else if let Some(other) = known.insert(folded, wanted) {
            diagnostics.push(same_path(wanted, &format!("also one of target `{}`", other.target())));
        }
    }
    // Each folder once: what lies in the same one lies below the same files.
    let mut folders = HashSet::new();
    for (wanted, folded) in paths() {
        let above = Utf8Path::new(folded).ancestors().skip(1).map(Utf8Path::as_str);
        let mut new = above.take_while(|above| folders.insert(*above));
        if let Some(other) = new.find_map(|above| known.get(above)) {
            let what = format!("below `{}`, which is a file of target `{}`", other.path(), other.target());
            diagnostics.push(same_path(wanted, &what));
        }
    }
}

fn same_path(wanted: &Wanted<'_>, what: &str) -> Diagnostic {
    let (path, target) = (wanted.path(), wanted.target());
    Diagnostic::without_place(SAME_PATH, format!("the path `{path}` of target `{target}` is {what}"))
        .help("give one of them another folder with its target's `out`")
}
