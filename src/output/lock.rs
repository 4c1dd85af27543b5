//! `pathc.lock`: what was generated, by which target, and with what digest. One line a file, sorted, so that two branches
//! merge as their files do.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use rayon::prelude::*;
use smol_str::SmolStr;

use super::digest::Digest;
use super::doc::{Doc, Map, Text};
use super::files::flaw_of_path;
use super::folders::{by_folder, normal};
use super::printed::Printed;
use super::rule;
use super::yaml::Writer;
use crate::diag::Diagnostic;
use crate::diag::code::{OTHER_VERSION, UNREADABLE_LOCK};
use crate::ir::{Origin, Table};
use crate::record;
use crate::source::decode::list_of;
use crate::source::{Decode, Decoder, FileKind, Sources, yaml as reader};

/// Where the lock lies, below the output folder.
pub const LOCK: &str = "pathc.lock";

/// The form of the lock that this version writes and reads.
const FORM: u32 = 1;

/// What was generated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The version of the compiler.
    pub compiler: String,
    /// The version of each target spec.
    pub specs: BTreeMap<String, String>,
    /// The files by their paths.
    pub files: IndexMap<Utf8PathBuf, Row>,
}

/// What is known of a generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The target that generated it.
    pub target: SmolStr,
    /// The environment that it is for, where it is for one.
    pub environment: Option<SmolStr>,
    /// The digest of what was generated.
    pub digest: Digest,
}

record! {
    /// A lock as it is written.
    pub struct LockText as "lock" {
        /// The form of the file.
        form: u32, required;
        /// The version of the compiler that wrote it.
        compiler: String, required;
        /// The version of each target spec.
        specs: Table<String, String>, many;
        /// The files that were generated.
        files: Vec<RowText>, many;
    }
}

record! {
    /// A generated file in the lock.
    pub struct RowText as "file in the lock" {
        /// Its path below the output folder.
        path: String, required;
        /// The target that generated it.
        target: String, required;
        /// The environment that it is for.
        environment: String, optional;
        /// The digest of its canonical text.
        digest: Digest, required;
    }
}

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn read(text: &str) -> Result<Lock, Box<Diagnostic>> {
        Lock::read_as(LOCK, text)
    }

    /// Reads a lock that lies under another name.
    pub(super) fn read_as(name: &str, text: &str) -> Result<Lock, Box<Diagnostic>> {
        let (mut lock, rows) = Lock::read_in_pieces(name, text, |rows| rows)?;
        lock.files = rows.into_iter().flatten().collect();
        Ok(lock)
    }

    /// Reads a lock some rows at a time, since a tree of all takes several times the memory of its text. Returns the lock
    /// without its files, and what `take` makes of the rows, in order.
    pub(super) fn read_in_pieces<T: Send>(
        name: &str,
        text: &str,
        take: impl Fn(Vec<(Utf8PathBuf, Row)>) -> T + Sync,
    ) -> Result<(Lock, Vec<T>), Box<Diagnostic>> {
        let in_pieces = || {
            let (head, pieces) = pieces(text)?;
            let (lock, _) = parts(name, read_own(name, head).ok()?).ok()?;
            let rows = |piece: &&str| Some(take(rows(name, read_own(name, piece).ok()?).ok()?));
            Some((lock, pieces.par_iter().map(rows).collect::<Option<Vec<T>>>()?))
        };
        if let Some(read) = in_pieces() {
            return Ok(read);
        }
        // What somebody wrote, or what is wrong: then its lines are counted from the first.
        let (lock, files) = parts(name, read_own(name, text)?)?;
        Ok((lock, vec![take(rows(name, files)?)]))
    }

    /// Whether these versions wrote the lock.
    ///
    /// # Errors
    /// Which other versions did.
    pub fn written_by(&self, compiler: &str, specs: &BTreeMap<String, String>) -> Result<(), Box<Diagnostic>> {
        let other =
            |message: String, help: &str| Err(Box::new(Diagnostic::without_place(OTHER_VERSION, message).help(help)));
        if self.compiler.is_empty() {
            return other(format!("there is no `{LOCK}`"), "build once without `--locked`, and commit the lock");
        }
        if self.compiler != compiler {
            let message = format!("pathc {} wrote `{LOCK}`, and this is pathc {compiler}", self.compiler);
            let help = format!("use pathc {}, or build without `--locked` and review what changes", self.compiler);
            return other(message, &help);
        }
        let names: BTreeSet<&String> = self.specs.keys().chain(specs.keys()).collect();
        let differ: Vec<&str> =
            names.into_iter().filter(|name| self.specs.get(*name) != specs.get(*name)).map(String::as_str).collect();
        if differ.is_empty() {
            return Ok(());
        }
        other(
            format!("`{LOCK}` was written with other facts in {}", list_of(&differ)),
            "build without `--locked`, and review what changes",
        )
    }

    /// The text of the lock.
    #[must_use]
    pub fn text(&self) -> String {
        let mut printed = Printed::default();
        let paths = self.files.keys().map(Utf8PathBuf::as_path).collect();
        let row = |number| self.files.get_index(number).map(RowToBe::of);
        let to_be = LockToBe::new(&self.compiler, &self.specs, paths, &row);
        (0..).take_while(|index| to_be.part(*index, &mut printed)).for_each(drop);
        printed.text
    }

    /// Brings a lock to what was done of a build that was to end with another one. `is_done`: whether a path has the file
    /// with this digest, or none.
    ///
    /// What was done is ours as it stands; what was not done is still what the lock says. A file that is neither keeps
    /// its row, so that it is reported as edited and never replaced.
    pub(super) fn settle<E>(
        &mut self,
        to_be: Lock,
        mut is_done: impl FnMut(&Utf8Path, Option<Digest>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut gone = HashSet::new();
        for path in self.files.keys().filter(|path| !to_be.files.contains_key(*path)) {
            if is_done(path, None)? {
                gone.insert(path.clone());
            }
        }
        self.files.retain(|path, _| !gone.contains(path));
        for (path, row) in to_be.files {
            if self.files.get(&path) != Some(&row) && is_done(&path, Some(row.digest))? {
                self.files.insert(path, row);
            }
        }
        Ok(())
    }
}

