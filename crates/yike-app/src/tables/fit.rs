//! Whether a table's positions fit the streets better in another frame than the declared one.
//!
//! Homes and facilities stand near streets. In the wrong frame they are moved by half a kilometre and
//! land beside streets only by chance, or in canals and parks. So the median distance to the nearest
//! street is taken for each frame, and a frame is pointed out that fits much better. Where streets are
//! sparse one frame may fit better than another by chance; the right one fits better than any place
//! around it too, so the set is also tried moved a little every way. It is only pointed out: the user
//! decides.

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
/// How far the set is moved to see whether it fits worse there, metres.
const MOVED_M: [f64; 2] = [150.0, 300.0];
const METRES_PER_DEGREE: f64 = 111_320.0;
/// "Worse": the median distance where it is lies at most at this percentage of that where it is moved.
const WORSE_PERCENT: u64 = 90;

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
    let sample = Sample::new(network, as_found);
    let declared_dm = sample.median_dm(declared, [0.0, 0.0]);
    let others = Frame::ALL.into_iter().filter(|f| *f != declared);
    let fits = others.map(|f| (sample.median_dm(f, [0.0, 0.0]), f));
    let (better_dm, better) = fits.min_by_key(|(dm, _)| *dm)?;
    let (ours, theirs) = (u64::from(declared_dm), u64::from(better_dm));
    let much = theirs * 100 <= ours * PERCENT && theirs + CLOSER_DM <= ours;
    (much && sample.is_worse_around(better, theirs)).then_some(BetterFit {
        declared,
        declared_m: declared_dm.div_ceil(10),
        better,
        better_m: better_dm.div_ceil(10),
    })
}

/// Positions tried, and the streets they are tried against.
struct Sample<'a> {
    index: SnapIndex<'a>,
    as_found: Vec<[f64; 2]>,
}

impl<'a> Sample<'a> {
    fn new(network: &'a Network, as_found: &[[f64; 2]]) -> Self {
        let options = SnapOptions { max_m: FAR_M, island_nodes: 0, island_max_m: 0 };
        let step = as_found.len().div_ceil(SAMPLE);
        let as_found = as_found.iter().step_by(step).copied().collect();
        Self { index: SnapIndex::new(network, &options), as_found }
    }

    /// Median distance to the nearest street, decimetres, of the set read in a frame and moved by so many
    /// metres east and north.
    fn median_dm(&self, frame: Frame, [east, north]: [f64; 2]) -> u32 {
        let off = |[lon, lat]: &[f64; 2]| {
            let (lon, lat) = frame.to_wgs84(*lon, *lat);
            let lat_moved = lat + north / METRES_PER_DEGREE;
            let lon_moved = lon + east / (METRES_PER_DEGREE * lat.to_radians().cos().max(0.01));
            let snapped = self.index.snap(Coord::from_degrees(lon_moved, lat_moved));
            snapped.map_or(FAR_M * 10, |s| s.off_dm)
        };
        let mut off: Vec<u32> = self.as_found.iter().map(off).collect();
        let middle = off.len() / 2;
        *off.select_nth_unstable(middle).1
    }

    /// Whether the set, whose median distance is `here` decimetres, fits worse wherever it is moved.
    fn is_worse_around(&self, frame: Frame, here: u64) -> bool {
        let diagonal = std::f64::consts::FRAC_1_SQRT_2;
        let ways = [[1.0, 0.0], [0.0, 1.0], [diagonal, diagonal], [diagonal, -diagonal]];
        MOVED_M.iter().flat_map(|m| [*m, -*m]).all(|metres| {
            ways.iter().all(|[east, north]| {
                let there = self.median_dm(frame, [east * metres, north * metres]);
                here * 100 <= u64::from(there) * WORSE_PERCENT
            })
        })
    }
}
