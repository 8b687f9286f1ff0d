//! A packed R-tree over boxes: built once, asked often.
//!
//! Boxes are ordered along a Hilbert curve and packed level by level, sixteen to a node, so the tree
//! is two flat arrays and its answers come in one fixed order.

use crate::units::{Bounds, Coord};

const NODE: usize = 16;

/// The boxes of items `0..n`, ready to be asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    /// Item numbers in Hilbert order.
    order: Vec<u32>,
    /// Boxes level by level: the items' first, then each level above, the root last.
    boxes: Vec<Bounds>,
    /// Where each level starts in `boxes`.
    levels: Vec<usize>,
}

impl Tree {
    pub(super) fn new(items: &[(u32, Bounds)]) -> Self {
        if items.is_empty() {
            return Self::default();
        }
        let mut all = Bounds::EMPTY;
        for (_, b) in items {
            grow(&mut all, b);
        }
        let mut keyed: Vec<(u64, u32, Bounds)> =
            items.iter().map(|&(id, b)| (hilbert_key(&all, &b), id, b)).collect();
        keyed.sort_unstable_by_key(|&(key, id, _)| (key, id));
        let order = keyed.iter().map(|&(_, id, _)| id).collect();
        let mut boxes: Vec<Bounds> = keyed.iter().map(|&(_, _, b)| b).collect();
        let mut levels = vec![0];
        let (mut start, mut len) = (0, boxes.len());
        while len > 1 {
            let end = start + len;
            levels.push(end);
            for first in (start..end).step_by(NODE) {
                let mut node = Bounds::EMPTY;
                for b in &boxes[first..(first + NODE).min(end)] {
                    grow(&mut node, b);
                }
                boxes.push(node);
            }
            (start, len) = (end, boxes.len() - end);
        }
        Self { order, boxes, levels }
    }

    /// Gives every item whose box meets `window` to `found`.
    pub(super) fn query(&self, window: &Bounds, mut found: impl FnMut(u32)) {
        if self.boxes.is_empty() {
            return;
        }
        let top = self.levels.len() - 1;
        let mut open = vec![(top, 0_usize)];
        while let Some((level, at)) = open.pop() {
            if !self.boxes[self.levels[level] + at].meets(window) {
                continue;
            }
            if level == 0 {
                found(self.order[at]);
                continue;
            }
            let below = self.levels[level] - self.levels[level - 1];
            let children = at * NODE..((at + 1) * NODE).min(below);
            open.extend(children.rev().map(|child| (level - 1, child)));
        }
    }

    /// The box around all items.
    pub(super) fn bounds(&self) -> Bounds {
        self.boxes.last().copied().unwrap_or(Bounds::EMPTY)
    }
}

/// Grows `a` to hold `b`.
pub(super) fn grow(a: &mut Bounds, b: &Bounds) {
    if !b.is_empty() {
        a.add(Coord { lon_e7: b.west_e7, lat_e7: b.south_e7 });
        a.add(Coord { lon_e7: b.east_e7, lat_e7: b.north_e7 });
    }
}

/// The place of a box's centre on a Hilbert curve of 2^16 x 2^16 cells over `all`.
fn hilbert_key(all: &Bounds, b: &Bounds) -> u64 {
    let cell = |lo: i32, hi: i32, from: i32, to: i32| {
        let span = (i64::from(to) - i64::from(from)).max(1);
        let mid = i64::midpoint(i64::from(lo), i64::from(hi)) - i64::from(from);
        ((mid * 65_535 / span) as u64).min(65_535)
    };
    let mut x = cell(b.west_e7, b.east_e7, all.west_e7, all.east_e7);
    let mut y = cell(b.south_e7, b.north_e7, all.south_e7, all.north_e7);
    let mut key = 0;
    let mut side = 1_u64 << 15;
    while side > 0 {
        let (right, up) = (u64::from(x & side > 0), u64::from(y & side > 0));
        key += side * side * ((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (65_535 - x, 65_535 - y);
            }
            (x, y) = (y, x);
        }
        side >>= 1;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn a_box() -> impl Strategy<Value = Bounds> {
        (-1000_i32..1000, -1000_i32..1000, 0_i32..200, 0_i32..200).prop_map(|(x, y, w, h)| Bounds {
            west_e7: x,
            south_e7: y,
            east_e7: x + w,
            north_e7: y + h,
        })
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_looking_at_every_box_finds(
            boxes in proptest::collection::vec(a_box(), 0..400),
            window in a_box(),
        ) {
            let items: Vec<_> = boxes.iter().enumerate().map(|(i, b)| (i as u32, *b)).collect();
            let mut found = Vec::new();
            Tree::new(&items).query(&window, |id| found.push(id));
            found.sort_unstable();
            let expected: Vec<u32> =
                items.iter().filter(|(_, b)| b.meets(&window)).map(|&(i, _)| i).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
