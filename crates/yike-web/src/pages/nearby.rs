//! Nearby: what one reaches on foot from a place, and what is missing.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use yike_app::nearby::{CategoryNear, Found, MissingItem, Nearby};
use yike_app::streets::map::{Mark, View};
use yike_app::streets::units::Coord;

use super::ask::{Ask, MINUTES, PROFILES, escape, profile_name};
use super::{Chip, LegendItem, pick};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::form::Posted;
use crate::front::language::Language;
use crate::front::names::area_name;
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::geo::{self, Shown, ShownArea, ShownPoint};
use crate::needs;
use crate::state::Web;

/// Looking for a place to start from.
#[derive(Template)]
#[template(path = "find.html")]
pub struct FindPage {
    /// The frame.
    pub p: Page,
    /// What was asked; empty at first.
    pub asked: String,
    /// What was found.
    pub finds: Vec<Find>,
    /// `west,south,east,north` of the district.
    pub bounds: String,
    /// Picture of the district.
    pub map: String,
}

/// A place that was found.
#[derive(Clone, Debug)]
pub struct Find {
    /// Where it leads.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Where it lies: the places above it.
    pub path: String,
}

/// One facility on foot.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Its name.
    pub name: String,
    /// Time in deciseconds.
    pub ds: u32,
    /// Distance in decimetres.
    pub dm: u32,
}

/// Something the standard asks for and that is not there.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Its name.
    pub name: String,
    /// How near it should be, in words.
    pub limit: String,
    /// The nearest one beyond, where the map has any.
    pub nearest: Option<Walk>,
}

/// A category within reach.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Its name.
    pub category: String,
    /// The nearest.
    pub first: Walk,
    /// More within reach.
    pub others: Vec<Walk>,
    /// CSS word of the band the nearest lies in.
    pub band: &'static str,
    /// Length of the bar: the share of the time at hand that the walk takes.
    pub percent: u32,
}

/// Categories that answer one need.
#[derive(Clone, Debug)]
pub struct Need {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: String,
    /// What is within reach.
    pub reached: Vec<Reached>,
}

/// The answer for one place.
#[derive(Template)]
#[template(path = "nearby.html")]
pub struct NearbyPage {
    /// The frame.
    pub p: Page,
    /// "On foot from ...".
    pub heading: String,
    /// Where it lies: the places above it; empty for a point.
    pub path: String,
    /// Whether the question came by post, so that it does not stand in addresses.
    pub posted: bool,
    /// Who walks.
    pub profiles: Vec<Chip>,
    /// For how long.
    pub minutes: Vec<Chip>,
    /// The question's other parts, for the form that asks for a time.
    pub hidden: Vec<(&'static str, String)>,
    /// Time of leaving, `HH:MM` or empty.
    pub at: String,
    /// Minutes at hand.
    pub limit: u32,
    /// Name of the standard that says what is missing.
    pub standard: String,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// What the data has nowhere, so that it may be the data that lacks it.
    pub unknown: Vec<String>,
    /// Said where the data ends near here.
    pub edge_note: Option<String>,
    /// What is within reach.
    pub needs: Vec<Need>,
    /// `west,south,east,north` of the picture.
    pub bounds: String,
    /// Picture of the bands.
    pub map: String,
    /// The bands and facilities for the map island: a data block.
    pub answer: String,
    /// What the colours mean.
    pub legend: Vec<LegendItem>,
    /// How it was worked out.
    pub how: Vec<String>,
}

/// `GET /nearby`: looks for a place, or answers for one.
pub async fn page(State(web): State<Web>, visit: Visit, Query(ask): Query<Ask>) -> PageResult {
    if ask.has_start() {
        answer(&web, &visit, &ask, false).await
    } else {
        find(&web, &visit, ask.q.trim()).await
    }
}

/// `POST /nearby`: answers for where the visitor is, which stands in no address.
pub async fn here(State(web): State<Web>, visit: Visit, form: Result<Posted, Fault>) -> PageResult {
    let form = form.on(&visit)?;
    answer(&web, &visit, &Ask::posted(&form), true).await
}

async fn find(web: &Web, visit: &Visit, asked: &str) -> PageResult {
    let finds = search(web, visit, asked, usize::MAX).await.on(visit)?;
    let info = web.app.map_info(&visit.actor).await.on(visit)?;
    let p = visit.page(Section::Nearby, visit.language.text("find-title"));
    let title = p.t("find-map").into_owned();
    let mut picture = geo::picture(visit, "find", View::Fit(info.bounds), title);
    picture.credit = geo::credit(visit.language, &info.attribution, info.data_date.as_deref());
    let map = web.app.picture(&visit.actor, picture).await.on(visit)?;
    let bounds = geo::bounds_text(&info.bounds);
    let page = FindPage { p, asked: asked.to_owned(), finds, bounds, map };
    Ok((visit.cookies(), render(&page)).into_response())
}

/// The places that fit what was typed.
pub async fn search(
    web: &Web,
    visit: &Visit,
    asked: &str,
    limit: usize,
) -> Result<Vec<Find>, Fault> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let typed: String = asked.chars().take(60).collect();
    let hits = web.app.search_places(&visit.actor, &typed).await?;
    let find = |hit: &yike_store::Hit| Find {
        href: format!("/nearby?place={}", escape(hit.place.code.as_str())),
        name: hit.place.name.to_string(),
        path: path_of(visit.language, &hit.path),
    };
    Ok(hits.iter().take(limit).map(find).collect())
}

