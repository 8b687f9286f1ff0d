//! Writing the place tree: what a plan says, all of it, in many rows a statement.

use sqlx::QueryBuilder;
use yike_model::places::{Change, Place, PlaceKind, Plan, buildings, terms};
use yike_model::{Digest, DistrictId};

use crate::db::{Tx, execute, on};
use crate::error::StoreError;

/// Rows of one insert: 12 columns each, far below what either database takes as parameters.
const ROWS: usize = 200;

/// Changes after which the databases are told to look at the tables' sizes anew.
const MANY: usize = 1_000;

impl Tx {
    /// Writes a plan of places, and gives the digest over all places after it. The plan must have been
    /// made in the same transaction.
    pub async fn apply_places(
        &mut self,
        district: &DistrictId,
        plan: &Plan,
    ) -> Result<Digest, StoreError> {
        let mut new = Vec::new();
        let mut codes = Vec::new();
        for change in &plan.changes {
            match change {
                Change::Add(place) => {
                    codes.push(place);
                    new.push(place);
                }
                Change::Revise(place) => {
                    self.end_version(district, place, place.version - 1).await?;
                    new.push(place);
                }
                Change::Close(place) => self.close_place(district, place).await?,
            }
        }
        for places in new.chunks(ROWS) {
            self.insert_places(district, places).await?;
        }
        for places in codes.chunks(ROWS) {
            self.insert_codes(district, places).await?;
        }
        self.insert_terms(district, &new).await?;
        if plan.changes.len() >= MANY {
            // Both databases choose their ways by what they know of a table's size.
            for table in ["analyze places", "analyze place_terms"] {
                execute!(self, table)?;
            }
        }
        self.places_digest(district).await
    }

    /// Ends the version before `place` where `place` begins, and forgets its search terms.
    async fn end_version(
        &mut self,
        district: &DistrictId,
        place: &Place,
        version: i32,
    ) -> Result<(), StoreError> {
        let ended = execute!(
            self,
            "update places set valid_to = $4
             where district = $1 and id = $2 and version = $3 and valid_to is null",
            district.as_str(),
            place.id.to_string(),
            version,
            place.valid_from.millis(),
        )?;
        if ended != 1 {
            return Err(StoreError::Overtaken);
        }
        self.forget_terms(district, place).await
    }

    async fn close_place(
        &mut self,
        district: &DistrictId,
        place: &Place,
    ) -> Result<(), StoreError> {
        let closed = execute!(
            self,
            "update places set valid_to = $4
             where district = $1 and id = $2 and version = $3 and valid_to is null",
            district.as_str(),
            place.id.to_string(),
            place.version,
            place.valid_to.map(yike_model::Timestamp::millis),
        )?;
        if closed != 1 {
            return Err(StoreError::Overtaken);
        }
        self.forget_terms(district, place).await
    }

    async fn forget_terms(
        &mut self,
        district: &DistrictId,
        place: &Place,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "delete from place_terms where district = $1 and place = $2",
            district.as_str(),
            place.id.to_string(),
        )?;
        Ok(())
    }

    async fn insert_places(
        &mut self,
        district: &DistrictId,
        places: &[&Place],
    ) -> Result<(), StoreError> {
        on!(self, c => {
            let mut insert = QueryBuilder::new(
                "insert into places (district, id, version, kind, code, name, aliases, parent, \
                 lon, lat, valid_from, valid_to) ",
            );
            insert.push_values(places, |mut row, place| {
                row.push_bind(district.as_str())
                    .push_bind(place.id.to_string())
                    .push_bind(place.version)
                    .push_bind(place.kind.code())
                    .push_bind(place.code.as_str())
                    .push_bind(place.name.as_str())
                    .push_bind(aliases_json(place))
                    .push_bind(place.parent.map(|id| id.to_string()))
                    .push_bind(place.point.map(yike_model::places::Point::lon))
                    .push_bind(place.point.map(yike_model::places::Point::lat))
                    .push_bind(place.valid_from.millis())
                    .push_bind(place.valid_to.map(yike_model::Timestamp::millis));
            });
            insert.build().execute(c).await.map(|_| ())
        })?;
        Ok(())
    }

    async fn insert_codes(
        &mut self,
        district: &DistrictId,
        places: &[&Place],
    ) -> Result<(), StoreError> {
        on!(self, c => {
            let mut insert = QueryBuilder::new("insert into place_codes (district, code, place) ");
            insert.push_values(places, |mut row, place| {
                row.push_bind(district.as_str())
                    .push_bind(place.code.as_str())
                    .push_bind(place.id.to_string());
            });
            insert.build().execute(c).await.map(|_| ())
        })?;
        Ok(())
    }

    /// Inserts the search terms of places whose old terms, if any, were forgotten.
    pub(crate) async fn insert_terms(
        &mut self,
        district: &DistrictId,
        places: &[&Place],
    ) -> Result<(), StoreError> {
        let mut rows = places.iter().flat_map(|place| {
            let id = place.id.to_string();
            place_terms(place).into_iter().map(move |term| (term, id.clone()))
        });
        loop {
            let some: Vec<_> = rows.by_ref().take(ROWS).collect();
            if some.is_empty() {
                return Ok(());
            }
            on!(self, c => {
                let mut insert = QueryBuilder::new("insert into place_terms (district, term, place) ");
                insert.push_values(&some, |mut row, (term, id)| {
                    row.push_bind(district.as_str()).push_bind(term.as_str()).push_bind(id.as_str());
                });
                insert.build().execute(c).await.map(|_| ())
            })?;
        }
    }
}

fn aliases_json(place: &Place) -> String {
    serde_json::to_string(&place.aliases).expect("texts are JSON")
}

/// The terms a place is found by: those of its name and aliases. Numbered buildings and entrances have
/// none; they are found through what they stand in.
pub fn place_terms(place: &Place) -> Vec<String> {
    let numbered = match place.kind {
        PlaceKind::Entrance => true,
        PlaceKind::Building => buildings(place.name.as_str()).is_ok(),
        _ => false,
    };
    if numbered {
        return Vec::new();
    }
    let names = std::iter::once(&place.name).chain(&place.aliases);
    let mut all: Vec<String> = names.flat_map(|name| terms(name.as_str()).all().to_vec()).collect();
    all.sort_unstable();
    all.dedup();
    all
}
