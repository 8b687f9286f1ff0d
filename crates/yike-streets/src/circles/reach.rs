//! One origin: what it reaches, exact to the position along the edge.

use crate::circles::costs::Costs;
use crate::circles::nearest::Near;
use crate::circles::search::{
    Key, NEVER, Stub, WalkGraph, Walker, direct, dm, ds, is_private, key, stubs,
};
use crate::network::Network;
use crate::network::snap::{Doors, Snapped};

/// A stretch of an edge that is reached. Time rises or falls evenly along it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ReachedPart {
    /// The edge.
    pub edge: u32,
    /// Where the stretch starts, decimetres from `edge_from`.
    pub from_dm: u32,
    /// Where it ends; at least `from_dm`.
    pub to_dm: u32,
    /// Walking time at its start, deciseconds.
    pub from_ds: u32,
    /// Walking time at its end.
    pub to_ds: u32,
}

/// What one origin reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Farthest time looked at, deciseconds.
    pub limit_ds: u32,
    /// Reached stretches, by edge and position; stretches of one edge touch at most at their ends.
    pub parts: Vec<ReachedPart>,
    /// Reached facilities, nearest first.
    pub facilities: Vec<Near>,
}

/// Answers for one network and profile, again and again. Holds room for one search; make one for
/// each thread.
pub struct Reacher<'a> {
    network: &'a Network,
    costs: &'a Costs,
    graph: &'a WalkGraph,
    walker: Walker,
}

impl<'a> Reacher<'a> {
    /// Room for searches.
    pub fn new(network: &'a Network, costs: &'a Costs, graph: &'a WalkGraph) -> Self {
        Self { network, costs, graph, walker: Walker::new(graph.nodes()) }
    }

    /// Everything within `limit_ds` of an origin with these doors, and the facilities there.
    pub fn reach(
        &mut self,
        origin: &[Snapped],
        facilities: &FacilityIndex,
        limit_ds: u32,
    ) -> Reach {
        let seeds: Vec<Stub> =
            origin.iter().filter_map(|d| stubs(self.network, self.costs, d)).flatten().collect();
        self.walker.search(self.graph, &seeds, limit_ds);
        let edges = self.edges(origin);
        let mut parts = Vec::with_capacity(edges.len() * 2);
        let mut peaks = Vec::new();
        for &edge in &edges {
            self.parts_of(edge, origin, limit_ds, &mut peaks, &mut parts);
        }
        let facilities = self.facilities(origin, facilities, limit_ds, &edges);
        Reach { limit_ds, parts, facilities }
    }

    /// The time from which an edge is walked inward from node `v`, if it is.
    fn entering(&self, v: u32, edge: u32) -> Key {
        let at = self.walker.at(v, is_private(self.network, edge));
        if at < NEVER { (at + self.graph.wait(v)).min(NEVER) } else { NEVER }
    }

    /// The edges a walk touches, in order.
    fn edges(&self, origin: &[Snapped]) -> Vec<u32> {
        let network = self.network;
        let (reached, inside) = self.walker.reached();
        let mut edges: Vec<u32> = origin.iter().map(|d| d.edge).collect();
        for &v in reached.iter().chain(inside) {
            let v = v as usize;
            let arcs = network.first_arc[v] as usize..network.first_arc[v + 1] as usize;
            edges.extend_from_slice(&network.arc_edge[arcs]);
        }
        edges.retain(|e| self.costs.walkable(*e));
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// The reached stretches of one edge: the lower envelope of the walks that come in from its ends
    /// and from doors on it.
    fn parts_of(
        &self,
        e: u32,
        origin: &[Snapped],
        limit_ds: u32,
        peaks: &mut Vec<(u32, u32)>,
        parts: &mut Vec<ReachedPart>,
    ) {
        let line = EdgeLine {
            whole_ds: self.costs.edge_ds[e as usize],
            whole_dm: self.network.edge_dm[e as usize],
        };
        let from = ds(self.entering(self.network.edge_from[e as usize], e));
        let to = ds(self.entering(self.network.edge_to[e as usize], e));
        peaks.clear();
        peaks.extend([(0, from), (line.whole_dm, to)]);
        for door in origin.iter().filter(|d| d.edge == e) {
            let off = self.costs.off_street_ds(door.off_dm);
            peaks.push((door.along_dm.min(line.whole_dm), off));
        }
        peaks.retain(|p| p.1 <= limit_ds);
        peaks.sort_unstable();
        line.drop_dominated(peaks);
        line.envelope(e, peaks, limit_ds, parts);
    }

    fn facilities(
        &self,
        origin: &[Snapped],
        index: &FacilityIndex,
        limit_ds: u32,
        edges: &[u32],
    ) -> Vec<Near> {
        let limit = key(limit_ds, u32::MAX);
        let mut found: Vec<Near> = Vec::new();
        for &edge in edges {
            for &(_, facility, door) in index.on_edge(edge) {
                let way = self.way_to(&index.doors.door[door as usize], origin);
                if way <= limit {
                    found.push(Near { ds: ds(way), dm: dm(way), facility });
                }
            }
        }
        found.sort_unstable_by_key(|n| (n.facility, n.ds, n.dm));
        found.dedup_by_key(|n| n.facility);
        found.sort_unstable();
        found
    }

    /// The shortest way from the origin to a door on the streets.
    fn way_to(&self, door: &Snapped, origin: &[Snapped]) -> Key {
        let Some(stubs) = stubs(self.network, self.costs, door) else { return NEVER };
        let through = stubs.iter().map(|s| match self.entering(s.node, door.edge) {
            NEVER => NEVER,
            at => at + s.length,
        });
        let along = origin.iter().filter_map(|d| direct(self.network, self.costs, d, door));
        through.chain(along).min().unwrap_or(NEVER)
    }
}

/// Facilities by the edges their doors are on.
#[derive(Clone, Debug, Default)]
pub struct FacilityIndex {
    doors: Doors,
    /// (edge, facility, door), sorted.
    by_edge: Vec<(u32, u32, u32)>,
}

impl FacilityIndex {
    /// Indexes snapped doors.
    pub fn new(doors: Doors) -> Self {
        let mut by_edge = Vec::with_capacity(doors.door.len());
        for facility in 0..doors.len() as u32 {
            for i in doors.first[facility as usize]..doors.first[facility as usize + 1] {
                by_edge.push((doors.door[i as usize].edge, facility, i));
            }
        }
        by_edge.sort_unstable();
        Self { doors, by_edge }
    }

