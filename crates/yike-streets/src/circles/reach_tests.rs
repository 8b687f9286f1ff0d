//! Reach from one origin, held against the twin at every position of every edge.

use proptest::prelude::*;

use super::*;
use crate::circles::profile::builtin;
use crate::circles::twin::{self, Scenery, door, scenery, walk};

fn reach(s: &Scenery, profile: &str, home: usize, limit_ds: u32) -> (Costs, Reach) {
    let costs = Costs::new(&s.network, builtin().get(profile).unwrap(), None);
    let graph = WalkGraph::new(&s.network, &costs);
    let index = FacilityIndex::new(s.facilities.clone());
    let mut reacher = Reacher::new(&s.network, &costs, &graph);
    // A first search elsewhere must leave nothing behind.
    reacher.reach(s.facilities.place(0), &index, limit_ds / 2);
    let reach = reacher.reach(s.homes.place(home), &index, limit_ds);
    (costs, reach)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_position_is_reached_when_the_twin_reaches_it(
        s in scenery(),
        profile in prop::sample::select(vec!["norm", "adult", "wheelchair"]),
        limit in 0u32..4000,
    ) {
        let (costs, found) = reach(&s, profile, 0, limit);
        prop_assert!(found.parts.is_sorted_by_key(|p| (p.edge, p.from_dm)));
        for e in 0..s.network.edges() as u32 {
            let dm = s.network.edge_dm[e as usize];
            let parts: Vec<_> = found.parts.iter().filter(|p| p.edge == e).collect();
            prop_assert!(parts.windows(2).all(|w| w[0].to_dm <= w[1].from_dm));
            for at in (0..=dm).step_by(1 + dm as usize / 40) {
                let time = walk(&s.network, &costs, s.homes.place(0), &[door(e, at, 0)]);
                let time = time.filter(|t| t.0 <= limit).map(|t| t.0);
                let part = parts.iter().find(|p| (p.from_dm..=p.to_dm).contains(&at));
                // A stretch of a single point is not kept.
                if let (None, Some(time)) = (part, time) {
                    let step = u64::from(costs.edge_ds[e as usize]).div_ceil(u64::from(dm)) as u32;
                    prop_assert!(time + step >= limit, "edge {} at {}: {} not found", e, at, time);
                }
                if let Some(p) = part {
                    let time = time.map(f64::from);
                    prop_assert!(time.is_some(), "edge {} at {}: not reached", e, at);
                    let share = f64::from(at - p.from_dm) / f64::from((p.to_dm - p.from_dm).max(1));
                    let even = f64::from(p.from_ds) * (1.0 - share) + f64::from(p.to_ds) * share;
                    // Both ends of a part are rounded to whole deciseconds.
                    prop_assert!((even - time.unwrap()).abs() <= 2.0, "{:?} at {}: {:?}", p, at, time);
                }
            }
        }
    }

    #[test]
    fn facilities_reached_are_those_of_the_twin(s in scenery(), limit in 0u32..4000) {
        let (costs, found) = reach(&s, "adult", 0, limit);
        let mut expected: Vec<Near> = (0..s.facilities.len() as u32)
            .filter_map(|facility| {
                let to = s.facilities.place(facility as usize);
                let (ds, dm) = walk(&s.network, &costs, s.homes.place(0), to)?;
                (ds <= limit).then_some(Near { ds, dm, facility })
            })
            .collect();
        expected.sort_unstable();
        prop_assert_eq!(found.facilities, expected);
    }
}

#[test]
fn half_edges_meet_in_the_middle() {
    // A ring of two streets of 1,000 m, entered in the middle of one: at 1 m/s and 900 s, 500 m to each
    // end and then 400 m into the other from both sides.
    let network = twin::network(&[0, 0], &[(0, 1, 10_000, 7), (0, 1, 10_000, 7)]);
    let s = Scenery {
        homes: twin::doors(&[vec![door(0, 5000, 0)]]),
        facilities: twin::doors(&[vec![door(1, 4000, 0)], vec![door(1, 4001, 0)]]),
        network,
    };
    let (_, found) = reach(&s, "norm", 0, 9000);
    let part =
        |edge, from_dm, to_dm, from_ds, to_ds| ReachedPart { edge, from_dm, to_dm, from_ds, to_ds };
    let expected = [
        part(0, 0, 5000, 5000, 0),
        part(0, 5000, 10_000, 0, 5000),
        part(1, 0, 4000, 5000, 9000),
        part(1, 6000, 10_000, 9000, 5000),
    ];
    assert_eq!(found.parts, expected);
    assert_eq!(found.facilities, [Near { ds: 9000, dm: 9000, facility: 0 }]);
    let (_, found) = reach(&s, "norm", 0, 20_000);
    assert_eq!(found.parts[2], part(1, 0, 5000, 5000, 10_000));
    assert_eq!(found.parts[3], part(1, 5000, 10_000, 10_000, 5000));
}
