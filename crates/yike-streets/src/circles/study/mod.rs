//! A study: what every home of a city reaches on foot, who lacks what, and by how many people.
//!
//! A study is columns, so that a page can show one cell of it without reading the rest. Numbers of
//! people are whole and add up: in every [`Split`] the four parts sum to all. The `.study` file is a
//! checksummed container; the same city, question and version give the same bytes.

mod file;
mod run;
mod services;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use file::{KIND, open, to_bytes, write};
pub use run::{Ask, StudyError, run};

use crate::circles::coverage::{Cell, Cells, Split};
use crate::circles::estimate::Factors;
use crate::circles::nearest::NONE;
use crate::circles::profile::Profile;
use crate::circles::standard::{Ratio, Standard};
use crate::city::Meta;
use crate::column::{Column, Texts};
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

/// What homes reach of one service, for one profile.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// `homes x k` facilities, nearest first; [`NONE`] where there are no more within the horizon.
    pub facility: Column<u32>,
    /// `homes x k` walking times, deciseconds.
    pub ds: Column<u32>,
    /// `homes x k` lengths of those walks, decimetres.
    pub dm: Column<u32>,
    /// `bands x homes` numbers of facilities within each band.
    pub within: Column<u32>,
}

/// One facility near a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Walk {
    /// The facility's number.
    pub facility: u32,
    /// Walking time, deciseconds.
    pub ds: u32,
    /// Length, decimetres.
    pub dm: u32,
}

/// A whole study.
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
    /// `profiles x homes` [`Standing`]s.
    pub standing: Column<u8>,
    /// Ids of facilities.
    pub facility_id: Texts,
    /// Names of facilities.
    pub facility_name: Texts,
    /// Positions of facilities.
    pub facility_coord: Column<Coord>,
    /// Bit `s` is set where a facility serves as `meta.services[s]`.
    pub facility_of: Column<u128>,
    /// `profiles x services` blocks.
    pub blocks: Vec<Block>,
    /// `profiles x homes`: bit `i` is set where item `i` is surely lacking.
    pub lacks: Column<u128>,
    /// `profiles x homes`: bit `i` is set where item `i` is not met within the data, but the data ends
    /// within its walk.
    pub doubts: Column<u128>,
    /// Coverage: `(profiles x services x bands) x rows`.
    pub cover: Cells,
    /// Items of the standard: `(profiles x items) x rows`.
    pub items: Cells,
    /// Complete tiers: `(profiles x tiers) x rows`.
    pub tiers: Cells,
}

impl Study {
    /// Number of homes.
    pub fn homes(&self) -> usize {
        self.home_coord.len()
    }

    /// What homes reach of service `s` as profile `p`.
    pub fn block(&self, p: usize, s: usize) -> &Block {
        &self.blocks[p * self.meta.services.len() + s]
    }

    /// The facilities of service `s` nearest to a home, nearest first.
    pub fn nearest(&self, p: usize, s: usize, home: usize) -> impl Iterator<Item = Walk> + '_ {
        let (block, k) = (self.block(p, s), usize::from(self.meta.k));
        (home * k..(home + 1) * k).map_while(move |i| {
            let facility = block.facility[i];
            (facility != NONE).then(|| Walk { facility, ds: block.ds[i], dm: block.dm[i] })
        })
    }

    /// How many facilities of service `s` a home has within band `b`.
    pub fn within(&self, p: usize, s: usize, b: usize, home: usize) -> u32 {
        self.block(p, s).within[b * self.homes() + home]
    }

    /// How a home met the streets.
    pub fn standing(&self, p: usize, home: usize) -> Standing {
        match self.standing[p * self.homes() + home] {
            0 => Standing::Placed,
            1 => Standing::OffTheStreets,
            2 => Standing::OnIsland,
            _ => Standing::Moved,
        }
    }

    /// Which of the four parts of a [`Split`] a home is in for service `s` within band `b`.
    pub fn part(&self, p: usize, s: usize, b: usize, home: usize) -> Part {
        if self.standing(p, home) == Standing::OffTheStreets {
            return Part::Unplaced;
        }
        if self.within(p, s, b, home) > 0 {
            return Part::Covered;
        }
        let reach = reach_dm(&self.meta.profiles[p], u32::from(self.meta.minutes[b]) * 600);
        if self.edge_dm[home] <= reach { Part::Edge } else { Part::Lacking }
    }

    /// Which part a home is in for item `i` of the standard.
    pub fn item_part(&self, p: usize, i: usize, home: usize) -> Part {
        let at = p * self.homes() + home;
        if self.standing(p, home) == Standing::OffTheStreets {
            Part::Unplaced
        } else if self.lacks[at] >> i & 1 == 1 {
            Part::Lacking
        } else if self.doubts[at] >> i & 1 == 1 {
            Part::Edge
        } else {
            Part::Covered
        }
    }

    /// Coverage of service `s` within band `b` in a row.
    pub fn cover(&self, row: usize, p: usize, s: usize, b: usize) -> Cell<'_> {
        let (services, bands) = (self.meta.services.len(), self.meta.minutes.len());
        self.cover.cell((p * services + s) * bands + b, row)
    }

    /// Who has item `i` of the standard in a row.
    pub fn item(&self, row: usize, p: usize, i: usize) -> Cell<'_> {
        self.items.cell(p * self.meta.standard.items.len() + i, row)
    }

    /// For whom tier `t` of the standard is complete in a row.
    pub fn tier(&self, row: usize, p: usize, t: usize) -> Cell<'_> {
        self.tiers.cell(p * self.meta.standard.tiers.len() + t, row)
    }

    /// The rule a ratio's answer is about.
    pub fn rule(&self, answer: &RatioAnswer) -> &Ratio {
        &self.meta.standard.ratios[answer.ratio as usize]
    }

    /// People counted and people estimated in a row.
    pub fn people_of(&self, row: usize) -> (u64, u64) {
        let sum = |s: Split| s.all();
        if self.cover.is_empty() {
            return (0, 0);
        }
        let cell = self.cover.cell(0, row);
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
