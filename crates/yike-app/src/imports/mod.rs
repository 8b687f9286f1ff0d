//! Imports: a file is proposed, checked whole without changing anything, and applied whole or not at
//! all.
//!
//! What is proposed lies in `uploads/` with a note beside it (how to read it, and what the check made of
//! it). Places and boundaries are applied in one transaction. Streets, homes and facilities become a
//! data file during the check; applying moves that file to its place first and then, in one transaction,
//! takes it into use. Killed at any moment, the old state stands: a file nobody refers to is harmless.

mod address;
mod made;
mod read;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yike_model::imports::{Check, Import, ImportDeed, ImportKind, SourceFile};
use yike_model::jobs::{Job, JobDeed, JobKind, JobSpec};
use yike_model::people::{Actor, Deed};
use yike_model::places::{Missing, PlaceKind};
use yike_model::spine::By;
use yike_model::text::{FileName, Reason};
use yike_model::{DistrictId, ImportId, JobId, Refusal, Timestamp};
use yike_store::{Kept, NewDataset, Page, StoreError, Tx};
use yike_streets::progress::Progress;

use crate::app::{App, blocking};
use crate::error::AppError;
use crate::folder::digest_file;
use crate::jobs::{ATTEMPTS, Done, JobView, Live};
use crate::tables::TableError;
use made::Made;
use read::Contents;

pub use read::district_of;

/// Largest file that is taken: a street map of a large city.
pub const FILE_LIMIT: u64 = 4 << 30;

/// How many of the newest jobs are looked through for that of an import.
const JOBS_LOOKED_AT: u32 = 100;

/// How a file is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportOptions {
    /// The frame of its coordinates: `wgs84` (the same as `cgcs2000`), `gcj02` or `bd09`.
    pub frame: String,
    /// Columns named by hand: (field, column).
    pub columns: Vec<(String, String)>,
    /// The sheet of a workbook; the first where not given.
    pub sheet: Option<String>,
    /// The encoding of a CSV file; found out where not given.
    pub encoding: Option<String>,
    /// Whether a file of places is the whole district, so that places missing from it cease.
    pub whole: bool,
    /// The date of what it says, `YYYY-MM-DD` or `YYYY`.
    pub vintage: Option<String>,
    /// Who must be named where it is shown.
    pub attribution: Option<String>,
}

/// What is kept beside an uploaded file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Note {
    options: ImportOptions,
    made: Option<Made>,
}

/// An import of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportView {
    /// Its id.
    pub id: ImportId,
    /// File and state.
    pub import: Kept<Import>,
}

/// What an import's job is told.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct JobText {
    import: ImportId,
    apply: bool,
}

impl App {
    /// Proposes the file at `path`, known as `name`, for import. Nothing is checked yet but its size.
    pub async fn propose_import(
        &self,
        actor: &Actor,
        kind: ImportKind,
        (path, name): (&Path, &str),
        options: ImportOptions,
    ) -> Result<ImportId, AppError> {
        self.found_district(actor, kind, path, &options).await?;
        let by = self.permit(actor, Deed::CheckImport).await?;
        let name = FileName::parse(name).map_err(Refusal::from)?;
        read::table_options(&options)?;
        let id = ImportId::new(self.now(), self.random.ten());
        let upload = self.upload(id, &name);
        let (from, temporary) = (path.to_owned(), self.folder.temporary(&id.to_string()));
        let copied = temporary.clone();
        let (digest, bytes) = blocking(move || take_copy(&from, &copied)).await?;
        self.folder.keep(&temporary, &upload)?;
        self.keep_note(id, &Note { options, made: None })?;
        let file = SourceFile { name, bytes, digest };
        self.deed(by, Deed::CheckImport, id.to_string(), async move |tx, district, now| {
            let propose = ImportDeed::Propose { kind, file: file.clone() };
            tx.act::<Import>(district, id, propose, by, now).await.map(drop)
        })
        .await?;
        Ok(id)
    }

    /// On a new data folder the first file of places says which district this is. Only the machine's own
    /// command line may found one.
    async fn found_district(
        &self,
        actor: &Actor,
        kind: ImportKind,
        path: &Path,
        options: &ImportOptions,
    ) -> Result<(), AppError> {
        if self.district().is_ok() || *actor != Actor::System || kind != ImportKind::Places {
            return Ok(());
        }
        let (path, options) = (path.to_owned(), options.clone());
        let district = blocking(move || district_of(&path, &options)).await?;
        self.settle_district(&district)
    }

