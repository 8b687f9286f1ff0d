//! A batch of objects in flat arrays: what every reader makes, whatever the file's format.

use super::tags::{Key, Keys, Tags};
use super::write::MemberKind;
use crate::units::Coord;

/// Kinds of objects, as a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(pub(crate) u8);

impl Kinds {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const NODES: Self = Self(1);
    pub(crate) const WAYS: Self = Self(2);
    pub(crate) const RELATIONS: Self = Self(4);

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A coordinate that is none: the file gave a position off the globe.
pub(crate) const NOWHERE: Coord = Coord { lon_e7: i32::MIN, lat_e7: i32::MIN };

/// A position in units of 1e-7 degree, or [`NOWHERE`] if off the globe.
pub(crate) fn on_globe(lon_e7: i64, lat_e7: i64) -> Coord {
    if lon_e7.unsigned_abs() <= 1_800_000_000 && lat_e7.unsigned_abs() <= 900_000_000 {
        Coord { lon_e7: lon_e7 as i32, lat_e7: lat_e7 as i32 }
    } else {
        NOWHERE
    }
}

/// A member of a relation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockMember {
    pub(crate) kind: MemberKind,
    pub(crate) id: i64,
    /// String number of the role.
    pub(crate) role: u32,
}

/// Objects of up to three kinds. `*_ends[i]` is where object `i`'s part of a flat array ends.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// The kinds that are in the file's block, decoded or not.
    pub(crate) present: Kinds,
    /// Texts lie in `bytes`, where `strings` says (start, end).
    pub(crate) bytes: Vec<u8>,
    pub(crate) strings: Vec<(u32, u32)>,
    /// Pairs of string numbers.
    pub(crate) tags: Vec<(u32, u32)>,
    pub(crate) node_id: Vec<i64>,
    pub(crate) node_coord: Vec<Coord>,
    /// The parts of `tags` that belong to each object.
    pub(crate) node_tags: Vec<(u32, u32)>,
    pub(crate) way_id: Vec<i64>,
    pub(crate) way_tags: Vec<(u32, u32)>,
    pub(crate) way_ref_ends: Vec<u32>,
    pub(crate) refs: Vec<i64>,
    pub(crate) relation_id: Vec<i64>,
    pub(crate) relation_tags: Vec<(u32, u32)>,
    pub(crate) relation_member_ends: Vec<u32>,
    pub(crate) members: Vec<BlockMember>,
    /// Newest timestamp of an object in seconds since 1970, where asked for and known.
    pub(crate) newest: Option<i64>,
}

impl Block {
    /// Empties the block and keeps its memory.
    pub(crate) fn clear(&mut self) {
        let Self { present, bytes, strings, tags, newest, .. } = self;
        (*present, *newest) = (Kinds::NONE, None);
        bytes.clear();
        strings.clear();
        tags.clear();
        self.clear_objects();
    }

    /// Empties all but the texts.
    pub(crate) fn clear_objects(&mut self) {
        self.tags.clear();
        self.node_id.clear();
        self.node_coord.clear();
        self.node_tags.clear();
        self.way_id.clear();
        self.way_tags.clear();
        self.way_ref_ends.clear();
        self.refs.clear();
        self.relation_id.clear();
        self.relation_tags.clear();
        self.relation_member_ends.clear();
        self.members.clear();
    }

    pub(crate) fn string(&self, number: u32) -> &[u8] {
        let (start, end) = self.strings[number as usize];
        &self.bytes[start as usize..end as usize]
    }

    pub(crate) fn node_tags(&self, i: usize) -> &[(u32, u32)] {
        let (start, end) = self.node_tags[i];
        &self.tags[start as usize..end as usize]
    }

    pub(crate) fn way_tags(&self, i: usize) -> &[(u32, u32)] {
        let (start, end) = self.way_tags[i];
        &self.tags[start as usize..end as usize]
    }

    pub(crate) fn way_refs(&self, i: usize) -> &[i64] {
        &self.refs[part(&self.way_ref_ends, i)]
    }

    pub(crate) fn relation_tags(&self, i: usize) -> &[(u32, u32)] {
        let (start, end) = self.relation_tags[i];
        &self.tags[start as usize..end as usize]
    }

    pub(crate) fn relation_members(&self, i: usize) -> &[BlockMember] {
        &self.members[part(&self.relation_member_ends, i)]
    }

    /// Number of objects decoded.
    pub(crate) fn objects(&self) -> usize {
        self.node_id.len() + self.way_id.len() + self.relation_id.len()
    }
}

/// The range that `ends` gives to item `i`.
pub(crate) fn part(ends: &[u32], i: usize) -> std::ops::Range<usize> {
    let start = if i == 0 { 0 } else { ends[i - 1] as usize };
    start..ends[i] as usize
}

/// Looks up keys once for each string of a block, not once for each tag.
pub(crate) struct KeyCache<'k> {
    keys: &'k Keys,
    of_string: Vec<Key>,
}

const NOT_LOOKED_UP: Key = Key::MAX;

impl<'k> KeyCache<'k> {
    pub(crate) fn new(keys: &'k Keys, block: &Block) -> Self {
        Self { keys, of_string: vec![NOT_LOOKED_UP; block.strings.len()] }
    }

    /// Fills `tags` with the known ones among `pairs`.
    pub(crate) fn fill<'b>(&mut self, tags: &mut Tags<'b>, block: &'b Block, pairs: &[(u32, u32)]) {
        tags.clear();
        for (key, value) in pairs {
            let slot = &mut self.of_string[*key as usize];
            if *slot == NOT_LOOKED_UP {
                *slot = self.keys.number(block.string(*key));
            }
            if *slot != 0 {
                tags.add(*slot, block.string(*value));
            }
        }
    }
}
