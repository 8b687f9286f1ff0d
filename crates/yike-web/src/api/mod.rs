//! JSON for the islands and for other programs: the same deeds as the pages, the same permissions.

mod events;
mod style;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use yike_app::jobs::JobView as Job;
use yike_app::studies::Summary;
use yike_store::Page as Rows;

use crate::error::Fault;
use crate::front::language::Language;
use crate::front::visit::Visit;
use crate::pages::ask::Ask;
use crate::pages::coverage::{Filter, may_see, study_id};
use crate::pages::nearby::search;
use crate::pages::studies::job_view;
use crate::state::Web;

pub use events::{events, room};
pub use style::style;

/// What a JSON handler returns.
pub type Answer = Result<Response, JsonFault>;

/// A fault told as JSON in the visitor's language.
pub struct JsonFault(Fault, Language);

impl IntoResponse for JsonFault {
    fn into_response(self) -> Response {
        self.0.json(self.1)
    }
}

/// Turns any error of a JSON handler into JSON in the visitor's language.
pub trait OnJson<T> {
    /// The value, or the fault for this visit.
    fn on(self, visit: &Visit) -> Result<T, JsonFault>;
}

impl<T, E: Into<Fault>> OnJson<T> for Result<T, E> {
    fn on(self, visit: &Visit) -> Result<T, JsonFault> {
        self.map_err(|error| JsonFault(error.into(), visit.language))
    }
}

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SearchAsk {
    q: String,
    limit: Option<usize>,
}

/// `GET /api/v1/search?q=`: places by name, pinyin or initials.
pub async fn find(State(web): State<Web>, visit: Visit, Query(ask): Query<SearchAsk>) -> Answer {
    let limit = ask.limit.unwrap_or(20).min(20);
    let finds = search(&web, &visit, ask.q.trim(), limit).await.on(&visit)?;
    let finds: Vec<Value> = finds
        .iter()
        .map(|find| json!({"href": find.href, "name": find.name, "path": find.path}))
        .collect();
    Ok(Json(json!({"finds": finds})).into_response())
}

/// `GET /api/v1/nearby`: what is reached on foot from a place, home or point.
pub async fn nearby(State(web): State<Web>, visit: Visit, Query(ask): Query<Ask>) -> Answer {
    let near = web.app.nearby(&visit.actor, ask.to_app().on(&visit)?).await.on(&visit)?;
    if near.door.is_none() {
        return Err(Fault::outside()).on(&visit);
    }
    Ok(Json(json!({
        "from": [near.from.lon(), near.from.lat()],
        "name": near.name,
        "key": near.key,
        "profile": near.profile.code,
        "minutes": near.minutes,
        "standard": near.standard.code,
        "data_date": near.data_date,
        "attribution": near.attribution,
        "at_edge": near.at_edge,
        "categories": near.categories,
        "missing": near.missing,
        "met": near.met,
    }))
    .into_response())
}

/// `GET /api/v1/studies`.
pub async fn studies(State(web): State<Web>, visit: Visit) -> Answer {
    let studies = web.app.studies(&visit.actor, &Rows::first(100)).await.on(&visit)?;
    let studies: Vec<Value> = studies
        .iter()
        .map(|study| {
            let kept = &study.study;
            json!({
                "id": study.id.to_string(),
                "title": kept.state.question.title.to_string(),
                "asked_at": kept.made_at.to_string(),
                "computed": study.summary.is_some(),
                "summary": study.summary.as_ref().map(|summary| summary_json(&visit, summary)),
            })
        })
        .collect();
    Ok(Json(json!({"studies": studies})).into_response())
}

/// A study's summary; counts of few people are for staff only.
fn summary_json(visit: &Visit, summary: &Summary) -> Value {
    let mut value = json!(summary);
    for (name, people) in [("people", summary.people), ("estimated", summary.estimated)] {
        value[name] = json!(may_see(visit, people));
    }
    value
}

/// `GET /api/v1/studies/{study}/coverage`: every service and band for one profile, area and age.
pub async fn coverage(
    State(web): State<Web>,
    visit: Visit,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> Answer {
    let id = study_id(&id).on(&visit)?;
    let coverage = web.app.coverage(&visit.actor, id, &filter.to_app()).await.on(&visit)?;
    Ok(Json(json!({
        "study": id.to_string(),
        "profile": coverage.meta.profiles[coverage.profile].code,
        "minutes": coverage.meta.minutes,
        "standard": coverage.meta.standard.code,
        "data_date": coverage.meta.city.data_date,
        "area": coverage.row,
        "people": coverage.people,
        "services": coverage.services,
    }))
    .into_response())
}

/// `GET /api/v1/jobs/{id}`: how far a job is.
pub async fn job(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Answer {
    let id = id.parse().map_err(|_| Fault::missing()).on(&visit)?;
    let job = web.app.job(&visit.actor, id).await.on(&visit)?;
    Ok(Json(job_json(visit.language, &job)).into_response())
}

/// How far a job is, as islands and other programs read it.
fn job_json(language: Language, job: &Job) -> Value {
    let view = job_view(language, job);
    json!({
        "id": view.id,
        "title": view.title,
        "ended": job.job.state.is_over(),
        "percent": view.percent,
        "state": view.state.words,
        "stage": view.stage,
    })
}

/// `GET /tiles/{version}/{z}/{x}/{y}`: a vector tile. The version changes with the data, so that a tile
/// may be kept for ever.
pub async fn tile(
    State(web): State<Web>,
    visit: Visit,
    Path((_, z, x, y)): Path<(String, u8, u32, u32)>,
) -> Answer {
    let tile = web.app.tile(&visit.actor, z, x, y).await.on(&visit)?;
    let Some(tile) = tile else { return Err(Fault::missing()).on(&visit) };
    let head = [
        (header::CONTENT_TYPE, "application/vnd.mapbox-vector-tile"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    if tile.is_empty() {
        return Ok((StatusCode::NO_CONTENT, head).into_response());
    }
    Ok((head, tile.as_ref().clone()).into_response())
}
