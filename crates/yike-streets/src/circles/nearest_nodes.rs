//! For every node of a graph: the nearest sources of many categories, over a [`Ladder`].

use rayon::prelude::*;

use crate::circles::ladder::{FAR, Ladder};
use crate::circles::queue::Buckets;

/// How many categories go through the sweeps side by side.
const LANES: usize = 8;
/// Buckets of the core's queue are `1 << SHIFT` wide.
const SHIFT: u32 = 6;

type Row = [u32; LANES];

/// Distances from every node to the nearest source of each category.
#[derive(Clone, Debug)]
pub struct NearestOne {
    /// Categories in one group.
    lanes: usize,
    /// Rows by step, for each group of categories.
    groups: Vec<Vec<Row>>,
}

impl NearestOne {
    /// Distance from a step of the ladder to the nearest source of category `c`; [`FAR`] if none is reached.
    pub fn at(&self, c: usize, step: u32) -> u32 {
        self.groups[c / self.lanes][step as usize][c % self.lanes].min(FAR)
    }

    /// The sum of all distances of the first `categories` categories, unreached ones left out.
    pub fn sum(&self, categories: usize) -> u64 {
        let mut sum = 0;
        for (g, group) in self.groups.iter().enumerate() {
            let lanes = self.lanes.min(categories - g * self.lanes);
            let near = |row: &Row| -> u64 {
                row[..lanes].iter().map(|d| if *d < FAR { u64::from(*d) } else { 0 }).sum()
            };
            sum += group.par_iter().map(near).sum::<u64>();
        }
        sum
    }
}

/// Finds the distance from every node to the nearest source of each category; sources are old node
/// numbers.
pub fn nearest_one(ladder: &Ladder, sources: &[Vec<u32>]) -> NearestOne {
    let lanes = sources.len().div_ceil(rayon::current_num_threads()).clamp(1, LANES);
    let groups = sources.par_chunks(lanes).map(|group| sweep_group(ladder, group)).collect();
    NearestOne { lanes, groups }
}

fn sweep_group(ladder: &Ladder, group: &[Vec<u32>]) -> Vec<Row> {
    let mut rows = vec![[FAR; LANES]; ladder.nodes()];
    for (lane, sources) in group.iter().enumerate() {
        for &source in sources {
            rows[ladder.step[source as usize] as usize][lane] = 0;
        }
    }
    for step in 0..ladder.out {
        let (low, high) = rows.split_at_mut(step + 1);
        let row = &low[step];
        if row.iter().all(|d| *d >= FAR) {
            continue;
        }
        for &(up, length) in ladder.up(step) {
            lower(&mut high[up as usize - step - 1], row, length);
        }
    }
    let mut search = CoreSearch::new(ladder);
    for lane in 0..group.len() {
        search.run(&mut rows[ladder.out..], lane);
    }
    for step in (0..ladder.out).rev() {
        let (low, high) = rows.split_at_mut(step + 1);
        let mut row = low[step];
        for &(up, length) in ladder.up(step) {
            lower(&mut row, &high[up as usize - step - 1], length);
        }
        low[step] = row;
    }
    rows
}

/// Lowers a row to what another knows, `length` away.
#[inline]
fn lower(row: &mut Row, other: &Row, length: u32) {
    for (mine, other) in row.iter_mut().zip(other) {
        *mine = (*mine).min(*other + length);
    }
}

/// Searches the core of a ladder, one category after the other.
struct CoreSearch<'a> {
    ladder: &'a Ladder,
    label: Vec<u32>,
    queue: Buckets<u32, u32>,
}

impl<'a> CoreSearch<'a> {
    fn new(ladder: &'a Ladder) -> Self {
        Self { ladder, label: vec![FAR; ladder.core.nodes()], queue: Buckets::new(SHIFT) }
    }

    fn run(&mut self, rows: &mut [Row], lane: usize) {
        for (v, row) in rows.iter().enumerate() {
            self.label[v] = row[lane];
            if row[lane] < FAR {
                self.queue.push(row[lane], v as u32);
            }
        }
        while let Some((at, v)) = self.queue.pop() {
            if self.label[v as usize] != at {
                continue;
            }
            for &(head, length) in self.ladder.core.at(v) {
                if at + length < self.label[head as usize] {
                    self.label[head as usize] = at + length;
                    self.queue.push(at + length, head);
                }
            }
        }
        for (row, label) in rows.iter_mut().zip(&self.label) {
            row[lane] = *label;
        }
    }
}

