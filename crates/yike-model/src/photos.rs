//! Photos as they are kept: two derivatives each, made of pixels only. They are data beside the ledger,
//! never in it: an event holds a photo's id, so that deleting the photo leaves the history whole.

use std::fmt;
use std::str::FromStr;

use crate::id::BadId;

/// Which derivative of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhotoPart {
    /// To be looked at.
    Full,
    /// For lists.
    Small,
}

impl PhotoPart {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Full, Self::Small];

    /// The word for it in the database and in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Small => "small",
        }
    }
}

impl fmt::Display for PhotoPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for PhotoPart {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.into_iter().find(|part| part.code() == text).ok_or_else(|| {
            BadId(format!("{text:.60} is not a part of a photo: there are full and small"))
        })
    }
}

/// A picture made from an upload: upright, without anything but its pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Derivative {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// The picture as a JPEG file.
    pub jpeg: Vec<u8>,
}

/// Without the picture: it would fill the page.
impl fmt::Debug for Derivative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Derivative({}x{}, {} bytes)", self.width, self.height, self.jpeg.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_words() {
        for part in PhotoPart::ALL {
            assert_eq!(part.to_string().parse(), Ok(part));
        }
        assert!("large".parse::<PhotoPart>().is_err());
    }

    #[test]
    fn debug_shows_no_bytes() {
        let derivative = Derivative { width: 3, height: 2, jpeg: vec![7; 9] };
        assert_eq!(format!("{derivative:?}"), "Derivative(3x2, 9 bytes)");
    }
}
