//! Cases: reporting, working, seeing, counting. The rules stand in `yike_model::cases`; here they meet
//! the people who ask, the words they write and the database.

mod board;
mod list;
mod report;
mod rules;
mod see;
mod wish;
mod work;

pub(crate) use board::Boards;
pub use board::{Board, BoardAsk, TierLine};
pub use list::{Inbox, InboxAsk, InboxLine, Light};
pub(crate) use report::DRAFT_LASTS;
pub use report::{Draft, NewReport, Preview, Reported, Who};
pub use rules::RulesChange;
pub use see::{Action, CaseView, Happened, Reporter, Speaker};
pub use wish::{Wish, WishKind};
pub use work::{With, Worked};

use yike_model::cases::Path;
use yike_model::places::Place;
use yike_model::{CaseId, DistrictId, Refusal};
use yike_store::{Reader, StoreError};

use crate::app::App;
use crate::error::AppError;

/// The way from the district down to a place, as a case keeps it.
fn way(places: &[Place]) -> Result<Path, Refusal> {
    Path::new(places.iter().map(|place| (place.kind, place.id)).collect())
        .ok_or_else(|| Refusal::invalid("place", "it does not stand in a district"))
}

impl App {
    /// The id of a case, given its id or its number.
    pub(crate) async fn case_id(&self, key: &str) -> Result<CaseId, AppError> {
        if let Ok(id) = key.parse::<CaseId>() {
            return Ok(id);
        }
        let unknown = || AppError::missing("case", format!("{key:.40}"));
        let number: yike_model::cases::CaseNumber = key.parse().map_err(|_| unknown())?;
        let mut reader = self.read().await?;
        reader.case_by_number(self.district()?, number.as_str()).await?.ok_or_else(unknown)
    }
}

/// A case that must be there.
async fn the_case(
    reader: &mut Reader,
    district: &DistrictId,
    id: CaseId,
) -> Result<yike_store::Kept<yike_model::cases::Case>, StoreError> {
    let case = reader.subject(district, id).await?;
    case.ok_or_else(|| Refusal::missing("case", id.to_string()).into())
}
