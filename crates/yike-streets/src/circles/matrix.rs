//! From each of many sites: every node within a limit, with its distance.
//!
//! A bounded search over the core of a [`Ladder`] that has only lost its dead ends and bends, which is half
//! of the nodes of a city; what was taken out around the nodes reached is then filled in.

use rayon::prelude::*;

use crate::circles::ladder::Ladder;
use crate::circles::queue::Buckets;

/// Buckets are `1 << SHIFT` wide.
const SHIFT: u32 = 6;
/// Sites a thread takes at a time.
const GROUP: usize = 64;
const FAR: u32 = u32::MAX;

/// One walk: (site, node, distance).
pub type Walk = (u32, u32, u32);

/// What was taken out, in pieces that only hang together through the core.
#[derive(Clone, Debug)]
pub struct Pieces {
    /// `pieces + 1` positions in `steps`.
    first: Vec<u32>,
    /// The steps of each piece, falling.
    steps: Vec<u32>,
    /// The piece of each step taken out.
    piece: Vec<u32>,
    /// `core nodes + 1` positions in `around`.
    first_around: Vec<u32>,
    /// The pieces around each core node.
    around: Vec<u32>,
}

impl Pieces {
    /// Divides what was taken out.
    pub fn new(ladder: &Ladder) -> Self {
        let out = ladder.out;
        // A step joins the piece of each of its ups that was taken out too.
        let mut root: Vec<u32> = (0..out as u32).collect();
        fn find(root: &mut [u32], mut v: u32) -> u32 {
            while root[v as usize] != v {
                root[v as usize] = root[root[v as usize] as usize];
                v = root[v as usize];
            }
            v
        }
        for step in 0..out {
            for &(up, _) in ladder.up(step).iter().filter(|u| (u.0 as usize) < out) {
                let (a, b) = (find(&mut root, step as u32), find(&mut root, up));
                root[a.min(b) as usize] = a.max(b);
            }
        }
        let mut piece = vec![0; out];
        let mut count = 0;
        for step in (0..out as u32).rev() {
            let top = find(&mut root, step);
            piece[step as usize] = if top == step { count } else { piece[top as usize] };
            count += u32::from(top == step);
        }
        let (first, steps) =
            list_by(count as usize, (0..out as u32).rev().map(|s| (piece[s as usize], s)));
        let pairs = (0..out).flat_map(|step| {
            let core = ladder.up(step).iter().filter(|u| u.0 as usize >= out);
            core.map(move |u| (u.0 - out as u32, step))
        });
        let pairs: Vec<(u32, u32)> = pairs.map(|(core, step)| (core, piece[step])).collect();
        let (first_around, around) = list_by(ladder.core.nodes(), pairs.iter().copied());
        Self { first, steps, piece, first_around, around }
    }

    fn of(&self, piece: u32) -> &[u32] {
        &self.steps[self.first[piece as usize] as usize..self.first[piece as usize + 1] as usize]
    }

    fn around(&self, core: u32) -> &[u32] {
        let v = core as usize;
        &self.around[self.first_around[v] as usize..self.first_around[v + 1] as usize]
    }
}

/// Lists the values of each key, in the order given.
fn list_by(keys: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0; keys + 1];
    for (key, _) in pairs.clone() {
        first[key as usize + 1] += 1;
    }
    for key in 0..keys {
        first[key + 1] += first[key];
    }
    let mut next = first.clone();
    let mut values = vec![0; first[keys] as usize];
    for (key, value) in pairs {
        values[next[key as usize] as usize] = value;
        next[key as usize] += 1;
    }
    (first, values)
}

/// Finds, from each site (an old node number), every node at most `limit` away. Sorted by site; the order
/// of nodes is that of the search.
pub fn walks_within(ladder: &Ladder, pieces: &Pieces, sites: &[u32], limit: u32) -> Vec<Vec<Walk>> {
    sites
        .par_chunks(GROUP)
        .enumerate()
        .map_init(
            || Room::new(ladder, pieces, limit),
            |room, (group, sites)| {
                let mut walks = Vec::new();
                for (i, site) in sites.iter().enumerate() {
                    room.site((group * GROUP + i) as u32, *site, &mut walks);
                }
                walks
            },
        )
        .collect()
}

