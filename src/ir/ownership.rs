//! Who answers for what, who decides, and what a finding does.

use crate::source::Traced;
use crate::{one_of, record};

use super::value::{Date, Decimal, Duration, Name};

one_of! {
    /// Where a page goes: one of the four.
    pub enum Oncall as "on-call route", "an on-call route names exactly one service" {
        /// A PagerDuty service.
        Pagerduty(Traced<String>) = pagerduty;
        /// An Opsgenie team.
        Opsgenie(Traced<String>) = opsgenie;
        /// A Slack channel.
        Slack(Traced<String>) = slack;
        /// An e-mail address.
        Email(Traced<String>) = email;
    }
}

impl Oncall {
    /// The name that the service knows.
    #[must_use]
    pub const fn target(&self) -> &Traced<String> {
        match self {
            Oncall::Pagerduty(target) | Oncall::Opsgenie(target) | Oncall::Slack(target) | Oncall::Email(target) => {
                target
            }
        }
    }

    /// The same service, with another name.
    #[must_use]
    pub fn to(&self, target: Traced<String>) -> Oncall {
        match self {
            Oncall::Pagerduty(_) => Oncall::Pagerduty(target),
            Oncall::Opsgenie(_) => Oncall::Opsgenie(target),
            Oncall::Slack(_) => Oncall::Slack(target),
            Oncall::Email(_) => Oncall::Email(target),
        }
    }
}

record! {
    /// Who answers for something.
    pub struct Owner as "owner" {
        /// The team.
        team: Traced<String>, required;
        /// How to reach it.
        contact: Traced<String>, optional;
        /// Where its pages go.
        oncall: Oncall, optional;
    }
}
record! {
    /// What may be spent.
    pub struct Budget as "budget" {
        /// US dollars a month.
        monthly_usd: Traced<Decimal>, required;
    }
}
record! {
    /// A person's decision to let a finding pass for a while.
    pub struct Waiver as "waiver" {
        /// The code of the gate.
        gate: Traced<String>, required;
        /// Only for this component.
        component: Traced<Name>, optional;
        /// Only in this environment.
        environment: Traced<Name>, optional;
        /// Why.
        reason: Traced<String>, required;
        /// Who decided.
        approved_by: Traced<String>, required;
        /// The last day on which it holds.
        expires: Traced<Date>, required;
    }
}
record! {
    /// What may be lost in a disaster.
    pub struct Recovery as "recovery target" {
        /// Recovery time objective: until it works again.
        rto: Traced<Duration>, optional;
        /// Recovery point objective: how much may be lost, as time.
        rpo: Traced<Duration>, optional;
    }
}
record! {
    /// How long what is recorded is kept.
    pub struct Retention as "retention" {
        /// Log lines.
        logs: Traced<Duration>, default "30d";
        /// Audit records.
        audit: Traced<Duration>, default "365d";
        /// Metric samples.
        metrics: Traced<Duration>, default "45d";
    }
}
record! {
    /// Who is told when nobody has answered.
    pub struct Escalation as "escalation" {
        /// After how long.
        after: Traced<Duration>, required;
        /// Who.
        notify: Traced<String>, required;
    }
}
record! {
    /// A severity of incidents, as a name alone or with its answer time.
    pub struct IncidentSeverity as "incident severity" {
        /// What it is called.
        name: Traced<String>, required;
        /// How soon somebody must answer.
        respond_within: Traced<Duration>, optional;
    }
    shorthand name
}
record! {
    /// How incidents are ranked.
    pub struct Incidents as "incidents" {
        /// The severities, worst first.
        severities: Vec<IncidentSeverity>, many;
    }
}
record! {
    /// How the system is run.
    pub struct Operations as "operations" {
        /// The URL that runbooks stand below.
        runbooks: Traced<String>, optional;
        /// What may be lost in a disaster.
        recovery: Recovery, optional;
        /// How long records are kept.
        retention: Retention, optional;
        /// Who is told when nobody has answered.
        escalation: Vec<Escalation>, many;
        /// How incidents are ranked.
        incidents: Incidents, optional;
    }
}
