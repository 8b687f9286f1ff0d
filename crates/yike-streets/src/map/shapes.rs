//! Clipping and simplifying lines and rings on the drawing plane.

/// A position on the drawing plane: x grows east, y grows south.
pub(super) type Dot = (f64, f64);

/// The part of the plane that is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Window {
    fn holds(&self, (x, y): Dot) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }
}

/// Cuts a line to the window; what lies outside between two visits splits it.
pub(super) fn clip_line(line: &[Dot], window: &Window) -> Vec<Vec<Dot>> {
    if line.iter().all(|&p| window.holds(p)) {
        return vec![line.to_vec()];
    }
    let mut pieces: Vec<Vec<Dot>> = Vec::new();
    let mut open = false;
    for pair in line.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1], window) else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open && piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    pieces
}

/// Liang-Barsky: the part of one segment inside the window.
fn clip_segment(a: Dot, b: Dot, w: &Window) -> Option<(Dot, Dot)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (p, q) in
        [(-dx, a.0 - w.left), (dx, w.right - a.0), (-dy, a.1 - w.top), (dy, w.bottom - a.1)]
    {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            enter = enter.max(q / p);
        } else {
            leave = leave.min(q / p);
        }
    }
    if enter > leave {
        return None;
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    // Ends that were not cut stay bit for bit as they were: pieces are joined where they are equal.
    let from = if enter <= 0.0 { a } else { at(enter) };
    let to = if leave >= 1.0 { b } else { at(leave) };
    Some((from, to))
}

/// Cuts a closed ring to the window (Sutherland-Hodgman); empty when nothing is left.
pub(super) fn clip_ring(ring: &[Dot], window: &Window) -> Vec<Dot> {
    let mut points: Vec<Dot> = ring.to_vec();
    if points.first() == points.last() {
        points.pop();
    }
    if !points.iter().all(|&p| window.holds(p)) {
        for side in 0..4 {
            points = clip_side(&points, side, window);
        }
    }
    if points.len() < 3 {
        return Vec::new();
    }
    points.push(points[0]);
    points
}

fn clip_side(points: &[Dot], side: u8, w: &Window) -> Vec<Dot> {
    let depth = |p: Dot| match side {
        0 => p.0 - w.left,
        1 => w.right - p.0,
        2 => p.1 - w.top,
        _ => w.bottom - p.1,
    };
    let mut kept = Vec::with_capacity(points.len() + 4);
    for (i, &to) in points.iter().enumerate() {
        let from = points[(i + points.len() - 1) % points.len()];
        let (a, b) = (depth(from), depth(to));
        if (a < 0.0) != (b < 0.0) {
            let t = a / (a - b);
            kept.push((from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)));
        }
        if b >= 0.0 {
            kept.push(to);
        }
    }
    kept
}

/// Drops points that lie within `tolerance` of the line without them (Douglas-Peucker). Ends stay.
pub(super) fn simplify(line: &[Dot], tolerance: f64) -> Vec<Dot> {
    if line.len() < 3 {
        return line.to_vec();
    }
    let mut keep = vec![false; line.len()];
    keep[0] = true;
    keep[line.len() - 1] = true;
    let mut open = vec![(0, line.len() - 1)];
    while let Some((from, to)) = open.pop() {
        let farthest = (from + 1..to)
            .map(|i| (i, distance_squared(line[i], line[from], line[to])))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        if let Some((at, off)) = farthest
            && off > tolerance * tolerance
        {
            keep[at] = true;
            open.push((from, at));
            open.push((at, to));
        }
    }
    line.iter().zip(keep).filter(|&(_, k)| k).map(|(&p, _)| p).collect()
}

/// [`simplify`] for a closed ring; empty when it collapses.
pub(super) fn simplify_ring(ring: &[Dot], tolerance: f64) -> Vec<Dot> {
    if ring.len() < 4 {
        return Vec::new();
    }
    // A ring's two ends are one point: halve it at the point farthest from there.
    let half = (1..ring.len() - 1)
        .max_by(|&a, &b| {
            square(ring[a], ring[0]).total_cmp(&square(ring[b], ring[0])).then(b.cmp(&a))
        })
        .unwrap_or(1);
    let mut kept = simplify(&ring[..=half], tolerance);
    kept.pop();
    kept.extend(simplify(&ring[half..], tolerance));
    if kept.len() < 4 { Vec::new() } else { kept }
}

/// Twice the signed area of a closed ring; positive when it runs clockwise as seen on screen.
pub(super) fn doubled_area(ring: &[Dot]) -> f64 {
    ring.windows(2).map(|p| p[0].0 * p[1].1 - p[1].0 * p[0].1).sum()
}

/// Length of a line.
pub(super) fn length(line: &[Dot]) -> f64 {
    line.windows(2).map(|p| square(p[0], p[1]).sqrt()).sum()
}

/// Whether `at` lies inside a closed ring.
pub(super) fn inside(at: Dot, ring: &[Dot]) -> bool {
    ring.windows(2).fold(false, |odd, pair| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let crosses = (ay > at.1) != (by > at.1) && at.0 < (bx - ax) * (at.1 - ay) / (by - ay) + ax;
        odd != crosses
    })
}

fn square(a: Dot, b: Dot) -> f64 {
    (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)
}

/// Squared distance of `p` from the segment `a`-`b`.
fn distance_squared(p: Dot, a: Dot, b: Dot) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let run = dx * dx + dy * dy;
    let t = if run == 0.0 { 0.0 } else { ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / run };
    let t = t.clamp(0.0, 1.0);
    square(p, (a.0 + t * dx, a.1 + t * dy))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_line_that_leaves_and_returns_becomes_two() {
        let line = [(-5.0, 5.0), (5.0, 5.0), (5.0, 15.0), (8.0, 15.0), (8.0, 5.0)];
        let pieces = clip_line(&line, &WINDOW);
        assert_eq!(
            pieces,
            vec![vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)], vec![(8.0, 10.0), (8.0, 5.0)]]
        );
    }

    #[test]
    fn a_ring_around_the_window_becomes_the_window() {
        let ring = [(-9.0, -9.0), (19.0, -9.0), (19.0, 19.0), (-9.0, 19.0), (-9.0, -9.0)];
        assert!((doubled_area(&clip_ring(&ring, &WINDOW)) - 200.0).abs() < 1e-9);
    }

    #[test]
    fn a_ring_beside_the_window_vanishes() {
        let ring = [(11.0, 1.0), (12.0, 1.0), (12.0, 2.0), (11.0, 1.0)];
        assert!(clip_ring(&ring, &WINDOW).is_empty());
    }

    #[test]
    fn simplifying_keeps_corners_and_drops_wobble() {
        let line = [(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0)];
        assert_eq!(simplify(&line, 0.5), vec![(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]);
    }

    #[test]
    fn a_point_is_inside_its_square_only() {
        let ring = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)];
        assert!(inside((2.0, 2.0), &ring) && !inside((5.0, 2.0), &ring));
    }
}
