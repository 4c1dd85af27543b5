//! What things are called: names, variables, commits, digests.

use std::borrow::Cow;
use std::fmt;

use super::shape;
use crate::scalar_decode;
use crate::source::scalar::{Wrong, shown};
use crate::source::shape::{JsonType, ScalarShape};
use crate::source::{Safety, Scalar};

text_value!(
    /// An RFC 1123 label of at most 63 characters.
    Name
);
text_value!(
    /// The name of an environment variable.
    VariableName
);
text_value!(
    /// A name that expressions and shells can use: of a build's variable, argument or variant.
    Identifier
);
text_value!(
    /// A commit: 7 to 40 hex digits, as written.
    Commit
);
text_value!(
    /// An image digest: `sha256:` and 64 hex digits.
    Digest
);

impl Name {
    /// A name that pathc makes itself; the caller sees to its form.
    #[must_use]
    pub fn made(text: &str) -> Name {
        Name(text.into())
    }
}

impl VariableName {
    /// A variable name that pathc makes itself; the caller sees to its form.
    #[must_use]
    pub fn made(text: &str) -> VariableName {
        VariableName(text.into())
    }
}

fn label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    !bytes.is_empty()
        && bytes.len() <= 63
        && bytes.iter().all(|byte| edge(byte) || *byte == b'-')
        && bytes.first().is_some_and(edge)
        && bytes.last().is_some_and(edge)
}

impl Scalar for Name {
    const SHAPE: ScalarShape = shape(
        "name",
        "lower-case letters, digits and `-`, at most 63, beginning and ending with a letter or digit",
        JsonType::AnyScalar,
        Some("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"),
    );

    fn read(text: &str) -> Result<Self, Wrong> {
        if label(text) {
            return Ok(Name(text.into()));
        }
        let mut near = String::new();
        for character in text.chars().take(63) {
            let character = character.to_ascii_lowercase();
            if character.is_ascii_lowercase() || character.is_ascii_digit() {
                near.push(character);
            } else if !near.is_empty() && !near.ends_with('-') {
                near.push('-');
            }
        }
        let near = near.trim_end_matches('-');
        let wrong = if text.len() > 63 {
            Wrong::new(format!("`{}` is longer than 63 characters", shown(text)))
        } else {
            Wrong::new(format!("`{}` is not a name", shown(text)))
        };
        Err(if label(near) && text.len() <= 63 {
            let help = format!("a name has lower-case letters, digits and `-`: write `{near}`");
            wrong.help(help).instead(Safety::Suggested, near)
        } else {
            wrong
        })
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Scalar for VariableName {
    const SHAPE: ScalarShape = shape(
        "variable name",
        "letters, digits, `_`, `-` and `.`, not beginning with a digit",
        JsonType::AnyScalar,
        Some("^[-._A-Za-z][-._A-Za-z0-9]*$"),
    );

    // What Kubernetes accepts in every version: settings such as `discovery.type` are read from variables of that name.
    fn read(text: &str) -> Result<Self, Wrong> {
        let bytes = text.as_bytes();
        let mark = |byte: &u8| matches!(byte, b'_' | b'-' | b'.');
        let good = bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || mark(byte))
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || mark(byte))
            && bytes.len() <= 253
            && text != "."
            && !text.starts_with("..");
        if good {
            return Ok(VariableName(text.into()));
        }
        Err(Wrong::new(format!("`{}` is not a variable name", shown(text))))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Scalar for Identifier {
    const SHAPE: ScalarShape = shape(
        "identifier",
        "letters, digits and `_`, not beginning with a digit",
        JsonType::AnyScalar,
        Some("^[A-Za-z_][A-Za-z0-9_]*$"),
    );

    fn read(text: &str) -> Result<Self, Wrong> {
        let bytes = text.as_bytes();
        let good = bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            && bytes.len() <= 253;
        if good {
            return Ok(Identifier(text.into()));
        }
        Err(Wrong::new(format!("`{}` is not an identifier", shown(text))))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Scalar for Commit {
    const SHAPE: ScalarShape =
        shape("commit", "7 to 40 hex digits", JsonType::TextOrNumber, Some("^[0-9a-fA-F]{7,40}$"));

    fn read(text: &str) -> Result<Self, Wrong> {
        if (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Commit(text.into()))
        } else {
            Err(Wrong::new(format!("`{}` is not a commit", shown(text))))
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Commit {
    /// Whether both name the same commit: one may be shortened.
    #[must_use]
    pub fn same(&self, other: &Commit) -> bool {
        let length = self.0.len().min(other.0.len());
        self.0[..length].eq_ignore_ascii_case(&other.0[..length])
    }
}

impl Scalar for Digest {
    const SHAPE: ScalarShape =
        shape("digest", "`sha256:` and 64 hex digits", JsonType::Text, Some("^sha256:[0-9a-f]{64}$"));

    fn read(text: &str) -> Result<Self, Wrong> {
        let good = text
            .strip_prefix("sha256:")
            .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        if good { Ok(Digest(text.into())) } else { Err(Wrong::new(format!("`{}` is not a digest", shown(text)))) }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

scalar_decode!(Name, VariableName, Identifier, Commit, Digest);
