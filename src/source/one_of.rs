//! `one_of!`: a mapping that holds exactly one of its keys, declared once beside `record!`; a word may stand for one of them.

use super::decode::list_of;
use super::scalar::unknown_word;
use super::yaml::NodeId;
use super::{Decoder, Problem, ProblemKind};

/// What an `one_of!` is called, and what may stand in it.
#[derive(Debug)]
pub struct Choices {
    /// What it is called in a sentence.
    pub name: &'static str,
    /// What is said where none or several are given.
    pub rule: &'static str,
    /// The words that stand for a value by themselves, each with what it means.
    pub words: &'static [(&'static str, &'static str)],
    /// The keys, each with how it is written where it can't be a word.
    pub keys: &'static [(&'static str, Option<&'static str>)],
}

impl Choices {
    /// The only value of several; what else there is, is a problem.
    pub fn only<T>(&self, decoder: &mut Decoder<'_>, node: NodeId, given: impl IntoIterator<Item = T>) -> Option<T> {
        let mut given = given.into_iter();
        let first = given.next();
        if first.is_some() && given.next().is_none() {
            return first;
        }
        let quoted: Vec<String> = self.keys.iter().map(|(key, _)| format!("`{key}`")).collect();
        let keep = match quoted.split_last() {
            Some((last, before)) if !before.is_empty() => format!("keep one of {} and {last}", before.join(", ")),
            _ => format!("write {}", quoted.join(", ")),
        };
        let alone: Vec<&str> = self.words.iter().map(|(word, _)| *word).filter(|word| !self.is_key(word)).collect();
        let help = if alone.is_empty() { keep } else { format!("write {}, or {keep}", list_of(&alone)) };
        let problem = Problem::new(ProblemKind::Conflict, decoder.span(node), self.rule, format!("this {}", self.name))
            .help(help);
        decoder.problem(problem);
        None
    }

    /// A word that stands for nothing: it may be a key that needs more than its name.
    pub fn unknown(&self, decoder: &mut Decoder<'_>, node: NodeId, text: &str) {
        let alone = self.words.iter().map(|(word, _)| *word).filter(|word| !self.is_key(word));
        let known: Vec<&str> = alone.chain(self.keys.iter().map(|(key, _)| *key)).collect();
        let wrong = unknown_word(text, self.name, &known);
        let written = text.replace('-', "_");
        let example = self.keys.iter().find(|(key, _)| *key == written).and_then(|(_, example)| *example);
        let help = example.map_or_else(|| wrong.help.unwrap_or_default(), |example| format!("write `{example}`"));
        let label = format!("expected {}", super::decode::with_article(self.name));
        let problem = Problem::new(ProblemKind::BadValue, decoder.span(node), wrong.message, label).help(help);
        decoder.problem(problem);
    }

    fn is_key(&self, word: &str) -> bool {
        self.keys.iter().any(|(key, _)| *key == word)
    }
}

/// Declares a mapping that holds exactly one of its keys, as an enum.
///
/// ```text
/// one_of! {
///     /// What an objective is measured by: one of these.
///     pub enum Indicator as "indicator", "an objective has exactly one indicator" {
///         "availability" => Availability: "requests that did not fail";           // a word without a key
///         /// Requests answered within this time.
///         Latency(Traced<Duration>) = latency, as "{latency: 300ms}";            // how it is written
///         /// Replicas are replaced one after the other.
///         Rolling(Rolling) = rolling, alone "replicas are replaced one by one";  // the key alone: its defaults
///     }
/// }
/// ```
#[macro_export]
macro_rules! one_of {
    (
        $(#[doc = $doc:literal])*
        pub enum $type:ident as $name:literal, $rule:literal {
            $($word:literal => $unit:ident : $word_help:literal;)*
            $(
                $(#[doc = $key_doc:literal])*
                $variant:ident($inner:ty) = $key:ident $(, as $example:literal)? $(, alone $alone:literal)?;
            )+
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub enum $type {
            $(#[doc = $word_help] $unit,)*
            $($(#[doc = $key_doc])* $variant($inner),)+
        }

        // The keys are a record that nobody outside names.
        #[allow(unreachable_pub, dead_code)]
        const _: () = {
            $crate::record! {
                $(#[doc = $doc])*
                pub struct Keys as $name {
                    $($(#[doc = $key_doc])* $key: $inner, optional;)+
                }
            }

            const CHOICES: $crate::source::one_of::Choices = $crate::source::one_of::Choices {
                name: $name,
                rule: $rule,
                words: &[$(($word, $word_help),)* $($((stringify!($key), $alone),)?)+],
                keys: &[$((stringify!($key), $crate::one_of!(@example $($example)?)),)+],
            };

            impl $type {
                /// The word or key that it is written with.
                #[must_use]
                pub const fn key(&self) -> &'static str {
                    match self {
                        $($type::$unit => $word,)*
                        $($type::$variant(_) => stringify!($key),)+
                    }
                }
            }

            impl $crate::source::Decode for $type {
                fn shape() -> $crate::source::Shape {
                    let keys = <Keys as $crate::source::Decode>::shape();
                    if CHOICES.words.is_empty() {
                        return keys;
                    }
                    $crate::source::Shape::OneOf(vec![$crate::source::Shape::Choice(CHOICES.words), keys])
                }

                fn decode(
                    decoder: &mut $crate::source::Decoder<'_>,
                    node: $crate::source::yaml::NodeId,
                ) -> Option<Self> {
                    if let Some((text, _)) = decoder.scalar(node).filter(|_| !CHOICES.words.is_empty()) {
                        $(if text == $word {
                            return Some($type::$unit);
                        })*
                        $($crate::one_of!(@alone decoder node text $type $variant $inner, $key $($alone)?);)+
                        CHOICES.unknown(decoder, node, text);
                        return None;
                    }
                    let keys = <Keys as $crate::source::Decode>::decode(decoder, node)?;
                    let given = [$(keys.$key.map($type::$variant)),+].into_iter().flatten();
                    CHOICES.only(decoder, node, given)
                }
            }
        };
    };

    (@example) => { None };
    (@example $example:literal) => { Some($example) };

    (@alone $decoder:ident $node:ident $text:ident $type:ident $variant:ident $inner:ty, $key:ident) => {};
    (@alone $decoder:ident $node:ident $text:ident $type:ident $variant:ident $inner:ty, $key:ident $alone:literal) => {
        if $text == stringify!($key) {
            return <$inner>::absent($decoder.origin($node)).map($type::$variant);
        }
    };
}
