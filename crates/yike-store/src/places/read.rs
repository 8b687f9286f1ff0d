//! Reading the place tree.

use std::collections::BTreeSet;

use yike_model::digest::Hasher;
use yike_model::imports::RowError;
use yike_model::places::{Missing, Place, PlaceCode, PlaceKind, Plan, Point, plan};
use yike_model::{Digest, DistrictId, PlaceId, Timestamp};

use crate::db::{Reader, fetch_all, fetch_optional};
use crate::error::StoreError;
use crate::ledger::time;
use crate::page::Page;

/// How many places of a kind are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceCount {
    /// The kind.
    pub kind: PlaceKind,
    /// How many.
    pub count: i64,
}

/// The columns of a place, in the order of `PlaceRow`.
macro_rules! columns {
    () => {
        "p.id, p.version, p.kind, p.code, p.name, p.aliases, p.parent, p.lon, p.lat, p.valid_from, p.valid_to"
    };
}
pub(super) use columns;

#[derive(sqlx::FromRow)]
pub struct PlaceRow {
    id: String,
    version: i32,
    kind: String,
    code: String,
    name: String,
    aliases: String,
    parent: Option<String>,
    lon: Option<f64>,
    lat: Option<f64>,
    valid_from: i64,
    valid_to: Option<i64>,
}

impl PlaceRow {
    /// Reads the row.
    pub fn place(&self) -> Result<Place, StoreError> {
        let bad = |why: String| StoreError::unreadable("a place", format!("{}: {why}", self.id));
        let point = match (self.lon, self.lat) {
            (Some(lon), Some(lat)) => {
                Some(Point::from_degrees(lon, lat).ok_or_else(|| bad(format!("{lon} {lat}")))?)
            }
            _ => None,
        };
        let parent = self.parent.as_deref().map(str::parse).transpose();
        Ok(Place {
            id: self.id.parse().map_err(|e| bad(format!("{e}")))?,
            version: self.version,
            kind: self.kind.parse().map_err(|e| bad(format!("{e}")))?,
            code: self.code.parse().map_err(|e| bad(format!("{e}")))?,
            name: self.name.parse().map_err(|e| bad(format!("{e}")))?,
            aliases: serde_json::from_str(&self.aliases).map_err(|e| bad(format!("{e}")))?,
            parent: parent.map_err(|e| bad(format!("{e}")))?,
            point,
            valid_from: time(self.valid_from)?,
            valid_to: self.valid_to.map(time).transpose()?,
        })
    }
}

pub(super) fn places(rows: &[PlaceRow]) -> Result<Vec<Place>, StoreError> {
    rows.iter().map(PlaceRow::place).collect()
}

