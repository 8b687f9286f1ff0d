//! What comes out of what strangers send: upright pixels or a clear refusal, and never anything else.

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use super::header::Header;
use super::*;

mod hostile;
mod made;

use made::{BLUE, GREEN, RED, SECRET, YELLOW, jpeg, png, quarters, webp};

/// The picture of a derivative.
fn picture(derivative: &Derivative) -> RgbImage {
    let picture = image::load_from_memory_with_format(&derivative.jpeg, ImageFormat::Jpeg).unwrap();
    let picture = picture.into_rgb8();
    assert_eq!(picture.dimensions(), (derivative.width, derivative.height));
    picture
}

/// The colours of the four quarters, line by line.
fn corners(picture: &RgbImage) -> [Rgb<u8>; 4] {
    let (w, h) = picture.dimensions();
    [(w / 4, h / 4), (w * 3 / 4, h / 4), (w / 4, h * 3 / 4), (w * 3 / 4, h * 3 / 4)]
        .map(|(x, y)| *picture.get_pixel(x, y))
}

fn near(one: Rgb<u8>, other: Rgb<u8>) -> bool {
    one.0.iter().zip(other.0).all(|(a, b)| a.abs_diff(b) <= 12)
}

fn assert_corners(picture: &RgbImage, expected: [Rgb<u8>; 4], what: &str) {
    let found = corners(picture);
    let same = found.iter().zip(expected).all(|(&a, b)| near(a, b));
    assert!(same, "{what}: {found:?} instead of {expected:?}");
}

/// A derivative holds pixels and what is needed to unpack them, to its last byte.
pub(super) fn assert_clean(derivative: &Derivative) {
    let file = &derivative.jpeg;
    assert!(!file.windows(6).any(|bytes| SECRET.starts_with(bytes)), "a secret came through");
    assert!(is_only_pixels(file));
}

/// The check itself: whatever is added anywhere is seen.
#[test]
fn what_is_more_than_pixels_is_seen() {
    let plain = prepare(&jpeg(&quarters(40, 30))).unwrap().full.jpeg;
    assert!(is_only_pixels(&plain));
    let with = |segment: Vec<u8>| made::with_segments(&plain, &[segment]);
    for marker in (0xe1..=0xef).chain([0xfe, 0xdd, 0xc2, 0xd9, 0x00]) {
        assert!(!is_only_pixels(&with(made::segment(marker, b"x"))), "{marker:x}");
    }
    assert!(!is_only_pixels(&with(made::segment(0xe0, b"JFXX\0\x10"))), "a thumbnail");
    assert!(!is_only_pixels(&[&plain[..], b"\0"].concat()), "behind the end");
    assert!(!is_only_pixels(&[&plain[..], &plain].concat()), "another behind it");
    for length in 0..plain.len() {
        assert!(!is_only_pixels(&plain[..length]), "cut off at {length}");
    }
    assert!(
        !is_only_pixels(&made::blank_jpeg(0xc0, (8, 8), &[&[1], &[2], &[3]])),
        "several passes"
    );
    assert!(!is_only_pixels(b"") && !is_only_pixels(b"\xff\xd8\xff\xda\0\0"));
}

/// What came of an upload, looked at.
fn taken(bytes: &[u8], what: &str) -> Photo {
    let photo = prepare(bytes).unwrap_or_else(|why| panic!("{what}: {why}"));
    for (derivative, side) in [(&photo.full, FULL_SIDE), (&photo.small, SMALL_SIDE)] {
        assert_clean(derivative);
        assert!(derivative.width.max(derivative.height) <= side, "{what}");
    }
    photo
}

#[test]
fn two_sizes_of_each_kind() {
    let large = quarters(2000, 100);
    for (file, what) in
        [(jpeg(&large), "jpeg"), (png(large.clone()), "png"), (webp(large.clone()), "webp")]
    {
        let photo = taken(&file, what);
        assert_eq!((photo.full.width, photo.full.height), (1600, 80), "{what}");
        assert_eq!((photo.small.width, photo.small.height), (320, 16), "{what}");
        assert_corners(&picture(&photo.full), [RED, GREEN, BLUE, YELLOW], what);
        assert_corners(&picture(&photo.small), [RED, GREEN, BLUE, YELLOW], what);
    }
    let photo = taken(&png(quarters(40, 30)), "a small one");
    assert_eq!((photo.full.width, photo.small.width), (40, 40), "never made larger");
}

/// Each way a camera was held, as the standard has it.
#[test]
fn upright_whichever_way_the_camera_was_held() {
    let upright = [
        [RED, GREEN, BLUE, YELLOW],
        [GREEN, RED, YELLOW, BLUE],
        [YELLOW, BLUE, GREEN, RED],
        [BLUE, YELLOW, RED, GREEN],
        [RED, BLUE, GREEN, YELLOW],
        [BLUE, RED, YELLOW, GREEN],
        [YELLOW, GREEN, BLUE, RED],
        [GREEN, YELLOW, RED, BLUE],
    ];
    let held = quarters(64, 48);
    for (orientation, expected) in (1..).zip(upright) {
        let size = if orientation > 4 { (48, 64) } else { (64, 48) };
        let files = [
            made::jpeg_with_everything(&jpeg(&held), orientation),
            made::with_chunks(
                &png(held.clone()),
                &[made::chunk(*b"eXIf", &made::exif(orientation))],
            ),
            made::webp_with_everything(&held, orientation),
        ];
        for (file, kind) in files.iter().zip(["jpeg", "png", "webp"]) {
            let what = format!("{kind} held {orientation}");
            let photo = taken(file, &what);
            assert_eq!((photo.full.width, photo.full.height), size, "{what}");
            assert_corners(&picture(&photo.full), expected, &what);
            assert_corners(&picture(&photo.small), expected, &what);
        }
    }
}

