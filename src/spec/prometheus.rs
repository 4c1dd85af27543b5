//! What the world calls its metrics, where a component does not say.

use std::collections::BTreeMap;

use super::SpecFile;
use crate::source::Traced;

/// Facts of the spec `prometheus` that decisions rest on.
#[derive(Debug)]
pub struct PrometheusSpec {
    /// The usual names, by protocol, and by kind for what has no port.
    pub metric_names: BTreeMap<String, MetricNames>,
}

/// The usual names of one protocol or kind.
#[derive(Clone, Debug)]
pub struct MetricNames {
    /// The counter of requests.
    pub requests: Traced<String>,
    /// The label selector of failed ones.
    pub errors: Option<Traced<String>>,
    /// The histogram of durations, without `_bucket`.
    pub duration: Option<Traced<String>>,
}

impl PrometheusSpec {
    /// Looks the facts up; what is missing is recorded.
    pub fn read(file: &mut SpecFile<'_>) -> PrometheusSpec {
        let mut metric_names = BTreeMap::new();
        match file.find(&["default_metric_names"]) {
            Some(protocols) => {
                for (protocol, names) in protocols.entries() {
                    let name = |key| names.get(key).filter(|fact| !fact.is_null()).and_then(|fact| fact.scalar());
                    match name("requests") {
                        Some(requests) => {
                            let names = MetricNames { requests, errors: name("errors"), duration: name("duration") };
                            metric_names.insert(protocol.value.to_owned(), names);
                        }
                        None => file.missing(&["default_metric_names", protocol.value, "requests"], "text"),
                    }
                }
            }
            None => file.missing(&["default_metric_names"], "mapping"),
        }
        PrometheusSpec { metric_names }
    }
}
