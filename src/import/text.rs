//! Bytes of a report as text: UTF-8, UTF-16 with a mark, or the Latin alphabet that an XML declaration names.

use std::borrow::Cow;

use super::Fault;

/// The text of a report.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes).map(Cow::Owned);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes).map(Cow::Owned);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        // Each byte of Latin-1 is the character of that number.
        Err(_) if declares_latin(bytes) => Ok(Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect())),
        Err(error) => Err(Fault::at(error.valid_up_to(), "is no UTF-8 text")),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Fault> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units).map_err(|_| Fault::new("begins as UTF-16 text, but is none"))
}

/// Whether the XML declaration names a Latin alphabet.
fn declares_latin(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_ascii_lowercase();
    let Some(declaration) = head.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()) else {
        return false;
    };
    ["iso-8859-1", "iso-8859-15", "latin1", "windows-1252", "us-ascii"].iter().any(|name| declaration.contains(name))
}

/// The first line that says something, shortened.
pub(super) fn first_line(text: &str) -> Option<String> {
    const LONGEST: usize = 200;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    })
}

/// A path of a report with `/`.
pub(super) fn slashes(path: &str) -> String {
    path.trim().replace('\\', "/")
}
