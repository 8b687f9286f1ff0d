//! What several tests need: the shared data, and cities from small files.

use std::path::PathBuf;

use yike_streets::city::City;
use yike_streets::network::build::{self, BuildError, BuildOptions};
use yike_streets::osm::Rules;
use yike_streets::progress::Quiet;

/// A file of the shared data; the test fails where it is missing.
pub fn shared(path: &str) -> PathBuf {
    let folder = std::env::var_os("YIKE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let file = folder.join("data").join(path);
    assert!(file.exists(), "{} is missing: set YIKE_SHARED to the shared folder", file.display());
    file
}

/// The options with a number of threads.
pub fn threads(threads: usize) -> BuildOptions {
    BuildOptions { threads, ..BuildOptions::default() }
}

/// A city from a file of the shared data.
pub fn city(path: &str, options: &BuildOptions) -> City {
    build::build(&shared(path), &Rules::builtin(), options, &Quiet)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A city from bytes, with one thread.
pub fn from_bytes(bytes: Vec<u8>, rules: &Rules) -> Result<City, BuildError> {
    build::build_from_bytes(bytes, "test", rules, &threads(1), &Quiet)
}

/// How often a kind of finding was made.
pub fn found(city: &City, kind: &str) -> u64 {
    city.findings.0.iter().find(|f| f.kind == kind).map_or(0, |f| f.count)
}
