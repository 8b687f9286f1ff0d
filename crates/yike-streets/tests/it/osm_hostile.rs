//! Broken and hostile files: each gets an error that names place and remedy, or a finding; never a
//! panic, never memory beyond the stated bounds.

use std::io::Write as _;

use crate::common::{found, from_bytes, shared};
use yike_streets::osm::Rules;

/// A field of the protobuf wire format that holds bytes.
fn bytes_field(number: u64, bytes: &[u8]) -> Vec<u8> {
    [varint(number << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

fn number_field(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn packed(values: impl IntoIterator<Item = u64>) -> Vec<u8> {
    values.into_iter().flat_map(varint).collect()
}

/// A blob with its header, as it stands in a file.
fn blob(kind: &str, blob: &[u8]) -> Vec<u8> {
    let header = [bytes_field(1, kind.as_bytes()), number_field(3, blob.len() as u64)].concat();
    [(header.len() as u32).to_be_bytes().to_vec(), header, blob.to_vec()].concat()
}

/// A file of one data block that is not packed.
fn pbf(block: &[u8]) -> Vec<u8> {
    let header = bytes_field(4, b"OsmSchema-V0.6");
    let raw = |body: &[u8]| bytes_field(1, body);
    [blob("OSMHeader", &raw(&header)), blob("OSMData", &raw(block))].concat()
}

/// A block with the texts `highway`, `footway` and one group.
fn block(group: &[u8]) -> Vec<u8> {
    let texts = ["", "highway", "footway"].map(|t| bytes_field(1, t.as_bytes())).concat();
    [bytes_field(1, &texts), bytes_field(2, group)].concat()
}

fn dense(nodes: &[(i64, i64, i64)]) -> Vec<u8> {
    let delta = |pick: fn(&(i64, i64, i64)) -> i64| {
        let mut last = 0i64;
        packed(nodes.iter().map(|n| {
            let value = pick(n);
            let step = value.wrapping_sub(last);
            last = value;
            zigzag(step)
        }))
    };
    let body = [
        bytes_field(1, &delta(|n| n.0)),
        bytes_field(8, &delta(|n| n.1)),
        bytes_field(9, &delta(|n| n.2)),
    ];
    bytes_field(2, &body.concat())
}

fn way(id: i64, refs: &[i64]) -> Vec<u8> {
    let mut last = 0i64;
    let deltas = packed(refs.iter().map(|r| {
        let step = r.wrapping_sub(last);
        last = *r;
        zigzag(step)
    }));
    let body = [
        number_field(1, id as u64),
        bytes_field(2, &[1]),
        bytes_field(3, &[2]),
        bytes_field(8, &deltas),
    ];
    bytes_field(3, &body.concat())
}

/// The error of a file that must be refused.
fn refused(bytes: Vec<u8>) -> String {
    match from_bytes(bytes, &Rules::builtin()) {
        Ok(_) => panic!("taken as good"),
        Err(error) => error.to_string(),
    }
}

fn refused_with(bytes: Vec<u8>, parts: &[&str]) {
    let text = refused(bytes);
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

#[test]
fn a_file_that_is_no_map_is_named_for_what_it_is() {
    refused_with(Vec::new(), &["empty", ".osm.pbf"]);
    refused_with(b"PK\x03\x04 and so on".to_vec(), &["zip"]);
    refused_with(b"{\"type\": \"FeatureCollection\"}".to_vec(), &["JSON"]);
    refused_with(b"name,lon,lat\n".to_vec(), &["no OpenStreetMap file"]);
    refused_with(b"<html><body/></html>".to_vec(), &["<html>"]);
    refused_with(b"<osmChange></osmChange>".to_vec(), &["changes", "osmium apply-changes"]);
    refused_with(b"YIKESTRT".to_vec(), &["Yike"]);
}

#[test]
fn a_cut_pbf_file_is_refused_wherever_it_is_cut() {
    let whole = std::fs::read(shared("osm-baltimore/baltimore.osm.pbf")).unwrap();
    for len in (1..60).chain([200, 1_000, 100_000, whole.len() - 1]) {
        let text = refused(whole[..len].to_vec());
        assert!(text.contains("byte") || text.contains("no OpenStreetMap file"), "{len}: {text}");
    }
}

#[test]
fn blobs_may_not_claim_more_than_the_format_allows() {
    let good = pbf(&block(&dense(&[(1, 300_000_000, 1_200_000_000)])));
    assert!(from_bytes(good.clone(), &Rules::builtin()).is_ok());
    let mut long_header = good.clone();
    long_header[0] = 1;
    refused_with(long_header, &["65536"]);
    let second = blob("OSMHeader", &bytes_field(1, &bytes_field(4, b"OsmSchema-V0.6"))).len();
    let mut long = good.clone();
    long[second] = 1;
    refused_with(long, &["65536"]);
    let huge = [bytes_field(1, b"OSMData"), number_field(3, 1 << 40)].concat();
    let huge = [&good[..second], &(huge.len() as u32).to_be_bytes(), &huge].concat();
    refused_with(huge, &["33554432", "byte"]);
}

#[test]
fn a_bomb_is_refused_before_it_unpacks() {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        zlib.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let packed = zlib.finish().unwrap();
    let header = blob("OSMHeader", &bytes_field(1, &bytes_field(4, b"OsmSchema-V0.6")));
    // Honest about its size: over the limit. Dishonest: it does not fit where it is unpacked to.
    for (claimed, part) in [(64 << 20, "33554432"), (1 << 20, "does not unpack")] {
        let body = [number_field(2, claimed), bytes_field(3, &packed)].concat();
        refused_with([header.clone(), blob("OSMData", &body)].concat(), &[part, "byte"]);
    }
    // In XML one endless attribute.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(b"<osm><node id='").unwrap();
    for _ in 0..64 {
        gzip.write_all(&vec![b'1'; 1 << 20]).unwrap();
    }
    refused_with(gzip.finish().unwrap(), &["1 MiB"]);
}

#[test]
fn nesting_and_entities_do_not_grow() {
    let deep = format!("<osm>{}", "<a>".repeat(10_000));
    refused_with(deep.into_bytes(), &["nested"]);
    let laughs = "<!DOCTYPE osm [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\
                  <osm><node id='1' lat='1' lon='1'><tag k='name' v='&b;'/></node></osm>";
    refused_with(laughs.as_bytes().to_vec(), &["line 1"]);
}

#[test]
fn features_we_lack_are_named_with_a_remedy() {
    let header = bytes_field(4, b"HistoricalInformation");
    refused_with(blob("OSMHeader", &bytes_field(1, &header)), &["history", "osmium time-filter"]);
    let header = bytes_field(4, b"Teleportation");
    refused_with(blob("OSMHeader", &bytes_field(1, &header)), &["Teleportation", "osmium cat"]);
    let good = blob("OSMHeader", &bytes_field(1, &bytes_field(4, b"OsmSchema-V0.6")));
    let zstd = [good, blob("OSMData", &bytes_field(7, b"?"))].concat();
    refused_with(zstd, &["zstd", "osmium cat"]);
}

#[test]
fn positions_off_the_globe_are_found_not_walked() {
    let nodes = [
        (1, 300_000_000, 1_200_000_000),
        (2, 910_000_000, 0),
        (3, 0, i64::MAX / 2),
        (4, 300_001_000, 1_200_000_000),
    ];
    let group = [dense(&nodes), way(1, &[1, 2, 3, 4]), way(2, &[1, 4])].concat();
    let city = from_bytes(pbf(&block(&group)), &Rules::builtin()).unwrap();
    assert_eq!(found(&city, "node-off-the-globe"), 2);
    assert_eq!(found(&city, "way-with-missing-node"), 1);
    assert_eq!(city.network.edges(), 1);
}

#[test]
fn ids_at_the_limits_are_ids_like_others() {
    let nodes = [(i64::MIN, 300_000_000, 1_200_000_000), (-1, 300_001_000, 1_200_000_000)];
    let group = [dense(&nodes), way(i64::MIN, &[i64::MIN, -1])].concat();
    let city = from_bytes(pbf(&block(&group)), &Rules::builtin()).unwrap();
    assert_eq!(city.network.edges(), 1);
    // From the lowest to the highest id the difference does not fit 64 bits.
    let nodes = [(i64::MIN, 0, 0), (i64::MAX, 1, 1)];
    let text = match from_bytes(pbf(&block(&dense(&nodes))), &Rules::builtin()) {
        Ok(city) => city.network.edges().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(text.contains("overflow") || text == "0", "{text}");
}

#[test]
fn ways_have_a_greatest_length() {
    let refs: Vec<i64> = (0..2_500).map(|i| i % 2 + 1).collect();
    let nodes = [(1, 300_000_000, 1_200_000_000), (2, 300_001_000, 1_200_000_000)];
    let group = [dense(&nodes), way(1, &refs)].concat();
    let city = from_bytes(pbf(&block(&group)), &Rules::builtin()).unwrap();
    assert_eq!(found(&city, "way-very-long"), 1);
    let refs: Vec<i64> = (0..70_000).map(|i| i % 2 + 1).collect();
    let group = [dense(&nodes), way(1, &refs)].concat();
    refused_with(pbf(&block(&group)), &["65,535", "byte"]);
}

#[test]
fn relations_in_circles_are_left_alone() {
    let xml = "<osm><relation id='1'><member type='relation' ref='2' role='outer'/>\
        <tag k='type' v='multipolygon'/><tag k='building' v='apartments'/></relation>\
        <relation id='2'><member type='relation' ref='1' role='outer'/>\
        <tag k='type' v='multipolygon'/><tag k='building' v='apartments'/></relation></osm>";
    let city = from_bytes(xml.as_bytes().to_vec(), &Rules::builtin()).unwrap();
    assert_eq!(found(&city, "relation-inside-area"), 2);
    assert_eq!(city.homes.len(), 0);
}

#[test]
fn errors_in_xml_name_the_line() {
    refused_with(b"<osm>\n\n<node id='x' lat='1' lon='2'/>\n</osm>".to_vec(), &["line 3", "`id`"]);
    refused_with(b"<osm>\n<node id='1' lat='north' lon='2'/>".to_vec(), &["line 2", "node 1"]);
    refused_with(b"<osm>\n<way id='1'><nd/></way></osm>".to_vec(), &["line 2", "`ref`"]);
    refused_with(b"<osm>\n<node id='1' lat='1' lon='1'>\n".to_vec(), &["ends before"]);
}

/// A small, plain generator, so that every run tries the same cases.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    /// Changes, drops, doubles or adds a few bytes.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.next(4) {
            if bytes.is_empty() {
                return;
            }
            let at = self.next(bytes.len());
            match self.next(5) {
                0 => bytes[at] ^= 1 << self.next(8),
                1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][self.next(5)],
                2 => drop(bytes.drain(at..(at + self.next(9)).min(bytes.len()))),
                3 => bytes.truncate(at),
                _ => {
                    let piece: Vec<u8> = bytes[at..(at + 16).min(bytes.len())].to_vec();
                    let to = self.next(bytes.len());
                    bytes.splice(to..to, piece);
                }
            }
        }
    }
}

/// Real data, unpacked: the last block of Baltimore (ways and relations), and its first nodes.
fn real_blocks() -> Vec<Vec<u8>> {
    let file = std::fs::read(shared("osm-baltimore/baltimore.osm.pbf")).unwrap();
    let (mut at, mut blocks) = (0, Vec::new());
    while at < file.len() {
        let len = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        let header = &file[at + 4..at + 4 + len];
        // The data size is the last field of the header.
        let start = header.iter().rposition(|b| *b == 0x18).unwrap() + 1;
        let size = header[start..].iter().rev().fold(0, |n, b| n << 7 | usize::from(b & 0x7f));
        let body = &file[at + 4 + len..at + 4 + len + size];
        let zlib = body.windows(2).position(|w| w == [0x78, 0x9c] || w == [0x78, 0xda]).unwrap();
        let mut out = Vec::new();
        let mut unpack = flate2::read::ZlibDecoder::new(&body[zlib..]);
        std::io::Read::read_to_end(&mut unpack, &mut out).unwrap();
        blocks.push(out);
        at += 4 + len + size;
    }
    blocks
}

#[test]
fn thousands_of_damaged_pbf_blocks_never_panic() {
    let rules = Rules::builtin();
    let mut seeded = Seeded(0x59_49_4b_45);
    let real = real_blocks().pop().unwrap();
    let nodes: Vec<(i64, i64, i64)> =
        (1..60).map(|i| (i, 300_000_000 + i * i % 97 * 1_000, 1_200_000_000 + i * 700)).collect();
    let ways: Vec<u8> = (1..30).flat_map(|i| way(i, &[i, i + 7, i + 29, i * 2])).collect();
    let made = block(&[dense(&nodes), ways].concat());
    let (mut good, mut bad) = (0, 0);
    for round in 0..4_000 {
        // A whole real block is slow to damage in an interesting place: take its beginning too.
        let mut bytes = match round % 4 {
            0 => real[..real.len().min(4_096 + seeded.next(8_192))].to_vec(),
            _ => made.clone(),
        };
        seeded.mutate(&mut bytes);
        match from_bytes(pbf(&bytes), &rules) {
            Ok(_) => good += 1,
            Err(error) => {
                bad += 1;
                assert!(error.to_string().contains("byte"), "{error}");
            }
        }
    }
    assert!(good > 200 && bad > 200, "{good} taken, {bad} refused: the cases are one-sided");
}

#[test]
fn thousands_of_damaged_xml_files_never_panic() {
    let rules = Rules::builtin();
    let mut seeded = Seeded(0x6f_73_6d);
    let towns = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/towns");
    let mut files: Vec<_> = std::fs::read_dir(towns)
        .unwrap()
        .map(|town| town.unwrap().path().join("town.osm"))
        .filter(|file| file.exists())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the towns are missing");
    let texts: Vec<Vec<u8>> = files.iter().map(|f| std::fs::read(f).unwrap()).collect();
    let (mut good, mut bad) = (0, 0);
    for round in 0..2_000 {
        let mut bytes = texts[round % texts.len()].clone();
        seeded.mutate(&mut bytes);
        match from_bytes(bytes, &rules) {
            Ok(_) => good += 1,
            Err(_) => bad += 1,
        }
    }
    assert!(good > 100 && bad > 100, "{good} taken, {bad} refused: the cases are one-sided");
}
