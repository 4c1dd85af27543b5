//! Plans as documents: the way back from typed records to a tree with origins, or straight to a printed text.

use std::borrow::Cow;
use std::sync::Arc;

use crate::ir::value::Decimal;
use crate::ir::{Origin, Table, Traced};
use crate::output::doc::Entry;
use crate::output::yaml::Writer;
use crate::output::{Doc, Map};
use crate::source::Apart;
use crate::source::Scalar;
use crate::source::shape::JsonType;

/// A value that can be written into a deliverable.
pub trait Encode {
    /// The value as a node; `origin` explains it unless it knows better.
    fn encode(&self, origin: Origin) -> Doc;

    /// Writes what [`Encode::encode`] gives, without a tree where that would be large.
    fn write(&self, slot: Slot, origin: Origin, out: &mut Writer<'_>) {
        let value = self.encode(origin);
        match slot {
            Slot::Key(key) => out.doc(key, &value),
            Slot::Element => out.element_doc(&value),
        }
    }

    /// Whether the key is left out: the value says nothing that its absence does not say.
    fn is_absent(&self) -> bool {
        false
    }

    /// The elements of a list.
    fn elements(&self) -> Option<Elements<'_>> {
        None
    }

    /// Gives back memory that was set aside for more. Plans live as long as the run.
    fn shrink(&mut self) {}
}

/// The elements of a list by their numbers: how many there are, and how one is written.
pub type Elements<'a> = (usize, Box<dyn Fn(usize, Origin, &mut Writer<'_>) + 'a>);

/// Where a value stands.
#[derive(Clone, Copy)]
pub enum Slot {
    /// Behind a key.
    Key(&'static str),
    /// In a list.
    Element,
}

/// Calls `visit` with each field of a record: its key and its value.
pub type Fields<'a> = &'a dyn Fn(&mut dyn FnMut(&'static str, &dyn Encode));

/// A record as a node.
#[must_use]
pub fn record(origin: Origin, fields: Fields<'_>) -> Doc {
    let mut map = Map::new(origin);
    fields(&mut |key, value| {
        if !value.is_absent() {
            map.entries.push(Entry::new(Cow::Borrowed(key), value.encode(origin)));
        }
    });
    map.into()
}

/// Writes what [`record`] gives.
pub fn write_record(slot: Slot, origin: Origin, fields: Fields<'_>, out: &mut Writer<'_>) {
    let entries = |out: &mut Writer<'_>| {
        fields(&mut |key, value| {
            if !value.is_absent() {
                value.write(Slot::Key(key), origin, out);
            }
        });
    };
    match slot {
        Slot::Key(key) => out.map(key, origin, entries),
        Slot::Element => out.element(origin, entries),
    }
}

/// Writes one part of a record that is a whole document: an entry, or one element of an entry that is a list. False where
/// there are not so many.
pub fn write_part(index: usize, origin: Origin, fields: Fields<'_>, out: &mut Writer<'_>) -> bool {
    // How many parts are still before the one that is asked for.
    let mut before = Some(index);
    fields(&mut |key, value| {
        let Some(at) = before.filter(|_| !value.is_absent()) else { return };
        let elements = value.elements();
        let parts = elements.as_ref().map_or(1, |(count, _)| *count);
        if at >= parts {
            before = Some(at - parts);
            return;
        }
        before = None;
        match elements {
            Some((_, write)) => out.element_apart(key, origin, at, |out| write(at, origin, out)),
            None => value.write(Slot::Key(key), origin, out),
        }
    });
    before.is_none()
}

impl<T: Scalar> Encode for T {
    fn encode(&self, origin: Origin) -> Doc {
        let text = self.write();
        match T::SHAPE.json {
            JsonType::Text | JsonType::AnyScalar | JsonType::TextOrNumber => {
                Doc::Text(Cow::Owned(text.into_owned()), origin)
            }
            JsonType::Boolean => Doc::Bool(text == "true", origin),
            JsonType::Integer => match text.parse() {
                Ok(number) => Doc::Integer(number, origin),
                Err(_) => Doc::Text(Cow::Owned(text.into_owned()), origin),
            },
            JsonType::Number => match Decimal::read(&text) {
                Ok(number) => Doc::Number(number, origin),
                Err(_) => Doc::Text(Cow::Owned(text.into_owned()), origin),
            },
        }
    }

    fn write(&self, slot: Slot, origin: Origin, out: &mut Writer<'_>) {
        match (T::SHAPE.json, slot) {
            (JsonType::Text | JsonType::AnyScalar | JsonType::TextOrNumber, Slot::Key(key)) => {
                out.text(key, &Scalar::write(self), origin);
            }
            (JsonType::Text | JsonType::AnyScalar | JsonType::TextOrNumber, Slot::Element) => {
                out.element_text(&Scalar::write(self), origin);
            }
            (_, Slot::Key(key)) => out.doc(key, &self.encode(origin)),
            (_, Slot::Element) => out.element_doc(&self.encode(origin)),
        }
    }

    fn shrink(&mut self) {
        Scalar::shrink(self);
    }
}

impl<T: Encode> Encode for Traced<T> {
    fn encode(&self, _: Origin) -> Doc {
        self.value.encode(self.origin)
    }

    fn write(&self, slot: Slot, _: Origin, out: &mut Writer<'_>) {
        self.value.write(slot, self.origin, out);
    }

    fn elements(&self) -> Option<Elements<'_>> {
        let (count, write) = self.value.elements()?;
        Some((count, Box::new(move |index, _, out| write(index, self.origin, out))))
    }

    fn shrink(&mut self) {
        self.value.shrink();
    }

    fn is_absent(&self) -> bool {
        self.value.is_absent()
    }
}

impl<T: Encode> Encode for Apart<T> {
    fn encode(&self, origin: Origin) -> Doc {
        (**self).encode(origin)
    }

