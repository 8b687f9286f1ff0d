//! What can be wrong with a table, said so that its owner can mend it.

use std::fmt;
use std::path::PathBuf;

use yike_model::imports::{self, RowFault};

/// At most this many row errors are kept; all are counted.
pub const MAX_ERRORS: usize = 100;
/// Longest piece of a bad value that is quoted.
const MAX_QUOTED: usize = 60;

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing where something is needed.
    Missing,
    /// Not a number.
    NotANumber,
    /// Not a whole number.
    NotWhole,
    /// Below zero.
    Negative,
    /// Larger than the given bound.
    TooLarge(u64),
    /// Longitude or latitude out of range.
    OutOfRange,
    /// A latitude that can only be a longitude.
    Swapped,
    /// Longitude and latitude both 0: an empty field turned number.
    Nowhere,
    /// An id that was there before, in the given row.
    Twice(u64),
    /// A category nobody knows.
    UnknownCategory,
    /// Counted ages that exceed the people.
    MoreAgesThanPeople(u64),
    /// A formula whose result the file does not hold.
    Formula,
    /// A cell that shows an error, such as `#REF!`.
    CellError,
    /// A date where a number is wanted.
    Date,
    /// A shape that is neither a point nor an area.
    Shape,
    /// A level nobody knows, or a code that does not fit its parent.
    Level,
}

impl Problem {
    /// The word for it that pages translate.
    pub const fn fault(&self) -> RowFault {
        match self {
            Self::Missing => RowFault::Missing,
            Self::NotANumber => RowFault::NotANumber,
            Self::NotWhole => RowFault::NotWhole,
            Self::Negative => RowFault::Negative,
            Self::OutOfRange => RowFault::OutOfRange,
            Self::Swapped => RowFault::Swapped,
            Self::Nowhere => RowFault::Nowhere,
            Self::UnknownCategory => RowFault::UnknownCategory,
            Self::Formula => RowFault::Formula,
            Self::CellError => RowFault::CellError,
            Self::Date => RowFault::Date,
            Self::Shape => RowFault::Shape,
            Self::Level => RowFault::Level,
            Self::TooLarge(_) => RowFault::TooLarge,
            Self::Twice(_) => RowFault::Twice,
            Self::MoreAgesThanPeople(_) => RowFault::MoreAgesThanPeople,
        }
    }

    /// The number it is about: a bound, a row, people.
    pub const fn bound(&self) -> Option<u64> {
        match self {
            Self::TooLarge(n) | Self::Twice(n) | Self::MoreAgesThanPeople(n) => Some(*n),
            _ => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "is empty: fill it in"),
            Self::NotANumber => {
                write!(f, "is not a number: write plain digits, such as 120 or 30.31")
            }
            Self::NotWhole => write!(f, "is not a whole number: people and dwellings come whole"),
            Self::Negative => write!(f, "is below zero: counts start at 0"),
            Self::TooLarge(most) => write!(f, "is more than {most}: check the unit and the column"),
            Self::OutOfRange => write!(
                f,
                "is out of range: longitude is -180 to 180, latitude -90 to 90, in degrees"
            ),
            Self::Swapped => write!(f, "cannot be a latitude: longitude and latitude seem swapped"),
            Self::Nowhere => {
                write!(f, "is 0,0, in the sea off Africa: the position seems not filled in")
            }
            Self::Twice(row) => write!(f, "is already in row {row}: ids must be unique"),
            Self::UnknownCategory => write!(
                f,
                "is not a known category: use a code, Chinese or English name of the category table"
            ),
            Self::MoreAgesThanPeople(people) => {
                write!(f, "is the sum of the age columns, more than the {people} people of the row")
            }
            Self::Formula => write!(
                f,
                "is a formula without a saved result: open the file in a spreadsheet, save it, try again"
            ),
            Self::CellError => write!(f, "is an error of the spreadsheet: mend the formula"),
            Self::Date => {
                write!(f, "is a date where a number is wanted: format the cells as numbers")
            }
            Self::Shape => write!(f, "is neither a point nor an area"),
            Self::Level => {
                write!(f, "is not a level: use district, subdistrict, community or grid")
            }
        }
    }
}

/// One bad value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Row as a spreadsheet numbers it (the header is 1); feature number for GeoJSON.
    pub row: u64,
    /// Column as the file names it.
    pub column: String,
    /// What it holds, cut to a readable length.
    pub value: String,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}, column {:?}: {:?} {}", self.row, self.column, self.value, self.problem)
    }
}

