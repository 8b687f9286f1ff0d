//! A place as it stands, and a row that proposes one.

use crate::digest::Hasher;
use crate::id::{DistrictId, PlaceId};
use crate::places::{PlaceCode, PlaceKind};
use crate::text::PlaceName;
use crate::time::Timestamp;

/// A position in CGCS2000, in ten-millionths of a degree.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Point {
    /// East, in 1e-7 degrees.
    pub lon_e7: i32,
    /// North, in 1e-7 degrees.
    pub lat_e7: i32,
}

impl Point {
    /// Takes degrees; `None` unless finite, within 180 east or west and 90 north or south.
    pub fn from_degrees(lon: f64, lat: f64) -> Option<Self> {
        let inside = (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
        inside.then(|| Self {
            lon_e7: (lon * 1e7).round() as i32,
            lat_e7: (lat * 1e7).round() as i32,
        })
    }

    /// Degrees east.
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) / 1e7
    }

    /// Degrees north.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }
}

/// One version of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Stays the same over all versions.
    pub id: PlaceId,
    /// 1, 2, ...
    pub version: i32,
    /// What it is.
    pub kind: PlaceKind,
    /// Its code.
    pub code: PlaceCode,
    /// Its standard name.
    pub name: PlaceName,
    /// Old and other names, in order.
    pub aliases: Vec<PlaceName>,
    /// What it stands below; `None` for the district.
    pub parent: Option<PlaceId>,
    /// A point that stands for it: the door, the middle.
    pub point: Option<Point>,
    /// When this version came into force.
    pub valid_from: Timestamp,
    /// When it ceased; `None` while it is in force.
    pub valid_to: Option<Timestamp>,
}

impl Place {
    /// The id of the place that has `code` as its first code. Made from the two, not from chance, so
    /// that the same file gives the same ids everywhere: links and studies survive a new start.
    pub fn id_of(district: &DistrictId, code: &PlaceCode) -> PlaceId {
        let mut hasher = Hasher::new("yike-place-1");
        hasher.field(district.as_str()).field(code.as_str());
        let bytes: [u8; 32] = *hasher.finish().as_bytes();
        let first = bytes.first_chunk::<16>().expect("a digest has 32 bytes");
        PlaceId::from_uuid(uuid::Builder::from_custom_bytes(*first).into_uuid())
    }

    /// Adds this version to a digest over places.
    pub fn hash_into(&self, hasher: &mut Hasher) {
        hasher.field(self.id.uuid().as_bytes()).number(self.version.into());
        hasher.field(self.kind.code()).field(self.code.as_str()).field(self.name.as_str());
        hasher.number(self.aliases.len() as i64);
        for alias in &self.aliases {
            hasher.field(alias.as_str());
        }
        hasher.maybe(self.parent.map(|id| id.to_string()).as_deref());
        hasher.maybe(self.point.map(|p| format!("{} {}", p.lon_e7, p.lat_e7)).as_deref());
        hasher.number(self.valid_from.millis());
        hasher.maybe(self.valid_to.map(|at| at.millis().to_string()).as_deref());
    }
}

/// A row of a file of places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceRow {
    /// Row of the file, counted from 1 with its heading.
    pub row: u64,
    /// What it is.
    pub kind: PlaceKind,
    /// Its code. May be left out below the community: the place is then found by parent and name, and
    /// a new one gets a code of ours.
    pub code: Option<PlaceCode>,
    /// Its standard name.
    pub name: PlaceName,
    /// Other names.
    pub aliases: Vec<PlaceName>,
    /// The code of what it stands below.
    pub parent: Option<PlaceCode>,
    /// A point that stands for it.
    pub point: Option<Point>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_come_back_exactly() {
        for (lon, lat) in [(120.156964, 30.277419), (-180.0, 90.0), (0.0000001, -0.0000001)] {
            let point = Point::from_degrees(lon, lat).unwrap();
            assert_eq!(Point::from_degrees(point.lon(), point.lat()), Some(point));
        }
        assert_eq!(Point::from_degrees(f64::NAN, 0.0), None);
        assert_eq!(Point::from_degrees(180.1, 0.0), None);
    }

    #[test]
    fn ids_follow_from_district_and_code() {
        let id = |district: &str, code: &str| {
            Place::id_of(&district.parse().unwrap(), &code.parse().unwrap())
        };
        assert_eq!(id("330105", "330105001"), id("330105", "330105001"));
        assert_ne!(id("330105", "330105001"), id("330106", "330105001"));
        assert_eq!(id("330105", "330105001").uuid().get_version_num(), 8);
    }
}
