//! Working on jobs: claim one, be heard of, report progress.

use std::time::Duration;

use yike_model::id::SubjectId;
use yike_model::jobs::{Job, JobDeed, JobState, LEASE};
use yike_model::spine::{By, SubjectKind};
use yike_model::text::{NodeName, clip};
use yike_model::{DistrictId, JobId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;

/// A job that is this worker's to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The district.
    pub district: DistrictId,
    /// The job's id.
    pub id: JobId,
    /// The job; `job.attempts` is the attempt to name in beats and reports.
    pub job: Job,
}

/// How far a running job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobProgress {
    /// The attempt that reported it.
    pub attempt: u32,
    /// What it is doing.
    pub stage: String,
    /// How much of it is done.
    pub done: u64,
    /// Out of how much; 0 if that is not known.
    pub of: u64,
    /// When it was last heard of.
    pub beat_at: Timestamp,
}

/// What a worker is told when it is heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Go on.
    GoOn,
    /// Someone asked to cancel: stop and report [`JobDeed::Cancel`].
    Cancel,
    /// The job is no longer this worker's: stop and report nothing.
    Lost,
}

impl Reader {
    /// The last progress that was reported.
    pub async fn job_progress(
        &mut self,
        district: &DistrictId,
        id: JobId,
    ) -> Result<Option<JobProgress>, StoreError> {
        let row = fetch_optional!(
            self,
            (i32, String, i64, i64, i64),
            "select attempt, stage, done, total, beat_at from job_progress
             where district = $1 and job = $2",
            district.as_str(),
            id.to_string(),
        )?;
        row.map(|(attempt, stage, done, of, beat_at)| {
            let beat_at = time(beat_at)?;
            let (done, of) = (done.max(0) as u64, of.max(0) as u64);
            Ok(JobProgress { attempt: attempt as u32, stage, done, of, beat_at })
        })
        .transpose()
    }
}

impl Tx {
    /// Claims the job that has waited longest, of any district; `None` if none waits.
    pub async fn claim_job(
        &mut self,
        node: &NodeName,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, String),
            "select district, id from subjects where kind = 'job' and status = 'queued'
             order by id limit 1",
        )?;
        let Some((district, id)) = rows.into_iter().next() else { return Ok(None) };
        let bad = |why| StoreError::unreadable("a job", why);
        let district: DistrictId = district.parse().map_err(bad)?;
        let id: JobId = id.parse().map_err(bad)?;
        let start = JobDeed::Start { node: node.clone(), lease };
        let acted = self.act::<Job>(&district, id, start, By::SYSTEM, now).await?;
        Ok(Some(ClaimedJob { district, id, job: acted.state }))
    }

    /// A worker is heard of: pushes its lease ahead and notes its progress (`stage`, done, of).
    pub async fn beat(
        &mut self,
        claimed: &ClaimedJob,
        (stage, done, of): (&str, u64, u64),
        lease: Duration,
        now: Timestamp,
    ) -> Result<Beat, StoreError> {
        let (district, id) = (&claimed.district, claimed.id);
        let Some(kept) = self.subject::<Job>(district, id).await? else { return Ok(Beat::Lost) };
        let running = matches!(kept.state.state, JobState::Running { .. });
        if !running || kept.state.attempts != claimed.job.attempts {
            return Ok(Beat::Lost);
        }
        let due = now.plus(lease);
        self.set_deadline(district, SubjectKind::Job, SubjectId::from(id), LEASE, due).await?;
        execute!(
            self,
            "insert into job_progress (district, job, attempt, stage, done, total, beat_at)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (district, job) do update set
               attempt = excluded.attempt, stage = excluded.stage, done = excluded.done,
               total = excluded.total, beat_at = excluded.beat_at",
            district.as_str(),
            id.to_string(),
            kept.state.attempts as i32,
            clip(stage, 80),
            i64::try_from(done).unwrap_or(i64::MAX),
            i64::try_from(of).unwrap_or(i64::MAX),
            now.millis(),
        )?;
        Ok(if kept.state.cancel_asked.is_some() { Beat::Cancel } else { Beat::GoOn })
    }
}
