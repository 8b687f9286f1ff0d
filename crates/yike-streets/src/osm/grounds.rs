//! Grounds of another use (works, schools, shops), where a building of unsaid use is no home.

use std::collections::HashMap;

use super::findings::Collector;
use super::gather::Gathered;
use super::rings;
use super::shape;
use crate::units::{Bounds, Coord};

/// Side of an index cell, in units of 1e-7 degree (about 1 km).
const CELL: i32 = 100_000;
/// Areas over more cells than this are asked each time.
const MAX_CELLS: i64 = 1_024;

type Rings = (Bounds, Vec<Coord>, Vec<Vec<Coord>>);

/// Grounds of another use, found by cell.
#[derive(Default)]
pub(crate) struct Grounds {
    areas: Vec<Rings>,
    by_cell: HashMap<(i32, i32), Vec<u32>>,
    wide: Vec<u32>,
}

impl Grounds {
    pub(crate) fn new(gathered: &Gathered) -> Self {
        let mut this = Self::default();
        if !gathered.features.iter().any(|f| f.home.is_some_and(|h| h.unsure)) {
            return this;
        }
        for feature in gathered.features.iter().filter(|f| f.grounds) {
            // What is broken in it is told when the feature itself is worked out.
            let mut quiet = Collector::default();
            let polygons = rings::polygons(gathered, feature.geometry, feature.id, &mut quiet);
            for polygon in polygons {
                let line = |ring: &Vec<u32>| -> Vec<Coord> {
                    ring.iter().map(|n| gathered.node_coord[*n as usize]).collect()
                };
                this.add(line(&polygon.outer), polygon.holes.iter().map(line).collect());
            }
        }
        this
    }

    fn add(&mut self, outer: Vec<Coord>, holes: Vec<Vec<Coord>>) {
        let bounds = shape::bounds(&outer);
        let number = self.areas.len() as u32;
        let cell = |e7: i32| e7.div_euclid(CELL);
        let (lon, lat) = (
            cell(bounds.west_e7)..=cell(bounds.east_e7),
            cell(bounds.south_e7)..=cell(bounds.north_e7),
        );
        let count = |r: &std::ops::RangeInclusive<i32>| i64::from(r.end() - r.start()) + 1;
        if count(&lon) * count(&lat) > MAX_CELLS {
            self.wide.push(number);
        } else {
            for x in lon {
                for y in lat.clone() {
                    self.by_cell.entry((x, y)).or_default().push(number);
                }
            }
        }
        self.areas.push((bounds, outer, holes));
    }

    /// Whether a point lies in one of the areas.
    pub(crate) fn cover(&self, at: Coord) -> bool {
        let cell = (at.lon_e7.div_euclid(CELL), at.lat_e7.div_euclid(CELL));
        let near = self.by_cell.get(&cell).into_iter().flatten();
        near.chain(&self.wide).any(|number| {
            let (bounds, outer, holes) = &self.areas[*number as usize];
            bounds.contains(at) && shape::covers(outer, holes, at)
        })
    }
}
