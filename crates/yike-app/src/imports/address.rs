//! Places that a table of homes names in its address columns: grids, estates, buildings, entrances, so
//! that a resident finds his own door by searching.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use yike_model::places::{Missing, Place, PlaceCode, PlaceKind, PlaceRow, Point, normalise};
use yike_model::text::PlaceName;
use yike_model::{Digest, DistrictId, PlaceId, Refusal, Timestamp};
use yike_store::{StoreError, Tx};
use yike_streets::homes::Homes;

use super::ADDRESS_KINDS;
use crate::tables::Address;

/// One home's address, with its position.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct AddressRow {
    /// Row of the table.
    pub row: u64,
    /// 街道; may be empty.
    pub subdistrict: String,
    /// 社区.
    pub community: String,
    /// Grid, estate, building, entrance; empty where not given.
    pub below: [String; 4],
    /// Longitude and latitude in 1e-7 degrees.
    pub at: [i32; 2],
}

/// The addresses of a table that name a community and a building or estate in it.
pub(crate) fn rows(homes: &Homes, addresses: &[Address]) -> Vec<AddressRow> {
    let one = |(i, address): (usize, &Address)| {
        let below = [&address.grid, &address.estate, &address.building, &address.entrance];
        let named = !address.community.is_empty()
            && (!address.estate.is_empty() || !address.building.is_empty());
        let at = homes.coord.get(i)?;
        named.then(|| AddressRow {
            row: i as u64 + 2,
            subdistrict: address.subdistrict.clone(),
            community: address.community.clone(),
            below: below.map(|part| part.trim().to_owned()),
            at: [at.lon_e7, at.lat_e7],
        })
    };
    addresses.iter().enumerate().filter_map(one).collect()
}

/// Places in force by what stands above them and their name.
struct Tree {
    by_name: HashMap<(Option<PlaceId>, PlaceKind, String), PlaceId>,
    codes: HashMap<PlaceId, PlaceCode>,
    communities: HashMap<String, Vec<(PlaceId, Option<PlaceId>)>>,
    names: HashMap<PlaceId, String>,
}

impl Tree {
    fn of(places: &[Place]) -> Self {
        let mut tree = Self {
            by_name: HashMap::new(),
            codes: HashMap::new(),
            communities: HashMap::new(),
            names: HashMap::new(),
        };
        for place in places {
            let name = normalise(place.name.as_str());
            if place.kind == PlaceKind::Community {
                let entry = tree.communities.entry(name.clone()).or_default();
                entry.push((place.id, place.parent));
            }
            tree.names.insert(place.id, name.clone());
            tree.codes.insert(place.id, place.code.clone());
            tree.by_name.insert((place.parent, place.kind, name), place.id);
        }
        tree
    }

    /// The community a row names; `None` where it is not known, or there are two and the subdistrict
    /// does not tell which.
    fn community(&self, row: &AddressRow) -> Option<PlaceId> {
        let found = self.communities.get(&normalise(&row.community))?;
        let subdistrict = normalise(&row.subdistrict);
        let fits = |parent: &Option<PlaceId>| {
            subdistrict.is_empty()
                || parent.and_then(|id| self.names.get(&id)).is_some_and(|n| *n == subdistrict)
        };
        let mut fitting = found.iter().filter(|(_, parent)| fits(parent)).map(|(id, _)| *id);
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    /// The place a row's parts lead to, above the level `kind`.
    fn above(&self, row: &AddressRow, kind: PlaceKind) -> Option<(PlaceId, PlaceKind)> {
        let mut at = (self.community(row)?, PlaceKind::Community);
        for (level, part) in ADDRESS_KINDS.into_iter().zip(&row.below) {
            if level >= kind {
                break;
            }
            if !part.is_empty() {
                let name = normalise(part);
                at = (*self.by_name.get(&(Some(at.0), level, name))?, level);
            }
        }
        kind.parents().contains(&at.1).then_some(at)
    }
}

/// Enters the places of all rows, one level after the other, and gives the digest over all places.
/// Rows whose community is not known are left out: they are homes all the same.
pub(crate) async fn apply(
    tx: &mut Tx,
    district: &DistrictId,
    rows: &[AddressRow],
    now: Timestamp,
) -> Result<Digest, StoreError> {
    for (level, kind) in ADDRESS_KINDS.into_iter().enumerate() {
        let tree = Tree::of(&tx.all_places(district).await?);
        let new = level_rows(&tree, rows, level, kind);
        if new.is_empty() {
            continue;
        }
        let plan = tx.plan_places(district, new, Missing::Keep, now).await?;
        let plan = plan.map_err(|errors| {
            let first = errors
                .first()
                .map_or_else(String::new, |error| format!("row {}: {}", error.row, error.message));
            Refusal::invalid("address", format!("{} rows cannot be placed: {first}", errors.len()))
        })?;
        tx.apply_places(district, &plan).await?;
    }
    tx.places_digest(district).await
}

/// A place as rows name it.
struct Named<'a> {
    /// The first of the rows.
    row: u64,
    name: &'a str,
    at: Vec<[i32; 2]>,
}

/// The places of one level that rows name, each once, at the middle of its rows.
fn level_rows(tree: &Tree, rows: &[AddressRow], level: usize, kind: PlaceKind) -> Vec<PlaceRow> {
    let mut named: BTreeMap<(PlaceId, String), Named<'_>> = BTreeMap::new();
    for row in rows {
        let part = &row.below[level];
        let (Some((above, _)), false) = (tree.above(row, kind), part.is_empty()) else {
            continue;
        };
        let first = Named { row: row.row, name: part, at: Vec::new() };
        named.entry((above, normalise(part))).or_insert(first).at.push(row.at);
    }
    let one = |((above, key), place): ((PlaceId, String), Named<'_>)| {
        Some(PlaceRow {
            row: place.row,
            kind,
            code: tree.by_name.get(&(Some(above), kind, key)).map(|id| tree.codes[id].clone()),
            name: PlaceName::parse(place.name).ok()?,
            aliases: Vec::new(),
            parent: Some(tree.codes[&above].clone()),
            point: Some(middle(&place.at)),
        })
    };
    named.into_iter().filter_map(one).collect()
}

fn middle(at: &[[i32; 2]]) -> Point {
    let mean = |axis: usize| {
        let sum: i64 = at.iter().map(|point| i64::from(point[axis])).sum();
        (sum / at.len().max(1) as i64) as i32
    };
    Point { lon_e7: mean(0), lat_e7: mean(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yike_streets::column::Texts;
    use yike_streets::units::Coord;

    #[test]
    fn only_addresses_with_a_community_and_something_in_it_are_places() {
        let at = Coord::from_degrees(120.0, 30.0);
        let homes = Homes {
            id: Texts::pack(["a", "b", "c"]),
            coord: vec![at; 3].into(),
            ..Homes::default()
        };
        let whole = Address {
            community: "夹城巷社区".into(),
            estate: "夹城巷".into(),
            building: "3幢".into(),
            ..Address::default()
        };
        let none = Address { community: "夹城巷社区".into(), ..Address::default() };
        let nowhere = Address { community: String::new(), ..whole.clone() };
        let rows = rows(&homes, &[whole, none, nowhere]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].below, ["", "夹城巷", "3幢", ""].map(String::from));
    }

    #[test]
    fn the_middle_of_many_points() {
        let middle = middle(&[[0, 10], [10, 20], [2, 0]]);
        assert_eq!((middle.lon_e7, middle.lat_e7), (4, 10));
    }
}
