//! Objectives: names, and the windows of ratio indicators.

use std::ops::Range;

use crate::diag::{Diagnostic, code};
use crate::ir::Component;
use crate::ir::Traced;
use crate::ir::delivery::{Indicator, Slo};
use crate::source::scalar::shown;

use super::Resolver;

/// What a range of a ratio indicator is written as: each alert puts its own window there.
const WINDOW: &str = "$window";

impl Resolver<'_> {
    /// Reports objectives of one name, and indicators that can't be measured as they are written.
    pub(super) fn check_objectives(&mut self, component: &Component, slos: &[Slo]) {
        self.unique(
            slos.iter().map(|slo| (slo.name.as_str(), slo.name.origin)),
            |name| format!("`{}` has two objectives called `{name}`", component.name),
            "rename one of them",
        );
        for slo in slos {
            match &slo.indicator.value {
                Indicator::Ratio(ratio) => {
                    self.check_window(&ratio.good, "good");
                    self.check_window(&ratio.total, "total");
                }
                Indicator::Freshness(freshness) => {
                    self.check_metric_name(&freshness.metric);
                    if freshness.max_age.milliseconds < 1000 {
                        let message = format!("no result is ever younger than {}", freshness.max_age);
                        self.report(
                            Diagnostic::new(code::BAD_VALUE, freshness.max_age.origin, message, "less than a second")
                                .help("say how old the newest result may be: `15m`"),
                        );
                    }
                }
                Indicator::Availability | Indicator::Latency(_) => {}
            }
        }
    }

    fn check_window(&mut self, query: &Traced<String>, key: &str) {
        let ranges = ranges(query);
        if ranges.is_empty() {
            self.report(
                Diagnostic::new(
                    code::BAD_VALUE,
                    query.origin,
                    format!("`{key}` has no range, so it is the same over every window"),
                    "no `[$window]` in this query",
                )
                .help("count events over it: `sum(rate(METRIC[$window]))`"),
            );
        }
        for range in ranges {
            let inner = query[range.start + 1..range.end - 1].trim();
            if inner.strip_prefix(WINDOW).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')) {
                continue;
            }
            let written = shown(&query[range.clone()]);
            let place = self.part(query.origin, query, range);
            self.report(
                Diagnostic::new(
                    code::BAD_VALUE,
                    place,
                    format!("`{key}` has the fixed range `{written}`"),
                    "the same in every alert",
                )
                .help("write `[$window]`: each burn-rate alert puts its own window there"),
            );
        }
    }
}

/// The ranges of a PromQL query, with their brackets. Brackets inside of strings are none.
fn ranges(query: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut quote = None;
    let mut open = None;
    let mut escaped = false;
    for (at, character) in query.char_indices() {
        if let Some(mark) = quote {
            if escaped {
                escaped = false;
            } else if character == '\\' && mark != '`' {
                escaped = true;
            } else if character == mark {
                quote = None;
            }
            continue;
        }
        match character {
            '"' | '\'' | '`' => quote = Some(character),
            '[' => open = Some(at),
            ']' => found.extend(open.take().map(|start| start..at + 1)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_ranges_outside_of_strings() {
        let query = r#"sum(rate(a_total{path=~"/[a-z]+\"]"}[$window])) / rate(b{c='[5m]'}[1h:30s])"#;
        let texts: Vec<&str> = ranges(query).into_iter().map(|range| &query[range]).collect();
        assert_eq!(texts, ["[$window]", "[1h:30s]"]);
    }

    #[test]
    fn a_bracket_that_is_not_closed_is_no_range() {
        assert!(ranges("rate(a[5m").is_empty());
        assert!(ranges("rate(a]").is_empty());
    }
}
