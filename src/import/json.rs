//! JSON reports: read into the few fields that count, everything else passed over.

use serde::Deserialize;

use super::Fault;

/// Reads a report of the form `T`. `what`: what it should have been.
pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let said = error.to_string();
        // The place is told by line and column of its own.
        let said = said.split(" at line ").next().unwrap_or_default();
        Fault::at(before + error.column().saturating_sub(1), format!("is no {what}: {said}"))
    })
}
