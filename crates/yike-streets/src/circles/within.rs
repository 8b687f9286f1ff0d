//! For every node of a graph: how much lies within a limit of it.
//!
//! A walk of a quarter of an hour covers a few hundred nodes, and that of the next door nearly the same
//! ones. So sources go in groups of neighbours: one search finds all nodes near the group, and over those
//! the sweeps of a [`Ladder`] run for many sources side by side, a lane each, every node once, without a
//! queue. The ladder must have been made with the limit and without a core.

use rayon::prelude::*;

use crate::circles::ladder::{Graph, Ladder};
use crate::circles::matrix::NodeSearch;

/// Sources side by side.
const LANES: usize = 64;
/// Sources that share one search for what is near.
const GROUP: usize = 256;

/// What there is at nodes.
#[derive(Clone, Debug)]
pub struct Present<'a> {
    /// People at each node.
    pub people: &'a [u32],
    /// Facilities at nodes: (node, category), sorted.
    pub facilities: &'a [(u32, u8)],
    /// Number of categories.
    pub categories: usize,
}

/// What every node has within the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within {
    /// People, by node.
    pub people: Vec<u64>,
    /// Facilities, `nodes x categories`.
    pub counts: Vec<u32>,
}

/// A distance that goes through the sweeps. Narrower ones go more at a time.
trait Lane: Copy + PartialOrd + Send + Sync {
    /// Longer than any limit of this lane; adding a limit to it does not wrap.
    const FAR: Self;
    fn of(length: u32) -> Self;
    fn plus(self, other: Self) -> Self;
    fn least(self, other: Self) -> Self;
}

impl Lane for i16 {
    const FAR: Self = 16_384;
    fn of(length: u32) -> Self {
        length as Self
    }
    fn plus(self, other: Self) -> Self {
        // At most twice FAR less 1.
        self.wrapping_add(other)
    }
    fn least(self, other: Self) -> Self {
        self.min(other)
    }
}

impl Lane for i32 {
    const FAR: Self = 1 << 30;
    fn of(length: u32) -> Self {
        length as Self
    }
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    fn least(self, other: Self) -> Self {
        self.min(other)
    }
}

/// Sums, for every node, the people and facilities at most `limit` away. Neighbouring numbers should lie
/// near each other (see [`crate::circles::ladder`] for the ladder, made of the same graph with the same
/// limit).
pub fn sum_within(graph: &Graph, ladder: &Ladder, present: &Present<'_>, limit: u32) -> Within {
    if limit < 16_384 {
        sum::<i16>(graph, ladder, present, limit)
    } else {
        sum::<i32>(graph, ladder, present, limit)
    }
}

fn sum<L: Lane>(graph: &Graph, ladder: &Ladder, present: &Present<'_>, limit: u32) -> Within {
    let nodes = graph.nodes();
    let mut first_facility = vec![0; nodes + 1];
    for (node, _) in present.facilities {
        first_facility[*node as usize + 1] += 1;
    }
    for v in 0..nodes {
        first_facility[v + 1] += first_facility[v];
    }
    let mut within = Within { people: vec![0; nodes], counts: vec![0; nodes * present.categories] };
    let width = present.categories.max(1);
    if present.categories == 0 {
        within.counts.resize(nodes, 0);
    }
    let rooms = || Room::<L>::new(graph, ladder, present, &first_facility, limit);
    within
        .people
        .par_chunks_mut(GROUP)
        .zip(within.counts.par_chunks_mut(GROUP * width))
        .enumerate()
        .for_each_init(rooms, |room, (group, (people, counts))| {
            room.group((group * GROUP) as u32, people, counts);
        });
    within.counts.truncate(nodes * present.categories);
    within
}

/// Room for one group after the other.
struct Room<'a, L> {
    graph: &'a Graph,
    ladder: &'a Ladder,
    present: &'a Present<'a>,
    first_facility: &'a [u32],
    limit: u32,
    search: NodeSearch,
    /// The steps near the group, rising, and the place of each step among them.
    near: Vec<u32>,
    place: Vec<u32>,
    /// Ups among the near: positions in `ups` for each, one more than those.
    first: Vec<u32>,
    ups: Vec<(u32, L)>,
    rows: Vec<[L; LANES]>,
    tally: Tally,
}

impl<'a, L: Lane> Room<'a, L> {
    fn new(
        graph: &'a Graph,
        ladder: &'a Ladder,
        present: &'a Present<'a>,
        first_facility: &'a [u32],
        limit: u32,
    ) -> Self {
        Self {
            graph,
            ladder,
            present,
            first_facility,
            limit,
            search: NodeSearch::new(graph.nodes()),
            near: Vec::new(),
            place: vec![u32::MAX; graph.nodes()],
            first: Vec::new(),
            ups: Vec::new(),
            rows: Vec::new(),
            tally: Tally::new(present.categories),
        }
    }

    /// Sums for the nodes from `start` on.
    fn group(&mut self, start: u32, people: &mut [u64], counts: &mut [u32]) {
        self.find_near(start, people.len() as u32);
        let width = self.present.categories;
        for from in (0..people.len()).step_by(LANES) {
            let to = (from + LANES).min(people.len());
            self.sweep(start + from as u32, to - from);
            self.add_up();
            self.tally.write(&mut people[from..to], &mut counts[from * width..to * width]);
        }
        for step in &self.near {
            self.place[*step as usize] = u32::MAX;
        }
    }

