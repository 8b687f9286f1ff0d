//! A study: what every home of a city reaches on foot, who lacks what, and by how many people.
//!
//! A study is columns, so that a page can show one cell of it without reading the rest. Numbers of
//! people are whole and add up: in every [`Split`] the four parts sum to all. The `.study` file is a
//! checksummed container, written while the study is made and never held as a whole; the same city,
//! question and version give the same bytes.

mod ask;
mod count;
mod file;
mod narrow;
mod run;
mod services;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

pub use ask::{Ask, MAX_MINUTES, MAX_PROFILES, StudyError};
pub use file::{KIND, open, open_bytes};
pub use narrow::{Block, MAX_HORIZON_DS};
pub use run::{make, run, to_bytes};

use crate::circles::coverage::{Cell, Cells, Split};
use crate::circles::estimate::Factors;
use crate::circles::profile::Profile;
use crate::circles::standard::{Ratio, Standard};
use crate::city::Meta;
use crate::column::{Column, Texts};
use crate::container::{Container, FileError};
use crate::homes::AgeBand;
use crate::network::snap::SnapOptions;
use crate::units::Coord;

/// Something the study asks for: a category, or the facilities that may meet an item of the standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Category code, or the item's code where no single category answers it.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// How many facilities there are.
    pub facilities: u32,
    /// Whether it is a category (else only an item's answer).
    pub category: bool,
}

/// What a row of coverage counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// All homes.
    All,
    /// The homes in one area.
    Area,
    /// The homes in no area of one level.
    Outside,
}

/// A row of coverage: the whole, an area, or what lies outside the areas of a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it counts.
    pub kind: RowKind,
    /// The area's code; empty for [`RowKind::All`] and [`RowKind::Outside`].
    pub code: String,
    /// The area's name.
    pub name: String,
    /// The area's level; that of the areas it is outside of.
    pub level: String,
    /// Code of the area it is part of.
    pub parent: Option<String>,
}

/// How an item of the standard is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemAnswer {
    /// Position of the service that answers it.
    pub service: u32,
    /// Whether the data has any facility for it. Where not, everyone lacks it on paper, and readers
    /// must be told that the data may be what is missing.
    pub in_data: bool,
}

/// How many facilities an area has against a rule of the standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatioAnswer {
    /// The rule's position in [`Standard::ratios`].
    pub ratio: u32,
    /// The row it was counted for.
    pub row: u32,
    /// People in the row.
    pub people: u64,
    /// Facilities called for.
    pub needed: u64,
    /// Facilities found.
    pub found: u64,
}

/// Where places of one kind met the streets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// Places asked about.
    pub places: u64,
    /// Places with no usable street within the bound.
    pub off_the_streets: u64,
    /// Places that stay on an island of the network.
    pub on_island: u64,
    /// Places moved from an island to the main streets.
    pub moved_to_main: u64,
}

/// What a table that replaced the city's own homes or facilities was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// File name without folders.
    pub file: String,
    /// XXH3-64 of its bytes, 16 hex digits.
    pub digest: String,
    /// The frame its coordinates were declared to be in.
    pub frame: String,
}

/// Everything a reader of a study must be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyMeta {
    /// The streets it stands on: source, date, digests, versions, attribution.
    pub city: Meta,
    /// Digest of the network itself.
    pub network_digest: String,
    /// Where homes came from, if not from the city's file.
    pub homes_source: Option<Source>,
    /// Where facilities came from, if not from the city's file.
    pub facilities_source: Option<Source>,
    /// Where areas came from.
    pub areas_source: Option<Source>,
    /// Version of Yike that made the study.
    pub made_by: String,
    /// Walkers asked about, with all their numbers.
    pub profiles: Vec<Profile>,
    /// Bands in minutes, rising.
    pub minutes: Vec<u16>,
    /// Nearest facilities kept for each home.
    pub k: u8,
    /// Time of the week gates were looked at, such as `We 22:30`; `None` takes all as open.
    pub at: Option<String>,
    /// How far nearest facilities were looked for, minutes, for each profile.
    pub horizon_ds: Vec<u32>,
    /// What was asked for.
    pub services: Vec<Service>,
    /// The standard, whole; items of categories not asked for are left out.
    pub standard: Standard,
    /// Items left out because their categories were not asked for.
    pub items_left_out: Vec<String>,
    /// How each item is answered.
    pub items: Vec<ItemAnswer>,
    /// Rules by number.
    pub ratios: Vec<RatioAnswer>,
    /// Rows of coverage; the first is all homes.
    pub rows: Vec<Row>,
    /// Levels of area, coarsest first.
    pub levels: Vec<String>,
    /// Age bands of people, if given.
    pub ages: Vec<AgeBand>,
    /// How people were estimated, if any were.
    pub factors: Option<Factors>,
    /// How doors were put on the streets.
    pub snap: SnapOptions,
    /// How homes met the streets, for each profile.
    pub homes_placed: Vec<Placed>,
    /// How facilities met the streets, for each profile.
    pub facilities_placed: Vec<Placed>,
    /// Homes and people within each band's walk of the edge of the data: `[homes, people]`, profile by
    /// profile, band by band.
    pub near_edge: Vec<[u64; 2]>,
    /// Gate hours that could not be read; what they govern counted as open.
    pub unread_hours: u32,
}

