//! Plane geometry of rings. Decisions (inside, left, crossing) are exact, in whole units of 1e-7
//! degree; areas are in square metres on a plane around the shape.

use crate::units::{Bounds, Coord, EARTH_RADIUS_M};

/// Twice the area enclosed by a closed ring, positive if it runs counter-clockwise, in square units.
pub(crate) fn twice_area(ring: impl IntoIterator<Item = Coord>) -> i128 {
    let mut ring = ring.into_iter();
    let Some(first) = ring.next() else { return 0 };
    // Relative to the first point the products stay small.
    let rel = |c: Coord| {
        let lon = i128::from(c.lon_e7) - i128::from(first.lon_e7);
        (lon, i128::from(c.lat_e7) - i128::from(first.lat_e7))
    };
    let (mut sum, mut last) = (0, (0, 0));
    for point in ring.map(rel) {
        sum += last.0 * point.1 - point.0 * last.1;
        last = point;
    }
    sum
}

pub(crate) fn bounds(points: &[Coord]) -> Bounds {
    let mut bounds = Bounds::EMPTY;
    for point in points {
        bounds.add(*point);
    }
    bounds
}

/// Square metres of one square unit at a latitude.
fn unit_m2(lat: f64) -> f64 {
    let unit = 1e-7f64.to_radians() * EARTH_RADIUS_M;
    unit * unit * lat.to_radians().cos()
}

/// Square metres between an outer ring and its holes.
pub(crate) fn area_m2(outer: &[Coord], holes: &[Vec<Coord>]) -> f64 {
    let Some(first) = outer.first() else { return 0.0 };
    let twice = |ring: &[Coord]| twice_area(ring.iter().copied()).abs();
    let holes: i128 = holes.iter().map(|h| twice(h)).sum();
    ((twice(outer) - holes).max(0) as f64) / 2.0 * unit_m2(first.lat())
}

/// Which side of the line from `a` to `b` point `p` is on: positive is left.
pub(crate) fn side(a: Coord, b: Coord, p: Coord) -> i64 {
    let x = |c: Coord| i128::from(c.lon_e7);
    let y = |c: Coord| i128::from(c.lat_e7);
    let cross = (x(b) - x(a)) * (y(p) - y(a)) - (y(b) - y(a)) * (x(p) - x(a));
    cross.signum() as i64
}

/// Where a point is as to a closed ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Inside,
    On,
    Outside,
}

/// Exactly where `p` lies.
pub(crate) fn place(ring: &[Coord], p: Coord) -> Place {
    let mut inside = false;
    for pair in ring.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let spans = (a.lat_e7 > p.lat_e7) != (b.lat_e7 > p.lat_e7);
        let near = |a: i32, p: i32, b: i32| (a.min(b)..=a.max(b)).contains(&p);
        if near(a.lon_e7, p.lon_e7, b.lon_e7)
            && near(a.lat_e7, p.lat_e7, b.lat_e7)
            && side(a, b, p) == 0
        {
            return Place::On;
        }
        if spans && (side(a, b, p) > 0) == (b.lat_e7 > a.lat_e7) {
            inside = !inside;
        }
    }
    if inside { Place::Inside } else { Place::Outside }
}

/// Whether `inner` lies in `outer`, given that they do not cross: the first point that is not on
/// `outer` tells.
pub(crate) fn ring_within(inner: &[Coord], outer: &[Coord]) -> bool {
    for point in inner {
        match place(outer, *point) {
            Place::Inside => return true,
            Place::Outside => return false,
            Place::On => {}
        }
    }
    // All points are on it: the same ring, or one spanned between its points.
    twice_area(inner.iter().copied()).abs() < twice_area(outer.iter().copied()).abs()
}

/// Whether `p` is in or on an outer ring and not inside a hole.
pub(crate) fn covers(outer: &[Coord], holes: &[Vec<Coord>], p: Coord) -> bool {
    place(outer, p) != Place::Outside && holes.iter().all(|h| place(h, p) != Place::Inside)
}

/// A point inside: the centre of mass where that is inside, else the middle of the widest stretch on
/// the parallel through it.
pub(crate) fn inner_point(outer: &[Coord], holes: &[Vec<Coord>]) -> Coord {
    let centre = centroid(outer);
    if covers(outer, holes, centre) {
        return centre;
    }
    let rings = std::iter::once(outer).chain(holes.iter().map(Vec::as_slice));
    // Half a unit above whole coordinates no corner is met exactly.
    let lat = f64::from(centre.lat_e7) + 0.5;
    let mut cuts: Vec<f64> = rings
        .flat_map(|ring| ring.windows(2))
        .filter_map(|pair| {
            let (a, b) = (pair[0], pair[1]);
            let (low, high) = (f64::from(a.lat_e7), f64::from(b.lat_e7));
            let along = (lat - low) / (high - low);
            ((low < lat) != (high < lat))
                .then(|| f64::from(a.lon_e7) + along * (f64::from(b.lon_e7) - f64::from(a.lon_e7)))
        })
        .collect();
    cuts.sort_by(f64::total_cmp);
    let widest = cuts.chunks_exact(2).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    match widest {
        Some(cut) => {
            Coord { lon_e7: f64::midpoint(cut[0], cut[1]).round() as i32, lat_e7: centre.lat_e7 }
        }
        None => outer.first().copied().unwrap_or(centre),
    }
}

