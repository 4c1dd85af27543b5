//! Brings staged files to their places: all of them, or none.
//!
//! Files were staged in a folder beside the outputs. A journal says what is to be renamed before the first file is; each
//! file that is replaced keeps a second name until the end. Where a call is refused, all is undone. Where the run is
//! killed, the next one finds the journal, knows which files are ours, and goes on from there.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::digest::Digest;
use super::folder::{Folder, Found, Refused};
use super::journal::Journal;
use super::lock::{LOCK, Lock, Row};
use crate::diag::Diagnostic;

/// Where files are staged, below the output folder. It is only there while a build runs, or after one was killed.
pub(super) const STAGING: &str = ".pathc-unfinished";

const JOURNAL: &str = "journal";

/// One file that changes.
pub(super) struct Change<'a> {
    pub(super) path: &'a Utf8Path,
    pub(super) kind: ChangeKind,
    /// Its row in the lock afterwards; none where the file is removed.
    pub(super) row: Option<Row>,
    /// The name under which it is staged, and by which its old content is kept.
    pub(super) slot: usize,
}

/// How a file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is written where nothing was.
    Created,
    /// It is written in the place of another.
    Updated,
    /// It is removed.
    Removed,
}

/// Where a slot's new content is staged.
pub(super) fn staged(slot: usize) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{STAGING}/{slot}"))
}

fn kept(slot: usize) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{STAGING}/{slot}-old"))
}

/// Brings all changes to their places, and the lock last. `folders`: those that are there.
pub(super) fn commit(
    folder: &Folder<'_>,
    changes: &[Change<'_>],
    lock: Option<&str>,
    folders: BTreeSet<Utf8PathBuf>,
) -> Result<(), Box<Diagnostic>> {
    let mut commit = Commit { folder, folders, made: Vec::new(), done: Vec::new() };
    if let Err(refused) = commit.run(changes, lock) {
        let mut diagnostic: Box<Diagnostic> = refused.into();
        let note = match commit.undo().and_then(|()| clear(folder)) {
            Ok(()) => "nothing was changed",
            Err(_) => "some files were written already: the next build goes on from there",
        };
        diagnostic.notes.push(note.to_owned());
        return Err(diagnostic);
    }
    // The tree and the lock are whole. What can't be cleared now is cleared by the next build.
    let _ = clear(folder);
    for change in changes.iter().filter(|change| change.kind == ChangeKind::Removed) {
        remove_empty_folders(folder, change.path);
    }
    Ok(())
}

struct Commit<'a, 'b> {
    folder: &'a Folder<'b>,
    folders: BTreeSet<Utf8PathBuf>,
    made: Vec<Utf8PathBuf>,
    done: Vec<&'a Change<'a>>,
}

impl<'a> Commit<'a, '_> {
    fn run(&mut self, changes: &'a [Change<'_>], lock: Option<&str>) -> Result<(), Refused> {
        if !changes.is_empty() {
            let text = Journal::text(changes.iter().map(|change| (change.path, change.row.as_ref())));
            self.folder.write_durably(STAGING.into(), JOURNAL, text.as_bytes())?;
        }
        // What is removed makes room for what is written.
        let (removed, written): (Vec<_>, Vec<_>) =
            changes.iter().partition(|change| change.kind == ChangeKind::Removed);
        for change in removed.into_iter().chain(written) {
            self.apply(change)?;
        }
        if !changes.is_empty() {
            self.folder.sync_all()?;
        }
        match lock {
            Some(text) => write_lock(self.folder, text),
            None => Ok(()),
        }
    }

    fn apply(&mut self, change: &'a Change<'a>) -> Result<(), Refused> {
        let (path, kept) = (change.path, kept(change.slot));
        match change.kind {
            ChangeKind::Removed => self.folder.rename(path, &kept)?,
            ChangeKind::Created => {
                self.make_folders(path)?;
                self.folder.rename_new(&staged(change.slot), path)?;
            }
            ChangeKind::Updated => {
                self.folder.keep(path, &kept)?;
                // From here on there is something to undo.
                self.done.push(change);
                return self.folder.rename(&staged(change.slot), path);
            }
        }
        self.done.push(change);
        Ok(())
    }

    fn make_folders(&mut self, path: &Utf8Path) -> Result<(), Refused> {
        let missing = path.ancestors().skip(1).take_while(|folder| !self.folders.contains(*folder));
        let missing: Vec<&Utf8Path> = missing.filter(|folder| !folder.as_str().is_empty()).collect();
        for folder in missing.into_iter().rev() {
            if self.folder.make_folder(folder)? {
                self.made.push(folder.to_owned());
            }
            self.folders.insert(folder.to_owned());
        }
        Ok(())
    }

    fn undo(&mut self) -> Result<(), Refused> {
        while let Some(change) = self.done.pop() {
            match change.kind {
                ChangeKind::Created => self.folder.remove_file(change.path)?,
                ChangeKind::Updated | ChangeKind::Removed => self.folder.rename(&kept(change.slot), change.path)?,
            }
        }
        while let Some(made) = self.made.pop() {
            self.folder.remove_folder(&made)?;
        }
        Ok(())
    }
}

fn write_lock(folder: &Folder<'_>, text: &str) -> Result<(), Refused> {
    make_staging(folder)?;
    let staged = Utf8Path::new(STAGING).join(LOCK);
    folder.remove_file(&staged)?;
    folder.write_new(&staged, text.as_bytes())?;
    folder.rename(&staged, LOCK.into())
}

/// Makes the folder in which files are staged.
pub(super) fn make_staging(folder: &Folder<'_>) -> Result<(), Refused> {
    folder.make_folder(STAGING.into()).map(drop)
}

/// Removes what was staged: the journal first, since nothing may refer to what is gone.
pub(super) fn clear(folder: &Folder<'_>) -> Result<(), Refused> {
    let staging = Utf8Path::new(STAGING);
    if folder.find(staging)? == Found::Absent {
        return Ok(());
    }
    folder.remove_file(&staging.join(JOURNAL))?;
    for name in folder.names(staging)? {
        folder.remove_file(&staging.join(name))?;
    }
    folder.remove_folder(staging)
}

/// What an earlier build that was killed has left, brought into the lock. With `write`, it is written, and cleared away.
pub(super) fn recover(folder: &Folder<'_>, lock: &mut Lock, write: bool) -> Result<(), Box<Diagnostic>> {
    if folder.find(STAGING.into())? == Found::Absent {
        return Ok(());
    }
    let name = Utf8Path::new(STAGING).join(JOURNAL);
    if let Some(text) = folder.read_own(&name)? {
        let before = lock.clone();
        let mut buffer = Vec::new();
        Journal::read(name.as_str(), &text)?.settle(lock, |path, digest| -> Result<bool, Refused> {
            Ok(match folder.read(path, &mut buffer)? {
                Found::Absent => digest.is_none(),
                Found::File => digest == Some(Digest::of_file(path, &buffer)),
                _ => false,
            })
        })?;
        if write && *lock != before {
            write_lock(folder, &lock.text())?;
        }
    }
    if write {
        clear(folder)?;
    }
    Ok(())
}

/// Removes the folders above a removed file that became empty.
fn remove_empty_folders(folder: &Folder<'_>, path: &Utf8Path) {
    for above in path.ancestors().skip(1).take_while(|above| !above.as_str().is_empty()) {
        // The first that is not empty ends it.
        if folder.remove_folder(above).is_err() {
            return;
        }
    }
}
