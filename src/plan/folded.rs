//! Lists of large records that are much alike, kept folded: what they share is kept once.
//!
//! The dashboards of a thousand components differ in little more than a name, and each is looked at as a whole, by who
//! prints it. So a list keeps each as a few bytes, which lead to texts and blocks that all of them share; in a text stands a
//! mark where the name does. Who asks gets the record as it was put in, with every origin. A list is made in chapters, one
//! by each worker, so that none waits for another.

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use memchr::memchr;
use memchr::memmem::{self, Finder};

use super::Encode;
use super::encode::{Elements, Slot};
use crate::ir::value::{Decimal, Name, Text};
use crate::ir::{Origin, Traced};
use crate::output::Doc;
use crate::output::yaml::Writer;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Shape};

/// Begins the mark of a name in a text; what follows is the name's number. Neither is a character of a name, so that no name
/// is found in a mark.
const MARK: char = '\u{1}';
/// The number of the first name. A mark is two bytes long.
const FIRST: u8 = 2;
/// The most names that have marks.
const MOST_NAMES: usize = 30;
/// Shorter names are as short as their marks.
const SHORTEST_NAME: usize = 3;
/// How many origins are found at once.
const RECENT: usize = 64;
/// Shorter texts are looked through for the record's own name alone.
const LONG_TEXT: usize = 200;

/// A value that can be folded, and unfolds to the same.
pub trait Fold: Sized {
    /// Whether many values are wholly alike but for their names, so that each is kept once.
    const IS_SHARED: bool = false;

    /// Adds the value.
    fn fold(&self, into: &mut Folder<'_>);

    /// The value that comes next; none never, but where something else was folded.
    fn unfold(from: &mut Unfolder<'_>) -> Option<Self>;
}

/// A record of a folded list.
pub trait Folds: Fold {
    /// What is asked for without the rest.
    type Head: Clone + fmt::Debug;

    /// What is asked for without the rest.
    fn head(&self) -> Self::Head;

    /// The names in which it differs from its like, its own first.
    fn names(&self) -> Vec<&str>;
}

/// A list of records, kept folded.
pub struct FoldedList<T: Folds> {
    heads: Vec<T::Head>,
    chapters: Vec<Chapter>,
}

/// Some records, and what they share.
#[derive(Clone, Default)]
struct Chapter {
    texts: String,
    text_ends: Vec<u32>,
    blocks: Vec<u8>,
    block_ends: Vec<u32>,
    records: Vec<u8>,
    record_ends: Vec<u32>,
}

/// Takes what is folded.
pub struct Folder<'a> {
    chapter: &'a mut Chapter,
    known: &'a mut Known,
    /// Finds the first of the names.
    own: Option<Finder<'a>>,
    names: Vec<&'a str>,
    origins: Vec<Origin>,
    /// Where some of the origins stand: most are asked for again and again.
    recent: [u32; RECENT],
    bytes: Vec<u8>,
}

/// Where a chapter has what it has, by hashes. Of two that share one the first alone is found again, so that who makes many
/// share one gains nothing.
#[derive(Default)]
struct Known {
    hasher: FixedState,
    texts: HashMap<u64, u32, FixedState>,
    blocks: HashMap<u64, u32, FixedState>,
    /// What texts are marked in.
    marked: [String; 2],
    /// What records are written in.
    bytes: Vec<u8>,
}

/// Gives what was folded.
pub struct Unfolder<'a> {
    chapter: &'a Chapter,
    names: Vec<&'a str>,
    origins: Vec<Origin>,
    bytes: &'a [u8],
    /// What texts are put together in.
    scratch: String,
}

impl<T: Folds> FoldedList<T> {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// What is asked for of each record without the rest.
    pub fn heads(&self) -> impl Iterator<Item = &T::Head> {
        self.heads.iter()
    }

    /// The record with a number.
    #[must_use]
    pub fn get(&self, mut index: usize) -> Option<T> {
        for chapter in &self.chapters {
            match index.checked_sub(chapter.record_ends.len()) {
                Some(further) => index = further,
                None => return chapter.unfold(index),
            }
        }
        None
    }

    /// Each record, unfolded when it is asked for.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Adds the records of another list at the end.
    pub fn append(&mut self, mut other: FoldedList<T>) {
        self.heads.append(&mut other.heads);
        self.chapters.append(&mut other.chapters);
    }
}

