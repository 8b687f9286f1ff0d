//! Decoding one unpacked PBF block into a [`Block`].
//!
//! Every number that points somewhere is checked here, so that later code can index freely.

use super::block::{Block, BlockMember, Kinds, NOWHERE, on_globe};
use super::wire::{Packed, Value, Wire, WireError};
use super::write::MemberKind;
use crate::units::Coord;

/// The API allows 2,000 nodes a way; older data and other tools pass that. Beyond this bound a file
/// is broken or hostile.
pub(crate) const MAX_REFS: usize = 65_535;
/// The API allows 32,000 members a relation.
pub(crate) const MAX_MEMBERS: usize = 1 << 20;

/// What to decode.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Want {
    pub(crate) kinds: Kinds,
    /// Also find the newest timestamp.
    pub(crate) times: bool,
}

/// Scale of a block's coordinates and times.
struct Scale {
    granularity: i64,
    lat_offset: i64,
    lon_offset: i64,
    /// Milliseconds a unit of time.
    date_granularity: i64,
}

impl Scale {
    #[inline]
    fn coord(&self, lat: i64, lon: i64) -> Coord {
        if self.granularity == 100 && self.lat_offset == 0 && self.lon_offset == 0 {
            return on_globe(lon, lat);
        }
        let nano = |offset: i64, v: i64| self.granularity.checked_mul(v)?.checked_add(offset);
        match (nano(self.lon_offset, lon), nano(self.lat_offset, lat)) {
            (Some(lon), Some(lat)) => on_globe(rounded(lon), rounded(lat)),
            _ => NOWHERE,
        }
    }
}

/// Nanodegrees to 1e-7 degree, to the nearest.
fn rounded(nano: i64) -> i64 {
    nano.div_euclid(100) + i64::from(nano.rem_euclid(100) >= 50)
}

/// Decodes the unpacked block in `block.bytes`.
pub(crate) fn decode(block: &mut Block, want: Want) -> Result<(), WireError> {
    let bytes = std::mem::take(&mut block.bytes);
    block.clear();
    let result = decode_bytes(&bytes, block, want);
    block.bytes = bytes;
    result
}

fn decode_bytes(bytes: &[u8], block: &mut Block, want: Want) -> Result<(), WireError> {
    let mut scale =
        Scale { granularity: 100, lat_offset: 0, lon_offset: 0, date_granularity: 1000 };
    let mut groups = Vec::new();
    let mut wire = Wire::new(bytes);
    while let Some((field, value)) = wire.field()? {
        match field {
            1 => string_table(bytes, value.bytes()?, block)?,
            2 => groups.push(value.bytes()?),
            17 => scale.granularity = value.number()? as i64,
            18 => scale.date_granularity = value.number()? as i64,
            19 => scale.lat_offset = value.number()? as i64,
            20 => scale.lon_offset = value.number()? as i64,
            _ => {}
        }
    }
    for group in groups {
        decode_group(group, block, &scale, want)?;
    }
    Ok(())
}

fn string_table(bytes: &[u8], table: &[u8], block: &mut Block) -> Result<(), WireError> {
    let mut wire = Wire::new(table);
    while let Some((field, value)) = wire.field()? {
        if field == 1 {
            let text = value.bytes()?;
            let start = text.as_ptr() as usize - bytes.as_ptr() as usize;
            block.strings.push((start as u32, (start + text.len()) as u32));
        }
    }
    Ok(())
}

fn decode_group(
    group: &[u8],
    block: &mut Block,
    scale: &Scale,
    want: Want,
) -> Result<(), WireError> {
    let mut wire = Wire::new(group);
    while let Some((field, value)) = wire.field()? {
        let kind = match field {
            1 | 2 => Kinds::NODES,
            3 => Kinds::WAYS,
            4 => Kinds::RELATIONS,
            _ => continue,
        };
        block.present.add(kind);
        if !want.kinds.has(kind) {
            continue;
        }
        let message = value.bytes()?;
        match field {
            1 => plain_node(message, block, scale, want)?,
            2 => dense_nodes(message, block, scale, want)?,
            3 => way(message, block, scale, want)?,
            _ => relation(message, block, scale, want)?,
        }
    }
    Ok(())
}

