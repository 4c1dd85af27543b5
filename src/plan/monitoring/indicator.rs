//! What components are measured by, as PromQL: the one source for objectives, alerts, panels, scaling and the analysis of
//! new versions, so that none of them can judge by something else.
//!
//! Plans hold expressions with `$window` where a range belongs and `$selector` among the label matchers; a target fills
//! both (see [`super::promql`]). `$selector` names the environment: `namespace="…"` in a cluster, `environment="…"`
//! where pathc writes the scrape configuration; an analysis adds the labels of the new version. The component is named
//! in the plan, by `job="COMPONENT"`, which both runtimes give its series.

use std::borrow::Cow;

use super::promql::{Refused, SELECTOR, WINDOW, equals, is_one_sum, literal, matchers, quoted, scope, select};
use crate::ir::Traced;
use crate::ir::choice::{ComponentKind, HistogramForm, Runtime};
use crate::ir::component::{Component, DeliveryStrategy};
use crate::ir::delivery::{Indicator, RatioIndicator};
use crate::ir::value::{Decimal, Duration};
use crate::spec::prometheus::Convention;
use crate::spec::{PrometheusSpec, Specs};

/// How often a state is looked at where minutes are counted.
const RESOLUTION: &str = "1m";

/// How failed requests are told.
#[derive(Clone, Debug)]
pub enum Failures<'a> {
    /// By labels of the request counter: as written, and as we would write them.
    Labels(&'a Traced<String>, Result<String, Refused>),
    /// By a counter of their own.
    Counter(&'a Traced<String>),
}

impl<'a> Failures<'a> {
    fn by_labels(written: &'a Traced<String>) -> Failures<'a> {
        Failures::Labels(written, matchers(written))
    }
}

/// The metrics by which a component's requests are known: those that it names, else the usual ones of its protocol.
#[derive(Clone, Debug)]
pub struct RequestMetrics<'a> {
    /// The counter of requests.
    pub requests: &'a Traced<String>,
    /// How failed ones are told.
    pub failures: Option<Failures<'a>>,
    /// The histogram of durations in seconds, without `_bucket`.
    pub duration: Option<&'a Traced<String>>,
    /// The edges of its buckets in seconds, ascending.
    pub buckets: Cow<'a, [Traced<Decimal>]>,
    /// The form of the histogram.
    pub histogram: Traced<HistogramForm>,
    /// Further metrics of the protocol, by role.
    pub extra: &'a [(String, Traced<String>)],
}

impl<'a> RequestMetrics<'a> {
    /// The metrics of a component; none where it tells nothing about itself.
    #[must_use]
    pub fn of(component: &'a Component, specs: &'a Specs) -> Option<RequestMetrics<'a>> {
        RequestMetrics::by(component, &specs.prometheus)
    }

    fn by(component: &'a Component, spec: &'a PrometheusSpec) -> Option<RequestMetrics<'a>> {
        let metrics = component.metrics.as_ref()?;
        let usual = convention(component, spec);
        let usual_name = |pick: fn(&Convention) -> &Option<Traced<String>>| pick(usual?).as_ref();
        let failures = match &metrics.errors {
            Some(errors) => Some(Failures::by_labels(errors)),
            None => match usual_name(|known| &known.errors_metric) {
                Some(counter) => Some(Failures::Counter(counter)),
                None => usual_name(|known| &known.errors).map(Failures::by_labels),
            },
        };
        let mut buckets =
            Cow::Borrowed(if metrics.buckets.is_empty() { &spec.buckets } else { &metrics.buckets }.as_slice());
        if !buckets.is_sorted() {
            buckets.to_mut().sort();
        }
        Some(RequestMetrics {
            requests: metrics.requests.as_ref().or_else(|| usual_name(|known| &known.requests))?,
            failures,
            duration: metrics.duration.as_ref().or_else(|| usual_name(|known| &known.duration)),
            buckets,
            histogram: metrics.histogram,
            extra: usual.map_or(&[][..], |known| &known.extra),
        })
    }

    /// A further metric of the protocol by its role.
    #[must_use]
    pub fn extra(&self, role: &str) -> Option<&'a Traced<String>> {
        self.extra.iter().find(|(known, _)| known == role).map(|(_, name)| name)
    }

    /// Requests a second. `selector` is a list of label matchers without braces, `window` a range such as `5m` or
    /// `$window`.
    #[must_use]
    pub fn request_rate(&self, selector: &str, window: &str) -> String {
        rate_sum(&select(self.requests, &[selector]), window)
    }

    /// How many requests there were.
    #[must_use]
    pub fn count(&self, selector: &str, window: &str) -> String {
        ["sum(increase(", &select(self.requests, &[selector]), "[", window, "]))"].concat()
    }

    /// The series of failed requests.
    #[must_use]
    pub fn failed_series(&self, selector: &str) -> Option<String> {
        Some(match self.failures.as_ref()? {
            Failures::Counter(counter) => select(counter, &[selector]),
            // Labels that can't be read are G407; no expression is built of them.
            Failures::Labels(_, labels) => select(self.requests, &[selector, labels.as_ref().ok()?]),
        })
    }

    /// Failed requests a second; 0 while there is none.
    #[must_use]
    pub fn error_rate(&self, selector: &str, window: &str) -> Option<String> {
        Some(["(", &rate_sum(&self.failed_series(selector)?, window), " or vector(0))"].concat())
    }

    /// Failed requests of all requests, from 0 to 1; nothing while there are none.
    #[must_use]
    pub fn error_ratio(&self, selector: &str, window: &str) -> Option<String> {
        let (failed, all) = (self.error_rate(selector, window)?, self.request_rate(selector, window));
        Some([&failed, " / (", &all, " > 0)"].concat())
    }

    /// Requests that took longer than `limit` of all requests, from 0 to 1; nothing while there are none. The limit of a
    /// classic histogram must be one of its edges ([`RequestMetrics::has_edge`]), else there is no such series.
    #[must_use]
    pub fn slow_ratio(&self, limit: Duration, selector: &str, window: &str) -> Option<String> {
        let duration = self.duration?.as_str();
        let limit = seconds(limit);
        Some(match self.histogram.value {
            HistogramForm::Classic => {
                let good = rate_sum(&select(&bucket(duration), &[selector, &edge_matcher(limit)]), window);
                let total = rate_sum(&select(&[duration, "_count"].concat(), &[selector]), window);
                ["1 - (", &good, " / (", &total, " > 0))"].concat()
            }
            HistogramForm::Native => {
                let all = rate_sum(&select(duration, &[selector]), window);
                format!("(1 - histogram_fraction(0, {limit}, {all})) and (histogram_count({all}) > 0)")
            }
        })
    }

    /// The seconds in which a share of the requests is answered, such as `0.99` of them.
    #[must_use]
    pub fn duration_quantile(&self, quantile: &str, selector: &str, window: &str) -> Option<String> {
        let duration = self.duration?.as_str();
        Some(match self.histogram.value {
            HistogramForm::Classic => {
                let buckets = select(&bucket(duration), &[selector]);
                ["histogram_quantile(", quantile, ", sum by (le) (rate(", &buckets, "[", window, "])))"].concat()
            }
            HistogramForm::Native => {
                let rate = rate_sum(&select(duration, &[selector]), window);
                ["histogram_quantile(", quantile, ", ", &rate, ")"].concat()
            }
        })
    }

    /// Whether a limit is an edge of the histogram, so that requests below it can be counted.
    #[must_use]
    pub fn has_edge(&self, limit: Duration) -> bool {
        self.histogram.value == HistogramForm::Native || self.buckets.iter().any(|edge| edge.value == seconds(limit))
    }
}

