//! XLSX in, streamed cell by cell.
//!
//! Formula cells give the result saved with them. A merged text holds for all cells it covers (a
//! subdistrict's name down its rows); a merged number does not, since it would be counted twice.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use calamine::{DataRef, Dimensions, Reader, Xlsx};

use super::errors::TableError;
use super::{Cell, HeaderFinder, Sink, file_name};

/// Most bytes a workbook may unpack to.
const MAX_UNPACKED: u64 = 1 << 30;
/// Most cells in one row (a sheet of the format has no more).
const MAX_COLUMNS: u32 = 16_384;
/// Most merged stretches that are filled.
const MAX_MERGED: usize = 100_000;

/// Reads the rows of one sheet into `sink`; returns the sheet's name.
pub(super) fn read(
    path: &Path,
    sheet: Option<&str>,
    sink: &mut dyn Sink,
) -> Result<String, TableError> {
    let fail = |source| TableError::Io { path: path.to_owned(), source };
    let damaged = |e: &dyn std::fmt::Display| TableError::Damaged {
        file: file_name(path),
        what: format!("not a readable workbook ({e}): save it again as .xlsx"),
    };
    check_size(path)?;
    let file = BufReader::new(File::open(path).map_err(fail)?);
    let mut book: Xlsx<_> = Xlsx::new(file).map_err(|e| damaged(&e))?;
    let name = choose(path, &book, sheet)?;
    let merged = book.merge_cells_by_sheet_name(&name).map_err(|e| damaged(&e))?;
    if merged.len() > MAX_MERGED {
        let bound = format!("{MAX_MERGED} merged cells");
        return Err(TableError::TooLarge { file: file_name(path), bound });
    }
    let mut rows = Rows::new(merged);
    let mut finder = HeaderFinder::new(sink);
    let mut cells = book.worksheet_cells_reader(&name).map_err(|e| damaged(&e))?;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|e| damaged(&e))? {
        let (row, column) = cell.pos;
        if column >= MAX_COLUMNS {
            return Err(damaged(&format!("a cell in column {column}")));
        }
        rows.cell(row, column, own(cell.value, cell.formula.is_some()), &mut finder)?;
    }
    rows.flush(&mut finder)?;
    finder.end()?;
    Ok(name)
}

fn choose<R: Read + Seek>(
    path: &Path,
    book: &Xlsx<R>,
    sheet: Option<&str>,
) -> Result<String, TableError> {
    let names = book.sheet_names();
    let found = match sheet {
        Some(asked) => names.iter().find(|n| *n == asked),
        None => names.first(),
    };
    found.cloned().ok_or_else(|| TableError::NoSheet {
        file: file_name(path),
        asked: sheet.unwrap_or("1").into(),
        sheets: names.join(", "),
    })
}

/// Refuses a workbook that unpacks to more than [`MAX_UNPACKED`]: sizes are counted, not believed.
fn check_size(path: &Path) -> Result<(), TableError> {
    let fail = |source| TableError::Io { path: path.to_owned(), source };
    let damaged = |e: &dyn std::fmt::Display| TableError::Damaged {
        file: file_name(path),
        what: format!("not an .xlsx file ({e}): save it again as .xlsx"),
    };
    let file = BufReader::new(File::open(path).map_err(fail)?);
    let mut archive = zip::ZipArchive::new(file).map_err(|e| damaged(&e))?;
    let mut left = MAX_UNPACKED;
    for i in 0..archive.len() {
        let entry = archive.by_index(i).map_err(|e| damaged(&e))?;
        let mut bounded = entry.take(left + 1);
        let read = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|e| damaged(&e))?;
        if read > left {
            let bound = format!("{MAX_UNPACKED} bytes unpacked");
            return Err(TableError::TooLarge { file: file_name(path), bound });
        }
        left -= read;
    }
    Ok(())
}

/// A cell that outlives the reader.
#[derive(Clone, Debug)]
enum Own {
    Empty,
    Text(String),
    Number(f64),
    Date,
    Error,
    Formula,
}

impl Own {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(text),
            Self::Number(n) => Cell::Number(*n),
            Self::Date => Cell::Date,
            Self::Error => Cell::Error,
            Self::Formula => Cell::Formula,
        }
    }
}

fn own(value: DataRef<'_>, formula: bool) -> Own {
    match value {
        DataRef::Empty if formula => Own::Formula,
        DataRef::Empty => Own::Empty,
        DataRef::Int(i) => Own::Number(i as f64),
        DataRef::Float(f) => Own::Number(f),
        DataRef::String(s) => Own::Text(s),
        DataRef::SharedString(s) => Own::Text(s.to_owned()),
        DataRef::Bool(b) => Own::Text(if b { "true" } else { "false" }.to_owned()),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => Own::Date,
        DataRef::Error(_) => Own::Error,
    }
}

/// Gathers cells into rows and fills in merged texts.
struct Rows {
    /// By rising first row.
    merged: Vec<Dimensions>,
    next: usize,
    /// Stretches over the current row, with the text of their first cell.
    open: Vec<(Dimensions, Option<String>)>,
    row: u32,
    cells: Vec<Own>,
}

impl Rows {
    fn new(mut merged: Vec<Dimensions>) -> Self {
        merged.sort_by_key(|d| (d.start, d.end));
        Self { merged, next: 0, open: Vec::new(), row: 0, cells: Vec::new() }
    }

    fn cell(
        &mut self,
        row: u32,
        column: u32,
        value: Own,
        finder: &mut HeaderFinder<'_>,
    ) -> Result<(), TableError> {
        if row != self.row {
            self.flush(finder)?;
            self.row = row;
        }
        let column = column as usize;
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Own::Empty);
        }
        self.cells[column] = value;
        Ok(())
    }

    fn flush(&mut self, finder: &mut HeaderFinder<'_>) -> Result<(), TableError> {
        if self.cells.is_empty() {
            return Ok(());
        }
        self.fill_merged();
        let cells: Vec<Cell<'_>> = self.cells.iter().map(Own::cell).collect();
        let result = finder.row(u64::from(self.row) + 1, &cells);
        self.cells.clear();
        result
    }

    fn fill_merged(&mut self) {
        let row = self.row;
        while let Some(stretch) = self.merged.get(self.next).filter(|d| d.start.0 <= row) {
            let first = if stretch.start.0 == row {
                self.cells.get(stretch.start.1 as usize)
            } else {
                None
            };
            let text = match first {
                Some(Own::Text(text)) => Some(text.clone()),
                _ => None,
            };
            self.open.push((*stretch, text));
            self.next += 1;
        }
        self.open.retain(|(stretch, _)| stretch.end.0 >= row);
        for (stretch, text) in &self.open {
            let Some(text) = text else { continue };
            // A title merged across stays in one cell; what is merged downwards is filled in.
            if stretch.start.0 == row {
                continue;
            }
            for column in stretch.start.1..=stretch.end.1.min(MAX_COLUMNS - 1) {
                let column = column as usize;
                if self.cells.len() <= column {
                    self.cells.resize(column + 1, Own::Empty);
                }
                if matches!(self.cells[column], Own::Empty) {
                    self.cells[column] = Own::Text(text.clone());
                }
            }
        }
    }
}
