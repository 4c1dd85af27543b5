//! Why something differs: the value of an input that changed, or what is known of where the new lines come from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use camino::Utf8PathBuf;

use super::Version;
use super::change::Change;
use super::cost::ResourceCost;
use super::fields::field_changes;
use super::renaming::Renaming;
use crate::output::resource::{self, Field};
use crate::source::origin::OriginKind;
use crate::source::{FileId, FileKind, Origin, Sources};

/// A value of an input or of a target spec, and what it was before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    /// The file that it stands in, relative to the manifest's folder.
    pub file: Utf8PathBuf,
    /// Its line, from 1; in the old version where it is gone.
    pub line: usize,
    /// Its keys from the root inwards.
    pub path: String,
    /// The value before, where that is known.
    pub old: Option<String>,
    /// The value now; none where it is gone.
    pub new: Option<String>,
    /// Whether it is a whole element of a list: then the values are what it is called.
    pub is_element: bool,
    /// Other places that the same name was changed in: file, line, keys.
    pub also: Vec<(Utf8PathBuf, usize, String)>,
}

impl Value {
    /// Whether a value of an input is this one, or a part of it.
    fn is_of(&self, file: &Utf8PathBuf, path: &str) -> bool {
        let of_place = |(of_file, of_path): (&Utf8PathBuf, &str)| of_file == file && is_around(path, of_path);
        of_place((&self.file, &self.path)) || self.also.iter().any(|(file, _, path)| of_place((file, path)))
    }

    /// The names before and after, where it is only called otherwise.
    #[must_use]
    pub fn renamed(&self) -> Option<(&str, &str)> {
        self.old.as_deref().zip(self.new.as_deref()).filter(|_| self.is_element)
    }
}

/// Why something differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A value that was changed, or that the new lines come from.
    Value(Value),
    /// More than one value of the inputs: the keys that they have in common; empty where they have none.
    Several(String),
    /// A rule of pathc, by its number's text and name.
    Unwritten(Origin),
    /// Nothing asks for it any more.
    Gone,
}

/// The inputs of one version.
pub struct Inputs<'a> {
    sources: &'a Sources,
    fields: BTreeMap<FileId, Vec<Field>>,
}

impl<'a> Inputs<'a> {
    /// Reads the inputs and target specs of a version.
    #[must_use]
    pub fn of(sources: &'a Sources) -> Inputs<'a> {
        let fields = sources.iter().filter_map(|(id, file)| Some((id, resource::fields(&file.text)?)));
        Inputs { sources, fields: fields.collect() }
    }

    fn inputs(&self) -> BTreeMap<&'a Utf8PathBuf, &[Field]> {
        let inputs = self.fields.iter().filter(|(id, _)| self.sources.file(**id).kind == FileKind::Input);
        inputs.map(|(id, fields)| (&self.sources.file(*id).path, fields.as_slice())).collect()
    }

    /// The value that an origin is: of a collection, what its values have in common.
    fn value(&self, origin: Origin) -> Option<(FileId, Value)> {
        let OriginKind::Node(_) = origin.kind() else { return None };
        let span = self.sources.span(origin)?;
        let file = self.sources.file(span.file);
        let range = span.start as usize..span.end as usize;
        let fields = self.fields.get(&span.file)?;
        let inside: Vec<&Field> = fields.iter().filter(|field| is_inside(&(field.start..field.end), &range)).collect();
        let (path, new) = match inside[..] {
            [] => {
                // An element of a list of scalars.
                let around = fields.iter().find(|field| is_inside(&range, &(field.start..field.end)))?;
                (around.path.clone(), around.value.clone())
            }
            [one] if one.start == range.start => (one.path.clone(), one.value.clone()),
            _ => (common(&inside), String::new()),
        };
        let line = file.position(span.start).line as usize;
        Some((
            span.file,
            Value {
                file: file.path.clone(),
                line,
                path,
                old: None,
                new: Some(new).filter(|new| !new.is_empty()),
                is_element: false,
                also: Vec::new(),
            },
        ))
    }
}

