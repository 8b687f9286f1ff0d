//! From an OpenStreetMap file to a [`City`].

use std::path::{Path, PathBuf};

use super::build_edges;
use super::build_lines::Lines;
use crate::city::{City, Meta};
use crate::osm::dates;
use crate::osm::findings::Collector;
use crate::osm::gather::{self, Gathered, Plan, Stopped};
use crate::osm::meaning::Optional;
use crate::osm::source::{FileBytes, Source};
use crate::osm::{ReadError, Rules};
use crate::progress::Progress;
use crate::units::Bounds;

/// What to build, and with how many threads. Threads never change the result.
#[derive(Clone, Debug)]
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
    progress.stage("streets", 0, 0);
    let lines = Lines::collect(&gathered, &mut found);
    let network = build_edges::network(lines, &gathered, &mut found);
    Ok(City {
        meta: meta(source, name, rules, &gathered),
        network,
        homes: crate::homes::Homes::default(),
        facilities: crate::facilities::Facilities::default(),
        scene: crate::city::Scene::default(),
        findings: found.finish(),
    })
}

fn meta(source: &Source, name: String, rules: &Rules, gathered: &Gathered) -> Meta {
    let mut reached = Bounds::EMPTY;
    for coord in gathered.node_coord.iter().filter(|c| **c != crate::osm::block::NOWHERE) {
        reached.add(*coord);
    }
    let seconds = source.seconds.or(gathered.newest);
    Meta {
        source: name,
        source_digest: format!("{:016x}", source.digest),
        data_date: seconds.map(dates::day),
        attribution: "© OpenStreetMap contributors".into(),
        built_by: concat!("yike ", env!("CARGO_PKG_VERSION")).into(),
        rules_digest: rules.digest(),
        bounds: reached,
    }
}
