//! Where panels lie: one engine for all dashboards, so that nothing overlaps.

use crate::ir::value::{Decimal, Text};
use crate::ir::{Origin, Traced};
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::dashboards::{
    DashboardLink, PanelKind, PanelPlan, PanelState, PanelUnit, QueryPlan, RowPlan, ThresholdPlan,
};
use crate::plan::monitoring::rules;

/// Columns of a dashboard.
pub(super) const COLUMNS: u32 = 24;
/// What a row's title takes.
const TITLE_HEIGHT: u32 = 1;

/// A panel that has no place yet.
pub(super) struct Draft {
    origin: Origin,
    title: Text,
    kind: PanelKind,
    unit: PanelUnit,
    description: Option<Text>,
    links: Vec<DashboardLink>,
    labels: Vec<&'static str>,
    leads_to: Option<Traced<String>>,
    queries: Vec<QueryPlan>,
    thresholds: Vec<ThresholdPlan>,
    width: u32,
    height: u32,
}

impl Draft {
    /// A panel of half the width.
    pub(super) fn new(title: impl Into<Text>, kind: PanelKind, unit: PanelUnit) -> Draft {
        Draft {
            origin: Origin::rule(rules::PANEL),
            title: title.into(),
            kind,
            unit,
            description: None,
            links: Vec::new(),
            labels: Vec::new(),
            leads_to: None,
            queries: Vec::new(),
            thresholds: Vec::new(),
            width: 12,
            height: 8,
        }
    }

    /// The same with a query.
    pub(super) fn query(mut self, expression: impl Into<String>, legend: impl Into<Text>) -> Draft {
        self.queries.push(QueryPlan {
            origin: self.origin,
            expression: Traced::new(expression.into(), self.origin),
            legend: Traced::new(legend.into(), self.origin),
            unit: None,
            thresholds: Vec::new(),
        });
        self
    }

    /// The same with a column of a table: its query, title, unit, and what its values mean.
    pub(super) fn column(
        mut self,
        expression: String,
        title: &'static str,
        unit: PanelUnit,
        states: &[(Decimal, PanelState)],
    ) -> Draft {
        self = self.query(expression, title);
        if let Some(query) = self.queries.last_mut() {
            query.unit = Some(Traced::new(unit, self.origin));
            if !states.is_empty() {
                query.thresholds = thresholds(states);
            }
        }
        self
    }

    /// The same where each row leads to a dashboard: its first label's value stands at the end of this identifier.
    pub(super) fn leads_to(mut self, prefix: Option<Traced<String>>) -> Draft {
        self.leads_to = prefix;
        self
    }

    /// The same with a column whose values are bad below the first state.
    pub(super) fn bad_below(
        mut self,
        expression: String,
        title: &'static str,
        unit: PanelUnit,
        states: &[(Decimal, PanelState)],
    ) -> Draft {
        self = self.column(expression, title, unit, states);
        let lowest = self.queries.last_mut().and_then(|query| query.thresholds.first_mut());
        if let Some(lowest) = lowest {
            lowest.state.value = PanelState::Bad;
        }
        self
    }

