//! A grid city whose answers follow from arithmetic, after Conveyal R5's desert tests.
//!
//! Nine by nine junctions, 120 m apart: an adult walks a block in 100 s, and every walk is as long as
//! its blocks, counted along the streets. Facility `i` counts `1 << i`, so that the sum a home gets
//! within a band tells exactly which facilities it reached.

use std::fmt::Write;

use yike_streets::circles::costs::Costs;
use yike_streets::circles::nearest::{NearestOptions, Reachable, homes_to_facilities};
use yike_streets::circles::profile;
use yike_streets::circles::reach::{FacilityIndex, Reacher};
use yike_streets::circles::search::WalkGraph;
use yike_streets::column::Texts;
use yike_streets::facilities::{Category, Facilities};
use yike_streets::homes::Homes;
use yike_streets::network::Network;
use yike_streets::network::build::{BuildOptions, build_from_bytes};
use yike_streets::network::snap::{Doors, SnapIndex, SnapOptions};
use yike_streets::osm::Rules;
use yike_streets::progress::Quiet;
use yike_streets::units::Coord;

const SIDE: i32 = 9;
const BLOCK_M: f64 = 120.0;
/// An adult's time for a block, deciseconds.
const BLOCK_DS: u32 = 1000;
const BANDS_DS: [u32; 3] = [3000, 6000, 9000];

/// A junction: column and row.
type Junction = (i32, i32);

fn coord((x, y): Junction) -> Coord {
    // 1e-7 degree to the metre at 30 degrees north.
    let units = |blocks: i32, per_m: f64| (f64::from(blocks) * BLOCK_M * per_m).round() as i32;
    Coord { lon_e7: 1_200_000_000 + units(x, 103.84), lat_e7: 300_000_000 + units(y, 89.93) }
}

fn junctions() -> impl Iterator<Item = Junction> {
    (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)))
}

