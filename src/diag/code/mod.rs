//! Codes: append-only, each with a slug and a documentation that `pathc explain CODE` prints.
//!
//! `E` codes are of the language, `O` codes of outputs, `T` codes of targets; `G` codes are declared by their gates. A
//! code is never removed nor given another meaning: people write them into scripts.

mod language;
mod output;
mod target;
#[cfg(test)]
mod tests;

pub use language::*;
pub use output::*;
pub use target::*;

use crate::ir::choice::Level;
use crate::source::ProblemKind;

/// What is known of a code.
#[derive(Debug)]
pub struct CodeInfo {
    /// `E003`.
    pub code: &'static str,
    /// `unknown-key`.
    pub slug: &'static str,
    /// Markdown: what it means, an example, how to fix it.
    pub doc: &'static str,
    /// What a finding does unless it is told otherwise.
    pub level: Level,
    /// The phase of the methodology, for gates.
    pub phase: Option<u8>,
    /// The responsible role, for gates.
    pub role: Option<&'static str>,
}

/// A code: a reference to what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Code(pub &'static CodeInfo);

impl Code {
    /// `E003`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0.code
    }

    /// `unknown-key`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        self.0.slug
    }

    /// All that is known of it: the text of its doc comment, whose lines begin with the space behind `///`.
    #[must_use]
    pub fn documentation(self) -> String {
        let lines = self.0.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }

    /// What it means, in one sentence: the first of its documentation.
    #[must_use]
    pub fn summary(self) -> String {
        let lines = self.0.doc.lines().map(str::trim).skip_while(|line| line.is_empty() || line.starts_with('#'));
        let paragraph = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let sentence = paragraph.split(". ").next().unwrap_or_default();
        sentence.trim_end_matches('.').to_owned()
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.code == other.0.code
    }
}
impl Eq for Code {}
impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.code.cmp(other.0.code)
    }
}

/// Declares codes with their documentation: `codes! { /// doc \n SYNTAX = "E001" "syntax"; }`.
#[macro_export]
macro_rules! codes {
    ($table:ident; $($(#[doc = $doc:literal])* $name:ident = $code:literal $slug:literal;)*) => {
        $(
            $(#[doc = $doc])*
            pub const $name: $crate::diag::Code = {
                static INFO: $crate::diag::CodeInfo = $crate::diag::CodeInfo {
                    code: $code,
                    slug: $slug,
                    doc: concat!($($doc, "\n",)*),
                    level: $crate::ir::choice::Level::Deny,
                    phase: None,
                    role: None,
                };
                $crate::diag::Code(&INFO)
            };
        )*
        /// All codes of this table, in order.
        pub const $table: &[$crate::diag::Code] = &[$($name),*];
    };
}

impl From<ProblemKind> for Code {
    fn from(kind: ProblemKind) -> Code {
        match kind {
            ProblemKind::Syntax => SYNTAX,
            ProblemKind::UnknownKey => UNKNOWN_KEY,
            ProblemKind::DuplicateKey => DUPLICATE_KEY,
            ProblemKind::DuplicateName => DUPLICATE_NAME,
            ProblemKind::WrongType => WRONG_TYPE,
            ProblemKind::BadValue => BAD_VALUE,
            ProblemKind::UnresolvedName => UNRESOLVED_NAME,
            ProblemKind::MissingKey => MISSING_KEY,
            ProblemKind::MissingFile => MISSING_FILE,
            ProblemKind::TooLarge => TOO_LARGE,
            ProblemKind::TooDeep => TOO_DEEP,
            ProblemKind::NotText => NOT_TEXT,
            ProblemKind::OutsideRepository => OUTSIDE_REPOSITORY,
            ProblemKind::BadReference => BAD_REFERENCE,
            ProblemKind::Unreadable => UNREADABLE,
            ProblemKind::Conflict => CONFLICT,
        }
    }
}
