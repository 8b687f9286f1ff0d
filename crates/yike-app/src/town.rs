//! The town: a district's data sets opened and made ready for questions from residents: the streets
//! mapped, doors on them, one walking graph a profile, the base map and its tiles.
//!
//! It is opened when first asked for and kept until other data sets come into use.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use yike_model::digest::Hasher;
use yike_model::id::SubjectId;
use yike_model::imports::Import;
use yike_model::places::{Boundary, PlaceKind, english_name};
use yike_store::{Dataset, Page};
use yike_streets::circles::costs::Costs;
use yike_streets::circles::estimate::{self, Factors};
use yike_streets::circles::hours::WeekTime;
use yike_streets::circles::profile::{self, Profile};
use yike_streets::circles::reach::FacilityIndex;
use yike_streets::circles::search::WalkGraph;
use yike_streets::circles::study::Source;
use yike_streets::city::City;
use yike_streets::map::{self, Atlas};
use yike_streets::network::file as streets_file;
use yike_streets::network::snap::{Doors, SnapIndex, SnapOptions};
use yike_streets::units::Coord;

use crate::app::{App, blocking};
use crate::datasets::{self, InUse};
use crate::error::AppError;

/// Walking graphs kept at once: one for each profile, and as many for hours of the day.
const WALKS_KEPT: usize = 16;

/// Tiles kept at once, and the most bytes they may have together.
const TILES_KEPT: usize = 4_096;
const TILE_BYTES_KEPT: usize = 64 << 20;

/// How long a town is used before the database is asked whether other data came into use: another
/// process may have imported some.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// How many of the newest applied imports are compared.
const IMPORTS_COMPARED: u32 = 100;

/// What a town was opened from: the data sets in use, and the imports applied so far.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Versions {
    sets: [Option<i32>; 3],
    imports: Vec<SubjectId>,
}

impl Versions {
    /// A short text that differs for other data.
    fn digest(&self) -> String {
        let mut hasher = Hasher::new("yike-town-1");
        for version in self.sets {
            hasher.number(version.unwrap_or_default().into());
        }
        for import in &self.imports {
            hasher.field(import.to_string());
        }
        hasher.finish().to_string()[..12].to_owned()
    }
}

/// The town in use, once it was opened.
#[derive(Debug, Default)]
pub struct TownCache {
    /// The town, and when it was last seen to be the right one.
    seen: RwLock<Option<(Instant, Arc<Town>)>>,
    /// The town and what it was opened from; held while one is opened, so that only one is.
    opened: tokio::sync::Mutex<Option<(Versions, Arc<Town>)>>,
}

impl TownCache {
    /// The town, if it was looked after lately.
    fn fresh(&self) -> Option<Arc<Town>> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().filter(|(at, _)| at.elapsed() < LOOK_AGAIN).map(|(_, town)| town.clone())
    }

    fn note(&self, town: &Arc<Town>) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        *seen = Some((Instant::now(), town.clone()));
    }

    /// Makes the next question look at the database first.
    pub(crate) fn look_again(&self) {
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A profile's code, and the time of the week.
type WalkKey = (String, Option<WeekTime>);

/// A district's data made ready for questions.
pub struct Town {
    /// Streets, homes, facilities and base map, as the data sets in use say.
    pub city: Arc<City>,
    /// The table homes came from, where not from the streets' source.
    pub homes_source: Option<Source>,
    /// The table facilities came from, where not from the streets' source.
    pub facilities_source: Option<Source>,
    /// How people were estimated, where they were.
    pub factors: Option<Factors>,
    /// The base map.
    pub atlas: Atlas,
    /// Changes whenever other data comes into use.
    pub version: String,
    /// Streets by place.
    pub snap: SnapIndex<'static>,
    facility_doors: Doors,
    walks: Mutex<BTreeMap<WalkKey, Arc<Walk>>>,
    tiles: Mutex<Tiles>,
}

impl std::fmt::Debug for Town {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Town").field("source", &self.city.meta.source).finish_non_exhaustive()
    }
}

/// The streets as one profile walks them at one time, and the facilities on them.
#[derive(Debug)]
pub struct Walk {
    /// Times.
    pub costs: Costs,
    /// The graph.
    pub graph: WalkGraph,
    /// Facilities where this profile can get at them.
    pub facilities: FacilityIndex,
}

