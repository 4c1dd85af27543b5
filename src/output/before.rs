//! What the last build has left, beside the files of this one.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::commit;
use super::digest::Digest;
use super::folder::Folder;
use super::lock::{LOCK, Lock, Row};
use super::wanted::AllWanted;
use crate::diag::Diagnostic;

/// What the last build has left.
pub(super) struct Before {
    /// Its lock, without files.
    pub(super) lock: Lock,
    /// The digest of each file that takes part, where the lock knows it.
    digests: Vec<Option<Digest>>,
    /// Files that don't: they stay as they are, or nothing generates them any more.
    pub(super) others: IndexMap<Utf8PathBuf, Row>,
}

/// Rows of a lock, told apart: those of files that take part by their numbers.
type Apart = (Vec<(usize, Digest)>, Vec<(Utf8PathBuf, Row)>);

impl Before {
    /// Reads the lock, and brings what a build that was killed has left into it. With `write`, that is written, too.
    /// `agree`: whether this build may follow that of the lock.
    pub(super) fn read(
        folder: &Folder<'_>,
        wanted: &AllWanted<'_>,
        write: bool,
        agree: impl Fn(&Lock) -> Result<(), Box<Diagnostic>>,
    ) -> Result<Before, Box<Diagnostic>> {
        let (text, is_unfinished) = (folder.read_own(LOCK.into())?, commit::is_unfinished(folder)?);
        let mut before = Before { lock: Lock::default(), digests: vec![None; wanted.len()], others: IndexMap::new() };
        if text.is_none() && !is_unfinished {
            agree(&before.lock)?;
            return Ok(before);
        }
        let numbers: HashMap<&Utf8Path, usize> =
            wanted.iter().enumerate().map(|(number, wanted)| (wanted.path(), number)).collect();
        let apart = |rows: Vec<(Utf8PathBuf, Row)>| {
            let (mut known, mut others) = Apart::default();
            for (path, row) in rows {
                match numbers.get(path.as_path()) {
                    Some(number) => known.push((*number, row.digest)),
                    None => others.push((path, row)),
                }
            }
            (known, others)
        };
        let (lock, rows) = if is_unfinished {
            let mut lock = text.map_or_else(|| Ok(Lock::default()), |text| Lock::read(&text))?;
            agree(&lock)?;
            commit::recover(folder, &mut lock, write)?;
            let rows = std::mem::take(&mut lock.files).into_iter().collect();
            (lock, vec![apart(rows)])
        } else {
            let read = text.map(|text| Lock::read_in_pieces(LOCK, &text, apart));
            let (lock, rows) = read.transpose()?.unwrap_or_default();
            agree(&lock)?;
            (lock, rows)
        };
        before.lock = lock;
        for (known, others) in rows {
            for (number, digest) in known {
                before.digests[number] = Some(digest);
            }
            before.others.extend(others);
        }
        Ok(before)
    }

    /// The digest of a file that takes part, by its number, where the lock knows it.
    pub(super) fn digest(&self, number: usize) -> Option<Digest> {
        self.digests.get(number).copied().flatten()
    }
}
