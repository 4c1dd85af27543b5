//! What proves an alert: series on which it is quiet, fires, and is quiet again.
//!
//! A trial follows from the alert's own expression, so that it can't test another one than is emitted: each selector
//! becomes a series that it takes, and the kind of the alert says how the series goes while all is well, and while not.
//! Trials are made when they are asked for, and are no part of the deliverables.

mod budget;
pub mod selector;

use std::borrow::Cow;

pub use budget::{BudgetTrial, of_objective};
use selector::{LabelMatcher, Labels, Selector, labels, selectors};

use super::alerting::{AlertKind, AlertPlan, Comparison};
use super::configurations::MonitoredEnvironment;
use super::promql::{push_filled, push_quoted};
use crate::ir::value::{Decimal, Duration, push_number};

/// Minutes in which all is well before anything happens.
const BEFORE: u64 = 10;
/// Minutes between two evaluations of the rules: few enough for every window, and a fifth of the work that each minute
/// would be.
pub const EVALUATION: u64 = 5;
/// Minutes beyond those that an alert waits and looks back, so that neither a sample at an edge nor the time since the last
/// evaluation decides.
const MARGIN: u64 = EVALUATION + 2;

/// Series by which an alert is proved. There is a sample every minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial<'e> {
    /// The series.
    pub series: Vec<TrialSeries<'e>>,
    /// Minutes in which all is well.
    pub well: u64,
    /// Minutes in which it is not; at their end the alert is on.
    pub ill: u64,
    /// Minutes in which all is well again; at their end the alert is off.
    pub cured: u64,
}

/// One series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialSeries<'e> {
    /// The metric.
    pub metric: Cow<'e, str>,
    /// Its labels.
    pub labels: Labels<'e>,
    /// How it goes.
    pub course: Course,
}

/// How a series goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// A state, while all is well and while not.
    Level(Decimal, Decimal),
    /// What is counted a minute, while all is well and while not.
    Growth(Decimal, Decimal),
    /// What falls by the second number a minute from the first, while not all is well.
    Fall(Decimal, Decimal),
    /// A state that nobody tells while not all is well.
    Gone(Decimal),
    /// Unix seconds so many ahead of now, which stand still while not all is well.
    Clock(Decimal),
}

impl TrialSeries<'_> {
    /// Adds the series as PromQL writes it.
    pub fn push_notation(&self, text: &mut String) {
        text.push_str(&self.metric);
        text.push('{');
        for (index, (label, value)) in self.labels.iter().enumerate() {
            text.push_str(if index > 0 { "," } else { "" });
            text.push_str(label);
            text.push('=');
            push_quoted(text, value);
        }
        text.push('}');
    }

    /// Adds its samples as promtool writes them: `FIRST+STEPxTIMES` for each time, in which the first sample counts too.
    pub fn push_samples(&self, trial: &Trial<'_>, text: &mut String) {
        let zero = Decimal::whole(0);
        let minutes = |number: u64| Decimal::whole(i64::try_from(number).unwrap_or(i64::MAX / 1000));
        let (well, ill) = (minutes(trial.well), minutes(trial.ill));
        // The first sample and the step of each of the three times.
        let times: [(Decimal, Decimal); 3] = match self.course {
            Course::Level(good, bad) => [(good, zero), (bad, zero), (good, zero)],
            Course::Gone(state) => {
                push_run(text, state, zero, trial.well);
                text.push_str(" _x");
                push_number(text, trial.ill);
                text.push(' ');
                return push_run(text, state, zero, trial.cured);
            }
            Course::Growth(good, bad) => {
                let first_bad = good.times(well.minus(minutes(1))).plus(bad);
                let first_good = first_bad.plus(bad.times(ill.minus(minutes(1)))).plus(good);
                [(zero, good), (first_bad, bad), (first_good, good)]
            }
            Course::Fall(from, step) => {
                let last = from.minus(step.times(ill));
                [(from, zero), (from, zero.minus(step)), (last, zero)]
            }
            Course::Clock(ahead) => {
                let minute = Decimal::whole(60);
                let at = |minutes: Decimal| minutes.times(minute).plus(ahead);
                [(ahead, minute), (at(well.minus(minutes(1))), zero), (at(well.plus(ill)), minute)]
            }
        };
        for (index, ((first, step), count)) in times.into_iter().zip([trial.well, trial.ill, trial.cured]).enumerate() {
            text.push_str(if index > 0 { " " } else { "" });
            push_run(text, first, step, count);
        }
    }
}