fn is_inside(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The keys that all paths begin with.
fn common(fields: &[&Field]) -> String {
    let Some(first) = fields.first() else { return String::new() };
    let mut common = segments(&first.path);
    for field in &fields[1..] {
        let path = segments(&field.path);
        let same = common.iter().zip(&path).take_while(|(a, b)| a == b).count();
        common.truncate(same);
    }
    common.concat().trim_start_matches('.').to_owned()
}

/// The element that all values are a part of.
fn in_common(values: &[&Value]) -> String {
    let mut paths = values.iter().map(|value| segments(&value.path));
    let Some(mut common) = paths.next() else { return String::new() };
    for path in paths {
        let same = common.iter().zip(&path).take_while(|(a, b)| a == b).count();
        common.truncate(same);
    }
    common.concat().trim_start_matches('.').to_owned()
}

/// A path's keys, each with the `.` or `[` before it.
fn segments(path: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut depth = 0;
    for (at, byte) in path.bytes().enumerate() {
        let ends = match byte {
            b'[' if depth == 0 => true,
            b'.' => depth == 0,
            _ => false,
        };
        if ends && at > start {
            found.push(&path[start..at]);
            start = at;
        }
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
    }
    found.push(&path[start..]);
    found
}

/// The names in brackets of a path: of components, environments, datastores.
fn names(path: &str) -> BTreeSet<&str> {
    segments(path).into_iter().filter_map(|segment| segment.strip_prefix('[')?.strip_suffix(']')).collect()
}

/// The words of a name in whatever form it is written: `orders-db`, `orders_db`, `OrdersDbSecret`.
fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in text.chars() {
        if character.is_alphanumeric() {
            let begins = !before.is_alphanumeric() || (character.is_uppercase() && !before.is_uppercase());
            if begins {
                found.push(String::new());
            }
            if let Some(word) = found.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = character;
    }
    found
}

/// What changed in the inputs themselves.
#[must_use]
pub fn input_changes(old: &Inputs<'_>, new: &Inputs<'_>) -> Vec<Value> {
    let (before, after) = (old.inputs(), new.inputs());
    let files: BTreeSet<&Utf8PathBuf> = before.keys().chain(after.keys()).copied().collect();
    let mut found = Vec::new();
    for file in files {
        let fields = |version: &BTreeMap<&Utf8PathBuf, &'_ [Field]>| version.get(file).map(|fields| fields.to_vec());
        let (old, new) = (fields(&before).unwrap_or_default(), fields(&after).unwrap_or_default());
        found.extend(field_changes(&old, &new).into_iter().map(|change| Value {
            file: file.clone(),
            line: change.new_lines.or(change.old_lines).map_or(1, |(line, _)| line),
            path: change.path,
            old: change.old,
            new: change.new,
            is_element: change.is_element,
            also: Vec::new(),
        }));
    }
    join_renames(found)
}

/// One new name is one change, in however many places it is written.
fn join_renames(values: Vec<Value>) -> Vec<Value> {
    let mut joined: Vec<Value> = Vec::new();
    let (mut renames, others): (Vec<_>, Vec<_>) = values.into_iter().partition(|value| value.renamed().is_some());
    // A new name within longer ones is one change with theirs.
    renames.sort_by_key(|value| (!declares(value), value.old.as_ref().map(String::len)));
    for value in renames.into_iter().chain(others) {
        let same = joined.iter_mut().find(|known| {
            let Some((from, to)) = known.renamed() else { return false };
            let renamed = |old: &String| Renaming::new(from, to).apply(old);
            value.old.as_ref().is_some_and(|old| value.new.as_ref() == Some(&renamed(old)))
        });
        match same {
            Some(known) => known.also.push((value.file, value.line, value.path)),
            None => joined.push(value),
        }
    }
    join_keys(joined)
}

/// Whether a value is where a name is declared, and not where it is only used.
fn declares(value: &Value) -> bool {
    const LISTS: [(&str, &str); 4] = [
        ("implementation_artifacts", "components["),
        ("dependency_specifications", "datastores["),
        ("deployment_packages", "environments["),
        ("test_specifications", "suites["),
    ];
    LISTS.iter().any(|(document, list)| value.path.starts_with(list) && value.file.as_str().contains(document))
}

/// What stands below a key that is such a name is what stood below the old one.
fn join_keys(values: Vec<Value>) -> Vec<Value> {
    let is_gone = |value: &Value| !value.is_element && value.old.is_some() && value.new.is_none();
    let (mut gone, mut values): (Vec<_>, Vec<_>) = values.into_iter().partition(is_gone);
    let mut same: Vec<usize> = Vec::new();
    for place in 0..values.len() {
        let Some(renaming) = values[place].renamed().map(|(old, new)| Renaming::new(old, new)) else { continue };
        gone.retain(|old| {
            let path = renaming.apply(&old.path);
            let is_there = |new: &Value| {
                !new.is_element && new.old.is_none() && new.new.is_some() && new.file == old.file && new.path == path
            };
            let Some(index) = values.iter().position(is_there).filter(|_| path != old.path) else { return true };
            values[index].old.clone_from(&old.old);
            // Where the values below are the same, nothing but the name differs.
            if old.old == values[index].new {
                let found = (values[index].file.clone(), values[index].line, values[index].path.clone());
                values[place].also.push(found);
                same.push(index);
            }
            false
        });
    }
    let mut index = 0;
    values.retain(|_| {
        index += 1;
        !same.contains(&(index - 1))
    });
    values.extend(gone);
    values
}

/// The names that inputs have given up for others.
#[must_use]
pub fn renamings(changed: &[Value], old: &Inputs<'_>, new: &Inputs<'_>) -> Vec<Renaming> {
    let renamed: Vec<Renaming> =
        changed.iter().filter_map(Value::renamed).map(|(old, new)| Renaming::new(old, new)).collect();
    if renamed.is_empty() {
        return renamed;
    }
    let (before, after) = (old.inputs(), new.inputs());
    keeping(renamed, before.into_values().flatten(), after.into_values().flatten())
}

/// Names are renamed but where a longer value holds them that both versions have.
fn keeping<'f>(
    renamed: Vec<Renaming>,
    old: impl Iterator<Item = &'f Field>,
    new: impl Iterator<Item = &'f Field>,
) -> Vec<Renaming> {
    let values = |fields: &mut dyn Iterator<Item = &'f Field>| -> BTreeSet<&'f str> {
        let elements = |field: &'f Field| {
            let list = field.value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
            list.unwrap_or(&field.value).split(", ")
        };
        // An element is called in the path of what it holds.
        fields.flat_map(|field| elements(field).chain(names(&field.path))).collect()
    };
    let (old, new) = (values(&mut { old }), values(&mut { new }));
    let stay: Vec<&str> = old.intersection(&new).copied().collect();
    renamed.into_iter().map(|renaming| renaming.keeping(stay.iter().copied())).collect()
}

