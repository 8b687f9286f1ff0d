//! Lists of cases: a unit's own, those of a place, those of a reporter. All have a limit.

use yike_model::cases::{Tier, Unit};
use yike_model::people::Role;
use yike_model::places::PlaceKind;
use yike_model::{CaseId, DistrictId, PersonId, PlaceId, Timestamp};

use crate::cases::row::{Row, columns};
use crate::db::{Reader, fetch_all};
use crate::error::StoreError;
use crate::ledger::time;
use crate::page::PAGE_LIMIT;

/// Which cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those a unit answers for.
    Owned(Unit),
    /// Those held out to a unit, or about which it is asked.
    Waiting(Unit),
    /// The open ones at a place: an estate, community, subdistrict or district.
    At(PlaceKind, PlaceId),
    /// The open ones of a role at a place above its own.
    RoleAt(Role, PlaceKind, PlaceId),
    /// Those a person reported.
    Reported(PersonId),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListAsk {
    /// Which cases.
    pub scope: Scope,
    /// After this one, in the order of the list.
    pub after: Option<(i64, CaseId)>,
    /// How many, at most 500.
    pub limit: u32,
}

/// Which of the open cases of a list; all of them where nothing is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Only those a tier has.
    pub tier: Option<Tier>,
    /// Only those in this stage; empty for all.
    pub stage: String,
    /// Only those past their deadline.
    pub late: bool,
}

/// How many open cases of a list are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCell {
    /// The tier that has them.
    pub tier: Tier,
    /// Where they stand.
    pub stage: String,
    /// Whether they ran past their deadline.
    pub late: bool,
    /// Whether they stand on no public list.
    pub private: bool,
    /// How many.
    pub count: u64,
}

/// A case in a list.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the list")]
#[derive(Clone, Debug, PartialEq)]
pub struct CaseLine {
    /// Its id.
    pub id: CaseId,
    /// What people call it by.
    pub number: String,
    /// Category.
    pub category: String,
    /// How it came in.
    pub source: String,
    /// Where it stands.
    pub stage: String,
    /// How it was closed; empty while it is open.
    pub how: String,
    /// The tier that has it or solved it.
    pub tier: Tier,
    /// Whether it is urgent.
    pub urgent: bool,
    /// Whether it stands on no public list.
    pub private: bool,
    /// Whether its words and photos may be shown in public.
    pub open: bool,
    /// Whether somebody still has to do something about it.
    pub live: bool,
    /// The finest place named.
    pub place: Option<PlaceId>,
    /// The estate it is in.
    pub estate: Option<PlaceId>,
    /// A point, degrees east and north.
    pub point: Option<(f64, f64)>,
    /// Who answers for it.
    pub owner: Unit,
    /// When it was reported.
    pub reported: Timestamp,
    /// Its deadline.
    pub due: Option<Timestamp>,
    /// The next moment at which something happens by itself.
    pub next: Option<Timestamp>,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// When it was last changed.
    pub changed: Timestamp,
    /// Whether it ran past its deadline.
    pub late: bool,
}

impl Row {
    /// The row as a line of a list.
    pub fn line(&self) -> Result<CaseLine, StoreError> {
        let bad = |why: yike_model::id::BadId| {
            StoreError::unreadable("a case", format!("{}: {why}", self.id))
        };
        let place =
            |text: &Option<String>| text.as_deref().map(str::parse).transpose().map_err(bad);
        let finest = [&self.entrance, &self.building, &self.estate, &self.grid, &self.community]
            .into_iter()
            .chain([&self.subdistrict])
            .find(|place| place.is_some());
        let moment = |at: Option<i64>| at.map(time).transpose();
        Ok(CaseLine {
            id: self.id.parse().map_err(bad)?,
            number: self.number.clone(),
            category: self.category.clone(),
            source: self.source.clone(),
            stage: self.stage.clone(),
            how: self.how.clone(),
            tier: self.tier.parse().map_err(bad)?,
            urgent: self.urgent == 1,
            private: self.private == 1,
            open: self.open_words == 1,
            live: self.live == 1,
            place: finest.map_or(Ok(None), place)?,
            estate: place(&self.estate)?,
            point: self.lon.zip(self.lat),
            owner: Unit {
                place: self.owner_place.parse().map_err(bad)?,
                role: self.owner_role.parse().map_err(bad)?,
            },
            reported: time(self.reported_at)?,
            due: moment(self.due_at)?,
            next: moment(self.next_at)?,
            ended: moment(self.ended_at)?,
            changed: time(self.changed_at)?,
            late: self.late == 1,
        })
    }
}

