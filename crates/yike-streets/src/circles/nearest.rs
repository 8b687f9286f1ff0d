//! For every home: the nearest facilities of every category, and how many lie within each band.
//!
//! Searched from the facilities outward, since they are fewer than the homes. A home's doors hang on
//! the ends of their edges like dead-end nodes; two doors on one edge also meet along it.

use rayon::prelude::*;

use crate::circles::costs::Costs;
use crate::circles::search::{Key, NEVER, Stub, WalkGraph, Walker, direct, dm, ds, key, stubs};
use crate::facilities::Facilities;
use crate::network::Network;
use crate::network::snap::{Doors, Snapped};
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
    check(options)?;
    let graph = WalkGraph::new(network, costs);
    let targets = Targets::new(network, costs, &graph, homes);
    let categories = facilities.categories.len();
    let done = std::sync::atomic::AtomicU64::new(0);
    let one = |c: usize| {
        if progress.cancelled() {
            return Err(NearestError::Cancelled);
        }
        let mut search = Search::new(network, costs, &graph, homes, &targets);
        let reach = search.category(facilities.of_category(c), facility_doors, options);
        let done = 1 + done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        progress.stage("circles", done, categories as u64);
        Ok(reach)
    };
    let category = in_pool(options.threads, || {
        (0..categories).into_par_iter().map(one).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(Reachable { homes: homes.len(), k: options.k, bands: options.bands_ds.len(), category })
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

/// The doors of homes, by the nodes they hang on and by their edges.
pub(crate) struct Targets {
    /// `nodes + 1` positions in `hanging`.
    first: Vec<u32>,
    hanging: Vec<Hanging>,
    /// (edge, home, door), sorted.
    on_edge: Vec<(u32, u32, u32)>,
}

/// A home's door seen from one end of its edge; the wait at the node is included.
#[derive(Clone, Copy)]
struct Hanging {
    length: Key,
    home: u32,
    private: bool,
}

impl Targets {
    pub(crate) fn new(network: &Network, costs: &Costs, graph: &WalkGraph, homes: &Doors) -> Self {
        let mut pairs = Vec::with_capacity(2 * homes.door.len());
        let mut on_edge = Vec::with_capacity(homes.door.len());
        for home in 0..homes.len() as u32 {
            for i in homes.first[home as usize]..homes.first[home as usize + 1] {
                let door = &homes.door[i as usize];
                let Some(stubs) = stubs(network, costs, door) else { continue };
                on_edge.push((door.edge, home, i));
                for Stub { node, private, length } in stubs {
                    let wait = graph.wait(node);
                    if wait < NEVER {
                        let hanging = Hanging { length: wait + length, home, private };
                        pairs.push((node, hanging));
                    }
                }
            }
        }
        on_edge.sort_unstable();
        let mut first = vec![0; graph.nodes() + 1];
        for (node, _) in &pairs {
            first[*node as usize + 1] += 1;
        }
        for v in 0..graph.nodes() {
            first[v + 1] += first[v];
        }
        pairs.sort_by_key(|(node, _)| *node);
        Self { first, hanging: pairs.into_iter().map(|(_, h)| h).collect(), on_edge }
    }

    fn at(&self, v: u32) -> &[Hanging] {
        &self.hanging[self.first[v as usize] as usize..self.first[v as usize + 1] as usize]
    }

    fn on_edge(&self, edge: u32) -> &[(u32, u32, u32)] {
        let from = self.on_edge.partition_point(|d| d.0 < edge);
        let to = self.on_edge.partition_point(|d| d.0 <= edge);
        &self.on_edge[from..to]
    }
}

/// Searches from facilities, one after the other, and keeps what homes have seen.
struct Search<'a> {
    network: &'a Network,
    costs: &'a Costs,
    graph: &'a WalkGraph,
    homes: &'a Doors,
    targets: &'a Targets,
    walker: Walker,
    /// Shortest way from the facility at hand to each home; [`NEVER`] between searches.
    best: Vec<Key>,
    seen: Vec<u32>,
}

impl<'a> Search<'a> {
    fn new(
        network: &'a Network,
        costs: &'a Costs,
        graph: &'a WalkGraph,
        homes: &'a Doors,
        targets: &'a Targets,
    ) -> Self {
        let walker = Walker::new(graph.nodes());
        let best = vec![NEVER; homes.len()];
        Self { network, costs, graph, homes, targets, walker, best, seen: Vec::new() }
    }

    fn category(
        &mut self,
        facilities: impl Iterator<Item = u32>,
        doors: &Doors,
        options: &NearestOptions,
    ) -> CategoryReach {
        let (homes, k) = (self.homes.len(), options.k);
        let mut nearest = vec![Near { ds: NONE, dm: 0, facility: NONE }; homes * k];
        let mut within = vec![0; options.bands_ds.len() * homes];
        for facility in facilities {
            self.search_from(doors.place(facility as usize), options.max_ds);
            for home in self.seen.drain(..) {
                let way = std::mem::replace(&mut self.best[home as usize], NEVER);
                let near = Near { ds: ds(way), dm: dm(way), facility };
                let list = &mut nearest[home as usize * k..(home as usize + 1) * k];
                if near < list[k - 1] {
                    let at = list.partition_point(|n| *n < near);
                    list[at..].rotate_right(1);
                    list[at] = near;
                }
                for (band, limit) in options.bands_ds.iter().enumerate() {
                    within[band * homes + home as usize] += u32::from(near.ds <= *limit);
                }
            }
        }
        CategoryReach {
            facility: nearest.iter().map(|n| n.facility).collect(),
            ds: nearest.iter().map(|n| n.ds.min(crate::units::UNREACHED)).collect(),
            dm: nearest.iter().map(|n| n.dm).collect(),
            within,
        }
    }

    /// Fills `best` and `seen` with the homes within the limit.
    fn search_from(&mut self, doors: &[Snapped], limit_ds: u32) {
        let seeds: Vec<Stub> =
            doors.iter().filter_map(|d| stubs(self.network, self.costs, d)).flatten().collect();
        self.walker.search(self.graph, &seeds, limit_ds);
        let limit = key(limit_ds, u32::MAX);
        let (best, seen) = (&mut self.best, &mut self.seen);
        let mut offer = |home: u32, way: Key| {
            let old = &mut best[home as usize];
            if way < *old && way <= limit {
                if *old == NEVER {
                    seen.push(home);
                }
                *old = way;
            }
        };
        let (reached, inside) = self.walker.reached();
        for &v in reached.iter().chain(inside) {
            for hanging in self.targets.at(v) {
                let way = self.walker.at(v, hanging.private);
                if way < NEVER {
                    offer(hanging.home, way + hanging.length);
                }
            }
        }
        for door in doors {
            for &(_, home, i) in self.targets.on_edge(door.edge) {
                let other = &self.homes.door[i as usize];
                if let Some(way) = direct(self.network, self.costs, door, other) {
                    offer(home, way);
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "nearest_tests.rs"]
mod tests;
