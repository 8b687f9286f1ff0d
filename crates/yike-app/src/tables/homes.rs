//! A table of homes: positions, people, ages, address pieces.

use std::collections::HashMap;
use std::path::Path;

use yike_streets::circles::study::Source;
use yike_streets::column::Texts;
use yike_streets::homes::{AgeBand, Homes};
use yike_streets::units::Coord;

use super::errors::{Problem, RowErrors, TableError};
use super::fields::{Columns, age_band};
use super::values::{check_position, count, number, text};
use super::{Cell, Shape, Sink, TableOptions, file_name, position, read_rows, source_of};

/// Most people in one home: a large estate counted as one.
const MAX_PEOPLE: u32 = 1_000_000;
const MAX_LEVELS: u32 = 200;
const MAX_GROUND_M2: u32 = 10_000_000;

/// The pieces of an address, as far as the table gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// 街道.
    pub subdistrict: String,
    /// 社区.
    pub community: String,
    /// 网格.
    pub grid: String,
    /// 小区.
    pub estate: String,
    /// 幢, with its number.
    pub building: String,
    /// 单元, with its number.
    pub entrance: String,
}

impl Address {
    /// The pieces joined, the largest first.
    pub fn joined(&self) -> String {
        [&self.estate, &self.building, &self.entrance].map(String::as_str).concat()
    }
}

/// Homes read from a table.
#[derive(Clone, Debug)]
pub struct HomesTable {
    /// The homes, in the order of the table.
    pub homes: Homes,
    /// Address pieces, one for each home.
    pub addresses: Vec<Address>,
    /// Where they came from.
    pub source: Source,
    /// Positions as the file gives them, for [`super::better_fit`].
    pub as_found: Vec<[f64; 2]>,
    /// Whether the table gives people; where not, homes are estimates with 0 people.
    pub people_given: bool,
}

/// Reads a table of homes. Needs a position; people, ages, storeys, dwellings, ground area, name, id
/// and address pieces are taken where given. Rows without an id get `row/N`.
pub fn read_homes(path: &Path, options: &TableOptions) -> Result<HomesTable, TableError> {
    let mut reading = Reading::new(path, options);
    reading.errors.sheet = read_rows(path, options, &mut reading)?;
    if reading.errors.count > 0 {
        return Err(TableError::Rows(Box::new(reading.errors)));
    }
    reading.finish(path, options)
}

struct Reading<'a> {
    options: &'a TableOptions,
    file: String,
    columns: Columns,
    ages: Vec<(AgeBand, usize)>,
    errors: RowErrors,
    ids: HashMap<String, u64>,
    id: Vec<String>,
    name: Vec<String>,
    coord: Vec<Coord>,
    as_found: Vec<[f64; 2]>,
    numbers: [Vec<u32>; 4],
    by_age: Vec<u32>,
    addresses: Vec<Address>,
    people_given: bool,
}

const PEOPLE: usize = 0;
const FOOTPRINT: usize = 3;
const COUNTS: [(&str, u32); 4] = [
    ("people", MAX_PEOPLE),
    ("levels", MAX_LEVELS),
    ("dwellings", MAX_PEOPLE),
    ("footprint", MAX_GROUND_M2),
];

impl<'a> Reading<'a> {
    fn new(path: &Path, options: &'a TableOptions) -> Self {
        let file = file_name(path);
        Self {
            options,
            errors: RowErrors { file: file.clone(), ..RowErrors::default() },
            file,
            columns: Columns::default(),
            ages: Vec::new(),
            ids: HashMap::new(),
            id: Vec::new(),
            name: Vec::new(),
            coord: Vec::new(),
            as_found: Vec::new(),
            numbers: Default::default(),
            by_age: Vec::new(),
            addresses: Vec::new(),
            people_given: false,
        }
    }

    fn finish(self, path: &Path, options: &TableOptions) -> Result<HomesTable, TableError> {
        let homes = self.coord.len();
        let [people, levels, dwellings, footprint] = self.numbers;
        let estimated = vec![u8::from(!self.people_given); homes];
        Ok(HomesTable {
            homes: Homes {
                id: Texts::pack(&self.id),
                name: Texts::pack(&self.name),
                coord: self.coord.into(),
                levels: levels.into_iter().map(|l| l as u16).collect::<Vec<_>>().into(),
                dwellings: dwellings.into(),
                footprint_m2: footprint.into(),
                people: people.into(),
                estimated: estimated.into(),
                bands: self.ages.into_iter().map(|(band, _)| band).collect(),
                by_age: self.by_age.into(),
                first_entrance: vec![0; homes + 1].into(),
                entrance: Vec::new().into(),
            },
            addresses: self.addresses,
            source: source_of(path, options.frame)?,
            as_found: self.as_found,
            people_given: self.people_given,
        })
    }

