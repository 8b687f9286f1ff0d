//! Bounded searches outward from a few doors, over the network as one profile walks it.
//!
//! Labels are (deciseconds, decimetres) in one `u64`, time above: the order of such pairs is kept when
//! lengths are added, so the shortest time wins and, of equal times, the shorter way. The queue is an
//! array of coarse buckets; a node may be taken out too early and is then taken out again, which is
//! rare, since few edges are shorter than a bucket is wide.
//!
//! **Private ways.** A walk is private* public* private*: an estate's own lanes at both ends, never
//! through. Three passes give just that: private arcs from the sources; then public arcs from every
//! label; then private arcs from every label.

use crate::circles::costs::Costs;
use crate::circles::queue::Buckets;
use crate::network::snap::Snapped;
use crate::network::{EdgeTrait, Network};
use crate::units::UNREACHED;

/// Time and way of a walk: deciseconds in the upper half, decimetres in the lower.
pub(crate) type Key = u64;
/// A label that is never reached; adding lengths to it cannot wrap.
pub(crate) const NEVER: Key = (UNREACHED as u64) << 32;
/// Buckets are `1 << SHIFT` deciseconds wide.
const SHIFT: u32 = 5;

/// Packs time and way.
pub(crate) fn key(ds: u32, dm: u32) -> Key {
    u64::from(ds) << 32 | u64::from(dm)
}

/// Time of a key.
pub(crate) fn ds(key: Key) -> u32 {
    (key >> 32) as u32
}

/// Way of a key.
pub(crate) fn dm(key: Key) -> u32 {
    key as u32
}

/// An arc: where it leads and what it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arc {
    pub(crate) length: Key,
    pub(crate) head: u32,
}

/// The arcs one profile can walk, public ones before private ones at each node.
#[derive(Clone, Debug)]
pub struct WalkGraph {
    first: Vec<u32>,
    first_private: Vec<u32>,
    arcs: Vec<Arc>,
    /// Time lost passing each node, as a key; [`NEVER`] where one cannot pass.
    wait: Vec<Key>,
    any_private: bool,
}

impl WalkGraph {
    /// Drops what cannot be walked.
    pub fn new(network: &Network, costs: &Costs) -> Self {
        let nodes = network.nodes();
        let mut graph = Self {
            first: Vec::with_capacity(nodes + 1),
            first_private: Vec::with_capacity(nodes),
            arcs: Vec::with_capacity(network.arc_head.len()),
            wait: costs.node_wait_ds.iter().map(|w| key(*w, 0)).collect(),
            any_private: false,
        };
        graph.first.push(0);
        for v in 0..nodes {
            graph.push_arcs(network, costs, v, false);
            graph.first_private.push(graph.arcs.len() as u32);
            graph.push_arcs(network, costs, v, true);
            graph.any_private |= graph.arcs.len() as u32 > graph.first_private[v];
            graph.first.push(graph.arcs.len() as u32);
        }
        graph
    }

    fn push_arcs(&mut self, network: &Network, costs: &Costs, v: usize, private: bool) {
        for a in network.first_arc[v] as usize..network.first_arc[v + 1] as usize {
            let e = network.arc_edge[a];
            let walkable = costs.walkable(e) && is_private(network, e) == private;
            if walkable && network.arc_head[a] as usize != v {
                let length = key(costs.edge_ds[e as usize], network.edge_dm[e as usize]);
                self.arcs.push(Arc { length, head: network.arc_head[a] });
            }
        }
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.first_private.len()
    }

    pub(crate) fn wait(&self, v: u32) -> Key {
        self.wait[v as usize]
    }

    pub(crate) fn public(&self, v: u32) -> &[Arc] {
        &self.arcs[self.first[v as usize] as usize..self.first_private[v as usize] as usize]
    }

    pub(crate) fn private(&self, v: u32) -> &[Arc] {
        &self.arcs[self.first_private[v as usize] as usize..self.first[v as usize + 1] as usize]
    }
}

/// Whether edge `e` is only for those who live or go there.
pub(crate) fn is_private(network: &Network, e: u32) -> bool {
    network.edge_traits[e as usize] & EdgeTrait::PRIVATE != 0
}

/// A way from a door to one end of its edge. Walking in, add the wait at the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stub {
    pub(crate) node: u32,
    pub(crate) private: bool,
    pub(crate) length: Key,
}

/// The two ways from a door to the ends of its edge; none if this profile cannot walk the edge.
pub(crate) fn stubs(network: &Network, costs: &Costs, door: &Snapped) -> Option<[Stub; 2]> {
    let e = door.edge as usize;
    if !costs.walkable(door.edge) {
        return None;
    }
    let edge_dm = network.edge_dm[e];
    let (back, on) = costs.split(door.edge, door.along_dm, edge_dm);
    let off = key(costs.off_street_ds(door.off_dm), door.off_dm);
    let private = is_private(network, door.edge);
    let along = door.along_dm.min(edge_dm);
    Some([
        Stub { node: network.edge_from[e], private, length: off + key(back, along) },
        Stub { node: network.edge_to[e], private, length: off + key(on, edge_dm - along) },
    ])
}

