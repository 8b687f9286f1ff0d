//! The area around what one origin reaches, as polygons.
//!
//! **What the area is.** All points from which a reached stretch of street is at most `off_street_m`
//! away, straight, with time left to walk there. Since walking off the street is as fast as on it, that
//! is everything within `off_street_m` of the streets reached that much earlier than the band ends.
//!
//! **How it is drawn.** The distance to those streets is computed on a square grid and its contour taken
//! by marching squares with interpolation. Where two corners across are inside, they are kept apart, so
//! rings never touch, and a smaller band lies within a larger one. Points that stray less than 5 cm from a
//! straight line are dropped.

use crate::circles::contour::Contourer;
use crate::circles::costs::Costs;
use crate::circles::reach::{Reach, ReachedPart};
use crate::network::Network;
use crate::units::{Coord, EARTH_RADIUS_M};

/// At most this many grid points; a wider area gets a coarser grid.
const MAX_POINTS: f32 = 4e6;
/// Metres of 1e-7 degree of latitude.
const METRES_PER_UNIT: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0 * 1e-7;

/// How areas are drawn.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IsochroneOptions {
    /// How far off the street one walks, metres.
    pub off_street_m: u32,
    /// Distance of grid points, metres. A very wide area gets a coarser grid, and at least two grid
    /// points each side of a street.
    pub cell_m: u32,
}

impl Default for IsochroneOptions {
    fn default() -> Self {
        Self { off_street_m: 25, cell_m: 10 }
    }
}

/// The area of one band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isochrone {
    /// End of the band, deciseconds.
    pub ds: u32,
    /// Polygons as in GeoJSON: the first ring is the outer one, anticlockwise; the others are holes,
    /// clockwise; every ring repeats its first point at the end.
    pub polygons: Vec<Vec<Vec<Coord>>>,
}

/// A straight piece of reached street in metres from the frame's origin; time changes evenly.
#[derive(Clone, Copy)]
struct Piece {
    from: (f32, f32),
    to: (f32, f32),
    from_ds: f32,
    to_ds: f32,
}

/// Draws areas, again and again. Holds the room for one grid; make one for each thread.
#[derive(Default)]
pub struct Isochroner {
    pieces: Vec<Piece>,
    field: Vec<f32>,
    contourer: Contourer,
}

/// A plane in metres and the grid on it.
struct Frame {
    west_e7: i64,
    south_e7: i64,
    lon_m: f64,
    cell: f32,
    columns: usize,
    rows: usize,
}

impl Isochroner {
    /// Draws the area of every band of `bands_ds`, in the order given. Bands beyond what `reach` looked at
    /// show only what it found.
    pub fn draw(
        &mut self,
        network: &Network,
        costs: &Costs,
        reach: &Reach,
        bands_ds: &[u32],
        options: &IsochroneOptions,
    ) -> Vec<Isochrone> {
        let radius = options.off_street_m.max(1) as f32;
        let cell = options.cell_m.max(1) as f32;
        let metres_per_ds = costs.plain_dm(10_000) as f32 / 100_000.0;
        let Some((frame, radius)) = Frame::around(network, &reach.parts, radius, cell) else {
            let empty = |ds: &u32| Isochrone { ds: *ds, polygons: Vec::new() };
            return bands_ds.iter().map(empty).collect();
        };
        self.pieces.clear();
        for part in &reach.parts {
            frame.pieces(network, part, &mut self.pieces);
        }
        bands_ds
            .iter()
            .map(|&ds| {
                self.fill(&frame, ds as f32, radius, metres_per_ds);
                let rings = self.contourer.polygons(&self.field, frame.columns, frame.rows);
                let ring = |ring: Vec<(f32, f32)>| {
                    ring.into_iter().map(|p| frame.coord(p)).collect::<Vec<_>>()
                };
                let polygon = |rings: Vec<_>| rings.into_iter().map(ring).collect();
                Isochrone { ds, polygons: rings.into_iter().map(polygon).collect() }
            })
            .collect()
    }

