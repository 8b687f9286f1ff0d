//! The homes of a cell: for staff only, and seeing them is written down.

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use yike_app::streets::circles::study::Part;
use yike_app::streets::map::{Mark, Tone, View};
use yike_app::streets::units::{Bounds, Coord};
use yike_app::studies::{HOMES_LIMIT, HomeRow as Home, HomesAsk};

use super::cell::{Spot, Words};
use super::filter::{Filter, study_id};
use super::{HomeRow, HomesPage};
use crate::error::{OnPage, PageResult, render};
use crate::front::language::{Value, grouped};
use crate::front::page::Section;
use crate::front::visit::Visit;
use crate::geo::{self, Shown, ShownPoint};
use crate::pages::ask::escape;
use crate::state::Web;

/// `GET /coverage/{study}/{service}/homes`.
pub async fn homes(
    State(web): State<Web>,
    visit: Visit,
    Path((id, service)): Path<(String, String)>,
    Query(filter): Query<Filter>,
) -> PageResult {
    let study = study_id(&id).on(&visit)?;
    let ask = filter.to_app();
    let coverage = web.app.coverage(&visit.actor, study, &ask).await.on(&visit)?;
    let at = Spot::find(&coverage, &service, &filter).on(&visit)?;
    let asked = HomesAsk {
        spot: ask,
        service: service.clone(),
        minutes: at.minutes,
        part: Part::Lacking,
        skip: 0,
        limit: HOMES_LIMIT,
    };
    let homes = web.app.study_homes(&visit.actor, study, asked).await.on(&visit)?;
    let info = web.app.map_info(&visit.actor).await.on(&visit)?;
    let base = format!("/coverage/{study}/{}", escape(&service));
    let words = Words { visit: &visit, filter: &filter, coverage: &coverage, at: &at, base: &base };
    let language = visit.language;
    let area = match filter.area.as_str() {
        "" => language.text("filter-area-all").into_owned(),
        _ => visit.name(&coverage.row.name),
    };
    let values: [(&'static str, Value); 4] = [
        ("area", area.into()),
        ("n", homes.count.into()),
        ("minutes", at.minutes.into()),
        ("what", words.what().into()),
    ];
    let sentence = language.fill("homes-sentence", &values).into_owned();
    let shown = Shown { points: homes.homes.iter().map(point).collect(), ..Shown::default() };
    let mut bounds = Bounds::EMPTY;
    shown.points.iter().for_each(|p| bounds.add(p.at));
    let view = if bounds.is_empty() { info.bounds } else { bounds };
    let mut picture = geo::picture(&visit, "homes", View::Fit(view), sentence.clone());
    picture.credit = geo::credit(language, &info.attribution, info.data_date.as_deref());
    shown.onto(&mut picture, false);
    let map = web.app.picture(&visit.actor, picture).await.on(&visit)?;
    let profile = &coverage.meta.profiles[coverage.profile].code;
    let page = HomesPage {
        back: format!("{base}{}", filter.query(&[("area", "")])),
        homes: homes.homes.iter().map(|home| row(&visit, profile, home)).collect(),
        more: (homes.count > homes.homes.len())
            .then(|| language.fill("homes-more", &[("n", homes.homes.len().into())]).into_owned()),
        map,
        legend: vec![geo::legend_item(Tone::Gap, language.text("legend-home-gap"))],
        p: visit.page(Section::Coverage, sentence.clone()),
        sentence,
    };
    Ok((visit.cookies(), render(&page)).into_response())
}

fn point(home: &Home) -> ShownPoint {
    let [lon_e7, lat_e7] = home.at_e7;
    ShownPoint {
        at: Coord { lon_e7, lat_e7 },
        tone: Tone::Gap,
        mark: Mark::Home,
        name: home.name.clone(),
        told: String::new(),
        href: String::new(),
    }
}

fn row(visit: &Visit, profile: &str, home: &Home) -> HomeRow {
    let page = visit.page(Section::Coverage, "");
    let nearest = match &home.nearest {
        Some(walk) => page.minutes(&walk.ds).into_owned(),
        None => page.t("homes-nowhere").into_owned(),
    };
    HomeRow {
        href: format!("/nearby?home={}&profile={profile}", escape(&home.id)),
        name: if home.name.is_empty() { home.id.clone() } else { home.name.clone() },
        people: grouped(u64::from(home.people)),
        nearest,
    }
}
