//! The map of the report: where most is missing, and where it cannot be told.

use std::fmt::Write as _;

use yike_streets::circles::study::{RowKind, Standing};
use yike_streets::map::{Area, Atlas, Base, Boundary, Mark, Picture, Point, Tone, View};
use yike_streets::units::{Bounds, Coord};

use super::super::Lang;
use super::super::words::grouped;
use super::findings::Findings;
use super::{Export, escape};

const WIDTH: u32 = 500;
/// Areas that are named on the map, at most.
const NAMED_AREAS: usize = 24;
/// Bytes of one map.
const MAX_BYTES: usize = 900_000;

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

/// The box around the middle 98 in 100 homes that are in an area, or on the streets where there are no
/// areas: strays must not shrink the map.
fn frame(export: &Export<'_>) -> Bounds {
    let study = export.study;
    let areas = !study.meta.levels.is_empty();
    let inside = |home: &usize| {
        let row = &study.meta.rows[*study.home_row.get(*home).unwrap_or(&0) as usize];
        if areas {
            row.kind == RowKind::Area
        } else {
            study.standing(0, *home) != Standing::OffTheStreets
        }
    };
    let mut homes: Vec<Coord> =
        (0..study.homes()).filter(inside).map(|h| study.home_coord[h]).collect();
    if homes.is_empty() {
        homes = study.home_coord.to_vec();
    }
    let middle = |of: fn(&Coord) -> i32| {
        let mut sorted: Vec<i32> = homes.iter().map(of).collect();
        sorted.sort_unstable();
        let cut = sorted.len() / 100;
        (sorted[cut], sorted[sorted.len() - 1 - cut])
    };
    let (west_e7, east_e7) = middle(|c| c.lon_e7);
    let (south_e7, north_e7) = middle(|c| c.lat_e7);
    Bounds { west_e7, south_e7, east_e7, north_e7 }
}

/// As high as what it shows is for its width, within bounds.
fn height(b: Bounds) -> u32 {
    let corner = |lon_e7, lat_e7| Coord { lon_e7, lat_e7 };
    let south_west = corner(b.west_e7, b.south_e7);
    let across = south_west.metres_to(corner(b.east_e7, b.south_e7));
    let down = south_west.metres_to(corner(b.west_e7, b.north_e7));
    (f64::from(WIDTH) * (down / across.max(1.0)).clamp(0.62, 1.05)) as u32
}

fn picture(export: &Export<'_>, id: &str, title: &str) -> Picture {
    let meta = &export.study.meta;
    let date = meta.city.data_date.as_deref().unwrap_or_default();
    let unit = |zh, en| export.lang.pick(zh, en).to_owned();
    let bounds = frame(export);
    Picture {
        width: WIDTH,
        height: height(bounds),
        base: Base::Quiet,
        title: title.to_owned(),
        credit: format!("{} {date}", meta.city.attribution),
        units: (unit("米", "m"), unit("公里", "km")),
        max_bytes: MAX_BYTES,
        areas: named_areas(export),
        ..Picture::new(id, View::Fit(bounds))
    }
}

/// The areas of the finest level that are few enough to be named.
fn named_areas(export: &Export<'_>) -> Vec<Area> {
    let list = export.areas.map_or(&[][..], |areas| areas.list());
    let levels = export.study.meta.levels.iter().rev();
    let of = |level: &String| list.iter().filter(|a| a.level == *level).collect::<Vec<_>>();
    let few = levels.map(of).find(|areas| areas.len() <= NAMED_AREAS).unwrap_or_default();
    let area = |area: &&yike_streets::circles::areas::Area| Area {
        rings: area.polygons.iter().flatten().cloned().collect(),
        tone: Tone::Plain,
        label: area.name.clone(),
    };
    few.iter().map(area).collect()
}

fn figure(atlas: &Atlas, picture: &Picture, legend: &[(Tone, String)]) -> String {
    let mut out =
        format!("<figure><h2>{}</h2>{}<figcaption>", escape(&picture.title), atlas.svg(picture));
    for (tone, words) in legend {
        let fill = if *tone == Tone::Beyond {
            format!("url(#{}-h)", picture.id)
        } else {
            tone.colour().to_owned()
        };
        let _ = write!(
            out,
            "<span><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><circle cx=\"6\" cy=\"6\" r=\"5\" fill=\"{fill}\" stroke=\"#55606E\" stroke-width=\".6\"/></svg> {}</span> ",
            escape(words)
        );
    }
    out + "</figcaption></figure>"
}

/// The map: what homes lack, or where they are when nothing can be judged.
pub(super) fn map(export: &Export<'_>, findings: &Findings) -> String {
    let atlas = Atlas::new(export.city.clone(), boundaries(export));
    if findings.required() > 0 {
        return missing(export, &atlas, findings);
    }
    let study = export.study;
    let title = match export.lang {
        Lang::Zh => format!("{} 处住处的位置，未评判", grouped(study.homes() as u64)),
        Lang::En => format!("Where the {} homes are; not judged", grouped(study.homes() as u64)),
    };
    let mut picture = picture(export, "homes", &title);
    picture.points = study.home_coord.iter().map(|at| dot(*at, Tone::Plain)).collect();
    let legend = [(Tone::Plain, export.lang.pick("住处（未评判）", "home, not judged").to_owned())];
    figure(&atlas, &picture, &legend)
}

/// What the map says of a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    /// The data ends within the walk, and what is beyond could put it in another class.
    Unknown,
    /// No usable street near.
    OffTheStreets,
    /// Class of what it lacks, 0 to 4.
    Class(usize),
}

