//! Estates behind private gates.
//!
//! Mappers often tag the gate `access=private` and leave the lanes behind it plain. A walk may start
//! or end behind such a gate but not run through, which is what private *streets* mean. So what lies
//! behind private gates becomes private.

use std::collections::{BTreeMap, BTreeSet};

use super::build_lines::Lines;
use super::build_pieces::Piece;
use super::order::Sets;

/// Behind a gate lies at most this many pieces of street; a gate to more than an estate is taken as a
/// mapping error and stays passable.
const MAX_ESTATE: u32 = 2_000;

/// Makes the streets behind private gates private.
pub(crate) fn close_estates(lines: &mut Lines, pieces: &mut [Piece]) {
    if lines.private_gates.is_empty() {
        return;
    }
    let gates: BTreeSet<u32> = lines.private_gates.iter().copied().collect();
    let (mut sets, size) = components_without(lines, pieces, &gates);
    let mut around: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for piece in pieces.iter() {
        for side in 0..2 {
            let (gate, other) = (piece.end(lines, side), piece.end(lines, 1 - side));
            if gates.contains(&gate) && !gates.contains(&other) {
                around.entry(gate).or_default().insert(sets.root(other));
            }
        }
    }
    let inside: BTreeSet<u32> = around.values().flat_map(|sides| behind(sides, &size)).collect();
    for piece in pieces.iter_mut() {
        let end =
            [0, 1].map(|side| piece.end(lines, side)).into_iter().find(|n| !gates.contains(n));
        if end.is_some_and(|node| inside.contains(&sets.root(node))) {
            let private = lines.attributes[piece.of as usize].private();
            piece.of = lines.intern(private);
        }
    }
}

/// Which nodes hang together without passing a gate, and how many pieces each set has.
fn components_without(
    lines: &Lines,
    pieces: &[Piece],
    gates: &BTreeSet<u32>,
) -> (Sets, BTreeMap<u32, u32>) {
    let mut sets = Sets::new(lines.node_traits.len());
    for piece in pieces {
        let (a, b) = (piece.end(lines, 0), piece.end(lines, 1));
        if !gates.contains(&a) && !gates.contains(&b) {
            sets.join(a, b);
        }
    }
    let mut size = BTreeMap::new();
    for piece in pieces {
        for side in 0..2 {
            *size.entry(sets.root(piece.end(lines, side))).or_default() += 1;
        }
    }
    (sets, size)
}

/// Of what meets at a gate, all but the largest lies behind it.
fn behind(sides: &BTreeSet<u32>, size: &BTreeMap<u32, u32>) -> Vec<u32> {
    let pieces = |set: &u32| size.get(set).copied().unwrap_or(0);
    let outside = sides.iter().copied().max_by_key(|set| (pieces(set), std::cmp::Reverse(*set)));
    let inside = |set: &u32| Some(*set) != outside && pieces(set) <= MAX_ESTATE;
    sides.iter().copied().filter(inside).collect()
}
