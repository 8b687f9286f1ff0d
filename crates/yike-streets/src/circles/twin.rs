//! Slow, obvious twins for tests, and small networks to hold both against.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use proptest::prelude::*;

use crate::circles::costs::Costs;
use crate::circles::search::is_private;
use crate::network::snap::{Doors, Snapped};
use crate::network::{EdgeTrait, Network, NodeTrait, StreetClass};
use crate::units::{Coord, UNREACHED};

/// An edge of a test network: ends, decimetres, traits.
pub(crate) type TestEdge = (u32, u32, u32, u32);

/// A network of straight edges between nodes on a line of latitude; lengths are what `edges` say.
pub(crate) fn network(node_traits: &[u16], edges: &[TestEdge]) -> Network {
    let nodes = node_traits.len();
    let coord = |v: usize| Coord { lon_e7: 1_200_000_000 + 10_000 * v as i32, lat_e7: 300_000_000 };
    at(&(0..nodes).map(coord).collect::<Vec<_>>(), node_traits, edges)
}

/// A network of straight edges between nodes at these places.
pub(crate) fn at(coords: &[Coord], node_traits: &[u16], edges: &[TestEdge]) -> Network {
    let mut edges: Vec<TestEdge> =
        edges.iter().map(|&(a, b, dm, traits)| (a.min(b), a.max(b), dm, traits)).collect();
    edges.sort_unstable();
    let mut arcs: Vec<(u32, u32, u32)> = Vec::new();
    for (e, &(a, b, ..)) in edges.iter().enumerate() {
        arcs.push((a, e as u32, b));
        arcs.push((b, e as u32, a));
    }
    arcs.sort_by_key(|a| (a.0, a.1));
    let nodes = coords.len();
    let first = |v: usize| arcs.partition_point(|a| (a.0 as usize) < v) as u32;
    Network {
        node_coord: coords.to_vec().into(),
        node_traits: node_traits.to_vec().into(),
        node_hours: vec![0; nodes].into(),
        first_arc: (0..=nodes).map(first).collect::<Vec<_>>().into(),
        arc_head: arcs.iter().map(|a| a.2).collect::<Vec<_>>().into(),
        arc_edge: arcs.iter().map(|a| a.1).collect::<Vec<_>>().into(),
        edge_from: edges.iter().map(|e| e.0).collect::<Vec<_>>().into(),
        edge_to: edges.iter().map(|e| e.1).collect::<Vec<_>>().into(),
        edge_dm: edges.iter().map(|e| e.2).collect::<Vec<_>>().into(),
        edge_traits: edges.iter().map(|e| e.3).collect::<Vec<_>>().into(),
        edge_hours: vec![0; edges.len()].into(),
        edge_name: vec![0; edges.len()].into(),
        first_shape: vec![0; edges.len() + 1].into(),
        shape: Vec::new().into(),
        node_component: components(nodes, &edges).into(),
        ..Network::default()
    }
}

fn components(nodes: usize, edges: &[TestEdge]) -> Vec<u32> {
    let mut root: Vec<usize> = (0..nodes).collect();
    for _ in 0..nodes {
        for &(a, b, ..) in edges {
            let low = root[a as usize].min(root[b as usize]);
            (root[a as usize], root[b as usize]) = (low, low);
        }
    }
    let size = |r: usize| root.iter().filter(|x| **x == r).count();
    let mut roots: Vec<usize> = (0..nodes).filter(|v| root[*v] == *v).collect();
    roots.sort_by_key(|r| Reverse(size(*r)));
    root.iter().map(|r| roots.iter().position(|x| x == r).unwrap() as u32).collect()
}

/// A door on an edge, so far along it and off it.
pub(crate) fn door(edge: u32, along_dm: u32, off_dm: u32) -> Snapped {
    Snapped { edge, along_dm, off_dm, at: Coord::default(), moved_to_main: false, on_island: false }
}

/// Doors of places.
pub(crate) fn doors(places: &[Vec<Snapped>]) -> Doors {
    let mut doors = Doors { first: vec![0], ..Doors::default() };
    for place in places {
        doors.door.extend_from_slice(place);
        doors.coord.extend(place.iter().map(|d| d.at));
        doors.first.push(doors.door.len() as u32);
    }
    doors
}

/// (time, way) as a plain pair.
pub(crate) type Pair = (u32, u32);

/// Where a walk is with regard to private ways: still in those of its start, out, or in those of its
/// end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Phase {
    Start,
    Public,
    End,
}

impl Phase {
    /// The phases after walking on along a private or public edge.
    fn next(self, private: bool) -> Option<Self> {
        match (self, private) {
            (Self::Start, true) => Some(Self::Start),
            (Self::Start | Self::Public, false) => Some(Self::Public),
            (Self::Public | Self::End, true) => Some(Self::End),
            (Self::End, false) => None,
        }
    }
}

