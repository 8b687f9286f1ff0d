//! A ladder: the graph with its simple nodes taken out, one after the other.
//!
//! A dead end, a bend or a plain fork says little about the shape of a city. Taking such a node out and
//! joining its neighbours by what it took to walk through it leaves all distances between the others as
//! they are. Doing so while there are nodes of few neighbours leaves a small **core**, and for every node
//! taken out the few nodes **up** from it, all taken out later or in the core.
//!
//! Then a search is three sweeps without surprises: up (in the order of taking out, each node tells its
//! ups what it knows), a search of the core, and down (in the reverse order, each node asks its ups). This
//! is the node elimination behind sparse Cholesky factors and contraction hierarchies, without ranks to
//! learn and without witness searches; it is exact for any lengths. See Dibbelt, Strasser & Wagner,
//! "Customizable Contraction Hierarchies", 2016, and Delling et al., "PHAST", 2011.

use std::collections::VecDeque;

/// A length longer than any walk. Adding two of them does not wrap.
pub const FAR: u32 = u32::MAX / 4;

/// What edges are measured in: metres of some kind in a `u32`, or time and way in a `u64`.
pub trait Length: Copy + Ord + Default + Send + Sync + std::ops::Add<Output = Self> {}

impl Length for u32 {}
impl Length for u64 {}

/// A plain weighted undirected graph: the arcs of node `v` are `arcs[first[v]..first[v + 1]]`.
#[derive(Clone, Debug, Default)]
pub struct Graph<L = u32> {
    /// `nodes + 1` positions.
    pub first: Vec<u32>,
    /// (head, length).
    pub arcs: Vec<(u32, L)>,
}

impl<L: Length> Graph<L> {
    /// Lists both arcs of every edge (one node, other node, length).
    pub fn of_edges(nodes: usize, edges: impl Iterator<Item = (u32, u32, L)> + Clone) -> Self {
        let mut first = vec![0; nodes + 1];
        for (a, b, _) in edges.clone() {
            first[a as usize + 1] += 1;
            first[b as usize + 1] += 1;
        }
        for v in 0..nodes {
            first[v + 1] += first[v];
        }
        let mut next = first.clone();
        let mut arcs = vec![(0, L::default()); first[nodes] as usize];
        for (a, b, length) in edges {
            for (tail, head) in [(a, b), (b, a)] {
                let slot = &mut next[tail as usize];
                arcs[*slot as usize] = (head, length);
                *slot += 1;
            }
        }
        Self { first, arcs }
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// The arcs leaving `v`.
    pub fn at(&self, v: u32) -> &[(u32, L)] {
        &self.arcs[self.first[v as usize] as usize..self.first[v as usize + 1] as usize]
    }
}

/// A graph with its simple nodes taken out. Nodes have new numbers, **steps**: those taken out come first,
/// in that order; then the core, in the old order.
#[derive(Clone, Debug)]
pub struct Ladder<L = u32> {
    /// The old number of each step.
    pub node: Vec<u32>,
    /// The step of each old number.
    pub step: Vec<u32>,
    /// How many nodes were taken out.
    pub out: usize,
    /// Positions in `up` for the steps taken out, one more than those.
    pub first: Vec<u32>,
    /// (step, length) up from each step taken out; all those steps are later.
    pub up: Vec<(u32, L)>,
    /// What is left; core node `i` is step `out + i`.
    pub core: Graph<L>,
}

/// Nodes with this many neighbours or more are no longer told apart when the fewest are looked for.
const MANY: usize = 512;

/// Neighbours of nodes that change; each has a block with room in one pool.
struct Neighbours<L> {
    pool: Vec<(u32, L)>,
    start: Vec<u32>,
    len: Vec<u32>,
    room: Vec<u32>,
}

impl<L: Length> Neighbours<L> {
    fn new(graph: &Graph<L>, limit: L) -> Self {
        let nodes = graph.nodes();
        let mut all = Self {
            pool: Vec::with_capacity(graph.arcs.len() + 3 * nodes),
            start: Vec::with_capacity(nodes),
            len: Vec::with_capacity(nodes),
            room: Vec::with_capacity(nodes),
        };
        for v in 0..nodes as u32 {
            let start = all.pool.len();
            for &(head, length) in graph.at(v) {
                if head == v || length > limit {
                    continue;
                }
                match all.pool[start..].iter_mut().find(|n| n.0 == head) {
                    Some(known) => known.1 = known.1.min(length),
                    None => all.pool.push((head, length)),
                }
            }
            let len = all.pool.len() - start;
            all.pool.resize(start + len + 2, (0, L::default()));
            all.start.push(start as u32);
            all.len.push(len as u32);
            all.room.push(len as u32 + 2);
        }
        all
    }

    fn of(&self, v: u32) -> &[(u32, L)] {
        let start = self.start[v as usize] as usize;
        &self.pool[start..start + self.len[v as usize] as usize]
    }

    fn remove(&mut self, v: u32, neighbour: u32) {
        let start = self.start[v as usize] as usize;
        let len = self.len[v as usize] as usize;
        let block = &mut self.pool[start..start + len];
        if let Some(at) = block.iter().position(|n| n.0 == neighbour) {
            block[at] = block[len - 1];
            self.len[v as usize] -= 1;
        }
    }

