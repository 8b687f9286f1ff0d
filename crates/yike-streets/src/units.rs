//! Coordinates and the lengths between them.

use bytemuck::{Pod, Zeroable};

/// Mean Earth radius in metres (IUGG), for great-circle lengths.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A time or distance that is never reached. Leaves headroom so that adding two of them cannot wrap.
pub const UNREACHED: u32 = u32::MAX / 2;

/// A position in WGS 84, in units of 1e-7 degree, as OpenStreetMap stores it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
pub struct Coord {
    /// Longitude, -1_800_000_000 to 1_800_000_000.
    pub lon_e7: i32,
    /// Latitude, -900_000_000 to 900_000_000.
    pub lat_e7: i32,
}

impl Coord {
    /// Rounds degrees to the nearest unit.
    pub fn from_degrees(lon: f64, lat: f64) -> Self {
        Self { lon_e7: (lon * 1e7).round() as i32, lat_e7: (lat * 1e7).round() as i32 }
    }

    /// Longitude in degrees.
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) * 1e-7
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) * 1e-7
    }

    /// Great-circle distance in metres (haversine on the mean sphere).
    ///
    /// ```
    /// use yike_streets::units::Coord;
    ///
    /// let door = Coord::from_degrees(120.15, 30.30);
    /// let clinic = Coord::from_degrees(120.15, 30.31);
    /// assert_eq!(door.metres_to(clinic).round(), 1112.0);
    /// ```
    pub fn metres_to(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat().to_radians(), other.lat().to_radians());
        let dlat = ((lat2 - lat1) / 2.0).sin();
        let dlon = ((other.lon() - self.lon()).to_radians() / 2.0).sin();
        let h = dlat * dlat + lat1.cos() * lat2.cos() * dlon * dlon;
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

/// A box of coordinates, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bounds {
    /// West edge.
    pub west_e7: i32,
    /// South edge.
    pub south_e7: i32,
    /// East edge.
    pub east_e7: i32,
    /// North edge.
    pub north_e7: i32,
}

impl Bounds {
    /// The box that holds nothing; growing it by a point gives that point.
    pub const EMPTY: Self =
        Self { west_e7: i32::MAX, south_e7: i32::MAX, east_e7: i32::MIN, north_e7: i32::MIN };

    /// Grows the box to hold `c`.
    pub fn add(&mut self, c: Coord) {
        self.west_e7 = self.west_e7.min(c.lon_e7);
        self.east_e7 = self.east_e7.max(c.lon_e7);
        self.south_e7 = self.south_e7.min(c.lat_e7);
        self.north_e7 = self.north_e7.max(c.lat_e7);
    }

    /// Whether nothing was ever added.
    pub fn is_empty(&self) -> bool {
        self.west_e7 > self.east_e7
    }

    /// Whether `c` lies inside or on the edge.
    pub fn contains(&self, c: Coord) -> bool {
        (self.west_e7..=self.east_e7).contains(&c.lon_e7)
            && (self.south_e7..=self.north_e7).contains(&c.lat_e7)
    }

    /// Whether the two boxes share a point.
    pub fn meets(&self, other: &Self) -> bool {
        self.west_e7 <= other.east_e7
            && other.west_e7 <= self.east_e7
            && self.south_e7 <= other.north_e7
            && other.south_e7 <= self.north_e7
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_degree_of_latitude_is_about_111_km() {
        let a = Coord::from_degrees(120.0, 30.0);
        let b = Coord::from_degrees(120.0, 31.0);
        assert!((a.metres_to(b) - 111_195.08).abs() < 0.1);
    }
}
