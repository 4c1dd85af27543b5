//! G405: does every alert reach somebody?

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::gate;
use crate::ir::Origin;
use crate::ir::value::Name;
use crate::plan::monitoring::alerting::AlertPlan;
use crate::source::scalar::shown;

use super::gate::{Context, Findings};

gate! {
    /// # What it does
    /// Denies alerts without a team, and alerts of a team that nobody can reach: its owner has neither an on-call route nor a
    /// `contact` that is an e-mail address. Warns of a step of `operations.escalation` that nobody hears of: it names neither
    /// a team of an `owner` nor an e-mail address, and pages of the system's owner go by mail or nowhere.
    ///
    /// # Why it matters
    /// An alert that reaches nobody is found in the review of the outage.
    ///
    /// # Example
    /// ```yaml
    /// # pathc.yaml
    /// owner: {team: commerce}   # no way to reach it
    /// ```
    ///
    /// # How to fix
    /// Say how the team is reached: `owner: {team: commerce, contact: commerce@acme.example, oncall: {pagerduty: commerce}}`.
    /// Let a step of the escalation name such a team, or an address.
    "G405" "alert-unrouted", phase 4, role "monitoring-analyst", waived by "the head of operations", level Deny, evidence Written
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let alerting = &context.plans.monitoring.alerting;
    let mut unrouted: BTreeMap<Subject<'_>, (usize, &AlertPlan)> = BTreeMap::new();
    for alert in &alerting.alerts {
        let reached = alert.team.as_ref().is_some_and(|team| {
            let mut receivers = alerting.receivers.iter().filter(|receiver| receiver.team == *team);
            receivers.any(|receiver| receiver.service.is_some())
        });
        if !reached {
            unrouted.entry(Subject::of(alert)).or_insert((0, alert)).0 += 1;
        }
    }
    for (subject, (count, alert)) in unrouted {
        let (place, about) = subject.told(context);
        let alerts = if count == 1 { "alert" } else { "alerts" };
        let (place, label, help) = match &alert.team {
            Some(team) => (
                if team.origin.is_written() { team.origin } else { place },
                format!("nobody knows how to reach `{team}`"),
                "add `oncall: {pagerduty: …}` or a `contact` that is an e-mail address to this owner",
            ),
            None => (
                place,
                "has no owner".to_owned(),
                "add `owner: {team: …, oncall: {pagerduty: …}}` here or in pathc.yaml",
            ),
        };
        let found = Diagnostic::new(CODE, place, format!("{count} {alerts} of {about} reach nobody"), label).help(help);
        let finding = findings.add(found);
        if let Subject::Component(name) = subject {
            finding.component(name);
        }
    }
    for step in &alerting.escalation {
        let mut receivers = alerting.receivers.iter().filter(|receiver| receiver.name == step.receiver);
        if !receivers.any(|receiver| receiver.service.is_some()) {
            let message = format!("the escalation to `{}` reaches nobody", shown(&step.notify));
            let found = Diagnostic::new(CODE, step.notify.origin, message, "is no team, and no e-mail address")
                .help("name a team of an `owner` or an e-mail address, or give the system's owner an `oncall` service");
            findings.add(found).warn();
        }
    }
}

/// What an alert is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Component(&'a Name),
    Datastore(&'a Name),
    System,
}

impl<'a> Subject<'a> {
    fn of(alert: &'a AlertPlan) -> Subject<'a> {
        match (&alert.component, &alert.datastore) {
            (Some(component), _) => Subject::Component(component),
            (None, Some(datastore)) => Subject::Datastore(datastore),
            (None, None) => Subject::System,
        }
    }

    /// Its place in the input, and what it is called.
    fn told(self, context: &Context<'_>) -> (Origin, String) {
        let system = context.system;
        let found = match self {
            Subject::Component(name) => system.component_named(name.as_str()).map(|(_, component)| &component.name),
            Subject::Datastore(name) => {
                system.datastores.iter().map(|datastore| &datastore.name).find(|known| known.value == *name)
            }
            Subject::System => None,
        };
        found.map_or_else(|| (system.name.origin, "the system".to_owned()), |name| (name.origin, format!("`{name}`")))
    }
}
