//! Server-sent events: how far a job is, told as it goes. Without them pages ask again by themselves.
//!
//! A stream is asked for, permitted and told like `GET /api/v1/jobs/{id}`, and permission is asked again
//! for each telling. Streams are bounded in number and in time; browsers connect again by themselves.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use tokio::sync::mpsc::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use yike_model::JobId;

use super::{Answer, OnJson, job_json};
use crate::error::Fault;
use crate::front::stream::{Piece, piped};
use crate::front::visit::Visit;
use crate::state::Web;

/// Streams at once; whoever comes later asks again and again instead.
const AT_ONCE: usize = 64;

/// How long one lasts.
const LASTS: Duration = Duration::from_mins(5);

/// How often a job is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// How long a stream is silent before it says that it is still there: proxies close silent ones.
const BEAT_EVERY: Duration = Duration::from_secs(15);

/// Places for streams.
pub fn room() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE))
}

/// `GET /api/v1/jobs/{id}/events`.
pub async fn events(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Answer {
    let id: JobId = id.parse().map_err(|_| Fault::missing()).on(&visit)?;
    // Permission first: a stranger is refused, not kept waiting for a place.
    web.app.job(&visit.actor, id).await.on(&visit)?;
    let place = web.streams.clone().try_acquire_owned().map_err(|_| Fault::busy()).on(&visit)?;
    let (pieces, body) = piped();
    tokio::spawn(tell(web, visit, id, pieces, place));
    let head = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // A proxy that waits for more would hold the news back.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((head, body).into_response())
}

/// Tells how a job goes on until it has ended, the time is over, the reader has gone, or the server stops.
async fn tell(
    web: Web,
    visit: Visit,
    id: JobId,
    pieces: Sender<Piece>,
    _place: OwnedSemaphorePermit,
) {
    let start = Instant::now();
    let (mut told, mut spoke) = (String::new(), start);
    let mut line = "retry: 2000\n\n".to_owned();
    loop {
        let Ok(job) = web.app.job(&visit.actor, id).await else { return };
        let now = job_json(visit.language, &job).to_string();
        if now != told {
            line += "data: ";
            line += &now;
            line += "\n\n";
            told = now;
        } else if spoke.elapsed() >= BEAT_EVERY {
            line.push_str(": still here\n\n");
        }
        if !line.is_empty() {
            if pieces.send(Ok(std::mem::take(&mut line).into())).await.is_err() {
                return;
            }
            spoke = Instant::now();
        }
        if job.job.state.is_over() || start.elapsed() >= LASTS || web.app.is_stopping() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = pieces.closed() => return,
        }
    }
}