/// Nothing a camera, a program or a joker wrote beside the pixels gets through.
#[test]
fn nothing_but_pixels_gets_through() {
    let plain = quarters(64, 48);
    let text = |name: [u8; 4]| made::chunk(name, &[b"Comment\0", SECRET].concat());
    let zip = [b"PK\x03\x04".as_slice(), SECRET, b"<script>alert(1)</script>"].concat();
    let behind = |file: Vec<u8>| [file, zip.clone()].concat();
    let script = made::segment(0xfe, &[b"*/=1;alert(1)//".as_slice(), SECRET].concat());
    let files = [
        ("jpeg with all there is", made::jpeg_with_everything(&jpeg(&plain), 1)),
        ("jpeg that is a script", made::with_segments(&jpeg(&plain), &[script])),
        ("jpeg that is an archive", behind(jpeg(&plain))),
        (
            "jpeg behind a jpeg",
            [jpeg(&plain), made::jpeg_with_everything(&jpeg(&plain), 1)].concat(),
        ),
        (
            "png with texts",
            made::with_chunks(
                &png(plain.clone()),
                &[text(*b"tEXt"), text(*b"iTXt"), text(*b"prVt")],
            ),
        ),
        ("png that is an archive", behind(png(plain.clone()))),
        ("webp with all there is", made::webp_with_everything(&plain, 1)),
        ("webp that is an archive", behind(webp(plain.clone()))),
    ];
    for (what, file) in files {
        assert!(file.windows(SECRET.len()).any(|bytes| bytes == SECRET), "{what} has it inside");
        assert_corners(&picture(&taken(&file, what).full), [RED, GREEN, BLUE, YELLOW], what);
    }
}

/// What can be seen through lies on white; greys and sixteen bits are as they look.
#[test]
fn colours_as_they_look() {
    let glass = RgbaImage::from_fn(20, 20, |x, _| Rgba([0, 0, 0, if x < 10 { 0 } else { 128 }]));
    for (file, what) in [(png(glass.clone()), "png"), (webp(glass.clone()), "webp")] {
        let shown = picture(&taken(&file, what).full);
        assert!(near(*shown.get_pixel(4, 10), Rgb([255; 3])), "{what}");
        assert!(near(*shown.get_pixel(15, 10), Rgb([127; 3])), "{what}");
    }
    let grey = GrayImage::from_pixel(20, 20, Luma([90]));
    let deep = DynamicImage::from(quarters(40, 40)).into_rgb16();
    let deep_glass = DynamicImage::from(glass).into_rgba16();
    let deep_grey = DynamicImage::from(grey.clone()).into_luma16();
    let see_grey = DynamicImage::from(grey.clone()).into_luma_alpha8();
    let see_deep_grey = DynamicImage::from(grey.clone()).into_luma_alpha16();
    assert_corners(&picture(&taken(&png(deep), "deep").full), [RED, GREEN, BLUE, YELLOW], "deep");
    let shown = picture(&taken(&png(deep_glass), "deep glass").full);
    assert!(
        near(*shown.get_pixel(15, 10), Rgb([127; 3]))
            && near(*shown.get_pixel(4, 10), Rgb([255; 3]))
    );
    for (file, what) in [
        (png(grey), "grey"),
        (png(deep_grey), "deep grey"),
        (png(see_grey), "grey glass"),
        (png(see_deep_grey), "deep grey glass"),
    ] {
        assert_corners(&picture(&taken(&file, what).full), [Rgb([90; 3]); 4], what);
    }
}

/// Kinds of JPEG that cameras do not make, but programs do.
#[test]
fn rare_kinds_of_jpeg() {
    for (frame, colors, what) in
        [(0xc0, 1, "grey"), (0xc0, 3, "plain"), (0xc1, 3, "extended"), (0xc2, 3, "progressive")]
    {
        let photo = taken(&made::bare_jpeg(frame, 8, colors, 1), what);
        assert_corners(&picture(&photo.full), [Rgb([128; 3]); 4], what);
    }
    // Four inks: half of each on half of black.
    let inks = taken(&made::bare_jpeg(0xc0, 8, 4, 1), "four inks");
    assert_corners(&picture(&inks.full), [Rgb([64; 3]); 4], "four inks");
    for (frame, bits, what) in
        [(0xc1, 12, "twelve bits"), (0xc3, 8, "lossless"), (0xc9, 8, "arithmetic")]
    {
        assert_eq!(
            prepare(&made::bare_jpeg(frame, bits, 3, 1)),
            Err(PhotoFault::Unsupported),
            "{what}"
        );
    }
}

/// Of a moving picture, the first frame.
#[test]
fn moving_pictures_stand_still() {
    let (one, other) = (quarters(40, 30), RgbImage::from_pixel(40, 30, RED));
    for (file, what) in
        [(made::moving_png(&one, &other), "png"), (made::moving_webp(&one, &other), "webp")]
    {
        assert_corners(&picture(&taken(&file, what).full), [RED, GREEN, BLUE, YELLOW], what);
    }
}

/// The usual photo is opened beside many others, the largest alone.
#[test]
fn memory_is_known_before_anything_is_unpacked() {
    let of = |bytes: &[u8]| Header::read(bytes).map(|header| header.memory);
    assert_eq!(of(&jpeg(&quarters(400, 300))), Ok(400 * 300 * 3));
    assert_eq!(of(&made::bare_jpeg(0xc2, 8, 3, 1)), Ok(64 * 9));
    assert_eq!(of(&png(quarters(40, 30))), Ok(40 * 30 * 4));
    assert_eq!(of(&webp(quarters(40, 30))), Ok(40 * 30 * 9));
}
