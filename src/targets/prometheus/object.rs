//! The rules as objects of the operator, and the kustomization that applies them.

use super::place::{Place, Subject, WHOLE};
use super::{rule_file, rules};
use crate::ir::Origin;
use crate::output::yaml::Writer;
use crate::output::{Doc, Map, Shared};
use crate::plan::monitoring::alerting::alertmanager_secret;
use crate::spec::kubernetes::Kind;
use crate::targets::shared::value::{by, secret_property};

/// Writes the groups of one subject as an object.
pub(super) fn rule_object(
    writer: &mut Writer<'_>,
    place: Place<'_>,
    name: &str,
    subject: &Subject<'_>,
    groups: Shared,
) {
    let origin = Origin::rule(rules::OBJECT);
    // A component and the system may have one name.
    let object = if name == WHOLE { "system".to_owned() } else { format!("of-{name}") };
    let version = place.specs.kubernetes.api_version(Kind::PrometheusRule);
    let metadata =
        by(rules::OBJECT).text("name", object).with_some("namespace", place.namespace()).with("labels", labels(place));
    writer.text("apiVersion", version, version.origin);
    writer.text("kind", Kind::PrometheusRule.as_str(), origin);
    writer.doc("metadata", &metadata.into());
    writer.map("spec", origin, |writer| {
        writer.shared(groups, |writer| rule_file::groups(writer, place, place.shown(name), subject));
    });
}

/// The keys of receivers, brought from the cloud's store to where Alertmanager of the managed stack reads them; nothing where
/// there is no such stack, or no key.
pub(super) fn keys(place: Place<'_>) -> Vec<Doc> {
    let alerting = &place.plans.monitoring.alerting;
    let managed = place.platform().prometheus_managed.value && alerting.has_keys();
    let (Some(stack), Some(environment)) = (place.stack().filter(|_| managed), place.infrastructure()) else {
        return Vec::new();
    };
    let facts = &place.specs.kubernetes.external_secrets;
    let origin = Origin::rule(rules::KEYS);
    let object = |kind: Kind, name: String| {
        let metadata = Map::new(origin)
            .text("name", name)
            .with("namespace", Doc::traced(&stack.namespace))
            .with("labels", labels(place));
        Map::new(origin)
            .with("apiVersion", Doc::traced(place.specs.kubernetes.api_version(kind)))
            .text("kind", kind.as_str())
            .with("metadata", metadata)
    };
    let name = format!("{}-{}", place.system().name, place.environment.name);
    let aws =
        Map::new(origin).with("service", Doc::traced(&facts.service)).with("region", Doc::traced(&environment.region));
    let store = object(Kind::SecretStore, name.clone())
        .with("spec", Map::new(origin).with("provider", Map::new(origin).with("aws", aws)));
    let data = alerting.receivers.iter().filter_map(|receiver| {
        let (secret, property) = (receiver.secret.as_ref()?, receiver.secret_property.as_ref()?);
        let path = format!("{}/{}/{secret}", place.system().name, place.environment.name);
        let reference = Map::new(secret.origin).text("key", path).with("property", secret_property(property));
        Some(
            Map::new(receiver.origin)
                .with("secretKey", Doc::traced(&receiver.name))
                .with("remoteRef", reference)
                .into(),
        )
    });
    let target = Map::new(origin)
        .text("name", place.oncall_secret())
        .with("creationPolicy", Doc::traced(&facts.creation_policy))
        .with("deletionPolicy", Doc::traced(&facts.deletion_policy));
    let spec = Map::new(origin)
        .with("refreshPolicy", Doc::traced(&facts.refresh_policy))
        .with("refreshInterval", Doc::traced(&facts.refresh_interval))
        .with("secretStoreRef", Map::new(origin).text("name", name).text("kind", Kind::SecretStore.as_str()))
        .with("target", target)
        .with("data", Doc::list(data, origin));
    vec![store.into(), object(Kind::ExternalSecret, place.oncall_secret()).with("spec", spec).into()]
}

fn labels(place: Place<'_>) -> Map {
    by(rules::OBJECT)
        .with("app.kubernetes.io/part-of", Doc::traced(&place.system().name))
        .text("app.kubernetes.io/managed-by", "pathc")
}

/// What applies the objects, and the configuration of Alertmanager as the secret that the operator reads.
pub(super) fn kustomization(place: Place<'_>, objects: &[String]) -> Doc {
    let origin = Origin::rule(rules::OBJECT);
    let resources = Doc::list(objects.iter().map(|path| Doc::text(path.clone(), origin)), origin);
    let secret = by(rules::OBJECT)
        .text("name", alertmanager_secret(&place.system().name, &place.environment.name))
        .with_some("namespace", place.stack().map(|chart| Doc::traced(&chart.namespace)))
        .with("files", Doc::list([Doc::text("alertmanager.yaml", origin)], origin))
        .with("options", by(rules::OBJECT).bool("disableNameSuffixHash", true));
    Map::new(origin)
        .with("apiVersion", Doc::traced(place.specs.kubernetes.api_version(Kind::Kustomization)))
        .text("kind", Kind::Kustomization.as_str())
        .with("resources", resources)
        .with("secretGenerator", Doc::list([secret.into()], origin))
        .into()
}
