//! The flat ground the city stands on, in metres east and north of its middle.
//!
//! Only exactly rounded operations (`+ - * /` and square root) are used, no `sin` or `exp`, so that
//! every machine computes the same bits.

use std::ops::{Add, Mul, Sub};

use yike_streets::units::Coord;

/// A point or a step, in metres.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pt {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// Shorthand for a point.
pub(crate) const fn pt(x: f64, y: f64) -> Pt {
    Pt { x, y }
}

impl Add for Pt {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        pt(self.x + o.x, self.y + o.y)
    }
}

impl Sub for Pt {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        pt(self.x - o.x, self.y - o.y)
    }
}

impl Mul<f64> for Pt {
    type Output = Self;
    fn mul(self, k: f64) -> Self {
        pt(self.x * k, self.y * k)
    }
}

impl Pt {
    pub(crate) fn cross(self, o: Self) -> f64 {
        self.x * o.y - self.y * o.x
    }

    pub(crate) fn dot(self, o: Self) -> f64 {
        self.x * o.x + self.y * o.y
    }

    pub(crate) fn len(self) -> f64 {
        self.dot(self).sqrt()
    }

    pub(crate) fn lerp(self, to: Self, t: f64) -> Self {
        self + (to - self) * t
    }

    /// The same direction, one metre long; east for a step of no length.
    pub(crate) fn unit(self) -> Self {
        let len = self.len();
        if len > 1e-9 { self * (1.0 / len) } else { pt(1.0, 0.0) }
    }

    /// A quarter turn to the left.
    pub(crate) fn left(self) -> Self {
        pt(-self.y, self.x)
    }
}

/// Where the invented city lies: open sea east of the Zhejiang islands, so that nothing real is under
/// it on any other map.
pub(crate) const MIDDLE_LON: f64 = 123.4;
/// See [`MIDDLE_LON`].
pub(crate) const MIDDLE_LAT: f64 = 30.0;
/// Metres in a degree of latitude on the mean sphere.
const DEGREE_M: f64 = 111_195.080_233_532_9;
/// Cosine of [`MIDDLE_LAT`].
const COS_MIDDLE: f64 = 0.866_025_403_784_438_6;

/// From metres to degrees (equirectangular about the middle: true to 0.3 % for a city of 40 km).
pub(crate) fn to_coord(p: Pt) -> Coord {
    let lon = MIDDLE_LON + p.x / (DEGREE_M * COS_MIDDLE);
    Coord::from_degrees(lon, MIDDLE_LAT + p.y / DEGREE_M)
}

/// A smooth wave between -1 and 1 with one period per unit: a sine to 0.1 %, without `sin`.
pub(crate) fn wave(turns: f64) -> f64 {
    let x = turns - turns.round();
    let s = x * (8.0 - 16.0 * x.abs());
    0.225 * (s * s.abs() - s) + s
}

/// A direction `turns` from east (0.25 is north), nearly of length one.
pub(crate) fn direction(turns: f64) -> Pt {
    pt(wave(turns + 0.25), wave(turns))
}

/// Area of a ring, positive when it runs counterclockwise. The ring need not repeat its first point.
pub(crate) fn area(ring: &[Pt]) -> f64 {
    let Some(&o) = ring.first() else { return 0.0 };
    ring.windows(2).map(|w| (w[0] - o).cross(w[1] - o)).sum::<f64>() / 2.0
}

/// Whether `p` lies inside the ring.
pub(crate) fn inside(ring: &[Pt], p: Pt) -> bool {
    let mut within = false;
    let Some(&(mut a)) = ring.last() else { return false };
    for &b in ring {
        if (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x {
            within = !within;
        }
        a = b;
    }
    within
}

/// The middle of a ring's points.
pub(crate) fn middle(ring: &[Pt]) -> Pt {
    ring.iter().fold(Pt::default(), |sum, &p| sum + p) * (1.0 / ring.len().max(1) as f64)
}

/// Where segments `a` and `b` cross, as the share of the way along `a`.
pub(crate) fn crossing(a: (Pt, Pt), b: (Pt, Pt)) -> Option<f64> {
    let (r, s) = (a.1 - a.0, b.1 - b.0);
    let across = r.cross(s);
    if across.abs() < 1e-9 {
        return None;
    }
    let t = (b.0 - a.0).cross(s) / across;
    let u = (b.0 - a.0).cross(r) / across;
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some(t)
}

/// Where two lines (a point and a direction each) meet; the second's point where they hardly turn.
fn corner((p, d): (Pt, Pt), (q, e): (Pt, Pt)) -> Pt {
    let across = d.cross(e);
    if across.abs() < 0.02 { q } else { p + d * ((q - p).cross(e) / across) }
}

/// A polygon whose edge `i` (from point `i` to the next) wants everything inside to stay
/// `clear[i]` metres away.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plot {
    /// Counterclockwise, first point not repeated.
    pub(crate) ring: Vec<Pt>,
    pub(crate) clear: Vec<f64>,
}

