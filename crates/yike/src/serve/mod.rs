//! Serving: the listener, what stands around every route (limits, compression, meters), and the end.

mod limits;
mod meters;
mod ops;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

pub use self::limits::Limits;
use self::meters::Meters;
use crate::fault::BadInput;
use crate::stop::Stop;

/// How long requests under way may take to end once the program is asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves on `listen` until `stop`.
pub async fn serve(listen: SocketAddr, limits: Limits, stop: &Stop) -> Result<()> {
    let listener = bind(listen).await?;
    let address = listener.local_addr().context("the address listened on is not known")?;
    let router = around(Router::new(), &limits, Arc::new(Meters::default()));
    tracing::info!("serving at http://{address}");
    let listener = listener.tap_io(|connection| {
        // Pages are small: waiting to fill a packet only delays them.
        let _ = connection.set_nodelay(true);
    });
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop.wait());
    let late = async {
        stop.wait().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = async { serving.await } => ended.context("serving ended")?,
        () = late => tracing::warn!("requests still under way after {} s were cut off", GRACE.as_secs()),
    }
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

/// Puts the operator's routes beside `pages`, and limits and meters around all of them.
fn around(pages: Router, limits: &Limits, meters: Arc<Meters>) -> Router {
    let routed = pages.merge(ops::routes(meters.clone()));
    meters::measured(limits::limited(routed, limits), meters)
}
