//! `yike import`: places, boundaries, streets, homes and facilities from files, whole or not at all.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;
use yike_app::App;
use yike_app::imports::ImportOptions;
use yike_model::ImportId;
use yike_model::imports::{Check, ImportKind};
use yike_model::people::Actor;

use super::data::Data;
use crate::fault::BadInput;
use crate::shell::Shell;

/// Import files: places, boundaries, streets, homes, facilities
#[derive(Debug, clap::Args)]
pub struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The place tree: a table with code, name, level, parent (CSV, XLSX)
    #[command(after_help = "Examples:
  yike import places divisions.csv --data data
  yike import places divisions.csv --data data --dry-run

The first import of places into a data folder says which district it is.")]
    Places(PlacesFile),
    /// Boundaries of places (GeoJSON with the code of each)
    #[command(after_help = "Examples:
  yike import boundaries subdistricts.geojson --data data
  yike import boundaries subdistricts.geojson --frame gcj02 --data data")]
    Boundaries(TableFile),
    /// Streets and base map (OpenStreetMap .osm.pbf, .osm, .osm.gz, .osm.bz2, or a .streets file)
    #[command(after_help = "Examples:
  yike import streets city.osm.pbf --data data")]
    Streets(StreetsFile),
    /// Homes and the people in them (CSV, XLSX, GeoJSON)
    #[command(after_help = "Examples:
  yike import homes homes.csv --data data
  yike import homes homes.xlsx --sheet 2024 --column people=人口 --frame gcj02 --data data")]
    Homes(TableFile),
    /// The district's own facilities (CSV, XLSX, GeoJSON); others of their categories go out of use
    #[command(after_help = "Examples:
  yike import facilities canteens.csv --data data")]
    Facilities(TableFile),
}

#[derive(Debug, clap::Args)]
struct PlacesFile {
    #[command(flatten)]
    table: TableFile,
    /// The file is the whole district: places missing from it cease
    #[arg(long)]
    whole: bool,
}

#[derive(Debug, clap::Args)]
struct StreetsFile {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
struct TableFile {
    #[command(flatten)]
    common: Common,
    /// Frame of the coordinates: wgs84 (the same as cgcs2000), gcj02 or bd09
    #[arg(long, default_value = "wgs84", value_name = "FRAME")]
    frame: String,
    /// Which column holds a field, where the name does not tell; may be repeated
    #[arg(long, value_name = "FIELD=NAME")]
    column: Vec<String>,
    /// Sheet of a workbook
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Encoding of a CSV file, such as gb18030; found out where not given
    #[arg(long, value_name = "LABEL")]
    encoding: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Common {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Check the file and say what it would change; change nothing
    #[arg(long)]
    dry_run: bool,
    /// The date of what the file says, YYYY-MM-DD or YYYY
    #[arg(long, value_name = "DATE")]
    vintage: Option<String>,
    /// Who must be named where the data is shown
    #[arg(long, value_name = "TEXT")]
    attribution: Option<String>,
}

/// What came of an import.
#[derive(Debug, Serialize)]
struct Outcome {
    import: ImportId,
    kind: ImportKind,
    file: String,
    rows: u64,
    errors: u64,
    applied: bool,
    summary: serde_json::Value,
}

impl Import {
    /// Checks and, unless it is a dry run, applies the file.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let (kind, common, options) = self.what.parts()?;
        let app = if kind == ImportKind::Places || common.data.district.is_some() {
            common.data.open(shell)?
        } else {
            common.data.open_existing(shell)?
        };
        let done = import(shell, &app, kind, &common.file, options, common.dry_run);
        shell.block_on(app.close());
        let outcome = done?;
        shell.answer(&outcome, |out| {
            let done = if outcome.applied { "imported" } else { "checked, nothing changed" };
            writeln!(out, "{}: {} rows {done}", outcome.file, outcome.rows)?;
            describe(out, &outcome.summary, "  ")
        })
    }
}

/// Imports one file; used by `yike demo` too.
pub fn import_file(
    shell: &Shell,
    app: &Arc<App>,
    kind: ImportKind,
    file: &std::path::Path,
    options: ImportOptions,
) -> Result<()> {
    import(shell, app, kind, file, options, false).map(drop)
}

fn import(
    shell: &Shell,
    app: &Arc<App>,
    kind: ImportKind,
    file: &std::path::Path,
    options: ImportOptions,
    dry_run: bool,
) -> Result<Outcome> {
    let shown = file.display().to_string();
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| BadInput(format!("{shown} is not the name of a file")))?;
    let progress = Arc::new(shell.progress());
    let system = &Actor::System;
    let id = shell.block_on(app.propose_import(system, kind, (file, name), options))?;
    let checked = shell.block_on(app.check_import(system, id, progress.clone()));
    progress.finish();
    let check = match checked {
        Ok(check) => check,
        Err(error) => {
            // What cannot be read is not kept waiting.
            let reason = "the file cannot be read";
            shell.block_on(app.refuse_import(system, id, reason)).context("giving it up failed")?;
            return Err(error.into());
        }
    };
    if check.errors > 0 {
        if !dry_run {
            shell.block_on(app.refuse_import(system, id, "rows have errors"))?;
        }
        return Err(BadInput(wrong_rows(name, &check)).into());
    }
    if shell.stop().asked() {
        shell.block_on(app.refuse_import(system, id, "stopped"))?;
        return Err(crate::fault::Cancelled.into());
    }
    if !dry_run {
        shell.block_on(app.apply_import(system, id))?;
    }
    Ok(Outcome {
        import: id,
        kind,
        file: name.to_owned(),
        rows: check.rows,
        errors: check.errors,
        applied: !dry_run,
        summary: serde_json::from_str(&check.summary).unwrap_or_default(),
    })
}

