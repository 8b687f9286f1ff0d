//! Shapes for maps: the same for the server's picture and for the map island.

use serde_json::{Value, json};
use yike_app::streets::map::{Area, Mark, Picture, Point, Tone, View};
use yike_app::streets::units::{Bounds, Coord};

use crate::front::language::Language;
use crate::front::visit::Visit;
use crate::pages::LegendItem;

/// Bytes a picture in a page may have.
const PICTURE_BYTES: usize = 120_000;

/// A polygon's rings.
pub type Rings = Vec<Vec<Coord>>;

/// A picture for a page, in the visitor's words.
pub fn picture(visit: &Visit, id: &str, view: View, title: String) -> Picture {
    let word = |key| visit.language.text(key).into_owned();
    Picture {
        title,
        units: (word("unit-m"), word("unit-km")),
        max_bytes: PICTURE_BYTES,
        english: visit.language == Language::English,
        ..Picture::new(id, view)
    }
}

/// "Map data so-and-so, date".
pub fn credit(language: Language, who: &str, date: Option<&str>) -> String {
    match date {
        Some(date) => {
            language.fill("map-credit-dated", &[("who", who.into()), ("date", date.into())])
        }
        None => language.fill("map-credit", &[("who", who.into())]),
    }
    .into_owned()
}

/// The box around rings, grown by a tenth.
pub fn around<'a>(rings: impl Iterator<Item = &'a Vec<Coord>>) -> Bounds {
    let mut bounds = Bounds::EMPTY;
    for c in rings.flatten() {
        bounds.add(*c);
    }
    bounds
}

/// `west,south,east,north` in degrees.
pub fn bounds_text(b: &Bounds) -> String {
    if b.is_empty() {
        return String::new();
    }
    let degrees = |e7: i32| f64::from(e7) / 1e7;
    format!(
        "{:.5},{:.5},{:.5},{:.5}",
        degrees(b.west_e7),
        degrees(b.south_e7),
        degrees(b.east_e7),
        degrees(b.north_e7)
    )
}

fn position(c: Coord) -> Value {
    // Five places are a metre: enough for a map, and shorter.
    let round = |d: f64| (d * 1e5).round() / 1e5;
    json!([round(c.lon()), round(c.lat())])
}

fn polygon(rings: &Rings) -> Value {
    json!(
        rings
            .iter()
            .map(|ring| ring.iter().map(|&c| position(c)).collect())
            .collect::<Vec<Vec<_>>>()
    )
}

/// What a map shows, for picture and island alike.
#[derive(Debug, Default)]
pub struct Shown {
    /// Where the walk starts.
    pub start: Option<Coord>,
    /// Areas, the lowest first: tone, name, what to tell, where it leads, polygons.
    pub areas: Vec<ShownArea>,
    /// Points.
    pub points: Vec<ShownPoint>,
}

/// An area of a map.
#[derive(Debug)]
pub struct ShownArea {
    /// What it stands for.
    pub tone: Tone,
    /// Its name; empty for none.
    pub name: String,
    /// What to tell when it is touched.
    pub told: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
    /// Its polygons.
    pub polygons: Vec<Rings>,
}

/// A point of a map.
#[derive(Debug)]
pub struct ShownPoint {
    /// Where.
    pub at: Coord,
    /// What it stands for.
    pub tone: Tone,
    /// A facility or a home.
    pub mark: Mark,
    /// Its name.
    pub name: String,
    /// What to tell when it is touched.
    pub told: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
}

impl Shown {
    /// Puts everything on a picture; names only where `named`.
    pub fn onto(&self, picture: &mut Picture, named: bool) {
        let label = |name: &String| if named { name.clone() } else { String::new() };
        for area in &self.areas {
            for rings in &area.polygons {
                picture.areas.push(Area {
                    rings: rings.clone(),
                    tone: area.tone,
                    label: label(&area.name),
                });
            }
        }
        for point in &self.points {
            picture.points.push(Point {
                at: point.at,
                mark: point.mark,
                tone: point.tone,
                label: label(&point.name),
            });
        }
        if let Some(at) = self.start {
            picture.points.push(Point {
                at,
                mark: Mark::Start,
                tone: Tone::Plain,
                label: String::new(),
            });
        }
    }

    /// The data block for the map island. It holds no markup: `<` is written as an escape.
    pub fn block(&self) -> String {
        let areas: Vec<Value> = self
            .areas
            .iter()
            .map(|area| {
                let polygons: Vec<Value> = area.polygons.iter().map(polygon).collect();
                json!({
                    "type": "Feature",
                    "properties": {"tone": area.tone.code(), "name": area.name, "told": area.told, "href": area.href},
                    "geometry": {"type": "MultiPolygon", "coordinates": polygons},
                })
            })
            .collect();
        let all = json!({
            "start": self.start.map(position),
            "areas": {"type": "FeatureCollection", "features": areas},
            "points": self.points_json(),
        });
        let text = all.to_string().replace('<', "\\u003c");
        format!(r#"<script type="application/json">{text}</script>"#)
    }
}

impl Shown {
    /// The points as GeoJSON.
    pub fn points_json(&self) -> Value {
        let point = |point: &ShownPoint| {
            json!({
                "type": "Feature",
                "properties": {"tone": point.tone.code(), "name": point.name, "told": point.told, "href": point.href},
                "geometry": {"type": "Point", "coordinates": position(point.at)},
            })
        };
        json!({"type": "FeatureCollection", "features": self.points.iter().map(point).collect::<Vec<_>>()})
    }
}

/// The tone of a walk within the first, second or a later band.
pub fn band_tone(ds: u32, minutes: &[u16]) -> Tone {
    const BANDS: [Tone; 3] = [Tone::Near, Tone::Middle, Tone::Far];
    let at = minutes.iter().position(|m| ds <= u32::from(*m) * 600);
    at.map_or(Tone::Beyond, |at| BANDS[at.min(2)])
}

/// The line of a legend for a tone.
pub fn legend_item(tone: Tone, words: impl Into<String>) -> LegendItem {
    LegendItem { tone: tone.code(), colour: tone.colour(), words: words.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_cannot_end_its_own_element() {
        let shown = Shown {
            points: vec![ShownPoint {
                at: Coord::from_degrees(120.0, 30.0),
                tone: Tone::Near,
                mark: Mark::Facility,
                name: "</script><script>alert(1)</script>".to_owned(),
                told: String::new(),
                href: String::new(),
            }],
            ..Shown::default()
        };
        let block = shown.block();
        assert_eq!(block.matches("<script").count(), 1);
        assert_eq!(block.matches("</script").count(), 1);
    }

    #[test]
    fn a_walk_of_exactly_the_band_is_within_it() {
        assert_eq!(band_tone(3_000, &[5, 10, 15]), Tone::Near);
        assert_eq!(band_tone(3_001, &[5, 10, 15]), Tone::Middle);
        assert_eq!(band_tone(9_001, &[5, 10, 15]), Tone::Beyond);
    }
}
