//! Configuration files, as a ConfigMap whose name changes with its content, so that a change rolls the pods.

use super::labels::Identity;
use super::rules;
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::{ComponentTemplate, FileTemplate};
use crate::spec::kubernetes::Kind;
use crate::targets::shared::digest::digest;

/// The name of the ConfigMap, where there are files. `purpose` keeps that of a migration apart.
pub(super) fn name(identity: &Identity<'_>, purpose: &str) -> Option<String> {
    let component = identity.workload.component;
    (!component.files.is_empty()).then(|| {
        let content = digest(&data(component).into());
        identity.workload.named(Kind::ConfigMap, &format!("{purpose}-{content}"))
    })
}

/// The ConfigMap.
pub(super) fn config_map(identity: &Identity<'_>, name: &str) -> Map {
    let component = identity.workload.component;
    identity
        .object(Kind::ConfigMap, name.to_owned(), crate::ir::Origin::rule(rules::FILES))
        .bool("immutable", true)
        .with("data", data(component))
}

fn data(component: &ComponentTemplate) -> Map {
    keys(component).fold(Map::new(component.origin), |data, (file, key)| data.with(key, Doc::traced(&file.content)))
}

/// Each file and its key: the file's own name, with its place before it where two files have one name.
pub(super) fn keys(component: &ComponentTemplate) -> impl Iterator<Item = (&FileTemplate, String)> {
    component.files.iter().enumerate().map(|(index, file)| {
        let key = own_name(file);
        let earlier = component.files[..index].iter().any(|other| own_name(other) == key);
        (file, if earlier { format!("{index}-{key}") } else { key })
    })
}

fn own_name(file: &FileTemplate) -> String {
    let name = file.mount.as_str().rsplit('/').next().unwrap_or_default();
    name.chars()
        .map(|character| if character.is_ascii_alphanumeric() || "-_.".contains(character) { character } else { '_' })
        .collect()
}

/// How many bytes all files have together.
pub(super) fn bytes(component: &ComponentTemplate) -> usize {
    keys(component).map(|(file, key)| key.len() + file.content.len()).sum()
}
