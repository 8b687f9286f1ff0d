//! Codes sent to phones, and how often something was done: what proves a phone, and what bounds the
//! asking. Both are read and written in the transaction that decides, so that they hold across nodes.

use yike_model::people::{Counted, SentCode};
use yike_model::{Digest, DistrictId, PersonId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;

#[derive(sqlx::FromRow)]
struct Row {
    code_digest: String,
    made_at: i64,
    expires_at: i64,
    tries: i32,
    used_at: Option<i64>,
}

impl Reader {
    /// The last code sent to a phone.
    pub async fn phone_code(
        &mut self,
        district: &DistrictId,
        phone_digest: &Digest,
    ) -> Result<Option<SentCode>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select code_digest, made_at, expires_at, tries, used_at from phone_codes
             where district = $1 and phone_digest = $2",
            district.as_str(),
            phone_digest.to_string(),
        )?;
        let Some(row) = row else { return Ok(None) };
        let digest = row.code_digest.parse();
        Ok(Some(SentCode {
            digest: digest.map_err(|why| StoreError::unreadable("a code", why))?,
            made_at: time(row.made_at)?,
            expires_at: time(row.expires_at)?,
            tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
            used: row.used_at.is_some(),
        }))
    }

    /// The values of the newest message of a kind that waits to be sent to somebody.
    pub async fn waiting_notice(
        &mut self,
        district: &DistrictId,
        to: PersonId,
        template: &str,
    ) -> Result<Option<String>, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select args from notices
             where district = $1 and recipient = $2 and template = $3 and done_at is null
             order by id desc limit 1",
            district.as_str(),
            to.to_string(),
            template,
        )?;
        Ok(row.map(|(values,)| values))
    }

    /// How often something was done.
    pub async fn rate(
        &mut self,
        district: &DistrictId,
        key: &str,
    ) -> Result<Option<Counted>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, i32),
            "select from_at, count from rates where district = $1 and key = $2",
            district.as_str(),
            key,
        )?;
        let counted = |(from, count): (i64, i32)| {
            Ok(Counted { from: time(from)?, count: u32::try_from(count).unwrap_or(u32::MAX) })
        };
        row.map(counted).transpose()
    }
}

impl Tx {
    /// Keeps a code in place of the one sent before.
    pub async fn keep_phone_code(
        &mut self,
        district: &DistrictId,
        phone_digest: &Digest,
        code_digest: &Digest,
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into phone_codes
               (district, phone_digest, code_digest, made_at, expires_at, tries)
             values ($1, $2, $3, $4, $5, 0)
             on conflict (district, phone_digest) do update set code_digest = excluded.code_digest,
               made_at = excluded.made_at, expires_at = excluded.expires_at, tries = 0, used_at = null",
            district.as_str(),
            phone_digest.to_string(),
            code_digest.to_string(),
            now.millis(),
            expires_at.millis(),
        )?;
        Ok(())
    }

    /// Notes that a code was tried: that it was used, or that it was guessed wrong once more.
    pub async fn phone_code_tried(
        &mut self,
        district: &DistrictId,
        phone_digest: &Digest,
        used: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update phone_codes set tries = tries + $3, used_at = coalesce(used_at, $4)
             where district = $1 and phone_digest = $2",
            district.as_str(),
            phone_digest.to_string(),
            i32::from(!used),
            used.then_some(now.millis()),
        )?;
        Ok(())
    }

    /// Sets how often something was done.
    pub async fn set_rate(
        &mut self,
        district: &DistrictId,
        key: &str,
        counted: Counted,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into rates (district, key, from_at, count) values ($1, $2, $3, $4)
             on conflict (district, key) do update
             set from_at = excluded.from_at, count = excluded.count",
            district.as_str(),
            key,
            counted.from.millis(),
            i32::try_from(counted.count).unwrap_or(i32::MAX),
        )?;
        Ok(())
    }

    /// Takes messages of a kind back that wait to be sent to somebody: a newer one takes their place.
    pub async fn withdraw_notices(
        &mut self,
        district: &DistrictId,
        to: PersonId,
        template: &str,
    ) -> Result<u64, StoreError> {
        execute!(
            self,
            "delete from notices
             where district = $1 and recipient = $2 and template = $3 and done_at is null",
            district.as_str(),
            to.to_string(),
            template,
        )
    }

    /// Deletes codes that ended before `now`, sent or not, with the messages of the kind `template` that
    /// carried them and are older than `sent_before`, and counts that began before `counted_before`.
    pub async fn forget_phone_codes(
        &mut self,
        template: &str,
        (now, sent_before, counted_before): (Timestamp, Timestamp, Timestamp),
    ) -> Result<u64, StoreError> {
        let codes = execute!(self, "delete from phone_codes where expires_at <= $1", now.millis())?;
        let notices = execute!(
            self,
            "delete from notices where template = $1 and made_at <= $2",
            template,
            sent_before.millis(),
        )?;
        let rates =
            execute!(self, "delete from rates where from_at < $1", counted_before.millis())?;
        Ok(codes + notices + rates)
    }
}