/// Appends the tags that two packed lists give; returns their range.
fn tag_pairs(keys: &Packed, values: &Packed, block: &mut Block) -> Result<(u32, u32), WireError> {
    let start = block.tags.len() as u32;
    let (mut keys, mut values) = (keys.wire(), values.wire());
    while !keys.is_empty() {
        let pair = (string_number(keys.number()?, block)?, string_number(values.number()?, block)?);
        block.tags.push(pair);
    }
    if values.is_empty() { Ok((start, block.tags.len() as u32)) } else { Err(WireError::Uneven) }
}

fn string_number(number: u64, block: &Block) -> Result<u32, WireError> {
    if number < block.strings.len() as u64 { Ok(number as u32) } else { Err(WireError::NoString) }
}

/// Notes the time in an `Info` message.
fn info_time(info: &[u8], block: &mut Block, scale: &Scale) -> Result<(), WireError> {
    let mut wire = Wire::new(info);
    while let Some((field, value)) = wire.field()? {
        if field == 2 {
            note_time(value.number()? as i64, block, scale);
        }
    }
    Ok(())
}

fn note_time(time: i64, block: &mut Block, scale: &Scale) {
    let seconds = time.saturating_mul(scale.date_granularity) / 1000;
    // No object is from before OpenStreetMap (2004) or after the year 2200.
    if (1_072_915_200..7_258_118_400).contains(&seconds) {
        block.newest = block.newest.max(Some(seconds));
    }
}

fn plain_node(
    message: &[u8],
    block: &mut Block,
    scale: &Scale,
    want: Want,
) -> Result<(), WireError> {
    let (mut id, mut lat, mut lon) = (0, 0, 0);
    let (mut keys, mut values) = (Packed::default(), Packed::default());
    let unzigzag = |n: u64| (n >> 1) as i64 ^ -((n & 1) as i64);
    let mut wire = Wire::new(message);
    while let Some((field, value)) = wire.field()? {
        match field {
            1 => id = unzigzag(value.number()?),
            2 => keys.add(value)?,
            3 => values.add(value)?,
            4 if want.times => info_time(value.bytes()?, block, scale)?,
            8 => lat = unzigzag(value.number()?),
            9 => lon = unzigzag(value.number()?),
            _ => {}
        }
    }
    let tags = tag_pairs(&keys, &values, block)?;
    block.node_id.push(id);
    block.node_coord.push(scale.coord(lat, lon));
    block.node_tags.push(tags);
    Ok(())
}

fn dense_nodes(
    message: &[u8],
    block: &mut Block,
    scale: &Scale,
    want: Want,
) -> Result<(), WireError> {
    let mut lists: [Packed; 4] = Default::default();
    let mut wire = Wire::new(message);
    while let Some((field, value)) = wire.field()? {
        match field {
            1 => lists[0].add(value)?,
            5 if want.times => dense_times(value.bytes()?, block, scale)?,
            8 => lists[1].add(value)?,
            9 => lists[2].add(value)?,
            10 => lists[3].add(value)?,
            _ => {}
        }
    }
    let [mut ids, mut lats, mut lons, mut tags] = [0, 1, 2, 3].map(|i| lists[i].wire());
    let (mut id, mut lat, mut lon) = (0i64, 0i64, 0i64);
    while !ids.is_empty() {
        id = id.checked_add(ids.signed()?).ok_or(WireError::Overflow)?;
        lat = lat.checked_add(lats.signed()?).ok_or(WireError::Overflow)?;
        lon = lon.checked_add(lons.signed()?).ok_or(WireError::Overflow)?;
        block.node_id.push(id);
        block.node_coord.push(scale.coord(lat, lon));
        let start = block.tags.len() as u32;
        dense_tags(&mut tags, block)?;
        block.node_tags.push((start, block.tags.len() as u32));
    }
    if lats.is_empty() && lons.is_empty() && tags.is_empty() {
        Ok(())
    } else {
        Err(WireError::Uneven)
    }
}

