//! Text of users in Markdown: it reads as it was written, and formats, links or embeds nothing.

use std::borrow::Cow;

const ODD: u8 = 1;
const NOT_ASCII: u8 = 2;
const OF_ADDRESSES: u8 = 4;

/// What each byte of a text may mean to a reader of Markdown.
const MARKS: [u8; 256] = {
    let mut table = [ODD; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = match byte as u8 {
            b' ' | b',' | b';' | b'-' | b'%' | b'?' | b'(' | b')' | b'\'' | b'"' | b'=' | b'+' => 0,
            // A bare address is made a link by most readers.
            b':' | b'.' => 0,
            b'/' | b'w' => OF_ADDRESSES,
            known if known.is_ascii_alphanumeric() => 0,
            known if !known.is_ascii() => NOT_ASCII,
            _ => ODD,
        };
        byte += 1;
    }
    table
};

/// A text as it stands in a line of Markdown. Line breaks become spaces, so that no text begins a block of its own.
#[must_use]
pub fn inline(text: &str) -> Cow<'_, str> {
    let marks = text.bytes().fold(0, |marks, byte| marks | MARKS[usize::from(byte)]);
    let is_address = marks & OF_ADDRESSES != 0 && (text.contains("://") || text.contains("www."));
    let has_control = marks & NOT_ASCII != 0 && text.contains(char::is_control);
    if marks & ODD == 0 && !is_address && !has_control && !begins_block(text) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut start = true;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '\n' | '\r' | '\t' => escaped.push(' '),
            _ if character.is_control() || is_invisible(character) => escaped.push('\u{fffd}'),
            // Entities rather than backslashes: no reader, and no filter before it, takes them for syntax.
            '&' | '<' | '>' | '"' | '$' | '{' | '}' => push_entity(&mut escaped, character),
            // In a word it is an address, before one it calls somebody.
            '@' if !before.is_alphanumeric() => push_entity(&mut escaped, character),
            ':' | '.' if is_address => push_entity(&mut escaped, character),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '|' | '~' | '^' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '-' | '+' | '=' | ':' if start => push_entity(&mut escaped, character),
            '.' | ')' if start && ends_number(&text[at..]) => push_entity(&mut escaped, character),
            _ => escaped.push(character),
        }
        before = character;
        start &= character.is_ascii_digit() || character.is_whitespace();
    }
    Cow::Owned(escaped)
}

/// Whether the beginning of a text would be that of a list or of a line below a heading.
fn begins_block(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'-' | b'+' | b'=' | b' ' | b':') => true,
        Some(b'0'..=b'9') => ends_number(text.trim_start_matches(|digit: char| digit.is_ascii_digit())),
        _ => false,
    }
}

/// Whether what follows a number makes it the number of a list.
fn ends_number(rest: &str) -> bool {
    let mut rest = rest.chars();
    matches!(rest.next(), Some('.' | ')')) && rest.next().is_none_or(char::is_whitespace)
}

fn push_entity(out: &mut String, character: char) {
    out.push_str(&format!("&#{};", u32::from(character)));
}

/// What reorders or hides text.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A text as code in a line of Markdown.
#[must_use]
pub fn code(text: &str) -> String {
    let text: Cow<'_, str> = if text.contains(char::is_control) {
        Cow::Owned(text.replace(char::is_control, " "))
    } else {
        Cow::Borrowed(text)
    };
    let longest = longest_run(&text);
    // Readers take one space away at each end.
    let pad = if longest > 0 || text.starts_with(' ') || text.ends_with(' ') || text.is_empty() { " " } else { "" };
    let mut out = String::with_capacity(text.len() + 2 * (longest + 1 + pad.len()));
    push_fence(&mut out, longest + 1);
    for part in [pad, &text, pad] {
        out.push_str(part);
    }
    push_fence(&mut out, longest + 1);
    out
}

/// A text as a block of code in a language.
#[must_use]
pub fn block(text: &str, language: &str) -> String {
    let is_out = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    let text: Cow<'_, str> =
        if text.contains(is_out) { Cow::Owned(text.replace(is_out, "")) } else { Cow::Borrowed(text) };
    let fence = longest_run(&text).max(2) + 1;
    let text = text.trim_end_matches('\n');
    let mut out = String::with_capacity(text.len() + 2 * fence + language.len() + 2);
    push_fence(&mut out, fence);
    for part in [language, "\n", text, "\n"] {
        out.push_str(part);
    }
    push_fence(&mut out, fence);
    out
}

fn push_fence(out: &mut String, length: usize) {
    out.extend(std::iter::repeat_n('`', length));
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memchr(b'`', rest) {
        rest = &rest[at..];
        let run = rest.iter().take_while(|byte| **byte == b'`').count();
        longest = longest.max(run);
        rest = &rest[run..];
    }
    longest
}

/// An address as the target of a link.
#[must_use]
pub fn address(text: &str) -> Cow<'_, str> {
    let stands = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@=&%+,".contains(&byte);
    if text.bytes().all(stands) {
        return Cow::Borrowed(text);
    }
    let mut address = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if stands(byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["Orders of the shop, by day.", "Größe: 5 %", "checkout: no replica is ready (yet)"] {
            assert_eq!(inline(text), text);
        }
    }

    #[test]
    fn nothing_of_a_text_is_syntax() {
        assert_eq!(inline("a *b* [c](d) `e`"), "a \\*b\\* \\[c\\](d) \\`e\\`");
        assert_eq!(inline("<script>"), "&#60;script&#62;");
        assert_eq!(inline("one\n# two"), "one \\# two");
        assert_eq!(inline("- list"), "&#45; list");
        assert_eq!(inline("1. list"), "1&#46; list");
        assert_eq!(inline("99.9 % of all"), "99.9 % of all");
        assert_eq!(inline("a@b.example @all"), "a@b.example &#64;all");
        assert_eq!(inline("see https://a.example"), "see https&#58;//a&#46;example");
        assert_eq!(inline("${environment} {{ x }}"), "&#36;&#123;environment&#125; &#123;&#123; x &#125;&#125;");
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(block("a\n```\nb", "promql"), "````promql\na\n```\nb\n````");
    }

    #[test]
    fn addresses_hold_no_bracket() {
        assert_eq!(address("https://a.example/(b) c$d"), "https://a.example/%28b%29%20c%24d");
    }
}
