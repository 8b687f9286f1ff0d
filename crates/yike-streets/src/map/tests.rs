//! Tiles and pictures of a small city made here, read back by a decoder that is not ours.

use std::sync::Arc;

use geo_types::Geometry;
use mvt_reader::Reader;
use mvt_reader::feature::{Feature, Value};

use super::project::World;
use super::*;
use crate::city::{Meta, Scene, SceneKind};
use crate::column::Texts;
use crate::network::{EdgeTrait, Network, StreetClass};

/// Degrees east and north of the toy city's middle, per metre (near enough at its size).
const PER_METRE: (f64, f64) = (1.0 / 96_100.0, 1.0 / 111_200.0);

fn at(east_m: f64, north_m: f64) -> Coord {
    Coord::from_degrees(120.15 + east_m * PER_METRE.0, 30.28 + north_m * PER_METRE.1)
}

fn square(east_m: f64, north_m: f64, side_m: f64) -> Vec<Coord> {
    [(0.0, 0.0), (side_m, 0.0), (side_m, side_m), (0.0, side_m), (0.0, 0.0)]
        .map(|(x, y)| at(east_m + x, north_m + y))
        .to_vec()
}

#[derive(Default)]
struct Sketch {
    edges: Vec<(Coord, Coord, u32, &'static str)>,
    shapes: Vec<(SceneKind, &'static str, Vec<Vec<Coord>>)>,
}

impl Sketch {
    fn street(mut self, from: Coord, to: Coord, traits: u32, name: &'static str) -> Self {
        self.edges.push((from, to, traits, name));
        self
    }

    fn shape(mut self, kind: SceneKind, name: &'static str, parts: Vec<Vec<Coord>>) -> Self {
        self.shapes.push((kind, name, parts));
        self
    }

    fn city(mut self) -> City {
        let mut nodes: Vec<Coord> = self.edges.iter().flat_map(|e| [e.0, e.1]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let node = |c: Coord| nodes.binary_search(&c).expect("every end is a node") as u32;
        self.edges.sort_by_key(|e| (node(e.0).min(node(e.1)), node(e.0).max(node(e.1))));
        let mut names = vec![""];
        names.extend(self.edges.iter().map(|e| e.3));
        let network = Network {
            edge_from: self
                .edges
                .iter()
                .map(|e| node(e.0).min(node(e.1)))
                .collect::<Vec<_>>()
                .into(),
            edge_to: self.edges.iter().map(|e| node(e.0).max(node(e.1))).collect::<Vec<_>>().into(),
            edge_dm: self
                .edges
                .iter()
                .map(|e| (e.0.metres_to(e.1) * 10.0).max(1.0) as u32)
                .collect::<Vec<_>>()
                .into(),
            edge_traits: self.edges.iter().map(|e| e.2).collect::<Vec<_>>().into(),
            edge_name: (1..=self.edges.len() as u32).collect::<Vec<_>>().into(),
            first_shape: vec![0; self.edges.len() + 1].into(),
            node_coord: nodes.clone().into(),
            names: Texts::pack(names),
            ..Network::default()
        };
        self.shapes.sort_by_key(|s| s.0);
        let mut scene_names = vec![""];
        scene_names.extend(self.shapes.iter().map(|s| s.1));
        let (mut first_part, mut first_point, mut point) = (vec![0], vec![0], Vec::new());
        for (_, _, parts) in &self.shapes {
            for part in parts {
                point.extend_from_slice(part);
                first_point.push(point.len() as u32);
            }
            first_part.push(first_point.len() as u32 - 1);
        }
        let scene = Scene {
            kind: self.shapes.iter().map(|s| s.0 as u8).collect::<Vec<_>>().into(),
            name: (1..=self.shapes.len() as u32).collect::<Vec<_>>().into(),
            first_part: first_part.into(),
            first_point: first_point.into(),
            point: point.into(),
            names: Texts::pack(scene_names),
        };
        City {
            meta: Meta {
                source: "toy.osm".to_owned(),
                source_digest: "0".repeat(16),
                data_date: None,
                attribution: String::new(),
                built_by: String::new(),
                rules_digest: String::new(),
                bounds: Bounds::EMPTY,
            },
            network,
            homes: crate::homes::Homes::default(),
            facilities: crate::facilities::Facilities::default(),
            scene,
            english: crate::english::English::default(),
            findings: crate::osm::Findings::default(),
        }
    }
}

fn toy() -> Atlas {
    let major = StreetClass::Primary as u32;
    let lane = StreetClass::Service as u32 | EdgeTrait::PRIVATE;
    let mut courtyard = square(120.0, 120.0, 20.0);
    courtyard.reverse();
    let city = Sketch::default()
        .street(at(-300.0, 0.0), at(0.0, 0.0), major, "柳岸路")
        .street(at(0.0, 0.0), at(250.0, 0.0), major, "柳岸路")
        .street(at(0.0, 0.0), at(0.0, 200.0), lane, "")
        .shape(SceneKind::Building, "12幢", vec![square(100.0, 100.0, 60.0), courtyard])
        .shape(SceneKind::Water, "运河", vec![square(-900.0, -900.0, 700.0)])
        .shape(SceneKind::PlaceLabel, "柳岸新村", vec![vec![at(50.0, 50.0)]])
        .city();
    let boundary = Boundary {
        name_en: "Liu'an Community".to_owned(),
        name: "柳岸社区".to_owned(),
        level: 3,
        rings: vec![square(-400.0, -400.0, 800.0)],
    };
    Atlas::new(Arc::new(city), vec![boundary])
}

/// The tile that holds the toy city's middle.
fn middle_tile(z: u8) -> (u32, u32) {
    let world = World::of(at(20.0, 20.0));
    let n = f64::from(1_u32 << z);
    ((world.x * n) as u32, (world.y * n) as u32)
}

fn read(bytes: Vec<u8>) -> Vec<(String, Vec<Feature<i32>>)> {
    let reader = Reader::new(bytes).expect("the tile decodes");
    reader
        .get_layer_names()
        .expect("layers have names")
        .into_iter()
        .enumerate()
        .map(|(i, name)| (name, reader.get_features_as(i).expect("features decode")))
        .collect()
}

fn layer(z: u8, name: &str) -> Vec<Feature<i32>> {
    let (x, y) = middle_tile(z);
    let tile = toy().tile(z, x, y).expect("the tile is in range");
    read(tile).into_iter().find(|(n, _)| n == name).map(|(_, f)| f).unwrap_or_default()
}

fn property(feature: &Feature<i32>, key: &str) -> Option<Value> {
    feature.properties.as_ref()?.get(key).cloned()
}

fn word(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[test]
fn edges_of_one_street_become_one_line_with_its_name() {
    let streets = layer(15, "street");
    let named: Vec<_> =
        streets.iter().filter(|f| property(f, "name") == Some(word("柳岸路"))).collect();
    assert_eq!(named.len(), 1);
    assert_eq!(property(named[0], "class"), Some(word("major")));
    let Geometry::LineString(line) = &named[0].geometry else {
        panic!("one line, not {:?}", named[0].geometry)
    };
    assert_eq!(line.0.len(), 2, "the straight join is simplified away");
}

#[test]
fn an_estates_own_lane_is_marked_private_and_comes_late() {
    let private =
        |z| layer(z, "street").iter().filter(|f| property(f, "private").is_some()).count();
    assert_eq!((private(13), private(14)), (0, 1));
}

#[test]
fn a_courtyard_stays_a_hole() {
    let buildings = layer(16, "building");
    let Geometry::MultiPolygon(polygons) = &buildings[0].geometry else {
        panic!("polygons, not {:?}", buildings[0].geometry)
    };
    assert_eq!(polygons.0.len(), 1);
    assert_eq!(polygons.0[0].interiors().len(), 1);
}

#[test]
fn names_are_utf8_and_appear_in_one_tile_only() {
    let labels = layer(15, "label");
    assert!(labels.iter().any(|f| property(f, "name") == Some(word("柳岸新村"))));
    let (x, y) = middle_tile(15);
    let mut seen = 0;
    for (dx, dy) in (0..3).flat_map(|dx| (0..3).map(move |dy| (dx, dy))) {
        let tile = toy().tile(15, x + dx - 1, y + dy - 1).unwrap();
        seen += read(tile)
            .iter()
            .flat_map(|(_, features)| features)
            .filter(|f| property(f, "class") == Some(word("place")))
            .count();
    }
    assert_eq!(seen, 1);
}

#[test]
fn boundaries_carry_their_level() {
    assert_eq!(property(&layer(13, "boundary")[0], "level"), Some(Value::UInt(3)));
}

#[test]
fn a_tile_is_the_same_each_time_and_there_is_none_beyond_the_deepest() {
    let (x, y) = middle_tile(16);
    assert_eq!(toy().tile(16, x, y), toy().tile(16, x, y));
    assert_eq!(toy().tile(17, 0, 0), None);
    assert_eq!(toy().tile(3, 8, 0), None);
    assert_eq!(toy().tile(16, 0, 0), Some(Vec::new()));
}

/// A hundred thousand sheds on one square kilometre.
fn crowded() -> Atlas {
    let shed = |i: usize| {
        let (x, y) = ((i % 316) as f64 * 3.1 - 500.0, (i / 316) as f64 * 3.1 - 500.0);
        vec![square(x, y, 2.4)]
    };
    let mut sketch = Sketch::default();
    for i in 0..100_000 {
        sketch = sketch.shape(SceneKind::Building, "a shed with a rather long name", shed(i));
    }
    Atlas::new(Arc::new(sketch.city()), Vec::new())
}

#[test]
fn a_crowded_tile_and_a_crowded_picture_keep_their_bounds() {
    let atlas = crowded();
    for z in [14, 15, 16] {
        let (x, y) = middle_tile(z);
        let tile = atlas.tile(z, x, y).unwrap();
        assert!(tile.len() <= MAX_TILE_BYTES, "{} bytes at zoom {z}", tile.len());
        read(tile);
    }
    let mut picture = Picture::new("p", View::Fit(atlas.bounds()));
    picture.max_bytes = 100_000;
    let svg = atlas.svg(&picture);
    assert!(svg.len() <= picture.max_bytes, "{} bytes", svg.len());
}

fn a_picture() -> Picture {
    let mut picture = Picture::new("near", View::Around(at(0.0, 0.0), 800.0));
    picture.title = "从 <柳岸新村> & 12 幢步行".to_owned();
    picture.credit = "2026-11".to_owned();
    picture.areas.push(Area {
        rings: vec![square(-100.0, -100.0, 200.0)],
        tone: Tone::Near,
        label: String::new(),
    });
    picture.points.push(Point {
        at: at(30.0, 30.0),
        mark: Mark::Facility,
        tone: Tone::Near,
        label: "食堂".to_owned(),
    });
    picture
}

#[test]
fn a_picture_is_well_formed_and_says_what_it_shows() {
    let svg = toy().svg(&a_picture());
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    assert!(svg.contains("从 &lt;柳岸新村&gt; &amp; 12 幢步行</title>"));
    for wanted in ["柳岸路", "食堂", "m-water", "m-building", "m-near", "200 m", "2026-11"] {
        assert!(svg.contains(wanted), "{wanted} is missing");
    }
    for forbidden in [" style=", "<style", "<script", "href"] {
        assert!(!svg.contains(forbidden), "{forbidden} breaks the content policy");
    }
    assert_eq!(svg, toy().svg(&a_picture()));
}

#[test]
fn a_picture_of_nothing_is_still_a_picture() {
    let atlas = Atlas::new(Arc::new(Sketch::default().city()), Vec::new());
    let svg = atlas.svg(&Picture::new("p", View::Fit(atlas.bounds())));
    assert!(svg.ends_with("</svg>"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}
