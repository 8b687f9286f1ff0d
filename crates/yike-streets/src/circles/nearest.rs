//! For every home: the nearest facilities of every category, and how many lie within each band.
//!
//! Searched from the facilities outward, since they are fewer than the homes. The nearest few are found
//! for all homes at once by sweeps over a [`crate::circles::ladder::Ladder`]; the counts by one search
//! from each facility, as far as the last band. Either way two doors on one edge also meet along it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::circles::costs::Costs;
use crate::circles::nearest_counts::{Counter, Targets};
use crate::circles::nearest_lists::Lists;
use crate::circles::search::WalkGraph;
use crate::facilities::Facilities;
use crate::network::Network;
use crate::network::snap::Doors;
use crate::progress::Progress;

/// Largest number of nearest facilities one may ask for.
pub const MAX_K: usize = 16;
/// Largest number of bands one may ask for.
pub const MAX_BANDS: usize = 8;
/// Stands for "no facility".
pub const NONE: u32 = u32::MAX;

/// What to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearestOptions {
    /// How many nearest facilities of each category, 1 to [`MAX_K`].
    pub k: usize,
    /// Rising times, in deciseconds, to count facilities within; at most [`MAX_BANDS`].
    pub bands_ds: Vec<u32>,
    /// How far "nearest" is looked for, in deciseconds.
    pub max_ds: u32,
    /// Worker threads; 0 is one for each processor.
    pub threads: usize,
}

impl Default for NearestOptions {
    fn default() -> Self {
        Self { k: 3, bands_ds: vec![3000, 6000, 9000], max_ds: 36_000, threads: 0 }
    }
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NearestError {
    /// The options are out of range; the text says which and what is allowed.
    #[error("{0}")]
    Options(String),
    /// Someone asked the work to stop.
    #[error("stopped on request")]
    Cancelled,
}

/// One facility and the walk to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Near {
    /// Walking time, deciseconds.
    pub ds: u32,
    /// Length of that walk, decimetres.
    pub dm: u32,
    /// Number of the facility.
    pub facility: u32,
}

/// What every home reaches, by category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reachable {
    /// Number of homes.
    pub homes: usize,
    /// Nearest facilities asked for.
    pub k: usize,
    /// Bands asked for.
    pub bands: usize,
    /// One entry for each category.
    pub category: Vec<CategoryReach>,
}

/// What every home reaches of one category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryReach {
    /// `homes x k` facilities, nearest first; [`NONE`] where there are fewer. Of equal times the shorter
    /// way, then the smaller number comes first.
    pub facility: Vec<u32>,
    /// `homes x k` walking times, deciseconds; [`crate::units::UNREACHED`] where there is none.
    pub ds: Vec<u32>,
    /// `homes x k` lengths of those walks, decimetres; 0 where there is none.
    pub dm: Vec<u32>,
    /// `bands x homes` numbers of facilities within each band (its end included).
    pub within: Vec<u32>,
}

impl Reachable {
    /// The facilities of category `c` nearest to a home, nearest first.
    pub fn nearest(&self, c: usize, home: usize) -> impl Iterator<Item = Near> + '_ {
        let category = &self.category[c];
        (home * self.k..(home + 1) * self.k).map_while(move |i| {
            let facility = category.facility[i];
            (facility != NONE).then(|| Near { ds: category.ds[i], dm: category.dm[i], facility })
        })
    }

    /// How many facilities of category `c` a home has within a band.
    pub fn within(&self, c: usize, band: usize, home: usize) -> u32 {
        self.category[c].within[band * self.homes + home]
    }
}

/// Finds, for every home, the `k` nearest facilities of every category within `max_ds`, and counts
/// the facilities within every band.
///
/// `homes` and `facility_doors` are snapped for this profile (see [`Doors::on_usable`]). The answer
/// does not depend on the number of threads.
pub fn homes_to_facilities(
    network: &Network,
    costs: &Costs,
    homes: &Doors,
    facilities: &Facilities,
    facility_doors: &Doors,
    options: &NearestOptions,
    progress: &dyn Progress,
) -> Result<Reachable, NearestError> {
    let mut category = Vec::with_capacity(facilities.categories.len());
    each_category(
        &Walkers { network, costs, homes, facility_doors },
        facilities,
        options,
        progress,
        |_, reach| reach,
        |_, reach| {
            category.push(reach);
            Ok::<_, NearestError>(())
        },
    )?;
    Ok(Reachable { homes: homes.len(), k: options.k, bands: options.bands_ds.len(), category })
}

