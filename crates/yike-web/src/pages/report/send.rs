//! Sending: the report becomes a case, and its reporter is shown where it stands.

use std::net::IpAddr;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use yike_app::AppError;
use yike_app::cases::NewReport;
use yike_model::cases::Source;
use yike_model::people::Actor;
use yike_model::text::CaseText;
use yike_model::{Refusal, Timestamp};

use super::{Filled, what};
use crate::error::{Fault, OnPage, PageFault, render};
use crate::front::cookies::{self, Keep};
use crate::front::visit::{Cookies, Visit};
use crate::state::Web;

/// Sends the report. What is wrong with it is said on its last screen, with everything kept.
pub async fn send(
    web: &Web,
    visit: &Visit,
    filled: Filled,
    from: IpAddr,
) -> Result<Response, PageFault> {
    let Some(category) = what::category(web, visit, &filled).await.on(visit)? else {
        let wrong = visit.language.text("report-say-something").into_owned();
        return again(web, visit, &filled, StatusCode::BAD_REQUEST, &wrong).await;
    };
    let report = match ready(&filled, &category.code) {
        Ok(report) => report,
        Err(error) => return told(web, visit, &filled, error).await,
    };
    let (actor, cookies) = match session(web, visit, from).await {
        Ok(session) => session,
        Err(error) => return told(web, visit, &filled, error).await,
    };
    match web.app.report_case(&actor, report).await {
        Ok(reported) => {
            let to = Redirect::to(&format!("/t/{}", reported.track));
            Ok((visit.cookies(), cookies, to).into_response())
        }
        Err(error) => told(web, visit, &filled, error).await,
    }
}

/// The report as the app takes it.
fn ready(filled: &Filled, category: &str) -> Result<NewReport, AppError> {
    let text = match filled.text.trim() {
        "" => None,
        text => Some(CaseText::parse(text).map_err(Refusal::from)?),
    };
    Ok(NewReport {
        draft: filled.draft()?,
        category: category.to_owned(),
        place: Some(filled.place.clone()).filter(|place| !place.is_empty()),
        shared: filled.shared(),
        floor: filled.floor(),
        point: filled.at(),
        room: None,
        text,
        photos: Vec::new(),
        kept: filled.photos.clone(),
        urgent: filled.urgent,
        open: filled.open,
        source: Source::Resident,
        done: None,
    })
}

/// Whoever reports: the session there is, else a new one for this device.
async fn session(web: &Web, visit: &Visit, from: IpAddr) -> Result<(Actor, Cookies), AppError> {
    let mut cookies = Cookies::new(web.config.secure_cookies);
    if visit.session.is_some() {
        return Ok((visit.actor.clone(), cookies));
    }
    let opened = web.app.guest_session(&visit.actor, from).await?;
    cookies.push(cookies::SESSION, &opened.token.reveal(), Keep::Year);
    Ok((opened.actor, cookies))
}

async fn told(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
    error: AppError,
) -> Result<Response, PageFault> {
    let again_at = match &error {
        AppError::Refused(Refusal::TooOften { again_at, .. }) => Some(*again_at),
        _ => None,
    };
    let fault = Fault::from(error);
    if fault.status.is_server_error() {
        return Err(fault).on(visit);
    }
    let words = match again_at {
        Some(at) => too_often(web, visit, at),
        None => crate::pages::plain::told(visit, &fault),
    };
    again(web, visit, filled, fault.status, &words).await
}

fn too_often(web: &Web, visit: &Visit, at: Timestamp) -> String {
    let when = crate::front::when::said(visit.language, at, web.app.now()).said;
    visit.language.fill("report-too-often", &[("when", when.into())]).into_owned()
}

/// The last screen again, with what was wrong and all that was filled in.
async fn again(
    web: &Web,
    visit: &Visit,
    filled: &Filled,
    status: StatusCode,
    wrong: &str,
) -> Result<Response, PageFault> {
    let page = what::page(web, visit, filled, wrong).await.on(visit)?;
    Ok((status, visit.cookies(), render(&page)).into_response())
}

/// "The same here": follows the other case in place of a new one.
pub async fn join(web: &Web, visit: &Visit, id: &str, from: IpAddr) -> Result<Response, PageFault> {
    let (actor, cookies) = session(web, visit, from).await.on(visit)?;
    web.app.join_case(&actor, id).await.on(visit)?;
    Ok((visit.cookies(), cookies, Redirect::to("/me")).into_response())
}
