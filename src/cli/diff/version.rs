//! The version that a build is compared with: the tree, a revision, or another folder.

use camino::{Utf8Path, Utf8PathBuf};

use super::super::build::spec_versions;
use super::super::failure::{Failure, reason};
use super::super::looking::{self, Look};
use super::revision;
use crate::diff::{Text, Version};
use crate::output::digest::Digest;
use crate::output::lock::{LOCK, Lock};
use crate::output::provenance;
use crate::source::load::MANIFEST;

/// What is compared with.
pub(super) struct Old {
    /// Its files.
    pub(super) version: Version,
    /// Its inputs, where they are known.
    pub(super) looked: Option<Look>,
    /// What somebody should know of it.
    pub(super) notes: Vec<String>,
}

/// Finds the version that is compared with. `tells`: whether it is asked for causes, too.
pub(super) fn old(root: &Utf8Path, against: Option<&str>, new: &Version, tells: bool) -> Result<Old, Failure> {
    let Some(against) = against else {
        let mut old = tree(root, new)?;
        if tells && let Some(committed) = committed(root, &old.version) {
            old.version = committed.version;
            old.looked = committed.looked;
        }
        return Ok(old);
    };
    let folder = Utf8Path::new(against);
    if folder.is_dir() {
        return if folder.join(MANIFEST).is_file() { system(folder) } else { tree(folder, new) };
    }
    let inputs = revision::inputs(root, against)?;
    let folder = Utf8Path::from_path(inputs.path())
        .ok_or_else(|| Failure::new("the folder for temporary files is not UTF-8"))?;
    if !folder.join(MANIFEST).is_file() {
        let notes = vec![format!("`{against}` has no `{MANIFEST}` here: everything is new")];
        return Ok(Old { version: Version::default(), looked: None, notes });
    }
    system(folder).map_err(|failure| Failure {
        message: format!("of the revision `{against}`: {}", failure.message.replace(folder.as_str(), against)),
        help: vec!["compare with a revision whose inputs were sound".to_owned()],
        notes: failure.notes,
    })
}

/// The inputs that the tree was made of, where they are those of the last commit: then causes are known exactly.
fn committed(root: &Utf8Path, tree: &Version) -> Option<Old> {
    let inputs = revision::inputs(root, "HEAD").ok()?;
    let folder = Utf8Path::from_path(inputs.path()).filter(|folder| folder.join(MANIFEST).is_file())?;
    let old = system(folder).ok()?;
    let made = &old.version.files;
    let is_made = tree.files.len() == made.len()
        && tree.files.iter().all(|(path, file)| made.get(path).is_some_and(|made| made.text == file.text));
    is_made.then_some(old)
}

/// What a build makes of the system in a folder.
fn system(folder: &Utf8Path) -> Result<Old, Failure> {
    let looked = looking::look(folder)?;
    let generated = looking::files(&looked.compilation)?;
    let version = Version::of(provenance::pages(&generated));
    drop(generated);
    Ok(Old { version, looked: Some(looked), notes: Vec::new() })
}

/// What lies in a folder where a build would write, or where one has written.
fn tree(folder: &Utf8Path, new: &Version) -> Result<Old, Failure> {
    let lock = match std::fs::read_to_string(folder.join(LOCK)) {
        Ok(text) => Lock::read(&text).map_err(|wrong| {
            let mut failure = Failure::new(wrong.message.clone());
            failure.help.clone_from(&wrong.help);
            failure
        })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Lock::default(),
        Err(error) => return Err(Failure::new(format!("can't read `{LOCK}`: {}", reason(&error)))),
    };
    let mut old = Old { version: Version::default(), looked: None, notes: Vec::new() };
    if !lock.files.is_empty()
        && let Err(other) = lock.written_by(env!("CARGO_PKG_VERSION"), &spec_versions())
    {
        old.notes.push(format!("{}: some changes may come from that", other.message));
    }
    let gone = lock.files.iter().filter(|(path, _)| !new.files.contains_key(*path));
    let gone =
        gone.map(|(path, row)| (path, row.target.to_string(), row.environment.as_ref().map(ToString::to_string)));
    let known = new.files.iter().map(|(path, file)| (path, file.target.clone(), file.environment.clone()));
    for (path, target, environment) in known.chain(gone) {
        let Some(bytes) = read(&folder.join(path))? else { continue };
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let is_new = new.files.get(path).is_some_and(|file| file.text == text);
        match lock.files.get(path) {
            _ if is_new => {}
            Some(row) if row.digest == Digest::of_file(path, &bytes) => {}
            Some(_) => old.notes.push(format!("`{path}` was edited by hand: a build stops there without `--force`")),
            None => old.notes.push(format!("pathc did not write `{path}`: a build stops there without `--force`")),
        }
        old.version.files.insert(path.clone(), Text { target, environment, text, origins: None });
    }
    Ok(old)
}

/// The bytes of a file; none where no file is.
fn read(path: &Utf8PathBuf) -> Result<Option<Vec<u8>>, Failure> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => std::fs::read(path)
            .map(Some)
            .map_err(|error| Failure::new(format!("can't read `{path}`: {}", reason(&error)))),
        _ => Ok(None),
    }
}
