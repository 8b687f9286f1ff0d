//! The outbox: messages are written with the event that causes them, and delivered at least once.
//!
//! A sender claims messages under a lease, sends them, and reports. If it dies the lease runs out and
//! another sends them again; the message's key lets the receiver drop the repeat.

use std::time::Duration;

use yike_model::id::NoticeId;
use yike_model::spine::Notice;
use yike_model::text::NodeName;
use yike_model::{Digest, DistrictId, Timestamp};

use crate::clock::backoff;
use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;

/// After this many attempts a message is given up.
pub const ATTEMPTS: i32 = 12;

/// A message to be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedNotice {
    /// The district.
    pub district: DistrictId,
    /// The message's id.
    pub id: NoticeId,
    /// How often it was tried before.
    pub attempts: i32,
    /// The message.
    pub notice: Notice,
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    attempts: i32,
    channel: String,
    recipient: String,
    template: String,
    args: String,
    dedup: String,
}

impl Row {
    fn claimed(self) -> Result<ClaimedNotice, StoreError> {
        let bad = |why| StoreError::unreadable("a message", why);
        Ok(ClaimedNotice {
            district: self.district.parse().map_err(bad)?,
            id: self.id.parse().map_err(bad)?,
            attempts: self.attempts,
            notice: Notice {
                channel: self.channel,
                to: self.recipient,
                template: self.template,
                values: self.args,
                key: self.dedup,
            },
        })
    }
}

impl Reader {
    /// How many messages wait, and how many were given up.
    pub async fn notices_open(&mut self) -> Result<(i64, i64), StoreError> {
        let row = fetch_optional!(
            self,
            (i64, i64),
            "select
               (select count(*) from notices where done_at is null),
               (select count(*) from notices where outcome = 'given_up')",
        )?;
        Ok(row.unwrap_or_default())
    }
}

impl Tx {
    /// Writes a message out; one with a key that was used before is the same message.
    pub async fn notify(
        &mut self,
        district: &DistrictId,
        notice: &Notice,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // The id follows from the key, so that no randomness is needed here.
        let digest = Digest::of(format!("{district}\0{}", notice.key).as_bytes());
        let random = digest.as_bytes().first_chunk::<10>().copied().unwrap_or_default();
        execute!(
            self,
            "insert into notices
               (district, id, dedup, channel, recipient, template, args, made_at, next_at, attempts)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0)
             on conflict (district, dedup) do nothing",
            district.as_str(),
            NoticeId::new(now, random).to_string(),
            &notice.key,
            &notice.channel,
            &notice.to,
            &notice.template,
            &notice.values,
            now.millis(),
        )?;
        Ok(())
    }

    /// Claims up to `limit` messages to be sent by `node` within `lease`.
    pub async fn claim_notices(
        &mut self,
        node: &NodeName,
        lease: Duration,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<ClaimedNotice>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "update notices set leased_by = $1, lease_until = $2
             where (district, id) in (
               select district, id from notices
               where done_at is null and next_at <= $3 and (lease_until is null or lease_until <= $3)
               order by next_at, district, id limit $4)
             returning district, id, attempts, channel, recipient, template, args, dedup",
            node.as_str(),
            now.plus(lease).millis(),
            now.millis(),
            i64::from(limit),
        )?;
        let mut claimed = rows.into_iter().map(Row::claimed).collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by_key(|notice| notice.id);
        Ok(claimed)
    }

    /// Reports that a message was sent.
    pub async fn notice_sent(
        &mut self,
        district: &DistrictId,
        id: NoticeId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update notices set done_at = $3, outcome = 'sent', attempts = attempts + 1,
               leased_by = null, lease_until = null
             where district = $1 and id = $2 and done_at is null",
            district.as_str(),
            id.to_string(),
            now.millis(),
        )?;
        Ok(())
    }

    /// Reports that a message could not be sent; it is tried again later, or given up after the last
    /// attempt.
    pub async fn notice_failed(
        &mut self,
        district: &DistrictId,
        id: NoticeId,
        error: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let attempts = fetch_optional!(
            self,
            (i32,),
            "select attempts from notices where district = $1 and id = $2 and done_at is null",
            district.as_str(),
            id.to_string(),
        )?;
        let Some((attempts,)) = attempts else { return Ok(()) };
        let given_up = attempts + 1 >= ATTEMPTS;
        execute!(
            self,
            "update notices set attempts = attempts + 1, next_at = $3, last_error = $4,
               leased_by = null, lease_until = null, done_at = $5, outcome = $6
             where district = $1 and id = $2",
            district.as_str(),
            id.to_string(),
            now.plus(backoff(attempts + 3)).millis(),
            yike_model::text::clip(error, 500),
            given_up.then_some(now.millis()),
            given_up.then_some("given_up"),
        )?;
        Ok(())
    }

    /// Deletes messages that were sent or given up before `before`; says how many.
    pub async fn forget_notices(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        execute!(self, "delete from notices where done_at < $1", before.millis())
    }
}
