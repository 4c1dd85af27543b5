//! One panel: its place, its queries, and what its values mean.

use std::borrow::Cow;

use super::{Place, canvas, dashboard, rules, table, text};
use crate::ir::value::Text;
use crate::ir::{Origin, Traced};
use crate::output::json::Writer;
use crate::plan::monitoring::dashboards::{DashboardPlan, PanelKind, PanelPlan, RowPlan, ThresholdPlan};

/// Columns of a dashboard.
const COLUMNS: u32 = 24;

/// The value of the data source that the viewer has chosen.
const CHOSEN: &str = "${datasource}";

/// Where what no plan says comes from.
fn ours() -> Origin {
    Origin::rule(rules::PANEL)
}

/// Writes the data source that the viewer has chosen.
pub(super) fn datasource(writer: &mut Writer<'_>, place: Place<'_>) {
    debug_assert_eq!(CHOSEN, format!("${{{}}}", dashboard::DATASOURCE));
    let (origin, kind) = (Origin::rule(rules::DATASOURCE), &place.spec.prometheus.kind);
    writer.inline("datasource", origin, |writer| {
        writer.text("type", kind, kind.origin);
        writer.text("uid", CHOSEN, origin);
    });
}

/// Writes a row's title.
pub(super) fn row(writer: &mut Writer<'_>, place: Place<'_>, plan: &RowPlan) {
    let at = |value: u32| Traced::new(value, plan.y.origin);
    let origin = Origin::rule(rules::ROW);
    writer.element(origin, |writer| {
        writer.integer("id", plan.id.value, plan.id.origin);
        writer.constant(&place.constants.row, |writer| kind(writer, place, "row"));
        title(writer, &plan.title);
        writer.bool("collapsed", false, origin);
        grid(writer, &at(0), &plan.y, &at(COLUMNS), &at(1));
        writer.list("panels", origin, |_| ());
    });
}

/// Writes a panel.
pub(super) fn panel(writer: &mut Writer<'_>, place: Place<'_>, dashboard: &DashboardPlan, plan: &PanelPlan) {
    let constants = place.constants.of_kind(plan.kind.value);
    writer.element(plan.origin, |writer| {
        writer.integer("id", plan.id.value, plan.id.origin);
        writer.constant(&constants.kind, |writer| kind(writer, place, plan.kind.as_str()));
        title(writer, &plan.title);
        if let Some(about) = &plan.description {
            writer.text("description", &text::description(about), about.origin);
        }
        grid(writer, &plan.x, &plan.y, &plan.width, &plan.height);
        writer.constant(&place.constants.datasource, |writer| datasource(writer, place));
        if !plan.links.is_empty() {
            writer.list("links", plan.origin, |writer| {
                plan.links.iter().for_each(|plan| dashboard::link(writer, place, plan));
            });
        }
        field_config(writer, place, plan);
        match plan.kind.value {
            // A drawing is its dashboard's own.
            PanelKind::Graph => options(writer, place, dashboard, plan),
            _ => writer.constant(&constants.options, |writer| options(writer, place, dashboard, plan)),
        }
        writer.list("targets", plan.origin, |writer| targets(writer, place, plan));
        if plan.kind.value == PanelKind::Table {
            table::transformations(writer, plan);
        }
    });
}

fn kind(writer: &mut Writer<'_>, place: Place<'_>, kind: &str) {
    let kind = place.spec.panel(kind);
    writer.text("type", kind.value, kind.origin);
}

fn title(writer: &mut Writer<'_>, title: &Traced<Text>) {
    writer.text("title", &text::plain(title), title.origin);
}

fn grid(writer: &mut Writer<'_>, x: &Traced<u32>, y: &Traced<u32>, width: &Traced<u32>, height: &Traced<u32>) {
    writer.inline("gridPos", x.origin, |writer| {
        for (key, number) in [("x", x), ("y", y), ("w", width), ("h", height)] {
            writer.integer(key, number.value, number.origin);
        }
    });
}

fn targets(writer: &mut Writer<'_>, place: Place<'_>, plan: &PanelPlan) {
    // A number and a table show what is now.
    let is_instant = !matches!(plan.kind.value, PanelKind::Timeseries);
    for (index, query) in plan.queries.iter().enumerate() {
        writer.element_inline(ours(), |writer| {
            let letter = |writer: &mut Writer<'_>| writer.text("refId", &reference(index), ours());
            match place.constants.letters.get(index) {
                Some(constant) => writer.constant(constant, letter),
                None => letter(writer),
            }
            let expression = &query.expression;
            writer.made("expr", expression.origin, |out| text::push_query(out, expression, place));
            writer.text("legendFormat", &text::plain(&query.legend), query.legend.origin);
            writer.constant(&place.constants.of_kind(plan.kind.value).form, |writer| {
                if is_instant {
                    writer.bool("instant", true, ours());
                }
                if plan.kind.value == PanelKind::Table {
                    writer.text("format", "table", ours());
                }
            });
        });
    }
}

