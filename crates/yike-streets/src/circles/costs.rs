//! The network as one profile walks it at one time: whole deciseconds for every edge and node.
//!
//! **Rounding.** An edge's time is its length times the walker's time for a metre, rounded to the
//! nearest decisecond and at least 1, so every stretch takes time and a sum of many is not biased. A
//! position divides its edge in proportion: the part from the start is rounded down, the other part is
//! what is left, so both are monotone and add up to the whole.
//!
//! **Waiting** at a node (signals, gates, kerbs, lifts) is charged when a walk passes through it, from
//! one edge to another, and never at the walk's ends. So a walk takes the same time both ways.

use crate::circles::hours::{self, WeekTime};
use crate::circles::profile::{EdgeTolls, Profile, Toll, Wheels};
use crate::network::{EdgeTrait, Network, NodeTrait};
use crate::units::UNREACHED;

/// Longest time of one edge or wait; keeps sums far from [`UNREACHED`].
const MAX_DS: u64 = 1 << 28;

/// What walking costs one profile at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    /// Time to walk each edge from end to end, deciseconds, at least 1; [`UNREACHED`] where this
    /// profile cannot walk.
    pub edge_ds: Vec<u32>,
    /// Time lost passing each node, deciseconds; [`UNREACHED`] where this profile cannot pass.
    pub node_wait_ds: Vec<u32>,
    /// Hours texts (by their number in [`Network::hours`]) that could not be read; what they govern
    /// counts as open.
    pub unread_hours: Vec<u16>,
    us_per_m: u64,
}

impl Costs {
    /// Looks at a network with the eyes of `profile`. With a time, gates and ways with opening hours
    /// that are closed then cannot be passed; without one they count as open.
    pub fn new(network: &Network, profile: &Profile, at: Option<WeekTime>) -> Self {
        let (closed, unread_hours) = closed_hours(network, at);
        let us_per_m = profile.us_per_m();
        let shut = |hours: u16| closed.get(usize::from(hours)).copied().unwrap_or(false);
        let edge = |e: usize| match edge_percent(network.edge_traits[e], profile) {
            Some(percent) if !shut(network.edge_hours[e]) => {
                edge_ds(network.edge_dm[e], us_per_m, percent)
            }
            _ => UNREACHED,
        };
        let node = |v: usize| {
            if shut(network.node_hours[v]) {
                return UNREACHED;
            }
            node_wait_ds(network.node_traits[v], profile)
        };
        Self {
            edge_ds: (0..network.edges()).map(edge).collect(),
            node_wait_ds: (0..network.nodes()).map(node).collect(),
            unread_hours,
            us_per_m,
        }
    }

    /// Time for a distance off the street (door to edge), deciseconds, rounded to the nearest.
    pub fn off_street_ds(&self, dm: u32) -> u32 {
        ((u64::from(dm) * self.us_per_m + 500_000) / 1_000_000).min(MAX_DS) as u32
    }

    /// How far this walker gets on plain ground in `ds`, whole decimetres.
    pub fn plain_dm(&self, ds: u32) -> u32 {
        (u64::from(ds) * 1_000_000 / self.us_per_m) as u32
    }

    /// Whether this profile can walk edge `e`.
    pub fn walkable(&self, e: u32) -> bool {
        self.edge_ds[e as usize] < UNREACHED
    }

    /// Time from the start of edge `e` (of `edge_dm` decimetres) to a position along it, and from
    /// there to its end; both [`UNREACHED`] on an edge that cannot be walked.
    pub fn split(&self, e: u32, along_dm: u32, edge_dm: u32) -> (u32, u32) {
        let whole = self.edge_ds[e as usize];
        if whole >= UNREACHED {
            return (UNREACHED, UNREACHED);
        }
        let along = u64::from(along_dm.min(edge_dm));
        let first = (u64::from(whole) * along / u64::from(edge_dm.max(1))) as u32;
        (first, whole - first)
    }
}

/// Which hours texts are closed at the time, and which could not be read.
fn closed_hours(network: &Network, at: Option<WeekTime>) -> (Vec<bool>, Vec<u16>) {
    let mut unread = Vec::new();
    let Some(at) = at else { return (Vec::new(), unread) };
    let closed = (0..network.hours.len())
        .map(|i| {
            let text = network.hours.get(i);
            if text.is_empty() {
                return false;
            }
            if let Some(open) = hours::open_at(text, at) {
                !open
            } else {
                unread.push(i as u16);
                false
            }
        })
        .collect();
    (closed, unread)
}

/// Percent of the plain time an edge takes; `None` where it cannot be walked.
fn edge_percent(traits: u32, profile: &Profile) -> Option<u32> {
    let has = |bit: u32| traits & bit != 0;
    let tolls: &EdgeTolls = &profile.edges;
    // Each trait's toll, and whether a mapped wheelchair=yes lifts its "no".
    let mut percent = 100;
    let mut apply = |toll: Toll, lifted: bool| match toll.0 {
        Some(p) => {
            percent = percent.max(p);
            true
        }
        None => lifted,
    };
    let yes = has(EdgeTrait::WHEELCHAIR_YES);
    let pairs = [
        (EdgeTrait::ROUGH, tolls.rough),
        (EdgeTrait::SLOPED, tolls.sloped),
        (EdgeTrait::STEEP, tolls.steep),
        (EdgeTrait::NARROW, tolls.narrow),
        (EdgeTrait::TIGHT, tolls.tight),
    ];
    let passes = pairs.iter().all(|&(bit, toll)| !has(bit) || apply(toll, yes))
        && (!has(EdgeTrait::WHEELCHAIR_NO) || apply(tolls.wheelchair_no, false))
        && (!has(EdgeTrait::STEPS) || {
            let ramp = match profile.wheels {
                Wheels::None => false,
                Wheels::Pram => has(EdgeTrait::RAMP_PRAM | EdgeTrait::RAMP_WHEELCHAIR),
                Wheels::Wheelchair => has(EdgeTrait::RAMP_WHEELCHAIR),
            };
            apply(if ramp { tolls.ramp } else { tolls.steps }, false)
        });
    passes.then_some(percent)
}

fn edge_ds(dm: u32, us_per_m: u64, percent: u32) -> u32 {
    let scaled = u128::from(dm) * u128::from(us_per_m) * u128::from(percent);
    let ds = (scaled + 50_000_000) / 100_000_000;
    ds.clamp(1, u128::from(MAX_DS)) as u32
}

/// Waits at a node add up: a signal with a raised kerb costs both.
fn node_wait_ds(traits: u16, profile: &Profile) -> u32 {
    let has = |bit: u16| traits & bit != 0;
    let barred =
        has(NodeTrait::LOCKED) || (has(NodeTrait::NO_WHEELS) && profile.wheels != Wheels::None);
    if barred {
        return UNREACHED;
    }
    let n = &profile.nodes;
    let signals = has(NodeTrait::SIGNALS);
    let tolls = [
        (signals, n.signals),
        (has(NodeTrait::CROSSING) && !signals, n.crossing),
        (has(NodeTrait::KERB_RAISED), n.kerb_raised),
        (has(NodeTrait::GATE), n.gate),
        (has(NodeTrait::LIFT), n.lift),
    ];
    let mut wait = 0;
    for (_, toll) in tolls.iter().filter(|(here, _)| *here) {
        match toll.0 {
            Some(seconds) => wait += seconds * 10,
            None => return UNREACHED,
        }
    }
    wait
}

#[cfg(test)]
#[path = "costs_tests.rs"]
mod tests;
