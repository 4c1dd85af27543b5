//! The selectors of an expression of a plan, and labels that they take.
//!
//! Expressions of a plan are ours, or printed by the grammar: their selectors are found by their braces, which is a
//! hundred times as fast as the grammar.

use std::borrow::Cow;

use memchr::memchr3;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// One selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector<'e> {
    /// The metric; of a selector by `__name__` alone too.
    pub metric: Cow<'e, str>,
    /// Its label matchers.
    pub matchers: Vec<LabelMatcher<'e>>,
}

/// One label matcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelMatcher<'e> {
    /// The label.
    pub label: &'e str,
    /// How it is compared.
    pub operator: Operator,
    /// What it is compared with.
    pub value: Cow<'e, str>,
}

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Matches,
    /// `!~`
    MatchesNot,
}

impl LabelMatcher<'_> {
    /// Whether a label's value passes; none where the pattern can't be read.
    #[must_use]
    pub fn takes(&self, value: &str) -> Option<bool> {
        Some(match self.operator {
            Operator::Equal => value == self.value,
            Operator::NotEqual => value != self.value,
            Operator::Matches => matches(&self.value, value)?,
            Operator::MatchesNot => !matches(&self.value, value)?,
        })
    }
}

/// The selectors of an expression, in order.
#[must_use]
pub fn selectors(expression: &str) -> Vec<Selector<'_>> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(at) = memchr3(b'{', b'"', b'\'', rest.as_bytes()) {
        let (before, behind) = rest.split_at(at);
        let length = if let Some(inside) = behind.strip_prefix('{') {
            let is_named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':';
            let start = before.bytes().rposition(|byte| !is_named(byte)).map_or(0, |at| at + 1);
            let Some((selector, length)) = matchers(inside) else { return found };
            found.push(named(&before[start..], selector));
            1 + length
        } else {
            let Some((_, length)) = text(behind) else { return found };
            length
        };
        rest = &behind[length..];
    }
    found
}

/// A selector that names its metric by `__name__` as one that names it before the braces.
fn named<'e>(metric: &'e str, mut matchers: Vec<LabelMatcher<'e>>) -> Selector<'e> {
    if metric.is_empty()
        && let Some(at) = matchers.iter().position(|matcher| matcher.label == "__name__")
    {
        let name = matchers.remove(at);
        return Selector { metric: name.value, matchers };
    }
    Selector { metric: Cow::Borrowed(metric), matchers }
}

/// The matchers behind an opening brace, and how long they are with the closing one.
fn matchers(text_behind: &str) -> Option<(Vec<LabelMatcher<'_>>, usize)> {
    let mut found = Vec::with_capacity(4);
    let mut rest = text_behind;
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if let Some(behind) = rest.strip_prefix('}') {
            return Some((found, text_behind.len() - behind.len()));
        }
        let (label, behind) = rest.split_at(rest.find(['=', '!'])?);
        let (operator, length) = match behind.get(..2)? {
            "=~" => (Operator::Matches, 2),
            "!~" => (Operator::MatchesNot, 2),
            "!=" => (Operator::NotEqual, 2),
            _ => (Operator::Equal, 1),
        };
        let (value, quoted) = text(&behind[length..])?;
        found.push(LabelMatcher { label: label.trim(), operator, value });
        rest = &behind[length + quoted..];
    }
}

/// The text between quotes at the beginning, and how long it is with them.
fn text(quoted: &str) -> Option<(Cow<'_, str>, usize)> {
    let quote = quoted.chars().next()?;
    let inner = &quoted[quote.len_utf8()..];
    let end = inner.find(['\\', quote])?;
    if inner[end..].starts_with(quote) {
        return Some((Cow::Borrowed(&inner[..end]), end + 2 * quote.len_utf8()));
    }
    let mut value = String::new();
    let mut characters = quoted.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                let (_, escaped) = characters.next()?;
                let digits = match escaped {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                if digits > 0 {
                    let code: String = (0..digits).map_while(|_| characters.next()).map(|(_, digit)| digit).collect();
                    value.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                } else {
                    value.push(match escaped {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        other => other,
                    });
                }
            }
            _ if character == quote => return Some((Cow::Owned(value), at + quote.len_utf8())),
            _ => value.push(character),
        }
    }
    None
}

/// Labels with their values.
pub type Labels<'e> = Vec<(&'e str, Cow<'e, str>)>;

/// Labels that all of the matchers take; none where we find none. A label that is not named has no value.
#[must_use]
pub fn labels<'m, 'e: 'm>(matchers: impl IntoIterator<Item = &'m LabelMatcher<'e>> + Clone) -> Option<Labels<'e>> {
    let mut found: Labels<'e> = Vec::with_capacity(4);
    for matcher in matchers.clone() {
        let of_label = |other: &&LabelMatcher<'e>| other.label == matcher.label;
        if found.iter().any(|(label, _)| *label == matcher.label) {
            continue;
        }
        let is_alone = matchers.clone().into_iter().filter(of_label).nth(1).is_none();
        let value = if is_alone && matcher.operator == Operator::Equal {
            matcher.value.clone()
        } else {
            let of_label: Vec<&LabelMatcher<'e>> = matchers.clone().into_iter().filter(of_label).collect();
            Cow::Owned(value(&of_label)?)
        };
        if !value.is_empty() {
            found.push((matcher.label, value));
        }
    }
    Some(found)
}

/// What a label may be that no matcher names: the words that programs use where all is well come first.
const WORDS: &[&str] = &["200", "OK", "ok", "success", "other", "another", "0", "1", ""];

