//! The row of a case: written with its state, and compared with it by `yike verify`.

use std::sync::Arc;

use yike_model::cases::row::CaseRow;
use yike_model::cases::{Case, Rulebook};
use yike_model::places::{PlaceKind, Point};
use yike_model::{DistrictId, PlaceId};

use crate::db::{Reader, Tx, fetch_optional, on};
use crate::error::StoreError;
use crate::ledger::Kept;
use crate::stored::Stored;

/// A case as its row.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Row {
    pub id: String,
    pub number: String,
    pub category: String,
    pub grp: String,
    pub class: String,
    pub source: String,
    pub stage: String,
    pub how: String,
    pub tier: String,
    pub top: String,
    pub urgent: i32,
    pub private: i32,
    pub open_words: i32,
    pub live: i32,
    pub subdistrict: Option<String>,
    pub community: Option<String>,
    pub grid: Option<String>,
    pub estate: Option<String>,
    pub building: Option<String>,
    pub entrance: Option<String>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub owner_place: String,
    pub owner_role: String,
    pub waits_place: Option<String>,
    pub waits_role: Option<String>,
    pub reporter: Option<String>,
    pub reported_at: i64,
    pub filed_at: Option<i64>,
    pub dispatched_at: Option<i64>,
    pub due_at: Option<i64>,
    pub next_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub changed_at: i64,
    pub on_time: Option<i32>,
    pub late: i32,
    pub shelved: i32,
    pub checked: i32,
    pub failed: i32,
    pub extended: i32,
    pub dispatches: i32,
    pub returned: i32,
    pub contacted: Option<i32>,
    pub solved: Option<i32>,
    pub satisfied: Option<i32>,
    pub into_case: Option<String>,
}

/// The columns, in the order of [`Row`].
macro_rules! columns {
    () => {
        "id, number, category, grp, class, source, stage, how, tier, top, urgent, private, open_words, live,
         subdistrict, community, grid, estate, building, entrance, lon, lat, owner_place, owner_role,
         waits_place, waits_role, reporter, reported_at, filed_at, dispatched_at, due_at, next_at, ended_at,
         changed_at, on_time, late, shelved, checked, failed, extended, dispatches, returned, contacted,
         solved, satisfied, into_case"
    };
}
pub(super) use columns;

/// Writes a row, whether it is new or not.
const KEEP: &str = concat!(
    "insert into cases (district, ",
    columns!(),
    ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
       $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40,
       $41, $42, $43, $44, $45, $46, $47)
     on conflict (district, id) do update set
       category = excluded.category, grp = excluded.grp, class = excluded.class, stage = excluded.stage,
       how = excluded.how, tier = excluded.tier, top = excluded.top, urgent = excluded.urgent,
       private = excluded.private, open_words = excluded.open_words, live = excluded.live,
       owner_place = excluded.owner_place, owner_role = excluded.owner_role,
       waits_place = excluded.waits_place, waits_role = excluded.waits_role,
       filed_at = excluded.filed_at, dispatched_at = excluded.dispatched_at, due_at = excluded.due_at,
       next_at = excluded.next_at, ended_at = excluded.ended_at, changed_at = excluded.changed_at,
       on_time = excluded.on_time, late = excluded.late, shelved = excluded.shelved,
       checked = excluded.checked, failed = excluded.failed, extended = excluded.extended,
       dispatches = excluded.dispatches, returned = excluded.returned, contacted = excluded.contacted,
       solved = excluded.solved, satisfied = excluded.satisfied, into_case = excluded.into_case"
);

