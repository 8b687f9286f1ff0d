//! Studies: those there are, those being worked out, and a form to start one.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use yike_app::jobs::{JobView as Job, STOPPED};
use yike_app::streets::circles::standard::Standard;
use yike_app::studies::{StudyAsk, StudyView};
use yike_model::jobs::JobState;
use yike_model::studies::StudyState;
use yike_store::Page as Rows;

use super::ask::profile_name;
use super::{Choice, JobView, State as Stand, When, pick, title_of};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::form::Posted;
use crate::front::language::Language;
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::front::when;
use crate::state::Web;

/// One study of the list.
#[derive(Clone, Debug)]
pub struct StudyRow {
    /// The coverage page, once it is computed.
    pub href: Option<String>,
    /// Its title.
    pub title: String,
    /// Name of its standard.
    pub standard: String,
    /// Date of its data.
    pub data_date: String,
    /// When it was asked for.
    pub when: When,
    /// How it stands.
    pub state: Stand,
}

/// The list and the form.
#[derive(Template)]
#[template(path = "studies.html")]
pub struct StudiesPage {
    /// The frame.
    pub p: Page,
    /// Whether to look again soon without scripts.
    pub refresh: bool,
    /// Under way.
    pub running: Vec<JobView>,
    /// All studies, the newest first.
    pub studies: Vec<StudyRow>,
    /// Where the earlier ones are, if there are more.
    pub older: Option<String>,
    /// Whether the reader may start one.
    pub may_start: bool,
    /// What was wrong with the form.
    pub wrong: Option<String>,
    /// Title in the form.
    pub title: String,
    /// Standards to choose from.
    pub standards: Vec<Choice>,
    /// Profiles to choose from.
    pub profiles: Vec<Choice>,
}

/// Which part of the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Earlier {
    /// The id of the last study of the page before; empty for the first page.
    after: String,
}

/// The rows of a list after one of its ids.
pub fn rows_after(after: &str, limit: u32) -> Rows {
    Rows { after: Some(after.to_owned()).filter(|after| !after.is_empty()), limit }
}

/// Studies shown in the list.
const LISTED: u32 = 50;

/// `GET /studies`.
pub async fn list(State(web): State<Web>, visit: Visit, Query(list): Query<Earlier>) -> PageResult {
    let page = filled(&web, &visit, None, "", &list.after).await.on(&visit)?;
    Ok((visit.cookies(), render(&page)).into_response())
}

/// `POST /studies`: starts one, or says what the form lacks.
pub async fn start(
    State(web): State<Web>,
    visit: Visit,
    form: Result<Posted, Fault>,
) -> PageResult {
    let form = form.on(&visit)?;
    let title = form.one("title").trim();
    let mut ask = StudyAsk::new(title);
    ask.profiles = form.all("profile");
    form.one("standard").clone_into(&mut ask.standard);
    ask.at = Some(form.one("at").to_owned()).filter(|at| !at.is_empty());
    let wrong = if title.is_empty() {
        Some("study-no-title")
    } else if ask.profiles.is_empty() {
        Some("study-no-profile")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        let wrong = visit.language.text(wrong).into_owned();
        let page = filled(&web, &visit, Some(wrong), title, "").await.on(&visit)?;
        return Ok((StatusCode::BAD_REQUEST, visit.cookies(), render(&page)).into_response());
    }
    web.app.start_study(&visit.actor, ask).await.on(&visit)?;
    Ok(Redirect::to("/studies").into_response())
}

/// `POST /jobs/{id}/cancel`.
pub async fn cancel(
    State(web): State<Web>,
    visit: Visit,
    Path(id): Path<String>,
    form: Result<Posted, Fault>,
) -> PageResult {
    form.on(&visit)?;
    let id = id.parse().map_err(|_| Fault::missing()).on(&visit)?;
    web.app.cancel_job(&visit.actor, id).await.on(&visit)?;
    let back: Response = Redirect::to("/studies").into_response();
    Ok(back)
}

