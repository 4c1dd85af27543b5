//! What is recorded of an objective: the series that its alerts, its panels and other tools read.
//!
//! Names and labels are those of Sloth, so that dashboards made for its rules show ours; `system` and `environment` are
//! added, because one Prometheus may hold several of both. Recordings follow from the plan and the environment alone,
//! and are made when they are asked for.

use std::fmt::Write as _;

use super::configurations::{BurnWindowPlan, MonitoredEnvironment, MonitoringConfigurations, ObjectivePlan};
use super::promql::{fill, quoted};
use crate::ir::Traced;
use crate::ir::value::{Decimal, Duration, Name};
use crate::spec::prometheus::AlertSeverity;

/// The error ratio over a window: `slo:sli_error:ratio_rate5m`.
const ERROR_RATIO: &str = "slo:sli_error:ratio_rate";
/// How many events there were in five minutes.
const EVENTS: &str = "slo:sli_events:increase5m";
/// The window whose error ratios make up that of the period.
const BASE_WINDOW: Duration = Duration::minutes(5);

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

/// One recorded series.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What it is called.
    pub name: String,
    /// PromQL with nothing left to fill.
    pub expression: Traced<String>,
    /// The window that it looks back over, for the label `sloth_window`.
    pub window: Option<Duration>,
    /// Labels that it alone has.
    pub labels: Vec<(&'static str, String)>,
}

/// One objective in one environment, as its recorded series are known.
pub struct Recorded<'a> {
    objective: &'a ObjectivePlan,
    environment: &'a MonitoredEnvironment,
    system: &'a Traced<Name>,
    /// The label matchers of its recorded series, with braces.
    own: String,
}