/// One node's part of `keys_vals`: pairs up to a zero.
fn dense_tags(tags: &mut Wire<'_>, block: &mut Block) -> Result<(), WireError> {
    loop {
        // Some writers leave out the last zeros.
        if tags.is_empty() {
            return Ok(());
        }
        let key = tags.number()?;
        if key == 0 {
            return Ok(());
        }
        let pair = (string_number(key, block)?, string_number(tags.number()?, block)?);
        block.tags.push(pair);
    }
}

fn dense_times(info: &[u8], block: &mut Block, scale: &Scale) -> Result<(), WireError> {
    let mut wire = Wire::new(info);
    while let Some((field, value)) = wire.field()? {
        if let (2, Value::Bytes(bytes)) = (field, value) {
            let (mut time, mut deltas) = (0i64, Wire::new(bytes));
            while !deltas.is_empty() {
                time = time.checked_add(deltas.signed()?).ok_or(WireError::Overflow)?;
                note_time(time, block, scale);
            }
        }
    }
    Ok(())
}

fn way(message: &[u8], block: &mut Block, scale: &Scale, want: Want) -> Result<(), WireError> {
    let mut id = 0;
    let (mut keys, mut values, mut refs) =
        (Packed::default(), Packed::default(), Packed::default());
    let mut wire = Wire::new(message);
    while let Some((field, value)) = wire.field()? {
        match field {
            1 => id = value.number()? as i64,
            2 => keys.add(value)?,
            3 => values.add(value)?,
            4 if want.times => info_time(value.bytes()?, block, scale)?,
            8 => refs.add(value)?,
            _ => {}
        }
    }
    let tags = tag_pairs(&keys, &values, block)?;
    let (mut node, mut wire, start) = (0i64, refs.wire(), block.refs.len());
    while !wire.is_empty() {
        node = node.checked_add(wire.signed()?).ok_or(WireError::Overflow)?;
        block.refs.push(node);
    }
    if block.refs.len() - start > MAX_REFS {
        return Err(WireError::TooMany("65,535 nodes in one way"));
    }
    block.way_id.push(id);
    block.way_tags.push(tags);
    block.way_ref_ends.push(block.refs.len() as u32);
    Ok(())
}

fn relation(message: &[u8], block: &mut Block, scale: &Scale, want: Want) -> Result<(), WireError> {
    let mut id = 0;
    let mut lists: [Packed; 5] = Default::default();
    let mut wire = Wire::new(message);
    while let Some((field, value)) = wire.field()? {
        match field {
            1 => id = value.number()? as i64,
            2 => lists[0].add(value)?,
            3 => lists[1].add(value)?,
            4 if want.times => info_time(value.bytes()?, block, scale)?,
            8 => lists[2].add(value)?,
            9 => lists[3].add(value)?,
            10 => lists[4].add(value)?,
            _ => {}
        }
    }
    let tags = tag_pairs(&lists[0], &lists[1], block)?;
    let [mut roles, mut ids, mut kinds] = [2, 3, 4].map(|i| lists[i].wire());
    let (mut member, start) = (0i64, block.members.len());
    while !ids.is_empty() {
        member = member.checked_add(ids.signed()?).ok_or(WireError::Overflow)?;
        let role = string_number(roles.number()?, block)?;
        let kind = match kinds.number()? {
            0 => MemberKind::Node,
            1 => MemberKind::Way,
            2 => MemberKind::Relation,
            _ => return Err(WireError::MemberType),
        };
        block.members.push(BlockMember { kind, id: member, role });
    }
    if block.members.len() - start > MAX_MEMBERS {
        return Err(WireError::TooMany("1,048,576 members in one relation"));
    }
    block.relation_id.push(id);
    block.relation_tags.push(tags);
    block.relation_member_ends.push(block.members.len() as u32);
    if roles.is_empty() && kinds.is_empty() { Ok(()) } else { Err(WireError::Uneven) }
}