/// How a home met the streets, for one profile.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// On the main streets.
    Placed = 0,
    /// No usable street within the bound: nothing can be said.
    OffTheStreets = 1,
    /// On an island: it reaches only what is on it.
    OnIsland = 2,
    /// On the main streets, though an island was nearer.
    Moved = 3,
}

/// One facility near a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Walk {
    /// The facility's number.
    pub facility: u32,
    /// Walking time, deciseconds.
    pub ds: u32,
    /// Length, whole metres.
    pub m: u32,
}

/// What one profile's homes have and lack, and the counts of it.
#[derive(Clone, Debug)]
pub struct Walker {
    /// A [`Standing`] for each home.
    standing: Column<u8>,
    /// Bit `i` of a home is set where item `i` is surely lacking.
    lacks: Column<u128>,
    /// Bit `i` of a home is set where item `i` is not met within the data, but the data ends within its
    /// walk.
    doubts: Column<u128>,
    /// Coverage: `(services x bands) x rows`.
    cover: Cells,
    /// Items of the standard: `items x rows`.
    items: Cells,
    /// Complete tiers: `tiers x rows`.
    tiers: Cells,
}

/// A whole study. Most of it lies in a file and is read, and checked, where it is looked at.
#[derive(Clone, Debug)]
pub struct Study {
    /// What it stands on.
    pub meta: StudyMeta,
    /// Ids of homes.
    pub home_id: Texts,
    /// Names of homes.
    pub home_name: Texts,
    /// Positions of homes.
    pub home_coord: Column<Coord>,
    /// People.
    pub people: Column<u32>,
    /// 1 where people are an estimate.
    pub estimated: Column<u8>,
    /// `homes x ages` people by age.
    pub by_age: Column<u32>,
    /// Straight distance from each home to the edge of the data, decimetres.
    pub edge_dm: Column<u32>,
    /// `levels x homes` positions in `meta.rows`: the area, or the row outside the level.
    pub home_row: Column<u32>,
    /// Ids of facilities.
    pub facility_id: Texts,
    /// Names of facilities.
    pub facility_name: Texts,
    /// Positions of facilities.
    pub facility_coord: Column<Coord>,
    /// Bit `s` is set where a facility serves as `meta.services[s]`.
    pub facility_of: Column<u128>,
    /// One for each profile.
    walkers: Vec<Walker>,
    /// The facilities of each service, rising.
    of_service: Vec<Column<u32>>,
    file: Arc<Container>,
    /// `profiles x services` blocks, those that were looked at.
    blocks: Vec<OnceLock<Block>>,
}

impl Study {
    /// Number of homes.
    pub fn homes(&self) -> usize {
        self.home_coord.len()
    }

    /// What homes reach of service `s` as profile `p`. Read and checked the first time.
    pub fn block(&self, p: usize, s: usize) -> Result<&Block, FileError> {
        let at = p * self.meta.services.len() + s;
        if let Some(block) = self.blocks[at].get() {
            return Ok(block);
        }
        let shape = (self.homes(), usize::from(self.meta.k), self.meta.minutes.len());
        let facilities = self.of_service[s].clone();
        let block = Block::read(&self.file, &file::block_names(p, s), shape, facilities)?;
        Ok(self.blocks[at].get_or_init(|| block))
    }

