//! Areas, held against the distance from every reached stretch, and against arithmetic.

use proptest::prelude::*;

use super::*;
use crate::circles::profile::builtin;
use crate::circles::reach::{FacilityIndex, Reacher};
use crate::circles::search::WalkGraph;
use crate::circles::twin;
use crate::network::snap::{Doors, SnapIndex, SnapOptions};

fn draw(network: &Network, profile: &str, door: Coord, bands: &[u32]) -> (Reach, Vec<Isochrone>) {
    let costs = Costs::new(network, builtin().get(profile).unwrap(), None);
    let graph = WalkGraph::new(network, &costs);
    let door = SnapIndex::new(network, &SnapOptions::default()).snap(door).unwrap();
    let none = FacilityIndex::new(Doors { first: vec![0], ..Doors::default() });
    let limit = *bands.iter().max().unwrap();
    let reach = Reacher::new(network, &costs, &graph).reach(&[door], &none, limit);
    let options = IsochroneOptions::default();
    let drawn = Isochroner::default().draw(network, &costs, &reach, bands, &options);
    (reach, drawn)
}

/// Streets of 2 km to the east and north of a corner.
fn corner() -> Network {
    let at = |east_m: f64, north_m: f64| {
        let (lon, lat) = (METRES_PER_UNIT * 30f64.to_radians().cos(), METRES_PER_UNIT);
        Coord {
            lon_e7: 1_200_000_000 + (east_m / lon) as i32,
            lat_e7: 300_000_000 + (north_m / lat) as i32,
        }
    };
    let coords = [at(0.0, 0.0), at(2000.0, 0.0), at(0.0, 2000.0)];
    twin::at(&coords, &[0; 3], &[(0, 1, 20_000, 7), (0, 2, 20_000, 7)])
}

fn square_metres(isochrone: &Isochrone) -> f64 {
    let lon = METRES_PER_UNIT * 30f64.to_radians().cos();
    let twice = |ring: &Vec<Coord>| -> f64 {
        let x = |c: Coord| f64::from(c.lon_e7 - 1_200_000_000) * lon;
        let y = |c: Coord| f64::from(c.lat_e7 - 300_000_000) * METRES_PER_UNIT;
        ring.windows(2).map(|w| x(w[0]) * y(w[1]) - x(w[1]) * y(w[0])).sum()
    };
    isochrone.polygons.iter().flatten().map(twice).sum::<f64>() / 2.0
}

#[test]
fn the_area_along_a_corner_is_that_of_arithmetic() {
    let network = corner();
    let start = network.node_coord[0];
    let (_, drawn) = draw(&network, "norm", start, &[3000, 6000, 9000]);
    for isochrone in &drawn {
        // Two strips 50 m wide of (metres - 25) each, a half disc at each end, the square both
        // strips share at the corner counted once, and a quarter disc outside the corner.
        let metres = f64::from(isochrone.ds) / 10.0;
        let disc = std::f64::consts::PI * 625.0;
        let expected = 2.0 * 50.0 * (metres - 25.0) + disc - 625.0 + disc / 4.0;
        let found = square_metres(isochrone);
        assert!((found / expected - 1.0).abs() < 0.01, "{found} {expected}");
        assert_eq!(isochrone.polygons.len(), 1);
        let ring = &isochrone.polygons[0][0];
        assert!(ring.first() == ring.last() && ring.len() < 60, "{} points", ring.len());
    }
}

#[test]
fn a_band_shorter_than_the_radius_is_a_small_disc() {
    let network = corner();
    let (_, drawn) = draw(&network, "norm", network.node_coord[0], &[150]);
    let expected = std::f64::consts::PI * 15.0 * 15.0;
    assert!((square_metres(&drawn[0]) / expected - 1.0).abs() < 0.15);
    let (_, drawn) = draw(&network, "norm", network.node_coord[0], &[0]);
    assert!(drawn[0].polygons.is_empty());
}

