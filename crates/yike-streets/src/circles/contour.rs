//! Contours of a grid by marching squares: rings, holes put with their outer ring.

/// Crossings keep this far from grid points, in cells, so that rings never touch.
const CLEAR: f32 = 0.02;
/// Points within this of a straight line are dropped, in cells (5 cm for cells of 10 m).
const STRAY: f32 = 0.005;
/// A straight line replaces at most so many points.
const MAX_RUN: usize = 64;
const NONE: u32 = u32::MAX;

/// A ring in grid units.
pub(crate) type Ring = Vec<(f32, f32)>;

/// Room for one grid. Each crossing of a grid edge has a number: twice the grid point at its lower or
/// left end, plus 1 for the edge upward.
#[derive(Default)]
pub(crate) struct Contourer {
    /// The crossing that follows each crossing, inside to the left; all [`NONE`] between uses.
    next: Vec<u32>,
    /// The ring of each crossing met.
    ring_of: Vec<u32>,
    /// Crossings of level edges, row by row.
    level: Vec<u32>,
    /// All crossings.
    all: Vec<u32>,
}

impl Contourer {
    /// The polygons (outer ring, then holes) of where `field`, given row by row, is below 0. The margin
    /// of the grid must be above 0.
    pub(crate) fn polygons(
        &mut self,
        field: &[f32],
        columns: usize,
        rows: usize,
    ) -> Vec<Vec<Ring>> {
        self.next.resize(2 * field.len(), NONE);
        self.ring_of.resize(2 * field.len(), NONE);
        self.link(field, columns, rows);
        let rings = self.follow(field, columns);
        let polygons = self.nest(rings);
        for at in self.all.drain(..) {
            self.next[at as usize] = NONE;
            self.ring_of[at as usize] = NONE;
        }
        self.level.clear();
        polygons
    }

    /// Links the crossings of every cell.
    fn link(&mut self, field: &[f32], columns: usize, rows: usize) {
        for row in 0..rows - 1 {
            let low = &field[row * columns..(row + 1) * columns];
            let high = &field[(row + 1) * columns..(row + 2) * columns];
            // Inside bits of the two corners to the left: 1 below, 2 above.
            let mut left = u32::from(low[0] < 0.0) | u32::from(high[0] < 0.0) << 1;
            for column in 0..columns - 1 {
                let right =
                    u32::from(low[column + 1] < 0.0) | u32::from(high[column + 1] < 0.0) << 1;
                let case = left | right << 2;
                left = right;
                if case == 0 || case == 15 {
                    continue;
                }
                self.cell(case, (row * columns + column) as u32, columns as u32);
            }
        }
    }

    /// Links the crossings of one cell. Bits of `case`: lower left, upper left, lower right, upper
    /// right.
    fn cell(&mut self, case: u32, point: u32, columns: u32) {
        let (bottom, left) = (2 * point, 2 * point + 1);
        let (top, right) = (2 * (point + columns), 2 * (point + 1) + 1);
        let mut link = |from: u32, to: u32| {
            self.next[from as usize] = to;
            self.all.push(from);
        };
        // Inside to the left of the way from the first to the second.
        match case {
            0b0001 => link(bottom, left),
            0b0010 => link(left, top),
            0b0011 => link(bottom, top),
            0b0100 => link(right, bottom),
            0b0101 => link(right, left),
            0b0110 => {
                link(left, top);
                link(right, bottom);
            }
            0b0111 => link(right, top),
            0b1000 => link(top, right),
            0b1001 => {
                link(bottom, left);
                link(top, right);
            }
            0b1010 => link(left, right),
            0b1011 => link(bottom, right),
            0b1100 => link(top, bottom),
            0b1101 => link(top, left),
            _ => link(left, bottom),
        }
        if (case & 1) ^ (case >> 2 & 1) == 1 {
            self.level.push(bottom);
        }
    }

    /// Follows the links into rings, with twice their area.
    fn follow(&mut self, field: &[f32], columns: usize) -> Vec<(Ring, f64)> {
        let mut rings = Vec::new();
        for i in 0..self.all.len() {
            let start = self.all[i];
            if self.ring_of[start as usize] != NONE {
                continue;
            }
            let mut ring = Ring::new();
            let mut at = start;
            loop {
                self.ring_of[at as usize] = rings.len() as u32;
                ring.push(crossing(field, columns, at));
                at = self.next[at as usize];
                if at == start {
                    break;
                }
            }
            let area = twice_area(&ring);
            rings.push((straighten(&ring), area));
        }
        rings
    }

