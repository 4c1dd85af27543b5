//! The groups of recording and alerting rules of one component, one datastore, or the system.

use super::alert;
use super::place::{Place, Subject};
use super::rules;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::monitoring::configurations::ObjectivePlan;
use crate::plan::monitoring::recordings::{Recorded, Recording};

/// What is measured of an objective.
const INDICATOR: &str = "indicator";
/// What is left of its budget.
const BUDGET: &str = "budget";
/// What somebody is told.
const ALERTS: &str = "alerts";

/// The groups, as a file of rules and an object of the operator hold them alike.
pub(super) fn groups(place: Place<'_>, name: &str, subject: &Subject<'_>) -> Doc {
    let mut groups = Vec::new();
    for objective in &subject.objectives {
        let recorded = place.recorded(objective);
        groups.push(recordings(objective, &recorded, INDICATOR, recorded.indicators()));
        groups.push(recordings(objective, &recorded, BUDGET, recorded.facts()));
    }
    let alerts: Vec<Doc> = subject.alerts.iter().filter_map(|alert| alert::rule(place, subject, alert)).collect();
    if !alerts.is_empty() {
        groups.push(group(format!("{name}-{ALERTS}"), alerts, Origin::rule(rules::ALERT)));
    }
    Doc::list(groups, Origin::rule(rules::ALERT))
}

/// The names of the groups in the order in which each finds what it reads, which a test has to be told.
pub(super) fn order(name: &str, subject: &Subject<'_>) -> Vec<String> {
    let of = |objective: &&ObjectivePlan| [INDICATOR, BUDGET].map(|what| format!("{}-{what}", objective.sloth_id));
    let mut order: Vec<String> = subject.objectives.iter().flat_map(of).collect();
    if !subject.alerts.is_empty() {
        order.push(format!("{name}-{ALERTS}"));
    }
    order
}

fn recordings(objective: &ObjectivePlan, recorded: &Recorded<'_>, what: &str, recordings: Vec<Recording>) -> Doc {
    let common = recorded.labels();
    let recordings = recordings.into_iter().map(|recording| rule(&common, recording)).collect();
    group(format!("{}-{what}", objective.sloth_id), recordings, objective.origin)
}

fn group(name: String, rules: Vec<Doc>, origin: Origin) -> Doc {
    Map::new(origin).text("name", name).with("rules", Doc::list(rules, origin)).into()
}

fn rule(common: &[(&'static str, Traced<String>)], recording: Recording) -> Doc {
    let origin = recording.expression.origin;
    let mut labels = Map::new(Origin::rule(rules::RECORDING));
    for (label, value) in common {
        labels.put(*label, Doc::traced(value));
    }
    if let Some(window) = recording.window {
        labels.put("sloth_window", Doc::text(window.to_string(), origin));
    }
    for (label, value) in recording.labels {
        labels.put(label, Doc::text(value, origin));
    }
    Map::new(origin)
        .with("record", Doc::text(recording.name, Origin::rule(rules::RECORDING)))
        .with("expr", Doc::text(recording.expression.value, origin))
        .with("labels", labels)
        .into()
}
