//! What can be drawn, and from which zoom on: the one table behind tiles and pictures.

use crate::city::{City, SceneKind};
use crate::map::Boundary;
use crate::map::rtree::{Tree, grow};
use crate::network::{EdgeTrait, StreetClass};
use crate::units::{Bounds, Coord};

/// Streets as the map tells them apart, the least important first (so the important lie on top).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Street {
    /// Footways, paths, pavements, crossings.
    Path,
    /// Stairs.
    Steps,
    /// Estate lanes, car-park aisles, tracks.
    Service,
    /// Streets one lives on.
    Minor,
    /// Streets for walkers only.
    Walk,
    /// Collector streets.
    Middle,
    /// Main roads.
    Major,
}

impl Street {
    /// All, in drawing order.
    pub const ALL: [Self; 7] = [
        Self::Path,
        Self::Steps,
        Self::Service,
        Self::Minor,
        Self::Walk,
        Self::Middle,
        Self::Major,
    ];

    /// The value of `class` in tiles and of CSS classes in pictures.
    pub fn code(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Steps => "steps",
            Self::Service => "service",
            Self::Minor => "minor",
            Self::Walk => "walk",
            Self::Middle => "middle",
            Self::Major => "major",
        }
    }

    /// How the map shows a street class; `None` for lines nobody could see on the ground (the way
    /// across a square, from a door to its street).
    pub fn of(class: StreetClass) -> Option<Self> {
        Some(match class {
            StreetClass::Motorway | StreetClass::Trunk | StreetClass::Primary => Self::Major,
            StreetClass::Secondary | StreetClass::Tertiary => Self::Middle,
            StreetClass::Unclassified
            | StreetClass::Residential
            | StreetClass::LivingStreet
            | StreetClass::Unknown => Self::Minor,
            StreetClass::Pedestrian => Self::Walk,
            StreetClass::Service | StreetClass::Track => Self::Service,
            StreetClass::Steps => Self::Steps,
            StreetClass::Footway
            | StreetClass::Sidewalk
            | StreetClass::Crossing
            | StreetClass::Path
            | StreetClass::Cycleway
            | StreetClass::Bridleway
            | StreetClass::Platform => Self::Path,
            StreetClass::Corridor
            | StreetClass::Elevator
            | StreetClass::AreaLink
            | StreetClass::EntranceLink => return None,
        })
    }
}

/// Something to draw: its number is a position in the column it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// An edge of the walking network.
    Edge(u32),
    /// A shape of the scene.
    Shape(u32),
    /// A boundary of the atlas.
    Boundary(u32),
}

/// All items with boxes, sorted into tiers by the zoom they first show at.
#[derive(Clone, Debug, Default)]
pub(super) struct ItemIndex {
    tiers: Vec<(u8, Tree)>,
    edges: u32,
    shapes: u32,
}

/// The zooms at which more comes into view; a tier holds what shows from its zoom on.
const TIERS: [u8; 6] = [0, 10, 12, 13, 14, 15];

impl ItemIndex {
    pub(super) fn new(city: &City, boundaries: &[Boundary]) -> Self {
        let mut tiers: Vec<Vec<(u32, Bounds)>> = vec![Vec::new(); TIERS.len()];
        let mut put = |id: u32, zoom: u8, bounds: Bounds| {
            let tier = TIERS.iter().rposition(|&t| t <= zoom).unwrap_or(0);
            tiers[tier].push((id, bounds));
        };
        let edges = city.network.edges() as u32;
        for e in 0..edges {
            if let Some(zoom) = edge_zoom(city.network.edge_traits[e as usize]) {
                put(e, zoom, bounds_of(city.network.line(e)));
            }
        }
        let shapes = city.scene.kind.len() as u32;
        for s in 0..shapes {
            let (Some(kind), mut bounds) = (shape_kind(city, s), Bounds::EMPTY) else { continue };
            for part in shape_parts(city, s) {
                grow(&mut bounds, &bounds_of(part.iter().copied()));
            }
            if !bounds.is_empty() {
                put(edges + s, shape_zoom(kind, box_area_m2(&bounds)), bounds);
            }
        }
        for (b, boundary) in boundaries.iter().enumerate() {
            let zoom = [0, 10, 12][usize::from(boundary.level.clamp(1, 3)) - 1];
            let bounds = bounds_of(boundary.rings.iter().flatten().copied());
            if !bounds.is_empty() {
                put(edges + shapes + b as u32, zoom, bounds);
            }
        }
        let tiers =
            TIERS.into_iter().zip(tiers).map(|(zoom, items)| (zoom, Tree::new(&items))).collect();
        Self { tiers, edges, shapes }
    }

