//! Variables and secrets of one component in one environment, in the order in which the component sees them: its own with
//! the environment's changes, its secrets, then what its dependencies tell about themselves.

use std::sync::Arc;

use super::Place;
use super::peers::{Known, Peer, Said, Secrets};
use crate::diag::{Diagnostic, code};
use crate::ir::Traced;
use crate::ir::component::{Attribute, Component, Dependency, Secret, Variable};
use crate::ir::environment::Deployment;
use crate::ir::value::{Name, Text};
use crate::plan::infrastructure::environments::{SecretFilePlan, SecretReferencePlan, VariablePlan};
use crate::plan::infrastructure::rules;

/// The variables of a component, in order.
pub(super) fn plan(
    place: &Place<'_>,
    known: &Known<'_>,
    secrets: &Secrets<'_>,
    component: &Component,
    deployment: &Deployment,
    problems: &mut Vec<Diagnostic>,
) -> Vec<VariablePlan> {
    let mut peers: Vec<(&Dependency, Option<Peer<'_>>)> = Vec::with_capacity(component.depends_on.len());
    peers.extend(
        component.depends_on.iter().map(|dependency| (dependency, Peer::of(place, known, secrets, dependency))),
    );
    let told = peers.iter().flat_map(|(_, peer)| peer).map(|peer| peer.attributes().len());
    let most = deployment.env.len() + deployment.secrets.len() + told.sum::<usize>();
    let mut variables: Vec<VariablePlan> = Vec::with_capacity(most);
    for (number, (name, variable)) in deployment.env.iter().enumerate() {
        match variable {
            Variable::Text(text) => {
                let told = known.own(component.name.as_str(), number, name, text);
                variables.push(VariablePlan { origin: name.origin, told });
            }
            Variable::From { dependency, attribute } => {
                let said = peers
                    .iter()
                    .find(|(known, _)| known.name == *dependency)
                    .and_then(|(known, peer)| Some((known.origin, peer.as_ref()?.say(*attribute)?)));
                match said {
                    Some((origin, said)) => {
                        let origin = if said.secret.is_some() { origin } else { name.origin };
                        variables.push(VariablePlan { origin, told: Arc::new(said.named(name.clone())) });
                    }
                    None => problems.push(no_such_peer(place, component, dependency, *attribute)),
                }
            }
        }
    }
    for secret in deployment.secrets.iter().filter(|secret| secret.path.is_none()) {
        let whole = SecretReferencePlan {
            origin: secret.origin,
            store_path: store_path(place, component, secret),
            property: None,
            format: None,
        };
        let said = Said { value: None, secret: Some(whole.into()) };
        variables.push(VariablePlan { origin: secret.origin, told: Arc::new(said.named(secret.name.clone())) });
    }
    for (dependency, peer) in &peers {
        let Some(peer) = peer else { continue };
        for attribute in peer.attributes() {
            let Some(told) = peer.tell(dependency, *attribute) else { continue };
            if !variables.iter().any(|known| known.name.value == told.name.value) {
                let origin = if told.secret.is_some() { dependency.origin } else { told.name.origin };
                variables.push(VariablePlan { origin, told });
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
