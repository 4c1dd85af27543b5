//! Judges of rules, their tests and configurations: promtool, amtool, a real Prometheus and a real Alertmanager.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::{Case, Need, Outcome, built, folder, folders_in, home, none, root};

const NEEDS: &[Need] =
    &[Need::Installed("python"), Need::Installed("debian"), Need::Installed("node"), Need::Program("node")];

pub(super) const CASES: &[Case] = &[
    Case { name: "prometheus::each_judge_rejects_its_bad_samples", needs: NEEDS, run: rejects_bad },
    Case { name: "prometheus::all_judges_accept_the_good_sample", needs: NEEDS, run: accepts_good },
    Case { name: "prometheus::every_fixture_is_accepted", needs: NEEDS, run: accepts_fixtures },
    Case { name: "prometheus::every_form_of_objective_and_runtime", needs: NEEDS, run: accepts_forms },
    Case { name: "prometheus::hostile_texts_are_read_back", needs: NEEDS, run: hostile_texts_are_read_back },
    Case { name: "prometheus::an_outage_reaches_who_is_to_be_told", needs: NEEDS, run: outage_is_told },
];

fn judges() -> PathBuf {
    root().join("tests/judges/prometheus")
}

/// `bad/JUDGE/WHAT/` is rejected by JUDGE and by no other; `bad/JUDGE+JUDGE/WHAT/` by both.
fn rejects_bad() -> Outcome {
    let mut folders = Vec::new();
    for judge in folders_in(&judges().join("bad"))? {
        folders.extend(folders_in(&judge)?);
    }
    let good = judges().join("good");
    let findings = judge_folders(&[OsStr::new("--samples"), good.as_os_str()], &folders)?;
    let mut wrong = Vec::new();
    for folder in &folders {
        let what = folder.strip_prefix(judges().join("bad"))?;
        let expected: BTreeSet<&str> =
            what.iter().next().and_then(OsStr::to_str).into_iter().flat_map(|judges| judges.split('+')).collect();
        let found = findings.get(folder).map(Vec::as_slice).unwrap_or_default();
        let rejected: BTreeSet<&str> = found.iter().map(|finding| finding.judge.as_str()).collect();
        if rejected != expected {
            wrong.push(format!("{} must be rejected by {expected:?}, is by {rejected:?}", what.display()));
            wrong.extend(found.iter().map(|finding| format!("    {}", finding.text)));
        }
    }
    // A judge that is added without a sample is not proved.
    let proved: BTreeSet<String> = findings.values().flatten().map(|finding| finding.judge.clone()).collect();
    let listed = python("judge", &[OsStr::new("--list")])?;
    let all: BTreeSet<String> = String::from_utf8(listed.stdout)?.lines().map(str::to_owned).collect();
    wrong.extend(all.difference(&proved).map(|judge| format!("no bad sample proves the judge {judge}")));
    none(wrong)
}

fn accepts_good() -> Outcome {
    let findings = judge_folders(&[], &[judges().join("good")])?;
    none(findings.into_values().flatten().map(|finding| finding.text).collect())
}

/// Every environment of every fixture.
fn accepts_fixtures() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    let mut folders = Vec::new();
    for case in folders_in(&root().join("fixtures/pass"))? {
        match built(&case, scratch.path())? {
            Ok(copy) if copy.join("infra/prometheus").is_dir() => {
                folders.extend(folders_in(&copy.join("infra/prometheus"))?);
            }
            Ok(_) => {}
            Err(said) => wrong.push(said),
        }
    }
    if folders.is_empty() {
        wrong.push("no fixture has rules, so nothing was judged".to_owned());
    } else {
        let findings = judge_folders(&[], &folders)?;
        let scratch = scratch.path().to_string_lossy().into_owned();
        wrong.extend(findings.into_values().flatten().map(|finding| finding.text.replace(&scratch, "fixtures/pass")));
    }
    none(wrong)
}

