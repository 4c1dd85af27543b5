//! The command line: one command a file.
//!
//! [`run`] reads the arguments, runs the command from the right folder, prints what it found and maps the outcome to an
//! exit code. Findings go to standard error and results to standard output; with `--message-format json` or `sarif`,
//! standard output holds findings in that form and nothing else.

mod arguments;
mod build;
mod check;
mod completions;
mod diff;
mod explain;
mod failure;
mod fix;
mod gates;
mod graph;
mod import;
mod judging;
mod looking;
mod man;
mod panic;
mod registry;
mod report;
mod repository;
mod schema;
mod targets;
mod terminal;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

pub use arguments::Arguments;
use arguments::Command;
use failure::Failure;
use terminal::Terminal;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// What was asked for is done.
    Done,
    /// Something denies, or `--check` found a difference.
    Denied,
    /// The arguments or the machine did not allow it.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::Denied => ExitCode::from(1),
            Outcome::Failed => ExitCode::from(2),
        }
    }
}

/// The command with all its arguments, for help, completions, manual pages and the reference.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs pathc.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    panic::install_hook();
    let parsed = command()
        .try_get_matches_from(arguments)
        .and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, matches)));
    let (arguments, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            let usage = error.use_stderr();
            // Help that nobody reads to its end is no failure.
            return match error.print() {
                Ok(()) if usage => Outcome::Failed.into(),
                _ => Outcome::Done.into(),
            };
        }
    };
    let terminal = Terminal::new(&arguments.global);
    match dispatch(&arguments, &matches, &terminal) {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            terminal.failure(&failure);
            Outcome::Failed.into()
        }
    }
}

fn dispatch(arguments: &Arguments, matches: &ArgMatches, terminal: &Terminal) -> Result<Outcome, Failure> {
    if let Some(folder) = &arguments.global.directory {
        std::env::set_current_dir(folder)
            .map_err(|error| Failure::new(format!("can't enter `{folder}`: {}", failure::reason(&error))))?;
    }
    let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
    if let Command::Check(_) | Command::Build(_) | Command::Diff(_) = &arguments.command {
        // This thread does its share, instead of waiting for one more that does it with memory of its own. Where there are
        // workers already, they do.
        let _ = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
    }
    match &arguments.command {
        Command::Check(check) => check::run(check, matches, terminal),
        Command::Build(build) => build::run(build, matches, terminal),
        Command::Diff(diff) => diff::run(diff, terminal),
        Command::Explain(explain) => explain::run(explain, terminal),
        Command::Schema(schema) => schema::run(schema, terminal),
        Command::Targets => targets::run(terminal),
        Command::Import(import) => import::run(import, terminal),
        Command::Graph(graph) => graph::run(graph, terminal),
        Command::Gates(gates) => gates::run(gates, terminal),
        Command::Completions(completions) => completions::run(completions, terminal),
        Command::Man => man::run(terminal),
    }
}