/// Centre of mass of a ring's area.
fn centroid(ring: &[Coord]) -> Coord {
    let Some(first) = ring.first() else { return Coord::default() };
    let rel = |c: &Coord| {
        let lon = i64::from(c.lon_e7) - i64::from(first.lon_e7);
        (lon as f64, (i64::from(c.lat_e7) - i64::from(first.lat_e7)) as f64)
    };
    let (mut x, mut y, mut twice) = (0.0, 0.0, 0.0);
    for pair in ring.windows(2) {
        let ((ax, ay), (bx, by)) = (rel(&pair[0]), rel(&pair[1]));
        let cross = ax * by - bx * ay;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
        twice += cross;
    }
    if twice == 0.0 {
        return *first;
    }
    Coord {
        lon_e7: (f64::from(first.lon_e7) + x / (3.0 * twice)).round() as i32,
        lat_e7: (f64::from(first.lat_e7) + y / (3.0 * twice)).round() as i32,
    }
}

/// Where two segments cross, if they do in more than a shared end.
pub(crate) fn crossing(a: Coord, b: Coord, c: Coord, d: Coord) -> Option<Coord> {
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    if c_side * d_side > 0 || a_side * b_side > 0 || (c_side == 0 && d_side == 0) {
        return None;
    }
    let vector = |p: Coord, q: Coord| {
        let lon = i64::from(q.lon_e7) - i64::from(p.lon_e7);
        (lon as f64, (i64::from(q.lat_e7) - i64::from(p.lat_e7)) as f64)
    };
    let (ab, cd, ac) = (vector(a, b), vector(c, d), vector(a, c));
    let det = ab.0 * cd.1 - ab.1 * cd.0;
    let along = (ac.0 * cd.1 - ac.1 * cd.0) / det;
    let lon_e7 = (f64::from(a.lon_e7) + along * ab.0).round() as i32;
    Some(Coord { lon_e7, lat_e7: (f64::from(a.lat_e7) + along * ab.1).round() as i32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i32, i32)]) -> Vec<Coord> {
        points.iter().map(|(lon_e7, lat_e7)| Coord { lon_e7: *lon_e7, lat_e7: *lat_e7 }).collect()
    }

    fn at(lon_e7: i32, lat_e7: i32) -> Coord {
        Coord { lon_e7, lat_e7 }
    }

    #[test]
    fn a_hectare_on_the_equator() {
        let side = (100.0 / (1e-7f64.to_radians() * EARTH_RADIUS_M)).round() as i32;
        let square = ring(&[(0, 0), (side, 0), (side, side), (0, side), (0, 0)]);
        assert!((area_m2(&square, &[]) - 10_000.0).abs() < 1.0);
        assert!(twice_area(square.iter().copied()) > 0, "counter-clockwise");
    }

    #[test]
    fn points_are_placed_exactly() {
        let l_shape = ring(&[(0, 0), (10, 0), (10, 4), (4, 4), (4, 10), (0, 10), (0, 0)]);
        assert_eq!(place(&l_shape, at(2, 8)), Place::Inside);
        assert_eq!(place(&l_shape, at(8, 8)), Place::Outside);
        assert_eq!(place(&l_shape, at(4, 4)), Place::On);
        assert_eq!(place(&l_shape, at(7, 4)), Place::On);
        assert_eq!(place(&l_shape, at(-5, 4)), Place::Outside, "level with a side");
    }

    #[test]
    fn the_inner_point_is_inside_even_of_a_horseshoe() {
        let horseshoe = ring(&[
            (0, 0),
            (100, 0),
            (100, 100),
            (80, 100),
            (80, 20),
            (20, 20),
            (20, 100),
            (0, 100),
            (0, 0),
        ]);
        let point = inner_point(&horseshoe, &[]);
        assert_eq!(place(&horseshoe, point), Place::Inside, "{point:?}");
        let square = ring(&[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]);
        let hole = ring(&[(30, 30), (30, 80), (80, 80), (80, 30), (30, 30)]);
        let point = inner_point(&square, std::slice::from_ref(&hole));
        assert!(covers(&square, &[hole], point), "{point:?}");
    }

    #[test]
    fn segments_cross_where_they_should() {
        assert_eq!(crossing(at(0, 0), at(10, 10), at(0, 10), at(10, 0)), Some(at(5, 5)));
        assert_eq!(crossing(at(0, 0), at(10, 0), at(0, 1), at(10, 1)), None);
        assert_eq!(crossing(at(0, 0), at(10, 0), at(5, 0), at(5, 5)), Some(at(5, 0)));
        assert_eq!(crossing(at(0, 0), at(10, 0), at(2, 0), at(5, 0)), None, "along each other");
    }
}
