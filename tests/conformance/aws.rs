//! Runs `tests/judges/aws/judge`: what the judges of Terraform and CloudFormation share.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Outcome, folder, folders_in, home, none, root};

/// One thing that a judge found.
pub(super) struct Finding {
    folder: String,
    judge: String,
    text: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: [{}] {}", self.folder, self.judge, self.text)
    }
}

/// Runs the judges of a target; gives what they found.
pub(super) fn judge(target: &str, arguments: &[&str]) -> Outcome<Vec<Finding>> {
    let ran = Command::new(root().join("tests/judges/aws/judge"))
        .arg(target)
        .args(["--format", "json"])
        .args(arguments)
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
    let field = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let finding = |one: &Value| Finding {
        folder: field(one, "folder"),
        judge: field(one, "judge"),
        text: format!("{}: {}", field(one, "where"), field(one, "message")),
    };
    Ok(report.iter().map(finding).collect())
}

/// What Checkov, and the table of permissions, find in all fixtures at once, so that an exception that none needs is found too.
pub(super) fn policies(target: &str, built: &[(PathBuf, PathBuf)]) -> Outcome<Vec<String>> {
    let folders: Vec<String> = built.iter().map(|(folder, _)| folder.to_string_lossy().into_owned()).collect();
    let mut arguments = vec!["--only", "checkov", "--all-fixtures"];
    if target == "cloudformation" {
        arguments.extend(["--only", "permissions"]);
    }
    arguments.extend(folders.iter().map(String::as_str));
    Ok(judge(target, &arguments)?.iter().map(ToString::to_string).collect())
}

/// `good/` is accepted by all judges of a target.
pub(super) fn accepts_good(target: &str) -> Outcome {
    let good = root().join("tests/judges").join(target).join("good");
    let found = judge(target, &["--apply", &good.to_string_lossy()])?;
    none(found.iter().map(ToString::to_string).collect())
}

/// `bad/JUDGE/WHAT/`, laid over `good/`, is rejected by JUDGE and by no other; and each judge has such a sample.
pub(super) fn rejects_bad(target: &str) -> Outcome {
    let samples = root().join("tests/judges").join(target);
    let listed = Command::new(root().join("tests/judges/aws/judge"))
        .args([target, "--list"])
        .env("PATHC_JUDGES_HOME", home()?)
        .output()?;
    let all: BTreeSet<String> = String::from_utf8(listed.stdout)?.lines().map(str::to_owned).collect();
    let scratch = tempfile::tempdir()?;
    let mut samples_of: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for folder in folders_in(&samples.join("bad"))? {
        let expected = name_of(&folder);
        for sample in folders_in(&folder)? {
            let copy = scratch.path().join(&expected).join(name_of(&sample));
            folder::copy(samples.join("good"), &copy)?;
            folder::copy(sample, &copy)?;
            samples_of.entry(expected.clone()).or_default().push(copy);
        }
    }
    // Making the resources takes longest: only where nothing else rejects the sample.
    let is_deep = |judge: &str| DEEP.contains(&judge);
    let mut found = Vec::new();
    for (deep, option) in [(false, None), (true, Some("--apply"))] {
        let chosen = samples_of.iter().filter(|(judge, _)| is_deep(judge) == deep);
        let folders = chosen.flat_map(|(_, copies)| copies).map(|copy| copy.to_string_lossy().into_owned());
        let arguments: Vec<String> = option.map(str::to_owned).into_iter().chain(folders).collect();
        found.extend(judge(target, &arguments.iter().map(String::as_str).collect::<Vec<_>>())?);
    }
    let mut wrong = Vec::new();
    for (expected, copies) in &samples_of {
        for copy in copies {
            let here = || found.iter().filter(|finding| Path::new(&finding.folder) == copy);
            let rejected: BTreeSet<&str> = here().map(|finding| finding.judge.as_str()).collect();
            if rejected != BTreeSet::from([expected.as_str()]) {
                wrong.push(format!("{expected}/{} must be rejected by {expected} alone", name_of(copy)));
                wrong.extend(here().map(|finding| format!("    {finding}")));
            }
        }
    }
    let proved: BTreeSet<String> = samples_of.into_keys().collect();
    wrong.extend(all.difference(&proved).map(|judge| format!("no bad sample proves the judge {judge}")));
    none(wrong)
}

/// Judges that make resources.
const DEEP: [&str; 4] = ["apply", "second-plan", "moved", "deploy"];

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a target wrote for each system of `fixtures/pass/`, with the plan that says what stood there before.
pub(super) fn built_fixtures(target: &str, scratch: &Path) -> Outcome<Vec<(PathBuf, PathBuf)>> {
    let cases = folders_in(&root().join("fixtures/pass"))?;
    let folders = built_cases(target, &cases, scratch)?;
    if folders.is_empty() {
        return Err(format!("no fixture has files of `{target}`, so nothing was judged").into());
    }
    Ok(folders)
}

/// The same for systems by name, each of which must have files of the target.
pub(super) fn built_systems(target: &str, names: &[&str], scratch: &Path) -> Outcome<Vec<(PathBuf, PathBuf)>> {
    let cases: Vec<PathBuf> = names.iter().map(|name| root().join("fixtures/pass").join(name)).collect();
    let folders = built_cases(target, &cases, scratch)?;
    if folders.len() != names.len() {
        return Err(format!("a fixture of {names:?} has no files of `{target}`").into());
    }
    Ok(folders)
}

fn built_cases(target: &str, cases: &[PathBuf], scratch: &Path) -> Outcome<Vec<(PathBuf, PathBuf)>> {
    let mut folders = Vec::new();
    for case in cases {
        let copy = super::built(case, scratch)??;
        let folder = copy.join("infra").join(target);
        if folder.is_dir() {
            let plan = copy.join("infra/path/infrastructure_automation/environment_configurations.yaml");
            if !fs::exists(&plan)? {
                return Err(format!("{}: no environment configurations", copy.display()).into());
            }
            folders.push((folder, plan));
        }
    }
    Ok(folders)
}
