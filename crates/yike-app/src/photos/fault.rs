//! Why a photo was not taken, in words that say what to do about it.

use super::{BYTES_LIMIT, PIXELS_LIMIT, SIDE_LIMIT};

/// Why a photo was not taken. `Display` is English; pages translate by [`PhotoFault::code`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhotoFault {
    /// There are no bytes.
    #[error("the photo is empty: nothing of it arrived; choose it again")]
    Empty,
    /// The file is too long.
    #[error(
        "the photo has {bytes} bytes; at most {} MB are taken: send it smaller",
        BYTES_LIMIT / 1_000_000
    )]
    TooManyBytes {
        /// How long it is.
        bytes: u64,
    },
    /// The picture has too many pixels, or needs too much memory to be opened.
    #[error(
        "the photo has {width} x {height} pixels, too many to be opened: send it smaller (at most \
         {} million pixels and {SIDE_LIMIT} a side; fewer where it is progressive JPEG, WebP or 16-bit)",
        PIXELS_LIMIT / 1_000_000
    )]
    TooLarge {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
    /// A HEIC photo, as iPhones take them.
    #[error(
        "this is a HEIC photo, which is not opened here: send it as JPEG (on an iPhone: Settings, \
         Camera, Formats, Most Compatible), or send a screenshot of it"
    )]
    Heic,
    /// An AVIF picture.
    #[error(
        "this is an AVIF picture, which is not opened here: send it as JPEG, or a screenshot of it"
    )]
    Avif,
    /// A GIF.
    #[error("this is a GIF, which is not opened here: send a photo (JPEG, PNG or WebP)")]
    Gif,
    /// A drawing, which is a program in disguise.
    #[error("this is an SVG drawing, which is not opened here: send a photo (JPEG, PNG or WebP)")]
    Svg,
    /// A TIFF, or the raw file of a camera.
    #[error("this is a TIFF or a camera's raw file, which is not opened here: send it as JPEG")]
    Tiff,
    /// A document.
    #[error("this is a PDF document, not a photo: send a photo of it, or a screenshot")]
    Pdf,
    /// A film.
    #[error("this is a video, not a photo: send a photo (JPEG, PNG or WebP)")]
    Video,
    /// Anything else.
    #[error("this is not a photo that can be opened here: send JPEG, PNG or WebP")]
    Other,
    /// The end is missing.
    #[error("the end of the photo is missing: it was cut off on the way; send it again")]
    Truncated,
    /// The file does not make sense.
    #[error("the photo is damaged and cannot be opened: send it again, or a screenshot of it")]
    Damaged,
    /// A rare way of packing.
    #[error("the photo is packed in a way that is not opened here: send a screenshot of it")]
    Unsupported,
}

impl PhotoFault {
    /// A stable lower-case word for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "photo_empty",
            Self::TooManyBytes { .. } => "photo_too_many_bytes",
            Self::TooLarge { .. } => "photo_too_large",
            Self::Heic => "photo_heic",
            Self::Avif => "photo_avif",
            Self::Gif => "photo_gif",
            Self::Svg => "photo_svg",
            Self::Tiff => "photo_tiff",
            Self::Pdf => "photo_pdf",
            Self::Video => "photo_video",
            Self::Other => "photo_other",
            Self::Truncated => "photo_truncated",
            Self::Damaged => "photo_damaged",
            Self::Unsupported => "photo_unsupported",
        }
    }
}
