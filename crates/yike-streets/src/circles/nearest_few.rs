//! For every node of a graph: its few nearest sources, over a [`Ladder`]. The sweeps are those of one nearest
//! source; what is known at a node is a short sorted list in which each source stands once.

use rayon::prelude::*;

use crate::circles::ladder::{FAR, Ladder, Length};
use crate::circles::queue::{Buckets, Urgency};

/// Buckets of the core's queue are `1 << SHIFT` wide.
const SHIFT: u32 = 6;

/// A source and how far it is. Entries are ordered by length, then source.
pub(crate) trait Entry: Copy + Ord + Send + Sync {
    type Length: Length + Urgency;
    /// No source: sorts after every other, however much is added to it.
    const NOBODY: Self;
    fn new(length: Self::Length, source: u32) -> Self;
    fn source(self) -> u32;
    fn length(self) -> Self::Length;
    fn plus(self, length: Self::Length) -> Self;
}

/// Length above, source below.
impl Entry for u64 {
    type Length = u32;
    const NOBODY: Self = (FAR as u64) << 32 | u32::MAX as u64;
    fn new(length: u32, source: u32) -> Self {
        Self::from(length) << 32 | Self::from(source)
    }
    fn source(self) -> u32 {
        self as u32
    }
    fn length(self) -> u32 {
        (self >> 32) as u32
    }
    fn plus(self, length: u32) -> Self {
        self + (Self::from(length) << 32)
    }
}

/// Time and way, and the source.
impl Entry for (u64, u32) {
    type Length = u64;
    const NOBODY: Self = (crate::circles::search::NEVER, u32::MAX);
    fn new(length: u64, source: u32) -> Self {
        (length, source)
    }
    fn source(self) -> u32 {
        self.1
    }
    fn length(self) -> u64 {
        self.0
    }
    fn plus(self, length: u64) -> Self {
        (self.0 + length, self.1)
    }
}

/// The nearest sources of one category, for every step.
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
        list.iter().take_while(|e| **e < u64::NOBODY).map(|e| (e.source(), e.length()))
    }
}

/// Finds the `k` (1 to 5, or 8) nearest sources of each category for every node; sources are old node
/// numbers.
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
    let mut lists = vec![[u64::NOBODY; K]; ladder.nodes()];
    for (i, source) in sources.iter().enumerate() {
        insert(&mut lists[ladder.step[*source as usize] as usize], u64::new(0, i as u32));
    }
    sweep(ladder, |_| 0, &mut lists);
    NearestFew { k: K, lists: lists.into_flattened() }
}

/// Completes the lists (by step) from what some of them know. `wait` (by step) is what it takes to go through
/// a node, as given to the ladder.
pub(crate) fn sweep<E: Entry, const K: usize>(
    ladder: &Ladder<E::Length>,
    wait: impl Fn(usize) -> E::Length,
    lists: &mut [[E; K]],
) {
    for step in 0..ladder.out {
        let (low, high) = lists.split_at_mut(step + 1);
        if low[step][0] == E::NOBODY {
            continue;
        }
        let through = wait(step);
        for &(up, length) in ladder.up(step) {
            merge(&mut high[up as usize - step - 1], &low[step], through + length);
        }
    }
    sweep_core(ladder, &wait, &mut lists[ladder.out..]);
    for step in (0..ladder.out).rev() {
        let (low, high) = lists.split_at_mut(step + 1);
        for &(up, length) in ladder.up(step) {
            merge(&mut low[step], &high[up as usize - step - 1], wait(up as usize) + length);
        }
    }
}

fn sweep_core<E: Entry, const K: usize>(
    ladder: &Ladder<E::Length>,
    wait: &impl Fn(usize) -> E::Length,
    lists: &mut [[E; K]],
) {
    let mut queue = Buckets::<E::Length, (u32, u32)>::new(SHIFT);
    for (v, list) in lists.iter().enumerate() {
        for entry in list.iter().take_while(|e| **e < E::NOBODY) {
            queue.push(entry.length(), (v as u32, entry.source()));
        }
    }
    while let Some((at, (v, source))) = queue.pop() {
        let entry = E::new(at, source);
        if !lists[v as usize].contains(&entry) {
            continue;
        }
        let entry = entry.plus(wait(ladder.out + v as usize));
        for &(head, length) in ladder.core.at(v) {
            let entry = entry.plus(length);
            if insert(&mut lists[head as usize], entry) {
                queue.push(entry.length(), (head, source));
            }
        }
    }
}

/// Offers a list what another knows, `length` away.
#[inline]
pub(crate) fn merge<E: Entry, const K: usize>(
    list: &mut [E; K],
    other: &[E; K],
    length: E::Length,
) {
    // Nobody is not walked on with: where the way is barred too, the sum could wrap.
    for entry in other.iter().take_while(|e| **e < E::NOBODY) {
        let entry = entry.plus(length);
        if entry >= list[K - 1] {
            break;
        }
        insert(list, entry);
    }
}

/// Puts an entry in its place if it is among the nearest, and tells whether it is new. A source is listed
/// once, at its shortest.
#[inline]
pub(crate) fn insert<E: Entry, const K: usize>(list: &mut [E; K], entry: E) -> bool {
    if entry >= list[K - 1] {
        return false;
    }
    // Find the source's old place (else the last entry falls out); leave if it is there already, nearer.
    let mut old = K - 1;
    for (i, known) in list.iter().enumerate() {
        if known.source() == entry.source() {
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
