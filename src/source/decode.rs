//! Nodes to typed values. Every error is recorded and decoding goes on, so that one run reports them all.

use std::collections::HashSet;
use std::sync::Arc;

use super::guess::sureness;
use super::origin::{OriginKind, record_hash};
use super::scalar::{Scalar, Wrong, shown};
use super::shape::{JsonType, RecordShape, ScalarShape, Shape};
use super::yaml::{FEW_KEYS, NodeId, NodeKind, PROBLEM_LIMIT, Tree};
use super::{Apart, FileId, Fix, Origin, Problem, ProblemKind, Safety, SourceFile, Span, Table, Traced};

/// A value that can be read from a node.
pub trait Decode: Sized {
    /// The form of the value; the same table that the schema and the reference are made of.
    fn shape() -> Shape;

    /// Reads a node; what is wrong is recorded, and `None` returned where no value can be made.
    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self>;

    /// Reads the text of a default. Only scalars have defaults.
    fn from_default(_text: &'static str, _origin: Origin) -> Option<Self> {
        None
    }

    /// Whether `null` is a value of its own (an override that removes), rather than the same as leaving the key out.
    const TAKES_NULL: bool = false;
}

/// Reads one file's nodes.
pub struct Decoder<'a> {
    file: &'a SourceFile,
    tree: &'a Tree,
    id: FileId,
    problems: Vec<Problem>,
    fuel: u64,
}

impl<'a> Decoder<'a> {
    /// A decoder of a file.
    #[must_use]
    pub fn new(id: FileId, file: &'a SourceFile) -> Decoder<'a> {
        // Aliases are read again at each use: what they add is bounded by a multiple of what was written.
        let tree = file.tree();
        let fuel = tree.len() as u64 * 16 + 100_000;
        Decoder { file, tree, id, problems: Vec::new(), fuel }
    }

    /// Reads the whole file as one value. An empty file is an empty mapping.
    pub fn document<T: Decode>(&mut self) -> Option<T> {
        match self.tree().root() {
            Some(root) => T::decode(self, root),
            None if !self.tree().is_complete() => None,
            None => {
                let span = Span { file: self.id, start: 0, end: 0 };
                self.problem(
                    Problem::new(ProblemKind::WrongType, span, "the file is empty", "nothing stands here")
                        .help("write its keys, or remove the file"),
                );
                None
            }
        }
    }

    /// What was found wrong.
    #[must_use]
    pub fn finish(self) -> Vec<Problem> {
        self.problems
    }

    /// Records a problem.
    pub fn problem(&mut self, problem: Problem) {
        if self.problems.len() < PROBLEM_LIMIT {
            self.problems.push(problem);
        } else if self.fuel > 0 {
            // Nobody reads more than these, and finding each costs time.
            self.fuel = 0;
            let message = format!("more than {PROBLEM_LIMIT} problems in this file");
            let label = "the reader stopped here";
            self.problems
                .push(Problem::new(ProblemKind::TooLarge, problem.span, message, label).help("mend those above first"));
        }
    }

    /// Adds what to do to the last problem.
    fn help(&mut self, help: &str) {
        if let Some(last) = self.problems.last_mut() {
            last.help = Some(help.to_owned());
        }
    }

    /// The nodes.
    #[must_use]
    pub fn tree(&self) -> &'a Tree {
        self.tree
    }

