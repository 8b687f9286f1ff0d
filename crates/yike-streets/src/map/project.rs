//! Web Mercator, the projection of web map tiles.

use crate::units::{Bounds, Coord};

/// Latitude beyond which Web Mercator has no tiles, in degrees.
pub const MAX_LATITUDE: f64 = 85.051_128;

/// Length of the equator in metres on the sphere that Web Mercator assumes.
const EQUATOR_M: f64 = 40_075_016.686;

/// A position on the world square: 0 to 1 from west to east and from north to south.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct World {
    /// West to east.
    pub x: f64,
    /// North to south.
    pub y: f64,
}

impl World {
    /// Projects a coordinate; latitudes beyond [`MAX_LATITUDE`] are held at it.
    pub fn of(c: Coord) -> Self {
        let lat = c.lat().clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians();
        Self { x: c.lon() / 360.0 + 0.5, y: 0.5 - lat.tan().asinh() / (2.0 * std::f64::consts::PI) }
    }

    /// The coordinate shown at this position.
    pub fn coord(self) -> Coord {
        let lat = ((0.5 - self.y) * 2.0 * std::f64::consts::PI).sinh().atan().to_degrees();
        Coord::from_degrees((self.x - 0.5) * 360.0, lat)
    }
}

/// Metres on the ground that one unit of the world square stands for at a latitude.
pub fn metres_per_world(lat_degrees: f64) -> f64 {
    EQUATOR_M * lat_degrees.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().cos()
}

/// The coordinates a tile covers, grown by `buffer` (a share of its width) on each side.
pub fn tile_bounds(z: u8, x: u32, y: u32, buffer: f64) -> Bounds {
    let n = f64::from(1_u32 << z);
    let corner =
        |x: f64, y: f64| World { x: (x / n).clamp(0.0, 1.0), y: (y / n).clamp(0.0, 1.0) }.coord();
    let (x, y) = (f64::from(x), f64::from(y));
    let north_west = corner(x - buffer, y - buffer);
    let south_east = corner(x + 1.0 + buffer, y + 1.0 + buffer);
    let mut bounds = Bounds::EMPTY;
    bounds.add(north_west);
    bounds.add(south_east);
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangzhou_lies_in_the_tile_the_published_formula_gives() {
        // Slippy-map formula for 120.15 E, 30.28 N at zoom 14, worked apart from this code: x 13660, y 6744.
        let world = World::of(Coord::from_degrees(120.15, 30.28));
        let n = f64::from(1 << 14);
        assert_eq!(((world.x * n) as u32, (world.y * n) as u32), (13660, 6744));
    }

    #[test]
    fn projecting_there_and_back_keeps_the_coordinate() {
        for (lon, lat) in [(0.0, 0.0), (120.15, 30.28), (-76.6, 39.3), (-51.2, -30.0)] {
            let c = Coord::from_degrees(lon, lat);
            let back = World::of(c).coord();
            assert!((c.lon_e7 - back.lon_e7).abs() <= 1 && (c.lat_e7 - back.lat_e7).abs() <= 1);
        }
    }
}
