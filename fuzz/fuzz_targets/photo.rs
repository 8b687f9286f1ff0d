//! Any bytes as a photo a stranger uploads: refused, or made into pixels and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yike_app::photos::prepare;

fuzz_target!(|data: &[u8]| {
    let Ok(photo) = prepare(data) else { return };
    for derivative in [photo.full, photo.small] {
        assert!(derivative.width.max(derivative.height) <= 1_600);
        // Start, and the one segment that is not needed to unpack the pixels; then tables, frame, scan.
        assert!(derivative.jpeg.starts_with(b"\xff\xd8\xff\xe0\0\x10JFIF\0"));
        assert_eq!(derivative.jpeg[20..22], [0xff, 0xdb]);
        assert!(derivative.jpeg.ends_with(b"\xff\xd9"));
    }
});
