//! What proves the alerts of an objective: events that are all good, then all bad, then all good.

use std::borrow::Cow;

use super::selector::{LabelMatcher, Operator, Selector, selectors};
use super::{BEFORE, Course, EVALUATION, MARGIN, Trial, TrialSeries, series, series_of, whole};
use crate::ir::value::{Decimal, Duration};
use crate::plan::monitoring::configurations::{BurnWindowPlan, IndicatorKind, MonitoredEnvironment, ObjectivePlan};
use crate::plan::monitoring::promql::push_filled;
use crate::plan::monitoring::recordings::{BASE_WINDOW, Recorded, Recording};
use crate::spec::prometheus::AlertSeverity;

/// The longest outage that a trial has, in minutes: a week.
const LONGEST: u64 = 10_080;

/// What proves the alerts of an objective.
#[derive(Clone, Debug)]
pub struct BudgetTrial<'e> {
    /// An outage. The alerts of all severities are on at its end, and off when their short windows hold none of it.
    pub outage: Trial<'e>,
    /// One bad event where there are hardly any: nobody is told. None where a single event may be told of.
    pub lone_failure: Option<Trial<'e>>,
    /// So short a burst of bad events that the fastest window alone tells it. None where no window is faster than what all
    /// objectives have, or where minutes are counted.
    pub burst: Option<Trial<'e>>,
}

impl BudgetTrial<'_> {
    /// Minutes from the end of the outage until the alert of a severity is off.
    #[must_use]
    pub fn recovery(objective: &ObjectivePlan, severity: AlertSeverity) -> u64 {
        let of_severity = objective.burn_windows.iter().filter(|window| window.severity.value == severity);
        let longest = of_severity.map(|window| window.short.value).max().unwrap_or(Duration::seconds(0));
        longest.whole_seconds().div_ceil(60) + MARGIN
    }

    /// A minute after an outage at which the page is over and the ticket is not; none where both end alike, or where what was
    /// recorded is tried from.
    #[must_use]
    pub fn between(objective: &ObjectivePlan, outage: &Trial<'_>) -> Option<u64> {
        let page = BudgetTrial::recovery(objective, AlertSeverity::Page);
        let has = |severity| objective.burn_windows.iter().any(|window| window.severity.value == severity);
        let is_recorded = outage.series.iter().any(|series| super::super::recordings::is_recorded(&series.metric));
        if !has(AlertSeverity::Page) || !has(AlertSeverity::Ticket) || is_recorded || page + MARGIN > outage.cured {
            return None;
        }
        // A ticket's short window holds all of the outage still, and enough of it.
        let tickets = objective.burn_windows.iter().filter(|window| window.severity.value == AlertSeverity::Ticket);
        let all = outage.well + outage.ill + page;
        let holds = |window: &&BurnWindowPlan| window.short.value.whole_seconds() / 60 > outage.ill + page + MARGIN;
        let lowest = tickets.filter(holds).map(|window| window.threshold.value).min()?;
        let minutes = |count: u64| Decimal::whole(i64::try_from(count).unwrap_or(i64::MAX / 1000));
        let share = minutes(outage.ill.saturating_sub(MARGIN)).over(minutes(all));
        (share > lowest.times(Decimal::new(12, 1)))
            .then(|| (outage.well + outage.ill + page).next_multiple_of(EVALUATION))
    }
}

