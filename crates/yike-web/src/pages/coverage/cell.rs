//! One cell of the matrix: its map, and its communities, the worst off first.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use yike_app::streets::map::{Base, Tone, View};
use yike_app::studies::{AreaCoverage, Coverage, ServiceCoverage};
use yike_model::people::Role;

use super::counts::{count, people, share};
use super::filter::{Filter, study_id};
use super::{AreaRow, CellPage, dots};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::language::Value;
use crate::front::page::Section;
use crate::front::visit::Visit;
use crate::geo::{self, Rings, Shown, ShownArea};
use crate::pages::ask::{escape, profile_name};
use crate::pages::{Chip, LegendItem, pick};
use crate::state::Web;

/// Shares of people out of reach at which the tones of the map change, parts per million.
const STEPS: [u32; 4] = [50_000, 200_000, 400_000, 700_000];

const TONES: [Tone; 5] = [Tone::Share1, Tone::Share2, Tone::Share3, Tone::Share4, Tone::Share5];

/// `GET /coverage/{study}/{service}`.
pub async fn cell(
    State(web): State<Web>,
    visit: Visit,
    Path((id, service)): Path<(String, String)>,
    Query(filter): Query<Filter>,
) -> PageResult {
    let study = study_id(&id).on(&visit)?;
    let ask = filter.to_app();
    let coverage = web.app.coverage(&visit.actor, study, &ask).await.on(&visit)?;
    let at = Spot::find(&coverage, &service, &filter).on(&visit)?;
    let level = coverage.meta.levels.last().cloned().unwrap_or_default();
    let band = (service.as_str(), at.minutes);
    let areas = web.app.worst_off(&visit.actor, study, &ask, band, &level).await.on(&visit)?;
    let shapes = web.shapes(&visit.actor, &level).await.on(&visit)?;
    let info = web.app.map_info(&visit.actor).await.on(&visit)?;
    let base = format!("/coverage/{study}/{}", escape(&service));
    let words = Words { visit: &visit, filter: &filter, coverage: &coverage, at: &at, base: &base };
    let shown = words.shown(&areas, &shapes);
    let rings = shown.areas.iter().flat_map(|a| a.polygons.iter().flatten());
    let bounds = if shown.areas.is_empty() { info.bounds } else { geo::around(rings) };
    let mut picture = geo::picture(&visit, "cell", View::Fit(bounds), words.sentence());
    picture.base = Base::Quiet;
    picture.credit = geo::credit(visit.language, &info.attribution, info.data_date.as_deref());
    shown.onto(&mut picture, true);
    let map = web.app.picture(&visit.actor, picture).await.on(&visit)?;
    let page = words.page(&areas, (geo::bounds_text(&bounds), map, shown.block()));
    Ok((visit.cookies(), render(&page)).into_response())
}

/// Where in a study a cell is.
pub struct Spot<'a> {
    /// The service.
    pub service: &'a ServiceCoverage,
    /// The band's position.
    pub band: usize,
    /// The band.
    pub minutes: u16,
}

impl<'a> Spot<'a> {
    /// Finds a cell by the service's code and the filter's minutes; the longest band where not given.
    pub fn find(coverage: &'a Coverage, service: &str, filter: &Filter) -> Result<Self, Fault> {
        let minutes = &coverage.meta.minutes;
        let service = coverage.services.iter().find(|s| s.service.code == service);
        let band = match filter.minutes.as_str() {
            "" => minutes.len().checked_sub(1),
            text => text.parse().ok().and_then(|m: u16| minutes.iter().position(|own| *own == m)),
        };
        match (service, band) {
            (Some(service), Some(band)) => Ok(Self { service, band, minutes: minutes[band] }),
            _ => Err(Fault::missing()),
        }
    }
}

/// A cell in the visitor's words.
pub struct Words<'a> {
    /// Who reads.
    pub visit: &'a Visit,
    /// What is asked.
    pub filter: &'a Filter,
    /// The study's part.
    pub coverage: &'a Coverage,
    /// The cell.
    pub at: &'a Spot<'a>,
    /// Path of the cell without a query.
    pub base: &'a str,
}

