//! Plan values as nodes of a document.

use crate::ir::value::{CountOrPercent, Duration, PortNumber};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};

/// A mapping whose literals a rule explains.
#[must_use]
pub fn by(rule: crate::ir::Rule) -> Map {
    Map::new(Origin::rule(rule))
}

/// A whole number.
pub fn number<T: Copy + Into<i64>>(value: &Traced<T>) -> Doc {
    Doc::Integer(value.value.into(), value.origin)
}

/// `true` or `false`.
#[must_use]
pub fn flag(value: &Traced<bool>) -> Doc {
    Doc::Bool(value.value, value.origin)
}

/// A port's number.
#[must_use]
pub fn port(value: &Traced<PortNumber>) -> Doc {
    Doc::Integer(i64::from(value.value.0), value.origin)
}

/// A duration in whole seconds.
#[must_use]
pub fn seconds(value: &Traced<Duration>) -> Doc {
    Doc::Integer(whole_seconds(value), value.origin)
}

/// The whole seconds of a duration.
#[must_use]
pub fn whole_seconds(value: &Traced<Duration>) -> i64 {
    i64::try_from(value.whole_seconds()).unwrap_or(i64::MAX)
}

/// A count as a number, a percent as a text.
#[must_use]
pub fn count_or_percent(value: &Traced<CountOrPercent>) -> Doc {
    match value.value {
        CountOrPercent::Count(count) => Doc::Integer(i64::from(count), value.origin),
        CountOrPercent::Percent(_) => Doc::traced(value),
    }
}

/// A list of texts, one a line.
pub fn texts<'a, T: std::fmt::Display + 'a>(values: impl IntoIterator<Item = &'a Traced<T>>, origin: Origin) -> Doc {
    Doc::list(values.into_iter().map(Doc::traced), origin)
}

/// A key of a secret's JSON as External Secrets reads it: a path of GJSON, in which a backslash takes a character as it is.
#[must_use]
pub fn secret_property<T: AsRef<str>>(key: &Traced<T>) -> Doc {
    Doc::text(gjson_key(key.value.as_ref()), key.origin)
}

fn gjson_key(key: &str) -> String {
    let is_plain = |c: char| c <= ' ' || c > '~' || c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':');
    let mut text = String::with_capacity(key.len());
    for character in key.chars() {
        if !is_plain(character) {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_a_secret_is_no_path() {
        assert_eq!(gjson_key("URL_host-1"), "URL_host-1");
        assert_eq!(gjson_key("a.b|@this\\"), "a\\.b\\|\\@this\\\\");
    }
}
