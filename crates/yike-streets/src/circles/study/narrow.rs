//! What homes reach of one service, as narrow as it can be told exactly enough.
//!
//! Times are exact: no walk is looked for beyond [`MAX_HORIZON_DS`], which fits 16 bits. Lengths are whole
//! metres, rounded half up; whoever judges by metres has done so before, in decimetres. Counts stop at
//! 65,535. A facility is its position among those of the service, which mostly fits 16 bits too: so a home
//! takes 24 bytes where 48 would stand, with three nearest and three bands.

use crate::circles::nearest::{CategoryReach, NONE};
use crate::column::Column;
use crate::container::{Container, FileError};

use super::Walk;

/// Farthest a study looks, in deciseconds: 100 minutes.
pub const MAX_HORIZON_DS: u32 = 60_000;
/// Services of more facilities need wide numbers: one number stands for none.
const MOST_NARROW: usize = u16::MAX as usize;

/// Positions of facilities in their service, with the largest number for none.
#[derive(Clone, Debug)]
pub(super) enum Ranks {
    Narrow(Column<u16>),
    Wide(Column<u32>),
}

impl Ranks {
    fn get(&self, i: usize) -> Option<usize> {
        match self {
            Self::Narrow(ranks) => Some(ranks[i]).filter(|r| *r != u16::MAX).map(usize::from),
            Self::Wide(ranks) => Some(ranks[i]).filter(|r| *r != NONE).map(|r| r as usize),
        }
    }
}

/// What homes reach of one service, for one profile.
#[derive(Clone, Debug)]
pub struct Block {
    pub(super) homes: usize,
    pub(super) k: usize,
    /// The facilities of the service, rising.
    pub(super) facilities: Column<u32>,
    /// `homes x k` positions in `facilities`, nearest first.
    pub(super) rank: Ranks,
    /// `homes x k` walking times, deciseconds.
    pub(super) ds: Column<u16>,
    /// `homes x k` lengths of those walks, whole metres.
    pub(super) m: Column<u16>,
    /// `bands x homes` numbers of facilities within each band; 65,535 is that many or more.
    pub(super) within: Column<u16>,
}

impl Block {
    /// Narrows what was found for the facilities of a service, given rising.
    pub(super) fn new(reach: &CategoryReach, homes: usize, facilities: Vec<u32>) -> Self {
        let rank = |f: &u32| facilities.binary_search(f).ok();
        let rank = if facilities.len() < MOST_NARROW {
            let narrow = |f| rank(f).map_or(u16::MAX, |r| r as u16);
            Ranks::Narrow(reach.facility.iter().map(narrow).collect::<Vec<_>>().into())
        } else {
            let wide = |f| rank(f).map_or(NONE, |r| r as u32);
            Ranks::Wide(reach.facility.iter().map(wide).collect::<Vec<_>>().into())
        };
        let narrow = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
        let column = |values: &[u32], of: &dyn Fn(u32) -> u16| -> Column<u16> {
            values.iter().map(|n| of(*n)).collect::<Vec<_>>().into()
        };
        Self {
            homes,
            k: reach.facility.len() / homes.max(1),
            rank,
            ds: column(&reach.ds, &narrow),
            m: column(&reach.dm, &|dm| narrow(dm.saturating_add(5) / 10)),
            within: column(&reach.within, &narrow),
            facilities: facilities.into(),
        }
    }

    /// Reads a block of a file, and checks it against the facilities of its service.
    pub(super) fn read(
        file: &Container,
        names: &[String; 4],
        (homes, k, bands): (usize, usize, usize),
        facilities: Column<u32>,
    ) -> Result<Self, FileError> {
        let [rank, ds, m, within] = names;
        let nearest = homes.saturating_mul(k);
        let count = facilities.len();
        let known = if count < MOST_NARROW {
            let ranks = file.column_of::<u16>(rank, nearest)?;
            let known = ranks.iter().all(|r| *r == u16::MAX || usize::from(*r) < count);
            known.then_some(Ranks::Narrow(ranks))
        } else {
            let ranks = file.column_of::<u32>(rank, nearest)?;
            ranks.iter().all(|r| *r == NONE || (*r as usize) < count).then_some(Ranks::Wide(ranks))
        };
        let Some(known) = known else {
            return Err(file.damaged(format!("{rank} names a facility that is not there")));
        };
        Ok(Self {
            homes,
            k,
            rank: known,
            ds: file.column_of(ds, nearest)?,
            m: file.column_of(m, nearest)?,
            within: file.column_of(within, homes.saturating_mul(bands))?,
            facilities,
        })
    }

    /// The facilities nearest to a home, nearest first.
    pub fn nearest(&self, home: usize) -> impl Iterator<Item = Walk> + '_ {
        (home * self.k..(home + 1) * self.k).map_while(|i| {
            let facility = self.facilities[self.rank.get(i)?];
            Some(Walk { facility, ds: self.ds[i].into(), m: self.m[i].into() })
        })
    }

    /// How many facilities a home has within band `b`; 65,535 is that many or more.
    pub fn within(&self, b: usize, home: usize) -> u32 {
        self.within[b * self.homes + home].into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::UNREACHED;

    fn reach() -> CategoryReach {
        CategoryReach {
            facility: vec![7, 2, 2, NONE],
            ds: vec![60_000, 60_000, 1, UNREACHED],
            dm: vec![1_234, 1_235, 700_000, 0],
            within: vec![70_000, 65_534],
        }
    }

    #[test]
    fn times_are_exact_lengths_rounded_and_counts_stop() {
        let block = Block::new(&reach(), 2, vec![2, 7]);
        assert!(matches!(block.rank, Ranks::Narrow(_)));
        let first: Vec<Walk> = block.nearest(0).collect();
        assert_eq!(first[0], Walk { facility: 7, ds: 60_000, m: 123 });
        assert_eq!(first[1], Walk { facility: 2, ds: 60_000, m: 124 });
        assert_eq!(block.nearest(1).collect::<Vec<_>>(), [Walk { facility: 2, ds: 1, m: 65_535 }]);
        assert_eq!((block.within(0, 0), block.within(0, 1)), (65_535, 65_534));
    }

    #[test]
    fn a_service_of_many_facilities_has_wide_numbers() {
        let mut found = reach();
        for (count, wide) in [(65_534, false), (65_535, true)] {
            let facilities: Vec<u32> = (0..count).map(|f| 3 * f + 1).collect();
            let last = facilities[facilities.len() - 1];
            found.facility = vec![last, 1, 4, NONE];
            let block = Block::new(&found, 2, facilities);
            assert_eq!(matches!(block.rank, Ranks::Wide(_)), wide, "{count}");
            let near = |home| block.nearest(home).map(|w| w.facility).collect::<Vec<_>>();
            assert_eq!((near(0), near(1)), (vec![last, 1], vec![4]));
        }
    }
}
