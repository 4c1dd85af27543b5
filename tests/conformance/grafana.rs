//! Judges of dashboards: Grafana's published types, its SDK, promtool for queries, and checks of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Case, Need, Outcome, built, folder, folders_in, home, none, root};

const NEEDS: &[Need] = &[
    Need::Installed("python-pipelines"),
    Need::Installed("node"),
    Need::Installed("debian"),
    Need::Program("node"),
    Need::Program("kubectl"),
];

pub(super) const CASES: &[Case] = &[
    Case { name: "grafana::each_judge_rejects_its_bad_samples", needs: NEEDS, run: rejects_bad },
    Case { name: "grafana::every_fixture_is_accepted", needs: NEEDS, run: accepts_fixtures },
];

fn samples(kind: &str) -> PathBuf {
    root().join("tests/judges/grafana").join(kind)
}

/// `bad/JUDGE/WHAT.json` is the good sample with one thing changed: JUDGE rejects it and no other does;
/// `bad/JUDGE+JUDGE/WHAT.json`: both do. The good sample itself is accepted.
fn rejects_bad() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut expected: BTreeMap<PathBuf, (String, BTreeSet<String>)> = BTreeMap::new();
    let mut add = |what: &str, judges: BTreeSet<String>| -> Outcome<PathBuf> {
        let copy = scratch.path().join(what.replace('/', "."));
        folder::copy(samples("good"), &copy)?;
        let folder = copy.join("grafana");
        expected.insert(folder.clone(), (what.to_owned(), judges));
        Ok(folder)
    };
    add("good", BTreeSet::new())?;
    for judges in folders_in(&samples("bad"))? {
        for entry in fs::read_dir(&judges)? {
            let path = entry?.path();
            let what = path.strip_prefix(samples("bad"))?.display().to_string();
            let names = what.split('/').next().unwrap_or_default().split('+').map(str::to_owned).collect();
            let folder = add(&what, names)?;
            change(&folder, &serde_json::from_str(&fs::read_to_string(&path)?)?)?;
        }
    }
    let folders: Vec<PathBuf> = expected.keys().cloned().collect();
    let findings = judge(&folders)?;
    let mut wrong = Vec::new();
    let mut proved: BTreeSet<String> = BTreeSet::new();
    for (folder, (what, judges)) in &expected {
        let found = findings.get(folder).map(Vec::as_slice).unwrap_or_default();
        let rejected: BTreeSet<String> = found.iter().map(|(judge, _)| judge.clone()).collect();
        if rejected != *judges {
            wrong.push(format!("{what} must be rejected by {judges:?}, is by {rejected:?}"));
            wrong.extend(found.iter().map(|(judge, text)| format!("    [{judge}] {text}")));
        }
        proved.extend(rejected);
    }
    // A judge that is added without a sample is not proved.
    let said = program().arg("--list").output()?;
    let all = String::from_utf8(said.stdout)?;
    let unproved = all.lines().filter(|judge| !proved.contains(*judge));
    wrong.extend(unproved.map(|judge| format!("no bad sample proves the judge {judge}")));
    none(wrong)
}

/// Makes the one change of a sample.
fn change(folder: &Path, sample: &Value) -> Outcome {
    let path = folder.join(sample["file"].as_str().ok_or("a sample names no file")?);
    let is_json = path.extension() == Some(OsStr::new("json"));
    let text = fs::read_to_string(&path)?;
    if !is_json {
        // Provisioning files are small: their samples say which line becomes which.
        let (line, becomes) = (sample["line"].as_str(), sample["becomes"].as_str());
        let (line, becomes) = (line.ok_or("no `line`")?, becomes.ok_or("no `becomes`")?);
        if !text.contains(line) {
            return Err(format!("{} has no {line:?}", path.display()).into());
        }
        return Ok(fs::write(&path, text.replacen(line, becomes, 1))?);
    }
    let mut document: Value = serde_json::from_str(&text)?;
    let steps = sample["path"].as_array().ok_or("a sample has no path")?;
    let (last, steps) = steps.split_last().ok_or("a sample has an empty path")?;
    let mut node = &mut document;
    for step in steps {
        node = match step {
            Value::String(key) => node.get_mut(key),
            other => other.as_u64().and_then(|index| node.get_mut(usize::try_from(index).ok()?)),
        }
        .ok_or_else(|| format!("nothing stands at {step} of {sample}"))?;
    }
    match (last, sample.get("value")) {
        (Value::String(key), Some(value)) => node[key.as_str()] = value.clone(),
        (Value::String(key), None) => {
            let removed = node.as_object_mut().and_then(|map| map.remove(key));
            removed.ok_or_else(|| format!("nothing to remove: {sample}"))?;
        }
        _ => return Err(format!("a sample changes a key: {sample}").into()),
    }
    Ok(fs::write(&path, serde_json::to_string_pretty(&document)?)?)
}

fn accepts_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let mut folders = Vec::new();
    for case in folders_in(&root().join("fixtures/pass"))? {
        match built(&case, scratch.path())? {
            Ok(copy) => folders.extend(Some(copy.join("infra/grafana")).filter(|folder| folder.is_dir())),
            Err(said) => wrong.push(said),
        }
    }
    if folders.is_empty() {
        wrong.push("no fixture has dashboards, so nothing was judged".to_owned());
    } else {
        for (folder, found) in judge(&folders)? {
            let folder = folder.strip_prefix(scratch.path()).unwrap_or(&folder).to_owned();
            wrong.extend(found.iter().map(|(judge, text)| format!("{}: [{judge}] {text}", folder.display())));
        }
    }
    none(wrong)
}

fn program() -> Command {
    Command::new(root().join("tests/judges/grafana/judge"))
}

/// Runs all judges over the folders; gives what they found, by folder: the judge and what it says.
fn judge(folders: &[PathBuf]) -> Outcome<BTreeMap<PathBuf, Vec<(String, String)>>> {
    let ran = program().args(["--format", "json"]).args(folders).env("PATHC_JUDGES_HOME", home()?).output()?;
    if !matches!(ran.status.code(), Some(0 | 1)) {
        return Err(format!("the judges could not be run: {}", String::from_utf8_lossy(&ran.stderr)).into());
    }
    let report: Vec<Value> = serde_json::from_slice(&ran.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&ran.stderr)))?;
    if report.is_empty() != ran.status.success() {
        return Err("the judges' exit code and report differ".into());
    }
    let mut findings: BTreeMap<PathBuf, Vec<(String, String)>> = BTreeMap::new();
    for one in &report {
        let field = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let text = format!("{}: {}", field("where"), field("message"));
        findings.entry(PathBuf::from(field("folder"))).or_default().push((field("judge"), text));
    }
    Ok(findings)
}
