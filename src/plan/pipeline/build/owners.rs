//! Who must agree to a change: the owner of the system for everything, then the owner of each component for its folder.

use super::{root, rules};
use crate::ir::ownership::Owner;
use crate::ir::value::RepositoryPath;
use crate::ir::{System, Traced};
use crate::plan::pipeline::configurations::CodeOwnerPlan;

/// The owners of folders, the widest folder first.
pub(super) fn plan(system: &System) -> Vec<CodeOwnerPlan> {
    let organisation = system.repository.as_ref().and_then(|repository| repository.split('/').nth(1));
    let one = |folder: Traced<RepositoryPath>, owner: &Owner| CodeOwnerPlan {
        origin: owner.origin,
        folder,
        owner: handle(owner, organisation),
        team: owner.team.clone(),
    };
    let mut owners: Vec<CodeOwnerPlan> = system.owner.iter().map(|owner| one(root(), owner)).collect();
    let mut folders: Vec<(&Traced<RepositoryPath>, &Owner)> = system
        .components
        .iter()
        .filter_map(|component| Some((component.path.as_ref()?, component.owner.as_ref()?)))
        .filter(|(folder, _)| folder.as_str() != ".")
        .collect();
    folders.sort_by(|(one, _), (other, _)| one.value.as_str().cmp(other.value.as_str()));
    folders.dedup_by(|(one, _), (other, _)| one.value == other.value);
    owners.extend(folders.into_iter().map(|(folder, owner)| one(folder.clone(), owner)));
    owners
}

/// The name by which a code host knows a team.
fn handle(owner: &Owner, organisation: Option<&str>) -> Option<Traced<String>> {
    let team = owner.team.as_str();
    if let Some(organisation) = organisation
        && is_slug(team)
    {
        return Some(owner.team.with(format!("@{organisation}/{team}")));
    }
    let is_handle = team.strip_prefix('@').is_some_and(|name| name.split('/').all(is_slug));
    if is_handle {
        return Some(owner.team.clone());
    }
    let is_address = |contact: &&Traced<String>| {
        contact.contains('@') && contact.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@._+-".contains(&byte))
    };
    owner.contact.as_ref().filter(is_address).map(|contact| Traced::by_rule(contact.value.clone(), rules::CODE_OWNER))
}

/// Whether a text is a name of a team on a code host: letters, digits and single hyphens.
fn is_slug(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.bytes().all(legal) && !text.starts_with('-') && !text.ends_with('-')
}
