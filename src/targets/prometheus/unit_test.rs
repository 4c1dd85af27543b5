//! The unit tests of alerts, as `promtool test rules` runs them: each alert is quiet, fires, and is quiet again.

use super::alert::{annotations, fired_labels, texts};
use super::place::{Place, Subject};
use super::rule_file::order;
use super::rules;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::configurations::ObjectivePlan;
use crate::plan::monitoring::trial::{self, BudgetTrial, Trial};

/// The file that tests the rules of one subject.
pub(super) fn file(place: Place<'_>, name: &str, rule_file: String, subject: &Subject<'_>) -> Doc {
    let origin = Origin::rule(rules::UNIT_TEST);
    let mut tests = Vec::new();
    for objective in &subject.objectives {
        tests.extend(of_objective(place, subject, objective));
    }
    for alert in &subject.alerts {
        if let Some(trial) = trial::of_alert(alert, place.environment) {
            tests.push(of_alert(place, subject, alert, &trial));
        }
    }
    Map::new(origin)
        .with("rule_files", Doc::list([Doc::text(rule_file, origin)], origin))
        .text("evaluation_interval", format!("{}m", trial::EVALUATION))
        .with(
            "group_eval_order",
            Doc::list(order(name, subject).into_iter().map(|group| Doc::text(group, origin)), origin),
        )
        .with("tests", Doc::list(tests, origin))
        .into()
}

/// When alerts are looked at, and which are on then.
struct Look<'a> {
    minute: u64,
    on: Vec<&'a AlertPlan>,
}

fn of_alert(place: Place<'_>, subject: &Subject<'_>, alert: &AlertPlan, trial: &Trial) -> Doc {
    let looks = [
        Look { minute: trial.well - 1, on: Vec::new() },
        Look { minute: trial.well + trial.ill - 1, on: vec![alert] },
        Look { minute: trial.well + trial.ill + trial.cured - 1, on: Vec::new() },
    ];
    test(place, subject, &alert.id, &alert.name, trial, &looks)
}

fn of_objective(place: Place<'_>, subject: &Subject<'_>, objective: &ObjectivePlan) -> Vec<Doc> {
    let alerts: Vec<&AlertPlan> =
        subject.alerts.iter().copied().filter(|alert| alert.objective.as_ref() == Some(&objective.id)).collect();
    let Some(first) = alerts.first() else { return Vec::new() };
    let recorded = place.recorded(objective);
    let Some(BudgetTrial { outage, from_recorded, lone_failure }) =
        trial::of_objective(objective, place.environment, &recorded)
    else {
        return Vec::new();
    };
    let mut looks = vec![
        Look { minute: outage.well - 1, on: Vec::new() },
        Look { minute: outage.well + outage.ill - 1, on: alerts.clone() },
    ];
    // Each severity is over when its own short windows are clean.
    let end = outage.well + outage.ill - 1;
    let mut ends: Vec<(u64, &AlertPlan)> =
        alerts.iter().map(|alert| (end + BudgetTrial::recovery(objective, alert.severity.value), *alert)).collect();
    if from_recorded {
        ends = vec![(end + outage.cured, first)];
    }
    ends.sort_by_key(|(minute, _)| *minute);
    for (minute, over) in ends {
        let before = looks.last().map(|look| look.on.clone()).unwrap_or_default();
        let on = before.into_iter().filter(|alert| !from_recorded && alert.id != over.id).collect();
        looks.push(Look { minute, on });
    }
    let mut tests = vec![test(place, subject, &objective.id, &first.name, &outage, &looks)];
    if let Some(trial) = lone_failure {
        let looks = [
            Look { minute: trial.well, on: Vec::new() },
            Look { minute: trial.well + trial::EVALUATION, on: Vec::new() },
            Look { minute: trial.well + trial.cured - 1, on: Vec::new() },
        ];
        let name = objective.id.with(format!("{}: one failure where there is hardly any traffic", objective.id));
        tests.push(test(place, subject, &name, &first.name, &trial, &looks));
    }
    tests
}

fn test(
    place: Place<'_>,
    subject: &Subject<'_>,
    name: &Traced<String>,
    alert_name: &Traced<String>,
    trial: &Trial,
    looks: &[Look<'_>],
) -> Doc {
    let origin = Origin::rule(rules::UNIT_TEST);
    let series = trial
        .series
        .iter()
        .map(|series| Map::new(origin).text("series", series.notation()).text("values", series.samples(trial)).into());
    let looks = looks.iter().map(|look| {
        let expected = look.on.iter().map(|alert| {
            Map::new(alert.origin)
                .with("exp_labels", texts(fired_labels(place, subject, alert), rules::ALERT, str::to_owned))
                .with("exp_annotations", texts(annotations(place, alert), rules::ANNOTATION, str::to_owned))
                .into()
        });
        let map =
            Map::new(origin).text("eval_time", format!("{}m", look.minute)).with("alertname", Doc::traced(alert_name));
        map.with("exp_alerts", Doc::list(expected, origin)).into()
    });
    Map::new(name.origin)
        .with("name", Doc::traced(name))
        .text("interval", "1m")
        .with("input_series", Doc::list(series, origin))
        .with("alert_rule_test", Doc::list(looks, origin))
        .into()
}
