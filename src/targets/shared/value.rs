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
