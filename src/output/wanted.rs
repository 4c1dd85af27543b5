//! The files that take part in a build, once their paths are known to be good.

use std::collections::{HashMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::commit::STAGING;
use super::digest::Digest;
use super::disk::Request;
use super::files::{File, Generated, flaw_of_path};
use super::folders::normal;
use super::lock::{LOCK, RowToBe};
use crate::diag::Diagnostic;
use crate::diag::code::{OUTSIDE_OUTPUT, SAME_PATH};

/// A file that takes part.
pub(super) struct Wanted<'a> {
    pub(super) path: Utf8PathBuf,
    pub(super) target: &'a str,
    pub(super) file: &'a File<'a>,
}

impl Wanted<'_> {
    /// Its row in the lock.
    pub(super) fn row(&self, digest: Digest) -> RowToBe<'_> {
        RowToBe { path: &self.path, target: self.target, environment: self.file.environment.as_deref(), digest }
    }
}

/// The files that take part, in order, once their paths are known to be good.
pub(super) fn wanted<'a>(request: &'a Request<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Wanted<'a>> {
    let files: Vec<(&Generated<'_>, &File<'_>)> = request
        .targets
        .iter()
        .flat_map(|generated| generated.files.files.iter().map(move |file| (generated, file)))
        .collect();
    let one = |(generated, file): &(&'a Generated<'_>, &'a File<'_>)| {
        let path = joined(&generated.out, &file.path);
        match flaw_of_path(&path) {
            Some(flaw) => {
                let message = format!("the path `{path}` of target `{}` {flaw}", generated.target);
                let outside = Diagnostic::without_place(OUTSIDE_OUTPUT, message);
                Err(Box::new(outside.help("set the target's `out` to another folder")))
            }
            None => Ok(Wanted { path: normal(path), target: &generated.target, file }),
        }
    };
    let found: Vec<Result<Wanted<'_>, Box<Diagnostic>>> = files.par_iter().map(one).collect();
    let mut all = Vec::with_capacity(found.len());
    for found in found {
        match found {
            Ok(wanted) => all.push(wanted),
            Err(outside) => diagnostics.push(*outside),
        }
    }
    collisions(&all, diagnostics);
    all.retain(|wanted| request.selection.includes(wanted.target, wanted.file.environment.as_deref()));
    all
}

/// A path below a folder, in a text of just its length.
fn joined(folder: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    let mut joined = Utf8PathBuf::with_capacity(folder.as_str().len() + 1 + path.as_str().len());
    joined.push(folder);
    joined.push(path);
    joined
}

/// Files that would lie at the same path, or where another one needs a folder.
fn collisions(all: &[Wanted<'_>], diagnostics: &mut Vec<Diagnostic>) {
    // Some file systems don't tell cases apart.
    let folded = |path: &Utf8Path| {
        let is_folded = path.as_str().bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if is_folded { None } else { Some(path.as_str().to_lowercase()) }
    };
    let lower: Vec<Option<String>> = all.iter().map(|wanted| folded(&wanted.path)).collect();
    let paths =
        || all.iter().zip(&lower).map(|(wanted, lower)| (wanted, lower.as_deref().unwrap_or(wanted.path.as_str())));
    let mut known: HashMap<&str, &Wanted<'_>> = HashMap::with_capacity(all.len());
    for (wanted, folded) in paths() {
        if folded == LOCK || folded.starts_with(STAGING) {
            diagnostics.push(same_path(wanted, "pathc's own"));
        } else if let Some(other) = known.insert(folded, wanted) {
            diagnostics.push(same_path(wanted, &format!("also one of target `{}`", other.target)));
        }
    }
    // Each folder once: what lies in the same one lies below the same files.
    let mut folders = HashSet::new();
    for (wanted, folded) in paths() {
        let above = Utf8Path::new(folded).ancestors().skip(1).map(Utf8Path::as_str);
        let mut new = above.take_while(|above| folders.insert(*above));
        if let Some(other) = new.find_map(|above| known.get(above)) {
            let what = format!("below `{}`, which is a file of target `{}`", other.path, other.target);
            diagnostics.push(same_path(wanted, &what));
        }
    }
}

fn same_path(wanted: &Wanted<'_>, what: &str) -> Diagnostic {
    let Wanted { path, target, .. } = wanted;
    Diagnostic::without_place(SAME_PATH, format!("the path `{path}` of target `{target}` is {what}"))
        .help("give one of them another folder with its target's `out`")
}
