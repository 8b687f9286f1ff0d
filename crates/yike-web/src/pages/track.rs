//! The resident's case page, by its secret address: where it stands, who has it, when it is due, what
//! happened. The address only shows; acting needs the session of the device or phone that reported.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use yike_app::cases::{CaseView, Wish, WishKind, With};
use yike_model::Refusal;
use yike_model::cases::{Rating, Stage};
use yike_model::photos::PhotoPart;
use yike_model::text::CaseText;

use super::report::unit_words;
use super::timeline::{Line, lines};
use super::{Link, When, pick};
use crate::error::{Fault, OnPage, PageFault, PageResult, render};
use crate::front::page::{Page, Section};
use crate::front::upload::Uploaded;
use crate::front::visit::Visit;
use crate::front::when;
use crate::state::Web;

/// The page.
#[derive(Template)]
#[expect(clippy::struct_excessive_bools, reason = "each is a form that is offered or not")]
#[template(path = "track.html")]
pub struct TrackPage {
    /// The frame.
    pub p: Page,
    /// What it is.
    pub what: String,
    /// Where it is.
    pub place: String,
    /// Its number.
    pub number: String,
    /// Where it stands, in a sentence.
    pub headline: String,
    /// CSS word: `good`, `late`, or empty.
    pub tone: &'static str,
    /// More about that; else empty.
    pub told: String,
    /// What was said.
    pub words: String,
    /// Addresses of the photos, small and large.
    pub photos: Vec<(String, String)>,
    /// What happened.
    pub history: Vec<Line>,
    /// Where forms of the page post to.
    pub action: String,
    /// How many events were seen.
    pub seen: i64,
    /// Whether it can be said to be fixed, or not.
    pub confirm: bool,
    /// Whether it can be said not to be fixed.
    pub deny: bool,
    /// Whether it can be rated.
    pub rate: bool,
    /// Whether a rejection can be appealed.
    pub appeal: bool,
    /// Whether something can be added.
    pub remark: bool,
    /// What was wrong with a form; else empty.
    pub wrong: String,
    /// What was typed into it.
    pub typed: String,
    /// The number to call about it; else empty.
    pub phone: String,
}

/// `GET /t/{track}`.
pub async fn page(State(web): State<Web>, visit: Visit, Path(track): Path<String>) -> PageResult {
    let view = web.app.case_by_track(&visit.actor, &track).await.on(&visit)?;
    let page = filled(&web, &visit, &track, &view, "", "");
    Ok(private((visit.cookies(), render(&page)).into_response()))
}

/// What its reporter alone may see is kept by nobody on the way. Its address is told to no other site, as
/// on all pages; told to none at all, browsers would hide where its forms come from, too.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn filled(
    web: &Web,
    visit: &Visit,
    track: &str,
    view: &CaseView,
    wrong: &str,
    typed: &str,
) -> TrackPage {
    let p = visit.page(Section::Report, visit.language.text("track-title"));
    let can = |kind| view.actions.iter().any(|action| action.kind == kind);
    let (headline, tone, told) = stands(web, visit, view);
    let photo = |id: &yike_model::id::PhotoId| {
        (format!("/t/{track}/photos/{id}/small"), format!("/t/{track}/photos/{id}/full"))
    };
    TrackPage {
        what: pick(visit.language, &view.category.zh, &view.category.en),
        place: place_of(visit, view),
        number: view.case.filing.number.to_string(),
        headline,
        tone,
        told,
        words: view.words.clone().unwrap_or_default(),
        photos: view.photos.iter().map(photo).collect(),
        history: lines(visit, view, web.app.now(), &format!("/t/{track}/photos"), None),
        action: format!("/t/{track}"),
        seen: view.seq,
        confirm: can(WishKind::Confirm),
        deny: can(WishKind::Deny),
        rate: can(WishKind::Rate),
        appeal: can(WishKind::Appeal),
        remark: can(WishKind::Remark),
        wrong: wrong.to_owned(),
        typed: typed.to_owned(),
        phone: view.owner.phone.clone().unwrap_or_default(),
        p,
    }
}

