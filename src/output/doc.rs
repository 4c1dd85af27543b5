//! A document as a tree: scalars, lists, mappings. Each node knows its origin, and no value can become syntax.

use std::borrow::Cow;

use crate::ir::value::Decimal;
use crate::ir::{Origin, Traced};

/// A text that is printed: most are static words.
pub type Text = Cow<'static, str>;

/// One node of a document.
#[derive(Clone, Debug)]
pub enum Doc {
    /// Nothing.
    Null(Origin),
    /// `true` or `false`.
    Bool(bool, Origin),
    /// A whole number.
    Integer(i64, Origin),
    /// An exact decimal number.
    Number(Decimal, Origin),
    /// A text; the printer decides how to quote it.
    Text(Text, Origin),
    /// A list.
    List(Vec<Doc>, Style, Origin),
    /// A mapping.
    Map(Map),
    /// A value with a tag of the format's own, such as `!Ref`. The tag is a word of ours, so no value can become one; JSON
    /// has no tags and shows the value alone.
    Tagged(&'static str, Box<Doc>),
}

/// How a collection is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Style {
    /// One entry a line.
    #[default]
    Block,
    /// All on one line.
    Flow,
}

/// A mapping: keys in the order in which they were put in.
#[derive(Clone, Debug)]
pub struct Map {
    /// The entries.
    pub entries: Vec<Entry>,
    /// How it is laid out.
    pub style: Style,
    /// Where the mapping comes from.
    pub origin: Origin,
}

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Text,
    /// The value.
    pub value: Doc,
    /// What explains it; few entries have that, and there are many entries.
    pub notes: Option<Box<Notes>>,
}

/// What explains an entry.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// A comment that is printed above.
    pub comment: Option<Text>,
    /// A comment that is printed behind a value of one line.
    pub remark: Option<Text>,
}

impl Entry {
    /// An entry that nothing explains.
    #[must_use]
    pub fn new(key: Text, value: Doc) -> Entry {
        Entry { key, value, notes: None }
    }

    /// The comment that is printed above.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.notes.as_ref()?.comment.as_deref()
    }

    /// The comment that is printed behind a value of one line.
    #[must_use]
    pub fn remark(&self) -> Option<&str> {
        self.notes.as_ref()?.remark.as_deref()
    }

    /// What explains it, to be added to.
    pub fn notes(&mut self) -> &mut Notes {
        self.notes.get_or_insert_default()
    }
}

impl Doc {
    /// A text.
    pub fn text(text: impl Into<Text>, origin: Origin) -> Doc {
        Doc::Text(text.into(), origin)
    }

    /// A traced value as text.
    pub fn traced<T: std::fmt::Display>(value: &Traced<T>) -> Doc {
        Doc::Text(Cow::Owned(value.value.to_string()), value.origin)
    }

    /// A list, one element a line.
    pub fn list(elements: impl IntoIterator<Item = Doc>, origin: Origin) -> Doc {
        Doc::List(elements.into_iter().collect(), Style::Block, origin)
    }

    /// Where the node comes from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self {
            Doc::Null(origin)
            | Doc::Bool(_, origin)
            | Doc::Integer(_, origin)
            | Doc::Number(_, origin)
            | Doc::Text(_, origin)
            | Doc::List(_, _, origin) => *origin,
            Doc::Map(map) => map.origin,
            Doc::Tagged(_, value) => value.origin(),
        }
    }

    /// The same with a tag, written without its `!`.
    #[must_use]
    pub fn tagged(self, tag: &'static str) -> Doc {
        Doc::Tagged(tag, Box::new(self))
    }
}

impl From<Map> for Doc {
    fn from(map: Map) -> Doc {
        Doc::Map(map)
    }
}

impl Map {
    /// An empty mapping.
    #[must_use]
    pub fn new(origin: Origin) -> Map {
        Map { entries: Vec::new(), style: Style::Block, origin }
    }

    /// The same with an entry at the end.
    #[must_use]
    pub fn with(mut self, key: impl Into<Text>, value: impl Into<Doc>) -> Map {
        self.put(key, value);
        self
    }

    /// The same with an entry at the end where there is a value.
    #[must_use]
    pub fn with_some(mut self, key: impl Into<Text>, value: Option<impl Into<Doc>>) -> Map {
        if let Some(value) = value {
            self.put(key, value);
        }
        self
    }

    /// The same with a text that this map's origin explains.
    #[must_use]
    pub fn text(self, key: impl Into<Text>, text: impl Into<Text>) -> Map {
        let origin = self.origin;
        self.with(key, Doc::Text(text.into(), origin))
    }

    /// The same with a whole number that this map's origin explains.
    #[must_use]
    pub fn integer(self, key: impl Into<Text>, number: i64) -> Map {
        let origin = self.origin;
        self.with(key, Doc::Integer(number, origin))
    }

    /// The same with `true` or `false` that this map's origin explains.
    #[must_use]
    pub fn bool(self, key: impl Into<Text>, value: bool) -> Map {
        let origin = self.origin;
        self.with(key, Doc::Bool(value, origin))
    }

    /// The same with an entry at the end whose key is not there yet: nothing is searched, which large documents feel.
    #[must_use]
    pub fn add(mut self, key: &'static str, value: impl Into<Doc>) -> Map {
        debug_assert!(self.get(key).is_none(), "{key} is there already");
        self.entries.push(Entry::new(Cow::Borrowed(key), value.into()));
        self
    }

    /// Adds an entry at the end whose key is not there yet, as [`Map::add`] does.
    pub fn append(&mut self, key: impl Into<Text>, value: impl Into<Doc>) {
        let key = key.into();
        debug_assert!(self.get(&key).is_none(), "{key} is there already");
        self.entries.push(Entry::new(key, value.into()));
    }

    /// Adds an entry at the end; a key that is there is replaced in its place.
    pub fn put(&mut self, key: impl Into<Text>, value: impl Into<Doc>) {
        let (key, value) = (key.into(), value.into());
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.value = value,
            None => self.entries.push(Entry::new(key, value)),
        }
    }

    /// The same with an entry at the end that a comment behind its value explains.
    #[must_use]
    pub fn remarked(mut self, key: impl Into<Text>, value: impl Into<Doc>, remark: impl Into<Text>) -> Map {
        self.put(key, value);
        if let Some(entry) = self.entries.last_mut() {
            entry.notes().remark = Some(remark.into());
        }
        self
    }

    /// The same with an entry at the end that a comment above explains.
    #[must_use]
    pub fn commented(mut self, key: impl Into<Text>, value: impl Into<Doc>, comment: impl Into<Text>) -> Map {
        self.put(key, value);
        if let Some(entry) = self.entries.last_mut() {
            entry.notes().comment = Some(comment.into());
        }
        self
    }

    /// A value by its key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Doc> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
