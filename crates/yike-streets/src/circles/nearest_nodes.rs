//! For every node of a graph: how far the nearest source of each of many categories is, over a [`Ladder`].

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
