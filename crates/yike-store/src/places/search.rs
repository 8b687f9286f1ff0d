//! Searching places: by any part of a name, pinyin, initials; with the door, if one was typed; and by
//! what most of the name has in common, if nothing has it whole.

use std::collections::BTreeMap;

use yike_model::places::{Door, Label, Place, PlaceKind, Query};
use yike_model::{DistrictId, PlaceId};

use crate::db::{Reader, fetch_all};
use crate::error::StoreError;
use crate::places::read::{PlaceRow, columns, places};

/// Most places looked at for one search.
const CANDIDATES: i64 = 500;

/// Most answers of one search.
const ANSWERS: usize = 50;

/// A fit that shares most pairs of characters, no more.
const SIMILAR: u8 = 5;

/// A place that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The place; a door, if one was typed and is known.
    pub place: Place,
    /// What it stands in, from the district down, without itself.
    pub path: Vec<Place>,
    /// How well it fits: 0 is the name itself, 1 its beginning, 2 a part, 3 pinyin, 4 initials, 5 similar.
    pub fit: u8,
}

impl Reader {
    /// The places that fit what was typed, the best first, at most `limit` and 50.
    pub async fn search_places(
        &mut self,
        district: &DistrictId,
        typed: &str,
        limit: usize,
    ) -> Result<Vec<Hit>, StoreError> {
        let Some(query) = Query::parse(typed) else { return Ok(Vec::new()) };
        let mut found = self.fitting(district, &query).await?;
        if found.is_empty() {
            found = self.similar(district, &query).await?;
        }
        found.truncate(limit.min(ANSWERS));
        if query.door.building.is_some() {
            found = self.doors(district, &query.door, found).await?;
        }
        let mut hits = Vec::with_capacity(found.len());
        for (fit, place) in found {
            let mut path = self.path(district, place.id).await?;
            path.pop();
            hits.push(Hit { place, path, fit });
        }
        Ok(hits)
    }

    /// The places that have the query as a part of their name, pinyin or initials.
    async fn fitting(
        &mut self,
        district: &DistrictId,
        query: &Query,
    ) -> Result<Vec<(u8, Place)>, StoreError> {
        let (from, to) = query.range();
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p
                 where p.district = $1 and p.valid_to is null and p.id in (
                   select place from place_terms where district = $1 and term >= $2 and term < $3
                   order by term, place limit $4)"
            ),
            district.as_str(),
            from,
            to,
            CANDIDATES,
        )?;
        let fit = |place: Place| Some((best_fit(query, &place)?, place));
        let mut found: Vec<_> = places(&rows)?.into_iter().filter_map(fit).collect();
        found.sort_by_cached_key(|(fit, place)| rank(*fit, place));
        Ok(found)
    }

    /// The places that share at least half of the query's pairs of characters.
    async fn similar(
        &mut self,
        district: &DistrictId,
        query: &Query,
    ) -> Result<Vec<(u8, Place)>, StoreError> {
        let pairs = query.bigrams();
        let mut shared: BTreeMap<String, usize> = BTreeMap::new();
        for (from, to) in &pairs {
            let rows = fetch_all!(
                self,
                (String,),
                "select distinct place from place_terms
                 where district = $1 and term >= $2 and term < $3 order by place limit $4",
                district.as_str(),
                from,
                to,
                CANDIDATES,
            )?;
            for (place,) in rows {
                *shared.entry(place).or_default() += 1;
            }
        }
        let mut best: Vec<_> =
            shared.into_iter().filter(|(_, count)| count * 2 >= pairs.len()).collect();
        best.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut found = Vec::new();
        for (id, _) in best.into_iter().take(10) {
            let id: PlaceId = id.parse().map_err(|why| StoreError::unreadable("a term", why))?;
            found.extend(self.place(district, id).await?.map(|place| (SIMILAR, place)));
        }
        Ok(found)
    }

    /// Puts the doors that were meant before the places they are in.
    async fn doors(
        &mut self,
        district: &DistrictId,
        door: &Door,
        found: Vec<(u8, Place)>,
    ) -> Result<Vec<(u8, Place)>, StoreError> {
        let Some(building) = &door.building else { return Ok(found) };
        let mut doors = Vec::new();
        for (fit, place) in found.iter().take(5) {
            let Some(building) = self.building_in(district, place.id, building).await? else {
                continue;
            };
            let entrance = match &door.entrance {
                Some(entrance) => self.entrance_of(district, building.id, entrance).await?,
                None => None,
            };
            doors.push((*fit, entrance.unwrap_or(building)));
        }
        doors.extend(found);
        doors.truncate(ANSWERS);
        Ok(doors)
    }

    /// The building with a number in a place: directly, or in an estate or grid of it.
    async fn building_in(
        &mut self,
        district: &DistrictId,
        place: PlaceId,
        number: &Label,
    ) -> Result<Option<Place>, StoreError> {
        // Without the kind, and by the code alone (no two in force share one): with more, SQLite would
        // look through the whole district.
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from (
                   select $2 as id
                   union all
                   select id from places
                   where district = $1 and parent = $2 and valid_to is null) above
                 cross join places p
                 where p.district = $1 and p.parent = above.id and p.name = $3
                   and p.valid_to is null
                 order by p.code limit 10"
            ),
            district.as_str(),
            place.to_string(),
            number.building_name(),
        )?;
        first_of(PlaceKind::Building, &rows)
    }

    async fn entrance_of(
        &mut self,
        district: &DistrictId,
        building: PlaceId,
        number: &Label,
    ) -> Result<Option<Place>, StoreError> {
        let rows = fetch_all!(
            self,
            PlaceRow,
            concat!(
                "select ",
                columns!(),
                " from places p
                 where p.district = $1 and p.parent = $2 and p.name = $3 and p.valid_to is null
                 order by p.code limit 10"
            ),
            district.as_str(),
            building.to_string(),
            number.entrance_name(),
        )?;
        first_of(PlaceKind::Entrance, &rows)
    }
}

fn first_of(kind: PlaceKind, rows: &[PlaceRow]) -> Result<Option<Place>, StoreError> {
    Ok(places(rows)?.into_iter().find(|place| place.kind == kind))
}

/// How well a place fits by its name or, a little less, by an old name.
fn best_fit(query: &Query, place: &Place) -> Option<u8> {
    let by_name = query.fit(place.name.as_str());
    let by_alias = place.aliases.iter().filter_map(|alias| query.fit(alias.as_str())).min();
    match (by_name, by_alias) {
        (Some(name), Some(alias)) => Some(name.min(alias.max(1))),
        (name, alias) => name.or(alias.map(|fit| fit.max(1))),
    }
}

/// Better fits first, then shorter names, then from the top of the tree down.
fn rank(fit: u8, place: &Place) -> (u8, usize, PlaceKind, String) {
    (fit, place.name.as_str().chars().count(), place.kind, place.code.to_string())
}
