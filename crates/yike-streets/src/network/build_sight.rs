//! Lines of sight inside a polygon with holes, and which of them shortest ways use.
//!
//! Whether two points see each other is decided exactly, in doubled whole coordinates.

use crate::osm::rings::Polygon;
use crate::osm::shape::{self, Place};
use crate::units::Coord;

/// A polygon prepared for looking around in it.
pub(crate) struct Ground {
    /// Outer ring and holes with coordinates doubled, so that midpoints are whole.
    rings: Vec<Vec<Wide>>,
    /// Entries first, then corners that stick into the ground.
    points: Vec<Point>,
    entries: usize,
    /// Stretches of outline between neighbouring points: indices and metres.
    along: Vec<(usize, usize, f64)>,
}

struct Point {
    node: u32,
    at: Coord,
}

/// Doubled coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wide {
    x: i64,
    y: i64,
}

impl Wide {
    fn new(c: Coord) -> Self {
        Self { x: i64::from(c.lon_e7) * 2, y: i64::from(c.lat_e7) * 2 }
    }

    /// Which side of the line from `a` to `b` this is on: positive is left.
    fn side(self, a: Self, b: Self) -> i32 {
        let cross = i128::from(b.x - a.x) * i128::from(self.y - a.y)
            - i128::from(b.y - a.y) * i128::from(self.x - a.x);
        cross.signum() as i32
    }

    fn between(self, a: Self, b: Self) -> bool {
        self.side(a, b) == 0
            && (a.x.min(b.x)..=a.x.max(b.x)).contains(&self.x)
            && (a.y.min(b.y)..=a.y.max(b.y)).contains(&self.y)
    }
}

impl Ground {
    pub(crate) fn new(polygon: &Polygon, coords: &[Coord], entry: &dyn Fn(u32) -> bool) -> Self {
        let at = |node: &u32| coords[*node as usize];
        let (mut entries, mut corners) = (Vec::new(), Vec::new());
        for ring in polygon.rings() {
            let open = &ring[..ring.len() - 1];
            for (i, node) in open.iter().enumerate() {
                let before = &open[(i + open.len() - 1) % open.len()];
                let point = Point { node: *node, at: at(node) };
                if entry(*node) {
                    entries.push(point);
                } else if shape::side(at(before), at(node), at(&ring[i + 1])) < 0 {
                    // The ground lies left of every ring; a right turn sticks into it.
                    corners.push(point);
                }
            }
        }
        let by_node = |points: &mut Vec<Point>| {
            points.sort_by_key(|p| p.node);
            points.dedup_by_key(|p| p.node);
        };
        by_node(&mut entries);
        by_node(&mut corners);
        let count = entries.len();
        entries.append(&mut corners);
        let wide = |ring: &Vec<u32>| ring.iter().map(|n| Wide::new(at(n))).collect();
        let mut this = Self {
            rings: polygon.rings().map(wide).collect(),
            points: entries,
            entries: count,
            along: Vec::new(),
        };
        this.along = this.outlines(polygon, coords);
        this
    }

    /// Number of entries.
    pub(crate) fn entries(&self) -> usize {
        self.entries
    }

    /// Number of entries and corners.
    pub(crate) fn points(&self) -> usize {
        self.points.len()
    }

    /// Number of nodes of the outline.
    pub(crate) fn outline(&self) -> usize {
        self.rings.iter().map(Vec::len).sum()
    }

    fn outlines(&self, polygon: &Polygon, coords: &[Coord]) -> Vec<(usize, usize, f64)> {
        let index = |node: u32| self.points.iter().position(|p| p.node == node);
        let mut stretches = Vec::new();
        for ring in polygon.rings() {
            let open = &ring[..ring.len() - 1];
            let Some(start) = open.iter().position(|n| index(*n).is_some()) else { continue };
            let (mut from, mut metres) = (index(open[start]), 0.0);
            for step in 1..=open.len() {
                let (last, node) =
                    (open[(start + step - 1) % open.len()], open[(start + step) % open.len()]);
                metres += coords[last as usize].metres_to(coords[node as usize]);
                if let (Some(a), Some(b)) = (from, index(node)) {
                    stretches.push((a, b, metres));
                    (from, metres) = (Some(b), 0.0);
                }
            }
        }
        stretches
    }

    /// Whether the straight line between two points stays on the ground.
    fn sees(&self, a: Wide, b: Wide) -> bool {
        let mut touched = vec![a, b];
        for ring in &self.rings {
            for pair in ring.windows(2) {
                let (c, d) = (pair[0], pair[1]);
                if c.side(a, b) * d.side(a, b) < 0 && a.side(c, d) * b.side(c, d) < 0 {
                    return false;
                }
                if c.between(a, b) {
                    touched.push(c);
                }
            }
        }
        // Between two corners it touches the line neither enters nor leaves the ground, so one point
        // of each stretch tells for all of it.
        touched.sort_by_key(|p| ((p.x - a.x).abs() + (p.y - a.y).abs(), p.x, p.y));
        touched.windows(2).all(|w| w[0] == w[1] || self.covers_middle(w[0], w[1]))
    }

    fn covers_middle(&self, a: Wide, b: Wide) -> bool {
        // Corners are doubled whole numbers, so the middle of two is whole.
        let middle = Wide { x: i64::midpoint(a.x, b.x), y: i64::midpoint(a.y, b.y) };
        let place = |ring: &Vec<Wide>| place(ring, middle);
        place(&self.rings[0]) != Place::Outside
            && self.rings[1..].iter().all(|hole| place(hole) != Place::Inside)
    }
}

