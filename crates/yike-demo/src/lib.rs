//! Generates an invented district, deterministic from a seed and a size, as real files.
//!
//! The files are those a city would bring: a street map in OpenStreetMap PBF, divisions and homes as
//! CSV, boundaries as GeoJSON, the district's own facilities as XLSX. They go in through the same
//! importers. Nothing in them is real: names are put together from a list of words, the place is open
//! sea, the codes belong to no county.
//!
//! How: a plan for the whole city (`plan`) bends a lattice of blocks along canals and railways; a
//! skeleton of through streets is drawn on its lines; then every cell is filled on its own, from its
//! own stream of random numbers, and written out at once. So the bytes do not depend on threads, and
//! memory holds the plan, the skeleton and a few cells, whatever the size.

mod alleys;
mod areas;
mod building;
mod cell;
mod city;
mod estate;
mod green;
mod islet;
mod landuse;
mod names;
mod needs;
mod people;
mod plan;
mod plane;
mod rng;
mod sheet;
mod shops;
mod skeleton;
mod strips;
mod tables;
mod works;
mod yard;

#[cfg(test)]
#[path = "ground_tests.rs"]
mod ground_tests;

use std::path::{Path, PathBuf};

use yike_streets::progress::Progress;

/// Fewest people a district is made for: below, quarters cannot show what they should.
pub const MIN_PEOPLE: u64 = 20_000;
/// Most people: the largest cities there are.
pub const MAX_PEOPLE: u64 = 20_000_000;
/// People of a community-rich part of a district, made when nothing else is asked for.
pub const DEFAULT_PEOPLE: u64 = 60_000;

/// What to generate, and where.
#[derive(Clone, Debug)]
pub struct DemoOptions<'a> {
    /// Residents, all in all, exactly.
    pub people: u64,
    /// Another seed, another city.
    pub seed: u64,
    /// Folder for the files; made if missing. Files of the same names are replaced.
    pub out: &'a Path,
    /// The day the data speaks of.
    pub data_date: jiff::civil::Date,
}

/// What was generated.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DemoReport {
    /// Always `true`: nothing in the files is a real place.
    pub invented: bool,
    /// Residents.
    pub people: u64,
    /// Seed.
    pub seed: u64,
    /// Day of the data, `YYYY-MM-DD`.
    pub data_date: String,
    /// Name and version of the generator.
    pub generator: String,
    /// Areas by level.
    pub districts: usize,
    /// See above.
    pub subdistricts: usize,
    /// See above.
    pub communities: usize,
    /// Rows of `homes.csv`.
    pub homes: u64,
    /// Dwellings in them.
    pub dwellings: u64,
    /// Rows of `facilities.xlsx`.
    pub facilities: u64,
    /// Objects of `city.osm.pbf`.
    pub osm_nodes: u64,
    /// See above.
    pub osm_ways: u64,
    /// See above.
    pub osm_relations: u64,
    /// Files written, in the folder asked for.
    pub files: Vec<String>,
}

/// Why no district was made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Too small or too large.
    #[error(
        "a demo district has {MIN_PEOPLE} to {MAX_PEOPLE} people, not {0}: choose a number between"
    )]
    People(u64),
    /// The disk refused.
    #[error("cannot write {}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The street map could not be written.
    #[error("cannot write {}: {error}", path.display())]
    Osm {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: yike_streets::osm::write::WriteError,
    },
    /// The workbook could not be written.
    #[error("cannot write {}: {error}", path.display())]
    Workbook {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: rust_xlsxwriter::XlsxError,
    },
    /// Somebody asked to stop.
    #[error(
        "stopped before the district was finished; its files are incomplete, run again to remake them"
    )]
    Cancelled,
}

/// Generates a district: the same options give the same bytes, on any number of threads.
pub fn generate(
    options: &DemoOptions<'_>,
    progress: &dyn Progress,
) -> Result<DemoReport, DemoError> {
    if !(MIN_PEOPLE..=MAX_PEOPLE).contains(&options.people) {
        return Err(DemoError::People(options.people));
    }
    city::generate(options, progress)
}
