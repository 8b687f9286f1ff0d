//! One vector tile: what lies in it, cut, simplified and written.

use std::collections::BTreeMap;

use super::items::{Item, Street, is_private, shape_kind, shape_name, shape_parts};
use super::mvt::{EXTENT, Layer, Shape, Value};
use super::project::{World, tile_bounds};
use super::shapes::{
    Dot, Window, clip_line, clip_ring, doubled_area, inside, length, simplify, simplify_ring,
};
use super::{Atlas, chain};
use crate::city::SceneKind;
use crate::network::{EdgeTrait, StreetClass};
use crate::units::Coord;

/// The deepest zoom with tiles of its own; maps draw deeper zooms from these.
pub const MAX_ZOOM: u8 = 16;

/// No tile is larger than this; a fuller one is drawn coarser.
pub const MAX_TILE_BYTES: usize = 500_000;

/// How far beyond its edge a tile is drawn, in tile units, so that wide lines meet across tiles.
const BUFFER: f64 = 96.0;

/// Layer names, keys and lengths, which the count of features leaves out.
const ROOM_FOR_HEADS: usize = 1_000;

/// The coarsest drawing tried before features are simply left out.
const COARSEST: u8 = 4;

/// The layers, from the bottom of the map to its top.
const LAYERS: [&str; 8] =
    ["water", "green", "building", "rail", "street", "wall", "boundary", "label"];

#[derive(Clone, Copy)]
enum In {
    Water,
    Green,
    Building,
    Rail,
    Street,
    Wall,
    Boundary,
    Label,
}

/// See [`Atlas::tile`].
pub(super) fn draw(atlas: &Atlas, z: u8, x: u32, y: u32) -> Option<Vec<u8>> {
    if z > MAX_ZOOM || x >= 1 << z || y >= 1 << z {
        return None;
    }
    let window = tile_bounds(z, x, y, BUFFER / f64::from(EXTENT));
    let found = atlas.index.query(&window, z);
    for coarse in 0..COARSEST {
        let tile = Drawing::new(atlas, z, x, y, coarse).draw(&found);
        if tile.len() <= MAX_TILE_BYTES {
            return Some(tile);
        }
    }
    let mut last = Drawing::new(atlas, z, x, y, COARSEST);
    last.budget = MAX_TILE_BYTES - ROOM_FOR_HEADS;
    Some(last.draw(&found))
}

struct Drawing<'a> {
    atlas: &'a Atlas,
    zoom: u8,
    /// Tile units per world unit, and the tile's corner in tile units.
    scale: f64,
    corner: Dot,
    window: Window,
    tolerance: f64,
    /// Smallest area and length worth drawing, in tile units.
    min_area: f64,
    min_length: f64,
    coarse: u8,
    budget: usize,
    layers: Vec<Layer>,
}

/// One street as the tile shows it: class, name, and what sets it apart.
type StreetKey<'a> = (Street, &'a str, bool, bool, bool);

impl<'a> Drawing<'a> {
    fn new(atlas: &'a Atlas, zoom: u8, x: u32, y: u32, coarse: u8) -> Self {
        let extent = f64::from(EXTENT);
        // A screen pixel is 8 units; the deepest tiles are also shown four times enlarged.
        let fine = if zoom == MAX_ZOOM { 1.0 } else { 4.0 };
        let rough = f64::from(1_u32 << coarse);
        Self {
            atlas,
            zoom,
            scale: extent * f64::from(1_u32 << zoom),
            corner: (f64::from(x) * extent, f64::from(y) * extent),
            window: Window {
                left: -BUFFER,
                top: -BUFFER,
                right: extent + BUFFER,
                bottom: extent + BUFFER,
            },
            tolerance: fine * rough,
            min_area: 4.0 * fine * fine * rough * rough,
            min_length: 2.0 * fine * rough,
            coarse,
            budget: usize::MAX,
            layers: LAYERS.into_iter().map(Layer::new).collect(),
        }
    }

    fn draw(mut self, found: &[Item]) -> Vec<u8> {
        let mut streets: BTreeMap<StreetKey, Vec<(u32, u32, u32)>> = BTreeMap::new();
        for &item in found {
            match item {
                Item::Edge(e) => self.sort_edge(e, &mut streets),
                Item::Shape(s) => self.shape(s),
                Item::Boundary(b) => self.boundary(b as usize),
            }
        }
        for (key, edges) in &streets {
            self.street(key, edges);
        }
        let mut tile = Vec::new();
        for layer in &self.layers {
            layer.write(&mut tile);
        }
        tile
    }

    fn place(&self, c: Coord) -> Dot {
        let world = World::of(c);
        (world.x * self.scale - self.corner.0, world.y * self.scale - self.corner.1)
    }

