//! Texts of plans, of which there are many.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::Name;
use crate::scalar_decode;
use crate::source::Scalar;
use crate::source::scalar::Wrong;
use crate::source::shape::ScalarShape;

text_value!(
    /// Any text: a short one is held in place, a long one is shared by its copies, and one that the program knows takes nothing.
    Text
);

impl Text {
    /// A text like another.
    #[must_use]
    pub fn new(text: &str) -> Text {
        Text(text.into())
    }

    /// A text that the program knows.
    #[must_use]
    pub const fn known(text: &'static str) -> Text {
        Text(smol_str::SmolStr::new_static(text))
    }

    /// A text that is written as it is formatted: a short one without room of its own.
    #[must_use]
    pub fn format(text: fmt::Arguments<'_>) -> Text {
        Text(smol_str::format_smolstr!("{text}"))
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl From<&Name> for Text {
    fn from(name: &Name) -> Text {
        Text(name.0.clone())
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Text {
        Text::known(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(text.into())
    }
}

impl Scalar for Text {
    const SHAPE: ScalarShape = String::SHAPE;

    fn read(text: &str) -> Result<Self, Wrong> {
        Ok(Text(text.into()))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

scalar_decode!(Text);
