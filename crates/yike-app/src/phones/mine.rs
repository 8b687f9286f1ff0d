//! What is stored about somebody, shown to them and forgotten when they say so or when its time is over.

use yike_model::people::{Actor, Basis, CODE_LASTS, Deed, PhoneNumber, Purpose};
use yike_model::spine::Doer;
use yike_model::{PersonId, Timestamp};
use yike_store::Tx;

use super::CODE_TEMPLATE;
use super::rules::DAY;
use crate::app::App;
use crate::error::AppError;

/// What is stored about a person without an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyData {
    /// The id by which everything else knows them.
    pub person: PersonId,
    /// Their phone, if they gave it.
    pub phone: Option<PhoneNumber>,
    /// What it is kept for.
    pub purpose: Purpose,
    /// By which lawful basis.
    pub basis: Basis,
    /// Since when.
    pub made_at: Timestamp,
    /// Until when; then it is deleted.
    pub keep_until: Timestamp,
    /// When each of their sessions began and when it ends.
    pub sessions: Vec<(Timestamp, Timestamp)>,
}

impl App {
    /// What is stored about whoever asks; nothing for those who have an account, or nothing to them.
    pub async fn see_my_data(&self, actor: &Actor) -> Result<Option<MyData>, AppError> {
        self.permit(actor, Deed::OwnData).await?;
        let Doer::Person(person) = actor.doer() else { return Ok(None) };
        let (district, mut reader) = (self.district()?, self.read().await?);
        let Some(resident) = reader.resident(district, person).await? else { return Ok(None) };
        let sessions = reader.sessions_of(district, person, self.now()).await?;
        Ok(Some(MyData {
            person,
            phone: resident.phone,
            purpose: resident.purpose,
            basis: resident.purpose.basis(),
            made_at: resident.made_at,
            keep_until: resident.keep_until,
            sessions: sessions.iter().map(|row| (row.made_at, row.expires_at)).collect(),
        }))
    }

    /// Deletes what is stored about whoever asks: phone, codes, sessions, messages not yet sent. Says
    /// whether there was anything. What they reported stays with the district, under an id that leads to
    /// nobody.
    pub async fn forget_me(&self, actor: &Actor) -> Result<bool, AppError> {
        let by = self.permit(actor, Deed::OwnData).await?;
        let Doer::Person(person) = actor.doer() else { return Ok(false) };
        self.deed(by, Deed::OwnData, person.to_string(), async move |tx, district, _| {
            tx.forget_person(district, person).await
        })
        .await
    }

    /// Deletes what is kept no longer: people whose time is over, codes and counts. Says how much.
    pub async fn forget_due(&self) -> Result<u64, AppError> {
        let now = self.now();
        let mut forgotten = self
            .store
            .write(async move |tx: &mut Tx| {
                let times = (now, now.minus(CODE_LASTS), now.minus(DAY));
                tx.forget_phone_codes(CODE_TEMPLATE, times).await
            })
            .await?;
        let (district, before) = (self.district()?.clone(), now.minus(crate::cases::DRAFT_LASTS));
        forgotten += self
            .store
            .write(async move |tx: &mut Tx| tx.forget_lost_photos(&district, before).await)
            .await?;
        loop {
            let people =
                self.store.write(async move |tx: &mut Tx| tx.forget_people(now).await).await?;
            if people == 0 {
                return Ok(forgotten);
            }
            forgotten += people;
        }
    }
}
