//! Reading a proposed file whole, outside any transaction: rows of places and boundaries, or a data file
//! made of streets, homes or facilities.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use yike_model::DistrictId;
use yike_model::imports::{Check, ERRORS_KEPT, ImportKind, RowError, RowFault};
use yike_model::places::{Boundary, PlaceCode, PlaceRow, Plan};
use yike_model::text::PlaceName;
use yike_store::BoundaryRow;
use yike_streets::circles::areas::Area;
use yike_streets::city::City;
use yike_streets::facilities::Category;
use yike_streets::frames::Frame;
use yike_streets::network::build::{BuildError, BuildOptions, build};
use yike_streets::network::file as streets_file;
use yike_streets::osm::Rules;
use yike_streets::progress::Progress;

use super::made::Made;
use super::{ImportOptions, address};
use crate::datasets::{self, Origin};
use crate::error::AppError;
use crate::folder::digest_file;
use crate::tables::{self, TableError, TableOptions, better_fit};

/// What a plan of places comes to.
pub(super) type Planned = Result<Plan, Vec<RowError>>;

/// What was read.
pub(super) enum Contents {
    /// Rows with errors.
    Wrong(Check),
    /// Rows of places.
    Places(Vec<PlaceRow>),
    /// Boundaries, and how many features were read.
    Boundaries(Vec<BoundaryRow>, u64),
    /// A data file, ready.
    Made(Made, Check),
}

/// What is to be read, and how.
pub(super) struct Reading {
    pub kind: ImportKind,
    pub upload: PathBuf,
    pub name: String,
    pub options: ImportOptions,
    /// Where a data file is made.
    pub made: PathBuf,
    pub threads: usize,
    /// The streets in use, to compare positions with.
    pub network: Option<PathBuf>,
}

impl Reading {
    /// Reads all of it.
    pub fn read(&self, progress: &dyn Progress) -> Result<Contents, AppError> {
        let contents = match self.kind {
            ImportKind::Places => place_rows(&self.upload, &self.options).map(|read| match read {
                Ok(rows) => Contents::Places(rows),
                Err(wrong) => Contents::Wrong(wrong),
            }),
            ImportKind::Boundaries => boundary_rows(&self.upload, &self.options)
                .map(|(rows, count)| Contents::Boundaries(rows, count)),
            ImportKind::Streets => self.streets(progress),
            ImportKind::Homes => self.homes(),
            ImportKind::Facilities => self.facilities(),
        };
        match contents {
            Err(AppError::Table(error)) => match &*error {
                TableError::Rows(rows) => Ok(Contents::Wrong(wrong(rows))),
                _ => Err(self.named(&error)),
            },
            other => other,
        }
    }

    /// An error about the upload, told with the name the user knows it by.
    fn named(&self, error: &TableError) -> AppError {
        let stored = self.upload.file_name().unwrap_or_default().to_string_lossy();
        match error.of_file(&stored, &self.name) {
            Some(named) => AppError::Table(Arc::new(named)),
            None => AppError::input(error.to_string().replace(&*stored, &self.name)),
        }
    }

    fn streets(&self, progress: &dyn Progress) -> Result<Contents, AppError> {
        let mut city = if self.name.to_ascii_lowercase().ends_with(".streets") {
            streets_file::open(&self.upload)?
        } else {
            let options = BuildOptions { threads: self.threads, ..BuildOptions::default() };
            build(&self.upload, &Rules::builtin(), &options, progress).map_err(|why| match why {
                BuildError::Cancelled => AppError::Cancelled,
                other => AppError::input(self.renamed(&other.to_string())),
            })?
        };
        city.meta.source.clone_from(&self.name);
        if city.network.edges() == 0 {
            return Err(AppError::input(format!(
                "{}: no street in it can be walked; is it a street map?",
                self.name
            )));
        }
        progress.stage("write", 0, 0);
        streets_file::write(&city, &self.made)?;
        // What cannot be opened again must never come into use.
        streets_file::open(&self.made)?;
        let summary = streets_summary(&city);
        let check = Check {
            rows: city.network.edges() as u64,
            summary: summary.to_string(),
            ..Check::default()
        };
        let vintage = self.options.vintage.clone().or_else(|| city.meta.data_date.clone());
        let attribution =
            self.options.attribution.clone().unwrap_or_else(|| city.meta.attribution.clone());
        let details = summary.to_string();
        Ok(Contents::Made(self.made("streets", vintage, attribution, details)?, check))
    }

    fn renamed(&self, text: &str) -> String {
        text.replace(&self.upload.display().to_string(), &self.name)
    }

