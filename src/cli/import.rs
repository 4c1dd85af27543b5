//! `pathc import`: what test runners, coverage tools, scanners and inventories say, as rows of the inputs.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::failure::{Failure, reason};
use super::judging::{clock, time};
use super::terminal::Terminal;
use super::{Outcome, repository};
use crate::import::rows::{self, Row, Stamp};
use crate::import::share::{self, Measured, Part};
use crate::import::{self, Coverage, Evidence, Fault, Finding, Format, Packages, Tests, place};
use crate::input;
use crate::ir::System;
use crate::ir::value::{Commit, Name, Time};
use crate::source::decode::{list_of, nearest};
use crate::source::save::Saved;
use crate::source::scalar::shown;
use crate::source::{Repository, Scalar, Sources};

/// The largest report that is read, in bytes.
const REPORT_LIMIT: u64 = 256 << 20;

/// Put what reports say into the inputs: test results, coverage, findings, packages
#[derive(Args, Debug)]
#[command(after_help = "\
Formats: junit, cobertura, lcov, jacoco, go-cover, sarif, cyclonedx, spdx

Examples:
  pathc import junit 'target/nextest/**/*.xml' --suite unit
  pathc import lcov coverage/lcov.info --component checkout
  pathc import cobertura coverage.xml --component web --component admin
                                           one report, divided by each component's `path`
  pathc import sarif semgrep.sarif trivy.sarif --component checkout
  pathc import cyclonedx bom.json --component checkout

All FILEs of one run make one row a component; a later run replaces what the earlier one said, and keeps everything
else in the row, with its comments and layout. Where there is no such document yet, it is made.")]
pub(super) struct Import {
    /// What the reports are written in
    #[arg(value_name = "FORMAT", value_parser = PossibleValuesParser::new(import::FORMATS.iter().map(|format| format.name)))]
    format: String,

    /// The reports; `*`, `?` and `**` are understood also within quotes
    #[arg(value_name = "FILE", required = true)]
    files: Vec<Utf8PathBuf>,

    /// The component that the reports are about; may be given several times
    #[arg(short, long = "component", value_name = "COMPONENT", value_parser = name)]
    components: Vec<Name>,

    /// The suite that ran (junit)
    #[arg(short, long, value_name = "SUITE", value_parser = name)]
    suite: Option<Name>,

    /// The commit that was tested [default: GITHUB_SHA, else HEAD]
    #[arg(long, value_name = "SHA", value_parser = commit)]
    commit: Option<Commit>,

    /// When the reports were made, as 2026-03-01T12:00:00Z [default: SOURCE_DATE_EPOCH, else the clock]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Time>,

    /// What made the reports, for a document that is new (coverage and findings)
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
}

pub(super) fn run(arguments: &Import, terminal: &Terminal) -> Result<Outcome, Failure> {
    let Some(format) = import::by_name(&arguments.format) else {
        return Err(Failure::new(format!("no format is called `{}`", arguments.format)));
    };
    let root = repository::root()?;
    let input = input::read(&root);
    let system = input.system.as_ref();
    check_names(arguments, system)?;
    let mut reports = Vec::new();
    for path in paths(&arguments.files)? {
        reports.push(read(format, &path)?);
    }
    let stamp = Stamp {
        commit: arguments.commit.as_ref().map_or_else(|| head(&root), |commit| Ok(commit.to_string()))?,
        generated_at: arguments.now.map_or_else(clock, Ok)?,
        tool: arguments.tool.clone(),
    };
    let (rows, notes) = rows_of(arguments, reports, system, &stamp)?;
    let repository = Repository::at(&root)
        .map_err(|error| Failure::new(format!("can't open the folder `{root}`: {}", reason(&error))))?;
    write(&repository, &input.folder, &input.sources, &rows, terminal)?;
    for note in notes {
        terminal.note(&note)?;
    }
    Ok(Outcome::Done)
}

