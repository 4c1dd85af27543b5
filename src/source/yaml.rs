//! A YAML text as an arena of nodes with exact byte ranges.
//!
//! Built from the parser's events in one pass. Aliases stay numbers and are never expanded here, so that a text costs
//! what it is long; an alias to a node that is still open (`&a [*a]`) is refused. Depth and size are limited.

use std::collections::BTreeMap;
use std::collections::hash_map::{Entry, HashMap};

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::scalar::shown;
use super::syntax;
use super::text::mark_length;
use super::{FileId, Problem, ProblemKind, Span};

/// The number of a node in its tree.
pub type NodeId = u32;

/// Nesting deeper than this is refused.
pub const DEPTH_LIMIT: usize = 100;

/// More problems than this of one file are not reported.
pub const PROBLEM_LIMIT: usize = 1000;

/// Mappings with no more keys than this are searched without a table.
pub(super) const FEW_KEYS: usize = 12;

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A plain `null`, `~` or nothing.
    Null,
    /// A scalar: its value, and whether it was written plain.
    Scalar(Text, Plain),
    /// A list: a range of the tree's children.
    List(u32, u32),
    /// A mapping: a range of the tree's children, keys and values in turn.
    Mapping(u32, u32),
    /// Another node.
    Alias(NodeId),
}

/// Whether a scalar was written without quotes, block markers and tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plain(pub bool);

/// A scalar's value: a piece of the source where it stands there as it is, else a text of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    /// `start..end` of the source.
    Source(u32, u32),
    /// Escapes or line folding made another text.
    Own(Box<str>),
}

#[derive(Clone, Debug)]
struct Node {
    kind: NodeKind,
    start: u32,
    end: u32,
}

/// The nodes of one document.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The file that the tree is of.
    pub file: FileId,
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    root: Option<NodeId>,
    cut: Cut,
}

/// What of a text could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Cut {
    /// Nothing: all was read.
    #[default]
    Nowhere,
    /// The text is not known at all.
    Unread,
    /// An error ended it while these collections were open.
    Inside(Vec<NodeId>),
}

struct Frame {
    node: NodeId,
    first: usize,
    mapping: bool,
    anchor: usize,
}

impl Tree {
    /// The tree of a file that can't be read.
    #[must_use]
    pub fn unread(file: FileId) -> Tree {
        Tree { file, cut: Cut::Unread, ..Tree::default() }
    }

    /// Whether the text was read to its end. What is missing in a tree that is not complete may well be written.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.cut == Cut::Nowhere
    }

    /// Whether an error ended the text inside of this collection, so that its other entries are not known.
    #[must_use]
    pub fn is_cut(&self, id: NodeId) -> bool {
        match &self.cut {
            Cut::Nowhere => false,
            Cut::Unread => true,
            Cut::Inside(open) => open.contains(&id),
        }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The root of the document; a text of comments alone has none.
    #[must_use]
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// The byte range of a node.
    #[must_use]
    pub fn node_range(&self, id: NodeId) -> Option<(u32, u32)> {
        self.nodes.get(id as usize).map(|node| (node.start, node.end))
    }

    /// The span of a node.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        let (start, end) = self.node_range(id).unwrap_or_default();
        Span { file: self.file, start, end }
    }

    /// The node that an alias stands for, or the node itself.
    #[must_use]
    pub fn resolve(&self, mut id: NodeId) -> NodeId {
        // Aliases only point back to nodes that were complete, so this ends.
        while let NodeKind::Alias(to) = self.nodes[id as usize].kind {
            id = to;
        }
        id
    }

    /// What a node is, through aliases.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> &NodeKind {
        &self.nodes[self.resolve(id) as usize].kind
    }

    /// The elements of a list, through aliases.
    #[must_use]
    pub fn list(&self, id: NodeId) -> Option<&[NodeId]> {
        match *self.kind(id) {
            NodeKind::List(from, to) => self.children.get(from as usize..to as usize),
            _ => None,
        }
    }

    /// The keys and values of a mapping, through aliases.
    pub fn entries(&self, id: NodeId) -> Option<impl ExactSizeIterator<Item = (NodeId, NodeId)> + '_> {
        match *self.kind(id) {
            NodeKind::Mapping(from, to) => {
                Some(self.children.get(from as usize..to as usize)?.chunks_exact(2).map(|pair| (pair[0], pair[1])))
            }
            _ => None,
        }
    }

    /// A scalar's value and whether it was plain, through aliases; `source` is the text that the tree is of.
    #[must_use]
    pub fn scalar<'a>(&'a self, source: &'a str, id: NodeId) -> Option<(&'a str, bool)> {
        match self.kind(id) {
            NodeKind::Scalar(Text::Source(start, end), plain) => {
                Some((source.get(*start as usize..*end as usize).unwrap_or_default(), plain.0))
            }
            NodeKind::Scalar(Text::Own(text), plain) => Some((text, plain.0)),
            _ => None,
        }
    }

    /// Whether the node is null, through aliases.
    #[must_use]
    pub fn is_null(&self, id: NodeId) -> bool {
        matches!(self.kind(id), NodeKind::Null)
    }
}