    fn homes(&self) -> Result<Contents, AppError> {
        let options = table_options(&self.options)?;
        let mut table = tables::read_homes(&self.upload, &options)?;
        table.source.file.clone_from(&self.name);
        datasets::write_homes(&table.homes, &Origin::of(table.source.clone()), &self.made)?;
        datasets::open_homes(&self.made)?;
        let places = address::rows(&table.homes, &table.addresses);
        let people: u64 = table.homes.people.iter().map(|n| u64::from(*n)).sum();
        let summary = json!({
            "homes": table.homes.len(),
            "people": people,
            "people_given": table.people_given,
            "age_bands": table.homes.bands.iter().map(|band| &band.code).collect::<Vec<_>>(),
            "addresses": places.len(),
            "frame": table.source.frame,
            "fits_better": self.fit(&table.as_found, options.frame)?,
        });
        let mut made = self.table_made("homes", summary.to_string())?;
        made.places = places;
        let check = Check {
            rows: table.homes.len() as u64,
            summary: summary.to_string(),
            ..Check::default()
        };
        Ok(Contents::Made(made, check))
    }

    fn facilities(&self) -> Result<Contents, AppError> {
        let options = table_options(&self.options)?;
        let categories: Vec<Category> = Rules::builtin().categories().to_vec();
        let mut table = tables::read_facilities(&self.upload, &options, &categories)?;
        table.source.file.clone_from(&self.name);
        let facilities = &table.facilities;
        datasets::write_facilities(facilities, &Origin::of(table.source.clone()), &self.made)?;
        datasets::open_facilities(&self.made)?;
        let count = |c: usize| facilities.of_category(c).count();
        let counts: serde_json::Map<_, _> = (categories.iter().enumerate())
            .map(|(c, category)| (category.code.clone(), json!(count(c))))
            .filter(|(_, count)| *count != json!(0))
            .collect();
        let summary = json!({
            "facilities": facilities.len(),
            "categories": counts,
            "frame": table.source.frame,
            "fits_better": self.fit(&table.as_found, options.frame)?,
        });
        let made = self.table_made("facilities", summary.to_string())?;
        let check = Check {
            rows: facilities.len() as u64,
            summary: summary.to_string(),
            ..Check::default()
        };
        Ok(Contents::Made(made, check))
    }

    /// Points out another frame in which the positions lie much nearer to the streets.
    fn fit(&self, as_found: &[[f64; 2]], declared: Frame) -> Result<Option<String>, AppError> {
        let Some(network) = &self.network else { return Ok(None) };
        let city = streets_file::open(network)?;
        Ok(better_fit(&city.network, as_found, declared).map(|fit| {
            format!(
                "read as {} they lie {} m from the nearest street (median), read as {} only {} m: if that \
                 is what they are, import with --frame {}",
                fit.declared.code(),
                fit.declared_m,
                fit.better.code(),
                fit.better_m,
                fit.better.code()
            )
        }))
    }

    fn table_made(&self, kind: &str, details: String) -> Result<Made, AppError> {
        let attribution = self.options.attribution.clone().unwrap_or_default();
        self.made(kind, self.options.vintage.clone(), attribution, details)
    }

    fn made(
        &self,
        kind: &str,
        vintage: Option<String>,
        attribution: String,
        details: String,
    ) -> Result<Made, AppError> {
        let (digest, bytes) = digest_file(&self.made)?;
        let file = format!("{kind}-{}.{kind}", &digest.to_string()[..16]);
        Ok(Made { file, bytes, digest, vintage, attribution, details, places: Vec::new() })
    }
}

fn streets_summary(city: &City) -> serde_json::Value {
    let metres: u64 = city.network.edge_dm.iter().map(|dm| u64::from(*dm)).sum::<u64>() / 10;
    let findings: serde_json::Map<_, _> =
        city.findings.0.iter().map(|f| (f.kind.clone(), json!(f.count))).collect();
    json!({
        "nodes": city.network.nodes(),
        "edges": city.network.edges(),
        "kilometres": metres / 1000,
        "homes": city.homes.len(),
        "facilities": city.facilities.len(),
        "data_date": city.meta.data_date,
        "findings": findings,
    })
}

/// The reader's options as the import's say.
pub(super) fn table_options(options: &ImportOptions) -> Result<TableOptions, AppError> {
    let frame = match options.frame.as_str() {
        "" => Frame::Wgs84,
        name => Frame::parse(name).ok_or_else(|| {
            AppError::input(format!(
                "{name:.40} is not a coordinate frame: give wgs84 (or cgcs2000), gcj02 or bd09"
            ))
        })?,
    };
    Ok(TableOptions {
        frame,
        columns: options.columns.clone(),
        sheet: options.sheet.clone(),
        encoding: options.encoding.clone(),
        ..TableOptions::default()
    })
}

/// The rows of a file of places, or what is wrong with them.
pub(super) fn place_rows(
    upload: &Path,
    options: &ImportOptions,
) -> Result<Result<Vec<PlaceRow>, Check>, AppError> {
    let divisions = tables::read_divisions(upload, &table_options(options)?)?;
    let mut wrong = Vec::new();
    let mut rows = Vec::with_capacity(divisions.len());
    for (i, division) in divisions.iter().enumerate() {
        // The heading is row 1.
        let row = i as u64 + 2;
        match place_row(row, division) {
            Ok(place) => rows.push(place),
            Err(error) => wrong.push(error),
        }
    }
    if wrong.is_empty() {
        return Ok(Ok(rows));
    }
    Ok(Err(checked(divisions.len() as u64, &wrong, &json!({}))))
}

