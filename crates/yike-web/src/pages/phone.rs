//! Proving a phone by a code: so that what one reported is found on another device, too.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::{Fault, OnPage, PageFault, PageResult, render};
use crate::front::address::Origin;
use crate::front::cookies::{self, Keep};
use crate::front::form::Posted;
use crate::front::page::{Page, Section};
use crate::front::visit::{Cookies, Visit};
use crate::state::Web;

/// The page: first the phone, then the code.
#[derive(Template)]
#[template(path = "phone.html")]
pub struct PhonePage {
    /// The frame.
    pub p: Page,
    /// The phone, as it was typed.
    pub phone: String,
    /// Whether a code was asked for.
    pub asked: bool,
    /// The code, in a demo where nobody sends messages; else empty.
    pub shown: String,
    /// What was wrong; else empty.
    pub wrong: String,
}

fn page(visit: &Visit, phone: &str, asked: bool) -> PhonePage {
    PhonePage {
        p: visit.page(Section::Report, visit.language.text("phone-title")),
        phone: phone.to_owned(),
        asked,
        shown: String::new(),
        wrong: String::new(),
    }
}

/// `GET /phone`.
pub async fn form(visit: Visit) -> PageResult {
    Ok((visit.cookies(), render(&page(&visit, "", false))).into_response())
}

/// `POST /phone`: sends a code. The answer is the same for every phone.
pub async fn ask(
    State(web): State<Web>,
    visit: Visit,
    Origin(from): Origin,
    form: Result<Posted, Fault>,
) -> PageResult {
    let form = form.on(&visit)?;
    let phone = form.one("phone");
    if let Err(error) = web.app.ask_code(&visit.actor, phone, from).await {
        return told(&visit, phone, false, error.into());
    }
    let mut page = page(&visit, phone, true);
    page.shown = web.app.shown_code(phone).await.on(&visit)?.unwrap_or_default();
    Ok((visit.cookies(), render(&page)).into_response())
}

/// `POST /phone/code`: opens the session.
pub async fn prove(
    State(web): State<Web>,
    visit: Visit,
    Origin(from): Origin,
    form: Result<Posted, Fault>,
) -> PageResult {
    let form = form.on(&visit)?;
    let (phone, code) = (form.one("phone"), form.one("code"));
    match web.app.prove_code(&visit.actor, phone, code, from).await {
        Ok(opened) => {
            let mut cookies = Cookies::new(web.config.secure_cookies);
            cookies.push(cookies::SESSION, &opened.token.reveal(), Keep::Year);
            Ok((cookies, Redirect::to("/me")).into_response())
        }
        Err(error) => told(&visit, phone, true, error.into()),
    }
}

fn told(visit: &Visit, phone: &str, asked: bool, fault: Fault) -> Result<Response, PageFault> {
    if fault.status.is_server_error() {
        return Err(fault).on(visit);
    }
    let mut page = page(visit, phone, asked);
    let key = match (fault.status, asked) {
        (StatusCode::TOO_MANY_REQUESTS, _) => "phone-too-often",
        (_, true) => "phone-wrong-code",
        (_, false) => "phone-wrong",
    };
    page.wrong = visit.language.text(key).into_owned();
    Ok((fault.status, visit.cookies(), render(&page)).into_response())
}
