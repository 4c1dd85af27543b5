//! What an environment has before anything runs in it: namespace, limits, priorities, the store of secrets.

use super::labels::cluster_wide;
use super::place::{Place, Workload};
use super::{network_policy, rules, secret};
use crate::ir::choice::IngressController;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::infrastructure::templates::RegistryTemplate;
use crate::spec::kubernetes::{Kind, PriorityFacts};
use crate::targets::shared::value::number;

/// The Secret that images are pulled with.
const PULL_SECRET: &str = "registry-pull";

/// Makes the documents of a file.
type Documents = fn(Place<'_>) -> Vec<Doc>;

/// The files of the base.
pub(super) const FILES: &[(&str, Documents)] = &[
    ("namespace.yaml", namespace),
    ("limits.yaml", limits),
    ("network_policies.yaml", network_policies),
    ("priority_classes.yaml", priority_classes),
    ("secret_store.yaml", secret_store),
];

/// The namespace with its Pod Security level.
fn namespace(place: Place<'_>) -> Vec<Doc> {
    let environment = place.environment;
    let security = &place.spec.pod_security;
    let mut labels = pod_security(place.labels(), place, &security.level);
    // Who runs as root says so in the input: what its namespace refuses makes room for it, and nothing more.
    if let Some(root) =
        place.workloads().find_map(|workload| Some(workload.component.run_as).filter(|uid| uid.value == 0))
    {
        labels.put(security.enforce.value.clone(), Doc::text(security.level_with_root.value.clone(), root.origin));
    }
    if place.platform.ingress.value == IngressController::Alb {
        for (key, value) in &place.spec.readiness_gate {
            labels.put(key.value.clone(), Doc::traced(value));
        }
    }
    let metadata =
        Map::new(environment.origin).with("name", Doc::traced(&environment.namespace)).with("labels", labels);
    vec![place.head(Kind::Namespace, environment.origin).with("metadata", metadata).into()]
}

/// Adds the labels that turn a Pod Security level on, in all three modes.
pub(super) fn pod_security(labels: Map, place: Place<'_>, level: &Traced<String>) -> Map {
    let facts = &place.spec.pod_security;
    let modes = [
        (&facts.enforce, &facts.enforce_version),
        (&facts.audit, &facts.audit_version),
        (&facts.warn, &facts.warn_version),
    ];
    modes.iter().fold(labels, |labels, (mode, version)| {
        labels.with(mode.value.clone(), Doc::traced(level)).with(version.value.clone(), Doc::traced(&facts.version))
    })
}

/// Adds the labels that only tell what a stricter level would refuse.
pub(super) fn pod_security_watched(labels: Map, place: Place<'_>) -> Map {
    let facts = &place.spec.pod_security;
    [(&facts.audit, &facts.audit_version), (&facts.warn, &facts.warn_version)].iter().fold(
        labels,
        |labels, (mode, version)| {
            labels
                .with(mode.value.clone(), Doc::traced(&facts.level))
                .with(version.value.clone(), Doc::traced(&facts.version))
        },
    )
}

/// What all pods may ask for together, and what a container gets that asks for nothing.
fn limits(place: Place<'_>) -> Vec<Doc> {
    let quota = &place.environment.quota;
    let mut hard = Map::new(quota.origin);
    // A quota of nothing would let nothing run: what no component states is not limited.
    if quota.cpu.millicores > 0 {
        hard.put("requests.cpu", Doc::traced(&quota.cpu));
    }
    if quota.memory.bytes > 0 {
        hard.put("requests.memory", Doc::traced(&quota.memory));
    }
    if quota.memory_limit.bytes > 0 {
        hard.put("limits.memory", Doc::traced(&quota.memory_limit));
    }
    hard.put("pods", number(&quota.pods));
    let quota_name = place.system.name.as_str().to_owned();
    let quota = place
        .object(Kind::ResourceQuota, quota_name.clone(), quota.origin)
        .with("spec", Map::new(quota.origin).with("hard", hard));

    let facts = &place.spec.defaults;
    let origin = Origin::rule(rules::LIMIT_RANGE);
    let limit = Map::new(origin)
        .text("type", "Container")
        .with("default", Map::new(origin).with("memory", Doc::traced(&facts.limit_memory)))
        .with(
            "defaultRequest",
            Map::new(origin)
                .with("cpu", Doc::traced(&facts.request_cpu))
                .with("memory", Doc::traced(&facts.request_memory)),
        );
    let range = place
        .object(Kind::LimitRange, quota_name, origin)
        .with("spec", Map::new(origin).with("limits", Doc::list([limit.into()], origin)));
    vec![quota.into(), range.into()]
}

fn network_policies(place: Place<'_>) -> Vec<Doc> {
    vec![network_policy::default_deny(place).into(), network_policy::allow_dns(place).into()]
}

/// A priority for each tier that runs here. They stand in no namespace, so their names say whose they are.
fn priority_classes(place: Place<'_>) -> Vec<Doc> {
    let used =
        |facts: &&PriorityFacts| place.workloads().any(|workload| workload.component.tier.value.as_str() == facts.tier);
    let classes = place.spec.priorities.iter().filter(used).map(|facts| {
        let origin = Origin::rule(rules::PRIORITY_CLASS);
        let description = format!("Components of tier {} of {}.", facts.tier, place.instance());
        place
            .object(Kind::PriorityClass, cluster_wide(place, Kind::PriorityClass, &facts.suffix), origin)
            .with("value", number(&facts.value))
            .bool("globalDefault", false)
            .with("preemptionPolicy", Doc::traced(&facts.preemption))
            .text("description", description)
            .into()
    });
    classes.collect()
}

/// The priority class of a component's tier.
pub(super) fn priority_class(workload: Workload<'_>) -> Option<Doc> {
    let tier = &workload.component.tier;
    let facts = workload.place.spec.priorities.iter().find(|facts| facts.tier == tier.value.as_str())?;
    Some(Doc::text(cluster_wide(workload.place, Kind::PriorityClass, &facts.suffix), tier.origin))
}

/// Where secrets are read from, and the one that images are pulled with.
fn secret_store(place: Place<'_>) -> Vec<Doc> {
    let facts = &place.spec.external_secrets;
    let origin = Origin::rule(rules::SECRET_STORE);
    let aws = Map::new(origin)
        .with("service", Doc::traced(&facts.service))
        .with("region", Doc::traced(&place.environment.region));
    let spec = Map::new(origin).with("provider", Map::new(origin).with("aws", aws));
    let store = place.object(Kind::SecretStore, facts.store.value.clone(), origin).with("spec", spec);
    let mut docs = vec![store.into()];
    if let (Some(path), Some(registry)) = (&place.environment.pull_secret, place.registry) {
        docs.push(pull_secret(place, path, registry).into());
    }
    docs
}

/// The registry's user and password in the form that the kubelet reads.
fn pull_secret(place: Place<'_>, path: &Traced<String>, registry: &RegistryTemplate) -> Map {
    let origin = Origin::rule(rules::PULL_SECRET);
    let host = registry.url.value.split('/').next().unwrap_or_default();
    let config = format!(
        "{{\"auths\":{{\"{host}\":{{\"username\":{{{{ .username | toJson }}}},\"password\":{{{{ .password | toJson }}}},\
         \"auth\":\"{{{{ printf \"%s:%s\" .username .password | b64enc }}}}\"}}}}}}"
    );
    let data = ["username", "password"].map(|key| {
        let property = Traced::new(key.to_owned(), origin);
        let reference = secret::remote(path, Some(&property), path.origin);
        Doc::from(Map::new(origin).text("secretKey", key).with("remoteRef", reference))
    });
    let template = Map::new(origin)
        .text("engineVersion", "v2")
        .text("type", "kubernetes.io/dockerconfigjson")
        .with("data", Map::new(origin).with(".dockerconfigjson", Doc::text(config, registry.url.origin)));
    place
        .object(Kind::ExternalSecret, PULL_SECRET, origin)
        .with("spec", secret::spec(place, PULL_SECRET, Some(template), data.into()))
}

/// What a pod names to pull its images.
pub(super) fn pull_secrets(place: Place<'_>) -> Option<Doc> {
    let path = place.environment.pull_secret.as_ref().filter(|_| place.registry.is_some())?;
    Some(Doc::list([Map::new(path.origin).text("name", PULL_SECRET).into()], path.origin))
}
