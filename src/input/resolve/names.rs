//! Name spaces: who is defined where, what is defined twice, and what a name that nothing defines may have meant.
//!
//! Definitions are read from the trees, not from what was decoded: a component with a mistake inside is still there, so
//! that one mistake does not become twenty.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, code};
use crate::ir::value::Name;
use crate::source::decode::{list_of, nearest, with_article};
use crate::source::guess::same_letters;
use crate::source::scalar::{Wrong, shown};
use crate::source::yaml::NodeId;
use crate::source::{FileId, Fix, Origin, Safety, Scalar, SourceFile, Sources, Traced};

use crate::input::documents::{Documents, Read};

/// A name space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    Component,
    Datastore,
    External,
    Suite,
    Environment,
    Requirement,
}

impl Space {
    const ALL: [Space; 6] =
        [Space::Component, Space::Datastore, Space::External, Space::Suite, Space::Environment, Space::Requirement];

    /// What one of them is called.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Space::Component => "component",
            Space::Datastore => "datastore",
            Space::External => "external service",
            Space::Suite => "suite",
            Space::Environment => "environment",
            Space::Requirement => "requirement",
        }
    }

    /// `a component`, `an environment`.
    pub(super) fn with_article(self) -> String {
        with_article(self.noun())
    }

    /// The document that defines them.
    const fn document(self) -> &'static str {
        match self {
            Space::Component => "implementation_artifacts",
            Space::Datastore | Space::External => "dependency_specifications",
            Space::Suite | Space::Requirement => "test_specifications",
            Space::Environment => "deployment_packages",
        }
    }

    /// The list that defines them, and the key of the name in it.
    const fn keys(self) -> (&'static str, &'static str) {
        match self {
            Space::Component => ("components", "name"),
            Space::Datastore => ("datastores", "name"),
            Space::External => ("external", "name"),
            Space::Suite => ("suites", "name"),
            Space::Environment => ("environments", "name"),
            Space::Requirement => ("requirements", "id"),
        }
    }
}

/// What one space defines.
#[derive(Default)]
struct Definitions<'a> {
    names: BTreeMap<&'a str, Origin>,
    /// What names that are not well formed should be.
    meant: Vec<(String, Origin)>,
    complete: bool,
}

/// How many names are compared in a run to find what unresolved ones may have meant: nobody reads a thousand guesses.
const COMPARISONS: usize = 200_000;

/// All name spaces.
pub(super) struct Names<'a> {
    spaces: [Definitions<'a>; 6],
    comparisons: usize,
}

impl<'a> Names<'a> {
    /// Collects what the documents define, and reports what is defined twice.
    pub(super) fn collect(sources: &'a Sources, documents: &Documents, found: &mut Vec<Diagnostic>) -> Names<'a> {
        let spaces = Space::ALL.map(|space| match space {
            Space::Component => define(sources, space, &documents.implementation_artifacts, found),
            Space::Datastore | Space::External => define(sources, space, &documents.dependency_specifications, found),
            Space::Suite | Space::Requirement => define(sources, space, &documents.test_specifications, found),
            Space::Environment => define(sources, space, &documents.deployment_packages, found),
        });
        let names = Names { spaces, comparisons: 0 };
        for (name, origin) in &names.space(Space::Datastore).names {
            if let Some(component) = names.space(Space::Component).names.get(name) {
                found.push(
                    Diagnostic::new(
                        code::DUPLICATE_NAME,
                        *origin,
                        format!("a datastore and a component are both called `{}`", shown(name)),
                        "the datastore",
                    )
                    .label(*component, "the component")
                    .help("rename one of them: others name both in `depends_on`"),
                );
            }
        }
        names
    }

    /// Where a component or a datastore of a name is defined: they share one name space.
    pub(super) fn taken(&self, name: &str) -> Option<(&'static str, Origin)> {
        [Space::Component, Space::Datastore]
            .into_iter()
            .find_map(|space| Some((space.noun(), self.space(space).names.get(name).copied()?)))
    }

    fn space(&self, space: Space) -> &Definitions<'a> {
        &self.spaces[space as usize]
    }

    /// Where a name is defined.
    pub(super) fn defined(&self, space: Space, name: &str) -> Option<Origin> {
        let space = self.space(space);
        let meant = || space.meant.iter().find(|(meant, _)| meant == name).map(|(_, origin)| *origin);
        space.names.get(name).copied().or_else(meant)
    }

    /// Whether a name that is not defined here is defined nowhere, because all files of the space could be read.
    pub(super) fn complete(&self, space: Space) -> bool {
        self.space(space).complete
    }

    /// Whether there is nothing that a name could stand for: these spaces are empty, and no other has the name.
    fn nothing(&self, spaces: &[Space], name: &str) -> bool {
        spaces.iter().all(|space| self.space(*space).names.is_empty())
            && Space::ALL.into_iter().all(|space| self.defined(space, name).is_none())
    }

