//! The configuration of Alertmanager: who is told what, how often, and what is kept quiet meanwhile.

use super::alert::template;
use super::place::Place;
use super::rules;
use crate::ir::value::TimeOfDay;
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::monitoring::alerting::{
    AlertingRules, EscalationPlan, InhibitionPlan, LabelPlan, MutePlan, ReceiverPlan, RoutePlan,
};
use crate::plan::monitoring::configurations::DeploymentWindowPlan;
use crate::plan::monitoring::promql::literal;
use crate::targets::shared::value::by;

/// The receiver of what belongs to nobody here.
const NOBODY: &str = "nobody";

/// The document.
pub(super) fn document(place: Place<'_>) -> Doc {
    let alerting = &place.plans.monitoring.alerting;
    let mut map = by(rules::ROUTE);
    if alerting.receivers.iter().any(|receiver| service(receiver) == Some("email")) {
        map.put("global", email_global(place));
    }
    map.put("route", root(place, alerting));
    let inhibitions = alerting.inhibitions.iter().map(|inhibition| inhibit(place, inhibition));
    map.put("inhibit_rules", Doc::list(inhibitions, Origin::rule(rules::INHIBITION)));
    let nobody = by(rules::ROUTE).text("name", NOBODY).into();
    let receivers = alerting.receivers.iter().map(|told| receiver(place, told));
    map.put("receivers", Doc::list(std::iter::once(nobody).chain(receivers), Origin::rule(rules::RECEIVER)));
    let intervals: Vec<Doc> = place
        .monitoring()
        .environments
        .iter()
        .filter_map(|environment| Some(interval(&environment.name, environment.deployment_window.as_ref()?)))
        .collect();
    if !intervals.is_empty() {
        map.put("time_intervals", Doc::list(intervals, Origin::rule(rules::MUTE)));
    }
    map.into()
}

fn email_global(place: Place<'_>) -> Map {
    let facts = &place.specs.prometheus.alertmanager;
    by(rules::RECEIVER)
        .with("smtp_smarthost", Doc::traced(&facts.email_relay))
        .with("smtp_from", Doc::traced(&facts.email_sender))
}

/// Nobody is told of what no team of this system is told of.
fn root(place: Place<'_>, alerting: &AlertingRules) -> Map {
    let escalations = alerting.escalation.iter().map(|step| escalation(place, step));
    let teams = alerting.routes.iter().map(|route| team(place, route, &alerting.mutes));
    by(rules::ROUTE)
        .text("receiver", NOBODY)
        .with("routes", Doc::list(escalations.chain(teams), Origin::rule(rules::ROUTE)))
}

fn escalation(place: Place<'_>, step: &EscalationPlan) -> Doc {
    let ids: Vec<&str> = step.alerts.iter().map(|id| id.as_str()).collect();
    Map::new(step.origin)
        .with("matchers", matchers(place, [matcher("alert", &ids)], step.origin))
        .with("receiver", Doc::traced(&step.receiver))
        .into()
}

fn team(place: Place<'_>, route: &RoutePlan, mutes: &[MutePlan]) -> Doc {
    let own = [matcher("team", &[&route.team]), matcher("severity", &[route.severity.as_str()])];
    let mut map = Map::new(route.origin)
        .with("matchers", matchers(place, own, route.origin))
        .with("receiver", Doc::traced(&route.receiver))
        .with("group_by", Doc::list(route.group_by.iter().map(Doc::traced), Origin::rule(rules::ROUTE)))
        .with("group_wait", Doc::traced(&route.group_wait))
        .with("group_interval", Doc::traced(&route.group_interval))
        .with("repeat_interval", Doc::traced(&route.repeat_interval));
    let mutes: Vec<Doc> = mutes.iter().filter(|mute| mute.severity.value == route.severity.value).map(muted).collect();
    if !mutes.is_empty() {
        map.put("routes", Doc::list(mutes, Origin::rule(rules::MUTE)));
    }
    map.into()
}

fn muted(mute: &MutePlan) -> Doc {
    let kinds: Vec<&str> = mute.kinds.iter().map(|kind| kind.as_str()).collect();
    let own = [matcher("environment", &[mute.environment.as_str()]), matcher("kind", &kinds)];
    let name = Doc::text(interval_name(&mute.environment), mute.environment.origin);
    Map::new(mute.origin)
        .with("matchers", Doc::list(own.map(|text| Doc::text(text, mute.origin)), mute.origin))
        .with("mute_time_intervals", Doc::list([name], mute.origin))
        .into()
}

fn inhibit(place: Place<'_>, plan: &InhibitionPlan) -> Doc {
    let of = |labels: &[LabelPlan]| {
        let own = labels.iter().map(|plan| {
            let values: Vec<&str> = plan.values.iter().map(|value| value.as_str()).collect();
            matcher(&plan.label, &values)
        });
        matchers(place, own, plan.origin)
    };
    let mut map = Map::new(plan.origin)
        .with("source_matchers", of(&plan.source))
        .with("target_matchers", of(&plan.target))
        .with("equal", Doc::list(plan.equal.iter().map(Doc::traced), plan.origin));
    if let Some(first) = map.entries.first_mut() {
        first.notes().comment = Some(plan.reason.value.clone().into());
    }
    map.into()
}

/// Matchers of alerts of this system.
fn matchers(place: Place<'_>, own: impl IntoIterator<Item = String>, origin: Origin) -> Doc {
    let system = &place.monitoring().system;
    let system = Doc::text(matcher("system", &[system.as_str()]), system.origin);
    Doc::list(std::iter::once(system).chain(own.into_iter().map(|text| Doc::text(text, origin))), origin)
}