/// A lock that is about to be written.
pub(super) struct LockToBe<'a> {
    compiler: &'a str,
    specs: &'a BTreeMap<String, String>,
    /// The paths of all rows in order, each with its row's number: rows are made where they are printed.
    paths: Vec<(&'a Utf8Path, usize)>,
    row: RowByNumber<'a>,
}

/// Gives a row of a lock by its number.
type RowByNumber<'a> = &'a (dyn Fn(usize) -> Option<RowToBe<'a>> + Sync);

/// A file in a lock that is about to be written.
#[derive(Clone, Copy)]
pub(super) struct RowToBe<'a> {
    pub(super) path: &'a Utf8Path,
    pub(super) target: &'a str,
    pub(super) environment: Option<&'a str>,
    pub(super) digest: Digest,
}

impl<'a> LockToBe<'a> {
    /// A lock of rows with these paths, by their numbers from 0. It has them folder by folder.
    pub(super) fn new(
        compiler: &'a str,
        specs: &'a BTreeMap<String, String>,
        paths: Vec<&'a Utf8Path>,
        row: RowByNumber<'a>,
    ) -> LockToBe<'a> {
        let mut paths: Vec<(&Utf8Path, usize)> = paths.into_iter().zip(0..).collect();
        paths.par_sort_unstable_by(|(one, _), (other, _)| by_folder(one, other));
        LockToBe { compiler, specs, paths, row }
    }

    /// Prints a part of the text by its number, from 0. False where there are not so many.
    pub(super) fn part(&self, index: usize, out: &mut Printed) -> bool {
        const ROWS: usize = 256;
        let origin = Origin::rule(rule::LOCK);
        let Some(index) = index.checked_sub(1) else {
            self.head(origin, out);
            return true;
        };
        let Some(paths) = self.paths.chunks(ROWS).nth(index) else { return false };
        Writer::part(origin, out, |out| {
            for (at, row) in paths.iter().filter_map(|(_, number)| (self.row)(*number)).enumerate() {
                out.element_apart("files", origin, index * ROWS + at, |out| row.write(origin, out));
            }
        });
        true
    }

    fn head(&self, origin: Origin, out: &mut Printed) {
        let mut specs = Map::new(origin);
        for (name, version) in self.specs {
            specs.put(name.clone(), Doc::text(version.clone(), origin));
        }
        let header = "What pathc generated, so that it knows its files again. Written by pathc build.";
        let mut out = Writer::new(&[Text::Borrowed(header)], out);
        out.doc("form", &Doc::Integer(i64::from(FORM), origin));
        out.text("compiler", self.compiler, origin);
        out.doc("specs", &specs.into());
        if self.paths.is_empty() {
            out.list("files", origin, |_| ());
        }
    }
}

impl<'a> RowToBe<'a> {
    /// A row as it was read.
    pub(super) fn of((path, row): (&'a Utf8PathBuf, &'a Row)) -> RowToBe<'a> {
        RowToBe { path, target: &row.target, environment: row.environment.as_deref(), digest: row.digest }
    }

    /// Writes what is known of a file in one line.
    fn write(&self, origin: Origin, out: &mut Writer<'_>) {
        let digest = self.digest.hex();
        let entries = [
            Some(("path", self.path.as_str())),
            Some(("target", self.target)),
            self.environment.map(|environment| ("environment", environment)),
            Some(("digest", &*digest)),
        ];
        out.element_inline(origin, entries.into_iter().flatten().map(|(key, text)| (key, text, origin)));
    }
}

