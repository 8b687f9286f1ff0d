//! Files made to do harm: cut off, blown up, damaged.

use image::RgbImage;

use super::super::*;
use super::made::{self, SECRET, jpeg, png, quarters, webp};

/// Megabytes of memory this process had at most.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let picture = quarters(64, 48);
    vec![
        ("jpeg", made::jpeg_with_everything(&jpeg(&picture), 6)),
        ("progressive", made::bare_jpeg(0xc2, 8, 3, 1)),
        ("four inks", made::bare_jpeg(0xc0, 8, 4, 1)),
        ("png", made::with_chunks(&png(picture.clone()), &[made::chunk(*b"tEXt", SECRET)])),
        ("moving png", made::moving_png(&picture, &picture)),
        ("webp", webp(picture.clone())),
        ("webp with a camera", made::webp_with_everything(&picture, 6)),
        ("moving webp", made::moving_webp(&picture, &picture)),
    ]
}

/// Wherever a file is cut, the sender is told that its end is missing.
#[test]
fn cut_off_files_are_refused() {
    for (what, file) in samples() {
        // Before that it cannot be told what it is.
        for length in 12..file.len() {
            assert_eq!(prepare(&file[..length]), Err(PhotoFault::Truncated), "{what}, {length}");
        }
        assert!(prepare(&file).is_ok(), "{what}");
    }
}

/// Sizes are believed before anything is unpacked; what is packed too well is not unpacked at all.
#[test]
fn bombs_do_not_go_off() {
    let few = made::zeros(100);
    for (width, height) in
        [(16_001, 1), (1, 16_001), (16_000, 3_751), (u32::MAX, u32::MAX), (0x8000_0000, 2)]
    {
        let bomb = made::raw_png((width, height), 8, 0, &few);
        assert_eq!(prepare(&bomb), Err(PhotoFault::TooLarge { width, height }));
    }
    // As many bytes as pixels may have, but sixteen bits of four colours each.
    let deep = made::raw_png((10_000, 6_000), 16, 6, &few);
    assert_eq!(prepare(&deep).unwrap_err().code(), "photo_too_large");
    assert_eq!(prepare(&made::raw_png((0, 5), 8, 0, &few)), Err(PhotoFault::Damaged));
    let mut huge = made::bare_jpeg(0xc0, 8, 3, 1);
    let frame = huge.windows(2).position(|two| two == b"\xff\xc0").unwrap();
    huge[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(prepare(&huge), Err(PhotoFault::TooLarge { width: 65_535, height: 65_535 }));
    assert_eq!(prepare(&made::bare_jpeg(0xc2, 8, 3, 40)), Err(PhotoFault::Damaged), "many passes");
    let mut empty = made::bare_jpeg(0xc0, 8, 3, 1);
    empty[frame + 5..frame + 9].copy_from_slice(&[0x1d, 0, 0x1f, 0]);
    assert_eq!(prepare(&empty), Err(PhotoFault::Truncated), "59 million pixels of nothing");
    let again: Vec<&[u8]> = vec![&[1, 2, 3]; 20];
    let long = made::blank_jpeg(0xc2, (6_000, 6_000), &again);
    assert_eq!(
        prepare(&long).unwrap_err().code(),
        "photo_too_large",
        "as many pixels again and again"
    );
    // A profile or text of a gigabyte, packed; and pixels that go on behind the picture. Refused or
    // taken without: both are well, as long as nothing is unpacked.
    let packed = made::zeros(1 << 30);
    let heads: [([u8; 4], &[u8]); 3] = [
        (*b"iCCP", b"p\0\0"),
        (*b"zTXt", b"Raw profile type iptc\0\0"),
        (*b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0"),
    ];
    for (name, head) in heads {
        let side = made::chunk(name, &[head, &packed[..]].concat());
        let _ = prepare(&made::with_chunks(&png(quarters(64, 48)), &[side]));
    }
    let _ = prepare(&made::raw_png((64, 48), 8, 0, &packed));
    assert!(peak_mb() < 100, "{} MB", peak_mb());
}

/// Unpacking takes no more memory than the header told, whatever the kind.
#[test]
fn the_largest_fit_their_memory() {
    let files = [
        ("png", made::raw_png((16_000, 3_750), 8, 6, &made::zeros(3_750 * (16_000 * 4 + 1)))),
        ("deep png", made::raw_png((8_000, 5_000), 16, 6, &made::zeros(5_000 * (8_000 * 8 + 1)))),
        ("jpeg", made::blank_jpeg(0xc0, (10_000, 6_000), &[&[1, 2, 3]])),
        ("progressive", made::blank_jpeg(0xc2, (6_300, 6_300), &[&[1, 2, 3]])),
        ("several passes", made::blank_jpeg(0xc0, (6_300, 6_300), &[&[1], &[2], &[3]])),
        ("webp", webp(RgbImage::from_pixel(2_000, 1_500, made::RED))),
    ];
    for (what, file) in files {
        let header = Header::read(&file).unwrap_or_else(|why| panic!("{what}: {why}"));
        // From here on the most is counted anew.
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let before = peak_mb();
        let decoded = decode::decode(&file, &header).unwrap_or_else(|why| panic!("{what}: {why}"));
        drop(decoded);
        // The decoder's own copy of a JPEG's file, and small things.
        let bound = before + (header.memory + file.len() as u64) / (1 << 20) + 8;
        assert!(peak_mb() <= bound, "{what}: {before} MB, then {} MB", peak_mb());
    }
}

/// A file of the longest length is looked at; one byte more is not.
#[test]
fn the_longest_file() {
    let mut file = jpeg(&quarters(64, 48));
    file.resize(BYTES_LIMIT, 0);
    assert!(prepare(&file).is_ok());
    file.push(0);
    let bytes = file.len() as u64;
    assert_eq!(prepare(&file), Err(PhotoFault::TooManyBytes { bytes }));
}

/// What the fuzzer does, from good files and with seeded damage: whatever happens to a file, it is
/// refused or comes out clean.
#[test]
fn damaged_files_are_refused_or_come_out_clean() {
    let mut seed = 7_u64;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let (mut refused, mut clean) = (0, 0);
    for (_, file) in samples() {
        for _ in 0..400 {
            let mut damaged = file.clone();
            for _ in 0..=draw(4) {
                let at = draw(damaged.len());
                match draw(4) {
                    0 => damaged[at] = draw(256) as u8,
                    1 => damaged[at] ^= 1 << draw(8),
                    2 => drop(damaged.drain(at..(at + draw(40)).min(damaged.len() - 1).max(at))),
                    _ => damaged.insert(at, draw(256) as u8),
                }
            }
            match prepare(&damaged) {
                Ok(photo) => {
                    super::assert_clean(&photo.full);
                    super::assert_clean(&photo.small);
                    clean += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(clean > 100 && refused > 100, "{clean} clean, {refused} refused");
}
