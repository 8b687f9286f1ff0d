//! Limits around every route: bytes of a request, its time, and how many run at once.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

/// What one server takes on.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most bytes of a request's body, where a route does not say otherwise.
    pub body_bytes: usize,
    /// Longest time from a request to the head of its answer.
    pub time: Duration,
    /// Most requests at once; more are told to come again.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes: 64 * 1024, time: Duration::from_mins(1), at_once: 512 }
    }
}

/// Puts the limits around all routes.
pub fn limited(router: Router, limits: &Limits) -> Router {
    let room = Arc::new(Semaphore::new(limits.at_once));
    router
        .layer(DefaultBodyLimit::max(limits.body_bytes))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, limits.time))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(room, one_of))
}

/// Lets a request in while there is room.
async fn one_of(State(room): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_place) = room.try_acquire() else {
        let head =
            [(header::RETRY_AFTER, "1"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        let text = "服务繁忙，请稍后再试。Busy: please try again in a moment.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, head, text).into_response();
    };
    next.run(request).await
}
