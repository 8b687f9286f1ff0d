//! From doors to streets: the nearest point of the nearest edge, exactly.
//!
//! Distances are point to line in metres on the plane that touches the door (longitudes shortened by
//! the cosine of its latitude). A grid of cells narrows the search; the answer is that of looking at
//! every stretch of every street.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::facilities::Facilities;
use crate::homes::Homes;
use crate::network::Network;
use crate::network::islands::{Components, SnapReport};
use crate::units::{Bounds, Coord, EARTH_RADIUS_M};

/// Metres of 1e-7 degree of latitude.
const METRES_PER_UNIT: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0 * 1e-7;
/// Side of a cell of the grid in metres, unless the city is so wide that there would be too many.
const CELL_M: f64 = 64.0;
/// Cells round coordinates outward by less than this; searching goes on this much further, metres.
const SLACK_M: f64 = 0.05;

/// How far doors may be from streets, and what counts as an island.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SnapOptions {
    /// A door farther than this from every street is not snapped, metres.
    pub max_m: u32,
    /// A component with fewer nodes than this is an island.
    pub island_nodes: u32,
    /// A door at an island is moved to streets that are none within this many metres, if there are.
    pub island_max_m: u32,
}

impl Default for SnapOptions {
    fn default() -> Self {
        Self { max_m: 500, island_nodes: 50, island_max_m: 150 }
    }
}

/// Where a door meets the streets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapped {
    /// The edge.
    pub edge: u32,
    /// Position along it from `edge_from`, decimetres of the edge's length.
    pub along_dm: u32,
    /// Straight from the door to the street, decimetres.
    pub off_dm: u32,
    /// The point on the street.
    pub at: Coord,
    /// Whether an island was nearer, but this is on the main streets.
    pub moved_to_main: bool,
    /// Whether this is on an island.
    pub on_island: bool,
}

/// Finds nearest edges.
#[derive(Debug)]
pub struct SnapIndex<'n> {
    network: Cow<'n, Network>,
    components: Components,
    options: SnapOptions,
    grid: Grid,
}

impl<'n> SnapIndex<'n> {
    /// Indexes a network.
    pub fn new(network: &'n Network, options: &SnapOptions) -> Self {
        Self::of(Cow::Borrowed(network), options)
    }

    /// The same, holding on to the network (whose columns are shared, not copied), for those who keep
    /// the index.
    pub fn holding(network: Network, options: &SnapOptions) -> SnapIndex<'static> {
        SnapIndex::of(Cow::Owned(network), options)
    }

    fn of(network: Cow<'n, Network>, options: &SnapOptions) -> Self {
        let components = Components::of(&network);
        let grid = Grid::new(&network);
        Self { network, components, options: *options, grid }
    }

    /// The nearest point of the streets, islands treated as the options say.
    pub fn snap(&self, door: Coord) -> Option<Snapped> {
        self.snap_where(door, &|_| true)
    }

    /// The same among the edges that `usable` admits: a wheelchair at the foot of steps starts at the
    /// nearest street it can use.
    pub fn snap_where(&self, door: Coord, usable: &dyn Fn(u32) -> bool) -> Option<Snapped> {
        let mut best = self.nearest(door, f64::from(self.options.max_m), usable)?;
        if !self.on_island(best.edge) {
            return Some(best);
        }
        best.on_island = true;
        let bound = f64::from(self.options.island_max_m.min(self.options.max_m));
        let main = self.nearest(door, bound, &|e| usable(e) && !self.on_island(e));
        Some(main.map_or(best, |m| Snapped { moved_to_main: true, ..m }))
    }

    fn on_island(&self, e: u32) -> bool {
        let node = self.network.edge_from[e as usize];
        let component = self.network.node_component[node as usize];
        self.components.is_island(component, self.options.island_nodes)
    }

    fn nearest(&self, door: Coord, max_m: f64, usable: &dyn Fn(u32) -> bool) -> Option<Snapped> {
        let plane = Plane::at(door);
        let mut best: Option<Nearest> = None;
        let mut bound = max_m;
        for ring in 0.. {
            if self.grid.ring_distance_m(door, ring, &plane) > bound + SLACK_M
                || !self.grid.ring_meets(door, ring)
            {
                break;
            }
            self.grid.for_ring(door, ring, |edge, segment| {
                let near = plane.nearest_on(&self.network, edge, segment);
                let closer = match &best {
                    None => near.metres <= max_m,
                    Some(b) => near.beats(b),
                };
                if closer && usable(edge) {
                    bound = near.metres;
                    best = Some(near);
                }
            });
        }
        best.map(|near| near.finish(&self.network, &plane))
    }
}

