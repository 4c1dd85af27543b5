//! One alert: its rule, and the labels and annotations that its test expects of it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::place::{Place, Recordeds};
use super::rules;
use crate::ir::Origin;
use crate::output::printed::marks;
use crate::output::yaml::Writer;
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::promql::push_filled;

/// A label or an annotation, and where its text comes from.
type Label<'t> = (&'static str, &'t str, Origin);

/// Writes the rule of an alert.
pub(super) fn rule(writer: &mut Writer<'_>, place: Place<'_>, recorded: &Recordeds<'_>, alert: &AlertPlan) {
    writer.element(alert.origin, |writer| {
        writer.text("alert", &alert.name, alert.name.origin);
        match (&alert.expression, recorded.of(alert)) {
            (Some(expression), _) => writer.made("expr", expression.origin, |out| {
                push_filled(out, expression, "5m", &place.environment.selector);
            }),
            (None, Some(recorded)) => writer.made("expr", recorded.objective.objective.origin, |out| {
                recorded.push_burns(alert.severity.value, out);
            }),
            // Only alerts of which something is asked here get so far.
            (None, None) => {}
        }
        if let Some(hold) = &alert.hold {
            writer.made("for", hold.origin, |out| {
                let _ = write!(out, "{hold}");
            });
        }
        writer.map("labels", Origin::rule(rules::ALERT), |writer| {
            labels(place, recorded, alert).for_each(|(key, text, origin)| writer.text(key, &template(text), origin));
        });
        writer.map("annotations", Origin::rule(rules::ANNOTATION), |writer| {
            annotations(writer, place, alert, template);
        });
    });
}

/// The labels that a rule gives its alerts.
pub(super) fn labels<'a>(
    place: Place<'a>,
    recorded: &Recordeds<'a>,
    alert: &'a AlertPlan,
) -> impl Iterator<Item = Label<'a>> + use<'a> {
    let severity = place.environment.severity(alert.severity);
    let system = &place.monitoring().system;
    let environment = &place.environment.name;
    let labels = [
        Some(("alert", alert.id.as_str(), alert.id.origin)),
        Some(("kind", alert.kind.as_str(), alert.kind.origin)),
        Some(("severity", severity.value.as_str(), severity.origin)),
        Some(("system", system.as_str(), system.origin)),
        Some(("environment", environment.as_str(), environment.origin)),
        alert.team.as_ref().map(|team| ("team", team.as_str(), team.origin)),
        alert.component.as_ref().map(|name| ("component", name.as_str(), name.origin)),
        alert.datastore.as_ref().map(|name| ("datastore", name.as_str(), name.origin)),
        alert.reads.as_ref().map(|names| ("reads", names.as_str(), names.origin)),
        alert.writes.as_ref().map(|names| ("writes", names.as_str(), names.origin)),
        recorded.of(alert).map(|recorded| {
            let name = &recorded.objective.name;
            ("slo", name.as_str(), name.origin)
        }),
    ];
    labels.into_iter().flatten()
}

/// The labels that an alert has when it fires: those of its rule, and those of the series that it read.
pub(super) fn fired_labels<'a>(
    place: Place<'a>,
    recorded: &Recordeds<'a>,
    alert: &'a AlertPlan,
) -> impl Iterator<Item = Label<'a>> + use<'a> {
    let read = recorded.of(alert).map(|recorded| recorded.labels()).into_iter().flatten();
    let own = ["system", "environment"];
    labels(place, recorded, alert).chain(read.filter(move |(label, ..)| !own.contains(label)))
}

/// Writes what is said to the person who is told, each text as its reader takes it.
pub(super) fn annotations(
    writer: &mut Writer<'_>,
    place: Place<'_>,
    alert: &AlertPlan,
    written: fn(&str) -> Cow<'_, str>,
) {
    writer.text("summary", &written(&alert.summary), alert.summary.origin);
    writer.text("description", &written(&alert.description), alert.description.origin);
    if let Some(url) = &alert.runbook {
        writer.text("runbook_url", &written(url), url.origin);
    }
    let dashboard = &alert.dashboard;
    match &place.platform().grafana_url {
        Some(url) => {
            let url = url.trim_end_matches('/');
            let address = format!("{url}/d/{dashboard}?var-environment={}", place.environment.variable);
            writer.text("dashboard_url", &written(&address), dashboard.origin);
        }
        None => writer.text("dashboard", &written(dashboard), dashboard.origin),
    }
}

/// A text that Prometheus reads as a template of its own language: it comes out as it is.
pub(super) fn template(text: &str) -> Cow<'_, str> {
    // There is hardly ever a brace.
    let has_brace = marks(text, |byte| u8::from(byte == b'{')) != 0;
    if has_brace && text.contains("{{") { Cow::Owned(text.replace("{{", "{{ \"{{\" }}")) } else { Cow::Borrowed(text) }
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
