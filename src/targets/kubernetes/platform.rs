//! The platform: charts that are installed before anything else, with their values, namespaces and storage.

use super::labels::stated;
use super::place::{Place, limit};
use super::{base, cloudwatch, rules};
use crate::ir::choice::{IngressController, Installed};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::monitoring::alerting::{alertmanager_secret, oncall_secret};
use crate::spec::kubernetes::{Chart, Kind, Value};
use crate::targets::shared::names;
use crate::targets::shared::value::{by, flag};

/// The namespace that every cluster has, and that nobody labels.
const SYSTEM_NAMESPACE: &str = "kube-system";

/// A chart that is installed.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) place: Place<'a>,
    pub(super) chart: &'a Chart,
}

/// What is installed, in order: first those that bring kinds of objects which others make.
pub(super) fn parts<'a>(place: Place<'a>) -> Vec<Part<'a>> {
    let platform = place.platform;
    let managed = |installed: &Traced<Installed>| installed.value == Installed::Managed;
    let wanted = [
        ("monitoring", platform.prometheus_managed.value),
        ("always", true),
        ("external_secrets", managed(&platform.external_secrets)),
        ("alb", platform.ingress.value == IngressController::Alb),
        ("rollouts", managed(&platform.rollouts)),
        ("keda", managed(&platform.keda)),
    ];
    let parts = wanted.into_iter().filter(|(_, wanted)| *wanted);
    parts.flat_map(|(part, _)| place.spec.part(part)).map(|chart| Part { place, chart }).collect()
}

/// The charts with all that installing them takes.
pub(super) fn charts(place: Place<'_>) -> Vec<Doc> {
    let origin = Origin::rule(rules::PLATFORM);
    let charts = parts(place).into_iter().map(|part| {
        let chart = part.chart;
        let outputs = part.outputs();
        let outputs = (!outputs.is_empty()).then(|| {
            let outputs = outputs.into_iter().map(|(path, output)| {
                Doc::from(Map::new(path.origin).with("value", Doc::traced(path)).text("output", output))
            });
            Doc::list(outputs, origin)
        });
        let entry = Map::new(origin)
            .with("release", Doc::traced(&chart.release))
            .with("namespace", Doc::traced(&chart.namespace))
            .with("repository", Doc::traced(&chart.repository))
            .with("chart", Doc::traced(&chart.chart))
            .with("version", Doc::traced(&chart.version))
            .text("values", part.values_path())
            .with_some("from_infrastructure", outputs);
        Doc::from(entry)
    });
    vec![Map::new(origin).with("charts", Doc::list(charts, origin)).into()]
}

impl<'a> Part<'a> {
    /// Where its values stand, below the platform's folder.
    pub(super) fn values_path(self) -> String {
        format!("{}/values.yaml", self.chart.release)
    }

    /// Its values, as the tree that the chart reads.
    pub(super) fn values(self) -> Vec<Doc> {
        let mut tree = Map::new(Origin::rule(rules::PLATFORM));
        for (path, value) in &self.chart.values {
            if let Some(value) = self.filled(value) {
                put(&mut tree, &path.value, path.origin, value);
            }
        }
        vec![tree.into()]
    }

    /// Values that only the infrastructure knows: path in the values, and the name of the output.
    fn outputs(self) -> Vec<(&'a Traced<String>, String)> {
        let unknown = self.chart.values.iter().filter_map(|(path, value)| match value {
            Value::Text(text) if self.known(&text.value).is_none() => {
                Some((path, placeholder(&text.value)?.to_owned()))
            }
            _ => None,
        });
        unknown.collect()
    }

    /// What the plan knows of a placeholder. `Some(None)`: it is known that there is nothing to say.
    fn known(self, text: &str) -> Option<Option<Doc>> {
        let environment = self.place.environment;
        Some(match placeholder(text)? {
            "CLUSTER" => Some(Doc::traced(&environment.cluster)),
            "REGION" => Some(Doc::traced(&environment.region)),
            "OWNER_ID" => Some(Doc::text(self.place.instance(), environment.name.origin)),
            "METRICS_RETENTION" => Some(Doc::traced(&self.place.monitoring.configurations.retention)),
            "ALERTMANAGER_SECRET" => {
                let name = alertmanager_secret(&self.place.system.name, &environment.name);
                Some(Doc::text(name, environment.name.origin))
            }
            "ONCALL_SECRET" => {
                self.place.monitoring.alerting.has_keys().then(|| {
                    Doc::text(oncall_secret(&self.place.system.name, &environment.name), environment.name.origin)
                })
            }
            "CLOUDWATCH_JOBS" => Some(cloudwatch::jobs(self.place)),
            "STORAGE_CLASS" => Some(Doc::traced(&self.place.spec.storage_class.name)),
            "ZONES" => environment.domain.as_ref().map(|domain| Doc::list([Doc::traced(domain)], domain.origin)),
            _ => return None,
        })
    }