/// The plane that touches the sphere at a door.
struct Plane {
    origin: Coord,
    cos: f64,
}

/// A candidate: a point of one segment of one edge.
#[derive(Clone, Copy, Debug)]
struct Nearest {
    metres: f64,
    edge: u32,
    segment: u32,
    /// 0 to 1 along the segment.
    part: f64,
}

impl Plane {
    fn at(origin: Coord) -> Self {
        Self { origin, cos: origin.lat().to_radians().cos() }
    }

    fn metres(&self, c: Coord) -> (f64, f64) {
        let dlon = i64::from(c.lon_e7) - i64::from(self.origin.lon_e7);
        let dlat = i64::from(c.lat_e7) - i64::from(self.origin.lat_e7);
        (dlon as f64 * METRES_PER_UNIT * self.cos, dlat as f64 * METRES_PER_UNIT)
    }

    fn nearest_on(&self, network: &Network, edge: u32, segment: u32) -> Nearest {
        let (a, b) = ends(network, edge, segment);
        let ((ax, ay), (bx, by)) = (self.metres(a), self.metres(b));
        let (dx, dy) = (bx - ax, by - ay);
        let square = dx * dx + dy * dy;
        let part = if square > 0.0 { (-(ax * dx + ay * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        let metres = (ax + part * dx).hypot(ay + part * dy);
        Nearest { metres, edge, segment, part }
    }

    fn length(&self, a: Coord, b: Coord) -> f64 {
        let ((ax, ay), (bx, by)) = (self.metres(a), self.metres(b));
        (bx - ax).hypot(by - ay)
    }
}

impl Nearest {
    /// Closer, or as close with smaller numbers, so that the order of looking does not show.
    fn beats(&self, other: &Self) -> bool {
        let as_close = (self.edge, self.segment).cmp(&(other.edge, other.segment));
        self.metres.total_cmp(&other.metres).then(as_close).is_lt()
    }

    fn finish(&self, network: &Network, plane: &Plane) -> Snapped {
        let (a, b) = ends(network, self.edge, self.segment);
        let (mut before, mut whole) = (0.0, 0.0);
        let mut last = None;
        for (i, c) in network.line(self.edge).enumerate() {
            if let Some(last) = last {
                let length = plane.length(last, c);
                // Vertex `i` ends segment `i - 1`.
                before += match (i as u32).cmp(&(self.segment + 1)) {
                    std::cmp::Ordering::Less => length,
                    std::cmp::Ordering::Equal => length * self.part,
                    std::cmp::Ordering::Greater => 0.0,
                };
                whole += length;
            }
            last = Some(c);
        }
        let edge_dm = network.edge_dm[self.edge as usize];
        let share = if whole > 0.0 { (before / whole).clamp(0.0, 1.0) } else { 0.0 };
        let mix = |a: i32, b: i32| a + (f64::from(b - a) * self.part).round() as i32;
        Snapped {
            edge: self.edge,
            along_dm: ((f64::from(edge_dm) * share).round() as u32).min(edge_dm),
            off_dm: (self.metres * 10.0).round() as u32,
            at: Coord { lon_e7: mix(a.lon_e7, b.lon_e7), lat_e7: mix(a.lat_e7, b.lat_e7) },
            moved_to_main: false,
            on_island: false,
        }
    }
}

/// Both ends of segment `segment` of an edge's line.
fn ends(network: &Network, edge: u32, segment: u32) -> (Coord, Coord) {
    let e = edge as usize;
    let bends = network.first_shape[e]..network.first_shape[e + 1];
    let vertex = |i: u32| {
        if i == 0 {
            network.node_coord[network.edge_from[e] as usize]
        } else if i <= bends.len() as u32 {
            network.shape[(bends.start + i - 1) as usize]
        } else {
            network.node_coord[network.edge_to[e] as usize]
        }
    };
    (vertex(segment), vertex(segment + 1))
}

/// Which segments touch which cell.
#[derive(Debug)]
struct Grid {
    bounds: Bounds,
    /// Size of a cell in coordinate units.
    lon_step: i64,
    lat_step: i64,
    columns: i64,
    rows: i64,
    /// `cells + 1` positions in `segments`.
    first: Vec<u32>,
    /// (edge, segment), cell by cell.
    segments: Vec<(u32, u32)>,
}

impl Grid {
    fn new(network: &Network) -> Self {
        let mut bounds = Bounds::EMPTY;
        network.node_coord.iter().chain(network.shape.iter()).for_each(|c| bounds.add(*c));
        if bounds.is_empty() {
            bounds = Bounds { west_e7: 0, south_e7: 0, east_e7: 0, north_e7: 0 };
        }
        let middle = (bounds.north_e7 / 2 + bounds.south_e7 / 2) as f64 * 1e-7;
        let cos = middle.to_radians().cos().max(0.01);
        let width = i64::from(bounds.east_e7) - i64::from(bounds.west_e7);
        let height = i64::from(bounds.north_e7) - i64::from(bounds.south_e7);
        let (mut lat_step, mut lon_step) =
            ((CELL_M / METRES_PER_UNIT) as i64, (CELL_M / METRES_PER_UNIT / cos) as i64);
        let most = 4 * (network.edges() + network.shape.len()) as i64 + 1024;
        while (width / lon_step + 1) * (height / lat_step + 1) > most {
            (lat_step, lon_step) = (lat_step * 2, lon_step * 2);
        }
        let (columns, rows) = (width / lon_step + 1, height / lat_step + 1);
        let mut grid = Self {
            bounds,
            lon_step,
            lat_step,
            columns,
            rows,
            first: Vec::new(),
            segments: Vec::new(),
        };
        grid.fill(network);
        grid
    }

    /// Lists the segments of every cell, by counting first.
    fn fill(&mut self, network: &Network) {
        let mut pairs = Vec::new();
        for edge in 0..network.edges() as u32 {
            let e = edge as usize;
            for segment in 0..=(network.first_shape[e + 1] - network.first_shape[e]) {
                let (a, b) = ends(network, edge, segment);
                let from = pairs.len();
                self.cells_of(a, b, &mut |cell| pairs.push((cell, (edge, segment))));
                pairs[from..].sort_unstable();
                let mut keep = from;
                for i in from..pairs.len() {
                    if i == from || pairs[i] != pairs[keep - 1] {
                        pairs[keep] = pairs[i];
                        keep += 1;
                    }
                }
                pairs.truncate(keep);
            }
        }
        let cells = (self.columns * self.rows) as usize;
        self.first = vec![0; cells + 1];
        for (cell, _) in &pairs {
            self.first[*cell as usize + 1] += 1;
        }
        for i in 0..cells {
            self.first[i + 1] += self.first[i];
        }
        let mut next = self.first.clone();
        self.segments = vec![(0, 0); pairs.len()];
        for (cell, segment) in pairs {
            let slot = &mut next[cell as usize];
            self.segments[*slot as usize] = segment;
            *slot += 1;
        }
    }

    /// Calls back the cells near the straight line from `a` to `b`: halves it until a piece spans
    /// at most two cells each way.
    fn cells_of(&self, a: Coord, b: Coord, found: &mut impl FnMut(u32)) {
        let ((ac, ar), (bc, br)) = (self.cell(a), self.cell(b));
        if (ac - bc).abs() > 1 || (ar - br).abs() > 1 {
            let middle = Coord {
                lon_e7: i64::midpoint(a.lon_e7.into(), b.lon_e7.into()) as i32,
                lat_e7: i64::midpoint(a.lat_e7.into(), b.lat_e7.into()) as i32,
            };
            self.cells_of(a, middle, found);
            self.cells_of(middle, b, found);
            return;
        }
        for row in ar.min(br)..=ar.max(br) {
            for column in ac.min(bc)..=ac.max(bc) {
                found((row * self.columns + column) as u32);
            }
        }
    }

    /// Column and row of a coordinate; may lie outside the grid.
    fn cell(&self, c: Coord) -> (i64, i64) {
        let lon = i64::from(c.lon_e7) - i64::from(self.bounds.west_e7);
        let lat = i64::from(c.lat_e7) - i64::from(self.bounds.south_e7);
        (lon.div_euclid(self.lon_step), lat.div_euclid(self.lat_step))
    }

    /// No segment outside the rings before `ring` is nearer than this.
    fn ring_distance_m(&self, door: Coord, ring: i64, plane: &Plane) -> f64 {
        if ring == 0 {
            return 0.0;
        }
        let (column, row) = self.cell(door);
        let side = |cell: i64, step: i64, at: i64| {
            let low = at - (cell - ring + 1) * step;
            let high = (cell + ring) * step - at;
            low.min(high) as f64 * METRES_PER_UNIT
        };
        let lon = i64::from(door.lon_e7) - i64::from(self.bounds.west_e7);
        let lat = i64::from(door.lat_e7) - i64::from(self.bounds.south_e7);
        (side(column, self.lon_step, lon) * plane.cos).min(side(row, self.lat_step, lat))
    }

    /// Whether anything of the grid lies on this ring or beyond.
    fn ring_meets(&self, door: Coord, ring: i64) -> bool {
        let (column, row) = self.cell(door);
        let far = |at: i64, count: i64| at.abs().max((at - count + 1).abs());
        ring <= far(column, self.columns).max(far(row, self.rows))
    }

    fn for_ring(&self, door: Coord, ring: i64, mut found: impl FnMut(u32, u32)) {
        let (column, row) = self.cell(door);
        for r in (row - ring).max(0)..=(row + ring).min(self.rows - 1) {
            // Whole rows at the top and bottom of the ring, the two ends between.
            let step = if (r - row).abs() == ring { 1 } else { (2 * ring).max(1) };
            let mut c = column - ring;
            while c <= column + ring {
                if (0..self.columns).contains(&c) {
                    let cell = (r * self.columns + c) as usize;
                    let range = self.first[cell] as usize..self.first[cell + 1] as usize;
                    self.segments[range].iter().for_each(|&(edge, segment)| found(edge, segment));
                }
                c += step;
            }
        }
    }
}

/// The doors of many places on the streets.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    /// `places + 1`: the doors of place `i` are `door[first[i]..first[i + 1]]`; none where no street
    /// is near.
    pub first: Vec<u32>,
    /// Doors on the streets.
    pub door: Vec<Snapped>,
    /// Where each door is itself.
    pub coord: Vec<Coord>,
}

impl Doors {
    /// Snaps all doors of homes; a home without mapped doors by its centre.
    pub fn of_homes(index: &SnapIndex<'_>, homes: &Homes) -> Self {
        Self::of(index, &homes.coord, &homes.first_entrance, &homes.entrance)
    }

    /// Snaps all doors of facilities; one without mapped doors by its centre.
    pub fn of_facilities(index: &SnapIndex<'_>, facilities: &Facilities) -> Self {
        Self::of(index, &facilities.coord, &facilities.first_entrance, &facilities.entrance)
    }

    fn of(index: &SnapIndex<'_>, coord: &[Coord], first: &[u32], entrance: &[Coord]) -> Self {
        let places: Vec<Vec<(Coord, Snapped)>> = (0..coord.len())
            .into_par_iter()
            .map(|i| {
                let mapped = match (first.get(i), first.get(i + 1)) {
                    (Some(&from), Some(&to)) => &entrance[from as usize..to as usize],
                    _ => &[],
                };
                let doors = if mapped.is_empty() { &coord[i..=i] } else { mapped };
                doors.iter().filter_map(|d| Some((*d, index.snap(*d)?))).collect()
            })
            .collect();
        let mut doors = Self::default();
        doors.first.push(0);
        for place in places {
            for (coord, snapped) in place {
                doors.door.push(snapped);
                doors.coord.push(coord);
            }
            doors.first.push(doors.door.len() as u32);
        }
        doors
    }

    /// These doors for someone who can only use some edges: a door on another edge moves to the
    /// nearest usable one within the bound of the index, or is lost.
    #[must_use]
    pub fn on_usable(&self, index: &SnapIndex<'_>, usable: &(dyn Fn(u32) -> bool + Sync)) -> Self {
        let mut doors = Self { first: vec![0], ..Self::default() };
        for place in 0..self.len() {
            for i in self.first[place] as usize..self.first[place + 1] as usize {
                let here = self.door[i];
                let snapped = if usable(here.edge) {
                    Some(here)
                } else {
                    index.snap_where(self.coord[i], usable)
                };
                if let Some(snapped) = snapped {
                    doors.door.push(snapped);
                    doors.coord.push(self.coord[i]);
                }
            }
            doors.first.push(doors.door.len() as u32);
        }
        doors
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// Whether there are no places.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The doors of place `i`.
    pub fn place(&self, i: usize) -> &[Snapped] {
        &self.door[self.first[i] as usize..self.first[i + 1] as usize]
    }

    /// Counts places off the streets, on islands, and moved from islands.
    pub fn report(&self) -> SnapReport {
        let mut report = SnapReport { places: self.len() as u64, ..SnapReport::default() };
        for i in 0..self.len() {
            let doors = self.place(i);
            report.off_the_streets += u64::from(doors.is_empty());
            report.on_island += u64::from(!doors.is_empty() && doors.iter().all(|d| d.on_island));
            report.moved_to_main += u64::from(doors.iter().any(|d| d.moved_to_main));
        }
        report
    }
}

#[cfg(test)]
#[path = "snap_tests.rs"]
mod tests;
