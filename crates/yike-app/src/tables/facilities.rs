//! A table of facilities: positions and categories.
//!
//! Categories stand in one column (codes, Chinese or English names, several joined by `;` `、` or
//! `|`), or as columns of their own, named by category, that hold a number or a mark (so one table
//! of cells with counts of schools and clinics serves too). A whole table can be declared to be of one
//! category, whatever its columns say.

use std::collections::HashMap;
use std::path::Path;

use yike_streets::circles::study::Source;
use yike_streets::column::Texts;
use yike_streets::facilities::{Category, Facilities};
use yike_streets::units::Coord;

use super::errors::{Problem, RowErrors, TableError};
use super::fields::{Columns, plain};
use super::homes::{cell_at, centre, names_shapes};
use super::values::{check_position, number, text};
use super::{Cell, Shape, Sink, TableOptions, file_name, position, read_rows, source_of};

/// Facilities read from a table.
#[derive(Clone, Debug)]
pub struct FacilitiesTable {
    /// The facilities, in the order of the table. Their categories are those given to the reader.
    pub facilities: Facilities,
    /// Where they came from.
    pub source: Source,
    /// Positions as the file gives them, for [`super::better_fit`].
    pub as_found: Vec<[f64; 2]>,
}

/// Reads a table of facilities of the given categories. Rows without any category are left out
/// where categories are columns (a cell without schools), and refused where there is one column.
/// `--column CODE=NAME` says which column counts a category.
pub fn read_facilities(
    path: &Path,
    options: &TableOptions,
    categories: &[Category],
) -> Result<FacilitiesTable, TableError> {
    let mut reading = Reading::new(path, options, categories);
    reading.errors.sheet = read_rows(path, options, &mut reading)?;
    if reading.errors.count > 0 {
        return Err(TableError::Rows(Box::new(reading.errors)));
    }
    let facilities = reading.coord.len();
    Ok(FacilitiesTable {
        facilities: Facilities {
            categories: categories.to_vec(),
            id: Texts::pack(&reading.id),
            name: Texts::pack(&reading.name),
            coord: reading.coord.into(),
            of: reading.of.into(),
            first_entrance: vec![0; facilities + 1].into(),
            entrance: Vec::new().into(),
        },
        source: source_of(path, options.frame)?,
        as_found: reading.as_found,
    })
}

struct Reading<'a> {
    options: &'a TableOptions,
    file: String,
    categories: &'a [Category],
    /// Plain form of every name of a category.
    known: HashMap<String, usize>,
    columns: Columns,
    /// The category all rows are declared to be of.
    only: Option<usize>,
    /// Columns that count a category: (category, column).
    counted: Vec<(usize, usize)>,
    errors: RowErrors,
    ids: HashMap<String, u64>,
    id: Vec<String>,
    name: Vec<String>,
    coord: Vec<Coord>,
    of: Vec<u128>,
    as_found: Vec<[f64; 2]>,
}

/// Columns the user named by hand.
#[derive(Default)]
struct ByHand {
    /// (field, column)
    fields: Vec<(String, String)>,
    /// Columns that count a category: (category, column).
    counted: Vec<(usize, String)>,
}

impl<'a> Reading<'a> {
    fn new(path: &Path, options: &'a TableOptions, categories: &'a [Category]) -> Self {
        let file = file_name(path);
        let mut known = HashMap::new();
        for (c, category) in categories.iter().enumerate() {
            for name in [&category.code, &category.zh, &category.en] {
                known.entry(whole(name)).or_insert(c);
                // A plural heads a column of counts.
                known.entry(whole(name) + "s").or_insert(c);
            }
        }
        let declared = options.category.as_ref();
        let only = declared.and_then(|code| categories.iter().position(|c| c.code == *code));
        Self {
            options,
            errors: RowErrors { file: file.clone(), ..RowErrors::default() },
            file,
            only,
            categories,
            known,
            columns: Columns::default(),
            counted: Vec::new(),
            ids: HashMap::new(),
            id: Vec::new(),
            name: Vec::new(),
            coord: Vec::new(),
            of: Vec::new(),
            as_found: Vec::new(),
        }
    }

    fn bad(&mut self, row: u64, field: &str, value: &str, problem: Problem) {
        let column = self.columns.name(field).to_owned();
        self.errors.push(row, &column, value, problem);
    }

    /// Splits what the user said by hand into fields and category columns.
    fn by_hand(&self) -> ByHand {
        let mut said = ByHand::default();
        for (field, column) in &self.options.columns {
            match self.categories.iter().position(|c| c.code == *field) {
                Some(c) => said.counted.push((c, column.clone())),
                None => said.fields.push((field.clone(), column.clone())),
            }
        }
        said
    }