/// Where a case is, in a line.
fn place_of(visit: &Visit, view: &CaseView) -> String {
    let Some((place, path)) = view.path.split_last() else { return String::new() };
    let mut line = super::report::in_full(visit, path, place);
    let spot = &view.case.filing.spot;
    if let Some(part) = spot.shared {
        line.push(' ');
        line.push_str(&visit.language.text(&format!("part-{}", part.code())));
    }
    if let Some(floor) = spot.floor {
        line.push(' ');
        line.push_str(&visit.language.fill("report-floor-n", &[("n", floor.to_string().into())]));
    }
    line
}

/// Where a case stands: a sentence, its tone, and what more there is to say.
fn stands(web: &Web, visit: &Visit, view: &CaseView) -> (String, &'static str, String) {
    let case = &view.case;
    let said = |at| when::said(visit.language, at, web.app.now()).said;
    let who = unit_words(visit, &view.owner, &view.path);
    let fill = |key: &str, at: Option<yike_model::Timestamp>| {
        let when = at.map_or_else(String::new, said);
        let values = [("who", who.as_str().into()), ("when", when.into())];
        visit.language.fill(key, &values).into_owned()
    };
    let until = [case.tier_until, case.due.filter(|_| !case.tallies.late)];
    let until = until.into_iter().flatten().min();
    let told = |key: &str| visit.language.text(key).into_owned();
    match case.stage {
        Stage::Reported => (fill("stands-reported", until), "", String::new()),
        Stage::Filed => (fill("stands-filed", until), late(case), String::new()),
        Stage::Handling => (fill("stands-handling", until), late(case), String::new()),
        Stage::Checking { .. } => {
            (fill("stands-checking", case.check_until), "", told("stands-checking-told"))
        }
        Stage::Shelved { review, .. } => (fill("stands-shelved", Some(review)), "", String::new()),
        Stage::Closed { at, how, .. } => {
            let key = format!("stands-closed-{}", how.code().replace('_', "-"));
            (fill(&key, Some(at)), "good", told("stands-closed-told"))
        }
        Stage::Rejected { appeal, .. } => {
            (fill("stands-rejected", None), "late", fill("stands-rejected-told", Some(appeal)))
        }
        Stage::Merged { .. } => (fill("stands-merged", None), "", String::new()),
    }
}

const fn late(case: &yike_model::cases::Case) -> &'static str {
    if case.tallies.late { "late" } else { "" }
}

/// `POST /t/{track}`: what its reporter says.
pub async fn act(
    State(web): State<Web>,
    visit: Visit,
    Path(track): Path<String>,
    uploaded: Result<Uploaded, Fault>,
) -> PageResult {
    let Uploaded { form, photos } = uploaded.on(&visit)?;
    let view = web.app.case_by_track(&visit.actor, &track).await.on(&visit)?;
    let typed = form.one("text").trim().to_owned();
    match wish(&web, form.one("do"), &typed, photos).await {
        Ok((wish, with)) => {
            let id = view.id.to_string();
            match web.app.work_case(&visit.actor, &id, wish, with).await {
                Ok(_) => Ok(Redirect::to(&format!("/t/{track}")).into_response()),
                Err(error) => told(&web, &visit, (&track, &view, &typed), error.into()),
            }
        }
        Err(fault) => told(&web, &visit, (&track, &view, &typed), fault),
    }
}

