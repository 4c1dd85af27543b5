//! One dashboard: what stands around its panels.

use super::panel::{self, datasource, inline};
use super::{Place, rules, text};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::monitoring::dashboards::{DashboardLink, DashboardPlan, DashboardVariable};
use crate::targets::shared::header::header;
use crate::targets::shared::markdown;
use crate::targets::shared::value::{by, flag, number};

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

/// The dashboard as Grafana reads it.
pub(super) fn document(place: Place<'_>, plan: &DashboardPlan) -> Doc {
    let spec = place.spec;
    let time = &spec.time;
    let selector = place.plans.monitoring.dashboards.selector.as_str();
    let mut panels = Vec::new();
    for row in &plan.rows {
        panels.push(panel::row(place, row));
        panels.extend(row.panels.iter().map(|panel| panel::panel(place, plan, panel, selector)));
    }
    let system = &place.plans.infrastructure.templates.system;
    let links = plan.links.iter().map(|plan| link(place, plan));
    let origin = Origin::rule(rules::DASHBOARD);
    by(rules::DASHBOARD)
        .add("uid", Doc::traced(&plan.uid))
        .add("title", Doc::traced(&plan.title))
        .add("description", Doc::Text(note(place, plan).into(), plan.description.origin))
        .add("tags", Doc::list([Doc::traced(&system.name), Doc::traced(&plan.kind)], origin))
        .bool("editable", false)
        .integer("graphTooltip", SHARED_CROSSHAIR)
        .add("schemaVersion", number(&spec.schema_version))
        .add("refresh", Doc::traced(&time.refresh))
        .add("time", inline(by(rules::DASHBOARD).add("from", Doc::traced(&time.from)).add("to", Doc::traced(&time.to))))
        .text("timezone", "browser")
        .add("links", Doc::list(links, origin))
        .add("annotations", by(rules::ANNOTATION).add("list", annotations(place, plan, selector)))
        .add("templating", by(rules::VARIABLE).add("list", variables(place, plan, selector)))
        .add("panels", Doc::list(panels, origin))
        .into()
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

/// A link to another dashboard, to all of a kind, or to an address.
pub(super) fn link(place: Place<'_>, plan: &DashboardLink) -> Doc {
    let origin = Origin::rule(rules::LINK);
    let system = &place.plans.infrastructure.templates.system;
    let link = by(rules::LINK)
        .add("title", Doc::Text(text::plain(&plan.title).into_owned().into(), plan.title.origin))
        .text("type", if plan.kind.is_some() { "dashboards" } else { "link" });
    let (address, icon, is_dashboard) = match (&plan.dashboard, &plan.url) {
        (Some(uid), _) => (Some(uid.with(format!("/d/{uid}"))), "dashboard", true),
        (None, Some(url)) => (Some(url.with(markdown::address(url))), "doc", false),
        (None, None) => (None, "external link", plan.kind.is_some()),
    };
    // By the tags that the system's own dashboards have.
    let tags = plan.kind.iter().flat_map(|kind| [Doc::traced(&system.name), Doc::traced(kind)]);
    let link = link
        .text("icon", icon)
        .text("tooltip", "")
        .with_some("url", address.map(|address| Doc::Text(address.value.into(), address.origin)))
        .add("tags", Doc::list(tags, origin))
        .bool("asDropdown", plan.kind.is_some())
        .bool("targetBlank", !is_dashboard)
        .bool("includeVars", is_dashboard)
        .bool("keepTime", is_dashboard);
    inline(link)
}

fn annotations(place: Place<'_>, plan: &DashboardPlan, selector: &str) -> Doc {
    let map = || by(rules::ANNOTATION);
    let own = map()
        .integer("builtIn", 1)
        .text("name", "Annotations & Alerts")
        .add("datasource", inline(map().text("type", "grafana").text("uid", "-- Grafana --")))
        .bool("enable", true)
        .bool("hide", true)
        .add("iconColor", color(place, "neutral"))
        .text("type", "dashboard");
    let mut list = vec![own.into()];
    list.extend(plan.deployments.as_ref().map(|expression| {
        let target = map()
            .text("refId", "Deployments")
            .add("datasource", datasource(place))
            .add("expr", Doc::Text(text::query(expression, selector, place.spec).into(), expression.origin));
        Doc::from(
            map()
                .text("name", "Deployments")
                .add("datasource", datasource(place))
                .bool("enable", true)
                .bool("hide", false)
                .add("iconColor", color(place, "neutral"))
                .add("target", target),
        )
    }));
    // Those that the pipeline has posted, which every runtime has.
    let system = &place.plans.infrastructure.templates.system;
    let environment = &place.spec.environment_text;
    let tags = [Doc::text("deployment", environment.origin), Doc::traced(&system.name), Doc::traced(environment)];
    let posted = map()
        .integer("limit", 100)
        .bool("matchAny", false)
        .add("tags", panel::inline_list(tags, environment.origin))
        .text("type", "tags");
    let releases = map()
        .text("name", "Releases")
        .add("datasource", inline(map().text("type", "grafana").text("uid", "-- Grafana --")))
        .bool("enable", true)
        .bool("hide", false)
        .add("iconColor", color(place, "good"))
        .add("target", posted);
    list.push(releases.into());
    Doc::list(list, Origin::rule(rules::ANNOTATION))
}

fn color(place: Place<'_>, state: &str) -> Doc {
    let color = place.spec.color(state);
    Doc::Text(color.value.to_owned().into(), color.origin)
}

fn variables(place: Place<'_>, plan: &DashboardPlan, selector: &str) -> Doc {
    let prometheus = &place.spec.prometheus;
    let source = by(rules::DATASOURCE)
        .text("name", DATASOURCE)
        .text("label", "Data source")
        .text("type", "datasource")
        .add("query", Doc::traced(&prometheus.kind))
        .add("current", option(&prometheus.name, &prometheus.uid))
        .bool("includeAll", false)
        .bool("multi", false)
        .add("options", Doc::list([], Origin::rule(rules::DATASOURCE)))
        .integer("refresh", ON_LOAD);
    let own = plan.variables.iter().map(|variable| match &variable.series {
        Some(series) => looked_up(place, variable, series, selector),
        None => listed(variable),
    });
    Doc::list(std::iter::once(source.into()).chain(own), Origin::rule(rules::VARIABLE))
}

fn option(text: &Traced<String>, value: &Traced<String>) -> Doc {
    inline(by(rules::VARIABLE).add("text", Doc::traced(text)).add("value", Doc::traced(value)))
}

/// A variable whose values the plan knows.
fn listed(plan: &DashboardVariable) -> Doc {
    let options = plan.values.iter().map(|value| option(&value.text, &value.value));
    // `text : value`, with commas between: both are names of the plan, which have neither.
    let query: Vec<String> = plan.values.iter().map(|value| format!("{} : {}", value.text, value.value)).collect();
    variable(plan, "custom")
        .text("query", query.join(", "))
        .with_some("current", plan.values.first().map(|value| option(&value.text, &value.value)))
        .add("options", Doc::list(options, plan.origin))
        .into()
}

/// A variable whose values are those of a label.
fn looked_up(place: Place<'_>, plan: &DashboardVariable, series: &Traced<String>, selector: &str) -> Doc {
    let label = plan.label.as_ref().map_or("", |label| label.as_str());
    let query = format!("label_values({}, {label})", text::query(series, selector, place.spec));
    let all = |text: &'static str| Doc::list([Doc::text(text, plan.origin)], plan.origin);
    variable(plan, "query")
        .add("datasource", datasource(place))
        .add("query", by(rules::VARIABLE).add("query", Doc::Text(query.into(), series.origin)).text("refId", "Values"))
        .add("current", inline(by(rules::VARIABLE).add("text", all("All")).add("value", all(ALL))))
        .bool("includeAll", true)
        .text("allValue", ".*")
        .add("options", Doc::list([], plan.origin))
        .integer("refresh", ON_TIME_CHANGE)
        .integer("sort", ALPHABETICAL)
        .into()
}

fn variable(plan: &DashboardVariable, kind: &'static str) -> Map {
    let mut label = plan.name.value.clone();
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    by(rules::VARIABLE)
        .add("name", Doc::traced(&plan.name))
        .text("label", label)
        .text("type", kind)
        .add("multi", flag(&plan.multiple))
}
