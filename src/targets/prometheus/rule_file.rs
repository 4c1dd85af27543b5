//! The groups of recording and alerting rules of one component, one datastore, or the system.

use super::alert::{self, Alike};
use super::place::{Place, Recordeds, Subject};
use super::rules;
use crate::ir::Origin;
use crate::ir::value::Duration;
use crate::output::yaml::{Again, Writer};
use crate::plan::monitoring::recordings::{Recorded, Recording, asks_for_events};

/// What is measured of an objective.
const INDICATOR: &str = "indicator";
/// How many events there were.
const EVENTS: &str = "events";
/// What is left of its budget.
const BUDGET: &str = "budget";
/// What somebody is told.
const ALERTS: &str = "alerts";

/// Writes the groups, which a file of rules and an object of the operator hold alike.
pub(super) fn groups<'a>(writer: &mut Writer<'_>, place: Place<'a>, name: &str, subject: &Subject<'a>) {
    let recorded = subject.recorded(place);
    writer.list("groups", Origin::rule(rules::ALERT), |writer| {
        for recorded in &recorded.0 {
            // All series of an objective have the same labels, but for a few.
            let mut common = Again::default();
            recordings(writer, recorded, INDICATOR, None, &mut common, recorded.indicators());
            if let Some((events, interval)) = recorded.events() {
                recordings(writer, recorded, EVENTS, Some(interval), &mut common, [events]);
            }
            recordings(writer, recorded, BUDGET, None, &mut common, recorded.facts());
        }
        if !subject.alerts.is_empty() {
            alerts(writer, place, name, subject, &recorded);
        }
    });
}

/// Writes the names of the groups in the order in which each finds what it reads, which a test has to be told.
pub(super) fn order(writer: &mut Writer<'_>, name: &str, subject: &Subject<'_>, origin: Origin) {
    for objective in &subject.objectives {
        let events = asks_for_events(objective).then_some(EVENTS);
        for what in [Some(INDICATOR), events, Some(BUDGET)].into_iter().flatten() {
            writer.element_text(&group_of(&objective.sloth_id, what), origin);
        }
    }
    if !subject.alerts.is_empty() {
        writer.element_text(&group_of(name, ALERTS), origin);
    }
}

fn group_of(name: &str, what: &str) -> String {
    [name, "-", what].concat()
}

fn alerts<'a>(writer: &mut Writer<'_>, place: Place<'a>, name: &str, subject: &Subject<'a>, recorded: &Recordeds<'a>) {
    let origin = Origin::rule(rules::ALERT);
    writer.element(origin, |writer| {
        writer.text("name", &group_of(name, ALERTS), origin);
        writer.list("rules", origin, |writer| {
            let mut alike = Alike::default();
            for alert in &subject.alerts {
                alert::rule(writer, place, recorded, &mut alike, alert);
            }
        });
    });
}

fn recordings(
    writer: &mut Writer<'_>,
    recorded: &Recorded<'_>,
    what: &str,
    interval: Option<Duration>,
    common: &mut Again,
    recordings: impl IntoIterator<Item = Recording>,
) {
    let objective = recorded.objective;
    writer.element(objective.origin, |writer| {
        writer.text("name", &group_of(&objective.sloth_id, what), objective.origin);
        if let Some(interval) = interval {
            writer.plain("interval", Origin::rule(rules::RECORDING), |out| interval.push_to(out));
        }
        writer.list("rules", objective.origin, |writer| {
            recordings.into_iter().for_each(|recording| rule(writer, recorded, recording, common));
        });
    });
}

fn rule(writer: &mut Writer<'_>, recorded: &Recorded<'_>, recording: Recording, common: &mut Again) {
    let origin = recorded.origin(recording);
    writer.element(origin, |writer| {
        writer.plain("record", Origin::rule(rules::RECORDING), |out| recording.push_name(out));
        writer.made("expr", origin, |out| recorded.push_expression(recording, out));
        writer.map("labels", Origin::rule(rules::RECORDING), |writer| {
            writer.again(common, |writer| {
                recorded.labels().into_iter().for_each(|(label, value, origin)| writer.text(label, value, origin));
            });
            if let Some(window) = recording.window() {
                writer.plain("sloth_window", origin, |out| window.push_to(out));
            }
            if recording.is_info() {
                recorded.info().into_iter().for_each(|(label, value)| writer.text(label, &value, origin));
            }
        });
    });
}
