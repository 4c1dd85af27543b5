//! SARIF 2.1.0, which code scanning services read: one rule a code, one result a finding.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::Context;
use super::place::Exact;
use super::text::one_line;
use crate::diag::{Code, Diagnostic};
use crate::ir::choice::Level;
use crate::source::{Fix, Safety};

pub(super) fn document(diagnostics: &[Diagnostic], context: &Context<'_>) -> String {
    let rules: Vec<Value> = context.codes.iter().copied().map(rule).collect();
    let results: Vec<Value> = diagnostics.iter().map(|diagnostic| result(diagnostic, context)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "pathc", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code) -> Value {
    let info = code.0;
    let mut rule = json!({
        "id": info.code,
        "name": info.slug,
        "shortDescription": {"text": code.summary()},
        "help": {"text": code.documentation(), "markdown": code.documentation()},
        "defaultConfiguration": {"level": level(info.level)},
    });
    if let (Some(phase), Some(role)) = (info.phase, info.role) {
        rule["properties"] = json!({"phase": phase, "role": role});
    }
    rule
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "none",
    }
}

fn result(diagnostic: &Diagnostic, context: &Context<'_>) -> Value {
    let mut message = diagnostic.message.clone();
    for help in &diagnostic.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "level": level(diagnostic.level),
        "message": {"text": message},
    });
    if let Some(index) = context.codes.iter().position(|code| *code == diagnostic.code) {
        result["ruleIndex"] = json!(index);
    }
    let mut places = diagnostic
        .everywhere()
        .filter_map(|label| Some((context.exact(label.place)?, label.text.as_str())))
        .map(|(place, text)| location(&place, text));
    // Code scanning takes no result without a location; what no line is to blame for is the manifest's.
    let first =
        places.next().unwrap_or_else(|| json!({"physicalLocation": {"artifactLocation": artifact("pathc.yaml")}}));
    result["locations"] = json!([first]);
    let related: Vec<Value> = places.collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    if let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.safety == Safety::Safe)
        && let Some(fix) = mended(fix, diagnostic, context)
    {
        result["fixes"] = json!([fix]);
    }
    if let Some(waived) = &diagnostic.waived {
        let justification =
            format!("{} (approved by {}, until {})", one_line(&waived.reason), waived.approved_by, waived.expires);
        result["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": justification}]);
    }
    result
}

/// A fix by file; none where an edit has no place, since half a fix mends nothing.
fn mended(fix: &Fix, diagnostic: &Diagnostic, context: &Context<'_>) -> Option<Value> {
    let mut changes: IndexMap<&str, Vec<Value>> = IndexMap::new();
    for edit in &fix.edits {
        let place = context.exact(edit.place)?;
        let replacement = json!({"deletedRegion": region(&place), "insertedContent": {"text": edit.insert}});
        changes.entry(place.path.as_str()).or_default().push(replacement);
    }
    let changes: Vec<Value> = changes
        .into_iter()
        .map(|(path, replacements)| json!({"artifactLocation": artifact(path), "replacements": replacements}))
        .collect();
    let description = diagnostic.help.first().map_or("what `pathc check --fix` does", String::as_str);
    Some(json!({"description": {"text": description}, "artifactChanges": changes}))
}

fn location(place: &Exact<'_>, text: &str) -> Value {
    json!({
        "physicalLocation": {"artifactLocation": artifact(place.path.as_str()), "region": region(place)},
        "message": {"text": text},
    })
}

fn region(place: &Exact<'_>) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
        "byteOffset": place.span.start,
        "byteLength": place.span.end - place.span.start,
    })
}

/// A file by its URI, relative to the manifest's folder.
fn artifact(path: &str) -> Value {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    json!({"uri": uri})
}
