//! What runs all the time: Deployment, StatefulSet; and its disruption budget.

use super::place::Workload;
use super::pod::Pods;
use super::{rollout, rules, volume};
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::spec::kubernetes::Kind;
use crate::targets::shared::value::{by, count_or_percent, number};

/// The label by which the pods of one version of a Deployment are told apart.
const DEPLOYMENT_VERSION: &str = "pod-template-hash";
/// The same of a StatefulSet.
const STATEFUL_SET_VERSION: &str = "controller-revision-hash";

/// The object that keeps the replicas of a component running, with the templates that judge its versions.
pub(super) fn controller(pods: &Pods<'_>) -> Vec<Doc> {
    match pods.workload().kind() {
        Kind::StatefulSet => vec![stateful_set(pods).into()],
        Kind::Rollout => rollout::rollout(pods),
        _ => vec![deployment(pods).into()],
    }
}

fn deployment(pods: &Pods<'_>) -> Map {
    let workload = pods.workload();
    let defaults = &workload.place.spec.defaults;
    let spec = Map::new(workload.component.origin)
        .with_some("replicas", replicas(workload))
        .with("revisionHistoryLimit", number(&defaults.revision_history))
        .with("progressDeadlineSeconds", number(&defaults.progress_deadline))
        .with("minReadySeconds", number(&defaults.min_ready))
        .with("selector", pods.identity.match_labels())
        .with("strategy", rolling(workload))
        .with("template", pods.template(Some(DEPLOYMENT_VERSION)));
    object(pods, Kind::Deployment).with("spec", spec)
}

/// An object that is called as its component.
pub(super) fn object(pods: &Pods<'_>, kind: Kind) -> Map {
    let component = pods.workload().component;
    pods.identity.object(kind, pods.workload().name().to_owned(), component.origin)
}

fn rolling(workload: Workload<'_>) -> Map {
    let strategy = workload.strategy();
    let origin = strategy.map_or(Origin::rule(rules::ROLLING), |strategy| strategy.kind.origin);
    let bounds = Map::new(origin)
        .with_some("maxSurge", strategy.and_then(|strategy| strategy.max_surge.as_ref()).map(count_or_percent))
        .with_some(
            "maxUnavailable",
            strategy.and_then(|strategy| strategy.max_unavailable.as_ref()).map(count_or_percent),
        );
    Map::new(origin).text("type", "RollingUpdate").with_some("rollingUpdate", (!bounds.is_empty()).then_some(bounds))
}

/// The number of replicas, where nothing scales them.
pub(super) fn replicas(workload: Workload<'_>) -> Option<Doc> {
    workload.scaling.filter(|scaling| scaling.policy.is_none()).map(|scaling| number(&scaling.min))
}

fn stateful_set(pods: &Pods<'_>) -> Map {
    let workload = pods.workload();
    let component = workload.component;
    let defaults = &workload.place.spec.defaults;
    let retention = by(rules::KEEP_STORAGE)
        .with("whenDeleted", Doc::traced(&defaults.claims_when_deleted))
        .with("whenScaled", Doc::traced(&defaults.claims_when_scaled));
    let claims: Vec<Doc> = component
        .volumes
        .iter()
        .filter(|volume| volume::claimed(pods, volume))
        .map(|volume| {
            let class = &workload.place.spec.storage_class;
            let requests = Map::new(volume.size.origin).with("storage", Doc::traced(&volume.size));
            let spec = Map::new(volume.origin)
                .with("accessModes", Doc::list([Doc::traced(&class.access_mode)], class.access_mode.origin))
                .with("storageClassName", Doc::traced(&class.name))
                .with("resources", Map::new(volume.size.origin).with("requests", requests));
            let metadata = Map::new(volume.origin)
                .with("name", Doc::traced(&volume.name))
                .with("labels", pods.identity.selector());
            Map::new(volume.origin).with("metadata", metadata).with("spec", spec).into()
        })
        .collect();
    let spec = Map::new(component.origin)
        .with_some("replicas", replicas(workload))
        .text("serviceName", super::service::headless_name(workload))
        .with("revisionHistoryLimit", number(&defaults.stateful_history))
        .with("podManagementPolicy", Doc::traced(&defaults.pod_management))
        .with("minReadySeconds", number(&defaults.min_ready))
        .with("updateStrategy", by(rules::STATEFUL_UPDATE).text("type", "RollingUpdate"))
        .with("persistentVolumeClaimRetentionPolicy", retention)
        .with("selector", pods.identity.match_labels())
        .with("template", pods.template(Some(STATEFUL_SET_VERSION)))
        .with_some("volumeClaimTemplates", (!claims.is_empty()).then(|| Doc::list(claims, component.origin)));
    object(pods, Kind::StatefulSet).with("spec", spec)
}

/// How many replicas maintenance may take away at once.
pub(super) fn disruption_budget(pods: &Pods<'_>) -> Option<Map> {
    let workload = pods.workload();
    let unavailable = workload.scaling?.max_unavailable.as_ref()?;
    let spec = Map::new(unavailable.origin)
        .with("maxUnavailable", count_or_percent(unavailable))
        .with("unhealthyPodEvictionPolicy", Doc::traced(&workload.place.spec.defaults.eviction_policy))
        .with("selector", pods.identity.match_labels());
    let object = pods.identity.object(Kind::PodDisruptionBudget, workload.name().to_owned(), unavailable.origin);
    Some(object.with("spec", spec))
}
