//! Shapes as documentation: one Markdown page of every document, record and value form, from the tables of the reader.

use std::fmt::Write;

use super::shape::{FieldShape, JsonType, Presence, RecordShape, ScalarShape, Shape, prose};

/// A document of the reference.
pub struct Section {
    /// Its file's name without `.yaml`.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// The form of its content.
    pub shape: Shape,
}

/// The page of these documents, below a title and an introduction in Markdown. A record that several documents share is
/// described where it stands first.
#[must_use]
pub fn markdown(title: &str, introduction: &str, documents: &[Section]) -> String {
    let mut page = Page::default();
    let _ = writeln!(page.out, "# {title}\n\n{}\n", introduction.trim());
    for document in documents {
        let _ = writeln!(page.out, "- [`{0}.yaml`](#{0}yaml): {1}", document.name, first_sentence(document.doc));
    }
    let _ = writeln!(page.out, "- [Values](#values): the forms that single values have");
    for document in documents {
        page.document(document);
    }
    page.values();
    page.out
}

#[derive(Default)]
struct Page {
    out: String,
    described: Vec<&'static str>,
    values: Vec<ScalarShape>,
}

impl Page {
    fn document(&mut self, document: &Section) {
        let _ = writeln!(self.out, "\n## `{}.yaml`\n\n{}", document.name, prose(document.doc));
        let mut records = Vec::new();
        document.shape.visit_records(&mut records);
        for (index, record) in records.into_iter().enumerate() {
            let outermost = index == 0 && matches!(document.shape, Shape::Record(_));
            if outermost {
                self.fields(record);
            } else if !self.described.contains(&record.name) {
                self.described.push(record.name);
                let _ = writeln!(self.out, "\n### {}\n\n{}", record.name, prose(record.doc));
                if let Some(short) = record.shorthand {
                    let _ = writeln!(self.out, "\nA bare value stands for `{short}` alone.");
                }
                self.fields(record);
            }
        }
    }

    fn fields(&mut self, record: &RecordShape) {
        let _ = writeln!(self.out, "\n| key | value | default | meaning |\n|---|---|---|---|");
        for field in record.fields {
            let shape = (field.shape)();
            let form = self.form(&shape);
            let meaning = meaning(field, &shape);
            let _ = writeln!(self.out, "| `{}` | {form} | {} | {meaning} |", field.name, presence(field));
        }
    }

    /// A form in a few words, with links to where it is described.
    fn form(&mut self, shape: &Shape) -> String {
        match shape {
            Shape::Scalar(scalar) => self.scalar(scalar),
            Shape::Choice(words) => words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(" "),
            Shape::List(element) => format!("list of {}", self.form(element)),
            Shape::Table { key, value } => format!("mapping from {} to {}", self.scalar(key), self.form(value)),
            Shape::Record(record) => format!("[{0}](#{1})", record.name, anchor(record.name)),
            Shape::OneOf(shapes) => {
                let forms: Vec<String> = shapes.iter().map(|shape| self.form(shape)).collect();
                forms.join(", or ")
            }
            Shape::Null => "`null`".to_owned(),
        }
    }

    fn scalar(&mut self, scalar: &ScalarShape) -> String {
        let described = scalar.json != JsonType::Boolean && scalar.name != "text";
        if !described {
            return scalar.name.to_owned();
        }
        if !self.values.iter().any(|known| known.name == scalar.name && known.hint == scalar.hint) {
            self.values.push(*scalar);
        }
        format!("[{}](#values)", scalar.name)
    }

    fn values(&mut self) {
        let _ = writeln!(self.out, "\n## Values\n\n| value | what it looks like |\n|---|---|");
        let mut values = std::mem::take(&mut self.values);
        values.sort_by_key(|value| value.name);
        for value in values {
            let _ = writeln!(self.out, "| {} | {} |", value.name, cell(value.hint));
        }
    }
}

fn presence(field: &FieldShape) -> String {
    match field.presence {
        Presence::Required => "required".to_owned(),
        Presence::Optional => String::new(),
        Presence::Default(text) => format!("`{text}`"),
        Presence::Many => "none".to_owned(),
    }
}

/// What a field is for, and what each of its words means.
fn meaning(field: &FieldShape, shape: &Shape) -> String {
    let mut out = cell(&prose(field.doc));
    for (word, doc) in words(shape) {
        let _ = write!(out, "<br>`{word}`: {}", cell(&prose(doc)));
    }
    out
}

fn words(shape: &Shape) -> Vec<(&'static str, &'static str)> {
    match shape {
        Shape::Choice(words) => words.to_vec(),
        Shape::List(element) => words(element),
        Shape::Table { value, .. } => words(value),
        Shape::OneOf(shapes) => shapes.iter().flat_map(words).collect(),
        Shape::Scalar(_) | Shape::Record(_) | Shape::Null => Vec::new(),
    }
}

/// A text as the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace("\n\n", "<br>").replace('\n', " ")
}

/// The anchor that Markdown viewers give a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

fn first_sentence(doc: &str) -> String {
    let doc = prose(doc);
    let end = doc.find(". ").or_else(|| doc.find(".\n")).unwrap_or(doc.len());
    doc[..end].trim_end_matches('.').to_owned()
}

#[cfg(test)]
#[allow(dead_code, unreachable_pub, reason = "the macros make types for a whole crate")]
mod tests {
    use super::*;
    use crate::ir::value::Duration;
    use crate::source::{Decode, Table, Traced};
    use crate::{choice, record};

    choice! {
        /// How loud it is.
        pub enum Volume as "volume" { Soft = "soft": "a|b", Loud = "loud": "heard far" }
    }

    record! {
        /// One part of a song.
        pub struct Verse as "verse of a song" {
            /// How long it takes.
            length: Traced<Duration>, default "30s";
        }
        shorthand length
    }

    record! {
        /// A song. It is sung.
        ///
        /// Or whistled.
        pub struct Song as "song" {
            /// How loud.
            volume: Traced<Volume>, required;
            /// Its verses.
            verses: Vec<Verse>, many;
            /// Verses by name.
            named: Table<String, Verse>, optional;
        }
    }

    #[test]
    fn a_page_links_each_part_to_its_description() {
        let song = Section { name: "song", doc: Song::SHAPE.doc, shape: Song::shape() };
        let again = Section { name: "hymn", doc: " Another.\n", shape: Verse::shape() };
        let expected = "\
# Songs

What is sung.

- [`song.yaml`](#songyaml): A song
- [`hymn.yaml`](#hymnyaml): Another
- [Values](#values): the forms that single values have

## `song.yaml`

A song. It is sung.

Or whistled.

| key | value | default | meaning |
|---|---|---|---|
| `volume` | `soft` `loud` | required | How loud.<br>`soft`: a\\|b<br>`loud`: heard far |
| `verses` | list of [verse of a song](#verse-of-a-song) | none | Its verses. |
| `named` | mapping from text to [verse of a song](#verse-of-a-song) |  | Verses by name. |

### verse of a song

One part of a song.

A bare value stands for `length` alone.

| key | value | default | meaning |
|---|---|---|---|
| `length` | [duration](#values) | `30s` | How long it takes. |

## `hymn.yaml`

Another.

| key | value | default | meaning |
|---|---|---|---|
| `length` | [duration](#values) | `30s` | How long it takes. |

## Values

| value | what it looks like |
|---|---|
| duration | a whole number with a unit: `300ms` `90s` `15m` `12h` `7d` `4w` |
";
        assert_eq!(markdown("Songs", "What is sung.\n", &[song, again]), expected);
    }
}
