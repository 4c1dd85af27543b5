//! What is recorded of an objective: the series that its alerts, its panels and other tools read.
//!
//! Names and labels are those of Sloth, so that dashboards made for its rules show ours; `system` and `environment` are
//! added, because one Prometheus may hold several of both. Recordings follow from the plan and the environment alone,
//! and are made when they are asked for.

use std::cell::OnceCell;

use super::configurations::{BurnWindowPlan, MonitoredEnvironment, MonitoringConfigurations, ObjectivePlan};
use super::promql::{self, push_over, push_quoted};
use crate::ir::value::{Decimal, Duration, Name, push_number};
use crate::ir::{Origin, Traced};
use crate::spec::prometheus::AlertSeverity;

/// The error ratio over a window: `slo:sli_error:ratio_rate5m`.
const ERROR_RATIO: &str = "slo:sli_error:ratio_rate";
/// How many events there were in five minutes.
const EVENTS: &str = "slo:sli_events:increase5m";
/// The window whose error ratios make up that of the period.
pub const BASE_WINDOW: Duration = Duration::minutes(5);

/// The series that are recorded of an objective besides its error ratios, and what each says.
pub const FACTS: &[(&str, &str)] = &[
    ("slo:objective:ratio", "the objective, from 0 to 1"),
    ("slo:error_budget:ratio", "the share of events that may be bad, from 0 to 1"),
    ("slo:time_period:days", "the days that the objective is judged over"),
    ("slo:current_burn_rate:ratio", "how much faster than evenly the budget burns now"),
    ("slo:period_burn_rate:ratio", "the share of the budget that the period has burned"),
    (
        "slo:period_error_budget_remaining:ratio",
        "the share of the budget that is left; below 0 where the objective is missed",
    ),
    ("sloth_slo_info", "that the objective exists, with what it is as labels"),
];

/// One recorded series of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// The error ratio over a window.
    ErrorRatio(Duration),
    /// The error ratio over the period, made of those over five minutes.
    PeriodErrorRatio(Duration),
    /// How many events there were.
    Events,
    /// What the objective is, or how much of its budget is gone: the place in [`FACTS`].
    Fact(usize),
}

/// Places in [`FACTS`].
const OBJECTIVE: usize = 0;
const ERROR_BUDGET: usize = 1;
const PERIOD: usize = 2;
const CURRENT_BURN_RATE: usize = 3;
const PERIOD_BURN_RATE: usize = 4;
const REMAINING: usize = 5;
const INFO: usize = 6;

impl Recording {
    /// Adds what it is called.
    pub fn push_name(self, out: &mut String) {
        match self {
            Recording::ErrorRatio(window) | Recording::PeriodErrorRatio(window) => {
                out.push_str(ERROR_RATIO);
                window.push_to(out);
            }
            Recording::Events => out.push_str(EVENTS),
            Recording::Fact(place) => out.push_str(FACTS.get(place).map_or("", |(name, _)| *name)),
        }
    }

    /// The window that it looks back over, for the label `sloth_window`.
    #[must_use]
    pub fn window(self) -> Option<Duration> {
        match self {
            Recording::ErrorRatio(window) | Recording::PeriodErrorRatio(window) => Some(window),
            Recording::Events | Recording::Fact(_) => None,
        }
    }

    /// Whether it carries what the objective is as labels.
    #[must_use]
    pub fn is_info(self) -> bool {
        self == Recording::Fact(INFO)
    }
}

/// One objective in one environment, as its recorded series are known.
pub struct Recorded<'a> {
    /// The objective.
    pub objective: &'a ObjectivePlan,
    environment: &'a MonitoredEnvironment,
    system: &'a Traced<Name>,
    /// The label matchers of its recorded series, with braces.
    own: String,
    /// The error ratio in this environment, over `$window`.
    error_ratio: OnceCell<String>,
}

