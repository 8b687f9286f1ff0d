//! Third pass: positions of the nodes that ways need, marks on streets, and facilities at points.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::block::{Block, KeyCache, Kinds, NOWHERE};
use super::findings::Collector;
use super::gather::{Gatherer, NOT_DRAWN, ObjectId, Stopped};
use super::pool::Pool;
use super::rules::Shape;
use super::tags::Tags;
use crate::units::Coord;

/// A node on a street that does something to walkers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) node: u32,
    /// Bits of [`crate::network::NodeTrait`].
    pub(crate) traits: u16,
    /// Passable only for those who live behind it.
    pub(crate) private: bool,
    /// Text number.
    pub(crate) hours: u32,
}

/// A facility or a label at a point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) id: i64,
    pub(crate) coord: Coord,
    pub(crate) name: u32,
    pub(crate) categories: u128,
    pub(crate) scene: u8,
}

/// The nodes that ways need, and where they are.
pub(crate) struct Needed {
    /// Sorted.
    id: Vec<i64>,
    /// Packed positions, 0 while not found. Written from all threads; of doubles the largest stays,
    /// whichever thread comes first.
    slots: Vec<AtomicU64>,
}

impl Needed {
    /// Numbers the distinct ids in order; returns each reference's number.
    pub(crate) fn number(refs: Vec<i64>) -> (Self, Vec<u32>) {
        let mut pairs: Vec<(i64, u32)> =
            refs.par_iter().enumerate().map(|(at, id)| (*id, at as u32)).collect();
        let mut numbers = vec![0; refs.len()];
        drop(refs);
        pairs.par_sort_unstable();
        let mut id: Vec<i64> = Vec::new();
        for (node, at) in pairs {
            if id.last() != Some(&node) {
                id.push(node);
            }
            numbers[at as usize] = (id.len() - 1) as u32;
        }
        id.shrink_to_fit();
        let slots = (0..id.len()).map(|_| AtomicU64::new(0)).collect();
        (Self { id, slots }, numbers)
    }

    /// Notes a position; true if the node had another one before.
    fn set(&self, number: usize, coord: Coord) -> bool {
        let lon = (i64::from(coord.lon_e7) + 1_800_000_001) as u64;
        let lat = (i64::from(coord.lat_e7) + 900_000_000) as u64;
        let packed = lon << 32 | lat;
        let before = self.slots[number].fetch_max(packed, Ordering::Relaxed);
        before != 0
    }

    fn finish(self) -> (Vec<i64>, Vec<Coord>) {
        let unpack = |slot: AtomicU64| match slot.into_inner() {
            0 => NOWHERE,
            packed => Coord {
                lon_e7: ((packed >> 32) as i64 - 1_800_000_001) as i32,
                lat_e7: ((packed & u64::from(u32::MAX)) as i64 - 900_000_000) as i32,
            },
        };
        (self.id, self.slots.into_iter().map(unpack).collect())
    }
}

/// What the pass found.
pub(crate) struct Nodes {
    pub(crate) id: Vec<i64>,
    pub(crate) coord: Vec<Coord>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) points: Vec<Point>,
    pub(crate) pool: Pool,
}

#[derive(Default)]
struct Batch {
    kinds: Kinds,
    newest: Option<i64>,
    marks: Vec<Mark>,
    points: Vec<Point>,
    pool: Pool,
    found: Collector,
}

/// Reads the nodes. `None` if a block turns out to hold what an earlier pass should have read.
pub(crate) fn read(
    gatherer: &mut Gatherer<'_>,
    needed: Needed,
    full: bool,
    found: &mut Collector,
) -> Result<Option<Nodes>, Stopped> {
    let total = gatherer.source.blocks();
    let step = 16 * rayon::current_num_threads();
    let mut all = Batch::default();
    let mut start = 0;
    while start < total {
        if gatherer.progress.cancelled() {
            return Err(Stopped::Cancelled);
        }
        let none = |kinds: Kinds| !kinds.has(Kinds::NODES);
        if gatherer.seen(start).is_some_and(none) {
            if !full && gatherer.missed(start, None) {
                return Ok(None);
            }
            start += 1;
            continue;
        }
        let end = (start + step).min(total);
        let batches = gatherer.source.map_blocks(start..end, gatherer.want(Kinds::NODES), |b| {
            read_block(gatherer, &needed, b)
        })?;
        for (block, batch) in (start..end).zip(batches) {
            if !full && gatherer.missed(block, Some(batch.kinds)) {
                return Ok(None);
            }
            gatherer.note_newest(batch.newest);
            all.append(batch, found);
        }
        start = end;
        gatherer.progress.stage("nodes", start as u64, total as u64);
    }
    let (id, coord) = needed.finish();
    all.sort();
    Ok(Some(Nodes { id, coord, marks: all.marks, points: all.points, pool: all.pool }))
}

