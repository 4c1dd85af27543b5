//! What differs between two versions: resources that come, go, move or get another name, and their fields.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::fields::{FieldChange, field_changes, same_but_for};
use super::module::{self, Place};
use super::renaming::Renaming;
use super::{Text, Version};
use crate::output::resource::{self, FILE, Resource};

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The target whose file it is in.
    pub target: String,
    /// The environment of the file.
    pub environment: Option<String>,
    /// The file: of the new version, or of the old one where it is gone.
    pub file: Utf8PathBuf,
    /// What the resource is.
    pub kind: String,
    /// What it is called now.
    pub name: String,
    /// What differs.
    pub what: What,
    /// The lines of the new version, first and last; none where nothing is left.
    pub new_lines: Option<(usize, usize)>,
    /// The file and lines of the old version.
    pub old_lines: Option<(Utf8PathBuf, usize, usize)>,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The resource is new.
    Added,
    /// The resource is gone.
    Removed,
    /// The resource was called otherwise.
    Renamed(String),
    /// The resource stood in another file.
    Moved(Utf8PathBuf),
    /// A field has another value; none: it is not there.
    Field {
        /// Keys from the resource inwards; empty for a line of a text.
        path: String,
        /// The value before.
        old: Option<String>,
        /// The value after.
        new: Option<String>,
    },
    /// An element of a list is new, is gone, or is called otherwise.
    Element {
        /// Keys from the resource inwards, with the name of the element last.
        path: String,
        /// What it was called.
        old: Option<String>,
        /// What it is called.
        new: Option<String>,
    },
}

impl What {
    /// The keys of a field or an element; empty for a resource as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            What::Field { path, .. } | What::Element { path, .. } => path,
            _ => "",
        }
    }
}

/// A resource of one version.
#[derive(Clone)]
pub(super) struct Found {
    /// The file under the names of the new version.
    pub(super) file: Utf8PathBuf,
    /// The file as it is.
    pub(super) true_file: Utf8PathBuf,
    /// What it is called in its own version, where that is another name.
    other_name: Option<String>,
    pub(super) target: String,
    pub(super) environment: Option<String>,
    pub(super) resource: Resource,
    /// Where values of fields stand that do not stand in the file.
    pub(super) elsewhere: BTreeMap<String, Place>,
}

impl Found {
    /// What it is and what it says, wherever that stands.
    fn said(&self) -> impl Iterator<Item = (&str, &str)> {
        self.resource.fields.iter().map(|field| (field.path.as_str(), field.value.as_str()))
    }

    /// By what it is known in both versions.
    fn key(&self) -> Key<'_> {
        (&self.file, &self.resource.kind, &self.resource.name, self.environment.as_deref())
    }
}

/// What differs, and in how many values nothing does but that a name stands in the place of the old one.
#[derive(Debug, Default)]
pub struct Changes {
    /// All that differs, in the order of targets' files; what is gone comes last.
    pub changes: Vec<Change>,
    /// In how many values only a name differs.
    pub names: usize,
    /// Resources whose new name is told to the tool, so that it keeps them: `aws_db_instance.orders`.
    pub kept: BTreeSet<String>,
}

