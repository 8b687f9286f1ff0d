//! `yike verify`: is what is stored what the ledger says, and is every file there and whole.

use anyhow::Result;

use super::data::Data;
use crate::output::grouped;
use crate::shell::Shell;

/// Check that everything stored follows from the ledger, and that every file is whole
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  yike verify --data data
  yike verify --data data --json

Changes nothing. Exit code 1 where something is wrong.")]
pub struct Verify {
    #[command(flatten)]
    data: Data,
}

impl Verify {
    /// Verifies.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let app = self.data.open_existing(shell)?;
        let verified = shell.block_on(app.verify());
        shell.block_on(app.close());
        let verified = verified?;
        if !verified.holds() {
            let first = verified.differences.iter().take(20).cloned().collect::<Vec<_>>();
            anyhow::bail!("{} things are wrong:\n  {}", verified.wrong, first.join("\n  "));
        }
        let value = serde_json::json!({ "holds": true, "checked": verified });
        shell.answer(&value, |out| {
            writeln!(
                out,
                "Everything holds: {} events of {} subjects, {} places, {} files",
                grouped(verified.events),
                grouped(verified.subjects),
                grouped(verified.places),
                grouped(verified.files),
            )?;
            match verified.unused_files.len() {
                0 => Ok(()),
                n => writeln!(out, "{n} files in `files` belong to nothing and may be removed"),
            }
        })
    }
}
