//! One import: what the check found, and the button that applies it.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use tokio::io::AsyncWriteExt;
use yike_app::imports::{ImportOptions, ImportView};
use yike_app::jobs::JobView as Job;
use yike_model::ImportId;
use yike_model::imports::{Check, Import, ImportKind, ImportState, RowError as Wrong, RowFault};
use yike_model::jobs::JobState;
use yike_model::people::Role;

use super::work::{self, KINDS, UPLOAD_MB};
use super::{Fact, JobView, studies};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::csrf;
use crate::front::form::Posted;
use crate::front::language::{Language, Value, grouped};
use crate::front::page::{Page, Section};
use crate::front::random;
use crate::front::visit::Visit;
use crate::state::Web;

/// Something to mend.
#[derive(Clone, Debug)]
pub struct RowError {
    /// Row in the file, as people count.
    pub row: String,
    /// Column.
    pub column: String,
    /// What is wrong, and what to do.
    pub words: String,
}

/// The page.
#[derive(Template)]
#[template(path = "import.html")]
pub struct ImportPage {
    /// The frame.
    pub p: Page,
    /// How it stands, in one sentence.
    pub sentence: String,
    /// What that means and what comes next.
    pub told: String,
    /// Figures.
    pub facts: Vec<Fact>,
    /// Where the button leads, for those who may apply it now.
    pub apply: Option<String>,
    /// The job that checks it, while it waits or runs.
    pub running: Option<JobView>,
    /// Why it could not be checked, as the machine says it; else empty.
    pub why: String,
    /// What to mend.
    pub errors: Vec<RowError>,
}

/// What a posted table comes with.
#[derive(Debug, Default)]
struct Upload {
    kind: Option<ImportKind>,
    frame: String,
    name: String,
    file: Option<Temporary>,
}

/// A file being handed in; gone when it is dropped.
#[derive(Debug)]
struct Temporary(std::path::PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // The app took a copy; what is left is of no use, and one that is gone already is no loss.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// `POST /imports`: takes a table and has it checked; nothing is changed.
pub async fn hand_in(
    State(web): State<Web>,
    visit: Visit,
    headers: HeaderMap,
    multipart: Result<Multipart, MultipartRejection>,
) -> PageResult {
    // Permission first: nobody else's bytes are written to disk.
    web.app.imports(&visit.actor, &yike_store::Page::first(1)).await.on(&visit)?;
    let multipart = multipart.map_err(|why| Fault::invalid(why.body_text())).on(&visit)?;
    let upload = match receive(&web, &headers, multipart).await {
        Ok(upload) => upload,
        Err(Received::Fault(fault)) => return Err(fault).on(&visit),
        Err(Received::TooLarge) => return again(&web, &visit, "import-too-large").await,
    };
    let (Some(kind), Some(file)) = (upload.kind, &upload.file) else {
        return again(&web, &visit, "import-no-file").await;
    };
    let options = ImportOptions { frame: upload.frame.clone(), ..ImportOptions::default() };
    let named = (file.0.as_path(), upload.name.as_str());
    let id = web.app.propose_import(&visit.actor, kind, named, options).await.on(&visit)?;
    web.app.queue_import(&visit.actor, id, false).await.on(&visit)?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

/// The page of imports again, with what was wrong.
async fn again(web: &Web, visit: &Visit, key: &str) -> PageResult {
    let wrong = visit.language.fill(key, &[("limit", UPLOAD_MB.into())]).into_owned();
    let page = work::filled(web, visit, Some(wrong), &work::Earlier::default()).await.on(visit)?;
    Ok((StatusCode::BAD_REQUEST, visit.cookies(), render(&page)).into_response())
}

enum Received {
    Fault(Fault),
    TooLarge,
}

impl From<axum::extract::multipart::MultipartError> for Received {
    fn from(error: axum::extract::multipart::MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::TooLarge
        } else {
            Self::Fault(Fault::invalid(error.body_text()))
        }
    }
}

/// Reads the form; the file goes straight to disk. The secret must come before the file.
async fn receive(web: &Web, headers: &HeaderMap, mut form: Multipart) -> Result<Upload, Received> {
    let mut upload = Upload::default();
    let mut ours = false;
    while let Some(mut field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "csrf" => ours = csrf::holds(headers, &field.text().await?),
            "kind" => upload.kind = kind(&field.text().await?),
            "frame" => upload.frame = field.text().await?,
            "file" if ours => {
                upload.name = field.file_name().unwrap_or_default().to_owned();
                if upload.name.is_empty() {
                    continue;
                }
                let path = web.app.folder().temporary(&format!("hand-in-{}", random::secret()));
                let kept = Temporary(path.clone());
                let mut file = tokio::fs::File::create(&path).await.map_err(|e| ours_fault(&e))?;
                while let Some(chunk) = field.chunk().await? {
                    file.write_all(&chunk).await.map_err(|e| ours_fault(&e))?;
                }
                file.flush().await.map_err(|e| ours_fault(&e))?;
                upload.file = Some(kept);
            }
            _ => {}
        }
    }
    if ours { Ok(upload) } else { Err(Received::Fault(Fault::form())) }
}

