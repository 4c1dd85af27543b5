//! One dashboard: what stands around its panels.

use std::borrow::Cow;

use super::constants::Leads;
use super::panel::{self, datasource};
use super::{Place, rules, text};
use crate::ir::{Origin, Traced};
use crate::output::Printed;
use crate::output::json::Writer;
use crate::plan::monitoring::dashboards::{DashboardLink, DashboardPlan, DashboardVariable};
use crate::targets::shared::header::header;
use crate::targets::shared::markdown;

/// The name of the variable that chooses the data source.
pub(super) const DATASOURCE: &str = "datasource";

/// The choice of all values at once.
const ALL: &str = "$__all";

/// When a variable's values are looked up: whenever the time changes, since instances come and go.
const ON_TIME_CHANGE: i64 = 2;
/// And for data sources: when the dashboard is opened.
const ON_LOAD: i64 = 1;
/// Values in alphabetical order.
const ALPHABETICAL: i64 = 1;
/// One crosshair over all panels.
const SHARED_CROSSHAIR: i64 = 1;

/// Writes the dashboard as Grafana reads it.
pub(super) fn document(place: Place<'_>, plan: &DashboardPlan, out: &mut Printed) {
    let (spec, origin) = (place.spec, Origin::rule(rules::DASHBOARD));
    let time = &spec.time;
    let system = &place.plans.infrastructure.templates.system;
    Writer::document(out, origin, |writer| {
        writer.text("uid", &plan.uid, plan.uid.origin);
        writer.text("title", &plan.title, plan.title.origin);
        writer.text("description", &note(place, plan), plan.description.origin);
        writer.list("tags", origin, |writer| {
            writer.element_text(system.name.as_str(), system.name.origin);
            writer.element_text(plan.kind.as_str(), plan.kind.origin);
        });
        writer.constant(&place.constants.behaviour, |writer| {
            writer.bool("editable", false, origin);
            writer.integer("graphTooltip", SHARED_CROSSHAIR, origin);
            writer.integer("schemaVersion", spec.schema_version.value, spec.schema_version.origin);
            writer.text("refresh", &time.refresh, time.refresh.origin);
            writer.inline("time", origin, |writer| {
                writer.text("from", &time.from, time.from.origin);
                writer.text("to", &time.to, time.to.origin);
            });
            writer.text("timezone", "browser", origin);
        });
        writer.list("links", origin, |writer| plan.links.iter().for_each(|plan| link(writer, place, plan)));
        writer.map("annotations", Origin::rule(rules::ANNOTATION), |writer| annotations(writer, place, plan));
        writer.map("templating", Origin::rule(rules::VARIABLE), |writer| variables(writer, place, plan));
        writer.list("panels", origin, |writer| {
            for row in &plan.rows {
                panel::row(writer, place, row);
                row.panels.iter().for_each(|shown| panel::panel(writer, place, plan, shown));
            }
        });
    });
}

/// What the dashboard is, and where it comes from: JSON has no comments.
fn note(place: Place<'_>, plan: &DashboardPlan) -> String {
    let header = header(&place.plans.infrastructure.templates.system);
    let mut note = plan.description.value.clone();
    for line in header {
        note.push('\n');
        note.push_str(&line);
    }
    note
}

