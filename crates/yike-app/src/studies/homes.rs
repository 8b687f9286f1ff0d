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
pub const HOMES_LIMIT: usize = 200;

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

/// Homes that are asked for, by number.
fn chosen(study: &Study, spot: Spot, block: &Block, b: usize, part: Part) -> Vec<u32> {
    let row = &study.meta.rows[spot.row];
    let level = study.meta.levels.iter().position(|level| *level == row.level);
    let inside = |home: usize| match level {
        None => true,
        Some(level) => study.home_row[level * study.homes() + home] as usize == spot.row,
    };
    let wanted = |home: &usize| inside(*home) && study.part(spot.profile, block, b, *home) == part;
    (0..study.homes()).filter(wanted).map(|home| home as u32).collect()
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

    /// Where the homes of one cell are, with their people: for a map. At most [`POINTS_LIMIT`].
    pub async fn study_home_points(
        &self,
        actor: &Actor,
        id: StudyId,
        ask: HomesAsk,
    ) -> Result<Vec<([i32; 2], u32)>, AppError> {
        let study = self.look_at_homes(actor, id).await?;
        let spot = Spot::find(&study, &ask.spot)?;
        let (s, b) = find_cell(&study, &ask.service, ask.minutes)?;
        self.compute(move || {
            let block = study.block(spot.profile, s)?;
            let homes = chosen(&study, spot, block, b, ask.part).into_iter().take(POINTS_LIMIT);
            let point = |home: u32| {
                let at = study.home_coord[home as usize];
                ([at.lon_e7, at.lat_e7], study.people[home as usize])
            };
            Ok(homes.map(point).collect())
        })
        .await
    }
}