    /// Sets every grid point to its distance to the streets of a band, less the radius; in cells.
    fn fill(&mut self, frame: &Frame, band_ds: f32, radius: f32, metres_per_ds: f32) {
        self.field.clear();
        self.field.resize(frame.columns * frame.rows, f32::MAX);
        let last_ds = band_ds - radius / metres_per_ds;
        for piece in &self.pieces {
            if let Some((from, to)) = piece.until(last_ds) {
                frame.stamp(&mut self.field, from, to, radius);
            }
        }
        // A band too short for the whole radius: what is left of it around the start.
        let first = self.pieces.iter().min_by(|a, b| a.first_ds().total_cmp(&b.first_ds()));
        let left = first.map_or(0.0, |p| (band_ds - p.first_ds()) * metres_per_ds);
        let mut reach = radius;
        if let Some(piece) = first.filter(|_| left > 0.0 && left < radius) {
            let start = if piece.from_ds <= piece.to_ds { piece.from } else { piece.to };
            frame.stamp(&mut self.field, start, start, radius);
            reach = left;
        }
        for value in &mut self.field {
            *value = (value.sqrt() - reach) / frame.cell;
        }
    }
}

impl Piece {
    fn first_ds(&self) -> f32 {
        self.from_ds.min(self.to_ds)
    }

    /// The end points of what of the piece is reached by `ds`.
    fn until(&self, ds: f32) -> Option<((f32, f32), (f32, f32))> {
        let (mut from, mut to) = (self.from, self.to);
        if self.first_ds() > ds {
            return None;
        }
        let at = |share: f32| {
            let mix = |a: f32, b: f32| a + (b - a) * share;
            (mix(self.from.0, self.to.0), mix(self.from.1, self.to.1))
        };
        if self.to_ds > ds {
            to = at((ds - self.from_ds) / (self.to_ds - self.from_ds));
        } else if self.from_ds > ds {
            from = at((self.from_ds - ds) / (self.from_ds - self.to_ds));
        }
        Some((from, to))
    }
}

impl Frame {
    /// A frame around the edges of the parts with room for the radius, which grows with a coarse grid;
    /// `None` if there are no parts.
    fn around(
        network: &Network,
        parts: &[ReachedPart],
        radius: f32,
        cell: f32,
    ) -> Option<(Self, f32)> {
        let mut bounds = crate::units::Bounds::EMPTY;
        for part in parts {
            network.line(part.edge).for_each(|c| bounds.add(c));
        }
        if bounds.is_empty() {
            return None;
        }
        let middle = f64::midpoint(bounds.south_e7.into(), bounds.north_e7.into()) * 1e-7;
        let lon_m = METRES_PER_UNIT * middle.to_radians().cos().max(0.01);
        let width = (i64::from(bounds.east_e7) - i64::from(bounds.west_e7)) as f64 * lon_m;
        let height = (i64::from(bounds.north_e7) - i64::from(bounds.south_e7)) as f64;
        let (width, height) = (width as f32, (height * METRES_PER_UNIT) as f32);
        let cell = cell.max((width * height / MAX_POINTS).sqrt()).max(width.max(height) / 1e6);
        let radius = radius.max(2.0 * cell);
        let margin = radius + 2.0 * cell;
        let frame = Self {
            west_e7: i64::from(bounds.west_e7) - (f64::from(margin) / lon_m) as i64,
            south_e7: i64::from(bounds.south_e7) - (f64::from(margin) / METRES_PER_UNIT) as i64,
            lon_m,
            cell,
            columns: ((width + 2.0 * margin) / cell).ceil() as usize + 1,
            rows: ((height + 2.0 * margin) / cell).ceil() as usize + 1,
        };
        Some((frame, radius))
    }

