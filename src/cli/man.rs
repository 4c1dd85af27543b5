//! `pathc man`: the manual page.

use super::Outcome;
use super::failure::Failure;
use super::terminal::Terminal;

pub(super) fn run(terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(super::command()).render(&mut page)?;
    terminal.result(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Done)
}
