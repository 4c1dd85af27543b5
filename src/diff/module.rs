//! What stands once for all environments, as each environment has it: resources of a Terraform module, with the values of
//! its variables that the environment's root gives. A value that moves from the root into the module, or back, is then no
//! change, and one that differs is a change of the resource that has it.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::Version;
use super::change::Found;
use crate::output::resource::{self, Field};

/// The target whose modules are looked into.
const TARGET: &str = "terraform";

/// Blocks of a module that are no resources.
const NOT_RESOURCES: &[&str] = &["variable", "output", "locals", "terraform", "provider", "moved", "import"];

/// Where a value stands that a resource takes from a root: the file, its first line and its last.
pub(super) type Place = (Utf8PathBuf, usize, usize);

/// The files that have to be read, besides those that differ, to know what each environment has: all roots, and what uses a
/// variable that a root gives another value.
pub(super) fn needed<'v>(
    old: &'v Version,
    new: &'v Version,
    differing: &BTreeSet<&Utf8PathBuf>,
) -> Vec<&'v Utf8PathBuf> {
    let of_target = || old.files.iter().chain(&new.files).filter(|(_, file)| file.target == TARGET);
    let changed: BTreeSet<String> = of_target()
        .filter(|(path, file)| file.environment.is_some() && differing.contains(path))
        .flat_map(|(path, _)| changed(path, old, new))
        .collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let uses = |text: &str| changed.iter().any(|name| text.contains(&format!("var.{name}")));
    of_target().filter(|(_, file)| file.environment.is_some() || uses(&file.text)).map(|(path, _)| path).collect()
}

/// The variables that a root gives another value than before.
fn changed(path: &Utf8PathBuf, old: &Version, new: &Version) -> BTreeSet<String> {
    let arguments = |version: &Version| -> BTreeSet<(String, String)> {
        let text = version.files.get(path).map(|file| resource::read(path, &file.text)).unwrap_or_default();
        let modules = text.into_iter().filter(|resource| resource.kind == "module");
        modules.flat_map(|module| module.fields).map(|field| (field.path, field.value)).collect()
    };
    let (old, new) = (arguments(old), arguments(new));
    let name = |(path, _): &(String, String)| path.split('.').next().unwrap_or_default().to_owned();
    old.symmetric_difference(&new).map(name).collect()
}

/// What a root gives to a module.
struct Root {
    environment: String,
    file: Utf8PathBuf,
    folder: Utf8PathBuf,
    arguments: BTreeMap<String, Field>,
}

/// Puts in the place of a module's resources those of each environment, where roots are among what was found.
pub(super) fn by_environment(found: Vec<Found>) -> Vec<Found> {
    let roots: Vec<Root> = found.iter().filter_map(root).collect();
    if roots.is_empty() {
        return found;
    }
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    let mut all = Vec::with_capacity(found.len());
    for mut one in found {
        let roots: Vec<&Root> = roots.iter().filter(|root| one.file.starts_with(&root.folder)).collect();
        if one.target != TARGET || one.environment.is_some() || roots.is_empty() {
            all.push(one);
        } else if one.resource.kind == "variable" {
            // Its type follows from the values.
            one.resource.fields.retain(|field| field.path != "type" && !field.path.starts_with("type."));
            all.push(one);
        } else if NOT_RESOURCES.contains(&one.resource.kind.as_str()) {
            all.push(one);
        } else {
            all.extend(roots.iter().map(|root| of_root(&one, root, &mut used)));
        }
    }
    // What a resource shows need not be told of the root as well.
    for one in all.iter_mut().filter(|one| one.resource.kind == "module") {
        let environment = one.environment.clone().unwrap_or_default();
        one.resource.fields.retain(|field| !used.contains(&(environment.clone(), field.path.clone())));
    }
    all
}

fn root(found: &Found) -> Option<Root> {
    if found.target != TARGET || found.resource.kind != "module" {
        return None;
    }
    let source = found.resource.fields.iter().find(|field| field.path == "source")?;
    let fields = found.resource.fields.iter().map(|field| (field.path.clone(), field.clone()));
    Some(Root {
        environment: found.environment.clone()?,
        folder: normal(&found.file.parent()?.join(&source.value)),
        file: found.true_file.clone(),
        arguments: fields.collect(),
    })
}

/// A path without `..`.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.components() {
        match part {
            Utf8Component::ParentDir => drop(parts.pop()),
            Utf8Component::CurDir => {}
            other => parts.push(other.as_str()),
        }
    }
    parts.join("/").into()
}

/// A resource of a module, as an environment has it.
fn of_root(found: &Found, root: &Root, used: &mut BTreeSet<(String, String)>) -> Found {
    let mut own = found.clone();
    own.environment = Some(root.environment.clone());
    for field in &mut own.resource.fields {
        let (value, arguments) = filled(&field.value, &root.arguments);
        for argument in &arguments {
            used.insert((root.environment.clone(), argument.path.clone()));
        }
        if let [argument] = arguments.as_slice() {
            own.elsewhere.insert(field.path.clone(), (root.file.clone(), argument.line, argument.last));
        }
        field.value = value;
    }
    own
}

/// A value with arguments in the place of variables, and those arguments.
fn filled<'r>(value: &str, arguments: &'r BTreeMap<String, Field>) -> (String, Vec<&'r Field>) {
    const VARIABLE: &str = "var.";
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '.';
    let (mut out, mut found) = (String::new(), Vec::new());
    let mut rest = value;
    while let Some(at) = rest.find(VARIABLE) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let name = after[VARIABLE.len()..].split(|character| !is_part(character)).next().unwrap_or_default();
        let whole = &after[..VARIABLE.len() + name.len()];
        // `local_var.x` is no variable.
        let argument = arguments.get(name).filter(|_| !out.ends_with(is_part));
        match argument {
            Some(argument) => {
                out.push_str(&argument.value);
                found.push(argument);
            }
            None => out.push_str(whole),
        }
        rest = &after[whole.len()..];
    }
    out.push_str(rest);
    (out, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_where_they_are_known() {
        let field = |path: &str, value: &str| Field {
            path: path.to_owned(),
            value: value.to_owned(),
            line: 1,
            last: 1,
            start: 0,
            end: 0,
        };
        let arguments: BTreeMap<String, Field> = [("db.class", "db.m7g.large"), ("on", "true")]
            .map(|(path, value)| (path.to_owned(), field(path, value)))
            .into();
        let filled = |text: &str| {
            let (text, found) = filled(text, &arguments);
            (text, found.len())
        };
        assert_eq!(filled("var.db.class"), ("db.m7g.large".to_owned(), 1));
        assert_eq!(filled("var.on ? 1 : 0"), ("true ? 1 : 0".to_owned(), 1));
        assert_eq!(filled("\"${var.db.class}-${var.other}\""), ("\"${db.m7g.large}-${var.other}\"".to_owned(), 1));
        assert_eq!(filled("myvar.on"), ("myvar.on".to_owned(), 0));
        assert_eq!(
            normal(Utf8Path::new("infra/terraform/environments/x/../../modules/system")),
            "infra/terraform/modules/system"
        );
    }
}
