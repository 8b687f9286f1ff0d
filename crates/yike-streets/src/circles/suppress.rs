//! Small counts hidden from public view, and the others that would give them away.
//!
//! A count from 1 to 9 could point at somebody, so it is hidden; 0 says nothing of anyone and
//! stays. Hiding it alone is not enough: a row's total less its other cells gives it back. So more
//! cells are hidden until no arithmetic with the published ones yields a small count.
//!
//! Seen as a graph: rows and columns (with one row and one column of totals) are nodes, cells are
//! edges between them. What is published fixes the hidden cells up to a flow around circles of
//! hidden edges, so **a hidden cell is safe exactly if it lies on such a circle** (and every other
//! cell of the circle is at least 1, so that the flow can really go round: no count is below 0).
//! For each small cell not on one, the cheapest way to close a circle is found and hidden too.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Counts below this (and above 0) are hidden.
pub const SMALLEST_SHOWN: u64 = 10;

/// A table of counts with totals, and which cells of it are hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Rows without the row of totals.
    pub rows: usize,
    /// Columns without the column of totals.
    pub columns: usize,
    /// `(rows + 1) x (columns + 1)` counts, row by row; the last of each row and column is its total.
    pub cells: Vec<u64>,
    /// Which cells are hidden.
    pub hidden: Vec<bool>,
}

impl Table {
    /// Adds totals to `rows x columns` counts and hides what must be hidden.
    ///
    /// # Panics
    /// Where `counts` is not a whole number of rows.
    pub fn new(columns: usize, counts: &[u64]) -> Self {
        assert!(columns > 0 && counts.len().is_multiple_of(columns), "counts are whole rows");
        let rows = counts.len() / columns;
        let mut cells = Vec::with_capacity((rows + 1) * (columns + 1));
        for row in counts.chunks(columns) {
            cells.extend_from_slice(row);
            cells.push(row.iter().sum());
        }
        for column in 0..=columns {
            cells.push((0..rows).map(|r| cells[r * (columns + 1) + column]).sum());
        }
        let mut table = Self { rows, columns, hidden: vec![false; cells.len()], cells };
        table.protect();
        table
    }

    /// A count as it may be shown: `None` is hidden. `rows` and `columns` number the totals.
    pub fn get(&self, row: usize, column: usize) -> Option<u64> {
        let i = row * (self.columns + 1) + column;
        (!self.hidden[i]).then(|| self.cells[i])
    }

    fn protect(&mut self) {
        let small: Vec<usize> =
            (0..self.cells.len()).filter(|&i| is_small(self.cells[i])).collect();
        for &i in &small {
            self.hidden[i] = true;
        }
        for &i in &small {
            match self.circle(i) {
                Some(circle) => circle.into_iter().for_each(|c| self.hidden[c] = true),
                // Not enough other people to hide among (a single row, say): show nothing at all.
                None => self.hidden.fill(true),
            }
        }
    }

    /// The cheapest circle of cells through cell `i`, without it: a way from its row to its column
    /// through other cells of at least 1. Hidden cells cost nothing; others their count, so that as
    /// little as possible is lost.
    fn circle(&self, i: usize) -> Option<Vec<usize>> {
        let (width, height) = (self.columns + 1, self.rows + 1);
        let (from, to) = (i / width, height + i % width);
        let mut best = vec![u64::MAX; width + height];
        let mut through = vec![usize::MAX; width + height];
        let mut queue = BinaryHeap::from([(Reverse(0u64), from)]);
        best[from] = 0;
        while let Some((Reverse(cost), node)) = queue.pop() {
            if cost > best[node] {
                continue;
            }
            let others = if node < height { height..height + width } else { 0..height };
            for other in others {
                let (row, column) = if node < height { (node, other) } else { (other, node) };
                let cell = row * width + column - height;
                if cell == i || self.cells[cell] == 0 {
                    continue;
                }
                let step = if self.hidden[cell] { 0 } else { self.cells[cell].min(u64::MAX >> 20) };
                // One more for each cell keeps circles short among equals.
                let next = cost.saturating_add(step * 64 + 1);
                if next < best[other] {
                    (best[other], through[other]) = (next, cell);
                    queue.push((Reverse(next), other));
                }
            }
        }
        let mut circle = Vec::new();
        let mut node = to;
        while node != from {
            let cell = through[node];
            if cell == usize::MAX {
                return None;
            }
            circle.push(cell);
            node = if node < height { height + cell % width } else { cell / width };
        }
        Some(circle)
    }
}

