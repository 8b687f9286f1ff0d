//! `yike backup`: a copy of the data, taken while it is in use.

use std::path::PathBuf;

use anyhow::Result;

use super::data::Data;
use crate::shell::Shell;

/// Copy the data to a new folder while it is in use
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike backup --data data /backup/2026-11-24

The copy is a data folder: serve or verify it as it is. PostgreSQL is backed up with pg_dump.")]
pub struct Backup {
    /// The new folder
    #[arg(value_name = "DIR")]
    to: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Backup {
    /// Copies.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let app = self.data.open_existing(shell)?;
        let copied = shell.block_on(app.backup(&self.to));
        shell.block_on(app.close());
        let files = copied?;
        let value = serde_json::json!({ "folder": self.to, "files": files });
        shell.answer(&value, |out| {
            writeln!(out, "The database and {files} files are in {}", self.to.display())
        })
    }
}