/// Shortest (time, way) between two places: Dijkstra with a binary heap over (node, phase), both
/// places standing in the middle of their edges.
pub(crate) fn walk(
    network: &Network,
    costs: &Costs,
    from: &[Snapped],
    to: &[Snapped],
) -> Option<Pair> {
    let mut best: HashMap<(u32, Phase), Pair> = HashMap::new();
    let mut heap = BinaryHeap::new();
    let mut answer: Option<Pair> = None;
    for door in from.iter().filter(|d| costs.walkable(d.edge)) {
        let phase = if is_private(network, door.edge) { Phase::Start } else { Phase::Public };
        for (node, way) in ends(network, costs, door) {
            heap.push(Reverse((way, node, phase)));
        }
        for other in to.iter().filter(|d| d.edge == door.edge) {
            let along =
                |d: &Snapped| costs.split(d.edge, d.along_dm, network.edge_dm[d.edge as usize]).0;
            let off = costs.off_street_ds(door.off_dm) + costs.off_street_ds(other.off_dm);
            let way = (
                off + along(door).abs_diff(along(other)),
                door.off_dm + other.off_dm + door.along_dm.abs_diff(other.along_dm),
            );
            answer = Some(answer.map_or(way, |a| a.min(way)));
        }
    }
    while let Some(Reverse((way, node, phase))) = heap.pop() {
        if best.get(&(node, phase)).is_some_and(|b| *b <= way) {
            continue;
        }
        best.insert((node, phase), way);
        let wait = costs.node_wait_ds[node as usize];
        if wait >= UNREACHED {
            continue;
        }
        for door in to.iter().filter(|d| costs.walkable(d.edge)) {
            if phase.next(is_private(network, door.edge)).is_none() {
                continue;
            }
            for (end, last) in ends(network, costs, door) {
                if end == node {
                    let way = (way.0 + wait + last.0, way.1 + last.1);
                    answer = Some(answer.map_or(way, |a| a.min(way)));
                }
            }
        }
        for a in network.first_arc[node as usize]..network.first_arc[node as usize + 1] {
            let (e, head) = (network.arc_edge[a as usize], network.arc_head[a as usize]);
            let Some(phase) = phase.next(is_private(network, e)) else { continue };
            if costs.walkable(e) {
                let (ds, dm) = (costs.edge_ds[e as usize], network.edge_dm[e as usize]);
                heap.push(Reverse(((way.0 + wait + ds, way.1 + dm), head, phase)));
            }
        }
    }
    answer
}

fn ends(network: &Network, costs: &Costs, door: &Snapped) -> [(u32, Pair); 2] {
    let (e, dm) = (door.edge as usize, network.edge_dm[door.edge as usize]);
    let (back, on) = costs.split(door.edge, door.along_dm, dm);
    let off = costs.off_street_ds(door.off_dm);
    [
        (network.edge_from[e], (off + back, door.off_dm + door.along_dm)),
        (network.edge_to[e], (off + on, door.off_dm + dm - door.along_dm)),
    ]
}

/// A random network and doors on it: multi-edges, loops, islands, private regions, signals, locks.
#[derive(Clone, Debug)]
pub(crate) struct Scenery {
    pub(crate) network: Network,
    pub(crate) homes: Doors,
    pub(crate) facilities: Doors,
}

/// Any small scenery.
pub(crate) fn scenery() -> impl Strategy<Value = Scenery> {
    let traits = prop_oneof![
        6 => Just(0u16),
        1 => Just(NodeTrait::SIGNALS),
        1 => Just(NodeTrait::LOCKED),
        1 => Just(NodeTrait::KERB_RAISED | NodeTrait::CROSSING),
    ];
    let kind = prop_oneof![
        5 => Just(StreetClass::Residential as u32),
        3 => Just(StreetClass::Service as u32 | EdgeTrait::PRIVATE),
        1 => Just(StreetClass::Steps as u32 | EdgeTrait::STEPS),
        1 => Just(StreetClass::Path as u32 | EdgeTrait::STEEP),
    ];
    let nodes = prop::collection::vec(traits, 2..14);
    nodes.prop_flat_map(move |nodes| {
        let n = nodes.len() as u32;
        let dm = prop_oneof![1u32..4, 1u32..3000, Just(64)];
        let edges = prop::collection::vec((0..n, 0..n, dm, kind.clone()), 1..24);
        (Just(nodes), edges).prop_flat_map(|(nodes, edges)| {
            let network = network(&nodes, &edges);
            let m = network.edges() as u32;
            let place = prop::collection::vec((0..m, 0.0..=1.0, 0u32..40), 0..3);
            let places = prop::collection::vec(place, 1..8);
            (Just(network), places.clone(), places).prop_map(|(network, homes, facilities)| {
                let snap = |places: Vec<Vec<(u32, f64, u32)>>| {
                    let place = |p: &Vec<(u32, f64, u32)>| {
                        let at = |&(e, share, off): &(u32, f64, u32)| {
                            let dm = f64::from(network.edge_dm[e as usize]);
                            door(e, (dm * share).round() as u32, off)
                        };
                        p.iter().map(at).collect::<Vec<_>>()
                    };
                    doors(&places.iter().map(place).collect::<Vec<_>>())
                };
                Scenery { homes: snap(homes), facilities: snap(facilities), network }
            })
        })
    })
}