async fn filled(
    web: &Web,
    visit: &Visit,
    wrong: Option<String>,
    title: &str,
    after: &str,
) -> Result<StudiesPage, Fault> {
    let language = visit.language;
    let staff = visit.is_staff();
    // In this order: a job that ends in between is shown as running once more, and the page looks again;
    // the other way about its study would be "running" on a page that never does.
    let running = if staff { running(web, visit).await? } else { Vec::new() };
    let studies = web.app.studies(&visit.actor, &rows_after(after, LISTED)).await?;
    let standards = web.app.standards(&visit.actor).await?;
    let profiles = web.app.profiles(&visit.actor).await?;
    let now = web.app.now();
    let title = if title.is_empty() {
        language.fill("study-title-default", &[("date", when::date(now).into())]).into_owned()
    } else {
        title.to_owned()
    };
    Ok(StudiesPage {
        refresh: !running.is_empty(),
        running,
        older: studies
            .last()
            .filter(|_| studies.len() == LISTED as usize)
            .map(|last| format!("/studies?after={}", last.id)),
        studies: studies.iter().map(|study| row(web, visit, study, &standards)).collect(),
        may_start: staff,
        wrong,
        title,
        standards: standards
            .iter()
            .enumerate()
            .map(|(i, s)| Choice::new(&s.code, pick(language, &s.zh, &s.en), i == 0))
            .collect(),
        profiles: profiles
            .iter()
            .map(|p| Choice::new(&p.code, profile_name(language, &p.code), true))
            .collect(),
        p: visit.page(Section::Coverage, language.text("studies-title")),
    })
}

/// The jobs that wait or run.
pub async fn running(web: &Web, visit: &Visit) -> Result<Vec<JobView>, Fault> {
    let jobs = web.app.jobs(&visit.actor, &Rows::first(LISTED)).await?;
    let live = jobs.iter().filter(|job| !job.job.state.is_over());
    Ok(live.map(|job| job_view(visit.language, job)).collect())
}

/// A job in the visitor's words.
pub fn job_view(language: Language, job: &Job) -> JobView {
    let (percent, stage) = match &job.progress {
        Some((stage, done, of)) if !stage.is_empty() => {
            let percent = if *of == 0 { 0 } else { (done.min(of) * 100 / of) as u8 };
            let words = [
                ("stage", stage_name(language, stage).into()),
                ("done", done.into()),
                ("of", of.into()),
            ];
            (percent, language.fill("job-stage", &words).into_owned())
        }
        _ => (0, language.text("job-stage-start").into_owned()),
    };
    JobView {
        id: job.id.to_string(),
        title: job_title(language, job),
        state: job_state(language, &job.job.state.state),
        percent,
        stage,
        may_cancel: !job.job.state.is_over() && job.job.state.cancel_asked.is_none(),
    }
}

/// What a job is called.
pub fn job_title(language: Language, job: &Job) -> String {
    let spec = &job.job.state.spec;
    if spec.title_en.is_empty() {
        spec.title.clone()
    } else {
        pick(language, &spec.title, &spec.title_en)
    }
}

/// What a stage of work is called; one we have no word for keeps its own.
fn stage_name(language: Language, stage: &str) -> String {
    let key = format!("stage-{stage}");
    if language.has(&key) { language.text(&key).into_owned() } else { stage.to_owned() }
}

/// How a job stands.
pub fn job_state(language: Language, state: &JobState) -> Stand {
    let (tone, sign, word, why) = match state {
        JobState::Queued => ("waiting", "◌", "waiting", ""),
        JobState::Running { .. } => ("running", "◔", "running", ""),
        JobState::Done { .. } => ("done", "●", "done", ""),
        JobState::Failed { error, .. } => ("failed", "■", "failed", error.as_str()),
        JobState::Cancelled { .. } => ("waiting", "○", "cancelled", ""),
    };
    let words = language.text(&format!("state-{word}")).into_owned();
    Stand { tone, sign, words, why: why.to_owned() }
}

fn study_state(language: Language, state: &StudyState) -> Stand {
    let (tone, sign, word, why) = match state {
        StudyState::Asked => ("running", "◔", "running", ""),
        StudyState::Computed { .. } => ("done", "●", "done", ""),
        StudyState::Failed { error, .. } if error == STOPPED => ("waiting", "○", "cancelled", ""),
        StudyState::Failed { error, .. } => ("failed", "■", "failed", error.as_str()),
        StudyState::Withdrawn { .. } => ("waiting", "○", "withdrawn", ""),
    };
    let words = language.text(&format!("state-{word}")).into_owned();
    Stand { tone, sign, words, why: why.to_owned() }
}

fn row(web: &Web, visit: &Visit, study: &StudyView, standards: &[Standard]) -> StudyRow {
    let language = visit.language;
    let summary = study.summary.as_ref();
    let standard = summary.and_then(|s| standards.iter().find(|known| known.code == s.standard));
    StudyRow {
        href: summary.map(|_| format!("/coverage/{}", study.id)),
        title: title_of(language, &study.study.state.question),
        standard: standard.map(|s| pick(language, &s.zh, &s.en)).unwrap_or_default(),
        data_date: summary.and_then(|s| s.data_date.clone()).unwrap_or_default(),
        when: when::said(language, study.study.made_at, web.app.now()),
        state: study_state(language, &study.study.state.state),
    }
}
