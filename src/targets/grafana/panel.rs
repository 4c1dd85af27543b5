//! One panel: its place, its queries, and what its values mean.

use super::{Place, canvas, dashboard, rules, table, text};
use crate::ir::{Origin, Traced};
use crate::output::doc::Style;
use crate::output::{Doc, Map};
use crate::plan::monitoring::dashboards::{DashboardPlan, PanelKind, PanelPlan, RowPlan, ThresholdPlan};
use crate::targets::shared::value::{by, number};

/// Columns of a dashboard.
const COLUMNS: u32 = 24;

/// A mapping in one line.
pub(super) fn inline(mut map: Map) -> Doc {
    map.style = Style::Flow;
    map.into()
}

/// A list in one line.
pub(super) fn inline_list(elements: impl IntoIterator<Item = Doc>, origin: Origin) -> Doc {
    Doc::List(elements.into_iter().collect(), Style::Flow, origin)
}

/// The data source that the viewer has chosen.
pub(super) fn datasource(place: Place<'_>) -> Doc {
    let chosen = format!("${{{}}}", dashboard::DATASOURCE);
    inline(by(rules::DATASOURCE).add("type", Doc::traced(&place.spec.prometheus.kind)).text("uid", chosen))
}

/// A row's title.
pub(super) fn row(place: Place<'_>, plan: &RowPlan) -> Doc {
    let at = |value: u32| Traced::new(value, plan.y.origin);
    by(rules::ROW)
        .add("id", number(&plan.id))
        .add("type", kind(place, "row"))
        .add("title", title(&plan.title))
        .bool("collapsed", false)
        .add("gridPos", grid(&at(0), &plan.y, &at(COLUMNS), &at(1)))
        .add("panels", Doc::list([], Origin::rule(rules::ROW)))
        .into()
}

/// A panel.
pub(super) fn panel(place: Place<'_>, dashboard: &DashboardPlan, plan: &PanelPlan, selector: &str) -> Doc {
    let options = match plan.kind.value {
        PanelKind::Timeseries => timeseries_options(),
        PanelKind::Stat => stat_options(),
        PanelKind::Gauge => gauge_options(),
        PanelKind::Table => table_options(),
        PanelKind::Graph => canvas::options(place, dashboard),
    };
    let links: Vec<Doc> = plan.links.iter().map(|plan| dashboard::link(place, plan)).collect();
    let description = plan.description.as_ref();
    Map::new(plan.origin)
        .add("id", number(&plan.id))
        .add("type", kind(place, plan.kind.as_str()))
        .add("title", title(&plan.title))
        .with_some("description", description.map(|about| Doc::Text(text::description(about).into(), about.origin)))
        .add("gridPos", grid(&plan.x, &plan.y, &plan.width, &plan.height))
        .add("datasource", datasource(place))
        .with_some("links", (!links.is_empty()).then(|| Doc::list(links, plan.origin)))
        .add("fieldConfig", field_config(place, plan))
        .add("options", options)
        .add("targets", Doc::list(targets(place, plan, selector), plan.origin))
        .with_some("transformations", (plan.kind.value == PanelKind::Table).then(|| table::transformations(plan)))
        .into()
}

fn kind(place: Place<'_>, kind: &str) -> Doc {
    let kind = place.spec.panel(kind);
    Doc::Text(kind.value.to_owned().into(), kind.origin)
}

fn title(title: &Traced<String>) -> Doc {
    Doc::Text(text::plain(title).into_owned().into(), title.origin)
}

fn grid(x: &Traced<u32>, y: &Traced<u32>, width: &Traced<u32>, height: &Traced<u32>) -> Doc {
    let place = Map::new(x.origin).add("x", number(x)).add("y", number(y));
    inline(place.add("w", number(width)).add("h", number(height)))
}

