//! GeoJSON in, feature by feature.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::errors::TableError;
use super::{Cell, Shape, Sink, file_name};

/// Largest file in bytes.
const MAX_BYTES: u64 = 2 << 30;
/// Most different property names.
const MAX_COLUMNS: usize = 4096;
/// Most points of one feature.
const MAX_POINTS: usize = 1_000_000;

/// Reads every feature of a collection into `sink`.
pub(super) fn read(path: &Path, sink: &mut dyn Sink) -> Result<(), TableError> {
    let fail = |source| TableError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.len() > MAX_BYTES {
        let bound = format!("{MAX_BYTES} bytes");
        return Err(TableError::TooLarge { file: file_name(path), bound });
    }
    let mut state = State { sink, names: Vec::new(), rows: 0, error: None, collection: false };
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, file));
    let read = Collection(&mut state).deserialize(&mut json).and_then(|()| json.end());
    if let Some(error) = state.error {
        return Err(error);
    }
    let damaged = |what: String| TableError::Damaged { file: file_name(path), what };
    read.map_err(|e| damaged(format!("not readable GeoJSON: {e}")))?;
    if !state.collection {
        return Err(damaged("no \"features\": give a GeoJSON FeatureCollection".into()));
    }
    if state.rows == 0 {
        state.sink.header(&[])?;
    }
    Ok(())
}

struct State<'a> {
    sink: &'a mut dyn Sink,
    names: Vec<String>,
    rows: u64,
    error: Option<TableError>,
    collection: bool,
}

impl State<'_> {
    fn feature(&mut self, feature: &Feature) -> Result<(), TableError> {
        self.rows += 1;
        let before = self.names.len();
        for name in feature.properties.keys() {
            if !self.names.contains(name) && self.names.len() < MAX_COLUMNS {
                self.names.push(name.clone());
            }
        }
        if self.names.len() > before || self.rows == 1 {
            self.sink.header(&self.names)?;
        }
        let cells: Vec<Cell<'_>> =
            self.names.iter().map(|n| cell(feature.properties.get(n))).collect();
        self.sink.row(self.rows, &cells, feature.shape.as_ref())
    }
}

fn cell(value: Option<&Value>) -> Cell<'_> {
    match value {
        Some(Value::String(s)) => Cell::Text(s),
        Some(Value::Number(n)) => n.as_f64().map_or(Cell::Empty, Cell::Number),
        Some(Value::Bool(true)) => Cell::Text("true"),
        Some(Value::Bool(false)) => Cell::Text("false"),
        _ => Cell::Empty,
    }
}

/// What we take of a feature.
struct Feature {
    properties: BTreeMap<String, Value>,
    shape: Option<Shape>,
}

impl<'de> serde::Deserialize<'de> for Feature {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Raw {
            #[serde(default)]
            properties: Option<BTreeMap<String, Value>>,
            #[serde(default)]
            geometry: Option<Geometry>,
            #[serde(default)]
            id: Option<Value>,
        }
        let raw = Raw::deserialize(from)?;
        let mut properties = raw.properties.unwrap_or_default();
        if let Some(id @ (Value::String(_) | Value::Number(_))) = raw.id {
            let id = match id {
                Value::String(s) => s,
                other => other.to_string(),
            };
            properties.entry("id".into()).or_insert(Value::String(id));
        }
        Ok(Self { properties, shape: raw.geometry.and_then(Geometry::shape) })
    }
}

/// Coordinates of any depth: what kind of geometry they must fit is told beside them, before or after.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Nest {
    Number(f64),
    List(Vec<Nest>),
}

impl Nest {
    fn list(self) -> Option<Vec<Self>> {
        match self {
            Self::List(list) => Some(list),
            Self::Number(_) => None,
        }
    }

    fn pair(&self) -> Option<[f64; 2]> {
        match self {
            Self::List(list) => match list.as_slice() {
                [Self::Number(lon), Self::Number(lat), ..] => Some([*lon, *lat]),
                _ => None,
            },
            Self::Number(_) => None,
        }
    }
}

#[derive(serde::Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    coordinates: Option<Nest>,
}

impl Geometry {
    /// The shape, where it is one we take and its coordinates fit its kind.
    fn shape(self) -> Option<Shape> {
        let at = self.coordinates?;
        match self.kind.as_str() {
            "Point" => at.pair().map(|[lon, lat]| Shape::Point(lon, lat)),
            "MultiPoint" => match at.list()?.as_slice() {
                [one] => one.pair().map(|[lon, lat]| Shape::Point(lon, lat)),
                _ => None,
            },
            "Polygon" => area(vec![at]),
            "MultiPolygon" => area(at.list()?),
            _ => None,
        }
    }
}

/// Rings as pairs, closed; `None` where a point has no two numbers or there are too many.
fn area(polygons: Vec<Nest>) -> Option<Shape> {
    let mut points = 0;
    let mut ring = |nest: Nest| -> Option<Vec<[f64; 2]>> {
        let mut ring: Vec<[f64; 2]> = nest.list()?.iter().map(Nest::pair).collect::<Option<_>>()?;
        if ring.first() != ring.last() {
            ring.push(*ring.first()?);
        }
        points += ring.len();
        (points <= MAX_POINTS).then_some(ring)
    };
    let polygon = |nest: Nest| nest.list()?.into_iter().map(&mut ring).collect::<Option<Vec<_>>>();
    polygons.into_iter().map(polygon).collect::<Option<Vec<_>>>().map(Shape::Area)
}

/// The outer object: hands each feature on as it is read.
struct Collection<'a, 'b>(&'a mut State<'b>);

impl<'de> DeserializeSeed<'de> for Collection<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "features" {
                self.0.collection = true;
                map.next_value_seed(Features(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Features<'a, 'b>(&'a mut State<'b>);

impl<'de> DeserializeSeed<'de> for Features<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        while let Some(feature) = features.next_element::<Feature>()? {
            if let Err(error) = self.0.feature(&feature) {
                self.0.error = Some(error);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
