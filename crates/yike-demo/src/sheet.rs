//! A sheet to draw on: what one cell of the plan adds to the city's files, before ids are final.

use std::borrow::Cow;
use std::collections::HashMap;

use yike_streets::units::Coord;

use crate::plane::{Pt, to_coord};

/// A text that is mostly a constant.
pub(crate) type Text = Cow<'static, str>;
/// Tags of one object.
pub(crate) type Tags = Vec<(&'static str, Text)>;

/// Makes [`Tags`] from pairs of anything that turns into text.
macro_rules! tags {
    ($($key:literal: $value:expr),* $(,)?) => {
        vec![$(($key, $crate::sheet::Text::from($value))),*]
    };
}
pub(crate) use tags;

/// A node: of the skeleton (known to the whole city) or of this sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Ref {
    Skeleton(u32),
    Local(u32),
}

/// A node of the sheet.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Coord,
    pub(crate) tags: Tags,
}

/// A way of the sheet.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) refs: Vec<Ref>,
    pub(crate) tags: Tags,
}

/// People of a building by [`crate::people::BANDS`].
pub(crate) type Ages = [u32; 7];

/// A building people live in: one row of `homes.csv`.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) at: Coord,
    /// Index of its way in the sheet.
    pub(crate) way: u32,
    /// Which of the cell's estates.
    pub(crate) estate: u16,
    /// Number of the building in the estate (幢).
    pub(crate) building: u16,
    /// Stairwells (单元).
    pub(crate) entrances: u16,
    pub(crate) levels: u16,
    pub(crate) dwellings: u32,
    pub(crate) people: u32,
    pub(crate) ages: Ages,
}

/// A row of `facilities.xlsx`.
#[derive(Clone, Debug)]
pub(crate) struct Facility {
    pub(crate) kind: crate::needs::Kind,
    pub(crate) at: Coord,
    pub(crate) name: String,
    pub(crate) hours: &'static str,
    pub(crate) capacity: u32,
}

/// Something of section 3 of the issue that can be looked up in `phenomena.json`.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) kind: &'static str,
    pub(crate) at: Coord,
    /// A second place that belongs to it, such as the other bank.
    pub(crate) other: Option<Coord>,
    pub(crate) expect: &'static str,
}

/// Everything drawn for one cell.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) nodes: Vec<Node>,
    pub(crate) ways: Vec<Way>,
    /// Multipolygons: outer way, inner ways, tags.
    pub(crate) areas: Vec<(u32, Vec<u32>, Tags)>,
    pub(crate) homes: Vec<Home>,
    /// Names of the cell's estates.
    pub(crate) estates: Vec<crate::names::Name>,
    pub(crate) facilities: Vec<Facility>,
    pub(crate) seen: Vec<Seen>,
    shared: HashMap<Coord, Ref>,
}

impl Sheet {
    /// A node of its own.
    pub(crate) fn node(&mut self, at: Pt, tags: Tags) -> Ref {
        self.nodes.push(Node { at: to_coord(at), tags });
        Ref::Local(self.nodes.len() as u32 - 1)
    }

    /// The node at `at` that all streets of the sheet share.
    pub(crate) fn joint(&mut self, at: Pt) -> Ref {
        let coord = to_coord(at);
        if let Some(&node) = self.shared.get(&coord) {
            return node;
        }
        let node = self.node(at, Vec::new());
        self.shared.insert(coord, node);
        node
    }

    /// Adds tags to a node of the sheet.
    pub(crate) fn tag(&mut self, node: Ref, tags: Tags) {
        if let Ref::Local(i) = node {
            self.nodes[i as usize].tags.extend(tags);
        }
    }

    /// Draws a line through nodes; repeated neighbours are drawn once, and a line needs two.
    pub(crate) fn way(&mut self, mut refs: Vec<Ref>, tags: Tags) -> u32 {
        refs.dedup();
        if refs.len() > 1 {
            self.ways.push(Way { refs, tags });
        }
        self.ways.len().saturating_sub(1) as u32
    }

    /// Draws a street through points; it joins others wherever their points coincide.
    pub(crate) fn street(&mut self, points: &[Pt], tags: Tags) -> u32 {
        let refs = points.iter().map(|&p| self.joint(p)).collect();
        self.way(refs, tags)
    }

    /// Draws a closed ring of fresh nodes.
    pub(crate) fn ring(&mut self, ring: &[Pt], tags: Tags) -> u32 {
        let mut refs: Vec<Ref> = ring.iter().map(|&p| self.node(p, Vec::new())).collect();
        refs.push(refs[0]);
        self.way(refs, tags)
    }

    /// Draws a place of interest.
    pub(crate) fn poi(&mut self, at: Pt, tags: Tags) {
        self.node(at, tags);
    }
}
