//! Routes for the operator: is it alive, is it ready, what does it count.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use super::meters::Meters;

/// `/healthz`, `/readyz` and `/metrics`.
pub fn routes(meters: Arc<Meters>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/metrics", get(metrics))
        .with_state(meters)
}

async fn metrics(State(meters): State<Arc<Meters>>) -> impl IntoResponse {
    let mut text = String::new();
    meters.write(&mut text);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}