impl<T: Folds> FromIterator<T> for FoldedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(records: I) -> Self {
        let (mut chapter, mut known) = (Chapter::default(), Known::default());
        let head = |record: T| {
            chapter.fold(&record, &mut known);
            record.head()
        };
        let mut heads: Vec<T::Head> = records.into_iter().map(head).collect();
        heads.shrink_to_fit();
        chapter.shrink();
        FoldedList { heads, chapters: vec![chapter] }
    }
}

impl Chapter {
    fn fold<T: Folds>(&mut self, record: &T, known: &mut Known) {
        let mut names: Vec<&str> = Vec::new();
        for name in record.names() {
            if name.len() >= SHORTEST_NAME && names.len() < MOST_NAMES && !names.contains(&name) {
                names.push(name);
            }
        }
        let mut bytes = std::mem::take(&mut known.bytes);
        bytes.clear();
        let own = names.first().map(|name| Finder::new(*name));
        let recent = [0; RECENT];
        let mut folder =
            Folder { chapter: self, known, own: None, names: Vec::new(), origins: Vec::new(), recent, bytes };
        folder.number(names.len() as u64);
        names.iter().for_each(|name| folder.text(name));
        (folder.own, folder.names) = (own, names);
        record.fold(&mut folder);
        let Folder { origins, bytes, .. } = folder;

        push_number(&mut self.records, origins.len() as u64);
        origins.iter().for_each(|origin| self.records.extend(origin.number().to_le_bytes()));
        self.records.extend_from_slice(&bytes);
        self.record_ends.push(end(self.records.len()));
        known.bytes = bytes;
    }

    fn unfold<T: Folds>(&self, index: usize) -> Option<T> {
        let bytes = slice(&self.records, &self.record_ends, index)?;
        let mut unfolder =
            Unfolder { chapter: self, names: Vec::new(), origins: Vec::new(), bytes, scratch: String::new() };
        let origins = unfolder.length()?;
        let (origins, rest) = unfolder.bytes.split_at_checked(origins.checked_mul(size_of::<u32>())?)?;
        let (origins, _) = origins.as_chunks();
        unfolder.origins = origins.iter().map(|bytes| Origin::numbered(u32::from_le_bytes(*bytes))).collect();
        unfolder.bytes = rest;
        let names = unfolder.length()?;
        unfolder.names = (0..names).map(|_| self.text(unfolder.length()? >> 1)).collect::<Option<_>>()?;
        T::unfold(&mut unfolder)
    }

    fn text(&self, index: usize) -> Option<&str> {
        let start = index.checked_sub(1).map_or(Some(0), |before| self.text_ends.get(before).copied())?;
        self.texts.get(start as usize..*self.text_ends.get(index)? as usize)
    }

    fn shrink(&mut self) {
        self.texts.shrink_to_fit();
        self.text_ends.shrink_to_fit();
        self.blocks.shrink_to_fit();
        self.block_ends.shrink_to_fit();
        self.records.shrink_to_fit();
        self.record_ends.shrink_to_fit();
    }
}

/// Pieces that stand one behind the other are told by where each ends.
fn slice<'a>(all: &'a [u8], ends: &[u32], index: usize) -> Option<&'a [u8]> {
    let start = index.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
    all.get(start as usize..*ends.get(index)? as usize)
}

/// No chapter comes near to 4 GiB: a list that large would not have fitted into memory unfolded.
fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Adds a number, seven bits a byte.
fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

