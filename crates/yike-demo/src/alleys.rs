//! Close-built quarters: old lanes by the canal, and villages the city grew around.

use crate::building::{Draft, Living};
use crate::people::Mix;
use crate::plan::Rank;
use crate::plane::{Pt, area, pt};
use crate::sheet::{Tags, tags};
use crate::yard::{Block, Yard};

/// How a close-built quarter is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Size of a piece between alleys: west-east, south-north.
    piece: (f64, f64),
    /// How slanted alleys may cut, as a share of the side.
    tilt: f64,
    /// Width of a house along the alley.
    house: (f64, f64),
    /// Between houses.
    gap: (f64, f64),
    levels: (u16, u16, u16),
    flat_m2: f64,
    mix: Mix,
    /// Share of houses left out for yards.
    open: f64,
}

/// Grey roofs and narrow alleys.
pub(crate) const OLD_TOWN: Style = Style {
    piece: (58.0, 34.0),
    tilt: 0.16,
    house: (8.0, 15.0),
    gap: (0.4, 1.6),
    levels: (2, 1, 3),
    flat_m2: 78.0,
    mix: Mix::Old,
    open: 0.1,
};

/// Rented houses, four storeys each on its plot.
pub(crate) const VILLAGE: Style = Style {
    piece: (64.0, 34.0),
    tilt: 0.1,
    house: (9.5, 12.5),
    gap: (1.8, 3.6),
    levels: (4, 2, 6),
    flat_m2: 78.0,
    mix: Mix::Renting,
    open: 0.16,
};

/// Fills a block with houses on alleys, as one estate.
pub(crate) fn build(yard: &mut Yard<'_>, block: Block, style: &Style, name: crate::names::Name) {
    let plot = yard.plot(&block);
    let village = style.mix == Mix::Renting;
    let estate = yard.sheet.estates.len() as u16;
    yard.sheet.estates.push(name.clone());
    if let Some(ring) = plot.inset(0.5) {
        yard.sheet.ring(&ring, tags! {"landuse": "residential", "name": name.0, "name:en": name.1});
    }
    yard.open_fronts(&plot);
    let street = move |yard: &mut Yard<'_>, depth: usize| alley(yard, depth, village);
    let pieces = yard.cut_to(block, style.piece, style.tilt, &street);
    let mut number = 0;
    for piece in &pieces {
        raise_piece(yard, piece, style, estate, &mut number);
    }
}

fn alley(yard: &mut Yard<'_>, depth: usize, village: bool) -> (Rank, Tags) {
    let paved = if village { "concrete" } else { "paving_stones" };
    if depth < 2 {
        let (zh, en) = crate::names::lane(yard.plan.seed, yard.index * 64 + yard.rng.below(64));
        let kind = if village { "residential" } else { "living_street" };
        let tags = tags! {"highway": kind, "name": zh, "name:en": en, "surface": paved};
        return (Rank::Lane, tags);
    }
    let surface = if !village && yard.rng.chance(0.2) { "sett" } else { paved };
    (Rank::Alley, tags! {"highway": "footway", "surface": surface})
}

/// Two rows of houses back to back, or one where the piece is thin.
fn raise_piece(yard: &mut Yard<'_>, piece: &Block, style: &Style, estate: u16, number: &mut u16) {
    let Some(corners) = corners(yard, piece) else { return };
    let at = |x: f64, y: f64| {
        let south = corners[0].lerp(corners[1], x);
        south.lerp(corners[3].lerp(corners[2], x), y)
    };
    let width = (at(1.0, 0.5) - at(0.0, 0.5)).len();
    let depth = (at(0.5, 1.0) - at(0.5, 0.0)).len();
    // Houses are at most 13 m deep: a deep piece keeps yards in its middle.
    let deep = 13.0 / depth;
    let two = [(0.0, deep.min(0.42)), (1.0 - deep.min(0.42), 1.0)];
    let one = [(0.0, deep.min(0.9))];
    let rows: &[(f64, f64)] = if depth > 21.0 { &two } else { &one };
    for &(low, high) in rows {
        let wide = yard.rng.range(style.house.0, style.house.1);
        let count = (width / (wide + style.gap.1)).round().max(1.0);
        let gap = yard.rng.range(style.gap.0, style.gap.1) / width;
        for n in 0..count as usize {
            if yard.rng.chance(style.open) {
                continue;
            }
            let (west, east) = (n as f64 / count + gap / 2.0, (n as f64 + 1.0) / count - gap / 2.0);
            let back = yard.rng.range(0.0, 0.06);
            let (low, high) = if low == 0.0 { (low, high - back) } else { (low + back, high) };
            let ring = [at(west, low), at(east, low), at(east, high), at(west, high)];
            if area(&ring) < 28.0 {
                continue;
            }
            *number += 1;
            raise_house(yard, &ring, low == 0.0, style, (estate, *number));
        }
    }
}

fn raise_house(
    yard: &mut Yard<'_>,
    ring: &[Pt],
    south_door: bool,
    style: &Style,
    (estate, number): (u16, u16),
) {
    let living = Living { estate, number, entrances: 1, flat_m2: style.flat_m2, mix: style.mix };
    let draft = Draft {
        ring: Vec::new(),
        middle: Pt::default(),
        footprint: 0.0,
        levels: (style.levels.0, style.levels.1, style.levels.2),
        kind: if style.mix == Mix::Renting { "residential" } else { "house" },
        living: Some(living),
        name: None,
    };
    if number % 9 == 4 {
        let spot = ring[0].lerp(ring[1], 0.5) + (ring[0] - ring[3]).unit();
        let spot = if south_door { spot } else { ring[2].lerp(ring[3], 0.5) };
        yard.courts.push((spot, estate, false));
    }
    yard.raise(ring, (if south_door { 0 } else { 2 }, &[0.5]), draft);
}

/// The corners of a piece moved in from its alleys; `None` where nothing is left.
pub(crate) fn corners(yard: &Yard<'_>, piece: &Block) -> Option<[Pt; 4]> {
    let plan = yard.plan;
    let ring: Vec<Pt> = piece.corners.iter().map(|&c| plan.place(c)).collect();
    let clear =
        (0..4).map(|k| yard.rank(piece, k).half_width() + 0.6 + yard.bow(piece, k)).collect();
    let plot = crate::plane::Plot { ring, clear };
    let inner = plot.inset(0.0)?;
    let [a, b, c, d] = inner[..] else { return None };
    let turns = [(a, b, c), (b, c, d), (c, d, a), (d, a, b)];
    let convex = turns.iter().all(|&(p, q, r)| (q - p).cross(r - q) > 0.0);
    convex.then_some([a, b, c, d])
}

/// A house-sized shelter or hall somewhere in the open, no one lives there.
pub(crate) fn hall(middle: Pt, axis: Pt, width: f64, depth: f64) -> Vec<Pt> {
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
        .map(|(x, y)| middle + axis * (x * width / 2.0) + axis.left() * (y * depth / 2.0))
        .to_vec()
}

/// East.
pub(crate) const EAST: Pt = pt(1.0, 0.0);
