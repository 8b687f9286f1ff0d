//! The same streets read and walked in two ways.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt::Write;

use proptest::prelude::*;

use crate::common::from_bytes;
use yike_streets::network::{Network, file};
use yike_streets::osm::Rules;
use yike_streets::osm::write::{Header, Member, MemberKind, Writer};
use yike_streets::units::Coord;

type Tags = Vec<(&'static str, &'static str)>;
/// Ways and their roles.
type Members = Vec<(i64, &'static str)>;

/// Objects to write in either format.
#[derive(Clone, Debug, Default)]
struct Map {
    nodes: Vec<(i64, Coord, Tags)>,
    ways: Vec<(i64, Vec<i64>, Tags)>,
    relations: Vec<(i64, Members, Tags)>,
}

impl Map {
    fn xml(&self) -> Vec<u8> {
        let mut out =
            String::from("<?xml version='1.0' encoding='UTF-8'?>\n<osm version=\"0.6\">\n");
        let tags = |out: &mut String, tags: &[(&str, &str)]| {
            for (k, v) in tags {
                let v = v.replace('&', "&amp;").replace('<', "&lt;");
                writeln!(out, "<tag k='{k}' v='{v}'/>").unwrap();
            }
        };
        for (id, at, t) in &self.nodes {
            let (lat, lon) = (at.lat(), at.lon());
            writeln!(out, "<node id='{id}' lat='{lat:.7}' lon='{lon:.7}'>").unwrap();
            tags(&mut out, t);
            out += "</node>\n";
        }
        for (id, refs, t) in &self.ways {
            writeln!(out, "<way id='{id}'>").unwrap();
            for n in refs {
                writeln!(out, "<nd ref='{n}'/>").unwrap();
            }
            tags(&mut out, t);
            out += "</way>\n";
        }
        for (id, members, t) in &self.relations {
            writeln!(out, "<relation id='{id}'>").unwrap();
            for (way, role) in members {
                writeln!(out, "<member type='way' ref='{way}' role='{role}'/>").unwrap();
            }
            tags(&mut out, t);
            out += "</relation>\n";
        }
        (out + "</osm>\n").into_bytes()
    }

    fn pbf(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, &Header::default()).unwrap();
        for (id, at, tags) in &self.nodes {
            writer.node(*id, *at, tags).unwrap();
        }
        for (id, refs, tags) in &self.ways {
            writer.way(*id, refs, tags).unwrap();
        }
        for (id, members, tags) in &self.relations {
            let member =
                |(id, role): &(i64, &'static str)| Member { kind: MemberKind::Way, id: *id, role };
            let members: Vec<Member> = members.iter().map(member).collect();
            writer.relation(*id, &members, tags).unwrap();
        }
        writer.finish().unwrap();
        out
    }
}

fn at(lon_m: i32, lat_m: i32) -> Coord {
    Coord { lon_e7: 1_201_500_000 + lon_m * 104, lat_e7: 303_000_000 + lat_m * 90 }
}

/// A small town with one of everything.
fn town() -> Map {
    let mut map = Map::default();
    let grid = |x: i64, y: i64| 100 + y * 10 + x;
    for y in 0..4 {
        for x in 0..4 {
            map.nodes.push((grid(x, y), at(x as i32 * 100, y as i32 * 100), vec![]));
        }
    }
    map.nodes[5].2 = vec![("highway", "crossing"), ("crossing", "traffic_signals")];
    map.nodes[9].2 = vec![("barrier", "gate"), ("opening_hours", "06:00-22:00")];
    // A building with a door, and a square with a pond, as a multipolygon.
    for (id, x, y) in [(200, 10, 10), (201, 30, 10), (202, 30, 30), (203, 10, 30)] {
        map.nodes.push((id, at(x, y), vec![]));
    }
    map.nodes[16].2 = vec![("entrance", "main")];
    for (id, x, y) in [(210, 140, 140), (211, 140, 160), (212, 160, 160), (213, 160, 140)] {
        map.nodes.push((id, at(x, y), vec![]));
    }
    map.nodes.push((
        300,
        at(150, 20),
        vec![("amenity", "kindergarten"), ("name", "星星 & 月亮 <幼儿园>")],
    ));
    for y in 0..4 {
        let row = (0..4).map(|x| grid(x, y)).collect();
        map.ways.push((10 + y, row, vec![("highway", "residential"), ("name", "文一路")]));
        let column = (0..4).map(|x| grid(y, x)).collect();
        map.ways.push((20 + y, column, vec![("highway", "footway")]));
    }
    map.ways.sort_by_key(|w| w.0);
    map.ways.push((
        40,
        vec![200, 201, 202, 203, 200],
        vec![("building", "apartments"), ("building:levels", "6")],
    ));
    map.ways.push((41, vec![grid(1, 1), grid(2, 1), grid(2, 2)], vec![]));
    map.ways.push((42, vec![grid(2, 2), grid(1, 2), grid(1, 1)], vec![]));
    map.ways.push((43, vec![210, 211, 212, 213, 210], vec![("natural", "water")]));
    map.relations.push((
        1,
        vec![(41, "outer"), (42, "outer"), (43, "inner")],
        vec![("type", "multipolygon"), ("highway", "pedestrian")],
    ));
    map
}

#[test]
fn xml_and_pbf_of_one_map_give_one_city() {
    let rules = Rules::builtin();
    let [mut xml, mut pbf] = [town().xml(), town().pbf()]
        .map(|bytes| from_bytes(bytes, &rules).unwrap_or_else(|error| panic!("{error}")));
    xml.meta.source_digest.clear();
    pbf.meta.source_digest.clear();
    assert_eq!(file::to_bytes(&xml), file::to_bytes(&pbf));
    assert_eq!(xml.homes.len(), 1);
    assert_eq!(xml.homes.entrance.len(), 1, "the home has its door");
    assert_eq!(xml.facilities.name.get(0), "星星 & 月亮 <幼儿园>");
    assert_eq!(xml.network.hours.get(1), "06:00-22:00");
}

#[test]
fn packed_xml_is_the_same_again() {
    use std::io::Write as _;
    let rules = Rules::builtin();
    let plain = town().xml();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&plain).unwrap();
    let cities = [plain, gzip.finish().unwrap(), bzip2.finish().unwrap()].map(|bytes| {
        let mut city = from_bytes(bytes, &rules).unwrap();
        city.meta.source_digest.clear();
        file::to_bytes(&city)
    });
    assert!(cities[0] == cities[1] && cities[1] == cities[2]);
}

