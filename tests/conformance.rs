//! The real tools accept what pathc generates.
//!
//! `tests/judges/` holds the judges; each is proved here by samples that it, and nobody else, must reject. Then every
//! system of `fixtures/pass/` is built and its manifests are judged, all environments in one run. Where the judges are not
//! installed the tests count as skipped, by name; under `PATHC_NO_SKIP=1` they fail.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

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
}

const KUBERNETES: &[Need] =
    &[Need::Installed("python"), Need::Installed("node"), Need::Program("node"), Need::Program("kubectl")];

const CASES: &[Case] = &[
    Case { name: "kubernetes::each_judge_rejects_its_bad_samples", needs: KUBERNETES, run: kubernetes_rejects_bad },
    Case { name: "kubernetes::all_judges_accept_the_good_sample", needs: KUBERNETES, run: kubernetes_accepts_good },
    Case { name: "kubernetes::every_fixture_is_accepted", needs: KUBERNETES, run: kubernetes_accepts_fixtures },
    Case { name: "scripts::shellcheck", needs: &[Need::Installed("python")], run: scripts_are_clean },
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let no_skip = env::var_os("PATHC_NO_SKIP").is_some_and(|value| value == "1");
    let trials = CASES
        .iter()
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

fn samples(kind: &str) -> PathBuf {
    root().join("tests/judges/kubernetes").join(kind)
}

/// `bad/JUDGE/WHAT/` is rejected by JUDGE and by no other; `bad/JUDGE+JUDGE/WHAT/` by both.
fn kubernetes_rejects_bad() -> Outcome {
    let mut folders = Vec::new();
    for judge in folders_in(&samples("bad"))? {
        folders.extend(folders_in(&judge)?);
    }
    let platform = samples("good/platform/production");
    let findings = judge_kubernetes(&[OsStr::new("--platform"), platform.as_os_str()], &folders)?;
    let mut wrong = Vec::new();
    for folder in &folders {
        let what = folder.strip_prefix(samples("bad"))?;
        let expected: BTreeSet<&str> =
            what.iter().next().and_then(OsStr::to_str).into_iter().flat_map(|judges| judges.split('+')).collect();
        let found = findings.get(folder).map(Vec::as_slice).unwrap_or_default();
        let rejected: BTreeSet<&str> = found.iter().map(|finding| finding.judge.as_str()).collect();
        if rejected != expected {
            wrong.push(format!("{} must be rejected by {expected:?}, is by {rejected:?}", what.display()));
            wrong.extend(found.iter().map(|finding| format!("    {finding}")));
        }
    }
    // A judge that is added without a sample is not proved.
    let proved: BTreeSet<String> = findings.values().flatten().map(|finding| finding.judge.clone()).collect();
    let all: BTreeSet<String> = judges_of_kubernetes()?;
    wrong.extend(all.difference(&proved).map(|judge| format!("no bad sample proves the judge {judge}")));
    none(wrong)
}

fn kubernetes_accepts_good() -> Outcome {
    let folders = [samples("good/production"), samples("good/platform/production")];
    let findings = judge_kubernetes(&[], &folders)?;
    none(findings.values().flatten().map(ToString::to_string).collect())
}

fn kubernetes_accepts_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let mut folders = Vec::new();
    for case in folders_in(&root().join("fixtures/pass"))? {
        let name = case.file_name().ok_or("a fixture has no name")?;
        let copy = scratch.path().join(name);
        copy_folder(&case, &copy)?;
        let built = Command::new(env!("CARGO_BIN_EXE_pathc")).arg("-C").arg(&copy).arg("build").output()?;
        if !built.status.success() {
            wrong.push(format!(
                "{}: `pathc build` ended with {}\n{}{}",
                name.display(),
                built.status,
                String::from_utf8_lossy(&built.stdout),
                String::from_utf8_lossy(&built.stderr)
            ));
            continue;
        }
        let kubernetes = copy.join("infra/kubernetes");
        for parent in [kubernetes.join("platform"), kubernetes] {
            if parent.is_dir() {
                folders.extend(folders_in(&parent)?.into_iter().filter(|folder| !folder.ends_with("platform")));
            }
        }
    }
    if folders.is_empty() {
        wrong.push("no fixture has Kubernetes manifests, so nothing was judged".to_owned());
    } else {
        let findings = judge_kubernetes(&[OsStr::new("--all-fixtures")], &folders)?;
        wrong.extend(
            findings
                .values()
                .flatten()
                .map(|finding| finding.to_string().replace(&*scratch.path().to_string_lossy(), "fixtures/pass")),
        );
    }
    none(wrong)
}

/// Every shell script of the repository passes shellcheck.
fn scripts_are_clean() -> Outcome {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output()?;
    let files = String::from_utf8(listed.stdout)?;
    let scripts: Vec<&str> = files
        .split('\0')
        .filter(|file| {
            let start = fs::read(root().join(file)).unwrap_or_default();
            [b"#!/usr/bin/env bash".as_slice(), b"#!/bin/sh", b"#!/bin/bash"].iter().any(|bang| start.starts_with(bang))
        })
        .collect();
    let checked = Command::new(home()?.join("python/bin/shellcheck")).args(&scripts).current_dir(root()).output()?;
    if scripts.is_empty() || !checked.status.success() {
        return Err(format!("{scripts:?}\n{}", String::from_utf8_lossy(&checked.stdout)).into());
    }
    Ok(())
}

struct Finding {
    folder: PathBuf,
    judge: String,
    text: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: [{}] {}", self.folder.display(), self.judge, self.text)
    }
}

/// Runs all Kubernetes judges over the folders; gives what they found, by folder.
fn judge_kubernetes(options: &[&OsStr], folders: &[PathBuf]) -> Outcome<BTreeMap<PathBuf, Vec<Finding>>> {
    let ran = Command::new(root().join("tests/judges/kubernetes/judge"))
        .args(["--format", "json"])
        .args(options)
        .args(folders)
        .env("PATHC_JUDGES_HOME", home()?)
        .output()?;
    if !matches!(ran.status.code(), Some(0 | 1)) {
        return Err(format!("the judges could not be run: {}", String::from_utf8_lossy(&ran.stderr)).into());
    }
    let report: Vec<Value> = serde_json::from_slice(&ran.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&ran.stderr)))?;
    if report.is_empty() != ran.status.success() {
        return Err("the judges' exit code and report differ".into());
    }
    let mut findings: BTreeMap<PathBuf, Vec<Finding>> = BTreeMap::new();
    for one in &report {
        let field = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let folder = PathBuf::from(field("folder"));
        let text = format!("{}: {}", field("where"), field("message"));
        findings.entry(folder.clone()).or_default().push(Finding { folder, judge: field("judge"), text });
    }
    Ok(findings)
}

fn judges_of_kubernetes() -> Outcome<BTreeSet<String>> {
    let said = Command::new(root().join("tests/judges/kubernetes/judge"))
        .arg("--list")
        .env("PATHC_JUDGES_HOME", home()?)
        .output()?;
    Ok(String::from_utf8(said.stdout)?.lines().map(str::to_owned).collect())
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

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