    /// What to say of a name that none of these spaces defines.
    fn unresolved(&mut self, spaces: &[Space], name: &str, place: Origin) -> Diagnostic {
        let nouns: Vec<&str> = spaces.iter().map(|space| space.noun()).collect();
        let name = &*shown(name);
        let what = alternatives(&nouns);
        let diagnostic = Diagnostic::new(
            code::UNRESOLVED_NAME,
            place,
            format!("no {what} is called `{name}`"),
            format!("not {}", Space::with_article(spaces[0])),
        );
        let elsewhere = Space::ALL.into_iter().find_map(|space| self.defined(space, name).map(|at| (space, at)));
        if let Some((space, at)) = elsewhere {
            return diagnostic
                .label(at, format!("`{name}` is {}", space.with_article()))
                .help(format!("name {} here", with_article(&what)));
        }
        self.comparisons += spaces.iter().map(|space| self.space(*space).names.len()).sum::<usize>();
        let known = || spaces.iter().flat_map(|space| self.space(*space).names.iter());
        let near = nearest(name, known().map(|(name, _)| *name).filter(|_| self.comparisons <= COMPARISONS));
        if let Some(near) = near {
            let at = spaces.iter().find_map(|space| self.defined(*space, near));
            let diagnostic = match at {
                Some(at) => diagnostic.label(at, format!("`{near}` is defined here")),
                None => diagnostic,
            };
            let mut diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            // The text of a requirement may need quotes; all other names are written as they are.
            if spaces != [Space::Requirement] {
                let sure = if same_letters(name, near) { Safety::Safe } else { Safety::Suggested };
                diagnostic.fix = Some(Fix::new(sure, place, near));
            }
            return diagnostic;
        }
        let known: Vec<&str> = known().map(|(name, _)| *name).take(9).collect();
        match known.len() {
            0 => {
                let (list, document) = (spaces[0].keys().0, spaces[0].document());
                diagnostic.help(format!("no {what} is defined at all: `{document}.yaml` defines them, under `{list}`"))
            }
            1..=8 => {
                diagnostic.help(format!("there {} {}", if known.len() == 1 { "is" } else { "are" }, list_of(&known)))
            }
            _ => diagnostic,
        }
    }
}

/// `component, datastore or external service`.
fn alternatives(nouns: &[&str]) -> String {
    match nouns {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn define<'a, D>(sources: &'a Sources, space: Space, read: &Read<D>, found: &mut Vec<Diagnostic>) -> Definitions<'a> {
    let mut definitions = Definitions { names: BTreeMap::new(), meant: Vec::new(), complete: read.complete };
    for file in &read.files {
        for (name, origin) in definitions_in(sources, *file, space) {
            if let Some(first) = definitions.names.get(name) {
                found.push(
                    Diagnostic::new(
                        code::DUPLICATE_NAME,
                        origin,
                        format!("the {} `{}` is defined twice", space.noun(), shown(name)),
                        "second time here",
                    )
                    .label(*first, "first time here")
                    .help("rename or remove one of the two"),
                );
            } else {
                definitions.names.insert(name, origin);
                // Who uses the name as it should have been written is not wrong as well.
                if let Err(Wrong { instead: Some((_, meant)), .. }) = Name::read(name)
                    && space != Space::Requirement
                {
                    definitions.meant.push((meant, origin));
                }
            }
        }
    }
    definitions
}

fn definitions_in(sources: &Sources, file: FileId, space: Space) -> impl Iterator<Item = (&str, Origin)> {
    let source = sources.file(file);
    let (list, key) = space.keys();
    let entries =
        source.tree().root().and_then(|root| value_of(source, root, list)).and_then(|node| source.tree().list(node));
    entries.into_iter().flatten().filter_map(move |entry| {
        let node = value_of(source, *entry, key)?;
        let (name, _) = source.tree().scalar(&source.text, node)?;
        Some((name, Origin::node(source.node_base + node)))
    })
}

fn value_of(source: &SourceFile, node: NodeId, key: &str) -> Option<NodeId> {
    let mut entries = source.tree().entries(node)?;
    entries
        .find(|(known, _)| source.tree().scalar(&source.text, *known).is_some_and(|(text, _)| text == key))
        .map(|(_, value)| value)
}

/// Something that is named: a name of the language, or the text of an identifier.
pub(super) trait Named {
    /// The text.
    fn text(&self) -> &str;
}

impl Named for Name {
    fn text(&self) -> &str {
        self.as_str()
    }
}

impl Named for String {
    fn text(&self) -> &str {
        self
    }
}

impl super::Resolver<'_> {
    /// Whether a name is defined; reported where it is not, unless its definition may stand in what could not be read.
    pub(super) fn expect<N: Named>(&mut self, space: Space, name: &Traced<N>) -> bool {
        if self.names.defined(space, name.text()).is_some() {
            return true;
        }
        if self.names.complete(space) {
            self.unresolved(&[space], name.text(), name.origin);
        }
        false
    }

    /// Reports a name that none of these spaces defines. Where they define nothing at all that is one mistake, however
    /// often it shows.
    pub(super) fn unresolved(&mut self, spaces: &[Space], name: &str, place: Origin) {
        let diagnostic = self.names.unresolved(spaces, name, place);
        if !self.names.nothing(spaces, name) {
            return self.report(diagnostic);
        }
        let first = *self.undefined[spaces[0] as usize].get_or_insert(self.diagnostics.len());
        match self.diagnostics.get_mut(first) {
            Some(known) if known.help == diagnostic.help => {
                known.also.extend(diagnostic.labels);
                let nouns: Vec<&str> = spaces.iter().map(|space| space.noun()).collect();
                let places = known.also.len() + 1;
                known.message = format!("no {} is defined, and {places} places name one", alternatives(&nouns));
            }
            _ => self.report(diagnostic),
        }
    }

    /// Reports each entry whose key an earlier one has.
    pub(super) fn unique<K: Ord>(
        &mut self,
        entries: impl IntoIterator<Item = (K, Origin)>,
        message: impl Fn(&K) -> String,
        help: &str,
    ) {
        let mut seen: BTreeMap<K, Origin> = BTreeMap::new();
        for (key, origin) in entries {
            match seen.get(&key) {
                Some(first) => {
                    let message = message(&key);
                    let first = *first;
                    self.report(
                        Diagnostic::new(code::DUPLICATE_NAME, origin, message, "second time here")
                            .label(first, "first time here")
                            .help(help),
                    );
                }
                None => {
                    seen.insert(key, origin);
                }
            }
        }
    }
}
