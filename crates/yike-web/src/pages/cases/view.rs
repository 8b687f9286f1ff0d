//! A case as those who work on it see it, and who reported it.

use askama::Template;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use yike_app::cases::{CaseView, WishKind};
use yike_model::cases::access::Sight;
use yike_model::cases::{Ask, Stage};
use yike_model::photos::PhotoPart;

use super::forms::{ActionForm, Forms, Typed};
use crate::error::{Fault, OnPage, PageFault, PageResult, render};
use crate::front::form::Posted;
use crate::front::language::Value;
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::front::when;
use crate::pages::timeline::{Line, Thumb, lines};
use crate::pages::{Fact, Link, State, When, pick};
use crate::state::Web;

/// A part of the work that another party does.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// Who does it.
    pub who: String,
    /// How it stands.
    pub state: State,
    /// What is to be done.
    pub words: String,
}

/// Who reported it, as far as the page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reporter {
    /// It does not say.
    Hidden,
    /// There is a button to be told.
    Askable,
    /// Nothing is known of them but that they reported.
    Unknown,
    /// Their phone.
    Phone(String),
}

/// What a page shows of a case.
#[derive(Clone, Debug)]
pub struct CaseBody {
    /// Its number.
    pub number: String,
    /// What it is.
    pub what: String,
    /// Where it is.
    pub place: String,
    /// How it stands with its time.
    pub light: State,
    /// Where it stands.
    pub stage: String,
    /// When something happens next.
    pub when: Option<When>,
    /// What happens then.
    pub then: String,
    /// How long until then, or since.
    pub left: String,
    /// Who has it.
    pub owner: String,
    /// The number to call them by; else empty.
    pub phone: String,
    /// What is to be known before doing anything.
    pub notices: Vec<String>,
    /// What was said.
    pub words: String,
    /// What was shown.
    pub photos: Vec<Thumb>,
    /// Parts of the work.
    pub tasks: Vec<TaskRow>,
    /// What happened.
    pub history: Vec<Line>,
    /// What can be done.
    pub forms: Vec<ActionForm>,
    /// More about it.
    pub facts: Vec<Fact>,
    /// The cases it stands for, or that stands for it.
    pub linked: Vec<Link>,
    /// Who reported it.
    pub reporter: Reporter,
    /// Where its forms post to.
    pub action: String,
    /// How many events were seen.
    pub seen: i64,
    /// The list to come back to; empty for the case's own page.
    pub back: String,
    /// What was done just now; else empty.
    pub did: String,
    /// What happened since a form was made that was sent; else empty.
    pub stale: String,
    /// What was written into a form that is no longer offered; else empty.
    pub lost: String,
    /// What was wrong with that form.
    pub lost_why: String,
    /// Whether it stands beside the list, not on a page of its own.
    pub pane: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "case.html")]
pub struct CasePage {
    /// The frame.
    pub p: Page,
    /// The case.
    pub c: CaseBody,
    /// Where the reader came from.
    pub up: Link,
}

/// The same beside the list, without a frame.
#[derive(Template)]
#[template(path = "pane.html")]
pub struct PanePage {
    /// The frame it would have.
    pub p: Page,
    /// The case.
    pub c: CaseBody,
}

/// How the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// Whether only the case itself is wanted, to be shown beside the list.
    pane: Option<String>,
    /// The list to come back to.
    back: String,
    /// What was done just now.
    did: String,
}

/// What a page is made with beside the case.
#[derive(Clone, Copy, Default)]
pub struct With<'a> {
    /// What was typed into a form that was not taken.
    pub typed: Option<Typed<'a>>,
    /// How many events had been seen when that form was made.
    pub seen: Option<i64>,
    /// The list to come back to.
    pub back: &'a str,
    /// What was done just now.
    pub did: Option<WishKind>,
    /// Who reported it, once asked.
    pub reporter: Option<&'a Reporter>,
    /// Whether it stands beside the list.
    pub pane: bool,
}

/// `GET /cases/{key}`.
pub async fn page(
    Shared(web): Shared<Web>,
    visit: Visit,
    Path(key): Path<String>,
    Query(question): Query<Question>,
) -> PageResult {
    let view = web.app.case(&visit.actor, &key).await.on(&visit)?;
    let with = With {
        back: list_address(&question.back),
        did: WishKind::of_code(&question.did),
        pane: question.pane.is_some(),
        ..With::default()
    };
    Ok(answer(&web, &visit, &view, with, StatusCode::OK))
}

/// The address of a list of ours to come back to; nothing for any other address.
pub fn list_address(text: &str) -> &str {
    let ours = text == "/inbox" || text.starts_with("/inbox?");
    if ours && text.len() < 500 && !text.contains(['\r', '\n']) { text } else { "" }
}