/// Who walks where: the same for all categories.
pub(crate) struct Walkers<'a> {
    pub network: &'a Network,
    pub costs: &'a Costs,
    pub homes: &'a Doors,
    pub facility_doors: &'a Doors,
}

/// As [`homes_to_facilities`], without keeping the answers: `digest` makes something smaller of each, on
/// the thread that found it, and `give` gets those in the order of the categories.
pub(crate) fn each_category<T: Send, E: From<NearestError> + Send>(
    walkers: &Walkers<'_>,
    facilities: &Facilities,
    options: &NearestOptions,
    progress: &dyn Progress,
    digest: impl Fn(usize, CategoryReach) -> T + Sync,
    give: impl FnMut(usize, T) -> Result<(), E> + Send,
) -> Result<(), E> {
    check(options)?;
    let Walkers { network, costs, homes, facility_doors } = *walkers;
    let graph = WalkGraph::new(network, costs);
    let targets = Targets::new(network, costs, &graph, homes);
    let lists = Lists::new(network, costs, &graph, homes, options.max_ds);
    let categories = facilities.categories.len();
    let done = AtomicU64::new(0);
    let in_order = Mutex::new(InOrder { next: 0, early: BTreeMap::new(), give });
    let one = |c: usize| {
        if progress.cancelled() {
            return Err(NearestError::Cancelled.into());
        }
        let here: Vec<u32> = facilities.of_category(c).collect();
        let mut reach = lists.category(&here, facility_doors, &targets, options.k);
        let mut counter = Counter::new(network, costs, &graph, homes, &targets);
        reach.within = counter.category(&here, facility_doors, &options.bands_ds);
        let digest = digest(c, reach);
        progress.stage("circles", 1 + done.fetch_add(1, Ordering::Relaxed), categories as u64);
        in_order.lock().unwrap_or_else(PoisonError::into_inner).take(c, digest)
    };
    // Taken one after the other, not by halves: so few are done before their turn.
    in_pool(options.threads, || (0..categories).par_bridge().try_for_each(one))
}

/// Gives on what is done in its order, and keeps what is done too early.
struct InOrder<T, F> {
    next: usize,
    early: BTreeMap<usize, T>,
    give: F,
}

impl<T, F> InOrder<T, F> {
    fn take<E>(&mut self, at: usize, done: T) -> Result<(), E>
    where
        F: FnMut(usize, T) -> Result<(), E>,
    {
        self.early.insert(at, done);
        while let Some(done) = self.early.remove(&self.next) {
            (self.give)(self.next, done)?;
            self.next += 1;
        }
        Ok(())
    }
}

fn check(options: &NearestOptions) -> Result<(), NearestError> {
    let refuse = |text: String| Err(NearestError::Options(text));
    if !(1..=MAX_K).contains(&options.k) {
        return refuse(format!("k is {}; it must be 1 to {MAX_K}", options.k));
    }
    let bands = &options.bands_ds;
    if bands.len() > MAX_BANDS || !bands.is_sorted_by(|a, b| a < b) {
        return refuse(format!("the bands must rise, and be at most {MAX_BANDS}"));
    }
    if bands.last().is_some_and(|b| *b > options.max_ds) || options.max_ds > 864_000 {
        return refuse("the search must reach the last band, and at most a day".into());
    }
    Ok(())
}

/// Runs `work` on so many threads; 0 is the pool there is.
fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    if threads == 0 {
        return work();
    }
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(work),
        // Threads cannot be had: the answer is the same, only later.
        Err(_) => work(),
    }
}

#[cfg(test)]
#[path = "nearest_tests.rs"]
mod tests;
