//! Builds: prints files on all cores, compares each with the disk, stages what differs and drops the text. Nothing is
//! written where one file is somebody else's; nothing is written where nothing changed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::before::Before;
use super::commit::{self, Change, begun_lock, staged};
use super::compare::{Verdict, compare, leftover};
use super::digest::{Digest, is_workflow};
use super::files::{Content, Generated, Job, PartJob};
use super::folder::{Folder, Found, Refused, Steps, Unhindered};
use super::folders::{Folders, by_folder};
use super::lock::{LOCK, LockToBe, Row, RowToBe};
use super::parts::{Beginning, each_chunk};
use super::printed::Printed;
use super::wanted::{AllWanted, Wanted, wanted};
use crate::diag::Diagnostic;
use crate::diag::code::{BUILD_RUNNING, MISSING, STALE};

pub use super::commit::ChangeKind;

/// The target spec that the pins of workflows are of.
const PINS: &str = "github_actions";

/// What is to be built, and where.
pub struct Request<'a> {
    /// The folder that outputs and lock lie in: the repository's root, or `--out`.
    pub root: &'a Utf8Path,
    /// What the targets generated, in order.
    pub targets: &'a [Generated<'a>],
    /// Which of the files take part.
    pub selection: &'a Selection,
    /// Whether to write.
    pub mode: Mode,
    /// Whether only the versions may write that wrote the lock.
    pub locked: bool,
    /// The version of the compiler.
    pub compiler: &'a str,
    /// The version of each target spec.
    pub specs: &'a BTreeMap<String, String>,
    /// How long to wait for another build to end.
    pub wait: Duration,
    /// Called once where there is another build to wait for.
    pub waiting: &'a (dyn Fn() + Sync),
    /// Sees everything before anything is written.
    pub witness: Option<&'a dyn Witness>,
}

/// Looks at what is about to be written, on any thread, and may object.
pub trait Witness: Sync {
    /// Looks at a file: its content, where that was made as a whole, and the text that it was printed as.
    fn see(
        &self,
        target: &str,
        environment: Option<&str>,
        path: &Utf8Path,
        content: Option<&Content>,
        printed: &Printed,
    );

    /// What is wrong with all of it together. Asked once, after every file was seen.
    fn verdict(&self) -> Vec<Diagnostic>;
}

/// What to do with what is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write it.
    Write {
        /// Also over what others wrote.
        force: bool,
    },
    /// Only say what a build would change.
    Check,
}

/// The files that take part; those that don't stay as they are, in the tree and in the lock.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only of these targets; empty: of all.
    pub targets: Vec<String>,
    /// Only for these environments; empty: for all, and those that are for none alone.
    pub environments: Vec<String>,
}

impl Selection {
    /// Whether a file of a target, for an environment, takes part.
    #[must_use]
    pub fn includes(&self, target: &str, environment: Option<&str>) -> bool {
        let of_target = self.targets.is_empty() || self.targets.iter().any(|name| name == target);
        let named = |environment| self.environments.iter().any(|name| name == environment);
        of_target && (self.environments.is_empty() || environment.is_some_and(named))
    }
}

/// What a build did, or what it would do.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many files of each target there are, in the order of the request.
    pub targets: Vec<(String, Counts)>,
    /// The files that changed, or in a check those that would. Empty where a build was refused: nothing was written.
    pub changes: Vec<(Utf8PathBuf, ChangeKind)>,
    /// Why nothing was written, or what a check found.
    pub diagnostics: Vec<Diagnostic>,
}

/// How many files of a target were what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Written: created or updated.
    pub written: usize,
    /// Removed.
    pub removed: usize,
    /// The same as before.
    pub unchanged: usize,
}

/// Builds.
#[must_use]
pub fn build(request: &Request<'_>) -> Outcome {
    build_by_steps(request, &Unhindered)
}

/// Builds, with each call that changes something passing a gate first.
#[must_use]
pub fn build_by_steps(request: &Request<'_>, steps: &dyn Steps) -> Outcome {
    let mut outcome = Outcome::default();
    if let Err(diagnostic) = run(request, steps, &mut outcome) {
        outcome.diagnostics.push(*diagnostic);
    }
    if request.mode != Mode::Check && !outcome.diagnostics.is_empty() {
        outcome.targets.clear();
        outcome.changes.clear();
    }
    outcome
}

