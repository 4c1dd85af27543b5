//! Lays the environments over each other: what all share stands in the module, what differs is a variable of the module.
//!
//! A value that is known becomes a field of a variable, with its type; what only the cloud knows becomes a choice by
//! the environment's name. A resource that only some environments have is counted there.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::rules;
use crate::ir::Origin;
use crate::output::doc::Text;
use crate::output::hcl::{Block, Body, Call, Expr, Item, Node, Part};

/// A field of a variable: what differs between environments.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: &'static str,
    /// Whether an environment may have none.
    pub(super) nullable: bool,
    /// Its value in each environment, in order; none where the resource is not there.
    pub(super) values: Vec<Option<Node>>,
}

/// One file of the module, and what it asks of the environments.
pub(super) struct Merged {
    /// The blocks.
    pub(super) blocks: Vec<Block>,
    /// The fields of the file's variable.
    pub(super) fields: Vec<Field>,
    /// Addresses of resources that only some environments have.
    pub(super) counted: Vec<String>,
}

/// Lays the blocks of a file over each other. `subject`: the variable that its fields belong to.
pub(super) fn merge(subject: &str, environments: &[&str], files: Vec<(usize, Vec<Block>)>) -> Merged {
    let mut merger = Merger { subject, environments, fields: Vec::new(), counted: Vec::new() };
    let scope: Vec<usize> = (0..environments.len()).collect();
    let blocks = merger.top(files, &scope);
    // Held until what each environment gives is printed; nearly all have one or two.
    merger.fields.shrink_to_fit();
    Merged { blocks, fields: merger.fields, counted: merger.counted }
}

struct Merger<'a> {
    subject: &'a str,
    environments: &'a [&'a str],
    fields: Vec<Field>,
    counted: Vec<String>,
}

/// What tells blocks apart.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    kind: Text,
    labels: Vec<Text>,
    own: Option<Text>,
    ordinal: usize,
}

fn keyed(files: Vec<(usize, Vec<Block>)>) -> IndexMap<Key, Vec<(usize, Block)>> {
    let mut all: IndexMap<Key, Vec<(usize, Block)>> = IndexMap::new();
    for (environment, blocks) in files {
        for block in blocks {
            let mut key =
                Key { kind: block.kind.clone(), labels: block.labels.clone(), own: block.key.clone(), ordinal: 0 };
            while all.get(&key).is_some_and(|known| known.last().is_some_and(|(last, _)| *last == environment)) {
                key.ordinal += 1;
            }
            all.entry(key).or_default().push((environment, block));
        }
    }
    all
}