/// Where a point is as to a ring; as [`shape::place`], for doubled coordinates.
fn place(ring: &[Wide], p: Wide) -> Place {
    let mut inside = false;
    for pair in ring.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if p.between(a, b) {
            return Place::On;
        }
        if (a.y > p.y) != (b.y > p.y) && (p.side(a, b) > 0) == (b.y > a.y) {
            inside = !inside;
        }
    }
    if inside { Place::Inside } else { Place::Outside }
}

/// A symmetric matrix of metres between points; infinite where there is no line.
struct Metres {
    n: usize,
    cells: Vec<f64>,
}

impl Metres {
    fn new(n: usize) -> Self {
        Self { n, cells: vec![f64::INFINITY; n * n] }
    }

    fn get(&self, a: usize, b: usize) -> f64 {
        self.cells[a * self.n + b]
    }

    fn lower(&mut self, a: usize, b: usize, metres: f64) {
        for (i, j) in [(a, b), (b, a)] {
            let cell = &mut self.cells[i * self.n + j];
            *cell = cell.min(metres);
        }
    }

    /// Metres from `source` to all points, and the point before each on the way.
    fn ways_from(&self, source: usize) -> (Vec<f64>, Vec<usize>) {
        let mut metres = vec![f64::INFINITY; self.n];
        let (mut before, mut done) = (vec![source; self.n], vec![false; self.n]);
        metres[source] = 0.0;
        // With a hundred points at most, looking for the nearest one by one is quick.
        while let Some(near) = (0..self.n)
            .filter(|i| !done[*i] && metres[*i].is_finite())
            .min_by(|a, b| metres[*a].total_cmp(&metres[*b]))
        {
            done[near] = true;
            for next in 0..self.n {
                let through = metres[near] + self.get(near, next);
                if through < metres[next] {
                    (metres[next], before[next]) = (through, near);
                }
            }
        }
        (metres, before)
    }
}

/// The lines that shortest ways between entries use, without those that save less than `detour`.
pub(crate) fn shortest_lines(ground: &Ground, detour: f64) -> Vec<(u32, u32)> {
    let n = ground.points.len();
    let mut sight = Metres::new(n);
    for a in 0..n {
        for b in a + 1..n {
            let (p, q) = (&ground.points[a], &ground.points[b]);
            if ground.sees(Wide::new(p.at), Wide::new(q.at)) {
                sight.lower(a, b, p.at.metres_to(q.at));
            }
        }
    }
    let mut used = Vec::new();
    for entry in 0..ground.entries {
        let (metres, before) = sight.ways_from(entry);
        for (target, metres) in metres.iter().enumerate().take(ground.entries).skip(entry + 1) {
            let mut at = target;
            while metres.is_finite() && at != entry {
                let last = before[at];
                used.push((last.min(at), last.max(at)));
                at = last;
            }
        }
    }
    used.sort_unstable();
    used.dedup();
    let mut built = Metres::new(n);
    for (a, b, metres) in &ground.along {
        built.lower(*a, *b, *metres);
    }
    // Short lines first: long ones are often made up of them.
    used.sort_by(|x, y| sight.get(x.0, x.1).total_cmp(&sight.get(y.0, y.1)));
    let mut kept = Vec::new();
    for (a, b) in used {
        let straight = sight.get(a, b);
        if built.ways_from(a).0[b] > straight * detour {
            built.lower(a, b, straight);
            kept.push((ground.points[a].node, ground.points[b].node));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coords(points: &[(i32, i32)]) -> Vec<Coord> {
        points.iter().map(|(lon_e7, lat_e7)| Coord { lon_e7: *lon_e7, lat_e7: *lat_e7 }).collect()
    }

    fn lines(polygon: &Polygon, coords: &[Coord], entries: &[u32]) -> Vec<(u32, u32)> {
        let ground = Ground::new(polygon, coords, &|node| entries.contains(&node));
        let mut lines = shortest_lines(&ground, 1.001);
        lines.sort_unstable();
        lines
    }

    #[test]
    fn an_open_square_is_crossed_straight() {
        let coords = coords(&[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]);
        let polygon = Polygon { outer: vec![0, 1, 2, 3, 0], holes: Vec::new() };
        assert_eq!(lines(&polygon, &coords, &[0, 1, 2, 3]), [(0, 2), (1, 3)]);
    }

    #[test]
    fn a_pond_in_the_middle_is_walked_around() {
        let coords = coords(&[
            (0, 0),
            (1000, 0),
            (1000, 1000),
            (0, 1000),
            (400, 400),
            (400, 600),
            (600, 600),
            (600, 400),
        ]);
        let polygon = Polygon { outer: vec![0, 1, 2, 3, 0], holes: vec![vec![4, 5, 6, 7, 4]] };
        let found = lines(&polygon, &coords, &[0, 2]);
        // By one of the two corners beside the diagonal.
        assert!(found == [(0, 5), (2, 5)] || found == [(0, 7), (2, 7)], "{found:?}");
    }

    #[test]
    fn an_l_is_walked_by_its_inner_corner() {
        let coords = coords(&[(0, 0), (1000, 0), (1000, 300), (300, 300), (300, 1000), (0, 1000)]);
        let polygon = Polygon { outer: vec![0, 1, 2, 3, 4, 5, 0], holes: Vec::new() };
        // A line is told from its entry to the corner, whichever node has the smaller number.
        assert_eq!(lines(&polygon, &coords, &[1, 5]), [(1, 3), (5, 3)]);
    }
}