/// The label matchers of a component's own series in a cluster's namespace.
#[must_use]
pub fn labels(namespace: &str, component: &str) -> String {
    [&equals("namespace", namespace), ",", &equals("job", component)].concat()
}

/// The label matchers of a component's own series, in the environment that `$selector` names.
#[must_use]
pub fn own_series(component: &Component) -> String {
    [&equals("job", component.name.as_str()), ",", SELECTOR].concat()
}

/// What a component is measured by: its requests, or the states that its runtime tells.
#[derive(Clone, Debug)]
pub struct Measured<'a> {
    /// The component.
    pub component: &'a Component,
    /// Where components run.
    pub runtime: Runtime,
    /// What its requests are known by.
    pub requests: Option<&'a RequestMetrics<'a>>,
    /// What is known of metrics.
    pub spec: &'a PrometheusSpec,
}

impl<'a> Measured<'a> {
    /// What an objective is measured by.
    ///
    /// # Errors
    /// The user's expression can't be read, or nothing is there to measure by.
    pub fn service_level(&self, indicator: &Traced<Indicator>) -> Result<ServiceLevel, Unmeasurable> {
        let own = own_series(self.component);
        let requests = self.requests;
        let by_requests = |requests: &RequestMetrics<'_>, error_ratio: String| ServiceLevel {
            error_ratio: indicator.with(error_ratio),
            events: Some(indicator.with(requests.count(&own, WINDOW))),
        };
        let by_minutes = |error_ratio: Traced<String>| ServiceLevel { error_ratio, events: None };
        match &indicator.value {
            Indicator::Availability => requests
                .and_then(|requests| Some(by_requests(requests, requests.error_ratio(&own, WINDOW)?)))
                .or_else(|| self.unready_ratio().map(|ratio| by_minutes(indicator.with(ratio))))
                .ok_or(Unmeasurable::NoMetric),
            Indicator::Latency(limit) => requests
                .and_then(|requests| Some(by_requests(requests, requests.slow_ratio(limit.value, &own, WINDOW)?)))
                .ok_or(Unmeasurable::NoMetric),
            // What is counted is the user's to say, and how often it happens is not told.
            Indicator::Ratio(ratio) => self.bad_share(ratio).map(by_minutes),
            Indicator::Freshness(freshness) => {
                let metric = select(&freshness.metric, &[&own]);
                let age = freshness.max_age.whole_seconds();
                let stale = minutes_not(&format!("(time() - max({metric})) <= bool {age}"));
                Ok(by_minutes(freshness.metric.with(stale)))
            }
        }
    }

    /// The share of events that are not good, by the user's own PromQL.
    fn bad_share(&self, ratio: &RatioIndicator) -> Result<Traced<String>, Unmeasurable> {
        let scoped = |text: &Traced<String>| {
            scope(text, self.component.name.as_str(), |metric| self.spec.is_exported(metric))
                .map_err(Unmeasurable::Refused)
        };
        let (good, total) = (scoped(&ratio.good)?, scoped(&ratio.total)?);
        // A good event that never was has no series, and is 0. What is subtracted may be what never was.
        let good = if is_one_sum(&ratio.good) { format!("({good} or vector(0))") } else { format!("({good})") };
        Ok(ratio.total.with(format!("1 - ({good} / (({total}) > 0))")))
    }

    /// The share of minutes in which no replica was ready, from 0 to 1: availability without a request metric.
    #[must_use]
    pub fn unready_ratio(&self) -> Option<String> {
        self.ready_replicas().map(|ready| minutes_not(&format!("{ready} >= bool 1")))
    }

    /// How many replicas can take requests.
    #[must_use]
    pub fn ready_replicas(&self) -> Option<String> {
        let name = self.component.name.as_str();
        if !self.component.is_long_running() {
            return None;
        }
        if self.runtime == Runtime::Ecs {
            self.requests?;
            return Some(format!("sum({})", select("up", &[&own_series(self.component)])));
        }
        let labelled = |metric, label: &str| ["sum(", &select(metric, &[SELECTOR, &equals(label, name)]), ")"].concat();
        Some(match controller(self.component) {
            Controller::Deployment => labelled("kube_deployment_status_replicas_available", "deployment"),
            Controller::StatefulSet => labelled("kube_statefulset_status_replicas_ready", "statefulset"),
            Controller::Rollout => {
                let ready = select("kube_pod_status_ready", &[SELECTOR, "condition=\"true\"", &pods_of(name)]);
                // A pod that is gone has no series: none at all is 0, not nothing, while others of the namespace are told of.
                let told = select("kube_pod_status_ready", &[SELECTOR, "condition=\"true\""]);
                format!("(sum({ready}) or 0 * count({told}))")
            }
        })
    }
}

