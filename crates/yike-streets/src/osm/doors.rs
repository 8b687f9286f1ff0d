//! Where buildings and grounds are entered.

use std::collections::{BTreeSet, HashMap};

use super::block::NOWHERE;
use super::features::{self, Shaped};
use super::gather::{Feature, Gathered, Geometry};
use super::rings::Polygon;
use super::shape;
use crate::network::{EdgeTrait, NodeTrait};
use crate::units::Coord;

/// More doors than this add nothing to a walk's length.
const MAX_DOORS: usize = 64;
/// Side of a cell of the index of outlines, in units of 1e-7 degree (about 100 m).
const CELL: i32 = 10_000;
/// An outline segment reaching over more cells than this is left out of the index: a ground of many
/// kilometres is no facility in the neighbourhood.
const MAX_CELLS: i64 = 4_096;

/// What is known of the nodes of outlines.
pub(crate) struct Doors<'a> {
    gathered: &'a Gathered,
    /// Trait bits of nodes with marks.
    marked: HashMap<u32, u16>,
    /// Nodes of walkable streets, one bit each.
    on_street: Vec<u64>,
}

impl<'a> Doors<'a> {
    pub(crate) fn new(gathered: &'a Gathered) -> Self {
        let marked = gathered.marks.iter().map(|m| (m.node, m.traits)).collect();
        let mut on_street = vec![0; gathered.node_id.len().div_ceil(64)];
        for (refs, _) in streets(gathered) {
            for node in refs {
                on_street[*node as usize / 64] |= 1 << (node % 64);
            }
        }
        Self { gathered, marked, on_street }
    }

    /// The mapped doors on a building's outline.
    pub(crate) fn of_building(&self, shape: &Shaped) -> Vec<Coord> {
        self.nodes(shape, |_, traits| features::is_door(traits))
    }

    /// Doors; of open ground else gates, else where streets share its outline.
    pub(crate) fn of_facility(&self, feature: &Feature, shape: &Shaped) -> Vec<Coord> {
        let doors = self.of_building(shape);
        if !doors.is_empty() || feature.building {
            return doors;
        }
        let open_gate =
            |_, traits| traits & NodeTrait::GATE != 0 && traits & NodeTrait::LOCKED == 0;
        let gates = self.nodes(shape, open_gate);
        if !gates.is_empty() {
            return gates;
        }
        self.nodes(shape, |node: u32, _| self.on_street[node as usize / 64] >> (node % 64) & 1 == 1)
    }

    /// Positions of the outline's nodes that meet a condition, without doubles.
    fn nodes(&self, shape: &Shaped, wanted: impl Fn(u32, u16) -> bool) -> Vec<Coord> {
        let mut seen = BTreeSet::new();
        let rings = shape.polygons.iter().flat_map(Polygon::rings);
        rings
            .flatten()
            .filter(|n| wanted(**n, self.marked.get(*n).copied().unwrap_or(0)) && seen.insert(**n))
            .map(|n| self.gathered.node_coord[*n as usize])
            .take(MAX_DOORS)
            .collect()
    }
}

/// Node numbers and traits of the streets walked along.
fn streets(gathered: &Gathered) -> impl Iterator<Item = (&[u32], u32)> {
    gathered.streets.iter().filter(|s| s.walkable && !s.area).filter_map(|s| match s.geometry {
        Geometry::Way { start, end } => {
            Some((&gathered.refs[start as usize..end as usize], s.traits))
        }
        Geometry::Relation { .. } => None,
    })
}

/// For grounds without doors: where streets cross their outlines. Rows that got doors.
pub(crate) fn where_streets_enter(
    grounds: &[(usize, Shaped)],
    gathered: &Gathered,
) -> Vec<(usize, Vec<Coord>)> {
    let index = Outlines::new(grounds);
    let mut found: Vec<BTreeSet<Coord>> = vec![BTreeSet::new(); grounds.len()];
    for (refs, traits) in streets(gathered) {
        // What runs above or below does not enter.
        if traits & (EdgeTrait::BRIDGE | EdgeTrait::TUNNEL) != 0 {
            continue;
        }
        for pair in refs.windows(2) {
            let [a, b] = [0, 1].map(|i| gathered.node_coord[pair[i] as usize]);
            if a != NOWHERE && b != NOWHERE {
                index.cross(a, b, |ground, at| {
                    if found[ground].len() < MAX_DOORS {
                        found[ground].insert(at);
                    }
                });
            }
        }
    }
    let rows = grounds.iter().map(|(row, _)| *row).zip(found);
    rows.filter(|(_, at)| !at.is_empty()).map(|(r, at)| (r, at.into_iter().collect())).collect()
}

/// Outline segments by the cells they touch.
struct Outlines {
    /// Segment and ground.
    segments: Vec<(Coord, Coord, u32)>,
    by_cell: HashMap<(i32, i32), Vec<u32>>,
}

impl Outlines {
    fn new(grounds: &[(usize, Shaped)]) -> Self {
        let mut this = Self { segments: Vec::new(), by_cell: HashMap::new() };
        for (ground, (_, shape)) in grounds.iter().enumerate() {
            for (outer, _) in &shape.rings {
                for pair in outer.windows(2) {
                    let number = this.segments.len() as u32;
                    this.segments.push((pair[0], pair[1], ground as u32));
                    for cell in cells(pair[0], pair[1]) {
                        this.by_cell.entry(cell).or_default().push(number);
                    }
                }
            }
        }
        this
    }

    fn cross(&self, a: Coord, b: Coord, mut take: impl FnMut(usize, Coord)) {
        if self.segments.is_empty() {
            return;
        }
        for cell in cells(a, b) {
            for number in self.by_cell.get(&cell).into_iter().flatten() {
                let (c, d, ground) = self.segments[*number as usize];
                if let Some(at) = shape::crossing(a, b, c, d) {
                    take(ground as usize, at);
                }
            }
        }
    }
}

/// The cells of the box around a segment.
fn cells(a: Coord, b: Coord) -> impl Iterator<Item = (i32, i32)> {
    let range = |a: i32, b: i32| a.min(b).div_euclid(CELL)..=a.max(b).div_euclid(CELL);
    let (lon, lat) = (range(a.lon_e7, b.lon_e7), range(a.lat_e7, b.lat_e7));
    let count = |r: &std::ops::RangeInclusive<i32>| i64::from(r.end() - r.start()) + 1;
    let all = count(&lon) * count(&lat) <= MAX_CELLS;
    lon.filter(move |_| all).flat_map(move |x| lat.clone().map(move |y| (x, y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_street_into_a_park_makes_a_door() {
        let at = |lon_e7, lat_e7| Coord { lon_e7, lat_e7 };
        let outer = vec![at(0, 0), at(30_000, 0), at(30_000, 30_000), at(0, 30_000), at(0, 0)];
        let shape = Shaped {
            polygons: Vec::new(),
            rings: vec![(outer, Vec::new())],
            area_m2: None,
            centre: at(0, 0),
        };
        let index = Outlines::new(&[(7, shape)]);
        let mut found = Vec::new();
        index.cross(at(15_000, -5_000), at(15_000, 5_000), |ground, at| found.push((ground, at)));
        found.dedup();
        assert_eq!(found, [(0, at(15_000, 0))]);
    }
}
