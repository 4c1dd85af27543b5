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
        .with("elements", Doc::list(elements, Origin::rule(rules::GRAPH)));
    by(rules::GRAPH)
        .bool("inlineEditing", false)
        .bool("panZoom", false)
        .bool("showAdvancedTypes", true)
        .with("root", root)
}

fn map() -> Map {
    by(rules::GRAPH)
}

fn element(place: Place<'_>, dashboard: &DashboardPlan, node: &NodePlan) -> Doc {
    let name = || Doc::traced(&node.name);
    let config = map()
        .with("text", inline(map().text("mode", "fixed").with("fixed", name())))
        .with("color", inline(map().with("fixed", color(place, "text"))))
        .text("align", "center")
        .text("valign", "middle")
        .integer("size", TEXT_SIZE);
    // A component has the colour of its line; the others have no requests of their own.
    let (fill, border) = match node.kind.value {
        NodeKind::Component => (map().with("field", name()).with("fixed", color(place, "neutral")), "text"),
        NodeKind::Datastore => (map().with("fixed", color(place, "datastore")), "text"),
        NodeKind::External => (map().with("fixed", color(place, "external")), "neutral"),
    };
    let at = |side: &Traced<_>| Doc::Number(side.value, side.origin);
    let sides = Map::new(node.left.origin)
        .with("left", at(&node.left))
        .with("top", at(&node.top))
        .with("right", at(&node.right))
        .with("bottom", at(&node.bottom));
    let edges = dashboard.edges.iter().filter(|edge| edge.from == node.name).map(|edge| arrow(place, edge));
    Map::new(node.origin)
        .with("name", name())
        .text("type", "rectangle")
        .with("config", config)
        .with("background", map().with("color", inline(fill)))
        .with("border", map().with("color", inline(map().with("fixed", color(place, border)))).integer("width", 1))
        .with("constraint", inline(map().text("horizontal", "scale").text("vertical", "scale")))
        .with("placement", inline(sides))
        .with("connections", Doc::list(edges, node.origin))
        .into()
}

/// From the right side of the caller to the left side of what it calls.
fn arrow(place: Place<'_>, edge: &EdgePlan) -> Doc {
    let point = |x: i64| inline(map().integer("x", x).integer("y", 0));
    let size = if edge.critical.value { CRITICAL } else { OTHER };
    let size = Map::new(edge.critical.origin).integer("fixed", size).integer("min", OTHER).integer("max", CRITICAL);
    Map::new(edge.origin)
        .with("source", point(1))
        .with("target", point(-1))
        .with("targetName", Doc::traced(&edge.to))
        .text("path", "straight")
        .with("color", inline(map().with("fixed", color(place, "text"))))
        .with("size", inline(size))
        .into()
}

fn color(place: Place<'_>, name: &str) -> Doc {
    let color = place.spec.color(name);
    Doc::Text(color.value.to_owned().into(), color.origin)
}
