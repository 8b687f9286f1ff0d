//! Real extracts against figures counted by other programs.

use crate::common::{city, found, shared, threads};
use yike_streets::network::{EdgeTrait, NodeTrait, StreetClass, file};
use yike_streets::osm::Rules;

const EXTRACTS: [&str; 7] = [
    "osm-porto/porto_portugal.osm.pbf",
    "osm-porto-alegre/poa_osm.pbf",
    "osm-heidelberg/heidelberg.test.pbf",
    "osm-helsinki/Helsinki.osm.pbf",
    "osm-monaco/monaco.osm.pbf",
    "osm-baltimore/baltimore.osm.pbf",
    "hangzhou-roads/hangzhou-roads.osm.pbf",
];

/// Counted once with pyosmium 4 on the same rules, written down apart from ours: walkable ways (no
/// areas) of Porto have 47,519 ways of two nodes and more, 9,829,930 m between neighbouring nodes
/// (haversine, R = 6,371,008.8 m), and 65,569 nodes at which other than two stretches meet.
#[test]
fn porto_is_as_long_as_an_independent_count() {
    let porto = city(EXTRACTS[0], &threads(2));
    let network = &porto.network;
    let along = |traits: u32| StreetClass::of(traits) != StreetClass::AreaLink;
    let dm: u64 = network
        .edge_traits
        .iter()
        .zip(network.edge_dm.iter())
        .filter(|(traits, _)| along(**traits))
        .map(|(_, dm)| u64::from(*dm))
        .sum();
    // Each edge is rounded to a decimetre, and one stretch is drawn twice.
    let metres = dm as f64 / 10.0;
    assert!((metres - 9_829_930.0).abs() < 100.0, "{metres} m");
    let streets_meet = (0..network.nodes())
        .filter(|node| {
            let arcs = network.first_arc[*node] as usize..network.first_arc[node + 1] as usize;
            let on = |arc: usize| network.edge_traits[network.arc_edge[arc] as usize];
            let degree = arcs.filter(|arc| along(on(*arc))).count();
            degree != 2 && degree > 0
        })
        .count();
    assert!(streets_meet.abs_diff(65_569) <= 5, "{streets_meet} nodes where streets meet");
    assert_eq!(porto.meta.data_date.as_deref(), Some("2015-06-06"), "from the file's header");
}

#[test]
fn every_extract_builds_and_hangs_together() {
    // File, least share of nodes in the largest component, least homes, least facilities.
    let expected = [
        (1, 0.90, 0, 400),
        (2, 0.90, 0, 1_500),
        (3, 0.70, 50, 850),
        (4, 0.85, 2_000, 600),
        (5, 0.80, 300, 500),
        (6, 0.95, 0, 0),
    ];
    for (extract, share, homes, facilities) in expected {
        let name = EXTRACTS[extract];
        let city = city(name, &threads(2));
        let network = &city.network;
        let largest = network.node_component.iter().filter(|c| **c == 0).count();
        let have = largest as f64 / network.nodes() as f64;
        assert!(have >= share, "{name}: {have} of the nodes in the largest component");
        assert!(city.homes.len() >= homes, "{name}: {} homes", city.homes.len());
        let count = city.facilities.len();
        assert!(count >= facilities, "{name}: {count} facilities");
        assert!(city.meta.data_date.is_some() || extract >= 5 || extract == 3, "{name}: no date");
    }
}

#[test]
fn motorways_and_forbidden_streets_are_drawn_but_not_walked() {
    let roads = city(EXTRACTS[6], &threads(2));
    let kinds = &roads.scene.kind;
    // `foot=no` on 298 ways, as the data's README says.
    let road = yike_streets::city::SceneKind::Road as u8;
    let not_walked: usize = kinds.iter().map(|kind| usize::from(*kind == road)).sum();
    assert!((298..400).contains(&not_walked), "{not_walked}");
}

#[test]
fn a_clipped_extract_says_where_it_ends() {
    let helsinki = city(EXTRACTS[3], &threads(2));
    let cut = helsinki.network.node_traits.iter().filter(|t| **t & NodeTrait::CUT != 0).count();
    assert!(cut > 100, "{cut}");
    assert_eq!(found(&helsinki, "way-with-missing-node"), 171);
}

#[test]
fn the_same_file_gives_the_same_bytes_with_any_threads() {
    for name in [EXTRACTS[3], EXTRACTS[5], EXTRACTS[6]] {
        let bytes = [1, 2, 3].map(|n| file::to_bytes(&city(name, &threads(n))));
        assert!(bytes[0] == bytes[1] && bytes[1] == bytes[2], "{name}");
    }
}

#[test]
fn a_written_city_is_read_again() {
    let monaco = city(EXTRACTS[4], &threads(2));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("monaco.streets");
    file::write(&monaco, &path).unwrap();
    let opened = file::open(&path).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(file::to_bytes(&opened), file::to_bytes(&monaco));
    assert_eq!(opened.meta, monaco.meta);
    assert_eq!(opened.findings, monaco.findings);
    let steps = |c: &yike_streets::city::City| {
        c.network.edge_traits.iter().filter(|t| **t & EdgeTrait::STEPS != 0).count()
    };
    assert!(steps(&opened) > 300, "Monaco is steep: {} flights of steps", steps(&opened));
}

#[test]
fn other_tables_change_the_city_and_its_digest() {
    let walk = Rules::builtin_walk().replace("highway=steps\"]", "highway=stairs\"]");
    let rules = Rules::from_toml(&walk, Rules::builtin_categories()).unwrap();
    let path = shared(EXTRACTS[4]);
    let quiet = yike_streets::progress::Quiet;
    let other = yike_streets::network::build::build(&path, &rules, &threads(2), &quiet).unwrap();
    let usual = city(EXTRACTS[4], &threads(2));
    assert_ne!(other.meta.rules_digest, usual.meta.rules_digest);
    let with_steps = |c: &yike_streets::city::City| {
        let class = |t: &&u32| StreetClass::of(**t) == StreetClass::Steps;
        c.network.edge_traits.iter().filter(class).count()
    };
    assert_eq!(with_steps(&other), 0);
    assert!(found(&other, "highway-value-unknown") > found(&usual, "highway-value-unknown"));
}
