//! Data sets: the files of streets, homes and facilities a district works with, and how tables of homes
//! and facilities are kept as columns.

use std::path::Path;

use serde::{Deserialize, Serialize};
use yike_model::people::{Actor, Deed};
use yike_store::{Dataset, DatasetKind};
use yike_streets::circles::study::Source;
use yike_streets::column::Column;
use yike_streets::container::{Container, FileError, Kind, Writer};
use yike_streets::facilities::{Category, Facilities, MAX_CATEGORIES};
use yike_streets::homes::{AgeBand, Homes};

use crate::app::App;
use crate::error::AppError;

const HOMES: Kind =
    Kind { code: *b"HOME", name: "homes file", version: 1, remake: "yike import homes TABLE" };

const FACILITIES: Kind = Kind {
    code: *b"FACS",
    name: "facilities file",
    version: 1,
    remake: "yike import facilities TABLE",
};

/// Where a table came from, kept with its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The table.
    pub source: Source,
    /// Version of Yike that read it.
    pub read_by: String,
}

impl Origin {
    /// A table read by this version.
    pub fn of(source: Source) -> Self {
        Self { source, read_by: concat!("yike ", env!("CARGO_PKG_VERSION")).into() }
    }
}

/// Writes homes as columns.
pub fn write_homes(homes: &Homes, origin: &Origin, path: &Path) -> Result<(), FileError> {
    let mut w = Writer::new(HOMES);
    w.json("origin", origin)
        .texts("id", &homes.id)
        .texts("name", &homes.name)
        .column("coord", &homes.coord)
        .column("levels", &homes.levels)
        .column("dwellings", &homes.dwellings)
        .column("footprint", &homes.footprint_m2)
        .column("people", &homes.people)
        .column("estimated", &homes.estimated)
        .json("bands", &homes.bands)
        .column("by_age", &homes.by_age)
        .column("first_entrance", &homes.first_entrance)
        .column("entrance", &homes.entrance);
    w.write(path)
}

/// Opens homes, checking that their columns fit each other.
pub fn open_homes(path: &Path) -> Result<(Homes, Origin), FileError> {
    let file = Container::open(path, HOMES)?;
    let coord = coords(&file, "coord")?;
    let entrance = coords(&file, "entrance")?;
    let n = coord.len();
    let bands: Vec<AgeBand> = file.json("bands")?;
    let homes = Homes {
        id: file.texts_of("id", n)?,
        name: file.texts_of("name", n)?,
        levels: file.column_of("levels", n)?,
        dwellings: file.column_of("dwellings", n)?,
        footprint_m2: file.column_of("footprint", n)?,
        people: file.column_of("people", n)?,
        estimated: file.column_of("estimated", n)?,
        by_age: file.column_of("by_age", n.saturating_mul(bands.len()))?,
        first_entrance: file.offsets("first_entrance", n, entrance.len())?,
        bands,
        coord,
        entrance,
    };
    Ok((homes, file.json("origin")?))
}

/// Writes facilities as columns.
pub fn write_facilities(
    facilities: &Facilities,
    origin: &Origin,
    path: &Path,
) -> Result<(), FileError> {
    let mut w = Writer::new(FACILITIES);
    w.json("origin", origin)
        .json("categories", &facilities.categories)
        .texts("id", &facilities.id)
        .texts("name", &facilities.name)
        .column("coord", &facilities.coord)
        .column("of", &facilities.of)
        .column("first_entrance", &facilities.first_entrance)
        .column("entrance", &facilities.entrance);
    w.write(path)
}

/// Opens facilities, checking that their columns fit each other.
pub fn open_facilities(path: &Path) -> Result<(Facilities, Origin), FileError> {
    let file = Container::open(path, FACILITIES)?;
    let coord = coords(&file, "coord")?;
    let entrance = coords(&file, "entrance")?;
    let n = coord.len();
    let categories: Vec<Category> = file.json("categories")?;
    let of: Column<u128> = file.column_of("of", n)?;
    let known = categories.len();
    if known > MAX_CATEGORIES
        || (known < MAX_CATEGORIES && of.iter().any(|bits| bits >> known != 0))
    {
        return Err(file.damaged("a facility is of a category that is not there"));
    }
    let facilities = Facilities {
        id: file.texts_of("id", n)?,
        name: file.texts_of("name", n)?,
        first_entrance: file.offsets("first_entrance", n, entrance.len())?,
        categories,
        coord,
        of,
        entrance,
    };
    Ok((facilities, file.json("origin")?))
}

