//! Where the data comes from and how it is worked out.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use yike_app::streets::circles::profile::Profile;

use super::ask::profile_name;
use super::{Fact, pick};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::form::Posted;
use crate::front::language::Language;
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::state::Web;

/// One walking profile.
#[derive(Clone, Debug)]
pub struct ProfileRow {
    /// Its name.
    pub name: String,
    /// Metres a second.
    pub speed: String,
    /// How far in a quarter of an hour.
    pub quarter: String,
    /// Where its figures come from.
    pub source: String,
}

/// The page.
#[derive(Template)]
#[template(path = "about.html")]
pub struct AboutPage {
    /// The frame.
    pub p: Page,
    /// Data sets, dates, credits.
    pub facts: Vec<Fact>,
    /// The walkers.
    pub profiles: Vec<ProfileRow>,
}

/// `GET /about`.
pub async fn page(State(web): State<Web>, visit: Visit) -> PageResult {
    let info = web.app.map_info(&visit.actor).await;
    let sets = web.app.datasets(&visit.actor).await.on(&visit)?;
    let profiles = web.app.profiles(&visit.actor).await.on(&visit)?;
    let p = visit.page(Section::About, visit.language.text("about-title"));
    let mut facts = Vec::new();
    if let Ok(info) = info {
        let date = info.data_date.unwrap_or_else(|| p.t("about-date-unknown").into_owned());
        facts.push(Fact::new(p.t("about-fact-date"), date));
        facts.push(Fact::new(p.t("about-fact-credit"), info.attribution));
    }
    for set in sets {
        let name = visit.language.text(&format!("about-set-{}", set.file.kind.code()));
        let vintage = set.file.vintage.clone().unwrap_or_default();
        let value = format!(
            "{} · {} · {vintage}",
            p.t1("about-version", "n", set.version as u32),
            set.file.attribution
        );
        facts.push(Fact::new(name, value.trim_end_matches([' ', '·'])));
    }
    let profiles = profiles.iter().map(|profile| row(&p, profile)).collect();
    Ok((visit.cookies(), render(&AboutPage { p, facts, profiles })).into_response())
}

/// A text in the reader's language; in English where it is written in no other.
pub fn told_in(language: Language, zh: &str, en: &str) -> String {
    if zh.is_empty() { en.to_owned() } else { pick(language, zh, en) }
}

fn row(p: &Page, profile: &Profile) -> ProfileRow {
    let quarter_dm = profile.speed_mm_s * 9;
    ProfileRow {
        name: profile_name(p.language, &profile.code),
        speed: format!("{:.2}", f64::from(profile.speed_mm_s) / 1000.0),
        quarter: p.metres(&quarter_dm).into_owned(),
        source: told_in(p.language, &profile.source_zh, &profile.source),
    }
}

/// `POST /demo/clock`: lets hours pass in a demo, and goes back to where the button was.
pub async fn pass_time(
    State(web): State<Web>,
    visit: Visit,
    form: Result<Posted, Fault>,
) -> PageResult {
    let form = form.on(&visit)?;
    let hours = form.one("hours").parse().unwrap_or(0);
    web.app.pass_demo_hours(&visit.actor, hours).await.on(&visit)?;
    // Only a page of ours: an address with a host would lead away.
    let back = form.one("back");
    let ours = back.starts_with('/') && !back.starts_with("//") && !back.contains('\\');
    Ok(Redirect::to(if ours { back } else { "/" }).into_response())
}
