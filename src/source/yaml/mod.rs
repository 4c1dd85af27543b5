//! A YAML text as an arena of nodes with exact byte ranges.
//!
//! Built from events in one pass: those of a quick reader where the text is plain, else those of the library. Aliases stay numbers and are never expanded here, so that a text costs
//! what it is long; an alias to a node that is still open (`&a [*a]`) is refused. Depth and size are limited.

#[cfg(test)]
mod agreement;
mod build;
mod plain;
mod syntax;

use self::build::Builder;
use super::{FileId, Problem, Span};

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
    /// Escapes or line folding made another text: its number in the tree.
    Own(u32),
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    kind: NodeKind,
    start: u32,
    end: u32,
}

/// The nodes of one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// The file that the tree is of.
    pub file: FileId,
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    /// Texts of scalars that don't stand in the source as they are.
    own: Vec<Box<str>>,
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

impl Tree {
    /// The tree of a file that can't be read.
    #[must_use]
    pub fn unread(file: FileId) -> Tree {
        Tree { file, cut: Cut::Unread, ..Tree::default() }
    }

    /// The tree of a text that is no YAML: node 0 is the whole, and node `n` its line `n`.
    #[must_use]
    pub fn of_lines(file: FileId, text: &str) -> Tree {
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let node =
            |start: u32, end: u32| Node { kind: NodeKind::Scalar(Text::Source(start, end), Plain(false)), start, end };
        let mut nodes = vec![node(0, end)];
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let next = start + u32::try_from(line.len()).unwrap_or(u32::MAX);
            nodes.push(node(start, next - u32::from(line.ends_with('\n'))));
            start = next;
        }
        Tree { file, nodes, ..Tree::default() }
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
            NodeKind::Scalar(Text::Own(text), plain) => {
                Some((self.own.get(*text as usize).map(|text| &**text).unwrap_or_default(), plain.0))
            }
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
    let mut builder = Builder::new(file, source);
    match plain::read(source, &mut builder) {
        Some(()) => builder.finish(),
        None => parse_by_library(file, source),
    }
}

/// Reads a text by the library alone. [`parse`] gives the same: for the tests and fuzzers that prove it.
#[must_use]
pub fn parse_by_library(file: FileId, source: &str) -> (Tree, Vec<Problem>) {
    let mut builder = Builder::new(file, source);
    builder.read();
    builder.finish()
}