fn place_row(row: u64, division: &tables::Division) -> Result<PlaceRow, RowError> {
    let error = |column: &str, fault, value: &str, why: &dyn std::fmt::Display| {
        RowError::new(row, column, fault, why.to_string()).about(value)
    };
    let level = &division.level;
    let kind = level.parse().map_err(|why| error("level", RowFault::Level, level, &why))?;
    let code = |text: &str, column: &str| {
        text.parse::<PlaceCode>().map_err(|why| error(column, RowFault::BadCode, text, &why))
    };
    let name = PlaceName::parse(&division.name)
        .map_err(|why| error("name", RowFault::BadName, &division.name, &why))?;
    // The district stands at the top: what its row names above it is another level of government.
    let top = kind == yike_model::places::PlaceKind::District;
    let parent = division.parent.as_deref().filter(|_| !top);
    let parent = parent.map(|text| code(text, "parent")).transpose()?;
    Ok(PlaceRow {
        row,
        kind,
        code: Some(code(&division.code, "code")?),
        name,
        aliases: Vec::new(),
        parent,
        point: None,
    })
}

/// The boundaries of a file, and how many features it has.
pub(super) fn boundary_rows(
    upload: &Path,
    options: &ImportOptions,
) -> Result<(Vec<BoundaryRow>, u64), AppError> {
    let table = tables::read_areas(upload, &table_options(options)?)?;
    let areas = table.areas.list();
    let rows = areas.iter().enumerate().map(|(i, area)| boundary_row(i as u64 + 1, area));
    Ok((rows.collect::<Result<_, _>>()?, areas.len() as u64))
}

fn boundary_row(row: u64, area: &Area) -> Result<BoundaryRow, AppError> {
    let wrong = |why: String| AppError::input(format!("feature {row}, code {}: {why}", area.code));
    let code = area.code.parse::<PlaceCode>().map_err(|why| wrong(why.to_string()))?;
    let point = |c: &yike_streets::units::Coord| json!([c.lon(), c.lat()]);
    let ring = |ring: &Vec<_>| ring.iter().map(point).collect::<Vec<_>>();
    let polygon = |rings: &Vec<Vec<_>>| rings.iter().map(ring).collect::<Vec<_>>();
    let geometry = json!({
        "type": "MultiPolygon",
        "coordinates": area.polygons.iter().map(polygon).collect::<Vec<_>>(),
    });
    let boundary =
        Boundary::from_geojson(&geometry.to_string()).map_err(|why| wrong(why.to_string()))?;
    Ok(BoundaryRow { row, code, boundary })
}

/// The key of the district a file of places describes.
pub fn district_of(path: &Path, options: &ImportOptions) -> Result<DistrictId, AppError> {
    let divisions = tables::read_divisions(path, &table_options(options)?)?;
    let districts: Vec<_> = divisions.iter().filter(|d| d.level == "district").collect();
    match districts.as_slice() {
        [only] => {
            let code: PlaceCode =
                only.code.parse().map_err(|why| AppError::input(format!("{why}")))?;
            let key = code.as_str().to_lowercase().parse();
            key.map_err(|why| AppError::input(format!("{why}")))
        }
        [] => Err(AppError::input(
            "the file names no district: give it a row with the level district, or say which with --district",
        )),
        several => Err(AppError::input(format!(
            "the file names {} districts; one data folder holds one: split the file",
            several.len()
        ))),
    }
}

/// A check of bad rows.
fn wrong(rows: &tables::RowErrors) -> Check {
    let error = |error: &tables::RowError| {
        let message = format!("{:?} {}", error.value, error.problem);
        RowError::new(error.row, &error.column, error.problem.fault(), message)
            .about(&error.value)
            .against(error.problem.bound().map(|n| n.to_string()).unwrap_or_default())
    };
    Check {
        rows: rows.rows,
        errors: rows.count,
        first_errors: rows.first.iter().take(ERRORS_KEPT).map(error).collect(),
        summary: "{}".into(),
    }
}

fn checked(rows: u64, errors: &[RowError], summary: &serde_json::Value) -> Check {
    Check {
        rows,
        errors: errors.len() as u64,
        first_errors: errors.iter().take(ERRORS_KEPT).cloned().collect(),
        summary: summary.to_string(),
    }
}

/// The check of a plan of places.
pub(super) fn places_check(rows: u64, planned: Planned) -> Check {
    match planned {
        Ok(plan) => {
            let counts: serde_json::Map<_, _> = plan
                .counts
                .iter()
                .map(|(kind, counts)| (kind.code().into(), json!(counts)))
                .collect();
            checked(rows, &[], &json!({ "places": counts }))
        }
        Err(errors) => checked(rows, &errors, &json!({})),
    }
}

/// The check of boundaries.
pub(super) fn boundaries_check(rows: u64, errors: &[RowError]) -> Check {
    checked(rows, errors, &json!({ "boundaries": rows }))
}
