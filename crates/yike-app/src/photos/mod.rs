//! Photos from strangers: what comes out is made of pixels only.
//!
//! Whatever was uploaded is told by its content, bounded by its header, unpacked, turned upright, made
//! small and packed again, in this process. Nothing of the file but its pixels gets through: no place
//! where it was taken, no camera, no thumbnail of what was cut away, no second file hidden behind it.
//! Colours are taken as they are, without their profile.

mod decode;
mod fault;
mod header;
mod kind;
mod shrink;
#[cfg(test)]
mod tests;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, RgbImage};
use yike_model::photos::Derivative;

pub use fault::PhotoFault;
use header::Header;
use shrink::{Pixels, shrink};

use crate::app::App;
use crate::error::AppError;

/// Most bytes of an upload: 20 MB.
pub const BYTES_LIMIT: usize = 20_000_000;

/// Most pixels of an upload.
pub const PIXELS_LIMIT: u64 = 60_000_000;

/// Most pixels of a side of an upload.
pub const SIDE_LIMIT: u32 = 16_000;

/// Most bytes of memory that opening one photo may take.
pub const MEMORY_LIMIT: u64 = 360_000_000;

/// The longer side of the large derivative, in pixels.
pub const FULL_SIDE: u32 = 1_600;

/// The longer side of the small derivative, in pixels.
pub const SMALL_SIDE: u32 = 320;

/// JPEG quality of derivatives, 1 to 100.
const QUALITY: u8 = 82;

/// Memory is given out in pieces of this many bytes.
const PIECE: u64 = 1_000_000;

/// Pieces of memory for all photos that are opened at the same time: one of the largest, or many of the
/// usual ones.
pub(crate) const PIECES: usize = (MEMORY_LIMIT / PIECE) as usize + 1;

/// A photo as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// To be looked at: at most 1600 pixels a side.
    pub full: Derivative,
    /// For lists: at most 320 pixels a side.
    pub small: Derivative,
}

/// Makes the derivatives of an upload. Uses a processor for about a fifth of a second for 12 million
/// pixels: run it beside the async threads, or ask [`App::prepare_photo`].
pub fn prepare(bytes: &[u8]) -> Result<Photo, PhotoFault> {
    check_length(bytes)?;
    open(bytes, &Header::read(bytes)?)
}

fn check_length(bytes: &[u8]) -> Result<(), PhotoFault> {
    if bytes.len() > BYTES_LIMIT {
        return Err(PhotoFault::TooManyBytes { bytes: bytes.len() as u64 });
    }
    Ok(())
}

fn open(bytes: &[u8], header: &Header) -> Result<Photo, PhotoFault> {
    let decoded = decode::decode(bytes, header)?;
    let shrunk = shrink(&Pixels::from(&decoded), FULL_SIDE)?;
    let orientation = decoded.orientation;
    drop(decoded);
    let mut upright = DynamicImage::ImageRgb8(shrunk);
    upright.apply_orientation(orientation);
    let full = upright.into_rgb8();
    let small = shrink(&Pixels::from(&full), SMALL_SIDE)?;
    Ok(Photo { full: pack(&full)?, small: pack(&small)? })
}

fn pack(picture: &RgbImage) -> Result<Derivative, PhotoFault> {
    let mut jpeg = Vec::new();
    let packed = JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(picture);
    packed.map_err(|_| PhotoFault::Unsupported)?;
    debug_assert!(is_only_pixels(&jpeg), "the encoder writes nothing else");
    let (width, height) = picture.dimensions();
    Ok(Derivative { width, height, jpeg })
}

/// Whether a JPEG holds pixels in one pass and what is needed to unpack them, to its last byte: no texts,
/// no header of a camera, no profile, no thumbnail, nothing behind its end.
pub fn is_only_pixels(jpeg: &[u8]) -> bool {
    /// Version 1.2, no unit, 1 by 1, no thumbnail.
    const JFIF: &[u8] = b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0";
    let Some(mut rest) = jpeg.strip_prefix(b"\xff\xd8") else { return false };
    while let [0xff, marker, high, low, ..] = *rest {
        let length = usize::from(u16::from_be_bytes([high, low])) + 2;
        let Some((segment, after)) = rest.split_at_checked(length) else { return false };
        rest = after;
        match marker {
            0xe0 if segment.get(4..) == Some(JFIF) => {}
            // Tables and the frame; then the pixels, in which no marker stands but the end.
            0xdb | 0xc0 | 0xc4 => {}
            0xda => {
                let end = rest.windows(2).position(|two| two[0] == 0xff && two[1] != 0);
                return end.is_some_and(|end| rest[end..] == *b"\xff\xd9");
            }
            _ => return false,
        }
    }
    false
}

impl App {
    /// Makes the derivatives of an upload beside the async threads. Photos that are opened at the same
    /// time share a bound of memory; further ones wait.
    pub async fn prepare_photo(&self, upload: Vec<u8>) -> Result<Photo, AppError> {
        check_length(&upload)?;
        let header = Header::read(&upload)?;
        let pieces = header.memory.div_ceil(PIECE) as u32;
        let memory = self.photo_memory.acquire_many(pieces).await;
        let _memory = memory.map_err(|_| AppError::Cancelled)?;
        self.compute(move || Ok(open(&upload, &header)?)).await
    }
}