    /// Reads a proposed file whole and says what it would change; nothing is changed.
    pub async fn check_import(
        &self,
        actor: &Actor,
        id: ImportId,
        progress: Arc<dyn Progress + Send + Sync>,
    ) -> Result<Check, AppError> {
        let by = self.permit(actor, Deed::CheckImport).await?;
        let (import, mut note) = self.proposed(id).await?;
        let work = read::Reading {
            kind: import.kind,
            upload: self.upload(id, &import.file.name),
            name: import.file.name.to_string(),
            options: note.options.clone(),
            made: self.made_path(id),
            threads: self.threads,
            network: self.streets_path().await?,
        };
        let contents = blocking(move || work.read(&*progress)).await?;
        let check = match &contents {
            Contents::Wrong(check) => check.clone(),
            Contents::Places(rows) => {
                let plan = self.plan(rows.clone(), &note.options).await?;
                read::places_check(rows.len() as u64, plan)
            }
            Contents::Boundaries(rows, rows_read) => {
                let errors = self.read().await?.check_boundaries(self.district()?, rows).await?;
                read::boundaries_check(*rows_read, &errors)
            }
            Contents::Made(made, check) => {
                note.made = Some(made.clone());
                check.clone()
            }
        };
        self.keep_note(id, &note)?;
        let written = check.clone();
        self.deed(by, Deed::CheckImport, id.to_string(), async move |tx, district, now| {
            let deed = ImportDeed::Check(written.clone());
            tx.act::<Import>(district, id, deed, by, now).await.map(drop)
        })
        .await?;
        Ok(check)
    }

    /// Applies a checked import: all of it, or nothing.
    pub async fn apply_import(&self, actor: &Actor, id: ImportId) -> Result<(), AppError> {
        let by = self.permit(actor, Deed::ApplyImport).await?;
        let (import, note) = self.proposed(id).await?;
        if let Some(check) = import.check().filter(|check| check.errors > 0) {
            return Err(rows_error(import.file.name.as_str(), check));
        }
        match import.kind {
            ImportKind::Places => self.apply_places(by, id, &import, note.options).await?,
            ImportKind::Boundaries => self.apply_boundaries(by, id, &import, note.options).await?,
            ImportKind::Streets | ImportKind::Homes | ImportKind::Facilities => {
                let made = note.made.ok_or_else(|| not_checked(id))?;
                self.apply_made(by, id, import, made).await?;
            }
        }
        self.forget_upload(id, import_name(&self.folder.root().join("uploads"), id));
        self.towns.look_again();
        Ok(())
    }

    /// Does not take a proposed import.
    pub async fn refuse_import(
        &self,
        actor: &Actor,
        id: ImportId,
        reason: &str,
    ) -> Result<(), AppError> {
        let by = self.permit(actor, Deed::ApplyImport).await?;
        let reason = Reason::parse(reason).map_err(Refusal::from)?;
        self.deed(by, Deed::ApplyImport, id.to_string(), async move |tx, district, now| {
            let deed = ImportDeed::Refuse { reason: reason.clone() };
            tx.act::<Import>(district, id, deed, by, now).await.map(drop)
        })
        .await?;
        self.forget_upload(id, import_name(&self.folder.root().join("uploads"), id));
        Ok(())
    }

    /// Checks an import, and applies it if asked to and the check is clean, as a job.
    pub async fn queue_import(
        &self,
        actor: &Actor,
        id: ImportId,
        apply: bool,
    ) -> Result<JobId, AppError> {
        let deed = if apply { Deed::ApplyImport } else { Deed::CheckImport };
        let by = self.permit(actor, deed).await?;
        let (import, _) = self.proposed(id).await?;
        let job = JobId::new(self.now(), self.random.ten());
        let spec = serde_json::to_string(&JobText { import: id, apply })
            .map_err(|why| AppError::Fault(format!("a job: {why}")))?;
        let title = import.file.name.to_string();
        let (kind, title_en) = (JobKind::Import, String::new());
        let work = JobSpec { kind, title, title_en, spec, max_attempts: ATTEMPTS };
        self.deed(by, deed, id.to_string(), async move |tx, district, now| {
            tx.act::<Job>(district, job, JobDeed::Queue(work.clone()), by, now).await.map(drop)
        })
        .await?;
        self.queued.notify_one();
        Ok(job)
    }

