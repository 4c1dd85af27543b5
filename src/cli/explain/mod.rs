//! `pathc explain`: what a code means, where a generated line comes from, what an input line reaches.

mod place;
#[cfg(test)]
mod tests;
mod thing;

use camino::Utf8PathBuf;
use clap::Args;

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, registry, repository};
use crate::diag::Code;
use crate::gates;

/// Explain a code, a line of a generated file, a line of an input, or a resource; without argument, list all codes
///
/// A code: what it means, why it matters, an example, how to fix it. A line of a generated file: the lines of the inputs,
/// the defaults with their rules, and the facts of a target spec that it comes from. A line of an input or of a target
/// spec: every line of every generated file that it reaches. A name: where it is declared, and what it became.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc explain                                       list all codes
  pathc explain E002
  pathc explain unknown-key
  pathc explain infra/kubernetes/production/workloads/checkout.yaml:31
                                                      where this line comes from
  pathc explain path/deployment_packages.yaml:31      what this line reaches
  pathc explain checkout                              where it is declared, what it became
  pathc explain Deployment/checkout                   one generated resource
  pathc explain --message-format json FILE:LINE       the same, for scripts

A file may be named from the working folder, from the folder of pathc.yaml, or by its absolute path. Gates are
not judged: a line is explained whether or not the evidence carries a release.")]
pub(super) struct Explain {
    /// A code or its name (`E002`, `unknown-key`), a place (`FILE:LINE`), or the name of a component or resource
    #[arg(value_name = "CODE|FILE:LINE|RESOURCE")]
    subject: Option<String>,

    /// The folder that was built into, where it is not the repository
    #[arg(short, long, value_name = "DIR")]
    out: Option<Utf8PathBuf>,
}

pub(super) fn run(arguments: &Explain, terminal: &Terminal) -> Result<Outcome, Failure> {
    let Some(text) = &arguments.subject else {
        let list: String = registry::codes()
            .into_iter()
            .map(|code| format!("{}  {:<34}  {}\n", code.as_str(), code.slug(), code.summary()))
            .collect();
        terminal.result(&list)?;
        return Ok(Outcome::Done);
    };
    if let Some(code) = registry::code(text) {
        let controls =
            gates::reference::controls(code).map_or_else(String::new, |list| format!("\n# Controls\n{list}"));
        terminal.result(&format!("{}\n\n{}\n{controls}", title(code), code.documentation()))?;
        return Ok(Outcome::Done);
    }
    if let Some((file, line)) = place::parse(text)? {
        terminal.result(&place::explain(&file, line, arguments.out.as_deref(), terminal)?)?;
        return Ok(Outcome::Done);
    }
    // A code that is nearly one needs no repository to be told.
    if let Some(near) = registry::near_code(text) {
        let failure = Failure::new(format!("no code is called `{text}`"));
        return Err(failure.help(format!("did you mean `{near}`?")));
    }
    if repository::is_here()
        && let Some(found) = thing::explain(text, terminal)?
    {
        terminal.result(&found)?;
        return Ok(Outcome::Done);
    }
    let failure = Failure::new(format!("no code, component or resource is called `{text}`"));
    Err(failure.help("`pathc explain` lists the codes; a line is named as FILE:LINE"))
}

/// The code and its name; of a gate also what it does by default, and whose it is.
fn title(code: Code) -> String {
    let mut title = format!("{} {}", code.as_str(), code.slug());
    if let Some(gate) = gates::by_code(code.as_str())
        && let (Some(phase), Some(role)) = (code.0.phase, code.0.role)
    {
        let (level, waivable) = (code.0.level, gate.waivable());
        let judged = gate.judged();
        title.push_str(&format!(" ({level} by default, {judged}; phase {phase}, {role}; {waivable})"));
    }
    title
}
