//! Judges of manifests: schemas, custom resources, Pod Security, consistency, network, Checkov.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{Case, Need, Outcome, built, folders_in, home, none, root};

const NEEDS: &[Need] =
    &[Need::Installed("python"), Need::Installed("node"), Need::Program("node"), Need::Program("kubectl")];

pub(super) const CASES: &[Case] = &[
    Case { name: "kubernetes::each_judge_rejects_its_bad_samples", needs: NEEDS, run: rejects_bad },
    Case { name: "kubernetes::all_judges_accept_the_good_sample", needs: NEEDS, run: accepts_good },
    Case { name: "kubernetes::every_fixture_is_accepted", needs: NEEDS, run: accepts_fixtures },
];

fn samples(kind: &str) -> PathBuf {
    root().join("tests/judges/kubernetes").join(kind)
}

/// `bad/JUDGE/WHAT/` is rejected by JUDGE and by no other; `bad/JUDGE+JUDGE/WHAT/` by both.
fn rejects_bad() -> Outcome {
    let mut folders = Vec::new();
    for judge in folders_in(&samples("bad"))? {
        folders.extend(folders_in(&judge)?);
    }
    let platform = samples("good/platform/production");
    let findings = judge_folders(&[OsStr::new("--platform"), platform.as_os_str()], &folders)?;
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
    let all: BTreeSet<String> = all_judges()?;
    wrong.extend(all.difference(&proved).map(|judge| format!("no bad sample proves the judge {judge}")));
    none(wrong)
}

fn accepts_good() -> Outcome {
    let folders = [samples("good/production"), samples("good/platform/production")];
    let findings = judge_folders(&[], &folders)?;
    none(findings.values().flatten().map(ToString::to_string).collect())
}

fn accepts_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let mut folders = Vec::new();
    for case in folders_in(&root().join("fixtures/pass"))? {
        let copy = match built(&case, scratch.path())? {
            Ok(copy) => copy,
            Err(said) => {
                wrong.push(said);
                continue;
            }
        };
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
        let findings = judge_folders(&[OsStr::new("--all-fixtures")], &folders)?;
        wrong.extend(
            findings
                .values()
                .flatten()
                .map(|finding| finding.to_string().replace(&*scratch.path().to_string_lossy(), "fixtures/pass")),
        );
    }
    none(wrong)
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
fn judge_folders(options: &[&OsStr], folders: &[PathBuf]) -> Outcome<BTreeMap<PathBuf, Vec<Finding>>> {
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

fn all_judges() -> Outcome<BTreeSet<String>> {
    let said = Command::new(root().join("tests/judges/kubernetes/judge"))
        .arg("--list")
        .env("PATHC_JUDGES_HOME", home()?)
        .output()?;
    Ok(String::from_utf8(said.stdout)?.lines().map(str::to_owned).collect())
}
