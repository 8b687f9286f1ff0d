//! Studies: asked for, computed as a job, kept as a file, opened when looked at.

mod compute;
mod cover;
mod download;
mod homes;
mod shown;

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use yike_model::jobs::{Job, JobDeed, JobKind, JobSpec};
use yike_model::people::{Actor, Deed};
use yike_model::studies::{Question, Study as StudySubject, StudyDeed, StudyState};
use yike_model::text::{Reason, Title};
use yike_model::{Digest, JobId, StudyId};
use yike_store::{Dataset, Kept, Page};
use yike_streets::circles::hours::WeekTime;
use yike_streets::circles::profile;
use yike_streets::circles::standard::Standard;
use yike_streets::circles::study::{self, Study};
use yike_streets::container::FileError;

use crate::app::App;
use crate::error::AppError;
use crate::jobs::ATTEMPTS;

pub use cover::{AreaCoverage, CHANGES_LISTED, Coverage, CoverageAsk, ServiceCoverage};
pub use download::Download;
pub(crate) use download::WRITTEN_AT_ONCE;
pub use homes::{HOMES_LIMIT, HomePoint, HomeRow, HomesAsk, HomesPage, POINTS_LIMIT};
pub use shown::Shown;

/// Studies kept open at once; each is a mapped file.
const KEPT_OPEN: usize = 4;

/// What is asked of a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyAsk {
    /// Its title.
    pub title: String,
    /// Its title in English, where it has one of its own.
    pub title_en: Option<String>,
    /// Who walks: codes of profiles.
    pub profiles: Vec<String>,
    /// Bands in minutes, rising.
    pub minutes: Vec<u16>,
    /// The standard's code.
    pub standard: String,
    /// When, for gates with hours, such as `We 22:30`; all are open where not given.
    pub at: Option<String>,
    /// Codes of categories; those of the standard and all that occur where not given.
    pub categories: Option<Vec<String>>,
}

impl StudyAsk {
    /// The usual study: all profiles, 5, 10 and 15 minutes, the national standard.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            title_en: None,
            profiles: profile::builtin().iter().map(|p| p.code.clone()).collect(),
            minutes: vec![5, 10, 15],
            standard: "gb50180".into(),
            at: None,
            categories: None,
        }
    }
}

/// A file a study stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Input {
    /// Its name in the data folder.
    pub file: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

impl Input {
    fn of(set: &Dataset) -> Self {
        Self { file: set.file.file.to_string(), digest: set.file.digest }
    }
}

/// A question as it is kept: everything the answer follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spec {
    pub profiles: Vec<String>,
    pub minutes: Vec<u16>,
    pub standard: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<String>>,
    pub streets: Input,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homes: Option<Input>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facilities: Option<Input>,
}

/// What a study's job is told.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct JobText {
    study: StudyId,
}

/// What lists show of a computed study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Homes looked at.
    pub homes: u64,
    /// People in them.
    pub people: u64,
    /// Those of the people who are an estimate.
    pub estimated: u64,
    /// Codes of profiles.
    pub profiles: Vec<String>,
    /// Bands in minutes.
    pub minutes: Vec<u16>,
    /// The standard's code.
    pub standard: String,
    /// How old the map data is, `YYYY-MM-DD`, where known.
    pub data_date: Option<String>,
    /// Version of Yike that computed it.
    pub made_by: String,
    /// Milliseconds it took.
    pub millis: u64,
}

/// A study of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyView {
    /// Its id.
    pub id: StudyId,
    /// Question and state.
    pub study: Kept<StudySubject>,
    /// What it holds, once it is computed.
    pub summary: Option<Summary>,
}

impl StudyView {
    fn of(study: Kept<StudySubject>) -> Self {
        let summary = study.state.answer().and_then(|a| serde_json::from_str(&a.summary).ok());
        Self { id: StudyId::from(study.id), summary, study }
    }
}

