//! Routes for the operator: is it alive, is it ready, what does it count.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use yike_app::App;
use yike_app::jobs::JobCounts;

use super::meters::Meters;

#[derive(Clone)]
struct Ops {
    app: Arc<App>,
    meters: Arc<Meters>,
}

/// `/healthz`, `/readyz` and `/metrics`.
pub fn routes(app: Arc<App>, meters: Arc<Meters>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Ops { app, meters })
}

/// Whether requests can be answered: the database is there.
async fn ready(State(ops): State<Ops>) -> (StatusCode, String) {
    match ops.app.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n".into()),
        Err(error) => {
            tracing::warn!("not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".into())
        }
    }
}

async fn metrics(State(ops): State<Ops>) -> impl IntoResponse {
    let mut text = String::new();
    ops.meters.write(&mut text);
    jobs(&mut text, ops.app.job_counts()).expect("writing to a string does not fail");
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

/// Jobs of this process.
fn jobs(text: &mut String, counts: JobCounts) -> std::fmt::Result {
    writeln!(text, "# HELP yike_jobs_running Jobs worked on now.")?;
    writeln!(text, "# TYPE yike_jobs_running gauge")?;
    writeln!(text, "yike_jobs_running {}", counts.running)?;
    writeln!(text, "# HELP yike_jobs_total Attempts that ended, by how.")?;
    writeln!(text, "# TYPE yike_jobs_total counter")?;
    for (how, count) in
        [("done", counts.done), ("failed", counts.failed), ("cancelled", counts.cancelled)]
    {
        writeln!(text, "yike_jobs_total{{outcome=\"{how}\"}} {count}")?;
    }
    writeln!(text, "# HELP yike_job_seconds_total Time worked on jobs.")?;
    writeln!(text, "# TYPE yike_job_seconds_total counter")?;
    writeln!(text, "yike_job_seconds_total {}", counts.millis as f64 / 1000.0)
}