    /// The place of a node.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Span {
        let mut span = self.tree.span(node);
        span.file = self.id;
        span
    }

    /// The origin of what a node says.
    #[must_use]
    pub fn origin(&self, node: NodeId) -> Origin {
        Origin::node(self.file.node_base + node)
    }

    /// A scalar's text and whether it was plain.
    #[must_use]
    pub fn scalar(&self, node: NodeId) -> Option<(&'a str, bool)> {
        self.tree.scalar(&self.file.text, node)
    }

    /// What a node is, for messages.
    #[must_use]
    pub fn found(&self, node: NodeId) -> String {
        match self.tree().kind(node) {
            NodeKind::Null => "nothing".to_owned(),
            NodeKind::List(..) => "a list".to_owned(),
            NodeKind::Mapping(..) => "a mapping".to_owned(),
            NodeKind::Scalar(..) | NodeKind::Alias(_) => {
                self.scalar(node).map_or_else(String::new, |(text, _)| format!("`{}`", shown(text)))
            }
        }
    }

    /// Records that a node is of another type.
    pub fn wrong_type(&mut self, node: NodeId, expected: &str) {
        let message = format!("expected {expected}, found {}", self.found(node));
        let span = self.span(node);
        self.problem(Problem::new(ProblemKind::WrongType, span, message, format!("expected {expected}")));
    }

    /// The fix that replaces a scalar: one that stands here itself, plain or in quotes on one line.
    fn replace(&self, node: NodeId, safety: Safety, text: &str) -> Option<Fix> {
        if self.tree().resolve(node) != node {
            return None;
        }
        let span = self.span(node);
        let written = self.file.text.get(span.start as usize..span.end as usize)?;
        let quoted = |quote: char| written.len() > 1 && written.starts_with(quote) && written.ends_with(quote);
        let whole = quoted('"') || quoted('\'') || self.scalar(node) == Some((written, true));
        (whole && !written.contains('\n')).then(|| Fix::new(safety, span, text))
    }

    fn burn(&mut self, node: NodeId) -> bool {
        if self.fuel == 0 {
            return false;
        }
        self.fuel -= 1;
        if self.fuel == 0 {
            let span = self.span(node);
            self.problem(
                Problem::new(
                    ProblemKind::TooLarge,
                    span,
                    "aliases make this file too large",
                    "the limit is reached here",
                )
                .help("write the values out: an alias is read again each time it is used"),
            );
        }
        self.fuel > 0
    }
}

/// Reads a scalar node as `T`.
pub fn decode_scalar<T: Scalar>(decoder: &mut Decoder<'_>, node: NodeId) -> Option<T> {
    if !decoder.burn(node) {
        return None;
    }
    let shape = T::SHAPE;
    let Some((text, plain)) = decoder.scalar(node) else {
        decoder.wrong_type(node, &expected(&shape));
        return None;
    };
    let strict = matches!(shape.json, JsonType::Number | JsonType::Integer | JsonType::Boolean);
    if strict && !plain {
        let span = decoder.span(node);
        let problem = Problem::new(
            ProblemKind::WrongType,
            span,
            format!("expected {}, found the text `{}`", expected(&shape), shown(text)),
            format!("expected {}", expected(&shape)),
        );
        let problem = match T::read(text) {
            Ok(_) => problem.help("remove the quotes").fix(decoder.replace(node, Safety::Safe, text)),
            Err(Wrong { instead: Some((safety, text)), .. }) => {
                problem.help(format!("write `{}`", shown(&text))).fix(decoder.replace(node, safety, &text))
            }
            Err(_) => problem,
        };
        decoder.problem(problem);
        return None;
    }
    match T::read(text) {
        Ok(value) => Some(value),
        Err(wrong) => {
            let span = decoder.span(node);
            // A number out of range is of the right type, a word is not.
            let kind =
                if strict && text.parse::<f64>().is_err() { ProblemKind::WrongType } else { ProblemKind::BadValue };
            let mut problem = Problem::new(kind, span, wrong.message, format!("expected {}", expected(&shape)));
            problem.help = wrong.help.or_else(|| Some(format!("write {}", shape.hint)));
            problem.fix = wrong.instead.and_then(|(safety, text)| decoder.replace(node, safety, &text));
            decoder.problem(problem);
            None
        }
    }
}

fn expected(shape: &ScalarShape) -> String {
    let article = match shape.name {
        "text" | "cpu" => "",
        name if name.starts_with(['a', 'e', 'i', 'o', 'u']) => "an ",
        _ => "a ",
    };
    format!("{article}{}", shape.name)
}

