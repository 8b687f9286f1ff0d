//! Collecting from a file what a city is made of: streets, features, and the nodes they need.
//!
//! Three passes, each over the blocks that matter to it: relations say which ways they need, ways say
//! which nodes they need, then nodes are read. Files sorted by type (almost all are) keep nodes first
//! and relations last, so the passes go from the end of the file backwards and each block is decoded
//! about once. Should the node pass meet a way or relation, the file is not sorted after all, and all
//! is done again with every block looked at in every pass.
//!
//! Results are put in order of object id at the end, so neither threads nor the order of a file show.

use std::ops::Range;

use super::ReadError;
use super::block::Kinds;
use super::findings::Collector;
use super::gather_nodes::{self, Mark, Needed, Point};
use super::gather_relations::{self, RelationBatch};
use super::gather_ways::{self, WayBatch};
use super::meaning::Optional;
use super::pbf_block::Want;
use super::pool::Pool;
use super::rules::Rules;
use super::source::Source;
use crate::progress::Progress;
use crate::units::Coord;

/// More node references than this do not fit the city's `u32` numbers comfortably.
const MAX_REFS: usize = 1 << 31;

/// An object of the file, for ids and messages: `way/4711`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ObjectId {
    Node(i64),
    Way(i64),
    Relation(i64),
}

impl std::fmt::Display for ObjectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Node(id) => write!(f, "node/{id}"),
            Self::Way(id) => write!(f, "way/{id}"),
            Self::Relation(id) => write!(f, "relation/{id}"),
        }
    }
}

/// Where a way's nodes or a relation's members lie in the flat arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Geometry {
    /// Part of `refs`.
    Way { start: u32, end: u32 },
    /// Part of `members`.
    Relation { start: u32, end: u32 },
}

/// A street, walkable or not.
#[derive(Clone, Debug)]
pub(crate) struct Street {
    pub(crate) id: ObjectId,
    pub(crate) traits: u32,
    pub(crate) walkable: bool,
    /// Walked across, not along.
    pub(crate) area: bool,
    /// Texts in the pool.
    pub(crate) name: u32,
    pub(crate) hours: u32,
    pub(crate) geometry: Geometry,
}

/// `Feature::scene` of a feature that is not drawn.
pub(crate) const NOT_DRAWN: u8 = u8::MAX;

/// Anything else with a shape: a building, a facility's ground, water.
#[derive(Clone, Debug)]
pub(crate) struct Feature {
    pub(crate) id: ObjectId,
    pub(crate) name: u32,
    pub(crate) address: u32,
    /// A [`crate::city::SceneKind`], or [`NOT_DRAWN`].
    pub(crate) scene: u8,
    /// An area, not a line.
    pub(crate) area: bool,
    /// A building, entered by its doors only.
    pub(crate) building: bool,
    pub(crate) home: Option<HomeTags>,
    /// Grounds where a building of unsaid use is no home.
    pub(crate) grounds: bool,
    /// Categories before bounds on size; position in `Gathered::category_sets`, 0 is none.
    pub(crate) categories: u32,
    pub(crate) geometry: Geometry,
}

/// What tags say about a home.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HomeTags {
    /// No home if it stands on grounds of another use.
    pub(crate) unsure: bool,
    pub(crate) levels: u16,
    pub(crate) dwellings: u32,
}

/// A way that is part of a multipolygon.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) way: i64,
    pub(crate) inner: bool,
}

/// The ways multipolygons are made of: sorted ids, and parts of `refs`.
#[derive(Debug, Default)]
pub(crate) struct MemberWays {
    pub(crate) id: Vec<i64>,
    pub(crate) refs: Vec<(u32, u32)>,
}

impl MemberWays {
    pub(crate) fn find(&self, way: i64) -> Option<Range<usize>> {
        let at = self.id.binary_search(&way).ok()?;
        let (start, end) = self.refs[at];
        Some(start as usize..end as usize)
    }
}

/// What the passes found. Node numbers index `node_id` and `node_coord`.
pub(crate) struct Gathered {
    pub(crate) streets: Vec<Street>,
    pub(crate) features: Vec<Feature>,
    pub(crate) category_sets: Vec<u128>,
    pub(crate) members: Vec<Member>,
    pub(crate) member_ways: MemberWays,
    /// Node numbers of ways.
    pub(crate) refs: Vec<u32>,
    pub(crate) node_id: Vec<i64>,
    /// [`super::block::NOWHERE`] where the file does not hold the node.
    pub(crate) node_coord: Vec<Coord>,
    /// Sorted by node.
    pub(crate) marks: Vec<Mark>,
    pub(crate) points: Vec<Point>,
    pub(crate) pool: Pool,
    pub(crate) newest: Option<i64>,
}

/// What to collect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) optional: Optional,
    /// Also homes and facilities.
    pub(crate) features: bool,
    /// Also the base map.
    pub(crate) scene: bool,
}

/// Why collecting stopped.
#[derive(Debug)]
pub(crate) enum Stopped {
    Read(ReadError),
    Cancelled,
}

impl From<ReadError> for Stopped {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

pub(crate) struct Gatherer<'a> {
    pub(crate) source: &'a Source,
    pub(crate) rules: &'a Rules,
    pub(crate) plan: Plan,
    pub(crate) progress: &'a dyn Progress,
    /// What each block holds, where a pass has looked.
    seen: Vec<Option<Kinds>>,
    /// The passes that have read each block.
    read: Vec<Kinds>,
    newest: Option<i64>,
}

