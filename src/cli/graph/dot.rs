//! Graphviz.

use super::{Drawing, Node, NodeForm};

pub(super) fn print(drawing: &Drawing<'_>) -> String {
    let mut out = format!("digraph \"{}\" {{\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n", drawing.system);
    for (index, node) in drawing.nodes.iter().enumerate() {
        out.push_str(&format!("  n{index} {};\n", attributes(node)));
    }
    for edge in &drawing.edges {
        let style = if edge.critical { "solid" } else { "dashed" };
        out.push_str(&format!("  n{} -> n{} [style={style}];\n", edge.from, edge.to));
    }
    out.push_str("  subgraph cluster_environments {\n    label=\"environments\";\n");
    for (index, node) in drawing.environments.iter().enumerate() {
        out.push_str(&format!("    e{index} {};\n", attributes(node)));
    }
    for edge in &drawing.promotions {
        out.push_str(&format!("    e{} -> e{} [label=\"promotes to\"];\n", edge.from, edge.to));
    }
    out.push_str("  }\n}\n");
    out
}

fn attributes(node: &Node<'_>) -> String {
    let shape = match node.form {
        NodeForm::Component => "box",
        NodeForm::Datastore => "cylinder",
        NodeForm::External => "house",
        NodeForm::Environment => "oval",
    };
    format!("[shape={shape}, label=\"{}\\n{}\"]", node.name, node.what)
}
