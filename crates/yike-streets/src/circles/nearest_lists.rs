//! The few nearest facilities of a category for every home at once, by sweeps over ladders: one of the public
//! ways, and one of the private ways, which a walk uses only at its ends (see [`crate::circles::search`]).

use crate::circles::costs::Costs;
use crate::circles::ladder::{Graph, Ladder};
use crate::circles::nearest::{CategoryReach, NONE};
use crate::circles::nearest_counts::Targets;
use crate::circles::nearest_few::{Entry, insert, merge, sweep};
use crate::circles::search::{Key, NEVER, Stub, WalkGraph, direct, dm, ds, key, stubs};
use crate::network::Network;
use crate::network::snap::Doors;
use crate::units::UNREACHED;

/// Nodes with more neighbours stay in the core.
const MOST: usize = 10;
/// Not a private node.
const NOWHERE: u32 = u32::MAX;

type Walk = (Key, u32);

/// A ladder and the waits at its steps.
struct Waiting {
    ladder: Ladder<Key>,
    wait: Vec<Key>,
}

impl Waiting {
    /// `nodes` are the numbers in the walk graph of the nodes of `graph`.
    fn new(graph: &Graph<Key>, walk: &WalkGraph, nodes: &[u32], limit: Key) -> Self {
        let wait_of = |v: u32| walk.wait(nodes[v as usize]);
        let ladder = Ladder::with_waits(graph, wait_of, MOST, limit);
        let wait = ladder.node.iter().map(|v| wait_of(*v)).collect();
        Self { ladder, wait }
    }

    fn sweep<const K: usize>(&self, lists: &mut [[Walk; K]]) {
        sweep(&self.ladder, |step| self.wait[step], lists);
    }
}

/// Where a home reads: a list, and the length from there to its door, the wait at the node included.
#[derive(Clone, Copy)]
struct Reading {
    list: u32,
    length: Key,
}

/// What is the same for all categories of one profile.
pub(crate) struct Lists<'a> {
    network: &'a Network,
    costs: &'a Costs,
    homes: &'a Doors,
    limit: Key,
    outer: Waiting,
    inner: Waiting,
    /// The network's numbers of the private nodes, and the place of each node among them.
    private: Vec<u32>,
    place: Vec<u32>,
    /// `homes + 1` positions in `readings`.
    first: Vec<u32>,
    readings: Vec<Reading>,
}

impl<'a> Lists<'a> {
    pub(crate) fn new(
        network: &'a Network,
        costs: &'a Costs,
        walk: &WalkGraph,
        homes: &'a Doors,
        max_ds: u32,
    ) -> Self {
        let limit = key(max_ds, u32::MAX);
        let every: Vec<u32> = (0..walk.nodes() as u32).collect();
        let private: Vec<u32> =
            every.iter().copied().filter(|v| !walk.private(*v).is_empty()).collect();
        let mut place = vec![NOWHERE; walk.nodes()];
        for (i, v) in private.iter().enumerate() {
            place[*v as usize] = i as u32;
        }
        let public_arcs = |v: &u32| walk.public(*v).iter().map(|a| (a.head, a.length));
        let private_arcs =
            |v: &u32| walk.private(*v).iter().map(|a| (place[a.head as usize], a.length));
        let outer = Waiting::new(&graph(&every, public_arcs), walk, &every, limit);
        let inner = Waiting::new(&graph(&private, private_arcs), walk, &private, limit);
        let (first, readings) = (vec![0], Vec::with_capacity(2 * homes.door.len()));
        let mut lists =
            Self { network, costs, homes, limit, outer, inner, private, place, first, readings };
        lists.read_at(walk);
        lists
    }

    /// Notes where each home reads.
    fn read_at(&mut self, walk: &WalkGraph) {
        for home in 0..self.homes.len() {
            for door in self.homes.place(home) {
                for stub in stubs(self.network, self.costs, door).into_iter().flatten() {
                    let wait = walk.wait(stub.node);
                    if wait < NEVER {
                        let list = self.list_of(&stub);
                        self.readings.push(Reading { list, length: wait + stub.length });
                    }
                }
            }
            self.first.push(self.readings.len() as u32);
        }
    }

    /// The list that ways out of or into a stub belong to: those of private nodes come after all others.
    fn list_of(&self, stub: &Stub) -> u32 {
        let place = self.place[stub.node as usize];
        if stub.private && place != NOWHERE {
            self.place.len() as u32 + self.inner.ladder.step[place as usize]
        } else {
            self.outer.ladder.step[stub.node as usize]
        }
    }

