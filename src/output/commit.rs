//! Brings staged files to their places: all of them, or none.
//!
//! Files were staged beside the outputs; those of a folder that is not there yet lie in one that becomes it by one change of
//! its name. The lock as it is to be is staged before anything changes its name, so that it says whose files are found if
//! this run ends there; each file that is replaced keeps a name among the staged ones until the end. Where a call is refused,
//! all is undone. Where the run is killed, the next one finds the staged lock, knows which files are ours, and goes on from
//! there.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::digest::Digest;
use super::folder::{Folder, Found, Refused};
use super::folders::Folders;
use super::lock::{LOCK, Lock};
use crate::diag::Diagnostic;
use crate::diag::code::IN_THE_WAY;

/// Where files are staged, below the output folder. It is only there while a build runs, or after one was killed.
pub(super) const STAGING: &str = ".pathc-unfinished";

/// Where folders that are not there yet are staged, with what lies in them.
const NEW: &str = ".pathc-unfinished/new";

/// The name of the staged lock while it is written.
const BEGUN: &str = "pathc.lock-begun";

/// One file that changes.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) path: &'a Utf8Path,
    pub(super) kind: ChangeKind,
    /// The number under which it is staged, and by which its old content is kept.
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

/// Where a file's new content is staged.
pub(super) fn staged(path: &Utf8Path, slot: usize, folders: &Folders<'_>) -> Utf8PathBuf {
    match folders.comes_with(path) {
        Some(_) => below_staging(path),
        None => Utf8PathBuf::from(format!("{STAGING}/{slot}")),
    }
}

/// Where a folder that is not there yet is staged, and what lies in it.
fn below_staging(path: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{NEW}/{path}"))
}

fn kept(slot: usize) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{STAGING}/{slot}-old"))
}

/// Where the lock is staged while it is written.
pub(super) fn begun_lock() -> Utf8PathBuf {
    Utf8Path::new(STAGING).join(BEGUN)
}

fn staged_lock() -> Utf8PathBuf {
    Utf8Path::new(STAGING).join(LOCK)
}

/// Brings all changes to their places, and the lock last. `lock`: whether there is another one, staged as [`begun_lock`].
pub(super) fn commit(
    folder: &Folder<'_>,
    folders: &Folders<'_>,
    changes: &[Change<'_>],
    lock: bool,
) -> Result<(), Box<Diagnostic>> {
    let mut commit = Commit { folder, folders, changes, made: Vec::new(), done: Vec::new() };
    if let Err(refused) = commit.run(lock) {
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
    folders: &'a Folders<'a>,
    changes: &'a [Change<'a>],
    made: Vec<&'a Utf8Path>,
    done: Vec<Done<'a>>,
}

/// What can be undone.
enum Done<'a> {
    File(&'a Change<'a>),
    /// A file came, and its old content has the name under which it was staged.
    Exchanged(&'a Change<'a>),
    /// A folder came, with all that is in it.
    Folder(&'a Utf8Path),
}

impl<'a> Commit<'a, '_> {
    fn run(&mut self, lock: bool) -> Result<(), Refused> {
        let changes = self.changes;
        if lock && changes.is_empty() {
            return self.folder.rename(&begun_lock(), LOCK.into());
        }
        if lock {
            // From here on, whoever comes next knows whose files these are.
            self.folder.rename_durably(STAGING.into(), BEGUN, LOCK)?;
        }
        // What is removed makes room for what is written.
        for change in changes.iter().filter(|change| change.kind == ChangeKind::Removed) {
            self.apply(change, &kept(change.slot))?;
        }
        let mut came: HashMap<&str, bool> = HashMap::new();
        for change in changes.iter().filter(|change| change.kind != ChangeKind::Removed) {
            let outermost = self.folders.comes_with(change.path);
            if let Some(outermost) = outermost {
                let came = match came.get(outermost.as_str()) {
                    Some(came) => *came,
                    None => {
                        let now = self.bring(outermost)?;
                        came.insert(outermost.as_str(), now);
                        now
                    }
                };
                if came {
                    continue;
                }
            }
            self.apply(change, &staged(change.path, change.slot, self.folders))?;
        }
        if !changes.is_empty() {
            self.folder.sync_all()?;
        }
        if lock { self.folder.rename(&staged_lock(), LOCK.into()) } else { Ok(()) }
    }

    /// Brings a folder with all that is in it. False where it is there by now: then its files come one by one.
    fn bring(&mut self, outermost: &'a Utf8Path) -> Result<bool, Refused> {
        match self.folder.rename_new(&below_staging(outermost), outermost) {
            Ok(()) => {
                self.done.push(Done::Folder(outermost));
                Ok(true)
            }
            Err(refused) if refused.is_taken() => Ok(false),
            Err(refused) => Err(refused),
        }
    }

    /// Changes one file. `other`: where its new content is staged, or where a removed one goes.
    fn apply(&mut self, change: &'a Change<'a>, other: &Utf8Path) -> Result<(), Refused> {
        let path = change.path;
        match change.kind {
            ChangeKind::Removed => self.folder.rename(path, other)?,
            ChangeKind::Created => {
                self.make_folders(path)?;
                self.folder.rename_new(other, path)?;
            }
            ChangeKind::Updated if self.folder.exchange(other, path)? => {
                self.done.push(Done::Exchanged(change));
                return Ok(());
            }
            ChangeKind::Updated => {
                self.folder.keep(path, &kept(change.slot))?;
                // From here on there is something to undo.
                self.done.push(Done::File(change));
                return self.folder.rename(other, path);
            }
        }
        self.done.push(Done::File(change));
        Ok(())
    }

    fn make_folders(&mut self, path: &'a Utf8Path) -> Result<(), Refused> {
        for missing in self.folders.missing_above(path) {
            if self.folder.make_folder(missing)? {
                self.made.push(missing);
            }
        }
        Ok(())
    }

    fn undo(&mut self) -> Result<(), Refused> {
        while let Some(done) = self.done.pop() {
            match done {
                Done::File(change) if change.kind == ChangeKind::Created => self.folder.remove_file(change.path)?,
                Done::File(change) => self.folder.rename(&kept(change.slot), change.path)?,
                Done::Exchanged(change) => {
                    self.folder.rename(&staged(change.path, change.slot, self.folders), change.path)?;
                }
                Done::Folder(outermost) => self.remove_made(outermost)?,
            }
        }
        while let Some(made) = self.made.pop() {
            self.folder.remove_folder(made)?;
        }
        Ok(())
    }

    /// Removes what came with a folder, and nothing that anybody has put there since.
    fn remove_made(&self, outermost: &Utf8Path) -> Result<(), Refused> {
        let came = |change: &&Change<'_>| self.folders.comes_with(change.path) == Some(outermost);
        for change in self.changes.iter().filter(came) {
            self.folder.remove_file(change.path)?;
        }
        self.folders.all_in(outermost).try_for_each(|inside| self.folder.remove_folder(inside))
    }
}

