//! Areas from closed ways and multipolygons: rings put together, holes told from outer rings.

use std::collections::HashMap;

use super::block::NOWHERE;
use super::findings::Collector;
use super::gather::{Gathered, Geometry, ObjectId};
use super::gather_ways::members_of;
use super::shape;
use crate::units::Coord;

/// A ring inside this many others is taken as broken data.
const MAX_DEPTH: usize = 8;
/// Holes are only sorted out among this many rings; beyond, roles are believed.
const MAX_RINGS: usize = 4_000;

/// An outer ring and the holes in it, as node numbers; each ring repeats its first node at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Polygon {
    pub(crate) outer: Vec<u32>,
    pub(crate) holes: Vec<Vec<u32>>,
}

impl Polygon {
    pub(crate) fn rings(&self) -> impl Iterator<Item = &Vec<u32>> {
        std::iter::once(&self.outer).chain(&self.holes)
    }
}

/// The polygons of an area. Outer rings run counter-clockwise, holes clockwise.
pub(crate) fn polygons(
    gathered: &Gathered,
    geometry: Geometry,
    id: ObjectId,
    found: &mut Collector,
) -> Vec<Polygon> {
    match geometry {
        Geometry::Way { start, end } => {
            let refs = &gathered.refs[start as usize..end as usize];
            let ring = present(refs, gathered, id, found);
            let outer = closed_ring(ring, &gathered.node_coord, true);
            outer.map(|outer| Polygon { outer, holes: Vec::new() }).into_iter().collect()
        }
        Geometry::Relation { .. } => multipolygon(gathered, geometry, id, found),
    }
}

/// The nodes that the file holds.
fn present(refs: &[u32], gathered: &Gathered, id: ObjectId, found: &mut Collector) -> Vec<u32> {
    let there = |n: &&u32| gathered.node_coord[**n as usize] != NOWHERE;
    let nodes: Vec<u32> = refs.iter().filter(there).copied().collect();
    if nodes.len() < refs.len() {
        found.note("area-with-missing-node", || id);
    }
    nodes
}

/// A proper closed ring in the wanted direction; `None` if it encloses nothing.
fn closed_ring(mut nodes: Vec<u32>, coords: &[Coord], ccw: bool) -> Option<Vec<u32>> {
    nodes.dedup();
    if nodes.first() != nodes.last() {
        nodes.push(*nodes.first()?);
    }
    if nodes.len() < 4 {
        return None;
    }
    let twice = shape::twice_area(nodes.iter().map(|n| coords[*n as usize]));
    if twice == 0 {
        return None;
    }
    if (twice > 0) != ccw {
        nodes.reverse();
    }
    Some(nodes)
}

fn multipolygon(
    gathered: &Gathered,
    geometry: Geometry,
    id: ObjectId,
    found: &mut Collector,
) -> Vec<Polygon> {
    let mut pieces = Vec::new();
    for member in members_of(geometry, &gathered.members) {
        let Some(range) = gathered.member_ways.find(member.way) else {
            found.note("area-with-missing-way", || format!("{id} (way/{})", member.way));
            continue;
        };
        let refs = present(&gathered.refs[range], gathered, id, found);
        if refs.len() > 1 {
            pieces.push((refs, member.inner));
        }
    }
    let (rings, open) = join(&pieces);
    if open > 0 {
        found.note("area-not-closed", || format!("{id} ({open} open ends)"));
    }
    let coords = &gathered.node_coord;
    let rings: Vec<(Vec<u32>, bool)> = rings
        .into_iter()
        .filter_map(|(ring, inner)| Some((closed_ring(ring, coords, true)?, inner)))
        .collect();
    let (polygons, wrong) = nest(rings, coords);
    if wrong > 0 {
        found.note("area-with-wrong-role", || format!("{id} ({wrong} rings)"));
    }
    polygons
}

