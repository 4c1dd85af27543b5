//! What a component's requests are measured by: the same expressions for alerts, panels, scaling and the analysis of a
//! new version, so that none of them can judge by something else.

use crate::ir::Traced;
use crate::ir::choice::{ComponentKind, HistogramForm};
use crate::ir::component::Component;
use crate::spec::Specs;

/// The metrics by which a component's requests are known: those that it names, else the usual ones.
#[derive(Clone, Debug)]
pub struct RequestMetrics {
    /// The counter of requests.
    pub requests: Traced<String>,
    /// The label selector of failed ones.
    pub errors: Option<Traced<String>>,
    /// The histogram of durations in seconds, without `_bucket`.
    pub duration: Option<Traced<String>>,
    /// The form of the histogram.
    pub histogram: Traced<HistogramForm>,
}

impl RequestMetrics {
    /// The metrics of a component; none where it tells nothing about itself.
    #[must_use]
    pub fn of(component: &Component, specs: &Specs) -> Option<RequestMetrics> {
        let metrics = component.metrics.as_ref()?;
        let usual = specs.prometheus.metric_names.get(match (component.main_port(), component.kind.value) {
            (Some(port), _) => port.protocol.value.as_str(),
            (None, ComponentKind::Cronjob | ComponentKind::Job) => "cronjob",
            (None, _) => "worker",
        });
        // A component that names its counter has labels of its own too: the usual selector would be a guess.
        let (errors, duration) = match metrics.requests {
            Some(_) => (None, None),
            None => (usual.and_then(|usual| usual.errors.clone()), usual.and_then(|usual| usual.duration.clone())),
        };
        Some(RequestMetrics {
            requests: metrics.requests.clone().or_else(|| Some(usual?.requests.clone()))?,
            errors: metrics.errors.clone().or(errors),
            duration: metrics.duration.clone().or(duration),
            histogram: metrics.histogram,
        })
    }

    /// Requests a second. `selector` is a label selector without braces, `window` a range such as `5m` or `$window`.
    #[must_use]
    pub fn request_rate(&self, selector: &str, window: &str) -> String {
        format!("sum(rate({}{{{selector}}}[{window}]))", self.requests)
    }

    /// Failed requests a second.
    #[must_use]
    pub fn error_rate(&self, selector: &str, window: &str) -> Option<String> {
        let errors = self.errors.as_ref()?;
        Some(format!("sum(rate({}{{{}}}[{window}]))", self.requests, both(selector, errors)))
    }

    /// Failed requests of all requests, from 0 to 1; nothing while there are none.
    #[must_use]
    pub fn error_ratio(&self, selector: &str, window: &str) -> Option<String> {
        Some(format!("{} / ({} > 0)", self.error_rate(selector, window)?, self.request_rate(selector, window)))
    }

    /// The seconds in which a share of the requests is answered, such as `0.99` of them.
    #[must_use]
    pub fn duration_quantile(&self, quantile: &str, selector: &str, window: &str) -> Option<String> {
        let duration = self.duration.as_ref()?;
        Some(match self.histogram.value {
            HistogramForm::Classic => {
                format!("histogram_quantile({quantile}, sum by (le) (rate({duration}_bucket{{{selector}}}[{window}])))")
            }
            HistogramForm::Native => {
                format!("histogram_quantile({quantile}, sum(rate({duration}{{{selector}}}[{window}])))")
            }
        })
    }
}

/// The labels that a component's series carry in an environment, as a selector without braces.
#[must_use]
pub fn labels(namespace: &str, component: &str) -> String {
    format!("namespace=\"{namespace}\", job=\"{component}\"")
}

fn both(selector: &str, more: &str) -> String {
    if selector.is_empty() || more.is_empty() { format!("{selector}{more}") } else { format!("{selector}, {more}") }
}
