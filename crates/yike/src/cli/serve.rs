//! `yike serve`: serves a district to browsers, and works on its jobs.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use super::data::Data;
use crate::serve::{Limits, serve};
use crate::shell::Shell;

/// Serve a district to browsers
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike serve --data data
  yike serve --data data --listen 0.0.0.0:8080
  yike serve --data data --database-url postgres://yike:secret@db/yike

Stops at Ctrl-C or SIGTERM once the requests under way are answered.")]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
    /// Most requests at once; more are told to come again
    #[arg(long, default_value_t = 512, value_name = "N")]
    max_requests: usize,
    /// Longest time for one request, seconds
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    request_timeout: u64,
}

impl Serve {
    /// Serves until it is stopped.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let app = self.data.open(shell)?;
        let limits = Limits {
            time: Duration::from_secs(self.request_timeout),
            at_once: self.max_requests,
            ..Limits::default()
        };
        let served = shell.block_on(serve(&app, self.listen, &limits, shell.stop()));
        shell.block_on(app.close());
        served
    }
}