/// Names every kept row error on a line of its own.
fn wrong_rows(file: &str, check: &Check) -> String {
    let mut text =
        format!("{file}: {} errors in {} rows; nothing was imported", check.errors, check.rows);
    for error in &check.first_errors {
        let column = error.column.as_ref().map_or(String::new(), |c| format!(", column {c:?}"));
        text = if error.row == 0 {
            format!("{text}\n  {}", error.message)
        } else {
            format!("{text}\n  row {}{column}: {}", error.row, error.message)
        };
    }
    let more = check.errors - check.first_errors.len() as u64;
    if more > 0 { format!("{text}\n  and {more} more") } else { text }
}

/// Writes a summary, one figure a line.
fn describe(
    out: &mut dyn std::io::Write,
    value: &serde_json::Value,
    indent: &str,
) -> std::io::Result<()> {
    let Some(fields) = value.as_object() else { return Ok(()) };
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        match value {
            serde_json::Value::Object(_) => {
                writeln!(out, "{indent}{name}:")?;
                describe(out, value, &format!("{indent}  "))?;
            }
            serde_json::Value::String(text) => writeln!(out, "{indent}{name}: {text}")?,
            other => writeln!(out, "{indent}{name}: {other}")?,
        }
    }
    Ok(())
}

impl What {
    fn parts(self) -> Result<(ImportKind, Common, ImportOptions)> {
        Ok(match self {
            Self::Places(file) => {
                let (common, mut options) = file.table.parts()?;
                options.whole = file.whole;
                (ImportKind::Places, common, options)
            }
            Self::Boundaries(file) => with(ImportKind::Boundaries, file.parts()?),
            Self::Homes(file) => with(ImportKind::Homes, file.parts()?),
            Self::Facilities(file) => with(ImportKind::Facilities, file.parts()?),
            Self::Streets(file) => {
                let options = file.common.options();
                (ImportKind::Streets, file.common, options)
            }
        })
    }
}

fn with(
    kind: ImportKind,
    (common, options): (Common, ImportOptions),
) -> (ImportKind, Common, ImportOptions) {
    (kind, common, options)
}

impl Common {
    fn options(&self) -> ImportOptions {
        ImportOptions {
            vintage: self.vintage.clone(),
            attribution: self.attribution.clone(),
            ..ImportOptions::default()
        }
    }
}

impl TableFile {
    fn parts(self) -> Result<(Common, ImportOptions)> {
        let mut options = self.common.options();
        options.frame = self.frame;
        options.sheet = self.sheet;
        options.encoding = self.encoding;
        for pair in self.column {
            let (field, name) = pair.split_once('=').ok_or_else(|| {
                BadInput(format!("--column {pair}: give FIELD=NAME, such as people=人口"))
            })?;
            options.columns.push((field.trim().into(), name.trim().into()));
        }
        Ok((self.common, options))
    }
}