/// Writes a link to another dashboard, to all of a kind, or to an address.
pub(super) fn link(writer: &mut Writer<'_>, place: Place<'_>, plan: &DashboardLink) {
    let origin = Origin::rule(rules::LINK);
    let system = &place.plans.infrastructure.templates.system;
    let (address, icon, leads) = match (&plan.dashboard, &plan.url) {
        (Some(uid), _) => (Some((Cow::Owned(["/d/", uid].concat()), uid.origin)), "dashboard", Leads::Dashboard),
        (None, Some(url)) => (Some((markdown::address(url), url.origin)), "doc", Leads::Address),
        (None, None) => (None, "external link", Leads::AllOfAKind),
    };
    let is_dashboard = !matches!(leads, Leads::Address);
    let constants = place.constants.of_link(leads);
    writer.element_inline(origin, |writer| {
        writer.text("title", &text::plain(&plan.title), plan.title.origin);
        writer.constant(&constants.before, |writer| {
            writer.text("type", if plan.kind.is_some() { "dashboards" } else { "link" }, origin);
            writer.text("icon", icon, origin);
            writer.text("tooltip", "", origin);
        });
        if let Some((address, origin)) = &address {
            writer.text("url", address, *origin);
        }
        let rest = |writer: &mut Writer<'_>| {
            writer.list("tags", origin, |writer| {
                // By the tags that the system's own dashboards have.
                if let Some(kind) = &plan.kind {
                    writer.element_text(system.name.as_str(), system.name.origin);
                    writer.element_text(kind.as_str(), kind.origin);
                }
            });
            writer.bool("asDropdown", plan.kind.is_some(), origin);
            writer.bool("targetBlank", !is_dashboard, origin);
            writer.bool("includeVars", is_dashboard, origin);
            writer.bool("keepTime", is_dashboard, origin);
        };
        if plan.kind.is_some() { rest(writer) } else { writer.constant(&constants.behind, rest) }
    });
}

fn annotations(writer: &mut Writer<'_>, place: Place<'_>, plan: &DashboardPlan) {
    let origin = Origin::rule(rules::ANNOTATION);
    let grafana = |writer: &mut Writer<'_>| {
        writer.inline("datasource", origin, |writer| {
            writer.text("type", "grafana", origin);
            writer.text("uid", "-- Grafana --", origin);
        });
    };
    writer.list("list", origin, |writer| {
        writer.constant(&place.constants.own_annotations, |writer| {
            writer.element(origin, |writer| {
                writer.integer("builtIn", 1, origin);
                writer.text("name", "Annotations & Alerts", origin);
                grafana(writer);
                writer.bool("enable", true, origin);
                writer.bool("hide", true, origin);
                color(writer, place, "neutral");
                writer.text("type", "dashboard", origin);
            });
        });
        if let Some(expression) = &plan.deployments {
            writer.element(origin, |writer| {
                writer.text("name", "Deployments", origin);
                datasource(writer, place);
                writer.bool("enable", true, origin);
                writer.bool("hide", false, origin);
                color(writer, place, "neutral");
                writer.map("target", origin, |writer| {
                    writer.text("refId", "Deployments", origin);
                    datasource(writer, place);
                    writer.text("expr", &text::query(expression, place), expression.origin);
                });
            });
        }
        // Those that the pipeline has posted, which every runtime has.
        writer.constant(&place.constants.releases, |writer| {
            writer.element(origin, |writer| {
                writer.text("name", "Releases", origin);
                grafana(writer);
                writer.bool("enable", true, origin);
                writer.bool("hide", false, origin);
                color(writer, place, "good");
                writer.map("target", origin, |writer| {
                    let system = &place.plans.infrastructure.templates.system;
                    let environment = &place.spec.environment_text;
                    writer.integer("limit", 100, origin);
                    writer.bool("matchAny", false, origin);
                    writer.inline_list("tags", environment.origin, |writer| {
                        writer.element_text("deployment", environment.origin);
                        writer.element_text(system.name.as_str(), system.name.origin);
                        writer.element_text(environment, environment.origin);
                    });
                    writer.text("type", "tags", origin);
                });
            });
        });
    });
}

fn color(writer: &mut Writer<'_>, place: Place<'_>, state: &str) {
    let color = place.spec.color(state);
    writer.text("iconColor", color.value, color.origin);
}