    fn write(&self, slot: Slot, origin: Origin, out: &mut Writer<'_>) {
        (**self).write(slot, origin, out);
    }

    fn elements(&self) -> Option<Elements<'_>> {
        (**self).elements()
    }

    fn shrink(&mut self) {
        (**self).shrink();
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}

/// What several values have alike.
impl<T: Encode> Encode for Arc<T> {
    fn encode(&self, origin: Origin) -> Doc {
        self.as_ref().encode(origin)
    }

    fn write(&self, slot: Slot, origin: Origin, out: &mut Writer<'_>) {
        self.as_ref().write(slot, origin, out);
    }

    fn elements(&self) -> Option<Elements<'_>> {
        self.as_ref().elements()
    }

    fn shrink(&mut self) {
        if let Some(value) = Arc::get_mut(self) {
            value.shrink();
        }
    }

    fn is_absent(&self) -> bool {
        self.as_ref().is_absent()
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, origin: Origin) -> Doc {
        self.as_ref().map_or(Doc::Null(origin), |value| value.encode(origin))
    }

    fn write(&self, slot: Slot, origin: Origin, out: &mut Writer<'_>) {
        match (self, slot) {
            (Some(value), _) => value.write(slot, origin, out),
            (None, Slot::Key(key)) => out.doc(key, &Doc::Null(origin)),
            (None, Slot::Element) => out.element_doc(&Doc::Null(origin)),
        }
    }

    fn elements(&self) -> Option<Elements<'_>> {
        self.as_ref()?.elements()
    }

    fn shrink(&mut self) {
        self.iter_mut().for_each(Encode::shrink);
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, origin: Origin) -> Doc {
        Doc::list(self.iter().map(|value| value.encode(origin)), origin)
    }

    fn write(&self, slot: Slot, origin: Origin, out: &mut Writer<'_>) {
        match slot {
            Slot::Key(key) => out.list(key, origin, |out| {
                self.iter().for_each(|value| value.write(Slot::Element, origin, out));
            }),
            Slot::Element => out.element_doc(&self.encode(origin)),
        }
    }

    fn elements(&self) -> Option<Elements<'_>> {
        Some((self.len(), Box::new(|index, origin, out| self[index].write(Slot::Element, origin, out))))
    }

    fn shrink(&mut self) {
        self.iter_mut().for_each(Encode::shrink);
        self.shrink_to_fit();
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<K: Scalar, V: Encode> Encode for Table<K, V> {
    fn encode(&self, origin: Origin) -> Doc {
        let mut map = Map::new(self.origin.unwrap_or(origin));
        for (key, value) in self.iter() {
            map.put(key.value.write().into_owned(), value.encode(key.origin));
        }
        map.into()
    }

    fn shrink(&mut self) {
        self.entries.iter_mut().for_each(|(_, value)| value.shrink());
        self.entries.shrink_to_fit();
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Declares a record of a plan: as `record!`, and with a writer.
#[macro_export]
macro_rules! plan_record {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $type:ident as $name:literal {
            $(
                $(#[doc = $field_doc:literal])*
                $field:ident : $field_type:ty, $presence:ident $($default:literal)?;
            )*
        }
        $(sharing $shared:ident : $shared_type:ident)?
    )*) => {$(
        $crate::record! {
            $(#[doc = $doc])*
            pub struct $type as $name {
                $(
                    $(#[doc = $field_doc])*
                    $field: $field_type, $presence $($default)?;
                )*
            }
            $(sharing $shared: $shared_type)?
        }

        impl $type {
            fn each_field(&self, visit: &mut dyn FnMut(&'static str, &dyn $crate::plan::Encode)) {
                $(visit($crate::source::record::key(stringify!($field)), &self.$field);)*
                $(self.$shared.each_field(visit);)?
            }

            /// Writes one part of the record as a whole document; see [`write_part`](crate::plan::encode::write_part).
            pub fn write_part(&self, index: usize, out: &mut $crate::output::yaml::Writer<'_>) -> bool {
                $crate::plan::encode::write_part(index, self.origin, &|visit| self.each_field(visit), out)
            }
        }

        impl $crate::plan::Encode for $type {
            fn encode(&self, _: $crate::ir::Origin) -> $crate::output::Doc {
                $crate::plan::encode::record(self.origin, &|visit| self.each_field(visit))
            }

            fn write(
                &self,
                slot: $crate::plan::encode::Slot,
                _: $crate::ir::Origin,
                out: &mut $crate::output::yaml::Writer<'_>,
            ) {
                $crate::plan::encode::write_record(slot, self.origin, &|visit| self.each_field(visit), out);
            }

            fn shrink(&mut self) {
                $($crate::plan::Encode::shrink(&mut self.$field);)*
                $($crate::plan::Encode::shrink(&mut self.$shared);)?
            }
        }
    )*};
}
