//! `pathc check`: is the system ready? Reads everything, judges everything, and writes nothing but
//! what `--fix` mends.

use clap::{ArgMatches, Args};

use super::failure::Failure;
use super::fix::{self, Fixed};
use super::judging::{self, Judging};
use super::report::{Done, Report};
use super::terminal::Terminal;
use super::{Outcome, repository};
use crate::gates;
use crate::ir::value::Name;

/// Read all inputs and run all gates; write nothing but what --fix mends
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc check
  pathc check -W G204                      let one gate warn, in this run
  pathc check --fix                        mend what is beyond doubt, comments and layout kept
  pathc check --env production             before a deployment to it
  pathc check --stage commit               before CI has made its evidence
  pathc check --message-format github      annotations on a pull request")]
pub(super) struct Check {
    /// Apply the edits that are beyond doubt to the inputs, then check what is left
    #[arg(long)]
    fix: bool,

    /// Judge as before a deployment to this environment: what must have passed where it is promoted from denies
    #[arg(short, long = "env", value_name = "ENVIRONMENT", value_parser = judging::name)]
    environment: Option<Name>,

    #[command(flatten)]
    judging: Judging,
}

pub(super) fn run(arguments: &Check, matches: &ArgMatches, terminal: &Terminal) -> Result<Outcome, Failure> {
    let report = Report::begin(terminal);
    let root = repository::root()?;
    let mut settings = arguments.judging.settings(matches, false)?;
    settings.environment.clone_from(&arguments.environment);
    let Fixed { compilation, found, findings, lines } = if arguments.fix {
        fix::run(&root, &settings)?
    } else {
        let (compilation, found) = fix::judge(&root, &settings);
        Fixed { compilation, found, findings: 0, lines: Vec::new() }
    };
    for (verb, rest) in lines {
        terminal.done(verb, &rest)?;
    }
    repository::check_environments(arguments.environment.as_ref().map(Name::as_str), &compilation)?;
    let skipped = |one: &gates::Skipped| ("Skipped", format!("{} of {}", one.code, one.message));
    let lines = compilation.skipped.iter().map(skipped).collect();
    report.end(&compilation, &found, &Done { verb: "Checked", lines, written: 0, fixed: findings })
}