    /// Joins `v` to a neighbour by a length, keeping the shorter if they are joined.
    fn join(&mut self, v: u32, neighbour: u32, length: L) {
        let (start, len) = (self.start[v as usize] as usize, self.len[v as usize] as usize);
        if let Some(known) = self.pool[start..start + len].iter_mut().find(|n| n.0 == neighbour) {
            known.1 = known.1.min(length);
            return;
        }
        if len as u32 == self.room[v as usize] {
            // The block is full: it moves to the end with twice the room.
            let room = (2 * len).max(4);
            self.start[v as usize] = self.pool.len() as u32;
            self.room[v as usize] = room as u32;
            self.pool.extend_from_within(start..start + len);
            self.pool.resize(self.pool.len() + room - len, (0, L::default()));
        }
        self.pool[self.start[v as usize] as usize + len] = (neighbour, length);
        self.len[v as usize] += 1;
    }
}

impl<L: Length> Ladder<L> {
    /// Takes out every node that has at most `most` neighbours when its turn comes, those with the fewest
    /// first. Joints longer than `limit` are left out: distances up to `limit` stay exact.
    pub fn new(graph: &Graph<L>, most: usize, limit: L) -> Self {
        Self::with_waits(graph, |_| L::default(), most, limit)
    }

    /// The same where going through a node takes `wait` besides (but not starting or ending there). A node
    /// whose wait is longer than `limit` is never gone through.
    pub fn with_waits(graph: &Graph<L>, wait: impl Fn(u32) -> L, most: usize, limit: L) -> Self {
        let nodes = graph.nodes();
        let mut neighbours = Neighbours::new(graph, limit);
        let mut turns = vec![VecDeque::new(); most.min(MANY) + 1];
        let turn_of =
            |count: u32| (count as usize).min(if most >= MANY { MANY } else { usize::MAX });
        for v in 0..nodes as u32 {
            if let Some(turn) = turns.get_mut(turn_of(neighbours.len[v as usize])) {
                turn.push_back(v);
            }
        }
        let mut taken = Taken {
            step: vec![u32::MAX; nodes],
            node: Vec::with_capacity(nodes),
            first: vec![0],
            up: Vec::with_capacity(graph.arcs.len()),
        };
        let mut fewest = 0;
        while fewest < turns.len() {
            let Some(v) = turns[fewest].pop_front() else {
                fewest += 1;
                continue;
            };
            // A node that has changed since is in another turn too.
            if taken.step[v as usize] != u32::MAX || turn_of(neighbours.len[v as usize]) != fewest {
                continue;
            }
            taken.take(v, wait(v), &mut neighbours, limit);
            for &(u, _) in &taken.up[taken.first[taken.first.len() - 2] as usize..] {
                let count = turn_of(neighbours.len[u as usize]);
                if let Some(turn) = turns.get_mut(count) {
                    turn.push_back(u);
                    fewest = fewest.min(count);
                }
            }
        }
        taken.finish(&neighbours)
    }
}

/// What has been taken out, in old numbers.
struct Taken<L> {
    step: Vec<u32>,
    node: Vec<u32>,
    first: Vec<u32>,
    up: Vec<(u32, L)>,
}

impl<L: Length> Taken<L> {
    fn take(&mut self, v: u32, wait: L, neighbours: &mut Neighbours<L>, limit: L) {
        self.step[v as usize] = self.node.len() as u32;
        self.node.push(v);
        let start = self.up.len();
        self.up.extend_from_slice(neighbours.of(v));
        self.first.push(self.up.len() as u32);
        for i in start..self.up.len() {
            let (a, to_a) = self.up[i];
            neighbours.remove(a, v);
            for j in start..i {
                let (b, to_b) = self.up[j];
                let through = to_a + wait + to_b;
                if wait <= limit && through <= limit {
                    neighbours.join(a, b, through);
                    neighbours.join(b, a, through);
                }
            }
        }
    }

    fn finish(mut self, neighbours: &Neighbours<L>) -> Ladder<L> {
        let out = self.node.len();
        for v in 0..self.step.len() {
            if self.step[v] == u32::MAX {
                self.step[v] = self.node.len() as u32;
                self.node.push(v as u32);
            }
        }
        let step = &self.step;
        for up in &mut self.up {
            up.0 = step[up.0 as usize];
        }
        let mut core = Graph { first: vec![0], arcs: Vec::new() };
        for &v in &self.node[out..] {
            let arcs = neighbours.of(v).iter();
            core.arcs.extend(arcs.map(|&(u, length)| (step[u as usize] - out as u32, length)));
            core.first.push(core.arcs.len() as u32);
        }
        Ladder { node: self.node, step: self.step, out, first: self.first, up: self.up, core }
    }
}

impl<L: Length> Ladder<L> {
    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.node.len()
    }

    /// The ups of a step taken out.
    pub fn up(&self, step: usize) -> &[(u32, L)] {
        &self.up[self.first[step] as usize..self.first[step + 1] as usize]
    }
}