    fn on_edge(&self, edge: u32) -> &[(u32, u32, u32)] {
        let from = self.by_edge.partition_point(|d| d.0 < edge);
        let to = from + self.by_edge[from..].partition_point(|d| d.0 <= edge);
        &self.by_edge[from..to]
    }
}

/// Time along one edge.
struct EdgeLine {
    whole_ds: u32,
    whole_dm: u32,
}

impl EdgeLine {
    /// Time from the start to a position; the rounding of [`Costs::split`].
    fn at(&self, dm: u32) -> u32 {
        (u64::from(self.whole_ds) * u64::from(dm) / u64::from(self.whole_dm)) as u32
    }

    /// Drops peaks (sorted by position) that a walk from another peak reaches as soon.
    fn drop_dominated(&self, peaks: &mut Vec<(u32, u32)>) {
        // Once from the left, once from the right: the best walk so far, carried along.
        for _ in 0..2 {
            let mut best: Option<(u32, u32)> = None;
            peaks.retain(|&(at, ds)| {
                let carried = best.map(|(b, b_ds)| b_ds + self.at(at).abs_diff(self.at(b)));
                let keep = carried.is_none_or(|c| ds < c);
                if keep {
                    best = Some((at, ds));
                }
                keep
            });
            peaks.reverse();
        }
    }

    /// Writes the stretches reached from peaks (position, time there), sorted by position, none
    /// dominated.
    fn envelope(&self, edge: u32, peaks: &[(u32, u32)], limit: u32, parts: &mut Vec<ReachedPart>) {
        for (i, &(at, ds)) in peaks.iter().enumerate() {
            let (mut low, mut high) = (self.back(at, limit - ds), self.on(at, limit - ds));
            // A neighbour takes over where its walk is as short.
            for (j, &(other, other_ds)) in peaks.iter().enumerate() {
                match j.cmp(&i) {
                    std::cmp::Ordering::Less => {
                        low = low.max(self.meeting(other, other_ds, at, ds));
                    }
                    std::cmp::Ordering::Greater => {
                        high = high.min(self.meeting(at, ds, other, other_ds));
                    }
                    std::cmp::Ordering::Equal => {}
                }
            }
            let time = |p: u32| ds + self.at(p).abs_diff(self.at(at));
            if low < at && low <= high {
                let top = at.min(high);
                parts.push(ReachedPart {
                    edge,
                    from_dm: low,
                    to_dm: top,
                    from_ds: time(low),
                    to_ds: time(top),
                });
            }
            if high > at && low <= high {
                let bottom = at.max(low);
                parts.push(ReachedPart {
                    edge,
                    from_dm: bottom,
                    to_dm: high,
                    from_ds: time(bottom),
                    to_ds: time(high),
                });
            }
        }
    }

    /// The first position within `ds` before `at`.
    fn back(&self, at: u32, ds: u32) -> u32 {
        let Some(least) = self.at(at).checked_sub(ds).filter(|l| *l > 0) else { return 0 };
        // Smallest p with floor(whole_ds * p / whole_dm) >= least.
        let p = (u64::from(least) * u64::from(self.whole_dm)).div_ceil(u64::from(self.whole_ds));
        (p as u32).min(at)
    }

    /// The last position within `ds` after `at`.
    fn on(&self, at: u32, ds: u32) -> u32 {
        let most = u64::from(self.at(at)) + u64::from(ds);
        if most >= u64::from(self.whole_ds) {
            return self.whole_dm;
        }
        // Largest p with floor(whole_ds * p / whole_dm) <= most.
        let p = ((most + 1) * u64::from(self.whole_dm) - 1) / u64::from(self.whole_ds);
        (p as u32).clamp(at, self.whole_dm)
    }

    /// Where the walk on from `a` takes as long as the walk back from `b` (`a <= b`), clamped between:
    /// `a` where `b` is shorter even there, `b` where `a` is.
    fn meeting(&self, a: u32, a_ds: u32, b: u32, b_ds: u32) -> u32 {
        let (ta, tb) = (i64::from(self.at(a)), i64::from(self.at(b)));
        // a_ds + (t - ta) = b_ds + (tb - t)
        let t = (i64::from(b_ds) - i64::from(a_ds) + ta + tb) / 2;
        if t <= ta {
            return a;
        }
        if t >= tb {
            return b;
        }
        let p = (t as u64 * u64::from(self.whole_dm)).div_ceil(u64::from(self.whole_ds));
        (p as u32).clamp(a, b)
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
