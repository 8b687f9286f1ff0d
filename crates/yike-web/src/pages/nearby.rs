//! Nearby: what one reaches on foot from a place, and what is missing.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use yike_app::nearby::{CategoryNear, Found, MissingItem, Nearby};
use yike_app::places::PlaceView;
use yike_app::streets::circles::isochrone::Isochrone;
use yike_app::streets::map::{Mark, View};
use yike_app::streets::units::{Bounds, Coord};

use super::ask::{Ask, MINUTES, PROFILES, escape, profile_name};
use super::{Chip, LegendItem, Link, front, pick, places};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::form::Posted;
use crate::front::language::{Language, Value};
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
    /// What one could type, for example.
    pub placeholder: String,
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
    /// How many kinds there are, and how far the nearest is, in words.
    pub tally: String,
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
    /// Where it lies: the places above it, and the place itself; empty for a point.
    pub path: Vec<Link>,
    /// What is missing, in one line; empty where nothing is.
    pub lacking: String,
    /// Whether the question came by post, so that it does not stand in addresses.
    pub posted: bool,
    /// Who walks.
    pub profiles: Vec<Chip>,
    /// For how long, each with how many kinds of services are reached in that time.
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
    /// More of it, where the list would be long.
    pub missing_too: Vec<Missing>,
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
    let estates = front::estates(web, visit, 1).await.on(visit)?;
    let placeholder = front::placeholder(visit, estates.first());
    let page = FindPage { p, asked: asked.to_owned(), placeholder, finds, bounds, map };
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
        href: places::start(&hit.place),
        name: visit.name(hit.place.name.as_str()),
        path: path_of(visit, &hit.path),
    };
    Ok(hits.iter().take(limit).map(find).collect())
}

/// Where a place lies, the district itself left out: it stands in the page's head.
fn path_of(visit: &Visit, path: &[yike_model::places::Place]) -> String {
    let names = path.iter().skip(1).map(|place| visit.name(place.name.as_str()));
    match visit.language {
        Language::Chinese => names.collect::<Vec<_>>().join(" "),
        // In English the smaller comes first.
        Language::English => names.rev().collect::<Vec<_>>().join(", "),
    }
}

/// Missing things named in the line above the map, and those of the list that are not folded away.
const NAMED_ABOVE: usize = 4;
const MISSING_SHOWN: usize = 6;

async fn answer(web: &Web, visit: &Visit, ask: &Ask, posted: bool) -> PageResult {
    let limit = ask.limit().on(visit)?;
    let mut asked = ask.to_app().on(visit)?;
    // All bands are worked out whichever is shown: the page says how much each of them reaches.
    asked.minutes = MINUTES.to_vec();
    let near = web.app.nearby(&visit.actor, asked).await.on(visit)?;
    if near.door.is_none() {
        return Err(Fault::outside()).on(visit);
    }
    let path = match ask.place.as_str() {
        "" => Vec::new(),
        key => trail(visit, &web.app.place(&visit.actor, key).await.on(visit)?),
    };
    let told = Told { visit, ask, near: &near, posted, limit };
    let shown = told.shown();
    let view = told.view();
    let mut picture = geo::picture(visit, "near", View::Fit(view), told.heading());
    shown.onto(&mut picture, false);
    picture.credit = geo::credit(visit.language, &near.attribution, near.data_date.as_deref());
    let map = web.app.picture(&visit.actor, picture).await.on(visit)?;
    let page = told.page(path, (geo::bounds_text(&view), map, shown.block()));
    Ok((visit.cookies(), render(&page)).into_response())
}

/// The places above a place and itself, the district left out: it stands in the page's head.
pub fn trail(visit: &Visit, place: &PlaceView) -> Vec<Link> {
    let own = std::iter::once(&place.place);
    let all = place.path.iter().skip(1).chain(own);
    all.map(|place| {
        let href = format!("/places/{}", escape(place.code.as_str()));
        Link::new(href, visit.name(place.name.as_str()))
    })
    .collect()
}

/// An answer in the visitor's words.
struct Told<'a> {
    visit: &'a Visit,
    ask: &'a Ask,
    near: &'a Nearby,
    posted: bool,
    /// Minutes shown.
    limit: u16,
}