fn targets<'a>(place: Place<'a>, plan: &'a PanelPlan, selector: &'a str) -> impl Iterator<Item = Doc> + 'a {
    // A number and a table show what is now.
    let is_instant = !matches!(plan.kind.value, PanelKind::Timeseries);
    plan.queries.iter().enumerate().map(move |(index, query)| {
        let expression = text::query(&query.expression, selector, place.spec);
        let target = by(rules::PANEL)
            .text("refId", reference(index))
            .add("expr", Doc::Text(expression.into(), query.expression.origin))
            .add("legendFormat", Doc::Text(text::plain(&query.legend).into_owned().into(), query.legend.origin));
        let target = if is_instant { target.bool("instant", true) } else { target };
        inline(if plan.kind.value == PanelKind::Table { target.text("format", "table") } else { target })
    })
}

/// The letter by which a query is known: `A` to `Z`, then `A1` and so on.
pub(super) fn reference(index: usize) -> String {
    let letter = char::from(b'A' + (index % 26) as u8);
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26) }
}

fn field_config(place: Place<'_>, plan: &PanelPlan) -> Doc {
    let unit = place.spec.unit(plan.unit.as_str());
    let shows_state = matches!(plan.kind.value, PanelKind::Stat | PanelKind::Gauge | PanelKind::Graph);
    let mode = if shows_state { "thresholds" } else { "palette-classic" };
    let mut defaults = by(rules::PANEL)
        .add("color", inline(by(rules::PANEL).text("mode", mode)))
        .add("unit", Doc::Text(unit.value.to_owned().into(), plan.unit.origin));
    if plan.kind.value == PanelKind::Timeseries {
        defaults.put("custom", inline(timeseries_style(!plan.thresholds.is_empty())));
    }
    if !plan.thresholds.is_empty() {
        defaults.put("thresholds", thresholds(place, &plan.thresholds, plan.origin));
    }
    let overrides = if plan.kind.value == PanelKind::Table { table::overrides(place, plan) } else { Vec::new() };
    by(rules::PANEL).add("defaults", defaults).add("overrides", Doc::list(overrides, plan.origin)).into()
}

/// What values mean, as colours.
pub(super) fn thresholds(place: Place<'_>, plans: &[ThresholdPlan], origin: Origin) -> Doc {
    let steps = Doc::list(plans.iter().map(|step| threshold(place, step)), origin);
    by(rules::PANEL).text("mode", "absolute").add("steps", steps).into()
}

fn threshold(place: Place<'_>, plan: &ThresholdPlan) -> Doc {
    let color = place.spec.color(plan.state.as_str());
    let from = plan.from.as_ref().map_or(Doc::Null(plan.origin), |from| Doc::Number(from.value, from.origin));
    inline(
        Map::new(plan.origin).add("value", from).add("color", Doc::Text(color.value.to_owned().into(), color.origin)),
    )
}

fn timeseries_style(has_thresholds: bool) -> Map {
    let style = by(rules::PANEL).integer("fillOpacity", 10).integer("lineWidth", 1).text("showPoints", "never");
    if has_thresholds { style.add("thresholdsStyle", inline(by(rules::PANEL).text("mode", "dashed"))) } else { style }
}

/// What Grafana does by itself is left out, here and below.
fn timeseries_options() -> Map {
    let tooltip = by(rules::PANEL).text("mode", "multi").text("sort", "desc");
    by(rules::PANEL).add("tooltip", inline(tooltip))
}

/// The last value of a series stands for it.
fn reduce() -> Doc {
    let origin = Origin::rule(rules::PANEL);
    let calcs = Doc::list([Doc::text("lastNotNull", origin)], origin);
    inline(by(rules::PANEL).add("calcs", calcs).text("fields", "").bool("values", false))
}

fn stat_options() -> Map {
    by(rules::PANEL).add("reduceOptions", reduce()).text("colorMode", "value").text("graphMode", "none")
}

fn gauge_options() -> Map {
    by(rules::PANEL).add("reduceOptions", reduce())
}

fn table_options() -> Map {
    by(rules::PANEL).bool("showHeader", true)
}