/// The letter by which a query is known: `A` to `Z`, then `A1` and so on.
pub(super) fn reference(index: usize) -> Cow<'static, str> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let at = index % LETTERS.len();
    let letter = &LETTERS[at..=at];
    match index / LETTERS.len() {
        0 => Cow::Borrowed(letter),
        round => Cow::Owned(format!("{letter}{round}")),
    }
}

fn field_config(writer: &mut Writer<'_>, place: Place<'_>, plan: &PanelPlan) {
    let constants = place.constants.of_kind(plan.kind.value);
    // A table says more of each of its columns.
    let is_table = plan.kind.value == PanelKind::Table;
    if plan.thresholds.is_empty() && !is_table {
        let constant = &constants.plain[plan.unit.value as usize];
        return writer.constant(constant, |writer| {
            writer.map("fieldConfig", ours(), |writer| {
                writer.map("defaults", ours(), |writer| defaults(writer, place, plan));
                writer.list("overrides", plan.origin, |_| ());
            });
        });
    }
    writer.map("fieldConfig", ours(), |writer| {
        writer.map("defaults", ours(), |writer| {
            if plan.thresholds.is_empty() {
                return defaults(writer, place, plan);
            }
            let constant = &constants.with_states[plan.unit.value as usize];
            writer.constant(constant, |writer| defaults(writer, place, plan));
            writer.map("thresholds", ours(), |writer| thresholds(writer, place, &plan.thresholds, plan.origin));
        });
        writer.list("overrides", plan.origin, |writer| {
            if is_table {
                table::overrides(writer, place, plan);
            }
        });
    });
}

/// Writes how all values of a panel are shown.
fn defaults(writer: &mut Writer<'_>, place: Place<'_>, plan: &PanelPlan) {
    let unit = place.spec.unit(plan.unit.as_str());
    let shows_state = matches!(plan.kind.value, PanelKind::Stat | PanelKind::Gauge | PanelKind::Graph);
    let mode = if shows_state { "thresholds" } else { "palette-classic" };
    writer.inline("color", ours(), |writer| writer.text("mode", mode, ours()));
    writer.text("unit", unit.value, plan.unit.origin);
    if plan.kind.value == PanelKind::Timeseries {
        writer.inline("custom", ours(), |writer| timeseries_style(writer, !plan.thresholds.is_empty()));
    }
}

/// Writes what values mean, as colours.
pub(super) fn thresholds(writer: &mut Writer<'_>, place: Place<'_>, plans: &[ThresholdPlan], origin: Origin) {
    writer.text("mode", "absolute", ours());
    writer.list("steps", origin, |writer| plans.iter().for_each(|step| threshold(writer, place, step)));
}

fn threshold(writer: &mut Writer<'_>, place: Place<'_>, plan: &ThresholdPlan) {
    let constants = place.constants.of_state(plan.state.value);
    let color = |writer: &mut Writer<'_>| {
        let color = place.spec.color(plan.state.as_str());
        writer.text("color", color.value, color.origin);
    };
    match &plan.from {
        Some(from) => writer.element_inline(plan.origin, |writer| {
            writer.number("value", from.value, from.origin);
            writer.constant(&constants.color, color);
        }),
        None => writer.constant(&constants.lowest, |writer| {
            writer.element_inline(plan.origin, |writer| {
                writer.null("value", plan.origin);
                color(writer);
            });
        }),
    }
}

fn timeseries_style(writer: &mut Writer<'_>, has_thresholds: bool) {
    writer.integer("fillOpacity", 10, ours());
    writer.integer("lineWidth", 1, ours());
    writer.text("showPoints", "never", ours());
    if has_thresholds {
        writer.map("thresholdsStyle", ours(), |writer| writer.text("mode", "dashed", ours()));
    }
}

/// What Grafana does by itself is left out.
fn options(writer: &mut Writer<'_>, place: Place<'_>, dashboard: &DashboardPlan, plan: &PanelPlan) {
    writer.map(
        "options",
        if plan.kind.value == PanelKind::Graph { canvas::ours() } else { ours() },
        |writer| match plan.kind.value {
            PanelKind::Timeseries => writer.inline("tooltip", ours(), |writer| {
                writer.text("mode", "multi", ours());
                writer.text("sort", "desc", ours());
            }),
            PanelKind::Stat => {
                reduce(writer);
                writer.text("colorMode", "value", ours());
                writer.text("graphMode", "none", ours());
            }
            PanelKind::Gauge => reduce(writer),
            PanelKind::Table => writer.bool("showHeader", true, ours()),
            PanelKind::Graph => canvas::options(writer, place, dashboard),
        },
    );
}

/// The last value of a series stands for it.
fn reduce(writer: &mut Writer<'_>) {
    writer.inline("reduceOptions", ours(), |writer| {
        writer.list("calcs", ours(), |writer| writer.element_text("lastNotNull", ours()));
        writer.text("fields", "", ours());
        writer.bool("values", false, ours());
    });
}