    /// The blocks of all services as profile `p`.
    pub fn blocks(&self, p: usize) -> Result<Vec<&Block>, FileError> {
        (0..self.meta.services.len()).map(|s| self.block(p, s)).collect()
    }

    /// How a home met the streets.
    pub fn standing(&self, p: usize, home: usize) -> Standing {
        match self.walkers[p].standing[home] {
            0 => Standing::Placed,
            1 => Standing::OffTheStreets,
            2 => Standing::OnIsland,
            _ => Standing::Moved,
        }
    }

    /// The items a home surely lacks, one bit each.
    pub fn lacks(&self, p: usize, home: usize) -> u128 {
        self.walkers[p].lacks[home]
    }

    /// The items a home does not meet within the data, which ends within their walk; one bit each.
    pub fn doubts(&self, p: usize, home: usize) -> u128 {
        self.walkers[p].doubts[home]
    }

    /// Which of the four parts of a [`Split`] a home is in within band `b`, by a block of profile `p`.
    pub fn part(&self, p: usize, block: &Block, b: usize, home: usize) -> Part {
        if self.standing(p, home) == Standing::OffTheStreets {
            return Part::Unplaced;
        }
        if block.within(b, home) > 0 {
            return Part::Covered;
        }
        let reach = reach_dm(&self.meta.profiles[p], u32::from(self.meta.minutes[b]) * 600);
        if self.edge_dm[home] <= reach { Part::Edge } else { Part::Lacking }
    }

    /// Which part a home is in for item `i` of the standard.
    pub fn item_part(&self, p: usize, i: usize, home: usize) -> Part {
        if self.standing(p, home) == Standing::OffTheStreets {
            Part::Unplaced
        } else if self.lacks(p, home) >> i & 1 == 1 {
            Part::Lacking
        } else if self.doubts(p, home) >> i & 1 == 1 {
            Part::Edge
        } else {
            Part::Covered
        }
    }

    /// Coverage of service `s` within band `b` in a row.
    pub fn cover(&self, row: usize, p: usize, s: usize, b: usize) -> Cell<'_> {
        self.walkers[p].cover.cell(s * self.meta.minutes.len() + b, row)
    }

    /// Who has item `i` of the standard in a row.
    pub fn item(&self, row: usize, p: usize, i: usize) -> Cell<'_> {
        self.walkers[p].items.cell(i, row)
    }

    /// For whom tier `t` of the standard is complete in a row.
    pub fn tier(&self, row: usize, p: usize, t: usize) -> Cell<'_> {
        self.walkers[p].tiers.cell(t, row)
    }

    /// The rule a ratio's answer is about.
    pub fn rule(&self, answer: &RatioAnswer) -> &Ratio {
        &self.meta.standard.ratios[answer.ratio as usize]
    }

    /// People counted and people estimated in a row.
    pub fn people_of(&self, row: usize) -> (u64, u64) {
        let sum = |s: Split| s.all();
        let Some(walker) = self.walkers.first().filter(|w| !w.cover.is_empty()) else {
            return (0, 0);
        };
        let cell = walker.cover.cell(0, row);
        (sum(cell.people()), sum(cell.estimated()))
    }

    /// Position of a profile by code.
    pub fn profile(&self, code: &str) -> Option<usize> {
        self.meta.profiles.iter().position(|p| p.code == code)
    }

    /// Position of a service by code.
    pub fn service(&self, code: &str) -> Option<usize> {
        self.meta.services.iter().position(|s| s.code == code)
    }
}

/// Where a home stands towards a facility it should reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// It reaches one.
    Covered = 0,
    /// It reaches none, and the data goes on beyond its walk.
    Lacking = 1,
    /// It reaches none within the data, but the data ends within its walk.
    Edge = 2,
    /// It could not be put on the streets.
    Unplaced = 3,
}

/// How far a walker gets on plain ground in `ds`, whole decimetres: nothing beyond it can be reached.
pub fn reach_dm(profile: &Profile, ds: u32) -> u32 {
    (u64::from(ds) * 1_000_000 / profile.us_per_m().max(1)).min(u64::from(u32::MAX)) as u32
}
