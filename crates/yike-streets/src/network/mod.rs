//! The walking network: where paths meet, and the stretches between.
//!
//! Struct of arrays. Nodes are ordered along a space-filling curve; chains of degree two are
//! contracted, their bends kept as shape points. The network is undirected: walking has no one-way
//! streets (the rare `oneway:foot` is reported as a finding, not obeyed).

pub mod build;
mod build_areas;
mod build_edges;
mod build_gates;
pub(crate) mod build_lines;
mod build_pieces;
mod build_sight;
pub mod file;
pub mod islands;
mod order;
pub mod snap;

use crate::column::{Column, Texts};
use crate::units::Coord;

/// What a stretch of street is, for walking time, rules and drawing. Stored in the low five bits of
/// [`Network::edge_traits`].
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are OpenStreetMap's highway values, grouped")]
pub enum StreetClass {
    Unknown = 0,
    Motorway = 1,
    Trunk = 2,
    Primary = 3,
    Secondary = 4,
    Tertiary = 5,
    Unclassified = 6,
    Residential = 7,
    LivingStreet = 8,
    Service = 9,
    Track = 10,
    Pedestrian = 11,
    Footway = 12,
    Sidewalk = 13,
    Crossing = 14,
    Path = 15,
    Cycleway = 16,
    Bridleway = 17,
    Steps = 18,
    Corridor = 19,
    Elevator = 20,
    Platform = 21,
    /// A line across an open square or other walkable area.
    AreaLink = 22,
    /// From a door or gate to the street it opens on.
    EntranceLink = 23,
}

impl StreetClass {
    /// All classes, by number.
    pub const ALL: [Self; 24] = [
        Self::Unknown,
        Self::Motorway,
        Self::Trunk,
        Self::Primary,
        Self::Secondary,
        Self::Tertiary,
        Self::Unclassified,
        Self::Residential,
        Self::LivingStreet,
        Self::Service,
        Self::Track,
        Self::Pedestrian,
        Self::Footway,
        Self::Sidewalk,
        Self::Crossing,
        Self::Path,
        Self::Cycleway,
        Self::Bridleway,
        Self::Steps,
        Self::Corridor,
        Self::Elevator,
        Self::Platform,
        Self::AreaLink,
        Self::EntranceLink,
    ];

    /// The class in the low bits of an edge's traits.
    pub fn of(traits: u32) -> Self {
        Self::ALL.get((traits & EdgeTrait::CLASS_MASK) as usize).copied().unwrap_or(Self::Unknown)
    }
}

/// Bits of [`Network::edge_traits`] above the class.
#[derive(Clone, Copy, Debug)]
pub struct EdgeTrait;

impl EdgeTrait {
    /// The bits that hold the [`StreetClass`].
    pub const CLASS_MASK: u32 = 0x1f;
    /// Steps (also when `highway` is not `steps` but the way has them).
    pub const STEPS: u32 = 1 << 5;
    /// Steps with a ramp a pram can use.
    pub const RAMP_PRAM: u32 = 1 << 6;
    /// Steps with a ramp a wheelchair can use.
    pub const RAMP_WHEELCHAIR: u32 = 1 << 7;
    /// On a bridge.
    pub const BRIDGE: u32 = 1 << 8;
    /// In a tunnel or underpass.
    pub const TUNNEL: u32 = 1 << 9;
    /// Roofed or indoors.
    pub const COVERED: u32 = 1 << 10;
    /// A surface hard for wheels (sand, gravel, cobbles ...).
    pub const ROUGH: u32 = 1 << 11;
    /// Steeper than 1:20.
    pub const SLOPED: u32 = 1 << 12;
    /// Steeper than 1:12.
    pub const STEEP: u32 = 1 << 13;
    /// Narrower than 1.2 m.
    pub const NARROW: u32 = 1 << 14;
    /// Narrower than 0.8 m.
    pub const TIGHT: u32 = 1 << 15;
    /// Access only for those who live or have business there (`destination`, `customers`).
    pub const DESTINATION: u32 = 1 << 16;
    /// Private: only for homes and facilities on the private ways themselves (an estate's inner lanes).
    pub const PRIVATE: u32 = 1 << 17;
    /// Mapped `wheelchair=no`.
    pub const WHEELCHAIR_NO: u32 = 1 << 18;
    /// Mapped `wheelchair=yes` or `designated`.
    pub const WHEELCHAIR_YES: u32 = 1 << 19;
    /// A street whose pavements are mapped as ways of their own.
    pub const SEPARATE_SIDEWALK: u32 = 1 << 20;
    /// Open only at the hours in [`Network::edge_hours`].
    pub const HOURS: u32 = 1 << 21;
}