/// The page of a case, or the case alone where it stands beside the list.
pub fn answer(
    web: &Web,
    visit: &Visit,
    view: &CaseView,
    with: With<'_>,
    status: StatusCode,
) -> Response {
    let c = body(web, visit, view, with);
    let p = visit.page(Section::Inbox, format!("{} {}", c.what, c.number));
    let page = if with.pane {
        render(&PanePage { p, c })
    } else {
        let up = if visit.has_post() {
            let href = if with.back.is_empty() { "/inbox" } else { with.back };
            Link::new(href, p.t("case-to-inbox"))
        } else {
            Link::new("/me", p.t("nav-mine"))
        };
        render(&CasePage { p, c, up })
    };
    let mut response = (status, visit.cookies(), page).into_response();
    // What only some may see is kept by nobody on the way.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn body(web: &Web, visit: &Visit, view: &CaseView, with: With<'_>) -> CaseBody {
    let (language, case, now) = (visit.language, &view.case, web.app.now());
    let text = |key: &str| language.text(key).into_owned();
    let next = super::next(case).filter(|_| case.is_open());
    let number = case.filing.number.to_string();
    let base = format!("/cases/{number}/photos");
    let history = lines(visit, view, now, &base, with.seen);
    let fresh = history.iter().filter(|line| line.fresh).count() as u64;
    let forms = Forms { web, visit, view, typed: with.typed };
    let gone =
        with.typed.filter(|typed| !view.actions.iter().any(|action| action.kind == typed.kind));
    let public = view.sight < Sight::Own;
    let mut spot = case.filing.spot.clone();
    if public {
        (spot.shared, spot.floor) = (None, None);
    }
    CaseBody {
        what: pick(language, &view.category.zh, &view.category.en),
        place: super::spot(visit, &super::near(&view.path, public), &spot),
        light: super::light(language, super::light_of(case, now)),
        stage: text(&format!("stage-{}", case.stage_code())),
        when: next.map(|(at, _)| when::said(language, at, now)),
        then: next.map(|(_, key)| text(key)).unwrap_or_default(),
        left: next.map(|(at, _)| when::left(language, at, now)).unwrap_or_default(),
        owner: super::unit(visit, view.owner.unit.role, Some(&view.owner.place)),
        phone: view.owner.phone.clone().unwrap_or_default(),
        notices: notices(visit, view, now),
        words: view.words.clone().unwrap_or_default(),
        photos: view.photos.iter().map(|id| Thumb::new(&base, *id)).collect(),
        tasks: tasks(visit, view),
        history,
        forms: forms.all(),
        facts: facts(visit, view, now),
        linked: view
            .linked
            .values()
            .map(|number| Link::new(format!("/cases/{number}"), number.clone()))
            .collect(),
        reporter: with.reporter.cloned().unwrap_or(if view.may_ask_reporter {
            Reporter::Askable
        } else {
            Reporter::Hidden
        }),
        action: format!("/cases/{number}/do"),
        seen: view.seq,
        back: with.back.to_owned(),
        did: with.did.map_or_else(String::new, |kind| {
            text(&format!("did-{}", kind.code().replace('_', "-")))
        }),
        stale: if fresh > 0 {
            language.fill("case-stale", &[("n", fresh.into())]).into_owned()
        } else {
            String::new()
        },
        lost: gone.map_or_else(String::new, |typed| typed.form.one("text").trim().to_owned()),
        lost_why: gone.map_or_else(String::new, |typed| typed.wrong.to_owned()),
        pane: with.pane,
        number,
    }
}