impl Folder<'_> {
    /// Adds a number.
    pub fn number(&mut self, number: u64) {
        push_number(&mut self.bytes, number);
    }

    /// Adds an origin.
    pub fn origin(&mut self, origin: Origin) {
        let recent = &mut self.recent[origin.number() as usize % RECENT];
        if self.origins.get(*recent as usize) != Some(&origin) {
            let index = self.origins.iter().position(|known| *known == origin).unwrap_or_else(|| {
                self.origins.push(origin);
                self.origins.len() - 1
            });
            *recent = end(index);
        }
        let index = *recent;
        self.number(u64::from(index));
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        let [mut marked, mut spare] = std::mem::take(&mut self.known.marked);
        let is_marked = self.mark(text, &mut marked, &mut spare);
        let text = if is_marked { &marked } else { text };
        let hash = self.known.hasher.hash_one(text);
        let index = match self.known.texts.get(&hash) {
            Some(index) if self.chapter.text(*index as usize) == Some(text) => *index,
            _ => {
                let index = end(self.chapter.text_ends.len());
                self.chapter.texts.push_str(text);
                self.chapter.text_ends.push(end(self.chapter.texts.len()));
                self.known.texts.insert(hash, index);
                index
            }
        };
        self.number(u64::from(index) << 1 | u64::from(is_marked));
        self.known.marked = [marked, spare];
    }

    /// Writes a text with marks for names. False where it has no name, or what would look like a mark.
    fn mark(&self, text: &str, marked: &mut String, spare: &mut String) -> bool {
        let mut is_marked = false;
        let mut put = |number: u8, name: &str, found: &mut dyn FnMut(&[u8]) -> Option<usize>| {
            let mut before = if is_marked { marked.as_str() } else { text };
            let Some(first) = found(before.as_bytes()) else { return true };
            if !is_marked && memchr(MARK as u8, text.as_bytes()).is_some() {
                return false;
            }
            spare.clear();
            let mut next = Some(first);
            while let Some(at) = next {
                spare.push_str(&before[..at]);
                spare.push(MARK);
                spare.push(char::from(number));
                before = &before[at + name.len()..];
                next = found(before.as_bytes());
            }
            spare.push_str(before);
            std::mem::swap(marked, spare);
            is_marked = true;
            true
        };
        let (Some(own), Some((name, others))) = (&self.own, self.names.split_first()) else { return false };
        if text.len() < name.len() || !put(FIRST, name, &mut |text| own.find(text)) {
            return false;
        }
        if text.len() >= LONG_TEXT {
            for (number, name) in (FIRST + 1..).zip(others) {
                if !put(number, name, &mut |text| memmem::find(text, name.as_bytes())) {
                    return false;
                }
            }
        }
        is_marked
    }

    /// Adds what `fold` adds, kept once for all that are the same.
    fn shared(&mut self, fold: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        fold(self);
        let block = self.bytes.get(start..).unwrap_or_default();
        let hash = self.known.hasher.hash_one(block);
        let index = match self.known.blocks.get(&hash) {
            Some(index) if slice(&self.chapter.blocks, &self.chapter.block_ends, *index as usize) == Some(block) => {
                *index
            }
            _ => {
                let index = end(self.chapter.block_ends.len());
                self.chapter.blocks.extend_from_slice(block);
                self.chapter.block_ends.push(end(self.chapter.blocks.len()));
                self.known.blocks.insert(hash, index);
                index
            }
        };
        self.bytes.truncate(start);
        self.number(u64::from(index));
    }
}

impl<'a> Unfolder<'a> {
    /// The number that comes next.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// The origin that comes next.
    pub fn origin(&mut self) -> Option<Origin> {
        let index = self.length()?;
        self.origins.get(index).copied()
    }

    /// The text that comes next, made into something.
    pub fn text<T>(&mut self, make: impl FnOnce(&str) -> T) -> Option<T> {
        let token = self.length()?;
        let kept = self.chapter.text(token >> 1)?;
        if token & 1 == 0 {
            return Some(make(kept));
        }
        self.scratch.clear();
        let mut rest = kept;
        while let Some(at) = memchr(MARK as u8, rest.as_bytes()) {
            self.scratch.push_str(&rest[..at]);
            let number = rest.as_bytes().get(at + 1)?.checked_sub(FIRST)?;
            self.scratch.push_str(self.names.get(usize::from(number))?);
            rest = &rest[at + 2..];
        }
        self.scratch.push_str(rest);
        Some(make(&self.scratch))
    }

    fn shared<T>(&mut self, unfold: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let index = self.length()?;
        let block = slice(&self.chapter.blocks, &self.chapter.block_ends, index)?;
        let behind = std::mem::replace(&mut self.bytes, block);
        let unfolded = unfold(self);
        self.bytes = behind;
        unfolded
    }
}

impl Fold for String {
    fn fold(&self, into: &mut Folder<'_>) {
        into.text(self);
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        from.text(str::to_owned)
    }
}

impl Fold for Text {
    fn fold(&self, into: &mut Folder<'_>) {
        into.text(self);
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        from.text(Text::new)
    }
}

impl Fold for Name {
    fn fold(&self, into: &mut Folder<'_>) {
        into.text(self.as_str());
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        from.text(Name::made)
    }
}

