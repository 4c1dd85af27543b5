//! Who answers for what, who decides, and what a finding does.

use crate::record;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Problem, ProblemKind, Shape, Traced};

use super::value::{Date, Decimal, Duration, Name};

/// The kind of an on-call route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OncallKind {
    /// PagerDuty.
    Pagerduty,
    /// Opsgenie.
    Opsgenie,
    /// A Slack channel.
    Slack,
    /// An e-mail address.
    Email,
}

impl OncallKind {
    /// The key in the language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            OncallKind::Pagerduty => "pagerduty",
            OncallKind::Opsgenie => "opsgenie",
            OncallKind::Slack => "slack",
            OncallKind::Email => "email",
        }
    }
}

/// Where a page goes.
#[derive(Clone, Debug)]
pub struct Oncall {
    /// By which service.
    pub kind: OncallKind,
    /// The name that the service knows.
    pub target: Traced<String>,
}

record! {
    /// Where a page goes: one of the four.
    pub struct OncallRecord as "on-call route" {
        /// A PagerDuty service.
        pagerduty: Traced<String>, optional;
        /// An Opsgenie team.
        opsgenie: Traced<String>, optional;
        /// A Slack channel.
        slack: Traced<String>, optional;
        /// An e-mail address.
        email: Traced<String>, optional;
    }
}

impl Decode for Oncall {
    fn shape() -> Shape {
        OncallRecord::shape()
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        let record = OncallRecord::decode(decoder, node)?;
        let mut given = [
            (OncallKind::Pagerduty, record.pagerduty),
            (OncallKind::Opsgenie, record.opsgenie),
            (OncallKind::Slack, record.slack),
            (OncallKind::Email, record.email),
        ]
        .into_iter()
        .filter_map(|(kind, target)| target.map(|target| Oncall { kind, target }));
        let first = given.next();
        if first.is_none() || given.next().is_some() {
            let span = decoder.span(node);
            decoder.problem(
                Problem::new(ProblemKind::Conflict, span, "an on-call route names exactly one service", "this route")
                    .help("keep one of `pagerduty`, `opsgenie`, `slack` and `email`"),
            );
            return None;
        }
        first
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
