//! Doing something to a case: one function for all that can be done, so that there is one gate.

use yike_model::cases::access::{Pass, may};
use yike_model::cases::{Case, CaseDeed, Do};
use yike_model::id::{PhotoId, WordsId};
use yike_model::people::{Actor, Deed};
use yike_model::photos::PhotoPart;
use yike_model::text::CaseText;
use yike_model::{CaseId, DistrictId, Refusal, Timestamp};
use yike_store::{NewPhoto, NewWords, StoreError, Tx};

use super::report::Draft;
use super::wish::Wish;
use crate::app::App;
use crate::error::AppError;
use crate::photos::Photo;

/// A case after something was done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Worked {
    /// Its id.
    pub id: CaseId,
    /// How many events it has now.
    pub seq: i64,
    /// The case.
    pub case: Case,
}

/// What goes with a wish.
#[derive(Clone, Debug, Default)]
pub struct With {
    /// What was written.
    pub text: Option<CaseText>,
    /// Photos.
    pub photos: Vec<Photo>,
    /// How many events the case had when the page was made: if more happened since, the wish is not
    /// done, and who wished is shown what did.
    pub seen: Option<i64>,
    /// The secret of the form: sent twice, as forms are that were kept while there was no network, it is
    /// done once.
    pub once: Option<Draft>,
}

/// What was written and shown, each with the id it is kept by.
type Parts = (Option<NewWords>, Vec<(PhotoId, Photo)>);

impl App {
    /// Does something to a case for whoever asks: as its reporter, or for the unit whose post he holds.
    pub async fn work_case(
        &self,
        actor: &Actor,
        key: &str,
        wish: Wish,
        with: With,
    ) -> Result<Worked, AppError> {
        self.permit(actor, Deed::WorkCase).await?;
        let id = self.case_id(key).await?;
        let into = match &wish {
            Wish::Merge(number) => Some(self.case_id(number.as_str()).await?),
            _ => None,
        };
        if into == Some(id) {
            return Err(Refusal::invalid("into", "a case does not stand for itself").into());
        }
        if wish.kind().words() == Some(true) && with.text.is_none() {
            return Err(Refusal::invalid("text", "say why, in a few words").into());
        }
        let (written, photos) = self.parts(&with)?;
        let ids = photos.iter().map(|(id, _)| *id).collect();
        let what = wish.deed(written.as_ref().map(NewWords::reference), ids, into)?;
        let (district, now, by) = (self.district()?.clone(), self.now(), actor.clone());
        let (seen, once) = (with.seen, with.once.is_some());
        let done = self
            .store
            .write(async move |tx: &mut Tx| {
                let writing = Writing { district: &district, actor: &by, now };
                if once && writing.was_sent(tx, written.as_ref(), &photos).await? {
                    return writing.as_it_is(tx, id, &what).await;
                }
                let worked = writing.work(tx, id, what.clone(), seen).await?;
                if let Some(into) = into {
                    writing.work(tx, into, Do::Absorb { other: id }, None).await?;
                }
                writing.keep(tx, id, written.as_ref(), &photos).await?;
                Ok(worked)
            })
            .await;
        self.noted(actor, Deed::WorkCase, done).await
    }

    /// What goes with a wish, each part with the id it is kept by.
    fn parts(&self, with: &With) -> Result<Parts, AppError> {
        let mut written = with.text.as_ref().map(|text| self.new_words(text));
        let mut photos: Vec<(PhotoId, Photo)> =
            with.photos.iter().map(|photo| (self.new_photo_id(), photo.clone())).collect();
        if let Some(draft) = &with.once {
            self.check_draft(draft)?;
            if let Some(words) = &mut written {
                words.id = draft.words();
            }
            for (n, photo) in photos.iter_mut().enumerate() {
                photo.0 = draft.photo(n);
            }
        }
        Ok((written, photos))
    }

    /// Writes down what a signed-in person was refused.
    pub(super) async fn noted<T>(
        &self,
        actor: &Actor,
        deed: Deed,
        done: Result<T, StoreError>,
    ) -> Result<T, AppError> {
        if let (Actor::Person { .. }, Err(StoreError::Refused(refusal))) = (actor, &done)
            && let Refusal::NotPermitted { .. } = refusal
        {
            self.note_refusal(actor, deed, refusal).await?;
        }
        Ok(done?)
    }

    /// A text to be kept, with its id and salt.
    pub(super) fn new_words(&self, text: &CaseText) -> NewWords {
        NewWords {
            id: WordsId::new(self.now(), self.random.ten()),
            body: text.to_string(),
            salt: self.random.token().reveal(),
        }
    }

    pub(super) fn new_photo_id(&self) -> PhotoId {
        PhotoId::new(self.now(), self.random.ten())
    }
}

/// What the writes of one deed share.
pub(super) struct Writing<'a> {
    pub district: &'a DistrictId,
    pub actor: &'a Actor,
    pub now: Timestamp,
}

impl Writing<'_> {
    /// Permits and does one deed.
    async fn work(
        &self,
        tx: &mut Tx,
        id: CaseId,
        what: Do,
        seen: Option<i64>,
    ) -> Result<Worked, StoreError> {
        let kept = super::the_case(tx, self.district, id).await?;
        let Pass { by, unit } = may(self.actor, &kept.state, &what)?;
        if let Some(seen) = seen.filter(|seen| *seen < kept.seq) {
            return Err(Refusal::Stale { what: "case", seen, now: kept.seq }.into());
        }
        let deed = CaseDeed { unit, what };
        let acted = tx.act::<Case>(self.district, id, deed, by, self.now).await?;
        Ok(Worked { id, seq: acted.seq, case: acted.state })
    }

    /// Whether what goes with a deed is there already.
    async fn was_sent(
        &self,
        tx: &mut Tx,
        words: Option<&NewWords>,
        photos: &[(PhotoId, Photo)],
    ) -> Result<bool, StoreError> {
        if let Some(words) = words {
            return Ok(tx.words(self.district, words.id).await?.is_some());
        }
        let Some((photo, _)) = photos.first() else { return Ok(false) };
        Ok(tx.photo(self.district, *photo, PhotoPart::Small).await?.is_some())
    }

    /// The case as it is, for whoever may do the deed.
    async fn as_it_is(&self, tx: &mut Tx, id: CaseId, what: &Do) -> Result<Worked, StoreError> {
        let kept = super::the_case(tx, self.district, id).await?;
        may(self.actor, &kept.state, what)?;
        Ok(Worked { id, seq: kept.seq, case: kept.state })
    }

    /// Keeps what was written and shown.
    pub async fn keep(
        &self,
        tx: &mut Tx,
        id: CaseId,
        words: Option<&NewWords>,
        photos: &[(PhotoId, Photo)],
    ) -> Result<(), StoreError> {
        if let Some(words) = words {
            tx.keep_words(self.district, id, words, true, self.now).await?;
        }
        for (photo, pixels) in photos {
            let Photo { full, small } = pixels.clone();
            let photo = NewPhoto { id: *photo, subject: id.into(), full, small };
            tx.keep_photo(self.district, &photo, self.now).await?;
        }
        Ok(())
    }
}
