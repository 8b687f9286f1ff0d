//! People and cases: secrets by which a case is looked at, households that report the same, followers.

use yike_model::id::SubjectId;
use yike_model::{CaseId, Digest, DistrictId, PersonId, PlaceId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;

/// What counts as the same report: a category at a place.
#[derive(Clone, Copy, Debug)]
pub struct Alike<'a> {
    /// The place.
    pub place: PlaceId,
    /// The category.
    pub category: &'a str,
}

impl Reader {
    /// The case a secret stands for.
    pub async fn tracked(
        &mut self,
        district: &DistrictId,
        digest: &Digest,
    ) -> Result<Option<CaseId>, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select subject from case_tracks where district = $1 and digest = $2",
            district.as_str(),
            digest.to_string(),
        )?;
        row.map(|(id,)| id.parse().map_err(|why| StoreError::unreadable("a case", why))).transpose()
    }

    /// Households that reported the same since a moment.
    pub async fn households(
        &mut self,
        district: &DistrictId,
        alike: Alike<'_>,
        since: Timestamp,
    ) -> Result<u16, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select count(distinct household) from case_households
             where district = $1 and place = $2 and category = $3 and at >= $4",
            district.as_str(),
            alike.place.to_string(),
            alike.category,
            since.millis(),
        )?;
        Ok(row.map_or(0, |(count,)| u16::try_from(count).unwrap_or(u16::MAX)))
    }

    /// The cases a person follows, the newest first; at most 200.
    pub async fn followed(
        &mut self,
        district: &DistrictId,
        person: PersonId,
    ) -> Result<Vec<(CaseId, Timestamp)>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, i64),
            "select subject, at from case_followers where district = $1 and person = $2
             order by at desc, subject desc limit 200",
            district.as_str(),
            person.to_string(),
        )?;
        rows.into_iter()
            .map(|(id, at)| {
                let id = id.parse().map_err(|why| StoreError::unreadable("a case", why))?;
                Ok((id, time(at)?))
            })
            .collect()
    }
}

impl Tx {
    /// Keeps a secret by which a case can be looked at.
    pub async fn track(
        &mut self,
        district: &DistrictId,
        case: CaseId,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into case_tracks (district, digest, subject, made_at) values ($1, $2, $3, $4)
             on conflict (district, digest) do nothing",
            district.as_str(),
            digest.to_string(),
            case.to_string(),
            now.millis(),
        )?;
        Ok(())
    }

    /// Notes that a household reported something.
    pub async fn note_household(
        &mut self,
        district: &DistrictId,
        alike: Alike<'_>,
        (household, case): (&Digest, CaseId),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into case_households (district, place, category, household, subject, at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (district, place, category, household, subject) do nothing",
            district.as_str(),
            alike.place.to_string(),
            alike.category,
            household.to_string(),
            case.to_string(),
            now.millis(),
        )?;
        Ok(())
    }

    /// Notes that a person follows a case; says whether he did not before.
    pub async fn follow(
        &mut self,
        district: &DistrictId,
        case: impl Into<SubjectId>,
        person: PersonId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let added = execute!(
            self,
            "insert into case_followers (district, subject, person, at) values ($1, $2, $3, $4)
             on conflict (district, subject, person) do nothing",
            district.as_str(),
            case.into().to_string(),
            person.to_string(),
            now.millis(),
        )?;
        Ok(added == 1)
    }

    /// Deletes what is kept to count households, once it is older than the days counted.
    pub async fn forget_households(
        &mut self,
        district: &DistrictId,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        execute!(
            self,
            "delete from case_households where district = $1 and at < $2",
            district.as_str(),
            before.millis(),
        )
    }
}
