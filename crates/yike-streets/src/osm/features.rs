//! Homes, facilities and the base map from what was collected.
//!
//! Shapes are worked out in parallel, some thousand at a time, and put down in order of id.

use rayon::prelude::*;

use super::block::NOWHERE;
use super::doors::{self, Doors};
use super::findings::Collector;
use super::gather::{Feature, Gathered, Geometry, NOT_DRAWN, ObjectId};
use super::grounds::Grounds;
use super::rings::{self, Polygon};
use super::rules::Rules;
use super::scene::SceneBuilder;
use super::shape;
use crate::city::Scene;
use crate::column::Texts;
use crate::facilities::Facilities;
use crate::homes::Homes;
use crate::network::NodeTrait;
use crate::units::Coord;

/// Features worked on at a time: bounds memory, and is plenty for all threads.
const BATCH: usize = 1 << 14;
/// A building of unsaid use on less ground than this is a shed or a kiosk, not a home.
const LEAST_HOME_M2: f64 = 40.0;

/// A shape worked out.
pub(crate) struct Shaped {
    /// For areas.
    pub(crate) polygons: Vec<Polygon>,
    /// Outer ring and holes of each polygon, as positions.
    pub(crate) rings: Vec<(Vec<Coord>, Vec<Vec<Coord>>)>,
    pub(crate) area_m2: Option<f64>,
    pub(crate) centre: Coord,
}

/// What the features of a file are.
pub(crate) struct Built {
    pub(crate) homes: Homes,
    pub(crate) facilities: Facilities,
    pub(crate) scene: Scene,
}

/// Works out all features.
pub(crate) fn build(gathered: &Gathered, rules: &Rules, found: &mut Collector) -> Built {
    let doors = Doors::new(gathered);
    let elsewhere = Grounds::new(gathered);
    let mut homes = Rows::default();
    let mut facilities = Rows::default();
    let mut home_rows = Vec::new();
    let mut sets = Vec::new();
    let mut scene = SceneBuilder::default();
    for point in &gathered.points {
        let id = ObjectId::Node(point.id);
        if point.categories != 0 {
            facilities.add(id, gathered.pool.get(point.name), point.coord, &[]);
            sets.push(point.categories);
        }
        scene.point(point, gathered);
    }
    let mut grounds = Vec::new();
    for batch in gathered.features.chunks(BATCH) {
        let shaped: Vec<(Option<Shaped>, Collector)> =
            batch.par_iter().map(|feature| shaped(feature, gathered)).collect();
        for (feature, (shape, notes)) in batch.iter().zip(shaped) {
            found.merge(notes);
            let Some(shape) = shape else { continue };
            scene.feature(feature, &shape, gathered);
            if let Some(row) = home(feature, &shape, gathered, &elsewhere, found) {
                let doors = doors.of_building(&shape);
                homes.add(feature.id, home_name(feature, gathered), shape.centre, &doors);
                home_rows.push(row);
            }
            let bits = match feature.categories {
                0 => 0,
                set => rules.of_size(gathered.category_sets[set as usize - 1], shape.area_m2),
            };
            if bits != 0 {
                let name = gathered.pool.get(feature.name);
                let doors = doors.of_facility(feature, &shape);
                if doors.is_empty() && feature.area && !feature.building {
                    grounds.push((facilities.id.len(), shape));
                    facilities.add(feature.id, name, grounds[grounds.len() - 1].1.centre, &[]);
                } else {
                    facilities.add(feature.id, name, shape.centre, &doors);
                }
                sets.push(bits);
            }
        }
    }
    facilities.add_doors(doors::where_streets_enter(&grounds, gathered));
    scene.roads(gathered);
    Built {
        homes: homes_of(homes, &home_rows),
        facilities: facilities.into_facilities(rules, sets),
        scene: scene.finish(),
    }
}

/// The shape of a feature; `None` where the file holds too little of it.
fn shaped(feature: &Feature, gathered: &Gathered) -> (Option<Shaped>, Collector) {
    let mut found = Collector::default();
    let shape = if feature.area {
        area(feature, gathered, &mut found)
    } else {
        line(feature.geometry, gathered)
    };
    if shape.is_none() && found.is_empty() {
        found.note("shape-without-extent", || feature.id);
    }
    (shape, found)
}

fn area(feature: &Feature, gathered: &Gathered, found: &mut Collector) -> Option<Shaped> {
    let polygons = rings::polygons(gathered, feature.geometry, feature.id, found);
    let line = |ring: &Vec<u32>| -> Vec<Coord> {
        ring.iter().map(|n| gathered.node_coord[*n as usize]).collect()
    };
    let rings: Vec<(Vec<Coord>, Vec<Vec<Coord>>)> =
        polygons.iter().map(|p| (line(&p.outer), p.holes.iter().map(line).collect())).collect();
    let areas: Vec<f64> = rings.iter().map(|(outer, holes)| shape::area_m2(outer, holes)).collect();
    let largest = (0..areas.len()).max_by(|a, b| areas[*a].total_cmp(&areas[*b]))?;
    let (outer, holes) = &rings[largest];
    let centre = shape::inner_point(outer, holes);
    Some(Shaped { polygons, area_m2: Some(areas.iter().sum()), centre, rings })
}