impl Town {
    /// How `profile` walks at a time of the week; all gates are open where none is given.
    pub fn walk(&self, profile: &Profile, at: Option<WeekTime>) -> Arc<Walk> {
        let key = (profile.code.clone(), at);
        let mut walks = self.walks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(walk) = walks.get(&key) {
            return walk.clone();
        }
        let network = &self.city.network;
        let costs = Costs::new(network, profile, at);
        let graph = WalkGraph::new(network, &costs);
        let doors = self.facility_doors.on_usable(&self.snap, &|e| costs.walkable(e));
        let walk = Arc::new(Walk { graph, facilities: FacilityIndex::new(doors), costs });
        // Graphs for hours make room first: they are the ones that could be many.
        while walks.len() >= WALKS_KEPT {
            let spare = walks.keys().find(|(_, at)| at.is_some()).or(walks.keys().next()).cloned();
            walks.remove(&spare.expect("there are some"));
        }
        walks.insert(key, walk.clone());
        walk
    }

    /// A tile that was drawn before.
    pub fn drawn(&self, z: u8, x: u32, y: u32) -> Option<Arc<Vec<u8>>> {
        self.tiles.lock().unwrap_or_else(PoisonError::into_inner).get((z, x, y))
    }

    /// A tile of the base map, if there is such a tile.
    pub fn tile(&self, z: u8, x: u32, y: u32) -> Option<Arc<Vec<u8>>> {
        if let Some(tile) = self.drawn(z, x, y) {
            return Some(tile);
        }
        let tile = Arc::new(self.atlas.tile(z, x, y)?);
        let mut tiles = self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        tiles.put((z, x, y), tile.clone());
        Some(tile)
    }
}

type TileKey = (u8, u32, u32);

/// Drawn tiles, the oldest of which make room for new ones.
#[derive(Debug, Default)]
struct Tiles {
    drawn: BTreeMap<TileKey, Arc<Vec<u8>>>,
    order: VecDeque<TileKey>,
    bytes: usize,
}

impl Tiles {
    fn get(&self, key: TileKey) -> Option<Arc<Vec<u8>>> {
        self.drawn.get(&key).cloned()
    }

    fn put(&mut self, key: TileKey, tile: Arc<Vec<u8>>) {
        self.bytes += tile.len();
        if let Some(before) = self.drawn.insert(key, tile) {
            // Two drew it at the same time.
            self.bytes -= before.len();
            return;
        }
        self.order.push_back(key);
        while self.order.len() > TILES_KEPT || self.bytes > TILE_BYTES_KEPT {
            let Some(oldest) = self.order.pop_front() else { break };
            self.bytes -= self.drawn.remove(&oldest).map_or(0, |tile| tile.len());
        }
    }
}

impl App {
    /// The town as the data sets in use make it.
    pub(crate) async fn town(&self) -> Result<Arc<Town>, AppError> {
        if let Some(town) = self.towns.fresh() {
            return Ok(town);
        }
        let mut opened = self.towns.opened.lock().await;
        // Whoever held the lock before may have opened it.
        if let Some(town) = self.towns.fresh() {
            return Ok(town);
        }
        let in_use = self.in_use().await?;
        let versions = self.versions(&in_use).await?;
        let known = opened.as_ref().filter(|(of, _)| *of == versions);
        let town = if let Some((_, town)) = known {
            town.clone()
        } else {
            let paths = Paths::of(self, &in_use)?;
            let (borders, version) = (self.borders().await?, versions.digest());
            Arc::new(blocking(move || open(&paths, borders, version)).await?)
        };
        *opened = Some((versions, town.clone()));
        self.towns.note(&town);
        Ok(town)
    }

    async fn versions(&self, in_use: &InUse) -> Result<Versions, AppError> {
        let version = |set: &Option<Dataset>| set.as_ref().map(|set| set.version);
        let page = Page::first(IMPORTS_COMPARED);
        let applied =
            self.read().await?.subjects::<Import>(self.district()?, Some("applied"), &page).await?;
        Ok(Versions {
            sets: [&in_use.streets, &in_use.homes, &in_use.facilities].map(version),
            imports: applied.into_iter().map(|import| import.id).collect(),
        })
    }

