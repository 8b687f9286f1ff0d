//! Serving: the listener, what stands around every route (limits, compression, meters), and the end.

mod limits;
mod meters;
mod ops;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use yike_app::App;
use yike_app::access::LINK_LASTS;
use yike_model::people::{Actor, Role};

pub use self::limits::Limits;
use self::meters::Meters;
use crate::cli::sign_in::link;
use crate::fault::BadInput;
use crate::output::tell_terminal;
use crate::stop::Stop;

/// How long requests under way may take to end once the program is asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves a district on `listen`, and works on its jobs, until `stop`.
pub async fn serve(app: &Arc<App>, listen: SocketAddr, limits: &Limits, stop: &Stop) -> Result<()> {
    let listener = bind(listen).await?;
    let address = listener.local_addr().context("the address listened on is not known")?;
    let router = around(pages(app), app, limits);
    tracing::info!("serving at http://{address}");
    greet(app, address).await;
    let worker = tokio::spawn(app.clone().work(stop.wait()));
    let listener = listener.tap_io(|connection| {
        // Pages are small: waiting to fill a packet only delays them.
        let _ = connection.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.wait());
    let late = async {
        stop.wait().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = async { serving.await } => ended.context("serving ended")?,
        () = late => tracing::warn!("requests still under way after {} s were cut off", GRACE.as_secs()),
    }
    worker.await.context("the worker ended")?;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(listen: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| {
        BadInput(format!(
            "{listen} cannot be listened on ({error}): stop the program that uses it, or give another \
             --listen"
        ))
        .into()
    })
}

/// Tells how to sign in to a demo district: whoever starts it at a terminal is alone with it. The link is
/// a key, so it goes to the terminal and never into a log.
async fn greet(app: &App, address: SocketAddr) {
    if !app.folder().is_demo() {
        return;
    }
    if !std::io::stderr().is_terminal() {
        tracing::info!("to sign in: yike sign-in --role planner --base-url http://{address}");
        return;
    }
    match app.make_sign_in_link(&Actor::System, Role::Planner).await {
        Ok(made) => {
            let url = link(&format!("http://{address}"), &made.token.reveal());
            let minutes = minutes(LINK_LASTS);
            tell_terminal(&format!(
                "Sign in as a planner, once, within {minutes} minutes: {url}\n"
            ));
        }
        Err(error) => tracing::warn!("no sign-in link: {error}"),
    }
}

const fn minutes(span: Duration) -> u64 {
    span.as_secs() / 60
}

/// Puts the operator's routes beside `pages`, and limits and meters around all of them.
fn around(pages: Router, app: &Arc<App>, limits: &Limits) -> Router {
    let meters = Arc::new(Meters::default());
    let routed = pages.merge(ops::routes(app.clone(), meters.clone()));
    meters::measured(limits::limited(routed, limits), meters)
}

/// The pages, JSON and tiles.
fn pages(app: &Arc<App>) -> Router {
    let demo = app.folder().is_demo();
    yike_web::router(app.clone(), yike_web::WebConfig { demo, ..Default::default() })
}
