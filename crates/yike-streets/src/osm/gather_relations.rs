//! First pass: the multipolygons worth keeping, and the ways they are made of.

use std::ops::Range;

use super::ReadError;
use super::block::{Block, KeyCache, Kinds};
use super::findings::Collector;
use super::gather::{Gatherer, Geometry, Member, ObjectId};
use super::gather_ways::{Sink, Sort};
use super::pbf_block::Want;
use super::tags::{Tags, key};
use super::write::MemberKind;

/// What one block, or the whole file, holds of multipolygons.
#[derive(Default)]
pub(crate) struct RelationBatch {
    pub(crate) sink: Sink,
    pub(crate) members: Vec<Member>,
    /// Batches of later blocks, the last first.
    later: Vec<RelationBatch>,
}

impl RelationBatch {
    /// Takes the batch of the block before those taken so far.
    pub(crate) fn prepend(&mut self, batch: Self) {
        self.later.push(batch);
    }

    /// Joins the batches in the order of the file.
    pub(crate) fn finish(&mut self, found: &mut Collector) {
        while let Some(batch) = self.later.pop() {
            let shift = self.members.len() as u32;
            self.members.extend(batch.members);
            let mut sink = batch.sink;
            for geometry in sink.geometries() {
                if let Geometry::Relation { start, end } = geometry {
                    (*start, *end) = (*start + shift, *end + shift);
                }
            }
            self.sink.append(sink, found);
        }
    }

    /// Sorted ids of the ways that are needed.
    pub(crate) fn way_ids(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self.members.iter().map(|m| m.way).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Reads the relations of some blocks.
pub(crate) fn read(
    gatherer: &Gatherer<'_>,
    range: Range<usize>,
    want: Want,
) -> Result<Vec<(Kinds, Option<i64>, RelationBatch)>, ReadError> {
    gatherer
        .source
        .map_blocks(range, want, |block| (block.present, block.newest, read_block(gatherer, block)))
}

fn read_block(gatherer: &Gatherer<'_>, block: &Block) -> RelationBatch {
    let rules = gatherer.rules;
    let mut batch = RelationBatch::default();
    let mut keys = KeyCache::new(&rules.keys, block);
    let mut tags = Tags::default();
    for (i, id) in block.relation_id.iter().enumerate() {
        keys.fill(&mut tags, block, block.relation_tags(i));
        if tags.get(key::TYPE) != Some(b"multipolygon") {
            continue;
        }
        let id = ObjectId::Relation(*id);
        let start = batch.members.len() as u32;
        // Kept first, taken back if nothing wants the relation.
        add_members(block, i, &mut batch, id);
        let geometry = Geometry::Relation { start, end: batch.members.len() as u32 };
        let kept = batch.sink.object(gatherer, &tags, Sort::Area, id, geometry);
        if !kept {
            batch.members.truncate(start as usize);
        } else if batch.members.len() == start as usize {
            batch.sink.found.note("area-without-ways", || id);
        }
    }
    batch
}

fn add_members(block: &Block, i: usize, batch: &mut RelationBatch, id: ObjectId) {
    for member in block.relation_members(i) {
        match member.kind {
            MemberKind::Way => {
                let inner = block.string(member.role) == b"inner";
                batch.members.push(Member { way: member.id, inner });
            }
            // A relation inside a multipolygon is no valid geometry, and could run in circles.
            MemberKind::Relation => {
                let inside = member.id;
                let example = || format!("{id} (relation/{inside} inside)");
                batch.sink.found.note("relation-inside-area", example);
            }
            // Labels and centres.
            MemberKind::Node => {}
        }
    }
}
