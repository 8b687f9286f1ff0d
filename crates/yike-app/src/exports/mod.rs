//! A study as files people can use: CSV, GeoJSON, FlatGeobuf, XLSX and a report to print.
//!
//! Every file says on what data, for which walkers, by which standard and with which version it was
//! made, what is an estimate and what the edge of the data leaves open. Same study, same bytes.

mod about;
mod csv;
mod facts;
mod layers;
mod report;
mod words;
mod xlsx;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yike_streets::circles::areas::Areas;
use yike_streets::circles::study::Study;
use yike_streets::city::City;
use yike_streets::container::FileError;
use yike_streets::progress::Progress;

pub use self::csv::safe;
pub use words::Lang;

/// A study with what its files are drawn from.
pub struct Export<'a> {
    /// The study.
    pub study: &'a Study,
    /// The city it was made of, for the base map.
    pub city: Arc<City>,
    /// The areas it was rolled up to.
    pub areas: Option<&'a Areas>,
    /// The language of the report and of names.
    pub lang: Lang,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The study's own file.
    #[error(transparent)]
    Study(#[from] FileError),
    /// A library refused.
    #[error("{path}: {what}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What it said.
        what: String,
    },
    /// Somebody asked to stop.
    #[error("stopped on request")]
    Cancelled,
}

impl ExportError {
    fn io(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    fn format(path: &Path, what: impl std::fmt::Display) -> Self {
        Self::Format { path: path.to_owned(), what: what.to_string() }
    }
}

/// The name of a study's own file beside those of [`write_all`].
pub const STUDY_FILE: &str = "circle.study";

/// Writes a study as all other kinds of file into `folder`, which must exist; returns their names.
pub fn write_all(
    export: &Export<'_>,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<Vec<String>, ExportError> {
    let mut files = Vec::new();
    let profiles = export.study.meta.profiles.len();
    let steps = 5 + 3 * profiles as u64;
    let mut step = |name: String, write: &dyn Fn(&Path) -> Result<(), ExportError>| {
        if progress.cancelled() {
            return Err(ExportError::Cancelled);
        }
        progress.stage("files", files.len() as u64, steps);
        write(&folder.join(&name))?;
        files.push(name);
        Ok(())
    };
    step("coverage.csv".into(), &|path| csv::coverage(export, path))?;
    step("standard.csv".into(), &|path| csv::standard(export, path))?;
    step("gaps.csv".into(), &|path| csv::gaps(export, path))?;
    for p in 0..profiles {
        let code = &export.study.meta.profiles[p].code;
        step(format!("homes-{code}.csv"), &|path| csv::homes(export, p, path))?;
        step(format!("homes-{code}.geojson"), &|path| layers::homes_geojson(export, p, path))?;
        step(format!("homes-{code}.fgb"), &|path| layers::homes_fgb(export, p, path))?;
    }
    if export.areas.is_some() {
        step("areas.geojson".into(), &|path| layers::areas_geojson(export, path))?;
        step("areas.fgb".into(), &|path| layers::areas_fgb(export, path))?;
    }
    step("circle.xlsx".into(), &|path| xlsx::write(export, path))?;
    step("report.html".into(), &|path| write_text(path, &report::html(export)))?;
    progress.stage("files", steps, steps);
    Ok(files)
}

/// Which file of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Coverage by area, service, profile and band, CSV.
    Coverage,
    /// The standard item by item, CSV.
    Standard,
    /// Who lacks what, CSV.
    Gaps,
    /// A workbook of all of it.
    Workbook,
    /// Homes of the first profile, GeoJSON.
    HomesGeoJson,
    /// Homes of the first profile, FlatGeobuf.
    HomesFlatGeobuf,
    /// Areas, GeoJSON; only with areas.
    AreasGeoJson,
    /// The report to print, HTML.
    Report,
}

impl Part {
    /// Whether the file is written from its beginning to its end, so that what is there stays as it is.
    pub const fn grows(self) -> bool {
        match self {
            Self::Coverage
            | Self::Standard
            | Self::Gaps
            | Self::HomesGeoJson
            | Self::AreasGeoJson => true,
            Self::Workbook | Self::HomesFlatGeobuf | Self::Report => false,
        }
    }
}

/// Writes one file of a study.
pub fn write_part(export: &Export<'_>, part: Part, path: &Path) -> Result<(), ExportError> {
    match part {
        Part::Coverage => csv::coverage(export, path),
        Part::Standard => csv::standard(export, path),
        Part::Gaps => csv::gaps(export, path),
        Part::Workbook => xlsx::write(export, path),
        Part::HomesGeoJson => layers::homes_geojson(export, 0, path),
        Part::HomesFlatGeobuf => layers::homes_fgb(export, 0, path),
        Part::AreasGeoJson => layers::areas_geojson(export, path),
        Part::Report => write_text(path, &report::html(export)),
    }
}

/// The report as one self-contained page, printable on A4.
pub fn report_html(export: &Export<'_>) -> String {
    report::html(export)
}

/// The study as a workbook, for a download.
pub fn xlsx_bytes(export: &Export<'_>) -> Result<Vec<u8>, ExportError> {
    xlsx::bytes(export).map_err(|e| ExportError::format(Path::new("circle.xlsx"), e))
}

fn write_text(path: &Path, text: &str) -> Result<(), ExportError> {
    fs::write(path, text).map_err(ExportError::io(path))
}

#[cfg(test)]
mod tests;
