//! How far each home is from where the data ends.
//!
//! The data ends at the box the streets reach to, and at nodes where a street goes on outside
//! ([`NodeTrait::CUT`]). The distance is straight, so it is never longer than the walk there: a home
//! whose walk might lead beyond the data is never missed.

use rayon::prelude::*;

use crate::network::{Network, NodeTrait};
use crate::units::{Bounds, Coord};

/// Straight distance from each of `homes` to the edge, decimetres, rounded down; 0 outside the box.
pub fn distances_dm(network: &Network, bounds: Bounds, homes: &[Coord]) -> Vec<u32> {
    let mut cuts: Vec<Coord> = (0..network.nodes())
        .filter(|v| network.node_traits[*v] & NodeTrait::CUT != 0)
        .map(|v| network.node_coord[v])
        .collect();
    cuts.sort_unstable_by_key(|c| (c.lat_e7, c.lon_e7));
    homes.par_iter().map(|home| distance_dm(&cuts, bounds, *home)).collect()
}

fn distance_dm(cuts: &[Coord], bounds: Bounds, home: Coord) -> u32 {
    let mut best = to_box_m(bounds, home);
    let from = cuts.partition_point(|c| c.lat_e7 < home.lat_e7);
    // Outward from the home's latitude, north and south, until latitude alone is too far.
    for cut in &cuts[from..] {
        if lat_metres(home, *cut) >= best {
            break;
        }
        best = best.min(home.metres_to(*cut));
    }
    for cut in cuts[..from].iter().rev() {
        if lat_metres(home, *cut) >= best {
            break;
        }
        best = best.min(home.metres_to(*cut));
    }
    (best * 10.0) as u32
}

fn lat_metres(a: Coord, b: Coord) -> f64 {
    Coord { lon_e7: 0, ..a }.metres_to(Coord { lon_e7: 0, ..b })
}

fn to_box_m(bounds: Bounds, home: Coord) -> f64 {
    if bounds.is_empty() || !bounds.contains(home) {
        return 0.0;
    }
    let to = |lon_e7, lat_e7| home.metres_to(Coord { lon_e7, lat_e7 });
    to(bounds.west_e7, home.lat_e7)
        .min(to(bounds.east_e7, home.lat_e7))
        .min(to(home.lon_e7, bounds.south_e7))
        .min(to(home.lon_e7, bounds.north_e7))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(cuts: &[Coord]) -> Network {
        Network {
            node_coord: cuts.to_vec().into(),
            node_traits: vec![NodeTrait::CUT; cuts.len()].into(),
            ..Network::default()
        }
    }

    const BOX: Bounds = Bounds { west_e7: 0, south_e7: 0, east_e7: 1_000_000, north_e7: 1_000_000 };

    #[test]
    fn the_box_and_the_cuts_both_end_the_data() {
        let middle = Coord { lon_e7: 500_000, lat_e7: 500_000 };
        let near = Coord { lon_e7: 500_000, lat_e7: 500_900 };
        let to_box = distances_dm(&network(&[]), BOX, &[middle])[0];
        assert!((55_000..56_000).contains(&to_box));
        assert_eq!(distances_dm(&network(&[near]), BOX, &[middle])[0], 100);
        let outside = Coord { lon_e7: -1, lat_e7: 500_000 };
        assert_eq!(distances_dm(&network(&[]), BOX, &[outside])[0], 0);
    }

    proptest! {
        #[test]
        fn as_near_as_the_nearest_of_all_cuts(
            cuts in prop::collection::vec((0..1_000_000i32, 0..1_000_000i32), 0..30),
            home in (0..1_000_000i32, 0..1_000_000i32),
        ) {
            let at = |(lon_e7, lat_e7)| Coord { lon_e7, lat_e7 };
            let (cuts, home): (Vec<_>, _) = (cuts.into_iter().map(at).collect(), at(home));
            let slow = cuts.iter().map(|c| home.metres_to(*c)).fold(to_box_m(BOX, home), f64::min);
            prop_assert_eq!(distances_dm(&network(&cuts), BOX, &[home])[0], (slow * 10.0) as u32);
        }
    }
}