    /// Does what an import's job asks. Who asked was permitted when the job was queued.
    pub(crate) async fn import_job(&self, text: &str, live: Arc<Live>) -> Result<Done, AppError> {
        let JobText { import, apply } = serde_json::from_str(text)
            .map_err(|why| AppError::Fault(format!("a job's text: {why}")))?;
        let check = match self.check_import(&Actor::System, import, live).await {
            // A table nobody can read is checked, too: what to mend is told like what is wrong in a row.
            Err(AppError::Table(error)) if !matches!(*error, TableError::Io { .. }) => {
                self.note_unread(import, &error).await?
            }
            other => other?,
        };
        if apply && check.errors == 0 {
            self.apply_import(&Actor::System, import).await?;
        }
        let result = serde_json::json!({
            "import": import, "rows": check.rows, "errors": check.errors, "applied": apply && check.errors == 0,
        });
        Ok(Done { result: result.to_string(), study: None })
    }

    /// Notes that a file cannot be read as a table, and why.
    async fn note_unread(&self, id: ImportId, error: &TableError) -> Result<Check, AppError> {
        let check = Check {
            errors: 1,
            first_errors: vec![error.of_whole_file()],
            summary: "{}".into(),
            ..Check::default()
        };
        let by = self.permit(&Actor::System, Deed::CheckImport).await?;
        let written = check.clone();
        self.deed(by, Deed::CheckImport, id.to_string(), async move |tx, district, now| {
            let deed = ImportDeed::Check(written.clone());
            tx.act::<Import>(district, id, deed, by, now).await.map(drop)
        })
        .await?;
        Ok(check)
    }

    /// The newest job that checks or applies an import, if it is among the last ones.
    pub async fn import_job_view(
        &self,
        actor: &Actor,
        id: ImportId,
    ) -> Result<Option<JobView>, AppError> {
        self.permit(actor, Deed::CheckImport).await?;
        let page = Page::first(JOBS_LOOKED_AT);
        let jobs = self.read().await?.subjects::<Job>(self.district()?, None, &page).await?;
        let own = |job: &Kept<Job>| {
            let text = serde_json::from_str::<JobText>(&job.state.spec.spec);
            text.is_ok_and(|text| text.import == id)
        };
        match jobs.into_iter().find(own) {
            Some(job) => self.view(job).await.map(Some),
            None => Ok(None),
        }
    }

    /// Imports, newest first. The next page is after the id of the last.
    pub async fn imports(&self, actor: &Actor, page: &Page) -> Result<Vec<ImportView>, AppError> {
        self.permit(actor, Deed::CheckImport).await?;
        let kept = self.read().await?.subjects::<Import>(self.district()?, None, page).await?;
        Ok(kept.into_iter().map(|import| ImportView { id: import.id.into(), import }).collect())
    }

    /// One import.
    pub async fn import(&self, actor: &Actor, id: ImportId) -> Result<ImportView, AppError> {
        self.permit(actor, Deed::CheckImport).await?;
        let import = self.read().await?.subject::<Import>(self.district()?, id).await?;
        let import = import.ok_or_else(|| AppError::missing("import", id))?;
        Ok(ImportView { id, import })
    }

