//! Joining edges that run on into longer lines, so that names find room and tiles stay small.

use std::collections::BTreeMap;

/// Joins the edges `(from, to, edge)` of one street end to end wherever exactly two of them meet.
///
/// Each line is a list of edges with `true` where it is walked from `from` to `to`. Edges keep their
/// given order as far as they can, so the result depends on nothing else.
pub(super) fn join(edges: &[(u32, u32, u32)]) -> Vec<Vec<(u32, bool)>> {
    let mut at_node: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (i, &(from, to, _)) in edges.iter().enumerate() {
        at_node.entry(from).or_default().push(i);
        at_node.entry(to).or_default().push(i);
    }
    let next = |node: u32, came: usize, used: &[bool]| match at_node[&node].as_slice() {
        &[a, b] if a != b => Some(if a == came { b } else { a }).filter(|&n| !used[n]),
        _ => None,
    };
    let mut used = vec![false; edges.len()];
    let mut lines = Vec::new();
    for start in 0..edges.len() {
        if std::mem::replace(&mut used[start], true) {
            continue;
        }
        let mut walk = |mut node: u32| {
            let (mut steps, mut came) = (Vec::new(), start);
            while let Some(n) = next(node, came, &used) {
                used[n] = true;
                let (from, to, edge) = edges[n];
                let forward = from == node;
                steps.push((edge, forward));
                (node, came) = (if forward { to } else { from }, n);
            }
            steps
        };
        let (from, to, edge) = edges[start];
        let ahead = walk(to);
        let mut line: Vec<_> =
            walk(from).into_iter().rev().map(|(e, forward)| (e, !forward)).collect();
        line.push((edge, true));
        line.extend(ahead);
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_street_of_three_edges_becomes_one_line_whatever_their_direction() {
        let lines = join(&[(1, 2, 10), (0, 1, 11), (2, 3, 12)]);
        assert_eq!(lines, vec![vec![(11, true), (10, true), (12, true)]]);
        let lines = join(&[(1, 2, 10), (1, 0, 11)]);
        assert_eq!(lines, vec![vec![(11, false), (10, true)]]);
    }

    #[test]
    fn a_fork_ends_lines_and_a_ring_closes_once() {
        assert_eq!(join(&[(0, 1, 0), (1, 2, 1), (1, 3, 2)]).len(), 3);
        let ring = join(&[(0, 1, 0), (1, 2, 1), (0, 2, 2)]);
        assert_eq!(ring.len(), 1);
        assert_eq!(ring[0].len(), 3);
    }
}
