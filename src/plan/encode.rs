//! Plans as documents: the way back from typed records to a tree with origins.

use std::borrow::Cow;

use crate::ir::value::Decimal;
use crate::ir::{Origin, Table, Traced};
use crate::output::{Doc, Map};
use crate::source::Scalar;
use crate::source::shape::JsonType;

/// A value that can be written into a deliverable.
pub trait Encode {
    /// The value as a node; `origin` explains it unless it knows better.
    fn encode(&self, origin: Origin) -> Doc;

    /// Whether the key is left out: the value says nothing that its absence does not say.
    fn is_absent(&self) -> bool {
        false
    }
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
}

impl<T: Encode> Encode for Traced<T> {
    fn encode(&self, _: Origin) -> Doc {
        self.value.encode(self.origin)
    }

    fn is_absent(&self) -> bool {
        self.value.is_absent()
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, origin: Origin) -> Doc {
        self.as_ref().map_or(Doc::Null(origin), |value| value.encode(origin))
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, origin: Origin) -> Doc {
        Doc::list(self.iter().map(|value| value.encode(origin)), origin)
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
    )*) => {$(
        $crate::record! {
            $(#[doc = $doc])*
            pub struct $type as $name {
                $(
                    $(#[doc = $field_doc])*
                    $field: $field_type, $presence $($default)?;
                )*
            }
        }

        impl $crate::plan::Encode for $type {
            fn encode(&self, _: $crate::ir::Origin) -> $crate::output::Doc {
                let mut map = $crate::output::Map::new(self.origin);
                $(
                    if !$crate::plan::Encode::is_absent(&self.$field) {
                        map.put(
                            $crate::source::record::key(stringify!($field)),
                            $crate::plan::Encode::encode(&self.$field, self.origin),
                        );
                    }
                )*
                map.into()
            }
        }
    )*};
}