    /// Boundaries to be drawn on the base map.
    async fn borders(&self) -> Result<Vec<map::Boundary>, AppError> {
        let (district, mut reader) = (self.district()?, self.read().await?);
        let mut borders = Vec::new();
        for (kind, level) in
            [(PlaceKind::District, 1), (PlaceKind::Subdistrict, 2), (PlaceKind::Community, 3)]
        {
            for (place, boundary) in reader.boundaries(district, kind).await? {
                let name = reader.place(district, place).await?;
                let name = name.map_or_else(String::new, |place| place.name.to_string());
                let name_en = english_name(&name).unwrap_or_default();
                borders.push(map::Boundary { name, name_en, level, rings: rings(&boundary) });
            }
        }
        Ok(borders)
    }
}

/// All rings of a boundary.
pub(crate) fn rings(boundary: &Boundary) -> Vec<Vec<Coord>> {
    let coord = |p: &yike_model::places::Point| Coord { lon_e7: p.lon_e7, lat_e7: p.lat_e7 };
    let ring = |points: &Vec<yike_model::places::Point>| points.iter().map(coord).collect();
    boundary.polygons().iter().flatten().map(ring).collect()
}

/// Files to open a town from.
struct Paths {
    streets: std::path::PathBuf,
    /// Who must be named where the map is shown.
    credit: String,
    homes: Option<std::path::PathBuf>,
    facilities: Option<std::path::PathBuf>,
}

impl Paths {
    fn of(app: &App, in_use: &InUse) -> Result<Self, AppError> {
        let path =
            |set: &Option<Dataset>| set.as_ref().map(|set| app.folder.file(set.file.file.as_str()));
        let streets = path(&in_use.streets).ok_or_else(|| {
            AppError::Empty("there are no streets yet: import them first (yike import streets)")
        })?;
        let credit = in_use.streets.as_ref().map(|set| set.file.attribution.clone());
        Ok(Self {
            streets,
            credit: credit.unwrap_or_default(),
            homes: path(&in_use.homes),
            facilities: path(&in_use.facilities),
        })
    }
}

fn open(paths: &Paths, borders: Vec<map::Boundary>, version: String) -> Result<Town, AppError> {
    let mut city = streets_file::open(&paths.streets)?;
    if !paths.credit.is_empty() {
        // Whoever imported the map may know better than its file who is to be named.
        city.meta.attribution.clone_from(&paths.credit);
    }
    let mut homes_source = None;
    if let Some(path) = &paths.homes {
        let (homes, origin) = datasets::open_homes(path)?;
        city.homes = homes;
        homes_source = Some(origin.source);
    }
    let mut facilities_source = None;
    if let Some(path) = &paths.facilities {
        let (facilities, origin) = datasets::open_facilities(path)?;
        city.facilities = crate::facilities::merged(&city.facilities, &facilities)?;
        facilities_source = Some(origin.source);
    }
    let factors = estimate_people(&mut city);
    let snap = SnapIndex::holding(city.network.clone(), &SnapOptions::default());
    let facility_doors = Doors::of_facilities(&snap, &city.facilities);
    let city = Arc::new(city);
    let town = Town {
        homes_source,
        facilities_source,
        factors,
        atlas: Atlas::new(city.clone(), borders),
        version,
        snap,
        facility_doors,
        walks: Mutex::default(),
        tiles: Mutex::default(),
        city,
    };
    // The first resident should not wait for what all of them need.
    if let Ok(adult) = profile::builtin().get("adult") {
        town.walk(adult, None);
    }
    Ok(town)
}

/// Estimates people where the homes name none, and says by which factors.
pub(crate) fn estimate_people(city: &mut City) -> Option<Factors> {
    let factors = Factors::default();
    estimate::fill(&mut city.homes, &factors);
    city.homes.estimated.contains(&1).then_some(factors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_bounded_in_number_and_bytes() {
        let mut tiles = Tiles::default();
        for x in 0..TILES_KEPT as u32 + 10 {
            tiles.put((16, x, 0), Arc::new(vec![0; 10]));
        }
        assert_eq!(tiles.drawn.len(), TILES_KEPT);
        assert!(tiles.get((16, 9, 0)).is_none() && tiles.get((16, 10, 0)).is_some());
        tiles.put((16, 0, 1), Arc::new(vec![0; TILE_BYTES_KEPT - 5]));
        assert!(tiles.bytes <= TILE_BYTES_KEPT && tiles.get((16, 0, 1)).is_some());
        assert_eq!(tiles.drawn.len(), tiles.order.len());
    }
}
