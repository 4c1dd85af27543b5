//! `pathc explain CODE`: what a code means, why, and how to fix it.

use clap::Args;

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, registry};

/// Explain a code: what it means, why it matters, an example, how to fix it
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc explain E002
  pathc explain unknown-key")]
pub(super) struct Explain {
    /// A code or its name, as findings show them: `E002` or `unknown-key`
    #[arg(value_name = "CODE")]
    code: String,
}

pub(super) fn run(arguments: &Explain, terminal: &Terminal) -> Result<Outcome, Failure> {
    let Some(code) = registry::code(&arguments.code) else {
        let failure = Failure::new(format!("no code is called `{}`", arguments.code));
        return Err(match registry::near_code(&arguments.code) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("codes stand in brackets behind `error` and `warning`, as in `error[E002]`"),
        });
    };
    terminal.result(&format!("{} {}\n\n{}\n", code.as_str(), code.slug(), documentation(code.0.doc)))?;
    Ok(Outcome::Done)
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
