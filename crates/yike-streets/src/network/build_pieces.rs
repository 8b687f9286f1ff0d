//! Contraction: lines are cut where paths meet, and joined where nothing happens.
//!
//! A node is *kept* when it is anything but the middle of one street: where other than two stretches
//! meet, where their attributes differ, where a line ends, or where the node itself means something
//! (a gate, a crossing with signals). Everything between two kept nodes becomes one edge.

use super::build_gates;
use super::build_lines::Lines;

/// A part of a line between two cuts: a range of [`Lines::nodes`], both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Number in [`Lines::attributes`].
    pub(crate) of: u32,
}

/// Pieces in a row, each perhaps walked backwards: one edge.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    pub(crate) pieces: Vec<Piece>,
    /// `piece << 1 | backwards`.
    pub(crate) steps: Vec<u32>,
    /// Where each chain ends in `steps`.
    pub(crate) ends: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// Cuts and joins.
pub(crate) fn contract(lines: &mut Lines) -> Chains {
    let kept = kept_nodes(lines);
    let mut pieces = cut(lines, &kept);
    build_gates::close_estates(lines, &mut pieces);
    join(lines, pieces, &kept)
}

/// Marks the nodes that must stay.
fn kept_nodes(lines: &Lines) -> Vec<bool> {
    let n = lines.node_traits.len();
    let (mut degree, mut first_of) = (vec![0u8; n], vec![NONE; n]);
    let mut kept: Vec<bool> = lines.node_traits.iter().map(|t| *t != 0).collect();
    for i in 0..lines.len() {
        let (line, of) = (lines.line(i), lines.of[i]);
        for (at, node) in line.iter().enumerate() {
            let node = *node as usize;
            let ends = u8::from(at > 0) + u8::from(at + 1 < line.len());
            degree[node] = degree[node].saturating_add(ends);
            kept[node] |= first_of[node] != NONE && first_of[node] != of;
            first_of[node] = of;
        }
    }
    for (kept, degree) in kept.iter_mut().zip(degree) {
        *kept |= degree != 2;
    }
    kept
}

fn cut(lines: &Lines, kept: &[bool]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(lines.len() * 2);
    let mut start = 0;
    for (end, of) in lines.ends.iter().zip(&lines.of) {
        let mut first = start;
        for at in start + 1..*end {
            if kept[lines.nodes[at as usize] as usize] || at + 1 == *end {
                pieces.push(Piece { first, last: at, of: *of });
                first = at;
            }
        }
        start = *end;
    }
    pieces
}

impl Piece {
    /// The node at one end: 0 the first, 1 the last.
    pub(crate) fn end(&self, lines: &Lines, side: u32) -> u32 {
        lines.nodes[if side == 0 { self.first } else { self.last } as usize]
    }
}

/// Joins pieces at nodes that are not kept: there exactly two ends meet.
fn join(lines: &Lines, pieces: Vec<Piece>, kept: &[bool]) -> Chains {
    let partner = partners(lines, &pieces, kept);
    let mut used = vec![false; pieces.len()];
    let mut chains = Chains::default();
    // From kept nodes inward, then what is left: rings on which nothing happens.
    for ring in [false, true] {
        for piece in 0..pieces.len() as u32 {
            for side in 0..2 {
                let end = piece << 1 | side;
                if !used[piece as usize] && (ring || partner[end as usize] == NONE) {
                    follow(end, &partner, &mut used, &mut chains);
                }
            }
        }
    }
    chains.pieces = pieces;
    chains
}

/// For each end of a piece (`piece << 1 | side`) the end it is joined to.
fn partners(lines: &Lines, pieces: &[Piece], kept: &[bool]) -> Vec<u32> {
    let mut loose: Vec<(u32, u32)> = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        for side in 0..2 {
            let node = piece.end(lines, side);
            if !kept[node as usize] {
                loose.push((node, (i as u32) << 1 | side));
            }
        }
    }
    loose.sort_unstable();
    let mut partner = vec![NONE; pieces.len() * 2];
    for pair in loose.chunks_exact(2) {
        let ((node, a), (other, b)) = (pair[0], pair[1]);
        debug_assert_eq!(node, other, "two ends meet at a node that is not kept");
        partner[a as usize] = b;
        partner[b as usize] = a;
    }
    partner
}

/// Walks from an end through joined pieces until the street ends or the ring closes.
fn follow(start: u32, partner: &[u32], used: &mut [bool], chains: &mut Chains) {
    let mut enter = start;
    loop {
        used[(enter >> 1) as usize] = true;
        // Entering at side 1 is walking backwards.
        chains.steps.push(enter);
        let next = partner[(enter ^ 1) as usize];
        if next == NONE || used[(next >> 1) as usize] {
            break;
        }
        enter = next;
    }
    chains.ends.push(chains.steps.len() as u32);
}

impl Chains {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The nodes along chain `i`, both ends included.
    pub(crate) fn nodes<'a>(
        &'a self,
        lines: &'a Lines,
        i: usize,
    ) -> impl DoubleEndedIterator<Item = u32> + 'a {
        let steps = crate::osm::block::part(&self.ends, i);
        let first = steps.start;
        steps.flat_map(move |at| {
            let step = self.steps[at];
            let piece = self.pieces[(step >> 1) as usize];
            // The first node of a later piece is the last of the one before.
            let skip = u32::from(at > first);
            let (range, backwards) = if step & 1 == 0 {
                (piece.first + skip..piece.last + 1, false)
            } else {
                (piece.first..piece.last + 1 - skip, true)
            };
            let len = range.len() as u32;
            (0..len).map(move |k| {
                let at = if backwards { range.end - 1 - k } else { range.start + k };
                lines.nodes[at as usize]
            })
        })
    }

    /// The attributes of chain `i`.
    pub(crate) fn of(&self, i: usize) -> u32 {
        let first = crate::osm::block::part(&self.ends, i).start;
        self.pieces[(self.steps[first] >> 1) as usize].of
    }
}