/// The way between two doors on the same edge, along it; `None` if they are not on one, or it cannot
/// be walked.
pub(crate) fn direct(network: &Network, costs: &Costs, a: &Snapped, b: &Snapped) -> Option<Key> {
    if a.edge != b.edge || !costs.walkable(a.edge) {
        return None;
    }
    let edge_dm = network.edge_dm[a.edge as usize];
    let (at_a, at_b) =
        (costs.split(a.edge, a.along_dm, edge_dm).0, costs.split(b.edge, b.along_dm, edge_dm).0);
    let off = |d: &Snapped| key(costs.off_street_ds(d.off_dm), d.off_dm);
    Some(key(at_a.abs_diff(at_b), a.along_dm.abs_diff(b.along_dm)) + off(a) + off(b))
}

/// Room for searches, used again and again.
#[derive(Clone, Debug)]
pub struct Walker {
    /// Walks that have not gone back into private ways.
    label: Vec<Key>,
    /// Walks that have; only set where they are shorter than `label`.
    inner: Vec<Key>,
    /// Nodes with a `label`, then nodes with an `inner`.
    reached: Vec<u32>,
    reached_inside: Vec<u32>,
    queue: Buckets<Key, u32>,
}

impl Walker {
    /// Room for a graph of so many nodes.
    pub fn new(nodes: usize) -> Self {
        Self {
            label: vec![NEVER; nodes],
            inner: vec![NEVER; nodes],
            reached: Vec::new(),
            reached_inside: Vec::new(),
            queue: Buckets::new(SHIFT),
        }
    }

    /// Finds every node within `limit_ds` (included) of the seeds.
    pub(crate) fn search(&mut self, graph: &WalkGraph, seeds: &[Stub], limit_ds: u32) {
        self.clear();
        let limit = key(limit_ds, u32::MAX);
        for seed in seeds.iter().filter(|s| s.private) {
            offer(
                &mut self.label,
                &mut self.reached,
                &mut self.queue,
                seed.node,
                seed.length,
                limit,
            );
        }
        if graph.any_private {
            self.spread(graph, WalkGraph::private, limit, false);
            for &v in &self.reached {
                self.queue.push(self.label[v as usize], v);
            }
        }
        for seed in seeds.iter().filter(|s| !s.private) {
            offer(
                &mut self.label,
                &mut self.reached,
                &mut self.queue,
                seed.node,
                seed.length,
                limit,
            );
        }
        self.spread(graph, WalkGraph::public, limit, false);
        if graph.any_private {
            self.enter(graph, limit);
            self.spread(graph, WalkGraph::private, limit, true);
        }
    }

    /// Starts the third pass: the private arcs of every labelled node.
    fn enter(&mut self, graph: &WalkGraph, limit: Key) {
        for &v in &self.reached {
            let private = graph.private(v);
            if private.is_empty() {
                continue;
            }
            let out = self.label[v as usize] + graph.wait(v);
            for arc in private {
                if out + arc.length < self.label[arc.head as usize] {
                    offer(
                        &mut self.inner,
                        &mut self.reached_inside,
                        &mut self.queue,
                        arc.head,
                        out + arc.length,
                        limit,
                    );
                }
            }
        }
    }

    fn spread(
        &mut self,
        graph: &WalkGraph,
        arcs: impl Fn(&WalkGraph, u32) -> &[Arc],
        limit: Key,
        inside: bool,
    ) {
        let (label, reached) = if inside {
            (&mut self.inner, &mut self.reached_inside)
        } else {
            (&mut self.label, &mut self.reached)
        };
        while let Some((at, v)) = self.queue.pop() {
            if label[v as usize] != at {
                continue;
            }
            let out = at + graph.wait(v);
            for arc in arcs(graph, v) {
                offer(label, reached, &mut self.queue, arc.head, out + arc.length, limit);
            }
        }
    }

    /// Forgets the last search.
    fn clear(&mut self) {
        for v in self.reached.drain(..) {
            self.label[v as usize] = NEVER;
        }
        for v in self.reached_inside.drain(..) {
            self.inner[v as usize] = NEVER;
        }
    }

    /// The nodes reached on the way, or only inside private ways (some are in both lists).
    pub(crate) fn reached(&self) -> (&[u32], &[u32]) {
        (&self.reached, &self.reached_inside)
    }

    /// The shortest way to a node, to go on from there along a public or a private edge.
    pub(crate) fn at(&self, v: u32, private: bool) -> Key {
        let label = self.label[v as usize];
        if private { label.min(self.inner[v as usize]) } else { label }
    }
}

fn offer(
    label: &mut [Key],
    reached: &mut Vec<u32>,
    queue: &mut Buckets<Key, u32>,
    v: u32,
    key: Key,
    limit: Key,
) {
    let old = label[v as usize];
    if key < old && key <= limit {
        if old == NEVER {
            reached.push(v);
        }
        label[v as usize] = key;
        queue.push(key, v);
    }
}