/// Makes the folder in which files are staged.
pub(super) fn make_staging(folder: &Folder<'_>) -> Result<(), Refused> {
    folder.make_folder(STAGING.into()).map(drop)
}

/// Removes what was staged: the lock first, since nothing may refer to what is gone.
pub(super) fn clear(folder: &Folder<'_>) -> Result<(), Refused> {
    if folder.find(STAGING.into())? != Found::Folder {
        return Ok(());
    }
    folder.remove_file(&staged_lock())?;
    if folder.find(NEW.into())? == Found::Folder {
        folder.remove_all(NEW.into())?;
    }
    // A folder among the rest is none of ours.
    for (name, _) in folder.entries(STAGING.into())? {
        folder.remove_file(&Utf8Path::new(STAGING).join(name))?;
    }
    folder.remove_folder(STAGING.into())
}

/// Whether an earlier build was killed, or something else stands where files are staged.
pub(super) fn is_unfinished(folder: &Folder<'_>) -> Result<bool, Refused> {
    Ok(folder.find(STAGING.into())? != Found::Absent)
}

/// What an earlier build that was killed has left, brought into the lock. With `write`, it is written, and cleared away.
pub(super) fn recover(folder: &Folder<'_>, lock: &mut Lock, write: bool) -> Result<(), Box<Diagnostic>> {
    match folder.find(STAGING.into())? {
        Found::Absent => return Ok(()),
        Found::Folder => {}
        // What lies behind a link is somebody's.
        _ => {
            let message = format!("`{STAGING}` is no folder");
            let in_the_way = Diagnostic::without_place(IN_THE_WAY, message);
            return Err(in_the_way.help("move it away: files wait there while a build runs").into());
        }
    }
    let staged = staged_lock();
    if let Some(text) = folder.read_own(&staged)? {
        let mut settled = lock.clone();
        let mut buffer = Vec::new();
        let to_be = Lock::read_as(staged.as_str(), &text)?;
        settled.settle(to_be, |path, digest| -> Result<bool, Refused> {
            Ok(match folder.read(path, &mut buffer)? {
                Found::Absent => digest.is_none(),
                Found::File => digest == Some(Digest::of_file(path, &buffer)),
                _ => false,
            })
        })?;
        if write && settled != *lock {
            let begun = begun_lock();
            folder.remove_file(&begun)?;
            folder.write_new(&begun, settled.text().as_bytes())?;
            folder.rename(&begun, LOCK.into())?;
        }
        *lock = settled;
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
