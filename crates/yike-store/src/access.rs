//! Signing in: one-time links and sessions. Secrets are stored as digests only.

use yike_model::id::SessionId;
use yike_model::people::{Actor, Posting};
use yike_model::spine::Doer;
use yike_model::{Digest, DistrictId, PersonId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;

/// Who someone is, in which roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The person.
    pub person: PersonId,
    /// Their roles at places.
    pub postings: Vec<Posting>,
}

impl From<Grant> for Actor {
    fn from(grant: Grant) -> Self {
        Self::Person { id: grant.person, postings: grant.postings }
    }
}

/// A session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub grant: Grant,
    /// When it began.
    pub made_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

fn postings_json(postings: &[Posting]) -> Result<String, StoreError> {
    serde_json::to_string(postings).map_err(|why| StoreError::unreadable("postings", why))
}

fn grant(person: &str, postings: &str) -> Result<Grant, StoreError> {
    Ok(Grant {
        person: person.parse().map_err(|why| StoreError::unreadable("a person", why))?,
        postings: serde_json::from_str(postings)
            .map_err(|why| StoreError::unreadable("postings", why))?,
    })
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    person: String,
    postings: String,
    made_at: i64,
    expires_at: i64,
}

impl Row {
    fn session(&self) -> Result<SessionRow, StoreError> {
        Ok(SessionRow {
            id: self.id.parse().map_err(|why| StoreError::unreadable("a session", why))?,
            grant: grant(&self.person, &self.postings)?,
            made_at: time(self.made_at)?,
            expires_at: time(self.expires_at)?,
        })
    }
}

impl Reader {
    /// The session with this secret, if it has neither ended nor expired.
    pub async fn session(
        &mut self,
        district: &DistrictId,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select id, person, postings, made_at, expires_at from sessions
             where district = $1 and digest = $2 and ended_at is null and expires_at > $3",
            district.as_str(),
            digest.to_string(),
            now.millis(),
        )?;
        row.map(|row| row.session()).transpose()
    }

    /// The sessions of a person that have neither ended nor expired, newest first, at most 100.
    pub async fn sessions_of(
        &mut self,
        district: &DistrictId,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Vec<SessionRow>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select id, person, postings, made_at, expires_at from sessions
             where district = $1 and person = $2 and ended_at is null and expires_at > $3
             order by id desc limit 100",
            district.as_str(),
            person.to_string(),
            now.millis(),
        )?;
        rows.iter().map(Row::session).collect()
    }
}

impl Tx {
    /// Keeps a one-time link; `digest` is that of its secret.
    pub async fn make_link(
        &mut self,
        district: &DistrictId,
        digest: &Digest,
        to: &Grant,
        made_by: Doer,
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into sign_in_links
               (district, digest, person, postings, made_at, made_by, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            district.as_str(),
            digest.to_string(),
            to.person.to_string(),
            postings_json(&to.postings)?,
            now.millis(),
            made_by.to_string(),
            expires_at.millis(),
        )?;
        Ok(())
    }

    /// Uses up a link; `None` if there is none, or it was used, or it has expired (which of these is
    /// nobody's business).
    pub async fn use_link(
        &mut self,
        district: &DistrictId,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Option<Grant>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, String),
            "update sign_in_links set used_at = $3
             where district = $1 and digest = $2 and used_at is null and expires_at > $3
             returning person, postings",
            district.as_str(),
            digest.to_string(),
            now.millis(),
        )?;
        row.map(|(person, postings)| grant(&person, &postings)).transpose()
    }

    /// Opens a session; `digest` is that of its secret.
    pub async fn open_session(
        &mut self,
        district: &DistrictId,
        (id, digest): (SessionId, &Digest),
        of: &Grant,
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into sessions (district, id, digest, person, postings, made_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            district.as_str(),
            id.to_string(),
            digest.to_string(),
            of.person.to_string(),
            postings_json(&of.postings)?,
            now.millis(),
            expires_at.millis(),
        )?;
        Ok(())
    }

    /// Ends a session; says whether it was open.
    pub async fn end_session(
        &mut self,
        district: &DistrictId,
        id: SessionId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = execute!(
            self,
            "update sessions set ended_at = $3
             where district = $1 and id = $2 and ended_at is null",
            district.as_str(),
            id.to_string(),
            now.millis(),
        )?;
        Ok(ended == 1)
    }

    /// Deletes links and sessions that ended or expired before `before`; says how many.
    pub async fn forget_access(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let links = execute!(
            self,
            "delete from sign_in_links where expires_at < $1 or used_at < $1",
            before.millis()
        )?;
        let sessions = execute!(
            self,
            "delete from sessions where expires_at < $1 or ended_at < $1",
            before.millis()
        )?;
        Ok(links + sessions)
    }
}