impl Words<'_> {
    fn fill(&self, key: &str, values: &[(&'static str, Value)]) -> String {
        self.visit.language.fill(key, values).into_owned()
    }

    /// Name of the service.
    pub fn what(&self) -> String {
        let service = &self.at.service.service;
        pick(self.visit.language, &service.zh, &service.en)
    }

    /// The finding in one sentence.
    pub fn sentence(&self) -> String {
        let shown = self.at.service.bands[self.at.band];
        let mut values: Vec<(&'static str, Value)> =
            vec![("minutes", self.at.minutes.into()), ("what", self.what().into())];
        match shown.lacking {
            Some(0) if shown.covered != shown.all => {
                let unsure = shown.edge.zip(shown.unplaced).map(|(edge, unplaced)| edge + unplaced);
                values.push(("people", people(self.visit.language, unsure).into()));
                self.fill("cell-sentence-edge", &values)
            }
            Some(0) => self.fill("cell-sentence-none", &values),
            lacking => {
                values.push(("people", people(self.visit.language, lacking).into()));
                self.fill("cell-sentence", &values)
            }
        }
    }

    fn page(
        &self,
        areas: &[AreaCoverage],
        (bounds, map, answer): (String, String, String),
    ) -> CellPage {
        let language = self.visit.language;
        let shown = self.at.service.bands[self.at.band];
        let profile = &self.coverage.meta.profiles[self.coverage.profile].code;
        let area = if self.filter.area.is_empty() {
            language.text("filter-area-all").into_owned()
        } else {
            self.visit.name(&self.coverage.row.name)
        };
        let told = self.fill(
            "cell-told",
            &[
                ("who", profile_name(language, profile).into()),
                ("title", area.into()),
                ("total", people(language, shown.all).into()),
                ("share", share(language, shown.share_ppm).into()),
            ],
        );
        let study = self.base.rsplit_once('/').map_or(self.base, |(study, _)| study);
        let staff = self.visit.has(&[Role::Planner, Role::Administrator]);
        let homes = format!("{}/homes{}", self.base, self.filter.query(&[]));
        CellPage {
            sentence: self.sentence(),
            told,
            back: format!("{study}{}", self.filter.query(&[("minutes", "")])),
            minutes: self.minutes(),
            areas: areas
                .iter()
                // Nobody outside all communities is no news.
                .filter(|area| !area.row.code.is_empty() || area.people.all != Some(0))
                .map(|area| self.area(area))
                .collect(),
            homes_link: staff.then_some(homes),
            dots: staff.then(|| self.dots()),
            bounds,
            map,
            answer,
            legend: if staff {
                self.legend().into_iter().chain(dots::legend(self.visit)).collect()
            } else {
                self.legend()
            },
            p: self.visit.page(Section::Coverage, self.sentence()),
        }
    }

    /// Where the map gets the homes from.
    fn dots(&self) -> String {
        let minutes = self.at.minutes.to_string();
        let query = self.filter.query(&[("minutes", &minutes), ("sort", ""), ("list", "")]);
        let path = self.base.trim_start_matches("/coverage");
        format!("/api/v1/studies{path}/homes{query}")
    }

    fn minutes(&self) -> Vec<Chip> {
        let chip = |minutes: &u16| Chip {
            big: String::new(),
            name: self.fill("choose-minutes-n", &[("n", minutes.into())]),
            href: format!(
                "{}{}",
                self.base,
                self.filter.query(&[("minutes", &minutes.to_string())])
            ),
            fields: Vec::new(),
            on: *minutes == self.at.minutes,
        };
        self.coverage.meta.minutes.iter().map(chip).collect()
    }

    /// Where an area leads: staff to its homes, others to the matrix of the area.
    fn area_href(&self, code: &str) -> String {
        let study = self.base.rsplit_once('/').map_or(self.base, |(study, _)| study);
        if self.visit.has(&[Role::Planner, Role::Administrator]) {
            let query =
                self.filter.query(&[("area", code), ("minutes", &self.at.minutes.to_string())]);
            format!("{}/homes{query}", self.base)
        } else {
            format!("{study}{}", self.filter.query(&[("area", code), ("minutes", "")]))
        }
    }

    fn area(&self, area: &AreaCoverage) -> AreaRow {
        let language = self.visit.language;
        let out = out_of_reach(area);
        AreaRow {
            href: self.area_href(&area.row.code),
            name: self.name_of(area),
            lacking: count(language, area.people.lacking),
            share: share(language, out),
            percent: out.unwrap_or_default() / 10_000,
        }
    }

    fn name_of(&self, area: &AreaCoverage) -> String {
        if area.row.code.is_empty() {
            self.fill("area-outside", &[])
        } else {
            self.visit.name(&area.row.name)
        }
    }

    fn shown(&self, areas: &[AreaCoverage], shapes: &BTreeMap<String, Vec<Rings>>) -> Shown {
        let shape = |area: &AreaCoverage| {
            let polygons = shapes.get(&area.row.code)?.clone();
            let told = format!(
                "{} · {}",
                count(self.visit.language, area.people.lacking),
                share(self.visit.language, out_of_reach(area))
            );
            Some(ShownArea {
                tone: out_of_reach(area).map_or(Tone::Beyond, tone),
                name: self.visit.name(&area.row.name),
                told,
                href: self.area_href(&area.row.code),
                polygons,
            })
        };
        Shown { start: None, areas: areas.iter().filter_map(shape).collect(), points: Vec::new() }
    }

    fn legend(&self) -> Vec<LegendItem> {
        let percent = |ppm: u32| ppm / 10_000;
        let from = [0].into_iter().chain(STEPS);
        let to = STEPS.into_iter().chain([1_000_000]);
        TONES
            .into_iter()
            .zip(from.zip(to))
            .map(|(tone, (from, to))| {
                let values = [("from", percent(from).into()), ("to", percent(to).into())];
                geo::legend_item(tone, self.fill("legend-share", &values))
            })
            .collect()
    }
}

/// Share of an area's people who are out of reach.
fn out_of_reach(area: &AreaCoverage) -> Option<u32> {
    let (lacking, all) = (area.people.lacking?, area.people.all?);
    Some(if all == 0 { 0 } else { (u128::from(lacking) * 1_000_000 / u128::from(all)) as u32 })
}

fn tone(ppm: u32) -> Tone {
    TONES[STEPS.iter().filter(|step| ppm >= **step).count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_rise_with_the_share() {
        assert_eq!(tone(0), Tone::Share1);
        assert_eq!(tone(50_000), Tone::Share2);
        assert_eq!(tone(1_000_000), Tone::Share5);
    }
}
