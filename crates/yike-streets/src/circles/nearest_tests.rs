//! Nearest facilities and counts, held against the twin.

use proptest::prelude::*;

use crate::circles::costs::Costs;
use crate::circles::nearest::{Near, NearestOptions, Reachable, homes_to_facilities};
use crate::circles::profile::builtin;
use crate::circles::twin::{Scenery, doors, scenery, walk};
use crate::facilities::{Category, Facilities};
use crate::network::snap::Doors;
use crate::progress::Quiet;

/// Facilities of two categories: every one of the first, every other also of the second.
fn facilities(count: usize) -> Facilities {
    let category = |code: &str| Category { code: code.into(), zh: code.into(), en: code.into() };
    Facilities {
        categories: vec![category("a"), category("b")],
        coord: vec![crate::units::Coord::default(); count].into(),
        of: (0..count).map(|i| if i % 2 == 0 { 0b11 } else { 0b01 }).collect::<Vec<u128>>().into(),
        ..Facilities::default()
    }
}

fn find(s: &Scenery, profile: &str, options: &NearestOptions) -> (Costs, Reachable) {
    let costs = Costs::new(&s.network, builtin().get(profile).unwrap(), None);
    let found = homes_to_facilities(
        &s.network,
        &costs,
        &s.homes,
        &facilities(s.facilities.len()),
        &s.facilities,
        options,
        &Quiet,
    );
    (costs, found.unwrap())
}

/// All walks from a home to the facilities of a category within the limit, nearest first.
fn expected(s: &Scenery, costs: &Costs, home: usize, c: usize, limit_ds: u32) -> Vec<Near> {
    let all = facilities(s.facilities.len());
    let mut walks: Vec<Near> = all
        .of_category(c)
        .filter_map(|facility| {
            let to = s.facilities.place(facility as usize);
            let (ds, dm) = walk(&s.network, costs, s.homes.place(home), to)?;
            (ds <= limit_ds).then_some(Near { ds, dm, facility })
        })
        .collect();
    walks.sort_unstable();
    walks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 400 } else { 4000 }))]

    #[test]
    fn nearest_and_counts_are_those_of_the_twin(
        s in scenery(),
        profile in prop::sample::select(vec!["norm", "adult", "frail", "wheelchair"]),
        k in 1usize..5,
        bands in prop::collection::btree_set(0u32..6000, 0..4),
        threads in 0usize..3,
    ) {
        let bands_ds: Vec<u32> = bands.into_iter().collect();
        let options = NearestOptions { k, bands_ds: bands_ds.clone(), max_ds: 6000, threads };
        let (costs, found) = find(&s, profile, &options);
        for home in 0..s.homes.len() {
            for c in 0..2 {
                let walks = expected(&s, &costs, home, c, 6000);
                let nearest: Vec<Near> = found.nearest(c, home).collect();
                prop_assert_eq!(&nearest, &walks[..k.min(walks.len())], "home {} category {}", home, c);
                for (band, limit) in bands_ds.iter().enumerate() {
                    let count = walks.iter().filter(|w| w.ds <= *limit).count();
                    prop_assert_eq!(found.within(c, band, home) as usize, count);
                }
            }
        }
    }

    #[test]
    fn a_walk_takes_as_long_both_ways(s in scenery()) {
        let costs = Costs::new(&s.network, builtin().get("adult").unwrap(), None);
        for home in 0..s.homes.len() {
            for facility in 0..s.facilities.len() {
                let (a, b) = (s.homes.place(home), s.facilities.place(facility));
                prop_assert_eq!(walk(&s.network, &costs, a, b), walk(&s.network, &costs, b, a));
            }
        }
    }

    #[test]
    fn an_added_facility_never_lowers_anything(s in scenery(), extra in 0usize..8) {
        let options = NearestOptions { max_ds: 9000, ..NearestOptions::default() };
        let (_, before) = find(&s, "adult", &options);
        let mut places: Vec<_> =
            (0..s.facilities.len()).map(|i| s.facilities.place(i).to_vec()).collect();
        places.push(s.homes.place(extra % s.homes.len()).to_vec());
        let (_, after) = find(&Scenery { facilities: doors(&places), ..s.clone() }, "adult", &options);
        for home in 0..s.homes.len() {
            for c in 0..2 {
                for band in 0..3 {
                    prop_assert!(after.within(c, band, home) >= before.within(c, band, home));
                }
                let (old, new): (Vec<_>, Vec<_>) =
                    (before.nearest(c, home).collect(), after.nearest(c, home).collect());
                prop_assert!(new.len() >= old.len());
                prop_assert!(old.iter().zip(&new).all(|(o, n)| n.ds <= o.ds));
            }
        }
    }
}

#[test]
fn options_out_of_range_are_refused_in_words() {
    let refuse = |options: NearestOptions| {
        let nothing = crate::circles::twin::network(&[0, 0], &[(0, 1, 10, 7)]);
        let costs = Costs::new(&nothing, builtin().get("norm").unwrap(), None);
        let none = Doors { first: vec![0], ..Doors::default() };
        homes_to_facilities(&nothing, &costs, &none, &facilities(0), &none, &options, &Quiet)
            .unwrap_err()
            .to_string()
    };
    let plain = NearestOptions::default();
    assert!(refuse(NearestOptions { k: 0, ..plain.clone() }).contains("1 to 16"));
    assert!(refuse(NearestOptions { bands_ds: vec![5, 5], ..plain.clone() }).contains("rise"));
    assert!(refuse(NearestOptions { max_ds: 100, ..plain }).contains("last band"));
}
