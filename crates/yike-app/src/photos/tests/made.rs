//! Files as strangers send them, made here byte by byte.

use std::io::Cursor;

use flate2::{Compress, Compression, FlushCompress};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// What must not come out, wherever it was hidden.
pub const SECRET: &[u8] = b"SECRET-30.2741N-120.1551E";

pub const RED: Rgb<u8> = Rgb([200, 30, 30]);
pub const GREEN: Rgb<u8> = Rgb([30, 160, 40]);
pub const BLUE: Rgb<u8> = Rgb([40, 50, 200]);
pub const YELLOW: Rgb<u8> = Rgb([220, 210, 40]);

/// A picture whose quarters are, line by line, red and green, blue and yellow.
pub fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => RED,
        (false, true) => GREEN,
        (true, false) => BLUE,
        (false, false) => YELLOW,
    })
}

pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 90).encode_image(picture).unwrap();
    file
}

pub fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.into().write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

pub fn webp(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = Vec::new();
    picture.into().write_with_encoder(WebPEncoder::new_lossless(&mut file)).unwrap();
    file
}

/// A header of a camera: how the picture is to be turned, where it was taken, and a thumbnail.
pub fn exif(orientation: u16) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, value: u32| {
        let mut entry = [tag.to_le_bytes(), kind.to_le_bytes()].concat();
        entry.extend(1_u32.to_le_bytes());
        entry.extend(value.to_le_bytes());
        entry
    };
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, u32::from(orientation)));
    tiff.extend(entry(0x8825, 4, 38));
    tiff.extend(0_u32.to_le_bytes());
    // The place: one entry, whose text stands behind it.
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 56));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(SECRET);
    tiff
}

/// A segment of a JPEG.
pub fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// Puts segments behind the start of a JPEG.
pub fn with_segments(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

/// Everything a camera or program writes beside the pixels.
pub fn jpeg_with_everything(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let with = |label: &[u8]| [label, SECRET].concat();
    with_segments(
        jpeg,
        &[
            segment(0xe1, &[b"Exif\0\0", &exif(orientation)[..]].concat()),
            segment(0xe1, &with(b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>")),
            segment(0xe2, &with(b"ICC_PROFILE\0\x01\x01")),
            segment(0xed, &with(b"Photoshop 3.0\08BIM")),
            segment(0xfe, &with(b"a comment")),
        ],
    )
}

/// A JPEG of eight by eight grey pixels, as short as can be, with any kind of frame, number of colours
/// and number of passes.
pub fn bare_jpeg(frame: u8, bits: u8, colors: u8, scans: usize) -> Vec<u8> {
    grey_jpeg((frame, bits, colors), (8, 8), &vec![(1..=colors).collect(); scans])
}

/// A large one of three colours; each pass is of some of them.
pub fn blank_jpeg(frame: u8, size: (u16, u16), scans: &[&[u8]]) -> Vec<u8> {
    let scans: Vec<_> = scans.iter().map(|colors| colors.to_vec()).collect();
    grey_jpeg((frame, 8, 3), size, &scans)
}

/// A grey JPEG; each pass is of some of its colours.
fn grey_jpeg(
    (frame, bits, colors): (u8, u8, u8),
    (w, h): (u16, u16),
    scans: &[Vec<u8>],
) -> Vec<u8> {
    let mut file = b"\xff\xd8".to_vec();
    file.extend(segment(0xdb, &[&[0], &[1; 64][..]].concat()));
    let mut head = vec![bits];
    head.extend([h, w].map(u16::to_be_bytes).concat());
    head.push(colors);
    head.extend((1..=colors).flat_map(|id| [id, 0x11, 0]));
    file.extend(segment(frame, &head));
    // One code each, of one bit: no difference, and end of block.
    let code = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    file.extend(segment(0xc4, &[&[0x00], &code[..]].concat()));
    file.extend(segment(0xc4, &[&[0x10], &code[..]].concat()));
    let (last, codes) = if frame == 0xc2 { (0, 1) } else { (63, 2) };
    let blocks = usize::from(w.div_ceil(8)) * usize::from(h.div_ceil(8));
    for scan in scans {
        let of = scan.iter().flat_map(|&id| [id, 0]).collect::<Vec<_>>();
        file.extend(segment(0xda, &[&[scan.len() as u8], &of[..], &[0, last, 0]].concat()));
        let bits = blocks * scan.len() * codes;
        file.extend(vec![0; bits / 8]);
        // The rest of the last byte is ones.
        file.extend((bits % 8 > 0).then_some(0xff >> (bits % 8)));
    }
    file.extend(b"\xff\xd9");
    file
}

/// A chunk of a PNG.
pub fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut crc = !0_u32;
    for &byte in name.iter().chain(content) {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1));
        }
    }
    let length = (content.len() as u32).to_be_bytes();
    [&length[..], &name, content, &(!crc).to_be_bytes()].concat()
}