    fn degrees(&mut self, row: u64, cells: &[Cell<'_>], shape: Option<&Shape>) -> Option<[f64; 2]> {
        let mut degrees = match shape {
            Some(Shape::Point(lon, lat)) => [*lon, *lat],
            Some(Shape::Area(polygons)) => centre(polygons).0,
            None => [0.0; 2],
        };
        if shape.is_none() {
            for (value, field) in degrees.iter_mut().zip(["lon", "lat"]) {
                let cell = cell_at(&self.columns, cells, field);
                match number(cell) {
                    Ok(Some(n)) => *value = n,
                    Ok(None) => {
                        self.bad(row, field, "", Problem::Missing);
                        return None;
                    }
                    Err(problem) => {
                        self.bad(row, field, &text(cell), problem);
                        return None;
                    }
                }
            }
        }
        if let Err((field, problem)) = check_position(degrees[0], degrees[1]) {
            self.bad(row, field, &format!("{},{}", degrees[0], degrees[1]), problem);
            return None;
        }
        Some(degrees)
    }

    /// Whether neither the table nor its owner says what its rows are.
    fn says_nothing(&self) -> bool {
        self.counted.is_empty() && self.only.is_none()
    }

    /// The categories of a row; `None` where they are bad.
    fn members(&mut self, row: u64, cells: &[Cell<'_>]) -> Option<u128> {
        if let Some(only) = self.only {
            return Some(1 << only);
        }
        let mut members = 0;
        for i in 0..self.counted.len() {
            let (category, at) = self.counted[i];
            let cell = cells.get(at).copied().unwrap_or(Cell::Empty);
            match marked(cell) {
                Ok(true) => members |= 1 << category,
                Ok(false) => {}
                Err(problem) => {
                    let column = self.columns.names[at].clone();
                    self.errors.push(row, &column, &text(cell), problem);
                    return None;
                }
            }
        }
        if self.columns.at("category").is_none() {
            return Some(members);
        }
        let said = text(cell_at(&self.columns, cells, "category"));
        for name in said.split([';', '；', '、', '|', ',', '，']).filter(|n| !n.trim().is_empty())
        {
            let Some(&category) = self.known.get(&whole(name)) else {
                self.bad(row, "category", name.trim(), Problem::UnknownCategory);
                return None;
            };
            members |= 1 << category;
        }
        if members == 0 {
            self.bad(row, "category", "", Problem::Missing);
            return None;
        }
        Some(members)
    }
}

/// The plain form of a category's name, what stands in brackets included: 社区（老年）食堂 is not 社区.
fn whole(name: &str) -> String {
    let bare: String =
        name.chars().map(|c| if "()（）[]【】".contains(c) { ' ' } else { c }).collect();
    plain(&bare)
}

/// Whether a cell under a category says yes: a number above 0, or a mark.
fn marked(cell: Cell<'_>) -> Result<bool, Problem> {
    match cell {
        Cell::Text(said) => match said.trim().to_lowercase().as_str() {
            "" | "no" | "false" | "否" | "无" => Ok(false),
            "yes" | "true" | "x" | "是" | "有" | "✓" | "√" => Ok(true),
            _ => number(cell).and_then(above_zero),
        },
        other => number(other).and_then(above_zero),
    }
}

fn above_zero(n: Option<f64>) -> Result<bool, Problem> {
    let n = n.unwrap_or(0.0);
    if n < 0.0 { Err(Problem::Negative) } else { Ok(n > 0.0) }
}

impl Sink for Reading<'_> {
    fn is_header(&self, names: &[String]) -> bool {
        Columns::find("facility", names, &self.by_hand().fields, &self.file)
            .is_ok_and(|c| c.at("lon").is_some() && c.at("lat").is_some())
    }

    fn header(&mut self, names: &[String]) -> Result<(), TableError> {
        let by_hand = self.by_hand();
        self.columns = Columns::find("facility", names, &by_hand.fields, &self.file)?;
        if !names_shapes(&self.file) {
            self.columns.need(&["lon", "lat"], "facility", &self.file)?;
        }
        // A table that names the category of each row has no columns of counts.
        if self.columns.at("category").is_none() {
            let named =
                self.columns.others().filter_map(|(at, n)| Some((*self.known.get(&whole(n))?, at)));
            self.counted = named.collect();
        }
        for (category, column) in by_hand.counted {
            let Some(at) = names.iter().position(|n| *n == column) else {
                let what = format!("no column {column:?}; found: {}", names.join(", "));
                return Err(TableError::Mapping { file: self.file.clone(), what });
            };
            self.counted.push((category, at));
        }
        if self.says_nothing() && (!names_shapes(&self.file) || !self.coord.is_empty()) {
            self.columns.need(&["category"], "facility", &self.file)?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        row: u64,
        cells: &[Cell<'_>],
        shape: Option<&Shape>,
    ) -> Result<(), TableError> {
        self.errors.rows += 1;
        if self.errors.rows > self.options.max_rows {
            let bound = format!("{} rows", self.options.max_rows);
            return Err(TableError::TooLarge { file: self.file.clone(), bound });
        }
        if self.says_nothing() {
            self.columns.need(&["category"], "facility", &self.file)?;
        }
        let Some(degrees) = self.degrees(row, cells, shape) else { return Ok(()) };
        let Some(members) = self.members(row, cells) else { return Ok(()) };
        if members == 0 {
            return Ok(());
        }
        let id = match text(cell_at(&self.columns, cells, "id")) {
            id if id.is_empty() => format!("row/{row}"),
            id => id,
        };
        if let Some(first) = self.ids.insert(id.clone(), row) {
            self.bad(row, "id", &id, Problem::Twice(first));
        }
        if self.errors.count > 0 {
            return Ok(());
        }
        self.id.push(id);
        self.name.push(text(cell_at(&self.columns, cells, "name")));
        self.as_found.push(degrees);
        self.coord.push(position(self.options.frame, degrees[0], degrees[1]));
        self.of.push(members);
        Ok(())
    }
}
