//! Jobs: long work done by a worker of this process, watched and cancelled by people.
//!
//! A worker claims the job that has waited longest, under a lease that it renews while it lives. If the
//! process dies, the lease runs out and the clock puts the job back into the queue. Progress is kept in
//! memory, and written to the database now and then for other processes to show.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use yike_model::JobId;
use yike_model::jobs::{Job, JobDeed, JobKind, JobState};
use yike_model::people::{Actor, Deed};
use yike_model::spine::{By, Notice};
use yike_model::studies::{Study, StudyDeed, StudyState};
use yike_store::{Beat, ClaimedJob, Kept, Page, StoreError, Tx};
use yike_streets::progress::Progress;

use crate::app::App;
use crate::error::{AppError, Kind};

/// Why a study failed whose job somebody stopped.
pub const STOPPED: &str = "its job was cancelled; ask again";

/// How long a worker may be silent.
const LEASE: Duration = Duration::from_secs(30);

/// How often a worker is heard of.
const BEAT_EVERY: Duration = Duration::from_secs(3);

/// How often the clock and the queue are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Deadlines fired at one look.
const FIRED_AT_ONCE: u32 = 200;

/// Attempts a job is given: one, and two more if the process dies or the machine fails.
pub(crate) const ATTEMPTS: u32 = 3;

/// How far a job is, as it runs in this process.
#[derive(Debug, Default)]
pub struct Live {
    stage: RwLock<&'static str>,
    done: AtomicU64,
    of: AtomicU64,
    stopped: AtomicBool,
    lost: AtomicBool,
}

impl Live {
    fn now(&self) -> (&'static str, u64, u64) {
        let stage = *self.stage.read().unwrap_or_else(PoisonError::into_inner);
        (stage, self.done.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed))
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Progress for Live {
    fn stage(&self, name: &'static str, done: u64, of: u64) {
        *self.stage.write().unwrap_or_else(PoisonError::into_inner) = name;
        self.done.store(done, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Jobs that run in this process.
#[derive(Debug, Default)]
pub struct LiveJobs {
    running: Mutex<HashMap<JobId, Arc<Live>>>,
    done: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
    millis: AtomicU64,
}

/// Counts of jobs since this process started, for `/metrics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Running now.
    pub running: u64,
    /// Done.
    pub done: u64,
    /// Failed attempts.
    pub failed: u64,
    /// Cancelled.
    pub cancelled: u64,
    /// Milliseconds all of them took together.
    pub millis: u64,
}

impl LiveJobs {
    fn get(&self, id: JobId) -> Option<Arc<Live>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn begin(&self, id: JobId) -> Arc<Live> {
        let live = Arc::new(Live::default());
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, live.clone());
        live
    }

    fn end(&self, id: JobId) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Counts since the start.
    pub fn counts(&self) -> JobCounts {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).len() as u64;
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        JobCounts {
            running,
            done: get(&self.done),
            failed: get(&self.failed),
            cancelled: get(&self.cancelled),
            millis: get(&self.millis),
        }
    }
}

/// A job as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct JobView {
    /// The job, with its history in its state.
    pub job: Kept<Job>,
    /// Its id.
    pub id: JobId,
    /// How far it is, while it runs: stage, done, of (0 where not known).
    pub progress: Option<(String, u64, u64)>,
}

impl App {
    /// A job and how far it is.
    pub async fn job(&self, actor: &Actor, id: JobId) -> Result<JobView, AppError> {
        self.permit(actor, Deed::SeeJobs).await?;
        let kept = self.read().await?.subject::<Job>(self.district()?, id).await?;
        self.view(kept.ok_or_else(|| AppError::missing("job", id))?).await
    }

    /// Jobs, newest first. The next page is after the id of the last.
    pub async fn jobs(&self, actor: &Actor, page: &Page) -> Result<Vec<JobView>, AppError> {
        self.permit(actor, Deed::SeeJobs).await?;
        let kept = self.read().await?.subjects::<Job>(self.district()?, None, page).await?;
        let mut views = Vec::with_capacity(kept.len());
        for job in kept {
            views.push(self.view(job).await?);
        }
        Ok(views)
    }

    /// Counts of jobs since this process started.
    pub fn job_counts(&self) -> JobCounts {
        self.live.counts()
    }

    pub(crate) async fn view(&self, job: Kept<Job>) -> Result<JobView, AppError> {
        let id = JobId::from(job.id);
        let progress = match (&job.state.state, self.live.get(id)) {
            (JobState::Running { .. }, Some(live)) => {
                let (stage, done, of) = live.now();
                Some((stage.to_owned(), done, of))
            }
            (JobState::Running { .. }, None) => {
                let told = self.read().await?.job_progress(&job.district, id).await?;
                told.map(|told| (told.stage, told.done, told.of))
            }
            _ => None,
        };
        Ok(JobView { job, id, progress })
    }

