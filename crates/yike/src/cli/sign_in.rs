//! `yike sign-in`: a one-time link for whoever runs this machine to hand to a planner or administrator.

use anyhow::Result;
use yike_app::access::LINK_LASTS;
use yike_model::people::{Actor, Role};

use super::data::Data;
use crate::shell::Shell;

/// Print a link that signs someone in once
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike sign-in --data data --role planner
  yike sign-in --data data --role administrator --base-url https://yike.example.org

The link works once, for ten minutes.")]
pub struct SignIn {
    #[command(flatten)]
    data: Data,
    /// In which role
    #[arg(long, value_parser = ["planner", "administrator", "auditor"], value_name = "ROLE")]
    role: String,
    /// Where the district is served
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    base_url: String,
}

impl SignIn {
    /// Makes the link.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let role: Role =
            self.role.parse().map_err(|why| crate::fault::BadInput(format!("{why}")))?;
        let app = self.data.open_existing(shell)?;
        let made = shell.block_on(app.make_sign_in_link(&Actor::System, role));
        shell.block_on(app.close());
        let made = made?;
        let url = link(&self.base_url, &made.token.reveal());
        let value = serde_json::json!({
            "url": url, "role": role, "expires_at": made.expires_at.to_string(),
        });
        shell.answer(&value, |out| {
            writeln!(out, "{url}")?;
            writeln!(out, "Signs in once as {role}, within {} minutes.", LINK_LASTS.as_secs() / 60)
        })
    }
}

/// The address of a sign-in link.
pub fn link(base: &str, token: &str) -> String {
    format!("{}/sign-in?token={token}", base.trim_end_matches('/'))
}
