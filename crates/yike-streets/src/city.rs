//! Everything one `.streets` file holds.

use crate::column::{Column, Texts};
use crate::english::English;
use crate::facilities::Facilities;
use crate::homes::Homes;
use crate::network::Network;
use crate::osm::Findings;
use crate::units::{Bounds, Coord};

/// Where a city's data came from and how it was read. Part of the file, so of its digest.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Meta {
    /// File name of the source, without folders.
    pub source: String,
    /// XXH3-64 of the source's bytes, 16 hex digits.
    pub source_digest: String,
    /// How old the data is: the replication time of the source, else its newest object, as
    /// `YYYY-MM-DD`; `None` where the source does not say.
    pub data_date: Option<String>,
    /// Who must be named where the data is shown.
    pub attribution: String,
    /// Version of Yike that built the file.
    pub built_by: String,
    /// Digest of the tag rules and category table used.
    pub rules_digest: String,
    /// The box the streets reach to.
    pub bounds: Bounds,
}

/// What a shape of the base map shows.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum SceneKind {
    Building = 0,
    Water = 1,
    Waterway = 2,
    Green = 3,
    Rail = 4,
    Square = 5,
    /// Streets that walkers may not use; the others are in the network.
    Road = 6,
    PlaceLabel = 7,
    Station = 8,
    Pier = 9,
    Wall = 10,
}

/// Shapes the base map draws besides the walking network.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// A [`SceneKind`] each; shapes are sorted by kind.
    pub kind: Column<u8>,
    /// Index into `names`; 0 is unnamed.
    pub name: Column<u32>,
    /// `shapes + 1`: the rings or lines of shape `i` are `first_part[i]..first_part[i + 1]`.
    pub first_part: Column<u32>,
    /// `parts + 1`: the points of part `p` are `point[first_point[p]..first_point[p + 1]]`. The first
    /// part of an area is an outer ring; parts that wind the other way are holes.
    pub first_point: Column<u32>,
    /// Points; rings repeat their first point at the end.
    pub point: Column<Coord>,
    /// Names; 0 is empty.
    pub names: Texts,
}

/// A city as read from one source.
#[derive(Clone, Debug)]
pub struct City {
    /// Source and versions.
    pub meta: Meta,
    /// The walking network.
    pub network: Network,
    /// Buildings people live in.
    pub homes: Homes,
    /// What there is to reach.
    pub facilities: Facilities,
    /// The rest of the base map.
    pub scene: Scene,
    /// Names in English, where the source gives them.
    pub english: English,
    /// What was dropped or doubted on the way.
    pub findings: Findings,
}
