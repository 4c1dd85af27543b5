//! The dependency graph: a canvas of boxes and arrows, placed by the plan.

use super::panel::inline;
use super::{Place, rules};
use crate::ir::{Origin, Traced};
use crate::output::{Doc, Map};
use crate::plan::monitoring::dashboards::{DashboardPlan, EdgePlan, NodeKind, NodePlan};
use crate::targets::shared::value::by;

/// Points of a box's text.
const TEXT_SIZE: i64 = 14;
/// Pixels of an arrow: what nothing works without, and the rest.
const CRITICAL: i64 = 3;
const OTHER: i64 = 1;

/// The options of the panel: all boxes and arrows.
pub(super) fn options(place: Place<'_>, dashboard: &DashboardPlan) -> Map {
    let elements = dashboard.nodes.iter().map(|node| element(place, dashboard, node));
    let root = by(rules::GRAPH)
        .text("name", "Dependencies")
        .text("type", "frame")
        .add("elements", Doc::list(elements, Origin::rule(rules::GRAPH)));
    by(rules::GRAPH)
        .bool("inlineEditing", false)
        .bool("panZoom", false)
        .bool("showAdvancedTypes", true)
        .add("root", root)
}

fn map() -> Map {
    by(rules::GRAPH)
}

fn element(place: Place<'_>, dashboard: &DashboardPlan, node: &NodePlan) -> Doc {
    let name = || Doc::traced(&node.name);
    let config = map()
        .add("text", inline(map().text("mode", "fixed").add("fixed", name())))
        .add("color", inline(map().add("fixed", color(place, "text"))))
        .text("align", "center")
        .text("valign", "middle")
        .integer("size", TEXT_SIZE);
    // A component has the colour of its line; the others have no requests of their own.
    let (fill, border) = match node.kind.value {
        NodeKind::Component => (map().add("field", name()).add("fixed", color(place, "neutral")), "text"),
        NodeKind::Datastore => (map().add("fixed", color(place, "datastore")), "text"),
        NodeKind::External => (map().add("fixed", color(place, "external")), "neutral"),
    };
    let at = |side: &Traced<_>| Doc::Number(side.value, side.origin);
    let sides = Map::new(node.left.origin)
        .add("left", at(&node.left))
        .add("top", at(&node.top))
        .add("right", at(&node.right))
        .add("bottom", at(&node.bottom));
    let edges = dashboard.edges.iter().filter(|edge| edge.from == node.name).map(|edge| arrow(place, edge));
    Map::new(node.origin)
        .add("name", name())
        .text("type", "rectangle")
        .add("config", inline(config))
        .add("background", inline(map().add("color", fill)))
        .add("border", inline(map().add("color", map().add("fixed", color(place, border))).integer("width", 1)))
        .add("constraint", inline(map().text("horizontal", "scale").text("vertical", "scale")))
        .add("placement", inline(sides))
        .add("connections", Doc::list(edges, node.origin))
        .into()
}

/// From the right side of the caller to the left side of what it calls.
fn arrow(place: Place<'_>, edge: &EdgePlan) -> Doc {
    let point = |x: i64| inline(map().integer("x", x).integer("y", 0));
    let size = if edge.critical.value { CRITICAL } else { OTHER };
    let size = Map::new(edge.critical.origin).integer("fixed", size).integer("min", OTHER).integer("max", CRITICAL);
    let arrow = Map::new(edge.origin)
        .add("source", point(1))
        .add("target", point(-1))
        .add("targetName", Doc::traced(&edge.to))
        .text("path", "straight")
        .add("color", inline(map().add("fixed", color(place, "text"))))
        .add("size", inline(size));
    inline(arrow)
}

fn color(place: Place<'_>, name: &str) -> Doc {
    let color = place.spec.color(name);
    Doc::Text(color.value.to_owned().into(), color.origin)
}