/// Adds so many samples, each a step beyond the one before.
fn push_run(text: &mut String, first: Decimal, step: Decimal, count: u64) {
    let zero = Decimal::whole(0);
    first.push_to(text);
    let (sign, step) = if step < zero { ('-', zero.minus(step)) } else { ('+', step) };
    text.push(sign);
    step.push_to(text);
    text.push('x');
    push_number(text, count.saturating_sub(1));
}

impl<'e> Trial<'e> {
    /// Series for a time in which not all is well that is as long as an expression looks back and waits.
    fn new(series: Vec<TrialSeries<'e>>, looks_back: Duration, hold: Option<Duration>) -> Trial<'e> {
        let minutes = |duration: Duration| duration.whole_seconds().div_ceil(60);
        let looks_back = minutes(looks_back);
        Trial {
            series,
            well: BEFORE,
            // What waits is seen at one evaluation, and told at a later one.
            ill: looks_back + hold.map_or(0, |hold| EVALUATION + minutes(hold)) + MARGIN,
            cured: looks_back + MARGIN,
        }
    }
}

/// The trial of an alert in an environment; none where it has no expression, or watches an objective. The expression is
/// written to the first buffer, of which the trial borrows; the second is what it is put together in.
#[must_use]
pub fn of_alert<'e>(
    alert: &AlertPlan,
    environment: &MonitoredEnvironment,
    [expression, scratch]: &'e mut [String; 2],
) -> Option<Trial<'e>> {
    expression.clear();
    push_filled(expression, alert.expression().as_ref()?.text(scratch), "5m", &environment.selector);
    let expression: &'e str = expression;
    let found = selectors(expression);
    let limit = alert.rule.threshold.map(|limit| limit.value);
    let (one, many, hundred) = (Decimal::whole(1), Decimal::whole(60), Decimal::whole(100));
    let zero = Decimal::whole(0);
    let courses: &[Course] = match alert.rule.kind.value {
        AlertKind::BudgetBurn => return None,
        AlertKind::Absent => &[Course::Level(one, zero)],
        AlertKind::Unready => &[Course::Level(Decimal::whole(2), zero)],
        // Those that are wanted and those that are ready, else those that are not.
        AlertKind::ReplicasMissing if found.len() > 1 => {
            &[Course::Level(Decimal::whole(2), Decimal::whole(2)), Course::Level(Decimal::whole(2), one)]
        }
        AlertKind::ReplicasMissing | AlertKind::RunFailed | AlertKind::ScheduleOff | AlertKind::Escalated => {
            &[Course::Level(zero, one)]
        }
        AlertKind::NodeUnready | AlertKind::NodePressure => &[Course::Level(zero, one)],
        AlertKind::NodesLost => &[Course::Level(zero, Decimal::whole(2)), Course::Level(one, one)],
        AlertKind::ExporterAbsent => &[Course::Gone(one)],
        AlertKind::ConfigurationRefused => &[Course::Level(one, zero), Course::Level(one, one)],
        AlertKind::Restarts | AlertKind::OutOfMemory | AlertKind::RulesFailing | AlertKind::NotificationsFailing => {
            &[Course::Growth(zero, one)]
        }
        AlertKind::Throttled | AlertKind::ConnectionsDropped | AlertKind::HandshakesFailing => {
            &[Course::Growth(zero, many), Course::Growth(many, many)]
        }
        AlertKind::MemoryNearLimit => {
            &[Course::Level(Decimal::whole(50), Decimal::whole(99)), Course::Level(hundred, hundred)]
        }
        AlertKind::VolumeFilling => &[Course::Level(Decimal::whole(50), one), Course::Level(hundred, hundred)],
        AlertKind::AtMaximum => {
            &[Course::Level(one, Decimal::whole(3)), Course::Level(Decimal::whole(3), Decimal::whole(3))]
        }
        AlertKind::RunMissed => &[Course::Clock(many), Course::Level(zero, zero)],
        AlertKind::Failing => return failing(&found, expression, alert),
        AlertKind::DatastoreStorage if expression.contains("predict_linear") => {
            // At this pace it is empty within a day.
            let gibibytes = |number: i64| Decimal::whole(number << 30);
            &[Course::Fall(gibibytes(100), Decimal::whole((100 << 30) / 1440))]
        }
        AlertKind::ObjectsLost => {
            let series = vec![series(found.first()?, Course::Level(hundred, one))?];
            let hold = alert.rule.hold.map_or(0, |hold| hold.value.whole_seconds().div_ceil(60));
            // It compares with the most of the time that it looks back over, which is longer than this.
            return Some(Trial { series, well: BEFORE, ill: EVALUATION + hold + MARGIN, cured: MARGIN });
        }
        AlertKind::DatastoreAbsent => &[Course::Gone(one), Course::Growth(one, one)],
        AlertKind::DatastoreCpu
        | AlertKind::DatastoreStorage
        | AlertKind::DatastoreMemory
        | AlertKind::DatastoreConnections
        | AlertKind::DatastoreEvictions
        | AlertKind::UnderReplicated
        | AlertKind::ConsumerLag
        | AlertKind::QueueStalled
        | AlertKind::QueueExpiring
        | AlertKind::DeliveriesFailing
        | AlertKind::CertificateExpiring => {
            let limit = limit?;
            let (less, more) = (limit.over(Decimal::whole(2)), limit.times(Decimal::whole(2)).plus(one));
            let above = alert.rule.comparison.is_none_or(|comparison| comparison.value == Comparison::Above);
            &[if above { Course::Level(less, more) } else { Course::Level(more, less) }]
        }
    };
    let series: Option<Vec<TrialSeries<'e>>> =
        found.iter().zip(courses).map(|(selector, course)| series(selector, *course)).collect();
    let series = series.filter(|series| series.len() == courses.len())?;
    let hold = match (alert.rule.kind.value, limit) {
        // It is told of what is so many seconds late.
        (AlertKind::RunMissed, Some(late)) => Some(Duration::seconds(60 + whole(late))),
        _ => alert.rule.hold.map(|hold| hold.value),
    };
    Some(Trial::new(series, looks_back(expression), hold))
}