/// Compares two versions. `renamings`: names that the inputs have given up for others.
#[must_use]
pub fn changes(old: &Version, new: &Version, renamings: &[Renaming]) -> Changes {
    let differs = |path: &Utf8PathBuf| {
        let text = |version: &Version| version.files.get(path).map(|file| file.text.clone());
        text(old) != text(new)
    };
    let mut paths: BTreeSet<&Utf8PathBuf> =
        old.files.keys().chain(new.files.keys()).filter(|path| differs(path)).collect();
    let needed = module::needed(old, new, &paths);
    paths.extend(needed);
    let read = |version: &Version| {
        let files: Vec<(&Utf8PathBuf, &Text)> =
            paths.iter().filter_map(|path| Some((*path, version.files.get(*path)?))).collect();
        module::by_environment(files.par_iter().flat_map_iter(|(path, file)| found(path, file)).collect(), version)
    };
    let ((mut before, mut used), (mut after, further)) = (read(old), read(new));
    used.extend(further);
    module::leave_out_used(&mut before, &used);
    module::leave_out_used(&mut after, &used);
    let blocks = after.iter().filter(|found| found.resource.kind == "moved");
    let targets = blocks.flat_map(|found| found.said()).filter(|(field, _)| *field == "to");
    let kept = targets.map(|(_, address)| address.to_owned()).collect();
    let mut names = 0;
    if !renamings.is_empty() {
        let known: Known<'_> = after.iter().map(|found| (found.key(), found)).collect();
        names = before.iter_mut().map(|found| found.rename(renamings, &known)).sum();
    }
    leave_out_same(&mut before, &mut after);
    let mut changes = Vec::new();
    let mut added = Vec::new();
    // The same place first; what is left may have moved, and what is left then may be called otherwise.
    let same = |a: &Found, b: &Found| a.key() == b.key();
    for new in after {
        match before.iter().position(|old| same(old, &new)) {
            Some(index) => {
                let old = before.remove(index);
                if let Some(name) = &old.other_name {
                    changes.push(change(&new, What::Renamed(name.clone()), Some(&old)));
                }
                compare(&old, &new, &mut changes);
            }
            None => added.push(new),
        }
    }
    let moved = |a: &Found, b: &Found| {
        let key = |found: &Found| {
            (found.target.clone(), found.environment.clone(), found.resource.kind.clone(), found.resource.name.clone())
        };
        b.resource.kind != FILE && key(a) == key(b)
    };
    let mut unknown = Vec::new();
    for new in added {
        match before.iter().position(|old| moved(old, &new)) {
            Some(index) => {
                let old = before.remove(index);
                changes.push(change(&new, What::Moved(old.true_file.clone()), Some(&old)));
                compare(&old, &new, &mut changes);
            }
            None => unknown.push(new),
        }
    }
    // Each is compared with each: where so much comes and goes, nobody only gave it another name.
    let few = unknown.len() * before.len() <= 40_000;
    for new in unknown {
        let before = &mut before;
        let alike = before.iter().take(if few { usize::MAX } else { 0 }).map(|old| alike(old, &new));
        let best = alike.enumerate().map(|(index, percent)| (percent, index)).max();
        match best {
            Some((percent, index)) if percent >= ALIKE && few => {
                let old = before.remove(index);
                changes.push(change(&new, What::Renamed(old.true_name().to_owned()), Some(&old)));
                compare(&old, &new, &mut changes);
            }
            _ => changes.push(change(&new, What::Added, None)),
        }
    }
    changes.extend(before.iter().map(|old| change(old, What::Removed, Some(old))));
    Changes { changes, names, kept }
}

/// Leaves out what is the same in both versions: of most resources nothing differs.
fn leave_out_same(before: &mut Vec<Found>, after: &mut Vec<Found>) {
    let old: BTreeMap<_, &Found> = before.iter().map(|found| (found.key(), found)).collect();
    let is_same =
        |new: &&Found| old.get(&new.key()).is_some_and(|old| old.other_name.is_none() && old.said().eq(new.said()));
    let same = |found: &Found| {
        let (file, kind, name, environment) = found.key();
        (file.to_owned(), kind.to_owned(), name.to_owned(), environment.map(str::to_owned))
    };
    let same: BTreeSet<_> = after.iter().filter(is_same).map(same).collect();
    let differs = |found: &Found| {
        let (file, kind, name, environment) = found.key();
        !same.contains(&(file.to_owned(), kind.to_owned(), name.to_owned(), environment.map(str::to_owned)))
    };
    before.retain(differs);
    after.retain(differs);
}

/// By what something is known.
type Key<'f> = (&'f Utf8Path, &'f str, &'f str, Option<&'f str>);

/// What the new version has.
type Known<'f> = BTreeMap<Key<'f>, &'f Found>;

