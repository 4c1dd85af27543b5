//! What stops a command that is no finding about the inputs: wrong usage, or a machine that does not play along.

use std::io;

use crate::source::Refusal;

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) struct Failure {
    /// The message, lower case.
    pub(super) message: String,
    /// What else there is to know.
    pub(super) notes: Vec<String>,
    /// What to do, each on a line of its own.
    pub(super) help: Vec<String>,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), notes: Vec::new(), help: Vec::new() }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help.push(help.into());
        self
    }

    #[must_use]
    pub(super) fn note(mut self, note: impl Into<String>) -> Failure {
        self.notes.push(note.into());
        self
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let failure = Failure::new(refusal.message);
        refusal.help.into_iter().fold(failure, Failure::help)
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
