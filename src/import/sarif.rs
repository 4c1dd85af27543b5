//! SARIF 2.1.0, as scanners and linters write it.
//!
//! What is suppressed, was there no longer, or is no failure does not count. How bad a finding is says the rule's
//! `security-severity` (a CVSS score), else the level: of the result, else of the rule, else `warning`, as the standard
//! says (sections 3.27.10 and 3.50).

use serde::Deserialize;
use serde_json::Value;

use super::{Evidence, Fault, Finding, Severity, json, text};

#[derive(Deserialize)]
struct Log {
    version: String,
    /// `null` where the tool could not run.
    runs: Option<Vec<Run>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Run {
    tool: Tool,
    results: Option<Vec<Outcome>>,
    artifacts: Vec<Artifact>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tool {
    driver: Part,
    extensions: Vec<Part>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Part {
    rules: Vec<Rule>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    id: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Configuration {
    level: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Properties {
    #[serde(rename = "security-severity")]
    security_severity: Option<Value>,
}

/// A `result` of the standard.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Outcome {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<RuleReference>,
    kind: Option<String>,
    level: Option<String>,
    baseline_state: Option<String>,
    suppressions: Option<Vec<Suppression>>,
    locations: Vec<Location>,
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RuleReference {
    id: Option<String>,
    index: Option<i64>,
    tool_component: Option<PartReference>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PartReference {
    index: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Suppression {
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Physical {
    artifact_location: ArtifactLocation,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Artifact {
    location: ArtifactLocation,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ArtifactLocation {
    uri: Option<String>,
    index: Option<i64>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let source = text::decode(bytes)?;
    let log: Log = json::parse(&source, "SARIF log")?;
    if !log.version.starts_with("2.") {
        return Err(Fault::new(format!("is SARIF {}; 2.1.0 is read", log.version)));
    }
    let mut findings = Vec::new();
    for run in log.runs.iter().flatten() {
        for outcome in run.results.iter().flatten().filter(|outcome| outcome.counts()) {
            if let Some(severity) = run.severity(outcome) {
                findings.push(Finding { severity, file: run.file(outcome) });
            }
        }
    }
    Ok(Evidence::Findings(findings))
}

impl Outcome {
    fn counts(&self) -> bool {
        let accepted = |suppression: &Suppression| matches!(suppression.status.as_deref(), None | Some("accepted"));
        // A result with another kind is no problem: passed, informational, not applicable.
        let failed = matches!(self.kind.as_deref(), None | Some("fail" | "open" | "review"));
        failed && self.baseline_state.as_deref() != Some("absent") && !self.suppressions.iter().flatten().any(accepted)
    }
}

impl Run {
    fn severity(&self, outcome: &Outcome) -> Option<Severity> {
        let rule = self.rule(outcome);
        let score = outcome.properties.score().or_else(|| rule.and_then(|rule| rule.properties.score()));
        if let Some(score) = score {
            return Severity::of_score(score);
        }
        let level = outcome.level.as_deref().or_else(|| rule?.default_configuration.level.as_deref());
        match level.unwrap_or("warning") {
            "error" => Some(Severity::High),
            "note" => Some(Severity::Low),
            "none" => None,
            _ => Some(Severity::Medium),
        }
    }

    fn rule(&self, outcome: &Outcome) -> Option<&Rule> {
        let reference = outcome.rule.as_ref();
        let part = reference.and_then(|rule| rule.tool_component.as_ref()).and_then(|part| at(part.index));
        let rules = match part {
            Some(part) => &self.tool.extensions.get(part)?.rules,
            None => &self.tool.driver.rules,
        };
        let index = at(outcome.rule_index).or_else(|| at(reference?.index));
        if let Some(rule) = index.and_then(|index| rules.get(index)) {
            return Some(rule);
        }
        let id = outcome.rule_id.as_deref().or_else(|| reference?.id.as_deref())?;
        let all = || rules.iter().chain(self.tool.extensions.iter().flat_map(|part| &part.rules));
        // `CA1000/1` is a part of `CA1000`.
        all().find(|rule| rule.id == id).or_else(|| {
            let (parent, _) = id.rsplit_once('/')?;
            all().find(|rule| rule.id == parent)
        })
    }

    fn file(&self, outcome: &Outcome) -> Option<String> {
        let location = &outcome.locations.first()?.physical_location.artifact_location;
        let listed = || self.artifacts.get(at(location.index)?)?.location.uri.as_deref();
        let uri = location.uri.as_deref().or_else(listed)?;
        let path = uri.strip_prefix("file://").unwrap_or(uri);
        Some(text::slashes(&percent_decoded(path)))
    }
}

impl Properties {
    fn score(&self) -> Option<f64> {
        match self.security_severity.as_ref()? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.as_f64(),
            _ => None,
        }
    }
}

/// An index of the standard: -1 is none.
fn at(index: Option<i64>) -> Option<usize> {
    usize::try_from(index?).ok()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
