//! Puts a row into the text of a document, in place: comments, order and layout of all else stay.
//!
//! A row that is there keeps the keys that the report says nothing of. The text is read again afterwards; where it does
//! not say exactly what was meant, nothing is changed and the user is told.

use super::rows::Row;
use crate::output::{Doc, yaml};
use crate::source::FileId;
use crate::source::yaml::{NodeId, NodeKind, Tree, parse};

/// Whether a document has the row.
#[must_use]
pub fn has_row(text: &str, row: &Row) -> bool {
    let (tree, _) = parse(FileId(0), text);
    Document { text, tree: &tree }.row(row).is_some()
}

/// The text with the row in it; a text without a document becomes one.
///
/// # Errors
/// The text is no document that could be edited; as the end of a sentence about it.
pub fn put(text: &str, row: &Row) -> Result<String, String> {
    let (tree, problems) = parse(FileId(0), text);
    if !problems.is_empty() {
        return Err("has mistakes of its own: `pathc check` tells them".to_owned());
    }
    let document = Document { text, tree: &tree };
    let edited = document.edited(row).ok_or("is laid out in a way that can't be edited in place")?;
    let (tree, problems) = parse(FileId(0), &edited);
    let after = Document { text: &edited, tree: &tree };
    let meant = problems.is_empty() && after.row(row).is_some_and(|at| after.says(at, row));
    let rows = document.rows(row).len() + usize::from(document.row(row).is_none());
    if meant && after.rows(row).len() == rows {
        Ok(edited)
    } else {
        Err("is laid out in a way that can't be edited in place".to_owned())
    }
}

#[derive(Clone, Copy)]
struct Document<'a> {
    text: &'a str,
    tree: &'a Tree,
}

/// Bytes that become a text.
struct Edit {
    from: usize,
    to: usize,
    insert: String,
}

impl<'a> Document<'a> {
    fn value(self, mapping: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        let mut entries = self.tree.entries(mapping)?;
        entries.find(|(name, _)| self.tree.scalar(self.text, *name).is_some_and(|(name, _)| name == key))
    }

