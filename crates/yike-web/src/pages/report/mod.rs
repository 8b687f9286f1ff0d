//! Reporting, in three screens: what kind (and a photo), where, one line. Works without JavaScript: what
//! was filled in travels in the form, and nothing of it stands in an address.

mod form;
mod kind;
mod place;
mod send;
mod what;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub use form::Filled;
pub use place::in_full;
pub use what::unit_words;

use super::Choice;
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::address::Origin;
use crate::front::page::{Page, Section};
use crate::front::upload::Uploaded;
use crate::front::visit::Visit;
use crate::state::Web;

/// Categories of a group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its categories.
    pub kinds: Vec<Choice>,
    /// Whether the one chosen is among them.
    pub open: bool,
}

/// A case like it near by.
#[derive(Clone, Debug)]
pub struct Similar {
    /// Its id, to follow it by.
    pub id: String,
    /// What it is and where.
    pub words: String,
    /// Since when, and how it stands.
    pub told: String,
}

/// A service that comes at once.
#[derive(Clone, Debug)]
pub struct Emergency {
    /// Its number.
    pub number: String,
    /// What it is for.
    pub name: String,
}

/// One of the three screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// What kind of thing it is, and a photo.
    Kind,
    /// Where it is.
    Where,
    /// One line, who handles it, and what is like it.
    What,
}

impl Step {
    const fn number(self) -> u8 {
        match self {
            Self::Kind => 1,
            Self::Where => 2,
            Self::What => 3,
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
pub struct ReportPage {
    /// The frame.
    pub p: Page,
    /// Which screen.
    pub step: Step,
    /// Its number, for "step 2 of 3".
    pub number: u8,
    /// What was wrong, in a sentence; else empty.
    pub wrong: String,
    /// What is carried along.
    pub hidden: Vec<(&'static str, String)>,
    /// What is chosen already, in a line each.
    pub chosen: Vec<String>,
    /// Emergency services.
    pub emergencies: Vec<Emergency>,
    /// Screen 1: groups of categories.
    pub groups: Vec<Group>,
    /// How many photos are kept already.
    pub photos: usize,
    /// Screen 2: what was searched for.
    pub asked: String,
    /// What could be typed, for example.
    pub placeholder: String,
    /// The places to choose from.
    pub places: Vec<Choice>,
    /// What they are, in words.
    pub places_told: String,
    /// Whether a place is chosen, so that its floor and part can be said.
    pub placed: bool,
    /// Shared parts.
    pub parts: Vec<Choice>,
    /// Floor.
    pub floor: String,
    /// Screen 3: what was written.
    pub text: String,
    /// Who handles it by when, in a sentence; empty while the category is not known.
    pub promise: String,
    /// Categories the words suggest.
    pub kinds: Vec<Choice>,
    /// Cases like it.
    pub similar: Vec<Similar>,
    /// Whether it can be said to be urgent, and is.
    pub urgent: Option<bool>,
    /// Whether words and photos may be shown; none where they never are.
    pub open: Option<bool>,
}

/// What an address can fill in: a QR code at a stair door, or a link from a place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    place: String,
    kind: String,
}

/// `GET /report`.
pub async fn begin(State(web): State<Web>, visit: Visit, Query(ask): Query<Ask>) -> PageResult {
    let filled = Filled {
        draft: web.app.new_draft().to_string(),
        place: ask.place,
        kind: ask.kind,
        ..Filled::default()
    };
    let page = kind::page(&web, &visit, &filled, "").await.on(&visit)?;
    Ok((visit.cookies(), render(&page)).into_response())
}

/// `GET /q/{code}`: the short address on a stair door.
pub async fn door(axum::extract::Path(code): axum::extract::Path<String>) -> Redirect {
    Redirect::to(&format!("/report?place={}", super::ask::escape(&code)))
}

/// `POST /report`: the next screen, or the report itself.
pub async fn go_on(
    State(web): State<Web>,
    visit: Visit,
    Origin(from): Origin,
    uploaded: Result<Uploaded, Fault>,
) -> PageResult {
    let Uploaded { form, photos } = uploaded.on(&visit)?;
    let mut filled = Filled::of(&form);
    for photo in photos {
        if let Err(error) = keep(&web, &visit, &mut filled, photo, from).await {
            let wrong = Fault::from(error);
            let words = super::plain::told(&visit, &wrong);
            let page = kind::page(&web, &visit, &filled, &words).await.on(&visit)?;
            return Ok((wrong.status, visit.cookies(), render(&page)).into_response());
        }
    }
    answer(&web, &visit, filled, from).await
}

async fn keep(
    web: &Web,
    visit: &Visit,
    filled: &mut Filled,
    photo: Vec<u8>,
    from: std::net::IpAddr,
) -> Result<(), yike_app::AppError> {
    let draft = filled.draft()?;
    let id = web.app.keep_draft_photo(&visit.actor, &draft, photo, from).await?;
    filled.photos.push(id);
    Ok(())
}

async fn answer(
    web: &Web,
    visit: &Visit,
    mut filled: Filled,
    from: std::net::IpAddr,
) -> Result<Response, crate::error::PageFault> {
    let page = match filled.step.as_str() {
        "kind" => kind::page(web, visit, &filled, "").await,
        "where" => match kind::emergency(web, visit, &filled).await.on(visit)? {
            Some(page) => return Ok(page),
            None => place::page(web, visit, &filled, "").await,
        },
        "find" => place::page(web, visit, &filled, "").await,
        "what" => {
            let settled = place::settle(web, visit, &mut filled).await.on(visit)?;
            if settled {
                what::page(web, visit, &filled, "").await
            } else {
                place::page(web, visit, &filled, "").await
            }
        }
        "send" => return send::send(web, visit, filled, from).await,
        step => match step.strip_prefix("join:") {
            Some(id) => return send::join(web, visit, id, from).await,
            None => what::page(web, visit, &filled, "").await,
        },
    };
    let page = page.on(visit)?;
    Ok((visit.cookies(), render(&page)).into_response())
}

impl ReportPage {
    /// A screen with nothing on it yet.
    fn blank(visit: &Visit, filled: &Filled, step: Step, wrong: &str) -> Self {
        let p = visit.page(Section::Report, visit.language.text("report-title"));
        Self {
            step,
            number: step.number(),
            wrong: wrong.to_owned(),
            hidden: filled.hidden(step),
            chosen: Vec::new(),
            emergencies: Vec::new(),
            groups: Vec::new(),
            photos: filled.photos.len(),
            asked: String::new(),
            placeholder: String::new(),
            places: Vec::new(),
            places_told: String::new(),
            placed: false,
            parts: Vec::new(),
            floor: filled.floor.clone(),
            text: filled.text.clone(),
            promise: String::new(),
            kinds: Vec::new(),
            similar: Vec::new(),
            urgent: None,
            open: None,
            p,
        }
    }
}
