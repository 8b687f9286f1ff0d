//! The islet in a lake: a hamlet with a pier, and no way off it on foot.

use crate::building::{Draft, Living};
use crate::people::Mix;
use crate::plane::{Pt, middle, pt};
use crate::sheet::tags;
use crate::yard::Yard;

/// Houses on both sides of one lane, a pier, and a ferry to the shore.
pub(crate) fn settle(yard: &mut Yard<'_>, islet: &[Pt], water: &[Pt]) {
    let centre = middle(islet);
    let estate = yard.sheet.estates.len() as u16;
    let name = crate::names::of_place(yard.plan.seed, 11_000 + yard.index, ("小渚", "Islet"));
    yard.sheet.estates.push(name);
    let lane: Vec<Pt> = (-3..=3).map(|k| centre + pt(f64::from(k) * 13.0, 0.0)).collect();
    yard.sheet.street(&lane, tags! {"highway": "footway", "surface": "paving_stones"});
    let mut number = 0;
    for side in [-1.0, 1.0] {
        for k in -2..=2 {
            let at = centre + pt(f64::from(k) * 15.0, side * 12.0);
            let ring = crate::alleys::hall(at, crate::alleys::EAST, 11.0, 10.0);
            number += 1;
            let living = Living { estate, number, entrances: 1, flat_m2: 70.0, mix: Mix::Old };
            let draft = Draft {
                ring: Vec::new(),
                middle: Pt::default(),
                footprint: 0.0,
                levels: (2, 1, 3),
                kind: "house",
                living: Some(living),
                name: None,
            };
            yard.raise(&ring, (if side < 0.0 { 2 } else { 0 }, &[0.5]), draft);
        }
    }
    let pier = centre + pt(-58.0, 0.0);
    yard.sheet.street(&[lane[0], pier], tags! {"highway": "footway", "man_made": "pier"});
    // The ferry lands where the shore west of the islet is nearest.
    let land = water
        .iter()
        .copied()
        .filter(|p| p.x < pier.x)
        .min_by(|a, b| (*a - pier).len().total_cmp(&(*b - pier).len()))
        .unwrap_or(pier + pt(-60.0, 0.0));
    yard.sheet.street(
        &[pier, land],
        tags! {"route": "ferry", "foot": "yes", "name": "摆渡", "opening_hours": "07:00-18:00"},
    );
    yard.saw(
        "island",
        centre,
        Some(land),
        "Homes on an islet that only a ferry serves: not reached on foot, reported as an island.",
    );
}