/// What a form says, as the app takes it.
async fn wish(
    web: &Web,
    what: &str,
    typed: &str,
    photos: Vec<Vec<u8>>,
) -> Result<(Wish, With), Fault> {
    let wish = match what {
        "confirm" => Wish::Confirm,
        "deny" => Wish::Deny,
        "appeal" => Wish::Appeal,
        "remark" => Wish::Remark { shown: true },
        "good" => Wish::Rate(Rating { solved: true, satisfied: true }),
        "solved" => Wish::Rate(Rating { solved: true, satisfied: false }),
        "unsolved" => Wish::Rate(Rating { solved: false, satisfied: false }),
        _ => {
            return Err(Fault::invalid(
                "do: confirm, deny, appeal, remark, good, solved, unsolved",
            ));
        }
    };
    let text = match typed {
        "" => None,
        text => Some(
            CaseText::parse(text)
                .map_err(|why| Fault::from(yike_app::AppError::from(Refusal::from(why))))?,
        ),
    };
    let mut prepared = Vec::new();
    for photo in photos {
        prepared.push(web.app.prepare_photo(photo).await?);
    }
    Ok((wish, With { text, photos: prepared, ..With::default() }))
}

/// The page again, with what was wrong and what was typed.
fn told(
    web: &Web,
    visit: &Visit,
    (track, view, typed): (&str, &CaseView, &str),
    fault: Fault,
) -> Result<Response, PageFault> {
    if fault.status.is_server_error() {
        return Err(fault).on(visit);
    }
    let wrong = if fault.code == "not-permitted" {
        visit.language.text("track-not-yours").into_owned()
    } else {
        super::plain::told(visit, &fault)
    };
    let page = filled(web, visit, track, view, &wrong, typed);
    Ok(private((fault.status, visit.cookies(), render(&page)).into_response()))
}

/// `GET /t/{track}/photos/{photo}/{part}`.
pub async fn photo(
    State(web): State<Web>,
    visit: Visit,
    Path((track, photo, part)): Path<(String, String, String)>,
) -> PageResult {
    let (Ok(photo), Some(part)) =
        (photo.parse(), PhotoPart::ALL.into_iter().find(|p| p.code() == part))
    else {
        return Err(Fault::missing()).on(&visit);
    };
    let picture =
        web.app.case_photo(&visit.actor, ("", Some(&track)), photo, part).await.on(&visit)?;
    let kind = [(header::CONTENT_TYPE, "image/jpeg")];
    Ok(private((kind, picture.jpeg).into_response()))
}

/// A case in the list of one's own.
#[derive(Clone, Debug)]
pub struct Own {
    /// What it is, and its number.
    pub name: String,
    /// Where it stands.
    pub state: String,
    /// When it was reported.
    pub when: When,
    /// Its page.
    pub href: String,
}

/// What this device or phone reported.
#[derive(Template)]
#[template(path = "mine.html")]
pub struct MinePage {
    /// The frame.
    pub p: Page,
    /// Cases, the newest first.
    pub cases: Vec<Own>,
    /// Whether somebody is signed in, by device or phone.
    pub known: bool,
    /// Where to go on.
    pub next: Link,
}

/// `GET /me`.
pub async fn mine(State(web): State<Web>, visit: Visit) -> PageResult {
    let page = own(&web, &visit).await.on(&visit)?;
    Ok(private((visit.cookies(), render(&page)).into_response()))
}

async fn own(web: &Web, visit: &Visit) -> Result<MinePage, Fault> {
    let p = visit.page(Section::Report, visit.language.text("mine-title"));
    let rules = web.app.rules(&visit.actor).await?;
    let now = web.app.now();
    let lines = web.app.own_cases(&visit.actor).await?;
    let own = |line: &yike_store::CaseLine| {
        let category = rules.catalogue.get(&line.category);
        let name = category.map_or_else(
            || line.category.clone(),
            |category| pick(visit.language, &category.zh, &category.en),
        );
        Own {
            name: format!("{name} · {}", line.number),
            state: visit.language.text(&format!("stage-{}", line.stage)).into_owned(),
            when: when::said(visit.language, line.reported, now),
            href: format!("/cases/{}", line.number),
        }
    };
    Ok(MinePage {
        cases: lines.iter().map(own).collect(),
        known: visit.session.is_some(),
        next: Link::new("/report", p.t("nav-report")),
        p,
    })
}
