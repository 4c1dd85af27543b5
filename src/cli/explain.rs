//! `pathc explain CODE`: what a code means, why, and how to fix it.

use clap::Args;

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, registry};
use crate::diag::Code;
use crate::gates;

/// Explain a code: what it means, why it matters, an example, how to fix it; without CODE, list all codes
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc explain
  pathc explain E002
  pathc explain unknown-key")]
pub(super) struct Explain {
    /// A code or its name, as findings show them: `E002` or `unknown-key`
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(super) fn run(arguments: &Explain, terminal: &Terminal) -> Result<Outcome, Failure> {
    let Some(text) = &arguments.code else {
        let list: String = registry::codes()
            .into_iter()
            .map(|code| format!("{}  {:<34}  {}\n", code.as_str(), code.slug(), code.summary()))
            .collect();
        terminal.result(&list)?;
        return Ok(Outcome::Done);
    };
    let Some(code) = registry::code(text) else {
        let failure = Failure::new(format!("no code is called `{text}`"));
        return Err(match registry::near_code(text) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`pathc explain` lists them"),
        });
    };
    terminal.result(&format!("{}\n\n{}\n", title(code), documentation(code.0.doc)))?;
    Ok(Outcome::Done)
}

/// The code and its name; of a gate also what it does by default, and whose it is.
fn title(code: Code) -> String {
    let mut title = format!("{} {}", code.as_str(), code.slug());
    if let Some(gate) = gates::by_code(code.as_str())
        && let (Some(phase), Some(role)) = (code.0.phase, code.0.role)
    {
        let (level, waivable) = (code.0.level, gate.waivable());
        title.push_str(&format!(" ({level} by default; phase {phase}, {role}; {waivable})"));
    }
    title
}

/// The text of a doc comment, whose lines begin with the space behind `///`.
fn documentation(doc: &str) -> String {
    doc.lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}
