//! Secrets that people or other systems fill in, and connection texts where a runtime can't put them together.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::identity::DATA;
use super::{Draft, Place, by, word};
use crate::ir::Traced;
use crate::plan::aws::graph::{Id, Owner, Ref, Secret, SecretContent, SecretSource};
use crate::plan::aws::rules;
use crate::plan::infrastructure::environments::DatastorePlan;

/// The secrets of an environment by what they are looked up by.
#[derive(Default)]
pub(super) struct Secrets {
    ids: HashSet<Id>,
    /// The first of each path.
    by_path: HashMap<String, Id>,
}

impl Secrets {
    pub(super) fn learn(&mut self, secret: &Secret) {
        self.ids.insert(secret.id.clone());
        self.by_path.entry(secret.name.value.clone()).or_insert_with(|| secret.id.clone());
    }
}

/// Days for which a secret can be brought back; where nobody's users wait, its name is free again at once.
pub(super) fn recovery_days(place: Place<'_>) -> u32 {
    if place.is_production() { 30 } else { 7 }
}

/// Declared secrets, empty; and on ECS a connection text for each datastore whose components ask for one.
pub(super) fn plan(place: Place<'_>, draft: &mut Draft) {
    let own = place.path("");
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let required = place.workflow.iter().flat_map(|workflow| &workflow.secrets);
    for secret in required {
        let path = secret.store_path.value.as_str();
        if !path.starts_with(&own) || !known.insert(path) {
            continue;
        }
        let owner = match &secret.component {
            Some(component) => Owner::Component(component.value.clone()),
            None => Owner::Platform,
        };
        let what = match (&secret.component, &secret.name) {
            (Some(component), Some(name)) => format!("{name} of {component}"),
            (Some(component), None) => format!("A secret of {component}"),
            _ => "A secret of the environment".to_owned(),
        };
        let path = secret.store_path.with(secret.store_path.to_string());
        push(place, draft, &path, owner, &what, SecretContent::Declared);
    }
    if place.is_ecs() {
        if let Some(path) = place.environment.pull_secret.as_ref()
            && path.value.starts_with(&own)
            && !known.contains(path.value.as_str())
        {
            let what = "User and password of the registry, as JSON: username, password";
            push(place, draft, path, Owner::Platform, what, SecretContent::Declared);
        }
        connections(place, draft);
    }
}

fn connections(place: Place<'_>, draft: &mut Draft) {
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let datastores = place.environment.datastores.iter().rev();
    let by_path: HashMap<&str, &DatastorePlan> =
        datastores.map(|datastore| (datastore.secret.value.as_str(), datastore)).collect();
    for workload in place.workloads() {
        for secret in workload.plan.variables.iter().filter_map(|variable| variable.secret.as_ref()) {
            let Some(format) = &secret.format else { continue };
            let path = secret.store_path.value.as_str();
            if !known.insert((path, format.value.as_str())) {
                continue;
            }
            let Some(datastore) = by_path.get(path) else { continue };
            let format = format.with(format.to_string());
            let content = SecretContent::Connection { of: Ref::named(datastore.name.as_str()), format };
            let path = Traced::by_rule(connection_path(path), rules::CONNECTION);
            let owner = Owner::Datastore(datastore.name.value.clone());
            push(place, draft, &path, owner, &format!("How to connect to {}", datastore.name), content);
        }
    }
}

/// The path of a datastore's connection text.
pub(super) fn connection_path(secret: &str) -> String {
    format!("{secret}/url")
}

/// The id of a secret: its path below the environment's.
pub(super) fn id(place: Place<'_>, path: &str) -> Id {
    let below = path.strip_prefix(&place.path("")).unwrap_or(path);
    let text: String = below
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' })
        .collect();
    Id::made(&text)
}

/// Where the secret of a path comes from: one of the graph, or one that exists.
pub(super) fn source<T: AsRef<str>>(place: Place<'_>, path: &Traced<T>, draft: &Draft) -> SecretSource {
    let text = path.value.as_ref();
    match draft.secrets.by_path.get(text) {
        Some(own) => SecretSource::Own(Ref::to(own.clone())),
        None if text.starts_with(&place.path("")) => SecretSource::Own(Ref::to(id(place, text))),
        None => SecretSource::Existing(path.with(text.to_owned())),
    }
}

fn push(place: Place<'_>, draft: &mut Draft, path: &Traced<String>, owner: Owner, what: &str, content: SecretContent) {
    let mut own = id(place, &path.value);
    if draft.secrets.ids.contains(&own) {
        // Two paths that differ in signs alone.
        let hash = crate::plan::names::hashed(own.as_str(), &path.value, own.as_str().len() + 7);
        own = Id::made(&hash);
    }
    draft.secret(Secret {
        id: own,
        origin: path.origin,
        owner,
        name: path.clone(),
        description: word(what, rules::SECRET),
        content,
        key: Ref::named(DATA),
        recovery_days: by(recovery_days(place), rules::SECRET),
    });
}