impl Plot {
    /// The edges with their clearance.
    pub(crate) fn edges(&self) -> impl Iterator<Item = (Pt, Pt, f64)> + '_ {
        let n = self.ring.len();
        (0..n).map(move |i| (self.ring[i], self.ring[(i + 1) % n], self.clear[i]))
    }

    /// The ring moved inwards to the clearance plus `more`; edges that this swallows are dropped. `None`
    /// where nothing is left.
    pub(crate) fn inset(&self, more: f64) -> Option<Vec<Pt>> {
        let mut lines: Vec<(Pt, Pt)> = self
            .edges()
            .map(|(a, b, clear)| {
                let d = (b - a).unit();
                (a + d.left() * (clear + more), d)
            })
            .collect();
        while lines.len() > 2 {
            let n = lines.len();
            let ring: Vec<Pt> = (0..n).map(|i| corner(lines[(i + n - 1) % n], lines[i])).collect();
            // How far edge `i` still runs in its own direction.
            let run = |i: usize| (ring[(i + 1) % n] - ring[i]).dot(lines[i].1);
            let least = (0..n).min_by(|&a, &b| run(a).total_cmp(&run(b))).unwrap_or(0);
            if run(least) > 0.2 {
                return (area(&ring) > 50.0).then_some(ring);
            }
            lines.remove(least);
        }
        None
    }

    /// The same plot seen along other axes: `axis` becomes east.
    pub(crate) fn turned(&self, axis: Pt) -> Self {
        let ring = self.ring.iter().map(|p| pt(p.dot(axis), p.dot(axis.left()))).collect();
        Self { ring, clear: self.clear.clone() }
    }

    /// The widest stretch of x in which every point of the band `y0..=y1` is inside and clear of all
    /// edges.
    pub(crate) fn fit(&self, y0: f64, y1: f64) -> Option<(f64, f64)> {
        let mut blocked: Vec<(f64, f64)> = Vec::new();
        for (a, b, clear) in self.edges() {
            let (low, high) = (y0 - clear, y1 + clear);
            if (a.y < low && b.y < low) || (a.y > high && b.y > high) {
                continue;
            }
            let at = |y: f64| a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
            let end = |p: Pt| {
                if p.y < low {
                    at(low)
                } else if p.y > high {
                    at(high)
                } else {
                    p.x
                }
            };
            let (p, q) = (end(a), end(b));
            blocked.push((p.min(q) - clear, p.max(q) + clear));
        }
        blocked.sort_by(|p, q| p.0.total_cmp(&q.0));
        let mut best: Option<(f64, f64)> = None;
        let mut reach = blocked.first()?.1;
        for &(from, to) in &blocked[1..] {
            let wider = best.is_none_or(|(a, b)| b - a < from - reach);
            if from > reach
                && wider
                && inside(&self.ring, pt(f64::midpoint(reach, from), f64::midpoint(y0, y1)))
            {
                best = Some((reach, from));
            }
            reach = reach.max(to);
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_nearly_a_sine() {
        for i in -400..400 {
            let t = f64::from(i) / 97.0;
            assert!((wave(t) - (t * std::f64::consts::TAU).sin()).abs() < 2e-3, "{t}");
        }
    }

    #[test]
    fn what_fits_is_inside_and_clear() {
        let plot = Plot {
            ring: vec![pt(0.0, 0.0), pt(100.0, 10.0), pt(110.0, 90.0), pt(-10.0, 80.0)],
            clear: vec![5.0, 8.0, 5.0, 12.0],
        };
        for y in 0..80 {
            let y0 = f64::from(y);
            let Some((a, b)) = plot.fit(y0, y0 + 12.0) else { continue };
            for corner in [pt(a, y0), pt(b, y0), pt(b, y0 + 12.0), pt(a, y0 + 12.0)] {
                assert!(inside(&plot.ring, corner));
                for (p, q, clear) in plot.edges() {
                    let away = (q - p).unit().cross(corner - p);
                    assert!(away >= clear * 0.7, "{corner:?} is {away} from an edge of {clear}");
                }
            }
        }
        assert!(plot.fit(20.0, 32.0).is_some());
        let inner = plot.inset(2.0).unwrap();
        assert!(area(&inner) < area(&plot.ring));
    }
}
