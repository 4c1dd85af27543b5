//! A Mermaid flowchart.

use super::{Drawing, Node, NodeForm};

pub(super) fn print(drawing: &Drawing<'_>) -> String {
    let mut out = format!("flowchart LR\n  subgraph system[\"{}\"]\n", drawing.system);
    for (index, node) in drawing.nodes.iter().enumerate() {
        out.push_str(&format!("    n{index}{}\n", shape(node)));
    }
    out.push_str("  end\n");
    for edge in &drawing.edges {
        let line = if edge.critical { "-->" } else { "-.->" };
        out.push_str(&format!("  n{} {line} n{}\n", edge.from, edge.to));
    }
    out.push_str("  subgraph environments[\"environments\"]\n");
    for (index, node) in drawing.environments.iter().enumerate() {
        out.push_str(&format!("    e{index}{}\n", shape(node)));
    }
    out.push_str("  end\n");
    for edge in &drawing.promotions {
        out.push_str(&format!("  e{} -- promotes to --> e{}\n", edge.from, edge.to));
    }
    out
}

fn shape(node: &Node<'_>) -> String {
    let (open, close) = match node.form {
        NodeForm::Component => ("[", "]"),
        NodeForm::Datastore => ("[(", ")]"),
        NodeForm::External => (">", "]"),
        NodeForm::Environment => ("([", "])"),
    };
    format!("{open}\"{}<br>{}\"{close}", node.name, node.what)
}
