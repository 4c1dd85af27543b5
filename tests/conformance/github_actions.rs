//! Judges of workflows: actionlint, GitHub's own language service, the published schemas, ShellCheck, zizmor.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{Case, Need, Outcome, built, folder, folders_in, home, none, root};

const NEEDS: &[Need] = &[
    Need::Installed("python"),
    Need::Installed("python-pipelines"),
    Need::Installed("node"),
    Need::Program("node"),
    Need::Program("python3"),
];

pub(super) const CASES: &[Case] = &[
    Case { name: "github_actions::each_judge_rejects_its_bad_samples", needs: NEEDS, run: rejects_bad },
    Case { name: "github_actions::all_judges_accept_the_good_sample", needs: NEEDS, run: accepts_good },
    Case { name: "github_actions::every_fixture_is_accepted", needs: NEEDS, run: accepts_fixtures },
    Case { name: "github_actions::every_build_tool_is_accepted", needs: NEEDS, run: accepts_every_tool },
];

fn samples(kind: &str) -> PathBuf {
    root().join("tests/judges/github_actions").join(kind)
}

/// `bad/JUDGE/WHAT/` is rejected by JUDGE and by no other; `bad/JUDGE+JUDGE/WHAT/` by both.
fn rejects_bad() -> Outcome {
    let mut folders = Vec::new();
    for judge in folders_in(&samples("bad"))? {
        folders.extend(folders_in(&judge)?);
    }
    let findings = judge(&folders)?;
    let mut wrong = Vec::new();
    let mut proved = BTreeSet::new();
    for folder in &folders {
        let what = folder.strip_prefix(samples("bad"))?;
        let judges = what.iter().next().and_then(OsStr::to_str).unwrap_or_default();
        let expected: BTreeSet<&str> = judges.split('+').collect();
        let found = findings.get(folder).map(Vec::as_slice).unwrap_or_default();
        let rejected: BTreeSet<&str> = found.iter().map(|(judge, _)| judge.as_str()).collect();
        if rejected != expected {
            wrong.push(format!("{} must be rejected by {expected:?}, is by {rejected:?}: {found:?}", what.display()));
        }
        proved.extend(expected.into_iter().map(str::to_owned));
    }
    // A judge that is added without a sample is not proved.
    let listed = Command::new(samples("judge")).arg("--list").output()?;
    let all = String::from_utf8(listed.stdout)?;
    let unproved = all.lines().filter(|judge| !proved.contains(*judge));
    wrong.extend(unproved.map(|judge| format!("no bad sample proves the judge {judge}")));
    none(wrong)
}

fn accepts_good() -> Outcome {
    none(shown(&judge(&[samples("good")])?))
}

fn accepts_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let mut folders = Vec::new();
    for case in folders_in(&root().join("fixtures/pass"))? {
        match built(&case, scratch.path())? {
            Ok(copy) => folders.push(copy.join(".github")),
            Err(said) => wrong.push(said),
        }
    }
    folders.retain(|folder| folder.is_dir());
    if folders.is_empty() {
        wrong.push("no fixture has workflows, so nothing was judged".to_owned());
    }
    let found = shown(&judge(&folders)?);
    wrong.extend(found.into_iter().map(|line| line.replace(&*scratch.path().to_string_lossy(), "fixtures/pass")));
    none(wrong)
}

/// A system with every build tool, every datastore beside a suite, every scan and commands that would be syntax somewhere.
fn accepts_every_tool() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let system = scratch.path().join("every-tool");
    folder::copy(samples("systems").join("every-tool"), &system)?;
    let built = Command::new(env!("CARGO_BIN_EXE_pathc"))
        .arg("-C")
        .arg(&system)
        .args(["build", "--stage", "commit", "--target", "github-actions"])
        .output()?;
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).into());
    }
    none(shown(&judge(&[system.join(".github")])?))
}

/// Judge and finding, by folder.
type Findings = BTreeMap<PathBuf, Vec<(String, String)>>;

fn shown(findings: &Findings) -> Vec<String> {
    let lines = findings.iter().flat_map(|(folder, found)| found.iter().map(move |found| (folder, found)));
    lines.map(|(folder, (judge, text))| format!("{}: [{judge}] {text}", folder.display())).collect()
}

/// Runs all judges over folders like `.github`.
fn judge(folders: &[PathBuf]) -> Outcome<Findings> {
    let ran = Command::new(samples("judge"))
        .args(["--format", "json"])
        .args(folders)
        .env("PATHC_JUDGES_HOME", home()?)
        .output()?;
    if !matches!(ran.status.code(), Some(0 | 1)) {
        return Err(format!("the judges could not be run: {}", String::from_utf8_lossy(&ran.stderr)).into());
    }
    let report: Vec<Value> = serde_json::from_slice(&ran.stdout)?;
    if report.is_empty() != ran.status.success() {
        return Err("the judges' exit code and report differ".into());
    }
    let mut findings = Findings::new();
    for one in &report {
        let field = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let found = (field("judge"), format!("{}: {}", field("where"), field("message")));
        findings.entry(PathBuf::from(field("folder"))).or_default().push(found);
    }
    Ok(findings)
}