fn run(request: &Request<'_>, steps: &dyn Steps, outcome: &mut Outcome) -> Result<(), Box<Diagnostic>> {
    let wanted = wanted(request, &mut outcome.diagnostics);
    if !outcome.diagnostics.is_empty() {
        return Ok(());
    }
    let folder = match request.mode {
        Mode::Write { .. } => Folder::create(request.root, steps)?,
        Mode::Check => match Folder::open(request.root, steps)? {
            Some(folder) => folder,
            None => {
                outcome.diagnostics.extend(wanted.iter().map(|wanted| missing(wanted.path())));
                return Ok(());
            }
        },
    };
    if !folder.lock(request.wait, request.waiting)? {
        let message = format!("another build still writes to `{}`", request.root);
        let running = Diagnostic::without_place(BUILD_RUNNING, message);
        return Err(running.help("wait until it has ended, then build again").into());
    }
    let writes = request.mode != Mode::Check;
    let before = Before::read(&folder, &wanted, writes, |lock| {
        if request.locked { lock.written_by(request.compiler, request.specs) } else { Ok(()) }
    })?;

    let build = Build { request, folder: &folder, before, staging: AtomicBool::new(false) };
    let result = build.run(&wanted, outcome);
    if writes && build.staging.load(Ordering::Relaxed) && (result.is_err() || !outcome.diagnostics.is_empty()) {
        // Staged files are nobody's yet. What can't be cleared now is cleared by the next build.
        let _ = commit::clear(&folder);
    }
    result
}

fn missing(path: &Utf8Path) -> Diagnostic {
    Diagnostic::without_place(MISSING, format!("`{path}` is not there")).help("run `pathc build`")
}

fn stale(path: &Utf8Path, why: &str) -> Diagnostic {
    Diagnostic::without_place(STALE, format!("`{path}` {why}")).help("run `pathc build`")
}

fn before_any_change(refused: Refused) -> Box<Diagnostic> {
    let mut diagnostic: Box<Diagnostic> = refused.into();
    diagnostic.notes.push("nothing was changed".to_owned());
    diagnostic
}

/// How a file changes, if it does and may.
fn change_of(verdict: Verdict, mode: Mode, diagnostics: &mut Vec<Diagnostic>) -> Option<ChangeKind> {
    match verdict {
        Verdict::Same => None,
        Verdict::Absent => Some(ChangeKind::Created),
        Verdict::Outdated => Some(ChangeKind::Updated),
        Verdict::Foreign(_) if mode == (Mode::Write { force: true }) => Some(ChangeKind::Updated),
        Verdict::Foreign(diagnostic) | Verdict::InTheWay(diagnostic) => {
            diagnostics.push(*diagnostic);
            None
        }
    }
}

/// What is known of a file's place before the file is printed.
struct Known {
    /// Where it is staged.
    staged: Utf8PathBuf,
    /// Whether its folder is there.
    is_reachable: bool,
    /// The digest that the lock knows of it.
    digest: Option<Digest>,
    /// Whether the pins of actions are not those of the last build.
    repinned: bool,
}

/// What a file will be, and what lies at its place.
type Compared = (Digest, Verdict);

/// What comes of what was compared.
struct Settled<'a> {
    changes: Vec<Change<'a>>,
    counts: BTreeMap<&'a str, Counts>,
    diagnostics: Vec<Diagnostic>,
}

struct Build<'a, 'f> {
    request: &'a Request<'a>,
    folder: &'a Folder<'f>,
    before: Before,
    /// Whether the folder in which files are staged is there.
    staging: AtomicBool,
}

