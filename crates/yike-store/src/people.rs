//! Residents without accounts: the only rows that hold a phone. Kept for a purpose and until a moment,
//! then deleted with all that hangs on them.

use yike_model::people::{Basis, PhoneNumber, Purpose, Resident};
use yike_model::{Digest, DistrictId, Key, PersonId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;

/// People deleted in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 500;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    phone: Option<String>,
    purpose: String,
    made_at: i64,
    keep_until: i64,
}

impl Row {
    fn resident(&self) -> Result<Resident, StoreError> {
        let phone = self.phone.as_deref().map(PhoneNumber::stored).transpose();
        let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.code() == self.purpose);
        Ok(Resident {
            id: id(&self.id)?,
            phone: phone.map_err(|why| StoreError::unreadable("a phone", why))?,
            purpose: purpose.ok_or_else(|| StoreError::unreadable("a purpose", &self.purpose))?,
            made_at: time(self.made_at)?,
            keep_until: time(self.keep_until)?,
        })
    }
}

fn id(text: &str) -> Result<PersonId, StoreError> {
    text.parse().map_err(|why| StoreError::unreadable("a person", why))
}

impl Reader {
    /// A resident as we know them; with the phone, which is for them and for the sender of messages only.
    pub async fn resident(
        &mut self,
        district: &DistrictId,
        person: PersonId,
    ) -> Result<Option<Resident>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select id, phone, purpose, made_at, keep_until from people
             where district = $1 and id = $2",
            district.as_str(),
            person.to_string(),
        )?;
        row.map(|row| row.resident()).transpose()
    }

    /// The resident with a phone, by its digest.
    pub async fn resident_by_phone(
        &mut self,
        district: &DistrictId,
        phone_digest: &Digest,
    ) -> Result<Option<Resident>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select id, phone, purpose, made_at, keep_until from people
             where district = $1 and phone_digest = $2",
            district.as_str(),
            phone_digest.to_string(),
        )?;
        row.map(|row| row.resident()).transpose()
    }
}

impl Tx {
    /// The person with a phone, kept for [`Purpose::Code`] if there is none yet, and until `keep_until` at
    /// least. `new` is the id of whoever is new.
    pub async fn meet_phone(
        &mut self,
        district: &DistrictId,
        new: PersonId,
        (phone, digest): (&PhoneNumber, &Digest),
        (now, keep_until): (Timestamp, Timestamp),
    ) -> Result<PersonId, StoreError> {
        // One statement whether the phone is known or not, so that one takes as long as the other.
        let row = fetch_optional!(
            self,
            (String,),
            "insert into people (district, id, phone, phone_digest, purpose, basis, made_at, keep_until)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (district, phone_digest) do update set keep_until =
               case when people.keep_until < excluded.keep_until then excluded.keep_until
                    else people.keep_until end
             returning id",
            district.as_str(),
            new.to_string(),
            phone.reveal(),
            digest.to_string(),
            Purpose::Code.code(),
            Purpose::Code.basis().code(),
            now.millis(),
            keep_until.millis(),
        )?;
        let (found,) = row.ok_or_else(|| StoreError::unreadable("a person", "none came back"))?;
        id(&found)
    }

    /// Keeps a person without a phone.
    pub async fn meet_device(
        &mut self,
        district: &DistrictId,
        new: PersonId,
        (now, keep_until): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let (purpose, basis): (Purpose, Basis) = (Purpose::Device, Purpose::Device.basis());
        execute!(
            self,
            "insert into people (district, id, purpose, basis, made_at, keep_until)
             values ($1, $2, $3, $4, $5, $6)",
            district.as_str(),
            new.to_string(),
            purpose.code(),
            basis.code(),
            now.millis(),
            keep_until.millis(),
        )?;
        Ok(())
    }

    /// Keeps a person whose phone was proved, to be told and known again, until `keep_until` at least.
    pub async fn keep_contact(
        &mut self,
        district: &DistrictId,
        person: PersonId,
        keep_until: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update people set purpose = $3, basis = $4 where district = $1 and id = $2",
            district.as_str(),
            person.to_string(),
            Purpose::Contact.code(),
            Purpose::Contact.basis().code(),
        )?;
        self.keep_person(district, person, keep_until).await
    }

    /// Keeps a person until `keep_until` at least, as long as something of theirs is under way.
    pub async fn keep_person(
        &mut self,
        district: &DistrictId,
        person: PersonId,
        keep_until: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update people set keep_until = $3 where district = $1 and id = $2 and keep_until < $3",
            district.as_str(),
            person.to_string(),
            keep_until.millis(),
        )?;
        Ok(())
    }

    /// Deletes a person with code, sessions, messages and what they follow; says whether there was one.
    /// What hangs on a person elsewhere is deleted here, so that one place knows of all. What they
    /// reported stays: it is the district's, and knows them by an id that nothing stands behind any more.
    pub async fn forget_person(
        &mut self,
        district: &DistrictId,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let digest = fetch_optional!(
            self,
            (Option<String>,),
            "delete from people where district = $1 and id = $2 returning phone_digest",
            district.as_str(),
            person.to_string(),
        )?;
        let Some((digest,)) = digest else { return Ok(false) };
        for sql in [
            "delete from sessions where district = $1 and person = $2",
            "delete from notices where district = $1 and recipient = $2",
            "delete from case_followers where district = $1 and person = $2",
        ] {
            execute!(self, sql, district.as_str(), person.to_string())?;
        }
        execute!(
            self,
            "delete from phone_codes where district = $1 and phone_digest = $2",
            district.as_str(),
            digest,
        )?;
        Ok(true)
    }

    /// Deletes people whose time is over, at most 500; says how many.
    pub async fn forget_people(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        let due = fetch_all!(
            self,
            (String, String),
            "select district, id from people where keep_until <= $1
             order by keep_until, district, id limit $2",
            now.millis(),
            FORGOTTEN_AT_ONCE,
        )?;
        for (district, person) in &due {
            let district = district.parse().map_err(|why| StoreError::unreadable("a key", why))?;
            self.forget_person(&district, id(person)?).await?;
        }
        Ok(due.len() as u64)
    }

    /// The secret of the installation with this name; `fresh` becomes it where there is none yet.
    pub async fn secret(
        &mut self,
        district: &DistrictId,
        name: &str,
        fresh: &Key,
        now: Timestamp,
    ) -> Result<Key, StoreError> {
        execute!(
            self,
            "insert into secrets (district, name, value, made_at) values ($1, $2, $3, $4)
             on conflict (district, name) do nothing",
            district.as_str(),
            name,
            fresh.reveal().to_string(),
            now.millis(),
        )?;
        let row = fetch_optional!(
            self,
            (String,),
            "select value from secrets where district = $1 and name = $2",
            district.as_str(),
            name,
        )?;
        let (value,) = row.ok_or(StoreError::Overtaken)?;
        let value = value.parse().map_err(|why| StoreError::unreadable("a secret", why))?;
        Ok(Key::new(value))
    }
}
