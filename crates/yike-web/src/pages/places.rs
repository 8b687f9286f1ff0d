//! A place of its own: where it lies, how many live there, what they lack, and the doors in it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use yike_app::places::PlaceView;
use yike_app::streets::map::{Tone, View};
use yike_app::streets::units::{Bounds, Coord};
use yike_app::studies::{Coverage, CoverageAsk, ServiceCoverage};
use yike_app::{AppError, Kind};
use yike_model::places::{Boundary, Place, PlaceKind};
use yike_model::{Refusal, StudyId};

use super::ask::{escape, profile_name};
use super::nearby::trail;
use super::{Link, pick};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::language::{Value, grouped};
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::geo::{self, Rings, Shown, ShownArea};
use crate::state::Web;

/// Services most people lack that a page names.
const LACKS_NAMED: usize = 5;

/// Grids whose estates are listed one by one.
const GRIDS_OPENED: usize = 30;

/// Metres from side to side of the map of a place that has no boundary.
const AROUND_M: f64 = 1_200.0;

/// Places of one kind, or of one grid, that lie in a place.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they are.
    pub name: String,
    /// The places.
    pub places: Vec<Link>,
}

/// The page.
#[derive(Template)]
#[template(path = "place.html")]
pub struct PlacePage {
    /// The frame.
    pub p: Page,
    /// What it is: an estate, a community.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its code, as it stands in addresses.
    pub code: String,
    /// The places above it.
    pub path: Vec<Link>,
    /// Where a walk from it is asked for; empty where it is too large to walk from.
    pub walk: String,
    /// How many people live in the area that is counted, in a sentence; empty where no study counts it.
    pub people: String,
    /// What most of them lack, each leading to its map.
    pub lacks: Vec<Link>,
    /// The whole table of that area.
    pub table: String,
    /// On what the figures stand.
    pub told: String,
    /// What lies in it.
    pub groups: Vec<Group>,
    /// `west,south,east,north` of the picture.
    pub bounds: String,
    /// Picture.
    pub map: String,
    /// Data block for the map island.
    pub answer: String,
}

/// `GET /places/{code}`.
pub async fn page(State(web): State<Web>, visit: Visit, Path(code): Path<String>) -> PageResult {
    let page = filled(&web, &visit, &code).await.on(&visit)?;
    Ok((visit.cookies(), render(&page)).into_response())
}

async fn filled(web: &Web, visit: &Visit, code: &str) -> Result<PlacePage, Fault> {
    let view = web.app.place(&visit.actor, code).await?;
    let name = visit.name(view.place.name.as_str());
    let mut path = trail(visit, &view);
    path.pop();
    let counts = Counts::of(web, visit, &view).await?;
    let p = visit.page(Section::Nearby, name.clone());
    let (bounds, map, answer) = drawn(web, visit, &view, &name).await?;
    let code = escape(view.place.code.as_str());
    let walk = view.place.kind >= PlaceKind::Estate;
    Ok(PlacePage {
        kind: kind_name(visit, view.place.kind),
        path,
        walk: if walk { format!("/nearby?place={code}") } else { String::new() },
        people: counts.people,
        lacks: counts.lacks,
        table: counts.table,
        told: counts.told,
        groups: groups(web, visit, &view).await?,
        bounds,
        map,
        answer,
        code,
        name,
        p,
    })
}

/// A box as wide as the map of a place that has no boundary.
fn around(at: Coord) -> Bounds {
    let lat = AROUND_M / 2.0 / 111_320.0;
    let lon = lat / at.lat().to_radians().cos().max(0.01);
    let mut bounds = Bounds::EMPTY;
    bounds.add(Coord::from_degrees(at.lon() - lon, at.lat() - lat));
    bounds.add(Coord::from_degrees(at.lon() + lon, at.lat() + lat));
    bounds
}

fn kind_name(visit: &Visit, kind: PlaceKind) -> String {
    visit.language.text(&format!("place-one-{}", kind.code())).into_owned()
}

/// Where a place leads: a door is walked from, what holds doors has a page.
pub fn href(place: &Place) -> String {
    let code = escape(place.code.as_str());
    if place.kind >= PlaceKind::Building {
        format!("/nearby?place={code}")
    } else {
        format!("/places/{code}")
    }
}

/// Where a place leads that was looked for: whoever looks for an estate or a door wants to walk from it.
pub fn start(place: &Place) -> String {
    if place.kind >= PlaceKind::Estate {
        format!("/nearby?place={}", escape(place.code.as_str()))
    } else {
        href(place)
    }
}

/// What lies in a place: by kind, and the estates of a community by grid.
async fn groups(web: &Web, visit: &Visit, view: &PlaceView) -> Result<Vec<Group>, Fault> {
    let link = |place: &Place| Link::new(href(place), visit.name(place.name.as_str()));
    let mut groups: Vec<Group> = Vec::new();
    let (grids, others): (Vec<&Place>, Vec<&Place>) =
        view.below.iter().partition(|place| place.kind == PlaceKind::Grid);
    for grid in grids.iter().take(GRIDS_OPENED) {
        let inside = web.app.place(&visit.actor, grid.code.as_str()).await?;
        let places = inside.below.iter().map(link).collect();
        groups.push(Group { name: visit.name(grid.name.as_str()), places });
    }
    let mut kinds: Vec<PlaceKind> = others.iter().map(|place| place.kind).collect();
    kinds.dedup();
    for kind in kinds {
        let places = others.iter().filter(|place| place.kind == kind).map(|place| link(place));
        let name = visit.language.text(&format!("place-kind-{}", kind.code())).into_owned();
        groups.push(Group { name, places: places.collect() });
    }
    groups.retain(|group| !group.places.is_empty());
    Ok(groups)
}

