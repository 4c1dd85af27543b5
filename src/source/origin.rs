//! Where a value comes from, in four bytes.
//!
//! An origin is one `u32`: the number of a YAML node (of an input file or a target spec, all files' nodes counted
//! through), a field of a record whose default held, or a rule that some room states in its `rules!` table. Nothing is
//! interned at run time, so that planning and printing in parallel never wait for each other.

use std::ops::Deref;

/// Where a value comes from; resolved to text and spans only when somebody asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(u32);

const RULE: u32 = 1 << 31;
const FIELD: u32 = 1 << 30;

/// An origin, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// The node with this number, counted through all files.
    Node(u32),
    /// The default of a field: hash of the record's name, and the field's place in it.
    FieldDefault {
        /// See [`record_hash`].
        record: u32,
        /// Place of the field in its record, from 0.
        field: u8,
    },
    /// A rule that pathc states.
    Rule(Rule),
}

/// A rule: a literal or a decision that no input states. `room << 8 | index` into that room's `rules!` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rule(pub u16);

/// One line of a `rules!` table.
#[derive(Clone, Copy, Debug)]
pub struct RuleEntry {
    /// The rule's number.
    pub rule: Rule,
    /// Stable name, `kebab-case`.
    pub name: &'static str,
    /// Why the value is what it is, in a sentence for users.
    pub text: &'static str,
}

impl Origin {
    /// The origin of a node by its number through all files.
    pub(crate) const fn node(number: u32) -> Origin {
        Origin(number & !(RULE | FIELD))
    }

    /// The origin of a value that a rule set.
    #[must_use]
    pub const fn rule(rule: Rule) -> Origin {
        Origin(RULE | rule.0 as u32)
    }

    /// The origin of a value that is a field's default.
    #[must_use]
    pub const fn field_default(record: u32, field: u8) -> Origin {
        Origin(FIELD | ((record & 0x3f_ffff) << 8) | field as u32)
    }

    /// The origin as a number.
    pub(crate) const fn number(self) -> u32 {
        self.0
    }

    /// The origin of a number that [`Origin::number`] gave.
    pub(crate) const fn numbered(number: u32) -> Origin {
        Origin(number)
    }

    /// What kind of origin this is.
    #[must_use]
    pub const fn kind(self) -> OriginKind {
        if self.0 & RULE != 0 {
            OriginKind::Rule(Rule(self.0 as u16))
        } else if self.0 & FIELD != 0 {
            OriginKind::FieldDefault { record: (self.0 >> 8) & 0x3f_ffff, field: self.0 as u8 }
        } else {
            OriginKind::Node(self.0)
        }
    }

    /// Whether somebody wrote the value, in an input file or a target spec.
    #[must_use]
    pub const fn is_written(self) -> bool {
        self.0 & (RULE | FIELD) == 0
    }
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.kind())
    }
}

/// A 22-bit hash of a record's name; a registry test proves that no two records share one.
#[must_use]
pub const fn record_hash(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let mut hash: u32 = 0x811c_9dc5;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u32).wrapping_mul(0x0100_0193);
        index += 1;
    }
    (hash ^ (hash >> 22)) & 0x3f_ffff
}

/// A value and where it comes from. Comparing two compares the values alone.
#[derive(Clone, Copy)]
pub struct Traced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Traced<T> {
    /// A value with its origin.
    pub const fn new(value: T, origin: Origin) -> Self {
        Traced { value, origin }
    }

    /// A value that a rule set.
    pub const fn by_rule(value: T, rule: Rule) -> Self {
        Traced { value, origin: Origin::rule(rule) }
    }

    /// Another value with the same origin.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Traced<U> {
        Traced { value: f(self.value), origin: self.origin }
    }

    /// A new value computed from this one, with the same origin.
    pub fn with<U>(&self, value: U) -> Traced<U> {
        Traced { value, origin: self.origin }
    }

    /// The value by reference, with the same origin.
    pub const fn as_ref(&self) -> Traced<&T> {
        Traced { value: &self.value, origin: self.origin }
    }
}

impl<T> Deref for Traced<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Traced<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: std::fmt::Display> std::fmt::Display for Traced<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Traced<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<T: Eq> Eq for Traced<T> {}
impl<T: PartialOrd> PartialOrd for Traced<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl<T: Ord> Ord for Traced<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}
impl<T: std::hash::Hash> std::hash::Hash for Traced<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// Declares a room's table of rules: `rules! { room 3; NAME = "kebab-name": "text"; ... }` makes `pub const NAME: Rule`
/// and `pub const TABLE: &[RuleEntry]`.
#[macro_export]
macro_rules! rules {
    (room $room:literal; $($(#[$meta:meta])* $name:ident = $slug:literal : $text:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u8)]
        enum RuleIndex { $($name),* }
        $(
            #[doc = $text]
            $(#[$meta])*
            pub const $name: $crate::source::Rule = $crate::source::Rule(($room << 8) | RuleIndex::$name as u16);
        )*
        /// All rules of this room, in order.
        pub const TABLE: &[$crate::source::RuleEntry] = &[
            $($crate::source::RuleEntry { rule: $name, name: $slug, text: $text }),*
        ];
    };
}