#[test]
fn the_order_of_a_file_does_not_show() {
    let rules = Rules::builtin();
    let sorted = String::from_utf8(town().xml()).unwrap();
    // Relations first, then ways, then nodes.
    let (head, rest) = sorted.split_at(sorted.find("<node").unwrap());
    let (nodes, rest) = rest.split_at(rest.find("<way").unwrap());
    let (ways, rest) = rest.split_at(rest.find("<relation").unwrap());
    let (relations, end) = rest.split_at(rest.find("</osm>").unwrap());
    let shuffled = format!("{head}{relations}{ways}{nodes}{end}");
    let [a, b] = [sorted, shuffled].map(|text| {
        let mut city = from_bytes(text.into_bytes(), &rules).unwrap();
        city.meta.source_digest.clear();
        city.findings.0.clear();
        file::to_bytes(&city)
    });
    assert!(a == b);
}

/// Ways through random nodes of a grid: crossings, dead ends, rings and doubles all happen.
fn street_maps() -> impl Strategy<Value = Map> {
    let way = prop::collection::vec(0..49_i64, 2..9);
    let kind = prop::sample::select(vec!["residential", "footway", "steps"]);
    prop::collection::vec((way, kind), 1..20).prop_map(|ways| {
        let mut map = Map::default();
        for id in 0..49 {
            // Not a regular grid: no two ways of equal length.
            let (x, y) = ((id % 7) * 50 + (id * 37) % 23, (id / 7) * 50 + (id * 53) % 19);
            map.nodes.push((id + 1, at(x as i32, y as i32), vec![]));
        }
        for (i, (nodes, kind)) in ways.into_iter().enumerate() {
            let refs = nodes.into_iter().map(|n| n + 1).collect();
            map.ways.push((i as i64 + 1, refs, vec![("highway", kind)]));
        }
        map
    })
}

/// Whether two stretches join the same two nodes.
fn drawn_twice(map: &Map) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let mut pairs = map.ways.iter().flat_map(|(_, refs, _)| refs.windows(2));
    pairs.any(|p| !seen.insert((p[0].min(p[1]), p[0].max(p[1]))))
}

