//! `yike demo`: an invented district, written as files, brought in through the same importers a city
//! uses, with a study of it.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use yike_app::App;
use yike_app::folder::DEMO_MARKER;
use yike_app::imports::ImportOptions;
use yike_app::studies::StudyAsk;
use yike_demo::{DEFAULT_PEOPLE, DemoError, DemoOptions, DemoReport};
use yike_model::imports::ImportKind;
use yike_model::jobs::JobState;
use yike_model::people::Actor;

use super::data::Data;
use super::import::import_file;
use crate::fault::{BadInput, Cancelled};
use crate::output::grouped;
use crate::shell::Shell;

/// Make an invented district to try Yike with
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike demo --data data
  yike demo --data data --people 1_120_000 --seed 7

A folder that holds a finished demo district is left as it is; one that was cut off is made anew.
Nothing in the district is real.")]
pub struct Demo {
    #[command(flatten)]
    data: Data,
    /// How many people live there
    #[arg(long, value_parser = number, default_value_t = DEFAULT_PEOPLE, value_name = "N")]
    people: u64,
    /// Another seed, another district
    #[arg(long, value_parser = number, default_value_t = 1, value_name = "N")]
    seed: u64,
}

/// Reads a whole number that may have underscores or commas between its digits.
fn number(text: &str) -> Result<u64, String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    plain.parse().map_err(|_| format!("{text:?} is not a whole number such as 60000 or 1_120_000"))
}

/// Says that a demo district is finished, and what it was made of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Finished {
    made_by: String,
    people: u64,
    seed: u64,
    report: DemoReport,
}

/// The files of a demo district, in the order they are imported.
const FILES: [(ImportKind, &str); 5] = [
    (ImportKind::Places, "divisions.csv"),
    (ImportKind::Boundaries, "boundaries.geojson"),
    (ImportKind::Streets, "city.osm.pbf"),
    (ImportKind::Homes, "homes.csv"),
    (ImportKind::Facilities, "facilities.xlsx"),
];

impl Demo {
    /// Makes the district, unless it is there.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let marker = self.data.data.join(DEMO_MARKER);
        if let Some(finished) = self.finished(&marker)? {
            return tell(shell, &self.data, &finished, true);
        }
        self.clear()?;
        let report = self.generate(shell)?;
        let app = self.data.open(shell)?;
        let made = self.fill(shell, &app, &report);
        shell.block_on(app.close());
        made?;
        let finished = Finished {
            made_by: concat!("yike ", env!("CARGO_PKG_VERSION")).into(),
            people: self.people,
            seed: self.seed,
            report,
        };
        fs::write(&marker, serde_json::to_vec_pretty(&finished)?)
            .with_context(|| format!("{} cannot be written", marker.display()))?;
        tell(shell, &self.data, &finished, false)
    }

    /// What the folder holds, if it holds a finished demo district; the same one that is asked for.
    fn finished(&self, marker: &Path) -> Result<Option<Finished>> {
        let Ok(text) = fs::read(marker) else { return Ok(None) };
        let Ok(finished) = serde_json::from_slice::<Finished>(&text) else { return Ok(None) };
        if (finished.people, finished.seed) == (self.people, self.seed) {
            return Ok(Some(finished));
        }
        Err(BadInput(format!(
            "{} holds a demo district of {} people from seed {}: give another folder, or remove this one",
            self.data.data.display(),
            grouped(finished.people),
            finished.seed
        ))
        .into())
    }

    /// Removes what a run that was cut off left. A folder with other data is not touched.
    fn clear(&self) -> Result<()> {
        let folder = &self.data.data;
        let begun = folder.join("demo");
        let database = folder.join("yike.db");
        if self.data.database_url.is_some() || !database.exists() {
            return Ok(());
        }
        if !begun.is_dir() {
            return Err(BadInput(format!(
                "{} holds a district that is not a demo: give another folder",
                folder.display()
            ))
            .into());
        }
        tracing::info!("the demo district in {} was cut off: making it anew", folder.display());
        for part in ["yike.db", "yike.db-wal", "yike.db-shm", "district"] {
            remove(fs::remove_file(folder.join(part)), &folder.join(part))?;
        }
        for part in ["files", "uploads", "demo"] {
            remove(fs::remove_dir_all(folder.join(part)), &folder.join(part))?;
        }
        Ok(())
    }

    fn generate(&self, shell: &Shell) -> Result<DemoReport> {
        let out = self.data.data.join("demo");
        let progress = shell.progress();
        let data_date = "2026-06-30".parse().context("the day of the data")?;
        let options = DemoOptions { people: self.people, seed: self.seed, out: &out, data_date };
        yike_demo::generate(&options, &progress).map_err(|error| match error {
            DemoError::Cancelled => Cancelled.into(),
            DemoError::People(_) => BadInput(error.to_string()).into(),
            other => other.into(),
        })
    }

    /// Imports the files, and computes the first study.
    fn fill(&self, shell: &Shell, app: &std::sync::Arc<App>, report: &DemoReport) -> Result<()> {
        let folder = self.data.data.join("demo");
        for (kind, name) in FILES {
            let start = Instant::now();
            let options = ImportOptions {
                vintage: Some(report.data_date.clone()),
                attribution: Some("Yike demo district, invented".into()),
                ..ImportOptions::default()
            };
            import_file(shell, app, kind, &folder.join(name), options)
                .with_context(|| format!("{name} of the demo district"))?;
            tracing::info!("{name} imported in {:.1} s", start.elapsed().as_secs_f64());
            if shell.stop().asked() {
                return Err(Cancelled.into());
            }
        }
        let start = Instant::now();
        let ask = StudyAsk {
            title_en: Some("Every door's quarter-hour".into()),
            ..StudyAsk::new("一刻钟生活圈")
        };
        let (_, job) = shell.block_on(app.start_study(&Actor::System, ask))?;
        while shell.block_on(app.work_once())? {}
        match shell.block_on(app.job(&Actor::System, job))?.job.state.state {
            JobState::Done { .. } => {
                tracing::info!("study computed in {:.1} s", start.elapsed().as_secs_f64());
                Ok(())
            }
            JobState::Failed { error, .. } => anyhow::bail!("the study failed: {error}"),
            _ => Err(Cancelled.into()),
        }
    }
}

fn remove(removed: std::io::Result<()>, path: &Path) -> Result<()> {
    match removed {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
            Err(why).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

fn tell(shell: &Shell, data: &Data, finished: &Finished, before: bool) -> Result<()> {
    let value = serde_json::json!({
        "data": data.data, "ready": true, "made_before": before, "report": finished.report,
    });
    shell.answer(&value, |out| {
        let (folder, report) = (data.data.display(), &finished.report);
        writeln!(
            out,
            "{folder} holds an invented district: {} people in {} homes; subdistricts: {}, communities: {}",
            grouped(report.people),
            grouped(report.homes),
            report.subdistricts,
            report.communities,
        )?;
        // The address of the database may hold a password, so it is not repeated.
        let database = data.database_url.as_ref().map_or("", |_| " --database-url URL");
        writeln!(out, "Serve it with: yike serve --data {folder}{database}")
    })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_may_be_grouped() {
        assert_eq!(number("1_120_000"), Ok(1_120_000));
        assert_eq!(number("60,000"), Ok(60_000));
        assert!(number("-1").is_err() && number("many").is_err() && number("").is_err());
    }
}
