//! The dependency graph: who stands where. Callers stand left of what they call, in layers from left to right.

use std::collections::BTreeMap;

use crate::ir::Traced;
use crate::ir::value::{Decimal, Name};
use crate::plan::monitoring::dashboards::{EdgePlan, NodeKind, NodePlan};
use crate::plan::monitoring::rules;

/// The most nodes that a person can still tell apart.
pub(super) const MOST_NODES: usize = 60;

/// A graph with the place of each node.
pub(super) struct Graph {
    pub(super) nodes: Vec<NodePlan>,
    pub(super) edges: Vec<EdgePlan>,
    /// Nodes in the fullest layer.
    pub(super) tallest: usize,
}

/// Gives every node its place. Edges lead between nodes that are there.
pub(super) fn place(nodes: Vec<(Traced<Name>, NodeKind)>, edges: Vec<EdgePlan>) -> Graph {
    let numbers: BTreeMap<&str, usize> =
        nodes.iter().enumerate().map(|(number, (name, _))| (name.as_str(), number)).collect();
    let pairs: Vec<(usize, usize)> = edges
        .iter()
        .filter_map(|edge| Some((*numbers.get(edge.from.as_str())?, *numbers.get(edge.to.as_str())?)))
        .collect();
    let layer = layers(nodes.len(), &pairs);
    let columns = order(&layer, &pairs);
    let tallest = columns.iter().map(Vec::len).max().unwrap_or_default();
    let mut placed: Vec<Option<NodePlan>> = nodes.iter().map(|_| None).collect();
    for (column, members) in columns.iter().enumerate() {
        for (row, number) in members.iter().enumerate() {
            let (left, right) = span(column, columns.len(), columns.len());
            let (top, bottom) = span(row, members.len(), tallest);
            let (name, kind) = &nodes[*number];
            let at = |hundredths: i64| Traced::by_rule(Decimal::new(hundredths, 2), rules::GRAPH_LAYOUT);
            placed[*number] = Some(NodePlan {
                origin: name.origin,
                name: name.clone(),
                kind: name.with(*kind),
                left: at(left),
                top: at(top),
                right: at(right),
                bottom: at(bottom),
            });
        }
    }
    Graph { nodes: placed.into_iter().flatten().collect(), edges, tallest }
}

/// The layer of each node: one right of the last that calls it. What calls itself in a circle stands where the circle is
/// entered first.
fn layers(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut callers = vec![0usize; nodes];
    let mut called: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        called[*from].push(*to);
        callers[*to] += 1;
    }
    let mut layer = vec![0; nodes];
    let mut done = vec![false; nodes];
    let mut ready: Vec<usize> = (0..nodes).rev().filter(|node| callers[*node] == 0).collect();
    let mut next_in_circle = 0;
    loop {
        let node = match ready.pop() {
            Some(node) => node,
            // Only circles are left: the first of the input goes first.
            None => match (next_in_circle..nodes).find(|node| !done[*node]) {
                Some(node) => {
                    next_in_circle = node + 1;
                    node
                }
                None => return layer,
            },
        };
        if std::mem::replace(&mut done[node], true) {
            continue;
        }
        for to in &called[node] {
            callers[*to] = callers[*to].saturating_sub(1);
            if !done[*to] {
                layer[*to] = layer[*to].max(layer[node] + 1);
                if callers[*to] == 0 {
                    ready.push(*to);
                }
            }
        }
    }
}

/// The nodes of each layer, from top to bottom: near to those that call them, so that few lines cross.
fn order(layer: &[usize], edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    const PRECISION: usize = 1_000;
    let depth = layer.iter().max().map_or(0, |deepest| deepest + 1);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); depth];
    for (node, layer) in layer.iter().enumerate() {
        columns[*layer].push(node);
    }
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); layer.len()];
    for (from, to) in edges {
        callers[*to].push(*from);
    }
    // The height of each node so far, as a share of its column.
    let mut height = vec![0usize; layer.len()];
    for column in &mut columns {
        column.sort_by_key(|node| {
            let above = &callers[*node];
            above.iter().map(|caller| height[*caller]).sum::<usize>().checked_div(above.len()).unwrap_or(*node)
        });
        let members = column.len();
        for (row, node) in column.iter().enumerate() {
            height[*node] = (2 * row + 1) * PRECISION / (2 * members);
        }
    }
    columns
}

/// Where a box begins and how far from the other side it ends, in hundredths of a percent: it is the middle of its share,
/// and as large as the boxes of the fullest line.
fn span(index: usize, members: usize, fullest: usize) -> (i64, i64) {
    const WHOLE: usize = 10_000;
    const FILLED: usize = 60;
    let size = WHOLE * FILLED / 100 / fullest.max(1);
    let middle = WHOLE * (2 * index + 1) / (2 * members.max(1));
    let start = middle.saturating_sub(size / 2);
    let end = WHOLE.saturating_sub(start + size);
    let whole = |number: usize| i64::try_from(number).unwrap_or_default();
    (whole(start), whole(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
        let name = |number: usize| Traced::by_rule(Name::made(&format!("n{number}")), rules::PANEL);
        let edge = |(from, to): &(usize, usize)| EdgePlan {
            origin: crate::ir::Origin::rule(rules::PANEL),
            from: name(*from),
            to: name(*to),
            critical: Traced::by_rule(true, rules::PANEL),
        };
        place((0..nodes).map(|number| (name(number), NodeKind::Component)).collect(), edges.iter().map(edge).collect())
    }

    #[test]
    fn callers_stand_left_of_what_they_call() {
        let graph = graph(4, &[(0, 1), (1, 2), (0, 2), (2, 3)]);
        let lefts: Vec<String> = graph.nodes.iter().map(|node| node.left.to_string()).collect();
        assert_eq!(lefts, ["5", "30", "55", "80"]);
        assert_eq!(graph.tallest, 1);
    }

    #[test]
    fn a_circle_is_opened_where_it_is_entered() {
        assert_eq!(layers(3, &[(0, 1), (1, 2), (2, 1)]), [0, 1, 2]);
        assert_eq!(layers(2, &[(0, 1), (1, 0)]), [0, 1]);
        assert_eq!(layers(1, &[(0, 0)]), [0]);
    }

    proptest! {
        #[test]
        fn no_two_boxes_overlap_or_leave_the_panel(
            nodes in 1usize..24,
            edges in prop::collection::vec((0usize..24, 0usize..24), 0..60),
        ) {
            let edges: Vec<_> = edges.into_iter().filter(|(from, to)| *from < nodes && *to < nodes).collect();
            let placed = graph(nodes, &edges).nodes;
            prop_assert_eq!(placed.len(), nodes);
            let part = |value: &Traced<Decimal>| value.value.as_f64();
            let box_of = |node: &NodePlan| {
                (part(&node.left), 100.0 - part(&node.right), part(&node.top), 100.0 - part(&node.bottom))
            };
            for (index, one) in placed.iter().enumerate() {
                let (left, right, top, bottom) = box_of(one);
                prop_assert!(0.0 <= left && left < right && right <= 100.0, "{one:?}");
                prop_assert!(0.0 <= top && top < bottom && bottom <= 100.0, "{one:?}");
                for other in &placed[index + 1..] {
                    let (other_left, other_right, other_top, other_bottom) = box_of(other);
                    let apart = right <= other_left || other_right <= left || bottom <= other_top || other_bottom <= top;
                    prop_assert!(apart, "{one:?} {other:?}");
                }
            }
        }
    }
}