impl Fold for u32 {
    fn fold(&self, into: &mut Folder<'_>) {
        into.number(u64::from(*self));
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Fold for bool {
    fn fold(&self, into: &mut Folder<'_>) {
        into.number(u64::from(*self));
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        Some(from.number()? != 0)
    }
}

impl Fold for Decimal {
    fn fold(&self, into: &mut Folder<'_>) {
        let (units, scale) = self.parts();
        into.number(u64::from(scale));
        // The sign stands in the lowest bit, so that small numbers are short.
        into.number((units << 1 ^ units >> (i64::BITS - 1)) as u64);
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        let scale = from.number()?.try_into().ok()?;
        let number = from.number()?;
        Some(Decimal::new((number >> 1) as i64 ^ -((number & 1) as i64), scale))
    }
}

impl<T: Fold> Fold for Traced<T> {
    fn fold(&self, into: &mut Folder<'_>) {
        into.origin(self.origin);
        self.value.fold(into);
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        let origin = from.origin()?;
        Some(Traced::new(T::unfold(from)?, origin))
    }
}

impl<T: Fold> Fold for Option<T> {
    fn fold(&self, into: &mut Folder<'_>) {
        into.number(u64::from(self.is_some()));
        self.iter().for_each(|value| value.fold(into));
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        if from.number()? == 0 { Some(None) } else { T::unfold(from).map(Some) }
    }
}

impl<T: Fold> Fold for Vec<T> {
    fn fold(&self, into: &mut Folder<'_>) {
        into.number(self.len() as u64);
        for value in self {
            if T::IS_SHARED { into.shared(|into| value.fold(into)) } else { value.fold(into) }
        }
    }

    fn unfold(from: &mut Unfolder<'_>) -> Option<Self> {
        let length = from.length()?;
        // Each takes a byte at least, so that no length asks for more memory than there is.
        let mut list = Vec::with_capacity(length.min(from.bytes.len()));
        for _ in 0..length {
            list.push(if T::IS_SHARED { from.shared(T::unfold)? } else { T::unfold(from)? });
        }
        Some(list)
    }
}

/// Makes words of a plan foldable: by their places among all.
#[macro_export]
macro_rules! fold_choice {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::plan::folded::Fold for $type {
            fn fold(&self, into: &mut $crate::plan::folded::Folder<'_>) {
                into.number(*self as u64);
            }

            fn unfold(from: &mut $crate::plan::folded::Unfolder<'_>) -> Option<Self> {
                Self::ALL.get(usize::try_from(from.number()?).ok()?).copied()
            }
        }
    )*};
}