    async fn proposed(&self, id: ImportId) -> Result<(Import, Note), AppError> {
        let import = self.read().await?.subject::<Import>(self.district()?, id).await?;
        let import = import.ok_or_else(|| AppError::missing("import", id))?.state;
        let path = self.note_path(id);
        let text = match fs::read(&path) {
            Ok(text) => text,
            // Applied or refused before: the rules say so when they are asked.
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
                return Ok((import, Note::default()));
            }
            Err(why) => return Err(AppError::io(&path, why)),
        };
        let note = serde_json::from_slice(&text)
            .map_err(|why| AppError::Fault(format!("{}: {why}", path.display())))?;
        Ok((import, note))
    }

    async fn plan(
        &self,
        rows: Vec<yike_model::places::PlaceRow>,
        options: &ImportOptions,
    ) -> Result<read::Planned, AppError> {
        let (missing, now) = (missing(options), self.now());
        Ok(self.read().await?.plan_places(self.district()?, rows, missing, now).await?)
    }

    async fn apply_places(
        &self,
        by: By,
        id: ImportId,
        import: &Import,
        options: ImportOptions,
    ) -> Result<(), AppError> {
        let (upload, missing) = (self.upload(id, &import.file.name), missing(&options));
        let rows = blocking(move || read::place_rows(&upload, &options)).await?;
        let rows = rows.map_err(|check| rows_error(import.file.name.as_str(), &check))?;
        self.deed(by, Deed::ApplyImport, id.to_string(), async move |tx, district, now| {
            let plan = tx.plan_places(district, rows.clone(), missing, now).await?;
            let plan = plan.map_err(|errors| changed(&errors))?;
            let digest = tx.apply_places(district, &plan).await?;
            tx.act::<Import>(district, id, ImportDeed::Apply { digest }, by, now).await.map(drop)
        })
        .await
    }

    async fn apply_boundaries(
        &self,
        by: By,
        id: ImportId,
        import: &Import,
        options: ImportOptions,
    ) -> Result<(), AppError> {
        let upload = self.upload(id, &import.file.name);
        let (rows, _) = blocking(move || read::boundary_rows(&upload, &options)).await?;
        self.deed(by, Deed::ApplyImport, id.to_string(), async move |tx, district, now| {
            let errors = tx.check_boundaries(district, &rows).await?;
            if !errors.is_empty() {
                return Err(changed(&errors).into());
            }
            let digest = tx.apply_boundaries(district, &rows, now).await?;
            tx.act::<Import>(district, id, ImportDeed::Apply { digest }, by, now).await.map(drop)
        })
        .await
    }

    async fn apply_made(
        &self,
        by: By,
        id: ImportId,
        import: Import,
        made: Made,
    ) -> Result<(), AppError> {
        let kept = self.folder.file(&made.file);
        let from = self.made_path(id);
        // A run before this one may have moved it and died.
        if from.exists() {
            self.folder.keep(&from, &kept)?;
        }
        let (digest, _) = digest_file(&kept)?;
        if digest != made.digest {
            return Err(not_checked(id));
        }
        let dataset = made.dataset(import.kind, id)?;
        let (places, file) = (made.places, import.file);
        let second = ImportId::new(self.now(), self.random.ten());
        self.deed(by, Deed::ApplyImport, id.to_string(), async move |tx, district, now| {
            take_into_use(tx, district, (id, by, now), &dataset).await?;
            if places.is_empty() {
                return Ok(());
            }
            // The places an import of homes brings are an import of their own, of the same file.
            let digest = address::apply(tx, district, &places, now).await?;
            let check =
                Check { rows: places.len() as u64, summary: "{}".into(), ..Check::default() };
            let propose = ImportDeed::Propose { kind: ImportKind::Places, file: file.clone() };
            for deed in [propose, ImportDeed::Check(check), ImportDeed::Apply { digest }] {
                tx.act::<Import>(district, second, deed, by, now).await?;
            }
            Ok(())
        })
        .await
    }

    /// The streets in use, to compare positions with.
    async fn streets_path(&self) -> Result<Option<PathBuf>, AppError> {
        let streets = self.in_use().await?.streets;
        Ok(streets.map(|set| self.folder.file(set.file.file.as_str())))
    }

    fn upload(&self, id: ImportId, name: &FileName) -> PathBuf {
        self.folder.upload(&upload_name(id, name.as_str()))
    }

    fn note_path(&self, id: ImportId) -> PathBuf {
        self.folder.upload(&format!("{id}.note.json"))
    }

    fn made_path(&self, id: ImportId) -> PathBuf {
        self.folder.upload(&format!("{id}.made"))
    }

    fn keep_note(&self, id: ImportId, note: &Note) -> Result<(), AppError> {
        let text =
            serde_json::to_vec(note).map_err(|why| AppError::Fault(format!("a note: {why}")))?;
        let temporary = self.folder.temporary(&format!("{id}.note"));
        fs::write(&temporary, text).map_err(|why| AppError::io(&temporary, why))?;
        self.folder.keep(&temporary, &self.note_path(id))
    }

    /// Removes what lies in `uploads/` of an import that is over. What cannot be removed takes up room,
    /// no more.
    fn forget_upload(&self, id: ImportId, upload: Option<PathBuf>) {
        for path in [self.note_path(id), self.made_path(id)].into_iter().chain(upload) {
            if let Err(why) = fs::remove_file(&path)
                && why.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(path = %path.display(), "cannot be removed: {why}");
            }
        }
    }
}

