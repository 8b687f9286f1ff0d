//! Map layers out: GeoJSON for anything, FlatGeobuf for large ones.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::error::Result as GeoResult;
use geozero::{ColumnValue, GeomProcessor, GeozeroGeometry, PropertyProcessor};
use serde_json::{Map, Value as Json, json};
use yike_streets::circles::areas::{Area, Polygon};
use yike_streets::circles::study::RowKind;
use yike_streets::units::Coord;

use super::facts::{Kind, Value};
use super::words::tenths;
use super::{Export, ExportError};

/// Homes as points, for one profile.
pub(super) fn homes_geojson(export: &Export<'_>, p: usize, path: &Path) -> Result<(), ExportError> {
    let columns = export.home_columns(false);
    let blocks = export.study.blocks(p)?;
    let mut out = Collection::create(export, path)?;
    for home in 0..export.study.homes() {
        let at = export.study.home_coord[home];
        let values = export.home_values(p, &blocks, home, false);
        out.feature(&json!({"type": "Point", "coordinates": degrees(at)}), &columns, &values)?;
    }
    out.finish()
}

/// Homes as points, for one profile, in FlatGeobuf.
pub(super) fn homes_fgb(export: &Export<'_>, p: usize, path: &Path) -> Result<(), ExportError> {
    let columns = export.home_columns(false);
    let name = format!("homes_{}", export.study.meta.profiles[p].code);
    let blocks = export.study.blocks(p)?;
    let homes = (0..export.study.homes()).map(|home| {
        let values = export.home_values(p, &blocks, home, false);
        (Ground::Point(export.study.home_coord[home]), values)
    });
    write_fgb(export, path, &name, GeometryType::Point, &columns, homes)
}

/// Areas with their people and what they lack.
pub(super) fn areas_geojson(export: &Export<'_>, path: &Path) -> Result<(), ExportError> {
    let columns = area_columns(export);
    let mut out = Collection::create(export, path)?;
    for (area, values) in areas(export) {
        let rings = |p: &Polygon| -> Vec<Vec<[f64; 2]>> {
            p.iter().map(|r| r.iter().map(|c| degrees(*c)).collect()).collect()
        };
        let polygons: Vec<_> = area.polygons.iter().map(rings).collect();
        out.feature(&json!({"type": "MultiPolygon", "coordinates": polygons}), &columns, &values)?;
    }
    out.finish()
}

/// Areas with their people and what they lack, in FlatGeobuf.
pub(super) fn areas_fgb(export: &Export<'_>, path: &Path) -> Result<(), ExportError> {
    let columns = area_columns(export);
    let rows = areas(export).map(|(area, values)| (Ground::Area(&area.polygons), values));
    write_fgb(export, path, "areas", GeometryType::MultiPolygon, &columns, rows)
}

fn area_columns(export: &Export<'_>) -> Vec<(String, Kind)> {
    let meta = &export.study.meta;
    let mut columns: Vec<(String, Kind)> =
        ["code", "name", "level", "parent"].map(|name| (name.to_owned(), Kind::Text)).into();
    columns.extend(["people", "people_estimated"].map(|name| (name.to_owned(), Kind::Int)));
    for profile in &meta.profiles {
        for item in &meta.standard.items {
            columns.push((format!("{}.{}.lacking", profile.code, item.code), Kind::Int));
        }
    }
    columns
}

/// The areas of the study with their values.
fn areas<'a>(export: &'a Export<'_>) -> impl Iterator<Item = (&'a Area, Vec<Value>)> {
    let meta = &export.study.meta;
    let list = export.areas.map_or(&[][..], |areas| areas.list());
    list.iter().filter_map(move |area| {
        let of_area =
            |r: &yike_streets::circles::study::Row| r.kind == RowKind::Area && r.code == area.code;
        let row = meta.rows.iter().position(of_area)?;
        let (people, estimated) = export.study.people_of(row);
        let text = |s: &str| Value::Text(s.to_owned());
        let mut values = vec![
            text(&area.code),
            text(&area.name),
            text(&area.level),
            text(area.parent.as_deref().unwrap_or_default()),
            Value::Int(people as i64),
            Value::Int(estimated as i64),
        ];
        for p in 0..meta.profiles.len() {
            for i in 0..meta.standard.items.len() {
                let lacking = export.study.item(row, p, i).people().lacking;
                values.push(Value::Int(lacking as i64));
            }
        }
        Some((area, values))
    })
}

fn degrees(at: Coord) -> [f64; 2] {
    // Seven digits are all there is; more would be noise of the division.
    [at.lon_e7, at.lat_e7].map(|e7| f64::from(e7) / 1e7)
}

/// A GeoJSON file written feature by feature.
struct Collection<'p> {
    path: &'p Path,
    out: BufWriter<File>,
    first: bool,
}

