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
    inline(by(rules::DATASOURCE).with("type", Doc::traced(&place.spec.prometheus.kind)).text("uid", chosen))
}

/// A row's title.
pub(super) fn row(place: Place<'_>, plan: &RowPlan) -> Doc {
    let at = |value: u32| Traced::new(value, plan.y.origin);
    by(rules::ROW)
        .with("id", number(&plan.id))
        .with("type", kind(place, "row"))
        .with("title", title(&plan.title))
        .bool("collapsed", false)
        .with("gridPos", grid(&at(0), &plan.y, &at(COLUMNS), &at(1)))
        .with("panels", Doc::list([], Origin::rule(rules::ROW)))
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
        .with("id", number(&plan.id))
        .with("type", kind(place, plan.kind.as_str()))
        .with("title", title(&plan.title))
        .with_some("description", description.map(|about| Doc::Text(text::description(about).into(), about.origin)))
        .with("gridPos", grid(&plan.x, &plan.y, &plan.width, &plan.height))
        .with("datasource", datasource(place))
        .with_some("links", (!links.is_empty()).then(|| Doc::list(links, plan.origin)))
        .with("fieldConfig", field_config(place, plan))
        .with("options", options)
        .with("targets", Doc::list(targets(place, plan, selector), plan.origin))
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
    let place = Map::new(x.origin).with("x", number(x)).with("y", number(y));
    inline(place.with("w", number(width)).with("h", number(height)))
}

fn targets<'a>(place: Place<'a>, plan: &'a PanelPlan, selector: &'a str) -> impl Iterator<Item = Doc> + 'a {
    // A number and a table show what is now.
    let is_instant = !matches!(plan.kind.value, PanelKind::Timeseries);
    plan.queries.iter().enumerate().map(move |(index, query)| {
        let expression = text::query(&query.expression, selector, place.spec);
        let target = by(rules::PANEL)
            .text("refId", reference(index))
            .with("expr", Doc::Text(expression.into(), query.expression.origin))
            .with("legendFormat", Doc::Text(text::plain(&query.legend).into_owned().into(), query.legend.origin))
            .text("editorMode", "code");
        let target = if is_instant { target.bool("instant", true) } else { target.bool("range", true) };
        if plan.kind.value == PanelKind::Table { target.text("format", "table") } else { target }.into()
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
        .with("color", inline(by(rules::PANEL).text("mode", mode)))
        .with("unit", Doc::Text(unit.value.to_owned().into(), plan.unit.origin));
    if plan.kind.value == PanelKind::Timeseries {
        defaults.put("custom", timeseries_style(!plan.thresholds.is_empty()));
    }
    if !plan.thresholds.is_empty() {
        defaults.put("thresholds", thresholds(place, &plan.thresholds, plan.origin));
    }
    let overrides = if plan.kind.value == PanelKind::Table { table::overrides(place, plan) } else { Vec::new() };
    by(rules::PANEL).with("defaults", defaults).with("overrides", Doc::list(overrides, plan.origin)).into()
}

/// What values mean, as colours.
pub(super) fn thresholds(place: Place<'_>, plans: &[ThresholdPlan], origin: Origin) -> Doc {
    let steps = Doc::list(plans.iter().map(|step| threshold(place, step)), origin);
    by(rules::PANEL).text("mode", "absolute").with("steps", steps).into()
}

fn threshold(place: Place<'_>, plan: &ThresholdPlan) -> Doc {
    let color = place.spec.color(plan.state.as_str());
    let from = plan.from.as_ref().map_or(Doc::Null(plan.origin), |from| Doc::Number(from.value, from.origin));
    inline(
        Map::new(plan.origin).with("value", from).with("color", Doc::Text(color.value.to_owned().into(), color.origin)),
    )
}

fn timeseries_style(has_thresholds: bool) -> Map {
    let style = by(rules::PANEL).integer("fillOpacity", 10).integer("lineWidth", 1).text("showPoints", "never");
    if has_thresholds { style.with("thresholdsStyle", inline(by(rules::PANEL).text("mode", "dashed"))) } else { style }
}

fn timeseries_options() -> Map {
    let none = Doc::list([], Origin::rule(rules::PANEL));
    let legend = by(rules::PANEL)
        .bool("showLegend", true)
        .text("displayMode", "list")
        .text("placement", "bottom")
        .with("calcs", none);
    let tooltip = by(rules::PANEL).text("mode", "multi").text("sort", "desc");
    by(rules::PANEL).with("legend", inline(legend)).with("tooltip", inline(tooltip))
}

/// The last value of a series stands for it.
fn reduce() -> Doc {
    let origin = Origin::rule(rules::PANEL);
    let calcs = Doc::list([Doc::text("lastNotNull", origin)], origin);
    inline(by(rules::PANEL).with("calcs", calcs).text("fields", "").bool("values", false))
}

fn stat_options() -> Map {
    by(rules::PANEL)
        .with("reduceOptions", reduce())
        .text("colorMode", "value")
        .text("graphMode", "none")
        .text("justifyMode", "auto")
        .text("orientation", "auto")
        .text("percentChangeColorMode", "standard")
        .bool("showPercentChange", false)
        .text("textMode", "auto")
        .bool("wideLayout", true)
}

fn gauge_options() -> Map {
    by(rules::PANEL)
        .with("reduceOptions", reduce())
        .integer("minVizHeight", 75)
        .integer("minVizWidth", 75)
        .text("orientation", "auto")
        .bool("showThresholdLabels", false)
        .bool("showThresholdMarkers", true)
        .text("sizing", "auto")
}

fn table_options() -> Map {
    by(rules::PANEL).bool("showHeader", true)
}