/// Puts chunks behind the header of a PNG.
pub fn with_chunks(png: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&png[..33], &chunks.concat(), &png[33..]].concat()
}

/// A PNG of these sizes, bits and colour type, with any packed content.
pub fn raw_png((width, height): (u32, u32), bits: u8, color: u8, packed: &[u8]) -> Vec<u8> {
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([bits, color, 0, 0, 0]);
    let chunks = [chunk(*b"IHDR", &head), chunk(*b"IDAT", packed), chunk(*b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

/// So many zeros, packed: one packed piece again and again, as packing them all would take long.
pub fn zeros(count: usize) -> Vec<u8> {
    const PIECE: usize = 1 << 20;
    let piece = |length: usize| {
        let mut packed = Vec::with_capacity(PIECE);
        let mut packer = Compress::new(Compression::best(), false);
        packer.compress_vec(&vec![0; length], &mut packed, FlushCompress::Full).unwrap();
        packed
    };
    // Head and last block of any such stream; of zeros only their number is in the checksum.
    let checksum = ((count % 65_521) as u32) << 16 | 1;
    let pieces = piece(PIECE).repeat(count / PIECE);
    [b"\x78\x01", &pieces[..], &piece(count % PIECE), &[3, 0], &checksum.to_be_bytes()].concat()
}

/// A moving PNG: first `one`, then `other`.
pub fn moving_png(one: &RgbImage, other: &RgbImage) -> Vec<u8> {
    let (width, height) = one.dimensions();
    let control = |turn: u32| {
        let mut control = [turn, width, height, 0, 0].map(u32::to_be_bytes).concat();
        control.extend([0, 1, 0, 10, 0, 0]);
        chunk(*b"fcTL", &control)
    };
    let (first, second) = (png(one.clone()), png(other.clone()));
    let packed = &second[41..second.len() - 16];
    let frames = chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let end = first.len() - 12;
    let later = chunk(*b"fdAT", &[&2_u32.to_be_bytes()[..], packed].concat());
    [&first[..33], &frames, &control(0), &first[33..end], &control(1), &later, &first[end..]]
        .concat()
}

/// A piece of a WebP.
fn piece(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let padding: &[u8] = if content.len() % 2 == 1 { &[0] } else { &[] };
    [&name, &(content.len() as u32).to_le_bytes()[..], content, padding].concat()
}

fn riff(pieces: &[Vec<u8>]) -> Vec<u8> {
    piece(*b"RIFF", &[b"WEBP".to_vec(), pieces.concat()].concat())
}

/// Three bytes, the least first.
fn three(number: u32) -> Vec<u8> {
    number.to_le_bytes()[..3].to_vec()
}

fn extended(flags: u8, (width, height): (u32, u32)) -> Vec<u8> {
    let sizes = [three(width - 1), three(height - 1)].concat();
    piece(*b"VP8X", &[&[flags, 0, 0, 0], &sizes[..]].concat())
}

/// A WebP with a header of a camera and a colour profile.
pub fn webp_with_everything(picture: &RgbImage, orientation: u16) -> Vec<u8> {
    let plain = webp(picture.clone());
    let profile = piece(*b"ICCP", SECRET);
    let (camera, text) = (piece(*b"EXIF", &exif(orientation)), piece(*b"XMP ", SECRET));
    riff(&[extended(0x2c, picture.dimensions()), profile, plain[12..].to_vec(), camera, text])
}

/// A moving WebP: first `one`, then `other`.
pub fn moving_webp(one: &RgbImage, other: &RgbImage) -> Vec<u8> {
    let frame = |picture: &RgbImage| {
        let (width, height) = picture.dimensions();
        let head = [0, 0, width - 1, height - 1, 100].map(three).concat();
        piece(*b"ANMF", &[&head[..], &[0], &webp(picture.clone())[12..]].concat())
    };
    let start = piece(*b"ANIM", &[255, 255, 255, 255, 0, 0]);
    riff(&[extended(0x02, one.dimensions()), start, frame(one), frame(other)])
}