/// What is to be known before doing anything.
fn notices(visit: &Visit, view: &CaseView, now: yike_model::Timestamp) -> Vec<String> {
    let (language, case) = (visit.language, &view.case);
    if view.sight < Sight::Full {
        return Vec::new();
    }
    let unit = |unit: yike_model::cases::Unit| {
        let place = view.path.iter().find(|place| place.id == unit.place);
        super::unit(visit, unit.role, place)
    };
    let said = |at| when::said(language, at, now).said;
    let fill =
        |key: &str, values: &[(&'static str, Value)]| language.fill(key, values).into_owned();
    let mut notices = Vec::new();
    if case.filing.urgent {
        notices.push(language.text("case-urgent").into_owned());
    }
    if case.filing.private {
        notices.push(language.text("case-private").into_owned());
    }
    if let Some(offer) = case.offer {
        let key = if offer.named { "case-named" } else { "case-offered" };
        let values = [("who", unit(offer.to).into()), ("when", said(offer.until).into())];
        notices.push(fill(key, &values));
    }
    if let Some(asked) = case.asked {
        let key = match asked.ask {
            Ask::Extension { .. } => "case-asked-extension",
            Ask::Shelving { .. } => "case-asked-shelving",
            Ask::Return => "case-asked-return",
        };
        notices.push(fill(key, &[("who", unit(asked.to).into())]));
    }
    if let Stage::Checking { handler, .. } = case.stage {
        notices.push(fill("case-checking", &[("who", unit(handler).into())]));
    }
    notices
}

fn tasks(visit: &Visit, view: &CaseView) -> Vec<TaskRow> {
    use yike_model::cases::CaseEvent;
    let language = visit.language;
    let said = |number: u8| {
        view.history.iter().find_map(|happened| match happened.event {
            CaseEvent::TaskAdded { number: n, .. } if n == number => happened.words.clone(),
            _ => None,
        })
    };
    let row = |task: &yike_model::cases::Task| {
        let place = view.path.iter().find(|place| place.id == task.unit.place);
        let (tone, sign, key) = match task.done {
            None => ("running", "◔", "task-open"),
            Some(true) => ("done", "●", "task-done"),
            Some(false) => ("waiting", "◌", "task-dropped"),
        };
        TaskRow {
            who: super::unit(visit, task.unit.role, place),
            state: State { tone, sign, words: language.text(key).into_owned(), why: String::new() },
            words: said(task.number).unwrap_or_default(),
        }
    };
    if view.sight < Sight::Full { Vec::new() } else { view.case.tasks.iter().map(row).collect() }
}

fn facts(visit: &Visit, view: &CaseView, now: yike_model::Timestamp) -> Vec<Fact> {
    let (language, case) = (visit.language, &view.case);
    let text = |key: &str| language.text(key).into_owned();
    let said = |at| when::said(language, at, now).said;
    let mut facts = vec![
        Fact::new(text("fact-number"), case.filing.number.to_string()),
        Fact::new(text("fact-reported"), said(case.reported)),
        Fact::new(text("fact-source"), text(&format!("source-{}", case.filing.source.code()))),
        Fact::new(text("fact-group"), super::forms::group_name(language, &case.filing.group)),
    ];
    if let Some(due) = case.due {
        facts.push(Fact::new(text("fact-due"), said(due)));
    }
    if case.households > 1 {
        let n = u64::from(case.households);
        facts.push(Fact::new(
            text("fact-households"),
            language.fill("fact-households-n", &[("n", n.into())]),
        ));
    }
    if case.tallies.failed > 0 {
        let n = u64::from(case.tallies.failed);
        facts.push(Fact::new(text("fact-failed"), language.fill("fact-times", &[("n", n.into())])));
    }
    if view.sight == Sight::Full {
        let version = u64::from(case.filing.rules);
        facts.push(Fact::new(
            text("fact-rules"),
            language.fill("about-version", &[("n", version.into())]),
        ));
    }
    facts
}

/// `POST /cases/{key}/reporter`: who reported it; shown once, and noted.
pub async fn reporter(
    Shared(web): Shared<Web>,
    visit: Visit,
    Path(key): Path<String>,
    form: Result<Posted, Fault>,
) -> PageResult {
    let form = form.on(&visit)?;
    let found = web.app.case_reporter(&visit.actor, &key).await.on(&visit)?;
    let phone = found.and_then(|reporter| reporter.phone);
    let reporter = phone.map_or(Reporter::Unknown, |phone| Reporter::Phone(phone.reveal().into()));
    let view = web.app.case(&visit.actor, &key).await.on(&visit)?;
    let back = list_address(form.one("back"));
    let with = With { back, reporter: Some(&reporter), ..With::default() };
    Ok(answer(&web, &visit, &view, with, StatusCode::OK))
}

/// `GET /cases/{key}/photos/{photo}/{part}`.
pub async fn photo(
    Shared(web): Shared<Web>,
    visit: Visit,
    Path((key, photo, part)): Path<(String, String, String)>,
) -> Result<Response, PageFault> {
    let (Ok(photo), Ok(part)) = (photo.parse(), part.parse::<PhotoPart>()) else {
        return Err(Fault::missing()).on(&visit);
    };
    let picture = web.app.case_photo(&visit.actor, (&key, None), photo, part).await.on(&visit)?;
    let headers =
        [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, picture.jpeg).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_a_strangers_address() {
        assert_eq!(list_address("/inbox?view=all"), "/inbox?view=all");
        for bad in ["//evil.cn", "/inboxes", "https://evil.cn/inbox?", "/inbox?\r\nx: y", ""] {
            assert_eq!(list_address(bad), "", "{bad}");
        }
    }
}
