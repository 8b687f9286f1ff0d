//! Any bytes as the unpacked data block of a PBF file, behind a good header: past the packing, where
//! the fuzzer would not get by itself.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use yike_streets::network::build::{BuildOptions, build_from_bytes};
use yike_streets::osm::Rules;
use yike_streets::progress::Quiet;

static RULES: OnceLock<Rules> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let options = BuildOptions { threads: 1, ..BuildOptions::default() };
    let rules = RULES.get_or_init(Rules::builtin);
    let file = [blob(b"OSMHeader", b"\x22\x0eOsmSchema-V0.6"), blob(b"OSMData", data)].concat();
    let _ = build_from_bytes(file, "fuzz", rules, &options, &Quiet);
});

/// A blob that is not packed, with its header.
fn blob(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let body = [b"\x0a", &varint(data.len())[..], data].concat();
    let header =
        [b"\x0a", &varint(kind.len())[..], kind, b"\x18", &varint(body.len())[..]].concat();
    [&(header.len() as u32).to_be_bytes()[..], &header, &body].concat()
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}
