//! Coordinate frames met in Chinese files, and the way from each to WGS 84.
//!
//! GCJ-02 is the frame of most Chinese web maps, BD-09 Baidu's; both move a point by 100 to 700 m.
//! CGCS2000, the legal national frame, agrees with WGS 84 within a metre and is taken as the same.
//! The forward shifts are published formulas; the way back is found by iteration, to well under
//! 0.1 m. Outside a box around China the GCJ-02 shift is nothing, as in the published formula.

use std::f64::consts::PI;

use crate::units::Coord;

/// The frame a file's coordinates are in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// WGS 84, or CGCS2000.
    #[default]
    Wgs84,
    /// GCJ-02 (Amap, Tencent and others).
    Gcj02,
    /// BD-09 (Baidu).
    Bd09,
}

impl Frame {
    /// All frames.
    pub const ALL: [Self; 3] = [Self::Wgs84, Self::Gcj02, Self::Bd09];

    /// Reads a frame's name: `wgs84`, `cgcs2000`, `gcj02`, `bd09`, with or without a dash.
    pub fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "wgs84" | "cgcs2000" | "4326" | "epsg:4326" | "4490" | "epsg:4490" => Some(Self::Wgs84),
            "gcj02" => Some(Self::Gcj02),
            "bd09" | "bd09ll" => Some(Self::Bd09),
            _ => None,
        }
    }

    /// Its name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wgs84 => "WGS 84 / CGCS2000",
            Self::Gcj02 => "GCJ-02",
            Self::Bd09 => "BD-09",
        }
    }

    /// Its name as the `--frame` option takes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// Converts degrees in this frame to WGS 84 degrees.
    ///
    /// ```
    /// use yike_streets::frames::Frame;
    ///
    /// let (lon, lat) = Frame::Gcj02.to_wgs84(120.1547, 30.2974);
    /// assert!((lon - 120.1500).abs() < 0.0003 && (lat - 30.3000).abs() < 0.0003);
    /// ```
    pub fn to_wgs84(self, lon: f64, lat: f64) -> (f64, f64) {
        match self {
            Self::Wgs84 => (lon, lat),
            Self::Gcj02 => invert(wgs84_to_gcj02, lon, lat),
            Self::Bd09 => {
                let (lon, lat) = invert(gcj02_to_bd09, lon, lat);
                invert(wgs84_to_gcj02, lon, lat)
            }
        }
    }

    /// Converts WGS 84 degrees to this frame.
    pub fn from_wgs84(self, lon: f64, lat: f64) -> (f64, f64) {
        match self {
            Self::Wgs84 => (lon, lat),
            Self::Gcj02 => wgs84_to_gcj02(lon, lat),
            Self::Bd09 => {
                let (lon, lat) = wgs84_to_gcj02(lon, lat);
                gcj02_to_bd09(lon, lat)
            }
        }
    }

    /// Converts a position in this frame to WGS 84.
    pub fn position(self, c: Coord) -> Coord {
        if self == Self::Wgs84 {
            return c;
        }
        let (lon, lat) = self.to_wgs84(c.lon(), c.lat());
        Coord::from_degrees(lon, lat)
    }
}

/// Semi-major axis of the Krasovsky 1940 ellipsoid, in metres, as the GCJ-02 formula uses it.
const AXIS_M: f64 = 6_378_245.0;
/// Its first eccentricity squared.
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;

fn wgs84_to_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    if !(72.004..=137.8347).contains(&lon) || !(0.8293..=55.8271).contains(&lat) {
        return (lon, lat);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let root = x.abs().sqrt();
    let wave = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + wave
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + wave
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let angle = lat.to_radians();
    let flattening = 1.0 - ECCENTRICITY_2 * angle.sin() * angle.sin();
    let meridian = AXIS_M * (1.0 - ECCENTRICITY_2) / (flattening * flattening.sqrt());
    let parallel = AXIS_M / flattening.sqrt() * angle.cos();
    (lon + (east / parallel).to_degrees(), lat + (north / meridian).to_degrees())
}

fn gcj02_to_bd09(lon: f64, lat: f64) -> (f64, f64) {
    let turn = PI * 3000.0 / 180.0;
    let radius = lon.hypot(lat) + 0.000_02 * (lat * turn).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * turn).cos();
    (radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006)
}

/// The point that `forward` moves to `(lon, lat)`. The shifts change slowly with place, so each step
/// shrinks the error by a factor of a hundred or more; ten steps are far more than enough.
fn invert(forward: impl Fn(f64, f64) -> (f64, f64), lon: f64, lat: f64) -> (f64, f64) {
    let (mut x, mut y) = (lon, lat);
    for _ in 0..10 {
        let (fx, fy) = forward(x, y);
        let (dx, dy) = (lon - fx, lat - fy);
        (x, y) = (x + dx, y + dy);
        if dx.abs() < 1e-10 && dy.abs() < 1e-10 {
            break;
        }
    }
    (x, y)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shifts_in_hangzhou_are_as_measured() {
        let here = Coord::from_degrees(120.15, 30.31);
        let to = |frame: Frame| {
            let (lon, lat) = frame.from_wgs84(here.lon(), here.lat());
            Coord::from_degrees(lon, lat).metres_to(here)
        };
        // 452 m east and 258 m south; 1,076 m east and 425 m north.
        assert!((to(Frame::Gcj02) - 520.0).abs() < 15.0);
        assert!((to(Frame::Bd09) - 1157.0).abs() < 25.0);
    }

    #[test]
    fn names_are_read_with_and_without_dashes() {
        assert_eq!(Frame::parse("GCJ-02"), Some(Frame::Gcj02));
        assert_eq!(Frame::parse("bd09"), Some(Frame::Bd09));
        assert_eq!(Frame::parse("CGCS2000"), Some(Frame::Wgs84));
        assert_eq!(Frame::parse("utm"), None);
    }

    proptest! {
        #[test]
        fn the_way_back_is_exact_to_a_centimetre(lon in 73.0..137.0, lat in 1.5..55.0) {
            for frame in Frame::ALL {
                let (fx, fy) = frame.from_wgs84(lon, lat);
                let (x, y) = frame.to_wgs84(fx, fy);
                let off = Coord::from_degrees(x, y).metres_to(Coord::from_degrees(lon, lat));
                prop_assert!(off < 0.03, "{frame:?} {off} m");
            }
        }
    }
}
