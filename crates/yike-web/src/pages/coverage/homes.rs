//! The homes of a cell: for staff only, and seeing them is written down.

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use yike_app::streets::circles::study::Part;
use yike_app::streets::map::View;
use yike_app::streets::units::Bounds;
use yike_app::studies::{HOMES_LIMIT, HomeRow as Home, HomesAsk, HomesPage as Homes};

use super::cell::{Spot, Words};
use super::filter::{Filter, study_id};
use super::{HomeRow, HomesPage, dots};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::language::{Value, grouped};
use crate::front::page::Section;
use crate::front::visit::Visit;
use crate::geo::{self, Shown};
use crate::pages::Link;
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
        spot: ask.clone(),
        service: service.clone(),
        minutes: at.minutes,
        part: Part::Lacking,
        skip: filter.skip().on(&visit)?,
        limit: HOMES_LIMIT,
    };
    let homes = web.app.study_homes(&visit.actor, study, asked).await.on(&visit)?;
    let band = (service.as_str(), at.minutes);
    let all = web.app.study_home_points(&visit.actor, study, &ask, band).await.on(&visit)?;
    let info = web.app.map_info(&visit.actor).await.on(&visit)?;
    let base = format!("/coverage/{study}/{}", escape(&service));
    let words = Words { visit: &visit, filter: &filter, coverage: &coverage, at: &at, base: &base };
    let sentence = sentence(&words, homes.count);
    let profile = &coverage.meta.profiles[coverage.profile].code;
    let shown = Shown { points: dots::points(&visit, profile, &all), ..Shown::default() };
    let mut bounds = Bounds::EMPTY;
    shown.points.iter().for_each(|p| bounds.add(p.at));
    let view = if bounds.is_empty() { info.bounds } else { bounds };
    let mut picture = geo::picture(&visit, "homes", View::Fit(view), sentence.clone());
    picture.credit = geo::credit(visit.language, &info.attribution, info.data_date.as_deref());
    shown.onto(&mut picture, false);
    let map = web.app.picture(&visit.actor, picture).await.on(&visit)?;
    let (range, pages) = pages(&words, &homes).on(&visit)?;
    let page = HomesPage {
        back: format!("{base}{}", filter.query(&[("area", ""), ("from", "")])),
        homes: homes.homes.iter().map(|home| row(&visit, profile, home)).collect(),
        range,
        pages,
        bounds: geo::bounds_text(&view),
        map,
        answer: shown.block(),
        legend: dots::legend(&visit),
        p: visit.page(Section::Coverage, sentence.clone()),
        sentence,
    };
    Ok((visit.cookies(), render(&page)).into_response())
}

fn sentence(words: &Words<'_>, count: usize) -> String {
    let (visit, language) = (words.visit, words.visit.language);
    let area = match words.filter.area.as_str() {
        "" => language.text("filter-area-all").into_owned(),
        _ => visit.name(&words.coverage.row.name),
    };
    let values: [(&'static str, Value); 4] = [
        ("area", area.into()),
        ("n", count.into()),
        ("minutes", words.at.minutes.into()),
        ("what", words.what().into()),
    ];
    language.fill("homes-sentence", &values).into_owned()
}

/// Which homes of how many a page lists, and the pages beside it. The order is the study's own, so that
/// no home is on two pages or on none.
fn pages(words: &Words<'_>, homes: &Homes) -> Result<(String, Vec<Link>), Fault> {
    let (skip, shown) = (words.filter.skip()?, homes.homes.len());
    if homes.count <= HOMES_LIMIT {
        return Ok((String::new(), Vec::new()));
    }
    let language = words.visit.language;
    let values: [(&'static str, Value); 3] =
        [("from", (skip + 1).into()), ("to", (skip + shown).into()), ("n", homes.count.into())];
    let link = |key: &str, from: usize| {
        let from = if from == 0 { String::new() } else { from.to_string() };
        let query = words.filter.query(&[("from", &from)]);
        Link::new(format!("{}/homes{query}", words.base), language.text(key))
    };
    let before = (skip > 0).then(|| link("pages-before", skip.saturating_sub(HOMES_LIMIT)));
    let after = (skip + shown < homes.count).then(|| link("pages-after", skip + shown));
    let range = language.fill("homes-range", &values).into_owned();
    Ok((range, before.into_iter().chain(after).collect()))
}

fn row(visit: &Visit, profile: &str, home: &Home) -> HomeRow {
    let page = visit.page(Section::Coverage, "");
    let nearest = match &home.nearest {
        Some(walk) => page.minutes(&walk.ds).into_owned(),
        None => page.t("homes-nowhere").into_owned(),
    };
    let name = if home.name.is_empty() { &home.id } else { &home.name };
    HomeRow {
        href: format!("/nearby?home={}&profile={profile}", escape(&home.id)),
        name: visit.name(name),
        people: grouped(u64::from(home.people)),
        nearest,
    }
}