/// Puts ways together to rings where ends meet. Returns the rings, each with the role of its first
/// way, and how many pieces were left open.
fn join(pieces: &[(Vec<u32>, bool)]) -> (Vec<(Vec<u32>, bool)>, usize) {
    let mut at_node: HashMap<u32, Vec<usize>> = HashMap::new();
    for (i, (nodes, _)) in pieces.iter().enumerate() {
        if nodes.first() != nodes.last() {
            for end in [nodes[0], nodes[nodes.len() - 1]] {
                at_node.entry(end).or_default().push(i);
            }
        }
    }
    let (mut used, mut rings, mut open) = (vec![false; pieces.len()], Vec::new(), 0);
    for first in 0..pieces.len() {
        if used[first] {
            continue;
        }
        used[first] = true;
        let (mut ring, inner) = (pieces[first].0.clone(), pieces[first].1);
        while ring.first() != ring.last() {
            let end = ring[ring.len() - 1];
            // A way of the same role is the better continuation where rings touch.
            let free = || at_node[&end].iter().copied().filter(|i| !used[*i]);
            let next = free().find(|i| pieces[*i].1 == inner).or_else(|| free().next());
            let Some(next) = next else { break };
            used[next] = true;
            let nodes = &pieces[next].0;
            if nodes[0] == end {
                ring.extend(&nodes[1..]);
            } else {
                ring.extend(nodes.iter().rev().skip(1));
            }
        }
        if ring.first() == ring.last() {
            rings.push((ring, inner));
        } else {
            open += 1;
        }
    }
    (rings, open)
}

/// Finds out which rings lie in which: at even depth they are outer rings, at odd depth holes,
/// whatever their roles say. Returns how many roles were wrong.
fn nest(rings: Vec<(Vec<u32>, bool)>, coords: &[Coord]) -> (Vec<Polygon>, usize) {
    if rings.len() == 1 || rings.len() > MAX_RINGS {
        let outer = rings.into_iter().filter(|(_, inner)| !inner);
        return (outer.map(|(outer, _)| Polygon { outer, holes: Vec::new() }).collect(), 0);
    }
    let lines: Vec<Vec<Coord>> =
        rings.iter().map(|(r, _)| r.iter().map(|n| coords[*n as usize]).collect()).collect();
    let boxes: Vec<_> = lines.iter().map(|line| shape::bounds(line)).collect();
    let inside = |i: usize, j: usize| {
        i != j && boxes[j].meets(&boxes[i]) && shape::ring_within(&lines[i], &lines[j])
    };
    let around: Vec<Vec<usize>> = (0..rings.len())
        .map(|i| (0..rings.len()).filter(|j| inside(i, *j)).take(MAX_DEPTH + 1).collect())
        .collect();
    let mut wrong = 0;
    let mut polygon_of = vec![usize::MAX; rings.len()];
    let mut polygons: Vec<Polygon> = Vec::new();
    for (i, (ring, inner)) in rings.iter().enumerate() {
        let hole = around[i].len() % 2 == 1;
        wrong += usize::from(hole != *inner);
        if !hole {
            polygon_of[i] = polygons.len();
            polygons.push(Polygon { outer: ring.clone(), holes: Vec::new() });
        }
    }
    for (i, (ring, _)) in rings.into_iter().enumerate() {
        if polygon_of[i] == usize::MAX {
            // The innermost ring around a hole is the one with most rings around itself.
            let parent = around[i].iter().max_by_key(|j| around[**j].len()).copied();
            if let Some(polygon) = parent.and_then(|j| polygons.get_mut(polygon_of[j])) {
                polygon.holes.push(ring.into_iter().rev().collect());
            }
        }
    }
    (polygons, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: i32, y: i32, size: i32) -> [Coord; 4] {
        [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
            .map(|(lon_e7, lat_e7)| Coord { lon_e7, lat_e7 })
    }

    #[test]
    fn ways_in_any_direction_become_rings() {
        let pieces = vec![
            (vec![1, 2, 3], false),
            (vec![5, 4, 3], false),
            (vec![1, 5], false),
            (vec![8, 9, 10, 8], true),
            (vec![20, 21], false),
        ];
        let (rings, open) = join(&pieces);
        let expected = [(vec![1, 2, 3, 4, 5, 1], false), (vec![8, 9, 10, 8], true)];
        assert_eq!((rings.as_slice(), open), (&expected[..], 1));
    }

    #[test]
    fn depth_tells_holes_and_islands() {
        let coords: Vec<Coord> =
            [square(0, 0, 100), square(10, 10, 80), square(20, 20, 20), square(200, 0, 10)]
                .concat();
        let ring = |k: u32| vec![4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3, 4 * k];
        // The hole is said to be an outer ring, the island in it an inner one.
        let rings = vec![(ring(0), false), (ring(1), false), (ring(2), true), (ring(3), false)];
        let (polygons, wrong) = nest(rings, &coords);
        assert_eq!(wrong, 2);
        assert_eq!(polygons.len(), 3);
        assert_eq!(polygons[0].holes, [ring(1).into_iter().rev().collect::<Vec<_>>()]);
        assert!(polygons[1].holes.is_empty() && polygons[2].holes.is_empty());
    }
}
