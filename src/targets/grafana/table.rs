//! A table: one row for each value of its labels, one column a query.

use std::borrow::Cow;

use super::{Place, panel, rules, text};
use crate::ir::value::Text;
use crate::ir::{Origin, Traced};
use crate::output::json::Writer;
use crate::plan::monitoring::dashboards::{PanelPlan, QueryPlan};

/// A column: the name that Grafana gives it, its title, and where that comes from.
type Column<'a> = (Cow<'a, str>, Cow<'a, str>, Origin);

/// Writes what brings the answers of all queries into one table, and leaves labels and columns in the plan's order.
pub(super) fn transformations(writer: &mut Writer<'_>, plan: &PanelPlan) {
    let origin = plan.origin;
    let columns: Vec<Column<'_>> =
        plan.labels.iter().map(label).chain(plan.queries.iter().enumerate().flat_map(values)).collect();
    let step = |writer: &mut Writer<'_>, id: &str, options: &dyn Fn(&mut Writer<'_>)| {
        writer.element(origin, |writer| {
            writer.text("id", id, origin);
            writer.map("options", origin, |writer| options(writer));
        });
    };
    writer.list("transformations", origin, |writer| {
        step(writer, "merge", &|_| ());
        step(writer, "filterFieldsByName", &|writer| {
            writer.map("include", origin, |writer| {
                writer.list("names", origin, |writer| {
                    columns.iter().for_each(|(name, ..)| writer.element_text(name, origin));
                });
            });
        });
        step(writer, "organize", &|writer| {
            writer.map("indexByName", origin, |writer| {
                (0..).zip(&columns).for_each(|(index, (name, ..))| writer.integer_of(name, index, origin));
            });
            writer.map("renameByName", origin, |writer| {
                columns.iter().for_each(|(name, title, origin)| writer.text_of(name, title, *origin));
            });
        });
    });
}

/// A label's column.
fn label(label: &Traced<Text>) -> Column<'_> {
    let title = match label.as_str() {
        "job" | "sloth_service" => Cow::Borrowed("Component"),
        "alertname" => Cow::Borrowed("Alert"),
        "sloth_slo" => Cow::Borrowed("Name"),
        other => Cow::Owned(capital(other)),
    };
    (Cow::Borrowed(label.as_str()), title, label.origin)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The columns that a query may have: Grafana numbers them only where there are several.
fn values((index, query): (usize, &QueryPlan)) -> Vec<Column<'_>> {
    let column = |name: Cow<'static, str>| (name, text::plain(&query.legend), query.legend.origin);
    let mut columns = vec![column(Cow::Owned(format!("Value #{}", panel::reference(index))))];
    if index == 0 {
        columns.push(column(Cow::Borrowed("Value")));
    }
    columns
}

/// Writes the unit of each column, and what its values mean.
pub(super) fn overrides(writer: &mut Writer<'_>, place: Place<'_>, plan: &PanelPlan) {
    for query in &plan.queries {
        let Some(unit) = &query.unit else { continue };
        writer.element(query.origin, |writer| {
            of_column(writer, &text::plain(&query.legend), query.legend.origin);
            writer.list("properties", query.origin, |writer| {
                let name = place.spec.unit(unit.as_str());
                property(writer, "unit", &|writer| writer.text("value", name.value, unit.origin));
                if query.thresholds.is_empty() {
                    return;
                }
                let ours = Origin::rule(rules::PANEL);
                property(writer, "thresholds", &|writer| {
                    writer.map("value", ours, |writer| {
                        panel::thresholds(writer, place, &query.thresholds, query.origin);
                    });
                });
                for (id, key, text) in [("color", "mode", "thresholds"), ("custom.cellOptions", "type", "color-text")] {
                    property(writer, id, &|writer| {
                        writer.map("value", ours, |writer| writer.text(key, text, ours));
                    });
                }
            });
        });
    }
    if let (Some(prefix), Some(first)) = (&plan.leads_to, plan.labels.first()) {
        let url = format!("/d/{prefix}${{__value.raw}}?${{environment:queryparam}}&${{__url_time_range}}");
        let (_, title, origin) = label(first);
        writer.element(prefix.origin, |writer| {
            of_column(writer, &title, origin);
            writer.list("properties", prefix.origin, |writer| {
                property(writer, "links", &|writer| {
                    writer.list("value", prefix.origin, |writer| {
                        writer.element(Origin::rule(rules::LINK), |writer| {
                            writer.text("title", "Open its dashboard", Origin::rule(rules::LINK));
                            writer.text("url", &url, prefix.origin);
                        });
                    });
                });
            });
        });
    }
}

/// Writes which column is meant.
fn of_column(writer: &mut Writer<'_>, title: &str, origin: Origin) {
    let ours = Origin::rule(rules::PANEL);
    writer.inline("matcher", ours, |writer| {
        writer.text("id", "byName", ours);
        writer.text("options", title, origin);
    });
}

fn property(writer: &mut Writer<'_>, id: &str, value: &dyn Fn(&mut Writer<'_>)) {
    let ours = Origin::rule(rules::PANEL);
    writer.element_inline(ours, |writer| {
        writer.text("id", id, ours);
        value(writer);
    });
}
