//! The ledger: deeds become events, events become state, all in one transaction.

use yike_model::id::SubjectId;
use yike_model::people::Role;
use yike_model::spine::{By, Effect, Entry, Stamp, Subject, SubjectKind, act};
use yike_model::{Digest, DistrictId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::page::Page;
use crate::stored::Stored;

/// A subject as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept<S> {
    /// Its district.
    pub district: DistrictId,
    /// Its id.
    pub id: SubjectId,
    /// How many events it has.
    pub seq: i64,
    /// When its first event happened.
    pub made_at: Timestamp,
    /// When its last event happened.
    pub changed_at: Timestamp,
    /// Its state.
    pub state: S,
}

/// What a deed did.
#[derive(Clone, Debug, PartialEq)]
pub struct Acted<S: Subject> {
    /// The state after it.
    pub state: S,
    /// How many events the subject has now.
    pub seq: i64,
    /// What happened; nothing if the deed changed nothing.
    pub events: Vec<S::Event>,
}

#[derive(sqlx::FromRow)]
pub struct SubjectRow {
    pub district: String,
    pub id: String,
    pub seq: i64,
    pub head: String,
    pub status: String,
    pub state: String,
    pub made_at: i64,
    pub changed_at: i64,
}

impl SubjectRow {
    /// Reads the row as a subject of kind `S`.
    pub fn kept<S: Subject>(&self) -> Result<Kept<S>, StoreError> {
        let bad = |why: String| StoreError::unreadable("a subject", format!("{}: {why}", self.id));
        Ok(Kept {
            district: self.district.parse().map_err(|e| bad(format!("{e}")))?,
            id: self.id.parse().map_err(|e| bad(format!("{e}")))?,
            seq: self.seq,
            made_at: time(self.made_at)?,
            changed_at: time(self.changed_at)?,
            state: serde_json::from_str(&self.state).map_err(|e| bad(format!("{e}")))?,
        })
    }
}

/// Reads a stored time.
pub fn time(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::try_from(millis).map_err(|e| StoreError::unreadable("a time", e))
}

impl Reader {
    pub(crate) async fn subject_row(
        &mut self,
        district: &DistrictId,
        kind: SubjectKind,
        id: SubjectId,
    ) -> Result<Option<SubjectRow>, StoreError> {
        fetch_optional!(
            self,
            SubjectRow,
            "select district, id, seq, head, status, state, made_at, changed_at from subjects
             where district = $1 and kind = $2 and id = $3",
            district.as_str(),
            kind.code(),
            id.to_string(),
        )
    }

    /// A subject as it stands; `None` if there is none with this id in the district.
    pub async fn subject<S: Subject>(
        &mut self,
        district: &DistrictId,
        id: impl Into<SubjectId>,
    ) -> Result<Option<Kept<S>>, StoreError> {
        let row = self.subject_row(district, S::KIND, id.into()).await?;
        row.map(|row| row.kept()).transpose()
    }

    /// Subjects of a kind, newest first; only those in `status` if given. The next page is after the id
    /// of the last.
    pub async fn subjects<S: Subject>(
        &mut self,
        district: &DistrictId,
        status: Option<&str>,
        page: &Page,
    ) -> Result<Vec<Kept<S>>, StoreError> {
        let rows = fetch_all!(
            self,
            SubjectRow,
            "select district, id, seq, head, status, state, made_at, changed_at from subjects
             where district = $1 and kind = $2 and id < $3 and ($4 = '' or status = $4)
             order by id desc limit $5",
            district.as_str(),
            S::KIND.code(),
            // No id is after a tilde.
            page.after.as_deref().unwrap_or("~"),
            status.unwrap_or(""),
            page.rows(),
        )?;
        rows.iter().map(SubjectRow::kept).collect()
    }

    /// All events of a subject, oldest first; after `seq`, at most 500.
    pub async fn history(
        &mut self,
        district: &DistrictId,
        id: impl Into<SubjectId>,
        after: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = fetch_all!(
            self,
            EventRow,
            "select district, subject, seq, kind, at, actor, role, version, payload, prev, hash
             from events where district = $1 and subject = $2 and seq > $3 order by seq limit 500",
            district.as_str(),
            id.into().to_string(),
            after,
        )?;
        rows.iter().map(EventRow::entry).collect()
    }
}

impl Tx {
    /// Does a deed to a subject: loads it, decides, appends the events, writes state, deadlines and
    /// notices. `by` is what the permission check gave.
    pub async fn act<S: Stored>(
        &mut self,
        district: &DistrictId,
        id: impl Into<SubjectId>,
        deed: S::Deed,
        by: By,
        now: Timestamp,
    ) -> Result<Acted<S>, StoreError> {
        let id = id.into();
        let row = self.subject_row(district, S::KIND, id).await?;
        let head = match &row {
            None => Digest::ZERO,
            Some(row) => row.head.parse().map_err(|e| StoreError::unreadable("a hash", e))?,
        };
        let before = row.as_ref().map(SubjectRow::kept::<S>).transpose()?;
        // A clock that was set back must not turn a subject's history around.
        let now = before.as_ref().map_or(now, |kept| now.max(kept.changed_at));
        let state = before.as_ref().map(|kept| &kept.state);
        let rules = S::rules(self, district, state).await?;
        let outcome = act(state, deed, by, now, &rules)?;
        let seq = before.as_ref().map_or(0, |kept| kept.seq);
        let Some(outcome) = outcome else {
            let state = before.map(|kept| kept.state);
            let state = state.ok_or(StoreError::Unreadable {
                what: "a deed",
                why: "it made a subject without an event".into(),
            })?;
            return Ok(Acted { state, seq, events: Vec::new() });
        };
        let stamp = Stamp { at: now, by };
        let (last, head) =
            self.append::<S>(district, id, &outcome.events, stamp, (seq, head)).await?;
        self.keep(district, id, &outcome.state, now, seq, (last, head)).await?;
        for effect in &outcome.effects {
            self.effect(district, S::KIND, id, effect, now).await?;
        }
        let made_at = before.as_ref().map_or(now, |kept| kept.made_at);
        let kept = Kept {
            district: district.clone(),
            id,
            seq: last,
            made_at,
            changed_at: now,
            state: outcome.state,
        };
        S::project(self, &kept).await?;
        Ok(Acted { state: kept.state, seq: last, events: outcome.events })
    }