impl Told {
    fn tone(self) -> Tone {
        const CLASSES: [Tone; 5] =
            [Tone::Near, Tone::Share2, Tone::Share3, Tone::Share4, Tone::Share5];
        match self {
            Self::Unknown => Tone::Beyond,
            Self::OffTheStreets => Tone::Plain,
            Self::Class(class) => CLASSES[class],
        }
    }
}

/// What is told of a home of which so many of `all` items are lacking for sure, and with those in doubt.
fn told(sure: u32, at_most: u32, all: u32) -> Told {
    let class = |n: u32| (n * 5 / all.max(1)).min(4) as usize;
    if class(sure) == class(at_most) { Told::Class(class(sure)) } else { Told::Unknown }
}

/// First and last number of missing items of a class; `None` where so few items fill no such class.
fn span(class: u32, all: u32) -> Option<(u32, u32)> {
    let from = (class * all).div_ceil(5);
    let to = if class == 4 { all } else { ((class + 1) * all).div_ceil(5).saturating_sub(1) };
    (from <= to).then_some((from, to))
}

/// Homes by how many of the required items they lack, in five classes from none to all, and those of which
/// it cannot be told.
fn missing(export: &Export<'_>, atlas: &Atlas, findings: &Findings) -> String {
    let study = export.study;
    let meta = &study.meta;
    let required = meta.standard.items.iter().enumerate();
    let required = required.filter(|(i, item)| !item.optional && meta.items[*i].in_data);
    let mask = required.fold(0u128, |mask, (i, _)| mask | 1 << i);
    let all = mask.count_ones();
    let of = |home: usize| {
        if study.standing(0, home) == Standing::OffTheStreets {
            return Told::OffTheStreets;
        }
        let (lacks, doubts) = (study.lacks(0, home) & mask, study.doubts(0, home) & mask);
        told(lacks.count_ones(), (lacks | doubts).count_ones(), all)
    };
    // The worst off lie on top.
    let mut homes: Vec<(Told, usize)> = (0..study.homes()).map(|home| (of(home), home)).collect();
    homes.sort_unstable();
    let count = |told: Told| {
        let those = homes.iter().filter(|(of, _)| *of == told);
        let each = |home: usize| u64::from(study.people[home]);
        those.map(|(_, home)| if findings.by_people { each(*home) } else { 1 }).sum::<u64>()
    };
    let who = findings.who(export.lang);
    let (worst, unknown) = (count(Told::Class(3)) + count(Told::Class(4)), count(Told::Unknown));
    let sure: u64 = (0..5).map(|class| count(Told::Class(class))).sum();
    let title = match export.lang {
        // Where most is unknown, that is the finding.
        Lang::Zh if unknown > sure => {
            format!("{} {who}缺多少说不准：数据在步行范围内中断", grouped(unknown))
        }
        Lang::En if unknown > sure => {
            format!(
                "For {} {who} it cannot be told: the data ends within the walk",
                grouped(unknown)
            )
        }
        Lang::Zh => format!("{} {who}缺六成以上的必配项目", grouped(worst)),
        Lang::En => format!("{} {who} lack six in ten required services or more", grouped(worst)),
    };
    let mut picture = picture(export, "missing", &title);
    picture.points =
        homes.iter().map(|(told, home)| dot(study.home_coord[*home], told.tone())).collect();
    let mut legend = Vec::new();
    for class in 0..5 {
        let Some((from, to)) = span(class, all) else { continue };
        let span = if from == to { from.to_string() } else { format!("{from}–{to}") };
        let told = Told::Class(class as usize);
        let n = grouped(count(told));
        let text = match export.lang {
            Lang::Zh => format!("缺 {span} 项：{n} {who}"),
            Lang::En => format!("{span} missing: {n} {who}"),
        };
        legend.push((told.tone(), text));
    }
    legend.extend(not_told(export.lang, who, unknown, count(Told::OffTheStreets)));
    figure(atlas, &picture, &legend)
}

/// Legend of those of whom nothing can be told, where there are any.
fn not_told(lang: Lang, who: &str, unknown: u64, off: u64) -> Vec<(Tone, String)> {
    let (unknown_n, off_n) = (grouped(unknown), grouped(off));
    let [unknown_text, off_text] = match lang {
        Lang::Zh => [
            format!("未知：数据在步行范围内中断：{unknown_n} {who}"),
            format!("未知：附近没有可走的路：{off_n} {who}"),
        ],
        Lang::En => [
            format!("unknown: data ends within the walk: {unknown_n} {who}"),
            format!("unknown: no street near: {off_n} {who}"),
        ],
    };
    let both = [
        (unknown, Told::Unknown.tone(), unknown_text),
        (off, Told::OffTheStreets.tone(), off_text),
    ];
    both.into_iter().filter(|(n, ..)| *n > 0).map(|(_, tone, text)| (tone, text)).collect()
}

fn dot(at: Coord, tone: Tone) -> Point {
    Point { at, mark: Mark::Home, tone, label: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_the_edge_a_home_is_unknown_unless_its_class_is_sure() {
        assert_eq!(told(0, 0, 24), Told::Class(0));
        assert_eq!(told(0, 20, 24), Told::Unknown);
        assert_eq!(told(10, 11, 24), Told::Class(2));
        assert_eq!(told(24, 24, 24), Told::Class(4));
    }

    #[test]
    fn classes_of_few_items_leave_no_holes_and_none_is_empty() {
        for all in 1..40 {
            let spans: Vec<_> = (0..5).filter_map(|class| span(class, all)).collect();
            assert_eq!((spans[0].0, spans[spans.len() - 1].1), (0, all));
            assert!(spans.windows(2).all(|w| w[0].1 + 1 == w[1].0), "{all}: {spans:?}");
        }
        assert_eq!(span(1, 1), None);
    }
}
