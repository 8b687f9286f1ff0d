//! Areas that homes are counted by: communities, subdistricts, districts, or any other.
//!
//! Exact: positions are integers and a point is placed by integer arithmetic. **Border rule**: a
//! point on a border is inside. Where that (or an overlap) puts it inside several areas of one
//! level, the one with the lowest code has it, so that no home is counted twice. An area may not
//! cross the 180th meridian.

use std::collections::BTreeMap;

use crate::units::{Bounds, Coord};

/// At most this many areas in one set.
pub const MAX_AREAS: usize = 65_536;

/// One polygon: an outer ring and its holes, in any winding. Rings repeat their first point at the
/// end. A point is inside where it lies within an odd number of the rings.
pub type Polygon = Vec<Vec<Coord>>;

/// One named area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Official or own code, unique in the set.
    pub code: String,
    /// Name shown to people.
    pub name: String,
    /// `district`, `subdistrict`, `community` or any other word.
    pub level: String,
    /// Code of the area it is part of; that area need not be in the set.
    pub parent: Option<String>,
    /// Its ground.
    pub polygons: Vec<Polygon>,
}

/// Why a set of areas is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreasError {
    /// An area without a code cannot be named in results.
    #[error("area {0:?} has no code: give each area a code")]
    NoCode(String),
    /// Two areas share a code.
    #[error("two areas have the code {0:?}: codes must be unique")]
    Twice(String),
    /// A ring that encloses nothing.
    #[error(
        "area {code:?} has a ring of {points} points: a ring needs at least 4, the last being the first again"
    )]
    Ring {
        /// The area.
        code: String,
        /// Points of the ring.
        points: usize,
    },
    /// More than [`MAX_AREAS`].
    #[error("{0} areas are more than {MAX_AREAS}: split the file")]
    TooMany(usize),
    /// `parent` leads round in a circle.
    #[error("area {0:?} is its own ancestor: mend the parent codes")]
    Circle(String),
}

/// A set of areas, sorted by code, ready to be asked which one a point lies in.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    list: Vec<Area>,
    /// Level names, largest ground first.
    levels: Vec<String>,
    /// The level of each area, as a position in `levels`.
    level_of: Vec<u8>,
    grid: Grid,
}

impl Areas {
    /// Checks and indexes a set of areas.
    pub fn new(mut list: Vec<Area>) -> Result<Self, AreasError> {
        if list.len() > MAX_AREAS {
            return Err(AreasError::TooMany(list.len()));
        }
        list.sort_by(|a, b| a.code.cmp(&b.code));
        for pair in list.windows(2) {
            if pair[0].code == pair[1].code {
                return Err(AreasError::Twice(pair[0].code.clone()));
            }
        }
        list.iter().try_for_each(check)?;
        check_parents(&list)?;
        let levels = order_levels(&list);
        let level_of = list
            .iter()
            .map(|a| levels.iter().position(|l| *l == a.level).expect("made from these") as u8)
            .collect();
        let grid = Grid::new(&list);
        Ok(Self { list, levels, level_of, grid })
    }

    /// The areas, by number.
    pub fn list(&self) -> &[Area] {
        &self.list
    }

    /// Level names, the coarsest first.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The level of area `a`, as a position in [`Self::levels`].
    pub fn level_of(&self, a: usize) -> usize {
        usize::from(self.level_of[a])
    }

    /// The area of level number `level` that `point` lies in.
    pub fn at(&self, level: usize, point: Coord) -> Option<u32> {
        self.grid.candidates(point).iter().copied().find(|&a| {
            usize::from(self.level_of[a as usize]) == level
                && self.list[a as usize].polygons.iter().any(|p| contains(p, point))
        })
    }
}

fn check(area: &Area) -> Result<(), AreasError> {
    if area.code.is_empty() {
        return Err(AreasError::NoCode(area.name.clone()));
    }
    for ring in area.polygons.iter().flatten() {
        if ring.len() < 4 || ring.first() != ring.last() {
            return Err(AreasError::Ring { code: area.code.clone(), points: ring.len() });
        }
    }
    Ok(())
}

fn check_parents(list: &[Area]) -> Result<(), AreasError> {
    let parent = |code: &str| {
        let i = list.binary_search_by(|a| a.code.as_str().cmp(code)).ok()?;
        list[i].parent.as_deref()
    };
    for area in list {
        let (mut slow, mut fast) =
            (area.parent.as_deref(), area.parent.as_deref().and_then(parent));
        while let (Some(a), Some(b)) = (slow, fast) {
            if a == b {
                return Err(AreasError::Circle(area.code.clone()));
            }
            slow = parent(a);
            fast = parent(b).and_then(parent);
        }
    }
    Ok(())
}

