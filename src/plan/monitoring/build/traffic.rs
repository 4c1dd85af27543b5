//! What is measured of several components at once: a line for each, by its label `job`.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::subject::Subject;
use crate::ir::choice::HistogramForm;
use crate::ir::component::Component;
use crate::ir::{ComponentId, System};
use crate::plan::monitoring::indicator::{Failures, RequestMetrics};
use crate::plan::monitoring::promql::{SELECTOR, WINDOW, equals, literal, quoted, select};
use crate::spec::Specs;

/// What the requests of each component are known by. Several panels and dashboards ask for it.
pub(super) struct KnownRequests<'a> {
    system: &'a System,
    /// By the numbers of components.
    metrics: Vec<Option<RequestMetrics<'a>>>,
}

impl<'a> KnownRequests<'a> {
    pub(super) fn new(system: &'a System, specs: &'a Specs) -> KnownRequests<'a> {
        let components = system.components.par_iter();
        KnownRequests { system, metrics: components.map(|component| RequestMetrics::of(component, specs)).collect() }
    }

    /// Those of one component; none where it tells nothing about itself.
    pub(super) fn of(&self, component: ComponentId) -> Option<&RequestMetrics<'a>> {
        self.metrics.get(component.0 as usize)?.as_ref()
    }
}

/// Requests, errors and durations of components, by `job`, in as few queries as there are names of metrics.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    requests: Vec<String>,
    errors: Vec<String>,
    durations: Vec<String>,
}

impl Traffic {
    /// Of all components that are given, which are all that expose such metrics in an environment.
    pub(super) fn of_all(components: impl Iterator<Item = ComponentId>, known: &KnownRequests<'_>) -> Traffic {
        Traffic::of(components, known, false)
    }

    /// Of the components that are given, and of no others.
    pub(super) fn of_some(components: impl Iterator<Item = ComponentId>, known: &KnownRequests<'_>) -> Traffic {
        Traffic::of(components, known, true)
    }

    fn of(components: impl Iterator<Item = ComponentId>, known: &KnownRequests<'_>, by_name: bool) -> Traffic {
        // Components that count and fail alike, in the order of the first.
        let mut groups: Vec<(&RequestMetrics<'_>, Vec<&str>)> = Vec::new();
        let mut places: BTreeMap<_, usize> = BTreeMap::new();
        for component in components {
            let Some(metrics) = known.of(component) else { continue };
            let failed = metrics.failures.as_ref().and_then(|failures| match failures {
                Failures::Counter(counter) => Some((true, counter.as_str())),
                Failures::Labels(_, labels) => Some((false, labels.as_ref().ok()?.as_str())),
            });
            let duration = metrics.duration.map(|duration| duration.as_str());
            let group = *places.entry((metrics.requests.as_str(), failed, duration)).or_insert_with(|| {
                groups.push((metrics, Vec::new()));
                groups.len() - 1
            });
            groups[group].1.push(known.system.component(component).name.as_str());
        }
        let shared = |metrics: &RequestMetrics<'_>| {
            groups.iter().filter(|(other, _)| other.requests == metrics.requests).count() > 1
        };
        let mut traffic = Traffic::default();
        for (metrics, names) in &groups {
            // One counter may fail by different labels: then each component is asked for by its name.
            let jobs = if by_name || shared(metrics) { jobs(names) } else { String::new() };
            let matchers = if jobs.is_empty() { SELECTOR.to_owned() } else { [&jobs, ",", SELECTOR].concat() };
            traffic.add(metrics, &matchers);
        }
        traffic
    }

    fn add(&mut self, metrics: &RequestMetrics, matchers: &str) {
        let rate = |series: &str| ["sum by (job) (rate(", series, "[", WINDOW, "]))"].concat();
        let all = rate(&select(metrics.requests, &[matchers]));
        if let Some(failed) = metrics.failed_series(matchers) {
            // What has never failed has no such series: it fails by 0.
            self.errors.push(["(", &rate(&failed), " or 0 * ", &all, ") / (", &all, " > 0)"].concat());
        }
        if let Some(duration) = &metrics.duration {
            self.durations.push(match metrics.histogram.value {
                HistogramForm::Classic => {
                    let buckets = select(&[duration.as_str(), "_bucket"].concat(), &[matchers]);
                    ["histogram_quantile(0.99, sum by (job, le) (rate(", &buckets, "[", WINDOW, "])))"].concat()
                }
                HistogramForm::Native => {
                    format!("histogram_quantile(0.99, {})", rate(&select(duration, &[matchers])))
                }
            });
        }
        self.requests.push(all);
    }

    /// Requests a second.
    pub(super) fn requests(&self) -> Option<String> {
        joined(&self.requests)
    }

    /// The share of requests that fail.
    pub(super) fn errors(&self) -> Option<String> {
        joined(&self.errors)
    }

    /// The seconds in which 99 of 100 requests are answered.
    pub(super) fn durations(&self) -> Option<String> {
        joined(&self.durations)
    }
}

fn joined(expressions: &[String]) -> Option<String> {
    (!expressions.is_empty()).then(|| expressions.join(" or "))
}

/// A matcher of some jobs.
fn jobs(names: &[&str]) -> String {
    match names {
        [name] => equals("job", name),
        names => {
            let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
            format!("job=~{}", quoted(&names.join("|")))
        }
    }
}

/// The components that a component needs, itself left out.
pub(super) fn needed(subject: &Subject<'_>) -> Vec<ComponentId> {
    let others = subject.component.depends_on.iter().filter(|needed| needed.name != subject.component.name);
    let components = others.filter_map(|needed| subject.system.component_named(needed.name.as_str()));
    components.filter(|(_, component)| component.is_deployed()).map(|(id, _)| id).collect()
}

/// The deployed components of a system.
pub(super) fn deployed(system: &System) -> impl Iterator<Item = (ComponentId, &Component)> {
    let numbered = (0..).map(ComponentId).zip(&system.components);
    numbered.filter(|(_, component)| component.is_deployed())
}
