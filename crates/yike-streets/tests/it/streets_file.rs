//! `.streets` files that are damaged, or made by hand to look right.

use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use crate::common::from_bytes;
use yike_streets::city::City;
use yike_streets::network::file::{self, FileError};
use yike_streets::osm::Rules;

fn small_city() -> City {
    let town =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/towns/pedestrian-square/town.osm");
    from_bytes(std::fs::read(town).unwrap(), &Rules::builtin()).unwrap()
}

fn open(folder: &Path, bytes: &[u8]) -> Result<City, FileError> {
    let path = folder.join("damaged.streets");
    std::fs::write(&path, bytes).unwrap();
    file::open(&path)
}

/// Looks at everything that other code indexes with.
fn walk_over(city: &City) -> u64 {
    let n = &city.network;
    let mut sum = 0u64;
    for node in 0..n.nodes() {
        for arc in n.first_arc[node] as usize..n.first_arc[node + 1] as usize {
            let edge = n.arc_edge[arc];
            sum = sum.wrapping_add(n.line(edge).count() as u64);
            sum += u64::from(n.node_component[n.arc_head[arc] as usize]);
            sum += n.names.get(n.edge_name[edge as usize] as usize).len() as u64;
            sum += n.hours.get(usize::from(n.edge_hours[edge as usize])).len() as u64;
        }
    }
    for home in 0..city.homes.len() {
        let doors =
            city.homes.first_entrance[home] as usize..city.homes.first_entrance[home + 1] as usize;
        sum += city.homes.entrance[doors].len() as u64 + city.homes.id.get(home).len() as u64;
    }
    let f = &city.facilities;
    for c in 0..f.categories.len() {
        sum += f.of_category(c).map(|i| u64::from(f.first_entrance[i as usize + 1])).sum::<u64>();
    }
    let s = &city.scene;
    for shape in 0..s.kind.len() {
        for part in s.first_part[shape] as usize..s.first_part[shape + 1] as usize {
            let points = s.first_point[part] as usize..s.first_point[part + 1] as usize;
            sum += s.point[points].len() as u64 + s.names.get(s.name[shape] as usize).len() as u64;
        }
    }
    sum
}

#[test]
fn every_changed_byte_is_noticed() {
    let good = file::to_bytes(&small_city());
    let folder = tempfile::tempdir().unwrap();
    assert!(walk_over(&open(folder.path(), &good).unwrap()) > 0);
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        let error = open(folder.path(), &bad).expect_err("a changed byte");
        assert!(error.to_string().contains("yike streets build"), "{error}");
    }
}

#[test]
fn every_cut_is_noticed() {
    let good = file::to_bytes(&small_city());
    let folder = tempfile::tempdir().unwrap();
    for len in (0..good.len()).step_by(7) {
        assert!(open(folder.path(), &good[..len]).is_err(), "cut to {len}");
    }
    let longer = [&good[..], &[0; 16]].concat();
    assert!(open(folder.path(), &longer).is_err(), "bytes at the end");
}

/// Puts right checksums onto a changed file, as a hostile maker would.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let count = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    for entry in 0..count {
        let at = 64 + entry * 64;
        let number = |i: usize| u64::from_le_bytes(bytes[i..i + 8].try_into().unwrap()) as usize;
        let (start, len) = (number(at + 32), number(at + 40));
        let sum = xxh3_64(&bytes[start..start + len]);
        bytes[at + 56..at + 64].copy_from_slice(&sum.to_le_bytes());
    }
    let table = xxh3_64(&bytes[64..64 + count * 64]);
    bytes[24..32].copy_from_slice(&table.to_le_bytes());
    let header = xxh3_64(&bytes[..56]);
    bytes[56..64].copy_from_slice(&header.to_le_bytes());
    bytes
}

#[test]
fn a_sealed_lie_is_refused_or_harmless() {
    let good = file::to_bytes(&small_city());
    let folder = tempfile::tempdir().unwrap();
    let count = u32::from_le_bytes(good[12..16].try_into().unwrap()) as usize;
    let (mut refused, mut harmless) = (0, 0);
    for at in (64 + count * 64..good.len()).step_by(3) {
        for value in [0xff, 0x80, 0] {
            let mut bad = good.clone();
            bad[at] = value;
            match open(folder.path(), &sealed(bad)) {
                Ok(city) => {
                    walk_over(&city);
                    harmless += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 100 && harmless > 100, "{refused} refused, {harmless} harmless");
}

#[test]
fn another_kind_of_file_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = file::to_bytes(&small_city());
    other[4..8].copy_from_slice(b"STDY");
    assert!(open(folder.path(), &other).unwrap_err().to_string().contains("not a streets file"));
    let mut newer = file::to_bytes(&small_city());
    newer[8..12].copy_from_slice(&99u32.to_le_bytes());
    let text = open(folder.path(), &sealed(newer)).unwrap_err().to_string();
    assert!(text.contains("format 99") && text.contains("newer yike"), "{text}");
    let missing = file::open(&folder.path().join("none.streets")).unwrap_err().to_string();
    assert!(missing.contains("none.streets"), "{missing}");
}

#[test]
fn english_names_are_kept_and_found_again() {
    let osm = r#"<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
      <node id="1" lat="30.000" lon="120.000"/><node id="2" lat="30.001" lon="120.000"/>
      <node id="3" lat="30.002" lon="120.001"><tag k="place" v="quarter"/><tag k="name" v="柳岸新村"/><tag k="name:en" v="Liu'an Xincun"/></node>
      <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="柳岸路"/><tag k="name:en" v="Liu'an Road"/></way>
    </osm>"#;
    let city = from_bytes(osm.as_bytes().to_vec(), &Rules::builtin()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path(), &file::to_bytes(&city)).unwrap();
    assert_eq!(opened.english.get("柳岸路"), Some("Liu'an Road"));
    assert_eq!(opened.english.get("柳岸新村"), Some("Liu'an Xincun"));
    assert_eq!(opened.english.get("柳岸街"), None);
}