/// Metres from one node to all, over the ways as drawn.
fn plain_distances(map: &Map, from: i64) -> BTreeMap<i64, f64> {
    let place: BTreeMap<i64, Coord> = map.nodes.iter().map(|(id, at, _)| (*id, *at)).collect();
    let mut next: BTreeMap<i64, Vec<(i64, f64)>> = BTreeMap::new();
    for (_, refs, _) in &map.ways {
        for pair in refs.windows(2) {
            let metres = place[&pair[0]].metres_to(place[&pair[1]]);
            next.entry(pair[0]).or_default().push((pair[1], metres));
            next.entry(pair[1]).or_default().push((pair[0], metres));
        }
    }
    let mut best = BTreeMap::from([(from, 0.0)]);
    // Bellman and Ford: slow and obvious.
    loop {
        let mut changed = false;
        for (node, edges) in &next {
            let Some(here) = best.get(node).copied() else { continue };
            for (to, metres) in edges {
                let through = here + metres;
                if best.get(to).is_none_or(|old| through < old - 1e-9) {
                    best.insert(*to, through);
                    changed = true;
                }
            }
        }
        if !changed {
            return best;
        }
    }
}

/// Decimetres from a node to all, over the contracted network.
fn network_distances(network: &Network, from: u32) -> Vec<u64> {
    let mut best = vec![u64::MAX; network.nodes()];
    let mut queue = BinaryHeap::from([Reverse((0, from))]);
    while let Some(Reverse((dm, node))) = queue.pop() {
        if dm >= best[node as usize] {
            continue;
        }
        best[node as usize] = dm;
        let arcs = network.first_arc[node as usize]..network.first_arc[node as usize + 1];
        for arc in arcs {
            let edge = network.arc_edge[arc as usize] as usize;
            queue.push(Reverse((
                dm + u64::from(network.edge_dm[edge]),
                network.arc_head[arc as usize],
            )));
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn contraction_keeps_every_distance(map in street_maps()) {
        let city = from_bytes(map.pbf(), &Rules::builtin()).unwrap();
        let network = &city.network;
        let id_at: BTreeMap<Coord, i64> = map.nodes.iter().map(|(id, at, _)| (*at, *id)).collect();
        for from in 0..network.nodes() as u32 {
            let plain = plain_distances(&map, id_at[&network.node_coord[from as usize]]);
            for (to, dm) in network_distances(network, from).into_iter().enumerate() {
                let expected = plain.get(&id_at[&network.node_coord[to]]);
                prop_assert_eq!(expected.is_some(), dm != u64::MAX);
                // Each edge is rounded once, and is at least a decimetre.
                if let Some(metres) = expected {
                    let apart = (dm as f64 / 10.0 - metres).abs();
                    prop_assert!(apart <= 0.1 * 50.0, "{dm} dm, {metres} m");
                }
            }
        }
        // What is left of two stretches that meet is never a mere bend, but where
        // one stretch was drawn twice and taken once.
        let bends = if drawn_twice(&map) { 0 } else { network.nodes() };
        for node in 0..bends {
            let arcs = network.first_arc[node] as usize..network.first_arc[node + 1] as usize;
            let edges: Vec<usize> = arcs.map(|a| network.arc_edge[a] as usize).collect();
            if let [a, b] = edges[..] {
                prop_assert!(a == b || network.edge_traits[a] != network.edge_traits[b]);
            }
        }
    }

    #[test]
    fn a_network_keeps_its_promises(map in street_maps()) {
        let city = from_bytes(map.xml(), &Rules::builtin()).unwrap();
        let network = &city.network;
        for edge in 0..network.edges() as u32 {
            let line: Vec<Coord> = network.line(edge).collect();
            let metres: f64 = line.windows(2).map(|w| w[0].metres_to(w[1])).sum();
            let dm = network.edge_dm[edge as usize];
            prop_assert!((metres * 10.0 - f64::from(dm)).abs() <= 0.5001 || dm == 1);
            prop_assert!(network.edge_from[edge as usize] <= network.edge_to[edge as usize]);
        }
        let sizes = network.node_component.iter().fold(BTreeMap::new(), |mut sizes, c| {
            *sizes.entry(*c).or_insert(0) += 1;
            sizes
        });
        let by_size: Vec<i32> = sizes.values().copied().collect();
        prop_assert!(by_size.windows(2).all(|w| w[0] >= w[1]), "{:?}", by_size);
    }
}
