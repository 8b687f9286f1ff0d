//! The tree of administrative divisions from a table: code, name, level, parent.

use std::collections::HashMap;
use std::path::Path;

use super::areas::{level_of_code, level_of_name, parent_of_code};
use super::errors::{Problem, RowErrors, TableError};
use super::fields::Columns;
use super::homes::cell_at;
use super::values::text;
use super::{Cell, Shape, Sink, TableOptions, file_name, read_rows};

/// One division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Official code.
    pub code: String,
    /// Name.
    pub name: String,
    /// `district`, `subdistrict`, `community` or `grid`.
    pub level: String,
    /// Code of the division it is part of.
    pub parent: Option<String>,
}

/// Reads a table of divisions, in its order. Levels and parents that are not given follow from
/// national codes.
pub fn read_divisions(path: &Path, options: &TableOptions) -> Result<Vec<Division>, TableError> {
    let file = file_name(path);
    let mut reading = Reading {
        options,
        errors: RowErrors { file: file.clone(), ..RowErrors::default() },
        file,
        columns: Columns::default(),
        seen: HashMap::new(),
        list: Vec::new(),
    };
    reading.errors.sheet = read_rows(path, options, &mut reading)?;
    if reading.errors.count > 0 {
        return Err(TableError::Rows(Box::new(reading.errors)));
    }
    Ok(reading.list)
}

struct Reading<'a> {
    options: &'a TableOptions,
    file: String,
    columns: Columns,
    errors: RowErrors,
    seen: HashMap<String, u64>,
    list: Vec<Division>,
}

impl Sink for Reading<'_> {
    fn is_header(&self, names: &[String]) -> bool {
        Columns::find("division", names, &self.options.columns, &self.file)
            .is_ok_and(|c| c.at("code").is_some() && c.at("name").is_some())
    }

    fn header(&mut self, names: &[String]) -> Result<(), TableError> {
        self.columns = Columns::find("division", names, &self.options.columns, &self.file)?;
        self.columns.need(&["code", "name"], "division", &self.file)
    }

    fn row(&mut self, row: u64, cells: &[Cell<'_>], _: Option<&Shape>) -> Result<(), TableError> {
        self.errors.rows += 1;
        if self.errors.rows > self.options.max_rows {
            let bound = format!("{} rows", self.options.max_rows);
            return Err(TableError::TooLarge { file: self.file.clone(), bound });
        }
        let get = |field| text(cell_at(&self.columns, cells, field));
        let (code, name, level, parent) = (get("code"), get("name"), get("level"), get("parent"));
        for (field, value) in [("code", &code), ("name", &name)] {
            if value.is_empty() {
                self.errors.push(row, self.columns.name(field), "", Problem::Missing);
                return Ok(());
            }
        }
        let known = if level.is_empty() { level_of_code(&code) } else { level_of_name(&level) };
        let Some(known) = known else {
            self.errors.push(row, self.columns.name("level"), &level, Problem::Level);
            return Ok(());
        };
        let level = known.to_owned();
        if let Some(first) = self.seen.insert(code.clone(), row) {
            self.errors.push(row, self.columns.name("code"), &code, Problem::Twice(first));
            return Ok(());
        }
        let parent = if parent.is_empty() { parent_of_code(&code) } else { Some(parent) };
        self.list.push(Division { code, name, level, parent });
        Ok(())
    }
}
