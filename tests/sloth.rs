//! The rules agree with Sloth's: the same series, labels and windows, and the same numbers but for the noise of floats.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use pathc::plan::monitoring::MonitoringPlan;
use pathc::plan::monitoring::recordings::{Recorded, Recording};
use pathc::source::Sources;
use pathc::spec::Specs;
use pathc::spec::prometheus::AlertSeverity;
use pathc::{input, plan};
use regex::Regex;
use serde_json::Value;

/// How far two numbers may be apart.
const NOISE: f64 = 1e-9;

fn folder() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sloth")
}

fn ours() -> MonitoringPlan {
    let system = input::read(&folder().join("system")).system.unwrap();
    let (specs, _) = Specs::load(&mut Sources::default());
    plan::monitoring::plan(&system, &specs.unwrap()).0
}

/// The rules that Sloth makes, by the objective that they are of.
fn theirs() -> BTreeMap<String, Vec<Value>> {
    let text = fs::read_to_string(folder().join("multifile.rules.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let mut rules: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let own = Regex::new("sloth_id=\"([^\"]+)\"").unwrap();
    for rule in report["normalised_rules"].as_array().unwrap() {
        // An alert names its objective in its expression only.
        let id = rule["labels"]["sloth_id"]
            .as_str()
            .or_else(|| own.captures(rule["expr"].as_str().unwrap()).map(|found| found.get(1).unwrap().as_str()));
        rules.entry(id.unwrap().to_owned()).or_default().push(rule.clone());
    }
    rules
}

/// The pairs of windows of an alert: short, long, and the error ratio above which it fires.
fn pairs(expression: &str) -> Vec<(String, String, f64)> {
    let one = Regex::new(r"ratio_rate(\w+)\{[^}]*\}\s*>\s*\(([\d.]+)\s*\*\s*([\d.]+)\)").unwrap();
    let found: Vec<(String, f64)> = one
        .captures_iter(expression)
        .map(|found| (found[1].to_owned(), found[2].parse::<f64>().unwrap() * found[3].parse::<f64>().unwrap()))
        .collect();
    found
        .chunks(2)
        .map(|pair| {
            assert!((pair[0].1 - pair[1].1).abs() < NOISE, "both windows have one threshold: {expression}");
            (pair[0].0.clone(), pair[1].0.clone(), pair[0].1)
        })
        .collect()
}

/// The value of `vector(1-0.999)` or `vector(30)`.
fn constant(expression: &str) -> f64 {
    let inner = expression.strip_prefix("vector(").and_then(|text| text.strip_suffix(')')).unwrap();
    match inner.split_once('-') {
        Some((left, right)) => left.parse::<f64>().unwrap() - right.parse::<f64>().unwrap(),
        None => inner.parse().unwrap(),
    }
}

/// What a function adds to a text.
fn text(add: impl FnOnce(&mut String)) -> String {
    let mut text = String::new();
    add(&mut text);
    text
}

fn recordings(recorded: &Recorded<'_>) -> BTreeMap<String, Recording> {
    let all =
        recorded.indicators().into_iter().chain(recorded.events().map(|(events, _)| events)).chain(recorded.facts());
    all.map(|recording| (text(|out| recording.push_name(out)), recording)).collect()
}

#[test]
fn the_same_objectives_make_the_same_rules() {
    let (ours, theirs) = (ours(), theirs());
    assert_eq!(theirs.len(), 4);
    let environment = &ours.configurations.environments[0];
    for (id, rules) in theirs {
        let objective =
            ours.configurations.objectives.iter().find(|objective| objective.sloth_id.as_str() == id).unwrap();
        let recorded = Recorded::new(&ours.configurations, objective, environment);
        let mine = recordings(&recorded);
        let labels: BTreeMap<&str, &str> =
            recorded.labels().into_iter().map(|(label, value, _)| (label, value)).collect();
        let mut names = BTreeSet::new();
        let mut alerts = 0;
        for rule in &rules {
            let (name, expression) = (rule["name"].as_str().unwrap(), rule["expr"].as_str().unwrap());
            if rule["kind"] == "alert" {
                let severity = match rule["labels"]["sloth_severity"].as_str().unwrap() {
                    "page" => AlertSeverity::Page,
                    _ => AlertSeverity::Ticket,
                };
                let (mine, theirs) = (pairs(&text(|out| recorded.push_burns(severity, out))), pairs(expression));
                assert_eq!((mine.len(), theirs.len()), (2, 2), "{id} {severity}");
                for (mine, theirs) in mine.iter().zip(&theirs) {
                    assert_eq!((&mine.0, &mine.1), (&theirs.0, &theirs.1), "{id} {severity}");
                    assert!((mine.2 - theirs.2).abs() < NOISE, "{id} {severity}: {mine:?} {theirs:?}");
                }
                alerts += 1;
                continue;
            }
            let recording = mine.get(name).unwrap_or_else(|| panic!("{id}: no {name}"));
            names.insert(name.to_owned());
            for label in ["sloth_id", "sloth_service", "sloth_slo"] {
                assert_eq!(rule["labels"][label], *labels[label], "{id} {name}");
            }
            let window = recording.window().map(|window| window.to_string());
            assert_eq!(rule["labels"]["sloth_window"].as_str(), window.as_deref(), "{id} {name}");
            if expression.starts_with("vector(") {
                let (mine, theirs) =
                    (constant(&text(|out| recorded.push_expression(*recording, out))), constant(expression));
                assert!((mine - theirs).abs() < NOISE, "{id} {name}: {mine} {theirs}");
            }
        }
        // Two of the four have their alerts turned off; ours are on.
        assert!(alerts == 0 || alerts == 2, "{id}: {alerts}");
        let further: Vec<&String> = mine.keys().filter(|name| !names.contains(*name)).collect();
        assert_eq!(further, ["slo:sli_events:increase5m"], "{id}: what Sloth does not record");
    }
}

/// Sloth states budgets and windows for a week in a file of its own.
#[test]
fn a_week_has_the_budgets_that_sloth_has() {
    let text = fs::read_to_string(folder().join("windows-7d.yaml")).unwrap();
    let value = |key: &str| {
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix(key)?.strip_prefix(": "));
        lines.map(str::to_owned).collect::<Vec<String>>()
    };
    let plan = ours();
    let week = plan.configurations.objectives.iter().find(|objective| objective.name.as_str() == "week").unwrap();
    let of = |pick: fn(&pathc::plan::monitoring::configurations::BurnWindowPlan) -> String| {
        week.burn_windows.iter().map(pick).collect::<Vec<String>>()
    };
    assert_eq!(of(|window| window.budget.to_string()), value("errorBudgetPercent"));
    assert_eq!(of(|window| window.short.to_string()), value("shortWindow"));
    assert_eq!(of(|window| window.long.to_string()), value("longWindow"));
    for window in week.burn_windows.iter() {
        let hours = window.long.milliseconds as f64 / 3_600_000.0;
        let factor = window.budget.as_f64() / 100.0 * 168.0 / hours;
        assert!((window.factor.as_f64() - factor).abs() < NOISE, "{} {factor}", window.factor);
        assert!((window.threshold.as_f64() - factor * 0.001).abs() < NOISE);
    }
}
