//! One JSON object a line, for editors and scripts. The fields are a contract: see the command reference.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Context;
use crate::diag::{Diagnostic, Waived};
use crate::source::{Edit, Fix, Safety, Sources};

/// How a run ended, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings that deny.
    pub denied: usize,
    /// Findings that warn.
    pub warned: usize,
    /// Findings that a waiver lets pass.
    pub waived: usize,
    /// The same by phase of the methodology; findings of no phase are not in it.
    pub phases: BTreeMap<u8, Counts>,
    /// Findings that were mended.
    pub fixed: usize,
    /// Files that were written.
    pub written: usize,
    /// How long the run took.
    pub elapsed_ms: u128,
    /// What could not be judged: the gate, and why.
    pub skipped: Vec<(&'static str, String)>,
    /// What environments are estimated to cost a month.
    pub estimates: Vec<Value>,
}

/// How many findings of what kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that deny.
    pub denied: usize,
    /// Those that warn.
    pub warned: usize,
    /// Those that a waiver lets pass.
    pub waived: usize,
}

/// The last line of a run.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    let phase = |(phase, counts): (&u8, &Counts)| json!({"phase": phase, "denied": counts.denied, "warned": counts.warned, "waived": counts.waived});
    json!({
        "reason": "summary",
        "denied": summary.denied,
        "warned": summary.warned,
        "waived": summary.waived,
        "phases": summary.phases.iter().map(phase).collect::<Vec<Value>>(),
        "fixed": summary.fixed,
        "written": summary.written,
        "elapsed_ms": u64::try_from(summary.elapsed_ms).unwrap_or(u64::MAX),
        "skipped": summary.skipped.iter().map(|(code, message)| json!({"code": code, "message": message})).collect::<Vec<Value>>(),
        "estimates": summary.estimates,
    })
    .to_string()
}

pub(super) fn line(diagnostic: &Diagnostic, context: &Context<'_>) -> String {
    let info = diagnostic.code.0;
    let spans: Vec<Value> = diagnostic
        .everywhere()
        .filter_map(|label| {
            let place = context.exact(label.place)?;
            Some(json!({
                "file": place.path.as_str(),
                "byte_start": place.span.start,
                "byte_end": place.span.end,
                "line_start": place.start.line,
                "column_start": place.start.column,
                "line_end": place.end.line,
                "column_end": place.end.column,
                "primary": label.primary,
                "label": label.text,
            }))
        })
        .collect();
    json!({
        "reason": "diagnostic",
        "code": info.code,
        "slug": info.slug,
        "level": diagnostic.level.as_str(),
        "message": diagnostic.message,
        "phase": info.phase,
        "role": info.role,
        "waived": diagnostic.waived.as_ref().map(waived),
        "spans": spans,
        "help": diagnostic.help,
        "docs": format!("pathc explain {}", info.code),
        "fix": diagnostic.fix.as_ref().map(|found| fix(found, context.sources)),
    })
    .to_string()
}

fn waived(waived: &Waived) -> Value {
    json!({
        "reason": waived.reason,
        "approved_by": waived.approved_by,
        "expires": waived.expires.to_string(),
    })
}

fn fix(fix: &Fix, sources: &Sources) -> Value {
    let safety = match fix.safety {
        Safety::Safe => "safe",
        Safety::Suggested => "suggested",
    };
    let edit = |edit: &Edit| {
        let span = sources.exact(edit.place)?;
        let file = sources.file(span.file).path.as_str();
        Some(json!({"file": file, "byte_start": span.start, "byte_end": span.end, "insert": edit.insert}))
    };
    // All of them or none: half a fix mends nothing.
    let edits: Option<Vec<Value>> = fix.edits.iter().map(edit).collect();
    edits.map_or(Value::Null, |edits| json!({"safety": safety, "edits": edits}))
}
