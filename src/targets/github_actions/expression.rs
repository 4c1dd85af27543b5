//! Texts of users in workflows: what would begin an expression, or end a word of a shell, is no syntax.

use std::borrow::Cow;

use crate::ir::Traced;
use crate::output::Doc;

/// What begins an expression.
const OPENING: &str = "${{";

/// A text in which no expression begins: GitHub reads it as the same text.
pub(super) fn literal(text: &str) -> Cow<'_, str> {
    if text.contains(OPENING) { Cow::Owned(text.replace(OPENING, "${{ '${{' }}")) } else { Cow::Borrowed(text) }
}

/// Whether GitHub would read an expression in the text.
pub(super) fn has_expression(text: &str) -> bool {
    text.contains(OPENING)
}

/// A user's value as a text.
pub(super) fn user<T: std::fmt::Display>(value: &Traced<T>) -> Doc {
    Doc::text(literal(&value.value.to_string()).into_owned(), value.origin)
}

/// A text inside of an expression.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as one word of a shell.
pub(super) fn shell_word(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-/:=@,%+".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_expression_begins_in_a_users_text() {
        assert_eq!(literal("a ${{ b }}"), "a ${{ '${{' }} b }}");
        assert_eq!(literal("$${{"), "$${{ '${{' }}");
        assert_eq!(literal("${ {x}}"), "${ {x}}");
    }

    #[test]
    fn words_stay_words() {
        assert_eq!(shell_word("a b"), "'a b'");
        assert_eq!(shell_word("it's"), "'it'\\''s'");
        assert_eq!(quoted("it's"), "'it''s'");
    }
}