/// Studies that are open, the one used last at the end.
#[derive(Debug, Default)]
pub struct StudyCache(Mutex<Vec<(StudyId, Arc<Study>)>>);

impl StudyCache {
    fn get(&self, id: StudyId) -> Option<Arc<Study>> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = open.iter().position(|(known, _)| *known == id)?;
        let used = open.remove(at);
        let study = used.1.clone();
        open.push(used);
        Some(study)
    }

    fn put(&self, id: StudyId, study: Arc<Study>) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(known, _)| *known != id);
        open.push((id, study));
        let excess = open.len().saturating_sub(KEPT_OPEN);
        open.drain(..excess);
    }
}

/// Studies of older versions stay in the list; they are told from damaged ones.
fn unreadable(error: FileError) -> AppError {
    match error {
        FileError::Version { .. } => AppError::OldStudy,
        other => other.into(),
    }
}

impl App {
    /// Asks for a study of the data sets in use; a job computes it.
    pub async fn start_study(
        &self,
        actor: &Actor,
        ask: StudyAsk,
    ) -> Result<(StudyId, JobId), AppError> {
        let by = self.permit(actor, Deed::StartStudy).await?;
        let title = Title::parse(&ask.title).map_err(yike_model::Refusal::from)?;
        let title_en = ask.title_en.as_deref().map(Title::parse).transpose();
        let title_en = title_en.map_err(yike_model::Refusal::from)?;
        let spec = self.spec(ask).await?;
        let now = self.now();
        let study = StudyId::new(now, self.random.ten());
        let job = JobId::new(now, self.random.ten());
        let text = |value: serde_json::Result<String>| {
            value.map_err(|why| AppError::Fault(format!("a question cannot be written: {why}")))
        };
        let question = Question {
            title: title.clone(),
            title_en: title_en.clone(),
            spec: text(serde_json::to_string(&spec))?,
            job,
        };
        let work = JobSpec {
            kind: JobKind::Study,
            title: title.to_string(),
            title_en: title_en.map(|title| title.to_string()).unwrap_or_default(),
            spec: text(serde_json::to_string(&JobText { study }))?,
            max_attempts: ATTEMPTS,
        };
        self.deed(by, Deed::StartStudy, study.to_string(), async move |tx, district, now| {
            let ask = StudyDeed::Ask(question.clone());
            tx.act::<StudySubject>(district, study, ask, by, now).await?;
            tx.act::<Job>(district, job, JobDeed::Queue(work.clone()), by, now).await.map(drop)
        })
        .await?;
        self.queued.notify_one();
        Ok((study, job))
    }

    /// Checks a question, and pins the files it is about.
    async fn spec(&self, ask: StudyAsk) -> Result<Spec, AppError> {
        let profiles = profile::builtin();
        ask.profiles.iter().try_for_each(|code| profiles.get(code).map(drop))?;
        if Standard::builtin(&ask.standard).is_none() {
            let known = Standard::BUILTIN.join(", ");
            let what = format!("{:.40} is not a standard: there are {known}", ask.standard);
            return Err(AppError::input(what));
        }
        if let Some(at) = &ask.at {
            WeekTime::parse(at).map_err(|why| AppError::input(why.to_string()))?;
        }
        let in_use = self.in_use().await?;
        let streets = in_use.streets.ok_or_else(|| {
            AppError::Empty("there are no streets yet: import them first (yike import streets)")
        })?;
        Ok(Spec {
            profiles: ask.profiles,
            minutes: ask.minutes,
            standard: ask.standard,
            at: ask.at,
            categories: ask.categories,
            streets: Input::of(&streets),
            homes: in_use.homes.as_ref().map(Input::of),
            facilities: in_use.facilities.as_ref().map(Input::of),
        })
    }

