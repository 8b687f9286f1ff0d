//! What boards show: exact counts of a period and an area, all from one statement, so that they
//! reconcile.

use yike_model::cases::Tier;
use yike_model::cases::rates::Counts;
use yike_model::places::PlaceKind;
use yike_model::{DistrictId, PlaceId, Timestamp};

use crate::db::{Reader, fetch_all};
use crate::error::StoreError;

/// A place whose cases are counted; only subdistricts, communities and estates are.
pub type Area = Option<(PlaceKind, PlaceId)>;

/// From a moment up to, not with, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// From.
    pub from: Timestamp,
    /// Up to.
    pub to: Timestamp,
}

/// Counts of one tier, class and source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The tier that has or solved the cases.
    pub tier: Tier,
    /// Component, event or service.
    pub class: String,
    /// How they came in.
    pub source: String,
    /// How many.
    pub counts: Counts,
}

/// Open cases of one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveCell {
    /// The tier.
    pub tier: Tier,
    /// How many are open.
    pub open: u64,
    /// Of those, past their deadline.
    pub late: u64,
    /// Of those, shelved.
    pub shelved: u64,
    /// Of those, waiting for a check.
    pub checking: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    what: i32,
    tier: String,
    class: String,
    source: String,
    a: i64,
    b: i64,
    c: i64,
    d: i64,
    e: i64,
    f: i64,
    g: i64,
}

impl Row {
    fn counts(&self) -> Counts {
        let [a, b, c, d, e, f, g] =
            [self.a, self.b, self.c, self.d, self.e, self.f, self.g].map(|n| n.max(0) as u64);
        let none = Counts::default();
        match self.what {
            1 => Counts {
                reported: a,
                on_the_spot: b,
                handed_over: c,
                accepted: a.saturating_sub(b + c),
                filed: d,
                extended: e,
                ..none
            },
            2 => Counts {
                due: a,
                closed: b,
                on_time: c,
                urgent_due: d,
                urgent_closed: e,
                urgent_on_time: f,
                ..none
            },
            3 => Counts {
                checked: a,
                failed: b,
                asked: c,
                answered: d,
                solved: e,
                satisfied: f,
                ended: g,
                ..none
            },
            _ => Counts { dispatched: a, returned: b, to_contact: c, contacted: d, ..none },
        }
    }
}

/// Four looks at the same cases, each by the moment it counts by. `$2..$5` are an area of each kind,
/// empty where it is not asked for.
const COUNTS: &str = "
  select 1 as what, tier, class, source, count(*) as a,
    sum(case when how = 'on_the_spot' then 1 else 0 end) as b,
    sum(case when how = 'handed_over' then 1 else 0 end) as c,
    sum(case when filed_at is not null and how <> 'on_the_spot' then 1 else 0 end) as d,
    sum(extended) as e, count(*) as f, count(*) as g
  from cases where district = $1 and reported_at >= $5 and reported_at < $6
    and ($2 = '' or subdistrict = $2) and ($3 = '' or community = $3) and ($4 = '' or estate = $4)
  group by tier, class, source
  union all
  select 2, tier, class, source, count(*),
    sum(case when stage = 'closed' then 1 else 0 end),
    sum(case when stage = 'closed' and on_time = 1 then 1 else 0 end),
    sum(urgent),
    sum(case when stage = 'closed' then urgent else 0 end),
    sum(case when stage = 'closed' and on_time = 1 then urgent else 0 end), count(*)
  from cases where district = $1 and due_at >= $5 and due_at < $6 and shelved = 0
    and stage <> 'merged' and stage <> 'rejected'
    and ($2 = '' or subdistrict = $2) and ($3 = '' or community = $3) and ($4 = '' or estate = $4)
  group by tier, class, source
  union all
  select 3, tier, class, source, sum(checked), sum(failed),
    sum(case when reporter is not null and how in ('confirmed', 'checked') then 1 else 0 end),
    sum(case when solved is not null then 1 else 0 end),
    sum(case when solved = 1 then 1 else 0 end),
    sum(case when satisfied = 1 then 1 else 0 end),
    sum(case when how <> 'handed_over' then 1 else 0 end)
  from cases where district = $1 and ended_at >= $5 and ended_at < $6 and stage = 'closed'
    and ($2 = '' or subdistrict = $2) and ($3 = '' or community = $3) and ($4 = '' or estate = $4)
  group by tier, class, source
  union all
  select 4, tier, class, source, sum(dispatches), sum(returned),
    sum(case when reporter is not null then 1 else 0 end),
    sum(case when reporter is not null and contacted = 1 then 1 else 0 end),
    count(*), count(*), count(*)
  from cases where district = $1 and dispatched_at >= $5 and dispatched_at < $6
    and ($2 = '' or subdistrict = $2) and ($3 = '' or community = $3) and ($4 = '' or estate = $4)
  group by tier, class, source";

/// The ids of an area as the statements take them.
fn areas(area: Area) -> [String; 3] {
    [PlaceKind::Subdistrict, PlaceKind::Community, PlaceKind::Estate].map(|kind| match area {
        Some((of, id)) if of == kind => id.to_string(),
        _ => String::new(),
    })
}

impl Reader {
    /// Counts of a period, by tier, class and source; in that order.
    pub async fn case_counts(
        &mut self,
        district: &DistrictId,
        area: Area,
        period: Period,
    ) -> Result<Vec<Cell>, StoreError> {
        let [subdistrict, community, estate] = areas(area);
        let rows = fetch_all!(
            self,
            Row,
            COUNTS,
            district.as_str(),
            subdistrict,
            community,
            estate,
            period.from.millis(),
            period.to.millis(),
        )?;
        let mut cells = std::collections::BTreeMap::<_, Counts>::new();
        for row in rows {
            let tier: Tier =
                row.tier.parse().map_err(|why| StoreError::unreadable("a case", why))?;
            let counts = row.counts();
            *cells.entry((tier, row.class, row.source)).or_default() += counts;
        }
        let cell = |((tier, class, source), counts)| Cell { tier, class, source, counts };
        Ok(cells.into_iter().map(cell).collect())
    }

    /// Open cases, by tier.
    pub async fn live_counts(
        &mut self,
        district: &DistrictId,
        area: Area,
    ) -> Result<Vec<LiveCell>, StoreError> {
        let [subdistrict, community, estate] = areas(area);
        let rows = fetch_all!(
            self,
            (String, i64, i64, i64, i64),
            "select tier, count(*), sum(late), sum(shelved),
               sum(case when stage = 'checking' then 1 else 0 end)
             from cases where district = $1 and live = 1
               and ($2 = '' or subdistrict = $2) and ($3 = '' or community = $3)
               and ($4 = '' or estate = $4)
             group by tier",
            district.as_str(),
            subdistrict,
            community,
            estate,
        )?;
        let mut cells = rows
            .into_iter()
            .map(|(tier, open, late, shelved, checking)| {
                let tier = tier.parse().map_err(|why| StoreError::unreadable("a case", why))?;
                let [open, late, shelved, checking] =
                    [open, late, shelved, checking].map(|n| n.max(0) as u64);
                Ok(LiveCell { tier, open, late, shelved, checking })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        cells.sort_by_key(|cell| cell.tier);
        Ok(cells)
    }
}
