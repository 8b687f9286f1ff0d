//! Deadlines: rows written with the event that starts them, fired once when due, also after a crash.
//!
//! Several nodes may look at the clock at the same time. A firing deletes its row in the transaction of
//! its deed, so only one of them commits; the others find the row gone.

use std::collections::BTreeMap;
use std::time::Duration;

use yike_model::id::SubjectId;
use yike_model::spine::{By, SubjectKind};
use yike_model::{DistrictId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;
use crate::store::Store;
use crate::stored::{Stored, each_kind};

/// A deadline that has fallen due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueDeadline {
    /// The district.
    pub district: DistrictId,
    /// The kind of subject.
    pub kind: SubjectKind,
    /// The subject.
    pub subject: SubjectId,
    /// Which of its deadlines.
    pub name: String,
    /// When it fell due.
    pub due: Timestamp,
}

/// What a look at the clock did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fired {
    /// Deadlines whose deed was done.
    pub done: u32,
    /// Deadlines whose deed made no sense any more, or that another node fired.
    pub moot: u32,
    /// Deadlines that failed and will be tried again.
    pub failed: u32,
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    subject: String,
    name: String,
    kind: String,
    due_at: i64,
}

impl Row {
    fn due(&self) -> Result<DueDeadline, StoreError> {
        let bad =
            |why: String| StoreError::unreadable("a deadline", format!("{}: {why}", self.subject));
        Ok(DueDeadline {
            district: self.district.parse().map_err(|e| bad(format!("{e}")))?,
            kind: self.kind.parse().map_err(|e| bad(format!("{e}")))?,
            subject: self.subject.parse().map_err(|e| bad(format!("{e}")))?,
            name: self.name.clone(),
            due: time(self.due_at)?,
        })
    }
}

impl Reader {
    /// Deadlines due at `now`, the longest due first, at most `limit`.
    async fn due_deadlines(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueDeadline>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select district, subject, name, kind, due_at from deadlines where next_at <= $1
             order by next_at, district, subject, name limit $2",
            now.millis(),
            i64::from(limit),
        )?;
        rows.iter().map(Row::due).collect()
    }

    /// When the next deadline falls due, if any runs: until then the clock can sleep.
    pub async fn next_deadline(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select next_at from deadlines order by next_at, district, subject, name limit 1",
        )?;
        row.map(|(at,)| time(at)).transpose()
    }

    /// The deadlines that run for a subject, by name.
    pub async fn deadlines(
        &mut self,
        district: &DistrictId,
        id: impl Into<SubjectId>,
    ) -> Result<Vec<DueDeadline>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select district, subject, name, kind, due_at from deadlines
             where district = $1 and subject = $2 order by name",
            district.as_str(),
            id.into().to_string(),
        )?;
        rows.iter().map(Row::due).collect()
    }
}

impl Tx {
    pub(crate) async fn set_deadline(
        &mut self,
        district: &DistrictId,
        kind: SubjectKind,
        id: SubjectId,
        name: &str,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into deadlines (district, subject, name, kind, due_at, next_at, tries)
             values ($1, $2, $3, $4, $5, $5, 0)
             on conflict (district, subject, name) do update set
               due_at = excluded.due_at, next_at = excluded.due_at, tries = 0, last_error = null",
            district.as_str(),
            id.to_string(),
            name,
            kind.code(),
            due.millis(),
        )?;
        Ok(())
    }

    pub(crate) async fn clear_deadline(
        &mut self,
        district: &DistrictId,
        id: SubjectId,
        name: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "delete from deadlines where district = $1 and subject = $2 and name = $3",
            district.as_str(),
            id.to_string(),
            name,
        )?;
        Ok(())
    }

    /// Fires a deadline if it still runs and is due; says whether its deed was done.
    async fn fire(&mut self, due: &DueDeadline, now: Timestamp) -> Result<bool, StoreError> {
        // Gone, or moved ahead by a living worker: nothing to do.
        let taken = execute!(
            self,
            "delete from deadlines
             where district = $1 and subject = $2 and name = $3 and next_at <= $4",
            due.district.as_str(),
            due.subject.to_string(),
            &due.name,
            now.millis(),
        )?;
        if taken == 0 {
            return Ok(false);
        }
        each_kind!(due.kind, S => self.fire_as::<S>(due, now).await)
    }

    async fn fire_as<S: Stored>(
        &mut self,
        due: &DueDeadline,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(deed) = S::on_deadline(&due.name) else { return Ok(false) };
        match self.act::<S>(&due.district, due.subject, deed, By::SYSTEM, now).await {
            Ok(acted) => Ok(!acted.events.is_empty()),
            // The subject has moved on; the deadline has lost its meaning.
            Err(StoreError::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts a deadline off that could not be fired.
    async fn put_off(
        &mut self,
        due: &DueDeadline,
        error: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = (due.district.as_str(), due.subject.to_string(), &due.name);
        let tries = fetch_optional!(
            self,
            (i32,),
            "select tries from deadlines where district = $1 and subject = $2 and name = $3",
            key.0,
            &key.1,
            key.2,
        )?;
        let tries = tries.map_or(0, |(tries,)| tries);
        execute!(
            self,
            "update deadlines set tries = tries + 1, next_at = $4, last_error = $5
             where district = $1 and subject = $2 and name = $3",
            key.0,
            &key.1,
            key.2,
            now.plus(backoff(tries)).millis(),
            error,
        )?;
        Ok(())
    }
}

/// How long to wait after `tries` failures: a second, doubled each time, at most an hour.
pub fn backoff(tries: i32) -> Duration {
    Duration::from_secs((1_u64 << tries.clamp(0, 12)).min(3_600))
}

impl Store {
    /// Fires what is due, at most `limit` deadlines. One that fails is put off and stops no other.
    pub async fn fire_due(&self, now: Timestamp, limit: u32) -> Result<Fired, StoreError> {
        let due = self.read().await?.due_deadlines(now, limit).await?;
        // One subject's fire one after the other, in order; the subjects all at once, so that they share
        // commits.
        let mut subjects = BTreeMap::<_, Vec<DueDeadline>>::new();
        for deadline in due {
            let subject = (deadline.district.clone(), deadline.subject);
            subjects.entry(subject).or_default().push(deadline);
        }
        let mut firing = tokio::task::JoinSet::new();
        for deadlines in subjects.into_values() {
            firing.spawn(self.clone().fire_in_order(deadlines, now));
        }
        let mut fired = Fired::default();
        while let Some(joined) = firing.join_next().await {
            let Ok(one) = joined else { continue };
            let one = one?;
            fired.done += one.done;
            fired.moot += one.moot;
            fired.failed += one.failed;
        }
        Ok(fired)
    }

    async fn fire_in_order(
        self,
        deadlines: Vec<DueDeadline>,
        now: Timestamp,
    ) -> Result<Fired, StoreError> {
        let mut fired = Fired::default();
        for deadline in deadlines {
            let one = deadline.clone();
            match self.write(async move |tx: &mut Tx| tx.fire(&one, now).await).await {
                Ok(true) => fired.done += 1,
                Ok(false) => fired.moot += 1,
                Err(error) => {
                    fired.failed += 1;
                    let why = error.to_string();
                    tracing::warn!(subject = %deadline.subject, name = deadline.name, why, "deadline failed");
                    self.write(async move |tx: &mut Tx| tx.put_off(&deadline, &why, now).await)
                        .await?;
                }
            }
        }
        Ok(fired)
    }
}
