//! `record!` and `choice!`: one declaration makes a type, its reader, its schema and its reference entry, so that they
//! can't disagree.

use super::FieldShape;

/// The key of a field: its name without the mark of a raw identifier.
#[must_use]
pub const fn key(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// The fields of a record, and behind them those that it shares with others.
#[must_use]
pub const fn joined<const N: usize>(own: &[FieldShape], shared: &[FieldShape]) -> [FieldShape; N] {
    // Some have no field of their own.
    let mut all = [shared[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < own.len() { own[at] } else { shared[at - own.len()] };
        at += 1;
    }
    all
}

/// Declares a mapping with known keys.
///
/// ```text
/// record! {
///     /// One port of a component.
///     pub struct PortInput as "port" {
///         /// What the port is called.
///         name: Traced<Name>, required;
///         /// What others call it on.
///         service_port: Traced<Port>, optional;      // Option<Traced<Port>>
///         /// The protocol.
///         protocol: Traced<Protocol>, default "http";
///         /// Labels of the user's own.
///         labels: Vec<Traced<String>>, many;
///     }
///     shorthand name                                 // a bare scalar sets this field
///     sharing wall: WallInput                        // keys of this mapping, too, that several records hold alike
/// }
/// ```
#[macro_export]
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $type:ident as $name:literal {
            $(
                $(#[doc = $field_doc:literal])*
                $field:ident : $field_type:ty, $presence:ident $($default:literal)?;
            )*
        }
        $(shorthand $short:ident)?
        $(sharing $shared:ident : $shared_type:ident)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub struct $type {
            /// The mapping itself.
            pub origin: $crate::source::Origin,
            $(
                $(#[doc = $field_doc])*
                pub $field: $crate::record!(@type $presence $field_type),
            )*
            $(
                /// What several have alike.
                pub $shared: std::sync::Arc<$shared_type>,
            )?
        }

        impl $type {
            /// The table of this record's fields.
            pub const SHAPE: $crate::source::RecordShape = $crate::source::RecordShape {
                name: $name,
                doc: concat!($($doc, "\n",)*),
                fields: {
                    const OWN: &[$crate::source::FieldShape] = &[$($crate::source::FieldShape {
                        name: $crate::source::record::key(stringify!($field)),
                        doc: concat!($($field_doc, "\n",)*),
                        presence: $crate::record!(@presence $presence $($default)?),
                        shape: <$field_type as $crate::source::Decode>::shape,
                    }),*];
                    $crate::record!(@fields OWN $($shared_type)?)
                },
                shorthand: $crate::record!(@short $($short)?),
            };

            /// The record where nothing is written: every default in its place, or nothing where a field is required.
            #[must_use]
            #[allow(unused_assignments, unused_mut)]
            pub fn absent(origin: $crate::source::Origin) -> Option<Self> {
                let record = $crate::source::origin::record_hash($name);
                let mut index: u8 = 0;
                $(
                    let $field: Option<$field_type> =
                        $crate::record!(@absent record index $field_type, $presence $($default)?);
                    index += 1;
                )*
                let _ = (record, index);
                Some($type {
                    origin,
                    $($field: $crate::record!(@unwrap $presence $field),)*
                    $($shared: std::sync::Arc::new($shared_type::absent(origin)?),)?
                })
            }

            /// Reads the fields of a mapping that is open.
            #[allow(unused_assignments, unused_mut)]
            pub(crate) fn read_fields(
                reader: &mut $crate::source::decode::RecordReader<'_>,
                decoder: &mut $crate::source::Decoder<'_>,
                origin: $crate::source::Origin,
            ) -> Option<Self> {
                let mut index: u8 = 0;
                $(
                    let $field = $crate::record!(@read reader decoder index $field $presence $($default)?);
                    index += 1;
                )*
                let _ = index;
                $(let $shared = $shared_type::read_fields(reader, decoder, origin);)?
                Some($type {
                    origin,
                    $($field: $crate::record!(@unwrap $presence $field),)*
                    $($shared: std::sync::Arc::new($shared?),)?
                })
            }
        }

        $(
            impl std::ops::Deref for $type {
                type Target = $shared_type;
                fn deref(&self) -> &$shared_type {
                    &self.$shared
                }
            }
        )?

        impl $crate::source::Decode for $type {
            fn shape() -> $crate::source::Shape {
                static SHAPE: $crate::source::RecordShape = $type::SHAPE;
                $crate::source::Shape::Record(&SHAPE)
            }

            fn decode(decoder: &mut $crate::source::Decoder<'_>, node: $crate::source::yaml::NodeId) -> Option<Self> {
                static SHAPE: $crate::source::RecordShape = $type::SHAPE;
                let origin = decoder.origin(node);
                let mut reader = $crate::record!(@open decoder node SHAPE $type { $($field : $presence $($default)?;)* } $($short)?);
                let record = $type::read_fields(&mut reader, decoder, origin);
                reader.finish(decoder);
                record
            }
        }
    };

    (@fields $own:ident) => { $own };
    (@fields $own:ident $shared:ident) => {{
        const ALL: [$crate::source::FieldShape; $own.len() + $shared::SHAPE.fields.len()] =
            $crate::source::record::joined($own, $shared::SHAPE.fields);
        &ALL
    }};

    (@type required $type:ty) => { $type };
    (@type optional $type:ty) => { Option<$type> };
    (@type default $type:ty) => { $type };
    (@type many $type:ty) => { $type };

    (@presence required) => { $crate::source::Presence::Required };
    (@presence optional) => { $crate::source::Presence::Optional };
    (@presence default $text:literal) => { $crate::source::Presence::Default($text) };
    (@presence many) => { $crate::source::Presence::Many };

    (@short) => { None };
    (@short $short:ident) => { Some(stringify!($short)) };

    (@open $decoder:ident $node:ident $shape:ident $type:ident { $($fields:tt)* }) => {
        $crate::source::decode::RecordReader::open($decoder, $node, &$shape)?
    };
    (@open $decoder:ident $node:ident $shape:ident $type:ident { $($fields:tt)* } $short:ident) => {
        if $decoder.scalar($node).is_some() {
            $crate::source::decode::RecordReader::shorthand($node, &$shape)
        } else {
            $crate::source::decode::RecordReader::open($decoder, $node, &$shape)?
        }
    };

    (@read $reader:ident $decoder:ident $index:ident $field:ident required) => {
        $reader.required($decoder, $crate::source::record::key(stringify!($field)))
    };
    (@read $reader:ident $decoder:ident $index:ident $field:ident optional) => {
        $reader.optional($decoder, $crate::source::record::key(stringify!($field)))
    };
    (@read $reader:ident $decoder:ident $index:ident $field:ident default $text:literal) => {
        $reader.with_default($decoder, $crate::source::record::key(stringify!($field)), $index, $text)
    };
    (@read $reader:ident $decoder:ident $index:ident $field:ident many) => {
        $reader.many($decoder, $crate::source::record::key(stringify!($field)))
    };

    (@absent $record:ident $index:ident $type:ty, required) => { None };
    (@absent $record:ident $index:ident $type:ty, optional) => { None };
    (@absent $record:ident $index:ident $type:ty, default $text:literal) => {
        <$type as $crate::source::Decode>::from_default(
            $text,
            $crate::source::Origin::field_default($record, $index),
        )
    };
    (@absent $record:ident $index:ident $type:ty, many) => { Some(<$type>::default()) };

    (@unwrap optional $field:ident) => { $field };
    (@unwrap $presence:ident $field:ident) => { $field? };
}

/// Declares one of a few words, each with its documentation.
///
/// ```text
/// choice! {
///     /// How much a component matters.
///     pub enum Tier as "tier" { Critical = "critical": "pages at night", Standard = "standard": "…" }
/// }
/// ```
#[macro_export]
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        pub enum $type:ident as $name:literal { $($variant:ident = $text:literal : $help:literal),+ $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $(#[doc = $help] $variant),+ }

        impl $type {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($type::$variant => $text),+ }
            }

            /// What it means, in a few words.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $($type::$variant => $help),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl $crate::source::Scalar for $type {
            const SHAPE: $crate::source::shape::ScalarShape = $crate::source::shape::ScalarShape {
                name: $name,
                hint: concat!("one of" $(, " `", $text, "`")+),
                json: $crate::source::shape::JsonType::Text,
                pattern: None,
                range: None,
            };

            fn read(text: &str) -> Result<Self, $crate::source::scalar::Wrong> {
                match text {
                    $($text => Ok($type::$variant),)+
                    _ => Err($crate::source::scalar::unknown_word(text, $name, &[$($text),+])),
                }
            }

            fn write(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed(self.as_str())
            }
        }

        impl $crate::source::Decode for $type {
            fn shape() -> $crate::source::Shape {
                $crate::source::Shape::Choice(&[$(($text, $help)),+])
            }

            fn decode(decoder: &mut $crate::source::Decoder<'_>, node: $crate::source::yaml::NodeId) -> Option<Self> {
                $crate::source::decode::decode_scalar(decoder, node)
            }

            fn from_default(text: &'static str, _: $crate::source::Origin) -> Option<Self> {
                <Self as $crate::source::Scalar>::read(text).ok()
            }
        }
    };
}

/// Makes scalars readable as nodes.
#[macro_export]
macro_rules! scalar_decode {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::source::Decode for $type {
            fn shape() -> $crate::source::Shape {
                $crate::source::Shape::Scalar(<$type as $crate::source::Scalar>::SHAPE)
            }

            fn decode(decoder: &mut $crate::source::Decoder<'_>, node: $crate::source::yaml::NodeId) -> Option<Self> {
                $crate::source::decode::decode_scalar(decoder, node)
            }

            fn from_default(text: &'static str, _: $crate::source::Origin) -> Option<Self> {
                <$type as $crate::source::Scalar>::read(text).ok()
            }
        }
    )*};
}

scalar_decode!(String, bool, u16, u32, u64, f64);