/// A column of positions on the globe.
fn coords(file: &Container, name: &str) -> Result<Column<yike_streets::units::Coord>, FileError> {
    let column: Column<yike_streets::units::Coord> = file.column(name)?;
    let off = |c: &yike_streets::units::Coord| {
        c.lon_e7.unsigned_abs() > 1_800_000_000 || c.lat_e7.unsigned_abs() > 900_000_000
    };
    if column.iter().any(off) {
        return Err(file.damaged(format!("a position of `{name}` is off the globe")));
    }
    Ok(column)
}

/// The data sets in use, one of a kind at most.
#[derive(Clone, Debug, Default)]
pub struct InUse {
    /// Streets and base map.
    pub streets: Option<Dataset>,
    /// Homes, where they replace those of the streets' source.
    pub homes: Option<Dataset>,
    /// Facilities, where they replace those of the streets' source.
    pub facilities: Option<Dataset>,
}

impl App {
    /// All data sets, by kind, the newest of each first.
    pub async fn datasets(&self, actor: &Actor) -> Result<Vec<Dataset>, AppError> {
        self.permit(actor, Deed::SeeDatasets).await?;
        Ok(self.read().await?.datasets(self.district()?).await?)
    }

    /// The data sets in use.
    pub(crate) async fn in_use(&self) -> Result<InUse, AppError> {
        let (district, mut reader) = (self.district()?, self.read().await?);
        Ok(InUse {
            streets: reader.dataset(district, DatasetKind::Streets).await?,
            homes: reader.dataset(district, DatasetKind::Homes).await?,
            facilities: reader.dataset(district, DatasetKind::Facilities).await?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yike_streets::column::Texts;
    use yike_streets::units::Coord;

    fn origin() -> Origin {
        Origin::of(Source {
            file: "homes.csv".into(),
            digest: "0123456789abcdef".into(),
            frame: "wgs84".into(),
        })
    }

    #[test]
    fn homes_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("homes");
        let at = Coord::from_degrees(120.15, 30.3);
        let homes = Homes {
            id: Texts::pack(["a", "b"]),
            name: Texts::pack(["夹城巷1幢", ""]),
            coord: vec![at, at].into(),
            levels: vec![6, 0].into(),
            dwellings: vec![24, 0].into(),
            footprint_m2: vec![300, 0].into(),
            people: vec![60, 3].into(),
            estimated: vec![0, 1].into(),
            bands: vec![AgeBand { code: "age_60".into(), from: 60, to: None }],
            by_age: vec![12, 1].into(),
            first_entrance: vec![0, 1, 1].into(),
            entrance: vec![at].into(),
        };
        write_homes(&homes, &origin(), &path).unwrap();
        let (back, from) = open_homes(&path).unwrap();
        assert_eq!(from, origin());
        assert_eq!(back.name.get(0), "夹城巷1幢");
        assert_eq!(*back.people, *homes.people);
        assert_eq!(*back.by_age, *homes.by_age);
        assert_eq!(back.bands, homes.bands);
        assert!(open_facilities(&path).is_err(), "homes are not facilities");
    }

    #[test]
    fn facilities_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facilities");
        let at = Coord::from_degrees(120.15, 30.3);
        let category =
            Category { code: "canteen".into(), zh: "老年食堂".into(), en: "canteen".into() };
        let facilities = Facilities {
            categories: vec![category],
            id: Texts::pack(["f1"]),
            name: Texts::pack(["阳光老人家"]),
            coord: vec![at].into(),
            of: vec![1].into(),
            first_entrance: vec![0, 0].into(),
            entrance: Vec::new().into(),
        };
        write_facilities(&facilities, &origin(), &path).unwrap();
        let (back, _) = open_facilities(&path).unwrap();
        assert_eq!(back.categories, facilities.categories);
        assert_eq!(back.of_category(0).collect::<Vec<_>>(), [0]);
    }
}