impl<T: Decode> Decode for Traced<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        let origin = decoder.origin(node);
        T::decode(decoder, node).map(|value| Traced { value, origin })
    }

    fn from_default(text: &'static str, origin: Origin) -> Option<Self> {
        T::from_default(text, origin).map(|value| Traced { value, origin })
    }

    const TAKES_NULL: bool = T::TAKES_NULL;
}

impl<T: Decode> Decode for Apart<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        T::decode(decoder, node).map(Apart::from)
    }

    fn from_default(text: &'static str, origin: Origin) -> Option<Self> {
        T::from_default(text, origin).map(Apart::from)
    }

    const TAKES_NULL: bool = T::TAKES_NULL;
}

impl<T: Decode> Decode for Arc<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        T::decode(decoder, node).map(Arc::new)
    }

    const TAKES_NULL: bool = T::TAKES_NULL;
}

impl<T: Decode> Decode for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        if !decoder.burn(node) {
            return None;
        }
        let Some(list) = decoder.tree().list(node) else {
            decoder.wrong_type(node, "a list");
            match decoder.scalar(node) {
                Some((text, true)) if text.starts_with('-') && text.len() > 1 => {
                    decoder.help("write a space after each `-`");
                }
                Some(_) => decoder.help("put the value into a list: `[…]`"),
                None => {}
            }
            return None;
        };
        let mut out = Vec::with_capacity(list.len());
        for element in list {
            if decoder.tree().is_null(*element) && !T::TAKES_NULL {
                decoder.wrong_type(*element, "a value");
            } else if let Some(value) = T::decode(decoder, *element) {
                out.push(value);
            }
            if decoder.fuel == 0 {
                break;
            }
        }
        Some(out)
    }
}

impl<K: Scalar, V: Decode> Decode for Table<K, V> {
    fn shape() -> Shape {
        Shape::Table { key: K::SHAPE, value: Box::new(V::shape()) }
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        let fields = mapping(decoder, node)?;
        let mut table = Table { entries: Vec::with_capacity(fields.len()), origin: Some(decoder.origin(node)) };
        for Entry { key, value, .. } in fields {
            let Some(name) = decode_scalar::<K>(decoder, key) else { continue };
            let name = Traced { value: name, origin: decoder.origin(key) };
            if decoder.tree().is_null(value) && !V::TAKES_NULL {
                decoder.wrong_type(value, "a value");
            } else if let Some(value) = V::decode(decoder, value) {
                table.entries.push((name, value));
            }
            if decoder.fuel == 0 {
                break;
            }
        }
        Some(table)
    }
}

/// A mapping's entries with merge keys (`<<`) resolved: what stands in the mapping itself wins, then the first merge.
fn mapping<'a>(decoder: &mut Decoder<'a>, node: NodeId) -> Option<Vec<Entry<'a>>> {
    if !decoder.burn(node) {
        return None;
    }
    let Some(entries) = decoder.tree().entries(node) else {
        decoder.wrong_type(node, "a mapping");
        // `a:1` is one text.
        if decoder.scalar(node).is_some_and(|(text, plain)| plain && text.contains(':')) {
            decoder.help("write a space after the `:`");
        }
        return None;
    };
    let mut own = Entries::with_capacity(entries.len());
    let mut merges = Vec::new();
    for (key, value) in entries {
        match decoder.scalar(key) {
            Some(("<<", true)) => merges.push(value),
            // Where a key stands twice, the tree has reported it, and the first one holds.
            Some((text, _)) => own.add(text, key, value),
            None => {
                decoder.wrong_type(key, "a key");
                if matches!(decoder.tree().kind(key), NodeKind::Mapping(..)) {
                    decoder.help("put a text that begins with `{` into quotes");
                }
            }
        }
    }
    while let Some(merge) = merges.pop() {
        if !decoder.burn(merge) {
            break;
        }
        if let Some(list) = decoder.tree().list(merge) {
            merges.extend(list.iter().rev());
        } else if let Some(entries) = decoder.tree().entries(merge) {
            for (key, value) in entries {
                if !decoder.burn(key) {
                    break;
                }
                match decoder.scalar(key) {
                    Some(("<<", true)) => merges.push(value),
                    Some((text, _)) => own.add(text, key, value),
                    None => decoder.wrong_type(key, "a key"),
                }
            }
        } else {
            let span = decoder.span(merge);
            let message = format!("expected a mapping to merge, found {}", decoder.found(merge));
            decoder.problem(Problem::new(ProblemKind::BadReference, span, message, "merged here"));
        }
    }
    Some(own.entries)
}

