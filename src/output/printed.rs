//! Printed text, and for each of its lines where it comes from.

use crate::ir::Origin;

/// A text while it is printed. One buffer serves many files: [`Printed::clear`] keeps its memory.
#[derive(Debug, Default)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// The origin of each line; only kept where somebody asks, since most runs don't.
    pub line_origins: Option<Vec<Origin>>,
}

impl Printed {
    /// An empty text whose lines' origins are kept.
    #[must_use]
    pub fn with_origins() -> Printed {
        Printed { text: String::new(), line_origins: Some(Vec::new()) }
    }

    /// Empties the text.
    pub fn clear(&mut self) {
        self.text.clear();
        if let Some(lines) = &mut self.line_origins {
            lines.clear();
        }
    }

    /// Ends a line and says where it comes from.
    pub(super) fn end_line(&mut self, origin: Origin) {
        self.text.push('\n');
        if let Some(lines) = &mut self.line_origins {
            lines.push(origin);
        }
    }

    /// Adds a text of any number of lines that all come from one place. A last line without an end counts as a line.
    pub(super) fn push_lines(&mut self, text: &str, origin: Origin) {
        self.text.push_str(text);
        if let Some(lines) = &mut self.line_origins {
            lines.extend(text.lines().map(|_| origin));
        }
    }

    /// Adds spaces at the start of a line.
    pub(super) fn indent(&mut self, mut width: usize) {
        const SPACES: &str = "                                                                ";
        while width > SPACES.len() {
            self.text.push_str(SPACES);
            width -= SPACES.len();
        }
        self.text.push_str(&SPACES[..width]);
    }
}

/// Whether a character would be invisible, break a line, reorder what is read, or be refused by a reader.
///
/// `\n` and `\t` count too; a printer that has a form for them asks for them first.
pub(super) fn is_special(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Writes a text between double quotes with the escapes that JSON and YAML share.
pub(super) fn push_double_quoted(out: &mut String, text: &str) {
    out.push('"');
    // Runs of ordinary characters are copied whole.
    let mut start = 0;
    for (at, character) in text.char_indices() {
        let escape = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ if is_special(character) => "",
            _ => continue,
        };
        out.push_str(&text[start..at]);
        if escape.is_empty() {
            // Special characters lie in the basic plane, so that four digits hold them.
            out.push_str("\\u");
            let code = u32::from(character);
            out.extend([12, 8, 4, 0].map(|shift| char::from_digit((code >> shift) & 0xf, 16).unwrap_or('0')));
        } else {
            out.push_str(escape);
        }
        start = at + character.len_utf8();
    }
    out.push_str(&text[start..]);
    out.push('"');
}