    /// The same with links to the runbooks of alerts that watch what it shows.
    pub(super) fn runbooks<'a>(mut self, alerts: impl IntoIterator<Item = &'a AlertPlan>) -> Draft {
        let alerts: Vec<&AlertPlan> = alerts.into_iter().filter(|alert| alert.runbook().is_some()).collect();
        for (index, alert) in alerts.iter().enumerate() {
            let same = |other: &&&AlertPlan| other.runbook() == alert.runbook();
            // One runbook may be that of several alerts.
            if alerts[..index].iter().any(|other| same(&other)) {
                continue;
            }
            let mut title = ["Runbook: ", &alert.rule.name].concat();
            if alerts.iter().filter(same).count() == 1 {
                // An alert of a datastore is one of an environment.
                match (&alert.objective(), &alert.datastore, alert.environments.as_slice()) {
                    (Some(_), ..) => title.push_str(&format!(" ({})", alert.rule.severity)),
                    (None, Some(_), [environment]) => title.push_str(&format!(" in {environment}")),
                    _ => {}
                }
            }
            self.links.push(DashboardLink {
                origin: alert.origin,
                title: Traced::by_rule(title.into(), rules::RUNBOOK_LINK),
                dashboard: None,
                url: alert.runbook().as_ref().map(|url| url.with(Text::new(&url.to_text()))),
                kind: None,
            });
        }
        self
    }

    /// The same with the labels that are the first columns of a table.
    pub(super) fn labels(mut self, labels: &[&'static str]) -> Draft {
        self.labels.extend(labels);
        self
    }

    /// The same with a query where there is one.
    pub(super) fn query_some(self, expression: Option<String>, legend: &'static str) -> Draft {
        match expression {
            Some(expression) => self.query(expression, legend),
            None => self,
        }
    }

    /// The same with another title.
    pub(super) fn titled(mut self, title: impl FnOnce(&str) -> String) -> Draft {
        self.title = title(&self.title).into();
        self
    }

    /// The same with what it means.
    pub(super) fn about(mut self, description: impl Into<Text>) -> Draft {
        self.description = Some(description.into());
        self
    }

    /// The same with what values mean: good below the first.
    pub(super) fn states(mut self, states: &[(Decimal, PanelState)]) -> Draft {
        self.thresholds = thresholds(states);
        self
    }

    /// The same with what values mean: bad below the first.
    pub(super) fn states_from_bad(mut self, states: &[(Decimal, PanelState)]) -> Draft {
        self = self.states(states);
        if let Some(lowest) = self.thresholds.first_mut() {
            lowest.state.value = PanelState::Bad;
        }
        self
    }

    /// The same in another size.
    pub(super) fn size(mut self, width: u32, height: u32) -> Draft {
        self.width = width.clamp(1, COLUMNS);
        self.height = height.max(1);
        self
    }

    /// Where it leads to.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        self.links.iter().filter_map(|link| Some(link.url.as_ref()?.as_str()))
    }

    /// Whether it shows anything.
    pub(super) fn has_queries(&self) -> bool {
        !self.queries.is_empty()
    }
}

/// What values mean: good below the first.
fn thresholds(states: &[(Decimal, PanelState)]) -> Vec<ThresholdPlan> {
    let threshold = |from: Option<Decimal>, state: PanelState| ThresholdPlan {
        origin: Origin::rule(rules::PANEL_STATE),
        from: from.map(|from| Traced::by_rule(from, rules::PANEL_STATE)),
        state: Traced::by_rule(state, rules::PANEL_STATE),
    };
    let lowest = std::iter::once(threshold(None, PanelState::Good));
    lowest.chain(states.iter().map(|(from, state)| threshold(Some(*from), *state))).collect()
}

/// Gives every panel its place. Rows without panels are left out.
pub(super) fn place(rows: Vec<(Text, Vec<Draft>)>) -> Vec<RowPlan> {
    let mut flow = Flow { y: 0, next_id: 1 };
    let mut placed = Vec::new();
    for (title, drafts) in rows {
        if drafts.is_empty() {
            continue;
        }
        let (y, id) = (flow.y, flow.next_id);
        flow.y += TITLE_HEIGHT;
        flow.next_id += 1;
        let mut panels = Vec::with_capacity(drafts.len());
        let mut line: Vec<Draft> = Vec::new();
        for draft in drafts {
            if line.iter().map(|draft| draft.width).sum::<u32>() + draft.width > COLUMNS {
                flow.line(std::mem::take(&mut line), &mut panels);
            }
            line.push(draft);
        }
        flow.line(line, &mut panels);
        placed.push(RowPlan {
            origin: Origin::rule(rules::PANEL_LAYOUT),
            id: Traced::by_rule(id, rules::PANEL_LAYOUT),
            title: Traced::by_rule(title, rules::PANEL),
            y: Traced::by_rule(y, rules::PANEL_LAYOUT),
            panels,
        });
    }
    placed
}