/// A statement that lists cases of one scope by the next thing that happens.
macro_rules! by_next {
    ($filter:literal) => {
        concat!(
            "select ",
            columns!(),
            " from cases where district = $1 and ",
            $filter,
            " and (next_at, id) > ($4, $5)
               and ($7 = '' or tier = $7) and ($8 = '' or stage = $8) and ($9 = 0 or late = 1)
             order by next_at, id limit $6"
        )
    };
}

/// A statement that counts cases of one scope.
macro_rules! counted {
    ($filter:literal) => {
        concat!(
            "select tier, stage, late, private, count(*) from cases where district = $1 and ",
            $filter,
            " group by tier, stage, late, private order by tier, stage, late, private"
        )
    };
}

/// The statement that counts the open cases of a place of a kind; of one role there, if one is named.
const fn counted_at(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Subdistrict => {
            counted!("live = 1 and subdistrict = $2 and ($3 = '' or owner_role = $3)")
        }
        PlaceKind::Community => {
            counted!("live = 1 and community = $2 and ($3 = '' or owner_role = $3)")
        }
        PlaceKind::Grid => counted!("live = 1 and grid = $2 and ($3 = '' or owner_role = $3)"),
        PlaceKind::Estate => counted!("live = 1 and estate = $2 and ($3 = '' or owner_role = $3)"),
        PlaceKind::Building => {
            counted!("live = 1 and building = $2 and ($3 = '' or owner_role = $3)")
        }
        PlaceKind::Entrance => {
            counted!("live = 1 and entrance = $2 and ($3 = '' or owner_role = $3)")
        }
        PlaceKind::District => counted!("live = 1 and $2 <> '' and ($3 = '' or owner_role = $3)"),
    }
}

/// The statement for a place of a kind; of one role there, if one is named.
const fn at(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Subdistrict => {
            by_next!("live = 1 and subdistrict = $2 and ($3 = '' or owner_role = $3)")
        }
        PlaceKind::Community => {
            by_next!("live = 1 and community = $2 and ($3 = '' or owner_role = $3)")
        }
        PlaceKind::Grid => by_next!("live = 1 and grid = $2 and ($3 = '' or owner_role = $3)"),
        PlaceKind::Estate => by_next!("live = 1 and estate = $2 and ($3 = '' or owner_role = $3)"),
        PlaceKind::Building => {
            by_next!("live = 1 and building = $2 and ($3 = '' or owner_role = $3)")
        }
        PlaceKind::Entrance => {
            by_next!("live = 1 and entrance = $2 and ($3 = '' or owner_role = $3)")
        }
        PlaceKind::District => by_next!("live = 1 and $2 <> '' and ($3 = '' or owner_role = $3)"),
    }
}

/// The statements of a scope, and what they are asked with.
struct Asked {
    sql: &'static str,
    counted: &'static str,
    a: String,
    b: String,
}

/// How the open cases of a scope are asked for; nothing for a reporter's, which are not only open ones.
fn asked(scope: &Scope) -> Option<Asked> {
    let (sql, counted, a, b) = match *scope {
        Scope::Owned(Unit { place, role }) => (
            by_next!("live = 1 and owner_place = $2 and owner_role = $3"),
            counted!("live = 1 and owner_place = $2 and owner_role = $3"),
            place,
            role.code(),
        ),
        Scope::Waiting(Unit { place, role }) => (
            by_next!("live = 1 and waits_place = $2 and waits_role = $3"),
            counted!("live = 1 and waits_place = $2 and waits_role = $3"),
            place,
            role.code(),
        ),
        Scope::At(kind, place) => (at(kind), counted_at(kind), place, ""),
        Scope::RoleAt(role, kind, place) => (at(kind), counted_at(kind), place, role.code()),
        Scope::Reported(_) => return None,
    };
    Some(Asked { sql, counted, a: a.to_string(), b: b.to_owned() })
}

impl Reader {
    /// A list of cases: the open ones by what happens next, a reporter's the newest first.
    pub async fn list_cases(
        &mut self,
        district: &DistrictId,
        ask: &ListAsk,
    ) -> Result<Vec<CaseLine>, StoreError> {
        self.list_open(district, ask, &CaseFilter::default()).await
    }