/// Runs the passes.
pub(crate) fn gather(
    source: &Source,
    rules: &Rules,
    plan: Plan,
    progress: &dyn Progress,
    found: &mut Collector,
) -> Result<Gathered, Stopped> {
    let (seen, read) = (vec![None; source.blocks()], vec![Kinds::NONE; source.blocks()]);
    let mut gatherer = Gatherer { source, rules, plan, progress, seen, read, newest: None };
    found.count("unknown-blob", source.skipped_blobs);
    found.count("deleted-object", source.deleted);
    let mut first_findings = Collector::default();
    if let Some(gathered) = gatherer.run(false, &mut first_findings)? {
        found.merge(first_findings);
        return Ok(gathered);
    }
    found.note("file-not-sorted", || "ways or relations stand before nodes; read again in full");
    gatherer.seen.fill(None);
    let gathered = gatherer.run(true, found)?;
    Ok(gathered.expect("with every block looked at in every pass nothing can be missed"))
}

impl Gatherer<'_> {
    /// One try. `None` where the file is not sorted and `full` is false.
    fn run(&mut self, full: bool, found: &mut Collector) -> Result<Option<Gathered>, Stopped> {
        let mut relations = RelationBatch::default();
        self.backwards(
            ("relations", Kinds::RELATIONS, full),
            |this, range, want| gather_relations::read(this, range, want),
            |batch| relations.prepend(batch),
        )?;
        relations.finish(found);
        let member_ids = relations.way_ids();
        let mut ways = WayBatch::default();
        self.backwards(
            ("ways", Kinds::WAYS, full),
            |this, range, want| gather_ways::read(this, range, want, &member_ids),
            |batch| ways.prepend(batch),
        )?;
        let (ways, member_ways) = ways.finish(&mut relations, &member_ids, found);
        if ways.refs.len() > MAX_REFS {
            return Err(Stopped::Read(ReadError::TooLarge {
                what: format!("the streets and buildings have {} nodes", ways.refs.len()),
                remedy: "cut a city out of the file: osmium extract -b W,S,E,N IN -o OUT.osm.pbf",
            }));
        }
        let (needed, refs) = Needed::number(ways.refs);
        let Some(nodes) = gather_nodes::read(self, needed, full, found)? else {
            return Ok(None);
        };
        let mut pool = ways.pool;
        let shift = pool.append(&nodes.pool);
        let moved = |text: u32| if text == 0 { 0 } else { text + shift };
        let mut marks = nodes.marks;
        let mut points = nodes.points;
        for mark in &mut marks {
            mark.hours = moved(mark.hours);
        }
        for point in &mut points {
            point.name = moved(point.name);
        }
        Ok(Some(Gathered {
            streets: ways.streets,
            features: ways.features,
            category_sets: ways.category_sets,
            members: relations.members,
            member_ways,
            refs,
            node_id: nodes.id,
            node_coord: nodes.coord,
            marks,
            points,
            pool,
            newest: self.newest,
        }))
    }

    /// Reads the blocks of one kind from the end of the file backwards, some at a time, until one
    /// holds none of the kind.
    fn backwards<T>(
        &mut self,
        (stage, kind, full): (&'static str, Kinds, bool),
        read: impl Fn(&Self, Range<usize>, Want) -> Result<Vec<(Kinds, Option<i64>, T)>, ReadError>,
        mut take: impl FnMut(T),
    ) -> Result<(), Stopped> {
        let step = 2 * rayon::current_num_threads();
        let total = self.seen.len();
        let mut end = total;
        while end > 0 {
            if self.progress.cancelled() {
                return Err(Stopped::Cancelled);
            }
            // Blocks already known to hold none of the kind are passed over.
            if self.seen[end - 1].is_some_and(|kinds| !kinds.has(kind)) {
                end -= 1;
                continue;
            }
            let start = end.saturating_sub(step);
            let results = read(self, start..end, self.want(kind))?;
            let mut ended = false;
            for (block, (kinds, newest, batch)) in (start..end).zip(results).rev() {
                self.seen[block] = Some(kinds);
                self.read[block].add(kind);
                self.newest = self.newest.max(newest);
                ended |= !kinds.has(kind);
                take(batch);
            }
            end = start;
            self.progress.stage(stage, (total - end) as u64, total as u64);
            if ended && !full {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn want(&self, kinds: Kinds) -> Want {
        Want { kinds, times: self.source.seconds.is_none() }
    }

    /// What a block holds, where the passes so far have looked.
    pub(crate) fn seen(&self, block: usize) -> Option<Kinds> {
        self.seen[block]
    }

    /// Whether a block holds ways or relations that their pass has not read. `kinds` is what the block
    /// holds, where the caller has just looked.
    pub(crate) fn missed(&self, block: usize, kinds: Option<Kinds>) -> bool {
        let kinds = kinds.or(self.seen[block]).unwrap_or_default();
        let read = self.read[block];
        [Kinds::WAYS, Kinds::RELATIONS].iter().any(|k| kinds.has(*k) && !read.has(*k))
    }

    pub(crate) fn note_newest(&mut self, newest: Option<i64>) {
        self.newest = self.newest.max(newest);
    }
}
