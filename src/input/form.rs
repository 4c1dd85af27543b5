//! Forms that several documents share: a name or a number of a port, a value that may be null.

use std::borrow::Cow;

use crate::ir::value::{Name, PortNumber};
use crate::scalar_decode;
use crate::source::scalar::Wrong;
use crate::source::shape::{JsonType, ScalarShape};
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Origin, Scalar, Shape};

/// A port of a component as it is written: its name, or its number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PortKey {
    /// The port's name.
    Name(Name),
    /// The port's number.
    Number(PortNumber),
}

impl Scalar for PortKey {
    const SHAPE: ScalarShape = ScalarShape {
        name: "port",
        hint: "the name of a port, or its number",
        json: JsonType::AnyScalar,
        pattern: None,
        range: None,
    };

    fn read(text: &str) -> Result<Self, Wrong> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            PortNumber::read(text).map(PortKey::Number)
        } else {
            Name::read(text).map(PortKey::Name)
        }
    }

    fn write(&self) -> Cow<'_, str> {
        match self {
            PortKey::Name(name) => name.write(),
            PortKey::Number(number) => number.write(),
        }
    }
}

scalar_decode!(PortKey);

/// A value, or the null that stands for having none.
#[derive(Clone, Debug)]
pub struct Nullable<T> {
    /// The value; none: null was written.
    pub value: Option<T>,
    /// Where either stands.
    pub origin: Origin,
}

impl<T: Decode> Decode for Nullable<T> {
    const TAKES_NULL: bool = true;

    fn shape() -> Shape {
        Shape::OneOf(vec![T::shape(), Shape::Null])
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        let origin = decoder.origin(node);
        if decoder.tree().is_null(node) {
            return Some(Nullable { value: None, origin });
        }
        T::decode(decoder, node).map(|value| Nullable { value: Some(value), origin })
    }
}