/// Names that the system does not know would be evidence of nothing.
fn check_names(arguments: &Import, system: Option<&System>) -> Result<(), Failure> {
    let Some(system) = system else { return Ok(()) };
    let unknown = |kind: &str, name: &Name, known: Vec<&str>| {
        let help = match nearest(name.as_str(), known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("the system has no {kind}"),
            None => format!("there are {}", list_of(&known)),
        };
        Failure::new(format!("no {kind} is called `{name}`")).help(help)
    };
    let components = || system.components.iter().map(|component| component.name.as_str());
    for name in &arguments.components {
        if !components().any(|known| known == name.as_str()) {
            return Err(unknown("component", name, components().collect()));
        }
    }
    let suites = || system.suites.iter().map(|suite| suite.name.as_str());
    match &arguments.suite {
        Some(name) if !suites().any(|known| known == name.as_str()) => Err(unknown("suite", name, suites().collect())),
        _ => Ok(()),
    }
}

/// The files that the arguments name, each once, in the order of their names where a pattern found them.
fn paths(files: &[Utf8PathBuf]) -> Result<Vec<Utf8PathBuf>, Failure> {
    let mut paths = Vec::new();
    for file in files {
        if file.exists() || !file.as_str().contains(['*', '?', '[']) {
            paths.push(file.clone());
            continue;
        }
        let bad = |error: &dyn std::fmt::Display| Failure::new(format!("`{file}` is no pattern: {error}"));
        let before = paths.len();
        for found in glob::glob(file.as_str()).map_err(|error| bad(&error.msg))? {
            let found = found.map_err(|error| bad(&error.error()))?;
            let found = Utf8PathBuf::from_path_buf(found)
                .map_err(|path| Failure::new(format!("the name of `{}` is not UTF-8", path.display())))?;
            if found.is_file() && !paths.contains(&found) {
                paths.push(found);
            }
        }
        if paths.len() == before {
            return Err(Failure::new(format!("no file matches `{file}`"))
                .help("did the step that writes the reports run, and in this folder?"));
        }
    }
    Ok(paths)
}