impl<'a> Recorded<'a> {
    /// An objective of a system in an environment.
    #[must_use]
    pub fn new(
        monitoring: &'a MonitoringConfigurations,
        objective: &'a ObjectivePlan,
        environment: &'a MonitoredEnvironment,
    ) -> Recorded<'a> {
        let error_ratio = OnceCell::new();
        let mut recorded =
            Recorded { objective, environment, system: &monitoring.system, own: String::new(), error_ratio };
        let mut own = String::with_capacity(160);
        // The service and the objective tell it from all others: the identifier is made of them.
        for (index, (label, value, _)) in recorded.labels().into_iter().skip(1).enumerate() {
            own.push_str(if index > 0 { ", " } else { "{" });
            own.push_str(label);
            own.push('=');
            push_quoted(&mut own, value);
        }
        own.push('}');
        recorded.own = own;
        recorded
    }

    /// The labels that all of its recorded series carry, and where each comes from.
    #[must_use]
    pub fn labels(&self) -> [(&'static str, &'a str, Origin); 5] {
        let (objective, environment) = (self.objective, self.environment);
        let name = |label, name: &'a Traced<Name>| (label, name.as_str(), name.origin);
        [
            ("sloth_id", objective.sloth_id.as_str(), objective.sloth_id.origin),
            name("sloth_service", &objective.component),
            name("sloth_slo", &objective.name),
            name("system", self.system),
            name("environment", &environment.name),
        ]
    }

    /// The labels that say what the objective is.
    #[must_use]
    pub fn info(&self) -> [(&'static str, String); 4] {
        [
            ("sloth_mode", "pathc".to_owned()),
            ("sloth_objective", self.objective.objective.to_string()),
            ("sloth_spec", "pathc".to_owned()),
            ("sloth_version", "pathc".to_owned()),
        ]
    }

    /// Adds a selector of a recorded series of this objective.
    pub fn push_selector(&self, recording: Recording, out: &mut String) {
        recording.push_name(out);
        out.push_str(&self.own);
    }

    /// The windows that the error ratio is recorded over, ascending: those of the alerts, and five minutes.
    #[must_use]
    pub fn windows(&self) -> Vec<Duration> {
        let burns = self.objective.burn_windows.iter();
        let mut windows: Vec<Duration> =
            burns.flat_map(|window| [window.short.value, window.long.value]).chain([BASE_WINDOW]).collect();
        windows.sort_unstable();
        windows.dedup();
        windows
    }

    /// The error ratio over each window and over the period.
    #[must_use]
    pub fn indicators(&self) -> Vec<Recording> {
        let windows = self.windows();
        let period = self.objective.period.value;
        let of_period = (!windows.contains(&period)).then_some(Recording::PeriodErrorRatio(period));
        windows.into_iter().map(Recording::ErrorRatio).chain(of_period).collect()
    }

    /// What the objective is, and how much of its budget is gone: the series of [`FACTS`], in their order.
    pub fn facts(&self) -> impl Iterator<Item = Recording> + use<> {
        (0..FACTS.len()).map(Recording::Fact)
    }

    /// The events that the alerts ask for. They are recorded as often as one recording looks back, so that the events of a
    /// longer time are the sum of what was recorded in it.
    #[must_use]
    pub fn events(&self) -> Option<(Recording, Duration)> {
        asks_for_events(self.objective).then_some((Recording::Events, BASE_WINDOW))
    }

    /// Where the expression of a recorded series comes from.
    #[must_use]
    pub fn origin(&self, recording: Recording) -> Origin {
        let objective = self.objective;
        match recording {
            Recording::ErrorRatio(_) => objective.error_ratio.origin,
            Recording::PeriodErrorRatio(_) | Recording::Fact(PERIOD) => objective.period.origin,
            Recording::Events => objective.events.as_ref().map_or(objective.origin, |events| events.origin),
            Recording::Fact(ERROR_BUDGET) => objective.error_budget.origin,
            Recording::Fact(_) => objective.objective.origin,
        }
    }

    /// Adds the expression of a recorded series: PromQL with nothing left to fill.
    pub fn push_expression(&self, recording: Recording, out: &mut String) {
        let objective = self.objective;
        match recording {
            Recording::ErrorRatio(window) => {
                let ratio = self
                    .error_ratio
                    .get_or_init(|| promql::fill(&objective.error_ratio, promql::WINDOW, &self.environment.selector));
                push_over(out, ratio, |out| window.push_to(out), "");
            }
            // Every five minutes weigh the same, however many events they held: exact, and too slow for raw series of a
            // month.
            Recording::PeriodErrorRatio(period) => {
                out.push_str("sum_over_time(");
                self.push_selector(Recording::ErrorRatio(BASE_WINDOW), out);
                push_range(period, out);
                out.push_str(")\n/ ignoring (sloth_window)\ncount_over_time(");
                self.push_selector(Recording::ErrorRatio(BASE_WINDOW), out);
                push_range(period, out);
                out.push(')');
            }
            Recording::Events => {
                if let Some(events) = &objective.events {
                    push_over(out, events, |out| BASE_WINDOW.push_to(out), &self.environment.selector);
                }
            }
            Recording::Fact(OBJECTIVE) => {
                push_vector(objective.objective.value.0.shift(2), out);
            }
            Recording::Fact(ERROR_BUDGET) => {
                push_vector(objective.error_budget.value, out);
            }
            Recording::Fact(PERIOD) => {
                let days = Decimal::whole(i64::try_from(objective.period.milliseconds).unwrap_or(i64::MAX))
                    .over(Decimal::whole(86_400_000));
                push_vector(days, out);
            }
            Recording::Fact(CURRENT_BURN_RATE) => self.against_budget(Recording::ErrorRatio(BASE_WINDOW), out),
            Recording::Fact(PERIOD_BURN_RATE) => {
                self.against_budget(Recording::ErrorRatio(objective.period.value), out);
            }
            Recording::Fact(REMAINING) => {
                out.push_str("1 - ");
                self.push_selector(Recording::Fact(PERIOD_BURN_RATE), out);
            }
            Recording::Fact(_) => out.push_str("vector(1)"),
        }
    }

    fn against_budget(&self, series: Recording, out: &mut String) {
        self.push_selector(series, out);
        out.push_str("\n/ on (sloth_id, sloth_slo, sloth_service) group_left\n");
        self.push_selector(Recording::Fact(ERROR_BUDGET), out);
    }

    /// Adds PromQL that has a value while a budget burns faster than one of the windows of a severity allows.
    pub fn push_burns(&self, severity: AlertSeverity, out: &mut String) {
        let windows = self.objective.burn_windows.iter().filter(|window| window.severity.value == severity);
        for (index, window) in windows.enumerate() {
            out.push_str(if index > 0 { "\nor\n" } else { "" });
            self.push_pair(window, out);
        }
    }

    fn push_pair(&self, window: &BurnWindowPlan, out: &mut String) {
        let above = |span: Duration, out: &mut String| {
            out.push_str("  max without (sloth_window) (");
            self.push_selector(Recording::ErrorRatio(span), out);
            out.push_str(" > (");
            window.factor.push_to(out);
            out.push_str(" * ");
            self.objective.error_budget.push_to(out);
            out.push_str("))\n");
        };
        out.push_str("(\n");
        above(window.short.value, out);
        out.push_str("  and\n");
        above(window.long.value, out);
        if let (Some(least), Some(_)) = (&window.least_events, &self.objective.events) {
            out.push_str("  and\n  sum_over_time(");
            self.push_selector(Recording::Events, out);
            push_range(window.long.value, out);
            out.push_str(") >= ");
            push_number(out, least.value);
            out.push('\n');
        }
        out.push(')');
    }
}

fn push_range(window: Duration, out: &mut String) {
    out.push('[');
    window.push_to(out);
    out.push(']');
}

fn push_vector(number: Decimal, out: &mut String) {
    out.push_str("vector(");
    number.push_to(out);
    out.push(')');
}

/// Whether an alert of an objective asks whether there were enough events.
#[must_use]
pub fn asks_for_events(objective: &ObjectivePlan) -> bool {
    objective.events.is_some() && objective.burn_windows.iter().any(|window| window.least_events.is_some())
}

/// Whether a series is one that the rules of an objective record.
#[must_use]
pub fn is_recorded(series: &str) -> bool {
    series.starts_with(ERROR_RATIO) || series == EVENTS || FACTS.iter().any(|(name, _)| *name == series)
}

/// Whether a recorded series is there for dashboards that were made for Sloth's rules, and none of ours asks for it.
#[must_use]
pub fn is_for_others(series: &str) -> bool {
    FACTS.get(INFO).is_some_and(|(name, _)| *name == series)
}
