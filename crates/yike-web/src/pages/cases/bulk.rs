//! A heap of cases handed on at once: each goes the way a single one goes, and the page says what was done
//! with each, and what was refused and why.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;
use yike_app::AppError;
use yike_app::cases::{Wish, WishKind, With as Along};
use yike_model::people::Role;
use yike_model::text::CaseText;

use super::inbox::HANDED_TO;
use super::refusals;
use super::view::list_address;
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::form::Posted;
use crate::front::page::{Page, Section};
use crate::front::visit::Visit;
use crate::pages::{Link, State, pick};
use crate::state::Web;

/// Most cases of one heap: a page of the list.
const HEAP: usize = 50;

/// What came of one case.
#[derive(Clone, Debug)]
pub struct Came {
    /// The case.
    pub case: Link,
    /// What it is.
    pub what: String,
    /// What came of it, and why.
    pub state: State,
}

/// The page.
#[derive(Template)]
#[template(path = "bulk.html")]
pub struct BulkPage {
    /// The frame.
    pub p: Page,
    /// What was done, in a sentence.
    pub sentence: String,
    /// What was refused; else empty.
    pub told: String,
    /// Case by case.
    pub came: Vec<Came>,
    /// The list.
    pub back: Link,
}

/// What is done with each.
enum Heap {
    Accept,
    Dispatch(Role),
    HandUp(CaseText),
}

/// `POST /inbox/bulk`.
pub async fn hand_on(
    Shared(web): Shared<Web>,
    visit: Visit,
    form: Result<Posted, Fault>,
) -> PageResult {
    web.app.may_work(&visit.actor).await.on(&visit)?;
    let form = form.on(&visit)?;
    let cases = form.all("case");
    let heap = heap(&visit, &form);
    let mut came = Vec::new();
    if let Ok(heap) = &heap {
        for case in cases.iter().take(HEAP) {
            came.push(one(&web, &visit, heap, case).await);
        }
    }
    let back = match list_address(form.one("back")) {
        "" => "/inbox",
        list => list,
    };
    let language = visit.language;
    let count = |key: &str, n: usize| language.fill(key, &[("n", n.into())]).into_owned();
    let done = came.iter().filter(|came| came.state.tone == "done").count();
    let refused = came.len() - done;
    let (sentence, told) = match heap {
        Err(wrong) => (wrong, language.text("bulk-nothing").into_owned()),
        Ok(_) if came.is_empty() => {
            (language.text("bulk-none").into_owned(), language.text("bulk-nothing").into_owned())
        }
        Ok(_) if refused == 0 => (count("bulk-done", done), String::new()),
        Ok(_) => (count("bulk-done", done), count("bulk-refused", refused)),
    };
    let page = BulkPage {
        p: visit.page(Section::Inbox, language.text("bulk-title")),
        sentence,
        told,
        came,
        back: Link::new(back, language.text("case-to-inbox")),
    };
    Ok((visit.cookies(), render(&page)).into_response())
}

/// What the form asks for, or what is wrong with it in words.
fn heap(visit: &Visit, form: &Posted) -> Result<Heap, String> {
    let text = |key: &str| visit.language.text(key).into_owned();
    let what = form.one("what");
    if let Some(role) = what.strip_prefix("dispatch:") {
        let role = role.parse().ok().filter(|role| HANDED_TO.contains(role));
        return role.map(Heap::Dispatch).ok_or_else(|| text("no-to"));
    }
    match what {
        "accept" => Ok(Heap::Accept),
        "hand_up" => {
            let words = CaseText::parse(form.one("text"));
            words.map(Heap::HandUp).map_err(|bad| refusals::text(visit.language, &bad))
        }
        _ => Err(text("bulk-no-what")),
    }
}

/// One case of the heap.
async fn one(web: &Web, visit: &Visit, heap: &Heap, value: &str) -> Came {
    let language = visit.language;
    let (number, seen) = value.rsplit_once('.').unwrap_or((value, ""));
    let done = do_one(web, visit, heap, (number, seen.parse().ok())).await;
    let (tone, sign, key, why) = match &done {
        Ok(_) => ("done", "●", "bulk-one-done", String::new()),
        Err(error) => {
            let why = refusals::told(visit, error);
            let why = why.unwrap_or_else(|| language.text("error-ours-told").into_owned());
            ("failed", "■", "bulk-one-refused", why)
        }
    };
    let what = done.ok().unwrap_or_default();
    // A number is shown as it was sent only if it is one.
    let known = number.parse::<yike_model::cases::CaseNumber>();
    let known = known.map(|number| number.to_string()).unwrap_or_default();
    Came {
        case: Link::new(format!("/cases/{known}"), known),
        what,
        state: State { tone, sign, words: language.text(key).into_owned(), why },
    }
}

async fn do_one(
    web: &Web,
    visit: &Visit,
    heap: &Heap,
    (number, seen): (&str, Option<i64>),
) -> Result<String, AppError> {
    let view = web.app.case(&visit.actor, number).await?;
    let what = pick(visit.language, &view.category.zh, &view.category.en);
    let mut along = Along { seen, ..Along::default() };
    let wish = match heap {
        Heap::Accept => Wish::Accept,
        Heap::HandUp(text) => {
            along.text = Some(text.clone());
            Wish::HandUp
        }
        Heap::Dispatch(role) => {
            let offered = view.actions.iter().find(|action| action.kind == WishKind::Dispatch);
            let units = offered.map(|action| action.to.as_slice()).unwrap_or_default();
            let unit = units.iter().find(|who| who.unit.role == *role);
            // Where it cannot go there, the rules say why.
            let unit = unit.map(|who| who.unit).or_else(|| view.case.filing.spot.path.unit(*role));
            let to = unit.ok_or_else(|| yike_model::Refusal::invalid("to", "no such place"))?;
            Wish::Dispatch { to, named: false }
        }
    };
    web.app.work_case(&visit.actor, number, wish, along).await?;
    Ok(what)
}
