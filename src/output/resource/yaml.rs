//! YAML and JSON: manifests, stacks, workflows, rules, dashboards, deliverables, by what stands in them.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::{FILE, Field, Lines, Part, Resource, identity, join};
use crate::source::FileId;
use crate::source::yaml::{NodeId, NodeKind, Tree, parse};

/// Reads all documents of a text; nothing where one can't be read.
pub(super) fn read(path: &Utf8Path, text: &str) -> Option<Vec<Resource>> {
    let text = &without_tags(text);
    let mut resources = Vec::new();
    for part in documents(text) {
        let (tree, problems) = parse(FileId::default(), part.text);
        if !problems.is_empty() {
            return None;
        }
        let Some(root) = tree.root() else { continue };
        let document = Document { path, text: part.text, tree: &tree, lines: Lines::of(part) };
        document.resources(root, &mut resources);
    }
    Some(resources)
}

/// A text of the same length without the tags that CloudFormation calls its functions by: `!Ref`, `!Sub`.
fn without_tags(text: &str) -> String {
    let mut out = text.to_owned();
    for (at, _) in text.match_indices('!') {
        let word = text[at + 1..].bytes().take_while(u8::is_ascii_alphanumeric).count();
        let before = [": ", "- ", "[", ", "];
        let is_tag = word > 0 && before.iter().any(|before| text[..at].ends_with(before));
        if is_tag && text[at + 1 + word..].starts_with([' ', '\n']) {
            out.replace_range(at..at + 1 + word, &" ".repeat(word + 1));
        }
    }
    out
}

/// All values of a text of one document.
pub(super) fn fields(text: &str) -> Option<Vec<Field>> {
    let part = Part { text, lines_before: 0, bytes_before: 0 };
    let (tree, problems) = parse(FileId::default(), text);
    let document = Document { path: Utf8Path::new(""), text, tree: &tree, lines: Lines::of(part) };
    let root = tree.root().filter(|_| problems.is_empty())?;
    Some(document.resource(FILE, String::new(), root, &[]).fields)
}

/// The documents of a text.
fn documents(text: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let (mut start, mut lines_before, mut at) = (0, 0, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            found.push(Part { text: &text[start..at], lines_before, bytes_before: start });
            (start, lines_before) = (at + line.len(), index + 1);
        }
        at += line.len();
    }
    found.push(Part { text: &text[start..], lines_before, bytes_before: start });
    found
}

struct Document<'a> {
    path: &'a Utf8Path,
    text: &'a str,
    tree: &'a Tree,
    lines: Lines<'a>,
}