/// Room for one site after the other.
struct Room<'a> {
    ladder: &'a Ladder,
    pieces: &'a Pieces,
    limit: u32,
    /// By step.
    label: Vec<u32>,
    queue: Buckets<u32, u32>,
    /// Core nodes reached.
    reached: Vec<u32>,
    /// The last site that filled each piece.
    filled: Vec<u32>,
}

impl<'a> Room<'a> {
    fn new(ladder: &'a Ladder, pieces: &'a Pieces, limit: u32) -> Self {
        Self {
            ladder,
            pieces,
            limit,
            label: vec![FAR; ladder.nodes()],
            queue: Buckets::new(SHIFT),
            reached: Vec::new(),
            filled: vec![u32::MAX; pieces.first.len()],
        }
    }

    fn site(&mut self, site: u32, node: u32, walks: &mut Vec<Walk>) {
        let (start, out) = (self.ladder.step[node as usize], self.ladder.out);
        self.label[start as usize] = 0;
        if (start as usize) < out {
            self.climb(start);
        } else {
            self.reached.push(start - out as u32);
            self.queue.push(0, start - out as u32);
        }
        self.search();
        if (start as usize) < out {
            self.fill(site, self.pieces.piece[start as usize], walks);
        }
        let reached = std::mem::take(&mut self.reached);
        for &v in &reached {
            let at = self.label[out + v as usize];
            walks.push((site, self.ladder.node[out + v as usize], at));
            for &piece in self.pieces.around(v) {
                self.fill(site, piece, walks);
            }
        }
        for &v in &reached {
            self.label[out + v as usize] = FAR;
        }
        self.reached = reached;
        self.reached.clear();
    }

    /// From a start that was taken out up to the core, through its piece.
    fn climb(&mut self, start: u32) {
        for i in (0..self.pieces.of(self.pieces.piece[start as usize]).len()).rev() {
            let step = self.pieces.of(self.pieces.piece[start as usize])[i];
            let at = self.label[step as usize];
            if at > self.limit {
                continue;
            }
            for &(up, length) in self.ladder.up(step as usize) {
                if (up as usize) < self.ladder.out {
                    let label = &mut self.label[up as usize];
                    *label = (*label).min(at + length);
                } else {
                    self.offer(up - self.ladder.out as u32, at + length);
                }
            }
        }
    }

    #[inline]
    fn offer(&mut self, v: u32, at: u32) {
        let label = &mut self.label[self.ladder.out + v as usize];
        if at < *label && at <= self.limit {
            if *label == FAR {
                self.reached.push(v);
            }
            *label = at;
            self.queue.push(at, v);
        }
    }

    fn search(&mut self) {
        while let Some((at, v)) = self.queue.pop() {
            if self.label[self.ladder.out + v as usize] != at {
                continue;
            }
            for &(head, length) in self.ladder.core.at(v) {
                self.offer(head, at + length);
            }
        }
    }

    /// Goes down through a piece whose surroundings in the core are known, once for each site.
    fn fill(&mut self, site: u32, piece: u32, walks: &mut Vec<Walk>) {
        if std::mem::replace(&mut self.filled[piece as usize], site) == site {
            return;
        }
        for &step in self.pieces.of(piece) {
            let mut at = self.label[step as usize];
            for &(up, length) in self.ladder.up(step as usize) {
                at = at.min(self.label[up as usize].saturating_add(length));
            }
            self.label[step as usize] = at;
            if at <= self.limit {
                walks.push((site, self.ladder.node[step as usize], at));
            }
        }
        for &step in self.pieces.of(piece) {
            self.label[step as usize] = FAR;
        }
    }
}