impl Row {
    /// The row of a case.
    pub fn of(kept: &Kept<Case>) -> Self {
        let row = CaseRow::of(&kept.state);
        let millis = |at: Option<yike_model::Timestamp>| at.map(yike_model::Timestamp::millis);
        let flag = |yes: Option<bool>| yes.map(i32::from);
        let place = |kind: PlaceKind| {
            let at = PlaceKind::ALL.into_iter().position(|of| of == kind);
            at.and_then(|at| row.places[at]).map(|id: PlaceId| id.to_string())
        };
        Self {
            id: kept.id.to_string(),
            subdistrict: place(PlaceKind::Subdistrict),
            community: place(PlaceKind::Community),
            grid: place(PlaceKind::Grid),
            estate: place(PlaceKind::Estate),
            building: place(PlaceKind::Building),
            entrance: place(PlaceKind::Entrance),
            number: row.number,
            category: row.category,
            grp: row.group,
            class: row.class.into(),
            source: row.source.into(),
            stage: row.stage.into(),
            how: row.how.into(),
            tier: row.tier.into(),
            top: row.top.into(),
            urgent: row.urgent.into(),
            private: row.private.into(),
            open_words: row.open.into(),
            live: row.live.into(),
            lon: row.point.map(Point::lon),
            lat: row.point.map(Point::lat),
            owner_place: row.owner.place.to_string(),
            owner_role: row.owner.role.code().into(),
            waits_place: row.waits_for.map(|unit| unit.place.to_string()),
            waits_role: row.waits_for.map(|unit| unit.role.code().into()),
            reporter: row.reporter.map(|id| id.to_string()),
            reported_at: row.reported.millis(),
            filed_at: millis(row.filed),
            dispatched_at: millis(row.dispatched),
            due_at: millis(row.due),
            next_at: millis(row.next),
            ended_at: millis(row.ended),
            changed_at: kept.changed_at.millis(),
            on_time: flag(row.on_time),
            late: row.late.into(),
            shelved: row.shelved.into(),
            checked: row.checked.into(),
            failed: row.failed.into(),
            extended: row.extended.into(),
            dispatches: row.dispatches.into(),
            returned: row.returned.into(),
            contacted: flag(row.contacted),
            solved: flag(row.solved),
            satisfied: flag(row.satisfied),
            into_case: row.into.map(|id| id.to_string()),
        }
    }

    async fn keep(self, tx: &mut Tx, district: &str) -> Result<(), StoreError> {
        on!(tx, c => sqlx::query(KEEP)
            .bind(district).bind(self.id).bind(self.number).bind(self.category).bind(self.grp)
            .bind(self.class).bind(self.source).bind(self.stage).bind(self.how).bind(self.tier)
            .bind(self.top).bind(self.urgent).bind(self.private).bind(self.open_words).bind(self.live)
            .bind(self.subdistrict).bind(self.community).bind(self.grid).bind(self.estate)
            .bind(self.building).bind(self.entrance).bind(self.lon).bind(self.lat)
            .bind(self.owner_place).bind(self.owner_role).bind(self.waits_place).bind(self.waits_role)
            .bind(self.reporter).bind(self.reported_at).bind(self.filed_at).bind(self.dispatched_at)
            .bind(self.due_at).bind(self.next_at).bind(self.ended_at).bind(self.changed_at)
            .bind(self.on_time).bind(self.late).bind(self.shelved).bind(self.checked)
            .bind(self.failed).bind(self.extended).bind(self.dispatches).bind(self.returned)
            .bind(self.contacted).bind(self.solved).bind(self.satisfied).bind(self.into_case)
            .execute(c).await.map(|_| ()).map_err(StoreError::from))
    }
}

impl Stored for Case {
    async fn rules(
        tx: &mut Tx,
        district: &DistrictId,
        state: Option<&Self>,
    ) -> Result<Arc<Rulebook>, StoreError> {
        match state {
            Some(case) => tx.rulebook(district, case.filing.rules).await,
            None => tx.settle_rules(district).await,
        }
    }

    async fn project(tx: &mut Tx, kept: &Kept<Self>) -> Result<(), StoreError> {
        Row::of(kept).keep(tx, kept.district.as_str()).await
    }

    async fn projection_fault(
        reader: &mut Reader,
        kept: &Kept<Self>,
    ) -> Result<Option<String>, StoreError> {
        let (district, id) = kept.key();
        let stored = fetch_optional!(
            reader,
            Row,
            concat!("select ", columns!(), " from cases where district = $1 and id = $2"),
            district,
            id,
        )?;
        let wanted = Row::of(kept);
        Ok(match stored {
            None => Some("it has no row".into()),
            Some(row) if row == wanted => None,
            Some(_) => Some("its row says something else than its state".into()),
        })
    }
}
