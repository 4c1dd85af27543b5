//! The dependency graph: a canvas of boxes and arrows, placed by the plan.

use super::{Place, rules};
use crate::ir::{Origin, Traced};
use crate::output::json::Writer;
use crate::plan::monitoring::dashboards::{DashboardPlan, EdgePlan, NodeKind, NodePlan};

/// Points of a box's text.
const TEXT_SIZE: i64 = 14;
/// Pixels of an arrow: what nothing works without, and the rest.
const CRITICAL: i64 = 3;
const OTHER: i64 = 1;

/// Where what no plan says comes from.
pub(super) fn ours() -> Origin {
    Origin::rule(rules::GRAPH)
}

/// Writes the options of the panel: all boxes and arrows.
pub(super) fn options(writer: &mut Writer<'_>, place: Place<'_>, dashboard: &DashboardPlan) {
    writer.bool("inlineEditing", false, ours());
    writer.bool("panZoom", false, ours());
    writer.bool("showAdvancedTypes", true, ours());
    writer.map("root", ours(), |writer| {
        writer.text("name", "Dependencies", ours());
        writer.text("type", "frame", ours());
        writer.list("elements", ours(), |writer| {
            dashboard.nodes.iter().for_each(|node| element(writer, place, dashboard, node));
        });
    });
}

fn element(writer: &mut Writer<'_>, place: Place<'_>, dashboard: &DashboardPlan, node: &NodePlan) {
    let origin = ours();
    let name = |writer: &mut Writer<'_>, key| writer.text(key, node.name.as_str(), node.name.origin);
    // A component has the colour of its line; the others have no requests of their own.
    let (fill, border) = match node.kind.value {
        NodeKind::Component => ("neutral", "text"),
        NodeKind::Datastore => ("datastore", "text"),
        NodeKind::External => ("external", "neutral"),
    };
    writer.element(node.origin, |writer| {
        name(writer, "name");
        writer.text("type", "rectangle", origin);
        writer.inline("config", origin, |writer| {
            writer.map("text", origin, |writer| {
                writer.text("mode", "fixed", origin);
                name(writer, "fixed");
            });
            writer.map("color", origin, |writer| color(writer, place, "text"));
            writer.text("align", "center", origin);
            writer.text("valign", "middle", origin);
            writer.integer("size", TEXT_SIZE, origin);
        });
        writer.inline("background", origin, |writer| {
            writer.map("color", origin, |writer| {
                if node.kind.value == NodeKind::Component {
                    name(writer, "field");
                }
                color(writer, place, fill);
            });
        });
        writer.inline("border", origin, |writer| {
            writer.map("color", origin, |writer| color(writer, place, border));
            writer.integer("width", 1, origin);
        });
        writer.inline("constraint", origin, |writer| {
            writer.text("horizontal", "scale", origin);
            writer.text("vertical", "scale", origin);
        });
        writer.inline("placement", node.left.origin, |writer| {
            let mut side = |key, side: &Traced<_>| writer.number(key, side.value, side.origin);
            side("left", &node.left);
            side("top", &node.top);
            side("right", &node.right);
            side("bottom", &node.bottom);
        });
        writer.list("connections", node.origin, |writer| {
            let edges = dashboard.edges.iter().filter(|edge| edge.from == node.name);
            edges.for_each(|edge| arrow(writer, place, edge));
        });
    });
}

/// From the right side of the caller to the left side of what it calls.
fn arrow(writer: &mut Writer<'_>, place: Place<'_>, edge: &EdgePlan) {
    let origin = ours();
    let point = |writer: &mut Writer<'_>, key, x: i64| {
        writer.map(key, origin, |writer| {
            writer.integer("x", x, origin);
            writer.integer("y", 0, origin);
        });
    };
    writer.element_inline(edge.origin, |writer| {
        point(writer, "source", 1);
        point(writer, "target", -1);
        writer.text("targetName", edge.to.as_str(), edge.to.origin);
        writer.text("path", "straight", edge.origin);
        writer.map("color", origin, |writer| color(writer, place, "text"));
        let critical = edge.critical.origin;
        writer.map("size", critical, |writer| {
            writer.integer("fixed", if edge.critical.value { CRITICAL } else { OTHER }, critical);
            writer.integer("min", OTHER, critical);
            writer.integer("max", CRITICAL, critical);
        });
    });
}

fn color(writer: &mut Writer<'_>, place: Place<'_>, name: &str) {
    let color = place.spec.color(name);
    writer.text("fixed", color.value, color.origin);
}
