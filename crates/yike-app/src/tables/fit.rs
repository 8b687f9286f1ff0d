//! Whether a table's positions fit the streets better in another frame than the declared one.
//!
//! Homes and facilities stand near streets. In the wrong frame they are moved by half a kilometre and
//! land beside streets only by chance, or in canals and parks. So the median distance to the nearest
//! street is taken for each frame, and a frame is pointed out that fits much better. It is only
//! pointed out: the user decides.

use yike_streets::frames::Frame;
use yike_streets::network::Network;
use yike_streets::network::snap::{SnapIndex, SnapOptions};
use yike_streets::units::Coord;

/// At most this many positions are tried, taken evenly.
const SAMPLE: usize = 2000;
/// Fewer say nothing.
const LEAST: usize = 20;
/// How far a street is looked for, metres; farther counts as this.
const FAR_M: u32 = 1500;
/// "Much better": the median distance is at most this percentage of the declared frame's, and
/// smaller by [`CLOSER_DM`].
const PERCENT: u64 = 70;
const CLOSER_DM: u64 = 100;

/// A frame that fits much better than the declared one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BetterFit {
    /// What was declared.
    pub declared: Frame,
    /// Median distance to the nearest street with it, metres.
    pub declared_m: u32,
    /// What fits better.
    pub better: Frame,
    /// Median distance with it, metres.
    pub better_m: u32,
}

/// Compares the frames; `as_found` are degrees as the file gives them.
pub fn better_fit(network: &Network, as_found: &[[f64; 2]], declared: Frame) -> Option<BetterFit> {
    if as_found.len() < LEAST || network.edges() == 0 {
        return None;
    }
    let options = SnapOptions { max_m: FAR_M, island_nodes: 0, island_max_m: 0 };
    let index = SnapIndex::new(network, &options);
    let step = as_found.len().div_ceil(SAMPLE);
    let median = |frame: Frame| {
        let mut off: Vec<u32> = as_found
            .iter()
            .step_by(step)
            .map(|[lon, lat]| {
                let (lon, lat) = frame.to_wgs84(*lon, *lat);
                let snapped = index.snap(Coord::from_degrees(lon, lat));
                snapped.map_or(FAR_M * 10, |s| s.off_dm)
            })
            .collect();
        let middle = off.len() / 2;
        *off.select_nth_unstable(middle).1
    };
    let declared_dm = median(declared);
    let others = Frame::ALL.into_iter().filter(|f| *f != declared);
    let (better_dm, better) = others.map(|f| (median(f), f)).min_by_key(|(dm, _)| *dm)?;
    let (ours, theirs) = (u64::from(declared_dm), u64::from(better_dm));
    let much = theirs * 100 <= ours * PERCENT && theirs + CLOSER_DM <= ours;
    much.then_some(BetterFit {
        declared,
        declared_m: declared_dm.div_ceil(10),
        better,
        better_m: better_dm.div_ceil(10),
    })
}
