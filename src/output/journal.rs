//! What a build is about to rename, written down before it begins, so that the next run knows whose files it finds if
//! this one is killed.

use camino::{Utf8Path, Utf8PathBuf};

use super::digest::Digest;
use super::doc::{Doc, Map, Style};
use super::lock::{Lock, Row, read_own, write_own};
use super::rule;
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
                target,
                environment: row.environment,
                digest,
            }),
        });
        Ok(Journal { changes: changes.collect() })
    }

    pub(super) fn text(&self) -> String {
        let origin = Origin::rule(rule::LOCK);
        let changes = self.changes.iter().map(|change| {
            let text = |text: String| Doc::text(text, origin);
            let new = change.new.as_ref();
            let map = Map::new(origin)
                .text("path", change.path.to_string())
                .with_some("target", new.map(|row| text(row.target.clone())))
                .with_some("environment", new.and_then(|row| row.environment.clone()).map(text))
                .with_some("digest", new.map(|row| text(row.digest.to_string())));
            Doc::Map(Map { style: Style::Flow, ..map })
        });
        let document = Map::new(origin).with("changes", Doc::list(changes, origin));
        write_own("A pathc build was here and did not end; the next one goes on from here.", document)
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
