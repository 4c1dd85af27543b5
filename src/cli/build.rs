//! `pathc build`: generates everything that runs the system, all of it or nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args};

use super::failure::{Failure, reason};
use super::judging::Judging;
use super::report::{Done, Report, count};
use super::terminal::Terminal;
use super::watch::{Inputs, watch};
use super::{Outcome, repository};
use crate::Compilation;
use crate::diag::Sink;
use crate::output::digest::Digest;
use crate::output::disk::Counts;
use crate::output::{self, Mode, Request, Selection, Witness};
use crate::proof::Proof;
use crate::source::FileKind;
use crate::source::load::{FOLDER, MANIFEST};
use crate::{spec, targets};

/// How long a build waits for another one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Generate everything that runs the system
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc build
  pathc build --check                      write nothing, fail where a file is stale (for CI)
  pathc build --target kubernetes --env production
  pathc build --out /tmp/look              the whole tree below another folder
  pathc build --locked                     only with the versions that wrote pathc.lock: what changes, inputs changed
  pathc build --watch --stage commit       again whenever an input changes

All files are written, or none. A file that was edited by hand, or that pathc did not write, is never
written over without --force.")]
pub(super) struct Build {
    /// Only what this target generates; may be given several times
    #[arg(short, long = "target", value_name = "TARGET", value_parser = PossibleValuesParser::new(targets::ALL.iter().map(|target| target.name)))]
    targets: Vec<String>,

    /// Only what is for this environment; may be given several times
    #[arg(short, long = "env", value_name = "ENVIRONMENT")]
    environments: Vec<String>,

    /// Write below DIR instead of the repository
    #[arg(short, long, value_name = "DIR")]
    out: Option<Utf8PathBuf>,

    /// Write nothing; fail where a build would change something
    #[arg(long, conflicts_with = "force")]
    check: bool,

    /// Fail where `pathc.lock` is not there, or was written by other versions of pathc or of its target specs
    #[arg(long)]
    locked: bool,

    /// Build again whenever an input changes, until stopped
    #[arg(long)]
    watch: bool,

    /// Write also over files that were edited by hand or that pathc did not write
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    judging: Judging,
}

pub(super) fn run(arguments: &Build, matches: &ArgMatches, terminal: &Terminal) -> Result<Outcome, Failure> {
    let root = repository::root()?;
    if !arguments.watch {
        return build(arguments, matches, terminal, &root, &mut Inputs::default());
    }
    let first = Inputs { files: vec![MANIFEST.into()], folders: vec![FOLDER.into()] };
    watch(&root, first, terminal, |inputs| build(arguments, matches, terminal, &root, inputs))
}

/// Builds once. `inputs`: what was read, for who waits for changes of it.
fn build(
    arguments: &Build,
    matches: &ArgMatches,
    terminal: &Terminal,
    root: &Utf8Path,
    inputs: &mut Inputs,
) -> Result<Outcome, Failure> {
    let report = Report::begin(terminal);
    let settings = arguments.judging.settings(matches, true)?;
    let mut found = Sink::default();
    let mut compilation = crate::compile(root, &settings, &mut found);
    *inputs = read(&compilation, inputs);
    repository::check_environments(arguments.environments.iter().map(String::as_str), &compilation)?;

    let asked = crate::asked(&compilation, &arguments.targets, &mut found);
    // What is decided stands in the plans, and memory is wanted for what is made of them.
    compilation.system = None;
    let (generated, proof) = rayon::join(
        || crate::emit(&compilation, asked, &mut found),
        || compilation.checked.as_ref().map(|checked| Proof::new(checked.plans(), spec::BUILT_IN)),
    );
    let built = if found.denies() {
        output::Outcome::default()
    } else {
        output::build(&Request {
            root: &out(root, arguments.out.as_deref())?,
            targets: &generated,
            selection: &Selection { targets: arguments.targets.clone(), environments: arguments.environments.clone() },
            mode: if arguments.check { Mode::Check } else { Mode::Write { force: arguments.force } },
            locked: arguments.locked,
            compiler: env!("CARGO_PKG_VERSION"),
            specs: &spec_versions(),
            wait: PATIENCE,
            waiting: &|| terminal.status("Waiting", "for another build to end"),
            witness: proof.as_ref().map(|proof| proof as &dyn Witness),
        })
    };
    found.extend(built.diagnostics);
    let lines = built.targets.iter().map(|(name, counts)| line(name, *counts, arguments.check)).collect();
    // What denies leaves the changes as they would have been.
    let written = if arguments.check || found.denies() { 0 } else { built.changes.len() };
    let ended = report.end(&compilation, &found, &Done { verb: "Finished", lines, written, fixed: 0 });
    drop(generated);
    repository::free(compilation);
    ended
}

/// The inputs of a compilation; those that were known where they can't be told.
fn read(compilation: &Compilation, known: &Inputs) -> Inputs {
    let files = compilation.sources.iter().filter(|(_, file)| file.kind == FileKind::Input);
    let mut files: Vec<Utf8PathBuf> = files.map(|(_, file)| file.path.clone()).collect();
    if files.is_empty() {
        files.push(MANIFEST.into());
    }
    // What lies beside the inputs in the repository's own folder is too much to look at.
    let folder = compilation.system.as_ref().map(|system| Utf8PathBuf::from(system.inputs.as_str()));
    let folders = folder.map_or_else(|| known.folders.clone(), |folder| vec![folder]);
    let folders: Vec<Utf8PathBuf> = folders.into_iter().filter(|folder| folder != ".").collect();
    files.retain(|file| !folders.iter().any(|folder| file.starts_with(folder)));
    Inputs { files, folders }
}

/// The folder that is written to: the repository, or the one that `--out` names.
fn out(root: &Utf8Path, out: Option<&Utf8Path>) -> Result<Utf8PathBuf, Failure> {
    let Some(out) = out else { return Ok(root.to_owned()) };
    camino::absolute_utf8(out).map_err(|error| Failure::new(format!("can't write below `{out}`: {}", reason(&error))))
}

/// What each target spec is, for the lock: its digest, for a spec changes with each of its facts.
pub(super) fn spec_versions() -> BTreeMap<String, String> {
    spec::BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), Digest::of(text.as_bytes()).to_string())).collect()
}

/// What is said of a target.
fn line(name: &str, counts: Counts, check: bool) -> (&'static str, String) {
    let files = counts.written + counts.unchanged;
    let mut changes = Vec::new();
    if counts.written > 0 {
        changes.push(format!("{} written", counts.written));
    }
    if counts.removed > 0 {
        changes.push(format!("{} removed", counts.removed));
    }
    let verb = if check || changes.is_empty() { "Unchanged" } else { "Generated" };
    let files = count(files, "file");
    (
        verb,
        if changes.is_empty() {
            format!("{name} ({files})")
        } else {
            format!("{name} ({files}, {})", changes.join(", "))
        },
    )
}