impl Batch {
    fn append(&mut self, later: Self, found: &mut Collector) {
        found.merge(later.found);
        let shift = self.pool.append(&later.pool);
        let moved = |text: u32| if text == 0 { 0 } else { text + shift };
        self.marks.extend(later.marks.into_iter().map(|m| Mark { hours: moved(m.hours), ..m }));
        self.points.extend(later.points.into_iter().map(|p| Point { name: moved(p.name), ..p }));
    }

    /// By id; of doubles the last in the file stays.
    fn sort(&mut self) {
        self.marks.reverse();
        self.marks.sort_by_key(|m| m.node);
        self.marks.dedup_by_key(|m| m.node);
        self.points.reverse();
        self.points.sort_by_key(|p| p.id);
        self.points.dedup_by_key(|p| p.id);
    }
}

fn read_block(gatherer: &Gatherer<'_>, needed: &Needed, block: &Block) -> Batch {
    let mut batch = Batch { kinds: block.present, newest: block.newest, ..Batch::default() };
    let mut keys = KeyCache::new(&gatherer.rules.keys, block);
    let mut tags = Tags::default();
    let mut finder = Finder { ids: &needed.id, at: 0 };
    for (i, id) in block.node_id.iter().enumerate() {
        let coord = block.node_coord[i];
        let number = finder.find(*id);
        if coord == NOWHERE {
            batch.found.note("node-off-the-globe", || ObjectId::Node(*id));
            continue;
        }
        if number.is_some_and(|number| needed.set(number, coord)) {
            batch.found.note("duplicate-object", || ObjectId::Node(*id));
        }
        let pairs = block.node_tags(i);
        if !pairs.is_empty() {
            keys.fill(&mut tags, block, pairs);
            if !tags.is_empty() {
                batch.tagged(gatherer, &tags, *id, coord, number);
            }
        }
    }
    batch
}

impl Batch {
    fn tagged(
        &mut self,
        gatherer: &Gatherer<'_>,
        tags: &Tags<'_>,
        id: i64,
        coord: Coord,
        number: Option<usize>,
    ) {
        let rules = gatherer.rules;
        let object = ObjectId::Node(id);
        if let Some(number) = number
            && let Some(meaning) = rules.node(tags, &mut self.found, &object)
        {
            let hours = self.pool.add_optional(meaning.hours.as_deref());
            let (traits, private) = (meaning.traits, meaning.private);
            self.marks.push(Mark { node: number as u32, traits, private, hours });
        }
        if !gatherer.plan.features && !gatherer.plan.scene {
            return;
        }
        self.pool.note_place(tags);
        let categories = rules.of_size(rules.categories_of(tags), None);
        rules.doubt(tags, categories, &mut self.found, &object);
        let scene = rules.scene(tags, Shape::Node).filter(|_| gatherer.plan.scene);
        if categories != 0 || scene.is_some() {
            let name = self.pool.add_name(tags);
            let scene = scene.map_or(NOT_DRAWN, |s| s as u8);
            self.points.push(Point { id, coord, name, categories, scene });
        }
    }
}

/// Finds ids that mostly come in rising order.
struct Finder<'a> {
    ids: &'a [i64],
    at: usize,
}

impl Finder<'_> {
    fn find(&mut self, id: i64) -> Option<usize> {
        // A few steps ahead are cheaper than a search, and usual.
        let window = self.ids.get(self.at..).unwrap_or_default();
        let near = window.iter().take(16).position(|n| *n >= id);
        match near {
            Some(0) if self.at > 0 && self.ids[self.at - 1] >= id => {
                self.at = self.ids.partition_point(|n| *n < id);
            }
            Some(steps) => self.at += steps,
            None => self.at = self.ids.partition_point(|n| *n < id),
        }
        (self.ids.get(self.at) == Some(&id)).then_some(self.at)
    }
}