/// The grid as OpenStreetMap XML, read by the real reader.
fn network() -> Network {
    let id = |(x, y): Junction| y * SIDE + x + 1;
    let mut xml = String::from("<osm version=\"0.6\">");
    for j in junctions() {
        let (lon, lat) = (coord(j).lon(), coord(j).lat());
        write!(xml, r#"<node id="{}" version="1" lat="{lat:.7}" lon="{lon:.7}"/>"#, id(j)).unwrap();
    }
    for line in 0..SIDE {
        let row: Vec<Junction> = (0..SIDE).map(|at| (at, line)).collect();
        let column: Vec<Junction> = (0..SIDE).map(|at| (line, at)).collect();
        for (way, junctions) in [(line + 1, row), (line + 1 + SIDE, column)] {
            write!(xml, r#"<way id="{way}" version="1"><tag k="highway" v="residential"/>"#)
                .unwrap();
            for j in junctions {
                write!(xml, r#"<nd ref="{}"/>"#, id(j)).unwrap();
            }
            xml += "</way>";
        }
    }
    xml += "</osm>";
    let options = BuildOptions::default();
    build_from_bytes(xml.into_bytes(), "grid.osm", &Rules::builtin(), &options, &Quiet)
        .unwrap()
        .network
}

/// Twenty-seven junctions, none twice, scattered by a fixed stride.
fn sites() -> Vec<Junction> {
    let all: Vec<Junction> = junctions().collect();
    (0..27).map(|i| all[(i * 31 + 5) % all.len()]).collect()
}

fn facilities(sites: &[Junction]) -> Facilities {
    let category = |code: &str| Category { code: code.into(), zh: code.into(), en: code.into() };
    let n = sites.len();
    Facilities {
        categories: vec![category("canteen")],
        id: Texts::pack((0..n).map(|i| format!("node/{i}"))),
        name: Texts::pack((0..n).map(|_| "")),
        coord: sites.iter().map(|&j| coord(j)).collect::<Vec<_>>().into(),
        of: vec![1; n].into(),
        first_entrance: vec![0; n + 1].into(),
        entrance: Vec::new().into(),
    }
}

fn homes() -> Homes {
    let coords: Vec<Coord> = junctions().map(coord).collect();
    Homes {
        first_entrance: vec![0; coords.len() + 1].into(),
        coord: coords.into(),
        ..Homes::default()
    }
}

fn blocks(a: Junction, b: Junction) -> u32 {
    a.0.abs_diff(b.0) + a.1.abs_diff(b.1)
}

/// What arithmetic says: the sum of `1 << i` over facilities within the band, its end included.
fn expected(home: Junction, sites: &[Junction], band_ds: u32) -> u64 {
    let within = |j: Junction| blocks(home, j) * BLOCK_DS <= band_ds;
    (0..sites.len()).filter(|&i| within(sites[i])).map(|i| 1 << i).sum()
}

fn adult(network: &Network) -> Costs {
    Costs::new(network, profile::builtin().get("adult").unwrap(), None)
}

fn nearest(network: &Network, sites: &[Junction], k: usize) -> Reachable {
    let (costs, facilities) = (adult(network), facilities(sites));
    let index = SnapIndex::new(network, &SnapOptions::default());
    let doors = Doors::of_facilities(&index, &facilities);
    let home_doors = Doors::of_homes(&index, &homes());
    let options = NearestOptions { k, bands_ds: BANDS_DS.to_vec(), max_ds: 20_000, threads: 2 };
    homes_to_facilities(network, &costs, &home_doors, &facilities, &doors, &options, &Quiet)
        .unwrap()
}

#[test]
fn the_sum_tells_which_facilities_were_reached() {
    let network = network();
    let (costs, sites) = (adult(&network), sites());
    let index = SnapIndex::new(&network, &SnapOptions::default());
    let home_doors = Doors::of_homes(&index, &homes());
    let facility_index = FacilityIndex::new(Doors::of_facilities(&index, &facilities(&sites)));
    let graph = WalkGraph::new(&network, &costs);
    let mut reacher = Reacher::new(&network, &costs, &graph);
    for (home, junction) in junctions().enumerate() {
        for band in BANDS_DS {
            let reach = reacher.reach(home_doors.place(home), &facility_index, band);
            let sum: u64 = reach.facilities.iter().map(|n| 1 << n.facility).sum();
            assert_eq!(sum, expected(junction, &sites, band), "{junction:?} within {band} ds");
        }
    }
}

#[test]
fn counts_and_nearest_follow_from_the_blocks() {
    let (network, sites) = (network(), sites());
    let reachable = nearest(&network, &sites, 5);
    for (home, junction) in junctions().enumerate() {
        for (band, limit) in BANDS_DS.into_iter().enumerate() {
            let count = expected(junction, &sites, limit).count_ones();
            assert_eq!(reachable.within(0, band, home), count, "{junction:?} within {limit} ds");
        }
        let mut distances: Vec<u32> = sites.iter().map(|&s| blocks(junction, s)).collect();
        distances.sort_unstable();
        let found: Vec<(u32, u32)> = reachable.nearest(0, home).map(|n| (n.ds, n.dm)).collect();
        let wanted: Vec<(u32, u32)> =
            distances[..5].iter().map(|b| (b * BLOCK_DS, b * (BLOCK_M * 10.0) as u32)).collect();
        assert_eq!(found, wanted, "{junction:?}");
    }
}

#[test]
fn one_more_facility_worsens_nobody() {
    let (network, sites) = (network(), sites());
    let before = nearest(&network, &sites[..26], 1);
    let after = nearest(&network, &sites, 1);
    let mut better = 0;
    for home in 0..(SIDE * SIDE) as usize {
        let time = |r: &Reachable| r.nearest(0, home).next().map(|n| n.ds).unwrap();
        assert!(time(&after) <= time(&before), "home {home}");
        better += u32::from(time(&after) < time(&before));
    }
    assert!(better > 0, "the new facility is nearest to somebody");
}