/// The bad rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowErrors {
    /// The file.
    pub file: String,
    /// The sheet, where the file has sheets.
    pub sheet: Option<String>,
    /// The first [`MAX_ERRORS`].
    pub first: Vec<RowError>,
    /// How many there are.
    pub count: u64,
    /// Rows read.
    pub rows: u64,
}

impl RowErrors {
    /// Counts an error, and keeps it while there is room.
    pub fn push(&mut self, row: u64, column: &str, value: &str, problem: Problem) {
        self.count += 1;
        if self.first.len() < MAX_ERRORS {
            let (column, value) = (column.to_owned(), quoted(value));
            self.first.push(RowError { row, column, value, problem });
        }
    }
}

impl fmt::Display for RowErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, ", sheet {sheet:?}")?;
        }
        write!(f, ": {} errors in {} rows; nothing was imported", self.count, self.rows)?;
        for error in &self.first {
            write!(f, "\n  {error}")?;
        }
        if self.count > self.first.len() as u64 {
            write!(f, "\n  and {} more", self.count - self.first.len() as u64)?;
        }
        Ok(())
    }
}

/// A readable piece of a value.
fn quoted(value: &str) -> String {
    let mut piece: String = value.chars().take(MAX_QUOTED).collect();
    if piece.len() < value.len() {
        piece.push('…');
    }
    piece
}

/// Why a table could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// A kind of file we do not read.
    #[error("{file}: cannot tell what this is; give a .csv, .tsv, .xlsx or .geojson file")]
    Kind {
        /// The file.
        file: String,
    },
    /// Not what its name says, or damaged.
    #[error("{file}: {what}")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong, where, and what to do.
        what: String,
    },
    /// Larger than we take.
    #[error("{file}: more than {bound}; split the file")]
    TooLarge {
        /// The file.
        file: String,
        /// The bound, with its unit.
        bound: String,
    },
    /// A sheet that is not there.
    #[error("{file}: there is no sheet {asked:?}; there are: {sheets}")]
    NoSheet {
        /// The file.
        file: String,
        /// What was asked for.
        asked: String,
        /// The sheets there are.
        sheets: String,
    },
    /// Columns that are needed are not there.
    #[error(
        "{file}: no column for {missing}. Found: {found}. \
         Rename a column, or say which it is with --column {first}=NAME"
    )]
    Columns {
        /// The file, with its sheet.
        file: String,
        /// Fields without a column.
        missing: String,
        /// The first of them.
        first: String,
        /// Columns found.
        found: String,
    },
    /// A mapping that names what is not there, or two columns for one field.
    #[error("{file}: {what}")]
    Mapping {
        /// The file, with its sheet.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// Bad rows.
    #[error("{0}")]
    Rows(Box<RowErrors>),
}

impl TableError {
    /// The same error about a file that its owner knows by another name; `None` for one of the operating
    /// system or of rows.
    pub(crate) fn of_file(&self, stored: &str, name: &str) -> Option<Self> {
        let named = |text: &str| text.replace(stored, name);
        Some(match self {
            Self::Io { .. } | Self::Rows(_) => return None,
            Self::Kind { file } => Self::Kind { file: named(file) },
            Self::Damaged { file, what } => Self::Damaged { file: named(file), what: named(what) },
            Self::TooLarge { file, bound } => {
                Self::TooLarge { file: named(file), bound: bound.clone() }
            }
            Self::NoSheet { file, asked, sheets } => {
                Self::NoSheet { file: named(file), asked: asked.clone(), sheets: sheets.clone() }
            }
            Self::Columns { file, missing, first, found } => Self::Columns {
                file: named(file),
                missing: missing.clone(),
                first: first.clone(),
                found: found.clone(),
            },
            Self::Mapping { file, what } => Self::Mapping { file: named(file), what: named(what) },
        })
    }

    /// The same as an error of the file as a whole, with its word for pages.
    pub(crate) fn of_whole_file(&self) -> imports::RowError {
        let (fault, value, other) = match self {
            Self::Kind { .. } => (RowFault::FileKind, "", ""),
            Self::Damaged { what, .. } => (RowFault::FileDamaged, what.as_str(), ""),
            Self::TooLarge { bound, .. } => (RowFault::FileTooLarge, bound.as_str(), ""),
            Self::NoSheet { asked, sheets, .. } => {
                (RowFault::NoSheet, asked.as_str(), sheets.as_str())
            }
            Self::Columns { missing, found, .. } => {
                (RowFault::NoColumn, missing.as_str(), found.as_str())
            }
            Self::Mapping { what, .. } => (RowFault::ColumnsUnclear, what.as_str(), ""),
            Self::Io { .. } | Self::Rows(_) => (RowFault::Other, "", ""),
        };
        imports::RowError::new(0, "", fault, self.to_string()).about(value).against(other)
    }
}
