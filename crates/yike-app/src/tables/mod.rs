//! Tables people already have, read in: CSV, XLSX and GeoJSON with homes, facilities and areas.
//!
//! All readers stream: whatever the size of a file, one row is held, and bounds are kept on rows,
//! bytes and errors. A table comes in whole or not at all; every bad value is named with file, sheet,
//! row and column, and what to do.

mod areas;
mod divisions;
mod errors;
mod facilities;
mod fields;
mod fit;
mod geojson;
mod homes;
mod sheet;
mod text;
mod values;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;
use yike_streets::circles::study::Source;
use yike_streets::frames::Frame;
use yike_streets::units::Coord;

pub use areas::{AreasTable, read_areas};
pub use divisions::{Division, read_divisions};
pub use errors::{MAX_ERRORS, Problem, RowError, RowErrors, TableError};
pub use facilities::{FacilitiesTable, read_facilities};
pub use fields::has_field;
pub use fit::{BetterFit, better_fit};
pub use homes::{Address, HomesTable, read_homes};

/// Most rows in one table: a city of tens of millions counted by stairwell.
pub const MAX_ROWS: u64 = 5_000_000;

/// How to read a table.
#[derive(Clone, Debug)]
pub struct TableOptions {
    /// The frame its coordinates are in.
    pub frame: Frame,
    /// Columns named by hand: (field, column).
    pub columns: Vec<(String, String)>,
    /// The sheet of a workbook; the first where not given.
    pub sheet: Option<String>,
    /// The encoding of a CSV file by its label (`gbk`, `utf-8`); found out where not given.
    pub encoding: Option<String>,
    /// The category of all rows of a table of facilities (a list of schools), whatever its columns say.
    pub category: Option<String>,
    /// Most rows; more are refused.
    pub max_rows: u64,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self {
            frame: Frame::Wgs84,
            columns: Vec::new(),
            sheet: None,
            encoding: None,
            category: None,
            max_rows: MAX_ROWS,
        }
    }
}

/// One cell as a file holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell<'a> {
    Empty,
    Text(&'a str),
    Number(f64),
    Date,
    Error,
    /// A formula without a saved result.
    Formula,
}

/// The ground of a GeoJSON feature.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Point(f64, f64),
    /// Polygons of rings of (longitude, latitude).
    Area(Vec<Vec<Vec<[f64; 2]>>>),
}

/// Takes rows as a file gives them: the first is the header.
trait Sink {
    /// The column names; may come again with more of them at the end.
    fn header(&mut self, names: &[String]) -> Result<(), TableError>;
    /// A row, numbered as its file numbers rows.
    fn row(
        &mut self,
        row: u64,
        cells: &[Cell<'_>],
        shape: Option<&Shape>,
    ) -> Result<(), TableError>;
    /// Whether these names could be the header: enough needed columns are among them.
    fn is_header(&self, names: &[String]) -> bool;
}

/// Reads a file of any kind we know into `sink`. Returns the sheet that was read.
fn read_rows(
    path: &Path,
    options: &TableOptions,
    sink: &mut dyn Sink,
) -> Result<Option<String>, TableError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "csv" | "tsv" | "txt" => {
            let encoding = match &options.encoding {
                None => None,
                Some(label) => {
                    Some(encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| {
                        TableError::Mapping {
                            file: file_name(path),
                            what: format!("unknown encoding {label:?}: use utf-8 or gb18030"),
                        }
                    })?)
                }
            };
            text::read(path, encoding, sink)?;
            Ok(None)
        }
        "xlsx" | "xlsm" => sheet::read(path, options.sheet.as_deref(), sink).map(Some),
        "geojson" | "json" => {
            geojson::read(path, sink)?;
            Ok(None)
        }
        _ => Err(TableError::Kind { file: file_name(path) }),
    }
}

/// Name, digest and frame of a table, for the study that stands on it.
fn source_of(path: &Path, frame: Frame) -> Result<Source, TableError> {
    let fail = |source| TableError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(fail)?;
    let mut digest = Xxh3::new();
    let mut chunk = vec![0u8; 1 << 16];
    loop {
        match file.read(&mut chunk).map_err(fail)? {
            0 => break,
            n => digest.update(&chunk[..n]),
        }
    }
    Ok(Source {
        file: file_name(path),
        digest: format!("{:016x}", digest.digest()),
        frame: frame.code().into(),
    })
}

/// The name of a file without its folders, as errors and reports show it.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Rows before the header (titles, notes) that are looked through for it.
const HEADER_ROWS: usize = 10;

/// Finds the header among the first rows, which may be titles, and passes on what follows.
struct HeaderFinder<'a> {
    sink: &'a mut dyn Sink,
    waiting: Vec<Vec<String>>,
    found: bool,
}

impl<'a> HeaderFinder<'a> {
    fn new(sink: &'a mut dyn Sink) -> Self {
        Self { sink, waiting: Vec::new(), found: false }
    }

    fn row(&mut self, row: u64, cells: &[Cell<'_>]) -> Result<(), TableError> {
        if self.found {
            let blank = cells.iter().all(|c| match c {
                Cell::Empty => true,
                Cell::Text(text) => text.trim().is_empty(),
                _ => false,
            });
            return if blank { Ok(()) } else { self.sink.row(row, cells, None) };
        }
        let names: Vec<String> = cells.iter().map(name_of).collect();
        if self.sink.is_header(&names) {
            self.found = true;
            return self.sink.header(&names);
        }
        self.waiting.push(names);
        if self.waiting.len() > HEADER_ROWS { self.refuse() } else { Ok(()) }
    }

    /// At the end of the file: without a header the likeliest row is refused by the sink, which
    /// says what is missing.
    fn end(&mut self) -> Result<(), TableError> {
        if self.found { Ok(()) } else { self.refuse() }
    }

    fn refuse(&mut self) -> Result<(), TableError> {
        self.found = true;
        // Titles have fewer cells than headers; of equals the first is the header.
        let filled = |names: &&Vec<String>| names.iter().filter(|n| !n.is_empty()).count();
        let fullest = self.waiting.iter().rev().max_by_key(filled);
        self.sink.header(fullest.map_or(&[][..], Vec::as_slice))
    }
}

fn name_of(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Number(n) => n.to_string(),
        _ => String::new(),
    }
}

/// A position of a file turned into ours.
fn position(frame: Frame, lon: f64, lat: f64) -> Coord {
    let (lon, lat) = frame.to_wgs84(lon, lat);
    Coord::from_degrees(lon, lat)
}

#[cfg(test)]
mod tests;
