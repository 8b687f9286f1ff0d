//! Second pass: streets, buildings, facilities with a shape, and the base map.

use std::ops::Range;

use super::ReadError;
use super::block::{Block, KeyCache, Kinds};
use super::findings::Collector;
use super::gather::{
    Feature, Gatherer, Geometry, HomeTags, Member, MemberWays, NOT_DRAWN, ObjectId, Street,
};
use super::gather_relations::RelationBatch;
use super::meaning::{self, HomeMeaning};
use super::pbf_block::Want;
use super::pool::Pool;
use super::rules::Shape;
use super::tags::{Tags, key};

/// The API takes no way with more nodes; older data has some.
const USUAL_REFS: usize = 2_000;

/// What kind of shape an object has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// An open way.
    Line,
    /// A closed way: a line or an area, as its tags say.
    Ring,
    /// A multipolygon.
    Area,
}

/// Streets and features with their texts.
#[derive(Default)]
pub(crate) struct Sink {
    pub(crate) streets: Vec<Street>,
    pub(crate) features: Vec<Feature>,
    /// `Feature::categories - 1` is a place in here.
    pub(crate) category_sets: Vec<u128>,
    pub(crate) pool: Pool,
    pub(crate) found: Collector,
}

impl Sink {
    /// Sorts an object in by its tags; false if nothing wants it.
    pub(crate) fn object(
        &mut self,
        gatherer: &Gatherer<'_>,
        tags: &Tags<'_>,
        sort: Sort,
        id: ObjectId,
        geometry: Geometry,
    ) -> bool {
        if tags.is_empty() {
            return false;
        }
        self.pool.note_place(tags);
        let rules = gatherer.rules;
        let street = rules.street(tags, gatherer.plan.optional, &mut self.found, &id);
        let across = street.is_some() && sort != Sort::Line && rules.area.fits(tags);
        let along = street.is_some() && !across && sort != Sort::Area;
        let mut kept = false;
        if let Some(street) = street.filter(|s| along || (across && s.walkable)) {
            let name = match self.pool.add_name(tags) {
                0 => self.pool.add_optional(tags.text(key::REF)),
                name => name,
            };
            let hours = self.pool.add_optional(street.hours.as_deref());
            let meaning::StreetMeaning { traits, walkable, .. } = street;
            if walkable || gatherer.plan.scene {
                let street = Street { id, traits, walkable, area: across, name, hours, geometry };
                self.streets.push(street);
                kept = true;
            }
        }
        // A closed way is an area unless it is a street, or says otherwise.
        let area = match sort {
            Sort::Line => false,
            Sort::Ring => !along && tags.get(key::AREA) != Some(b"no"),
            Sort::Area => true,
        };
        kept | self.feature(gatherer, tags, area, along, id, geometry)
    }

    /// Adds what the object is besides a street.
    fn feature(
        &mut self,
        gatherer: &Gatherer<'_>,
        tags: &Tags<'_>,
        area: bool,
        street: bool,
        id: ObjectId,
        geometry: Geometry,
    ) -> bool {
        let (rules, plan) = (gatherer.rules, gatherer.plan);
        if !plan.features && !plan.scene {
            return false;
        }
        let drawn = plan.scene && !street;
        let scene = if drawn && area { rules.scene(tags, Shape::Area) } else { None };
        let scene = scene.or_else(|| rules.scene(tags, Shape::Line).filter(|_| drawn));
        let asked = plan.features && !street;
        let categories = if asked { rules.categories_of(tags) } else { 0 };
        let home = if asked && area { rules.home(tags) } else { HomeMeaning::No };
        let grounds = asked && area && rules.homes.not_within.fits(tags);
        if scene.is_none() && categories == 0 && home == HomeMeaning::No && !grounds {
            return false;
        }
        if asked {
            rules.doubt(tags, categories, &mut self.found, &id);
        }
        let home = (home != HomeMeaning::No).then(|| HomeTags {
            unsure: home == HomeMeaning::Unsure,
            levels: meaning::levels(tags),
            dwellings: rules.dwellings(tags),
        });
        let address = if home.is_some() { address(tags) } else { String::new() };
        if categories != 0 {
            self.category_sets.push(categories);
        }
        let feature = Feature {
            id,
            name: self.pool.add_name(tags),
            address: self.pool.add(&address),
            scene: scene.map_or(NOT_DRAWN, |s| s as u8),
            area,
            building: tags.get(key::BUILDING).is_some(),
            home,
            grounds,
            categories: if categories == 0 { 0 } else { self.category_sets.len() as u32 },
            geometry,
        };
        self.features.push(feature);
        true
    }

    pub(crate) fn geometries(&mut self) -> impl Iterator<Item = &mut Geometry> {
        let streets = self.streets.iter_mut().map(|s| &mut s.geometry);
        streets.chain(self.features.iter_mut().map(|f| &mut f.geometry))
    }

    /// Appends what a later block holds.
    pub(crate) fn append(&mut self, mut later: Self, found: &mut Collector) {
        found.merge(std::mem::take(&mut later.found));
        let texts = self.pool.append(&later.pool);
        let sets = self.category_sets.len() as u32;
        let moved = |number: &mut u32, by: u32| *number += if *number == 0 { 0 } else { by };
        for street in &mut later.streets {
            moved(&mut street.name, texts);
            moved(&mut street.hours, texts);
        }
        for feature in &mut later.features {
            moved(&mut feature.name, texts);
            moved(&mut feature.address, texts);
            moved(&mut feature.categories, sets);
        }
        self.streets.append(&mut later.streets);
        self.features.append(&mut later.features);
        self.category_sets.append(&mut later.category_sets);
    }
}