    fn bad(&mut self, row: u64, field: &str, value: &str, problem: Problem) {
        let column = self.columns.name(field).to_owned();
        self.errors.push(row, &column, value, problem);
    }

    fn find_ages(&mut self) -> Result<(), TableError> {
        let mut ages: Vec<(AgeBand, usize)> =
            self.columns.others().filter_map(|(i, n)| Some((age_band(n)?, i))).collect();
        ages.sort_by_key(|(band, _)| band.from);
        for pair in ages.windows(2) {
            let end = pair[0].0.to.unwrap_or(u8::MAX);
            if end >= pair[1].0.from {
                let names = [&self.columns.names[pair[0].1], &self.columns.names[pair[1].1]];
                let what = format!("the age columns {names:?} overlap: people would count twice");
                return Err(TableError::Mapping { file: self.file.clone(), what });
            }
        }
        self.ages = ages;
        Ok(())
    }

    /// Position of a row in degrees as found, from its columns or its shape, with ground area.
    fn place(
        &mut self,
        row: u64,
        cells: &[Cell<'_>],
        shape: Option<&Shape>,
    ) -> Option<([f64; 2], u32)> {
        let mut degrees = [0.0; 2];
        let mut ground = 0;
        match shape {
            Some(Shape::Point(lon, lat)) => degrees = [*lon, *lat],
            Some(Shape::Area(polygons)) => {
                let (centre, area) = centre(polygons);
                degrees = centre;
                ground = area;
            }
            None => {
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
        }
        if let Err((field, problem)) = check_position(degrees[0], degrees[1]) {
            self.bad(row, field, &format!("{},{}", degrees[0], degrees[1]), problem);
            return None;
        }
        Some((degrees, ground))
    }

    /// Whole numbers of a row; bad ones are noted and taken as 0.
    fn counts(&mut self, row: u64, cells: &[Cell<'_>]) -> [u32; 4] {
        let mut counts = [0; 4];
        for (value, (field, most)) in counts.iter_mut().zip(COUNTS) {
            if self.columns.at(field).is_none() {
                continue;
            }
            let cell = cell_at(&self.columns, cells, field);
            match count(cell, most) {
                Ok(Some(n)) => *value = n,
                Ok(None) if field == "people" => self.bad(row, field, "", Problem::Missing),
                Ok(None) => {}
                Err(problem) => self.bad(row, field, &text(cell), problem),
            }
        }
        counts
    }

    fn ages(&mut self, row: u64, cells: &[Cell<'_>]) -> Vec<u32> {
        let columns: Vec<usize> = self.ages.iter().map(|(_, at)| *at).collect();
        let mut ages = Vec::with_capacity(columns.len());
        for at in columns {
            let cell = cells.get(at).copied().unwrap_or(Cell::Empty);
            let value = count(cell, MAX_PEOPLE).unwrap_or_else(|problem| {
                let name = self.columns.names[at].clone();
                self.errors.push(row, &name, &text(cell), problem);
                None
            });
            ages.push(value.unwrap_or(0));
        }
        ages
    }

    fn address(&self, cells: &[Cell<'_>]) -> Address {
        let piece = |field| text(cell_at(&self.columns, cells, field));
        Address {
            subdistrict: piece("subdistrict"),
            community: piece("community"),
            grid: piece("grid"),
            estate: piece("estate"),
            building: numbered(&piece("building"), "幢"),
            entrance: numbered(&piece("entrance"), "单元"),
        }
    }
}

/// `12` becomes `12幢`; `12栋` too, since mixed forms are not to be stored.
fn numbered(piece: &str, unit: &str) -> String {
    let bare = piece.trim_end_matches(['幢', '栋', '号', '楼', '单', '元']);
    let is_number = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_number { format!("{bare}{unit}") } else { piece.to_owned() }
}

pub(super) fn cell_at<'c>(columns: &Columns, cells: &[Cell<'c>], field: &str) -> Cell<'c> {
    columns.at(field).and_then(|at| cells.get(at).copied()).unwrap_or(Cell::Empty)
}

impl Sink for Reading<'_> {
    fn is_header(&self, names: &[String]) -> bool {
        Columns::find("home", names, &self.options.columns, &self.file)
            .is_ok_and(|c| c.at("lon").is_some() && c.at("lat").is_some())
    }

    fn header(&mut self, names: &[String]) -> Result<(), TableError> {
        self.columns = Columns::find("home", names, &self.options.columns, &self.file)?;
        if !names_shapes(&self.file) {
            self.columns.need(&["lon", "lat"], "home", &self.file)?;
        }
        let before = self.ages.len();
        self.find_ages()?;
        if before != self.ages.len() && !self.coord.is_empty() {
            let what = "the first feature has not all age columns: give every feature all of them";
            return Err(TableError::Mapping { file: self.file.clone(), what: what.into() });
        }
        self.people_given = self.columns.at("people").is_some() || !self.ages.is_empty();
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
        let Some((degrees, ground)) = self.place(row, cells, shape) else { return Ok(()) };
        let mut counts = self.counts(row, cells);
        let ages = self.ages(row, cells);
        let in_ages: u64 = ages.iter().map(|n| u64::from(*n)).sum();
        if self.columns.at("people").is_none() {
            counts[PEOPLE] = in_ages.min(u64::from(MAX_PEOPLE)) as u32;
        } else if in_ages > u64::from(counts[PEOPLE]) {
            let people = u64::from(counts[PEOPLE]);
            self.bad(row, "people", &in_ages.to_string(), Problem::MoreAgesThanPeople(people));
        }
        if counts[FOOTPRINT] == 0 {
            counts[FOOTPRINT] = ground;
        }
        let id = match text(cell_at(&self.columns, cells, "id")) {
            id if id.is_empty() => format!("row/{row}"),
            id => id,
        };
        if let Some(first) = self.ids.insert(id.clone(), row) {
            self.bad(row, "id", &id, Problem::Twice(first));
        }
        if self.errors.count > 0 {
            return Ok(()); // Nothing will be imported: only look for more errors.
        }
        let address = self.address(cells);
        let name = text(cell_at(&self.columns, cells, "name"));
        self.name.push(if name.is_empty() { address.joined() } else { name });
        self.addresses.push(address);
        self.id.push(id);
        self.as_found.push(degrees);
        self.coord.push(position(self.options.frame, degrees[0], degrees[1]));
        for (column, n) in self.numbers.iter_mut().zip(counts) {
            column.push(n);
        }
        self.by_age.extend(ages);
        Ok(())
    }
}

/// Whether a file brings shapes of its own, so that position columns are not needed.
pub(super) fn names_shapes(file: &str) -> bool {
    let ending = Path::new(file).extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("geojson") || ending.eq_ignore_ascii_case("json")
}

/// Centre of polygons by area, in degrees, and their ground in square metres.
pub(super) fn centre(polygons: &[Vec<Vec<[f64; 2]>>]) -> ([f64; 2], u32) {
    let Some(&origin) = polygons.iter().flatten().flatten().next() else {
        return ([f64::NAN; 2], 0);
    };
    let (mut twice, mut x, mut y) = (0.0, 0.0, 0.0);
    for polygon in polygons {
        for (i, ring) in polygon.iter().enumerate() {
            let (mut ring_twice, mut ring_x, mut ring_y) = (0.0, 0.0, 0.0);
            for side in ring.windows(2) {
                let [ax, ay] = [side[0][0] - origin[0], side[0][1] - origin[1]];
                let [bx, by] = [side[1][0] - origin[0], side[1][1] - origin[1]];
                let cross = ax * by - bx * ay;
                ring_twice += cross;
                ring_x += (ax + bx) * cross;
                ring_y += (ay + by) * cross;
            }
            // Outer rings add, holes take away, whichever way they are wound.
            let sign = if (i == 0) == (ring_twice >= 0.0) { 1.0 } else { -1.0 };
            twice += sign * ring_twice;
            x += sign * ring_x;
            y += sign * ring_y;
        }
    }
    if twice.abs() < 1e-18 {
        return (origin, 0);
    }
    let centre = [origin[0] + x / (3.0 * twice), origin[1] + y / (3.0 * twice)];
    let metres = 111_195.0f64;
    let ground = twice / 2.0 * metres * metres * centre[1].to_radians().cos();
    (centre, ground.round().clamp(0.0, f64::from(MAX_GROUND_M2)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buildings_are_stored_in_one_form() {
        assert_eq!(numbered("12", "幢"), "12幢");
        assert_eq!(numbered("12栋", "幢"), "12幢");
        assert_eq!(numbered("3号楼", "幢"), "3幢");
        assert_eq!(numbered("2单元", "单元"), "2单元");
        assert_eq!(numbered("东楼", "幢"), "东楼");
        assert_eq!(numbered("", "幢"), "");
    }

    #[test]
    fn the_centre_of_a_square_with_a_hole_is_its_middle() {
        let square = |a: f64, b: f64| vec![[a, a], [b, a], [b, b], [a, b], [a, a]];
        let (at, ground) = centre(&[vec![square(0.0, 0.004), square(0.001, 0.003)]]);
        assert!((at[0] - 0.002).abs() < 1e-9 && (at[1] - 0.002).abs() < 1e-9);
        // 444.78 m squared less 222.39 m squared.
        assert!((i64::from(ground) - 148_372).abs() < 10, "{ground}");
    }
}
