//! Homes: the doors that walks start from, and the people behind them.

use crate::column::{Column, Texts};
use crate::units::Coord;

/// A range of ages in whole years, both ends included, that people are counted by.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AgeBand {
    /// Column name in files, such as `age_60_79`.
    pub code: String,
    /// Youngest age.
    pub from: u8,
    /// Oldest age; `None` is "and above".
    pub to: Option<u8>,
}

/// Homes (a building, a stairwell or a whole compound: whatever the source counts people by).
#[derive(Clone, Debug, Default)]
pub struct Homes {
    /// Stable ids of the source, such as `way/4711` or a place code.
    pub id: Texts,
    /// Names or addresses; empty where unknown.
    pub name: Texts,
    /// Where the home is (centre of the building).
    pub coord: Column<Coord>,
    /// Storeys above ground; 0 is unknown.
    pub levels: Column<u16>,
    /// Dwellings; 0 is unknown.
    pub dwellings: Column<u32>,
    /// Ground area in square metres; 0 is unknown.
    pub footprint_m2: Column<u32>,
    /// People living there.
    pub people: Column<u32>,
    /// 1 where `people` is an estimate from footprint and storeys, 0 where it was given.
    pub estimated: Column<u8>,
    /// The age bands of `by_age`; empty where ages are not given.
    pub bands: Vec<AgeBand>,
    /// `homes x bands` counts of people, home by home; empty where ages are not given.
    pub by_age: Column<u32>,
    /// `homes + 1`: the doors of home `i` are `entrance[first_entrance[i]..first_entrance[i + 1]]`.
    /// A home without mapped doors is reached at its `coord`.
    pub first_entrance: Column<u32>,
    /// Doors.
    pub entrance: Column<Coord>,
}

impl Homes {
    /// Number of homes.
    pub fn len(&self) -> usize {
        self.coord.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.coord.is_empty()
    }
}
