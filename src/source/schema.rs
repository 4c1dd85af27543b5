//! A shape as a JSON Schema, draft 2020-12, for editors.
//!
//! It never refuses what the reader takes: a field that may be left out may be null, and a text that the reader takes
//! from a plain number may be a number.

use serde_json::{Map, Value, json};

use super::shape::{FieldShape, JsonType, Presence, RecordShape, ScalarShape, Shape, prose};

/// The schema of a document: `name` is its file's name without `.yaml`, `doc` says what it is for.
#[must_use]
pub fn json_schema(name: &str, doc: &str, shape: &Shape) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("$id".to_owned(), json!(format!("urn:pathc:schema:{name}")));
    schema.insert("title".to_owned(), json!(format!("{name}.yaml")));
    schema.insert("description".to_owned(), json!(prose(doc)));
    let mut records = Vec::new();
    shape.visit_records(&mut records);
    if let Shape::Record(document) = shape {
        schema.extend(object(document));
        // The outermost record is the document itself.
        records.remove(0);
    } else {
        schema.extend(value(shape));
    }
    if !records.is_empty() {
        let definitions: Map<String, Value> =
            records.into_iter().map(|record| (definition(record), Value::Object(whole(record)))).collect();
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    Value::Object(schema)
}

/// The key of a record below `$defs`.
fn definition(record: &RecordShape) -> String {
    record.name.replace(' ', "-")
}

/// A record with its description, and with the bare scalar that may stand for it.
fn whole(record: &RecordShape) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("title".to_owned(), json!(record.name));
    out.insert("description".to_owned(), json!(prose(record.doc)));
    let short = record.shorthand.and_then(|name| record.fields.iter().find(|field| field.name == name));
    match short {
        Some(field) => {
            let bare = Value::Object(value(&(field.shape)()));
            out.insert("oneOf".to_owned(), json!([bare, Value::Object(object(record))]));
        }
        None => out.extend(object(record)),
    }
    out
}

fn object(record: &RecordShape) -> Map<String, Value> {
    let properties: Map<String, Value> =
        record.fields.iter().map(|field| (field.name.to_owned(), Value::Object(property(field)))).collect();
    let required: Vec<&str> =
        record.fields.iter().filter(|field| field.presence == Presence::Required).map(|field| field.name).collect();
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("object"));
    out.insert("properties".to_owned(), Value::Object(properties));
    out.insert("patternProperties".to_owned(), json!({"^x-": true}));
    if !required.is_empty() {
        out.insert("required".to_owned(), json!(required));
    }
    out.insert("additionalProperties".to_owned(), json!(false));
    out
}

fn property(field: &FieldShape) -> Map<String, Value> {
    let shape = (field.shape)();
    let mut out = Map::new();
    out.insert("description".to_owned(), json!(prose(field.doc)));
    let form = value(&shape);
    out.extend(if field.presence == Presence::Required { form } else { nullable(form) });
    if let Presence::Default(text) = field.presence {
        out.insert("default".to_owned(), default(&shape, text));
    }
    out
}

/// A default as the JSON value that its text stands for.
fn default(shape: &Shape, text: &str) -> Value {
    let json = match shape {
        Shape::Scalar(scalar) => scalar.json,
        Shape::OneOf(shapes) => return shapes.first().map_or(Value::Null, |first| default(first, text)),
        _ => JsonType::Text,
    };
    match json {
        JsonType::Number | JsonType::Integer | JsonType::Boolean => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        JsonType::Text | JsonType::TextOrNumber | JsonType::AnyScalar => json!(text),
    }
}

fn value(shape: &Shape) -> Map<String, Value> {
    let form = match shape {
        Shape::Scalar(shape) => return scalar(shape),
        Shape::Choice(words) => {
            let words: Vec<Value> =
                words.iter().map(|(word, doc)| json!({"const": word, "description": prose(doc)})).collect();
            json!({"oneOf": words})
        }
        Shape::List(element) => json!({"type": "array", "items": Value::Object(value(element))}),
        Shape::Table { key, value: element } => {
            let mut form = json!({"type": "object", "additionalProperties": Value::Object(value(element))});
            if let Some(pattern) = key.pattern {
                form["propertyNames"] = json!({"pattern": pattern});
            }
            form
        }
        Shape::Record(record) => json!({"$ref": format!("#/$defs/{}", definition(record))}),
        // The forms may overlap: a name and a text both take a word.
        Shape::OneOf(shapes) => {
            let forms: Vec<Value> = shapes.iter().map(|shape| Value::Object(value(shape))).collect();
            json!({"anyOf": forms})
        }
        Shape::Null => json!({"type": "null"}),
    };
    match form {
        Value::Object(form) => form,
        _ => Map::new(),
    }
}