/// No source: sorts after every other.
const NOBODY: u64 = (FAR as u64) << 32 | u32::MAX as u64;

/// The nearest sources of one category, for every step: (distance, source) in the halves of a `u64`.
#[derive(Clone, Debug)]
pub struct NearestFew {
    k: usize,
    lists: Vec<u64>,
}

impl NearestFew {
    /// The sources (their position in the list given) nearest to a step, nearest first, and their
    /// distances. Of sources as far, the smaller number comes first.
    pub fn at(&self, step: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let list = &self.lists[step as usize * self.k..(step as usize + 1) * self.k];
        list.iter().take_while(|e| **e < NOBODY).map(|e| (*e as u32, (e >> 32) as u32))
    }
}

/// Finds the `k` (up to 8) nearest sources of each category for every node; sources are old node numbers.
pub fn nearest_few(ladder: &Ladder, sources: &[Vec<u32>], k: usize) -> Vec<NearestFew> {
    let one = |sources: &Vec<u32>| match k {
        1 => few::<1>(ladder, sources),
        2 => few::<2>(ladder, sources),
        3 => few::<3>(ladder, sources),
        4 => few::<4>(ladder, sources),
        5 => few::<5>(ladder, sources),
        _ => few::<8>(ladder, sources),
    };
    sources.par_iter().map(one).collect()
}

fn few<const K: usize>(ladder: &Ladder, sources: &[u32]) -> NearestFew {
    let mut lists = vec![[NOBODY; K]; ladder.nodes()];
    for (i, source) in sources.iter().enumerate() {
        insert(&mut lists[ladder.step[*source as usize] as usize], i as u64);
    }
    for step in 0..ladder.out {
        let (low, high) = lists.split_at_mut(step + 1);
        if low[step][0] == NOBODY {
            continue;
        }
        for &(up, length) in ladder.up(step) {
            merge(&mut high[up as usize - step - 1], &low[step], length);
        }
    }
    few_in_core(ladder, &mut lists[ladder.out..]);
    for step in (0..ladder.out).rev() {
        let (low, high) = lists.split_at_mut(step + 1);
        let list = &mut low[step];
        for &(up, length) in ladder.up(step) {
            merge(list, &high[up as usize - step - 1], length);
        }
    }
    NearestFew { k: K, lists: lists.into_flattened() }
}

fn few_in_core<const K: usize>(ladder: &Ladder, lists: &mut [[u64; K]]) {
    let mut queue = Buckets::<u32, (u32, u32)>::new(SHIFT);
    for (v, list) in lists.iter().enumerate() {
        for entry in list.iter().take_while(|e| **e < NOBODY) {
            queue.push((entry >> 32) as u32, (v as u32, *entry as u32));
        }
    }
    while let Some((at, (v, source))) = queue.pop() {
        let entry = u64::from(at) << 32 | u64::from(source);
        if !lists[v as usize].contains(&entry) {
            continue;
        }
        for &(head, length) in ladder.core.at(v) {
            if insert(&mut lists[head as usize], entry + (u64::from(length) << 32)) {
                queue.push(at + length, (head, source));
            }
        }
    }
}

/// Offers a list what another knows, `length` away.
#[inline]
fn merge<const K: usize>(list: &mut [u64; K], other: &[u64; K], length: u32) {
    for entry in other {
        let entry = entry + (u64::from(length) << 32);
        if entry >= list[K - 1] {
            break;
        }
        insert(list, entry);
    }
}

/// Puts an entry in its place if it is among the nearest, and tells whether it is new. A source is listed
/// once, at its shortest.
#[inline]
fn insert<const K: usize>(list: &mut [u64; K], entry: u64) -> bool {
    if entry >= list[K - 1] {
        return false;
    }
    // Find the source's old place (else the last entry falls out); leave if it is there already, nearer.
    let mut old = K - 1;
    for (i, known) in list.iter().enumerate() {
        if *known as u32 == entry as u32 {
            if *known <= entry {
                return false;
            }
            old = i;
            break;
        }
    }
    while old > 0 && list[old - 1] > entry {
        list[old] = list[old - 1];
        old -= 1;
    }
    list[old] = entry;
    true
}