/// Takes a data file into use and notes the import as applied.
async fn take_into_use(
    tx: &mut Tx,
    district: &DistrictId,
    (id, by, now): (ImportId, By, Timestamp),
    dataset: &NewDataset,
) -> Result<(), StoreError> {
    tx.set_dataset(district, dataset, now).await?;
    let deed = ImportDeed::Apply { digest: dataset.digest };
    tx.act::<Import>(district, id, deed, by, now).await.map(drop)
}

const fn missing(options: &ImportOptions) -> Missing {
    if options.whole { Missing::Close } else { Missing::Keep }
}

/// The name of an uploaded file: its id, and an ending that says how to read it.
fn upload_name(id: ImportId, name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let ending = [".osm.pbf", ".osm.gz", ".osm.bz2"].iter().find(|end| lower.ends_with(**end));
    let ending = ending.map_or_else(
        || Path::new(&lower).extension().map(|end| format!(".{}", end.to_string_lossy())),
        |end| Some((*end).to_owned()),
    );
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '.';
    let ending: String = ending.unwrap_or_default().chars().filter(plain).take(12).collect();
    format!("{id}{ending}")
}

/// The uploaded file of an import, whatever its ending.
fn import_name(folder: &Path, id: ImportId) -> Option<PathBuf> {
    let id = id.to_string();
    let own = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ending = name.strip_prefix(&id);
        ending.is_some_and(|ending| ![".note.json", ".made"].contains(&ending))
    };
    fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).find(own)
}

/// Copies a file, bounded, and gives its digest and length.
fn take_copy(from: &Path, to: &Path) -> Result<(yike_model::Digest, u64), AppError> {
    let fail = |why| AppError::io(from, why);
    let meta = fs::metadata(from).map_err(fail)?;
    if !meta.is_file() {
        return Err(AppError::input(format!("{} is not a file", from.display())));
    }
    if meta.len() > FILE_LIMIT {
        return Err(AppError::input(format!(
            "{} has more than {} GB: split it",
            from.display(),
            FILE_LIMIT >> 30
        )));
    }
    fs::copy(from, to).map_err(fail)?;
    digest_file(to)
}

/// The error for a file with wrong rows.
pub(crate) fn rows_error(file: &str, check: &Check) -> AppError {
    let line = |error: &yike_model::imports::RowError| match &error.column {
        Some(column) => format!("row {}, {column}: {}", error.row, error.message),
        None if error.row == 0 => error.message.clone(),
        None => format!("row {}: {}", error.row, error.message),
    };
    let first: Vec<String> = check.first_errors.iter().take(5).map(line).collect();
    AppError::Rows {
        file: file.into(),
        errors: check.errors,
        rows: check.rows,
        first: first.join("; "),
    }
}

fn not_checked(id: ImportId) -> AppError {
    AppError::input(format!("import {id} was not checked, or its file has changed: check it again"))
}

/// Rows that were right when they were checked, and are not any more.
fn changed(errors: &[yike_model::imports::RowError]) -> Refusal {
    let first = errors.first().map_or("", |error| error.message.as_str());
    Refusal::invalid(
        "rows",
        format!("the district has changed since the check: {first}; check again"),
    )
}

/// Kinds of places that a table of homes brings.
pub(crate) const ADDRESS_KINDS: [PlaceKind; 4] =
    [PlaceKind::Grid, PlaceKind::Estate, PlaceKind::Building, PlaceKind::Entrance];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_keeps_the_ending_that_says_how_to_read_it() {
        let id = ImportId::new(Timestamp::FIRST, [1; 10]);
        for (name, ending) in [
            ("City.OSM.PBF", ".osm.pbf"),
            ("a.osm.gz", ".osm.gz"),
            ("居民 楼.csv", ".csv"),
            ("x.geojson", ".geojson"),
            ("none", ""),
            ("x.c/s", ""),
        ] {
            assert_eq!(upload_name(id, name), format!("{id}{ending}"), "{name}");
        }
    }
}
