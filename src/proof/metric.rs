//! The metrics that an expression asks for, found by one look over its characters: the gates have parsed it already.

use memchr::memchr2;

/// Whether a word is no metric wherever it stands.
fn is_word(word: &str) -> bool {
    has_labels(word)
        || matches!(word, "and" | "or" | "unless" | "offset" | "bool" | "atan2" | "inf" | "Inf" | "nan" | "NaN")
}

/// Whether a list of labels may stand behind a word.
fn has_labels(word: &str) -> bool {
    matches!(word, "by" | "without" | "on" | "ignoring" | "group_left" | "group_right")
}

/// What a character begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    Nothing,
    Quote,
    /// Labels, which end here.
    Until(u8),
    /// A number, or a variable of who shows the expression.
    Other,
    Name,
}

const BEGINS: [Begins; 256] = {
    let mut table = [Begins::Nothing; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = match byte as u8 {
            b'"' | b'\'' | b'`' => Begins::Quote,
            b'{' => Begins::Until(b'}'),
            b'[' => Begins::Until(b']'),
            b'$' | b'0'..=b'9' | b'.' => Begins::Other,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' => Begins::Name,
            _ => Begins::Nothing,
        };
        byte += 1;
    }
    table
};

const IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b':');
        byte += 1;
    }
    table
};

/// The names, in order, as often as they stand there.
pub(super) fn names(expression: &str) -> impl Iterator<Item = &str> {
    let bytes = expression.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            match BEGINS[usize::from(bytes[at])] {
                Begins::Nothing => at += 1,
                Begins::Quote => at = after_quote(bytes, at, bytes[at]),
                Begins::Until(close) => at = after(bytes, at, close),
                Begins::Other => at += word(&bytes[at + 1..]) + 1,
                Begins::Name => {
                    let name = &expression[at..at + word(&bytes[at..])];
                    at += name.len();
                    let behind =
                        bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace()).map_or(at, |space| at + space);
                    let opens = bytes.get(behind) == Some(&b'(');
                    if !opens {
                        if !is_word(name) && !is_grouped(&bytes[behind..]) {
                            return Some(name);
                        }
                    } else if has_labels(name) {
                        at = after(bytes, behind, b')');
                    }
                }
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
    bytes.iter().position(|byte| !IN_NAME[usize::from(*byte)]).unwrap_or(bytes.len())
}

/// The place behind a closing character; quotes in between hide it.
fn after(bytes: &[u8], mut at: usize, close: u8) -> usize {
    // Names and signs between texts are short: a search that is set up for each costs more.
    while let Some(&byte) = bytes.get(at) {
        if byte == close {
            return at + 1;
        }
        at = if matches!(byte, b'"' | b'\'') { after_quote(bytes, at, byte) } else { at + 1 };
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
