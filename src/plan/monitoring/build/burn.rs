//! Burn windows: how fast an error budget may be spent before somebody is told.

use crate::ir::value::{Decimal, Duration};
use crate::ir::{Origin, Traced};
use crate::plan::monitoring::configurations::{BurnWindowPlan, DroppedReason, DroppedWindowPlan};
use crate::plan::monitoring::rules;
use crate::spec::prometheus::{AlertSeverity, PrometheusSpec};

/// What the windows of one objective follow from.
pub(super) struct Budget {
    /// The share of events that may be bad.
    pub(super) errors: Decimal,
    /// The time that the objective is judged over.
    pub(super) period: Duration,
    /// How long metrics are kept.
    pub(super) retention: Duration,
    /// The gravest severity that the component has.
    pub(super) gravest: Traced<AlertSeverity>,
    /// Whether events are counted, rather than minutes.
    pub(super) counts_events: bool,
    /// Whether a person is to know of a burst before the usual windows tell it.
    pub(super) is_urgent: bool,
}

impl Budget {
    /// The windows that can fire, the fastest first, and those that are left out.
    pub(super) fn windows(&self, known: &PrometheusSpec) -> (Vec<BurnWindowPlan>, Vec<DroppedWindowPlan>) {
        let (mut kept, mut dropped) = (Vec::new(), Vec::new());
        let faster = if self.is_urgent { known.faster_burn_windows(self.period) } else { &[] };
        let faster = faster.iter().map(|window| (window, Origin::rule(rules::FAST_BURN)));
        let usual = known.burn_windows(self.period).iter().map(|window| (window, window.long.origin));
        for (window, origin) in faster.chain(usual) {
            let factor = factor(window.budget.value, self.period, window.long.value);
            let threshold = factor.times(self.errors);
            let severity = window.severity.lesser(self.gravest);
            match self.reason_to_drop(window.long.value, threshold) {
                Some(reason) => dropped.push(DroppedWindowPlan {
                    origin,
                    severity,
                    long: window.long,
                    factor: Traced::by_rule(factor, rules::BURN_FACTOR),
                    reason: Traced::by_rule(reason, rules::WINDOW_DROPPED),
                }),
                None => kept.push(BurnWindowPlan {
                    origin,
                    severity,
                    long: window.long,
                    short: window.short,
                    budget: window.budget,
                    factor: Traced::by_rule(factor, rules::BURN_FACTOR),
                    threshold: Traced::by_rule(threshold, rules::BURN_THRESHOLD),
                    least_events: self
                        .counts_events
                        .then(|| Traced::by_rule(least_events(threshold), rules::LEAST_EVENTS)),
                }),
            }
        }
        (kept, dropped)
    }

    fn reason_to_drop(&self, long: Duration, threshold: Decimal) -> Option<DroppedReason> {
        // The error ratio is never above 1, so that it is never above such a threshold.
        if threshold >= Decimal::whole(1) {
            Some(DroppedReason::CannotFire)
        } else if long > self.retention {
            Some(DroppedReason::LongerThanRetention)
        } else if long > self.period {
            Some(DroppedReason::LongerThanPeriod)
        } else {
            None
        }
    }
}

fn factor(budget_percent: Decimal, period: Duration, long: Duration) -> Decimal {
    let milliseconds = |span: Duration| Decimal::whole(i64::try_from(span.milliseconds).unwrap_or(i64::MAX));
    // In this order the quotient of the two spans, which may not end, is rounded last.
    budget_percent.times(milliseconds(period)).over(milliseconds(long).times(Decimal::whole(100)))
}

