//! Codes: append-only, each with a slug and a documentation that `pathc explain CODE` prints.

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

codes! { LANGUAGE;
    /// The text is not YAML.
    SYNTAX = "E001" "syntax";
    /// A key that the language does not know.
    UNKNOWN_KEY = "E002" "unknown-key";
    /// A key that stands twice in one mapping.
    DUPLICATE_KEY = "E003" "duplicate-key";
    /// A name that is defined twice.
    DUPLICATE_NAME = "E004" "duplicate-name";
    /// A value of another type than the field takes.
    WRONG_TYPE = "E005" "wrong-type";
    /// A value that is not well formed.
    BAD_VALUE = "E006" "bad-value";
    /// A name that nothing defines.
    UNRESOLVED_NAME = "E007" "unresolved-name";
    /// A required key that is not there.
    MISSING_KEY = "E008" "missing-key";
    /// A file that is not there, or is no file.
    MISSING_FILE = "E009" "missing-file";
    /// A file, or all files together, over the limit.
    TOO_LARGE = "E010" "too-large";
    /// A file that is nested too deep.
    TOO_DEEP = "E011" "too-deep";
    /// Bytes that are not UTF-8 text.
    NOT_TEXT = "E012" "not-text";
    /// A path that leaves the repository.
    OUTSIDE_REPOSITORY = "E013" "outside-repository";
    /// An anchor, alias or tag that can't be used so.
    BAD_REFERENCE = "E014" "bad-reference";
    /// A file that can't be read.
    UNREADABLE = "E015" "unreadable";
    /// Values that contradict each other.
    CONFLICT = "E016" "conflict";
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

codes! { TARGET;
    /// A target can't express what the system asks for.
    CANNOT_EXPRESS = "T001" "cannot-express";
    /// A target spec lacks a fact, or states it in another form.
    BAD_SPEC = "T002" "bad-spec";
    /// A name is longer than the target allows, or two names become one when shortened.
    NAME_OVER_LIMIT = "T003" "name-over-limit";
    /// An address range that can't be split into the subnets of an environment, or no range that is left.
    NO_ADDRESS_SPACE = "T004" "no-address-space";
    /// An image that nothing gives an address: no `image`, no registry, or a registry of an unknown account.
    NO_IMAGE_ADDRESS = "T005" "no-image-address";
    /// A variable of a dependency that is not there in an environment, or that takes no requests.
    NO_SUCH_PEER = "T006" "no-such-peer";
}

codes! { OUTPUT;
    /// A generated file was edited by hand, and a build would undo the edit.
    ///
    /// Make the change in the inputs instead. `pathc build --force` writes the file anew and drops the edit.
    EDITED_BY_HAND = "O001" "edited-by-hand";
    /// A file is not what a build makes of the inputs as they are now. Run `pathc build`.
    STALE = "O002" "stale";
    /// A file that a build makes is not there. Run `pathc build`.
    MISSING = "O003" "missing";
    /// A file stands where a build would write, and pathc did not write it.
    ///
    /// Move it away, or let the target write elsewhere with its `out`. `pathc build --force` replaces it.
    NOT_OURS = "O004" "not-ours";
    /// `pathc.lock`, which says what was generated, can't be read.
    ///
    /// After a merge, take either side. Or remove it and build: files that are as a build makes them are adopted, and
    /// others are reported, never replaced.
    UNREADABLE_LOCK = "O005" "unreadable-lock";
    /// The system refused to read or write an output. Nothing was changed.
    REFUSED_BY_SYSTEM = "O006" "refused-by-system";
    /// Another build writes to the same folder, and did not end in time.
    BUILD_RUNNING = "O007" "build-running";
    /// Two outputs have one path, or paths that only differ in case, or one is the folder of the other.
    ///
    /// Give one of the targets another folder with its `out`.
    SAME_PATH = "O008" "same-path";
    /// An output's path leads out of the repository.
    OUTSIDE_OUTPUT = "O009" "outside-output";
    /// A folder stands where a file is to be written, or a file where a folder has to be.
    IN_THE_WAY = "O010" "in-the-way";
}
