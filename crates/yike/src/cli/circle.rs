//! `yike circle`: what every home of a city reaches on foot, as files; `yike circle reach`: one point.

mod answer;
mod reach;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;
use yike_app::exports::{self, Export, ExportError, Lang};
use yike_app::tables::{self, BetterFit, TableError, TableOptions};
use yike_streets::circles::areas::Areas;
use yike_streets::circles::estimate::{self, Factors};
use yike_streets::circles::hours::WeekTime;
use yike_streets::circles::nearest::NearestError;
use yike_streets::circles::profile::{self, Profile, Profiles};
use yike_streets::circles::standard::Standard;
use yike_streets::circles::study::{self, Ask, Source, StudyError};
use yike_streets::city::City;
use yike_streets::frames::Frame;
use yike_streets::network::file;
use yike_streets::osm::Rules;

use crate::fault::{BadInput, Cancelled};
use crate::shell::Shell;

/// What every home reaches on foot, and who lacks what
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  yike circle monaco.streets -o monaco/
  yike circle hangzhou.streets --homes compounds.csv --boundaries subdistricts.geojson \\
      --profile adult,elder,wheelchair --minutes 5,10,15 --standard hangzhou -o out/
  yike circle city.streets --homes cells.csv --facilities cells.csv --categories school,healthcare -o out/
  yike circle reach monaco.streets --at 7.4246,43.7384 -o circle.geojson

Writes coverage, gaps and homes as CSV, GeoJSON and FlatGeobuf, a workbook, a report to print, and a
.study file with everything. The folder is there whole or not at all."
)]
pub struct Circle {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    study: StudyArgs,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Reach(reach::Reach),
}

#[derive(Debug, clap::Args)]
struct StudyArgs {
    /// Streets file, from `yike streets build`
    #[arg(value_name = "CITY.streets", required = true)]
    city: Option<PathBuf>,
    /// Folder to write; it must not exist yet
    #[arg(long, short, value_name = "FOLDER", required = true)]
    output: Option<PathBuf>,
    #[command(flatten)]
    walk: WalkArgs,
    /// Homes from a table (CSV, XLSX, GeoJSON) instead of the map
    #[arg(long, value_name = "FILE")]
    homes: Option<PathBuf>,
    /// Facilities from a table instead of the map
    #[arg(long, value_name = "FILE")]
    facilities: Option<PathBuf>,
    /// Category of all rows of the facilities table, where it lists one kind only
    #[arg(long, value_name = "CODE", requires = "facilities")]
    facilities_of: Option<String>,
    /// Frame of the tables' coordinates: wgs84, gcj02 or bd09
    #[arg(long, default_value = "wgs84", value_name = "FRAME", value_parser = frame)]
    frame: Frame,
    /// Which column is what, such as people=census; may be given several times
    #[arg(long = "column", value_name = "FIELD=NAME", value_parser = column)]
    columns: Vec<(String, String)>,
    /// Sheet of a workbook
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Encoding of CSV files, such as gb18030; found out where not given
    #[arg(long, value_name = "LABEL")]
    encoding: Option<String>,
    /// Areas to count by (GeoJSON polygons with code and name)
    #[arg(long, value_name = "FILE")]
    boundaries: Option<PathBuf>,
    /// Standard: gb50180, commerce, hangzhou, or a file of one's own
    #[arg(long, default_value = "gb50180", value_name = "STANDARD")]
    standard: String,
    /// Nearest facilities to keep for each home, 1 to 16
    #[arg(long, default_value_t = 3, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=16))]
    k: u8,
    /// Categories to look at, such as school,pharmacy; all where not given
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    categories: Option<Vec<String>>,
    /// Square metres of floor per person, where people are estimated from buildings
    #[arg(long, default_value_t = 40, value_name = "M2", value_parser = clap::value_parser!(u32).range(1..=1000))]
    floor_per_person: u32,
    /// People in all homes together, as a census tells: estimates are scaled to it
    #[arg(long, value_name = "PEOPLE")]
    population: Option<u32>,
    /// Language of the report: zh or en
    #[arg(long, default_value = "zh", value_name = "LANG", value_parser = lang)]
    lang: Lang,
}

/// Who walks, when, how far.
#[derive(Debug, clap::Args)]
struct WalkArgs {
    /// Who walks: norm, adult, elder, frail, child, pram, wheelchair
    #[arg(long, default_value = "adult", value_name = "CODES", value_delimiter = ',')]
    profile: Vec<String>,
    /// File with profiles of one's own
    #[arg(long, value_name = "FILE")]
    profiles: Option<PathBuf>,
    /// Minutes on foot
    #[arg(long, default_value = "5,10,15", value_name = "MINUTES", value_delimiter = ',')]
    minutes: Vec<u16>,
    /// Time of the week for gates with hours, such as 22:30 or "Sa 22:30"; all open where not given
    #[arg(long, value_name = "TIME", value_parser = WeekTime::parse)]
    at_time: Option<WeekTime>,
    /// Threads to use; 0 is one for each processor
    #[arg(long, default_value_t = 0, value_name = "N")]
    threads: usize,
}

