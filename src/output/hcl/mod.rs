//! HCL: documents of Terraform as trees with origins, and their printer, which writes as `terraform fmt` does.
//!
//! A text from a plan is always a [`Expr::Text`], whose `${` and `%{` are escaped; [`Expr::Code`] holds what a target's own
//! source says, so that no value becomes syntax.

mod print;

pub use print::print;

use super::doc::Text;
use crate::ir::value::Decimal;
use crate::ir::{Origin, Traced};

/// The content of a file or a block.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// What stands in it, in order.
    pub items: Vec<Item>,
}

/// One thing in a body.
#[derive(Clone, Debug)]
pub enum Item {
    /// `name = value`.
    Attribute(Attribute),
    /// `kind "label" { … }`; much larger than an attribute, of which there are many more.
    Block(Box<Block>),
    /// A line of a comment.
    Comment(Text, Origin),
    /// An empty line.
    Gap,
}

/// `name = value`.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name.
    pub name: Text,
    /// The value.
    pub value: Node,
}

/// `kind "label" { … }`.
#[derive(Clone, Debug)]
pub struct Block {
    /// The kind.
    pub kind: Text,
    /// Labels.
    pub labels: Vec<Text>,
    /// What stands in it.
    pub body: Body,
    /// Why it is there.
    pub origin: Origin,
    /// What tells it from its neighbours of the same kind when several documents are laid over each other.
    pub key: Option<Text>,
}

/// An expression, and where it comes from.
#[derive(Clone, Debug)]
pub struct Node {
    /// The expression.
    pub expr: Expr,
    /// Where it comes from.
    pub origin: Origin,
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// An exact decimal number.
    Number(Decimal),
    /// A text; nothing in it is syntax.
    Text(Text),
    /// A text with expressions inside of it.
    Template(Vec<Part>),
    /// A reference or another expression that a target's source writes.
    Code(Text),
    /// `name(argument, …)`.
    Call(Box<Call>),
    /// `[…]`.
    List(Vec<Node>),
    /// `{…}`.
    Object(Vec<(Text, Node)>),
    /// `condition ? yes : no`.
    Conditional(Box<[Node; 3]>),
}

/// `name(argument, …)`.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function.
    pub name: &'static str,
    /// What it is called with.
    pub arguments: Vec<Node>,
}

/// A piece of a text with expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text; nothing in it is syntax.
    Text(Text),
    /// What stands between `${` and `}`.
    Code(Text),
}

impl Node {
    /// An expression.
    #[must_use]
    pub const fn new(expr: Expr, origin: Origin) -> Node {
        Node { expr, origin }
    }

    /// A text.
    pub fn text(text: impl Into<Text>, origin: Origin) -> Node {
        Node::new(Expr::Text(text.into()), origin)
    }

    /// A traced value as text.
    pub fn traced<T: std::fmt::Display>(value: &Traced<T>) -> Node {
        Node::text(value.value.to_string(), value.origin)
    }

    /// `true` or `false`.
    #[must_use]
    pub const fn flag(value: &Traced<bool>) -> Node {
        Node::new(Expr::Bool(value.value), value.origin)
    }

    /// A whole number.
    pub fn number<T: Copy + Into<i64>>(value: &Traced<T>) -> Node {
        Node::new(Expr::Integer(value.value.into()), value.origin)
    }

    /// What a target's source writes: a reference, a call, an expression.
    pub fn code(code: impl Into<Text>, origin: Origin) -> Node {
        Node::new(Expr::Code(code.into()), origin)
    }

    /// A list.
    pub fn list(elements: impl IntoIterator<Item = Node>, origin: Origin) -> Node {
        Node::new(Expr::List(elements.into_iter().collect()), origin)
    }

    /// An object.
    #[must_use]
    pub const fn object(fields: Vec<(Text, Node)>, origin: Origin) -> Node {
        Node::new(Expr::Object(fields), origin)
    }