/// Where a place lies, the district itself left out: it stands in the page's head.
fn path_of(language: Language, path: &[yike_model::places::Place]) -> String {
    let names = path.iter().skip(1).map(|place| area_name(language, place.name.as_str()));
    match language {
        Language::Chinese => names.collect::<Vec<_>>().join(" "),
        // In English the smaller comes first.
        Language::English => names.rev().collect::<Vec<_>>().join(", "),
    }
}

async fn answer(web: &Web, visit: &Visit, ask: &Ask, posted: bool) -> PageResult {
    let near = web.app.nearby(&visit.actor, ask.to_app().on(visit)?).await.on(visit)?;
    if near.door.is_none() {
        return Err(Fault::outside()).on(visit);
    }
    let path = match ask.place.as_str() {
        "" => String::new(),
        key => path_of(visit.language, &web.app.place(&visit.actor, key).await.on(visit)?.path),
    };
    let shown = shown(visit.language, &near);
    let view = view_of(&near);
    let mut picture = geo::picture(visit, "near", View::Fit(view), heading(visit, &near, posted));
    shown.onto(&mut picture, false);
    picture.credit = geo::credit(visit.language, &near.attribution, near.data_date.as_deref());
    let map = web.app.picture(&visit.actor, picture).await.on(visit)?;
    let page =
        nearby_page(visit, ask, &near, posted, path, (geo::bounds_text(&view), map, shown.block()));
    Ok((visit.cookies(), render(&page.on(visit)?)).into_response())
}

fn heading(visit: &Visit, near: &Nearby, posted: bool) -> String {
    let language = visit.language;
    match near.name.as_str() {
        "" if posted => language.text("nearby-here").into_owned(),
        "" => language.text("nearby-point").into_owned(),
        name => language.fill("nearby-title", &[("place", name.into())]).into_owned(),
    }
}

fn nearby_page(
    visit: &Visit,
    ask: &Ask,
    near: &Nearby,
    posted: bool,
    path: String,
    (bounds, map, answer): (String, String, String),
) -> Result<NearbyPage, Fault> {
    let language = visit.language;
    let heading = heading(visit, near, posted);
    let p = visit.page(Section::Nearby, heading.clone());
    let limit = ask.limit()?;
    let (in_data, nowhere): (Vec<&MissingItem>, Vec<&MissingItem>) =
        near.missing.iter().filter(|item| !item.optional).partition(|item| item.in_data);
    let who = |code: &str| {
        let on = code == ask.profile();
        ask.chip("profile", code, profile_name(language, code), on, &visit.csrf)
    };
    let long = |minutes: u16| {
        let name = p.t1("choose-minutes-n", "n", minutes).into_owned();
        ask.chip("minutes", &minutes.to_string(), name, minutes == limit, &visit.csrf)
    };
    Ok(NearbyPage {
        heading,
        path,
        posted,
        profiles: PROFILES.into_iter().map(who).collect(),
        minutes: MINUTES.into_iter().map(long).collect(),
        hidden: ask.hidden(posted, &visit.csrf),
        at: ask.at.clone(),
        limit: u32::from(limit),
        standard: pick(language, &near.standard.zh, &near.standard.en),
        missing: in_data.into_iter().map(|item| missing(language, item)).collect(),
        unknown: nowhere.into_iter().map(|item| pick(language, &item.zh, &item.en)).collect(),
        edge_note: near.at_edge.then(|| p.t("nearby-edge").into_owned()),
        needs: grouped(language, near),
        bounds,
        map,
        answer,
        legend: legend(language, ask, near),
        how: how(visit, ask, near),
        p,
    })
}

fn walk(found: &Found) -> Walk {
    Walk { name: found.name.clone(), ds: found.ds, dm: found.dm }
}

fn missing(language: Language, item: &MissingItem) -> Missing {
    let limit = match (item.metres, item.minutes) {
        (Some(metres), _) => language.fill("missing-limit-metres", &[("n", metres.into())]),
        (None, Some(minutes)) => language.fill("missing-limit-minutes", &[("n", minutes.into())]),
        (None, None) => "".into(),
    };
    Missing {
        name: pick(language, &item.zh, &item.en),
        limit: limit.into_owned(),
        nearest: item.nearest.as_ref().map(walk),
    }
}