impl WalkArgs {
    /// The profiles asked for, in the order asked.
    fn chosen(&self) -> Result<Vec<Profile>> {
        let known = match &self.profiles {
            None => profile::builtin(),
            Some(path) => {
                let more = Profiles::from_toml(&read_text(path)?).map_err(|e| named(path, &e))?;
                profile::builtin().with(more)
            }
        };
        let chosen: Result<Vec<Profile>, _> =
            self.profile.iter().map(|code| known.get(code.trim()).cloned()).collect();
        let chosen = chosen.map_err(|e| BadInput(e.to_string()))?;
        for (i, profile) in chosen.iter().enumerate() {
            if chosen[..i].iter().any(|p| p.code == profile.code) {
                return Err(BadInput(format!("profile {} is given twice", profile.code)).into());
            }
        }
        Ok(chosen)
    }
}

fn frame(text: &str) -> Result<Frame, String> {
    Frame::parse(text).ok_or_else(|| "use wgs84 (also for CGCS2000), gcj02 or bd09".into())
}

fn lang(text: &str) -> Result<Lang, String> {
    match text {
        "zh" => Ok(Lang::Zh),
        "en" => Ok(Lang::En),
        _ => Err("use zh or en".into()),
    }
}

fn column(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, name)) if !field.is_empty() && !name.is_empty() => {
            Ok((field.trim().to_owned(), name.trim().to_owned()))
        }
        _ => Err("write FIELD=NAME, such as people=常住人口".into()),
    }
}

fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> anyhow::Error {
    BadInput(format!("{}: {error}", path.display())).into()
}

/// Errors of a table are the giver's to mend, but for the disk's.
fn table_error(error: TableError) -> anyhow::Error {
    match error {
        TableError::Io { .. } => error.into(),
        other => BadInput(other.to_string()).into(),
    }
}

impl Circle {
    /// Makes a study, or answers for one point.
    pub fn run(self, shell: &Shell) -> Result<()> {
        match self.command {
            Some(Command::Reach(reach)) => reach.run(shell),
            None => self.study.run(shell),
        }
    }
}

/// What was read to make a study.
struct Given {
    city: City,
    ask: Ask,
    areas: Option<Areas>,
    hints: Vec<Hint>,
}

/// A table that fits better in another frame.
#[derive(Serialize)]
struct Hint {
    file: String,
    #[serde(flatten)]
    fit: BetterFit,
}

impl StudyArgs {
    fn run(self, shell: &Shell) -> Result<()> {
        let output = self.output.clone().expect("required by clap");
        if output.exists() {
            let text = format!(
                "{} is there already: choose another folder, or remove it",
                output.display()
            );
            return Err(BadInput(text).into());
        }
        let given = self.read()?;
        for hint in &given.hints {
            tracing::warn!("{}", hint.text());
        }
        let progress = shell.progress();
        let city = Arc::new(given.city);
        let areas = given.areas.as_ref();
        let mut study = None;
        let files = write_folder(&output, |folder| {
            let path = folder.join(exports::STUDY_FILE);
            let made = study::make(&city, areas, &given.ask, &progress, &path);
            let study = study.insert(made.map_err(no_study)?);
            let export = Export { study, city: city.clone(), areas, lang: self.lang };
            let mut files = vec![exports::STUDY_FILE.to_owned()];
            files.extend(exports::write_all(&export, folder, &progress).map_err(not_written)?);
            Ok(files)
        });
        progress.finish();
        let files = files?;
        let study = study.expect("the folder was written from it");
        answer::answer(shell, &study, &output, &files, given.hints)
    }

    fn read(&self) -> Result<Given> {
        let path = self.city.as_ref().expect("required by clap");
        let mut city = file::open(path).map_err(|e| BadInput(e.to_string()))?;
        let mut hints = Vec::new();
        let mut ask = Ask::new(self.walk.chosen()?, self.standard()?);
        ask.minutes.clone_from(&self.walk.minutes);
        ask.at = self.walk.at_time;
        ask.threads = self.walk.threads;
        ask.k = self.k;
        ask.categories.clone_from(&self.categories);
        if city.facilities.categories.is_empty() {
            city.facilities.categories = Rules::builtin().categories().to_vec();
        }
        let mut hint = |path: &Path, as_found: &[[f64; 2]]| {
            let fit = tables::better_fit(&city.network, as_found, self.frame);
            hints.extend(fit.map(|fit| Hint { file: file_name(path), fit }));
        };
        if let Some(path) = &self.homes {
            let table = tables::read_homes(path, &self.table("home")).map_err(table_error)?;
            hint(path, &table.as_found);
            ask.homes_source = Some(table.source);
            city.homes = table.homes;
        }
        if let Some(path) = &self.facilities {
            let mut options = self.table("facility");
            if let Some(code) = &self.facilities_of {
                if !city.facilities.categories.iter().any(|c| c.code == *code) {
                    let text = format!("--facilities-of {code}: there is no such category");
                    return Err(BadInput(text).into());
                }
                options.category = Some(code.clone());
            }
            let known = city.facilities.categories.clone();
            let table = tables::read_facilities(path, &options, &known).map_err(table_error)?;
            hint(path, &table.as_found);
            ask.facilities_source = Some(table.source);
            city.facilities = table.facilities;
        }
        self.estimate(&mut city, &mut ask)?;
        let (areas, source) = self.areas()?;
        ask.areas_source = source;
        Ok(Given { city, ask, areas, hints })
    }

