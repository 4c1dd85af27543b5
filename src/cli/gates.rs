//! `pathc gates`: what a release is judged by.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::Outcome;
use super::failure::Failure;
use super::terminal::Terminal;
use crate::diag::Format;
use crate::gates::{self, Gate};

/// List the gates that a release is judged by
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc gates
  pathc gates --phase 7
  pathc gates --format json       one JSON object a line
  pathc gates --format markdown   all that is known of them, as docs/gates.md has it

`pathc explain CODE` tells what a gate asks for. `levels:` and `waivers:` in pathc.yaml change what a finding does.")]
pub(super) struct Gates {
    /// Only those of a phase, 1 to 7
    #[arg(long, value_name = "PHASE", value_parser = clap::value_parser!(u8).range(1..=7))]
    phase: Option<u8>,

    /// How they are listed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = List::Table)]
    format: List,
}

/// How gates are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum List {
    /// A line each
    Table,
    /// A JSON object a line
    Json,
    /// The reference, as one page
    Markdown,
}

pub(super) fn run(arguments: &Gates, terminal: &Terminal) -> Result<Outcome, Failure> {
    let chosen = |gate: &&&Gate| arguments.phase.is_none_or(|phase| gate.code.0.phase == Some(phase));
    if arguments.format == List::Markdown {
        terminal.result(&gates::reference::markdown(arguments.phase))?;
        return Ok(Outcome::Done);
    }
    let json = arguments.format == List::Json || terminal.format == Format::Json;
    let line = if json { as_json } else { as_row };
    let text: String = gates::ALL.iter().filter(chosen).map(|gate| line(gate) + "\n").collect();
    terminal.result(&text)?;
    Ok(Outcome::Done)
}

fn as_row(gate: &Gate) -> String {
    let info = gate.code.0;
    let phase = info.phase.map_or_else(String::new, |phase| phase.to_string());
    format!(
        "{}  {:<34}  {}  phase {}  {}",
        info.code,
        info.slug,
        info.level.as_str(),
        phase,
        info.role.unwrap_or_default()
    )
}

fn as_json(gate: &Gate) -> String {
    let info = gate.code.0;
    json!({
        "code": info.code,
        "slug": info.slug,
        "level": info.level.as_str(),
        "phase": info.phase,
        "role": info.role,
        "waived_by": gate.waived_by,
        "summary": gate.code.summary(),
    })
    .to_string()
}