/// What is within reach, by need; within a need in the order of the table of needs.
fn grouped(language: Language, near: &Nearby) -> Vec<Need> {
    let longest = near.minutes.last().map_or(1, |m| u32::from(*m) * 600);
    let reached = |category: &CategoryNear| {
        let first = category.found.first()?;
        Some(Reached {
            category: pick(language, &category.category.zh, &category.category.en),
            first: walk(first),
            others: category.found.iter().skip(1).map(walk).collect(),
            band: geo::band_tone(first.ds, &near.minutes).code(),
            percent: (first.ds * 100 / longest).clamp(1, 100),
        })
    };
    let of_need = |code: &'static str| {
        let mut own: Vec<_> = near
            .categories
            .iter()
            .filter(|c| needs::of(&c.category.code).0 == code)
            .filter_map(|c| Some((needs::of(&c.category.code).1, reached(c)?)))
            .collect();
        own.sort_by_key(|(order, reached)| (*order, reached.first.ds));
        let name = language.text(&format!("need-{code}")).into_owned();
        Need { code, name, reached: own.into_iter().map(|(_, reached)| reached).collect() }
    };
    needs::codes().map(of_need).filter(|need| !need.reached.is_empty()).collect()
}

/// Bands from far to near, so that the near one lies on top, and the facilities in them.
fn shown(language: Language, near: &Nearby) -> Shown {
    let area = |band: &yike_app::streets::circles::isochrone::Isochrone| ShownArea {
        tone: geo::band_tone(band.ds, &near.minutes),
        name: String::new(),
        told: String::new(),
        href: String::new(),
        polygons: band.polygons.clone(),
    };
    let mut points: Vec<(&str, ShownPoint)> = Vec::new();
    for category in &near.categories {
        let kind = pick(language, &category.category.zh, &category.category.en);
        for found in &category.found {
            let walk = walk(found);
            let told = language.fill("minutes", &[("n", walk.ds.div_ceil(600).max(1).into())]);
            let point = ShownPoint {
                at: Coord::from_degrees(found.at[0], found.at[1]),
                tone: geo::band_tone(found.ds, &near.minutes),
                mark: Mark::Facility,
                name: if walk.name.is_empty() { kind.clone() } else { walk.name },
                told: format!("{kind} · {told}"),
                href: String::new(),
            };
            points.push((&found.id, point));
        }
    }
    // One of several categories is one point.
    points.sort_by_key(|(id, _)| *id);
    points.dedup_by_key(|(id, _)| *id);
    Shown {
        start: Some(near.from),
        areas: near.areas.iter().rev().map(area).collect(),
        points: points.into_iter().map(|(_, point)| point).collect(),
    }
}

/// The box a picture shows: all that is reached.
fn view_of(near: &Nearby) -> yike_app::streets::units::Bounds {
    let rings = near.areas.iter().flat_map(|a| &a.polygons).flatten();
    let mut bounds = geo::around(rings);
    bounds.add(near.from);
    bounds
}

fn legend(language: Language, ask: &Ask, near: &Nearby) -> Vec<LegendItem> {
    let band = |minutes: &u16| {
        let who = ask.profile_name(language);
        let words =
            language.fill("band-within", &[("minutes", minutes.into()), ("who", who.into())]);
        geo::legend_item(geo::band_tone(u32::from(*minutes) * 600, &near.minutes), words)
    };
    near.minutes.iter().map(band).collect()
}

fn how(visit: &Visit, ask: &Ask, near: &Nearby) -> Vec<String> {
    let language = visit.language;
    let speed = format!("{:.2}", f64::from(near.profile.speed_mm_s) / 1000.0);
    let fill = |key: &str, values: &[(&'static str, crate::front::language::Value)]| {
        language.fill(key, values).into_owned()
    };
    let standard = pick(language, &near.standard.zh, &near.standard.en);
    let mut lines = vec![
        fill("how-profile", &[("who", ask.profile_name(language).into()), ("speed", speed.into())]),
        language.text("how-streets").into_owned(),
        fill("how-standard", &[("standard", standard.into())]),
        match &near.data_date {
            Some(date) => {
                fill("how-date", &[("who", (&near.attribution).into()), ("date", date.into())])
            }
            None => fill("how-date-unknown", &[("who", (&near.attribution).into())]),
        },
    ];
    if let Some(door) = near.door.filter(|door| door.off_dm >= 100) {
        let page = visit.page(Section::Nearby, "");
        lines.push(page.t1("how-snap", "metres", page.metres(&door.off_dm)).into_owned());
    }
    lines
}
