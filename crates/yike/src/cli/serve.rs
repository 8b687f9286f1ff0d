//! `yike serve`: serves a district to browsers.

use std::net::SocketAddr;

use anyhow::Result;

use crate::serve::Limits;
use crate::shell::Shell;

/// Serve a district to browsers
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike serve --data data
  yike serve --data data --listen 0.0.0.0:8080

Stops at Ctrl-C or SIGTERM once the requests under way are answered.")]
pub struct Serve {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
}

impl Serve {
    /// Serves until it is stopped.
    pub fn run(self, shell: &Shell) -> Result<()> {
        shell.block_on(crate::serve::serve(self.listen, Limits::default(), shell.stop()))
    }
}