/// An open way is where its middle node is.
fn line(geometry: Geometry, gathered: &Gathered) -> Option<Shaped> {
    let Geometry::Way { start, end } = geometry else { return None };
    let there = |n: &u32| gathered.node_coord[*n as usize];
    let nodes: Vec<Coord> = gathered.refs[start as usize..end as usize]
        .iter()
        .map(there)
        .filter(|c| *c != NOWHERE)
        .collect();
    let centre = *nodes.get(nodes.len() / 2)?;
    Some(Shaped { polygons: Vec::new(), rings: Vec::new(), area_m2: None, centre })
}

struct HomeRow {
    levels: u16,
    dwellings: u32,
    footprint_m2: u32,
}

/// What the feature is as a home, if it is one.
fn home(
    feature: &Feature,
    shape: &Shaped,
    gathered: &Gathered,
    elsewhere: &Grounds,
    found: &mut Collector,
) -> Option<HomeRow> {
    let tags = feature.home?;
    if tags.unsure {
        let example = || {
            let name = gathered.pool.get(feature.name);
            if name.is_empty() {
                feature.id.to_string()
            } else {
                format!("{} ({name})", feature.id)
            }
        };
        // A shed is no home; without an area nothing says how large it is.
        let small = shape.area_m2.is_none_or(|m2| m2 < LEAST_HOME_M2);
        if small || elsewhere.cover(shape.centre) {
            found.note("building-use-unknown", example);
            return None;
        }
        found.note("building-taken-as-home", example);
    }
    let footprint_m2 = shape.area_m2.unwrap_or(0.0).round().min(f64::from(u32::MAX)) as u32;
    Some(HomeRow { levels: tags.levels, dwellings: tags.dwellings, footprint_m2 })
}

fn home_name<'g>(feature: &Feature, gathered: &'g Gathered) -> &'g str {
    let name = gathered.pool.get(feature.name);
    if name.is_empty() { gathered.pool.get(feature.address) } else { name }
}

/// Columns that homes and facilities share.
#[derive(Default)]
struct Rows {
    id: Vec<String>,
    name: Vec<String>,
    coord: Vec<Coord>,
    doors: Vec<Vec<Coord>>,
}

impl Rows {
    fn add(&mut self, id: ObjectId, name: &str, coord: Coord, doors: &[Coord]) {
        self.id.push(id.to_string());
        self.name.push(name.to_owned());
        self.coord.push(coord);
        self.doors.push(doors.to_vec());
    }

    fn add_doors(&mut self, found: Vec<(usize, Vec<Coord>)>) {
        for (row, doors) in found {
            self.doors[row] = doors;
        }
    }

    /// First-door offsets and doors.
    fn doors(&self) -> (Vec<u32>, Vec<Coord>) {
        let mut first = vec![0];
        let mut all = Vec::new();
        for doors in &self.doors {
            all.extend_from_slice(doors);
            first.push(all.len() as u32);
        }
        (first, all)
    }

    fn into_facilities(self, rules: &Rules, of: Vec<u128>) -> Facilities {
        let (first_entrance, entrance) = self.doors();
        Facilities {
            categories: rules.categories().to_vec(),
            id: Texts::pack(self.id),
            name: Texts::pack(self.name),
            coord: self.coord.into(),
            of: of.into(),
            first_entrance: first_entrance.into(),
            entrance: entrance.into(),
        }
    }
}

fn homes_of(rows: Rows, homes: &[HomeRow]) -> Homes {
    let (first_entrance, entrance) = rows.doors();
    let n = homes.len();
    Homes {
        id: Texts::pack(rows.id),
        name: Texts::pack(rows.name),
        coord: rows.coord.into(),
        levels: homes.iter().map(|h| h.levels).collect::<Vec<_>>().into(),
        dwellings: homes.iter().map(|h| h.dwellings).collect::<Vec<_>>().into(),
        footprint_m2: homes.iter().map(|h| h.footprint_m2).collect::<Vec<_>>().into(),
        // The map knows no people: whoever studies the city estimates them, and says so.
        people: vec![0; n].into(),
        estimated: vec![1; n].into(),
        bands: Vec::new(),
        by_age: Vec::new().into(),
        first_entrance: first_entrance.into(),
        entrance: entrance.into(),
    }
}

/// Whether a mark is a door.
pub(crate) fn is_door(traits: u16) -> bool {
    traits & NodeTrait::ENTRANCE != 0
}

/// Whether a feature is drawn.
pub(crate) fn is_drawn(feature: &Feature) -> bool {
    feature.scene != NOT_DRAWN
}
