//! What is measured of several components at once: a line for each, by its label `job`.

use std::collections::BTreeMap;

use super::subject::Subject;
use crate::ir::choice::HistogramForm;
use crate::ir::component::Component;
use crate::plan::monitoring::indicator::RequestMetrics;
use crate::plan::monitoring::promql::{SELECTOR, WINDOW, literal, quoted, select};
use crate::spec::Specs;

/// Requests, errors and durations of components, by `job`, in as few queries as there are names of metrics.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    requests: Vec<String>,
    errors: Vec<String>,
    durations: Vec<String>,
}

impl Traffic {
    /// Of all components that are given, which are all that expose such metrics in an environment.
    pub(super) fn of_all<'a>(components: impl Iterator<Item = &'a Component>, specs: &Specs) -> Traffic {
        Traffic::of(components, specs, false)
    }

    /// Of the components that are given, and of no others.
    pub(super) fn of_some<'a>(components: impl Iterator<Item = &'a Component>, specs: &Specs) -> Traffic {
        Traffic::of(components, specs, true)
    }

    fn of<'a>(components: impl Iterator<Item = &'a Component>, specs: &Specs, by_name: bool) -> Traffic {
        // Components that count and fail alike, in the order of the first.
        let mut groups: Vec<(RequestMetrics, Option<String>, Vec<&str>)> = Vec::new();
        let mut known: BTreeMap<(String, Option<String>, Option<String>), usize> = BTreeMap::new();
        for component in components {
            let Some(metrics) = RequestMetrics::of(component, specs) else { continue };
            let failed = metrics.failed_series(SELECTOR);
            let duration = metrics.duration.as_ref().map(|duration| duration.value.clone());
            let group = *known.entry((metrics.requests.value.clone(), failed.clone(), duration)).or_insert_with(|| {
                groups.push((metrics, failed, Vec::new()));
                groups.len() - 1
            });
            groups[group].2.push(component.name.as_str());
        }
        let shared = |metrics: &RequestMetrics| {
            groups.iter().filter(|(other, ..)| other.requests == metrics.requests).count() > 1
        };
        let mut traffic = Traffic::default();
        for (metrics, _, names) in &groups {
            // One counter may fail by different labels: then each component is asked for by its name.
            let jobs = if by_name || shared(metrics) { jobs(names) } else { String::new() };
            let matchers = if jobs.is_empty() { SELECTOR.to_owned() } else { format!("{jobs},{SELECTOR}") };
            traffic.add(metrics, &matchers);
        }
        traffic
    }

    fn add(&mut self, metrics: &RequestMetrics, matchers: &str) {
        let rate = |series: &str| format!("sum by (job) (rate({series}[{WINDOW}]))");
        let all = rate(&select(metrics.requests, &[matchers]));
        if let Some(failed) = metrics.failed_series(matchers) {
            // What has never failed has no such series: it fails by 0.
            self.errors.push(format!("({} or 0 * {all}) / ({all} > 0)", rate(&failed)));
        }
        if let Some(duration) = &metrics.duration {
            self.durations.push(match metrics.histogram.value {
                HistogramForm::Classic => {
                    let buckets = select(&format!("{duration}_bucket"), &[matchers]);
                    format!("histogram_quantile(0.99, sum by (job, le) (rate({buckets}[{WINDOW}])))")
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
        [name] => format!("job={}", quoted(name)),
        names => {
            let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
            format!("job=~{}", quoted(&names.join("|")))
        }
    }
}

/// The components that a component needs, itself left out.
pub(super) fn needed<'a>(subject: &Subject<'a>) -> Vec<&'a Component> {
    let others = subject.component.depends_on.iter().filter(|needed| needed.name != subject.component.name);
    let components = others.filter_map(|needed| subject.system.component_named(needed.name.as_str()));
    components.map(|(_, component)| component).filter(|component| component.is_deployed()).collect()
}