/// A label that has one of some values.
fn matcher(label: &str, values: &[&str]) -> String {
    match values {
        [value] => format!("{label}={}", quoted(value)),
        values => {
            let patterns: Vec<String> = values.iter().map(|value| literal(value)).collect();
            format!("{label}=~{}", quoted(&patterns.join("|")))
        }
    }
}

/// A text between quotes as Alertmanager reads it in a matcher.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn service(receiver: &ReceiverPlan) -> Option<&str> {
    receiver.service.as_ref().map(|service| service.as_str())
}

fn receiver(place: Place<'_>, plan: &ReceiverPlan) -> Doc {
    let map = Map::new(plan.origin).with("name", Doc::traced(&plan.name));
    let Some(target) = &plan.target else { return map.into() };
    let key_file = || Doc::text(key_file(place, plan), Origin::rule(rules::RECEIVER));
    let written = Doc::text(template(target).into_owned(), target.origin);
    let own = Map::new(target.origin);
    let (key, own) = match service(plan) {
        Some("pagerduty") => (
            "pagerduty_configs",
            own.with("routing_key_file", key_file())
                .text("description", SUMMARY)
                .with("details", by(rules::RECEIVER).text("description", DESCRIPTION).text("runbook", RUNBOOK)),
        ),
        Some("opsgenie") => (
            "opsgenie_configs",
            own.with("api_key_file", key_file())
                .text("message", SUMMARY)
                .text("description", format!("{DESCRIPTION}\n{RUNBOOK}"))
                .with("responders", Doc::list([responder(written, target)], target.origin)),
        ),
        Some("slack") => (
            "slack_configs",
            own.with("api_url_file", key_file())
                .with("channel", written)
                .bool("send_resolved", true)
                .text("title", SUMMARY)
                .text("title_link", RUNBOOK)
                .text("text", DESCRIPTION),
        ),
        _ => (
            "email_configs",
            own.with("to", written)
                .bool("send_resolved", true)
                .with("headers", by(rules::RECEIVER).text("Subject", SUMMARY)),
        ),
    };
    map.with(key, Doc::list([own.into()], target.origin)).into()
}

fn responder(name: Doc, target: &Traced<String>) -> Doc {
    Map::new(target.origin).with("name", name).text("type", "team").into()
}

/// What the alerts of one message say.
const SUMMARY: &str = "{{ (index .Alerts 0).Annotations.summary }}";
const DESCRIPTION: &str = "{{ (index .Alerts 0).Annotations.description }}";
const RUNBOOK: &str = "{{ (index .Alerts 0).Annotations.runbook_url }}";

/// The file that holds a receiver's key: its secret's folder, and the receiver's own name.
fn key_file(place: Place<'_>, plan: &ReceiverPlan) -> String {
    let folder = &place.specs.prometheus.alertmanager.secrets_folder;
    format!("{folder}/{}/{}", place.oncall_secret(), plan.name)
}

fn interval_name(environment: &Traced<crate::ir::value::Name>) -> String {
    format!("{environment}-deployment-window")
}

/// A deployment window. One that ends on the next day is two: until midnight, and from then.
fn interval(environment: &Traced<crate::ir::value::Name>, window: &DeploymentWindowPlan) -> Doc {
    let (from, to) = (window.from.to_string(), window.to.to_string());
    let days: Vec<usize> = window.days.iter().filter_map(|day| number(day)).collect();
    let parts = if minutes(&window.from) < minutes(&window.to) {
        vec![part(window, &days, from, to)]
    } else {
        let next: Vec<usize> = days.iter().map(|day| (day + 1) % DAYS.len()).collect();
        let mut parts = vec![part(window, &days, from, "24:00".to_owned())];
        if minutes(&window.to) > 0 {
            parts.push(part(window, &next, "00:00".to_owned(), to));
        }
        parts
    };
    Map::new(window.origin)
        .text("name", interval_name(environment))
        .with("time_intervals", Doc::list(parts, window.origin))
        .into()
}

fn part(window: &DeploymentWindowPlan, days: &[usize], from: String, to: String) -> Doc {
    let time = Map::new(window.from.origin).text("start_time", from).text("end_time", to);
    let mut map = Map::new(window.origin);
    if !days.is_empty() {
        let days = days.iter().filter_map(|day| DAYS.get(*day)).map(|(_, name)| Doc::text(*name, window.origin));
        map.put("weekdays", Doc::list(days, window.origin));
    }
    map.with("times", Doc::list([time.into()], window.origin)).with("location", Doc::traced(&window.timezone)).into()
}

/// The days as the plan and as Alertmanager calls them.
const DAYS: [(&str, &str); 7] = [
    ("mon", "monday"),
    ("tue", "tuesday"),
    ("wed", "wednesday"),
    ("thu", "thursday"),
    ("fri", "friday"),
    ("sat", "saturday"),
    ("sun", "sunday"),
];

fn number(day: &str) -> Option<usize> {
    DAYS.iter().position(|(short, _)| *short == day)
}

fn minutes(time: &TimeOfDay) -> u64 {
    time.to_string().split(':').filter_map(|part| part.parse::<u64>().ok()).fold(0, |all, part| all * 60 + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matcher_can_not_leave_its_quotes() {
        assert_eq!(matcher("team", &["a\"b\\\n"]), "team=\"a\\\"b\\\\\\n\"");
        assert_eq!(matcher("kind", &["a.b", "c"]), "kind=~\"a\\\\.b|c\"");
    }
}