impl<'a> Recorded<'a> {
    /// An objective of a system in an environment.
    #[must_use]
    pub fn new(
        monitoring: &'a MonitoringConfigurations,
        objective: &'a ObjectivePlan,
        environment: &'a MonitoredEnvironment,
    ) -> Recorded<'a> {
        let mut recorded = Recorded { objective, environment, system: &monitoring.system, own: String::new() };
        let mut own = String::from("{");
        for (index, (label, value)) in recorded.labels().into_iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            let _ = write!(own, "{separator}{label}={}", quoted(&value));
        }
        own.push('}');
        recorded.own = own;
        recorded
    }

    /// The labels that all of its recorded series carry.
    #[must_use]
    pub fn labels(&self) -> [(&'static str, Traced<String>); 5] {
        let text = |name: &Traced<Name>| name.with(name.to_string());
        [
            ("sloth_id", self.objective.sloth_id.clone()),
            ("sloth_service", text(&self.objective.component)),
            ("sloth_slo", text(&self.objective.name)),
            ("system", text(self.system)),
            ("environment", text(&self.environment.name)),
        ]
    }

    /// A selector of a recorded series of this objective.
    #[must_use]
    pub fn select(&self, name: &str) -> String {
        format!("{name}{}", self.own)
    }

    /// The series of the error ratio over a window.
    #[must_use]
    pub fn error_ratio(&self, window: Duration) -> String {
        format!("{ERROR_RATIO}{window}{}", self.own)
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

    /// The error ratio over each window and over the period, and the events that the alerts ask for.
    #[must_use]
    pub fn indicators(&self) -> Vec<Recording> {
        let objective = self.objective;
        let over = |text: &Traced<String>, window: Duration| {
            text.with(fill(&text.value, &window.to_string(), &self.environment.selector))
        };
        let windows = self.windows();
        let mut recordings: Vec<Recording> = windows
            .iter()
            .map(|window| Recording {
                name: format!("{ERROR_RATIO}{window}"),
                expression: over(&objective.error_ratio, *window),
                window: Some(*window),
                labels: Vec::new(),
            })
            .collect();
        let period = objective.period.value;
        // Every five minutes weigh the same, however many events they held: exact, and too slow for raw series of a month.
        if !windows.contains(&period) {
            let base = self.error_ratio(BASE_WINDOW);
            recordings.push(Recording {
                name: format!("{ERROR_RATIO}{period}"),
                expression: objective.period.with(format!(
                    "sum_over_time({base}[{period}])\n/ ignoring (sloth_window)\ncount_over_time({base}[{period}])"
                )),
                window: Some(period),
                labels: Vec::new(),
            });
        }
        if let Some(events) = self.guarded() {
            recordings.push(Recording {
                name: EVENTS.to_owned(),
                expression: over(events, BASE_WINDOW),
                window: None,
                labels: Vec::new(),
            });
        }
        recordings
    }

    /// The events, where an alert asks whether there were enough of them.
    fn guarded(&self) -> Option<&Traced<String>> {
        let asks = self.objective.burn_windows.iter().any(|window| window.least_events.is_some());
        self.objective.events.as_ref().filter(|_| asks)
    }

    /// What the objective is, and how much of its budget is gone: the series of [`FACTS`], in their order.
    #[must_use]
    pub fn facts(&self) -> Vec<Recording> {
        let objective = self.objective;
        let ratio = objective.objective.value.0.shift(2);
        let against_budget = |series: String| {
            objective.objective.with(format!(
                "{series}\n/ on (sloth_id, sloth_slo, sloth_service) group_left\n{}",
                self.select("slo:error_budget:ratio")
            ))
        };
        let days = Decimal::whole(i64::try_from(objective.period.milliseconds).unwrap_or(i64::MAX))
            .over(Decimal::whole(86_400_000));
        let expressions = [
            objective.objective.with(format!("vector({ratio})")),
            objective.error_budget.with(format!("vector({})", objective.error_budget)),
            objective.period.with(format!("vector({days})")),
            against_budget(self.error_ratio(BASE_WINDOW)),
            against_budget(self.error_ratio(objective.period.value)),
            objective.objective.with(format!("1 - {}", self.select("slo:period_burn_rate:ratio"))),
            objective.objective.with("vector(1)".to_owned()),
        ];
        let recordings = FACTS.iter().zip(expressions).map(|((name, _), expression)| Recording {
            name: (*name).to_owned(),
            expression,
            window: None,
            labels: if *name == "sloth_slo_info" { self.info() } else { Vec::new() },
        });
        recordings.collect()
    }

    fn info(&self) -> Vec<(&'static str, String)> {
        vec![
            ("sloth_mode", "pathc".to_owned()),
            ("sloth_objective", self.objective.objective.to_string()),
            ("sloth_spec", "pathc".to_owned()),
            ("sloth_version", "pathc".to_owned()),
        ]
    }

    /// PromQL that has a value while a budget burns faster than one of the windows of a severity allows.
    #[must_use]
    pub fn burns(&self, severity: AlertSeverity) -> String {
        let windows = self.objective.burn_windows.iter().filter(|window| window.severity.value == severity);
        let pairs: Vec<String> = windows.map(|window| self.pair(window)).collect();
        pairs.join("\nor\n")
    }

    fn pair(&self, window: &BurnWindowPlan) -> String {
        let above = |span: Duration| {
            format!(
                "  max without (sloth_window) ({} > ({} * {}))\n",
                self.error_ratio(span),
                window.factor,
                self.objective.error_budget
            )
        };
        let mut text = format!("(\n{}  and\n{}", above(window.short.value), above(window.long.value));
        if let (Some(least), Some(_)) = (&window.least_events, self.guarded()) {
            let events = self.select(EVENTS);
            // Each minute holds the events of five.
            let _ = writeln!(text, "  and\n  sum_over_time({events}[{}:1m]) / 5 >= {least}", window.long);
        }
        text.push(')');
        text
    }
}

/// Whether a series is one that the rules of an objective record.
#[must_use]
pub fn is_recorded(series: &str) -> bool {
    series.starts_with(ERROR_RATIO) || series == EVENTS || FACTS.iter().any(|(name, _)| *name == series)
}
