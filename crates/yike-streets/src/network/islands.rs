//! Islands: pieces of the network that do not hang together with the main one. Some are real (a pier,
//! a courtyard whose gate is not mapped), most are gaps in the map; both must be seen, not hidden.

use crate::network::Network;

/// How many nodes each component has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Components {
    size: Vec<u32>,
}

impl Components {
    /// Counts the nodes of every component.
    pub fn of(network: &Network) -> Self {
        let mut size = Vec::new();
        for &c in network.node_component.iter() {
            let c = c as usize;
            if size.len() <= c {
                size.resize(c + 1, 0);
            }
            size[c] += 1;
        }
        Self { size }
    }

    /// Nodes of component `c`.
    pub fn nodes(&self, c: u32) -> u32 {
        self.size.get(c as usize).copied().unwrap_or(0)
    }

    /// Number of components.
    pub fn count(&self) -> usize {
        self.size.len()
    }

    /// Whether component `c` has fewer than `least` nodes. The largest one never counts as an island.
    pub fn is_island(&self, c: u32, least: u32) -> bool {
        c != 0 && self.nodes(c) < least
    }
}

/// What snapping found, for the reader of the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SnapReport {
    /// Places looked at.
    pub places: u64,
    /// Places none of whose doors has a street within the bound: they reach nothing.
    pub off_the_streets: u64,
    /// Places that stay on an island: they reach only what is on it.
    pub on_island: u64,
    /// Places moved from a nearer island to the main streets.
    pub moved_to_main: u64,
}