    /// The same with a filter; a reporter's list knows none.
    pub async fn list_open(
        &mut self,
        district: &DistrictId,
        ask: &ListAsk,
        filter: &CaseFilter,
    ) -> Result<Vec<CaseLine>, StoreError> {
        if let Scope::Reported(person) = ask.scope {
            return self.reported_by(district, person, ask).await;
        }
        let Some(Asked { sql, a, b, .. }) = asked(&ask.scope) else { return Ok(Vec::new()) };
        let (next, id) = ask.after.map_or((i64::MIN, String::new()), |(n, id)| (n, id.to_string()));
        let rows = fetch_all!(
            self,
            Row,
            sql,
            district.as_str(),
            a,
            b,
            next,
            id,
            i64::from(ask.limit.min(PAGE_LIMIT)),
            filter.tier.map_or("", Tier::code),
            filter.stage.as_str(),
            i32::from(filter.late),
        )?;
        rows.iter().map(Row::line).collect()
    }

    /// How many open cases a scope has, by tier, stage, and whether they are late or private.
    pub async fn count_open(
        &mut self,
        district: &DistrictId,
        scope: &Scope,
    ) -> Result<Vec<OpenCell>, StoreError> {
        let Some(Asked { counted, a, b, .. }) = asked(scope) else { return Ok(Vec::new()) };
        let rows =
            fetch_all!(self, (String, String, i32, i32, i64), counted, district.as_str(), a, b)?;
        let cell = |(tier, stage, late, private, count): (String, String, i32, i32, i64)| {
            let tier = tier.parse().map_err(|why| StoreError::unreadable("a case", why))?;
            let count = count.max(0) as u64;
            Ok(OpenCell { tier, stage, late: late == 1, private: private == 1, count })
        };
        rows.into_iter().map(cell).collect()
    }

    async fn reported_by(
        &mut self,
        district: &DistrictId,
        person: PersonId,
        ask: &ListAsk,
    ) -> Result<Vec<CaseLine>, StoreError> {
        let after = ask.after.map_or_else(|| "~".to_owned(), |(_, id)| id.to_string());
        let rows = fetch_all!(
            self,
            Row,
            concat!(
                "select ",
                columns!(),
                " from cases where district = $1 and reporter = $2 and id < $3 order by id desc limit $4"
            ),
            district.as_str(),
            person.to_string(),
            after,
            i64::from(ask.limit.min(PAGE_LIMIT)),
        )?;
        rows.iter().map(Row::line).collect()
    }

    /// The case with a number.
    pub async fn case_by_number(
        &mut self,
        district: &DistrictId,
        number: &str,
    ) -> Result<Option<CaseId>, StoreError> {
        let rows = fetch_all!(
            self,
            (String,),
            "select id from cases where district = $1 and number = $2",
            district.as_str(),
            number,
        )?;
        let id = rows.into_iter().next();
        id.map(|(id,)| id.parse().map_err(|why| StoreError::unreadable("a case", why))).transpose()
    }

    /// The lines of some cases, in the order asked for; those that are not there are left out.
    pub async fn case_lines(
        &mut self,
        district: &DistrictId,
        ids: &[CaseId],
    ) -> Result<Vec<CaseLine>, StoreError> {
        let mut lines = Vec::with_capacity(ids.len());
        for id in ids {
            let rows = fetch_all!(
                self,
                Row,
                concat!("select ", columns!(), " from cases where district = $1 and id = $2"),
                district.as_str(),
                id.to_string(),
            )?;
            lines.extend(rows.iter().map(Row::line).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(lines)
    }

    /// Open cases of a category in an estate or, where none is given, a community: what somebody about
    /// to report may be shown; never private ones. The newest first.
    pub async fn similar_cases(
        &mut self,
        district: &DistrictId,
        (kind, place): (PlaceKind, PlaceId),
        category: &str,
        limit: u32,
    ) -> Result<Vec<CaseLine>, StoreError> {
        let by_estate = concat!(
            "select ",
            columns!(),
            " from cases where district = $1 and live = 1 and estate = $2 and category = $3 and private = 0
             order by id desc limit $4"
        );
        let by_community = concat!(
            "select ",
            columns!(),
            " from cases where district = $1 and live = 1 and community = $2 and category = $3
             and private = 0 order by id desc limit $4"
        );
        let sql = if kind == PlaceKind::Estate { by_estate } else { by_community };
        let rows = fetch_all!(
            self,
            Row,
            sql,
            district.as_str(),
            place.to_string(),
            category,
            i64::from(limit.min(PAGE_LIMIT)),
        )?;
        rows.iter().map(Row::line).collect()
    }
}
