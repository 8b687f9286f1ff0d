//! Pages, JSON and tiles of Yike. No rules, no SQL.
//!
//! [`router`] is all of it. Handlers are thin: read the question, ask the app, write the answer.
//! Every address stands in [`routes`], every text in `locales/`.

pub mod api;
pub mod assets;
pub mod error;
pub mod front;
pub mod geo;
pub mod needs;
pub mod pages;
pub mod routes;
pub mod state;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use yike_app::App;

use crate::error::{Fault, OnPage, PageResult};
use crate::front::visit::Visit;
use crate::state::Web;

/// How the site is shown.
#[derive(Clone, Debug, Default)]
pub struct WebConfig {
    /// Whether all data is invented: every page says so.
    pub demo: bool,
    /// Whether cookies are for HTTPS only. Set it where a proxy ends HTTPS before Yike.
    pub secure_cookies: bool,
    /// Whether a proxy stands before Yike: then the address it names counts as the visitor's.
    pub behind_proxy: bool,
}

/// Everything a browser or program can ask for.
pub fn router(app: Arc<App>, config: WebConfig) -> Router {
    let web = Web { app, config: Arc::new(config), streams: api::room() };
    routes::router()
        .fallback(nothing)
        .layer(axum::middleware::from_fn(front::headers::add))
        .with_state(web)
}

/// An address that leads nowhere.
async fn nothing(State(_): State<Web>, visit: Visit) -> PageResult {
    Err::<(), _>(Fault::missing()).on(&visit).map(IntoResponse::into_response)
}

#[cfg(test)]
mod locale_tests;
