//! A digest of a document, for names that change when the content does.

use crate::output::{Doc, Map};

/// Hexadecimal characters of a digest in a name: short enough to read, long enough not to meet by chance.
const LENGTH: usize = 8;

/// A short digest of what a document says; where it comes from and how it is laid out do not count.
#[must_use]
pub fn digest(doc: &Doc) -> String {
    let mut hasher = blake3::Hasher::new();
    feed(&mut hasher, doc);
    hasher.finalize().to_hex()[..LENGTH].to_owned()
}

fn feed(hasher: &mut blake3::Hasher, doc: &Doc) {
    match doc {
        Doc::Null(_) => scalar(hasher, b'0', ""),
        Doc::Bool(value, _) => scalar(hasher, b'b', if *value { "true" } else { "false" }),
        Doc::Integer(value, _) => scalar(hasher, b'i', &value.to_string()),
        Doc::Number(value, _) => scalar(hasher, b'n', &value.to_string()),
        Doc::Text(text, _) => scalar(hasher, b't', text),
        Doc::List(elements, ..) => {
            scalar(hasher, b'l', &elements.len().to_string());
            elements.iter().for_each(|element| feed(hasher, element));
        }
        Doc::Map(map) => mapping(hasher, map),
        Doc::Tagged(tag, value) => {
            scalar(hasher, b'g', tag);
            feed(hasher, value);
        }
    }
}

fn mapping(hasher: &mut blake3::Hasher, map: &Map) {
    scalar(hasher, b'm', &map.entries.len().to_string());
    for entry in &map.entries {
        scalar(hasher, b'k', &entry.key);
        feed(hasher, &entry.value);
    }
}

/// The length goes first, so that no two documents feed the same bytes.
fn scalar(hasher: &mut blake3::Hasher, kind: u8, text: &str) {
    hasher.update(&[kind]);
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Origin, Rule};

    fn pair(left: &'static str, right: &'static str, rule: u16) -> Doc {
        let origin = Origin::rule(Rule(rule));
        Doc::list([Doc::text(left, origin), Doc::text(right, origin)], origin)
    }

    #[test]
    fn only_what_is_said_counts() {
        assert_eq!(digest(&pair("a", "b", 1)), digest(&pair("a", "b", 2)));
        assert_ne!(digest(&pair("a", "b", 1)), digest(&pair("ab", "", 1)));
        let origin = Origin::rule(Rule(1));
        assert_ne!(digest(&Doc::text("1", origin)), digest(&Doc::Integer(1, origin)));
    }
}