/// Requests of which all fail while not all is well.
fn failing<'e>(found: &[Selector<'e>], expression: &str, alert: &AlertPlan) -> Option<Trial<'e>> {
    let [failed, all, ..] = found else { return None };
    let series = budget::failing_events(failed, all, Decimal::whole(60))?;
    Some(Trial::new(series, looks_back(expression), alert.rule.hold.map(|hold| hold.value)))
}

/// A series that a selector takes.
fn series<'e>(selector: &Selector<'e>, course: Course) -> Option<TrialSeries<'e>> {
    series_of(&selector.metric, &selector.matchers, course)
}

fn series_of<'m, 'e: 'm>(
    metric: &Cow<'e, str>,
    matchers: impl IntoIterator<Item = &'m LabelMatcher<'e>> + Clone,
    course: Course,
) -> Option<TrialSeries<'e>> {
    Some(TrialSeries { metric: metric.clone(), labels: labels(matchers)?, course })
}

/// How far back an expression looks: its longest range.
fn looks_back(expression: &str) -> Duration {
    let ranges = expression.split('[').skip(1).filter_map(|rest| rest.split([']', ':']).next());
    ranges.filter_map(|range| crate::source::Scalar::read(range).ok()).max().unwrap_or(Duration::seconds(0))
}

fn whole(number: Decimal) -> u64 {
    number.to_string().split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
