//! Orders that make networks small and quick to walk: a space-filling curve, and components.

use crate::units::Coord;

/// Position along a Hilbert curve over the whole globe, so that near places get near numbers.
pub(crate) fn hilbert(coord: Coord) -> u64 {
    let mut x = (i64::from(coord.lon_e7) + 1_800_000_000) as u32;
    let mut y = (i64::from(coord.lat_e7) + 900_000_000) as u32;
    let mut position = 0;
    for level in (0..32).rev() {
        let (right, up) = (x >> level & 1, y >> level & 1);
        position = position << 2 | u64::from((3 * right) ^ up);
        // Turn the quadrant so that the curve inside it starts where the last one ended.
        if up == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    position
}

/// Disjoint sets of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Sets(Vec<u32>);

impl Sets {
    pub(crate) fn new(n: usize) -> Self {
        Self((0..n as u32).collect())
    }

    pub(crate) fn root(&mut self, mut i: u32) -> u32 {
        while self.0[i as usize] != i {
            // Halving: every second step points one further up.
            let up = self.0[self.0[i as usize] as usize];
            self.0[i as usize] = up;
            i = up;
        }
        i
    }

    /// Joins two sets; the smaller number stays root, so the result does not depend on order.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.0[high as usize] = low;
    }
}

/// Components of `n` nodes by falling number of nodes, equals by their first node.
pub(crate) fn components(n: usize, edges: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
    let mut sets = Sets::new(n);
    for (a, b) in edges {
        sets.join(a, b);
    }
    let roots: Vec<u32> = (0..n as u32).map(|i| sets.root(i)).collect();
    let mut size = vec![0u32; n];
    for root in &roots {
        size[*root as usize] += 1;
    }
    let mut order: Vec<u32> = (0..n as u32).filter(|i| size[*i as usize] > 0).collect();
    order.sort_by_key(|root| std::cmp::Reverse(size[*root as usize]));
    let mut number = vec![0; n];
    for (rank, root) in order.iter().enumerate() {
        number[*root as usize] = rank as u32;
    }
    roots.iter().map(|root| number[*root as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_on_the_curve_touch() {
        // All cells of a 16 x 16 grid whose cells are one unit of the highest four bits.
        let cell = |i: i64, low: i64| (i * (1 << 28) - low) as i32;
        let mut cells: Vec<(u64, i64, i64)> = (0..16)
            .flat_map(|x| (0..13).map(move |y| (x, y)))
            .map(|(x, y)| {
                let lon_e7 = cell(x, 1_800_000_000);
                (hilbert(Coord { lon_e7, lat_e7: cell(y, 900_000_000) }), x, y)
            })
            .filter(|(_, x, y)| *x < 8 && *y < 8)
            .collect();
        cells.sort_unstable();
        for pair in cells.windows(2) {
            let (dx, dy) = (pair[0].1 - pair[1].1, pair[0].2 - pair[1].2);
            assert_eq!(dx.abs() + dy.abs(), 1, "{pair:?}");
        }
    }

    #[test]
    fn the_largest_component_is_first() {
        let number = components(6, [(4, 5), (1, 2), (2, 3)].into_iter());
        assert_eq!(number, [2, 0, 0, 0, 1, 1]);
    }
}