/// The names that plans have given up for others, where the old inputs are not known.
#[must_use]
pub fn renamings_of_plans(old: &Version, new: &Version) -> Vec<Renaming> {
    /// Lists of the deliverables whose elements are named by the inputs.
    const NAMED: [&str; 3] = ["components", "datastores", "environments"];
    let mut found: Vec<Renaming> = Vec::new();
    let (mut all_before, mut all_after) = (Vec::new(), Vec::new());
    for (path, file) in new.files.iter().filter(|(_, file)| file.target == "path") {
        let before = old.files.get(path).and_then(|file| resource::fields(&file.text));
        let Some((before, after)) = before.zip(resource::fields(&file.text)) else { continue };
        for change in field_changes(&before, &after).into_iter().filter(|change| change.is_element) {
            let Some((list, _)) = change.path.split_once('[') else { continue };
            let is_outer = segments(&change.path).len() == 2 && NAMED.contains(&list);
            if let (true, Some(old), Some(new)) = (is_outer, &change.old, &change.new) {
                let renaming = Renaming::new(old, new);
                if !renaming.is_empty() && !found.contains(&renaming) {
                    found.push(renaming);
                }
            }
        }
        all_before.extend(before);
        all_after.extend(after);
    }
    if found.is_empty() {
        return found;
    }
    keeping(found, all_before.iter(), all_after.iter())
}