impl Document<'_> {
    fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.tree.entries(node)?.find(|(name, _)| self.scalar(*name).as_deref() == Some(key)).map(|(_, value)| value)
    }

    fn scalar(&self, node: NodeId) -> Option<String> {
        self.tree.scalar(self.text, node).map(|(text, _)| text.to_owned())
    }

    fn text_of(&self, node: NodeId, key: &str) -> Option<String> {
        self.scalar(self.get(node, key)?)
    }

    fn line(&self, node: NodeId) -> usize {
        self.tree.node_range(node).map_or(1, |(start, _)| self.lines.at(start as usize))
    }

    /// What the document describes, by its form.
    fn resources(&self, root: NodeId, found: &mut Vec<Resource>) {
        let own = |kind: &str, name: String| self.resource(kind, name, root, &[]);
        if let (Some(kind), Some(metadata)) = (self.text_of(root, "kind"), self.get(root, "metadata")) {
            let name = self.text_of(metadata, "name").unwrap_or_else(|| self.path.to_string());
            found.push(own(&kind, name));
        } else if let Some(kind) = self.text_of(root, "kind") {
            found.push(own(&kind, self.path.to_string()));
        } else if let Some(resources) = self.get(root, "Resources") {
            found.push(self.resource("template", self.path.to_string(), root, &["Resources"]));
            for (name, body) in self.tree.entries(resources).into_iter().flatten() {
                let kind = self.text_of(body, "Type").unwrap_or_else(|| FILE.to_owned());
                found.push(self.named(&kind, name, body));
            }
        } else if let (Some(jobs), Some(_)) = (self.get(root, "jobs"), self.get(root, "on")) {
            found.push(self.resource("workflow", self.path.to_string(), root, &["jobs"]));
            for (name, body) in self.tree.entries(jobs).into_iter().flatten() {
                let mut job = self.named("job", name, body);
                // Two workflows may have a job of one name.
                job.name = format!("{}/{}", self.path.file_stem().unwrap_or_default(), job.name);
                found.push(job);
            }
        } else if let Some(groups) = self.get(root, "groups").filter(|groups| self.tree.list(*groups).is_some()) {
            found.push(self.resource(FILE, self.path.to_string(), root, &["groups"]));
            self.rules(groups, found);
        } else if self.get(root, "panels").is_some() {
            let title = self.text_of(root, "title").unwrap_or_else(|| self.path.to_string());
            found.push(own("dashboard", title));
        } else if let (Some(path), Some(_)) = (self.text_of(root, "path"), self.get(root, "version")) {
            found.push(own("deliverable", path));
        } else {
            found.push(own(FILE, self.path.to_string()));
        }
    }

    /// The rules of Prometheus, each by what it alerts or records.
    fn rules(&self, groups: NodeId, found: &mut Vec<Resource>) {
        for group in self.tree.list(groups).unwrap_or_default() {
            let name = self.text_of(*group, "name").unwrap_or_default();
            let rules = self.get(*group, "rules");
            for rule in rules.and_then(|rules| self.tree.list(rules)).unwrap_or_default() {
                let named = ["alert", "record"].into_iter().find_map(|key| Some((key, self.text_of(*rule, key)?)));
                let (kind, rule_name) = named.unwrap_or((FILE, String::new()));
                let mut name = if name.is_empty() { rule_name } else { format!("{name}/{rule_name}") };
                // One alert may have two severities.
                let labels = self.get(*rule, "labels");
                if let Some(severity) = labels.and_then(|labels| self.text_of(labels, "severity")) {
                    name.push_str(&format!(" ({severity})"));
                }
                found.push(self.resource(kind, name, *rule, &[]));
            }
        }
    }

    fn named(&self, kind: &str, name: NodeId, body: NodeId) -> Resource {
        let mut resource = self.resource(kind, self.scalar(name).unwrap_or_default(), body, &[]);
        resource.line = self.line(name);
        resource
    }

    fn resource(&self, kind: &str, name: String, node: NodeId, without: &[&str]) -> Resource {
        let mut fields = Vec::new();
        match self.tree.entries(node) {
            Some(entries) => {
                for (key, value) in entries {
                    let key = self.scalar(key).unwrap_or_default();
                    if !without.contains(&key.as_str()) {
                        self.flatten(&join("", &key), value, &mut fields);
                    }
                }
            }
            None => self.flatten("", node, &mut fields),
        }
        Resource { kind: kind.to_owned(), name, line: self.line(node), fields }
    }

    fn flatten(&self, path: &str, node: NodeId, fields: &mut Vec<Field>) {
        match self.tree.kind(node) {
            NodeKind::Mapping(..) => {
                let mut entries = self.tree.entries(node).into_iter().flatten().peekable();
                if entries.peek().is_none() {
                    fields.push(self.field(path, node, "{}".to_owned()));
                }
                for (key, value) in entries {
                    self.flatten(&join(path, &self.scalar(key).unwrap_or_default()), value, fields);
                }
            }
            NodeKind::List(..) => {
                let elements = self.tree.list(node).unwrap_or_default();
                if elements.iter().all(|element| self.is_leaf(*element)) {
                    let texts: Vec<String> = elements.iter().map(|element| self.leaf(*element)).collect();
                    fields.push(self.field(path, node, format!("[{}]", texts.join(", "))));
                    return;
                }
                // Beside mappings with a name, a text is the name alone.
                let named = |element: NodeId, key: &str| self.text_of(element, key).or_else(|| self.scalar(element));
                let identity = identity(elements.len(), |index, key| named(elements[index], key));
                let titles = if identity.is_none() { self.titles(elements) } else { None };
                for (index, element) in elements.iter().enumerate() {
                    let id = identity.and_then(|key| named(*element, key));
                    let id = id.or_else(|| titles.as_ref()?.get(index).cloned()).unwrap_or_else(|| index.to_string());
                    // Brackets end a name in a path: they can't stand in one.
                    let id = id.replace('[', "(").replace(']', ")");
                    self.flatten(&format!("{path}[{id}]"), *element, fields);
                }
            }
            _ => fields.push(self.field(path, node, self.leaf(node))),
        }
    }

    /// Panels by their titles, each further one of a title by its number.
    fn titles(&self, elements: &[NodeId]) -> Option<Vec<String>> {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let numbered = |element: &NodeId| {
            let title = self.text_of(*element, "title")?;
            let time = times.entry(title.clone()).or_default();
            *time += 1;
            Some(if *time == 1 { title } else { format!("{title} ({time})") })
        };
        elements.iter().map(numbered).collect()
    }

    fn is_leaf(&self, node: NodeId) -> bool {
        !matches!(self.tree.kind(node), NodeKind::Mapping(..) | NodeKind::List(..))
    }

    fn leaf(&self, node: NodeId) -> String {
        self.scalar(node).unwrap_or_else(|| "null".to_owned())
    }

    fn field(&self, path: &str, node: NodeId, value: String) -> Field {
        let (start, end) = self.tree.node_range(node).unwrap_or_default();
        self.lines.field(path, start as usize..(end as usize).min(self.text.len()), value)
    }
}
