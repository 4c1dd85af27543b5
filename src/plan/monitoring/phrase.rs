//! Texts of alerts: many say the same, each about something else.
//!
//! What a thousand components are told differs in their names alone. So a text that stays for the whole run is held as a
//! pattern, which all share, with a mark where the name stands, and is put together when somebody reads it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;
use memchr::memchr;
use memchr::memmem::Finder;

use super::alerting::AlertPlan;
use crate::ir::value::{Name, Text};
use crate::scalar_decode;
use crate::source::Scalar;
use crate::source::scalar::Wrong;
use crate::source::shape::ScalarShape;

/// Stands for the name in a pattern. It is no character of a name.
const MARK: char = '\u{1}';
/// A shorter text is held in place, and takes nothing else.
const SHORTEST: usize = 24;

/// A text about something that has a name.
#[derive(Clone)]
pub struct Phrase(Held);

#[derive(Clone)]
enum Held {
    Whole(Text),
    /// As large as a text is: both are thin pointers.
    Pattern(Arc<String>, Arc<Name>),
}

impl Phrase {
    /// The text; `scratch` is what it may be put together in.
    #[must_use]
    pub fn text<'a>(&'a self, scratch: &'a mut String) -> &'a str {
        match &self.0 {
            Held::Whole(text) => text,
            Held::Pattern(pattern, name) => {
                scratch.clear();
                push_named(scratch, pattern, name.as_str());
                scratch
            }
        }
    }

    /// The text, put together for this reader alone.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match &self.0 {
            Held::Whole(text) => Cow::Borrowed(text),
            Held::Pattern(pattern, name) => {
                let mut text = String::with_capacity(pattern.len() + 2 * name.as_str().len());
                push_named(&mut text, pattern, name.as_str());
                Cow::Owned(text)
            }
        }
    }
}

/// Adds a pattern with a name where its marks are.
fn push_named(text: &mut String, pattern: &str, name: &str) {
    let mut rest = pattern;
    while let Some(at) = memchr(MARK as u8, rest.as_bytes()) {
        text.push_str(&rest[..at]);
        text.push_str(name);
        rest = &rest[at + MARK.len_utf8()..];
    }
    text.push_str(rest);
}

/// The patterns of texts, by their hashes. Of two that share one the first alone is found again, so that who makes many share
/// one gains nothing.
#[derive(Default)]
pub(super) struct Patterns {
    hasher: FixedState,
    known: HashMap<u64, Arc<String>, FixedState>,
    scratch: String,
}

impl Patterns {
    /// Lets alerts share what they say. Those about the same stand together.
    pub(super) fn share<'a>(&mut self, alerts: impl IntoIterator<Item = &'a mut AlertPlan>) {
        let mut last: Option<(Arc<Name>, Finder<'static>)> = None;
        for alert in alerts {
            let Some(name) = alert.about.component.as_ref().or(alert.about.datastore.as_ref()) else { continue };
            let (name, finder) = match last.take() {
                Some(last) if *last.0 == name.value => last,
                _ => (Arc::new(name.value.clone()), Finder::new(name.as_str()).into_owned()),
            };
            let texts = [alert.expression.as_mut(), Some(&mut alert.summary), alert.runbook.as_mut()];
            texts.into_iter().flatten().for_each(|phrase| self.share_one(&mut phrase.value, &name, &finder));
            last = Some((name, finder));
        }
    }

    fn share_one(&mut self, phrase: &mut Phrase, name: &Arc<Name>, finder: &Finder<'_>) {
        let Held::Whole(text) = &phrase.0 else { return };
        if text.len() < SHORTEST || memchr(MARK as u8, text.as_bytes()).is_some() {
            return;
        }
        self.scratch.clear();
        let mut from = 0;
        for at in finder.find_iter(text.as_bytes()) {
            self.scratch.push_str(&text[from..at]);
            self.scratch.push(MARK);
            from = at + name.as_str().len();
        }
        self.scratch.push_str(&text[from..]);
        let pattern = &self.scratch;
        let known = self.known.entry(self.hasher.hash_one(pattern)).or_insert_with(|| Arc::new(pattern.clone()));
        if known.as_str() == pattern {
            phrase.0 = Held::Pattern(Arc::clone(known), Arc::clone(name));
        }
    }
}

impl PartialEq for Phrase {
    fn eq(&self, other: &Phrase) -> bool {
        self.to_text() == other.to_text()
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_text())
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_text(), f)
    }
}

impl<T: Into<Text>> From<T> for Phrase {
    fn from(text: T) -> Phrase {
        Phrase(Held::Whole(text.into()))
    }
}

impl From<&Phrase> for Text {
    fn from(phrase: &Phrase) -> Text {
        match &phrase.0 {
            Held::Whole(text) => text.clone(),
            Held::Pattern(..) => Text::new(&phrase.to_text()),
        }
    }
}

impl Scalar for Phrase {
    const SHAPE: ScalarShape = Text::SHAPE;

    fn read(text: &str) -> Result<Self, Wrong> {
        Text::read(text).map(Phrase::from)
    }

    fn write(&self) -> Cow<'_, str> {
        self.to_text()
    }
}

scalar_decode!(Phrase);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_takes_no_more_room_than_a_text() {
        assert_eq!(size_of::<Phrase>(), size_of::<Text>());
    }

    #[test]
    fn texts_that_differ_in_the_name_are_held_once() {
        let mut patterns = Patterns::default();
        for name in ["checkout", "catalog"] {
            let mut phrase = Phrase::from(format!("{name}: the replicas of {name} restart again and again"));
            let before = phrase.clone();
            patterns.share_one(&mut phrase, &Arc::new(Name::made(name)), &Finder::new(name));
            assert!(matches!(phrase.0, Held::Pattern(..)));
            assert_eq!(phrase, before);
        }
        assert_eq!(patterns.known.len(), 1);
    }

    proptest! {
        #[test]
        fn a_shared_text_reads_as_before(name in "[a-c]{1,3}", texts in prop::collection::vec("([a-c]{1,3}|\u{1}|.){0,60}", 1..6)) {
            let mut patterns = Patterns::default();
            let shared = Arc::new(Name::made(&name));
            for text in texts {
                let mut phrase = Phrase::from(text.clone());
                patterns.share_one(&mut phrase, &shared, &Finder::new(&name));
                let mut scratch = String::from("before");
                prop_assert_eq!(phrase.text(&mut scratch), &text);
                prop_assert_eq!(phrase.to_text(), text);
            }
        }
    }
}
