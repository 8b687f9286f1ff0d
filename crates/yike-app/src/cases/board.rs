//! The public board of a place: what is open, who solves it, and the rates, all from the same counts.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use yike_model::calendar::Month;
use yike_model::cases::Tier;
use yike_model::cases::rates::{Counts, suppressed};
use yike_model::people::{Actor, Deed};
use yike_model::places::{Place, PlaceKind};
use yike_model::{PlaceId, Refusal, Timestamp};
use yike_store::{Cell, LiveCell, Period};

use crate::app::App;
use crate::error::AppError;

/// A board is counted again after this long: many look, few things change.
const FRESH: Duration = Duration::from_secs(10);

/// Most boards kept.
const KEPT: usize = 500;

/// Which board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoardAsk {
    /// Of which place: code or id; the district where empty.
    pub place: String,
    /// Of which month; the present one where none is given.
    pub month: Option<Month>,
}

/// What a tier has and has solved, with small cells hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierLine {
    /// The tier.
    pub tier: Tier,
    /// Open cases; none where few.
    pub open: Option<u64>,
    /// Of those, past their deadline; none where few.
    pub late: Option<u64>,
    /// Cases it solved in the month; none where few.
    pub solved: Option<u64>,
}

/// A board.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// The place.
    pub place: Place,
    /// The month.
    pub month: Month,
    /// What all cells add up to.
    pub all: Counts,
    /// By class; in the order of [`yike_model::cases::CaseClass::ALL`], where there are any.
    pub classes: Vec<(String, Counts)>,
    /// By source.
    pub sources: Vec<(String, Counts)>,
    /// By tier, from the bottom up.
    pub tiers: Vec<TierLine>,
    /// Open now.
    pub open: u64,
    /// Of those, past their deadline.
    pub late: u64,
    /// Of those, shelved.
    pub shelved: u64,
    /// Of those, waiting for a check.
    pub checking: u64,
    /// People who live there, where a study counts them.
    pub people: Option<u64>,
    /// When it was counted.
    pub at: Timestamp,
}

impl Board {
    /// Reports per thousand people, in tenths; a figure without a target.
    pub fn volume_tenths(&self) -> Option<u64> {
        let people = self.people.filter(|people| *people > 0)?;
        Some((self.all.reported * 10_000 + people / 2) / people)
    }
}

/// Boards that were counted lately.
#[derive(Debug, Default)]
pub(crate) struct Boards(Mutex<BTreeMap<(PlaceId, Month), Board>>);

impl Boards {
    fn get(&self, key: (PlaceId, Month), now: Timestamp) -> Option<Board> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&key).filter(|board| board.at <= now && now.since(board.at) < FRESH).cloned()
    }

    fn put(&self, key: (PlaceId, Month), board: Board) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, board);
    }
}

impl App {
    /// The board of an estate, community, subdistrict or the district.
    pub async fn board(&self, actor: &Actor, ask: &BoardAsk) -> Result<Board, AppError> {
        self.permit(actor, Deed::SeeBoard).await?;
        let place = if ask.place.is_empty() {
            self.district_place(actor).await?
        } else {
            self.find_place(&ask.place).await?
        };
        let (district, now) = (self.district()?, self.now());
        let mut reader = self.read().await?;
        let minutes = reader.newest_rules(district).await?.calendar.offset_minutes();
        let month = ask.month.unwrap_or_else(|| Month::of(now, minutes));
        if let Some(board) = self.boards.get((place.id, month), now) {
            return Ok(board);
        }
        let area = match place.kind {
            PlaceKind::District => None,
            PlaceKind::Subdistrict | PlaceKind::Community | PlaceKind::Estate => {
                Some((place.kind, place.id))
            }
            _ => {
                return Err(
                    Refusal::invalid("place", "boards are of estates and larger places").into()
                );
            }
        };
        let (from, to) = month
            .span(minutes)
            .ok_or_else(|| Refusal::invalid("month", "give a year from 1970 to 9000"))?;
        let period = Period { from, to };
        let cells = reader.case_counts(district, area, period).await?;
        let live = reader.live_counts(district, area).await?;
        drop(reader);
        let mut board = summed(place, month, &cells, &live, now);
        board.people = self.people_of(&board.place).await;
        self.boards.put((board.place.id, month), board.clone());
        Ok(board)
    }

    /// How many people live in a place, by the newest study.
    async fn people_of(&self, place: &Place) -> Option<u64> {
        let study = self.newest_study(&Actor::System).await.ok()??;
        let area = match place.kind {
            PlaceKind::District => String::new(),
            _ => place.code.to_string(),
        };
        let ask = crate::studies::CoverageAsk { area, ..Default::default() };
        self.coverage(&Actor::System, study.id, &ask).await.ok()?.people
    }
}

fn summed(place: Place, month: Month, cells: &[Cell], live: &[LiveCell], at: Timestamp) -> Board {
    let mut all = Counts::default();
    let mut classes = BTreeMap::<String, Counts>::new();
    let mut sources = BTreeMap::<String, Counts>::new();
    let mut tiers = BTreeMap::<Tier, Counts>::new();
    for cell in cells {
        all += cell.counts;
        *classes.entry(cell.class.clone()).or_default() += cell.counts;
        *sources.entry(cell.source.clone()).or_default() += cell.counts;
        *tiers.entry(cell.tier).or_default() += cell.counts;
    }
    let of = |tier| live.iter().find(|cell| cell.tier == tier);
    let open = suppressed(&Tier::ALL.map(|tier| of(tier).map_or(0, |cell| cell.open)));
    let late = suppressed(&Tier::ALL.map(|tier| of(tier).map_or(0, |cell| cell.late)));
    let solved = suppressed(&Tier::ALL.map(|tier| tiers.get(&tier).map_or(0, |c| c.ended)));
    let line = |(n, tier): (usize, Tier)| TierLine {
        tier,
        open: open[n],
        late: late[n],
        solved: solved[n],
    };
    Board {
        place,
        month,
        all,
        classes: classes.into_iter().collect(),
        sources: sources.into_iter().collect(),
        tiers: Tier::ALL.into_iter().enumerate().map(line).collect(),
        open: live.iter().map(|cell| cell.open).sum(),
        late: live.iter().map(|cell| cell.late).sum(),
        shelved: live.iter().map(|cell| cell.shelved).sum(),
        checking: live.iter().map(|cell| cell.checking).sum(),
        people: None,
        at,
    }
}