impl Build<'_, '_> {
    fn run(&self, wanted: &AllWanted<'_>, outcome: &mut Outcome) -> Result<(), Box<Diagnostic>> {
        let leftovers = self.leftovers();
        let paths = wanted.iter().map(Wanted::path);
        let paths = paths.chain(leftovers.iter().map(|(path, _)| path.as_path()));
        let gives_way = |path: &Utf8Path| leftovers.iter().any(|(leftover, _)| *leftover == path);
        let folders = Folders::look(self.folder, self.request.root, paths, gives_way, &mut outcome.diagnostics)?;
        if !outcome.diagnostics.is_empty() {
            return Ok(());
        }
        let compared = self.compare_all(wanted, &folders).map_err(before_any_change)?;
        let mut digests = Vec::with_capacity(compared.len());
        let verdicts = compared.into_iter().map(|(digest, verdict)| {
            digests.push(digest);
            verdict
        });
        let settled = self.settle(wanted, verdicts, &leftovers, &folders)?;
        // What takes no part stays in the lock.
        let stays = |row: &Row| !self.request.selection.includes(&row.target, row.environment.as_deref());
        let stay: Vec<_> = self.before.others.iter().filter(|(_, row)| stays(row)).collect();
        let row = |number: usize| match number.checked_sub(digests.len()) {
            None => Some(wanted.get(number)?.row(*digests.get(number)?)),
            Some(number) => stay.get(number).copied().map(RowToBe::of),
        };
        let (verdict, lock) = rayon::join(
            || self.request.witness.map(Witness::verdict).unwrap_or_default(),
            || {
                let paths = wanted.iter().map(Wanted::path).chain(stay.iter().map(|(path, _)| path.as_path()));
                LockToBe::new(self.request.compiler, self.request.specs, paths.collect(), &row)
            },
        );
        let Settled { changes, counts, diagnostics } = settled;
        outcome.diagnostics.extend(verdict.into_iter().chain(diagnostics));
        outcome.targets = self.per_target(counts);
        match self.request.mode {
            Mode::Check => self.check(&changes, &lock, outcome)?,
            Mode::Write { .. } if outcome.diagnostics.is_empty() => self.write(&changes, lock, &folders)?,
            Mode::Write { .. } => {}
        }
        outcome.changes = changes.iter().map(|change| (change.path.to_owned(), change.kind)).collect();
        Ok(())
    }