/// Whether a count must not be shown as it is.
pub fn is_small(count: u64) -> bool {
    count > 0 && count < SMALLEST_SHOWN
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_cell_takes_three_others_with_it() {
        let table = Table::new(3, &[3, 40, 50, 60, 70, 80, 90, 100, 200]);
        assert_eq!(table.hidden.iter().filter(|h| **h).count(), 4);
        assert_eq!(table.get(0, 0), None);
        assert_eq!(table.get(3, 3), Some(693));
    }

    #[test]
    fn nothing_small_nothing_hidden() {
        let table = Table::new(2, &[10, 20, 0, 40]);
        assert!(table.hidden.iter().all(|h| !h));
    }

    #[test]
    fn a_lone_small_count_hides_all() {
        let table = Table::new(1, &[4]);
        assert!(table.hidden.iter().all(|h| *h));
    }

    /// All values the hidden cells of `table` can have, given what is shown: the slow twin that
    /// fills the cells one after the other and keeps what adds up.
    fn possible(table: &Table, most: u64) -> Vec<Vec<u64>> {
        let (rows, columns) = (table.rows, table.columns);
        let mut found = Vec::new();
        let mut now = vec![0u64; rows * columns];
        fill(table, most, 0, &mut now, &mut found, (rows, columns));
        found
    }

    fn fill(
        table: &Table,
        most: u64,
        at: usize,
        now: &mut Vec<u64>,
        found: &mut Vec<Vec<u64>>,
        (rows, columns): (usize, usize),
    ) {
        if at == now.len() {
            let fits = (0..=rows).all(|r| {
                (0..=columns).all(|c| {
                    let sum: u64 = (0..rows)
                        .filter(|&i| r == rows || i == r)
                        .flat_map(|i| {
                            (0..columns)
                                .filter(move |&j| c == columns || j == c)
                                .map(move |j| (i, j))
                        })
                        .map(|(i, j)| now[i * columns + j])
                        .sum();
                    table.get(r, c).is_none_or(|shown| shown == sum)
                })
            });
            if fits {
                found.push(now.clone());
            }
            return;
        }
        match table.get(at / columns, at % columns) {
            Some(shown) => {
                now[at] = shown;
                fill(table, most, at + 1, now, found, (rows, columns));
            }
            None => {
                for value in 0..=most {
                    now[at] = value;
                    fill(table, most, at + 1, now, found, (rows, columns));
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Nobody can subtract his way to a small count: at least two values fit what is shown.
        #[test]
        fn a_small_cell_is_never_determined(
            columns in 1..3usize, rows in 1..3usize, seed in prop::collection::vec(0..14u64, 4),
        ) {
            let counts = &seed[..rows * columns];
            let table = Table::new(columns, counts);
            let all = possible(&table, 15);
            prop_assert!(all.contains(&counts.to_vec()));
            for (i, &count) in counts.iter().enumerate() {
                if is_small(count) {
                    let mut values: Vec<u64> = all.iter().map(|t| t[i]).collect();
                    values.sort_unstable();
                    values.dedup();
                    prop_assert!(values.len() >= 2, "{counts:?} gives away cell {i}: {table:?}");
                }
            }
        }

        /// On tables too large to try all values: each hidden small cell lies on a circle of hidden
        /// cells of at least 1, so one person can be moved round it and all totals stay.
        #[test]
        fn every_small_cell_lies_on_a_hidden_circle(
            columns in 2..6usize, values in prop::collection::vec(0..60u64, 12..60),
        ) {
            let counts = &values[..values.len() / columns * columns];
            let table = Table::new(columns, counts);
            let mut only_hidden = table.clone();
            for (cell, hidden) in only_hidden.cells.iter_mut().zip(&table.hidden) {
                if !hidden { *cell = 0; }
            }
            for i in (0..table.cells.len()).filter(|&i| is_small(table.cells[i])) {
                prop_assert!(table.hidden[i]);
                prop_assert!(only_hidden.circle(i).is_some() || table.hidden.iter().all(|h| *h));
            }
        }
    }
}