/// Bits of [`Network::node_traits`].
#[derive(Clone, Copy, Debug)]
pub struct NodeTrait;

impl NodeTrait {
    /// A crossing with traffic signals: one waits.
    pub const SIGNALS: u16 = 1;
    /// Any mapped crossing of a carriageway.
    pub const CROSSING: u16 = 1 << 1;
    /// A raised kerb with no drop.
    pub const KERB_RAISED: u16 = 1 << 2;
    /// A gate that lets walkers through (perhaps at hours).
    pub const GATE: u16 = 1 << 3;
    /// Nobody on foot may pass (locked gate, wall).
    pub const LOCKED: u16 = 1 << 4;
    /// Passable on foot but not with wheels (stile, turnstile, cycle barrier, kissing gate).
    pub const NO_WHEELS: u16 = 1 << 5;
    /// An entrance of a building.
    pub const ENTRANCE: u16 = 1 << 6;
    /// A lift.
    pub const LIFT: u16 = 1 << 7;
    /// Streets go on beyond this node, but the data ends here.
    pub const CUT: u16 = 1 << 8;
    /// Open only at the hours in [`Network::node_hours`].
    pub const HOURS: u16 = 1 << 9;
}

/// A walking network. `n` nodes, `m` undirected edges, `2 m` arcs.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// `n` positions.
    pub node_coord: Column<Coord>,
    /// `n` sets of [`NodeTrait`] bits.
    pub node_traits: Column<u16>,
    /// `n` indices into `hours`; 0 is "always".
    pub node_hours: Column<u16>,
    /// `n + 1`: the arcs leaving node `i` are `first_arc[i]..first_arc[i + 1]`.
    pub first_arc: Column<u32>,
    /// `2 m` nodes the arcs lead to.
    pub arc_head: Column<u32>,
    /// `2 m` edges the arcs lie on. An arc runs forward when its edge's `edge_from` is its tail (a loop
    /// has two arcs at one node; the first is the forward one).
    pub arc_edge: Column<u32>,
    /// `m` nodes edges start at; `edge_from <= edge_to`, edges sorted by the pair.
    pub edge_from: Column<u32>,
    /// `m` nodes edges end at.
    pub edge_to: Column<u32>,
    /// `m` lengths in decimetres, at least 1.
    pub edge_dm: Column<u32>,
    /// `m` sets: [`StreetClass`] in the low bits, [`EdgeTrait`] above.
    pub edge_traits: Column<u32>,
    /// `m` indices into `hours`; 0 is "always".
    pub edge_hours: Column<u16>,
    /// `m` indices into `names`; 0 is unnamed.
    pub edge_name: Column<u32>,
    /// `m + 1`: the bends of edge `e`, ends left out, are `shape[first_shape[e]..first_shape[e + 1]]`.
    pub first_shape: Column<u32>,
    /// Bends in order from `edge_from` to `edge_to`.
    pub shape: Column<Coord>,
    /// `n` component numbers; 0 is the largest, then by falling size.
    pub node_component: Column<u32>,
    /// Street names; 0 is empty.
    pub names: Texts,
    /// Opening-hours texts in OpenStreetMap's syntax; 0 is empty.
    pub hours: Texts,
}

impl Network {
    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.node_coord.len()
    }

    /// Number of undirected edges.
    pub fn edges(&self) -> usize {
        self.edge_dm.len()
    }

    /// The positions along edge `e`, both ends included, from `edge_from` to `edge_to`.
    pub fn line(&self, e: u32) -> impl Iterator<Item = Coord> + '_ {
        let e = e as usize;
        let bends = self.first_shape[e] as usize..self.first_shape[e + 1] as usize;
        std::iter::once(self.node_coord[self.edge_from[e] as usize])
            .chain(self.shape[bends].iter().copied())
            .chain(std::iter::once(self.node_coord[self.edge_to[e] as usize]))
    }
}
