//! A picture: callers on the left, what they need to their right, environments below.

use super::{Drawing, Edge, Node, NodeForm};

const WIDTH: usize = 170;
const HEIGHT: usize = 44;
/// Between columns, where lines run.
const ACROSS: usize = 90;
/// Between rows.
const DOWN: usize = 22;
const MARGIN: usize = 24;

/// Where a node stands: its left upper corner.
type Corner = (usize, usize);

pub(super) fn print(drawing: &Drawing<'_>) -> String {
    let columns = columns(drawing.nodes.len(), &drawing.edges);
    let corners = corners(&columns, MARGIN);
    let below = corners.iter().map(|(_, y)| y + HEIGHT).max().unwrap_or(MARGIN) + 2 * DOWN;
    let chain = self::columns(drawing.environments.len(), &drawing.promotions);
    let environments = self::corners(&chain, below + DOWN);
    let all = || corners.iter().chain(&environments);
    let width = all().map(|(x, _)| x + WIDTH).max().unwrap_or(0) + MARGIN;
    let height = all().map(|(_, y)| y + HEIGHT).max().unwrap_or(below) + MARGIN;

    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n<title>{}</title>\n<defs><marker id=\"end\" \
         viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 \
         8z\" fill=\"#555\"/></marker></defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        drawing.system
    );
    for edge in &drawing.edges {
        out.push_str(&line(corners[edge.from], corners[edge.to], edge.critical));
    }
    for edge in &drawing.promotions {
        out.push_str(&line(environments[edge.from], environments[edge.to], true));
    }
    if !drawing.environments.is_empty() {
        out.push_str(&format!("<text x=\"{MARGIN}\" y=\"{below}\" fill=\"#555\">environments</text>\n"));
    }
    for (node, corner) in drawing.nodes.iter().zip(&corners).chain(drawing.environments.iter().zip(&environments)) {
        out.push_str(&shape(node, *corner));
    }
    out.push_str("</svg>\n");
    out
}

/// The column of each node: one behind the last of those that need it. A circle ends where it began.
fn columns(nodes: usize, edges: &[Edge]) -> Vec<usize> {
    let mut columns = vec![0; nodes];
    // Without circles no node moves more often than there are nodes.
    for _ in 0..nodes {
        let mut moved = false;
        for edge in edges {
            let wanted = columns[edge.from] + 1;
            if columns[edge.to] < wanted && wanted < nodes.min(12) {
                columns[edge.to] = wanted;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    columns
}

fn corners(columns: &[usize], top: usize) -> Vec<Corner> {
    let mut rows = vec![0; columns.iter().max().map_or(0, |last| last + 1)];
    let corner = |column: &usize| {
        let row = rows[*column];
        rows[*column] += 1;
        (MARGIN + column * (WIDTH + ACROSS), top + row * (HEIGHT + DOWN))
    };
    columns.iter().map(corner).collect()
}

fn line((from_x, from_y): Corner, (to_x, to_y): Corner, critical: bool) -> String {
    let (x1, y1) = (from_x + WIDTH, from_y + HEIGHT / 2);
    let (x2, y2) = (to_x, to_y + HEIGHT / 2);
    let bend = ACROSS / 2;
    let dashes = if critical { "" } else { " stroke-dasharray=\"5 4\"" };
    // To the left of its first end, a line would have no room to bend.
    let (c1, c2) = (x1 + bend, x2.saturating_sub(bend));
    format!(
        "<path d=\"M{x1} {y1}C{c1} {y1} {c2} {y2} {x2} {y2}\" fill=\"none\" stroke=\"#555\" marker-end=\"url(#end)\"{dashes}/>\n"
    )
}

fn shape(node: &Node<'_>, (x, y): Corner) -> String {
    let (fill, radius) = match node.form {
        NodeForm::Component => ("#e8f0fe", 4),
        NodeForm::Datastore => ("#fef3e2", 14),
        NodeForm::External => ("#f1f1f1", 0),
        NodeForm::Environment => ("#e9f7ec", HEIGHT / 2),
    };
    let middle = x + WIDTH / 2;
    let (first, second) = (y + 19, y + 35);
    // A name may have 63 characters; a longer one is made to fit.
    let fit = if node.name.len() > 22 {
        format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", WIDTH - 16)
    } else {
        String::new()
    };
    format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"{radius}\" fill=\"{fill}\" stroke=\"#555\"/>\n\
         <text x=\"{middle}\" y=\"{first}\" text-anchor=\"middle\" font-weight=\"bold\"{fit}>{}</text>\n\
         <text x=\"{middle}\" y=\"{second}\" text-anchor=\"middle\" fill=\"#555\" font-size=\"11\">{}</text>\n",
        node.name, node.what
    )
}
