//! Facilities: what walks lead to, by category.

use crate::column::{Column, Texts};
use crate::units::Coord;

/// A kind of facility, such as `kindergarten` or `canteen`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Category {
    /// Stable lower-case code, used in files and URLs.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

/// At most this many categories in one city: membership is one bit each.
pub const MAX_CATEGORIES: usize = 128;

/// Facilities. One may be of several categories (a service centre with a canteen).
#[derive(Clone, Debug, Default)]
pub struct Facilities {
    /// The categories that bits of `of` stand for, bit 0 first.
    pub categories: Vec<Category>,
    /// Stable ids of the source, such as `node/4711`.
    pub id: Texts,
    /// Names; empty where unknown.
    pub name: Texts,
    /// Where the facility is.
    pub coord: Column<Coord>,
    /// Bit `c` is set where the facility is of `categories[c]`.
    pub of: Column<u128>,
    /// `facilities + 1`: the doors of facility `i`, as in [`crate::homes::Homes::first_entrance`].
    pub first_entrance: Column<u32>,
    /// Doors.
    pub entrance: Column<Coord>,
}

impl Facilities {
    /// Number of facilities.
    pub fn len(&self) -> usize {
        self.coord.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.coord.is_empty()
    }

    /// The facilities of category `c`, by number.
    pub fn of_category(&self, c: usize) -> impl Iterator<Item = u32> + '_ {
        self.of.iter().enumerate().filter(move |(_, of)| *of >> c & 1 == 1).map(|(i, _)| i as u32)
    }
}