    /// The `k` nearest of these facilities for every home; counts are left empty.
    pub(crate) fn category(
        &self,
        facilities: &[u32],
        doors: &Doors,
        targets: &Targets,
        k: usize,
    ) -> CategoryReach {
        match k {
            1 => self.nearest::<1>(facilities, doors, targets, k),
            2 => self.nearest::<2>(facilities, doors, targets, k),
            3 => self.nearest::<3>(facilities, doors, targets, k),
            4..=5 => self.nearest::<5>(facilities, doors, targets, k),
            6..=8 => self.nearest::<8>(facilities, doors, targets, k),
            _ => self.nearest::<16>(facilities, doors, targets, k),
        }
    }

    fn nearest<const K: usize>(
        &self,
        facilities: &[u32],
        doors: &Doors,
        targets: &Targets,
        k: usize,
    ) -> CategoryReach {
        let lists = self.spread::<K>(facilities, doors);
        let mut along = self.along_edges(facilities, doors, targets);
        along.sort_unstable();
        let mut along = along.into_iter().peekable();
        let cells = self.homes.len() * k;
        let mut reach = CategoryReach {
            facility: vec![NONE; cells],
            ds: vec![UNREACHED; cells],
            dm: vec![0; cells],
            within: Vec::new(),
        };
        for home in 0..self.homes.len() {
            let mut nearest = [Walk::NOBODY; K];
            while let Some((_, walk)) = along.next_if(|(at, _)| *at as usize == home) {
                insert(&mut nearest, walk);
            }
            let readings = self.first[home] as usize..self.first[home + 1] as usize;
            for reading in &self.readings[readings] {
                merge(&mut nearest, &lists[reading.list as usize], reading.length);
            }
            let near = nearest.iter().take(k).take_while(|w| w.0 <= self.limit);
            for (i, (way, facility)) in near.enumerate() {
                reach.facility[home * k + i] = *facility;
                (reach.ds[home * k + i], reach.dm[home * k + i]) = (ds(*way), dm(*way));
            }
        }
        reach
    }

    /// Completes the lists of all nodes: private ways from the doors, public ways from there on, private ways
    /// again at the end. The lists of private nodes at a walk's end come after those of all nodes.
    fn spread<const K: usize>(&self, facilities: &[u32], doors: &Doors) -> Vec<[Walk; K]> {
        let nodes = self.place.len();
        let mut lists = vec![[Walk::NOBODY; K]; nodes + self.private.len()];
        let (outer, inner) = lists.split_at_mut(nodes);
        let seeds = facilities.iter().flat_map(|facility| {
            let stubs = doors.place(*facility as usize).iter();
            let stubs = stubs.filter_map(|d| stubs_of(self, d)).flatten();
            stubs.map(move |stub| (self.list_of(&stub) as usize, (stub.length, *facility)))
        });
        for (list, walk) in seeds {
            let list = if list < nodes { &mut outer[list] } else { &mut inner[list - nodes] };
            insert(list, walk);
        }
        let step = |i: usize| self.outer.ladder.step[self.private[i] as usize] as usize;
        self.inner.sweep(inner);
        for (i, inside) in self.inner.ladder.step.iter().enumerate() {
            merge(&mut outer[step(i)], &inner[*inside as usize], 0);
        }
        self.outer.sweep(outer);
        for (i, inside) in self.inner.ladder.step.iter().enumerate() {
            inner[*inside as usize] = outer[step(i)];
        }
        self.inner.sweep(inner);
        lists
    }

    /// Walks that never leave the edge: (home, walk).
    fn along_edges(
        &self,
        facilities: &[u32],
        doors: &Doors,
        targets: &Targets,
    ) -> Vec<(u32, Walk)> {
        let mut found = Vec::new();
        for &facility in facilities {
            for door in doors.place(facility as usize) {
                for &(_, home, i) in targets.on_edge(door.edge) {
                    let other = &self.homes.door[i as usize];
                    if let Some(way) = direct(self.network, self.costs, door, other) {
                        found.push((home, (way, facility)));
                    }
                }
            }
        }
        found
    }
}

fn stubs_of(lists: &Lists<'_>, door: &crate::network::snap::Snapped) -> Option<[Stub; 2]> {
    stubs(lists.network, lists.costs, door)
}

/// Lists the arcs of some nodes.
fn graph<I: Iterator<Item = (u32, Key)>>(nodes: &[u32], arcs: impl Fn(&u32) -> I) -> Graph<Key> {
    let mut graph = Graph { first: vec![0], arcs: Vec::new() };
    for v in nodes {
        graph.arcs.extend(arcs(v));
        graph.first.push(graph.arcs.len() as u32);
    }
    graph
}
