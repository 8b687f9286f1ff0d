//! From an OpenStreetMap file to a [`City`].

use std::path::{Path, PathBuf};

use super::Network;
use super::build_areas;
use super::build_edges;
use super::build_lines::Lines;
use crate::city::{City, Meta};
use crate::english::English;
use crate::osm::dates;
use crate::osm::features::{self, Built};
use crate::osm::findings::Collector;
use crate::osm::gather::{self, Plan, Stopped};
use crate::osm::meaning::Optional;
use crate::osm::source::{FileBytes, Source};
use crate::osm::{ReadError, Rules};
use crate::progress::Progress;
use crate::units::Bounds;

/// What to build, and with how many threads. Threads never change the result.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "switches that do not depend on each other")]
pub struct BuildOptions {
    /// Threads to use; 0 is one for each processor.
    pub threads: usize,
    /// Also collect homes and facilities.
    pub features: bool,
    /// Also keep the shapes of the base map.
    pub scene: bool,
    /// Walk on railway and bus platforms too.
    pub platforms: bool,
    /// Take ferries that carry walkers as streets.
    pub ferries: bool,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self { threads: 0, features: true, scene: true, platforms: false, ferries: false }
    }
}

/// Why no city was built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The source cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong, where, and what to do.
        source: ReadError,
    },
    /// The worker threads could not be started.
    #[error("cannot start the worker threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// Whoever watched the progress asked to stop.
    #[error("stopped before the city was built")]
    Cancelled,
}

/// Reads a file and builds the city in it.
pub fn build(
    source: &Path,
    rules: &Rules,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<City, BuildError> {
    let fail = |e| BuildError::Read { path: source.to_owned(), source: e };
    let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    in_threads(options, || {
        let opened = Source::open(source).map_err(fail)?;
        city(&opened, name, rules, options, progress).map_err(|stopped| match stopped {
            Stopped::Read(e) => fail(e),
            Stopped::Cancelled => BuildError::Cancelled,
        })
    })?
}

/// Builds the city in a file whose bytes are in memory. `name` stands for the file's.
pub fn build_from_bytes(
    bytes: Vec<u8>,
    name: &str,
    rules: &Rules,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<City, BuildError> {
    let fail = |e| BuildError::Read { path: name.into(), source: e };
    in_threads(options, || {
        let opened = Source::from_bytes(FileBytes::Memory(bytes)).map_err(fail)?;
        city(&opened, name.to_owned(), rules, options, progress).map_err(|stopped| match stopped {
            Stopped::Read(e) => fail(e),
            Stopped::Cancelled => BuildError::Cancelled,
        })
    })?
}

fn in_threads<T: Send>(
    options: &BuildOptions,
    work: impl FnOnce() -> T + Send,
) -> Result<T, BuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?;
    Ok(pool.install(work))
}

fn city(
    source: &Source,
    name: String,
    rules: &Rules,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<City, Stopped> {
    let mut found = Collector::default();
    let optional = Optional { platforms: options.platforms, ferries: options.ferries };
    let plan = Plan { optional, features: options.features, scene: options.scene };
    let gathered = gather::gather(source, rules, plan, progress, &mut found)?;
    progress.stage("streets", 0, 1);
    let mut lines = Lines::collect(&gathered, &mut found);
    build_areas::add(&mut lines, &gathered, &mut found);
    let network = build_edges::network(lines, &gathered, &mut found);
    if progress.cancelled() {
        return Err(Stopped::Cancelled);
    }
    progress.stage("buildings and facilities", 0, 1);
    let Built { homes, facilities, scene } = features::build(&gathered, rules, &mut found);
    let meta = meta(source, name, rules, gathered.newest, &network);
    let english = English::pack(gathered.pool.english());
    Ok(City { meta, network, homes, facilities, scene, english, findings: found.finish() })
}

fn meta(
    source: &Source,
    name: String,
    rules: &Rules,
    newest: Option<i64>,
    network: &Network,
) -> Meta {
    Meta {
        source: name,
        source_digest: format!("{:016x}", source.digest),
        data_date: source.seconds.or(newest).map(dates::day),
        attribution: "© OpenStreetMap contributors".into(),
        built_by: concat!("yike ", env!("CARGO_PKG_VERSION")).into(),
        rules_digest: rules.digest(),
        bounds: reach(source.bounds, network),
    }
}

/// How far the streets reach, and not beyond the box the source says it is complete in: streets that
/// stick out of it stand alone there.
fn reach(claimed: Option<Bounds>, network: &Network) -> Bounds {
    let mut bounds = Bounds::EMPTY;
    for coord in network.node_coord.iter().chain(network.shape.iter()) {
        bounds.add(*coord);
    }
    let Some(claimed) = claimed.filter(|c| c.meets(&bounds)) else { return bounds };
    Bounds {
        west_e7: bounds.west_e7.max(claimed.west_e7),
        south_e7: bounds.south_e7.max(claimed.south_e7),
        east_e7: bounds.east_e7.min(claimed.east_e7),
        north_e7: bounds.north_e7.min(claimed.north_e7),
    }
}