    fn add(&mut self, layer: In, shape: &Shape, properties: &[(&'static str, Value)]) {
        let used: usize = self.layers.iter().map(Layer::weight).sum();
        self.layers[layer as usize].add(shape, properties, self.budget.saturating_sub(used));
    }

    /// Puts an edge with the others of its street, or drops it where the tile is too full.
    fn sort_edge(&self, e: u32, streets: &mut BTreeMap<StreetKey<'a>, Vec<(u32, u32, u32)>>) {
        let network = &self.atlas.city.network;
        let traits = network.edge_traits[e as usize];
        let Some(street) = Street::of(StreetClass::of(traits)) else { return };
        if (self.coarse >= 2 && street <= Street::Steps)
            || (self.coarse >= 3 && street <= Street::Service)
            || (self.coarse >= 4 && street <= Street::Minor)
        {
            return;
        }
        let name = network.names.get(network.edge_name[e as usize] as usize);
        let key = (
            street,
            name,
            is_private(traits),
            traits & EdgeTrait::BRIDGE != 0,
            traits & EdgeTrait::TUNNEL != 0,
        );
        let ends = (network.edge_from[e as usize], network.edge_to[e as usize], e);
        streets.entry(key).or_default().push(ends);
    }

    fn street(&mut self, key: &StreetKey, edges: &[(u32, u32, u32)]) {
        let network = &self.atlas.city.network;
        let mut lines = Vec::new();
        for chain in chain::join(edges) {
            let mut line: Vec<Dot> = Vec::new();
            for (edge, forward) in chain {
                let mut points: Vec<Dot> = network.line(edge).map(|c| self.place(c)).collect();
                if !forward {
                    points.reverse();
                }
                line.extend(points.into_iter().skip(usize::from(!line.is_empty())));
            }
            lines.extend(self.cut_line(&line));
        }
        let &(street, name, private, bridge, tunnel) = key;
        let mut properties = vec![("class", text(street.code()))];
        if !name.is_empty() {
            properties.push(("name", text(name)));
        }
        if let Some(english) = self.atlas.city.english.get(name) {
            properties.push(("name_en", text(english)));
        }
        for (key, set) in [("private", private), ("bridge", bridge), ("tunnel", tunnel)] {
            if set {
                properties.push((key, Value::True));
            }
        }
        if self.coarse == COARSEST {
            // One by one, so that a street too large for what room is left is not lost whole.
            for line in lines {
                self.add(In::Street, &Shape::Lines(vec![line]), &properties);
            }
        } else {
            self.add(In::Street, &Shape::Lines(lines), &properties);
        }
    }

    fn cut_line(&self, line: &[Dot]) -> Vec<Vec<Dot>> {
        clip_line(line, &self.window)
            .into_iter()
            .map(|piece| simplify(&piece, self.tolerance))
            .filter(|piece| length(piece) >= self.min_length)
            .collect()
    }

    fn shape(&mut self, s: u32) {
        let city = &self.atlas.city;
        let Some(kind) = shape_kind(city, s) else { return };
        let name = shape_name(city, s);
        let parts: Vec<Vec<Dot>> = shape_parts(city, s)
            .map(|part| part.iter().map(|&c| self.place(c)).collect())
            .collect();
        let named = |class: &str| {
            let mut properties = vec![("class", text(class))];
            if !name.is_empty() {
                properties.push(("name", text(name)));
            }
            properties
        };
        match kind {
            SceneKind::Building => {
                if self.coarse < COARSEST {
                    self.area(In::Building, &parts, &[]);
                }
                if self.zoom == MAX_ZOOM {
                    self.label_area("building", name, &parts);
                }
            }
            SceneKind::Water => {
                self.area(In::Water, &parts, &named("area"));
                self.label_area("water", name, &parts);
            }
            SceneKind::Green => {
                self.area(In::Green, &parts, &[]);
                self.label_area("green", name, &parts);
            }
            SceneKind::Square => self.area(In::Street, &parts, &named("square")),
            SceneKind::Pier => self.lines(In::Street, &parts, &named("pier")),
            SceneKind::Waterway => self.lines(In::Water, &parts, &named("line")),
            SceneKind::Rail => self.lines(In::Rail, &parts, &[]),
            SceneKind::Road => self.lines(In::Street, &parts, &named(Street::Major.code())),
            SceneKind::Wall => self.lines(In::Wall, &parts, &[]),
            SceneKind::PlaceLabel => self.label_at("place", name, &parts),
            SceneKind::Station => self.label_at("station", name, &parts),
        }
    }

    fn lines(&mut self, layer: In, parts: &[Vec<Dot>], properties: &[(&'static str, Value)]) {
        let lines = parts.iter().flat_map(|part| self.cut_line(part)).collect();
        self.add(layer, &Shape::Lines(lines), properties);
    }

    fn area(&mut self, layer: In, parts: &[Vec<Dot>], properties: &[(&'static str, Value)]) {
        let polygons = group_rings(parts)
            .into_iter()
            .map(|rings| rings.iter().map(|ring| self.cut_ring(ring)).collect::<Vec<_>>())
            .filter(|rings| rings.first().is_some_and(|outer| !outer.is_empty()))
            .collect();
        self.add(layer, &Shape::Polygons(polygons), properties);
    }

    fn cut_ring(&self, ring: &[Dot]) -> Vec<Dot> {
        let ring = simplify_ring(&clip_ring(ring, &self.window), self.tolerance);
        if doubled_area(&ring).abs() / 2.0 < self.min_area { Vec::new() } else { ring }
    }

    fn boundary(&mut self, b: usize) {
        let atlas = self.atlas;
        let boundary = &atlas.boundaries[b];
        let level = ("level", Value::Int(u64::from(boundary.level)));
        let rings: Vec<Vec<Dot>> = boundary
            .rings
            .iter()
            .map(|ring| ring.iter().map(|&c| self.place(c)).collect())
            .collect();
        self.lines(In::Boundary, &rings, std::slice::from_ref(&level));
        let class =
            ["district", "subdistrict", "community"][usize::from(boundary.level.clamp(1, 3)) - 1];
        if let Some((at, room)) = room_for_name(class, &boundary.name, &rings) {
            self.label(class, (&boundary.name, &boundary.name_en), at, room);
        }
    }

    /// Names an area in the one tile that holds its middle.
    fn label_area(&mut self, class: &'static str, name: &str, parts: &[Vec<Dot>]) {
        if let Some((at, room)) = room_for_name(class, name, parts) {
            self.label(class, (name, self.english(name)), at, room);
        }
    }

    /// The English name of what the source gives one; else empty.
    fn english(&self, name: &str) -> &'a str {
        let atlas = self.atlas;
        atlas.city.english.get(name).unwrap_or_default()
    }

    fn label_at(&mut self, class: &'static str, name: &str, parts: &[Vec<Dot>]) {
        if let (false, Some(&at)) = (name.is_empty(), parts.first().and_then(|p| p.first())) {
            self.label(class, (name, self.english(name)), at, 0.0);
        }
    }

    fn label(&mut self, class: &str, (name, english): (&str, &str), at: Dot, room: f64) {
        let extent = f64::from(EXTENT);
        if (0.0..extent).contains(&at.0) && (0.0..extent).contains(&at.1) {
            // The larger the area, the sooner it is named where names compete.
            let rank = 20 - (room.max(1.0).log2() as u64).min(20);
            let mut properties =
                vec![("class", text(class)), ("name", text(name)), ("rank", Value::Int(rank))];
            if !english.is_empty() {
                properties.push(("name_en", text(english)));
            }
            self.add(In::Label, &Shape::Point(at), &properties);
        }
    }
}

/// The middle of an area and its size, if there is a name and room for it.
fn room_for_name(class: &str, name: &str, parts: &[Vec<Dot>]) -> Option<(Dot, f64)> {
    let outer = parts.first().filter(|_| !name.is_empty())?;
    // A label needs room: about a pixel of width for each 8 units, a letter being 12 pixels.
    let room = doubled_area(outer).abs() / 2.0;
    if class != "building" && room < 90_000.0 {
        return None;
    }
    Some((middle(outer)?, room))
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// Sorts the rings of an area into outer rings, each with the holes that lie in it.
pub(super) fn group_rings(parts: &[Vec<Dot>]) -> Vec<Vec<&[Dot]>> {
    let Some(first) = parts.first() else { return Vec::new() };
    let outward = doubled_area(first) > 0.0;
    let (outer, holes): (Vec<&[Dot]>, Vec<&[Dot]>) = parts
        .iter()
        .map(Vec::as_slice)
        .filter(|ring| ring.len() >= 4)
        .partition(|ring| (doubled_area(ring) > 0.0) == outward);
    let mut polygons: Vec<Vec<&[Dot]>> = outer.into_iter().map(|ring| vec![ring]).collect();
    for hole in holes {
        if let Some(polygon) = polygons.iter_mut().find(|rings| inside(hole[0], rings[0])) {
            polygon.push(hole);
        }
    }
    polygons
}

/// A point well inside a ring: its centroid, or the middle of the widest stretch beside it.
pub(super) fn middle(ring: &[Dot]) -> Option<Dot> {
    let area = doubled_area(ring);
    if area == 0.0 {
        return ring.first().copied();
    }
    // Taken relative to the first point, so that far-off coordinates do not cost precision.
    let (ox, oy) = ring[0];
    let (mut cx, mut cy) = (0.0, 0.0);
    for pair in ring.windows(2) {
        let (ax, ay, bx, by) = (pair[0].0 - ox, pair[0].1 - oy, pair[1].0 - ox, pair[1].1 - oy);
        let cross = ax * by - bx * ay;
        cx += (ax + bx) * cross;
        cy += (ay + by) * cross;
    }
    let centre = (ox + cx / (3.0 * area), oy + cy / (3.0 * area));
    if inside(centre, ring) {
        return Some(centre);
    }
    let mut crossings: Vec<f64> = ring
        .windows(2)
        .filter(|p| (p[0].1 > centre.1) != (p[1].1 > centre.1))
        .map(|p| p[0].0 + (centre.1 - p[0].1) / (p[1].1 - p[0].1) * (p[1].0 - p[0].0))
        .collect();
    crossings.sort_by(f64::total_cmp);
    let widest =
        crossings.chunks_exact(2).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])))?;
    Some((f64::midpoint(widest[0], widest[1]), centre.1))
}