    /// A call.
    pub fn call(name: &'static str, arguments: Vec<Node>, origin: Origin) -> Node {
        Node::new(Expr::Call(Box::new(Call { name, arguments })), origin)
    }

    /// Whether two say the same, wherever they come from.
    #[must_use]
    pub fn says_the_same(&self, other: &Node) -> bool {
        let all = |one: &[Node], two: &[Node]| {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.says_the_same(two))
        };
        match (&self.expr, &other.expr) {
            (Expr::Null, Expr::Null) => true,
            (Expr::Bool(one), Expr::Bool(two)) => one == two,
            (Expr::Integer(one), Expr::Integer(two)) => one == two,
            (Expr::Number(one), Expr::Number(two)) => one == two,
            (Expr::Text(one), Expr::Text(two)) | (Expr::Code(one), Expr::Code(two)) => one == two,
            (Expr::Template(one), Expr::Template(two)) => one == two,
            (Expr::Call(one), Expr::Call(two)) => one.name == two.name && all(&one.arguments, &two.arguments),
            (Expr::List(one), Expr::List(two)) => all(one, two),
            (Expr::Object(one), Expr::Object(two)) => {
                one.len() == two.len()
                    && one.iter().zip(two).all(|((key, one), (other, two))| key == other && one.says_the_same(two))
            }
            (Expr::Conditional(one), Expr::Conditional(two)) => all(&one[..], &two[..]),
            _ => false,
        }
    }
}

impl Body {
    /// The same with an attribute at the end.
    #[must_use]
    pub fn with(mut self, name: impl Into<Text>, value: Node) -> Body {
        self.put(name, value);
        self
    }

    /// The same with an attribute at the end, where there is a value.
    #[must_use]
    pub fn with_some(self, name: impl Into<Text>, value: Option<Node>) -> Body {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same with a block at the end.
    #[must_use]
    pub fn block(mut self, block: Block) -> Body {
        self.items.push(Item::Block(Box::new(block)));
        self
    }

    /// The same with blocks at the end.
    #[must_use]
    pub fn blocks(mut self, blocks: impl IntoIterator<Item = Block>) -> Body {
        self.items.extend(blocks.into_iter().map(|block| Item::Block(Box::new(block))));
        self
    }

    /// The same with an empty line at the end.
    #[must_use]
    pub fn gap(mut self) -> Body {
        self.items.push(Item::Gap);
        self
    }

    /// The same with a comment at the end.
    #[must_use]
    pub fn comment(mut self, text: impl Into<Text>, origin: Origin) -> Body {
        self.items.push(Item::Comment(text.into(), origin));
        self
    }

    /// Gives back the room that was set aside for more items.
    pub fn shrink(&mut self) {
        self.items.shrink_to_fit();
        for item in &mut self.items {
            if let Item::Block(block) = item {
                block.body.shrink();
            }
        }
    }

    /// Adds an attribute at the end.
    pub fn put(&mut self, name: impl Into<Text>, value: Node) {
        self.items.push(Item::Attribute(Attribute { name: name.into(), value }));
    }
}

impl Block {
    /// A block without labels.
    pub fn new(kind: impl Into<Text>, body: Body, origin: Origin) -> Block {
        Block { kind: kind.into(), labels: Vec::new(), body, origin, key: None }
    }

    /// A block with labels.
    pub fn labelled<L: Into<Text>>(
        kind: impl Into<Text>,
        labels: impl IntoIterator<Item = L>,
        body: Body,
        origin: Origin,
    ) -> Block {
        let labels = labels.into_iter().map(Into::into).collect();
        Block { kind: kind.into(), labels, body, origin, key: None }
    }

    /// The same, told from its neighbours by a key.
    #[must_use]
    pub fn keyed(mut self, key: impl Into<Text>) -> Block {
        self.key = Some(key.into());
        self
    }
}
