//! The kinds of places, and which may stand below which.

use std::fmt;
use std::str::FromStr;

use crate::id::BadId;

/// The kind of a place, from the top of the tree down.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// 区
    District,
    /// 街道
    Subdistrict,
    /// 社区
    Community,
    /// 网格
    Grid,
    /// 小区
    Estate,
    /// 幢
    Building,
    /// 单元
    Entrance,
}

impl PlaceKind {
    /// All kinds, from the top down.
    pub const ALL: [Self; 7] = [
        Self::District,
        Self::Subdistrict,
        Self::Community,
        Self::Grid,
        Self::Estate,
        Self::Building,
        Self::Entrance,
    ];

    /// The word for it in files and tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Subdistrict => "subdistrict",
            Self::Community => "community",
            Self::Grid => "grid",
            Self::Estate => "estate",
            Self::Building => "building",
            Self::Entrance => "entrance",
        }
    }

    /// The kinds it may stand directly below. Not every community has grids, an estate may lie in
    /// several grids, and an old lane house belongs to no estate: so some levels can be left out.
    pub const fn parents(self) -> &'static [Self] {
        match self {
            Self::District => &[],
            Self::Subdistrict => &[Self::District],
            Self::Community => &[Self::Subdistrict],
            Self::Grid => &[Self::Community],
            Self::Estate => &[Self::Grid, Self::Community],
            Self::Building => &[Self::Estate, Self::Grid, Self::Community],
            Self::Entrance => &[Self::Building],
        }
    }
}

impl fmt::Display for PlaceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for PlaceKind {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.into_iter().find(|kind| kind.code() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::code).join(", ");
            BadId(format!("{text:.60} is not a kind of place: there are {all}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_stand_higher() {
        for kind in PlaceKind::ALL {
            assert!(kind.parents().iter().all(|&parent| parent < kind), "{kind}");
            assert_eq!(kind.parents().is_empty(), kind == PlaceKind::District);
            assert_eq!(kind.code().parse(), Ok(kind));
        }
    }
}
