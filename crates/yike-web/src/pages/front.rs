//! The front door: one question, one field to ask it in, and three numbers of the district.

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse;
use yike_app::streets::map::{Base, View};
use yike_app::studies::CoverageAsk;
use yike_model::places::{Place, PlaceKind, initials};
use yike_store::Page as Rows;

use super::ask::{escape, profile_name};
use super::coverage::may_see;
use super::{Link, pick};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::language::grouped;
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::geo;
use crate::state::Web;

/// A number of the district and what it means.
#[derive(Clone, Debug)]
pub struct Number {
    /// The number, written large.
    pub big: String,
    /// The rest of the sentence.
    pub words: String,
    /// Where it comes from.
    pub href: String,
    /// What the link says.
    pub link: String,
}

/// The front page.
#[derive(Template)]
#[template(path = "front.html")]
pub struct FrontPage {
    /// The frame.
    pub p: Page,
    /// What one could type, for example.
    pub placeholder: String,
    /// Places to try.
    pub examples: Vec<Link>,
    /// Picture of the district.
    pub map: String,
    /// Three numbers, or none before the first study.
    pub numbers: Vec<Number>,
}

/// `GET /`.
pub async fn page(State(web): State<Web>, visit: Visit) -> PageResult {
    let page = filled(&web, &visit).await.on(&visit)?;
    Ok((visit.cookies(), render(&page)).into_response())
}

async fn filled(web: &Web, visit: &Visit) -> Result<FrontPage, Fault> {
    let p = visit.page(Section::Front, visit.language.text("front-title"));
    let map = match web.app.map_info(&visit.actor).await {
        Ok(info) => {
            let title = p.t("front-map").into_owned();
            let mut picture = geo::picture(visit, "front", View::Fit(info.bounds), title);
            (picture.width, picture.height, picture.base) = (560, 460, Base::Full);
            picture.credit =
                geo::credit(visit.language, &info.attribution, info.data_date.as_deref());
            web.app.picture(&visit.actor, picture).await?
        }
        // Before anything is imported there is nothing to draw, and the page still says what it is.
        Err(_) => String::new(),
    };
    let estates = estates(web, visit, 3).await?;
    let link = |place: &Place| {
        let href = format!("/nearby?place={}", escape(place.code.as_str()));
        Link::new(href, visit.name(place.name.as_str()))
    };
    Ok(FrontPage {
        placeholder: placeholder(visit, estates.first()),
        examples: estates.iter().map(link).collect(),
        numbers: numbers(web, visit, &p).await?,
        map,
        p,
    })
}

/// A few estates to try; none before there are any.
pub async fn estates(web: &Web, visit: &Visit, limit: u32) -> Result<Vec<Place>, Fault> {
    if web.app.district().is_err() {
        return Ok(Vec::new());
    }
    let rows = Rows::first(limit);
    Ok(web.app.places_of_kind(&visit.actor, PlaceKind::Estate, &rows).await?)
}

/// What one could type, by an estate there is.
pub fn placeholder(visit: &Visit, estate: Option<&Place>) -> String {
    let example = estate.and_then(|place| Some((place, initials(place.name.as_str())?)));
    match example {
        Some((place, initials)) => {
            let name = visit.name(place.name.as_str());
            let values = [("name", name.into()), ("initials", initials.into())];
            visit.language.fill("ask-placeholder", &values).into_owned()
        }
        None => visit.language.text("ask-placeholder-none").into_owned(),
    }
}

/// Three numbers out of the newest study.
async fn numbers(web: &Web, visit: &Visit, p: &Page) -> Result<Vec<Number>, Fault> {
    if web.app.district().is_err() {
        return Ok(Vec::new());
    }
    let Some(study) = web.app.newest_study(&visit.actor).await? else { return Ok(Vec::new()) };
    let Some(summary) = study.summary.clone() else { return Ok(Vec::new()) };
    let elder = summary.profiles.iter().find(|code| *code == "elder").cloned();
    let ask = CoverageAsk { profile: elder.unwrap_or_default(), ..CoverageAsk::default() };
    let coverage = web.app.coverage(&visit.actor, study.id, &ask).await?;
    let longest = coverage.meta.minutes.len().saturating_sub(1);
    let minutes = coverage.meta.minutes.get(longest).copied().unwrap_or_default();
    let lacking = |s: &&yike_app::studies::ServiceCoverage| s.bands.get(longest)?.lacking;
    let worst = coverage
        .services
        .iter()
        .filter(|s| s.asked_minutes.is_some() && s.service.facilities > 0)
        .filter(|s| lacking(s).is_some())
        .max_by_key(lacking);
    let facilities: u64 = coverage
        .services
        .iter()
        .filter(|s| s.service.category)
        .map(|s| u64::from(s.service.facilities))
        .sum();
    let mut numbers = Vec::new();
    if let Some(worst) = worst {
        let what = pick(visit.language, &worst.service.zh, &worst.service.en);
        let who = profile_name(visit.language, &coverage.meta.profiles[coverage.profile].code);
        let code = escape(&worst.service.code);
        numbers.push(Number {
            big: grouped(lacking(&worst).unwrap_or_default()),
            words: visit
                .language
                .fill(
                    "front-number-lacking",
                    &[("who", who.into()), ("minutes", minutes.into()), ("what", what.into())],
                )
                .into_owned(),
            href: format!(
                "/coverage/{}/{code}?profile={}&minutes={minutes}",
                study.id, ask.profile
            ),
            link: p.t("front-number-link").into_owned(),
        });
    }
    numbers.push(Number {
        big: may_see(visit, summary.people).map_or_else(|| "–".to_owned(), grouped),
        words: p.t1("front-number-people", "homes", summary.homes).into_owned(),
        href: format!("/coverage/{}", study.id),
        link: p.t("to-coverage").into_owned(),
    });
    numbers.push(Number {
        big: grouped(facilities),
        words: p.t("front-number-facilities").into_owned(),
        href: "/about".to_owned(),
        link: p.t("front-number-about").into_owned(),
    });
    Ok(numbers)
}
