//! The real tools accept what pathc generates.
//!
//! `tests/judges/` holds the judges, one module a family here; each judge is proved by samples that it, and nobody else,
//! must reject. Then every system of `fixtures/pass/` is built and judged. Where the judges are not installed the tests
//! count as skipped, by name; under `PATHC_NO_SKIP=1` they fail.

mod aws;
mod cloudformation;
mod disk;
mod equivalence;
#[path = "../folder/mod.rs"]
mod folder;
mod github_actions;
mod grafana;
mod kubernetes;
mod prometheus;
mod sarif;
mod scripts;
mod terraform;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// One test: its name, what it needs of the judges' folder or of the machine, and what it does.
struct Case {
    name: &'static str,
    needs: &'static [Need],
    run: fn() -> Outcome,
}

enum Need {
    /// A set of the judges' cache: `python` or `node`.
    Installed(&'static str),
    /// A program of the machine.
    Program(&'static str),
    /// The right to mount, which no installer can grant.
    Mount,
}

/// The cases of each target; one line adds a family of judges.
const FAMILIES: &[&[Case]] = &[
    cloudformation::CASES,
    disk::CASES,
    equivalence::CASES,
    github_actions::CASES,
    grafana::CASES,
    kubernetes::CASES,
    prometheus::CASES,
    sarif::CASES,
    scripts::CASES,
    terraform::CASES,
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let no_skip = env::var_os("PATHC_NO_SKIP").is_some_and(|value| value == "1");
    let trials = FAMILIES
        .iter()
        .copied()
        .flatten()
        .map(|case| {
            let missing = case.needs.iter().filter_map(Need::missing).collect::<Vec<_>>().join("; ");
            let skip = !missing.is_empty() && !no_skip;
            let name = if skip { format!("{} (skipped: {missing})", case.name) } else { case.name.to_owned() };
            let run = case.run;
            Trial::test(name, move || {
                if !missing.is_empty() {
                    return Err(Failed::from(format!("PATHC_NO_SKIP=1, but {missing}")));
                }
                run().map_err(|error| Failed::from(error.to_string()))
            })
            .with_ignored_flag(skip)
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

impl Need {
    fn missing(&self) -> Option<String> {
        match self {
            Self::Installed(set) => {
                let there = home().is_ok_and(|home| home.join(set).join(".complete").exists());
                (!there).then(|| format!("the {set} judges are not installed, run tests/judges/install"))
            }
            Self::Program(program) => {
                let path = env::var_os("PATH").unwrap_or_default();
                let there = env::split_paths(&path).any(|folder| folder.join(program).is_file());
                (!there).then(|| format!("{program} is not on the machine"))
            }
            Self::Mount => (!disk::is_permitted()).then(|| "nobody may mount here".to_owned()),
        }
    }
}

/// The folder in which the judges are installed: as tests/run says, else as their installer does.
fn home() -> Outcome<PathBuf> {
    if let Some(home) = env::var_os("PATHC_JUDGES_HOME") {
        return Ok(home.into());
    }
    let said = Command::new(root().join("tests/judges/install")).arg("--home").output()?;
    Ok(String::from_utf8(said.stdout)?.trim().into())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of a system of `fixtures/pass/` below `scratch`, built; what pathc said where it failed.
fn built(case: &Path, scratch: &Path) -> Outcome<Result<PathBuf, String>> {
    let name = case.file_name().ok_or("a fixture has no name")?;
    let copy = scratch.join(name);
    folder::copy(case, &copy)?;
    let built = Command::new(env!("CARGO_BIN_EXE_pathc")).arg("-C").arg(&copy).arg("build").output()?;
    if built.status.success() {
        return Ok(Ok(copy));
    }
    Ok(Err(format!(
        "{}: `pathc build` ended with {}\n{}{}",
        name.display(),
        built.status,
        String::from_utf8_lossy(&built.stdout),
        String::from_utf8_lossy(&built.stderr)
    )))
}

fn none(wrong: Vec<String>) -> Outcome {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn folders_in(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}
