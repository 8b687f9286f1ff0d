//! What a file says of itself before anything is unpacked: its size, how much memory opening it takes,
//! and whether its end is there.

use super::kind::PhotoKind;
use super::{MEMORY_LIMIT, PIXELS_LIMIT, PhotoFault, SIDE_LIMIT};

/// More passes over the same pixels than any camera or program makes.
const SCANS_LIMIT: u32 = 32;

/// Most pixels of all passes together: about a second of work.
const PASSED_LIMIT: u64 = 400_000_000;

/// Most pixels that a byte of a JPEG can stand for: each square of 64 takes a bit at least. With fewer
/// bytes most of the picture is missing, and a few of them would make us fill millions of pixels.
const JPEG_PIXELS_A_BYTE: u64 = 8 * 64;

/// A file that is whole and small enough to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub kind: PhotoKind,
    pub width: u32,
    pub height: u32,
    /// Bytes of memory that unpacking takes at most.
    pub memory: u64,
}

impl Header {
    /// Reads the header of a file and looks whether it is whole.
    pub fn read(bytes: &[u8]) -> Result<Self, PhotoFault> {
        let kind = PhotoKind::of(bytes)?;
        let Sizes { width, height, scans, per_pixel } = match kind {
            PhotoKind::Jpeg => jpeg(bytes)?,
            PhotoKind::Png => png(bytes)?,
            PhotoKind::WebP => webp(bytes)?,
        };
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(PhotoFault::Damaged);
        }
        // In this order: what is too large by far would pass for small, the product running over.
        let fits = width.max(height) <= SIDE_LIMIT && pixels <= PIXELS_LIMIT;
        let works = pixels * u64::from(scans) <= PASSED_LIMIT;
        if !fits || !works || pixels * per_pixel > MEMORY_LIMIT {
            return Err(PhotoFault::TooLarge { width, height });
        }
        if kind == PhotoKind::Jpeg && (bytes.len() as u64) < pixels / JPEG_PIXELS_A_BYTE {
            return Err(PhotoFault::Truncated);
        }
        Ok(Self { kind, width, height, memory: pixels * per_pixel })
    }
}

/// What each kind tells in its own way.
struct Sizes {
    width: u32,
    height: u32,
    /// Passes over all pixels.
    scans: u32,
    /// Bytes of memory for each pixel.
    per_pixel: u64,
}

/// Two bytes at `at`, the greater first.
fn pair(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)))
}

/// The sizes of a JPEG: walks over its segments to its end, since the decoder fills what is missing with
/// grey and says nothing.
fn jpeg(bytes: &[u8]) -> Result<Sizes, PhotoFault> {
    let (mut frame, mut scans, mut at) = (None, 0, 2);
    loop {
        let (marker, after) = next_marker(bytes, at).ok_or(PhotoFault::Truncated)?;
        at = after;
        match marker {
            // The end of the picture; what comes after it is not ours.
            0xd9 => break,
            0x01 | 0xd0..=0xd8 => continue,
            0xc0..=0xc2 if frame.is_some() => return Err(PhotoFault::Damaged),
            0xc0..=0xc2 => frame = Some(jpeg_frame(bytes, after, marker == 0xc2)?),
            // Lossless, hierarchical, arithmetic.
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Err(PhotoFault::Unsupported),
            0xda => scans += 1,
            _ => {}
        }
        let length = pair(bytes, at).ok_or(PhotoFault::Truncated)? as usize;
        at += length;
        if length < 2 || scans > SCANS_LIMIT {
            return Err(PhotoFault::Damaged);
        }
        if at > bytes.len() {
            return Err(PhotoFault::Truncated);
        }
    }
    let (width, height, components, progressive) = frame.ok_or(PhotoFault::Damaged)?;
    if scans == 0 {
        return Err(PhotoFault::Damaged);
    }
    // What comes in several passes is kept as two bytes a value until the last.
    let kept = if progressive || scans > 1 { 2 * u64::from(components) } else { 0 };
    Ok(Sizes { width, height, scans, per_pixel: 3 + kept })
}

/// The next marker from `at` on that is neither part of the packed pixels nor between them.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)? + 1;
        match *bytes.get(at)? {
            0x00 | 0xd0..=0xd7 | 0xff => {}
            marker => return Some((marker, at + 1)),
        }
    }
}

/// Width, height, number of colours, and whether it is progressive.
fn jpeg_frame(
    bytes: &[u8],
    at: usize,
    progressive: bool,
) -> Result<(u32, u32, u8, bool), PhotoFault> {
    let read = || {
        Some((bytes.get(at + 2)?, pair(bytes, at + 3)?, pair(bytes, at + 5)?, bytes.get(at + 7)?))
    };
    let (bits, height, width, components) = read().ok_or(PhotoFault::Truncated)?;
    if *bits != 8 || !matches!(components, 1 | 3 | 4) {
        return Err(PhotoFault::Unsupported);
    }
    Ok((width, height, *components, progressive))
}

/// Four bytes at `at`, the greatest first.
fn four(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The sizes of a PNG: its header stands at the same place in each, its end is a chunk of its own.
fn png(bytes: &[u8]) -> Result<Sizes, PhotoFault> {
    let read = || Some((four(bytes, 16)?, four(bytes, 20)?, *bytes.get(24)?));
    let (width, height, bits) = read().ok_or(PhotoFault::Truncated)?;
    let mut at = 8;
    loop {
        let length = four(bytes, at).ok_or(PhotoFault::Truncated)? as usize;
        let name = bytes.get(at + 4..at + 8).ok_or(PhotoFault::Truncated)?;
        // Length, name and checksum stand beside the content.
        at += length + 12;
        if at > bytes.len() {
            return Err(PhotoFault::Truncated);
        }
        if name == b"IEND" {
            return Ok(Sizes {
                width,
                height,
                scans: 1,
                per_pixel: if bits == 16 { 8 } else { 4 },
            });
        }
    }
}

/// The sizes of a WebP, whose decoder reads no more than them at first.
fn webp(bytes: &[u8]) -> Result<Sizes, PhotoFault> {
    let length = bytes.get(4..8).and_then(|length| length.first_chunk());
    let length = length.map(|length| u32::from_le_bytes(*length)).ok_or(PhotoFault::Truncated)?;
    if bytes.len() < length as usize + 8 {
        return Err(PhotoFault::Truncated);
    }
    let (width, height) = super::decode::webp_size(bytes)?;
    // The picture, its frame as it is unpacked, and the plane of what can be seen through.
    Ok(Sizes { width, height, scans: 1, per_pixel: 4 + 4 + 1 })
}