    /// Takes a study out of sight; its file and history stay.
    pub async fn withdraw_study(
        &self,
        actor: &Actor,
        id: StudyId,
        reason: &str,
    ) -> Result<(), AppError> {
        let by = self.permit(actor, Deed::WithdrawStudy).await?;
        let reason = Reason::parse(reason).map_err(yike_model::Refusal::from)?;
        self.deed(by, Deed::WithdrawStudy, id.to_string(), async move |tx, district, now| {
            let deed = StudyDeed::Withdraw { reason: reason.clone() };
            tx.act::<StudySubject>(district, id, deed, by, now).await.map(drop)
        })
        .await
    }

    /// Studies, newest first. The next page is after the id of the last. Whoever may not start studies
    /// sees the computed ones only.
    pub async fn studies(&self, actor: &Actor, page: &Page) -> Result<Vec<StudyView>, AppError> {
        self.permit(actor, Deed::SeeStudies).await?;
        let status = if self.sees_homes(actor)? { None } else { Some("computed") };
        let district = self.district()?;
        let mut kept = self.read().await?.subjects::<StudySubject>(district, status, page).await?;
        // A job that was stopped a moment ago may not have told its study yet.
        let asked = kept.iter().any(|study| study.state.state == StudyState::Asked);
        if asked && self.settle_studies().await? > 0 {
            kept = self.read().await?.subjects(district, status, page).await?;
        }
        Ok(kept.into_iter().map(StudyView::of).collect())
    }

    /// A study of the list by its id.
    pub async fn study(&self, actor: &Actor, id: StudyId) -> Result<StudyView, AppError> {
        self.permit(actor, Deed::SeeStudies).await?;
        let kept = self.read().await?.subject::<StudySubject>(self.district()?, id).await?;
        let kept = kept.filter(|kept| {
            kept.state.answer().is_some() || self.sees_homes(actor).unwrap_or(false)
        });
        kept.map(StudyView::of).ok_or_else(|| AppError::missing("study", id))
    }

    /// The newest computed study.
    pub async fn newest_study(&self, actor: &Actor) -> Result<Option<StudyView>, AppError> {
        self.permit(actor, Deed::SeeStudies).await?;
        let page = Page::first(1);
        let kept = self.read().await?.subjects(self.district()?, Some("computed"), &page).await?;
        Ok(kept.into_iter().next().map(StudyView::of))
    }

    /// Whether an actor may see studies home by home; nothing is written down.
    fn sees_homes(&self, actor: &Actor) -> Result<bool, AppError> {
        let here = yike_model::people::Where::district(self.district()?.clone());
        Ok(yike_model::people::permitted(actor, Deed::SeeStudyHomes, &here).is_ok())
    }

    /// A computed study's file, opened. For the app's own use: what of it an actor may see is decided by
    /// the deeds.
    pub(crate) async fn open_study(&self, id: StudyId) -> Result<Arc<Study>, AppError> {
        if let Some(study) = self.studies.get(id) {
            return Ok(study);
        }
        let kept = self.read().await?.subject::<StudySubject>(self.district()?, id).await?;
        let answer = kept.as_ref().and_then(|kept| kept.state.answer());
        let answer = answer.ok_or_else(|| AppError::missing("computed study", id))?;
        let path = self.folder.file(answer.file.as_str());
        let opened = self.compute(move || study::open(&path).map_err(unreadable)).await?;
        let study = Arc::new(opened);
        self.studies.put(id, study.clone());
        Ok(study)
    }

    /// Permits looking at a study's totals, opens it, and says whether small counts may be shown.
    async fn look_at(&self, actor: &Actor, id: StudyId) -> Result<(Arc<Study>, bool), AppError> {
        self.permit(actor, Deed::SeeStudies).await?;
        Ok((self.open_study(id).await?, self.sees_homes(actor)?))
    }

    /// Permits seeing homes, and writes down that they were seen.
    async fn look_at_homes(&self, actor: &Actor, id: StudyId) -> Result<Arc<Study>, AppError> {
        let by = self.permit(actor, Deed::SeeStudyHomes).await?;
        let study = self.open_study(id).await?;
        self.note_seen(by, Deed::SeeStudyHomes, id.to_string()).await?;
        Ok(study)
    }
}