fn read(format: &Format, path: &Utf8Path) -> Result<Evidence, Failure> {
    let unreadable = |error: &std::io::Error| Failure::new(format!("can't read `{path}`: {}", reason(error)));
    let found = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !found.is_file() {
        return Err(Failure::new(format!("`{path}` is not a file")));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    file.take(REPORT_LIMIT + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > REPORT_LIMIT {
        return Err(Failure::new(format!("`{path}` is larger than {} MiB", REPORT_LIMIT >> 20)));
    }
    (format.read)(&bytes).map_err(|fault| refused(format, path, &bytes, &fault))
}

/// Why a report is not read, with line and column where a place is known.
fn refused(format: &Format, path: &Utf8Path, bytes: &[u8], fault: &Fault) -> Failure {
    let place = fault.at.map(|at| {
        let before = &bytes[..at.min(bytes.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        format!(":{line}:{}", String::from_utf8_lossy(&before[start..]).chars().count() + 1)
    });
    let place = place.unwrap_or_default();
    let brings = format.brings;
    Failure::new(format!("`{path}{place}` {}", shown(&fault.message)))
        .help(format!("`{}` reads {brings}; `pathc import --help` lists the other formats", format.name))
}

/// The rows that the reports make, and what is to be told besides.
fn rows_of(
    arguments: &Import,
    reports: Vec<Evidence>,
    system: Option<&System>,
    stamp: &Stamp,
) -> Result<(Vec<Row>, Vec<String>), Failure> {
    let mut tests: Option<Tests> = None;
    let mut coverage: Vec<Coverage> = Vec::new();
    let mut findings: Option<Vec<Finding>> = None;
    let mut packages: Option<Packages> = None;
    let mut released = Vec::new();
    for report in reports {
        match report {
            Evidence::Tests(report) => tests.get_or_insert_default().join(report),
            Evidence::Coverage(report) => coverage.push(report),
            Evidence::Findings(report) => findings.get_or_insert_default().extend(report),
            Evidence::Packages(report) => packages.get_or_insert_default().join(report),
            Evidence::Released(report) => released.extend(report),
        }
    }
    if !released.is_empty() {
        return Ok((released.iter().map(rows::of_release).collect(), Vec::new()));
    }
    if let Some(tests) = tests {
        let Some(suite) = &arguments.suite else {
            let suites: Vec<&str> = system.iter().flat_map(|system| &system.suites).map(|s| s.name.as_str()).collect();
            let failure = Failure::new("test results are of a suite, and `--suite` names none");
            return Err(if suites.is_empty() {
                failure.help("describe it in test_specifications.yaml")
            } else {
                failure.help(format!("there are {}", list_of(&suites)))
            });
        };
        let component = of_suite(arguments, system, suite)?;
        return Ok((vec![rows::of_tests(&tests, suite.as_str(), component.as_deref(), stamp)], Vec::new()));
    }
    let parts = parts(arguments, system)?;
    if let Some(packages) = packages {
        let [part] = &parts[..] else {
            return Err(Failure::new("a bill of materials is of one component").help("run the import once for each"));
        };
        return Ok((vec![rows::of_packages(&packages, &part.component)], Vec::new()));
    }
    if let Some(findings) = findings {
        let shared = share::findings(&findings, &parts);
        let rows =
            shared.parts.iter().zip(&parts).map(|(tally, part)| rows::of_findings(*tally, &part.component, stamp));
        return Ok((rows.collect(), strangers("findings in", &shared.strangers)));
    }
    let coverage = share::joined(coverage);
    let shared = share::coverage(&coverage, &parts).map_err(|said| Failure::new(format!("the report {said}")))?;
    // Nothing to cover would be all covered.
    let nothing = |measured: &Measured| matches!(measured, Measured::Counted(covered) if covered.lines.total == 0);
    if let Some((_, part)) = shared.parts.iter().zip(&parts).find(|(measured, _)| nothing(measured)) {
        let failure = Failure::new(format!("the report has no line of `{}`", part.component));
        return Err(match (shared.strangers.first(), &part.folder) {
            (Some(first), Some(folder)) => {
                failure.help(format!("its `path` is `{folder}`; the report tells of `{}`", shown(first)))
            }
            _ => failure.help("did the tests run with coverage?"),
        });
    }
    let rows =
        shared.parts.iter().zip(&parts).map(|(measured, part)| rows::of_coverage(*measured, &part.component, stamp));
    Ok((rows.collect(), strangers("coverage of", &shared.strangers)))
}

/// The component that a result is for: it is stated where the suite is of several.
fn of_suite(arguments: &Import, system: Option<&System>, suite: &Name) -> Result<Option<String>, Failure> {
    let several = system
        .and_then(|system| system.suites.iter().find(|known| known.name.as_str() == suite.as_str()))
        .is_some_and(|suite| suite.components().len() != 1);
    match &arguments.components[..] {
        [] => Ok(None),
        [component] => Ok(several.then(|| component.to_string())),
        _ => Err(Failure::new("test results tell no component").help(
            "import the reports of each component by itself, or leave `--component` out for the suite as a whole",
        )),
    }
}

fn parts(arguments: &Import, system: Option<&System>) -> Result<Vec<Part>, Failure> {
    if arguments.components.is_empty() {
        return Err(Failure::new("`--component` names no component")
            .help("say what the report is about; with several components it is divided by their `path`"));
    }
    let folder = |name: &Name| {
        let component = system?.components.iter().find(|component| component.name.as_str() == name.as_str())?;
        component.path.as_ref().map(|path| path.to_string())
    };
    let parts: Vec<Part> =
        arguments.components.iter().map(|name| Part { component: name.to_string(), folder: folder(name) }).collect();
    match parts.iter().find(|part| part.folder.is_none()) {
        Some(part) if parts.len() > 1 => {
            let help = if system.is_some() {
                "a report can be divided among components that have a `path` in implementation_artifacts.yaml"
            } else {
                "the inputs have mistakes, so that folders are not known: `pathc check` tells them"
            };
            Err(Failure::new(format!("`{}` has no `path`", part.component)).help(help))
        }
        _ => Ok(parts),
    }
}

/// What no component has is told, so that nobody misses it.
fn strangers(what: &str, files: &[String]) -> Vec<String> {
    let Some(first) = files.first() else { return Vec::new() };
    let more = if files.len() > 1 { format!(" and {} more", files.len() - 1) } else { String::new() };
    vec![format!("{what} `{}`{more} is of none of these components", shown(first))]
}

/// Puts the rows into their documents.
fn write(
    repository: &Repository,
    folder: &Utf8Path,
    sources: &Sources,
    rows: &[Row],
    terminal: &Terminal,
) -> Result<(), Failure> {
    // The text of each file as it was, none where it is not there, and as it will be.
    let mut texts: BTreeMap<Utf8PathBuf, (Option<String>, String)> = BTreeMap::new();
    for row in rows {
        let (path, before) = document(folder, sources, row);
        let (_, text) = texts.entry(path.clone()).or_insert_with(|| {
            let text = before.clone().unwrap_or_default();
            (before, text)
        });
        *text = place::put(text, row).map_err(|said| {
            Failure::new(format!("`{path}` {said}")).help("mend it, or add the row by hand and import again")
        })?;
    }
    for (path, (before, after)) in texts {
        if before.as_deref() == Some(&after) {
            terminal.done("Unchanged", path.as_str())?;
            continue;
        }
        let saved = repository.save(&path, before.as_deref(), &after).map_err(|refusal| {
            let failure = Failure::new(refusal.message);
            match refusal.help {
                Some(help) => failure.help(help),
                None => failure,
            }
        })?;
        match saved {
            Saved::Yes => terminal.done("Imported", path.as_str())?,
            Saved::ChangedMeanwhile => {
                return Err(Failure::new(format!("`{path}` changed while it was edited")).help("import again"));
            }
        }
    }
    Ok(())
}

/// The file that the row is in, or goes into, with its text: the fragment that has it, else one of the imports' own.
fn document(folder: &Utf8Path, sources: &Sources, row: &Row) -> (Utf8PathBuf, Option<String>) {
    let file = folder.join(format!("{}.yaml", row.document));
    let fragments = folder.join(row.document);
    let mut of_folder =
        sources.iter().map(|(_, file)| file).filter(|file| file.path.starts_with(&fragments)).peekable();
    let text = |path: &Utf8Path| sources.iter().find(|(_, file)| file.path == path).map(|(_, file)| file.text.clone());
    if of_folder.peek().is_none() {
        return (file.clone(), text(&file));
    }
    match of_folder.find(|file| place::has_row(&file.text, row)) {
        Some(fragment) => (fragment.path.clone(), Some(fragment.text.clone())),
        None => {
            let own = fragments.join("imported.yaml");
            (own.clone(), text(&own))
        }
    }
}

/// The commit that is tested: as the pipeline says, else what is checked out.
fn head(root: &Utf8Path) -> Result<String, Failure> {
    if let Ok(commit) = std::env::var("GITHUB_SHA")
        && Commit::read(&commit).is_ok()
    {
        return Ok(commit);
    }
    let said = Command::new("git").args(["rev-parse", "--verify", "HEAD"]).current_dir(root).output();
    let commit = said.ok().filter(|said| said.status.success()).and_then(|said| String::from_utf8(said.stdout).ok());
    commit.map(|commit| commit.trim().to_owned()).filter(|commit| Commit::read(commit).is_ok()).ok_or_else(|| {
        Failure::new("what commit was tested is not known: this folder is no work tree of Git with a commit")
            .help("name it with `--commit SHA`")
    })
}

fn name(text: &str) -> Result<Name, String> {
    Name::read(text).map_err(|wrong| wrong.help.unwrap_or(wrong.message))
}

fn commit(text: &str) -> Result<Commit, String> {
    Commit::read(text).map_err(|wrong| wrong.help.unwrap_or(wrong.message))
}
