//! What stops a command that is no finding about the inputs: wrong usage, or a machine that does not play along.

use std::io;

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) struct Failure {
    /// The message, lower case.
    pub(super) message: String,
    /// What to do.
    pub(super) help: Option<String>,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), help: None }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::new(format!("can't write the result: {}", reason(&error)))
    }
}

/// What the system says, lower case and without its error number.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