fn variables(writer: &mut Writer<'_>, place: Place<'_>, plan: &DashboardPlan) {
    let prometheus = &place.spec.prometheus;
    let origin = Origin::rule(rules::DATASOURCE);
    let asks = !plan.rows.is_empty()
        || plan.deployments.is_some()
        || plan.variables.iter().any(|variable| variable.series.is_some());
    writer.list("list", Origin::rule(rules::VARIABLE), |writer| {
        if asks {
            writer.constant(&place.constants.chosen_datasource, |writer| {
                writer.element(origin, |writer| {
                    writer.text("name", DATASOURCE, origin);
                    writer.text("label", "Data source", origin);
                    writer.text("type", "datasource", origin);
                    writer.text("query", &prometheus.kind, prometheus.kind.origin);
                    option(writer, Some("current"), &prometheus.name, &prometheus.uid);
                    writer.bool("includeAll", false, origin);
                    writer.bool("multi", false, origin);
                    writer.list("options", origin, |_| ());
                    writer.integer("refresh", ON_LOAD, origin);
                });
            });
        }
        for variable in &plan.variables {
            writer.element(Origin::rule(rules::VARIABLE), |writer| match &variable.series {
                Some(series) => looked_up(writer, place, variable, series),
                None => listed(writer, variable),
            });
        }
    });
}

/// Writes one value of a variable, as an entry or as an element.
fn option(writer: &mut Writer<'_>, key: Option<&'static str>, text: &Traced<String>, value: &Traced<String>) {
    let entries = |writer: &mut Writer<'_>| {
        writer.text("text", text, text.origin);
        writer.text("value", value, value.origin);
    };
    match key {
        Some(key) => writer.inline(key, Origin::rule(rules::VARIABLE), entries),
        None => writer.element_inline(Origin::rule(rules::VARIABLE), entries),
    }
}

/// A variable whose values the plan knows.
fn listed(writer: &mut Writer<'_>, plan: &DashboardVariable) {
    let origin = Origin::rule(rules::VARIABLE);
    // `text : value`, with commas between: both are names of the plan, which have neither.
    let query: Vec<String> = plan.values.iter().map(|value| format!("{} : {}", value.text, value.value)).collect();
    variable(writer, plan, "custom");
    writer.text("query", &query.join(", "), origin);
    if let Some(first) = plan.values.first() {
        option(writer, Some("current"), &first.text, &first.value);
    }
    writer.list("options", plan.origin, |writer| {
        plan.values.iter().for_each(|value| option(writer, None, &value.text, &value.value));
    });
}

/// A variable whose values are those of a label.
fn looked_up(writer: &mut Writer<'_>, place: Place<'_>, plan: &DashboardVariable, series: &Traced<String>) {
    let origin = Origin::rule(rules::VARIABLE);
    let label = plan.label.as_ref().map_or("", |label| label.as_str());
    let query = format!("label_values({}, {label})", text::query(series, place));
    variable(writer, plan, "query");
    datasource(writer, place);
    writer.map("query", origin, |writer| {
        writer.text("query", &query, series.origin);
        writer.text("refId", "Values", origin);
    });
    writer.inline("current", origin, |writer| {
        writer.list("text", plan.origin, |writer| writer.element_text("All", plan.origin));
        writer.list("value", plan.origin, |writer| writer.element_text(ALL, plan.origin));
    });
    writer.bool("includeAll", true, origin);
    writer.text("allValue", ".*", origin);
    writer.list("options", plan.origin, |_| ());
    writer.integer("refresh", ON_TIME_CHANGE, origin);
    writer.integer("sort", ALPHABETICAL, origin);
}

fn variable(writer: &mut Writer<'_>, plan: &DashboardVariable, kind: &'static str) {
    let origin = Origin::rule(rules::VARIABLE);
    let mut label = plan.name.value.clone();
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    writer.text("name", &plan.name, plan.name.origin);
    writer.text("label", &label, origin);
    writer.text("type", kind, origin);
    writer.bool("multi", plan.multiple.value, plan.multiple.origin);
}
