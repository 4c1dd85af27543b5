//! A table: one row for each value of its labels, one column a query.

use super::{Place, panel, rules, text};
use crate::ir::Traced;
use crate::output::{Doc, Map};
use crate::plan::monitoring::dashboards::{PanelPlan, QueryPlan};
use crate::targets::shared::value::by;

/// Brings the answers of all queries into one table, and leaves labels and columns in the plan's order.
pub(super) fn transformations(plan: &PanelPlan) -> Doc {
    let map = || Map::new(plan.origin);
    let step = |id: &'static str, options: Map| Doc::from(map().text("id", id).add("options", options));
    let columns: Vec<(String, Doc)> =
        plan.labels.iter().map(label).chain(plan.queries.iter().enumerate().flat_map(values)).collect();
    let names = Doc::list(columns.iter().map(|(name, _)| Doc::text(name.clone(), plan.origin)), plan.origin);
    let mut order = map();
    let mut titles = map();
    for (index, (name, title)) in (0..).zip(columns) {
        order.put(name.clone(), Doc::Integer(index, plan.origin));
        titles.put(name, title);
    }
    Doc::list(
        [
            step("merge", map()),
            step("filterFieldsByName", map().add("include", map().add("names", names))),
            step("organize", map().add("indexByName", order).add("renameByName", titles)),
        ],
        plan.origin,
    )
}

/// A label's column and its title.
fn label(label: &Traced<String>) -> (String, Doc) {
    let title = match label.as_str() {
        "job" | "sloth_service" => "Component",
        "alertname" => "Alert",
        "sloth_slo" => "Name",
        other => return (other.to_owned(), Doc::Text(capital(other).into(), label.origin)),
    };
    (label.value.clone(), Doc::text(title, label.origin))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The names that a query's column may have: Grafana numbers them only where there are several.
fn values((index, query): (usize, &QueryPlan)) -> Vec<(String, Doc)> {
    let title = || Doc::Text(text::plain(&query.legend).into_owned().into(), query.legend.origin);
    let mut names = vec![(format!("Value #{}", panel::reference(index)), title())];
    if index == 0 {
        names.push(("Value".to_owned(), title()));
    }
    names
}

/// The unit of each column, and what its values mean.
pub(super) fn overrides(place: Place<'_>, plan: &PanelPlan) -> Vec<Doc> {
    let column = |query: &QueryPlan| {
        let unit = query.unit.as_ref()?;
        let name = place.spec.unit(unit.as_str());
        let mut properties = vec![property("unit", Doc::Text(name.value.to_owned().into(), unit.origin))];
        if !query.thresholds.is_empty() {
            properties.push(property("thresholds", panel::thresholds(place, &query.thresholds, query.origin)));
            properties.push(property("color", panel::inline(by(rules::PANEL).text("mode", "thresholds"))));
            let cell = by(rules::PANEL).text("type", "color-text");
            properties.push(property("custom.cellOptions", panel::inline(cell)));
        }
        let title = Doc::Text(text::plain(&query.legend).into_owned().into(), query.legend.origin);
        let matcher = panel::inline(by(rules::PANEL).text("id", "byName").add("options", title));
        let properties = Doc::list(properties, query.origin);
        Some(Doc::from(Map::new(query.origin).add("matcher", matcher).add("properties", properties)))
    };
    let mut overrides: Vec<Doc> = plan.queries.iter().filter_map(column).collect();
    if let (Some(prefix), Some(first)) = (&plan.leads_to, plan.labels.first()) {
        let url = prefix.with(format!("/d/{prefix}${{__value.raw}}?${{environment:queryparam}}&${{__url_time_range}}"));
        let link =
            by(rules::LINK).text("title", "Open its dashboard").add("url", Doc::Text(url.value.into(), url.origin));
        let matcher = panel::inline(by(rules::PANEL).text("id", "byName").add("options", label(first).1));
        let links = Doc::list([link.into()], prefix.origin);
        let properties = Doc::list([property("links", links)], prefix.origin);
        overrides.push(Map::new(prefix.origin).add("matcher", matcher).add("properties", properties).into());
    }
    overrides
}

fn property(id: &'static str, value: Doc) -> Doc {
    panel::inline(by(rules::PANEL).text("id", id).add("value", value))
}