/// Finds causes.
pub struct Causes<'a> {
    /// The version that is written.
    pub new: (&'a Version, &'a Inputs<'a>),
    /// The version that was, where its inputs are known.
    pub old: Option<(&'a Version, &'a Inputs<'a>)>,
    /// What changed in the inputs, where the old ones are known.
    pub changed: &'a [Value],
}

impl Causes<'_> {
    /// Why something differs.
    #[must_use]
    pub fn of(&self, change: &Change) -> Cause {
        let new = change.new_lines.map(|lines| origins(self.new.0, &change.file, lines)).unwrap_or_default();
        let old = self.old.zip(change.old_lines.as_ref());
        let old_origins = old.map(|((version, _), (file, first, last))| origins(version, file, (*first, *last)));
        let old_origins = old_origins.unwrap_or_default();
        if self.old.is_some() {
            let about = format!("{} {}", change.name, change.what.path());
            return self.changed(&about, &new, &old_origins);
        }
        self.written(&new)
    }

    /// Why a resource costs more or less.
    #[must_use]
    pub fn of_cost(&self, cost: &ResourceCost) -> Cause {
        let origins = |origin: Option<Origin>| origin.into_iter().collect::<Vec<_>>();
        let (new, old) = (origins(cost.new), origins(cost.old));
        match self.old {
            Some(_) => self.of_whole(self.changed(&cost.resource, &new, &old)),
            None => self.written(&new),
        }
    }

    /// A price is that of a whole: where more than one value of the same element changed, all of them made it.
    fn of_whole(&self, cause: Cause) -> Cause {
        let Cause::Value(value) = &cause else { return cause };
        let element = |value: &Value| {
            let keys = segments(&value.path);
            let end = keys.iter().position(|key| key.starts_with('[')).map(|at| at + 1);
            end.map(|end| (value.file.clone(), keys[..end].concat()))
        };
        let same: Vec<&Value> = self.changed.iter().filter(|other| element(other) == element(value)).collect();
        if same.len() > 1 { Cause::Several(in_common(&same)) } else { cause }
    }

    /// What is known of where new lines come from, where the old inputs are not.
    fn written(&self, new: &[Origin]) -> Cause {
        let written = new.iter().filter_map(|origin| self.new.1.value(*origin));
        let (inputs, facts): (Vec<_>, Vec<_>) =
            written.partition(|(file, _)| self.new.1.sources.file(*file).kind == FileKind::Input);
        // A resource is asked for by the outermost of what its lines come from, a field by the value itself.
        match inputs.into_iter().chain(facts).next() {
            Some((_, value)) => Cause::Value(value),
            None => new.first().map_or(Cause::Gone, |origin| Cause::Unwritten(*origin)),
        }
    }

    /// Which of the changed values it is. `about`: what differs, in words.
    fn changed(&self, about: &str, new: &[Origin], old: &[Origin]) -> Cause {
        let [first, rest @ ..] = self.changed else {
            return new.iter().chain(old).next().map_or(Cause::Gone, |origin| Cause::Unwritten(*origin));
        };
        if rest.is_empty() {
            return Cause::Value(first.clone());
        }
        let values = new.iter().filter_map(|origin| self.new.1.value(*origin));
        let values = values.chain(old.iter().filter_map(|origin| self.old?.1.value(*origin)));
        for (_, value) in values {
            // The innermost that it is a part of: an element that came holds values that came with it.
            let is_it = |changed: &&Value| changed.is_of(&value.file, &value.path);
            if let Some(changed) =
                self.changed.iter().filter(is_it).max_by_key(|changed| (!changed.is_element, changed.path.len()))
            {
                return Cause::Value(changed.clone());
            }
        }
        // A value that was computed names no input of its own: the component that it is about says whose change it is.
        let about = words(about);
        let is_named = |name: &str| {
            let name = words(name);
            about.windows(name.len().max(1)).any(|part| part == name)
        };
        let score = |value: &Value| names(&value.path).into_iter().filter(|name| is_named(name)).count();
        let best = self.changed.iter().map(score).max().unwrap_or_default();
        let candidates: Vec<&Value> = self.changed.iter().filter(|changed| score(changed) == best).collect();
        match candidates[..] {
            [one] => Cause::Value(one.clone()),
            _ => Cause::Several(in_common(&candidates)),
        }
    }
}

/// Whether one path is the other, or a part of it.
fn is_around(outer: &str, inner: &str) -> bool {
    let starts = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    starts(inner, outer) || starts(outer, inner)
}

/// The origins of some lines of a file of a version, each once.
fn origins(version: &Version, file: &camino::Utf8Path, (first, last): (usize, usize)) -> Vec<Origin> {
    let Some(lines) = version.files.get(file).and_then(|file| file.origins.as_ref()) else { return Vec::new() };
    let mut found = Vec::new();
    for line in first..=last {
        for origin in lines.of(line) {
            if !found.contains(&origin) {
                found.push(origin);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fall_into_keys() {
        assert_eq!(segments("a.b[c.d].e"), ["a", ".b", "[c.d]", ".e"]);
        assert_eq!(names("deployments[checkout].scaling[x.y]").into_iter().collect::<Vec<_>>(), ["checkout", "x.y"]);
        assert_eq!(words("OrdersDbSecret"), words("orders-db_secret"));
        assert!(is_around("a.b", "a.b.c") && is_around("a.b[c]", "a.b") && !is_around("a.b", "a.bc"));
    }
}
