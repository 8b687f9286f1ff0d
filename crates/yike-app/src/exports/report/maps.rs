//! The maps of the report: where most is missing, and the largest gap.

use std::fmt::Write as _;

use yike_streets::circles::study::Part;
use yike_streets::map::{Atlas, Base, Boundary, Mark, Picture, Point, Tone, View};
use yike_streets::units::{Bounds, Coord};

use super::super::Lang;
use super::findings::Findings;
use super::{Export, escape};

const WIDTH: u32 = 500;
const HEIGHT: u32 = 460;
/// Bytes of one map.
const MAX_BYTES: usize = 900_000;

/// Two maps side by side, each with its legend in words.
pub(super) fn section(export: &Export<'_>, findings: &Findings) -> String {
    let atlas = Atlas::new(export.city.clone(), boundaries(export));
    let mut out = String::from("<section class=\"maps\">");
    out += &missing(export, &atlas);
    if let Some(gap) = findings.largest_gap() {
        out += &gap_map(export, &atlas, gap.item);
    }
    out + "</section>"
}

fn boundaries(export: &Export<'_>) -> Vec<Boundary> {
    let list = export.areas.map_or(&[][..], |areas| areas.list());
    let level = |name: &str| match name {
        "district" => 1,
        "subdistrict" => 2,
        _ => 3,
    };
    list.iter()
        .map(|area| Boundary {
            name_en: String::new(),
            name: area.name.clone(),
            level: level(&area.level),
            rings: area.polygons.iter().flatten().cloned().collect(),
        })
        .collect()
}

/// The box around the middle 98 in 100 homes: a few strays must not shrink the map.
fn view(export: &Export<'_>) -> View {
    let homes = &export.study.home_coord;
    let middle = |of: fn(&Coord) -> i32| {
        let mut sorted: Vec<i32> = homes.iter().map(of).collect();
        sorted.sort_unstable();
        let cut = sorted.len() / 100;
        (sorted[cut], sorted[sorted.len() - 1 - cut])
    };
    let (west_e7, east_e7) = middle(|c| c.lon_e7);
    let (south_e7, north_e7) = middle(|c| c.lat_e7);
    View::Fit(Bounds { west_e7, south_e7, east_e7, north_e7 })
}

fn picture(export: &Export<'_>, id: &str, title: &str) -> Picture {
    let meta = &export.study.meta;
    let date = meta.city.data_date.as_deref().unwrap_or_default();
    let unit = |zh, en| export.lang.pick(zh, en).to_owned();
    Picture {
        width: WIDTH,
        height: HEIGHT,
        base: Base::Quiet,
        title: title.to_owned(),
        credit: format!("{} {date}", meta.city.attribution),
        units: (unit("米", "m"), unit("公里", "km")),
        max_bytes: MAX_BYTES,
        ..Picture::new(id, view(export))
    }
}

fn figure(atlas: &Atlas, picture: &Picture, legend: &[(Tone, String)]) -> String {
    let mut out =
        format!("<figure><h2>{}</h2>{}<figcaption>", escape(&picture.title), atlas.svg(picture));
    for (tone, words) in legend {
        let _ = write!(
            out,
            "<span><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><circle cx=\"6\" cy=\"6\" r=\"5\" fill=\"{}\" stroke=\"#55606E\" stroke-width=\".6\"/></svg> {}</span> ",
            tone.colour(),
            escape(words)
        );
    }
    out + "</figcaption></figure>"
}

/// Homes by how many of the required items they lack, in five classes from none to all.
fn missing(export: &Export<'_>, atlas: &Atlas) -> String {
    const CLASSES: [Tone; 5] = [Tone::Near, Tone::Share2, Tone::Share3, Tone::Share4, Tone::Share5];
    let study = export.study;
    let meta = &study.meta;
    let required = meta.standard.items.iter().enumerate();
    let required = required.filter(|(i, item)| !item.optional && meta.items[*i].in_data);
    let mask = required.fold(0u128, |mask, (i, _)| mask | 1 << i);
    let all = mask.count_ones().max(1);
    let class =
        |home: usize| ((study.lacks(0, home) & mask).count_ones() * 5 / all).min(4) as usize;
    let mut points: Vec<(usize, Point)> = (0..study.homes())
        .map(|home| (class(home), dot(study.home_coord[home], CLASSES[class(home)])))
        .collect();
    // The worst off lie on top.
    points.sort_by_key(|(class, _)| *class);
    let worst: u64 = (0..study.homes()).filter(|h| class(*h) >= 3).count() as u64;
    let title = match export.lang {
        Lang::Zh => format!("{} 处住处缺六成以上的必配项目", super::grouped(worst)),
        Lang::En => {
            format!("{} homes lack six in ten required services or more", super::grouped(worst))
        }
    };
    let mut picture = picture(export, "missing", &title);
    picture.points = points.into_iter().map(|(_, point)| point).collect();
    let bound = |c: u32| (c * all).div_ceil(5);
    let legend: Vec<(Tone, String)> = (0..5)
        .map(|c| {
            let (from, to) = (bound(c), if c == 4 { all } else { bound(c + 1).saturating_sub(1) });
            let text = match export.lang {
                Lang::Zh => format!("缺 {from}–{to} 项"),
                Lang::En => format!("{from}–{to} missing"),
            };
            (CLASSES[c as usize], text)
        })
        .collect();
    figure(atlas, &picture, &legend)
}

fn dot(at: Coord, tone: Tone) -> Point {
    Point { at, mark: Mark::Home, tone, label: String::new() }
}

/// Homes by whether they have the item most people lack, and its facilities.
fn gap_map(export: &Export<'_>, atlas: &Atlas, item: usize) -> String {
    let study = export.study;
    let meta = &study.meta;
    let (name, limit) = (export.item_name(item), export.limit_text(item));
    let title = match export.lang {
        Lang::Zh => format!("{name}：橙色的住处走 {limit} 到不了"),
        Lang::En => format!("{name}: homes in orange have none within {limit}"),
    };
    let tone = |home: usize| match study.item_part(0, item, home) {
        Part::Covered => Tone::Near,
        Part::Lacking => Tone::Gap,
        Part::Edge | Part::Unplaced => Tone::Beyond,
    };
    let mut picture = picture(export, "gap", &title);
    let mut homes: Vec<(u8, Point)> = (0..study.homes())
        .map(|home| {
            let tone = tone(home);
            (u8::from(tone == Tone::Gap), dot(study.home_coord[home], tone))
        })
        .collect();
    homes.sort_by_key(|(above, _)| *above);
    picture.points = homes.into_iter().map(|(_, point)| point).collect();
    let service = meta.items[item].service;
    for (f, of) in study.facility_of.iter().enumerate() {
        if of >> service & 1 == 1 {
            let at = study.facility_coord[f];
            picture.points.push(Point {
                at,
                mark: Mark::Facility,
                tone: Tone::Plain,
                label: String::new(),
            });
        }
    }
    let lang = export.lang;
    let legend = [
        (Tone::Near, lang.pick("走得到", "in reach").to_owned()),
        (Tone::Gap, lang.pick("走不到", "out of reach").to_owned()),
        (
            Tone::Beyond,
            lang.pick("数据边界外未知，或附近无路", "unknown: data ends, or no street near")
                .to_owned(),
        ),
        (Tone::Plain, lang.pick("设施", "facility").to_owned()),
    ];
    figure(atlas, &picture, &legend)
}
