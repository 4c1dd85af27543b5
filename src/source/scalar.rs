//! Scalars with a form of their own: text in, value out, and back.

use std::borrow::Cow;

use super::Safety;
use super::guess::sureness;
use super::shape::{JsonType, ScalarShape};

/// A value that stands in one YAML scalar.
pub trait Scalar: Sized {
    /// Its form, for messages, schemas and the reference.
    const SHAPE: ScalarShape;

    /// Reads the scalar's text.
    ///
    /// # Errors
    /// What is wrong with the text, as the end of a sentence: "`90` has no unit".
    fn read(text: &str) -> Result<Self, Wrong>;

    /// The text that reads back as this value.
    fn write(&self) -> Cow<'_, str>;

    /// Gives back memory that was set aside for more.
    fn shrink(&mut self) {}
}

/// Why a scalar's text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The whole message, lower case, with the text in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What to write instead, and how sure it is that this was meant.
    pub instead: Option<(Safety, String)>,
}

impl Wrong {
    /// A refusal with its message.
    pub fn new(message: impl Into<String>) -> Wrong {
        Wrong { message: message.into(), help: None, instead: None }
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Wrong {
        self.help = Some(help.into());
        self
    }

    /// The same with what to write instead: a text that needs no quotes.
    #[must_use]
    pub fn instead(mut self, safety: Safety, text: impl Into<String>) -> Wrong {
        let text = text.into();
        self.help.get_or_insert_with(|| format!("write `{}`", shown(&text)));
        self.instead = Some((safety, text));
        self
    }
}

impl Scalar for String {
    const SHAPE: ScalarShape =
        ScalarShape { name: "text", hint: "any text", json: JsonType::AnyScalar, pattern: None, range: None };

    fn read(text: &str) -> Result<Self, Wrong> {
        Ok(text.to_owned())
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn shrink(&mut self) {
        self.shrink_to_fit();
    }
}

impl Scalar for bool {
    const SHAPE: ScalarShape =
        ScalarShape { name: "boolean", hint: "`true` or `false`", json: JsonType::Boolean, pattern: None, range: None };

    fn read(text: &str) -> Result<Self, Wrong> {
        match text {
            "true" | "True" | "TRUE" => Ok(true),
            "false" | "False" | "FALSE" => Ok(false),
            _ => {
                let wrong = Wrong::new(format!("expected `true` or `false`, found `{}`", shown(text)));
                Err(match text.to_ascii_lowercase().as_str() {
                    "yes" | "on" | "y" | "1" => wrong.instead(Safety::Safe, "true"),
                    "no" | "off" | "n" | "0" => wrong.instead(Safety::Safe, "false"),
                    _ => wrong,
                })
            }
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
}

macro_rules! whole_number {
    ($($type:ty),*) => {$(
        impl Scalar for $type {
            const SHAPE: ScalarShape = ScalarShape {
                name: "whole number",
                hint: "a whole number, 0 or more",
                json: JsonType::Integer,
                pattern: None,
                range: Some((0.0, <$type>::MAX as f64)),
            };

            fn read(text: &str) -> Result<Self, Wrong> {
                text.parse().map_err(|_| {
                    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                    if digits {
                        Wrong::new(format!("`{}` is too large", shown(text))).help(format!("at most {}", <$type>::MAX))
                    } else {
                        Wrong::new(format!("expected a whole number, found `{}`", shown(text)))
                    }
                })
            }

            fn write(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}
whole_number!(u16, u32, u64);

impl Scalar for f64 {
    const SHAPE: ScalarShape =
        ScalarShape { name: "number", hint: "a number", json: JsonType::Number, pattern: None, range: None };

    fn read(text: &str) -> Result<Self, Wrong> {
        let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        match text.parse::<f64>() {
            Ok(number) if numeric && number.is_finite() => Ok(number),
            _ => Err(Wrong::new(format!("expected a number, found `{}`", shown(text)))),
        }
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

/// A user's text for a message: shortened, with control characters and those that hide or reorder text made visible.
#[must_use]
pub fn shown(text: &str) -> String {
    const LIMIT: usize = 60;
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == LIMIT {
            out.push('…');
            break;
        }
        if character.is_control() || is_invisible(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

/// Whether a character is not seen, or changes the order in which others are.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The refusal of a word that is not one of a few.
#[must_use]
pub fn unknown_word(text: &str, name: &str, words: &[&str]) -> Wrong {
    let wrong = Wrong::new(format!("`{}` is not {}", shown(text), super::decode::with_article(name)));
    match super::decode::nearest(text, words.iter().copied()) {
        Some(near) => {
            let sure = sureness(text, near, words.iter().copied());
            wrong.help(format!("did you mean `{near}`?")).instead(sure, near)
        }
        None => wrong.help(format!("one of {}", super::decode::list_of(words))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_as_it_is_read() {
        assert_eq!(shown("größe 1"), "größe 1");
        assert_eq!(shown("a\tb\u{1b}[0m"), "a\\tb\\u{1b}[0m");
        assert_eq!(shown("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert_eq!(shown(&"x".repeat(61)), format!("{}…", "x".repeat(60)));
    }

    #[test]
    fn a_word_that_is_unknown_has_its_nearest() {
        let words = &["deny", "warn", "allow"];
        assert_eq!(unknown_word("denny", "level", words).help.as_deref(), Some("did you mean `deny`?"));
        assert_eq!(unknown_word("strict", "level", words).help.as_deref(), Some("one of `deny`, `warn`, `allow`"));
    }

    #[test]
    fn booleans_and_numbers_are_those_of_yaml() {
        assert_eq!(bool::read("TRUE"), Ok(true));
        assert_eq!(bool::read("yes").unwrap_err().help.as_deref(), Some("write `true`"));
        assert_eq!(bool::read("off").unwrap_err().help.as_deref(), Some("write `false`"));
        assert_eq!(u16::read("65536").unwrap_err().help.as_deref(), Some("at most 65535"));
        assert_eq!(u16::read("-1").unwrap_err().message, "expected a whole number, found `-1`");
        assert_eq!(f64::read("1e3"), Ok(1000.0));
        for word in ["inf", "nan", ".inf", "1_000", "", "infinity"] {
            assert!(f64::read(word).is_err(), "{word}");
        }
    }
}