impl Found {
    /// Gives it the names of the new version, but where that has the old ones; returns how many values hold a new one.
    fn rename(&mut self, renamings: &[Renaming], known: &Known<'_>) -> usize {
        let new = |text: &str| renamings.iter().fold(text.to_owned(), |text, renaming| renaming.apply(&text));
        let (file, name) = (Utf8PathBuf::from(new(self.file.as_str())), new(&self.resource.name));
        let (old_file, old_name) = (self.file.clone(), self.resource.name.clone());
        let candidates = [(&file, &name), (&old_file, &name), (&file, &old_name), (&old_file, &old_name)];
        let key = |(file, name)| -> Key<'_> {
            let (file, name): (&Utf8PathBuf, &String) = (file, name);
            (file, &self.resource.kind, name, self.environment.as_deref())
        };
        let there = candidates.into_iter().find_map(|one| Some((one, *known.get(&key(one))?)));
        let ((file, name), there) = there.map_or(((&file, &name), None), |(one, there)| (one, Some(there)));
        let is_file = self.resource.name == self.true_file.as_str();
        self.other_name = (*name != old_name && !is_file).then(|| old_name.clone());
        (self.file, self.resource.name) = (file.clone(), name.clone());
        let there: BTreeMap<&str, &str> = there.into_iter().flat_map(Found::said).collect();
        let moved = |path: &str| {
            let renamed = new(path);
            if !there.contains_key(renamed.as_str()) && there.contains_key(path) { path.to_owned() } else { renamed }
        };
        let mut names = 0;
        for field in &mut self.resource.fields {
            field.path = moved(&field.path);
            if there.get(field.path.as_str()).is_some_and(|value| *value == field.value) {
                continue;
            }
            let value = new(&field.value);
            names += usize::from(value != field.value);
            field.value = value;
        }
        self.elsewhere =
            std::mem::take(&mut self.elsewhere).into_iter().map(|(path, place)| (moved(&path), place)).collect();
        names
    }

    fn true_name(&self) -> &str {
        self.other_name.as_deref().unwrap_or(&self.resource.name)
    }
}

fn found(path: &Utf8Path, file: &Text) -> Vec<Found> {
    let found = |resource| Found {
        file: path.to_owned(),
        true_file: path.to_owned(),
        other_name: None,
        target: file.target.clone(),
        environment: file.environment.clone(),
        resource,
        elsewhere: BTreeMap::new(),
    };
    resource::read(path, &file.text).into_iter().map(found).collect()
}

/// The lines of a resource: those of its fields.
fn lines(resource: &Resource) -> (usize, usize) {
    let last = resource.fields.iter().map(|field| field.last).max();
    (resource.line, last.unwrap_or(resource.line))
}

fn change(of: &Found, what: What, old: Option<&Found>) -> Change {
    let is_gone = what == What::Removed;
    Change {
        target: of.target.clone(),
        environment: of.environment.clone(),
        file: of.true_file.clone(),
        kind: of.resource.kind.clone(),
        name: of.resource.name.clone(),
        what,
        new_lines: (!is_gone).then(|| lines(&of.resource)),
        old_lines: old.map(|old| {
            let (first, last) = lines(&old.resource);
            (old.true_file.clone(), first, last)
        }),
    }
}

/// How much of two resources has to be the same, in percent, for one to be the other under a new name.
const ALIKE: usize = 70;

/// How much of two resources is the same but for their names, in percent.
fn alike(old: &Found, new: &Found) -> usize {
    let key = |found: &Found| (found.target.clone(), found.environment.clone(), found.resource.kind.clone());
    if key(old) != key(new) {
        return 0;
    }
    let renaming = Renaming::new(short_name(&old.resource), short_name(&new.resource));
    same_but_for(&renaming, old.said(), new.said())
}

/// The part of a name that is the resource's own: files are told apart by their folders, too.
fn short_name(resource: &Resource) -> &str {
    let name = resource.name.rsplit('/').next().unwrap_or(&resource.name);
    let name = name.split(" (").next().unwrap_or(name);
    if resource.kind == FILE { name.split('.').next().unwrap_or(name) } else { name }
}

/// The fields of one resource in two versions.
fn compare(old: &Found, new: &Found, changes: &mut Vec<Change>) {
    let change = |found: FieldChange| Change {
        target: new.target.clone(),
        environment: new.environment.clone(),
        file: new.elsewhere.get(&found.path).map_or_else(|| new.file.clone(), |(file, _, _)| file.clone()),
        kind: new.resource.kind.clone(),
        name: new.resource.name.clone(),
        new_lines: match new.elsewhere.get(&found.path) {
            Some((_, first, last)) => Some((*first, *last)),
            None => found.new_lines,
        },
        old_lines: match old.elsewhere.get(&found.path) {
            Some(place) => Some(place.clone()),
            None => found.old_lines.map(|(first, last)| (old.true_file.clone(), first, last)),
        },
        what: match found.is_element {
            true => What::Element { path: found.path, old: found.old, new: found.new },
            false => What::Field { path: found.path, old: found.old, new: found.new },
        },
    };
    // Its own name was told of already.
    let is_name = |found: &FieldChange| {
        old.true_name() != new.resource.name
            && found.old.as_deref() == Some(old.true_name())
            && found.new.as_ref() == Some(&new.resource.name)
    };
    let found = field_changes(&old.resource.fields, &new.resource.fields).into_iter();
    changes.extend(found.filter(|found| !is_name(found)).map(change));
}