/// The entries of a mapping while they are collected, no key twice.
struct Entries<'a> {
    entries: Vec<Entry<'a>>,
    /// The keys, once there are more than a few.
    known: HashSet<&'a str>,
}

/// One entry of a mapping. Its key is looked up once: readers ask for it often.
struct Entry<'a> {
    text: &'a str,
    key: NodeId,
    value: NodeId,
    used: bool,
}

impl<'a> Entries<'a> {
    fn with_capacity(count: usize) -> Entries<'a> {
        Entries { entries: Vec::with_capacity(count), known: HashSet::new() }
    }

    /// Adds an entry unless its key is known.
    fn add(&mut self, text: &'a str, key: NodeId, value: NodeId) {
        if self.entries.len() <= FEW_KEYS {
            if self.entries.iter().any(|entry| entry.text == text) {
                return;
            }
        } else {
            if self.known.is_empty() {
                self.known.extend(self.entries.iter().map(|entry| entry.text));
            }
            if !self.known.insert(text) {
                return;
            }
        }
        self.entries.push(Entry { text, key, value, used: false });
    }
}

/// A mapping with known keys while it is read; made by the code that `record!` writes.
pub struct RecordReader<'a> {
    node: NodeId,
    entries: Vec<Entry<'a>>,
    shape: &'static RecordShape,
    hash: u32,
}

