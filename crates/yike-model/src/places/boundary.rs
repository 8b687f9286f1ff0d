//! Boundaries: polygons with holes, read from and written as GeoJSON geometry.

use serde::Deserialize;

use crate::places::Point;

/// Most points of one boundary.
pub const POINTS_LIMIT: usize = 200_000;

/// A box, in 1e-7 degrees, ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct BoxE7 {
    pub west: i32,
    pub south: i32,
    pub east: i32,
    pub north: i32,
}

/// One or more polygons; of each the first ring is the outline, the others are holes. Rings repeat
/// their first point at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary {
    polygons: Vec<Vec<Vec<Point>>>,
}

/// Why a text is not a boundary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadBoundary {
    #[error("not a GeoJSON Polygon or MultiPolygon: {0}")]
    Form(String),
    #[error(
        "a point is not within 180 degrees east or west and 90 north or south; is it longitude first, in degrees?"
    )]
    Coordinate,
    #[error("a ring has fewer than three different points, or no area")]
    Ring,
    #[error("there is no polygon")]
    Empty,
    #[error("more than {POINTS_LIMIT} points")]
    TooManyPoints,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Polygon { coordinates: Vec<Vec<Vec<f64>>> },
    MultiPolygon { coordinates: Vec<Vec<Vec<Vec<f64>>>> },
}

impl Boundary {
    /// Reads a GeoJSON geometry. Open rings are closed; heights are dropped.
    pub fn from_geojson(text: &str) -> Result<Self, BadBoundary> {
        let geometry: Geometry =
            serde_json::from_str(text).map_err(|e| BadBoundary::Form(e.to_string()))?;
        let polygons = match geometry {
            Geometry::Polygon { coordinates } => vec![coordinates],
            Geometry::MultiPolygon { coordinates } => coordinates,
        };
        let count: usize = polygons.iter().flatten().map(Vec::len).sum();
        if count > POINTS_LIMIT {
            return Err(BadBoundary::TooManyPoints);
        }
        if polygons.is_empty() || polygons.iter().any(Vec::is_empty) {
            return Err(BadBoundary::Empty);
        }
        let polygons = polygons
            .iter()
            .map(|rings| rings.iter().map(|points| ring(points)).collect())
            .collect::<Result<_, _>>()?;
        Ok(Self { polygons })
    }

