//! What changes a component: its own sources, and those of the libraries that it is built with.

use std::collections::{BTreeSet, HashMap};

use super::rules;
use crate::ir::building::Build;
use crate::ir::choice::{ComponentKind, SuiteKind};
use crate::ir::component::DependencyKind;
use crate::ir::datastore::Datastore;
use crate::ir::testing::Suite;
use crate::ir::value::RepositoryPath;
use crate::ir::{System, Traced};
use crate::plan::pipeline::configurations::ChangeFilter;

/// What jobs are made of, by name.
pub(super) struct Sources<'a> {
    system: &'a System,
    builds: HashMap<&'a str, &'a Build>,
    libraries: HashMap<&'a str, Vec<&'a str>>,
    datastores: HashMap<&'a str, &'a Datastore>,
}

impl<'a> Sources<'a> {
    pub(super) fn of(system: &'a System) -> Sources<'a> {
        let builds: HashMap<&str, &Build> =
            system.builds.iter().map(|build| (build.component.as_str(), build)).collect();
        let mut libraries: HashMap<&str, Vec<&str>> = HashMap::new();
        for build in &system.builds {
            let is_library = system
                .component_named(build.component.as_str())
                .is_some_and(|(_, component)| component.kind.value == ComponentKind::Library);
            if let (true, Some(lockfile)) = (is_library, &build.lockfile) {
                libraries.entry(lockfile.as_str()).or_default().push(build.component.as_str());
            }
        }
        let datastores = system.datastores.iter().map(|datastore| (datastore.name.as_str(), datastore)).collect();
        Sources { system, builds, libraries, datastores }
    }

    /// A datastore before an environment changes it.
    pub(super) fn datastore(&self, name: &str) -> Option<&'a Datastore> {
        self.datastores.get(name).copied()
    }

    /// The build of a component.
    pub(super) fn build(&self, component: &str) -> Option<&'a Build> {
        self.builds.get(component).copied()
    }

    /// What makes a component be built again.
    pub(super) fn of_component(&self, component: &str) -> ChangeFilter {
        let mut found = Found::default();
        found.add(self, component);
        let lockfile = self.build(component).and_then(|build| build.lockfile.as_ref());
        for library in lockfile.and_then(|lockfile| self.libraries.get(lockfile.as_str())).into_iter().flatten() {
            found.add(self, library);
        }
        for library in self.needed_libraries(component) {
            found.add(self, library);
        }
        found.filter(self.system)
    }

    /// What makes a suite run again: what it tests and, where parts are tested together, what that calls.
    pub(super) fn of_suite(&self, suite: &Suite) -> ChangeFilter {
        let components = suite.components();
        let is_alone = suite.kind.value == SuiteKind::Unit;
        let mut found = Found { everything: components.is_empty(), ..Found::default() };
        for name in components {
            let of_component = self.of_component(name.as_str());
            found.everything |= of_component.always.value;
            found.folders.extend(of_component.folders.into_iter().map(|folder| folder.value));
            found.files.extend(of_component.files.into_iter().map(|file| file.value));
            let Some((_, component)) = self.system.component_named(name.as_str()) else { continue };
            let called = component.depends_on.iter().filter(|known| known.kind == DependencyKind::Component);
            for dependency in called.filter(|_| !is_alone) {
                found.add(self, dependency.name.as_str());
            }
        }
        found.filter(self.system)
    }

    /// The libraries that a component names among what it needs.
    fn needed_libraries(&self, component: &str) -> impl Iterator<Item = &'a str> {
        let component = self.system.component_named(component).map(|(_, component)| component);
        let needed = component.into_iter().flat_map(|component| &component.depends_on);
        needed.filter_map(|dependency| {
            let (_, needed) = self.system.component_named(dependency.name.as_str())?;
            (needed.kind.value == ComponentKind::Library).then(|| needed.name.as_str())
        })
    }
}

/// Sources, sorted and each once.
#[derive(Default)]
struct Found {
    everything: bool,
    folders: BTreeSet<RepositoryPath>,
    files: BTreeSet<RepositoryPath>,
}

impl Found {
    fn add(&mut self, sources: &Sources<'_>, component: &str) {
        let build = sources.build(component);
        let path = sources.system.component_named(component).and_then(|(_, component)| component.path.as_ref());
        let image = build.and_then(|build| build.image.as_ref());
        let folders = [
            path,
            build.and_then(|build| build.working_directory.as_ref()),
            image.and_then(|image| image.context.as_ref()),
        ];
        // The root says nothing about which component changed.
        let known: Vec<&RepositoryPath> =
            folders.into_iter().flatten().map(|folder| &folder.value).filter(|folder| folder.as_str() != ".").collect();
        self.everything |= known.is_empty();
        self.folders.extend(known.into_iter().cloned());
        self.files.extend(build.and_then(|build| build.lockfile.as_ref()).map(|lockfile| lockfile.value.clone()));
        if let Some(image) = image {
            let context = image.context.as_ref().or(build.and_then(|build| build.working_directory.as_ref()));
            let dockerfile = match context {
                Some(context) => context.join(&image.dockerfile),
                None => image.dockerfile.value.clone(),
            };
            self.files.insert(dockerfile);
        }
    }

    fn filter(mut self, system: &System) -> ChangeFilter {
        // A file below a folder that counts is said already.
        let folders = &self.folders;
        self.files.retain(|file| {
            let mut folder = file.folder();
            loop {
                if folders.contains(&folder) {
                    return false;
                }
                if folder.as_str() == "." {
                    return true;
                }
                folder = folder.folder();
            }
        });
        let traced = |path| Traced::by_rule(path, rules::CHANGES);
        if self.everything {
            self.folders.clear();
            self.files.clear();
        }
        ChangeFilter {
            origin: system.origin,
            always: Traced::by_rule(self.everything, rules::CHANGES),
            folders: self.folders.into_iter().map(traced).collect(),
            files: self.files.into_iter().map(traced).collect(),
        }
    }
}
