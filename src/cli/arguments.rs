//! What may be written behind `pathc`: the commands, and the options that every command takes.

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{build, check, completions, diff, explain, gates, graph, import, schema};
use crate::diag::Format;

const EXAMPLES: &str = "\
Examples:
  pathc check                              read all inputs, run all gates, write nothing
  pathc build                              generate everything that the system calls for
  pathc build --check                      fail where a generated file is stale (for CI)
  pathc build --target kubernetes --out /tmp/look
  pathc diff --format semantic             what a build would change, why, and how risky it is
  pathc explain E002                       what a code means, and how to fix it
  pathc explain FILE:LINE                  where a generated line comes from, what an input reaches

Exit codes:
  0  done
  1  a finding denies, or --check found a difference
  2  wrong usage, a file that can't be read or written, or an error inside of pathc";

/// A compiler for production readiness.
///
/// Reads what is known of tested software (pathc.yaml and nine documents in path/), proves that it is ready for
/// production, and writes everything that runs it.
#[derive(Debug, Parser)]
#[command(name = "pathc", version, max_term_width = 100, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Global {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(super) directory: Option<Utf8PathBuf>,

    /// The form of findings
    #[arg(long, value_name = "FORMAT", global = true, value_enum, default_value_t = MessageFormat::Human)]
    pub(super) message_format: MessageFormat,

    /// When to colour: `auto` does on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,

    /// Say nothing but what denies
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
}

/// The form of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// With source excerpts, for people
    Human,
    /// One line each, for editors: `file:line:column: error[CODE]: message`
    Short,
    /// One JSON object a line, on standard output
    Json,
    /// One SARIF 2.1.0 document, on standard output
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

impl From<MessageFormat> for Format {
    fn from(format: MessageFormat) -> Format {
        match format {
            MessageFormat::Human => Format::Human,
            MessageFormat::Short => Format::Short,
            MessageFormat::Json => Format::Json,
            MessageFormat::Sarif => Format::Sarif,
            MessageFormat::Github => Format::Github,
        }
    }
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Check(check::Check),
    Build(build::Build),
    Diff(diff::Diff),
    Explain(explain::Explain),
    Graph(graph::Graph),
    Import(import::Import),
    Schema(schema::Schema),
    /// List the targets that a system can be compiled to, each with the folder of its files
    Targets,
    Gates(gates::Gates),
    Completions(completions::Completions),
    /// Print the manual page, in roff
    Man,
}