impl<'a> RecordReader<'a> {
    /// Opens a node as a record. A bare scalar becomes the record's shorthand field.
    pub fn open(decoder: &mut Decoder<'a>, node: NodeId, shape: &'static RecordShape) -> Option<RecordReader<'a>> {
        let entries = mapping(decoder, node)?;
        Some(RecordReader { node, entries, shape, hash: record_hash(shape.name) })
    }

    /// A bare scalar as the record whose shorthand field it sets.
    #[must_use]
    pub fn shorthand(node: NodeId, shape: &'static RecordShape) -> RecordReader<'a> {
        RecordReader { node, entries: Vec::new(), shape, hash: record_hash(shape.name) }
    }

    /// The node of a field's value.
    fn take(&mut self, decoder: &Decoder<'_>, name: &str) -> Option<NodeId> {
        if self.entries.is_empty() && self.shape.shorthand == Some(name) && decoder.scalar(self.node).is_some() {
            return Some(self.node);
        }
        let entry = self.entries.iter_mut().find(|entry| entry.text == name)?;
        entry.used = true;
        Some(entry.value)
    }

    /// A field that may be absent; null is the same as absent where the type has no use for it.
    pub fn optional<T: Decode>(&mut self, decoder: &mut Decoder<'_>, name: &'static str) -> Option<T> {
        let node = self.take(decoder, name)?;
        if decoder.tree().is_null(node) && !T::TAKES_NULL {
            return None;
        }
        T::decode(decoder, node)
    }

    /// A field that must be there.
    pub fn required<T: Decode>(&mut self, decoder: &mut Decoder<'_>, name: &'static str) -> Option<T> {
        match self.take(decoder, name) {
            Some(node) if !decoder.tree().is_null(node) || T::TAKES_NULL => T::decode(decoder, node),
            Some(node) => {
                let span = decoder.span(node);
                let message = format!("`{name}` of {} has no value", with_article(self.shape.name));
                decoder.problem(Problem::new(ProblemKind::MissingKey, span, message, "a value belongs here"));
                None
            }
            None if decoder.tree().is_cut(self.node) => None,
            None => {
                // The first key is where people look; the whole mapping would be pages long.
                let first = self.entries.first().map_or(self.node, |entry| entry.key);
                let span = decoder.span(first);
                let message = format!("{} needs `{name}`", with_article(self.shape.name));
                decoder.problem(
                    Problem::new(
                        ProblemKind::MissingKey,
                        span,
                        message,
                        format!("`{name}` is missing in this mapping"),
                    )
                    .help(format!("add `{name}: …`{}", self.doc_of(name))),
                );
                None
            }
        }
    }

    /// A field with a default.
    pub fn with_default<T: Decode>(
        &mut self,
        decoder: &mut Decoder<'_>,
        name: &'static str,
        index: u8,
        text: &'static str,
    ) -> Option<T> {
        match self.take(decoder, name) {
            Some(node) if !decoder.tree().is_null(node) => T::decode(decoder, node),
            _ => T::from_default(text, Origin::field_default(self.hash, index)),
        }
    }

    /// A list or table that is empty where it is absent.
    pub fn many<T: Decode + Default>(&mut self, decoder: &mut Decoder<'_>, name: &'static str) -> Option<T> {
        match self.take(decoder, name) {
            Some(node) if !decoder.tree().is_null(node) => T::decode(decoder, node),
            _ => Some(T::default()),
        }
    }

    /// Reports the keys that nobody asked for. Keys beginning with `x-` are the user's own.
    pub fn finish(self, decoder: &mut Decoder<'_>) {
        let present: Vec<&str> = self.entries.iter().map(|entry| entry.text).collect();
        for Entry { text, key, used, .. } in self.entries {
            if used || text.starts_with("x-") {
                continue;
            }
            if decoder.fuel == 0 {
                break;
            }
            let names: Vec<&str> = self.shape.fields.iter().map(|field| field.name).collect();
            let near = nearest(text, names.iter().copied());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys: {}", list_of(&names)),
            };
            // A key that stands there already can't be what was meant.
            let fix = near
                .filter(|near| !present.contains(near))
                .and_then(|near| decoder.replace(key, sureness(text, near, names.iter().copied()), near));
            let span = decoder.span(key);
            let message = format!("unknown key `{}` in {}", shown(text), with_article(self.shape.name));
            let problem = Problem::new(ProblemKind::UnknownKey, span, message, "not a key of this mapping");
            decoder.problem(problem.help(help).fix(fix));
        }
    }

    fn doc_of(&self, name: &str) -> String {
        let doc = self.shape.fields.iter().find(|field| field.name == name).map_or("", |field| field.doc);
        let first = doc.trim().split(['\n', '.']).next().unwrap_or_default();
        if first.is_empty() { String::new() } else { format!(" ({})", first.trim().to_lowercase()) }
    }
}

/// `a port`, `an SLO`: a record's name with its article.
#[must_use]
pub fn with_article(name: &str) -> String {
    let plural = name.ends_with('s') && !name.ends_with("ss");
    let vowel = name.starts_with(['a', 'e', 'i', 'o']) || name.starts_with("SLO");
    match (plural, vowel) {
        (true, _) => name.to_owned(),
        (false, true) => format!("an {name}"),
        (false, false) => format!("a {name}"),
    }
}

/// Words in backticks, separated by commas.
#[must_use]
pub fn list_of(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The name that a user most probably meant.
#[must_use]
pub fn nearest<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if text.len() > 80 {
        return None;
    }
    let wanted = text.to_lowercase();
    let length = wanted.chars().count();
    names
        .into_iter()
        .filter_map(|name| {
            let limit = (1 + name.len().max(text.len()) / 4).min(name.len().saturating_sub(1));
            // Most names are too long or too short to be near: that costs no comparison.
            if name.chars().count().abs_diff(length) > limit {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&wanted, &name.to_lowercase());
            (distance <= limit).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| name)
}

/// The field of a record that an origin names, when it is a field's default.
#[must_use]
pub fn default_field(origin: Origin, records: &[&'static RecordShape]) -> Option<(&'static str, &'static str)> {
    let OriginKind::FieldDefault { record, field } = origin.kind() else { return None };
    let shape = records.iter().find(|shape| record_hash(shape.name) == record)?;
    shape.fields.get(field as usize).map(|field| (shape.name, field.name))
}