impl Merger<'_> {
    fn top(&mut self, files: Vec<(usize, Vec<Block>)>, scope: &[usize]) -> Vec<Block> {
        let mut merged = Vec::new();
        for (_, blocks) in keyed(files) {
            let present: Vec<usize> = blocks.iter().map(|(environment, _)| *environment).collect();
            let everywhere = present.len() == scope.len();
            let counts = matches!(&*blocks[0].1.kind, "resource" | "data" | "ephemeral");
            let mut path = Vec::new();
            for label in &blocks[0].1.labels {
                path.push(label.trim_start_matches("aws_").to_owned());
            }
            let inner = if counts { &present[..] } else { scope };
            let mut block = self.one(blocks, inner, &path);
            if counts && !everywhere {
                self.count(&mut block, &present);
            }
            merged.push(block);
        }
        merged
    }

    fn one(&mut self, mut blocks: Vec<(usize, Block)>, scope: &[usize], path: &[String]) -> Block {
        let same = blocks.len() == scope.len()
            && blocks[1..].iter().all(|(_, block)| same_body(&blocks[0].1.body, &block.body));
        if same {
            return blocks.swap_remove(0).1;
        }
        let head = Block { body: Body::default(), ..blocks[0].1.clone() };
        let bodies = blocks.into_iter().map(|(environment, block)| (environment, block.body)).collect();
        Block { body: self.body(bodies, scope, path), ..head }
    }

    /// A resource that only some environments have.
    fn count(&mut self, block: &mut Block, present: &[usize]) {
        let here = self.here(present);
        let origin = Origin::rule(rules::COUNTED);
        let each = block.body.items.iter_mut().find_map(|item| match item {
            Item::Attribute(attribute) if attribute.name == "for_each" || attribute.name == "count" => Some(attribute),
            _ => None,
        });
        match each {
            Some(attribute) => {
                let none = match &attribute.value.expr {
                    _ if attribute.name == "count" => "0",
                    Expr::Code(code) if code.starts_with("toset(") => "toset([])",
                    _ => "{}",
                };
                let value = std::mem::replace(&mut attribute.value, Node::code("null", origin));
                let choice = [Node::code(here, origin), value, Node::code(none, origin)];
                attribute.value = Node::new(Expr::Conditional(Box::new(choice)), origin);
            }
            None => {
                let count = Node::code(format!("{here} ? 1 : 0"), origin);
                let items = std::mem::take(&mut block.body.items);
                block.body.put("count", count);
                block.body.items.push(Item::Gap);
                block.body.items.extend(items);
                let address = block.labels.join(".");
                self.counted.push(match &*block.kind {
                    "resource" => address,
                    kind => format!("{kind}.{address}"),
                });
            }
        }
    }

    /// Whether the environment is one of these, as an expression.
    fn here(&self, present: &[usize]) -> String {
        match present {
            [one] => format!("var.environment == \"{}\"", self.environments[*one]),
            several => {
                let names: Vec<String> = several.iter().map(|one| format!("\"{}\"", self.environments[*one])).collect();
                format!("contains([{}], var.environment)", names.join(", "))
            }
        }
    }

    fn body(&mut self, bodies: Vec<(usize, Body)>, scope: &[usize], path: &[String]) -> Body {
        // The order is that of the first; what only others have comes behind its neighbours of the same sort.
        let mut attributes: IndexMap<Text, Vec<(usize, Node)>> = IndexMap::new();
        let mut blocks: Vec<(usize, Vec<Block>)> = Vec::new();
        let mut order: Vec<Slot> = Vec::new();
        for (number, (environment, body)) in bodies.into_iter().enumerate() {
            let mut own = Vec::new();
            for item in body.items {
                match item {
                    Item::Attribute(attribute) => {
                        if number == 0 {
                            order.push(Slot::Attribute(attribute.name.clone()));
                        }
                        attributes.entry(attribute.name).or_default().push((environment, attribute.value));
                    }
                    Item::Block(block) => {
                        if number == 0 && !matches!(order.last(), Some(Slot::Blocks)) {
                            order.push(Slot::Blocks);
                        }
                        own.push(*block);
                    }
                    Item::Comment(text, origin) if number == 0 => order.push(Slot::Comment(text, origin)),
                    Item::Gap if number == 0 => order.push(Slot::Gap),
                    Item::Comment(..) | Item::Gap => {}
                }
            }
            blocks.push((environment, own));
        }
        let known: BTreeSet<Text> = order
            .iter()
            .filter_map(|slot| match slot {
                Slot::Attribute(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let further: Vec<Slot> =
            attributes.keys().filter(|name| !known.contains(*name)).cloned().map(Slot::Attribute).collect();
        let after = order.iter().rposition(|slot| matches!(slot, Slot::Attribute(_))).map_or(0, |at| at + 1);
        order.splice(after..after, further);
        if !order.iter().any(|slot| matches!(slot, Slot::Blocks)) {
            order.push(Slot::Blocks);
        }
        let mut blocks = Some(blocks);
        let mut merged = Body { items: Vec::with_capacity(order.len()) };
        for slot in order {
            match slot {
                Slot::Attribute(name) => {
                    let Some(values) = attributes.swap_remove(&name) else { continue };
                    let mut path = path.to_vec();
                    path.push(name.to_string());
                    let value = self.value(values, scope, &path);
                    merged.put(name, value);
                }
                Slot::Blocks => {
                    for block in blocks.take().map(|blocks| self.nested(blocks, scope, path)).unwrap_or_default() {
                        merged.items.push(Item::Block(Box::new(block)));
                    }
                }
                Slot::Comment(text, origin) => merged.items.push(Item::Comment(text, origin)),
                Slot::Gap => merged.items.push(Item::Gap),
            }
        }
        merged
    }

    fn nested(&mut self, blocks: Vec<(usize, Vec<Block>)>, scope: &[usize], path: &[String]) -> Vec<Block> {
        let mut merged = Vec::new();
        for (key, blocks) in keyed(blocks) {
            let present: Vec<usize> = blocks.iter().map(|(environment, _)| *environment).collect();
            let mut path = path.to_vec();
            path.push(match &key.own {
                Some(own) => super::place::identifier(own),
                None => key.kind.to_string(),
            });
            let block = self.one(blocks, &present, &path);
            if present.len() == scope.len() {
                merged.push(block);
                continue;
            }
            let origin = Origin::rule(rules::COUNTED);
            let each = Node::code(format!("{} ? [1] : []", self.here(&present)), origin);
            let content = Block::new("content", block.body, block.origin);
            let body = Body::default().with("for_each", each).block(content);
            merged.push(Block::labelled("dynamic", [block.kind], body, block.origin));
        }
        merged
    }

    /// A value over all environments of the scope; some may have none.
    fn value(&mut self, mut values: Vec<(usize, Node)>, scope: &[usize], path: &[String]) -> Node {
        let whole = values.len() == scope.len();
        if whole && values[1..].iter().all(|(_, node)| node.says_the_same(&values[0].1)) {
            return values.swap_remove(0).1;
        }
        if let Some(kind) = literal_kind(&values) {
            return self.lift(values, kind, scope, path);
        }
        if whole {
            match &values[0].1.expr {
                Expr::Object(_) if values.iter().all(|(_, node)| matches!(node.expr, Expr::Object(_))) => {
                    return self.object(values, scope, path);
                }
                Expr::Call(_) if same_calls(&values) => return self.call(values, scope, path),
                Expr::List(_) if values.iter().all(|(_, node)| matches!(node.expr, Expr::List(_))) => {
                    return self.list(values, scope, path);
                }
                _ => {}
            }
        }
        self.choice(values, scope)
    }

    fn object(&mut self, values: Vec<(usize, Node)>, scope: &[usize], path: &[String]) -> Node {
        let origin = values[0].1.origin;
        let mut fields: IndexMap<Text, Vec<(usize, Node)>> = IndexMap::new();
        let mut name = None;
        for (environment, node) in values {
            let Expr::Object(own) = node.expr else { continue };
            for (key, value) in own {
                if let (true, Expr::Text(text)) = (key == "name", &value.expr) {
                    name = Some(super::place::identifier(text));
                }
                fields.entry(key).or_default().push((environment, value));
            }
        }
        let merged = fields.into_iter().map(|(key, values)| {
            let mut path = path.to_vec();
            // `value` of what has a name is called so.
            match &name {
                Some(name) if key == "value" || key == "valueFrom" => path.push(name.clone()),
                _ => path.push(super::place::identifier(&key)),
            }
            let value = self.value(values, scope, &path);
            (key, value)
        });
        let merged: Vec<(Text, Node)> = merged.collect();
        Node::object(merged, origin)
    }

    fn call(&mut self, values: Vec<(usize, Node)>, scope: &[usize], path: &[String]) -> Node {
        let origin = values[0].1.origin;
        let mut name = "";
        let mut arguments: Vec<Vec<(usize, Node)>> = Vec::new();
        for (environment, node) in values {
            let Expr::Call(own) = node.expr else { continue };
            name = own.name;
            for (index, argument) in own.arguments.into_iter().enumerate() {
                if arguments.len() == index {
                    arguments.push(Vec::new());
                }
                arguments[index].push((environment, argument));
            }
        }
        let merged = arguments.into_iter().map(|values| self.value(values, scope, path)).collect();
        Node::new(Expr::Call(Box::new(Call { name, arguments: merged })), origin)
    }

    /// Elements that all environments have, then those of some.
    fn list(&mut self, values: Vec<(usize, Node)>, scope: &[usize], path: &[String]) -> Node {
        let origin = values[0].1.origin;
        let mut elements: IndexMap<String, Vec<(usize, Node)>> = IndexMap::new();
        for (environment, node) in values {
            let Expr::List(own) = node.expr else { continue };
            for (index, element) in own.into_iter().enumerate() {
                let key = element_key(&element, index);
                elements.entry(key).or_default().push((environment, element));
            }
        }
        let mut everywhere = Vec::new();
        let mut somewhere: IndexMap<Vec<usize>, Vec<Node>> = IndexMap::new();
        for (_, values) in elements {
            let present: Vec<usize> = values.iter().map(|(environment, _)| *environment).collect();
            let merged = self.value(values, &present, path);
            if present.len() == scope.len() {
                everywhere.push(merged);
            } else {
                somewhere.entry(present).or_default().push(merged);
            }
        }
        let common = Node::list(everywhere, origin);
        if somewhere.is_empty() {
            return common;
        }
        let why = Origin::rule(rules::COUNTED);
        let mut parts = vec![common];
        for (present, elements) in somewhere {
            let choice = [Node::code(self.here(&present), why), Node::list(elements, why), Node::list(Vec::new(), why)];
            parts.push(Node::new(Expr::Conditional(Box::new(choice)), why));
        }
        Node::call("concat", parts, origin)
    }

    /// A choice by the environment's name.
    fn choice(&mut self, values: Vec<(usize, Node)>, scope: &[usize]) -> Node {
        let origin = Origin::rule(rules::COUNTED);
        let mut groups: Vec<(Vec<usize>, Node)> = Vec::new();
        let none: Vec<usize> =
            scope.iter().filter(|one| !values.iter().any(|(environment, _)| environment == *one)).copied().collect();
        for (environment, node) in values {
            match groups.iter_mut().find(|(_, known)| known.says_the_same(&node)) {
                Some((present, _)) => present.push(environment),
                None => groups.push((vec![environment], node)),
            }
        }
        if !none.is_empty() {
            groups.push((none, Node::new(Expr::Null, origin)));
        }
        let Some((_, mut chosen)) = groups.pop() else { return Node::new(Expr::Null, origin) };
        for (present, node) in groups.into_iter().rev() {
            let choice = [Node::code(self.here(&present), origin), node, chosen];
            chosen = Node::new(Expr::Conditional(Box::new(choice)), origin);
        }
        chosen
    }

    /// Makes a field of the file's variable.
    fn lift(&mut self, values: Vec<(usize, Node)>, kind: &'static str, scope: &[usize], path: &[String]) -> Node {
        let origin = Origin::rule(rules::VARIABLE);
        let nullable = values.len() < scope.len();
        let mut all: Vec<Option<Node>> = vec![None; self.environments.len()];
        for (environment, node) in values {
            all[environment] = Some(node);
        }
        let equal = |field: &Field| {
            field.kind == kind
                && field.values.iter().zip(&all).all(|(one, two)| match (one, two) {
                    (Some(one), Some(two)) => one.says_the_same(two),
                    (None, None) => true,
                    _ => false,
                })
        };
        let mut name = String::new();
        for part in path.iter().rev() {
            let clearer = CLEARER.iter().find(|(word, _)| word == part).map(|(_, clearer)| *clearer);
            let part = clearer.unwrap_or(part);
            name = if name.is_empty() { part.to_owned() } else { format!("{part}_{name}") };
            match self.fields.iter().find(|field| field.name == name) {
                Some(field) if equal(field) => return self.reference(&name, origin),
                Some(_) => {}
                // What says nothing by itself is called after what it is of.
                None if VAGUE.contains(&name.as_str()) => {}
                None => break,
            }
        }
        // The variable is called as the component or datastore.
        let own = name.strip_prefix(self.subject).and_then(|rest| rest.strip_prefix('_'));
        let base = own.map_or_else(|| name.clone(), str::to_owned);
        name.clone_from(&base);
        let mut number = 1;
        while let Some(field) = self.fields.iter().find(|field| field.name == name) {
            if equal(field) {
                return self.reference(&name, origin);
            }
            number += 1;
            name = format!("{base}_{number}");
        }
        let reference = self.reference(&name, origin);
        self.fields.push(Field { name, kind, nullable, values: all });
        reference
    }

    fn reference(&self, field: &str, origin: Origin) -> Node {
        Node::code(format!("var.{}.{field}", self.subject), origin)
    }
}

/// Names that say nothing by themselves.
const VAGUE: [&str; 6] = ["arn", "enabled", "name", "threshold", "value", "values"];
/// Names of Terraform's that a reader of variables would not understand, and what says it.
const CLEARER: [(&str, &str); 1] = [("max_aggregation_interval", "flow_log_interval")];

enum Slot {
    Attribute(Text),
    Blocks,
    Comment(Text, Origin),
    Gap,
}

/// The type of values that are all known; none where one is not, or they differ in type.
fn literal_kind(values: &[(usize, Node)]) -> Option<&'static str> {
    let kind = |node: &Node| match &node.expr {
        Expr::Bool(_) => Some("bool"),
        Expr::Integer(_) | Expr::Number(_) => Some("number"),
        Expr::Text(_) => Some("string"),
        Expr::List(elements)
            if !elements.is_empty() && elements.iter().all(|element| matches!(element.expr, Expr::Text(_))) =>
        {
            Some("list(string)")
        }
        _ => None,
    };
    let first = kind(&values.first()?.1)?;
    values.iter().all(|(_, node)| kind(node) == Some(first)).then_some(first)
}

fn same_calls(values: &[(usize, Node)]) -> bool {
    let Expr::Call(first) = &values[0].1.expr else { return false };
    values.iter().all(
        |(_, node)| matches!(&node.expr, Expr::Call(other) if first.name == other.name && first.arguments.len() == other.arguments.len()),
    )
}

/// What tells elements of a list apart: a name, else what they say, else their place.
fn element_key(element: &Node, index: usize) -> String {
    match &element.expr {
        Expr::Object(fields) => {
            let name = fields.iter().find(|(key, _)| matches!(&**key, "name" | "sourceVolume" | "containerName"));
            match name.map(|(_, node)| &node.expr) {
                Some(Expr::Text(text)) => format!("name {text}"),
                _ => format!("place {index}"),
            }
        }
        Expr::Text(text) => format!("text {text}"),
        Expr::Code(code) => format!("code {code}"),
        Expr::Template(parts) => format!("template {parts:?}"),
        _ => format!("place {index}"),
    }
}

fn same_body(one: &Body, other: &Body) -> bool {
    one.items.len() == other.items.len()
        && one.items.iter().zip(&other.items).all(|(one, other)| match (one, other) {
            (Item::Attribute(one), Item::Attribute(other)) => {
                one.name == other.name && one.value.says_the_same(&other.value)
            }
            (Item::Block(one), Item::Block(other)) => {
                one.kind == other.kind
                    && one.labels == other.labels
                    && one.key == other.key
                    && same_body(&one.body, &other.body)
            }
            (Item::Comment(one, _), Item::Comment(other, _)) => one == other,
            (Item::Gap, Item::Gap) => true,
            _ => false,
        })
}

/// Resources that are counted are referred to by their first: `aws_x.y.arn` becomes `aws_x.y[0].arn`.
pub(super) fn index(blocks: &mut [Block], counted: &BTreeSet<String>) {
    for block in blocks {
        body(&mut block.body, counted);
    }
}

fn body(all: &mut Body, counted: &BTreeSet<String>) {
    for item in &mut all.items {
        match item {
            Item::Attribute(attribute) => node(&mut attribute.value, counted),
            Item::Block(block) => body(&mut block.body, counted),
            Item::Comment(..) | Item::Gap => {}
        }
    }
}

fn node(all: &mut Node, counted: &BTreeSet<String>) {
    match &mut all.expr {
        Expr::Code(code) => indexed(code, counted),
        Expr::Template(parts) => {
            for part in parts {
                if let Part::Code(code) = part {
                    indexed(code, counted);
                }
            }
        }
        Expr::Call(call) => call.arguments.iter_mut().for_each(|one| node(one, counted)),
        Expr::List(nodes) => nodes.iter_mut().for_each(|one| node(one, counted)),
        Expr::Object(fields) => fields.iter_mut().for_each(|(_, one)| node(one, counted)),
        Expr::Conditional(nodes) => nodes.iter_mut().for_each(|one| node(one, counted)),
        _ => {}
    }
}

fn indexed(code: &mut Text, counted: &BTreeSet<String>) {
    if !code.contains('.') {
        return;
    }
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let mut whole: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    let bytes = code.as_bytes();
    while at < bytes.len() {
        let end = bytes[at..].iter().position(|byte| !part(byte)).map_or(bytes.len(), |length| at + length);
        // Where a word begins and ends, a character does.
        if end > at
            && let Some(address) = counted_in(&code[at..end], counted)
        {
            let text = whole.get_or_insert_default();
            text.push_str(&code[copied..at + address]);
            text.push_str("[0]");
            copied = at + address;
        }
        at = end + 1;
    }
    if let Some(mut text) = whole {
        text.push_str(&code[copied..]);
        *code = text.into();
    }
}

/// The length of the counted address that a traversal begins with.
fn counted_in(traversal: &str, counted: &BTreeSet<String>) -> Option<usize> {
    let words = if traversal.starts_with("data.") || traversal.starts_with("ephemeral.") { 3 } else { 2 };
    let (end, _) = traversal.match_indices('.').nth(words - 1)?;
    counted.contains(&traversal[..end]).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_referred_to_by_its_first() {
        let counted = BTreeSet::from(["aws_vpc.main".to_owned(), "data.aws_eks_cluster.main".to_owned()]);
        let said = |text: &'static str| {
            let mut code = Text::from(text);
            indexed(&mut code, &counted);
            code.to_string()
        };
        assert_eq!(said("aws_vpc.main.id"), "aws_vpc.main[0].id");
        assert_eq!(
            said("x ? aws_vpc.main.id : data.aws_eks_cluster.main.name"),
            "x ? aws_vpc.main[0].id : data.aws_eks_cluster.main[0].name"
        );
        assert_eq!(said("\"${aws_vpc.main.arn}/*\""), "\"${aws_vpc.main[0].arn}/*\"");
        for same in [
            "é.aws_vpc",
            "\"größe ≥ 1\"",
            "data.aws_vpc.main.id",
            "aws_vpc.mainly.id",
            "module.aws_vpc.main.id",
            "aws_vpc.main",
        ] {
            assert_eq!(said(same), same);
        }
    }
}
