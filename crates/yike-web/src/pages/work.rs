//! Staff's page of data and jobs: hand in a table, see what was handed in and what ran.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use serde::Deserialize;
use yike_app::imports::ImportView;
use yike_model::imports::{Import, ImportKind, ImportState};

use super::studies::{job_state, job_title, job_view, rows_after};
use super::{Choice, JobView, State as Stand, When};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::language::{Language, grouped};
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::front::when;
use crate::state::Web;

/// One import of the list.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// Its page.
    pub href: String,
    /// What was in it.
    pub kind: String,
    /// File name.
    pub file: String,
    /// Rows.
    pub rows: String,
    /// When.
    pub when: When,
    /// How it ended.
    pub state: Stand,
}

/// One job of the list.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// What it did.
    pub title: String,
    /// When.
    pub when: When,
    /// How it ended.
    pub state: Stand,
}

/// The page.
#[derive(Template)]
#[template(path = "work.html")]
pub struct WorkPage {
    /// The frame.
    pub p: Page,
    /// Whether to look again soon without scripts.
    pub refresh: bool,
    /// Under way.
    pub running: Vec<JobView>,
    /// What was wrong with the form.
    pub wrong: Option<String>,
    /// Megabytes a table may have.
    pub limit: u64,
    /// Kinds of tables.
    pub kinds: Vec<Choice>,
    /// Coordinate frames.
    pub frames: Vec<Choice>,
    /// Earlier imports, the newest first.
    pub imports: Vec<ImportRow>,
    /// Where still earlier ones are, if there are more.
    pub imports_older: Option<String>,
    /// Where still earlier jobs are, if there are more.
    pub jobs_older: Option<String>,
    /// Earlier jobs, the newest first.
    pub jobs: Vec<JobRow>,
}

/// Megabytes of a table handed in by browser; larger files go in by the command line.
pub const UPLOAD_MB: u64 = 64;

/// Kinds of tables a browser may hand in: streets are too large, and go in by the command line.
pub const KINDS: [ImportKind; 4] =
    [ImportKind::Homes, ImportKind::Facilities, ImportKind::Places, ImportKind::Boundaries];

/// Coordinate frames.
const FRAMES: [&str; 3] = ["wgs84", "gcj02", "bd09"];

/// Rows of each list.
const LISTED: u32 = 50;

/// Which parts of the lists are asked for, each by the last id of the page before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Earlier {
    imports: String,
    jobs: String,
}

/// `GET /work`.
pub async fn page(
    State(web): State<Web>,
    visit: Visit,
    Query(lists): Query<Earlier>,
) -> PageResult {
    let page = filled(&web, &visit, None, &lists).await.on(&visit)?;
    Ok((visit.cookies(), render(&page)).into_response())
}

/// The page, with what was wrong with a form.
pub async fn filled(
    web: &Web,
    visit: &Visit,
    wrong: Option<String>,
    lists: &Earlier,
) -> Result<WorkPage, Fault> {
    let language = visit.language;
    // Jobs first: one that ends in between shows as running, and the page looks again.
    let jobs = web.app.jobs(&visit.actor, &rows_after(&lists.jobs, LISTED)).await?;
    let imports = web.app.imports(&visit.actor, &rows_after(&lists.imports, LISTED)).await?;
    let full = LISTED as usize;
    let imports_older = imports.last().filter(|_| imports.len() == full).map(|last| last.id);
    let jobs_older = jobs.last().filter(|_| jobs.len() == full).map(|last| last.id);
    let (over, live): (Vec<_>, Vec<_>) = jobs.iter().partition(|job| job.job.state.is_over());
    let job = |job: &&yike_app::jobs::JobView| JobRow {
        title: job_title(language, job),
        when: when::said(language, job.job.changed_at, web.app.now()),
        state: job_state(language, &job.job.state.state),
    };
    Ok(WorkPage {
        refresh: !live.is_empty(),
        running: live.iter().map(|job| job_view(language, job)).collect(),
        wrong,
        limit: UPLOAD_MB,
        kinds: KINDS
            .iter()
            .map(|kind| Choice::new(kind.code(), kind_name(language, *kind), false))
            .collect(),
        frames: FRAMES
            .iter()
            .map(|f| Choice::new(*f, language.text(&format!("import-frame-{f}")), false))
            .collect(),
        imports_older: imports_older.map(|id| format!("/work?imports={id}#history")),
        jobs_older: jobs_older.map(|id| format!("/work?jobs={id}#jobs")),
        imports: imports.iter().map(|import| import_row(web, visit, import)).collect(),
        jobs: over.iter().map(job).collect(),
        p: visit.page(Section::Work, language.text("work-title")),
    })
}

/// What a kind of import is called.
pub fn kind_name(language: Language, kind: ImportKind) -> String {
    language.text(&format!("import-kind-{}", kind.code())).into_owned()
}

/// How an import stands.
pub fn import_state(language: Language, import: &Import) -> Stand {
    let wrong = import.check().is_some_and(|check| check.errors > 0);
    let (tone, sign, word) = match &import.state {
        ImportState::Proposed => ("running", "◔", "waiting"),
        ImportState::Checked { .. } if wrong => ("failed", "■", "rejected"),
        ImportState::Checked { .. } => ("running", "◑", "checked"),
        ImportState::Applied { .. } => ("done", "●", "applied"),
        ImportState::Refused { .. } => ("failed", "■", "rejected"),
    };
    let words = language.text(&format!("state-{word}")).into_owned();
    Stand { tone, sign, words, why: String::new() }
}

fn import_row(web: &Web, visit: &Visit, view: &ImportView) -> ImportRow {
    let import = &view.import.state;
    ImportRow {
        href: format!("/imports/{}", view.id),
        kind: kind_name(visit.language, import.kind),
        file: import.file.name.to_string(),
        rows: import.check().map(|check| grouped(check.rows)).unwrap_or_default(),
        when: when::said(visit.language, view.import.made_at, web.app.now()),
        state: import_state(visit.language, import),
    }
}