struct Flow {
    y: u32,
    next_id: u32,
}

impl Flow {
    /// Places the panels of one line. What they leave of its columns goes to those that gain by it, from the left.
    fn line(&mut self, mut drafts: Vec<Draft>, panels: &mut Vec<PanelPlan>) {
        let left = COLUMNS.saturating_sub(drafts.iter().map(|draft| draft.width).sum());
        let gains = |draft: &Draft| matches!(draft.kind, PanelKind::Timeseries | PanelKind::Table | PanelKind::Graph);
        let gaining = u32::try_from(drafts.iter().filter(|draft| gains(draft)).count()).unwrap_or(u32::MAX);
        if let (Some(each), Some(rest)) = (left.checked_div(gaining), left.checked_rem(gaining)) {
            for (index, draft) in (0..).zip(drafts.iter_mut().filter(|draft| gains(draft))) {
                draft.width += each + u32::from(index < rest);
            }
        }
        let height = drafts.iter().map(|draft| draft.height).max().unwrap_or_default();
        let mut x = 0;
        for draft in drafts {
            let width = draft.width;
            panels.push(self.panel(draft, x));
            x += width;
        }
        self.y += height;
    }

    fn panel(&mut self, draft: Draft, x: u32) -> PanelPlan {
        let at = |value: u32| Traced::by_rule(value, rules::PANEL_LAYOUT);
        let panel = PanelPlan {
            origin: draft.origin,
            id: at(self.next_id),
            title: Traced::new(draft.title, draft.origin),
            kind: Traced::new(draft.kind, draft.origin),
            unit: Traced::new(draft.unit, draft.origin),
            description: draft.description.map(|text| Traced::new(text, draft.origin)),
            links: draft.links,
            labels: draft.labels.iter().map(|label| Traced::new(Text::known(label), draft.origin)).collect(),
            leads_to: draft.leads_to,
            queries: draft.queries,
            thresholds: draft.thresholds,
            x: at(x),
            y: at(self.y),
            width: at(draft.width),
            height: at(draft.height),
        };
        self.next_id += 1;
        panel
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The fields that a panel or a row's title covers.
    fn covered(rows: &[RowPlan]) -> Vec<(u32, u32)> {
        let mut fields = Vec::new();
        for row in rows {
            fields.extend((0..COLUMNS).map(|x| (x, row.y.value)));
            for panel in &row.panels {
                for x in panel.x.value..panel.x.value + panel.width.value {
                    fields.extend((panel.y.value..panel.y.value + panel.height.value).map(|y| (x, y)));
                }
            }
        }
        fields
    }

    proptest! {
        #[test]
        fn nothing_overlaps_or_leaves_the_columns(
            sizes in prop::collection::vec(prop::collection::vec((0u32..40, 0u32..12), 0..9), 0..7)
        ) {
            let rows = sizes.iter().map(|row| {
                let draft = |size: &(u32, u32)| {
                    Draft::new("p", PanelKind::Stat, PanelUnit::Count).size(size.0, size.1)
                };
                ("row".into(), row.iter().map(draft).collect())
            });
            let placed = place(rows.collect());
            let mut fields = covered(&placed);
            prop_assert!(fields.iter().all(|(x, _)| *x < COLUMNS));
            let all = fields.len();
            fields.sort_unstable();
            fields.dedup();
            prop_assert_eq!(all, fields.len());
            let panels = placed.iter().flat_map(|row| &row.panels).map(|panel| panel.id.value);
            let mut ids: Vec<u32> = panels.chain(placed.iter().map(|row| row.id.value)).collect();
            let panels = ids.len();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(panels, ids.len());
        }
    }
}