/// Known levels come first in their order, others after them by name.
fn order_levels(list: &[Area]) -> Vec<String> {
    const KNOWN: [&str; 6] = ["province", "city", "district", "subdistrict", "community", "grid"];
    let mut levels: Vec<String> = list.iter().map(|a| a.level.clone()).collect();
    levels.sort_by_key(|l| (KNOWN.iter().position(|k| k == l).unwrap_or(KNOWN.len()), l.clone()));
    levels.dedup();
    levels.truncate(usize::from(u8::MAX));
    levels
}

/// Whether `point` lies inside a polygon or on its border.
pub fn contains(polygon: &Polygon, point: Coord) -> bool {
    let mut inside = false;
    for ring in polygon {
        for side in ring.windows(2) {
            match crossing(side[0], side[1], point) {
                Crossing::On => return true,
                Crossing::Yes => inside = !inside,
                Crossing::No => {}
            }
        }
    }
    inside
}

enum Crossing {
    On,
    Yes,
    No,
}

/// How the ray from `p` eastwards meets the side `a`-`b`. A side owns its lower end, so a ray
/// through a corner counts once.
fn crossing(a: Coord, b: Coord, p: Coord) -> Crossing {
    let (ax, ay) = (i128::from(a.lon_e7), i128::from(a.lat_e7));
    let (bx, by) = (i128::from(b.lon_e7), i128::from(b.lat_e7));
    let (px, py) = (i128::from(p.lon_e7), i128::from(p.lat_e7));
    let cross = (bx - ax) * (py - ay) - (by - ay) * (px - ax);
    let in_box = px >= ax.min(bx) && px <= ax.max(bx) && py >= ay.min(by) && py <= ay.max(by);
    if cross == 0 && in_box {
        return Crossing::On;
    }
    let upward = ay <= py && by > py;
    let downward = by <= py && ay > py;
    // The point is west of an upward side when it lies to its left.
    if (upward && cross > 0) || (downward && cross < 0) { Crossing::Yes } else { Crossing::No }
}

/// Which areas' boxes touch each cell of a grid over all of them.
#[derive(Clone, Debug)]
struct Grid {
    bounds: Bounds,
    columns: i64,
    rows: i64,
    first: Vec<u32>,
    area: Vec<u32>,
}

impl Default for Grid {
    fn default() -> Self {
        Self { bounds: Bounds::EMPTY, columns: 0, rows: 0, first: vec![0], area: Vec::new() }
    }
}

impl Grid {
    fn new(list: &[Area]) -> Self {
        let boxes: Vec<Bounds> = list.iter().map(bounds_of).collect();
        let mut bounds = Bounds::EMPTY;
        for b in boxes.iter().filter(|b| !b.is_empty()) {
            bounds.add(Coord { lon_e7: b.west_e7, lat_e7: b.south_e7 });
            bounds.add(Coord { lon_e7: b.east_e7, lat_e7: b.north_e7 });
        }
        if bounds.is_empty() {
            return Self::default();
        }
        let side = ((list.len() as f64).sqrt().ceil() as i64 * 4).clamp(1, 256);
        let mut grid = Self { bounds, columns: side, rows: side, ..Self::default() };
        let mut cells: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        for (a, b) in boxes.iter().enumerate().filter(|(_, b)| !b.is_empty()) {
            for row in grid.row(b.south_e7)..=grid.row(b.north_e7) {
                for column in grid.column(b.west_e7)..=grid.column(b.east_e7) {
                    cells.entry(row * side + column).or_default().push(a as u32);
                }
            }
        }
        for cell in 0..side * side {
            grid.area.extend(cells.get(&cell).into_iter().flatten());
            grid.first.push(grid.area.len() as u32);
        }
        grid
    }

    fn column(&self, lon_e7: i32) -> i64 {
        scale(lon_e7, self.bounds.west_e7, self.bounds.east_e7, self.columns)
    }

    fn row(&self, lat_e7: i32) -> i64 {
        scale(lat_e7, self.bounds.south_e7, self.bounds.north_e7, self.rows)
    }

    /// Areas that may hold `point`, by rising number.
    fn candidates(&self, point: Coord) -> &[u32] {
        if !self.bounds.contains(point) {
            return &[];
        }
        let cell = (self.row(point.lat_e7) * self.columns + self.column(point.lon_e7)) as usize;
        &self.area[self.first[cell] as usize..self.first[cell + 1] as usize]
    }
}

/// Which of `cells` equal parts of `from..=to` holds `x`.
fn scale(x: i32, from: i32, to: i32, cells: i64) -> i64 {
    let (x, from, to) = (i64::from(x), i64::from(from), i64::from(to));
    (x - from) * cells / (to - from + 1)
}

