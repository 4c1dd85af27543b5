//! Variables and secrets of one component in one environment, in the order in which the component sees them: its own with
//! the environment's changes, its secrets, then what its dependencies tell about themselves.

use std::sync::Arc;

use super::Place;
use super::peers::{Names, Peer, Secrets, Told};
use crate::diag::{Diagnostic, code};
use crate::ir::Traced;
use crate::ir::component::{Attribute, Component, Dependency, Secret, Variable};
use crate::ir::environment::Deployment;
use crate::ir::value::{Name, Text, VariableName};
use crate::plan::infrastructure::environments::{SecretFilePlan, SecretPlacePlan, SecretReferencePlan, VariablePlan};
use crate::plan::infrastructure::rules;

/// The variables of a component, in order.
pub(super) fn plan(
    place: &Place<'_>,
    names: &Names<'_>,
    secrets: &Secrets<'_>,
    component: &Component,
    deployment: &Deployment,
    problems: &mut Vec<Diagnostic>,
) -> Vec<VariablePlan> {
    let mut peers: Vec<(&Dependency, Option<Peer<'_>>)> = Vec::with_capacity(component.depends_on.len());
    peers.extend(component.depends_on.iter().map(|dependency| (dependency, Peer::of(place, secrets, dependency))));
    let told = peers.iter().flat_map(|(_, peer)| peer).map(|peer| peer.attributes().len());
    let most = deployment.env.len() + deployment.secrets.len() + told.sum::<usize>();
    let mut variables: Vec<VariablePlan> = Vec::with_capacity(most);
    for (name, variable) in deployment.env.iter() {
        match variable {
            Variable::Text(text) => variables.push(with_text(name.clone(), text.clone())),
            Variable::From { dependency, attribute } => {
                let told = peers
                    .iter()
                    .find(|(known, _)| known.name == *dependency)
                    .and_then(|(known, peer)| peer.as_ref()?.tell(known, *attribute));
                match told {
                    Some(told) => variables.push(named(name.clone(), told)),
                    None => problems.push(no_such_peer(place, component, dependency, *attribute)),
                }
            }
        }
    }
    for secret in deployment.secrets.iter().filter(|secret| secret.path.is_none()) {
        let whole = SecretPlacePlan {
            origin: secret.origin,
            store_path: store_path(place, component, secret),
            property: None,
            format: None,
        };
        let reference = SecretReferencePlan { origin: secret.origin, place: Arc::new(whole) };
        variables.push(named(secret.name.clone(), Told::Secret(reference)));
    }
    for (dependency, peer) in &peers {
        let Some(peer) = peer else { continue };
        for attribute in peer.attributes() {
            let name = names.of(dependency.name.as_str(), *attribute);
            if variables.iter().any(|known| known.name.value == name) {
                continue;
            }
            if let Some(told) = peer.tell(dependency, *attribute) {
                variables.push(named(Traced::by_rule(name, rules::DEPENDENCY_VARIABLE), told));
            }
        }
    }
    variables
}

/// The secrets of a component that are files.
pub(super) fn secret_files(place: &Place<'_>, component: &Component, deployment: &Deployment) -> Vec<SecretFilePlan> {
    deployment
        .secrets
        .iter()
        .filter_map(|secret| {
            Some(SecretFilePlan {
                origin: secret.origin,
                name: secret.name.clone(),
                store_path: store_path(place, component, secret),
                mount: secret.path.clone()?,
            })
        })
        .collect()
}

fn store_path(place: &Place<'_>, component: &Component, secret: &Secret) -> Traced<Text> {
    match &secret.from {
        Some(from) => from.with(from.value.clone().into()),
        None => {
            Traced::by_rule(place.secret_path(format_args!("{}/{}", component.name, secret.name)), rules::SECRET_PATH)
        }
    }
}

fn named(name: Traced<VariableName>, told: Told) -> VariablePlan {
    match told {
        Told::Text(text) => with_text(name, text),
        Told::Secret(secret) => VariablePlan { origin: secret.origin, name, value: None, secret: Some(secret) },
    }
}

fn with_text(name: Traced<VariableName>, text: Traced<Text>) -> VariablePlan {
    VariablePlan { origin: name.origin, name, value: Some(text), secret: None }
}

fn no_such_peer(
    place: &Place<'_>,
    component: &Component,
    dependency: &Traced<Name>,
    attribute: Attribute,
) -> Diagnostic {
    Diagnostic::new(
        code::NO_SUCH_PEER,
        dependency.origin,
        format!(
            "`{dependency}` has no `{}` for `{}` in `{}`",
            attribute.as_str(),
            component.name,
            place.environment.name
        ),
        "asked for here",
    )
    .help(format!(
        "enable `{dependency}` in this environment and give it a port that takes requests, or override the variable"
    ))
    .judged_by("G311", Some(&component.name), Some(&place.environment.name))
}