/// How many events there must be so that one of them is no more than the threshold of all.
fn least_events(threshold: Decimal) -> u64 {
    let events = Decimal::whole(1).over(threshold);
    let (units, scale) = events.parts();
    let whole = u64::try_from(units / 10i64.pow(u32::from(scale))).unwrap_or(0);
    whole + u64::from(!events.is_whole())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Scalar, Sources};
    use crate::spec::Specs;

    fn decimal(text: &str) -> Decimal {
        Decimal::read(text).unwrap()
    }

    fn windows(
        objective: &str,
        period: Duration,
        retention: Duration,
    ) -> (Vec<BurnWindowPlan>, Vec<DroppedWindowPlan>) {
        windows_of(objective, period, retention, false)
    }

    fn windows_of(
        objective: &str,
        period: Duration,
        retention: Duration,
        is_urgent: bool,
    ) -> (Vec<BurnWindowPlan>, Vec<DroppedWindowPlan>) {
        let (specs, _) = Specs::load(&mut Sources::default());
        let budget = Budget {
            errors: Decimal::whole(100).minus(decimal(objective)).shift(2),
            period,
            retention,
            gravest: Traced::by_rule(AlertSeverity::Page, rules::OUTAGE),
            counts_events: true,
            is_urgent,
        };
        budget.windows(&specs.unwrap().prometheus)
    }

    /// Half the budget of the fastest usual window in a quarter of its time: the factor is twice as high, and a burst is told
    /// in half the time, or a smaller one at all.
    #[test]
    fn an_urgent_budget_has_a_faster_window_beside_the_usual_ones() {
        for (days, factor, threshold) in [(30, "28.8", "0.0288"), (28, "26.88", "0.02688"), (7, "26.88", "0.02688")] {
            let (usual, _) = windows("99.9", Duration::days(days), Duration::days(45));
            let (urgent, dropped) = windows_of("99.9", Duration::days(days), Duration::days(45), true);
            assert!(dropped.is_empty());
            let (fast, others) = urgent.split_first().unwrap();
            assert_eq!(format!("{others:?}"), format!("{usual:?}"), "{days}");
            assert_eq!(
                (fast.factor.to_string(), fast.threshold.to_string()),
                (factor.to_owned(), threshold.to_owned())
            );
            assert_eq!(fast.factor.value, usual[0].factor.value.times(Decimal::whole(2)));
            assert_eq!(fast.budget.value.times(Decimal::whole(2)), usual[0].budget.value);
            assert_eq!(fast.long.value.milliseconds * 4, usual[0].long.value.milliseconds);
            assert_eq!(fast.severity.value, AlertSeverity::Page);
        }
        // 28.8 needs an objective above 96.53 %.
        for (objective, left_out) in [("96.6", 0), ("96.5", 1)] {
            let (kept, dropped) = windows_of(objective, Duration::days(30), Duration::days(45), true);
            assert_eq!((kept.len(), dropped.len()), (5 - left_out, left_out), "{objective}");
        }
    }

    /// Objective, period in days, and for each window its factor and threshold, as practice has them.
    #[test]
    fn factors_and_thresholds_are_exact() {
        type Row = (&'static str, u64, [(&'static str, &'static str); 4]);
        let table: &[Row] = &[
            ("99.9", 30, [("14.4", "0.0144"), ("6", "0.006"), ("3", "0.003"), ("1", "0.001")]),
            ("99.99", 30, [("14.4", "0.00144"), ("6", "0.0006"), ("3", "0.0003"), ("1", "0.0001")]),
            ("99.5", 30, [("14.4", "0.072"), ("6", "0.03"), ("3", "0.015"), ("1", "0.005")]),
            ("99", 30, [("14.4", "0.144"), ("6", "0.06"), ("3", "0.03"), ("1", "0.01")]),
            (
                "99.9",
                28,
                [("13.44", "0.01344"), ("5.6", "0.0056"), ("2.8", "0.0028"), ("0.933333333333", "0.000933333333333")],
            ),
            ("99.9", 7, [("13.44", "0.01344"), ("3.5", "0.0035"), ("1.4", "0.0014"), ("0.98", "0.00098")]),
            ("99.9", 90, [("43.2", "0.0432"), ("18", "0.018"), ("9", "0.009"), ("3", "0.003")]),
        ];
        for (objective, days, expected) in table {
            let (kept, dropped) = windows(objective, Duration::days(*days), Duration::days(400));
            assert!(dropped.is_empty(), "{objective} {days}");
            let found: Vec<(String, String)> =
                kept.iter().map(|window| (window.factor.to_string(), window.threshold.to_string())).collect();
            let expected: Vec<(String, String)> =
                expected.iter().map(|(factor, threshold)| ((*factor).to_owned(), (*threshold).to_owned())).collect();
            assert_eq!(found, expected, "{objective} {days}");
        }
    }

    #[test]
    fn what_can_not_fire_is_left_out() {
        // 14.4 needs an objective above 93.056 %, 6 above 83.33 %, 3 above 66.67 %.
        for (objective, left_out) in [("93.1", 0), ("93", 1), ("83.4", 1), ("83.3", 2), ("66.7", 2), ("66.6", 3)] {
            let (_, dropped) = windows(objective, Duration::days(30), Duration::days(45));
            assert_eq!(dropped.len(), left_out, "{objective}");
            assert!(dropped.iter().all(|window| window.reason.value == DroppedReason::CannotFire));
        }
        let (kept, dropped) = windows("99.9", Duration::days(30), Duration::days(1));
        assert_eq!((kept.len(), dropped[0].reason.value), (3, DroppedReason::LongerThanRetention));
        let (kept, dropped) = windows("99.9", Duration::days(1), Duration::days(45));
        assert_eq!((kept.len(), dropped[0].reason.value), (3, DroppedReason::LongerThanPeriod));
    }

    #[test]
    fn one_bad_event_alone_is_never_enough() {
        for (threshold, events) in [("0.0144", 70), ("0.006", 167), ("0.5", 2), ("0.001", 1000), ("0.9", 2)] {
            assert_eq!(least_events(decimal(threshold)), events, "{threshold}");
        }
    }

    #[test]
    fn an_internal_component_wakes_nobody() {
        let page = Traced::by_rule(AlertSeverity::Page, rules::OUTAGE);
        let ticket = Traced::by_rule(AlertSeverity::Ticket, rules::TIER_SEVERITY);
        assert_eq!(page.lesser(ticket).value, AlertSeverity::Ticket);
        assert_eq!(ticket.lesser(page).value, AlertSeverity::Ticket);
        assert_eq!(page.lesser(page).value, AlertSeverity::Page);
    }
}
