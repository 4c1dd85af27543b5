//! Facts of one spec file, by path.

use crate::diag::{Diagnostic, code};
use crate::source::yaml::NodeId;
use crate::source::{FileId, Origin, Scalar, SourceFile, Sources, Traced};

/// A spec file while its facts are looked up. What is missing or malformed is collected.
pub struct SpecFile<'a> {
    file: &'a SourceFile,
    problems: Vec<Diagnostic>,
}

/// One node of a spec file.
#[derive(Clone, Copy)]
pub struct Fact<'a> {
    file: &'a SourceFile,
    node: NodeId,
}

impl<'a> SpecFile<'a> {
    /// Opens a spec file.
    #[must_use]
    pub fn new(sources: &'a Sources, id: FileId) -> SpecFile<'a> {
        SpecFile { file: sources.file(id), problems: Vec::new() }
    }

    /// Where the file as a whole stands.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::node(self.file.node_base)
    }

    /// The root of the file.
    #[must_use]
    pub fn root(&self) -> Option<Fact<'a>> {
        Some(Fact { file: self.file, node: self.file.tree().root()? })
    }

    /// A fact by its path of keys, where it is there and not null.
    #[must_use]
    pub fn find(&self, path: &[&str]) -> Option<Fact<'a>> {
        path.iter().try_fold(self.root()?, |fact, key| fact.get(key)).filter(|fact| !fact.is_null())
    }

    /// A scalar fact that must be there; a stand-in and a T002 where it is not.
    pub fn scalar<T: Scalar + Default>(&mut self, path: &[&str]) -> Traced<T> {
        if let Some(fact) = self.find(path)
            && let Some(value) = fact.scalar::<T>()
        {
            return value;
        }
        self.missing(path, T::SHAPE.name);
        Traced::new(T::default(), self.origin())
    }

    /// A text that must be there.
    pub fn text(&mut self, path: &[&str]) -> Traced<String> {
        self.scalar(path)
    }

    /// A list of texts that must be there.
    pub fn texts(&mut self, path: &[&str]) -> Vec<Traced<String>> {
        let Some(fact) = self.find(path) else {
            self.missing(path, "list");
            return Vec::new();
        };
        fact.elements().filter_map(|element| element.scalar()).collect()
    }

    /// Records that a fact is missing or of another form.
    pub fn missing(&mut self, path: &[&str], expected: &str) {
        self.problems.push(
            Diagnostic::without_place(
                code::BAD_SPEC,
                format!("the target spec `{}` has no `{}`", self.file.path, path.join(".")),
            )
            .help(format!("add it as a {expected}")),
        );
    }

    /// What was missing.
    #[must_use]
    pub fn finish(self) -> Vec<Diagnostic> {
        self.problems
    }
}

impl<'a> Fact<'a> {
    /// Where the fact stands.
    #[must_use]
    pub fn origin(self) -> Origin {
        Origin::node(self.file.node_base + self.node)
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.file.tree().is_null(self.node)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Fact<'a>> {
        self.entries().find(|(name, _)| name.value == key).map(|(_, value)| value)
    }

    /// The text of a scalar.
    #[must_use]
    pub fn text(self) -> Option<Traced<&'a str>> {
        let (text, _) = self.file.tree().scalar(&self.file.text, self.node)?;
        Some(Traced::new(text, self.origin()))
    }

    /// Whether it is a scalar that was written without quotes.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self.file.tree().scalar(&self.file.text, self.node).is_some_and(|(_, plain)| plain)
    }

    /// The value of a scalar, where it is well formed.
    #[must_use]
    pub fn scalar<T: Scalar>(self) -> Option<Traced<T>> {
        let text = self.text()?;
        T::read(text.value).ok().map(|value| text.with(value))
    }

    /// The elements of a list.
    pub fn elements(self) -> impl Iterator<Item = Fact<'a>> {
        let list = self.file.tree().list(self.node).unwrap_or(&[]);
        list.iter().map(move |node| Fact { file: self.file, node: *node })
    }

    /// The entries of a mapping.
    pub fn entries(self) -> impl Iterator<Item = (Traced<&'a str>, Fact<'a>)> {
        let file = self.file;
        file.tree().entries(self.node).into_iter().flatten().filter_map(move |(key, value)| {
            let key = Fact { file, node: key }.text()?;
            Some((key, Fact { file, node: value }))
        })
    }
}