/// The trial of an objective's alerts in an environment; none where it has no alert. The expressions of its error ratio and
/// of its events are written to buffers, of which the trial borrows.
#[must_use]
pub fn of_objective<'e>(
    objective: &ObjectivePlan,
    environment: &MonitoredEnvironment,
    recorded: &Recorded<'e>,
    [ratio, counted]: &'e mut [String; 2],
) -> Option<BudgetTrial<'e>> {
    ratio.clear();
    push_filled(ratio, &objective.error_ratio, "5m", &environment.selector);
    counted.clear();
    if let Some(events) = &objective.events {
        push_filled(counted, events, "5m", &environment.selector);
    }
    let (ratio, counted): (&'e str, &'e str) = (ratio, counted);
    let cured = AlertSeverity::ALL.iter().map(|severity| BudgetTrial::recovery(objective, *severity)).max()?;
    let highest = AlertSeverity::ALL.iter().filter_map(|severity| lowest_threshold(objective, *severity)).max()?;
    // So long that the share of bad minutes is above the threshold, also where a window holds all minutes before.
    let share = highest.over(Decimal::whole(1).minus(highest));
    let well = if share > Decimal::whole(20) { 2 } else { BEFORE };
    let outage = |series: Vec<TrialSeries<'e>>, delay: u64| {
        let before = Decimal::whole(i64::try_from(well + delay).unwrap_or(i64::MAX / 1000));
        Trial { series, well, ill: (whole(share.times(before)) + 1 + delay + MARGIN + 5).min(LONGEST), cured }
    };
    let pace = pace(objective);
    let measured = measured(objective, ratio, counted, pace);
    let Some((series, delay)) = measured else {
        // What the expression counts is the user's own: the rules are tried from the recorded ratio on.
        let zero = Decimal::whole(0);
        let ratio = |window| from_recorded(recorded, window, Course::Level(zero, Decimal::whole(1)));
        let mut series: Vec<TrialSeries<'e>> = recorded.windows().into_iter().map(ratio).collect();
        series.extend(events(counted, Course::Growth(pace, pace)));
        return Some(BudgetTrial { outage: outage(series, 0), lone_failure: None, burst: None });
    };
    let least = objective.burn_windows.iter().filter_map(|window| window.least_events).map(|least| least.value).min();
    let counts = matches!(objective.indicator.value, IndicatorKind::Availability | IndicatorKind::Ratio);
    let lone = (counts && least.is_some_and(|least| least > 4)).then(|| lone_failure(&series, cured)).flatten();
    let burst = burst(objective, &series);
    Some(BudgetTrial { outage: outage(series, delay), lone_failure: lone, burst })
}

/// Bad events a quarter above the threshold of the fastest window, as long as that is: below half of what the next one asks
/// for. What was well before is so long that no window of another severity tells it either.
fn burst<'e>(objective: &ObjectivePlan, outage: &[TrialSeries<'e>]) -> Option<Trial<'e>> {
    let fastest = objective.burn_windows.first().filter(|window| window.short.value < BASE_WINDOW)?;
    let (one, share) = (Decimal::whole(1), fastest.threshold.value.times(Decimal::new(125, 2)));
    let share = share.min(one);
    let (long, short) = (fastest.long.whole_seconds().div_ceil(60), fastest.short.whole_seconds().div_ceil(60));
    let series: Option<Vec<TrialSeries<'e>>> = outage
        .iter()
        .map(|series| match series.course {
            // What grows by nothing in an outage grows by what is not bad in a burst.
            Course::Growth(well, ill) => {
                let ill = well.times(one.minus(share)).plus(ill.times(share));
                Some(TrialSeries { course: Course::Growth(well, ill), ..series.clone() })
            }
            _ => None,
        })
        .collect();
    let ill = long + 1;
    let others = objective.burn_windows.iter().skip(1).map(|window| window.threshold.value).min()?;
    let times = whole(share.times(Decimal::whole(i64::try_from(ill).ok()?)).over(others.times(Decimal::new(8, 1))));
    // Whole evaluations, so that one falls on the last bad minute.
    let well = (times + 1).max(fastest.long.whole_seconds().div_ceil(15)).next_multiple_of(EVALUATION);
    Some(Trial { series: series?, well, ill, cured: (short + 1).next_multiple_of(EVALUATION) })
}

/// The threshold of a severity's windows that is reached first.
fn lowest_threshold(objective: &ObjectivePlan, severity: AlertSeverity) -> Option<Decimal> {
    let of_severity = objective.burn_windows.iter().filter(|window| window.severity.value == severity);
    of_severity.map(|window| window.threshold.value).min()
}

/// Events a minute: so many that each alert has seen enough of them within a minute.
fn pace(objective: &ObjectivePlan) -> Decimal {
    const FEWEST: u64 = 60;
    let least = objective.burn_windows.iter().filter_map(|window| window.least_events).map(|least| least.value).max();
    Decimal::whole(i64::try_from(least.unwrap_or(0).max(FEWEST)).unwrap_or(i64::MAX / 1_000_000))
}