    fn metres(&self, c: Coord) -> (f32, f32) {
        let x = (i64::from(c.lon_e7) - self.west_e7) as f64 * self.lon_m;
        let y = (i64::from(c.lat_e7) - self.south_e7) as f64 * METRES_PER_UNIT;
        (x as f32, y as f32)
    }

    fn coord(&self, (column, row): (f32, f32)) -> Coord {
        let x = f64::from(column) * f64::from(self.cell) / self.lon_m;
        let y = f64::from(row) * f64::from(self.cell) / METRES_PER_UNIT;
        Coord {
            lon_e7: (self.west_e7 + x.round() as i64).clamp(-1_800_000_000, 1_800_000_000) as i32,
            lat_e7: (self.south_e7 + y.round() as i64).clamp(-900_000_000, 900_000_000) as i32,
        }
    }

    /// Cuts a part at the bends of its edge.
    fn pieces(&self, network: &Network, part: &ReachedPart, pieces: &mut Vec<Piece>) {
        let length = |a: (f32, f32), b: (f32, f32)| (b.0 - a.0).hypot(b.1 - a.1);
        let mut whole = 0.0;
        let mut last = None;
        for p in network.line(part.edge).map(|c| self.metres(c)) {
            whole += last.map_or(0.0, |l| length(l, p));
            last = Some(p);
        }
        // Positions in metres as drawn; the length on the map is spread evenly over them.
        let scale = whole / network.edge_dm[part.edge as usize].max(1) as f32;
        let (start, end) = (part.from_dm as f32 * scale, part.to_dm as f32 * scale);
        let (from_ds, to_ds) = (part.from_ds as f32, part.to_ds as f32);
        let time = |at: f32| {
            let share = if end > start { (at - start) / (end - start) } else { 0.0 };
            from_ds + (to_ds - from_ds) * share.clamp(0.0, 1.0)
        };
        let (mut before, mut last) = (0.0, None);
        for p in network.line(part.edge).map(|c| self.metres(c)) {
            if let Some(l) = last {
                let long = length(l, p);
                let (a, b) = (start.max(before), end.min(before + long));
                if a < b || whole == 0.0 {
                    let mix = |at: f32| {
                        let share = if long > 0.0 { (at - before) / long } else { 0.0 };
                        (l.0 + (p.0 - l.0) * share, l.1 + (p.1 - l.1) * share)
                    };
                    let (from, to) = (mix(a), mix(b));
                    pieces.push(Piece { from, to, from_ds: time(a), to_ds: time(b) });
                }
                before += long;
            }
            last = Some(p);
        }
    }

    /// Lowers the squared distances (metres) of the grid points near a straight piece.
    fn stamp(&self, field: &mut [f32], from: (f32, f32), to: (f32, f32), radius: f32) {
        let around = radius + 1.5 * self.cell;
        let low = |v: f32| ((v - around) / self.cell).ceil().max(0.0) as usize;
        let high = |v: f32, most: usize| (((v + around) / self.cell) as usize).min(most - 1);
        let columns = low(from.0.min(to.0))..=high(from.0.max(to.0), self.columns);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let square = dx * dx + dy * dy;
        let per = if square > 0.0 { 1.0 / square } else { 0.0 };
        for row in low(from.1.min(to.1))..=high(from.1.max(to.1), self.rows) {
            let y = row as f32 * self.cell - from.1;
            let line = &mut field[row * self.columns..(row + 1) * self.columns];
            let start = *columns.start();
            for (i, value) in line[columns.clone()].iter_mut().enumerate() {
                let x = (start + i) as f32 * self.cell - from.0;
                let share = ((x * dx + y * dy) * per).clamp(0.0, 1.0);
                let (ex, ey) = (x - share * dx, y - share * dy);
                *value = value.min(ex * ex + ey * ey);
            }
        }
    }
}

#[cfg(test)]
#[path = "isochrone_tests.rs"]
mod tests;
