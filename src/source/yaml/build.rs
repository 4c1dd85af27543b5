//! From a parser's events to the tree, in one pass.

use std::collections::BTreeMap;
use std::collections::hash_map::{Entry, HashMap};

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::syntax;
use super::{Cut, DEPTH_LIMIT, FEW_KEYS, Node, NodeId, NodeKind, PROBLEM_LIMIT, Plain, Text, Tree};
use crate::source::scalar::shown;
use crate::source::text::mark_length;
use crate::source::{FileId, Problem, ProblemKind, Span};

/// A collection that is open.
struct Frame {
    node: NodeId,
    first: usize,
    mapping: bool,
    anchor: usize,
}

/// Builds the tree of a text.
pub(super) struct Builder<'a> {
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
    pub(super) fn new(file: FileId, source: &'a str) -> Builder<'a> {
        Builder {
            source,
            tree: Tree { file, nodes: Vec::with_capacity(source.len() / 12), ..Tree::default() },
            problems: Vec::new(),
            frames: Vec::new(),
            pending: Vec::new(),
            anchors: BTreeMap::new(),
            last_end: 0,
            documents: 0,
        }
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span { file: self.tree.file, start, end }
    }

    pub(super) fn finish(mut self) -> (Tree, Vec<Problem>) {
        // Trees live as long as the run.
        self.tree.nodes.shrink_to_fit();
        self.tree.children.shrink_to_fit();
        (self.tree, self.problems)
    }

    /// Reads the whole text by the library.
    pub(super) fn read(&mut self) {
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
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), start, end),
            Event::SequenceStart(_, anchor, tag) => return self.open_tagged(false, start, end, anchor, tag.as_deref()),
            Event::MappingStart(_, anchor, tag) => return self.open_tagged(true, start, end, anchor, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => self.close(start, end),
            Event::Alias(anchor) => self.alias(anchor, start, end),
            Event::UnresolvedAlias(name) => {
                let message = format!("no anchor `&{name}` stands above this alias");
                let help = "define the anchor first, or put the text in quotes if it is no alias";
                self.refuse_alias(start, end, message, "used here", help);
            }
            _ => {}
        }
        true
    }

    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        start: u32,
        end: u32,
    ) {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            self.refuse_tag(&tag.original(), start, end);
        }
        if text.contains('\0') {
            let (message, label) = ("a NUL can't stand in a text", "holds the escape of a NUL");
            self.report(
                Problem::new(ProblemKind::NotText, self.span(start, end), message, label)
                    .help("remove it: no environment, file or label can hold it"),
            );
        }
        // The line end that closes a block text is not what anybody points at.
        let end = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => start + self.written(start, end).trim_end().len() as u32,
            _ => end,
        };
        self.last_end = self.last_end.max(end);
        let plain = matches!(style, ScalarStyle::Plain) && !tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
        let kind = if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            NodeKind::Null
        } else {
            NodeKind::Scalar(self.keep(text), Plain(plain))
        };
        self.add(kind, start, end, anchor);
    }

    fn alias(&mut self, anchor: usize, start: u32, end: u32) {
        if let Some(Some(node)) = self.anchors.get(&anchor) {
            self.last_end = self.last_end.max(end);
            self.add(NodeKind::Alias(*node), start, end, 0);
        } else {
            let message = format!("the alias `{}` stands inside of what it names", shown(self.written(start, end)));
            let help = "write the value out, or move the anchor";
            self.refuse_alias(start, end, message, "this would contain itself", help);
        }
    }

    /// Records what is wrong with an alias, which then stands for nothing.
    fn refuse_alias(&mut self, start: u32, end: u32, message: String, label: &str, help: &str) {
        self.last_end = self.last_end.max(end);
        self.report(Problem::new(ProblemKind::BadReference, self.span(start, end), message, label).help(help));
        self.add(NodeKind::Null, start, end, 0);
    }

    fn written(&self, start: u32, end: u32) -> &'a str {
        self.source.get(start as usize..end as usize).unwrap_or_default()
    }

    fn refuse_tag(&mut self, tag: &str, start: u32, end: u32) {
        let span = self.span(start, end.max(start));
        self.report(
            Problem::new(ProblemKind::BadReference, span, format!("the tag `{tag}` is not known here"), "tagged value")
                .help("remove the tag: the language has no tags of its own"),
        );
    }

    fn keep(&mut self, text: &str) -> Text {
        // A borrowed value is a piece of the source: its place tells which.
        let base = self.source.as_ptr() as usize;
        let at = text.as_ptr() as usize;
        match at.checked_sub(base) {
            Some(start) if start + text.len() <= self.source.len() => {
                Text::Source(start as u32, (start + text.len()) as u32)
            }
            _ => {
                self.tree.own.push(text.into());
                Text::Own(self.tree.own.len() as u32 - 1)
            }
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

    pub(super) fn open(&mut self, mapping: bool, start: u32, end: u32, anchor: usize) -> bool {
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

    pub(super) fn close(&mut self, start: u32, end: u32) {
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
