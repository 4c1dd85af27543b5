//! What is shown of objectives: what was reached, what is left of the budget, and how fast it burns.

use super::alerts::dashboard_uid;
use super::layout::{Draft, place};
use super::overview;
use crate::ir::System;
use crate::ir::Traced;
use crate::ir::choice::Domain;
use crate::ir::value::{Decimal, Text};
use crate::plan::monitoring::alerting::AlertPlan;
use crate::plan::monitoring::configurations::ObjectivePlan;
use crate::plan::monitoring::dashboards::{DashboardKind, DashboardPlan, PanelKind, PanelState, PanelUnit};
use crate::plan::monitoring::promql::{equals, quoted};
use crate::plan::monitoring::rules;
use crate::source::Scalar;

/// The most objectives that one dashboard shows with panels of their own.
const MOST_OBJECTIVES: usize = 24;

/// The objectives whose budgets burn fastest.
fn fastest(system: &System) -> Draft {
    let lines = overview::MOST_LINES;
    let burn = format!("topk({lines}, slo:current_burn_rate:ratio{{{}}})", of_system(system));
    Draft::new("Burn rates", PanelKind::Timeseries, PanelUnit::Count)
        .query(burn, "{{sloth_id}}")
        .about(format!("The {lines} highest. 1 spends the error budget evenly over the period."))
        .states(&[(Decimal::whole(1), PanelState::Warning), (Decimal::whole(6), PanelState::Bad)])
        .size(24, 12)
}

/// All objectives.
pub(super) fn dashboard(system: &System, objectives: &[ObjectivePlan], alerts: &[AlertPlan]) -> DashboardPlan {
    let mut rows: Vec<(Text, Vec<Draft>)> = vec![(report_title(system).into(), vec![report(system, objectives)])];
    // Of many, those that burn fastest; each component's own dashboard has the rest.
    if objectives.len() > MOST_OBJECTIVES {
        rows.push(("Fastest".into(), vec![fastest(system)]));
    }
    for objective in objectives.iter().filter(|_| objectives.len() <= MOST_OBJECTIVES) {
        let panels = panels(system, objective, alerts);
        match rows.last_mut().filter(|(title, _)| title.as_str() == objective.component.as_str()) {
            Some((_, row)) => row.extend(panels),
            None => rows.push((Text::new(objective.component.as_str()), panels)),
        }
    }
    DashboardPlan {
        origin: system.origin,
        uid: dashboard_uid(system, "objectives"),
        title: system.name.with(format!("{} / objectives", system.name)),
        kind: Traced::by_rule(DashboardKind::Objectives, rules::PANEL),
        description: Traced::by_rule(
            "What is left of each error budget, and how fast it burns.".to_owned(),
            rules::PANEL,
        ),
        component: None,
        datastore: None,
        variables: overview::environments(system),
        links: vec![overview::link(system), overview::all_components(system)],
        deployments: overview::deployments(system, None),
        rows: place(rows),
        nodes: Vec::new(),
        edges: Vec::new(),
    }
}

const fn report_title(system: &System) -> &'static str {
    match system.domain.value {
        Domain::Business => "Service level report",
        Domain::Protocol | Domain::Data | Domain::Realtime => "All objectives",
    }
}

/// One line an objective: what it asks for, what was reached, what is left.
fn report(system: &System, objectives: &[ObjectivePlan]) -> Draft {
    let all = |name: &str| {
        let series = format!("{name}{{{}}}", of_system(system));
        format!("max by (sloth_service, sloth_slo) ({series})")
    };
    let left = [(Decimal::whole(0), PanelState::Warning), (Decimal::new(25, 2), PanelState::Good)];
    let burn = [(Decimal::whole(1), PanelState::Warning), (Decimal::whole(6), PanelState::Bad)];
    let budget = all("slo:error_budget:ratio");
    let burned = all("slo:period_burn_rate:ratio");
    let lines = u32::try_from(objectives.len()).unwrap_or(u32::MAX).saturating_add(3);
    Draft::new("Objectives", PanelKind::Table, PanelUnit::Ratio)
        .about("Over each objective's own period. Below 0 of the budget, the objective is missed.")
        .labels(&["sloth_service", "sloth_slo"])
        .column(all("slo:objective:ratio"), "Objective", PanelUnit::Ratio, &[])
        .column(format!("1 - {budget} * {burned}"), "Reached", PanelUnit::Ratio, &[])
        .bad_below(all("slo:period_error_budget_remaining:ratio"), "Budget left", PanelUnit::Ratio, &left)
        .column(all("slo:current_burn_rate:ratio"), "Burn rate", PanelUnit::Count, &burn)
        .column(all("slo:time_period:days"), "Days", PanelUnit::Count, &[])
        .size(24, lines.clamp(5, 20))
}

/// The label matchers of what the rules of a system record in the chosen environment.
fn of_system(system: &System) -> String {
    format!("system={},environment=\"$environment_text\"", quoted(system.name.as_str()))
}

/// What was reached over the period, what is left of the budget, and how fast it burns now.
pub(super) fn panels(system: &System, objective: &ObjectivePlan, alerts: &[AlertPlan]) -> Vec<Draft> {
    let goal = objective.objective.value.0.shift(2);
    let own = ["{", &equals("sloth_id", &objective.sloth_id), ",", &of_system(system), "}"].concat();
    let over_period = ["1 - slo:sli_error:ratio_rate", &objective.period.write(), &own].concat();
    let left = ["slo:period_error_budget_remaining:ratio", &own].concat();
    let burn = ["(", &objective.error_ratio, ") / ", &objective.error_budget.write()].concat();
    let even = Decimal::whole(1);
    let page = objective.shown_window().map(|window| (window.factor.value, PanelState::Bad));
    let mut states = vec![(even, PanelState::Warning)];
    states.extend(page.filter(|(factor, _)| *factor > even));
    let own_alerts = alerts.iter().filter(|alert| alert.objective().is_some_and(|id| id.is(&objective.id)));
    vec![
        Draft::new(format!("{} over {}", objective.name, objective.period), PanelKind::Stat, PanelUnit::Ratio)
            .query(over_period, Text::new(objective.name.as_str()))
            .about(format!("{} % is the objective.", objective.objective))
            .states_from_bad(&[(goal, PanelState::Good)])
            .size(4, 8),
        Draft::new([objective.name.as_str(), " budget left"].concat(), PanelKind::Stat, PanelUnit::Ratio)
            .query(left, "left")
            .about("What is left of the error budget of the period. Below 0 the objective is missed.")
            .states_from_bad(&[(Decimal::whole(0), PanelState::Warning), (Decimal::new(25, 2), PanelState::Good)])
            .size(4, 8),
        Draft::new([objective.name.as_str(), " burn rate"].concat(), PanelKind::Timeseries, PanelUnit::Count)
            .query(burn, "burn rate")
            .about("1 spends the error budget evenly over the period.")
            .states(&states)
            .runbooks(own_alerts)
            .size(16, 8),
    ]
}
