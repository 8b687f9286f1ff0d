//! Squares and other areas that are walked across.
//!
//! The outline of an area can be walked, and so can the straight lines between the points where
//! streets or doors meet it, bent around corners and holes as the shortest way would be: the edges of
//! the area's visibility graph that lie on a shortest way between two entries. Lines that save less
//! than [`DETOUR`] are left out, so that a square with many entries does not become a web.

use rayon::prelude::*;

use super::build_lines::{Attributes, Lines};
use super::build_sight::{self, Ground};
use crate::network::NodeTrait;
use crate::osm::findings::Collector;
use crate::osm::gather::{Gathered, ObjectId};
use crate::osm::rings::{self, Polygon};

/// An area with more entries and corners than this is walked along its outline only.
const MAX_POINTS: usize = 120;
/// The same for nodes of its outline.
const MAX_OUTLINE: usize = 4_000;
/// A way around of at most this factor makes a straight line unnecessary.
const DETOUR: f64 = 1.01;

/// An area to be crossed.
struct Area {
    id: ObjectId,
    attributes: Attributes,
    polygons: Vec<Polygon>,
}

/// Adds outlines and crossing lines of all walkable areas.
pub(crate) fn add(lines: &mut Lines, gathered: &Gathered, found: &mut Collector) {
    let areas: Vec<Area> = gathered
        .streets
        .iter()
        .filter(|s| s.walkable && s.area)
        .map(|street| Area {
            id: street.id,
            attributes: lines.attributes_of(street, gathered, found).across(),
            polygons: rings::polygons(gathered, street.geometry, street.id, found),
        })
        .collect();
    if areas.is_empty() {
        return;
    }
    let meets = meeting_points(lines, &areas);
    let links: Vec<Option<Vec<(u32, u32)>>> =
        areas.par_iter().map(|area| links(area, &meets, lines, gathered)).collect();
    for (area, links) in areas.iter().zip(links) {
        for ring in area.polygons.iter().flat_map(Polygon::rings) {
            lines.add(ring, area.attributes);
        }
        match links {
            None => found.note("area-too-complex-to-cross", || area.id),
            Some(links) => {
                for (a, b) in links {
                    lines.add(&[a, b], area.attributes);
                }
            }
        }
    }
}

/// Which nodes of areas also belong to a street or to another area.
fn meeting_points(lines: &Lines, areas: &[Area]) -> Vec<bool> {
    let n = lines.node_traits.len();
    let (mut meets, mut of_area) = (vec![false; n], vec![u32::MAX; n]);
    for (number, area) in areas.iter().enumerate() {
        for node in area.polygons.iter().flat_map(Polygon::rings).flatten() {
            let of = &mut of_area[*node as usize];
            meets[*node as usize] |= *of != u32::MAX && *of != number as u32;
            *of = number as u32;
        }
    }
    for node in &lines.nodes {
        meets[*node as usize] = true;
    }
    meets
}

/// The crossing lines of an area; `None` if it is too complex.
fn links(
    area: &Area,
    meets: &[bool],
    lines: &Lines,
    gathered: &Gathered,
) -> Option<Vec<(u32, u32)>> {
    const DOOR: u16 = NodeTrait::ENTRANCE | NodeTrait::GATE | NodeTrait::LIFT;
    let entry = |node: u32| meets[node as usize] || lines.node_traits[node as usize] & DOOR != 0;
    let mut all = Vec::new();
    for polygon in &area.polygons {
        let ground = Ground::new(polygon, &gathered.node_coord, &entry);
        if ground.entries() < 2 {
            continue;
        }
        if ground.points() > MAX_POINTS || ground.outline() > MAX_OUTLINE {
            return None;
        }
        all.extend(build_sight::shortest_lines(&ground, DETOUR));
    }
    Some(all)
}
