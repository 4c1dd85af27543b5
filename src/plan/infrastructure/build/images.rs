//! What a component runs: the address of its image in one environment.

use super::Place;
use crate::diag::{Diagnostic, code};
use crate::ir::building::Package;
use crate::ir::choice::RegistryAuth;
use crate::ir::component::Component;
use crate::ir::{Origin, Traced};
use crate::plan::infrastructure::environments::ImagePlan;
use crate::plan::infrastructure::rules;

/// The image that runs; none before the first release.
pub(super) fn plan(place: &Place<'_>, component: &Component, problems: &mut Vec<Diagnostic>) -> Option<ImagePlan> {
    let package = component.package.as_ref()?;
    let address = match &package.image {
        Some(image) => image.clone(),
        None => registry(place, package, problems)?.map(|registry| format!("{registry}/{}", component.name)),
    };
    let reference = match &package.digest {
        Some(digest) => digest.with(format!("{address}@{digest}")),
        None => package.version.with(format!("{address}:{}", package.version)),
    };
    Some(ImagePlan {
        origin: package.origin,
        reference,
        version: package.version.clone(),
        digest: package.digest.clone(),
    })
}

/// The registry as this environment sees it: its own, else the system's, under its own account where the cloud keeps it.
fn registry(place: &Place<'_>, package: &Package, problems: &mut Vec<Diagnostic>) -> Option<Traced<String>> {
    if let Some(own) = &place.environment.registry {
        return Some(own.clone());
    }
    let Some(registry) = &place.system.registry else {
        problems.push(
            Diagnostic::new(
                code::NO_IMAGE_ADDRESS,
                package.origin,
                format!("nothing says where the image of `{}` is kept", package.component),
                "this package",
            )
            .help("add `image:` here, or `registry: {url: …}` to `build_configurations`"),
        );
        return None;
    };
    if registry.auth.as_ref().map(|auth| auth.value) != Some(RegistryAuth::Aws) {
        return Some(registry.url.clone());
    }
    let path = match registry.url.split_once('/') {
        Some((host, path)) if is_cloud_registry(host) => path,
        None if is_cloud_registry(&registry.url) => "",
        _ => registry.url.as_str(),
    };
    let Some(account) = &place.environment.account else {
        if registry.url.split('/').next().is_some_and(is_cloud_registry) {
            return Some(registry.url.clone());
        }
        problems.push(
            Diagnostic::new(
                code::NO_IMAGE_ADDRESS,
                place.environment.origin,
                format!("`{}` has no `account`, in which its images would be kept", place.environment.name),
                "this environment",
            )
            .label(registry.origin, "`auth: aws` keeps images in the environment's account")
            .help("add `account:` to the environment"),
        );
        return None;
    };
    // A region that nobody knows is told where its zones are asked for.
    let suffix = place.specs.aws.regions.get(&place.environment.region.value).map(|region| region.dns_suffix.as_str());
    let host = format!("{account}.dkr.ecr.{}.{}", place.environment.region, suffix.unwrap_or("amazonaws.com"));
    Some(account.with(if path.is_empty() { host } else { format!("{host}/{path}") }))
}

fn is_cloud_registry(host: &str) -> bool {
    host.contains(".dkr.ecr.") && host.contains(".amazonaws.com")
}

/// The secret that images are pulled with, where the registry asks for one.
pub(super) fn pull_secret(place: &Place<'_>) -> Option<Traced<String>> {
    let auth = place.system.registry.as_ref()?.auth?;
    match auth.value {
        RegistryAuth::Basic | RegistryAuth::Github => {
            Some(Traced { value: place.secret_path("registry").to_string(), origin: Origin::rule(rules::PULL_SECRET) })
        }
        // The nodes' own role may pull.
        RegistryAuth::Aws => None,
    }
}