    /// Writes a GeoJSON geometry: always a MultiPolygon, seven decimals.
    pub fn to_geojson(&self) -> String {
        let point = |p: &Point| format!("[{},{}]", p.lon(), p.lat());
        let ring = |points: &Vec<Point>| join(points.iter().map(point));
        let polygon = |rings: &Vec<Vec<Point>>| join(rings.iter().map(ring));
        let all = join(self.polygons.iter().map(polygon));
        format!(r#"{{"type":"MultiPolygon","coordinates":{all}}}"#)
    }

    /// The polygons: rings of points, the outline first.
    pub fn polygons(&self) -> &[Vec<Vec<Point>>] {
        &self.polygons
    }

    /// The smallest box around it.
    pub fn bounds(&self) -> BoxE7 {
        let mut bounds = BoxE7 { west: i32::MAX, south: i32::MAX, east: i32::MIN, north: i32::MIN };
        for p in self.polygons.iter().flatten().flatten() {
            bounds.west = bounds.west.min(p.lon_e7);
            bounds.east = bounds.east.max(p.lon_e7);
            bounds.south = bounds.south.min(p.lat_e7);
            bounds.north = bounds.north.max(p.lat_e7);
        }
        bounds
    }

    /// Whether a point lies inside. A point on a border shared by two boundaries lies in exactly one:
    /// the arithmetic is whole-numbered and exact.
    pub fn contains(&self, at: Point) -> bool {
        let crossings = self
            .polygons
            .iter()
            .flatten()
            .flat_map(|ring| ring.windows(2))
            .filter(|edge| crosses(edge[0], edge[1], at))
            .count();
        crossings % 2 == 1
    }

    /// Area in square metres on a sphere laid flat at the boundary's middle latitude: good to a
    /// percent for a district, and for telling a smaller from a larger place.
    pub fn area_m2(&self) -> f64 {
        const METRES_PER_E7: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0 / 1e7;
        let bounds = self.bounds();
        let middle = (f64::from(bounds.south) + f64::from(bounds.north)) / 2e7;
        let scale = METRES_PER_E7 * METRES_PER_E7 * middle.to_radians().cos();
        let area = |rings: &Vec<Vec<Point>>| {
            let (outline, holes) = rings.split_first().expect("polygons have a ring");
            twice_area(outline).abs() - holes.iter().map(|h| twice_area(h).abs()).sum::<i128>()
        };
        self.polygons.iter().map(|rings| area(rings) as f64 / 2.0).sum::<f64>() * scale
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    format!("[{}]", parts.collect::<Vec<_>>().join(","))
}

fn ring(points: &[Vec<f64>]) -> Result<Vec<Point>, BadBoundary> {
    let point = |p: &Vec<f64>| match p.as_slice() {
        [lon, lat, ..] => Point::from_degrees(*lon, *lat),
        _ => None,
    };
    let mut ring = Vec::with_capacity(points.len() + 1);
    for p in points {
        let p = point(p).ok_or(BadBoundary::Coordinate)?;
        if ring.last() != Some(&p) {
            ring.push(p);
        }
    }
    if ring.first() != ring.last() {
        ring.extend(ring.first().copied());
    }
    if ring.len() < 4 || twice_area(&ring) == 0 {
        return Err(BadBoundary::Ring);
    }
    Ok(ring)
}

/// Twice the signed area of a closed ring, in square e-7 degrees.
fn twice_area(ring: &[Point]) -> i128 {
    let cross = |a: Point, b: Point| {
        i128::from(a.lon_e7) * i128::from(b.lat_e7) - i128::from(b.lon_e7) * i128::from(a.lat_e7)
    };
    ring.windows(2).map(|edge| cross(edge[0], edge[1])).sum()
}

/// Whether the ray from `at` to the east crosses the edge; lower ends count, upper ends do not.
fn crosses(a: Point, b: Point, at: Point) -> bool {
    if (a.lat_e7 > at.lat_e7) == (b.lat_e7 > at.lat_e7) {
        return false;
    }
    let (low, high) = if a.lat_e7 < b.lat_e7 { (a, b) } else { (b, a) };
    let run = i128::from(high.lon_e7) - i128::from(low.lon_e7);
    let rise = i128::from(high.lat_e7) - i128::from(low.lat_e7);
    let up = i128::from(at.lat_e7) - i128::from(low.lat_e7);
    let right = i128::from(at.lon_e7) - i128::from(low.lon_e7);
    right * rise < run * up
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[0,0],[0.01,0],[0.01,0.01],[0,0.01],[0,0]],
        [[0.004,0.004],[0.006,0.004],[0.006,0.006],[0.004,0.006]]]}"#;

    fn at(lon: f64, lat: f64) -> Point {
        Point::from_degrees(lon, lat).unwrap()
    }

    #[test]
    fn inside_but_not_in_the_hole() {
        let square = Boundary::from_geojson(SQUARE).unwrap();
        assert!(square.contains(at(0.002, 0.002)));
        assert!(!square.contains(at(0.005, 0.005)));
        assert!(!square.contains(at(0.02, 0.005)));
        let side = 1_111.95_f64;
        assert!((square.area_m2() / (side * side * 0.96) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn written_and_read_again() {
        let square = Boundary::from_geojson(SQUARE).unwrap();
        assert_eq!(Boundary::from_geojson(&square.to_geojson()), Ok(square));
    }

    #[test]
    fn refused() {
        let why = |text: &str| Boundary::from_geojson(text).unwrap_err();
        assert!(matches!(why("{}"), BadBoundary::Form(_)));
        assert!(matches!(why(r#"{"type":"Point","coordinates":[1,2]}"#), BadBoundary::Form(_)));
        assert_eq!(why(r#"{"type":"MultiPolygon","coordinates":[]}"#), BadBoundary::Empty);
        assert_eq!(why(r#"{"type":"Polygon","coordinates":[]}"#), BadBoundary::Empty);
        let metres = r#"{"type":"Polygon","coordinates":[[[500000,30],[1,2],[3,4]]]}"#;
        assert_eq!(why(metres), BadBoundary::Coordinate);
        let line = r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[2,2],[0,0]]]}"#;
        assert_eq!(why(line), BadBoundary::Ring);
        let short = r#"{"type":"Polygon","coordinates":[[[0],[1,1],[2,0]]]}"#;
        assert_eq!(why(short), BadBoundary::Coordinate);
    }

    proptest! {
        /// Four squares around a corner: every point of their union lies in exactly one.
        #[test]
        fn neighbours_share_no_point(lon in -100_i32..100, lat in -100_i32..100) {
            let square = |x: i32, y: i32| {
                let corner = |dx: i32, dy: i32| format!("[{},{}]", f64::from(x + dx) / 1e5, f64::from(y + dy) / 1e5);
                let ring = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)].join(",");
                Boundary::from_geojson(&format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#)).unwrap()
            };
            let squares = [square(-1, -1), square(0, -1), square(-1, 0), square(0, 0)];
            let point = Point { lon_e7: lon, lat_e7: lat };
            prop_assert_eq!(squares.iter().filter(|s| s.contains(point)).count(), 1);
        }
    }
}
