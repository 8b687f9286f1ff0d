//! Walkable streets as lines of nodes with interned attributes: the input of contraction.

use std::collections::HashMap;

use crate::network::{EdgeTrait, NodeTrait, StreetClass};
use crate::osm::block::NOWHERE;
use crate::osm::findings::Collector;
use crate::osm::gather::{Gathered, Geometry, Street};
use crate::units::Coord;

/// What all of an edge has in common. Edges are joined only where these are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Attributes {
    pub(crate) traits: u32,
    /// Number in [`Lines::hours`].
    pub(crate) hours: u16,
    /// Number in [`Lines::names`].
    pub(crate) name: u32,
}

/// Texts without doubles. Number 0 is the empty text.
#[derive(Debug)]
pub(crate) struct Interned {
    pub(crate) texts: Vec<String>,
    number: HashMap<String, u32>,
}

impl Default for Interned {
    fn default() -> Self {
        Self { texts: vec![String::new()], number: HashMap::new() }
    }
}

impl Interned {
    pub(crate) fn add(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.number.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.number.insert(text.to_owned(), number);
        number
    }
}

/// At most this many different opening hours in a city: the columns hold 16 bits.
const MAX_HOURS: usize = 1 << 16;

/// Lines of at least two nodes, no node twice in a row, none missing.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) nodes: Vec<u32>,
    /// Where each line ends in `nodes`.
    pub(crate) ends: Vec<u32>,
    /// Number in `attributes`, for each line.
    pub(crate) of: Vec<u32>,
    pub(crate) attributes: Vec<Attributes>,
    number: HashMap<Attributes, u32>,
    pub(crate) names: Interned,
    pub(crate) hours: Interned,
    /// [`NodeTrait`] bits of every node of the file that was read.
    pub(crate) node_traits: Vec<u16>,
    /// Hours of some nodes, by node.
    pub(crate) node_hours: HashMap<u32, u16>,
    /// Gates only those who live behind them may pass.
    pub(crate) private_gates: Vec<u32>,
}

impl Lines {
    /// Lays out all walkable streets that are walked along, and the marks on their nodes.
    pub(crate) fn collect(gathered: &Gathered, found: &mut Collector) -> Self {
        let mut lines = Self { node_traits: vec![0; gathered.node_id.len()], ..Self::default() };
        for mark in &gathered.marks {
            lines.node_traits[mark.node as usize] |= mark.traits;
            if mark.hours != 0 {
                let hours = lines.hours_number(gathered.pool.get(mark.hours), found);
                lines.node_hours.insert(mark.node, hours);
            }
            if mark.private {
                lines.private_gates.push(mark.node);
                lines.node_traits[mark.node as usize] |= NodeTrait::GATE;
            }
        }
        for street in gathered.streets.iter().filter(|s| s.walkable && !s.area) {
            if let Geometry::Way { start, end } = street.geometry {
                let attributes = lines.attributes_of(street, gathered, found);
                let refs = &gathered.refs[start as usize..end as usize];
                lines.add_way(street, refs, attributes, &gathered.node_coord, found);
            }
        }
        lines
    }

    pub(crate) fn attributes_of(
        &mut self,
        street: &Street,
        gathered: &Gathered,
        found: &mut Collector,
    ) -> Attributes {
        let name = self.names.add(gathered.pool.get(street.name));
        let hours = self.hours_number(gathered.pool.get(street.hours), found);
        Attributes { traits: street.traits, hours, name }
    }

    fn hours_number(&mut self, text: &str, found: &mut Collector) -> u16 {
        if self.hours.texts.len() >= MAX_HOURS && !self.hours.number.contains_key(text) {
            found.note("too-many-opening-hours", || text.to_owned());
            return 0;
        }
        self.hours.add(text) as u16
    }

    /// The number of a set of attributes.
    pub(crate) fn intern(&mut self, attributes: Attributes) -> u32 {
        let next = self.attributes.len() as u32;
        let number = *self.number.entry(attributes).or_insert(next);
        if number == next {
            self.attributes.push(attributes);
        }
        number
    }

    /// Adds a way, in parts where nodes are missing from the file.
    fn add_way(
        &mut self,
        street: &Street,
        refs: &[u32],
        attributes: Attributes,
        coords: &[Coord],
        found: &mut Collector,
    ) {
        let mut whole = true;
        for part in refs.split(|n| {
            let missing = coords[*n as usize] == NOWHERE;
            whole &= !missing;
            missing
        }) {
            self.add(part, attributes);
        }
        if whole {
            return;
        }
        found.note("way-with-missing-node", || street.id);
        // The street goes on, but the file does not.
        let there = |n: u32| coords[n as usize] != NOWHERE;
        for pair in refs.windows(2) {
            match (there(pair[0]), there(pair[1])) {
                (true, false) => self.node_traits[pair[0] as usize] |= NodeTrait::CUT,
                (false, true) => self.node_traits[pair[1] as usize] |= NodeTrait::CUT,
                _ => {}
            }
        }
    }

    /// Adds a line; nothing if it has no two different nodes in a row.
    pub(crate) fn add(&mut self, nodes: &[u32], attributes: Attributes) {
        let start = self.nodes.len();
        for node in nodes {
            if self.nodes.len() == start || self.nodes.last() != Some(node) {
                self.nodes.push(*node);
            }
        }
        if self.nodes.len() - start < 2 {
            self.nodes.truncate(start);
            return;
        }
        let number = self.intern(attributes);
        self.ends.push(self.nodes.len() as u32);
        self.of.push(number);
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The nodes of line `i`.
    pub(crate) fn line(&self, i: usize) -> &[u32] {
        &self.nodes[crate::osm::block::part(&self.ends, i)]
    }
}

impl Attributes {
    /// The same across an area instead of along a street.
    pub(crate) fn across(self) -> Self {
        let traits = self.traits & !EdgeTrait::CLASS_MASK | StreetClass::AreaLink as u32;
        Self { traits, ..self }
    }

    pub(crate) fn private(self) -> Self {
        Self { traits: self.traits | EdgeTrait::PRIVATE, ..self }
    }
}