    /// A value with its placeholders filled in; none where there is nothing to say, or only the infrastructure knows.
    fn filled(self, value: &Value) -> Option<Doc> {
        Some(match value {
            Value::Text(text) if placeholder(&text.value).is_some() => self.known(&text.value)??,
            Value::Text(text) => Doc::traced(text),
            Value::Integer(number) => Doc::Integer(number.value, number.origin),
            Value::Bool(value) => flag(value),
            Value::List(elements, origin) => {
                Doc::list(elements.iter().filter_map(|element| self.filled(element)), *origin)
            }
            Value::Map(entries, origin) => {
                let mut map = Map::new(*origin);
                for (key, value) in entries {
                    if let Some(value) = self.filled(value) {
                        map.put(key.clone(), value);
                    }
                }
                map.into()
            }
        })
    }
}

/// The word of a placeholder: `VPC_ID` of `<VPC_ID>`.
fn placeholder(text: &str) -> Option<&str> {
    let word = text.strip_prefix('<')?.strip_suffix('>')?;
    let capital = |character: char| character.is_ascii_uppercase() || character == '_';
    (!word.is_empty() && word.chars().all(capital)).then_some(word)
}

/// Puts a value where a dotted path says.
fn put(tree: &mut Map, path: &str, origin: Origin, value: Doc) {
    let Some((first, rest)) = path.split_once('.') else {
        tree.put(path.to_owned(), value);
        return;
    };
    if !matches!(tree.get(first), Some(Doc::Map(_))) {
        tree.put(first.to_owned(), Map::new(origin));
    }
    let below = tree.entries.iter_mut().find(|entry| entry.key == first);
    if let Some(Doc::Map(map)) = below.map(|entry| &mut entry.value) {
        put(map, rest, origin, value);
    }
}

/// The namespaces of the charts, with the Pod Security level that each bears.
pub(super) fn namespaces(place: Place<'_>) -> Vec<Doc> {
    let mut known: Vec<&str> = vec![SYSTEM_NAMESPACE];
    let mut docs = Vec::new();
    for part in parts(place) {
        let name = part.chart.namespace.value.as_str();
        if known.contains(&name) {
            continue;
        }
        known.push(name);
        let labels = by(rules::LABELS).text("app.kubernetes.io/managed-by", "pathc");
        let level = parts(place)
            .into_iter()
            .filter(|other| other.chart.namespace.value == name)
            .find_map(|other| other.chart.pod_security.as_ref());
        let labels = match level {
            Some(level) => base::pod_security(labels, place, level),
            None => base::pod_security_watched(labels, place),
        };
        let metadata = Map::new(part.chart.namespace.origin)
            .with("name", Doc::traced(&part.chart.namespace))
            .with("labels", labels);
        docs.push(place.head(Kind::Namespace, part.chart.namespace.origin).with("metadata", metadata).into());
    }
    docs
}

/// The class of volumes that outlive a replica.
pub(super) fn storage_class(place: Place<'_>) -> Vec<Doc> {
    let class = &place.spec.storage_class;
    let origin = Origin::rule(rules::PLATFORM);
    let name = names::shorten(&class.name.value, limit(place.spec, Kind::StorageClass).value);
    let labels = by(rules::LABELS).text("app.kubernetes.io/managed-by", "pathc");
    let metadata = Map::new(origin).with("name", Doc::text(name, class.name.origin)).with("labels", labels);
    let class = place
        .head(Kind::StorageClass, origin)
        .with("metadata", metadata)
        .with("provisioner", Doc::traced(&class.provisioner))
        .with("parameters", stated(&place.spec.storage_parameters, origin))
        .with("reclaimPolicy", Doc::traced(&class.reclaim_policy))
        .with("volumeBindingMode", Doc::traced(&class.binding_mode))
        .with("allowVolumeExpansion", flag(&class.allow_expansion));
    vec![class.into()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Rule;

    #[test]
    fn placeholders_are_words_in_capitals() {
        assert_eq!(placeholder("<VPC_ID>"), Some("VPC_ID"));
        assert_eq!([placeholder("VPC_ID"), placeholder("<vpc>"), placeholder("<>")], [None, None, None]);
    }

    #[test]
    fn dotted_paths_become_a_tree() {
        let origin = Origin::rule(Rule(1));
        let mut tree = Map::new(origin);
        put(&mut tree, "a.b", origin, Doc::Integer(1, origin));
        put(&mut tree, "a.c.d", origin, Doc::Integer(2, origin));
        let Some(Doc::Map(below)) = tree.get("a") else { panic!("no mapping: {tree:?}") };
        assert!(matches!(below.get("b"), Some(Doc::Integer(1, _))));
        let Some(Doc::Map(deepest)) = below.get("c") else { panic!("no mapping: {below:?}") };
        assert!(matches!(deepest.get("d"), Some(Doc::Integer(2, _))));
    }
}
