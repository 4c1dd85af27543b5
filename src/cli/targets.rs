//! `pathc targets`: what a system can be compiled to.

use serde_json::json;

use super::Outcome;
use super::failure::Failure;
use super::terminal::Terminal;
use crate::diag::Format;
use crate::targets;

pub(super) fn run(terminal: &Terminal) -> Result<Outcome, Failure> {
    let width = targets::ALL.iter().map(|target| target.name.len()).max().unwrap_or_default();
    let text: String = targets::ALL
        .iter()
        .map(|target| match terminal.format {
            Format::Json => format!("{}\n", json!({"name": target.name, "out": target.default_out})),
            _ => format!("{:<width$}  {}\n", target.name, target.default_out),
        })
        .collect();
    terminal.result(&text)?;
    Ok(Outcome::Done)
}
