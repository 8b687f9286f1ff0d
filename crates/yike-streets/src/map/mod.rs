//! Drawing a city: vector tiles for the map island and server-drawn pictures for everyone else.
//!
//! An [`Atlas`] holds a city and a spatial index over all that can be drawn. It answers
//! [`Atlas::tile`] (Mapbox Vector Tile 2 bytes) and [`Atlas::svg`] (one self-contained picture).
//! Both decide what is worth showing by the same table, [`items`], so the two maps agree.
//! Nothing here reads files or clocks; the same city gives the same bytes.

pub mod items;
pub mod picture;
pub mod project;

mod chain;
mod labels;
mod mvt;
mod pen;
mod rtree;
mod shapes;
mod svg;
mod tile;

use std::sync::Arc;

use crate::city::City;
use crate::units::{Bounds, Coord};

pub use picture::{Area, Base, Mark, Picture, Point, Tone, View};
pub use tile::{MAX_TILE_BYTES, MAX_ZOOM};

/// A border drawn on the base map: of a community, a subdistrict or a district.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// Name of what it encloses, drawn where there is room; empty for none.
    pub name: String,
    /// The same in English; empty where there is none.
    pub name_en: String,
    /// How high in the place tree: 1 district, 2 subdistrict, 3 community.
    pub level: u8,
    /// Closed rings.
    pub rings: Vec<Vec<Coord>>,
}

/// A city made ready for drawing.
#[derive(Clone, Debug)]
pub struct Atlas {
    city: Arc<City>,
    boundaries: Vec<Boundary>,
    index: items::ItemIndex,
}

impl Atlas {
    /// Indexes everything in `city` that can be drawn, and the `boundaries` over it.
    pub fn new(city: Arc<City>, boundaries: Vec<Boundary>) -> Self {
        let index = items::ItemIndex::new(&city, &boundaries);
        Self { city, boundaries, index }
    }

    /// The city that is drawn.
    pub fn city(&self) -> &City {
        &self.city
    }

    /// The box around everything there is to draw; empty when there is nothing.
    pub fn bounds(&self) -> Bounds {
        self.index.bounds()
    }

    /// Draws one vector tile as Mapbox Vector Tile 2 bytes, at most [`MAX_TILE_BYTES`].
    ///
    /// Layers: `water`, `green`, `building`, `rail`, `street`, `wall`, `boundary`, `label`; those
    /// with nothing in them are left out. `None` when there is no such tile ([`MAX_ZOOM`] is the
    /// deepest; a map shows deeper zooms from the deepest tiles).
    pub fn tile(&self, z: u8, x: u32, y: u32) -> Option<Vec<u8>> {
        tile::draw(self, z, x, y)
    }

    /// Draws a picture as an SVG document fragment: one `<svg>` element, no scripts, no style
    /// attributes, no outside references. Its size is bounded by leaving out the smallest things.
    pub fn svg(&self, picture: &Picture) -> String {
        svg::draw(self, picture)
    }
}

#[cfg(test)]
mod tests;