    /// Puts each hole with the outer ring it lies in: going along a row, what is left of the first
    /// crossing of a hole is inside, so the crossing before it is of the same polygon.
    fn nest(&self, rings: Vec<(Ring, f64)>) -> Vec<Vec<Ring>> {
        let mut owner = vec![NONE; rings.len()];
        let mut before = NONE;
        for &at in &self.level {
            let ring = self.ring_of[at as usize];
            if owner[ring as usize] == NONE {
                let outer = rings[ring as usize].1 > 0.0;
                owner[ring as usize] = if outer { ring } else { owner[before as usize] };
            }
            before = ring;
        }
        let mut place = vec![NONE; rings.len()];
        let mut polygons: Vec<Vec<Ring>> = Vec::new();
        let mut holes = Vec::new();
        for (i, (ring, _)) in rings.into_iter().enumerate() {
            if owner[i] == i as u32 {
                place[i] = polygons.len() as u32;
                polygons.push(vec![ring]);
            } else {
                holes.push((owner[i], ring));
            }
        }
        for (owner, ring) in holes {
            polygons[place[owner as usize] as usize].push(ring);
        }
        polygons
    }
}

/// Where the field is 0 on a grid edge.
fn crossing(field: &[f32], columns: usize, at: u32) -> (f32, f32) {
    let (point, up) = ((at / 2) as usize, at % 2 == 1);
    let (a, b) = (field[point], field[point + if up { columns } else { 1 }]);
    let share = (a / (a - b)).clamp(CLEAR, 1.0 - CLEAR);
    let (x, y) = ((point % columns) as f32, (point / columns) as f32);
    if up { (x, y + share) } else { (x + share, y) }
}

fn twice_area(ring: &Ring) -> f64 {
    let last = ring[ring.len() - 1];
    let mut area = 0.0;
    let mut a = last;
    for &b in ring {
        area += f64::from(a.0) * f64::from(b.1) - f64::from(b.0) * f64::from(a.1);
        a = b;
    }
    area
}

/// Drops points within [`STRAY`] of the line that skips them, and closes the ring.
fn straighten(ring: &Ring) -> Ring {
    let mut kept = vec![ring[0]];
    let mut anchor = 0;
    for i in 1..ring.len() {
        let next = ring[(i + 1) % ring.len()];
        let run = &ring[anchor + 1..=i];
        if run.len() > MAX_RUN || run.iter().any(|p| !near_line(*p, ring[anchor], next)) {
            kept.push(ring[i]);
            anchor = i;
        }
    }
    // The smallest ring around one grid point has four points and keeps at least three.
    if kept.len() < 3 {
        kept.clone_from(ring);
    }
    kept.push(ring[0]);
    kept
}

fn near_line(p: (f32, f32), a: (f32, f32), b: (f32, f32)) -> bool {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let across = (p.0 - a.0) * dy - (p.1 - a.1) * dx;
    let along = (p.0 - a.0) * dx + (p.1 - a.1) * dy;
    let square = dx * dx + dy * dy;
    across * across <= STRAY * STRAY * square && (0.0..=square).contains(&along)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_with_a_hole_and_an_island_in_the_hole() {
        // 9 x 9 points: a square ring of inside points, and one inside point in its middle.
        let field: Vec<f32> = (0..81)
            .map(|i| {
                let (x, y) = (i % 9_i32 - 4, i / 9 - 4);
                let far = x.abs().max(y.abs());
                if far == 3 || far == 0 { -1.0 } else { 1.0 }
            })
            .collect();
        let mut contourer = Contourer::default();
        for _ in 0..2 {
            let polygons = contourer.polygons(&field, 9, 9);
            assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
            let areas: Vec<f64> = polygons.iter().flatten().map(|r| twice_area(r) / 2.0).collect();
            assert!((areas[0] - 48.5).abs() < 0.1, "{areas:?}: 7 x 7 less four corners");
            assert!((areas[1] + 24.5).abs() < 0.6, "{areas:?}: a hole of 5 x 5, clockwise");
            assert!((areas[2] - 0.5).abs() < 1e-6, "{areas:?}: a diamond around the middle");
            assert!(polygons.iter().flatten().all(|r| r.first() == r.last() && r.len() > 3));
        }
    }

    #[test]
    fn corners_across_are_kept_apart() {
        let mut field = vec![1.0; 16];
        (field[5], field[10]) = (-1.0, -1.0);
        let polygons = Contourer::default().polygons(&field, 4, 4);
        assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    }
}
