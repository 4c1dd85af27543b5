//! `pathc check`: is the system ready? Reads everything, judges everything, writes nothing.

use clap::{ArgMatches, Args};

use super::failure::Failure;
use super::judging::Judging;
use super::report::{Done, Report};
use super::terminal::Terminal;
use super::{Outcome, repository};
use crate::diag::Sink;

/// Read all inputs and run all gates; write nothing
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc check
  pathc check -W G204                      let one gate warn, in this run
  pathc check --stage commit               before CI has made its evidence
  pathc check --message-format github      annotations on a pull request")]
pub(super) struct Check {
    #[command(flatten)]
    judging: Judging,
}

pub(super) fn run(arguments: &Check, matches: &ArgMatches, terminal: &Terminal) -> Result<Outcome, Failure> {
    let report = Report::begin(terminal);
    let root = repository::root()?;
    let settings = arguments.judging.settings(matches, false)?;
    let mut found = Sink::default();
    let compilation = crate::compile(&root, &settings, &mut found);
    // What a target can't express stands in the way of a build, so a check finds it too.
    drop(crate::generate(&compilation, &[], &mut found));
    report.end(&compilation, &found, &Done { verb: "Checked", lines: Vec::new(), written: 0 })
}