/// What an objective is measured by.
#[derive(Clone, Debug)]
pub struct ServiceLevel {
    /// The share of bad events or minutes, from 0 to 1.
    pub error_ratio: Traced<String>,
    /// How many events there were; none where minutes are counted.
    pub events: Option<Traced<String>>,
}

/// Why an objective can't be measured.
#[derive(Clone, Debug)]
pub enum Unmeasurable {
    /// The user's expression can't be read: that is G407.
    Refused(Refused),
    /// The component tells nothing that the indicator needs.
    NoMetric,
}

/// What replaces and counts the replicas of a component in a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// Replicas that are alike.
    Deployment,
    /// Replicas with an identity.
    StatefulSet,
    /// Replicas of two versions at once.
    Rollout,
}

/// What runs the replicas of a component in a cluster.
#[must_use]
pub fn controller(component: &Component) -> Controller {
    if component.is_stateful() {
        return Controller::StatefulSet;
    }
    match component.delivery.as_ref().map(|delivery| &delivery.strategy) {
        Some(DeliveryStrategy::Canary { .. } | DeliveryStrategy::BlueGreen(_)) => Controller::Rollout,
        _ => Controller::Deployment,
    }
}

/// A matcher of the pods that a Deployment or a Rollout of this name makes, and of no other's whose name begins alike:
/// the hash and the suffix have only the letters that Kubernetes puts in such names.
#[must_use]
pub fn pods_of(name: &str) -> String {
    const LETTERS: &str = "[bcdfghjklmnpqrstvwxz2456789]";
    format!("pod=~{}", quoted(&format!("{}-{LETTERS}{{1,10}}-{LETTERS}{{5}}", literal(name))))
}