    /// Asks a job to stop. One that waits is cancelled at once, one that runs within moments.
    pub async fn cancel_job(&self, actor: &Actor, id: JobId) -> Result<(), AppError> {
        let by = self.permit(actor, Deed::CancelJob).await?;
        let state = self
            .deed(by, Deed::CancelJob, id.to_string(), async move |tx, district, now| {
                let acted = tx.act::<Job>(district, id, JobDeed::AskCancel, by, now).await?;
                Ok(acted.state)
            })
            .await?;
        if let Some(live) = self.live.get(id) {
            live.stop();
        }
        if state.is_over() {
            self.settle_studies().await?;
        }
        Ok(())
    }

    /// Works: fires deadlines and does jobs, until `stop`. A job under way is then given back to the
    /// queue by the end of its lease.
    pub async fn work(self: Arc<Self>, stop: impl Future<Output = ()> + Send + 'static) {
        let clock = tokio::spawn(self.clone().keep_time());
        let queue = tokio::spawn(self.clone().keep_working());
        stop.await;
        self.stopping.store(true, Ordering::Relaxed);
        clock.abort();
        queue.abort();
        let running = self.live.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.values().for_each(|live| live.stop());
    }

    async fn keep_time(self: Arc<Self>) {
        let mut forgot = None::<Instant>;
        loop {
            let fired = self.fire_due().await;
            match fired {
                Ok(fired) if fired.done > 0 => {
                    self.queued.notify_one();
                    tell(self.settle_studies().await.map(drop));
                }
                other => tell(other.map(drop)),
            }
            if forgot.is_none_or(|at| at.elapsed() > Duration::from_hours(1)) {
                forgot = Some(Instant::now());
                tell(self.forget_old_access().await.map(drop));
                tell(self.forget_due().await.map(drop));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn keep_working(self: Arc<Self>) {
        loop {
            match self.work_once().await {
                Ok(true) => {}
                Ok(false) => {
                    // Another process may have queued one: look again after a while.
                    let _ = tokio::time::timeout(LOOK_EVERY, self.queued.notified()).await;
                }
                Err(error) => {
                    tell(Err(error));
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        }
    }

    /// Fires the deadlines that are due by the app's clock, some at once; says what that did.
    pub async fn fire_due(&self) -> Result<yike_store::Fired, AppError> {
        Ok(self.store.fire_due(self.now(), FIRED_AT_ONCE).await?)
    }

    /// Does the job that has waited longest, if any; says whether there was one.
    pub async fn work_once(&self) -> Result<bool, AppError> {
        let (node, now) = (self.node.clone(), self.now());
        let claimed = self
            .store
            .write(async move |tx: &mut Tx| tx.claim_job(&node, LEASE, now).await)
            .await?;
        let Some(claimed) = claimed else { return Ok(false) };
        let live = self.live.begin(claimed.id);
        let start = Instant::now();
        tracing::info!(job = %claimed.id, title = claimed.job.spec.title, "job started");
        let outcome = self.watched(&claimed, &live).await;
        self.live.end(claimed.id);
        let took = start.elapsed();
        self.live.millis.fetch_add(took.as_millis() as u64, Ordering::Relaxed);
        if live.lost.load(Ordering::Relaxed) {
            tracing::warn!(job = %claimed.id, "another worker has this job now");
            return Ok(true);
        }
        self.report(&claimed, outcome, took).await?;
        Ok(true)
    }

    /// Does a job while it is heard of.
    async fn watched(&self, claimed: &ClaimedJob, live: &Arc<Live>) -> Result<Done, AppError> {
        let mut work = std::pin::pin!(self.work_at(claimed, live));
        let mut every = tokio::time::interval(BEAT_EVERY);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = every.tick() => self.beat(claimed, live).await,
            }
        }
    }

    async fn work_at(&self, claimed: &ClaimedJob, live: &Arc<Live>) -> Result<Done, AppError> {
        match claimed.job.spec.kind {
            JobKind::Study => self.study_job(&claimed.job.spec.spec, live.clone()).await,
            JobKind::Import | JobKind::Streets => {
                self.import_job(&claimed.job.spec.spec, live.clone()).await
            }
        }
    }

    async fn beat(&self, claimed: &ClaimedJob, live: &Live) {
        let (beaten, now) = (claimed.clone(), self.now());
        let (stage, done, of) = live.now();
        let beat = self
            .store
            .write(async move |tx: &mut Tx| tx.beat(&beaten, (stage, done, of), LEASE, now).await)
            .await;
        match beat {
            Ok(Beat::GoOn) => {}
            Ok(Beat::Cancel) => live.stop(),
            Ok(Beat::Lost) => {
                live.lost.store(true, Ordering::Relaxed);
                live.stop();
            }
            Err(error) => tell(Err(error.into())),
        }
    }

    /// Writes down how a job ended, with what it made, in one transaction.
    async fn report(
        &self,
        claimed: &ClaimedJob,
        outcome: Result<Done, AppError>,
        took: Duration,
    ) -> Result<(), AppError> {
        let (job, attempt, now) = (claimed.id, claimed.job.attempts, self.now());
        let district = claimed.district.clone();
        let ended = match outcome {
            Ok(done) => Ended::Done(done),
            Err(error) if error.kind() == Kind::Cancelled => Ended::Cancelled,
            Err(error) => {
                // A fault of the machine may pass; what was given stays wrong however often it is tried.
                Ended::Failed(error.to_string(), matches!(error.kind(), Kind::Busy | Kind::Fault))
            }
        };
        let (count, word) = match &ended {
            Ended::Done(_) => (&self.live.done, "done"),
            Ended::Cancelled => (&self.live.cancelled, "cancelled"),
            Ended::Failed(why, _) => {
                tracing::warn!(%job, why, "job failed");
                (&self.live.failed, "failed")
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
        tracing::info!(%job, seconds = took.as_secs_f64(), "job {word}");
        self.store
            .write(async move |tx: &mut Tx| {
                let deed = match &ended {
                    Ended::Done(done) => {
                        done.write(tx, &district, now).await?;
                        JobDeed::Finish { attempt, result: done.result.clone() }
                    }
                    Ended::Cancelled => JobDeed::Cancel { attempt },
                    Ended::Failed(error, again) => {
                        JobDeed::Fail { attempt, error: error.clone(), again: *again }
                    }
                };
                tx.act::<Job>(&district, job, deed, By::SYSTEM, now).await.map(drop)
            })
            .await?;
        self.settle_studies().await?;
        Ok(())
    }

    /// Ends studies whose job ended without an answer.
    pub(crate) async fn settle_studies(&self) -> Result<u32, AppError> {
        let district = self.district()?.clone();
        let asked = {
            let mut reader = self.read().await?;
            reader.subjects::<Study>(&district, Some("asked"), &Page::first(500)).await?
        };
        let mut settled = 0;
        for study in asked {
            let job = study.state.question.job;
            let Some(job) = self.read().await?.subject::<Job>(&district, job).await? else {
                continue;
            };
            let error = match job.state.state {
                JobState::Failed { error, .. } => error,
                JobState::Cancelled { .. } => STOPPED.into(),
                _ => continue,
            };
            let (district, id, now) = (district.clone(), study.id, self.now());
            let fail = async move |tx: &mut Tx| {
                let deed = StudyDeed::Fail { error: error.clone() };
                tx.act::<Study>(&district, id, deed, By::SYSTEM, now).await.map(drop)
            };
            match self.store.write(fail).await {
                Ok(()) => settled += 1,
                // Another process was faster.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(settled)
    }
}

enum Ended {
    Done(Done),
    Cancelled,
    Failed(String, bool),
}

/// What a job made, to be written with its end.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// What came out: a JSON object.
    pub result: String,
    /// A study's answer.
    pub study: Option<(yike_model::StudyId, yike_model::studies::Answer)>,
}

impl Done {
    async fn write(
        &self,
        tx: &mut Tx,
        district: &yike_model::DistrictId,
        now: yike_model::Timestamp,
    ) -> Result<(), StoreError> {
        let Some((id, answer)) = &self.study else { return Ok(()) };
        let kept = tx.subject::<Study>(district, *id).await?;
        if kept.is_none_or(|kept| kept.state.state != StudyState::Asked) {
            // Withdrawn while it was computed: the answer is not wanted any more.
            return Ok(());
        }
        let deed = StudyDeed::Compute(answer.clone());
        let study = tx.act::<Study>(district, *id, deed, By::SYSTEM, now).await?;
        let notice = Notice {
            channel: "webhook".into(),
            to: "studies".into(),
            template: "study_computed".into(),
            values: serde_json::json!({ "study": id, "title": study.state.question.title })
                .to_string(),
            key: format!("study-computed-{id}"),
        };
        tx.notify(district, &notice, now).await
    }
}

/// Logs what went wrong in work nobody waits for.
fn tell(outcome: Result<(), AppError>) {
    if let Err(error) = outcome {
        tracing::warn!("{error}");
    }
}