    /// Estimates the people of homes nobody counted, from their buildings.
    fn estimate(&self, city: &mut City, ask: &mut Ask) -> Result<()> {
        let unknown = |h: usize| city.homes.estimated[h] == 1;
        if (0..city.homes.len()).any(unknown) {
            let floor_dm2_per_person = self.floor_per_person * 100;
            let factors =
                Factors { floor_dm2_per_person, population: self.population, ..Factors::default() };
            estimate::fill(&mut city.homes, &factors);
            if let Some(population) = self.population {
                estimate::scale_to(&mut city.homes, population)
                    .map_err(|e| BadInput(format!("--population: {e}")))?;
            }
            ask.factors = Some(factors);
        }
        Ok(())
    }

    /// Options for one kind of table: the columns named by hand that it has fields for.
    fn table(&self, kind: &str) -> TableOptions {
        let both = self.homes.is_some() && self.facilities.is_some();
        let fits = |(field, _): &&(String, String)| !both || tables::has_field(kind, field);
        TableOptions {
            frame: self.frame,
            columns: self.columns.iter().filter(fits).cloned().collect(),
            sheet: self.sheet.clone(),
            encoding: self.encoding.clone(),
            ..TableOptions::default()
        }
    }

    fn areas(&self) -> Result<(Option<Areas>, Option<Source>)> {
        let Some(path) = &self.boundaries else { return Ok((None, None)) };
        let table = tables::read_areas(path, &TableOptions::default()).map_err(table_error)?;
        Ok((Some(table.areas), Some(table.source)))
    }

    fn standard(&self) -> Result<Standard> {
        if let Some(standard) = Standard::builtin(&self.standard) {
            return Ok(standard);
        }
        let path = Path::new(&self.standard);
        if !path.exists() {
            let known = Standard::BUILTIN.join(", ");
            let text = format!("standard {:?}: neither one of {known} nor a file", self.standard);
            return Err(BadInput(text).into());
        }
        Standard::parse(&read_text(path)?).map_err(|e| named(path, &e))
    }
}

impl Hint {
    fn text(&self) -> String {
        format!(
            "{}: as {} its places are {} m from the nearest street (median), as {} only {} m; \
             if that is what they are, say --frame {}",
            self.file,
            self.fit.declared.name(),
            self.fit.declared_m,
            self.fit.better.name(),
            self.fit.better_m,
            self.fit.better.code()
        )
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn no_study(error: StudyError) -> anyhow::Error {
    match error {
        StudyError::Nearest(NearestError::Cancelled) => anyhow::Error::new(Cancelled),
        StudyError::File(_) => error.into(),
        other => BadInput(other.to_string()).into(),
    }
}

fn not_written(error: ExportError) -> anyhow::Error {
    match error {
        ExportError::Cancelled => anyhow::Error::new(Cancelled),
        other => other.into(),
    }
}

/// Lets `write` fill a folder beside `output`, then puts it in place in one step.
fn write_folder(
    output: &Path,
    write: impl FnOnce(&Path) -> Result<Vec<String>>,
) -> Result<Vec<String>> {
    let parent = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(parent)
        .with_context(|| format!("{} cannot be made", parent.display()))?;
    let folder = tempfile::Builder::new()
        .prefix(".yike-circle-")
        .tempdir_in(parent)
        .with_context(|| format!("no folder can be made in {}", parent.display()))?;
    let files = write(folder.path())?;
    open_to_all(folder.path())?;
    let kept = folder.keep();
    if let Err(error) = std::fs::rename(&kept, output) {
        let _ = std::fs::remove_dir_all(&kept);
        return Err(error).with_context(|| format!("{} cannot be put in place", output.display()));
    }
    Ok(files)
}

/// Temporary folders are for their owner only; the finished one is like any other.
#[cfg(unix)]
fn open_to_all(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder, mode)
        .with_context(|| format!("{} cannot be opened to others", folder.display()))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> Result<()> {
    Ok(())
}