    /// The items in `window` that show at `zoom`, sorted.
    pub(super) fn query(&self, window: &Bounds, zoom: u8) -> Vec<Item> {
        let mut ids = Vec::new();
        for (from, tree) in &self.tiers {
            if *from <= zoom {
                tree.query(window, |id| ids.push(id));
            }
        }
        ids.sort_unstable();
        ids.into_iter().map(|id| self.item(id)).collect()
    }

    fn item(&self, id: u32) -> Item {
        if id < self.edges {
            Item::Edge(id)
        } else if id < self.edges + self.shapes {
            Item::Shape(id - self.edges)
        } else {
            Item::Boundary(id - self.edges - self.shapes)
        }
    }

    pub(super) fn bounds(&self) -> Bounds {
        let mut all = Bounds::EMPTY;
        for (_, tree) in &self.tiers {
            grow(&mut all, &tree.bounds());
        }
        all
    }
}

/// The zoom an edge first shows at; `None` for never.
fn edge_zoom(traits: u32) -> Option<u8> {
    let class = StreetClass::of(traits);
    if matches!(class, StreetClass::Sidewalk | StreetClass::Crossing) {
        return Some(15);
    }
    Street::of(class).map(|street| match street {
        Street::Major => 0,
        Street::Middle if class == StreetClass::Secondary => 10,
        Street::Middle => 12,
        Street::Minor | Street::Walk => 13,
        Street::Service => 14,
        Street::Path | Street::Steps => 15,
    })
}

/// The zoom a shape first shows at, by what it is and the area of its box.
fn shape_zoom(kind: SceneKind, area_m2: f64) -> u8 {
    let by_area = |far: f64, middle: f64, near: f64| match area_m2 {
        a if a >= far => 0,
        a if a >= middle => 12,
        a if a >= near => 13,
        _ => 14,
    };
    match kind {
        SceneKind::Water => by_area(300_000.0, 30_000.0, 3_000.0),
        SceneKind::Green => by_area(500_000.0, 50_000.0, 8_000.0),
        SceneKind::Rail | SceneKind::Road => 10,
        SceneKind::Waterway | SceneKind::Station | SceneKind::PlaceLabel => 12,
        SceneKind::Building | SceneKind::Square | SceneKind::Pier | SceneKind::Wall => 14,
    }
}

/// What shape `s` is; `None` where the file holds a kind this version does not know.
pub(super) fn shape_kind(city: &City, s: u32) -> Option<SceneKind> {
    Some(match city.scene.kind[s as usize] {
        0 => SceneKind::Building,
        1 => SceneKind::Water,
        2 => SceneKind::Waterway,
        3 => SceneKind::Green,
        4 => SceneKind::Rail,
        5 => SceneKind::Square,
        6 => SceneKind::Road,
        7 => SceneKind::PlaceLabel,
        8 => SceneKind::Station,
        9 => SceneKind::Pier,
        10 => SceneKind::Wall,
        _ => return None,
    })
}

/// The rings or lines of shape `s`.
pub(super) fn shape_parts(city: &City, s: u32) -> impl Iterator<Item = &[Coord]> {
    let scene = &city.scene;
    let parts = scene.first_part[s as usize]..scene.first_part[s as usize + 1];
    parts.map(|p| {
        let points = scene.first_point[p as usize]..scene.first_point[p as usize + 1];
        &scene.point[points.start as usize..points.end as usize]
    })
}

/// The name of shape `s`; empty for none.
pub(super) fn shape_name(city: &City, s: u32) -> &str {
    city.scene.names.get(city.scene.name[s as usize] as usize)
}

/// Whether an edge is an estate's own lane.
pub(super) fn is_private(traits: u32) -> bool {
    traits & EdgeTrait::PRIVATE != 0
}

fn bounds_of(points: impl Iterator<Item = Coord>) -> Bounds {
    let mut bounds = Bounds::EMPTY;
    points.for_each(|c| bounds.add(c));
    bounds
}

fn box_area_m2(b: &Bounds) -> f64 {
    let south_west = Coord { lon_e7: b.west_e7, lat_e7: b.south_e7 };
    let width = south_west.metres_to(Coord { lon_e7: b.east_e7, lat_e7: b.south_e7 });
    let height = south_west.metres_to(Coord { lon_e7: b.west_e7, lat_e7: b.north_e7 });
    width * height
}