/// The text of a lock as it is written, before its rows, and some rows at a time; none where it was written otherwise.
fn pieces(text: &str) -> Option<(&str, Vec<&str>)> {
    const PIECE: usize = 1 << 16;
    let (head, mut rest) = text.split_once("\nfiles:\n")?;
    if !rest.lines().all(|line| line.starts_with("  - {")) {
        return None;
    }
    let mut pieces = Vec::with_capacity(rest.len() / PIECE + 1);
    while !rest.is_empty() {
        let behind = rest.as_bytes().get(PIECE..).unwrap_or_default();
        let end = memchr::memchr(b'\n', behind).map_or(rest.len(), |at| PIECE + at + 1);
        let (piece, others) = rest.split_at(end);
        pieces.push(piece);
        rest = others;
    }
    Some((head, pieces))
}

/// What a lock says, and its rows as they are written.
fn parts(name: &str, read: LockText) -> Result<(Lock, Vec<RowText>), Box<Diagnostic>> {
    if read.form != FORM {
        let message = format!("`{name}` has form {}, and this version knows form {FORM}", read.form);
        let other = Diagnostic::without_place(UNREADABLE_LOCK, message);
        return Err(other.help(format!("use pathc {}, which wrote it, or a later version", read.compiler)).into());
    }
    let specs = read.specs.entries.into_iter().map(|(name, version)| (name.value, version)).collect();
    Ok((Lock { compiler: read.compiler, specs, files: IndexMap::new() }, read.files))
}

fn rows(name: &str, read: Vec<RowText>) -> Result<Vec<(Utf8PathBuf, Row)>, Box<Diagnostic>> {
    let row = |row: RowText| {
        let path = Utf8PathBuf::from(row.path);
        // Files of the lock may be removed: it must not be able to name any other.
        if let Some(flaw) = flaw_of_path(&path) {
            return Err(unreadable(name, &format!("its path `{path}` {flaw}")));
        }
        let (target, environment) = (row.target.into(), row.environment.map(SmolStr::from));
        Ok((normal(path), Row { target, environment, digest: row.digest }))
    };
    read.into_iter().map(row).collect()
}

/// Reads a file that pathc keeps for itself.
fn read_own<T: Decode>(name: &str, text: &str) -> Result<T, Box<Diagnostic>> {
    let mut sources = Sources::default();
    let (tree, problems) = reader::parse(crate::source::FileId::default(), text);
    let id = sources.add(Utf8Path::new(name).to_owned(), text.to_owned(), FileKind::Plan, tree);
    let (value, problems) = if problems.is_empty() {
        let mut decoder = Decoder::new(id, sources.file(id));
        let value = decoder.document();
        (value, decoder.finish())
    } else {
        (None, problems)
    };
    match (value, problems.first()) {
        (Some(value), None) => Ok(value),
        (_, Some(problem)) => {
            let line = sources.position(id, problem.span.start).line;
            Err(unreadable(name, &format!("line {line}: {}", problem.message)))
        }
        (None, None) => Err(unreadable(name, "it is empty")),
    }
}

fn unreadable(name: &str, why: &str) -> Box<Diagnostic> {
    let unreadable = Diagnostic::without_place(UNREADABLE_LOCK, format!("`{name}` can't be read: {why}"));
    unreadable
        .help("after a merge, take either side of it; then run `pathc build`")
        .help("or remove it: files that are as a build makes them are adopted, others are reported, never replaced")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let row = |environment: Option<&str>| Row {
            target: "kubernetes".into(),
            environment: environment.map(SmolStr::from),
            digest: Digest::of(b"x"),
        };
        Lock {
            compiler: "0.1.0".to_owned(),
            specs: BTreeMap::from([("kubernetes".to_owned(), "2026-11-20".to_owned())]),
            files: [("a/no.yaml".into(), row(Some("prod"))), ("b: [".into(), row(None))].into(),
        }
    }

    #[test]
    fn a_lock_reads_back_and_has_one_line_a_file() {
        let text = lock().text();
        assert_eq!(Lock::read(&text).unwrap(), lock());
        assert_eq!(text.lines().filter(|line| line.contains("digest: ")).count(), 2, "{text}");
        assert_eq!(Lock::read(&Lock::default().text()).unwrap(), Lock::default());
    }

    #[test]
    fn a_lock_that_is_not_ours_is_refused_with_help() {
        for text in [
            "",
            "x",
            "<<<<<<< HEAD\nform: 1\n",
            "form: 1\ncompiler: x\nfiles: [{path: ../a, target: t, digest: x}]\n",
            &lock().text().replace("a/no.yaml", "../no.yaml"),
            &lock().text().replace("a/no.yaml", "/no.yaml"),
            &lock().text().replace("form: 1", "form: 2"),
        ] {
            let refused = Lock::read(text).unwrap_err();
            assert_eq!(refused.code, UNREADABLE_LOCK);
            assert!(!refused.help.is_empty());
        }
    }
}
