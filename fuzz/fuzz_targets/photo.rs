//! Any bytes as a photo a stranger uploads: refused, or made into pixels and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yike_app::photos::{FULL_SIDE, SMALL_SIDE, is_only_pixels, prepare};

fuzz_target!(|data: &[u8]| {
    let Ok(photo) = prepare(data) else { return };
    for (derivative, side) in [(photo.full, FULL_SIDE), (photo.small, SMALL_SIDE)] {
        assert!(derivative.width.max(derivative.height) <= side);
        assert!(is_only_pixels(&derivative.jpeg));
    }
});