    /// Finds every node within the limit of any of the sources, and the ladder among them.
    fn find_near(&mut self, start: u32, count: u32) {
        self.near.clear();
        let sources: Vec<u32> = (start..start + count).collect();
        self.search.run(self.graph, &sources, self.limit);
        self.near.extend(self.search.take().map(|(v, _)| self.ladder.step[v as usize]));
        self.near.sort_unstable();
        for (i, step) in self.near.iter().enumerate() {
            self.place[*step as usize] = i as u32;
        }
        self.first.clear();
        self.ups.clear();
        self.first.push(0);
        for &step in &self.near {
            for &(up, length) in self.ladder.up(step as usize) {
                let place = self.place[up as usize];
                if place != u32::MAX {
                    self.ups.push((place, L::of(length)));
                }
            }
            self.first.push(self.ups.len() as u32);
        }
    }

    fn ups(&self, i: usize) -> std::ops::Range<usize> {
        self.first[i] as usize..self.first[i + 1] as usize
    }

    /// Distances from up to [`LANES`] sources to all near nodes.
    fn sweep(&mut self, start: u32, count: usize) {
        self.rows.clear();
        self.rows.resize(self.near.len(), [L::FAR; LANES]);
        let mut lowest = self.near.len();
        for lane in 0..count {
            let step = self.ladder.step[start as usize + lane];
            let place = self.place[step as usize] as usize;
            self.rows[place][lane] = L::of(0);
            lowest = lowest.min(place);
        }
        for i in lowest..self.near.len() {
            let ups = self.ups(i);
            let (low, high) = self.rows.split_at_mut(i + 1);
            if low[i].iter().all(|d| *d >= L::FAR) {
                continue;
            }
            for &(up, length) in &self.ups[ups] {
                lower(&mut high[up as usize - i - 1], &low[i], length);
            }
        }
        for i in (0..self.near.len()).rev() {
            let ups = self.ups(i);
            let (low, high) = self.rows.split_at_mut(i + 1);
            for &(up, length) in &self.ups[ups] {
                lower(&mut low[i], &high[up as usize - i - 1], length);
            }
        }
    }

    fn add_up(&mut self) {
        let limit = L::of(self.limit);
        for (step, row) in self.near.iter().zip(&self.rows) {
            let node = self.ladder.node[*step as usize] as usize;
            let facilities =
                self.first_facility[node] as usize..self.first_facility[node + 1] as usize;
            let inside = row.map(|d| -i16::from(d <= limit));
            self.tally.add_people(&inside, self.present.people[node]);
            for (_, category) in &self.present.facilities[facilities] {
                self.tally.add_facility(&inside, usize::from(*category));
            }
        }
    }
}

/// Lowers a row to what another knows, `length` away.
#[inline]
fn lower<L: Lane>(row: &mut [L; LANES], other: &[L; LANES], length: L) {
    for (mine, other) in row.iter_mut().zip(other) {
        *mine = mine.least(other.plus(length));
    }
}

/// Sums by lane: narrow ones for speed, emptied into wide ones before they could overflow.
struct Tally {
    narrow: Vec<[i16; LANES]>,
    wide: Vec<[u64; LANES]>,
    /// Upper bound of what any narrow sum holds.
    held: u32,
}

impl Tally {
    /// Sum 0 is for people, the others for categories.
    fn new(categories: usize) -> Self {
        Self {
            narrow: vec![[0; LANES]; categories + 1],
            wide: vec![[0; LANES]; categories + 1],
            held: 0,
        }
    }

    /// Adds people where a lane is all ones.
    #[inline]
    fn add_people(&mut self, inside: &[i16; LANES], people: u32) {
        const MOST: u32 = i16::MAX as u32;
        if people > MOST {
            for (sum, inside) in self.wide[0].iter_mut().zip(inside) {
                *sum += u64::from(people) * u64::from(*inside != 0);
            }
            return;
        }
        // A facility adds 1 to its sum: counting it as people keeps one bound for all sums.
        if self.held + people > MOST {
            self.empty();
        }
        self.held += people;
        add(&mut self.narrow[0], inside, people as i16);
    }

    #[inline]
    fn add_facility(&mut self, inside: &[i16; LANES], category: usize) {
        if self.held + 1 > i16::MAX as u32 {
            self.empty();
        }
        self.held += 1;
        add(&mut self.narrow[category + 1], inside, 1);
    }

    fn empty(&mut self) {
        for (wide, narrow) in self.wide.iter_mut().zip(&mut self.narrow) {
            for (wide, narrow) in wide.iter_mut().zip(narrow) {
                *wide += *narrow as u64;
                *narrow = 0;
            }
        }
        self.held = 0;
    }

    /// Writes the sums of the first lanes and starts anew.
    fn write(&mut self, people: &mut [u64], counts: &mut [u32]) {
        self.empty();
        let categories = self.wide.len() - 1;
        for (lane, people) in people.iter_mut().enumerate() {
            *people = self.wide[0][lane];
            for category in 0..categories {
                counts[lane * categories + category] = self.wide[category + 1][lane] as u32;
            }
        }
        for wide in &mut self.wide {
            wide.fill(0);
        }
    }
}

#[inline]
fn add(sum: &mut [i16; LANES], inside: &[i16; LANES], amount: i16) {
    for (sum, inside) in sum.iter_mut().zip(inside) {
        *sum += *inside & amount;
    }
}