/// The box around an area; empty where it has no ground.
pub fn bounds_of(area: &Area) -> Bounds {
    let mut bounds = Bounds::EMPTY;
    for point in area.polygons.iter().flatten().flatten() {
        bounds.add(*point);
    }
    bounds
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lon_e7: i32, lat_e7: i32) -> Coord {
        Coord { lon_e7, lat_e7 }
    }

    fn square(code: &str, level: &str, w: i32, s: i32, side: i32) -> Area {
        let ring =
            vec![at(w, s), at(w + side, s), at(w + side, s + side), at(w, s + side), at(w, s)];
        Area {
            code: code.into(),
            name: code.into(),
            level: level.into(),
            parent: None,
            polygons: vec![vec![ring]],
        }
    }

    #[test]
    fn a_shared_border_belongs_to_the_lower_code() {
        let areas = Areas::new(vec![
            square("b", "community", 10, 0, 10),
            square("a", "community", 0, 0, 10),
        ])
        .unwrap();
        assert_eq!(areas.at(0, at(10, 5)), Some(0));
        assert_eq!(areas.at(0, at(11, 5)), Some(1));
        assert_eq!(areas.at(0, at(20, 10)), Some(1));
        assert_eq!(areas.at(0, at(21, 10)), None);
    }

    #[test]
    fn levels_are_kept_apart_and_ordered() {
        let areas =
            Areas::new(vec![square("1", "community", 0, 0, 4), square("2", "district", 0, 0, 9)])
                .unwrap();
        assert_eq!(areas.levels(), ["district", "community"]);
        assert_eq!(areas.at(0, at(2, 2)), Some(1));
        assert_eq!(areas.at(1, at(2, 2)), Some(0));
        assert_eq!(areas.at(1, at(8, 8)), None);
    }

    #[test]
    fn a_hole_is_outside_but_its_border_is_inside() {
        let mut area = square("a", "x", 0, 0, 30);
        area.polygons[0].push(square("h", "x", 10, 10, 10).polygons[0][0].clone());
        let areas = Areas::new(vec![area]).unwrap();
        assert_eq!(areas.at(0, at(15, 15)), None);
        assert_eq!(areas.at(0, at(10, 15)), Some(0));
        assert_eq!(areas.at(0, at(5, 15)), Some(0));
    }

    #[test]
    fn bad_sets_are_refused() {
        let twice = Areas::new(vec![square("a", "x", 0, 0, 1), square("a", "x", 5, 0, 1)]);
        assert_eq!(twice.unwrap_err(), AreasError::Twice("a".into()));
        let mut open = square("a", "x", 0, 0, 1);
        open.polygons[0][0].pop();
        assert!(matches!(Areas::new(vec![open]), Err(AreasError::Ring { points: 4, .. })));
        let (mut a, mut b) = (square("a", "x", 0, 0, 1), square("b", "x", 0, 0, 1));
        (a.parent, b.parent) = (Some("b".into()), Some("a".into()));
        assert!(matches!(Areas::new(vec![a, b]), Err(AreasError::Circle(_))));
    }

    #[test]
    fn the_farthest_corners_of_the_world_do_not_overflow() {
        let (w, s) = (-1_800_000_000, -900_000_000);
        let ring = vec![at(w, s), at(-w, s), at(-w, -s), at(w, -s), at(w, s)];
        assert!(contains(&vec![ring.clone()], at(0, 0)));
        assert!(contains(&vec![ring], at(-w, -s)));
    }

    /// The slow twin: asks every area in turn.
    fn slow(areas: &Areas, level: usize, p: Coord) -> Option<u32> {
        (0..areas.list().len() as u32).find(|&a| {
            areas.level_of(a as usize) == level
                && areas.list()[a as usize].polygons.iter().any(|g| contains(g, p))
        })
    }

    proptest! {
        #[test]
        fn the_grid_answers_like_asking_every_area(
            squares in prop::collection::vec((0..200i32, 0..200i32, 1..60i32, 0..2u8), 1..40),
            points in prop::collection::vec((-5..270i32, -5..270i32), 1..80),
        ) {
            let list = squares.iter().enumerate().map(|(i, &(w, s, side, level))| {
                square(&format!("{i:03}"), ["p", "q"][usize::from(level)], w, s, side)
            });
            let areas = Areas::new(list.collect()).unwrap();
            for (x, y) in points {
                for level in 0..areas.levels().len() {
                    prop_assert_eq!(areas.at(level, at(x, y)), slow(&areas, level, at(x, y)));
                }
            }
        }

        #[test]
        fn every_point_of_a_split_square_is_in_exactly_one_half(x in 0..=100i32, y in 0..=100i32) {
            // Two triangles that share a diagonal: whole numbers hit it often.
            let (a, b, c, d) = (at(0, 0), at(100, 0), at(100, 100), at(0, 100));
            let area = |code: &str, ring: Vec<Coord>| Area {
                polygons: vec![vec![ring]], ..square(code, "x", 0, 0, 1)
            };
            let areas = Areas::new(vec![
                area("lower", vec![a, b, c, a]), area("upper", vec![a, c, d, a]),
            ]).unwrap();
            let expected = u32::from(y > x);
            prop_assert_eq!(areas.at(0, at(x, y)), Some(expected));
        }
    }
}