/// What the newest study says of a place, or of the smallest area around it that is counted.
#[derive(Default)]
struct Counts {
    people: String,
    lacks: Vec<Link>,
    table: String,
    told: String,
}

impl Counts {
    async fn of(web: &Web, visit: &Visit, view: &PlaceView) -> Result<Self, Fault> {
        let Some(study) = web.app.newest_study(&visit.actor).await? else {
            return Ok(Self::default());
        };
        // Residents read this page: grown-ups walk, not the norm, where the study has both.
        let profiles = study.summary.as_ref().map(|s| s.profiles.as_slice()).unwrap_or_default();
        let profile = profiles.iter().find(|code| *code == "adult").cloned().unwrap_or_default();
        let areas = std::iter::once(&view.place).chain(view.path.iter().rev());
        for area in areas {
            let code = match area.kind {
                PlaceKind::District => String::new(),
                _ => area.code.to_string(),
            };
            let ask =
                CoverageAsk { area: code, profile: profile.clone(), ..CoverageAsk::default() };
            match web.app.coverage(&visit.actor, study.id, &ask).await {
                Ok(coverage) => return Ok(Self::told(visit, study.id, &ask, area, &coverage)),
                // No area of the study: what lies around it may be one.
                Err(AppError::Refused(Refusal::Missing { .. })) => {}
                // A study that cannot be read any more is told of where it is asked for.
                Err(error) if error.kind() == Kind::Input => return Ok(Self::default()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self::default())
    }

    fn told(visit: &Visit, id: StudyId, ask: &CoverageAsk, area: &Place, of: &Coverage) -> Self {
        let fill = |key: &str, values: &[(&'static str, Value)]| {
            visit.language.fill(key, values).into_owned()
        };
        let mut query = String::new();
        for (name, value) in [("profile", &ask.profile), ("area", &ask.area)] {
            if !value.is_empty() {
                query += &[name, "=", &escape(value), "&"].concat();
            }
        }
        let name = visit.name(area.name.as_str());
        let people = of.people.map_or_else(String::new, |people| {
            fill("place-people", &[("place", name.into()), ("n", grouped(people).into())])
        });
        let mut lacking: Vec<(u64, u16, &ServiceCoverage)> =
            of.services.iter().filter_map(|service| lack(of, service)).collect();
        lacking.sort_by_key(|(people, ..)| std::cmp::Reverse(*people));
        let link = |(people, minutes, service): &(u64, u16, &ServiceCoverage)| {
            let code = escape(&service.service.code);
            let what = pick(visit.language, &service.service.zh, &service.service.en);
            let values = [
                ("what", what.into()),
                ("n", grouped(*people).into()),
                ("minutes", (*minutes).into()),
            ];
            let href = format!("/coverage/{id}/{code}?{query}minutes={minutes}");
            Link::new(href, fill("place-lack", &values))
        };
        let who = profile_name(visit.language, &of.meta.profiles[of.profile].code);
        let standard = pick(visit.language, &of.meta.standard.zh, &of.meta.standard.en);
        let date = of.meta.city.data_date.clone().unwrap_or_default();
        let values = [("who", who.into()), ("standard", standard.into()), ("date", date.into())];
        Self {
            people,
            lacks: lacking.iter().take(LACKS_NAMED).map(link).collect(),
            table: format!("/coverage/{id}?{query}").trim_end_matches(['?', '&']).to_owned(),
            told: fill("place-told", &values),
        }
    }
}

/// How many people lack a service in the band its standard asks for, where anybody does and it may be
/// said; what the data has nowhere is left out: the data may be what is missing.
fn lack<'a>(
    of: &Coverage,
    service: &'a ServiceCoverage,
) -> Option<(u64, u16, &'a ServiceCoverage)> {
    let asked = service.asked_minutes.filter(|_| service.service.facilities > 0)?;
    let band = of.meta.minutes.iter().position(|minutes| *minutes >= asked)?;
    let people = service.bands.get(band)?.lacking.filter(|people| *people > 0)?;
    Some((people, of.meta.minutes[band], service))
}

async fn drawn(
    web: &Web,
    visit: &Visit,
    view: &PlaceView,
    name: &str,
) -> Result<(String, String, String), Fault> {
    // Places come before streets: until there are any, there is nothing to draw on.
    let Ok(info) = web.app.map_info(&visit.actor).await else { return Ok(Default::default()) };
    let coord = |p: &yike_model::places::Point| Coord { lon_e7: p.lon_e7, lat_e7: p.lat_e7 };
    let polygons: Vec<Rings> = view
        .boundary
        .iter()
        .flat_map(Boundary::polygons)
        .map(|rings| rings.iter().map(|ring| ring.iter().map(coord).collect()).collect())
        .collect();
    let mut shown = Shown { start: view.place.point.as_ref().map(coord), ..Shown::default() };
    let (bounds, fit) = match (polygons.is_empty(), shown.start) {
        (false, _) => {
            let bounds = geo::around(polygons.iter().flatten());
            (bounds, View::Fit(bounds))
        }
        (true, Some(at)) => (around(at), View::Around(at, AROUND_M)),
        (true, None) => (info.bounds, View::Fit(info.bounds)),
    };
    if !polygons.is_empty() {
        shown.start = None;
        shown.areas.push(ShownArea {
            tone: Tone::Plain,
            name: String::new(),
            told: String::new(),
            href: String::new(),
            polygons,
        });
    }
    let mut picture = geo::picture(visit, "place", fit, name.to_owned());
    picture.credit = geo::credit(visit.language, &info.attribution, info.data_date.as_deref());
    shown.onto(&mut picture, false);
    let map = web.app.picture(&visit.actor, picture).await?;
    Ok((geo::bounds_text(&bounds), map, shown.block()))
}