/// What no fixture has: native histograms, freshness, several objectives over the same series, sums of the user's own; a
/// cluster with a Prometheus of its own, and no cluster.
fn accepts_forms() -> Outcome {
    const URLS: &str =
        "{prometheus: {url: http://prometheus:9090}, alertmanager: {url: https://alerts.acme.example/am/}}";
    let scratch = tempfile::tempdir()?;
    let mut folders = Vec::new();
    for runtime in ["kubernetes", "ecs"] {
        let edits = [
            (
                "pathc.yaml",
                "runtime: kubernetes",
                format!("runtime: {runtime}\nplatform: {URLS}\ntargets: [prometheus, terraform]"),
            ),
            (
                "path/implementation_artifacts.yaml",
                "metrics: {port: http, path: /metrics}",
                "metrics: {port: http, histogram: native, custom: [{name: rendered_seconds, type: gauge}]}".to_owned(),
            ),
            (
                "path/deployment_packages.yaml",
                "      - {name: availability, objective: 99.5, indicator: availability}\n",
                "      - {name: availability, objective: 99.5, indicator: availability}\n      \
                 - {name: loose, objective: 90, indicator: availability}\n      \
                 - {name: quick, objective: 99, indicator: {latency: 250ms}}\n      \
                 - {name: fresh, objective: 95, window: 7d, \
                 indicator: {freshness: {metric: rendered_seconds, max_age: 15m}}}\n"
                    .to_owned(),
            ),
            (
                "path/deployment_packages.yaml",
                "good: 'sum(rate(orders_processed_total{outcome=\"ok\"}[$window]))'",
                "good: 'sum(rate(orders_processed_total{outcome=\"ok\"}[$window])) + \
                 sum(rate(orders_processed_total{outcome=\"skipped\"}[$window]))'"
                    .to_owned(),
            ),
        ];
        let case = edited_storefront(&scratch.path().join(runtime), &edits)?;
        let copy = built(&case, &scratch.path().join(runtime).join("output"))??;
        folders.push(copy.join("infra/prometheus/production"));
    }
    let findings = judge_folders(&[], &folders)?;
    none(findings.into_values().flatten().map(|finding| finding.text).collect())
}

/// A copy of the storefront below `folder` with texts replaced: file, text, text in its place.
fn edited_storefront(folder: &Path, edits: &[(&str, &str, String)]) -> Outcome<PathBuf> {
    let case = folder.join("input/storefront");
    folder::copy(root().join("fixtures/pass/storefront"), &case)?;
    for (file, from, to) in edits {
        let path = case.join(file);
        let text = fs::read_to_string(&path)?;
        if !text.contains(from) {
            return Err(format!("{file} has no `{from}`").into());
        }
        fs::write(&path, text.replace(from, to))?;
    }
    Ok(case)
}

/// Texts that are syntax to somebody come out as they are: the tests expect them, and Alertmanager routes by them.
fn hostile_texts_are_read_back() -> Outcome {
    // In double quotes of YAML, and in those of PromQL.
    const TEAM: &str = r#"com\"merce {{ $labels.job }} $1 `}}`\nnight|%s"#;
    const LABEL: &str = r#"a\"}} or up{{\n{{ .Value }}"#;
    let scratch = tempfile::tempdir()?;
    let edits = [
        ("pathc.yaml", "team: commerce\n", format!("team: \"{TEAM}\"\n")),
        ("pathc.yaml", "{pagerduty: storefront-primary}", "{slack: \"#{{ .Group }} \\\"a b\\\"\"}".to_owned()),
        (
            "path/implementation_artifacts.yaml",
            "metrics: {port: http, path: /metrics}",
            format!("metrics: {{port: http, path: /metrics, errors: 'code=~\"5..\",path!=\"{LABEL}\"'}}"),
        ),
        ("path/deployment_packages.yaml", "notify: commerce-leads", "notify: \"leads \\\"{{ x }}\\\"\"".to_owned()),
    ];
    let case = edited_storefront(scratch.path(), &edits)?;
    let copy = built(&case, &scratch.path().join("output"))??;
    let findings = judge_folders(&[], &folders_in(&copy.join("infra/prometheus"))?)?;
    none(findings.into_values().flatten().map(|finding| finding.text).collect())
}

