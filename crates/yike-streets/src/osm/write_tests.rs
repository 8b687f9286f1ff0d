//! The writer held against osmium, an independent reader, and against its own promises.

use std::process::Command;

use super::*;

fn header() -> Header {
    Header {
        bounds: Some(Bounds {
            west_e7: 1_200_000_000,
            south_e7: 300_000_000,
            east_e7: 1_201_000_000,
            north_e7: 301_000_000,
        }),
        replication_seconds: Some(1_700_000_000),
        writing_program: "yike test".into(),
        source: "invented".into(),
    }
}

/// 20,001 nodes, 10,000 ways, 2 relations, handed over mixed: several blocks of each but relations.
fn sample() -> Vec<u8> {
    let mut w = Writer::new(Vec::new(), &header()).unwrap();
    for i in 0..20_001_i64 {
        let at = Coord { lon_e7: 1_200_000_000 + i as i32 * 7, lat_e7: 300_000_000 - i as i32 };
        let text = i.to_string();
        let tags = [("name", "柳岸"), ("ref", text.as_str())];
        w.node(i * 3 + 1, at, &tags[..(i % 3) as usize]).unwrap();
        if i % 2 == 1 {
            w.way(i, &[i * 3 + 1, i * 3 - 2, 1], &[("highway", "steps")]).unwrap();
        }
        if i % 10_000 == 5 {
            let members = [
                Member { kind: MemberKind::Way, id: 5, role: "outer" },
                Member { kind: MemberKind::Node, id: 1, role: "" },
                Member { kind: MemberKind::Relation, id: i, role: "inner" },
            ];
            w.relation(i, &members, &[("type", "multipolygon")]).unwrap();
        }
    }
    w.finish().unwrap()
}

fn osmium(args: &[&str]) -> String {
    let out = Command::new("osmium").args(args).output().expect("osmium-tool is installed");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn osmium_reads_back_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.osm.pbf");
    std::fs::write(&path, sample()).unwrap();
    let path = path.to_str().unwrap();
    let get = |what: &str| osmium(&["fileinfo", "-e", "-g", what, path]).trim().to_owned();
    assert_eq!(get("data.count.nodes"), "20001");
    assert_eq!(get("data.count.ways"), "10000");
    assert_eq!(get("data.count.relations"), "2");
    assert_eq!(get("data.objects_ordered"), "yes");
    assert_eq!(get("header.option.sorting"), "Type_then_ID");
    assert_eq!(get("header.option.osmosis_replication_timestamp"), "2023-11-14T22:13:20Z");
    assert_eq!(get("header.option.generator"), "yike test");
    let info = osmium(&["fileinfo", path]);
    assert!(info.contains("(120,30,120.1,30.1)"), "{info}");

    let text = osmium(&["cat", "-f", "opl", path]);
    assert!(text.lines().any(|l| l.starts_with("n7 ") && l.ends_with("x120.0000014 y29.9999998")));
    let named = text.lines().find(|l| l.starts_with("n60001 ")).unwrap();
    assert!(named.contains("Tname=%67f3%%5cb8%,ref=20000 x120.014 y29.998"), "{named}");
    assert!(text.lines().any(|l| l.starts_with("w3 ") && l.ends_with("Thighway=steps Nn10,n7,n1")));
    let relation = text.lines().find(|l| l.starts_with("r10005 ")).unwrap();
    assert!(relation.ends_with("Ttype=multipolygon Mw5@outer,n1@,r10005@inner"), "{relation}");
}

#[test]
fn same_calls_give_the_same_bytes() {
    assert_eq!(sample(), sample());
}

#[test]
fn falling_or_repeated_ids_are_refused() {
    let mut w = Writer::new(Vec::new(), &header()).unwrap();
    w.node(5, Coord::default(), &[]).unwrap();
    let refused = w.node(5, Coord::default(), &[]).unwrap_err();
    assert_eq!(refused.to_string(), "node/5 comes after node/5: hand objects over by rising id");
    w.way(5, &[5], &[]).unwrap();
    assert!(matches!(
        w.way(4, &[5], &[]),
        Err(WriteError::Order { kind: "way", id: 4, before: 5 })
    ));
}

#[test]
fn ids_at_the_limits_and_an_empty_file_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.osm.pbf");
    let mut w = Writer::new(Vec::new(), &Header::default()).unwrap();
    let corner = Coord { lon_e7: -1_800_000_000, lat_e7: 900_000_000 };
    w.node(-7, corner, &[]).unwrap();
    w.node(1 << 62, Coord::default(), &[("a", "")]).unwrap();
    std::fs::write(&path, w.finish().unwrap()).unwrap();
    let text = osmium(&["cat", "-f", "opl", path.to_str().unwrap()]);
    assert!(text.contains("x-180 y90"), "{text}");
    assert!(text.contains(&format!("n{} ", 1_i64 << 62)), "{text}");

    let w = Writer::new(Vec::new(), &Header::default()).unwrap();
    std::fs::write(&path, w.finish().unwrap()).unwrap();
    assert_eq!(osmium(&["cat", "-f", "opl", path.to_str().unwrap()]), "");
}

#[test]
fn one_object_beyond_a_block_is_refused() {
    let mut w = Writer::new(Vec::new(), &Header::default()).unwrap();
    let refs: Vec<i64> = (0..20_000_000_i64).map(|i| i % 2 * (1 << 40)).collect();
    assert!(matches!(w.way(1, &refs, &[]), Err(WriteError::TooLarge { .. })));
}
