//! How many facilities of a category every home has within each band: one bounded search from each
//! facility. A home's doors hang on the ends of their edges like dead-end nodes.

use crate::circles::costs::Costs;
use crate::circles::search::{Key, NEVER, Stub, WalkGraph, Walker, direct, ds, key, stubs};
use crate::network::Network;
use crate::network::snap::{Doors, Snapped};

/// The doors of homes, by the nodes they hang on and by their edges.
pub(crate) struct Targets {
    /// `nodes + 1` positions in `hanging`.
    first: Vec<u32>,
    hanging: Vec<Hanging>,
    /// (edge, home, door), sorted.
    on_edge: Vec<(u32, u32, u32)>,
}

/// A home's door seen from one end of its edge; the wait at the node is included.
#[derive(Clone, Copy)]
struct Hanging {
    length: Key,
    home: u32,
    private: bool,
}

impl Targets {
    pub(crate) fn new(network: &Network, costs: &Costs, graph: &WalkGraph, homes: &Doors) -> Self {
        let mut pairs = Vec::with_capacity(2 * homes.door.len());
        let mut on_edge = Vec::with_capacity(homes.door.len());
        for home in 0..homes.len() as u32 {
            for i in homes.first[home as usize]..homes.first[home as usize + 1] {
                let door = &homes.door[i as usize];
                let Some(stubs) = stubs(network, costs, door) else { continue };
                on_edge.push((door.edge, home, i));
                for Stub { node, private, length } in stubs {
                    let wait = graph.wait(node);
                    if wait < NEVER {
                        let hanging = Hanging { length: wait + length, home, private };
                        pairs.push((node, hanging));
                    }
                }
            }
        }
        on_edge.sort_unstable();
        let mut first = vec![0; graph.nodes() + 1];
        for (node, _) in &pairs {
            first[*node as usize + 1] += 1;
        }
        for v in 0..graph.nodes() {
            first[v + 1] += first[v];
        }
        pairs.sort_by_key(|(node, _)| *node);
        Self { first, hanging: pairs.into_iter().map(|(_, h)| h).collect(), on_edge }
    }

    fn at(&self, v: u32) -> &[Hanging] {
        &self.hanging[self.first[v as usize] as usize..self.first[v as usize + 1] as usize]
    }

    /// The doors on an edge.
    pub(crate) fn on_edge(&self, edge: u32) -> &[(u32, u32, u32)] {
        let from = self.on_edge.partition_point(|d| d.0 < edge);
        let to = self.on_edge.partition_point(|d| d.0 <= edge);
        &self.on_edge[from..to]
    }
}

/// Searches from facilities, one after the other, and counts what homes have seen.
pub(crate) struct Counter<'a> {
    network: &'a Network,
    costs: &'a Costs,
    graph: &'a WalkGraph,
    homes: &'a Doors,
    targets: &'a Targets,
    walker: Walker,
    /// Shortest way from the facility at hand to each home; [`NEVER`] between searches.
    best: Vec<Key>,
    seen: Vec<u32>,
}

impl<'a> Counter<'a> {
    pub(crate) fn new(
        network: &'a Network,
        costs: &'a Costs,
        graph: &'a WalkGraph,
        homes: &'a Doors,
        targets: &'a Targets,
    ) -> Self {
        let walker = Walker::new(graph.nodes());
        let best = vec![NEVER; homes.len()];
        Self { network, costs, graph, homes, targets, walker, best, seen: Vec::new() }
    }

    /// Counts facilities within each band (rising): `bands x homes`.
    pub(crate) fn category(
        &mut self,
        facilities: &[u32],
        doors: &Doors,
        bands_ds: &[u32],
    ) -> Vec<u32> {
        let homes = self.homes.len();
        let mut within = vec![0; bands_ds.len() * homes];
        let Some(&limit) = bands_ds.last() else { return within };
        for &facility in facilities {
            self.search_from(doors.place(facility as usize), limit);
            for home in self.seen.drain(..) {
                let at = ds(std::mem::replace(&mut self.best[home as usize], NEVER));
                for (band, limit) in bands_ds.iter().enumerate() {
                    within[band * homes + home as usize] += u32::from(at <= *limit);
                }
            }
        }
        within
    }

    /// Fills `best` and `seen` with the homes within the limit.
    fn search_from(&mut self, doors: &[Snapped], limit_ds: u32) {
        let seeds: Vec<Stub> =
            doors.iter().filter_map(|d| stubs(self.network, self.costs, d)).flatten().collect();
        self.walker.search(self.graph, &seeds, limit_ds);
        let limit = key(limit_ds, u32::MAX);
        let (best, seen) = (&mut self.best, &mut self.seen);
        let mut offer = |home: u32, way: Key| {
            let old = &mut best[home as usize];
            if way < *old && way <= limit {
                if *old == NEVER {
                    seen.push(home);
                }
                *old = way;
            }
        };
        let (reached, inside) = self.walker.reached();
        for &v in reached.iter().chain(inside) {
            for hanging in self.targets.at(v) {
                let way = self.walker.at(v, hanging.private);
                if way < NEVER {
                    offer(hanging.home, way + hanging.length);
                }
            }
        }
        for door in doors {
            for &(_, home, i) in self.targets.on_edge(door.edge) {
                let other = &self.homes.door[i as usize];
                if let Some(way) = direct(self.network, self.costs, door, other) {
                    offer(home, way);
                }
            }
        }
    }
}
