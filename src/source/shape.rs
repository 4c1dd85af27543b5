//! What a value may look like, as data: the one table from which decoding, JSON Schema and the reference are made.

/// The form of a value.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A scalar with a form of its own.
    Scalar(ScalarShape),
    /// One of a few words.
    Choice(&'static [(&'static str, &'static str)]),
    /// A list of values of one form.
    List(Box<Shape>),
    /// A mapping with keys of the user's own.
    Table {
        /// Form of the keys.
        key: ScalarShape,
        /// Form of the values.
        value: Box<Shape>,
    },
    /// A mapping with known keys.
    Record(&'static RecordShape),
    /// One of several forms.
    OneOf(Vec<Shape>),
    /// The word or null that stands for nothing.
    Null,
}

/// The form of a scalar.
#[derive(Clone, Copy, Debug)]
pub struct ScalarShape {
    /// What it is called in messages and in the reference: `duration`, `name`, `a whole number`.
    pub name: &'static str,
    /// What it looks like, for people.
    pub hint: &'static str,
    /// How JSON holds it.
    pub json: JsonType,
    /// A regular expression that every text of it matches (ECMA 262), where there is one.
    pub pattern: Option<&'static str>,
    /// Bounds of a number.
    pub range: Option<(f64, f64)>,
}

/// The JSON types that a scalar may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonType {
    /// A text.
    Text,
    /// A text, or a number or boolean whose source text is read.
    AnyScalar,
    /// A text, or a number whose source text is read.
    TextOrNumber,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

/// Whether a field must be there, and what holds where it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must be there.
    Required,
    /// It may be absent; what then holds is decided later, or nothing does.
    Optional,
    /// This text is read where it is absent.
    Default(&'static str),
    /// A list or table that is empty where it is absent.
    Many,
}

/// One field of a record.
#[derive(Clone, Copy, Debug)]
pub struct FieldShape {
    /// The key.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
    /// The form of its value.
    pub shape: fn() -> Shape,
}

/// A mapping with known keys.
#[derive(Clone, Copy, Debug)]
pub struct RecordShape {
    /// The record's name in messages, schemas and the reference; unique in the crate.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// Its fields, in the order of the reference.
    pub fields: &'static [FieldShape],
    /// The field that a bare scalar sets.
    pub shorthand: Option<&'static str>,
}

impl Shape {
    /// Calls `visit` for every record that can be reached, each once, outer before inner.
    pub fn visit_records(&self, seen: &mut Vec<&'static RecordShape>) {
        match self {
            Shape::List(inner) => inner.visit_records(seen),
            Shape::Table { value, .. } => value.visit_records(seen),
            Shape::OneOf(shapes) => shapes.iter().for_each(|shape| shape.visit_records(seen)),
            Shape::Record(record) => {
                if !seen.iter().any(|known| known.name == record.name) {
                    seen.push(record);
                    for field in record.fields {
                        (field.shape)().visit_records(seen);
                    }
                }
            }
            Shape::Scalar(_) | Shape::Choice(_) | Shape::Null => {}
        }
    }
}

/// The text of a documentation comment: lines joined, paragraphs apart.
#[must_use]
pub fn prose(doc: &str) -> String {
    let mut out = String::with_capacity(doc.len());
    let mut paragraph = false;
    for line in doc.lines().map(str::trim) {
        if line.is_empty() {
            paragraph = !out.is_empty();
            continue;
        }
        if paragraph {
            out.push_str("\n\n");
        } else if !out.is_empty() {
            out.push(' ');
        }
        paragraph = false;
        out.push_str(line);
    }
    out
}