impl Reader {
    /// A place in force.
    pub async fn place(
        &mut self,
        district: &DistrictId,
        id: PlaceId,
    ) -> Result<Option<Place>, StoreError> {
        let row = fetch_optional!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p
                 where p.district = $1 and p.id = $2 and p.valid_to is null"
            ),
            district.as_str(),
            id.to_string(),
        )?;
        row.map(|row| row.place()).transpose()
    }

    /// The place in force with a code.
    pub async fn place_by_code(
        &mut self,
        district: &DistrictId,
        code: &PlaceCode,
    ) -> Result<Option<Place>, StoreError> {
        let row = fetch_optional!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p
                 where p.district = $1 and p.code = $2 and p.valid_to is null"
            ),
            district.as_str(),
            code.as_str(),
        )?;
        row.map(|row| row.place()).transpose()
    }

    /// All versions of a place, the newest first; at most 500.
    pub async fn place_versions(
        &mut self,
        district: &DistrictId,
        id: PlaceId,
    ) -> Result<Vec<Place>, StoreError> {
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p where p.district = $1 and p.id = $2
                 order by p.version desc limit 500"
            ),
            district.as_str(),
            id.to_string(),
        )?;
        places(&rows)
    }

    /// The places directly below one, by code. The next page is after the code of the last.
    pub async fn places_below(
        &mut self,
        district: &DistrictId,
        parent: PlaceId,
        page: &Page,
    ) -> Result<Vec<Place>, StoreError> {
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p
                 where p.district = $1 and p.parent = $2 and p.valid_to is null and p.code > $3
                 order by p.code limit $4"
            ),
            district.as_str(),
            parent.to_string(),
            page.after.as_deref().unwrap_or(""),
            page.rows(),
        )?;
        places(&rows)
    }

    /// The places of a kind, by code. The next page is after the code of the last.
    pub async fn places_of_kind(
        &mut self,
        district: &DistrictId,
        kind: PlaceKind,
        page: &Page,
    ) -> Result<Vec<Place>, StoreError> {
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p
                 where p.district = $1 and p.kind = $2 and p.valid_to is null and p.code > $3
                 order by p.code limit $4"
            ),
            district.as_str(),
            kind.code(),
            page.after.as_deref().unwrap_or(""),
            page.rows(),
        )?;
        places(&rows)
    }

    /// The places from the district down to and with one; empty if it is not in force.
    pub async fn path(
        &mut self,
        district: &DistrictId,
        id: PlaceId,
    ) -> Result<Vec<Place>, StoreError> {
        // `cross join` tells SQLite to begin with the few, not with all places of the district.
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "with recursive up (id, parent, height) as (
                   select id, parent, 0 from places
                   where district = $1 and id = $2 and valid_to is null
                   union all
                   select above.id, above.parent, up.height + 1
                   from up cross join places above
                   where above.district = $1 and above.id = up.parent and above.valid_to is null and up.height < 10)
                 select ",
                columns!(),
                " from up cross join places p
                 where p.district = $1 and p.id = up.id and p.valid_to is null
                 order by up.height desc, p.id"
            ),
            district.as_str(),
            id.to_string(),
        )?;
        places(&rows)
    }

    /// How many places of each kind are in force.
    pub async fn count_places(
        &mut self,
        district: &DistrictId,
    ) -> Result<Vec<PlaceCount>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, i64),
            "select kind, count(*) from places where district = $1 and valid_to is null group by kind",
            district.as_str(),
        )?;
        let count = |(kind, count): (String, i64)| {
            let kind = kind.parse().map_err(|e| StoreError::unreadable("a place", e))?;
            Ok(PlaceCount { kind, count })
        };
        let mut counts = rows.into_iter().map(count).collect::<Result<Vec<_>, StoreError>>()?;
        counts.sort_by_key(|count| count.kind);
        Ok(counts)
    }

    /// The districts that have places in force.
    pub async fn districts(&mut self) -> Result<Vec<Place>, StoreError> {
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p
                 where p.kind = 'district' and p.valid_to is null
                 order by p.district, p.id limit 500"
            ),
        )?;
        places(&rows)
    }

    /// All places in force.
    pub async fn all_places(&mut self, district: &DistrictId) -> Result<Vec<Place>, StoreError> {
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p
                 where p.district = $1 and p.valid_to is null order by p.code"
            ),
            district.as_str(),
        )?;
        places(&rows)
    }

    /// What a file of places would change; the same for a dry run and within the import.
    pub async fn plan_places(
        &mut self,
        district: &DistrictId,
        rows: Vec<yike_model::places::PlaceRow>,
        missing: Missing,
        from: Timestamp,
    ) -> Result<Result<Plan, Vec<RowError>>, StoreError> {
        let known = self.all_places(district).await?;
        let codes = fetch_all!(
            self,
            (String,),
            "select code from place_codes where district = $1",
            district.as_str(),
        )?;
        let used: Result<BTreeSet<PlaceCode>, _> =
            codes.iter().map(|(code,)| code.parse()).collect();
        let used = used.map_err(|why| StoreError::unreadable("a code", why))?;
        Ok(plan(district, &known, &used, rows, missing, from))
    }

    /// A digest over all versions of all places of a district.
    pub async fn places_digest(&mut self, district: &DistrictId) -> Result<Digest, StoreError> {
        const STEP: usize = 5_000;
        let mut hasher = Hasher::new("yike-places-1");
        let mut last = (String::new(), 0);
        loop {
            let rows = fetch_all!(
                self,
                PlaceRow,
                concat!(
                    "select ",
                    columns!(),
                    " from places p
                     where p.district = $1 and (p.id > $2 or (p.id = $2 and p.version > $3))
                     order by p.id, p.version limit $4"
                ),
                district.as_str(),
                &last.0,
                last.1,
                STEP as i64,
            )?;
            for row in &rows {
                row.place()?.hash_into(&mut hasher);
            }
            match rows.last() {
                Some(row) if rows.len() == STEP => last = (row.id.clone(), row.version),
                _ => return Ok(hasher.finish()),
            }
        }
    }
}
