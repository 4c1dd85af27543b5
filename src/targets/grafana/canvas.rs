//! The dependency graph: a canvas of boxes and arrows, placed by the plan.

use super::{Place, rules};
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::plan::monitoring::dashboards::DashboardPlan;
use crate::targets::shared::value::by;

/// The options of the panel: all boxes and arrows.
pub(super) fn options(_place: Place<'_>, _dashboard: &DashboardPlan) -> Map {
    let root = by(rules::GRAPH)
        .text("name", "Dependencies")
        .text("type", "frame")
        .with("elements", Doc::list([], Origin::rule(rules::GRAPH)));
    by(rules::GRAPH)
        .bool("inlineEditing", false)
        .bool("panZoom", false)
        .bool("showAdvancedTypes", true)
        .with("root", root)
}