/// A value that all of the matchers of one label take.
fn value(matchers: &[&LabelMatcher<'_>]) -> Option<String> {
    let taken = |value: &String| matchers.iter().all(|matcher| matcher.takes(value) == Some(true));
    let stated = matchers.iter().find(|matcher| matcher.operator == Operator::Equal);
    if let Some(value) = stated.map(|matcher| matcher.value.to_string()).filter(taken) {
        return Some(value);
    }
    for matcher in matchers.iter().filter(|matcher| matcher.operator == Operator::Matches) {
        let (examples, are_sure) = examples(&matcher.value);
        // What follows from a pattern for sure needs no proof, which would cost an automaton.
        let asked = || matchers.iter().filter(|other| !are_sure || !std::ptr::eq(**other, *matcher));
        let found = examples.into_iter().find(|value| asked().all(|other| other.takes(value) == Some(true)));
        if found.is_some() {
            return found;
        }
    }
    WORDS.iter().map(|word| (*word).to_owned()).find(taken)
}

/// Patterns that need no automaton: words of plain characters and dots, one of several.
fn is_plain(pattern: &str) -> bool {
    pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.|".contains(&byte))
}

/// A pattern without the words that its beginning may leave out: `(a-)?b` takes `b`.
fn without_optional(pattern: &str) -> &str {
    let optional = pattern.strip_prefix('(').and_then(|behind| behind.split_once(")?"));
    optional.filter(|(words, _)| is_plain(words)).map_or(pattern, |(_, rest)| rest)
}

/// Whether a pattern takes a whole text; none where it is no pattern.
fn matches(pattern: &str, text: &str) -> Option<bool> {
    if is_plain(pattern) {
        let same = |word: &str| {
            word.len() == text.len() && word.bytes().zip(text.bytes()).all(|(want, have)| want == b'.' || want == have)
        };
        return Some(pattern.split('|').any(same));
    }
    Some(Regex::new(&format!("^(?s:{pattern})$")).ok()?.is_match(text))
}

/// Texts that a pattern may take, one for each of its words; and whether it takes them for sure.
fn examples(pattern: &str) -> (Vec<String>, bool) {
    let plain = without_optional(pattern);
    if is_plain(plain) {
        let examples = plain.split('|').flat_map(|word| [word.replace('.', "0"), word.replace('.', "1")]).collect();
        return (examples, true);
    }
    let Ok(hir) = regex_syntax::parse(pattern) else { return (Vec::new(), false) };
    let whole = match hir.kind() {
        HirKind::Alternation(words) => words.as_slice(),
        _ => std::slice::from_ref(&hir),
    };
    let of_word = |hir| {
        let mut text = String::new();
        example(hir, &mut text);
        text
    };
    // A place that is asked for, such as the edge of a word, may not be where the example has it.
    (whole.iter().map(of_word).collect(), hir.properties().look_set().is_empty())
}

/// The shortest text that a pattern takes. Patterns come from the grammar, which bounds how deep they are nested.
fn example(hir: &Hir, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let takes =
                |wanted: &char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(wanted));
            let usual = ['0', 'a', 'A'].into_iter().find(takes);
            text.extend(usual.or_else(|| class.ranges().first().map(regex_syntax::hir::ClassUnicodeRange::start)));
        }
        HirKind::Class(Class::Bytes(class)) => {
            text.extend(class.ranges().first().map(|range| char::from(range.start())));
        }
        HirKind::Repetition(repetition) => (0..repetition.min.min(64)).for_each(|_| example(&repetition.sub, text)),
        HirKind::Capture(capture) => example(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| example(part, text)),
        HirKind::Alternation(words) => {
            if let Some(first) = words.first() {
                example(first, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::monitoring::indicator::pods_of;
    use crate::plan::monitoring::promql::{quoted, select};

    fn solved(expression: &str) -> Vec<(String, String)> {
        let found = selectors(expression);
        labels(&found[0].matchers)
            .unwrap()
            .into_iter()
            .map(|(label, value)| (label.to_owned(), value.into_owned()))
            .collect()
    }

    #[test]
    fn selectors_are_found_by_their_braces() {
        let found = selectors(
            "(sum(rate(http_requests_total{job=\"a\",code=~\"5..\"}[5m])) or vector(0)) / on (x) max({__name__=\"a b\"})",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].metric, "http_requests_total");
        assert_eq!(found[0].matchers[1].operator, Operator::Matches);
        assert_eq!((&*found[1].metric, found[1].matchers.len()), ("a b", 0));
        assert!(selectors("1 + 2").is_empty());
        assert!(selectors("x{a=\"").is_empty());
    }

    #[test]
    fn hostile_values_read_back() {
        for text in ["a\"b", "a}b{", "line\nbreak", "\\", "$selector", "\u{1}ünï"] {
            let labels = solved(&select("m", &[&format!("a={}", quoted(text))]));
            assert_eq!(labels, [("a".to_owned(), text.to_owned())]);
        }
    }

    #[test]
    fn labels_are_such_that_every_matcher_takes_them() {
        let of = |matchers: &str| solved(&format!("m{{{matchers}}}"))[0].1.clone();
        assert_eq!(of("code=~\"5..\""), "500");
        assert_eq!(of("code=~\"5..\",code!=\"500\""), "511");
        assert_eq!(of("code!~\"5..\""), "200");
        assert_eq!(of("code!~\"200|OK\""), "ok");
        assert_eq!(of("code=~\"(5..|429)\""), "500");
        assert_eq!(of("name=~\"(a-)?b\""), "b");
        assert_eq!(of("name=~\"(a|c-)?b|d\",name!=\"b\""), "d");
        let pod = solved(&format!("m{{{}}}", pods_of("a.b")))[0].1.clone();
        assert!(Regex::new("^a\\.b-[a-z0-9]+-[a-z0-9]{5}$").unwrap().is_match(&pod), "{pod}");
    }
}