    fn rows(self, row: &Row) -> &'a [NodeId] {
        let list = self.tree.root().and_then(|root| self.value(root, row.list));
        list.and_then(|(_, list)| self.tree.list(list)).unwrap_or_default()
    }

    /// The row that has the identity.
    fn row(self, row: &Row) -> Option<NodeId> {
        let is_it = |at: NodeId| {
            row.identity.iter().all(|(key, wanted)| {
                let found = self.value(at, key).and_then(|(_, value)| self.tree.scalar(self.text, value));
                found.map(|(found, _)| found) == wanted.as_deref()
            })
        };
        self.rows(row).iter().copied().find(|at| is_it(*at))
    }

    /// Whether a row says what is meant.
    fn says(self, at: NodeId, row: &Row) -> bool {
        row.fields.iter().all(|(key, meant)| match (self.value(at, key), meant) {
            (None, None) => true,
            (Some((_, value)), Some(meant)) => self.equals(value, meant),
            _ => false,
        })
    }

    fn equals(self, node: NodeId, doc: &Doc) -> bool {
        let scalar = || self.tree.scalar(self.text, node).map(|(text, _)| text);
        match doc {
            Doc::Text(text, _) => scalar() == Some(text),
            Doc::Integer(number, _) => scalar() == Some(number.to_string().as_str()),
            Doc::Number(number, _) => scalar() == Some(number.to_string().as_str()),
            Doc::List(elements, ..) => self.tree.list(node).is_some_and(|nodes| {
                nodes.len() == elements.len() && nodes.iter().zip(elements).all(|(node, doc)| self.equals(*node, doc))
            }),
            Doc::Map(map) => {
                self.tree.entries(node).is_some_and(|entries| entries.len() == map.entries.len())
                    && map.entries.iter().all(|entry| {
                        self.value(node, &entry.key).is_some_and(|(_, value)| self.equals(value, &entry.value))
                    })
            }
            Doc::Bool(value, _) => scalar() == Some(if *value { "true" } else { "false" }),
            Doc::Null(_) => self.tree.is_null(node),
            // No input has a tag.
            Doc::Tagged(..) => false,
        }
    }

    fn edited(self, row: &Row) -> Option<String> {
        let edits = match (self.tree.root(), self.row(row)) {
            (_, Some(at)) => self.renewed(at, row)?,
            (None, None) => vec![self.begun(row)],
            (Some(root), None) => match self.value(root, row.list) {
                Some((key, list)) => vec![self.appended(key, list, row)?],
                None => vec![self.listed(root, row)?],
            },
        };
        let mut text = self.text.to_owned();
        // From the end, so that what lies before keeps its place.
        for edit in edits.iter().rev() {
            text.replace_range(edit.from..edit.to, &edit.insert);
        }
        Some(text)
    }

    /// A document of its own, below the comments that are there.
    fn begun(self, row: &Row) -> Edit {
        let mut insert = String::new();
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            insert.push('\n');
        }
        for (key, value) in &row.head {
            insert.push_str(&format!("{key}: {}\n", inline(key, value)));
        }
        insert.push_str(&format!("{}:\n  - {}\n", row.list, whole(row)));
        Edit { from: self.text.len(), to: self.text.len(), insert }
    }

    /// The list with its first row, at the end of a document.
    fn listed(self, root: NodeId, row: &Row) -> Option<Edit> {
        let first = self.tree.entries(root)?.next()?.0;
        if self.is_flow(root) || self.column(self.start(first)) != 0 {
            return None;
        }
        let line_end = if self.text.ends_with('\n') { "" } else { "\n" };
        let insert = format!("{line_end}{}:\n  - {}\n", row.list, whole(row));
        Some(Edit { from: self.text.len(), to: self.text.len(), insert })
    }

    /// A row behind the last one.
    fn appended(self, key: NodeId, list: NodeId, row: &Row) -> Option<Edit> {
        let whole = whole(row);
        let elements = match self.tree.kind(list) {
            NodeKind::Null => &[][..],
            NodeKind::List(..) => self.tree.list(list)?,
            _ => return None,
        };
        let Some(last) = elements.last().copied() else {
            // `[]`, or nothing behind the colon.
            let from = self.colon(key)? + 1;
            let to = if self.tree.is_null(list) { from } else { self.end(list) };
            let indent = " ".repeat(self.column(self.start(key)) + 2);
            return Some(Edit { from, to, insert: format!("\n{indent}- {whole}") });
        };
        let end = self.end(last);
        if self.is_flow(list) {
            return Some(Edit { from: end, to: end, insert: format!(", {whole}") });
        }
        let dash = self.text[..self.start(last)].rfind('-')?;
        let at = self.line_end(end);
        let insert = format!("\n{}- {whole}", " ".repeat(self.column(dash)));
        Some(Edit { from: at, to: at, insert })
    }

    /// A row that is there: what it states becomes what the report says.
    fn renewed(self, at: NodeId, row: &Row) -> Option<Vec<Edit>> {
        if !matches!(self.tree.kind(at), NodeKind::Mapping(..)) || self.tree.resolve(at) != at {
            return None;
        }
        let flow = self.is_flow(at);
        let entries: Vec<(NodeId, NodeId)> = self.tree.entries(at)?.collect();
        let mut edits = Vec::new();
        let mut added = String::new();
        let (anchor, anchor_value) = self.value(at, row.identity.first()?.0)?;
        let indent = " ".repeat(self.column(self.start(anchor)));
        for (key, meant) in &row.fields {
            match (self.value(at, key), meant) {
                (Some((_, value)), Some(meant)) if self.equals(value, meant) => {}
                (Some((name, value)), Some(meant)) => {
                    // From the colon on: a list that stood below its key must not stand there as one line.
                    let from = self.colon(name)? + 1;
                    let to = self.end(value).max(from);
                    edits.push(Edit { from, to, insert: format!(" {}", inline(key, meant)) });
                }
                (Some((name, value)), None) => edits.push(self.removed(&entries, name, value, flow)?),
                (None, Some(meant)) if flow => added.push_str(&format!(", {key}: {}", inline(key, meant))),
                (None, Some(meant)) => added.push_str(&format!("\n{indent}{key}: {}", inline(key, meant))),
                (None, None) => {}
            }
        }
        if !added.is_empty() {
            // Within one line behind the last entry; else behind the line that names the row.
            let place = if flow { self.end(entries.last()?.1) } else { self.line_end(self.end(anchor_value)) };
            let taken = edits.iter().find(|edit| edit.from < place && place <= edit.to).map(|edit| edit.to);
            edits.push(Edit { from: taken.unwrap_or(place), to: taken.unwrap_or(place), insert: added });
        }
        edits.sort_by_key(|edit| (edit.from, edit.to));
        // Edits that touch each other's bytes would not say what is meant.
        edits.windows(2).all(|pair| pair[0].to <= pair[1].from).then_some(edits)
    }

    /// An entry that goes.
    fn removed(self, entries: &[(NodeId, NodeId)], name: NodeId, value: NodeId, flow: bool) -> Option<Edit> {
        let at = entries.iter().position(|(key, _)| *key == name)?;
        let before = at.checked_sub(1).map(|before| self.end(entries[before].1));
        let after = entries.get(at + 1).map(|(key, _)| self.start(*key));
        let end = self.end(value).max(self.colon(name)? + 1);
        let (from, to) = match (flow, before, after) {
            (true, Some(before), _) => (before, end),
            (_, None, Some(after)) => (self.start(name), after),
            (false, Some(_), _) => {
                let line = self.text[..self.start(name)].rfind('\n')?;
                (line, self.line_end(end))
            }
            (_, None, None) => return None,
        };
        Some(Edit { from, to, insert: String::new() })
    }

    fn start(self, node: NodeId) -> usize {
        self.tree.node_range(node).map_or(0, |(start, _)| start as usize)
    }

    /// Where a node ends: a collection of several lines with its last element.
    fn end(self, node: NodeId) -> usize {
        let own = self.tree.node_range(node).map_or(0, |(_, end)| end as usize);
        if self.tree.resolve(node) != node || self.is_flow(node) {
            return own;
        }
        let last = match self.tree.kind(node) {
            NodeKind::List(..) => self.tree.list(node).and_then(|elements| elements.last().copied()),
            NodeKind::Mapping(..) => self.tree.entries(node).and_then(Iterator::last).map(|last| last.1),
            _ => return own - (self.text[..own].len() - self.text[..own].trim_end().len()).min(own - self.start(node)),
        };
        last.map_or(own, |last| self.end(last))
    }

    /// Whether a collection is written between brackets.
    fn is_flow(self, node: NodeId) -> bool {
        self.text[self.start(node)..].starts_with(['{', '['])
            && matches!(self.tree.kind(node), NodeKind::List(..) | NodeKind::Mapping(..))
    }

    /// The colon behind a key.
    fn colon(self, key: NodeId) -> Option<usize> {
        let end = self.tree.node_range(key)?.1 as usize;
        let rest = self.text.get(end..)?;
        let white = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest[white..].starts_with(':').then_some(end + white)
    }

    /// The end of the line that a byte is in, before its line break.
    fn line_end(self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end);
        if self.text[..end].ends_with('\r') && end > at { end - 1 } else { end }
    }

    fn column(self, at: usize) -> usize {
        at - self.text[..at].rfind('\n').map_or(0, |line| line + 1)
    }
}

/// A row in one line.
fn whole(row: &Row) -> String {
    let named = row.identity.iter().filter_map(|(key, name)| Some(format!("{key}: {}", name.as_ref()?)));
    let stated = row.fields.iter().filter_map(|(key, value)| Some(format!("{key}: {}", inline(key, value.as_ref()?))));
    format!("{{{}}}", named.chain(stated).collect::<Vec<_>>().join(", "))
}

/// A value within one line. Moments and commits stand as people write them: the language reads them as texts, and neither
/// has a character that could be syntax.
fn inline(key: &str, value: &Doc) -> String {
    match value {
        Doc::Text(text, _) if ["generated_at", "commit"].contains(&key) => text.to_string(),
        value => yaml::inline(value),
    }
}