/// Reads a text. What can be read before an error is kept, so that its own errors are reported too.
#[must_use]
pub fn parse(file: FileId, source: &str) -> (Tree, Vec<Problem>) {
    let mut builder = Builder {
        source,
        tree: Tree { file, nodes: Vec::with_capacity(source.len() / 12), ..Tree::default() },
        problems: Vec::new(),
        frames: Vec::new(),
        pending: Vec::new(),
        anchors: BTreeMap::new(),
        last_end: 0,
        documents: 0,
    };
    builder.run();
    (builder.tree, builder.problems)
}

struct Builder<'a> {
    source: &'a str,
    tree: Tree,
    problems: Vec<Problem>,
    frames: Vec<Frame>,
    pending: Vec<NodeId>,
    anchors: BTreeMap<usize, Option<NodeId>>,
    last_end: u32,
    documents: u32,
}

impl<'a> Builder<'a> {
    fn span(&self, start: u32, end: u32) -> Span {
        Span { file: self.tree.file, start, end }
    }

    fn run(&mut self) {
        let options = granit_parser::options! { emit_comments: false, emit_unresolved_aliases: true };
        let skipped = mark_length(self.source);
        let mut parser = Parser::new_from_str_with_options(&self.source[skipped..], options);
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => {
                    let range = span.byte_range().unwrap_or(0..0);
                    let (start, end) = (range.start + skipped, range.end + skipped);
                    if !self.event(event, start as u32, end as u32) {
                        self.cut(start as u32);
                        return;
                    }
                }
                Err(error) => {
                    let length = self.source.len();
                    let at = error.marker().byte_offset().map_or(length, |at| at + skipped).min(length);
                    let open = self.open_bracket();
                    self.report(syntax::problem(self.tree.file, self.source, error.kind(), at, open));
                    self.cut(at as u32);
                    return;
                }
            }
        }
    }

    /// Where the innermost bracket stands that is open.
    fn open_bracket(&self) -> Option<u32> {
        let starts = self.frames.iter().rev().map(|frame| self.tree.nodes[frame.node as usize].start);
        starts.into_iter().find(|start| matches!(self.source.as_bytes().get(*start as usize), Some(b'[' | b'{')))
    }

    /// Records a problem; past the limit there is nobody who would read it.
    fn report(&mut self, problem: Problem) {
        if self.problems.len() < PROBLEM_LIMIT {
            self.problems.push(problem);
        }
    }

    /// Ends the reading early. The open collections are closed as they are, so that what was read is still checked.
    fn cut(&mut self, at: u32) {
        self.tree.cut = Cut::Inside(self.frames.iter().map(|frame| frame.node).collect());
        while !self.frames.is_empty() {
            self.close(at, at);
        }
    }

    /// Takes one event; false where reading can't go on.
    fn event(&mut self, event: Event<'a>, start: u32, end: u32) -> bool {
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.documents += 1;
                if self.documents == 2 {
                    let (start, end) =
                        if end > start { (start, end) } else { syntax::visible(self.source, start as usize) };
                    let span = self.span(start, end);
                    self.report(
                        Problem::new(
                            ProblemKind::Syntax,
                            span,
                            "a second document starts here",
                            "one file holds one document",
                        )
                        .help("put it into a file of its own, or remove the `---`"),
                    );
                    return false;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let text_tag = tag.as_ref().is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let bare = matches!(style, ScalarStyle::Plain);
                if let Some(tag) = &tag
                    && !tag.is_yaml_core_schema()
                {
                    self.refuse_tag(&tag.original(), start, end);
                }
                let plain = bare && !text_tag;
                if text.contains('\0') {
                    let span = self.span(start, end);
                    self.report(
                        Problem::new(
                            ProblemKind::NotText,
                            span,
                            "a NUL can't stand in a text",
                            "holds the escape of a NUL",
                        )
                        .help("remove it: no environment, file or label can hold it"),
                    );
                }
                // The line end that closes a block text is not what anybody points at.
                let end = match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        let written = self.source.get(start as usize..end as usize).unwrap_or_default();
                        start + written.trim_end().len() as u32
                    }
                    _ => end,
                };
                self.last_end = self.last_end.max(end);
                let kind = if plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") {
                    NodeKind::Null
                } else {
                    NodeKind::Scalar(self.keep(&text), Plain(plain))
                };
                self.add(kind, start, end, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => return self.open_tagged(false, start, end, anchor, tag.as_deref()),
            Event::MappingStart(_, anchor, tag) => return self.open_tagged(true, start, end, anchor, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => self.close(start, end),
            Event::Alias(anchor) => {
                self.last_end = self.last_end.max(end);
                match self.anchors.get(&anchor) {
                    Some(Some(node)) => {
                        let kind = NodeKind::Alias(*node);
                        self.add(kind, start, end, 0);
                    }
                    _ => {
                        let span = self.span(start, end);
                        let written = self.source.get(start as usize..end as usize).unwrap_or_default().to_owned();
                        self.report(
                            Problem::new(
                                ProblemKind::BadReference,
                                span,
                                format!("the alias `{written}` stands inside of what it names"),
                                "this would contain itself",
                            )
                            .help("write the value out, or move the anchor"),
                        );
                        self.add(NodeKind::Null, start, end, 0);
                    }
                }
            }
            Event::UnresolvedAlias(name) => {
                self.last_end = self.last_end.max(end);
                let span = self.span(start, end);
                self.report(
                    Problem::new(
                        ProblemKind::BadReference,
                        span,
                        format!("no anchor `&{name}` stands above this alias"),
                        "used here",
                    )
                    .help("define the anchor first, or put the text in quotes if it is no alias"),
                );
                self.add(NodeKind::Null, start, end, 0);
            }
            _ => {}
        }
        true
    }

    fn refuse_tag(&mut self, tag: &str, start: u32, end: u32) {
        let span = self.span(start, end.max(start));
        self.report(
            Problem::new(ProblemKind::BadReference, span, format!("the tag `{tag}` is not known here"), "tagged value")
                .help("remove the tag: the language has no tags of its own"),
        );
    }

    fn keep(&self, text: &str) -> Text {
        // A borrowed value is a piece of the source: its place tells which.
        let base = self.source.as_ptr() as usize;
        let at = text.as_ptr() as usize;
        match at.checked_sub(base) {
            Some(start) if start + text.len() <= self.source.len() => {
                Text::Source(start as u32, (start + text.len()) as u32)
            }
            _ => Text::Own(text.into()),
        }
    }

    fn add(&mut self, kind: NodeKind, start: u32, end: u32, anchor: usize) -> NodeId {
        let id = self.tree.nodes.len() as NodeId;
        self.tree.nodes.push(Node { kind, start, end: end.max(start) });
        if anchor != 0 {
            self.anchors.insert(anchor, Some(id));
        }
        self.place(id);
        id
    }

    fn place(&mut self, id: NodeId) {
        if self.frames.is_empty() {
            self.tree.root.get_or_insert(id);
        } else {
            self.pending.push(id);
        }
    }

    fn open_tagged(&mut self, mapping: bool, start: u32, end: u32, anchor: usize, tag: Option<&Tag>) -> bool {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            self.refuse_tag(&tag.original(), start, end);
        }
        self.open(mapping, start, end, anchor)
    }

    fn open(&mut self, mapping: bool, start: u32, end: u32, anchor: usize) -> bool {
        if self.frames.len() >= DEPTH_LIMIT {
            let (start, end) = syntax::visible(self.source, start as usize);
            self.report(syntax::too_deep(self.span(start, end)));
            return false;
        }
        let id = self.tree.nodes.len() as NodeId;
        self.tree.nodes.push(Node { kind: NodeKind::Null, start, end });
        if anchor != 0 {
            // Open until it ends: an alias to it from inside is a cycle.
            self.anchors.insert(anchor, None);
        }
        self.frames.push(Frame { node: id, first: self.pending.len(), mapping, anchor });
        true
    }

    fn close(&mut self, start: u32, end: u32) {
        let Some(frame) = self.frames.pop() else { return };
        // A flow collection ends at its bracket; a block collection ends where its last child does.
        let end = if end > start { end } else { self.last_end };
        self.last_end = self.last_end.max(end);
        let from = self.tree.children.len() as u32;
        let mut count = self.pending.len() - frame.first;
        if frame.mapping {
            count -= count % 2;
        }
        self.tree.children.extend(self.pending.drain(frame.first..).take(count));
        let to = self.tree.children.len() as u32;
        let node = &mut self.tree.nodes[frame.node as usize];
        node.end = end.max(node.start);
        node.kind = if frame.mapping { NodeKind::Mapping(from, to) } else { NodeKind::List(from, to) };
        if frame.anchor != 0 {
            self.anchors.insert(frame.anchor, Some(frame.node));
        }
        if frame.mapping {
            self.check_duplicate_keys(from, to);
        }
        self.place(frame.node);
    }

    fn check_duplicate_keys(&mut self, from: u32, to: u32) {
        let pairs = &self.tree.children[from as usize..to as usize];
        let key = |index: usize| self.tree.scalar(self.source, pairs[index]).map(|(text, _)| text);
        let mut found = Vec::new();
        if pairs.len() <= 2 * FEW_KEYS {
            // Without an allocation: most mappings are this small.
            for index in (2..pairs.len()).step_by(2) {
                let Some(text) = key(index) else { continue };
                if let Some(first) = (0..index).step_by(2).find(|earlier| key(*earlier) == Some(text)) {
                    found.push((pairs[first], pairs[index]));
                }
            }
        } else {
            let mut seen: HashMap<&str, NodeId> = HashMap::with_capacity(pairs.len() / 2);
            for index in (0..pairs.len()).step_by(2) {
                let Some(text) = key(index) else { continue };
                match seen.entry(text) {
                    Entry::Occupied(first) => found.push((*first.get(), pairs[index])),
                    Entry::Vacant(place) => drop(place.insert(pairs[index])),
                }
            }
        }
        for (first, second) in found.into_iter().take(PROBLEM_LIMIT) {
            let text = shown(self.tree.scalar(self.source, second).map_or("", |(text, _)| text));
            self.report(
                Problem::new(
                    ProblemKind::DuplicateKey,
                    self.tree.span(second),
                    format!("the key `{text}` stands twice in one mapping"),
                    "second time here",
                )
                .related(self.tree.span(first), "first time here")
                .help(if text == "<<" {
                    "write one `<<` with a list: `<<: [*a, *b]`"
                } else {
                    "keep one of the two"
                }),
            );
        }
    }
}