impl<'p> Collection<'p> {
    fn create(export: &Export<'_>, path: &'p Path) -> Result<Self, ExportError> {
        let file = File::create(path).map_err(ExportError::io(path))?;
        let mut collection = Self { path, out: BufWriter::new(file), first: true };
        let about: Map<String, Json> =
            export.about().into_iter().map(|(label, text)| (label, Json::String(text))).collect();
        let start = format!(
            "{{\"type\":\"FeatureCollection\",\"description\":{},\"about\":{},\"features\":[",
            Json::String(export.one_line()),
            Json::Object(about)
        );
        collection.write(&start)?;
        Ok(collection)
    }

    fn write(&mut self, text: &str) -> Result<(), ExportError> {
        self.out.write_all(text.as_bytes()).map_err(ExportError::io(self.path))
    }

    fn feature(
        &mut self,
        geometry: &Json,
        columns: &[(String, Kind)],
        values: &[Value],
    ) -> Result<(), ExportError> {
        let start = if self.first { "\n" } else { ",\n" };
        self.first = false;
        let mut text = format!("{start}{{\"type\":\"Feature\",\"properties\":{{");
        for (i, ((name, _), value)) in columns.iter().zip(values).enumerate() {
            if i > 0 {
                text.push(',');
            }
            text += &Json::String(name.clone()).to_string();
            text.push(':');
            text += &match value {
                Value::Text(s) => Json::String(s.clone()).to_string(),
                Value::Int(n) => n.to_string(),
                Value::Tenths(n) => tenths(*n),
                Value::Nothing => "null".to_owned(),
            };
        }
        let _ = write!(text, "}},\"geometry\":{geometry}}}");
        self.write(&text)
    }

    fn finish(mut self) -> Result<(), ExportError> {
        self.write("\n]}\n")?;
        self.out.flush().map_err(ExportError::io(self.path))
    }
}

/// The ground of a feature, for FlatGeobuf.
enum Ground<'a> {
    Point(Coord),
    Area(&'a [Polygon]),
}

impl GeozeroGeometry for Ground<'_> {
    fn process_geom<P: GeomProcessor>(&self, to: &mut P) -> GeoResult<()> {
        match self {
            Ground::Point(at) => {
                let [x, y] = degrees(*at);
                to.point_begin(0)?;
                to.xy(x, y, 0)?;
                to.point_end(0)
            }
            Ground::Area(polygons) => {
                to.multipolygon_begin(polygons.len(), 0)?;
                for (i, polygon) in polygons.iter().enumerate() {
                    to.polygon_begin(false, polygon.len(), i)?;
                    for (j, ring) in polygon.iter().enumerate() {
                        to.linestring_begin(false, ring.len(), j)?;
                        for (k, at) in ring.iter().enumerate() {
                            let [x, y] = degrees(*at);
                            to.xy(x, y, k)?;
                        }
                        to.linestring_end(false, j)?;
                    }
                    to.polygon_end(false, i)?;
                }
                to.multipolygon_end(0)
            }
        }
    }
}

fn write_fgb<'a>(
    export: &Export<'_>,
    path: &Path,
    name: &str,
    geometry: GeometryType,
    columns: &[(String, Kind)],
    features: impl Iterator<Item = (Ground<'a>, Vec<Value>)>,
) -> Result<(), ExportError> {
    let fail = |e: &dyn std::fmt::Display| ExportError::format(path, e);
    let about = export.about();
    let metadata = Json::Object(about.into_iter().map(|(l, t)| (l, Json::String(t))).collect());
    let (metadata, description) = (metadata.to_string(), export.one_line());
    let options = FgbWriterOptions {
        crs: FgbCrs { code: 4326, ..FgbCrs::default() },
        title: Some(name),
        description: Some(&description),
        metadata: Some(&metadata),
        promote_to_multi: false,
        ..FgbWriterOptions::default()
    };
    let mut writer =
        FgbWriter::create_with_options(name, geometry, options).map_err(|e| fail(&e))?;
    for (name, kind) in columns {
        let kind = match kind {
            Kind::Text => ColumnType::String,
            Kind::Int => ColumnType::Long,
            Kind::Tenths => ColumnType::Double,
        };
        writer.add_column(name, kind, |_, column| column.nullable = true);
    }
    for (ground, values) in features {
        let mut refused = None;
        writer
            .add_feature_geom(ground, |feature| {
                for (i, ((name, _), value)) in columns.iter().zip(&values).enumerate() {
                    let value = match value {
                        Value::Text(text) => ColumnValue::String(text),
                        Value::Int(n) => ColumnValue::Long(*n),
                        Value::Tenths(n) => ColumnValue::Double(f64::from(*n) / 10.0),
                        Value::Nothing => continue,
                    };
                    if let Err(error) = feature.property(i, name, &value) {
                        refused.get_or_insert(error);
                    }
                }
            })
            .map_err(|e| fail(&e))?;
        if let Some(error) = refused {
            return Err(fail(&error));
        }
    }
    let file = File::create(path).map_err(ExportError::io(path))?;
    writer.write(BufWriter::new(file)).map_err(|e| fail(&e))
}
