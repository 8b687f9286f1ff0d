//! Snapping, held against looking at every stretch of every street.

use proptest::prelude::*;

use super::*;
use crate::circles::twin;

/// The nearest point by looking at everything.
fn brute(network: &Network, door: Coord, max_m: f64, usable: &dyn Fn(u32) -> bool) -> Option<f64> {
    let plane = Plane::at(door);
    (0..network.edges() as u32)
        .filter(|e| usable(*e))
        .flat_map(|e| {
            let bends = network.first_shape[e as usize + 1] - network.first_shape[e as usize];
            (0..=bends).map(move |s| (e, s))
        })
        .map(|(e, s)| plane.nearest_on(network, e, s).metres)
        .filter(|m| *m <= max_m)
        .min_by(f64::total_cmp)
}

/// Coordinates within about 3 km, some on a coarse raster so that ties happen.
fn coord() -> impl Strategy<Value = Coord> {
    let east = prop_oneof![-300_000i32..300_000, (-5i32..5).prop_map(|i| i * 50_000)];
    let north = prop_oneof![-300_000i32..300_000, (-5i32..5).prop_map(|i| i * 50_000)];
    (east, north).prop_map(|(e, n)| Coord { lon_e7: 1_200_000_000 + e, lat_e7: 300_000_000 + n })
}

fn streets() -> impl Strategy<Value = Network> {
    prop::collection::vec(coord(), 2..12).prop_flat_map(|coords| {
        let n = coords.len() as u32;
        let bends = prop::collection::vec(coord(), 0..3);
        prop::collection::vec((0..n, 0..n, bends), 1..16).prop_map(move |edges| {
            let mut edges = edges;
            edges.sort_by_key(|e| (e.0.min(e.1), e.0.max(e.1)));
            let plain: Vec<_> = edges.iter().map(|e| (e.0, e.1, 1000, 7)).collect();
            let mut network = twin::at(&coords, &vec![0; coords.len()], &plain);
            let (mut first, mut shape) = (vec![0], Vec::new());
            for (_, _, bends) in edges {
                shape.extend(bends);
                first.push(shape.len() as u32);
            }
            network.first_shape = first.into();
            network.shape = shape.into();
            network
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_nearest_edge_is_that_of_looking_at_all(
        network in streets(),
        doors in prop::collection::vec(coord(), 1..20),
        max_m in prop::sample::select(vec![30, 500, 20_000]),
        skip in 1u32..4,
    ) {
        let options = SnapOptions { max_m, island_nodes: 0, island_max_m: 0 };
        let index = SnapIndex::new(&network, &options);
        for door in doors {
            let usable = |e: u32| e % skip != 1;
            let found = index.snap_where(door, &usable);
            let expected = brute(&network, door, f64::from(max_m), &usable);
            prop_assert_eq!(
                found.map(|s| s.off_dm),
                expected.map(|m| (m * 10.0).round() as u32)
            );
            if let Some(s) = found {
                prop_assert!(usable(s.edge) && s.along_dm <= 1000);
                let straight = s.at.metres_to(door) * 10.0;
                prop_assert!((straight - f64::from(s.off_dm)).abs() < 2.0 + straight * 1e-3);
            }
        }
    }
}

fn degrees(lon: f64, lat: f64) -> Coord {
    Coord::from_degrees(lon, lat)
}

#[test]
fn a_door_beside_the_middle_of_a_street_snaps_to_the_middle() {
    // 0.001 degree of longitude at 30 N is 96.3 m.
    let network =
        twin::at(&[degrees(120.0, 30.0), degrees(120.001, 30.0)], &[0, 0], &[(0, 1, 963, 7)]);
    let index = SnapIndex::new(&network, &SnapOptions::default());
    let s = index.snap(degrees(120.00025, 30.0001)).unwrap();
    assert_eq!((s.edge, s.along_dm, s.off_dm), (0, 241, 111));
    assert_eq!(s.at, degrees(120.00025, 30.0));
    assert!(index.snap(degrees(120.0, 30.01)).is_none(), "1.1 km away");
}

#[test]
fn a_door_at_an_island_moves_to_the_main_streets_if_they_are_near() {
    let main = [degrees(120.0, 30.0), degrees(120.001, 30.0), degrees(120.002, 30.0)];
    let pier = [degrees(120.0, 30.001), degrees(120.001, 30.001)];
    let coords: Vec<Coord> = main.into_iter().chain(pier).collect();
    let network = twin::at(&coords, &[0; 5], &[(0, 1, 963, 7), (1, 2, 963, 7), (3, 4, 963, 7)]);
    let door = degrees(120.0005, 30.0008);
    let snap = |island_nodes, island_max_m| {
        let options = SnapOptions { island_nodes, island_max_m, ..SnapOptions::default() };
        SnapIndex::new(&network, &options).snap(door).unwrap()
    };
    assert_eq!(snap(2, 150).edge, 2, "two nodes are no island of fewer than two");
    let moved = snap(3, 150);
    assert!((moved.edge, moved.moved_to_main, moved.on_island) == (0, true, false));
    let stays = snap(3, 80);
    assert!((stays.edge, stays.moved_to_main, stays.on_island) == (2, false, true));

    let index = SnapIndex::new(&network, &SnapOptions { island_max_m: 80, ..Default::default() });
    let homes = Homes {
        coord: vec![door, degrees(121.0, 30.0), degrees(120.0, 30.0)].into(),
        ..Homes::default()
    };
    let report = Doors::of_homes(&index, &homes).report();
    assert_eq!((report.places, report.off_the_streets), (3, 1));
    assert_eq!((report.on_island, report.moved_to_main), (1, 0));
}

#[test]
fn every_door_of_a_home_is_snapped_and_moves_for_those_who_cannot_use_its_street() {
    let coords = [degrees(120.0, 30.0), degrees(120.001, 30.0), degrees(120.0, 30.001)];
    let network = twin::at(&coords, &[0; 3], &[(0, 1, 963, 7), (0, 2, 1112, 18)]);
    let index = SnapIndex::new(&network, &SnapOptions::default());
    let homes = Homes {
        coord: vec![degrees(120.0005, 30.0005); 2].into(),
        first_entrance: vec![0, 2, 2].into(),
        entrance: vec![degrees(120.0005, 30.0001), degrees(120.0001, 30.0008)].into(),
        ..Homes::default()
    };
    let doors = Doors::of_homes(&index, &homes);
    assert_eq!(doors.place(0).iter().map(|d| d.edge).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(doors.place(1).len(), 1);
    let no_steps = doors.on_usable(&index, &|e| e == 0);
    assert_eq!(no_steps.place(0).iter().map(|d| d.edge).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(no_steps.place(0)[0], doors.place(0)[0]);
}
