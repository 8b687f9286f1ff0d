//! A study home by home: for those who may see it, with a line in the audit.

use std::cmp::Reverse;

use serde::Serialize;
use yike_model::StudyId;
use yike_model::people::Actor;
use yike_streets::circles::study::{Block, Part, Study, Walk};

use super::cover::{CoverageAsk, Spot, find_cell};
use crate::app::App;
use crate::error::AppError;

/// Most homes of one page.
pub const HOMES_LIMIT: usize = 100;

/// Most homes of one map.
pub const POINTS_LIMIT: usize = 50_000;

/// Which homes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomesAsk {
    /// Profile and area.
    pub spot: CoverageAsk,
    /// The service's code.
    pub service: String,
    /// The band, minutes.
    pub minutes: u16,
    /// Homes in which part of the count.
    pub part: Part,
    /// How many homes to leave out first.
    pub skip: usize,
    /// How many to give, at most [`HOMES_LIMIT`].
    pub limit: usize,
}

/// One home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HomeRow {
    /// Its id in the data.
    pub id: String,
    /// Its name or address.
    pub name: String,
    /// Longitude and latitude in 1e-7 degrees, WGS 84.
    pub at_e7: [i32; 2],
    /// People there.
    pub people: u32,
    /// Whether people are an estimate.
    pub estimated: bool,
    /// The nearest facility of the service, if any was found.
    pub nearest: Option<Walk>,
    /// The name of that facility.
    pub nearest_name: String,
}

/// A page of homes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HomesPage {
    /// How many homes there are in all.
    pub count: usize,
    /// People in all of them.
    pub people: u64,
    /// Those of this page, most people first.
    pub homes: Vec<HomeRow>,
}

/// A home on a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomePoint {
    /// Its id in the data.
    pub id: String,
    /// Its name or address.
    pub name: String,
    /// Longitude and latitude in 1e-7 degrees, WGS 84.
    pub at_e7: [i32; 2],
    /// People there.
    pub people: u32,
    /// The part of the count it is in.
    pub part: Part,
}

/// Homes of an area, by number.
fn within(study: &Study, spot: Spot) -> impl Iterator<Item = usize> {
    let row = &study.meta.rows[spot.row];
    let level = study.meta.levels.iter().position(|level| *level == row.level);
    let inside = move |home: &usize| match level {
        None => true,
        Some(level) => study.home_row[level * study.homes() + home] as usize == spot.row,
    };
    (0..study.homes()).filter(inside)
}

/// Homes that are asked for, by number.
fn chosen(study: &Study, spot: Spot, block: &Block, b: usize, part: Part) -> Vec<u32> {
    let wanted = |home: &usize| study.part(spot.profile, block, b, *home) == part;
    within(study, spot).filter(wanted).map(|home| home as u32).collect()
}

/// The homes of an area, those of each part of the count in turn: what is lacking lies on top.
fn points(study: &Study, spot: Spot, (s, b): (usize, usize)) -> Result<Vec<HomePoint>, AppError> {
    let block = study.block(spot.profile, s)?;
    let point = |home: usize| {
        let at = study.home_coord[home];
        HomePoint {
            id: study.home_id.get(home).to_owned(),
            name: study.home_name.get(home).to_owned(),
            at_e7: [at.lon_e7, at.lat_e7],
            people: study.people[home],
            part: study.part(spot.profile, block, b, home),
        }
    };
    let mut points: Vec<HomePoint> = within(study, spot).take(POINTS_LIMIT).map(point).collect();
    points.sort_by_key(|point| point.part == Part::Lacking);
    Ok(points)
}

fn row(study: &Study, block: &Block, home: usize) -> HomeRow {
    let nearest = block.nearest(home).next();
    let at = study.home_coord[home];
    HomeRow {
        id: study.home_id.get(home).to_owned(),
        name: study.home_name.get(home).to_owned(),
        at_e7: [at.lon_e7, at.lat_e7],
        people: study.people[home],
        estimated: study.estimated[home] == 1,
        nearest_name: nearest.map_or("", |w| study.facility_name.get(w.facility as usize)).into(),
        nearest,
    }
}

fn page(
    study: &Study,
    spot: Spot,
    (s, b): (usize, usize),
    ask: &HomesAsk,
) -> Result<HomesPage, AppError> {
    let block = study.block(spot.profile, s)?;
    let mut homes = chosen(study, spot, block, b, ask.part);
    let people = homes.iter().map(|home| u64::from(study.people[*home as usize])).sum();
    homes.sort_by_key(|home| (Reverse(study.people[*home as usize]), *home));
    let count = homes.len();
    let limit = ask.limit.min(HOMES_LIMIT);
    let rows = homes.into_iter().skip(ask.skip).take(limit);
    let homes = rows.map(|home| row(study, block, home as usize)).collect();
    Ok(HomesPage { count, people, homes })
}

impl App {
    /// The homes of one cell of a study, most people first.
    pub async fn study_homes(
        &self,
        actor: &Actor,
        id: StudyId,
        ask: HomesAsk,
    ) -> Result<HomesPage, AppError> {
        let study = self.look_at_homes(actor, id).await?;
        let spot = Spot::find(&study, &ask.spot)?;
        let cell = find_cell(&study, &ask.service, ask.minutes)?;
        self.compute(move || page(&study, spot, cell, &ask)).await
    }

    /// The homes of an area and how each of them is served by a service within a band: for a map. At most
    /// [`POINTS_LIMIT`].
    pub async fn study_home_points(
        &self,
        actor: &Actor,
        id: StudyId,
        ask: &CoverageAsk,
        (service, minutes): (&str, u16),
    ) -> Result<Vec<HomePoint>, AppError> {
        let study = self.look_at_homes(actor, id).await?;
        let spot = Spot::find(&study, ask)?;
        let cell = find_cell(&study, service, minutes)?;
        self.compute(move || points(&study, spot, cell)).await
    }
}
