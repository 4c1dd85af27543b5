//! The unit tests of alerts, as `promtool test rules` runs them: each alert is quiet, fires, and is quiet again.

use super::alert::{Alike, expected};
use super::place::{Place, Recordeds, Subject};
use super::rule_file::order;
use super::rules;
use crate::ir::Origin;
use crate::ir::value::push_number;
use crate::output::yaml::Writer;
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::recordings::Recorded;
use crate::plan::monitoring::trial::{self, BudgetTrial, Trial};
use crate::spec::prometheus::AlertSeverity;

/// Writes the file that tests the rules of one subject.
pub(super) fn file<'a>(writer: &mut Writer<'_>, place: Place<'a>, name: &str, rule_file: &str, subject: &Subject<'a>) {
    let origin = Origin::rule(rules::UNIT_TEST);
    let recorded = subject.recorded(place);
    let mut tests = Tests { place, recorded: &recorded, alike: Alike::default(), id: String::new() };
    writer.list("rule_files", origin, |writer| writer.element_text(rule_file, origin));
    writer.plain("evaluation_interval", origin, |out| push_minutes(out, trial::EVALUATION));
    writer.list("group_eval_order", origin, |writer| order(writer, name, subject, origin));
    writer.list("tests", origin, |writer| {
        for (index, recorded) in recorded.0.iter().enumerate() {
            let id = &recorded.objective.id;
            let alerts: Vec<&AlertPlan> = subject
                .alerts
                .iter()
                .copied()
                .filter(|alert| alert.objective().is_some_and(|watched| watched.is(id)))
                .collect();
            // Once a component is enough: the windows are those of all its objectives.
            tests.of_objective(writer, recorded, &alerts, index == 0);
        }
        let mut buffers = [const { String::new() }; 2];
        for alert in &subject.alerts {
            if let Some(trial) = trial::of_alert(alert, place.environment, &mut buffers) {
                tests.of_alert(writer, alert, &trial);
            }
        }
    });
}

/// What the tests of one subject need.
struct Tests<'t, 'a> {
    place: Place<'a>,
    recorded: &'t Recordeds<'a>,
    alike: Alike<'a>,
    /// What identifiers of alerts are put together in.
    id: String,
}

/// When alerts are looked at, and which are on then.
struct Look<'l, 'a> {
    minute: u64,
    on: &'l [&'a AlertPlan],
}

impl<'a> Tests<'_, 'a> {
    fn of_alert(&mut self, writer: &mut Writer<'_>, alert: &'a AlertPlan, trial: &Trial<'_>) {
        let [well, ill, cured] = ends(trial);
        let on = [alert];
        let looks = [Look { minute: well, on: &[] }, Look { minute: ill, on: &on }, Look { minute: cured, on: &[] }];
        let mut id = std::mem::take(&mut self.id);
        id.clear();
        alert.id().push_to(&mut id);
        self.test(writer, alert.rule.id.origin, &id, &alert.rule.name, trial, &looks);
        self.id = id;
    }

    /// All severities are told of an outage, and are quiet when the windows of all are clean again.
    fn of_objective(
        &mut self,
        writer: &mut Writer<'_>,
        recorded: &Recorded<'a>,
        alerts: &[&'a AlertPlan],
        is_first: bool,
    ) {
        let Some(first) = alerts.first() else { return };
        let objective = recorded.objective;
        let mut expressions = Default::default();
        let Some(BudgetTrial { outage, lone_failure, burst }) =
            trial::of_objective(objective, self.place.environment, recorded, &mut expressions)
        else {
            return;
        };
        let [well, ill, cured] = ends(&outage);
        // A page is over when its own windows are clean, and the ticket of the same budget is on still.
        let tickets: Vec<&AlertPlan> =
            alerts.iter().filter(|alert| alert.rule.severity.value == AlertSeverity::Ticket).copied().collect();
        let between = (is_first && tickets.len() < alerts.len()).then(|| BudgetTrial::between(objective, &outage));
        let between = between.flatten().filter(|_| !tickets.is_empty());
        let mut looks = vec![Look { minute: well, on: &[] }, Look { minute: ill, on: alerts }];
        looks.extend(between.map(|minute| Look { minute, on: &tickets }));
        looks.push(Look { minute: cured, on: &[] });
        self.test(writer, objective.id.origin, &objective.id, &first.rule.name, &outage, &looks);
        if let Some(trial) = lone_failure {
            let looks = [trial.well, trial.well + trial::EVALUATION].map(|minute| Look { minute, on: &[] });
            let name = format!("{}: one failure where there is hardly any traffic", objective.id);
            self.test(writer, objective.id.origin, &name, &first.rule.name, &trial, &looks);
        }
        if let (Some(trial), [window, next, ..]) = (burst, objective.burn_windows.as_slice()) {
            let is_told = |alert: &&&AlertPlan| alert.rule.severity.value == window.severity.value;
            let on: Vec<&AlertPlan> = alerts.iter().filter(is_told).copied().collect();
            let [well, ill, cured] = ends(&trial);
            let looks =
                [Look { minute: well, on: &[] }, Look { minute: ill, on: &on }, Look { minute: cured, on: &[] }];
            let name = format!("{}: a burst that {} shows, and {} does not", objective.id, window.long, next.long);
            self.test(writer, objective.id.origin, &name, &first.rule.name, &trial, &looks);
        }
    }

    fn test(
        &mut self,
        writer: &mut Writer<'_>,
        about: Origin,
        name: &str,
        alert_name: &str,
        trial: &Trial<'_>,
        looks: &[Look<'_, 'a>],
    ) {
        let origin = Origin::rule(rules::UNIT_TEST);
        writer.element(about, |writer| {
            writer.text("name", name, about);
            writer.plain("interval", origin, |out| push_minutes(out, 1));
            writer.list("input_series", origin, |writer| {
                for series in &trial.series {
                    writer.element(origin, |writer| {
                        writer.made("series", origin, |out| series.push_notation(out));
                        writer.made("values", origin, |out| series.push_samples(trial, out));
                    });
                }
            });
            writer.list("alert_rule_test", origin, |writer| {
                for look in looks {
                    writer.element(origin, |writer| self.look(writer, alert_name, look));
                }
            });
        });
    }

    fn look(&mut self, writer: &mut Writer<'_>, alert_name: &str, look: &Look<'_, 'a>) {
        let origin = Origin::rule(rules::UNIT_TEST);
        writer.plain("eval_time", origin, |out| push_minutes(out, look.minute));
        writer.text("alertname", alert_name, origin);
        writer.list("exp_alerts", origin, |writer| {
            for alert in look.on {
                writer.element(alert.origin, |writer| {
                    expected(writer, self.place, self.recorded, &mut self.alike, alert)
                });
            }
        });
    }
}

/// The last minute of each of the three times of a trial.
fn ends(trial: &Trial<'_>) -> [u64; 3] {
    [trial.well - 1, trial.well + trial.ill - 1, trial.well + trial.ill + trial.cured - 1]
}

fn push_minutes(out: &mut String, minutes: u64) {
    push_number(out, minutes);
    out.push('m');
}
