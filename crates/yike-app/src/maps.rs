//! The base map: tiles and pictures drawn from the imported streets.

use std::sync::Arc;

use yike_model::people::{Actor, Deed};
use yike_streets::facilities::Category;
use yike_streets::map::Picture;
use yike_streets::units::Bounds;

use crate::app::App;
use crate::error::AppError;
use crate::town::Town;

/// What a map needs to know of the district.
#[derive(Clone, Debug)]
pub struct MapInfo {
    /// The box around everything drawn.
    pub bounds: Bounds,
    /// How old the map data is, `YYYY-MM-DD`, where known.
    pub data_date: Option<String>,
    /// Who must be named.
    pub attribution: String,
    /// Changes whenever other data comes into use: part of the tiles' addresses, so that caches hold.
    pub version: String,
    /// Categories of facilities there are.
    pub categories: Vec<Category>,
}

impl App {
    /// What a map needs to know.
    pub async fn map_info(&self, actor: &Actor) -> Result<MapInfo, AppError> {
        self.permit(actor, Deed::SeeMap).await?;
        let town = self.town().await?;
        let meta = &town.city.meta;
        Ok(MapInfo {
            bounds: town.atlas.bounds(),
            data_date: meta.data_date.clone(),
            attribution: meta.attribution.clone(),
            version: town.version.clone(),
            categories: town.city.facilities.categories.clone(),
        })
    }

    /// A vector tile (Mapbox Vector Tile 2); `None` where there is no such tile.
    pub async fn tile(
        &self,
        actor: &Actor,
        z: u8,
        x: u32,
        y: u32,
    ) -> Result<Option<Arc<Vec<u8>>>, AppError> {
        self.permit(actor, Deed::SeeMap).await?;
        let town = self.town().await?;
        if let Some(tile) = town.drawn(z, x, y) {
            return Ok(Some(tile));
        }
        self.compute(move || Ok(town.tile(z, x, y))).await
    }

    /// A picture of the district, as one `<svg>` element.
    pub async fn picture(&self, actor: &Actor, picture: Picture) -> Result<String, AppError> {
        self.permit(actor, Deed::SeeMap).await?;
        let town: Arc<Town> = self.town().await?;
        self.compute(move || Ok(town.atlas.svg(&picture))).await
    }
}
