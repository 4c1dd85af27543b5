//! The metrics that an expression asks for, found by one look over its characters: the gates have parsed it already.

use memchr::{memchr2, memchr3};

/// Words that are no metric wherever they stand.
const WORDS: &[&str] = &[
    "and",
    "or",
    "unless",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "offset",
    "bool",
    "atan2",
    "inf",
    "Inf",
    "nan",
    "NaN",
];

/// Words with a list of labels behind them.
const WITH_LABELS: &[&str] = &["by", "without", "on", "ignoring", "group_left", "group_right"];

/// The names, in order, as often as they stand there.
pub(super) fn names(expression: &str) -> impl Iterator<Item = &str> {
    let bytes = expression.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            match bytes[at] {
                quote @ (b'"' | b'\'' | b'`') => at = after_quote(bytes, at, quote),
                b'{' => at = after(bytes, at, b'}'),
                b'[' => at = after(bytes, at, b']'),
                b'$' | b'0'..=b'9' | b'.' => at += word(&bytes[at + 1..]) + 1,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' => {
                    let name = &expression[at..at + word(&bytes[at..])];
                    at += name.len();
                    let behind =
                        bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace()).map_or(at, |space| at + space);
                    let opens = bytes.get(behind) == Some(&b'(');
                    if WITH_LABELS.contains(&name) && opens {
                        at = after(bytes, behind, b')');
                    } else if !opens && !WORDS.contains(&name) && !is_grouped(&bytes[behind..]) {
                        return Some(name);
                    }
                }
                _ => at += 1,
            }
        }
        None
    })
}

/// Whether an aggregation is meant: `sum by (…) (…)`.
fn is_grouped(behind: &[u8]) -> bool {
    let next = &behind[..word(behind)];
    next == b"by" || next == b"without"
}

/// How many bytes belong to a name.
fn word(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')).count()
}

/// The place behind a closing character; quotes in between hide it.
fn after(bytes: &[u8], mut at: usize, close: u8) -> usize {
    while let Some(ahead) = memchr3(close, b'"', b'\'', &bytes[at..]) {
        at += ahead;
        if bytes[at] == close {
            return at + 1;
        }
        at = after_quote(bytes, at, bytes[at]);
    }
    bytes.len()
}

fn after_quote(bytes: &[u8], start: usize, quote: u8) -> usize {
    let escape = if quote == b'`' { quote } else { b'\\' };
    let mut at = start + 1;
    while let Some(ahead) = bytes.get(at..).and_then(|rest| memchr2(quote, escape, rest)) {
        at += ahead;
        if bytes[at] == quote {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_nothing_else() {
        let found = |expression| names(expression).collect::<Vec<_>>();
        assert_eq!(found(r#"sum by (job, le) (rate(http_total{job="a}b",x=~"c"}[5m])) > bool 0.5"#), ["http_total"]);
        assert_eq!(found(r#"a:b{x="\"}"} and on(instance) up offset 5m or vector(1)"#), ["a:b", "up"]);
        assert_eq!(found("histogram_quantile(0.99, sum(rate(d_bucket[$__rate_interval])) by (le))"), ["d_bucket"]);
        assert_eq!(found("1e3 * x / $y"), ["x"]);
        assert_eq!(found("x{a=\""), ["x"]);
    }
}
