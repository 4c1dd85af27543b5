//! One alert: its rule, and the labels and annotations that its test expects of it.

use std::borrow::Cow;
use std::sync::Arc;

use super::place::{Place, Recordeds};
use super::rules;
use crate::ir::Origin;
use crate::output::printed::marks;
use crate::output::yaml::{Again, Writer};
use crate::plan::monitoring::alerting::{AlertPlan, AlertSubject};
use crate::plan::monitoring::promql::push_filled;
use crate::plan::monitoring::recordings::Recorded;

/// A label, and where its text comes from.
type Label<'t> = (&'static str, &'t str, Origin);

/// What alerts have alike that stand one after the other, written once.
#[derive(Default)]
pub(super) struct Alike<'a> {
    about: Option<&'a Arc<AlertSubject>>,
    labels: Again,
    dashboard: Again,
    /// The identifier of the alert.
    id: String,
    /// What other texts are put together in.
    scratch: String,
}

impl<'a> Alike<'a> {
    /// Forgets what the next alert does not have.
    fn next(&mut self, alert: &'a AlertPlan) {
        if !self.about.is_some_and(|about| Arc::ptr_eq(about, &alert.about)) {
            let (id, scratch) = (std::mem::take(&mut self.id), std::mem::take(&mut self.scratch));
            *self = Alike { about: Some(&alert.about), id, scratch, ..Alike::default() };
        }
        self.id.clear();
        alert.id().push_to(&mut self.id);
    }
}

/// Writes the rule of an alert.
pub(super) fn rule<'a>(
    writer: &mut Writer<'_>,
    place: Place<'a>,
    recorded: &Recordeds<'a>,
    alike: &mut Alike<'a>,
    alert: &'a AlertPlan,
) {
    alike.next(alert);
    let recorded = recorded.of(alert);
    writer.element(alert.origin, |writer| {
        writer.text("alert", &alert.rule.name, alert.rule.name.origin);
        match (&alert.expression(), recorded) {
            (Some(expression), _) => writer.made("expr", expression.origin, |out| {
                push_filled(out, expression.text(&mut alike.scratch), "5m", &place.environment.selector);
            }),
            (None, Some(recorded)) => writer.made("expr", recorded.objective.objective.origin, |out| {
                recorded.push_burns(alert.rule.severity.value, out);
            }),
            // Only alerts of which something is asked here get so far.
            (None, None) => {}
        }
        if let Some(hold) = &alert.rule.hold {
            writer.plain("for", hold.origin, |out| hold.push_to(out));
        }
        writer.map("labels", Origin::rule(rules::ALERT), |writer| {
            let mut write = |(key, text, origin): Label<'_>| writer.text(key, &template(text), origin);
            own_labels(place, alert, &alike.id).into_iter().for_each(&mut write);
            writer.again(&mut alike.labels, |writer| {
                shared_labels(place, alert).for_each(|(key, text, origin)| writer.text(key, &template(text), origin));
            });
            if let Some((key, text, origin)) = recorded.map(slo) {
                writer.text(key, text, origin);
            }
        });
        writer.map("annotations", Origin::rule(rules::ANNOTATION), |writer| {
            annotations(writer, place, alert, alike, template);
        });
    });
}

/// The labels of an alert that tell it from others about the same.
fn own_labels<'a>(place: Place<'a>, alert: &AlertPlan, id: &'a str) -> [Label<'a>; 3] {
    let severity = place.environment.severity(alert.rule.severity);
    [
        ("alert", id, alert.rule.id.origin),
        ("kind", alert.rule.kind.as_str(), alert.rule.kind.origin),
        ("severity", severity.value.as_str(), severity.origin),
    ]
}

/// The labels that all alerts about the same have.
fn shared_labels<'a>(place: Place<'a>, alert: &'a AlertPlan) -> impl Iterator<Item = Label<'a>> + use<'a> {
    let system = &place.monitoring().system;
    let environment = &place.environment.name;
    let labels = [
        Some(("system", system.as_str(), system.origin)),
        Some(("environment", environment.as_str(), environment.origin)),
        alert.team.as_ref().map(|team| ("team", team.as_str(), team.origin)),
        alert.component.as_ref().map(|name| ("component", name.as_str(), name.origin)),
        alert.datastore.as_ref().map(|name| ("datastore", name.as_str(), name.origin)),
        alert.reads.as_ref().map(|names| ("reads", names.as_str(), names.origin)),
        alert.writes.as_ref().map(|names| ("writes", names.as_str(), names.origin)),
    ];
    labels.into_iter().flatten()
}

/// The label of an alert that watches an objective.
fn slo<'a>(recorded: &Recorded<'a>) -> Label<'a> {
    let name = &recorded.objective.name;
    ("slo", name.as_str(), name.origin)
}

/// Writes what a test expects of an alert when it fires: the labels of its rule, those of the series that it read, and
/// its annotations.
pub(super) fn expected<'a>(
    writer: &mut Writer<'_>,
    place: Place<'a>,
    recorded: &Recordeds<'a>,
    alike: &mut Alike<'a>,
    alert: &'a AlertPlan,
) {
    alike.next(alert);
    writer.inline("exp_labels", Origin::rule(rules::ALERT), |flow| {
        own_labels(place, alert, &alike.id).into_iter().for_each(|(key, text, origin)| flow.text(key, text, origin));
        flow.again(&mut alike.labels, |flow| {
            shared_labels(place, alert).for_each(|(key, text, origin)| flow.text(key, text, origin));
        });
        let Some(recorded) = recorded.of(alert) else { return };
        let read = recorded.labels().into_iter().filter(|(label, ..)| !["system", "environment"].contains(label));
        [slo(recorded)].into_iter().chain(read).for_each(|(key, text, origin)| flow.text(key, text, origin));
    });
    writer.map("exp_annotations", Origin::rule(rules::ANNOTATION), |writer| {
        annotations(writer, place, alert, alike, |text| Cow::Borrowed(text));
    });
}

/// Writes what is said to the person who is told, each text as its reader takes it.
fn annotations(
    writer: &mut Writer<'_>,
    place: Place<'_>,
    alert: &AlertPlan,
    alike: &mut Alike<'_>,
    written: fn(&str) -> Cow<'_, str>,
) {
    let summary = alert.summary();
    writer.text("summary", &written(summary.text(&mut alike.scratch)), summary.origin);
    let description = alert.description();
    writer.text("description", &written(description.text(&mut alike.scratch)), description.origin);
    if let Some(url) = &alert.runbook() {
        writer.text("runbook_url", &written(url.text(&mut alike.scratch)), url.origin);
    }
    writer.again(&mut alike.dashboard, |writer| {
        let dashboard = &alert.dashboard;
        match &place.platform().grafana_url {
            Some(url) => {
                let url = url.trim_end_matches('/');
                let address = format!("{url}/d/{dashboard}?var-environment={}", place.environment.variable);
                writer.text("dashboard_url", &written(&address), dashboard.origin);
            }
            None => writer.text("dashboard", &written(dashboard), dashboard.origin),
        }
    });
}

/// A text that Prometheus reads as a template of its own language: it comes out as it is.
pub(super) fn template(text: &str) -> Cow<'_, str> {
    // There is hardly ever a brace.
    let has_brace = marks(text, |byte| if byte == b'{' { 1 } else { 0 }) != 0;
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
