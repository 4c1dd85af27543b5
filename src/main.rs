//! The `pathc` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    pathc::cli::run(std::env::args_os())
}
