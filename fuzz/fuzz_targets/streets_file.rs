//! Any bytes as a `.streets` file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yike_streets::network::file;

fuzz_target!(|data: &[u8]| {
    let Ok(file) = tempfile::NamedTempFile::new() else { return };
    if std::fs::write(file.path(), data).is_ok()
        && let Ok(city) = file::open(file.path())
    {
        // What opens can be walked over.
        for edge in 0..city.network.edges() as u32 {
            assert!(city.network.line(edge).count() >= 2);
        }
    }
});
