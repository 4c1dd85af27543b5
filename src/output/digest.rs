//! The digest of a generated text, by which a file on disk is known to be ours.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use camino::Utf8Path;

use crate::source::pins;
use crate::source::scalar::Wrong;
use crate::source::shape::{JsonType, ScalarShape};
use crate::source::{Scalar, scalar};

/// A BLAKE3 digest over canonical text: a checkout that turns line ends into CRLF is no edit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a file, over the text that tells whether it was edited: the pins of a workflow count for nothing.
    #[must_use]
    pub fn of_file(path: &Utf8Path, text: &[u8]) -> Digest {
        if !is_workflow(path) {
            return Digest::of(text);
        }
        let mut digester = Digester::default();
        digester.take_of(path, text);
        digester.digest()
    }

    /// Its 64 hexadecimal digits.
    pub(super) fn hex(&self) -> impl Deref<Target = str> + use<> {
        blake3::Hash::from_bytes(self.0).to_hex()
    }

    /// The digest of a text's bytes.
    #[must_use]
    pub fn of(text: &[u8]) -> Digest {
        // Nearly no text has any.
        if memchr::memchr(b'\r', text).is_none() {
            return Digest(*blake3::hash(text).as_bytes());
        }
        let mut digester = Digester::default();
        digester.take(text);
        digester.digest()
    }
}

/// Makes the digest of a text that comes piece by piece.
#[derive(Default)]
pub(super) struct Digester(blake3::Hasher);

impl Digester {
    /// Takes the next piece, which does not end between `\r` and `\n`.
    pub(super) fn take(&mut self, text: &[u8]) {
        let mut rest = text;
        // Nearly no text has any: that is seen at once.
        while let Some(at) = memchr::memchr(b'\r', rest) {
            let line_end = rest.get(at + 1) == Some(&b'\n');
            self.0.update(&rest[..if line_end { at } else { at + 1 }]);
            rest = &rest[at + 1..];
        }
        self.0.update(rest);
    }

    /// Takes the next lines of a file; see [`Digest::of_file`].
    pub(super) fn take_of(&mut self, path: &Utf8Path, lines: &[u8]) {
        if is_workflow(path) {
            without_pins(lines, |part| self.take(part));
        } else {
            self.take(lines);
        }
    }

    pub(super) fn digest(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

/// Whether a file is a workflow of GitHub Actions, which others than pathc keep up to date.
pub(super) fn is_workflow(path: &Utf8Path) -> bool {
    path.parent().and_then(Utf8Path::file_name) == Some("workflows") && path.extension() == Some("yml")
}

/// Hands over a workflow's text without the commits and versions of its actions, part by part: an update of those is no
/// edit.
fn without_pins(text: &[u8], mut take: impl FnMut(&[u8])) {
    const PART: usize = 1 << 16;
    let text = String::from_utf8_lossy(text);
    let mut blank = String::with_capacity(PART.min(text.len()));
    for line in text.split_inclusive('\n') {
        let place = pins::pin(line).map_or(line.len()..line.len(), |(_, place)| place);
        blank.push_str(&line[..place.start]);
        blank.push_str(&line[place.end..]);
        // A part ends with a line.
        if blank.len() >= PART {
            take(blank.as_bytes());
            blank.clear();
        }
    }
    take(blank.as_bytes());
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
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
    fn pins_of_workflows_make_no_difference() {
        let workflow = |pin: &str| format!("on: {{}}\njobs:\n  - uses: a/b@{pin}\n    with: {{}}\n");
        let digest = |path: &str, pin: &str| Digest::of_file(path.into(), workflow(pin).as_bytes());
        let (one, two) = (format!("{} # v1", "0a".repeat(20)), format!("{} # v2.0", "1b".repeat(20)));
        assert_eq!(digest(".github/workflows/ci.yml", &one), digest(".github/workflows/ci.yml", &two));
        assert_ne!(digest(".github/workflows/ci.yml", &one), digest(".github/workflows/ci.yml", "main"));
        assert_ne!(digest(".github/ci.yml", &one), digest(".github/ci.yml", &two));
    }

    #[test]
    fn a_file_that_comes_line_by_line_has_the_same_digest() {
        let text = format!("jobs:\r\n  - uses: a/b@{} # v1\n    with: {{}}\n", "0a".repeat(20));
        for path in [".github/workflows/ci.yml", "infra/ci.yml"] {
            let mut digester = Digester::default();
            text.split_inclusive('\n').for_each(|line| digester.take_of(path.into(), line.as_bytes()));
            assert_eq!(digester.digest(), Digest::of_file(path.into(), text.as_bytes()), "{path}");
        }
    }

    #[test]
    fn a_digest_reads_back() {
        let digest = Digest::of(b"a");
        assert_eq!(Digest::read(&digest.write()), Ok(digest));
        assert!(Digest::read("12").is_err());
    }
}