/// The convention that holds for a component: that of its main port's protocol, else of its kind.
fn convention<'a>(component: &Component, spec: &'a PrometheusSpec) -> Option<&'a Convention> {
    spec.convention(match (component.main_port(), component.kind.value) {
        (Some(port), _) => port.protocol.value.as_str(),
        (None, ComponentKind::Cronjob | ComponentKind::Job) => "cronjob",
        (None, _) => "worker",
    })
}

fn rate_sum(series: &str, window: &str) -> String {
    ["sum(rate(", series, "[", window, "]))"].concat()
}

fn bucket(duration: &str) -> String {
    [duration, "_bucket"].concat()
}

/// The share of minutes of the window in which a condition, 1 or 0, did not hold.
fn minutes_not(condition: &str) -> String {
    ["1 - avg_over_time((", condition, ")[", WINDOW, ":", RESOLUTION, "])"].concat()
}

/// A duration in seconds, exactly.
#[must_use]
pub fn seconds(duration: Duration) -> Decimal {
    Decimal::new(i64::try_from(duration.milliseconds).unwrap_or(i64::MAX), 3)
}

/// The matcher of a bucket's edge. Client libraries write a whole number as `1` or as `1.0`.
fn edge_matcher(edge: Decimal) -> String {
    let text = edge.to_string();
    if text.contains('.') { format!("le=\"{text}\"") } else { format!("le=~\"{text}|{text}\\\\.0\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Origin;
    use crate::plan::monitoring::promql::{fill, parse};

    fn traced<T>(value: T) -> Traced<T> {
        Traced::new(value, Origin::field_default(0, 0))
    }

    /// A text that lives as long as the tests.
    fn text(text: &str) -> &'static Traced<String> {
        Box::leak(Box::new(traced(text.to_owned())))
    }

    fn http(histogram: HistogramForm) -> RequestMetrics<'static> {
        RequestMetrics {
            requests: text("http_requests_total"),
            failures: Some(Failures::by_labels(text("code=~\"5..\""))),
            duration: Some(text("http_request_duration_seconds")),
            buckets: vec![traced(Decimal::new(3, 1)), traced(Decimal::whole(1))].into(),
            histogram: traced(histogram),
            extra: &[],
        }
    }

    #[test]
    fn expressions_are_what_one_would_write() {
        let classic = http(HistogramForm::Classic);
        let own = "job=\"checkout\",$selector";
        assert_eq!(
            classic.error_ratio(own, WINDOW).unwrap(),
            "(sum(rate(http_requests_total{job=\"checkout\",$selector,code=~\"5..\"}[$window])) or vector(0)) / \
             (sum(rate(http_requests_total{job=\"checkout\",$selector}[$window])) > 0)"
        );
        assert_eq!(
            classic.slow_ratio(Duration { milliseconds: 300 }, own, "5m").unwrap(),
            "1 - (sum(rate(http_request_duration_seconds_bucket{job=\"checkout\",$selector,le=\"0.3\"}[5m])) / \
             (sum(rate(http_request_duration_seconds_count{job=\"checkout\",$selector}[5m])) > 0))"
        );
        assert!(classic.slow_ratio(Duration::seconds(1), own, "5m").unwrap().contains("le=~\"1|1\\\\.0\""));
    }

    #[test]
    fn every_expression_parses_once_it_is_filled() {
        for form in [HistogramForm::Classic, HistogramForm::Native] {
            let metrics = http(form);
            let own = "job=\"a\",$selector";
            for text in [
                Some(metrics.request_rate(own, WINDOW)),
                metrics.error_rate(own, WINDOW),
                metrics.error_ratio(own, WINDOW),
                metrics.slow_ratio(Duration::seconds(1), own, WINDOW),
                metrics.duration_quantile("0.99", own, WINDOW),
                Some(minutes_not("max(up) >= bool 1")),
            ] {
                let text = fill(&text.unwrap(), "5m", "namespace=\"shop-production\"");
                parse(&text).unwrap_or_else(|refused| panic!("{text} {}", refused.0));
            }
        }
    }

    #[test]
    fn labels_that_can_not_be_read_build_nothing() {
        let mut metrics = http(HistogramForm::Classic);
        metrics.failures = Some(Failures::by_labels(text("code=\"5\"} or up{")));
        assert!(metrics.error_ratio("job=\"a\"", WINDOW).is_none());
    }

    #[test]
    fn an_edge_is_compared_exactly() {
        let classic = http(HistogramForm::Classic);
        assert!(classic.has_edge(Duration { milliseconds: 300 }));
        assert!(!classic.has_edge(Duration { milliseconds: 301 }));
        assert!(http(HistogramForm::Native).has_edge(Duration { milliseconds: 301 }));
    }
}
