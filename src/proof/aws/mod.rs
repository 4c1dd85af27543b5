//! What resources of AWS say, in either of the two languages that they are printed in: ports, health, capacity, versions of
//! engines, secrets, thresholds and metrics of alarms.

mod cloudformation;
mod terraform;

use std::collections::{BTreeMap, HashMap};

use camino::Utf8PathBuf;
use rayon::prelude::*;

use super::{Place, Proof};
use crate::ir::value::Decimal;
use crate::source::Scalar as _;
pub(super) use cloudformation::Templates;
pub(super) use terraform::Value;

/// What a resource states something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A port of a component.
    Port,
    /// The path that a target group asks for health at; the group by its name.
    HealthPath,
    /// The fewest replicas of a component.
    Least,
    /// The most replicas of a component.
    Most,
    /// The version of a datastore's engine; the datastore as the cloud calls it.
    Version,
    /// The name of a secret.
    Secret,
    /// What an alarm compares with.
    Threshold,
    /// What an alarm looks at.
    Metric,
}

/// One statement of a file that is for several environments, of which each has values of its own.
#[derive(Debug)]
pub(super) struct Deferred {
    path: Utf8PathBuf,
    subject: Subject,
    of: Value,
    value: Value,
}

/// What a module says, and the values that environments give to it.
#[derive(Debug, Default)]
pub(super) struct Module {
    deferred: Vec<Deferred>,
    /// Values by environment, then by their path: `api.min_capacity`.
    values: BTreeMap<String, BTreeMap<String, String>>,
}

/// What the graph says of an environment's alarms: threshold and metric by name.
pub(super) type Alarms<'a> = HashMap<&'a str, (Decimal, &'a str)>;

impl Proof<'_> {
    /// What a file says of one environment.
    fn states(&self, place: Place<'_>, environment: &str, subject: Subject, of: &str, value: &str) {
        if let Some(what) = self.disagreement(environment, subject, of, value) {
            self.object(place, what);
        }
    }

    /// What is wrong with a value.
    fn disagreement(&self, environment: &str, subject: Subject, of: &str, value: &str) -> Option<String> {
        let component = self.expected.components.get(of);
        let known = self.expected.environments.get(environment)?;
        let differs = |planned: &str, what: &str| {
            (planned != value).then(|| format!("{what} of `{of}` in `{environment}` is {value}, in the plan {planned}"))
        };
        match subject {
            Subject::Port => {
                let ports = &component?.ports;
                let is_planned = value.parse().is_ok_and(|port| ports.contains(&port));
                (!is_planned).then(|| format!("opens port {value} of `{of}`, which the plan does not"))
            }
            Subject::HealthPath => differs(known.health.get(of)?, "the path of health"),
            Subject::Least | Subject::Most => {
                let (least, most) = known.bounds.get(of)?;
                let (planned, word) = if subject == Subject::Least { (least, "from") } else { (most, "to") };
                (planned.to_string() != value)
                    .then(|| format!("scales `{of}` {word} {value}, the plan {word} {planned}"))
            }
            Subject::Version => {
                let planned = *known.versions.get(of)?;
                if is_of_one_line(planned, value) { None } else { differs(planned, "the engine") }
            }
            Subject::Secret => {
                // A secret may stand in parts: its address beside it.
                let above = value.rsplit_once('/').map_or(value, |(above, _)| above);
                let is_planned = known.secrets.contains(value) || known.secrets.contains(above);
                let is_known = is_planned || self.expected.is_known(value);
                (!is_known).then(|| format!("makes the secret `{value}`, which is in no plan"))
            }
            Subject::Threshold => {
                let (planned, _) = known.alarms.get(of)?;
                let found = Decimal::read(value).ok()?;
                if found == *planned { None } else { differs(&planned.to_string(), "the threshold") }
            }
            Subject::Metric => differs(known.alarms.get(of)?.1, "the metric"),
        }
    }

    /// What a module says, with the values of each environment.
    pub(super) fn modules(&self) {
        let module = std::mem::take(&mut self.seen().module);
        module.deferred.into_par_iter().for_each(|Deferred { path, subject, of, value }| {
            for (environment, values) in &module.values {
                let resolve = |value: &Value| value.resolve(self.expected.system, environment, values);
                if let (Some(of), Some(value)) = (resolve(&of), resolve(&value)) {
                    self.states(Place { environment: None, path: &path }, environment, subject, &of, &value);
                }
            }
        });
    }

    /// The component whose name a file has, as targets write it.
    fn component_of(&self, place: Place<'_>) -> Option<&str> {
        let stem = place.path.file_stem()?;
        let stem = stem.strip_prefix("component_").unwrap_or(stem);
        let known = |name: &str| self.expected.components.get_key_value(name).map(|(name, _)| *name);
        known(stem).or_else(|| known(&stem.replace('_', "-")))
    }
}

/// Whether two versions are of one release line, whose patches the cloud installs by itself: `16` and `16.13`, `8.4.3` and
/// `8.4`, `8.4.3` and `8.4.9`.
fn is_of_one_line(one: &str, other: &str) -> bool {
    let is_below = |line: &str, version: &str| {
        version.strip_prefix(line).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let line = |version: &'_ str| version.rsplit_once('.').map(|(line, _)| line.to_owned());
    is_below(one, other) || is_below(other, one) || line(one).is_some_and(|own| line(other) == Some(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_of_one_line() {
        for (one, other) in [("16", "16.13"), ("8.4.3", "8.4"), ("8.4.3", "8.4.9"), ("16.4", "16")] {
            assert!(is_of_one_line(one, other), "{one} {other}");
        }
        for (one, other) in [("16", "17"), ("16.4", "17.4"), ("8.4.3", "8.0.3"), ("1", "16")] {
            assert!(!is_of_one_line(one, other), "{one} {other}");
        }
    }
}
