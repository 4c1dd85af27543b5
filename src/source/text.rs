//! Bytes to text: UTF-8 without the characters that YAML forbids.
//!
//! A byte order mark stays in the text, so that a byte of the text is the byte of the file on disk: in spans, in the JSON
//! output and in fixes. The reader of YAML and the counting of columns step over it.

/// The UTF-8 byte order mark.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Why bytes are no text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotText {
    /// First byte that is wrong.
    pub start: usize,
    /// One past the last byte that is wrong.
    pub end: usize,
    /// The message.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// The same number of bytes as text that can be shown: each byte that is wrong is a `?`.
    pub shown: String,
}

/// How many bytes of byte order mark a text begins with.
#[must_use]
pub fn mark_length(text: &str) -> usize {
    if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 }
}

/// Bytes as UTF-8 text.
///
/// # Errors
/// The first byte that is no UTF-8.
pub fn utf8(bytes: Vec<u8>) -> Result<String, NotText> {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error.into_bytes(),
    };
    if matches!(bytes.get(..2), Some([0xff, 0xfe] | [0xfe, 0xff])) {
        return Err(NotText {
            start: 0,
            end: 2,
            message: "the file is UTF-16, not UTF-8".to_owned(),
            help: "save the file as UTF-8",
            shown: "?".repeat(bytes.len()),
        });
    }
    let mut shown = String::with_capacity(bytes.len());
    let mut first = None;
    for chunk in bytes.utf8_chunks() {
        shown.push_str(chunk.valid());
        let wrong = chunk.invalid();
        if !wrong.is_empty() {
            first.get_or_insert((shown.len(), shown.len() + wrong.len(), wrong[0]));
            shown.extend(wrong.iter().map(|_| '?'));
        }
    }
    let (start, end, byte) = first.unwrap_or_default();
    Err(NotText {
        start,
        end,
        message: format!("byte {start} of the file (`0x{byte:02x}`) is not UTF-8"),
        help: "save the file as UTF-8",
        shown,
    })
}

/// Refuses the characters that no YAML text may hold: control characters other than tab and line ends, and the two
/// that Unicode sets aside.
///
/// # Errors
/// The first such character.
pub fn printable(text: &str) -> Result<(), NotText> {
    // Almost every text passes this scan of its bytes; only the bytes that begin such a character are looked at closer.
    let suspect =
        |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || matches!(byte, 0x7f | 0xc2 | 0xef);
    if !text.bytes().any(suspect) {
        return Ok(());
    }
    let Some((start, wrong)) = text.char_indices().find(|(_, character)| is_forbidden(*character)) else {
        return Ok(());
    };
    let (message, help) = if wrong == '\0' {
        (format!("byte {start} of the file is a NUL: this is no text file"), "give the path of a text file")
    } else {
        (
            format!("the control character U+{:04X} can't stand in a YAML file", u32::from(wrong)),
            "remove it, or write it as an escape in double quotes",
        )
    };
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_forbidden(character) {
            (0..character.len_utf8()).for_each(|_| shown.push('?'));
        } else {
            shown.push(character);
        }
    }
    Err(NotText { start, end: start + wrong.len_utf8(), message, help, shown })
}

fn is_forbidden(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\u{fffe}' | '\u{ffff}' => true,
        _ => character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_first_byte_that_is_not_utf8() {
        let wrong = utf8(b"name: caf\xe9 bar \xff".to_vec()).unwrap_err();
        assert_eq!((wrong.start, wrong.end), (9, 10));
        assert_eq!(wrong.message, "byte 9 of the file (`0xe9`) is not UTF-8");
        assert_eq!(wrong.shown, "name: caf? bar ?");
    }

    #[test]
    fn keeps_the_length_of_a_cut_sequence() {
        let bytes = b"a: \xe2\x82".to_vec();
        let wrong = utf8(bytes.clone()).unwrap_err();
        assert_eq!((wrong.start, wrong.end, wrong.shown.len()), (3, 5, bytes.len()));
    }

    #[test]
    fn says_utf16_where_it_is() {
        for bytes in [&b"\xff\xfea\0:\0"[..], b"\xfe\xff\0a\0:"] {
            assert_eq!(utf8(bytes.to_vec()).unwrap_err().message, "the file is UTF-16, not UTF-8");
        }
    }

    #[test]
    fn refuses_control_characters_only() {
        for good in ["", "a: b\r\n\tc", "ü €\u{85}\u{a0}", "\u{feff}a: 1", "\u{1f600}", "\u{2028}"] {
            assert_eq!(printable(good), Ok(()), "{good:?}");
        }
        for (bad, start, end) in
            [("a\0b", 1, 2), ("\u{1b}[31m", 0, 1), ("é\u{7f}", 2, 3), ("x\u{9b}", 1, 3), ("\u{ffff}", 0, 3)]
        {
            let wrong = printable(bad).unwrap_err();
            assert_eq!((wrong.start, wrong.end), (start, end), "{bad:?}");
            assert_eq!(wrong.shown.len(), bad.len());
            assert!(printable(&wrong.shown).is_ok());
        }
    }
}
