//! What a build is about to rename, written down before it begins, so that the next run knows whose files it finds if
//! this one is killed.

use camino::{Utf8Path, Utf8PathBuf};

use super::digest::Digest;
use super::doc::Text;
use super::lock::{Lock, Row, read_own, row_bytes, write_row};
use super::printed::Printed;
use super::rule;
use super::yaml::Writer;
use crate::diag::Diagnostic;
use crate::ir::Origin;
use crate::record;

/// The files that change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Journal {
    pub(super) changes: Vec<JournalChange>,
}

/// One file that changes, and its row in the lock afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JournalChange {
    pub(super) path: Utf8PathBuf,
    pub(super) new: Option<Row>,
}

record! {
    /// A journal as it is written.
    pub struct JournalText as "journal" {
        /// The files that change.
        changes: Vec<JournalRow>, many;
    }
}

record! {
    /// A file that a build writes or removes.
    pub struct JournalRow as "change in the journal" {
        /// Its path below the output folder.
        path: String, required;
        /// The target that generated it, where it is written.
        target: String, optional;
        /// The environment that it is for.
        environment: String, optional;
        /// The digest of what is written.
        digest: Digest, optional;
    }
}

impl Journal {
    pub(super) fn read(name: &str, text: &str) -> Result<Journal, Box<Diagnostic>> {
        let read: JournalText = read_own(name, text)?;
        let changes = read.changes.into_iter().map(|row| JournalChange {
            path: row.path.into(),
            new: row.target.zip(row.digest).map(|(target, digest)| Row {
                target: target.into(),
                environment: row.environment.map(Into::into),
                digest,
            }),
        });
        Ok(Journal { changes: changes.collect() })
    }

    /// The text of a journal: the paths that change, and the row in the lock of each that is not removed.
    pub(super) fn text<'a>(changes: impl Iterator<Item = (&'a Utf8Path, Option<&'a Row>)> + Clone) -> String {
        let origin = Origin::rule(rule::LOCK);
        let mut printed = Printed::default();
        printed.text.reserve(changes.clone().map(|(path, _)| row_bytes(path)).sum());
        let header = "A pathc build was here and did not end; the next one goes on from here.";
        let mut out = Writer::new(&[Text::Borrowed(header)], &mut printed);
        out.list("changes", origin, |out| changes.for_each(|(path, row)| write_row(path, row, origin, out)));
        printed.text
    }

    /// Brings a lock to what was done of the journal. `is_done`: whether a path has the file with this digest, or none.
    ///
    /// What was done is ours as it stands; what was not done is still what the lock says. A file that is neither keeps
    /// its row, so that it is reported as edited and never replaced.
    pub(super) fn settle<E>(
        self,
        lock: &mut Lock,
        mut is_done: impl FnMut(&Utf8Path, Option<Digest>) -> Result<bool, E>,
    ) -> Result<(), E> {
        for JournalChange { path, new } in self.changes {
            if is_done(&path, new.as_ref().map(|row| row.digest))? {
                match new {
                    Some(row) => drop(lock.files.insert(path, row)),
                    None => drop(lock.files.remove(&path)),
                }
            }
        }
        Ok(())
    }
}
