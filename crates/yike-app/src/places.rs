//! Places: searching them, and what stands in and around one.

use std::collections::BTreeMap;

use yike_model::people::{Actor, Deed};
use yike_model::places::{Boundary, Place, PlaceCode, PlaceKind, Point};
use yike_model::{PlaceId, Refusal};
use yike_store::{Hit, Page, PlaceCount};
use yike_streets::units::Coord;

use crate::app::App;
use crate::error::AppError;

/// Most answers of one search.
pub const SEARCH_LIMIT: usize = 20;

/// A place with where it stands and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceView {
    /// The place.
    pub place: Place,
    /// What it stands in, from the district down, without itself.
    pub path: Vec<Place>,
    /// What stands directly in it, by kind and code; the first 500.
    pub below: Vec<Place>,
    /// Its boundary.
    pub boundary: Option<Boundary>,
}

impl App {
    /// The places that fit what was typed (Chinese, pinyin or initials; with a door if one is named), the
    /// best first, at most [`SEARCH_LIMIT`].
    pub async fn search_places(&self, actor: &Actor, typed: &str) -> Result<Vec<Hit>, AppError> {
        self.permit(actor, Deed::SeePlaces).await?;
        Ok(self.read().await?.search_places(self.district()?, typed, SEARCH_LIMIT).await?)
    }

    /// A place by its id or code.
    pub async fn place(&self, actor: &Actor, key: &str) -> Result<PlaceView, AppError> {
        self.permit(actor, Deed::SeePlaces).await?;
        let place = self.find_place(key).await?;
        let (district, mut reader) = (self.district()?, self.read().await?);
        let mut path = reader.path(district, place.id).await?;
        path.pop();
        let below = reader.places_below(district, place.id, &Page::first(500)).await?;
        let boundary = reader.boundary(district, place.id).await?;
        Ok(PlaceView { place, path, below, boundary })
    }

    /// The place in force with this id or code.
    pub(crate) async fn find_place(&self, key: &str) -> Result<Place, AppError> {
        let (district, mut reader) = (self.district()?, self.read().await?);
        let found = match (key.parse::<PlaceId>(), key.parse::<PlaceCode>()) {
            (Ok(id), _) => reader.place(district, id).await?,
            (_, Ok(code)) => reader.place_by_code(district, &code).await?,
            _ => None,
        };
        found.ok_or_else(|| AppError::missing("place", format!("{key:.60}")))
    }

    /// The district's own place: the root of the tree.
    pub async fn district_place(&self, actor: &Actor) -> Result<Place, AppError> {
        self.permit(actor, Deed::SeePlaces).await?;
        let mut reader = self.read().await?;
        let roots =
            reader.places_of_kind(self.district()?, PlaceKind::District, &Page::first(1)).await?;
        let root = roots.into_iter().next();
        Ok(root.ok_or_else(|| Refusal::missing("place", "of the district"))?)
    }

    /// How many places of each kind there are.
    pub async fn count_places(&self, actor: &Actor) -> Result<Vec<PlaceCount>, AppError> {
        self.permit(actor, Deed::SeePlaces).await?;
        Ok(self.read().await?.count_places(self.district()?).await?)
    }

    /// Places of a kind, by code.
    pub async fn places_of_kind(
        &self,
        actor: &Actor,
        kind: PlaceKind,
        page: &Page,
    ) -> Result<Vec<Place>, AppError> {
        self.permit(actor, Deed::SeePlaces).await?;
        Ok(self.read().await?.places_of_kind(self.district()?, kind, page).await?)
    }

    /// The shapes of all places of a kind that have one, by their codes: polygons of rings.
    pub async fn area_shapes(
        &self,
        actor: &Actor,
        kind: PlaceKind,
    ) -> Result<BTreeMap<String, Vec<Vec<Vec<Coord>>>>, AppError> {
        self.permit(actor, Deed::SeePlaces).await?;
        let (district, mut reader) = (self.district()?, self.read().await?);
        let mut shapes = BTreeMap::new();
        for (place, boundary) in reader.boundaries(district, kind).await? {
            let Some(place) = reader.place(district, place).await? else { continue };
            shapes.insert(place.code.to_string(), polygons(&boundary));
        }
        Ok(shapes)
    }

    /// The places whose boundaries hold a point, from the district down.
    pub async fn places_at(&self, actor: &Actor, at: Point) -> Result<Vec<Place>, AppError> {
        self.permit(actor, Deed::SeePlaces).await?;
        Ok(self.read().await?.places_at(self.district()?, at).await?)
    }
}

/// The polygons of a boundary in the streets' coordinates.
pub(crate) fn polygons(boundary: &Boundary) -> Vec<Vec<Vec<Coord>>> {
    let coord = |p: &Point| Coord { lon_e7: p.lon_e7, lat_e7: p.lat_e7 };
    let ring = |points: &Vec<Point>| points.iter().map(coord).collect();
    boundary.polygons().iter().map(|rings| rings.iter().map(ring).collect()).collect()
}