/// Street and house number, in the order of the script.
fn address(tags: &Tags<'_>) -> String {
    let street = tags.text(key::STREET).unwrap_or("");
    let house = tags.text(key::HOUSENUMBER).or_else(|| tags.text(key::HOUSENAME)).unwrap_or("");
    let gap = if street.is_ascii() && !street.is_empty() && !house.is_empty() { " " } else { "" };
    format!("{street}{gap}{house}")
}

/// What one block, or the whole file, holds of ways.
#[derive(Default)]
pub(crate) struct WayBatch {
    sink: Sink,
    refs: Vec<i64>,
    /// Ways that relations need: id and part of `refs`.
    members: Vec<(i64, (u32, u32))>,
    later: Vec<WayBatch>,
}

/// All ways, in order of id.
pub(crate) struct Ways {
    pub(crate) streets: Vec<Street>,
    pub(crate) features: Vec<Feature>,
    pub(crate) category_sets: Vec<u128>,
    pub(crate) refs: Vec<i64>,
    pub(crate) pool: Pool,
}

impl WayBatch {
    /// Takes the batch of the block before those taken so far.
    pub(crate) fn prepend(&mut self, batch: Self) {
        self.later.push(batch);
    }

    /// Joins the batches, adds what relations brought, and sorts by id.
    pub(crate) fn finish(
        mut self,
        relations: &mut RelationBatch,
        member_ids: &[i64],
        found: &mut Collector,
    ) -> (Ways, MemberWays) {
        while let Some(batch) = self.later.pop() {
            let shift = self.refs.len() as u32;
            self.refs.extend(batch.refs);
            let moved = |(start, end): (u32, u32)| (start + shift, end + shift);
            self.members.extend(batch.members.iter().map(|(id, part)| (*id, moved(*part))));
            let mut sink = batch.sink;
            for geometry in sink.geometries() {
                if let Geometry::Way { start, end } = geometry {
                    (*start, *end) = moved((*start, *end));
                }
            }
            self.sink.append(sink, found);
        }
        self.sink.append(std::mem::take(&mut relations.sink), found);
        let Sink { mut streets, mut features, category_sets, pool, .. } = self.sink;
        sort_by_id(&mut streets, |s| s.id, found);
        sort_by_id(&mut features, |f| f.id, found);
        sort_by_id(&mut self.members, |m| ObjectId::Way(m.0), &mut Collector::default());
        let missing = member_ids.len() - self.members.len();
        found.count("way-missing-from-area", missing as u64);
        let (id, refs) = self.members.into_iter().unzip();
        let ways = Ways { streets, features, category_sets, refs: self.refs, pool };
        (ways, MemberWays { id, refs })
    }
}

/// Sorts by id; of several states of one object the last in the file stays.
fn sort_by_id<T>(list: &mut Vec<T>, id: impl Fn(&T) -> ObjectId, found: &mut Collector) {
    if list.windows(2).all(|w| id(&w[0]) < id(&w[1])) {
        return;
    }
    list.reverse();
    list.sort_by_key(&id);
    list.dedup_by(|later, kept| {
        let double = id(later) == id(kept);
        if double {
            found.note("duplicate-object", || id(kept));
        }
        double
    });
}

/// Reads the ways of some blocks.
pub(crate) fn read(
    gatherer: &Gatherer<'_>,
    range: Range<usize>,
    want: Want,
    member_ids: &[i64],
) -> Result<Vec<(Kinds, Option<i64>, WayBatch)>, ReadError> {
    gatherer.source.map_blocks(range, want, |block| {
        (block.present, block.newest, read_block(gatherer, block, member_ids))
    })
}

fn read_block(gatherer: &Gatherer<'_>, block: &Block, member_ids: &[i64]) -> WayBatch {
    let mut batch = WayBatch::default();
    let mut keys = KeyCache::new(&gatherer.rules.keys, block);
    let mut tags = Tags::default();
    for (i, id) in block.way_id.iter().enumerate() {
        let refs = block.way_refs(i);
        let object = ObjectId::Way(*id);
        keys.fill(&mut tags, block, block.way_tags(i));
        let (start, end) = (batch.refs.len() as u32, (batch.refs.len() + refs.len()) as u32);
        let kept = if refs.len() < 2 {
            if tags.get(key::HIGHWAY).is_some() || tags.get(key::BUILDING).is_some() {
                batch.sink.found.note("way-without-length", || object);
            }
            false
        } else {
            let closed = refs.len() > 3 && refs[0] == refs[refs.len() - 1];
            let sort = if closed { Sort::Ring } else { Sort::Line };
            batch.sink.object(gatherer, &tags, sort, object, Geometry::Way { start, end })
        };
        let member = refs.len() > 1 && member_ids.binary_search(id).is_ok();
        if member {
            batch.members.push((*id, (start, end)));
        }
        if kept || member {
            batch.refs.extend_from_slice(refs);
            if refs.len() > USUAL_REFS {
                let count = refs.len();
                batch.sink.found.note("way-very-long", || format!("{object} ({count} nodes)"));
            }
        }
    }
    batch
}

/// The members of a relation's geometry.
pub(crate) fn members_of(geometry: Geometry, members: &[Member]) -> &[Member] {
    match geometry {
        Geometry::Relation { start, end } => &members[start as usize..end as usize],
        Geometry::Way { .. } => &[],
    }
}
