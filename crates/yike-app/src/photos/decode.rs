//! Unpacking, by the decoders of `image` and no others, within bounds of memory.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::ImageError;
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, Limits};

use super::header::Header;
use super::kind::PhotoKind;
use super::{PhotoFault, SIDE_LIMIT};

/// What a decoder may take beside the picture: for colour profiles and texts, which may be packed.
const SIDE_DATA_LIMIT: u64 = 8_000_000;

/// Unpacked pixels, as they lie in the file.
pub struct Decoded {
    pub width: u32,
    pub height: u32,
    pub color: ColorType,
    pub bytes: Vec<u8>,
    /// How they are to be turned.
    pub orientation: Orientation,
}

/// Unpacks a file whose header was read. Of a moving picture, the first frame.
pub fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, PhotoFault> {
    let mut decoder = decoder(bytes, header.kind)?;
    if decoder.dimensions() != (header.width, header.height) {
        return Err(PhotoFault::Damaged);
    }
    // A header of the camera that makes no sense is no reason to refuse the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let color = decoder.color_type();
    let length = usize::try_from(decoder.total_bytes()).map_err(|_| PhotoFault::Damaged)?;
    let mut pixels = vec![0; length];
    decoder.read_image_boxed(&mut pixels).map_err(|why| fault(&why))?;
    Ok(Decoded { width: header.width, height: header.height, color, bytes: pixels, orientation })
}

/// Width and height of a WebP.
pub fn webp_size(bytes: &[u8]) -> Result<(u32, u32), PhotoFault> {
    Ok(decoder(bytes, PhotoKind::WebP)?.dimensions())
}

fn decoder(bytes: &[u8], kind: PhotoKind) -> Result<Box<dyn ImageDecoder + '_>, PhotoFault> {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE_LIMIT);
    limits.max_image_height = Some(SIDE_LIMIT);
    limits.max_alloc = Some(SIDE_DATA_LIMIT);
    let file = Cursor::new(bytes);
    let opened: Result<Box<dyn ImageDecoder + '_>, ImageError> = match kind {
        PhotoKind::Jpeg => JpegDecoder::new(file).map(|decoder| Box::new(decoder) as _),
        PhotoKind::Png => PngDecoder::with_limits(file, limits.clone()).map(|d| Box::new(d) as _),
        PhotoKind::WebP => WebPDecoder::new(file).map(|decoder| Box::new(decoder) as _),
    };
    let mut decoder = opened.map_err(|why| fault(&why))?;
    decoder.set_limits(limits).map_err(|why| fault(&why))?;
    Ok(decoder)
}

/// What a decoder's complaint means to whoever sent the photo.
fn fault(why: &ImageError) -> PhotoFault {
    match why {
        ImageError::Unsupported(_) => PhotoFault::Unsupported,
        ImageError::IoError(why) if why.kind() == std::io::ErrorKind::UnexpectedEof => {
            PhotoFault::Truncated
        }
        _ => PhotoFault::Damaged,
    }
}
