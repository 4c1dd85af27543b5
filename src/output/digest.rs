//! The digest of a generated text, by which a file on disk is known to be ours.

use std::borrow::Cow;
use std::fmt;

use crate::source::scalar::Wrong;
use crate::source::shape::{JsonType, ScalarShape};
use crate::source::{Scalar, scalar};

/// A BLAKE3 digest over canonical text: a checkout that turns line ends into CRLF is no edit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a text's bytes.
    #[must_use]
    pub fn of(text: &[u8]) -> Digest {
        if !text.contains(&b'\r') {
            return Digest(*blake3::hash(text).as_bytes());
        }
        let mut hasher = blake3::Hasher::new();
        let mut rest = text;
        while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
            hasher.update(&rest[..at]);
            rest = &rest[at + 1..];
        }
        Digest(*hasher.update(rest).finalize().as_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl Scalar for Digest {
    const SHAPE: ScalarShape = ScalarShape {
        name: "digest",
        hint: "64 hexadecimal digits",
        json: JsonType::Text,
        pattern: Some("^[0-9a-f]{64}$"),
        range: None,
    };

    fn read(text: &str) -> Result<Self, Wrong> {
        match blake3::Hash::from_hex(text) {
            Ok(hash) => Ok(Digest(*hash.as_bytes())),
            Err(_) => Err(Wrong::new(format!("`{}` is not a digest", scalar::shown(text)))),
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

crate::scalar_decode!(Digest);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_make_no_difference_and_all_else_does() {
        assert_eq!(Digest::of(b"a\r\nb\r\n\r\n"), Digest::of(b"a\nb\n\n"));
        assert_ne!(Digest::of(b"a\rb"), Digest::of(b"a\nb"));
        assert_ne!(Digest::of(b"a\r\r\n"), Digest::of(b"a\r\n"));
        assert_ne!(Digest::of(b"a\n"), Digest::of(b"a"));
    }

    #[test]
    fn a_digest_reads_back() {
        let digest = Digest::of(b"a");
        assert_eq!(Digest::read(&digest.write()), Ok(digest));
        assert!(Digest::read("12").is_err());
    }
}
