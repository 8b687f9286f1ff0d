//! Stopping: Ctrl-C and SIGTERM ask running work to end at its next good moment; a second Ctrl-C ends
//! the program at once (what is on disk stays whole either way).

use std::future::Future;

use tokio::sync::watch;

/// Tells whether someone asked the program to stop. Cheap to copy; all copies see the same.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Listens for signals on the current tokio runtime.
    pub fn on_signals() -> std::io::Result<Self> {
        let (tell, hear) = watch::channel(false);
        let mut signals = Signals::new()?;
        tokio::spawn(async move {
            signals.next().await;
            tracing::info!("stopping; press Ctrl-C again to end at once");
            tell.send_replace(true);
            signals.next().await;
            std::process::exit(130);
        });
        Ok(Self(hear))
    }

    /// Whether someone asked to stop.
    pub fn asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until someone asks to stop.
    pub fn wait(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut hear = self.0.clone();
        async move {
            // The sender lives as long as the runtime: when it is gone, the program is ending anyway.
            let _ = hear.wait_for(|&asked| asked).await;
        }
    }
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
