//! Boundaries from GeoJSON.

use std::path::Path;

use yike_streets::circles::areas::{Area, Areas, AreasError, Polygon};
use yike_streets::circles::study::Source;
use yike_streets::frames::Frame;

use super::errors::{Problem, RowErrors, TableError};
use super::fields::Columns;
use super::homes::cell_at;
use super::values::{check_position, text};
use super::{Cell, Shape, Sink, TableOptions, file_name, position, read_rows, source_of};

/// Areas read from a file.
#[derive(Clone, Debug)]
pub struct AreasTable {
    /// The areas, checked and ready to be asked.
    pub areas: Areas,
    /// Where they came from.
    pub source: Source,
}

/// Reads boundaries: polygons with a code and a name. A level that is not given follows from the
/// length of the official code (6 district, 9 subdistrict, 12 community), as does the parent.
pub fn read_areas(path: &Path, options: &TableOptions) -> Result<AreasTable, TableError> {
    let file = file_name(path);
    if !super::homes::names_shapes(&file) {
        let what = "boundaries come as GeoJSON: give a .geojson file".into();
        return Err(TableError::Damaged { file, what });
    }
    let errors = RowErrors { file: file.clone(), ..RowErrors::default() };
    let mut reading =
        Reading { options, file, columns: Columns::default(), errors, list: Vec::new() };
    read_rows(path, options, &mut reading)?;
    let Reading { file, errors, list, .. } = reading;
    if errors.count > 0 {
        return Err(TableError::Rows(Box::new(errors)));
    }
    if list.is_empty() {
        return Err(TableError::Damaged { file, what: "holds no areas".into() });
    }
    let refuse = |e: AreasError| TableError::Damaged { file, what: e.to_string() };
    let areas = Areas::new(list).map_err(refuse)?;
    Ok(AreasTable { areas, source: source_of(path, options.frame)? })
}

struct Reading<'a> {
    options: &'a TableOptions,
    file: String,
    columns: Columns,
    errors: RowErrors,
    list: Vec<Area>,
}

/// The level that goes with the length of a national code.
pub(super) fn level_of_code(code: &str) -> Option<&'static str> {
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match code.len() {
        6 => Some("district"),
        9 => Some("subdistrict"),
        12 => Some("community"),
        _ => None,
    }
}

/// The code one level up, for national codes.
pub(super) fn parent_of_code(code: &str) -> Option<String> {
    match (level_of_code(code)?, code.len()) {
        ("subdistrict", _) => Some(code[..6].to_owned()),
        ("community", _) => Some(code[..9].to_owned()),
        _ => None,
    }
}

/// A level in our words; `None` where nobody knows it.
pub(super) fn level_of_name(name: &str) -> Option<&str> {
    match name {
        "district" | "区" | "县" | "区县" => Some("district"),
        "subdistrict" | "街道" | "镇" | "乡" | "town" => Some("subdistrict"),
        "community" | "社区" | "村" | "居委会" => Some("community"),
        "grid" | "网格" => Some("grid"),
        _ => None,
    }
}

impl Sink for Reading<'_> {
    fn is_header(&self, _: &[String]) -> bool {
        true
    }

    fn header(&mut self, names: &[String]) -> Result<(), TableError> {
        self.columns = Columns::find("division", names, &self.options.columns, &self.file)?;
        Ok(())
    }

    fn row(
        &mut self,
        row: u64,
        cells: &[Cell<'_>],
        shape: Option<&Shape>,
    ) -> Result<(), TableError> {
        self.errors.rows += 1;
        self.columns.need(&["code"], "division", &self.file)?;
        let get = |field| text(cell_at(&self.columns, cells, field));
        let (code, name, level, parent) = (get("code"), get("name"), get("level"), get("parent"));
        if code.is_empty() {
            self.errors.push(row, self.columns.name("code"), "", Problem::Missing);
            return Ok(());
        }
        let Some(Shape::Area(polygons)) = shape else {
            self.errors.push(row, "geometry", &code, Problem::Shape);
            return Ok(());
        };
        let Some(polygons) = self.polygons(row, polygons) else { return Ok(()) };
        let level = match level.as_str() {
            "" => level_of_code(&code).unwrap_or("area").to_owned(),
            // Another country's levels keep their own names.
            said => level_of_name(said).unwrap_or(said).to_owned(),
        };
        let parent = if parent.is_empty() { parent_of_code(&code) } else { Some(parent) };
        let name = if name.is_empty() { code.clone() } else { name };
        self.list.push(Area { code, name, level, parent, polygons });
        Ok(())
    }
}

impl Reading<'_> {
    fn polygons(&mut self, row: u64, found: &[Vec<Vec<[f64; 2]>>]) -> Option<Vec<Polygon>> {
        let frame: Frame = self.options.frame;
        for [lon, lat] in found.iter().flatten().flatten() {
            if let Err((_, problem)) = check_position(*lon, *lat) {
                self.errors.push(row, "geometry", &format!("{lon},{lat}"), problem);
                return None;
            }
        }
        let ring = |r: &Vec<[f64; 2]>| r.iter().map(|[x, y]| position(frame, *x, *y)).collect();
        Some(found.iter().map(|p| p.iter().map(ring).collect()).collect())
    }
}
