//! Labels, selectors and the head of every object.

use super::place::{Place, Workload};
use super::rules;
use crate::ir::{Origin, Traced};
use crate::output::doc::Text;
use crate::output::{Doc, Map};
use crate::spec::kubernetes::Kind;
use crate::targets::shared::names::{self, label_value};
use crate::targets::shared::value::by;

const NAME: &str = names::COMPONENT_LABEL;
const INSTANCE: &str = "app.kubernetes.io/instance";
const VERSION: &str = "app.kubernetes.io/version";
/// Labels that say what data a version works with.
const MODEL_VERSION: &str = "model-version";
const SCHEMA_VERSION: &str = "schema-version";
const COMPONENT: &str = "app.kubernetes.io/component";
const PART_OF: &str = "app.kubernetes.io/part-of";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// The label whose value is the job of a component's metrics.
pub(super) const JOB_LABEL: &str = NAME;

impl<'a> Place<'a> {
    /// The value of the instance label.
    fn instance_label(self) -> Doc {
        let value = label_value(&self.instance(), self.spec.limits.label_value.value);
        Doc::text(value, self.environment.name.origin)
    }

    /// Labels of what belongs to no component.
    pub(super) fn labels(self) -> Map {
        by(rules::LABELS)
            .with(INSTANCE, self.instance_label())
            .with(PART_OF, Doc::traced(&self.system.name))
            .text(MANAGED_BY, "pathc")
    }

    /// `apiVersion`, `kind` and `metadata` of an object of the whole environment.
    pub(super) fn object(self, kind: Kind, name: impl Into<Text>, origin: Origin) -> Map {
        let metadata = self.metadata(kind, name, origin).with("labels", self.labels());
        self.head(kind, origin).with("metadata", metadata)
    }

    /// `apiVersion` and `kind`.
    pub(super) fn head(self, kind: Kind, origin: Origin) -> Map {
        Map::new(origin).with("apiVersion", Doc::traced(self.spec.api_version(kind))).text("kind", kind.as_str())
    }

    fn metadata(self, kind: Kind, name: impl Into<Text>, origin: Origin) -> Map {
        let metadata = Map::new(origin).text("name", name);
        if matches!(kind, Kind::Namespace | Kind::PriorityClass | Kind::StorageClass) {
            metadata
        } else {
            metadata.with("namespace", Doc::traced(&self.environment.namespace))
        }
    }
}

/// Pods that are told apart by the name label: a component's own, or those of one of its migrations.
#[derive(Clone)]
pub(super) struct Identity<'a> {
    pub(super) workload: Workload<'a>,
    /// The value of the name label.
    pub(super) name: Traced<String>,
}

impl<'a> Workload<'a> {
    /// The component's own pods.
    pub(super) fn identity(self) -> Identity<'a> {
        Identity { workload: self, name: self.component.name.with(self.name().to_owned()) }
    }
}

impl Identity<'_> {
    /// Labels that never change, by which pods are selected.
    pub(super) fn selector(&self) -> Map {
        by(rules::SELECTOR).with(NAME, Doc::traced(&self.name)).with(INSTANCE, self.workload.place.instance_label())
    }

    /// The recommended labels with the version, for what runs: another object is the same in every version.
    pub(super) fn running(&self) -> Map {
        let label = |version: &Traced<String>| {
            let value = label_value(version, self.workload.place.spec.limits.label_value.value);
            Some(value).filter(|value| !value.is_empty()).map(|value| Doc::text(value, version.origin))
        };
        let plan = self.workload.plan;
        self.recommended(label(&self.workload.image.version))
            .with_some(MODEL_VERSION, plan.model_version.as_ref().and_then(label))
            .with_some(SCHEMA_VERSION, plan.schema_version.as_ref().and_then(label))
    }

    fn recommended(&self, version: Option<Doc>) -> Map {
        self.selector()
            .with_some(VERSION, version)
            .with(COMPONENT, Doc::traced(&self.workload.component.name))
            .with(PART_OF, Doc::traced(&self.workload.place.system.name))
            .with(MANAGED_BY, Doc::text("pathc", Origin::rule(rules::LABELS)))
    }

    /// `apiVersion`, `kind` and `metadata` of an object of these pods.
    pub(super) fn object(&self, kind: Kind, name: impl Into<Text>, origin: Origin) -> Map {
        let place = self.workload.place;
        let running = matches!(kind, Kind::Deployment | Kind::StatefulSet | Kind::Rollout | Kind::CronJob | Kind::Job);
        let labels = if running { self.running() } else { self.recommended(None) };
        place.head(kind, origin).with("metadata", place.metadata(kind, name, origin).with("labels", labels))
    }

    /// The same with annotations.
    pub(super) fn annotated(&self, kind: Kind, name: impl Into<Text>, origin: Origin, annotations: Map) -> Map {
        let place = self.workload.place;
        let metadata = place.metadata(kind, name, origin).with("labels", self.recommended(None));
        let metadata = metadata.with("annotations", annotations);
        place.head(kind, origin).with("metadata", metadata)
    }

    /// `matchLabels` of these pods.
    pub(super) fn match_labels(&self) -> Map {
        by(rules::SELECTOR).with("matchLabels", self.selector())
    }
}

/// `matchLabels` of whatever a component runs: its own pods, and those of its migrations.
pub(super) fn match_component(workload: Workload<'_>) -> Map {
    by(rules::SELECTOR).with(
        "matchLabels",
        by(rules::COMPONENT_LABEL)
            .with(COMPONENT, Doc::traced(&workload.component.name))
            .with(INSTANCE, workload.place.instance_label()),
    )
}

/// Labels of a spec as a mapping.
pub(super) fn stated(labels: &[(Traced<String>, Traced<String>)], origin: Origin) -> Map {
    labels.iter().fold(Map::new(origin), |map, (key, value)| map.with(key.value.clone(), Doc::traced(value)))
}

/// A cluster-wide name: the environment's, with an ending.
pub(super) fn cluster_wide(place: Place<'_>, kind: Kind, suffix: &str) -> String {
    names::shorten(&format!("{}-{suffix}", place.instance()), super::place::limit(place.spec, kind).value)
}