fn scalar(shape: &ScalarShape) -> Map<String, Value> {
    let types = match shape.json {
        JsonType::Text => json!("string"),
        JsonType::AnyScalar => json!(["string", "number", "boolean"]),
        JsonType::TextOrNumber => json!(["string", "number"]),
        JsonType::Number => json!("number"),
        JsonType::Integer => json!("integer"),
        JsonType::Boolean => json!("boolean"),
    };
    let mut out = Map::new();
    out.insert("type".to_owned(), types);
    if let Some(pattern) = shape.pattern {
        out.insert("pattern".to_owned(), json!(pattern));
    }
    if let Some((least, most)) = shape.range {
        out.insert("minimum".to_owned(), number(least));
        // Past 53 bits a bound would not be exact, and no number of ours comes near it.
        if most < 9_007_199_254_740_992.0 {
            out.insert("maximum".to_owned(), number(most));
        }
    }
    out
}

fn number(bound: f64) -> Value {
    if bound.fract() == 0.0 { json!(bound as i64) } else { json!(bound) }
}

/// The same form, or null.
fn nullable(mut form: Map<String, Value>) -> Map<String, Value> {
    match form.get_mut("type") {
        Some(Value::Array(types)) => types.push(json!("null")),
        Some(kind) => *kind = json!([kind.clone(), "null"]),
        None => {
            for key in ["oneOf", "anyOf"] {
                if let Some(Value::Array(forms)) = form.get_mut(key) {
                    forms.push(json!({"type": "null"}));
                    return form;
                }
            }
            form = Map::from_iter([("anyOf".to_owned(), json!([Value::Object(form), {"type": "null"}]))]);
        }
    }
    form
}

#[cfg(test)]
#[allow(dead_code, unreachable_pub, reason = "the macros make types for a whole crate")]
mod tests {
    use super::*;
    use crate::source::{Decode, Table, Traced};
    use crate::{choice, record};

    choice! {
        /// How traffic enters.
        pub enum Door as "door" { Front = "front": "where guests come", Back = "back": "where goods come" }
    }

    record! {
        /// A window
        /// of a house.
        pub struct Window as "window pane" {
            /// What it is called.
            name: Traced<String>, required;
            /// How wide it is.
            width: Traced<u16>, default "60";
        }
        shorthand name
    }

    record! {
        /// A house.
        pub struct House as "house" {
            /// The door.
            door: Traced<Door>, default "front";
            /// The windows.
            windows: Vec<Window>, many;
            /// Notes of the user's own.
            notes: Table<String, Traced<bool>>, many;
            /// The best window.
            best: Window, optional;
            /// How warm it is.
            warmth: Traced<f64>, required;
        }
    }

    #[test]
    fn a_record_becomes_a_schema_with_its_parts_below_it() {
        assert_eq!(
            json_schema("house", " Where people live.\n", &House::shape()),
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": "urn:pathc:schema:house",
                "title": "house.yaml",
                "description": "Where people live.",
                "type": "object",
                "properties": {
                    "door": {
                        "description": "The door.",
                        "oneOf": [
                            {"const": "front", "description": "where guests come"},
                            {"const": "back", "description": "where goods come"},
                            {"type": "null"},
                        ],
                        "default": "front",
                    },
                    "windows": {
                        "description": "The windows.",
                        "type": ["array", "null"],
                        "items": {"$ref": "#/$defs/window-pane"},
                    },
                    "notes": {
                        "description": "Notes of the user's own.",
                        "type": ["object", "null"],
                        "additionalProperties": {"type": "boolean"},
                    },
                    "best": {
                        "description": "The best window.",
                        "anyOf": [{"$ref": "#/$defs/window-pane"}, {"type": "null"}],
                    },
                    "warmth": {"description": "How warm it is.", "type": "number"},
                },
                "patternProperties": {"^x-": true},
                "required": ["warmth"],
                "additionalProperties": false,
                "$defs": {
                    "window-pane": {
                        "title": "window pane",
                        "description": "A window of a house.",
                        "oneOf": [
                            {"type": ["string", "number", "boolean"]},
                            {
                                "type": "object",
                                "properties": {
                                    "name": {"description": "What it is called.", "type": ["string", "number", "boolean"]},
                                    "width": {
                                        "description": "How wide it is.",
                                        "type": ["integer", "null"],
                                        "minimum": 0,
                                        "maximum": 65535,
                                        "default": 60,
                                    },
                                },
                                "patternProperties": {"^x-": true},
                                "required": ["name"],
                                "additionalProperties": false,
                            },
                        ],
                    },
                },
            })
        );
    }
}
