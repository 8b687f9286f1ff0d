//! What the store knows of each kind of subject: where its rules are kept, and the rows that follow
//! from its state.

use std::sync::Arc;

use yike_model::DistrictId;
use yike_model::id::SubjectId;
use yike_model::imports::Import;
use yike_model::jobs::Job;
use yike_model::spine::Subject;
use yike_model::studies::Study;

use crate::db::Tx;
use crate::error::StoreError;
use crate::ledger::Kept;

/// A subject that can be kept. Futures need not be `Send`: deeds run on the writer's own thread.
#[expect(async_fn_in_trait, reason = "it is for this crate's own kinds only")]
pub trait Stored: Subject {
    /// The rules that a subject goes by: those it was made under or, for a new one, the newest.
    async fn rules(
        tx: &mut Tx,
        district: &DistrictId,
        state: Option<&Self>,
    ) -> Result<Arc<Self::Rules>, StoreError>;

    /// Writes the rows that follow from its state.
    async fn project(tx: &mut Tx, kept: &Kept<Self>) -> Result<(), StoreError>;

    /// What the rows of a state say differently from the state; none if they agree.
    async fn projection_fault(
        reader: &mut crate::db::Reader,
        kept: &Kept<Self>,
    ) -> Result<Option<String>, StoreError>;
}

macro_rules! without_rules {
    ($($kind:ty)*) => {$(
        impl Stored for $kind {
            async fn rules(
                _tx: &mut Tx,
                _district: &DistrictId,
                _state: Option<&Self>,
            ) -> Result<Arc<()>, StoreError> {
                Ok(Arc::new(()))
            }

            async fn project(_tx: &mut Tx, _kept: &Kept<Self>) -> Result<(), StoreError> {
                Ok(())
            }

            async fn projection_fault(
                _reader: &mut crate::db::Reader,
                _kept: &Kept<Self>,
            ) -> Result<Option<String>, StoreError> {
                Ok(None)
            }
        }
    )*};
}
without_rules! { Import Job Study }

/// Expands an expression for the kind of a subject: `each_kind!(kind, S => self.fire_as::<S>(..).await)`.
macro_rules! each_kind {
    ($kind:expr, $subject:ident => $body:expr) => {
        match $kind {
            yike_model::spine::SubjectKind::Case => {
                type $subject = yike_model::cases::Case;
                $body
            }
            yike_model::spine::SubjectKind::Import => {
                type $subject = yike_model::imports::Import;
                $body
            }
            yike_model::spine::SubjectKind::Job => {
                type $subject = yike_model::jobs::Job;
                $body
            }
            yike_model::spine::SubjectKind::Study => {
                type $subject = yike_model::studies::Study;
                $body
            }
        }
    };
}
pub(crate) use each_kind;

impl<S> Kept<S> {
    /// Its id as text, as in every key.
    pub(crate) fn key(&self) -> (String, String) {
        (self.district.to_string(), SubjectId::to_string(&self.id))
    }
}
