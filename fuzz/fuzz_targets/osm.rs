//! Any bytes as an OpenStreetMap file of whatever kind they look like: PBF, XML, gzip or bzip2.
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
    let _ = build_from_bytes(data.to_vec(), "fuzz", rules, &options, &Quiet);
});