/// Declares a record of a plan that is kept folded. `SHARED`: whether many are wholly alike.
#[macro_export]
macro_rules! folded_record {
    (SHARED = $shared:literal; $(
        $(#[doc = $doc:literal])*
        pub struct $type:ident as $name:literal {
            $(
                $(#[doc = $field_doc:literal])*
                $field:ident : $field_type:ty, $presence:ident $($default:literal)?;
            )*
        }
    )*) => {$(
        $crate::plan_record! {
            $(#[doc = $doc])*
            pub struct $type as $name {
                $(
                    $(#[doc = $field_doc])*
                    $field: $field_type, $presence $($default)?;
                )*
            }
        }

        impl $crate::plan::folded::Fold for $type {
            const IS_SHARED: bool = $shared;

            fn fold(&self, into: &mut $crate::plan::folded::Folder<'_>) {
                into.origin(self.origin);
                $($crate::plan::folded::Fold::fold(&self.$field, into);)*
            }

            fn unfold(from: &mut $crate::plan::folded::Unfolder<'_>) -> Option<Self> {
                let origin = from.origin()?;
                $(let $field = $crate::plan::folded::Fold::unfold(from)?;)*
                Some($type { origin, $($field,)* })
            }
        }
    )*};
}

impl<T: Folds> Clone for FoldedList<T> {
    fn clone(&self) -> Self {
        FoldedList { heads: self.heads.clone(), chapters: self.chapters.clone() }
    }
}

impl<T: Folds> Default for FoldedList<T> {
    fn default() -> Self {
        FoldedList { heads: Vec::new(), chapters: Vec::new() }
    }
}

impl<T: Folds> fmt::Debug for FoldedList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.heads).finish()
    }
}

impl<T: Folds + Decode> Decode for FoldedList<T> {
    fn shape() -> Shape {
        Vec::<T>::shape()
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        Vec::<T>::decode(decoder, node).map(|records| records.into_iter().collect())
    }
}

impl<T: Folds + Encode> Encode for FoldedList<T> {
    fn encode(&self, origin: Origin) -> Doc {
        Doc::list(self.iter().map(|record| record.encode(origin)), origin)
    }

    fn write(&self, slot: Slot, origin: Origin, out: &mut Writer<'_>) {
        match slot {
            Slot::Key(key) => out.list(key, origin, |out| {
                self.iter().for_each(|record| record.write(Slot::Element, origin, out));
            }),
            Slot::Element => out.element_doc(&self.encode(origin)),
        }
    }

    fn elements(&self) -> Option<Elements<'_>> {
        let write = |index, origin, out: &mut Writer<'_>| {
            if let Some(record) = self.get(index) {
                record.write(Slot::Element, origin, out);
            }
        };
        Some((self.len(), Box::new(write)))
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

#[cfg(test)]
// Records have more functions than these tests need, and are public wherever they stand.
#[allow(dead_code, unreachable_pub)]
mod tests {
    use super::*;
    use crate::plan::monitoring::rules;
    use proptest::prelude::*;

    folded_record! {
        SHARED = true;

        /// A part.
        pub struct Part as "part" {
            /// A number.
            number: Traced<Decimal>, optional;
            /// A text.
            text: Traced<String>, required;
        }
    }
    folded_record! {
        SHARED = false;

        /// A whole.
        pub struct Whole as "whole" {
            /// Its name.
            name: Traced<Name>, required;
            /// Further names.
            others: Vec<Traced<Name>>, many;
            /// Whether.
            is: Traced<bool>, required;
            /// Its parts.
            parts: Vec<Part>, many;
        }
    }

    impl Folds for Whole {
        type Head = String;

        fn head(&self) -> String {
            self.name.to_string()
        }

        fn names(&self) -> Vec<&str> {
            [&self.name].into_iter().chain(&self.others).map(|name| name.as_str()).collect()
        }
    }

    /// All of a record, with its origins.
    fn shown(whole: &Whole) -> String {
        let origins = |part: &Part| format!("{:?} {:?}", part.origin, part.number.as_ref().map(|number| number.origin));
        let parts: Vec<String> = whole.parts.iter().map(origins).collect();
        format!("{whole:?} {:?} {:?} {parts:?}", whole.origin, whole.name.origin)
    }

    fn whole(name: &str, others: &[String], parts: &[(i64, String)]) -> Whole {
        let traced = |number: u32| Origin::node(number);
        let part = |(number, text): &(i64, String)| Part {
            origin: Origin::rule(rules::PANEL),
            number: (number % 3 != 0).then(|| Traced::new(Decimal::new(*number, 3), traced(7))),
            text: Traced::by_rule(text.clone(), rules::PANEL),
        };
        Whole {
            origin: traced(300),
            name: Traced::new(Name::made(name), traced(u32::MAX >> 2)),
            others: others.iter().map(|name| Traced::new(Name::made(name), traced(1))).collect(),
            is: Traced::new(parts.len().is_multiple_of(2), traced(2)),
            parts: parts.iter().map(part).collect(),
        }
    }

    #[test]
    fn what_is_alike_is_kept_once() {
        let text = "sum(rate(http_requests_total{job=\"NAME\",$selector}[$window]))";
        let list: FoldedList<Whole> = (0..100)
            .map(|number| {
                let name = format!("component-{number:03}");
                whole(&name, &[], &[(5, text.replace("NAME", &name)), (1, name.clone())])
            })
            .collect();
        let [chapter] = list.chapters.as_slice() else { panic!("one chapter") };
        assert_eq!(chapter.block_ends.len(), 2);
        // A text that is marked, a mark alone, and the names.
        assert_eq!(chapter.text_ends.len(), 102);
        assert!(chapter.records.len() < 100 * 40, "{}", chapter.records.len());
        let last = list.get(99).unwrap();
        assert_eq!(last.parts[0].text.value, text.replace("NAME", "component-099"));
        assert!(list.get(100).is_none());
    }

    #[test]
    fn bytes_that_nobody_folded_give_nothing() {
        let mut list: FoldedList<Whole> = [whole("one", &[], &[(1, "text".to_owned())])].into_iter().collect();
        let chapter = &mut list.chapters[0];
        chapter.records.truncate(chapter.records.len() - 1);
        chapter.record_ends[0] -= 1;
        assert!(list.get(0).is_none());
    }

    proptest! {
        #[test]
        fn what_was_folded_unfolds_to_the_same(
            names in prop::collection::vec("[a-c0-2]{1,4}", 1..5),
            texts in prop::collection::vec((any::<i64>(), "([a-c0-2]{1,5}|[\u{1}-\u{4}]|.){0,60}"), 0..6),
            chapters in 1usize..4,
        ) {
            let all: Vec<Whole> = names.iter().map(|name| whole(name, &names, &texts)).collect();
            let mut list = FoldedList::default();
            for chapter in all.chunks(chapters) {
                list.append(chapter.iter().cloned().collect());
            }
            prop_assert_eq!(list.len(), all.len());
            prop_assert_eq!(list.heads().collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
            for (before, after) in all.iter().zip(list.iter()) {
                prop_assert_eq!(shown(before), shown(&after));
            }
        }
    }
}