/// The series that an objective is measured by, and the minutes until an outage shows in them.
fn measured<'e>(
    objective: &ObjectivePlan,
    ratio: &'e str,
    counted: &'e str,
    pace: Decimal,
) -> Option<(Vec<TrialSeries<'e>>, u64)> {
    let zero = Decimal::whole(0);
    let found = selectors(ratio);
    let mut delay = 0;
    let mut measured: Vec<TrialSeries<'e>> = match (objective.indicator.value, found.as_slice()) {
        (IndicatorKind::Availability, [failed, all]) if objective.events.is_some() => {
            failing_events(failed, all, pace)?
        }
        (IndicatorKind::Availability, [ready]) => vec![series(ready, Course::Level(Decimal::whole(2), zero))?],
        // Without buckets the histogram is native, and no samples of one can be written.
        (IndicatorKind::Latency, [within, all]) if within.metric.ends_with("_bucket") => {
            vec![series(within, Course::Growth(pace, zero))?, series(all, Course::Growth(pace, pace))?]
        }
        (IndicatorKind::Ratio, [good, all]) => bad_events(good, all, pace)?,
        (IndicatorKind::Freshness, [newest]) => {
            let limit = oldest(ratio)?;
            let lead = Decimal::whole(60).minus(limit);
            delay = 2;
            vec![series(newest, Course::Clock(lead))?]
        }
        _ => return None,
    };
    // Where the events are among what is measured they are not counted twice.
    let counted = events(counted, Course::Growth(pace, pace));
    measured.extend(counted.filter(|event| !measured.iter().any(|known| known.metric == event.metric)));
    Some((measured, delay))
}

/// Events of which all are good, and while not all is well all are bad: good ones have other labels than bad ones, or bad
/// ones are counted apart.
pub(super) fn failing_events<'e>(
    failed: &Selector<'e>,
    all: &Selector<'e>,
    pace: Decimal,
) -> Option<Vec<TrialSeries<'e>>> {
    let zero = Decimal::whole(0);
    if failed.metric != all.metric {
        return Some(vec![series(failed, Course::Growth(zero, pace))?, series(all, Course::Growth(pace, pace))?]);
    }
    let bad = series(failed, Course::Growth(zero, pace))?;
    let good = outside(all, failed, Course::Growth(pace, zero))?;
    Some(vec![good, bad])
}

/// The same of a selector of good events.
fn bad_events<'e>(good: &Selector<'e>, all: &Selector<'e>, pace: Decimal) -> Option<Vec<TrialSeries<'e>>> {
    let zero = Decimal::whole(0);
    if good.metric != all.metric {
        return Some(vec![series(good, Course::Growth(pace, zero))?, series(all, Course::Growth(pace, pace))?]);
    }
    Some(vec![series(good, Course::Growth(pace, zero))?, outside(all, good, Course::Growth(zero, pace))?])
}

/// A series that `all` takes and `part` does not.
fn outside<'e>(all: &Selector<'e>, part: &Selector<'e>, course: Course) -> Option<TrialSeries<'e>> {
    let further = part.matchers.iter().find(|matcher| !all.matchers.contains(matcher))?;
    let not = LabelMatcher {
        operator: match further.operator {
            Operator::Equal => Operator::NotEqual,
            Operator::NotEqual => Operator::Equal,
            Operator::Matches => Operator::MatchesNot,
            Operator::MatchesNot => Operator::Matches,
        },
        ..further.clone()
    };
    series_of(&all.metric, all.matchers.iter().chain([&not]), course)
}

/// The series by which events are counted.
fn events(counted: &str, course: Course) -> Option<TrialSeries<'_>> {
    series(selectors(counted).first()?, course)
}

/// The seconds that the newest result may be old: what the expression compares its age with.
fn oldest(expression: &str) -> Option<Decimal> {
    let (_, behind) = expression.split_once("<= bool ")?;
    crate::source::Scalar::read(behind.split(|found: char| !found.is_ascii_digit()).next()?).ok()
}

/// One good event and one bad one in all the time.
fn lone_failure<'e>(outage: &[TrialSeries<'e>], minutes: u64) -> Option<Trial<'e>> {
    let (zero, one) = (Decimal::whole(0), Decimal::whole(1));
    let series = outage
        .iter()
        .map(|series| match series.course {
            Course::Growth(..) => Some(TrialSeries { course: Course::Growth(zero, one), ..series.clone() }),
            _ => None,
        })
        .collect::<Option<Vec<TrialSeries<'e>>>>()?;
    Some(Trial { series, well: BEFORE, ill: 1, cured: minutes.min(30) })
}

/// The recorded error ratio itself.
fn from_recorded<'e>(recorded: &Recorded<'e>, window: Duration, course: Course) -> TrialSeries<'e> {
    let mut metric = String::new();
    Recording::ErrorRatio(window).push_name(&mut metric);
    let labels = recorded.labels().into_iter().map(|(label, value, _)| (label, Cow::Borrowed(value)));
    TrialSeries { metric: Cow::Owned(metric), labels: labels.collect(), course }
}