/// All requests of a component fail: its team is paged, and the ticket of the same budget is kept quiet. Where no route leads
/// to the team, the judge says so.
fn outage_is_told() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let copy = built(&root().join("fixtures/pass/storefront"), scratch.path())??;
    let folder = copy.join("infra/prometheus/production");
    let told = outage(&folder, &[])?;
    if !told.status.success() {
        return Err(String::from_utf8_lossy(&told.stderr).into());
    }
    let told: Value = serde_json::from_slice(&told.stdout)?;
    let expected = [
        ("alert", "checkout/budget-burn-availability-page"),
        ("severity", "page"),
        ("team", "commerce"),
        ("system", "storefront"),
        ("environment", "production"),
        ("component", "checkout"),
        ("slo", "availability"),
    ];
    let mut wrong: Vec<String> = expected
        .iter()
        .filter(|(label, value)| told["told"][label] != *value)
        .map(|(label, value)| format!("`{label}` is {}, not {value}", told["told"][label]))
        .collect();

    let unrouted = scratch.path().join("unrouted");
    folder::copy(&folder, &unrouted)?;
    let alertmanager = unrouted.join("alertmanager.yaml");
    fs::write(&alertmanager, fs::read_to_string(&alertmanager)?.replace("team=\"commerce\"", "team=\"others\""))?;
    if outage(&unrouted, &[])?.status.success() {
        wrong.push("an outage is said to be told where no route leads to the team".to_owned());
    }

    // A component that is gone, with all that follows for it and for what needs it, is one message.
    let nested = outage(&folder, &["web"])?;
    if !nested.status.success() {
        wrong.push(String::from_utf8_lossy(&nested.stderr).into_owned());
    }
    // Where nodes are lost, they are what is told of.
    let nodes = outage(&folder, &["web", "--nodes"])?;
    if !nodes.status.success() {
        wrong.push(String::from_utf8_lossy(&nodes.stderr).into_owned());
    }
    let loud = scratch.path().join("loud");
    folder::copy(&folder, &loud)?;
    let alertmanager = loud.join("alertmanager.yaml");
    let text = fs::read_to_string(&alertmanager)?;
    fs::write(&alertmanager, text.replace("kind=~\"absent|unready", "kind=~\"nothing"))?;
    if outage(&loud, &["web"])?.status.success() {
        wrong.push("a nested outage is said to be one message where nothing is kept quiet".to_owned());
    }
    none(wrong)
}

fn outage(folder: &Path, dependents: &[&str]) -> Outcome<Output> {
    let arguments = [folder.as_os_str(), OsStr::new("checkout"), OsStr::new("commerce-page")];
    let dependents = dependents.iter().map(OsStr::new);
    python("outage", &arguments.into_iter().chain(dependents).collect::<Vec<&OsStr>>())
}

struct Finding {
    judge: String,
    text: String,
}

/// Runs all judges over the folders; gives what they found, by folder.
fn judge_folders(options: &[&OsStr], folders: &[PathBuf]) -> Outcome<BTreeMap<PathBuf, Vec<Finding>>> {
    let arguments: Vec<&OsStr> =
        options.iter().copied().chain(folders.iter().map(|folder| folder.as_os_str())).collect();
    let ran = python("judge", &arguments)?;
    let report: Vec<Value> = serde_json::from_slice(&ran.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&ran.stderr)))?;
    if report.is_empty() != ran.status.success() {
        return Err("the judges' exit code and report differ".into());
    }
    let mut findings: BTreeMap<PathBuf, Vec<Finding>> = BTreeMap::new();
    for one in &report {
        let field = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let text = format!("{}/{}: [{}] {}", field("folder"), field("where"), field("judge"), field("message"));
        findings.entry(PathBuf::from(field("folder"))).or_default().push(Finding { judge: field("judge"), text });
    }
    Ok(findings)
}

/// Runs a script of the judges by the Python that they are installed with.
fn python(script: &str, arguments: &[&OsStr]) -> Outcome<Output> {
    let home = home()?;
    let ran = Command::new(home.join("python/bin/python"))
        .arg(judges().join(script))
        .args(arguments)
        .env("PATHC_JUDGES_HOME", home)
        .output()?;
    Ok(ran)
}
