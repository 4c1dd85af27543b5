//! `pathc completions SHELL`: what a shell needs to complete commands and options.

use clap::Args;
use clap_complete::Shell;

use super::Outcome;
use super::failure::Failure;
use super::terminal::Terminal;

/// Print a completion script for a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc completions bash > ~/.local/share/bash-completion/completions/pathc
  pathc completions zsh > ~/.zfunc/_pathc
  pathc completions fish > ~/.config/fish/completions/pathc.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Completions, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::command(), "pathc", &mut script);
    terminal.result(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}