impl Told<'_> {
    fn language(&self) -> Language {
        self.visit.language
    }

    fn fill(&self, key: &str, values: &[(&'static str, Value)]) -> String {
        self.language().fill(key, values).into_owned()
    }

    fn limit_ds(&self) -> u32 {
        u32::from(self.limit) * 600
    }

    fn heading(&self) -> String {
        match self.near.name.as_str() {
            "" if self.posted => self.fill("nearby-here", &[]),
            "" => self.fill("nearby-point", &[]),
            name => self.fill("nearby-title", &[("place", self.visit.name(name).into())]),
        }
    }

    fn page(&self, path: Vec<Link>, (bounds, map, answer): (String, String, String)) -> NearbyPage {
        let (visit, ask, near, language) = (self.visit, self.ask, self.near, self.language());
        let heading = self.heading();
        let p = visit.page(Section::Nearby, heading.clone());
        let (in_data, nowhere): (Vec<&MissingItem>, Vec<&MissingItem>) =
            near.missing.iter().filter(|item| !item.optional).partition(|item| item.in_data);
        let who = |code: &str| {
            let on = code == ask.profile();
            ask.chip("profile", code, profile_name(language, code), on, &visit.csrf)
        };
        let mut missing: Vec<_> = in_data.iter().map(|item| missing(visit, item)).collect();
        let missing_too = missing.split_off(missing.len().min(MISSING_SHOWN));
        NearbyPage {
            heading,
            path,
            lacking: self.lacking(&in_data),
            posted: self.posted,
            profiles: PROFILES.into_iter().map(who).collect(),
            minutes: MINUTES.into_iter().map(|minutes| self.band(minutes)).collect(),
            hidden: ask.hidden(self.posted, &visit.csrf),
            at: ask.at.clone(),
            limit: u32::from(self.limit),
            standard: pick(language, &near.standard.zh, &near.standard.en),
            missing,
            missing_too,
            unknown: nowhere.into_iter().map(|item| pick(language, &item.zh, &item.en)).collect(),
            edge_note: near.at_edge.then(|| p.t("nearby-edge").into_owned()),
            needs: self.needs(&p),
            bounds,
            map,
            answer,
            legend: self.legend(),
            how: how(visit, ask, near),
            p,
        }
    }

    /// One of the times to choose, with how many kinds of services are reached in it.
    fn band(&self, minutes: u16) -> Chip {
        let name = self.fill("choose-minutes-n", &[("n", minutes.into())]);
        let on = minutes == self.limit;
        let chip = self.ask.chip("minutes", &minutes.to_string(), name, on, &self.visit.csrf);
        let within = |c: &&CategoryNear| {
            c.found.first().is_some_and(|first| first.ds <= u32::from(minutes) * 600)
        };
        let kinds = self.near.categories.iter().filter(within).count();
        Chip { big: self.fill("counts-kinds", &[("n", kinds.into())]), ..chip }
    }

    /// What is missing, the first few by name.
    fn lacking(&self, missing: &[&MissingItem]) -> String {
        if missing.is_empty() {
            return String::new();
        }
        let language = self.language();
        let names = missing.iter().take(NAMED_ABOVE).map(|m| pick(language, &m.zh, &m.en));
        let names = names.collect::<Vec<_>>().join(&language.text("list-comma"));
        let key = if missing.len() > NAMED_ABOVE { "lacking-more" } else { "lacking-all" };
        self.fill(key, &[("n", missing.len().into()), ("names", names.into())])
    }

    /// What is within reach, by need; within a need in the order of the table of needs.
    fn needs(&self, p: &Page) -> Vec<Need> {
        needs::codes().map(|code| self.need(p, code)).filter(|n| !n.reached.is_empty()).collect()
    }

    fn need(&self, p: &Page, code: &'static str) -> Need {
        let mut own: Vec<_> = self
            .near
            .categories
            .iter()
            .filter(|c| needs::of(&c.category.code).0 == code)
            .filter_map(|c| Some((needs::of(&c.category.code).1, self.reached(c)?)))
            .collect();
        own.sort_by_key(|(order, reached)| (*order, reached.first.ds));
        let reached: Vec<Reached> = own.into_iter().map(|(_, reached)| reached).collect();
        let nearest = reached.iter().map(|r| r.first.ds).min().unwrap_or_default();
        Need {
            code,
            name: self.fill(&format!("need-{code}"), &[]),
            tally: p
                .t2("need-tally", "n", reached.len(), "minutes", p.minutes(&nearest))
                .into_owned(),
            reached,
        }
    }

    fn reached(&self, category: &CategoryNear) -> Option<Reached> {
        let mut within = category.found.iter().filter(|found| found.ds <= self.limit_ds());
        let first = within.next()?;
        Some(Reached {
            category: pick(self.language(), &category.category.zh, &category.category.en),
            first: walk(self.visit, first),
            others: within.map(|found| walk(self.visit, found)).collect(),
            band: geo::band_tone(first.ds, &self.near.minutes).code(),
            percent: (first.ds * 100 / self.limit_ds()).clamp(1, 100),
        })
    }

    /// Bands from far to near, so that the near one lies on top, and the facilities in them.
    fn shown(&self) -> Shown {
        let area = |band: &Isochrone| ShownArea {
            tone: geo::band_tone(band.ds, &self.near.minutes),
            name: String::new(),
            told: String::new(),
            href: String::new(),
            polygons: band.polygons.clone(),
        };
        let mut points: Vec<(&str, ShownPoint)> =
            self.near.categories.iter().flat_map(|category| self.points(category)).collect();
        // One of several categories is one point.
        points.sort_by_key(|(id, _)| *id);
        points.dedup_by_key(|(id, _)| *id);
        Shown {
            start: Some(self.near.from),
            areas: self.areas().rev().map(area).collect(),
            points: points.into_iter().map(|(_, point)| point).collect(),
        }
    }

    fn points<'b>(
        &'b self,
        category: &'b CategoryNear,
    ) -> impl Iterator<Item = (&'b str, ShownPoint)> {
        let kind = pick(self.language(), &category.category.zh, &category.category.en);
        let within = category.found.iter().filter(|found| found.ds <= self.limit_ds());
        within.map(move |found| {
            let walk = walk(self.visit, found);
            let told = self.fill("minutes", &[("n", walk.ds.div_ceil(600).max(1).into())]);
            let point = ShownPoint {
                at: Coord::from_degrees(found.at[0], found.at[1]),
                tone: geo::band_tone(found.ds, &self.near.minutes),
                mark: Mark::Facility,
                name: if walk.name.is_empty() { kind.clone() } else { walk.name },
                told: format!("{kind} · {told}"),
                href: String::new(),
            };
            (found.id.as_str(), point)
        })
    }

    fn areas(&self) -> impl DoubleEndedIterator<Item = &Isochrone> {
        let limit = self.limit_ds();
        self.near.areas.iter().filter(move |area| area.ds <= limit)
    }

    /// The box a picture shows: all that is reached.
    fn view(&self) -> Bounds {
        let mut bounds = geo::around(self.areas().flat_map(|a| &a.polygons).flatten());
        bounds.add(self.near.from);
        bounds
    }

    fn legend(&self) -> Vec<LegendItem> {
        let band = |minutes: &u16| {
            let who = self.ask.profile_name(self.language());
            let words =
                self.fill("band-within", &[("minutes", minutes.into()), ("who", who.into())]);
            geo::legend_item(geo::band_tone(u32::from(*minutes) * 600, &self.near.minutes), words)
        };
        self.near.minutes.iter().filter(|minutes| **minutes <= self.limit).map(band).collect()
    }
}

fn walk(visit: &Visit, found: &Found) -> Walk {
    Walk { name: visit.name(&found.name), ds: found.ds, dm: found.dm }
}

fn missing(visit: &Visit, item: &MissingItem) -> Missing {
    let language = visit.language;
    let limit = match (item.metres, item.minutes) {
        (Some(metres), _) => language.fill("missing-limit-metres", &[("n", metres.into())]),
        (None, Some(minutes)) => language.fill("missing-limit-minutes", &[("n", minutes.into())]),
        (None, None) => "".into(),
    };
    Missing {
        name: pick(language, &item.zh, &item.en),
        limit: limit.into_owned(),
        nearest: item.nearest.as_ref().map(|found| walk(visit, found)),
    }
}

fn how(visit: &Visit, ask: &Ask, near: &Nearby) -> Vec<String> {
    let language = visit.language;
    let speed = format!("{:.2}", f64::from(near.profile.speed_mm_s) / 1000.0);
    let fill =
        |key: &str, values: &[(&'static str, Value)]| language.fill(key, values).into_owned();
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
