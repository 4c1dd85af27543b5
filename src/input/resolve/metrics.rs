//! Metrics: which port is asked, and names that are names.

use crate::diag::{Diagnostic, code};
use crate::ir::Traced;
use crate::ir::component::{CustomMetric, Metrics, PortRef};
use crate::source::scalar::shown;

use super::Resolver;
use crate::input::implementation_artifacts::{ComponentInput, MetricsInput};

impl Resolver<'_> {
    /// The metrics of a component.
    pub(super) fn metrics(&mut self, owner: &ComponentInput) -> Option<Metrics> {
        let input = owner.metrics.as_ref()?;
        let port = self.metrics_port(owner, input);
        self.unique(
            input.custom.iter().map(|metric| (metric.name.value.as_str(), metric.name.origin)),
            |name| format!("`{}` has two metrics called `{name}`", owner.name),
            "rename or remove one of them",
        );
        self.check_metric_names(input);
        let custom = input.custom.iter().map(|metric| CustomMetric {
            origin: metric.origin,
            name: metric.name.clone(),
            kind: metric.r#type,
            labels: metric.labels.clone(),
            help: metric.help.clone(),
        });
        Some(Metrics {
            origin: input.origin,
            port: port?,
            path: input.path.clone(),
            requests: input.requests.clone(),
            errors: input.errors.clone(),
            duration: input.duration.clone(),
            buckets: input.buckets.clone(),
            histogram: input.histogram,
            custom: custom.collect(),
        })
    }

    fn metrics_port(&mut self, owner: &ComponentInput, input: &MetricsInput) -> Option<PortRef> {
        if let Some(key) = &input.port {
            return self.port_ref(owner, key);
        }
        let named = owner.ports.iter().find(|port| port.name.as_str() == "metrics");
        let port = match named {
            Some(port) => Some(PortRef { name: port.name.value.clone(), number: port.port, by_name: true }),
            None => Self::first_http_port(owner),
        };
        if port.is_none() {
            self.no_http_port(owner, input.origin, "`metrics`");
        }
        port
    }

    fn check_metric_names(&mut self, input: &MetricsInput) {
        for name in input.requests.iter().chain(&input.duration).chain(input.custom.iter().map(|metric| &metric.name)) {
            self.check_metric_name(name);
        }
        for label in input.custom.iter().flat_map(|metric| &metric.labels) {
            if !is_label_name(label) {
                self.report(
                    Diagnostic::new(
                        code::BAD_VALUE,
                        label.origin,
                        format!("`{}` is not the name of a label", shown(label)),
                        "expected a label name",
                    )
                    .help("write letters, digits and `_`, not beginning with a digit or with `__`"),
                );
            }
        }
    }

    /// Reports a text that is not the name of a metric: expressions are built of it.
    pub(super) fn check_metric_name(&mut self, name: &Traced<String>) {
        if is_metric_name(name) {
            return;
        }
        self.report(
            Diagnostic::new(
                code::BAD_VALUE,
                name.origin,
                format!("`{}` is not the name of a metric", shown(name)),
                "expected a metric name",
            )
            .help("write letters, digits, `_` and `:`, not beginning with a digit, and no labels"),
        );
    }
}

fn is_word(text: &str, more: &[u8]) -> bool {
    let letter = |byte: &u8| byte.is_ascii_alphabetic() || more.contains(byte);
    text.bytes().next().is_some_and(|byte| letter(&byte))
        && text.bytes().all(|byte| letter(&byte) || byte.is_ascii_digit())
}

fn is_metric_name(text: &str) -> bool {
    is_word(text, b"_:")
}

fn is_label_name(text: &str) -> bool {
    is_word(text, b"_") && !text.starts_with("__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        assert!(
            is_metric_name("http_requests_total") && is_metric_name("job:requests:rate5m") && is_label_name("code")
        );
        for text in ["", "2xx_total", "http requests", "up{job=\"a\"}", "größe"] {
            assert!(!is_metric_name(text) && !is_label_name(text), "{text}");
        }
        assert!(!is_label_name("a:b") && !is_label_name("__name__"));
    }
}
