//! Boundaries of places, with versions.

use std::collections::BTreeMap;

use yike_model::digest::Hasher;
use yike_model::imports::{RowError, RowFault};
use yike_model::places::{Boundary, Place, PlaceCode, PlaceKind, Point};
use yike_model::{Digest, DistrictId, PlaceId, Timestamp};

use crate::db::{Reader, Tx, execute, fetch_all, fetch_optional};
use crate::error::StoreError;

/// A row of a file of boundaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundaryRow {
    /// Row of the file, counted from 1.
    pub row: u64,
    /// The code of the place.
    pub code: PlaceCode,
    /// Its boundary.
    pub boundary: Boundary,
}

fn read(geometry: &str) -> Result<Boundary, StoreError> {
    Boundary::from_geojson(geometry).map_err(|why| StoreError::unreadable("a boundary", why))
}

impl Reader {
    /// The boundary of a place, if one is in force.
    pub async fn boundary(
        &mut self,
        district: &DistrictId,
        place: PlaceId,
    ) -> Result<Option<Boundary>, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select geometry from boundaries
             where district = $1 and place = $2 and valid_to is null",
            district.as_str(),
            place.to_string(),
        )?;
        row.map(|(geometry,)| read(&geometry)).transpose()
    }

    /// The boundaries in force of all places of a kind, by code; at most 2,000.
    pub async fn boundaries(
        &mut self,
        district: &DistrictId,
        kind: PlaceKind,
    ) -> Result<Vec<(PlaceId, Boundary)>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, String),
            "select b.place, b.geometry from boundaries b
             join places p on p.district = b.district and p.id = b.place and p.valid_to is null
             where b.district = $1 and b.valid_to is null and p.kind = $2
             order by p.code, p.id limit 2000",
            district.as_str(),
            kind.code(),
        )?;
        let one = |(place, geometry): (String, String)| {
            let place = place.parse().map_err(|why| StoreError::unreadable("a boundary", why))?;
            Ok((place, read(&geometry)?))
        };
        rows.into_iter().map(one).collect()
    }

    /// The places whose boundary a point lies in, from the top of the tree down.
    pub async fn places_at(
        &mut self,
        district: &DistrictId,
        at: Point,
    ) -> Result<Vec<Place>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, String),
            "select place, geometry from boundaries
             where district = $1 and valid_to is null
               and west <= $2 and east >= $2 and south <= $3 and north >= $3
             order by area_m2 desc, place limit 200",
            district.as_str(),
            i64::from(at.lon_e7),
            i64::from(at.lat_e7),
        )?;
        let mut places = Vec::new();
        for (place, geometry) in rows {
            if read(&geometry)?.contains(at) {
                let id = place.parse().map_err(|why| StoreError::unreadable("a boundary", why))?;
                places.extend(self.place(district, id).await?);
            }
        }
        places.sort_by_key(|place| place.kind);
        Ok(places)
    }

    /// What is wrong with a file of boundaries.
    pub async fn check_boundaries(
        &mut self,
        district: &DistrictId,
        rows: &[BoundaryRow],
    ) -> Result<Vec<RowError>, StoreError> {
        let mut errors = Vec::new();
        let mut seen = BTreeMap::new();
        for row in rows {
            if let Some(earlier) = seen.insert(&row.code, row.row) {
                let why = format!("{} is already in row {earlier}", row.code);
                let error = RowError::new(row.row, "code", RowFault::CodeTwice, why);
                errors.push(error.about(&row.code).against(earlier));
            } else if self.place_by_code(district, &row.code).await?.is_none() {
                let why =
                    format!("there is no place with the code {}: import places first", row.code);
                let error = RowError::new(row.row, "code", RowFault::NoSuchPlace, why);
                errors.push(error.about(&row.code));
            }
        }
        Ok(errors)
    }

    /// A digest over all versions of all boundaries of a district.
    pub(crate) async fn boundaries_digest(
        &mut self,
        district: &DistrictId,
    ) -> Result<Digest, StoreError> {
        let mut hasher = Hasher::new("yike-boundaries-1");
        let mut last = (String::new(), 0);
        loop {
            // A boundary may be large: few at a time.
            let rows = fetch_all!(
                self,
                (String, i32, String, i64, Option<i64>),
                "select place, version, geometry, valid_from, valid_to from boundaries
                 where district = $1 and (place > $2 or (place = $2 and version > $3))
                 order by place, version limit 100",
                district.as_str(),
                &last.0,
                last.1,
            )?;
            for (place, version, geometry, from, to) in &rows {
                hasher.field(place).number(i64::from(*version)).field(geometry).number(*from);
                hasher.maybe(to.map(|to| to.to_string()).as_deref());
            }
            match rows.into_iter().next_back() {
                Some((place, version, ..)) => last = (place, version),
                None => return Ok(hasher.finish()),
            }
        }
    }
}

impl Tx {
    /// Writes boundaries whose rows were checked in the same transaction, and gives the digest over all
    /// boundaries after it. A boundary that is the same as before makes no new version.
    pub async fn apply_boundaries(
        &mut self,
        district: &DistrictId,
        rows: &[BoundaryRow],
        from: Timestamp,
    ) -> Result<Digest, StoreError> {
        for row in rows {
            let place = self.place_by_code(district, &row.code).await?;
            let place =
                place.ok_or_else(|| yike_model::Refusal::missing("place", row.code.as_str()))?;
            self.set_boundary(district, place.id, &row.boundary, from).await?;
        }
        self.boundaries_digest(district).await
    }

    async fn set_boundary(
        &mut self,
        district: &DistrictId,
        place: PlaceId,
        boundary: &Boundary,
        from: Timestamp,
    ) -> Result<(), StoreError> {
        let geometry = boundary.to_geojson();
        let last = fetch_optional!(
            self,
            (i32, String, Option<i64>),
            "select version, geometry, valid_to from boundaries
             where district = $1 and place = $2 order by version desc limit 1",
            district.as_str(),
            place.to_string(),
        )?;
        let version = match last {
            Some((_, same, None)) if same == geometry => return Ok(()),
            Some((version, ..)) => version + 1,
            None => 1,
        };
        execute!(
            self,
            "update boundaries set valid_to = $3
             where district = $1 and place = $2 and valid_to is null",
            district.as_str(),
            place.to_string(),
            from.millis(),
        )?;
        let bounds = boundary.bounds();
        execute!(
            self,
            "insert into boundaries (district, place, version, west, south, east, north, area_m2,
               geometry, valid_from)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            district.as_str(),
            place.to_string(),
            version,
            i64::from(bounds.west),
            i64::from(bounds.south),
            i64::from(bounds.east),
            i64::from(bounds.north),
            boundary.area_m2(),
            &geometry,
            from.millis(),
        )?;
        Ok(())
    }
}
