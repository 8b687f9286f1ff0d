//! Signing in by a one-time link, and out.
//!
//! The link only shows a button; the button posts and uses the link up. So a program that looks at
//! links in messages does not use it up, and nobody is signed in by merely opening something.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;

use super::Link;
use super::plain::{Drawing, PlainPage, PostButton};
use crate::error::{Fault, OnPage, PageResult, render};
use crate::front::cookies::{self, Keep};
use crate::front::form::Posted;
use crate::front::page::Section;
use crate::front::visit::{Cookies, Visit};
use crate::state::Web;

/// What a link carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Secret {
    /// The link's secret.
    pub token: String,
}

/// `GET /sign-in`: how to get a link, or the button that uses one.
pub async fn form(visit: Visit, Query(secret): Query<Secret>) -> PageResult {
    let p = visit.page(Section::Front, visit.language.text("sign-in-title"));
    let hex = !secret.token.is_empty() && secret.token.bytes().all(|b| b.is_ascii_hexdigit());
    let button = hex.then(|| PostButton {
        action: "/sign-in".to_owned(),
        hidden: vec![("token", secret.token.clone())],
        button: p.t("sign-in-button").into_owned(),
    });
    let (sentence, told) = if hex {
        (p.t("sign-in-ready"), p.t("sign-in-ready-told"))
    } else {
        (p.t("sign-in-title"), p.t("sign-in-told"))
    };
    let page = PlainPage {
        drawing: Drawing::Letter,
        sentence: sentence.into_owned(),
        told: told.into_owned(),
        detail: None,
        form: button,
        next: Link::new("/", p.t("to-front")),
        p,
    };
    Ok((visit.cookies(), render(&page)).into_response())
}

/// `POST /sign-in`: uses the link up and opens a session.
pub async fn sign_in(
    State(web): State<Web>,
    visit: Visit,
    form: Result<Posted, Fault>,
) -> PageResult {
    let form = form.on(&visit)?;
    match web.app.sign_in(form.one("token")).await {
        Ok(opened) => {
            let mut cookies = Cookies::new(web.config.secure_cookies);
            cookies.push(cookies::SESSION, &opened.token.reveal(), Keep::Session);
            Ok((cookies, Redirect::to("/coverage")).into_response())
        }
        Err(error) if Fault::from(error.clone()).code == "missing" => {
            let p = visit.page(Section::Front, visit.language.text("sign-in-used"));
            let page = PlainPage {
                drawing: Drawing::Letter,
                sentence: p.t("sign-in-used").into_owned(),
                told: p.t("sign-in-used-told").into_owned(),
                detail: None,
                form: None,
                next: Link::new("/", p.t("to-front")),
                p,
            };
            Ok((axum::http::StatusCode::FORBIDDEN, render(&page)).into_response())
        }
        Err(error) => Err(error).on(&visit),
    }
}

/// `POST /sign-out`: ends the session.
pub async fn sign_out(
    State(web): State<Web>,
    visit: Visit,
    form: Result<Posted, Fault>,
) -> PageResult {
    form.on(&visit)?;
    if let Some(session) = &visit.session {
        web.app.sign_out(session).await.on(&visit)?;
    }
    let mut cookies = Cookies::new(web.config.secure_cookies);
    cookies.push(cookies::SESSION, "", Keep::Gone);
    let mut p = visit.page(Section::Front, visit.language.text("signed-out"));
    p.staff = false;
    let page = PlainPage {
        drawing: Drawing::Gate,
        sentence: p.t("signed-out").into_owned(),
        told: p.t("signed-out-told").into_owned(),
        detail: None,
        form: None,
        next: Link::new("/", p.t("to-front")),
        p,
    };
    Ok((cookies, render(&page)).into_response())
}
