//! One alert: its rule, and the labels and annotations that its test expects of it.

use super::place::{Place, Subject};
use super::rules;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::configurations::ObjectivePlan;
use crate::plan::monitoring::promql::fill;

/// Labels or annotations in order.
type Texts = Vec<(&'static str, Traced<String>)>;

/// The rule of an alert; none where nothing here is asked for it.
pub(super) fn rule(place: Place<'_>, subject: &Subject<'_>, alert: &AlertPlan) -> Option<Doc> {
    let expression = match (&alert.expression, subject.objective_of(alert)) {
        (Some(expression), _) => expression.with(fill(expression, "5m", &place.environment.selector)),
        (None, Some(objective)) => {
            Traced::new(place.recorded(objective).burns(alert.severity.value), objective.objective.origin)
        }
        (None, None) => return None,
    };
    let map = Map::new(alert.origin)
        .with("alert", Doc::traced(&alert.name))
        .with("expr", Doc::traced(&expression))
        .with_some("for", alert.hold.as_ref().map(Doc::traced))
        .with("labels", texts(labels(place, subject, alert), rules::ALERT, template))
        .with("annotations", texts(annotations(place, alert), rules::ANNOTATION, template));
    Some(map.into())
}

/// The labels that a rule gives its alerts.
pub(super) fn labels(place: Place<'_>, subject: &Subject<'_>, alert: &AlertPlan) -> Texts {
    let severity = place.environment.severity(alert.severity);
    let mut labels: Texts = vec![
        ("alert", alert.id.clone()),
        ("kind", alert.kind.with(alert.kind.to_string())),
        ("severity", severity.with(severity.to_string())),
        ("system", place.monitoring().system.with(place.monitoring().system.to_string())),
        ("environment", place.environment.name.with(place.environment.name.to_string())),
    ];
    labels.extend(alert.team.clone().map(|team| ("team", team)));
    labels.extend(alert.component.as_ref().map(|name| ("component", name.with(name.to_string()))));
    labels.extend(alert.datastore.as_ref().map(|name| ("datastore", name.with(name.to_string()))));
    labels
        .extend(subject.objective_of(alert).map(|objective| ("slo", objective.name.with(objective.name.to_string()))));
    labels
}

/// The labels that an alert has when it fires: those of its rule, and those of the series that it read.
pub(super) fn fired_labels(place: Place<'_>, subject: &Subject<'_>, alert: &AlertPlan) -> Texts {
    let mut fired = labels(place, subject, alert);
    if let Some(objective) = subject.objective_of(alert) {
        for (label, value) in recorded_labels(place, objective) {
            if !fired.iter().any(|(known, _)| *known == label) {
                fired.push((label, value));
            }
        }
    }
    fired
}

fn recorded_labels(place: Place<'_>, objective: &ObjectivePlan) -> Texts {
    place.recorded(objective).labels().into_iter().collect()
}

/// What is said to the person who is told.
pub(super) fn annotations(place: Place<'_>, alert: &AlertPlan) -> Texts {
    let mut annotations: Texts = vec![("summary", alert.summary.clone()), ("description", alert.description.clone())];
    annotations.extend(alert.runbook.clone().map(|url| ("runbook_url", url)));
    annotations.push(match &place.platform().grafana_url {
        Some(url) => {
            let address = format!(
                "{}/d/{}?var-environment={}",
                url.trim_end_matches('/'),
                alert.dashboard,
                place.environment.variable
            );
            ("dashboard_url", alert.dashboard.with(address))
        }
        None => ("dashboard", alert.dashboard.clone()),
    });
    annotations
}

/// A mapping of texts, each as its reader takes it.
pub(super) fn texts(texts: Texts, rule: crate::ir::Rule, written: fn(&str) -> String) -> Map {
    let mut map = Map::new(Origin::rule(rule));
    for (key, text) in texts {
        map.put(key, Doc::text(written(&text), text.origin));
    }
    map
}

/// A text that Prometheus reads as a template of its own language: it comes out as it is.
pub(super) fn template(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_of_a_text_are_no_template() {
        assert_eq!(template("plain } {"), "plain } {");
        assert_eq!(template("{{ .Value }}"), "{{ \"{{\" }} .Value }}");
        assert_eq!(template("{{{"), "{{ \"{{\" }}{");
    }
}