/// Whether a point is inside by the even-odd rule over all rings.
fn inside(isochrone: &Isochrone, c: Coord) -> bool {
    let crosses = |w: &[Coord]| {
        let (a, b) = (w[0], w[1]);
        (a.lat_e7 > c.lat_e7) != (b.lat_e7 > c.lat_e7) && {
            let share = f64::from(c.lat_e7 - a.lat_e7) / f64::from(b.lat_e7 - a.lat_e7);
            f64::from(a.lon_e7) + share * f64::from(b.lon_e7 - a.lon_e7) > f64::from(c.lon_e7)
        }
    };
    let rings = isochrone.polygons.iter().flatten();
    rings.map(|r| r.windows(2).filter(|w| crosses(w)).count()).sum::<usize>() % 2 == 1
}

/// Metres from a point to the nearest stretch reached by `ds`, by small steps along every part.
fn to_streets(network: &Network, reach: &Reach, ds: f64, c: Coord) -> f64 {
    let mut nearest = f64::INFINITY;
    for part in &reach.parts {
        let line: Vec<Coord> = network.line(part.edge).collect();
        let dm = f64::from(network.edge_dm[part.edge as usize]);
        for step in 0..=400 {
            let share = f64::from(step) / 400.0;
            let time = f64::from(part.from_ds) * (1.0 - share) + f64::from(part.to_ds) * share;
            let along = f64::from(part.from_dm) * (1.0 - share) + f64::from(part.to_dm) * share;
            let mix = |a: i32, b: i32| a + (f64::from(b - a) * along / dm).round() as i32;
            let at = Coord {
                lon_e7: mix(line[0].lon_e7, line[1].lon_e7),
                lat_e7: mix(line[0].lat_e7, line[1].lat_e7),
            };
            if time <= ds {
                nearest = nearest.min(at.metres_to(c));
            }
        }
    }
    nearest
}

/// A few straight streets within a kilometre, as long as they are drawn.
fn streets() -> impl Strategy<Value = Network> {
    let coord = (-50_000i32..50_000, -50_000i32..50_000)
        .prop_map(|(e, n)| Coord { lon_e7: 1_200_000_000 + e, lat_e7: 300_000_000 + n });
    prop::collection::vec(coord, 3..8).prop_flat_map(|coords| {
        let n = coords.len() as u32;
        prop::collection::vec((0..n, 0..n), 2..10).prop_map(move |pairs| {
            let edge = |&(a, b): &(u32, u32)| {
                let dm = coords[a as usize].metres_to(coords[b as usize]) * 10.0;
                (a, b, (dm.round() as u32).max(1), 7)
            };
            let edges: Vec<_> = pairs.iter().filter(|p| p.0 != p.1).map(edge).collect();
            let edges = if edges.is_empty() { vec![edge(&(0, 1))] } else { edges };
            twin::at(&coords, &vec![0; coords.len()], &edges)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn points_are_inside_where_a_reached_street_is_near(
        network in streets(),
        points in prop::collection::vec((-60_000i32..60_000, -60_000i32..60_000), 60),
    ) {
        let start = network.line(0).next().unwrap();
        let (reach, drawn) = draw(&network, "norm", start, &[2000, 4000, 9000]);
        for (e, n) in points {
            let c = Coord { lon_e7: 1_200_000_000 + e, lat_e7: 300_000_000 + n };
            let mut smaller = false;
            for isochrone in &drawn {
                let metres = to_streets(&network, &reach, f64::from(isochrone.ds) - 250.0, c);
                let drawn_inside = inside(isochrone, c);
                // Half a grid cell where the contour bends, and the twin's steps.
                if (metres - 25.0).abs() > 4.0 {
                    prop_assert_eq!(drawn_inside, metres < 25.0, "{} m from {:?}", metres, c);
                }
                prop_assert!(drawn_inside || !smaller || (metres - 25.0).abs() < 4.0);
                smaller = drawn_inside;
            }
        }
        for ring in drawn.iter().flat_map(|i| i.polygons.iter().flatten()) {
            prop_assert!(ring.len() >= 4 && ring.first() == ring.last());
        }
    }
}
