//! What a file is, told by its first bytes; never by its name or what its sender calls it.

use super::PhotoFault;

/// The kinds of files that are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoKind {
    Jpeg,
    Png,
    WebP,
}

/// Brands by which the container of HEIC and AVIF says what it holds.
const HEIC: [&[u8]; 8] = [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"];
const AVIF: [&[u8]; 2] = [b"avif", b"avis"];

/// How far into a text we look for its kind.
const LOOKED_AT: usize = 1024;

impl PhotoKind {
    /// Tells the kind, or what the file is instead.
    pub fn of(bytes: &[u8]) -> Result<Self, PhotoFault> {
        let at = |from: usize, word: &[u8]| bytes.get(from..).is_some_and(|b| b.starts_with(word));
        match bytes {
            [] => Err(PhotoFault::Empty),
            _ if at(0, b"\xff\xd8\xff") => Ok(Self::Jpeg),
            _ if at(0, b"\x89PNG\r\n\x1a\n") => Ok(Self::Png),
            _ if at(0, b"RIFF") && at(8, b"WEBP") => Ok(Self::WebP),
            _ if at(0, b"GIF8") => Err(PhotoFault::Gif),
            _ if at(0, b"II*\0") || at(0, b"MM\0*") => Err(PhotoFault::Tiff),
            _ if at(0, b"%PDF") => Err(PhotoFault::Pdf),
            _ if at(4, b"ftyp") => Err(branded(bytes)),
            _ if at(0, b"\x1aE\xdf\xa3") || (at(0, b"RIFF") && at(8, b"AVI ")) => {
                Err(PhotoFault::Video)
            }
            _ if is_svg(bytes) => Err(PhotoFault::Svg),
            _ => Err(PhotoFault::Other),
        }
    }
}

/// What a file is that names its brands: its main one, a version, and those it goes with.
fn branded(bytes: &[u8]) -> PhotoFault {
    let length = bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length) as usize);
    let brands = &bytes[8..length.clamp(8, bytes.len().min(256))];
    let has = |words: &[&[u8]]| brands.chunks_exact(4).any(|brand| words.contains(&brand));
    // Before HEIC: both may name the container they share.
    if has(&AVIF) {
        PhotoFault::Avif
    } else if has(&HEIC) {
        PhotoFault::Heic
    } else {
        PhotoFault::Video
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED_AT)]).to_lowercase();
    head.trim_start_matches('\u{feff}').trim_start().starts_with('<') && head.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_photo_is_named() {
        let cases: [(&[u8], &str); 15] = [
            (b"", "photo_empty"),
            (b"GIF89a\x01\0\x01\0", "photo_gif"),
            (b"II*\0\x08\0\0\0", "photo_tiff"),
            (b"MM\0*\0\0\0\x08", "photo_tiff"),
            (b"%PDF-1.7\n", "photo_pdf"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "photo_heic"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "photo_avif"),
            (b"\0\0\0\x14ftypisom\0\0\0\0mp42", "photo_video"),
            (b"\0\0\0\x04ftyp", "photo_video"),
            (b"\x1aE\xdf\xa3\0\0\0\0", "photo_video"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_svg"),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<SVG></SVG>", "photo_svg"),
            (b"<html><script>alert(1)</script>", "photo_other"),
            (b"PK\x03\x04", "photo_other"),
            (b"RIFF\0\0\0\0WAVE", "photo_other"),
        ];
        for (bytes, code) in cases {
            assert_eq!(PhotoKind::of(bytes).unwrap_err().code(), code, "{bytes:?}");
        }
    }
}