    /// What comes of what was compared.
    fn settle<'w>(
        &'w self,
        wanted: &AllWanted<'w>,
        verdicts: impl Iterator<Item = Verdict>,
        leftovers: &[(&'w Utf8PathBuf, &'w Row)],
        folders: &Folders<'_>,
    ) -> Result<Settled<'w>, Refused> {
        let (mut counts, mut changes) = (BTreeMap::<&str, Counts>::new(), Vec::new());
        let (mut diagnostics, mode) = (Vec::new(), self.request.mode);
        for (slot, (wanted, verdict)) in wanted.iter().zip(verdicts).enumerate() {
            let counts = counts.entry(wanted.target()).or_default();
            match change_of(verdict, mode, &mut diagnostics) {
                Some(kind) => {
                    counts.written += 1;
                    changes.push(Change { path: wanted.path(), kind, slot });
                }
                None => counts.unchanged += 1,
            }
        }
        let mut buffer = Vec::new();
        for (index, (path, row)) in leftovers.iter().enumerate() {
            if !folders.has_folder_of(path) {
                continue;
            }
            let verdict = leftover(self.folder, path, row.digest, &mut buffer)?;
            if matches!(verdict, Verdict::Absent) {
                continue;
            }
            if change_of(verdict, mode, &mut diagnostics).is_some() {
                counts.entry(&row.target).or_default().removed += 1;
                let slot = wanted.len() + index;
                changes.push(Change { path, kind: ChangeKind::Removed, slot });
            }
        }
        Ok(Settled { changes, counts, diagnostics })
    }

    /// Rows of the lock that take part and that nothing generates any more.
    fn leftovers(&self) -> Vec<(&Utf8PathBuf, &Row)> {
        let takes_part = |row: &Row| self.request.selection.includes(&row.target, row.environment.as_deref());
        let mut found: Vec<_> = self.before.others.iter().filter(|(_, row)| takes_part(row)).collect();
        found.sort_unstable_by(|(one, _), (other, _)| by_folder(one, other));
        found
    }

    /// Prints each file, compares it and stages it where it will be written.
    fn compare_all(&self, wanted: &AllWanted<'_>, folders: &Folders<'_>) -> Result<Vec<Compared>, Refused> {
        /// How many files a worker takes at once: neighbours share texts.
        const TOGETHER: usize = 16;
        let repinned = self.before.lock.specs.get(PINS) != self.request.specs.get(PINS);
        // What takes longest comes first, so that no worker waits for another one in the end. Then workers are kept apart:
        // where they make files in the same folder at once, they wait for each other. What is held is printed beside the
        // first that takes long: its room serves for all that comes later.
        let (mut held, mut long, mut short) = (Vec::new(), Vec::new(), Vec::new());
        for (slot, wanted) in wanted.iter().enumerate() {
            match wanted.job() {
                Job::Held(_) => held.push(slot),
                Job::Parts(_) => long.push(slot),
                Job::Whole(_) | Job::Streamed(_) => short.push(slot),
            }
        }
        let mut long = long.chunks(1);
        let first = long.next();
        let short: Vec<&[usize]> = short.chunks(TOGETHER).collect();
        let apart = short.len().div_ceil(rayon::current_num_threads()).max(1);
        let short = (0..apart).flat_map(|first| short.iter().skip(first).step_by(apart).copied());
        let tasks: Vec<&[usize]> = first.into_iter().chain(held.chunks(TOGETHER)).chain(long).chain(short).collect();
        let next = AtomicUsize::new(0);
        let all: Vec<OnceLock<Compared>> = (0..wanted.len()).map(|_| OnceLock::new()).collect();
        let work = |_: rayon::BroadcastContext<'_>| -> Result<(), Refused> {
            let mut printed = self.request.witness.map_or_else(Printed::default, |_| Printed::watched());
            let mut buffer = Vec::new();
            while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                for slot in *task {
                    let Some(wanted) = wanted.get(*slot) else { continue };
                    let known = Known {
                        staged: staged(wanted.path(), *slot, folders),
                        is_reachable: folders.has_folder_of(wanted.path()),
                        digest: self.before.digest(*slot),
                        repinned,
                    };
                    let compared = match wanted.job() {
                        Job::Parts(job) => self.compare_parts(wanted, job, &known, &mut printed, &mut buffer),
                        _ => self.compare_one(wanted, &known, &mut printed, &mut buffer),
                    };
                    match compared {
                        // Each is asked for once.
                        Ok(compared) => drop(all[*slot].set(compared)),
                        Err(refused) => {
                            // Nobody begins anything more.
                            next.store(tasks.len(), Ordering::Relaxed);
                            return Err(refused);
                        }
                    }
                }
            }
            Ok(())
        };
        rayon::broadcast(work).into_iter().collect::<Result<(), Refused>>()?;
        Ok(all.into_iter().filter_map(OnceLock::into_inner).collect())
    }

    fn compare_one(
        &self,
        wanted: Wanted<'_>,
        known: &Known,
        printed: &mut Printed,
        buffer: &mut Vec<u8>,
    ) -> Result<Compared, Refused> {
        printed.clear();
        let content = wanted.job().print(printed);
        self.show(wanted, content.as_ref(), printed);
        let digest = Digest::of_file(wanted.path(), printed.text.as_bytes());
        let verdict = if known.is_reachable {
            compare(self.folder, wanted.path(), known.digest, (&printed.text, digest), known.repinned, buffer)?
        } else {
            Verdict::Absent
        };
        if self.will_be_written(&verdict) {
            self.make_staging()?;
            self.folder.write_below(&known.staged, printed.text.as_bytes())?;
        }
        Ok((digest, verdict))
    }

    /// As [`Build::compare_one`], for a file that is never held as a whole.
    fn compare_parts(
        &self,
        wanted: Wanted<'_>,
        job: &PartJob<'_>,
        known: &Known,
        printed: &mut Printed,
        buffer: &mut Vec<u8>,
    ) -> Result<Compared, Refused> {
        let path = wanted.path();
        let found = if known.is_reachable { self.folder.open_file(path)? } else { Err(Found::Absent) };
        let is_absent = matches!(found, Err(Found::Absent));
        let writes = self.request.mode != Mode::Check;
        let stage = || {
            self.make_staging()?;
            self.folder.write_below(&known.staged, b"")
        };
        let stage: Option<&dyn Fn() -> _> = if writes { Some(&stage) } else { None };
        let mut beginning = Beginning::new(self.folder, path, found.ok().map(|(file, _)| file), stage, buffer);
        each_chunk(job, printed, |chunk| {
            self.show(wanted, None, chunk);
            beginning.take(&chunk.text)
        })?;
        let (digest, is_same) = beginning.end()?;
        if is_same || is_absent {
            return Ok((digest, if is_same { Verdict::Same } else { Verdict::Absent }));
        }
        let is_file = self.folder.read(path, buffer)? == Found::File;
        let found = is_file.then(|| Digest::of_file(path, buffer));
        // Pins are no part of a digest.
        let tells_all = !is_workflow(path);
        let verdict = if tells_all && found == Some(digest) {
            // Line ends are no edit.
            Verdict::Same
        } else if tells_all && found.is_some() && found == known.digest {
            Verdict::Outdated
        } else {
            // What is wrong with somebody's, and whether pins are others, is told beside the whole text.
            printed.clear();
            wanted.job().print(printed);
            compare(self.folder, path, known.digest, (&printed.text, digest), known.repinned, buffer)?
        };
        if writes && !self.will_be_written(&verdict) {
            self.folder.remove_file(&known.staged)?;
        }
        Ok((digest, verdict))
    }

    fn show(&self, wanted: Wanted<'_>, content: Option<&Content>, printed: &Printed) {
        if let Some(witness) = self.request.witness {
            witness.see(wanted.target(), wanted.environment(), wanted.path(), content, printed);
        }
    }

    fn make_staging(&self) -> Result<(), Refused> {
        if !self.staging.load(Ordering::Relaxed) {
            commit::make_staging(self.folder)?;
            self.staging.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn will_be_written(&self, verdict: &Verdict) -> bool {
        match (self.request.mode, verdict) {
            (Mode::Check, _) | (_, Verdict::Same | Verdict::InTheWay(_)) => false,
            (_, Verdict::Absent | Verdict::Outdated) => true,
            (Mode::Write { force }, Verdict::Foreign(_)) => force,
        }
    }

    fn per_target(&self, counts: BTreeMap<&str, Counts>) -> Vec<(String, Counts)> {
        let mut counts = counts;
        let named = self.request.targets.iter().filter_map(|generated| {
            let name = generated.target.as_str();
            counts.remove(name).map(|counts| (name.to_owned(), counts))
        });
        let mut all: Vec<_> = named.collect();
        // Targets that are no longer asked for only have files that are removed.
        all.extend(counts.into_iter().map(|(name, counts)| (name.to_owned(), counts)));
        all
    }

    fn check(&self, changes: &[Change<'_>], new: &LockToBe<'_>, outcome: &mut Outcome) -> Result<(), Box<Diagnostic>> {
        outcome.diagnostics.extend(changes.iter().map(|change| match change.kind {
            ChangeKind::Created => missing(change.path),
            ChangeKind::Updated => stale(change.path, "is not what a build makes of the inputs"),
            ChangeKind::Removed => stale(change.path, "is no longer generated"),
        }));
        if outcome.diagnostics.is_empty() && self.is_other(new)? {
            outcome.diagnostics.push(stale(LOCK.into(), "does not say what was generated"));
        }
        Ok(())
    }

    fn write(&self, changes: &[Change<'_>], new: LockToBe<'_>, folders: &Folders<'_>) -> Result<(), Box<Diagnostic>> {
        let differs = self.is_other(&new).map_err(before_any_change)?;
        if differs {
            self.stage_lock(&new).map_err(before_any_change)?;
        }
        drop(new);
        if changes.is_empty() && !differs {
            if self.staging.load(Ordering::Relaxed) {
                commit::clear(self.folder)?;
            }
            return Ok(());
        }
        commit::commit(self.folder, folders, changes, differs)
    }

    /// Whether a lock is not what lies on disk. Line ends make no other lock.
    fn is_other(&self, lock: &LockToBe<'_>) -> Result<bool, Refused> {
        let path = Utf8Path::new(LOCK);
        let Ok((found, _)) = self.folder.open_file(path)? else { return Ok(true) };
        let mut buffer = Vec::new();
        let mut beginning = Beginning::new(self.folder, path, Some(found), None, &mut buffer);
        let part = |index: usize, out: &mut Printed| lock.part(index, out);
        each_chunk(part, &mut Printed::default(), |chunk| beginning.take(&chunk.text))?;
        let (digest, is_same) = beginning.end()?;
        if is_same {
            return Ok(false);
        }
        let is_file = self.folder.read(path, &mut buffer)? == Found::File;
        Ok(!is_file || Digest::of(&buffer) != digest)
    }

    fn stage_lock(&self, lock: &LockToBe<'_>) -> Result<(), Refused> {
        self.make_staging()?;
        let begun = begun_lock();
        let mut file = self.folder.write_new(&begun, b"")?;
        let part = |index: usize, out: &mut Printed| lock.part(index, out);
        each_chunk(part, &mut Printed::default(), |chunk| {
            file.write_all(chunk.text.as_bytes()).map_err(|error| self.folder.refused("write", &begun, error))
        })
    }
}