    /// Appends events after `(seq, head)`; gives the new ones.
    async fn append<S: Subject>(
        &mut self,
        district: &DistrictId,
        subject: SubjectId,
        events: &[S::Event],
        stamp: Stamp,
        (mut seq, mut head): (i64, Digest),
    ) -> Result<(i64, Digest), StoreError> {
        for event in events {
            let payload = serde_json::to_string(event)
                .map_err(|why| StoreError::unreadable("an event", why))?;
            let mut entry = Entry {
                district: district.clone(),
                kind: S::KIND,
                subject,
                seq: seq + 1,
                at: stamp.at,
                by: stamp.by,
                version: S::VERSION,
                payload,
                prev: head,
                hash: Digest::ZERO,
            };
            entry.hash = entry.computed_hash();
            self.insert_event(&entry).await?;
            (seq, head) = (entry.seq, entry.hash);
        }
        Ok((seq, head))
    }

    async fn insert_event(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let inserted = execute!(
            self,
            "insert into events
               (district, subject, seq, kind, at, actor, role, version, payload, prev, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (district, subject, seq) do nothing",
            entry.district.as_str(),
            entry.subject.to_string(),
            entry.seq,
            entry.kind.code(),
            entry.at.millis(),
            entry.by.doer.to_string(),
            entry.by.role.map_or("", Role::code),
            i32::from(entry.version),
            &entry.payload,
            entry.prev.to_string(),
            entry.hash.to_string(),
        )?;
        // The place is taken: another writer was first.
        if inserted == 1 { Ok(()) } else { Err(StoreError::Overtaken) }
    }

    /// Writes the state of a subject that had `before` events.
    async fn keep<S: Subject>(
        &mut self,
        district: &DistrictId,
        id: SubjectId,
        state: &S,
        now: Timestamp,
        before: i64,
        (seq, head): (i64, Digest),
    ) -> Result<(), StoreError> {
        let json =
            serde_json::to_string(state).map_err(|why| StoreError::unreadable("a state", why))?;
        let written = execute!(
            self,
            "insert into subjects
               (district, kind, id, seq, head, status, state, made_at, changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
             on conflict (district, kind, id) do update set
               seq = excluded.seq, head = excluded.head, status = excluded.status,
               state = excluded.state, changed_at = excluded.changed_at
             where subjects.seq = $9",
            district.as_str(),
            S::KIND.code(),
            id.to_string(),
            seq,
            head.to_string(),
            state.status(),
            &json,
            now.millis(),
            before,
        )?;
        if written == 1 { Ok(()) } else { Err(StoreError::Overtaken) }
    }

    async fn effect(
        &mut self,
        district: &DistrictId,
        kind: SubjectKind,
        id: SubjectId,
        effect: &Effect,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match effect {
            Effect::SetDeadline { name, due } => {
                self.set_deadline(district, kind, id, name, *due).await
            }
            Effect::ClearDeadline { name } => self.clear_deadline(district, id, name).await,
            Effect::Notice(notice) => self.notify(district, notice, now).await,
        }
    }
}

#[derive(sqlx::FromRow)]
pub struct EventRow {
    pub district: String,
    pub subject: String,
    pub seq: i64,
    pub kind: String,
    pub at: i64,
    pub actor: String,
    pub role: String,
    pub version: i32,
    pub payload: String,
    pub prev: String,
    pub hash: String,
}

impl EventRow {
    /// Reads the row as an event.
    pub fn entry(&self) -> Result<Entry, StoreError> {
        let bad = |why: String| {
            let at = format!("{} {} {}: {why}", self.district, self.subject, self.seq);
            StoreError::unreadable("an event", at)
        };
        let role = match self.role.as_str() {
            "" => None,
            role => Some(role.parse().map_err(|e| bad(format!("{e}")))?),
        };
        let doer = self.actor.parse().map_err(|e| bad(format!("{e}")))?;
        Ok(Entry {
            district: self.district.parse().map_err(|e| bad(format!("{e}")))?,
            kind: self.kind.parse().map_err(|e| bad(format!("{e}")))?,
            subject: self.subject.parse().map_err(|e| bad(format!("{e}")))?,
            seq: self.seq,
            at: time(self.at)?,
            by: By { doer, role },
            version: u16::try_from(self.version).map_err(|e| bad(format!("{e}")))?,
            payload: self.payload.clone(),
            prev: self.prev.parse().map_err(|e| bad(format!("{e}")))?,
            hash: self.hash.parse().map_err(|e| bad(format!("{e}")))?,
        })
    }
}