fn ours_fault(error: &std::io::Error) -> Received {
    tracing::error!(%error, "a table handed in could not be written");
    Received::Fault(Fault::ours())
}

fn kind(code: &str) -> Option<ImportKind> {
    KINDS.into_iter().find(|kind| kind.code() == code)
}

fn import_id(text: &str) -> Result<ImportId, Fault> {
    text.parse().map_err(|_| Fault::missing())
}

/// `GET /imports/{id}`.
pub async fn page(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> PageResult {
    let id = import_id(&id).on(&visit)?;
    let import = web.app.import(&visit.actor, id).await.on(&visit)?;
    let job = web.app.import_job_view(&visit.actor, id).await.on(&visit)?;
    Ok((visit.cookies(), render(&import_page(&visit, &import, job.as_ref()))).into_response())
}

/// `POST /imports/{id}/apply`.
pub async fn apply(
    State(web): State<Web>,
    visit: Visit,
    Path(id): Path<String>,
    form: Result<Posted, Fault>,
) -> PageResult {
    form.on(&visit)?;
    let id = import_id(&id).on(&visit)?;
    web.app.apply_import(&visit.actor, id).await.on(&visit)?;
    let back: Response = Redirect::to(&format!("/imports/{id}")).into_response();
    Ok(back)
}

fn import_page(visit: &Visit, view: &ImportView, job: Option<&Job>) -> ImportPage {
    let import = &view.import.state;
    let check = import.check();
    let why = failure(import, job);
    let (sentence, told) = if why.is_some() {
        let text = |key: &str| visit.language.text(key).into_owned();
        (text("import-failed"), text("import-told-failed"))
    } else {
        sentences(visit, import, check)
    };
    let clean = matches!(&import.state, ImportState::Checked { check } if check.errors == 0);
    let may_apply = visit.has(&[Role::Administrator]);
    ImportPage {
        facts: facts(visit, import, check),
        apply: (clean && may_apply).then(|| format!("/imports/{}/apply", view.id)),
        running: job
            .filter(|job| !job.job.state.is_over())
            .map(|job| studies::job_view(visit.language, job)),
        why: why.unwrap_or_default(),
        errors: check.map(|check| errors(visit.language, check)).unwrap_or_default(),
        p: visit.page(Section::Work, sentence.clone()),
        sentence,
        told,
    }
}

/// Why an import was never checked: its job failed, or somebody stopped it.
fn failure(import: &Import, job: Option<&Job>) -> Option<String> {
    let job = job.filter(|_| import.state == ImportState::Proposed)?;
    match &job.job.state.state {
        JobState::Failed { error, .. } => Some(error.clone()),
        JobState::Cancelled { .. } => Some(String::new()),
        _ => None,
    }
}

/// How it stands, and what comes next.
fn sentences(visit: &Visit, import: &Import, check: Option<&Check>) -> (String, String) {
    let language = visit.language;
    let count = |key: &str, n: u64| language.fill(key, &[("n", n.into())]).into_owned();
    let text = |key: &str| language.text(key).into_owned();
    let rows = check.map_or(0, |check| check.rows);
    match (&import.state, check) {
        (ImportState::Proposed, _) => (text("import-checking"), text("import-told-checking")),
        (ImportState::Checked { .. }, Some(check)) if check.errors > 0 => {
            (count("import-dirty", check.errors), text("import-told-dirty"))
        }
        (ImportState::Checked { .. }, _) if visit.has(&[Role::Administrator]) => {
            (count("import-clean", rows), text("import-told-clean"))
        }
        (ImportState::Checked { .. }, _) => {
            (count("import-clean", rows), text("import-told-administrator"))
        }
        (ImportState::Applied { .. }, _) => {
            (count("import-applied", rows), text("import-told-applied"))
        }
        (ImportState::Refused { reason, .. }, _) => (text("import-refused"), reason.to_string()),
    }
}

/// Counts of a check that a page shows, with the keys of their names.
const COUNTS: [(&str, &str); 5] = [
    ("homes", "import-fact-homes"),
    ("people", "import-fact-people"),
    ("addresses", "import-fact-addresses"),
    ("facilities", "import-fact-facilities"),
    ("boundaries", "import-fact-boundaries"),
];

fn facts(visit: &Visit, import: &Import, check: Option<&Check>) -> Vec<Fact> {
    let language = visit.language;
    let text = |key: &str| language.text(key).into_owned();
    let mut facts = vec![
        Fact::new(text("import-what"), work::kind_name(language, import.kind)),
        Fact::new(text("import-file"), import.file.name.to_string()),
    ];
    let Some(check) = check else { return facts };
    facts.push(Fact::new(text("import-rows"), grouped(check.rows)));
    facts.push(Fact::new(
        text("import-fact-good"),
        grouped(check.rows.saturating_sub(check.errors)),
    ));
    let summary: serde_json::Value = serde_json::from_str(&check.summary).unwrap_or_default();
    for (field, key) in COUNTS {
        facts.extend(summary[field].as_u64().map(|n| Fact::new(text(key), grouped(n))));
    }
    if let Some(places) = summary["places"].as_object() {
        facts.extend(places.iter().map(|(kind, counts)| {
            let n = |field: &str| counts[field].as_u64().unwrap_or_default().into();
            let told = [
                ("added", n("added")),
                ("revised", n("revised")),
                ("closed", n("closed")),
                ("unchanged", n("unchanged")),
            ];
            let name = language.text(&format!("place-kind-{kind}"));
            Fact::new(name, language.fill("import-fact-places", &told))
        }));
    }
    if let Some(frame) = summary["fits_better"].as_str() {
        facts.push(Fact::new(text("import-frame"), frame));
    }
    facts
}

fn errors(language: Language, check: &Check) -> Vec<RowError> {
    let row = |error: &Wrong| RowError {
        row: if error.row == 0 { "–".to_owned() } else { grouped(error.row) },
        column: error.column.clone().unwrap_or_default(),
        words: words(language, error),
    };
    check.first_errors.iter().map(row).collect()
}

/// What is wrong, in the reader's language; in English where there are no words for it.
fn words(language: Language, error: &Wrong) -> String {
    if error.fault == RowFault::Other {
        return error.message.clone();
    }
    // What a place conflicts with may be a level of the tree.
    let level = format!("place-kind-{}", error.other);
    let other =
        if language.has(&level) { language.text(&level).into_owned() } else { error.other.clone() };
    let values = [("value", Value::from(&error.value)), ("other", other.into())];
    language.fill(&format!("row-{}", error.fault.code()), &values).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_in_both_languages() {
        for fault in RowFault::ALL.into_iter().filter(|fault| *fault != RowFault::Other) {
            let error = Wrong::new(3, "people", fault, "in English").about("x").against("district");
            let told = Language::ALL.map(|language| words(language, &error));
            let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(han(&told[0]) && !han(&told[1]), "{told:?}");
            assert!(!told.iter().any(|text| text.contains("row-")), "{told:?}");
        }
    }
}
