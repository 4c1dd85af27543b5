//! What the reader finds wrong, before it becomes a diagnostic with a code.

use super::{Fix, Span};

/// The kind of a problem; `diag` gives each its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The text is not YAML.
    Syntax,
    /// A key that the language does not know.
    UnknownKey,
    /// A key that stands twice in one mapping.
    DuplicateKey,
    /// A name that is defined twice.
    DuplicateName,
    /// A value of another type.
    WrongType,
    /// A value of the right type that is not well formed: a unit, a name, a number out of range.
    BadValue,
    /// A name that nothing defines.
    UnresolvedName,
    /// A required key that is not there.
    MissingKey,
    /// A file that is not there, or is no file.
    MissingFile,
    /// A file or all files together over the limit, or too much to decode.
    TooLarge,
    /// Nested deeper than the limit.
    TooDeep,
    /// Bytes that are not UTF-8, or a NUL byte.
    NotText,
    /// A path that leaves the repository.
    OutsideRepository,
    /// An anchor, alias, tag or merge key that can't be used so.
    BadReference,
    /// A file that the system can't read.
    Unreadable,
    /// Two values that contradict each other.
    Conflict,
}

/// One finding of the reader, with its places.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The kind, which decides the code.
    pub kind: ProblemKind,
    /// The place that is wrong.
    pub span: Span,
    /// The message, lower case.
    pub message: String,
    /// What stands at the place.
    pub label: String,
    /// Further places, each with what stands there.
    pub related: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fix: Option<Fix>,
}

impl Problem {
    /// A problem at one place.
    pub fn new(kind: ProblemKind, span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
        Problem { kind, span, message: message.into(), label: label.into(), related: Vec::new(), help: None, fix: None }
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// The same with edits that mend it.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Problem {
        self.fix = fix;
        self
    }

    /// The same with a further place.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Problem {
        self.related.push((span, label.into()));
        self
    }
}
